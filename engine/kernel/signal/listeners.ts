// signalfd: pollers of a process's signals. The queue lives in the signal room's slot, by process id.
import { stateClass } from '../../base/state.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Process } from '../contracts/task.ts';
import { WaitQueue } from '../contracts/wait.ts';
import { wakeUp } from '../sched/wait.ts';

export class SignalState {
  queues = new Map<number, WaitQueue>(); // by upid; made when a signalfd or a sigtimedwait asks
}
stateClass(SignalState, 'SignalState', ['queues']);
const stateOf = (k: Kernel): SignalState => (k.signal ??= new SignalState()) as SignalState;

/** Woken whenever a signal becomes pending for the process or a thread of it (sighand->signalfd_wqh). */
export function signalQueue(k: Kernel, process: Process): WaitQueue {
  const s = stateOf(k);
  let q = s.queues.get(process.upid);
  if (!q) { q = new WaitQueue(); s.queues.set(process.upid, q); }
  return q;
}
export function notifySignalfd(k: Kernel, process: Process): void {
  const q = stateOf(k).queues.get(process.upid);
  if (q) wakeUp(k, q);
}
export function dropSignalQueue(k: Kernel, process: Process): void { stateOf(k).queues.delete(process.upid); }
