// Handlers of the process family: clone and its kin, exit, wait, ids, groups and sessions, limits, usage, system facts.
import { E2BIG, EACCES, EBADF, ECHILD, EFAULT, EINVAL, EPERM, ESRCH } from '../abi/errno.ts';
import { CLONE_DETACHED, CLONE_PARENT_SETTID, CLONE_PIDFD, CLONE_SETTLS, CLONE_VFORK, CLONE_VM } from '../abi/clone-flags.ts';
import { WCONTINUED, WEXITED, WNOHANG, WNOWAIT, WSTOPPED, WUNTRACED, __WALL, __WCLONE, __WNOTHREAD } from '../abi/wait-flags.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import { LAYOUT } from '../kernel/contracts/task.ts';
import type { Process, Task } from '../kernel/contracts/task.ts';
import { longBytes, readLongs, writeLongs } from '../kernel/time/user.ts';
import { BLOCK, NORETURN } from '../kernel/contracts/wait.ts';
import { fdGet } from '../kernel/fs/file-table.ts';
import { PidFile } from '../kernel/fs/pidfd.ts';
import { memInfo } from '../kernel/mm/stats.ts';
import { bytesOf, copyFromUser, copyToUser, getUserU64num, prepareUser, putUserU32, putUserU64 } from '../kernel/mm/uaccess.ts';
import { CAP_SYS_ADMIN, CAP_SYS_RESOURCE, capable } from '../kernel/process/cred.ts';
import { doExit, doGroupExit } from '../kernel/process/exit.ts';
import { copyProcess } from '../kernel/process/fork.ts';
import type { CloneArgs } from '../kernel/process/fork.ts';
import { groupMembers, taskByPid } from '../kernel/process/pid.ts';
import { RLIM_NLIMITS, setRlimit } from '../kernel/process/rlimit.ts';
import { rseqUnregistered, rseqUpdateCpu } from '../kernel/process/rseq.ts';
import { childrenRusage, doWait, processRusage } from '../kernel/process/wait.ts';
import type { Rusage, WaitFor } from '../kernel/process/wait.ts';
import { wakeUpNewTask } from '../kernel/sched/fork.ts';
import { schedOf } from '../kernel/sched/state.ts';
import { waitOn } from '../kernel/sched/wait.ts';
import { fatalSignalPending } from '../kernel/signal/pending.ts';
import { traceExit, traceFork, traceStop, traceVforkDone } from '../kernel/signal/ptrace.ts';
import type { Args, Handlers } from './call.ts';
import { archPrctl, prctl } from './prctl.ts';

function clone(k: Kernel, task: Task, args: CloneArgs): number {
  if (task.syscall.progress === null) {
    const child = copyProcess(k, task, args);
    if (typeof child === 'number') return child;
    const vfork = (args.flags & CLONE_VFORK) !== 0 && child.process !== task.process;
    if (vfork) child.process.vforkDone = task;
    const event = task.trace === null ? 0 : traceFork(k, task, child, args);
    wakeUpNewTask(k, child);
    if (!vfork && event === 0) return child.pid;
    task.syscall.progress = child.pid;
    if (event !== 0) { traceStop(k, task, event, null); return BLOCK; }
  }
  const pid = task.syscall.progress as number;
  if (pid < 0) return -pid;
  const child = k.processes.get(pid);
  if (child === undefined || child.vforkDone !== task || fatalSignalPending(task)) {
    if (child?.vforkDone === task) child.vforkDone = null;
    if ((args.flags & CLONE_VFORK) !== 0 && task.trace !== null && traceVforkDone(k, task, pid)) { task.syscall.progress = -pid; return BLOCK; }
    return pid;
  }
  waitOn(k, task, [], { interruptible: false, wchan: 'kernel_clone' });
  return BLOCK;
}

const plainFork = (flags: number): CloneArgs => ({ flags, exitSignal: 17, stack: 0, pidfd: 0, parentTid: 0, childTid: 0, tlsLo: 0, tlsHi: 0, clearSighand: false });

