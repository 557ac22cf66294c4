// The records of the input log: which question was asked at the door and what the answer was. Bytes in, bytes out; the file around
// them is events/format.ts, the asking is record.ts and replay.ts.
import { assert } from '../base/assert.ts';
import type { HostDirent, HostInput, HostStat, HostStream } from './door.ts';

export const ASK = { lstat: 1, readlink: 2, readdir: 3, chunk: 4, clock: 5, stream: 6, winsize: 7, write: 8, stdin: 9, input: 10 } as const;
const NAMES = Object.keys(ASK) as (keyof typeof ASK)[];
export const askName = (type: number): string => NAMES.find((n) => ASK[n] === type) ?? 'unknown';

/** Contents kept by hash: the recording's blobs. */
export interface BlobStore {
  /** SHA-256 of the content, 32 bytes. */
  put(content: Uint8Array): Uint8Array;
  /** Throws when the blob is missing or damaged. */
  get(sha256: Uint8Array): Uint8Array;
}

export class LogWriter {
  private u = new Uint8Array(4096);
  private view = new DataView(this.u.buffer);
  private at = 0;
  begin(type: number): void { this.at = 0; this.u[this.at++] = type; }
  private need(n: number): void {
    if (this.at + n <= this.u.length) return;
    const bigger = new Uint8Array(Math.max(this.u.length * 2, this.at + n));
    bigger.set(this.u.subarray(0, this.at));
    this.u = bigger;
    this.view = new DataView(bigger.buffer);
  }
  /** Any number: small non-negative integers take one byte or three, the rest nine. */
  num(n: number): void {
    this.need(9);
    if (n >= 0 && n < 250 && Number.isInteger(n) && !Object.is(n, -0)) this.u[this.at++] = n;
    else if (n >= 0 && n < 65536 && Number.isInteger(n) && !Object.is(n, -0)) { this.u[this.at++] = 250; this.u[this.at++] = n; this.u[this.at++] = n >> 8; }
    else { this.u[this.at++] = 251; this.view.setFloat64(this.at, n, true); this.at += 8; }
  }
  bytes(b: Uint8Array): void { this.num(b.length); this.raw(b); }
  raw(b: Uint8Array): void { this.need(b.length); this.u.set(b, this.at); this.at += b.length; }
  /** A byte string. */
  text(s: string): void {
    this.num(s.length);
    this.need(s.length);
    const { u } = this;
    for (let i = 0, at = this.at; i < s.length; i++) u[at + i] = s.charCodeAt(i);
    this.at += s.length;
  }
  done(): Uint8Array { return this.u.subarray(0, this.at); }
}

export class LogReader {
  private at = 0;
  private readonly view: DataView;
  readonly u: Uint8Array;
  constructor(u: Uint8Array) { this.u = u; this.view = new DataView(u.buffer, u.byteOffset, u.byteLength); }
  get type(): number { return this.u[0] ?? 0; }
  start(): this { this.at = 1; return this; }
  num(): number {
    assert(this.at < this.u.length, 'input log record ends early');
    const b = this.u[this.at++]!;
    if (b < 250) return b;
    if (b === 250) { this.at += 2; return this.view.getUint16(this.at - 2, true); }
    this.at += 8;
    return this.view.getFloat64(this.at - 8, true);
  }
  bytes(): Uint8Array { return this.raw(this.num()); }
  /** A byte string. */
  text(): string {
    const n = this.num();
    assert(this.at + n <= this.u.length, 'input log record ends early');
    let s = '';
    for (let i = 0; i < n; i++) s += String.fromCharCode(this.u[this.at + i]!);
    this.at += n;
    return s;
  }
  raw(n: number): Uint8Array {
    assert(this.at + n <= this.u.length, 'input log record ends early');
    this.at += n;
    return this.u.slice(this.at - n, this.at);
  }
}

const STAT = ['dev', 'ino', 'mode', 'nlink', 'uid', 'gid', 'rdev', 'size', 'atime', 'atimeNsec', 'mtime', 'mtimeNsec', 'ctime', 'ctimeNsec', 'blocks', 'blksize', 'btime', 'btimeNsec'] as const;

export function putStat(w: LogWriter, s: HostStat): void {
  for (const f of STAT) w.num(s[f]);
  w.num(s.masked ? 1 : 0);
}
export function getStat(r: LogReader): HostStat {
  const s = {} as Record<string, number | boolean>;
  for (const f of STAT) s[f] = r.num();
  s.masked = r.num() === 1;
  return s as unknown as HostStat;
}

/** A result that is −errno or something: 0 and the thing, or the errno. */
export function putResult<T>(w: LogWriter, v: T | number, put: (v: T) => void): void {
  if (typeof v === 'number') w.num(-v);
  else { w.num(0); put(v); }
}
export function getResult<T>(r: LogReader, get: () => T): T | number {
  const errno = r.num();
  return errno === 0 ? get() : -errno;
}

export function putDirents(w: LogWriter, list: HostDirent[]): void {
  w.num(list.length);
  for (const d of list) { w.text(d.name); w.num(d.ino); w.num(d.type); }
}
export function getDirents(r: LogReader): HostDirent[] {
  return Array.from({ length: r.num() }, () => ({ name: r.text(), ino: r.num(), type: r.num() }));
}

const KINDS: HostStream['kind'][] = ['file', 'pipe', 'socket', 'tty', 'chr', 'closed'];
export function putStream(w: LogWriter, s: HostStream): void {
  w.num(KINDS.indexOf(s.kind));
  w.num((s.writable ? 1 : 0) | (s.readable ? 2 : 0) | (s.stat ? 4 : 0));
  if (s.stat) putStat(w, s.stat);
}
export function getStream(r: LogReader): HostStream {
  const kind = KINDS[r.num()]!, bits = r.num();
  return { kind, writable: (bits & 1) !== 0, readable: (bits & 2) !== 0, stat: bits & 4 ? getStat(r) : null };
}

export function putInput(w: LogWriter, i: HostInput): void {
  switch (i.type) {
    case 'stdin': w.num(0); w.num(i.eof ? 1 : 0); w.bytes(i.data); return;
    case 'winsize': w.num(1); w.num(i.rows); w.num(i.cols); w.num(i.xpixel); w.num(i.ypixel); return;
    case 'signal': w.num(2); w.num(i.signo); return;
    case 'idle': w.num(3); w.num(i.until); return;
  }
}
export function getInput(r: LogReader): HostInput {
  const kind = r.num();
  if (kind === 0) { const eof = r.num() === 1; return { type: 'stdin', eof, data: r.bytes() }; }
  if (kind === 1) return { type: 'winsize', rows: r.num(), cols: r.num(), xpixel: r.num(), ypixel: r.num() };
  if (kind === 2) return { type: 'signal', signo: r.num() };
  return { type: 'idle', until: r.num() };
}
