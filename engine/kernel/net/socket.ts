// Sockets between programs of this machine: AF_UNIX, and AF_INET/AF_INET6 over the loopback. Streams, datagrams, seqpackets.
// There is no wire: what one side sends is in the other's queue when the call returns, so order and time are the machine's own.
import { stateClass } from '../../base/state.ts';
import { COST } from '../../clock/costs.ts';
import {
  EAGAIN, ECONNREFUSED, ECONNRESET, EDESTADDRREQ, EINPROGRESS, EINVAL, EISCONN, EMSGSIZE, ENOTCONN, EOPNOTSUPP, EPERM, EPIPE, ESPIPE,
} from '../../abi/errno.ts';
import { FIONREAD, TIOCOUTQ } from '../../abi/ioctls.ts';
import { AF_INET, AF_INET6, AF_UNIX, SOCK_DGRAM, SOCK_STREAM } from '../../abi/socket.ts';
import type { Inode, OpenFile, UserBuffer } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { BLOCK, ERESTARTSYS, WaitQueue } from '../contracts/wait.ts';
import { charge } from '../entry/charge.ts';
import { putFile } from '../fs/file-table.ts';
import { raiseSigpipe } from '../fs/pipe.ts';
import { AnonInode, O_NONBLOCK, O_RDWR, POLLERR, POLLHUP, POLLRDHUP, PseudoFile, READABLE, S_IFSOCK, WRITABLE, newAnonInode } from '../fs/pseudo.ts';
import { putUserU32 } from '../mm/uaccess.ts';
import { waitOn, wakeUp } from '../sched/wait.ts';
import { signalPending } from '../signal/pending.ts';
import { autobind, bindAddress, chooseLocal, findPeer, isAny, loopbackOf, registerPort, unbind, unbindChosen } from './address.ts';
import type { Address } from './address.ts';
import { interfaceIoctl } from './ifreq.ts';
import { netOf } from './state.ts';

export interface Ucred { pid: number; uid: number; gid: number }
/** One send: of a stream its bytes may be taken in parts. */
export class Message {
  data = new Uint8Array(0);
  at = 0;
  from: Address | null = null;
  files: OpenFile[] = [];
  cred: Ucred = { pid: 0, uid: 65534, gid: 65534 };
}
stateClass(Message, 'NetMessage', ['data', 'at', 'from', 'files', 'cred']);

export const MSG = { OOB: 1, PEEK: 2, DONTROUTE: 4, CTRUNC: 8, TRUNC: 0x20, DONTWAIT: 0x40, EOR: 0x80, WAITALL: 0x100, NOSIGNAL: 0x4000, CMSG_CLOEXEC: 0x40000000 } as const;
const DEFAULT_BUFFER = 212992, MAX_DGRAMS = 512;

export class Socket extends PseudoFile {
  family = AF_UNIX; type = SOCK_STREAM; protocol = 0;
  state: 'unconnected' | 'listening' | 'connected' | 'closed' = 'unconnected';
  local: Address | null = null;
  remote: Address | null = null;
  boundInode: Inode | null = null;
  peer: Socket | null = null;
  accepted = false; // made by a connection to a listener
  queue: Message[] = [];
  queued = 0; // bytes
  recvShut = false; sendShut = false;
  backlog = 0;
  pending: Socket[] = []; // connections to accept
  readWait = new WaitQueue(); writeWait = new WaitQueue();
  /** Bytes a blocked sender has moved, by utid. */
  partial = new Map<number, number>();
  error = 0; // SO_ERROR, positive
  owner: Ucred = { pid: 0, uid: 0, gid: 0 };
  peerCred: Ucred = { pid: 0, uid: 0xffffffff, gid: 0xffffffff };
  passcred = false; reuseAddr = false; reusePort = false; v6only = false; boundIp = false; boundPort = false;
  sndbuf = DEFAULT_BUFFER; rcvbuf = DEFAULT_BUFFER;
  recvTimeout = 0; sendTimeout = 0; // ns, 0 = none
  /** Options that only have to read back: level << 16 | name → value. */
  options = new Map<number, number>();

