// Random access to the messages of a recording's Arrow streams: where in a batch each column's buffers lie. Knows flat columns
// of fixed width, bits, dictionary indices and binary, as engine/events/schema.ts declares them; nothing is decoded here.
import type { Kind } from '../engine/events/schema.ts';

export interface Span { offset: number; length: number }
export interface BatchLayout { rows: number; nulls: number[]; buffers: Span[] }

/** Minimal flatbuffers: a table's field by its id, 0 when absent (flatbuffers.dev, internals). */
function field(v: DataView, table: number, id: number): number {
  const vtable = table - v.getInt32(table, true);
  if (4 + id * 2 >= v.getUint16(vtable, true)) return 0;
  const at = v.getUint16(vtable + 4 + id * 2, true);
  return at === 0 ? 0 : table + at;
}
const deref = (v: DataView, at: number): number => at + v.getUint32(at, true);
const i64 = (v: DataView, at: number): number => v.getUint32(at, true) + v.getInt32(at + 4, true) * 4294967296;

/** The layout of a RecordBatch or DictionaryBatch message; `message` begins with the continuation marker. */
export function batchLayout(message: Uint8Array): BatchLayout {
  const v = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const start = v.getUint32(0, true) === 0xffffffff ? 8 : 4;
  const root = deref(v, start);
  const type = v.getUint8(field(v, root, 1));
  let batch = deref(v, field(v, root, 2));
  if (type === 2) batch = deref(v, field(v, batch, 1)); // DictionaryBatch.data
  else if (type !== 3) throw new Error('not a batch');
  const nodes = deref(v, field(v, batch, 1)), buffers = deref(v, field(v, batch, 2));
  const nulls: number[] = [], spans: Span[] = [];
  for (let i = 0; i < v.getUint32(nodes, true); i++) nulls.push(i64(v, nodes + 12 + i * 16)); // FieldNode {length, null_count}
  for (let i = 0; i < v.getUint32(buffers, true); i++) spans.push({ offset: i64(v, buffers + 4 + i * 16), length: i64(v, buffers + 12 + i * 16) });
  const length = field(v, batch, 0);
  return { rows: length ? i64(v, length) : 0, nulls, buffers: spans };
}

export const BUFFERS_OF: Record<Kind, number> = { u8: 2, u16: 2, u32: 2, i32: 2, i64: 2, u64: 2, bool: 2, str: 2, bin: 3 };

/** Strings of a dictionary message. */
export function dictionaryStrings(message: Uint8Array, metaLength: number): string[] {
  const layout = batchLayout(message);
  const body = message.subarray(metaLength);
  const off = layout.buffers[1]!, data = layout.buffers[2]!;
  const v = new DataView(body.buffer, body.byteOffset + off.offset, off.length);
  const decoder = new TextDecoder();
  const out: string[] = [];
  for (let i = 0; i < layout.rows; i++) out.push(decoder.decode(body.subarray(data.offset + v.getInt32(i * 4, true), data.offset + v.getInt32(i * 4 + 4, true))));
  return out;
}
