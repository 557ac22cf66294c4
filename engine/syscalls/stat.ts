// What a file is, may be and is to be: the stat family, access, readlink, chmod, chown, utimes, statfs.
import { EBADF, EFAULT, EINVAL, ENOENT, EOPNOTSUPP, EOVERFLOW, EPERM, EROFS } from '../abi/errno.ts';
import { AT_EACCESS, AT_EMPTY_PATH, AT_FDCWD, AT_NO_AUTOMOUNT, AT_STATX_SYNC_TYPE, AT_SYMLINK_NOFOLLOW, MS_NOATIME, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_RDONLY, STATX_ATTR_MOUNT_ROOT, STATX_BASIC_STATS, STATX_BTIME, STATX_CTIME, STATX_MNT_ID, STATX_MTIME, ST_NOATIME, ST_NODEV, ST_NOEXEC, ST_NOSUID, ST_RDONLY, ST_RELATIME, ST_VALID, S_IFLNK, S_IFMT, S_IFREG, UTIME_NOW, UTIME_OMIT } from '../abi/open-flags.ts';
import type { Errno, Inode, Mount, Path } from '../kernel/contracts/fs.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import type { Cred, Task } from '../kernel/contracts/task.ts';
import { Cred as CredClass, LAYOUT } from '../kernel/contracts/task.ts';
import { blksizeOf, blocksOf, chmodInode, chownInode, devOf, setTimes } from '../kernel/fs/attr.ts';
import type { NewTimes } from '../kernel/fs/attr.ts';
import { fdGet, fdGetRaw } from '../kernel/fs/file-table.ts';
import { lookupPath } from '../kernel/fs/namei.ts';
import { FSN, fsnotifyNamed } from '../kernel/fs/notify.ts';
import { MAY_WRITE, inodePermission, mayWriteFs, ownerOrCapable, readonlyFs } from '../kernel/fs/permission.ts';
import { majorOf, minorOf } from '../kernel/fs/pseudo.ts';
import { TmpfsInode } from '../kernel/fs/tmpfs.ts';
import { mmOf } from '../kernel/mm/state.ts';
import { copyToUser, readUserString } from '../kernel/mm/uaccess.ts';
import { realtime } from '../kernel/time/clock.ts';
import { readLongs } from '../kernel/time/user.ts';
import type { Handlers } from './call.ts';

const out = new Uint8Array(256);
const dv = new DataView(out.buffer);
function u64(at: number, n: number): void {
  dv.setUint32(at, n >>> 0, true);
  dv.setUint32(at + 4, Math.floor(n / 4294967296) >>> 0, true);
}

/** i386's struct stat and stat64 (arch/x86/include/asm/compat.h, cp_compat_stat; arch/x86/kernel/sys_ia32.c, cp_stat64). */
function writeStatI386(k: Kernel, task: Task, va: number, inode: Inode): number {
  const large = task.syscall.layout === LAYOUT.i386Large, dev = devOf(inode), low = (id: number): number => (id > 0xffff ? 65534 : id);
  out.fill(0, 0, 96);
  if (large) {
    u64(0, dev); dv.setUint32(12, inode.ino >>> 0, true); dv.setUint32(16, inode.mode, true); dv.setUint32(20, inode.nlink, true);
    dv.setUint32(24, inode.uid, true); dv.setUint32(28, inode.gid, true); u64(32, inode.rdev);
    u64(44, inode.size); dv.setUint32(52, blksizeOf(inode), true); u64(56, blocksOf(inode)); u64(88, inode.ino);
  } else {
    const short = [dev, inode.rdev].map((d) => (majorOf(d) > 255 || minorOf(d) > 255 ? -1 : (majorOf(d) << 8) | minorOf(d)));
    if (short.includes(-1) || inode.size > 0x7fffffff || inode.ino > 0xffffffff) return -EOVERFLOW;
    dv.setUint16(0, short[0]!, true); dv.setUint32(4, inode.ino, true); dv.setUint16(8, inode.mode, true); dv.setUint16(10, inode.nlink, true);
    dv.setUint16(12, low(inode.uid), true); dv.setUint16(14, low(inode.gid), true); dv.setUint16(16, short[1]!, true);
    dv.setUint32(20, inode.size, true); dv.setUint32(24, blksizeOf(inode), true); dv.setUint32(28, blocksOf(inode), true);
  }
  const times = large ? 64 : 32;
  [inode.atime, inode.atimeNsec, inode.mtime, inode.mtimeNsec, inode.ctime, inode.ctimeNsec].forEach((n, i) => dv.setUint32(times + i * 4, n >>> 0, true));
  return copyToUser(k, task, va, out.subarray(0, large ? 96 : 64));
}
/** struct stat (x86-64), 144 bytes. */
function writeStat(k: Kernel, task: Task, va: number, inode: Inode): number {
  if (task.syscall.layout !== LAYOUT.x86_64) return writeStatI386(k, task, va, inode);
  out.fill(0, 0, 144);
  u64(0, devOf(inode));
  u64(8, inode.ino);
  u64(16, inode.nlink);
  dv.setUint32(24, inode.mode, true);
  dv.setUint32(28, inode.uid, true);
  dv.setUint32(32, inode.gid, true);
  u64(40, inode.rdev);
  u64(48, inode.size);
  u64(56, blksizeOf(inode));
  u64(64, blocksOf(inode));
  u64(72, inode.atime); u64(80, inode.atimeNsec);
  u64(88, inode.mtime); u64(96, inode.mtimeNsec);
  u64(104, inode.ctime); u64(112, inode.ctimeNsec);
  return copyToUser(k, task, va, out.subarray(0, 144));
}

