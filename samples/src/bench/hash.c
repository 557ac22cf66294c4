// Kernel: an open-addressing hash table of 64-bit keys that grows, with lookups and removals. Random loads over 16 MiB. Argument: thousands of operations.
// build: -static
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
typedef struct { uint64_t key, value; } slot;
static slot *table;
static uint64_t mask, used;
static uint64_t mix(uint64_t x) { x ^= x >> 31; x *= 0x7fb5d329728ea185u; x ^= x >> 27; return x; }
static slot *find(uint64_t key) {
  for (uint64_t i = mix(key) & mask;; i = (i + 1) & mask) if (table[i].key == key || table[i].key == 0) return &table[i];
}
static void grow(void) {
  slot *old = table;
  uint64_t size = mask + 1;
  table = calloc(size * 2, sizeof *table);
  mask = size * 2 - 1;
  for (uint64_t i = 0; i < size; i++) if (old[i].key) *find(old[i].key) = old[i];
  free(old);
}
int main(int argc, char **argv) {
  long n = (argc > 1 ? atol(argv[1]) : 1000) * 1000;
  uint64_t x = 88172645463325252u, sum = 0;
  table = calloc(1024, sizeof *table);
  mask = 1023;
  for (long i = 0; i < n; i++) {
    x ^= x << 13; x ^= x >> 7; x ^= x << 17;
    slot *s = find(x % 700000 + 1);
    if (s->key) { sum += s->value; s->value ^= x; }
    else { s->key = x % 700000 + 1; s->value = i; if (++used * 3 > mask * 2) grow(); }
  }
  printf("hash %016llx %llu\n", (unsigned long long)sum, (unsigned long long)used);
  return 0;
}
