// Touches 2,000 fresh anonymous pages one by one: 2,000 minor faults; then drops them with MADV_DONTNEED and touches them again.
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
int main(void) {
  const int pages = 2000;
  struct rusage a, b;
  volatile char *p = mmap(0, pages * 4096L, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  madvise((void *)p, pages * 4096L, MADV_NOHUGEPAGE);
  getrusage(RUSAGE_SELF, &a);
  for (int round = 0; round < 2; round++) {
    for (int i = 0; i < pages; i++) p[i * 4096L] = 1;
    madvise((void *)p, pages * 4096L, MADV_DONTNEED);
  }
  getrusage(RUSAGE_SELF, &b);
  int zero = 1;
  for (int i = 0; i < pages; i++) zero &= p[i * 4096L] == 0;
  printf("at least 4000 faults: %s, zero again: %d\n", b.ru_minflt - a.ru_minflt >= 4000 ? "yes" : "no", zero);
  return 0;
}
