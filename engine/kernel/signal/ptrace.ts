// Tracing (ptrace(2), kernel/ptrace.c): who traces whom, where a tracee stops, what its tracer is told, how it goes on. The requests are syscalls/ptrace.ts's.
import { CLONE_UNTRACED, CLONE_VFORK } from '../../abi/clone-flags.ts';
import { ENOSYS } from '../../abi/errno.ts';
import { PTRACE_EVENT, PTRACE_O } from '../../abi/ptrace.ts';
import { SIGCHLD, SIGKILL, SIGSTOP, SIGTRAP } from '../../abi/signals.ts';
import { CTX, RAX, TF } from '../../machine/hardware.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Process, SigInfo, Task } from '../contracts/task.ts';
import { TASK, Tracee } from '../contracts/task.ts';
import { regsOf } from '../entry/regs.ts';
import { wakeTask, wakeUp } from '../sched/wait.ts';
import { SA, actionOf } from './actions.ts';
import { recalcSigPending, sigBitHi, sigBitLo } from './pending.ts';
import { kernelInfo, sendProcessSignal, sendSignal } from './send.ts';
import { CLD_EXITED, CLD_KILLED, CLD_TRAPPED, SI_USER } from './siginfo.ts';

export const RESUME = { cont: 0, syscall: 1, step: 2 } as const;
/** Task.trace.phase */
export const AT_ENTRY = 1, AT_EXIT = 2;

export function attach(task: Task, tracer: Process, options: number): void {
  const t = task.trace = new Tracee();
  t.tracer = tracer;
  t.options = options;
  tracer.tracees.push(task);
}

/** The task stops for its tracer. What it was doing goes on where it would after a sleep. */
export function traceStop(k: Kernel, task: Task, stop: number, info: SigInfo | null): void {
  const t = task.trace!;
  if (t.stepping) { setTrapFlag(k, task, false); t.stepping = false; }
  t.stop = stop;
  t.info = info;
  t.reported = false;
  t.phase = 0;
  task.state = TASK.TRACED;
  task.wchan = 'ptrace_stop';
  notifyTracer(k, t.tracer, task, CLD_TRAPPED, stop & 0x7f);
}

function notifyTracer(k: Kernel, tracer: Process, task: Task, code: number, status: number): void {
  const a = actionOf(tracer.leader.sighand, SIGCHLD);
  if (a.handler !== 1 && (code !== CLD_TRAPPED || (a.flags & SA.NOCLDSTOP) === 0)) {
    const info = kernelInfo(SIGCHLD, code);
    info.pid = task.pid; info.uid = task.cred.uid; info.status = status;
    info.utime = Math.floor(task.utime / 1e7); info.stime = Math.floor(task.stime / 1e7);
    sendProcessSignal(k, tracer, info);
  }
  wakeUp(k, tracer.childWait);
}

function setTrapFlag(k: Kernel, task: Task, on: boolean): void {
  const regs = regsOf(k, task), flags = regs.lo(CTX.rflags);
  regs.setLoHi(CTX.rflags, on ? flags | TF : flags & ~TF, 0);
}

/** On the way to user mode: the stop that is due, if any. */
export function traceEvent(k: Kernel, task: Task): boolean {
  const t = task.trace;
  if (t === null || (t.event === 0 && !t.callEnds) || (task.pending.setLo & sigBitLo(SIGKILL)) !== 0) return false;
  const { event } = t;
  if (event === 0) t.callEnds = false;
  t.event = 0;
  traceStop(k, task, event === 0 ? goodTrap(t) : event, null);
  if (event === 0) t.phase = AT_EXIT;
  return true;
}
/** The signal with which the tracer let the task go on. */
export function traceResumed(task: Task): SigInfo | null {
  const info = task.trace?.resumed ?? null;
  if (info !== null) { task.trace!.resumed = null; recalcSigPending(task); }
  return info;
}

/** A stopped tracee goes on; signo (0: none) is delivered where it stopped at a signal, else sent. */
export function resumeTracee(k: Kernel, task: Task, mode: number, signo: number): void {
  const t = task.trace!, info = t.info;
  t.stop = 0; t.info = null; t.mode = mode;
  if (signo !== 0 && info !== null) {
    const next = signo === info.signo ? info : { ...kernelInfo(signo, SI_USER), pid: t.tracer.pid, uid: t.tracer.leader.cred.uid };
    if (((task.blockedLo & sigBitLo(signo)) | (task.blockedHi & sigBitHi(signo))) !== 0) sendSignal(k, task, next); else t.resumed = next;
  } else if (signo !== 0) sendSignal(k, task, kernelInfo(signo));
  if (mode === RESUME.step) {
    t.stepping = (regsOf(k, task).lo(CTX.rflags) & TF) === 0;
    setTrapFlag(k, task, true);
  }
  recalcSigPending(task);
  wakeTask(k, task);
}

