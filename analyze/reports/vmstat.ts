// report --vmstat: the table of vmstat (procps 4.0.2) from cpu_counter and mem_counter; the first row is since boot.
import { withDatabase } from '../duck.ts';
import type { Out, ReportOptions } from '../options.ts';
import { writeTable } from '../table.ts';

export async function reportVmstat(dir: string, options: ReportOptions & { intervalSeconds?: number }, out: Out): Promise<void> {
  await withDatabase(dir, async (db) => {
    const every = Math.max(1, Math.round(options.intervalSeconds ?? 1)) * 1e9;
    const from = options.from ?? 0, to = options.to ?? Infinity;
    interface Sample { ts: number; c: Map<string, number> }
    const samples: Sample[] = [];
    for (const r of await db.rows('select ts, name::varchar as name, value from cpu_counter order by ts, seq')) {
      const ts = Number(r.ts);
      let s = samples.at(-1);
      if (!s || s.ts !== ts) { s = { ts, c: new Map() }; samples.push(s); }
      s.c.set(String(r.name), Number(r.value));
    }
    const memory = db.recording.has('mem_counter') ? (await db.rows('select ts, name::varchar as name, value from mem_counter where upid is null order by ts, seq')).map((r) => ({ ts: Number(r.ts), name: String(r.name), value: Number(r.value) })) : [];
    const level = (name: string, ts: number): number => { let v = name === 'free' ? Math.round(db.recording.manifest.config.ramBytes / 1024) : 0; for (const m of memory) { if (m.ts > ts) break; if (m.name === name) v = m.value; } return v; };
    const io = (await db.rows(`select (ts // ${every})::bigint as slot, sum(bytes) filter (name::varchar like '%read%' or name::varchar like 'recv%') as bi, sum(bytes) filter (name::varchar like '%write%' or name::varchar like 'send%') as bo from syscall c join file_desc d using (file_id) where d.kind = 'regular' and bytes is not null group by 1`).catch(() => []))
      .map((r) => ({ slot: Number(r.slot), bi: Number(r.bi ?? 0), bo: Number(r.bo ?? 0) }));
    const get = (s: Sample | null, name: string): number => s?.c.get(name) ?? 0;
    const rows: number[][] = [];
    let prev: Sample | null = null;
    for (const s of samples) {
      if (s.ts < from || s.ts > to) { prev = s; continue; }
      if (prev && rows.length && s.ts - prev.ts < every && s !== samples.at(-1)) continue;
      const d = (name: string): number => get(s, name) - get(prev, name);
      const span = Math.max(1, s.ts - (prev?.ts ?? 0)) / 1e9;
      const us = d('user') + d('nice'), sy = d('system') + d('irq') + d('softirq'), id = d('idle'), wa = d('iowait'), total = Math.max(1, us + sy + id + wa);
      const bytes = io.filter((x) => x.slot * every < s.ts && x.slot * every >= (prev?.ts ?? 0)).reduce((a, x) => [a[0]! + x.bi, a[1]! + x.bo], [0, 0]);
      const percent = (x: number): number => Math.floor((100 * x + total / 2) / total);
      rows.push([get(s, 'runnable'), get(s, 'blocked'), 0, level('free', s.ts), 0, level('cached', s.ts), 0, 0, Math.round(bytes[0]! / 1024 / span), Math.round(bytes[1]! / 1024 / span), Math.round(d('intr') / span), Math.round(d('ctxt') / span), percent(us), percent(sy), percent(id), percent(wa), 0]);
      prev = s;
    }
    const names = ['r', 'b', 'swpd', 'free', 'buff', 'cache', 'si', 'so', 'bi', 'bo', 'in', 'cs', 'us', 'sy', 'id', 'wa', 'st'];
    if (options.format && options.format !== 'text') { writeTable(names, rows, options.format, out); return; }
    const width = [2, 2, 6, 6, 6, 6, 4, 4, 5, 5, 4, 4, 2, 2, 2, 2, 2];
    let s = 'procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----\n r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st\n';
    for (const r of rows) s += `${r.map((v, i) => String(v).padStart(width[i]!)).join(' ')}\n`;
    out(s);
  });
}
