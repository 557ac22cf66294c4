// ptrace(2): what a tracer sees of stops at signals, system calls, breakpoints, single steps, fork, exec and exit, and what it can change.
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static int status;
static pid_t waited(pid_t pid) { status = 0; return waitpid(pid, &status, __WALL); }
static void tell(const char *what) {
  if (WIFSTOPPED(status)) printf("%s: stopped by %d, event %d\n", what, WSTOPSIG(status), status >> 16);
  else if (WIFEXITED(status)) printf("%s: exited with %d\n", what, WEXITSTATUS(status));
  else printf("%s: killed by %d\n", what, WTERMSIG(status));
}
static pid_t start(void (*body)(void)) {
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) { ptrace(PTRACE_TRACEME, 0, 0, 0); raise(SIGSTOP); body(); _exit(9); }
  waited(pid);
  return pid;
}
static void resume(int how, pid_t pid, long sig) { if (ptrace(how, pid, 0, sig) < 0) printf("resume: %s\n", strerror(errno)); }
static struct user_regs_struct regs(pid_t pid) { struct user_regs_struct r; memset(&r, 0, sizeof r); ptrace(PTRACE_GETREGS, pid, 0, &r); return r; }

static volatile int got;
static void on_signal(int sig) { got = sig; }
static void signals(void) { signal(SIGUSR1, on_signal); signal(SIGUSR2, on_signal); raise(SIGUSR1); int a = got; got = 0; raise(SIGUSR1); _exit(a * 16 + got); }
static void calls(void) { long a = syscall(SYS_getppid), b = syscall(SYS_getppid); errno = 0; long c = syscall(SYS_getuid); _exit((a == 77) + (b == 77) * 2 + (c == -1 && errno == EPERM) * 4); }
__attribute__((noinline)) static int broken(int x) { __asm__ volatile("" ::: "memory"); return x + 1; }
static void breaks(void) { _exit(broken(20) + broken(1)); }
static void steps(void) { int n = 5; __asm__ volatile("1: dec %0; jnz 1b; .byte 0xcc" : "+r"(n)); _exit(n + 3); }
static void forks(void) { pid_t p = fork(); if (p == 0) _exit(4); int s; waitpid(p, &s, 0); _exit(WEXITSTATUS(s) + 1); }
static void execs(void) { execl("/bin/true", "true", (char *)0); _exit(8); }
static void xmm(void) { uint64_t v = 1; __asm__ volatile("movq %0, %%xmm3; .byte 0xcc; movq %%xmm3, %0" : "+r"(v) : : "xmm3"); _exit((int)v); }
static void ignores(void) { signal(SIGUSR1, SIG_IGN); raise(SIGUSR1); raise(SIGSTOP); _exit(2); }

struct shared { volatile int ready, go, attached; volatile unsigned long rsp; pid_t target; };
static struct shared *shared;
static int tracer(void *unused) { // as LeakSanitizer does: a process that shares the memory of the one that it stops
  (void)unused;
  while (!shared->ready) usleep(100);
  if (ptrace(PTRACE_ATTACH, shared->target, 0, 0) < 0) { shared->attached = -errno; return 1; }
  int s;
  if (waitpid(shared->target, &s, __WALL) != shared->target || !WIFSTOPPED(s)) { shared->attached = -1; return 1; }
  struct user_regs_struct r;
  struct iovec io = { &r, sizeof r };
  ptrace(PTRACE_GETREGSET, shared->target, (void *)NT_PRSTATUS, &io);
  shared->rsp = io.iov_len == sizeof r ? r.rsp : 0;
  shared->attached = WSTOPSIG(s);
  shared->go = 1;
  return ptrace(PTRACE_DETACH, shared->target, 0, 0) < 0;
}

