// futex(2): queues by key, wait, wake, requeue, wake_op. PI operations are not built (ENOSYS). The robust list is process/robust.ts.
import { EAGAIN, EFAULT, EINVAL, ENOSYS, ETIMEDOUT } from '../../abi/errno.ts';
import { stateClass } from '../../base/state.ts';
import { COST } from '../../clock/costs.ts';
import type { Inode } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import { VM } from '../contracts/mm.ts';
import type { Task } from '../contracts/task.ts';
import { BLOCK, ERESTARTSYS, ERESTART_RESTARTBLOCK, WaitQueue } from '../contracts/wait.ts';
import { getUserU32, prepareUser, putUserU32 } from '../mm/uaccess.ts';
import { findVma } from '../mm/vma.ts';
import { waitOn, wakeTask } from '../sched/wait.ts';
import { signalPending } from '../signal/pending.ts';

/** Kernel slot `ipc`. */
export class FutexState {
  queues = new Map<string, WaitQueue>();
  inodeIds = new Map<Inode, number>(); // ids of shared mappings' inodes in keys
  nextInodeId = 1;
}
/** A waiter's progress. */
export class FutexWait { key = ''; bitset = 0xffffffff; woken = false }
stateClass(FutexState, 'FutexState', ['queues', 'inodeIds', 'nextInodeId']);
stateClass(FutexWait, 'FutexWait', ['key', 'bitset', 'woken']);
const stateOf = (k: Kernel): FutexState => (k.ipc ??= new FutexState()) as FutexState;

/** get_futex_key(): private futexes by address space, shared ones by the page behind them. −errno if the address is bad. */
function futexKey(k: Kernel, task: Task, va: number, shared: boolean): string | number {
  if (va % 4 !== 0) return -EINVAL;
  if (va >= 0x7ffffffff000 || !task.mm) return -EFAULT;
  if (!shared) return `p${task.mm.id}:${va}`;
  if (prepareUser(k, task, va, 4, false) < 0) return -EFAULT;
  const vma = findVma(task.mm, va);
  if (!vma || va < vma.start || (vma.flags & VM.SHARED) === 0 || !vma.file) return `m${task.mm.id}:${va}`;
  const s = stateOf(k), inode = vma.file.inode;
  let id = s.inodeIds.get(inode);
  if (id === undefined) { id = s.nextInodeId++; s.inodeIds.set(inode, id); }
  return `s${id}:${vma.pgoff * 4096 + (va - vma.start)}`;
}

function queueOf(k: Kernel, key: string): WaitQueue {
  const s = stateOf(k);
  let q = s.queues.get(key);
  if (!q) { q = new WaitQueue(); s.queues.set(key, q); }
  return q;
}
function drop(k: Kernel, key: string): void {
  const s = stateOf(k), q = s.queues.get(key);
  if (q && q.waiters.length === 0) s.queues.delete(key);
}

/** @param deadline in cycles, computed at the first entry; Infinity = none. */
export function futexWaitOp(k: Kernel, task: Task, va: number, val: number, shared: boolean, bitset: number, deadline: number): number {
  if (bitset === 0) return -EINVAL;
  const sys = task.syscall;
  k.now += COST.futexOp;
  if (sys.progress instanceof FutexWait) {
    const w = sys.progress;
    if (w.woken) { drop(k, w.key); return 0; }
    if (sys.timedOut || sys.deadline <= k.now) { drop(k, w.key); return -ETIMEDOUT; }
    if (signalPending(task)) { drop(k, w.key); return sys.deadline === Infinity ? -ERESTARTSYS : -ERESTART_RESTARTBLOCK; }
    waitOn(k, task, [queueOf(k, w.key)], { interruptible: true, wchan: 'futex_wait_queue', deadline: sys.deadline });
    return BLOCK;
  }
  const key = futexKey(k, task, va, shared);
  if (typeof key === 'number') return key;
  const now = getUserU32(k, task, va);
  if (now < 0) return -EFAULT;
  if (now !== val) return -EAGAIN;
  if (sys.deadline === 0) sys.deadline = deadline;
  if (sys.deadline <= k.now) return -ETIMEDOUT;
  if (signalPending(task)) return sys.deadline === Infinity ? -ERESTARTSYS : -ERESTART_RESTARTBLOCK;
  const w = new FutexWait();
  w.key = key; w.bitset = bitset;
  sys.progress = w;
  waitOn(k, task, [queueOf(k, key)], { interruptible: true, wchan: 'futex_wait_queue', deadline: sys.deadline });
  return BLOCK;
}

