// Extended attributes (xattr(7)): kept in guest memory; those of host files are asked of the host where it can tell.
import { EBADF, EEXIST, EINVAL, ENODATA, ENOSPC, EOPNOTSUPP, EPERM, ERANGE, EROFS, E2BIG } from '../abi/errno.ts';
import { AT_FDCWD, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, XATTR_CREATE, XATTR_REPLACE } from '../abi/open-flags.ts';
import type { Inode, Mount } from '../kernel/contracts/fs.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import type { Task } from '../kernel/contracts/task.ts';
import { touchCtime } from '../kernel/fs/attr.ts';
import { fdGet } from '../kernel/fs/file-table.ts';
import { HostInode } from '../kernel/fs/hostfs.ts';
import { lookupPath } from '../kernel/fs/namei.ts';
import { CAP, MAY_READ, MAY_WRITE, capable, inodePermission, ownerOrCapable, readonlyFs } from '../kernel/fs/permission.ts';
import { latin1 } from '../kernel/fs/pseudo.ts';
import { TmpfsInode } from '../kernel/fs/tmpfs.ts';
import { copyFromUser, copyToUser, readUserString } from '../kernel/mm/uaccess.ts';
import type { Handlers } from './call.ts';

const SIZE_MAX = 65536;
type Found = { inode: Inode; mount: Mount | null };

function byPath(k: Kernel, task: Task, pathVa: number, follow: boolean): Found | number {
  const path = readUserString(k, task, pathVa);
  if (typeof path === 'number') return path;
  const at = lookupPath(k, task, AT_FDCWD, path, { follow });
  return typeof at === 'number' ? at : { inode: at.dentry.inode!, mount: at.mount };
}
function byFd(_k: Kernel, task: Task, fd: number): Found | number {
  const file = fdGet(task, fd);
  return file === null ? -EBADF : { inode: file.inode, mount: file.path?.mount ?? null };
}

function nameOf(k: Kernel, task: Task, va: number): string | number {
  const name = readUserString(k, task, va, 257);
  if (typeof name === 'number') return name === -36 ? -ERANGE : name;
  return name === '' || name.length > 255 ? -ERANGE : name;
}

/** xattr_permission(): what a namespace allows. */
function permitted(task: Task, inode: Inode, name: string, write: boolean): number {
  const space = name.substring(0, name.indexOf('.'));
  if (name === 'user.' || name === 'trusted.' || name === 'security.') return -EINVAL; // xattr_resolve_name()
  if (name === 'system.posix_acl_access' || name === 'system.posix_acl_default') {
    return write || (inode.mode & S_IFMT) === S_IFLNK ? -EOPNOTSUPP : -ENODATA; // no file here has an access list
  }
  switch (space) {
    case 'security':
      return write && !capable(task.cred, name === 'security.capability' ? CAP.SETFCAP : CAP.SYS_ADMIN) ? -EPERM : 0;
    case 'trusted': return capable(task.cred, CAP.SYS_ADMIN) ? 0 : write ? -EPERM : -ENODATA;
    case 'user': {
      const type = inode.mode & S_IFMT;
      if (type !== S_IFREG && type !== S_IFDIR) return write ? -EPERM : -ENODATA;
      if (type === S_IFDIR && (inode.mode & 0o1000) !== 0 && write && !ownerOrCapable(task.cred, inode)) return -EPERM;
      return inodePermission(task.cred, inode, write ? MAY_WRITE : MAY_READ);
    }
    default: return -EOPNOTSUPP;
  }
}

function value(k: Kernel, inode: Inode, name: string): Uint8Array | number {
  if (!(inode instanceof TmpfsInode)) return -EOPNOTSUPP;
  const own = inode.xattrs?.get(name);
  if (own !== undefined) return own.length === 0 && removed.test(inode.xattrs!, name) ? -ENODATA : own;
  if (inode instanceof HostInode && inode.hostPath !== '' && k.host.getxattr !== undefined) {
    const v = k.host.getxattr(latin1(inode.hostPath), latin1(name));
    return typeof v === 'number' && v === -EOPNOTSUPP ? -ENODATA : v;
  }
  return -ENODATA;
}
/** A removed attribute of a host file is remembered under the name with a NUL before it. */
const removed = { test: (map: Map<string, Uint8Array>, name: string): boolean => map.has('\0' + name) };

function get(k: Kernel, task: Task, at: Found | number, nameVa: number, va: number, size: number): number {
  if (typeof at === 'number') return at;
  const name = nameOf(k, task, nameVa);
  if (typeof name === 'number') return name;
  if (!(at.inode instanceof TmpfsInode)) return -EOPNOTSUPP;
  const err = permitted(task, at.inode, name, false);
  if (err !== 0) return err;
  const v = value(k, at.inode, name);
  if (typeof v === 'number') return v;
  if (size === 0) return v.length;
  if (size < v.length) return -ERANGE;
  const bad = copyToUser(k, task, va, v);
  return bad !== 0 ? bad : v.length;
}

