// Four-level page tables in guest frames (SDM vol. 3, 4.5) and the TLB maintenance that goes with changing them.
import type { Pa, Pfn, Va } from '../../base/brand.ts';
import { COST } from '../../clock/costs.ts';
import { assert } from '../../base/assert.ts';
import { PTE, PTE_NX_HI } from '../../machine/hardware.ts';
import type { Kernel } from '../contracts/kernel.ts';
import { VM } from '../contracts/mm.ts';
import type { Mm } from '../contracts/mm.ts';
import { charge } from '../entry/charge.ts';
import { HUGE_FRAMES, allocFrame, getFrame, putFrame, putHuge } from './page-alloc.ts';
import { mmOf } from './state.ts';

/** End of user space: 2^47 minus the guard page (arch/x86/include/asm/page_64_types.h, TASK_SIZE_MAX). */
export const TASK_SIZE = 0x7ffffffff000;
export const PAGE = 4096;
/** Software bits: what kind of page an entry maps, for the rss counters. */
export const SOFT_ANON = PTE.SOFT1, SOFT_SPECIAL = PTE.SOFT2, SOFT_SHMEM = PTE.SOFT3;

const P2M = 0x200000, P1G = 0x40000000, P512G = 0x8000000000;
/** HPAGE_PMD_SIZE: what one entry of a page middle directory maps when it maps a page itself (PTE.PS). */
export const HPAGE = P2M;
export const hugeStart = (va: Va): Va => Math.floor(va / P2M) * P2M;
export const isHuge = (entry: number): boolean => (entry & PTE.PS) !== 0;

export function allocPgd(k: Kernel): Pa {
  const pfn = allocFrame(k);
  if (pfn < 0) return -1;
  mmOf(k).pageTables++;
  return pfn * PAGE;
}

/** Index in ram.u32 of the entry of a page middle directory for va (two words), or −1 when a table on the way is missing. */
export function findPmd(k: Kernel, pgd: Pa, va: Va): number {
  const u32 = k.ram.u32;
  let e = u32[(pgd >>> 2) + (Math.floor(va / P512G) << 1)]!;
  if (e === 0) return -1;
  e = u32[((e & 0xfffff000) >>> 2) + (((va / P1G) & 511) << 1)]!;
  if (e === 0) return -1;
  return ((e & 0xfffff000) >>> 2) + (((va / P2M) & 511) << 1);
}

/** Index of the entry that maps the page of va, be it one of 4 KiB or of 2 MiB (isHuge); −1 when a table on the way is missing. */
export function findEntry(k: Kernel, pgd: Pa, va: Va): number {
  const pmd = findPmd(k, pgd, va);
  if (pmd < 0) return -1;
  const e = k.ram.u32[pmd]!;
  if (e === 0) return -1;
  return isHuge(e) ? pmd : ((e & 0xfffff000) >>> 2) + (((va / PAGE) & 511) << 1);
}

/** The frame of va's own 4 KiB by the entry that maps it. */
export const frameOf = (entry: number, va: Va): Pfn => (isHuge(entry) ? (entry >>> 12) + ((va / PAGE) & 511) : entry >>> 12);

/** A zeroed frame as a table of an address space; −1 when out of memory. */
function allocTable(k: Kernel, mm: Mm): Pfn {
  const pfn = allocFrame(k);
  if (pfn < 0) return -1;
  mmOf(k).pageTables++;
  mm.pageTables++;
  return pfn;
}
function freeTable(k: Kernel, mm: Mm, pfn: Pfn): void {
  putFrame(k, pfn);
  mm.pageTables--;
  mmOf(k).pageTables--;
}
const tableEntry = (pfn: Pfn): number => ((pfn << 12) | PTE.P | PTE.W | PTE.U | PTE.A) >>> 0;

/** The table below an entry, made if it is missing: its index in ram.u32, or −1 when out of memory. */
function below(k: Kernel, mm: Mm, at: number): number {
  const { u32 } = k.ram;
  let e = u32[at]!;
  if (e === 0) {
    const pfn = allocTable(k, mm);
    if (pfn < 0) return -1;
    e = u32[at] = tableEntry(pfn);
  }
  assert(!isHuge(e), 'a table lies below');
  return (e & 0xfffff000) >>> 2;
}

