// Messages of the Arrow IPC stream format, over typed arrays: schema, dictionary batch, record batch. Not by the apache-arrow package, which reads them
// back in the tests: it takes 170 ms to load, the whole of a short recording, copies each batch once more, and does not say where a message begins,
// which TABLE.idx records. Slots and numbers are those of Message.fbs and Schema.fbs.
// https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format
import type { Column, Kind } from '../../engine/events/schema.ts';
import { FlatWriter } from './flat.ts';
import type { FlatField } from './flat.ts';

/** An encapsulated message: prefix and metadata, then the body's buffers, each padded to 8 bytes. */
export interface IpcMessage { meta: Uint8Array; body: Uint8Array[]; bodyLength: number }

const INT: Partial<Record<Kind, [bits: number, signed: 0 | 1]>> = { u8: [8, 0], u16: [16, 0], u32: [32, 0], i32: [32, 1], i64: [64, 1], u64: [64, 0] };
/** MetadataVersion.V5; MessageHeader and Type by name. */
const V5 = 4, HEADER = { schema: 1, dictionary: 2, batch: 3 } as const, TYPE = { int: 2, binary: 4, utf8: 5, bool: 6 } as const;
const ALIGN = 8;
const PAD = new Uint8Array(ALIGN);
const padding = (n: number): number => (ALIGN - (n % ALIGN)) % ALIGN;

/** Prefix (continuation marker, length) and metadata. */
function message(w: FlatWriter, type: number, header: () => number, bodyLength: number): Uint8Array {
  const flat = w.finish(() => w.table([[2, V5], [1, type], header, [8, bodyLength]])), out = new Uint8Array(8 + flat.length), v = new DataView(out.buffer);
  v.setInt32(0, -1, true);
  v.setInt32(4, flat.length, true);
  out.set(flat, 8);
  return out;
}

/** The stream's first message. The dictionary id of a str column is its index. */
export function schemaMessage(columns: [string, Column][]): IpcMessage {
  const w = new FlatWriter();
  const int = (bits: number, signed: number): number => w.table([[4, bits], [1, signed]]);
  const field = ([name, c]: [string, Column], i: number) => (): number => {
    const type = c.kind === 'str' ? TYPE.utf8 : c.kind === 'bin' ? TYPE.binary : c.kind === 'bool' ? TYPE.bool : TYPE.int;
    const dictionary = (): number => w.table([[8, i], () => int(32, 1)]);
    return w.table([() => w.string(name), [1, c.nullable ? 1 : 0], [1, type], () => type === TYPE.int ? int(...INT[c.kind]!) : w.table([]), c.kind === 'str' ? dictionary : undefined, () => w.vector([])]);
  };
  const schema = (): number => w.table([[2, 0], () => w.vector(columns.map(field))]); // little-endian
  return { meta: message(w, HEADER.schema, schema, 0), body: [], bodyLength: 0 };
}

/** Buffers of a batch with their field nodes. */
export interface BatchParts { rows: number; nodes: { length: number; nulls: number }[]; buffers: Uint8Array[] }

function recordBatch(w: FlatWriter, parts: BatchParts): { batch: () => number; body: Uint8Array[]; bodyLength: number } {
  const body: Uint8Array[] = [], places: [number, number][] = [];
  let at = 0;
  for (const buffer of parts.buffers) {
    places.push([at, buffer.length]);
    if (buffer.length === 0) continue;
    body.push(buffer);
    const pad = padding(buffer.length);
    if (pad) body.push(PAD.subarray(0, pad));
    at += buffer.length + pad;
  }
  const fields: FlatField[] = [[8, parts.rows], () => w.pairs(parts.nodes.map((n) => [n.length, n.nulls])), () => w.pairs(places)];
  return { batch: () => w.table(fields), body, bodyLength: at };
}

export function batchMessage(parts: BatchParts): IpcMessage {
  const w = new FlatWriter(), { batch, body, bodyLength } = recordBatch(w, parts);
  return { meta: message(w, HEADER.batch, batch, bodyLength), body, bodyLength };
}

/** The strings of a column that are new since its last dictionary message: the first is the dictionary, the others deltas. */
export function dictionaryMessage(id: number, isDelta: boolean, strings: Uint8Array[]): IpcMessage {
  const offsets = new Int32Array(strings.length + 1);
  strings.forEach((s, i) => { offsets[i + 1] = offsets[i]! + s.length; });
  const data = new Uint8Array(offsets[strings.length]!);
  strings.forEach((s, i) => data.set(s, offsets[i]!));
  const w = new FlatWriter();
  const { batch, body, bodyLength } = recordBatch(w, { rows: strings.length, nodes: [{ length: strings.length, nulls: 0 }], buffers: [new Uint8Array(0), new Uint8Array(offsets.buffer), data] });
  return { meta: message(w, HEADER.dictionary, () => w.table([[8, id], batch, [1, isDelta ? 1 : 0]]), bodyLength), body, bodyLength };
}
