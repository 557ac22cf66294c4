// mmap, munmap, mprotect, mremap, brk and madvise on an address space (mm/mmap.c, mm/mprotect.c, mm/mremap.c, mm/madvise.c).
import { EACCES, EAGAIN, EBADF, EEXIST, EFAULT, EINVAL, ENODEV, ENOMEM, EOVERFLOW, EPERM } from '../../abi/errno.ts';
import {
  MAP_32BIT, MAP_ANONYMOUS, MAP_FIXED, MAP_FIXED_NOREPLACE, MAP_GROWSDOWN, MAP_HUGETLB, MAP_LOCKED, MAP_NORESERVE, MAP_POPULATE, MAP_PRIVATE, MAP_SHARED,
  MAP_SHARED_VALIDATE, MAP_STACK, MAP_TYPE, MREMAP_DONTUNMAP, MREMAP_FIXED, MREMAP_MAYMOVE, PROT_EXEC, PROT_READ, PROT_WRITE,
} from '../../abi/mm-flags.ts';
import { buildIdOf, programHeaders } from '../../abi/elf.ts';
import { READ_IMPLIES_EXEC } from '../../abi/clone-flags.ts';
import { RLIMIT_AS, RLIMIT_DATA, RLIMIT_MEMLOCK } from '../../abi/rlimits.ts';
import type { Pfn, Va } from '../../base/brand.ts';
import { COST } from '../../clock/costs.ts';
import { PTE } from '../../machine/hardware.ts';
import { VM, Vma } from '../contracts/mm.ts';
import type { Mm } from '../contracts/mm.ts';
import type { OpenFile } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { charge } from '../entry/charge.ts';
import { entryOf } from '../entry/state.ts';
import { getFile } from '../fs/file-table.ts';
import { pathString } from '../fs/path.ts';
import { bytesOf } from './uaccess.ts';
import { cachedBytes } from './filemap.ts';
import { frameRefs, onlyHuge } from './page-alloc.ts';
import { HPAGE, PAGE, SOFT_ANON, TASK_SIZE, findEntry, flushHuge, flushRange, forEachPte, makePmd, makePte, moveEntry, splitHuge, splitHugeAt, pteFlags, pteNx, zapRange } from './pgtable.ts';
import { shmemFile } from './shmem.ts';
import { mmOf } from './state.ts';
import { roomForAreas } from './stats.ts';
import { MAX_MAP_COUNT, findIntersection, findVma, insertVma, mergeAround, rangeFree, splitVma, unmapRange, unmappedArea, vmaAt, vmaIndex } from './vma.ts';
import { kernelFault } from './fault.ts';
import { capable } from '../process/cred.ts';
import { CAP_SYS_RAWIO } from '../../abi/prctl.ts';

export const pageUp = (n: number): number => Math.ceil(n / PAGE) * PAGE;
const MMAP_MIN_ADDR = 65536;

export const protFlags = (prot: number): number => ((prot & PROT_READ) !== 0 ? VM.READ : 0) | ((prot & PROT_WRITE) !== 0 ? VM.WRITE : 0) | ((prot & PROT_EXEC) !== 0 ? VM.EXEC : 0);

/** What may_expand_vm and the overcommit heuristic refuse: 0 or −ENOMEM. */
function mayExpand(k: Kernel, task: Task, mm: Mm, len: number, flags: number): number {
  if ((mm.totalVm * PAGE) + len > task.process.rlimits[RLIMIT_AS]![0]) return -ENOMEM;
  const data = (flags & (VM.WRITE | VM.SHARED | VM.STACK)) === VM.WRITE;
  if (data && task.process.rlimits[RLIMIT_DATA]![0] !== Infinity && dataPages(mm) * PAGE + len > task.process.rlimits[RLIMIT_DATA]![0]) return -ENOMEM;
  // vm.overcommit_memory = 0: only an obvious overcommit, more than all of RAM at once, is refused (mm/util.c).
  if ((flags & (VM.WRITE | VM.SHARED | VM.NORESERVE)) === VM.WRITE && len / PAGE > mmOf(k).frames) return -ENOMEM;
  return 0;
}
export function dataPages(mm: Mm): number {
  let n = 0;
  for (const v of mm.vmas) if ((v.flags & (VM.WRITE | VM.SHARED | VM.STACK)) === VM.WRITE) n += (v.end - v.start) / PAGE;
  return n;
}