/** As findPmd, making missing tables; −1 when out of memory. */
export function makePmd(k: Kernel, mm: Mm, va: Va): number {
  const pud = below(k, mm, (mm.pgd >>> 2) + (Math.floor(va / P512G) << 1));
  if (pud < 0) return -1;
  const pmd = below(k, mm, pud + (((va / P1G) & 511) << 1));
  return pmd < 0 ? -1 : pmd + (((va / P2M) & 511) << 1);
}

/** As findEntry, making missing tables; −1 when out of memory. There is no page of 2 MiB. @param pmd of makePmd */
export function makePte(k: Kernel, mm: Mm, va: Va, pmd = makePmd(k, mm, va)): number {
  const table = pmd < 0 ? -1 : below(k, mm, pmd);
  return table < 0 ? -1 : table + (((va / PAGE) & 511) << 1);
}

/** Physical address of va for a user access, or −1 when the entry does not allow it. */
export function translate(k: Kernel, pgd: Pa, va: Va, write: boolean): Pa {
  if (!(va < TASK_SIZE)) return -1;
  const at = findEntry(k, pgd, va);
  if (at < 0) return -1;
  const e = k.ram.u32[at]!;
  const need = write ? PTE.P | PTE.U | PTE.W : PTE.P | PTE.U;
  if ((e & need) !== need) return -1;
  return frameOf(e, va) * PAGE + (va & (PAGE - 1));
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

function setEntry(k: Kernel, mm: Mm, at: number, e: number, nxHi: number, pages: number): void {
  k.ram.u32[at] = e;
  k.ram.u32[at + 1] = nxHi;
  addRss(mm, e, pages);
  const rss = mm.rssAnon + mm.rssFile + mm.rssShmem;
  if (rss > mm.hiwaterRss) mm.hiwaterRss = rss;
}

/** Writes an entry that was empty; the frame's reference passes to the table. */
export function setPte(k: Kernel, mm: Mm, at: number, pfn: Pfn, flags: number, nxHi: number): void {
  setEntry(k, mm, at, ((pfn << 12) | flags) >>> 0, nxHi, 1);
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

/**
 * Maps 512 frames with the empty entry of a page middle directory; their references pass to the table. A table for splitting it is put aside
 * (pgtable_trans_huge_deposit), so that this cannot fail later. False, and nothing done, when there is no memory for that.
 */
export function setHuge(k: Kernel, mm: Mm, pmd: number, pfn: Pfn, flags: number, nxHi: number): boolean {
  const table = allocTable(k, mm);
  if (table < 0) return false;
  mm.deposited.push(table);
  setEntry(k, mm, pmd, ((pfn << 12) | flags | PTE.PS) >>> 0, nxHi, HUGE_FRAMES);
  if ((flags & SOFT_ANON) !== 0) mm.hugePmds++;
  return true;
}

/** Takes a page of 2 MiB out of the table and gives its frames back. The caller flushes. */
export function clearHuge(k: Kernel, mm: Mm, pmd: number): void {
  const e = k.ram.u32[pmd]!;
  k.ram.u32[pmd] = 0;
  k.ram.u32[pmd + 1] = 0;
  addRss(mm, e, -HUGE_FRAMES);
  if ((e & SOFT_ANON) !== 0) mm.hugePmds--;
  putHuge(k, e >>> 12);
  freeTable(k, mm, mm.deposited.pop()!);
}

/** Moves a page, of 4 KiB or 2 MiB, to another, empty entry of its kind in the same address space. The caller flushes. */
export function moveEntry(k: Kernel, from: number, to: number): void {
  const { u32 } = k.ram;
  u32[to] = u32[from]!;
  u32[to + 1] = u32[from + 1]!;
  u32[from] = u32[from + 1] = 0;
}

/** The page of 2 MiB at va becomes 512 of 4 KiB with the same frames and rights (__split_huge_pmd); a huge page of zeros becomes the page of zeros 512 times. */
export function splitHuge(k: Kernel, mm: Mm, pmd: number, va: Va): void {
  const { u32 } = k.ram, s = mmOf(k), e = u32[pmd]!, nx = u32[pmd + 1]!, pfn = e >>> 12, flags = e & 0xfff & ~PTE.PS, zero = (e & SOFT_SPECIAL) !== 0, table = mm.deposited.pop()!;
  for (let i = 0, at = table << 10; i < HUGE_FRAMES; i++, at += 2) {
    if (zero) getFrame(k, s.zeroPfn);
    u32[at] = (((zero ? s.zeroPfn : pfn + i) << 12) | flags) >>> 0;
    u32[at + 1] = nx;
  }
  if (zero) putHuge(k, pfn); else mm.hugePmds--;
  u32[pmd] = tableEntry(table);
  u32[pmd + 1] = 0;
  s.thpSplitPmd++;
  flushHuge(k, mm, va);
}

/** Gives back the table below an entry of a page middle directory, which is empty by now. The caller flushes. */
export function dropTable(k: Kernel, mm: Mm, pmd: number): void {
  freeTable(k, mm, k.ram.u32[pmd]! >>> 12);
  k.ram.u32[pmd] = 0;
}

/** Where a page of 2 MiB reaches over va, it is split: a border of what is to change lies there. */
export function splitHugeAt(k: Kernel, mm: Mm, va: Va): void {
  if (va % HPAGE === 0 || mm.deposited.length === 0 || va >= TASK_SIZE) return;
  const pmd = findPmd(k, mm.pgd, va);
  if (pmd >= 0 && isHuge(k.ram.u32[pmd]!)) splitHuge(k, mm, pmd, va);
}

/**
 * Calls visit(at, va) for each non-empty entry in [start, end), absent tables are skipped whole; and visitHuge(pmd, va) for each page of 2 MiB, all of
 * which lies in the range (splitHugeAt makes it so). Without visitHuge there are none.
 */
export function forEachPte(k: Kernel, pgd: Pa, start: Va, end: Va, visit: (at: number, va: Va) => void, visitHuge?: (pmd: number, va: Va) => void): void {
  const u32 = k.ram.u32;
  let va = start;
  while (va < end) {
    const e4 = u32[(pgd >>> 2) + (Math.floor(va / P512G) << 1)]!;
    if (e4 === 0) { va = (Math.floor(va / P512G) + 1) * P512G; continue; }
    const e3 = u32[((e4 & 0xfffff000) >>> 2) + (((va / P1G) & 511) << 1)]!;
    if (e3 === 0) { va = (Math.floor(va / P1G) + 1) * P1G; continue; }
    const pmd = ((e3 & 0xfffff000) >>> 2) + (((va / P2M) & 511) << 1), e2 = u32[pmd]!;
    const next = (Math.floor(va / P2M) + 1) * P2M;
    if (isHuge(e2)) {
      assert(visitHuge !== undefined && va % P2M === 0 && next <= end, 'a page of 2 MiB is inside or outside');
      visitHuge(pmd, va);
    } else if (e2 !== 0) {
      const stop = Math.min(next, end);
      let at = ((e2 & 0xfffff000) >>> 2) + (((va / PAGE) & 511) << 1);
      for (; va < stop; va += PAGE, at += 2) if (u32[at] !== 0) visit(at, va);
    }
    va = next;
  }
}

/** Drops every page in [start, end) and flushes. */
export function zapRange(k: Kernel, mm: Mm, start: Va, end: Va): void {
  let n = 0;
  splitHugeAt(k, mm, start);
  splitHugeAt(k, mm, end);
  forEachPte(k, mm.pgd, start, end, (at) => { if (clearPte(k, mm, at)) n++; }, (pmd, va) => { clearHuge(k, mm, pmd); flushHuge(k, mm, va); });
  if (n > 0) flushRange(k, mm, start, end);
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
      assert(!isHuge(e), 'no page is left where no area is');
      k.ram.u32[table + i * 2] = 0;
      freeTable(k, mm, e >>> 12);
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

/** flushRange for one page of 2 MiB. */
export function flushHuge(k: Kernel, mm: Mm, va: Va): void {
  mmOf(k).cpuMm.forEach((loaded, cpu) => {
    if (loaded !== mm) return;
    if (cpu !== k.thisCpu) charge(k, COST.ipi);
    k.processor.invalidateLargePage(cpu, va);
  });
}

export function flushMm(k: Kernel, mm: Mm): void { flushRange(k, mm, 0, TASK_SIZE); }
