// The state of terminals: termios, the line discipline's buffer, who controls it (termios(3), tty_ioctl(4)). No behaviour.
import { stateClass } from '../../base/state.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Process } from '../contracts/task.ts';
import { WaitQueue } from '../contracts/wait.ts';

/** Bits of termios (asm-generic/termbits.h). */
export const I = { ISTRIP: 0o40, INLCR: 0o100, IGNCR: 0o200, ICRNL: 0o400, IUCLC: 0o1000, IXON: 0o2000, IXANY: 0o4000, IXOFF: 0o10000, IMAXBEL: 0o20000, IUTF8: 0o40000, PARMRK: 0o10 } as const;
export const O = { OPOST: 1, OLCUC: 2, ONLCR: 4, OCRNL: 0o10, ONOCR: 0o20, ONLRET: 0o40, TABDLY: 0o14000, XTABS: 0o14000 } as const;
export const L = { ISIG: 1, ICANON: 2, XCASE: 4, ECHO: 0o10, ECHOE: 0o20, ECHOK: 0o40, ECHONL: 0o100, NOFLSH: 0o200, TOSTOP: 0o400, ECHOCTL: 0o1000, ECHOPRT: 0o2000, ECHOKE: 0o4000, FLUSHO: 0o10000, PENDIN: 0o40000, IEXTEN: 0o100000, EXTPROC: 0o200000 } as const;
export const V = { INTR: 0, QUIT: 1, ERASE: 2, KILL: 3, EOF: 4, TIME: 5, MIN: 6, SWTC: 7, START: 8, STOP: 9, SUSP: 10, EOL: 11, REPRINT: 12, DISCARD: 13, WERASE: 14, LNEXT: 15, EOL2: 16 } as const;
export const NCCS = 19;

export class Termios {
  iflag = 0x500; oflag = 5; cflag = 0xbf; lflag = 0x8a3b; line = 0;
  cc = new Uint8Array([3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0, 0, 0]);
  ispeed = 38400; ospeed = 38400;
}
stateClass(Termios, 'Termios', ['iflag', 'oflag', 'cflag', 'lflag', 'line', 'cc', 'ispeed', 'ospeed']);

export const LDISC_SIZE = 4096;

/** A growing byte queue: what waits to be read on a pty's master, or host input that the discipline has no room for. */
export class ByteQueue { bytes = new Uint8Array(256); head = 0; length = 0 }
stateClass(ByteQueue, 'ByteQueue', ['bytes', 'head', 'length']);

export class Tty {
  /** Number in /dev/pts; the console on the host's terminal is one too. */
  index = 0;
  driver: 'host' | 'pty' = 'pty';
  termios = new Termios();
  rows = 0; cols = 0; xpixel = 0; ypixel = 0;
  // input: a ring indexed by running counts
  buf = new Uint8Array(LDISC_SIZE);
  /** 1 = ends a line, 2 = end-of-file mark. */
  marks = new Uint8Array(LDISC_SIZE);
  head = 0; canonHead = 0; tail = 0;
  lnext = false;
  column = 0; canonColumn = 0;
  stopped = false; // ^S
  readWait = new WaitQueue(); writeWait = new WaitQueue();
  // control
  pgrp = 0; session = 0;
  opens = 0;
  exclusive = false;
  hungUp = false;
  // device node
  uid = 0; gid = 5; mode = 0o620;
  ctime = 0; ctimeNsec = 0;
  // host driver
  outFd = 1;
  hostInput = new ByteQueue();
  hostEof = false;
  // pty driver: the master's side
  locked = true;
  masterOpen = false;
  everOpened = false;
  toMaster = new ByteQueue();
  masterWait = new WaitQueue(); masterWriteWait = new WaitQueue();
  packet = false; packetStatus = 0;
  /** Bytes a blocked writer has moved already, by utid. */
  partial = new Map<number, number>();
}
stateClass(Tty, 'Tty', ['index', 'driver', 'termios', 'rows', 'cols', 'xpixel', 'ypixel', 'buf', 'marks', 'head', 'canonHead', 'tail', 'lnext', 'column', 'canonColumn', 'stopped', 'readWait', 'writeWait', 'pgrp', 'session', 'opens', 'exclusive', 'hungUp', 'uid', 'gid', 'mode', 'ctime', 'ctimeNsec', 'outFd', 'hostInput', 'hostEof', 'locked', 'masterOpen', 'everOpened', 'toMaster', 'masterWait', 'masterWriteWait', 'packet', 'packetStatus', 'partial']);

export class TtyState {
  ttys = new Map<number, Tty>(); // by index in /dev/pts
  console: Tty | null = null; // on the host's terminal
}
stateClass(TtyState, 'TtyState', ['ttys', 'console']);
export const ttyOf = (k: Kernel): TtyState => (k.tty ??= new TtyState()) as TtyState;

/** The controlling terminal of a process. */
export const controllingTty = (p: Process): Tty | null => p.tty as Tty | null;

export function queuePut(q: ByteQueue, src: Uint8Array, from: number, n: number): void {
  if (q.head + q.length + n > q.bytes.length) {
    let size = q.bytes.length;
    while (size < q.length + n) size *= 2;
    const grown = size === q.bytes.length ? q.bytes : new Uint8Array(size);
    grown.set(q.bytes.subarray(q.head, q.head + q.length));
    q.bytes = grown;
    q.head = 0;
  }
  q.bytes.set(src.subarray(from, from + n), q.head + q.length);
  q.length += n;
}
export function queueDrop(q: ByteQueue, n: number): void {
  q.length -= n;
  q.head = q.length === 0 ? 0 : q.head + n;
}

export function newTty(k: Kernel, driver: 'host' | 'pty'): Tty {
  const s = ttyOf(k), t = new Tty();
  while (s.ttys.has(t.index)) t.index++;
  t.driver = driver;
  s.ttys.set(t.index, t);
  return t;
}
