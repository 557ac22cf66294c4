// A task's beginning and end in the scheduler: sched_fork, wake_up_new_task, the last switch; idle tasks.
import { seedRandom } from '../../base/random.ts';
import type { Kernel } from '../contracts/kernel.ts';
import { SchedEntity, TASK, Task } from '../contracts/task.ts';
import { AFTER, cpuOf } from '../entry/state.ts';
import { finishWait, makeRunnable } from './wait.ts';
import { RunQueue, SCHED_NORMAL, SchedState, isRt, setWeight } from './state.ts';
import { closeThreadState, setThreadState } from './thread-state.ts';

/** Kernel slot `sched`; tid 0 and utid 0 are the idle tasks, one a CPU. */
export function initSched(k: Kernel): void {
  const s = new SchedState();
  k.sched = s;
  if (k.config.chaosSeed !== 0) seedRandom(s.chaos, k.config.chaosSeed);
  if (k.nextUtid === 0) k.nextUtid = 1;
  for (let i = 0; i < k.config.cpus; i++) {
    const rq = new RunQueue();
    rq.cpu = i;
    s.rqs.push(rq);
    const idle = new Task();
    idle.comm = `swapper/${i}`; idle.kthread = true; idle.cpu = i; idle.onCpu = i; idle.se.cpusAllowed = (1 << i) >>> 0;
    cpuOf(k, i).idle = idle;
    cpuOf(k, i).task = idle;
  }
}

/** sched_fork(): policy, nice, weights from the parent; the child is not runnable yet. */
export function schedFork(k: Kernel, parent: Task, child: Task): void {
  const p = parent.se, se = new SchedEntity();
  se.policy = p.policy; se.nice = p.nice; se.rtPriority = p.rtPriority; se.slice = p.slice; se.cpusAllowed = p.cpusAllowed;
  if (p.resetOnFork) {
    if (isRt(se)) { se.policy = SCHED_NORMAL; se.rtPriority = 0; }
    if (se.nice < 0) se.nice = 0;
  }
  setWeight(se);
  child.se = se;
  child.state = TASK.RUNNING;
  child.onCpu = -1;
  child.cpu = parent.cpu;
  child.after = AFTER.USER;
  child.needResched = false; child.needReason = '';
  child.kernelCycles = 0; child.savedKernelCycles = 0;
  child.wchan = ''; child.waitQueues = []; child.waitTimer = 0; child.waitExclusive = false;
  child.stateLabel = ''; child.stateSince = k.now; child.stateWait = ''; child.wakerUtid = -1; child.sleepStart = 0;
  child.restartBlock = null;
  child.syscall.nr = -1;
}

/** wake_up_new_task(). */
export function wakeUpNewTask(k: Kernel, task: Task): void {
  task.state = TASK.RUNNING;
  makeRunnable(k, task, true);
}

/** The task never runs again: called by kernel/process/exit after task.state = ZOMBIE or DEAD; the switch away follows at the end of the entry. */
export function schedExit(k: Kernel, task: Task): void {
  finishWait(k, task);
  task.after = AFTER.SCHED;
  task.sigPending = false;
  setThreadState(k, task, task.state, k.now, '');
}

/** The task is reaped: its last thread_state interval ends. */
export function schedRelease(k: Kernel, task: Task): void { closeThreadState(k, task, false); }
