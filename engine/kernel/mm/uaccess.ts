// User memory from the kernel: walk the page tables, fault pages in while preparing, copy at commit (law 4). Copies are charged by cache line.
import { EFAULT, EINVAL, ENAMETOOLONG } from '../../abi/errno.ts';
import type { Pa, Va } from '../../base/brand.ts';
import { COST } from '../../clock/costs.ts';
import type { UserBuffer } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import { LAYOUT } from '../contracts/task.ts';
import type { Task } from '../contracts/task.ts';
import { charge } from '../entry/charge.ts';
import { kernelFault } from './fault.ts';
import { PAGE, TASK_SIZE, translate } from './pgtable.ts';
import { UserRange, chargeCopy } from './user-buffer.ts';

/** Physical address of va, faulting the page in; −1 when the access is not allowed. */
function resolve(k: Kernel, task: Task, va: Va, write: boolean): Pa {
  const mm = task.mm;
  if (mm === null) return -1;
  const pa = translate(k, mm.pgd, va, write);
  if (pa >= 0) return pa;
  if (!(va < TASK_SIZE) || !kernelFault(k, task, va, write)) return -1;
  return translate(k, mm.pgd, va, write);
}

/** Bytes from va that can be accessed, up to len; pages are faulted in on the way. */
export function accessible(k: Kernel, task: Task, va: Va, len: number, write: boolean): number {
  let done = 0;
  while (done < len) {
    if (resolve(k, task, va + done, write) < 0) return done;
    done += PAGE - ((va + done) & (PAGE - 1));
  }
  return len;
}

/** Faults [va, va + len) in: 0 or −EFAULT. */
export function prepareUser(k: Kernel, task: Task, va: Va, len: number, write: boolean): number {
  if (len === 0) return 0;
  if (!(va + len <= TASK_SIZE)) return -EFAULT;
  return accessible(k, task, va, len, write) === len ? 0 : -EFAULT;
}

export function copyFromUser(k: Kernel, task: Task, va: Va, len: number): Uint8Array | number {
  if (len > 0 && !(va + len <= TASK_SIZE)) return -EFAULT;
  const out = new Uint8Array(len);
  for (let done = 0; done < len;) {
    const pa = resolve(k, task, va + done, false);
    if (pa < 0) return -EFAULT;
    const n = Math.min(len - done, PAGE - (pa & (PAGE - 1)));
    k.ram.read(pa, out, done, n);
    done += n;
  }
  chargeCopy(k, len);
  return out;
}

/** All or nothing: the whole range is faulted in before the first byte is written. */
export function copyToUser(k: Kernel, task: Task, va: Va, bytes: Uint8Array): number {
  const len = bytes.length;
  const r = prepareUser(k, task, va, len, true);
  if (r < 0) return r;
  for (let done = 0; done < len;) {
    const pa = resolve(k, task, va + done, true);
    if (pa < 0) return -EFAULT;
    const n = Math.min(len - done, PAGE - (pa & (PAGE - 1)));
    k.ram.write(pa, bytes, done, n);
    done += n;
  }
  chargeCopy(k, len);
  return 0;
}

/** A NUL-terminated string as a byte string; −ENAMETOOLONG when there is no NUL in the first max bytes. */
export function readUserString(k: Kernel, task: Task, va: Va, max = 4096): string | number {
  let s = '';
  let left = max;
  for (;;) {
    const pa = resolve(k, task, va, false);
    if (pa < 0) return -EFAULT;
    const n = Math.min(left, PAGE - (pa & (PAGE - 1)));
    let end = pa;
    while (end < pa + n && k.ram.u8[end] !== 0) end++;
    s += byteString(k.ram.u8, pa, end);
    chargeCopy(k, end - pa);
    if (end < pa + n) return s;
    left -= n;
    if (left <= 0) return -ENAMETOOLONG;
    va += n;
  }
}

/** Latin-1 decode of bytes [from, to). */
export function byteString(u8: Uint8Array, from = 0, to = u8.length): string {
  let s = '';
  for (let at = from; at < to; at += 4096) s += String.fromCharCode.apply(null, u8.subarray(at, Math.min(to, at + 4096)) as unknown as number[]);
  return s;
}

/** Latin-1 encode, the inverse of byteString. */
export function bytesOf(s: string): Uint8Array {
  const out = new Uint8Array(s.length);
  for (let i = 0; i < s.length; i++) out[i] = s.charCodeAt(i);
  return out;
}

const word = new Uint8Array(8);
const view = new DataView(word.buffer);

function load(k: Kernel, task: Task, va: Va, len: number): boolean {
  for (let done = 0; done < len;) {
    const pa = resolve(k, task, va + done, false);
    if (pa < 0) return false;
    const n = Math.min(len - done, PAGE - (pa & (PAGE - 1)));
    k.ram.read(pa, word, done, n);
    done += n;
  }
  charge(k, COST.copyLine);
  return true;
}
function store(k: Kernel, task: Task, va: Va, len: number): number {
  if (prepareUser(k, task, va, len, true) < 0) return -EFAULT;
  for (let done = 0; done < len;) {
    const pa = resolve(k, task, va + done, true);
    if (pa < 0) return -EFAULT;
    const n = Math.min(len - done, PAGE - (pa & (PAGE - 1)));
    k.ram.write(pa, word, done, n);
    done += n;
  }
  charge(k, COST.copyLine);
  return 0;
}

