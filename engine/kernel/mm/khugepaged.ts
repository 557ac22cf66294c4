// Collapsing what is mapped by 4 KiB into a huge page (mm/khugepaged.c): of its own accord every ten seconds, and for MADV_COLLAPSE.
import { EAGAIN, EINVAL, ENOMEM } from '../../abi/errno.ts';
import type { Va } from '../../base/brand.ts';
import { COST } from '../../clock/costs.ts';
import { PTE } from '../../machine/hardware.ts';
import type { Kernel } from '../contracts/kernel.ts';
import { VM } from '../contracts/mm.ts';
import type { Mm, Vma } from '../contracts/mm.ts';
import { charge } from '../entry/charge.ts';
import { mayBeHuge, wantsHuge } from './huge-memory.ts';
import { HUGE_FRAMES, allocHuge, frameRefs, putHuge } from './page-alloc.ts';
import { HPAGE, PAGE, SOFT_ANON, SOFT_SPECIAL, clearPte, dropTable, findPmd, flushHuge, forEachPte, hugeStart, isHuge, pteFlags, pteNx, setHuge } from './pgtable.ts';
import { mmOf } from './state.ts';
import { allMms } from './stats.ts';

/** khugepaged/scan_sleep_millisecs and pages_to_scan as they are at boot. */
const SCAN_SLEEP_NS = 10e9;
export const PAGES_TO_SCAN = 4096;

/** The 2 MiB at va, which lie in one area: 0, −EINVAL where nothing is mapped yet, −EAGAIN where a page has another user, −ENOMEM. */
function collapse(k: Kernel, mm: Mm, vma: Vma, va: Va): number {
  const pmd = findPmd(k, mm.pgd, va), { ram } = k;
  if (pmd < 0 || ram.u32[pmd] === 0) return -EINVAL;
  if (isHuge(ram.u32[pmd]!)) return 0;
  const pages: [number, number][] = []; // which of the 512, entry
  let shared = false;
  forEachPte(k, mm.pgd, va, va + HPAGE, (at, page) => {
    const e = ram.u32[at]!;
    if ((e & SOFT_SPECIAL) !== 0) return; // the page of zeros
    if ((e & SOFT_ANON) === 0 || frameRefs(k, e >>> 12) !== 1) shared = true;
    pages.push([(page - va) / PAGE, at]);
  });
  if (shared) return -EAGAIN;
  if (pages.length === 0) return -EINVAL;
  const pfn = allocHuge(k);
  if (pfn < 0) return -ENOMEM;
  for (const [i, at] of pages) ram.copyFrame(pfn + i, ram.u32[at]! >>> 12);
  charge(k, pages.length * COST.copyPage);
  forEachPte(k, mm.pgd, va, va + HPAGE, (at) => { clearPte(k, mm, at); });
  dropTable(k, mm, pmd);
  flushHuge(k, mm, va);
  if (!setHuge(k, mm, pmd, pfn, pteFlags(vma.flags) | ((vma.flags & VM.WRITE) !== 0 ? PTE.W | PTE.D : PTE.D) | SOFT_ANON, pteNx(vma.flags))) { putHuge(k, pfn); return -ENOMEM; } // never: a table has just been given back
  mmOf(k).thpCollapseAlloc++;
  return 0;
}

/** MADV_COLLAPSE over [start, end), whatever the settings say: 0 when all that could be huge is; else why the last was not, as madvise(2) has it. */
export function collapseRange(k: Kernel, mm: Mm, vma: Vma, start: Va, end: Va): number {
  const first = hugeStart(start + HPAGE - 1);
  if (!mayBeHuge(mm, vma) || first > hugeStart(end)) return -EINVAL; // the second: a part of one page that ends on no border, as Linux has it
  let result = 0;
  for (let va = first; va + HPAGE <= end; va += HPAGE) {
    const r = collapse(k, mm, vma, va);
    if (r === -ENOMEM) return r;
    if (r < 0) result = r;
  }
  return result;
}

/** From the tick of a CPU that has work: the next part of a scan when khugepaged has slept long enough. A machine at rest has nothing to collapse that it will use. */
export function khugepagedTick(k: Kernel): void {
  const s = mmOf(k);
  if (s.thp === 'never' || k.now < s.khugepagedAt) return;
  s.khugepagedAt = k.now + SCAN_SLEEP_NS;
  let left = PAGES_TO_SCAN;
  const mms = [...allMms(k)].sort((a, b) => a.id - b.id), from = mms.findIndex((mm) => mm.id >= s.khugepagedMm);
  if (from < 0) { s.khugepagedMm = s.khugepagedVa = 0; s.fullScans++; return; }
  for (const mm of mms.slice(from)) {
    for (const vma of mm.vmas.slice()) {
      if (!wantsHuge(k, mm, vma)) continue;
      for (let va = hugeStart(Math.max(vma.start, mm.id === s.khugepagedMm ? s.khugepagedVa : 0) + HPAGE - 1); va + HPAGE <= vma.end; va += HPAGE) {
        if (left <= 0) { s.khugepagedMm = mm.id; s.khugepagedVa = va; return; }
        const pmd = findPmd(k, mm.pgd, va);
        if (pmd < 0 || k.ram.u32[pmd] === 0 || isHuge(k.ram.u32[pmd]!)) continue;
        left -= HUGE_FRAMES;
        charge(k, HUGE_FRAMES);
        if (collapse(k, mm, vma, va) === 0) s.pagesCollapsed++;
      }
    }
  }
  s.khugepagedMm = s.khugepagedVa = 0;
  s.fullScans++;
}
