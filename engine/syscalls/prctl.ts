// prctl(2) and arch_prctl(2): options of a process or thread. Bound by process.ts.
import { EFAULT, EINVAL, EPERM } from '../abi/errno.ts';
import * as P from '../abi/prctl.ts';
import { ARCH_GET_FS, ARCH_GET_GS, ARCH_SET_FS, ARCH_SET_GS } from '../abi/clone-flags.ts';
import { CTX } from '../machine/hardware.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import type { Task } from '../kernel/contracts/task.ts';
import { regsOf } from '../kernel/entry/regs.ts';
import { TASK_SIZE } from '../kernel/mm/pgtable.ts';
import { bytesOf, copyFromUser, copyToUser, putUserU32, putUserU64 } from '../kernel/mm/uaccess.ts';
import { CAP_SETPCAP, capable, copyCred, hasCap } from '../kernel/process/cred.ts';
import type { Args } from './call.ts';

const CAP_LAST = 40;

function setName(k: Kernel, task: Task, va: number): number {
  let s = '';
  for (let i = 0; i < 15; i++) {
    const b = copyFromUser(k, task, va + i, 1);
    if (typeof b === 'number') return -EFAULT;
    if (b[0] === 0) break;
    s += String.fromCharCode(b[0]!);
  }
  task.comm = s;
  return 0;
}

function ambient(task: Task, op: number, cap: number): number {
  const c = task.cred;
  if (op === P.PR_CAP_AMBIENT_CLEAR_ALL) { const n = copyCred(c); n.capAmbient = [0, 0]; task.cred = n; return 0; }
  if (cap > CAP_LAST) return -EINVAL;
  if (op === P.PR_CAP_AMBIENT_IS_SET) return hasCap(c.capAmbient, cap) ? 1 : 0;
  if (op !== P.PR_CAP_AMBIENT_RAISE && op !== P.PR_CAP_AMBIENT_LOWER) return -EINVAL;
  if (op === P.PR_CAP_AMBIENT_RAISE && (!hasCap(c.capPermitted, cap) || !hasCap(c.capInheritable, cap))) return -EPERM;
  const n = copyCred(c), i = cap >> 5, bit = (1 << (cap & 31)) >>> 0;
  n.capAmbient[i] = (op === P.PR_CAP_AMBIENT_RAISE ? n.capAmbient[i]! | bit : n.capAmbient[i]! & ~bit) >>> 0;
  task.cred = n;
  return 0;
}

export function prctl(k: Kernel, task: Task, a: Args): number {
  const x = a.ptr(1);
  switch (a.i32(0)) {
    case P.PR_SET_PDEATHSIG: if (x > 64) return -EINVAL; task.pdeathSignal = x; return 0;
    case P.PR_GET_PDEATHSIG: return putUserU32(k, task, x, task.pdeathSignal);
    case P.PR_GET_DUMPABLE: return task.dumpable;
    case P.PR_SET_DUMPABLE: if (x > 1) return -EINVAL; task.dumpable = x; return 0;
    case P.PR_GET_KEEPCAPS: return (task.cred.securebits & 16) !== 0 ? 1 : 0;
    case P.PR_SET_KEEPCAPS: {
      if (x > 1) return -EINVAL;
      const c = copyCred(task.cred);
      c.securebits = x === 1 ? c.securebits | 16 : c.securebits & ~16;
      task.cred = c;
      return 0;
    }
    case P.PR_SET_NAME: return setName(k, task, x);
    case P.PR_GET_NAME: { const out = new Uint8Array(16); out.set(bytesOf(task.comm.slice(0, 15))); return copyToUser(k, task, x, out); }
    case P.PR_GET_TIMING: return 0;
    case P.PR_SET_TIMING: return x === 0 ? 0 : -EINVAL;
    case P.PR_GET_SECCOMP: return 0;
    case P.PR_CAPBSET_READ: return x > CAP_LAST ? -EINVAL : hasCap(task.cred.capBounding, x) ? 1 : 0;
    case P.PR_CAPBSET_DROP: {
      if (!capable(task, CAP_SETPCAP)) return -EPERM;
      if (x > CAP_LAST) return -EINVAL;
      const c = copyCred(task.cred);
      c.capBounding[x >> 5] = (c.capBounding[x >> 5]! & ~(1 << (x & 31))) >>> 0;
      task.cred = c;
      return 0;
    }
    case P.PR_GET_TSC: return putUserU32(k, task, x, 1); // PR_TSC_ENABLE
    case P.PR_SET_TSC: return x === 1 ? 0 : -EINVAL;
    case P.PR_GET_SECUREBITS: return task.cred.securebits;
    case P.PR_SET_SECUREBITS: {
      if (!capable(task, CAP_SETPCAP)) return -EPERM;
      const c = copyCred(task.cred);
      c.securebits = x & 0xff;
      task.cred = c;
      return 0;
    }
    case P.PR_SET_TIMERSLACK: task.timerSlackNs = x === 0 ? 50_000 : x; return 0;
    case P.PR_GET_TIMERSLACK: return task.timerSlackNs;
    case P.PR_SET_CHILD_SUBREAPER: task.process.isSubreaper = x !== 0; return 0;
    case P.PR_GET_CHILD_SUBREAPER: return putUserU32(k, task, x, task.process.isSubreaper ? 1 : 0);
    case P.PR_SET_NO_NEW_PRIVS: {
      if (x !== 1 || a.ptr(2) !== 0 || a.ptr(3) !== 0 || a.ptr(4) !== 0) return -EINVAL;
      const c = copyCred(task.cred);
      c.noNewPrivs = true;
      task.cred = c;
      return 0;
    }
    case P.PR_GET_NO_NEW_PRIVS: return x !== 0 || a.ptr(2) !== 0 ? -EINVAL : task.cred.noNewPrivs ? 1 : 0;
    case P.PR_GET_TID_ADDRESS: return putUserU64(k, task, x, task.clearChildTid);
    case P.PR_SET_THP_DISABLE: {
      if (a.ptr(2) !== 0 || a.ptr(3) !== 0 || a.ptr(4) !== 0) return -EINVAL;
      task.mm!.thpDisabled = a.ptr(1) !== 0;
      return 0;
    }
    case P.PR_GET_THP_DISABLE: return a.ptr(1) !== 0 || a.ptr(2) !== 0 || a.ptr(3) !== 0 || a.ptr(4) !== 0 ? -EINVAL : Number(task.mm!.thpDisabled);
    case P.PR_CAP_AMBIENT: return ambient(task, x, a.ptr(2));
    default: return -EINVAL;
  }
}

export function archPrctl(k: Kernel, task: Task, a: Args): number {
  const regs = regsOf(k, task);
  switch (a.i32(0)) {
    case ARCH_SET_FS: case ARCH_SET_GS:
      if (!(a.ptr(1) < TASK_SIZE)) return -EPERM;
      regs.setLoHi(a.i32(0) === ARCH_SET_FS ? CTX.fsBase : CTX.gsBase, a.lo(1), a.hi(1));
      regs.bytes()[CTX.selectors + (a.i32(0) === ARCH_SET_FS ? 2 : 3)] = 0;
      return 0;
    case ARCH_GET_FS: return putUserU64(k, task, a.ptr(1), regs.num(CTX.fsBase));
    case ARCH_GET_GS: return putUserU64(k, task, a.ptr(1), regs.num(CTX.gsBase));
    default: return -EINVAL;
  }
}
