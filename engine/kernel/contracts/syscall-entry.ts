// How kernel/entry reaches the system calls without importing them: engine/syscalls/dispatch.ts implements SyscallEntry, engine/boot injects it.
import type { Kernel } from './kernel.ts';
import type { Mm, Vma } from './mm.ts';
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
/** What the tracer looks at without the guest knowing: it changes nothing and costs the guest nothing (law 6). */
export interface Sampler {
  /** At each sample tick on a CPU in user mode. */
  sample(k: Kernel, cpu: number, task: Task, weightNs: number): void;
  /** A task that had stopped running at `since` for lack of something (state S, D or T) is runnable again after `ns`, or the recording ends. */
  blocked(k: Kernel, task: Task, since: number, ns: number): void;
  /** A system call begins; its row will have this seq. */
  called(k: Kernel, task: Task, seq: number): void;
  /** Code was mapped: a file's, or anonymous or special memory with PROT_EXEC. */
  mapped(k: Kernel, mm: Mm, vma: Vma): void;
}
