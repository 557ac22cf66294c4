// /proc/net/unix, tcp and udp (unix(7), proc(5)).
import { AF_INET6, AF_UNIX, SOCK_STREAM } from '../../abi/socket.ts';
import type { Kernel } from '../contracts/kernel.ts';
import { netOf } from './state.ts';

const hex = (n: number, w: number): string => n.toString(16).padStart(w, '0');

export function unixTable(k: Kernel): string {
  let out = 'Num       RefCount Protocol Flags    Type St Inode Path\n';
  for (const s of netOf(k).all.values()) {
    if (s.family !== AF_UNIX) continue;
    const listening = s.state === 'listening', name = s.local?.path ?? '';
    out += `0000000000000000: ${hex(listening ? 2 : s.state === 'connected' ? 3 : 2, 8)} 00000000 ${hex(listening ? 0x10000 : 0, 8)} ${hex(s.type, 4)} ${hex(listening ? 1 : s.state === 'connected' ? 3 : 1, 2)} ${String(s.inode.ino).padStart(5)}${name ? ' ' + name.replaceAll('\0', '@') : ''}\n`;
  }
  return out;
}

/** The kernel prints addresses as 32-bit words in host order. */
function wordHex(ip: string): string {
  let out = '';
  for (let i = 0; i < ip.length; i += 8) { const w = ip.slice(i, i + 8); out += (w.slice(6, 8) + w.slice(4, 6) + w.slice(2, 4) + w.slice(0, 2)).toUpperCase(); }
  return out;
}
export function inetTable(k: Kernel, tcp: boolean, six: boolean): string {
  let out = six ? '  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
    : tcp ? '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     \n'
    : '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops             \n';
  let sl = 0;
  for (const s of netOf(k).all.values()) {
    if (s.family === AF_UNIX || (s.family === AF_INET6) !== six || (s.type === SOCK_STREAM) !== tcp || !s.local) continue;
    const show = (a: { ip: string; port: number } | null): string => `${wordHex(six ? a?.ip ?? '0'.repeat(32) : (a?.ip ?? '0'.repeat(32)).slice(24))}:${hex(a?.port ?? 0, 4).toUpperCase()}`;
    const st = s.state === 'listening' ? '0A' : s.state === 'connected' ? '01' : '07';
    out += `${String(sl++).padStart(tcp ? 4 : 5)}: ${show(s.local)} ${show(s.remote)} ${st} 00000000:${hex(s.state === 'listening' ? s.pending.length : s.queued, 8).toUpperCase()} 00:00000000 00000000 ${String(s.owner.uid).padStart(5)} ${String(0).padStart(8)} ${s.inode.ino} 1 0000000000000000 100 0 0 10 0\n`;
  }
  return out;
}
