// Five sleeps of 20 ms and an interval timer of 10 ms with a handler: virtual time passes exactly, however busy the host is.
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static volatile int ticks;
static void on(int s) { (void)s; ticks++; }
int main(void) {
  struct timespec a, b, d = {0, 20000000};
  clock_gettime(CLOCK_MONOTONIC, &a);
  for (int i = 0; i < 5; i++) nanosleep(&d, 0);
  clock_gettime(CLOCK_MONOTONIC, &b);
  long ms = (b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000;
  printf("slept %s\n", ms >= 100 ? "100 ms" : "too little");
  signal(SIGALRM, on);
  struct itimerval it = {{0, 10000}, {0, 10000}};
  setitimer(ITIMER_REAL, &it, 0);
  while (ticks < 5) pause();
  printf("%d ticks\n", ticks);
  return 0;
}
