// report --sched: the tables of perf sched latency, timehist and map (perf 6.1), from sched_switch and sched_wakeup.
import { withDatabase } from '../duck.ts';
import { where } from '../filters.ts';
import type { Out, ReportOptions } from '../options.ts';
import { writeTable } from '../table.ts';

const ms = (ns: number, width: number): string => (ns / 1e6).toFixed(3).padStart(width);
/** Seconds with microseconds, cut as perf cuts. */
const secs = (ns: number, width: number): string => { const us = Math.floor(ns / 1000); return `${Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, '0')}`.padStart(width); };
const n = (v: unknown): number => Number(v ?? 0);

export async function reportSchedLatency(dir: string, options: ReportOptions, out: Out): Promise<void> {
  await withDatabase(dir, async (db) => {
    const rows = await db.rows(`with s as (select * from sched_run where ${where(options, { ts: 'in_ts' })})
      select s.utid, any_value(s.tid) as tid, coalesce(any_value(t.comm), arg_max(s.comm, in_seq)) as comm, coalesce(sum(out_ts - in_ts), 0)::bigint as runtime, count(*) as switches,
        coalesce(sum(in_ts - ready_ts), 0)::bigint as total_delay, coalesce(max(in_ts - ready_ts), 0)::bigint as max_delay, arg_max(ready_ts, in_ts - ready_ts) as max_start, arg_max(in_ts, in_ts - ready_ts) as max_end
      from s left join task t on t.utid = s.utid where s.tid <> 0 group by s.utid`);
    // threads of one name are one row, as perf merges them
    interface Merged { comm: string; tid: number; tasks: number; runtime: number; switches: number; delay: number; max: number; start: number; end: number }
    const merged = new Map<string, Merged>();
    for (const r of rows) {
      const comm = String(r.comm), m = merged.get(comm) ?? { comm, tid: n(r.tid), tasks: 0, runtime: 0, switches: 0, delay: 0, max: -1, start: 0, end: 0 };
      m.tasks++;
      m.runtime += n(r.runtime); m.switches += n(r.switches); m.delay += n(r.total_delay);
      if (n(r.max_delay) > m.max) { m.max = n(r.max_delay); m.start = m.max > 0 ? n(r.max_start) : 0; m.end = m.max > 0 ? n(r.max_end) : 0; }
      merged.set(comm, m);
    }
    const list = [...merged.values()].sort((a, b) => b.delay / b.switches - a.delay / a.switches || b.max - a.max || b.switches - a.switches || b.runtime - a.runtime || (a.comm < b.comm ? -1 : 1));
    if (options.format && options.format !== 'text') {
      writeTable(['comm', 'tid', 'tasks', 'runtime_ns', 'switches', 'avg_delay_ns', 'max_delay_ns', 'max_start', 'max_end'],
        list.map((m) => [m.comm, m.tasks > 1 ? null : m.tid, m.tasks, m.runtime, m.switches, Math.round(m.delay / m.switches), m.max, m.start, m.end]), options.format, out);
      return;
    }
    const rule = ` ${'-'.repeat(139)}\n`;
    let s = `\n${rule}  Task                  |   Runtime ms  | Switches | Avg delay ms    | Max delay ms    | Max delay start           | Max delay end          |\n${rule}`;
    for (const m of list) {
      const name = `  ${m.comm}:${m.tasks > 1 ? `(${m.tasks})` : m.tid} `;
      s += `${name.padEnd(24)}|${ms(m.runtime, 11)} ms |${String(m.switches).padStart(9)} | avg:${ms(m.delay / m.switches, 8)} ms | max:${ms(m.max, 8)} ms | max start: ${secs(m.start, 12)} s | max end: ${secs(m.end, 12)} s\n`;
    }
    s += ` ${'-'.repeat(113)}\n  TOTAL:                |${ms(list.reduce((t, m) => t + m.runtime, 0), 11)} ms |${String(list.reduce((t, m) => t + m.switches, 0)).padStart(9)} |\n ${'-'.repeat(51)}\n\n`;
    out(s);
  });
}

export async function reportSchedTimehist(dir: string, options: ReportOptions, out: Out): Promise<void> {
  await withDatabase(dir, async (db) => {
    const query = `select r.*, t.pid from sched_run r left join thread t using (utid) where out_ts is not null and ${where(options, { utid: 'r.utid', ts: 'out_ts', cpu: 'r.cpu' })} order by out_seq`;
    const table: unknown[][] | null = options.format && options.format !== 'text' ? [] : null;
    if (!table) out('           time    cpu  task name                       wait time  sch delay   run time\n                        [tid/pid]                          (msec)     (msec)     (msec)\n--------------- ------  ------------------------------  ---------  ---------  ---------\n');
    for await (const rows of db.stream(query)) {
      let s = '';
      for (const r of rows) {
        const tid = n(r.tid), pid = r.pid === null ? tid : n(r.pid);
        const name = tid === 0 ? '<idle>' : `${String(r.comm)}[${tid}${pid !== tid ? `/${pid}` : ''}]`;
        const wait = r.last_out_ts === null ? 0 : n(r.in_ts) - n(r.last_out_ts), delay = r.ready_ts !== null && r.wake_ts !== null && n(r.ready_ts) === n(r.wake_ts) ? n(r.in_ts) - n(r.ready_ts) : 0, run = n(r.out_ts) - n(r.in_ts);
        if (table) table.push([n(r.out_ts), n(r.cpu), tid, pid, r.comm, wait, delay, run, r.out_state]);
        else s += `${secs(n(r.out_ts), 15)} [${String(n(r.cpu)).padStart(4, '0')}]  ${name.padEnd(30)}  ${ms(wait, 9)}  ${ms(delay, 9)}  ${ms(run, 9)} \n`;
      }
      if (s) out(s);
    }
    if (table) writeTable(['ts', 'cpu', 'tid', 'pid', 'comm', 'wait_ns', 'delay_ns', 'run_ns', 'state'], table, options.format!, out);
  });
}

export async function reportSchedMap(dir: string, options: ReportOptions, out: Out): Promise<void> {
  await withDatabase(dir, async (db) => {
    const cpus = db.recording.manifest.cpus;
    const cell: (string | null)[] = new Array<string | null>(cpus).fill(null);
    const names = new Map<number, string>();
    let highest = 0;
    for await (const rows of db.stream(`select ts, cpu, next_utid, next_tid, next_comm::varchar as comm from sched_switch where ${where(options, { utid: 'next_utid' })} order by seq`)) {
      let s = '';
      for (const r of rows) {
        const cpu = n(r.cpu), utid = n(r.next_utid);
        let fresh = '';
        if (n(r.next_tid) === 0) cell[cpu] = '. ';
        else {
          let name = names.get(utid);
          if (!name) {
            const k = names.size; // A0 … Z0 A1 …
            name = `${String.fromCharCode(65 + (k % 26))}${Math.floor(k / 26) % 10}`;
            names.set(utid, name);
            fresh = `${name} => ${String(r.comm)}:${n(r.next_tid)}`;
          }
          cell[cpu] = name;
        }
        highest = Math.max(highest, cpu);
        let line = '  ';
        for (let i = 0; i <= highest; i++) line += cell[i] === null ? '    ' : `${i === cpu ? '*' : ' '}${cell[i]!} `;
        s += `${line}  ${secs(n(r.ts), 12)} secs ${fresh}\n`;
      }
      out(s);
    }
  });
}
