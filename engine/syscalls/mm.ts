// Handlers of the mm family: mmap, munmap, mprotect, mremap, brk, madvise, msync, mincore, mlock*, membarrier, pkey_*.
import { EBADF, EFAULT, EINVAL, ENOMEM, ENOSPC, EPERM } from '../abi/errno.ts';
import { MAP_ANONYMOUS, MAP_PRIVATE, MAP_TYPE, MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT, MLOCK_ONFAULT, MREMAP_FIXED, MREMAP_DONTUNMAP, MS_ASYNC, MS_INVALIDATE, MS_SYNC, PROT_WRITE } from '../abi/mm-flags.ts';
import * as M from '../abi/mm-flags.ts';
import { F_SEAL_FUTURE_WRITE, F_SEAL_WRITE } from '../abi/open-flags.ts';
import { RLIMIT_MEMLOCK } from '../abi/rlimits.ts';
import { VM } from '../kernel/contracts/mm.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import type { Task } from '../kernel/contracts/task.ts';
import { fdGet } from '../kernel/fs/file-table.ts';
import { sealsOf } from '../kernel/fs/memfd.ts';
import { changeFlags, doBrk, doMmap, doMprotect, doMremap, doMunmap, dontNeed, pageUp, populate, rangeMapped } from '../kernel/mm/mmap.ts';
import { collapseRange } from '../kernel/mm/khugepaged.ts';
import { PAGE, TASK_SIZE, findEntry } from '../kernel/mm/pgtable.ts';
import { copyToUser } from '../kernel/mm/uaccess.ts';
import { findVma, vmaAt } from '../kernel/mm/vma.ts';
import type { Args, Handlers } from './call.ts';

const O_PATH = 0x200000;

function mmap(k: Kernel, task: Task, a: Args): number {
  const flags = a.u32(3);
  let file = null;
  if ((flags & MAP_ANONYMOUS) === 0) {
    file = fdGet(task, a.i32(4));
    if (file === null || (file.flags & O_PATH) !== 0) return -EBADF;
  }
  if (a.hi(5) >= 0x80000000) return -EINVAL;
  const sealed = file !== null && (flags & MAP_TYPE) !== MAP_PRIVATE && (sealsOf(k, file.inode) & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) !== 0;
  if (sealed && (a.u32(2) & PROT_WRITE) !== 0) return -EPERM;
  return doMmap(k, task, a.ptr(0), a.ptr(1), a.u32(2), flags, file, a.ptr(5));
}

/** Applies step to each mapped part of [start, end); −ENOMEM at the end when there was a hole. */
function eachVma(task: Task, start: number, end: number, step: (from: number, to: number, flags: number, anonymous: boolean) => number): number {
  const mm = task.mm!;
  let hole = false;
  for (let at = start; at < end;) {
    const vma = findVma(mm, at);
    if (vma === null || vma.start >= end) { hole = true; break; }
    if (vma.start > at) { hole = true; at = vma.start; }
    const to = Math.min(vma.end, end);
    const r = step(at, to, vma.flags, vma.file === null);
    if (r < 0) return r;
    at = to;
  }
  return hole ? -ENOMEM : 0;
}

const NO_EFFECT: readonly number[] = [M.MADV_NORMAL, M.MADV_RANDOM, M.MADV_SEQUENTIAL, M.MADV_WILLNEED, M.MADV_MERGEABLE, M.MADV_UNMERGEABLE, M.MADV_DONTDUMP, M.MADV_DODUMP, M.MADV_COLD, M.MADV_PAGEOUT];

