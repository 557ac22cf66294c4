// Kernel: string work: tokens with strtok, strlen, strstr, memchr, strcmp, toupper through a table, naive search. libc's SSE2 code and byte loops. Argument: rounds.
// build: -static
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static long naive(const char *s, const char *want) {
  long n = 0;
  for (; *s; s++) { const char *p = s, *q = want; while (*q && *p == *q) p++, q++; n += !*q; }
  return n;
}
int main(int argc, char **argv) {
  enum { N = 200000 };
  long rounds = argc > 1 ? atol(argv[1]) : 10;
  char *s = malloc(N + 1), *t = malloc(N + 1);
  uint32_t x = 3;
  uint64_t h = 0;
  for (int i = 0; i < N; i++) { x = x * 1664525u + 1013904223u; s[i] = "etaoin shrdlu\n., "[(x >> 16) % 17]; }
  s[N] = 0;
  for (long r = 0; r < rounds; r++) {
    memcpy(t, s, N + 1);
    const char *before = "";
    for (char *p = strtok(t, " \n.,"); p; p = strtok(0, " \n.,")) { h = h * 3 + strlen(p) + (strcmp(p, before) < 0); before = p; }
    for (const char *p = s; (p = memchr(p, '\n', s + N - p)); p++) h++;
    for (const char *p = s; (p = strstr(p, "the")); p++) h++;
    h += naive(s, "no t");
    for (int i = 0; i < N; i++) { t[i] = toupper((unsigned char)s[i]); if (isalpha((unsigned char)t[i])) h += t[i]; }
    s[r % N] = t[(r * 7) % N];
    if (!s[r % N]) s[r % N] = 'x';
  }
  printf("scan %016llx\n", (unsigned long long)h);
  return 0;
}
