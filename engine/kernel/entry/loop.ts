// The run loop: keeps the CPUs in order. A CPU enters the kernel at time t only when no running CPU is behind t, ties by CPU
// number; user code may run ahead by the quantum. What a CPU does next is in CpuState, so a snapshot between steps is complete.
import { COST } from '../../clock/costs.ts';
import { nextBelow } from '../../base/random.ts';
import { CTX, DR6_BS, EXIT, TF, VEC } from '../../machine/hardware.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { TASK } from '../contracts/task.ts';
import { handleInterrupts, nextEvent } from '../irq/irq.ts';
import { waitsForHost } from '../fs/host-stream.ts';
import { schedule } from '../sched/core.ts';
import { isIdleTask, schedOf } from '../sched/state.ts';
import { rseqResume } from '../process/rseq.ts';
import { exitToUser } from '../signal/deliver.ts';
import { handleException, resumeSyscall, syscallEntry } from './exits.ts';
import type { CpuState } from './state.ts';
import { AFTER, PHASE, entryOf } from './state.ts';

/** When a CPU next acts; Infinity: idle with nothing to wait for. */
function actsAt(k: Kernel, cs: CpuState): number {
  const now = k.processor.now(cs.cpu);
  if (cs.phase === PHASE.USER || cs.phase === PHASE.EXIT) return now;
  const event = nextEvent(k, cs);
  const t = cs.phase === PHASE.IDLE ? (cs.idle.needResched ? now : event) : Math.min(event, cs.kernelEnd);
  return t > now ? t : now;
}

/** The CPU that acts first, and the earliest of the others. */
let first: CpuState, firstAt = 0, othersAt = Infinity, othersCpu = -1;
function pickCpu(k: Kernel): void {
  const cpus = entryOf(k).cpus;
  first = cpus[0]!; firstAt = actsAt(k, first); othersAt = Infinity; othersCpu = -1;
  for (let i = 1; i < cpus.length; i++) {
    const t = actsAt(k, cpus[i]!);
    if (t < firstAt) { othersAt = firstAt; othersCpu = first.cpu; first = cpus[i]!; firstAt = t; }
    else if (t < othersAt) { othersAt = t; othersCpu = i; }
  }
}

export type RunResult = 'slice' | 'idle' | 'done';

/**
 * Runs until every CPU has reached `until` ('slice'), all are idle and either nothing will happen or the next event lies beyond
 * the real time that has passed while a task waits for the host ('idle'), or the machine has halted ('done').
 */
export function runLoop(k: Kernel, until: number): RunResult {
  const e = entryOf(k);
  for (;;) {
    if (k.halted) return 'done';
    pickCpu(k);
    if (first.phase === PHASE.IDLE) {
      // Every CPU is idle or later than this one's event.
      if (firstAt === Infinity || (firstAt > e.idleUntil && allIdle(k) && waitsForHost(k))) return 'idle';
    }
    // An idle machine jumps straight to its next event, however many slices away.
    if (firstAt >= until && !(first.phase === PHASE.IDLE && allIdle(k))) return 'slice';
    if (k.config.timeLimit > 0 && firstAt >= k.config.timeLimit) {
      k.now = firstAt; k.halted = true; k.haltReason = 'time limit';
      return 'done';
    }
    step(k, first);
    if (e.idleNow < firstAt) e.idleNow = firstAt;
  }
}

export function allIdle(k: Kernel): boolean {
  for (const c of entryOf(k).cpus) if (c.phase !== PHASE.IDLE) return false;
  return true;
}
/** Earliest event of an idle machine. */
export function nextMachineEvent(k: Kernel): number {
  let t = Infinity;
  for (const c of entryOf(k).cpus) t = Math.min(t, actsAt(k, c));
  return t;
}
/** The machine's clock: no CPU is behind it. */
export function machineNow(k: Kernel): number {
  let t = Infinity;
  for (const c of entryOf(k).cpus) if (c.phase !== PHASE.IDLE) t = Math.min(t, k.processor.now(c.cpu));
  return t === Infinity ? entryOf(k).idleNow : t;
}

function begin(k: Kernel, cs: CpuState, at: number): void {
  k.thisCpu = cs.cpu;
  k.current = cs.task;
  k.now = at;
}

