// Handlers of the socket family: AF_UNIX in full, AF_INET and AF_INET6 over the loopback, rtnetlink; other families do not exist here.
import { EAFNOSUPPORT, EAGAIN, EBADF, EFAULT, EINVAL, EMSGSIZE, ENOBUFS, ENOPROTOOPT, ENOTCONN, ENOTSOCK, EOPNOTSUPP, EPROTONOSUPPORT, ESOCKTNOSUPPORT } from '../abi/errno.ts';
import { O_CLOEXEC } from '../abi/open-flags.ts';
import { I386_MSGHDR_SIZE, fromI386 } from '../abi/structs-i386.ts';
import { AF_INET, AF_INET6, AF_NETLINK, AF_UNIX, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_NONBLOCK, SOCK_RAW, SOCK_SEQPACKET, SOCK_STREAM } from '../abi/socket.ts';
import type { OpenFile, UserBuffer } from '../kernel/contracts/fs.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import { LAYOUT } from '../kernel/contracts/task.ts';
import type { Task } from '../kernel/contracts/task.ts';
import { BLOCK } from '../kernel/contracts/wait.ts';
import { fdGet, fdInstall, freeFd, getFile, putFile } from '../kernel/fs/file-table.ts';
import { copyFromUser, copyToUser, getUserU32, prepareUser, putUserU32, userBuffer, userIovec } from '../kernel/mm/uaccess.ts';
import { addressBytes, parseAddress } from '../kernel/net/address.ts';
import type { Address } from '../kernel/net/address.ts';
import { newNetlinkSocket } from '../kernel/net/netlink.ts';
import { getOption, setOption } from '../kernel/net/options.ts';
import { MSG, Socket, credOf, newSocket, socketPair } from '../kernel/net/socket.ts';
import type { Received, Ucred } from '../kernel/net/socket.ts';
import { hasCap } from '../kernel/process/cred.ts';
import { installPair } from './pipe.ts';
import { writeTimespec } from '../kernel/time/user.ts';
import { install, timespecNs } from './poll-args.ts';
import type { Handlers } from './call.ts';

const SOL_SOCKET = 1, SCM_RIGHTS = 1, SCM_CREDENTIALS = 2, SCM_MAX_FD = 253;

function socketOf(task: Task, fd: number): Socket | number {
  const f = fdGet(task, fd);
  return !f ? -EBADF : f instanceof Socket ? f : -ENOTSOCK;
}

/** Type and protocol checks of socket(2): the type without flags, or −errno. */
function checkKind(family: number, typeFlags: number, protocol: number): number {
  const type = typeFlags & 15;
  if ((typeFlags & ~(15 | SOCK_CLOEXEC | SOCK_NONBLOCK)) !== 0) return -EINVAL;
  if (family === AF_UNIX) {
    if (protocol !== 0 && protocol !== AF_UNIX) return -EPROTONOSUPPORT;
    if (type === SOCK_RAW) return SOCK_DGRAM;
    return type === SOCK_STREAM || type === SOCK_DGRAM || type === SOCK_SEQPACKET ? type : -ESOCKTNOSUPPORT;
  }
  if (family === AF_NETLINK) return type !== SOCK_RAW && type !== SOCK_DGRAM ? -ESOCKTNOSUPPORT : protocol === 0 ? type : -EPROTONOSUPPORT; // NETLINK_ROUTE alone
  if (family !== AF_INET && family !== AF_INET6) return -EAFNOSUPPORT;
  if (type === SOCK_STREAM) return protocol === 0 || protocol === 6 ? type : -EPROTONOSUPPORT;
  if (type === SOCK_DGRAM) return protocol === 0 || protocol === 17 ? type : -EPROTONOSUPPORT;
  return type === SOCK_RAW ? -EPROTONOSUPPORT : -ESOCKTNOSUPPORT;
}

function readAddress(k: Kernel, task: Task, s: Socket, va: number, len: number): Address | number {
  if (len < 0 || len > 128) return -EINVAL;
  const b = copyFromUser(k, task, va, len);
  return typeof b === 'number' ? b : parseAddress(b, s.family);
}
/** Copies an address out, cut to the caller's room, and says its whole length. */
function writeAddress(k: Kernel, task: Task, bytes: Uint8Array, va: number, lenVa: number): number {
  if (va === 0) return 0;
  const room = getUserU32(k, task, lenVa);
  if (room === -EFAULT) return room;
  if ((room | 0) < 0) return -EINVAL;
  const r = copyToUser(k, task, va, bytes.subarray(0, Math.min(room, bytes.length)));
  return r < 0 ? r : putUserU32(k, task, lenVa, bytes.length);
}

