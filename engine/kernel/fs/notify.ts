// fsnotify: where the VFS says what happened to a file. Watchers (kernel/fs/inotify.ts) hang on the inode; without any it is one test.
import { S_IFDIR, S_IFMT } from '../../abi/open-flags.ts';
import type { Inode, Path } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';

/** inotify's event bits. */
export const FSN = { ACCESS: 1, MODIFY: 2, ATTRIB: 4, CLOSE_WRITE: 8, CLOSE_NOWRITE: 0x10, OPEN: 0x20, MOVED_FROM: 0x40, MOVED_TO: 0x80, CREATE: 0x100, DELETE: 0x200, DELETE_SELF: 0x400, MOVE_SELF: 0x800 } as const;

type Listener = (k: Kernel, inode: Inode, mask: number, name: string | null, isDir: boolean, cookie: number) => void;
let listener: Listener | null = null;
/** kernel/fs/inotify.ts registers itself when it is loaded; the watches themselves are state. */
export function setFsnotify(l: Listener): void { listener = l; }

/** What happened to a file reached by a name: the directory's watches hear it with the name, then the file's own (fsnotify_parent). */
export function fsnotifyNamed(k: Kernel, path: Path | null, inode: Inode, mask: number): void {
  if (listener === null) return;
  const isDir = (inode.mode & S_IFMT) === S_IFDIR;
  const dentry = path?.dentry;
  if (dentry !== undefined && dentry.parent !== null && !dentry.deleted) listener(k, dentry.parent.inode!, mask, dentry.name, isDir, 0);
  listener(k, inode, mask, null, isDir, 0);
}

/** name: the entry of a directory it happened to; null: the inode itself. */
export function fsnotify(k: Kernel, inode: Inode, mask: number, name: string | null, isDir: boolean, cookie = 0): void {
  if (listener !== null) listener(k, inode, mask, name, isDir, cookie);
}
