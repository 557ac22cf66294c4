// devpts: a node for each pseudo terminal and for the console on the host's terminal (pts(4)).
import { stateClass } from '../../../base/state.ts';
import { ENOENT } from '../../../abi/errno.ts';
import type { Errno, Inode, OpenFile, SuperBlock } from '../../contracts/fs.ts';
import type { Kernel } from '../../contracts/kernel.ts';
import type { Task } from '../../contracts/task.ts';
import { openTty } from '../../tty/file.ts';
import { ttyOf } from '../../tty/state.ts';
import type { Tty } from '../../tty/state.ts';
import { openCharDevice } from '../devfs/char.ts';
import { PseudoDirFile, PseudoInode, S_IFCHR, S_IFDIR, makedev, newSuperBlock, stampNow } from '../pseudo.ts';

const DT_CHR = 2;

export class DevptsRoot extends PseudoInode {
  nodes = new Map<Tty, PtsInode>();
  ptmx!: PtmxInode;
  override lookup(k: Kernel, name: string): Inode | Errno {
    if (name === 'ptmx') return this.ptmx;
    if (!/^(0|[1-9][0-9]{0,8})$/.test(name)) return -ENOENT;
    const t = ttyOf(k).ttys.get(Number(name));
    if (!t) return -ENOENT;
    for (const old of this.nodes.keys()) if (ttyOf(k).ttys.get(old.index) !== old) this.nodes.delete(old);
    let node = this.nodes.get(t);
    if (!node) {
      node = new PtsInode();
      node.sb = this.sb;
      node.tty = t;
      node.ino = t.index + 3;
      node.mode = S_IFCHR | t.mode;
      node.uid = t.uid; node.gid = t.gid;
      node.rdev = makedev(136, t.index);
      stampNow(k, node);
      this.nodes.set(t, node);
    }
    return node;
  }
  override readdir(k: Kernel): { name: string; ino: number; type: number }[] {
    const list = [...ttyOf(k).ttys.keys()].sort((a, b) => a - b).map((n) => ({ name: String(n), ino: n + 3, type: DT_CHR }));
    return [...list, { name: 'ptmx', ino: 2, type: DT_CHR }];
  }
  override open(_k: Kernel, flags: number, _task: Task): OpenFile { const f = new PseudoDirFile(); f.inode = this; f.flags = flags; return f; }
}
stateClass(DevptsRoot, 'DevptsRoot', ['nodes', 'ptmx']);

export class PtsInode extends PseudoInode {
  tty!: Tty;
  override open(k: Kernel, flags: number, task: Task): OpenFile | Errno { return openTty(k, this.tty, this, flags, task); }
}
stateClass(PtsInode, 'PtsInode', ['tty']);

export class PtmxInode extends PseudoInode {
  override open(k: Kernel, flags: number, task: Task): OpenFile | Errno { return openCharDevice(k, this, flags, task); }
}
stateClass(PtmxInode, 'PtmxInode', []);

export function createDevpts(k: Kernel): SuperBlock {
  const root = new DevptsRoot();
  root.ino = 1; root.mode = S_IFDIR | 0o755; root.nlink = 2;
  stampNow(k, root);
  const sb = newSuperBlock('devpts', 0x1cd1, makedev(0, 22), root);
  sb.blockSize = 1024;
  sb.options = 'rw,gid=5,mode=620,ptmxmode=666';
  sb.volatile = true;
  const ptmx = root.ptmx = new PtmxInode();
  ptmx.sb = sb; ptmx.ino = 2; ptmx.mode = S_IFCHR | 0o666; ptmx.rdev = makedev(5, 2);
  stampNow(k, ptmx);
  return sb;
}
