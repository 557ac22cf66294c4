// Fuzzes the processor against the real one. Arguments: count=N seed=N family=int|sse|mmx|x87|sequence only=MNEMONIC jit=off|auto|force.
// With seed= and no count=, replays that one test in full.
import { compare, describe } from './compare.ts';
import { makeTest, rows } from './generate.ts';
import { makeSequence } from './sequences.ts';
import { Guest } from './guest.ts';
import { cannotRunNatively, runNatively } from './records.ts';
import type { Test } from './records.ts';

export interface Found { text: string; differences: string[]; mnemonic: string }
export interface FuzzOptions { seed: number; count: number; family?: string; only?: string; jit: 'auto' | 'off' | 'force'; /** Only masked float exceptions: what makers of processors agree on. */ masked?: boolean }

/** A test's seed fixes its row and everything else. */
function testOf(seed: number, family?: string, only?: string, masked = false): Test | null {
  if (family === 'sequence') return makeSequence(seed);
  const list = rows(family).filter((r) => only === undefined || r[1] === only);
  return makeTest(list[seed % list.length]!, seed, masked);
}
export function fuzz(o: FuzzOptions): { run: number; found: Found[] } {
  let guest = new Guest(o.jit);
  const found: Found[] = [];
  let run = 0;
  for (let start = 0; start < o.count; start += 4096) {
    const tests: Test[] = [], seeds: number[] = [];
    for (let i = start; i < Math.min(o.count, start + 4096); i++) {
      const t = testOf(o.seed + i, o.family, o.only, o.masked);
      if (t !== null) { tests.push(t); seeds.push(o.seed + i); }
    }
    const real = runNatively(tests);
    if (start > 0 && start % 16384 === 0) guest = new Guest(o.jit); // a handler a form is a module: let them go
    tests.forEach((t, n) => {
      run++;
      let differences: string[];
      try { differences = compare(t, real[n]!, guest.run(t)); } catch (e) { differences = [`threw ${(e as Error).stack?.split('\n').slice(0, 4).join(' | ')}`]; }
      if (differences.length > 0) found.push({ text: describe(t, seeds[n]!), differences, mnemonic: t.name.split(' ')[0]! });
    });
  }
  return { run, found };
}

export function main(args: readonly string[]): number {
  const why = cannotRunNatively();
  if (why !== null) { console.log(`fuzz:cpu skipped: ${why}`); return 0; }
  const value = (name: string): string | undefined => args.find((a) => a.startsWith(`${name}=`))?.slice(name.length + 1);
  const seed = Number(value('seed') ?? Math.floor(Date.now() % 1e9)), count = Number(value('count') ?? (value('seed') === undefined ? 100_000 : 1));
  const jit = (value('jit') ?? 'off') as 'auto' | 'off' | 'force';
  console.log(`seed=${seed} count=${count} jit=${jit}`);
  const { run, found } = fuzz({ seed, count, jit, masked: args.includes('masked'), ...(value('family') === undefined ? {} : { family: value('family')! }), ...(value('only') === undefined ? {} : { only: value('only')! }) });
  const by = new Map<string, Found[]>();
  for (const f of found) by.set(f.mnemonic, [...(by.get(f.mnemonic) ?? []), f]);
  for (const [mnemonic, list] of [...by].sort((a, b) => b[1].length - a[1].length)) {
    console.log(`${mnemonic}: ${list.length}`);
    for (const f of list.slice(0, Number(value('show') ?? 2))) console.log(`  ${f.text}\n    ${f.differences.slice(0, 6).join('\n    ')}`);
  }
  console.log(`${run} run, ${found.length} differ`);
  return found.length === 0 ? 0 : 1;
}
