// What system calls leave in the registers and flags by each way in, how exceptions of instructions arrive, and the calls of the vsyscall page.
// build: -O1 -fno-omit-frame-pointer
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

/** rax rbx rcx rdx rsi rdi rbp r8 … r15, before and after. */
uint64_t in[16], out[16], flags_in, flags_out, after, saved_rsp;
static const char *names[] = { "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15" };
#define CALL(instruction) __asm__ volatile( \
  "push %%rbp; push %%rbx; push %%r12; push %%r13; push %%r14; push %%r15; mov %%rsp, saved_rsp(%%rip)\n" \
  "mov in+8(%%rip), %%rbx; mov in+24(%%rip), %%rdx; mov in+32(%%rip), %%rsi; mov in+40(%%rip), %%rdi; mov in+48(%%rip), %%rbp; mov in+56(%%rip), %%r8; mov in+64(%%rip), %%r9\n" \
  "mov in+72(%%rip), %%r10; mov in+80(%%rip), %%r11; mov in+88(%%rip), %%r12; mov in+96(%%rip), %%r13; mov in+104(%%rip), %%r14; mov in+112(%%rip), %%r15; mov in+16(%%rip), %%rcx; mov in(%%rip), %%rax\n" \
  "pushq flags_in(%%rip); popfq\n" instruction "\n7: pushfq; popq flags_out(%%rip); cld; pushfq; andl $~0x44000, (%%rsp); popfq\n" \
  "mov %%rax, out(%%rip); mov %%rbx, out+8(%%rip); mov %%rcx, out+16(%%rip); mov %%rdx, out+24(%%rip); mov %%rsi, out+32(%%rip); mov %%rdi, out+40(%%rip); mov %%rbp, out+48(%%rip); mov %%r8, out+56(%%rip)\n" \
  "mov %%r9, out+64(%%rip); mov %%r10, out+72(%%rip); mov %%r11, out+80(%%rip); mov %%r12, out+88(%%rip); mov %%r13, out+96(%%rip); mov %%r14, out+104(%%rip); mov %%r15, out+112(%%rip); lea 7b(%%rip), %%rax; mov %%rax, after(%%rip)\n" \
  "mov saved_rsp(%%rip), %%rsp; pop %%r15; pop %%r14; pop %%r13; pop %%r12; pop %%rbx; pop %%rbp" ::: "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory", "cc")
static void fill(uint64_t rax) { for (int i = 0; i < 15; i++) in[i] = 0xfedcba9800000000u + 0x1111u * (unsigned)(i + 1); in[0] = rax; }
static void report(const char *what) {
  printf("%s: flags %lx -> %lx, rax %lx", what, flags_in, flags_out, out[0]);
  for (int i = 1; i < 15; i++) if (in[i] != out[i]) { if (out[i] == after) printf(", %s = next instruction", names[i]); else printf(", %s %lx -> %lx", names[i], in[i], out[i]); }
  printf("\n");
}
static volatile int got, code, addressed;
static volatile uint64_t trap, error, cr2, rip;
static void on_signal(int sig, siginfo_t *info, void *context) {
  greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
  got = sig; code = info->si_code; trap = r[REG_TRAPNO]; error = r[REG_ERR]; cr2 = r[REG_CR2]; rip = r[REG_RIP]; addressed = info->si_addr != 0; r[REG_EFL] &= ~0x40000;
  r[REG_RIP] = r[REG_R15];
}
#define RUN(name, text) do { uint64_t at; got = 0; \
  __asm__ volatile("lea 1f(%%rip), %%r15; lea 2f(%%rip), %0; 2: " text "; 1:" : "=&r"(at) :: "rax", "rcx", "rdx", "rbx", "rsi", "rdi", "r15", "memory", "cc"); \
  if (got == 0) printf("%s: runs\n", name); else printf("%s: signal %d code %d trap %ld error %ld at +%ld, cr2 %lx, si_addr %d\n", name, got, code, (long)trap, (long)error, (long)(rip - at), trap == 14 ? cr2 : 0, addressed); } while (0)

