// Netlink sockets of the ROUTE family (rtnetlink(7)): links, addresses and routes can be read; the machine has its loopback and nothing else.
import { EAFNOSUPPORT, ENETUNREACH, ENODEV, EOPNOTSUPP } from '../../abi/errno.ts';
import { AF_INET, AF_INET6, AF_NETLINK, SOCK_DGRAM } from '../../abi/socket.ts';
import { stateClass } from '../../base/state.ts';
import type { OpenFile, UserBuffer } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { AnonInode, O_NONBLOCK, O_RDWR, S_IFSOCK, newAnonInode } from '../fs/pseudo.ts';
import { wakeUp } from '../sched/wait.ts';
import type { Address } from './address.ts';
import { Message, Socket } from './socket.ts';
import { netOf } from './state.ts';

const NLMSG_ERROR = 2, NLMSG_DONE = 3, RTM_NEWLINK = 16, RTM_GETLINK = 18, RTM_NEWADDR = 20, RTM_GETADDR = 22, RTM_NEWROUTE = 24, RTM_GETROUTE = 26;
const NLM_F_REQUEST = 1, NLM_F_MULTI = 2, NLM_F_ACK = 4, NLM_F_DUMP = 0x300;
const LO = 1, PERMANENT = 0x80, SCOPE_HOST = 254, TABLE_LOCAL = 255, FOREVER = 0xffffffff;

/** Little-endian words of the sizes given: [size, value]. */
function pack(...words: [1 | 2 | 4, number][]): Uint8Array {
  const b = new Uint8Array(words.reduce((n, [size]) => n + size, 0)), v = new DataView(b.buffer);
  let at = 0;
  for (const [size, n] of words) { if (size === 1) v.setUint8(at, n); else if (size === 2) v.setUint16(at, n, true); else v.setUint32(at, n, true); at += size; }
  return b;
}
const u32 = (n: number): Uint8Array => pack([4, n]), u8 = (n: number): Uint8Array => pack([1, n]);
const text = (s: string): Uint8Array => Uint8Array.from([...s, '\0'].map((c) => c.charCodeAt(0)));
function join(parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, p) => n + ((p.length + 3) & ~3), 0));
  let at = 0;
  for (const p of parts) { out.set(p, at); at += (p.length + 3) & ~3; }
  return out;
}
/** struct rtattr: length, type, data; padded to four bytes by join. */
const attribute = (type: number, data: Uint8Array): Uint8Array => join([pack([2, 4 + data.length], [2, type]), data]).subarray(0, 4 + data.length);

/** The loopback as RTM_NEWLINK tells it: ifinfomsg and the attributes IFLA_*. */
const link = (): Uint8Array => join([pack([1, 0], [1, 0], [2, 772], [4, LO], [4, 0x10049], [4, 0]),
  attribute(3, text('lo')), attribute(13, u32(1000)), attribute(16, u8(0)), attribute(17, u8(0)), attribute(4, u32(65536)), attribute(50, u32(0)), attribute(51, u32(0)), attribute(27, u32(0)), attribute(30, u32(0)),
  attribute(31, u32(1)), attribute(32, u32(1)), attribute(33, u8(1)), attribute(6, text('noqueue')), attribute(35, u32(0)), attribute(1, new Uint8Array(6)), attribute(2, new Uint8Array(6)), attribute(23, new Uint8Array(200))]);

const IP4 = Uint8Array.of(127, 0, 0, 1), IP6 = Uint8Array.from({ length: 16 }, (_, i) => (i === 15 ? 1 : 0));
const cacheInfo = attribute(6, pack([4, FOREVER], [4, FOREVER], [4, 0], [4, 0]));
/** RTM_NEWADDR: ifaddrmsg and IFA_*. */
const addresses = (family: number): Uint8Array[] => [
  ...(family === 0 || family === AF_INET ? [join([pack([1, AF_INET], [1, 8], [1, PERMANENT], [1, SCOPE_HOST], [4, LO]), attribute(1, IP4), attribute(2, IP4), attribute(3, text('lo')), attribute(8, u32(PERMANENT)), cacheInfo])] : []),
  ...(family === 0 || family === AF_INET6 ? [join([pack([1, AF_INET6], [1, 128], [1, PERMANENT], [1, SCOPE_HOST], [4, LO]), attribute(1, IP6), cacheInfo, attribute(8, u32(PERMANENT))])] : []),
];
/** RTM_NEWROUTE of the local table: rtmsg and RTA_*. */
function route(family: number, bits: number, type: number, scope: number, to: Uint8Array): Uint8Array {
  return join([pack([1, family], [1, bits], [1, 0], [1, 0], [1, TABLE_LOCAL], [1, 2], [1, scope], [1, type], [4, 0]), attribute(15, u32(TABLE_LOCAL)), attribute(1, to), ...(family === AF_INET ? [attribute(7, IP4)] : []), attribute(4, u32(LO))]);
}
const routes = (family: number): Uint8Array[] => [
  ...(family === 0 || family === AF_INET ? [route(AF_INET, 8, 2, SCOPE_HOST, Uint8Array.of(127, 0, 0, 0)), route(AF_INET, 32, 2, SCOPE_HOST, IP4), route(AF_INET, 32, 3, 253, Uint8Array.of(127, 255, 255, 255))] : []),
  ...(family === 0 || family === AF_INET6 ? [route(AF_INET6, 128, 2, 0, IP6)] : []),
];

