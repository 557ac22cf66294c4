// Restartable sequences (rseq(2), kernel/rseq.c): the CPU number in user memory, and the abort of a critical section that was interrupted.
import { SIGSEGV } from '../../abi/signals.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { regsOf } from '../entry/regs.ts';
import { TASK_SIZE } from '../mm/pgtable.ts';
import { copyFromUser, getUserU32, getUserU64num, putUserU32, putUserU64 } from '../mm/uaccess.ts';
import { forceSignal, kernelInfo } from '../signal/send.ts';

const CPU_ID_START = 0, CPU_ID = 4, RSEQ_CS = 8, NODE_ID = 20, MM_CID = 24;

/** Writes the present CPU; false when the area cannot be written. */
export function rseqUpdateCpu(k: Kernel, task: Task): boolean {
  return putUserU32(k, task, task.rseq + CPU_ID_START, task.cpu) >= 0 && putUserU32(k, task, task.rseq + CPU_ID, task.cpu) >= 0
    && putUserU32(k, task, task.rseq + NODE_ID, 0) >= 0 && putUserU32(k, task, task.rseq + MM_CID, task.cpu) >= 0;
}

export function rseqUnregistered(k: Kernel, task: Task): void {
  putUserU32(k, task, task.rseq + CPU_ID_START, 0);
  putUserU32(k, task, task.rseq + CPU_ID, 0xffffffff);
}

/** On the way back to user mode after preemption, migration or before a signal frame: only for tasks that have registered. */
export function rseqResume(k: Kernel, task: Task): void {
  if (task.rseq === 0 || task.mm === null || task.exiting) return;
  const cs = getUserU64num(k, task, task.rseq + RSEQ_CS);
  if (cs > 0 && cs < TASK_SIZE) {
    const raw = copyFromUser(k, task, cs, 32);
    if (typeof raw === 'number') { forceSignal(k, task, kernelInfo(SIGSEGV)); return; }
    const dv = new DataView(raw.buffer);
    const num = (at: number): number => dv.getUint32(at, true) + dv.getUint32(at + 4, true) * 4294967296;
    const start = num(8), post = num(16), abort = num(24);
    const regs = regsOf(k, task);
    if (regs.rip >= start && regs.rip - start < post) {
      if (abort < 4 || getUserU32(k, task, abort - 4) !== task.rseqSig >>> 0) { forceSignal(k, task, kernelInfo(SIGSEGV)); return; }
      regs.rip = abort;
    }
    putUserU64(k, task, task.rseq + RSEQ_CS, 0);
  }
  if (cs < 0 || (getUserU32(k, task, task.rseq + CPU_ID) !== task.cpu && !rseqUpdateCpu(k, task))) forceSignal(k, task, kernelInfo(SIGSEGV));
}
