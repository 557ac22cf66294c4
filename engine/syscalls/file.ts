// Moving bytes: read, write and their vectors, seeking, sizes, sync. Bytes of regular files go through the page cache (kernel/mm/filemap.ts).
import { COST } from '../clock/costs.ts';
import { EAGAIN, EBADF, EFAULT, EFBIG, EINVAL, EISDIR, ENODEV, ENOMEM, ENOSPC, EOPNOTSUPP, EOVERFLOW, EPERM, ESPIPE, ETXTBSY, EXDEV } from '../abi/errno.ts';
import {
  AT_FDCWD, FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE, FALLOC_FL_ZERO_RANGE, F_SEAL_FUTURE_WRITE, F_SEAL_GROW, F_SEAL_SHRINK, F_SEAL_WRITE, O_ACCMODE, O_APPEND, O_NONBLOCK, O_RDONLY, O_WRONLY, RWF_APPEND, RWF_DSYNC, RWF_HIPRI, RWF_NOWAIT, RWF_SYNC,
  S_IFBLK, S_IFDIR, S_IFIFO, S_IFMT, S_IFREG, S_IFSOCK, SEEK_CUR,
} from '../abi/open-flags.ts';
import { RLIMIT_FSIZE } from '../abi/rlimits.ts';
import type { Inode, OpenFile, Path, UserBuffer } from '../kernel/contracts/fs.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import type { Task } from '../kernel/contracts/task.ts';
import { AGAIN, BLOCK, ERESTARTSYS } from '../kernel/contracts/wait.ts';
import { charge } from '../kernel/entry/charge.ts';
import { touchModified, truncateInode } from '../kernel/fs/attr.ts';
import { fdGet } from '../kernel/fs/file-table.ts';
import { sealsOf } from '../kernel/fs/memfd.ts';
import { lookupPath } from '../kernel/fs/namei.ts';
import { FSN, fsnotifyNamed } from '../kernel/fs/notify.ts';
import { MAY_WRITE, inodePermission, mayWriteFs } from '../kernel/fs/permission.ts';
import { MAX_BYTES, RegularFile } from '../kernel/fs/regular.ts';
import { cachePage } from '../kernel/mm/filemap.ts';
import { getUserU64num, kernelBuffer, prepareUser, putUserU64, readUserString, userBuffer, userIovec } from '../kernel/mm/uaccess.ts';
import { waitOn } from '../kernel/sched/wait.ts';
import { signalPending } from '../kernel/signal/pending.ts';
import { kernelInfo, sendSignal } from '../kernel/signal/send.ts';
import type { Args, Handlers } from './call.ts';

/** MAX_RW_COUNT: what one call moves at most. */
const MAX_RW = 0x7ffff000;
/** TASK_SIZE_MAX. */
const USER_END = 0x7ffffffff000;
/** What one kernel entry moves of a file; the rest follows after the cost is spent (law 4). */
const SLICE = 1 << 20;
const SIGXFSZ = 25;

const typeOf = (inode: Inode): number => inode.mode & S_IFMT;
const isStream = (inode: Inode): boolean => { const t = inode.mode & S_IFMT; return t === S_IFIFO || t === S_IFSOCK || t === 0; };

function account(task: Task, write: boolean, n: number): void {
  if (write) { task.ioSyscw++; if (n > 0) task.ioWchar += n; } else { task.ioSyscr++; if (n > 0) task.ioRchar += n; }
}

/** One transfer at pos (−1: the file position, which moves). */
function transfer(k: Kernel, task: Task, file: OpenFile, buf: UserBuffer, pos: number, write: boolean): number {
  charge(k, COST.fileOp);
  const n = write ? file.write(k, task, buf, pos) : file.read(k, task, buf, pos);
  if (n > 0 && pos < 0 && !isStream(file.inode)) file.pos += n;
  return n;
}

/** What every transfer checks first: the descriptor, its mode, and whether it can be asked for a position. */
function fileFor(k: Kernel, task: Task, fd: number, pos: number, positioned: boolean, write: boolean): OpenFile | number {
  const file = fdGet(task, fd);
  if (file === null) return -EBADF;
  if (positioned && pos < 0) return -EINVAL;
  const mode = file.flags & O_ACCMODE;
  if (write ? mode === O_RDONLY : mode === O_WRONLY) return -EBADF;
  return positioned && notSeekable(k, task, file) ? -ESPIPE : file;
}
/** Accounts what was moved and tells those who watch the file. */
function moved(k: Kernel, task: Task, file: OpenFile, write: boolean, n: number): number {
  account(task, write, n);
  if (n > 0) fsnotifyNamed(k, file.path, file.inode, write ? FSN.MODIFY : FSN.ACCESS);
  return n;
}

