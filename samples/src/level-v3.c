// Built for x86-64-v3: loops that the compiler makes AVX2, FMA and BMI of, functions of the C library at that level, and ymm registers across signal handlers.
// build: -O3 -march=x86-64-v3 -lm
#define _GNU_SOURCE
#include <immintrin.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

static float a[1000], b[1000], c[1000];
static double d[1000];
static uint16_t half[1000];
static int n[1024], indices[1024], picked[1024];
static unsigned char text[4096];

/* The frame as the kernel wrote it, larger where the processor has more components; the second signal's handler changes the upper half of ymm5 in it. */
static int signals;
static sigjmp_buf back;
static void handler(int sig, siginfo_t *info, void *context) {
  (void)sig; (void)info;
  ucontext_t *u = context;
  unsigned char *fp = (unsigned char *)u->uc_mcontext.fpregs;
  uint64_t features;
  uint32_t sw[6], magic2;
  memcpy(sw, fp + 464, sizeof sw); memcpy(&features, fp + 512, 8); memcpy(&magic2, fp + sw[4], 4);
  printf("frame: flags %lx, aligned %d, magic %x, extended by %u, features %x, size enough %d, upper halves %d, magic2 %x\n", (unsigned long)u->uc_flags, ((uintptr_t)fp & 63) == 0, sw[0], sw[1] - sw[4], sw[2] & 7, sw[4] >= 832, (int)(features >> 2 & 1), magic2);
  if (++signals == 2) memset(fp + 576 + 5 * 16, 0x77, 16);
  if (signals == 3) features &= 3, memcpy(fp + 512, &features, 8); /* the upper halves are initial: zero */
  if (signals == 4) magic2 = 0, memcpy(fp + sw[4], &magic2, 4); /* only FXSAVE's part counts */
  __asm__ volatile("vpcmpeqd %%ymm5, %%ymm5, %%ymm5\n\tvzeroupper" ::: "xmm5");
  if (signals == 5) siglongjmp(back, 1);
}
static void across(void) {
  uint64_t in[4] = { 0x1111, 0x2222, 0x3333, 0x4444 }, out[4];
  long pid = getpid();
  __asm__ volatile("vmovdqu %1, %%ymm5\n\tsyscall\n\tvmovdqu %%ymm5, %0\n\tvzeroupper" : "=m"(out) : "m"(in), "a"(62L), "D"(pid), "S"((long)SIGUSR1) : "rcx", "r11", "memory", "xmm5");
  printf("ymm5: %lx %lx %lx %lx\n", out[0], out[1], out[2], out[3]);
}

int main(void) {
  for (int i = 0; i < 1000; i++) { a[i] = (float)i / 7; b[i] = 1 - (float)i / 3; c[i] = (float)(i % 13); d[i] = i * 0.1; }
  for (int round = 0; round < 20; round++) {
    for (int i = 0; i < 1000; i++) c[i] = a[i] * b[i] + c[i];
    for (int i = 0; i < 1000; i++) d[i] = d[i] * 1.0000001 - a[i];
  }
  for (int i = 0; i + 8 <= 1000; i += 8) _mm_storeu_si128((__m128i *)(half + i), _mm256_cvtps_ph(_mm256_loadu_ps(a + i), 0));
  double sum = 0, halves = 0;
  for (int i = 0; i < 1000; i++) sum += c[i] + d[i];
  for (int i = 0; i + 8 <= 1000; i += 8) { float f[8]; _mm256_storeu_ps(f, _mm256_cvtph_ps(_mm_loadu_si128((__m128i *)(half + i)))); for (int k = 0; k < 8; k++) halves += f[k]; }
  printf("%.17g %.17g\n", sum, halves);
  long bits = 0;
  for (int i = 0; i < 1024; i++) { n[i] = (int)(i * 2654435761u >> 7); indices[i] = n[i] & 1023; }
  for (int i = 0; i < 1024; i++) picked[i] = n[indices[i]] >> (i & 15);
  for (int i = 0; i < 1024; i++) {
    uint64_t x = (uint64_t)(unsigned)picked[i] << (i & 31);
    bits += __builtin_popcountll(x) + (x ? __builtin_ctzll(x) + __builtin_clzll(x) : 0) + (long)(x & (x - 1)) % 1000 + (long)(x & -x) % 7 + (long)_pext_u64(x, 0x00ff00ff0f0f3333) + (long)(_pdep_u64(x, 0xf0f0f0f0f0f0f0f0) >> 40) + (long)_bextr_u64(x, 5, 11) + (long)__builtin_bswap64(x) % 1001;
    unsigned long long high; bits ^= (long)_mulx_u64(x, 0x9e3779b97f4a7c15, &high) ^ (long)high;
  }
  printf("%ld\n", bits);
  for (int i = 0; i < 4096; i++) text[i] = (unsigned char)('a' + i % 23 + (i >> 9));
  text[4000] = 0;
  printf("%zu %d %d %td %td\n", strlen((char *)text), memcmp(text, text + 23, 480) > 0, strcmp((char *)text + 23, (char *)text) > 0, (unsigned char *)memchr(text, 'z', 4000) - text, (unsigned char *)memrchr(text, 'b', 4000) - text);
  printf("%.17g %.17g %.17g %.9g\n", exp(1.25), sin(123.456), pow(1.0001, 12345.678), (double)expf(2.5f));
  struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER };
  sigaction(SIGUSR1, &sa, 0);
  for (int i = 0; i < 4; i++) across();
  if (sigsetjmp(back, 1) == 0) across();
  puts("back");
  return 0;
}