export function getUserU32(k: Kernel, task: Task, va: Va): number { return load(k, task, va, 4) ? view.getUint32(0, true) : -EFAULT; }
/** As a number: exact below 2^53. */
export function getUserU64num(k: Kernel, task: Task, va: Va): number {
  return load(k, task, va, 8) ? view.getUint32(0, true) + view.getUint32(4, true) * 4294967296 : -EFAULT;
}
export function putUserU32(k: Kernel, task: Task, va: Va, n: number): number {
  view.setUint32(0, n, true);
  return store(k, task, va, 4);
}
export function putUserU64(k: Kernel, task: Task, va: Va, n: number): number {
  view.setUint32(0, n >>> 0, true);
  view.setUint32(4, Math.floor(n / 4294967296) >>> 0, true);
  return store(k, task, va, 8);
}

/** Several ranges one after the other (readv, sendmsg …). */
class UserVector implements UserBuffer {
  readonly length: number;
  private readonly parts: UserRange[];
  constructor(parts: UserRange[]) { this.parts = parts; this.length = parts.reduce((n, p) => n + p.length, 0); }
  private each(at: number, length: number, step: (part: UserRange, partAt: number, done: number, n: number) => void): void {
    let done = 0;
    for (const part of this.parts) {
      if (done >= length) return;
      if (at >= part.length) { at -= part.length; continue; }
      const n = Math.min(length - done, part.length - at);
      step(part, at, done, n);
      done += n;
      at = 0;
    }
  }
  put(at: number, src: Uint8Array, srcOffset: number, length: number): void {
    this.each(at, length, (part, partAt, done, n) => part.put(partAt, src, srcOffset + done, n));
  }
  get(at: number, dst: Uint8Array, dstOffset: number, length: number): void {
    this.each(at, length, (part, partAt, done, n) => part.get(partAt, dst, dstOffset + done, n));
  }
}

/**
 * User memory ready for copying. write: the kernel will write to it. A range whose tail is not accessible comes back
 * shorter (so that read and write move what they can, as Linux does); −EFAULT when nothing of it is.
 */
export function userBuffer(k: Kernel, task: Task, va: Va, len: number, write: boolean): UserBuffer | number {
  if (len === 0) return new UserRange(k, task.mm!, va, 0);
  if (!(len >= 0) || !(va + len <= TASK_SIZE)) return -EFAULT;
  const n = accessible(k, task, va, len, write);
  if (n === 0) return -EFAULT;
  return new UserRange(k, task.mm!, va, n);
}

const IOV_MAX = 1024;
/** MAX_RW_COUNT: what one call moves at most. */
const MAX_RW_COUNT = 0x7ffff000;

/** An iovec array as one buffer; stops at the first inaccessible byte. −EINVAL for a bad count or length. */
export function userIovec(k: Kernel, task: Task, iovVa: Va, count: number, write: boolean): UserBuffer | number {
  if (!(count >= 0) || count > IOV_MAX) return -EINVAL;
  if (count === 0) return new UserRange(k, task.mm!, 0, 0);
  const wide = task.syscall.layout === LAYOUT.x86_64, raw = copyFromUser(k, task, iovVa, count * (wide ? 16 : 8));
  if (typeof raw === 'number') return raw;
  const dv = new DataView(raw.buffer);
  const parts: UserRange[] = [];
  let total = 0;
  for (let i = 0; i < count; i++) {
    if ((dv.getUint32(wide ? i * 16 + 12 : i * 8 + 4, true) & 0x80000000) !== 0) return -EINVAL;
  }
  for (let i = 0; i < count; i++) {
    const va = wide ? dv.getUint32(i * 16, true) + dv.getUint32(i * 16 + 4, true) * 4294967296 : dv.getUint32(i * 8, true);
    const len = Math.min(wide ? dv.getUint32(i * 16 + 8, true) + dv.getUint32(i * 16 + 12, true) * 4294967296 : dv.getUint32(i * 8 + 4, true), MAX_RW_COUNT - total);
    if (len === 0) continue;
    if (!(va + len <= TASK_SIZE)) { if (total === 0) return -EFAULT; break; }
    const n = accessible(k, task, va, len, write);
    if (n > 0) parts.push(new UserRange(k, task.mm!, va, n));
    total += n;
    if (n < len) { if (total === 0) return -EFAULT; break; }
  }
  return parts.length === 1 ? parts[0]! : new UserVector(parts);
}

/** A buffer over the kernel's own bytes, with the same face. */
class KernelBuffer implements UserBuffer {
  readonly length: number;
  private readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) { this.bytes = bytes; this.length = bytes.length; }
  put(at: number, src: Uint8Array, srcOffset: number, length: number): void { this.bytes.set(src.subarray(srcOffset, srcOffset + length), at); }
  get(at: number, dst: Uint8Array, dstOffset: number, length: number): void { dst.set(this.bytes.subarray(at, at + length), dstOffset); }
}
export function kernelBuffer(bytes: Uint8Array): UserBuffer { return new KernelBuffer(bytes); }