  // the file
  override read(k: Kernel, task: Task, buf: UserBuffer, pos: number): number { return pos >= 0 ? -ESPIPE : this.receive(k, task, buf, 0, null); }
  override write(k: Kernel, task: Task, buf: UserBuffer, pos: number): number { return pos >= 0 ? -ESPIPE : this.send(k, task, buf, 0, null, []); }
  override poll(k: Kernel): number {
    void k;
    let bits = 0;
    if (this.state === 'listening') return this.pending.length > 0 ? READABLE : 0;
    const stream = this.type !== SOCK_DGRAM, gone = stream && this.peer === null && this.state === 'closed';
    if (this.error !== 0) bits |= POLLERR | READABLE | WRITABLE;
    if (this.queue.length > 0 || this.eof()) bits |= READABLE;
    if (this.eof()) bits |= POLLRDHUP;
    if (gone || (this.recvShut && this.sendShut) || (stream && this.state === 'unconnected')) bits |= POLLHUP;
    if (gone || this.room() > 0) bits |= WRITABLE;
    return bits;
  }
  override pollQueues(): WaitQueue[] { return [this.readWait, this.writeWait]; }
  override ioctl(k: Kernel, task: Task, cmd: number, argLo: number, argHi: number): number {
    const va = argLo + argHi * 4294967296;
    if (cmd === FIONREAD) return this.state === 'listening' ? -EINVAL : putUserU32(k, task, va, this.type === SOCK_STREAM ? this.queued : this.queue[0]?.data.length ?? 0);
    if (cmd === TIOCOUTQ) return putUserU32(k, task, va, this.peer?.queued ?? 0);
    return interfaceIoctl(k, task, cmd, va);
  }
  override describe(_k: Kernel): string { return `socket:[${this.inode.ino}]`; }
  override release(k: Kernel): void {
    netOf(k).all.delete(this.inode.ino);
    unbind(k, this);
    const peer = this.peer, unread = this.queue.length > 0;
    this.state = 'closed';
    this.recvShut = this.sendShut = true;
    for (const m of this.queue) for (const f of m.files) putFile(k, f);
    this.queue = []; this.queued = 0;
    for (const c of this.pending) { const other = c.peer; c.release(k); if (other) other.error = this.family === AF_UNIX ? 0 : ECONNRESET; }
    this.pending = [];
    this.peer = null;
    if (peer && peer.peer === this && this.type !== SOCK_DGRAM) {
      peer.peer = null;
      peer.state = 'closed';
      if (unread) peer.error = ECONNRESET;
    }
    if (peer) { wakeUp(k, peer.readWait); wakeUp(k, peer.writeWait); }
    wakeUp(k, this.readWait);
    wakeUp(k, this.writeWait);
  }

  /** No more data will come. */
  private eof(): boolean {
    if (this.recvShut) return true;
    if (this.type === SOCK_DGRAM) return false;
    return this.state === 'closed' || (this.peer !== null && this.peer.sendShut);
  }
  /** Bytes (stream) or messages (others) that a send may queue now. */
  private room(to: Socket | null = this.peer): number {
    if (!to) return 1;
    return this.type === SOCK_STREAM ? Math.max(0, this.sndbuf - to.queued) : to.queue.length >= MAX_DGRAMS || to.queued >= this.sndbuf ? 0 : 1;
  }
  private wait(k: Kernel, task: Task, queue: WaitQueue, wchan: string, flags: number, timeout: number): number {
    if ((this.flags & O_NONBLOCK) !== 0 || (flags & MSG.DONTWAIT) !== 0) return -EAGAIN;
    const s = task.syscall;
    if (timeout > 0) { if (s.timedOut || (s.deadline !== 0 && s.deadline <= k.now)) return -EAGAIN; if (s.deadline === 0) s.deadline = k.now + timeout; }
    if (signalPending(task)) return -ERESTARTSYS;
    waitOn(k, task, [queue], { interruptible: true, wchan, ...(timeout > 0 ? { deadline: s.deadline } : {}) });
    return BLOCK;
  }
  private takeError(): number { const e = this.error; this.error = 0; return -e; }

  bind(k: Kernel, task: Task, a: Address): number { return bindAddress(k, task, this, a); }

  listen(k: Kernel, task: Task, backlog: number): number {
    if (this.type === SOCK_DGRAM) return -EOPNOTSUPP;
    if (this.state === 'connected') return -EINVAL;
    if (!this.local) {
      if (this.family === AF_UNIX) return -EINVAL;
      const r = autobind(k, this, this.family === AF_INET ? '00000000000000000000ffff00000000' : '00000000000000000000000000000000');
      if (r < 0) return r;
    }
    this.backlog = Math.min(4096, backlog < 0 ? 4096 : backlog);
    this.state = 'listening';
    this.peerCred = credOf(task);
    return 0;
  }

