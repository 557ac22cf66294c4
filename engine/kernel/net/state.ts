// The net room's state: sockets by address. No behaviour.
import { stateClass } from '../../base/state.ts';
import type { Inode } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Socket } from './socket.ts';

export class NetState {
  /** AF_UNIX by the inode of the bound path, and by abstract name. */
  byInode = new Map<Inode, Socket>();
  byName = new Map<string, Socket>();
  /** AF_INET and AF_INET6 by "tcp:port" or "udp:port". */
  byPort = new Map<string, Socket[]>();
  /** Every socket, by inode number, for /proc/net. */
  all = new Map<number, Socket>();
  nextPort = 32768;
  nextAutobind = 0;
}
stateClass(NetState, 'NetState', ['byInode', 'byName', 'byPort', 'all', 'nextPort', 'nextAutobind']);
export const netOf = (k: Kernel): NetState => (k.net ??= new NetState()) as NetState;
