// Memory policies of a machine with one node: what is accepted, refused and told.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned long mask[16];
static void set(const char *what, int mode, unsigned long nodes, long maxnode) {
  mask[0] = nodes;
  long r = syscall(SYS_set_mempolicy, mode, maxnode < 0 ? 0 : mask, maxnode < 0 ? 0 : maxnode);
  int error = r < 0 ? errno : 0, now = -1;
  memset(mask, 0xff, sizeof mask);
  r = syscall(SYS_get_mempolicy, &now, mask, 1024, 0, 0);
  printf("%s: %d; mode %d, nodes %lu %lu, %ld\n", what, error, now, mask[0], mask[1], r);
}
static void get(const char *what, void *at, int flags) {
  int mode = -1;
  memset(mask, 0, sizeof mask);
  long r = syscall(SYS_get_mempolicy, &mode, mask, 1024, at, flags);
  if (r < 0) printf("%s: error %d\n", what, errno); else printf("%s: mode %d, nodes %lu\n", what, mode, mask[0]);
}

int main(void) {
  char *page = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *hole = mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(hole, 4096);
  page[0] = 1;
  set("default", 0, 0, -1);
  set("bind 0", 2, 1, 1024);
  set("bind nothing", 2, 0, 1024);
  set("interleave 0", 3, 1, 1024);
  get("next node", 0, 1);
  set("preferred nothing", 1, 0, -1);
  set("local with a node", 4, 1, 1024);
  set("preferred 0", 1, 1, 1024);
  set("static", 0x8000 | 2, 1, 1024);
  set("static and relative", 0xc000 | 2, 1, 1024);
  set("no such mode", 99, 1, 1024);
  set("default with a node", 0, 1, 1024);
  fflush(stdout);
  if (fork() == 0) { get("child", 0, 0); fflush(stdout); _exit(0); }
  wait(0);
  set("default", 0, 0, -1);
  get("node of a page", page, 3);
  get("of nothing", hole, 3);
  get("allowed", 0, 4);
  get("allowed and more", 0, 5);
  get("address without the flag", page, 0);
  get("no such flag", 0, 8);
  mask[0] = 1;
  printf("mbind %ld", syscall(SYS_mbind, page, 8192, 2, mask, 1024, 0));
  printf(" %ld", syscall(SYS_mbind, page + 1, 4096, 2, mask, 1024, 0)); printf(" %d", errno);
  printf(" %ld", syscall(SYS_mbind, hole, 4096, 2, mask, 1024, 0)); printf(" %d", errno);
  printf(" %ld", syscall(SYS_mbind, page, 0, 2, mask, 1024, 0)); printf(" %ld\n", syscall(SYS_mbind, page, 8192, 2, mask, 1024, 3));
  void *pages[3] = { page, page + 4096, hole };
  int status[3] = { 9, 9, 9 };
  long r = syscall(SYS_move_pages, 0, 3, pages, 0, status, 0);
  printf("move_pages %ld: %d %d %d\n", r, status[0], status[1], status[2]);
  return 0;
}
