// The console: the terminal on which ktrace runs, as a terminal of the guest. Its bytes come by Host.poll.
import type { Kernel } from '../contracts/kernel.ts';
import type { Process } from '../contracts/task.ts';
import { realtime } from '../time/clock.ts';
import { wakeUp } from '../sched/wait.ts';
import { becomeControlling } from './jobctl.ts';
import { receive } from './ldisc.ts';
import { newTty, queuePut, ttyOf } from './state.ts';
import type { Tty } from './state.ts';

/** Made once, if any of the three streams is a terminal. */
export function createConsole(k: Kernel, outFd: number, uid: number): Tty {
  const t = newTty(k, 'host'), now = realtime(k), w = k.host.winsize();
  t.outFd = outFd;
  t.termios.iflag |= 0o40000; // IUTF8, as terminal emulators set it
  t.uid = uid;
  t.ctime = now.sec; t.ctimeNsec = now.nsec;
  t.rows = w.rows; t.cols = w.cols; t.xpixel = w.xpixel; t.ypixel = w.ypixel;
  ttyOf(k).console = t;
  return t;
}

/** The recorded program is the foreground group on the console, in init's session. */
export function attachConsole(k: Kernel, p: Process): void {
  const t = ttyOf(k).console;
  if (!t) return;
  t.uid = p.leader.cred.uid;
  if (t.session === 0) becomeControlling(k, p, t);
}

/** Typed bytes; what the discipline has no room for waits. */
export function consoleInput(k: Kernel, t: Tty, data: Uint8Array, eof: boolean): void {
  let took = 0;
  if (t.hostInput.length === 0) took = receive(k, t, data);
  if (took < data.length) queuePut(t.hostInput, data, took, data.length - took);
  if (eof) { t.hostEof = true; wakeUp(k, t.readWait); }
}
