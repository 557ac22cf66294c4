// Functions that call one another from region to region: the same registers, memory, time, counters and TLBs in the interpreter and however compiled (law 3).
// Longer: npm run fuzz:calls. Without gcc nothing is assembled.
import { describe, expect, test } from 'vitest';
import { makeCallProgram, textOf } from './call-programs.ts';
import { fuzzCalls } from './fuzz-calls.ts';
import { hasGcc } from './modes.ts';

describe.skipIf(!hasGcc())('programs of calls', () => {
  test('agree in every mode', () => {
    let taken = 0, joined = 0;
    const { run, found } = fuzzCalls(52_000, 12, undefined, undefined, (mode, m) => { if (mode === 'kept') taken += m.cpu.stats().takenRegions!; if (mode === 'joined') joined += m.cpu.stats().joinedRegions!; });
    expect(found.map((f) => `${f.difference.mode}: ${f.what.join('; ')} again: npm run fuzz:calls -- --seed ${f.seed}`)).toEqual([]);
    expect(run).toBe(12);
    expect(taken).toBeGreaterThan(10);
    expect(joined).toBeGreaterThan(10);
  }, 120_000);
  test('V8 keeps the upper half of a register that is 32 bits wide on another way (tracer/cli/v8-flags.ts)', () => expect(fuzzCalls(30_009, 1, ['auto']).found.length).toBe(0), 60_000);
  test('a seed makes the same program each time', () => {
    for (let seed = 1; seed < 10; seed++) expect(textOf(makeCallProgram(seed))).toBe(textOf(makeCallProgram(seed)));
  });
});
