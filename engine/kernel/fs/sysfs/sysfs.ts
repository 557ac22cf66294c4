// sysfs: the root only, for now.
import { stateClass } from '../../../base/state.ts';
import { ENOENT } from '../../../abi/errno.ts';
import type { OpenFile, SuperBlock } from '../../contracts/fs.ts';
import type { Kernel } from '../../contracts/kernel.ts';
import { PseudoDirFile, PseudoInode, S_IFDIR, makedev, newSuperBlock, stampNow } from '../pseudo.ts';
class SysfsRoot extends PseudoInode {
  override lookup(): number { return -ENOENT; }
  override readdir(): { name: string; ino: number; type: number }[] { return []; }
  override open(_k: Kernel, flags: number): OpenFile { const f = new PseudoDirFile(); f.inode = this; f.flags = flags; return f; }
}
stateClass(SysfsRoot, 'SysfsRoot', []);
export function createSysfs(k: Kernel): SuperBlock {
  const root = new SysfsRoot();
  root.ino = 1; root.mode = S_IFDIR | 0o555;
  stampNow(k, root);
  const sb = newSuperBlock('sysfs', 0x62656572, makedev(0, 20), root);
  sb.volatile = true;
  return sb;
}
