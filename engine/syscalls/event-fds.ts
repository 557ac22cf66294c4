// Handlers of the descriptors that stand for events: epoll, eventfd, timerfd, signalfd, inotify, memfd, pidfd.
import { EBADF, EFAULT, EINTR, EINVAL, EPERM, ESRCH } from '../abi/errno.ts';
import { AT_FDCWD, IN_DONT_FOLLOW, IN_ONLYDIR, O_CLOEXEC, O_NONBLOCK } from '../abi/open-flags.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import type { Process, Task } from '../kernel/contracts/task.ts';
import { BLOCK } from '../kernel/contracts/wait.ts';
import { EpollFile, createEpoll, epollCollect, epollCtl } from '../kernel/fs/epoll.ts';
import { createEventfd } from '../kernel/fs/eventfd.ts';
import { fdGet, getFile } from '../kernel/fs/file-table.ts';
import { InotifyFile, createInotify, inotifyAdd, inotifyRemove } from '../kernel/fs/inotify.ts';
import { createMemfd } from '../kernel/fs/memfd.ts';
import { lookupPath } from '../kernel/fs/namei.ts';
import { inodePermission } from '../kernel/fs/permission.ts';
import { PidFile, createPidfd } from '../kernel/fs/pidfd.ts';
import { PidInode } from '../kernel/fs/procfs/procfs.ts';
import { startDeadline } from '../kernel/fs/select.ts';
import { SignalFile, createSignalfd, setSignalfdMask } from '../kernel/fs/signalfd.ts';
import { TimerFile, createTimerfd, timerfdGet, timerfdSet } from '../kernel/fs/timerfd.ts';
import { copyFromUser, copyToUser, prepareUser, readUserString } from '../kernel/mm/uaccess.ts';
import { capable } from '../kernel/process/cred.ts';
import { waitOn } from '../kernel/sched/wait.ts';
import { signalPending } from '../kernel/signal/pending.ts';
import { kernelInfo, sendProcessSignal } from '../kernel/signal/send.ts';
import { siginfoFromUser } from '../kernel/signal/siginfo.ts';
import { longBytes, writeLongs } from '../kernel/time/user.ts';
import { install, restoreMask, timespecNs, useMask } from './poll-args.ts';
import type { Handlers } from './call.ts';

const FD_FLAGS = O_CLOEXEC | O_NONBLOCK;
const cloexec = (flags: number): boolean => (flags & O_CLOEXEC) !== 0;

function epollWait(k: Kernel, task: Task, fd: number, va: number, max: number, ns: number): number {
  if (max <= 0 || max > 178956970) return -EINVAL;
  const ep = fdGet(task, fd);
  if (!ep) return -EBADF;
  if (!(ep instanceof EpollFile)) return -EINVAL;
  if (prepareUser(k, task, va, Math.min(max, 4096) * 12, true) < 0) return -EFAULT;
  startDeadline(k, task, ns);
  const found = epollCollect(k, ep, Math.min(max, 4096));
  if (found.length === 0) {
    if (task.syscall.timedOut || task.syscall.deadline <= k.now) return 0;
    if (signalPending(task)) return -EINTR;
    waitOn(k, task, [ep.wait], { interruptible: true, wchan: 'ep_poll', deadline: task.syscall.deadline });
    return BLOCK;
  }
  const out = new Uint8Array(found.length * 12), v = new DataView(out.buffer); // struct epoll_event is packed on x86-64
  found.forEach(([bits, lo, hi], i) => { v.setUint32(i * 12, bits, true); v.setUint32(i * 12 + 4, lo, true); v.setUint32(i * 12 + 8, hi, true); });
  const r = copyToUser(k, task, va, out);
  return r < 0 ? r : found.length;
}

function signalfd(k: Kernel, task: Task, fd: number, maskVa: number, size: number, flags: number): number {
  if ((flags & ~FD_FLAGS) !== 0 || size !== 8) return -EINVAL;
  const b = copyFromUser(k, task, maskVa, 8);
  if (typeof b === 'number') return b;
  const v = new DataView(b.buffer), lo = v.getUint32(0, true), hi = v.getUint32(4, true);
  if (fd === -1) return install(k, task, createSignalfd(k, task, lo, hi, flags), cloexec(flags));
  const file = fdGet(task, fd);
  if (!file) return -EBADF;
  if (!(file instanceof SignalFile)) return -EINVAL;
  setSignalfdMask(file, lo, hi);
  return fd;
}

const eventfd = (k: Kernel, task: Task, initial: number, flags: number): number =>
  (flags & ~(FD_FLAGS | 1)) !== 0 ? -EINVAL : install(k, task, createEventfd(k, initial, flags), cloexec(flags));

