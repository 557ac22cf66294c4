// splice, tee and vmsplice (splice(2)): data between a pipe and another file, through kernel memory.
import { EAGAIN, EBADF, EINVAL, ESPIPE } from '../../abi/errno.ts';
import type { OpenFile } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { BLOCK, ERESTARTSYS } from '../contracts/wait.ts';
import { kernelBuffer } from '../mm/uaccess.ts';
import { waitOn, wakeUp } from '../sched/wait.ts';
import { signalPending } from '../signal/pending.ts';
import { PipeFile, pipePeek, pipePut, raiseSigpipe } from './pipe.ts';
import { O_ACCMODE, O_APPEND, O_NONBLOCK, O_WRONLY } from './pseudo.ts';
import { EPIPE } from '../../abi/errno.ts';

const SPLICE_F_NONBLOCK = 2;

/** Where the data comes to or goes from in the file that is no pipe: an explicit offset or the file position (−1). */
export function doSplice(k: Kernel, task: Task, input: OpenFile, inPos: number, output: OpenFile, outPos: number, length: number, flags: number): number {
  const inPipe = input instanceof PipeFile ? input : null, outPipe = output instanceof PipeFile ? output : null;
  if (!inPipe && !outPipe) return -EINVAL;
  if ((inPipe && inPos >= 0) || (outPipe && outPos >= 0)) return -ESPIPE;
  if ((input.flags & O_ACCMODE) === O_WRONLY || (output.flags & O_ACCMODE) === 0) return -EBADF;
  if ((output.flags & O_APPEND) !== 0) return -EINVAL;
  if (inPipe && outPipe && inPipe.pipe === outPipe.pipe) return -EINVAL;
  if (length === 0) return 0;
  const wait = (file: PipeFile, reading: boolean): number => {
    if ((flags & SPLICE_F_NONBLOCK) !== 0 || (file.flags & O_NONBLOCK) !== 0) return -EAGAIN;
    if (signalPending(task)) return -ERESTARTSYS;
    waitOn(k, task, [reading ? file.pipe.readWait : file.pipe.writeWait], { interruptible: true, wchan: reading ? 'ipipe_prep' : 'opipe_prep' });
    return BLOCK;
  };
  if (outPipe) {
    const p = outPipe.pipe;
    if (p.readers === 0) { raiseSigpipe(k, task); return -EPIPE; }
    if (inPipe && inPipe.pipe.length === 0) return inPipe.pipe.writers === 0 ? 0 : wait(inPipe, true);
    const room = p.capacity - p.length;
    if (room === 0) return wait(outPipe, false);
    const bytes = new Uint8Array(Math.min(room, length));
    const n = input.read(k, task, kernelBuffer(bytes), inPos);
    if (n <= 0) return n;
    if (inPos < 0 && !inPipe) input.pos += n;
    pipePut(p, kernelBuffer(bytes), 0, n);
    wakeUp(k, p.readWait);
    return n;
  }
  const p = inPipe!.pipe;
  if (p.length === 0) return p.writers === 0 ? 0 : wait(inPipe!, true);
  const bytes = pipePeek(p, Math.min(length, p.capacity));
  const n = output.write(k, task, kernelBuffer(bytes), outPos);
  if (n <= 0) return n;
  if (outPos < 0) output.pos += n;
  p.head = (p.head + n) % p.ring.length;
  p.length -= n;
  wakeUp(k, p.writeWait);
  return n;
}

export function doTee(k: Kernel, task: Task, input: OpenFile, output: OpenFile, length: number, flags: number): number {
  if (!(input instanceof PipeFile) || !(output instanceof PipeFile) || input.pipe === output.pipe) return -EINVAL;
  if ((input.flags & O_ACCMODE) === O_WRONLY || (output.flags & O_ACCMODE) === 0) return -EBADF;
  if (length === 0) return 0;
  const from = input.pipe, to = output.pipe;
  if (to.readers === 0) { raiseSigpipe(k, task); return -EPIPE; }
  if (from.length === 0 && from.writers === 0) return 0;
  const room = to.capacity - to.length;
  if (from.length === 0 || room === 0) {
    if ((flags & SPLICE_F_NONBLOCK) !== 0) return -EAGAIN;
    if (signalPending(task)) return -ERESTARTSYS;
    waitOn(k, task, [from.length === 0 ? from.readWait : to.writeWait], { interruptible: true, wchan: 'link_pipe' });
    return BLOCK;
  }
  const bytes = pipePeek(from, Math.min(length, room));
  pipePut(to, kernelBuffer(bytes), 0, bytes.length);
  wakeUp(k, to.readWait);
  return bytes.length;
}
