// ktrace export: other tools' formats.
import { exportFolded, exportParquet, exportPerfetto, exportPprof, exportSpeedscope } from '../../analyze/index.ts';
import { UserError } from '../recording.ts';
import { parseArgs, Reader } from './args.ts';
import type { OptionSpec } from './args.ts';
import { outTo } from './output.ts';
import { FILTERS, filters, recordingOf } from './reading.ts';

const FORMATS: OptionSpec = { '--folded': 'flag', '--speedscope': 'flag', '--parquet': 'flag', '--perfetto': 'flag', '--pprof': 'flag' };
const USAGE = 'ktrace export [FILE] --perfetto|--speedscope|--folded|--pprof|--parquet -o OUT';

export async function main(args: string[]): Promise<number> {
  const p = parseArgs(args, { ...FILTERS, ...FORMATS, '-o': 'value', '--kind': 'value', '--no-payload': 'flag' }, false, 2), r = new Reader(p, 2);
  const chosen = Object.keys(FORMATS).filter((f) => r.has(f));
  if (chosen.length !== 1) throw new UserError(`export wants one format: ${USAGE}`);
  if (r.has('--no-payload') && !r.has('--parquet')) throw new UserError('--no-payload belongs to --parquet: add it');
  const out = r.get('-o');
  if (out === undefined) throw new UserError(`export wants -o OUT: ${USAGE}`);
  const dir = recordingOf(p, USAGE), options = { ...filters(r), kind: r.oneOf('--kind', 'cpu', ['cpu', 'offcpu'] as const) };
  if (r.has('--parquet')) await exportParquet(dir, { ...options, payload: !r.has('--no-payload') }, out);
  else {
    const write = outTo(out === '-' ? null : out);
    if (r.has('--folded')) await exportFolded(dir, options, write);
    else if (r.has('--pprof')) write(await exportPprof(dir, options));
    else if (r.has('--perfetto')) await exportPerfetto(dir, options, write);
    else await exportSpeedscope(dir, options, write);
  }
  return 0;
}
