// Base classes for what has no disk behind it: inodes and open files whose every operation has the usual refusal.
import { stateClass } from '../../base/state.ts';
import { EACCES, EINVAL, EISDIR, ENOTDIR, ENOTTY, EPERM, ESPIPE } from '../../abi/errno.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import type { UserBuffer } from '../contracts/fs.ts';
import type { WaitQueue } from '../contracts/wait.ts';
import { Dentry, Inode, Mount, OpenFile, SuperBlock } from '../contracts/fs.ts';
import type { Errno, Path } from '../contracts/fs.ts';
import { realtime } from '../time/clock.ts';
import type { HostStreamInode } from './host-stream.ts';
import type { InotifyWatch } from './inotify.ts';
import type { Pipe } from './pipe.ts';

export const S_IFMT = 0o170000, S_IFSOCK = 0o140000, S_IFLNK = 0o120000, S_IFREG = 0o100000, S_IFBLK = 0o60000, S_IFDIR = 0o40000, S_IFCHR = 0o20000, S_IFIFO = 0o10000;
export const O_ACCMODE = 3, O_WRONLY = 1, O_RDWR = 2, O_CREAT = 0o100, O_EXCL = 0o200, O_NOCTTY = 0o400, O_TRUNC = 0o1000, O_APPEND = 0o2000, O_NONBLOCK = 0o4000, O_DIRECT = 0o40000, O_CLOEXEC = 0o2000000;
export const POLLIN = 1, POLLPRI = 2, POLLOUT = 4, POLLERR = 8, POLLHUP = 0x10, POLLNVAL = 0x20, POLLRDNORM = 0x40, POLLRDBAND = 0x80, POLLWRNORM = 0x100, POLLWRBAND = 0x200, POLLRDHUP = 0x2000;
export const READABLE = POLLIN | POLLRDNORM, WRITABLE = POLLOUT | POLLWRNORM;

/** linux/kdev_t.h new_encode_dev: how st_rdev and st_dev show a device number. */
export const makedev = (major: number, minor: number): number => (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12);
export const majorOf = (dev: number): number => (dev >>> 8) & 0xfff;
export const minorOf = (dev: number): number => (dev & 0xff) | ((dev >>> 12) & 0xfff00);

export const latin1 = (s: string): Uint8Array => { const b = new Uint8Array(s.length); for (let i = 0; i < s.length; i++) b[i] = s.charCodeAt(i); return b; };
export const byteString = (b: Uint8Array): string => {
  let s = '';
  for (let i = 0; i < b.length; i += 8192) s += String.fromCharCode(...b.subarray(i, i + 8192));
  return s;
};

export abstract class PseudoInode extends Inode {
  override lookup(_k: Kernel, _name: string): Inode | Errno { return -ENOTDIR; }
  override readdir(_k: Kernel): { name: string; ino: number; type: number }[] | Errno { return -ENOTDIR; }
  override create(_k: Kernel, _name: string, _mode: number, _cred: Task['cred'], _rdev: number): Inode | Errno { return -EACCES; }
  override symlink(_k: Kernel, _name: string, _target: string, _cred: Task['cred']): Inode | Errno { return -EACCES; }
  override link(_k: Kernel, _name: string, _inode: Inode): Errno | 0 { return -EPERM; }
  override unlink(_k: Kernel, _name: string, _isDir: boolean): Errno | 0 { return -EPERM; }
  override rename(_k: Kernel, _oldName: string, _newDir: Inode, _newName: string, _flags: number): Errno | 0 { return -EPERM; }
  override readlink(_k: Kernel): string | Errno { return -EINVAL; }
  override truncate(_k: Kernel, _size: number): Errno | 0 { return (this.mode & S_IFMT) === S_IFREG ? 0 : -EINVAL; }
  override getPage(_k: Kernel, _index: number, _forWrite: boolean): number | Errno { return -EINVAL; }
}
stateClass(PseudoInode as unknown as new () => PseudoInode, 'PseudoInode', []);

export abstract class PseudoFile extends OpenFile {
  override read(_k: Kernel, _task: Task, _buf: UserBuffer, _pos: number): number { return (this.inode.mode & S_IFMT) === S_IFDIR ? -EISDIR : -EINVAL; }
  override write(_k: Kernel, _task: Task, _buf: UserBuffer, _pos: number): number { return -EINVAL; }
  override seek(_k: Kernel, _task: Task, _offset: number, _whence: number): number { return -ESPIPE; }
  override poll(_k: Kernel): number { return READABLE | WRITABLE; }
  override pollQueues(): WaitQueue[] { return []; }
  override ioctl(_k: Kernel, _task: Task, _cmd: number, _argLo: number, _argHi: number): number { return -ENOTTY; }
  override release(_k: Kernel): void { /* nothing held */ }
}
stateClass(PseudoFile as unknown as new () => PseudoFile, 'PseudoFile', []);

