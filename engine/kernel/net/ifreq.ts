// The SIOCGIF* ioctls of any socket (netdevice(7)): what ifconfig and if_nametoindex ask of the loopback, the one interface.
import { EFAULT, ENODEV, ENOTTY, EPERM } from '../../abi/errno.ts';
import { AF_INET } from '../../abi/socket.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { copyFromUser, copyToUser, getUserU32, getUserU64num, putUserU32 } from '../mm/uaccess.ts';

const GET = { NAME: 0x8910, CONF: 0x8912, FLAGS: 0x8913, ADDR: 0x8915, DSTADDR: 0x8917, BRDADDR: 0x8919, NETMASK: 0x891b, METRIC: 0x891d, MTU: 0x8921, HWADDR: 0x8927, INDEX: 0x8933, TXQLEN: 0x8942, MAP: 0x8970 } as const;
const SIZE = 40, FLAGS = 0x49; // UP, LOOPBACK, RUNNING

const inet = (...ip: number[]): Uint8Array => Uint8Array.of(AF_INET, 0, 0, 0, ...ip);
const word = (n: number): Uint8Array => { const b = new Uint8Array(4); new DataView(b.buffer).setUint32(0, n, true); return b; };
const NAME = Uint8Array.of(108, 111, 0);

/** struct ifreq at va: 16 bytes of name, then the answer. −ENOTTY for other commands. */
export function interfaceIoctl(k: Kernel, task: Task, cmd: number, va: number): number {
  if (cmd === GET.CONF) {
    const room = getUserU32(k, task, va), buffer = getUserU64num(k, task, va + 8);
    if (room < 0 || buffer < 0) return -EFAULT;
    const one = new Uint8Array(SIZE);
    one.set(NAME); one.set(inet(127, 0, 0, 1), 16);
    const n = buffer === 0 || room >= SIZE ? SIZE : 0;
    if (buffer !== 0 && n > 0 && copyToUser(k, task, buffer, one) < 0) return -EFAULT;
    return putUserU32(k, task, va, n);
  }
  if (!(Object.values(GET) as number[]).includes(cmd)) return cmd >= 0x8914 && cmd <= 0x8943 ? -EPERM : -ENOTTY;
  const b = copyFromUser(k, task, va, SIZE);
  if (typeof b === 'number') return b;
  if (cmd === GET.NAME) return new DataView(b.buffer, b.byteOffset).getInt32(16, true) === 1 ? copyToUser(k, task, va, NAME) : -ENODEV;
  if (b[0] !== 108 || b[1] !== 111 || b[2] !== 0) return -ENODEV;
  const answer = cmd === GET.FLAGS ? word(FLAGS).subarray(0, 2) : cmd === GET.ADDR || cmd === GET.DSTADDR ? inet(127, 0, 0, 1) : cmd === GET.BRDADDR ? inet(0, 0, 0, 0) : cmd === GET.NETMASK ? inet(255, 0, 0, 0) : cmd === GET.METRIC ? word(0) : cmd === GET.MTU ? word(65536)
    : cmd === GET.HWADDR ? Uint8Array.of(0x04, 0x03, 0, 0, 0, 0, 0, 0) : cmd === GET.INDEX ? word(1) : cmd === GET.TXQLEN ? word(1000) : new Uint8Array(24);
  return copyToUser(k, task, va + 16, answer);
}
