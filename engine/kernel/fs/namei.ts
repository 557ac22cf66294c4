// Walking paths: components, symbolic links, mounts, permissions (fs/namei.c, path_resolution(7)).
import { COST } from '../../clock/costs.ts';
import { EACCES, EBADF, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR, EXDEV } from '../../abi/errno.ts';
import { AT_FDCWD, RESOLVE_BENEATH, RESOLVE_IN_ROOT, RESOLVE_NO_MAGICLINKS, RESOLVE_NO_SYMLINKS, RESOLVE_NO_XDEV, S_IFDIR, S_IFLNK, S_IFMT, S_ISVTX } from '../../abi/open-flags.ts';
import type { Dentry, Errno, Mount, Path } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { charge } from '../entry/charge.ts';
import { lookupChild } from './dcache.ts';
import { fdGetRaw } from './file-table.ts';
import { traverseMounts } from './mount.ts';
import { inodePermission } from './permission.ts';

export { AT_FDCWD };
export const PATH_MAX = 4096, NAME_MAX = 255, MAX_LINKS = 40;
export const LAST = { NORM: 0, DOT: 1, DOTDOT: 2, ROOT: 3 } as const;

export interface LookupOptions {
  /** Follow a symbolic link in the last component (default true). */
  follow?: boolean;
  /** The result must be a directory. */
  directory?: boolean;
  /** The last component need not exist (lookupLast). */
  create?: boolean;
  /** '' means the directory descriptor itself (AT_EMPTY_PATH). */
  empty?: boolean;
  /** RESOLVE_* of openat2. */
  resolve?: number;
}

/** Where a walk ended. `dentry.inode` is null when the last name does not exist. */
export interface Walked {
  /** Directory that holds the last name. */
  parent: Path;
  name: string;
  lastType: number; // LAST.*
  trailingSlash: boolean;
  mount: Mount;
  dentry: Dentry;
}

/** The directory that a path begins at. */
function startAt(k: Kernel, task: Task, dirfd: number, path: string): Path | Errno {
  if (path.charCodeAt(0) === 47) return task.fs.root;
  if (dirfd === AT_FDCWD) return task.fs.pwd;
  const file = fdGetRaw(task, dirfd);
  if (file === null) return -EBADF;
  if (file.path === null || (file.inode.mode & S_IFMT) !== S_IFDIR) return -ENOTDIR;
  void k;
  return file.path;
}

function dotdot(k: Kernel, root: Path, at: Path): Path {
  let { mount, dentry } = at;
  for (;;) {
    if (dentry === root.dentry && mount === root.mount) return at;
    if (dentry !== mount.root) {
      const up = dentry.parent;
      return up === null ? { mount, dentry } : traverseMounts(k, { mount, dentry: up });
    }
    if (mount.parent === null || mount.mountpoint === null) return { mount, dentry };
    dentry = mount.mountpoint;
    mount = mount.parent;
  }
}

/** fs.protected_symlinks: in a sticky world-writable directory only the owner's own links (or the directory owner's) are followed. */
function mayFollow(task: Task, dir: Dentry, link: Dentry): boolean {
  const d = dir.inode!, l = link.inode!;
  if ((d.mode & (S_ISVTX | 2)) !== (S_ISVTX | 2)) return true;
  return l.uid === task.cred.fsuid || l.uid === d.uid;
}