/** A directory listing's open file; getdents reads the inode, so it has only a position. */
export class PseudoDirFile extends PseudoFile {
  override seek(_k: Kernel, _task: Task, offset: number, whence: number): number {
    const to = whence === 0 ? offset : whence === 1 ? this.pos + offset : -1;
    if (to < 0) return -EINVAL;
    return (this.pos = to);
  }
  override describe(_k: Kernel): string { return this.inode.sb.fstype; }
}
stateClass(PseudoDirFile, 'PseudoDirFile', []);

/** An inode of an anonymous kind: pipe, socket, [eventfd] … */
export class AnonInode extends PseudoInode {
  override open(_k: Kernel, _flags: number, _task: Task): OpenFile | Errno { return -EINVAL; }
}
stateClass(AnonInode, 'AnonInode', []);

export function stampNow(k: Kernel, inode: Inode): void {
  const t = realtime(k);
  inode.atime = inode.mtime = inode.ctime = inode.btime = t.sec;
  inode.atimeNsec = inode.mtimeNsec = inode.ctimeNsec = inode.btimeNsec = t.nsec;
}

export function newSuperBlock(fstype: string, magic: number, dev: number, root: Inode): SuperBlock {
  const sb = new SuperBlock();
  sb.fstype = fstype; sb.magic = magic; sb.dev = dev; sb.source = fstype;
  sb.root = new Dentry();
  sb.root.name = '';
  sb.root.inode = root;
  root.sb = sb;
  return sb;
}

/** pipefs, sockfs, anon_inodefs: internal mounts, which no path reaches. Kept on the kernel by their first use. */
export function anonSuperBlock(k: Kernel, fstype: 'pipefs' | 'sockfs' | 'anon_inodefs' | 'nsfs'): SuperBlock {
  const kept = anonOf(k).superBlocks;
  let sb = kept.get(fstype);
  if (!sb) {
    const root = new AnonInode();
    root.mode = S_IFDIR | 0o555; root.ino = 1;
    const rows = { pipefs: [0x50495045, 13], sockfs: [0x534f434b, 8], anon_inodefs: [0x09041934, 14], nsfs: [0x6e736673, 4] } as const;
    sb = newSuperBlock(fstype, rows[fstype][0], makedev(0, rows[fstype][1]), root);
    kept.set(fstype, sb);
  }
  return sb;
}

/** State of this room that has no better home. */
export class AnonState {
  superBlocks = new Map<string, SuperBlock>();
  fifos = new Map<Inode, Pipe>(); // the pipe of each open FIFO
  hostStdin: HostStreamInode | null = null; // when it is no terminal
  watches = new Map<Inode, InotifyWatch[]>();
  seals = new Map<Inode, number>(); // of memfds
}
stateClass(AnonState, 'AnonState', ['superBlocks', 'fifos', 'hostStdin', 'watches', 'seals']);
export const anonOf = (k: Kernel): AnonState => (k.anon ??= new AnonState()) as AnonState;

/** The path by which a magic link of /proc leads to an inode without a name. */
export function anonPath(inode: Inode, name: string): Path {
  const mount = new Mount();
  mount.sb = inode.sb; mount.root = inode.sb.root;
  const dentry = new Dentry();
  dentry.name = name; dentry.inode = inode;
  return { mount, dentry };
}

/** An inode for one pipe, socket or anonymous file. */
export function newAnonInode(k: Kernel, fstype: 'pipefs' | 'sockfs' | 'anon_inodefs', mode: number, cls: AnonInode = new AnonInode()): AnonInode {
  cls.sb = anonSuperBlock(k, fstype);
  cls.ino = k.nextPipeIno++;
  cls.mode = mode;
  const cred = k.current?.cred;
  if (cred) { cls.uid = cred.fsuid; cls.gid = cred.fsgid; }
  stampNow(k, cls);
  return cls;
}
/** anon_inode_getfile(): a new file of a kind without names: [eventfd], [timerfd], [pidfd] … */
export function anonFile<T extends PseudoFile>(k: Kernel, file: T, flags: number): T {
  file.inode = newAnonInode(k, 'anon_inodefs', 0o600);
  file.flags = flags;
  return file;
}
