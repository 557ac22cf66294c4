// Stacks, symbols and tables made later: what is on and off the CPU is named, also in programs built inside the guest and after the
// originals are gone; a replay writes the same tables again, or denser ones; the digest knows nothing of all this.
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseImages } from '../../engine/events/format.ts';
import { ENV, have, ktrace, record, recordingPath, run } from '../../samples/run.ts';

type Row = Record<string, unknown>;
const sql = (dir: string, query: string): Row[] => { const r = ktrace(['sql', dir, '--format', 'json', query]); expect(r.status, r.stderr).toBe(0); return JSON.parse(r.stdout.toString()) as Row[]; };
const n = (dir: string, query: string): number => Number(Object.values(sql(dir, query)[0]!)[0]);
const info = (dir: string): { digest: string; stateDigest: string; events: Record<string, number> } => JSON.parse(ktrace(['info', dir, '--json']).stdout.toString());
const folded = (dir: string, kind: string): Map<string, number> => new Map(ktrace(['export', dir, '--folded', '--kind', kind, '-o', '-']).stdout.toString('latin1').trimEnd().split('\n').filter(Boolean).map((l) => { const at = l.lastIndexOf(' '); return [l.slice(0, at), Number(l.slice(at + 1))]; }));
const tableText = (dir: string, table: string): string => ktrace(['sql', dir, '--format', 'csv', `select * from ${table}`]).stdout.toString();

const SOURCE = `#include <signal.h>
#include <time.h>
#include <unistd.h>
__attribute__((noinline)) static unsigned inner_work(unsigned n) { volatile unsigned x = 0; for (unsigned i = 0; i < n; i++) x += i * i; return x; }
__attribute__((noinline)) unsigned outer_work(void) { unsigned r = 0; for (int i = 0; i < 100; i++) r += inner_work(20000); return r; }
__attribute__((noinline)) void nap_here(void) { usleep(30000); }
__attribute__((noinline)) void clock_work(void) { struct timespec t; for (int i = 0; i < 200000; i++) clock_gettime(CLOCK_MONOTONIC, &t); }
static void handler(int s) { outer_work(); (void)s; }
__attribute__((noinline)) void raise_here(void) { raise(SIGUSR1); }
int main(void) { signal(SIGUSR1, handler); outer_work(); clock_work(); raise_here(); nap_here(); return 0; }
`;
const gcc = have('gcc');
const built = (): string => {
  const dir = recordingPath();
  mkdirSync(dir);
  writeFileSync(join(dir, 'busy.c'), SOURCE);
  expect(run(['gcc', '-O1', '-o', join(dir, 'busy'), join(dir, 'busy.c')]).status).toBe(0);
  chmodSync(join(dir, 'busy'), 0o755);
  return dir;
};
const endsWith = (stacks: Map<string, number>, ...frames: string[]): number => [...stacks].filter(([s]) => s.includes(`;${frames.join(';')}`)).reduce((a, [, ns]) => a + ns, 0);

