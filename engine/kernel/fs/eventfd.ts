// eventfd(2): a 64-bit counter as a file. Kept as two 32-bit halves in one number pair, because its range is beyond 2^53.
import { stateClass } from '../../base/state.ts';
import { COST } from '../../clock/costs.ts';
import { EAGAIN, EINVAL, ESPIPE } from '../../abi/errno.ts';
import type { UserBuffer } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { BLOCK, ERESTARTSYS, WaitQueue } from '../contracts/wait.ts';
import { charge } from '../entry/charge.ts';
import { waitOn, wakeUp } from '../sched/wait.ts';
import { signalPending } from '../signal/pending.ts';
import { O_NONBLOCK, O_RDWR, POLLERR, PseudoFile, READABLE, WRITABLE, anonFile } from './pseudo.ts';

const EFD_SEMAPHORE = 1;
const MAX_HI = 0xffffffff, MAX_LO = 0xfffffffe; // ULLONG_MAX − 1

export class EventFile extends PseudoFile {
  override seek(): number { return 0; } // noop_llseek
  lo = 0; hi = 0;
  semaphore = false;
  wait = new WaitQueue();
  override read(k: Kernel, task: Task, buf: UserBuffer, pos: number): number {
    if (pos >= 0) return -ESPIPE;
    charge(k, COST.fileOp);
    if (buf.length < 8) return -EINVAL;
    if (this.lo === 0 && this.hi === 0) {
      if ((this.flags & O_NONBLOCK) !== 0) return -EAGAIN;
      if (signalPending(task)) return -ERESTARTSYS;
      waitOn(k, task, [this.wait], { interruptible: true, wchan: 'eventfd_read' });
      return BLOCK;
    }
    const out = new Uint8Array(8), v = new DataView(out.buffer);
    if (this.semaphore) {
      v.setUint32(0, 1, true);
      if (this.lo === 0) { this.hi--; this.lo = 0xffffffff; } else this.lo--;
    } else {
      v.setUint32(0, this.lo, true); v.setUint32(4, this.hi, true);
      this.lo = this.hi = 0;
    }
    buf.put(0, out, 0, 8);
    wakeUp(k, this.wait);
    return 8;
  }
  override write(k: Kernel, task: Task, buf: UserBuffer, pos: number): number {
    if (pos >= 0) return -ESPIPE;
    charge(k, COST.fileOp);
    if (buf.length < 8) return -EINVAL;
    const bytes = new Uint8Array(8), v = new DataView(bytes.buffer);
    buf.get(0, bytes, 0, 8);
    const lo = v.getUint32(0, true), hi = v.getUint32(4, true);
    if (lo === 0xffffffff && hi === 0xffffffff) return -EINVAL;
    const sumLo = this.lo + lo, carry = sumLo > 0xffffffff ? 1 : 0, newLo = sumLo >>> 0, newHi = this.hi + hi + carry;
    if (newHi > MAX_HI || (newHi === MAX_HI && newLo > MAX_LO)) {
      if ((this.flags & O_NONBLOCK) !== 0) return -EAGAIN;
      if (signalPending(task)) return -ERESTARTSYS;
      waitOn(k, task, [this.wait], { interruptible: true, wchan: 'eventfd_write' });
      return BLOCK;
    }
    this.lo = newLo; this.hi = newHi;
    wakeUp(k, this.wait);
    return 8;
  }
  override poll(_k: Kernel): number {
    let bits = 0;
    if (this.lo !== 0 || this.hi !== 0) bits |= READABLE;
    if (this.hi === MAX_HI && this.lo === 0xffffffff) bits |= POLLERR;
    if (this.hi < MAX_HI || this.lo < MAX_LO) bits |= WRITABLE;
    return bits;
  }
  override pollQueues(): WaitQueue[] { return [this.wait]; }
  override describe(_k: Kernel): string { return 'anon_inode:[eventfd]'; }
}
stateClass(EventFile, 'EventFile', ['lo', 'hi', 'semaphore', 'wait']);

export function createEventfd(k: Kernel, initial: number, flags: number): EventFile {
  const f = anonFile(k, new EventFile(), O_RDWR | (flags & O_NONBLOCK));
  f.lo = initial >>> 0;
  f.semaphore = (flags & EFD_SEMAPHORE) !== 0;
  return f;
}
