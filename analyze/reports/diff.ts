// ktrace diff: verdict, the first event that differs with its surroundings on both sides, what kind it is, and the differences in numbers.
import { decodeCall, DEFAULTS } from '../../engine/abi/decode/index.ts';
import { SCHEMA } from '../../engine/events/schema.ts';
import type { TableName } from '../../engine/events/schema.ts';
import { Database } from '../duck.ts';
import type { Row } from '../duck.ts';
import type { Out, ReportOptions } from '../options.ts';
import { jsonText, writeTable } from '../table.ts';

/** inputs: what the two were told differently from outside, a line each (the caller reads the input logs). */
type Options = ReportOptions & { context?: number; inputs?: string[] };
interface Difference { table: TableName; seq: number; a: Row | null; b: Row | null; columns: string[] }

const CORE = (Object.keys(SCHEMA) as TableName[]).filter((t) => SCHEMA[t].core);
const bytesOf = (v: unknown): Uint8Array | null => (v instanceof Uint8Array ? v : v && typeof v === 'object' && 'bytes' in v ? (v as { bytes: Uint8Array }).bytes : null);
const same = (x: unknown, y: unknown): boolean => {
  if (x === y) return true;
  const a = bytesOf(x), b = bytesOf(y);
  return a !== null && b !== null && Buffer.compare(a, b) === 0;
};

/** First row of a table, in the global order, that the two recordings do not share. */
async function firstDifference(a: Database, b: Database, table: TableName, before: number): Promise<Difference | null> {
  const query = `select * ${table === 'syscall' ? 'exclude (args)' : ''} from ${table} ${before < Infinity ? `where seq <= ${before}` : ''} order by seq`;
  const reader = (db: Database): (() => Promise<Row | null>) => {
    const stream = db.stream(query);
    let chunk: Row[] = [], at = 0;
    return async () => {
      while (at >= chunk.length) { const next = await stream.next(); if (next.done) return null; chunk = next.value; at = 0; }
      return chunk[at++]!;
    };
  };
  const nextA = reader(a), nextB = reader(b);
  for (;;) {
    const ra = await nextA(), rb = await nextB();
    if (!ra && !rb) return null;
    if (!ra || !rb) return { table, seq: Number((ra ?? rb)!.seq), a: ra, b: rb, columns: [] };
    const columns = Object.keys(ra).filter((k) => !same(ra[k], rb[k]));
    if (columns.length) return { table, seq: Math.min(Number(ra.seq), Number(rb.seq)), a: ra, b: rb, columns };
  }
}

const ADDRESS = /^(a[0-5]|addr|ip|callsite|handler|pc|start|end|ret)$/;
/** What kind of difference it is: the question a reader asks first. */
function kindOf(d: Difference): string {
  if (d.table === 'exec') return 'program: another file or other arguments were executed';
  if (d.table === 'irq') return 'timer or interrupt: one came at another time';
  if (d.table === 'sched_switch' || d.table === 'sched_wakeup') return 'schedule: another task ran, or at another time';
  if (d.table === 'signal') return 'signal: another one, or at another time';
  if (d.a && d.b) {
    const hard = d.columns.filter((c) => !['ts', 'dur', 'cpu_ns', 'blocked_ns', 'utime', 'stime'].includes(c));
    if (hard.length === 0) return 'time: the same event took or came at another time';
    if (hard.every((c) => ADDRESS.test(c)) && hard.some((c) => c !== 'ret')) return 'address or argument: the same event with other raw values';
    if (d.table === 'syscall') {
      if (d.columns.includes('nr')) return 'code: another system call was made';
      const name = String(d.a.name);
      if (/^(read|pread|readv|recv|getrandom|getdents|stat|fstat|lstat|newfstatat|statx|open|readlink|clock_gettime|gettimeofday|time|access)/.test(name)) return 'input: the machine was told something else from outside or from a file';
      return 'data: the same call with other contents or result';
    }
  }
  return d.a && d.b ? 'data: the same event with other contents' : 'length: one recording goes on where the other has ended';
}

