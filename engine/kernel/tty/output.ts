// Output side of a terminal: OPOST processing, echo, and the sink (the host's terminal, or the master of a pty). Cf. n_tty.c.
import type { Kernel } from '../contracts/kernel.ts';
import { wakeUp } from '../sched/wait.ts';
import { I, L, O, queuePut } from './state.ts';
import type { Tty } from './state.ts';

/** Bytes collected for one flush; scratch, empty between kernel entries. */
const out = new Uint8Array(16384);
let used = 0;

export const MASTER_LIMIT = 65536;
/** Room for what a writer adds; the host's terminal always takes everything. */
export function outputRoom(t: Tty): number {
  return t.driver === 'host' ? Infinity : t.masterOpen ? Math.max(0, MASTER_LIMIT - t.toMaster.length) : Infinity;
}

/** Sends what was collected. −errno of the host, else 0. */
export function flushOutput(k: Kernel, t: Tty): number {
  if (used === 0) return 0;
  const n = used;
  used = 0;
  if (t.driver === 'host') {
    const r = k.host.write(t.outFd, out.slice(0, n));
    return r < 0 ? r : 0;
  }
  if (t.masterOpen) {
    queuePut(t.toMaster, out, 0, n);
    wakeUp(k, t.masterWait);
  }
  return 0;
}
function emit(k: Kernel, t: Tty, c: number): void {
  if (used === out.length) flushOutput(k, t);
  out[used++] = c;
}

/** do_output_char(): one byte, processed when OPOST is set, and the column it leaves. */
export function outputByte(k: Kernel, t: Tty, c: number): void {
  const o = t.termios.oflag;
  if ((o & O.OPOST) === 0) { emit(k, t, c); return; }
  if (c === 10) {
    if ((o & O.ONLRET) !== 0) t.column = 0;
    if ((o & O.ONLCR) !== 0) { t.column = 0; t.canonColumn = 0; emit(k, t, 13); emit(k, t, 10); return; }
    t.canonColumn = t.column;
  } else if (c === 13) {
    if ((o & O.ONOCR) !== 0 && t.column === 0) return;
    if ((o & O.OCRNL) !== 0) { if ((o & O.ONLRET) !== 0) t.column = t.canonColumn = 0; emit(k, t, 10); return; }
    t.canonColumn = t.column = 0;
  } else if (c === 9) {
    const spaces = 8 - (t.column & 7);
    t.column += spaces;
    if ((o & O.TABDLY) === O.XTABS) { for (let i = 0; i < spaces; i++) emit(k, t, 32); return; }
  } else if (c === 8) { if (t.column > 0) t.column--; }
  else if (c >= 32 && c !== 127) {
    if ((o & O.OLCUC) !== 0 && c >= 97 && c <= 122) c -= 32;
    if ((t.termios.iflag & I.IUTF8) === 0 || (c & 0xc0) !== 0x80) t.column++;
  }
  emit(k, t, c);
}

/** echo_char(): control characters as ^X when ECHOCTL is set. */
export function echoChar(k: Kernel, t: Tty, c: number): void {
  if ((t.termios.lflag & L.ECHOCTL) !== 0 && (c < 32 || c === 127) && c !== 9) {
    outputByte(k, t, 94);
    outputByte(k, t, c ^ 64);
  } else outputByte(k, t, c);
}
/** Without OPOST, as echo does for the erase sequences. */
export function echoRaw(k: Kernel, t: Tty, c: number): void {
  if (c === 8) { if (t.column > 0) t.column--; } else t.column++;
  emit(k, t, c);
}
