// A call while its text is made, and the text of each kind of argument.
import { Payload, PART } from '../payload.ts';
import { i386CallNamed } from '../syscalls-i386.ts';
import { SYSCALLS } from '../syscalls.ts';
import type { ArgRow, SyscallRow } from '../syscalls.ts';
import { signalName } from '../signals.ts';
import { STRUCT_SIZE } from '../structs.ts';
import { printStruct, sockaddr } from './structs.ts';
import { TABLES } from './tables.ts';
import { Reader, flags, hex, hex64, list, octal, oneOf, pointer, quoted, quotedString, s64, u64 } from './text.ts';
import type { DecodeOptions } from './text.ts';

export interface RawCall {
  nr: number;
  /** Six arguments as lo, hi words. */
  args: Uint32Array;
  payload: Uint8Array | null;
  /** null: it never returned. */
  ret: number | null;
  /** ERESTART* code, 0 if none. */
  restart: number;
  /** By int 0x80: its name in the i386 table. */
  i386?: string;
}
/** One call while its text is made. */
export class CallText {
  readonly row: SyscallRow | undefined;
  readonly call: RawCall;
  readonly payload: Payload;
  readonly o: DecodeOptions;
  entry = '';
  exit = '';
  /** Text in parentheses behind the result: `1 ([{fd=3, revents=POLLIN}])`. */
  aux = '';
  /** Replaces the result's number. */
  resultText = '';
  private exiting = false;
  private first = true;
  constructor(call: RawCall, o: DecodeOptions) {
    this.call = call;
    this.o = o;
    this.row = SYSCALLS[call.nr];
    this.payload = new Payload(call.payload);
    this.left = call.i386 === undefined ? 6 : i386CallNamed(call.i386)?.arity ?? 6;
  }
  private left: number;
  lo(i: number): number { return this.call.args[i * 2]!; }
  hi(i: number): number { return this.call.args[i * 2 + 1]!; }
  i32(i: number): number { return this.call.args[i * 2]! | 0; }
  u32(i: number): number { return this.call.args[i * 2]!; }
  num(i: number): number { return this.lo(i) + this.hi(i) * 4294967296; }
  isNull(i: number): boolean { return this.lo(i) === 0 && this.hi(i) === 0; }
  ptr(i: number): string { return pointer(this.lo(i), this.hi(i)); }
  hex(i: number): string { return hex64(this.lo(i), this.hi(i)); }
  fd(n: number): string { return `${n}${this.o.fdName && n >= 0 ? this.o.fdName(n) : ''}`; }
  get failed(): boolean { return this.call.ret !== null && this.call.ret < 0 && this.call.ret > -4096; }
  get ret(): number { return this.call.ret ?? -1; }
  /** From here on everything is printed at exit. The comma before the next argument stays with the entry. */
  atExit(): void {
    if (this.exiting) return;
    if (!this.first) this.entry += ', ';
    this.exiting = true;
    this.first = true;
  }
  /** As atExit, but the comma before the next argument is printed at exit. */
  atExitAfter(): void { this.exiting = true; }
  /** An argument that the i386 call does not have is left out. */
  arg(text: string): void {
    if (this.left-- <= 0) return;
    const t = this.first ? text : `, ${text}`;
    this.first = false;
    if (this.exiting) this.exit += t; else this.entry += t;
  }
  append(text: string): void { if (this.exiting) this.exit += text; else this.entry += text; }
  struct(i: number, part: number, name: string): string | null {
    const b = this.payload.get(i, part);
    return b ? printStruct(name, b, this.o) : null;
  }
  reader(i: number, part: number): Reader | null {
    const b = this.payload.get(i, part);
    return b ? new Reader(b) : null;
  }
}

function iovec(c: CallText, i: number, arrayPart: number, itemPart: number, count: number, bytes: number): string {
  if (c.isNull(i) && arrayPart === PART.entry) return 'NULL';
  const b = c.payload.get(i, arrayPart);
  if (!b) return count === 0 ? '[]' : c.ptr(i);
  const r = new Reader(b), data = c.payload.all(i, itemPart);
  let left = bytes;
  return list(count, b.length >> 4, c.o, (n) => {
    const length = r.num(n * 16 + 8), part = Math.min(length, left);
    left -= part;
    const d = data[n], base = r.ptr(n * 16);
    return `{iov_base=${base !== 'NULL' && d && (d.length || part === 0) ? quoted(d, part, c.o) : base}, iov_len=${r.udec(n * 16 + 8)}}`;
  });
}

