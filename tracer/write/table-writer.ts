// Writes the batches of all tables: TABLE.arrow (an Arrow IPC stream) and, after it, the records of TABLE.idx.
// Files are opened at the first batch of a table: a recording holds files for the tables that have rows.
import { closeSync, openSync, writeSync, writevSync } from 'node:fs';
import { join } from 'node:path';
import { tableColumns } from '../../engine/events/emitter.ts';
import type { TableState, TraceSink } from '../../engine/events/emitter.ts';
import { crc32c, crc32cConcat, FILES, IDX_KIND, indexHeader, indexRecord, META_PART, sumsRecord } from '../../engine/events/format.ts';
import type { CallSums } from '../../engine/events/format.ts';
import type { TableName } from '../../engine/events/schema.ts';
import { batchMessage, dictionaryMessage, schemaMessage } from './arrow-ipc.ts';
import type { IpcMessage } from './arrow-ipc.ts';
import { batchParts, callSums, stringBytes } from './columns.ts';

interface Files { arrow: number; idx: number; at: number; idxAt: number }
/** Ends an Arrow stream: continuation marker and a length of zero. */
const END_OF_STREAM = Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0);
const COMMON_COLUMNS = 4;
/** Batches of fewer rows are read whole: their columns get no checksums of their own, and calls are not added up. */
const PARTS_FROM_ROWS = 4096;

interface Range { minTs: number; maxTs: number; minSeq: number; maxSeq: number }
interface Part { column: number; crc: number; length: number }

/** Checksums of the metadata and of each column's buffers with their padding, in the order in which they lie in the message. */
function partsOf(t: TableState, m: IpcMessage, buffers: Uint8Array[]): Part[] {
  const parts: Part[] = [{ column: META_PART, crc: crc32c(m.meta), length: m.meta.length }];
  let buffer = 0, piece = 0;
  tableColumns(t.name).forEach(([, c], column) => {
    let crc = 0, length = 0;
    for (let i = c.kind === 'bin' ? 3 : 2; i > 0; i--) {
      const size = buffers[buffer++]!.length;
      if (size === 0) continue;
      for (let left = Math.ceil(size / 8) * 8; left > 0;) { const b = m.body[piece++]!; crc = crc32c(b, 0, b.length, crc); left -= b.length; length += b.length; }
    }
    parts.push({ column, crc, length });
  });
  return parts;
}

function writeFully(fd: number, buffers: Uint8Array[], total: number): void {
  let done = writevSync(fd, buffers);
  if (done === total) return;
  // a short write: the rest one by one, so that a full disk is reported as such
  for (const b of buffers) {
    if (done >= b.length) { done -= b.length; continue; }
    for (let at = done; at < b.length;) at += writeSync(fd, b, at, b.length - at);
    done = 0;
  }
}

export class TableWriter implements TraceSink {
  private readonly files = new Map<TableName, Files>();
  private readonly dir: string;
  /** Bytes written so far, for --max-size. */
  bytes = 0;
  constructor(dir: string) { this.dir = dir; }

  private filesOf(t: TableState): Files {
    let f = this.files.get(t.name);
    if (!f) {
      f = { arrow: openSync(join(this.dir, FILES.table(t.name)), 'wx', 0o600), idx: openSync(join(this.dir, FILES.index(t.name)), 'wx', 0o600), at: 0, idxAt: 0 };
      this.files.set(t.name, f);
      const header = indexHeader(t.name);
      f.idxAt += writeSync(f.idx, header);
      this.message(f, schemaMessage(tableColumns(t.name)), IDX_KIND.schema, 0, 0, 0, null);
    }
    return f;
  }

  private message(f: Files, m: IpcMessage, kind: number, column: number, rows: number, firstId: number, range: Range | null, parts: Part[] | null = null, sums: CallSums[] = []): void {
    const length = m.meta.length + m.bodyLength, buffers = [m.meta, ...m.body];
    writeFully(f.arrow, buffers, length);
    let crc = 0;
    if (parts) for (const p of parts) crc = crc32cConcat(crc, p.crc, p.length);
    else for (const b of buffers) crc = crc32c(b, 0, b.length, crc);
    const none = { minTs: 0, maxTs: 0, minSeq: 0, maxSeq: 0, spare: [0, 0] as [number, number] };
    const records = [indexRecord({ kind, column, offset: f.at, length, metaLength: m.meta.length, rows, firstId, crc, ...none, ...range })];
    f.at += length;
    if (parts) for (const p of parts) records.push(indexRecord({ kind: IDX_KIND.part, column: p.column, offset: f.at, length: 0, metaLength: 0, rows: 0, firstId: 0, crc: p.crc, ...none }));
    for (const s of sums) records.push(indexRecord(sumsRecord(s, f.at)));
    const size = records.reduce((n, r) => n + r.length, 0);
    writeFully(f.idx, records, size);
    f.idxAt += size;
    this.bytes += length + size;
  }

  batch(t: TableState): void {
    const f = this.filesOf(t);
    t.columns.forEach((c, i) => {
      if (c.kind !== 'str' || c.strings.length === c.written) return;
      const fresh = c.strings.slice(c.written).map(stringBytes), column = COMMON_COLUMNS + i;
      this.message(f, dictionaryMessage(column, c.written > 0, fresh), IDX_KIND.dictionary, column, fresh.length, c.written, null);
      c.written = c.strings.length;
    });
    const { parts, range } = batchParts(t);
    const message = batchMessage(parts);
    const large = t.batchRows >= PARTS_FROM_ROWS;
    this.message(f, message, IDX_KIND.batch, 0, t.batchRows, 0, range, large ? partsOf(t, message, parts.buffers) : null, large && t.name === 'syscall' ? callSums(t) : []);
  }

  /** Ends the streams; the files' sizes by name relative to the recording, for the manifest. */
  close(): Record<string, number> {
    const sizes: Record<string, number> = {};
    for (const [name, f] of this.files) {
      writeFully(f.arrow, [END_OF_STREAM], END_OF_STREAM.length);
      sizes[FILES.table(name)] = f.at + END_OF_STREAM.length;
      sizes[FILES.index(name)] = f.idxAt;
      closeSync(f.arrow);
      closeSync(f.idx);
    }
    this.files.clear();
    return sizes;
  }
}
