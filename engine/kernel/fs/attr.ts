// Inode attributes: times, mode, owner, size (fs/attr.c), and the device number and block count that stat shows.
import { EINVAL, EPERM } from '../../abi/errno.ts';
import { S_IFDIR, S_IFMT, S_ISGID, S_ISUID, S_IXGRP } from '../../abi/open-flags.ts';
import type { Errno, Inode } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Cred } from '../contracts/task.ts';
import { realtime } from '../time/clock.ts';
import { CAP, capable, inGroup, ownerOrCapable } from './permission.ts';

/** What stat shows beyond the common fields; file systems with their own answer carry these fields. */
interface StatExtras { dev?: number; changed?: boolean; metaChanged?: boolean; blksize?: number; statBlocks?(): number }

export function devOf(inode: Inode): number { return (inode as StatExtras).dev ?? inode.sb?.dev ?? 0; }
export function blocksOf(inode: Inode): number { const e = inode as StatExtras; return e.statBlocks ? e.statBlocks() : inode.blocks; }
export function blksizeOf(inode: Inode): number { return (inode as StatExtras).blksize ?? inode.sb?.blockSize ?? 4096; }

/** Contents changed (copy-on-write layer: kernel/fs/upper.ts lists such files). */
export function markChanged(inode: Inode): void { if ('changed' in inode) (inode as StatExtras).changed = true; }
/** Only inodes that declare the field keep track (what `extract` lists). */
function markMeta(inode: Inode): void { if ('metaChanged' in inode) (inode as StatExtras).metaChanged = true; }

export function touchCtime(k: Kernel, inode: Inode): void {
  const t = realtime(k);
  inode.ctime = t.sec; inode.ctimeNsec = t.nsec;
}
export function touchMtime(k: Kernel, inode: Inode): void {
  const t = realtime(k);
  inode.mtime = inode.ctime = t.sec;
  inode.mtimeNsec = inode.ctimeNsec = t.nsec;
}
/** After writing to a file: times, and set-id bits lost unless privileged (file_remove_privs). */
export function touchModified(k: Kernel, cred: Cred, inode: Inode): void {
  touchMtime(k, inode);
  markChanged(inode);
  if ((inode.mode & (S_ISUID | S_ISGID)) !== 0) killPriv(cred, inode);
}
export function killPriv(cred: Cred, inode: Inode): void {
  if (capable(cred, CAP.FSETID)) return;
  inode.mode &= ~S_ISUID;
  if ((inode.mode & S_IXGRP) !== 0) inode.mode &= ~S_ISGID;
}

export function chmodInode(k: Kernel, cred: Cred, inode: Inode, mode: number): Errno | 0 {
  if (!ownerOrCapable(cred, inode)) return -EPERM;
  mode &= 0o7777;
  if (!inGroup(cred, inode.gid) && !capable(cred, CAP.FSETID)) mode &= ~S_ISGID;
  inode.mode = (inode.mode & S_IFMT) | mode;
  touchCtime(k, inode);
  markMeta(inode);
  return 0;
}

/** uid or gid −1: unchanged. */
export function chownInode(k: Kernel, cred: Cred, inode: Inode, uid: number, gid: number): Errno | 0 {
  const owner = capable(cred, CAP.CHOWN);
  if (uid !== -1 && !owner && !(cred.fsuid === inode.uid && uid === inode.uid)) return -EPERM;
  if (gid !== -1 && !owner && !(cred.fsuid === inode.uid && (gid === inode.gid || inGroup(cred, gid)))) return -EPERM;
  if (uid !== -1) inode.uid = uid;
  if (gid !== -1) inode.gid = gid;
  if ((inode.mode & S_IFMT) !== S_IFDIR) {
    inode.mode &= ~S_ISUID;
    if ((inode.mode & S_IXGRP) !== 0) inode.mode &= ~S_ISGID;
  }
  touchCtime(k, inode);
  markMeta(inode);
  return 0;
}

export interface NewTimes { atime: number; atimeNsec: number; mtime: number; mtimeNsec: number } // NaN = leave
export function setTimes(k: Kernel, inode: Inode, t: NewTimes): void {
  if (!Number.isNaN(t.atime)) { inode.atime = t.atime; inode.atimeNsec = t.atimeNsec; }
  if (!Number.isNaN(t.mtime)) { inode.mtime = t.mtime; inode.mtimeNsec = t.mtimeNsec; }
  touchCtime(k, inode);
  markMeta(inode);
}

export function truncateInode(k: Kernel, cred: Cred, inode: Inode, size: number): Errno | 0 {
  if (size < 0) return -EINVAL;
  const err = inode.truncate(k, size);
  if (err !== 0) return err;
  touchModified(k, cred, inode);
  return 0;
}
