// The file behind shared anonymous memory ("/dev/zero (deleted)" in /proc/PID/maps, mm/shmem.c) and System V segments.
import { stateClass } from '../../base/state.ts';
import { EINVAL, ENOMEM, ENOTDIR, ESPIPE } from '../../abi/errno.ts';
import { Inode, OpenFile, SuperBlock } from '../contracts/fs.ts';
import type { UserBuffer } from '../contracts/fs.ts';
import { AddressSpace } from '../contracts/mm.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import type { WaitQueue } from '../contracts/wait.ts';
import { dropPages, filemapRead, filemapWrite } from './filemap.ts';
import { allocFrame } from './page-alloc.ts';
import { mmOf } from './state.ts';

export class ShmemInode extends Inode {
  label = '/dev/zero (deleted)';
  override lookup(_k: Kernel, _name: string): number { return -ENOTDIR; }
  override readdir(_k: Kernel): number { return -ENOTDIR; }
  override create(): number { return -ENOTDIR; }
  override symlink(): number { return -ENOTDIR; }
  override link(): number { return -ENOTDIR; }
  override unlink(): number { return -ENOTDIR; }
  override rename(): number { return -ENOTDIR; }
  override readlink(): number { return -EINVAL; }
  override truncate(k: Kernel, size: number): number {
    if (size < this.size) dropPages(k, this, Math.ceil(size / 4096));
    this.size = size;
    return 0;
  }
  override open(_k: Kernel, flags: number): OpenFile {
    const file = new ShmemFile();
    file.inode = this;
    file.flags = flags;
    this.openCount++;
    return file;
  }
  override getPage(k: Kernel, index: number, _forWrite: boolean): number {
    const mapping = this.mapping!;
    let pfn = mapping.pages.get(index);
    if (pfn === undefined) {
      pfn = allocFrame(k, { user: true });
      if (pfn < 0) return -ENOMEM;
      mapping.pages.set(index, pfn);
      mapping.dirty.add(index);
      mmOf(k).mappings.add(mapping);
      this.blocks += 8;
    }
    return pfn;
  }
}
stateClass(ShmemInode, 'ShmemInode', ['label']);

export class ShmemFile extends OpenFile {
  override read(k: Kernel, _task: Task, buf: UserBuffer, pos: number): number { return filemapRead(k, this.inode, buf, 0, pos < 0 ? this.pos : pos, buf.length); }
  override write(k: Kernel, _task: Task, buf: UserBuffer, pos: number): number { return filemapWrite(k, this.inode, buf, 0, pos < 0 ? this.pos : pos, buf.length); }
  override seek(): number { return -ESPIPE; }
  override poll(): number { return 5; }
  override pollQueues(): WaitQueue[] { return []; }
  override ioctl(): number { return -EINVAL; }
  override release(k: Kernel): void {
    const inode = this.inode;
    if (--inode.openCount === 0) dropPages(k, inode, 0);
  }
  override describe(): string { return (this.inode as ShmemInode).label; }
}
stateClass(ShmemFile, 'ShmemFile', []);

/** The superblock number that /proc/PID/maps shows for it, as on Linux where it is the first anonymous device. */
const SHMEM_DEV = 1;

/** An open file over fresh zero pages of `size` bytes, one reference. */
export function shmemFile(k: Kernel, size: number, label = '/dev/zero (deleted)'): OpenFile {
  const inode = new ShmemInode();
  inode.sb = new SuperBlock();
  inode.sb.dev = SHMEM_DEV;
  inode.sb.fstype = 'tmpfs';
  inode.ino = k.nextPipeIno++;
  inode.mode = 0o100777;
  inode.size = size;
  inode.label = label;
  inode.mapping = new AddressSpace();
  inode.mapping.inode = inode;
  return inode.open(k, 2);
}
