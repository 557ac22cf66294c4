// The door to the real host over node:fs. Paths are bytes. What was seen first stays: callers cache, `changedFiles` names the rest.
// Not here: logging and feeding back (record.ts, replay.ts).
import { constants as modes, closeSync, fstatSync, lstatSync, openSync, opendirSync, readFileSync, readSync, readlinkSync, writeSync } from 'node:fs';
import type { BigIntStats, Dirent } from 'node:fs';
import { constants } from 'node:os';
import { isatty } from 'node:tty';
import { CHUNK_BYTES } from './door.ts';
import type { Host, HostDirent, HostInput, HostStat, HostStream } from './door.ts';

const errnos = constants.errno as Record<string, number>;
/** −errno of a failed call; EIO for what has none. */
export function hostErrno(e: unknown): number {
  const code = (e as NodeJS.ErrnoException).code;
  const n = code === undefined ? undefined : errnos[code];
  return -(n ?? 5);
}

/** Host file systems of which the guest has its own, or which must not be read at all. */
const MASKED = new Set(['proc', 'sysfs', 'devtmpfs', 'devpts', 'cgroup', 'cgroup2', 'mqueue', 'debugfs', 'tracefs', 'securityfs', 'bpf', 'pstore', 'configfs', 'fusectl', 'efivarfs', 'binfmt_misc', 'hugetlbfs', 'selinuxfs', 'rpc_pipefs', 'autofs', 'nsfs']);

const unescapeMount = (s: string): string => s.replace(/\\([0-7]{3})/g, (_, o: string) => String.fromCharCode(parseInt(o, 8)));

/** Mount points of masked file systems, and everything below /dev, as byte strings; from /proc/self/mountinfo (proc_pid_mountinfo(5)). */
function maskedMounts(): Set<string> {
  const found = new Set<string>(['/proc', '/sys', '/dev']);
  let text: string;
  try { text = readFileSync('/proc/self/mountinfo', 'latin1'); } catch { return found; }
  for (const line of text.split('\n')) {
    const fields = line.split(' '), dash = fields.indexOf('-');
    if (dash < 0) continue;
    const point = unescapeMount(fields[4]!);
    if (MASKED.has(fields[dash + 1]!) || point === '/dev/shm' || point === '/run') found.add(point);
  }
  return found;
}

const latin1 = (path: Uint8Array): string => Buffer.from(path.buffer, path.byteOffset, path.length).toString('latin1');
const bufferOf = (path: Uint8Array): Buffer => Buffer.from(path.buffer, path.byteOffset, path.length);
/** A copy with a buffer of its own: node's Buffers share a pool and are no state. */
const own = (b: Buffer): Uint8Array => Uint8Array.prototype.slice.call(b) as Uint8Array;

const whole = new BigInt64Array(1), halves = new Int32Array(whole.buffer);
const BILLION = 1_000_000_000;
/** The nanoseconds beside the seconds that seconds() gave last. */
let nsec = 0;
/** Whole seconds of a time in ns, rounded down. Without dividing BigInts, which costs more than the lstat that the times are from. */
function seconds(ns: bigint): number {
  whole[0] = ns;
  let sec = Math.floor(Number(ns) / BILLION); // one off at most; the low halves say by how much
  nsec = (halves[0]! - Math.imul(sec, BILLION)) | 0;
  if (nsec < 0) { sec--; nsec += BILLION; } else if (nsec >= BILLION) { sec++; nsec -= BILLION; }
  return sec;
}

function convert(s: BigIntStats, masked: boolean): HostStat {
  const atime = seconds(s.atimeNs), atimeNsec = nsec, mtime = seconds(s.mtimeNs), mtimeNsec = nsec, ctime = seconds(s.ctimeNs), ctimeNsec = nsec, btime = seconds(s.birthtimeNs), btimeNsec = nsec;
  return {
    dev: Number(s.dev), ino: Number(s.ino), mode: Number(s.mode), nlink: Number(s.nlink), uid: Number(s.uid), gid: Number(s.gid), rdev: Number(s.rdev), size: Number(s.size),
    atime, atimeNsec, mtime, mtimeNsec, ctime, ctimeNsec, blocks: Number(s.blocks), blksize: Number(s.blksize), btime, btimeNsec, masked,
  };
}

