// report --summary: the table of strace -c (strace 6.1, count.c's layout): system time, or wall time with -w.
import { withDatabase } from '../duck.ts';
import type { Database } from '../duck.ts';
import { where } from '../filters.ts';
import type { Out, StraceOptions } from '../options.ts';
import { AnalyzeError } from '../options.ts';
import { straceFilter } from '../strace-filter.ts';
import type { StraceFilter } from '../strace-filter.ts';
import { writeTable } from '../table.ts';

interface Line { name: string; calls: number; errors: number; ns: number; min: number; max: number }

async function counts(db: Database, o: StraceOptions, f: StraceFilter): Promise<Line[]> {
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
  const rows = await db.rows(`select name::varchar as name, count(*) as calls, count(*) filter (errno is not null or restart <> 0) as errors, sum(${time})::bigint as ns, min(${time}) as lo, max(${time}) as hi
    from syscall where ${cond.join(' and ')} and name not in ('exit', 'exit_group') group by name`);
  return rows.map((r) => ({ name: String(r.name), calls: Number(r.calls), errors: Number(r.errors), ns: Number(r.ns), min: Number(r.lo), max: Number(r.hi) }));
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
export async function summaryText(db: Database, o: StraceOptions, f: StraceFilter): Promise<string> {
  const lines = sorted(await counts(db, o, f), (o.S ?? 'time').replace(/-/g, '_'));
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
  await withDatabase(dir, async (db) => {
    if (options.format && options.format !== 'text') {
      const lines = sorted(await counts(db, options, f), (options.S ?? 'time').replace(/-/g, '_'));
      writeTable(['name', 'calls', 'errors', 'ns', 'min_ns', 'max_ns'], lines.map((l) => [l.name, l.calls, l.errors, l.ns, l.min, l.max]), options.format, out);
    } else out(await summaryText(db, options, f));
  });
}
