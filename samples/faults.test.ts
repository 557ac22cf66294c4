// Instructions that fault, or do not, inside the recorded machine and natively: registers, signal frames and siginfo as the kernel gives them to a handler.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fuzzInsn } from '../engine/cpu/harness/fuzz-insn.ts';
import { cannotRunNatively } from '../engine/cpu/harness/records.ts';
import { KTRACE, have, ktrace, record, run, sample } from './run.ts';

const why = cannotRunNatively();
test.skipIf(why !== null)(`signal frames and siginfo of 6,000 single instructions are the real kernel's${why === null ? '' : ` (skipped: ${why})`}`, () => {
  const { run, found } = fuzzInsn({ seed: 8000, count: 6000, tier: 'off', masked: true, through: KTRACE });
  expect(run).toBeGreaterThan(5500);
  expect(found.map((f) => `${f.test.name}: ${f.differences.join('; ')}; again: npm run fuzz:insn -- --seed ${f.seed} --masked --through dist/ktrace.cjs`)).toEqual([]);
}, 180_000);
const skip = process.arch !== 'x64' || !have(sample('cpu-calls')) || !readFileSync('/proc/self/maps', 'utf8').includes('[vsyscall]');
test.skipIf(skip)('what syscall, int 0x80 and the vsyscall page leave in registers and flags, and how exceptions arrive', () => {
  const native = run([sample('cpu-calls')]), r = record([sample('cpu-calls')]);
  expect(native.stdout.toString()).toContain('vsyscall: time 1, gettimeofday 0 1, getcpu 0 1');
  expect(r.stdout.toString()).toBe(native.stdout.toString());
  expect(ktrace(['replay', r.dir]).status).toBe(0);
});
