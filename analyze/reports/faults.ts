// report --faults: page faults by task, kind and mapping, most time first, with the pages of 4 KiB that they mapped: 512 at a time where they are huge.
import { withDatabase } from '../duck.ts';
import { where } from '../filters.ts';
import type { Out, ReportOptions } from '../options.ts';
import { writeTable } from '../table.ts';

export async function reportFaults(dir: string, options: ReportOptions, out: Out): Promise<void> {
  await withDatabase(dir, async (db) => {
    const pages = (await db.columns('select * from page_fault limit 0')).names.includes('pages') ? 'sum(f.pages)::bigint as pages, ' : ''; // a column that older recordings lack
    const { names, rows } = await db.columns(`select t.tid, t.comm, f.kind::varchar as kind, f.access::varchar as access, f.vma::varchar as mapping, count(*) as faults, ${pages}round(sum(f.dur) / 1000.0, 3)::double as us
      from page_fault f left join task t on t.utid = f.utid where ${where(options, { utid: 'f.utid', ts: 'f.ts', cpu: 'f.cpu' })} group by all order by faults desc, us desc, tid, mapping, kind, access`);
    writeTable(names, rows, options.format ?? 'text', out);
    if ((options.format ?? 'text') !== 'text') return;
    const total = await db.rows(`select kind::varchar as kind, count(*) as n from page_fault where ${where(options)} group by 1 order by 2 desc, 1`);
    out(`\n${total.map((r) => `${Number(r.n)} ${String(r.kind)}`).join(', ') || 'no page faults'}\n`);
  });
}
