// What each CPU is doing (kernel slot `entry`). Plain data: the run loop (entry/loop.ts) is a function of this alone.
import { stateClass } from '../../base/state.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { SyscallEntry, Sampler } from '../contracts/syscall-entry.ts';
import type { Task } from '../contracts/task.ts';

/** IDLE: waits for an event. USER: runs user code. EXIT: user code ended in `exit*`, to be handled in order. KERNEL: spends charged cost until kernelEnd. */
export const PHASE = { IDLE: 0, USER: 1, EXIT: 2, KERNEL: 3 } as const;
/** What a task does once its kernel cost is spent: back to user mode (signals, reschedule), the same call again, or away from the CPU. */
export const AFTER = { USER: 0, RESUME: 1, SCHED: 2 } as const;
export const IPI = { resched: 0, wake: 1, call: 2 } as const;

/** A message to a CPU; arrives as an interrupt at cycle `at`. */
export class Ipi { at = 0; kind = 0; task: Task | null = null }
stateClass(Ipi, 'Ipi', ['at', 'kind', 'task']);

export class CpuState {
  cpu = 0;
  phase: number = PHASE.IDLE;
  task!: Task; // rq->curr; the CPU's idle task when idle
  idle!: Task;
  kernelEnd = 0;
  tickAt = Infinity; // next tick; the tick stops while idle (NO_HZ_IDLE)
  sampleAt = Infinity;
  ipis: Ipi[] = []; // by arrival
  exitReason = 0; exitVector = 0; exitError = 0; exitAddress = 0;
  // /proc/stat, in cycles
  user = 0; nice = 0; system = 0; idleTime = 0; irq = 0; softirq = 0; iowait = 0;
  idleSince = 0;
}
stateClass(CpuState, 'CpuState', ['cpu', 'phase', 'task', 'idle', 'kernelEnd', 'tickAt', 'sampleAt', 'ipis', 'exitReason', 'exitVector', 'exitError', 'exitAddress', 'user', 'nice', 'system', 'idleTime', 'irq', 'softirq', 'iowait', 'idleSince']);

export class EntryState {
  cpus: CpuState[] = [];
  tickCycles = 4_000_000;
  sampleCycles = 0; // 0 = no samples
  idleNow = 0; // the machine's clock while every CPU is idle
  idleUntil = 0; // real time that has passed by HostInput 'idle' (law 2); events beyond it wait for the host
  syscalls!: SyscallEntry; // external
  sampler: Sampler | null = null; // external
}
stateClass(EntryState, 'EntryState', ['cpus', 'tickCycles', 'sampleCycles', 'idleNow', 'idleUntil', 'syscalls', 'sampler']);

export const entryOf = (k: Kernel): EntryState => k.entry as EntryState;
export const cpuOf = (k: Kernel, cpu: number): CpuState => (k.entry as EntryState).cpus[cpu]!;
