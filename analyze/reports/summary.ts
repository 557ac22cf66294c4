// report --summary: the table of strace -c (strace 6.1, count.c's layout): system time, or wall time with -w.
import { where } from '../filters.ts';
import type { Out, StraceOptions } from '../options.ts';
import { AnalyzeError } from '../options.ts';
import { guarded, Recording } from '../recording.ts';
import type { ColumnInfo } from '../recording.ts';
import { straceFilter } from '../strace-filter.ts';
import type { StraceFilter } from '../strace-filter.ts';

interface Line { name: string; calls: number; errors: number; ns: number; min: number; max: number }

/** Calls that are in the total of strace -c nowhere: they do not return. */
const UNCOUNTED = ['exit', 'exit_group'];

/** Sums over all calls, from what the recorder has added up batch by batch; the rows themselves only of batches without sums. */
function allCounts(recording: Recording, wall: boolean): Line[] {
  return guarded(recording.dir, () => {
    const t = recording.table('syscall'), columns = ['dur', 'name', 'errno', 'restart', 'cpu_ns'].map((n) => t.columns.find((c) => c.name === n)!), names = t.dictionary(columns[1]!);
    const lines = new Map<number, Line>();
    const add = (id: number, calls: number, errors: number, ns: number, min: number, max: number): void => {
      const l = lines.get(id);
      if (!l) { lines.set(id, { name: names[id]!, calls, errors, ns, min, max }); return; }
      l.calls += calls; l.errors += errors; l.ns += ns;
      if (min < l.min) l.min = min;
      if (max > l.max) l.max = max;
    };
    t.batches.forEach((record, i) => {
      const sums = t.sums.get(record);
      if (sums && sums.reduce((n, s) => n + s.calls, 0) === record.rows) { // a killed recorder may have written some of them
        for (const s of sums) { if (wall) add(s.nameId, s.calls, s.failed, s.durNs, s.minDurNs, s.maxDurNs); else add(s.nameId, s.calls, s.failed, s.cpuNs, s.minCpuNs, s.maxCpuNs); }
        return;
      }
      const batch = t.some(i, columns);
      const data = (c: ColumnInfo): DataView => { const s = batch.buffers[c.firstBuffer + 1]!; return new DataView(batch.body.buffer, batch.body.byteOffset + s.offset, s.length); };
      const valid = (c: ColumnInfo): ((row: number) => boolean) => {
        const s = batch.buffers[c.firstBuffer]!;
        if (batch.nulls[c.index] === 0) return () => true;
        return (row) => ((batch.body[s.offset + (row >> 3)]! >> (row & 7)) & 1) === 1;
      };
      const [dur, name, errno, restart, cpu] = columns as [ColumnInfo, ColumnInfo, ColumnInfo, ColumnInfo, ColumnInfo];
      const time = data(wall ? dur : cpu), ids = data(name), restarts = data(restart), finished = valid(dur), failed = valid(errno);
      for (let row = 0; row < batch.rows; row++) {
        const ns = wall && !finished(row) ? 0 : time.getUint32(row * 8, true) + time.getInt32(row * 8 + 4, true) * 4294967296;
        add(ids.getUint32(row * 4, true), 1, failed(row) || restarts.getInt32(row * 4, true) !== 0 ? 1 : 0, ns, ns, ns);
      }
    });
    return [...lines.values()].filter((l) => !UNCOUNTED.includes(l.name));
  });
}

