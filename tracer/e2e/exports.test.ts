// What other tools read, and the reports in their formats: decoded again and compared with the tables.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { have, ktrace, record, recordingPath, run, sample } from '../../samples/run.ts';

type Row = Record<string, unknown>;
const sql = (dir: string, query: string): Row[] => { const r = ktrace(['sql', dir, '--format', 'json', query]); expect(r.status, r.stderr).toBe(0); return JSON.parse(r.stdout.toString()) as Row[]; };
const n = (dir: string, query: string): number => Number(Object.values(sql(dir, query)[0]!)[0]);

/** Fields of a protocol buffer message: numbers as they are, the rest as bytes. */
function fields(u: Uint8Array): [number, number | Uint8Array][] {
  const out: [number, number | Uint8Array][] = [];
  let at = 0;
  const varint = (): number => { let v = 0, m = 1; for (;;) { const b = u[at++]!; v += (b & 127) * m; m *= 128; if (b < 128) return v; } };
  while (at < u.length) {
    const key = varint(), field = Math.floor(key / 8);
    if ((key & 7) === 0) out.push([field, varint()]);
    else { expect(key & 7).toBe(2); const length = varint(); expect(at + length).toBeLessThanOrEqual(u.length); out.push([field, u.subarray(at, at + length)]); at += length; }
  }
  return out;
}
const all = (u: Uint8Array, field: number): Uint8Array[] => fields(u).filter(([f]) => f === field).map(([, v]) => v as Uint8Array);
const int = (u: Uint8Array, field: number): number => (fields(u).find(([f]) => f === field)?.[1] as number | undefined) ?? 0;
const str = (u: Uint8Array, field: number): string => Buffer.from((fields(u).find(([f]) => f === field)?.[1] as Uint8Array | undefined) ?? new Uint8Array(0)).toString();

