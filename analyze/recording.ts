// An opened recording directory: manifest, table indexes, batches read by range and verified. Its errors are one clear line each.
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { crc32c, FILES, FormatError, IDX_KIND, META_PART, parseIndex, parseManifest, parseOpenCalls, sumsOf } from '../engine/events/format.ts';
import type { CallSums, IndexRecord, Manifest, OpenCall } from '../engine/events/format.ts';
import { COMMON, SCHEMA, TABLES } from '../engine/events/schema.ts';
import type { Column, Kind, TableName } from '../engine/events/schema.ts';
import { batchLayout, BUFFERS_OF, dictionaryStrings } from './arrow.ts';
import type { Span } from './arrow.ts';
import { AnalyzeError } from './options.ts';

export interface ColumnInfo { name: string; kind: Kind; nullable: boolean; doc: string; index: number; firstBuffer: number }

export function columnsOf(table: TableName): ColumnInfo[] {
  let buffer = 0;
  return [...Object.entries(COMMON as Record<string, Column>), ...Object.entries(SCHEMA[table].columns as Record<string, Column>)].map(([name, c], index) => {
    const info = { name, kind: c.kind, nullable: Boolean(c.nullable), doc: c.doc, index, firstBuffer: buffer };
    buffer += BUFFERS_OF[c.kind];
    return info;
  });
}

/** One batch in memory. */
export interface Batch { rows: number; body: Uint8Array; buffers: Span[]; nulls: number[] }

export class TableFile {
  readonly name: TableName;
  readonly columns: ColumnInfo[];
  readonly batches: IndexRecord[];
  readonly rows: number;
  private readonly path: string;
  private readonly records: IndexRecord[];
  private fd = -1;
  private readonly dictionaries = new Map<number, string[]>();
  private readonly verified = new Set<number>();
  /** Checksums of the parts of a batch by column. */
  private readonly parts = new Map<IndexRecord, Map<number, number>>();
  /** What the rows of a batch add up to by name, where the recorder has added them up. */
  readonly sums = new Map<IndexRecord, CallSums[]>();
  private cached: { record: IndexRecord; batch: Batch } | null = null;

  constructor(dir: string, name: TableName, complete: boolean, expectedRows: number | undefined, sizes: Record<string, number>) {
    this.name = name;
    this.columns = columnsOf(name);
    this.path = join(dir, FILES.table(name));
    // A table without rows has no files; of a closed recording the manifest knows each file's size.
    const arrowSize = fileSize(this.path), indexSize = fileSize(join(dir, FILES.index(name)));
    const expected = complete ? [sizes[FILES.table(name)], sizes[FILES.index(name)]] : [];
    const cut = (file: string, size: number, wanted: number | undefined): void => {
      if (wanted !== undefined && size !== wanted) throw new FormatError(file, size < 0 ? 'is missing: record again' : 'is cut off or has grown: ktrace check names all damaged files');
    };
    cut(FILES.table(name), arrowSize, expected[0]);
    cut(FILES.index(name), indexSize, expected[1]);
    this.records = indexSize < 0 && expected[1] === undefined ? [] : parseIndex(readWhole(dir, FILES.index(name)), name, complete);
    const size = Math.max(0, arrowSize);
    const last = this.records.at(-1);
    if (last && last.offset + last.length > size) {
      if (complete) throw new FormatError(FILES.table(name), 'is cut off: ktrace check names all damaged files');
      while (this.records.length && this.records.at(-1)!.offset + this.records.at(-1)!.length > size) this.records.pop();
    }
    this.batches = this.records.filter((r) => r.kind === IDX_KIND.batch);
    let batch: IndexRecord | null = null;
    for (const r of this.records) {
      if (r.kind === IDX_KIND.batch) batch = r;
      else if (r.kind === IDX_KIND.part && batch) { const p = this.parts.get(batch) ?? new Map<number, number>(); p.set(r.column, r.crc); this.parts.set(batch, p); }
      else if (r.kind === IDX_KIND.sums && batch) { const s = this.sums.get(batch) ?? []; s.push(sumsOf(r)); this.sums.set(batch, s); }
    }
    this.rows = this.batches.reduce((n, b) => n + b.rows, 0);
    if (complete && expectedRows !== undefined && expectedRows !== this.rows) throw new FormatError(FILES.index(name), `has ${this.rows} rows, the manifest says ${expectedRows}: ktrace check names all damaged files`);
  }

  private message(record: IndexRecord): Uint8Array {
    if (this.fd < 0) this.fd = openSync(this.path, 'r');
    const bytes = new Uint8Array(record.length);
    if (readSync(this.fd, bytes, 0, record.length, record.offset) !== record.length) throw new FormatError(FILES.table(this.name), 'is cut off: ktrace check names all damaged files');
    if (!this.verified.has(record.offset)) {
      if (crc32c(bytes) !== record.crc) throw new FormatError(FILES.table(this.name), 'is damaged (checksum): ktrace check names all damaged files');
      this.verified.add(record.offset);
    }
    return bytes;
  }

