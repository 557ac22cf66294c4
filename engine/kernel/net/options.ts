// Socket options (socket(7), unix(7), ip(7), tcp(7)): those with meaning act, the others read back what was set.
import { EINVAL, ENODEV, ENOPROTOOPT, EOPNOTSUPP } from '../../abi/errno.ts';
import { AF_INET6, AF_NETLINK, AF_UNIX, IPV6_V6ONLY, SOCK_STREAM } from '../../abi/socket.ts';
import type { Socket } from './socket.ts';

const SO = { REUSEADDR: 2, TYPE: 3, ERROR: 4, SNDBUF: 7, RCVBUF: 8, REUSEPORT: 15, PASSCRED: 16, PEERCRED: 17, RCVTIMEO: 20, SNDTIMEO: 21, BINDTODEVICE: 25, ACCEPTCONN: 30, SNDBUFFORCE: 32, RCVBUFFORCE: 33, PROTOCOL: 38, DOMAIN: 39, LINGER: 13, PEERGROUPS: 59, RCVTIMEO_NEW: 66, SNDTIMEO_NEW: 67 } as const;
/** Options of SOL_SOCKET that read back as integers. */
const PLAIN = new Set([1, 5, 6, 9, 10, 11, 12, 18, 19, 29, 34, 35, 36, 37, 40, 42, 43, 44, 46, 47, 56, 60, 61, 63, 64, 65]);

const SOL_NETLINK = 270;
const int = (n: number): Uint8Array => { const b = new Uint8Array(4); new DataView(b.buffer).setInt32(0, n, true); return b; };
const timeval = (ns: number): Uint8Array => {
  const b = new Uint8Array(16), v = new DataView(b.buffer);
  v.setUint32(0, Math.floor(ns / 1e9), true); v.setUint32(8, Math.floor((ns % 1e9) / 1000), true);
  return b;
};
const keyOf = (level: number, name: number): number => level * 65536 + name;

/** What options are that nobody has set, where that is not 0. sshd refuses connections that have IP options: without any there is nothing to read. */
const EMPTY = -2, TCP_CONGESTION = 13, UNSET = new Map<number, number>([
  [keyOf(0, 2), 64], [keyOf(0, 4), EMPTY], [keyOf(0, 9), EMPTY], [keyOf(0, 10), 1], [keyOf(0, 33), 1], [keyOf(0, 34), 1], // IP_TTL OPTIONS PKTOPTIONS MTU_DISCOVER MULTICAST_TTL MULTICAST_LOOP
  [keyOf(6, 4), 7200], [keyOf(6, 5), 75], [keyOf(6, 6), 9], [keyOf(6, 7), 6], [keyOf(6, 8), 60], [keyOf(6, 12), 1], // TCP_KEEPIDLE KEEPINTVL KEEPCNT SYNCNT LINGER2 QUICKACK
  [keyOf(41, 16), 64], [keyOf(41, 18), 1], [keyOf(41, 19), 1], [keyOf(41, 23), 1], // IPV6_UNICAST_HOPS MULTICAST_HOPS MULTICAST_LOOP MTU_DISCOVER
]);

export function setOption(s: Socket, level: number, name: number, b: Uint8Array): number {
  const v = new DataView(b.buffer, b.byteOffset, b.length);
  const need = (n: number): boolean => b.length >= n;
  if (level === 1) {
    if (name === SO.RCVTIMEO || name === SO.SNDTIMEO || name === SO.RCVTIMEO_NEW || name === SO.SNDTIMEO_NEW) {
      if (!need(16)) return -EINVAL;
      const usec = v.getUint32(8, true);
      if (usec >= 1e6) return -33; // EDOM
      const ns = (v.getUint32(0, true) + v.getInt32(4, true) * 4294967296) * 1e9 + usec * 1000;
      if (name === SO.RCVTIMEO || name === SO.RCVTIMEO_NEW) s.recvTimeout = Math.max(0, ns); else s.sendTimeout = Math.max(0, ns);
      return 0;
    }
    if (name === SO.LINGER) { if (!need(8)) return -EINVAL; s.options.set(keyOf(1, name), v.getInt32(0, true)); s.options.set(keyOf(1, 0x1000 + name), v.getInt32(4, true)); return 0; }
    if (name === SO.BINDTODEVICE) { // the loopback is the only device
      const device = String.fromCharCode(...b.subarray(0, 16)).split('\0')[0];
      return device === '' || device === 'lo' ? 0 : -ENODEV;
    }
    if (!need(4)) return name === 26 ? 0 : -EINVAL;
    const n = v.getInt32(0, true);
    switch (name) {
      case SO.REUSEADDR: s.reuseAddr = n !== 0; return 0;
      case SO.REUSEPORT: s.reusePort = n !== 0; return 0;
      case SO.PASSCRED: s.passcred = n !== 0; return 0;
      // The kernel doubles the value for its own bookkeeping.
      case SO.SNDBUF: case SO.SNDBUFFORCE: s.sndbuf = Math.max(4608, Math.min(212992, Math.max(0, n)) * 2); return 0;
      case SO.RCVBUF: case SO.RCVBUFFORCE: s.rcvbuf = Math.max(2304, Math.min(212992, Math.max(0, n)) * 2); return 0;
      case SO.TYPE: case SO.ERROR: case SO.ACCEPTCONN: case SO.PROTOCOL: case SO.DOMAIN: case SO.PEERCRED: return -ENOPROTOOPT;
      case 26: case 27: case 50: return 0; // ATTACH_FILTER, DETACH_FILTER, ATTACH_BPF
      default: if (!PLAIN.has(name)) return -ENOPROTOOPT; s.options.set(keyOf(1, name), name === 9 || name === 6 ? (n !== 0 ? 1 : 0) : n); return 0;
    }
  }
  if (level === SOL_NETLINK && s.family === AF_NETLINK) return 0; // how much an answer says: it says the same
  if (s.family === AF_UNIX) return -EOPNOTSUPP;
  if (level === 6 && s.type !== SOCK_STREAM) return -ENOPROTOOPT;
  if (level === 0 || level === 6 || level === 17 || level === 41) {
    const n = need(4) ? v.getInt32(0, true) : need(1) ? b[0]! : 0;
    if (level === 41 && name === IPV6_V6ONLY) { if (s.local) return -EINVAL; s.v6only = n !== 0; }
    s.options.set(keyOf(level, name), n);
    return 0;
  }
  return -ENOPROTOOPT;
}

