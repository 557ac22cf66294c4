// Names: directories listed, made, removed; links, renames, device nodes; working and root directory.
import { EBADF, EBUSY, EEXIST, EINVAL, EISDIR, EMLINK, ENAMETOOLONG, ENOENT, ENOTDIR, ENOTEMPTY, EPERM, ERANGE, EROFS, EXDEV } from '../abi/errno.ts';
import {
  AT_EMPTY_PATH, AT_FDCWD, AT_REMOVEDIR, AT_SYMLINK_FOLLOW, RENAME_EXCHANGE, RENAME_NOREPLACE, S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFMT, S_IFREG, S_IFSOCK, S_ISVTX,
} from '../abi/open-flags.ts';
import type { Dentry, Path } from '../kernel/contracts/fs.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import type { Task } from '../kernel/contracts/task.ts';
import { LAYOUT } from '../kernel/contracts/task.ts';
import { charge } from '../kernel/entry/charge.ts';
import { COST } from '../clock/costs.ts';
import { dropDentry, instantiate, moveDentry } from '../kernel/fs/dcache.ts';
import { fdGet, fdGetRaw } from '../kernel/fs/file-table.ts';
import { LAST, PATH_MAX, lookupParent, lookupPath } from '../kernel/fs/namei.ts';
import type { Walked } from '../kernel/fs/namei.ts';
import { FSN, fsnotify } from '../kernel/fs/notify.ts';
import { mayCreate, vfsMknod } from '../kernel/fs/open.ts';
import { TmpfsInode } from '../kernel/fs/tmpfs.ts';
import { climb } from '../kernel/fs/path.ts';
import { CAP, MAY_EXEC, MAY_WRITE, capable, inodePermission, mayDelete, ownerOrCapable, readonlyFs } from '../kernel/fs/permission.ts';
import { fillDirents } from '../kernel/fs/readdir.ts';
import type { DirentForm } from '../kernel/fs/readdir.ts';
import { vfsOf } from '../kernel/fs/state.ts';
import { copyToUser, prepareUser, readUserString } from '../kernel/mm/uaccess.ts';
import type { Handlers } from './call.ts';

const typeOf = (d: Dentry): number => (d.inode === null ? 0 : d.inode.mode & S_IFMT);
const isDir = (d: Dentry): boolean => typeOf(d) === S_IFDIR;

/** Where a listing is put together; its contents never outlive a call. */
let scratch = new Uint8Array(32768);
function getdents(k: Kernel, task: Task, fd: number, va: number, size: number, form: DirentForm): number {
  const file = fdGet(task, fd);
  if (file === null) return -EBADF;
  if ((file.inode.mode & S_IFMT) !== S_IFDIR) return -ENOTDIR;
  const want = Math.min(size, 1 << 20);
  if (scratch.length < want) scratch = new Uint8Array(want);
  const buf = scratch.subarray(0, want);
  const err = prepareUser(k, task, va, Math.min(buf.length, 64), true);
  if (err !== 0) return err;
  charge(k, COST.fileOp);
  const pos = file.pos, n = fillDirents(k, file, buf, form);
  if (n <= 0) return n;
  const bad = copyToUser(k, task, va, buf.subarray(0, n));
  if (bad !== 0) file.pos = pos;
  return bad !== 0 ? bad : n;
}

/** The place for a new name: EEXIST before everything else that could be wrong with it. */
function newName(k: Kernel, task: Task, dirfd: number, pathVa: number, directory: boolean): Walked | number {
  const path = readUserString(k, task, pathVa);
  if (typeof path === 'number') return path;
  const w = lookupParent(k, task, dirfd, path);
  if (typeof w === 'number') return w;
  if (w.lastType !== LAST.NORM || w.dentry.inode !== null) return -EEXIST;
  if (w.trailingSlash && !directory) return -ENOENT;
  return w;
}