const QUIET = { bigint: true, throwIfNoEntry: false } as const;

/** DT_* */
const typeOf = (d: Dirent): number => (d.isFile() ? 8 : d.isDirectory() ? 4 : d.isSymbolicLink() ? 10 : d.isFIFO() ? 1 : d.isSocket() ? 12 : d.isCharacterDevice() ? 2 : d.isBlockDevice() ? 6 : 0);

/** The asynchronous side, filled in by the tracer: terminal input, signals, real time while idle. */
export interface AsyncSource {
  poll(now: number): HostInput[];
  wantStdin(want: boolean): void;
}

export interface NodeHostOptions {
  /** Device and inode of the recording directory, which does not exist for the guest. */
  hidden: { dev: number; ino: number }[];
  clock: { sec: number; nsec: number } | null; // null: now
  /** File that replaces stdin, or null for the caller's. */
  stdinFd: number;
  async: AsyncSource | null;
}

export interface NodeHost extends Host {
  /** Files that changed on the host after they were first looked at. */
  readonly changedFiles: Set<string>;
  close(): void;
}

const OPEN_FILES = 24;
const O_SAFE = modes.O_RDONLY | modes.O_NONBLOCK | modes.O_NOFOLLOW | modes.O_NOCTTY;

/** Opens for reading without touching the access time, where the caller may ask for that: the owner and root (open(2), O_NOATIME). */
export function openQuietly(path: Buffer | string): number {
  try { return openSync(path, O_SAFE | modes.O_NOATIME); } catch (e) {
    if ((e as NodeJS.ErrnoException).code !== 'EPERM') throw e;
    return openSync(path, O_SAFE);
  }
}

