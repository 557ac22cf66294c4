// N_TTY, the line discipline: what happens to each byte that arrives, and what read() returns (termios(3), n_tty.c).
import { EAGAIN, EIO } from '../../abi/errno.ts';
import { SIGINT, SIGQUIT, SIGTSTP } from '../../abi/signals.ts';
import type { UserBuffer } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { BLOCK, ERESTARTSYS } from '../contracts/wait.ts';
import { waitOn, wakeUp } from '../sched/wait.ts';
import { signalPending } from '../signal/pending.ts';
import { kernelInfo, sendGroupSignal } from '../signal/send.ts';
import { echoChar, echoRaw, flushOutput, outputByte } from './output.ts';
import { I, L, LDISC_SIZE, V, queueDrop } from './state.ts';
import type { Tty } from './state.ts';

const MASK = LDISC_SIZE - 1;
const DISABLED = 0; // _POSIX_VDISABLE

export const canonical = (t: Tty): boolean => (t.termios.lflag & L.ICANON) !== 0;
/** Bytes that a read would find now. */
export const inputReady = (t: Tty): number => (canonical(t) ? t.canonHead : t.head) - t.tail;
export const inputRoom = (t: Tty): number => LDISC_SIZE - 1 - (t.head - t.tail);

function put(t: Tty, c: number, mark = 0): void {
  t.buf[t.head & MASK] = c;
  t.marks[t.head & MASK] = mark;
  t.head++;
}

/** Everything the discipline takes of these bytes; returns how many. Echo is sent before it returns. */
export function receive(k: Kernel, t: Tty, bytes: Uint8Array): number {
  let i = 0;
  const ready = inputReady(t);
  for (; i < bytes.length; i++) {
    // A full line still takes signals, erase and newline in canonical mode (the last slot is kept for it).
    if (inputRoom(t) <= 0 && !(canonical(t) && t.canonHead === t.tail)) break;
    receiveByte(k, t, bytes[i]!);
  }
  flushOutput(k, t);
  if (inputReady(t) > ready || (inputReady(t) > 0 && !canonical(t))) wakeUp(k, t.readWait);
  return i;
}

export function flushInput(t: Tty): void {
  t.tail = t.canonHead = t.head = 0;
  t.lnext = false;
}

function isig(k: Kernel, t: Tty, signo: number, c: number): void {
  if ((t.termios.lflag & L.NOFLSH) === 0) { flushInput(t); if (t.driver === 'pty') { t.toMaster.length = 0; t.toMaster.head = 0; } }
  if ((t.termios.iflag & I.IXON) !== 0 && t.stopped) startOutput(k, t);
  if ((t.termios.lflag & L.ECHO) !== 0) echoChar(k, t, c);
  flushOutput(k, t);
  if (t.pgrp > 0) sendGroupSignal(k, t.pgrp, kernelInfo(signo));
}
export function startOutput(k: Kernel, t: Tty): void {
  if (!t.stopped) return;
  t.stopped = false;
  wakeUp(k, t.writeWait);
}

