// Instructions that fault, or do not, inside the recorded machine and natively: registers, signal frames and siginfo as the kernel gives them to a handler.
import { expect, test } from 'vitest';
import { fuzzInsn } from '../engine/cpu/harness/fuzz-insn.ts';
import { cannotRunNatively } from '../engine/cpu/harness/records.ts';
import { KTRACE } from './run.ts';

const why = cannotRunNatively();
test.skipIf(why !== null)(`signal frames and siginfo of 6,000 single instructions are the real kernel's${why === null ? '' : ` (skipped: ${why})`}`, () => {
  const { run, found } = fuzzInsn({ seed: 8000, count: 6000, tier: 'off', masked: true, through: KTRACE });
  expect(run).toBeGreaterThan(5500);
  expect(found.map((f) => `${f.test.name}: ${f.differences.join('; ')}; again: npm run fuzz:insn -- --seed ${f.seed} --masked --through dist/ktrace.cjs`)).toEqual([]);
}, 180_000);
