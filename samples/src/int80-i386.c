// System calls by int 0x80 whose structures i386 has otherwise than x86-64: times, stat, limits, vectors, locks; lists of arguments in memory; multiplexers.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long int80(long nr, long a, long b, long c, long d, long e) {
  long r;
  __asm__ volatile("int $0x80" : "=a"(r) : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "memory", "r8", "r9", "r10", "r11");
  return r;
}
static char *p;
static int32_t *w;
static long q[4];
static void on_alarm(int sig) { (void)sig; }
static int close_to(long a, long b) { return a >= b - 2 && a <= b + 2; }
/** 0, or where the first byte of n that do not belong to the structure was written. */
static int beyond(int from, int to) { for (int i = from; i < to; i++) if (p[i] != 0x55) return i; return 0; }

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  p = mmap((void *)0x10000000, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  w = (int32_t *)p;
  long low = (long)p;
  char *name = p + 4096, *text = p + 8192;
#define CLEAR memset(p, 0x55, 1024)
  CLEAR; q[0] = int80(13, low, 0, 0, 0, 0); printf("time %d %d", close_to(q[0], time(0)), close_to(w[0], time(0))); printf(", beyond %d\n", beyond(4, 64));
  CLEAR; q[0] = int80(78, low, 0, 0, 0, 0); printf("gettimeofday %ld %d %d beyond %d\n", q[0], close_to(w[0], time(0)), w[1] >= 0 && w[1] < 1000000, beyond(8, 64));
  CLEAR; q[0] = int80(265, CLOCK_REALTIME, low, 0, 0, 0); printf("clock_gettime %ld %d beyond %d", q[0], close_to(w[0], time(0)), beyond(8, 64)); q[0] = int80(266, CLOCK_MONOTONIC, low, 0, 0, 0); printf(", clock_getres %ld %d %d\n", q[0], w[0], w[1]);
  CLEAR; w[0] = 0; w[1] = 2000000; q[0] = int80(162, low, low + 8, 0, 0, 0); printf("nanosleep %ld", q[0]); w[1] = -1; q[0] = int80(162, low, 0, 0, 0, 0); printf(" %ld", q[0]); w[0] = -1; w[1] = 0; q[0] = int80(162, low, 0, 0, 0, 0); printf(" %ld\n", q[0]);
  struct sigaction sa = { .sa_handler = on_alarm };
  sigaction(SIGALRM, &sa, 0);
  struct itimerval soon = { .it_value = { 0, 5000 } };
  setitimer(ITIMER_REAL, &soon, 0);
  CLEAR; w[0] = 5; w[1] = 0; q[0] = int80(162, low, low + 8, 0, 0, 0); printf("nanosleep interrupted %ld, left %d %d beyond %d\n", q[0], w[2], w[3] > 900000000, beyond(16, 64));
  CLEAR; w[0] = 0; w[1] = 0; w[2] = 100; w[3] = 7; q[0] = int80(104, ITIMER_REAL, low, low + 32, 0, 0); printf("setitimer %ld", q[0]); printf(" old %d %d", w[8], w[10]); q[0] = int80(105, ITIMER_REAL, low + 64, 0, 0, 0); printf(", getitimer %ld %d beyond %d\n", q[0], w[18] == 99 || w[18] == 100, beyond(80, 128));
  CLEAR; q[0] = int80(43, low, 0, 0, 0, 0); q[1] = int80(77, 0, low, 0, 0, 0); printf("times %d beyond %d, getrusage %ld", q[0] >= 0, beyond(16, 64), q[1]); printf(" maxrss %d beyond %d\n", w[4] > 100, beyond(72, 128));
  CLEAR; q[0] = int80(116, low, 0, 0, 0, 0); printf("sysinfo %ld mem_unit %d beyond %d\n", q[0], w[13] >= 1, beyond(64, 128));
  strcpy(name, "/tmp/int80-XXXXXX");
  int fd = mkstemp(name);
  if (ftruncate(fd, 12345) != 0) return 1;
  struct stat s;
  utimes(name, (struct timeval[]){ { 1000000000, 0 }, { 1100000000, 5000 } });
  fstat(fd, &s);
  CLEAR; q[0] = int80(195, (long)name, low, 0, 0, 0); printf("stat64 %ld ino %d size %ld mode %o uid %d mtime %d %d beyond %d\n", q[0], *(uint64_t *)(p + 88) == s.st_ino, (long)*(int64_t *)(p + 44), w[4], w[6] - (int)getuid(), w[18], w[19], beyond(96, 128));
  CLEAR; q[0] = int80(197, fd, low, 0, 0, 0); q[1] = int80(196, (long)name, low + 128, 0, 0, 0); q[2] = int80(196, (long)name + 1, low + 128, 0, 0, 0); q[3] = int80(300, AT_FDCWD, (long)name, low + 256, 0, 0); printf("fstat64 %ld %o, lstat64 %ld, of nothing %ld, fstatat64 %ld %d\n", q[0], w[4], q[1], q[2], q[3], w[64 + 18]);
  CLEAR; long r = int80(108, 0x7fff, low, 0, 0, 0); printf("fstat of a bad descriptor %ld beyond %d", r, beyond(0, 64)); strcpy(text, "/dev/null"); q[0] = int80(106, (long)text, low, 0, 0, 0); printf(", stat of /dev/null %ld", q[0]); printf(" mode %o rdev %x beyond %d\n", *(uint16_t *)(p + 8), *(uint16_t *)(p + 16), beyond(64, 128));
  CLEAR; w[0] = 900000000; w[1] = 950000000; q[0] = int80(30, (long)name, low, 0, 0, 0); printf("utime %ld", q[0]); fstat(fd, &s); printf(" %ld %ld", (long)s.st_atime, (long)s.st_mtime);
  w[0] = 800000000; w[1] = 7; w[2] = 850000000; w[3] = 8; q[0] = int80(271, (long)name, low, 0, 0, 0); printf(", utimes %ld", q[0]); fstat(fd, &s); printf(" %ld %ld", (long)s.st_atime, (long)s.st_mtim.tv_nsec);
  q[0] = int80(320, AT_FDCWD, (long)name, low, 0, 0); printf(", utimensat %ld", q[0]); fstat(fd, &s); printf(" %ld\n", (long)s.st_mtim.tv_nsec);
  CLEAR; strcpy(text, "/proc"); q[0] = int80(268, (long)text, 84, low, 0, 0); q[1] = int80(268, (long)name + 1, 84, low, 0, 0); printf("statfs64 %ld %x beyond %d, statfs64 of nothing %ld\n", q[0], w[0], beyond(84, 128), q[1]);
  CLEAR; q[0] = int80(99, (long)text, low, 0, 0, 0); printf("statfs %ld %x %d beyond %d\n", q[0], w[0], w[1], beyond(64, 128));
  CLEAR; q[0] = int80(191, RLIMIT_NOFILE, low, 0, 0, 0); printf("ugetrlimit %ld", q[0]); struct rlimit l; getrlimit(RLIMIT_NOFILE, &l); printf(" %d beyond %d", w[0] == (int)l.rlim_cur, beyond(8, 64)); q[0] = int80(191, RLIMIT_FSIZE, low, 0, 0, 0); printf(", infinite %ld %d", q[0], w[0]);
  w[0] = 77; w[1] = w[3] = -1; q[0] = int80(75, RLIMIT_CORE, low, 0, 0, 0); printf(", setrlimit %ld", q[0]); getrlimit(RLIMIT_CORE, &l); printf(" %ld\n", (long)l.rlim_cur);
  strcpy(text, "one two three\n"); w[0] = (int)(long)text; w[1] = 4; w[2] = (int)(long)text + 8; w[3] = 6;
  q[0] = int80(146, fd, low, 2, 0, 0); printf("writev %ld", q[0]); q[0] = int80(140, fd, 0, 2, low + 64, SEEK_SET); printf(", _llseek %ld", q[0]); printf(" %ld", (long)*(int64_t *)(p + 64)); q[0] = int80(140, fd, 1, 2, low + 64, SEEK_SET); printf(" %ld", q[0]); printf(" %lx", (long)*(int64_t *)(p + 64)); q[0] = int80(140, fd, 0, 2, low + 64, SEEK_SET); printf(" %ld", q[0]);
  w[0] = (int)low + 128; w[1] = 3; w[2] = (int)low + 160; w[3] = 2; memset(p + 128, 0, 64); q[0] = int80(145, fd, low, 2, 0, 0); printf(", readv %ld [%s] [%s]", q[0], p + 128, p + 160); q[0] = int80(333, fd, low, 1, 4, 0); printf(", preadv %ld [%s]", q[0], p + 128); w[1] = -1; q[0] = int80(145, fd, low, 2, 0, 0); printf(", bad %ld\n", q[0]);
  CLEAR; *(int16_t *)p = F_WRLCK; *(int16_t *)(p + 2) = SEEK_SET; w[1] = 10; w[2] = 20; w[3] = 0; q[0] = int80(221, fd, F_SETLK, low, 0, 0); printf("fcntl64 F_SETLK %ld", q[0]);
  if (fork() == 0) {
    int other = open(name, O_RDWR);
    CLEAR; *(int16_t *)p = F_WRLCK; *(int16_t *)(p + 2) = SEEK_SET; *(int64_t *)(p + 4) = 0; *(int64_t *)(p + 12) = 0; q[0] = int80(221, other, 12, low, 0, 0); printf(", F_GETLK64 %ld", q[0]); printf(" %d %ld %ld %d beyond %d", *(int16_t *)p, (long)*(int64_t *)(p + 4), (long)*(int64_t *)(p + 12), w[5] == getppid(), beyond(24, 64));
    CLEAR; *(int16_t *)p = F_WRLCK; *(int16_t *)(p + 2) = SEEK_SET; w[1] = w[2] = 0; q[0] = int80(55, other, F_GETLK, low, 0, 0); printf(", F_GETLK %ld", q[0]); q[0] = int80(55, other, 12, low, 0, 0); q[1] = int80(55, other, F_GETFD, 0, 0, 0); printf(" %d %d %d beyond %d, by fcntl %ld, F_GETFD %ld\n", w[1], w[2], w[3] == getppid(), beyond(16, 64), q[0], q[1]);
    _exit(0);
  }
  CLEAR; printf("%s", ""); r = int80(114, -1, low, 0, low + 16, 0); printf("wait4 %d status %x beyond %d\n", r > 0, w[0], beyond(16 + 72, 128));
  CLEAR; w[0] = 0; w[1] = 8192; w[2] = 3; w[3] = 0x22; w[4] = -1; w[5] = 0; r = int80(90, low, 0, 0, 0, 0); q[0] = int80(90, 0x20000000, 0, 0, 0, 0); printf("mmap %d, of bad memory %ld\n", r > 0 && r < 0x100000000, q[0]);
  int ends[2]; if (pipe(ends) != 0 || write(ends[1], "x", 1) != 1) return 1;
  CLEAR; memset(p + 128, 0, 128); *(int *)(p + 128) = 1 << ends[0]; w[0] = ends[0] + 1; w[1] = (int)low + 128; w[2] = w[3] = 0; w[4] = (int)low + 300; *(int *)(p + 300) = 1; *(int *)(p + 304) = 0;
  q[0] = int80(82, low, 0, 0, 0, 0); printf("select %ld %d", q[0], *(int *)(p + 128) == 1 << ends[0]); *(int *)(p + 300) = 0; *(int *)(p + 304) = 3000; q[0] = int80(142, 0, 0, 0, 0, low + 300); printf(", _newselect %ld beyond %d", q[0], beyond(308, 400)); *(int *)(p + 304) = 3000000; q[0] = int80(308, 0, 0, 0, 0, low + 300); q[1] = int80(309, 0, 0, low + 300, 0, 8); printf(", pselect6 %ld, ppoll %ld\n", q[0], q[1]);
  CLEAR; w[0] = 1; w[1] = 1; w[2] = 0; w[3] = (int)low + 64; q[0] = int80(102, 8, low, 0, 0, 0); printf("socketcall socketpair %ld", q[0]); int a = w[16], b = w[17];
  w[0] = a; w[1] = (int)(long)text; w[2] = 7; w[3] = 0; q[0] = int80(102, 9, low, 0, 0, 0); printf(" send %ld", q[0]); w[0] = b; w[1] = (int)low + 128; w[2] = 64; memset(p + 128, 0, 64); q[0] = int80(102, 10, low, 0, 0, 0); printf(" recv %ld [%s]", q[0], p + 128); w[0] = a; w[1] = 2; q[0] = int80(102, 13, low, 0, 0, 0); q[1] = int80(102, 0, low, 0, 0, 0); q[2] = int80(102, 99, low, 0, 0, 0); printf(" shutdown %ld, none %ld %ld\n", q[0], q[1], q[2]);
  CLEAR; w[0] = 7; w[2] = 0; w[3] = 2000000; q[0] = int80(240, low, 0, 7, low + 8, 0); printf("futex %ld", q[0]); q[0] = int80(240, low, 0, 8, low + 8, 0); printf(" %ld\n", q[0]);
  int t = (int)int80(322, CLOCK_MONOTONIC, 0, 0, 0, 0);
  CLEAR; w[0] = 9; w[1] = 0; w[2] = 100; w[3] = 0; q[0] = int80(325, t, 0, low, low + 32, 0); printf("timerfd_settime %ld", q[0]); q[0] = int80(326, t, low + 64, 0, 0, 0); printf(" %d, timerfd_gettime %ld", w[10], q[0]); printf(" %d %d beyond %d\n", w[16], w[18] == 99 || w[18] == 100, beyond(80, 128));
  q[0] = int80(54, ends[0], 0x541b, low, 0, 0); printf("ioctl FIONREAD %ld", q[0]); printf(" %d", w[0]); q[0] = int80(23, getuid() & 0xffff, 0, 0, 0, 0); q[1] = int80(70, 0xffff, 0xffff, 0, 0, 0); q[2] = int80(182, (long)name, 0xffff, 0xffff, 0, 0); printf(", ids %ld %ld %ld\n", q[0], q[1], q[2]);
  r = int80(120, SIGCHLD, 0, 0, 0, 0); if (r == 0) _exit(5);
  int status; printf("clone %d", waitpid((pid_t)r, &status, 0) == r); printf(" %x\n", status);
  unlink(name);
  return 0;
}
