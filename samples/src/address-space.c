// mmap, munmap, mprotect, mremap, madvise, brk, shared and private files, truncation, fork flags, and the faults and errors of each, as lines to compare.
// build: -w
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
static sigjmp_buf jb; static volatile int sg, cd; static void *volatile ad;
static void on(int s, siginfo_t *i, void *u) { sg = s; cd = i->si_code; ad = i->si_addr; siglongjmp(jb, 1); }
#define TRY(x) (sg = 0, sigsetjmp(jb, 1) == 0 ? ((x), 0) : sg * 100 + cd)
#define E(x) ({ errno = 0; long r_ = (long)(x); r_ < 0 && r_ > -4096 ? -errno : (r_ == -1 ? -errno : 1); })
int main(void) {
  struct sigaction sa = { .sa_sigaction = on, .sa_flags = SA_SIGINFO }; sigaction(SIGSEGV, &sa, 0); sigaction(SIGBUS, &sa, 0);
  char *p = mmap(0, 5 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memset(p, 1, 5 * 4096);
  mprotect(p + 4096, 4096, PROT_READ); printf("ro write %d\n", TRY(p[4096] = 2)); printf("addr %d\n", ad == p + 4096);
  mprotect(p + 8192, 4096, PROT_NONE); printf("none read %d write %d\n", TRY(sg = p[8192]), TRY(p[8192] = 1));
  mprotect(p, 5 * 4096, PROT_READ | PROT_WRITE); printf("back %d\n", p[4096] + p[8192]);
  munmap(p + 4096, 4096); printf("hole %d\n", TRY(sg = p[4096]));
  printf("mprotect hole %d\n", E(mprotect(p, 4 * 4096, PROT_READ)));
  char *q = mremap(p + 2 * 4096, 4096, 8192, 0); printf("mremap in place %d\n", q == MAP_FAILED ? errno : 0);
  q = mremap(p + 2 * 4096, 3 * 4096, 6 * 4096, MREMAP_MAYMOVE); printf("moved %d %d\n", q != MAP_FAILED, q[0] + q[4096] + q[2 * 4096] + q[3 * 4096]);
  q[5 * 4096] = 9; madvise(q, 6 * 4096, MADV_DONTNEED); printf("dontneed %d %d\n", q[0], q[5 * 4096]);
  char fn[] = "/tmp/mmt.XXXXXX"; int fd = mkstemp(fn); ftruncate(fd, 10000);
  char *m = mmap(0, 16384, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), *r = mmap(0, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  m[0] = 'A'; char b[4]; pread(fd, b, 1, 0); printf("shared->read %c private sees %c\n", b[0], r[0]);
  pwrite(fd, "BC", 2, 4096); printf("write->shared %c private %c\n", m[4096], r[4096]);
  r[4096] = 'x'; pwrite(fd, "Z", 1, 4096); printf("private cow %c shared %c\n", r[4096], m[4096]);
  printf("tail in page %d beyond %d\n", TRY(m[10001] = 1), TRY(m[12288] = 1)); printf("bus addr %d\n", ad == m + 12288);
  ftruncate(fd, 4096); printf("truncated %d private copy %d\n", TRY(sg = m[4096]), TRY(sg = r[4096]));
  ftruncate(fd, 8192); printf("zero again %d\n", m[4097]);
  int ro = open(fn, O_RDONLY); printf("shared rw on ro %d private %d\n", E(mmap(0, 4096, PROT_WRITE, MAP_SHARED, ro, 0)), E(mmap(0, 4096, PROT_WRITE | PROT_READ, MAP_PRIVATE, ro, 0)));
  char *s = mmap(0, 4096, PROT_READ, MAP_SHARED, ro, 0); printf("mprotect shared ro %d\n", E(mprotect(s, 4096, PROT_WRITE)));
  close(fd); unlink(fn); printf("after unlink %c\n", m[0]);
  printf("errors %d %d %d %d %d\n", E(mmap(0, 0, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)), E(mmap(0, 4096, 3, MAP_PRIVATE, -1, 0)), E(mmap(0, 4096, 3, MAP_PRIVATE, 0, 123)), E(mmap((void *)1, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)), E(mmap((void *)4096, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)));
  printf("munmap errs %d %d, msync %d %d, madvise %d %d\n", E(munmap((void *)1, 4096)), E(munmap(p, 0)), E(msync(m, 4096, 99)), E(msync((void *)0x1000000, 4096, MS_SYNC)), E(madvise(m, 4096, 77)), E(madvise((void *)0x1000000, 4096, MADV_DONTNEED)));
  unsigned char v[4]; char *z = mmap(0, 4 * 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); z[4096] = 1; printf("mincore %d", mincore(z, 4 * 4096, v)); printf(" %d %d %d\n", v[0] & 1, v[1] & 1, v[2] & 1);
  void *br = sbrk(0); sbrk(100000); memset(br, 3, 100000); sbrk(-100000); printf("brk back %d\n", sbrk(0) == br); sbrk(8192); printf("zeroed %d\n", *(char *)br);
  int *sh = mmap(0, 4096, 3, MAP_SHARED | MAP_ANONYMOUS, -1, 0); if (!fork()) { *sh = 5; z[4096] = 9; _exit(0); } wait(0); printf("fork shared %d private %d\n", *sh, z[4096]);
  madvise(z, 4 * 4096, MADV_DONTFORK); if (!fork()) { _exit(TRY(z[4096] = 1) / 100); } int st; wait(&st); printf("dontfork child %d\n", WEXITSTATUS(st)); madvise(z, 4 * 4096, MADV_DOFORK);
  madvise(z, 4 * 4096, MADV_WIPEONFORK); if (!fork()) _exit(z[4096]); wait(&st); printf("wipe %d\n", WEXITSTATUS(st));
  struct rlimit rl = { 1 << 30, 1 << 30 }; getrlimit(RLIMIT_AS, &rl); rl.rlim_cur = 100 << 20; setrlimit(RLIMIT_AS, &rl); printf("as limit %d\n", E(mmap(0, 200 << 20, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))); rl.rlim_cur = RLIM_INFINITY; setrlimit(RLIMIT_AS, &rl);
  char *g = mmap(0, 3 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); printf("fixed noreplace %d\n", E(mmap(g, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0)));
  printf("read into ro %d, write from none %d\n", E(read(0, (void *)main, 0)), E(write(1, g, 10)));
  char *x = mmap(0, 4096, 7, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); memcpy(x, "\xb8\x2a\0\0\0\xc3", 6); printf("code %d", ((int (*)(void))x)()); x[1] = 43; printf(" %d", ((int (*)(void))x)()); mprotect(x, 4096, 3); printf(" nx %d\n", TRY(((int (*)(void))x)()));
  printf("null %d kernel %d\n", TRY(sg = *(volatile char *)8), TRY(sg = *(volatile char *)0xffff800000000000));
  struct { unsigned long a[4]; } big; (void)big; char *deep = alloca(4 << 20); deep[0] = 1; printf("stack 4M ok\n");
  printf("mlock %d %d\n", mlock(z, 4096), munlock(z, 4096));
  int e = open("/dev/null", O_RDWR); printf("null dev mmap %d zero ", E(mmap(0, 4096, 3, MAP_PRIVATE, e, 0))); e = open("/dev/zero", O_RDWR); char *zz = mmap(0, 4096, 3, MAP_PRIVATE, e, 0); printf("%d\n", zz == MAP_FAILED ? -1 : zz[5]);
  e = open("/", O_RDONLY); printf("dir mmap %d\n", E(mmap(0, 4096, 1, MAP_PRIVATE, e, 0)));
  return 0;
}