function receiveByte(k: Kernel, t: Tty, c: number): void {
  const { iflag, lflag, cc } = t.termios, icanon = (lflag & L.ICANON) !== 0, extended = (lflag & L.IEXTEN) !== 0, echo = (lflag & L.ECHO) !== 0;
  const is = (slot: number): boolean => cc[slot] !== DISABLED && c === cc[slot];
  if ((iflag & I.ISTRIP) !== 0) c &= 0x7f;
  if ((iflag & I.IUCLC) !== 0 && extended && c >= 65 && c <= 90) c += 32;
  if ((lflag & L.EXTPROC) !== 0) { put(t, c); return; }
  if (t.lnext) { t.lnext = false; literal(k, t, c, echo); return; }
  if ((iflag & I.IXON) !== 0) {
    if (is(V.START)) { startOutput(k, t); return; }
    if (is(V.STOP)) { t.stopped = true; return; }
  }
  if ((lflag & L.ISIG) !== 0) {
    if (is(V.INTR)) { isig(k, t, SIGINT, c); return; }
    if (is(V.QUIT)) { isig(k, t, SIGQUIT, c); return; }
    if (is(V.SUSP)) { isig(k, t, SIGTSTP, c); return; }
  }
  if (t.stopped && (iflag & I.IXON) !== 0 && (iflag & I.IXANY) !== 0) startOutput(k, t);
  if (c === 13) {
    if ((iflag & I.IGNCR) !== 0) return;
    if ((iflag & I.ICRNL) !== 0) c = 10;
  } else if (c === 10 && (iflag & I.INLCR) !== 0) c = 13;
  if (icanon) {
    if (is(V.ERASE) || is(V.KILL) || (is(V.WERASE) && extended)) { erase(k, t, c); return; }
    if (is(V.LNEXT) && extended) {
      t.lnext = true;
      if (echo && (lflag & L.ECHOCTL) !== 0) { echoRaw(k, t, 94); echoRaw(k, t, 8); }
      return;
    }
    if (is(V.REPRINT) && echo && extended) {
      echoChar(k, t, c);
      outputByte(k, t, 10);
      for (let i = t.canonHead; i < t.head; i++) echoChar(k, t, t.buf[i & MASK]!);
      return;
    }
    if (c === 10) {
      if (echo || (lflag & L.ECHONL) !== 0) outputByte(k, t, 10);
      endLine(k, t, 10, 1);
      return;
    }
    if (is(V.EOF)) { endLine(k, t, 0, 2); return; }
    if (is(V.EOL) || (is(V.EOL2) && extended)) {
      if (echo) { if (t.canonHead === t.head) t.canonColumn = t.column; echoChar(k, t, c); }
      endLine(k, t, c, 1);
      return;
    }
    if (inputRoom(t) <= 1) { if ((iflag & I.IMAXBEL) !== 0) outputByte(k, t, 7); return; }
  }
  literal(k, t, c, echo);
}

function literal(k: Kernel, t: Tty, c: number, echo: boolean): void {
  if (inputRoom(t) <= 0) return;
  if (echo) {
    if (c === 10) outputByte(k, t, 10);
    else { if (t.canonHead === t.head) t.canonColumn = t.column; echoChar(k, t, c); }
  }
  put(t, c);
}
function endLine(k: Kernel, t: Tty, c: number, mark: number): void {
  put(t, c, mark);
  t.canonHead = t.head;
  wakeUp(k, t.readWait);
}

