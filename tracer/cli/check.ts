// ktrace check: verifies everything and names each damaged file.
import { FormatError } from '../../engine/events/format.ts';
import { check } from '../check.ts';
import { DEFAULT_DIR, UserError } from '../recording.ts';
import { parseArgs } from './args.ts';
import { say } from './errors.ts';
import { print } from './output.ts';

export async function main(args: string[]): Promise<number> {
  const p = parseArgs(args, {}, false, 2);
  if (p.rest.length > 1) throw new UserError('check takes one recording: ktrace check [FILE]');
  const path = p.rest[0] ?? DEFAULT_DIR;
  try {
    const r = check(path);
    for (const d of r.damaged) say(`ktrace: ${d}\n`);
    for (const n of r.notes) say(`ktrace: ${n}\n`);
    if (r.damaged.length > 0) return 1;
    print(`sound: ${r.files} files and blobs, ${r.bytes} bytes\n`);
    return 0;
  } catch (e) {
    // a damaged manifest is damage; a newer format or no recording at all is bad input
    if (e instanceof FormatError && /damaged|checksum|missing/.test(e.message)) { say(`ktrace: ${e.message}\n`); return 1; }
    throw e;
  }
}
