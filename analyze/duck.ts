// DuckDB over a recording: a table function for each Arrow stream, scanned in place with projection push-down, and the views on them.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BIGINT, BLOB, BOOLEAN, DuckDBInstance, DuckDBTableFunction, ENUM, INTEGER, UBIGINT, UINTEGER, USMALLINT, UTINYINT, VARCHAR } from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBDataChunk, DuckDBType } from '@duckdb/node-api';
import bindings from '@duckdb/node-bindings';
import { decodeCall, DEFAULTS } from '../engine/abi/decode/index.ts';
import { FormatError } from '../engine/events/format.ts';
import { TABLES } from '../engine/events/schema.ts';
import type { TableName } from '../engine/events/schema.ts';
import { AnalyzeError } from './options.ts';
import { guarded, Recording } from './recording.ts';
import type { Batch, ColumnInfo, TableFile } from './recording.ts';
import { viewText, VIEWS } from './views.ts';

/** u64 columns that hold addresses or raw words keep all 64 bits; the rest are counts and times below 2^63. */
const ADDRESSES = new Set(['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'addr', 'ip', 'callsite', 'handler', 'pc', 'start', 'end', 'clone_flags', 'dev', 'ino']);
/** Binary columns that are text to everybody. */
const TEXTS = new Set(['path', 'argv', 'interp', 'symbol']);

const VECTOR = bindings.vector_size();

interface Scanned {
  info: ColumnInfo | null; // null: the computed args column
  type: DuckDBType;
  width: number; // bytes of a value in the vector, 0 for variable ones
  convert: ((batch: Batch, data: Uint8Array) => Uint8Array) | null; // where file and vector differ
}

const WIDTH: Record<string, number> = { u8: 1, u16: 2, u32: 4, i32: 4, i64: 8, u64: 8 };
const FIXED: Record<string, DuckDBType> = { u8: UTINYINT, u16: USMALLINT, u32: UINTEGER, i32: INTEGER, i64: BIGINT };

function scannedOf(t: TableFile, info: ColumnInfo): Scanned {
  switch (info.kind) {
    case 'str': {
      // Two byte strings that are not UTF-8 may read alike: they share a member.
      const strings = t.dictionary(info), places = new Map<string, number>(), ranks = Int32Array.from(strings, (s) => { const at = places.get(s) ?? places.size; places.set(s, at); return at; });
      const members = places.size ? [...places.keys()] : [''], same = members.length === strings.length;
      const width = members.length <= 255 ? 1 : members.length <= 65535 ? 2 : 4;
      return { info, type: ENUM(members), width, convert: (batch, data) => {
        let ids = new Int32Array(data.buffer.slice(data.byteOffset, data.byteOffset + batch.rows * 4));
        if (!same) ids = ids.map((id) => ranks[id]!);
        if (width === 4) return new Uint8Array(ids.buffer);
        const out = width === 1 ? Uint8Array.from(ids) : Uint16Array.from(ids);
        return new Uint8Array(out.buffer);
      } };
    }
    case 'bin': return { info, type: TEXTS.has(info.name) ? VARCHAR : BLOB, width: 0, convert: null };
    case 'bool': return { info, type: BOOLEAN, width: 1, convert: (batch, data) => { const out = new Uint8Array(batch.rows); for (let i = 0; i < batch.rows; i++) out[i] = (data[i >> 3]! >> (i & 7)) & 1; return out; } };
    case 'u64': return { info, type: ADDRESSES.has(info.name) ? UBIGINT : BIGINT, width: 8, convert: null };
    default: return { info, type: FIXED[info.kind]!, width: WIDTH[info.kind]!, convert: null };
  }
}

interface Prepared { column: Scanned; data: Uint8Array | null; offsets: Int32Array | null; valid: Uint8Array | null }
interface ScanState { batch: number; at: number; rows: number; current: Batch | null; columns: Prepared[]; picks: Scanned[] }

function prepare(picks: readonly Scanned[], batch: Batch): Prepared[] {
  return picks.map((column) => {
    if (!column.info) return { column, data: null, offsets: null, valid: null };
    const { firstBuffer, index, kind } = column.info;
    const span = (i: number): Uint8Array => { const s = batch.buffers[firstBuffer + i]!; return batch.body.subarray(s.offset, s.offset + s.length); };
    const valid = batch.nulls[index]! > 0 ? span(0) : null;
    if (kind === 'bin') {
      const o = span(1);
      return { column, data: span(2), offsets: new Int32Array(o.buffer.slice(o.byteOffset, o.byteOffset + (batch.rows + 1) * 4)), valid };
    }
    const raw = span(1);
    return { column, data: column.convert ? column.convert(batch, raw) : raw, offsets: null, valid };
  });
}

const lossy = new TextDecoder();
const encoder = new TextEncoder();
const isAscii = (b: Uint8Array): boolean => { for (let i = 0; i < b.length; i++) if (b[i]! >= 128) return false; return true; };

function emit(chunk: DuckDBDataChunk, column: number, p: Prepared, from: number, n: number, argsAt: ((row: number) => string) | null): void {
  const vector = bindings.data_chunk_get_vector(chunk.chunk, column);
  if (!p.column.info) {
    for (let i = 0; i < n; i++) bindings.vector_assign_string_element(vector, i, argsAt!(from + i));
    return;
  }
  if (p.valid) {
    bindings.vector_ensure_validity_writable(vector);
    const bits = new Uint8Array(((n + 63) >> 6) * 8);
    for (let i = 0; i < n; i++) if ((p.valid[(from + i) >> 3]! >> ((from + i) & 7)) & 1) bits[i >> 3]! |= 1 << (i & 7);
    bindings.copy_data_to_vector_validity(vector, 0, bits.buffer, 0, bits.length);
  }
  const data = p.data!;
  if (p.offsets) {
    const text = p.column.type === VARCHAR;
    for (let i = 0; i < n; i++) {
      const row = from + i;
      if (p.valid && !((p.valid[row >> 3]! >> (row & 7)) & 1)) continue;
      let b = data.subarray(p.offsets[row]!, p.offsets[row + 1]!);
      if (text && !isAscii(b)) b = encoder.encode(lossy.decode(b));
      bindings.vector_assign_string_element_len(vector, i, b);
    }
    return;
  }
  const w = p.column.width;
  bindings.copy_data_to_vector(vector, 0, data.buffer as ArrayBuffer, data.byteOffset + from * w, n * w);
}

/** Text of the arguments of row i of a syscall batch. */
function argsReader(t: TableFile, batch: Batch): (row: number) => string {
  const col = (name: string): Prepared => prepare([scannedOf(t, t.columns.find((c) => c.name === name)!)], batch)[0]!;
  const words = ['a0', 'a1', 'a2', 'a3', 'a4', 'a5'].map((n) => { const d = col(n).data!; return new DataView(d.buffer, d.byteOffset, d.byteLength); });
  const nr = col('nr').data!, ret = col('ret'), restart = col('restart').data!, payload = col('payload');
  const view = (d: Uint8Array): DataView => new DataView(d.buffer, d.byteOffset, d.byteLength);
  const nrView = view(nr), retView = view(ret.data!), restartView = view(restart);
  const args = new Uint32Array(12);
  const valid = (p: Prepared, row: number): boolean => !p.valid || ((p.valid[row >> 3]! >> (row & 7)) & 1) === 1;
  return (row) => {
    words.forEach((w, i) => { args[i * 2] = w.getUint32(row * 8, true); args[i * 2 + 1] = w.getUint32(row * 8 + 4, true); });
    const call = {
      nr: nrView.getInt32(row * 4, true), args, restart: restartView.getInt32(row * 4, true),
      ret: valid(ret, row) ? retView.getUint32(row * 8, true) + retView.getInt32(row * 8 + 4, true) * 4294967296 : null,
      payload: valid(payload, row) ? payload.data!.subarray(payload.offsets![row]!, payload.offsets![row + 1]!) : null,
    };
    const d = decodeCall(call, DEFAULTS);
    return d.entry + d.exit;
  };
}

function registerTable(connection: DuckDBConnection, recording: Recording, name: TableName, fail: (e: unknown) => void): void {
  let t: TableFile | null = null;
  let columns: Scanned[] = [];
  const open = (): TableFile => {
    if (!t) {
      t = recording.table(name);
      const file = t;
      columns = guarded(recording.dir, () => file.columns.map((c) => scannedOf(file, c)));
      if (name === 'syscall') columns.push({ info: null, type: VARCHAR, width: 0, convert: null });
    }
    return t;
  };
  connection.registerTableFunction(DuckDBTableFunction.create({
    name: `${name}_scan`,
    supportsProjectionPushdown: true,
    namedParameterTypes: { from: BIGINT, to: BIGINT },
    bindFunction(info) {
      try {
        const file = open();
        columns.forEach((c) => info.addResultColumn(c.info?.name ?? 'args', c.type));
        info.setCardinality(file.rows, true);
        const from = info.getNamedParameter('from'), to = info.getNamedParameter('to');
        info.setBindData({ from: from === null ? -Infinity : Number(from), to: to === null ? Infinity : Number(to) });
      } catch (e) { fail(e); info.setError(String((e as Error).message)); }
    },
    initFunction(info) {
      info.setMaxThreads(1);
      const picks = info.getColumnIndexes().filter((i) => i < columns.length).map((i) => columns[i]!);
      const state: ScanState = { batch: 0, at: 0, rows: 0, current: null, columns: [], picks };
      info.setInitData(state);
    },
    mainFunction(info, out) {
      const s = info.getInitData() as ScanState, range = info.getBindData() as { from: number; to: number };
      try {
        const file = open();
        if (s.at >= s.rows) {
          while (s.batch < file.batches.length && (file.batches[s.batch]!.maxTs < range.from || file.batches[s.batch]!.minTs > range.to)) s.batch++;
          if (s.batch >= file.batches.length) { out.rowCount = 0; s.current = null; return; }
          if (s.picks.length === 0) { s.current = null; s.rows = file.batches[s.batch++]!.rows; } // count(*): the index knows
          else {
            s.current = guarded(recording.dir, () => (s.picks.every((p) => p.info) ? file.some(s.batch, s.picks.map((p) => p.info!)) : file.batch(s.batch)));
            s.batch++;
            s.rows = s.current.rows;
            s.columns = guarded(recording.dir, () => prepare(s.picks, s.current!));
          }
          s.at = 0;
        }
        const n = Math.min(VECTOR, s.rows - s.at);
        const args = s.picks.some((p) => !p.info) ? argsReader(file, s.current!) : null;
        for (let i = 0; i < s.columns.length; i++) emit(out, i, s.columns[i]!, s.at, n, args);
        out.rowCount = n;
        s.at += n;
      } catch (e) { fail(e); out.rowCount = 0; info.setError(String((e as Error).message)); }
    },
  }));
}

export type Row = Record<string, unknown>;

export class Database {
  readonly recording: Recording;
  readonly connection: DuckDBConnection;
  private readonly instance: DuckDBInstance;
  /** The first error of a scan: what the user should read in place of DuckDB's report of it. */
  private failure: unknown = null;
  private constructor(recording: Recording, instance: DuckDBInstance, connection: DuckDBConnection) { this.recording = recording; this.instance = instance; this.connection = connection; }

  static async open(dir: string): Promise<Database> {
    const recording = new Recording(dir);
    const instance = await DuckDBInstance.create(':memory:', { memory_limit: '800MB', temp_directory: join(tmpdir(), `ktrace-duckdb-${process.pid}`), threads: '2' });
    const db = new Database(recording, instance, await instance.connect());
    const fail = (e: unknown): void => { db.failure ??= e; };
    for (const name of recording.tableNames()) registerTable(db.connection, recording, name, fail);
    return db;
  }
  private viewed = new Set<string>();
  /** Makes the views that the query needs, in dependency order; a view of a table that was not recorded says so when it is used. */
  private async views(query: string): Promise<void> {
    const visit = async (name: string, path: string[]): Promise<void> => {
      if (this.viewed.has(name) || path.includes(name)) return;
      const text = viewText(name, (t) => this.recording.has(t));
      if (text === undefined) return;
      for (const other of Object.keys(VIEWS)) if (other !== name && new RegExp(`\\b${other}\\b`).test(text)) await visit(other, [...path, name]);
      const table = name as TableName;
      if (/_scan\(\)/.test(text) && text.includes(`${name}_scan()`) && !this.recording.has(table)) return;
      this.viewed.add(name);
      await this.connection.run(`create or replace view "${name}" as ${text}`);
    };
    for (const name of Object.keys(VIEWS)) if (new RegExp(`\\b${name}\\b`, 'i').test(query)) await visit(name, []);
  }
  /** All views, for an open-ended user query. */
  async allViews(): Promise<void> { await this.guard(() => this.views(Object.keys(VIEWS).join(' '))); }

  async guard<T>(f: () => Promise<T>): Promise<T> {
    try { return await f(); } catch (e) {
      const cause = this.failure ?? e;
      if (cause instanceof AnalyzeError) throw cause;
      if (cause instanceof FormatError) throw new AnalyzeError(`${this.recording.dir}: ${cause.message}`);
      const missing = /Table with name (\w+) does not exist/.exec((cause as Error).message)?.[1] as TableName | undefined;
      if (missing !== undefined && TABLES.includes(missing) && !this.recording.has(missing)) throw new AnalyzeError(`${this.recording.dir}: was recorded without the table ${missing}: ktrace replay --trace ${missing} adds it`);
      throw new AnalyzeError(firstLine(cause as Error));
    }
  }
  async rows(query: string): Promise<Row[]> {
    return this.guard(async () => {
      await this.views(query);
      return (await this.connection.runAndReadAll(query)).getRowObjectsJS() as Row[];
    });
  }
  /** Rows as they come, a chunk at a time: memory stays flat. */
  async *stream(query: string): AsyncGenerator<Row[]> {
    const result = await this.guard(async () => { await this.views(query); return this.connection.stream(query); });
    const iterator = result.yieldRowObjectJs();
    for (;;) {
      const next = await this.guard(() => iterator.next() as Promise<IteratorResult<Row[]>>);
      if (next.done) return;
      yield next.value;
    }
  }
  async columns(query: string): Promise<{ names: string[]; types: string[]; rows: unknown[][] }> {
    return this.guard(async () => {
      await this.views(query);
      const reader = await this.connection.runAndReadAll(query);
      return { names: reader.columnNames(), types: reader.columnTypes().map(String), rows: reader.getRowsJS() as unknown[][] };
    });
  }
  close(): void { this.connection.closeSync(); this.instance.closeSync(); this.recording.close(); }
}
const firstLine = (e: Error): string => e.message.split('\n').filter((l) => l.trim() !== '').slice(0, 1).join(' ').trim();

/** Opens, runs, closes. */
export async function withDatabase<T>(dir: string, f: (db: Database) => Promise<T>): Promise<T> {
  const db = await Database.open(dir);
  try { return await f(db); } finally { db.close(); }
}