/** read, write, pread64, pwrite64. */
function rw(k: Kernel, task: Task, fd: number, va: number, len: number, pos: number, positioned: boolean, write: boolean): number {
  const file = fileFor(k, task, fd, pos, positioned, write);
  if (typeof file === 'number') return file;
  if (!(len <= MAX_RW)) {
    if (!(va + len <= USER_END)) return -EFAULT; // access_ok()
    len = MAX_RW;
  }
  if (len <= SLICE || isStream(file.inode)) {
    const buf = userBuffer(k, task, va, Math.min(len, 16 * SLICE), !write);
    if (typeof buf === 'number') {
      if (write) return buf;
      if (typeOf(file.inode) === S_IFDIR) return -EISDIR;
      return file instanceof RegularFile && (positioned ? pos : file.pos) >= file.inode.size ? 0 : buf; // at the end nothing is copied
    }
    const n = transfer(k, task, file, buf, positioned ? pos : -1, write);
    return n === BLOCK || n === AGAIN ? n : moved(k, task, file, write, n);
  }
  // A long transfer of a file: a slice an entry, the progress in the task.
  const p = (task.syscall.progress ??= { done: 0, pos: positioned ? pos : -1 }) as { done: number; pos: number };
  const buf = userBuffer(k, task, va + p.done, Math.min(SLICE, len - p.done), !write);
  if (typeof buf === 'number') { account(task, write, p.done || buf); return p.done || buf; }
  const n = transfer(k, task, file, buf, p.pos < 0 ? -1 : p.pos + p.done, write);
  if (n === BLOCK || n === AGAIN) return n;
  if (n < 0) { account(task, write, p.done || n); return p.done || n; }
  p.done += n;
  if (n === SLICE && p.done < len) return AGAIN;
  return moved(k, task, file, write, p.done);
}

function notSeekable(k: Kernel, task: Task, file: OpenFile): boolean {
  if (file instanceof RegularFile) return false;
  if (isStream(file.inode)) return true;
  return file.seek(k, task, 0, SEEK_CUR) === -ESPIPE;
}

/** readv and its relatives. flags: RWF_*. */
function rwv(k: Kernel, task: Task, fd: number, iov: number, count: number, pos: number, positioned: boolean, write: boolean, flags: number): number {
  const file = fileFor(k, task, fd, pos, positioned, write);
  if (typeof file === 'number') return file;
  if ((flags & ~(RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOWAIT | RWF_APPEND)) !== 0) return -EOPNOTSUPP;
  if (count > 1024 || count < 0) return -EINVAL;
  const buf = userIovec(k, task, iov, count, !write);
  if (typeof buf === 'number') return buf;
  if (buf.length === 0 && typeOf(file.inode) !== S_IFDIR) return 0;
  const kept = file.flags;
  if ((flags & RWF_NOWAIT) !== 0) file.flags |= O_NONBLOCK;
  if ((flags & RWF_APPEND) !== 0) file.flags |= O_APPEND;
  const n = transfer(k, task, file, buf, positioned ? pos : -1, write);
  file.flags = kept;
  return n === BLOCK || n === AGAIN ? n : moved(k, task, file, write, n);
}

/** The kernel's own bounce buffer of a copy between files. Its contents never outlive a call. */
const bounce = new Uint8Array(65536);

/**
 * Bytes from one file to another inside the kernel: sendfile, copy_file_range. Positions −1: the file's own. Streams may be
 * the output; what they do not take is not consumed.
 */
