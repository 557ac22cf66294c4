// On the way back to user mode: take signals, run default actions, build frames, restart or interrupt a system call
// (get_signal, handle_signal, arch_do_signal_or_restart).
import { i386Number } from '../../abi/syscalls-i386.ts';
import { SIGKILL, SIGSEGV, SIGSTOP } from '../../abi/signals.ts';
import { CTX, RAX } from '../../machine/hardware.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { SigInfo, SigPending, Task } from '../contracts/task.ts';
import { TASK } from '../contracts/task.ts';
import { ERESTARTNOHAND, ERESTARTSYS, ERESTART_RESTARTBLOCK } from '../contracts/wait.ts';
import { regsOf } from '../entry/regs.ts';
import { doGroupExit } from '../process/exit.ts';
import { rseqResume } from '../process/rseq.ts';
import { SA, SIG_DFL, SIG_IGN, UNBLOCKABLE_LO, actionOf, defaultIgnored, isCoreSignal, isStopSignal, isSynchronous, unkillable } from './actions.ts';
import { setupFrame } from './frame.ts';
import { isOrphanedPgrp, notifyContinued, stopGroup, stopTask } from './jobctl.ts';
import { recalcSigPending, sigBitHi, sigBitLo } from './pending.ts';
import { traceEvent, traceExit, traceResumed, traceStop } from './ptrace.ts';
import { forceSignal, kernelInfo, signalEvent } from './send.ts';

const EINTR = 4, NR_RESTART_SYSCALL = 219, I386_RESTART_SYSCALL = 0, RLIMIT_CORE = 4;

/** set_current_blocked(): SIGKILL and SIGSTOP cannot be. */
export function setBlocked(task: Task, lo: number, hi: number): void {
  task.blockedLo = (lo & ~UNBLOCKABLE_LO) >>> 0;
  task.blockedHi = hi >>> 0;
  recalcSigPending(task);
}

function nextOf(p: SigPending, lo: number, hi: number): number {
  const a = (p.setLo & lo) >>> 0, b = (p.setHi & hi) >>> 0;
  if (a !== 0) {
    for (let s = 1; s <= 31; s++) if (isSynchronous(s) && (a & sigBitLo(s)) !== 0) return s;
    return 32 - Math.clz32(a & -a);
  }
  return b !== 0 ? 64 - Math.clz32(b & -b) : 0;
}

function take(p: SigPending, signo: number): SigInfo {
  const i = p.queue.findIndex((x) => x.signo === signo);
  const info = i >= 0 ? p.queue[i]! : kernelInfo(signo, 0);
  if (i >= 0) p.queue.splice(i, 1);
  if (!p.queue.some((x) => x.signo === signo)) {
    p.setLo = (p.setLo & ~sigBitLo(signo)) >>> 0;
    p.setHi = (p.setHi & ~sigBitHi(signo)) >>> 0;
  }
  return info;
}

/** dequeue_signal(): the next pending signal of a set (lo/hi = wanted bits), the thread's own before the process's. */
export function dequeueSignal(task: Task, lo: number, hi: number): SigInfo | null {
  let info: SigInfo | null = null;
  if ((task.pending.setLo & lo & sigBitLo(SIGKILL)) !== 0) info = take(task.pending, SIGKILL);
  if (!info) { const s = nextOf(task.pending, lo, hi); if (s !== 0) info = take(task.pending, s); }
  if (!info) { const s = nextOf(task.process.shared, lo, hi); if (s !== 0) info = take(task.process.shared, s); }
  recalcSigPending(task);
  return info;
}

