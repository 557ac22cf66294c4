// Bad input: one clear line, the right exit status, never a stack trace, never a wrong answer.
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { have, ktrace, record, recordingPath, sample } from './run.ts';

const oneLine = (stderr: string, ...words: string[]): void => {
  const lines = stderr.trimEnd().split('\n');
  expect(lines.length, stderr).toBe(1);
  expect(lines[0]).toMatch(/^ktrace: /);
  for (const w of words) expect(lines[0]).toContain(w);
};
const fileIn = (bytes: Uint8Array | string, mode = 0o755): string => {
  const dir = recordingPath();
  mkdirSync(dir);
  const p = join(dir, 'program');
  writeFileSync(p, bytes);
  chmodSync(p, mode);
  return p;
};
const elf = (change: (b: Buffer) => Buffer | void): string => { const b = Buffer.from(readFileSync('/bin/true')); return fileIn(change(b) ?? b); };

describe('programs that cannot be executed', () => {
  test('missing: 127', () => { const r = record(['/nonexistent/program']); oneLine(r.stderr, '/nonexistent/program', 'not found'); expect(r.status).toBe(127); });
  test('not in PATH: 127', () => { const r = record(['no-such-command-xyz']); oneLine(r.stderr, 'no-such-command-xyz'); expect(r.status).toBe(127); });
  test('directory, by its path or found in PATH: 126', () => { for (const name of ['/etc', '.']) { const r = record([name]); oneLine(r.stderr, 'is a directory (Permission denied)'); expect(r.status).toBe(126); } });
  test('text without shebang: 126', () => { const r = record([fileIn('just text\n')]); oneLine(r.stderr, 'Exec format error'); expect(r.status).toBe(126); });
  test('not executable: 126', () => { const r = record([fileIn('#!/bin/sh\n', 0o644)]); oneLine(r.stderr, 'Permission denied'); expect(r.status).toBe(126); });
  test('empty file: 126', () => { const r = record([fileIn('')]); oneLine(r.stderr, 'Exec format error'); expect(r.status).toBe(126); });
  test('truncated ELF: 126', () => { const r = record([elf((b) => b.subarray(0, 50))]); oneLine(r.stderr, 'Exec format error'); expect(r.status).toBe(126); });
  test('32-bit ELF: 126', () => { const r = record([elf((b) => { b[4] = 1; b.writeUInt16LE(3, 18); })]); oneLine(r.stderr, 'Exec format error'); expect(r.status).toBe(126); });
  test('aarch64 ELF: 126', () => { const r = record([elf((b) => { b.writeUInt16LE(183, 18); })]); oneLine(r.stderr, 'Exec format error'); expect(r.status).toBe(126); });
  test('missing interpreter: 126, named', () => {
    const r = record([elf((b) => { const at = b.indexOf('/lib64/ld-linux'); b.write('/lib64/no-linux', at); })]);
    oneLine(r.stderr, '/lib64/no-linux');
    expect(r.status).toBe(126);
  });
  test('script with a missing interpreter: 126, named', () => { const r = record([fileIn('#!/no/such/interp\n')]); oneLine(r.stderr, '/no/such/interp'); expect(r.status).toBe(126); });
  test('script whose interpreter is a directory or no program: 126', () => { for (const to of ['/etc', '/dev/null', '/etc/passwd']) { const r = record([fileIn(`#!${to}\n`)]); oneLine(r.stderr, `its interpreter ${to}: Permission denied`); expect(r.status).toBe(126); } });
  test('script whose interpreter is a script with a missing one: 126, named', () => { const r = record([fileIn(`#!${fileIn('#!/no/such/interp\n')}\n`)]); oneLine(r.stderr, '/no/such/interp'); expect(r.status).toBe(126); });
});

describe('things that are no recording', () => {
  const commands: [string, (dir: string) => string[]][] = [['report', (d) => ['report', d, '--summary']], ['replay', (d) => ['replay', d]], ['info', (d) => ['info', d]], ['check', (d) => ['check', d]], ['sql', (d) => ['sql', d, 'select 1']], ['diff', (d) => ['diff', d, d]], ['extract', (d) => ['extract', d, '--list']]];
  for (const [name, args] of commands) {
    test(`${name}: missing, empty directory, a file, a stranger's directory`, () => {
      const empty = recordingPath(), stranger = recordingPath();
      mkdirSync(empty);
      mkdirSync(stranger);
      writeFileSync(join(stranger, 'manifest.json'), '{"name": "something else"}');
      for (const d of ['/nonexistent.ktrace', empty, fileIn('x'), stranger]) {
        const r = ktrace(args(d));
        oneLine(r.stderr);
        expect(r.status, d).toBe(2);
      }
    });
  }
  test('a newer format and another engine are named as such', () => {
    const { dir } = record(['/bin/true']);
    const m = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8'));
    const newer = recordingPath();
    cpSync(dir, newer, { recursive: true });
    writeFileSync(join(newer, 'manifest.json'), JSON.stringify({ ...m, format: m.format + 1 }));
    const r = ktrace(['report', newer, '--summary']);
    oneLine(r.stderr, 'newer');
    expect(r.status).toBe(2);
  });
});

