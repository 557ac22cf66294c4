// Terminal ioctls (tty_ioctl(4)): termios in its three layouts, window size, control, queues.
import { EFAULT, EINVAL, EIO, ENOTTY, EPERM } from '../../abi/errno.ts';
import * as C from '../../abi/ioctls.ts';
import { SIGWINCH } from '../../abi/signals.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { copyFromUser, copyToUser, getUserU32, putUserU32 } from '../mm/uaccess.ts';
import { hasCap } from '../process/cred.ts';
import { wakeUp } from '../sched/wait.ts';
import { kernelInfo, sendGroupSignal } from '../signal/send.ts';
import { checkChange, disassociate, setControlling, setForeground } from './jobctl.ts';
import { canonical, flushInput, inputReady, modeChanged, receive, refill, startOutput } from './ldisc.ts';
import { NCCS, controllingTty } from './state.ts';
import type { Tty } from './state.ts';

/** struct termios (36 bytes), or termios2 (44 bytes) with speeds. */
function encode(t: Tty, two: boolean): Uint8Array {
  const b = new Uint8Array(two ? 44 : 36), v = new DataView(b.buffer), m = t.termios;
  v.setUint32(0, m.iflag, true); v.setUint32(4, m.oflag, true); v.setUint32(8, m.cflag, true); v.setUint32(12, m.lflag, true);
  b[16] = m.line;
  b.set(m.cc.subarray(0, NCCS), 17);
  if (two) { v.setUint32(36, m.ispeed, true); v.setUint32(40, m.ospeed, true); }
  return b;
}
/** Speeds by CBAUD code (asm-generic/termbits.h). */
const BAUD = [0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400];
const BAUD_EX = [0, 57600, 115200, 230400, 460800, 500000, 576000, 921600, 1000000, 1152000, 1500000, 2000000, 2500000, 3000000, 3500000, 4000000];
const baud = (cflag: number): number => ((cflag & 0o10000) !== 0 ? BAUD_EX : BAUD)[cflag & 15]!;

function decode(k: Kernel, t: Tty, b: Uint8Array, two: boolean): void {
  const v = new DataView(b.buffer, b.byteOffset), m = t.termios, was = canonical(t);
  m.iflag = v.getUint32(0, true); m.oflag = v.getUint32(4, true); m.cflag = v.getUint32(8, true); m.lflag = v.getUint32(12, true);
  m.line = b[16]!;
  m.cc = b.slice(17, 17 + NCCS);
  // A pseudo terminal has neither parity nor modem lines (pty_set_termios).
  if (t.driver === 'pty') m.cflag = (m.cflag & ~(0o60 | 0o400)) | 0o60 | 0o200;
  if (two && (m.cflag & 0o10017) === 0o10000) { m.ispeed = v.getUint32(36, true); m.ospeed = v.getUint32(40, true); }
  else m.ispeed = m.ospeed = baud(m.cflag);
  modeChanged(k, t, was);
  if ((m.iflag & 0o2000) === 0 && t.stopped) startOutput(k, t);
  // VMIN may have changed: readers look again.
  wakeUp(k, t.readWait);
}
/** struct termio, the System V layout: 16-bit flags, 8 control characters. */
function encodeTermio(t: Tty): Uint8Array {
  const b = new Uint8Array(18), v = new DataView(b.buffer), m = t.termios;
  v.setUint16(0, m.iflag, true); v.setUint16(2, m.oflag, true); v.setUint16(4, m.cflag, true); v.setUint16(6, m.lflag, true);
  b[8] = m.line;
  b.set(m.cc.subarray(0, 8), 9);
  return b;
}

function setTermios(k: Kernel, task: Task, t: Tty, va: number, size: number, flush: boolean): number {
  const bytes = copyFromUser(k, task, va, size);
  if (typeof bytes === 'number') return bytes;
  const r = checkChange(k, task, t);
  if (r !== 0) return r;
  if (flush) { flushInput(t); refill(k, t); }
  if (size === 18) {
    const full = encode(t, false), v = new DataView(bytes.buffer), w = new DataView(full.buffer);
    for (let i = 0; i < 4; i++) w.setUint16(i * 4, v.getUint16(i * 2, true), true);
    full[16] = bytes[8]!;
    full.set(bytes.subarray(9, 17), 17);
    decode(k, t, full, false);
  } else decode(k, t, bytes, size === 44);
  return 0;
}

