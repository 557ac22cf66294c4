// Opening an inode that is not a regular file or directory, on whatever file system it lies: devices, FIFOs, sockets.
import { ENXIO } from '../../abi/errno.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import type { Errno, Inode, OpenFile } from '../contracts/fs.ts';
import { openCharDevice } from './devfs/char.ts';
import { openFifo } from './fifo.ts';
import { S_IFCHR, S_IFIFO, S_IFMT } from './pseudo.ts';

/** May return BLOCK (a FIFO without its peer). The caller sets path and flags of the result. */
export function openSpecial(k: Kernel, inode: Inode, flags: number, task: Task): OpenFile | Errno {
  switch (inode.mode & S_IFMT) {
    case S_IFCHR: return openCharDevice(k, inode, flags, task);
    case S_IFIFO: return openFifo(k, inode, flags, task);
    default: return -ENXIO; // sockets are connected to, not opened; there is no block device yet
  }
}
