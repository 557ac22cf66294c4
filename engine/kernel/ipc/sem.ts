// System V semaphores: sets, atomic operations, undo at exit (semop(2), semctl(2), ipc/sem.c).
import { E2BIG, EAGAIN, EFBIG, EIDRM, EINTR, EINVAL, ENOSPC, ERANGE } from '../../abi/errno.ts';
import { IPC_NOWAIT, SEM_UNDO } from '../../abi/ipc-flags.ts';
import { stateClass } from '../../base/state.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Process, Task } from '../contracts/task.ts';
import { BLOCK, WaitQueue } from '../contracts/wait.ts';
import { waitOn, wakeUp } from '../sched/wait.ts';
import { signalPending } from '../signal/pending.ts';
import { IpcObject, ipcFind, ipcForgetKey, ipcGet, ipcPermission, put64, putPerm, seconds, sysvOf } from './sysv.ts';

export const SEMVMX = 32767, SEMOPM = 500;
const SEMMSL = 32000, SEMMNI = 32000;
/** All semaphores of the machine: Linux allows 1,024,000,000; here they must stay in the host's memory. */
const SEMMNS = 1_000_000;

export class SemSet extends IpcObject {
  values = new Int32Array(0);
  pids = new Int32Array(0); // of the last operation
  otime = 0;
  queue = new WaitQueue();
  /** What blocked tasks wait for, by utid: the semaphore, and whether for zero. */
  waiting = new Map<number, { sem: number; zero: boolean }>();
  /** SEM_UNDO adjustments, by upid. */
  undo = new Map<number, Int32Array>();
}
stateClass(SemSet, 'SemSet', ['values', 'pids', 'otime', 'queue', 'waiting', 'undo']);
export interface SemOp { sem: number; op: number; flags: number }

export function semGet(k: Kernel, task: Task, key: number, count: number, flags: number): number {
  if (count < 0 || count > SEMMSL) return -EINVAL;
  return ipcGet<SemSet>(k, task, sysvOf(k).sem, SEMMNI, key, flags, (s) => (count > s.values.length ? -EINVAL : 0), () => {
    if (count === 0) return -EINVAL;
    const used = ([...sysvOf(k).sem.byId.values()] as SemSet[]).reduce((n, s) => n + s.values.length, 0);
    if (used + count > SEMMNS) return -ENOSPC;
    const s = new SemSet();
    s.values = new Int32Array(count); s.pids = new Int32Array(count);
    return s;
  });
}

/** All operations at once, or none: 0, −errno, or the first that has to wait. */
function tryOps(s: SemSet, ops: readonly SemOp[], process: Process): number | SemOp {
  const after = new Map<number, number>(), undo = s.undo.get(process.upid);
  for (const o of ops) {
    const now = after.get(o.sem) ?? s.values[o.sem]!;
    if (o.op === 0 ? now !== 0 : now + o.op < 0) return o;
    if (now + o.op > SEMVMX) return -ERANGE;
    if ((o.flags & SEM_UNDO) !== 0) { const u = (undo?.[o.sem] ?? 0) - o.op; if (u < -SEMVMX - 1 || u > SEMVMX) return -ERANGE; }
    after.set(o.sem, now + o.op);
  }
  for (const [sem, value] of after) s.values[sem] = value;
  for (const o of ops) {
    s.pids[o.sem] = process.pid;
    if ((o.flags & SEM_UNDO) === 0 || o.op === 0) continue;
    let u = s.undo.get(process.upid);
    if (!u) s.undo.set(process.upid, u = new Int32Array(s.values.length));
    u[o.sem]! -= o.op;
  }
  return 0;
}