  connect(k: Kernel, task: Task, a: Address): number {
    charge(k, COST.fileOp);
    if (a.family === 0) { // AF_UNSPEC dissolves a datagram socket's association
      if (this.type !== SOCK_DGRAM) return -EINVAL;
      this.peer = null; this.remote = null; this.state = 'unconnected';
      unbindChosen(k, this);
      return 0;
    }
    if (this.state === 'listening') return this.family === AF_UNIX ? -EINVAL : -EISCONN;
    if (this.type !== SOCK_DGRAM && this.state === 'connected') return -EISCONN;
    if (this.error !== 0) return this.takeError();
    const inet = this.family !== AF_UNIX;
    if (inet && isAny(a.ip)) a = { ...a, ip: loopbackOf(a.ip) };
    const found = findPeer(k, task, this, a), refused = typeof found === 'number';
    if (this.type === SOCK_DGRAM) {
      if (refused && !(inet && found === -ECONNREFUSED)) return found;
      if (inet) { const r = chooseLocal(k, this, a.ip); if (r < 0) return r; }
      this.peer = refused ? null : found;
      this.remote = a;
      this.state = 'connected';
      return 0;
    }
    if (refused) {
      if (inet && found === -ECONNREFUSED && (this.flags & O_NONBLOCK) !== 0) { this.error = ECONNREFUSED; return -EINPROGRESS; }
      return found;
    }
    if (found.state !== 'listening') return -ECONNREFUSED;
    if (found.pending.length > found.backlog) return this.wait(k, task, found.writeWait, 'unix_wait_for_peer', 0, this.sendTimeout);
    if (inet) { const r = chooseLocal(k, this, a.ip); if (r < 0) return r; }
    const server = newSocket(k, this.family === AF_UNIX ? this.family : found.family, this.type, this.protocol, 0);
    server.accepted = true;
    server.local = inet ? { ...found.local!, ip: a.ip, family: found.family } : found.local;
    server.remote = this.local ?? null;
    if (inet) registerPort(k, server);
    server.owner = found.owner;
    server.peerCred = credOf(task);
    server.sndbuf = found.sndbuf; server.rcvbuf = found.rcvbuf; server.passcred = found.passcred;
    for (const [o, v] of found.options) server.options.set(o, v);
    server.peer = this; server.state = 'connected';
    this.peer = server; this.state = 'connected';
    this.remote = inet ? a : found.local;
    this.peerCred = found.peerCred;
    found.pending.push(server);
    wakeUp(k, found.readWait);
    wakeUp(k, this.writeWait);
    return inet && (this.flags & O_NONBLOCK) !== 0 ? -EINPROGRESS : 0;
  }

  /** The connected socket without a descriptor, or −errno. */
  accept(k: Kernel, task: Task): Socket | number {
    charge(k, COST.fileOp);
    if (this.state !== 'listening') return this.type === SOCK_DGRAM ? -EOPNOTSUPP : -EINVAL;
    const s = this.pending.shift();
    if (!s) return this.wait(k, task, this.readWait, this.family === AF_UNIX ? 'unix_accept' : 'inet_csk_accept', 0, this.recvTimeout);
    wakeUp(k, this.writeWait);
    return s;
  }

