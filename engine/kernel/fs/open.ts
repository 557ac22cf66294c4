// open(2) and friends from a path to an open file (fs/open.c, fs/namei.c do_open).
import { COST } from '../../clock/costs.ts';
import { EACCES, EEXIST, EINVAL, EISDIR, ELOOP, ENOENT, ENOTDIR, EOPNOTSUPP, EPERM, EROFS, ETXTBSY } from '../../abi/errno.ts';
import {
  FASYNC, MS_NODEV, O_ACCMODE, O_APPEND, O_CLOEXEC, O_CREAT, O_DIRECTORY, O_DSYNC, O_DIRECT, O_EXCL, O_LARGEFILE, O_NOATIME, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_PATH, O_RDONLY, O_SYNC,
  O_TRUNC, S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_ISVTX, __O_TMPFILE,
} from '../../abi/open-flags.ts';
import { Dentry } from '../contracts/fs.ts';
import type { Errno, Inode, OpenFile, Path } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { charge } from '../entry/charge.ts';
import { kernelBuffer } from '../mm/uaccess.ts';
import { truncateInode } from './attr.ts';
import { instantiate, newDentry } from './dcache.ts';
import { LAST, walk } from './namei.ts';
import { MAY_EXEC, MAY_READ, MAY_WRITE, inodePermission, mayWriteFs, ownerOrCapable, readonlyFs } from './permission.ts';
import { PathFile } from './regular.ts';
import { TmpfsInode } from './tmpfs.ts';
import { FSN, fsnotify, fsnotifyNamed } from './notify.ts';

const KNOWN_FLAGS = O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_DSYNC | FASYNC | O_DIRECT | O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_SYNC | O_PATH | __O_TMPFILE;
/** What F_GETFL shows of the flags. */
const KEPT_FLAGS = ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC);
/** MAY_* by access mode. */
const MODE_MASK = [MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE, MAY_READ | MAY_WRITE] as const;

/** −ETXTBSY when a running program's file would be opened for writing. */
function runningText(k: Kernel, inode: Inode): boolean {
  for (const p of k.processes.values()) for (const t of p.threads) if (t.mm?.exe?.inode === inode) return true;
  return false;
}

/** The open file with one reference, or −errno; BLOCK from a FIFO without its peer. `strict`: openat2 refuses unknown flags. */
export function openPath(k: Kernel, task: Task, dirfd: number, path: string, flags: number, mode: number, resolve = 0, strict = false): OpenFile | Errno {
  if (strict && (flags & ~KNOWN_FLAGS) !== 0) return -EINVAL;
  flags &= KNOWN_FLAGS;
  if ((flags & O_PATH) !== 0) flags &= O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC;
  if ((flags & __O_TMPFILE) !== 0) {
    if ((flags & O_DIRECTORY) === 0 || (flags & O_CREAT) !== 0 || (flags & O_ACCMODE) === O_RDONLY) return -EINVAL;
    return openTmpfile(k, task, dirfd, path, flags, mode);
  }
  if ((flags & (O_CREAT | O_DIRECTORY)) === (O_CREAT | O_DIRECTORY)) return -EINVAL;
  charge(k, COST.fileOp);
  const create = (flags & O_CREAT) !== 0;
  const exclusive = (flags & (O_CREAT | O_EXCL)) === (O_CREAT | O_EXCL);
  const follow = (flags & O_NOFOLLOW) === 0 && !exclusive;
  // With O_CREAT a trailing slash is refused before anything else is looked at.
  const w = walk(k, task, dirfd, path, { follow, create, resolve });
  if (typeof w === 'number') return w === -ENOTDIR && create && path.endsWith('/') ? -EISDIR : w;
  let inode = w.dentry.inode;
  let created = false;
  if (create) {
    if (w.lastType !== LAST.NORM) return exclusive ? -EEXIST : -EISDIR;
    if (w.trailingSlash) return inode !== null && exclusive ? -EEXIST : -EISDIR;
    if (inode === null) {
      const dir = w.parent.dentry;
      if (dir.deleted) return -ENOENT;
      if (readonlyFs(dir.inode!, w.parent.mount)) return -EROFS;
      const err = inodePermission(task.cred, dir.inode!, MAY_WRITE | MAY_EXEC);
      if (err !== 0) return err;
      const made = dir.inode!.create(k, w.name, S_IFREG | (mode & 0o7777 & ~task.fs.umask), task.cred, 0);
      if (typeof made === 'number') return made;
      inode = made;
      instantiate(w.dentry, made);
      fsnotify(k, dir.inode!, FSN.CREATE, w.name, false);
      created = true;
    } else {
      if (exclusive) return -EEXIST;
      if ((inode.mode & S_IFMT) === S_IFDIR) return -EISDIR;
      // fs.protected_regular, fs.protected_fifos = 1: another's file in a sticky world-writable directory
      const d = w.parent.dentry.inode!;
      const type = inode.mode & S_IFMT;
      if ((d.mode & (S_ISVTX | 2)) === (S_ISVTX | 2) && (type === S_IFREG || type === S_IFIFO) && inode.uid !== task.cred.fsuid && inode.uid !== d.uid) return -EACCES;
    }
  }
  if (inode === null) return -ENOENT;
  return openInode(k, task, { mount: w.mount, dentry: w.dentry }, inode, flags, created);
}

