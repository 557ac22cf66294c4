// A start takes what V8 compiled in an earlier one.
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { KTRACE, record, recordingPath, run } from '../../samples/run.ts';

test('the compiled code is there after a recording, and the next one takes it as it is', () => {
  const dist = dirname(KTRACE), made = (): [string, number][] => readdirSync(dist).filter((f) => /\.(cache|code)$/.test(f)).map((f) => [f, statSync(join(dist, f)).mtimeMs]);
  expect(record(['/bin/true']).status).toBe(0);
  const first = made();
  expect(first.filter(([f]) => f.includes(process.version)).map(([f]) => f.replace(/.*\./, '')).sort()).toEqual(process.versions.v8.startsWith('11.') ? ['cache', 'code'] : ['cache']);
  expect(record(['/bin/true']).status).toBe(0);
  expect(made()).toEqual(first);
});

test.runIf(process.versions.v8.startsWith('11.'))('machine code of the interpreter that is damaged, cut off or gone is made again, and one of other flags is left alone', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ktrace-start-'));
  try {
    cpSync(dirname(KTRACE), dir, { recursive: true });
    const file = join(dir, readdirSync(dir).find((f) => f.endsWith('.code') && f.includes(process.version))!), whole = readFileSync(file);
    const start = (...flags: string[]): void => { expect(run([process.execPath, ...flags, join(dir, basename(KTRACE)), 'record', '-q', '-o', recordingPath(), '--', '/bin/echo', 'hello'])).toMatchObject({ status: 0, stdout: Buffer.from('hello\n'), stderr: '' }); };
    const flipped = Buffer.from(whole);
    flipped[whole.length >> 1]! ^= 1;
    for (const spoil of [() => writeFileSync(file, flipped), () => truncateSync(file, 1000), () => writeFileSync(file, ''), () => rmSync(file)]) {
      spoil();
      start();
      expect(readFileSync(file).length).toBe(whole.length);
      expect(readFileSync(file).equals(flipped)).toBe(false);
    }
    const { mtimeMs } = statSync(file);
    start('--no-opt');
    expect(statSync(file).mtimeMs).toBe(mtimeMs);
  } finally { rmSync(dir, { recursive: true, force: true }); }
});
