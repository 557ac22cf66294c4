// The list of virtual memory areas of an mm: find, insert, split, merge, and the search for free address space.
import type { Va } from '../../base/brand.ts';
import { VM, Vma } from '../contracts/mm.ts';
import type { Mm } from '../contracts/mm.ts';
import type { Kernel } from '../contracts/kernel.ts';
import { getFile, putFile } from '../fs/file-table.ts';
import { PAGE, TASK_SIZE, freeTables, splitHugeAt, zapRange } from './pgtable.ts';

/** sysctl vm.max_map_count. */
export const MAX_MAP_COUNT = 65530;
const GUARD_GAP = 256 * PAGE;

/** Index of the first VMA with end > addr; vmas.length when none. */
export function vmaIndex(mm: Mm, addr: Va): number {
  const vmas = mm.vmas;
  let lo = 0, hi = vmas.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (vmas[mid]!.end > addr) hi = mid; else lo = mid + 1;
  }
  return lo;
}

/** find_vma: the first VMA that ends behind addr (it may start behind it too). */
export function findVma(mm: Mm, addr: Va): Vma | null { return mm.vmas[vmaIndex(mm, addr)] ?? null; }

/** The VMA that contains addr. */
export function vmaAt(mm: Mm, addr: Va): Vma | null {
  const vma = findVma(mm, addr);
  return vma !== null && vma.start <= addr ? vma : null;
}

/** The first VMA that overlaps [start, end). */
export function findIntersection(mm: Mm, start: Va, end: Va): Vma | null {
  const vma = findVma(mm, start);
  return vma !== null && vma.start < end ? vma : null;
}

export function canMerge(a: Vma, b: Vma): boolean {
  if (a.end !== b.start || a.flags !== b.flags || a.file !== b.file || a.name !== b.name || (a.flags & (VM.SPECIAL | VM.GROWSDOWN)) !== 0) return false;
  return a.file === null ? true : a.pgoff + (a.end - a.start) / PAGE === b.pgoff;
}

/** Inserts a VMA into its free place, merging it with its neighbours. Returns the one that now covers it. */
export function insertVma(k: Kernel, mm: Mm, vma: Vma): Vma {
  const at = vmaIndex(mm, vma.start);
  mm.totalVm += (vma.end - vma.start) / PAGE;
  if (mm.totalVm > mm.hiwaterVm) mm.hiwaterVm = mm.totalVm;
  mm.vmas.splice(at, 0, vma);
  return mergeAround(k, mm, at);
}

/** Joins the VMA at `at` with its neighbours where they agree. */
export function mergeAround(k: Kernel, mm: Mm, at: number): Vma {
  let vma = mm.vmas[at]!;
  const next = mm.vmas[at + 1];
  if (next !== undefined && canMerge(vma, next)) {
    vma.end = next.end;
    mm.vmas.splice(at + 1, 1);
    if (next.file) putFile(k, next.file);
  }
  const prev = mm.vmas[at - 1];
  if (prev !== undefined && canMerge(prev, vma)) {
    prev.end = vma.end;
    mm.vmas.splice(at, 1);
    if (vma.file) putFile(k, vma.file);
    vma = prev;
  }
  return vma;
}

/** Makes addr a border between two VMAs where it lies inside one, and between two pages. */
export function splitVma(k: Kernel, mm: Mm, addr: Va): void {
  const at = vmaIndex(mm, addr);
  const vma = mm.vmas[at];
  if (vma === undefined || vma.start >= addr) return;
  splitHugeAt(k, mm, addr);
  const upper = new Vma();
  upper.start = addr; upper.end = vma.end; upper.flags = vma.flags; upper.file = vma.file; upper.name = vma.name; upper.mappingId = vma.mappingId;
  upper.pgoff = vma.pgoff + (addr - vma.start) / PAGE;
  if (upper.file) getFile(upper.file);
  vma.end = addr;
  mm.vmas.splice(at + 1, 0, upper);
}

/** Takes [start, end) out of the address space: areas, pages and empty tables. */
export function unmapRange(k: Kernel, mm: Mm, start: Va, end: Va): void {
  if (findIntersection(mm, start, end) === null) return;
  splitVma(k, mm, start);
  splitVma(k, mm, end);
  const first = vmaIndex(mm, start);
  let last = first;
  while (last < mm.vmas.length && mm.vmas[last]!.start < end) {
    const vma = mm.vmas[last]!;
    zapRange(k, mm, vma.start, vma.end);
    mm.totalVm -= (vma.end - vma.start) / PAGE;
    if ((vma.flags & VM.LOCKED) !== 0) mm.lockedVm -= (vma.end - vma.start) / PAGE;
    last++;
  }
  const gone = mm.vmas.splice(first, last - first);
  for (const vma of gone) if (vma.file) putFile(k, vma.file);
  const floor = first > 0 ? mm.vmas[first - 1]!.end : 0, ceiling = first < mm.vmas.length ? mm.vmas[first]!.start : 0x800000000000;
  // Only tables around the hole can have become empty.
  freeTables(k, mm, Math.max(floor, Math.floor(start / 0x8000000000) * 0x8000000000), Math.min(ceiling, Math.ceil(end / 0x8000000000) * 0x8000000000));
}

const gapBelow = (vma: Vma): Va => ((vma.flags & VM.GROWSDOWN) !== 0 ? Math.max(0, vma.start - GUARD_GAP) : vma.start);

/** Whether [start, start + len) is free, a growing stack's guard gap included. */
export function rangeFree(mm: Mm, start: Va, len: number): boolean {
  const next = findVma(mm, start);
  return next === null || start + len <= gapBelow(next);
}

/** vm_unmapped_area: the highest free range below mmap_base, else the lowest above TASK_SIZE / 3; −1 when none. */
export function unmappedArea(mm: Mm, len: number, low32: boolean): Va {
  const vmas = mm.vmas;
  if (low32) return bottomUp(mm, len, 0x40000000, 0x80000000);
  if (len <= mm.mmapBase) {
    let top = mm.mmapBase;
    for (let i = vmaIndex(mm, top - 1); i >= 0; i--) {
      const vma = vmas[i];
      if (vma !== undefined && vma.start < top) {
        if (vma.end >= mm.mmapBase || vma.end > top) { top = Math.min(top, gapBelow(vma)); continue; }
        if (top - vma.end >= len) return top - len;
        top = gapBelow(vma);
      } else if (vma !== undefined) top = Math.min(top, gapBelow(vma));
    }
    if (top - 65536 >= len) return top - len;
  }
  return bottomUp(mm, len, Math.ceil(TASK_SIZE / 3 / PAGE) * PAGE, TASK_SIZE);
}

function bottomUp(mm: Mm, len: number, from: Va, to: Va): Va {
  let start = from;
  for (let i = vmaIndex(mm, from); i < mm.vmas.length; i++) {
    const vma = mm.vmas[i]!;
    if (start + len <= gapBelow(vma)) break;
    start = Math.max(start, vma.end);
  }
  return start + len <= to ? start : -1;
}