/** The checks of may_open() and the opening itself. */
export function openInode(k: Kernel, task: Task, path: Path, inode: Inode, flags: number, created: boolean): OpenFile | Errno {
  const type = inode.mode & S_IFMT, acc = flags & O_ACCMODE;
  if ((flags & O_DIRECTORY) !== 0 && type !== S_IFDIR) return -ENOTDIR;
  if ((flags & O_PATH) !== 0) {
    const file = new PathFile();
    file.inode = inode;
    file.path = path;
    file.flags = flags & ~O_CLOEXEC;
    inode.openCount++;
    return file;
  }
  if (type === S_IFLNK) return -ELOOP;
  if (type === S_IFDIR && (acc !== O_RDONLY || (flags & O_TRUNC) !== 0)) return -EISDIR;
  if ((type === S_IFCHR || type === S_IFBLK) && (path.mount.flags & MS_NODEV) !== 0) return -EACCES;
  if (!created) {
    const wanted = MODE_MASK[acc]! | ((flags & O_TRUNC) !== 0 ? MAY_WRITE : 0);
    if ((wanted & MAY_WRITE) !== 0) {
      const ro = mayWriteFs(inode, path.mount);
      if (ro !== 0) return ro;
    }
    const err = inodePermission(task.cred, inode, wanted);
    if (err !== 0) return err;
    if ((flags & O_NOATIME) !== 0 && !ownerOrCapable(task.cred, inode)) return -EPERM;
    if (type === S_IFREG && (wanted & MAY_WRITE) !== 0 && runningText(k, inode)) return -ETXTBSY;
  }
  const file = inode.open(k, flags, task);
  if (typeof file === 'number') return file;
  if (file.path === null && path.mount.sb.fstype !== 'pipefs') file.path = path;
  file.flags = (flags & KEPT_FLAGS) | O_LARGEFILE; // force_o_largefile() of a 64-bit kernel
  if ((flags & O_TRUNC) !== 0 && !created && type === S_IFREG) {
    const err = truncateInode(k, task.cred, inode, 0);
    if (err !== 0) { file.release(k); return err; }
  }
  fsnotifyNamed(k, path, inode, FSN.OPEN);
  return file;
}

function openTmpfile(k: Kernel, task: Task, dirfd: number, path: string, flags: number, mode: number): OpenFile | Errno {
  const w = walk(k, task, dirfd, path, { follow: (flags & O_NOFOLLOW) === 0 });
  if (typeof w === 'number') return w;
  const dir = w.dentry.inode!;
  if ((dir.mode & S_IFMT) !== S_IFDIR) return -ENOTDIR;
  if (readonlyFs(dir, w.mount)) return -EROFS;
  const err = inodePermission(task.cred, dir, MAY_WRITE | MAY_EXEC);
  if (err !== 0) return err;
  if (!(dir instanceof TmpfsInode)) return -EOPNOTSUPP;
  const inode = dir.tmpfile(k, S_IFREG | (mode & 0o7777 & ~task.fs.umask), task.cred, (flags & O_EXCL) === 0);
  if (typeof inode === 'number') return inode;
  const dentry: Dentry = newDentry(w.dentry, '#' + inode.ino, inode);
  dentry.deleted = true;
  return openInode(k, task, { mount: w.mount, dentry }, inode, flags & ~(__O_TMPFILE | O_DIRECTORY | O_EXCL), true);
}

/** Bytes of a file at pos, shorter at its end; the position is not moved. */
export function kernelRead(k: Kernel, file: OpenFile, pos: number, len: number): Uint8Array | Errno {
  const bytes = new Uint8Array(len);
  const n = file.read(k, k.current, kernelBuffer(bytes), pos);
  return n < 0 ? n : n === len ? bytes : bytes.subarray(0, n);
}

/** A new name for a new inode of any type: mknod, mkdir, bind of a socket. Permission and mode are checked here, capability by the caller. */
export function vfsMknod(k: Kernel, task: Task, parent: Path, name: string, dentry: Dentry, mode: number, rdev: number): Inode | Errno {
  const dir = parent.dentry.inode!;
  const err = mayCreate(task, parent);
  if (err !== 0) return err;
  const inode = dir.create(k, name, mode, task.cred, rdev);
  if (typeof inode === 'number') return inode;
  instantiate(dentry, inode);
  fsnotify(k, dir, FSN.CREATE, name, (mode & S_IFMT) === S_IFDIR);
  return inode;
}

/** may_create(): the directory is alive, writable, searchable. */
export function mayCreate(task: Task, parent: Path): Errno | 0 {
  if (parent.dentry.deleted) return -ENOENT;
  if (readonlyFs(parent.dentry.inode!, parent.mount)) return -EROFS;
  return inodePermission(task.cred, parent.dentry.inode!, MAY_WRITE | MAY_EXEC);
}