/** The file a path and AT_* flags name, or a descriptor's own inode (which may have no path). */
function target(k: Kernel, task: Task, dirfd: number, pathVa: number, flags: number): { inode: Inode; mount: Mount | null; path: Path | null } | Errno {
  const path = readUserString(k, task, pathVa);
  if (typeof path === 'number') return path;
  if (path === '' && (flags & AT_EMPTY_PATH) !== 0 && dirfd !== AT_FDCWD) {
    const file = fdGetRaw(task, dirfd);
    return file === null ? -EBADF : { inode: file.inode, mount: file.path?.mount ?? null, path: file.path };
  }
  const at = lookupPath(k, task, dirfd, path, { follow: (flags & AT_SYMLINK_NOFOLLOW) === 0, empty: (flags & AT_EMPTY_PATH) !== 0 });
  return typeof at === 'number' ? at : { inode: at.dentry.inode!, mount: at.mount, path: at };
}

function stat(k: Kernel, task: Task, dirfd: number, pathVa: number, va: number, flags: number): number {
  if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_SYNC_TYPE)) !== 0) return -EINVAL;
  const t = target(k, task, dirfd, pathVa, flags);
  return typeof t === 'number' ? t : writeStat(k, task, va, t.inode);
}

/** struct statx, 256 bytes. */
function statx(k: Kernel, task: Task, dirfd: number, pathVa: number, flags: number, mask: number, va: number): number {
  if ((mask & 0x80000000) !== 0 || (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_SYNC_TYPE)) !== 0) return -EINVAL;
  if ((flags & AT_STATX_SYNC_TYPE) === AT_STATX_SYNC_TYPE) return -EINVAL;
  const t = target(k, task, dirfd, pathVa, flags);
  if (typeof t === 'number') return t;
  const inode = t.inode, dev = devOf(inode);
  const time = (at: number, sec: number, nsec: number): void => { u64(at, sec); dv.setUint32(at + 8, nsec, true); };
  out.fill(0);
  const btime = inode instanceof TmpfsInode; // proc and its like keep none
  // As ext4 and tmpfs since Linux 6.13 (multigrain timestamps, fill_mg_cmtime): times that were not asked for are left out.
  const cmtime = STATX_CTIME | STATX_MTIME;
  const filled = (STATX_BASIC_STATS & ~(btime && (mask & cmtime) === 0 ? cmtime : 0)) | (btime ? mask & STATX_BTIME : 0);
  dv.setUint32(0, filled | STATX_MNT_ID, true);
  dv.setUint32(4, blksizeOf(inode), true);
  const mountRoot = t.path !== null && t.path.dentry === t.path.mount.root;
  u64(8, mountRoot ? STATX_ATTR_MOUNT_ROOT : 0);
  dv.setUint32(16, inode.nlink, true);
  dv.setUint32(20, inode.uid, true);
  dv.setUint32(24, inode.gid, true);
  dv.setUint16(28, inode.mode, true);
  u64(32, inode.ino);
  u64(40, inode.size);
  u64(48, blocksOf(inode));
  u64(56, STATX_ATTR_MOUNT_ROOT);
  time(64, inode.atime, inode.atimeNsec);
  if (btime) time(80, inode.btime, inode.btimeNsec);
  time(96, inode.ctime, inode.ctimeNsec);
  time(112, inode.mtime, inode.mtimeNsec);
  dv.setUint32(128, majorOf(inode.rdev), true);
  dv.setUint32(132, minorOf(inode.rdev), true);
  dv.setUint32(136, majorOf(dev), true);
  dv.setUint32(140, minorOf(dev), true);
  u64(144, t.mount?.id ?? 0);
  return copyToUser(k, task, va, out);
}

