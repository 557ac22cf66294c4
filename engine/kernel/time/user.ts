// timespec, timeval and itimerspec in user memory.
import { EFAULT, EINVAL } from '../../abi/errno.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { copyFromUser, copyToUser } from '../mm/uaccess.ts';

export interface Timespec { sec: number; nsec: number }

const i64 = (v: DataView, at: number): number => v.getUint32(at, true) + v.getInt32(at + 4, true) * 4294967296;
const put = (v: DataView, at: number, n: number): void => {
  v.setUint32(at, n >>> 0, true);
  v.setUint32(at + 4, Math.floor(n / 4294967296) >>> 0, true);
};

/** A valid timespec (EINVAL otherwise), or −errno. */
export function readTimespec(k: Kernel, task: Task, va: number): Timespec | number {
  const b = copyFromUser(k, task, va, 16);
  if (typeof b === 'number') return b;
  const v = new DataView(b.buffer, b.byteOffset, 16), sec = i64(v, 0), nsec = i64(v, 8);
  if (sec < 0 || nsec < 0 || nsec >= 1e9) return -EINVAL;
  return { sec, nsec };
}
/** Unchecked pairs of longs: timeval, itimerval. */
export function readLongs(k: Kernel, task: Task, va: number, count: number): number[] | number {
  const b = copyFromUser(k, task, va, count * 8);
  if (typeof b === 'number') return -EFAULT;
  const v = new DataView(b.buffer, b.byteOffset, b.byteLength), out: number[] = [];
  for (let i = 0; i < count; i++) out.push(i64(v, i * 8));
  return out;
}
export function writeLongs(k: Kernel, task: Task, va: number, values: readonly number[]): number {
  const out = new Uint8Array(values.length * 8), v = new DataView(out.buffer);
  values.forEach((n, i) => put(v, i * 8, n));
  return copyToUser(k, task, va, out);
}
export const writeTimespec = (k: Kernel, task: Task, va: number, ns: number): number => writeLongs(k, task, va, [Math.floor(ns / 1e9), ns % 1e9]);
export const toNs = (t: Timespec): number => t.sec * 1e9 + t.nsec;