function accept(k: Kernel, task: Task, fd: number, va: number, lenVa: number, flags: number): number {
  if ((flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK)) !== 0) return -EINVAL;
  const s = socketOf(task, fd);
  if (typeof s === 'number') return s;
  if (va !== 0) {
    const room = getUserU32(k, task, lenVa);
    if (room === -EFAULT || prepareUser(k, task, lenVa, 4, true) < 0 || prepareUser(k, task, va, Math.min(room, 128), true) < 0) return -EFAULT;
  }
  if (s.state === 'listening') { const free = freeFd(task); if (free < 0) return free; }
  const c = s.accept(k, task);
  if (typeof c === 'number') return c;
  c.flags |= flags & SOCK_NONBLOCK;
  const got = fdInstall(k, task, c, (flags & SOCK_CLOEXEC) !== 0);
  if (got < 0) { putFile(k, c); return got; }
  writeAddress(k, task, addressBytes(c.family, c.remote), va, lenVa);
  return got;
}

/** struct msghdr and the head of a struct cmsghdr: bytes of a long and of each, offsets of what is written back. */
const WIDE = { long: 8, header: 56, nameLen: 8, controlLen: 40, flags: 48, control: 16 } as const, I386 = { long: 4, header: I386_MSGHDR_SIZE, nameLen: 4, controlLen: 20, flags: 24, control: 12 } as const;
const msgLayout = (task: Task): typeof WIDE | typeof I386 => (task.syscall.layout === LAYOUT.x86_64 ? WIDE : I386);
interface MsgHeader { name: number; nameLen: number; iov: number; iovLen: number; control: number; controlLen: number }
function readHeader(k: Kernel, task: Task, va: number): MsgHeader | number {
  const l = msgLayout(task), given = copyFromUser(k, task, va, l.header);
  if (typeof given === 'number') return given;
  const from = new DataView(given.buffer, given.byteOffset, given.length), b = l.long === 8 ? given : fromI386('msghdr', false, (at) => [from.getUint32(at, true), 0])!;
  const v = new DataView(b.buffer, b.byteOffset, 56), ptr = (at: number): number => v.getUint32(at, true) + v.getUint32(at + 4, true) * 4294967296;
  const h = { name: ptr(0), nameLen: v.getUint32(8, true), iov: ptr(16), iovLen: ptr(24), control: ptr(32), controlLen: ptr(40) };
  if ((h.nameLen | 0) < 0) return -EINVAL;
  if (h.iovLen > 1024) return -EMSGSIZE;
  return h;
}

/** Control messages of a send: descriptors and credentials. */
function readControl(k: Kernel, task: Task, h: MsgHeader, files: OpenFile[]): Ucred | number {
  let cred = credOf(task);
  if (h.control === 0 || h.controlLen === 0) return cred;
  if (h.controlLen > 65536) return -ENOBUFS;
  const b = copyFromUser(k, task, h.control, h.controlLen);
  if (typeof b === 'number') return b;
  const v = new DataView(b.buffer), { long, control: head } = msgLayout(task);
  const fail = (e: number): number => { for (const f of files) putFile(k, f); files.length = 0; return e; };
  for (let at = 0; at + head <= b.length;) {
    const len = v.getUint32(at, true), level = v.getInt32(at + long, true), type = v.getInt32(at + long + 4, true), data = at + head;
    if (len < head || at + len > b.length) return fail(-EINVAL);
    if (level === SOL_SOCKET) {
      if (type === SCM_RIGHTS) {
        const n = (len - head) >> 2;
        if (n > SCM_MAX_FD) return fail(-EINVAL);
        for (let i = 0; i < n; i++) {
          const f = fdGet(task, v.getInt32(data + i * 4, true));
          if (!f) return fail(-EBADF);
          files.push(getFile(f));
        }
      } else if (type === SCM_CREDENTIALS) {
        if (len !== head + 12) return fail(-EINVAL);
        const c = { pid: v.getInt32(data, true), uid: v.getUint32(data + 4, true), gid: v.getUint32(data + 8, true) }, me = task.cred;
        const own = (c.pid === task.process.pid || hasCap(me.capEffective, 21)) && ([me.uid, me.euid, me.suid].includes(c.uid) || hasCap(me.capEffective, 7)) && ([me.gid, me.egid, me.sgid].includes(c.gid) || hasCap(me.capEffective, 6));
        if (!own) return fail(-1);
        cred = c;
      } else return fail(-EINVAL);
    }
    at += (len + long - 1) & -long;
  }
  return cred;
}

