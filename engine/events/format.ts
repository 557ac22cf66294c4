// The files of a recording: names, layouts, checksums and version checks, shared by the writer (tracer) and the readers (tracer,
// analyze). Pure functions over bytes; who reads and writes the files is not here.
import type { CpuLevel } from '../abi/cpu-models.ts';
import { FORMAT_VERSION, TABLES } from './schema.ts';
import type { TableName } from './schema.ts';

export { FORMAT_VERSION };

export const FILES = {
  manifest: 'manifest.json', inputs: 'inputs.bin', digests: 'digests.bin', images: 'images.bin', blobs: 'blobs', blobPack: 'blobs/pack.bin', blobIndex: 'blobs/pack.idx', trace: 'trace', open: 'trace/open.bin', checkpoints: 'checkpoints',
  table: (t: TableName): string => `trace/${t}.arrow`,
  index: (t: TableName): string => `trace/${t}.idx`,
  /** Contents above a chunk are files of their own. */
  blob: (sha256: string): string => `blobs/${sha256}`,
} as const;

// ---- CRC-32C (Castagnoli), slicing by sixteen

const CRC = new Int32Array(16 * 256);
for (let i = 0; i < 256; i++) {
  let c = i;
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
  CRC[i] = c;
}
for (let i = 0; i < 256; i++) for (let k = 1; k < 16; k++) CRC[k * 256 + i] = (CRC[(k - 1) * 256 + i]! >>> 8) ^ CRC[CRC[(k - 1) * 256 + i]! & 255]!;

/** The state behind bytes [from, to). */
function crcBytes(c: number, u: Uint8Array, from: number, to: number): number {
  for (let i = from; i < to; i++) c = (c >>> 8) ^ CRC[(c ^ u[i]!) & 255]!;
  return c;
}
/** The state behind words, a multiple of four. */
function crcWords(c: number, w: Int32Array): number {
  for (let i = 0; i < w.length; i += 4) {
    const x = c ^ w[i]!, y = w[i + 1]!, z = w[i + 2]!, v = w[i + 3]!;
    c = CRC[3840 + (x & 255)]! ^ CRC[3584 + ((x >>> 8) & 255)]! ^ CRC[3328 + ((x >>> 16) & 255)]! ^ CRC[3072 + (x >>> 24)]!
      ^ CRC[2816 + (y & 255)]! ^ CRC[2560 + ((y >>> 8) & 255)]! ^ CRC[2304 + ((y >>> 16) & 255)]! ^ CRC[2048 + (y >>> 24)]!
      ^ CRC[1792 + (z & 255)]! ^ CRC[1536 + ((z >>> 8) & 255)]! ^ CRC[1280 + ((z >>> 16) & 255)]! ^ CRC[1024 + (z >>> 24)]!
      ^ CRC[768 + (v & 255)]! ^ CRC[512 + ((v >>> 8) & 255)]! ^ CRC[256 + ((v >>> 16) & 255)]! ^ CRC[v >>> 24]!;
  }
  return c;
}
/** Fewer bytes are not worth a view of words. */
const CRC_WORDS_FROM = 256;
/** CRC-32C of bytes, continued from `crc` (0 at the start). */
export function crc32c(u: Uint8Array, from = 0, to = u.length, crc = 0): number {
  let c = ~crc, at = from;
  if (to - from >= CRC_WORDS_FROM) {
    const aligned = from + (-(u.byteOffset + from) & 3), count = ((to - aligned) >> 4) * 4;
    c = crcWords(crcBytes(c, u, from, aligned), new Int32Array(u.buffer, u.byteOffset + aligned, count));
    at = aligned + count * 4;
  }
  return ~crcBytes(c, u, at, to) >>> 0;
}

