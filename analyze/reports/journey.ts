// report --journey: a run told as the chain of what each task did and whom it handed on to: programs started, files opened, bytes moved,
// waits with what ended them, signals, ends. Like steps of one task in a row are one line; what a task does on the way (page faults,
// looking at files, memory, small calls) is counted to its present step.
import { SYSCALLS } from '../../engine/abi/syscalls.ts';
import { withDatabase } from '../duck.ts';
import type { Database, Row } from '../duck.ts';
import { where } from '../filters.ts';
import type { Out, ReportOptions } from '../options.ts';
import { writeTable } from '../table.ts';

/** Steps of one kind in a row. */
interface Step { seq: number; ts: number; utid: number; verb: string; what: string[]; count: number; bytes: number; ns: number; blocked: number; wait: string; faults: number; calls: number }

const num = (v: unknown): number => Number(v ?? 0);
const text = (v: unknown): string => String(v ?? '');
const span = (ns: number): string => (ns >= 1e9 ? `${(ns / 1e9).toFixed(3)} s` : ns >= 1e6 ? `${(ns / 1e6).toFixed(3)} ms` : `${(ns / 1e3).toFixed(1)} us`);
const size = (n: number): string => (n >= 1 << 20 ? `${(n / 1048576).toFixed(1)} MiB` : n >= 10240 ? `${(n / 1024).toFixed(1)} KiB` : `${n} bytes`);

/** One row a happening, in the global order. a, b: numbers; s, t: texts by `what`. */
function query(db: Database, o: ReportOptions): string {
  const cond = where(o), parts: string[] = [], files = db.recording.has('file_desc');
  const row = (what: string, from: string, columns: { ns?: string; blocked?: string; a?: string; b?: string; s?: string; t?: string }, extra = 'true'): void => {
    parts.push(`select seq, ts, utid, '${what}' as what, ${columns.ns ?? '0'}::bigint as ns, ${columns.blocked ?? '0'}::bigint as blocked, ${columns.a ?? '0'}::bigint as a, ${columns.b ?? '0'}::bigint as b, ${columns.s ?? "''"}::varchar as s, ${columns.t ?? "''"}::varchar as t from ${from} where ${cond} and ${extra}`);
  };
  if (db.recording.has('exec')) row('exec', 'exec', { s: 'path', t: 'argv' });
  if (db.recording.has('syscall')) {
    const from = files ? '(select c.*, d.path as file, d.kind::varchar as file_kind from syscall c left join (select file_id, any_value(path) as path, any_value(kind) as kind from file_desc group by 1) d using (file_id))' : "(select *, '' as file, '' as file_kind from syscall)";
    row('call', from, { ns: 'cpu_ns', blocked: 'blocked_ns', a: 'nr', b: 'coalesce(ret, 0)', s: "coalesce(file, '')", t: "coalesce(bytes, -1) || ' ' || coalesce(errno, 0) || ' ' || (ret is null)" });
  }
  if (db.recording.has('page_fault')) row('fault', 'page_fault', { ns: 'dur', s: 'kind::varchar', t: 'vma::varchar' });
  if (db.recording.has('signal')) row('signal', 'signal', { a: 'signo', s: 'name::varchar', t: 'result::varchar' }, "event = 'deliver'");
  if (db.recording.has('sched_wakeup')) row('wake', 'sched_wakeup', { a: 'coalesce(waker_utid, 0)', s: 'context::varchar', t: "case when is_new then 'new' else '' end" });
  if (db.recording.has('process')) parts.push(`select p.seq, p.ts + p.dur as ts, t.utid, 'end' as what, 0 as ns, 0 as blocked, coalesce(p.exit_code, 0)::bigint as a, coalesce(p.exit_signal, 0)::bigint as b, '' as s, '' as t from process p join (select upid, arg_min(utid, case when tid = pid then 0 else 1 end) as utid from thread group by 1) t using (upid) where p.dur is not null and ${cond.replace(/\bts\b/g, '(p.ts + p.dur)').replace(/\butid\b(?= in)/g, 't.utid').replace(/\bcpu\b/g, 'p.cpu')}`);
  return `${parts.join(' union all ')} order by seq`;
}

