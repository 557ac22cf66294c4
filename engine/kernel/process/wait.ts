// wait4 and waitid: which children match, what there is to report, and reaping (kernel/exit.c, do_wait).
import { ECHILD } from '../../abi/errno.ts';
import { SIGCHLD } from '../../abi/signals.ts';
import { WCONTINUED, WEXITED, WNOHANG, WNOWAIT, WSTOPPED, __WALL, __WCLONE } from '../../abi/wait-flags.ts';
import { BLOCK, ERESTARTSYS } from '../contracts/wait.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Process, Task } from '../contracts/task.ts';
import { TASK } from '../contracts/task.ts';
import { waitOn } from '../sched/wait.ts';
import { signalPending } from '../signal/pending.ts';
import { release } from './exit.ts';

/** Whom to wait for: type as waitid's P_*. */
export interface WaitFor { type: 'all' | 'pid' | 'pgid'; id: number; options: number }
export interface WaitResult { pid: number; uid: number; /** wait status word */ status: number; /** CLD_* */ code: number; /** exit code or signal, as si_status */ value: number; rusage: Rusage }
export interface Rusage { utime: number; stime: number; maxrss: number; minflt: number; majflt: number; inblock: number; oublock: number; nvcsw: number; nivcsw: number }

const CLD_EXITED = 1, CLD_KILLED = 2, CLD_DUMPED = 3, CLD_TRAPPED = 4, CLD_STOPPED = 5, CLD_CONTINUED = 6, SIGCONT = 18;

function matches(p: Process, w: WaitFor): boolean {
  if (w.type === 'pid' ? p.pid !== w.id : w.type === 'pgid' && p.pgid !== w.id) return false;
  if ((w.options & __WALL) !== 0) return true;
  return ((w.options & __WCLONE) !== 0) === (p.exitSignal !== SIGCHLD);
}

export function processRusage(p: Process): Rusage {
  const r: Rusage = { utime: p.utime, stime: p.stime, maxrss: p.maxrss, minflt: p.minflt, majflt: p.majflt, inblock: p.inblock, oublock: p.oublock, nvcsw: p.nvcsw, nivcsw: p.nivcsw };
  for (const t of p.threads) {
    if (t.exiting) continue;
    r.utime += t.utime; r.stime += t.stime; r.minflt += t.minflt; r.majflt += t.majflt; r.nvcsw += t.nvcsw; r.nivcsw += t.nivcsw;
    r.inblock += Math.ceil(t.ioReadBytes / 512); r.oublock += Math.ceil(t.ioWriteBytes / 512);
    if (t.mm !== null) r.maxrss = Math.max(r.maxrss, t.mm.hiwaterRss * 4);
  }
  return r;
}
export function childrenRusage(p: Process): Rusage {
  return { utime: p.cutime, stime: p.cstime, maxrss: p.cmaxrss, minflt: p.cminflt, majflt: p.cmajflt, inblock: 0, oublock: 0, nvcsw: 0, nivcsw: 0 };
}

/** What one child has to report under these options; null = nothing yet. */
function report(k: Kernel, p: Process, options: number): WaitResult | null {
  const rusage = (): Rusage => {
    const r = processRusage(p);
    r.utime += p.cutime; r.stime += p.cstime; r.minflt += p.cminflt; r.majflt += p.cmajflt; r.maxrss = Math.max(r.maxrss, p.cmaxrss);
    return r;
  };
  const base = { pid: p.pid, uid: p.leader.cred.uid };
  if (p.exitCode >= 0) {
    if ((options & WEXITED) === 0) return null;
    const sig = p.exitCode & 0x7f;
    const r: WaitResult = { ...base, status: p.exitCode, code: sig === 0 ? CLD_EXITED : (p.exitCode & 0x80) !== 0 ? CLD_DUMPED : CLD_KILLED, value: sig === 0 ? (p.exitCode >> 8) & 0xff : sig, rusage: rusage() };
    if ((options & WNOWAIT) === 0) release(k, p);
    return r;
  }
  if (p.leader.trace?.tracer === p.parent) return null; // its stops are told as a tracee's
  if ((options & WSTOPPED) !== 0 && p.stopped && !p.stopReported) {
    if ((options & WNOWAIT) === 0) p.stopReported = true;
    return { ...base, status: (p.stopSignal << 8) | 0x7f, code: CLD_STOPPED, value: p.stopSignal, rusage: rusage() };
  }
  if ((options & WCONTINUED) !== 0 && p.continuedPending) {
    if ((options & WNOWAIT) === 0) p.continuedPending = false;
    return { ...base, status: 0xffff, code: CLD_CONTINUED, value: SIGCONT, rusage: rusage() };
  }
  return null;
}

const matchesTracee = (pid: number, pgid: number, w: WaitFor): boolean => (w.type === 'pid' ? pid === w.id : w.type !== 'pgid' || pgid === w.id);
const NO_USAGE: Rusage = { utime: 0, stime: 0, maxrss: 0, minflt: 0, majflt: 0, inblock: 0, oublock: 0, nvcsw: 0, nivcsw: 0 };
/** What the traced threads have to report, whichever kind of child was asked for (ptrace(2)); null = nothing yet. */
function tracedReport(_k: Kernel, tracer: Process, w: WaitFor): WaitResult | null {
  for (const t of tracer.tracees) {
    const tr = t.trace!;
    if (t.state !== TASK.TRACED || tr.reported || !matchesTracee(t.pid, t.process.pgid, w)) continue;
    if ((w.options & WNOWAIT) === 0) tr.reported = true;
    return { pid: t.pid, uid: t.cred.uid, status: (tr.stop << 8) | 0x7f, code: CLD_TRAPPED, value: tr.stop, rusage: { ...NO_USAGE, utime: t.utime, stime: t.stime, minflt: t.minflt, majflt: t.majflt, nvcsw: t.nvcsw, nivcsw: t.nivcsw } };
  }
  if ((w.options & WEXITED) === 0) return null;
  const i = tracer.tracedEnds.findIndex((e) => matchesTracee(e.pid, e.pgid, w));
  if (i < 0) return null;
  const e = tracer.tracedEnds[i]!, sig = e.status & 0x7f;
  if ((w.options & WNOWAIT) === 0) tracer.tracedEnds.splice(i, 1);
  return { pid: e.pid, uid: e.uid, status: e.status, code: sig === 0 ? CLD_EXITED : (e.status & 0x80) !== 0 ? CLD_DUMPED : CLD_KILLED, value: sig === 0 ? (e.status >> 8) & 0xff : sig, rusage: NO_USAGE };
}

/** The result, null when nothing is there and WNOHANG, or −ECHILD, −ERESTARTSYS, BLOCK. */
export function doWait(k: Kernel, task: Task, w: WaitFor): WaitResult | null | number {
  const parent = task.process;
  let any = false;
  for (const p of parent.children) {
    if (!matches(p, w)) continue;
    // A zombie can only end a wait for WEXITED (wait_task_zombie leaves notask_error at ECHILD).
    if (p.exitCode < 0 || (w.options & WEXITED) !== 0) any = true;
    const r = report(k, p, w.options);
    if (r !== null) return r;
  }
  const traced = tracedReport(k, parent, w);
  if (traced !== null) return traced;
  if (parent.tracees.some((t) => matchesTracee(t.pid, t.process.pgid, w))) any = true;
  if (!any) return -ECHILD;
  if ((w.options & WNOHANG) !== 0) return null;
  if (signalPending(task)) return -ERESTARTSYS;
  waitOn(k, task, [parent.childWait], { interruptible: true, wchan: 'do_wait' });
  return BLOCK;
}
