// Kernel: SHA-256 (FIPS 180-4) of a buffer, again and again. 32-bit rotates and additions in long straight code. Argument: rounds.
// build: -static
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static uint32_t k[64], h[8];
#define R(x, n) ((x) >> (n) | (x) << (32 - (n)))
static void block(const uint8_t *p) {
  uint32_t w[64], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], i = h[7];
  for (int t = 0; t < 16; t++) w[t] = (uint32_t)p[t * 4] << 24 | p[t * 4 + 1] << 16 | p[t * 4 + 2] << 8 | p[t * 4 + 3];
  for (int t = 16; t < 64; t++) w[t] = w[t - 16] + w[t - 7] + (R(w[t - 15], 7) ^ R(w[t - 15], 18) ^ w[t - 15] >> 3) + (R(w[t - 2], 17) ^ R(w[t - 2], 19) ^ w[t - 2] >> 10);
  for (int t = 0; t < 64; t++) {
    uint32_t t1 = i + (R(e, 6) ^ R(e, 11) ^ R(e, 25)) + ((e & f) ^ (~e & g)) + k[t] + w[t];
    uint32_t t2 = (R(a, 2) ^ R(a, 13) ^ R(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    i = g; g = f; f = e; e = d + t1; d = c; c = b; b = a; a = t1 + t2;
  }
  h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e; h[5] += f; h[6] += g; h[7] += i;
}
/** 32 bits of the fraction of the square or cube root of a prime, by bisection in integers. */
static uint32_t fraction(unsigned prime, int power) {
  unsigned __int128 lo = 0, hi = (unsigned __int128)1 << 37;
  while (hi - lo > 1) {
    unsigned __int128 m = (lo + hi) / 2;
    int above = power == 2 ? m * m > (unsigned __int128)prime << 64 : m * m * m > (unsigned __int128)prime << 96;
    if (above) hi = m; else lo = m;
  }
  return (uint32_t)lo;
}
int main(int argc, char **argv) {
  enum { N = 65536 };
  long rounds = argc > 1 ? atol(argv[1]) : 10;
  static uint8_t buf[N + 64];
  int n = 0;
  for (unsigned prime = 2; n < 64; prime++) {
    int composite = 0;
    for (unsigned d = 2; d * d <= prime; d++) composite |= prime % d == 0;
    if (composite) continue;
    if (n < 8) h[n] = fraction(prime, 2);
    k[n++] = fraction(prime, 3);
  }
  for (long r = 0; r < rounds; r++) for (int i = 0; i < N; i += 64) block(buf + i);
  uint64_t bits = (uint64_t)rounds * N * 8;
  buf[N] = 0x80;
  for (int i = 0; i < 8; i++) buf[N + 56 + i] = bits >> (56 - i * 8);
  block(buf + N);
  printf("sha256 ");
  for (int i = 0; i < 8; i++) printf("%08x", h[i]);
  puts("");
  return 0;
}
