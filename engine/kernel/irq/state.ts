// Kernel slot `irq`: interrupt counts by CPU; vectors and softirq numbers.
import { stateClass } from '../../base/state.ts';
import type { Kernel } from '../contracts/kernel.ts';

/** x86's vectors and Linux's softirq numbers. */
export const VECTOR = { timer: 0xec, resched: 0xfd, call: 0xfb } as const;
export const SOFTIRQS = ['HI', 'TIMER', 'NET_TX', 'NET_RX', 'BLOCK', 'IRQ_POLL', 'TASKLET', 'SCHED', 'HRTIMER', 'RCU'] as const;

/** Kernel slot `irq`: counts by CPU. */
export class IrqState {
  loc: number[] = []; // LOC: local timer
  res: number[] = []; // RES: rescheduling
  cal: number[] = []; // CAL: function call
  soft: number[][] = []; // [cpu][softirq]
  total = 0;
}
stateClass(IrqState, 'IrqState', ['loc', 'res', 'cal', 'soft', 'total']);
export const irqOf = (k: Kernel): IrqState => k.irq as IrqState;

export function initIrq(k: Kernel): void {
  const s = new IrqState();
  for (let i = 0; i < k.config.cpus; i++) { s.loc.push(0); s.res.push(0); s.cal.push(0); s.soft.push(SOFTIRQS.map(() => 0)); }
  k.irq = s;
}
