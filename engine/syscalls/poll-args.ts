// Arguments that waiting calls share: timeouts, the temporary signal mask, and a descriptor for a new file.
import { EINTR, EINVAL } from '../abi/errno.ts';
import type { OpenFile } from '../kernel/contracts/fs.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import type { Task } from '../kernel/contracts/task.ts';
import { BLOCK, ERESTARTNOHAND } from '../kernel/contracts/wait.ts';
import { fdInstall, putFile } from '../kernel/fs/file-table.ts';
import { copyFromUser } from '../kernel/mm/uaccess.ts';
import { UNBLOCKABLE_LO } from '../kernel/signal/actions.ts';
import { recalcSigPending } from '../kernel/signal/pending.ts';
import { readTimespec, toNs } from '../kernel/time/user.ts';

/** A descriptor for a new file; the file goes when there is none. */
export function install(k: Kernel, task: Task, file: OpenFile | number, cloexec: boolean): number {
  if (typeof file === 'number') return file;
  const fd = fdInstall(k, task, file, cloexec);
  if (fd < 0) putFile(k, file);
  return fd;
}

/** A timespec at va as nanoseconds; Infinity for a null pointer; negative errno. */
export function timespecNs(k: Kernel, task: Task, va: number): number {
  if (va === 0) return Infinity;
  const t = readTimespec(k, task, va);
  return typeof t === 'number' ? t : t.sec >= 9e6 * 1000 ? Infinity : toNs(t);
}

/** ppoll and its like: the mask holds during the wait; it is put back after delivery, or at the end (restoreMask). */
export function useMask(k: Kernel, task: Task, va: number, size: number): number {
  if (va === 0 || task.savedMask !== null) return 0;
  if (size !== 8) return -EINVAL;
  const b = copyFromUser(k, task, va, 8);
  if (typeof b === 'number') return b;
  const v = new DataView(b.buffer);
  task.savedMask = [task.blockedLo, task.blockedHi];
  task.blockedLo = (v.getUint32(0, true) & ~UNBLOCKABLE_LO) >>> 0;
  task.blockedHi = v.getUint32(4, true);
  recalcSigPending(task);
  return 0;
}
/** The call is over without a signal to deliver under the temporary mask. */
export function restoreMask(task: Task, result: number): number {
  if (task.savedMask !== null && result !== BLOCK && result !== -ERESTARTNOHAND && result !== -EINTR) {
    [task.blockedLo, task.blockedHi] = task.savedMask;
    task.savedMask = null;
    recalcSigPending(task);
  }
  return result;
}
