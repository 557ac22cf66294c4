// Descriptors: open, close, dup, fcntl, flock.
import { EAGAIN, EBADF, EFAULT, EINVAL, ENOTDIR, EOVERFLOW, EPERM, ESRCH } from '../abi/errno.ts';
import {
  AT_FDCWD, CLOSE_RANGE_CLOEXEC, CLOSE_RANGE_UNSHARE, FASYNC, F_ADD_SEALS, F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_GETFL, F_GETLEASE, F_GETLK, F_GETLK64, F_GETOWN, F_GETOWN_EX, F_GETPIPE_SZ, F_GETSIG, F_GET_SEALS, F_NOTIFY,
  F_GET_RW_HINT, F_SET_RW_HINT, F_GET_FILE_RW_HINT, F_SET_FILE_RW_HINT, F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW, F_SETFD, F_SETFL, F_SETLEASE, F_SETLK, F_SETLK64, F_SETLKW, F_SETLKW64, F_SETOWN, F_SETOWN_EX, F_SETPIPE_SZ, F_SETSIG,
  LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN, O_ACCMODE, O_APPEND, O_CLOEXEC, O_CREAT, O_DIRECT, O_NOATIME, O_NONBLOCK, O_PATH, O_RDONLY, O_TRUNC, O_WRONLY, __O_TMPFILE,
} from '../abi/open-flags.ts';
import type { OpenFile } from '../kernel/contracts/fs.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import { LAYOUT } from '../kernel/contracts/task.ts';
import type { Task } from '../kernel/contracts/task.ts';
import { dupFilesStruct, fdClose, fdGet, fdGetRaw, fdInstall, fdLimit, fdReplace, freeFd, getFile, putFile } from '../kernel/fs/file-table.ts';
import { F_RDLCK, F_UNLCK, F_WRLCK, setFlock, setRecordLock, testRecordLock } from '../kernel/fs/locks.ts';
import { openPath } from '../kernel/fs/open.ts';
import { pipeSize, setPipeSize } from '../kernel/fs/pipe.ts';
import { ownerOrCapable } from '../kernel/fs/permission.ts';
import { copyFromUser, copyToUser, getUserU64num, readUserString } from '../kernel/mm/uaccess.ts';
import type { Handlers } from './call.ts';

function open(k: Kernel, task: Task, dirfd: number, pathVa: number, flags: number, mode: number, resolve = 0, strict = false): number {
  const path = readUserString(k, task, pathVa);
  if (typeof path === 'number') return path;
  const free = freeFd(task);
  if (free < 0) return free;
  const file = openPath(k, task, dirfd, path, flags, mode, resolve, strict);
  if (typeof file === 'number') return file;
  return install(k, task, file, (flags & O_CLOEXEC) !== 0);
}
function install(k: Kernel, task: Task, file: OpenFile, cloexec: boolean, min = 0): number {
  const fd = fdInstall(k, task, file, cloexec, min);
  if (fd < 0) putFile(k, file);
  return fd;
}

/** struct open_how: flags, mode, resolve. */
function openat2(k: Kernel, task: Task, dirfd: number, pathVa: number, howVa: number, size: number): number {
  if (size < 24) return -EINVAL;
  if (size > 4096) return -7; // E2BIG
  const raw = copyFromUser(k, task, howVa, size);
  if (typeof raw === 'number') return raw;
  for (let i = 24; i < size; i++) if (raw[i] !== 0) return -7;
  const dv = new DataView(raw.buffer, raw.byteOffset);
  const flags = dv.getUint32(0, true), mode = dv.getUint32(8, true), resolve = dv.getUint32(16, true);
  if (dv.getUint32(4, true) !== 0 || dv.getUint32(12, true) !== 0 || dv.getUint32(20, true) !== 0) return -EINVAL;
  if ((resolve & ~0x3f) !== 0 || (resolve & 0x18) === 0x18) return -EINVAL;
  if ((flags & (O_CREAT | __O_TMPFILE)) === 0 && mode !== 0) return -EINVAL;
  if ((mode & ~0o7777) !== 0) return -EINVAL;
  if ((flags & O_PATH) !== 0 && (flags & ~(0x10000 | 0x20000 | O_PATH | O_CLOEXEC)) !== 0) return -EINVAL;
  return open(k, task, dirfd, pathVa, flags, mode, resolve, true);
}

function dup2(k: Kernel, task: Task, oldfd: number, newfd: number, cloexec: boolean): number {
  const file = fdGetRaw(task, oldfd);
  if (newfd < 0 || newfd >= fdLimit(task)) return -EBADF;
  if (file === null) return -EBADF;
  return fdReplace(k, task, newfd, getFile(file), cloexec);
}

/** Unknown commands of files that have their own (memfd seals). */
interface OwnFcntl { fcntl?(k: Kernel, task: Task, cmd: number, arg: number): number }

const SETFL_MASK = O_APPEND | O_NONBLOCK | FASYNC | O_DIRECT | O_NOATIME;

