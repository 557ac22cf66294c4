// For tests: a recording made by hand with the real emitter and writer, no machine.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { createTrace } from '../../engine/events/emitter.ts';
import { FILES, manifestText } from '../../engine/events/format.ts';
import type { Manifest } from '../../engine/events/format.ts';
import { TABLES } from '../../engine/events/schema.ts';
import type { TableName } from '../../engine/events/schema.ts';
import type { Trace } from '../../engine/events/trace.ts';
import { TableWriter } from '../../tracer/write/table-writer.ts';

const made: string[] = [];
afterAll(() => { for (const dir of made) rmSync(dir, { recursive: true, force: true }); });
/** A fresh directory that goes away with the tests. */
export function scratchDir(name: string): string {
  const dir = mkdtempSync(join(tmpdir(), `${name}-`));
  made.push(dir);
  return dir;
}

export function synthetic(fill: (trace: Trace) => void, digest = '0'.repeat(32)): string {
  const dir = scratchDir('ktrace-synthetic');
  mkdirSync(join(dir, 'trace'));
  const writer = new TableWriter(dir), control = createTrace(() => true, writer);
  fill(control.trace);
  control.flush();
  const files = writer.close();
  const manifest: Manifest = {
    format: 1, engine: 'test', engineHash: 'test', command: ['/bin/test'], program: '/bin/test', argv: ['/bin/test'], cwd: '/tmp', env: [], uid: 0, gid: 0, groups: [], umask: 0o22, rlimits: [],
    config: { cpus: 1, ramBytes: 1 << 30, seed: 0, hz: 250, preempt: 'voluntary', scheduler: 'eevdf', cpuModel: 'v1', jit: 'auto', chaosSeed: 0, quantumCycles: 10000, sampleHz: 999, timeLimit: 0, startSec: 1700000000, startNsec: 0, hostname: 'test', release: '6.1', version: '#1' },
    cpus: 1, seed: 0, complete: true, startSec: 1700000000, startNsec: 0, tables: [...TABLES],
    events: Object.fromEntries(control.tables.map((t) => [t.name, t.rows])) as Partial<Record<TableName, number>>, files,
    digest, stateDigest: '0'.repeat(32), cycles: 1e6, instructions: 1000, exit: { code: 0 }, halt: '', unknownSyscalls: [], changedHostFiles: [], guestFiles: 0,
  };
  writeFileSync(join(dir, FILES.manifest), manifestText(manifest));
  return dir;
}

/** A finished call at [ts, ts + dur] with its own exit place. */
export function call(t: Trace, utid: number, nr: number, name: string, args: number[], ret: number | null, payload: Uint8Array | null, at: { seq: number; exitSeq?: number; ts?: number; dur?: number }): void {
  const row = t.syscall.begin(at.ts ?? at.seq * 1000, 0, utid, at.seq);
  const s = t.syscall.set;
  s.nr(row, nr); s.name(row, name);
  [s.a0, s.a1, s.a2, s.a3, s.a4, s.a5].forEach((set, i) => { const v = args[i] ?? 0; set(row, v >>> 0, Math.floor(v / 4294967296) >>> 0); });
  if (ret !== null) { s.ret(row, ret); s.dur(row, at.dur ?? 500); s.exit_seq(row, at.exitSeq ?? at.seq + 1); if (ret < 0) s.errno(row, -ret); }
  s.cpu_ns(row, at.dur ?? 500);
  if (payload) s.payload(row, payload);
  t.syscall.end(row);
}
export function record(tag: number, bytes: Uint8Array | string): number[] {
  const b = typeof bytes === 'string' ? Buffer.from(`${bytes}\0`, 'latin1') : bytes;
  const head = [tag];
  let n = b.length;
  while (n > 127) { head.push((n & 127) | 128); n >>>= 7; }
  return [...head, n, ...b];
}