export function setWinsize(k: Kernel, t: Tty, rows: number, cols: number, xpixel: number, ypixel: number): void {
  if (t.rows === rows && t.cols === cols && t.xpixel === xpixel && t.ypixel === ypixel) return;
  t.rows = rows; t.cols = cols; t.xpixel = xpixel; t.ypixel = ypixel;
  if (t.pgrp > 0) sendGroupSignal(k, t.pgrp, kernelInfo(SIGWINCH));
}
export function winsizeIoctl(k: Kernel, task: Task, t: Tty, cmd: number, va: number): number {
  if (cmd === C.TIOCGWINSZ) {
    const b = new Uint8Array(8), v = new DataView(b.buffer);
    v.setUint16(0, t.rows, true); v.setUint16(2, t.cols, true); v.setUint16(4, t.xpixel, true); v.setUint16(6, t.ypixel, true);
    return copyToUser(k, task, va, b);
  }
  const b = copyFromUser(k, task, va, 8);
  if (typeof b === 'number') return b;
  const v = new DataView(b.buffer);
  setWinsize(k, t, v.getUint16(0, true), v.getUint16(2, true), v.getUint16(4, true), v.getUint16(6, true));
  return 0;
}

/** Both ends of a pty and the console: the slave's terminal is meant. `master`: called on the master's descriptor. */
export function ttyIoctl(k: Kernel, task: Task, t: Tty, cmd: number, argLo: number, argHi: number, master: boolean): number {
  const va = argLo + argHi * 4294967296;
  if (t.hungUp && !master) return -EIO;
  switch (cmd) {
    case C.TCGETS: return copyToUser(k, task, va, encode(t, false));
    case C.TCGETS2: return copyToUser(k, task, va, encode(t, true));
    case C.TCGETA: return copyToUser(k, task, va, encodeTermio(t));
    case C.TCSETS: case C.TCSETSW: return setTermios(k, task, t, va, 36, false);
    case C.TCSETSF: return setTermios(k, task, t, va, 36, true);
    case C.TCSETS2: case C.TCSETSW2: return setTermios(k, task, t, va, 44, false);
    case C.TCSETSF2: return setTermios(k, task, t, va, 44, true);
    case C.TCSETA: case C.TCSETAW: return setTermios(k, task, t, va, 18, false);
    case C.TCSETAF: return setTermios(k, task, t, va, 18, true);
    case C.TIOCGWINSZ: case C.TIOCSWINSZ: return winsizeIoctl(k, task, t, cmd, va);
    case C.TCSBRK: case C.TCSBRKP: case C.TIOCSBRK: case C.TIOCCBRK: return master ? 0 : checkChange(k, task, t);
    case C.TCXONC: {
      const r = checkChange(k, task, t);
      if (r !== 0) return r;
      if (argLo === 0) t.stopped = true;
      else if (argLo === 1) startOutput(k, t);
      else if (argLo > 3) return -EINVAL;
      return 0;
    }
    case C.TCFLSH: {
      const r = checkChange(k, task, t);
      if (r !== 0) return r;
      if (argLo > 2) return -EINVAL;
      if (argLo !== 1) { flushInput(t); refill(k, t); }
      if (argLo !== 0) { t.toMaster.length = 0; t.toMaster.head = 0; wakeUp(k, t.writeWait); }
      return 0;
    }
    case C.FIONREAD: return putUserU32(k, task, va, master ? t.toMaster.length : inputReady(t));
    case C.TIOCOUTQ: return putUserU32(k, task, va, master ? 0 : t.toMaster.length);
    case C.TIOCGPGRP:
      if (!master && controllingTty(task.process) !== t) return -ENOTTY;
      return putUserU32(k, task, va, t.pgrp);
    case C.TIOCSPGRP: {
      const pgrp = getUserU32(k, task, va);
      if (pgrp === -EFAULT) return -EFAULT;
      return setForeground(k, task, t, pgrp | 0);
    }
    case C.TIOCGSID:
      if (!master && controllingTty(task.process) !== t) return -ENOTTY;
      if (t.session === 0) return -ENOTTY;
      return putUserU32(k, task, va, t.session);
    case C.TIOCSCTTY: return setControlling(k, task, t, argLo === 1);
    case C.TIOCNOTTY:
      if (controllingTty(task.process) !== t) return -ENOTTY;
      disassociate(k, task.process, false);
      return 0;
    case C.TIOCEXCL: t.exclusive = true; return 0;
    case C.TIOCNXCL: t.exclusive = false; return 0;
    case C.TIOCGETD: return putUserU32(k, task, va, 0);
    case C.TIOCSETD: { const n = getUserU32(k, task, va); return n === 0 ? 0 : n === -EFAULT ? -EFAULT : -EINVAL; }
    case C.TIOCGDEV: return putUserU32(k, task, va, (136 << 8) | t.index);
    case C.TIOCSTI: {
      if (controllingTty(task.process) !== t && !hasCap(task.cred.capEffective, 21)) return -EPERM;
      const b = copyFromUser(k, task, va, 1);
      if (typeof b === 'number') return b;
      receive(k, t, b);
      return 0;
    }
    case 0x5456 /* TIOCGLCKTRMIOS */: return copyToUser(k, task, va, new Uint8Array(36));
    case C.TIOCVHANGUP: return -EPERM;
    default: return -ENOTTY;
  }
}
