// Alignment checks and single steps as a program sees them: which accesses end in SIGBUS with EFLAGS.AC, where SIGTRAP stops with EFLAGS.TF.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>

static volatile int hit, code, steps, in_step; static volatile long trapno, err; static long last[64];
static char buf[8192] __attribute__((aligned(4096)));
extern char step_from[], step_to[];

static void on_bus(int sig, siginfo_t *info, void *context) {
  ucontext_t *u = context;
  __asm__ volatile("pushfq; andl $~0x40000, (%%rsp); popfq" ::: "cc", "memory");
  hit = sig; code = info->si_code; trapno = u->uc_mcontext.gregs[REG_TRAPNO]; err = u->uc_mcontext.gregs[REG_ERR];
  u->uc_mcontext.gregs[REG_EFL] &= ~0x40000;
  u->uc_mcontext.gregs[REG_RIP] = u->uc_mcontext.gregs[REG_R15];
}
static void on_trap(int sig, siginfo_t *info, void *context) {
  ucontext_t *u = context;
  long at = u->uc_mcontext.gregs[REG_RIP] - (long)step_from;
  (void)sig;
  if (steps < 64) last[steps] = at;
  steps++;
  if ((char *)info->si_addr - step_from != at || info->si_code != TRAP_TRACE || !(u->uc_mcontext.gregs[REG_EFL] & 0x100) || u->uc_mcontext.gregs[REG_TRAPNO] != 1) printf("step %d: addr %ld code %d\n", steps, (char *)info->si_addr - step_from, info->si_code);
}
#define T(name, text) do { hit = 0; \
  __asm__ volatile("lea 1f(%%rip), %%r15; pushfq; orl $0x40000, (%%rsp); popfq; " text "; 1: pushfq; andl $~0x40000, (%%rsp); popfq" :: "b"(buf) : "rax", "rcx", "rdx", "rsi", "rdi", "r15", "xmm0", "memory", "cc"); \
  if (hit) printf("%s: signal %d code %d trap %ld error %ld\n", name, hit, code, trapno, err); else printf("%s: runs\n", name); } while (0)

int main(void) {
  struct sigaction bus = { .sa_sigaction = on_bus, .sa_flags = SA_SIGINFO }, trap = { .sa_sigaction = on_trap, .sa_flags = SA_SIGINFO };
  sigaction(SIGBUS, &bus, 0); sigaction(SIGSEGV, &bus, 0); sigaction(SIGTRAP, &trap, 0);
  memset(buf, 1, sizeof buf);
  T("load of 4 at 1", "mov 1(%%rbx), %%eax"); T("load of 2 at 1", "mov 1(%%rbx), %%ax"); T("load of 8 at 4", "mov 4(%%rbx), %%rax"); T("load of 8 at 8", "mov 8(%%rbx), %%rax"); T("load of 1 at 1", "mov 1(%%rbx), %%al");
  T("store of 4 at 2", "mov %%eax, 2(%%rbx)"); T("add to 4 at 1", "addl $0, 1(%%rbx)"); T("locked add at 1", "lock addl $0, 1(%%rbx)"); T("xchg of 2 at 1", "xchg %%ax, 1(%%rbx)");
  T("movups at 8", "movups 8(%%rbx), %%xmm0"); T("movups to 4", "movups %%xmm0, 4(%%rbx)"); T("movups at 16", "movups 16(%%rbx), %%xmm0"); T("movlps at 4", "movlps 4(%%rbx), %%xmm0"); T("movss at 2", "movss 2(%%rbx), %%xmm0"); T("movaps at 8", "movaps 8(%%rbx), %%xmm0");
  T("fld of 10 at 8", "fldt 8(%%rbx); fstp %%st(0)"); T("fld of 10 at 4", "fldt 4(%%rbx); fstp %%st(0)"); T("fld of 8 at 4", "fldl 4(%%rbx); fstp %%st(0)"); T("fild of 2 at 1", "filds 1(%%rbx); fstp %%st(0)"); T("fnstenv at 2", "fnstenv 2(%%rbx)"); T("fnsave at 4", "fnsave 4(%%rbx)"); T("fnsave at 2", "fnsave 2(%%rbx)");
  T("movsw at 1", "lea 1(%%rbx), %%rsi; lea 64(%%rbx), %%rdi; movsw"); T("rep stosl at 2", "lea 2(%%rbx), %%rdi; mov $2, %%ecx; rep stosl"); T("rep movsb at 1", "lea 1(%%rbx), %%rdi; lea 3(%%rbx), %%rsi; mov $2, %%ecx; rep movsb"); T("lodsq at 4", "lea 4(%%rbx), %%rsi; lodsq");
  T("bt in memory at 2", "bt %%eax, 2(%%rbx)"); T("cmpxchg8b at 4", "cmpxchg8b 4(%%rbx)"); T("movq mm at 4", "movq 4(%%rbx), %%mm0; emms"); T("push of 8 at 4", "push 4(%%rbx); pop %%rax"); T("over a page border", "mov 4092(%%rbx), %%rax"); T("prefetch at 1", "prefetcht0 1(%%rbx)"); T("movnti to 2", "movnti %%eax, 2(%%rbx)"); T("lea", "lea 1(%%rbx), %%rax");
  __asm__ volatile(
    "mov $3, %%ecx; lea buf(%%rip), %%rsi; lea 64(%%rsi), %%rdi; pushfq; orl $0x100, (%%rsp); popfq\n"
    "step_from: nop; rep movsb; mov $2, %%ecx\n"
    "2: dec %%ecx; jnz 2b; xor %%eax, %%eax; cpuid; rdtsc; mov $39, %%eax; syscall; nop; mov $20, %%eax; int $0x80; nop; push %%rax; pop %%rax; call 3f; jmp 4f; 3: ret; 4: pushfq; andl $~0x100, (%%rsp); popfq; step_to: nop" ::: "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "cc", "memory");
  printf("%d steps, at", steps);
  for (int i = 0; i < steps && i < 64; i++) printf(" %ld", last[i]);
  printf(", to %ld\n", step_to - step_from);
  return 0;
}
