// A host in memory for tests: a tree of files behind the door, counting what is asked of it.
import { ENOENT, EINVAL, ENOTDIR } from '../../../abi/errno.ts';
import { CHUNK_BYTES } from '../../../host/door.ts';
import type { Host, HostDirent, HostStat } from '../../../host/door.ts';

interface Node { mode: number; uid: number; gid: number; ino: number; nlink: number; data?: Uint8Array; target?: string; children?: Map<string, Node>; masked?: boolean; error?: number; mtime: number }

export class FakeHost implements Host {
  private next = 2;
  calls: string[] = [];
  root: Node = this.node(0o40755);
  private node(mode: number): Node { return { mode, uid: 0, gid: 0, ino: this.next++, nlink: 1, mtime: 1_600_000_000, ...((mode & 0o170000) === 0o40000 ? { children: new Map() } : {}) }; }

  /** Makes parents as needed. data: text or bytes; mode without a type is a regular file. */
  add(path: string, data: string | Uint8Array = '', mode = 0o644, uid = 0): Node {
    const names = path.split('/').filter(Boolean), last = names.pop()!;
    let at = this.root;
    for (const n of names) { let c = at.children!.get(n); if (!c) { c = this.node(0o40755); c.nlink = 2; at.children!.set(n, c); } at = c; }
    const n = this.node((mode & 0o170000) === 0 ? mode | 0o100000 : mode);
    n.uid = uid;
    if ((n.mode & 0o170000) === 0o120000) n.target = data as string;
    else if ((n.mode & 0o170000) === 0o100000) n.data = typeof data === 'string' ? Uint8Array.from(data, (c) => c.charCodeAt(0)) : data;
    at.children!.set(last, n);
    return n;
  }
  hardlink(from: string, to: string): void {
    const n = this.find(from) as Node;
    n.nlink++;
    const names = to.split('/').filter(Boolean), last = names.pop()!;
    (this.find('/' + names.join('/')) as Node).children!.set(last, n);
  }
  find(path: string): Node | number {
    let at = this.root;
    for (const n of path.split('/').filter(Boolean)) {
      if (!at.children) return -ENOTDIR;
      const c = at.children.get(n);
      if (!c) return -ENOENT;
      at = c;
    }
    return at.error ? -at.error : at;
  }
  private text(path: Uint8Array, what: string): string { const s = String.fromCharCode(...path); this.calls.push(what + ' ' + s); return s; }
  lstat(path: Uint8Array): HostStat | number {
    const n = this.find(this.text(path, 'lstat'));
    if (typeof n === 'number') return n;
    const size = n.data?.length ?? n.target?.length ?? 4096;
    return { dev: 0x801, ino: n.ino, mode: n.mode, nlink: n.nlink, uid: n.uid, gid: n.gid, rdev: 0, size, atime: n.mtime, atimeNsec: 0, mtime: n.mtime, mtimeNsec: 5, ctime: n.mtime, ctimeNsec: 0, blocks: Math.ceil(size / 4096) * 8, blksize: 4096, btime: 1, btimeNsec: 0, masked: n.masked ?? false };
  }
  readlink(path: Uint8Array): Uint8Array | number {
    const n = this.find(this.text(path, 'readlink'));
    return typeof n === 'number' ? n : n.target === undefined ? -EINVAL : Uint8Array.from(n.target, (c) => c.charCodeAt(0));
  }
  readdir(path: Uint8Array): HostDirent[] | number {
    const n = this.find(this.text(path, 'readdir'));
    if (typeof n === 'number') return n;
    if (!n.children) return -ENOTDIR;
    return [...n.children].map(([name, c]) => ({ name, ino: 0, type: c.mode >> 12 }));
  }
  readChunk(path: Uint8Array, _stat: HostStat, index: number): Uint8Array | number {
    const n = this.find(this.text(path, 'chunk'));
    return typeof n === 'number' ? n : n.data!.slice(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
  }
  startClock(): { sec: number; nsec: number } { return { sec: 1_700_000_000, nsec: 0 }; }
  stream(): { kind: 'closed'; stat: null; writable: boolean; readable: boolean } { return { kind: 'closed', stat: null, writable: false, readable: false }; }
  winsize(): { rows: number; cols: number; xpixel: number; ypixel: number } { return { rows: 24, cols: 80, xpixel: 0, ypixel: 0 }; }
  write(_fd: number, data: Uint8Array): number { return data.length; }
  readStdin(): Uint8Array { return new Uint8Array(0); }
  poll(): [] { return []; }
  wantStdin(): void { /* nothing to wait for */ }
}
