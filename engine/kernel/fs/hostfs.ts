// The host's tree, asked lazily and never written: each answer is captured in the inode, and the guest's changes are made to the
// inode itself (copy-on-write in guest memory). What differs from the host is listed by kernel/fs/upper.ts.
import { stateClass } from '../../base/state.ts';
import { ENOENT, ENOMEM, ENOTDIR } from '../../abi/errno.ts';
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../../abi/open-flags.ts';
import { CHUNK_BYTES } from '../../host/door.ts';
import type { HostStat } from '../../host/door.ts';
import { SuperBlock } from '../contracts/fs.ts';
import type { Errno, Inode } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Cred } from '../contracts/task.ts';
import { allocFrame } from '../mm/page-alloc.ts';
import { mmOf } from '../mm/state.ts';
import { newDentry } from './dcache.ts';
import { byteString, latin1 } from './pseudo.ts';
import { vfsOf } from './state.ts';
import { TmpfsInode, newMapping, roomForData } from './tmpfs.ts';

const PAGE = 4096, PAGES = CHUNK_BYTES / PAGE;
/** Beyond this many remembered absences a directory's listing is captured instead. */
const MAX_ABSENT = 256;
/** Inode numbers of what the guest creates on a host file system begin here, above the host's own. */
const FIRST_NEW_INO = 0x1_0000_0000;

/** What a directory of the host keeps beside its inodes. */
export class HostDirectory {
  opaque = false; // without the host's entries (created by the guest, or masked)
  /** The host's listing once it was read, names that the guest removed from it, names it made, and captured absences with their errno. */
  listing: { name: string; ino: number; type: number }[] | null = null;
  listed: Set<string> | null = null;
  whiteouts = new Set<string>();
  created = new Set<string>();
  absent = new Map<string, number>();
}
stateClass(HostDirectory, 'HostDirectory', ['opaque', 'listing', 'listed', 'whiteouts', 'created', 'absent']);

export class HostInode extends TmpfsInode {
  dev = 0;
  blksize = 4096;
  /** Where the host has it; '' for what the guest created. It does not change when the guest renames it. */
  hostPath = '';
  lower: HostStat | null = null; // captured
  /** Bytes from the start of the file that are still the host's, where no page is dirty. */
  lowerSize = 0;
  lowerBlocks = 0;
  dir: HostDirectory | null = null;

  override make(_k: Kernel): TmpfsInode {
    const inode = new HostInode();
    inode.dev = this.dev;
    inode.blksize = this.blksize;
    return inode;
  }
  override newInode(k: Kernel, mode: number, cred: Cred, rdev: number): TmpfsInode | Errno {
    const inode = super.newInode(k, mode, cred, rdev);
    if (inode instanceof HostInode && inode.isDir()) {
      inode.dir = new HostDirectory();
      inode.dir.opaque = true;
    }
    return inode;
  }
  override newDirSize(): number { return 4096; }
  childPath(name: string): string { return this.hostPath === '/' ? '/' + name : this.hostPath + '/' + name; }

