// The end of threads and processes: exit, exit_group, reparenting, SIGCHLD, release (kernel/exit.c).
import { SIGCHLD } from '../../abi/signals.ts';
import type { Kernel } from '../contracts/kernel.ts';
import { TASK } from '../contracts/task.ts';
import type { Process, Task } from '../contracts/task.ts';
import { charge } from '../entry/charge.ts';
import { putFiles } from '../fs/file-table.ts';
import { sessionLeaderExit } from '../tty/jobctl.ts';
import { futexWake } from '../ipc/futex.ts';
import { taskCounters } from '../mm/counters.ts';
import { mmPut } from '../mm/mm.ts';
import { putUserU32 } from '../mm/uaccess.ts';
import { schedExit, schedRelease } from '../sched/fork.ts';
import { wakeTask, wakeUp } from '../sched/wait.ts';
import { semExit } from '../ipc/sem.ts';
import { hangupOrphans } from '../signal/jobctl.ts';
import { dropSignalQueue } from '../signal/listeners.ts';
import { dropTracees, traceeEnds } from '../signal/ptrace.ts';
import { kernelInfo, sendProcessSignal, zapOtherThreads } from '../signal/send.ts';
import { dropPosixTimers, setRealTimer } from '../time/posix-timers.ts';
import { exitRobustList } from './robust.ts';
import { emitProcess, emitThread } from './trace-rows.ts';

/** do_exit without the address space, about half of fork's fixed part. */
const EXIT_CYCLES = 15_000;
const SIG_IGN = 1, SA_NOCLDWAIT = 2;
const CLD_EXITED = 1, CLD_KILLED = 2, CLD_DUMPED = 3;

/** mm_release: what the kernel owes other threads when a task leaves its address space (exit or exec). */
export function mmRelease(k: Kernel, task: Task): void {
  const mm = task.mm;
  if (mm !== null) {
    if (task.robustList !== 0) exitRobustList(k, task);
    if (task.clearChildTid !== 0 && mm.users > 1) {
      putUserU32(k, task, task.clearChildTid, 0);
      futexWake(k, task, task.clearChildTid, 1);
    }
  }
  task.robustList = 0;
  task.clearChildTid = 0;
  completeVfork(k, task.process);
}

/** Lets a parent that waits in vfork go on. */
export function completeVfork(k: Kernel, process: Process): void {
  const parent = process.vforkDone;
  if (parent === null) return;
  process.vforkDone = null;
  wakeTask(k, parent);
}

/** exit_group, or death by a signal: status is a wait status word. The whole group ends with it. */
export function doGroupExit(k: Kernel, task: Task, status: number): void {
  const p = task.process;
  // A sibling that an execve wants gone ends alone (group_exec_task); the exec goes on.
  if (!p.groupExit && p.groupExec !== null && p.groupExec !== task) { doExit(k, task, status); return; }
  if (!p.groupExit) {
    p.groupExit = true;
    p.groupExitCode = status;
    if (p.threads.length > 1) zapOtherThreads(k, p, task);
  }
  doExit(k, task, p.groupExitCode);
}

/** The end of one thread; code is a wait status word. The task never runs again. */
export function doExit(k: Kernel, task: Task, code: number): void {
  if (task.exiting) return;
  task.exiting = true;
  const p = task.process;
  if (p.groupExit) code = p.groupExitCode;
  task.exitCode = code;
  if (task.trace !== null) traceeEnds(k, task);
  charge(k, EXIT_CYCLES);
  for (const child of p.children) if (child.vforkDone === task) child.vforkDone = null;
  mmRelease(k, task);
  if (task.mm !== null) {
    p.maxrss = Math.max(p.maxrss, task.mm.hiwaterRss * 4);
    const mm = task.mm;
    if (mm.users === 1) taskCounters(k, task);
    task.mm = null;
    mmPut(k, mm);
  }
  putFiles(k, task);
  task.fs.users--;
  p.utime += task.utime; p.stime += task.stime; p.minflt += task.minflt; p.majflt += task.majflt; p.nvcsw += task.nvcsw; p.nivcsw += task.nivcsw;
  p.inblock += Math.ceil(task.ioReadBytes / 512); p.oublock += Math.ceil(task.ioWriteBytes / 512);
  emitThread(k, task, false);
  const leader = p.leader === task;
  task.state = leader ? TASK.ZOMBIE : TASK.DEAD;
  schedExit(k, task);
  if (!leader) {
    p.threads.splice(p.threads.indexOf(task), 1);
    k.tasks.delete(task.pid);
    schedRelease(k, task);
  }
  const alive = p.threads.some((t) => !t.exiting);
  if (p.groupExec !== null && p.groupExec !== task && !p.threads.some((t) => !t.exiting && t !== p.groupExec)) wakeTask(k, p.groupExec);
  if (!alive) processExit(k, p);
}

