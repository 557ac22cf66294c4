// What the processor says it has, and what it runs: one line an instruction set, "cpuid yes|no, runs yes|no".
#include <cpuid.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static sigjmp_buf back;
static void ill(int sig) { (void)sig; siglongjmp(back, 1); }
static unsigned ecx1, edx1, extended;

#define TRY(name, has, expected, code) do { \
  volatile uint64_t r = 0; \
  if (sigsetjmp(back, 1) == 0) { uint64_t v = 0; code; r = v; printf("%s: cpuid %s, runs yes, %s\n", name, (has) ? "yes" : "no", r == (expected) ? "right" : "WRONG"); } \
  else printf("%s: cpuid %s, runs no\n", name, (has) ? "yes" : "no"); \
} while (0)

int main(void) {
  unsigned a, b;
  struct sigaction sa = { .sa_handler = ill };
  sigaction(SIGILL, &sa, 0);
  __get_cpuid(1, &a, &b, &ecx1, &edx1);
  unsigned c;
  __get_cpuid(0x80000001, &a, &b, &c, &extended);
  unsigned ebx7 = 0, ignored;
  __get_cpuid_count(7, 0, &ignored, &ebx7, &ignored, &ignored);
  TRY("sse3", ecx1 & 1, 5, __asm__ volatile("movq %1, %%xmm0; .byte 0xf2,0x0f,0x12,0xc0; psrldq $8, %%xmm0; movq %%xmm0, %0" : "=r"(v) : "r"(5ull) : "xmm0"));
  TRY("ssse3", ecx1 >> 9 & 1, 0x0101, __asm__ volatile("movq %1, %%xmm0; .byte 0x66,0x0f,0x38,0x1c,0xc0; movq %%xmm0, %0" : "=r"(v) : "r"(0xff01ull) : "xmm0"));
  TRY("sse4.1", ecx1 >> 19 & 1, 0xff, __asm__ volatile("movq %1, %%xmm0; .byte 0x66,0x0f,0x38,0x30,0xc0; psrldq $2, %%xmm0; movq %%xmm0, %0" : "=r"(v) : "r"(0xff00ull) : "xmm0"));
  TRY("sse4.2", ecx1 >> 20 & 1, 0xad82acae, __asm__ volatile("mov $-1, %%eax; .byte 0xf2,0x0f,0x38,0xf0,0xc1; mov %%rax, %0" : "=r"(v) : "c"(0) : "rax"));
  TRY("popcnt", ecx1 >> 23 & 1, 64, __asm__ volatile(".byte 0xf3,0x48,0x0f,0xb8,0xc1; mov %%rax, %0" : "=r"(v) : "c"(~0ull) : "rax"));
  TRY("cmpxchg16b", ecx1 >> 13 & 1, 1, __asm__ volatile("lock cmpxchg16b %1; setz %b0" : "+r"(v), "+m"(*(__int128 *)(uint64_t[4]){0} ) : "a"(0), "d"(0), "b"(0), "c"(0)));
  TRY("rdtscp", extended >> 27 & 1, 0, __asm__ volatile(".byte 0x0f,0x01,0xf9; xor %0, %0" : "=r"(v) : : "rax", "rcx", "rdx"));
  TRY("rdrand", ecx1 >> 30 & 1, 1, __asm__ volatile("1: .byte 0x48,0x0f,0xc7,0xf0; jnc 1b; mov %%rax, %%rcx; 2: .byte 0x48,0x0f,0xc7,0xf0; jnc 2b; cmp %%rax, %%rcx; setne %b0" : "+r"(v) : : "rax", "rcx", "cc"));
  TRY("movbe", ecx1 >> 22 & 1, 0x0102030405060708, __asm__ volatile(".byte 0x48,0x0f,0x38,0xf0,0x01; mov %%rax, %0" : "=r"(v) : "c"(&(uint64_t){0x0807060504030201}) : "rax", "memory"));
  TRY("xsave", ecx1 >> 26 & ecx1 >> 27 & 1, 7, __asm__ volatile("xor %%ecx, %%ecx; .byte 0x0f,0x01,0xd0; mov %%rax, %0" : "=r"(v) : : "rax", "rcx", "rdx"));
  TRY("avx", ecx1 >> 28 & 1, 0, __asm__ volatile(".byte 0xc5,0xfc,0x57,0xc0; movq %%xmm0, %0" : "=r"(v) : : "xmm0"));
  TRY("avx2", ebx7 >> 5 & 1, ~0ull, __asm__ volatile(".byte 0xc5,0xfd,0x76,0xc0; movq %%xmm0, %0" : "=r"(v) : : "xmm0"));
  TRY("bmi1", ebx7 >> 3 & 1, 6, __asm__ volatile(".byte 0xc4,0xe2,0xf8,0xf3,0xc9; mov %%rax, %0" : "=r"(v) : "c"(7ull) : "rax"));
  TRY("bmi2", ebx7 >> 8 & 1, 1ull << 63, __asm__ volatile(".byte 0xc4,0xe3,0xfb,0xf0,0xc1,0x01; mov %%rax, %0" : "=r"(v) : "c"(1ull) : "rax"));
  TRY("fma", ecx1 >> 12 & 1, 0x4028000000000000, __asm__ volatile("movq %1, %%xmm0; .byte 0xc4,0xe2,0xf9,0xa8,0xc0; movq %%xmm0, %0" : "=r"(v) : "r"(0x4008000000000000ull) : "xmm0")); /* 3 · 3 + 3 */
  TRY("f16c", ecx1 >> 29 & 1, 0x3f800000, __asm__ volatile("movq %1, %%xmm0; .byte 0xc4,0xe2,0x79,0x13,0xc0; movq %%xmm0, %0" : "=r"(v) : "r"(0x3c00ull) : "xmm0"));
  return 0;
}
