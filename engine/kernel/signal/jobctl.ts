// Job control: group stop and continue, notifying the parent, orphaned process groups (kernel/signal.c, kernel/exit.c).
import { SIGCHLD, SIGCONT, SIGHUP } from '../../abi/signals.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Process, Task } from '../contracts/task.ts';
import { TASK } from '../contracts/task.ts';
import { wakeUp } from '../sched/wait.ts';
import { SA, actionOf } from './actions.ts';
import { recalcSigPending } from './pending.ts';
import { traceStop } from './ptrace.ts';
import { kernelInfo, sendProcessSignal, signalWakeUp } from './send.ts';
import { CLD_CONTINUED, CLD_STOPPED } from './siginfo.ts';

const alive = (t: Task): boolean => t.state !== TASK.ZOMBIE && t.state !== TASK.DEAD && !t.exiting;

/** do_signal_stop(): the task has taken a stop signal; its siblings must stop too. */
export function stopGroup(k: Kernel, task: Task, signo: number): void {
  const p = task.process;
  if (!task.jobStop && !p.stopped) {
    p.stopSignal = signo;
    p.groupStopCount = 0;
    for (const t of p.threads) {
      if (!alive(t) || t.state === TASK.STOPPED || t.state === TASK.TRACED) continue;
      t.jobStop = true;
      p.groupStopCount++;
      if (t !== task) signalWakeUp(k, t, false);
    }
  }
  stopTask(k, task);
}

/** This thread stops now; the last one tells the parent. */
export function stopTask(k: Kernel, task: Task): void {
  const p = task.process;
  task.jobStop = false;
  recalcSigPending(task);
  if (task.trace !== null) traceStop(k, task, p.stopSignal, null);
  else {
    task.state = TASK.STOPPED;
    task.wchan = 'do_signal_stop';
  }
  participateStop(k, p);
}

/** One thread fewer has to stop (it stopped or ended). */
export function participateStop(k: Kernel, p: Process): void {
  if (p.groupStopCount === 0) return;
  if (--p.groupStopCount > 0) return;
  p.stopped = true;
  p.stopReported = false;
  p.continuedPending = false;
  notifyParentStop(k, p, CLD_STOPPED, p.stopSignal);
}

/** get_signal()'s first act after a continue. */
export function notifyContinued(k: Kernel, p: Process): void {
  p.continueNotify = false;
  notifyParentStop(k, p, CLD_CONTINUED, SIGCONT);
}

function notifyParentStop(k: Kernel, p: Process, why: number, status: number): void {
  const parent = p.parent;
  if (!parent) return;
  const a = actionOf(parent.leader.sighand, SIGCHLD);
  if (a.handler !== 1 && (a.flags & SA.NOCLDSTOP) === 0) {
    const info = kernelInfo(SIGCHLD, why);
    info.pid = p.pid; info.uid = p.leader.cred.uid; info.status = status;
    info.utime = Math.floor(p.utime / 1e7); info.stime = Math.floor(p.stime / 1e7);
    sendProcessSignal(k, parent, info);
  }
  wakeUp(k, parent.childWait);
}

/** will_become_orphaned_pgrp(): no member has a parent in another group of the same session. */
export function isOrphanedPgrp(k: Kernel, pgid: number, except: Process | null = null): boolean {
  for (const p of k.processes.values()) {
    if (p.pgid !== pgid || p === except || p.exitCode >= 0 || !p.parent || p.parent.pid === 1) continue;
    if (p.parent.pgid !== pgid && p.parent.sid === p.sid) return false;
  }
  return true;
}

/**
 * kill_orphaned_pgrp(): where `parent`, of another group of the same session, was the last connection of p's group to the rest of its
 * session, and the group has stopped members, they get SIGHUP and SIGCONT. p is what ends (`ends`), or the child of what ends.
 */
export function hangupOrphans(k: Kernel, p: Process, parent: Process | null, ends: boolean): void {
  const pgid = p.pgid, gone = ends ? p : null;
  if (parent === null || parent.pgid === pgid || parent.sid !== p.sid || !isOrphanedPgrp(k, pgid, gone)) return;
  const members = [...k.processes.values()].filter((m) => m.pgid === pgid && m !== gone);
  if (!members.some((m) => m.stopped)) return;
  for (const p of members) {
    if (p.exitCode >= 0) continue;
    sendProcessSignal(k, p, kernelInfo(SIGHUP));
    sendProcessSignal(k, p, kernelInfo(SIGCONT));
  }
}
