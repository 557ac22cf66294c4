// Random C programs (engine/cpu/harness/c-programs.ts), compiled at all levels: the sums they print natively and recorded. Longer: npm run fuzz:c.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fuzzC, levels } from '../engine/cpu/harness/fuzz-c.ts';
import { fileText, makeGroup } from '../engine/cpu/harness/c-programs.ts';
import { KTRACE, have } from './run.ts';

const possible = have('gcc') && process.arch === 'x64' && process.platform === 'linux';
test.skipIf(!possible).each([['auto', 4000], ['force', 4010]] as const)(`random C programs print the same sums, JIT %s${possible ? '' : ' (skipped: no gcc, or not an x86-64 host)'}`, (jit, seed) => {
  const { run, found } = fuzzC(seed, 6, { ktrace: KTRACE, jit, cc: 'gcc' });
  expect(run).toBe(6 * levels().length);
  expect(found.map((f) => `${f.level}: native ${f.native}, recorded ${f.recorded}; again: npm run fuzz:c -- --seed ${f.seed} --jit ${jit}`)).toEqual([]);
}, 180_000);
// 10000013 once walked a pointer over the stack and did not end.
test.skipIf(!possible)('the programs are defined: they end, and the sanitizers find nothing', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ktrace-c-'));
  try {
    const source = join(dir, 'p.c'), program = join(dir, 'p'), seeds = [10000013, 20000009, 20000019, 20000020, 20000039, 20000044];
    writeFileSync(source, fileText(seeds.map((s) => makeGroup(s))));
    const flags = ['-w', '-fwrapv', '-std=gnu11', '-O1', '-fsanitize=address,undefined', '-fno-sanitize=signed-integer-overflow,shift,alignment', '-fno-sanitize-recover', '-DENTRY=main', '-DNAME="sum"'];
    expect(spawnSync('gcc', [...flags, source, '-o', program, '-lm'], { encoding: 'utf8' }).stderr.match(/error.*/)).toBeNull();
    const r = spawnSync(program, { encoding: 'utf8', timeout: 60_000, env: { ...process.env, ASAN_OPTIONS: 'detect_leaks=0:detect_stack_use_after_return=1' } });
    expect(r.stderr.split('\n').filter((l) => /ERROR|runtime error/.test(l))).toEqual([]);
    expect(r.stdout.match(/^sum \d+/gm)).toEqual(seeds.map((s) => `sum ${s}`));
  } finally { rmSync(dir, { recursive: true, force: true }); }
}, 180_000);
test.skipIf(!possible)('an error planted in compiled code is found, and the fuzzer says its seed, the command that shows it again, and a small program', () => {
  const again = ['c', '--seed', '7011', '--jit', 'force', '--plant', 'sar-unsigned-compiled'], r = spawnSync(process.execPath, ['scripts/fuzz-cpu.mjs', ...again, '--tries', '24'], { encoding: 'utf8', timeout: 580_000 });
  expect(r.status).toBe(1);
  expect(r.stdout).toMatch(/^C program seed=7011 -O0: native -O0 7011 [0-9a-f]{16}, recorded -O0 7011 [0-9a-f]{16}$/m);
  expect(r.stdout).toContain(`again: npm run fuzz:c -- ${again.slice(1).join(' ')}\n`);
  const [, left, all] = /shrunk to (\d+) of (\d+) statements/.exec(r.stdout) ?? [];
  expect(Number(left)).toBeLessThan(Number(all) / 4);
}, 600_000);
test('a seed makes the same program each time, and different seeds different ones', () => {
  expect(JSON.stringify(makeGroup(5))).toBe(JSON.stringify(makeGroup(5)));
  expect(new Set(Array.from({ length: 50 }, (_, s) => JSON.stringify(makeGroup(s).functions))).size).toBe(50);
});
