/* Runs single instructions on the real processor: reads records from stdin, writes results to stdout.
 * Each test enters through sigreturn with its whole register state and leaves by a trap (int3 behind it) or a fault. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ucontext.h>
#include <unistd.h>

#define CODE 0x10000000ul
#define DATA 0x20000000ul
#define ENTRY 0x800
#define WINDOW 0x800

struct record { uint32_t length; uint8_t code[124]; uint64_t gpr[16]; uint64_t rflags; uint64_t pad; uint8_t fx[512]; uint8_t mem[256]; };
struct result { uint32_t trap, error; uint64_t cr2, rip; uint64_t gpr[16]; uint64_t rflags; uint8_t fx[512]; uint8_t mem[256]; };

static struct record *tests;
static struct result *results;
static size_t count, at;
static sigjmp_buf out;

/* Intel's encoding order of the general registers. */
static const int order[16] = { REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI, REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15 };

static void load(ucontext_t *u) {
  struct record *t = &tests[at];
  memset((void *)DATA, 0, 4096);
  memcpy((void *)(DATA + WINDOW), t->mem, 256);
  memset((void *)(CODE + ENTRY - 64), 0xcc, 256);
  memcpy((void *)(CODE + ENTRY), t->code, t->length);
  for (int i = 0; i < 16; i++) u->uc_mcontext.gregs[order[i]] = (long long)t->gpr[i];
  u->uc_mcontext.gregs[REG_RIP] = CODE + ENTRY;
  u->uc_mcontext.gregs[REG_EFL] = (long long)t->rflags;
  memcpy(u->uc_mcontext.fpregs, t->fx, 416);
  uint8_t *fp = (uint8_t *)u->uc_mcontext.fpregs;
  if (*(uint32_t *)(fp + 464) == 0x46505853) *(uint64_t *)(fp + 512) |= 3; /* x87 and SSE are in the frame */
}
static void handler(int sig, siginfo_t *info, void *context) {
  ucontext_t *u = context;
  (void)info;
  if (sig != SIGUSR1) {
    struct result *r = &results[at];
    r->trap = (uint32_t)u->uc_mcontext.gregs[REG_TRAPNO];
    r->error = (uint32_t)u->uc_mcontext.gregs[REG_ERR];
    r->cr2 = (uint64_t)u->uc_mcontext.gregs[REG_CR2];
    r->rip = (uint64_t)u->uc_mcontext.gregs[REG_RIP];
    for (int i = 0; i < 16; i++) r->gpr[i] = (uint64_t)u->uc_mcontext.gregs[order[i]];
    r->rflags = (uint64_t)u->uc_mcontext.gregs[REG_EFL];
    memcpy(r->fx, u->uc_mcontext.fpregs, 512);
    memcpy(r->mem, (void *)(DATA + WINDOW), 256);
    at++;
  }
  if (at == count) siglongjmp(out, 1);
  load(u);
}
static int fill(void *to, size_t n) {
  size_t got = 0;
  while (got < n) { ssize_t r = read(0, (char *)to + got, n - got); if (r <= 0) return 0; got += (size_t)r; }
  return 1;
}
int main(void) {
  static char stack[65536];
  stack_t ss = { .ss_sp = stack, .ss_size = sizeof stack };
  sigaltstack(&ss, 0);
  if (mmap((void *)CODE, 4096, 7, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) return 2;
  if (mmap((void *)DATA, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) return 2;
  memset((void *)CODE, 0xcc, 4096);
  struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK };
  sigfillset(&sa.sa_mask);
  int sigs[] = { SIGUSR1, SIGTRAP, SIGSEGV, SIGBUS, SIGILL, SIGFPE };
  for (unsigned i = 0; i < sizeof sigs / sizeof *sigs; i++) sigaction(sigs[i], &sa, 0);
  uint32_t n;
  while (fill(&n, 4)) {
    count = n; at = 0;
    tests = calloc(n, sizeof *tests);
    results = calloc(n, sizeof *results);
    if (!tests || !results || !fill(tests, n * sizeof *tests)) return 3;
    if (sigsetjmp(out, 1) == 0 && n > 0) raise(SIGUSR1);
    size_t total = n * sizeof *results, done = 0;
    while (done < total) { ssize_t w = write(1, (char *)results + done, total - done); if (w <= 0) return 4; done += (size_t)w; }
    free(tests); free(results);
  }
  return 0;
}
