// One program on the real CPU, in the interpreter and in compiled code: where they part, down to the block.
import { decode } from '../decode/decoder.ts';
import { compare } from './compare.ts';
import { Guest } from './guest.ts';
import type { Tier } from './guest.ts';
import { CODE, TIMEOUT, runNatively, traceNatively } from './records.ts';
import type { Outcome, Test } from './records.ts';
import { Dice } from './values.ts';

/** How often a run is stopped to be looked at: never; sometimes; often. A compiled block is the interpreter's when the deadline may come at its end. */
export type Stops = 'never' | 'some' | 'often';
export const stopsOf = (seed: number): Stops => (['never', 'some', 'often'] as const)[seed % 3]!;
const END = 20_000_000, MAX_STOPS = 160;

/** Deadlines to stop at, in cycles; those already passed are left out on the way. */
function* deadlines(stops: Stops, seed: number, now: () => number): Generator<number> {
  const d = new Dice(seed ^ 0x5bd1e995);
  if (stops === 'often') for (let i = 0; i < MAX_STOPS; i++) yield now() + 1 + d.below(d.pick([1, 40, 120]));
  if (stops === 'some') {
    for (let i = 0, at = 0; i < 12; i++) { at += 1 + d.below(d.pick([20, 200, 2000])); if (at > now()) yield at; }
  }
}
/** Runs the loaded test with its stops. @param look at each stop and at the end; true ends the run */
function run(g: Guest, stops: Stops, seed: number, look: (n: number) => boolean): void {
  let n = 0, going = true;
  for (const deadline of deadlines(stops, seed, () => g.processor.now(0))) {
    going = g.run(deadline);
    if (look(n++)) return;
    if (!going) return;
  }
  g.run(END);
  look(n);
}
/** Twice the same: the second run finds its code compiled. Fingerprints at every stop; with memory at every eighth and at the end, or at all. */
function transcript(g: Guest, t: Test, stops: Stops, seed: number, full = false): string[] {
  const out: string[] = [];
  for (let round = 0; round < 2; round++) {
    g.load(t);
    run(g, stops, seed, (n) => { out.push(g.fingerprint(full || n % 8 === 0)); return false; });
    if (!full) out.push(g.fingerprint(true));
  }
  return out;
}

export interface Divergence { /** Who differs from the interpreter. */ who: 'the real CPU' | Tier; differences: string[] }
export const TIERS: readonly Tier[] = ['force', 8, 16, 64];
/** Guests that live through many programs. */
export class Panel {
  readonly interpreter = new Guest('off');
  readonly compiled = new Map<Tier, Guest>();
  guest(tier: Tier): Guest {
    let g = this.compiled.get(tier);
    if (g === undefined) this.compiled.set(tier, g = new Guest(tier));
    return g;
  }
}
/** A program's seed says which tiers it is run in: forced and one of the thresholds. */
export const tiersOf = (seed: number): readonly Tier[] => ['force', TIERS[1 + (seed >>> 2) % 3]!];

/** @param real what the real CPU left, or null not to compare with it */
export function check(t: Test, seed: number, real: Outcome | null, panel: Panel, tiers: readonly Tier[]): Divergence | null {
  const stops = stopsOf(seed), { interpreter } = panel;
  const expected = transcript(interpreter, t, stops, seed);
  if (real !== null) {
    const ours = interpreter.outcome(t), differences = compare(t, real, ours);
    if (ours.trap === TIMEOUT && real.trap === TIMEOUT) return null; // both endless: nothing to compare
    if (differences.length > 0) return { who: 'the real CPU', differences };
  }
  // What was fetched and what TLBs hold depends on what ran before, so each guest must have run the same tests: all tiers of a panel do.
  for (const tier of tiers) {
    const got = transcript(panel.guest(tier), t, stops, seed), at = expected.findIndex((f, i) => f !== got[i]);
    if (at >= 0) return { who: tier, differences: [`state after stop ${at} of ${expected.length}`] };
  }
  return null;
}
/** The same from nothing: fresh guests. */
export function checkAlone(t: Test, seed: number, who: Divergence['who']): Divergence | null {
  if (who === 'the real CPU') return check(t, seed, runNatively([t])[0]!, new Panel(), []);
  return check(t, seed, null, new Panel(), [who]);
}

