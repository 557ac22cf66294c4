// Sending signals (kernel/signal.c: send_signal_locked, prepare_signal, complete_signal, force_sig_info).
import { SIGCONT, SIGKILL, SIGSTOP } from '../../abi/signals.ts';
import { ESRCH } from '../../abi/errno.ts';
import { COST } from '../../clock/costs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Process, SigInfo, SigPending, Task } from '../contracts/task.ts';
import { Sighand, SigPending as SigPendingClass, TASK } from '../contracts/task.ts';
import { kickTask } from '../irq/ipi.ts';
import { isIdleTask } from '../sched/state.ts';
import { wakeTask } from '../sched/wait.ts';
import { STOP_LO, actionOf, ignores, isStopSignal, unkillable } from './actions.ts';
import { continueGroup } from './continue.ts';
import { notifySignalfd } from './listeners.ts';
import { recalcSigPending, setHas, sigBitHi, sigBitLo } from './pending.ts';
import { siginfoBytes, signalName } from './siginfo.ts';

export function kernelInfo(signo: number, code = 0x80): SigInfo {
  return { signo, code, errno: 0, pid: 0, uid: 0, status: 0, utime: 0, stime: 0, value: 0, addr: 0, band: 0, fd: 0, timerid: 0, overrun: 0, addrLsb: 0 };
}

/** A row of the signal table. */
export function signalEvent(k: Kernel, task: Task, event: string, signo: number, code: number, result: string, handler: number, info: SigInfo | null): void {
  const t = k.trace.signal, row = t.begin(k.now, k.thisCpu, task.utid);
  t.set.event(row, event); t.set.signo(row, signo); t.set.name(row, signo === 0 ? '' : signalName(signo)); t.set.code(row, code); t.set.result(row, result);
  if (event === 'generate' && !isIdleTask(k.current)) t.set.sender_utid(row, k.current.utid);
  if (handler > 1) t.set.handler(row, handler);
  if (info) t.set.info(row, siginfoBytes(info));
  t.set.pid(row, task.pid);
  t.end(row);
}

function removeFrom(p: SigPending, lo: number, hi: number): void {
  if (((p.setLo & lo) | (p.setHi & hi)) === 0) return;
  p.setLo = (p.setLo & ~lo) >>> 0; p.setHi = (p.setHi & ~hi) >>> 0;
  p.queue = p.queue.filter((i) => ((sigBitLo(i.signo) & lo) | (sigBitHi(i.signo) & hi)) === 0);
}
/** Drops pending signals of a set from the process and all its threads. */
export function flushSignals(process: Process, lo: number, hi: number): void {
  removeFrom(process.shared, lo, hi);
  for (const t of process.threads) { removeFrom(t.pending, lo, hi); recalcSigPending(t); }
}

const gone = (t: Task): boolean => t.state === TASK.ZOMBIE || t.state === TASK.DEAD || t.exiting;
const blocks = (t: Task, signo: number): boolean => ((t.blockedLo & sigBitLo(signo)) | (t.blockedHi & sigBitHi(signo))) !== 0;

/** signal_wake_up(): the thread must look at its signals. */
export function signalWakeUp(k: Kernel, task: Task, fatal: boolean): void {
  task.sigPending = true;
  if (task.state === TASK.INTERRUPTIBLE || (fatal && (task.state === TASK.UNINTERRUPTIBLE || task.state === TASK.STOPPED || task.state === TASK.TRACED))) wakeTask(k, task);
  else kickTask(k, task);
}

function send(k: Kernel, task: Task, info: SigInfo, group: boolean, forced: boolean): void {
  const p = task.process, signo = info.signo;
  k.now += COST.signalSend;
  if (isStopSignal(signo)) flushSignals(p, sigBitLo(SIGCONT), 0);
  else if (signo === SIGCONT) { flushSignals(p, STOP_LO, 0); continueGroup(k, p); }
  if (!forced && ignoredFor(p, task, signo, group)) { signalEvent(k, task, 'generate', signo, info.code, 'ignored', 0, info); return; }
  const set = group ? p.shared : task.pending;
  if (signo < 32 && setHas(set, signo)) { signalEvent(k, task, 'generate', signo, info.code, 'coalesced', 0, info); return; }
  set.queue.push(info);
  set.setLo = (set.setLo | sigBitLo(signo)) >>> 0;
  set.setHi = (set.setHi | sigBitHi(signo)) >>> 0;
  signalEvent(k, task, 'generate', signo, info.code, 'queued', 0, info);
  // complete_signal(): a thread that wants it, the main thread first
  if (signo === SIGKILL) {
    for (const t of p.threads) {
      if (gone(t)) continue;
      t.pending.setLo = (t.pending.setLo | sigBitLo(SIGKILL)) >>> 0;
      signalWakeUp(k, t, true);
    }
  } else if (!group) { if (!blocks(task, signo) && !gone(task)) signalWakeUp(k, task, false); }
  else {
    const wants = (t: Task): boolean => !blocks(t, signo) && !gone(t) && t.state !== TASK.STOPPED && t.state !== TASK.TRACED;
    let chosen: Task | null = null;
    if (wants(task) && !task.sigPending) chosen = task;
    else for (const t of p.threads) if (wants(t) && (!t.sigPending || t.onCpu >= 0)) { chosen = t; break; }
    if (!chosen && wants(task)) chosen = task;
    if (chosen) signalWakeUp(k, chosen, false);
    else for (const t of p.threads) recalcSigPending(t);
  }
  notifySignalfd(k, p);
}

