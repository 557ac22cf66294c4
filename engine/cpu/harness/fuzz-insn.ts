// Fuzzes single instructions against the real processor. --cpu v1|v2|v3 (the host's level), --family int|sse|mmx|x87|bmi|avx, --only MNEMONIC, --jit off|force, --masked (float
// exceptions), --through PATH (native.c inside that ktrace, siginfo compared too), --plant NAME, --no-shrink.
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, describe } from './compare.ts';
import { makeTest, rows } from './generate.ts';
import { Guest } from './guest.ts';
import type { Tier } from './guest.ts';
import { runInPieces, timeIsOver } from './options.ts';
import type { Options, Tally } from './options.ts';
import { plainParts, plainTest, prefixParts } from './plain.ts';
import { plant } from './plant.ts';
import { cannotRunNatively, chooseLevel, runNatively, testedModel } from './records.ts';
import type { Outcome, Test } from './records.ts';
import { shrink } from './shrink.ts';

export interface Found { seed: number; test: Test; differences: string[] }
export interface InsnOptions { seed: number; count: number; family?: string | undefined; only?: string | undefined; tier: Tier; /** Only masked float exceptions: what makers of processors agree on. */ masked?: boolean; /** A built ktrace to run native.c in, in place of the bare processor. */ through?: string | undefined }
/** Tests to one native process. */
const BATCH = 2048;

/** A test's seed fixes its row and everything else. */
function testOf(o: InsnOptions, seed: number): Test | null {
  const list = rows(o.family).filter((r) => o.only === undefined || r[1] === o.only);
  if (list.length === 0) throw new Error('no row is called so');
  return makeTest(list[seed % list.length]!, seed, o.masked);
}
function runOurs(tests: readonly Test[], o: InsnOptions): (Outcome | Error)[] {
  if (o.through !== undefined) {
    const recording = join(tmpdir(), `ktrace-fuzz-${process.pid}.ktrace`);
    try { return runNatively(tests, [process.execPath, o.through, 'record', '-q', '--cpu', testedModel(), '-o', recording, '--']); } finally { rmSync(recording, { recursive: true, force: true }); }
  }
  const guest = new Guest(o.tier);
  return tests.map((t) => { try { return guest.test(t); } catch (e) { return e as Error; } });
}
const differencesOf = (t: Test, real: Outcome, ours: Outcome | Error): string[] => (ours instanceof Error ? [`threw ${ours.stack?.split('\n').slice(0, 4).join(' | ')}`] : compare(t, real, ours));

export function fuzzInsn(o: InsnOptions, stop: () => boolean = () => false): { run: number; found: Found[] } {
  const found: Found[] = [];
  let run = 0;
  for (let start = o.seed; start < o.seed + o.count && !stop(); start += BATCH) {
    const tests: Test[] = [], seeds: number[] = [];
    for (let seed = start; seed < Math.min(o.seed + o.count, start + BATCH); seed++) {
      const t = testOf(o, seed);
      if (t !== null) { tests.push(t); seeds.push(seed); }
    }
    const real = runNatively(tests), ours = runOurs(tests, o);
    tests.forEach((test, n) => {
      run++;
      let differences = differencesOf(test, real[n]!, ours[n]!);
      // A switch to another process takes the pointers to the last x87 instruction away (AMD's XSAVE writes them only while an exception is pending): FNSTENV behind it
      // finds none. So the real CPU is asked once more.
      if (differences.length > 0) differences = differencesOf(test, runNatively([test])[0]!, ours[n]!);
      if (differences.length > 0) found.push({ seed: seeds[n]!, test, differences });
    });
  }
  return { run, found };
}

/** The plainest test that still differs, and what in it is not plain. */
export function shrinkTest(found: Found, o: InsnOptions): { test: Test; kept: string[]; differences: string[] } {
  const list = [...plainParts(found.test, 0x20000880n), ...prefixParts(found.test)];
  const make = (kept: readonly string[]): Test => plainTest(found.test, list, kept);
  const ask = (kept: readonly string[]): string[] => { const t = make(kept); return differencesOf(t, runNatively([t])[0]!, runOurs([t], o)[0]!); };
  const kept = shrink(list.map((p) => p.name), (names) => ask(names).length > 0, 300);
  return { test: make(kept), kept, differences: ask(kept) };
}

const replayArgs = (o: InsnOptions, options: Options): string => ['cpu', 'family', 'only', 'jit', 'masked', 'through', 'plant'].filter((n) => options.has(n)).map((n) => (options.text(n) === '' ? ` --${n}` : ` --${n} ${options.text(n)}`)).join('');
function piece(seed: number, count: number, options: Options): Tally {
  if (options.has('plant')) plant(options.text('plant')!);
  chooseLevel(options.text('cpu'));
  const jit = options.text('jit') ?? 'off';
  const o: InsnOptions = { seed, count, family: options.text('family'), only: options.text('only'), tier: jit === 'force' ? 'force' : 'off', masked: options.has('masked'), through: options.text('through') };
  const { run, found } = fuzzInsn(o, () => timeIsOver(options));
  const by = new Map<string, Found[]>();
  for (const f of found) by.set(f.test.name.split(' ')[0]!, [...(by.get(f.test.name.split(' ')[0]!) ?? []), f]);
  for (const [mnemonic, list] of [...by].sort((a, b) => b[1].length - a[1].length)) {
    console.log(`${mnemonic}: ${list.length} differ`);
    for (const f of list.slice(0, options.number('show') ?? 2)) {
      console.log(`  ${describe(f.test)}\n    seed=${f.seed}: npm run fuzz:insn -- --seed ${f.seed}${replayArgs(o, options)}\n    ${f.differences.slice(0, 6).join('\n    ')}`);
      if (options.has('no-shrink')) continue;
      const small = shrinkTest(f, o);
      console.log(`    shrunk to ${describe(small.test)}\n      with only [${small.kept.join(', ')}] not plain: ${small.differences.slice(0, 3).join('; ')}`);
    }
  }
  return { run, failed: found.length };
}
export function main(args: readonly string[]): number {
  const why = cannotRunNatively();
  if (why !== null) { console.log(`fuzz:insn skipped: ${why}`); return 0; }
  return runInPieces('fuzz:insn', args, 20_480, piece);
}
