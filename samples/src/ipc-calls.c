// Calls whose structures a tracer shows: System V IPC with its commands, several messages at once, IPv6 addresses. Prints nothing.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
int main(void) {
  int s = semget(IPC_PRIVATE, 3, 0600);
  struct sembuf b[2] = {{0, 1, SEM_UNDO}, {1, 2, IPC_NOWAIT | SEM_UNDO}};
  semop(s, b, 2); b[0].sem_op = -1; b[0].sem_flg = 0; semop(s, b, 1);
  struct timespec t = {0, 1000}; b[0].sem_op = -5; semtimedop(s, b, 1, &t);
  semop(s, 0, 0); semop(s, (void *)8, 1);
  unsigned short v[3] = {4, 5, 6}; struct semid_ds sd;
  semctl(s, 1, SETVAL, 7);
  semctl(s, 1, GETVAL);
  semctl(s, 0, SETALL, v);
  semctl(s, 0, GETALL, v);
  semctl(s, 0, IPC_STAT, &sd);
  semctl(s, 0, IPC_SET, &sd);
  semctl(s, 0, GETPID);
  semctl(s, 0, GETNCNT);
  semctl(s, 0, GETZCNT);
  semctl(s, 0, IPC_RMID);
  semctl(99999, 0, IPC_RMID);
  int q = msgget(IPC_PRIVATE, 0600);
  struct { long type; char text[32]; } m = {3, "hello"};
  struct msqid_ds md;
  msgsnd(q, &m, 6, 0);
  msgsnd(q, &m, 0, IPC_NOWAIT);
  msgctl(q, IPC_STAT, &md);
  msgctl(q, IPC_SET, &md);
  msgrcv(q, &m, sizeof m.text, 3, MSG_NOERROR);
  msgrcv(q, &m, sizeof m.text, -4, 0);
  msgrcv(q, &m, sizeof m.text, 0, IPC_NOWAIT);
  msgctl(q, IPC_RMID, 0);
  int h = shmget(IPC_PRIVATE, 8192, 0600); struct shmid_ds hd; struct shm_info hj;
  shmctl(h, IPC_STAT, &hd);
  shmctl(h, IPC_SET, &hd);
  shmctl(h, SHM_LOCK, 0);
  shmctl(h, SHM_UNLOCK, 0);
  shmctl(h, SHM_INFO, (void *)&hj);
  shmctl(h, IPC_RMID, 0);
  int p[2]; socketpair(AF_UNIX, SOCK_DGRAM, 0, p);
  struct iovec iv[3] = {{"one", 3}, {"two!", 4}, {"three", 5}};
  struct mmsghdr mm[2]; memset(mm, 0, sizeof mm); mm[0].msg_hdr.msg_iov = iv; mm[0].msg_hdr.msg_iovlen = 1; mm[1].msg_hdr.msg_iov = iv + 1; mm[1].msg_hdr.msg_iovlen = 2;
  sendmmsg(p[0], mm, 2, MSG_DONTWAIT);
  char x[8] = "", y[16] = ""; struct iovec ov[2] = {{x, 8}, {y, 16}}; memset(mm, 0, sizeof mm); mm[0].msg_hdr.msg_iov = ov; mm[0].msg_hdr.msg_iovlen = 1; mm[1].msg_hdr.msg_iov = ov + 1; mm[1].msg_hdr.msg_iovlen = 1;
  struct timespec tt = {1, 0};
  recvmmsg(p[1], mm, 2, MSG_DONTWAIT, &tt); recvmmsg(p[1], mm, 2, MSG_DONTWAIT, 0);
  msgrcv(1 << 30, x, 8, 1, MSG_NOERROR | MSG_EXCEPT | IPC_NOWAIT | 7);
  msgsnd(1 << 30, "\0\0\0\0\0\0\0\0text that is longer than what strace shows of a string", 50, 0x80);
  msgctl(5, 77, (void *)9);
  msgctl(1 << 30, IPC_SET, (void *)8); sendmmsg(99, mm, 1, 0);
  struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_port = htons(0)};
  const char *to[] = {"::ffff:127.0.0.1", "::1.2.3.4", "1:2::3:0:0:4"};
  for (int i = 0; i < 3; i++) { inet_pton(AF_INET6, to[i], &a.sin6_addr); sendto(99, "x", 1, 0, (void *)&a, sizeof a); }
  return 0;
}
