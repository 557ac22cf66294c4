// The virtual clock (law 2): CLOCK_MONOTONIC is cycles since power-on, CLOCK_REALTIME adds the start clock and settings.
import { stateClass } from '../../base/state.ts';
import type { Kernel } from '../contracts/kernel.ts';

/** Kernel slot `time`: beside the clock, the timers of time/timers.ts. */
export class TimeState {
  /** Offset of CLOCK_REALTIME at cycle 0. */
  bootSec = 0; bootNsec = 0;
  timers = new Map<number, Timer>(); // live ones, by id
  nextTimer = 1;
  heaps: Timer[][] = []; // by CPU: binary heaps on (deadline, id)
}
/** A timer is data: `kind` names its handler (time/timers.ts timerHandlers). */
export class Timer { id = 0; deadline = 0; kind = ''; data: object | null = null; cpu = 0; slot = -1 }
stateClass(Timer, 'Timer', ['id', 'deadline', 'kind', 'data', 'cpu', 'slot']);
stateClass(TimeState, 'TimeState', ['bootSec', 'bootNsec', 'timers', 'nextTimer', 'heaps']);
export const timeOf = (k: Kernel): TimeState => k.time as TimeState;

export function realtime(k: Kernel): { sec: number; nsec: number } {
  const t = timeOf(k);
  const nsec = t.bootNsec + (k.now % 1e9);
  return { sec: t.bootSec + Math.floor(k.now / 1e9) + (nsec >= 1e9 ? 1 : 0), nsec: nsec >= 1e9 ? nsec - 1e9 : nsec };
}

/** The cycle at which CLOCK_REALTIME reads sec.nsec; may lie in the past (≤ 0) or never (very large). */
export function realtimeToCycles(k: Kernel, sec: number, nsec: number): number {
  const t = timeOf(k);
  return (sec - t.bootSec) * 1e9 + (nsec - t.bootNsec);
}

/** clock_settime(CLOCK_REALTIME): moves the offset. */
export function setRealtime(k: Kernel, sec: number, nsec: number): void {
  const t = timeOf(k), total = nsec - (k.now % 1e9);
  t.bootSec = sec - Math.floor(k.now / 1e9) - (total < 0 ? 1 : 0);
  t.bootNsec = total < 0 ? total + 1e9 : total;
}

/** Kernel slot `time`. */
export function initTime(k: Kernel): void {
  const t = new TimeState();
  t.bootSec = k.config.startSec; t.bootNsec = k.config.startNsec;
  for (let i = 0; i < k.config.cpus; i++) t.heaps.push([]);
  k.time = t;
}