describe('options', () => {
  test('what is not built is refused', () => {
    for (const args of [['record', '--no-such-option', '--', '/bin/true'], ['report', '--nonsense'], ['frobnicate'], ['record', '--cpus', '0', '--', '/bin/true'], ['record', '--cpus', 'many', '--', '/bin/true'], ['record', '--ram', '99G', '--', '/bin/true']]) {
      const r = ktrace(args);
      expect(r.status, args.join(' ')).toBeGreaterThan(0);
      expect(r.stderr, args.join(' ')).toMatch(/^ktrace: /);
      expect(r.stderr).not.toMatch(/\n\s+at /);
    }
  });
});

describe('damage', () => {
  const { dir } = record(['/bin/sh', '-c', 'ls /etc/apt; echo done']);
  const files: string[] = [];
  const walk = (d: string): void => { for (const e of readdirSync(d, { withFileTypes: true })) { const p = join(d, e.name); if (e.isDirectory()) walk(p); else files.push(p); } };
  if (existsSync(dir)) walk(dir);

  test('a sound recording passes', () => {
    expect(ktrace(['check', dir]).status).toBe(0);
    expect(files.length).toBeGreaterThan(5);
  });
  test('any flipped bit is found by check, and no command answers wrongly', () => {
    const good = ktrace(['report', dir, '--strace', '-f']).stdout.toString('latin1');
    let seed = 12345;
    const random = (n: number): number => { seed = (Math.imul(seed, 1103515245) + 12345) >>> 0; return Math.floor((seed / 4294967296) * n); };
    for (const file of files.slice(0, 40)) {
      const before = readFileSync(file);
      if (before.length === 0) continue;
      const at = random(before.length), bit = 1 << random(8), after = Buffer.from(before);
      after[at]! ^= bit;
      writeFileSync(file, after);
      const check = ktrace(['check', dir]);
      expect([1, 2], `seed=12345 ${file} byte ${at} bit ${bit}: check says ${check.status} ${check.stdout.toString()}${check.stderr}`).toContain(check.status);
      const report = ktrace(['report', dir, '--strace', '-f']);
      if (report.status === 0) expect(report.stdout.toString('latin1'), `${file} byte ${at}`).toBe(good);
      else { oneLine(report.stderr); expect(report.status).toBe(2); }
      writeFileSync(file, before);
    }
    expect(ktrace(['check', dir]).status).toBe(0);
  });
  test('every file truncated or missing', () => {
    for (const file of files.slice(0, 40)) {
      const before = readFileSync(file), size = statSync(file).size;
      if (size === 0) continue;
      copyFileSync(file, `${file}.bak`);
      truncateSync(file, size >> 1);
      expect([1, 2], `truncated ${file}`).toContain(ktrace(['check', dir]).status);
      rmSync(file);
      expect([1, 2], `missing ${file}`).toContain(ktrace(['check', dir]).status);
      writeFileSync(file, before);
      rmSync(`${file}.bak`);
    }
  });
});

describe('greedy guests', () => {
  const built = have(sample('greedy'));
  const cases: [string, string[], RegExp, number | null][] = [
    ['forks without bound', ['fork'], /a limit/, 0],
    ['maps terabytes', ['map'], /mapped/, 0],
    ['recurses without end', ['recurse'], /^$/, 139],
  ];
  for (const [name, args, out, status] of cases)
    test.skipIf(!built)(name, () => {
      const r = record([sample('greedy'), ...args], { flags: ['--ram', '256M', '--trace', 'none'] });
      expect(r.stdout.toString()).toMatch(out);
      expect(r.status).toBe(status);
    });
  test.skipIf(!built).each(['128M', '600M'])('eats all memory, %s of it', (ram) => {
    const r = record([sample('greedy'), 'memory'], { flags: ['--ram', ram, '--trace', 'none'] });
    expect(r.status === 137 || r.stdout.toString().includes('ENOMEM'), `${r.status} ${r.stderr}`).toBe(true);
  });
  test.skipIf(!have(sample('syscall-fuzz'))).each(['256M', '600M'])('garbage to every syscall, %s of RAM (huge pages from 512 on)', (ram) => {
    const r = record([sample('syscall-fuzz'), '7', '10', '300'], { flags: ['--ram', ram] });
    expect(r.stdout.toString(), r.stderr).toBe('survived 10 rounds\n');
    expect(r.status).toBe(0);
    expect(ktrace(['replay', r.dir]).status).toBe(0);
  });
});
