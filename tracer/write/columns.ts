// Turns the rows of a table's batch into Arrow buffers, tile by tile, so that the rows of a tile are in the processor's cache for all columns.
import { BATCH_ROWS } from '../../engine/events/emitter.ts';
import type { ColumnState, TableState } from '../../engine/events/emitter.ts';
import type { CallSums } from '../../engine/events/format.ts';
import type { BatchParts } from './arrow-ipc.ts';

/** Rows of a tile: a multiple of eight, as a byte of a bitmap holds eight; of the widest table 40 KiB. */
const TILE = 256;
const NONE = new Uint8Array(0);

type Values = Uint8Array | Uint16Array | Uint32Array;
/** Where a column goes. The arrays are made once a table and filled again for each batch. */
interface Target {
  readonly kind: ColumnState['kind'];
  readonly off: number; // of its first word in a row
  readonly bit: number; // in the null mask; 0: not nullable
  readonly data: ColumnState | null; // of bin: holds the bytes
  values: Values;
  /** Validity bitmap, and how many of its bits are set. */
  valid: Uint8Array;
  set: number;
}
interface Targets { capacity: number; readonly columns: Target[] }

const made = new WeakMap<TableState, Targets>();
function targetsOf(t: TableState): Targets {
  let of = made.get(t);
  if (of === undefined) {
    const target = (kind: Target['kind'], off: number, bit = 0, data: ColumnState | null = null): Target => ({ kind, off, bit, data, values: NONE, valid: NONE, set: 0 });
    of = { capacity: 0, columns: [target('u64', 1), target('i64', 3), target('u16', 5), target('u32', 6), ...t.columns.map((c) => target(c.kind, c.off, c.bit, c.kind === 'bin' ? c : null))] };
    made.set(t, of);
  }
  if (of.capacity < t.batchRows) {
    const n = of.capacity = Math.min(BATCH_ROWS, Math.max(TILE, 2 ** Math.ceil(Math.log2(t.batchRows))));
    for (const c of of.columns) {
      c.values = c.kind === 'u8' ? new Uint8Array(n) : c.kind === 'u16' ? new Uint16Array(n) : c.kind === 'bool' ? new Uint8Array(n / 8)
        : new Uint32Array(c.kind === 'i64' || c.kind === 'u64' ? n * 2 : c.kind === 'bin' ? n + 1 : n);
      c.valid = c.bit === 0 ? NONE : new Uint8Array(n / 8);
    }
  }
  return of;
}

/** One word a row, whatever the width of the values. */
function words(w: Uint32Array, at: number, width: number, out: Values, from: number, to: number): void {
  for (let i = from; i < to; i++, at += width) out[i] = w[at]!;
}
function pairs(w: Uint32Array, at: number, width: number, out: Values, from: number, to: number): void {
  for (let i = from * 2; i < to * 2; i += 2, at += width) { out[i] = w[at]!; out[i + 1] = w[at + 1]!; }
}
function offsets(w: Uint32Array, at: number, width: number, out: Values, from: number, to: number): void {
  let n = out[from]!;
  for (let i = from; i < to; i++, at += width) { n += w[at]!; out[i + 1] = n; }
}
/** Bits: set where the word and the mask have a bit in common; how many are. */
function bits(w: Uint32Array, at: number, width: number, mask: number, out: Uint8Array, from: number, to: number): number {
  let set = 0;
  out.fill(0, from >> 3, (to + 7) >> 3);
  for (let i = from; i < to; i++, at += width) if ((w[at]! & mask) !== 0) { out[i >> 3]! |= 1 << (i & 7); set++; }
  return set;
}

/** Rows [from, to) into every column. */
function tile(t: TableState, columns: Target[], from: number, to: number): void {
  const w = t.words, width = t.width, start = from * width;
  let every = -1, any = 0; // null masks of the tile: most columns have a value in each row or in none
  for (let i = from, at = start; i < to; i++, at += width) { every &= w[at]!; any |= w[at]!; }
  for (const c of columns) {
    if (c.bit !== 0) {
      if ((any & c.bit) === 0) c.valid.fill(0, from >> 3, (to + 7) >> 3);
      else if ((every & c.bit) !== 0 && (to & 7) === 0) { c.valid.fill(255, from >> 3, to >> 3); c.set += to - from; }
      else c.set += bits(w, start, width, c.bit, c.valid, from, to);
    }
    const at = start + c.off;
    switch (c.kind) {
      case 'i64': case 'u64': pairs(w, at, width, c.values, from, to); break;
      case 'bool': bits(w, at, width, 1, c.values as Uint8Array, from, to); break;
      case 'bin': offsets(w, at, width, c.values, from, to); break;
      default: words(w, at, width, c.values, from, to);
    }
  }
}

export interface BatchRange { minTs: number; maxTs: number; minSeq: number; maxSeq: number }
function extend(range: BatchRange, t: TableState, from: number, to: number): void {
  const w = t.words;
  let { minTs, maxTs, minSeq, maxSeq } = range;
  for (let i = from, at = from * t.width; i < to; i++, at += t.width) {
    const seq = w[at + 1]! + w[at + 2]! * 4294967296, ts = w[at + 3]! + (w[at + 4]! | 0) * 4294967296;
    if (ts < minTs) minTs = ts;
    if (ts > maxTs) maxTs = ts;
    if (seq < minSeq) minSeq = seq;
    if (seq > maxSeq) maxSeq = seq;
  }
  range.minTs = minTs; range.maxTs = maxTs; range.minSeq = minSeq; range.maxSeq = maxSeq;
}

/** The Arrow buffers of the present batch, valid until the next batch of the table, and the range of ts and seq in it. */
export function batchParts(t: TableState): { parts: BatchParts; range: BatchRange } {
  const rows = t.batchRows, { columns } = targetsOf(t), range: BatchRange = { minTs: Infinity, maxTs: -Infinity, minSeq: Infinity, maxSeq: -Infinity };
  for (const c of columns) c.set = 0;
  for (let from = 0; from < rows; from += TILE) {
    const to = Math.min(rows, from + TILE);
    tile(t, columns, from, to);
    extend(range, t, from, to);
  }
  const parts: BatchParts = { rows, nodes: [], buffers: [] }, head = (a: Values, bytes: number): Uint8Array => new Uint8Array(a.buffer, 0, bytes), mapBytes = (rows + 7) >> 3;
  for (const c of columns) {
    const nulls = c.bit === 0 ? 0 : rows - c.set;
    parts.nodes.push({ length: rows, nulls });
    parts.buffers.push(nulls > 0 ? head(c.valid, mapBytes) : NONE);
    switch (c.kind) {
      case 'bool': parts.buffers.push(head(c.values, mapBytes)); break;
      case 'i64': case 'u64': parts.buffers.push(head(c.values, rows * 8)); break;
      case 'bin': parts.buffers.push(head(c.values, rows * 4 + 4), c.data!.data.subarray(0, c.values[rows]!)); break;
      default: parts.buffers.push(head(c.values, rows * c.values.BYTES_PER_ELEMENT));
    }
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
