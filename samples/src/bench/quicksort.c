// Kernel: quicksort with insertion sort below 16 elements, half of it through qsort() and its comparison callback. Argument: rounds.
// build: -static
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
static void quick(int *a, long n) {
  while (n > 16) {
    int p = a[n / 2];
    long i = 0, j = n - 1;
    for (;;) { while (a[i] < p) i++; while (a[j] > p) j--; if (i >= j) break; int t = a[i]; a[i++] = a[j]; a[j--] = t; }
    if (j + 1 < n - j - 1) { quick(a, j + 1); a += j + 1; n -= j + 1; } else { quick(a + j + 1, n - j - 1); n = j + 1; }
  }
  for (long i = 1; i < n; i++) { int t = a[i]; long j = i; for (; j > 0 && a[j - 1] > t; j--) a[j] = a[j - 1]; a[j] = t; }
}
static int order(const void *a, const void *b) { int x = *(const int *)a, y = *(const int *)b; return (x > y) - (x < y); }
int main(int argc, char **argv) {
  enum { N = 100000 };
  long rounds = argc > 1 ? atol(argv[1]) : 10;
  int *a = malloc(N * sizeof *a);
  uint32_t x = 7;
  uint64_t h = 0;
  for (long r = 0; r < rounds; r++) {
    for (int i = 0; i < N; i++) { x = x * 1664525u + 1013904223u; a[i] = (int)(x >> 8); }
    if (r & 1) qsort(a, N, sizeof *a, order); else quick(a, N);
    for (int i = 0; i < N; i++) h = h * 31 + a[i];
  }
  printf("quicksort %016llx\n", (unsigned long long)h);
  return 0;
}