export function createNodeHost(options: NodeHostOptions): NodeHost {
  const masked = maskedMounts(), maskedLengths = new Set([...masked].map((path) => path.length));
  const changedFiles = new Set<string>();
  /** Open descriptors of files being read, least recently used first. */
  const open = new Map<string, number>();
  const chunk = new Uint8Array(CHUNK_BYTES);
  const isHidden = (dev: number, ino: number): boolean => options.hidden.some((h) => h.dev === dev && h.ino === ino);

  const openFile = (key: string, path: Uint8Array): number => {
    const known = open.get(key);
    if (known !== undefined) { open.delete(key); open.set(key, known); return known; }
    const fd = openQuietly(bufferOf(path));
    if (open.size >= OPEN_FILES) {
      const [oldest, oldFd] = open.entries().next().value!;
      closeSync(oldFd);
      open.delete(oldest);
    }
    open.set(key, fd);
    return fd;
  };

  const readAll = (fd: number, buffer: Uint8Array, length: number, at: number | null): number => {
    let got = 0;
    while (got < length) {
      const n = readSync(fd, buffer, got, length - got, at === null ? null : at + got);
      if (n === 0) break;
      got += n;
    }
    return got;
  };

  return {
    changedFiles,
    close() { for (const fd of open.values()) closeSync(fd); open.clear(); },
    lstat(path) {
      try {
        const s = lstatSync(bufferOf(path), QUIET); // undefined: ENOENT, for which an exception would cost five times the call
        if (s === undefined) return -errnos.ENOENT!;
        const stat = convert(s, maskedLengths.has(path.length) && masked.has(latin1(path)));
        return isHidden(stat.dev, stat.ino) ? -errnos.ENOENT! : stat;
      } catch (e) { return hostErrno(e); }
    },
    readlink(path) {
      try { return own(readlinkSync(bufferOf(path), { encoding: 'buffer' })); } catch (e) { return hostErrno(e); }
    },
    readdir(path) {
      try {
        if (masked.has(latin1(path))) return [];
        // opendir keeps the host's own order, readdir sorts
        const dir = opendirSync(bufferOf(path) as unknown as string, { encoding: 'latin1' });
        const out: HostDirent[] = [];
        try {
          for (let d = dir.readSync(); d; d = dir.readSync()) out.push({ name: d.name, ino: 0, type: typeOf(d) });
        } finally { dir.closeSync(); }
        return out;
      } catch (e) { return hostErrno(e); }
    },
    readChunk(path, stat, index) {
      try {
        const key = latin1(path);
        const fd = openFile(key, path);
        const now = fstatSync(fd, { bigint: true });
        if (Number(now.ino) !== stat.ino || Number(now.dev) !== stat.dev || Number(now.size) !== stat.size || seconds(now.mtimeNs) !== stat.mtime || nsec !== stat.mtimeNsec) changedFiles.add(key);
        if (!now.isFile()) return -errnos.EIO!;
        const length = Math.min(CHUNK_BYTES, stat.size - index * CHUNK_BYTES);
        if (length <= 0) return new Uint8Array(0);
        const got = readAll(fd, chunk, length, index * CHUNK_BYTES);
        if (got < length) chunk.fill(0, got, length); // the host file has become shorter
        return length === CHUNK_BYTES ? chunk : chunk.subarray(0, length);
      } catch (e) { return hostErrno(e); }
    },
    startClock() {
      if (options.clock) return options.clock;
      const ms = Date.now();
      return { sec: Math.floor(ms / 1000), nsec: (ms % 1000) * 1_000_000 };
    },
    stream: (fd) => hostStream(fd === 0 ? options.stdinFd : fd, fd === 0),
    winsize() {
      const out = process.stdout.isTTY ? process.stdout : process.stderr;
      return out.isTTY ? { rows: out.rows, cols: out.columns, xpixel: 0, ypixel: 0 } : { rows: 24, cols: 80, xpixel: 0, ypixel: 0 };
    },
    write: (fd, data) => writeAll(fd, data),
    readStdin(max) {
      try {
        const buffer = Buffer.alloc(Math.min(max, 1 << 20));
        const n = readAll(options.stdinFd, buffer, buffer.length, null);
        return new Uint8Array(buffer.buffer, buffer.byteOffset, n);
      } catch { return new Uint8Array(0); }
    },
    poll: (now) => options.async ? options.async.poll(now) : [],
    wantStdin(want) { options.async?.wantStdin(want); },
  };
}

/** Type of a standard descriptor as fstat tells it. */
export function hostStream(fd: number, input: boolean): HostStream {
  let s: BigIntStats;
  try { s = fstatSync(fd, { bigint: true }); } catch { return { kind: 'closed', stat: null, writable: false, readable: false }; }
  const stat = convert(s, false);
  const access = accessMode(fd);
  // Memory devices (null, zero, full …: major 1) are no terminals.
  const kind = s.isCharacterDevice() && (s.rdev >> 8n & 0xfffn) !== 1n && isatty(fd) ? 'tty' : s.isFile() ? 'file' : s.isFIFO() ? 'pipe' : s.isSocket() ? 'socket' : 'chr';
  return { kind, stat, writable: access === null ? !input : access !== 0, readable: access === null ? input : access !== 1 };
}

/** O_ACCMODE of an open descriptor, from /proc/self/fdinfo; null when it cannot be told. */
function accessMode(fd: number): number | null {
  try { return parseInt(/flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))![1]!, 8) & 3; } catch { return null; }
}

/** Writes everything, waiting while a non-blocking descriptor is full. Bytes written, or −errno if none were. */
export function writeAll(fd: number, data: Uint8Array): number {
  let done = 0;
  while (done < data.length) {
    try { done += writeSync(fd, data, done, data.length - done); } catch (e) {
      if ((e as NodeJS.ErrnoException).code === 'EAGAIN') { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1); continue; }
      return done > 0 ? done : hostErrno(e);
    }
  }
  return done;
}
