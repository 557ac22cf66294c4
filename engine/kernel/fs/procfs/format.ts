// Number formats and small facts that the /proc files share.
import type { Kernel } from '../../contracts/kernel.ts';
import type { Process, Task } from '../../contracts/task.ts';

/** USER_HZ is 100: cycles to clock ticks. */
export const ticks = (cycles: number): number => Math.floor(cycles / 10_000_000);
export const kb = (pages: number): string => String(Math.round(pages) * 4).padStart(8);
export const pad = (n: number | string, width: number): string => String(n).padStart(width);
export const hex = (n: number, width = 0): string => n.toString(16).padStart(width, '0');
/** A 64-bit set kept as two halves. */
export const hex64 = (lo: number, hi: number): string => hex(hi >>> 0, 8) + hex(lo >>> 0, 8);

export const STATE_NAMES: Record<string, string> = { R: 'R (running)', S: 'S (sleeping)', D: 'D (disk sleep)', T: 'T (stopped)', t: 't (tracing stop)', X: 'X (dead)', Z: 'Z (zombie)', I: 'I (idle)' };

export interface Usage { utime: number; stime: number; minflt: number; majflt: number; nvcsw: number; nivcsw: number }
/** Of one thread, or of the whole group with the threads that have ended. */
export function usage(task: Task, group: boolean): Usage {
  if (!group) return { utime: task.utime, stime: task.stime, minflt: task.minflt, majflt: task.majflt, nvcsw: task.nvcsw, nivcsw: task.nivcsw };
  const p = task.process, u: Usage = { utime: p.utime, stime: p.stime, minflt: p.minflt, majflt: p.majflt, nvcsw: p.nvcsw, nivcsw: p.nivcsw };
  for (const t of p.threads) { u.utime += t.utime; u.stime += t.stime; u.minflt += t.minflt; u.majflt += t.majflt; u.nvcsw += t.nvcsw; u.nivcsw += t.nivcsw; }
  return u;
}

/** ptrace_may_access(): may the reader see this task's insides? */
export function mayInspect(k: Kernel, task: Task): boolean {
  const me = k.current.cred, it = task.cred;
  if (task.process === k.current.process) return true;
  if ((me.capEffective[0] & (1 << 19)) !== 0) return true;
  return me.fsuid === it.uid && me.fsuid === it.euid && me.fsuid === it.suid && me.fsgid === it.gid && me.fsgid === it.egid && me.fsgid === it.sgid && task.dumpable === 1;
}
export const ppidOf = (p: Process): number => p.parent?.pid ?? 0;
/** comm with the escapes of proc_task_name(). */
export const escapedComm = (s: string): string => s.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
/** Spaces, tabs, newlines and backslashes of a path in mounts and maps. */
export const mangle = (s: string, set = / |\t|\n|\\/g): string => s.replace(set, (c) => '\\' + c.charCodeAt(0).toString(8).padStart(3, '0'));
