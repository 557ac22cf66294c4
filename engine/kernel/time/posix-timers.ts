// Interval timers and POSIX timers on the wall clocks: ITIMER_REAL, alarm, timer_create (kernel/time/itimer.c, posix-timers.c).
import { SIGALRM } from '../../abi/signals.ts';
import { stateClass } from '../../base/state.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Process } from '../contracts/task.ts';
import { kernelInfo, sendProcessSignal, sendSignal } from '../signal/send.ts';
import { addTimer, cancelTimer, timerHandler } from './timers.ts';

/** deadline 0 stops it. Returns what was left and the old interval. */
export function setRealTimer(k: Kernel, p: Process, deadline: number, interval: number): { left: number; interval: number } {
  const old = { left: p.realTimerDeadline === 0 ? 0 : Math.max(1, p.realTimerDeadline - k.now), interval: p.realTimerInterval };
  if (p.realTimerId !== 0) { cancelTimer(k, p.realTimerId); p.realTimerId = 0; }
  p.realTimerDeadline = deadline;
  p.realTimerInterval = interval;
  if (deadline !== 0 && deadline !== Infinity) p.realTimerId = addTimer(k, deadline, 'itimer', p);
  return old;
}
timerHandler<Process>('itimer', (k, p) => {
  p.realTimerId = 0;
  if (p.exitCode >= 0) return;
  if (p.realTimerInterval > 0) {
    const steps = Math.floor((k.now - p.realTimerDeadline) / p.realTimerInterval) + 1;
    p.realTimerDeadline += steps * p.realTimerInterval;
    p.realTimerId = addTimer(k, p.realTimerDeadline, 'itimer', p);
  } else p.realTimerDeadline = 0;
  sendProcessSignal(k, p, kernelInfo(SIGALRM));
});

export class PosixTimer {
  id = 0; clock = 0; notify = 0; signo = 0; value = 0; tid = 0;
  process!: Process;
  deadline = 0; interval = 0; timerId = 0; overrun = 0; lastOverrun = 0;
}
stateClass(PosixTimer, 'PosixTimer', ['id', 'clock', 'notify', 'signo', 'value', 'tid', 'process', 'deadline', 'interval', 'timerId', 'overrun', 'lastOverrun']);
const SI_TIMER = -2, SIGEV_NONE = 1, SIGEV_THREAD_ID = 4;

export function armPosixTimer(k: Kernel, t: PosixTimer, deadline: number, interval: number): void {
  if (t.timerId !== 0) { cancelTimer(k, t.timerId); t.timerId = 0; }
  t.deadline = deadline; t.interval = interval; t.overrun = 0;
  if (deadline !== 0 && deadline !== Infinity && (t.notify !== SIGEV_NONE || interval > 0)) t.timerId = addTimer(k, deadline, 'posix', t);
}
timerHandler<PosixTimer>('posix', (k, t) => {
  t.timerId = 0;
  const p = t.process;
  if (p.exitCode >= 0) return;
  let missed = 0;
  if (t.interval > 0) {
    const steps = Math.floor((k.now - t.deadline) / t.interval) + 1;
    missed = steps - 1;
    t.deadline += steps * t.interval;
    t.timerId = addTimer(k, t.deadline, 'posix', t);
  } else t.deadline = 0;
  if (t.notify === SIGEV_NONE) return;
  const target = t.notify === SIGEV_THREAD_ID ? p.threads.find((x) => x.pid === t.tid) : undefined;
  if (t.notify === SIGEV_THREAD_ID && !target) return;
  // One signal of a timer is queued at most; expirations meanwhile are overruns (timer_getoverrun(2)).
  const queued = (target ? target.pending : p.shared).queue.find((i) => i.code === SI_TIMER && i.timerid === t.id && i.signo === t.signo);
  if (queued) { queued.overrun += 1 + missed; t.lastOverrun = queued.overrun; return; }
  const info = kernelInfo(t.signo, SI_TIMER);
  info.timerid = t.id; info.value = t.value; info.overrun = missed;
  t.lastOverrun = missed;
  if (target) sendSignal(k, target, info);
  else sendProcessSignal(k, p, info);
});

/** exec and exit: POSIX timers do not survive (timer_create(2)). */
export function dropPosixTimers(k: Kernel, p: Process): void {
  for (const t of p.posixTimers.values() as Iterable<PosixTimer>) if (t.timerId !== 0) cancelTimer(k, t.timerId);
  p.posixTimers.clear();
}