function madvise(k: Kernel, task: Task, a: Args): number {
  const start = a.ptr(0), len = a.ptr(1), advice = a.i32(2);
  const mm = task.mm!;
  const known = NO_EFFECT.includes(advice) || [M.MADV_DONTNEED, M.MADV_DONTNEED_LOCKED, M.MADV_FREE, M.MADV_DONTFORK, M.MADV_DOFORK, M.MADV_WIPEONFORK, M.MADV_KEEPONFORK, M.MADV_POPULATE_READ, M.MADV_POPULATE_WRITE, M.MADV_REMOVE, M.MADV_HUGEPAGE, M.MADV_NOHUGEPAGE, M.MADV_COLLAPSE].includes(advice);
  if (!known || start % PAGE !== 0) return -EINVAL;
  const end = start + pageUp(len);
  if (!(end >= start)) return -EINVAL;
  if (len === 0) return 0;
  if (!(end <= TASK_SIZE)) return -ENOMEM;
  return eachVma(task, start, end, (from, to, flags, anonymous) => {
    switch (advice) {
      case M.MADV_DONTNEED: case M.MADV_DONTNEED_LOCKED:
        if ((flags & VM.SPECIAL) !== 0 || (advice === M.MADV_DONTNEED && (flags & VM.LOCKED) !== 0)) return -EINVAL;
        dontNeed(k, mm, from, to);
        return 0;
      case M.MADV_FREE: // lazily freed: without memory pressure the contents stay
        return anonymous ? 0 : -EINVAL;
      case M.MADV_DONTFORK: changeFlags(k, mm, from, to, VM.DONTFORK, 0); return 0;
      case M.MADV_DOFORK: if ((flags & VM.SPECIAL) !== 0) return -EINVAL; changeFlags(k, mm, from, to, 0, VM.DONTFORK); return 0;
      case M.MADV_WIPEONFORK: if (!anonymous || (flags & VM.SHARED) !== 0) return -EINVAL; changeFlags(k, mm, from, to, VM.WIPEONFORK, 0); return 0;
      case M.MADV_KEEPONFORK: changeFlags(k, mm, from, to, 0, VM.WIPEONFORK); return 0;
      case M.MADV_POPULATE_READ: case M.MADV_POPULATE_WRITE: return populate(k, task, from, to) ? 0 : -EFAULT;
      case M.MADV_REMOVE: return -EINVAL;
      case M.MADV_HUGEPAGE: changeFlags(k, mm, from, to, VM.HUGEPAGE, VM.NOHUGEPAGE); return 0;
      case M.MADV_NOHUGEPAGE: changeFlags(k, mm, from, to, VM.NOHUGEPAGE, VM.HUGEPAGE); return 0;
      case M.MADV_COLLAPSE: return collapseRange(k, mm, vmaAt(mm, from)!, from, to);
      default: return 0;
    }
  });
}

function msync(k: Kernel, task: Task, a: Args): number {
  const start = a.ptr(0), flags = a.i32(2);
  void k;
  if ((flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) !== 0 || start % PAGE !== 0) return -EINVAL;
  if ((flags & MS_ASYNC) !== 0 && (flags & MS_SYNC) !== 0) return -EINVAL;
  const end = start + pageUp(a.ptr(1));
  if (!(end <= TASK_SIZE)) return -ENOMEM;
  return start === end || rangeMapped(task.mm!, start, end) ? 0 : -ENOMEM;
}

function mincore(k: Kernel, task: Task, a: Args): number {
  const start = a.ptr(0), vec = a.ptr(2);
  if (start % PAGE !== 0) return -EINVAL;
  const pages = Math.ceil(a.ptr(1) / PAGE);
  if (!(start + pages * PAGE <= TASK_SIZE)) return -ENOMEM;
  const mm = task.mm!;
  for (let done = 0; done < pages; done += PAGE) {
    const out = new Uint8Array(Math.min(PAGE, pages - done));
    for (let i = 0; i < out.length; i++) {
      const va = start + (done + i) * PAGE;
      const vma = vmaAt(mm, va);
      if (vma === null) return -ENOMEM;
      const at = findEntry(k, mm.pgd, va);
      const cached = vma.file?.inode.mapping?.pages.has(vma.pgoff + (va - vma.start) / PAGE) ?? false;
      out[i] = cached || (at >= 0 && k.ram.u32[at] !== 0) ? 1 : 0;
    }
    if (copyToUser(k, task, vec + done, out) < 0) return -EFAULT;
  }
  return 0;
}

