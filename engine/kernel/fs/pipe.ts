// Pipes: one byte ring between two kinds of open file (pipe(7), fs/pipe.c). FIFOs share it: fifo.ts.
import { stateClass } from '../../base/state.ts';
import { COST } from '../../clock/costs.ts';
import { EAGAIN, EBADF, EBUSY, EINVAL, ENOTTY, EPERM, EPIPE, ESPIPE } from '../../abi/errno.ts';
import { FIONREAD } from '../../abi/ioctls.ts';
import { SIGPIPE } from '../../abi/signals.ts';
import type { UserBuffer } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { BLOCK, ERESTARTSYS, WaitQueue } from '../contracts/wait.ts';
import { charge } from '../entry/charge.ts';
import { putUserU32 } from '../mm/uaccess.ts';
import { hasCap } from '../process/cred.ts';
import { waitOn, wakeUp } from '../sched/wait.ts';
import { kernelInfo, sendSignal } from '../signal/send.ts';
import { signalPending } from '../signal/pending.ts';
import { AnonInode, O_ACCMODE, O_NONBLOCK, O_RDWR, O_WRONLY, POLLERR, POLLHUP, PseudoFile, READABLE, S_IFIFO, WRITABLE, newAnonInode } from './pseudo.ts';
import type { Inode, OpenFile } from '../contracts/fs.ts';

export const PIPE_BUF = 4096, PIPE_SIZE = 65536, PIPE_MAX_SIZE = 1048576;

export class Pipe {
  ring = new Uint8Array(4096); // grows by doubling up to capacity
  head = 0; // next byte to read
  length = 0;
  capacity = PIPE_SIZE;
  readers = 0; writers = 0;
  /** Counts of opens, so that a FIFO's open sees a peer that has come and gone. */
  readerOpens = 0; writerOpens = 0;
  readWait = new WaitQueue(); writeWait = new WaitQueue();
  /** Bytes that a blocked writer has already moved, by utid (law 4: the call is re-entered with its whole buffer). */
  partial = new Map<number, number>();
}
stateClass(Pipe, 'Pipe', ['ring', 'head', 'length', 'capacity', 'readers', 'writers', 'readerOpens', 'writerOpens', 'readWait', 'writeWait', 'partial']);

function grow(p: Pipe, need: number): void {
  let size = p.ring.length;
  if (need <= size) return;
  while (size < need) size *= 2;
  const ring = new Uint8Array(Math.min(size, Math.max(p.capacity, need)));
  copyOut(p, ring, 0, p.length);
  p.ring = ring;
  p.head = 0;
}
/** The first `n` bytes from `skip` on, without taking them. */
function copyOut(p: Pipe, to: Uint8Array, skip: number, n: number): void {
  const size = p.ring.length, at = (p.head + skip) % size, first = Math.min(n, size - at);
  to.set(p.ring.subarray(at, at + first));
  if (first < n) to.set(p.ring.subarray(0, n - first), first);
}

/** Moves up to n bytes into the ring from buf at `from`; the caller has checked the room. */
export function pipePut(p: Pipe, buf: UserBuffer, from: number, n: number): void {
  grow(p, p.length + n);
  const size = p.ring.length, at = (p.head + p.length) % size, first = Math.min(n, size - at);
  buf.get(from, p.ring, at, first);
  if (first < n) buf.get(from + first, p.ring, 0, n - first);
  p.length += n;
}
export function pipeTake(p: Pipe, buf: UserBuffer, to: number, n: number): void {
  const size = p.ring.length, at = p.head, first = Math.min(n, size - at);
  buf.put(to, p.ring, at, first);
  if (first < n) buf.put(to + first, p.ring, 0, n - first);
  p.length -= n;
  p.head = p.length === 0 ? 0 : (at + n) % size;
}
/** A copy of the first n bytes (tee). */
export function pipePeek(p: Pipe, n: number): Uint8Array {
  const out = new Uint8Array(Math.min(n, p.length));
  copyOut(p, out, 0, out.length);
  return out;
}

/** SIGPIPE as send_sig() makes it: from the task itself. */
export function raiseSigpipe(k: Kernel, task: Task): void {
  const info = kernelInfo(SIGPIPE, 0);
  info.pid = task.process.pid; info.uid = task.cred.uid;
  sendSignal(k, task, info);
}

export class PipeFile extends PseudoFile {
  pipe!: Pipe;

  override read(k: Kernel, task: Task, buf: UserBuffer, pos: number): number {
    if (pos >= 0) return -ESPIPE;
    if ((this.flags & O_ACCMODE) === O_WRONLY) return -EBADF;
    charge(k, COST.pipeOp);
    if (buf.length === 0) return 0;
    const p = this.pipe;
    if (p.length > 0) {
      const n = Math.min(buf.length, p.length);
      pipeTake(p, buf, 0, n);
      wakeUp(k, p.writeWait);
      return n;
    }
    if (p.writers === 0) return 0;
    if ((this.flags & O_NONBLOCK) !== 0) return -EAGAIN;
    if (signalPending(task)) return -ERESTARTSYS;
    waitOn(k, task, [p.readWait], { interruptible: true, wchan: 'pipe_read' });
    return BLOCK;
  }

