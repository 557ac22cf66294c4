// Charging the cost of kernel work (law 2): time passes for the kernel path in progress; entry/loop.ts then spends it on the CPU.
import type { Kernel } from '../contracts/kernel.ts';

export function charge(k: Kernel, cycles: number): void {
  k.now += cycles;
}
