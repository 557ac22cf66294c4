// devtmpfs: the device nodes and links of /dev. pts, shm and mqueue are places to mount on.
import { stateClass } from '../../../base/state.ts';
import type { Errno, SuperBlock } from '../../contracts/fs.ts';
import type { Kernel } from '../../contracts/kernel.ts';
import { mmOf } from '../../mm/state.ts';
import { S_IFCHR, S_IFDIR, S_IFLNK, makedev, newSuperBlock, stampNow } from '../pseudo.ts';
import { TmpfsInode } from '../tmpfs.ts';

/** A tmpfs inode, as in devtmpfs: nodes, links and directories can be made and removed. */
class DevInode extends TmpfsInode {
  /** A private mapping of /dev/zero: pages of zeros. */
  override getPage(k: Kernel, index: number, forWrite: boolean): number | Errno {
    return this.rdev === makedev(1, 5) && !this.isReg() ? mmOf(k).zeroPfn : super.getPage(k, index, forWrite);
  }
}
stateClass(DevInode, 'DevInode', []);

/** name, mode, major, minor, group (5 = tty), as udev leaves them. */
const NODES: readonly (readonly [string, number, number, number, number])[] = [
  ['null', 0o666, 1, 3, 0], ['zero', 0o666, 1, 5, 0], ['full', 0o666, 1, 7, 0], ['random', 0o666, 1, 8, 0], ['urandom', 0o666, 1, 9, 0],
  ['kmsg', 0o644, 1, 11, 0], ['tty', 0o666, 5, 0, 5], ['console', 0o600, 5, 1, 5], ['ptmx', 0o666, 5, 2, 5],
];
const LINKS: readonly (readonly [string, string])[] = [['fd', '/proc/self/fd'], ['stdin', '/proc/self/fd/0'], ['stdout', '/proc/self/fd/1'], ['stderr', '/proc/self/fd/2'], ['core', '/proc/kcore']];

export function createDevfs(k: Kernel): SuperBlock {
  const node = (mode: number): DevInode => { const n = new DevInode(); n.mode = mode; if (n.isDir()) n.entries = new Map(); return n; };
  const root = node(S_IFDIR | 0o755);
  const sb = newSuperBlock('devtmpfs', 0x01021994, makedev(0, 5), root);
  sb.source = 'udev';
  sb.options = 'rw,mode=755';
  const add = (name: string, n: DevInode): void => { n.sb = sb; n.ino = ++sb.nextIno; stampNow(k, n); root.entries!.set(name, n); };
  root.ino = 1;
  stampNow(k, root);
  for (const [name, mode, major, minor, gid] of NODES) {
    const n = node(S_IFCHR | mode);
    n.rdev = makedev(major, minor);
    n.gid = gid;
    add(name, n);
  }
  for (const [name, target] of LINKS) {
    const n = node(S_IFLNK | 0o777);
    n.target = target; n.size = target.length;
    add(name, n);
  }
  for (const [name, mode] of [['pts', 0o755], ['shm', 0o1777], ['mqueue', 0o1777]] as const) {
    const n = node(S_IFDIR | mode);
    n.nlink = 2;
    add(name, n);
    root.nlink++;
  }
  root.nlink++;
  return sb;
}
