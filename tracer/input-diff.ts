// What two recordings were told differently from outside: files, listings, streams, typed input. For `ktrace diff`, which names the cause.
import type { HostStat } from '../engine/host/door.ts';
import { ASK, LogReader, getDirents, getInput, getResult, getStat, getStream } from '../engine/host/input-log.ts';

type Answer = { text: string; stat?: HostStat; names?: string[] };
const path = (b: Uint8Array): string => Buffer.from(b).toString('utf8');
const hex = (b: Uint8Array): string => Buffer.from(b).toString('hex');
const plain = (b: Uint8Array): string => JSON.stringify(path(b.subarray(0, 40))) + (b.length > 40 ? '…' : '');

/** What was asked, and the answer; null for what is no input (the machine's own output) or is asked anew each run (the clock, idle time). */
function question(record: Uint8Array, times: Map<string, number>): [string, Answer] | null {
  const r = new LogReader(record).start();
  const stat = (): Answer => {
    const s = getResult(r, () => getStat(r));
    return typeof s === 'number' ? { text: 'missing' } : { text: 'a file', stat: s };
  };
  switch (new LogReader(record).type) {
    case ASK.lstat: return [path(r.bytes()), stat()];
    case ASK.readlink: { const p = path(r.bytes()), to = getResult(r, () => r.bytes()); return [`link ${p}`, { text: typeof to === 'number' ? 'unreadable' : plain(to) }]; }
    case ASK.readdir: {
      const p = path(r.bytes()), list = getResult(r, () => getDirents(r));
      return [`names in ${p}`, typeof list === 'number' ? { text: 'unreadable', names: [] } : { text: 'a list', names: list.map((d) => Buffer.from(d.name, 'latin1').toString('utf8')) }];
    }
    case ASK.chunk: { const p = path(r.bytes()), index = r.num(), hash = getResult(r, () => r.raw(32)); return [`contents of ${p} from byte ${index * 65536}`, { text: typeof hash === 'number' ? 'unreadable' : hex(hash) }]; }
    case ASK.stream: { const fd = r.num(), s = getStream(r); return [`descriptor ${fd}`, { text: s.kind }]; }
    case ASK.winsize: return ['window size', { text: `${r.num()}x${r.num()}` }];
    case ASK.stdin: case ASK.input: {
      const now = r.num();
      const i = new LogReader(record).type === ASK.stdin ? { type: 'stdin' as const, data: r.bytes(), eof: false } : getInput(r);
      if (i.type === 'idle') return null;
      const n = (times.get(i.type) ?? 0) + 1;
      times.set(i.type, n);
      const at = new LogReader(record).type === ASK.input ? ` at cycle ${now}` : '';
      return [`${i.type} input ${n}`, { text: `${i.type === 'stdin' ? plain(i.data) : i.type === 'winsize' ? `${i.rows}x${i.cols}` : `signal ${i.signo}`}${at}` }];
    }
    default: return null;
  }
}

function answers(records: Uint8Array[]): Map<string, Answer> {
  const out = new Map<string, Answer>(), times = new Map<string, number>();
  for (const r of records) { const q = question(r, times); if (q) out.set(...q); }
  return out;
}

const TIMES = ['mtime', 'ctime', 'btime', 'atime'] as const;
function statDifference(a: HostStat, b: HostStat): string {
  if (a.masked && b.masked) return ''; // the guest has its own file system there
  const fields = (['ino', 'dev', 'mode', 'nlink', 'uid', 'gid', 'size'] as const).filter((f) => a[f] !== b[f]).map((f) => `${f} ${f === 'mode' ? a[f].toString(8) : a[f]} | ${f === 'mode' ? b[f].toString(8) : b[f]}`);
  return [...fields, ...TIMES.filter((t) => a[t] !== b[t] || a[`${t}Nsec`] !== b[`${t}Nsec`])].join(', ');
}

function nameDifference(a: string[], b: string[]): string {
  const some = (which: string, list: string[]): string[] => (list.length ? [`only in ${which}: ${list.slice(0, 3).join(' ')}${list.length > 3 ? ` and ${list.length - 3} more` : ''}`] : []);
  const inA = new Set(a), inB = new Set(b), only = [...some('A', a.filter((n) => !inB.has(n))), ...some('B', b.filter((n) => !inA.has(n)))];
  return only.join(', ') || (a.join('/') === b.join('/') ? '' : 'in another order');
}

/** One line an input, in the order in which the second run asked for them; first those that a program notices, then access times alone. */
export function inputDifferences(a: Uint8Array[], b: Uint8Array[]): string[] {
  const before = answers(a), after = answers(b), strong: string[] = [], weak: string[] = [];
  for (const [name, y] of after) {
    const x = before.get(name);
    if (!x) continue; // only asked by one: a consequence, not a cause
    const what = x.stat && y.stat ? statDifference(x.stat, y.stat) : x.names && y.names ? nameDifference(x.names, y.names) : x.text === y.text ? '' : name.startsWith('contents') ? 'differ' : `${x.text} | ${y.text}`;
    if (what !== '') (what === 'atime' ? weak : strong).push(`${name}: ${what}`);
  }
  return [...strong, ...weak];
}
