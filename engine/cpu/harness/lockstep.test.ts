// Random programs in the interpreter, in compiled code and on the real CPU: the same state, time, counters and TLBs (law 3). Longer: npm run fuzz:seq.
import { expect, test } from 'vitest';
import { fuzzSeq } from './fuzz-seq.ts';
import { makeProgram } from './programs.ts';
import { cannotRunNatively } from './records.ts';

const why = cannotRunNatively();
test(`programs agree wherever they run${why === null ? '' : ` (not compared with the real CPU: ${why})`}`, () => {
  const { run, found } = fuzzSeq(77_000, 200, why === null);
  expect(run).toBe(200);
  expect(found.map((f) => `${f.divergence.who}: ${f.divergence.differences.join('; ')} again: npm run fuzz:seq -- ${f.history ? `--seed 77000 --count ${f.seed - 77_000 + 1}` : `--seed ${f.seed}`}`)).toEqual([]);
}, 180_000);
test('a seed makes the same program each time', () => {
  const text = (seed: number): string => JSON.stringify(makeProgram(seed), (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v));
  for (let seed = 1; seed < 20; seed++) expect(text(seed)).toBe(text(seed));
});