  override lookup(k: Kernel, name: string): Inode | Errno {
    const entries = this.entries;
    if (entries === null) return -ENOTDIR;
    const known = entries.get(name);
    if (known !== undefined) return known;
    const d = this.dir!;
    if (d.opaque || d.whiteouts.has(name)) return -ENOENT;
    const gone = d.absent.get(name);
    if (gone !== undefined) return gone;
    if (d.listed !== null && !d.listed.has(name)) return -ENOENT;
    const path = this.childPath(name);
    const stat = k.host.lstat(latin1(path));
    if (typeof stat === 'number') {
      if (d.absent.size >= MAX_ABSENT && stat === -ENOENT && d.listed === null) {
        const list = this.readdir(k);
        if (typeof list !== 'number') {
          for (const [n, e] of d.absent) if (e === -ENOENT) d.absent.delete(n);
          return -ENOENT;
        }
      }
      d.absent.set(name, stat);
      return stat;
    }
    const inode = hostInode(k, path, stat, this);
    entries.set(name, inode);
    return inode;
  }
  override readdir(k: Kernel): { name: string; ino: number; type: number }[] | Errno {
    const entries = this.entries;
    if (entries === null) return -ENOTDIR;
    const d = this.dir!;
    if (d.listing === null) {
      if (d.opaque) d.listing = [];
      else {
        const answer = k.host.readdir(latin1(this.hostPath));
        if (typeof answer === 'number') return answer;
        d.listing = answer;
      }
      d.listed = new Set(d.listing.map((e) => e.name));
      // What was looked up before the listing was read stays as it was seen.
      for (const name of entries.keys()) {
        if (!d.created.has(name) && !d.listed.has(name)) { d.listing.push({ name, ino: 0, type: 0 }); d.listed.add(name); }
      }
    }
    const out: { name: string; ino: number; type: number }[] = [];
    for (const e of d.listing) {
      const own = entries.get(e.name);
      if (own !== undefined) out.push({ name: e.name, ino: own.ino, type: (own.mode >> 12) & 15 });
      else if (!d.whiteouts.has(e.name) && !d.absent.has(e.name)) {
        if (e.ino === 0 || e.type === 0) {
          const inode = this.lookup(k, e.name);
          if (typeof inode === 'number') continue;
          out.push({ name: e.name, ino: inode.ino, type: (inode.mode >> 12) & 15 });
        } else out.push(e);
      }
    }
    for (const name of d.created) {
      const own = entries.get(name);
      if (own !== undefined && !d.listed!.has(name)) out.push({ name, ino: own.ino, type: (own.mode >> 12) & 15 });
    }
    return out;
  }
  override addEntry(_k: Kernel, name: string, inode: Inode): void {
    const d = this.dir!;
    this.entries!.set(name, inode);
    d.created.add(name);
    d.absent.delete(name);
  }
  override removeEntry(k: Kernel, name: string): void {
    const d = this.dir!;
    this.entries!.delete(name);
    if (d.created.has(name)) d.created.delete(name);
    else if (!d.opaque) d.whiteouts.add(name);
    // It was absent on the host when it was created, and stays so.
    if (d.opaque || d.whiteouts.has(name) || (d.listed !== null && !d.listed.has(name))) return;
    if (d.absent.size >= MAX_ABSENT && d.listed === null && typeof this.readdir(k) !== 'number') {
      for (const [n, e] of d.absent) if (e === -ENOENT) d.absent.delete(n);
      if (!d.listed!.has(name)) return;
    }
    d.absent.set(name, -ENOENT);
  }
  override readlink(k: Kernel): string | Errno {
    if (this.target === '' && this.hostPath !== '' && (this.mode & S_IFMT) === S_IFLNK) {
      const t = k.host.readlink(latin1(this.hostPath));
      if (typeof t === 'number') return t;
      this.target = byteString(t);
    }
    return super.readlink(k);
  }
  override truncate(k: Kernel, size: number): Errno | 0 {
    const err = super.truncate(k, size);
    if (err === 0 && size < this.lowerSize) { this.lowerSize = size; this.lowerBlocks = Math.min(this.lowerBlocks, Math.ceil(size / PAGE) * 8); }
    return err;
  }
  override getPage(k: Kernel, index: number, forWrite: boolean): number | Errno {
    const mapping = this.mapping!;
    if (forWrite && !mapping.dirty.has(index) && !roomForData(k)) return -ENOMEM;
    let pfn = mapping.pages.get(index);
    if (pfn === undefined) {
      const from = index * PAGE, here = Math.min(PAGE, this.lowerSize - from);
      if (here <= 0) {
        pfn = allocFrame(k, { user: true });
        if (pfn < 0) return -ENOMEM;
      } else {
        pfn = this.readPages(k, index);
        if (pfn < 0) return pfn;
      }
      mapping.pages.set(index, pfn);
      mmOf(k).mappings.add(mapping);
    }
    if (forWrite) { mapping.dirty.add(index); this.changed = true; }
    return pfn;
  }
  /** The page from the host's chunk, and the chunk's other pages while there is room: the door is asked once for each chunk. */
  private readPages(k: Kernel, index: number): number | Errno {
    const pages = this.mapping!.pages, first = index - (index % PAGES);
    const chunk = k.host.readChunk(latin1(this.hostPath), this.lower!, first / PAGES);
    if (typeof chunk === 'number') return chunk;
    let asked = -ENOMEM;
    const last = mmOf(k).freePages > 1024 ? Math.min(first + PAGES, Math.ceil(this.lowerSize / PAGE)) : index + 1;
    for (let i = last === index + 1 ? index : first; i < last; i++) {
      if (i !== index && pages.has(i)) continue;
      const at = (i - first) * PAGE, n = Math.min(PAGE, this.lowerSize - i * PAGE, chunk.length - at);
      const pfn = allocFrame(k, { user: true, zero: n < PAGE });
      if (pfn < 0) { if (i <= index) return asked >= 0 ? asked : -ENOMEM; break; }
      if (n > 0) k.ram.write(pfn * PAGE, chunk, at, n);
      if (i === index) asked = pfn;
      else pages.set(i, pfn);
    }
    return asked;
  }
  override statBlocks(): number {
    const dirty = this.mapping?.dirty;
    if (dirty === undefined || !this.changed) return this.lower !== null ? this.lowerBlocks : this.isDir() ? 8 : 0;
    if (this.lowerSize === 0) return dirty.size * 8;
    let blocks = this.lowerBlocks;
    const last = Math.ceil(this.lowerSize / PAGE);
    for (const i of dirty) if (i >= last) blocks += 8;
    return blocks;
  }
}
stateClass(HostInode, 'HostInode', ['dev', 'blksize', 'hostPath', 'lower', 'lowerSize', 'lowerBlocks', 'dir']);

