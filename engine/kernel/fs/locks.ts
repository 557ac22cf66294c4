// Advisory locks: POSIX records (fcntl), open file description locks, flock (fs/locks.c).
import { stateClass } from '../../base/state.ts';
import { EAGAIN, EDEADLK } from '../../abi/errno.ts';
import type { Inode } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { BLOCK, ERESTARTSYS, WaitQueue } from '../contracts/wait.ts';
import { signalPending } from '../signal/pending.ts';
import { waitOn, wakeUp } from '../sched/wait.ts';

export const F_RDLCK = 0, F_WRLCK = 1, F_UNLCK = 2;

/** A locked range [start, end]; owner: the files_struct (POSIX) or the open file (OFD). */
export class RecordLock { type = F_RDLCK; start = 0; end = Infinity; owner: object | null = null; pid = 0 }
stateClass(RecordLock, 'RecordLock', ['type', 'start', 'end', 'owner', 'pid']);
export class Flock { exclusive = false; owner: object | null = null; pid = 0 }
stateClass(Flock, 'Flock', ['exclusive', 'owner', 'pid']);
export class LockContext { records: RecordLock[] = []; flocks: Flock[] = []; wait = new WaitQueue(); blocked: { owner: object; on: object }[] = [] }
stateClass(LockContext, 'LockContext', ['records', 'flocks', 'wait', 'blocked']);

const contextOf = (inode: Inode): LockContext => (inode.locks ??= new LockContext()) as LockContext;

function conflict(c: LockContext, owner: object, type: number, start: number, end: number): RecordLock | null {
  for (const l of c.records) if (l.owner !== owner && l.start <= end && l.end >= start && (type === F_WRLCK || l.type === F_WRLCK)) return l;
  return null;
}
/** F_GETLK: the first lock in the way, or null. */
export function testRecordLock(inode: Inode, owner: object, type: number, start: number, end: number): RecordLock | null {
  return inode.locks === null ? null : conflict(contextOf(inode), owner, type, start, end);
}

/** Would waiting for `on` close a circle back to `owner`? Looks at every lock context a task waits in. */
function wouldDeadlock(k: Kernel, owner: object, on: object): boolean {
  const edges = new Map<object, object>();
  for (const t of k.tasks.values()) {
    const p = t.syscall.progress;
    if (t.wchan === 'fcntl_setlk' && p instanceof LockWait && t.files) edges.set(p.owner!, p.on!);
  }
  for (let at: object | undefined = on, n = 0; at !== undefined && n < 100; at = edges.get(at), n++) if (at === owner) return true;
  return false;
}
/** What a task that waits for a record lock waits for: the deadlock search reads it. */
export class LockWait { owner: object | null = null; on: object | null = null }
stateClass(LockWait, 'LockWait', ['owner', 'on']);

/** F_SETLK, F_SETLKW: 0, −EAGAIN, −EDEADLK, −ERESTARTSYS, BLOCK. */
export function setRecordLock(k: Kernel, task: Task, inode: Inode, owner: object, pid: number, type: number, start: number, end: number, wait: boolean, posix: boolean): number {
  if (type === F_UNLCK && inode.locks === null) return 0;
  const c = contextOf(inode);
  if (type !== F_UNLCK) {
    const other = conflict(c, owner, type, start, end);
    if (other !== null) {
      if (!wait) return -EAGAIN;
      if (posix && wouldDeadlock(k, owner, other.owner!)) return -EDEADLK;
      if (signalPending(task)) return -ERESTARTSYS;
      const w = new LockWait();
      w.owner = owner;
      w.on = other.owner;
      task.syscall.progress = w;
      waitOn(k, task, [c.wait], { interruptible: true, wchan: 'fcntl_setlk' });
      return BLOCK;
    }
  }
  // Cut the range out of the owner's locks, then add it, merged with equal neighbours.
  const kept: RecordLock[] = [];
  for (const l of c.records) {
    if (l.owner !== owner || l.end < start || l.start > end) { kept.push(l); continue; }
    if (l.start < start) kept.push(cut(l, l.start, start - 1));
    if (l.end > end) kept.push(cut(l, end + 1, l.end));
  }
  if (type !== F_UNLCK) {
    let from = start, to = end;
    for (let i = kept.length - 1; i >= 0; i--) {
      const l = kept[i]!;
      if (l.owner === owner && l.type === type && l.end >= from - 1 && l.start <= to + 1) {
        from = Math.min(from, l.start);
        to = Math.max(to, l.end);
        kept.splice(i, 1);
      }
    }
    const lock = new RecordLock();
    lock.type = type; lock.start = from; lock.end = to; lock.owner = owner; lock.pid = pid;
    kept.push(lock);
  }
  c.records = kept;
  wakeUp(k, c.wait);
  return 0;
}
function cut(l: RecordLock, start: number, end: number): RecordLock {
  const n = new RecordLock();
  n.type = l.type; n.owner = l.owner; n.pid = l.pid; n.start = start; n.end = end;
  return n;
}

/** Any close of the file by a table drops all POSIX locks of that table (fcntl(2)). */
export function releasePosixLocks(k: Kernel, inode: Inode, owner: object): void {
  const c = contextOf(inode);
  const before = c.records.length;
  c.records = c.records.filter((l) => l.owner !== owner);
  if (c.records.length !== before) wakeUp(k, c.wait);
}
/** Last reference of an open file: its OFD locks and flock. */
export function releaseFileLocks(k: Kernel, inode: Inode, file: object): void {
  const c = contextOf(inode);
  const before = c.records.length + c.flocks.length;
  c.records = c.records.filter((l) => l.owner !== file);
  c.flocks = c.flocks.filter((l) => l.owner !== file);
  if (c.records.length + c.flocks.length !== before) wakeUp(k, c.wait);
}

/** flock(2): exclusive, shared or null = unlock. */
export function setFlock(k: Kernel, task: Task, inode: Inode, file: object, exclusive: boolean | null, wait: boolean): number {
  const c = contextOf(inode);
  const mine = c.flocks.findIndex((l) => l.owner === file);
  if (exclusive === null) {
    if (mine >= 0) { c.flocks.splice(mine, 1); wakeUp(k, c.wait); }
    return 0;
  }
  if (mine >= 0 && c.flocks[mine]!.exclusive === exclusive) return 0;
  if (mine >= 0) { c.flocks.splice(mine, 1); wakeUp(k, c.wait); } // a conversion gives the old lock up first
  if (c.flocks.some((l) => l.owner !== file && (exclusive || l.exclusive))) {
    if (!wait) return -EAGAIN;
    if (signalPending(task)) return -ERESTARTSYS;
    waitOn(k, task, [c.wait], { interruptible: true, wchan: 'locks_lock_inode_wait' });
    return BLOCK;
  }
  const l = new Flock();
  l.exclusive = exclusive; l.owner = file; l.pid = task.process.pid;
  c.flocks.push(l);
  return 0;
}
