// A shared anonymous page and a shared file mapping: what a child writes, the parent reads; the file has it too.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void) {
  char name[] = "/tmp/ktrace-sample-map-XXXXXX", buf[16] = {0};
  int fd = mkstemp(name);
  if (ftruncate(fd, 8192)) return 2;
  int *anon = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  char *file = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (fork() == 0) { anon[7] = 42; strcpy(file + 4096, "from the child"); _exit(0); }
  wait(0);
  if (pread(fd, buf, 15, 4096) != 15) return 3;
  printf("%d, %s, %s\n", anon[7], file + 4096, buf);
  unlink(name);
  return 0;
}
