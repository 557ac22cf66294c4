// One temporary folder for all tests of a run, removed when it ends: vitest ends its workers without their `exit` events, so what they make would stay.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default function setup() {
  const before = process.env.TMPDIR, dir = process.env.TMPDIR = mkdtempSync(join(tmpdir(), 'ktrace-tests-'));
  return () => {
    if (before === undefined) delete process.env.TMPDIR; else process.env.TMPDIR = before;
    rmSync(dir, { recursive: true, force: true });
  };
}
