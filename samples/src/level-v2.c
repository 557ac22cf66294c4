// Built for x86-64-v2: string and rounding functions of the C library and vectorised loops of the compiler at that level.
// build: -O3 -march=x86-64-v2 -lm
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <wchar.h>
#include <math.h>
static unsigned char bytes[4096]; static short words[2048]; static int counts[64];
int main(void) {
  for (int i = 0; i < 4096; i++) bytes[i] = (unsigned char)(i * 37 + (i >> 3));
  long bits = 0, least = 1 << 20, sum = 0;
  for (int i = 0; i < 2048; i++) { words[i] = (short)(bytes[i] * bytes[4095 - i] - 20000); bits += __builtin_popcount((unsigned)words[i] * 2654435761u); sum += words[i] < 0 ? -words[i] : words[i]; if (words[i] < least) least = words[i]; }
  for (int i = 0; i < 4096; i++) counts[bytes[i] & 63] += bytes[i] > 127 ? i : -i;
  for (int i = 0; i < 64; i++) sum ^= (long)counts[i] << (i & 15);
  printf("%ld %ld %ld\n", bits, least, sum);
  char a[100]="Hello, World of strings", b[] = "HELLO, world OF STRINGS";
  double s = 0;
  for(int i=1;i<2000;i++){ s+=floor(i*1.37)+ceil(i*0.7)+rint(i/3.0)+nearbyint(i/7.0)+trunc(-i/1.3); }
  printf("%d %d %zu %zu %s %d %.6f %zu\n", strcmp(a,b)>0, strcasecmp(a,b), strspn(a,"Helo, W"), strcspn(a,"xyz"), strpbrk(a,"fW"), strncasecmp(a,b,7), s, wcslen(L"wide"));
  return 0;
}