/** A row of the mapping table for a file mapping; with the build id where code is mapped (the file's first pages are in memory by then). */
function traceMapping(k: Kernel, task: Task, mm: Mm, vma: Vma): void {
  const executable = (vma.flags & VM.EXEC) !== 0;
  if (executable) entryOf(k).sampler?.mapped(k, mm, vma);
  if (vma.file === null) return;
  vma.mappingId = mmOf(k).nextMappingId++;
  const t = k.trace.mapping;
  const row = t.begin(k.now, k.thisCpu, task.utid);
  t.set.id(row, vma.mappingId);
  t.set.upid(row, task.process.upid);
  t.set.start(row, vma.start);
  t.set.end(row, vma.end);
  t.set.pgoff(row, vma.pgoff);
  t.set.path(row, bytesOf(vma.file.path === null ? vma.file.describe(k) : pathString(k, task, vma.file.path)));
  if (executable && t.enabled) {
    const inode = vma.file.inode, read = (offset: number, length: number): Uint8Array | null => cachedBytes(k, inode, offset, length), headers = programHeaders(read);
    const id = headers && buildIdOf(read, headers);
    if (id) t.set.build_id(row, id);
  }
  t.end(row);
}

/** Puts a VMA at a place that is free by now; takes over a reference to file. */
export function mapArea(k: Kernel, task: Task, mm: Mm, start: Va, end: Va, flags: number, file: OpenFile | null, pgoff: number, name = ''): Vma {
  const vma = new Vma();
  vma.start = start; vma.end = end; vma.flags = flags; vma.file = file; vma.name = name;
  vma.pgoff = file === null ? start / PAGE : pgoff;
  traceMapping(k, task, mm, vma);
  return insertVma(k, mm, vma);
}

const S_IFMT = 0o170000, S_IFREG = 0o100000, S_IFCHR = 0o020000;
const O_ACCMODE = 3, O_WRONLY = 1, O_RDWR = 2;
const isDevZero = (file: OpenFile): boolean => (file.inode.mode & S_IFMT) === S_IFCHR && file.inode.rdev === 0x105;

/** The address for a new mapping by its hint and flags, or −errno. */
function chooseAddress(task: Task, mm: Mm, hint: Va, len: number, mapFlags: number): Va {
  if ((mapFlags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) !== 0) {
    if (hint % PAGE !== 0) return -EINVAL;
    if (hint + len > TASK_SIZE) return -ENOMEM;
    if (hint < MMAP_MIN_ADDR && !capable(task, CAP_SYS_RAWIO)) return -EPERM;
    return hint;
  }
  if (hint > 0) {
    const at = Math.max(Math.floor(hint / PAGE) * PAGE, MMAP_MIN_ADDR);
    if (at + len <= TASK_SIZE && ((mapFlags & MAP_32BIT) === 0 || at + len <= 0x80000000) && rangeFree(mm, at, len)) return at;
  }
  const at = unmappedArea(mm, len, (mapFlags & MAP_32BIT) !== 0 || task.syscall.compat >= 0);
  return at < 0 ? -ENOMEM : at;
}