  /** files: references that pass to the message. */
  send(k: Kernel, task: Task, buf: UserBuffer, flags: number, to: Address | null, files: OpenFile[], cred: Ucred = credOf(task)): number {
    charge(k, COST.pipeOp);
    if ((flags & MSG.OOB) !== 0) return -EOPNOTSUPP;
    let done = this.partial.get(task.utid) ?? 0;
    if (done > 0) this.partial.delete(task.utid);
    const stream = this.type === SOCK_STREAM;
    if (this.error !== 0 && done === 0) { const e = this.takeError(); if (e === -ECONNRESET && this.sendShut) return this.broken(k, task, flags); return e; }
    if (this.sendShut) return done > 0 ? done : this.broken(k, task, flags);
    let target = this.peer;
    if (this.type === SOCK_DGRAM) {
      if (to) {
        const inet = this.family !== AF_UNIX;
        if (inet && (!this.local || this.local.port === 0)) { const r = autobind(k, this, this.local?.ip ?? loopbackOf(to.ip)); if (r < 0) return r; }
        const found = findPeer(k, task, this, to);
        if (typeof found === 'number') return inet && found === -ECONNREFUSED ? buf.length : found; // UDP to nobody is lost
        target = found;
      } else {
        if (this.state !== 'connected') return this.family === AF_UNIX ? -ENOTCONN : -EDESTADDRREQ;
        if (this.family !== AF_UNIX) {
          const found = findPeer(k, task, this, this.remote!);
          if (typeof found === 'number') { if (found === -ECONNREFUSED) { this.error = ECONNREFUSED; return buf.length; } return found; }
          target = found;
        }
        if (!target || target.state === 'closed') { this.state = 'unconnected'; this.peer = null; return -ECONNREFUSED; }
      }
      if (this.family === AF_UNIX && target.state === 'connected' && target.peer !== null && target.peer !== this) return -EPERM;
      if (target.recvShut) return this.family === AF_UNIX ? -EPIPE : buf.length;
    } else {
      if (to && stream && this.family === AF_UNIX) return this.state === 'connected' ? -EISCONN : -EOPNOTSUPP;
      if (this.state === 'unconnected' || this.state === 'listening') return this.family === AF_UNIX ? -ENOTCONN : this.broken(k, task, flags);
      if (!target || target.state === 'closed' || target.recvShut) return done > 0 ? done : this.broken(k, task, flags);
    }
    if (!stream) {
      if (buf.length > this.sndbuf - 32 || (this.family !== AF_UNIX && buf.length > 65507)) return -EMSGSIZE;
      if (this.room(target) === 0) {
        if (this.type === SOCK_DGRAM && this.family !== AF_UNIX) return buf.length; // a full UDP receiver drops
        return this.wait(k, task, target.writeWait, 'sock_alloc_send_pskb', flags, this.sendTimeout);
      }
      this.deliver(k, target, buf, 0, buf.length, files, cred);
      return buf.length;
    }
    while (done < buf.length) {
      const n = Math.min(buf.length - done, this.room(target));
      if (n === 0) {
        const r = this.wait(k, task, target.writeWait, this.family === AF_UNIX ? 'sock_alloc_send_pskb' : 'sk_stream_wait_memory', flags, this.sendTimeout);
        if (r === BLOCK) { if (done > 0) this.partial.set(task.utid, done); return BLOCK; }
        return done > 0 ? done : r;
      }
      this.deliver(k, target, buf, done, n, done === 0 ? files : [], cred);
      done += n;
    }
    return done;
  }
  private broken(k: Kernel, task: Task, flags: number): number {
    if ((flags & MSG.NOSIGNAL) === 0 && this.type === SOCK_STREAM) raiseSigpipe(k, task);
    return -EPIPE;
  }
  private deliver(k: Kernel, to: Socket, buf: UserBuffer, from: number, n: number, files: OpenFile[], cred: Ucred): void {
    const last = to.queue[to.queue.length - 1];
    // Small stream writes share a message, as they share an skb.
    if (this.type === SOCK_STREAM && last && files.length === 0 && last.files.length === 0 && last.data.length < 4096 && n < 4096 && last.cred.pid === cred.pid && last.cred.uid === cred.uid) {
      const data = new Uint8Array(last.data.length - last.at + n);
      data.set(last.data.subarray(last.at));
      buf.get(from, data, data.length - n, n);
      last.data = data; last.at = 0;
    } else {
      const m = new Message();
      m.data = new Uint8Array(n);
      buf.get(from, m.data, 0, n);
      m.files = files;
      m.cred = cred;
      m.from = this.local;
      to.queue.push(m);
    }
    to.queued += n;
    wakeUp(k, to.readWait);
  }