/** sig_ignored(): a blocked signal is kept even if its disposition is to ignore it. */
function ignoredFor(p: Process, task: Task, signo: number, group: boolean): boolean {
  if (signo === SIGKILL || signo === SIGSTOP) return unkillable(p);
  if (task.trace !== null) return false; // the tracer sees it first
  if (group) { if (p.threads.some((t) => blocks(t, signo))) return false; } else if (blocks(task, signo)) return false;
  return ignores(task, signo);
}

/** Thread-directed. */
export function sendSignal(k: Kernel, task: Task, info: SigInfo): void {
  if (!gone(task)) send(k, task, info, false, false);
}

/** Process-directed: any thread that does not block it takes it. */
export function sendProcessSignal(k: Kernel, process: Process, info: SigInfo): void {
  if (process.exitCode >= 0) return;
  let t = process.leader;
  if (gone(t)) t = process.threads.find((x) => !gone(x)) ?? t;
  if (gone(t)) return;
  send(k, t, info, true, false);
}

/** To every process of a process group. */
export function sendGroupSignal(k: Kernel, pgid: number, info: SigInfo): number {
  let found = false;
  for (const p of k.processes.values()) if (p.pgid === pgid && p.exitCode < 0) { found = true; sendProcessSignal(k, p, { ...info }); }
  return found ? 0 : -ESRCH;
}

/** A fault: if it is blocked or ignored it takes the default action (force_sig_info_to_task). */
export function forceSignal(k: Kernel, task: Task, info: SigInfo): void {
  const signo = info.signo, a = actionOf(task.sighand, signo), blocked = blocks(task, signo);
  if (blocked || a.handler === 1) {
    task.sighand.actions[signo] = { handler: 0, flags: 0, restorer: 0, maskLo: 0, maskHi: 0 };
    if (blocked) { task.blockedLo = (task.blockedLo & ~sigBitLo(signo)) >>> 0; task.blockedHi = (task.blockedHi & ~sigBitHi(signo)) >>> 0; }
  }
  send(k, task, info, false, true);
  recalcSigPending(task);
}

/** zap_other_threads(): SIGKILL to every thread of the group except `except`; they die at their next return to user mode. Returns how many. */
export function zapOtherThreads(k: Kernel, process: Process, except: Task): number {
  let n = 0;
  for (const t of process.threads) {
    if (t === except || gone(t)) continue;
    n++;
    t.pending.setLo = (t.pending.setLo | sigBitLo(SIGKILL)) >>> 0;
    signalWakeUp(k, t, true);
  }
  return n;
}

const CLONE_VM = 0x100, CLONE_VFORK = 0x4000;

/**
 * fork: the child's signal state. Mask kept; nothing pending; the alternate stack is kept except by a thread (CLONE_VM without
 * CLONE_VFORK). The sighand, shared or copied, is the caller's.
 */
export function signalFork(_k: Kernel, parent: Task, child: Task, cloneFlags: number): void {
  child.blockedLo = parent.blockedLo; child.blockedHi = parent.blockedHi;
  child.savedMask = null;
  child.pending = new SigPendingClass();
  child.sigPending = false;
  child.jobStop = false;
  child.restartBlock = null;
  child.handlerFrames = [...parent.handlerFrames];
  child.altStack = (cloneFlags & (CLONE_VM | CLONE_VFORK)) === CLONE_VM ? { sp: 0, size: 0, flags: 2 } : { ...parent.altStack };
}

/** execve: handlers back to SIG_DFL (ignored stay), altstack off; a shared sighand is unshared. */
export function signalExec(_k: Kernel, task: Task): void {
  const hand = new Sighand();
  for (let i = 1; i <= 64; i++) {
    const a = task.sighand.actions[i];
    if (a && a.handler === 1) hand.actions[i] = { handler: 1, flags: 0, restorer: 0, maskLo: 0, maskHi: 0 };
  }
  task.sighand = hand;
  task.altStack = { sp: 0, size: 0, flags: 2 };
  task.handlerFrames = [];
  task.restartBlock = null;
}
