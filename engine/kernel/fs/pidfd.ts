// pidfd_open(2): a process as a file; readable when it has ended.
import { stateClass } from '../../base/state.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Process } from '../contracts/task.ts';
import { WaitQueue } from '../contracts/wait.ts';
import { O_NONBLOCK, O_RDWR, PseudoFile, READABLE, anonFile } from './pseudo.ts';

export class PidFile extends PseudoFile {
  process!: Process;
  override poll(_k: Kernel): number { return this.process.exitCode >= 0 ? READABLE : 0; }
  /** The parent's queue of child events is woken by the exit. */
  override pollQueues(): WaitQueue[] { return this.process.parent ? [this.process.parent.childWait] : [new WaitQueue()]; }
  override describe(_k: Kernel): string { return 'anon_inode:[pidfd]'; }
}
stateClass(PidFile, 'PidFile', ['process']);

export function createPidfd(k: Kernel, process: Process, flags: number): PidFile {
  const f = anonFile(k, new PidFile(), O_RDWR | (flags & O_NONBLOCK));
  f.process = process;
  return f;
}
