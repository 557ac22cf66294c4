// report --iostat: the layout of iostat (sysstat 12.6) over the whole recording or [--from, --to]. There is no block device yet: a
// "device" is the file system (major:minor) of the regular files that read and write calls moved bytes of.
import { withDatabase } from '../duck.ts';
import { where } from '../filters.ts';
import type { Out, ReportOptions } from '../options.ts';
import { writeTable } from '../table.ts';

export async function reportIostat(dir: string, options: ReportOptions, out: Out): Promise<void> {
  await withDatabase(dir, async (db) => {
    const m = db.recording.manifest, from = options.from ?? 0, to = Math.min(options.to ?? Infinity, m.cycles || Infinity);
    const end = to === Infinity ? Number((await db.rows('select max(ts) as t from cpu_counter'))[0]?.t ?? 0) : to, seconds = Math.max(1, end - from) / 1e9;
    const at = async (ts: number): Promise<Map<string, number>> => new Map((await db.rows(`select name::varchar as name, arg_max(value, ts) as value from cpu_counter where ts <= ${ts} group by 1`)).map((r) => [String(r.name), Number(r.value)]));
    // the counters of the close may be of a CPU that was ahead of the last event
    const a = from > 0 ? await at(from) : new Map<string, number>(), b = await at(options.to ?? Number.MAX_SAFE_INTEGER), d = (name: string): number => (b.get(name) ?? 0) - (a.get(name) ?? 0);
    const times = [d('user'), d('nice'), d('system') + d('irq') + d('softirq'), d('iowait'), 0, d('idle')], total = Math.max(1, times.reduce((x, y) => x + y, 0));
    const rows = db.recording.has('syscall') && db.recording.has('file_desc') ? await db.rows(`select f.dev as dev, count(*) as calls, coalesce(sum(c.bytes) filter (c.name::varchar like '%read%'), 0)::bigint as reads, coalesce(sum(c.bytes) filter (c.name::varchar like '%write%'), 0)::bigint as writes
      from syscall c join (select file_id, any_value(dev) as dev from file_desc where kind = 'regular' group by 1) f using (file_id) where c.bytes is not null and (c.name::varchar like '%read%' or c.name::varchar like '%write%') and ${where(options, { utid: 'c.utid', ts: 'c.ts', cpu: 'c.cpu' })} group by 1 order by 2 desc, 1`) : [];
    const device = (dev: bigint): string => `${Number((dev >> 8n) & 0xfffn)}:${Number((dev & 0xffn) | ((dev >> 12n) & 0xfff00n))}`;
    const lines = rows.map((r) => [device(BigInt(r.dev as bigint)), Number(r.calls) / seconds, Number(r.reads) / 1024 / seconds, Number(r.writes) / 1024 / seconds, 0, Number(r.reads) / 1024, Number(r.writes) / 1024, 0] as [string, ...number[]]);
    if (options.format && options.format !== 'text') { writeTable(['device', 'tps', 'kB_read_s', 'kB_wrtn_s', 'kB_dscd_s', 'kB_read', 'kB_wrtn', 'kB_dscd'], lines, options.format, out); return; }
    const date = new Date(m.startSec * 1000), two = (n: number): string => String(n).padStart(2, '0');
    let s = `Linux ${m.config.release} (${m.config.hostname}) \t${two(date.getUTCMonth() + 1)}/${two(date.getUTCDate())}/${two(date.getUTCFullYear() % 100)} \t_x86_64_\t(${m.cpus} CPU)\n\n`;
    s += `avg-cpu:  %user   %nice %system %iowait  %steal   %idle\n        ${times.map((t) => ((100 * t) / total).toFixed(2).padStart(8)).join('').slice(1)}\n\n`;
    s += `Device             tps    kB_read/s    kB_wrtn/s    kB_dscd/s    kB_read    kB_wrtn    kB_dscd\n`;
    for (const [name, tps, ...rest] of lines) s += `${name.padEnd(13)}${tps!.toFixed(2).padStart(9)}${rest.slice(0, 3).map((v) => v.toFixed(2).padStart(13)).join('')}${rest.slice(3).map((v) => String(Math.round(v)).padStart(11)).join('')}\n`;
    out(s);
  });
}
