// Open files of the file systems that keep pages: regular files, directories, and O_PATH handles.
import { stateClass } from '../../base/state.ts';
import { EBADF, EFBIG, EINVAL, EISDIR, ENOMEM, ENOSPC, ENOTTY, ENXIO, EOPNOTSUPP } from '../../abi/errno.ts';
import { O_ACCMODE, O_APPEND, O_RDONLY, SEEK_CUR, SEEK_DATA, SEEK_END, SEEK_HOLE, SEEK_SET } from '../../abi/open-flags.ts';
import { RLIMIT_FSIZE } from '../../abi/rlimits.ts';
import { OpenFile } from '../contracts/fs.ts';
import type { Inode, UserBuffer } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import type { WaitQueue } from '../contracts/wait.ts';
import { filemapRead, filemapWrite } from '../mm/filemap.ts';
import { putUserU32 } from '../mm/uaccess.ts';
import { kernelInfo, sendSignal } from '../signal/send.ts';
import { touchModified } from './attr.ts';
import { pathString } from './path.ts';

/** s_maxbytes of ext4 with 4 KiB blocks. */
export const MAX_BYTES = 17_592_186_040_320;
const SIGXFSZ = 25;
const FIONREAD = 0x541b, FICLONE = 0x40049409, FICLONERANGE = 0x4020940d;

/** Regular file whose bytes are in the page cache. */
export class RegularFile extends OpenFile {
  override read(k: Kernel, _task: Task, buf: UserBuffer, pos: number): number {
    const at = pos < 0 ? this.pos : pos;
    if (at >= this.inode.size) return 0;
    return filemapRead(k, this.inode, buf, 0, at, buf.length);
  }
  override write(k: Kernel, task: Task, buf: UserBuffer, pos: number): number {
    const inode = this.inode;
    let at = pos < 0 ? this.pos : pos;
    if ((this.flags & O_APPEND) !== 0) {
      at = inode.size;
      if (pos < 0) this.pos = at;
    }
    let len = buf.length;
    if (len === 0) return 0;
    const limit = Math.min(task.process?.rlimits[RLIMIT_FSIZE]?.[0] ?? Infinity, MAX_BYTES);
    if (at >= limit) {
      if (limit < MAX_BYTES) sendSignal(k, task, kernelInfo(SIGXFSZ));
      return -EFBIG;
    }
    len = Math.min(len, limit - at);
    const n = filemapWrite(k, inode, buf, 0, at, len);
    if (n > 0) touchModified(k, task.cred, inode);
    return n === -ENOMEM ? -ENOSPC : n;
  }
  override seek(_k: Kernel, _task: Task, offset: number, whence: number): number {
    const size = this.inode.size;
    let to: number;
    switch (whence) {
      case SEEK_SET: to = offset; break;
      case SEEK_CUR: to = this.pos + offset; break;
      case SEEK_END: to = size + offset; break;
      case SEEK_DATA: case SEEK_HOLE: {
        if (offset < 0 || offset >= size) return -ENXIO;
        to = seekHole(this.inode, offset, whence === SEEK_DATA);
        if (to < 0) return to;
        break;
      }
      default: return -EINVAL;
    }
    if (to < 0 || to > MAX_BYTES) return -EINVAL;
    return (this.pos = to);
  }
  override poll(_k: Kernel): number { return 0x145; } // POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM
  override pollQueues(): WaitQueue[] { return []; }
  override ioctl(k: Kernel, task: Task, cmd: number, argLo: number, argHi: number): number {
    if (cmd === FIONREAD) return putUserU32(k, task, argLo + argHi * 4294967296, Math.max(0, Math.min(0x7fffffff, this.inode.size - this.pos)));
    if (cmd === FICLONE || cmd === FICLONERANGE) return -EOPNOTSUPP;
    return -ENOTTY;
  }
  override release(k: Kernel): void {
    if ((this.flags & O_ACCMODE) !== O_RDONLY) this.inode.writers--;
    this.inode.openCount--;
    releaseInode(k, this.inode);
  }
  override describe(k: Kernel): string { return this.path === null ? '' : pathString(k, null, this.path); }
}
stateClass(RegularFile, 'RegularFile', []);

/** A file system whose inodes go when the last name and the last open file are gone says so by this method. */
export interface Evictable { evict(k: Kernel): void }
export function releaseInode(k: Kernel, inode: Inode): void {
  if (inode.nlink <= 0 && inode.openCount <= 0 && 'evict' in inode) (inode as unknown as Evictable).evict(k);
}

/** Pages that hold data: those written, and for a file of the host all of its first extent. */
function seekHole(inode: Inode, offset: number, data: boolean): number {
  const lower = (inode as { lowerSize?: number }).lowerSize ?? 0;
  const dirty = inode.mapping?.dirty;
  const last = Math.ceil(inode.size / 4096);
  for (let i = Math.floor(offset / 4096); i < last; i++) {
    if ((i * 4096 < lower || (dirty?.has(i) ?? false)) === data) return Math.max(offset, i * 4096);
    if (!data && dirty === undefined && i * 4096 >= lower) break;
    if (data && dirty === undefined) break;
  }
  return data ? -ENXIO : inode.size;
}

/** Directory: getdents reads it (kernel/fs/readdir.ts). */
export class DirFile extends OpenFile {
  override read(): number { return -EISDIR; }
  override write(): number { return -EBADF; }
  override seek(_k: Kernel, _task: Task, offset: number, whence: number): number {
    const to = whence === SEEK_SET ? offset : whence === SEEK_CUR ? this.pos + offset : -1;
    if (to < 0) return -EINVAL;
    if (to === 0) this.listing = null;
    return (this.pos = to);
  }
  override poll(): number { return 0x145; }
  override pollQueues(): WaitQueue[] { return []; }
  override ioctl(): number { return -ENOTTY; }
  override release(k: Kernel): void {
    this.inode.openCount--;
    releaseInode(k, this.inode);
  }
  override describe(k: Kernel): string { return this.path === null ? '' : pathString(k, null, this.path); }
}
stateClass(DirFile, 'DirFile', []);

/** open(O_PATH): a place in the tree and nothing else. */
export class PathFile extends OpenFile {
  override read(): number { return -EBADF; }
  override write(): number { return -EBADF; }
  override seek(): number { return -EBADF; }
  override poll(): number { return 0x20; }
  override pollQueues(): WaitQueue[] { return []; }
  override ioctl(): number { return -EBADF; }
  override release(k: Kernel): void {
    this.inode.openCount--;
    releaseInode(k, this.inode);
  }
  override describe(k: Kernel): string { return this.path === null ? '' : pathString(k, null, this.path); }
}
stateClass(PathFile, 'PathFile', []);

