// Every encoding row against the real CPU, interpreted and with the compiler forced. Longer: npm run fuzz:insn.
import { describe, expect, test } from 'vitest';
import type { Row } from '../decode/insn.ts';
import { describe as text } from './compare.ts';
import { fuzzInsn } from './fuzz-insn.ts';
import { FAMILIES, makeTest, rows } from './generate.ts';
import { cannotRunNatively } from './records.ts';

test('every row that can be tested is', () => {
  const testable = (row: Row): boolean => { for (let seed = 0; seed < 300; seed++) if (makeTest(row, seed) !== null) return true; return false; };
  const untested = rows().filter((row) => !testable(row));
  expect(untested.map((r) => r.join(' '))).toEqual([]);
});
const why = cannotRunNatively();
describe.skipIf(why !== null)(`instructions agree with the real CPU${why === null ? '' : ` (skipped: ${why})`}`, () => {
  for (const family of Object.keys(FAMILIES)) {
    test.each(['off', 'force'] as const)(`${family}, compiler %s`, (tier) => {
      const { run, found } = fuzzInsn({ seed: 1_000_003, count: 2500, family, tier, masked: true });
      expect(run).toBeGreaterThan(1800);
      expect(found.map((f) => `${text(f.test)}\n  ${f.differences.join('\n  ')}\n  again: npm run fuzz:insn -- --seed ${f.seed} --family ${family} --jit ${tier} --masked`)).toEqual([]);
    }, 120_000);
  }
});