export function doMmap(k: Kernel, task: Task, hint: Va, length: number, prot: number, mapFlags: number, file: OpenFile | null, offset: number): Va {
  const mm = task.mm!;
  charge(k, COST.mmapBase);
  if (offset < 0 || offset % PAGE !== 0 || length === 0) return -EINVAL;
  const len = pageUp(length);
  if (!(len <= TASK_SIZE)) return -ENOMEM;
  if (offset + len > 2 ** 53) return -EOVERFLOW;
  if (mm.vmas.length >= MAX_MAP_COUNT || (mm.vmas.length % 256 === 255 && !roomForAreas(k, 256))) return -ENOMEM;
  if ((mapFlags & MAP_ANONYMOUS) !== 0) file = null;
  else if (file === null) return -EBADF;
  if ((mapFlags & MAP_HUGETLB) !== 0) return file === null ? -ENOMEM : -EINVAL; // no huge pages are reserved
  const type = mapFlags & MAP_TYPE;
  if (type !== MAP_SHARED && type !== MAP_PRIVATE && type !== MAP_SHARED_VALIDATE) return -EINVAL;
  const shared = type !== MAP_PRIVATE;
  if ((task.personality & READ_IMPLIES_EXEC) !== 0 && (prot & PROT_READ) !== 0) prot |= PROT_EXEC;
  const start = chooseAddress(task, mm, hint, len, mapFlags);
  if (start < 0) return start;
  if ((mapFlags & MAP_FIXED_NOREPLACE) !== 0 && findIntersection(mm, start, start + len) !== null) return -EEXIST;
  let flags = protFlags(prot) | VM.MAYWRITE | (shared ? VM.SHARED : 0);
  if ((mapFlags & MAP_GROWSDOWN) !== 0) { if (shared) return -EINVAL; flags |= VM.GROWSDOWN; }
  if ((mapFlags & MAP_LOCKED) !== 0) {
    if (mm.lockedVm * PAGE + len > task.process.rlimits[RLIMIT_MEMLOCK]![0] && task.cred.euid !== 0) return -EAGAIN;
    flags |= VM.LOCKED;
  }
  if ((mapFlags & MAP_NORESERVE) !== 0) flags |= VM.NORESERVE;
  if ((mapFlags & MAP_STACK) !== 0) flags |= 0; // advice only, as in Linux
  if (file !== null) {
    const mode = file.flags & O_ACCMODE;
    if (mode === O_WRONLY) return -EACCES;
    if (shared && (flags & VM.WRITE) !== 0 && mode !== O_RDWR) return -EACCES;
    if (shared && mode !== O_RDWR) flags &= ~VM.MAYWRITE;
    if (isDevZero(file)) file = null;
    else if ((file.inode.mode & S_IFMT) !== S_IFREG) return -ENODEV;
  }
  const refused = mayExpand(k, task, mm, len, flags);
  if (refused < 0) return refused;
  if ((mapFlags & MAP_FIXED) !== 0) unmapRange(k, mm, start, start + len);
  if (file !== null) getFile(file);
  else if (shared) file = shmemFile(k, len);
  if ((flags & VM.LOCKED) !== 0) mm.lockedVm += len / PAGE;
  const shm = file !== null && (mapFlags & MAP_ANONYMOUS) !== 0;
  mapArea(k, task, mm, start, start + len, flags, file, shm ? 0 : offset / PAGE);
  if ((mapFlags & (MAP_POPULATE | MAP_LOCKED)) !== 0) populate(k, task, start, start + len);
  return start;
}

/** Faults pages in ahead; stops quietly at the first that cannot be had. */
export function populate(k: Kernel, task: Task, start: Va, end: Va): boolean {
  const mm = task.mm!;
  for (let va = start; va < end; va += PAGE) {
    const vma = vmaAt(mm, va);
    if (vma === null || (vma.flags & (VM.READ | VM.WRITE | VM.EXEC)) === 0) return false;
    if (mmOf(k).freePages < 256) return false; // advice must not bring the OOM killer
    const at = findEntry(k, mm.pgd, va);
    const write = (vma.flags & (VM.WRITE | VM.SHARED)) === VM.WRITE;
    const e = at < 0 ? 0 : k.ram.u32[at]!;
    if (e !== 0 && (!write || (e & PTE.W) !== 0)) continue;
    if (!kernelFault(k, task, va, write)) return false;
  }
  return true;
}

