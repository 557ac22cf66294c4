// Run queues and scheduler-wide state (kernel slot `sched`), the weight table and small facts about a task's class.
import { stateClass } from '../../base/state.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { SchedEntity, Task } from '../contracts/task.ts';
import { cpuOf } from '../entry/state.ts';

export const SCHED_NORMAL = 0, SCHED_FIFO = 1, SCHED_RR = 2, SCHED_BATCH = 3, SCHED_IDLE = 5, SCHED_DEADLINE = 6;
export const RR_TIMESLICE = 100_000_000;
export const IDLE_WEIGHT = 3;

/** sched_prio_to_weight[]: nice −20 … 19; each step is about 1.25 (kernel/sched/core.c's documented table). */
export const NICE_WEIGHT: readonly number[] = [
  88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916,
  9548, 7620, 6100, 4904, 3906, 3121, 2501, 1991, 1586, 1277,
  1024, 820, 655, 526, 423, 335, 272, 215, 172, 137,
  110, 87, 70, 56, 45, 36, 29, 23, 18, 15,
];

export class RunQueue {
  cpu = 0;
  fair: Task[] = []; // runnable, not running
  rt: Task[] = []; // FIFO and RR by priority (highest first), then arrival; not the running one
  minVruntime = 0;
  switches = 0;
}
stateClass(RunQueue, 'RunQueue', ['cpu', 'fair', 'rt', 'minVruntime', 'switches']);

export class SchedState {
  rqs: RunQueue[] = [];
  loadavg: [number, number, number] = [0, 0, 0]; // fixed point, 11 bits, as in the kernel
  loadNext = 5_000_000_000;
  chaos = new Uint32Array(4); // generator of --chaos, unused when off
  counterNext = 1_000_000_000; // next cpu_counter row
  wakeups = 0;
}
stateClass(SchedState, 'SchedState', ['rqs', 'loadavg', 'loadNext', 'chaos', 'counterNext', 'wakeups']);

export const schedOf = (k: Kernel): SchedState => k.sched as SchedState;
export const rqOf = (k: Kernel, cpu: number): RunQueue => (k.sched as SchedState).rqs[cpu]!;

export const isRt = (se: SchedEntity): boolean => se.policy === SCHED_FIFO || se.policy === SCHED_RR;
/** The kernel's priority 0–139: RT 0–98, fair 100–139. */
export const prioOf = (task: Task): number => (isRt(task.se) ? 99 - task.se.rtPriority : 120 + task.se.nice);
export const isIdleTask = (task: Task): boolean => task.pid === 0;

export function setWeight(se: SchedEntity): void {
  se.weight = se.policy === SCHED_IDLE ? IDLE_WEIGHT : NICE_WEIGHT[se.nice + 20]!;
}

/** Runnable tasks of a CPU, the running one included (rq->nr_running). */
export function nrRunning(k: Kernel, rq: RunQueue): number {
  const curr = cpuOf(k, rq.cpu).task;
  return rq.fair.length + rq.rt.length + (!isIdleTask(curr) && curr.se.onRq ? 1 : 0);
}
