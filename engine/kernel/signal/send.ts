// Sending signals. (Signatures first; behaviour follows.)
import type { Kernel } from '../contracts/kernel.ts';
import type { Process, SigInfo, Task } from '../contracts/task.ts';

export function kernelInfo(signo: number, code = 0x80): SigInfo {
  return { signo, code, errno: 0, pid: 0, uid: 0, status: 0, utime: 0, stime: 0, value: 0, addr: 0, band: 0, fd: 0, timerid: 0, overrun: 0, addrLsb: 0 };
}
/** Thread-directed. */
export function sendSignal(_k: Kernel, _task: Task, _info: SigInfo): void {}
/** Process-directed: any thread that does not block it takes it. */
export function sendProcessSignal(_k: Kernel, _process: Process, _info: SigInfo): void {}
/** To every process of a process group. */
export function sendGroupSignal(_k: Kernel, _pgid: number, _info: SigInfo): number { return 0; }
/** A fault: cannot be ignored or blocked. */
export function forceSignal(_k: Kernel, _task: Task, _info: SigInfo): void {}
/** zap_other_threads(): SIGKILL to every thread of the group except `except`; they die at their next return to user mode. */
export function zapOtherThreads(_k: Kernel, _process: Process, _except: Task): number { return 0; }
/** fork: the child's signal state (pending empty, altstack kept unless a thread with CLONE_VM; sighand shared or copied is the caller's). */
export function signalFork(_k: Kernel, _parent: Task, _child: Task, _cloneFlags: number): void {}
/** execve: handlers back to SIG_DFL (ignored stay), altstack off; an unshared sighand is made if it was shared. */
export function signalExec(_k: Kernel, _task: Task): void {}