  override write(k: Kernel, task: Task, buf: UserBuffer, pos: number): number {
    if (pos >= 0) return -ESPIPE;
    if ((this.flags & O_ACCMODE) === 0) return -EBADF;
    charge(k, COST.pipeOp);
    const p = this.pipe;
    let done = p.partial.get(task.utid) ?? 0;
    if (done > 0) p.partial.delete(task.utid);
    if (p.readers === 0) {
      if (done > 0) return done;
      raiseSigpipe(k, task);
      return -EPIPE;
    }
    if (buf.length === 0) return 0;
    const left = buf.length - done, room = p.capacity - p.length;
    if (left <= room || (left > PIPE_BUF && room > 0)) {
      const n = Math.min(left, room);
      pipePut(p, buf, done, n);
      done += n;
      wakeUp(k, p.readWait);
      if (done === buf.length) return done;
    }
    if ((this.flags & O_NONBLOCK) !== 0) return done > 0 ? done : -EAGAIN;
    if (signalPending(task)) return done > 0 ? done : -ERESTARTSYS;
    if (done > 0) p.partial.set(task.utid, done);
    waitOn(k, task, [p.writeWait], { interruptible: true, wchan: 'pipe_write' });
    return BLOCK;
  }

  override poll(_k: Kernel): number {
    const p = this.pipe, mode = this.flags & O_ACCMODE;
    let bits = 0;
    if (mode !== O_WRONLY) {
      if (p.length > 0) bits |= READABLE;
      if (p.writers === 0 && p.writerOpens > 0) bits |= POLLHUP;
    }
    if (mode !== 0) {
      if (p.capacity - p.length >= PIPE_BUF) bits |= WRITABLE;
      if (p.readers === 0) bits |= POLLERR;
    }
    return bits;
  }
  override pollQueues(): WaitQueue[] {
    const mode = this.flags & O_ACCMODE;
    return mode === 0 ? [this.pipe.readWait] : mode === O_RDWR ? [this.pipe.readWait, this.pipe.writeWait] : [this.pipe.writeWait];
  }
  override ioctl(k: Kernel, task: Task, cmd: number, argLo: number, argHi: number): number {
    return cmd === FIONREAD ? putUserU32(k, task, argLo + argHi * 4294967296, this.pipe.length) : -ENOTTY;
  }
  override release(k: Kernel): void {
    const p = this.pipe, mode = this.flags & O_ACCMODE;
    if (mode !== O_WRONLY && --p.readers === 0) wakeUp(k, p.writeWait);
    if (mode !== 0 && --p.writers === 0) wakeUp(k, p.readWait);
    if (p.readers === 0 && p.writers === 0) { p.length = 0; p.head = 0; if (p.ring.length > 4096) p.ring = new Uint8Array(4096); }
  }
  override describe(_k: Kernel): string { return `pipe:[${this.inode.ino}]`; }
}
stateClass(PipeFile, 'PipeFile', ['pipe']);

/** The inode behind pipe:[N]; opening /proc/PID/fd/N of a pipe opens the same pipe again. */
export class PipeInode extends AnonInode {
  pipe!: Pipe;
  override open(_k: Kernel, flags: number, _task: Task): OpenFile { return attach(this, this.pipe, flags); }
}
stateClass(PipeInode, 'PipeInode', ['pipe']);

/** A new open file of a pipe; counts it as reader and writer. */
export function attach(inode: Inode, pipe: Pipe, flags: number): PipeFile {
  const f = new PipeFile();
  f.inode = inode; f.pipe = pipe; f.flags = flags;
  const mode = flags & O_ACCMODE;
  if (mode !== O_WRONLY) { pipe.readers++; pipe.readerOpens++; }
  if (mode !== 0) { pipe.writers++; pipe.writerOpens++; }
  return f;
}

export function createPipe(k: Kernel, flags: number): [PipeFile, PipeFile] {
  const inode = newAnonInode(k, 'pipefs', S_IFIFO | 0o600, new PipeInode()) as PipeInode;
  inode.pipe = new Pipe();
  const status = flags & O_NONBLOCK;
  return [attach(inode, inode.pipe, status), attach(inode, inode.pipe, status | O_WRONLY)];
}

/** fcntl F_GETPIPE_SZ. */
export function pipeSize(file: OpenFile): number { return file instanceof PipeFile ? file.pipe.capacity : -EBADF; }
/** fcntl F_SETPIPE_SZ: rounded up to a power of two pages; unprivileged up to /proc/sys/fs/pipe-max-size. */
export function setPipeSize(k: Kernel, task: Task, file: OpenFile, size: number): number {
  if (!(file instanceof PipeFile)) return -EBADF;
  if (size > 0x80000000) return -EINVAL;
  let capacity = 4096;
  while (capacity < size) capacity *= 2;
  const p = file.pipe;
  if (capacity > PIPE_MAX_SIZE && capacity > p.capacity && !hasCap(task.cred.capEffective, 24 /* CAP_SYS_RESOURCE */)) return -EPERM;
  if (capacity < p.length) return -EBUSY;
  p.capacity = capacity;
  wakeUp(k, p.writeWait);
  return capacity;
}
