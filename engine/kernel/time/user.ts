// Longs in user memory, as the layout of the call has them: timespec, timeval, itimerspec, limits, usage.
import { EFAULT, EINVAL } from '../../abi/errno.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { LAYOUT } from '../contracts/task.ts';
import { copyFromUser, copyToUser } from '../mm/uaccess.ts';

export interface Timespec { sec: number; nsec: number }

/** Bytes of a long and of a pointer in the structures of the task's call. */
export const longBytes = (task: Task): 4 | 8 => (task.syscall.layout === LAYOUT.x86_64 ? 8 : 4);

/** `count` signed longs, unchecked. */
export function readLongs(k: Kernel, task: Task, va: number, count: number): number[] | number {
  const size = longBytes(task), b = copyFromUser(k, task, va, count * size);
  if (typeof b === 'number') return -EFAULT;
  const v = new DataView(b.buffer, b.byteOffset, b.byteLength), out: number[] = [];
  for (let at = 0; at < count * size; at += size) out.push(size === 4 ? v.getInt32(at, true) : v.getUint32(at, true) + v.getInt32(at + 4, true) * 4294967296);
  return out;
}
export function writeLongs(k: Kernel, task: Task, va: number, values: readonly number[]): number {
  const size = longBytes(task), out = new Uint8Array(values.length * size), v = new DataView(out.buffer);
  values.forEach((n, i) => {
    v.setUint32(i * size, n >>> 0, true);
    if (size === 8) v.setUint32(i * 8 + 4, Math.floor(n / 4294967296) >>> 0, true);
  });
  return copyToUser(k, task, va, out);
}
/** A valid timespec (EINVAL otherwise), or −errno. */
export function readTimespec(k: Kernel, task: Task, va: number): Timespec | number {
  const t = readLongs(k, task, va, 2);
  if (typeof t === 'number') return t;
  const sec = t[0]!, nsec = t[1]!;
  return sec < 0 || nsec < 0 || nsec >= 1e9 ? -EINVAL : { sec, nsec };
}
export const writeTimespec = (k: Kernel, task: Task, va: number, ns: number): number => writeLongs(k, task, va, [Math.floor(ns / 1e9), ns % 1e9]);
export const toNs = (t: Timespec): number => t.sec * 1e9 + t.nsec;