int main(void) {
  static const uint64_t flags[] = { 0x202, 0x203, 0x602, 0xad7, 0xed7, 0x40202, 0x200202, 0x4202 };
  for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++) {
    flags_in = flags[i];
    fill(-1ull); CALL("syscall"); report("syscall -1");
    fill(999999); CALL("syscall"); report("syscall 999999");
    fill(102); CALL("syscall"); out[0] = out[0] == getuid(); report("syscall getuid");
    fill(0xabcdef0000000000u | 9999); CALL("int $0x80"); report("int 0x80 9999");
    fill(0xabcdef0000000000u | 199); CALL("int $0x80"); out[0] = out[0] == getuid(); report("int 0x80 getuid32");
  }
  flags_in = 0x202;
  fill(39 | 1ull << 32); CALL("syscall"); out[0] = out[0] == (uint64_t)getpid(); report("syscall getpid with a high bit in rax");
  fill(6 | 1ull << 40); in[1] = 0xffffffff00000063; CALL("int $0x80"); report("int 0x80 close(99) with high bits");
  fill(0x40000000 | 39); CALL("syscall"); report("x32's getpid");
  fill(0); CALL("rdtsc"); uint64_t first = out[3] << 32 | out[0];
  printf("rdtsc: high halves %lx %lx", out[0] >> 32, out[3] >> 32);
  fill(0); CALL("rdtsc"); printf(", goes on %d\n", (out[3] << 32 | out[0]) > first);
  struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };
  for (int i = 0; i < 5; i++) sigaction((int[]){ SIGSEGV, SIGILL, SIGTRAP, SIGBUS, SIGFPE }[i], &sa, 0);
  RUN("int 0", "int $0"); RUN("int 1", "int $1"); RUN("int 3", "int $3"); RUN("int 4", "int $4"); RUN("int 14", "int $14"); RUN("int 0x81", "int $0x81"); RUN("int3", "int3");
  RUN("hlt", "hlt"); RUN("cli", "cli"); RUN("in", "in $0x80, %%al"); RUN("rdmsr", "rdmsr"); RUN("wrmsr", "wrmsr"); RUN("clts", "clts"); RUN("invlpg", "invlpg (%%rax)"); RUN("lgdt", "lgdt (%%rsp)");
  RUN("mov from cr0", "mov %%cr0, %%rax"); RUN("mov from dr7", "mov %%dr7, %%rax"); RUN("ud2", "ud2"); RUN("div by 0", "xor %%ecx, %%ecx; div %%ecx");
  RUN("load of a non-canonical address", "mov $0x800000000000, %%rax; mov (%%rax), %%ebx"); RUN("jump to one", "mov $0x800000000000, %%rax; jmp *%%rax"); RUN("load of null", "xor %%eax, %%eax; mov (%%rax), %%ebx");
  RUN("load of the kernel's", "mov $-4096, %%rax; mov (%%rax), %%ebx"); RUN("store to it", "mov $-4096, %%rax; mov %%ebx, (%%rax)");
  RUN("misaligned load with AC", "pushfq; orl $0x40000, (%%rsp); popfq; mov 1(%%rsp), %%eax"); RUN("load over the end of what is canonical", "mov $0x7ffffffffffc, %%rax; mov (%%rax), %%rbx");
  __asm__ volatile("mov %0, %%ds; mov %0, %%es; mov %1, %%gs" :: "r"(0x2b), "r"(0x28));
  for (int i = 0; i < 3; i++) { // selectors stay over sleeping, a handler, fork
    unsigned ds, es, fs, gs;
    if (i == 0) usleep(1000); else if (i == 1) { fill(0); CALL("nop"); RUN("ud2", "ud2"); } else { fflush(stdout); pid_t child = fork(); if (child != 0) { waitpid(child, 0, 0); continue; } }
    __asm__ volatile("mov %%ds, %0; mov %%es, %1; mov %%fs, %2; mov %%gs, %3" : "=r"(ds), "=r"(es), "=r"(fs), "=r"(gs));
    printf("selectors %x %x %x %x\n", ds, es, fs, gs);
    if (i == 2) { fflush(stdout); _exit(0); }
  }
  struct timeval tv = { 0 };
  unsigned cpu = 99;
  long seconds = ((long (*)(time_t *))0xffffffffff600400)(0), r = ((long (*)(struct timeval *, void *))0xffffffffff600000)(&tv, 0), s = ((long (*)(unsigned *, unsigned *, void *))0xffffffffff600800)(&cpu, 0, 0);
  printf("vsyscall: time %d, gettimeofday %ld %d, getcpu %ld %d\n", labs(seconds - time(0)) < 3, r, labs(tv.tv_sec - time(0)) < 3, s, cpu < 4096);
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[256] = "";
  while (fgets(line, sizeof line, maps)) { }
  printf("last of maps: %s", line);
  got = 0;
  uint64_t sp;
  __asm__ volatile("mov %%rsp, %%rbx; sub $256, %%rsp; lea 1f(%%rip), %%r15; mov $0xffffffffff600c00, %%rax; call *%%rax; 1: mov %%rbx, %%rsp" : "=&a"(sp) :: "rbx", "r15", "rcx", "r11", "memory", "cc");
  printf("vsyscall of none: signal %d at %lx\n", got, rip);
  return 0;
}
