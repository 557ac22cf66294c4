// Four-level page tables in guest frames (SDM vol. 3, 4.5) and the TLB maintenance that goes with changing them.
import type { Pa, Pfn, Va } from '../../base/brand.ts';
import { COST } from '../../clock/costs.ts';
import { PTE, PTE_NX_HI } from '../../machine/hardware.ts';
import type { Kernel } from '../contracts/kernel.ts';
import { VM } from '../contracts/mm.ts';
import type { Mm } from '../contracts/mm.ts';
import { charge } from '../entry/charge.ts';
import { allocFrame, putFrame } from './page-alloc.ts';
import { mmOf } from './state.ts';

/** End of user space: 2^47 minus the guard page (arch/x86/include/asm/page_64_types.h, TASK_SIZE_MAX). */
export const TASK_SIZE = 0x7ffffffff000;
export const PAGE = 4096;
/** Software bits: what kind of page an entry maps, for the rss counters. */
export const SOFT_ANON = PTE.SOFT1, SOFT_SPECIAL = PTE.SOFT2, SOFT_SHMEM = PTE.SOFT3;

const P2M = 0x200000, P1G = 0x40000000, P512G = 0x8000000000;

export function allocPgd(k: Kernel): Pa {
  const pfn = allocFrame(k);
  if (pfn < 0) return -1;
  mmOf(k).pageTables++;
  return pfn * PAGE;
}

/** Index in ram.u32 of the entry for va (two words), or −1 when a table on the way is missing. */
export function findPte(k: Kernel, pgd: Pa, va: Va): number {
  const u32 = k.ram.u32;
  let e = u32[(pgd >>> 2) + (Math.floor(va / P512G) << 1)]!;
  if (e === 0) return -1;
  e = u32[((e & 0xfffff000) >>> 2) + (((va / P1G) & 511) << 1)]!;
  if (e === 0) return -1;
  e = u32[((e & 0xfffff000) >>> 2) + (((va / P2M) & 511) << 1)]!;
  if (e === 0) return -1;
  return ((e & 0xfffff000) >>> 2) + (((va / PAGE) & 511) << 1);
}

/** As findPte, making missing tables; −1 when out of memory. */
export function makePte(k: Kernel, mm: Mm, va: Va): number {
  let table = mm.pgd >>> 2;
  const u32 = k.ram.u32;
  for (let level = 0; level < 3; level++) {
    const size = level === 0 ? P512G : level === 1 ? P1G : P2M;
    const at = table + (((va / size) & 511) << 1);
    let e = u32[at]!;
    if (e === 0) {
      const pfn = allocFrame(k);
      if (pfn < 0) return -1;
      mmOf(k).pageTables++;
      mm.pageTables++;
      e = ((pfn << 12) | PTE.P | PTE.W | PTE.U | PTE.A) >>> 0;
      u32[at] = e;
    }
    table = (e & 0xfffff000) >>> 2;
  }
  return table + (((va / PAGE) & 511) << 1);
}

/** Physical address of va for a user access, or −1 when the entry does not allow it. */
export function translate(k: Kernel, pgd: Pa, va: Va, write: boolean): Pa {
  if (!(va < TASK_SIZE)) return -1;
  const at = findPte(k, pgd, va);
  if (at < 0) return -1;
  const e = k.ram.u32[at]!;
  const need = write ? PTE.P | PTE.U | PTE.W : PTE.P | PTE.U;
  if ((e & need) !== need) return -1;
  return ((e & 0xfffff000) >>> 0) + (va & (PAGE - 1));
}

/** Low-word flags of a new entry in a VMA; W is the caller's business. A PROT_NONE page stays present without U. */
export function pteFlags(vmaFlags: number): number {
  return (vmaFlags & (VM.READ | VM.WRITE | VM.EXEC)) !== 0 ? PTE.P | PTE.U | PTE.A : PTE.P;
}
export const pteNx = (vmaFlags: number): number => ((vmaFlags & VM.EXEC) !== 0 ? 0 : PTE_NX_HI);

function addRss(mm: Mm, entry: number, n: number): void {
  if ((entry & SOFT_SPECIAL) !== 0) return;
  if ((entry & SOFT_ANON) !== 0) mm.rssAnon += n;
  else if ((entry & SOFT_SHMEM) !== 0) mm.rssShmem += n;
  else mm.rssFile += n;
}

/** Writes an entry that was empty; the frame's reference passes to the table. */
export function setPte(k: Kernel, mm: Mm, at: number, pfn: Pfn, flags: number, nxHi: number): void {
  const e = ((pfn << 12) | flags) >>> 0;
  k.ram.u32[at] = e;
  k.ram.u32[at + 1] = nxHi;
  addRss(mm, e, 1);
  const rss = mm.rssAnon + mm.rssFile + mm.rssShmem;
  if (rss > mm.hiwaterRss) mm.hiwaterRss = rss;
}

