// ktrace export: other tools' formats.
import { exportFolded, exportParquet, exportSpeedscope } from '../../analyze/index.ts';
import { UserError } from '../recording.ts';
import { parseArgs, Reader } from './args.ts';
import type { OptionSpec } from './args.ts';
import { FILTERS, filters, outTo, recordingOf } from './reading.ts';

const FORMATS: OptionSpec = { '--folded': 'flag', '--speedscope': 'flag', '--parquet': 'flag', '--perfetto': 'flag', '--pprof': 'flag' };
const USAGE = 'ktrace export [FILE] --folded|--speedscope|--parquet -o OUT';

export async function main(args: string[]): Promise<number> {
  const p = parseArgs(args, { ...FILTERS, ...FORMATS, '-o': 'value', '--kind': 'value', '--no-payload': 'flag' }, false, 2), r = new Reader(p, 2);
  const chosen = Object.keys(FORMATS).filter((f) => r.has(f));
  for (const f of ['--perfetto', '--pprof']) if (r.has(f)) throw new UserError(`export ${f} is not built yet: use --folded, --speedscope or --parquet`);
  if (chosen.length !== 1) throw new UserError(`export wants one format: ${USAGE}`);
  if (r.has('--no-payload') && !r.has('--parquet')) throw new UserError('--no-payload belongs to --parquet: add it');
  const out = r.get('-o');
  if (out === undefined) throw new UserError(`export wants -o OUT: ${USAGE}`);
  const dir = recordingOf(p, USAGE), options = { ...filters(r), kind: r.oneOf('--kind', 'cpu', ['cpu', 'offcpu'] as const) };
  if (r.has('--parquet')) await exportParquet(dir, { ...options, payload: !r.has('--no-payload') }, out);
  else if (r.has('--folded')) await exportFolded(dir, options, outTo(out === '-' ? null : out));
  else await exportSpeedscope(dir, options, outTo(out === '-' ? null : out));
  return 0;
}
