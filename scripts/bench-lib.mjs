// What all benchmarks share: running a command with its wall and CPU time, interleaving variants, medians, printing rows.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const rounds = Number(process.env.ROUNDS ?? 5);
export const dir = mkdtempSync(join(tmpdir(), 'ktrace-bench-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

const scratch = join(dir, 'r.ktrace'), timing = join(dir, 'time');
export const KTRACE = ['node', process.env.KTRACE_BIN ?? 'dist/ktrace.cjs'];
/** One place for all recordings: each is removed before the next, outside the timing. Nothing is kept of the code that one compiles, so each is as the first of its program. */
export const record = (...flags) => [...KTRACE, 'record', '-q', '-o', scratch, ...flags, '--'];
export const recording = scratch;
/** Recordings that keep compiled code. `settle` makes some that are not timed; four are nearly as many as it takes until there is no more to keep. */
export const usual = (...flags) => ['env', `KTRACE_CODE_CACHE=${join(dir, 'code')}`, ...record(...flags)];
const SETTLE = Number(process.env.SETTLE ?? 0);
export const settle = (argv) => { for (let i = 0; i < SETTLE; i++) time([...usual(), ...argv]); };

export const have = (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
export const qemu = have('qemu-x86_64') ? ['qemu-x86_64'] : null;
export const valgrind = have('valgrind') ? ['valgrind', '-q', '--tool=none'] : null;

// A file of further certificates (NODE_EXTRA_CA_CERTS) is read at each start of Node, which then takes 70 ms instead of 25: beside that a start of ktrace would look short.
delete process.env.NODE_EXTRA_CA_CERTS;
/** The environment of every variant: nothing of the caller's that could differ. */
const env = { PATH: process.env.PATH, HOME: '/tmp', LANG: 'C', TZ: 'UTC', KTRACE_CODE_CACHE: 'off', ...(process.env.KTRACE_LOG ? { KTRACE_LOG: process.env.KTRACE_LOG } : {}) };

/** Runs argv to its end; bash's `time` gives user and system time of the whole tree in milliseconds, which no other user of the machine disturbs much. */
export function time(argv) {
  rmSync(scratch, { recursive: true, force: true });
  const script = 'TIMEFORMAT="%3R %3U %3S"; exec 3>&2; { time "$@" 2>&3; } 2>"$0"';
  const r = spawnSync('bash', ['-c', script, timing, ...argv], { stdio: ['ignore', 'pipe', 'pipe'], env, maxBuffer: 1 << 28 });
  if (r.status !== 0) throw new Error(`${argv.join(' ')}: ${r.status ?? r.signal} ${r.stderr}`);
  const [wall, user, sys] = readFileSync(timing, 'latin1').trim().split(' ').map((s) => Number(s) * 1000);
  return { wall, cpu: user + sys, stdout: r.stdout.toString('latin1') };
}

export const median = (a) => { const s = [...a].sort((x, y) => x - y), m = s.length >> 1; return s.length % 2 ? s[m] : (s[m - 1] + s[m]) / 2; };
export const geomean = (a) => Math.exp(a.reduce((t, x) => t + Math.log(x), 0) / a.length);

/** Runs the variants (name → argv, or a function that makes it) in turn, `n` times. Each one's median wall and CPU time in ms, and what it printed last. */
export function interleave(variants, n = rounds) {
  const runs = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
  for (let i = 0; i < n; i++) for (const [name, argv] of Object.entries(variants)) runs[name].push(time(typeof argv === 'function' ? argv() : argv));
  return Object.fromEntries(Object.entries(runs).map(([name, t]) => [name, { wall: median(t.map((x) => x.wall)), cpu: median(t.map((x) => x.cpu)), stdout: t[t.length - 1].stdout }]));
}

/** MARKDOWN=1 prints rows as docs/benchmarks.md holds them. */
const markdown = process.env.MARKDOWN === '1';
const cellsLine = (cells) => `| ${cells.join(' | ')} |`;
/** Prints cells in columns of the given widths: negative means left-aligned. */
export const columns = (widths, cells) => console.log(markdown ? cellsLine(cells) : cells.map((c, i) => (widths[i] < 0 ? String(c).padEnd(-widths[i]) : String(c).padStart(widths[i]))).join(' '));
/** The head of such a table. */
export function heads(widths, cells) {
  columns(widths, cells);
  if (markdown) console.log(cellsLine(widths.map((w) => (w < 0 ? '---' : '---:'))));
}
/** One line of a result with its bar. A bar is a number not to be exceeded, or Infinity for none. */
export function verdict(what, value, bar, detail = '') {
  const missed = value > bar;
  if (markdown) { console.log(cellsLine([missed ? `**${what}**` : what, bar === Infinity ? '' : `≤ ${bar}`, missed ? `**${value.toFixed(2)}: missed**` : value.toFixed(2), detail])); return; }
  console.log(`${what.padEnd(58)} ${value.toFixed(2).padStart(8)}  ${bar === Infinity ? '' : `bar ≤ ${bar}${missed ? ' MISSED' : ''}`}${detail ? `  ${detail}` : ''}`);
}
