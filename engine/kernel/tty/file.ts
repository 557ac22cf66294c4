// Open files of terminals: the slave or console side, and the master of a pty (pty(7)).
import { stateClass } from '../../base/state.ts';
import { COST } from '../../clock/costs.ts';
import { EAGAIN, EBUSY, EFAULT, EIO, ENXIO, ESPIPE } from '../../abi/errno.ts';
import * as C from '../../abi/ioctls.ts';
import type { Errno, Inode, OpenFile, UserBuffer } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { BLOCK, ERESTARTSYS } from '../contracts/wait.ts';
import type { WaitQueue } from '../contracts/wait.ts';
import { charge } from '../entry/charge.ts';
import { AT_FDCWD } from '../../abi/open-flags.ts';
import { fdInstall, putFile } from '../fs/file-table.ts';
import { lookupPath } from '../fs/namei.ts';
import { O_CLOEXEC, O_NOCTTY, O_NONBLOCK, POLLHUP, POLLPRI, PseudoFile, READABLE, WRITABLE } from '../fs/pseudo.ts';
import { getUserU32, putUserU32 } from '../mm/uaccess.ts';
import { waitOn, wakeUp } from '../sched/wait.ts';
import { realtime } from '../time/clock.ts';
import { signalPending } from '../signal/pending.ts';
import { checkChange, checkRead, hangup, openControlling } from './jobctl.ts';
import { canonical, inputReady, inputRoom, ldiscRead, receive } from './ldisc.ts';
import { flushOutput, outputByte, outputRoom } from './output.ts';
import { ttyIoctl } from './ioctl.ts';
import { L, V, newTty, queueDrop, ttyOf } from './state.ts';
import type { Tty } from './state.ts';

const CHUNK = 2048;

export class TtyFile extends PseudoFile {
  tty!: Tty;
  override read(k: Kernel, task: Task, buf: UserBuffer, pos: number): number {
    if (pos >= 0) return -ESPIPE;
    const t = this.tty;
    charge(k, COST.fileOp);
    if (t.hungUp) return 0;
    const r = checkRead(k, task, t);
    return r !== 0 ? r : ldiscRead(k, t, task, buf, (this.flags & O_NONBLOCK) !== 0);
  }

  override write(k: Kernel, task: Task, buf: UserBuffer, pos: number): number {
    if (pos >= 0) return -ESPIPE;
    const t = this.tty;
    charge(k, COST.fileOp);
    let done = t.partial.get(task.utid) ?? 0;
    if (done > 0) t.partial.delete(task.utid);
    if (t.hungUp || (t.driver === 'pty' && !t.masterOpen)) return done > 0 ? done : -EIO;
    if ((t.termios.lflag & L.TOSTOP) !== 0) {
      const r = checkChange(k, task, t);
      if (r !== 0) return done > 0 ? done : r;
    }
    const bytes = new Uint8Array(Math.min(CHUNK, buf.length));
    while (done < buf.length) {
      const room = Math.floor(outputRoom(t) / 2); // ONLCR may double it
      if (t.stopped || room === 0) break;
      const n = Math.min(bytes.length, buf.length - done, room);
      buf.get(done, bytes, 0, n);
      for (let i = 0; i < n; i++) outputByte(k, t, bytes[i]!);
      done += n;
      if (t.driver === 'pty') flushOutput(k, t);
    }
    const r = flushOutput(k, t);
    if (r < 0) return -EIO;
    if (done === buf.length) return done;
    if ((this.flags & O_NONBLOCK) !== 0) return done > 0 ? done : -EAGAIN;
    if (signalPending(task)) return done > 0 ? done : -ERESTARTSYS;
    if (done > 0) t.partial.set(task.utid, done);
    waitOn(k, task, [t.writeWait], { interruptible: true, wchan: 'n_tty_write' });
    return BLOCK;
  }

