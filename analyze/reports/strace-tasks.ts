// Who strace -f would have followed: the tasks with their numbers, the lines it writes when one is born and when one ends.
import { signalName } from '../../engine/abi/signals.ts';
import { NR } from '../../engine/abi/syscall-numbers.ts';
import type { Database } from '../duck.ts';

export interface TaskInfo { utid: number; /** The number shown now; execve in a thread gives it its process's. */ tid: number; pid: number; upid: number; comm: string }
/** A line that is no call. `kind` says where it goes and whether there is a tracee more or less behind it. */
export interface Line { seq: number; utid: number; ts: number; text: string; kind: 'signal' | 'afterCall' | 'attach' | 'exit' | 'killed' | 'superseded'; heir?: number }

export const num = (v: unknown): number => Number(v);
export const numOrNull = (v: unknown): number | null => (v === null || v === undefined ? null : Number(v));

export async function tasksOf(db: Database): Promise<Map<number, TaskInfo>> {
  const out = new Map<number, TaskInfo>();
  const source = db.recording.has('sched_switch') ? 'task' : 'thread';
  const rows = await db.rows(source === 'task' ? 'select utid, tid, pid, upid, comm from task' : 'select utid, tid, pid, upid, name::varchar as comm from thread');
  for (const r of rows) out.set(num(r.utid), { utid: num(r.utid), tid: num(r.tid), pid: numOrNull(r.pid) ?? num(r.tid), upid: numOrNull(r.upid) ?? -num(r.utid), comm: String(r.comm ?? '') });
  for (const c of db.recording.manifest.complete ? [] : db.recording.openCalls()) if (!out.has(c.utid)) out.set(c.utid, { utid: c.utid, tid: c.tid, pid: c.tid, upid: -c.utid, comm: '' });
  // a thread that took its process's number by execve begins under its own
  if (db.recording.has('sched_wakeup')) for (const r of await db.rows('select utid, tid from sched_wakeup where is_new')) { const t = out.get(num(r.utid)); if (t) t.tid = num(r.tid); }
  return out;
}

/** The task that strace would have started: the first to execute a program. */
export async function firstTask(db: Database): Promise<number> {
  const r = await db.rows(db.recording.has('exec') ? 'select utid from exec order by seq limit 1' : `select utid from syscall order by seq limit 1`);
  return r.length ? num(r[0]!.utid) : -1;
}

/** `Process N attached`, at the place of the new task's first wake-up; the first task is strace's own child. */
export async function births(db: Database): Promise<Line[]> {
  if (!db.recording.has('sched_wakeup')) return [];
  const rows = await db.rows(`select w.seq, w.utid, w.ts, w.tid from sched_wakeup w left join thread t using (utid) where w.is_new and not coalesce(t.kthread, false) and w.utid <> ${await firstTask(db)} order by w.seq`);
  return rows.map((r) => ({ seq: num(r.seq), utid: num(r.utid), ts: num(r.ts), kind: 'attach', text: `strace: Process ${num(r.tid)} attached` }));
}

/** Ends of tasks. A leader that another thread's execve replaced is superseded: that thread goes on under its number (execve(2)). */
export async function endings(db: Database, condition: string): Promise<Line[]> {
  if (!db.recording.has('thread') || !db.recording.has('process')) return [];
  const heirs = new Map<number, { utid: number; tid: number }>();
  if (db.recording.has('sched_wakeup')) {
    const leaders = await db.rows('select t.upid, t.utid, w.tid from thread t left join sched_wakeup w on w.utid = t.utid and w.is_new where t.tid = t.pid order by t.upid, t.seq');
    leaders.forEach((l, i) => { const next = leaders[i + 1]; if (next && num(next.upid) === num(l.upid)) heirs.set(num(l.utid), { utid: num(next.utid), tid: num(next.tid) }); });
  }
  const rows = await db.rows(`select t.seq, t.utid, t.ts + t.dur as ts, t.tid, t.pid, p.exit_code, p.exit_signal from thread t join process p on p.upid = t.upid where t.dur is not null and not t.kthread and ${condition.replace(/\b(utid|ts|cpu)\b(?= (in|>=|<=|=))/g, 't.$1')} order by t.seq`);
  const codes = new Map<number, number>();
  for (const r of await db.rows(`select utid, a0 from syscall where nr = ${NR.exit}`)) codes.set(num(r.utid), num(r.a0) & 255);
  const cores = new Set(db.recording.has('signal') ? (await db.rows("select distinct t.pid as pid from signal s join thread t using (utid) where s.result = 'core'")).map((r) => num(r.pid)) : []);
  return rows.map((r): Line => {
    const at = { seq: num(r.seq), utid: num(r.utid), ts: num(r.ts) }, heir = heirs.get(at.utid);
    if (heir) return { ...at, kind: 'superseded', heir: heir.utid, text: `+++ superseded by execve in pid ${heir.tid} +++` };
    if (r.exit_signal !== null) return { ...at, kind: 'killed', text: `+++ killed by ${signalName(num(r.exit_signal))}${cores.has(num(r.pid)) ? ' (core dumped)' : ''} +++` };
    const code = num(r.tid) !== num(r.pid) && codes.has(at.utid) ? codes.get(at.utid)! : r.exit_code;
    return { ...at, kind: 'exit', text: `+++ exited with ${code ?? 0} +++` };
  });
}