/** No longer traced: it goes on by itself, or stays stopped with its group. */
export function detach(k: Kernel, task: Task, signo: number): void {
  const t = task.trace!, { info } = t;
  t.tracer.tracees.splice(t.tracer.tracees.indexOf(task), 1);
  task.trace = null;
  if (t.stepping) setTrapFlag(k, task, false);
  if (signo !== 0) sendSignal(k, task, info !== null && signo === info.signo ? info : kernelInfo(signo, SI_USER));
  recalcSigPending(task);
  if (task.state !== TASK.TRACED) return;
  if (task.process.stopped) { task.state = TASK.STOPPED; task.wchan = 'do_signal_stop'; } else wakeTask(k, task);
}

/** The end of a process that traces: its tracees are free, or go with it (exit_ptrace). */
export function dropTracees(k: Kernel, tracer: Process): void {
  for (const task of [...tracer.tracees]) {
    const kill = (task.trace!.options & PTRACE_O.EXITKILL) !== 0;
    detach(k, task, 0);
    if (kill) sendSignal(k, task, kernelInfo(SIGKILL));
  }
  tracer.tracedEnds = [];
}

/** The end of a traced thread. Of a process that is the tracer's own child wait tells anyway. */
export function traceeEnds(k: Kernel, task: Task): void {
  const { tracer } = task.trace!, p = task.process, status = task.exitCode;
  tracer.tracees.splice(tracer.tracees.indexOf(task), 1);
  task.trace = null;
  if (p.leader === task && p.parent === tracer) return;
  tracer.tracedEnds.push({ pid: task.pid, pgid: p.pgid, uid: task.cred.uid, status });
  notifyTracer(k, tracer, task, (status & 0x7f) === 0 ? CLD_EXITED : CLD_KILLED, (status & 0x7f) === 0 ? (status >> 8) & 0xff : status & 0x7f);
}

const goodTrap = (t: Tracee): number => ((t.options & PTRACE_O.SYSGOOD) !== 0 ? SIGTRAP | 0x80 : SIGTRAP);
/** True: the call is held until the tracer lets it begin. */
export function traceSyscallEntry(k: Kernel, task: Task): boolean {
  const t = task.trace!;
  t.nr = task.syscall.nr;
  if (t.mode !== RESUME.syscall) return false;
  regsOf(k, task).setGpr(RAX, -ENOSYS);
  task.syscall.held = true;
  traceStop(k, task, goodTrap(t), null);
  t.phase = AT_ENTRY;
  return true;
}
export function traceSyscallExit(task: Task): void {
  const t = task.trace!;
  if (t.mode !== RESUME.syscall || task.exiting) return;
  t.callEnds = true;
  recalcSigPending(task);
}

/** A traced thread is about to end. True: it stops once more, and ends with Task.dying when it goes on. */
export function traceExit(k: Kernel, task: Task, status: number): boolean {
  const t = task.trace;
  if (t === null || (t.options & PTRACE_O.EXIT) === 0 || task.dying >= 0 || (task.pending.setLo & sigBitLo(SIGKILL)) !== 0) return false;
  task.dying = status;
  t.message = status;
  traceStop(k, task, SIGTRAP | (PTRACE_EVENT.EXIT << 8), null);
  return true;
}

/** After execve: a stop of its own, or SIGTRAP as ever. */
export function traceExec(k: Kernel, task: Task): void {
  const t = task.trace!;
  if ((t.options & PTRACE_O.EXEC) !== 0) {
    t.message = task.pid;
    t.event = SIGTRAP | (PTRACE_EVENT.EXEC << 8);
    recalcSigPending(task);
  } else sendSignal(k, task, kernelInfo(SIGTRAP, SI_USER));
}

/** A new task of a traced one: traced too if the tracer asked for it, and stopped before its first instruction. @returns the stop that the parent makes now, 0: none */
export function traceFork(k: Kernel, task: Task, child: Task, { flags, exitSignal }: { flags: number; exitSignal: number }): number {
  const t = task.trace!, event = (flags & CLONE_VFORK) !== 0 ? PTRACE_EVENT.VFORK : exitSignal !== SIGCHLD ? PTRACE_EVENT.CLONE : PTRACE_EVENT.FORK;
  if ((flags & CLONE_UNTRACED) !== 0 || (t.options & (1 << event)) === 0) return 0;
  attach(child, t.tracer, t.options);
  child.pending.setLo = (child.pending.setLo | sigBitLo(SIGSTOP)) >>> 0;
  recalcSigPending(child);
  t.message = child.pid;
  return SIGTRAP | (event << 8);
}
/** True: the parent of a vfork stops once more, as its child no longer uses its memory. */
export function traceVforkDone(k: Kernel, task: Task, child: number): boolean {
  const t = task.trace!;
  if ((t.options & PTRACE_O.VFORKDONE) === 0) return false;
  t.message = child;
  traceStop(k, task, SIGTRAP | (PTRACE_EVENT.VFORK_DONE << 8), null);
  return true;
}
