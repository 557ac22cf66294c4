// Four threads add to one counter, 20,000 times each, under a mutex: the sum is exact and futex is called when they meet.
// build: -pthread
#include <pthread.h>
#include <stdio.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static long counter;
static void *work(void *arg) {
  for (int i = 0; i < 20000; i++) { pthread_mutex_lock(&m); counter++; pthread_mutex_unlock(&m); }
  return arg;
}
int main(void) {
  pthread_t t[4];
  for (long i = 0; i < 4; i++) pthread_create(&t[i], 0, work, (void *)i);
  long ids = 0;
  for (int i = 0; i < 4; i++) { void *r; pthread_join(t[i], &r); ids += (long)r; }
  printf("counter %ld ids %ld\n", counter, ids);
  return 0;
}
