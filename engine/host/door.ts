// Law 1: the one door. Everything from outside enters through a Host; recording logs each answer, replay feeds it back.
// Answers are synchronous and in guest order; `poll` brings the asynchronous ones (terminal input, SIGWINCH, signals).
import type { Cycles } from '../base/brand.ts';

/** lstat of one host path. kind is what the guest may see: sockets, FIFOs and devices are inodes with nothing behind. */
export interface HostStat {
  dev: number; ino: number; mode: number; nlink: number; uid: number; gid: number; rdev: number; size: number;
  /** Seconds and nanoseconds. */
  atime: number; atimeNsec: number; mtime: number; mtimeNsec: number; ctime: number; ctimeNsec: number;
  blocks: number; blksize: number;
  btime: number; btimeNsec: number;
  /** True for a mount point of proc, sysfs, devtmpfs, cgroup …: the guest sees an empty directory. */
  masked: boolean;
}
/** name: a byte string, one character a byte. */
export interface HostDirent { name: string; ino: number; type: number /* DT_* */ }
/** Type of fd 0–2 as the host has it. */
export interface HostStream { kind: 'file' | 'pipe' | 'socket' | 'tty' | 'chr' | 'closed'; stat: HostStat | null; writable: boolean; readable: boolean }

/** An asynchronous input, delivered at a slice end and logged with the cycle at which the guest got it. */
export type HostInput =
  | { type: 'stdin'; data: Uint8Array; eof: boolean }
  | { type: 'winsize'; rows: number; cols: number; xpixel: number; ypixel: number }
  | { type: 'signal'; signo: number }
  | { type: 'idle'; until: Cycles }; // real time that passed while the guest waited for host input

export interface Host {
  /** Paths are absolute bytes without trailing slash. A negative number is −errno. */
  lstat(path: Uint8Array): HostStat | number;
  readlink(path: Uint8Array): Uint8Array | number;
  readdir(path: Uint8Array): HostDirent[] | number;
  /**
   * One chunk (CHUNK_BYTES, aligned) of a regular file; shorter at end of file. ino/dev/size/mtime are the captured
   * ones: a file that changed meanwhile is counted and named by the host, and what was seen first stays. The bytes are valid until the next call.
   */
  readChunk(path: Uint8Array, stat: HostStat, index: number): Uint8Array | number;
  getxattr?(path: Uint8Array, name: Uint8Array): Uint8Array | number;
  /** CLOCK_REALTIME at the start, nanoseconds as seconds + nsec. */
  startClock(): { sec: number; nsec: number };
  stream(fd: 0 | 1 | 2): HostStream;
  winsize(): { rows: number; cols: number; xpixel: number; ypixel: number };
  /** Whole, synchronous, in guest order. Returns bytes written or −errno (EPIPE, ENOSPC, EIO). */
  write(fd: number, data: Uint8Array): number;
  /** Synchronous read of stdin when it is a regular file or /dev/null: bytes, empty at EOF. */
  readStdin(max: number): Uint8Array;
  /** Inputs that are due at this cycle; called at each slice end and at idle. */
  poll(now: Cycles): HostInput[];
  /** The guest now waits on stdin (true) or no longer does: lets the recorder read ahead only when asked. */
  wantStdin(want: boolean): void;
}
export const CHUNK_BYTES = 65536;
