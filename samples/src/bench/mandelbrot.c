// Kernel: the Mandelbrot set, doubles, the escape counts summed. Short loops of dependent multiplications. Argument: points a side.
// build: -static
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv) {
  long n = argc > 1 ? atol(argv[1]) : 300;
  uint64_t total = 0;
  for (long y = 0; y < n; y++) for (long x = 0; x < n; x++) {
    double cr = 3.0 * x / n - 2, ci = 2.0 * y / n - 1, zr = 0, zi = 0;
    int i = 0;
    for (; i < 200 && zr * zr + zi * zi < 4; i++) { double t = zr * zr - zi * zi + cr; zi = 2 * zr * zi + ci; zr = t; }
    total += i;
  }
  printf("mandelbrot %llu\n", (unsigned long long)total);
  return 0;
}
