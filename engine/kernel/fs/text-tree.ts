// Directory trees of small text files that are made when they are read: /sys, and the fixed part of /proc.
// A tree is a table in code; an inode names its tree and its place in it, so the state holds no functions (law 4).
import { stateClass } from '../../base/state.ts';
import { COST } from '../../clock/costs.ts';
import { EINVAL, EIO, ENOENT, EPERM } from '../../abi/errno.ts';
import type { Errno, Inode, OpenFile, UserBuffer } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { charge } from '../entry/charge.ts';
import { PseudoDirFile, PseudoFile, PseudoInode, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, latin1, stampNow } from './pseudo.ts';

export interface TextNode {
  /** Permission bits; a file is 0444 unless it says so. */
  mode?: number;
  read?: (k: Kernel) => string;
  /** Takes what is written; 0 or −errno. Without it writing is EPERM or EIO as the mode says. */
  write?: (k: Kernel, task: Task, text: string) => number;
  link?: (k: Kernel) => string;
}
/** Paths without a leading slash; directories that only hold others need no row. A row with no read and no link is a directory. */
export type TextTree = ReadonlyMap<string, TextNode>;

const trees = new Map<string, (k: Kernel) => TextTree>();
const built = new Map<string, { tree: TextTree; dirs: Map<string, string[]> }>();
export function defineTree(name: string, make: (k: Kernel) => TextTree): void { trees.set(name, make); }

/** The table and, by directory, the names in it; depends only on the number of CPUs. */
function treeOf(k: Kernel, name: string): { tree: TextTree; dirs: Map<string, string[]> } {
  const key = `${name}/${k.config.cpus}`;
  let t = built.get(key);
  if (!t) {
    const tree = trees.get(name)!(k), dirs = new Map<string, string[]>([['', []]]);
    for (const [path, node] of tree) {
      const parts = path.split('/');
      for (let i = 0; i < parts.length; i++) {
        const dir = parts.slice(0, i).join('/');
        let names = dirs.get(dir);
        if (!names) { names = []; dirs.set(dir, names); }
        if (!names.includes(parts[i]!)) names.push(parts[i]!);
      }
      if (!node.read && !node.link && !dirs.has(path)) dirs.set(path, []);
    }
    t = { tree, dirs };
    built.set(key, t);
  }
  return t;
}

/** Stable inode numbers of generated names. */
export function nameIno(text: string): number {
  let h = 2166136261;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619) >>> 0;
  return 0x10000000 + (h % 0x60000000);
}

/** A file whose text is made when it is read from the start. */
export abstract class GeneratedInode extends PseudoInode {
  abstract generate(k: Kernel): string | Errno;
  store(_k: Kernel, _task: Task, _text: string): number { return (this.mode & 0o222) !== 0 ? -EIO : -EPERM; }
  override open(k: Kernel, flags: number, _task: Task): OpenFile | Errno {
    void k;
    const f = (this.mode & S_IFMT) === S_IFDIR ? new PseudoDirFile() : new TextFile();
    f.inode = this; f.flags = flags;
    return f;
  }
}
stateClass(GeneratedInode as unknown as new () => GeneratedInode, 'GeneratedInode', []);

export class TextFile extends PseudoFile {
  text: Uint8Array | null = null;
  override read(k: Kernel, _task: Task, buf: UserBuffer, pos: number): number {
    const at = pos < 0 ? this.pos : pos;
    charge(k, COST.fileOp);
    if (this.text === null || at === 0) {
      const s = (this.inode as GeneratedInode).generate(k);
      if (typeof s === 'number') return s;
      this.text = latin1(s);
      charge(k, s.length);
    }
    const n = Math.max(0, Math.min(buf.length, this.text.length - at));
    if (n > 0) buf.put(0, this.text, at, n);
    return n;
  }
  override write(k: Kernel, task: Task, buf: UserBuffer, _pos: number): number {
    const bytes = new Uint8Array(Math.min(buf.length, 4096));
    buf.get(0, bytes, 0, bytes.length);
    let s = '';
    for (const b of bytes) s += String.fromCharCode(b);
    const r = (this.inode as GeneratedInode).store(k, task, s);
    return r < 0 ? r : buf.length;
  }
  override seek(_k: Kernel, _task: Task, offset: number, whence: number): number {
    const to = whence === 0 ? offset : whence === 1 ? this.pos + offset : NaN;
    if (!(to >= 0)) return -EINVAL;
    return (this.pos = to);
  }
  override describe(_k: Kernel): string { return this.path?.dentry.name ?? this.inode.sb.fstype; }
}
stateClass(TextFile, 'TextFile', ['text']);

export class TextInode extends GeneratedInode {
  tree = '';
  key = '';
  override lookup(k: Kernel, name: string): Inode | Errno {
    const key = this.key === '' ? name : `${this.key}/${name}`, t = treeOf(k, this.tree);
    const node = t.tree.get(key);
    if (!node && !t.dirs.has(key)) return -ENOENT;
    return textInode(k, this, key, node);
  }
  override readdir(k: Kernel): { name: string; ino: number; type: number }[] {
    const t = treeOf(k, this.tree);
    return (t.dirs.get(this.key) ?? []).map((name) => {
      const key = this.key === '' ? name : `${this.key}/${name}`;
      return { name, ino: nameIno(`${this.tree}:${key}`), type: t.dirs.has(key) ? 4 : t.tree.get(key)!.link ? 10 : 8 };
    });
  }
  override readlink(k: Kernel): string | Errno { return treeOf(k, this.tree).tree.get(this.key)?.link?.(k) ?? -EINVAL; }
  override generate(k: Kernel): string | Errno { return treeOf(k, this.tree).tree.get(this.key)?.read?.(k) ?? -EIO; }
  override store(k: Kernel, task: Task, text: string): number {
    const node = treeOf(k, this.tree).tree.get(this.key);
    return node?.write ? node.write(k, task, text) : super.store(k, task, text);
  }
}
stateClass(TextInode, 'TextInode', ['tree', 'key']);

function textInode(k: Kernel, dir: TextInode, key: string, node: TextNode | undefined): TextInode {
  const i = new TextInode();
  i.sb = dir.sb; i.tree = dir.tree; i.key = key;
  i.ino = nameIno(`${dir.tree}:${key}`);
  const isDir = treeOf(k, dir.tree).dirs.has(key);
  i.mode = isDir ? S_IFDIR | (node?.mode ?? 0o555) : node!.link ? S_IFLNK | 0o777 : S_IFREG | (node!.mode ?? (node!.write ? 0o644 : 0o444));
  if (isDir) i.nlink = 2;
  if (dir.tree === 'sys' && !isDir) i.size = 4096;
  stampNow(k, i);
  return i;
}
/** The names at the top of a tree, for a root that adds its own. */
export function topNames(k: Kernel, tree: string): string[] { return treeOf(k, tree).dirs.get('')!; }
