// A tracer whose requests another tracer shows: a child stopped by SIGSTOP, registers, memory, signals, options, and requests for a process that does not exist. Prints nothing.
#define _GNU_SOURCE
#include <elf.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void) {
  pid_t c = fork();
  if (c == 0) { ptrace(PTRACE_TRACEME, 0, 0, 0); raise(SIGSTOP); getpid(); _exit(3); }
  int st;
  waitpid(c, &st, 0);
  static struct user_regs_struct r;
  static struct user_fpregs_struct f;
  siginfo_t in;
  struct iovec v = {&r, sizeof r};
  unsigned long message;
  sigset_t set;
  ptrace(PTRACE_SETOPTIONS, c, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_EXITKILL);
  ptrace(PTRACE_GETREGS, c, 0, &r);
  ptrace(PTRACE_SETREGS, c, 0, &r);
  ptrace(PTRACE_GETFPREGS, c, 0, &f);
  ptrace(PTRACE_PEEKUSER, c, offsetof(struct user, regs.rip), 0);
  ptrace(PTRACE_PEEKUSER, c, offsetof(struct user, u_debugreg[7]), 0);
  long word = ptrace(PTRACE_PEEKTEXT, c, r.rip, 0);
  ptrace(PTRACE_POKEDATA, c, r.rip, word);
  ptrace(PTRACE_POKEUSER, c, offsetof(struct user, regs.rbx), 5);
  ptrace(PTRACE_GETSIGINFO, c, 0, &in);
  ptrace(PTRACE_SETSIGINFO, c, 0, &in);
  ptrace(PTRACE_GETEVENTMSG, c, 0, &message);
  ptrace(PTRACE_GETREGSET, c, NT_PRSTATUS, &v);
  ptrace(PTRACE_SETREGSET, c, NT_PRSTATUS, &v);
  v.iov_len = 20;
  ptrace(PTRACE_GETREGSET, c, NT_PRSTATUS, &v);
  ptrace(PTRACE_GETREGSET, c, 0x999, &v);
  ptrace(PTRACE_GETREGSET, c, NT_PRSTATUS, 8);
  sigemptyset(&set); sigaddset(&set, SIGUSR1); sigaddset(&set, SIGKILL);
  ptrace(PTRACE_SETSIGMASK, c, 8, &set);
  ptrace(PTRACE_GETSIGMASK, c, 8, &set);
  ptrace(PTRACE_GETSIGMASK, c, 4, &set);
  ptrace(PTRACE_SYSCALL, c, 0, 0); waitpid(c, &st, 0);
  ptrace(PTRACE_SINGLESTEP, c, 0, 0); waitpid(c, &st, 0);
  ptrace(PTRACE_CONT, c, 0, SIGUSR2); waitpid(c, &st, 0);
  static const int at[] = {1, 160, 168, 192, 216, 228, 732, 736, 760, 788, 816, 855, 928};
  for (unsigned i = 0; i < sizeof at / sizeof *at; i++) ptrace(PTRACE_PEEKUSER, 1 << 22, at[i], 0);
  for (int n = 0x4200; n < 0x4212; n++) ptrace(n, 1 << 22, 8, 8);
  for (int n = 7; n < 40; n++) ptrace(n, 1 << 22, 8, 9);
  return 0;
}
