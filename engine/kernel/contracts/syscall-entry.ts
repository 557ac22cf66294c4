// How kernel/entry reaches the system calls without importing them: engine/syscalls/dispatch.ts implements SyscallEntry, engine/boot injects it.
import type { Kernel } from './kernel.ts';
import type { Task } from './task.ts';

export interface SyscallEntry {
  /**
   * A new call. kernel/entry has filled task.syscall: nr (as the user passed it, u32), args, enterTs = k.now; reentered, timedOut,
   * deadline, progress, restart, cpuNs and blockedNs are cleared. `compat` = int 0x80 (i386 table).
   * Reserves enterSeq, runs the handler and returns its result: ≥ 0, −errno, −ERESTART*, BLOCK, AGAIN, NORETURN. Where the
   * call is over (not BLOCK, not AGAIN) it emits the `syscall` row itself, before it returns.
   * Entry writes rax, and does the restart of −ERESTART* (also recorded in task.syscall.restart by entry).
   */
  enter(k: Kernel, task: Task, compat: boolean): number;
  /** The call again, after a wake-up or AGAIN: reentered is true; timedOut is true if its deadline passed. */
  resume(k: Kernel, task: Task): number;
  /** A call that ends without its handler: a killed task in an uninterruptible wait (ret = −EINTR), or exit of a sibling. Emits the row. */
  abandon(k: Kernel, task: Task, ret: number | null): void;
}
/** Called at each sample tick on a CPU in user mode; behaviour of the tracer, costs the guest nothing. */
export interface Sampler { sample(k: Kernel, cpu: number, task: Task, weightNs: number): void }