function sendmsg(k: Kernel, task: Task, s: Socket, va: number, flags: number): number {
  const h = readHeader(k, task, va);
  if (typeof h === 'number') return h;
  let to: Address | null = null;
  if (h.name !== 0 && h.nameLen > 0) {
    const a = readAddress(k, task, s, h.name, h.nameLen);
    if (typeof a === 'number') return a;
    to = a;
  }
  const buf = userIovec(k, task, h.iov, h.iovLen, false);
  if (typeof buf === 'number') return buf;
  const files: OpenFile[] = [];
  let cred: Ucred | number = credOf(task);
  // A blocked send that has sent its descriptors already does not send them again.
  if (s.family === AF_UNIX && !s.partial.has(task.utid)) cred = readControl(k, task, h, files);
  if (typeof cred === 'number') return cred;
  const before = s.partial.has(task.utid);
  const n = s.send(k, task, buf, flags, to, files, cred);
  if (n < 0 && !(n === BLOCK && !before && s.partial.has(task.utid))) for (const f of files) putFile(k, f);
  return n;
}

function recvmsg(k: Kernel, task: Task, s: Socket, va: number, flags: number): number {
  const h = readHeader(k, task, va);
  if (typeof h === 'number') return h;
  const l = msgLayout(task);
  if (prepareUser(k, task, va, l.header, true) < 0) return -EFAULT;
  if (h.control !== 0 && h.controlLen > 0 && prepareUser(k, task, h.control, Math.min(h.controlLen, 65536), true) < 0) return -EFAULT;
  if (h.name !== 0 && prepareUser(k, task, h.name, Math.min(h.nameLen, 128), true) < 0) return -EFAULT;
  const buf = userIovec(k, task, h.iov, h.iovLen, true);
  if (typeof buf === 'number') return buf;
  const out: Received = { from: null, cred: { pid: 0, uid: 65534, gid: 65534 }, files: [], truncated: false };
  const n = s.receive(k, task, buf, flags, out);
  if (n < 0) return n;
  let outFlags = flags & MSG.CMSG_CLOEXEC;
  if (out.truncated) outFlags |= MSG.TRUNC;
  if (s.type === SOCK_SEQPACKET && n > 0) outFlags |= MSG.EOR;
  // name
  let nameLen = 0;
  if (h.name !== 0) {
    const known = s.type === SOCK_DGRAM ? out.from : null;
    const bytes = s.type === SOCK_DGRAM ? (known || s.family !== AF_UNIX ? addressBytes(s.family, known) : new Uint8Array(0)) : s.family === AF_UNIX && out.from ? addressBytes(AF_UNIX, out.from) : new Uint8Array(0);
    nameLen = bytes.length;
    copyToUser(k, task, h.name, bytes.subarray(0, Math.min(h.nameLen, bytes.length)));
  }
  putUserU32(k, task, va + l.nameLen, nameLen);
  // control
  let used = 0;
  const put = (type: number, data: Uint8Array): void => { // put_cmsg(): cut to the room that is left
    const room = h.control === 0 ? 0 : h.controlLen - used, len = Math.min(room, l.control + data.length);
    if (len < l.control + data.length) outFlags |= MSG.CTRUNC;
    if (room < l.control) return;
    const b = new Uint8Array(len), v = new DataView(b.buffer);
    v.setUint32(0, len, true); v.setUint32(l.long, SOL_SOCKET, true); v.setUint32(l.long + 4, type, true);
    b.set(data.subarray(0, len - l.control), l.control);
    copyToUser(k, task, h.control + used, b);
    used = Math.min(h.controlLen, used + ((len + l.long - 1) & -l.long));
  };
  if (s.passcred && s.family === AF_UNIX) {
    const b = new Uint8Array(12), v = new DataView(b.buffer);
    v.setUint32(0, out.cred.pid, true); v.setUint32(4, out.cred.uid, true); v.setUint32(8, out.cred.gid, true);
    put(SCM_CREDENTIALS, b);
  }
  if (out.files.length > 0) {
    const room = h.control === 0 ? 0 : Math.max(0, Math.floor((h.controlLen - used - l.control) / 4)), fds: number[] = [];
    for (const f of out.files) {
      const fd = fds.length < room ? fdInstall(k, task, f, (flags & MSG.CMSG_CLOEXEC) !== 0) : -1;
      if (fd < 0) { putFile(k, f); outFlags |= MSG.CTRUNC; } else fds.push(fd);
    }
    if (fds.length > 0) {
      const b = new Uint8Array(fds.length * 4), v = new DataView(b.buffer);
      fds.forEach((fd, i) => v.setInt32(i * 4, fd, true));
      put(SCM_RIGHTS, b);
    }
  }
  putUserU32(k, task, va + l.controlLen, used);
  if (l.long === 8) putUserU32(k, task, va + l.controlLen + 4, 0);
  putUserU32(k, task, va + l.flags, outFlags);
  return n;
}

