// Load averages (kernel/sched/loadavg.c: fixed point, every 5 s) and the cpu_counter rows of each second of virtual time.
import type { Kernel } from '../contracts/kernel.ts';
import { TASK } from '../contracts/task.ts';
import { PHASE, entryOf } from '../entry/state.ts';
import { irqOf } from '../irq/state.ts';
import { schedOf } from './state.ts';

const FIXED_1 = 2048, EXP = [1884, 2014, 2037] as const, LOAD_FREQ = 5_000_000_000;

/** Tasks in R (waiting for a CPU or on one) and in D, as /proc/stat counts them. */
export function countTasks(k: Kernel): { running: number; blocked: number } {
  let running = 0, blocked = 0;
  for (const t of k.tasks.values()) {
    if (t.kthread) continue;
    if (t.state === TASK.RUNNING) running++;
    else if (t.state === TASK.UNINTERRUPTIBLE) blocked++;
  }
  return { running, blocked };
}

/** Brings the load averages up to k.now; idle stretches are applied in closed steps. */
export function updateLoad(k: Kernel): void {
  const s = schedOf(k);
  if (k.now < s.loadNext) return;
  const c = countTasks(k), active = (c.running + c.blocked) * FIXED_1;
  for (let steps = 0; k.now >= s.loadNext; steps++) {
    for (let i = 0; i < 3; i++) {
      let v = s.loadavg[i as 0]! * EXP[i]! + active * (FIXED_1 - EXP[i]!);
      if (active >= s.loadavg[i as 0]!) v += FIXED_1 - 1;
      s.loadavg[i as 0] = Math.floor(v / FIXED_1);
    }
    s.loadNext += LOAD_FREQ;
    if (steps > 2000) s.loadNext = (Math.floor(k.now / LOAD_FREQ) + 1) * LOAD_FREQ;
  }
}
/** The three averages as numbers, for /proc/loadavg and sysinfo. */
export function loadAverages(k: Kernel): [number, number, number] {
  updateLoad(k);
  const l = schedOf(k).loadavg;
  return [l[0] / FIXED_1, l[1] / FIXED_1, l[2] / FIXED_1];
}

export interface CpuTimes { user: number; nice: number; system: number; idle: number; iowait: number; irq: number; softirq: number }
/** Cycles by mode of one CPU up to k.now. */
export function cpuTimes(k: Kernel, cpu: number): CpuTimes {
  const c = entryOf(k).cpus[cpu]!;
  const idle = c.idleTime + (c.phase === PHASE.IDLE ? Math.max(0, k.now - c.idleSince) : 0);
  return { user: c.user, nice: c.nice, system: c.system, idle, iowait: c.iowait, irq: c.irq, softirq: c.softirq };
}

export function statsTick(k: Kernel): void {
  updateLoad(k);
  const s = schedOf(k);
  if (k.now < s.counterNext) return;
  s.counterNext = (Math.floor(k.now / 1e9) + 1) * 1e9;
  emitCpuCounters(k);
}

/** One row a counter, at k.now; also written at the close. */
export function emitCpuCounters(k: Kernel): void {
  const sum: CpuTimes = { user: 0, nice: 0, system: 0, idle: 0, iowait: 0, irq: 0, softirq: 0 };
  for (let i = 0; i < k.config.cpus; i++) {
    const c = cpuTimes(k, i);
    for (const f of Object.keys(sum) as (keyof CpuTimes)[]) sum[f] += c[f];
  }
  const t = k.trace.cpu_counter;
  const put = (name: string, value: number): void => {
    const r = t.begin(k.now, k.thisCpu, 0);
    t.set.name(r, name); t.set.value(r, value);
    t.end(r);
  };
  for (const f of Object.keys(sum) as (keyof CpuTimes)[]) put(f, sum[f]);
  const c = countTasks(k);
  let faults = 0, major = 0;
  for (const task of k.tasks.values()) { faults += task.minflt; major += task.majflt; }
  for (const p of k.processes.values()) { faults += p.minflt; major += p.majflt; }
  put('ctxt', k.contextSwitches); put('intr', irqOf(k).total); put('forks', k.forks);
  put('runnable', c.running); put('blocked', c.blocked); put('pgfault', faults + major); put('pgmajfault', major);
}
