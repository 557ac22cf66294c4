// The memory file system: directories are maps, file bytes live in the page cache. kernel/fs/hostfs.ts builds on it.
import { stateClass } from '../../base/state.ts';
import { EEXIST, EINVAL, EISDIR, ENOENT, ENOMEM, ENOSPC, ENOTDIR, ENOTEMPTY } from '../../abi/errno.ts';
import { RENAME_EXCHANGE, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, S_ISGID } from '../../abi/open-flags.ts';
import { Inode } from '../contracts/fs.ts';
import type { Errno, OpenFile, SuperBlock } from '../contracts/fs.ts';
import { AddressSpace } from '../contracts/mm.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Cred, Task } from '../contracts/task.ts';
import { dropPages } from '../mm/filemap.ts';
import { allocFrame } from '../mm/page-alloc.ts';
import { shrinkPageCache } from '../mm/reclaim.ts';
import { mmOf } from '../mm/state.ts';
import { touchCtime, touchMtime } from './attr.ts';
import { anonDev } from './mount.ts';
import { newSuperBlock, stampNow } from './pseudo.ts';
import { DirFile, RegularFile, releaseInode } from './regular.ts';
import { openSpecial } from './special.ts';
import { vfsOf } from './state.ts';

/** An inode whose whole life is in guest memory. */
export class TmpfsInode extends Inode {
  /** Directories: name → inode. */
  entries: Map<string, Inode> | null = null;
  target = ''; // symlinks
  xattrs: Map<string, Uint8Array> | null = null;
  changed = false; // contents written since the start
  metaChanged = false;
  fresh = false; // made by the guest
  linkable = false; // O_TMPFILE without O_EXCL: may be given a name though it has none

  isDir(): boolean { return (this.mode & S_IFMT) === S_IFDIR; }
  isReg(): boolean { return (this.mode & S_IFMT) === S_IFREG; }

  override lookup(_k: Kernel, name: string): Inode | Errno {
    if (this.entries === null) return -ENOTDIR;
    return this.entries.get(name) ?? -ENOENT;
  }
  override readdir(_k: Kernel): { name: string; ino: number; type: number }[] | Errno {
    if (this.entries === null) return -ENOTDIR;
    const out: { name: string; ino: number; type: number }[] = [];
    for (const [name, inode] of this.entries) out.push({ name, ino: inode.ino, type: inode.mode >> 12 & 15 });
    return out;
  }
  isEmpty(k: Kernel): boolean {
    const list = this.readdir(k);
    return typeof list !== 'number' && list.length === 0;
  }
  /** The file system's own kind of inode. */
  make(_k: Kernel): TmpfsInode { return new TmpfsInode(); }

  newInode(k: Kernel, mode: number, cred: Cred, rdev: number): TmpfsInode | Errno {
    const vfs = vfsOf(k);
    // The machine's own memory bounds how many inodes there are, as slab pages would.
    if (mmOf(k).freePages < 128 || vfs.newInodes >= mmOf(k).frames * 2) return -ENOSPC;
    vfs.newInodes++;
    const inode = this.make(k);
    inode.sb = this.sb;
    inode.ino = this.sb.nextIno++;
    inode.mode = mode;
    inode.uid = cred.fsuid;
    inode.gid = cred.fsgid;
    if ((this.mode & S_ISGID) !== 0) {
      inode.gid = this.gid;
      if (inode.isDir()) inode.mode |= S_ISGID;
    }
    inode.rdev = rdev;
    stampNow(k, inode);
    inode.changed = inode.fresh = true;
    if (inode.isDir()) {
      inode.entries = new Map();
      inode.nlink = 2;
      inode.size = this.newDirSize();
    } else if (inode.isReg()) newMapping(inode, false);
    return inode;
  }
  /** st_size of a new directory. */
  newDirSize(): number { return 40; }
  /** Name lists of subclasses hear of changes here. */
  addEntry(_k: Kernel, name: string, inode: Inode): void {
    this.entries!.set(name, inode);
    if (this.sb.fstype === 'tmpfs') this.size = 40 + 20 * this.entries!.size;
  }
  removeEntry(_k: Kernel, name: string): void {
    this.entries!.delete(name);
    if (this.sb.fstype === 'tmpfs') this.size = 40 + 20 * this.entries!.size;
  }