function access(k: Kernel, task: Task, dirfd: number, pathVa: number, mode: number, flags: number): number {
  if ((mode & ~7) !== 0 || (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) return -EINVAL;
  const kept = task.cred;
  if ((flags & AT_EACCESS) === 0 && (kept.fsuid !== kept.uid || kept.fsgid !== kept.gid)) task.cred = realCred(kept);
  try {
    const t = target(k, task, dirfd, pathVa, flags);
    if (typeof t === 'number') return t;
    if (mode === 0) return 0;
    if ((mode & 2) !== 0) { const ro = mayWriteFs(t.inode, t.mount); if (ro !== 0) return ro; }
    if ((mode & 1) !== 0 && (t.inode.mode & S_IFMT) === S_IFREG && t.mount !== null && (t.mount.flags & MS_NOEXEC) !== 0) return -13;
    return inodePermission(task.cred, t.inode, mode);
  } finally { task.cred = kept; }
}
/** access(2) asks for the real ids; root's capabilities come with uid 0 and go without it. */
function realCred(c: Cred): Cred {
  const r = new CredClass();
  Object.assign(r, c);
  r.fsuid = c.uid;
  r.fsgid = c.gid;
  r.capEffective = c.uid === 0 ? [c.capPermitted[0], c.capPermitted[1]] : [0, 0];
  return r;
}

function readlink(k: Kernel, task: Task, dirfd: number, pathVa: number, va: number, size: number): number {
  if (size <= 0) return -EINVAL;
  const path = readUserString(k, task, pathVa);
  if (typeof path === 'number') return path;
  const at = lookupPath(k, task, dirfd, path, { follow: false, empty: true });
  if (typeof at === 'number') return at;
  const inode = at.dentry.inode!;
  if ((inode.mode & S_IFMT) !== S_IFLNK) return path === '' ? -ENOENT : -EINVAL;
  const text = inode.readlink(k);
  if (typeof text === 'number') return text;
  const n = Math.min(text.length, size);
  const bytes = new Uint8Array(n);
  for (let i = 0; i < n; i++) bytes[i] = text.charCodeAt(i);
  const err = copyToUser(k, task, va, bytes);
  return err !== 0 ? err : n;
}

function chmod(k: Kernel, task: Task, dirfd: number, pathVa: number, mode: number): number {
  const t = target(k, task, dirfd, pathVa, 0);
  return typeof t === 'number' ? t : chmodTarget(k, task, t.inode, t.path, mode);
}
function chmodTarget(k: Kernel, task: Task, inode: Inode, path: Path | null, mode: number): number {
  if (readonlyFs(inode, path?.mount ?? null)) return -EROFS;
  if ((inode.mode & S_IFMT) === S_IFLNK) return -EOPNOTSUPP;
  const err = chmodInode(k, task.cred, inode, mode);
  if (err === 0) fsnotifyNamed(k, path, inode, FSN.ATTRIB);
  return err;
}
function chown(k: Kernel, task: Task, dirfd: number, pathVa: number, uid: number, gid: number, flags: number): number {
  if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) return -EINVAL;
  const t = target(k, task, dirfd, pathVa, flags);
  return typeof t === 'number' ? t : chownTarget(k, task, t.inode, t.path, uid, gid);
}
function chownTarget(k: Kernel, task: Task, inode: Inode, path: Path | null, uid: number, gid: number): number {
  if (readonlyFs(inode, path?.mount ?? null)) return -EROFS;
  const err = chownInode(k, task.cred, inode, uid, gid);
  if (err === 0) fsnotifyNamed(k, path, inode, FSN.ATTRIB);
  return err;
}

