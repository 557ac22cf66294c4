// Random C programs (engine/cpu/harness/c-programs.ts), compiled at all levels: the sums they print natively and recorded. Longer: npm run fuzz:c.
import { expect, test } from 'vitest';
import { LEVELS, fuzzC } from '../engine/cpu/harness/fuzz-c.ts';
import { makeGroup } from '../engine/cpu/harness/c-programs.ts';
import { KTRACE, have } from './run.ts';

const possible = have('gcc') && process.arch === 'x64' && process.platform === 'linux';
test.skipIf(!possible).each([['auto', 4000], ['force', 4010]] as const)(`random C programs print the same sums, JIT %s${possible ? '' : ' (skipped: no gcc, or not an x86-64 host)'}`, (jit, seed) => {
  const { run, found } = fuzzC(seed, 6, { ktrace: KTRACE, jit, cc: 'gcc' });
  expect(run).toBe(6 * LEVELS.length);
  expect(found.map((f) => `${f.level}: native ${f.native}, recorded ${f.recorded}; again: npm run fuzz:c -- --seed ${f.seed} --jit ${jit}`)).toEqual([]);
}, 180_000);
test('a seed makes the same program each time, and different seeds different ones', () => {
  expect(JSON.stringify(makeGroup(5))).toBe(JSON.stringify(makeGroup(5)));
  expect(new Set(Array.from({ length: 50 }, (_, s) => JSON.stringify(makeGroup(s).functions))).size).toBe(50);
});
