// Standard output of the commands: whole, in order, at once. process.stdout is not used: its streams take longer to load than a short report to write.
import { openSync, writeSync } from 'node:fs';
import { SIGPIPE } from '../../engine/abi/signals.ts';
import { writeAll } from '../../engine/host/node.ts';
import { UserError } from '../recording.ts';

/** Writes to stdout, or to a file; a reader that has left ends the command quietly, with the status of a tool that SIGPIPE ends. */
export function outTo(file: string | null): (data: string | Uint8Array) => void {
  if (file === null) return print;
  let fd: number;
  try { fd = openSync(file, 'w'); } catch (e) { throw new UserError(`${file}: cannot be written (${(e as NodeJS.ErrnoException).code}): name another`); }
  return (data) => { const b = Buffer.from(data as string); for (let at = 0; at < b.length;) at += writeSync(fd, b, at); };
}

export function print(data: string | Uint8Array): void {
  const b = Buffer.from(data as string), n = writeAll(1, b);
  if (n === -32) process.exit(128 + SIGPIPE); // EPIPE: as a shell says of a tool that the signal ended; 0 would be an answer of diff and check
  if (n < b.length) throw new UserError('standard output cannot be written: check where it goes');
}