/** sendmmsg, recvmmsg: several messages; stops at the first that would wait once one is done. */
function many(k: Kernel, task: Task, s: Socket, va: number, count: number, flags: number, one: typeof sendmsg): number {
  const { header, long } = msgLayout(task), size = header + long;
  let done = 0;
  for (; done < Math.min(count, 1024); done++) {
    const n = one(k, task, s, va + done * size, done > 0 ? flags | MSG.DONTWAIT : flags);
    if (n < 0) return done > 0 ? done : n;
    putUserU32(k, task, va + done * size + header, n);
  }
  return done;
}

function sendto(k: Kernel, task: Task, fd: number, va: number, len: number, flags: number, to: number, toLen: number): number {
  const s = socketOf(task, fd);
  if (typeof s === 'number') return s;
  let address: Address | null = null;
  if (to !== 0) {
    const a = readAddress(k, task, s, to, toLen);
    if (typeof a === 'number') return a;
    address = a;
  }
  const buf = userBuffer(k, task, va, Math.min(len, 0x7ffff000), false);
  return typeof buf === 'number' ? buf : s.send(k, task, buf, flags, address, []);
}
function recvfrom(k: Kernel, task: Task, fd: number, va: number, len: number, flags: number, from: number, fromLen: number): number {
  const s = socketOf(task, fd);
  if (typeof s === 'number') return s;
  const buf: UserBuffer | number = userBuffer(k, task, va, Math.min(len, 16 << 20), true);
  if (typeof buf === 'number') return buf;
  const out: Received = { from: null, cred: { pid: 0, uid: 0, gid: 0 }, files: [], truncated: false };
  const n = s.receive(k, task, buf, flags, out);
  for (const f of out.files) putFile(k, f);
  if (n < 0 || from === 0) return n;
  const bytes = out.from && (s.type === SOCK_DGRAM || s.family === AF_UNIX) ? addressBytes(s.family, out.from) : new Uint8Array(0);
  const r = writeAddress(k, task, bytes, from, fromLen);
  return r < 0 ? r : n;
}

/** SO_RCVTIMEO and SO_SNDTIMEO by an i386 call: a timeval of 32-bit longs. */
const shortTime = (task: Task, level: number, name: number): boolean => task.syscall.layout !== LAYOUT.x86_64 && level === SOL_SOCKET && (name === 20 || name === 21);
function widened(b: Uint8Array): Uint8Array {
  if (b.length < 8) return b; // too short in any form
  const from = new DataView(b.buffer, b.byteOffset), out = new DataView(new ArrayBuffer(16));
  for (const i of [0, 1]) { const n = from.getInt32(i * 4, true); out.setInt32(i * 8, n, true); out.setInt32(i * 8 + 4, n >> 31, true); }
  return new Uint8Array(out.buffer);
}
const narrowed = (b: Uint8Array): Uint8Array => Uint8Array.from([...b.subarray(0, 4), ...b.subarray(8, 12)]);