const times = (m: Uint32Array, v: number): number => { let r = 0; for (let i = 0; v !== 0; i++, v >>>= 1) if (v & 1) r ^= m[i]!; return r; };
/** Operators that append 1, 2, 4, 8 … zero bytes to a CRC, as 32 columns over GF(2) (zlib's crc32_combine); as many as were needed so far. */
const zeros: Uint32Array[] = [];
function appendZeros(log: number): Uint32Array {
  const square = (m: Uint32Array): Uint32Array => m.map((column) => times(m, column));
  if (log > 0) return zeros[log] ??= square(appendZeros(log - 1));
  return zeros[0] ??= square(square(square(Uint32Array.from({ length: 32 }, (_, i) => (i === 0 ? 0x82f63b78 : 1 << (i - 1)))))); // from one bit
}
/** CRC-32C of a ‖ b from those of a and of b, b being `length` bytes. */
export function crc32cConcat(a: number, b: number, length: number): number {
  for (let n = length, log = 0; n > 0; n = Math.floor(n / 2), log++) if (n % 2 === 1) a = times(appendZeros(log), a);
  return (a ^ b) >>> 0;
}

// ---- manifest.json

export interface RecordConfig {
  cpus: number; ramBytes: number; seed: number; hz: number; preempt: 'none' | 'voluntary' | 'full'; scheduler: 'eevdf' | 'cfs'; cpuModel: CpuLevel;
  jit?: 'auto' | 'off' | 'force'; chaosSeed: number; quantumCycles: number; sampleHz: number; timeLimit: number;
  startSec: number; startNsec: number; hostname: string; release: string; version: string;
}
export interface Manifest {
  format: number;
  /** Engine version and its semantic hash: what a replay needs to be the same machine. */
  engine: string; engineHash: string;
  command: string[];
  /** What the guest executes: the file found in PATH, its arguments and its world. Byte strings. */
  program: string; argv: string[];
  cwd: string; env: string[]; uid: number; gid: number; groups: number[]; umask: number; rlimits: [number | null, number | null][];
  config: RecordConfig;
  cpus: number; seed: number;
  /** The user stack of every system call is in stack_sample. */
  stacks?: boolean;
  complete: boolean;
  startSec: number; startNsec: number;
  /** Event tables on disk and their rows; the files' sizes in bytes prove that nothing is cut off. */
  tables: TableName[];
  events: Partial<Record<TableName, number>>;
  files: Record<string, number>;
  digest: string; stateDigest: string;
  cycles: number; instructions: number;
  exit: { code: number } | { signal: number } | null;
  /** Why it ended otherwise: deadlock, time limit, full disk, closed by the user. */
  halt: string;
  unknownSyscalls: { name: string; count: number }[];
  changedHostFiles: string[];
  guestFiles: number;
  /** What the run cost the host, for `ktrace info`: no two runs agree on it and no digest holds it. Absent in a recording that was not closed. */
  engineStats?: Record<string, number>;
}