function copyBetween(k: Kernel, task: Task, input: OpenFile, inPos: number, output: OpenFile, outPos: number, len: number): number {
  let done = 0;
  const ownIn = inPos < 0, ownOut = outPos < 0;
  const stream = isStream(output.inode) || (output.inode.mode & S_IFMT) === 0o20000;
  len = Math.min(len, MAX_RW);
  while (done < len) {
    const want = Math.min(bounce.length, len - done);
    if (stream && (output.poll(k) & 0x104) === 0 && (output.poll(k) & 8) === 0) {
      if (done > 0) break;
      if ((output.flags & O_NONBLOCK) !== 0) return -EAGAIN;
      if (signalPending(task)) return -ERESTARTSYS;
      waitOn(k, task, output.pollQueues(), { interruptible: true, wchan: 'pipe_write' });
      return BLOCK;
    }
    const at = ownIn ? input.pos : inPos + done;
    const got = input.read(k, task, kernelBuffer(bounce.subarray(0, want)), at);
    if (got <= 0) { if (got === BLOCK || done === 0) return got; break; }
    const kept = output.flags;
    if (stream) output.flags |= O_NONBLOCK;
    const put = output.write(k, task, kernelBuffer(bounce.subarray(0, got)), ownOut ? -1 : outPos + done);
    output.flags = kept;
    if (put <= 0) { if (done === 0) return put; break; }
    if (ownOut && !stream) output.pos += put;
    if (ownIn) input.pos += put;
    charge(k, Math.ceil(put / 64) * 2 * COST.copyLine);
    done += put;
    if (put < got) break;
    if (done >= 16 * SLICE) break;
  }
  task.ioRchar += done;
  task.ioWchar += done;
  return done;
}

function sendfile(k: Kernel, task: Task, outFd: number, inFd: number, offsetVa: number, count: number): number {
  const input = fdGet(task, inFd);
  if (input === null || (input.flags & O_ACCMODE) === O_WRONLY) return -EBADF;
  const output = fdGet(task, outFd);
  if (output === null || (output.flags & O_ACCMODE) === O_RDONLY) return -EBADF;
  let pos = -1;
  if (offsetVa !== 0) {
    const err = prepareUser(k, task, offsetVa, 8, true);
    if (err !== 0) return err;
    if (notSeekable(k, task, input)) return -ESPIPE;
    pos = getUserU64num(k, task, offsetVa);
    if (pos < 0 || pos > MAX_BYTES) return -EINVAL;
  }
  const t = typeOf(input.inode);
  if (t !== S_IFREG && t !== S_IFBLK) return -EINVAL; // no page cache to send from
  if ((output.flags & O_APPEND) !== 0) return -EINVAL;
  const n = copyBetween(k, task, input, pos, output, -1, count);
  if (n > 0 && offsetVa !== 0) putUserU64(k, task, offsetVa, pos + n);
  return n;
}

function copyFileRange(k: Kernel, task: Task, a: Args): number {
  const input = fdGet(task, a.i32(0)), output = fdGet(task, a.i32(2));
  if (input === null || output === null) return -EBADF;
  const inVa = a.ptr(1), outVa = a.ptr(3), len = a.ptr(4);
  if (a.u32(5) !== 0) return -EINVAL;
  for (const va of [inVa, outVa]) if (va !== 0) { const err = prepareUser(k, task, va, 8, true); if (err !== 0) return err; }
  if (typeOf(input.inode) === S_IFDIR || typeOf(output.inode) === S_IFDIR) return -EISDIR;
  if (typeOf(input.inode) !== S_IFREG || typeOf(output.inode) !== S_IFREG) return -EINVAL;
  if ((input.flags & O_ACCMODE) === O_WRONLY || (output.flags & O_ACCMODE) === O_RDONLY || (output.flags & O_APPEND) !== 0) return -EBADF;
  if (input.inode.sb !== output.inode.sb && input.inode.sb.fstype !== output.inode.sb.fstype) return -EXDEV;
  const inPos = inVa !== 0 ? getUserU64num(k, task, inVa) : -1, outPos = outVa !== 0 ? getUserU64num(k, task, outVa) : -1;
  if ((inVa !== 0 && inPos < 0) || (outVa !== 0 && outPos < 0)) return -EOVERFLOW;
  const from = inPos < 0 ? input.pos : inPos, to = outPos < 0 ? output.pos : outPos;
  if (input.inode === output.inode && from < to + len && to < from + len) return -EINVAL;
  if (len === 0) return 0;
  const n = copyBetween(k, task, input, inPos, output, outPos, len);
  if (n > 0) {
    if (inVa !== 0) putUserU64(k, task, inVa, inPos + n);
    if (outVa !== 0) putUserU64(k, task, outVa, outPos + n);
  }
  return n;
}

function lseek(k: Kernel, task: Task, fd: number, offset: number, whence: number): number {
  const file = fdGet(task, fd);
  if (file === null) return -EBADF;
  if (whence > 4 || whence < 0) return -EINVAL;
  const t = typeOf(file.inode);
  if (t === S_IFIFO || t === S_IFSOCK) return -ESPIPE;
  return file.seek(k, task, offset, whence);
}

