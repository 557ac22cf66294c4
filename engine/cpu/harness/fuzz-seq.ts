// Fuzzes programs in lockstep: interpreter, compiled code (forced, and hot at 8, 16 or 64 runs so that regions of many blocks come about), real CPU.
// --cpu v1|v2|v3 (the host's level), --plant NAME, --no-shrink, --no-real (only our tiers against each other).
import { runInPieces, timeIsOver } from './options.ts';
import type { Options, Tally } from './options.ts';
import { plant } from './plant.ts';
import { assemble, makeProgram } from './programs.ts';
import { Panel, check, checkAlone, locate, tiersOf } from './lockstep.ts';
import type { Divergence } from './lockstep.ts';
import { plainParts, plainTest } from './plain.ts';
import { STACK, cannotRunNatively, chooseLevel, runNatively } from './records.ts';
import type { Test } from './records.ts';
import { shrink } from './shrink.ts';

export interface SeqFound { seed: number; test: Test; divergence: Divergence; /** It shows itself only after the programs before it. */ history: boolean }
const BATCH = 256;
/** Programs that one panel of guests lives through. */
const LIFE = 512;

/** @param real compare with the real CPU too */
export function fuzzSeq(seed: number, count: number, real: boolean, stop: (found: number) => boolean = () => false): { run: number; found: SeqFound[] } {
  const found: SeqFound[] = [];
  let run = 0, panel = new Panel();
  // Every guest of a panel must have lived through the same, so each threshold takes its turn with a panel of its own.
  const panels = [panel, panel, panel].map(() => new Panel());
  for (let start = seed; start < seed + count && !stop(found.length); start += BATCH) {
    const seeds = Array.from({ length: Math.min(BATCH, seed + count - start) }, (_, i) => start + i), tests = seeds.map((s) => assemble(makeProgram(s)));
    const outcomes = real ? runNatively(tests) : null;
    if ((start - seed) % LIFE === 0) panels.forEach((_, i) => { panels[i] = new Panel(); });
    for (let n = 0; n < tests.length && !stop(found.length); n++) {
      const which = (seeds[n]! >>> 2) % 3, tiers = tiersOf(seeds[n]!);
      run++;
      panel = panels[which]!;
      let divergence: Divergence | null;
      try { divergence = check(tests[n]!, seeds[n]!, outcomes?.[n] ?? null, panel, tiers); } catch (e) { divergence = { who: 'force', differences: [`threw ${(e as Error).stack?.split('\n').slice(0, 5).join(' | ')}`] }; }
      if (divergence === null) continue;
      panels[which] = new Panel();
      let alone: Divergence | null = null;
      try { alone = checkAlone(tests[n]!, seeds[n]!, divergence.who); } catch { alone = divergence; }
      found.push({ seed: seeds[n]!, test: tests[n]!, divergence, history: alone === null });
    }
  }
  return { run, found };
}

/** Leaves out nodes, then makes the state plain, while the same two still differ. */
export function shrinkProgram(seed: number, who: Divergence['who'], budget = 500): { test: Test; nodes: number; kept: string[] } {
  const p = makeProgram(seed), differs = (t: Test): boolean => { try { return checkAlone(t, seed, who) !== null; } catch { return who !== 'the real CPU'; } };
  const nodes = shrink(p.nodes, (kept) => differs(assemble(p, new Set(kept))), budget), small = assemble(p, new Set(nodes));
  const parts = plainParts(small, BigInt(STACK + 0x3000)), kept = shrink(parts.map((x) => x.name), (names) => differs(plainTest(small, parts, names)), budget >> 1);
  return { test: plainTest(small, parts, kept), nodes: nodes.length, kept };
}

/** The code's bytes; runs of the filling INT3 as their number. */
const hex = (t: Test): string => [...t.code].map((b) => b.toString(16).padStart(2, '0')).join(' ').replace(/(cc ?){5,}/g, (run) => `(cc × ${(run.length + 1) / 3 | 0}) `);
function piece(seed: number, count: number, o: Options): Tally {
  if (o.has('plant')) plant(o.text('plant')!);
  chooseLevel(o.text('cpu'));
  const { run, found } = fuzzSeq(seed, count, !o.has('no-real'), (n) => n >= (o.number('show') ?? 2) || timeIsOver(o));
  const flags = ['cpu', 'plant', 'no-real'].filter((n) => o.has(n)).map((n) => (o.text(n) === '' ? ` --${n}` : ` --${n} ${o.text(n)}`)).join('');
  for (const f of found) {
    const who = typeof f.divergence.who === 'number' ? `code compiled after ${f.divergence.who} runs` : f.divergence.who === 'force' ? 'code compiled at once' : f.divergence.who;
    console.log(`program seed=${f.seed}: the interpreter and ${who} differ: ${f.divergence.differences.slice(0, 4).join('; ')}`);
    if (f.history) { console.log(`  only after the programs before it: npm run fuzz:seq -- --seed ${seed} --count ${f.seed - seed + 1}${flags}`); continue; }
    console.log(`  again: npm run fuzz:seq -- --seed ${f.seed}${flags}`);
    try { console.log(locate(f.test, f.seed, f.divergence.who).map((l) => `  ${l}`).join('\n')); } catch (e) { console.log(`  ${(e as Error).stack}`); }
    if (o.has('no-shrink')) continue;
    const small = shrinkProgram(f.seed, f.divergence.who);
    console.log(`  shrunk to ${small.nodes} nodes, with only [${small.kept.join(', ')}] not plain:\n  ${hex(small.test)}`);
    try { console.log(locate(small.test, f.seed, f.divergence.who).map((l) => `  ${l}`).join('\n')); } catch (e) { console.log(`  ${(e as Error).stack}`); }
  }
  return { run, failed: found.length };
}
export function main(args: readonly string[]): number {
  const why = cannotRunNatively();
  if (why !== null) { console.log(`fuzz:seq skipped: ${why}`); return 0; }
  return runInPieces('fuzz:seq', args, 512, piece);
}
