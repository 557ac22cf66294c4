// The state of the memory room: frame table, buddy lists, page-cache registry, counters. Behaviour is in the files beside this one.
import { stateClass } from '../../base/state.ts';
import type { Pfn, Va } from '../../base/brand.ts';
import type { AddressSpace, Mm } from '../contracts/mm.ts';
import type { Kernel } from '../contracts/kernel.ts';

export const MAX_ORDER = 10;
/** Frames below this are the modelled kernel's own (SDM-era low memory plus its image). */
export const RESERVED_FRAMES = 256;

export class MmState {
  frames = 0;
  /** Reference count of each frame; 0 = free or part of a free block. */
  refs: Int32Array = new Int32Array(0);
  // buddy allocator: doubly linked lists of free blocks by order; −1 ends a list
  next: Int32Array = new Int32Array(0);
  prev: Int32Array = new Int32Array(0);
  /** One more than the order of the free block that starts at this frame, 0 if none does. */
  freeOrder: Int8Array = new Int8Array(0);
  /** Not 0 for frames that have been given out at some time: what is in the others is still the zeros of a machine that has just been made. */
  given: Uint8Array = new Uint8Array(0);
  /** Blocks of the highest order from here to `fresh[1]` have never been given out: they are the end of their list, and nothing has been written about them. */
  fresh: [Pfn, Pfn] = [0, 0];
  freeHead: Int32Array = new Int32Array(MAX_ORDER + 1).fill(-1);
  freeBlocks: Int32Array = new Int32Array(MAX_ORDER + 1);
  freePages = 0;
  /** The shared page of zeros that read faults on anonymous memory map. */
  zeroPfn: Pfn = 0;
  vvarPfn: Pfn = 0;
  vdsoPfns: Pfn[] = [];
  /** Page caches that may hold pages, in order of first use: reclaim walks it. */
  mappings = new Set<AddressSpace>();
  /** The mm whose page table each CPU has loaded (switchMm). */
  cpuMm: (Mm | null)[] = [];
  pageTables = 0; // frames
  /** transparent_hugepage/enabled. */
  thp: 'always' | 'madvise' | 'never' = 'never';
  /** The first frame of the page of 2 MiB of zeros, made when it is first wanted; 0 before. */
  hugeZeroPfn: Pfn = 0;
  /** When khugepaged looks again, and from where: an address space's id and an address in it; what it has done. */
  khugepagedAt = 0; khugepagedMm = 0; khugepagedVa: Va = 0; fullScans = 0; pagesCollapsed = 0;
  thpFaultAlloc = 0; thpFaultFallback = 0; thpCollapseAlloc = 0; thpSplitPmd = 0; thpZeroPageAlloc = 0;
  pgfault = 0; pgmajfault = 0; pgalloc = 0; pgfree = 0; pgsteal = 0; oomKills = 0;
  nextMappingId = 1;
  traced: number[] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]; // machine values that mem_counter last said
}
stateClass(MmState, 'MmState', ['frames', 'refs', 'next', 'prev', 'freeOrder', 'given', 'fresh', 'freeHead', 'freeBlocks', 'freePages', 'zeroPfn', 'vvarPfn', 'vdsoPfns', 'mappings', 'cpuMm', 'pageTables', 'thp', 'hugeZeroPfn', 'khugepagedAt', 'khugepagedMm', 'khugepagedVa', 'fullScans', 'pagesCollapsed', 'thpFaultAlloc', 'thpFaultFallback', 'thpCollapseAlloc', 'thpSplitPmd', 'thpZeroPageAlloc', 'pgfault', 'pgmajfault', 'pgalloc', 'pgfree', 'pgsteal', 'oomKills', 'nextMappingId', 'traced']);

export const mmOf = (k: Kernel): MmState => k.mm as MmState;
