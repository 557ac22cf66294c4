// Builds the memory room at boot: frame table, free lists, the zero page.
import type { Kernel } from '../contracts/kernel.ts';
import { allocFrame, pushFree, setReclaim } from './page-alloc.ts';
import { defaultThp } from './huge-memory.ts';
import { reclaimPages } from './reclaim.ts';
import { MAX_ORDER, MmState, RESERVED_FRAMES } from './state.ts';

setReclaim(reclaimPages);

/** Builds the room for a machine with k.ram; called once by the boot. */
export function initMm(k: Kernel): void {
  const s = new MmState();
  s.frames = k.ram.frames;
  s.refs = new Int32Array(s.frames);
  s.next = new Int32Array(s.frames); // these two: of the first frame of a free block, as it became one
  s.prev = new Int32Array(s.frames);
  s.freeOrder = new Int8Array(s.frames);
  s.given = new Uint8Array(s.frames);
  for (let cpu = 0; cpu < k.config.cpus; cpu++) s.cpuMm.push(null);
  k.mm = s;
  const reserved = Math.min(RESERVED_FRAMES, s.frames >> 2);
  s.refs.fill(1, 0, reserved);
  // Pushed from the top so that low addresses are at the head of the lists and are given out first.
  const blocks: [number, number][] = [], whole = 1 << MAX_ORDER, first = Math.ceil(reserved / whole) * whole, behind = Math.max(first, Math.floor(s.frames / whole) * whole);
  for (let pfn = reserved; pfn < s.frames;) {
    if (pfn === first && behind > first) { pfn = behind; continue; }
    let order = MAX_ORDER;
    while (order > 0 && (pfn % (1 << order) !== 0 || pfn + (1 << order) > s.frames)) order--;
    blocks.push([pfn, order]);
    pfn += 1 << order;
  }
  for (let i = blocks.length - 1; i >= 0; i--) pushFree(s, blocks[i]![0], blocks[i]![1]);
  s.fresh = [first, behind];
  s.freeBlocks[MAX_ORDER]! += (behind - first) / whole;
  s.freePages += behind - first;
  s.zeroPfn = allocFrame(k);
  s.thp = defaultThp(s.frames);
}
