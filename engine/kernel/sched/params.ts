// Changing a task's policy, priority, nice value and CPUs (kernel/sched/syscalls.c); the queues follow.
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { TASK } from '../contracts/task.ts';
import { IPI } from '../entry/state.ts';
import { sendIpi } from '../irq/ipi.ts';
import { dequeueTask, enqueueTask, reschedule } from './core.ts';
import { updateCurr } from './eevdf.ts';
import { rqOf, setWeight } from './state.ts';
import { placeAgain } from './wait.ts';

/** Applies `change` to the entity with the task off its queue, as sched_change does. */
function changed(k: Kernel, task: Task, change: () => void): void {
  const running = task.onCpu >= 0, queued = task.se.onRq && !running;
  if (running) updateCurr(k, rqOf(k, task.cpu));
  const cpu = task.cpu;
  if (queued) dequeueTask(k, task);
  const old = task.se.weight;
  change();
  setWeight(task.se);
  if (task.se.weight !== old) {
    // reweight_entity(): lag and the rest of the request keep their real size
    task.se.vlag = (task.se.vlag * old) / task.se.weight;
    task.se.deadline = task.se.vruntime + ((task.se.deadline - task.se.vruntime) * old) / task.se.weight;
  }
  if (queued) {
    if (cpu === k.thisCpu) enqueueTask(k, task, cpu, false);
    else sendIpi(k, cpu, IPI.wake, task);
  } else if (running) {
    reschedule(task, 'preempt');
    if (task.onCpu !== k.thisCpu) sendIpi(k, task.onCpu, IPI.resched, null);
  }
}

export function setPolicy(k: Kernel, task: Task, policy: number, rtPriority: number, nice: number, resetOnFork: boolean): void {
  changed(k, task, () => {
    task.se.policy = policy; task.se.rtPriority = rtPriority; task.se.nice = nice; task.se.resetOnFork = resetOnFork;
  });
}

export function setNice(k: Kernel, task: Task, nice: number): void {
  if (task.se.nice === nice) return;
  changed(k, task, () => { task.se.nice = nice; });
}

/** set_cpus_allowed_ptr(): a task on a CPU it may no longer use leaves it. */
export function setAffinity(k: Kernel, task: Task, mask: number): void {
  task.se.cpusAllowed = mask;
  if ((mask & (1 << task.cpu)) !== 0) return;
  if (task.onCpu >= 0) {
    reschedule(task, 'preempt');
    if (task.onCpu !== k.thisCpu) sendIpi(k, task.onCpu, IPI.resched, null);
  } else if (task.se.onRq) {
    dequeueTask(k, task);
    placeAgain(k, task);
  } else if (task.state !== TASK.RUNNING) {
    for (let c = 0; c < k.config.cpus; c++) if ((mask & (1 << c)) !== 0) { task.cpu = c; break; }
  }
}
