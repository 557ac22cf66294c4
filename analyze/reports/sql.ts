// ktrace sql: any query over the tables and views.
import { withDatabase } from '../duck.ts';
import type { Out, ReportOptions } from '../options.ts';
import { writeTable } from '../table.ts';

/** Queries that look at the catalogue need every view to exist. */
const CATALOGUE = /\b(show|describe|desc|summarize|information_schema|pragma|duckdb_\w+|attach|execute)\b/i;

export async function runSql(dir: string, query: string, options: ReportOptions, out: Out): Promise<void> {
  await withDatabase(dir, async (db) => {
    if (CATALOGUE.test(query)) await db.allViews(); // else the views that the query names are made
    const { names, rows } = await db.columns(query);
    writeTable(names, rows, options.format ?? 'text', out);
  });
}