export async function reportJourney(dir: string, options: ReportOptions, out: Out): Promise<void> {
  await withDatabase(dir, async (db) => {
    const tasks = new Map((await db.rows('select utid, tid, comm, kthread from task')).map((r) => [num(r.utid), { name: `${text(r.comm)}[${num(r.tid)}]`, tid: num(r.tid), hidden: r.kthread === true || num(r.tid) < 2 }]));
    const byTid = new Map([...tasks.values()].map((t) => [t.tid, t.name]));
    const steps: Step[] = [], open = new Map<number, Step>(), blocked = new Map<number, Step>();
    let last = -1;
    const line = (s: Step): (string | number | null)[] => {
      const names = s.what.length > SHOWN ? [...s.what.slice(0, SHOWN - 1), `${s.what.length - SHOWN + 1} others`] : s.what, list = names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}` : names[0] ?? '';
      const times = s.count > 1 && s.what.length <= 1 ? `(${s.count} times)` : '', moved = s.bytes > 0 ? size(s.bytes) : '';
      return [(s.ts / 1e9).toFixed(6), tasks.get(s.utid)?.name ?? '?', [s.verb, moved, list, times].filter(Boolean).join(' '), s.faults || null, s.calls || null, s.ns ? span(s.ns) : '', s.blocked ? `${span(s.blocked)}${s.wait ? `, ${s.wait}` : ''}` : ''];
    };
    const step: Take = (r, verb, what, bytes = 0) => {
      const utid = num(r.utid);
      let s = open.get(utid);
      const small = verb === '';
      if (small && !s) { s = begin(r, 'goes on', []); }
      else if (!small) {
        if (last !== utid) open.delete(last); // another task goes on: a handoff
        last = utid;
        s = open.get(utid);
        const list = verb === 'opens';
        if (!s || s.verb !== verb || (!list && s.what[0] !== what)) { s = begin(r, verb, what === '' ? [] : [what]); }
        else if (list && !s.what.includes(what)) s.what.push(what);
        s.count++;
      }
      if (r.what === 'fault') s!.faults++;
      else if (r.what === 'call') s!.calls++;
      s!.bytes += bytes; s!.ns += num(r.ns); s!.blocked += num(r.blocked);
      if (num(r.blocked) > 0) blocked.set(utid, s!);
    };
    const begin = (r: Row, verb: string, what: string[]): Step => {
      const s: Step = { seq: num(r.seq), ts: num(r.ts), utid: num(r.utid), verb, what, count: 0, bytes: 0, ns: 0, blocked: 0, wait: '', faults: 0, calls: 0 };
      open.set(s.utid, s);
      steps.push(s);
      return s;
    };
    for await (const rows of db.stream(query(db, options))) for (const r of rows) {
      if (tasks.get(num(r.utid))?.hidden) continue;
      switch (r.what) {
        case 'exec': { const argv = text(r.t).split('\0').slice(0, -1); step(r, 'starts', `${text(r.s)}${argv.length > 1 ? `: ${argv.join(' ')}` : ''}`); break; }
        case 'fault': if (r.s === 'invalid') step(r, 'touches', `memory that is not mapped: ${text(r.t) || 'nothing there'}`); else step(r, '', ''); break;
        case 'signal': step(r, 'gets', `${text(r.s)}: ${text(r.t)}`); break;
        case 'wake': { // a call's row stands at its beginning: this is the end of its wait
          const waited = blocked.get(num(r.utid));
          if (waited) { waited.wait = num(r.a) ? `woken by ${tasks.get(num(r.a))?.name ?? '?'}` : r.s === 'irq' ? 'until a timer or device' : ''; blocked.delete(num(r.utid)); }
          break;
        }
        case 'end': step(r, 'ends', num(r.b) ? `by signal ${num(r.b)}` : `with status ${num(r.a)}`); break;
        default: call(r, step, byTid);
      }
    }
    steps.sort((a, b) => a.seq - b.seq);
    writeTable(['seconds', 'task', 'step', 'faults', 'calls', 'kernel', 'waited'], steps.map(line), options.format ?? 'text', out);
  });
}

type Take = (r: Row, verb: string, what: string, bytes?: number) => void;
/** File names a line. */
const SHOWN = 4;
const MAKES_TASKS = new Set(['clone', 'clone3', 'fork', 'vfork']), OPENS = new Set(['open', 'openat', 'openat2', 'creat']);
const READS = /^(p?readv?2?|pread64|recv\w*)$/, WRITES = /^(p?writev?2?|pwrite64|send\w*|copy_file_range|splice)$/;

/** A call as a step of the story; verb '' where it is a small thing on the way. */
function call(r: Row, step: Take, byTid: Map<number, string>): void {
  const name = SYSCALLS[num(r.a)]?.name ?? '', [bytes, errno, unfinished] = text(r.t).split(' ') as [string, string, string], file = text(r.s), ret = num(r.b), failed = Number(errno) !== 0;
  if (unfinished === 'true') { if (name === 'exit_group' || name === 'exit') step(r, '', ''); else step(r, 'is in', name); return; }
  if (MAKES_TASKS.has(name) && ret > 0) step(r, 'creates', byTid.get(ret) ?? `task ${ret}`);
  else if (OPENS.has(name) && !failed) step(r, 'opens', file || `descriptor ${ret}`);
  else if (Number(bytes) > 0 && READS.test(name) && !/\.so(\.\d+)*$/.test(file)) step(r, 'reads', `from ${file || 'a descriptor'}`, Number(bytes));
  else if (Number(bytes) > 0 && WRITES.test(name)) step(r, 'writes', `to ${file || 'a descriptor'}`, Number(bytes));
  else if (/^wait/.test(name) && num(r.blocked) > 0) step(r, 'waits for', 'a child');
  else if (num(r.blocked) > 0) step(r, name.includes('sleep') ? 'sleeps' : 'waits', name.includes('sleep') ? '' : `in ${name}`);
  else step(r, '', '');
}
