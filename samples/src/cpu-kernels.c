// Small CPU kernels, chosen by name (all when none is given): each prints a checksum. Integer, memory, floating point, branches, calls.
// build: -static
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static uint32_t lcg(uint32_t x) { return x * 1664525u + 1013904223u; }
static uint64_t sieve(long n) {
  char *s = calloc(n + 1, 1);
  uint64_t sum = 0;
  for (long i = 2; i <= n; i++) if (!s[i]) { sum += i; for (long j = i * 2; j <= n; j += i) s[j] = 1; }
  free(s);
  return sum;
}
static uint64_t crc(long n) {
  uint32_t t[256], c = ~0u, x = 1;
  for (uint32_t i = 0; i < 256; i++) { uint32_t r = i; for (int k = 0; k < 8; k++) r = r >> 1 ^ (0xedb88320u & -(r & 1)); t[i] = r; }
  for (long i = 0; i < n; i++) { x = lcg(x); c = c >> 8 ^ t[(c ^ x >> 24) & 255]; }
  return ~c;
}
static int cmp(const void *a, const void *b) { int x = *(const int *)a, y = *(const int *)b; return (x > y) - (x < y); }
static uint64_t sort(long n) {
  int *a = malloc(n * sizeof *a);
  uint32_t x = 7;
  for (long i = 0; i < n; i++) a[i] = (int)((x = lcg(x)) >> 8);
  qsort(a, n, sizeof *a, cmp);
  uint64_t h = 0;
  for (long i = 0; i < n; i++) h = h * 31 + a[i];
  free(a);
  return h;
}
static uint64_t matrix(long n) {
  double *a = malloc(n * n * 8), *b = malloc(n * n * 8), s = 0;
  for (long i = 0; i < n * n; i++) { a[i] = i % 7; b[i] = i % 5; }
  for (long i = 0; i < n; i++) for (long j = 0; j < n; j++) { double t = 0; for (long k = 0; k < n; k++) t += a[i * n + k] * b[k * n + j]; s += t * (i ^ j); }
  free(a);
  free(b);
  return (uint64_t)s;
}
static uint64_t fib(long n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
static uint64_t mandel(long n) {
  uint64_t total = 0;
  for (long y = 0; y < n; y++) for (long x = 0; x < n; x++) {
    double cr = 3.0 * x / n - 2, ci = 2.0 * y / n - 1, zr = 0, zi = 0;
    int i = 0;
    for (; i < 100 && zr * zr + zi * zi < 4; i++) { double t = zr * zr - zi * zi + cr; zi = 2 * zr * zi + ci; zr = t; }
    total += i;
  }
  return total;
}
static uint64_t strings(long n) {
  char *s = malloc(n + 1);
  uint32_t x = 3;
  for (long i = 0; i < n; i++) s[i] = "abcdefgh "[(x = lcg(x)) % 9];
  s[n] = 0;
  uint64_t words = 0;
  for (char *p = strtok(s, " "); p; p = strtok(0, " ")) words = words * 3 + strlen(p);
  free(s);
  return words;
}
static uint64_t hash(long n) {
  uint64_t *t = calloc(1 << 16, 8), x = 88172645463325252u, hits = 0;
  for (long i = 0; i < n; i++) { x ^= x << 13; x ^= x >> 7; x ^= x << 17; uint64_t h = (x * 0x9e3779b97f4a7c15u) >> 48; if (t[h] == (x & 0xffff)) hits++; t[h] = x & 0xffff; }
  free(t);
  return hits + x;
}
int main(int argc, char **argv) {
  static const struct { const char *name; uint64_t (*f)(long); long n; } k[] = {
    {"sieve", sieve, 2000000}, {"crc", crc, 10000000}, {"sort", sort, 300000}, {"matrix", matrix, 160},
    {"fib", fib, 30}, {"mandel", mandel, 200}, {"strings", strings, 3000000}, {"hash", hash, 8000000}};
  long scale = argc > 2 ? atol(argv[2]) : 1;
  for (unsigned i = 0; i < sizeof k / sizeof *k; i++)
    if (argc < 2 || !strcmp(argv[1], "all") || !strcmp(argv[1], k[i].name)) {
      uint64_t v = 0;
      for (long r = 0; r < scale; r++) v += k[i].f(k[i].n);
      printf("%s %llx\n", k[i].name, (unsigned long long)v);
    }
  return 0;
}