describe.skipIf(!gcc)('stacks', () => {
  test('on the CPU, off it, through a signal handler and through the vDSO', () => {
    const { dir } = record([join(built(), 'busy')]);
    const cpu = folded(dir, 'cpu');
    expect(endsWith(cpu, 'main', 'outer_work', 'inner_work')).toBeGreaterThan(5000);
    expect(endsWith(cpu, 'handler', 'outer_work', 'inner_work')).toBeGreaterThan(5000);
    expect([...cpu.keys()].some((s) => /;main;raise_here;.*;handler;outer_work/.test(s)), [...cpu.keys()].join('\n')).toBe(true);
    expect([...cpu.keys()].some((s) => /;main;clock_work;(.*;)?__vdso_clock_gettime$/.test(s)), [...cpu.keys()].join('\n')).toBe(true);
    const off = folded(dir, 'offcpu');
    expect(endsWith(off, 'main', 'nap_here', 'usleep')).toBeGreaterThan(29900);
    // Nothing blocked is missed: the samples stand for all the time that the tables say tasks slept.
    expect(n(dir, "select sum(weight) from stack_sample where kind = 'offcpu'")).toBe(n(dir, "select sum(s.dur) from thread_state s join thread t using (utid) where state in ('S', 'D', 'T', 't') and t.tid > 1 and not t.kthread"));
    const flame = ktrace(['report', dir, '--flame=offcpu']);
    expect(flame.stdout.toString()).toContain('<title>nap_here (');
    expect(n(dir, 'select count(*) from (select id from mapping group by id having count(*) > 1)')).toBe(0);
    expect(n(dir, "select count(*) from mapping where path like '%.so%' and build_id is not null")).toBeGreaterThan(0);
    const elf = run(['readelf', '-n', '/lib/x86_64-linux-gnu/libc.so.6']);
    const id = /Build ID: ([0-9a-f]+)/.exec(elf.stdout.toString())?.[1];
    if (id) expect(sql(dir, "select distinct lower(hex(build_id)) as id from mapping where path like '%libc.so.6' and build_id is not null")).toEqual([{ id }]);
  });

  test('the outermost function is one frame', () => {
    const dir = recordingPath();
    mkdirSync(dir);
    writeFileSync(join(dir, 'start.s'), '.globl _start\n.type _start,@function\n_start: .cfi_startproc\n.cfi_undefined rip\nmov $20000000,%ecx\n1: dec %ecx\njnz 1b\nmov $60,%eax\nxor %edi,%edi\nsyscall\n.cfi_endproc\n.size _start,.-_start\n');
    expect(run(['gcc', '-nostdlib', '-static', '-o', join(dir, 'start'), join(dir, 'start.s')]).status).toBe(0);
    const r = record([join(dir, 'start')]);
    expect(r.status, r.stderr).toBe(0);
    expect([...folded(r.dir, 'cpu').keys()]).toEqual(['start;_start']);
  });

  test('a program built inside the guest has its symbols', () => {
    const dir = built();
    const r = record(['/bin/sh', '-c', `cd /tmp && gcc -O1 -o busy-inside ${join(dir, 'busy.c')} && ./busy-inside`]);
    expect(r.status, r.stderr).toBe(0);
    expect(endsWith(folded(r.dir, 'cpu'), 'main', 'outer_work', 'inner_work')).toBeGreaterThan(5000);
    expect(endsWith(folded(r.dir, 'offcpu'), 'main', 'nap_here', 'usleep')).toBeGreaterThan(29900);
  });

  test('from the directory alone: a replay writes the same tables, row for row, and denser samples with names', () => {
    const program = built(), { dir } = record(['/bin/sh', '-c', `${join(program, 'busy')}; cat /etc/passwd | sort | wc -l`]);
    const moved = recordingPath(), again = recordingPath();
    renameSync(dir, moved);
    rmSync(program, { recursive: true });
    const r = ktrace(['replay', moved, '--trace', 'all', '-o', again]);
    expect(r.status, r.stderr).toBe(0);
    expect(info(again).events).toEqual(info(moved).events);
    for (const t of Object.keys(info(moved).events)) expect({ t, rows: tableText(again, t) }).toEqual({ t, rows: tableText(moved, t) });
    expect(ktrace(['check', again]).status).toBe(0);
    expect(ktrace(['replay', again]).status).toBe(0);
    const before = n(moved, "select count(*) from stack_sample where kind = 'cpu'");
    expect(ktrace(['replay', moved, '--trace', 'stack_sample', '--sample', '50000']).status).toBe(0);
    expect(n(moved, "select count(*) from stack_sample where kind = 'cpu'")).toBeGreaterThan(20 * before);
    expect(endsWith(folded(moved, 'cpu'), 'main', 'outer_work', 'inner_work')).toBeGreaterThan(5000);
    expect(ktrace(['check', moved]).status).toBe(0);
    expect(ktrace(['report', moved, '--summary']).status).toBe(0);
  });
});

