// fds 0-2 of the recorded program: what they are on the host is what the guest sees (file, pipe, socket, terminal).
import { stateClass } from '../../base/state.ts';
import { COST } from '../../clock/costs.ts';
import { EAGAIN, EBADF, EINVAL, EIO, EISCONN, ENOTTY, ENXIO, EOPNOTSUPP, EPIPE, ESPIPE } from '../../abi/errno.ts';
import { FIONREAD } from '../../abi/ioctls.ts';
import { AT_FDCWD } from '../../abi/open-flags.ts';
import type { HostInput, HostStream } from '../../host/door.ts';
import type { OpenFile, UserBuffer } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { BLOCK, ERESTARTSYS, WaitQueue } from '../contracts/wait.ts';
import { charge } from '../entry/charge.ts';
import { putUserU32 } from '../mm/uaccess.ts';
import type { Address } from '../net/address.ts';
import { MSG, Socket } from '../net/socket.ts';
import type { Received } from '../net/socket.ts';
import { waitOn, wakeUp } from '../sched/wait.ts';
import { signalPending } from '../signal/pending.ts';
import { consoleInput, createConsole } from '../tty/console.ts';
import { newTtyFile } from '../tty/file.ts';
import { setWinsize } from '../tty/ioctl.ts';
import { ByteQueue, queueDrop, queuePut, ttyOf } from '../tty/state.ts';
import { lookupPath } from './namei.ts';
import { openCharDevice } from './devfs/char.ts';
import { raiseSigpipe } from './pipe.ts';
import { AnonInode, O_ACCMODE, O_NONBLOCK, O_RDWR, O_WRONLY, POLLHUP, PseudoFile, READABLE, S_IFIFO, S_IFMT, S_IFREG, S_IFSOCK, WRITABLE, anonOf, makedev, newSuperBlock, stampNow } from './pseudo.ts';

/** Bytes of a regular-file stdin that stay seekable behind the position. */
const REWIND = 16 << 20;

/** One of the host's three streams. */
export class HostStreamInode extends AnonInode {
  fd = 0;
  kind: HostStream['kind'] = 'pipe';
  /** Pipe or socket: what came in and was not read. Regular file: what was read from the host, from `base` on. */
  input = new ByteQueue();
  base = 0;
  eof = false;
  readWait = new WaitQueue();
  writePos = 0; writeEnd = 0;
  access = 0;
  override open(_k: Kernel, flags: number, _task: Task): OpenFile | number { return this.kind === 'socket' ? -ENXIO : streamFile(this, flags); }
}
stateClass(HostStreamInode, 'HostStreamInode', ['fd', 'kind', 'input', 'base', 'eof', 'readWait', 'writePos', 'writeEnd', 'access']);

export class HostStreamFile extends PseudoFile {
  declare inode: HostStreamInode;

  override read(k: Kernel, task: Task, buf: UserBuffer, pos: number): number {
    const s = this.inode;
    if ((this.flags & O_ACCMODE) === O_WRONLY) return -EBADF;
    charge(k, COST.fileOp);
    if (buf.length === 0) return 0;
    if (s.kind === 'file') return this.readRegular(k, buf, pos < 0 ? this.pos : pos);
    if (pos >= 0) return -ESPIPE;
    if (s.input.length > 0) {
      const n = Math.min(buf.length, s.input.length);
      buf.put(0, s.input.bytes, s.input.head, n);
      queueDrop(s.input, n);
      return n;
    }
    if (s.eof) return 0;
    if ((this.flags & O_NONBLOCK) !== 0) { k.host.wantStdin(true); return -EAGAIN; }
    if (signalPending(task)) return -ERESTARTSYS;
    k.host.wantStdin(true);
    waitOn(k, task, [s.readWait], { interruptible: true, wchan: 'pipe_read' });
    return BLOCK;
  }

  private readRegular(k: Kernel, buf: UserBuffer, pos: number): number {
    const s = this.inode, q = s.input;
    // Bring in what lies before and under the range; the host's position only moves forward.
    while (!s.eof && s.base + q.length < pos + buf.length) {
      const bytes = k.host.readStdin(Math.min(1 << 20, Math.max(4096, pos + buf.length - s.base - q.length)));
      if (bytes.length === 0) { s.eof = true; break; }
      queuePut(q, bytes, 0, bytes.length);
      if (q.length > 2 * REWIND) { const drop = q.length - REWIND; s.base += drop; queueDrop(q, drop); }
    }
    if (pos < s.base) return -EIO;
    const n = Math.max(0, Math.min(buf.length, s.base + q.length - pos));
    if (n > 0) buf.put(0, q.bytes, q.head + (pos - s.base), n);
    return n;
  }