function step(k: Kernel, cs: CpuState): void {
  const p = k.processor;
  switch (cs.phase) {
    case PHASE.USER: {
      const now = p.now(cs.cpu), event = nextEvent(k, cs);
      if (event <= now) { interruptUser(k, cs, now); return; }
      runUser(k, cs, now, event);
      return;
    }
    case PHASE.EXIT: handleExit(k, cs); return;
    case PHASE.KERNEL: {
      const now = p.now(cs.cpu), event = nextEvent(k, cs);
      if (event < cs.kernelEnd) interruptKernel(k, cs, Math.max(now, event));
      else finish(k, cs);
      return;
    }
    default: interruptIdle(k, cs);
  }
}

/** Runs user code, then handles its exit at once if this CPU is still first. */
function runUser(k: Kernel, cs: CpuState, start: number, event: number): void {
  const p = k.processor, e = entryOf(k), cpu = cs.cpu;
  let deadline = event;
  const clockEnd = othersAt + (cpu < othersCpu ? 1 : 0); // before that no other CPU is behind this one
  if (othersAt !== Infinity) {
    const quantum = k.config.chaosSeed === 0 ? k.config.quantumCycles : 1 + nextBelow(schedOf(k).chaos, 2 * k.config.quantumCycles);
    if (othersAt + quantum < deadline) deadline = othersAt + quantum;
  }
  if (k.config.timeLimit > 0 && k.config.timeLimit < deadline) deadline = k.config.timeLimit;
  if (e.sampleCycles === 0) p.run(cpu, deadline, clockEnd);
  else {
    // A sample only looks: it ends a run at a block end and goes on to the same deadline (law 3).
    for (;;) {
      p.run(cpu, deadline < cs.sampleAt ? deadline : cs.sampleAt, clockEnd);
      const now = p.now(cpu);
      if (now >= cs.sampleAt) {
        if (e.sampler) { begin(k, cs, now); e.sampler.sample(k, cpu, cs.task, e.sampleCycles); }
        cs.sampleAt = (Math.floor(now / e.sampleCycles) + 1) * e.sampleCycles;
      }
      if (p.exit.reason !== EXIT.deadline || now >= deadline) break;
    }
  }
  const now = p.now(cpu), used = now - start;
  cs.task.utime += used;
  if (cs.task.se.nice > 0) cs.nice += used; else cs.user += used;
  const x = p.exit;
  if (x.reason === EXIT.deadline) return;
  cs.exitReason = x.reason;
  if (x.reason === EXIT.exception) { cs.exitVector = x.vector; cs.exitError = x.errorCode; cs.exitAddress = x.address; }
  cs.phase = PHASE.EXIT;
  if (now < clockEnd) handleExit(k, cs);
}

function handleExit(k: Kernel, cs: CpuState): void {
  const at = k.processor.now(cs.cpu);
  begin(k, cs, at);
  const task = cs.task;
  switch (cs.exitReason) {
    case EXIT.syscall: case EXIT.int80: {
      cs.phase = PHASE.KERNEL;
      k.now += COST.syscallEntry;
      syscallEntry(k, task, cs.exitReason === EXIT.int80);
      endEntry(k, cs, at);
      return;
    }
    case EXIT.clock:
      k.processor.stepClock(cs.cpu);
      { const used = k.processor.now(cs.cpu) - at; task.utime += used; cs.user += used; }
      if ((k.processor.regs(cs.cpu).lo(CTX.rflags) & TF) === 0) { cs.phase = PHASE.USER; return; }
      cs.exitReason = EXIT.exception; cs.exitVector = VEC.DB; cs.exitError = 0; cs.exitAddress = DR6_BS; // a single step over it
      begin(k, cs, k.processor.now(cs.cpu));
      exception(k, cs, k.now);
      return;
    default: exception(k, cs, at);
  }
}
function exception(k: Kernel, cs: CpuState, at: number): void {
  cs.phase = PHASE.KERNEL;
  k.now += COST.exceptionEntry;
  cs.task.after = AFTER.USER;
  handleException(k, cs.task, cs);
  endEntry(k, cs, at);
}

/** The kernel path is over; its cost is now spent. At once when nothing can come between. */
function endEntry(k: Kernel, cs: CpuState, from: number): void {
  cs.kernelEnd = k.now;
  account(k, cs, k.now - from);
  if (cs.phase !== PHASE.KERNEL) return; // switched to idle
  if (nextEvent(k, cs) >= cs.kernelEnd && (entryOf(k).cpus.length === 1 || quiet(cs))) finish(k, cs);
}

