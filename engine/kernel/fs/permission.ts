// Who may do what to an inode (fs/namei.c generic_permission; capabilities(7)).
import { EACCES, EPERM, EROFS } from '../../abi/errno.ts';
import { MS_RDONLY, S_IFDIR, S_IFMT, S_IFREG, S_IFLNK, S_ISVTX } from '../../abi/open-flags.ts';
import type { Errno, Inode, Mount } from '../contracts/fs.ts';
import type { Cred } from '../contracts/task.ts';

export const CAP = { CHOWN: 0, DAC_OVERRIDE: 1, DAC_READ_SEARCH: 2, FOWNER: 3, FSETID: 4, SETGID: 6, SETUID: 7, LINUX_IMMUTABLE: 9, IPC_LOCK: 14, SYS_CHROOT: 18, SYS_ADMIN: 21, SYS_RESOURCE: 24, MKNOD: 27, LEASE: 28, SETFCAP: 31 } as const;

export function capable(cred: Cred, cap: number): boolean {
  return cap < 32 ? ((cred.capEffective[0] >>> cap) & 1) !== 0 : ((cred.capEffective[1] >>> (cap - 32)) & 1) !== 0;
}
export function inGroup(cred: Cred, gid: number): boolean { return cred.fsgid === gid || cred.groups.includes(gid); }

export const MAY_EXEC = 1, MAY_WRITE = 2, MAY_READ = 4;

/** 0 or −EACCES for the wanted bits of R 4, W 2, X 1, as fsuid and fsgid. */
export function inodePermission(cred: Cred, inode: Inode, mask: number): Errno | 0 {
  const mode = inode.mode;
  let bits: number;
  if (cred.fsuid === inode.uid) bits = mode >> 6;
  else if (cred.fsgid === inode.gid || (cred.groups.length > 0 && cred.groups.includes(inode.gid))) bits = mode >> 3;
  else bits = mode;
  if ((bits & mask) === mask) return 0;
  const type = mode & S_IFMT;
  if (type === S_IFDIR) {
    if (capable(cred, CAP.DAC_OVERRIDE)) return 0;
    if ((mask & MAY_WRITE) === 0 && capable(cred, CAP.DAC_READ_SEARCH)) return 0;
    return -EACCES;
  }
  if (mask === MAY_READ && capable(cred, CAP.DAC_READ_SEARCH)) return 0;
  if (((mask & MAY_EXEC) === 0 || (mode & 0o111) !== 0) && capable(cred, CAP.DAC_OVERRIDE)) return 0;
  return -EACCES;
}

/** Read-only mount or superblock: no writing to files, directories and links (devices, FIFOs and sockets may be written). */
export function readonlyFs(inode: Inode, mount: Mount | null): boolean {
  return inode.sb.readonly || (mount !== null && (mount.flags & MS_RDONLY) !== 0);
}
export function mayWriteFs(inode: Inode, mount: Mount | null): Errno | 0 {
  const type = inode.mode & S_IFMT;
  return (type === S_IFREG || type === S_IFDIR || type === S_IFLNK) && readonlyFs(inode, mount) ? -EROFS : 0;
}

export function ownerOrCapable(cred: Cred, inode: Inode): boolean { return cred.fsuid === inode.uid || capable(cred, CAP.FOWNER); }

/** may_delete(): write and search on the directory, and the sticky bit. */
export function mayDelete(cred: Cred, dir: Inode, victim: Inode): Errno | 0 {
  const err = inodePermission(cred, dir, MAY_WRITE | MAY_EXEC);
  if (err !== 0) return err;
  if ((dir.mode & S_ISVTX) !== 0 && cred.fsuid !== victim.uid && cred.fsuid !== dir.uid && !capable(cred, CAP.FOWNER)) return -EPERM;
  return 0;
}
