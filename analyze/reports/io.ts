// report --io: bytes moved by read and write calls, by task and file.
import { withDatabase } from '../duck.ts';
import { where } from '../filters.ts';
import type { Out, ReportOptions } from '../options.ts';
import { writeTable } from '../table.ts';

export async function reportIo(dir: string, options: ReportOptions, out: Out): Promise<void> {
  await withDatabase(dir, async (db) => {
    const files = db.recording.has('file_desc');
    const { names, rows } = await db.columns(`select t.tid, t.comm, ${files ? "coalesce(d.path, '') as file, coalesce(d.kind::varchar, '') as kind" : "'' as file, '' as kind"}, c.name::varchar as call, count(*) as calls, sum(c.bytes)::bigint as bytes,
        round(sum(c.cpu_ns) / 1000.0, 3)::double as cpu_us, round(sum(c.blocked_ns) / 1000.0, 3)::double as blocked_us
      from syscall c left join task t on t.utid = c.utid ${files ? 'left join (select file_id, any_value(path) as path, any_value(kind) as kind from file_desc group by 1) d on d.file_id = c.file_id' : ''}
      where c.bytes is not null and ${where(options, { utid: 'c.utid', ts: 'c.ts', cpu: 'c.cpu' })} group by all order by bytes desc, calls desc, file, call, tid`);
    writeTable(names, rows, options.format ?? 'text', out);
  });
}
