// Signal sets and TIF_SIGPENDING: is there a signal that the task must act on? Sets are lo/hi u32, bit signo−1.
import type { SigPending, Task } from '../contracts/task.ts';

export const sigBitLo = (signo: number): number => (signo <= 32 ? (1 << (signo - 1)) >>> 0 : 0);
export const sigBitHi = (signo: number): number => (signo > 32 ? (1 << (signo - 33)) >>> 0 : 0);
export const setHas = (p: SigPending, signo: number): boolean => ((p.setLo & sigBitLo(signo)) | (p.setHi & sigBitHi(signo))) !== 0;

/** signal_pending(): TIF_SIGPENDING of the task. */
export function signalPending(task: Task): boolean {
  return task.sigPending;
}

/** fatal_signal_pending(): SIGKILL is on its way to this thread. */
export function fatalSignalPending(task: Task): boolean {
  return task.sigPending && (task.pending.setLo & 0x100) !== 0;
}

/** recalc_sigpending(). */
export function recalcSigPending(task: Task): void {
  const s = task.process.shared, p = task.pending;
  task.sigPending = task.jobStop || task.dying >= 0 || (task.trace !== null && (task.trace.event !== 0 || task.trace.callEnds || task.trace.resumed !== null)) || ((p.setLo | s.setLo) & ~task.blockedLo) !== 0 || ((p.setHi | s.setHi) & ~task.blockedHi) !== 0;
}