/** An attribute of a request: its data, or null. */
function find(b: Uint8Array, from: number, type: number): Uint8Array | null {
  const v = new DataView(b.buffer, b.byteOffset, b.length);
  for (let at = from; at + 4 <= b.length;) {
    const len = v.getUint16(at, true);
    if (len < 4 || at + len > b.length) return null;
    if ((v.getUint16(at + 2, true) & 0x3fff) === type) return b.subarray(at + 4, at + len);
    at += (len + 3) & ~3;
  }
  return null;
}

export class NetlinkSocket extends Socket {
  /** nl_pid: the process, or another number where it has a netlink socket already. */
  private autobind(k: Kernel, task: Task): void {
    const taken = new Set([...netOf(k).all.values()].filter((s) => s.family === AF_NETLINK && s !== this && s.local).map((s) => s.local!.port));
    let port = task.process.pid;
    for (let n = 0xfffff000; taken.has(port); n--) port = n;
    this.local = { family: AF_NETLINK, path: '', ip: '', port };
  }
  override bind(k: Kernel, task: Task, a: Address): number {
    if (a.port === 0) this.autobind(k, task);
    else this.local = a;
    return 0;
  }
  override connect(k: Kernel, task: Task, a: Address): number {
    if (!this.local) this.autobind(k, task);
    this.remote = a;
    this.state = 'connected';
    return 0;
  }
  override send(k: Kernel, task: Task, buf: UserBuffer, _flags: number, to: Address | null, files: OpenFile[]): number {
    if (files.length > 0) return -EOPNOTSUPP;
    if (to !== null && to.family !== AF_NETLINK) return -EAFNOSUPPORT;
    if (!this.local) this.autobind(k, task);
    const b = new Uint8Array(Math.min(buf.length, 65536)), v = new DataView(b.buffer);
    buf.get(0, b, 0, b.length);
    for (let at = 0; at + 16 <= b.length;) {
      const len = v.getUint32(at, true);
      if (len < 16 || at + len > b.length) break;
      this.request(k, b.subarray(at, at + len));
      at += (len + 3) & ~3;
    }
    return buf.length;
  }
  /** One nlmsghdr: its answer is queued at once. */
  private request(k: Kernel, b: Uint8Array): void {
    const v = new DataView(b.buffer, b.byteOffset, b.length), type = v.getUint16(4, true), flags = v.getUint16(6, true), seq = v.getUint32(8, true);
    if ((flags & NLM_F_REQUEST) === 0 || type < 16) return;
    const message = (kind: number, multi: boolean, body: Uint8Array): Uint8Array => join([pack([4, 16 + body.length], [2, kind], [2, multi ? NLM_F_MULTI : 0], [4, seq], [4, this.local!.port]), body]);
    const error = (errno: number): void => this.answer(k, message(NLMSG_ERROR, false, join([pack([4, errno >>> 0]), b.subarray(0, errno === 0 ? 16 : b.length)])));
    const family = b[16] ?? 0, known = type === RTM_GETLINK || type === RTM_GETADDR || type === RTM_GETROUTE;
    if ((flags & NLM_F_DUMP) !== 0 && (type & 3) === 2) {
      const all = type === RTM_GETLINK ? [link()] : type === RTM_GETADDR ? addresses(family) : type === RTM_GETROUTE ? routes(family) : [];
      const kind = type === RTM_GETLINK ? RTM_NEWLINK : type === RTM_GETADDR ? RTM_NEWADDR : RTM_NEWROUTE;
      if (all.length > 0) this.answer(k, join(all.map((x) => message(kind, true, x))));
      this.answer(k, message(NLMSG_DONE, true, u32(0)));
      return;
    }
    if (!known) { error(-EOPNOTSUPP); return; }
    if (type === RTM_GETLINK) {
      const name = find(b, 32, 3), index = b.length >= 24 ? v.getInt32(20, true) : 0;
      if (index !== LO && (!name || name[0] !== 108 || name[1] !== 111 || (name[2] ?? 0) !== 0)) { error(-ENODEV); return; }
      this.answer(k, message(RTM_NEWLINK, false, link()));
    } else if (type === RTM_GETROUTE) {
      const to = find(b, 28, 1);
      if (!to || (family === AF_INET ? to[0] !== 127 : to.join() !== IP6.join())) { error(-ENETUNREACH); return; }
      this.answer(k, message(RTM_NEWROUTE, false, route(family, to.length * 8, 2, 0, to)));
    } else { error(-EOPNOTSUPP); return; }
    if ((flags & NLM_F_ACK) !== 0) error(0);
  }
  private answer(k: Kernel, data: Uint8Array): void {
    if (this.queued + data.length > this.rcvbuf) return; // ENOBUFS: the reader is too slow, and reads what there is
    const m = new Message();
    m.data = data as Uint8Array<ArrayBuffer>;
    m.from = { family: AF_NETLINK, path: '', ip: '', port: 0 };
    this.queue.push(m);
    this.queued += data.length;
    wakeUp(k, this.readWait);
  }
}
stateClass(NetlinkSocket, 'NetlinkSocket', []);

export function newNetlinkSocket(k: Kernel, flags: number): NetlinkSocket {
  const s = new NetlinkSocket();
  s.inode = newAnonInode(k, 'sockfs', S_IFSOCK | 0o777, new AnonInode());
  s.flags = O_RDWR | (flags & O_NONBLOCK);
  s.family = AF_NETLINK; s.type = SOCK_DGRAM;
  netOf(k).all.set(s.inode.ino, s);
  return s;
}
