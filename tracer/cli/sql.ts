// ktrace sql: any SQL over the tables and views of a recording.
import { existsSync } from 'node:fs';
import { runSql } from '../../analyze/index.ts';
import { DEFAULT_DIR, UserError } from '../recording.ts';
import { parseArgs, Reader } from './args.ts';
import { outTo } from './output.ts';
import { FILTERS, openForReading, reportOptions } from './reading.ts';

export async function main(args: string[]): Promise<number> {
  const p = parseArgs(args, FILTERS, false, 2), r = new Reader(p, 2);
  if (p.rest.length === 0 || p.rest.length > 2) throw new UserError('sql wants one query: ktrace sql [FILE] "SELECT …"');
  const query = p.rest.at(-1)!;
  if (p.rest.length === 1 && existsSync(query)) throw new UserError(`sql wants a query behind ${query}: ktrace sql [FILE] "SELECT …"`);
  const dir = openForReading(p.rest.length === 2 ? p.rest[0]! : DEFAULT_DIR);
  await runSql(dir, query, reportOptions(r), outTo(null));
  return 0;
}
