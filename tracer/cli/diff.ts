// ktrace diff: 0 same, 1 different.
import { diffRecordings } from '../../analyze/index.ts';
import { UserError } from '../recording.ts';
import { parseArgs, Reader } from './args.ts';
import { FILTERS, openForReading, outTo, reportOptions } from './reading.ts';

export async function main(args: string[]): Promise<number> {
  const p = parseArgs(args, FILTERS, false, 2), r = new Reader(p, 2);
  if (p.rest.length !== 2) throw new UserError('diff wants two recordings: ktrace diff A B');
  const a = openForReading(p.rest[0]!), b = openForReading(p.rest[1]!);
  return (await diffRecordings(a, b, reportOptions(r), outTo(null))) === 'same' ? 0 : 1;
}
