/* Runs code on the real processor: reads records from stdin, writes results to stdout.
 * Each test enters through sigreturn with its whole register state and leaves by a trap (int3 behind it) or a fault.
 * Also runs inside ktrace, where it proves the way through the kernel: signal frames, siginfo, sigreturn. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/ucontext.h>
#include <unistd.h>

/* The address map of records.ts. */
#define PAGE 4096ul
#define CODE 0x10000000ul
#define CODE_SIZE (4 * PAGE)
#define DATA 0x20000000ul /* pages: rw rw ro none rw */
#define DATA_SIZE (5 * PAGE)
#define STACK 0x30000000ul
#define STACK_SIZE (4 * PAGE)
#define ARCH_SET_GS 0x1001
#define ARCH_SET_FS 0x1002
#define ARCH_GET_FS 0x1003

struct batch { uint32_t count, steps; }; /* steps > 0: one test, single-stepped, a result an instruction */
struct record { uint32_t code_length, mem_length, entry, window, ignore_from, ignore_to; uint64_t gpr[16], rflags, fs, gs; uint8_t fx[768]; }; /* fx: FXSAVE's image, then the upper halves of the ymm registers */
struct result { uint32_t trap, error; uint64_t cr2, rip, gpr[16], rflags; int32_t signo, code; uint64_t addr; uint32_t data, stack, text, mem_length; uint8_t fx[768]; };

static uint8_t *input, *at, *alias; /* alias: DATA's pages, all writable */
static uint32_t left, steps, steps_left, count;
static uint64_t host_fs, last_rip;
static int fs_set;
static sigjmp_buf out;

/* Intel's encoding order of the general registers. */
static const int order[16] = { REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI, REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15 };

static inline long arch_prctl(long what, unsigned long value) {
  long r;
  __asm__ volatile("syscall" : "=a"(r) : "0"(SYS_arch_prctl), "D"(what), "S"(value) : "rcx", "r11", "memory");
  return r;
}
static uint32_t hash(const void *p, size_t n) {
  const uint32_t *w = p;
  uint32_t h = 0x811c9dc5;
  for (size_t i = 0; i < n / 4; i++) { h = (h ^ w[i]) * 0x9e3779b1u; h ^= h >> 13; }
  return h;
}
static void put(const void *p, size_t n) { fwrite(p, 1, n, stdout); }
static struct record *test(void) { return (struct record *)at; }
static size_t size_of(const struct record *t) { return sizeof *t + ((t->code_length + t->mem_length + 7) & ~7u); }

/* The frame's XSAVE area: components that the kernel put there (0 without XSAVE), XSTATE_BV, the upper halves. */
static uint64_t features(const uint8_t *fp) { return *(uint32_t *)(fp + 464) == 0x46505853 ? *(uint64_t *)(fp + 472) : 0; }
#define XSTATE_BV(fp) (*(uint64_t *)((fp) + 512))
#define HIGH(fp) ((fp) + 576)

