// memfd_create(2): a file of an internal tmpfs without a name, with seals.
import { stateClass } from '../../base/state.ts';
import { EBUSY, EINVAL, EPERM } from '../../abi/errno.ts';
import { F_ADD_SEALS, F_GET_SEALS, F_SEAL_FUTURE_WRITE, F_SEAL_GROW, F_SEAL_SEAL, F_SEAL_WRITE, O_RDWR } from '../../abi/open-flags.ts';
import { Dentry, Mount } from '../contracts/fs.ts';
import type { Inode, OpenFile, UserBuffer } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { anonOf } from './pseudo.ts';
import { RegularFile } from './regular.ts';
import { TmpfsInode, createTmpfs } from './tmpfs.ts';

export class MemfdFile extends RegularFile {
  override write(k: Kernel, task: Task, buf: UserBuffer, pos: number): number {
    const seals = sealsOf(k, this.inode);
    if ((seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) !== 0) return -EPERM;
    if ((seals & F_SEAL_GROW) !== 0 && (pos < 0 ? this.pos : pos) + buf.length > this.inode.size) return -EPERM;
    return super.write(k, task, buf, pos);
  }
  /** fcntl's own commands (syscalls/fd.ts). */
  fcntl(k: Kernel, _task: Task, cmd: number, arg: number): number {
    const seals = sealsOf(k, this.inode);
    if (cmd === F_GET_SEALS) return seals;
    if (cmd !== F_ADD_SEALS) return -EINVAL;
    if ((arg & ~0x1f) !== 0) return -EINVAL;
    if ((seals & F_SEAL_SEAL) !== 0) return -EPERM;
    if ((arg & F_SEAL_WRITE) !== 0 && (seals & F_SEAL_WRITE) === 0 && sharedWritable(k, this.inode)) return -EBUSY;
    anonOf(k).seals.set(this.inode, seals | arg);
    return 0;
  }
  override release(k: Kernel): void {
    super.release(k);
    if (this.inode.openCount <= 0) anonOf(k).seals.delete(this.inode);
  }
}
stateClass(MemfdFile, 'MemfdFile', []);

export const sealsOf = (k: Kernel, inode: Inode): number => anonOf(k).seals.get(inode) ?? F_SEAL_SEAL;
function sharedWritable(k: Kernel, inode: Inode): boolean {
  for (const t of k.tasks.values()) if (t.mm) for (const v of t.mm.vmas) if (v.file?.inode === inode && (v.flags & 10) === 10) return true;
  return false;
}

export function createMemfd(k: Kernel, task: Task, name: string, sealing: boolean): OpenFile | number {
  const state = anonOf(k);
  let sb = state.superBlocks.get('memfd');
  if (!sb) { sb = createTmpfs(k); state.superBlocks.set('memfd', sb); }
  const inode = (sb.root.inode as TmpfsInode).tmpfile(k, 0o100777, task.cred, false);
  if (typeof inode === 'number') return inode;
  inode.openCount++;
  inode.writers++;
  const f = new MemfdFile(), mount = new Mount(), dentry = new Dentry();
  mount.sb = sb; mount.root = sb.root;
  dentry.name = `memfd:${name}`; dentry.parent = sb.root; dentry.inode = inode; dentry.deleted = true;
  f.inode = inode; f.flags = O_RDWR; f.path = { mount, dentry };
  anonOf(k).seals.set(inode, sealing ? 0 : F_SEAL_SEAL);
  return f;
}
