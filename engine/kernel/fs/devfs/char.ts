// Character devices by number.
import { ENXIO } from '../../../abi/errno.ts';
import type { Kernel } from '../../contracts/kernel.ts';
import type { Task } from '../../contracts/task.ts';
import type { Errno, Inode, OpenFile } from '../../contracts/fs.ts';
export function openCharDevice(_k: Kernel, _inode: Inode, _flags: number, _task: Task): OpenFile | Errno { return -ENXIO; }
