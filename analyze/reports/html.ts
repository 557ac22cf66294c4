// report --html: one page that stands alone: what ran and how it ended, the CPUs and memory over time, system calls, scheduling, faults,
// files, signals, and both flame graphs. The tables are those of the other reports; the charts are drawn as SVG here, nothing is loaded.
import { withDatabase } from '../duck.ts';
import type { Database } from '../duck.ts';
import { where } from '../filters.ts';
import type { Out, ReportOptions } from '../options.ts';
import { stacksOf } from '../stacks.ts';
import { reportFaults } from './faults.ts';
import { flameSvg } from './flame.ts';
import { reportIo } from './io.ts';
import { reportSchedLatency } from './sched.ts';
import { reportSignals } from './signals.ts';
import { reportSummary } from './summary.ts';
import { reportTop } from './top.ts';

const escape = (s: string): string => s.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
const WIDTH = 1160, HEIGHT = 140, SLOTS = 400;
const COLOURS = ['#4c78a8', '#f58518', '#54a24b', '#e45756', '#72b7b2', '#b279a2', '#9d755d', '#bab0ac'];

interface Series { name: string; values: number[] }

/** Areas on top of each other, a value a slot; the legend below. */
function areas(series: Series[], top: number, unit: (v: number) => string, spanNs: number): string {
  const n = series[0]?.values.length ?? 0, floor = new Array<number>(n).fill(0), x = (i: number): string => ((i * WIDTH) / Math.max(1, n)).toFixed(1), y = (v: number): string => (HEIGHT - (v * HEIGHT) / Math.max(top, 1e-9)).toFixed(1);
  const paths = series.map((s, k) => {
    const lower = floor.slice(), upper = s.values.map((v, i) => (floor[i] = floor[i]! + v));
    const line = (values: number[]): string[] => values.flatMap((v, i) => [`${x(i)},${y(v)}`, `${x(i + 1)},${y(v)}`]);
    return `<polygon fill="${COLOURS[k % COLOURS.length]}" points="${[...line(upper), ...line(lower).reverse()].join(' ')}"><title>${escape(s.name)}</title></polygon>`;
  });
  const legend = series.map((s, k) => `<span><i style="background:${COLOURS[k % COLOURS.length]}"></i>${escape(s.name)}</span>`).join(' ');
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT + 16}" width="100%"><rect width="${WIDTH}" height="${HEIGHT}" fill="#f6f6f6"/>${paths.join('')}<text x="2" y="12">${escape(unit(top))}</text><text x="${WIDTH}" y="${HEIGHT + 13}" text-anchor="end">${(spanNs / 1e9).toFixed(3)} s</text><text x="0" y="${HEIGHT + 13}">0</text></svg><p class="legend">${legend}</p>`;
}

/** Time on CPU by task name, in slots of the recording's time. */
async function cpuChart(db: Database, options: ReportOptions, from: number, to: number): Promise<string> {
  if (!db.recording.has('thread_state')) return '';
  const slot = Math.max(1, Math.ceil((to - from) / SLOTS)), slots = Math.ceil((to - from) / slot);
  const rows = await db.rows(`select comm, i::integer as i, sum(least(s.ts + s.dur, ${from} + (i + 1) * ${slot}) - greatest(s.ts, ${from} + i * ${slot}))::double as ns
    from (select s.ts, s.dur, t.comm, unnest(range(greatest(0, (s.ts - ${from}) // ${slot}), least(${slots}, (s.ts + s.dur - ${from}) // ${slot} + 1))) as i from thread_state s join task t using (utid)
      where s.state = 'Running' and s.dur > 0 and t.tid <> 0 and s.ts < ${to} and s.ts + s.dur > ${from} and ${where(options, { utid: 's.utid', ts: 's.ts', cpu: 's.cpu' })}) s group by 1, 2`);
  const byName = new Map<string, number[]>();
  for (const r of rows) { let v = byName.get(String(r.comm)); if (!v) { v = new Array<number>(slots).fill(0); byName.set(String(r.comm), v); } v[Number(r.i)] = Number(r.ns) / slot; }
  const sum = (v: number[]): number => v.reduce((a, b) => a + b, 0), sorted = [...byName].sort((a, b) => sum(b[1]) - sum(a[1]));
  const shown: Series[] = sorted.slice(0, 7).map(([name, values]) => ({ name, values }));
  if (sorted.length > 7) shown.push({ name: 'others', values: sorted.slice(7).reduce((a, [, v]) => a.map((x, i) => x + v[i]!), new Array<number>(slots).fill(0)) });
  const cpus = db.recording.manifest.cpus;
  return shown.length ? areas(shown, cpus, () => `${cpus} CPU${cpus === 1 ? '' : 's'}`, to - from) : '';
}