function legacyClone(k: Kernel, task: Task, a: Args): number {
  const word = a.u32(0), exitSignal = word & 0xff;
  // CLONE_SETTLS of i386 is a descriptor for the GDT, which 64-bit code does not use.
  if (task.syscall.layout !== LAYOUT.x86_64 && (word & CLONE_SETTLS) !== 0) return -EINVAL;
  // The pidfd is stored where the parent's tid would be.
  if ((word & CLONE_PIDFD) !== 0 && (word & (CLONE_PARENT_SETTID | CLONE_DETACHED)) !== 0) return -EINVAL;
  return clone(k, task, { flags: word - exitSignal, exitSignal, stack: a.ptr(1), pidfd: a.ptr(2), parentTid: a.ptr(2), childTid: a.ptr(3), tlsLo: a.lo(4), tlsHi: a.hi(4), clearSighand: false });
}

function clone3(k: Kernel, task: Task, a: Args): number {
  const size = a.ptr(1);
  if (size < 64) return -EINVAL;
  if (size > 4096) return -E2BIG;
  const raw = copyFromUser(k, task, a.ptr(0), size);
  if (typeof raw === 'number') return raw;
  for (let i = 88; i < raw.length; i++) if (raw[i] !== 0) return -E2BIG;
  const dv = new DataView(raw.buffer);
  const num = (at: number): number => (at + 8 <= raw.length ? dv.getUint32(at, true) + dv.getUint32(at + 4, true) * 4294967296 : 0);
  const flags = num(0), exitSignal = num(32), stack = num(40), stackSize = num(48);
  if (flags >= 2 ** 33 || (flags & (CLONE_DETACHED | 0x7f)) !== 0 || exitSignal > 64) return -EINVAL; // CSIGNAL without CLONE_NEWTIME
  if ((flags & CLONE_PIDFD) !== 0 && (flags & CLONE_PARENT_SETTID) !== 0 && num(8) === num(24)) return -EINVAL;
  if ((flags & 0x18000) !== 0 && exitSignal !== 0) return -EINVAL; // CLONE_THREAD or CLONE_PARENT
  if ((stack === 0) !== (stackSize === 0)) return -EINVAL;
  if (num(72) !== 0) return -EINVAL; // set_tid
  return clone(k, task, { flags, exitSignal, stack: stack + stackSize, pidfd: num(8), parentTid: num(24), childTid: num(16), tlsLo: dv.getUint32(56, true), tlsHi: dv.getUint32(60, true), clearSighand: flags >= 2 ** 32 });
}

/** struct rusage: two timevals and fourteen longs. */
const RUSAGE_LONGS = 18;
const writeRusage = (k: Kernel, task: Task, va: number, r: Rusage): number => writeLongs(k, task, va, [
  Math.floor(r.utime / 1e9), Math.floor((r.utime % 1e9) / 1000), Math.floor(r.stime / 1e9), Math.floor((r.stime % 1e9) / 1000),
  r.maxrss, 0, 0, 0, r.minflt, r.majflt, 0, r.inblock, r.oublock, 0, 0, 0, r.nvcsw, r.nivcsw]);

function wait4(k: Kernel, task: Task, a: Args): number {
  const upid = a.i32(0), options = a.u32(2), status = a.ptr(1), ru = a.ptr(3);
  if ((options & ~(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL)) !== 0) return -EINVAL;
  if (upid === -0x80000000) return -ESRCH;
  if (status !== 0 && prepareUser(k, task, status, 4, true) < 0) return -EFAULT;
  if (ru !== 0 && prepareUser(k, task, ru, RUSAGE_LONGS * longBytes(task), true) < 0) return -EFAULT;
  const w: WaitFor = upid === -1 ? { type: 'all', id: 0, options: options | WEXITED }
    : upid > 0 ? { type: 'pid', id: upid, options: options | WEXITED } : { type: 'pgid', id: upid === 0 ? task.process.pgid : -upid, options: options | WEXITED };
  const r = doWait(k, task, w);
  if (typeof r === 'number') return r;
  if (r === null) return 0;
  if (status !== 0) putUserU32(k, task, status, r.status);
  if (ru !== 0) writeRusage(k, task, ru, r.rusage);
  return r.pid;
}

