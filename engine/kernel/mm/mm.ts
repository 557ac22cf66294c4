// Life of an address space: make, duplicate for fork with copy-on-write, load on a CPU, take apart.
import { COST } from '../../clock/costs.ts';
import { PTE } from '../../machine/hardware.ts';
import { Mm, VM, Vma } from '../contracts/mm.ts';
import type { Kernel } from '../contracts/kernel.ts';
import { charge } from '../entry/charge.ts';
import { getFile, putFile } from '../fs/file-table.ts';
import { getFrame, getHuge } from './page-alloc.ts';
import { TASK_SIZE, allocPgd, flushMm, forEachPte, freePgd, freeTables, makePmd, makePte, setHuge, setPte, zapRange } from './pgtable.ts';
import { mmOf } from './state.ts';
import { roomForAreas } from './stats.ts';
import { switchMm } from './switch.ts';

/** mmap_base without randomisation: TASK_SIZE minus the 128 MiB minimum gap (arch/x86/mm/mmap.c). */
export const MMAP_BASE = TASK_SIZE - 0x8000000;

/** An empty address space, or null when there is no frame for its top table. */
export function newMm(k: Kernel): Mm | null {
  const pgd = allocPgd(k);
  if (pgd < 0) return null;
  const mm = new Mm();
  mm.id = k.nextMmId++;
  mm.pgd = pgd;
  mm.mmapBase = MMAP_BASE;
  return mm;
}

export function copyVma(vma: Vma): Vma {
  const v = new Vma();
  v.start = vma.start; v.end = vma.end; v.flags = vma.flags; v.pgoff = vma.pgoff; v.name = vma.name; v.mappingId = vma.mappingId;
  v.file = vma.file;
  if (v.file) getFile(v.file);
  return v;
}

/** fork's copy: private pages are shared read-only until one side writes. null when out of memory. */
export function dupMm(k: Kernel, old: Mm): Mm | null {
  if (!roomForAreas(k, old.vmas.length)) return null;
  const mm = newMm(k);
  if (mm === null) return null;
  mm.brkStart = old.brkStart; mm.brk = old.brk; mm.mmapBase = old.mmapBase; mm.startStack = old.startStack;
  mm.startCode = old.startCode; mm.endCode = old.endCode; mm.startData = old.startData; mm.endData = old.endData;
  mm.argStart = old.argStart; mm.argEnd = old.argEnd; mm.envStart = old.envStart; mm.envEnd = old.envEnd;
  mm.auxv = old.auxv; mm.vdso = old.vdso; mm.thpDisabled = old.thpDisabled;
  mm.exe = old.exe;
  if (mm.exe) getFile(mm.exe);
  const u32 = k.ram.u32;
  let pages = 0, failed = false;
  for (const vma of old.vmas) {
    if ((vma.flags & VM.DONTFORK) !== 0) continue;
    const v = copyVma(vma);
    v.flags &= ~VM.LOCKED;
    mm.vmas.push(v);
    mm.totalVm += (v.end - v.start) / 4096;
    // Shared file pages are found again through the page cache; wiped memory starts empty.
    if ((vma.flags & (VM.SHARED | VM.WIPEONFORK)) !== 0 || failed) continue;
    forEachPte(k, old.pgd, vma.start, vma.end, (at, va) => {
      const to = makePte(k, mm, va);
      if (to < 0) { failed = true; return; }
      const e = (u32[at]! & ~PTE.W) >>> 0;
      u32[at] = e;
      getFrame(k, e >>> 12);
      setPte(k, mm, to, e >>> 12, e & 0xfff, u32[at + 1]!);
      pages++;
    }, (pmd, va) => {
      const to = makePmd(k, mm, va), e = (u32[pmd]! & ~PTE.W) >>> 0;
      if (to < 0 || !setHuge(k, mm, to, e >>> 12, e & 0xfff, u32[pmd + 1]!)) { failed = true; return; }
      u32[pmd] = e;
      getHuge(k, e >>> 12);
      pages++;
    });
  }
  mm.hiwaterVm = mm.totalVm;
  charge(k, pages * COST.forkPage);
  flushMm(k, old);
  if (failed) { mmPut(k, mm); return null; }
  return mm;
}

/** Drops one user of an mm; the last takes it apart (exit_mmap). */
export function mmPut(k: Kernel, mm: Mm): void {
  if (--mm.users > 0) return;
  const s = mmOf(k);
  for (let cpu = 0; cpu < s.cpuMm.length; cpu++) if (s.cpuMm[cpu] === mm) switchMm(k, cpu, null);
  for (const vma of mm.vmas) zapRange(k, mm, vma.start, vma.end);
  freeTables(k, mm, 0, 0x800000000000);
  for (const vma of mm.vmas) if (vma.file) putFile(k, vma.file);
  mm.vmas = [];
  if (mm.exe) { putFile(k, mm.exe); mm.exe = null; }
  freePgd(k, mm);
  mm.pgd = 0;
}

/** The oom reaper: drops the private anonymous pages of a process that is being killed. */
export function zapAnonymous(k: Kernel, mm: Mm): void {
  for (const vma of mm.vmas) if (vma.file === null && (vma.flags & (VM.SHARED | VM.SPECIAL)) === 0) zapRange(k, mm, vma.start, vma.end);
}
