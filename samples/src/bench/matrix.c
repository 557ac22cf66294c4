// Kernel: integer matrices as in CoreMark: product, product by a vector, bit extraction, transposition. Array indexing and multiplication. Argument: rounds.
// build: -static
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
enum { N = 90 };
static int32_t a[N][N], b[N][N], c[N][N], v[N], w[N];
int main(int argc, char **argv) {
  long rounds = argc > 1 ? atol(argv[1]) : 200;
  uint64_t sum = 0;
  for (int i = 0; i < N; i++) { v[i] = i * 7 + 1; for (int j = 0; j < N; j++) { a[i][j] = (i * j + i + 3) & 255; b[i][j] = (i ^ j) - 40; } }
  for (long r = 0; r < rounds; r++) {
    for (int i = 0; i < N; i++) for (int j = 0; j < N; j++) {
      int32_t t = 0;
      for (int k = 0; k < N; k++) t += a[i][k] * b[k][j];
      c[i][j] = t;
    }
    for (int i = 0; i < N; i++) { int32_t t = 0; for (int j = 0; j < N; j++) t += c[i][j] * v[j]; w[i] = t; }
    for (int i = 0; i < N; i++) for (int j = 0; j < N; j++) { // the next round's operands come from this one's results
      int32_t t = c[i][j];
      a[j][i] = ((t >> 2) & 15) * ((t >> 5) & 127) + (w[i] & 3);
      b[i][j] = (b[i][j] ^ t) & 1023;
    }
    for (int i = 0; i < N; i++) sum = sum * 31 + (uint32_t)w[i];
  }
  printf("matrix %016llx\n", (unsigned long long)sum);
  return 0;
}