describe.skipIf(!have(sample('fork-pipe')))('exports and pages', () => {
  const { dir } = record(['/bin/sh', '-c', `${sample('fork-pipe')}; ls /etc | sort | head -2; ${sample('cpu-kernels')} sieve 2`]);

  test('perfetto: every switch, wake-up and call is in it', () => {
    const out = recordingPath();
    expect(ktrace(['export', dir, '--perfetto', '-o', out]).status).toBe(0);
    const packets = all(readFileSync(out), 1), events = packets.flatMap((p) => all(p, 1)).flatMap((bundle) => all(bundle, 2)), tracks = packets.flatMap((p) => all(p, 11));
    const count = (field: number): number => events.filter((e) => fields(e).some(([f]) => f === field)).length;
    expect(count(4)).toBe(n(dir, 'select count(*) from sched_switch'));
    expect(count(17) + count(114)).toBe(n(dir, 'select count(*) from sched_wakeup'));
    expect(tracks.filter((e) => int(e, 9) === 1).length).toBe(n(dir, 'select count(*) from syscall'));
    expect(tracks.filter((e) => int(e, 9) === 2).length).toBe(n(dir, 'select count(*) from syscall where dur is not null'));
    const threads = packets.flatMap((p) => all(p, 60)).flatMap((d) => all(d, 4));
    expect(threads.map((t) => int(t, 2)).sort((a, b) => a - b)).toEqual(sql(dir, 'select tid from thread order by tid').map((r) => r.tid));
    const opens = tracks.filter((e) => str(e, 23) === 'openat').map((e) => all(e, 4).map((a) => `${str(a, 10)}=${str(a, 6)}`).join(' '));
    expect(opens.some((a) => a.includes('args=AT_FDCWD, "/etc/ld.so.cache", O_RDONLY|O_CLOEXEC ret=3'))).toBe(true);
    let last = new Map<number, number>();
    for (const p of packets) for (const b of all(p, 1)) for (const e of all(b, 2)) { const cpu = int(b, 1), ts = int(e, 1); expect(ts).toBeGreaterThanOrEqual(last.get(cpu) ?? 0); last = last.set(cpu, ts); }
  });

  test('pprof: the same time on the same functions as the folded stacks', () => {
    const out = recordingPath();
    expect(ktrace(['export', dir, '--pprof', '-o', out]).status).toBe(0);
    const p = gunzipSync(readFileSync(out)), strings = all(p, 6).map((s) => Buffer.from(s).toString());
    expect(strings[0]).toBe('');
    const names = new Map(all(p, 5).map((f) => [int(f, 1), strings[int(f, 2)]!])), values = (u: Uint8Array): number[] => { const list: number[] = []; for (let at = 0; at < u.length;) { let v = 0, m = 1, b; do { b = u[at++]!; v += (b & 127) * m; m *= 128; } while (b > 127); list.push(v); } return list; };
    const folded = all(p, 2).map((s) => `${strings[int(all(s, 3)[0]!, 2)]};${values(all(s, 1)[0]!).map((id) => names.get(id)).reverse().join(';')} ${Math.max(1, Math.round(values(all(s, 2)[0]!)[0]! / 1000))}`);
    expect(folded.sort()).toEqual(ktrace(['export', dir, '--folded', '-o', '-']).stdout.toString().trimEnd().split('\n').sort());
  });

  test('one page with everything, for itself', () => {
    const out = recordingPath(), r = ktrace(['report', dir, '--html', '-o', out]);
    expect(r.status, r.stderr).toBe(0);
    const page = readFileSync(out, 'utf8');
    for (const title of ['CPU by task', 'Memory', 'On the CPU', 'Off the CPU', 'System calls', 'Processes', 'Scheduling latency', 'Page faults', 'Files and pipes']) expect(page).toContain(`>${title}</h2>`);
    expect(page).not.toMatch(/<script|src=|href="http|NaN|undefined/);
    expect(page).toContain('1600');
    const bare = record(['/bin/true'], { flags: ['--trace', 'syscall'] });
    expect(ktrace(['report', bare.dir, '--html']).status).toBe(0);
  });

  test('top: processes, their CPU time and how they stand at a time', () => {
    const rows = JSON.parse(ktrace(['report', dir, '--top', '--format', 'json']).stdout.toString()) as { pid: number; time_ns: number; s: string; cpu_percent: number }[];
    expect(rows.map((r) => r.pid).sort((a, b) => a - b)).toEqual(sql(dir, 'select pid from process order by pid').map((r) => r.pid));
    expect(rows.reduce((a, r) => a + r.time_ns, 0)).toBe(n(dir, "select sum(s.dur)::bigint from thread_state s join thread t using (utid) where s.state = 'Running'"));
    const text = ktrace(['report', dir, '--top']).stdout.toString(), real = run(['top', '-b', '-n1'], { env: { PATH: '/usr/bin:/bin', COLUMNS: '100', TERM: 'dumb' } }).stdout.toString();
    const head = (s: string): string => s.split('\n')[6]!.replace(/\x1b\[[0-9;]*m/g, '').trimEnd();
    if (real) expect(head(text)).toBe(head(real));
    const early = JSON.parse(ktrace(['report', dir, '--top', '--to', '1ms', '--format', 'json']).stdout.toString()) as { s: string }[];
    expect(early.length).toBeLessThan(rows.length);
    expect(early.every((r) => r.s !== 'X')).toBe(true);
  });
});

test('journey: a pipeline told as a chain of handoffs', () => {
  const { dir } = record(['/bin/sh', '-c', 'cat /etc/passwd | wc -l; kill -SEGV $$']);
  const lines = JSON.parse(ktrace(['report', dir, '--journey', '--format', 'json']).stdout.toString()) as { seconds: string; task: string; step: string; waited: string; faults: number | null }[];
  const at = (task: string, step: RegExp): number => { const i = lines.findIndex((l) => l.task.startsWith(`${task}[`) && step.test(l.step)); expect(i, `${task} ${step}\n${lines.map((l) => `${l.task} ${l.step}`).join('\n')}`).toBeGreaterThanOrEqual(0); return i; };
  const chain = [at('sh', /^starts .*sh -c cat/), at('sh', /^creates cat/), at('cat', /^starts \S+cat: cat \/etc\/passwd$/), at('cat', /^reads [\d.]+ \S+ from \/etc\/passwd/), at('cat', /^writes .* to pipe:/), at('cat', /^ends with status 0/), at('sh', /^gets SIGCHLD/), at('sh', /^ends by signal 11/)];
  expect(chain).toEqual([...chain].sort((a, b) => a - b));
  expect(at('cat', /^writes/)).toBeLessThan(at('wc', /^writes/));
  expect(lines[at('sh', /^waits for a child/)]!.waited).toMatch(/ s?.*woken by (cat|wc)\[/);
  expect(lines.map((l) => Number(l.seconds))).toEqual(lines.map((l) => Number(l.seconds)).sort((a, b) => a - b));
  expect(ktrace(['report', dir, '--journey', '--comm', 'cat']).stdout.toString()).not.toContain('wc[');
});

test.skipIf(!have('free', 'dd'))('free: what free itself said inside', () => {
  const r = record(['/bin/sh', '-c', 'dd if=/dev/zero of=/tmp/x bs=1M count=40 status=none; while [ $i ] && [ $i -gt 0 ]; do i=$((i-1)); done; free'], { flags: ['--env', 'i=60000'] });
  const inside = r.stdout.toString().split('\n'), report = ktrace(['report', r.dir, '--free']).stdout.toString().split('\n');
  expect(report[0]).toBe(inside[0]);
  expect(report[2]).toBe(inside[2]);
  const a = inside[1]!.split(/\s+/).slice(1).map(Number), b = report[1]!.split(/\s+/).slice(1).map(Number);
  expect(b[0]).toBe(a[0]);
  expect(b[3]).toBe(a[3]);
  a.forEach((v, i) => expect(Math.abs(v - b[i]!), `${inside[1]}\n${report[1]}`).toBeLessThan(4096));
  const io = ktrace(['report', r.dir, '--iostat']).stdout.toString();
  expect(io).toMatch(/^avg-cpu:  %user   %nice %system %iowait  %steal   %idle$/m);
  expect(io).toMatch(/^\d+:\d+ .* 4\d{4} +0$/m); // 40 MiB written
});

test('eight CPUs: top and iostat tell the memory and the time of the CPUs that the close counted, as free and vmstat do', () => {
  const { dir } = record(['/usr/bin/seq', '20000'], { flags: ['--cpus', '8'] }), report = (name: string): string => ktrace(['report', dir, name]).stdout.toString();
  const cpu = /%idle\n(.*)\n/.exec(report('--iostat'))![1]!.trim().split(/\s+/).map(Number);
  expect(cpu.reduce((a, b) => a + b, 0)).toBeGreaterThan(99.9);
  expect(cpu[5]).toBeGreaterThan(50);
  expect(/([\d.]+) free/.exec(report('--top'))![1]).toBe((Number(report('--free').split('\n')[1]!.split(/\s+/)[3]) / 1024).toFixed(1));
});