const bytesAt = (t: Test, rip: bigint): string[] => {
  const out: string[] = [], code = new Uint8Array(4 * 4096).fill(0xcc);
  code.set(t.code, t.entry);
  for (let at = Number(rip) - CODE, n = 0; at >= 0 && at < code.length && n < 64; n++) {
    const insn = decode(code, at, code.length);
    if (insn === null) break;
    out.push(`  ${(CODE + at).toString(16)}: ${[...code.subarray(at, at + insn.length)].map((b) => b.toString(16).padStart(2, '0')).join(' ').padEnd(30)} ${insn.form.key}`);
    at += insn.length;
    if (insn.form.flow !== '') break;
  }
  return out;
};
const mxcsrOf = (g: Guest): number => g.processor.regs(0).lo(160);
const ripOf = (g: Guest): bigint => new DataView(g.processor.regs(0).bytes().buffer, g.processor.regs(0).bytes().byteOffset).getBigUint64(128, true);

/** The first block after which they differ: its number, bytes and the differences. */
export function locate(t: Test, seed: number, who: Divergence['who']): string[] {
  return who === 'the real CPU' ? locateReal(t) : locateTier(t, seed, who);
}
function locateReal(t: Test): string[] {
  const steps = traceNatively(t, 30_000), g = new Guest('off');
  g.load(t);
  let at = -1;
  for (let block = 0; ; block++) {
    const start = ripOf(g), now = g.processor.now(0), going = g.run(now + 1), ours = g.outcome(t);
    // A block's instructions have addresses of their own: the next time that the real CPU comes to where the block ends, it has done the block.
    let to = at + 1;
    while (to < steps.length - 1 && steps[to]!.rip !== ours.rip && steps[to]!.trap === 1) to++;
    const real = steps[to];
    if (real === undefined) return [`the real CPU took more than ${steps.length} steps`];
    const differences = compare(t, real, { ...ours, trap: going ? real.trap : ours.trap, error: going ? real.error : ours.error });
    if (differences.length > 0) return [`first wrong in block ${block} (cycle ${now}), at`, ...bytesAt(t, start), ...differences.slice(0, 8)];
    if (!going || real.trap !== 1) return ['stepped singly, they agree'];
    at = to;
  }
}
function locateTier(t: Test, seed: number, tier: Tier): string[] {
  const stops = stopsOf(seed), expected = transcript(new Guest('off'), t, stops, seed, true), got = transcript(new Guest(tier), t, stops, seed, true);
  const stop = expected.findIndex((f, i) => f !== got[i]);
  if (stop < 0) return ['alone and from fresh, they agree'];
  /** Runs as in the transcript up to the stop before, then on to `deadline` if there is one. */
  const fresh = (who: Tier, deadline: number | null): Guest => {
    const g = new Guest(who);
    let n = 0, there = false;
    for (let round = 0; round < 2 && !there; round++) {
      g.load(t);
      if (n === stop) break;
      run(g, stops, seed, () => { there = ++n === stop && g.processor.exit.reason === 0; return there; });
    }
    if (deadline !== null) g.run(deadline);
    return g;
  };
  const reference = fresh('off', null), ends: number[] = [], starts: bigint[] = [ripOf(reference)], cycles = [reference.processor.now(0)];
  for (let i = 0; i < 20_000; i++) {
    const going = reference.run(reference.processor.now(0) + 1);
    ends.push(reference.processor.now(0));
    starts.push(ripOf(reference));
    cycles.push(reference.processor.now(0));
    if (!going) break;
  }
  /** One block later: the last before a deadline is not compiled. */
  const after = (who: Tier, i: number): Guest => fresh(who, ends[i]! + 1), differs = (i: number): boolean => after(tier, i).fingerprint(true) !== after('off', i).fingerprint(true);
  let low = 0, high = ends.length - 1;
  if (!differs(high)) return [`only between stops ${stop - 1} and ${stop}`];
  while (low < high) { const mid = (low + high) >> 1; if (differs(mid)) high = mid; else low = mid + 1; }
  const a = after('off', low), b = after(tier, low), differences = compare(t, a.outcome(t), b.outcome(t));
  const clocks = (g: Guest): string => `${g.processor.now(0)} cycles, ${JSON.stringify(g.processor.counters(0))}`;
  if (differences.length === 0 && mxcsrOf(a) !== mxcsrOf(b)) differences.push(`mxcsr: real 0x${mxcsrOf(a).toString(16)}, ours 0x${mxcsrOf(b).toString(16)}`);
  if (differences.length === 0) differences.push(clocks(a) === clocks(b) ? 'state that only the machine sees (TLBs, frames fetched from)' : `interpreter ${clocks(a)}, compiled ${clocks(b)}`);
  return [`first wrong in block ${low} after stop ${stop - 1} (cycle ${cycles[low]!}), at`, ...bytesAt(t, starts[low]!), ...differences.slice(0, 8).map((d) => d.replace('real', 'interpreter').replace('ours', 'compiled'))];
}
