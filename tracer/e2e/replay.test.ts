// Replay and determinism as a user sees them: the same digest from the directory alone, with every JIT mode, moved elsewhere, at 1 and 8 CPUs.
import { mkdirSync, renameSync, rmSync, writeFileSync, copyFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ENV, have, ktrace, record, recordingPath, run, sample } from '../../samples/run.ts';

const info = (dir: string): { digest: string; stateDigest: string; complete: boolean; events: Record<string, number>; exit: { code?: number; signal?: number } } => JSON.parse(ktrace(['info', dir, '--json']).stdout.toString());
const PROGRAMS: [string, string[]][] = [
  ['shell pipeline', ['/bin/sh', '-c', 'cat /etc/passwd | sort | head -3; exit 4']],
  ...['fork-pipe', 'threads-mutex', 'signal-restart', 'cow', 'segfault', 'timer', 'file-copy', 'mmap-shared', 'huge-pages', 'exec-chain'].map((s): [string, string[]] => [s, [sample(s)]]),
];

// The access times of host files are inputs. Reading a file for the first time changes its own (relatime), so the first of several runs to be compared is thrown away.
const warm = (argv: string[]): void => { run(argv, STABLE); record(argv, STABLE); };
/** A working directory whose times do not change while other tests run: a shell looks at its own. */
const STABLE = { cwd: '/usr', env: { ...ENV, PWD: '/usr' } };

describe('replay', () => {
  for (const [name, argv] of PROGRAMS)
    for (const cpus of ['1', '8'])
      test.skipIf(!have(argv[0]!))(`${name} on ${cpus} CPUs: identical, moved, and with the JIT off and forced`, () => {
        const flags = ['--cpus', cpus, '--clock', '@1000000000'];
        warm(argv);
        const a = record(argv, { ...STABLE, flags });
        const d = info(a.dir);
        expect(d.digest).toMatch(/^[0-9a-f]{32,}$/);
        expect(d.complete).toBe(true);
        for (const jit of ['off', 'force']) {
          const b = record(argv, { ...STABLE, flags: [...flags, '--jit', jit] });
          expect(b.stdout.equals(a.stdout)).toBe(true);
          expect({ jit, digest: info(b.dir).digest, state: info(b.dir).stateDigest }).toEqual({ jit, digest: d.digest, state: d.stateDigest });
        }
        const moved = recordingPath();
        renameSync(a.dir, moved);
        const r = ktrace(['replay', moved]);
        expect(r.status, r.stderr).toBe(0);
        expect(r.stdout.equals(a.stdout)).toBe(true);
      });

  test('from the directory alone: the program and its input are gone', () => {
    const dir = recordingPath();
    mkdirSync(dir);
    const program = join(dir, 'wc'), text = join(dir, 'text');
    copyFileSync('/usr/bin/wc', program);
    chmodSync(program, 0o755);
    writeFileSync(text, 'one two\nthree\n');
    const a = record([program, text]);
    expect(a.stdout.toString()).toBe(` 2  3 14 ${text}\n`);
    rmSync(dir, { recursive: true });
    const r = ktrace(['replay', a.dir]);
    expect(r.stderr).toContain('identical');
    expect(r.stdout.equals(a.stdout)).toBe(true);
    expect(r.status).toBe(0);
  });

  test('stdin is input: replayed without it', () => {
    const a = record(['/usr/bin/tr', 'a-z', 'A-Z'], { input: 'typed text\n' });
    expect(a.stdout.toString()).toBe('TYPED TEXT\n');
    const r = ktrace(['replay', a.dir], { input: 'something else\n' });
    expect(r.stdout.toString()).toBe('TYPED TEXT\n');
    expect(r.status).toBe(0);
  });

  test('the same digest with and without tables', () => {
    const flags = ['--clock', '@5'];
    warm(['/bin/ls', '/etc']);
    const a = info(record(['/bin/ls', '/etc'], { ...STABLE, flags }).dir), b = info(record(['/bin/ls', '/etc'], { ...STABLE, flags: [...flags, '--trace', 'none'] }).dir);
    expect(b.digest).toBe(a.digest);
    expect(b.stateDigest).toBe(a.stateDigest);
  });

  test('another seed or clock is another run', () => {
    const a = info(record(['/bin/date'], { flags: ['--clock', '@5'] }).dir), b = info(record(['/bin/date'], { flags: ['--clock', '@6'] }).dir);
    expect(b.stateDigest).not.toBe(a.stateDigest);
  });
});
