// The scheduler's core: enqueue, dequeue, pick, switch, tick, preemption by class. EEVDF itself is in eevdf.ts.
import { COST } from '../../clock/costs.ts';
import { nextBelow } from '../../base/random.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { TASK } from '../contracts/task.ts';
import type { CpuState } from '../entry/state.ts';
import { AFTER, PHASE, cpuOf, entryOf } from '../entry/state.ts';
import { switchMm } from '../mm/switch.ts';
import { mmOf } from '../mm/state.ts';
import { newIdleBalance } from './balance.ts';
import { pickFair, placeEntity, preemptsFair, saveLag, updateCurr } from './eevdf.ts';
import type { RunQueue } from './state.ts';
import { RR_TIMESLICE, SCHED_RR, isIdleTask, isRt, prioOf, rqOf, schedOf } from './state.ts';
import { setThreadState } from './thread-state.ts';

export function needResched(task: Task): boolean { return task.needResched; }

export function reschedule(task: Task, reason: string): void {
  task.needResched = true;
  if (task.needReason === '') task.needReason = reason;
}

function rtInsert(rq: RunQueue, task: Task, head: boolean): void {
  const p = task.se.rtPriority;
  let i = 0;
  while (i < rq.rt.length && (rq.rt[i]!.se.rtPriority > p || (!head && rq.rt[i]!.se.rtPriority === p))) i++;
  rq.rt.splice(i, 0, task);
}

/** Makes a task runnable on `cpu`'s queue; k.thisCpu must be that CPU (others send an IPI), or it must be off any CPU. */
export function enqueueTask(k: Kernel, task: Task, cpu: number, initial: boolean): void {
  const rq = rqOf(k, cpu);
  updateCurr(k, rq);
  task.cpu = cpu;
  task.se.waitStart = k.now;
  if (isRt(task.se)) rtInsert(rq, task, false);
  else { placeEntity(k, rq, task.se, initial); rq.fair.push(task); }
  task.se.onRq = true;
  const curr = cpuOf(k, cpu).task;
  if (isIdleTask(curr)) reschedule(curr, 'wakeup');
  else if (isRt(task.se)) { if (!isRt(curr.se) || task.se.rtPriority > curr.se.rtPriority) reschedule(curr, 'wakeup'); }
  else if (!isRt(curr.se) && preemptsFair(k, rq, task)) reschedule(curr, 'wakeup');
}

/** Takes a task off a queue; it must not be the running one. */
export function dequeueTask(k: Kernel, task: Task): void {
  const rq = rqOf(k, task.cpu);
  const list = isRt(task.se) ? rq.rt : rq.fair;
  const i = list.indexOf(task);
  if (i < 0) return;
  if (!isRt(task.se)) saveLag(k, rq, task.se);
  list.splice(i, 1);
  task.se.onRq = false;
}

function pickNext(k: Kernel, rq: RunQueue, prev: Task): Task | null {
  const prevRuns = !isIdleTask(prev) && prev.se.onRq;
  if (rq.rt.length > 0) {
    const best = rq.rt[0]!;
    if (!(prevRuns && isRt(prev.se) && prev.se.rtPriority >= best.se.rtPriority && !prev.se.runCount)) return best;
    return prev;
  }
  if (prevRuns && isRt(prev.se)) return prev;
  return pickFair(k, rq);
}

/**
 * schedule(): called at the end of a kernel path on CPU `cs` when its task blocks, ends, or must give way. Charges the switch;
 * sets cs.task and cs.phase. The next task goes on as its `after` and savedKernelCycles say.
 */
export function schedule(k: Kernel, cs: CpuState): void {
  const rq = rqOf(k, cs.cpu), prev = cs.task;
  let reason = prev.needReason;
  prev.needResched = false; prev.needReason = '';
  updateCurr(k, rq);
  const runnable = !isIdleTask(prev) && prev.state === TASK.RUNNING;
  if (!isIdleTask(prev) && !runnable && prev.se.onRq) {
    if (!isRt(prev.se)) saveLag(k, rq, prev.se);
    prev.se.onRq = false;
    reason = prev.state === TASK.ZOMBIE || prev.state === TASK.DEAD ? 'exit' : 'block';
  } else if (runnable && (prev.se.cpusAllowed & (1 << cs.cpu)) === 0) {
    // affinity no longer allows this CPU: leave for another
    if (!isRt(prev.se)) saveLag(k, rq, prev.se);
    prev.se.onRq = false;
    reason = 'preempt';
  }
  k.now += COST.schedulePick;
  let next = pickNext(k, rq, prev);
  prev.se.runCount = 0;
  if (!next && newIdleBalance(k, cs.cpu)) next = pickNext(k, rq, prev);
  if (!next) next = cs.idle;
  if (next === prev) { if (!isIdleTask(prev)) prev.se.vlag = prev.se.deadline; return; }
  if (runnable && prev.se.onRq) {
    if (isRt(prev.se)) rtInsert(rq, prev, reason !== 'yield' && reason !== 'tick');
    else rq.fair.push(prev);
    prev.se.waitStart = k.now;
  }
  switchTo(k, cs, rq, prev, next, reason || 'preempt', runnable);
  if (runnable && !prev.se.onRq) migrateAway(k, prev);
}

