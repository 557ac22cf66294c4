// System V shared memory, semaphores and message queues: what they do between processes, and how they refuse. Prints no ids.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define P(x) do { errno = 0; long r_ = (long)(x); printf("%d %s = %s %s\n", __LINE__, #x, r_ < 0 ? "-1" : r_ == 0 ? "0" : "more", r_ < 0 ? strerrorname_np(errno) : ""); fflush(stdout); } while (0)
union semun { int val; struct semid_ds *buf; unsigned short *array; };
struct message { long type; char text[64]; };
static void nothing(int s) { (void)s; }

static void shared(key_t key) {
  int id = shmget(key, 10000, IPC_CREAT | IPC_EXCL | 0600), none = shmget(IPC_PRIVATE, 4096, 0600);
  struct shmid_ds ds;
  P(shmget(key, 10000, IPC_CREAT | IPC_EXCL | 0600)); P(shmget(key, 20000, 0600)); P(shmget(key + 1, 10, 0600)); P(shmget(IPC_PRIVATE, 0, 0600));
  printf("%d\n", shmget(key, 5000, 0600) == id);
  char *a = shmat(id, 0, 0), *b = shmat(id, 0, SHM_RDONLY);
  strcpy(a + 9000, "hello");
  printf("%s %d\n", b + 9000, a != b);
  P(shmctl(id, IPC_STAT, &ds));
  printf("size %zu nattch %lu cpid %d lpid %d mode %o\n", ds.shm_segsz, ds.shm_nattch, ds.shm_cpid == getpid(), ds.shm_lpid == getpid(), ds.shm_perm.mode);
  if (!fork()) { strcat(a + 9000, " from the child"); shmctl(id, IPC_STAT, &ds); printf("child sees %lu\n", ds.shm_nattch); exit(0); }
  wait(0);
  printf("%s\n", b + 9000);
  P(shmat(id, a + 1, 0)); P(shmat(id, a, 0)); P(shmdt(a + 4096)); P(shmdt(b)); P(shmdt(b));
  P(shmctl(id, IPC_RMID, 0)); P(shmctl(id, IPC_STAT, &ds));
  printf("removed %d nattch %lu key %d\n", (ds.shm_perm.mode & 01000) != 0, ds.shm_nattch, ds.shm_perm.__key);
  printf("%s\n", a + 9000);
  P(shmget(key, 10, 0600)); P(shmdt(a)); P(shmctl(id, IPC_STAT, &ds)); P(shmat(id, 0, 0)); P(shmctl(none, IPC_RMID, 0)); P(shmctl(none, IPC_RMID, 0)); P(shmctl(-1, IPC_STAT, &ds)); P(shmctl(id, 77, 0));
}

static void semaphores(key_t key) {
  int id = semget(key, 3, IPC_CREAT | 0600), st;
  unsigned short all[3] = { 1, 2, 3 };
  struct semid_ds ds;
  union semun u = { .array = all };
  P(semget(key, 4, 0600)); P(semget(IPC_PRIVATE, 0, 0600)); P(semget(key, 3, IPC_CREAT | IPC_EXCL));
  P(semctl(id, 0, SETALL, u)); printf("%d %d %d\n", semctl(id, 0, GETVAL), semctl(id, 1, GETVAL), semctl(id, 2, GETVAL));
  P(semctl(id, 3, GETVAL)); u.val = 40000; P(semctl(id, 0, SETVAL, u)); u.val = 0; P(semctl(id, 0, SETVAL, u));
  struct sembuf two[2] = { { 1, -2, 0 }, { 0, -1, IPC_NOWAIT } };
  P(semop(id, two, 2)); printf("nothing was taken: %d\n", semctl(id, 1, GETVAL));
  struct sembuf bad = { 7, 1, 0 }, zero = { 0, 0, IPC_NOWAIT }, up = { 0, 1, 0 }, down = { 0, -1, 0 }, huge = { 2, 32767, 0 };
  P(semop(id, &bad, 1)); P(semop(id, &zero, 1)); P(semop(id, &up, 0)); P(semop(id, &huge, 1)); P(semop(id, (struct sembuf *)8, 1));
  struct timespec ts = { 0, 20000000 };
  P(semtimedop(id, &down, 1, &ts));
  if (!fork()) { semop(id, &down, 1); printf("child got it, waiters %d\n", semctl(id, 0, GETNCNT)); exit(0); }
  while (semctl(id, 0, GETNCNT) == 0) usleep(1000);
  int r = semop(id, &up, 1); wait(&st); P(r);
  printf("last operation by the child %d\n", semctl(id, 0, GETPID) != getpid());
  if (!fork()) { struct sembuf undo = { 1, -2, SEM_UNDO }; semop(id, &undo, 1); printf("taken: %d\n", semctl(id, 1, GETVAL)); fflush(stdout); kill(getpid(), SIGKILL); }
  wait(0); printf("given back: %d\n", semctl(id, 1, GETVAL));
  if (!fork()) { struct sigaction sa = { .sa_handler = nothing, .sa_flags = SA_RESTART }; sigaction(SIGALRM, &sa, 0); ualarm(20000, 0); P(semop(id, &down, 1)); exit(0); }
  wait(0);
  if (!fork()) { P(semop(id, &down, 1)); exit(0); }
  while (semctl(id, 0, GETNCNT) == 0) usleep(1000);
  u.buf = &ds; P(semctl(id, 0, IPC_STAT, u)); printf("%lu semaphores, mode %o\n", ds.sem_nsems, ds.sem_perm.mode);
  r = semctl(id, 0, IPC_RMID); wait(0); P(r); P(semctl(id, 0, GETVAL)); P(semop(id, &up, 1));
}

