// The process, thread and exec rows of the trace.
import type { Kernel } from '../contracts/kernel.ts';
import type { Process, Task } from '../contracts/task.ts';
import { bytesOf } from '../mm/uaccess.ts';

/** The process row: at its end, or with open = true at the close of the recording. */
export function emitProcess(k: Kernel, p: Process, open: boolean): void {
  const t = k.trace.process;
  const row = t.begin(p.startTime, k.thisCpu, p.startedUtid);
  if (!open) t.set.dur(row, k.now - p.startTime);
  t.set.upid(row, p.upid);
  t.set.pid(row, p.pid);
  if (p.parentUpid !== 0) t.set.parent_upid(row, p.parentUpid);
  t.set.comm(row, p.leader.comm);
  t.set.uid(row, p.leader.cred.uid);
  if (!open && p.exitCode >= 0) {
    if ((p.exitCode & 0x7f) === 0) t.set.exit_code(row, (p.exitCode >> 8) & 0xff); else t.set.exit_signal(row, p.exitCode & 0x7f);
  }
  let { utime, stime, minflt, majflt, nvcsw, nivcsw, maxrss } = p;
  for (const th of p.threads) {
    if (th.state === 'Z' || th.state === 'X') continue;
    utime += th.utime; stime += th.stime; minflt += th.minflt; majflt += th.majflt; nvcsw += th.nvcsw; nivcsw += th.nivcsw;
    if (th.mm !== null) maxrss = Math.max(maxrss, th.mm.hiwaterRss * 4);
  }
  t.set.utime(row, Math.round(utime)); t.set.stime(row, Math.round(stime)); t.set.minflt(row, minflt); t.set.majflt(row, majflt);
  t.set.nvcsw(row, nvcsw); t.set.nivcsw(row, nivcsw); t.set.maxrss(row, maxrss);
  t.end(row);
}

export function emitThread(k: Kernel, task: Task, open: boolean): void {
  const t = k.trace.thread;
  const row = t.begin(task.startTime, k.thisCpu, task.utid);
  if (!open) t.set.dur(row, k.now - task.startTime);
  t.set.tid(row, task.pid);
  t.set.upid(row, task.process.upid);
  t.set.pid(row, task.process.pid);
  t.set.name(row, task.comm);
  if (task.parentUtid >= 0) t.set.parent_utid(row, task.parentUtid);
  t.set.clone_flags(row, task.cloneFlags);
  t.set.kthread(row, task.kthread);
  t.set.utime(row, Math.round(task.utime)); t.set.stime(row, Math.round(task.stime)); t.set.nvcsw(row, task.nvcsw); t.set.nivcsw(row, task.nivcsw);
  t.end(row);
}

/** At the close of a recording: rows of everything that is still alive, with null dur. */
export function closeProcessRows(k: Kernel): void {
  for (const task of k.tasks.values()) if (!task.exiting) emitThread(k, task, true);
  for (const p of k.processes.values()) if (p.exitCode < 0) emitProcess(k, p, true);
}

export function emitExec(k: Kernel, task: Task, path: string, argv: string[], envc: number, interp: string | null): void {
  const t = k.trace.exec;
  const row = t.begin(k.now, k.thisCpu, task.utid);
  t.set.upid(row, task.process.upid);
  t.set.pid(row, task.process.pid);
  t.set.path(row, bytesOf(path));
  t.set.argv(row, bytesOf(argv.length === 0 ? '' : `${argv.join('\0')}\0`));
  t.set.envc(row, envc);
  if (interp !== null) t.set.interp(row, bytesOf(interp));
  t.set.comm(row, task.comm);
  t.end(row);
}
