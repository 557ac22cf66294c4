// Waiting for several files at once: the common part of poll, select and their relatives (fs/select.c).
import type { OpenFile } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { BLOCK } from '../contracts/wait.ts';
import type { WaitQueue } from '../contracts/wait.ts';
import { waitOn } from '../sched/wait.ts';
import { signalPending } from '../signal/pending.ts';

/** Sleeps on every file until one may have changed: BLOCK, or `timeout` when the deadline has passed, or `interrupted`. */
export function pollWait(k: Kernel, task: Task, files: readonly OpenFile[], wchan: string, timeout: number, interrupted: number): number {
  if (task.syscall.timedOut || task.syscall.deadline <= k.now) return timeout;
  if (signalPending(task)) return interrupted;
  const queues: WaitQueue[] = [];
  for (const f of files) for (const q of f.pollQueues()) queues.push(q);
  waitOn(k, task, queues, { interruptible: true, wchan, deadline: task.syscall.deadline });
  return BLOCK;
}

/** Relative nanoseconds (Infinity: none, 0: do not wait) to the call's absolute deadline, once. */
export function startDeadline(k: Kernel, task: Task, ns: number): void {
  const s = task.syscall;
  if (s.deadline === 0) s.deadline = ns === 0 ? 1 : k.now + ns;
}
