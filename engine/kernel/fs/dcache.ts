// Dentries: the names by which inodes are reached. No negative dentries are kept: file systems remember their own absences.
import { ENOENT } from '../../abi/errno.ts';
import { Dentry } from '../contracts/fs.ts';
import type { Errno, Inode } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';

export function newDentry(parent: Dentry | null, name: string, inode: Inode | null): Dentry {
  const d = new Dentry();
  d.parent = parent;
  d.name = name;
  d.inode = inode;
  return d;
}

/** The child of a directory: cached, asked of its file system, or a fresh negative dentry (inode null) that is not kept. */
export function lookupChild(k: Kernel, dir: Dentry, name: string): Dentry | Errno {
  const cached = dir.children.get(name);
  const inode = dir.inode!;
  if (cached !== undefined && (!inode.sb.volatile || cached.mounted !== null)) return cached;
  const found = inode.lookup(k, name);
  if (typeof found === 'number') {
    if (found !== -ENOENT) return found;
    if (cached !== undefined) dropDentry(cached);
    return newDentry(dir, name, null);
  }
  if (cached !== undefined && cached.inode === found) return cached;
  const d = newDentry(dir, name, found);
  if (!inode.sb.volatile) dir.children.set(name, d);
  return d;
}

/** A negative dentry gets its inode and its place (d_instantiate, d_add). */
export function instantiate(d: Dentry, inode: Inode): void {
  d.inode = inode;
  d.deleted = false;
  if (d.parent !== null && !d.parent.inode!.sb.volatile) d.parent.children.set(d.name, d);
}

/** d_delete: the name is gone; open files and working directories keep the dentry. */
export function dropDentry(d: Dentry): void {
  d.deleted = true;
  if (d.parent !== null && d.parent.children.get(d.name) === d) d.parent.children.delete(d.name);
}

export function moveDentry(d: Dentry, parent: Dentry, name: string): void {
  if (d.parent !== null && d.parent.children.get(d.name) === d) d.parent.children.delete(d.name);
  d.parent = parent;
  d.name = name;
  parent.children.set(name, d);
}