export function doMunmap(k: Kernel, mm: Mm, start: Va, length: number): number {
  charge(k, COST.mmapBase);
  if (start % PAGE !== 0 || length === 0 || !(start + length <= TASK_SIZE)) return -EINVAL;
  const inside = vmaAt(mm, start);
  if (inside !== null && inside.start < start && inside.end > start + pageUp(length) && mm.vmas.length >= MAX_MAP_COUNT) return -ENOMEM;
  unmapRange(k, mm, start, start + pageUp(length));
  return 0;
}

const PROT_GROWSDOWN = 0x01000000, PROT_GROWSUP = 0x02000000, PROT_SEM = 8;

export function doMprotect(k: Kernel, task: Task, start: Va, length: number, prot: number): number {
  const mm = task.mm!;
  charge(k, COST.mmapBase);
  const grow = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
  prot &= ~(PROT_GROWSDOWN | PROT_GROWSUP);
  if (grow === (PROT_GROWSDOWN | PROT_GROWSUP) || start % PAGE !== 0 || (prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM)) !== 0) return -EINVAL;
  if (length === 0) return 0;
  const end = start + pageUp(length);
  if (!(end <= TASK_SIZE)) return -ENOMEM;
  let flags = protFlags(prot);
  if ((task.personality & READ_IMPLIES_EXEC) !== 0 && (flags & VM.READ) !== 0) flags |= VM.EXEC;
  if (grow === PROT_GROWSDOWN) {
    const vma = vmaAt(mm, start);
    if (vma === null) return -ENOMEM;
    if ((vma.flags & VM.GROWSDOWN) === 0) return -EINVAL;
    start = vma.start;
  }
  let at = start;
  while (at < end) {
    const vma = vmaAt(mm, at);
    if (vma === null) return -ENOMEM;
    // As in Linux the areas before the first that refuses are already changed.
    if ((flags & VM.WRITE) !== 0 && (vma.flags & (VM.SHARED | VM.MAYWRITE)) === VM.SHARED) return -EACCES;
    if ((vma.flags & VM.SPECIAL) !== 0 && (flags & VM.WRITE) !== 0) return -EACCES;
    const stop = Math.min(end, vma.end);
    if ((vma.flags & 7) !== flags) {
      const r = (flags & VM.WRITE) !== 0 && (vma.flags & VM.WRITE) === 0 ? mayExpand(k, task, mm, 0, flags) : 0;
      if (r < 0) return r;
      if (mm.vmas.length >= MAX_MAP_COUNT && (at > vma.start || stop < vma.end)) return -ENOMEM;
      changeProtection(k, mm, at, stop, flags);
    }
    at = stop;
  }
  return 0;
}

function changeProtection(k: Kernel, mm: Mm, start: Va, end: Va, access: number): void {
  splitVma(k, mm, start);
  splitVma(k, mm, end);
  const at = vmaIndex(mm, start);
  const vma = mm.vmas[at]!;
  vma.flags = (vma.flags & ~7) | access;
  const u32 = k.ram.u32;
  const base = pteFlags(vma.flags), nx = pteNx(vma.flags);
  let n = 0;
  const change = (at: number, alone: (pfn: Pfn) => boolean): void => {
    const old = u32[at]!;
    let e = (old & ~(PTE.U | PTE.W)) | (base & PTE.U);
    // A page nobody shares can be made writable at once; anything else goes through the write fault.
    if ((access & VM.WRITE) !== 0 && ((old & PTE.W) !== 0 || ((vma.flags & VM.SHARED) === 0 && (old & SOFT_ANON) !== 0 && alone(old >>> 12)))) e |= PTE.W;
    u32[at] = e >>> 0;
    u32[at + 1] = nx;
  };
  forEachPte(k, mm.pgd, start, end, (pte) => { change(pte, (pfn) => frameRefs(k, pfn) === 1); n++; }, (pmd, va) => { change(pmd, (pfn) => onlyHuge(k, pfn)); flushHuge(k, mm, va); });
  if (n > 0) flushRange(k, mm, start, end);
  mergeAround(k, mm, at);
}

