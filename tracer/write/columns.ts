// Turns the rows of a table's batch into Arrow buffers: one pass a column over the row words.
import { BATCH_ROWS } from '../../engine/events/emitter.ts';
import type { ColumnState, TableState } from '../../engine/events/emitter.ts';
import type { CallSums } from '../../engine/events/format.ts';
import type { BatchParts } from './arrow-ipc.ts';

const NONE = new Uint8Array(0);
const bytesOf = (a: ArrayBufferView): Uint8Array => new Uint8Array(a.buffer, a.byteOffset, a.byteLength);

function words32(t: TableState, off: number): Uint8Array {
  const w = t.words, n = t.batchRows, out = new Uint32Array(n);
  for (let i = 0, at = off; i < n; i++, at += t.width) out[i] = w[at]!;
  return bytesOf(out);
}
function words64(t: TableState, off: number): Uint8Array {
  const w = t.words, n = t.batchRows, out = new Uint32Array(n * 2);
  for (let i = 0, at = off; i < n; i++, at += t.width) { out[i * 2] = w[at]!; out[i * 2 + 1] = w[at + 1]!; }
  return bytesOf(out);
}
function words16(t: TableState, off: number): Uint8Array {
  const w = t.words, n = t.batchRows, out = new Uint16Array(n);
  for (let i = 0, at = off; i < n; i++, at += t.width) out[i] = w[at]!;
  return bytesOf(out);
}
function words8(t: TableState, off: number): Uint8Array {
  const w = t.words, n = t.batchRows, out = new Uint8Array(n);
  for (let i = 0, at = off; i < n; i++, at += t.width) out[i] = w[at]!;
  return out;
}
/** Bits: set where the word and the mask have a bit in common. */
function bits(t: TableState, off: number, mask: number): { bytes: Uint8Array; set: number } {
  const w = t.words, n = t.batchRows, out = new Uint8Array((n + 7) >> 3);
  let set = 0;
  for (let i = 0, at = off; i < n; i++, at += t.width) if (w[at]! & mask) { out[i >> 3]! |= 1 << (i & 7); set++; }
  return { bytes: out, set };
}

function column(t: TableState, c: ColumnState, parts: BatchParts): void {
  const valid = c.nullable ? bits(t, 0, c.bit) : null;
  parts.nodes.push({ length: t.batchRows, nulls: valid ? t.batchRows - valid.set : 0 });
  parts.buffers.push(valid && valid.set < t.batchRows ? valid.bytes : NONE);
  switch (c.kind) {
    case 'u8': parts.buffers.push(words8(t, c.off)); return;
    case 'u16': parts.buffers.push(words16(t, c.off)); return;
    case 'u32': case 'i32': case 'str': parts.buffers.push(words32(t, c.off)); return;
    case 'i64': case 'u64': parts.buffers.push(words64(t, c.off)); return;
    case 'bool': parts.buffers.push(bits(t, c.off, 1).bytes); return;
    case 'bin': {
      const offsets = new Int32Array(t.batchRows + 1);
      for (let i = 0, at = c.off; i < t.batchRows; i++, at += t.width) offsets[i + 1] = offsets[i]! + t.words[at]!;
      parts.buffers.push(bytesOf(offsets), c.data.subarray(0, offsets[t.batchRows]!));
    }
  }
}

export interface BatchRange { minTs: number; maxTs: number; minSeq: number; maxSeq: number }

/** The Arrow buffers of the present batch, valid until the batch is reset, and the range of ts and seq in it. */
export function batchParts(t: TableState): { parts: BatchParts; range: BatchRange } {
  const parts: BatchParts = { rows: t.batchRows, nodes: [], buffers: [] };
  const common: [number, (t: TableState, off: number) => Uint8Array][] = [[1, words64], [3, words64], [5, words16], [6, words32]];
  for (const [off, take] of common) {
    parts.nodes.push({ length: t.batchRows, nulls: 0 });
    parts.buffers.push(NONE, take(t, off));
  }
  for (const c of t.columns) column(t, c, parts);
  const range: BatchRange = { minTs: Infinity, maxTs: -Infinity, minSeq: Infinity, maxSeq: -Infinity };
  for (let i = 0, at = 0; i < t.batchRows && i < BATCH_ROWS; i++, at += t.width) {
    const seq = t.words[at + 1]! + t.words[at + 2]! * 4294967296, ts = t.words[at + 3]! + (t.words[at + 4]! | 0) * 4294967296;
    if (ts < range.minTs) range.minTs = ts;
    if (ts > range.maxTs) range.maxTs = ts;
    if (seq < range.minSeq) range.minSeq = seq;
    if (seq > range.maxSeq) range.maxSeq = seq;
  }
  return { parts, range };
}

/** What the calls of the present batch of `syscall` add up to, by name. */
export function callSums(t: TableState): CallSums[] {
  const column = (name: string): ColumnState => t.columns.find((c) => c.name === name)!;
  const name = column('name').off, cpu = column('cpu_ns').off, dur = column('dur'), errno = column('errno').bit, restart = column('restart').off, w = t.words;
  const byName = new Map<number, CallSums>();
  let s: CallSums | undefined;
  for (let i = 0, at = 0; i < t.batchRows; i++, at += t.width) {
    const nameId = w[at + name]!, cpuNs = w[at + cpu]! + (w[at + cpu + 1]! | 0) * 4294967296;
    const durNs = w[at]! & dur.bit ? w[at + dur.off]! + (w[at + dur.off + 1]! | 0) * 4294967296 : 0;
    if (s === undefined || s.nameId !== nameId) {
      s = byName.get(nameId);
      if (s === undefined) { s = { nameId, calls: 0, failed: 0, cpuNs: 0, minCpuNs: Infinity, maxCpuNs: -Infinity, durNs: 0, minDurNs: Infinity, maxDurNs: -Infinity }; byName.set(nameId, s); }
    }
    s.calls++;
    if ((w[at]! & errno) !== 0 || w[at + restart] !== 0) s.failed++;
    s.cpuNs += cpuNs;
    if (cpuNs < s.minCpuNs) s.minCpuNs = cpuNs;
    if (cpuNs > s.maxCpuNs) s.maxCpuNs = cpuNs;
    s.durNs += durNs;
    if (durNs < s.minDurNs) s.minDurNs = durNs;
    if (durNs > s.maxDurNs) s.maxDurNs = durNs;
  }
  return [...byName.values()];
}

/** A kernel string (bytes as characters) as UTF-8: its bytes where they are UTF-8 already, else each odd byte replaced. */
export function stringBytes(s: string): Uint8Array {
  let wide = false, high = false;
  for (let i = 0; i < s.length; i++) { const c = s.charCodeAt(i); if (c > 255) wide = true; else if (c > 127) high = true; }
  if (wide) return Buffer.from(s, 'utf8');
  const raw = Buffer.from(s, 'latin1');
  return high ? Buffer.from(raw.toString('utf8'), 'utf8') : raw;
}
