// Executes itself three times with a counter as argument; the process id stays.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(int argc, char **argv) {
  int left = argc > 1 ? atoi(argv[1]) : 3;
  static char pid[16], n[16];
  snprintf(pid, sizeof pid, "%d", getpid());
  printf("%d left, same pid %d\n", left, argc < 3 || atoi(argv[2]) == getpid());
  fflush(stdout);
  if (left == 0) return 5;
  snprintf(n, sizeof n, "%d", left - 1);
  execl("/proc/self/exe", "exec-chain", n, pid, (char *)0);
  return 1;
}
