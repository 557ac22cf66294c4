// Who strace -f follows: forked children, threads, programs started by vfork and posix_spawn, an execve in a thread, signals between processes.
// build: -pthread
// Each step waits long enough that its calls come in one order, natively and recorded. Usage: tracees fork|threads|vfork|exec|signals
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static char *self;
static void *sleeper(void *ms) { usleep(1000 * (long)ms); return 0; }
static void *execer(void *unused) { char *argv[] = { self, "child", 0 }; usleep(50000); execv(self, argv); return unused; }
static void handler(int signo) { (void)signo; }

int main(int argc, char **argv) {
  const char *mode = argc > 1 ? argv[1] : "fork";
  char *child[] = { argv[0], "child", 0 };
  int status;
  pid_t pid;
  self = argv[0];
  if (!strcmp(mode, "child")) {
    usleep(50000);
    return 5;
  } else if (!strcmp(mode, "fork")) {
    if (!(pid = fork())) { usleep(50000); write(1, "one\n", 4); _exit(3); }
    waitpid(pid, &status, 0);
    for (int i = 0; i < 2; i++) {
      if (!fork()) { usleep(100000 + 50000 * i); _exit(i); }
      usleep(30000);
    }
    while (wait(&status) > 0) ;
  } else if (!strcmp(mode, "threads")) {
    pthread_t a, b;
    pthread_create(&a, 0, sleeper, (void *)100);
    pthread_create(&b, 0, sleeper, (void *)200);
    pthread_join(a, 0);
    pthread_join(b, 0);
  } else if (!strcmp(mode, "vfork")) {
    if (!(pid = vfork())) { execv(argv[0], child); _exit(1); }
    waitpid(pid, &status, 0);
    posix_spawn(&pid, argv[0], 0, 0, child, environ);
    waitpid(pid, &status, 0);
  } else if (!strcmp(mode, "exec")) {
    pthread_t t;
    pthread_create(&t, 0, execer, 0);
    for (;;) pause();
  } else if (!strcmp(mode, "signals")) {
    struct sigaction sa = { .sa_handler = handler };
    sigaction(SIGUSR1, &sa, 0);
    if (!(pid = fork())) { pause(); usleep(50000); raise(SIGTERM); }
    usleep(50000);
    kill(pid, SIGUSR1);
    waitpid(pid, &status, 0);
    raise(SIGKILL);
  }
  return 0;
}
