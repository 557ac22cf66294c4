// Fuzzes programs of many functions that call one another (call-programs.ts): interpreter, regions, forced compilation and code taken up again must leave the
// same registers, memory, time, counters and TLBs at every stop. --modes auto,force,joined,kept, --plant NAME, --no-shrink.
import { CTX, EXIT } from '../../machine/hardware.ts';
import type { CodeLeft } from '../../machine/kept-code.ts';
import { provideOptimized } from '../interp/core.ts';
import { makeCallProgram, prepare, textOf } from './call-programs.ts';
import type { CallProgram } from './call-programs.ts';
import { CODE_FRAME, FRAMES, NOTHING_LEFT, assemble, hasGcc, machineIn, modes } from './modes.ts';
import type { Machine, Mode } from './modes.ts';
import { runInPieces, timeIsOver } from './options.ts';
import type { Options, Tally } from './options.ts';
import { plant } from './plant.ts';
import { hashWords } from './records.ts';
import { shrink } from './shrink.ts';
import { Dice } from './values.ts';

/** Runs of one program must all stop at the same cycles: mostly long slices, because nobody waits for a call behind a stop; for a while short ones. */
function* slices(p: CallProgram): Generator<number> {
  const d = new Dice(p.seed ^ 0x51ce), often = d.pick([0, 0.1, 0.4]);
  for (;;) {
    const n = d.chance(often) ? 20 : 1, most = n > 1 ? d.pick([40, 300, 3000]) : d.pick([20_000, 100_000, 400_000]);
    for (let i = 0; i < n; i++) yield 1 + d.below(most);
  }
}
/** Runs on to the program's end. @param look at each stop; false ends the run */
function play(m: Machine, p: CallProgram, look: (stop: number) => boolean): void {
  let stop = 0;
  for (const slice of slices(p)) {
    m.cpu.run(0, Math.min(m.cpu.now(0) + slice, p.cycles));
    if (!look(stop++) || m.cpu.exit.reason !== EXIT.deadline || m.cpu.now(0) >= p.cycles) return;
  }
}
const memoryOf = ({ ram }: Machine): string => hashWords(ram.u32, CODE_FRAME << 10, FRAMES << 10).toString(16);
/** What the machine is at each stop, its memory at the last. */
function transcript(m: Machine, p: CallProgram): string[] {
  const out: string[] = [];
  play(m, p, () => {
    const state = m.cpu.saveState(), { exit } = m.cpu;
    out.push(`${hashWords(new Uint32Array(state.buffer, state.byteOffset, state.length >> 2), 0, state.length >> 2).toString(16)} ${exit.reason} ${exit.vector} ${exit.address}`);
    return true;
  });
  return [...out, memoryOf(m)];
}

export interface Difference { mode: Mode; /** The last one is the memory at the end. */ stop: number; of: number }
export interface CallsFound { seed: number; difference: Difference; what: readonly string[] }
/** Joined regions wait until V8 has optimized them: here until the dice say so, at once or after some stops. */
const started = (mode: Mode, code: Uint8Array, p: CallProgram, left: CodeLeft): Machine => {
  const d = new Dice(p.seed ^ 0x0b7), often = d.pick([1, 0.3, 0.05]);
  provideOptimized(() => d.chance(often));
  const m = machineIn(mode, code, left, { hot: p.hot });
  provideOptimized(null);
  prepare(m, p);
  return m;
};
/** The first mode that does something else than the interpreter. @param ran is told each machine at its end */
export function check(p: CallProgram, text: string, tried: readonly Mode[], ran: (mode: Mode, m: Machine) => void = () => undefined): Difference | null {
  const code = assemble(text);
  let expected: string[] = [], left = NOTHING_LEFT;
  for (const mode of modes) {
    if (mode !== 'off' && !tried.includes(mode) && !(mode === 'joined' && tried.includes('kept'))) continue;
    const m = started(mode, code, p, left), got = transcript(m, p);
    ran(mode, m);
    if (mode === 'off') { expected = got; continue; }
    if (mode === 'joined') left = m.cpu.codeLeft();
    const stop = expected.findIndex((s, i) => s !== got[i]);
    if (stop >= 0 && tried.includes(mode)) return { mode, stop, of: expected.length };
  }
  return null;
}