function strings(c: CallText, i: number, env: boolean): string {
  if (c.isNull(i)) return 'NULL';
  const count = c.payload.count(i);
  if (count === null) return c.ptr(i);
  if (env && !c.o.verbose) return `${c.ptr(i)} /* ${count} var${count === 1 ? '' : 's'} */`;
  const items = c.payload.all(i, PART.item);
  return list(count, items.length, c.o, (n) => quotedString(items[n]!, c.o));
}

/** A struct msghdr and what it leads to. */
interface Message { header: Uint8Array; name: Uint8Array | null; iov: Uint8Array | null; data: readonly Uint8Array[]; control: Uint8Array | null; /** Bytes of data that count. */ bytes: number; /** Its header at entry. */ before: Uint8Array | null }
function message(c: CallText, i: number, exit: boolean): string {
  const header = c.payload.get(i, exit ? PART.exit : PART.entry);
  if (!header) return c.ptr(i);
  return messageText(c, {
    header, name: c.payload.get(i, PART.third), iov: c.payload.get(i, exit ? PART.secondExit : PART.second), data: c.payload.all(i, exit ? PART.itemExit : PART.item), control: c.payload.get(i, PART.count),
    bytes: exit ? c.ret : Infinity, before: exit ? c.payload.get(i, PART.entry) : null,
  });
}
function messageText(c: CallText, { header, name, iov, data, control, bytes, before }: Message): string {
  const r = new Reader(header), count = r.num(24);
  let left = bytes;
  const vec = iov ? list(count, iov.length >> 4, c.o, (n) => {
    const v = new Reader(iov), length = v.num(n * 16 + 8), part = Math.min(length, left);
    left -= part;
    const base = v.ptr(n * 16);
    const d = data[n];
    return `{iov_base=${base !== 'NULL' && d && (d.length || part === 0) ? quoted(d, part, c.o) : base}, iov_len=${v.udec(n * 16 + 8)}}`;
  }) : r.ptr(16);
  const old = before && new Reader(before).i32(8), was = old !== null && old !== r.i32(8) ? `${old} => ` : '';
  const f = [`msg_name=${name && name.length >= 2 && r.u32(8) > 0 ? sockaddr(name, c.o) : r.ptr(0)}`, `msg_namelen=${was}${r.i32(8)}`, `msg_iov=${vec}`, `msg_iovlen=${r.udec(24)}`];
  if (control && r.num(40) > 0) f.push(`msg_control=${controlMessages(control, r.num(32), c)}`);
  f.push(`msg_controllen=${r.udec(40)}`, `msg_flags=${flags(TABLES.MSG![0], r.u32(48), 'MSG_???')}`);
  return `{${f.join(', ')}}`;
}
/** struct mmsghdr[]: of sendmmsg all that were given, with the lengths of those that were sent; of recvmmsg those that came. */
export function messages(c: CallText, i: number, exit: boolean): string {
  const given = c.payload.all(i, PART.entry), headers = exit ? c.payload.all(i, PART.exit) : given, lengths = c.payload.all(i, exit ? PART.item : PART.exit);
  if (c.isNull(i) || headers.length === 0 || (exit && c.failed)) return !c.isNull(i) && c.ret === 0 && exit ? '[]' : c.ptr(i);
  const orNull = (part: number, k: number): Uint8Array | null => { const b = c.payload.all(i, part)[k]; return b !== undefined && b.length > 0 ? b : null; }, data = c.payload.all(i, exit ? PART.itemExit : PART.item);
  let next = 0;
  const texts = headers.map((header, k) => {
    const iov = orNull(exit ? PART.secondExit : PART.second, k), length = lengths[k] && new Reader(lengths[k]).u32(0), first = next;
    next += (iov?.length ?? 0) >> 4;
    const text = messageText(c, { header, name: orNull(PART.third, k), iov, data: data.slice(first, next), control: orNull(PART.count, k), bytes: exit ? length ?? 0 : Infinity, before: exit ? given[k] ?? null : null });
    return `{msg_hdr=${text}${length === undefined ? '' : `, msg_len=${length}`}}`;
  });
  return list(exit ? c.ret : c.u32(2), texts.length, c.o, (k) => texts[k]!);
}
/** @param from where it stands */
function controlMessages(b: Uint8Array, from: number, c: CallText): string {
  const r = new Reader(b), out: string[] = [];
  const long = c.call.i386 === undefined ? 8 : 4, data = long + 8;
  for (let at = 0; at < b.length;) {
    if (at + data > b.length) { out.push(`... /* ${pointer((from + at) >>> 0, Math.floor((from + at) / 4294967296))} */`); break; } // less than a head
    const length = long === 8 ? r.num(at) : r.u32(at), level = r.i32(at + long), type = r.i32(at + long + 4);
    const head = `cmsg_len=${length}, cmsg_level=${oneOf(TABLES.SOL![0], level, 'SOL_???')}, cmsg_type=${level === 1 && type === 1 ? 'SCM_RIGHTS' : level === 1 && type === 2 ? 'SCM_CREDENTIALS' : hex(type)}`;
    const end = Math.min(at + length, b.length);
    if (level === 1 && type === 1 && length > data) {
      const fds: string[] = [];
      for (let p = at + data; p + 4 <= end; p += 4) fds.push(c.fd(r.i32(p)));
      out.push(`{${head}, cmsg_data=[${fds.join(', ')}]}`);
    } else if (level === 1 && type === 2 && end - at >= data + 12) out.push(`{${head}, cmsg_data={pid=${r.i32(at + data)}, uid=${r.i32(at + data + 4)}, gid=${r.i32(at + data + 8)}}}`);
    else out.push(`{${head}}`);
    at += (Math.max(length, data) + long - 1) & -long;
  }
  return `[${out.join(', ')}]`;
}