/** Nothing left but to go back to user mode: harmless ahead of the others. */
const quiet = (cs: CpuState): boolean => {
  const t = cs.task;
  return t.after === AFTER.USER && !t.sigPending && !t.needResched && !t.rseqEvent && t.syscall.restart === 0 && t.savedMask === null;
};

function account(_k: Kernel, cs: CpuState, cycles: number): void {
  if (isIdleTask(cs.task)) return;
  cs.task.stime += cycles;
  cs.system += cycles;
}

/** The cost is spent: on to what the task does next (AFTER), with signals and preemption. */
function finish(k: Kernel, cs: CpuState): void {
  const p = k.processor, at = Math.max(cs.kernelEnd, p.now(cs.cpu));
  p.setNow(cs.cpu, at);
  begin(k, cs, at);
  const task = cs.task;
  if (task.after === AFTER.USER) {
    if (quiet(cs)) { cs.phase = PHASE.USER; return; }
    if (task.needResched) { switchAway(k, cs, at); return; }
    if (task.rseqEvent) { task.rseqEvent = false; rseqResume(k, task); }
    exitToUser(k, task);
    // A frame was built, the call restarts, or the task stopped or ended.
    if (task.state !== TASK.RUNNING) task.after = AFTER.SCHED;
    if (k.now === at && quiet(cs)) { cs.phase = PHASE.USER; return; }
    endSpend(k, cs, at);
    return;
  }
  if (task.after === AFTER.RESUME) {
    if (task.needResched) { switchAway(k, cs, at); return; }
    resumeSyscall(k, task);
    endSpend(k, cs, at);
    return;
  }
  // AFTER.SCHED: blocked, stopped or gone; woken meanwhile: go on.
  if (task.state === TASK.RUNNING) {
    task.after = resumeAs(task);
    finish(k, cs);
    return;
  }
  switchAway(k, cs, at);
}

const resumeAs = (t: Task): number => (t.syscall.nr >= 0 && t.syscall.restart === 0 ? AFTER.RESUME : AFTER.USER);

function endSpend(k: Kernel, cs: CpuState, from: number): void {
  cs.kernelEnd = k.now;
  account(k, cs, k.now - from);
}

function switchAway(k: Kernel, cs: CpuState, from: number): void {
  const prev = cs.task;
  if (prev.after === AFTER.SCHED) {
    // What it does when it runs again.
    prev.after = resumeAs(prev);
    prev.sleepStart = k.now;
  }
  schedule(k, cs);
  const next = cs.task;
  if (isIdleTask(next)) {
    if (!isIdleTask(prev)) { prev.stime += k.now - from; cs.system += k.now - from; }
    k.processor.setNow(cs.cpu, k.now);
    return;
  }
  cs.phase = PHASE.KERNEL;
  endSpend(k, cs, from);
  cs.kernelEnd = k.now + next.savedKernelCycles;
  next.savedKernelCycles = 0;
}

function interruptUser(k: Kernel, cs: CpuState, at: number): void {
  begin(k, cs, at);
  handleInterrupts(k, cs);
  if (cs.task.trace !== null) cs.task.trace.nr = -1;
  cs.phase = PHASE.KERNEL;
  cs.task.after = AFTER.USER;
  cs.kernelEnd = k.now;
}

function interruptKernel(k: Kernel, cs: CpuState, at: number): void {
  k.processor.setNow(cs.cpu, at);
  begin(k, cs, at);
  handleInterrupts(k, cs);
  cs.kernelEnd += k.now - at;
  const task = cs.task;
  if (k.config.preempt === 'full' && task.needResched && task.state === TASK.RUNNING && task.after !== AFTER.SCHED) {
    // Preempted inside the kernel: what is left of its cost is spent when it runs again.
    const left = cs.kernelEnd - k.now, from = k.now;
    task.savedKernelCycles = left;
    schedule(k, cs);
    const next = cs.task;
    if (next === task) { task.savedKernelCycles = 0; return; }
    if (isIdleTask(next)) { k.processor.setNow(cs.cpu, k.now); return; }
    endSpend(k, cs, from);
    cs.kernelEnd = k.now + next.savedKernelCycles;
    next.savedKernelCycles = 0;
  }
}

function interruptIdle(k: Kernel, cs: CpuState): void {
  const at = firstAt;
  k.processor.setNow(cs.cpu, at);
  begin(k, cs, at);
  handleInterrupts(k, cs);
  if (cs.idle.needResched) switchAway(k, cs, k.now);
  if (isIdleTask(cs.task)) k.processor.setNow(cs.cpu, k.now);
}
