// Reads address 0x1234 (SEGV_MAPERR, handled: si_addr printed), then writes to its own code (SEGV_ACCERR), not handled.
#include <signal.h>
#include <stdio.h>
#include <setjmp.h>
#include <unistd.h>
static sigjmp_buf env;
static volatile long addr;
static volatile int code;
static void on(int s, siginfo_t *i, void *u) { (void)s; (void)u; addr = (long)i->si_addr; code = i->si_code; siglongjmp(env, 1); }
int main(void) {
  struct sigaction sa = {0};
  sa.sa_sigaction = on;
  sa.sa_flags = SA_SIGINFO | SA_RESETHAND;
  sigaction(SIGSEGV, &sa, 0);
  if (!sigsetjmp(env, 1)) { volatile int *p = (int *)0x1234; (void)*p; }
  printf("caught code %d at %#lx\n", code, addr);
  fflush(stdout);
  *(volatile char *)main = 0;
  return 0;
}
