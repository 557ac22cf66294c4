// Writes 300,000 bytes to one file in /tmp, copies it in 4,096-byte blocks, compares, removes both.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
static char buf[4096], other[4096];
int main(void) {
  const char *a = "/tmp/ktrace-sample-a", *b = "/tmp/ktrace-sample-b";
  int fd = open(a, O_CREAT | O_TRUNC | O_WRONLY, 0644);
  for (int i = 0; i < 300; i++) { memset(buf, i, 1000); if (write(fd, buf, 1000) != 1000) return 2; }
  close(fd);
  int in = open(a, O_RDONLY), out = open(b, O_CREAT | O_TRUNC | O_RDWR, 0600);
  ssize_t r;
  long n = 0, blocks = 0;
  while ((r = read(in, buf, sizeof buf)) > 0) { if (write(out, buf, r) != r) return 3; n += r; blocks++; }
  lseek(in, 0, SEEK_SET);
  lseek(out, 0, SEEK_SET);
  int same = 1;
  while ((r = read(in, buf, sizeof buf)) > 0) same &= read(out, other, sizeof other) == r && !memcmp(buf, other, r);
  struct stat st;
  fstat(out, &st);
  unlink(a);
  unlink(b);
  printf("%ld bytes in %ld blocks, same %d, size %ld, mode %o\n", n, blocks, same, (long)st.st_size, st.st_mode & 0777);
  return 0;
}
