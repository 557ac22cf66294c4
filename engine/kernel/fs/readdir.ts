// getdents: a directory's entries as struct linux_dirent64. The listing is taken when reading begins and kept in the open file, so
// that names removed meanwhile do not shift the rest (rm -r); those are left out.
import type { Errno, OpenFile } from '../contracts/fs.ts';
import { EINVAL, ENOENT, ENOTDIR, EOVERFLOW } from '../../abi/errno.ts';
import { DT_DIR, S_IFDIR, S_IFMT } from '../../abi/open-flags.ts';
import type { Kernel } from '../contracts/kernel.ts';
import { COST } from '../../clock/costs.ts';
import { charge } from '../entry/charge.ts';
import { HostInode } from './hostfs.ts';
import { TmpfsInode } from './tmpfs.ts';

function parentIno(file: OpenFile): number {
  const p = file.path;
  if (p === null) return file.inode.ino;
  let { mount, dentry } = p;
  while (dentry === mount.root && mount.parent !== null && mount.mountpoint !== null) { dentry = mount.mountpoint; mount = mount.parent; }
  return (dentry.parent ?? dentry).inode?.ino ?? file.inode.ino;
}

/** linux_dirent64; struct linux_dirent of getdents(2), with longs of 8 bytes and, on i386, of 4. */
export type DirentForm = 'dirent64' | 'dirent' | 'dirent/i386';
/** Fills `out` from the file's position; returns bytes used, 0 at the end, −errno. */
export function fillDirents(k: Kernel, file: OpenFile, out: Uint8Array, form: DirentForm): number | Errno {
  const inode = file.inode;
  if ((inode.mode & S_IFMT) !== S_IFDIR) return -ENOTDIR;
  if (file.path?.dentry.deleted === true) return -ENOENT;
  if (file.listing === null || file.pos === 0) {
    const list = inode.readdir(k);
    if (typeof list === 'number') return list;
    file.listing = [{ name: '.', ino: inode.ino, type: DT_DIR }, { name: '..', ino: parentIno(file), type: DT_DIR }];
    for (const e of list) if (e.name !== '.' && e.name !== '..') file.listing.push(e);
  }
  const listing = file.listing, stable = inode instanceof TmpfsInode ? inode : null;
  const dv = new DataView(out.buffer, out.byteOffset, out.byteLength);
  const old = form !== 'dirent64', long = form === 'dirent/i386' ? 4 : 8, head = long * 2 + (old ? 2 : 3);
  let at = 0, i = file.pos;
  for (; i < listing.length; i++) {
    const e = listing[i]!;
    if (i >= 2 && stable !== null && stable.entries!.get(e.name) === undefined && gone(stable, e.name)) continue;
    const size = (head + e.name.length + (old ? 2 : 1) + long - 1) & -long;
    if (at + size > out.length) break;
    if (long === 4 && e.ino > 0xffffffff) { if (at === 0) return -EOVERFLOW; break; }
    out.fill(0, at, at + size);
    dv.setUint32(at, e.ino >>> 0, true);
    if (long === 8) dv.setUint32(at + 4, Math.floor(e.ino / 4294967296), true);
    dv.setUint32(at + long, i + 1, true);
    dv.setUint16(at + 2 * long, size, true);
    let p = at + 2 * long + 2;
    if (!old) { out[p] = e.type; p++; }
    for (let c = 0; c < e.name.length; c++) out[p + c] = e.name.charCodeAt(c);
    if (old) out[at + size - 1] = e.type;
    at += size;
    charge(k, COST.insn.simple * 40);
  }
  file.pos = i;
  if (at === 0 && i < listing.length) return -EINVAL; // the next entry does not fit
  return at;
}
/** Removed since the listing was taken? Names that were only listed by the host and never looked up are still there. */
function gone(dir: TmpfsInode, name: string): boolean {
  if (!(dir instanceof HostInode)) return true;
  const d = dir.dir!;
  return d.whiteouts.has(name) || !(d.listed?.has(name) ?? false);
}
