// A parent and a child joined by a pipe: 100 messages of 16 bytes, each a write in the child and a read in the parent.
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void) {
  int p[2], status;
  char buf[16];
  if (pipe(p)) return 2;
  pid_t child = fork();
  if (child == 0) {
    close(p[0]);
    for (int i = 0; i < 100; i++) { memset(buf, 'a' + i % 26, 16); if (write(p[1], buf, 16) != 16) _exit(3); }
    _exit(7);
  }
  close(p[1]);
  long n = 0, sum = 0;
  ssize_t r;
  while ((r = read(p[0], buf, 16)) > 0) { n += r; for (int i = 0; i < r; i++) sum += buf[i]; }
  waitpid(child, &status, 0);
  printf("%ld bytes, sum %ld, child exit %d\n", n, sum, WEXITSTATUS(status));
  return 0;
}
