// Mounting (mount(2), umount2(2), pivot_root(2)). One mount namespace; root's business.
import { EBUSY, EINVAL, ELOOP, ENODEV, ENOTDIR, EPERM } from '../abi/errno.ts';
import { AT_FDCWD, MNT_DETACH, MNT_EXPIRE, MNT_FORCE, MS_BIND, MS_MOVE, MS_NOATIME, MS_NODEV, MS_NODIRATIME, MS_NOEXEC, MS_NOSUID, MS_PRIVATE, MS_RDONLY, MS_REC, MS_RELATIME, MS_REMOUNT, MS_SHARED, MS_SLAVE, MS_UNBINDABLE, S_IFDIR, S_IFMT, UMOUNT_NOFOLLOW } from '../abi/open-flags.ts';
import type { Path, SuperBlock } from '../kernel/contracts/fs.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import type { Task } from '../kernel/contracts/task.ts';
import { createDevfs } from '../kernel/fs/devfs/devfs.ts';
import { createDevpts } from '../kernel/fs/devpts/devpts.ts';
import { allMounts, mountAt, unmount } from '../kernel/fs/mount.ts';
import { lookupPath } from '../kernel/fs/namei.ts';
import { CAP, capable } from '../kernel/fs/permission.ts';
import { createProcfs } from '../kernel/fs/procfs/procfs.ts';
import { createSysfs } from '../kernel/fs/sysfs/sysfs.ts';
import { createTmpfs } from '../kernel/fs/tmpfs.ts';
import { readUserString } from '../kernel/mm/uaccess.ts';
import type { Handlers } from './call.ts';

const KEPT = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME | MS_RELATIME;

function superFor(k: Kernel, type: string, source: string, data: string): SuperBlock | number {
  switch (type) {
    case 'tmpfs': case 'ramfs': {
      const mode = /(?:^|,)mode=([0-7]+)/.exec(data);
      return createTmpfs(k, mode !== null ? parseInt(mode[1]!, 8) & 0o7777 : 0o1777, source === '' ? 'none' : source);
    }
    case 'proc': return createProcfs(k);
    case 'sysfs': return createSysfs(k);
    case 'devtmpfs': return createDevfs(k);
    case 'devpts': return createDevpts(k);
    default: return -ENODEV;
  }
}

function optional(k: Kernel, task: Task, va: number): string | number { return va === 0 ? '' : readUserString(k, task, va); }

function mount(k: Kernel, task: Task, sourceVa: number, targetVa: number, typeVa: number, flags: number, dataVa: number): number {
  if (!capable(task.cred, CAP.SYS_ADMIN)) return -EPERM;
  const target = readUserString(k, task, targetVa);
  if (typeof target === 'number') return target;
  const source = optional(k, task, sourceVa), type = optional(k, task, typeVa);
  if (typeof source === 'number') return source;
  if (typeof type === 'number') return type;
  const at = lookupPath(k, task, AT_FDCWD, target);
  if (typeof at === 'number') return at;
  if ((flags & MS_REMOUNT) !== 0) {
    if (at.dentry !== at.mount.root) return -EINVAL;
    at.mount.flags = flags & KEPT;
    return 0;
  }
  if ((flags & (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)) !== 0) return at.dentry === at.mount.root ? 0 : -EINVAL; // no propagation: one namespace
  if ((flags & (MS_BIND | MS_MOVE)) !== 0) {
    const from = lookupPath(k, task, AT_FDCWD, source);
    if (typeof from === 'number') return from;
    if (((from.dentry.inode!.mode & S_IFMT) === S_IFDIR) !== ((at.dentry.inode!.mode & S_IFMT) === S_IFDIR)) return -ENOTDIR;
    if ((flags & MS_MOVE) !== 0) return move(k, from, at);
    bind(k, from, at, (flags & MS_REC) !== 0);
    return 0;
  }
  if (type === '') return -EINVAL;
  const data = dataVa === 0 ? '' : readUserString(k, task, dataVa);
  const sb = superFor(k, type, source, typeof data === 'number' ? '' : data);
  if (typeof sb === 'number') return sb;
  if ((at.dentry.inode!.mode & S_IFMT) !== S_IFDIR) return -ENOTDIR;
  mountAt(k, sb, at, flags & KEPT);
  return 0;
}

