// Parquet: a file a table, written by DuckDB; the made-up args column is left out, everything recorded is in.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { withDatabase } from '../duck.ts';
import { where } from '../filters.ts';
import { AnalyzeError } from '../options.ts';
import type { Filters } from '../options.ts';

/** @param options payload: false leaves out the bytes that pointer arguments pointed to, the largest column by far. */
export async function exportParquet(dir: string, options: Filters & { payload?: boolean }, outDir: string): Promise<string[]> {
  try { mkdirSync(outDir, { recursive: true }); } catch (e) { throw new AnalyzeError(`${outDir}: cannot make the directory (${(e as NodeJS.ErrnoException).code ?? 'error'})`); }
  return withDatabase(dir, async (db) => {
    const names: string[] = [];
    for (const table of db.recording.tableNames()) {
      const file = `${table}.parquet`;
      const columns = table !== 'syscall' ? '*' : options.payload === false ? '* exclude (args, payload)' : '* exclude (args)';
      await db.rows(`copy (select ${columns} from ${table} where ${where(options)}) to '${join(outDir, file).replace(/'/g, "''")}' (format parquet, compression zstd)`);
      names.push(file);
    }
    return names;
  });
}
