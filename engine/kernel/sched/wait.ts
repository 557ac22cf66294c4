// Wait queues: going to sleep in a system call and being woken. (Signatures first; behaviour follows.)
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import type { WaitQueue } from '../contracts/wait.ts';

export interface WaitOptions {
  /** True: state S, any signal wakes. False: state D, only SIGKILL wakes (TASK_KILLABLE). */
  interruptible: boolean;
  /** Linux function it sleeps in, e.g. pipe_read, do_wait, futex_wait_queue. */
  wchan: string;
  /** Absolute cycle of k.now's clock; the handler is re-entered with task.syscall.timedOut. Infinity or absent: none. */
  deadline?: number;
  exclusive?: boolean;
}
export function waitOn(_k: Kernel, _task: Task, _queues: WaitQueue[], _options: WaitOptions): void {}
/** Wakes every waiter, of exclusive ones at most `max`; notifies listeners. Returns tasks woken. */
export function wakeUp(_k: Kernel, _queue: WaitQueue, _max = Infinity): number { return 0; }
/** try_to_wake_up(): true if the task was asleep. */
export function wakeTask(_k: Kernel, _task: Task): boolean { return false; }
