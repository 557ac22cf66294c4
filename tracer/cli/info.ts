// ktrace info: what a recording holds, from its manifest alone.
import { TABLES } from '../../engine/events/schema.ts';
import { FILES, parseIndex, IDX_KIND } from '../../engine/events/format.ts';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_DIR, openRecording, readFile, UserError } from '../recording.ts';
import type { Manifest } from '../../engine/events/format.ts';
import { engineLines } from '../engine-stats.ts';
import { parseArgs, Reader } from './args.ts';
import { print } from './output.ts';

export async function main(args: string[]): Promise<number> {
  const p = parseArgs(args, { '--json': 'flag' }, false, 2), r = new Reader(p, 2);
  if (p.rest.length > 1) throw new UserError('info takes one recording: ktrace info [FILE]');
  const { dir, manifest: m } = openRecording(p.rest[0] ?? DEFAULT_DIR);
  if (!m.complete) countRows(dir, m);
  if (r.has('--json')) {
    const { env, program, argv, groups, uid, gid, files, ...rest } = m;
    void env; void program; void argv; void groups;
    print(JSON.stringify({ ...rest, user: { uid, gid }, bytes: Object.values(files).reduce((a, b) => a + b, 0) }, null, 2) + '\n');
    return 0;
  }
  const line = (k: string, v: string): string => `${k.padEnd(18)} ${v}\n`;
  let out = line('command', m.command.join(' ')) + line('recorded by', `ktrace ${m.engine} (${m.engineHash}), format ${m.format}`)
    + line('closed properly', m.complete ? 'yes' : 'no: everything up to the last flush is there')
    + line('start', new Date(m.startSec * 1000).toISOString());
  if (m.complete) {
    out += line('end', m.halt !== '' ? m.halt : m.exit === null ? 'still running' : 'code' in m.exit ? `exit status ${m.exit.code}` : `killed by signal ${m.exit.signal}`)
      + line('virtual time', `${(m.cycles / 1e9).toFixed(9)} s`) + line('instructions', String(m.instructions)) + line('digest', m.digest) + line('state digest', m.stateDigest)
      + line('files changed', `${m.guestFiles} inside the guest`);
  }
  out += line('machine', `${m.cpus} CPU${m.cpus === 1 ? '' : 's'} (x86-64-${m.config.cpuModel}), ${m.config.ramBytes / (1 << 20)} MiB, seed ${m.seed}, ${m.config.hz} Hz, preempt ${m.config.preempt}, ${m.config.scheduler}`);
  if (m.engineStats) {
    out += line('engine', '');
    for (const [k, v] of engineLines(m.engineStats)) out += line(`  ${k}`, v);
  }
  out += line('events', '');
  for (const t of TABLES) if (m.events[t] !== undefined) out += line(`  ${t}`, String(m.events[t]).padStart(12));
  if (m.unknownSyscalls.length) out += line('unknown syscalls', m.unknownSyscalls.map((u) => `${u.name} (${u.count})`).join(', '));
  if (m.changedHostFiles.length) out += line('changed on host', m.changedHostFiles.join(', '));
  print(out);
  return 0;
}

/** Rows of a recording that was not closed, from its indexes. */
export function countRows(dir: string, m: Manifest): void {
  for (const t of TABLES) {
    if (!existsSync(join(dir, FILES.index(t)))) continue;
    m.events[t] = parseIndex(readFile(dir, FILES.index(t)), t, false).reduce((n, r) => n + (r.kind === IDX_KIND.batch ? r.rows : 0), 0);
  }
}
