// Kernel: CRC-32 over a buffer, a table look-up a byte, and CRC-16 bit by bit. A chain of dependent shifts and loads. Argument: rounds.
// build: -static
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
static uint32_t table[256];
static uint32_t crc32(uint32_t c, const uint8_t *p, long n) { c = ~c; while (n--) c = c >> 8 ^ table[(c ^ *p++) & 255]; return ~c; }
static uint16_t crc16(uint16_t c, const uint8_t *p, long n) {
  while (n--) { c ^= *p++; for (int i = 0; i < 8; i++) c = c & 1 ? c >> 1 ^ 0xa001 : c >> 1; }
  return c;
}
int main(int argc, char **argv) {
  enum { N = 65536 };
  long rounds = argc > 1 ? atol(argv[1]) : 200;
  static uint8_t buf[N];
  uint32_t x = 1, c = 0;
  uint16_t d = 0;
  for (uint32_t i = 0; i < 256; i++) { uint32_t r = i; for (int k = 0; k < 8; k++) r = r >> 1 ^ (0xedb88320u & -(r & 1)); table[i] = r; }
  for (int i = 0; i < N; i++) { x = x * 1664525u + 1013904223u; buf[i] = x >> 24; }
  for (long r = 0; r < rounds; r++) { c = crc32(c, buf, N); d = crc16(d, buf, N / 8); buf[r % N] ^= c; }
  printf("crc %08x %04x\n", c, d);
  return 0;
}