const NAMES = ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'];
/** What of the state differs at that stop. */
function tell(p: CallProgram, text: string, { mode, stop }: Difference): string[] {
  const code = assemble(text), out: string[] = [];
  const at = (m: Machine): Machine => { play(m, p, (n) => n < stop); return m; };
  const a = at(started('off', code, p, NOTHING_LEFT)), first = mode === 'kept' ? started('joined', code, p, NOTHING_LEFT) : null;
  if (first !== null) play(first, p, () => true);
  const b = at(started(mode, code, p, first?.cpu.codeLeft() ?? NOTHING_LEFT)), x = a.cpu.regs(0).bytes(), y = b.cpu.regs(0).bytes();
  const compare = (name: string, from: number, bytes: number): void => {
    const [one, other] = [x, y].map((r) => Buffer.from(r.subarray(from, from + bytes)).reverse().toString('hex'));
    if (one !== other) out.push(`${name}: interpreter ${one}, ${mode} ${other}`);
  };
  NAMES.forEach((name, i) => { compare(name, i * 8, 8); });
  for (const [name, from, bytes] of [['rip', CTX.rip, 8], ['flags', CTX.rflags, 4], ['mxcsr', CTX.mxcsr, 4], ['fcw', CTX.fcw, 2], ['fsw', CTX.fsw, 2], ['ftw', CTX.ftw, 2]] as const) compare(name, from, bytes);
  for (let i = 0; i < 16; i++) { compare(`xmm${i}`, CTX.xmm + i * 16, 16); compare(`upper ymm${i}`, CTX.ymmHigh + i * 16, 16); }
  for (let i = 0; i < 8; i++) compare(`x87 register ${i}`, CTX.x87 + i * 16, 10);
  const clocks = ({ cpu }: Machine): string => `${cpu.now(0)} cycles, ${JSON.stringify(cpu.counters(0))}, exit ${cpu.exit.reason} ${cpu.exit.vector}`;
  if (clocks(a) !== clocks(b)) out.push(`interpreter ${clocks(a)}, ${mode} ${clocks(b)}`);
  if (memoryOf(a) !== memoryOf(b)) {
    const words: string[] = [];
    for (let i = CODE_FRAME << 10; i < FRAMES << 10 && words.length < 4; i++) if (a.ram.u32[i] !== b.ram.u32[i]) words.push(`frame ${i >> 10} + ${((i & 1023) * 4).toString(16)}: ${a.ram.u32[i]!.toString(16)}, ${b.ram.u32[i]!.toString(16)}`);
    out.push(`memory: ${words.join('; ')}`);
  }
  return [...out.length > 0 ? out : ['state that only the machine sees (TLBs, frames fetched from)'], `the interpreter is at ${a.cpu.regs(0).rip.toString(16)}`];
}

export const COMPILED: readonly Mode[] = ['auto', 'force', 'joined', 'kept'];
export function fuzzCalls(seed: number, count: number, tried: readonly Mode[] = COMPILED, stop: (found: number) => boolean = () => false, ran?: (mode: Mode, m: Machine) => void): { run: number; found: CallsFound[] } {
  const found: CallsFound[] = [];
  let run = 0;
  for (let at = seed; at < seed + count && !stop(found.length); at++, run++) {
    const p = makeCallProgram(at), text = textOf(p);
    const difference = check(p, text, tried, ran);
    if (difference !== null) found.push({ seed: at, difference, what: tell(p, text, difference) });
  }
  return { run, found };
}
/** Leaves out nodes while the mode still differs. */
export function shrinkCalls(seed: number, mode: Mode, budget = 300): { program: CallProgram; text: string; nodes: number; difference: Difference } {
  const p = makeCallProgram(seed), differs = (kept: readonly number[]): boolean => check(p, textOf(p, new Set(kept)), [mode]) !== null;
  const nodes = shrink(p.nodes, differs, budget), text = textOf(p, new Set(nodes));
  return { program: p, text, nodes: nodes.length, difference: check(p, text, [mode])! };
}

function piece(seed: number, count: number, o: Options): Tally {
  if (o.has('plant')) plant(o.text('plant')!);
  const tried = o.has('modes') ? COMPILED.filter((m) => o.text('modes')!.split(',').includes(m)) : COMPILED;
  const { run, found } = fuzzCalls(seed, count, tried, (n) => n >= (o.number('show') ?? 1) || timeIsOver(o));
  const flags = ['modes', 'plant'].filter((n) => o.has(n)).map((n) => ` --${n} ${o.text(n)}`).join('');
  for (const { seed: at, difference, what } of found) {
    console.log(`program seed=${at}: the interpreter and ${difference.mode} differ at stop ${difference.stop} of ${difference.of}: ${[...what.slice(0, 6), what[what.length - 1]!].join('; ')}\n  again: npm run fuzz:calls -- --seed ${at}${flags}`);
    if (o.has('no-shrink')) continue;
    const small = shrinkCalls(at, difference.mode, o.number('tries'));
    console.log(`shrunk to ${small.nodes} nodes; hot ${small.program.hot}, r14 ${small.program.far.toString(16)}; then they differ in ${tell(small.program, small.text, small.difference).slice(-7).join('; ')}\n${small.text}`);
  }
  return { run, failed: found.length };
}
export function main(args: readonly string[]): number {
  if (!hasGcc()) { console.log('fuzz:calls skipped: gcc is missing'); return 0; }
  return runInPieces('fuzz:calls', args, 32, piece);
}
