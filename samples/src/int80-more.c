// System calls by int 0x80 whose structures are those of x86-64: signal masks, limits, timers with 64-bit times, attributes; execve with its short pointers; waitid, getdents.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long int80(long nr, long a, long b, long c, long d, long e) {
  long r;
  __asm__ volatile("int $0x80" : "=a"(r) : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "memory", "r8", "r9", "r10", "r11");
  return r;
}
int main(void) {
  char *p = mmap((void *)0x10000000, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  long low = (long)p;
  setvbuf(stdout, 0, _IONBF, 0);
  *(uint64_t *)p = 1ull << (SIGUSR1 - 1);
  long masked = int80(175, SIG_BLOCK, low, low + 8, 8, 0);
  raise(SIGUSR1);
  long pending = int80(176, low + 16, 8, 0, 0, 0);
  printf("rt_sigprocmask %ld, rt_sigpending %ld %#lx\n", masked, pending, *(long *)(p + 16));
  struct rlimit *l = (struct rlimit *)(p + 32);
  printf("prlimit64 %ld", int80(340, 0, RLIMIT_CORE, 0, low + 32, 0));
  l->rlim_cur = 0;
  printf(" %ld", int80(340, 0, RLIMIT_CORE, low + 32, low + 48, 0));
  struct rlimit now;
  getrlimit(RLIMIT_CORE, &now);
  printf(" %ld\n", (long)now.rlim_cur);
  int fd = (int)int80(322, CLOCK_MONOTONIC, 0, 0, 0, 0);
  struct itimerspec *t = (struct itimerspec *)(p + 64);
  t->it_value.tv_nsec = 2000000; t->it_interval.tv_sec = 5;
  printf("timerfd_create %d, timerfd_settime64 %ld", fd > 2, int80(411, fd, 0, low + 64, 0, 0));
  long got = int80(3, fd, low + 128, 8, 0, 0);
  printf(", read %ld %ld", got, *(long *)(p + 128));
  got = int80(410, fd, low + 64, 0, 0, 0);
  printf(", timerfd_gettime64 %ld %ld\n", got, (long)t->it_interval.tv_sec);
  struct timespec *s = (struct timespec *)(p + 64);
  s->tv_sec = 0; s->tv_nsec = 1000000;
  *(int *)p = 7;
  printf("futex_time64 %ld %ld", int80(422, low, 0, 8, low + 64, 0), int80(422, low, 0, 7, low + 64, 0));
  printf(", ppoll_time64 %ld\n", int80(414, 0, 0, low + 64, 0, 8));
  strcpy(p + 200, "/tmp"); strcpy(p + 220, "user.none");
  printf("getxattr %d, listxattr of nothing %ld\n", int80(229, low + 200, low + 220, 0, 0, 0) < 0, int80(232, 0, 0, 0, 0, 0));
  strcpy(p + 256, "/bin/sh");
  if (fork() == 0) {
    strcpy(p + 272, "-c"); strcpy(p + 280, "echo $GREETING from $0 $1"); strcpy(p + 320, "zero"); strcpy(p + 328, "one"); strcpy(p + 340, "GREETING=hello");
    uint32_t *argv = (uint32_t *)(p + 512), *env = argv + 8;
    argv[0] = low + 256; argv[1] = low + 272; argv[2] = low + 280; argv[3] = low + 320; argv[4] = low + 328; argv[5] = 0;
    env[0] = low + 340; env[1] = 0;
    int80(11, low + 256, (long)argv, (long)env, 0, 0);
    _exit(9);
  }
  int *info = (int *)(p + 1024);
  uint32_t *used = (uint32_t *)(p + 1200);
  printf("waitid %ld:", int80(284, P_ALL, 0, (long)info, WEXITED | WNOWAIT, (long)used));
  printf(" signo %d code %d, a child %d, uid %d, status %d, resident %d\n", info[0], info[2], info[3] > 1, info[4] == (int)getuid(), info[5], used[4] > 100);
  int status;
  wait(&status);
  printf("execve %x\n", status);
  strcpy(p + 200, "/dev/shm/int80.XXXXXX");
  char *dir = mkdtemp(p + 200), name[64];
  int made = open(strcat(strcpy(name, dir), "/a-longer-name"), O_CREAT | O_WRONLY, 0600), listed = open(dir, O_RDONLY | O_DIRECTORY), entries = 0;
  long bytes = int80(141, listed, low + 2048, 1024, 0, 0);
  printf("getdents %ld:", bytes);
  for (long at = 0; at < bytes; at += *(uint16_t *)(p + 2048 + at + 8)) {
    char *e = p + 2048 + at;
    printf(" %s %d bytes of type %d", e + 10, *(uint16_t *)(e + 8), e[*(uint16_t *)(e + 8) - 1]);
    entries++;
  }
  printf(", %d; then %ld", entries, int80(141, listed, low + 2048, 1024, 0, 0));
  lseek(listed, 0, SEEK_SET);
  printf("; with no room %ld\n", int80(141, listed, low + 2048, 8, 0, 0));
  struct statfs *fs = (struct statfs *)(p + 2048);
  printf("fstat64 %ld, fstatfs64 %ld, sysinfo %ld\n", int80(197, made, low + 2048, 0, 0, 0), int80(269, made, 84, (long)fs, 0, 0), int80(116, low + 2048, 0, 0, 0, 0));
  unlink(name); rmdir(dir);
  printf("execve of a bad list %ld\n", int80(11, low + 256, 0x20000000, 0, 0, 0));
  return 7;
}