function fcntl(k: Kernel, task: Task, fd: number, cmd: number, arg: number, argVa: number): number {
  const file = fdGetRaw(task, fd);
  if (file === null) return -EBADF;
  const files = task.files!;
  if ((file.flags & O_PATH) !== 0 && cmd !== F_DUPFD && cmd !== F_DUPFD_CLOEXEC && cmd !== F_GETFD && cmd !== F_SETFD && cmd !== F_GETFL) return -EBADF;
  switch (cmd) {
    case F_DUPFD: case F_DUPFD_CLOEXEC:
      if (arg < 0 || arg >= fdLimit(task)) return -EINVAL;
      return install(k, task, getFile(file), cmd === F_DUPFD_CLOEXEC, arg);
    case F_GETFD: return files.cloexec[fd] ? 1 : 0;
    case F_SETFD: files.cloexec[fd] = (arg & 1) !== 0; return 0;
    case F_GETFL: return file.flags;
    case F_SETFL:
      if ((arg & O_NOATIME) !== 0 && (file.flags & O_NOATIME) === 0 && !ownerOrCapable(task.cred, file.inode)) return -EPERM;
      file.flags = (file.flags & ~SETFL_MASK) | (arg & SETFL_MASK);
      return 0;
    case F_GETLK: case F_SETLK: case F_SETLKW: return recordLock(k, task, file, cmd, argVa, FLOCK[task.syscall.layout === LAYOUT.x86_64 ? LAYOUT.x86_64 : LAYOUT.i386]);
    case F_OFD_GETLK: case F_OFD_SETLK: case F_OFD_SETLKW: return recordLock(k, task, file, cmd, argVa, FLOCK[task.syscall.layout === LAYOUT.x86_64 ? LAYOUT.x86_64 : LAYOUT.i386Large]);
    case F_GETLK64: case F_SETLK64: case F_SETLKW64: return task.syscall.layout !== LAYOUT.i386Large ? -EINVAL : recordLock(k, task, file, cmd - F_GETLK64 + F_GETLK, argVa, FLOCK[LAYOUT.i386Large]);
    case F_SETOWN: file.fasyncOwner = arg; return 0;
    case F_GETOWN: return file.fasyncOwner;
    case F_SETOWN_EX: {
      const raw = copyFromUser(k, task, argVa, 8);
      if (typeof raw === 'number') return raw;
      const dv = new DataView(raw.buffer, raw.byteOffset), type = dv.getInt32(0, true), pid = dv.getInt32(4, true);
      if (type < 0 || type > 2) return -EINVAL;
      if (pid !== 0 && type !== 2 && !k.tasks.has(pid)) return -ESRCH;
      file.fasyncOwner = type === 2 ? -pid : pid;
      return 0;
    }
    case F_GETOWN_EX: {
      const raw = new Uint8Array(8), dv = new DataView(raw.buffer);
      dv.setInt32(0, file.fasyncOwner < 0 ? 2 : 1, true);
      dv.setInt32(4, Math.abs(file.fasyncOwner), true);
      return copyToUser(k, task, argVa, raw);
    }
    case F_GETSIG: return 0;
    case F_SETSIG: return arg < 0 || arg > 64 ? -EINVAL : 0;
    case F_SETLEASE: return arg === F_UNLCK ? -EAGAIN : -EINVAL;
    case F_GETLEASE: return F_UNLCK;
    case F_NOTIFY: return (file.inode.mode & 0o170000) === 0o40000 ? 0 : -ENOTDIR;
    case F_SETPIPE_SZ: return setPipeSize(k, task, file, arg);
    case F_GETPIPE_SZ: return pipeSize(file);
    case F_ADD_SEALS: case F_GET_SEALS: {
      const own = (file as OwnFcntl).fcntl;
      return own !== undefined ? own.call(file, k, task, cmd, arg) : -EINVAL;
    }
    case F_GET_RW_HINT: case F_GET_FILE_RW_HINT: return copyToUser(k, task, argVa, new Uint8Array(8));
    case F_SET_RW_HINT: case F_SET_FILE_RW_HINT: {
      const hint = getUserU64num(k, task, argVa);
      return hint < 0 ? -EFAULT : hint > 5 ? -EINVAL : 0;
    }
    default: return -EINVAL;
  }
}

