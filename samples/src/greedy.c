// Programs that never stop asking, by name: forks without bound, recursion without end, terabytes mapped, a pipe nobody reads.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
static long deep(long n) { volatile char pad[4096]; pad[0] = (char)n; return deep(n + 1) + pad[0]; }
int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "map";
  if (!strcmp(what, "fork")) {
    long made = 0;
    while (made < 100000) { pid_t p = fork(); if (p < 0) break; if (p == 0) { pause(); _exit(0); } made++; }
    printf("stopped by %s\n", errno == EAGAIN || errno == ENOMEM ? "a limit" : "nothing");
    fflush(stdout);
    signal(SIGTERM, SIG_IGN);
    kill(0, SIGTERM);
    while (wait(0) > 0) ;
  } else if (!strcmp(what, "recurse")) {
    return (int)deep(0);
  } else if (!strcmp(what, "map")) {
    long n = 0;
    while (n < 1000 && mmap(0, 1L << 40, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) != MAP_FAILED) n++;
    printf("mapped %s\n", n > 50 ? "terabytes" : "little");
  } else if (!strcmp(what, "memory")) {
    for (;;) { char *p = mmap(0, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); if (p == MAP_FAILED) { puts("ENOMEM"); return 0; } memset(p, 1, 1 << 20); }
  }
  return 0;
}
