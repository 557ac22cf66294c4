// Inter-processor interrupts: what one CPU does to another arrives there later, as an interrupt (law of DESIGN.md, CPUs).
import { COST } from '../../clock/costs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { IPI, Ipi, cpuOf } from '../entry/state.ts';

export function sendIpi(k: Kernel, cpu: number, kind: number, task: Task | null): void {
  const cs = cpuOf(k, cpu);
  if (kind !== IPI.wake) for (const i of cs.ipis) if (i.kind === kind) return; // already on its way
  const ipi = new Ipi();
  ipi.at = k.now + COST.ipi; ipi.kind = kind; ipi.task = task;
  let i = cs.ipis.length;
  while (i > 0 && cs.ipis[i - 1]!.at > ipi.at) i--;
  cs.ipis.splice(i, 0, ipi);
}

/** Makes the CPU that runs `task` look at it (signal sent, must reschedule). */
export function kickTask(k: Kernel, task: Task): void {
  if (task.onCpu >= 0 && task.onCpu !== k.thisCpu) sendIpi(k, task.onCpu, IPI.resched, null);
}