  /** `out`, when given, tells the message's side data; its files are then the caller's. */
  receive(k: Kernel, task: Task, buf: UserBuffer, flags: number, out: Received | null): number {
    charge(k, COST.pipeOp);
    if ((flags & MSG.OOB) !== 0) return -EINVAL;
    const stream = this.type === SOCK_STREAM, peek = (flags & MSG.PEEK) !== 0;
    if (this.state === 'listening' || (this.type !== SOCK_DGRAM && this.state === 'unconnected' && this.error === 0)) return this.family === AF_UNIX && stream ? -EINVAL : -ENOTCONN;
    if (this.queue.length === 0 || (stream && (flags & MSG.WAITALL) !== 0 && this.queued < buf.length && !this.eof() && this.queued < this.rcvbuf / 2)) {
      if (stream && buf.length === 0 && this.queue.length > 0) return 0;
      if (this.queue.length === 0 && this.error !== 0) return this.takeError();
      if (!this.eof()) {
        const r = this.wait(k, task, this.readWait, this.family === AF_UNIX ? (stream ? 'unix_stream_read_generic' : 'unix_wait_for_peer') : 'sk_wait_data', flags, this.recvTimeout);
        if (r === BLOCK || this.queue.length === 0) return r;
      } else if (this.queue.length === 0) return 0;
    }
    if (!stream) {
      const m = this.queue[0]!, n = Math.min(buf.length, m.data.length);
      buf.put(0, m.data, 0, n);
      if (out) { out.from = m.from; out.cred = m.cred; out.truncated = n < m.data.length; out.files = peek ? m.files.map((f) => { f.refs++; return f; }) : m.files; }
      if (!peek) this.drop(k, m, !out);
      return (flags & MSG.TRUNC) !== 0 ? m.data.length : n;
    }
    let done = 0, first = true;
    for (let i = 0; i < this.queue.length && (done < buf.length || first);) {
      const m = this.queue[i]!;
      // Bytes of different senders or with descriptors are not glued together (unix_stream_read_generic).
      if (!first && (m.files.length > 0 || (this.passcred && out && m.cred.pid !== out.cred.pid))) break;
      const n = Math.min(buf.length - done, m.data.length - m.at);
      if ((flags & MSG.TRUNC) === 0 || this.family === AF_UNIX) buf.put(done, m.data, m.at, n);
      done += n;
      if (out && first) { out.from = m.from; out.cred = m.cred; out.files = peek ? m.files.map((f) => { f.refs++; return f; }) : m.files; if (!peek) m.files = []; }
      const hadFiles = out ? out.files.length > 0 : m.files.length > 0;
      first = false;
      if (peek) { i++; if (hadFiles) break; continue; }
      m.at += n;
      this.queued -= n;
      if (m.at === m.data.length) { this.queue.shift(); if (!out) for (const f of m.files) putFile(k, f); } else break;
      if (hadFiles) break;
    }
    if (!peek) { wakeUp(k, this.writeWait); if (this.peer) wakeUp(k, this.peer.writeWait); }
    return done;
  }
  private drop(k: Kernel, m: Message, close: boolean): void {
    this.queue.shift();
    this.queued -= m.data.length;
    if (close) for (const f of m.files) putFile(k, f);
    wakeUp(k, this.writeWait);
    if (this.peer) wakeUp(k, this.peer.writeWait);
  }

  shutdown(k: Kernel, how: number): number {
    if (how < 0 || how > 2) return -EINVAL;
    if (this.state === 'listening' && this.family !== AF_UNIX) { this.state = 'closed'; wakeUp(k, this.readWait); return 0; }
    if (this.state !== 'connected' && this.state !== 'closed') return -ENOTCONN;
    if (this.state === 'closed' && this.family !== AF_UNIX) return -ENOTCONN;
    if (how !== 1) this.recvShut = true;
    if (how !== 0) this.sendShut = true;
    const p = this.peer;
    if (p && this.type !== SOCK_DGRAM) {
      if (this.family === AF_UNIX) { if (how !== 0) p.recvShut = true; if (how !== 1) p.sendShut = true; }
      wakeUp(k, p.readWait);
      wakeUp(k, p.writeWait);
    }
    wakeUp(k, this.readWait);
    wakeUp(k, this.writeWait);
    return 0;
  }
}
stateClass(Socket, 'Socket', ['family', 'type', 'protocol', 'state', 'local', 'remote', 'boundInode', 'peer', 'accepted', 'queue', 'queued', 'recvShut', 'sendShut', 'backlog', 'pending', 'readWait', 'writeWait', 'partial', 'error', 'owner', 'peerCred', 'passcred', 'reuseAddr', 'reusePort', 'v6only', 'boundIp', 'boundPort', 'sndbuf', 'rcvbuf', 'recvTimeout', 'sendTimeout', 'options']);

export interface Received { from: Address | null; cred: Ucred; files: OpenFile[]; truncated: boolean }

export const credOf = (t: Task): Ucred => ({ pid: t.process.pid, uid: t.cred.euid, gid: t.cred.egid });

export function newSocket(k: Kernel, family: number, type: number, protocol: number, flags: number): Socket {
  const s = new Socket();
  s.inode = newAnonInode(k, 'sockfs', S_IFSOCK | 0o777, new AnonInode());
  s.flags = O_RDWR | (flags & O_NONBLOCK);
  s.family = family; s.type = type; s.protocol = protocol;
  if (k.current) s.owner = credOf(k.current);
  if (family === AF_INET6) s.v6only = false;
  netOf(k).all.set(s.inode.ino, s);
  return s;
}

export function socketPair(k: Kernel, task: Task, type: number, flags: number): [Socket, Socket] {
  const a = newSocket(k, AF_UNIX, type, 0, flags), b = newSocket(k, AF_UNIX, type, 0, flags);
  a.peer = b; b.peer = a;
  a.state = b.state = 'connected';
  a.peerCred = b.peerCred = credOf(task);
  return [a, b];
}