const CHECKSUM = /"checksum": "([0-9a-f]{8})"/;
const utf8 = { encode: (s: string): Uint8Array => new TextEncoder().encode(s), decode: (u: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(u) };
const hex8 = (n: number): string => n.toString(16).padStart(8, '0');

/** JSON with a checksum over itself (its own eight digits read as zeros). */
export function manifestText(m: Manifest): string {
  const text = JSON.stringify({ ...m, checksum: '00000000' }, null, 1) + '\n';
  return text.replace(CHECKSUM, `"checksum": "${hex8(crc32c(utf8.encode(text)))}"`);
}

/** What is wrong with a recording's file; the message is the part of the error line after the file's name. */
export class FormatError extends Error {
  readonly file: string;
  constructor(file: string, what: string) { super(`${file} ${what}`); this.file = file; }
}

export function parseManifest(bytes: Uint8Array): Manifest {
  const file = FILES.manifest;
  let text: string, m: Manifest;
  try {
    text = utf8.decode(bytes);
    m = JSON.parse(text) as Manifest;
  } catch { throw new FormatError(file, 'is damaged: record again'); }
  if (typeof m !== 'object' || m === null || typeof m.format !== 'number') throw new FormatError(file, 'is not a ktrace manifest: record again');
  if (m.format > FORMAT_VERSION) throw new FormatError(file, `has format ${m.format}, this ktrace reads up to ${FORMAT_VERSION}: use a newer ktrace`);
  const sum = CHECKSUM.exec(text)?.[1];
  if (sum === undefined || hex8(crc32c(utf8.encode(text.replace(CHECKSUM, '"checksum": "00000000"')))) !== sum) throw new FormatError(file, 'is damaged (checksum): record again');
  return m;
}

// ---- TABLE.idx: a header of 16 bytes, then records of 96 bytes, one a message of the Arrow stream

export const IDX_HEADER = 16;
export const IDX_RECORD = 96;
const IDX_MAGIC = 0x5849544b; // "KTIX"
/**
 * part: of the batch before it, the CRC of one column's buffers (padding included), so that a reader of few columns can verify just those.
 * sums: of the batch before it, what its rows with one name add up to, so that totals cost a record a name and not a pass over the rows.
 * Both have length 0.
 */
export const IDX_KIND = { schema: 0, dictionary: 1, batch: 2, part: 3, sums: 4 } as const;
/** `column` of the part that is the batch's prefix and metadata. */
export const META_PART = 0xffff;

export interface IndexRecord {
  kind: number; // IDX_KIND
  column: number; // of a dictionary or a part: index of its column, the common ones counted (META_PART: the metadata); else 0
  offset: number; length: number; // of the message in TABLE.arrow, prefix and body included
  metaLength: number; // of that, prefix and metadata: the body begins at offset + metaLength
  rows: number; // of a batch; strings of a dictionary
  firstId: number; // first id of a dictionary's strings
  crc: number; // CRC-32C of the message
  minTs: number; maxTs: number; minSeq: number; maxSeq: number;
  spare: [number, number]; // of sums only
}

/** What the calls of one name in a batch of `syscall` add up to; times in ns. An unfinished call's dur counts as 0. */
export interface CallSums { nameId: number; calls: number; failed: number; cpuNs: number; minCpuNs: number; maxCpuNs: number; durNs: number; minDurNs: number; maxDurNs: number }

export function sumsRecord(s: CallSums, offset: number): IndexRecord {
  return { kind: IDX_KIND.sums, column: s.nameId, offset, length: 0, metaLength: s.failed, rows: s.calls, firstId: 0, crc: 0, minTs: s.minCpuNs, maxTs: s.maxCpuNs, minSeq: s.minDurNs, maxSeq: s.maxDurNs, spare: [s.cpuNs, s.durNs] };
}
export function sumsOf(r: IndexRecord): CallSums {
  return { nameId: r.column, calls: r.rows, failed: r.metaLength, cpuNs: r.spare[0], minCpuNs: r.minTs, maxCpuNs: r.maxTs, durNs: r.spare[1], minDurNs: r.minSeq, maxDurNs: r.maxSeq };
}

export function indexHeader(table: TableName): Uint8Array {
  const u = new Uint8Array(IDX_HEADER), v = new DataView(u.buffer);
  v.setUint32(0, IDX_MAGIC, true);
  v.setUint32(4, FORMAT_VERSION, true);
  v.setUint32(8, TABLES.indexOf(table), true);
  v.setUint32(12, crc32c(u, 0, 12), true);
  return u;
}

export function indexRecord(r: IndexRecord): Uint8Array {
  const u = new Uint8Array(IDX_RECORD), v = new DataView(u.buffer);
  v.setUint32(0, r.kind, true);
  v.setUint32(4, r.column, true);
  [r.offset, r.length, r.rows, r.minTs, r.maxTs, r.minSeq, r.maxSeq].forEach((n, i) => v.setFloat64(8 + i * 8, n, true));
  v.setUint32(64, r.crc, true);
  v.setUint32(68, r.metaLength, true);
  v.setUint32(72, r.firstId, true);
  r.spare.forEach((n, i) => v.setFloat64(76 + i * 8, n, true));
  v.setUint32(92, crc32c(u, 0, 92), true);
  return u;
}

/** Reads TABLE.idx. A cut-off last record is left out when the recording was not closed, and an error when it was. */
export function parseIndex(bytes: Uint8Array, table: TableName, complete: boolean): IndexRecord[] {
  const file = FILES.index(table), v = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const damaged = (): never => { throw new FormatError(file, 'is damaged: ktrace check names all damaged files'); };
  if (bytes.length < IDX_HEADER && !complete) return [];
  if (bytes.length < IDX_HEADER || v.getUint32(0, true) !== IDX_MAGIC || v.getUint32(12, true) !== crc32c(bytes, 0, 12)) damaged();
  if (v.getUint32(4, true) > FORMAT_VERSION) throw new FormatError(file, 'has a newer format: use a newer ktrace');
  if (v.getUint32(8, true) !== TABLES.indexOf(table)) damaged();
  if (complete && (bytes.length - IDX_HEADER) % IDX_RECORD !== 0) damaged();
  const out: IndexRecord[] = [];
  let next = 0;
  for (let at = IDX_HEADER; at + IDX_RECORD <= bytes.length; at += IDX_RECORD) {
    if (v.getUint32(at + 92, true) !== crc32c(bytes, at, at + 92)) damaged();
    const f = (i: number): number => v.getFloat64(at + 8 + i * 8, true);
    const r: IndexRecord = { kind: v.getUint32(at, true), column: v.getUint32(at + 4, true), offset: f(0), length: f(1), rows: f(2), minTs: f(3), maxTs: f(4), minSeq: f(5), maxSeq: f(6), crc: v.getUint32(at + 64, true), metaLength: v.getUint32(at + 68, true), firstId: v.getUint32(at + 72, true), spare: [v.getFloat64(at + 76, true), v.getFloat64(at + 84, true)] };
    if (r.offset !== next) damaged();
    next = r.offset + r.length;
    out.push(r);
  }
  return out;
}

// ---- trace/open.bin: the calls still open at the last flush

export interface OpenCall { seq: number; ts: number; cpu: number; utid: number; tid: number; nr: number; args: number[]; wchan: string }
const OPEN_MAGIC = 0x504f544b; // "KTOP"

export function openCallsBytes(calls: OpenCall[]): Uint8Array {
  const body = utf8.encode(JSON.stringify(calls)), u = new Uint8Array(16 + body.length), v = new DataView(u.buffer);
  v.setUint32(0, OPEN_MAGIC, true);
  v.setUint32(4, FORMAT_VERSION, true);
  v.setUint32(8, body.length, true);
  u.set(body, 16);
  v.setUint32(12, crc32c(u, 16), true);
  return u;
}

export function parseOpenCalls(bytes: Uint8Array): OpenCall[] {
  const v = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 16 || v.getUint32(0, true) !== OPEN_MAGIC || v.getUint32(4, true) !== FORMAT_VERSION || v.getUint32(8, true) !== bytes.length - 16 || v.getUint32(12, true) !== crc32c(bytes, 16)) {
    throw new FormatError(FILES.open, 'is damaged: ktrace check names all damaged files');
  }
  return JSON.parse(utf8.decode(bytes.subarray(16))) as OpenCall[];
}

