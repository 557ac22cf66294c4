// The VFS seen from other rooms: superblock, inode, dentry, mount, open file, fd table. Linux's shapes; behaviour: kernel/fs.
// A file system is a set of subclasses of Inode and OpenFile registered with stateClass; no function-valued fields (law 4).
import { stateClass } from '../../base/state.ts';
import { AddressSpace } from './mm.ts';
import type { Kernel } from './kernel.ts';
import type { Task } from './task.ts';
import type { WaitQueue } from './wait.ts';

export type Errno = number; // negative errno

export class SuperBlock {
  dev = 0; fstype = ''; magic = 0; blockSize = 4096; source = 'none'; options = 'rw'; readonly = false;
  nextIno = 1;
  root!: Dentry;
  /** Names come and go by themselves (proc, devpts): path walks ask Inode.lookup every time and cache no dentry. */
  volatile = false;
}
stateClass(SuperBlock, 'SuperBlock', ['dev', 'fstype', 'magic', 'blockSize', 'source', 'options', 'readonly', 'nextIno', 'root', 'volatile']);

/** Timestamps are CLOCK_REALTIME seconds + nanoseconds. */
export abstract class Inode {
  sb!: SuperBlock;
  ino = 0; mode = 0; nlink = 1; uid = 0; gid = 0; rdev = 0; size = 0;
  atime = 0; atimeNsec = 0; mtime = 0; mtimeNsec = 0; ctime = 0; ctimeNsec = 0; btime = 0; btimeNsec = 0;
  blocks = 0; // of 512 bytes
  mapping: AddressSpace | null = null; // regular files with cached pages
  openCount = 0;
  fileId = 0; // id in the file_desc table, 0 = none yet
  locks: unknown = null; // kernel/fs/locks.ts
  writers = 0; // open for writing (execve: ETXTBSY)

  // Directory operations; names are Latin-1 strings of bytes ("byte strings", see fs README), so any host name fits.
  abstract lookup(k: Kernel, name: string): Inode | Errno;
  abstract readdir(k: Kernel): { name: string; ino: number; type: number }[] | Errno;
  abstract create(k: Kernel, name: string, mode: number, cred: Task['cred'], rdev: number): Inode | Errno; // regular, directory, fifo, socket, device by mode
  abstract symlink(k: Kernel, name: string, target: string, cred: Task['cred']): Inode | Errno;
  abstract link(k: Kernel, name: string, inode: Inode): Errno | 0;
  abstract unlink(k: Kernel, name: string, isDir: boolean): Errno | 0;
  abstract rename(k: Kernel, oldName: string, newDir: Inode, newName: string, flags: number): Errno | 0;
  abstract readlink(k: Kernel): string | Errno;
  abstract truncate(k: Kernel, size: number): Errno | 0;
  /** Makes an open file for this inode. */
  abstract open(k: Kernel, flags: number, task: Task): OpenFile | Errno;
  /** Page `index` for the page cache, filled; the frame stays in `mapping`. forWrite: it is about to be modified in place (copy-up). */
  abstract getPage(k: Kernel, index: number, forWrite: boolean): number | Errno;
  /** A magic link of /proc (exe, cwd, root, fd/N, ns/*): where following it leads, which its text may not name. null: an ordinary symlink. */
  magicLink(_k: Kernel, _task: Task): Path | Errno | null { return null; }
}
stateClass(Inode as unknown as new () => Inode, 'Inode', ['sb', 'ino', 'mode', 'nlink', 'uid', 'gid', 'rdev', 'size', 'atime', 'atimeNsec', 'mtime', 'mtimeNsec', 'ctime', 'ctimeNsec', 'btime', 'btimeNsec', 'blocks', 'mapping', 'openCount', 'fileId', 'locks', 'writers']);

export class Dentry {
  name = ''; // byte string
  parent: Dentry | null = null; // null for a file system's root
  inode: Inode | null = null; // null: negative
  children = new Map<string, Dentry>();
  mounted: Mount | null = null; // what is mounted here
  deleted = false;
}
stateClass(Dentry, 'Dentry', ['name', 'parent', 'inode', 'children', 'mounted', 'deleted']);

export class Mount {
  id = 0; sb!: SuperBlock; root!: Dentry; parent: Mount | null = null; mountpoint: Dentry | null = null; flags = 0;
}
stateClass(Mount, 'Mount', ['id', 'sb', 'root', 'parent', 'mountpoint', 'flags']);

export interface Path { mount: Mount; dentry: Dentry }

/** struct file. Results are ≥ 0, −errno, or BLOCK after waitOn(). User memory is given as a UserBuffer. */
export abstract class OpenFile {
  inode!: Inode;
  path: Path | null = null; // null for pipes, sockets, anonymous inodes
  flags = 0; // O_* status flags and access mode
  pos = 0;
  refs = 1;
  fasyncOwner = 0;
  /** A directory's entries as they were when reading began (kernel/fs/readdir.ts). */
  listing: { name: string; ino: number; type: number }[] | null = null;
  /** Reads at pos (or −1: the file position, advanced by the caller through pos). */
  abstract read(k: Kernel, task: Task, buf: UserBuffer, pos: number): number;
  abstract write(k: Kernel, task: Task, buf: UserBuffer, pos: number): number;
  abstract seek(k: Kernel, task: Task, offset: number, whence: number): number;
  /** POLL* bits that are ready now. */
  abstract poll(k: Kernel): number;
  /** The queues on which a change of poll() is announced. */
  abstract pollQueues(): WaitQueue[];
  abstract ioctl(k: Kernel, task: Task, cmd: number, argLo: number, argHi: number): number;
  /** Last reference gone. */
  abstract release(k: Kernel): void;
  /** What /proc/PID/fd and strace -y show: a path, pipe:[123], anon_inode:[eventpoll] … */
  abstract describe(k: Kernel): string;
}
stateClass(OpenFile as unknown as new () => OpenFile, 'OpenFile', ['inode', 'path', 'flags', 'pos', 'refs', 'fasyncOwner', 'listing']);

/** User memory of one call, already faulted in (law 4: prepare, then commit): a scatter list. Built by kernel/mm/uaccess.ts. */
export interface UserBuffer {
  readonly length: number;
  /** Copies into user memory at `at`; counts the copy cost. */
  put(at: number, src: Uint8Array, srcOffset: number, length: number): void;
  /** Copies out of user memory. */
  get(at: number, dst: Uint8Array, dstOffset: number, length: number): void;
}

export class FilesStruct {
  users = 1;
  fds: (OpenFile | null)[] = [];
  cloexec: boolean[] = [];
  nextFd = 0; // no descriptor below it is free
}
stateClass(FilesStruct, 'FilesStruct', ['users', 'fds', 'cloexec', 'nextFd']);

export class FsStruct {
  users = 1; umask = 0o22;
  root!: Path; pwd!: Path;
}
stateClass(FsStruct, 'FsStruct', ['users', 'umask', 'root', 'pwd']);