/** Times from user memory: timespecs (nano), timevals or a utimbuf; null = now. */
function readTimes(k: Kernel, task: Task, va: number, kind: 'timespec' | 'timeval' | 'utimbuf'): { times: NewTimes; now: boolean; omit: boolean } | Errno {
  const now = realtime(k);
  const nowTimes: NewTimes = { atime: now.sec, atimeNsec: now.nsec, mtime: now.sec, mtimeNsec: now.nsec };
  if (va === 0) return { times: nowTimes, now: true, omit: false };
  const v = readLongs(k, task, va, kind === 'utimbuf' ? 2 : 4);
  if (typeof v === 'number') return v;
  if (kind === 'utimbuf') return { times: { atime: v[0]!, atimeNsec: 0, mtime: v[1]!, mtimeNsec: 0 }, now: false, omit: false };
  const t: NewTimes = { atime: v[0]!, atimeNsec: v[1]!, mtime: v[2]!, mtimeNsec: v[3]! };
  if (kind === 'timeval') {
    if (t.atimeNsec < 0 || t.atimeNsec >= 1e6 || t.mtimeNsec < 0 || t.mtimeNsec >= 1e6) return -EINVAL;
    t.atimeNsec *= 1000;
    t.mtimeNsec *= 1000;
    return { times: t, now: false, omit: false };
  }
  const aNow = t.atimeNsec === UTIME_NOW, mNow = t.mtimeNsec === UTIME_NOW, aOmit = t.atimeNsec === UTIME_OMIT, mOmit = t.mtimeNsec === UTIME_OMIT;
  if ((!aNow && !aOmit && !(t.atimeNsec >= 0 && t.atimeNsec < 1e9)) || (!mNow && !mOmit && !(t.mtimeNsec >= 0 && t.mtimeNsec < 1e9))) return -EINVAL;
  if (aNow) { t.atime = now.sec; t.atimeNsec = now.nsec; }
  if (mNow) { t.mtime = now.sec; t.mtimeNsec = now.nsec; }
  if (aOmit) t.atime = NaN;
  if (mOmit) t.mtime = NaN;
  return { times: t, now: aNow && mNow, omit: aOmit && mOmit };
}
function utimes(k: Kernel, task: Task, dirfd: number, pathVa: number, va: number, kind: 'timespec' | 'timeval' | 'utimbuf', flags: number): number {
  if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) return -EINVAL;
  const r = readTimes(k, task, va, kind);
  if (typeof r === 'number') return r;
  if (r.omit) return 0;
  let inode: Inode, at: Path | null;
  if (pathVa === 0 && kind !== 'utimbuf') {
    if (dirfd === AT_FDCWD) return -EFAULT;
    if (flags !== 0) return -EINVAL;
    const file = fdGet(task, dirfd);
    if (file === null) return -EBADF;
    inode = file.inode;
    at = file.path;
  } else {
    const t = target(k, task, dirfd, pathVa, flags);
    if (typeof t === 'number') return t;
    inode = t.inode;
    at = t.path;
  }
  if (readonlyFs(inode, at?.mount ?? null)) return -EROFS;
  if (!ownerOrCapable(task.cred, inode)) {
    if (!r.now) return -EPERM;
    const err = inodePermission(task.cred, inode, MAY_WRITE);
    if (err !== 0) return err;
  }
  setTimes(k, inode, r.times);
  fsnotifyNamed(k, at, inode, FSN.ATTRIB);
  return 0;
}

const PAGE_SIZE = 4096;
/** struct statfs: 120 bytes, of i386 16 words or, for large files, words but five quadwords. Sizes are the guest's memory: what a file system here can hold. */
function writeStatfs(k: Kernel, task: Task, va: number, inode: Inode, mount: Mount | null): number {
  const sb = inode.sb, m = mmOf(k);
  out.fill(0, 0, 120);
  const sized = sb.fstype === 'tmpfs' || sb.fstype === 'overlay' || sb.fstype === 'devtmpfs';
  const frames = sized ? m.frames : 0, free = sized ? m.freePages : 0, layout = task.syscall.layout;
  const f = mount?.flags ?? 0, flags = ST_VALID | ((f & MS_RDONLY) !== 0 || sb.readonly ? ST_RDONLY : 0) | ((f & MS_NOSUID) !== 0 ? ST_NOSUID : 0) | ((f & MS_NODEV) !== 0 ? ST_NODEV : 0) | ((f & MS_NOEXEC) !== 0 ? ST_NOEXEC : 0)
    | ((f & MS_NOATIME) !== 0 ? ST_NOATIME : ST_RELATIME);
  let at = 0;
  const word = (n: number): void => { dv.setUint32(at, n >>> 0, true); at += 4; }, quad = (n: number): void => { u64(at, n); at += 8; };
  const long = layout === LAYOUT.x86_64 ? quad : word, count = layout === LAYOUT.i386 ? word : quad;
  long(sb.magic); long(PAGE_SIZE); // simple_statfs()
  for (const n of [frames, free, free, frames * 2, frames * 2]) count(n);
  word(sb.dev); word(0);
  long(255); long(PAGE_SIZE); long(flags);
  return copyToUser(k, task, va, out.subarray(0, at + 4 * (layout === LAYOUT.x86_64 ? 8 : 4))); // f_spare
}

