// Garbage to every system call: random numbers, pointers, sizes, flags from a seed. Nothing may crash, hang or grow without bound.
// build: -static
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
static uint64_t s;
static uint64_t rnd(void) { s ^= s << 13; s ^= s >> 7; s ^= s << 17; return s; }
static char page[4096];
static uint64_t arg(void) {
  switch (rnd() % 12) {
    case 0: return 0;
    case 1: return rnd() % 16;
    case 2: return (uint64_t)page + rnd() % 4096;
    case 3: return (uint64_t)-1;
    case 4: return rnd();
    case 5: return 1ull << rnd() % 64;
    case 6: return 0x7fffffffffffull - rnd() % 8192;
    case 7: return 0xffff800000000000ull + rnd() % 4096;
    case 8: return rnd() % 4096;
    case 9: return (uint64_t)(int64_t)-(int)(rnd() % 200);
    case 10: return rnd() & 0xffffffff;
    default: return (uint64_t)"/tmp";
  }
}
int main(int argc, char **argv) {
  long seed = argc > 1 ? atol(argv[1]) : 1, rounds = argc > 2 ? atol(argv[2]) : 20, calls = argc > 3 ? atol(argv[3]) : 200;
  for (long r = 0; r < rounds; r++) {
    pid_t child = fork();
    if (child == 0) {
      setsid();
      for (int fd = 3; fd < 64; fd++) close(fd);
      close(0), close(1), close(2);
      alarm(5);
      s = (seed * 1000003 + r) * 0x9e3779b97f4a7c15ull | 1;
      for (int i = 0; i < 4096; i++) page[i] = rnd();
      for (long c = 0; c < calls; c++) {
        long nr = rnd() % 460;
        if (nr == SYS_fork || nr == SYS_vfork || nr == SYS_clone || nr == SYS_clone3 || nr == SYS_kill || nr == SYS_tkill || nr == SYS_tgkill || nr == SYS_rt_sigqueueinfo || nr == SYS_pause || nr == SYS_rt_sigreturn || nr == SYS_exit || nr == SYS_exit_group) continue;
        syscall(nr, arg(), arg(), arg(), arg(), arg(), arg());
      }
      _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
  }
  printf("survived %ld rounds\n", rounds);
  return 0;
}
