// Socket addresses: sockaddr_un, sockaddr_in and sockaddr_in6 to and from bytes; binding and finding (unix(7), ip(7), ipv6(7)).
import { EACCES, EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT, ECONNREFUSED, EINVAL, ENETUNREACH, ENOTDIR, EPROTOTYPE } from '../../abi/errno.ts';
import { AF_INET, AF_INET6, AF_NETLINK, AF_UNIX, SOCK_STREAM } from '../../abi/socket.ts';
import { AT_FDCWD } from '../../abi/open-flags.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { walk } from '../fs/namei.ts';
import { lookupPath } from '../fs/namei.ts';
import { vfsMknod } from '../fs/open.ts';
import { inodePermission } from '../fs/permission.ts';
import { S_IFMT, S_IFSOCK, byteString, latin1 } from '../fs/pseudo.ts';
import { capable } from '../process/cred.ts';
import { netOf } from './state.ts';
import type { Socket } from './socket.ts';

/** Unix: `path` is sun_path without its end, abstract names begin with NUL, '' is unnamed. Inet: ip as 16 bytes' hex, v4 mapped. Netlink: port is nl_pid. */
export interface Address { family: number; path: string; ip: string; port: number }

export const ANY = '00000000000000000000000000000000';
const V4 = '00000000000000000000ffff';
export const LOOPBACK4 = V4 + '7f000001', LOOPBACK6 = '00000000000000000000000000000001', ANY4 = V4 + '00000000';
export const isAny = (ip: string): boolean => ip === ANY || ip === ANY4;
const isV4 = (ip: string): boolean => ip.startsWith(V4);
/** The loopback's address in the family of another. */
export const loopbackOf = (ip: string): string => (isV4(ip) ? LOOPBACK4 : LOOPBACK6);
const isLocal = (ip: string): boolean => isAny(ip) || ip === LOOPBACK6 || ip.startsWith(V4 + '7f');
const hexOf = (b: Uint8Array): string => [...b].map((x) => x.toString(16).padStart(2, '0')).join('');

export function parseAddress(bytes: Uint8Array, family: number): Address | number {
  if (bytes.length < 2) return -EINVAL;
  const v = new DataView(bytes.buffer, bytes.byteOffset, bytes.length), fam = v.getUint16(0, true);
  if (fam === 0) return { family: 0, path: '', ip: ANY, port: 0 };
  if (family === AF_UNIX) {
    if (fam !== AF_UNIX) return -EINVAL;
    if (bytes.length > 110) return -EINVAL;
    const s = byteString(bytes.subarray(2));
    if (s.startsWith('\0')) return { family, path: s, ip: '', port: 0 };
    const end = s.indexOf('\0');
    return { family, path: end < 0 ? s : s.slice(0, end), ip: '', port: 0 };
  }
  if (family === AF_NETLINK) return fam !== AF_NETLINK || bytes.length < 12 ? -EINVAL : { family, path: '', ip: '', port: v.getUint32(4, true) };
  if (fam === AF_INET && (family === AF_INET || family === AF_INET6)) {
    if (bytes.length < 16) return -EINVAL;
    return { family: fam, path: '', ip: V4 + hexOf(bytes.subarray(4, 8)), port: v.getUint16(2) };
  }
  if (fam === AF_INET6 && family === AF_INET6) {
    if (bytes.length < 24) return -EINVAL;
    return { family: fam, path: '', ip: hexOf(bytes.subarray(8, 24)), port: v.getUint16(2) };
  }
  return -EAFNOSUPPORT;
}