static void messages(key_t key) {
  int id = msgget(key, IPC_CREAT | 0600);
  struct message m = { 3, "three" }, in;
  struct msqid_ds ds;
  P(msgget(key, IPC_CREAT | IPC_EXCL | 0600)); P(msgget(key + 1, 0));
  P(msgsnd(id, &m, 6, 0)); m.type = 1; strcpy(m.text, "one"); P(msgsnd(id, &m, 4, 0)); m.type = 2; strcpy(m.text, "two"); P(msgsnd(id, &m, 4, 0));
  m.type = 0; P(msgsnd(id, &m, 4, 0)); m.type = 1; P(msgsnd(id, &m, 9000, 0)); P(msgsnd(id, (void *)8, 4, 0));
  P(msgrcv(id, &in, 64, 9, IPC_NOWAIT)); P(msgrcv(id, &in, 2, 3, 0)); printf("%zd ", msgrcv(id, &in, 2, 3, MSG_NOERROR)); printf("%.2s\n", in.text);
  printf("%zd ", msgrcv(id, &in, 64, -5, 0)); printf("%ld %s\n", in.type, in.text);
  P(msgsnd(id, &m, 4, 0)); printf("%zd ", msgrcv(id, &in, 64, 1, MSG_EXCEPT)); printf("%ld %s\n", in.type, in.text);
  P(msgctl(id, IPC_STAT, &ds)); printf("%lu messages, %lu bytes of %lu\n", ds.msg_qnum, ds.__msg_cbytes, ds.msg_qbytes);
  P(msgrcv(id, &in, 64, 0, 0));
  if (!fork()) { printf("child has %zd: ", msgrcv(id, &in, 64, 0, 0)); printf("%s\n", in.text); exit(0); }
  usleep(300000); strcpy(m.text, "late"); int r = msgsnd(id, &m, 5, 0); wait(0); P(r);
  int n = 0; while (msgsnd(id, &m, 64, IPC_NOWAIT) == 0) n++; printf("%d fit, then %s\n", n, strerrorname_np(errno));
  if (!fork()) { P(msgsnd(id, &m, 64, 0)); exit(0); }
  usleep(300000); r = msgrcv(id, &in, 64, 0, 0); wait(0); P(r);
  if (!fork()) { P(msgrcv(id, &in, 64, 77, 0)); exit(0); }
  usleep(300000); r = msgctl(id, IPC_RMID, 0); wait(0); P(r); P(msgctl(id, IPC_STAT, &ds)); P(msgctl(id, IPC_RMID, 0));
}

int main(void) {
  key_t key = 0x4b540000 | (getpid() & 0xfff0);
  setvbuf(stdout, 0, _IOLBF, 0);
  shared(key); semaphores(key); messages(key);
  return 0;
}
