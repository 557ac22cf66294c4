// The fuzzers' command line, and the loop that works through seeds in child processes: handlers outside the core module are a
// WebAssembly module each, and V8's room for code is not endless.
import { spawnSync } from 'node:child_process';
import { writeSync } from 'node:fs';

export class Options {
  private readonly values = new Map<string, string>();
  /** --name=value, --name value, --name. */
  constructor(args: readonly string[]) {
    for (let i = 0; i < args.length; i++) {
      const m = /^--([a-z-]+)(?:=(.*))?$/.exec(args[i]!);
      if (m === null) throw new Error(`not an option: ${args[i]}`);
      const next = args[i + 1];
      if (m[2] !== undefined) this.values.set(m[1]!, m[2]);
      else if (next !== undefined && !next.startsWith('--')) { this.values.set(m[1]!, next); i++; } else this.values.set(m[1]!, '');
    }
  }
  has(name: string): boolean { return this.values.has(name); }
  text(name: string): string | undefined { return this.values.get(name); }
  number(name: string): number | undefined {
    const text = this.values.get(name);
    if (text !== undefined && !/^\d+$/.test(text)) throw new Error(`--${name} wants a number`);
    return text === undefined ? undefined : Number(text);
  }
  /** Without those named: for a child, or for the command that replays. */
  rest(...without: string[]): string[] { return [...this.values].filter(([name]) => !without.includes(name)).map(([name, value]) => (value === '' ? `--${name}` : `--${name}=${value}`)); }
}

export interface Tally { run: number; failed: number }
/** The file descriptor on which a child says its tally. */
const TALLY = 3;
/** A fuzzer's main: `piece` works through [seed, seed + count) in this process and prints what it finds.
 *  Arguments --seed (the time), --count, --time in seconds; with --seed alone that one case is replayed. */
export function runInPieces(name: string, args: readonly string[], pieceSize: number, piece: (seed: number, count: number, o: Options) => Tally): number {
  const o = new Options(args), only = o.has('seed') && !o.has('count') && !o.has('time');
  const seed = o.number('seed') ?? Math.floor(Date.now() / 1000), count = o.number('count') ?? (only ? 1 : o.has('time') ? Infinity : pieceSize);
  if (o.has('child') || only) {
    const tally = piece(seed, count, o);
    if (o.has('child')) writeSync(TALLY, JSON.stringify(tally)); else console.log(`${name}: ${tally.failed === 0 ? 'no difference' : `${tally.failed} differ`}`);
    return tally.failed === 0 ? 0 : 1;
  }
  const until = Date.now() + (o.number('time') ?? 1e9) * 1000, total: Tally = { run: 0, failed: 0 };
  console.log(`${name}: seed=${seed}`);
  let broken = 0;
  for (let at = seed; at < seed + count && Date.now() < until && total.failed === 0 && broken === 0; at += pieceSize) {
    const n = Math.min(pieceSize, seed + count - at);
    const r = spawnSync(process.execPath, [...process.execArgv, process.argv[1]!, ...process.argv.slice(2, 3), ...o.rest('seed', 'count', 'time'), `--seed=${at}`, `--count=${n}`, `--child=${until}`], { encoding: 'utf8', stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
    const said = r.output[TALLY] ?? '';
    if (said === '') { broken++; console.log(`${name}: ended with ${r.status ?? r.signal} in seed=${at} count=${n}`); continue; }
    const tally = JSON.parse(said) as Tally;
    total.run += tally.run;
    total.failed += tally.failed;
  }
  console.log(`${name}: ${total.run} run, ${total.failed} differ`);
  return total.failed === 0 && broken === 0 ? 0 : 1;
}
/** True when a child's time is over. */
export const timeIsOver = (o: Options): boolean => o.has('child') && Date.now() > Number(o.text('child'));