function processExit(k: Kernel, p: Process): void {
  dropTracees(k, p);
  p.exitCode = p.groupExit ? p.groupExitCode : p.leader.exitCode;
  setRealTimer(k, p, 0, 0);
  dropPosixTimers(k, p);
  semExit(k, p);
  emitProcess(k, p, false);
  sessionLeaderExit(k, p);
  reparentChildren(k, p);
  hangupOrphans(k, p, p.parent, true);
  notifyParent(k, p);
  checkHalt(k);
}

/** Children go to the nearest living subreaper above, else to init. */
function reparentChildren(k: Kernel, p: Process): void {
  if (p.children.length === 0) return;
  let reaper: Process = k.init;
  for (let a = p.parent; a !== null; a = a.parent) if (a.isSubreaper && a.exitCode < 0) { reaper = a; break; }
  const children = p.children;
  p.children = [];
  for (const child of children) {
    child.parent = reaper;
    child.exitSignal = SIGCHLD;
    reaper.children.push(child);
    for (const t of child.threads) if (t.pdeathSignal !== 0 && !t.exiting) sendProcessSignal(k, child, kernelInfo(t.pdeathSignal, 0));
    if (child.exitCode >= 0) notifyParent(k, child);
    else hangupOrphans(k, child, p, false);
  }
}

/** do_notify_parent: SIGCHLD and the wake-up of wait; a parent that does not care has its child reaped at once. */
function notifyParent(k: Kernel, p: Process): void {
  const parent = p.parent;
  if (parent === null) return;
  if (parent.pid === 1 || parent.exitCode >= 0) { // the built-in init reaps
    release(k, p);
    return;
  }
  let autoReap = false;
  const action = parent.leader.sighand.actions[SIGCHLD];
  if (p.exitSignal === SIGCHLD && action !== undefined) autoReap = action.handler === SIG_IGN || (action.flags & SA_NOCLDWAIT) !== 0;
  if (p.exitSignal > 0 && !(p.exitSignal === SIGCHLD && action !== undefined && action.handler === SIG_IGN)) {
    const info = kernelInfo(p.exitSignal, 0);
    info.pid = p.pid;
    info.uid = p.leader.cred.uid;
    info.utime = Math.floor(p.utime / 1e7);
    info.stime = Math.floor(p.stime / 1e7);
    const sig = p.exitCode & 0x7f;
    info.code = sig === 0 ? CLD_EXITED : (p.exitCode & 0x80) !== 0 ? CLD_DUMPED : CLD_KILLED;
    info.status = sig === 0 ? (p.exitCode >> 8) & 0xff : sig;
    sendProcessSignal(k, parent, info);
  }
  if (autoReap) release(k, p);
  wakeUp(k, parent.childWait);
}

/** release_task of the leader: the zombie is gone, its pid free. Its figures go to the parent's children. */
export function release(k: Kernel, p: Process): void {
  const parent = p.parent;
  if (parent !== null) {
    parent.cutime += p.utime + p.cutime; parent.cstime += p.stime + p.cstime;
    parent.cminflt += p.minflt + p.cminflt; parent.cmajflt += p.majflt + p.cmajflt;
    parent.cmaxrss = Math.max(parent.cmaxrss, p.maxrss, p.cmaxrss);
    const i = parent.children.indexOf(p);
    if (i >= 0) parent.children.splice(i, 1);
  }
  dropSignalQueue(k, p);
  p.leader.state = TASK.DEAD;
  schedRelease(k, p.leader);
  k.processes.delete(p.pid);
  k.tasks.delete(p.leader.pid);
}

/** The recording ends when the program and everything it started have ended. */
function checkHalt(k: Kernel): void {
  if (k.program === null) return;
  for (const p of k.processes.values()) if (p !== k.init && !p.leader.kthread && p.exitCode < 0) return;
  k.halted = true;
}
