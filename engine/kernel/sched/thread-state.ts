// thread_state rows: ready-made intervals, written when the state ends, so that no report needs a window over raw switches.
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { entryOf } from '../entry/state.ts';

export function setThreadState(k: Kernel, task: Task, label: string, at: number, wait: string): void {
  const end = Math.max(at, task.stateSince);
  if (task.stateLabel !== '') { emit(k, task, end - task.stateSince); blocked(k, task, end); }
  task.stateLabel = label;
  task.stateSince = end;
  task.stateWait = wait;
  if (label !== 'Runnable') task.wakerUtid = -1;
}

/** The sampler is told of time off the CPU that the task did not spend waiting for a CPU. */
function blocked(k: Kernel, task: Task, until: number): void {
  const label = task.stateLabel;
  if ((label === 'S' || label === 'D' || label === 'T' || label === 't') && until > task.stateSince) entryOf(k).sampler?.blocked(k, task, task.stateSince, until - task.stateSince);
}

function emit(k: Kernel, task: Task, dur: number): void {
  const t = k.trace.thread_state, label = task.stateLabel;
  const row = t.begin(task.stateSince, task.cpu, task.utid);
  if (dur >= 0) t.set.dur(row, dur);
  t.set.state(row, label);
  if (task.stateWait !== '') t.set.wait(row, task.stateWait);
  if (task.wakerUtid >= 0) t.set.waker_utid(row, task.wakerUtid);
  if ((label === 'S' || label === 'D') && task.syscall.nr >= 0) {
    t.set.syscall_nr(row, task.syscall.nr);
    if (task.syscall.fileId !== 0) t.set.wait_file(row, task.syscall.fileId);
  }
  t.end(row);
}

/** At the end of a task (dur known) or at the close of the recording (null dur). */
export function closeThreadState(k: Kernel, task: Task, open: boolean): void {
  if (task.stateLabel === '') return;
  emit(k, task, open ? -1 : Math.max(0, k.now - task.stateSince));
  blocked(k, task, k.now);
  task.stateLabel = '';
}
