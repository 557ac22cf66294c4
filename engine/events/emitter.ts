// The Trace: rows of 32-bit words per table, filled by setters made from SCHEMA, hashed by end(), turned into Arrow columns
// when a batch is full. A row's words: [null mask, seq, ts, cpu, utid, numbers…, string hashes…, bytes' length and hash… |
// dictionary ids…]; the words before the bar are the canonical words of the event and what the digest is made of.
import { assert, KtraceBug } from '../base/assert.ts';
import { digestWords, hashBytes, hashString, newDigest, DIGEST_WORDS } from './digest.ts';
import type { DigestState } from './digest.ts';
import { COMMON, SCHEMA, TABLES } from './schema.ts';
import type { Column, Kind, TableName } from './schema.ts';
import type { Trace } from './trace.ts';

export const BATCH_ROWS = 65536;
/** A batch is also closed when its binary columns reach this size, so that memory stays flat. */
const BATCH_BINARY_BYTES = 16 << 20;
const FIRST_ROWS = 128;
const HEAD = 7; // null mask, seq lo hi, ts lo hi, cpu, utid

/** Where a column lives in a row, and what it needs beside the row. */
export interface ColumnState {
  readonly name: string;
  readonly kind: Kind;
  readonly nullable: boolean;
  readonly off: number; // word offset of the value (dictionary id for str, length for bin), −1 for seq … utid
  readonly bit: number; // in the null mask, 0 if not nullable
  // str
  readonly ids: Map<string, number>;
  readonly strings: string[];
  hashes: Uint32Array;
  lastString: string; lastId: number;
  /** Strings already written to the dictionary of the file; the sink moves it. */
  written: number;
  // bin
  data: Uint8Array;
  pos: number; rowPos: number;
}

export interface TableState {
  readonly name: TableName;
  readonly index: number;
  readonly core: boolean;
  enabled: boolean;
  readonly columns: ColumnState[];
  readonly width: number; // words a row
  readonly hashed: number; // words of it in the digest
  readonly digestMask: number; // bits of the null mask in the digest
  words: Uint32Array;
  /** Rows in the present batch; all before it have gone to the sink. */
  batchRows: number;
  binaryBytes: number;
  rows: number;
  open: boolean;
}

export interface TraceSink {
  batch(table: TableState): void;
  /** Each row of the tables that are kept, as it ends; readRow() reads it. */
  row?(table: TableState, row: number): void;
}

/** The row that has just ended, by column name: i64 as numbers, u64 as bigints, a view of the bytes that lives until the next row. */
export function readRow(t: TableState, row: number): Record<string, unknown> {
  const w = t.words, wide = (at: number): bigint => (BigInt(w[at + 1]!) << 32n) | BigInt(w[at]!);
  const out: Record<string, unknown> = { seq: Number(wide(row + 1)), ts: Number(wide(row + 3)), cpu: w[row + 5], utid: w[row + 6] };
  for (const c of t.columns) {
    const at = row + c.off;
    if (c.nullable && (w[row]! & c.bit) === 0) { out[c.name] = null; continue; }
    switch (c.kind) {
      case 'str': out[c.name] = c.strings[w[at]!]; break;
      case 'bin': out[c.name] = c.data.subarray(c.rowPos, c.rowPos + w[at]!); break;
      case 'bool': out[c.name] = w[at] !== 0; break;
      case 'i32': out[c.name] = w[at]! | 0; break;
      case 'i64': out[c.name] = Number(BigInt.asIntN(64, wide(at))); break;
      case 'u64': out[c.name] = wide(at); break;
      default: out[c.name] = w[at];
    }
  }
  return out;
}

export interface TraceControl {
  readonly trace: Trace;
  readonly tables: readonly TableState[];
  /** Hands every started batch to the sink. */
  flush(): void;
  /** What the started batches will take, about. */
  pendingBytes(): number;
  digest(): DigestState;
  /** seq, digest and row counts: what of the trace belongs to a machine snapshot. */
  saveState(): Uint8Array;
  restoreState(bytes: Uint8Array): void;
}

const NUMBER_WORDS: Record<Kind, number> = { u8: 1, u16: 1, u32: 1, i32: 1, i64: 2, u64: 2, bool: 1, str: 0, bin: 0 };

/** The columns of a table in order, the common ones first. */
export function tableColumns(name: TableName): [string, Column][] {
  return [...Object.entries(COMMON as Record<string, Column>), ...Object.entries(SCHEMA[name].columns as Record<string, Column>)];
}