/** Set by sched/wait.ts: places a runnable task that has no queue (import cycle otherwise). */
let placer: (k: Kernel, task: Task) => void = () => {};
export function setPlacer(f: (k: Kernel, task: Task) => void): void { placer = f; }
function migrateAway(k: Kernel, task: Task): void { placer(k, task); }

function switchTo(k: Kernel, cs: CpuState, rq: RunQueue, prev: Task, next: Task, reason: string, runnable: boolean): void {
  const regs = k.processor.regs(cs.cpu), idleNext = isIdleTask(next);
  if (next.se.waitStart > k.now && !idleNext) k.now = next.se.waitStart;
  k.now += COST.contextSwitch;
  // The switch is stamped before its cost is accounted to the next task.
  const t = k.trace.sched_switch, at = k.now;
  const row = t.begin(at, cs.cpu, prev.utid);
  t.set.prev_utid(row, prev.utid); t.set.prev_tid(row, prev.pid); t.set.prev_comm(row, prev.comm); t.set.prev_prio(row, isIdleTask(prev) ? 120 : prioOf(prev));
  t.set.prev_state(row, isIdleTask(prev) ? 'R' : runnable ? (reason === 'yield' ? 'R' : 'R+') : prev.state);
  t.set.reason(row, reason);
  t.set.next_utid(row, next.utid); t.set.next_tid(row, next.pid); t.set.next_comm(row, next.comm); t.set.next_prio(row, idleNext ? 120 : prioOf(next));
  t.end(row);
  rq.switches++; k.contextSwitches++;
  if (!isIdleTask(prev)) {
    if (runnable) prev.nivcsw++; else prev.nvcsw++;
    prev.se.nrSwitches++;
    prev.context.set(regs.bytes());
    prev.onCpu = -1;
    prev.se.lastRan = at;
    setThreadState(k, prev, runnable ? 'Runnable' : prev.state, at, runnable ? '' : prev.wchan);
  } else {
    cs.idleTime += Math.max(0, at - cs.idleSince);
  }
  cs.task = next;
  k.current = next;
  if (idleNext) {
    cs.phase = PHASE.IDLE;
    cs.tickAt = Infinity;
    cs.idleSince = at;
    next.needResched = false;
    return;
  }
  const i = isRt(next.se) ? rq.rt.indexOf(next) : rq.fair.indexOf(next);
  if (i >= 0) (isRt(next.se) ? rq.rt : rq.fair).splice(i, 1);
  next.cpu = cs.cpu; next.onCpu = cs.cpu;
  next.se.onRq = true;
  next.se.execStart = at;
  next.se.prevSumExec = next.se.sumExec;
  next.se.waitSum += Math.max(0, at - next.se.waitStart);
  if (!isRt(next.se)) next.se.vlag = next.se.deadline; // protected until its request is done
  next.needResched = false; next.needReason = '';
  setThreadState(k, next, 'Running', at, '');
  regs.bytes().set(next.context);
  next.rseqEvent = next.rseq !== 0;
  if (next.mm && mmOf(k).cpuMm[cs.cpu] !== next.mm) {
    k.now += COST.mmSwitch;
    switchMm(k, cs.cpu, next.mm);
  }
  if (cs.tickAt === Infinity) {
    const hz = entryOf(k).tickCycles;
    cs.tickAt = (Math.floor(k.now / hz) + 1) * hz;
  }
  if (next.syscall.nr >= 0 && next.sleepStart > 0 && next.after === AFTER.RESUME) {
    next.syscall.blockedNs += Math.max(0, at - next.sleepStart);
  }
  next.sleepStart = 0;
}

/** scheduler_tick() on a busy CPU. */
export function schedTick(k: Kernel, cs: CpuState): void {
  const rq = rqOf(k, cs.cpu), curr = cs.task;
  if (isIdleTask(curr)) return;
  updateCurr(k, rq);
  if (curr.se.policy === SCHED_RR && rq.rt.length > 0 && rq.rt[0]!.se.rtPriority === curr.se.rtPriority && curr.se.sumExec - curr.se.prevSumExec >= RR_TIMESLICE) {
    curr.se.runCount = 1; // its turn is over: to the tail
    reschedule(curr, 'tick');
  }
  if (k.config.chaosSeed !== 0 && rq.fair.length > 0 && nextBelow(schedOf(k).chaos, 3) === 0) reschedule(curr, 'tick');
}

/** sched_yield(2): the caller's request counts as used up. */
export function yieldTask(k: Kernel, task: Task): void {
  const rq = rqOf(k, task.cpu);
  if (isRt(task.se)) task.se.runCount = 1;
  else {
    updateCurr(k, rq);
    task.se.deadline += (task.se.slice * 1024) / task.se.weight;
    task.se.vlag = 0;
  }
  if (rq.fair.length + rq.rt.length > 0) reschedule(task, 'yield');
}
