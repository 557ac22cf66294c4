// Code churn: a just-in-time compiler's life. Generates small functions into executable memory, runs each often enough to be compiled, throws it away. Argument: generations (0: without end).
// build: -static
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
enum { PAGE = 4096, PAGES = 64, CALLS = 10000 };
static uint8_t *emit32(uint8_t *p, uint32_t v) { memcpy(p, &v, 4); return p + 4; }
/** uint64_t f(uint64_t x): a loop of n rounds of arithmetic with constants of this generation. */
static void generate(uint8_t *p, uint32_t g) {
  memcpy(p, "\x48\x89\xf8\xb9\x08\x00\x00\x00", 8); p += 8; // mov rax, rdi; mov ecx, 8
  uint8_t *loop = p;
  for (int i = 0; i < 4; i++) {
    memcpy(p, "\x48\x69\xc0", 3); p = emit32(p + 3, g * 2654435761u | 1); // imul rax, rax, …
    memcpy(p, "\x48\x05", 2); p = emit32(p + 2, g + i);                   // add rax, …
    memcpy(p, "\x48\xc1\xc8", 3); p[3] = 1 + g % 63; p += 4;              // ror rax, …
  }
  *p++ = 0xff; *p++ = 0xc9; // dec ecx
  *p++ = 0x75; *p = (uint8_t)(loop - (p + 1)); p++; // jne loop
  *p++ = 0xc3;
}
int main(int argc, char **argv) {
  long generations = argc > 1 ? atol(argv[1]) : 100;
  uint64_t x = 1;
  for (long g = 0; generations == 0 || g < generations; g++) {
    // Every eighth generation new memory is mapped and the old given back: frames change owners too.
    static uint8_t *code;
    if (g % 8 == 0) {
      if (code) munmap(code, PAGE * PAGES);
      code = mmap(0, PAGE * PAGES, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    }
    uint8_t *f = code + (g * 7 % PAGES) * PAGE;
    generate(f, g);
    for (int i = 0; i < CALLS; i++) x = ((uint64_t (*)(uint64_t))f)(x);
  }
  printf("churn %016llx\n", (unsigned long long)x);
  return 0;
}
