// siginfo_t as bytes (asm-generic/siginfo.h, 128 bytes) and names of signals.
import { SIGBUS, SIGCHLD, SIGFPE, SIGILL, SIGIO, SIGNAL_NAMES, SIGSEGV, SIGSYS, SIGTRAP } from '../../abi/signals.ts';
import type { SigInfo } from '../contracts/task.ts';

export const SI_USER = 0, SI_KERNEL = 0x80, SI_QUEUE = -1, SI_TIMER = -2, SI_MESGQ = -3, SI_ASYNCIO = -4, SI_SIGIO = -5, SI_TKILL = -6;
export const CLD_EXITED = 1, CLD_KILLED = 2, CLD_DUMPED = 3, CLD_TRAPPED = 4, CLD_STOPPED = 5, CLD_CONTINUED = 6;
export const SIGINFO_SIZE = 128;

const names: string[] = [];
for (const [n, name] of SIGNAL_NAMES) names[n as number] ??= name;
export function signalName(signo: number): string { return signo >= 32 ? `SIGRT_${signo - 32}` : names[signo] ?? `SIG_${signo}`; }

function put64(v: DataView, at: number, n: number): void {
  v.setUint32(at, n >>> 0, true);
  v.setUint32(at + 4, Math.floor(n / 4294967296) >>> 0, true);
}

/** Which member of the union holds, as siginfo_layout() says. */
export function siginfoBytes(info: SigInfo): Uint8Array {
  const out = new Uint8Array(SIGINFO_SIZE), v = new DataView(out.buffer);
  v.setInt32(0, info.signo, true);
  v.setInt32(4, info.errno, true);
  v.setInt32(8, info.code, true);
  const s = info.signo, c = info.code;
  if (c > 0 && c < SI_KERNEL) {
    if (s === SIGCHLD) {
      v.setInt32(16, info.pid, true); v.setUint32(20, info.uid, true); v.setInt32(24, info.status, true);
      put64(v, 32, info.utime); put64(v, 40, info.stime);
    } else if (s === SIGILL || s === SIGFPE || s === SIGSEGV || s === SIGBUS || s === SIGTRAP) {
      put64(v, 16, info.addr); v.setUint16(24, info.addrLsb, true);
    } else if (s === SIGIO) { put64(v, 16, info.band); v.setInt32(24, info.fd, true); }
    else if (s === SIGSYS) { put64(v, 16, info.addr); v.setInt32(24, info.status, true); v.setUint32(28, 0xc000003e, true); }
    else { v.setInt32(16, info.pid, true); v.setUint32(20, info.uid, true); }
  } else if (c === SI_TIMER) {
    v.setInt32(16, info.timerid, true); v.setInt32(20, info.overrun, true); put64(v, 24, info.value);
  } else if (c === SI_SIGIO) { put64(v, 16, info.band); v.setInt32(24, info.fd, true); }
  else {
    v.setInt32(16, info.pid, true); v.setUint32(20, info.uid, true);
    put64(v, 24, info.value); // zero, unless a process queued it, with whatever code
  }
  return out;
}

/** A user's siginfo (rt_sigqueueinfo): the _rt member. */
export function siginfoFromUser(bytes: Uint8Array, signo: number): SigInfo {
  const v = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { signo, errno: v.getInt32(4, true), code: v.getInt32(8, true), pid: v.getInt32(16, true), uid: v.getUint32(20, true), status: 0, utime: 0, stime: 0, value: v.getUint32(24, true) + v.getUint32(28, true) * 4294967296, addr: 0, band: 0, fd: 0, timerid: 0, overrun: 0, addrLsb: 0 };
}