  override poll(k: Kernel): number {
    const t = this.tty;
    let bits = 0;
    if (t.hungUp || (t.driver === 'pty' && !t.masterOpen)) return READABLE | WRITABLE | POLLHUP;
    const ready = inputReady(t), cc = t.termios.cc;
    const need = canonical(t) || cc[V.TIME]! !== 0 || cc[V.MIN]! === 0 ? 1 : cc[V.MIN]!;
    if (ready >= need || (t.driver === 'host' && t.hostEof)) bits |= READABLE;
    else if (t.driver === 'host') k.host.wantStdin(true);
    if (!t.stopped && outputRoom(t) > 256) bits |= WRITABLE;
    return bits;
  }
  override pollQueues(): WaitQueue[] { return [this.tty.readWait, this.tty.writeWait]; }
  override ioctl(k: Kernel, task: Task, cmd: number, argLo: number, argHi: number): number { return ttyIoctl(k, task, this.tty, cmd, argLo, argHi, false); }
  override release(k: Kernel): void {
    const t = this.tty;
    if (--t.opens === 0 && t.driver === 'pty' && t.masterOpen) wakeUp(k, t.masterWait);
    reap(k, t);
  }
  override describe(_k: Kernel): string { return `/dev/pts/${this.tty.index}`; }
}
stateClass(TtyFile, 'TtyFile', ['tty']);

/** Opens the slave or console. */
export function openTty(k: Kernel, t: Tty, inode: Inode, flags: number, task: Task): OpenFile | Errno {
  if (t.hungUp) return -EIO;
  if (t.driver === 'pty' && (t.locked || !t.masterOpen)) return -EIO;
  if (t.exclusive && t.opens > 0 && task.cred.euid !== 0) return -EBUSY;
  const f = newTtyFile(t, inode, flags);
  if ((flags & O_NOCTTY) === 0) openControlling(k, task, t);
  return f;
}
export function newTtyFile(t: Tty, inode: Inode, flags: number): TtyFile {
  const f = new TtyFile();
  f.tty = t; f.inode = inode; f.flags = flags;
  t.opens++;
  t.everOpened = true;
  return f;
}

/** A pty without either side leaves /dev/pts. */
function reap(k: Kernel, t: Tty): void {
  if (t.driver === 'pty' && !t.masterOpen && t.opens === 0 && ttyOf(k).ttys.get(t.index) === t) ttyOf(k).ttys.delete(t.index);
}

