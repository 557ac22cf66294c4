// EEVDF, the fair class (Stoica et al. 1995; Documentation/scheduler/sched-eevdf): virtual time, lag, eligibility, deadlines.
// Queues are small arrays: V is summed when needed, so no drift. With scheduler 'cfs' the smallest vruntime is picked instead.
import { nextBelow } from '../../base/random.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { SchedEntity, Task } from '../contracts/task.ts';
import { TASK } from '../contracts/task.ts';
import { cpuOf } from '../entry/state.ts';
import type { RunQueue } from './state.ts';
import { isIdleTask, isRt, schedOf, SCHED_IDLE } from './state.ts';

const NICE_0 = 1024;
const isFair = (t: Task): boolean => !isIdleTask(t) && !isRt(t.se);

/** The running fair task of a queue that still counts in it, or null. */
function running(k: Kernel, rq: RunQueue): Task | null {
  const curr = cpuOf(k, rq.cpu).task;
  return isFair(curr) && curr.se.onRq ? curr : null;
}

export function loadOf(k: Kernel, rq: RunQueue): number {
  let w = 0;
  for (const t of rq.fair) w += t.se.weight;
  const curr = running(k, rq);
  return curr ? w + curr.se.weight : w;
}

/** avg_vruntime(): the queue's virtual time V, at which lags sum to zero. */
export function avgVruntime(k: Kernel, rq: RunQueue): number {
  const base = rq.minVruntime;
  let w = 0, sum = 0;
  for (const t of rq.fair) { w += t.se.weight; sum += (t.se.vruntime - base) * t.se.weight; }
  const curr = running(k, rq);
  if (curr) { w += curr.se.weight; sum += (curr.se.vruntime - base) * curr.se.weight; }
  return w === 0 ? base : base + sum / w;
}

const virtual = (cycles: number, se: SchedEntity): number => (cycles * NICE_0) / se.weight;

function updateMin(k: Kernel, rq: RunQueue): void {
  let min = Infinity;
  for (const t of rq.fair) if (t.se.vruntime < min) min = t.se.vruntime;
  const curr = running(k, rq);
  if (curr && curr.se.vruntime < min) min = curr.se.vruntime;
  if (min !== Infinity && min > rq.minVruntime) rq.minVruntime = min;
}

/** Charges the time since execStart to the running task; asks for a switch when its request (slice) is used up. */
export function updateCurr(k: Kernel, rq: RunQueue): void {
  const curr = cpuOf(k, rq.cpu).task;
  if (isIdleTask(curr)) return;
  const se = curr.se, delta = k.now - se.execStart;
  if (delta <= 0) return;
  se.execStart = k.now;
  se.sumExec += delta;
  if (isRt(se)) return;
  se.vruntime += virtual(delta, se);
  if (se.vruntime >= se.deadline) {
    se.deadline = se.vruntime + virtual(sliceOf(k, se), se);
    if (rq.fair.length + rq.rt.length > 0) { curr.needResched = true; if (curr.needReason === '') curr.needReason = 'tick'; }
  }
  updateMin(k, rq);
}

function sliceOf(k: Kernel, se: SchedEntity): number {
  if (k.config.chaosSeed === 0) return se.slice;
  return 1 + nextBelow(schedOf(k).chaos, 2 * se.slice);
}

/** place_entity(): a joining task keeps its lag; a new one begins with half a slice. */
export function placeEntity(k: Kernel, rq: RunQueue, se: SchedEntity, initial: boolean): void {
  const v = avgVruntime(k, rq), load = loadOf(k, rq);
  let request = virtual(sliceOf(k, se), se), lag = 0;
  if (load > 0 && se.vlag !== 0) lag = (se.vlag * (load + se.weight)) / load;
  se.vruntime = v - lag;
  if (initial) request /= 2;
  se.deadline = se.vruntime + request;
}

/** update_entity_lag(): what it is owed when it leaves, within ± two slices. */
export function saveLag(k: Kernel, rq: RunQueue, se: SchedEntity): void {
  const limit = virtual(Math.max(2 * se.slice, 4_000_000), se);
  se.vlag = Math.max(-limit, Math.min(limit, avgVruntime(k, rq) - se.vruntime));
}

/** pick_eevdf(): of the eligible (lag ≥ 0) the earliest deadline; the running one keeps its turn until its request is done (RUN_TO_PARITY). */
export function pickFair(k: Kernel, rq: RunQueue): Task | null {
  const queue = rq.fair;
  let curr = running(k, rq);
  if (curr && curr.state !== TASK.RUNNING) curr = null;
  if (queue.length === 0) return curr;
  const cfs = k.config.scheduler === 'cfs';
  const v = avgVruntime(k, rq);
  if (k.config.chaosSeed !== 0 && nextBelow(schedOf(k).chaos, 4) === 0) {
    const n = nextBelow(schedOf(k).chaos, queue.length + (curr ? 1 : 0));
    return n < queue.length ? queue[n]! : curr;
  }
  if (curr && !cfs) {
    if (curr.se.vruntime > v) curr = null;
    else if (curr.se.vlag === curr.se.deadline && !onlyIdlePolicy(curr, queue)) return curr;
  }
  let best: Task | null = curr, first: Task = queue[0]!;
  for (const t of queue) {
    if (t.se.vruntime < first.se.vruntime || (t.se.vruntime === first.se.vruntime && t.pid < first.pid)) first = t;
    if (cfs) { if (!best || t.se.vruntime < best.se.vruntime) best = t; continue; }
    if (t.se.vruntime > v) continue;
    if (!best || t.se.deadline < best.se.deadline || (t.se.deadline === best.se.deadline && t.pid < best.pid)) best = t;
  }
  return best ?? first;
}

/** A SCHED_IDLE task yields to any other at once. */
const onlyIdlePolicy = (curr: Task, queue: Task[]): boolean => curr.se.policy === SCHED_IDLE && queue.some((t) => t.se.policy !== SCHED_IDLE);

/** Does a just woken task take the CPU from the running one? (check_preempt_wakeup_fair) */
export function preemptsFair(k: Kernel, rq: RunQueue, woken: Task): boolean {
  const curr = cpuOf(k, rq.cpu).task;
  if (curr.se.policy === SCHED_IDLE && woken.se.policy !== SCHED_IDLE) return true;
  if (woken.se.policy !== 0) return false;
  updateCurr(k, rq);
  return pickFair(k, rq) === woken;
}
