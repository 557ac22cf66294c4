// The robust futex list of a dying thread (Documentation/locking/robust-futexes.rst): its locks are marked FUTEX_OWNER_DIED and a waiter is woken.
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { futexWake } from '../ipc/futex.ts';
import { getUserU32, getUserU64num, putUserU32 } from '../mm/uaccess.ts';

const FUTEX_WAITERS = 0x80000000, FUTEX_OWNER_DIED = 0x40000000, FUTEX_TID_MASK = 0x3fffffff;
/** ROBUST_LIST_LIMIT: a guest's endless list ends here. */
const LIST_LIMIT = 2048;

function ownerDied(k: Kernel, task: Task, va: number, pi: boolean): boolean {
  if (va % 4 !== 0) return false;
  const value = getUserU32(k, task, va);
  if (value < 0) return false;
  if (((value & FUTEX_TID_MASK) >>> 0) !== task.pid) return true;
  if (putUserU32(k, task, va, ((value & FUTEX_WAITERS) | FUTEX_OWNER_DIED) >>> 0) < 0) return false;
  if (!pi && (value & FUTEX_WAITERS) !== 0) futexWake(k, task, va, 1);
  return true;
}

export function exitRobustList(k: Kernel, task: Task): void {
  const head = task.robustList;
  const first = getUserU64num(k, task, head), low = getUserU32(k, task, head + 8), high = getUserU32(k, task, head + 12), pending = getUserU64num(k, task, head + 16);
  if (first < 0 || pending < 0 || low < 0 || high < 0) return;
  // futex_offset is signed, and small: glibc's is -32. As one number beyond 2^53 its low bits would be lost.
  const delta = (high | 0) * 4294967296 + low;
  const plain = (p: number): number => p - (p % 2);
  let entry = first;
  for (let i = 0; i < LIST_LIMIT && plain(entry) !== head; i++) {
    const next = getUserU64num(k, task, plain(entry));
    if (plain(entry) !== plain(pending) && !ownerDied(k, task, plain(entry) + delta, entry % 2 === 1)) return;
    if (next < 0) return;
    entry = next;
  }
  if (plain(pending) !== 0) ownerDied(k, task, plain(pending) + delta, pending % 2 === 1);
}
