// System V IPC by int 0x80: the multiplexer ipc(2), whose arguments are in other places, and the i386 calls of their own; structures of i386.
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <time.h>
#include <unistd.h>

static char *p;
static uint32_t *w;
static long low;
/** The sixth argument of the i386 calls is in ebp. */
static long int80(long nr, long a, long b, long c, long d, long e, long f) {
  long r;
  register long sixth __asm__("r11") = f;
  __asm__ volatile("push %%rbp\n\tmov %%r11, %%rbp\n\tint $0x80\n\tpop %%rbp" : "=a"(r), "+r"(sixth) : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "memory", "r8", "r9", "r10");
  return r;
}
static long ipc(long call, long first, long second, long third, long ptr, long fifth) { return int80(117, call, first, second, third, ptr, fifth); }
#define LIMIT(n) (w[n] <= (uint32_t)time(0) && w[n] + 100 > (uint32_t)time(0))
static void semaphores(void) {
  long s = ipc(2, IPC_PRIVATE, 2, 0600 | IPC_CREAT, 0, 0);
  w[0] = 3;
  printf("semget %d, SETVAL %ld, GETVAL %ld", s >= 0, ipc(3, s, 0, SETVAL, low, 0), ipc(3, s, 1, GETVAL, low, 0));
  unsigned short *op = (unsigned short *)(p + 64);
  op[0] = 0; op[1] = -1; op[2] = 0;
  long r = ipc(1, s, 1, 0, low + 64, 0);
  printf(", semop %ld GETVAL %ld", r, ipc(3, s, 0, GETVAL, low, 0));
  op[1] = -3; w[8] = 0; w[9] = 1000000;
  printf(", semtimedop %ld %ld", ipc(4, s, 1, 0, low + 64, low + 32), ipc(4, s, 1, 0, low + 64, 5));
  memset(w + 32, 0x55, 256); w[0] = low + 128;
  r = ipc(3, s, 0, IPC_STAT | 0x100, low, 0);
  printf("\n  IPC_STAT %ld key %x owner %d mode %o times %d %x %d %x semaphores %x %x %x, beyond %x\n", r, w[32], w[33] == getuid(), *(uint16_t *)(w + 37), LIMIT(41), w[42], LIMIT(43), w[44], w[45], w[46], w[47], w[48]);
  w[33] = getuid(); w[34] = getgid(); *(uint16_t *)(w + 37) = 0640;
  printf("  IPC_SET %ld", ipc(3, s, 0, IPC_SET | 0x100, low, 0));
  r = int80(394, s, 0, IPC_STAT, low + 128, 0, 0);
  printf(", by semctl %ld mode %o; pointers %ld %ld", r, *(uint16_t *)(w + 37), ipc(3, s, 0, GETVAL, 0, 0), ipc(3, s, 0, GETVAL, 5, 0));
  printf(", IPC_RMID %ld, again %ld\n", ipc(3, s, 0, IPC_RMID, low, 0), ipc(3, s, 0, IPC_RMID, low, 0));
}
static void queues(void) {
  long q = ipc(13, IPC_PRIVATE, 0600 | IPC_CREAT, 0, 0, 0), r;
  w[0] = 7; memcpy(w + 1, "hey", 4);
  printf("msgget %d, msgsnd %ld", q >= 0, ipc(11, q, 4, 0, low, 0));
  w[0] = -1; printf(", of a negative type %ld, of a negative size %ld", ipc(11, q, 4, 0, low, 0), ipc(11, q, -4, 0, low, 0));
  memset(p, 0x55, 64); w[16] = low; w[17] = 0;
  r = ipc(12, q, 20, 0, low + 64, 0);
  printf(", msgrcv %ld %d [%s] beyond %x\n", r, w[0], (char *)(w + 1), w[2]);
  w[0] = 8; r = int80(400, q, low, 4, 0, 0, 0); printf("  msgsnd %ld", r); r = ipc(12 | 1 << 16, q, 20, 0, low, 8); printf(", msgrcv of version 1 %ld", r);
  w[0] = 9; ipc(11, q, 4, 0, low, 0); r = int80(401, q, low, 20, -9, IPC_NOWAIT, 0); printf(", by msgrcv %ld, nothing there %ld, bad %ld %ld", r, int80(401, q, low, 20, 0, IPC_NOWAIT, 0), ipc(12, q, 20, IPC_NOWAIT, 0, 0), ipc(12, q, 20, IPC_NOWAIT, 5, 0));
  memset(w + 32, 0x55, 256);
  r = ipc(14, q, IPC_STAT | 0x100, 0, low + 128, 0);
  printf("\n  IPC_STAT %ld mode %o times %d %x %d %x %d %x bytes %x messages %x of %x, this process %d %d, %x %x, beyond %x\n", r, *(uint16_t *)(w + 37), LIMIT(41), w[42], LIMIT(43), w[44], LIMIT(45), w[46], w[47], w[48], w[49], w[50] == (uint32_t)getpid(), w[51] == (uint32_t)getpid(), w[52], w[53], w[54]);
  w[49] = 4096; printf("  IPC_SET %ld", ipc(14, q, IPC_SET | 0x100, 0, low + 128, 0)); r = int80(402, q, IPC_STAT, low + 128, 0, 0, 0); printf(", by msgctl %ld %x, IPC_RMID %ld\n", r, w[49], ipc(14, q, IPC_RMID, 0, 0, 0));
}
static void segments(void) {
  long m = ipc(23, IPC_PRIVATE, 4096, 0600 | IPC_CREAT, 0, 0), r;
  w[0] = 0x55; w[1] = 0x55;
  printf("shmget %d", m >= 0); r = ipc(21, m, 0, low, 0x20000000, 0); printf(", shmat %ld %x beyond %x", r, w[0], w[1]);
  strcpy((char *)0x20000000, "shared");
  printf(", once more %ld, of version 1 %ld, nowhere to say it %ld", ipc(21, m, 0, low, 0x20000000, 0), ipc(21 | 1 << 16, m, 0, low, 0x20000000, 0), ipc(21, m, SHM_RDONLY, 5, 0x20010000, 0));
  printf(" [%s]", (char *)0x20010000); r = int80(397, m, 0x20020000, 0, 0, 0, 0); printf(", by shmat %lx [%s]\n", r, (char *)0x20020000);
  memset(w + 32, 0x55, 256);
  r = ipc(24, m, IPC_STAT | 0x100, 0, low + 128, 0);
  printf("  IPC_STAT %ld mode %o size %x times %d %x %x %x %d %x, this process %d %d, attached %x, %x %x, beyond %x\n", r, *(uint16_t *)(w + 37), w[41], LIMIT(42), w[43], w[44], w[45], LIMIT(46), w[47], w[48] == (uint32_t)getpid(), w[49] == (uint32_t)getpid(), w[50], w[51], w[52], w[53]);
  printf("  shmdt %ld %ld %ld, not there %ld", ipc(22, 0, 0, 0, 0x20000000, 0), ipc(22, 0, 0, 0, 0x20010000, 0), int80(398, 0x20020000, 0, 0, 0, 0, 0), ipc(22, 0, 0, 0, 0x20000000, 0));
  memset(w + 32, 0x55, 64); r = ipc(24, 0, 3 | 0x100, 0, low + 128, 0); printf(", IPC_INFO %d shmmax %x shmmin %x beyond %x", r >= 0, w[32], w[33], w[41]);
  printf(", IPC_RMID %ld, no such calls %ld %ld\n", int80(396, m, IPC_RMID, 0, 0, 0, 0), ipc(0, 0, 0, 0, 0, 0), ipc(99, 0, 0, 0, 0, 0));
}
int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  p = mmap((void *)0x10000000, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  w = (uint32_t *)p; low = (long)p;
  semaphores(); queues(); segments();
  return 0;
}
