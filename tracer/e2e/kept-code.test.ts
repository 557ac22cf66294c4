// Compiled code goes from run to run: recordings and replays are the same with it, without it and with what is left of it.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ENV, have, ktrace, recordingPath, sample } from '../../samples/run.ts';

const keeps = process.versions.v8.startsWith('11.'), scratch = mkdtempSync(join(tmpdir(), 'ktrace-kept-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Answer { stdout: string; status: number | null; digest: string; compiled: number; taken: number; dir: string }
function start(args: string[], cache: string): Answer {
  const dir = recordingPath();
  const r = ktrace(['record', '-q', '--engine-stats', '--clock', '@1000000000', '-o', dir, '--', ...args], { env: { ...ENV, KTRACE_CODE_CACHE: cache } });
  const said = /regions +([\d,]+) compiled, ([\d,]+) of earlier runs/.exec(r.stderr), n = (i: number): number => Number(said?.[i]?.replaceAll(',', '') ?? NaN);
  return { stdout: r.stdout.toString(), status: r.status, digest: (JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8')) as { digest: string }).digest, compiled: n(1), taken: n(2), dir };
}
const PROGRAM = [sample('cpu-kernels'), 'hash', '2'];

describe.skipIf(!have(PROGRAM[0]!) || !keeps)('compiled code is kept', { timeout: 120_000 }, () => {
  test('later runs take it up, and record the same', () => {
    const cache = join(scratch, 'a'), first = start(PROGRAM, cache), runs = [1, 2, 3].map(() => start(PROGRAM, cache)), without = start(PROGRAM, 'off');
    expect(first.compiled).toBeGreaterThan(0);
    expect(first.taken).toBe(0);
    for (const r of runs) expect(r.taken).toBeGreaterThan(0);
    expect(runs[2]!.compiled).toBeLessThan(first.compiled);
    expect(without).toMatchObject({ taken: 0 });
    for (const r of [...runs, without]) expect([r.digest, r.stdout, r.status]).toEqual([first.digest, first.stdout, first.status]);
    const r = ktrace(['replay', '--engine-stats', first.dir], { env: { ...ENV, KTRACE_CODE_CACHE: cache } });
    expect(r.stderr).toMatch(/ktrace: identical/);
    expect(r.stderr).toMatch(/ [1-9]\d* of earlier runs/);
  });
  test('a damaged file is as good as none, and made again', () => {
    const cache = join(scratch, 'b'), first = start(PROGRAM, cache), file = join(cache, readdirSync(cache)[0]!), whole = readFileSync(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const flipped = (at: number): Buffer => { const b = Buffer.from(whole); b[at]! ^= 1; return b; };
    for (const spoil of [() => writeFileSync(file, flipped(3)), () => writeFileSync(file, flipped(60)), () => writeFileSync(file, flipped(whole.length - 50)), () => writeFileSync(file, flipped(whole.length >> 1)), () => truncateSync(file, whole.length >> 1), () => writeFileSync(file, ''), () => rmSync(file)]) {
      spoil();
      const again = start(PROGRAM, cache);
      expect([again.digest, again.stdout, again.status]).toEqual([first.digest, first.stdout, first.status]);
      expect(readdirSync(cache)).toHaveLength(1);
      expect(start(PROGRAM, cache).taken).toBeGreaterThan(0);
    }
  });
  test('nothing is written where it is off or cannot be', () => {
    const home = mkdtempSync(join(scratch, 'home'));
    for (const cache of ['off', join(home, 'file', 'below')]) {
      if (cache !== 'off') writeFileSync(join(home, 'file'), '');
      expect(start(PROGRAM, cache).status).toBe(0);
      expect(existsSync(join(home, 'file', 'below'))).toBe(false);
    }
  });
  test('a program that has become another does not get the code of what it was', () => {
    const cache = join(scratch, 'c'), program = join(scratch, 'program'), copy = (n: number): void => { writeFileSync(program, `#!/bin/sh\ni=0\nwhile [ $i -lt 60000 ]; do i=$((i + ${n})); done\necho $i\n`, { mode: 0o755 }); };
    copy(1);
    expect([start([program], cache), start([program], cache)].map((r) => r.stdout)).toEqual(['60000\n', '60000\n']);
    copy(7);
    expect(start([program], cache).stdout).toBe('60004\n');
  });
});
