// Which address space each CPU has loaded (CR3).
import type { Mm } from '../contracts/mm.ts';
import type { Kernel } from '../contracts/kernel.ts';
import { mmOf } from './state.ts';

/** Loads the page table of mm on a CPU (CR3). null: a table that maps nothing, for idle and kernel tasks. */
export function switchMm(k: Kernel, cpu: number, mm: Mm | null): void {
  const s = mmOf(k);
  if (mm !== null && s.cpuMm[cpu] === mm) return;
  s.cpuMm[cpu] = mm;
  // The zero page is a valid empty top-level table.
  k.processor.setPageTable(cpu, mm === null ? s.zeroPfn * 4096 : mm.pgd, true);
}