/** exit_to_user_mode_loop's signal part. May stop or end the task, or build a frame. */
export function exitToUser(k: Kernel, task: Task): void {
  if (task.process.continueNotify) notifyContinued(k, task.process);
  for (;;) {
    if (task.dying >= 0) { doGroupExit(k, task, task.dying); return; }
    if (task.jobStop && (task.pending.setLo & sigBitLo(SIGKILL)) === 0) { stopTask(k, task); return; }
    if (traceEvent(k, task)) return;
    const resumed = traceResumed(task), info = resumed ?? (task.sigPending ? dequeueSignal(task, ~task.blockedLo >>> 0, ~task.blockedHi >>> 0) : null);
    if (!info) { recalcSigPending(task); break; }
    const signo = info.signo;
    if (task.trace !== null && resumed === null && signo !== SIGKILL) { traceStop(k, task, signo, info); return; }
    if (task.process.groupExit && signo === SIGKILL) { doGroupExit(k, task, task.process.groupExitCode); return; }
    const action = actionOf(task.sighand, signo);
    if (action.handler === SIG_IGN && signo !== SIGKILL && signo !== SIGSTOP) { signalEvent(k, task, 'deliver', signo, info.code, 'ignored', 0, info); continue; }
    if (action.handler !== SIG_DFL && signo !== SIGKILL && signo !== SIGSTOP) {
      deliverToHandler(k, task, signo, info);
      continue;
    }
    if (defaultIgnored(signo)) { signalEvent(k, task, 'deliver', signo, info.code, 'ignored', 0, info); continue; }
    if (unkillable(task.process) && !isSynchronous(signo)) continue;
    if (isStopSignal(signo)) {
      if (signo !== SIGSTOP && isOrphanedPgrp(k, task.process.pgid)) continue;
      signalEvent(k, task, 'deliver', signo, info.code, 'stop', 0, info);
      stopGroup(k, task, signo);
      return;
    }
    const limit = task.process.rlimits[RLIMIT_CORE];
    const core = isCoreSignal(signo) && task.dumpable === 1 && limit !== undefined && limit[0] > 0;
    signalEvent(k, task, 'deliver', signo, info.code, core ? 'core' : 'terminate', 0, info);
    endSyscall(task);
    if (traceExit(k, task, signo | (core ? 0x80 : 0))) return;
    doGroupExit(k, task, signo | (core ? 0x80 : 0));
    return;
  }
  if (task.state !== TASK.RUNNING) return;
  restartSyscall(k, task, null);
  if (task.savedMask) {
    const [lo, hi] = task.savedMask;
    task.savedMask = null;
    setBlocked(task, lo, hi);
    if (task.sigPending) exitToUser(k, task);
  }
}

function endSyscall(task: Task): void {
  task.syscall.restart = 0;
  task.syscall.nr = -1;
}

/** The interrupted call, if any: again, or EINTR. handlerFlags null: no handler runs. */
function restartSyscall(k: Kernel, task: Task, handlerFlags: number | null): void {
  const s = task.syscall, code = s.restart;
  if (code === 0) return;
  const regs = regsOf(k, task);
  let again: boolean;
  if (handlerFlags === null) again = true;
  else if (code === ERESTART_RESTARTBLOCK || code === ERESTARTNOHAND) again = false;
  else again = code !== ERESTARTSYS || (handlerFlags & SA.RESTART) !== 0;
  if (again) {
    const i386 = s.compat >= 0;
    regs.setGpr(RAX, code === ERESTART_RESTARTBLOCK ? (i386 ? I386_RESTART_SYSCALL : NR_RESTART_SYSCALL) : i386 ? i386Number(s.compat) : s.nr);
    regs.setNum(CTX.rip, regs.rip - 2);
  } else regs.setGpr(RAX, -EINTR);
  endSyscall(task);
}

function deliverToHandler(k: Kernel, task: Task, signo: number, info: SigInfo): void {
  const action = actionOf(task.sighand, signo);
  restartSyscall(k, task, action.flags);
  if (task.rseq !== 0) rseqResume(k, task);
  const [maskLo, maskHi] = task.savedMask ?? [task.blockedLo, task.blockedHi];
  signalEvent(k, task, 'deliver', signo, info.code, 'handler', action.handler, info);
  if ((action.flags & SA.RESETHAND) !== 0) task.sighand.actions[signo] = { ...action, handler: SIG_DFL }; // get_signal(): flags and mask stay
  if ((action.flags & SA.IA32_ABI) !== 0 || !setupFrame(k, task, action, info, maskLo, maskHi)) { // 32-bit code does not run here
    // force_sigsegv(): a second fault on the way to the SIGSEGV handler is fatal
    if (signo === SIGSEGV) task.sighand.actions[SIGSEGV] = { handler: SIG_DFL, flags: 0, restorer: 0, maskLo: 0, maskHi: 0 };
    forceSignal(k, task, kernelInfo(SIGSEGV));
    return;
  }
  task.savedMask = null;
  let lo = task.blockedLo | action.maskLo, hi = task.blockedHi | action.maskHi;
  if ((action.flags & SA.NODEFER) === 0) { lo |= sigBitLo(signo); hi |= sigBitHi(signo); }
  setBlocked(task, lo >>> 0, hi >>> 0);
}

