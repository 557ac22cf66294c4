// System calls by int 0x80 for signal handlers and messages, whose structures i386 has otherwise: signal, sigaction, rt_sigaction, sigaltstack; sendmsg, recvmsg and several at once; options with times; locks of fcntl64.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static long int80(long nr, long a, long b, long c, long d, long e) {
  long r;
  __asm__ volatile("int $0x80" : "=a"(r) : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "memory", "r8", "r9", "r10", "r11");
  return r;
}
static void handler(int sig) { (void)sig; }
static char *p;
static uint32_t *w;
static long low;
/** What the 64-bit call says of an action; signal(2) leaves the restorer as it was on the kernel's stack. */
static void show(const char *what, int sig, int restorer) {
  struct { unsigned long handler, flags, restorer, mask; } o;
  long r = syscall(SYS_rt_sigaction, sig, 0, &o, 8);
  printf("  %s: %ld handler %lx flags %lx restorer %lx mask %lx\n", what, r, o.handler, o.flags, restorer ? o.restorer : 0, o.mask);
}
static void words(const char *what, long r, int n) {
  printf("%s %ld:", what, r);
  for (int i = 0; i < n; i++) printf(" %x", w[16 + i]);
  printf("\n");
}
static void actions(void) {
  printf("signal %ld\n", int80(48, SIGUSR1, 1, 0, 0, 0)); show("USR1", SIGUSR1, 0);
  printf("signal %ld\n", int80(48, SIGUSR1, 0x10001234, 0, 0, 0)); show("USR1", SIGUSR1, 0);
  printf("signal %lx\n", int80(48, SIGUSR1, 0, 0, 0, 0));
  printf("signal, bad %ld %ld %ld %ld\n", int80(48, 0, 0, 0, 0, 0), int80(48, 65, 0, 0, 0, 0), int80(48, SIGKILL, 0, 0, 0, 0), int80(48, SIGSTOP, 1, 0, 0, 0));
  signal(SIGUSR2, handler);
  printf("signal over a 64-bit handler %d\n", (uint32_t)int80(48, SIGUSR2, 1, 0, 0, 0) == (uint32_t)(long)handler);
  w[0] = 0x10002000; w[1] = 0x205; w[2] = 0x14000000; w[3] = 0x10003000;
  words("sigaction", int80(67, SIGHUP, low, low + 64, 0, 0), 4); show("HUP", SIGHUP, 1);
  memset(w + 16, 0xee, 32); words("sigaction, asked", int80(67, SIGHUP, 0, low + 64, 0, 0), 5);
  printf("sigaction, bad %ld %ld %ld %ld\n", int80(67, 0, low, 0, 0, 0), int80(67, SIGKILL, low, 0, 0, 0), int80(67, SIGHUP, 5, 0, 0, 0), int80(67, SIGHUP, 0, 5, 0, 0));
  w[0] = 0x10002004; w[1] = 0x54000804; w[2] = 0x10003004; w[3] = 0x40205; w[4] = 0x80000003;
  words("rt_sigaction", int80(174, SIGINT, low, low + 64, 8, 0), 5); show("INT", SIGINT, 1);
  memset(w + 16, 0xee, 32); words("rt_sigaction, asked", int80(174, SIGINT, 0, low + 64, 8, 0), 6);
  printf("rt_sigaction, bad %ld %ld %ld %ld %ld\n", int80(174, 0, low, 0, 8, 0), int80(174, SIGKILL, low, 0, 8, 0), int80(174, SIGHUP, 5, 0, 8, 0), int80(174, SIGHUP, 0, 5, 8, 0), int80(174, SIGHUP, 0, 0, 4, 0));
  w[0] = 1; w[1] = -1; w[2] = 7; w[3] = 0; w[4] = 0; printf("rt_sigaction, all flags %ld\n", int80(174, SIGINT, low, 0, 8, 0)); show("INT", SIGINT, 1);
  signal(SIGINT, handler); memset(w + 16, 0xee, 32); int80(174, SIGINT, 0, low + 64, 8, 0); printf("a 64-bit handler as i386 sees it %d %x\n", w[16] == (uint32_t)(long)handler, w[21]);
}
static void stacks(void) {
  stack_t s;
  memset(w + 16, 0xee, 32); words("sigaltstack, asked", int80(186, 0, low + 64, 0, 0, 0), 4);
  w[0] = 0x10008000; w[1] = 0; w[2] = 8192; printf("sigaltstack %ld", int80(186, low, 0, 0, 0, 0)); sigaltstack(0, &s); printf(", 64-bit: %p %x %zx\n", s.ss_sp, s.ss_flags, s.ss_size);
  memset(w + 16, 0xee, 32); words("sigaltstack, asked", int80(186, 0, low + 64, 0, 0, 0), 4);
  w[2] = 100; printf("sigaltstack, bad %ld", int80(186, low, 0, 0, 0, 0)); w[1] = 9; printf(" %ld", int80(186, low, 0, 0, 0, 0)); printf(" %ld", int80(186, 5, 0, 0, 0, 0)); printf(" %ld\n", int80(186, 0, 5, 0, 0, 0));
  w[1] = 2; printf("sigaltstack off %ld\n", int80(186, low, 0, 0, 0, 0));
}
/** A handler set by int 0x80 would run as 32-bit code: nothing of it as 64-bit code. */
static void called(void) {
  static const unsigned char exit40[] = { 0xb8, 0x3c, 0, 0, 0, 0xbf, 40, 0, 0, 0, 0x0f, 0x05 };
  memcpy(p + 0x2000, exit40, sizeof exit40);
  for (int way = 0; way < 3; way++) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
      memset(w, 0, 32); w[0] = 0x10002000;
      int80(way == 0 ? 48 : way == 1 ? 67 : 174, SIGUSR1, way == 0 ? 0x10002000 : low, 0, 8, 0);
      raise(SIGUSR1);
      _exit(1);
    }
    int status;
    waitpid(child, &status, 0);
    printf("called: %x\n", status);
  }
}
static void messages(void) {
  int ends[2], pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0 || socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) != 0) return;
  uint32_t *m = w, *iov = w + 16, *control = w + 32;
  memset(w, 0, 1024); memcpy(p + 512, "hello, world", 12);
  m[2] = low + 64; m[3] = 2; m[4] = low + 128; m[5] = 16; iov[0] = low + 512; iov[1] = 5; iov[2] = low + 517; iov[3] = 7;
  control[0] = 16; control[1] = SOL_SOCKET; control[2] = SCM_RIGHTS; control[3] = 1;
  printf("sendmsg %ld", int80(370, ends[0], low, 0, 0, 0));
  memset(w, 0x55, 1024); m[0] = 0; m[1] = 0; m[2] = low + 64; m[3] = 1; m[4] = low + 128; m[5] = 64; iov[0] = low + 512; iov[1] = 64;
  long n = int80(372, ends[1], low, MSG_CMSG_CLOEXEC, 0, 0);
  printf(", recvmsg %ld [%.12s] control %d flags %x: %d %d %d, a descriptor %d, beyond %x %x\n", n, p + 512, m[5], m[6], control[0], control[1], control[2], fcntl(control[3], F_GETFD), control[4], m[7]);
  int on = 1; setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
  memset(w, 0, 1024); m[2] = low + 64; m[3] = 1; m[4] = low + 128; m[5] = 24; iov[0] = low + 512; iov[1] = 3; memcpy(p + 512, "abc", 3);
  control[0] = 24; control[1] = SOL_SOCKET; control[2] = SCM_CREDENTIALS; control[3] = getpid(); control[4] = getuid(); control[5] = getgid();
  w[200] = pair[0]; w[201] = low; w[202] = 0;
  printf("socketcall sendmsg %ld", int80(102, 16, low + 800, 0, 0, 0));
  memset(w, 0x55, 700); m[0] = low + 600; m[1] = 16; m[2] = low + 64; m[3] = 1; m[4] = low + 128; m[5] = 64; iov[0] = low + 512; iov[1] = 2;
  w[200] = pair[1];
  n = int80(102, 17, low + 800, 0, 0, 0);
  printf(", recvmsg %ld name %d control %d flags %x: %d %d, this process %d %d, beyond %x\n", n, m[1], m[5], m[6], control[0], control[2], control[3] == (uint32_t)getpid(), control[4] == getuid(), control[6]);
  memset(w, 0, 1024); m[2] = low + 64; m[3] = 1; m[4] = low + 128; m[5] = 16; iov[0] = low + 512; iov[1] = 3; control[0] = 11; control[1] = SOL_SOCKET; control[2] = SCM_RIGHTS;
  printf("sendmsg, bad length %ld", int80(370, pair[0], low, 0, 0, 0)); control[0] = 16; control[3] = 99; printf(" descriptor %ld", int80(370, pair[0], low, 0, 0, 0)); m[5] = 0; m[3] = 2000; printf(" vectors %ld", int80(370, pair[0], low, 0, 0, 0)); m[3] = 1;
  printf(" header %ld %ld", int80(370, pair[0], 5, 0, 0, 0), int80(372, pair[1], 5, MSG_DONTWAIT, 0, 0)); printf(", nothing there %ld\n", int80(372, pair[1], low, MSG_DONTWAIT, 0, 0));
  control[0] = 20; control[3] = 1; control[4] = 2; m[5] = 20; printf("two descriptors %ld", int80(370, pair[0], low, 0, 0, 0));
  m[5] = 18; n = int80(372, pair[1], low, 0, 0, 0); printf(", no room for credentials %ld control %d flags %x length %d", n, m[5], m[6], control[0]);
  m[5] = 20; control[0] = 20; control[2] = SCM_RIGHTS; control[3] = 1; control[4] = 2; n = int80(370, ends[1], low, 0, 0, 0); m[5] = 18; n = int80(372, ends[0], low, 0, 0, 0); printf(", room for one %ld control %d flags %x length %d\n", n, m[5], m[6], control[0]);
}
static void options(void) {
  int e[2];
  if (socketpair(AF_UNIX, SOCK_DGRAM, 0, e) != 0) return;
  w[0] = 3; w[1] = 500000;
  printf("SO_RCVTIMEO %ld, too short %ld", int80(366, e[0], SOL_SOCKET, SO_RCVTIMEO, low, 8), int80(366, e[0], SOL_SOCKET, SO_RCVTIMEO, low, 7));
  memset(w + 16, 0x55, 32); w[8] = 16; long r = int80(365, e[0], SOL_SOCKET, SO_RCVTIMEO, low + 64, low + 32); printf(", asked %ld: %d bytes %d %d %x", r, w[8], w[16], w[17], w[18]);
  w[0] = 3; w[1] = 0; w[2] = 252000; w[3] = 0; r = int80(366, e[0], SOL_SOCKET, 66, low, 16); memset(w + 16, 0x55, 32); w[8] = 16; printf(", SO_RCVTIMEO_NEW %ld %ld", r, int80(365, e[0], SOL_SOCKET, 66, low + 64, low + 32)); printf(": %d bytes %d %d %x\n", w[8], w[16], w[18], w[20]);
  w[100] = e[0]; w[101] = SOL_SOCKET; w[102] = SO_SNDTIMEO; w[103] = low; w[104] = 8; w[0] = 1; w[1] = 8000; r = int80(102, 14, low + 400, 0, 0, 0); w[103] = low + 64; w[104] = low + 32; w[8] = 16;
  printf("socketcall SO_SNDTIMEO %ld %ld", r, int80(102, 15, low + 400, 0, 0, 0)); printf(": %d %d %d, bad %ld %ld %ld", w[8], w[16], w[17], int80(366, e[0], SOL_SOCKET, SO_RCVTIMEO, 5, 8), int80(365, e[0], SOL_SOCKET, SO_RCVTIMEO, low + 64, 5), int80(366, 99, SOL_SOCKET, SO_RCVTIMEO, low, 8));
  w[0] = 1; w[1] = 1000000; printf(" %ld\n", int80(366, e[0], SOL_SOCKET, SO_RCVTIMEO, low, 8));
  /* two messages at once: struct mmsghdr has 32 bytes */
  memset(w, 0, 512); w[2] = low + 128; w[3] = 1; w[10] = low + 136; w[11] = 1; w[32] = low + 256; w[33] = 2; w[34] = low + 258; w[35] = 3; memcpy(p + 256, "abcde", 5);
  r = int80(345, e[0], low, 2, 0, 0); printf("sendmmsg %ld: %d %d", r, w[7], w[15]);
  w[7] = w[15] = 0; w[32] = low + 300; w[33] = 8; w[34] = low + 320; w[35] = 8; r = int80(337, e[1], low, 2, MSG_DONTWAIT, 0); printf(", recvmmsg %ld: %d %d [%s] [%s], nothing there %ld\n", r, w[7], w[15], p + 300, p + 320, int80(337, e[1], low, 2, MSG_DONTWAIT, 0));
}
static void locks(void) {
  char name[] = "/tmp/int80-XXXXXX";
  int fd = mkstemp(name);
  memset(w, 0, 64); w[1] = 10; w[3] = 20;
  *(short *)p = F_WRLCK; printf("F_SETLK64 %ld", int80(221, fd, 13, low, 0, 0)); printf(" F_SETLKW64 %ld", int80(221, fd, 14, low, 0, 0)); printf(" F_GETLK64 %ld", int80(221, fd, 12, low, 0, 0)); printf(" %d, bad %ld\n", *(short *)p, int80(221, fd, 13, 5, 0, 0));
  unlink(name);
}
int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  p = mmap((void *)0x10000000, 65536, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  w = (uint32_t *)p; low = (long)p;
  actions(); stacks(); called(); messages(); options(); locks();
  return 0;
}
