// fork, vfork, clone, clone3, exec from a thread, wait in every form, sessions, limits, prctl, the vDSO clocks: lines to compare.
// build: -pthread -w
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/time.h>
#include <time.h>
#include <linux/sched.h>
#include <unistd.h>
static void *execer(void *a) { usleep(1000); execl("/proc/self/exe", "proc", "second", (char *)0); perror("exec"); return 0; }
static void *sleeper(void *a) { for (;;) pause(); return 0; }
static int cl(void *a) { *(int *)a = 77; return 9; }
static char stack[65536];
static void on(int s, siginfo_t *i, void *u) { printf("sig %d code %d status %d pid_ok %d\n", s, i->si_code, i->si_status, i->si_pid > 0); }
int main(int c, char **v) {
  setvbuf(stdout, 0, _IONBF, 0);
  if (c > 1 && !strcmp(v[1], "second")) { printf("second: tid==pid %d threads ok\n", getpid() == gettid()); return 0; }
  int st; struct rusage ru;
  pid_t p = fork();
  if (!p) { pthread_t t; pthread_create(&t, 0, sleeper, 0); pthread_create(&t, 0, execer, 0); pthread_join(t, 0); _exit(1); }
  p = waitpid(p, &st, 0); printf("wait %d st %x\n", p > 0, st);
  p = vfork(); if (!p) _exit(5);
  p = wait4(p, &st, 0, &ru); printf("vfork %d %x\n", p > 0, st);
  int val = 0;
  p = clone(cl, stack + sizeof stack, CLONE_VM | SIGCHLD, &val);
  int reaped = waitpid(p, &st, 0) == p; // before val is read: the order of arguments is the compiler's
  printf("clone vm %d %x %d\n", reaped, st, val);
  p = clone(cl, stack + sizeof stack, CLONE_VM | CLONE_VFORK, &val);
  errno = 0; printf("no signal child: %d %d", waitpid(p, &st, 0), errno); printf(" walls %d %x\n", waitpid(p, &st, __WALL) == p, st);
  struct clone_args ca = { .flags = 0, .exit_signal = SIGCHLD };
  p = syscall(SYS_clone3, &ca, sizeof ca); if (!p) { raise(SIGKILL); }
  siginfo_t si; memset(&si, 0, sizeof si);
  printf("waitid nowait %d code %d status %d\n", waitid(P_PID, p, &si, WEXITED | WNOWAIT), si.si_code, si.si_status);
  printf("then %d %x\n", waitpid(p, &st, 0) == p, st);
  printf("nohang none %d %d\n", waitpid(-1, &st, WNOHANG), errno);
  p = fork(); if (!p) { for (;;) pause(); }
  printf("nohang %d\n", waitpid(p, &st, WNOHANG));
  kill(p, SIGSTOP); printf("stopped %d %x\n", waitpid(p, &st, WUNTRACED) == p, st);
  kill(p, SIGCONT); printf("cont %d %x\n", waitpid(p, &st, WCONTINUED) == p, st);
  kill(p, SIGTERM); printf("term %d %x\n", waitpid(p, &st, 0) == p, st);
  struct sigaction sa = { .sa_sigaction = on, .sa_flags = SA_SIGINFO | SA_RESTART }; sigaction(SIGCHLD, &sa, 0);
  p = fork(); if (!p) _exit(33); waitpid(p, &st, 0);
  signal(SIGCHLD, SIG_IGN);
  p = fork(); if (!p) _exit(1); printf("ignored %d %d\n", waitpid(p, &st, 0), errno);
  signal(SIGCHLD, SIG_DFL);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  p = fork(); if (!p) { if (!fork()) { usleep(2000); _exit(getppid() == 0 ? 1 : 44); } _exit(2); }
  waitpid(p, &st, 0); printf("child %x", st); p = wait(&st); printf(" orphan %d %x\n", p > 0, st);
  printf("setsid");
  p = fork(); if (!p) { int a = setsid() == getpid(), b = getpgrp() == getpid(), d = getsid(0) == getpid(); _exit(a + b * 2 + d * 4); } waitpid(p, &st, 0); printf(" child %x\n", st);
  p = fork(); if (!p) { printf("setpgid %d %d\n", setpgid(0, 0), getpgrp() == getpid()); setpgid(0, 99999) ; printf("bad pgid %d\n", errno); _exit(0); } waitpid(p, &st, 0);
  struct rlimit rl = { 64, 128 }; printf("rl %d", setrlimit(RLIMIT_NOFILE, &rl)); getrlimit(RLIMIT_NOFILE, &rl); printf(" %ld %ld\n", (long)rl.rlim_cur, (long)rl.rlim_max);
  rl.rlim_cur = 200; errno = 0; printf("rl bad %d %d\n", setrlimit(RLIMIT_NOFILE, &rl), errno);
  prctl(PR_SET_NAME, "a-very-long-name-indeed"); char name[17] = {0}; prctl(PR_GET_NAME, name); printf("%s\n", name);
  printf("%d %d\n", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  struct timespec a, b; clock_gettime(CLOCK_MONOTONIC, &a); syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &b); printf("vdso mono close %d\n", (b.tv_sec - a.tv_sec) * 1000000000L + b.tv_nsec - a.tv_nsec < 100000000 && (b.tv_sec > a.tv_sec || b.tv_nsec >= a.tv_nsec));
  clock_gettime(CLOCK_REALTIME, &a); syscall(SYS_clock_gettime, CLOCK_REALTIME, &b); printf("vdso real close %d\n", (b.tv_sec - a.tv_sec) * 1000000000L + b.tv_nsec - a.tv_nsec < 100000000 && (b.tv_sec > a.tv_sec || b.tv_nsec >= a.tv_nsec));
  struct timeval tv; gettimeofday(&tv, 0); printf("tod %d time %d\n", labs(tv.tv_sec - b.tv_sec) <= 1, labs(time(0) - b.tv_sec) <= 1);
  setuid(1000); printf("uid %d euid %d setuid0 %d\n", getuid(), geteuid(), setuid(0));
  return 0;
}
