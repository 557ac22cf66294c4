// What the guest changed of the host's tree: the copy-on-write layer read as a list, for `ktrace extract`.
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../../abi/open-flags.ts';
import type { Inode } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import { filemapRead } from '../mm/filemap.ts';
import { kernelBuffer } from '../mm/uaccess.ts';
import { HostInode } from './hostfs.ts';
import { vfsOf } from './state.ts';

export interface ChangedFile {
  path: string; // byte string, absolute
  change: 'created' | 'modified' | 'deleted' | 'attributes';
  kind: 'regular' | 'directory' | 'symlink' | 'other';
  inode: Inode | null; // null: deleted
}

const kindOf = (mode: number): ChangedFile['kind'] => {
  const t = mode & S_IFMT;
  return t === S_IFREG ? 'regular' : t === S_IFDIR ? 'directory' : t === S_IFLNK ? 'symlink' : 'other';
};

/** In path order. Directories come before what is in them. */
export function changedFiles(k: Kernel): ChangedFile[] {
  const out: ChangedFile[] = [];
  const walk = (dir: HostInode, path: string, inNew: boolean): void => {
    const d = dir.dir!;
    const names = new Set<string>(dir.entries!.keys());
    for (const n of d.whiteouts) names.add(n);
    if (inNew && !d.opaque) {
      const list = dir.readdir(k); // a renamed host directory: everything in it is new at this place
      if (typeof list !== 'number') for (const e of list) names.add(e.name);
    }
    for (const name of [...names].sort()) {
      const at = path + '/' + name;
      let inode: Inode | undefined = dir.entries!.get(name);
      if (inode === undefined && inNew && !d.whiteouts.has(name)) {
        const found = dir.lookup(k, name);
        if (typeof found !== 'number') inode = found;
      }
      if (inode === undefined) {
        if (d.whiteouts.has(name) && !inNew) out.push({ path: at, change: 'deleted', kind: 'other', inode: null });
        continue;
      }
      const h = inode as HostInode;
      const fresh = inNew || d.created.has(name);
      const isDir = (inode.mode & S_IFMT) === S_IFDIR;
      if (fresh) out.push({ path: at, change: !inNew && d.whiteouts.has(name) ? 'modified' : 'created', kind: kindOf(inode.mode), inode });
      else if (h.changed && !isDir) out.push({ path: at, change: 'modified', kind: kindOf(inode.mode), inode });
      else if (h.metaChanged) out.push({ path: at, change: 'attributes', kind: kindOf(inode.mode), inode });
      if (isDir && h.entries != null) walk(h, at, fresh);
    }
  };
  const root = vfsOf(k).hostRoot as HostInode | null;
  if (root !== null && root.entries !== null) walk(root, '', false);
  return out;
}

/** Bytes [pos, pos + len) of a file's present contents. */
export function readContent(k: Kernel, inode: Inode, pos: number, len: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(0, Math.min(len, inode.size - pos)));
  let done = 0;
  while (done < bytes.length) {
    const n = filemapRead(k, inode, kernelBuffer(bytes.subarray(done)), 0, pos + done, bytes.length - done);
    if (n <= 0) break;
    done += n;
  }
  return bytes.subarray(0, done);
}