/** One superblock for each host device, so that st_dev and EXDEV are as on the host. */
function hostSuper(k: Kernel, dev: number): SuperBlock {
  const s = vfsOf(k);
  let sb = s.hostSupers.get(dev);
  if (sb === undefined) {
    sb = new SuperBlock();
    sb.dev = dev;
    sb.fstype = 'overlay';
    sb.magic = 0x794c7630;
    sb.source = 'overlay';
    sb.options = 'rw,relatime';
    sb.nextIno = FIRST_NEW_INO;
    sb.root = newDentry(null, '', null);
    s.hostSupers.set(dev, sb);
  }
  return sb;
}

function hostInode(k: Kernel, path: string, stat: HostStat, parent: HostInode | null): HostInode {
  const links = vfsOf(k).hostLinks;
  const type = stat.mode & S_IFMT;
  const shared = stat.nlink > 1 && type !== S_IFDIR;
  const key = shared ? stat.dev + ':' + stat.ino : '';
  if (shared) {
    const seen = links.get(key);
    if (seen !== undefined) return seen as HostInode;
  }
  const inode = new HostInode();
  // Overlays show files under the device of their layer: for rename and link the directory's file system counts.
  inode.sb = type === S_IFDIR || parent === null ? hostSuper(k, stat.dev) : parent.sb;
  inode.dev = stat.dev;
  inode.ino = stat.ino;
  inode.mode = stat.mode;
  inode.nlink = stat.nlink;
  inode.uid = stat.uid;
  inode.gid = stat.gid;
  inode.rdev = stat.rdev;
  inode.size = stat.size;
  inode.atime = stat.atime; inode.atimeNsec = stat.atimeNsec;
  inode.mtime = stat.mtime; inode.mtimeNsec = stat.mtimeNsec;
  inode.ctime = stat.ctime; inode.ctimeNsec = stat.ctimeNsec;
  inode.btime = stat.btime; inode.btimeNsec = stat.btimeNsec;
  inode.blocks = inode.lowerBlocks = stat.blocks;
  inode.blksize = stat.blksize;
  inode.hostPath = path;
  inode.lower = stat;
  if (type === S_IFDIR) {
    inode.entries = new Map();
    inode.dir = new HostDirectory();
    inode.dir.opaque = stat.masked;
  } else if (type === S_IFREG) {
    inode.lowerSize = stat.size;
    newMapping(inode, true);
  }
  if (shared) links.set(key, inode);
  return inode;
}

/** The superblock whose root is the host's /. */
export function createHostfs(k: Kernel, rootPath = '/'): SuperBlock {
  const stat = k.host.lstat(latin1(rootPath));
  const fallback: HostStat = { dev: 1, ino: 2, mode: S_IFDIR | 0o755, nlink: 2, uid: 0, gid: 0, rdev: 0, size: 4096, atime: 0, atimeNsec: 0, mtime: 0, mtimeNsec: 0, ctime: 0, ctimeNsec: 0, blocks: 8, blksize: 4096, btime: 0, btimeNsec: 0, masked: true };
  const root = hostInode(k, rootPath, typeof stat === 'number' ? fallback : stat, null);
  const sb = root.sb;
  sb.root.inode = root;
  vfsOf(k).hostRoot = root;
  return sb;
}
