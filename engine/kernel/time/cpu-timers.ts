// Timers on CPU time: ITIMER_VIRTUAL, ITIMER_PROF and RLIMIT_CPU, looked at on each tick as Linux does (posix-cpu-timers.c).
import { SIGKILL, SIGPROF, SIGVTALRM, SIGXCPU } from '../../abi/signals.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Process } from '../contracts/task.ts';
import type { CpuState } from '../entry/state.ts';
import { isIdleTask } from '../sched/state.ts';
import { kernelInfo, sendProcessSignal } from '../signal/send.ts';

const RLIMIT_CPU = 0;

/** utime and stime of a thread group, ended threads included. */
export function processTimes(p: Process): { utime: number; stime: number } {
  let utime = p.utime, stime = p.stime;
  for (const t of p.threads) { utime += t.utime; stime += t.stime; }
  return { utime, stime };
}

export function cpuTimersTick(k: Kernel, cs: CpuState): void {
  if (isIdleTask(cs.task)) return;
  const p = cs.task.process;
  const limit = p.rlimits[RLIMIT_CPU];
  if (p.virtTimer === 0 && p.profTimer === 0 && (!limit || limit[0] === Infinity)) return;
  const { utime, stime } = processTimes(p);
  if (p.virtTimer !== 0 && utime >= p.virtTimer) {
    p.virtTimer = p.virtInterval > 0 ? Math.max(p.virtTimer + p.virtInterval, utime + 1) : 0;
    sendProcessSignal(k, p, kernelInfo(SIGVTALRM));
  }
  if (p.profTimer !== 0 && utime + stime >= p.profTimer) {
    p.profTimer = p.profInterval > 0 ? Math.max(p.profTimer + p.profInterval, utime + stime + 1) : 0;
    sendProcessSignal(k, p, kernelInfo(SIGPROF));
  }
  if (limit && limit[0] !== Infinity) {
    const seconds = Math.floor((utime + stime) / 1e9);
    if (limit[1] !== Infinity && seconds >= limit[1]) sendProcessSignal(k, p, kernelInfo(SIGKILL));
    else if (seconds >= limit[0]) { limit[0] = seconds + 1; sendProcessSignal(k, p, kernelInfo(SIGXCPU)); }
  }
}