  override create(k: Kernel, name: string, mode: number, cred: Cred, rdev: number): Inode | Errno {
    if (this.entries === null) return -ENOTDIR;
    if (typeof this.lookup(k, name) !== 'number') return -EEXIST;
    const inode = this.newInode(k, mode, cred, rdev);
    if (typeof inode === 'number') return inode;
    this.addEntry(k, name, inode);
    if (inode.isDir()) this.incLink();
    touchMtime(k, this);
    return inode;
  }
  /** O_TMPFILE: an inode without a name. */
  tmpfile(k: Kernel, mode: number, cred: Cred, linkable: boolean): Inode | Errno {
    const inode = this.newInode(k, mode, cred, 0);
    if (typeof inode === 'number') return inode;
    inode.nlink = 0;
    (inode as TmpfsInode).linkable = linkable;
    return inode;
  }
  override symlink(k: Kernel, name: string, target: string, cred: Cred): Inode | Errno {
    const inode = this.create(k, name, S_IFLNK | 0o777, cred, 0);
    if (typeof inode === 'number') return inode;
    (inode as TmpfsInode).target = target;
    inode.size = target.length;
    return inode;
  }
  override link(k: Kernel, name: string, inode: Inode): Errno | 0 {
    if (this.entries === null) return -ENOTDIR;
    if (typeof this.lookup(k, name) !== 'number') return -EEXIST;
    this.addEntry(k, name, inode);
    inode.nlink++;
    touchCtime(k, inode);
    touchMtime(k, this);
    return 0;
  }
  override unlink(k: Kernel, name: string, isDir: boolean): Errno | 0 {
    const inode = this.lookup(k, name);
    if (typeof inode === 'number') return inode;
    const dir = (inode.mode & S_IFMT) === S_IFDIR;
    if (isDir && !dir) return -ENOTDIR;
    if (!isDir && dir) return -EISDIR;
    if (dir && !(inode as TmpfsInode).isEmpty(k)) return -ENOTEMPTY;
    this.removeEntry(k, name);
    this.forget(k, inode, dir);
    touchMtime(k, this);
    return 0;
  }
  /** A name of `inode` is gone. */
  private forget(k: Kernel, inode: Inode, dir: boolean): void {
    if (dir) { inode.nlink = 0; this.decLink(); } else inode.nlink--;
    touchCtime(k, inode);
    releaseInode(k, inode);
  }
  private incLink(): void { if (this.nlink > 1) this.nlink++; } // a directory with one link does not count them (btrfs, some overlays)
  private decLink(): void { if (this.nlink > 2) this.nlink--; }

