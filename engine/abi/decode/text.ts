// The words strace's text is made of: numbers, quoted strings, flag sets, lists. No knowledge of any call.
import type { Names } from '../names.ts';
import { nameOf } from '../names.ts';

export interface DecodeOptions {
  /** -s: bytes of a string, items of an array. */
  stringMax: number;
  /** -v: structures and environments whole. */
  verbose: boolean;
  /** -x 1, -xx 2. */
  hex: 0 | 1 | 2;
  /** -y: text behind a descriptor's number, with its brackets; '' for none. */
  fdName?: (fd: number) => string;
  /** -y: working directory behind AT_FDCWD. */
  cwd?: string;
  /** -Y: comm behind a pid. */
  pidName?: (pid: number) => string;
}
export const DEFAULTS: DecodeOptions = { stringMax: 32, verbose: false, hex: 0 };

/** Unsigned 64-bit from halves, decimal and hexadecimal. */
export function u64(lo: number, hi: number): string { return hi < 0x200000 ? String(hi * 4294967296 + lo) : ((BigInt(hi) << 32n) | BigInt(lo)).toString(); }
export function s64(lo: number, hi: number): string {
  const h = hi | 0;
  return h >= -0x200000 && h < 0x200000 ? String(h * 4294967296 + lo) : BigInt.asIntN(64, (BigInt(hi) << 32n) | BigInt(lo)).toString();
}
/** As printf's %#lx: zero has no prefix. */
export function hex64(lo: number, hi: number): string {
  if (hi === 0) return lo === 0 ? '0' : `0x${lo.toString(16)}`;
  return `0x${hi.toString(16)}${lo.toString(16).padStart(8, '0')}`;
}
export const hex = (n: number): string => (n === 0 ? '0' : `0x${n.toString(16)}`);
export const pointer = (lo: number, hi: number): string => (lo === 0 && hi === 0 ? 'NULL' : hex64(lo, hi));
export const octal = (n: number): string => (n === 0 ? '000' : `0${n.toString(8)}`.padStart(3, '0'));

const ESCAPES: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r', 34: '\\"', 92: '\\\\' };
const HEX2 = Array.from({ length: 256 }, (_, i) => `\\x${i.toString(16).padStart(2, '0')}`);

/** The inside of the quotes for bytes[0, end). Octal escapes are as short as the next character allows. */
export function escapeBytes(b: Uint8Array, end: number, hexMode: 0 | 1 | 2): string {
  let useHex = hexMode === 2;
  if (hexMode === 1) for (let i = 0; i < end && !useHex; i++) { const c = b[i]!; useHex = c >= 127 || (c < 32 && !(c >= 9 && c <= 13)); }
  let s = '';
  if (useHex) {
    for (let i = 0; i < end; i++) s += HEX2[b[i]!];
    return s;
  }
  for (let i = 0; i < end; i++) {
    const c = b[i]!;
    const e = ESCAPES[c];
    if (e !== undefined) s += e;
    else if (c >= 32 && c < 127) s += String.fromCharCode(c);
    else {
      const next = i + 1 < end ? b[i + 1]! : 0;
      s += `\\${next >= 48 && next <= 57 ? c.toString(8).padStart(3, '0') : c.toString(8)}`;
    }
  }
  return s;
}
/** A buffer of `total` bytes of which `b` holds the first: "…" or "…"... when cut. */
export function quoted(b: Uint8Array, total: number, o: DecodeOptions, forceHex = false): string {
  const end = Math.min(b.length, o.stringMax, total);
  return `"${escapeBytes(b, end, forceHex ? 2 : o.hex)}"${end < total ? '...' : ''}`;
}
/** A string captured up to its NUL; without the NUL it went on. */
export function quotedString(b: Uint8Array, o: DecodeOptions, max = o.stringMax): string {
  const nul = b.indexOf(0);
  const length = nul < 0 ? b.length : nul;
  const end = Math.min(length, max);
  return `"${escapeBytes(b, end, o.hex)}"${end < length || (nul < 0 && b.length > 0) ? '...' : ''}`;
}

export function flags(table: Names, value: number, unknown: string): string {
  value >>>= 0;
  if (value === 0) return nameOf(table, 0) ?? '0';
  const parts: string[] = [];
  let rest = value;
  for (const [v, name] of table) {
    const bits = v >>> 0;
    if (bits !== 0 && (rest & bits) >>> 0 === bits) { parts.push(name); rest = (rest & ~bits) >>> 0; }
  }
  if (parts.length === 0) return unknown ? `${hex(value)} /* ${unknown} */` : hex(value);
  if (rest) parts.push(hex(rest));
  return parts.join('|');
}
export function oneOf(table: Names, value: number, unknown: string): string {
  const name = nameOf(table, value) ?? nameOf(table, value | 0);
  return name ?? (unknown ? `${hex(value >>> 0)} /* ${unknown} */` : hex(value >>> 0));
}
/** [a, b, …] bounded by stringMax. `known` items of `total`. */
export function list(total: number, known: number, o: DecodeOptions, item: (i: number) => string): string {
  const parts: string[] = [];
  const n = o.verbose ? total : Math.min(total, o.stringMax);
  for (let i = 0; i < Math.min(n, known); i++) parts.push(item(i));
  if (parts.length < total) parts.push('...');
  return `[${parts.join(', ')}]`;
}

export class Reader {
  readonly view: DataView;
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) { this.bytes = bytes; this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength); }
  u8(at: number): number { return this.bytes[at]!; }
  u16(at: number): number { return this.view.getUint16(at, true); }
  u16be(at: number): number { return this.view.getUint16(at, false); }
  u32(at: number): number { return this.view.getUint32(at, true); }
  i32(at: number): number { return this.view.getInt32(at, true); }
  dec(at: number): string { return s64(this.u32(at), this.u32(at + 4)); }
  udec(at: number): string { return u64(this.u32(at), this.u32(at + 4)); }
  hex(at: number): string { return hex64(this.u32(at), this.u32(at + 4)); }
  ptr(at: number): string { return pointer(this.u32(at), this.u32(at + 4)); }
  num(at: number): number { return this.u32(at) + this.u32(at + 4) * 4294967296; }
  get length(): number { return this.bytes.length; }
}

const pad = (n: number, w = 2): string => String(n).padStart(w, '0');
/** 2023-11-14T22:13:20.123456789+0000, proleptic Gregorian, UTC (the machine's local time zone is not known). '' for 0. */
export function timeText(sec: number, nsec: number): string {
  if ((sec === 0 && nsec === 0) || nsec < 0 || nsec > 999999999) return '';
  const days = Math.floor(sec / 86400), rest = sec - days * 86400;
  const z = days + 719468, era = Math.floor(z / 146097), doe = z - era * 146097;
  const yoe = Math.floor((doe - Math.floor(doe / 1460) + Math.floor(doe / 36524) - Math.floor(doe / 146096)) / 365);
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153), d = doy - Math.floor((153 * mp + 2) / 5) + 1, m = mp < 10 ? mp + 3 : mp - 9;
  const y = yoe + era * 400 + (m <= 2 ? 1 : 0);
  return `${pad(y, 4)}-${pad(m)}-${pad(d)}T${pad(Math.floor(rest / 3600))}:${pad(Math.floor(rest / 60) % 60)}:${pad(rest % 60)}${nsec ? `.${pad(nsec, 9)}` : ''}+0000`;
}
