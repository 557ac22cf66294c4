// ktrace replay: the program's output on stdout, the verdict on stderr.
import { writeAll } from '../../engine/host/node.ts';
import { DEFAULT_DIR, UserError } from '../recording.ts';
import { replay } from '../replay.ts';
import { parseArgs, Reader } from './args.ts';
import { say } from './errors.ts';

const NOT_BUILT = ['--from', '--to', '--trace'];

export async function main(args: string[]): Promise<number> {
  const p = parseArgs(args, { '--jit': 'value', '--from': 'value', '--to': 'value', '--trace': 'value', '-q': 'flag' }, false, 2), r = new Reader(p, 2);
  for (const name of NOT_BUILT) if (r.has(name)) throw new UserError(`replay ${name} is not built yet: leave it out`);
  if (p.rest.length > 1) throw new UserError('replay takes one recording: ktrace replay [FILE]');
  const jit = r.oneOf('--jit', 'auto', ['auto', 'off', 'force'] as const);
  let quiet = false, drawn = false;
  const terminal = process.stderr.isTTY && !r.has('-q');
  const result = await replay(p.rest[0] ?? DEFAULT_DIR, {
    jit,
    // a reader that left does not end the verification
    output(fd, data) { if (fd === 2) writeAll(2, data); else if (!quiet && writeAll(1, data) < 0) quiet = true; },
    progress(f) { if (terminal && process.stdout.isTTY !== true) { say(`\rktrace: replaying ${Math.floor(f * 100)} %`); drawn = true; } },
  });
  if (drawn) say('\r\x1b[K');
  switch (result.verdict) {
    case 'identical': say(`ktrace: identical: ${result.checked} digests verified, ${result.digest}\n`); return 0;
    case 'incomplete': say(`ktrace: identical as far as it goes: ${result.message}; ${result.checked} digests verified\n`); return 0;
    default: say(`ktrace: diverged: ${result.message}\n`); return 1;
  }
}