function set(k: Kernel, task: Task, at: Found | number, nameVa: number, va: number, size: number, flags: number): number {
  if (typeof at === 'number') return at;
  if ((flags & ~(XATTR_CREATE | XATTR_REPLACE)) !== 0) return -EINVAL;
  const name = nameOf(k, task, nameVa);
  if (typeof name === 'number') return name;
  if (size > SIZE_MAX) return -E2BIG;
  const data = size === 0 ? new Uint8Array(0) : copyFromUser(k, task, va, size);
  if (typeof data === 'number') return data;
  if (readonlyFs(at.inode, at.mount)) return -EROFS;
  const err = permitted(task, at.inode, name, true);
  if (err !== 0) return err;
  const inode = at.inode;
  if (!(inode instanceof TmpfsInode)) return -EOPNOTSUPP;
  const there = typeof value(k, inode, name) !== 'number';
  if ((flags & XATTR_CREATE) !== 0 && there) return -EEXIST;
  if ((flags & XATTR_REPLACE) !== 0 && !there) return -ENODATA;
  const map = (inode.xattrs ??= new Map<string, Uint8Array>());
  let total = data.length;
  for (const [n, v] of map) if (n !== name) total += n.length + v.length;
  if (total > SIZE_MAX) return -ENOSPC;
  map.set(name, data.slice());
  map.delete('\0' + name);
  inode.metaChanged = true;
  touchCtime(k, inode);
  return 0;
}

function remove(k: Kernel, task: Task, at: Found | number, nameVa: number): number {
  if (typeof at === 'number') return at;
  const name = nameOf(k, task, nameVa);
  if (typeof name === 'number') return name;
  if (readonlyFs(at.inode, at.mount)) return -EROFS;
  const err = permitted(task, at.inode, name, true);
  if (err !== 0) return err;
  const inode = at.inode;
  const v = value(k, inode, name);
  if (typeof v === 'number') return v;
  if (!(inode instanceof TmpfsInode)) return -EOPNOTSUPP;
  const map = (inode.xattrs ??= new Map<string, Uint8Array>());
  map.delete(name);
  if (inode instanceof HostInode && inode.hostPath !== '') { map.set(name, new Uint8Array(0)); map.set('\0' + name, new Uint8Array(0)); }
  inode.metaChanged = true;
  touchCtime(k, inode);
  return 0;
}

function list(k: Kernel, task: Task, at: Found | number, va: number, size: number): number {
  if (typeof at === 'number') return at;
  let text = '';
  if (at.inode instanceof TmpfsInode && at.inode.xattrs !== null) {
    for (const name of at.inode.xattrs.keys()) {
      if (name.startsWith('\0') || removed.test(at.inode.xattrs, name) || (name.startsWith('trusted.') && !capable(task.cred, CAP.SYS_ADMIN))) continue;
      text += name + '\0';
    }
  }
  if (size === 0) return text.length;
  if (size < text.length) return -ERANGE;
  if (text.length === 0) return 0;
  const bad = copyToUser(k, task, va, latin1(text));
  return bad !== 0 ? bad : text.length;
}

export const handlers: Handlers = {
  getxattr: (k, t, a) => get(k, t, byPath(k, t, a.ptr(0), true), a.ptr(1), a.ptr(2), a.ptr(3)),
  lgetxattr: (k, t, a) => get(k, t, byPath(k, t, a.ptr(0), false), a.ptr(1), a.ptr(2), a.ptr(3)),
  fgetxattr: (k, t, a) => get(k, t, byFd(k, t, a.i32(0)), a.ptr(1), a.ptr(2), a.ptr(3)),
  setxattr: (k, t, a) => set(k, t, byPath(k, t, a.ptr(0), true), a.ptr(1), a.ptr(2), a.ptr(3), a.u32(4)),
  lsetxattr: (k, t, a) => set(k, t, byPath(k, t, a.ptr(0), false), a.ptr(1), a.ptr(2), a.ptr(3), a.u32(4)),
  fsetxattr: (k, t, a) => set(k, t, byFd(k, t, a.i32(0)), a.ptr(1), a.ptr(2), a.ptr(3), a.u32(4)),
  removexattr: (k, t, a) => remove(k, t, byPath(k, t, a.ptr(0), true), a.ptr(1)),
  lremovexattr: (k, t, a) => remove(k, t, byPath(k, t, a.ptr(0), false), a.ptr(1)),
  fremovexattr: (k, t, a) => remove(k, t, byFd(k, t, a.i32(0)), a.ptr(1)),
  listxattr: (k, t, a) => list(k, t, byPath(k, t, a.ptr(0), true), a.ptr(1), a.ptr(2)),
  llistxattr: (k, t, a) => list(k, t, byPath(k, t, a.ptr(0), false), a.ptr(1), a.ptr(2)),
  flistxattr: (k, t, a) => list(k, t, byFd(k, t, a.i32(0)), a.ptr(1), a.ptr(2)),
};