function putItimerspec(k: Kernel, task: Task, va: number, [value, interval]: [number, number]): number {
  return writeLongs(k, task, va, [Math.floor(interval / 1e9), interval % 1e9, Math.floor(value / 1e9), value % 1e9]);
}
function timerfdOf(task: Task, fd: number): TimerFile | number {
  const f = fdGet(task, fd);
  return !f ? -EBADF : f instanceof TimerFile ? f : -EINVAL;
}
function timerfdSettime(k: Kernel, task: Task, fd: number, flags: number, va: number, oldVa: number): number {
  if ((flags & ~3) !== 0) return -EINVAL;
  const interval = timespecNs(k, task, va), value = interval < 0 ? interval : timespecNs(k, task, va + 2 * longBytes(task));
  if (va === 0) return -EFAULT;
  if (value < 0) return value;
  const f = timerfdOf(task, fd);
  if (typeof f === 'number') return f;
  if (oldVa !== 0) { const r = putItimerspec(k, task, oldVa, timerfdGet(k, f)); if (r < 0) return r; }
  timerfdSet(k, f, flags, value, interval === Infinity ? 0 : interval);
  return 0;
}

function inotifyAddWatch(k: Kernel, task: Task, fd: number, pathVa: number, mask: number): number {
  const g = fdGet(task, fd);
  if (!g) return -EBADF;
  if (!(g instanceof InotifyFile)) return -EINVAL;
  const path = readUserString(k, task, pathVa);
  if (typeof path === 'number') return path;
  const at = lookupPath(k, task, AT_FDCWD, path, { follow: (mask & IN_DONT_FOLLOW) === 0, directory: (mask & IN_ONLYDIR) !== 0 });
  if (typeof at === 'number') return at;
  const denied = inodePermission(task.cred, at.dentry.inode!, 4);
  return denied !== 0 ? denied : inotifyAdd(k, g, at.dentry.inode!, mask);
}

function memfd(k: Kernel, task: Task, nameVa: number, flags: number): number {
  if ((flags & ~3) !== 0) return -EINVAL;
  const name = readUserString(k, task, nameVa, 250);
  if (typeof name === 'number') return name === -EFAULT ? name : -EINVAL;
  return install(k, task, createMemfd(k, task, name, (flags & 2) !== 0), (flags & 1) !== 0);
}

function pidfdOpen(k: Kernel, task: Task, pid: number, flags: number): number {
  if ((flags & ~O_NONBLOCK) !== 0 || pid <= 0) return -EINVAL;
  const p = k.processes.get(pid);
  if (!p) return k.tasks.has(pid) ? -EINVAL : -ESRCH;
  return install(k, task, createPidfd(k, p, flags), true);
}
function pidfdOf(task: Task, fd: number): PidFile | number {
  const f = fdGet(task, fd);
  return f instanceof PidFile ? f : -EBADF;
}
/** pidfd_to_pid(): a pidfd, or the directory /proc/PID, as psmisc's killall uses it. */
function signalTarget(task: Task, fd: number): Process | number {
  const f = fdGet(task, fd);
  if (f instanceof PidFile) return f.process;
  return f?.inode instanceof PidInode && f.inode.group && f.inode.node === '' ? f.inode.task.process : -EBADF;
}
function pidfdSendSignal(k: Kernel, task: Task, fd: number, signo: number, infoVa: number, flags: number): number {
  if (flags !== 0) return -EINVAL;
  const target = signalTarget(task, fd);
  if (typeof target === 'number') return target;
  if (signo < 0 || signo > 64) return -EINVAL;
  let info = kernelInfo(signo, 0);
  info.pid = task.process.pid; info.uid = task.cred.uid;
  if (infoVa !== 0) {
    const b = copyFromUser(k, task, infoVa, 128);
    if (typeof b === 'number') return b;
    info = siginfoFromUser(b, signo);
    if (target !== task.process && (info.code >= 0 || info.code === -6)) return -EPERM;
  }
  if (k.processes.get(target.pid) !== target) return -ESRCH;
  const c = task.cred, t = target.leader.cred;
  if (c.euid !== t.suid && c.euid !== t.uid && c.uid !== t.suid && c.uid !== t.uid && !capable(task, 5)) return -EPERM;
  if (signo > 0 && target.exitCode < 0) sendProcessSignal(k, target, info); // a zombie takes it and nothing happens
  return 0;
}
function pidfdGetfd(k: Kernel, task: Task, pidfd: number, fd: number, flags: number): number {
  if (flags !== 0) return -EINVAL;
  const f = pidfdOf(task, pidfd);
  if (typeof f === 'number') return f;
  const target = f.process.leader;
  if (f.process.exitCode >= 0 || !target.files) return -ESRCH;
  if (target.cred.uid !== task.cred.uid && !capable(task, 19)) return -EPERM;
  const file = fdGet(target, fd);
  return file ? install(k, task, getFile(file), true) : -EBADF;
}

