// Recordings made by hand, read back through DuckDB and the reports.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AnalyzeError, diffRecordings, exportFolded, exportParquet, exportSpeedscope, reportFaults, reportFlame, reportIo, reportIrq, reportSchedLatency, reportSchedMap, reportSchedTimehist, reportSignals, reportStrace, reportSummary, reportVmstat, runSql } from './index.ts';
import { call, record, scratchDir, synthetic } from './harness/synthetic.ts';
import type { Trace } from '../engine/events/trace.ts';

const two = (t: Trace): void => {
  for (const [utid, tid] of [[1, 100], [2, 101]] as const) {
    const r = t.thread.begin(0, 0, utid, 1000 + utid);
    t.thread.set.tid(r, tid); t.thread.set.pid(r, 100); t.thread.set.upid(r, 1); t.thread.set.name(r, 'test'); t.thread.set.dur(r, 900_000);
    t.thread.end(r);
  }
  const p = t.process.begin(0, 0, 1, 1010);
  t.process.set.pid(p, 100); t.process.set.upid(p, 1); t.process.set.comm(p, 'test'); t.process.set.exit_code(p, 7); t.process.set.dur(p, 900_000);
  t.process.end(p);
  const e = t.exec.begin(0, 0, 1, 1);
  t.exec.set.pid(e, 100); t.exec.set.comm(e, 'test'); t.exec.set.path(e, Buffer.from('/bin/test'));
  t.exec.end(e);
  call(t, 1, 257, 'openat', [0xffffff9c, 0x5000, 0, 0], -2, Uint8Array.from(record(8, '/nonexistent')), { seq: 10 });
  call(t, 1, 202, 'futex', [0x7000, 128, 2, 0], 0, null, { seq: 20, exitSeq: 40, dur: 20000 });
  call(t, 2, 1, 'write', [1, 0x6000, 3], 3, Uint8Array.from(record(8, Buffer.from('hi\n'))), { seq: 30 });
  call(t, 2, 231, 'exit_group', [7], null, null, { seq: 50 });
};
const text = async (f: (out: (s: string) => void) => Promise<void>): Promise<string> => { let s = ''; await f((x) => { s += x; }); return s; };

describe('reports', () => {
  const dir = synthetic(two);
  test('strace -f: unfinished and resumed by the global order, = in column 40', async () => {
    expect(await text((out) => reportStrace(dir, { f: true }, out))).toBe([
      '100   openat(AT_FDCWD, "/nonexistent", O_RDONLY) = -1 ENOENT (No such file or directory)',
      '100   futex(0x7000, FUTEX_WAIT_PRIVATE, 2, NULL <unfinished ...>',
      '101   write(1, "hi\\n", 3)               = 3',
      '100   <... futex resumed>)              = 0',
      '101   exit_group(7)                     = ?',
      '100   +++ exited with 7 +++',
      '101   +++ exited with 7 +++',
      ''].join('\n'));
  });
  test('without -f only the first task; -e and -T', async () => {
    expect(await text((out) => reportStrace(dir, { T: true, e: ['trace=%file'] }, out))).toBe('openat(AT_FDCWD, "/nonexistent", O_RDONLY) = -1 ENOENT (No such file or directory) <0.000000>\n+++ exited with 7 +++\n');
  });
  test('summary', async () => {
    const s = await text((out) => reportSummary(dir, {}, out));
    expect(s.split('\n')[0]).toBe('% time     seconds  usecs/call     calls    errors syscall');
    expect(s).toContain('100.00    0.000021           7         3         1 total');
  });
  test('sql: counts, args text, the window of time', async () => {
    expect(JSON.parse(await text((out) => runSql(dir, 'select name, args, ret from syscall order by seq limit 2', { format: 'json' }, out)))).toEqual([
      { name: 'openat', args: 'AT_FDCWD, "/nonexistent", O_RDONLY', ret: -2 }, { name: 'futex', args: '0x7000, FUTEX_WAIT_PRIVATE, 2, NULL', ret: 0 }]);
    expect(JSON.parse(await text((out) => runSql(dir, 'select count(*)::int as n from syscall', { format: 'json' }, out)))).toEqual([{ n: 4 }]);
    await expect(runSql(dir, 'select nothing from nowhere', {}, () => undefined)).rejects.toThrow(AnalyzeError);
  });
  test('a flipped bit is one clear error', async () => {
    const bad = synthetic(two), file = join(bad, 'trace/syscall.arrow'), bytes = readFileSync(file);
    bytes[bytes.length - 40]! ^= 4;
    writeFileSync(file, bytes);
    await expect(reportStrace(bad, {}, () => undefined)).rejects.toThrow(/trace\/syscall.arrow is damaged/);
    await expect(runSql(scratchDir('empty'), 'select 1', {}, () => undefined)).rejects.toThrow(/not a recording/);
  });
});

describe('diff, stacks, exports', () => {
  test('identical, and the first call that differs', async () => {
    const a = synthetic(two), b = synthetic(two);
    expect(await diffRecordings(a, b, {}, () => undefined)).toBe('same');
    const c = synthetic((t) => { two(t); call(t, 1, 39, 'getpid', [], 100, null, { seq: 60 }); }, 'f'.repeat(32));
    let s = '';
    expect(await diffRecordings(a, c, {}, (x) => { s += x; })).toBe('different');
    expect(s).toContain('the same up to event 59');
    expect(s).toContain('getpid() = 100');
  });
  test('folded, speedscope, flame, parquet', async () => {
    const dir = synthetic((t) => {
      two(t);
      const f = t.frame.begin(0, 0, 0); t.frame.set.id(f, 1); t.frame.set.pc(f, 0x401000); t.frame.set.symbol(f, Buffer.from('main')); t.frame.end(f);
      const c = t.callsite.begin(0, 0, 0); t.callsite.set.id(c, 5); t.callsite.set.frame_id(c, 1); t.callsite.end(c);
      const s = t.stack_sample.begin(500, 0, 1); t.stack_sample.set.callsite_id(s, 5); t.stack_sample.set.kind(s, 'cpu'); t.stack_sample.set.weight(s, 1_000_000); t.stack_sample.end(s);
    });
    expect(await text((out) => exportFolded(dir, {}, out))).toBe('test;main 1000\n');
    expect(JSON.parse(await text((out) => exportSpeedscope(dir, {}, out))).shared.frames).toEqual([{ name: 'main' }]);
    expect(await text((out) => reportFlame(dir, {}, out))).toContain('<title>main (1.000 ms, 100.00%)</title>');
    const into = scratchDir('parquet');
    expect(await exportParquet(dir, {}, into)).toContain('syscall.parquet');
    expect(readFileSync(join(into, 'syscall.parquet')).subarray(0, 4).toString()).toBe('PAR1');
  });
  test('the other reports run on a recording without their events', async () => {
    const dir = synthetic(two);
    for (const f of [reportSchedLatency, reportSchedTimehist, reportSchedMap, reportVmstat, reportFaults, reportSignals, reportIrq, reportIo]) await text((out) => f(dir, { pid: 100, from: 0, to: 5000, cpu: 0 }, out));
  });
});
