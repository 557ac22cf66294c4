// A task's beginning and end in the scheduler. (Signatures first.)
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';

/** sched_fork(): policy, nice, weights from the parent; the child is not runnable yet. */
export function schedFork(_k: Kernel, _parent: Task, _child: Task): void {}
/** wake_up_new_task(). */
export function wakeUpNewTask(_k: Kernel, _task: Task): void {}
/** The task never runs again: set by kernel/process/exit after task.state = ZOMBIE or DEAD; the switch away happens at the end of the entry. */
export function schedExit(_k: Kernel, _task: Task): void {}