  override rename(k: Kernel, oldName: string, newDir: Inode, newName: string, flags: number): Errno | 0 {
    const to = newDir as TmpfsInode;
    const inode = this.lookup(k, oldName);
    if (typeof inode === 'number') return inode;
    const victim = to.lookup(k, newName);
    if (typeof victim === 'number' && victim !== -ENOENT) return victim;
    const dir = (inode.mode & S_IFMT) === S_IFDIR;
    if ((flags & RENAME_EXCHANGE) !== 0) {
      if (typeof victim === 'number') return victim;
      const otherDir = (victim.mode & S_IFMT) === S_IFDIR;
      this.removeEntry(k, oldName);
      to.removeEntry(k, newName);
      this.addEntry(k, oldName, victim);
      to.addEntry(k, newName, inode);
      if (dir !== otherDir && this !== to) { if (dir) { this.decLink(); to.incLink(); } else { to.decLink(); this.incLink(); } }
      touchCtime(k, victim);
    } else {
      if (typeof victim !== 'number') {
        const victimDir = (victim.mode & S_IFMT) === S_IFDIR;
        if (victimDir && !(victim as TmpfsInode).isEmpty(k)) return -ENOTEMPTY;
        to.removeEntry(k, newName);
        to.forget(k, victim, victimDir);
      }
      this.removeEntry(k, oldName);
      to.addEntry(k, newName, inode);
      if (dir && this !== to) { this.decLink(); to.incLink(); }
    }
    touchCtime(k, inode);
    touchMtime(k, this);
    if (to !== this) touchMtime(k, to);
    return 0;
  }
  override readlink(_k: Kernel): string | Errno { return (this.mode & S_IFMT) === S_IFLNK ? this.target : -EINVAL; }
  override truncate(k: Kernel, size: number): Errno | 0 {
    if (!this.isReg()) return this.isDir() ? -EISDIR : -EINVAL;
    // Growing, too, zeroes the rest of the last page: a mapping may have written behind the old end (mm/truncate.c, pagecache_isize_extended).
    const end = Math.min(size, this.size);
    if (size !== this.size) dropPages(k, this, Math.ceil(end / 4096), end % 4096 === 0 ? 4096 : end % 4096);
    this.size = size;
    this.changed = true;
    return 0;
  }
  override open(k: Kernel, flags: number, task: Task): OpenFile | Errno {
    const type = this.mode & S_IFMT;
    if (type !== S_IFREG && type !== S_IFDIR) return openSpecial(k, this, flags, task);
    const file = type === S_IFREG ? new RegularFile() : new DirFile();
    file.inode = this;
    file.flags = flags;
    this.openCount++;
    if (type === S_IFREG && (flags & 3) !== 0) this.writers++;
    return file;
  }
  override getPage(k: Kernel, index: number, forWrite: boolean): number | Errno {
    const mapping = this.mapping!;
    let pfn = mapping.pages.get(index);
    if (forWrite && !mapping.dirty.has(index) && !roomForData(k)) return -ENOMEM;
    if (pfn === undefined) {
      pfn = allocFrame(k, { user: true });
      if (pfn < 0) return -ENOMEM;
      mapping.pages.set(index, pfn);
      mmOf(k).mappings.add(mapping);
    }
    if (forWrite) { mapping.dirty.add(index); this.changed = true; }
    return pfn;
  }
  /** 512-byte blocks of the pages written. */
  statBlocks(): number { return this.mapping !== null ? this.mapping.dirty.size * 8 : this.blocks; }
  /** No name and no open file is left. */
  evict(k: Kernel): void {
    if (this.mapping !== null) dropPages(k, this, 0);
    if (this.fresh) { this.fresh = false; vfsOf(k).newInodes--; }
  }
}
stateClass(TmpfsInode, 'TmpfsInode', ['entries', 'target', 'xattrs', 'changed', 'metaChanged', 'fresh', 'linkable']);

/**
 * Room for one more page of file data that will stay until it is deleted. Files may not take the last sixteenth of memory: the
 * disk is full (ENOSPC) before programs are killed for memory.
 */
export function roomForData(k: Kernel): boolean {
  const m = mmOf(k), reserve = Math.min(4096, m.frames >> 4);
  if (m.freePages > reserve) return true;
  shrinkPageCache(k, 256);
  return m.freePages > reserve;
}

/** reclaimable: clean pages can be made again (holes, host contents). */
export function newMapping(inode: Inode, reclaimable: boolean): void {
  const m = new AddressSpace();
  m.inode = inode;
  m.reclaimable = reclaimable;
  inode.mapping = m;
}

/** A fresh tmpfs. */
export function createTmpfs(k: Kernel, mode = 0o1777, source = 'tmpfs', options = 'rw'): SuperBlock {
  const root = new TmpfsInode();
  root.mode = S_IFDIR | mode;
  root.entries = new Map();
  root.nlink = 2;
  root.size = 40;
  stampNow(k, root);
  const sb: SuperBlock = newSuperBlock('tmpfs', 0x01021994, anonDev(k), root);
  sb.source = source;
  sb.options = options;
  root.ino = sb.nextIno++;
  return sb;
}
