// Transparent huge pages (mm/huge_memory.c, Documentation/admin-guide/mm/transhuge.rst): anonymous memory that gets 2 MiB at the first fault where it may.
import type { Pfn, Va } from '../../base/brand.ts';
import { PTE } from '../../machine/hardware.ts';
import type { Kernel } from '../contracts/kernel.ts';
import { VM } from '../contracts/mm.ts';
import type { Mm, Vma } from '../contracts/mm.ts';
import { HUGE_FRAMES, allocHuge, getHuge, onlyHuge, putHuge } from './page-alloc.ts';
import { HPAGE, PAGE, SOFT_ANON, SOFT_SPECIAL, clearHuge, flushHuge, hugeStart, pteFlags, pteNx, setHuge, splitHuge } from './pgtable.ts';
import { mmOf } from './state.ts';
import type { MmState } from './state.ts';

/** With less memory than this, huge pages are off until root turns them on (hugepage_init): 512 MiB. */
const LEAST_FRAMES = (512 << 20) / PAGE;
/** What transparent_hugepage/enabled says at boot; Debian's kernels have "always". */
export const defaultThp = (frames: number): MmState['thp'] => (frames < LEAST_FRAMES ? 'never' : 'always');

/** Whether an area could have huge pages at all, were they asked for. */
export const mayBeHuge = (mm: Mm, vma: Vma): boolean => vma.file === null && (vma.flags & (VM.SHARED | VM.SPECIAL | VM.NOHUGEPAGE)) === 0 && !mm.thpDisabled;
/** … and whether the settings give it some. */
export function wantsHuge(k: Kernel, mm: Mm, vma: Vma): boolean {
  const { thp } = mmOf(k);
  return thp !== 'never' && (thp === 'always' || (vma.flags & VM.HUGEPAGE) !== 0) && mayBeHuge(mm, vma);
}
/** Whether the whole 2 MiB around va lie in the area (transhuge_vma_suitable). */
export const hugeFits = (vma: Vma, va: Va): boolean => { const start = hugeStart(va); return start >= vma.start && start + HPAGE <= vma.end; };

/** The page of 2 MiB of zeros, for reading; −1 when there is no memory for it. */
function zeroPage(k: Kernel): Pfn {
  const s = mmOf(k);
  if (s.hugeZeroPfn !== 0) return s.hugeZeroPfn;
  const pfn = allocHuge(k);
  if (pfn < 0) return -1;
  s.thpZeroPageAlloc++;
  return s.hugeZeroPfn = pfn;
}
/** Memory is short: the page of zeros goes if nobody has it. True if it went. */
export function shrinkHugeZero(k: Kernel): boolean {
  const s = mmOf(k), pfn = s.hugeZeroPfn;
  if (pfn === 0 || !onlyHuge(k, pfn)) return false;
  s.hugeZeroPfn = 0;
  putHuge(k, pfn);
  return true;
}

function mapNew(k: Kernel, mm: Mm, vma: Vma, pmd: number): boolean {
  const pfn = allocHuge(k);
  if (pfn >= 0) {
    if (setHuge(k, mm, pmd, pfn, pteFlags(vma.flags) | PTE.W | PTE.D | SOFT_ANON, pteNx(vma.flags))) { mmOf(k).thpFaultAlloc++; return true; }
    putHuge(k, pfn);
  }
  mmOf(k).thpFaultFallback++;
  return false;
}

/** The first fault in 2 MiB of an area that wants huge pages; false: a page of 4 KiB has to do. */
export function hugeFault(k: Kernel, mm: Mm, vma: Vma, pmd: number, write: boolean): boolean {
  if (write) return mapNew(k, mm, vma, pmd);
  const zero = zeroPage(k);
  if (zero < 0 || !setHuge(k, mm, pmd, zero, pteFlags(vma.flags) | SOFT_SPECIAL, pteNx(vma.flags))) { mmOf(k).thpFaultFallback++; return false; }
  getHuge(k, zero);
  return true;
}

/** A fault at a huge page that is there. False: it has been split, the fault is one at a page of 4 KiB now. */
export function hugeAccess(k: Kernel, mm: Mm, vma: Vma, va: Va, pmd: number, write: boolean): boolean {
  const { u32 } = k.ram;
  if ((u32[pmd]! & PTE.U) === 0) { // mprotect away from PROT_NONE left it so
    u32[pmd] = (u32[pmd]! | PTE.U) >>> 0;
    u32[pmd + 1] = pteNx(vma.flags);
  }
  const e = u32[pmd]!;
  if (!write || (e & PTE.W) !== 0) return true;
  if ((e & SOFT_SPECIAL) !== 0) { // since Linux 6.13; before, it was split
    clearHuge(k, mm, pmd);
    flushHuge(k, mm, va);
    return mapNew(k, mm, vma, pmd);
  }
  if (onlyHuge(k, e >>> 12)) {
    u32[pmd] = (e | PTE.W | PTE.D) >>> 0;
    flushHuge(k, mm, va);
    return true;
  }
  splitHuge(k, mm, pmd, va);
  return false;
}

/** Pages of 4 KiB in the huge anonymous pages of an address space. */
export const hugePages = (mm: Mm): number => mm.hugePmds * HUGE_FRAMES;
