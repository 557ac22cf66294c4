// report --top: the first screen of top -b (procps 4.0.2) for the whole recording or [--from, --to], most CPU first. With --to the
// processes that lived then; else all of them, those that had ended with state X.
import { withDatabase } from '../duck.ts';
import type { Database } from '../duck.ts';
import { where } from '../filters.ts';
import type { Filters, Out, ReportOptions } from '../options.ts';
import { writeTable } from '../table.ts';

interface Line { pid: number; user: string; prio: number; virt: number; res: number; shr: number; state: string; percent: number; mem: number; time: number; comm: string }

/** KiB as top scales it: in GiB from 10,000,000 on. */
const scaled = (kib: number): string => (kib < 1e7 ? String(kib) : `${(kib / 1048576).toFixed(1)}g`);
const timePlus = (ns: number): string => { const cs = Math.floor(ns / 1e7); return `${Math.floor(cs / 6000)}:${String(Math.floor(cs / 100) % 60).padStart(2, '0')}.${String(cs % 100).padStart(2, '0')}`; };

async function numbers(db: Database, query: string): Promise<Map<number, number>> {
  return new Map((await db.rows(query)).map((r) => { const [k, v] = Object.values(r); return [Number(k), Number(v)]; }));
}

async function lines(db: Database, options: ReportOptions, from: number, end: number, at: number, totalKib: number): Promise<Line[]> {
  const busy = (lo: number): Promise<Map<number, number>> => numbers(db, `select upid, sum(least(s.ts + coalesce(s.dur, ${end}), ${at}) - greatest(s.ts, ${lo}))::bigint from thread_state s join thread t using (utid)
    where s.state = 'Running' and s.ts < ${at} and s.ts + coalesce(s.dur, ${end}) > ${lo} group by 1`);
  const inside = await busy(from), total = from > 0 ? await busy(0) : inside;
  const memory = async (names: string): Promise<Map<number, number>> => (db.recording.has('mem_counter') ? numbers(db, `select upid, sum(v)::bigint from (select upid, name, arg_max(value, ts) as v from mem_counter where upid is not null and ts <= ${options.to ?? Number.MAX_SAFE_INTEGER} and name in (${names}) group by 1, 2) group by 1`) : new Map());
  const virt = await memory("'total_vm'"), res = await memory("'rss_anon', 'rss_file', 'rss_shmem'"), shr = await memory("'rss_file', 'rss_shmem'");
  const prio = db.recording.has('sched_switch') ? await numbers(db, `select utid, arg_max(prio, ts) from (select prev_utid as utid, prev_prio as prio, ts from sched_switch union all select next_utid, next_prio, ts from sched_switch) where ts <= ${at} group by 1`) : new Map<number, number>();
  const states = new Map((await db.rows(`select utid, arg_max(state::varchar, ts) as state from thread_state where ts <= ${at} group by 1`)).map((r) => [Number(r.utid), String(r.state)]));
  const uids = db.recording.has('process') ? await numbers(db, 'select upid, uid from process') : new Map<number, number>();
  const tasks: Filters = {};
  if (options.pid !== undefined) tasks.pid = options.pid;
  if (options.tid !== undefined) tasks.tid = options.tid;
  if (options.comm !== undefined) tasks.comm = options.comm;
  const rows = await db.rows(`select utid, upid, pid, name::varchar as comm, ts as born, ts + dur as died from thread where tid = pid and ts <= ${at} and ${where(tasks)} order by pid`);
  const out: Line[] = [];
  for (const r of rows) {
    const upid = Number(r.upid), utid = Number(r.utid), ended = r.died !== null && Number(r.died) <= at, uid = uids.get(upid) ?? 0, state = states.get(utid) ?? 'S';
    if (r.died !== null && Number(r.died) < from) continue;
    if (ended && options.to !== undefined) continue;
    out.push({
      pid: Number(r.pid), user: uid === 0 ? 'root' : String(uid), prio: prio.get(utid) ?? 120, virt: virt.get(upid) ?? 0, res: res.get(upid) ?? 0, shr: shr.get(upid) ?? 0, state: ended ? 'X' : state.startsWith('Run') ? 'R' : state,
      percent: (100 * (inside.get(upid) ?? 0)) / Math.max(1, at - from), mem: totalKib > 0 ? (100 * (res.get(upid) ?? 0)) / totalKib : 0, time: total.get(upid) ?? 0, comm: String(r.comm),
    });
  }
  return out.sort((a, b) => b.percent - a.percent || a.pid - b.pid);
}

