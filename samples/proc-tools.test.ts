// The real procps and psmisc inside: the same form as outside, column for column, and numbers that the machine's own facts bear out.
import { describe, expect, test } from 'vitest';
import { have, record, run } from './run.ts';

/** Both outputs of one command line. */
const both = (script: string): { native: string[]; guest: string[] } => {
  const argv = ['/bin/bash', '-c', script], native = run(argv), guest = record(argv, { flags: ['--ram', '512M', '--cpus', '2'] });
  expect(guest.status, guest.stderr).toBe(native.status);
  expect(guest.stderr).toBe(native.stderr);
  const lines = (b: Buffer): string[] => b.toString().split('\n');
  return { native: lines(native.stdout), guest: lines(guest.stdout) };
};
const words = (l: string): string[] => l.trim().split(/\s+/);

describe.skipIf(!have('ps', 'free', 'vmstat', 'uptime', 'top'))('procps', () => {
  for (const options of ['aux', '-ef', '-ejH', '-eLf', '-eo pid,ppid,pgid,sid,tty,stat,ni,pri,psr,rss,vsz,etimes,wchan:20,comm', '-eo pid,cls,rtprio,pcpu,pmem,maj_flt,min_flt,nlwp,start,time,args'])
    test(`ps ${options}`, () => {
      const { native, guest } = both(`sleep 50 & ps ${options}; kill $!`);
      expect(guest[0]!.replace(/ +/g, ' ')).toBe(native[0]!.replace(/ +/g, ' '));
      const columns = words(guest[0]!).length, mine = guest.filter((l) => /\b(ps|sleep)\b/.test(l) && !l.includes('bash -c'));
      expect(mine.length).toBe(2);
      for (const l of guest.slice(1, -1)) expect(words(l).length, l).toBeGreaterThanOrEqual(columns - 1);
    });
  test('ps aux: states, sizes and owners of what runs', () => {
    const { guest } = both('sleep 50 & ps aux; kill $!');
    const row = (name: RegExp): string[] => words(guest.find((l) => name.test(l))!);
    const sleep = row(/sleep 50$/), ps = row(/ps aux$/), init = row(/\b1 +0\.0/);
    expect([sleep[0], sleep[7]![0], ps[7]![0]]).toEqual(['root', 'S', 'R']);
    expect(Number(sleep[4])).toBeGreaterThan(Number(sleep[5])); // VSZ > RSS
    expect(Number(sleep[5])).toBeGreaterThan(500);
    expect(Number(sleep[5])).toBeLessThan(8000);
    expect(init[1]).toBe('1');
  });
  test('free', () => {
    const { native, guest } = both('free -k; free -h -w; free -m -t');
    const labels = (l: string[]): string[] => l.map((x) => x.replace(/[\d.]+(B|Ki|Mi|Gi|Ti)?/g, '').replace(/\s+/g, ' ').trim());
    expect(labels(guest)).toEqual(labels(native));
    const mem = words(guest[1]!).slice(1).map(Number) as [number, number, number, number, number, number], [total, used, free, , cache, available] = mem;
    expect(total).toBeGreaterThan(500_000);
    expect(total).toBeLessThanOrEqual(512 * 1024);
    expect(Math.abs(total - used - free - cache)).toBeLessThan(total / 20);
    expect(available).toBeLessThanOrEqual(total);
    expect(used).toBeGreaterThan(0);
  });
  test('uptime', () => {
    const { guest } = both('uptime; uptime -p | cut -c1-2; uptime -s | cut -c1-2');
    expect(guest[0]).toMatch(/^ \d\d:\d\d:\d\d up .*,  \d+ users?,  load average: \d+\.\d\d, \d+\.\d\d, \d+\.\d\d$/);
    expect(guest.slice(1, 3)).toEqual(['up', '20']);
  });
  test('vmstat', () => {
    const { native, guest } = both('vmstat 1 3; vmstat -s | sed "s/^ *[0-9]* //"; vmstat -a | head -2');
    expect(guest.slice(0, 2).map(words)).toEqual(native.slice(0, 2).map(words));
    for (const l of guest.slice(2, 5)) {
      const n = words(l).map(Number);
      expect(n.length, l).toBe(words(native[2]!).length);
      expect(n.every((x) => x >= 0), l).toBe(true);
      expect(n.slice(12, 17).reduce((a, b) => a + b), l).toBeGreaterThanOrEqual(98); // us sy id wa st: hundred, rounded
    }
    expect(guest.slice(5)).toEqual(native.slice(5));
  });
  test('top -b -n1', () => {
    const { native, guest } = both('sleep 50 & top -b -n1; kill $!');
    const form = (l: string): string => l.replace(/ *\d+(\.\d+)?/g, ' N').replace(/\s+/g, ' ').replace(/up .*, N users?/, 'up');
    expect(guest.slice(0, 7).map(form)).toEqual(native.slice(0, 7).map(form));
    const top = words(guest.find((l) => / top$/.test(l))!);
    expect([top[1], top[7], top[11]]).toEqual(['root', 'R', 'top']);
    const counts = /(\d+) total, +(\d+) running, +(\d+) sleeping, +(\d+) stopped, +(\d+) zombie/.exec(guest[1]!)!.slice(1).map(Number);
    expect(counts[1]! + counts[2]! + counts[3]! + counts[4]!).toBe(counts[0]);
    expect(guest.slice(7).filter(Boolean).length).toBe(counts[0]);
  });
});

describe.skipIf(!have('pstree'))('psmisc', () => {
  test('pstree draws the same tree', () => {
    const { native, guest } = both('(sleep 50 & sleep 50 & pstree -A $$; kill $(jobs -p)) 2>/dev/null; pstree -Ap $$; pstree -Aa $$; true'); // not into a pipe: whether its reader is there yet is chance
    const form = (l: string): string => l.replace(/\(\d+\)/g, '(N)').replace(/ \d+$/, ' N').replace(/^ +/, '');
    expect(guest.map(form)).toEqual(native.map(form));
  });
});