export function addressBytes(family: number, a: { path: string; ip: string; port: number } | null): Uint8Array {
  if (family === AF_UNIX) {
    if (!a || a.path === '') return new Uint8Array([1, 0]);
    const nul = a.path.startsWith('\0') ? 0 : 1, b = new Uint8Array(2 + a.path.length + nul);
    b[0] = AF_UNIX;
    b.set(latin1(a.path), 2);
    return b;
  }
  if (family === AF_NETLINK) { const b = new Uint8Array(12), v = new DataView(b.buffer); v.setUint16(0, family, true); v.setUint32(4, a?.port ?? 0, true); return b; }
  const b = new Uint8Array(family === AF_INET ? 16 : 28), v = new DataView(b.buffer);
  v.setUint16(0, family, true);
  if (a) {
    v.setUint16(2, a.port);
    const ip = isAny(a.ip) && family === AF_INET ? ANY4 : a.ip;
    for (let i = 0; i < 16; i++) { const x = parseInt(ip.slice(i * 2, i * 2 + 2), 16); if (family === AF_INET) { if (i >= 12) b[i - 8] = x; } else b[8 + i] = x; }
  }
  return b;
}

/** Whether two addresses have one in common: that of IPv6 for all is for IPv4's too, unless the socket wants IPv6 only (ipv6_rcv_saddr_equal() in Linux). */
function overlap(a: string, aOnly: boolean, b: string, bOnly: boolean): boolean {
  if (a === b) return true;
  if (isV4(a) && isV4(b)) return isAny(a) || isAny(b);
  return (a === ANY && !(aOnly && isV4(b))) || (b === ANY && !(bOnly && isV4(a)));
}
const portKey = (s: Socket, port: number): string => `${s.type === SOCK_STREAM ? 'tcp' : 'udp'}:${port}`;
function portTaken(k: Kernel, s: Socket, ip: string, port: number): boolean {
  for (const o of netOf(k).byPort.get(portKey(s, port)) ?? []) {
    if (o === s) continue;
    if (o.state === 'connected' && o.accepted) continue;
    if (!overlap(ip, s.v6only, o.local!.ip, o.v6only)) continue;
    if ((s.reusePort && o.reusePort)) continue;
    if (s.reuseAddr && o.reuseAddr && !(s.type === SOCK_STREAM && o.state === 'listening')) continue;
    return true;
  }
  return false;
}
export function registerPort(k: Kernel, s: Socket): void {
  const key = portKey(s, s.local!.port), list = netOf(k).byPort.get(key);
  if (list) list.push(s); else netOf(k).byPort.set(key, [s]);
}

/** An ephemeral port (ip_local_port_range), in order: deterministic. */
export function autobind(k: Kernel, s: Socket, ip: string): number {
  const n = netOf(k);
  for (let i = 0; i < 28232; i++) {
    const port = n.nextPort++;
    if (n.nextPort > 60999) n.nextPort = 32768;
    if (portTaken(k, s, ip, port)) continue;
    s.local = { family: s.family, path: '', ip, port };
    registerPort(k, s);
    return 0;
  }
  return -EADDRNOTAVAIL;
}

export function bindAddress(k: Kernel, task: Task, s: Socket, a: Address): number {
  const n = netOf(k);
  if (s.family === AF_UNIX) {
    if (s.local) return -EINVAL;
    if (a.path === '') { // autobind: five hex digits
      let name: string;
      do name = '\0' + (n.nextAutobind++).toString(16).padStart(5, '0'); while (n.byName.has(name));
      a = { ...a, path: name };
    }
    if (a.path.startsWith('\0')) {
      if (n.byName.has(a.path)) return -EADDRINUSE;
      n.byName.set(a.path, s);
    } else {
      const w = walk(k, task, AT_FDCWD, a.path, { follow: false, create: true });
      if (typeof w === 'number') return w;
      if (w.dentry.inode !== null) return -EADDRINUSE;
      if (w.trailingSlash) return -ENOTDIR;
      const inode = vfsMknod(k, task, { mount: w.parent.mount, dentry: w.parent.dentry }, w.name, w.dentry, S_IFSOCK | (0o777 & ~task.fs.umask), 0);
      if (typeof inode === 'number') return inode;
      n.byInode.set(inode, s);
      s.boundInode = inode;
    }
    s.local = { ...a, family: AF_UNIX };
    return 0;
  }
  if (s.local && s.local.port !== 0) return -EINVAL;
  if (!isLocal(a.ip)) return -EADDRNOTAVAIL;
  if (a.port === 0) {
    const r = autobind(k, s, a.ip);
    if (r === 0) s.boundIp = !isAny(a.ip);
    return r;
  }
  if (a.port < 1024 && !capable(task, 10 /* CAP_NET_BIND_SERVICE */)) return -EACCES;
  if (portTaken(k, s, a.ip, a.port)) return -EADDRINUSE;
  s.local = { ...a, family: s.family };
  s.boundIp = !isAny(a.ip);
  s.boundPort = true;
  registerPort(k, s);
  return 0;
}