function describe(table: string, r: Row, verbose = false): string {
  const v = (k: string): string => String(r[k] ?? '');
  switch (table) {
    case 'syscall': {
      const args = new Uint32Array(12);
      for (let i = 0; i < 6; i++) { const w = BigInt(r[`a${i}`] as bigint); args[i * 2] = Number(w & 0xffffffffn); args[i * 2 + 1] = Number(w >> 32n); }
      const d = decodeCall({ nr: Number(r.nr), args, payload: bytesOf(r.payload), ret: r.ret === null ? null : Number(r.ret), restart: Number(r.restart) }, { ...DEFAULTS, verbose, stringMax: verbose ? 64 : 32 });
      return `${d.name}(${d.entry}${d.exit}) = ${d.result}`;
    }
    case 'sched_switch': return `switch ${v('prev_comm')}:${v('prev_tid')} (${v('prev_state')}, ${v('reason')}) -> ${v('next_comm')}:${v('next_tid')}`;
    case 'sched_wakeup': return `wakeup ${v('comm')}:${v('tid')} on CPU ${v('target_cpu')} by ${v('context')}`;
    case 'page_fault': return `fault ${v('kind')} ${v('access')} 0x${BigInt((r.addr as bigint) ?? 0).toString(16)} ${v('vma')}`;
    case 'irq': return `${v('kind')} interrupt ${v('name')}:${v('vector')}`;
    case 'signal': return `signal ${v('event')} ${v('name')} ${v('result')}`;
    case 'exec': return `exec ${v('path')} ${v('argv').split('\0').filter(Boolean).join(' ')}`;
    case 'process': return `end of process ${v('pid')} ${v('comm')}`;
    case 'thread': return `end of thread ${v('tid')} ${v('name')}`;
    default: return table;
  }
}
async function context(db: Database, seq: number, k: number): Promise<{ seq: number; line: string }[]> {
  const out: { seq: number; line: string }[] = [];
  for (const t of CORE) {
    if (!db.recording.has(t)) continue;
    const select = `select * ${t === 'syscall' ? 'exclude (args)' : ''} from ${t}`;
    const rows = [...await db.rows(`${select} where seq < ${seq} order by seq desc limit ${k}`), ...await db.rows(`${select} where seq >= ${seq} order by seq limit ${k + 1}`)];
    for (const r of rows) out.push({ seq: Number(r.seq), line: `${String(Number(r.seq)).padStart(9)} ${(Number(r.ts) / 1e9).toFixed(9).padStart(15)} cpu ${Number(r.cpu)} task ${String(Number(r.utid)).padEnd(4)} ${describe(t, r)}` });
  }
  out.sort((a, b) => a.seq - b.seq);
  const at = out.findIndex((x) => x.seq >= seq);
  return at < 0 ? out.slice(-k) : out.slice(Math.max(0, at - k), at + k + 1);
}