/** @param deadline in cycles, Infinity = none. Never restarted after a signal (signal(7)). */
export function semOperate(k: Kernel, task: Task, id: number, ops: readonly SemOp[], deadline: number): number {
  const s = ipcFind<SemSet>(sysvOf(k).sem, id);
  if (typeof s === 'number') return task.syscall.reentered ? -EIDRM : s;
  s.waiting.delete(task.utid);
  if (ops.length > SEMOPM) return -E2BIG;
  if (ops.some((o) => o.sem >= s.values.length)) return -EFBIG;
  const denied = ipcPermission(task, s, ops.some((o) => o.op !== 0) ? 2 : 4);
  if (denied !== 0) return denied;
  const r = tryOps(s, ops, task.process);
  if (r === 0) { s.otime = seconds(k); if (ops.some((o) => o.op !== 0)) wakeUp(k, s.queue); return 0; }
  if (typeof r === 'number') return r;
  if ((r.flags & IPC_NOWAIT) !== 0 || task.syscall.timedOut) return -EAGAIN;
  if (signalPending(task)) return -EINTR;
  s.waiting.set(task.utid, { sem: r.sem, zero: r.op === 0 });
  waitOn(k, task, [s.queue], { interruptible: true, wchan: 'do_semtimedop', deadline });
  return BLOCK;
}

export const semWaiters = (s: SemSet, sem: number, zero: boolean): number => [...s.waiting.values()].filter((w) => w.sem === sem && w.zero === zero).length;

/** SETVAL and SETALL drop every process's undo for what they set. */
export function semSet(k: Kernel, task: Task, s: SemSet, first: number, values: ArrayLike<number>): number {
  for (let i = 0; i < values.length; i++) if (!(values[i]! >= 0 && values[i]! <= SEMVMX)) return -ERANGE;
  for (let i = 0; i < values.length; i++) {
    s.values[first + i] = values[i]!;
    s.pids[first + i] = task.process.pid;
    for (const u of s.undo.values()) u[first + i] = 0;
  }
  s.ctime = seconds(k);
  wakeUp(k, s.queue);
  return 0;
}
export function semRemove(k: Kernel, s: SemSet): void {
  const table = sysvOf(k).sem;
  ipcForgetKey(table, s);
  table.byId.delete(s.id);
  wakeUp(k, s.queue);
}
/** exit_sem(): what the process did with SEM_UNDO is taken back, as far as values allow. */
export function semExit(k: Kernel, p: Process): void {
  if (!k.sysv) return;
  for (const s of sysvOf(k).sem.byId.values() as IterableIterator<SemSet>) {
    const u = s.undo.get(p.upid);
    if (!u) continue;
    u.forEach((n, i) => { if (n !== 0) { s.values[i] = Math.min(SEMVMX, Math.max(0, s.values[i]! + n)); s.pids[i] = p.pid; } });
    s.undo.delete(p.upid);
    wakeUp(k, s.queue);
  }
}

/** struct semid64_ds, 104 bytes. */
export function semStat(s: SemSet): Uint8Array {
  const b = new Uint8Array(104), v = new DataView(b.buffer);
  putPerm(v, s);
  put64(v, 48, s.otime); put64(v, 64, s.ctime); put64(v, 80, s.values.length);
  return b;
}
/** struct seminfo: IPC_INFO gives limits, SEM_INFO the sets and semaphores in use in semusz and semaem. */
export function semInfo(k: Kernel, usage: boolean): Uint8Array {
  const b = new Uint8Array(40), all = [...sysvOf(k).sem.byId.values()] as SemSet[];
  new Int32Array(b.buffer).set([SEMMNS, SEMMNI, SEMMNS, SEMMNS, SEMMSL, SEMOPM, SEMOPM, usage ? all.length : 20, SEMVMX, usage ? all.reduce((n, s) => n + s.values.length, 0) : SEMVMX]);
  return b;
}
export function semText(k: Kernel): string {
  return ([...sysvOf(k).sem.byId.values()] as SemSet[]).map((s) => [String(s.key).padStart(10), String(s.id).padStart(10), s.mode.toString(8).padStart(5), String(s.values.length).padStart(10), ...[s.uid, s.gid, s.cuid, s.cgid].map((n) => String(n).padStart(5)), ...[s.otime, s.ctime].map((n) => String(n).padStart(10))].join(' ') + '\n').join('');
}
