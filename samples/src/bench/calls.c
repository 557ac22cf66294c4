// Kernel: recursion: Fibonacci, Ackermann, Takeuchi and eight queens. Calls, returns and the stack. Argument: rounds.
// build: -static
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#define NI __attribute__((noinline, optimize("no-optimize-sibling-calls", "no-inline")))
static NI long fib(long n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
static NI long ack(long m, long n) { return m == 0 ? n + 1 : n == 0 ? ack(m - 1, 1) : ack(m - 1, ack(m, n - 1)); }
static NI long tak(long x, long y, long z) { return y >= x ? z : tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y)); }
static NI long queens(unsigned all, unsigned cols, unsigned left, unsigned right) {
  if (cols == all) return 1;
  long n = 0;
  for (unsigned free = all & ~(cols | left | right); free; free &= free - 1) { unsigned bit = free & -free; n += queens(all, cols | bit, (left | bit) << 1, (right | bit) >> 1); }
  return n;
}
int main(int argc, char **argv) {
  long rounds = argc > 1 ? atol(argv[1]) : 10;
  uint64_t sum = 0;
  for (long r = 0; r < rounds; r++) sum = sum * 31 + fib(24 + (r & 1)) + ack(2, 300) + tak(14, 9, r % 4) + queens(255, 0, 0, 0);
  printf("calls %016llx\n", (unsigned long long)sum);
  return 0;
}
