// Edges of processes, signals, futexes, pipes and files that a walk over the man pages found: every line must read as on Linux.
// build: -w
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/xattr.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHOW(x) ({ errno = 0; long r_ = (long)(x); printf("%s = %ld %s\n", #x, r_, r_ < 0 ? strerrorname_np(errno) : ""); fflush(stdout); r_; })

static void processes(void) {
  siginfo_t info; int pidfd = -1; pid_t p = fork(), ptid = 0;
  if (p == 0) _exit(3);
  usleep(20000);
  SHOW(waitid(P_PID, p, &info, WCONTINUED));
  SHOW(waitid(P_PID, p, &info, WSTOPPED));
  int fd = syscall(SYS_pidfd_open, p, 0);
  SHOW(syscall(SYS_pidfd_send_signal, fd, 9, 0, 0));
  SHOW(waitid(P_PIDFD, fd, &info, WEXITED));
  SHOW(syscall(SYS_pidfd_send_signal, fd, 9, 0, 0));
  struct clone_args a = {.flags = CLONE_PIDFD | CLONE_PARENT_SETTID, .pidfd = (long)&pidfd, .parent_tid = (long)&ptid, .exit_signal = SIGCHLD};
  p = syscall(SYS_clone3, &a, sizeof a);
  if (p == 0) { usleep(20000); _exit(9); }
  struct pollfd pf = {pidfd, POLLIN, 0};
  printf("the parent's tid %d, close-on-exec %d\n", ptid == p, fcntl(pidfd, F_GETFD));
  SHOW(poll(&pf, 1, 0));
  SHOW(poll(&pf, 1, 5000));
  SHOW(waitid(P_PIDFD, pidfd, &info, WEXITED));
  a.pidfd = a.parent_tid;
  SHOW(syscall(SYS_clone3, &a, sizeof a));
  a = (struct clone_args){.flags = 0x400000, .exit_signal = SIGCHLD};
  SHOW(syscall(SYS_clone3, &a, sizeof a));
  a.flags = SIGCHLD;
  SHOW(syscall(SYS_clone3, &a, sizeof a));
}

static void robust(void) {
  pthread_mutex_t *m = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pthread_mutexattr_t a;
  pthread_mutexattr_init(&a); pthread_mutexattr_setpshared(&a, 1); pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(m, &a);
  if (fork() == 0) { pthread_mutex_lock(m); _exit(0); }
  wait(0);
  printf("the owner died %d\n", pthread_mutex_lock(m) == EOWNERDEAD);
  printf("consistent %d %d\n", pthread_mutex_consistent(m), pthread_mutex_unlock(m));
  if (fork() == 0) { pthread_mutex_lock(m); kill(getpid(), SIGKILL); }
  wait(0);
  printf("killed %d\n", pthread_mutex_lock(m) == EOWNERDEAD);
}

static void handler(int s, siginfo_t *i, void *u) { printf("code %d value %d\n", i->si_code, i->si_value.sival_int); }
static void signals(void) {
  struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESETHAND | SA_ONSTACK}, old;
  sigaddset(&sa.sa_mask, SIGHUP);
  sigaction(SIGUSR2, &sa, 0);
  raise(SIGUSR2);
  sigaction(SIGUSR2, 0, &old);
  printf("after SA_RESETHAND: default %d, flags %x, mask %d\n", old.sa_handler == SIG_DFL, old.sa_flags & ~0x4000000, sigismember(&old.sa_mask, SIGHUP));
  sa.sa_flags = SA_SIGINFO;
  sigaction(SIGRTMIN, &sa, 0);
  siginfo_t f = {.si_code = SI_USER};
  f.si_value.sival_int = 55;
  SHOW(syscall(SYS_rt_sigqueueinfo, getpid(), SIGRTMIN, &f));
  SHOW(settimeofday((void *)0, (void *)8));
}

static void files(void) {
  char buf[100], path[40];
  int fd = open("grow", O_RDWR | O_CREAT, 0600);
  ftruncate(fd, 5000);
  char *m = mmap(0, 12288, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  m[5001] = 'z';
  ftruncate(fd, 12288);
  printf("behind the old end %d\n", m[5001]);
  int ex = open(".", O_TMPFILE | O_RDWR | O_EXCL, 0600), tmp = open(".", O_TMPFILE | O_RDWR, 0600);
  sprintf(path, "/proc/self/fd/%d", ex);
  SHOW(linkat(AT_FDCWD, path, AT_FDCWD, "linked", AT_SYMLINK_FOLLOW));
  sprintf(path, "/proc/self/fd/%d", tmp);
  SHOW(linkat(AT_FDCWD, path, AT_FDCWD, "linked", AT_SYMLINK_FOLLOW));
  int mf = memfd_create("m", MFD_ALLOW_SEALING);
  ftruncate(mf, 8192);
  SHOW(fcntl(mf, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW));
  SHOW(ftruncate(mf, 4096));
  SHOW(ftruncate(mf, 16384));
  SHOW(fallocate(mf, 0, 0, 16384));
  SHOW(fcntl(mf, F_ADD_SEALS, F_SEAL_WRITE));
  SHOW(mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, mf, 0));
  SHOW(mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, mf, 0) == MAP_FAILED);
  SHOW(fallocate(mf, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 100));
  int p[2], q[2];
  pipe(p); pipe(q);
  SHOW(splice(p[0], 0, q[1], 0, 5, SPLICE_F_NONBLOCK));
  SHOW(fcntl(p[1], F_SETPIPE_SZ, 0));
  SHOW(lseek(eventfd(0, 0), 0, SEEK_SET));
  SHOW(lseek(p[0], 0, SEEK_SET));
  SHOW(setxattr("grow", "user.", "v", 1, 0));
  int in = inotify_init1(IN_NONBLOCK), n;
  char events[1000];
  inotify_add_watch(in, ".", IN_DELETE);
  inotify_add_watch(in, "linked", IN_ATTRIB | IN_DELETE_SELF);
  close(tmp);
  unlink("linked");
  n = read(in, events, sizeof events);
  for (int i = 0; i < n;) { struct inotify_event *e = (void *)(events + i); printf("watch %d mask %x\n", e->wd, e->mask); i += sizeof *e + e->len; }
}

int main(void) {
  processes();
  robust();
  signals();
  files();
  return 0;
}