function bind(k: Kernel, from: Path, at: Path, recursive: boolean): void {
  const below = allMounts(k).filter((m) => m.parent === from.mount && m.mountpoint !== null && recursive && under(m.mountpoint, from.dentry));
  const m = mountAt(k, from.mount.sb, at, from.mount.flags, from.dentry);
  for (const child of below) bind(k, { mount: child, dentry: child.root }, { mount: m, dentry: child.mountpoint! }, true);
}
function under(d: Path['dentry'] | null, top: Path['dentry']): boolean {
  for (; d !== null; d = d.parent) if (d === top) return true;
  return false;
}
function move(k: Kernel, from: Path, at: Path): number {
  const m = from.mount;
  if (from.dentry !== m.root || m.parent === null) return -EINVAL;
  for (let up: Path['mount'] | null = at.mount; up !== null; up = up.parent) if (up === m) return -ELOOP;
  const old = m.mountpoint!;
  if (old.mounted === m) old.mounted = allMounts(k).find((x) => x !== m && x.mountpoint === old) ?? null;
  m.parent = at.mount;
  m.mountpoint = at.dentry;
  at.dentry.mounted = m;
  return 0;
}

function umount(k: Kernel, task: Task, targetVa: number, flags: number): number {
  if ((flags & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW)) !== 0) return -EINVAL;
  const target = readUserString(k, task, targetVa);
  if (typeof target === 'number') return target;
  const at = lookupPath(k, task, AT_FDCWD, target, { follow: (flags & UMOUNT_NOFOLLOW) === 0 });
  if (typeof at === 'number') return at;
  if (at.dentry !== at.mount.root) return -EINVAL;
  if (!capable(task.cred, CAP.SYS_ADMIN)) return -EPERM;
  if (at.mount === k.rootMount) return -EBUSY;
  return unmount(k, at.mount, (flags & MNT_DETACH) !== 0);
}

/** The root of every task that has the old root becomes new_root; the old tree hangs at put_old. */
function pivotRoot(k: Kernel, task: Task, newVa: number, oldVa: number): number {
  if (!capable(task.cred, CAP.SYS_ADMIN)) return -EPERM;
  const newPath = readUserString(k, task, newVa), oldPath = readUserString(k, task, oldVa);
  if (typeof newPath === 'number') return newPath;
  if (typeof oldPath === 'number') return oldPath;
  const to = lookupPath(k, task, AT_FDCWD, newPath, { directory: true }), put = lookupPath(k, task, AT_FDCWD, oldPath, { directory: true });
  if (typeof to === 'number') return to;
  if (typeof put === 'number') return put;
  const root = task.fs.root;
  if (to.dentry !== to.mount.root || to.mount === root.mount || put.mount === root.mount) return to.mount === root.mount ? -EBUSY : -EINVAL;
  if (root.dentry !== root.mount.root || to.mount.parent === null) return -EINVAL;
  const covered = to.mount.mountpoint!;
  if (covered.mounted === to.mount) covered.mounted = null;
  to.mount.parent = null;
  to.mount.mountpoint = null;
  root.mount.parent = put.mount;
  root.mount.mountpoint = put.dentry;
  put.dentry.mounted = root.mount;
  k.rootMount = to.mount;
  for (const t of k.tasks.values()) {
    if (!t.fs) continue;
    if (t.fs.root.mount === root.mount && t.fs.root.dentry === root.dentry) t.fs.root = { mount: to.mount, dentry: to.mount.root };
    if (t.fs.pwd.mount === root.mount && t.fs.pwd.dentry === root.dentry) t.fs.pwd = { mount: to.mount, dentry: to.mount.root };
  }
  return 0;
}

export const handlers: Handlers = {
  mount: (k, t, a) => mount(k, t, a.ptr(0), a.ptr(1), a.ptr(2), a.u32(3), a.ptr(4)),
  umount2: (k, t, a) => umount(k, t, a.ptr(0), a.u32(1)),
  pivot_root: (k, t, a) => pivotRoot(k, t, a.ptr(0), a.ptr(1)),
};