function mknod(k: Kernel, task: Task, dirfd: number, pathVa: number, mode: number, dev: number): number {
  const type = mode & S_IFMT;
  if (type === S_IFDIR) return -EPERM;
  if (type !== 0 && type !== S_IFREG && type !== S_IFCHR && type !== S_IFBLK && type !== S_IFIFO && type !== S_IFSOCK) return -EINVAL;
  const w = newName(k, task, dirfd, pathVa, false);
  if (typeof w === 'number') return w;
  const special = type === S_IFCHR || type === S_IFBLK;
  const err = special ? mayCreate(task, w.parent) : 0;
  if (err !== 0) return err;
  if (special && dev !== 0 && !capable(task.cred, CAP.MKNOD)) return -EPERM;
  const made = vfsMknod(k, task, w.parent, w.name, w.dentry, (type || S_IFREG) | (mode & 0o7777 & ~task.fs.umask), special ? dev : 0);
  return typeof made === 'number' ? made : 0;
}
function mkdir(k: Kernel, task: Task, dirfd: number, pathVa: number, mode: number): number {
  const w = newName(k, task, dirfd, pathVa, true);
  if (typeof w === 'number') return w;
  const made = vfsMknod(k, task, w.parent, w.name, w.dentry, S_IFDIR | (mode & (0o777 | S_ISVTX) & ~task.fs.umask), 0);
  return typeof made === 'number' ? made : 0;
}
function symlink(k: Kernel, task: Task, targetVa: number, dirfd: number, pathVa: number): number {
  const target = readUserString(k, task, targetVa);
  if (typeof target === 'number') return target;
  if (target === '') return -ENOENT;
  if (target.length >= PATH_MAX) return -ENAMETOOLONG;
  const w = newName(k, task, dirfd, pathVa, false);
  if (typeof w === 'number') return w;
  const err = mayCreate(task, w.parent);
  if (err !== 0) return err;
  const dir = w.parent.dentry.inode!;
  const made = dir.symlink(k, w.name, target, task.cred);
  if (typeof made === 'number') return made;
  instantiate(w.dentry, made);
  fsnotify(k, dir, FSN.CREATE, w.name, false);
  return 0;
}
function link(k: Kernel, task: Task, oldDirfd: number, oldVa: number, newDirfd: number, newVa: number, flags: number): number {
  if ((flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) !== 0) return -EINVAL;
  const path = readUserString(k, task, oldVa);
  if (typeof path === 'number') return path;
  const old = lookupPath(k, task, oldDirfd, path, { follow: (flags & AT_SYMLINK_FOLLOW) !== 0, empty: (flags & AT_EMPTY_PATH) !== 0 });
  if (typeof old === 'number') return old;
  const w = newName(k, task, newDirfd, newVa, false);
  if (typeof w === 'number') return w;
  const inode = old.dentry.inode!, dir = w.parent.dentry.inode!;
  if (old.mount !== w.parent.mount || inode.sb !== dir.sb) return -EXDEV;
  const err = mayCreate(task, w.parent);
  if (err !== 0) return err;
  if ((inode.mode & S_IFMT) === S_IFDIR) return -EPERM;
  if (inode.nlink === 0 && !(inode instanceof TmpfsInode && inode.linkable)) return -ENOENT; // I_LINKABLE
  if (inode.nlink >= 65000) return -EMLINK;
  // fs.protected_hardlinks = 1: another's file only if it is regular, not set-id and one may read and write it
  if (!ownerOrCapable(task.cred, inode)) {
    const setid = (inode.mode & 0o4000) !== 0 || (inode.mode & 0o2010) === 0o2010;
    if ((inode.mode & S_IFMT) !== S_IFREG || setid || inodePermission(task.cred, inode, 6) !== 0) return -EPERM;
  }
  const bad = dir.link(k, w.name, inode);
  if (bad !== 0) return bad;
  instantiate(w.dentry, inode);
  fsnotify(k, inode, FSN.ATTRIB, null, false);
  fsnotify(k, dir, FSN.CREATE, w.name, false);
  return 0;
}

function unlink(k: Kernel, task: Task, dirfd: number, pathVa: number, rmdir: boolean): number {
  const path = readUserString(k, task, pathVa);
  if (typeof path === 'number') return path;
  const w = lookupParent(k, task, dirfd, path);
  if (typeof w === 'number') return w;
  if (w.lastType !== LAST.NORM) {
    if (!rmdir) return -EISDIR;
    return w.lastType === LAST.DOT ? -EINVAL : w.lastType === LAST.DOTDOT ? -ENOTEMPTY : -EBUSY;
  }
  const inode = w.dentry.inode;
  if (inode === null) return -ENOENT;
  if (w.trailingSlash && !rmdir) return isDir(w.dentry) ? -EISDIR : -ENOTDIR;
  const dir = w.parent.dentry.inode!;
  if (readonlyFs(dir, w.parent.mount)) return -EROFS;
  const name = w.dentry === w.mount.root && w.mount !== w.parent.mount ? null : w.dentry;
  const err = mayDelete(task.cred, dir, inode);
  if (err !== 0) return err;
  if (rmdir && !isDir(w.dentry)) return -ENOTDIR;
  if (!rmdir && isDir(w.dentry)) return -EISDIR;
  if (name === null || w.dentry.mounted !== null) return -EBUSY;
  const bad = dir.unlink(k, w.name, rmdir);
  if (bad !== 0) return bad;
  dropDentry(name);
  // The order of vfs_unlink() and d_delete_notify().
  if (!rmdir) fsnotify(k, inode, FSN.ATTRIB, null, false); // its link count
  if (inode.nlink === 0) fsnotify(k, inode, FSN.DELETE_SELF, null, rmdir);
  fsnotify(k, dir, FSN.DELETE, w.name, rmdir);
  return 0;
}

