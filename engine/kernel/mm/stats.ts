// Memory figures for /proc, sysinfo and the mem_counter table: computed from what is there, never kept twice.
import { VM } from '../contracts/mm.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Mm } from '../contracts/mm.ts';
import { hugePages } from './huge-memory.ts';
import { RESERVED_FRAMES, mmOf } from './state.ts';

/** All in pages of 4 KiB. There is no swap. */
export interface MemInfo {
  total: number; free: number; available: number; cached: number; dirty: number; anon: number; mapped: number; shmem: number; pageTables: number; anonHuge: number; committed: number;
}

/** Every address space once. */
export function allMms(k: Kernel): Set<Mm> {
  const mms = new Set<Mm>();
  for (const task of k.tasks.values()) if (task.mm !== null) mms.add(task.mm);
  return mms;
}

/**
 * Whether the machine has memory for `extra` more areas: a quarter of RAM at vm_area_struct's 200 bytes. Looked at in steps of 256
 * areas, so that ordinary programs never pay for it.
 */
export function roomForAreas(k: Kernel, extra: number): boolean {
  if (extra < 256) return true;
  let n = extra;
  for (const mm of allMms(k)) n += mm.vmas.length;
  return n <= mmOf(k).frames * 5;
}

export function memInfo(k: Kernel): MemInfo {
  const s = mmOf(k);
  let cached = 0, reclaimable = 0, dirty = 0, shmem = 0, anon = 0, anonHuge = 0, mapped = 0, committed = 0;
  for (const m of s.mappings) {
    cached += m.pages.size;
    if (m.reclaimable) { reclaimable += m.pages.size - m.dirty.size; dirty += m.dirty.size; }
    else shmem += m.pages.size;
  }
  for (const mm of allMms(k)) {
    anon += mm.rssAnon;
    anonHuge += hugePages(mm);
    mapped += mm.rssFile + mm.rssShmem;
    for (const v of mm.vmas) if ((v.flags & (VM.WRITE | VM.SHARED | VM.NORESERVE)) === VM.WRITE) committed += (v.end - v.start) / 4096;
  }
  return { total: s.frames - RESERVED_FRAMES, free: s.freePages, available: s.freePages + reclaimable, cached, dirty, anon, mapped, shmem, pageTables: s.pageTables, anonHuge, committed };
}

/** Free blocks by order 0 … 10, as /proc/buddyinfo lists them. */
export function buddyInfo(k: Kernel): number[] { return [...mmOf(k).freeBlocks]; }
