// Wait queues and the return codes by which a syscall handler says that it must wait. No behaviour: kernel/sched/wait.ts has it.
import { stateClass } from '../../base/state.ts';
import type { Task } from './task.ts';

/** Handler results beside ≥ 0 and −errno. Beyond any errno. */
export const BLOCK = -100_000; // waits on what was registered with waitOn(); re-entered when woken
export const AGAIN = -100_001; // progress is in the task; re-entered after the charged cost is spent
export const NORETURN = -100_002; // no result register is written (rt_sigreturn, exit, successful execve)

/** In-kernel restart codes (linux/errno.h), never seen by the guest. */
export const ERESTARTSYS = 512, ERESTARTNOINTR = 513, ERESTARTNOHAND = 514, ERESTART_RESTARTBLOCK = 516;

export class WaitQueue {
  /** Tasks that sleep here, oldest first. */
  waiters: Task[] = [];
  /** For epoll: items to notify when this queue is woken (see kernel/fs/epoll.ts). */
  listeners: WakeListener[] = [];
}
/** Anything that wants to hear of a wake-up without being a task; a registered state class. */
export interface WakeListener { onWake(kernel: import('./kernel.ts').Kernel, queue: WaitQueue): void }
stateClass(WaitQueue, 'WaitQueue', ['waiters', 'listeners']);
