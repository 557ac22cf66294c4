// ktrace replay: the program's output on stdout, the verdict on stderr.
import { readFileSync, writeFileSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { writeAll } from '../../engine/host/node.ts';
import { TABLES } from '../../engine/events/schema.ts';
import type { TableName } from '../../engine/events/schema.ts';
import { DEFAULT_DIR, UserError } from '../recording.ts';
import { replay } from '../replay.ts';
import type { SavedReplay } from '../replay.ts';
import type { TablesWanted } from '../replay-tables.ts';
import { durationNs, parseArgs, Reader } from './args.ts';
import { say, sayEngineStats } from './errors.ts';


export async function main(args: string[]): Promise<number> {
  const p = parseArgs(args, { '--jit': 'value', '--from': 'value', '--to': 'value', '--trace': 'value', '--sample': 'value', '--stacks': 'flag', '-o': 'value', '-q': 'flag', '--save-at': 'value', '--saved': 'value', '--engine-stats': 'flag' }, false, 2), r = new Reader(p, 2);
  if (p.rest.length > 1) throw new UserError('replay takes one recording: ktrace replay [FILE]');
  const jit = r.oneOf('--jit', 'auto', ['auto', 'off', 'force'] as const);
  let quiet = false, drawn = false;
  const terminal = process.stderr.isTTY && !r.has('-q');
  // For the tests of law 4, not in the help: --save-at CYCLE --saved FILE writes the whole state, --saved FILE alone goes on from it.
  const file = r.get('--saved'), saveAt = r.has('--save-at') ? r.int('--save-at', 0, 1, Number.MAX_SAFE_INTEGER) : undefined;
  const restore = file !== undefined && saveAt === undefined ? deserialize(readFileSync(file)) as SavedReplay : undefined;
  const result = await replay(p.rest[0] ?? DEFAULT_DIR, {
    jit, engineStats: r.has('--engine-stats'),
    ...(saveAt !== undefined ? { saveAt } : {}),
    ...(restore ? { restore } : {}),
    ...tablesWanted(r),
    // a reader that left does not end the verification
    output(fd, data) { if (fd === 2) writeAll(2, data); else if (!quiet && writeAll(1, data) < 0) quiet = true; },
    progress(f) { if (terminal && process.stdout.isTTY !== true) { say(`\rktrace: replaying ${Math.floor(f * 100)} %`); drawn = true; } },
  });
  if (drawn) say('\r\x1b[K');
  if (r.has('--engine-stats')) sayEngineStats(result.engine);
  if (result.saved && file !== undefined) { writeFileSync(file, serialize(result.saved)); return 0; }
  if (saveAt !== undefined && result.verdict !== 'diverged') throw new UserError(`the recording was at its end before cycle ${saveAt}: nothing was saved`);
  const verified = `${result.checked} digest${result.checked === 1 ? '' : 's'} verified`;
  switch (result.verdict) {
    case 'identical': say(`ktrace: identical: ${verified}, ${result.digest}\n`); return 0;
    case 'incomplete': say(`ktrace: identical as far as it goes: ${result.message}; ${verified}\n`); return 0;
    default: say(`ktrace: diverged: ${result.message}\n`); return 1;
  }
}

/** --trace LIST: tables are written while replaying, of a window of time with --from and --to, into the recording or with -o into a new one. */
function tablesWanted(r: Reader): { tables?: TablesWanted } {
  const list = r.get('--trace');
  if (list === undefined) {
    for (const name of ['--from', '--to', '--sample', '--stacks', '-o']) if (r.has(name)) throw new UserError(`replay ${name} belongs to --trace: add it`);
    return {};
  }
  const time = (name: string, none: number): number => { const v = r.get(name); return v === undefined ? none : durationNs(v, (want) => r.bad(name, v, want)); };
  const tables = list === 'all' ? [...TABLES] : list.split(',').map((t) => {
    if (!(TABLES as string[]).includes(t)) r.bad('--trace', t, `give all or a list of ${TABLES.join(', ')}`);
    return t as TableName;
  });
  const wanted: TablesWanted = { tables, sampleHz: r.has('--sample') ? r.int('--sample', 0, 0, 100_000) : null, stacks: r.has('--stacks'), from: time('--from', -Infinity), to: time('--to', Infinity), output: r.get('-o') ?? null };
  if (wanted.output === null && (r.has('--from') || r.has('--to'))) throw new UserError('replay --from and --to keep a part of the tables: name a new recording for it with -o DIR');
  return { tables: wanted };
}
