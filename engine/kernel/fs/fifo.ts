// Opening named pipes (fifo(7)): an open for reading waits for a writer and the other way round.
import { stateClass } from '../../base/state.ts';
import { ENXIO } from '../../abi/errno.ts';
import type { Errno, Inode, OpenFile } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { BLOCK, ERESTARTSYS } from '../contracts/wait.ts';
import { waitOn, wakeUp } from '../sched/wait.ts';
import { signalPending } from '../signal/pending.ts';
import { Pipe, PipeFile, PipeInode, attach } from './pipe.ts';
import { O_ACCMODE, O_NONBLOCK, O_RDWR, O_WRONLY, anonOf } from './pseudo.ts';

/** An open that waits for its peer: already counted, with the peer's open count at that time. */
export class FifoOpen { file!: FifoFile; peerOpens = 0 }
stateClass(FifoOpen, 'FifoOpen', ['file', 'peerOpens']);

export class FifoFile extends PipeFile {
  override release(k: Kernel): void {
    super.release(k);
    if (this.pipe.readers === 0 && this.pipe.writers === 0) anonOf(k).fifos.delete(this.inode);
  }
  override describe(_k: Kernel): string { return this.path?.dentry.name ?? 'fifo'; }
}
stateClass(FifoFile, 'FifoFile', []);

export function openFifo(k: Kernel, inode: Inode, flags: number, task: Task): OpenFile | Errno {
  if (inode instanceof PipeInode) return inode.open(k, flags, task);
  const waiting = task.syscall.progress;
  if (waiting instanceof FifoOpen && waiting.file.inode === inode) return settle(k, task, waiting);
  const fifos = anonOf(k).fifos;
  let pipe = fifos.get(inode);
  if (!pipe) { pipe = new Pipe(); fifos.set(inode, pipe); }
  const mode = flags & O_ACCMODE;
  if (mode === O_WRONLY && (flags & O_NONBLOCK) !== 0 && pipe.readers === 0) {
    if (pipe.writers === 0) fifos.delete(inode);
    return -ENXIO;
  }
  const plain = attach(inode, pipe, flags);
  const file = new FifoFile();
  file.inode = inode; file.pipe = pipe; file.flags = plain.flags;
  wakeUp(k, mode === O_WRONLY ? pipe.readWait : pipe.writeWait);
  if (mode === O_RDWR || (flags & O_NONBLOCK) !== 0) return file;
  if (mode === O_WRONLY ? pipe.readers > 0 : pipe.writers > 0) return file;
  const w = new FifoOpen();
  w.file = file;
  w.peerOpens = mode === O_WRONLY ? pipe.readerOpens : pipe.writerOpens;
  task.syscall.progress = w;
  return settle(k, task, w);
}

function settle(k: Kernel, task: Task, w: FifoOpen): OpenFile | Errno {
  const p = w.file.pipe, writes = (w.file.flags & O_ACCMODE) === O_WRONLY;
  if ((writes ? p.readerOpens : p.writerOpens) !== w.peerOpens) { task.syscall.progress = null; return w.file; }
  if (signalPending(task)) {
    task.syscall.progress = null;
    w.file.release(k);
    return -ERESTARTSYS;
  }
  waitOn(k, task, [writes ? p.writeWait : p.readWait], { interruptible: true, wchan: 'wait_for_partner' });
  return BLOCK;
}