  override write(k: Kernel, task: Task, buf: UserBuffer, _pos: number): number { return this.put(k, task, buf, true); }
  put(k: Kernel, task: Task, buf: UserBuffer, sigpipe: boolean): number {
    const s = this.inode;
    if ((this.flags & O_ACCMODE) === 0) return -EBADF;
    charge(k, COST.fileOp);
    let done = 0;
    while (done < buf.length) {
      const bytes = new Uint8Array(Math.min(1 << 20, buf.length - done));
      buf.get(done, bytes, 0, bytes.length);
      const r = k.host.write(s.fd, bytes);
      if (r < 0) {
        if (done > 0) break;
        if (r === -EPIPE && sigpipe) raiseSigpipe(k, task);
        return r;
      }
      done += r;
      if (r < bytes.length) break;
    }
    s.writePos += done;
    if (s.kind === 'file') { s.size = Math.max(s.size, s.writePos); s.blocks = Math.ceil(s.size / 4096) * 8; stampWrite(k, s); }
    return done;
  }

  override seek(_k: Kernel, _task: Task, offset: number, whence: number): number {
    const s = this.inode;
    if (s.kind !== 'file') return -ESPIPE;
    const to = whence === 0 ? offset : whence === 1 ? this.pos + offset : whence === 2 ? s.size + offset : NaN;
    if (!(to >= 0)) return -EINVAL;
    // The host's own position cannot be moved for writing.
    if ((this.flags & O_ACCMODE) !== 0 && to !== this.pos) return -ESPIPE;
    return (this.pos = to);
  }
  override poll(k: Kernel): number {
    const s = this.inode, mode = this.flags & O_ACCMODE;
    if (s.kind === 'file') return READABLE | WRITABLE;
    let bits = 0;
    if (mode !== O_WRONLY) {
      if (s.input.length > 0) bits |= READABLE;
      if (s.eof) bits |= s.kind === 'socket' ? READABLE : POLLHUP;
      if (bits === 0) k.host.wantStdin(true);
    }
    if (mode !== 0) bits |= WRITABLE;
    return bits;
  }
  override pollQueues(): WaitQueue[] { return [this.inode.readWait]; }
  override ioctl(k: Kernel, task: Task, cmd: number, argLo: number, argHi: number): number {
    const s = this.inode;
    return cmd === FIONREAD ? putUserU32(k, task, argLo + argHi * 4294967296, s.kind === 'file' ? Math.max(0, s.size - this.pos) : s.input.length) : -ENOTTY;
  }
  override describe(_k: Kernel): string {
    const s = this.inode;
    return s.kind === 'pipe' ? `pipe:[${s.ino}]` : s.kind === 'socket' ? `socket:[${s.ino}]` : `/host/fd${s.fd}`;
  }
}
stateClass(HostStreamFile, 'HostStreamFile', []);

/** A host's socket on fd 0-2: one end of a connected Unix stream whose other end is outside. Programs ask sockets for more than bytes. */
export class HostSocket extends Socket {
  stream!: HostStreamFile;
  private inner(extra = 0): HostStreamFile { this.stream.flags = this.flags | extra; return this.stream; }
  override receive(k: Kernel, task: Task, buf: UserBuffer, flags: number, _out: Received | null): number {
    const q = this.stream.inode.input;
    if ((flags & MSG.PEEK) !== 0 && q.length > 0) {
      const n = Math.min(buf.length, q.length);
      buf.put(0, q.bytes, q.head, n);
      return n;
    }
    return this.recvShut ? 0 : this.inner((flags & MSG.DONTWAIT) !== 0 ? O_NONBLOCK : 0).read(k, task, buf, -1);
  }
  /** Descriptors cannot leave the machine. */
  override send(k: Kernel, task: Task, buf: UserBuffer, flags: number, to: Address | null, files: OpenFile[]): number {
    if (to !== null) return -EISCONN;
    if (files.length > 0) return -EOPNOTSUPP;
    if (this.sendShut) { if ((flags & MSG.NOSIGNAL) === 0) raiseSigpipe(k, task); return -EPIPE; }
    return this.inner().put(k, task, buf, (flags & MSG.NOSIGNAL) === 0);
  }
  override poll(k: Kernel): number { return this.inner().poll(k) | (this.recvShut ? READABLE : 0); }
  override pollQueues(): WaitQueue[] { return this.stream.pollQueues(); }
  override ioctl(k: Kernel, task: Task, cmd: number, argLo: number, argHi: number): number { return this.stream.ioctl(k, task, cmd, argLo, argHi); }
  override release(_k: Kernel): void {}
  override shutdown(_k: Kernel, how: number): number {
    if (how < 0 || how > 2) return -EINVAL;
    this.recvShut ||= how !== 1;
    this.sendShut ||= how !== 0;
    return 0;
  }
  override describe(k: Kernel): string { return this.stream.describe(k); }
}
stateClass(HostSocket, 'HostSocket', ['stream']);

function hostSocket(stream: HostStreamFile): HostSocket {
  const s = new HostSocket();
  s.inode = stream.inode; s.flags = stream.flags;
  s.state = 'connected';
  s.stream = stream;
  return s;
}

function stampWrite(k: Kernel, s: HostStreamInode): void {
  const { atime, atimeNsec, btime, btimeNsec } = s;
  stampNow(k, s);
  s.atime = atime; s.atimeNsec = atimeNsec; s.btime = btime; s.btimeNsec = btimeNsec;
}

