// ktrace report: which reports, with which options; the reports themselves are in analyze/.
import * as analyze from '../../analyze/index.ts';
import { UserError } from '../recording.ts';
import { parseArgs, Reader } from './args.ts';
import type { OptionSpec } from './args.ts';
import { outTo } from './output.ts';
import { FILTERS, recordingOf, reportOptions, STRACE, straceOptions } from './reading.ts';

const NAMES: OptionSpec = { '--strace': 'flag', '--summary': 'flag', '--sched': 'optional', '--vmstat': 'optional', '--flame': 'optional', '--faults': 'flag', '--irq': 'flag', '--signals': 'flag', '--io': 'flag', '--iostat': 'flag', '--free': 'flag', '--top': 'flag', '--journey': 'flag', '--html': 'flag' };
const USAGE = 'ktrace report [FILE] --NAME…';

export async function main(args: string[]): Promise<number> {
  const p = parseArgs(args, { ...FILTERS, ...STRACE, ...NAMES, '-o': 'value' }, false, 2), r = new Reader(p, 2);
  const names = [...p.options.keys()].filter((n) => n in NAMES);
  const letters = [...p.options.keys()].filter((n) => n in STRACE);
  if (names.length === 0) throw new UserError(`no report named: ${USAGE}, such as --strace, --summary, --sched, --vmstat, --flame, --faults, --signals, --irq, --io, --iostat, --free, --top, --journey, --html`);
  if (letters.length > 0 && !r.has('--strace') && !r.has('--summary')) throw new UserError(`${letters[0]} belongs to --strace: add it`);
  const options = reportOptions(r), strace = straceOptions(r);
  const drawn = names.find((name) => name === '--flame' || name === '--html' || (name === '--sched' && r.get(name) === 'map'));
  if (drawn !== undefined && options.format !== 'text') throw new UserError(`--format is for tables: ${drawn}${drawn === '--sched' ? '=map' : ''} is none, leave it out`);
  const dir = recordingOf(p, USAGE), file = r.get('-o') ?? null, out = outTo(file);
  for (const name of names) {
    switch (name) {
      case '--strace': await analyze.reportStrace(dir, { ...options, ...strace }, out); break;
      case '--summary': await analyze.reportSummary(dir, { ...options, ...strace }, out); break;
      case '--sched': {
        const kind = r.oneOf('--sched', 'latency', ['', 'latency', 'timehist', 'map'] as const);
        await (kind === 'timehist' ? analyze.reportSchedTimehist : kind === 'map' ? analyze.reportSchedMap : analyze.reportSchedLatency)(dir, options, out);
        break;
      }
      case '--vmstat': {
        const v = r.get('--vmstat')!, n = Number(v);
        if (v !== '' && !(n > 0)) r.bad('--vmstat', v, 'give an interval in seconds');
        await analyze.reportVmstat(dir, v === '' ? options : { ...options, intervalSeconds: n }, out);
        break;
      }
      case '--flame': {
        const kind = r.oneOf('--flame', 'cpu', ['', 'cpu', 'offcpu'] as const);
        await analyze.reportFlame(dir, { ...options, kind: kind === '' ? 'cpu' : kind, html: file !== null && /\.html?$/.test(file) }, out);
        break;
      }
      case '--faults': await analyze.reportFaults(dir, options, out); break;
      case '--irq': await analyze.reportIrq(dir, options, out); break;
      case '--signals': await analyze.reportSignals(dir, options, out); break;
      case '--io': await analyze.reportIo(dir, options, out); break;
      case '--iostat': await analyze.reportIostat(dir, options, out); break;
      case '--free': await analyze.reportFree(dir, options, out); break;
      case '--top': await analyze.reportTop(dir, options, out); break;
      case '--journey': await analyze.reportJourney(dir, options, out); break;
      case '--html': await analyze.reportHtml(dir, options, out); break;
    }
  }
  return 0;
}