/** A socket that is connected has an address from which packets go there: the program's, or the loopback's. */
export function chooseLocal(k: Kernel, s: Socket, to: string): number {
  const from = loopbackOf(to);
  if (!s.local || s.local.port === 0) return autobind(k, s, s.local?.ip ?? from);
  if (isAny(s.local.ip)) s.local = { ...s.local, ip: from };
  return 0;
}
/** What the program did not choose of its address is open again (udp_disconnect() in Linux; getaddrinfo(3) looks for it). */
export function unbindChosen(k: Kernel, s: Socket): void {
  if (s.family === AF_UNIX || !s.local) return;
  if (!s.boundIp) s.local = { ...s.local, ip: s.family === AF_INET ? ANY4 : ANY };
  if (s.boundPort) return;
  const { local } = s;
  unbind(k, s);
  s.local = s.boundIp ? { ...local, port: 0 } : null;
}

/** Who is at this address: the socket, or −errno. */
export function findPeer(k: Kernel, task: Task, s: Socket, a: Address): Socket | number {
  const n = netOf(k);
  if (s.family === AF_UNIX) {
    let found: Socket | undefined;
    if (a.path === '') return -EINVAL;
    if (a.path.startsWith('\0')) found = n.byName.get(a.path);
    else {
      const p = lookupPath(k, task, AT_FDCWD, a.path, { follow: true });
      if (typeof p === 'number') return p;
      const inode = p.dentry.inode!, denied = inodePermission(task.cred, inode, 2);
      if (denied !== 0) return denied;
      if ((inode.mode & S_IFMT) !== S_IFSOCK) return -ECONNREFUSED;
      found = n.byInode.get(inode);
    }
    if (!found) return -ECONNREFUSED;
    return found.type === s.type ? found : -EPROTOTYPE;
  }
  if (!isLocal(a.ip)) return -ENETUNREACH;
  let best: Socket | null = null;
  for (const o of n.byPort.get(portKey(s, a.port)) ?? []) {
    if (o.state === 'closed' || o.accepted) continue;
    if (s.type === SOCK_STREAM && o.state !== 'listening') continue;
    const v4 = isV4(a.ip);
    if (o.local!.ip === a.ip || (isAny(a.ip) && (o.local!.ip === LOOPBACK4 || o.local!.ip === LOOPBACK6))) return o;
    if (isAny(o.local!.ip) && (v4 ? o.family === AF_INET || !o.v6only : o.family === AF_INET6)) best ??= o;
    if (isAny(a.ip) && isAny(o.local!.ip)) best ??= o;
  }
  return best ?? -ECONNREFUSED;
}

/** The address leaves with its socket; a bound path stays in the file system. */
export function unbind(k: Kernel, s: Socket): void {
  const n = netOf(k);
  if (s.boundInode) { if (n.byInode.get(s.boundInode) === s) n.byInode.delete(s.boundInode); s.boundInode = null; }
  if (!s.local) return;
  if (s.family === AF_UNIX) { if (n.byName.get(s.local.path) === s) n.byName.delete(s.local.path); return; }
  const key = portKey(s, s.local.port), list = n.byPort.get(key);
  if (!list) return;
  const at = list.indexOf(s);
  if (at >= 0) list.splice(at, 1);
  if (list.length === 0) n.byPort.delete(key);
}