const isContinuation = (t: Tty, c: number): boolean => (t.termios.iflag & I.IUTF8) !== 0 && (c & 0xc0) === 0x80;
const wordChar = (c: number): boolean => (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95 || c >= 128;

/** eraser(): VERASE, VWERASE, VKILL on the line being typed. */
function erase(k: Kernel, t: Tty, c: number): void {
  const { lflag, cc } = t.termios, echo = (lflag & L.ECHO) !== 0;
  if (t.head === t.canonHead) return;
  const kind = c === cc[V.ERASE] ? 'char' : c === cc[V.WERASE] ? 'word' : 'kill';
  if (kind === 'kill') {
    if (!echo) { t.head = t.canonHead; return; }
    if ((lflag & (L.ECHOK | L.ECHOKE | L.ECHOE)) !== (L.ECHOK | L.ECHOKE | L.ECHOE)) {
      t.head = t.canonHead;
      echoChar(k, t, c);
      if ((lflag & L.ECHOK) !== 0) outputByte(k, t, 10);
      return;
    }
  }
  let seenWord = false;
  while (t.head !== t.canonHead) {
    let head = t.head, ch: number;
    do { head--; ch = t.buf[head & MASK]!; } while (isContinuation(t, ch) && head !== t.canonHead);
    if (isContinuation(t, ch)) break; // not a whole character
    if (kind === 'word') {
      if (wordChar(ch)) seenWord = true;
      else if (seenWord) break;
    }
    t.head = head;
    if (echo) {
      if (kind === 'char' && (lflag & L.ECHOE) === 0) echoChar(k, t, c);
      else if (ch === 9) eraseTab(k, t);
      else {
        if ((ch < 32 || ch === 127) && (lflag & L.ECHOCTL) !== 0) { echoRaw(k, t, 8); echoRaw(k, t, 32); echoRaw(k, t, 8); }
        if ((ch >= 32 && ch !== 127) || (lflag & L.ECHOCTL) !== 0) { echoRaw(k, t, 8); echoRaw(k, t, 32); echoRaw(k, t, 8); }
      }
    }
    if (kind === 'char') break;
  }
}
/** Back over the columns that the tab took, computed from what stands before it on the line. */
function eraseTab(k: Kernel, t: Tty): void {
  let column = 0, tabSeen = false;
  for (let i = t.head; i !== t.canonHead;) {
    const ch = t.buf[--i & MASK]!;
    if (ch === 9) { tabSeen = true; break; }
    if (ch < 32 || ch === 127) { if ((t.termios.lflag & L.ECHOCTL) !== 0) column += 2; }
    else if (!isContinuation(t, ch)) column++;
  }
  if (!tabSeen) column += t.canonColumn;
  for (let n = 8 - (column & 7); n > 0; n--) echoRaw(k, t, 8);
}

/** n_tty_read() without the job control check. */
export function ldiscRead(k: Kernel, t: Tty, task: Task, buf: UserBuffer, nonblock: boolean): number {
  if (buf.length === 0) return 0;
  const cc = t.termios.cc, icanon = canonical(t), have = inputReady(t), min = cc[V.MIN]!, time = cc[V.TIME]!;
  if (icanon ? have > 0 : have > 0 && have >= Math.min(min, buf.length)) return take(k, t, buf, icanon);
  if (t.hungUp) return 0;
  if (t.driver === 'pty' && !t.masterOpen) return -EIO;
  if (t.driver === 'host' && t.hostEof && t.hostInput.length === 0) return have > 0 ? take(k, t, buf, icanon) : 0;
  if (!icanon) {
    if (min === 0 && time === 0) return have > 0 ? take(k, t, buf, false) : 0;
    if (task.syscall.timedOut) return have > 0 ? take(k, t, buf, false) : 0;
  }
  if (nonblock) return !icanon && have > 0 ? take(k, t, buf, false) : -EAGAIN;
  if (signalPending(task)) return !icanon && have > 0 ? take(k, t, buf, false) : -ERESTARTSYS;
  let deadline = Infinity;
  if (!icanon && time > 0 && (min === 0 || have > 0)) {
    // VMIN 0: one timer from the call on; VMIN > 0: a timer between bytes.
    if (min === 0 && task.syscall.deadline !== 0) deadline = task.syscall.deadline;
    else deadline = k.now + time * 100_000_000;
    task.syscall.deadline = deadline;
  }
  if (t.driver === 'host') k.host.wantStdin(true);
  waitOn(k, task, [t.readWait], { interruptible: true, wchan: 'n_tty_read', deadline });
  return BLOCK;
}

function take(k: Kernel, t: Tty, buf: UserBuffer, icanon: boolean): number {
  let n = 0, consumed = 0;
  const limit = inputReady(t), bytes = new Uint8Array(Math.min(limit, buf.length));
  while (consumed < limit) {
    const at = (t.tail + consumed) & MASK;
    if (icanon && t.marks[at] === 2) { consumed++; break; }
    if (n === buf.length) break;
    bytes[n++] = t.buf[at]!;
    consumed++;
    if (icanon && t.marks[at] === 1) break;
  }
  // A buffer that ends just before the EOF mark takes the mark too, or the next read would see an end of file.
  if (icanon && n === buf.length && consumed < limit && t.marks[(t.tail + consumed) & MASK] === 2 && t.marks[(t.tail + consumed - 1) & MASK] !== 1) consumed++;
  t.tail += consumed;
  if (t.canonHead < t.tail) t.canonHead = t.tail;
  buf.put(0, bytes, 0, n);
  refill(k, t);
  return n;
}

/** There is room again: host input that waited, or a master's writer. */
export function refill(k: Kernel, t: Tty): void {
  const q = t.hostInput;
  if (q.length > 0) {
    const n = receive(k, t, q.bytes.slice(q.head, q.head + q.length));
    queueDrop(q, n);
  }
  if (t.driver === 'pty') wakeUp(k, t.masterWriteWait);
}

/** A change of mode: what is buffered becomes readable, or a line again (n_tty_set_termios). */
export function modeChanged(k: Kernel, t: Tty, wasCanonical: boolean): void {
  const now = canonical(t);
  if (now === wasCanonical) return;
  if (now) { t.canonHead = t.tail; if (t.head !== t.tail) { t.marks[(t.head - 1) & MASK] = 1; t.canonHead = t.head; } }
  else t.canonHead = t.head;
  t.lnext = false;
  if (inputReady(t) > 0) wakeUp(k, t.readWait);
}
