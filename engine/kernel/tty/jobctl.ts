// Controlling terminals and job control from the terminal's side (credentials(7), tty_jobctrl.c).
import { EIO, ENOTTY, EPERM, ESRCH } from '../../abi/errno.ts';
import { SIGCONT, SIGHUP, SIGTTIN, SIGTTOU } from '../../abi/signals.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Process, Task } from '../contracts/task.ts';
import { ERESTARTSYS } from '../contracts/wait.ts';
import { hasCap } from '../process/cred.ts';
import { wakeUp } from '../sched/wait.ts';
import { SIG_IGN, actionOf } from '../signal/actions.ts';
import { isOrphanedPgrp } from '../signal/jobctl.ts';
import { sigBitLo } from '../signal/pending.ts';
import { kernelInfo, sendGroupSignal, sendProcessSignal } from '../signal/send.ts';
import { controllingTty } from './state.ts';
import type { Tty } from './state.ts';

/** 0 when the task may go on; −EIO, or −ERESTARTSYS with the group stopped (__tty_check_change). */
function background(k: Kernel, task: Task, t: Tty, signo: number): number {
  const p = task.process;
  if (controllingTty(p) !== t || t.pgrp === 0 || p.pgid === t.pgrp) return 0;
  const ignored = (task.blockedLo & sigBitLo(signo)) !== 0 || actionOf(task.sighand, signo).handler === SIG_IGN;
  if (ignored) return signo === SIGTTIN ? -EIO : 0;
  if (isOrphanedPgrp(k, p.pgid)) return -EIO;
  sendGroupSignal(k, p.pgid, kernelInfo(signo));
  return -ERESTARTSYS;
}
export const checkRead = (k: Kernel, task: Task, t: Tty): number => background(k, task, t, SIGTTIN);
export const checkChange = (k: Kernel, task: Task, t: Tty): number => background(k, task, t, SIGTTOU);

/** A session leader without a controlling terminal takes this one. */
export function becomeControlling(k: Kernel, p: Process, t: Tty): void {
  for (const other of k.processes.values()) if (other.tty === t && other.sid !== p.sid) other.tty = null;
  t.session = p.sid;
  t.pgrp = p.pgid;
  p.tty = t;
}
/** open() of a terminal without O_NOCTTY. */
export function openControlling(k: Kernel, task: Task, t: Tty): void {
  const p = task.process;
  if (p.sid === p.pid && p.tty === null && t.session === 0) becomeControlling(k, p, t);
}
export function setControlling(k: Kernel, task: Task, t: Tty, force: boolean): number {
  const p = task.process;
  if (p.sid === p.pid && t.session === p.sid) return 0;
  if (p.sid !== p.pid || p.tty !== null) return -EPERM;
  if (t.session !== 0 && !(force && hasCap(task.cred.capEffective, 21 /* CAP_SYS_ADMIN */))) return -EPERM;
  becomeControlling(k, p, t);
  return 0;
}

/** TIOCNOTTY, and the end of a session leader: disassociate_ctty(). */
export function disassociate(k: Kernel, p: Process, onExit: boolean): void {
  const t = controllingTty(p);
  if (p.sid !== p.pid) { if (!onExit) p.tty = null; return; }
  if (t) {
    const pgrp = t.pgrp;
    if (t.session === p.sid) { t.session = 0; t.pgrp = 0; }
    if (pgrp > 0) {
      sendGroupSignal(k, pgrp, kernelInfo(SIGHUP));
      sendGroupSignal(k, pgrp, kernelInfo(SIGCONT));
    }
  }
  for (const other of k.processes.values()) if (other.sid === p.sid) other.tty = null;
}
/** For exit: a session leader's end hangs up its terminal's foreground group. */
export function sessionLeaderExit(k: Kernel, p: Process): void {
  if (p.sid === p.pid && p.tty !== null) disassociate(k, p, true);
}

/** The other side is gone: SIGHUP and SIGCONT to the session leader, reads end, writes fail (__tty_hangup). */
export function hangup(k: Kernel, t: Tty): void {
  t.hungUp = true;
  if (t.session !== 0) {
    const leader = k.processes.get(t.session), pgrp = t.pgrp;
    if (leader) { sendProcessSignal(k, leader, kernelInfo(SIGHUP)); sendProcessSignal(k, leader, kernelInfo(SIGCONT)); }
    if (pgrp > 0 && pgrp !== leader?.pgid) sendGroupSignal(k, pgrp, kernelInfo(SIGHUP));
    for (const p of k.processes.values()) if (p.tty === t) p.tty = null;
    t.session = 0; t.pgrp = 0;
  }
  wakeUp(k, t.readWait);
  wakeUp(k, t.writeWait);
}

/** TIOCSPGRP. */
export function setForeground(k: Kernel, task: Task, t: Tty, pgrp: number): number {
  const r = checkChange(k, task, t);
  if (r !== 0) return r;
  const p = task.process;
  if (controllingTty(p) !== t || t.session !== p.sid) return -ENOTTY;
  if (pgrp <= 0) return pgrp < 0 ? -ESRCH : -ESRCH;
  let found = false;
  for (const m of k.processes.values()) if (m.pgid === pgrp) { if (m.sid !== p.sid) return -EPERM; found = true; }
  if (!found) return -ESRCH;
  t.pgrp = pgrp;
  return 0;
}