function layout(name: TableName, index: number, enabled: boolean): TableState {
  const rows = Object.entries(SCHEMA[name].columns as Record<string, Column>);
  const columns: ColumnState[] = [];
  let at = HEAD, nullables = 0;
  const offsets = new Map<string, number>();
  for (const [n, c] of rows) { if (NUMBER_WORDS[c.kind]) { offsets.set(n, at); at += NUMBER_WORDS[c.kind]; } }
  for (const [n, c] of rows) if (c.kind === 'str') { offsets.set(n, at); at += 1; } // the hash; the id follows the bar
  for (const [n, c] of rows) if (c.kind === 'bin' && !c.undigested) { offsets.set(n, at); at += 2; }
  const hashed = at;
  for (const [n, c] of rows) if (c.kind === 'bin' && c.undigested) { offsets.set(n, at); at += 2; }
  let digestMask = -1;
  for (const [n, c] of rows) {
    let off = offsets.get(n)!;
    if (c.kind === 'str') off = at++;
    const bit = c.nullable ? 1 << nullables++ : 0;
    if (c.undigested) digestMask &= ~bit;
    columns.push({
      name: n, kind: c.kind, nullable: !!c.nullable, off, bit, ids: new Map(), strings: [], hashes: new Uint32Array(c.kind === 'str' ? 64 : 0),
      lastString: '\0unset', lastId: 0, written: 0, data: new Uint8Array(0), pos: 0, rowPos: 0,
    });
  }
  assert(nullables <= 31, `table ${name} has too many nullable columns`);
  const t: TableState = {
    name, index, core: SCHEMA[name].core, enabled, columns, width: at, hashed, digestMask, words: new Uint32Array(at), batchRows: 0, binaryBytes: 0, rows: 0, open: false,
  };
  // id 0 of every dictionary is '', what an unset column reads as
  for (const c of columns) if (c.kind === 'str') intern(c, '');
  stringHashOffsets.set(t, rows.filter(([, c]) => c.kind === 'str').map(([n]) => offsets.get(n)!));
  return t;
}
const stringHashOffsets = new WeakMap<TableState, number[]>();

function intern(c: ColumnState, value: string): number {
  let id = c.ids.get(value);
  if (id === undefined) {
    id = c.strings.length;
    c.ids.set(value, id);
    c.strings.push(value);
    if (id >= c.hashes.length) { const h = new Uint32Array(id * 2); h.set(c.hashes); c.hashes = h; }
    c.hashes[id] = hashString(value);
  }
  c.lastString = value;
  c.lastId = id;
  return id;
}

/** Up to here bytes are copied one by one: a call costs more. */
const SHORT_BYTES = 64;
function append(c: ColumnState, value: Uint8Array, length: number): void {
  const need = c.rowPos + length;
  if (need > c.data.length) {
    const bigger = new Uint8Array(Math.max(need, c.data.length * 2, 1024));
    bigger.set(c.data.subarray(0, c.rowPos));
    c.data = bigger;
  }
  const to = c.data, at = c.rowPos;
  if (length <= SHORT_BYTES) for (let i = 0; i < length; i++) to[at + i] = value[i]!;
  else to.set(length === value.length ? value : value.subarray(0, length), at);
  c.pos = need;
}

type AnySetter = (row: number, value: never, more?: number) => void;

/** One setter a column. `row` is the handle that begin() gave: the word index of the row. */
function setter(t: TableState, c: ColumnState, hashOff: number): AnySetter {
  const off = c.off, bit = c.bit;
  switch (c.kind) {
    case 'str':
      return (row: number, value: string) => {
        const id = value === c.lastString ? c.lastId : intern(c, value);
        const w = t.words;
        w[row + off] = id;
        w[row + hashOff] = c.hashes[id]!;
        if (bit) w[row]! |= bit;
      };
    case 'bin':
      return (row: number, value: Uint8Array | null, given?: number) => {
        const w = t.words;
        if (value === null) { w[row]! &= ~bit; w[row + off] = w[row + off + 1] = 0; c.pos = c.rowPos; return; }
        const length = given ?? value.length;
        append(c, value, length);
        w[row + off] = length;
        if (t.core && off < t.hashed) w[row + off + 1] = hashBytes(value, 0, length);
        if (bit) w[row]! |= bit;
      };
    case 'i64': case 'u64':
      return (row: number, value: number, hi?: number) => {
        const w = t.words;
        w[row + off] = value;
        w[row + off + 1] = hi === undefined ? Math.floor(value / 4294967296) : hi;
        if (bit) w[row]! |= bit;
      };
    case 'bool':
      return (row: number, value: boolean) => { t.words[row + off] = value ? 1 : 0; if (bit) t.words[row]! |= bit; };
    case 'u8':
      return (row: number, value: number) => { t.words[row + off] = value & 255; if (bit) t.words[row]! |= bit; };
    case 'u16':
      return (row: number, value: number) => { t.words[row + off] = value & 65535; if (bit) t.words[row]! |= bit; };
    default:
      return bit ? (row: number, value: number) => { t.words[row + off] = value; t.words[row]! |= bit; }
        : (row: number, value: number) => { t.words[row + off] = value; };
  }
}

/** Tables that others refer to: of these a window keeps every row. */
const REFERRED_TO = new Set<TableName>(['process', 'thread', 'exec', 'file_desc', 'callsite', 'frame', 'mapping']);