// ---- digests.bin: a header of 16 bytes, then records of 64 bytes at fixed intervals of virtual time

export const DIGEST_HEADER = 16;
export const DIGEST_RECORD = 64;
const DIGEST_MAGIC = 0x4744544b; // "KTDG"
export interface DigestRecord { cycle: number; seq: number; events: Uint32Array /* 6, digest.ts */; state: Uint32Array /* 4 */; last: boolean }

export function digestHeader(intervalCycles: number): Uint8Array {
  const u = new Uint8Array(DIGEST_HEADER), v = new DataView(u.buffer);
  v.setUint32(0, DIGEST_MAGIC, true);
  v.setUint32(4, FORMAT_VERSION, true);
  v.setUint32(8, intervalCycles, true);
  v.setUint32(12, crc32c(u, 0, 12), true);
  return u;
}

export function digestRecord(r: DigestRecord): Uint8Array {
  const u = new Uint8Array(DIGEST_RECORD), v = new DataView(u.buffer);
  v.setFloat64(0, r.cycle, true);
  v.setFloat64(8, r.seq, true);
  for (let i = 0; i < 6; i++) v.setUint32(16 + i * 4, r.events[i]!, true);
  for (let i = 0; i < 4; i++) v.setUint32(40 + i * 4, r.state[i]!, true);
  v.setUint32(56, r.last ? 1 : 0, true);
  v.setUint32(60, crc32c(u, 0, 60), true);
  return u;
}

