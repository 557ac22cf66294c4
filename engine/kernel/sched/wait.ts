// Wait queues: going to sleep in a system call and being woken (kernel/sched/wait.c, try_to_wake_up).
import { COST } from '../../clock/costs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { TASK } from '../contracts/task.ts';
import type { WaitQueue } from '../contracts/wait.ts';
import { AFTER, IPI } from '../entry/state.ts';
import { sendIpi } from '../irq/ipi.ts';
import { addTimer, cancelTimer, timerHandler } from '../time/timers.ts';
import { selectCpu } from './balance.ts';
import { enqueueTask, setPlacer } from './core.ts';
import { isIdleTask, prioOf, schedOf } from './state.ts';
import { setThreadState } from './thread-state.ts';

export interface WaitOptions {
  /** True: state S, any signal wakes. False: state D, only SIGKILL wakes (TASK_KILLABLE). */
  interruptible: boolean;
  /** Linux function it sleeps in, e.g. pipe_read, do_wait, futex_wait_queue. */
  wchan: string;
  /** Absolute cycle of k.now's clock; the handler is re-entered with task.syscall.timedOut. Infinity or absent: none. */
  deadline?: number;
  exclusive?: boolean;
}

/** Puts the task to sleep on every queue; the handler must return BLOCK next. */
export function waitOn(k: Kernel, task: Task, queues: WaitQueue[], options: WaitOptions): void {
  for (const q of queues) if (!q.waiters.includes(task)) q.waiters.push(task);
  task.waitQueues = queues.slice();
  task.state = options.interruptible ? TASK.INTERRUPTIBLE : TASK.UNINTERRUPTIBLE;
  task.wchan = options.wchan;
  task.waitExclusive = options.exclusive ?? false;
  task.syscall.timedOut = false;
  const deadline = options.deadline ?? Infinity;
  if (deadline !== Infinity) task.waitTimer = addTimer(k, Math.max(deadline, k.now), 'wait', task);
}

timerHandler<Task>('wait', (k, task) => {
  task.waitTimer = 0;
  if (wakeTask(k, task)) task.syscall.timedOut = true;
});

/** Leaves its queues and its timeout. */
export function finishWait(k: Kernel, task: Task): void {
  for (const q of task.waitQueues) {
    const i = q.waiters.indexOf(task);
    if (i >= 0) q.waiters.splice(i, 1);
  }
  task.waitQueues = [];
  task.waitExclusive = false;
  task.wchan = '';
  if (task.waitTimer !== 0) { cancelTimer(k, task.waitTimer); task.waitTimer = 0; }
}

/** Wakes every waiter, of exclusive ones at most `max`; notifies listeners. Returns tasks woken. */
export function wakeUp(k: Kernel, queue: WaitQueue, max = Infinity): number {
  let woken = 0, exclusive = 0;
  if (queue.waiters.length > 0) {
    for (const t of queue.waiters.slice()) {
      if (t.waitExclusive && exclusive >= max) continue;
      const ex = t.waitExclusive;
      if (wakeTask(k, t)) { woken++; if (ex) exclusive++; }
    }
  }
  if (queue.listeners.length > 0) for (const l of queue.listeners.slice()) l.onWake(k, queue);
  return woken;
}

/** try_to_wake_up(): true if the task was asleep (S or D) or stopped. */
export function wakeTask(k: Kernel, task: Task): boolean {
  const s = task.state;
  if (s !== TASK.INTERRUPTIBLE && s !== TASK.UNINTERRUPTIBLE && s !== TASK.STOPPED && s !== TASK.TRACED) return false;
  finishWait(k, task);
  task.state = TASK.RUNNING;
  makeRunnable(k, task, false);
  return true;
}

/** Emits the wake-up and puts a RUNNING task on a queue: here at once, on another CPU by an interrupt. */
export function makeRunnable(k: Kernel, task: Task, isNew: boolean): void {
  k.now += COST.wakeup;
  schedOf(k).wakeups++;
  const away = task.onCpu < 0;
  const cpu = away ? selectCpu(k, task, isNew) : task.onCpu;
  const waker = k.current, t = k.trace.sched_wakeup, cause = k.trace.lastSeq;
  const row = t.begin(k.now, k.thisCpu, task.utid);
  t.set.tid(row, task.pid); t.set.comm(row, task.comm); t.set.prio(row, prioOf(task)); t.set.target_cpu(row, cpu);
  if (!isIdleTask(waker)) t.set.waker_utid(row, waker.utid);
  t.set.context(row, isNew ? 'fork' : inIrq(k) ? 'irq' : 'task');
  t.set.cause_seq(row, cause); t.set.is_new(row, isNew);
  t.end(row);
  task.se.lastWakeup = k.now;
  // Still on its CPU: it has not been switched away yet, AFTER.SCHED finds it RUNNING again.
  if (!away) return;
  task.wakerUtid = isIdleTask(waker) ? -1 : waker.utid;
  const by = task.wakerUtid;
  setThreadState(k, task, 'Runnable', k.now, '');
  task.wakerUtid = by;
  placeOn(k, task, cpu, isNew);
}

let irqDepth = 0;
/** entry/loop marks interrupt context, for the wake-up's `context` only. */
export function enterIrq(): void { irqDepth++; }
export function leaveIrq(): void { irqDepth--; }
const inIrq = (k: Kernel): boolean => irqDepth > 0 || isIdleTask(k.current);

function placeOn(k: Kernel, task: Task, cpu: number, isNew: boolean): void {
  task.cpu = cpu;
  if (cpu === k.thisCpu) enqueueTask(k, task, cpu, isNew);
  else sendIpi(k, cpu, IPI.wake, task);
}

setPlacer((k, task) => placeOn(k, task, selectCpu(k, task, false), false));

/** The wake-up's arrival on the target CPU. */
export function ipiWake(k: Kernel, task: Task): void {
  if (task.state !== TASK.RUNNING || task.onCpu >= 0 || task.se.onRq) return;
  if ((task.se.cpusAllowed & (1 << k.thisCpu)) === 0) { placeOn(k, task, selectCpu(k, task, false), false); return; }
  enqueueTask(k, task, k.thisCpu, task.after === AFTER.USER && task.se.sumExec === 0);
}

/** A runnable task that was taken off its queue finds a CPU it may use. */
export function placeAgain(k: Kernel, task: Task): void { placeOn(k, task, selectCpu(k, task, false), false); }