export function fdset(b: Uint8Array, nfds: number, c: CallText): string[] {
  const out: string[] = [];
  for (let fd = 0; fd < nfds && fd < b.length * 8; fd++) if ((b[fd >> 3]! >> (fd & 7)) & 1) out.push(c.fd(fd));
  return out;
}

/** True when this kind is decoded at exit. */
export const OUT_KINDS = new Set(['obuf', 'out', 'outa', 'oiov', 'osa', 'omsg', 'ents', 'ommsg']);

function kindText(c: CallText, a: ArgRow, i: number): string {
  const p = a.params, table = TABLES[p[0] ?? ''];
  switch (a.kind) {
    case 'd': case 'pid': { const n = c.i32(i); return a.kind === 'pid' && c.o.pidName ? `${n}${c.o.pidName(n)}` : String(n); }
    case 'u': return String(c.u32(i));
    case 'ld': return s64(c.lo(i), c.hi(i));
    case 'off': return s64(c.lo(i), c.hi(i));
    case 'lu': case 'size': return u64(c.lo(i), c.hi(i));
    case 'x': case 'x0': return a.kind === 'x0' ? hex(c.u32(i)) : c.hex(i);
    case 'p': return c.ptr(i);
    case 'fd': return c.fd(c.i32(i));
    case 'atfd': return c.i32(i) === -100 ? `AT_FDCWD${c.o.cwd !== undefined ? `<${c.o.cwd}>` : ''}` : c.fd(c.i32(i));
    case 'uid': case 'gid': return c.u32(i) === 0xffffffff ? '-1' : String(c.u32(i));
    case 'sig': return signalName(c.i32(i));
    case 'mode': return octal(c.u32(i) & 0xffff);
    case 'dev': return hex(c.u32(i));
    case 'E': return oneOf(table![0], c.u32(i), table![1]);
    case 'F': return flags(table![0], c.u32(i), table![1]);
    case 'path': { const b = c.payload.get(i, PART.entry); return c.isNull(i) ? 'NULL' : b ? quotedString(b, c.o, 4096) : c.ptr(i); }
    case 'str': { const b = c.payload.get(i, PART.entry); return c.isNull(i) ? 'NULL' : b ? quotedString(b, c.o) : c.ptr(i); }
    case 'buf': { const n = c.num(Number(p[0])), b = c.payload.get(i, PART.entry); return c.isNull(i) ? 'NULL' : b ? quoted(b, n, c.o) : n === 0 ? '""' : c.ptr(i); }
    case 'obuf': {
      if (c.isNull(i)) return 'NULL';
      const b = c.payload.get(i, PART.exit);
      if (c.failed || c.call.ret === null || c.call.restart) return c.ptr(i);
      if (c.ret === 0 && !/xattr/.test(c.row?.name ?? '')) return '""';
      return b ? quoted(b, Math.min(c.ret, c.num(Number(p[0]))), c.o, c.row?.name === 'getrandom') : c.ptr(i);
    }
    case 'in': return c.isNull(i) ? 'NULL' : c.struct(i, PART.entry, p[0]!) ?? c.ptr(i);
    case 'out': return c.isNull(i) ? 'NULL' : c.failed ? c.ptr(i) : c.struct(i, PART.exit, p[0]!) ?? c.ptr(i);
    case 'io': return c.isNull(i) ? 'NULL' : c.struct(i, PART.entry, p[0]!) ?? c.ptr(i);
    case 'ina': case 'outa': {
      if (c.isNull(i)) return 'NULL';
      const b = c.payload.get(i, a.kind === 'ina' ? PART.entry : PART.exit), size = STRUCT_SIZE[p[0]!] ?? 1;
      const n = Number(p[1]), count = p[1] === '-' ? 1 : n < 0 ? -n : c.num(n);
      if (!b || (a.kind === 'outa' && c.failed)) return c.ptr(i);
      return list(count, Math.floor(b.length / size), c.o, (k) => printStruct(p[0]!, b.subarray(k * size, (k + 1) * size), c.o).replace(/^\[(.*)\]$/, '$1'));
    }
    case 'iov': return iovec(c, i, PART.entry, PART.item, c.num(Number(p[0])), Infinity);
    case 'oiov': return iovec(c, i, PART.entry, PART.itemExit, c.num(Number(p[0])), c.failed ? 0 : Math.max(0, c.ret));
    case 'argv': return strings(c, i, false);
    case 'envp': return strings(c, i, true);
    case 'msg': return message(c, i, false);
    case 'omsg': return c.failed ? headOnly(c, i) : message(c, i, true);
    case 'sa': { const b = c.payload.get(i, PART.entry); return c.isNull(i) ? 'NULL' : b ? sockaddr(b, c.o) : c.ptr(i); }
    case 'osa': { const b = c.payload.get(i, PART.exit); return c.isNull(i) ? 'NULL' : b && !c.failed ? sockaddr(b, c.o) : c.ptr(i); }
    case 'fdset': { const b = c.payload.get(i, PART.entry); return c.isNull(i) ? 'NULL' : b ? `[${fdset(b, c.i32(0), c).join(' ')}]` : c.ptr(i); }
    case 'ents': {
      if (c.failed) return c.ptr(i);
      const n = c.payload.count(i);
      return n === null && c.ret === 0 ? `${c.ptr(i)} /* 0 entries */` : n === null ? c.ptr(i) : c.o.verbose ? entries(c, i, n) : `${c.ptr(i)} /* ${n} entries */`;
    }
    default: return c.hex(i);
  }
}
function headOnly(c: CallText, i: number): string {
  const r = c.reader(i, PART.entry);
  return r ? `{msg_namelen=${r.i32(8)}}` : c.ptr(i);
}
function entries(c: CallText, i: number, n: number): string {
  const b = c.payload.get(i, PART.exit);
  if (!b) return `${c.ptr(i)} /* ${n} entries */`;
  const r = new Reader(b), out: string[] = [];
  const types = ['DT_UNKNOWN', 'DT_FIFO', 'DT_CHR', '', 'DT_DIR', '', 'DT_BLK', '', 'DT_REG', '', 'DT_LNK', '', 'DT_SOCK', '', 'DT_WHT'];
  for (let at = 0; at + 19 <= b.length;) {
    const length = r.u16(at + 16);
    if (length < 24 || at + length > b.length) break;
    const name = b.subarray(at + 19, at + length);
    out.push(`{d_ino=${r.udec(at)}, d_off=${r.dec(at + 8)}, d_reclen=${length}, d_type=${types[r.u8(at + 18)] || hex(r.u8(at + 18))}, d_name=${quotedString(name, c.o, 4096)}}`);
    at += length;
  }
  if (out.length < n) out.push('...');
  return `[${out.join(', ')}]`;
}

/** The text of one argument by its kind alone; what the special decoders build on. */
export function argText(c: CallText, i: number): string { return kindText(c, c.row!.args[i]!, i); }