function wakeKey(k: Kernel, key: string, max: number, bitset: number): number {
  const q = stateOf(k).queues.get(key);
  if (!q) return 0;
  let n = 0;
  for (const t of q.waiters.slice()) {
    if (n >= max) break;
    const w = t.syscall.progress;
    if (!(w instanceof FutexWait) || (w.bitset & bitset) === 0) continue;
    w.woken = true;
    wakeTask(k, t);
    n++;
  }
  drop(k, key);
  return n;
}

export function futexWakeOp(k: Kernel, task: Task, va: number, max: number, shared: boolean, bitset: number): number {
  if (bitset === 0) return -EINVAL;
  k.now += COST.futexOp;
  const key = futexKey(k, task, va, shared);
  if (typeof key === 'number') return key;
  return wakeKey(k, key, Math.max(1, max), bitset);
}

/** The kernel's own wake (clear_child_tid, robust list): both private and shared waiters of the address. */
export function futexWake(k: Kernel, task: Task, va: number, max: number): number {
  let n = futexWakeOp(k, task, va, max, true, 0xffffffff);
  if (n < 0) n = 0;
  if (n < max && task.mm) n += wakeKey(k, `p${task.mm.id}:${va}`, max - n, 0xffffffff);
  return n;
}

/** FUTEX_REQUEUE and FUTEX_CMP_REQUEUE (cmp ≥ 0). */
export function futexRequeue(k: Kernel, task: Task, va: number, va2: number, wake: number, requeue: number, shared: boolean, cmp: number): number {
  if (wake < 0 || requeue < 0) return -EINVAL;
  k.now += COST.futexOp;
  const key = futexKey(k, task, va, shared), key2 = futexKey(k, task, va2, shared);
  if (typeof key === 'number') return key;
  if (typeof key2 === 'number') return key2;
  if (cmp >= 0) {
    const now = getUserU32(k, task, va);
    if (now < 0) return -EFAULT;
    if (now !== cmp) return -EAGAIN;
  }
  let n = wake > 0 ? wakeKey(k, key, wake, 0xffffffff) : 0;
  const from = stateOf(k).queues.get(key);
  if (!from || key === key2) return n;
  const to = queueOf(k, key2);
  for (let moved = 0; moved < requeue && from.waiters.length > 0; moved++) {
    const t = from.waiters.shift()!;
    to.waiters.push(t);
    t.waitQueues = [to];
    (t.syscall.progress as FutexWait).key = key2;
    if (cmp >= 0) n++; // CMP_REQUEUE counts the requeued as well
    else n++;
  }
  drop(k, key);
  drop(k, key2);
  return n;
}

/** FUTEX_WAKE_OP: an atomic change of *va2 decides whether its waiters are woken too. */
export function futexWakeOpOp(k: Kernel, task: Task, va: number, va2: number, wake: number, wake2: number, op: number, shared: boolean): number {
  k.now += COST.futexOp;
  const key = futexKey(k, task, va, shared), key2 = futexKey(k, task, va2, shared);
  if (typeof key === 'number') return key;
  if (typeof key2 === 'number') return key2;
  if (prepareUser(k, task, va2, 4, true) < 0) return -EFAULT;
  const old = getUserU32(k, task, va2);
  if (old < 0) return -EFAULT;
  let arg = (op << 8) >> 20;
  const cmparg = (op << 20) >> 20, kind = (op >>> 28) & 7, cmp = (op >>> 24) & 15;
  if ((op >>> 31) !== 0) arg = 1 << (arg & 31);
  let next: number;
  switch (kind) {
    case 0: next = arg; break;
    case 1: next = old + arg; break;
    case 2: next = old | arg; break;
    case 3: next = old & ~arg; break;
    case 4: next = old ^ arg; break;
    default: return -ENOSYS;
  }
  putUserU32(k, task, va2, next >>> 0);
  const v = old | 0;
  let also: boolean;
  switch (cmp) {
    case 0: also = v === cmparg; break;
    case 1: also = v !== cmparg; break;
    case 2: also = v < cmparg; break;
    case 3: also = v <= cmparg; break;
    case 4: also = v > cmparg; break;
    case 5: also = v >= cmparg; break;
    default: return -ENOSYS;
  }
  let n = wakeKey(k, key, Math.max(1, wake), 0xffffffff);
  if (also) n += wakeKey(k, key2, Math.max(1, wake2), 0xffffffff);
  return n;
}