function rename(k: Kernel, task: Task, oldDirfd: number, oldVa: number, newDirfd: number, newVa: number, flags: number): number {
  if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE)) !== 0) return -EINVAL;
  if ((flags & (RENAME_NOREPLACE | RENAME_EXCHANGE)) === (RENAME_NOREPLACE | RENAME_EXCHANGE)) return -EINVAL;
  const oldPath = readUserString(k, task, oldVa);
  if (typeof oldPath === 'number') return oldPath;
  const newPath = readUserString(k, task, newVa);
  if (typeof newPath === 'number') return newPath;
  const from = lookupParent(k, task, oldDirfd, oldPath);
  if (typeof from === 'number') return from;
  const to = lookupParent(k, task, newDirfd, newPath);
  if (typeof to === 'number') return to;
  if (from.parent.mount !== to.parent.mount) return -EXDEV;
  if (from.lastType !== LAST.NORM) return -EBUSY;
  if (to.lastType !== LAST.NORM) return (flags & RENAME_NOREPLACE) !== 0 ? -EEXIST : -EBUSY;
  const inode = from.dentry.inode, victim = to.dentry.inode;
  if (inode === null) return -ENOENT;
  if (victim !== null && (flags & RENAME_NOREPLACE) !== 0) return -EEXIST;
  if (victim === null && (flags & RENAME_EXCHANGE) !== 0) return -ENOENT;
  const dir = isDir(from.dentry), exchange = (flags & RENAME_EXCHANGE) !== 0;
  if (!dir && !exchange && (from.trailingSlash || to.trailingSlash)) return -ENOTDIR;
  if (exchange && ((from.trailingSlash && !dir) || (to.trailingSlash && !isDir(to.dentry)))) return -ENOTDIR;
  const oldDir = from.parent.dentry.inode!, newDir = to.parent.dentry.inode!;
  // A directory is not moved below itself, nor over one of its own parents.
  for (let d: Dentry | null = to.parent.dentry; d !== null; d = d.parent) if (d === from.dentry) return -EINVAL;
  for (let d: Dentry | null = from.parent.dentry; d !== null; d = d.parent) if (d === to.dentry) return exchange ? -EINVAL : -ENOTEMPTY;
  if (readonlyFs(oldDir, from.parent.mount)) return -EROFS;
  if (inode === victim) return 0;
  let err = mayDelete(task.cred, oldDir, inode);
  if (err !== 0) return err;
  err = victim === null ? mayCreate(task, to.parent) : mayDelete(task.cred, newDir, victim);
  if (err !== 0) return err;
  if (victim !== null && !exchange) {
    if (dir && !isDir(to.dentry)) return -ENOTDIR;
    if (!dir && isDir(to.dentry)) return -EISDIR;
  }
  if (oldDir.sb !== newDir.sb || (from.mount !== from.parent.mount) || (victim !== null && to.mount !== to.parent.mount)) return from.mount !== from.parent.mount || to.mount !== to.parent.mount ? -EBUSY : -EXDEV;
  if (dir && oldDir !== newDir) {
    err = inodePermission(task.cred, inode, MAY_WRITE); // its ".." changes
    if (err !== 0) return err;
  }
  if (from.dentry.mounted !== null || to.dentry.mounted !== null) return -EBUSY;
  err = oldDir.rename(k, from.name, newDir, to.name, flags);
  if (err !== 0) return err;
  if (exchange) {
    const a = from.dentry, b = to.dentry, ap = a.parent!, bp = b.parent!;
    moveDentry(a, bp, to.name);
    moveDentry(b, ap, from.name);
    ap.children.set(from.name, b);
    bp.children.set(to.name, a);
  } else {
    if (victim !== null) dropDentry(to.dentry);
    moveDentry(from.dentry, to.parent.dentry, to.name);
  }
  const cookie = ++vfsOf(k).renameCookie;
  fsnotify(k, oldDir, FSN.MOVED_FROM, from.name, dir, cookie);
  fsnotify(k, newDir, FSN.MOVED_TO, to.name, dir, cookie);
  fsnotify(k, inode, FSN.MOVE_SELF, null, dir);
  if (victim !== null && victim.nlink === 0) fsnotify(k, victim, FSN.DELETE_SELF, null, isDir(to.dentry));
  return 0;
}

