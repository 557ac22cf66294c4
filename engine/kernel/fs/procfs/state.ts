// The proc room's state: what was written to tunables, and random boot_id. Everything else is read from the other rooms.
import { stateClass } from '../../../base/state.ts';
import type { Kernel } from '../../contracts/kernel.ts';

export class ProcState {
  /** Values written under /proc/sys, by path. */
  sysctl = new Map<string, string>();
  oomAdj = new Map<number, number>(); // by tgid
  bootId = '';
}
stateClass(ProcState, 'ProcState', ['sysctl', 'oomAdj', 'bootId']);
export const procOf = (k: Kernel): ProcState => (k.proc ??= new ProcState()) as ProcState;