async function filteredCounts(dir: string, o: StraceOptions, f: StraceFilter): Promise<Line[]> {
  const { withDatabase } = await import('../duck.ts');
  const time = o.w ? 'coalesce(dur, 0)' : 'cpu_ns';
  const cond = [where(o)];
  if (f.calls) cond.push(`nr in (${[...f.calls, -1].join(',')})`);
  if (f.status) {
    const s: string[] = [];
    if (f.status.has('successful')) s.push('(ret is not null and errno is null and restart = 0)');
    if (f.status.has('failed')) s.push('(errno is not null or restart <> 0)');
    if (f.status.has('unfinished')) s.push('ret is null');
    cond.push(s.length ? `(${s.join(' or ')})` : 'false');
  }
  return withDatabase(dir, async (db) => {
    const rows = await db.rows(`select name::varchar as name, calls, errors, ns, lo, hi from (select name, count(*) as calls, count(*) filter (errno is not null or restart <> 0) as errors, sum(${time})::bigint as ns, min(${time}) as lo, max(${time}) as hi
      from syscall where ${cond.join(' and ')} group by name)`);
    return rows.map((r) => ({ name: String(r.name), calls: Number(r.calls), errors: Number(r.errors), ns: Number(r.ns), min: Number(r.lo), max: Number(r.hi) })).filter((l) => !UNCOUNTED.includes(l.name));
  });
}

async function counts(dir: string, o: StraceOptions, f: StraceFilter): Promise<Line[]> {
  if (where(o) !== 'true' || f.calls || f.status) return filteredCounts(dir, o, f);
  const recording = new Recording(dir);
  try { return allCounts(recording, o.w === true); } finally { recording.close(); }
}

function sorted(lines: Line[], key: string): Line[] {
  const by: Record<string, (a: Line, b: Line) => number> = {
    time: (a, b) => b.ns - a.ns, time_total: (a, b) => b.ns - a.ns, total_time: (a, b) => b.ns - a.ns, calls: (a, b) => b.calls - a.calls, count: (a, b) => b.calls - a.calls, errors: (a, b) => b.errors - a.errors, error: (a, b) => b.errors - a.errors,
    name: (a, b) => (a.name < b.name ? -1 : 1), syscall: (a, b) => (a.name < b.name ? -1 : 1), syscall_name: (a, b) => (a.name < b.name ? -1 : 1), avg_time: (a, b) => b.ns / b.calls - a.ns / a.calls, time_avg: (a, b) => b.ns / b.calls - a.ns / a.calls,
    min_time: (a, b) => b.min - a.min, time_min: (a, b) => b.min - a.min, max_time: (a, b) => b.max - a.max, time_max: (a, b) => b.max - a.max, none: () => 0, nothing: () => 0,
  };
  const f = by[key];
  if (!f) throw new AnalyzeError(`-S ${key}: sort by time, calls, errors, name, avg-time, min-time, max-time or none`);
  return lines.slice().sort((a, b) => f(a, b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** The whole text; empty without calls, as strace. */
export async function summaryText(dir: string, o: StraceOptions, f: StraceFilter): Promise<string> {
  const lines = sorted(await counts(dir, o, f), (o.S ?? 'time').replace(/-/g, '_'));
  if (lines.length === 0) return '';
  const total = lines.reduce((s, l) => s + l.ns, 0), calls = lines.reduce((s, l) => s + l.calls, 0), errors = lines.reduce((s, l) => s + l.errors, 0);
  const row = (percent: string, ns: number, c: number, e: number, name: string): string =>
    `${percent.padStart(6)} ${(ns / 1e9).toFixed(6).padStart(11)} ${String(Math.floor(ns / 1000 / c)).padStart(11)} ${String(c).padStart(9)} ${(e ? String(e) : '').padStart(9)} ${name}\n`;
  const rule = '------ ----------- ----------- --------- --------- ----------------\n';
  let s = `% time     seconds  usecs/call     calls    errors syscall\n${rule}`;
  for (const l of lines) s += row((total ? (l.ns * 100) / total : 0).toFixed(2), l.ns, l.calls, l.errors, l.name);
  return s + rule + row('100.00', total, calls, errors, 'total');
}

export async function reportSummary(dir: string, options: StraceOptions, out: Out): Promise<void> {
  const f = straceFilter(options);
  if (!options.format || options.format === 'text') { out(await summaryText(dir, options, f)); return; }
  const lines = sorted(await counts(dir, options, f), (options.S ?? 'time').replace(/-/g, '_'));
  const { writeTable } = await import('../table.ts');
  writeTable(['name', 'calls', 'errors', 'ns', 'min_ns', 'max_ns'], lines.map((l) => [l.name, l.calls, l.errors, l.ns, l.min, l.max]), options.format, out);
}
