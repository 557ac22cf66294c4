// ktrace strace: record and report in one, as a strace user types it: the lines come while the program runs. The recording is made aside and removed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeAll } from '../../engine/host/node.ts';
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
  if (file !== null && /^[|!]/.test(file)) throw new UserError('strace -o to a command is not built yet: name a file', 125);
  const empty = new Reader({ options: new Map(r.all('-E').length ? [['--env', r.all('-E')]] : []), rest: [] }, 125);
  const o = recordOptions(empty, p.rest);
  const dir = mkdtempSync(join(tmpdir(), 'ktrace-'));
  rmSync(dir, { recursive: true });
  const { liveStrace, reportStrace, reportSummary } = await import('../../analyze/index.ts');
  const options = straceOptions(r), perTask = r.count('-f') > 1 && file !== null && !options.c;
  const out = file !== null && !perTask ? outTo(file) : (text: string): void => { writeAll(2, Buffer.from(text)); };
  if (perTask) options.outFor = (tid) => outTo(`${file}.${tid}`);
  else if (options.f && file === null) options.live = true;
  options.q = r.count('-q');
  // sums and stacks are of the whole recording; all else is written as it happens
  const live = options.c || options.C || options.k ? null : await liveStrace(options, out);
  try {
    const result = await record({ ...o, stacks: options.k === true, output: dir, isDefaultOutput: false, ...(live ? { tables: [], watcher: live } : {}) });
    live?.end();
    reportProblem(result, o);
    if (options.c && !options.C) await reportSummary(result.dir, options, out);
    else if (!live) await reportStrace(result.dir, options, out);
    return exitStatus(result);
  } finally {
    rmSync(dir, { recursive: true, force: true });
    rmSync(`${dir}.old`, { recursive: true, force: true });
  }
}
