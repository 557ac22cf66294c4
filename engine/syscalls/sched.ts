// Handlers of the sched family: policies, priorities, affinity, yield, getcpu, ioprio, membarrier.
import { EACCES, EFAULT, EINVAL, EPERM, ESRCH, E2BIG } from '../abi/errno.ts';
import { PRIO_PGRP, PRIO_PROCESS, PRIO_USER, SCHED_BATCH, SCHED_DEADLINE, SCHED_FIFO, SCHED_IDLE, SCHED_NORMAL, SCHED_RESET_ON_FORK, SCHED_RR } from '../abi/sched-policies.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import type { Task } from '../kernel/contracts/task.ts';
import { copyFromUser, copyToUser, getUserU32, putUserU32 } from '../kernel/mm/uaccess.ts';
import { CAP_SYS_NICE, capable } from '../kernel/process/cred.ts';
import { yieldTask } from '../kernel/sched/core.ts';
import { setAffinity, setNice, setPolicy } from '../kernel/sched/params.ts';
import { RR_TIMESLICE, isRt } from '../kernel/sched/state.ts';
import { writeTimespec } from '../kernel/time/user.ts';
import type { Handlers } from './call.ts';

const RLIMIT_NICE = 13, RLIMIT_RTPRIO = 14;
const target = (k: Kernel, task: Task, pid: number): Task | null => (pid === 0 ? task : k.tasks.get(pid) ?? null);
const sameOwner = (task: Task, t: Task): boolean => task.cred.euid === t.cred.euid || task.cred.euid === t.cred.uid;
const niceLimit = (t: Task): number => 20 - (t.process.rlimits[RLIMIT_NICE]?.[0] ?? 0);
const validPolicy = (p: number): boolean => p === SCHED_NORMAL || p === SCHED_FIFO || p === SCHED_RR || p === SCHED_BATCH || p === SCHED_IDLE;
const rt = (p: number): boolean => p === SCHED_FIFO || p === SCHED_RR;

function setScheduler(k: Kernel, task: Task, pid: number, policyFlags: number, priority: number, nice: number | null, resetFlag: boolean): number {
  if (pid < 0) return -EINVAL;
  const t = target(k, task, pid);
  if (!t) return -ESRCH;
  let reset = resetFlag, policy = policyFlags;
  if (policy === -1) { policy = t.se.policy; reset = t.se.resetOnFork; }
  else if ((policy & SCHED_RESET_ON_FORK) !== 0) { policy &= ~SCHED_RESET_ON_FORK; reset = true; }
  if (!validPolicy(policy)) return -EINVAL;
  if (rt(policy) ? priority < 1 || priority > 99 : priority !== 0) return -EINVAL;
  const newNice = nice ?? t.se.nice;
  if (!capable(task, CAP_SYS_NICE)) {
    const limit = t.process.rlimits[RLIMIT_RTPRIO]?.[0] ?? 0;
    if (rt(policy) && ((policy !== t.se.policy && limit === 0) || (priority > t.se.rtPriority && priority > limit))) return -EPERM;
    if (!rt(policy) && newNice < t.se.nice && newNice < niceLimit(t)) return -EPERM;
    if (t.se.policy === SCHED_IDLE && policy !== SCHED_IDLE && t.se.nice < niceLimit(t)) return -EPERM;
    if (!sameOwner(task, t)) return -EPERM;
    if (t.se.resetOnFork && !reset) return -EPERM;
  }
  setPolicy(k, t, policy, rt(policy) ? priority : 0, newNice, reset);
  return 0;
}

/** Tasks that a which/who pair of getpriority(2) means. */
function* prioTargets(k: Kernel, task: Task, which: number, who: number): Generator<Task> {
  if (which === PRIO_PROCESS) { const t = target(k, task, who); if (t) yield t; return; }
  for (const t of k.tasks.values()) {
    if (which === PRIO_PGRP ? t.process.pgid === (who === 0 ? task.process.pgid : who) : t.cred.uid === (who === 0 ? task.cred.uid : who)) if (t.pid !== 1) yield t;
  }
}

const MASK_BYTES = 8; // cpumask_size() of up to 64 CPUs