const ms = (n: number): number => (n < 0 ? Infinity : n * 1e6);

export const eventHandlers: Handlers = {
  epoll_create: (k, t, a) => (a.i32(0) <= 0 ? -EINVAL : install(k, t, createEpoll(k), false)),
  epoll_create1: (k, t, a) => ((a.i32(0) & ~O_CLOEXEC) !== 0 ? -EINVAL : install(k, t, createEpoll(k), cloexec(a.i32(0)))),
  epoll_ctl: (k, t, a) => {
    const op = a.i32(1);
    let events = 0, lo = 0, hi = 0;
    if (op !== 2) {
      const b = copyFromUser(k, t, a.ptr(3), 12);
      if (typeof b === 'number') return b;
      const v = new DataView(b.buffer);
      events = v.getInt32(0, true); lo = v.getUint32(4, true); hi = v.getUint32(8, true);
    }
    const ep = fdGet(t, a.i32(0)), file = fdGet(t, a.i32(2));
    if (!ep || !file) return -EBADF;
    return ep instanceof EpollFile ? epollCtl(k, ep, op, a.i32(2), file, events, lo, hi) : -EINVAL;
  },
  epoll_wait: (k, t, a) => epollWait(k, t, a.i32(0), a.ptr(1), a.i32(2), ms(a.i32(3))),
  epoll_pwait: (k, t, a) => {
    const r = useMask(k, t, a.ptr(4), a.ptr(5));
    return r < 0 ? r : restoreMask(t, epollWait(k, t, a.i32(0), a.ptr(1), a.i32(2), ms(a.i32(3))));
  },
  epoll_pwait2: (k, t, a) => {
    const ns = timespecNs(k, t, a.ptr(3)), r = ns < 0 ? ns : useMask(k, t, a.ptr(4), a.ptr(5));
    return r < 0 ? r : restoreMask(t, epollWait(k, t, a.i32(0), a.ptr(1), a.i32(2), ns));
  },
  eventfd: (k, t, a) => eventfd(k, t, a.u32(0), 0),
  eventfd2: (k, t, a) => eventfd(k, t, a.u32(0), a.i32(1)),
  timerfd_create: (k, t, a) => {
    const clock = a.i32(0), flags = a.i32(1);
    if ((flags & ~FD_FLAGS) !== 0 || ![0, 1, 7, 8, 9].includes(clock)) return -EINVAL;
    if ((clock === 8 || clock === 9) && !capable(t, 35 /* CAP_WAKE_ALARM */)) return -EPERM;
    return install(k, t, createTimerfd(k, clock, flags), cloexec(flags));
  },
  timerfd_settime: (k, t, a) => timerfdSettime(k, t, a.i32(0), a.i32(1), a.ptr(2), a.ptr(3)),
  timerfd_gettime: (k, t, a) => {
    const f = timerfdOf(t, a.i32(0));
    return typeof f === 'number' ? f : putItimerspec(k, t, a.ptr(1), timerfdGet(k, f));
  },
  signalfd: (k, t, a) => signalfd(k, t, a.i32(0), a.ptr(1), a.ptr(2), 0),
  signalfd4: (k, t, a) => signalfd(k, t, a.i32(0), a.ptr(1), a.ptr(2), a.i32(3)),
  inotify_init: (k, t) => install(k, t, createInotify(k, 0), false),
  inotify_init1: (k, t, a) => ((a.i32(0) & ~FD_FLAGS) !== 0 ? -EINVAL : install(k, t, createInotify(k, a.i32(0)), cloexec(a.i32(0)))),
  inotify_add_watch: (k, t, a) => inotifyAddWatch(k, t, a.i32(0), a.ptr(1), a.u32(2)),
  inotify_rm_watch: (k, t, a) => {
    const g = fdGet(t, a.i32(0));
    return !g ? -EBADF : g instanceof InotifyFile ? inotifyRemove(k, g, a.i32(1)) : -EINVAL;
  },
  memfd_create: (k, t, a) => memfd(k, t, a.ptr(0), a.u32(1)),
  pidfd_open: (k, t, a) => pidfdOpen(k, t, a.i32(0), a.u32(1)),
  pidfd_send_signal: (k, t, a) => pidfdSendSignal(k, t, a.i32(0), a.i32(1), a.ptr(2), a.u32(3)),
  pidfd_getfd: (k, t, a) => pidfdGetfd(k, t, a.i32(0), a.i32(1), a.u32(2)),
};