/** The whole walk. Everything else here is a view of its result. */
export function walk(k: Kernel, task: Task, dirfd: number, path: string, options: LookupOptions): Walked | Errno {
  if (path.length === 0) {
    if (options.empty !== true) return -ENOENT;
    const at = emptyPath(task, dirfd);
    return typeof at === 'number' ? at : { parent: at, name: '', lastType: LAST.ROOT, trailingSlash: false, mount: at.mount, dentry: at.dentry };
  }
  if (path.length >= PATH_MAX) return -ENAMETOOLONG;
  const resolve = options.resolve ?? 0;
  let root = task.fs.root;
  let start: Path | Errno;
  if ((resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) !== 0) {
    start = startAt(k, task, dirfd, '.');
    if (typeof start === 'number') return start;
    if ((resolve & RESOLVE_BENEATH) !== 0 && path.charCodeAt(0) === 47) return -EXDEV;
    root = start;
  } else start = startAt(k, task, dirfd, path);
  if (typeof start === 'number') return start;
  const cred = task.cred;
  const followLast = options.follow !== false;
  let at: Path = start;
  let rest = path;
  let links = 0;
  for (;;) {
    let i = 0;
    while (rest.charCodeAt(i) === 47) i++;
    if (i === rest.length) return { parent: at, name: '', lastType: LAST.ROOT, trailingSlash: i > 0, mount: at.mount, dentry: at.dentry };
    let end = rest.indexOf('/', i);
    if (end < 0) end = rest.length;
    const name = rest.substring(i, end);
    let after = end;
    while (rest.charCodeAt(after) === 47) after++;
    const last = after === rest.length;
    const trailingSlash = last && after > end;
    const dir = at.dentry.inode!;
    if ((dir.mode & S_IFMT) !== S_IFDIR) return -ENOTDIR;
    const denied = inodePermission(cred, dir, 1);
    if (denied !== 0) return denied;
    charge(k, COST.pathComponent);
    if (name === '.') {
      if (last) return { parent: at, name, lastType: LAST.DOT, trailingSlash, mount: at.mount, dentry: at.dentry };
    } else if (name === '..') {
      if ((resolve & RESOLVE_BENEATH) !== 0 && at.dentry === root.dentry && at.mount === root.mount) return -EXDEV;
      const up = dotdot(k, root, at);
      if ((resolve & RESOLVE_NO_XDEV) !== 0 && up.mount !== at.mount) return -EXDEV;
      if (last) return { parent: at, name, lastType: LAST.DOTDOT, trailingSlash, mount: up.mount, dentry: up.dentry };
      at = up;
    } else {
      if (name.length > NAME_MAX) return -ENAMETOOLONG;
      if (at.dentry.deleted) { if (!last || options.create !== true) return -ENOENT; }
      const child = lookupChild(k, at.dentry, name);
      if (typeof child === 'number') return child;
      const inode = child.inode;
      if (inode === null) { // /proc refuses to look up what it does not have, even to make it
        if (last && options.create === true && dir.sb.fstype !== 'proc') return { parent: at, name, lastType: LAST.NORM, trailingSlash, mount: at.mount, dentry: child };
        return -ENOENT;
      }
      const here: Path = traverseMounts(k, { mount: at.mount, dentry: child });
      if ((resolve & RESOLVE_NO_XDEV) !== 0 && here.mount !== at.mount) return -EXDEV;
      if ((inode.mode & S_IFMT) === S_IFLNK && here.dentry === child && (!last || followLast || trailingSlash)) {
        if ((resolve & RESOLVE_NO_SYMLINKS) !== 0 || ++links > MAX_LINKS) return -ELOOP;
        if (!mayFollow(task, at.dentry, child)) return -EACCES;
        const jump = inode.magicLink(k, task);
        if (jump !== null) {
          if (typeof jump === 'number') return jump;
          if ((resolve & (RESOLVE_NO_MAGICLINKS | RESOLVE_BENEATH | RESOLVE_IN_ROOT)) !== 0) return (resolve & RESOLVE_NO_MAGICLINKS) !== 0 ? -ELOOP : -EXDEV;
          if (last) {
            if (trailingSlash && (jump.dentry.inode!.mode & S_IFMT) !== S_IFDIR) return -ENOTDIR;
            return { parent: at, name, lastType: LAST.NORM, trailingSlash, mount: jump.mount, dentry: jump.dentry };
          }
          at = jump;
        } else {
          const target = inode.readlink(k);
          if (typeof target === 'number') return target;
          if (target === '') return -ENOENT;
          if (target.charCodeAt(0) === 47) {
            if ((resolve & RESOLVE_BENEATH) !== 0) return -EXDEV;
            if ((resolve & RESOLVE_NO_XDEV) !== 0 && root.mount !== at.mount) return -EXDEV;
            at = root;
          }
          rest = last ? (trailingSlash ? target + '/' : target) : target + '/' + rest.substring(after);
          continue;
        }
      } else {
        if (last) {
          if (trailingSlash && (here.dentry.inode!.mode & S_IFMT) !== S_IFDIR) return -ENOTDIR;
          return { parent: at, name, lastType: LAST.NORM, trailingSlash, mount: here.mount, dentry: here.dentry };
        }
        at = here;
      }
    }
    rest = rest.substring(after);
  }
}

/** What AT_EMPTY_PATH names: the descriptor's own file, or the working directory. */
export function emptyPath(task: Task, dirfd: number): Path | Errno {
  if (dirfd === AT_FDCWD) return task.fs.pwd;
  const file = fdGetRaw(task, dirfd);
  if (file === null) return -EBADF;
  return file.path ?? -ENOENT;
}

/** An existing file. */
export function lookupPath(k: Kernel, task: Task, dirfd: number, path: string, options: LookupOptions = {}): Path | Errno {
  const w = walk(k, task, dirfd, path, options);
  if (typeof w === 'number') return w;
  if (options.directory === true && (w.dentry.inode!.mode & S_IFMT) !== S_IFDIR) return -ENOTDIR;
  return { mount: w.mount, dentry: w.dentry };
}

/** The last name and its directory, for calls that make or remove names. The name itself may not exist; a link in it is not followed. */
export function lookupParent(k: Kernel, task: Task, dirfd: number, path: string): Walked | Errno {
  if (path.length > 1 && path.endsWith('/')) {
    // The last component is named without its slashes, so that a symbolic link there is not followed (rmdir link/, rename).
    let end = path.length;
    while (end > 1 && path.charCodeAt(end - 1) === 47) end--;
    if (end > 1 || path.charCodeAt(0) !== 47) {
      const w = walk(k, task, dirfd, path.substring(0, end), { follow: false, create: true });
      if (typeof w === 'number') return w;
      if (path.length >= PATH_MAX) return -ENAMETOOLONG;
      return { ...w, trailingSlash: true };
    }
  }
  return walk(k, task, dirfd, path, { follow: false, create: true });
}

