// ktrace sql: any query over the tables and views.
import { withDatabase } from '../duck.ts';
import type { Out, ReportOptions } from '../options.ts';
import { writeTable } from '../table.ts';

export async function runSql(dir: string, query: string, options: ReportOptions, out: Out): Promise<void> {
  await withDatabase(dir, async (db) => {
    await db.allViews();
    const { names, rows } = await db.columns(query);
    writeTable(names, rows, options.format ?? 'text', out);
  });
}