  private readAt(offset: number, length: number): Uint8Array {
    if (this.fd < 0) this.fd = openSync(this.path, 'r');
    const bytes = new Uint8Array(length);
    if (readSync(this.fd, bytes, 0, length, offset) !== length) throw new FormatError(FILES.table(this.name), 'is cut off: ktrace check names all damaged files');
    return bytes;
  }
  private checked(bytes: Uint8Array, crc: number): Uint8Array {
    if (crc32c(bytes) !== crc) throw new FormatError(FILES.table(this.name), 'is damaged (checksum): ktrace check names all damaged files');
    return bytes;
  }
  /** Only some columns of a batch, where it has checksums by column; each buffer is its own small body, at offset 0 of nothing else. */
  some(i: number, wanted: readonly ColumnInfo[]): Batch {
    const record = this.batches[i]!, parts = this.parts.get(record);
    if (!parts || this.cached?.record === record || wanted.length * 2 > this.columns.length) return this.batch(i);
    const layout = batchLayout(this.checked(this.readAt(record.offset, record.metaLength), parts.get(META_PART)!));
    const buffers = layout.buffers.slice(), pieces: Uint8Array[] = [];
    let at = 0;
    for (const c of wanted) {
      const spans = layout.buffers.slice(c.firstBuffer, c.firstBuffer + BUFFERS_OF[c.kind]).filter((s) => s.length > 0);
      if (spans.length === 0) continue;
      const from = spans[0]!.offset, last = spans.at(-1)!, to = Math.ceil((last.offset + last.length) / 8) * 8;
      const bytes = this.readAt(record.offset + record.metaLength + from, to - from);
      const key = record.offset * 64 + c.index;
      if (!this.verified.has(-key)) { this.checked(bytes, parts.get(c.index)!); this.verified.add(-key); }
      for (let b = c.firstBuffer; b < c.firstBuffer + BUFFERS_OF[c.kind]; b++) if (layout.buffers[b]!.length) buffers[b] = { offset: at + layout.buffers[b]!.offset - from, length: layout.buffers[b]!.length };
      pieces.push(bytes);
      at += bytes.length;
    }
    const body = new Uint8Array(at);
    let to = 0;
    for (const p of pieces) { body.set(p, to); to += p.length; }
    return { rows: record.rows, body, buffers, nulls: layout.nulls };
  }

  batch(i: number): Batch {
    const record = this.batches[i]!;
    if (this.cached?.record === record) return this.cached.batch;
    const bytes = this.message(record);
    const layout = batchLayout(bytes);
    const batch = { rows: layout.rows, body: bytes.subarray(record.metaLength), buffers: layout.buffers, nulls: layout.nulls };
    this.cached = { record, batch };
    return batch;
  }

  /** Strings of a dictionary column by id. */
  dictionary(column: ColumnInfo): readonly string[] {
    let strings = this.dictionaries.get(column.index);
    if (!strings) {
      strings = [];
      for (const r of this.records) if (r.kind === IDX_KIND.dictionary && r.column === column.index) {
        const part = dictionaryStrings(this.message(r), r.metaLength);
        for (let i = 0; i < part.length; i++) strings[r.firstId + i] = part[i]!;
      }
      this.dictionaries.set(column.index, strings);
    }
    return strings;
  }
  close(): void { if (this.fd >= 0) closeSync(this.fd); this.fd = -1; this.cached = null; }
}

const fileSize = (path: string): number => { try { return statSync(path).size; } catch { return -1; } };
function readWhole(dir: string, file: string): Uint8Array {
  try { return readFileSync(join(dir, file)); } catch { throw new FormatError(file, 'is missing: record again'); }
}

/** Runs `f`; what goes wrong with the files becomes one line that names the recording. */
export function guarded<T>(dir: string, f: () => T): T {
  try { return f(); } catch (e) {
    if (e instanceof FormatError) throw new AnalyzeError(`${dir}: ${e.message}`);
    if (e instanceof RangeError || e instanceof TypeError) throw new AnalyzeError(`${dir}: is damaged: ktrace check names all damaged files`);
    throw e;
  }
}

export class Recording {
  readonly dir: string;
  readonly manifest: Manifest;
  private readonly tables = new Map<TableName, TableFile>();

  constructor(dir: string) {
    this.dir = dir;
    let isDirectory: boolean;
    try { isDirectory = statSync(dir).isDirectory(); } catch { throw new AnalyzeError(`${dir}: no such recording: make one with ktrace record`); }
    if (!isDirectory) throw new AnalyzeError(`${dir}: not a recording (not a directory): make one with ktrace record`);
    if (!existsSync(join(dir, FILES.manifest))) throw new AnalyzeError(`${dir}: not a recording (no ${FILES.manifest}): make one with ktrace record`);
    this.manifest = guarded(dir, () => parseManifest(readFileSync(join(dir, FILES.manifest))));
  }
  has(table: TableName): boolean { return this.manifest.tables.includes(table); }
  table(name: TableName): TableFile {
    let t = this.tables.get(name);
    if (!t) {
      if (!this.has(name)) throw new AnalyzeError(`${this.dir}: was recorded without the table ${name}: ktrace replay --trace ${name} adds it`);
      t = guarded(this.dir, () => new TableFile(this.dir, name, this.manifest.complete, this.manifest.complete ? this.manifest.events[name] : undefined, this.manifest.files));
      this.tables.set(name, t);
    }
    return t;
  }
  tableNames(): TableName[] { return TABLES.filter((t) => this.has(t)); }
  /** Calls that were open at the last flush; of use where the recording was not closed. */
  openCalls(): OpenCall[] {
    if (!existsSync(join(this.dir, FILES.open))) return [];
    return guarded(this.dir, () => parseOpenCalls(readFileSync(join(this.dir, FILES.open))));
  }
  close(): void { for (const t of this.tables.values()) t.close(); }
}