/** Sets or clears VMA flags that do not touch pages (madvise, mlock). */
export function changeFlags(k: Kernel, mm: Mm, start: Va, end: Va, set: number, clear: number): void {
  splitVma(k, mm, start);
  splitVma(k, mm, end);
  for (let i = vmaIndex(mm, start); i < mm.vmas.length && mm.vmas[i]!.start < end; i++) {
    const vma = mm.vmas[i]!;
    if ((vma.flags & VM.SPECIAL) === 0) vma.flags = (vma.flags | set) & ~clear;
    if (mergeAround(k, mm, i) !== vma) i--;
  }
}

/** Whether [start, end) is mapped without a hole. */
export function rangeMapped(mm: Mm, start: Va, end: Va): boolean {
  for (let at = start; at < end;) {
    const vma = vmaAt(mm, at);
    if (vma === null) return false;
    at = vma.end;
  }
  return true;
}

export function doMremap(k: Kernel, task: Task, oldAddr: Va, oldLength: number, newLength: number, flags: number, newAddr: Va): Va {
  const mm = task.mm!;
  charge(k, COST.mmapBase);
  const oldLen = pageUp(oldLength), newLen = pageUp(newLength);
  if ((flags & ~(MREMAP_FIXED | MREMAP_MAYMOVE | MREMAP_DONTUNMAP)) !== 0) return -EINVAL;
  if ((flags & MREMAP_FIXED) !== 0 && (flags & MREMAP_MAYMOVE) === 0) return -EINVAL;
  if ((flags & MREMAP_DONTUNMAP) !== 0 && ((flags & MREMAP_MAYMOVE) === 0 || oldLen !== newLen)) return -EINVAL;
  if (oldAddr % PAGE !== 0 || newLen === 0 || !(newLen <= TASK_SIZE)) return -EINVAL;
  const vma = vmaAt(mm, oldAddr);
  if (vma === null) return -EFAULT;
  if ((vma.flags & VM.SPECIAL) !== 0 && newLen > oldLen) return -EFAULT;
  if ((flags & MREMAP_FIXED) !== 0) {
    if (newAddr % PAGE !== 0 || newAddr < MMAP_MIN_ADDR || newAddr + newLen > TASK_SIZE) return -EINVAL;
    if (newAddr + newLen > oldAddr && oldAddr + oldLen > newAddr) return -EINVAL;
  }
  if (oldLen === 0) { // duplicates a shared mapping
    if ((vma.flags & VM.SHARED) === 0 || (flags & MREMAP_MAYMOVE) === 0) return -EINVAL;
  } else if (oldAddr + Math.min(oldLen, newLen) > vma.end) return -EFAULT;
  if ((flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) === 0 && oldLen >= newLen && oldLen > 0) {
    if (oldLen > newLen) unmapRange(k, mm, oldAddr + newLen, oldAddr + oldLen);
    return oldAddr;
  }
  if (oldLen > 0 && oldAddr + oldLen > vma.end) return -EFAULT;
  if (newLen > oldLen) {
    const r = mayExpand(k, task, mm, newLen - oldLen, vma.flags);
    if (r < 0) return r;
  }
  if ((flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) === 0 && oldAddr + oldLen === vma.end && oldLen > 0 && vma.end - oldAddr + (newLen - oldLen) <= TASK_SIZE - oldAddr
    && rangeFree(mm, vma.end, newLen - oldLen)) {
    mm.totalVm += (newLen - oldLen) / PAGE;
    if (mm.totalVm > mm.hiwaterVm) mm.hiwaterVm = mm.totalVm;
    vma.end += newLen - oldLen;
    mergeAround(k, mm, mm.vmas.indexOf(vma));
    return oldAddr;
  }
  if ((flags & MREMAP_MAYMOVE) === 0) return -ENOMEM;
  return moveArea(k, task, mm, oldAddr, oldLen, newLen, flags, newAddr);
}

