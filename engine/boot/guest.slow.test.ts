// Signals, timers, job control, threads and futexes: C programs whose output on this kernel must equal the host's own.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTrace } from '../events/emitter.ts';
import { createNodeHost } from '../host/node.ts';
import { createMachine } from './machine.ts';

const SIGNALS = String.raw`
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
static volatile int got; static sigjmp_buf jb;
static void handler(int s, siginfo_t *i, void *u) { got++; char b[100]; int n = snprintf(b, 100, "sig %d code %d self %d\n", s, i->si_code, s != SIGALRM && s != SIGVTALRM && i->si_pid == getpid()); write(1, b, n); }
static void segv(int s, siginfo_t *i, void *u) { ucontext_t *c = u; printf("segv %p code %d err %lld trap %lld onstack %d\n", i->si_addr, i->si_code, c->uc_mcontext.gregs[REG_ERR], c->uc_mcontext.gregs[REG_TRAPNO], c->uc_stack.ss_flags); siglongjmp(jb, 1); }
static void fpe(int s, siginfo_t *i, void *u) { printf("fpe code %d\n", i->si_code); siglongjmp(jb, 1); }
static void ill(int s, siginfo_t *i, void *u) { ucontext_t *c = u; printf("ill code %d\n", i->si_code); c->uc_mcontext.gregs[REG_RIP] += 2; }
int main() {
  setvbuf(stdout, 0, _IONBF, 0);
  struct sigaction sa = {0}; sa.sa_sigaction = handler; sa.sa_flags = SA_SIGINFO | SA_RESTART;
  sigaction(SIGUSR1, &sa, 0); sigaction(SIGALRM, &sa, 0);
  volatile double d = 1.5; kill(getpid(), SIGUSR1); raise(SIGUSR1); printf("d=%f got=%d\n", d * 2, got);
  int p[2]; pipe(p); struct itimerval it = {{0, 0}, {0, 50000}}; setitimer(ITIMER_REAL, &it, 0);
  pid_t c = fork(); if (!c) { usleep(200000); write(p[1], "x", 1); _exit(7); }
  char b; int n = read(p[0], &b, 1); printf("restarted read %d got=%d\n", n, got);
  int st; waitpid(c, &st, 0); printf("status %d\n", WEXITSTATUS(st));
  sa.sa_flags = SA_SIGINFO; sigaction(SIGALRM, &sa, 0); it.it_value.tv_usec = 30000; setitimer(ITIMER_REAL, &it, 0);
  n = read(p[0], &b, 1); printf("interrupted read %d %d\n", n, errno == EINTR);
  struct timespec ts = {1, 0}, rem; it.it_value.tv_usec = 300000; setitimer(ITIMER_REAL, &it, 0);
  n = nanosleep(&ts, &rem); printf("nanosleep %d %d left %d\n", n, errno == EINTR, rem.tv_sec == 0 && rem.tv_nsec > 0 && rem.tv_nsec < 800000000);
  stack_t ss = {.ss_sp = malloc(65536), .ss_size = 65536}; sigaltstack(&ss, 0);
  sa.sa_sigaction = segv; sa.sa_flags = SA_SIGINFO | SA_ONSTACK; sigaction(SIGSEGV, &sa, 0);
  sa.sa_sigaction = fpe; sigaction(SIGFPE, &sa, 0); sa.sa_sigaction = ill; sigaction(SIGILL, &sa, 0);
  if (!sigsetjmp(jb, 1)) *(volatile int *)0x123 = 1;
  if (!sigsetjmp(jb, 1)) *(volatile int *)main = 1;
  if (!sigsetjmp(jb, 1)) { volatile int z = 0, y = 1; __asm__ volatile("cltd; idivl %1" : "+a"(y) : "m"(z) : "edx"); }
  __asm__ volatile("ud2"); printf("after ud2\n");
  sigset_t m, o; sigemptyset(&m); sigaddset(&m, SIGUSR1); sigprocmask(SIG_BLOCK, &m, &o);
  kill(getpid(), SIGUSR1); kill(getpid(), SIGUSR1); sigpending(&o); printf("pending %d\n", sigismember(&o, SIGUSR1));
  siginfo_t si; n = sigwaitinfo(&m, &si); printf("sigwait %d\n", n);
  ts.tv_sec = 0; ts.tv_nsec = 1000; n = sigtimedwait(&m, &si, &ts); printf("timedwait %d %d\n", n, errno == EAGAIN);
  union sigval v = {.sival_int = 42}; sigqueue(getpid(), SIGUSR1, v); sigemptyset(&o); n = sigsuspend(&o); printf("suspend %d %d\n", n, errno == EINTR);
  sigset_t rt; sigemptyset(&rt); sigaddset(&rt, SIGRTMIN + 1); sigaddset(&rt, SIGRTMIN + 2); sigprocmask(SIG_BLOCK, &rt, 0);
  for (int i = 3; i > 0; i--) { v.sival_int = i; sigqueue(getpid(), SIGRTMIN + 1 + i % 2, v); }
  for (int i = 0; i < 3; i++) { n = sigwaitinfo(&rt, &si); printf("rt %d value %d\n", n - SIGRTMIN, si.si_value.sival_int); }
  c = fork(); if (!c) { raise(SIGSTOP); _exit(3); }
  waitpid(c, &st, WUNTRACED); printf("stopped %d %d\n", WIFSTOPPED(st), WSTOPSIG(st)); kill(c, SIGCONT); waitpid(c, &st, 0); printf("exit %d\n", WEXITSTATUS(st));
  c = fork(); if (!c) for (;;) pause(); usleep(1000); kill(c, SIGKILL); waitpid(c, &st, 0); printf("killed %d\n", WTERMSIG(st));
  c = fork(); if (!c) { signal(SIGSEGV, SIG_DFL); sigset_t all; sigfillset(&all); sigprocmask(SIG_BLOCK, &all, 0); *(volatile int *)8 = 1; } waitpid(c, &st, 0); printf("blocked segv %d\n", WTERMSIG(st));
  signal(SIGCHLD, SIG_IGN); c = fork(); if (!c) _exit(1); n = waitpid(c, &st, 0); printf("no zombie %d %d\n", n, errno == ECHILD);
  timer_t t; struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 1}; timer_create(CLOCK_MONOTONIC, &ev, &t);
  struct itimerspec its = {{0, 10000000}, {0, 10000000}}; timer_settime(t, 0, &its, 0); n = sigwaitinfo(&rt, &si); printf("timer %d code %d\n", n - SIGRTMIN, si.si_code);
  timer_delete(t);
  it.it_value.tv_usec = 20000; sa.sa_sigaction = handler; sigaction(SIGVTALRM, &sa, 0); got = 0; setitimer(ITIMER_VIRTUAL, &it, 0);
  while (!got) ;
  printf("done\n"); return 0;
}
`;

