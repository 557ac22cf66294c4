// Messages of the Arrow IPC stream format, over typed arrays: schema, dictionary batch, record batch. Built with Arrow's own
// generated FlatBuffers code (apache-arrow/fb), not its vectors and writer: those cost 170 ms to load where a whole recording of
// /bin/true may take 240, copy each batch once more, and do not say where a message begins, which TABLE.idx records.
// https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format
import { Builder } from 'flatbuffers';
import { Binary } from 'apache-arrow/fb/binary';
import { Bool } from 'apache-arrow/fb/bool';
import { Buffer as FbBuffer } from 'apache-arrow/fb/buffer';
import { DictionaryBatch } from 'apache-arrow/fb/dictionary-batch';
import { DictionaryEncoding } from 'apache-arrow/fb/dictionary-encoding';
import { Endianness } from 'apache-arrow/fb/endianness';
import { Field } from 'apache-arrow/fb/field';
import { FieldNode } from 'apache-arrow/fb/field-node';
import { Int } from 'apache-arrow/fb/int';
import { Message } from 'apache-arrow/fb/message';
import { MessageHeader } from 'apache-arrow/fb/message-header';
import { MetadataVersion } from 'apache-arrow/fb/metadata-version';
import { RecordBatch } from 'apache-arrow/fb/record-batch';
import { Schema } from 'apache-arrow/fb/schema';
import { Type } from 'apache-arrow/fb/type';
import { Utf8 } from 'apache-arrow/fb/utf8';
import type { Column, Kind } from '../../engine/events/schema.ts';

/** An encapsulated message: prefix and metadata, then the body's buffers, each padded to 8 bytes. */
export interface IpcMessage { meta: Uint8Array; body: Uint8Array[]; bodyLength: number }

const INT: Partial<Record<Kind, [bits: number, signed: boolean]>> = { u8: [8, false], u16: [16, false], u32: [32, false], i32: [32, true], i64: [64, true], u64: [64, false] };
const ALIGN = 8;
const PAD = new Uint8Array(ALIGN);
const padding = (n: number): number => (ALIGN - (n % ALIGN)) % ALIGN;

/** Prefix (continuation marker, length) and metadata, padded to 8 bytes. */
function encapsulate(b: Builder, message: number): Uint8Array {
  b.finish(message);
  const flat = b.asUint8Array(), padded = flat.length + padding(flat.length);
  const out = new Uint8Array(8 + padded), v = new DataView(out.buffer);
  v.setInt32(0, -1, true);
  v.setInt32(4, padded, true);
  out.set(flat, 8);
  return out;
}

function message(b: Builder, type: MessageHeader, header: number, bodyLength: number): Uint8Array {
  Message.startMessage(b);
  Message.addVersion(b, MetadataVersion.V5);
  Message.addHeaderType(b, type);
  Message.addHeader(b, header);
  Message.addBodyLength(b, BigInt(bodyLength));
  return encapsulate(b, Message.endMessage(b));
}

function fieldType(b: Builder, kind: Kind): [Type, number] {
  if (kind === 'str') return [Type.Utf8, (Utf8.startUtf8(b), Utf8.endUtf8(b))];
  if (kind === 'bin') return [Type.Binary, (Binary.startBinary(b), Binary.endBinary(b))];
  if (kind === 'bool') return [Type.Bool, (Bool.startBool(b), Bool.endBool(b))];
  const [bits, signed] = INT[kind]!;
  return [Type.Int, Int.createInt(b, bits, signed)];
}

/** The stream's first message. The dictionary id of a str column is its index. */
export function schemaMessage(columns: [string, Column][]): IpcMessage {
  const b = new Builder(1024);
  const fields = columns.map(([name, c], i) => {
    const nameOffset = b.createString(name), [type, typeOffset] = fieldType(b, c.kind);
    let encoding = 0;
    if (c.kind === 'str') {
      const index = Int.createInt(b, 32, true);
      DictionaryEncoding.startDictionaryEncoding(b);
      DictionaryEncoding.addId(b, BigInt(i));
      DictionaryEncoding.addIndexType(b, index);
      encoding = DictionaryEncoding.endDictionaryEncoding(b);
    }
    const children = Field.createChildrenVector(b, []);
    Field.startField(b);
    Field.addName(b, nameOffset);
    Field.addNullable(b, !!c.nullable);
    Field.addTypeType(b, type);
    Field.addType(b, typeOffset);
    Field.addChildren(b, children);
    if (encoding) Field.addDictionary(b, encoding);
    return Field.endField(b);
  });
  const vector = Schema.createFieldsVector(b, fields);
  Schema.startSchema(b);
  Schema.addEndianness(b, Endianness.Little);
  Schema.addFields(b, vector);
  return { meta: message(b, MessageHeader.Schema, Schema.endSchema(b), 0), body: [], bodyLength: 0 };
}

/** Buffers of a batch with their field nodes. */
export interface BatchParts { rows: number; nodes: { length: number; nulls: number }[]; buffers: Uint8Array[] }

function recordBatch(b: Builder, parts: BatchParts): [header: number, body: Uint8Array[], bodyLength: number] {
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
  RecordBatch.startNodesVector(b, parts.nodes.length);
  for (const n of parts.nodes.slice().reverse()) FieldNode.createFieldNode(b, BigInt(n.length), BigInt(n.nulls));
  const nodes = b.endVector();
  RecordBatch.startBuffersVector(b, places.length);
  for (const [offset, length] of places.reverse()) FbBuffer.createBuffer(b, BigInt(offset), BigInt(length));
  const buffers = b.endVector();
  RecordBatch.startRecordBatch(b);
  RecordBatch.addLength(b, BigInt(parts.rows));
  RecordBatch.addNodes(b, nodes);
  RecordBatch.addBuffers(b, buffers);
  return [RecordBatch.endRecordBatch(b), body, at];
}

export function batchMessage(parts: BatchParts): IpcMessage {
  const b = new Builder(1024), [header, body, bodyLength] = recordBatch(b, parts);
  return { meta: message(b, MessageHeader.RecordBatch, header, bodyLength), body, bodyLength };
}

/** The strings of a column that are new since its last dictionary message: the first is the dictionary, the others deltas. */
export function dictionaryMessage(id: number, isDelta: boolean, strings: Uint8Array[]): IpcMessage {
  const offsets = new Int32Array(strings.length + 1);
  strings.forEach((s, i) => { offsets[i + 1] = offsets[i]! + s.length; });
  const data = new Uint8Array(offsets[strings.length]!);
  strings.forEach((s, i) => data.set(s, offsets[i]!));
  const b = new Builder(256);
  const [batch, body, bodyLength] = recordBatch(b, { rows: strings.length, nodes: [{ length: strings.length, nulls: 0 }], buffers: [new Uint8Array(0), new Uint8Array(offsets.buffer), data] });
  DictionaryBatch.startDictionaryBatch(b);
  DictionaryBatch.addId(b, BigInt(id));
  DictionaryBatch.addData(b, batch);
  DictionaryBatch.addIsDelta(b, isDelta);
  return { meta: message(b, MessageHeader.DictionaryBatch, DictionaryBatch.endDictionaryBatch(b), bodyLength), body, bodyLength };
}