/** Size limits of ftruncate and truncate. */
function setSize(k: Kernel, task: Task, path: Path | null, inode: Inode, size: number): number {
  if (size > inode.size) {
    const limit = task.process.rlimits[RLIMIT_FSIZE]?.[0] ?? Infinity;
    if (size > limit) { sendSignal(k, task, kernelInfo(SIGXFSZ)); return -EFBIG; }
    if (size > MAX_BYTES) return -EFBIG;
  }
  const sealed = sealsOf(k, inode);
  if ((size < inode.size && (sealed & F_SEAL_SHRINK) !== 0) || (size > inode.size && (sealed & F_SEAL_GROW) !== 0)) return -EPERM;
  const err = truncateInode(k, task.cred, inode, size);
  if (err === 0) fsnotifyNamed(k, path, inode, FSN.MODIFY);
  return err;
}
function ftruncate(k: Kernel, task: Task, fd: number, size: number): number {
  if (size < 0) return -EINVAL;
  const file = fdGet(task, fd);
  if (file === null) return -EBADF;
  if (typeOf(file.inode) !== S_IFREG || (file.flags & O_ACCMODE) === O_RDONLY) return -EINVAL;
  return setSize(k, task, file.path, file.inode, size);
}
function truncate(k: Kernel, task: Task, pathVa: number, size: number): number {
  if (size < 0) return -EINVAL;
  const path = readUserString(k, task, pathVa);
  if (typeof path === 'number') return path;
  const at = lookupPath(k, task, AT_FDCWD, path);
  if (typeof at === 'number') return at;
  const inode = at.dentry.inode!;
  const t = typeOf(inode);
  if (t === S_IFDIR) return -EISDIR;
  if (t !== S_IFREG) return -EINVAL;
  const err = mayWriteFs(inode, at.mount) || inodePermission(task.cred, inode, MAY_WRITE);
  if (err !== 0) return err;
  for (const p of k.processes.values()) for (const th of p.threads) if (th.mm?.exe?.inode === inode) return -ETXTBSY;
  return setSize(k, task, at, inode, size);
}

function fallocate(k: Kernel, task: Task, fd: number, mode: number, offset: number, len: number): number {
  const file = fdGet(task, fd);
  if (file === null) return -EBADF;
  if (offset < 0 || len <= 0) return -EINVAL;
  if ((mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) !== 0) return -EOPNOTSUPP;
  if ((mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)) === FALLOC_FL_PUNCH_HOLE) return -EOPNOTSUPP;
  if ((file.flags & O_ACCMODE) === O_RDONLY) return -EBADF;
  const inode = file.inode, t = typeOf(inode);
  if (t === S_IFIFO) return -ESPIPE;
  if (t === S_IFDIR) return -EISDIR;
  if (t !== S_IFREG) return -ENODEV;
  if (!(file instanceof RegularFile)) {
    // A memfd: its bytes are made when touched; only the size is kept.
    if (mode === 0 && offset + len > inode.size) return inode.truncate(k, offset + len);
    if (mode !== 0) return -EOPNOTSUPP;
    return 0;
  }
  if (offset + len > MAX_BYTES) return -EFBIG;
  const sealed = sealsOf(k, inode);
  if ((mode & FALLOC_FL_PUNCH_HOLE) !== 0 && (sealed & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) !== 0) return -EPERM;
  if (offset + len > inode.size && (sealed & F_SEAL_GROW) !== 0) return -EPERM;
  const limit = task.process.rlimits[RLIMIT_FSIZE]?.[0] ?? Infinity;
  if (offset + len > limit && offset + len > inode.size) { sendSignal(k, task, kernelInfo(SIGXFSZ)); return -EFBIG; }
  if ((mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) !== 0) {
    const end = Math.min(offset + len, inode.size);
    for (let at = offset; at < end;) {
      const n = Math.min(4096 - (at % 4096), end - at);
      const pfn = cachePage(k, inode, Math.floor(at / 4096), true);
      if (pfn < 0) return pfn;
      k.ram.fill(pfn * 4096 + (at % 4096), 0, n);
      at += n;
    }
  }
  if ((mode & FALLOC_FL_KEEP_SIZE) === 0 && offset + len > inode.size) {
    const before = inode.size, err = inode.truncate(k, offset + len) || (mode === 0 ? reserve(k, inode, before, offset) : 0);
    if (err !== 0) { inode.truncate(k, before); return err; }
  }
  touchModified(k, task.cred, inode);
  return 0;
}