function waitid(k: Kernel, task: Task, a: Args): number {
  const type = a.i32(0), id = a.i32(1), info = a.ptr(2), options = a.u32(3), ru = a.ptr(4);
  if ((options & ~(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL)) !== 0) return -EINVAL;
  if ((options & (WEXITED | WSTOPPED | WCONTINUED)) === 0) return -EINVAL;
  let w: WaitFor;
  if (type === 0) w = { type: 'all', id: 0, options };
  else if (type === 1) { if (id <= 0) return -EINVAL; w = { type: 'pid', id, options }; }
  else if (type === 2) { if (id < 0) return -EINVAL; w = { type: 'pgid', id: id === 0 ? task.process.pgid : id, options }; }
  else if (type === 3) { // P_PIDFD
    const f = fdGet(task, id);
    if (!(f instanceof PidFile)) return id < 0 ? -EINVAL : -EBADF;
    if (f.process.parent !== task.process) return -ECHILD;
    w = { type: 'pid', id: f.process.pid, options };
  } else return -EINVAL;
  if (info !== 0 && prepareUser(k, task, info, 128, true) < 0) return -EFAULT;
  if (ru !== 0 && prepareUser(k, task, ru, RUSAGE_LONGS * longBytes(task), true) < 0) return -EFAULT;
  const r = doWait(k, task, w);
  if (typeof r === 'number') return r;
  if (info !== 0) {
    copyToUser(k, task, info, new Uint8Array(Int32Array.of(r === null ? 0 : 17, 0, r === null ? 0 : r.code).buffer));
    const child = task.syscall.layout === LAYOUT.x86_64 ? 16 : 12; // i386's union is not aligned to 8
    copyToUser(k, task, info + child, new Uint8Array(Int32Array.of(r === null ? 0 : r.pid, r === null ? 0 : r.uid, r === null ? 0 : r.value).buffer));
  }
  if (r !== null && ru !== 0) writeRusage(k, task, ru, r.rusage);
  return 0;
}

function setpgid(k: Kernel, task: Task, a: Args): number {
  const self = task.process;
  const pid = a.i32(0) === 0 ? self.pid : a.i32(0);
  const pgid = a.i32(1) === 0 ? pid : a.i32(1);
  if (pgid < 0) return -EINVAL;
  const p = k.processes.get(pid);
  if (p === undefined) return -ESRCH;
  if (p.parent === self) {
    if (p.sid !== self.sid) return -EPERM;
    if (p.execed) return -EACCES;
  } else if (p !== self) return -ESRCH;
  if (p.sid === p.pid) return -EPERM;
  if (pgid !== pid && !groupMembers(k, pgid).some((m) => m.sid === self.sid)) return -EPERM;
  p.pgid = pgid;
  return 0;
}

function processOf(k: Kernel, task: Task, pid: number): Process | undefined {
  return pid === 0 ? task.process : taskByPid(k, pid)?.process;
}

function setsid(k: Kernel, task: Task): number {
  const p = task.process;
  if (p.sid === p.pid) return -EPERM;
  for (const other of k.processes.values()) if (other.pgid === p.pid) return -EPERM;
  p.sid = p.pgid = p.pid;
  p.tty = null;
  return p.pid;
}

const RLIM_INFINITY = 2 ** 64;
/** A limit that no long of the layout holds is infinite: all its bits are ones. */
const writeLimit = (k: Kernel, task: Task, va: number, l: [number, number]): number => writeLongs(k, task, va, l.map((n) => (n === Infinity || (longBytes(task) === 4 && n > 0xffffffff) ? -1 : n)));
function readLimit(k: Kernel, task: Task, va: number): [number, number] | number {
  if (longBytes(task) === 4) {
    const l = readLongs(k, task, va, 2);
    return typeof l === 'number' ? l : [l[0] === -1 ? Infinity : l[0]! >>> 0, l[1] === -1 ? Infinity : l[1]! >>> 0];
  }
  const soft = getUserU64num(k, task, va), hard = getUserU64num(k, task, va + 8);
  if (soft < 0 || hard < 0) return -EFAULT;
  // RLIM_INFINITY is 2^64 − 1; anything this side of 2^53 is exact, what lies between is as good as infinite.
  const big = (n: number): number => (n >= RLIM_INFINITY ? Infinity : n);
  return [big(soft), big(hard)];
}