export class PtmFile extends PseudoFile {
  tty!: Tty;
  override read(k: Kernel, task: Task, buf: UserBuffer, pos: number): number {
    if (pos >= 0) return -ESPIPE;
    const t = this.tty, q = t.toMaster;
    charge(k, COST.fileOp);
    if (buf.length === 0) return 0;
    if (t.packet && t.packetStatus !== 0) {
      buf.put(0, new Uint8Array([t.packetStatus]), 0, 1);
      t.packetStatus = 0;
      return 1;
    }
    if (q.length > 0) {
      const head = t.packet ? 1 : 0, n = Math.min(q.length, buf.length - head);
      if (head) buf.put(0, new Uint8Array(1), 0, 1);
      buf.put(head, q.bytes, q.head, n);
      queueDrop(q, n);
      wakeUp(k, t.writeWait);
      return n + head;
    }
    if (t.everOpened && t.opens === 0) return -EIO;
    if ((this.flags & O_NONBLOCK) !== 0) return -EAGAIN;
    if (signalPending(task)) return -ERESTARTSYS;
    waitOn(k, task, [t.masterWait], { interruptible: true, wchan: 'n_tty_read' });
    return BLOCK;
  }
  override write(k: Kernel, task: Task, buf: UserBuffer, pos: number): number {
    if (pos >= 0) return -ESPIPE;
    const t = this.tty;
    charge(k, COST.fileOp);
    let done = t.partial.get(-1 - task.utid) ?? 0;
    if (done > 0) t.partial.delete(-1 - task.utid);
    const bytes = new Uint8Array(Math.min(CHUNK, buf.length));
    while (done < buf.length) {
      const n = Math.min(bytes.length, buf.length - done);
      buf.get(done, bytes, 0, n);
      const took = receive(k, t, bytes.subarray(0, n));
      done += took;
      if (took < n) break;
    }
    if (done === buf.length) return done;
    if ((this.flags & O_NONBLOCK) !== 0) return done > 0 ? done : -EAGAIN;
    if (signalPending(task)) return done > 0 ? done : -ERESTARTSYS;
    if (done > 0) t.partial.set(-1 - task.utid, done);
    waitOn(k, task, [t.masterWriteWait], { interruptible: true, wchan: 'n_tty_write' });
    return BLOCK;
  }
  override poll(_k: Kernel): number {
    const t = this.tty;
    let bits = inputRoom(t) > 0 || (canonical(t) && t.canonHead === t.tail) ? WRITABLE : 0;
    if (t.toMaster.length > 0) bits |= READABLE;
    if (t.packet && t.packetStatus !== 0) bits |= READABLE | POLLPRI;
    if (t.everOpened && t.opens === 0) bits |= POLLHUP;
    return bits;
  }
  override pollQueues(): WaitQueue[] { return [this.tty.masterWait, this.tty.masterWriteWait]; }
  override ioctl(k: Kernel, task: Task, cmd: number, argLo: number, argHi: number): number {
    const t = this.tty, va = argLo + argHi * 4294967296;
    switch (cmd) {
      case C.TIOCGPTN: return putUserU32(k, task, va, t.index);
      case C.TIOCSPTLCK: { const n = getUserU32(k, task, va); if (n === -EFAULT) return n; t.locked = n !== 0; return 0; }
      case C.TIOCGPTLCK: return putUserU32(k, task, va, t.locked ? 1 : 0);
      case C.TIOCPKT: { const n = getUserU32(k, task, va); if (n === -EFAULT) return n; t.packet = n !== 0; t.packetStatus = 0; return 0; }
      case C.TIOCGPKT: return putUserU32(k, task, va, t.packet ? 1 : 0);
      case 0x5441 /* TIOCGPTPEER */: return openPeer(k, task, t, argLo);
      default: return ttyIoctl(k, task, t, cmd, argLo, argHi, true);
    }
  }
  override release(k: Kernel): void {
    const t = this.tty;
    t.masterOpen = false;
    t.toMaster.length = 0;
    hangup(k, t);
    reap(k, t);
  }
  override describe(_k: Kernel): string { return '/dev/ptmx'; }
}
stateClass(PtmFile, 'PtmFile', ['tty']);

/** open("/dev/ptmx"). */
export function openMaster(k: Kernel, inode: Inode, flags: number, task: Task): OpenFile | Errno {
  if (ttyOf(k).ttys.size >= 4096) return -ENXIO;
  const t = newTty(k, 'pty');
  t.masterOpen = true;
  t.uid = task.cred.fsuid;
  const now = realtime(k);
  t.ctime = now.sec; t.ctimeNsec = now.nsec;
  const f = new PtmFile();
  f.tty = t; f.inode = inode; f.flags = flags;
  return f;
}
/** TIOCGPTPEER: the slave's descriptor without a path walk. */
function openPeer(k: Kernel, task: Task, t: Tty, flags: number): number {
  const node = lookupPath(k, task, AT_FDCWD, `/dev/pts/${t.index}`, { follow: true });
  if (typeof node === 'number') return node;
  const f = openTty(k, t, node.dentry.inode!, flags & ~O_CLOEXEC, task);
  if (typeof f === 'number') return f;
  f.path = node;
  const fd = fdInstall(k, task, f, (flags & O_CLOEXEC) !== 0);
  if (fd < 0) putFile(k, f);
  return fd;
}