/**
 * @param keep which tables go to the sink; the digest is the same whatever it says.
 * @param window of the rows only those with a ts in it, both ends included, ns.
 */
export function createTrace(keep: (name: TableName) => boolean, sink: TraceSink | null, window: { from: number; to: number } | null = null): TraceControl {
  let seq = 0;
  const digest = newDigest();
  const watch = sink?.row?.bind(sink) ?? null;
  const tables = TABLES.map((name, i) => layout(name, i + 1, sink !== null && keep(name)));

  const flushTable = (t: TableState): void => {
    if (t.batchRows === 0) return;
    if (t.enabled) sink!.batch(t);
    t.words.fill(0, 0, t.batchRows * t.width);
    t.batchRows = 0;
    t.binaryBytes = 0;
    for (const c of t.columns) { c.pos = 0; c.rowPos = 0; if (c.data.length > 4 << 20) c.data = new Uint8Array(1 << 16); }
  };

  const emitter = (t: TableState): unknown => {
    const width = t.width, hashed = t.hashed, core = t.core, index = t.index;
    const binary = t.columns.filter((c) => c.kind === 'bin');
    const set: Record<string, AnySetter> = {};
    const hashOffs = stringHashOffsets.get(t)!;
    let strings = 0;
    for (const c of t.columns) set[c.name] = setter(t, c, c.kind === 'str' ? hashOffs[strings++]! : -1);
    const emptyHash = hashString(''), bounds = window !== null && !REFERRED_TO.has(t.name) ? window : null;
    const outside = (row: number): boolean => { const ts = t.words[row + 3]! + (t.words[row + 4]! | 0) * 4294967296; return ts < bounds!.from || ts > bounds!.to; };
    return {
      name: t.name,
      get enabled() { return t.enabled; },
      get rows() { return t.rows; },
      set,
      begin(ts: number, cpu: number, utid: number, at?: number): number {
        if (t.open) throw new KtraceBug(`two open rows in ${t.name}`);
        t.open = true;
        const row = t.batchRows * width;
        if (row + width > t.words.length) {
          const bigger = new Uint32Array(Math.max(FIRST_ROWS * width, Math.min(t.words.length * 2, BATCH_ROWS * width)));
          bigger.set(t.words);
          t.words = bigger;
        }
        const w = t.words;
        const s = at !== undefined ? at : core ? ++seq : seq; // only core events take numbers: seq is the same whatever is sampled
        w[row + 1] = s;
        w[row + 2] = s / 4294967296;
        w[row + 3] = ts;
        w[row + 4] = Math.floor(ts / 4294967296);
        w[row + 5] = cpu;
        w[row + 6] = utid;
        for (let i = 0; i < hashOffs.length; i++) w[row + hashOffs[i]!] = emptyHash;
        return row;
      },
      end(row: number): void {
        if (!t.open || row !== t.batchRows * width) throw new KtraceBug(`row of ${t.name} ended twice`);
        t.open = false;
        if (core) {
          const w = t.words, mask = w[row]!;
          w[row] = (mask & t.digestMask) ^ (index << 24) ^ (index << 16);
          digestWords(digest, w, row, row + hashed);
          w[row] = mask;
        }
        if (!t.enabled || (bounds !== null && outside(row))) {
          t.words.fill(0, row, row + width);
          for (const c of binary) c.pos = c.rowPos;
          if (!t.enabled) t.rows++;
          return;
        }
        t.rows++;
        if (watch !== null) watch(t, row);
        for (let i = 0; i < binary.length; i++) {
          const c = binary[i]!;
          t.binaryBytes += c.pos - c.rowPos;
          c.rowPos = c.pos;
        }
        if (++t.batchRows === BATCH_ROWS || t.binaryBytes > BATCH_BINARY_BYTES) flushTable(t);
      },
    };
  };

  const trace = {
    reserve: () => ++seq,
    get lastSeq() { return seq; },
  } as Record<string, unknown>;
  Object.defineProperty(trace, 'lastSeq', { get: () => seq });
  for (const t of tables) trace[t.name] = emitter(t);

  return {
    trace: trace as unknown as Trace,
    tables,
    flush() { for (const t of tables) flushTable(t); },
    pendingBytes: () => tables.reduce((n, t) => n + t.batchRows * t.width * 4 + t.binaryBytes, 0),
    digest: () => digest,
    saveState() {
      const f = new Float64Array(1 + DIGEST_WORDS + tables.length);
      f[0] = seq;
      f.set(digest, 1);
      tables.forEach((t, i) => { f[1 + DIGEST_WORDS + i] = t.rows; });
      return new Uint8Array(f.buffer);
    },
    restoreState(bytes) {
      const f = new Float64Array(bytes.slice().buffer);
      assert(f.length === 1 + DIGEST_WORDS + tables.length, 'trace state of another engine');
      seq = f[0]!;
      digest.set(f.subarray(1, 1 + DIGEST_WORDS));
      tables.forEach((t, i) => { t.rows = f[1 + DIGEST_WORDS + i]!; });
    },
  };
}
