// The fuzzers see an error that was planted, name a seed that shows it again, and make it small.
import { beforeAll, describe, expect, test } from 'vitest';
import { fuzzInsn, shrinkTest } from './fuzz-insn.ts';
import { fuzzSeq, shrinkProgram } from './fuzz-seq.ts';
import { locate } from './lockstep.ts';
import { plant } from './plant.ts';
import { cannotRunNatively } from './records.ts';

beforeAll(() => { plant('sbb-no-borrow'); plant('adc-no-carry-compiled'); });
describe.skipIf(cannotRunNatively() !== null)('single instructions', () => {
  test('SBB without its borrow is found, found again by its seed, and shrunk to an instruction and a flag', () => {
    const o = { seed: 42, count: 3000, family: 'int', tier: 'off' as const };
    const { found } = fuzzInsn(o);
    expect(found.length).toBeGreaterThan(5);
    expect(new Set(found.map((f) => f.test.name.split(' ')[0]))).toEqual(new Set(['sbb']));
    const again = fuzzInsn({ ...o, seed: found[0]!.seed, count: 1 }).found;
    expect(again[0]!.differences).toEqual(found[0]!.differences);
    const { test: small, kept } = shrinkTest(found[0]!, o);
    expect(kept).toContain('flags');
    expect(kept.length).toBeLessThan(6);
    expect(small.fx.subarray(160, 416).every((b) => b === 0)).toBe(true);
  }, 120_000);
});
test('ADC without its carry in compiled code is found, located and shrunk to a few nodes', () => {
  const { found } = fuzzSeq(500, 120, false, (n) => n > 5);
  const f = found.filter((x) => !x.history).sort((a, b) => a.test.code.length - b.test.code.length)[0]!; // the smallest: it is run some hundred times
  expect(f.divergence.who).not.toBe('the real CPU');
  expect(locate(f.test, f.seed, f.divergence.who).join('\n')).toMatch(/first wrong in block[^]*\badc /);
  const small = shrinkProgram(f.seed, f.divergence.who, 150);
  expect(small.nodes).toBeLessThan(8);
  expect(locate(small.test, f.seed, f.divergence.who).join('\n')).toMatch(/\badc /);
}, 300_000);