export const handlers: Handlers = {
  socket: (k, t, a) => {
    const family = a.i32(0), flags = a.i32(1), type = checkKind(family, flags, a.i32(2));
    return type < 0 ? type : install(k, t, family === AF_NETLINK ? newNetlinkSocket(k, flags & SOCK_NONBLOCK) : newSocket(k, family, type, a.i32(2), flags & SOCK_NONBLOCK), (flags & SOCK_CLOEXEC) !== 0);
  },
  socketpair: (k, t, a) => {
    const family = a.i32(0), flags = a.i32(1), type = checkKind(family, flags, a.i32(2));
    if (type < 0) return type;
    if (family !== AF_UNIX) return -EOPNOTSUPP;
    if (prepareUser(k, t, a.ptr(3), 8, true) < 0) return -EFAULT;
    return installPair(k, t, socketPair(k, t, type, flags & SOCK_NONBLOCK), a.ptr(3), (flags & O_CLOEXEC) !== 0);
  },
  bind: (k, t, a) => {
    const s = socketOf(t, a.i32(0));
    if (typeof s === 'number') return s;
    const address = readAddress(k, t, s, a.ptr(1), a.i32(2));
    return typeof address === 'number' ? address : s.bind(k, t, address);
  },
  listen: (k, t, a) => { const s = socketOf(t, a.i32(0)); return typeof s === 'number' ? s : s.listen(k, t, a.i32(1)); },
  connect: (k, t, a) => {
    const s = socketOf(t, a.i32(0));
    if (typeof s === 'number') return s;
    const address = readAddress(k, t, s, a.ptr(1), a.i32(2));
    return typeof address === 'number' ? address : s.connect(k, t, address);
  },
  accept: (k, t, a) => accept(k, t, a.i32(0), a.ptr(1), a.ptr(2), 0),
  accept4: (k, t, a) => accept(k, t, a.i32(0), a.ptr(1), a.ptr(2), a.i32(3)),
  getsockname: (k, t, a) => {
    const s = socketOf(t, a.i32(0));
    if (typeof s === 'number') return s;
    return a.ptr(1) === 0 ? -EFAULT : writeAddress(k, t, addressBytes(s.family, s.local), a.ptr(1), a.ptr(2));
  },
  getpeername: (k, t, a) => {
    const s = socketOf(t, a.i32(0));
    if (typeof s === 'number') return s;
    if (s.state !== 'connected') return -ENOTCONN;
    return writeAddress(k, t, addressBytes(s.family, s.remote), a.ptr(1), a.ptr(2));
  },
  sendto: (k, t, a) => sendto(k, t, a.i32(0), a.ptr(1), a.ptr(2), a.i32(3), a.ptr(4), a.i32(5)),
  recvfrom: (k, t, a) => recvfrom(k, t, a.i32(0), a.ptr(1), a.ptr(2), a.i32(3), a.ptr(4), a.ptr(5)),
  sendmsg: (k, t, a) => { const s = socketOf(t, a.i32(0)); return typeof s === 'number' ? s : sendmsg(k, t, s, a.ptr(1), a.i32(2)); },
  recvmsg: (k, t, a) => { const s = socketOf(t, a.i32(0)); return typeof s === 'number' ? s : recvmsg(k, t, s, a.ptr(1), a.i32(2)); },
  sendmmsg: (k, t, a) => { const s = socketOf(t, a.i32(0)); return typeof s === 'number' ? s : many(k, t, s, a.ptr(1), a.u32(2), a.i32(3), sendmsg); },
  recvmmsg: (k, t, a) => {
    const s = socketOf(t, a.i32(0));
    if (typeof s === 'number') return s;
    const ns = timespecNs(k, t, a.ptr(4));
    if (ns < 0) return ns;
    const n = many(k, t, s, a.ptr(1), a.u32(2), a.i32(3), recvmsg);
    if (n > 0 && a.ptr(4) !== 0) writeTimespec(k, t, a.ptr(4), Math.max(0, t.syscall.enterTs + ns - k.now));
    return n === BLOCK && ns === 0 ? -EAGAIN : n;
  },
  shutdown: (k, t, a) => { const s = socketOf(t, a.i32(0)); return typeof s === 'number' ? s : s.shutdown(k, a.i32(1)); },
  setsockopt: (k, t, a) => {
    const s = socketOf(t, a.i32(0));
    if (typeof s === 'number') return s;
    const len = a.i32(4);
    if (len < 0) return -EINVAL;
    const b = copyFromUser(k, t, a.ptr(3), Math.min(len, 256));
    return typeof b === 'number' ? b : setOption(s, a.i32(1), a.i32(2), shortTime(t, a.i32(1), a.i32(2)) ? widened(b) : b);
  },
  getsockopt: (k, t, a) => {
    const s = socketOf(t, a.i32(0));
    if (typeof s === 'number') return s;
    const room = getUserU32(k, t, a.ptr(4));
    if (room === -EFAULT) return room;
    if ((room | 0) < 0) return -EINVAL;
    const option = getOption(s, a.i32(1), a.i32(2));
    if (typeof option === 'number') return option === 0 ? -ENOPROTOOPT : option;
    const b = shortTime(t, a.i32(1), a.i32(2)) ? narrowed(option) : option;
    const r = copyToUser(k, t, a.ptr(3), b.subarray(0, Math.min(room, b.length)));
    return r < 0 ? r : putUserU32(k, t, a.ptr(4), Math.min(room, b.length));
  },
};