export async function reportTop(dir: string, options: ReportOptions, out: Out): Promise<void> {
  await withDatabase(dir, async (db) => {
    const m = db.recording.manifest, from = options.from ?? 0, end = Number((await db.rows('select max(ts + coalesce(dur, 0)) as t from thread_state'))[0]?.t ?? 0), at = Math.min(options.to ?? Infinity, end);
    const level = new Map((db.recording.has('mem_counter') ? await db.rows(`select name::varchar as name, arg_max(value, ts) as value from mem_counter where upid is null and ts <= ${options.to ?? Number.MAX_SAFE_INTEGER} group by 1`) : []).map((r) => [String(r.name), Number(r.value)]));
    const total = level.get('total') ?? Math.round(m.config.ramBytes / 1024), list = await lines(db, options, from, end, at, total);
    if (options.format && options.format !== 'text') {
      writeTable(['pid', 'user', 'pr', 'ni', 'virt', 'res', 'shr', 's', 'cpu_percent', 'mem_percent', 'time_ns', 'command'], list.map((l) => [l.pid, l.user, l.prio - 100, l.prio < 100 ? 0 : l.prio - 120, l.virt, l.res, l.shr, l.state, l.percent, l.mem, l.time, l.comm]), options.format, out);
      return;
    }
    const counters = async (ts: number): Promise<Map<string, number>> => new Map(db.recording.has('cpu_counter') ? (await db.rows(`select name::varchar as name, arg_max(value, ts) as value from cpu_counter where ts <= ${ts} group by 1`)).map((r) => [String(r.name), Number(r.value)]) : []);
    const before = await counters(from), now = await counters(options.to ?? Number.MAX_SAFE_INTEGER), d = (n: string): number => (now.get(n) ?? 0) - (from > 0 ? before.get(n) ?? 0 : 0);
    const times = [d('user'), d('system'), d('nice'), d('idle'), d('iowait'), d('irq'), d('softirq'), 0], all = Math.max(1, times.reduce((a, b) => a + b, 0));
    const count = (s: string): number => list.filter((l) => l.state === s).length, sleeping = list.filter((l) => 'SDI'.includes(l.state)).length;
    const clock = new Date((m.startSec + m.startNsec / 1e9) * 1000 + at / 1e6).toISOString().slice(11, 19), free = level.get('free') ?? 0, available = level.get('available') ?? free, mib = (kib: number): string => (kib / 1024).toFixed(1).padStart(8);
    let s = `top - ${clock} up ${Math.floor(at / 60e9)} min,  0 user,  load average: ${(await load(db, at, end)).map((x) => x.toFixed(2)).join(', ')}\n`;
    s += `Tasks: ${String(list.length).padStart(3)} total, ${String(count('R')).padStart(3)} running, ${String(sleeping).padStart(3)} sleeping, ${String(count('T') + count('t')).padStart(3)} stopped, ${String(count('Z')).padStart(3)} zombie\n`;
    s += `%Cpu(s): ${times.map((t, i) => `${((100 * t) / all).toFixed(1).padStart(4)} ${['us', 'sy', 'ni', 'id', 'wa', 'hi', 'si', 'st'][i]}`).join(', ')} \n`;
    s += `MiB Mem : ${mib(total)} total, ${mib(free)} free, ${mib(Math.max(0, total - available))} used, ${mib(level.get('cached') ?? 0)} buff/cache     \nMiB Swap: ${mib(0)} total, ${mib(0)} free, ${mib(0)} used. ${mib(available)} avail Mem \n\n`;
    s += '  PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND\n';
    for (const l of list) {
      const pr = l.prio < 100 ? (l.prio === 0 ? 'rt' : String(l.prio - 100)) : String(l.prio - 100);
      s += `${String(l.pid).padStart(5)} ${l.user.padEnd(8).slice(0, 8)} ${pr.padStart(3)} ${String(l.prio < 100 ? 0 : l.prio - 120).padStart(3)} ${scaled(l.virt).padStart(7)} ${scaled(l.res).padStart(6)} ${scaled(l.shr).padStart(6)} ${l.state} ${l.percent.toFixed(1).padStart(5)} ${l.mem.toFixed(1).padStart(5)} ${timePlus(l.time).padStart(9)} ${l.comm}\n`;
    }
    out(s);
  });
}

/** Load averages of 1, 5 and 15 minutes as the kernel makes them: tasks running, runnable or in D every 5 s, decayed (kernel/sched/loadavg.c). */
async function load(db: Database, at: number, end: number): Promise<[number, number, number]> {
  const samples = Math.min(10_000, Math.floor(at / 5e9)), averages: [number, number, number] = [0, 0, 0];
  if (samples === 0) return averages;
  const rows = await numbers(db, `select i, count(s.utid) from range(1, ${samples + 1}) r(i) left join thread_state s on s.state in ('Running', 'Runnable', 'D') and s.ts <= i * 5000000000 and s.ts + coalesce(s.dur, ${end}) > i * 5000000000 group by 1 order by 1`);
  for (const n of rows.values()) [60, 300, 900].forEach((period, k) => { const e = Math.exp(-5 / period); averages[k] = averages[k]! * e + n * (1 - e); });
  return averages;
}
