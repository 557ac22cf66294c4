// Files beside the program that a later start takes up: complete, or not there.
import { renameSync, unlinkSync, writeFileSync } from 'node:fs';

/** Writes what `make` returns into the file, under another name until it is whole. A place that cannot be written stays without; `make` is not called then. */
export function keepBeside(file: string, make: () => Uint8Array): void {
  const unfinished = `${file}.${process.pid}`;
  try {
    writeFileSync(unfinished, '');
    writeFileSync(unfinished, make());
    renameSync(unfinished, file);
  } catch {
    try { unlinkSync(unfinished); } catch { /* it was not made */ }
  }
}
