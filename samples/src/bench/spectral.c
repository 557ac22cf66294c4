// Kernel: spectral norm, doubles: products by a matrix that is computed as it is used. Divisions, conversions from integers, array walks. Argument: size.
// build: -static -lm
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
static double a(int i, int j) { return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1); }
static void mul(int n, const double *v, double *r) { for (int i = 0; i < n; i++) { double t = 0; for (int j = 0; j < n; j++) t += a(i, j) * v[j]; r[i] = t; } }
static void mulT(int n, const double *v, double *r) { for (int i = 0; i < n; i++) { double t = 0; for (int j = 0; j < n; j++) t += a(j, i) * v[j]; r[i] = t; } }
int main(int argc, char **argv) {
  int n = argc > 1 ? atoi(argv[1]) : 300;
  double *u = malloc(n * 8), *v = malloc(n * 8), *t = malloc(n * 8), vbv = 0, vv = 0;
  for (int i = 0; i < n; i++) u[i] = 1;
  for (int i = 0; i < 10; i++) { mul(n, u, t); mulT(n, t, v); mul(n, v, t); mulT(n, t, u); }
  for (int i = 0; i < n; i++) { vbv += u[i] * v[i]; vv += v[i] * v[i]; }
  printf("spectral %.15f\n", sqrt(vbv / vv));
  return 0;
}