static void load(ucontext_t *u) {
  struct record *t = test();
  uint8_t *bytes = (uint8_t *)(t + 1);
  memset(alias, 0, DATA_SIZE);
  memset((void *)STACK, 0, STACK_SIZE);
  memcpy(alias + t->window, bytes + t->code_length, t->mem_length);
  memset((void *)CODE, 0xcc, CODE_SIZE);
  memcpy((void *)(CODE + t->entry), bytes, t->code_length);
  for (int i = 0; i < 16; i++) u->uc_mcontext.gregs[order[i]] = (long long)t->gpr[i];
  u->uc_mcontext.gregs[REG_RIP] = (long long)(CODE + t->entry);
  u->uc_mcontext.gregs[REG_EFL] = (long long)(t->rflags | (steps ? 0x100 : 0));
  memcpy(u->uc_mcontext.fpregs, t->fx, 416);
  uint8_t *fp = (uint8_t *)u->uc_mcontext.fpregs;
  if (features(fp) & 3) XSTATE_BV(fp) |= features(fp) & 7;
  if (features(fp) & 4) memcpy(HIGH(fp), t->fx + 512, 256);
  last_rip = CODE + t->entry;
  struct itimerval limit = { .it_value = { .tv_sec = 2 } };
  setitimer(ITIMER_VIRTUAL, &limit, 0);
}
static void bases(void) {
  struct record *t = test();
  arch_prctl(ARCH_SET_GS, t->gs);
  arch_prctl(ARCH_SET_FS, t->fs); fs_set = 1;
}
static void report(ucontext_t *u, const siginfo_t *info, int sig) {
  struct record *t = test();
  struct result r = { 0 };
  r.trap = sig == SIGVTALRM ? 99 : (uint32_t)u->uc_mcontext.gregs[REG_TRAPNO];
  r.error = (uint32_t)u->uc_mcontext.gregs[REG_ERR];
  r.cr2 = (uint64_t)u->uc_mcontext.gregs[REG_CR2];
  r.rip = (uint64_t)u->uc_mcontext.gregs[REG_RIP];
  for (int i = 0; i < 16; i++) r.gpr[i] = (uint64_t)u->uc_mcontext.gregs[order[i]];
  r.rflags = (uint64_t)u->uc_mcontext.gregs[REG_EFL];
  r.signo = info->si_signo; r.code = info->si_code; r.addr = (uint64_t)info->si_addr;
  uint8_t *fp = (uint8_t *)u->uc_mcontext.fpregs;
  memcpy(r.fx, fp, 512);
  if ((features(fp) & 4) && (XSTATE_BV(fp) & 4)) memcpy(r.fx + 512, HIGH(fp), 256);
  if (t->ignore_to > t->ignore_from) memset(alias + t->window + t->ignore_from, 0, t->ignore_to - t->ignore_from);
  r.data = hash(alias, DATA_SIZE);
  r.stack = hash((void *)STACK, STACK_SIZE);
  r.text = hash((void *)CODE, CODE_SIZE);
  r.mem_length = t->mem_length;
  put(&r, sizeof r);
  put(alias + t->window, t->mem_length);
}
/* PUSHF of a single-stepped program must not show TF. */
static void hide_trap_flag(ucontext_t *u) {
  const uint8_t *p = (const uint8_t *)last_rip;
  while (p < (uint8_t *)(CODE + CODE_SIZE) && (*p == 0x66 || *p == 0x67 || *p == 0xf2 || *p == 0xf3 || (*p & 0xe7) == 0x26 || (*p & 0xfe) == 0x64 || (*p & 0xf0) == 0x40)) p++;
  uint64_t sp = (uint64_t)u->uc_mcontext.gregs[REG_RSP];
  if (*p == 0x9c && sp >= STACK && sp < STACK + STACK_SIZE - 1) ((uint8_t *)sp)[1] &= 0xfe;
}
/* AC, NT, ID and the data segments would stay from one test to the next: sigreturn does not touch them all. */
static void handler(int sig, siginfo_t *info, void *context) {
  __asm__ volatile("pushfq\n\tandl $~0x244000, (%%rsp)\n\tpopfq\n\tmovl %0, %%ds\n\tmovl %0, %%es" :: "r"(0) : "memory", "cc");
  if (fs_set) { arch_prctl(ARCH_SET_FS, host_fs); fs_set = 0; }
  ucontext_t *u = context;
  if (sig != SIGUSR1) {
    int stepping = steps && sig == SIGTRAP && u->uc_mcontext.gregs[REG_TRAPNO] == 1;
    if (stepping) hide_trap_flag(u);
    report(u, info, sig);
    last_rip = (uint64_t)u->uc_mcontext.gregs[REG_RIP];
    if (stepping && --steps_left > 0) { bases(); return; }
    at += size_of(test());
    left--;
  }
  if (left == 0) siglongjmp(out, 1);
  load(u);
  bases();
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
  arch_prctl(ARCH_GET_FS, (unsigned long)&host_fs);
  int fd = memfd_create("data", 0);
  if (fd < 0 || ftruncate(fd, DATA_SIZE) != 0) return 2;
  alias = mmap(0, DATA_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (alias == MAP_FAILED || mmap((void *)DATA, DATA_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED) return 2;
  mprotect((void *)(DATA + 2 * PAGE), PAGE, PROT_READ);
  munmap((void *)(DATA + 3 * PAGE), PAGE);
  memset(alias, 0, DATA_SIZE);
  if (mmap((void *)CODE, CODE_SIZE, 7, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) return 2;
  if (mmap((void *)STACK, STACK_SIZE, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) return 2;
  for (int i = 0; i < 5; i++) if (i != 3) { (void)*(volatile char *)(DATA + (unsigned long)i * PAGE); } /* so that no fault is a first touch */
  struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK };
  sigfillset(&sa.sa_mask);
  int sigs[] = { SIGUSR1, SIGTRAP, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGVTALRM };
  for (unsigned i = 0; i < sizeof sigs / sizeof *sigs; i++) sigaction(sigs[i], &sa, 0);
  struct batch b;
  uint32_t length;
  while (fill(&b, sizeof b) && fill(&length, 4)) {
    count = left = b.count; steps = steps_left = b.steps;
    at = input = malloc(length + 1);
    if (!input || !fill(input, length)) return 3;
    if (sigsetjmp(out, 1) == 0 && left > 0) raise(SIGUSR1);
    fflush(stdout);
    free(input);
  }
  return 0;
}
