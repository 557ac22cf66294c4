// Writing to another task's memory whatever its protection is, as debuggers do for breakpoints (FOLL_FORCE in mm/gup.c): a private page is copied first, the mapping stays as it was.
import { EFAULT } from '../../abi/errno.ts';
import type { Va } from '../../base/brand.ts';
import { PTE } from '../../machine/hardware.ts';
import type { Kernel } from '../contracts/kernel.ts';
import { VM } from '../contracts/mm.ts';
import type { Task } from '../contracts/task.ts';
import { PAGE, TASK_SIZE, findEntry, flushHuge, flushRange, isHuge } from './pgtable.ts';
import { copyToUser } from './uaccess.ts';
import { findVma } from './vma.ts';

/** 0, or −EFAULT. */
export function pokeUser(k: Kernel, task: Task, va: Va, bytes: Uint8Array): number {
  const { mm } = task;
  if (mm === null || !(va + bytes.length <= TASK_SIZE)) return -EFAULT;
  for (let done = 0; done < bytes.length;) {
    const at = va + done, n = Math.min(bytes.length - done, PAGE - (at & (PAGE - 1))), vma = findVma(mm, at);
    if (vma === null || vma.start > at) return -EFAULT;
    const forced = (vma.flags & VM.WRITE) === 0;
    if (forced && (vma.flags & (VM.SHARED | VM.SPECIAL)) !== 0) return -EFAULT;
    if (forced) vma.flags |= VM.WRITE;
    const r = copyToUser(k, task, at, bytes.subarray(done, done + n));
    if (forced) {
      vma.flags &= ~VM.WRITE;
      const page = at - (at & (PAGE - 1)), entry = findEntry(k, mm.pgd, page);
      if (entry >= 0) k.ram.u32[entry] = (k.ram.u32[entry]! & ~PTE.W) >>> 0;
      if (entry >= 0 && isHuge(k.ram.u32[entry]!)) flushHuge(k, mm, page); else flushRange(k, mm, page, page + PAGE);
    }
    if (r < 0) return r;
    done += n;
  }
  return 0;
}
