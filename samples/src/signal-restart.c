// A read on an empty pipe is interrupted twice: with SA_RESTART it goes on, without it returns EINTR.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
static volatile int hits;
static void on(int s) { (void)s; hits++; }
static void nap(long ms) { struct timespec t = {ms / 1000, ms % 1000 * 1000000}; nanosleep(&t, 0); }
int main(void) {
  for (int restart = 1; restart >= 0; restart--) {
    struct sigaction sa;
    memset(&sa, 0, sizeof sa);
    sa.sa_handler = on;
    sa.sa_flags = restart ? SA_RESTART : 0;
    sigaction(SIGUSR1, &sa, 0);
    int p[2];
    if (pipe(p)) return 2;
    pid_t parent = getpid(), child = fork();
    if (child == 0) { nap(10); kill(parent, SIGUSR1); nap(10); if (write(p[1], "x", 1) != 1) _exit(1); _exit(0); }
    char c;
    errno = 0;
    ssize_t r = read(p[0], &c, 1);
    printf("SA_RESTART=%d: read %zd, EINTR %d, handler ran %d\n", restart, r, errno == EINTR, hits);
    waitpid(child, 0, 0);
  }
  return 0;
}
