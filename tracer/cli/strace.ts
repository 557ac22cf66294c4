// ktrace strace: record and report in one, as a strace user types it. The recording is made aside and removed.
import { mkdtempSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { record } from '../record.ts';
import { UserError } from '../recording.ts';
import { parseArgs, Reader } from './args.ts';
import { exitStatus, recordOptions, reportProblem } from './record.ts';
import { outTo } from './output.ts';
import { STRACE, straceOptions } from './reading.ts';

const NOT_BUILT = ['-p', '-b', '-d', '-I', '-O', '-u', '-D', '-A'];

export async function main(args: string[]): Promise<number> {
  const p = parseArgs(args, { ...STRACE, '-o': 'value', '-E': 'many', '-q': 'count', '-d': 'count', '-p': 'value', '-b': 'value', '-I': 'value', '-O': 'value', '-u': 'value', '-D': 'count', '-A': 'flag' }, true, 125), r = new Reader(p, 125);
  for (const name of NOT_BUILT) if (r.has(name)) throw new UserError(`strace ${name} is not built yet: leave it out`, 125);
  if (p.rest.length === 0) throw new UserError('no program given: ktrace strace [OPTIONS] PROGRAM [ARGS…]', 125);
  const file = r.get('-o') ?? null;
  const empty = new Reader({ options: new Map(r.all('-E').length ? [['--env', r.all('-E')]] : []), rest: [] }, 125);
  const o = recordOptions(empty, p.rest);
  const dir = mkdtempSync(join(tmpdir(), 'ktrace-'));
  rmSync(dir, { recursive: true });
  try {
    const result = await record({ ...o, stacks: r.has('-k'), output: dir, isDefaultOutput: false });
    reportProblem(result, o);
    const { reportStrace, reportSummary } = await import('../../analyze/index.ts');
    const options = straceOptions(r), perTask = r.count('-f') > 1 && file !== null && !options.c;
    const out = file !== null && !perTask ? outTo(file) : (text: string): void => { try { writeSync(2, text); } catch { /* stderr is closed */ } };
    if (perTask) options.outFor = (tid) => outTo(`${file}.${tid}`);
    else if (options.f && file === null) options.live = true;
    options.q = r.count('-q');
    if (options.c && !options.C) await reportSummary(result.dir, options, out);
    else await reportStrace(result.dir, options, out);
    return exitStatus(result);
  } finally {
    rmSync(dir, { recursive: true, force: true });
    rmSync(`${dir}.old`, { recursive: true, force: true });
  }
}
