// Interrupts: the local timer (tick and hrtimers), reschedule IPIs, the softirqs they raise; counts for /proc/interrupts.
import { COST } from '../../clock/costs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { CpuState } from '../entry/state.ts';
import { IPI, entryOf } from '../entry/state.ts';
import { VECTOR, irqOf } from './state.ts';
import { tickBalance } from '../sched/balance.ts';
import { schedTick } from '../sched/core.ts';
import { memTick } from '../mm/counters.ts';
import { khugepagedTick } from '../mm/khugepaged.ts';
import { isIdleTask } from '../sched/state.ts';
import { statsTick } from '../sched/stats.ts';
import { enterIrq, ipiWake, leaveIrq } from '../sched/wait.ts';
import { cpuTimersTick } from '../time/cpu-timers.ts';
import { nextTimer, runTimers } from '../time/timers.ts';

const TIMER = 1, SCHED = 7;

/** The earliest cycle at which something interrupts this CPU. */
export function nextEvent(k: Kernel, cs: CpuState): number {
  let t = nextTimer(k, cs.cpu);
  if (cs.tickAt < t) t = cs.tickAt;
  if (cs.ipis.length > 0 && cs.ipis[0]!.at < t) t = cs.ipis[0]!.at;
  return t;
}

function emit(k: Kernel, cs: CpuState, begin: number, kind: string, vector: number, name: string, raised: number): void {
  const t = k.trace.irq, utid = cs.task.utid;
  const row = t.begin(begin, cs.cpu, utid);
  t.set.dur(row, k.now - begin); t.set.kind(row, kind); t.set.vector(row, vector); t.set.name(row, name);
  t.set.raised_ts(row, raised); t.set.preempted_utid(row, utid);
  t.end(row);
}

/** Takes every interrupt that is due on a CPU at k.now; charges their cost to k.now. */
export function handleInterrupts(k: Kernel, cs: CpuState): void {
  const s = irqOf(k), counts = s.soft[cs.cpu]!;
  const due = k.now, softBefore = cs.softirq;
  enterIrq();
  while (cs.ipis.length > 0 && cs.ipis[0]!.at <= due) {
    const begin = k.now, ipi = cs.ipis.shift()!;
    k.now += COST.interruptEntry;
    s.total++;
    if (ipi.kind === IPI.call) s.cal[cs.cpu]!++; else s.res[cs.cpu]!++;
    if (ipi.task) ipiWake(k, ipi.task);
    else if (isIdleTask(cs.task)) cs.task.needResched = true;
    emit(k, cs, begin, 'hard', ipi.kind === IPI.call ? VECTOR.call : VECTOR.resched, ipi.kind === IPI.call ? 'call_function' : 'reschedule', ipi.at);
  }
  const tick = cs.tickAt <= due, timer = nextTimer(k, cs.cpu);
  if (tick || timer <= due) {
    const begin = k.now, raised = Math.min(cs.tickAt, timer);
    k.now += COST.interruptEntry;
    s.loc[cs.cpu]!++;
    s.total++;
    const n = runTimers(k, cs.cpu, due);
    k.now += n * COST.timerExpiry;
    if (tick) {
      const hz = entryOf(k).tickCycles;
      cs.tickAt = (Math.floor(due / hz) + 1) * hz;
      k.now += COST.tickWork;
      schedTick(k, cs);
      cpuTimersTick(k, cs);
      statsTick(k);
      memTick(k, cs.task, cs.cpu);
      khugepagedTick(k);
    }
    emit(k, cs, begin, 'hard', VECTOR.timer, 'local_timer', raised);
    if (tick) {
      const soft = k.now;
      counts[TIMER]!++;
      k.now += COST.softirq;
      emit(k, cs, soft, 'soft', TIMER, 'TIMER', begin);
      const at = k.now;
      counts[SCHED]!++;
      k.now += COST.softirq;
      tickBalance(k, cs.cpu);
      emit(k, cs, at, 'soft', SCHED, 'SCHED', begin);
      cs.softirq += k.now - soft;
    }
  }
  leaveIrq();
  cs.irq += k.now - due - (cs.softirq - softBefore);
}
