// Reading the clock: on several CPUs in the order of time, with the same digests whatever compiles.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { have, record } from '../../samples/run.ts';

const scratch = mkdtempSync(join(tmpdir(), 'ktrace-clock-')), binary = join(scratch, 'reads');
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
/** Each thread compares what it reads with what any has read before, by RDTSC and by clock_gettime. */
const SOURCE = `#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>
static atomic_ulong last[2], back, reads;
static unsigned long tsc(void) { return __rdtsc(); }
static unsigned long mono(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000ul + t.tv_nsec; }
static void *reader(void *p) {
  for (int i = 0; i < 20000; i++) for (int c = 0; c < 2; c++) {
    unsigned long seen = last[c], now = c ? mono() : tsc();
    if (now < seen) back++;
    reads++;
    while (seen < now && !atomic_compare_exchange_weak(&last[c], &seen, now)) ;
  }
  return p;
}
int main(void) {
  pthread_t t[4];
  for (int i = 0; i < 4; i++) pthread_create(t + i, 0, reader, 0);
  for (int i = 0; i < 4; i++) pthread_join(t[i], 0);
  printf("%lu reads, %lu backwards\\n", reads, back);
}
`;
const built = have('gcc') && (writeFileSync(`${binary}.c`, SOURCE), spawnSync('gcc', ['-O2', `${binary}.c`, '-o', binary, '-lpthread']).status === 0);

describe.skipIf(!built)('the clock', () => {
  test.each(['1', '2', '4'])('never goes backwards between threads on %s CPUs', (cpus) => {
    const digests = ['off', 'auto', 'force'].map((jit) => {
      const { dir, stdout } = record([binary], { flags: ['--cpus', cpus, '--jit', jit, '--clock', '@1000000000'] });
      expect(stdout.toString()).toBe('160000 reads, 0 backwards\n');
      const { digest, stateDigest } = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8')) as { digest: string; stateDigest: string };
      return { digest, stateDigest };
    });
    expect(digests[1]).toEqual(digests[0]);
    expect(digests[2]).toEqual(digests[0]);
  }, 120_000);
});
