// ktrace record: options, the exit status, the closing line.
import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { CPU_LEVELS, DEFAULT_CPU } from '../../engine/abi/cpu-models.ts';
import type { Rlimits } from '../../engine/kernel/process/rlimit.ts';
import { TABLES } from '../../engine/events/schema.ts';
import type { TableName } from '../../engine/events/schema.ts';
import { record } from '../record.ts';
import type { RecordOptions, RecordResult } from '../record.ts';
import { DEFAULT_DIR, UserError } from '../recording.ts';
import { parseArgs, Reader } from './args.ts';
import type { OptionSpec } from './args.ts';
import { say, sayEngineStats } from './errors.ts';
import { findProgram, unrunnable } from './program.ts';

const FAILED = 125;

/** As getgroups(2) says: Node's own adds the effective group (proc(5), status: Groups). */
function supplementaryGroups(): number[] {
  try {
    return (/^Groups:(.*)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '').trim().split(/\s+/).filter(Boolean).map(Number);
  } catch {
    return process.getgroups!();
  }
}

/** The limits that the program would inherit (proc(5), limits). Node raises its own soft limit of open files; the caller's is taken for that one. */
function limits(): Rlimits {
  const of = (pid: number | 'self'): Rlimits => {
    try {
      return readFileSync(`/proc/${pid}/limits`, 'latin1').split('\n').slice(1, 17).map((l) => {
        const [soft, hard] = l.slice(26).trim().split(/\s+/).map((v) => (v === 'unlimited' ? null : Number(v)));
        return [soft!, hard!];
      });
    } catch { return []; }
  };
  const mine = of('self'), callers = of(process.ppid), files = 7;
  if (mine[files] && callers[files]?.[1] === mine[files]![1]) mine[files] = callers[files]!;
  return mine;
}

export const RECORD_OPTIONS: OptionSpec = {
  '-o': 'value', '--cpus': 'value', '--cpu': 'value', '--ram': 'value', '--seed': 'value', '--clock': 'value', '--hz': 'value', '--preempt': 'value', '--jit': 'value', '--max-size': 'value',
  '--stacks': 'flag', '--scheduler': 'value', '--chaos': 'optional', '--root': 'value', '--cwd': 'value', '--env': 'many', '--clear-env': 'flag', '--user': 'value', '--stdin': 'value',
  '--sample': 'value', '--trace': 'value', '--time-limit': 'value', '--checkpoint-every': 'value', '-q': 'flag', '--engine-stats': 'flag',
};
const NOT_BUILT = ['--root', '--checkpoint-every'];

/** Text of this process as byte strings: what Node decoded as UTF-8, encoded again. */
const bytes = (s: string): string => Buffer.from(s, 'utf8').toString('latin1');

