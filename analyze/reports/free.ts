// report --free: the table of free (procps 4.0.2) at the end of the recording or at --to; as CSV or JSON every change.
import { withDatabase } from '../duck.ts';
import type { Out, ReportOptions } from '../options.ts';
import { writeTable } from '../table.ts';

export async function reportFree(dir: string, options: ReportOptions, out: Out): Promise<void> {
  await withDatabase(dir, async (db) => {
    const rows = await db.rows(`select ts, name::varchar as name, value from mem_counter where upid is null and ts <= ${options.to ?? 'ts'} order by ts, seq`);
    const now: Record<string, number> = {}, series: unknown[][] = [];
    const columns = (): number[] => {
      const total = now.total ?? 0, free = now.free ?? 0, cached = now.cached ?? 0, available = now.available ?? free;
      return [total, Math.max(0, total - available), free, now.shmem ?? 0, cached, available];
    };
    rows.forEach((r, i) => {
      now[String(r.name)] = Number(r.value);
      if (Number(r.ts) >= (options.from ?? 0) && Number(rows[i + 1]?.ts ?? NaN) !== Number(r.ts)) series.push([Number(r.ts), ...columns()]);
    });
    if (options.format && options.format !== 'text') { writeTable(['ts', 'total', 'used', 'free', 'shared', 'buff_cache', 'available'], series, options.format, out); return; }
    const line = (label: string, values: number[]): string => `${label.padEnd(8)}${values.map((v) => String(v).padStart(12)).join('')}\n`;
    out(`${' '.repeat(8)}${['total', 'used', 'free', 'shared', 'buff/cache', 'available'].map((n) => n.padStart(12)).join('')}\n${line('Mem:', columns())}${line('Swap:', [0, 0, 0])}`);
  });
}
