// Two busy loops at nice 0 and nice 5 on one CPU for half a second: their CPU times are as 1024 to 335. Prints the ratio class only.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
static double now(clockid_t c) { struct timespec t; clock_gettime(c, &t); return t.tv_sec + t.tv_nsec / 1e9; }
int main(void) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(0, &one);
  sched_setaffinity(0, sizeof one, &one);
  int p[2];
  if (pipe(p)) return 2;
  for (int i = 0; i < 2; i++)
    if (fork() == 0) {
      setpriority(PRIO_PROCESS, 0, i * 5);
      double end = now(CLOCK_MONOTONIC) + 0.5, cpu;
      while (now(CLOCK_MONOTONIC) < end) for (volatile int j = 0; j < 1000; j++) ;
      cpu = now(CLOCK_PROCESS_CPUTIME_ID);
      struct { int i; double cpu; } m = {i, cpu};
      _exit(write(p[1], &m, sizeof m) != sizeof m);
    }
  double cpu[2] = {0, 0};
  for (int i = 0; i < 2; i++) { struct { int i; double cpu; } m; if (read(p[0], &m, sizeof m) == sizeof m) cpu[m.i] = m.cpu; }
  while (wait(0) > 0) ;
  double ratio = cpu[0] / cpu[1];
  printf("ratio %s\n", ratio > 2.6 && ratio < 3.6 ? "about 3.06" : "off");
  fprintf(stderr, "%.3f\n", ratio);
  return 0;
}