/** Locks that i386's fcntl64 takes as struct flock64 (uapi/asm-generic/fcntl.h). */
/** struct flock and flock64 by layout: short type, short whence, off_t start, off_t len, pid_t pid. */
const FLOCK = {
  [LAYOUT.x86_64]: { size: 32, start: 8, len: 16, pid: 24, offBytes: 8 },
  [LAYOUT.i386]: { size: 16, start: 4, len: 8, pid: 12, offBytes: 4 },
  [LAYOUT.i386Large]: { size: 24, start: 4, len: 12, pid: 20, offBytes: 8 },
} as const;
function recordLock(k: Kernel, task: Task, file: OpenFile, cmd: number, va: number, at: (typeof FLOCK)[keyof typeof FLOCK]): number {
  const raw = copyFromUser(k, task, va, at.size);
  if (typeof raw === 'number') return raw;
  const dv = new DataView(raw.buffer, raw.byteOffset);
  const type = dv.getInt16(0, true), whence = dv.getInt16(2, true);
  const off = (o: number): number => (at.offBytes === 4 ? dv.getInt32(o, true) : dv.getUint32(o, true) + dv.getInt32(o + 4, true) * 4294967296);
  const ofd = cmd === F_OFD_GETLK || cmd === F_OFD_SETLK || cmd === F_OFD_SETLKW;
  const get = cmd === F_GETLK || cmd === F_OFD_GETLK;
  if (type !== F_RDLCK && type !== F_WRLCK && (type !== F_UNLCK || (get && !ofd))) return -EINVAL;
  if (ofd && dv.getInt32(at.pid, true) !== 0) return -EINVAL;
  const base = whence === 0 ? 0 : whence === 1 ? file.pos : whence === 2 ? file.inode.size : NaN;
  if (Number.isNaN(base)) return -EINVAL;
  let start = base + off(at.start);
  const len = off(at.len);
  let end = Infinity;
  if (start > 0x7fffffffffffffff) return -EOVERFLOW;
  if (len > 0) end = start + len - 1;
  else if (len < 0) { end = start - 1; start += len; }
  if (start < 0) return -EINVAL;
  const owner: object = ofd ? file : task.files!;
  if (get) {
    const other = testRecordLock(file.inode, owner, type, start, end);
    if (other === null) dv.setInt16(0, F_UNLCK, true);
    else {
      const put = (o: number, n: number): void => { dv.setUint32(o, n >>> 0, true); if (at.offBytes === 8) dv.setUint32(o + 4, Math.floor(n / 4294967296) >>> 0, true); };
      dv.setInt16(0, other.type, true);
      dv.setInt16(2, 0, true);
      put(at.start, other.start);
      put(at.len, other.end === Infinity ? 0 : other.end - other.start + 1);
      dv.setInt32(at.pid, other.pid, true);
    }
    return copyToUser(k, task, va, raw);
  }
  const mode = file.flags & O_ACCMODE;
  if ((type === F_RDLCK && mode === O_WRONLY) || (type === F_WRLCK && mode === O_RDONLY)) return -EBADF;
  return setRecordLock(k, task, file.inode, owner, ofd ? -1 : task.process.pid, type, start, end, cmd === F_SETLKW || cmd === F_OFD_SETLKW, !ofd);
}

function closeRange(k: Kernel, task: Task, first: number, last: number, flags: number): number {
  if ((flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)) !== 0 || first > last) return -EINVAL;
  let files = task.files!;
  if ((flags & CLOSE_RANGE_UNSHARE) !== 0 && files.users > 1) {
    files.users--;
    files = task.files = dupFilesStruct(k, files);
  }
  const end = Math.min(last, files.fds.length - 1);
  for (let fd = end; fd >= first; fd--) {
    if (files.fds[fd] === null || files.fds[fd] === undefined) continue;
    if ((flags & CLOSE_RANGE_CLOEXEC) !== 0) files.cloexec[fd] = true;
    else fdClose(k, task, fd);
  }
  return 0;
}

export const handlers: Handlers = {
  open: (k, t, a) => open(k, t, AT_FDCWD, a.ptr(0), a.u32(1), a.u32(2)),
  openat: (k, t, a) => open(k, t, a.i32(0), a.ptr(1), a.u32(2), a.u32(3)),
  openat2: (k, t, a) => openat2(k, t, a.i32(0), a.ptr(1), a.ptr(2), a.ptr(3)),
  creat: (k, t, a) => open(k, t, AT_FDCWD, a.ptr(0), O_CREAT | O_WRONLY | O_TRUNC, a.u32(1)),
  close: (k, t, a) => fdClose(k, t, a.i32(0)),
  close_range: (k, t, a) => closeRange(k, t, a.u32(0), a.u32(1), a.u32(2)),
  dup: (k, t, a) => {
    const file = fdGetRaw(t, a.i32(0));
    return file === null ? -EBADF : install(k, t, getFile(file), false);
  },
  dup2: (k, t, a) => {
    if (a.i32(0) === a.i32(1)) return fdGetRaw(t, a.i32(0)) === null ? -EBADF : a.i32(1);
    return dup2(k, t, a.i32(0), a.i32(1), false);
  },
  dup3: (k, t, a) => {
    if ((a.u32(2) & ~O_CLOEXEC) !== 0 || a.i32(0) === a.i32(1)) return -EINVAL;
    return dup2(k, t, a.i32(0), a.i32(1), a.u32(2) !== 0);
  },
  fcntl: (k, t, a) => fcntl(k, t, a.i32(0), a.i32(1), a.i32(2), a.ptr(2)),
  flock: (k, t, a) => {
    const file = fdGet(t, a.i32(0));
    if (file === null) return -EBADF;
    const op = a.i32(1) & ~LOCK_NB;
    if (op !== LOCK_SH && op !== LOCK_EX && op !== LOCK_UN) return -EINVAL;
    return setFlock(k, t, file.inode, file, op === LOCK_UN ? null : op === LOCK_EX, (a.i32(1) & LOCK_NB) === 0);
  },
};
