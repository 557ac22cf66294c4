// Transparent huge pages: what of an area is huge after each thing that can be done to it, as /proc/self/smaps says, and that its bytes stay.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#define HUGE (2ul << 20)

struct area { char *at; size_t len; };

static long kib(struct area a, const char *key) {
  FILE *f = fopen("/proc/self/smaps", "r");
  char line[512];
  unsigned long start, end;
  long sum = 0, v;
  int inside = 0;
  while (fgets(line, sizeof line, f)) {
    if (sscanf(line, "%lx-%lx ", &start, &end) == 2 && strchr(line, '-') < strchr(line, ' ')) inside = start >= (unsigned long)a.at && end <= (unsigned long)a.at + a.len;
    else if (inside && !strncmp(line, key, strlen(key)) && line[strlen(key)] == ':' && sscanf(line + strlen(key) + 1, "%ld", &v) == 1) sum += v;
  }
  fclose(f);
  return sum;
}
static unsigned sum(struct area a) {
  unsigned s = 0;
  for (size_t i = 0; i < a.len; i += 512) s = s * 31 + (unsigned char)a.at[i];
  return s;
}
static void say(struct area a, const char *what) { printf("%-32s huge %6ld of %6ld KiB, sum %u\n", what, kib(a, "AnonHugePages"), kib(a, "Rss"), sum(a)); }
static void sizes(struct area a, const char *what) { printf("%-32s huge %6ld of %6ld KiB\n", what, kib(a, "AnonHugePages"), kib(a, "Rss")); }
static void result(const char *what, int r) { printf("%s %d %s\n", what, r, r < 0 ? strerror(errno) : ""); }

/** Address space for n huge pages, aligned, with nothing in it that can be touched. */
static struct area reserve(size_t n, int prot) {
  char *raw = mmap(0, (n + 1) * HUGE, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0), *at = (char *)(((unsigned long)raw + HUGE - 1) & -HUGE);
  if (at > raw) munmap(raw, at - raw);
  if (at < raw + HUGE) munmap(at + n * HUGE, raw + HUGE - at);
  return (struct area){at, n * HUGE};
}
static struct area part(struct area a, size_t from, size_t n) { return (struct area){a.at + from * HUGE, n * HUGE}; }

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  struct area a = reserve(16, PROT_READ | PROT_WRITE), room = reserve(8, PROT_NONE);
  madvise(a.at, a.len, MADV_HUGEPAGE);
  sizes(a, "nothing touched");
  volatile char c = a.at[5];
  (void)c;
  sizes(a, "read");
  a.at[6] = 1;
  sizes(a, "read, then written");
  for (size_t i = 0; i < a.len; i += 4096) a.at[i] = i >> 12;
  say(a, "all written");

  pid_t child = fork();
  if (!child) {
    a.at[3] = 7;
    sizes(a, "child writes one page");
    a.at[3 * HUGE + 9] = 1;
    say(a, "child writes another");
    struct area b = reserve(2, PROT_READ | PROT_WRITE);
    prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    result("disabled", prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
    madvise(b.at, b.len, MADV_HUGEPAGE);
    b.at[0] = 1;
    sizes(b, "child without huge pages");
    _exit(0);
  }
  waitpid(child, 0, 0);
  say(a, "the child has gone");
  a.at[HUGE] = 9;
  sizes(a, "the parent writes alone");

  mprotect(a.at + 4096, 4096, PROT_READ);
  sizes(a, "one page read-only");
  mprotect(a.at + 2 * HUGE, HUGE, PROT_READ);
  say(a, "2 MiB read-only");
  mprotect(a.at + 2 * HUGE, HUGE, PROT_NONE);
  mprotect(a.at + 2 * HUGE, HUGE, PROT_READ | PROT_WRITE);
  a.at[2 * HUGE + 1] = 4;
  sizes(a, "and writable again");

  madvise(a.at + 5 * HUGE + 8192, 4096, MADV_DONTNEED);
  say(a, "a page given back");
  madvise(a.at + 6 * HUGE, HUGE, MADV_DONTNEED);
  sizes(a, "2 MiB given back");
  a.at[6 * HUGE + 77] = 1;
  say(a, "and written");
  munmap(a.at + 15 * HUGE + HUGE / 2, HUGE / 2);
  sizes(a, "half of the last unmapped");

  char *to = mremap(a.at + 8 * HUGE, 2 * HUGE, 2 * HUGE, MREMAP_MAYMOVE | MREMAP_FIXED, room.at);
  printf("moved %d\n", to == room.at);
  say(part(room, 0, 2), "moved by whole huge pages");
  to = mremap(a.at + 10 * HUGE, HUGE, HUGE, MREMAP_MAYMOVE | MREMAP_FIXED, room.at + 4 * HUGE + 4096);
  say((struct area){to, HUGE}, "moved by a page besides");
  sizes(a, "what stayed");

  result("collapse", madvise(a.at, HUGE, MADV_COLLAPSE));
  sizes(a, "in parts of several areas");
  result("collapse", madvise(a.at + 5 * HUGE, HUGE, MADV_COLLAPSE));
  sizes(a, "collapsed");
  result("collapse", madvise(room.at, 2 * HUGE, MADV_COLLAPSE));
  result("collapse", madvise(room.at + 2 * HUGE, HUGE, MADV_COLLAPSE));
  madvise(a.at + 12 * HUGE, HUGE, MADV_NOHUGEPAGE);
  madvise(a.at + 12 * HUGE, HUGE, MADV_DONTNEED);
  a.at[12 * HUGE] = 1;
  sizes(a, "not wanted");
  result("collapse", madvise(a.at + 12 * HUGE, HUGE, MADV_COLLAPSE));

  // The kernel writes across huge pages, what is read-only included
  int p[2];
  char word[16] = "across a border";
  pipe(p);
  write(p[1], word, 16);
  result("read", read(p[0], a.at + 7 * HUGE - 8, 16));
  printf("%.16s\n", a.at + 7 * HUGE - 8);
  struct iovec from = {word, 4}, into = {a.at + 2 * HUGE, 4};
  result("process_vm_writev", process_vm_writev(getpid(), &from, 1, &into, 1, 0));
  mprotect(a.at + 4 * HUGE, HUGE, PROT_READ);
  write(p[1], word, 16);
  result("read into what is read-only", read(p[0], a.at + 4 * HUGE, 16));
  say(part(a, 0, 8), "at the end");
  return 0;
}