export const handlers: Handlers = {
  sched_yield(k, task) { yieldTask(k, task); return 0; },
  sched_setscheduler(k, task, a) {
    if (a.i32(1) < 0 || a.ptr(2) === 0) return -EINVAL;
    const p = getUserU32(k, task, a.ptr(2));
    return p < 0 ? p : setScheduler(k, task, a.i32(0), a.i32(1), p | 0, null, false);
  },
  sched_setparam(k, task, a) {
    if (a.ptr(1) === 0) return -EINVAL;
    const p = getUserU32(k, task, a.ptr(1));
    return p < 0 ? p : setScheduler(k, task, a.i32(0), -1, p | 0, null, false);
  },
  sched_getscheduler(k, task, a) {
    if (a.i32(0) < 0) return -EINVAL;
    const t = target(k, task, a.i32(0));
    return t ? t.se.policy | (t.se.resetOnFork ? SCHED_RESET_ON_FORK : 0) : -ESRCH;
  },
  sched_getparam(k, task, a) {
    if (a.i32(0) < 0 || a.ptr(1) === 0) return -EINVAL;
    const t = target(k, task, a.i32(0));
    return t ? putUserU32(k, task, a.ptr(1), isRt(t.se) ? t.se.rtPriority : 0) : -ESRCH;
  },
  sched_get_priority_max(_k, _t, a) { const p = a.i32(0); return rt(p) ? 99 : validPolicy(p) || p === SCHED_DEADLINE ? 0 : -EINVAL; },
  sched_get_priority_min(_k, _t, a) { const p = a.i32(0); return rt(p) ? 1 : validPolicy(p) || p === SCHED_DEADLINE ? 0 : -EINVAL; },
  sched_rr_get_interval(k, task, a) {
    if (a.i32(0) < 0) return -EINVAL;
    const t = target(k, task, a.i32(0));
    if (!t) return -ESRCH;
    return writeTimespec(k, task, a.ptr(1), t.se.policy === SCHED_RR ? RR_TIMESLICE : t.se.policy === SCHED_FIFO ? 0 : t.se.slice);
  },
  sched_setattr(k, task, a) {
    if (a.ptr(1) === 0 || a.i32(0) < 0 || a.u32(2) !== 0) return -EINVAL;
    const size = getUserU32(k, task, a.ptr(1));
    if (size < 0) return size;
    if (size !== 0 && (size < 48 || size > 4096)) return -E2BIG;
    const b = copyFromUser(k, task, a.ptr(1), 48);
    if (typeof b === 'number') return b;
    const v = new DataView(b.buffer, b.byteOffset, 48), flags = v.getUint32(8, true);
    if ((flags & ~0x7f) !== 0) return -EINVAL;
    const nice = Math.max(-20, Math.min(19, v.getInt32(16, true)));
    return setScheduler(k, task, a.i32(0), (flags & 8) !== 0 ? -1 : v.getUint32(4, true), v.getUint32(20, true), nice, (flags & 1) !== 0);
  },
  sched_getattr(k, task, a) {
    const size = a.u32(2);
    if (a.ptr(1) === 0 || a.i32(0) < 0 || size < 48 || size > 4096 || a.u32(3) !== 0) return -EINVAL;
    const t = target(k, task, a.i32(0));
    if (!t) return -ESRCH;
    const n = Math.min(size, 56), out = new Uint8Array(n), v = new DataView(out.buffer);
    v.setUint32(0, n, true); v.setUint32(4, t.se.policy, true); v.setUint32(8, t.se.resetOnFork ? 1 : 0, true);
    if (isRt(t.se)) v.setUint32(20, t.se.rtPriority, true); else v.setInt32(16, t.se.nice, true);
    if (n >= 56) v.setUint32(52, 1024, true); // util_max
    return copyToUser(k, task, a.ptr(1), out);
  },
  sched_setaffinity(k, task, a) {
    const t = target(k, task, a.i32(0)), len = Math.min(a.u32(1), MASK_BYTES);
    const b = copyFromUser(k, task, a.ptr(2), len);
    if (typeof b === 'number') return -EFAULT;
    if (!t) return -ESRCH;
    if (!sameOwner(task, t) && !capable(task, CAP_SYS_NICE)) return -EPERM;
    let mask = 0;
    for (let i = 0; i < Math.min(4, len); i++) mask |= b[i]! << (8 * i);
    const n = k.config.cpus;
    mask = (mask & (n >= 32 ? -1 : (1 << n) - 1)) >>> 0;
    if (mask === 0) return -EINVAL;
    setAffinity(k, t, mask);
    return 0;
  },
  sched_getaffinity(k, task, a) {
    const t = target(k, task, a.i32(0)), len = a.u32(1), n = k.config.cpus;
    if (len * 8 < n || len % 8 !== 0) return -EINVAL;
    if (!t) return -ESRCH;
    const out = new Uint8Array(MASK_BYTES), mask = (t.se.cpusAllowed & (n >= 32 ? -1 : (1 << n) - 1)) >>> 0;
    new DataView(out.buffer).setUint32(0, mask, true);
    const bad = copyToUser(k, task, a.ptr(2), out);
    return bad < 0 ? bad : MASK_BYTES;
  },
  getpriority(k, task, a) {
    const which = a.i32(0);
    if (which !== PRIO_PROCESS && which !== PRIO_PGRP && which !== PRIO_USER) return -EINVAL;
    let best = -ESRCH;
    for (const t of prioTargets(k, task, which, a.i32(1))) best = Math.max(best, 20 - t.se.nice);
    return best;
  },
  setpriority(k, task, a) {
    const which = a.i32(0), nice = Math.max(-20, Math.min(19, a.i32(2)));
    if (which !== PRIO_PROCESS && which !== PRIO_PGRP && which !== PRIO_USER) return -EINVAL;
    let result = -ESRCH;
    for (const t of [...prioTargets(k, task, which, a.i32(1))]) {
      if (!sameOwner(task, t) && !capable(task, CAP_SYS_NICE)) { result = -EPERM; continue; }
      if (nice < t.se.nice && nice < niceLimit(t) && !capable(task, CAP_SYS_NICE)) { result = -EACCES; continue; }
      setNice(k, t, nice);
      if (result === -ESRCH) result = 0;
    }
    return result;
  },
  getcpu(k, task, a) {
    if (a.ptr(0) !== 0) { const bad = putUserU32(k, task, a.ptr(0), k.thisCpu); if (bad < 0) return bad; }
    return a.ptr(1) !== 0 ? putUserU32(k, task, a.ptr(1), 0) : 0;
  },
  ioprio_get(k, task, a) { return a.i32(0) === 1 && !target(k, task, a.i32(1)) ? -ESRCH : a.i32(0) >= 1 && a.i32(0) <= 3 ? 0 : -EINVAL; },
  ioprio_set(k, task, a) { return a.i32(0) === 1 && !target(k, task, a.i32(1)) ? -ESRCH : a.i32(0) >= 1 && a.i32(0) <= 3 ? 0 : -EINVAL; },
};