const THREADS = String.raw`
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER; static pthread_cond_t c = PTHREAD_COND_INITIALIZER; static pthread_barrier_t bar; static long count; static int turn;
static void *add(void *a) { for (int i = 0; i < 3000; i++) { pthread_mutex_lock(&m); count++; pthread_mutex_unlock(&m); } pthread_barrier_wait(&bar); return a; }
static void *pingpong(void *a) { int me = (long)a; for (int i = 0; i < 300; i++) { pthread_mutex_lock(&m); while (turn != me) pthread_cond_wait(&c, &m); turn = !me; pthread_cond_broadcast(&c); pthread_mutex_unlock(&m); } return 0; }
static void *sleeper(void *a) { sleep(1000); return a; }
int main() {
  pthread_t t[8]; void *r; pthread_barrier_init(&bar, 0, 8);
  for (long i = 0; i < 8; i++) pthread_create(t + i, 0, add, (void *)i);
  for (int i = 0; i < 8; i++) pthread_join(t[i], &r);
  printf("count %ld\n", count);
  pthread_create(t, 0, pingpong, (void *)0); pthread_create(t + 1, 0, pingpong, (void *)1); pthread_join(t[0], 0); pthread_join(t[1], 0);
  pthread_create(t, 0, sleeper, 0); usleep(1000); pthread_cancel(t[0]); pthread_join(t[0], &r); printf("cancelled %d\n", r == PTHREAD_CANCELED);
  return 0;
}
`;

let dir = '';
let built = false;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ktrace-guest-'));
  try {
    for (const [name, source] of [['signals', SIGNALS], ['threads', THREADS]] as const) {
      writeFileSync(join(dir, `${name}.c`), source);
      execFileSync('gcc', ['-O1', '-w', '-static', '-pthread', '-o', join(dir, name), join(dir, `${name}.c`)]);
    }
    built = process.arch === 'x64';
  } catch { console.log('skipped: no C compiler for static programs'); }
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function run(path: string, cpus: number, chaosSeed: number): { out: string; exit: unknown } {
  let out = '';
  const node = createNodeHost({ hidden: [], clock: { sec: 1_700_000_000, nsec: 0 }, stdinFd: 0, async: null });
  const host = Object.assign(Object.create(node) as typeof node, {
    stream: (fd: number) => ({ kind: fd === 0 ? 'closed' : 'pipe', stat: null, writable: fd !== 0, readable: false }),
    write: (_fd: number, data: Uint8Array) => { out += Buffer.from(data).toString('latin1'); return data.length; },
    poll: () => [], wantStdin: () => {},
  });
  const m = createMachine({
    cpus, ramBytes: 128 << 20, seed: 0, hz: 250, preempt: 'voluntary', scheduler: 'eevdf', cpuModel: 'v1', startSec: 1_700_000_000, startNsec: 0,
    hostname: 'ktrace', release: '6.1.0', version: '#1', chaosSeed, quantumCycles: 10_000, sampleHz: 0, timeLimit: 60e9,
    program: { path, argv: [path], env: [], cwd: '/', uid: 0, gid: 0, groups: [0] },
  }, host, createTrace(() => false, null).trace);
  while (m.run(1_000_000) === 'slice');
  node.close();
  return { out, exit: m.exit };
}

test.each([['signals', 1, 0], ['signals', 4, 0], ['signals', 4, 5], ['threads', 1, 0], ['threads', 8, 0], ['threads', 8, 3]])('%s prints the same on %i CPUs (chaos %i)', (name, cpus, chaos) => {
  if (!built) return;
  const native = spawnSync(join(dir, name), [], { encoding: 'latin1' });
  expect(run(join(dir, name), cpus, chaos)).toEqual({ out: native.stdout, exit: { code: native.status } });
}, 60_000);
