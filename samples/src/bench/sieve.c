// Kernel: the sieve of Eratosthenes over 2 MiB of bytes. Strided stores over many pages. Argument: rounds.
// build: -static
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int argc, char **argv) {
  enum { N = 2000000 };
  long rounds = argc > 1 ? atol(argv[1]) : 10;
  char *s = malloc(N + 1);
  uint64_t sum = 0;
  for (long r = 0; r < rounds; r++) {
    memset(s, 0, N + 1);
    for (long i = 2; i <= N; i++) if (!s[i]) { sum += i; for (long j = i * 2; j <= N; j += i) s[j] = 1; }
  }
  printf("sieve %llu\n", (unsigned long long)sum);
  return 0;
}