function streamFile(inode: HostStreamInode, flags: number): HostStreamFile {
  const f = new HostStreamFile();
  f.inode = inode; f.flags = flags;
  return f;
}

function streamInode(k: Kernel, fd: 0 | 1 | 2, s: HostStream): HostStreamInode {
  const i = new HostStreamInode(), st = s.stat;
  const fstype = s.kind === 'pipe' ? 'pipefs' : s.kind === 'socket' ? 'sockfs' : 'hostfs';
  newSuperBlock(fstype, 0xef53, st?.dev ?? makedev(0, 13), i);
  i.fd = fd; i.kind = s.kind;
  i.ino = st?.ino ?? k.nextPipeIno++;
  const type = s.kind === 'pipe' ? S_IFIFO : s.kind === 'socket' ? S_IFSOCK : s.kind === 'file' ? S_IFREG : (st?.mode ?? S_IFREG) & S_IFMT;
  i.mode = type | ((st?.mode ?? 0o600) & 0o7777);
  stampNow(k, i);
  if (st) {
    i.uid = st.uid; i.gid = st.gid; i.rdev = st.rdev; i.nlink = st.nlink; i.size = st.size; i.blocks = st.blocks;
    i.atime = st.atime; i.atimeNsec = st.atimeNsec; i.mtime = st.mtime; i.mtimeNsec = st.mtimeNsec; i.ctime = st.ctime; i.ctimeNsec = st.ctimeNsec;
  }
  if (s.kind === 'closed') i.eof = true;
  return i;
}

/** Call after mountRoot; the three files of the first process, one reference each. A closed stream is null. */
export function openHostStreams(k: Kernel, task: Task = k.init.leader): [OpenFile | null, OpenFile | null, OpenFile | null] {
  const streams = [k.host.stream(0), k.host.stream(1), k.host.stream(2)] as const;
  const files: (OpenFile | null)[] = [];
  const ttyFd = [1, 2, 0].find((fd) => streams[fd as 0]!.kind === 'tty');
  let consoleFile: OpenFile | null = null;
  if (ttyFd !== undefined) {
    const t = ttyOf(k).console ?? createConsole(k, ttyFd, task.cred.uid);
    const path = lookupPath(k, task, AT_FDCWD, `/dev/pts/${t.index}`, { follow: true });
    if (typeof path !== 'number') {
      consoleFile = newTtyFile(t, path.dentry.inode!, O_RDWR);
      consoleFile.path = path;
      consoleFile.refs = 0;
    }
  }
  for (const fd of [0, 1, 2] as const) {
    const s = streams[fd];
    if (s.kind === 'closed') { files.push(null); continue; }
    if (s.kind === 'tty' && consoleFile) { consoleFile.refs++; files.push(consoleFile); continue; }
    const access = s.readable && s.writable ? O_RDWR : s.writable ? O_WRONLY : 0;
    if (s.kind === 'chr' && s.stat?.rdev === makedev(1, 3)) {
      const path = lookupPath(k, task, AT_FDCWD, '/dev/null', { follow: true });
      if (typeof path !== 'number') {
        const f = openCharDevice(k, path.dentry.inode!, access, task);
        if (typeof f !== 'number') { f.path = path; files.push(f); continue; }
      }
    }
    const inode = streamInode(k, fd, s), stream = streamFile(inode, access), f = s.kind === 'socket' ? hostSocket(stream) : stream;
    inode.access = access;
    if (fd === 0) anonOf(k).hostStdin = inode;
    files.push(f);
  }
  return files as [OpenFile | null, OpenFile | null, OpenFile | null];
}

/** stdin data and window size changes of Host.poll (signals and idle time are the caller's). */
export function deliverHostInput(k: Kernel, input: HostInput): void {
  const console = ttyOf(k).console;
  if (input.type === 'winsize') {
    if (console) setWinsize(k, console, input.rows, input.cols, input.xpixel, input.ypixel);
  } else if (input.type === 'stdin') {
    const s = anonOf(k).hostStdin;
    if (s) {
      if (input.data.length > 0) queuePut(s.input, input.data, 0, input.data.length);
      if (input.eof) s.eof = true;
      wakeUp(k, s.readWait);
      if (s.input.length > 1 << 20 || s.eof) k.host.wantStdin(false);
    } else if (console) consoleInput(k, console, input.data, input.eof);
  }
}

const waited = (q: WaitQueue): boolean => q.waiters.length > 0 || q.listeners.length > 0;
/** Some task waits on the host's terminal, pipe or socket: idle time then passes at real speed (law 2). */
export function waitsForHost(k: Kernel): boolean {
  const s = anonOf(k).hostStdin, t = ttyOf(k).console;
  return (s !== null && s.kind !== 'file' && !s.eof && waited(s.readWait)) || (t !== null && !t.hostEof && waited(t.readWait));
}
/** The group that a SIGINT of the host without a terminal goes to: the program's. */
export function hostSignalGroup(k: Kernel): number { return ttyOf(k).console?.pgrp || k.program?.pgid || 0; }
