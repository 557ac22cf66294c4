// SIGCONT's effect at the moment it is sent: the group goes on (prepare_signal). Telling the parent is jobctl.ts's.
import type { Kernel } from '../contracts/kernel.ts';
import type { Process } from '../contracts/task.ts';
import { TASK } from '../contracts/task.ts';
import { wakeTask, wakeUp } from '../sched/wait.ts';
import { recalcSigPending } from './pending.ts';

/** SIGCONT (or SIGKILL) arrived: everything that is stopped goes on. */
export function continueGroup(k: Kernel, p: Process): void {
  const was = p.stopped || p.groupStopCount > 0;
  p.groupStopCount = 0;
  for (const t of p.threads) {
    if (t.jobStop) { t.jobStop = false; recalcSigPending(t); }
    if (t.state === TASK.STOPPED) { t.sigPending = true; wakeTask(k, t); }
  }
  if (!was) return;
  if (p.stopped) {
    p.stopped = false;
    p.stopReported = true;
    p.continuedPending = true;
    p.continueNotify = true; // by the child itself, on its way back to user mode
    if (p.parent) wakeUp(k, p.parent.childWait);
  }
}