function moveArea(k: Kernel, task: Task, mm: Mm, oldAddr: Va, oldLen: number, newLen: number, flags: number, newAddr: Va): Va {
  if ((flags & MREMAP_FIXED) !== 0) unmapRange(k, mm, newAddr, newAddr + newLen);
  const to = (flags & MREMAP_FIXED) !== 0 ? newAddr
    : newAddr > 0 && (flags & MREMAP_DONTUNMAP) !== 0 && rangeFree(mm, newAddr, newLen) ? newAddr : unmappedArea(mm, newLen, false);
  if (to < 0) return -ENOMEM;
  const old = vmaAt(mm, oldAddr);
  if (old === null) return -EFAULT;
  const pgoff = old.pgoff + (oldAddr - old.start) / PAGE;
  const { flags: vmFlags, file, name } = old;
  if (file) getFile(file);
  const move = Math.min(oldLen, newLen);
  mapArea(k, task, mm, to, to + newLen, vmFlags, file, pgoff, name);
  let failed = false;
  const movePte = (at: number, va: Va): void => {
    const dst = makePte(k, mm, to + (va - oldAddr));
    if (dst < 0) failed = true; else moveEntry(k, at, dst);
  };
  splitHugeAt(k, mm, oldAddr);
  splitHugeAt(k, mm, oldAddr + move);
  forEachPte(k, mm.pgd, oldAddr, oldAddr + move, movePte, (pmd, va) => {
    const dst = (to - oldAddr) % HPAGE === 0 ? makePmd(k, mm, to + (va - oldAddr)) : -1;
    if (dst >= 0 && k.ram.u32[dst] === 0) { moveEntry(k, pmd, dst); flushHuge(k, mm, va); return; }
    splitHuge(k, mm, pmd, va);
    forEachPte(k, mm.pgd, va, va + HPAGE, movePte);
  });
  flushRange(k, mm, oldAddr, oldAddr + move);
  if (failed) return -ENOMEM;
  if ((flags & MREMAP_DONTUNMAP) === 0 && oldLen > 0) unmapRange(k, mm, oldAddr, oldAddr + oldLen);
  return to;
}

/** brk(2): the new break, or the old one when it cannot move. */
export function doBrk(k: Kernel, task: Task, want: Va): Va {
  const mm = task.mm!;
  charge(k, COST.mmapBase);
  if (want < mm.brkStart || !(want < TASK_SIZE)) return mm.brk;
  const data = task.process.rlimits[RLIMIT_DATA]![0];
  if (want - mm.brkStart + (mm.endData - mm.startData) > data) return mm.brk;
  const from = pageUp(mm.brk), to = pageUp(want);
  if (to < from) unmapRange(k, mm, to, from);
  else if (to > from) {
    const next = findVma(mm, from);
    if (next !== null && next.start < to + PAGE) return mm.brk;
    if (!rangeFree(mm, from, to - from)) return mm.brk;
    const flags = VM.READ | VM.WRITE | VM.MAYWRITE | VM.HEAP;
    if (mayExpand(k, task, mm, to - from, flags) < 0 || mm.vmas.length >= MAX_MAP_COUNT) return mm.brk;
    mapArea(k, task, mm, from, to, flags, null, 0, '[heap]');
  }
  mm.brk = want;
  return want;
}

/** Drops the pages of [start, end) that are private, leaving the areas (MADV_DONTNEED). */
export function dontNeed(k: Kernel, mm: Mm, start: Va, end: Va): void {
  zapRange(k, mm, start, end);
}