function lock(k: Kernel, task: Task, start: number, length: number, on: boolean, fault: boolean): number {
  const mm = task.mm!;
  const from = Math.floor(start / PAGE) * PAGE, end = pageUp(start + length);
  if (!(end <= TASK_SIZE) && length > 0) return -ENOMEM;
  if (from === end) return 0;
  if (on && task.cred.euid !== 0) {
    const limit = task.process.rlimits[RLIMIT_MEMLOCK]![0];
    if (limit === 0) return -EPERM;
    if (mm.lockedVm * PAGE + (end - from) > limit) return -ENOMEM;
  }
  const r = eachVma(task, from, end, (at, to, flags) => {
    if (((flags & VM.LOCKED) !== 0) === on || (flags & VM.SPECIAL) !== 0) return 0;
    changeFlags(k, mm, at, to, on ? VM.LOCKED : 0, on ? 0 : VM.LOCKED);
    mm.lockedVm += ((to - at) / PAGE) * (on ? 1 : -1);
    return 0;
  });
  if (r === 0 && on && fault) populate(k, task, from, end);
  return r;
}

function lockAll(k: Kernel, task: Task, flags: number): number {
  if (flags === 0 || (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) !== 0 || flags === MCL_ONFAULT) return -EINVAL;
  const mm = task.mm!;
  const limit = task.process.rlimits[RLIMIT_MEMLOCK]![0];
  if (task.cred.euid !== 0) {
    if (limit === 0) return -EPERM;
    if ((flags & MCL_CURRENT) !== 0 && mm.totalVm * PAGE > limit) return -ENOMEM;
  }
  if ((flags & MCL_CURRENT) !== 0) for (const v of mm.vmas.slice()) lock(k, task, v.start, v.end - v.start, true, (flags & MCL_ONFAULT) === 0);
  return 0;
}

/** Every command but the RSEQ pair: CPUs here are sequentially consistent, so the barrier itself has nothing to do. */
const MEMBARRIER_SUPPORTED = 0x7f;

export const handlers: Handlers = {
  mmap,
  munmap: (k, task, a) => doMunmap(k, task.mm!, a.ptr(0), a.ptr(1)),
  mprotect: (k, task, a) => doMprotect(k, task, a.ptr(0), a.ptr(1), a.u32(2)),
  mremap: (k, task, a) => doMremap(k, task, a.ptr(0), a.ptr(1), a.ptr(2), a.u32(3), (a.u32(3) & (MREMAP_FIXED | MREMAP_DONTUNMAP)) !== 0 ? a.ptr(4) : 0),
  brk: (k, task, a) => doBrk(k, task, a.ptr(0)),
  madvise,
  msync,
  mincore,
  mlock: (k, task, a) => lock(k, task, a.ptr(0), a.ptr(1), true, true),
  mlock2: (k, task, a) => ((a.u32(2) & ~MLOCK_ONFAULT) !== 0 ? -EINVAL : lock(k, task, a.ptr(0), a.ptr(1), true, a.u32(2) === 0)),
  munlock: (k, task, a) => lock(k, task, a.ptr(0), a.ptr(1), false, false),
  mlockall: (k, task, a) => lockAll(k, task, a.u32(0)),
  munlockall: (k, task) => { for (const v of task.mm!.vmas.slice()) lock(k, task, v.start, v.end - v.start, false, false); return 0; },
  membarrier: (_k, _task, a) => {
    const cmd = a.i32(0);
    if (a.u32(1) !== 0) return -EINVAL;
    if (cmd === 0) return MEMBARRIER_SUPPORTED;
    return cmd > 0 && (cmd & (cmd - 1)) === 0 && (cmd & MEMBARRIER_SUPPORTED) !== 0 ? 0 : -EINVAL;
  },
  pkey_mprotect: (k, task, a) => (a.i32(3) === -1 ? doMprotect(k, task, a.ptr(0), a.ptr(1), a.u32(2)) : -EINVAL),
  pkey_alloc: () => -ENOSPC,
  pkey_free: () => -EINVAL,
};