/** The option's bytes; 0 = there is no such option, or −errno. */
export function getOption(s: Socket, level: number, name: number): Uint8Array | number {
  if (level === 1) {
    switch (name) {
      case SO.REUSEADDR: return int(s.reuseAddr ? 1 : 0);
      case SO.REUSEPORT: return int(s.reusePort ? 1 : 0);
      case SO.TYPE: return int(s.type);
      case SO.ERROR: { const e = s.error; s.error = 0; return int(e); }
      case SO.SNDBUF: return int(s.sndbuf);
      case SO.RCVBUF: return int(s.rcvbuf);
      case SO.PASSCRED: return int(s.passcred ? 1 : 0);
      case SO.ACCEPTCONN: return int(s.state === 'listening' ? 1 : 0);
      case SO.PROTOCOL: return int(s.protocol || (s.family === AF_UNIX ? 0 : s.type === SOCK_STREAM ? 6 : 17));
      case SO.DOMAIN: return int(s.family);
      case SO.RCVTIMEO: case SO.RCVTIMEO_NEW: return timeval(s.recvTimeout);
      case SO.SNDTIMEO: case SO.SNDTIMEO_NEW: return timeval(s.sendTimeout);
      case SO.PEERCRED: {
        const b = new Uint8Array(12), v = new DataView(b.buffer);
        v.setUint32(0, s.peerCred.pid, true); v.setUint32(4, s.peerCred.uid, true); v.setUint32(8, s.peerCred.gid, true);
        return b;
      }
      case SO.LINGER: { const b = new Uint8Array(8), v = new DataView(b.buffer); v.setInt32(0, s.options.get(keyOf(1, name)) ?? 0, true); v.setInt32(4, s.options.get(keyOf(1, 0x1000 + name)) ?? 0, true); return b; }
      case SO.BINDTODEVICE: return new Uint8Array(0);
      case SO.PEERGROUPS: return -ENOPROTOOPT;
      case 18: return int(s.options.get(keyOf(1, 18)) ?? 1); // SO_RCVLOWAT
      case 19: return int(1); // SO_SNDLOWAT
      default: return PLAIN.has(name) ? int(s.options.get(keyOf(1, name)) ?? 0) : 0;
    }
  }
  if (s.family === AF_UNIX) return -EOPNOTSUPP;
  if (level === 6 && name === 2) return int(s.options.get(keyOf(6, 2)) ?? 65483); // TCP_MAXSEG of the loopback
  if (level === 6 && name === 11) { // TCP_INFO: state, and the rest zero
    const b = new Uint8Array(104);
    b[0] = s.state === 'connected' ? 1 : s.state === 'listening' ? 10 : 7;
    return b;
  }
  if (level === 41 && s.family !== AF_INET6) return -EOPNOTSUPP;
  if (level !== 0 && level !== 6 && level !== 17 && level !== 41) return 0;
  if (level === 41 && name === IPV6_V6ONLY) return int(s.v6only ? 1 : 0);
  if (level === 6 && name === TCP_CONGESTION) { const b = new Uint8Array(16); b.set([...'cubic'].map((c) => c.charCodeAt(0))); return b; }
  const known = s.options.get(keyOf(level, name)) ?? UNSET.get(keyOf(level, name)) ?? 0;
  return known === EMPTY ? new Uint8Array(0) : int(known);
}