function getcwd(k: Kernel, task: Task, va: number, size: number): number {
  const pwd = task.fs.pwd;
  if (pwd.dentry.deleted) return -ENOENT;
  const at = climb(task, pwd);
  const text = at.reachable ? at.text : '(unreachable)' + at.text;
  if (text.length + 1 > size) return -ERANGE;
  if (text.length + 1 > PATH_MAX) return -ENAMETOOLONG;
  const bytes = new Uint8Array(text.length + 1);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const err = copyToUser(k, task, va, bytes);
  return err !== 0 ? err : bytes.length;
}

function setPwd(task: Task, path: Path): number {
  task.fs.pwd = { mount: path.mount, dentry: path.dentry };
  return 0;
}
function directoryAt(k: Kernel, task: Task, pathVa: number): Path | number {
  const path = readUserString(k, task, pathVa);
  if (typeof path === 'number') return path;
  const at = lookupPath(k, task, AT_FDCWD, path, { directory: true });
  if (typeof at === 'number') return at;
  const err = inodePermission(task.cred, at.dentry.inode!, MAY_EXEC);
  return err !== 0 ? err : at;
}

function fchdir(task: Task, fd: number): number {
  const file = fdGetRaw(task, fd);
  if (file === null) return -EBADF;
  if (file.path === null || !isDir(file.path.dentry)) return -ENOTDIR;
  const err = inodePermission(task.cred, file.inode, MAY_EXEC);
  return err !== 0 ? err : setPwd(task, file.path);
}

export const handlers: Handlers = {
  getdents: (k, t, a) => getdents(k, t, a.i32(0), a.ptr(1), a.u32(2), t.syscall.layout === LAYOUT.x86_64 ? 'dirent' : 'dirent/i386'),
  getdents64: (k, t, a) => getdents(k, t, a.i32(0), a.ptr(1), a.u32(2), 'dirent64'),
  mkdir: (k, t, a) => mkdir(k, t, AT_FDCWD, a.ptr(0), a.u32(1)),
  mkdirat: (k, t, a) => mkdir(k, t, a.i32(0), a.ptr(1), a.u32(2)),
  mknod: (k, t, a) => mknod(k, t, AT_FDCWD, a.ptr(0), a.u32(1), a.u32(2)),
  mknodat: (k, t, a) => mknod(k, t, a.i32(0), a.ptr(1), a.u32(2), a.u32(3)),
  rmdir: (k, t, a) => unlink(k, t, AT_FDCWD, a.ptr(0), true),
  unlink: (k, t, a) => unlink(k, t, AT_FDCWD, a.ptr(0), false),
  unlinkat: (k, t, a) => ((a.u32(2) & ~AT_REMOVEDIR) !== 0 ? -EINVAL : unlink(k, t, a.i32(0), a.ptr(1), a.u32(2) !== 0)),
  rename: (k, t, a) => rename(k, t, AT_FDCWD, a.ptr(0), AT_FDCWD, a.ptr(1), 0),
  renameat: (k, t, a) => rename(k, t, a.i32(0), a.ptr(1), a.i32(2), a.ptr(3), 0),
  renameat2: (k, t, a) => rename(k, t, a.i32(0), a.ptr(1), a.i32(2), a.ptr(3), a.u32(4)),
  link: (k, t, a) => link(k, t, AT_FDCWD, a.ptr(0), AT_FDCWD, a.ptr(1), 0),
  linkat: (k, t, a) => link(k, t, a.i32(0), a.ptr(1), a.i32(2), a.ptr(3), a.u32(4)),
  symlink: (k, t, a) => symlink(k, t, a.ptr(0), AT_FDCWD, a.ptr(1)),
  symlinkat: (k, t, a) => symlink(k, t, a.ptr(0), a.i32(1), a.ptr(2)),
  getcwd: (k, t, a) => getcwd(k, t, a.ptr(0), a.ptr(1)),
  chdir: (k, t, a) => {
    const at = directoryAt(k, t, a.ptr(0));
    return typeof at === 'number' ? at : setPwd(t, at);
  },
  fchdir: (_k, t, a) => fchdir(t, a.i32(0)),
  chroot: (k, t, a) => {
    const at = directoryAt(k, t, a.ptr(0));
    if (typeof at === 'number') return at;
    if (!capable(t.cred, CAP.SYS_CHROOT)) return -EPERM;
    t.fs.root = { mount: at.mount, dentry: at.dentry };
    return 0;
  },
  umask: (_k, t, a) => {
    const old = t.fs.umask;
    t.fs.umask = a.u32(0) & 0o777;
    return old;
  },
};