/** Room on the disk for what lies behind the old end: pages of zeros, or −ENOSPC. */
function reserve(k: Kernel, inode: Inode, oldSize: number, offset: number): number {
  for (let page = Math.ceil(Math.max(oldSize, offset) / 4096); page * 4096 < inode.size; page++) {
    const pfn = cachePage(k, inode, page, true);
    if (pfn < 0) return pfn === -ENOMEM ? -ENOSPC : pfn;
  }
  return 0;
}

function sync(task: Task, fd: number): number {
  const file = fdGet(task, fd);
  if (file === null) return -EBADF;
  const t = typeOf(file.inode);
  return t === S_IFREG || t === S_IFDIR || t === S_IFBLK ? 0 : -EINVAL;
}

export const handlers: Handlers = {
  read: (k, t, a) => rw(k, t, a.i32(0), a.ptr(1), a.ptr(2), 0, false, false),
  write: (k, t, a) => rw(k, t, a.i32(0), a.ptr(1), a.ptr(2), 0, false, true),
  pread64: (k, t, a) => rw(k, t, a.i32(0), a.ptr(1), a.ptr(2), a.i64(3), true, false),
  pwrite64: (k, t, a) => rw(k, t, a.i32(0), a.ptr(1), a.ptr(2), a.i64(3), true, true),
  readv: (k, t, a) => rwv(k, t, a.i32(0), a.ptr(1), a.ptr(2), 0, false, false, 0),
  writev: (k, t, a) => rwv(k, t, a.i32(0), a.ptr(1), a.ptr(2), 0, false, true, 0),
  preadv: (k, t, a) => rwv(k, t, a.i32(0), a.ptr(1), a.ptr(2), a.i64(3), true, false, 0),
  pwritev: (k, t, a) => rwv(k, t, a.i32(0), a.ptr(1), a.ptr(2), a.i64(3), true, true, 0),
  preadv2: (k, t, a) => rwv(k, t, a.i32(0), a.ptr(1), a.ptr(2), a.i64(3), a.i64(3) !== -1, false, a.u32(5)),
  pwritev2: (k, t, a) => rwv(k, t, a.i32(0), a.ptr(1), a.ptr(2), a.i64(3), a.i64(3) !== -1, true, a.u32(5)),
  lseek: (k, t, a) => lseek(k, t, a.i32(0), a.i64(1), a.i32(2)),
  sendfile: (k, t, a) => sendfile(k, t, a.i32(0), a.i32(1), a.ptr(2), a.ptr(3)),
  copy_file_range: copyFileRange,
  truncate: (k, t, a) => truncate(k, t, a.ptr(0), a.i64(1)),
  ftruncate: (k, t, a) => ftruncate(k, t, a.i32(0), a.i64(1)),
  fallocate: (k, t, a) => fallocate(k, t, a.i32(0), a.i32(1), a.i64(2), a.i64(3)),
  fsync: (_k, t, a) => sync(t, a.i32(0)),
  fdatasync: (_k, t, a) => sync(t, a.i32(0)),
  syncfs: (_k, t, a) => (fdGet(t, a.i32(0)) === null ? -EBADF : 0),
  sync: () => 0,
  sync_file_range: (_k, t, a) => {
    const file = fdGet(t, a.i32(0));
    if (file === null) return -EBADF;
    if ((a.u32(3) & ~7) !== 0 || a.i64(1) < 0 || a.i64(2) < 0) return -EINVAL;
    return isStream(file.inode) ? -ESPIPE : 0;
  },
  fadvise64: (_k, t, a) => {
    const file = fdGet(t, a.i32(0));
    if (file === null) return -EBADF;
    if (typeOf(file.inode) === S_IFIFO) return -ESPIPE; // mm/fadvise.c: FIFOs only, not sockets
    return a.i32(3) < 0 || a.i32(3) > 5 || a.i64(2) < 0 ? -EINVAL : 0;
  },
  readahead: (_k, t, a) => {
    const file = fdGet(t, a.i32(0));
    if (file === null || (file.flags & O_ACCMODE) === O_WRONLY) return -EBADF;
    return typeOf(file.inode) === S_IFREG ? 0 : -EINVAL;
  },
};