/** Empties an entry and gives its frame back. Returns true if it held one. The caller flushes. */
export function clearPte(k: Kernel, mm: Mm, at: number): boolean {
  const e = k.ram.u32[at]!;
  if (e === 0) return false;
  k.ram.u32[at] = 0;
  k.ram.u32[at + 1] = 0;
  addRss(mm, e, -1);
  putFrame(k, e >>> 12);
  return true;
}

/** Calls visit(at, va) for each non-empty entry in [start, end); absent tables are skipped whole. */
export function forEachPte(k: Kernel, pgd: Pa, start: Va, end: Va, visit: (at: number, va: Va) => void): void {
  const u32 = k.ram.u32;
  let va = start;
  while (va < end) {
    const e4 = u32[(pgd >>> 2) + (Math.floor(va / P512G) << 1)]!;
    if (e4 === 0) { va = (Math.floor(va / P512G) + 1) * P512G; continue; }
    const e3 = u32[((e4 & 0xfffff000) >>> 2) + (((va / P1G) & 511) << 1)]!;
    if (e3 === 0) { va = (Math.floor(va / P1G) + 1) * P1G; continue; }
    const e2 = u32[((e3 & 0xfffff000) >>> 2) + (((va / P2M) & 511) << 1)]!;
    const next = (Math.floor(va / P2M) + 1) * P2M;
    if (e2 !== 0) {
      const stop = Math.min(next, end);
      let at = ((e2 & 0xfffff000) >>> 2) + (((va / PAGE) & 511) << 1);
      for (; va < stop; va += PAGE, at += 2) if (u32[at] !== 0) visit(at, va);
    }
    va = next;
  }
}

/** Drops every page in [start, end) and flushes. */
export function zapRange(k: Kernel, mm: Mm, start: Va, end: Va): number {
  let n = 0;
  forEachPte(k, mm.pgd, start, end, (at) => { if (clearPte(k, mm, at)) n++; });
  if (n > 0) flushRange(k, mm, start, end);
  return n;
}

/** Frees tables that lie wholly inside [floor, ceiling), where no VMA is left (mm/memory.c, free_pgtables). */
export function freeTables(k: Kernel, mm: Mm, floor: Va, ceiling: Va): void {
  freeLevel(k, mm, mm.pgd >>> 2, 0, 3, floor, Math.min(ceiling, 0x800000000000));
}

function freeLevel(k: Kernel, mm: Mm, table: number, base: Va, level: number, floor: Va, ceiling: Va): void {
  const size = level === 3 ? P512G : level === 2 ? P1G : P2M;
  const first = Math.max(0, Math.floor((floor - base) / size)), last = Math.min(511, Math.ceil((ceiling - base) / size) - 1);
  for (let i = first; i <= last; i++) {
    const e = k.ram.u32[table + i * 2]!;
    if (e === 0) continue;
    const start = base + i * size;
    if (level > 1) freeLevel(k, mm, (e & 0xfffff000) >>> 2, start, level - 1, floor, ceiling);
    if (start >= floor && start + size <= ceiling) {
      k.ram.u32[table + i * 2] = 0;
      putFrame(k, e >>> 12);
      mm.pageTables--;
      mmOf(k).pageTables--;
    }
  }
}

/** Frees the top-level table itself; everything below must be gone. */
export function freePgd(k: Kernel, mm: Mm): void {
  putFrame(k, mm.pgd / PAGE);
  mmOf(k).pageTables--;
}

/** Above this many pages a whole flush is cheaper (arch/x86/mm/tlb.c, tlb_single_page_flush_ceiling). */
const FLUSH_CEILING = 33;

/** Tells every CPU that has this mm loaded; another CPU costs an IPI. */
export function flushRange(k: Kernel, mm: Mm, start: Va, end: Va): void {
  const cpuMm = mmOf(k).cpuMm;
  const pages = (end - start) / PAGE;
  for (let cpu = 0; cpu < cpuMm.length; cpu++) {
    if (cpuMm[cpu] !== mm) continue;
    if (cpu !== k.thisCpu) charge(k, COST.ipi);
    if (pages > FLUSH_CEILING) k.processor.flushTlb(cpu);
    else for (let va = start; va < end; va += PAGE) k.processor.invalidatePage(cpu, va);
  }
}

export function flushMm(k: Kernel, mm: Mm): void { flushRange(k, mm, 0, TASK_SIZE); }
