// 64 private pages, touched, then fork: the child writes half of them, so 32 copy-on-write faults there; the parent sees none of it.
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void) {
  const int pages = 64;
  char *p = mmap(0, pages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < pages; i++) p[i * 4096] = 1;
  int status;
  pid_t child = fork();
  if (child == 0) {
    for (int i = 0; i < pages / 2; i++) p[i * 4096] = 2;
    int sum = 0;
    for (int i = 0; i < pages; i++) sum += p[i * 4096];
    _exit(sum); // 96
  }
  waitpid(child, &status, 0);
  int sum = 0;
  for (int i = 0; i < pages; i++) sum += p[i * 4096];
  printf("child %d parent %d\n", WEXITSTATUS(status), sum);
  return 0;
}
