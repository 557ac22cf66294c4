// Kernel: LZ77 with a hash of four bytes and greedy matches (the shape of LZ4), compressing and expanding again. Byte copies, 32-bit loads, branches. Argument: rounds.
// build: -static
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static uint32_t load(const uint8_t *p) { uint32_t v; memcpy(&v, p, 4); return v; }
static uint8_t *number(uint8_t *o, unsigned n) { for (; n >= 255; n -= 255) *o++ = 255; *o++ = n; return o; }
static long compress(const uint8_t *in, long n, uint8_t *out) { // (literals, bytes, match length, distance)*
  static int32_t head[1 << 14];
  uint8_t *o = out;
  long at = 0, from = 0;
  memset(head, 0xff, sizeof head);
  while (at + 4 < n) {
    uint32_t h = load(in + at) * 2654435761u >> 18;
    long m = head[h];
    head[h] = at;
    if (m < 0 || at - m > 65535 || load(in + m) != load(in + at)) { at++; continue; }
    long length = 4;
    while (at + length < n && in[m + length] == in[at + length]) length++;
    o = number(o, at - from);
    memcpy(o, in + from, at - from); o += at - from;
    o = number(o, length);
    *o++ = at - m; *o++ = (at - m) >> 8;
    from = at += length;
  }
  o = number(o, n - from);
  memcpy(o, in + from, n - from);
  return o + (n - from) - out;
}
static long expand(const uint8_t *in, long n, uint8_t *out) {
  const uint8_t *end = in + n;
  uint8_t *o = out;
  for (;;) {
    unsigned c, length = 0;
    do length += c = *in++; while (c == 255);
    memcpy(o, in, length); o += length; in += length;
    if (in >= end) return o - out;
    length = 0;
    do length += c = *in++; while (c == 255);
    unsigned distance = in[0] | in[1] << 8;
    in += 2;
    while (length--) { *o = o[-(long)distance]; o++; }
  }
}
int main(int argc, char **argv) {
  enum { N = 300000 };
  long rounds = argc > 1 ? atol(argv[1]) : 10;
  uint8_t *in = malloc(N), *mid = malloc(N * 2), *out = malloc(N + 16);
  static const char *words[] = {"int ", "return ", "struct ", "->next", " = ", ";\n  ", "(void)", "while (", "x", "value", "0x1f", "!= ", "static "};
  uint32_t x = 5;
  long n = 0, packed = 0;
  while (n < N) { x = x * 1664525u + 1013904223u; const char *w = words[(x >> 18) % 13]; while (*w && n < N) in[n++] = *w++; if (x >> 28 == 3 && n < N) in[n++] = x >> 8; }
  for (long r = 0; r < rounds; r++) {
    packed += compress(in, N, mid);
    long size = expand(mid, compress(in, N, mid), out);
    if (size != N || memcmp(in, out, N)) { puts("lz: differs"); return 1; }
    in[(r * 7919) % N] ^= 1;
  }
  printf("lz %ld\n", packed);
  return 0;
}
