// Handlers of the poll family: poll, ppoll, select, pselect6; epoll, eventfd, timerfd, signalfd, inotify, memfd, pidfd are bound here too.
import { EBADF, EFAULT, EINVAL } from '../abi/errno.ts';
import { NR } from '../abi/syscall-numbers.ts';
import type { OpenFile } from '../kernel/contracts/fs.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import type { Task } from '../kernel/contracts/task.ts';
import { BLOCK, ERESTARTNOHAND, ERESTART_RESTARTBLOCK } from '../kernel/contracts/wait.ts';
import { fdGet, fdLimit } from '../kernel/fs/file-table.ts';
import { POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, POLLPRI, POLLRDBAND, POLLRDNORM, POLLWRBAND, POLLWRNORM } from '../kernel/fs/pseudo.ts';
import { pollWait, startDeadline } from '../kernel/fs/select.ts';
import { copyFromUser, copyToUser, prepareUser } from '../kernel/mm/uaccess.ts';
import type { Args, Handlers } from './call.ts';
import { eventHandlers } from './event-fds.ts';
import { restoreMask, timespecNs, useMask } from './poll-args.ts';
import { readLongs, writeLongs } from '../kernel/time/user.ts';
import { restartable } from './restart.ts';

function timevalNs(k: Kernel, task: Task, va: number): number {
  if (va === 0) return Infinity;
  const t = readLongs(k, task, va, 2);
  if (typeof t === 'number') return t;
  let sec = t[0]!, usec = t[1]!;
  sec += Math.trunc(usec / 1e6);
  usec %= 1e6;
  if (sec < 0 || usec < 0) return -EINVAL;
  return sec >= 9e9 ? Infinity : sec * 1e9 + usec * 1000;
}

/** What is left of the timeout, written back by ppoll, select and pselect6. */
function putRemaining(k: Kernel, task: Task, va: number, micro: boolean, result: number): number {
  if (va === 0 || result === BLOCK) return result;
  const deadline = task.syscall.deadline, left = deadline === Infinity ? Infinity : Math.max(0, deadline - k.now);
  if (left === Infinity) return result;
  writeLongs(k, task, va, [Math.floor(left / 1e9), micro ? Math.floor((left % 1e9) / 1000) : left % 1e9]);
  return result;
}

function doPoll(k: Kernel, task: Task, va: number, count: number, ns: number): number {
  if (count > fdLimit(task)) return -EINVAL;
  const raw = copyFromUser(k, task, va, count * 8);
  if (typeof raw === 'number') return raw;
  if (count > 0 && prepareUser(k, task, va, count * 8, true) < 0) return -EFAULT;
  startDeadline(k, task, ns);
  const v = new DataView(raw.buffer), files: OpenFile[] = [];
  let ready = 0;
  for (let i = 0; i < count; i++) {
    const fd = v.getInt32(i * 8, true), events = v.getUint16(i * 8 + 4, true);
    let bits = 0;
    if (fd >= 0) {
      const file = fdGet(task, fd);
      if (!file) bits = POLLNVAL;
      else { bits = file.poll(k) & (events | POLLERR | POLLHUP); files.push(file); }
    }
    v.setUint16(i * 8 + 6, bits, true);
    if (bits !== 0) ready++;
  }
  if (ready === 0) {
    const r = pollWait(k, task, files, 'do_poll', 0, -ERESTARTNOHAND);
    if (r !== 0) return r;
  }
  const err = copyToUser(k, task, va, raw);
  return err < 0 ? err : ready;
}

const SETS = [POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR, POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR, POLLPRI] as const;

function doSelect(k: Kernel, task: Task, n: number, vas: readonly number[], ns: number): number {
  if (n < 0) return -EINVAL;
  n = Math.min(n, Math.max(task.files!.fds.length, 64), fdLimit(task) + 63);
  const size = Math.ceil(n / 64) * 8, inSets: (Uint8Array | null)[] = [], outSets: (Uint8Array | null)[] = [];
  for (const va of vas) {
    if (va === 0) { inSets.push(null); outSets.push(null); continue; }
    const b = copyFromUser(k, task, va, size);
    if (typeof b === 'number') return b;
    if (size > 0 && prepareUser(k, task, va, size, true) < 0) return -EFAULT;
    inSets.push(b);
    outSets.push(new Uint8Array(size));
  }
  startDeadline(k, task, ns);
  const files: OpenFile[] = [];
  let ready = 0;
  for (let fd = 0; fd < n; fd++) {
    const byte = fd >> 3, bit = 1 << (fd & 7);
    let wanted = false;
    for (const s of inSets) if (s && (s[byte]! & bit) !== 0) wanted = true;
    if (!wanted) continue;
    const file = fdGet(task, fd);
    if (!file) return -EBADF;
    files.push(file);
    const bits = file.poll(k);
    for (let i = 0; i < 3; i++) if (inSets[i] && (inSets[i]![byte]! & bit) !== 0 && (bits & SETS[i]!) !== 0) { outSets[i]![byte]! |= bit; ready++; }
  }
  if (ready === 0) {
    const r = pollWait(k, task, files, 'do_select', 0, -ERESTARTNOHAND);
    if (r !== 0) return r;
  }
  for (let i = 0; i < 3; i++) if (outSets[i]) { const err = copyToUser(k, task, vas[i]!, outSets[i]!); if (err < 0) return err; }
  return ready;
}

function selectCall(k: Kernel, task: Task, a: Args): number {
  const ns = timevalNs(k, task, a.ptr(4));
  if (ns < 0) return ns;
  return putRemaining(k, task, a.ptr(4), true, doSelect(k, task, a.i32(0), [a.ptr(1), a.ptr(2), a.ptr(3)], ns));
}

function pselect6(k: Kernel, task: Task, a: Args): number {
  const ns = timespecNs(k, task, a.ptr(4));
  if (ns < 0) return ns;
  const sig = a.ptr(5);
  if (sig !== 0) {
    const set = readLongs(k, task, sig, 2);
    if (typeof set === 'number') return -EFAULT;
    const r = useMask(k, task, set[0]! < 0 ? set[0]! + 4294967296 : set[0]!, set[1]!);
    if (r < 0) return r;
  }
  return restoreMask(task, putRemaining(k, task, a.ptr(4), false, doSelect(k, task, a.i32(0), [a.ptr(1), a.ptr(2), a.ptr(3)], ns)));
}

/** Interrupted without a handler it goes on with what is left of its timeout (do_restart_poll). */
function poll(k: Kernel, t: Task, a: Args): number {
  const ms = a.i32(2), r = doPoll(k, t, a.ptr(0), a.u32(1), ms < 0 ? Infinity : ms * 1e6);
  return r === -ERESTARTNOHAND ? -ERESTART_RESTARTBLOCK : r;
}
restartable.set(NR.poll, poll);

function ppoll(k: Kernel, task: Task, a: Args): number {
  const ns = timespecNs(k, task, a.ptr(2));
  if (ns < 0) return ns;
  const r = useMask(k, task, a.ptr(3), a.ptr(4));
  if (r < 0) return r;
  return restoreMask(task, putRemaining(k, task, a.ptr(2), false, doPoll(k, task, a.ptr(0), a.u32(1), ns)));
}

export const handlers: Handlers = {
  poll,
  ppoll,
  select: selectCall,
  pselect6,
  ...eventHandlers,
};