describe.skipIf(!gcc || !have('strace'))('the stack of each call', () => {
  /** File and offset of each line, functions only where both sides have one that covers the address: strace names the nearest. */
  const places = (text: string): string[] => {
    const out: string[] = [];
    let signal = false; // strace also writes the stack of a signal's delivery
    for (const l of text.split('\n')) {
      const m = /^ > (\S+?)\(([^)]*)\) (\[0x[0-9a-f]+\])$/.exec(l);
      if (!m) { signal = l.startsWith('---'); out.push(l.replace(/si_pid=\d+/, 'si_pid=N')); } else if (!signal) out.push(`${m[1]} ${m[3]}${/busy$/.test(m[1]!) ? m[2] : ''}`);
    }
    return out;
  };
  test('strace -k: the frames that the real strace finds', () => {
    const program = join(built(), 'busy'), args = ['-k', '-e', 'trace=clock_nanosleep,tgkill,exit_group,mprotect'], real = recordingPath(), ours = recordingPath();
    expect(run(['strace', ...args, '-o', real, program]).status).toBe(0);
    expect(ktrace(['strace', ...args, '-o', ours, program]).status).toBe(0);
    const steady = (file: string): string[] => places(readFileSync(file, 'utf8')).map((l) => l.replace(/0x[0-9a-f]{6,}/g, 'ADDR').replace(/tgkill\(\d+, \d+/, 'tgkill(N, N').replace(/ {2,}= /, ' = '));
    expect(steady(ours)).toEqual(steady(real));
    expect(steady(ours).some((l) => l.includes('main+0x'))).toBe(true);
    expect(ktrace(['report', record([program]).dir, '--strace', '-k']).stderr).toContain('--stacks');
    const later = record([program]);
    expect(ktrace(['replay', later.dir, '--trace', 'stack_sample', '--stacks']).status).toBe(0);
    expect(ktrace(['report', later.dir, '--strace', '-k']).stdout.toString()).toMatch(/ > \S+busy\(nap_here\+0x[0-9a-f]+\) \[0x/);
    const full = record([program], { flags: ['--stacks'] });
    expect(n(full.dir, "select count(*) from stack_sample where kind = 'syscall'")).toBe(n(full.dir, 'select count(*) from syscall'));
    expect(info(full.dir).digest.length).toBe(32);
  });
});

describe('tables made later', () => {
  const argv = ['/bin/sh', '-c', 'exec < /dev/null > /dev/null 2>&1; ls -la /etc/apt | sort | head -3'], options = { cwd: '/usr', env: { ...ENV, PWD: '/usr' } };
  test('recorded with none, replayed with all: the same rows as recorded with all', () => {
    run(argv, options);
    record(argv, options);
    const flags = ['--clock', '@1000000000'], full = record(argv, { ...options, flags }), bare = record(argv, { ...options, flags: [...flags, '--trace', 'none'] });
    expect(info(bare.dir).digest).toBe(info(full.dir).digest);
    expect(ktrace(['report', bare.dir, '--summary']).status).toBe(2);
    expect(ktrace(['replay', bare.dir, '--trace', 'all']).status).toBe(0);
    for (const t of ['syscall', 'sched_switch', 'page_fault', 'thread_state', 'stack_sample', 'frame']) expect({ t, rows: tableText(bare.dir, t) }).toEqual({ t, rows: tableText(full.dir, t) });
    expect(ktrace(['report', bare.dir, '--strace', '-f']).stdout.toString()).toBe(ktrace(['report', full.dir, '--strace', '-f']).stdout.toString());
  });
  test('a window of time holds the rows of that time', () => {
    const { dir } = record(argv, options), part = recordingPath();
    const [from, to] = Object.values(sql(dir, 'select min(ts) + (max(ts) - min(ts)) // 4 as a, min(ts) + (max(ts) - min(ts)) // 2 as b from syscall')[0]!) as [number, number];
    const r = ktrace(['replay', dir, '--trace', 'syscall,page_fault,thread', '--from', `${from}ns`, '--to', `${to}ns`, '-o', part]);
    expect(r.status, r.stderr).toBe(0);
    for (const t of ['syscall', 'page_fault']) {
      expect(n(part, `select count(*) from ${t}`)).toBe(n(dir, `select count(*) from ${t} where ts between ${from} and ${to}`));
      expect(n(part, `select count(*) from ${t}`)).toBeGreaterThan(0);
    }
    expect(ktrace(['check', part]).status).toBe(0);
    expect(ktrace(['replay', dir, '--trace', 'syscall', '--from', '1ms']).stderr).toContain('-o DIR');
    expect(ktrace(['replay', dir, '--trace', 'nonsense']).status).toBe(2);
    expect(ktrace(['replay', dir, '--from', '1ms']).status).toBe(2);
  });
  test('stacks added to a recording without tables have names; a table that is missing is named with the way to it', () => {
    const bare = record(['/bin/sh', '-c', 'sleep 0.1; ls /etc/apt > /dev/null'], { flags: ['--trace', 'none'] });
    expect(ktrace(['replay', bare.dir, '--trace', 'stack_sample', '--sample', '20000']).status).toBe(0);
    expect([...folded(bare.dir, 'offcpu').keys()].some((s) => s.startsWith('sleep;'))).toBe(true);
    for (const args of [['report', bare.dir, '--sched'], ['sql', bare.dir, 'select count(*) from syscall'], ['report', bare.dir, '--summary']]) {
      const r = ktrace(args);
      expect(r.status, args.join(' ')).toBe(2);
      expect(r.stderr).toMatch(/^ktrace: \S+: was recorded without the table (\w+): ktrace replay --trace \1 adds it\n$/);
    }
  });
  test('images.bin of a recorder killed before its first flush holds nothing; else an empty one is damaged', () => {
    expect(parseImages(new Uint8Array(0), false)).toEqual([]);
    expect(() => parseImages(new Uint8Array(0), true)).toThrow(/images.bin is damaged/);
  });
  test('the digests are those of every choice of tables and samples', () => {
    const program = ['/bin/bash', '-c', 'for i in 1 2 3; do cat /etc/passwd | sort > /dev/null; done; sleep 0.1; kill -USR1 $$ & trap : USR1; wait'], flags = ['--clock', '@5', '--cpus', '2'];
    // Each is recorded and replayed with other choices: the inputs are the same then, whatever the host's files do meanwhile.
    const choices: string[][] = [[], ['--sample', '0'], ['--sample', '30000'], ['--trace', 'none'], ['--trace', 'stack_sample,sched_switch', '--sample', '5000'], ['--trace', 'signal,mapping', '--jit', 'off'], ['--stacks']];
    const others = [['--trace', 'stack_sample', '--sample', '20011'], ['--trace', 'all', '--stacks', '--sample', '0']];
    for (const [i, more] of choices.entries()) {
      const { dir } = record(program, { ...options, flags: [...flags, ...more] }), other = [...others[i % 2]!, '-o', recordingPath()], r = ktrace(['replay', dir, ...other]);
      expect(r.status, `recorded with ${more.join(' ')}, replayed with ${other.join(' ')}: ${r.stderr}`).toBe(0);
      expect(r.stderr).toContain(info(dir).digest);
    }
  });
});

test.skipIf(!have('/bin/bash'))('the return from a handler names its signal, nested and after another was left', () => {
  const { dir } = record(['/bin/bash', '-c', 'trap "kill -USR2 $$; :" USR1; trap : USR2; kill -USR1 $$; :']);
  const rows = sql(dir, "select event::varchar as event, name::varchar as name from signal where event in ('return', 'deliver') and name <> 'SIGCHLD' order by seq");
  expect(rows.filter((r) => r.event === 'return').map((r) => r.name).sort()).toEqual(rows.filter((r) => r.event === 'deliver').map((r) => r.name).sort());
  expect(rows.length).toBeGreaterThanOrEqual(4);
  expect(ktrace(['report', dir, '--signals']).stdout.toString()).not.toContain('SIG_0');
});