export const handlers: Handlers = {
  stat: (k, t, a) => stat(k, t, AT_FDCWD, a.ptr(0), a.ptr(1), 0),
  lstat: (k, t, a) => stat(k, t, AT_FDCWD, a.ptr(0), a.ptr(1), AT_SYMLINK_NOFOLLOW),
  fstat: (k, t, a) => {
    const file = fdGetRaw(t, a.i32(0));
    return file === null ? -EBADF : writeStat(k, t, a.ptr(1), file.inode);
  },
  newfstatat: (k, t, a) => stat(k, t, a.i32(0), a.ptr(1), a.ptr(2), a.u32(3)),
  statx: (k, t, a) => statx(k, t, a.i32(0), a.ptr(1), a.u32(2), a.u32(3), a.ptr(4)),
  access: (k, t, a) => access(k, t, AT_FDCWD, a.ptr(0), a.u32(1), 0),
  faccessat: (k, t, a) => access(k, t, a.i32(0), a.ptr(1), a.u32(2), 0),
  faccessat2: (k, t, a) => access(k, t, a.i32(0), a.ptr(1), a.u32(2), a.u32(3)),
  readlink: (k, t, a) => readlink(k, t, AT_FDCWD, a.ptr(0), a.ptr(1), a.i32(2)),
  readlinkat: (k, t, a) => readlink(k, t, a.i32(0), a.ptr(1), a.ptr(2), a.i32(3)),
  chmod: (k, t, a) => chmod(k, t, AT_FDCWD, a.ptr(0), a.u32(1)),
  fchmodat: (k, t, a) => chmod(k, t, a.i32(0), a.ptr(1), a.u32(2)),
  fchmod: (k, t, a) => {
    const file = fdGet(t, a.i32(0));
    return file === null ? -EBADF : chmodTarget(k, t, file.inode, file.path, a.u32(1));
  },
  chown: (k, t, a) => chown(k, t, AT_FDCWD, a.ptr(0), a.i32(1), a.i32(2), 0),
  lchown: (k, t, a) => chown(k, t, AT_FDCWD, a.ptr(0), a.i32(1), a.i32(2), AT_SYMLINK_NOFOLLOW),
  fchownat: (k, t, a) => chown(k, t, a.i32(0), a.ptr(1), a.i32(2), a.i32(3), a.u32(4)),
  fchown: (k, t, a) => {
    const file = fdGet(t, a.i32(0));
    return file === null ? -EBADF : chownTarget(k, t, file.inode, file.path, a.i32(1), a.i32(2));
  },
  utime: (k, t, a) => utimes(k, t, AT_FDCWD, a.ptr(0), a.ptr(1), 'utimbuf', 0),
  utimes: (k, t, a) => utimes(k, t, AT_FDCWD, a.ptr(0), a.ptr(1), 'timeval', 0),
  futimesat: (k, t, a) => utimes(k, t, a.i32(0), a.ptr(1), a.ptr(2), 'timeval', 0),
  utimensat: (k, t, a) => utimes(k, t, a.i32(0), a.ptr(1), a.ptr(2), 'timespec', a.u32(3)),
  statfs: (k, t, a) => {
    const r = target(k, t, AT_FDCWD, a.ptr(0), 0);
    return typeof r === 'number' ? r : writeStatfs(k, t, a.ptr(1), r.inode, r.mount);
  },
  fstatfs: (k, t, a) => {
    const file = fdGetRaw(t, a.i32(0));
    return file === null ? -EBADF : writeStatfs(k, t, a.ptr(1), file.inode, file.path?.mount ?? null);
  },
};