export function parseDigests(bytes: Uint8Array, complete: boolean): { intervalCycles: number; records: DigestRecord[] } {
  const v = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const damaged = (): never => { throw new FormatError(FILES.digests, 'is damaged: ktrace check names all damaged files'); };
  if (bytes.length < DIGEST_HEADER || v.getUint32(0, true) !== DIGEST_MAGIC || v.getUint32(12, true) !== crc32c(bytes, 0, 12)) damaged();
  if (complete && (bytes.length - DIGEST_HEADER) % DIGEST_RECORD !== 0) damaged();
  const records: DigestRecord[] = [];
  for (let at = DIGEST_HEADER; at + DIGEST_RECORD <= bytes.length; at += DIGEST_RECORD) {
    if (v.getUint32(at + 60, true) !== crc32c(bytes, at, at + 60)) damaged();
    const words = (o: number, n: number): Uint32Array => Uint32Array.from({ length: n }, (_, i) => v.getUint32(at + o + i * 4, true));
    records.push({ cycle: v.getFloat64(at, true), seq: v.getFloat64(at + 8, true), events: words(16, 6), state: words(40, 4), last: (v.getUint32(at + 56, true) & 1) === 1 });
  }
  if (complete && !records.at(-1)?.last) damaged();
  return { intervalCycles: v.getUint32(8, true), records };
}

// ---- inputs.bin, images.bin: a header of 12 bytes, then records [u32 length][u32 CRC-32C][body of that length]

export const INPUTS_HEADER = 12;
const INPUTS_MAGIC = 0x4e49544b; // "KTIN"
const IMAGES_MAGIC = 0x4d49544b; // "KTIM"

function recordsHeader(magic: number): Uint8Array {
  const u = new Uint8Array(INPUTS_HEADER), v = new DataView(u.buffer);
  v.setUint32(0, magic, true);
  v.setUint32(4, FORMAT_VERSION, true);
  v.setUint32(8, crc32c(u, 0, 8), true);
  return u;
}
export const inputsHeader = (): Uint8Array => recordsHeader(INPUTS_MAGIC);
export const imagesHeader = (): Uint8Array => recordsHeader(IMAGES_MAGIC);