export async function diffRecordings(dirA: string, dirB: string, options: Options, out: Out): Promise<'same' | 'different'> {
  const a = await Database.open(dirA);
  let b: Database;
  try { b = await Database.open(dirB); } catch (e) { a.close(); throw e; }
  try {
    const ma = a.recording.manifest, mb = b.recording.manifest;
    const settings: string[] = [];
    const compare = (name: string, x: unknown, y: unknown): void => { if (JSON.stringify(x) !== JSON.stringify(y)) settings.push(`${name}: ${JSON.stringify(x)} | ${JSON.stringify(y)}`); };
    compare('command', ma.command, mb.command); compare('directory', ma.cwd, mb.cwd); compare('engine', ma.engineHash, mb.engineHash);
    for (const key of Object.keys(ma.config) as (keyof typeof ma.config)[]) if (!['jit', 'sampleHz', 'startSec', 'startNsec'].includes(key)) compare(key, ma.config[key], mb.config[key]);
    compare('start clock', [ma.startSec, ma.startNsec], [mb.startSec, mb.startNsec]);
    compare('environment', ma.env, mb.env);
    const json = options.format === 'json';
    const sameEvents = ma.complete && mb.complete && ma.digest === mb.digest;
    if (sameEvents && ma.stateDigest === mb.stateDigest) {
      if (json) out(`${jsonText({ verdict: 'same', digest: ma.digest, settings })}\n`);
      else out(`identical: ${Object.values(ma.events).reduce((s, n) => s + (n ?? 0), 0)} events, digest ${ma.digest}\n${settings.length ? `settings differ without effect:\n  ${settings.join('\n  ')}\n` : ''}`);
      return 'same';
    }
    let first: Difference | null = null;
    for (const t of CORE) if (a.recording.has(t) && b.recording.has(t)) {
      const d = await firstDifference(a, b, t, first ? first.seq : Infinity);
      if (d && (!first || d.seq < first.seq)) first = d;
    }
    const counts = CORE.filter((t) => a.recording.has(t) && b.recording.has(t)).map((t) => [t, a.recording.table(t).rows, b.recording.table(t).rows, b.recording.table(t).rows - a.recording.table(t).rows]);
    const calls = a.recording.has('syscall') && b.recording.has('syscall') ? await callCounts(a, b) : [];
    if (!first) {
      const verdict = sameEvents ? 'the same events; memory or registers at the end differ' : ma.complete && mb.complete ? 'no recorded event differs, but the digests do: record both with all tables' : 'identical as far as both recordings go; not both were closed properly';
      if (json) out(`${jsonText({ verdict, settings, counts })}\n`); else out(`${verdict}\n${settings.length ? `settings:\n  ${settings.join('\n  ')}\n` : ''}`);
      return ma.complete && mb.complete ? 'different' : 'same';
    }
    const k = options.context ?? 5, ca = await context(a, first.seq, k), cb = await context(b, first.seq, k);
    const kind = settings.some((s) => s.startsWith('command')) ? 'program: not the same command was recorded' : kindOf(first);
    if (json) {
      out(`${jsonText({ verdict: 'different', kind, settings, inputs: options.inputs ?? [], first: { table: first.table, seq: first.seq, columns: first.columns, a: first.a && describe(first.table, first.a), b: first.b && describe(first.table, first.b) }, counts: counts.map(([table, x, y]) => ({ table, a: x, b: y })), calls })}\n`);
      return 'different';
    }
    out(`different: the same up to event ${Math.max(0, first.seq - 1)}, then ${first.table} differs\nkind: ${kind}\n`);
    if (settings.length) out(`settings that differ:\n  ${settings.join('\n  ')}\n`);
    const inputs = options.inputs ?? [], shown = inputs.slice(0, 12);
    if (inputs.length) out(`inputs that differ:\n  ${shown.join('\n  ')}\n${inputs.length > shown.length ? `  and ${inputs.length - shown.length} more\n` : ''}`);
    if (first.columns.length) out(`columns: ${first.columns.map((c) => (bytesOf(first!.a![c]) ? `${c} (contents)` : `${c} ${String(first!.a![c])} | ${String(first!.b![c])}`)).join(', ')}\n`);
    if (first.a && first.b && describe(first.table, first.a) === describe(first.table, first.b)) {
      const x = describe(first.table, first.a, true), y = describe(first.table, first.b, true);
      if (x !== y) out(`in full:\n  A ${x}\n  B ${y}\n`);
    }
    for (const [dir, lines] of [[dirA, ca], [dirB, cb]] as const) {
      out(`\n--- ${dir}\n`);
      for (const l of lines) out(`${l.seq === first.seq ? '>' : ' '} ${l.line}\n`);
      if (lines.length === 0) out('  (nothing)\n');
    }
    out('\nevents:\n');
    writeTable(['table', 'A', 'B', 'B - A'], counts, 'text', out);
    if (calls.length) { out('\nsystem calls whose number or errors differ:\n'); writeTable(['call', 'A', 'B', 'errors A', 'errors B'], calls, 'text', out); }
    return 'different';
  } finally { a.close(); b.close(); }
}

async function callCounts(a: Database, b: Database): Promise<unknown[][]> {
  const count = async (db: Database): Promise<Map<string, [number, number]>> => new Map((await db.rows('select name::varchar as name, count(*) as n, count(errno) as e from syscall group by 1')).map((r) => [String(r.name), [Number(r.n), Number(r.e)]]));
  const x = await count(a), y = await count(b);
  return [...new Set([...x.keys(), ...y.keys()])].sort().map((n) => [n, x.get(n)?.[0] ?? 0, y.get(n)?.[0] ?? 0, x.get(n)?.[1] ?? 0, y.get(n)?.[1] ?? 0]).filter((r) => r[1] !== r[2] || r[3] !== r[4]);
}