function prlimit64(k: Kernel, task: Task, a: Args): number {
  const which = a.u32(1), newVa = a.ptr(2), oldVa = a.ptr(3);
  const p = processOf(k, task, a.i32(0));
  if (p === undefined) return -ESRCH;
  if (which >= RLIM_NLIMITS) return -EINVAL;
  const c = task.cred, t = p.leader.cred;
  if (p !== task.process && !capable(task, CAP_SYS_RESOURCE) && !(c.uid === t.uid && c.uid === t.euid && c.uid === t.suid && c.gid === t.gid && c.gid === t.egid && c.gid === t.sgid)) return -EPERM;
  const limit = newVa === 0 ? null : readLimit(k, task, newVa);
  if (typeof limit === 'number') return limit;
  if (oldVa !== 0 && prepareUser(k, task, oldVa, 16, true) < 0) return -EFAULT;
  const old = p.rlimits[which]!;
  if (limit !== null) {
    const r = setRlimit(task, p, which, limit[0], limit[1]);
    if (r < 0) return r;
  }
  return oldVa === 0 ? 0 : writeLimit(k, task, oldVa, old);
}

function getrusage(k: Kernel, task: Task, a: Args): number {
  const who = a.i32(0);
  if (who !== 0 && who !== 1 && who !== -1) return -EINVAL;
  const p = task.process;
  const r = who === -1 ? childrenRusage(p) : processRusage(p);
  if (who === 1) { r.utime = task.utime; r.stime = task.stime; r.minflt = task.minflt; r.majflt = task.majflt; r.nvcsw = task.nvcsw; r.nivcsw = task.nivcsw; }
  return writeRusage(k, task, a.ptr(1), r);
}

function sysinfo(k: Kernel, task: Task, a: Args): number {
  const long = longBytes(task), out = new Uint8Array(long === 8 ? 112 : 64), dv = new DataView(out.buffer), m = memInfo(k);
  const put = (i: number, n: number): void => { dv.setUint32(i * long, n >>> 0, true); if (long === 8) dv.setUint32(i * 8 + 4, Math.floor(n / 4294967296) >>> 0, true); };
  put(0, Math.floor(k.now / 1e9));
  schedOf(k).loadavg.forEach((l, i) => put(1 + i, l * 32)); // FSHIFT 11 → SI_LOAD_SHIFT 16
  put(4, m.total * 4096); put(5, m.free * 4096); put(6, m.shmem * 4096);
  dv.setUint16(10 * long, k.tasks.size, true);
  put(13, 1); // bytes of a unit
  return copyToUser(k, task, a.ptr(0), out);
}

function uname(k: Kernel, task: Task, a: Args): number {
  const out = new Uint8Array(65 * 6);
  ['Linux', k.config.hostname, k.config.release, k.config.version, 'x86_64', '(none)'].forEach((s, i) => out.set(bytesOf(s.slice(0, 64)), i * 65));
  return copyToUser(k, task, a.ptr(0), out);
}

function sethostname(k: Kernel, task: Task, a: Args): number {
  if (!capable(task, CAP_SYS_ADMIN)) return -EPERM;
  const len = a.i32(1);
  if (len < 0 || len > 64) return -EINVAL;
  const raw = copyFromUser(k, task, a.ptr(0), len);
  if (typeof raw === 'number') return raw;
  let s = '';
  for (const b of raw) s += String.fromCharCode(b);
  k.config.hostname = s.replace(/\0.*$/s, '');
  return 0;
}