/** Splits a file into bodies; the offset after the last whole record tells a cut-off one from a whole one. */
function parseRecords(file: string, magic: number, bytes: Uint8Array, complete: boolean): Uint8Array[] {
  const v = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const damaged = (): never => { throw new FormatError(file, 'is damaged: record again'); };
  if (bytes.length < INPUTS_HEADER || v.getUint32(0, true) !== magic || v.getUint32(8, true) !== crc32c(bytes, 0, 8)) damaged();
  if (v.getUint32(4, true) > FORMAT_VERSION) throw new FormatError(file, 'has a newer format: use a newer ktrace');
  const out: Uint8Array[] = [];
  let at = INPUTS_HEADER;
  while (at + 8 <= bytes.length) {
    const length = v.getUint32(at, true);
    if (at + 8 + length > bytes.length) break;
    // the length is under the checksum too
    if (v.getUint32(at + 4, true) !== (crc32c(bytes, at + 8, at + 8 + length, length))) damaged();
    out.push(bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  if (complete && at !== bytes.length) damaged();
  return out;
}
export const parseInputs = (bytes: Uint8Array, complete: boolean): Uint8Array[] => parseRecords(FILES.inputs, INPUTS_MAGIC, bytes, complete);

export function inputRecordHead(body: Uint8Array): Uint8Array {
  const u = new Uint8Array(8), v = new DataView(u.buffer);
  v.setUint32(0, body.length, true);
  v.setUint32(4, crc32c(body, 0, body.length, body.length), true);
  return u;
}

/** A host file whose code the guest mapped, as the guest saw it, and the blob of its symbols and unwind tables (tracer/stacks/image.ts). */
export interface ImageRecord { dev: number; ino: number; size: number; mtime: number; mtimeNsec: number; sha256: Uint8Array; path: Uint8Array }

/** The body of a record of images.bin: five f64, 32 bytes, the path. */
export function imageBody(r: ImageRecord): Uint8Array {
  const u = new Uint8Array(72 + r.path.length), v = new DataView(u.buffer);
  [r.dev, r.ino, r.size, r.mtime, r.mtimeNsec].forEach((n, i) => v.setFloat64(i * 8, n, true));
  u.set(r.sha256, 40);
  u.set(r.path, 72);
  return u;
}
/** A killed recorder may leave the file without its header: nothing had been flushed to it. */
export function parseImages(bytes: Uint8Array, complete: boolean): ImageRecord[] {
  if (!complete && bytes.length < INPUTS_HEADER) return [];
  return parseRecords(FILES.images, IMAGES_MAGIC, bytes, complete).map((u) => {
    const v = new DataView(u.buffer, u.byteOffset, u.length);
    if (u.length < 72) throw new FormatError(FILES.images, 'is damaged: record again');
    return { dev: v.getFloat64(0, true), ino: v.getFloat64(8, true), size: v.getFloat64(16, true), mtime: v.getFloat64(24, true), mtimeNsec: v.getFloat64(32, true), sha256: u.slice(40, 72), path: u.slice(72) };
  });
}

// ---- blobs/pack.idx: records of 52 bytes [32 sha-256][f64 offset][u32 length][u32 0][u32 CRC of this record]; the content has its hash

export const PACK_RECORD = 52;
export interface PackEntry { sha256: string; offset: number; length: number }

export function packRecord(sha256: Uint8Array, offset: number, length: number): Uint8Array {
  const u = new Uint8Array(PACK_RECORD), v = new DataView(u.buffer);
  u.set(sha256);
  v.setFloat64(32, offset, true);
  v.setUint32(40, length, true);
  v.setUint32(48, crc32c(u, 0, 48), true);
  return u;
}

export function parsePackIndex(bytes: Uint8Array, complete: boolean): PackEntry[] {
  const v = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), out: PackEntry[] = [];
  const damaged = (): never => { throw new FormatError(FILES.blobIndex, 'is damaged: record again'); };
  if (complete && bytes.length % PACK_RECORD !== 0) damaged();
  for (let at = 0; at + PACK_RECORD <= bytes.length; at += PACK_RECORD) {
    if (v.getUint32(at + 48, true) !== crc32c(bytes, at, at + 48)) damaged();
    let sha = '';
    for (let i = 0; i < 32; i++) sha += bytes[at + i]!.toString(16).padStart(2, '0');
    out.push({ sha256: sha, offset: v.getFloat64(at + 32, true), length: v.getUint32(at + 40, true) });
  }
  return out;
}
