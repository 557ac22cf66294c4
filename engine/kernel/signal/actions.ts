// Dispositions: sigaction tables, what a default action is, what is ignored. Sets as in pending.ts.
import { SIGABRT, SIGBUS, SIGCHLD, SIGCONT, SIGFPE, SIGILL, SIGKILL, SIGQUIT, SIGSEGV, SIGSTOP, SIGSYS, SIGTRAP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGWINCH, SIGXCPU, SIGXFSZ } from '../../abi/signals.ts';
import type { Process, SigAction, Sighand, Task } from '../contracts/task.ts';

export const SIG_DFL = 0, SIG_IGN = 1;
export const SA = { NOCLDSTOP: 1, NOCLDWAIT: 2, SIGINFO: 4, UNSUPPORTED: 0x400, /** Set by int 0x80: the handler is 32-bit code; never shown. */ IA32_ABI: 0x02000000, RESTORER: 0x04000000, ONSTACK: 0x08000000, RESTART: 0x10000000, NODEFER: 0x40000000, RESETHAND: 0x80000000 } as const;

const DEFAULT: SigAction = { handler: 0, flags: 0, restorer: 0, maskLo: 0, maskHi: 0 };
export function actionOf(hand: Sighand, signo: number): SigAction { return hand.actions[signo] ?? DEFAULT; }

export const isStopSignal = (s: number): boolean => s === SIGSTOP || s === SIGTSTP || s === SIGTTIN || s === SIGTTOU;
export const isCoreSignal = (s: number): boolean => s === SIGQUIT || s === SIGILL || s === SIGTRAP || s === SIGABRT || s === SIGFPE || s === SIGSEGV || s === SIGBUS || s === SIGSYS || s === SIGXCPU || s === SIGXFSZ;
export const defaultIgnored = (s: number): boolean => s === SIGCONT || s === SIGCHLD || s === SIGWINCH || s === SIGURG;
export const isSynchronous = (s: number): boolean => s === SIGSEGV || s === SIGBUS || s === SIGILL || s === SIGTRAP || s === SIGFPE || s === SIGSYS;
export const STOP_LO = ((1 << (SIGSTOP - 1)) | (1 << (SIGTSTP - 1)) | (1 << (SIGTTIN - 1)) | (1 << (SIGTTOU - 1))) >>> 0;
export const UNBLOCKABLE_LO = ((1 << (SIGKILL - 1)) | (1 << (SIGSTOP - 1))) >>> 0;

/** SIGNAL_UNKILLABLE: init has no default actions that harm it. */
export const unkillable = (p: Process): boolean => p.pid === 1;

/** sig_handler_ignored() for a task's present disposition. */
export function ignores(task: Task, signo: number): boolean {
  const h = actionOf(task.sighand, signo).handler;
  if (h === SIG_DFL && unkillable(task.process)) return true;
  return h === SIG_IGN || (h === SIG_DFL && defaultIgnored(signo));
}