async function memoryChart(db: Database, from: number, to: number): Promise<string> {
  if (!db.recording.has('mem_counter')) return '';
  const slot = Math.max(1, Math.ceil((to - from) / SLOTS)), slots = Math.ceil((to - from) / slot), names = ['anon', 'cached', 'page_tables'];
  const rows = await db.rows(`select name::varchar as name, greatest(0, (ts - ${from}) // ${slot})::integer as i, arg_max(value, ts) as value from mem_counter where upid is null and name in (${names.map((n) => `'${n}'`).join(',')}) and ts <= ${to} group by 1, 2 order by 2`);
  const series = names.map((name) => {
    const values = new Array<number>(slots).fill(0), mine = rows.filter((r) => r.name === name);
    let last = 0, at = 0;
    for (const r of mine) { for (; at < Number(r.i) && at < slots; at++) values[at] = last; last = Number(r.value) / 1024; }
    for (; at < slots; at++) values[at] = last;
    return { name, values };
  });
  const top = Math.max(1, ...series[0]!.values.map((_, i) => series.reduce((a, s) => a + s.values[i]!, 0)));
  return areas(series, top, (v) => `${v.toFixed(1)} MiB`, to - from);
}

export async function reportHtml(dir: string, options: ReportOptions, out: Out): Promise<void> {
  const filters = { ...options };
  delete filters.format;
  const parts: [string, string][] = [];
  let head = '';
  await withDatabase(dir, async (db) => {
    const m = db.recording.manifest, end = m.cycles > 0 ? m.cycles : Number((await db.rows('select max(ts) as t from cpu_counter').catch(() => []))[0]?.t ?? 0), from = options.from ?? 0, to = Math.max(from + 1, Math.min(options.to ?? Infinity, end));
    const events = Object.values(m.events).reduce((a, b) => a + b, 0);
    const ended = m.halt !== '' ? m.halt : m.exit === null ? 'still running at the last flush' : 'code' in m.exit ? `exit status ${m.exit.code}` : `killed by signal ${m.exit.signal}`;
    head = `<h1>${escape(m.command.join(' '))}</h1><p>${escape(ended)} · ${(m.cycles / 1e9).toFixed(6)} s of virtual time · ${m.instructions.toLocaleString('en')} instructions · ${events.toLocaleString('en')} events · ${m.cpus} CPU${m.cpus === 1 ? '' : 's'} · digest ${escape(m.digest)}</p>`;
    parts.push(['CPU by task', await cpuChart(db, filters, from, to)], ['Memory', await memoryChart(db, from, to)]);
  });
  const text = async (title: string, f: (out: Out) => Promise<void>): Promise<void> => {
    let s = '';
    await f((t) => { s += t; });
    parts.push([title, s.trim() === '' ? '' : `<pre>${escape(s)}</pre>`]);
  };
  const has = async (tables: readonly string[]): Promise<boolean> => withDatabase(dir, async (db) => tables.every((t) => db.recording.tableNames().includes(t as never)));
  if (await has(['stack_sample', 'callsite', 'frame'])) for (const [kind, title] of [['cpu', 'On the CPU'], ['offcpu', 'Off the CPU']] as const) parts.push([title, flameSvg(await stacksOf(dir, kind, filters), kind, title).replace(/^<\?xml.*\n/, '')]);
  if (await has(['syscall'])) await text('System calls', (o) => reportSummary(dir, filters, o));
  if (await has(['thread', 'thread_state'])) await text('Processes', (o) => reportTop(dir, filters, o));
  if (await has(['sched_switch', 'sched_wakeup'])) await text('Scheduling latency', (o) => reportSchedLatency(dir, filters, o));
  if (await has(['page_fault', 'thread'])) await text('Page faults', (o) => reportFaults(dir, filters, o));
  if (await has(['syscall', 'thread'])) await text('Files and pipes', (o) => reportIo(dir, filters, o));
  if (await has(['signal', 'thread'])) await text('Signals', (o) => reportSignals(dir, filters, o));
  const shown = parts.filter(([, body]) => body !== ''), id = (title: string): string => title.toLowerCase().replace(/\W+/g, '-');
  out(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>ktrace: ${escape(dir)}</title><style>
body{font:14px/1.4 system-ui,sans-serif;margin:1.5em auto;max-width:1200px;color:#222}h1{font:600 20px monospace;overflow-wrap:anywhere}h2{font-size:16px;margin:1.6em 0 .4em}
pre{background:#f6f6f6;padding:.8em;overflow:auto;max-height:32em;font-size:12px}svg text{font:11px monospace}nav a{margin-right:1em}.legend span{margin-right:1.2em}.legend i{display:inline-block;width:.8em;height:.8em;margin-right:.3em}
</style></head><body>${head}<nav>${shown.map(([t]) => `<a href="#${id(t)}">${t}</a>`).join('')}</nav>
${shown.map(([t, body]) => `<h2 id="${id(t)}">${t}</h2>\n${body}`).join('\n')}
</body></html>
`);
}