int main(void) {
  struct user_regs_struct r;
  pid_t p = start(signals);
  tell("signals");
  resume(PTRACE_CONT, p, 0); waited(p); tell("first");
  siginfo_t si;
  ptrace(PTRACE_GETSIGINFO, p, 0, &si);
  printf("code %d from itself %d\n", si.si_code, si.si_pid == p);
  resume(PTRACE_CONT, p, SIGUSR2); waited(p); tell("second, as SIGUSR2 the first");
  resume(PTRACE_CONT, p, 0); waited(p); tell("signals");

  p = start(calls);
  ptrace(PTRACE_SETOPTIONS, p, 0, PTRACE_O_TRACESYSGOOD);
  for (int seen = 0; resume(PTRACE_SYSCALL, p, 0), waited(p), WIFSTOPPED(status);) {
    r = regs(p);
    if (r.orig_rax != SYS_getppid && r.orig_rax != SYS_getuid && (long)r.orig_rax != -1) continue;
    seen++;
    printf("call %ld, sig %#x, %s\n", (long)r.orig_rax, WSTOPSIG(status), (long)r.rax == -ENOSYS ? "-ENOSYS" : "result");
    if (seen == 2) { r.rax = 77; ptrace(PTRACE_SETREGS, p, 0, &r); }
    if (seen == 5) { r.orig_rax = -1; ptrace(PTRACE_SETREGS, p, 0, &r); }
    if (seen == 6) { r.rax = -EPERM; ptrace(PTRACE_SETREGS, p, 0, &r); }
  }
  tell("calls");

  p = start(breaks);
  long at = (long)broken, word = ptrace(PTRACE_PEEKTEXT, p, at, 0);
  ptrace(PTRACE_POKETEXT, p, at, (word & ~0xffL) | 0xcc);
  resume(PTRACE_CONT, p, 0); waited(p); tell("breakpoint");
  r = regs(p);
  printf("at it: %d, rdi %lld, ours unchanged: %d\n", (long)r.rip == at + 1, (long long)(int)r.rdi, *(long *)at == word);
  r.rip = at; r.rdi = 30;
  ptrace(PTRACE_SETREGS, p, 0, &r);
  ptrace(PTRACE_POKETEXT, p, at, word);
  // its memory without stops: two pieces of ours, three of its, the last of which is not there
  static char ours[8], theirs[8] = "memory";
  struct iovec mine[2] = { { ours, 3 }, { ours + 3, 5 } }, its[3] = { { theirs, 4 }, { theirs + 4, 2 }, { (void *)64, 8 } };
  memcpy(ours, "OTHERS", 6);
  printf("written %zd, ", process_vm_writev(p, mine, 2, its, 3, 0)); printf("read %zd, ", process_vm_readv(p, mine, 2, its + 1, 2, 0));
  printf("%.6s %.6s, ", ours, theirs); printf("nothing %zd\n", process_vm_readv(p, mine, 2, its + 2, 1, 0));
  resume(PTRACE_CONT, p, 0); waited(p); tell("breakpoint");
  printf("text that is not there: %ld", (errno = 0, ptrace(PTRACE_PEEKTEXT, getpid() * 0 + p, 16, 0)));
  printf(" %d\n", errno == ESRCH);

  p = start(steps);
  resume(PTRACE_CONT, p, 0); waited(p); tell("int3");
  resume(PTRACE_SINGLESTEP, p, 0); waited(p); tell("step");
  ptrace(PTRACE_GETSIGINFO, p, 0, &si);
  printf("code %d\n", si.si_code);
  r = regs(p);
  printf("trap flag %d\n", (int)(r.eflags >> 8 & 1));
  resume(PTRACE_CONT, p, 0); waited(p); tell("steps");

  p = start(forks);
  ptrace(PTRACE_SETOPTIONS, p, 0, PTRACE_O_TRACEFORK | PTRACE_O_EXITKILL);
  resume(PTRACE_CONT, p, 0); waited(p); tell("fork");
  unsigned long child = 0;
  ptrace(PTRACE_GETEVENTMSG, p, 0, &child);
  printf("its child %d\n", waited((pid_t)child) == (pid_t)child); tell("child");
  resume(PTRACE_CONT, (pid_t)child, 0); waited((pid_t)child); tell("child");
  resume(PTRACE_CONT, p, 0); waited(p); tell("SIGCHLD");
  resume(PTRACE_CONT, p, SIGCHLD); waited(p); tell("parent");

  p = start(execs);
  resume(PTRACE_CONT, p, 0); waited(p); tell("exec");
  resume(PTRACE_CONT, p, 0); waited(p); tell("exec");
  p = start(execs);
  ptrace(PTRACE_SETOPTIONS, p, 0, PTRACE_O_TRACEEXEC);
  resume(PTRACE_CONT, p, 0); waited(p); tell("exec, told");
  printf("bad option: %d\n", ptrace(PTRACE_SETOPTIONS, p, 0, 1 << 15) < 0 ? errno : 0);
  resume(PTRACE_CONT, p, 0); waited(p); tell("exec, told");

  // all at once, as strace does
  p = start(execs);
  ptrace(PTRACE_SETOPTIONS, p, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT);
  for (int calling = 0; resume(PTRACE_SYSCALL, p, 0), waited(p), WIFSTOPPED(status);) {
    struct { uint8_t op, pad[3]; uint32_t arch; uint64_t ip, sp, nr, args[6]; } info;
    long size = ptrace(0x420e /* PTRACE_GET_SYSCALL_INFO */, p, sizeof info, &info);
    if (status >> 16 != 0) tell("exec or exit");
    else if (info.op == 1 && (info.nr == SYS_execve || info.nr == SYS_exit_group)) { printf("begins %ld, %ld bytes\n", (long)info.nr, size); calling = 1; }
    else if (calling) { printf("op %d, result %ld\n", info.op, (long)info.nr); calling = 0; }
  }
  tell("calls and events");
  p = start(signals);
  ptrace(PTRACE_SETOPTIONS, p, 0, PTRACE_O_TRACEEXIT);
  resume(PTRACE_CONT, p, SIGTERM); waited(p); tell("a signal that ends it");
  resume(PTRACE_CONT, p, SIGTERM); waited(p); tell("exit");
  unsigned long code = 0;
  if (WIFSTOPPED(status)) { ptrace(PTRACE_GETEVENTMSG, p, 0, &code); resume(PTRACE_CONT, p, 0); waited(p); }
  printf("status %#lx\n", code); tell("exit");

  p = start(xmm);
  resume(PTRACE_CONT, p, 0); waited(p);
  struct user_fpregs_struct fp;
  ptrace(PTRACE_GETFPREGS, p, 0, &fp);
  printf("xmm3 %u, mxcsr %#x\n", fp.xmm_space[12], fp.mxcsr);
  fp.xmm_space[12] = 42;
  ptrace(PTRACE_SETFPREGS, p, 0, &fp);
  resume(PTRACE_CONT, p, 0); waited(p); tell("xmm");

  p = start(ignores);
  resume(PTRACE_CONT, p, 0); waited(p); tell("an ignored signal");
  resume(PTRACE_CONT, p, SIGUSR1); waited(p); tell("SIGSTOP");
  resume(PTRACE_CONT, p, SIGSTOP); waited(p); tell("the group's stop");
  printf("siginfo: %d\n", ptrace(PTRACE_GETSIGINFO, p, 0, &si) < 0 ? errno : 0);
  kill(p, SIGKILL); waited(p); tell("end");

  shared = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  shared->target = getpid();
  prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
  char *stack = mmap(0, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  fflush(stdout);
  pid_t t = clone(tracer, stack + 65536, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_UNTRACED, 0);
  shared->ready = 1;
  while (!shared->go && shared->attached >= 0) { }
  waited(t); tell("tracer");
  printf("attached: %d, stack pointer ours: %d\n", shared->attached, shared->rsp > (unsigned long)&r - 65536 && shared->rsp < (unsigned long)&r + 65536);
  printf("not traced: %d, itself: %d\n", ptrace(PTRACE_CONT, 1, 0, 0) < 0 ? errno : 0, ptrace(PTRACE_ATTACH, getpid(), 0, 0) < 0 ? errno : 0);
  return 0;
}
