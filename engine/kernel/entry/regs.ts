// The registers of a task wherever they are: live on its CPU while it runs, in task.context otherwise; and CR3 loads.
import { Regs } from '../../machine/hardware.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { switchMm } from '../mm/switch.ts';

/** Register file of a task; valid until the task next changes CPU. */
export function regsOf(k: Kernel, task: Task): Regs {
  if (task.onCpu >= 0) return k.processor.regs(task.onCpu);
  const c = task.context;
  if (c.byteOffset % 4 !== 0) task.context = c.slice();
  return new Regs(task.context.buffer, task.context.byteOffset);
}

/** exec and unshare of an mm: loads the task's new page table if it is on a CPU now. */
export function activateMm(k: Kernel, task: Task): void {
  if (task.onCpu >= 0 && task.mm) switchMm(k, task.onCpu, task.mm);
}