function rseq(k: Kernel, task: Task, a: Args): number {
  const va = a.ptr(0), len = a.u32(1), flags = a.i32(2), sig = a.u32(3);
  if ((flags & 1) !== 0) { // RSEQ_FLAG_UNREGISTER
    if (flags !== 1 || task.rseq === 0 || va !== task.rseq || len !== task.rseqLen) return -EINVAL;
    if (task.rseqSig !== sig) return -EPERM;
    rseqUnregistered(k, task);
    task.rseq = 0;
    return 0;
  }
  if (flags !== 0) return -EINVAL;
  if (task.rseq !== 0) return va !== task.rseq || len !== task.rseqLen ? -EINVAL : sig !== task.rseqSig ? -EPERM : -16; // EBUSY
  if (len < 32 || va % 32 !== 0) return -EINVAL;
  if (prepareUser(k, task, va, len, true) < 0) return -EFAULT;
  task.rseq = va; task.rseqLen = len; task.rseqSig = sig;
  putUserU64(k, task, va + 8, 0);
  rseqUpdateCpu(k, task);
  return 0;
}

function robustListOf(k: Kernel, task: Task, a: Args): number {
  const target = a.i32(0) === 0 ? task : taskByPid(k, a.i32(0));
  if (target === undefined) return -ESRCH;
  if (target !== task && target.cred.uid !== task.cred.euid && task.cred.euid !== 0) return -EPERM;
  return putUserU64(k, task, a.ptr(2), 24) < 0 || putUserU64(k, task, a.ptr(1), target.robustList) < 0 ? -EFAULT : 0;
}

const NEW_NAMESPACES = 0x7e020080 | 0;

export const handlers: Handlers = {
  fork: (k, task) => clone(k, task, plainFork(0)),
  vfork: (k, task) => clone(k, task, plainFork(CLONE_VM | CLONE_VFORK)),
  clone: legacyClone,
  clone3,
  exit: (k, task, a) => { if (traceExit(k, task, (a.u32(0) & 0xff) << 8)) return BLOCK; doExit(k, task, (a.u32(0) & 0xff) << 8); return NORETURN; },
  exit_group: (k, task, a) => { if (traceExit(k, task, (a.u32(0) & 0xff) << 8)) return BLOCK; doGroupExit(k, task, (a.u32(0) & 0xff) << 8); return NORETURN; },
  wait4, waitid,
  getpid: (_k, task) => task.process.pid,
  gettid: (_k, task) => task.pid,
  getppid: (_k, task) => task.process.parent?.pid ?? 0,
  getpgrp: (_k, task) => task.process.pgid,
  getpgid: (k, task, a) => processOf(k, task, a.i32(0))?.pgid ?? -ESRCH,
  getsid: (k, task, a) => processOf(k, task, a.i32(0))?.sid ?? -ESRCH,
  setpgid, setsid: (k, task) => setsid(k, task),
  prctl, arch_prctl: archPrctl,
  set_tid_address: (_k, task, a) => { task.clearChildTid = a.ptr(0); return task.pid; },
  set_robust_list: (_k, task, a) => { if (a.ptr(1) !== 24) return -EINVAL; task.robustList = a.ptr(0); task.robustListLen = 24; return 0; },
  get_robust_list: robustListOf,
  rseq,
  getrlimit: (k, task, a) => (a.u32(0) >= RLIM_NLIMITS ? -EINVAL : writeLimit(k, task, a.ptr(1), task.process.rlimits[a.u32(0)]!)),
  setrlimit: (k, task, a) => {
    const l = readLimit(k, task, a.ptr(1));
    return typeof l === 'number' ? l : setRlimit(task, task.process, a.i32(0), l[0], l[1]);
  },
  prlimit64, getrusage, sysinfo, uname, sethostname,
  setdomainname: (_k, task) => (capable(task, CAP_SYS_ADMIN) ? 0 : -EPERM),
  personality: (_k, task, a) => { const old = task.personality; if (a.u32(0) !== 0xffffffff) task.personality = a.u32(0); return old; },
  unshare: (_k, task, a) => ((a.u32(0) & NEW_NAMESPACES) !== 0 ? (capable(task, CAP_SYS_ADMIN) ? -EINVAL : -EPERM) : (a.u32(0) & ~0x00010f00) !== 0 ? -EINVAL : 0),
  setns: () => -EINVAL,
};
