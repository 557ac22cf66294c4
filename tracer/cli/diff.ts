// ktrace diff: 0 same, 1 different.
import { diffRecordings } from '../../analyze/index.ts';
import { FILES, parseInputs } from '../../engine/events/format.ts';
import { inputDifferences } from '../input-diff.ts';
import { openRecording, readFile, UserError } from '../recording.ts';
import { parseArgs, Reader } from './args.ts';
import { outTo } from './output.ts';
import { FILTERS, openForReading, reportOptions } from './reading.ts';

interface Log { engine: string; records: Uint8Array[] }

export async function main(args: string[]): Promise<number> {
  const p = parseArgs(args, FILTERS, false, 2), r = new Reader(p, 2);
  if (p.rest.length !== 2) throw new UserError('diff wants two recordings: ktrace diff A B');
  const a = openForReading(p.rest[0]!), b = openForReading(p.rest[1]!);
  const [logA, logB] = [a, b].map((dir) => { const { manifest: m } = openRecording(dir); return { engine: m.engineHash, records: parseInputs(readFile(dir, FILES.inputs), m.complete) }; }) as [Log, Log];
  const inputs = logA.engine === logB.engine ? inputDifferences(logA.records, logB.records) : [];
  return (await diffRecordings(a, b, { ...reportOptions(r), inputs }, outTo(null))) === 'same' ? 0 : 1;
}