/** Variables that are ktrace's own: its program does not see them. */
const OWN = new Set(['KTRACE_DEBUG', 'KTRACE_CODE_CACHE']);
export function recordOptions(r: Reader, argv: string[]): RecordOptions {
  for (const name of NOT_BUILT) if (r.has(name)) throw new UserError(`${name} is not built yet: leave it out`, FAILED);
  if (r.oneOf('--scheduler', 'eevdf', ['eevdf', 'cfs']) === 'cfs') throw new UserError('--scheduler cfs is not built yet: leave it out', FAILED);
  if (argv.length === 0) throw new UserError('no program given: ktrace record [OPTIONS] [--] PROGRAM [ARGS…]', FAILED);
  const clock = r.get('--clock') ?? 'now', at = /^@(\d+)(?:\.(\d{1,9}))?$/.exec(clock);
  if (clock !== 'now' && !at) r.bad('--clock', clock, 'give now or @SECONDS');
  const env = new Map<string, string>();
  if (!r.has('--clear-env')) for (const [k, v] of Object.entries(process.env)) if (v !== undefined && !OWN.has(k)) env.set(k, v);
  for (const kv of r.all('--env')) {
    const eq = kv.indexOf('=');
    if (eq <= 0) r.bad('--env', kv, 'give NAME=VALUE');
    env.set(kv.slice(0, eq), kv.slice(eq + 1));
  }
  const cwd = resolve(r.get('--cwd') ?? process.cwd());
  let uid = process.geteuid!(), gid = process.getegid!(), groups = supplementaryGroups();
  const user = r.get('--user');
  if (user !== undefined) {
    const m = /^(\d+)(?::(\d+))?$/.exec(user);
    if (!m) r.bad('--user', user, 'give UID or UID:GID in numbers');
    if (uid !== 0 && Number(m![1]) !== uid) r.bad('--user', user, 'only root can record as another user');
    uid = Number(m![1]);
    gid = m![2] === undefined ? gid : Number(m![2]);
    groups = [gid];
  }
  const trace = r.get('--trace') ?? 'all';
  const tables: TableName[] = trace === 'all' ? [...TABLES] : trace === 'none' ? [] : trace.split(',').map((t) => {
    if (!(TABLES as string[]).includes(t)) r.bad('--trace', t, `give all, none or a list of ${TABLES.join(', ')}`);
    return t as TableName;
  });
  const chaos = r.get('--chaos');
  if (chaos !== undefined && chaos !== '' && !/^\d{1,15}$/.test(chaos)) r.bad('--chaos', chaos, 'give a whole number after =');
  return {
    output: r.get('-o') ?? DEFAULT_DIR, isDefaultOutput: !r.has('-o'),
    cpus: r.int('--cpus', 1, 1, 8), ramBytes: r.size('--ram', 1 << 30, 64 << 20, 3.5 * 1024 * 1024 * 1024), seed: r.int('--seed', 0, 0, Number.MAX_SAFE_INTEGER),
    clock: at ? { sec: Number(at[1]), nsec: Number((at[2] ?? '').padEnd(9, '0')) } : null,
    cpuModel: r.oneOf('--cpu', DEFAULT_CPU, CPU_LEVELS), hz: r.int('--hz', 250, 10, 10_000), preempt: r.oneOf('--preempt', 'voluntary', ['none', 'voluntary', 'full']), jit: r.oneOf('--jit', 'auto', ['auto', 'off', 'force']),
    chaosSeed: chaos === undefined ? 0 : chaos === '' ? 1 : Number(chaos), sampleHz: r.int('--sample', 999, 0, 100_000), timeLimit: r.duration('--time-limit', 0), tables,
    program: { path: bytes(findProgram(argv[0]!, env.get('PATH'), cwd)), argv: argv.map(bytes), env: [...env].map(([k, v]) => bytes(`${k}=${v}`)), cwd: bytes(cwd), uid, gid, groups, umask: process.umask(), rlimits: limits() },
    command: argv, stacks: r.has('--stacks'), stdinFile: r.get('--stdin') ?? null, maxBytes: r.size('--max-size', 0, 256 << 10, Number.MAX_SAFE_INTEGER), engineStats: r.has('--engine-stats'),
  };
}

/** The status that the program's end asks for. */
export function exitStatus(result: RecordResult): number {
  const { exit, problem } = result;
  if (problem !== null) return FAILED;
  if (exit === null) return FAILED;
  if ('code' in exit) return exit.code;
  if ('signal' in exit) return 128 + exit.signal;
  return exit.error === 2 ? 127 : 126;
}

const ERRNO: Record<number, string> = { 1: 'Operation not permitted', 2: 'No such file or directory', 7: 'Argument list too long', 8: 'Exec format error', 12: 'Cannot allocate memory', 13: 'Permission denied', 20: 'Not a directory', 21: 'Is a directory', 40: 'Too many levels of symbolic links' };

export function closingLine(result: RecordResult): string {
  const m = result.manifest, rows = Object.values(m.events).reduce((a, b) => a + b, 0), where = relative(process.cwd(), result.dir) || '.';
  const shown = where.startsWith('../../') ? result.dir : where;
  const files = m.guestFiles === 0 ? 'no files changed inside' : `${m.guestFiles} ${m.guestFiles === 1 ? 'file' : 'files'} changed inside (ktrace extract)`;
  const changed = m.changedHostFiles.length ? `; ${m.changedHostFiles.length} host files changed while recording, first ${m.changedHostFiles[0]}` : '';
  return `ktrace: recorded ${rows} events, ${(m.cycles / 1e9).toFixed(6)} s of virtual time, in ${shown}; ${files}${changed}\n`;
}

export async function main(args: string[]): Promise<number> {
  const parsed = parseArgs(args, RECORD_OPTIONS, true, FAILED), r = new Reader(parsed, FAILED);
  const o = recordOptions(r, parsed.rest);
  const result = await record(o);
  reportProblem(result, o);
  if (o.engineStats) sayEngineStats(result.manifest.engineStats ?? {});
  if (!r.has('-q')) say(closingLine(result));
  return exitStatus(result);
}

export function reportProblem(result: RecordResult, o: RecordOptions): void {
  if (result.problem !== null) say(`ktrace: ${result.problem}: the recording up to here is in ${o.output}\n`);
  else if (result.exit && 'error' in result.exit) {
    const why = unrunnable(Buffer.from(o.program.path, 'latin1').toString('utf8')) ?? `${ERRNO[result.exit.error] ?? `errno ${result.exit.error}`}: the guest's execve refused it`;
    say(`ktrace: ${o.command[0]}: ${why}\n`);
  }
}
