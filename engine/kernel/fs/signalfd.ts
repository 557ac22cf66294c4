// signalfd(2): pending signals as data. Which thread's signals: the reader's.
import { stateClass } from '../../base/state.ts';
import { COST } from '../../clock/costs.ts';
import { EAGAIN, EINVAL, ESPIPE } from '../../abi/errno.ts';
import type { UserBuffer } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { SigInfo, SigPending, Task } from '../contracts/task.ts';
import { BLOCK, ERESTARTSYS } from '../contracts/wait.ts';
import type { WaitQueue } from '../contracts/wait.ts';
import { charge } from '../entry/charge.ts';
import { waitOn } from '../sched/wait.ts';
import { signalQueue } from '../signal/listeners.ts';
import { recalcSigPending, sigBitHi, sigBitLo, signalPending } from '../signal/pending.ts';
import { kernelInfo } from '../signal/send.ts';
import { O_NONBLOCK, O_RDWR, PseudoFile, READABLE, anonFile } from './pseudo.ts';
import type { Process } from '../contracts/task.ts';

export class SignalFile extends PseudoFile {
  override seek(): number { return 0; } // noop_llseek
  maskLo = 0; maskHi = 0;
  owner!: Process;
  queue!: WaitQueue;
  override read(k: Kernel, task: Task, buf: UserBuffer, pos: number): number {
    if (pos >= 0) return -ESPIPE;
    charge(k, COST.fileOp);
    if (buf.length < 128) return -EINVAL;
    let n = 0;
    while (n + 128 <= buf.length) {
      const info = dequeue(task, task.pending, this.maskLo, this.maskHi) ?? dequeue(task, task.process.shared, this.maskLo, this.maskHi);
      if (!info) break;
      buf.put(n, encode(info), 0, 128);
      n += 128;
    }
    if (n > 0) return n;
    if ((this.flags & O_NONBLOCK) !== 0) return -EAGAIN;
    if (signalPending(task)) return -ERESTARTSYS;
    waitOn(k, task, [signalQueue(k, task.process)], { interruptible: true, wchan: 'signalfd_dequeue' });
    return BLOCK;
  }
  override poll(k: Kernel): number {
    const t = k.current, s = t.process.shared;
    return (((t.pending.setLo | s.setLo) & this.maskLo) | ((t.pending.setHi | s.setHi) & this.maskHi)) !== 0 ? READABLE : 0;
  }
  override pollQueues(): WaitQueue[] { return [this.queue]; }
  override describe(_k: Kernel): string { return 'anon_inode:[signalfd]'; }
}
stateClass(SignalFile, 'SignalFile', ['maskLo', 'maskHi', 'owner', 'queue']);

function dequeue(task: Task, p: SigPending, lo: number, hi: number): SigInfo | null {
  const setLo = p.setLo & lo, setHi = p.setHi & hi;
  if ((setLo | setHi) === 0) return null;
  const signo = setLo !== 0 ? 32 - Math.clz32(setLo & -setLo) : 64 - Math.clz32(setHi & -setHi);
  const i = p.queue.findIndex((q) => q.signo === signo);
  const info = i >= 0 ? p.queue.splice(i, 1)[0]! : kernelInfo(signo, 0);
  if (!p.queue.some((q) => q.signo === signo)) {
    p.setLo = (p.setLo & ~sigBitLo(signo)) >>> 0;
    p.setHi = (p.setHi & ~sigBitHi(signo)) >>> 0;
  }
  recalcSigPending(task);
  return info;
}

/** struct signalfd_siginfo. */
function encode(i: SigInfo): Uint8Array {
  const b = new Uint8Array(128), v = new DataView(b.buffer);
  v.setUint32(0, i.signo, true); v.setInt32(4, i.errno, true); v.setInt32(8, i.code, true);
  v.setUint32(12, i.pid, true); v.setUint32(16, i.uid, true); v.setInt32(20, i.fd, true); v.setUint32(24, i.timerid, true);
  v.setUint32(28, i.band, true); v.setUint32(32, i.overrun, true); v.setInt32(40, i.status, true);
  v.setInt32(44, i.value | 0, true);
  const put = (at: number, n: number): void => { v.setUint32(at, n >>> 0, true); v.setUint32(at + 4, Math.floor(n / 4294967296) >>> 0, true); };
  put(48, i.value); put(56, i.utime); put(64, i.stime); put(72, i.addr);
  return b;
}

export function createSignalfd(k: Kernel, task: Task, lo: number, hi: number, flags: number): SignalFile {
  const f = anonFile(k, new SignalFile(), O_RDWR | (flags & O_NONBLOCK));
  f.owner = task.process;
  f.queue = signalQueue(k, task.process);
  setSignalfdMask(f, lo, hi);
  return f;
}
/** SIGKILL and SIGSTOP cannot be taken. */
export function setSignalfdMask(f: SignalFile, lo: number, hi: number): void {
  f.maskLo = (lo & ~0x40100) >>> 0;
  f.maskHi = hi >>> 0;
}
