// ioctl(2): the request's name as strace spells it and the argument of those it knows.
import { IOCTL_IN, IOCTL_OUT } from '../ioctl-args.ts';
import * as I from '../ioctls.ts';
import { PART } from '../payload.ts';
import { nameOf } from '../names.ts';
import type { CallText } from './call.ts';
import { argText } from './call.ts';
import { printStruct } from './structs.ts';
import { Reader, hex, oneOf } from './text.ts';

/** Codes that mean two things; strace writes both. */
const ALIAS: Readonly<Record<number, string>> = {
  [I.TCSETS]: 'SNDCTL_TMR_START or TCSETS', [I.TCSETSW]: 'SNDCTL_TMR_STOP or TCSETSW', [I.TCSETSF]: 'SNDCTL_TMR_CONTINUE or TCSETSF', [I.FICLONE]: 'BTRFS_IOC_CLONE or FICLONE',
  [I.FICLONERANGE]: 'BTRFS_IOC_CLONE_RANGE or FICLONERANGE', [I.FIDEDUPERANGE]: 'BTRFS_IOC_FILE_EXTENT_SAME or FIDEDUPERANGE',
};
const TERMIOS = new Set<number>([I.TCGETS, I.TCSETS, I.TCSETSW, I.TCSETSF]);
const WINSIZE = new Set<number>([I.TIOCGWINSZ, I.TIOCSWINSZ]);
/** Requests that take a plain number, and those without an argument. */
const NUMBER = new Set<number>([I.TCSBRK, I.TCSBRKP, I.TIOCSCTTY, I.FICLONE]);
const NONE = new Set<number>([I.TIOCNOTTY, I.TIOCEXCL, I.TIOCNXCL, I.FIOCLEX, I.FIONCLEX, I.TIOCCBRK, I.TIOCSBRK, I.TIOCVHANGUP]);

/** _IOC(dir, type, nr, size) for a code without a name. */
function requestName(code: number): string {
  const known = ALIAS[code] ?? nameOf(I.IOCTL_NAMES, code);
  if (known) return known;
  const dir = code >>> 30, size = (code >>> 16) & 0x3fff, type = (code >>> 8) & 255, nr = code & 255;
  const d = ['_IOC_NONE', '_IOC_WRITE', '_IOC_READ', '_IOC_READ|_IOC_WRITE'][dir]!;
  return `_IOC(${dir === 0 ? (code === 0 ? '_IOC_NONE' : d) : d}, ${hex(type)}, ${hex(nr)}, ${hex(size)})`;
}
function value(code: number, b: Uint8Array, c: CallText): string {
  if (TERMIOS.has(code)) return printStruct('termios', b, c.o);
  if (WINSIZE.has(code)) return printStruct('winsize', b, c.o);
  const r = new Reader(b);
  if (b.length >= 8) return `[${r.dec(0)}]`;
  return b.length >= 4 ? `[${r.i32(0)}]` : b.length === 1 ? `[${hex(b[0]!)}]` : c.ptr(2);
}
export function ioctl(c: CallText): void {
  const code = c.u32(1);
  c.arg(argText(c, 0));
  c.arg(requestName(code));
  if (NONE.has(code)) return;
  if (IOCTL_IN[code]) { const b = c.payload.get(2, PART.entry); c.arg(b ? value(code, b, c) : c.ptr(2)); return; }
  if (IOCTL_OUT[code]) {
    c.atExit();
    const b = c.payload.get(2, PART.exit);
    c.arg(c.failed || !b ? c.ptr(2) : value(code, b, c));
    return;
  }
  if (code === I.TCFLSH) c.arg(oneOf(I.TCFLSH_NAMES, c.u32(2), 'TC?FLUSH'));
  else if (code === I.TCXONC) c.arg(oneOf(I.TCXONC_NAMES, c.u32(2), 'TC???'));
  else if (code === I.TIOCGPTPEER) c.arg(hex(c.u32(2)));
  else if (NUMBER.has(code)) c.arg(String(c.i32(2)));
  else c.arg(c.hex(2));
}
