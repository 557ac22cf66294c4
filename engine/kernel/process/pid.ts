// Process ids: allocation, lookup, and the release of a task that has been reaped.
import type { Kernel } from '../contracts/kernel.ts';
import type { Process, Task } from '../contracts/task.ts';

/** kernel.pid_max; after a wrap allocation starts again at 300 (kernel/pid.c, RESERVED_PIDS). */
export const PID_MAX = 32768;
const RESERVED_PIDS = 300;

export function taskByPid(k: Kernel, pid: number): Task | undefined { return k.tasks.get(pid); }

/** A fresh pid, or −1 when all are taken. A number still used as group or session stays taken. */
export function allocPid(k: Kernel): number {
  let inUse: Set<number> | null = null;
  for (let i = 0; i < PID_MAX; i++) {
    if (k.nextPid >= PID_MAX) k.nextPid = RESERVED_PIDS;
    const pid = k.nextPid++;
    if (k.tasks.has(pid) || k.processes.has(pid)) continue;
    if (inUse === null) {
      inUse = new Set();
      for (const p of k.processes.values()) inUse.add(p.pgid).add(p.sid);
    }
    if (!inUse.has(pid)) return pid;
  }
  return -1;
}

/** Members of a process group, oldest first. */
export function groupMembers(k: Kernel, pgid: number): Process[] {
  const out: Process[] = [];
  for (const p of k.processes.values()) if (p.pgid === pgid && p.exitCode < 0) out.push(p);
  return out;
}
