// Handlers of the signal family: actions, masks, sending, waiting, rt_sigreturn, restart_syscall.
import { EAGAIN, EFAULT, EINTR, EINVAL, ENOMEM, EPERM, ESRCH } from '../abi/errno.ts';
import { i386Number } from '../abi/syscalls-i386.ts';
import { SIGCONT, SIGKILL, SIGSEGV, SIGSTOP, SIG_BLOCK, SIG_SETMASK, SIG_UNBLOCK } from '../abi/signals.ts';
import { RSP } from '../machine/hardware.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import { LAYOUT } from '../kernel/contracts/task.ts';
import type { Process, SigInfo, Task } from '../kernel/contracts/task.ts';
import { BLOCK, ERESTARTNOHAND, NORETURN } from '../kernel/contracts/wait.ts';
import { regsOf } from '../kernel/entry/regs.ts';
import { copyFromUser, copyToUser } from '../kernel/mm/uaccess.ts';
import { CAP_KILL, capable } from '../kernel/process/cred.ts';
import { waitOn } from '../kernel/sched/wait.ts';
import { SA, UNBLOCKABLE_LO, actionOf, ignores } from '../kernel/signal/actions.ts';
import { dequeueSignal, setBlocked } from '../kernel/signal/deliver.ts';
import { altStackFlags, onAltStack, restoreFrame } from '../kernel/signal/frame.ts';
import { sigBitHi, sigBitLo, signalPending } from '../kernel/signal/pending.ts';
import { flushSignals, forceSignal, kernelInfo, sendProcessSignal, sendSignal, signalEvent } from '../kernel/signal/send.ts';
import { SI_TKILL, SI_USER, siginfoBytes, siginfoFromUser } from '../kernel/signal/siginfo.ts';
import { readTimespec, toNs } from '../kernel/time/user.ts';
import { Args } from './call.ts';
import type { Handlers } from './call.ts';
import { restartable } from './restart.ts';

/** A sigset_t from user memory as [lo, hi], or −errno. */
function readSet(k: Kernel, task: Task, va: number, size: number): [number, number] | number {
  if (size !== 8) return -EINVAL;
  const b = copyFromUser(k, task, va, 8);
  if (typeof b === 'number') return -EFAULT;
  const v = new DataView(b.buffer, b.byteOffset, 8);
  return [v.getUint32(0, true), v.getUint32(4, true)];
}
function writeSet(k: Kernel, task: Task, va: number, lo: number, hi: number): number {
  const out = new Uint8Array(8), v = new DataView(out.buffer);
  v.setUint32(0, lo, true); v.setUint32(4, hi, true);
  return copyToUser(k, task, va, out);
}

/** check_kill_permission(): ids match, CAP_KILL, or SIGCONT within the session (kill(2)). */
function mayKill(task: Task, t: Task, signo: number): boolean {
  const a = task.cred, b = t.cred;
  if (task.process === t.process || a.euid === b.suid || a.euid === b.uid || a.uid === b.suid || a.uid === b.uid || capable(task, CAP_KILL)) return true;
  return signo === SIGCONT && task.process.sid === t.process.sid;
}
function userInfo(task: Task, signo: number, code: number): SigInfo {
  const i = kernelInfo(signo, code);
  i.pid = task.process.pid; i.uid = task.cred.uid;
  return i;
}
function killProcess(k: Kernel, task: Task, p: Process, signo: number, info: SigInfo): number {
  if (!mayKill(task, p.leader, signo)) return -EPERM;
  if (signo !== 0) sendProcessSignal(k, p, info);
  return 0;
}

function kill(k: Kernel, task: Task, pid: number, signo: number): number {
  if (signo < 0 || signo > 64) return -EINVAL;
  const info = userInfo(task, signo, SI_USER);
  if (pid > 0) {
    const p = k.processes.get(pid) ?? k.tasks.get(pid)?.process;
    return p ? killProcess(k, task, p, signo, info) : -ESRCH;
  }
  let found = 0, ok = false, error = -ESRCH;
  const pgid = pid === 0 ? task.process.pgid : -pid;
  for (const p of [...k.processes.values()]) {
    if (pid === -1 ? p.pid === 1 || p === task.process : p.pgid !== pgid) continue;
    found++;
    const r = killProcess(k, task, p, signo, { ...info });
    if (r === 0) ok = true;
    else error = r;
  }
  return ok ? 0 : found === 0 ? -ESRCH : error;
}

function tgkill(k: Kernel, task: Task, tgid: number, tid: number, signo: number, info: SigInfo): number {
  if (signo < 0 || signo > 64) return -EINVAL;
  const t = k.tasks.get(tid);
  if (!t || (tgid > 0 && t.process.pid !== tgid)) return -ESRCH;
  if (!mayKill(task, t, signo)) return -EPERM;
  if (signo !== 0) sendSignal(k, t, info);
  return 0;
}

/** Waits until a signal is there, with `mask` in force; what ends it is −ERESTARTNOHAND. */
function suspend(k: Kernel, task: Task, wchan: string): number {
  if (signalPending(task)) return -ERESTARTNOHAND;
  waitOn(k, task, [], { interruptible: true, wchan });
  return BLOCK;
}

function queueInfo(k: Kernel, task: Task, va: number, signo: number, pid: number): SigInfo | number {
  const b = copyFromUser(k, task, va, 128);
  if (typeof b === 'number') return b;
  const info = siginfoFromUser(b, signo);
  // only the kernel and the process itself may claim si_code ≥ 0 or SI_TKILL
  if ((info.code >= 0 || info.code === SI_TKILL) && pid !== task.process.pid) return -EPERM;
  return info;
}

/** Flags that an action keeps: UAPI_SA_FLAGS and 0x800 (SA_EXPOSE_TAGBITS). */
const SA_KNOWN = 0xdc000807;
/** SA_ONESHOT | SA_NOMASK, which signal(2) sets. */
const SA_OF_SIGNAL = (SA.RESETHAND | SA.NODEFER) >>> 0;
const NR_SIGNAL = 48;
/** rt_sigaction, and before it sigaction and signal, as i386 has them (arch/x86/ia32, kernel/signal.c): the handler is noted to be 32-bit code. */
function sigactionI386(k: Kernel, task: Task, a: Args): number {
  const signo = a.i32(0), { layout, compat } = task.syscall, old = actionOf(task.sighand, signo), rt = layout === LAYOUT.i386, size = rt ? 20 : 16;
  const valid = (changes: boolean): boolean => signo >= 1 && signo <= 64 && !(changes && (signo === SIGKILL || signo === SIGSTOP));
  const set = (handler: number, flags: number, restorer: number, maskLo: number, maskHi: number): void => {
    task.sighand.actions[signo] = { handler, flags: ((flags & SA_KNOWN) | SA.IA32_ABI) >>> 0, restorer, maskLo: (maskLo & ~UNBLOCKABLE_LO) >>> 0, maskHi };
    if (ignores(task, signo)) flushSignals(task.process, sigBitLo(signo), sigBitHi(signo));
  };
  if (i386Number(compat) === NR_SIGNAL) {
    if (!valid(true)) return -EINVAL;
    set(a.lo(3), SA_OF_SIGNAL, 0, 0, 0);
    return old.handler;
  }
  const actVa = a.ptr(1), oldVa = a.ptr(2), act = actVa === 0 ? null : copyFromUser(k, task, actVa, size);
  if (rt && a.ptr(3) !== 8) return -EINVAL;
  if (typeof act === 'number') return act;
  if (!valid(act !== null)) return -EINVAL;
  if (act) {
    const v = new DataView(act.buffer, act.byteOffset, size), u = (at: number): number => v.getUint32(at, true);
    if (rt) set(u(0), u(4), u(8), u(12), u(16)); else set(u(0), u(8), u(12), u(4), 0);
  }
  if (oldVa === 0) return 0;
  const out = new Uint8Array(size), v = new DataView(out.buffer), flags = old.flags & ~SA.IA32_ABI;
  (rt ? [old.handler, flags, old.restorer, old.maskLo, old.maskHi] : [old.handler, old.maskLo, flags, old.restorer]).forEach((n, i) => v.setUint32(i * 4, n % 4294967296, true));
  return copyToUser(k, task, oldVa, out);
}
/** stack_t in the call's layout. */
function readStack(b: Uint8Array): { sp: number; size: number; flags: number } {
  const v = new DataView(b.buffer, b.byteOffset, b.length), wide = b.length === 24, long = (at: number): number => v.getUint32(at, true) + v.getUint32(at + 4, true) * 4294967296;
  return wide ? { sp: long(0), flags: v.getUint32(8, true), size: long(16) } : { sp: v.getUint32(0, true), flags: v.getUint32(4, true), size: v.getUint32(8, true) };
}
function stackBytes(size: number, fields: { sp: number; size: number; flags: number }): Uint8Array {
  const out = new Uint8Array(size), v = new DataView(out.buffer), long = (at: number, n: number): void => { v.setUint32(at, n >>> 0, true); if (size === 24) v.setUint32(at + 4, Math.floor(n / 4294967296), true); };
  long(0, fields.sp);
  v.setUint32(size / 3, fields.flags >>> 0, true);
  long(size / 3 * 2, fields.size);
  return out;
}

export const handlers: Handlers = {
  rt_sigaction(k, task, a) {
    if (task.syscall.layout !== LAYOUT.x86_64) return sigactionI386(k, task, a);
    const signo = a.i32(0), actVa = a.ptr(1), oldVa = a.ptr(2);
    if (a.ptr(3) !== 8) return -EINVAL;
    let act: Uint8Array | number | null = null;
    if (actVa !== 0) { act = copyFromUser(k, task, actVa, 32); if (typeof act === 'number') return act; }
    if (signo < 1 || signo > 64 || (act && (signo === SIGKILL || signo === SIGSTOP))) return -EINVAL;
    const old = actionOf(task.sighand, signo);
    if (oldVa !== 0) {
      const out = new Uint8Array(32), v = new DataView(out.buffer);
      v.setUint32(0, old.handler >>> 0, true); v.setUint32(4, Math.floor(old.handler / 4294967296), true);
      v.setUint32(8, (old.flags & ~SA.IA32_ABI) >>> 0, true);
      v.setUint32(16, old.restorer >>> 0, true); v.setUint32(20, Math.floor(old.restorer / 4294967296), true);
      v.setUint32(24, old.maskLo, true); v.setUint32(28, old.maskHi, true);
      const bad = copyToUser(k, task, oldVa, out);
      if (bad < 0) return bad;
    }
    if (act) {
      const v = new DataView(act.buffer, act.byteOffset, 32);
      task.sighand.actions[signo] = {
        handler: v.getUint32(0, true) + v.getUint32(4, true) * 4294967296,
        // SA_UNSUPPORTED is always cleared, unknown bits too (sigaction(2))
        flags: v.getUint32(8, true) & SA_KNOWN, restorer: v.getUint32(16, true) + v.getUint32(20, true) * 4294967296,
        maskLo: (v.getUint32(24, true) & ~UNBLOCKABLE_LO) >>> 0, maskHi: v.getUint32(28, true),
      };
      if (ignores(task, signo)) flushSignals(task.process, sigBitLo(signo), sigBitHi(signo));
    }
    return 0;
  },
  rt_sigprocmask(k, task, a) {
    if (a.ptr(3) !== 8) return -EINVAL;
    const oldLo = task.blockedLo, oldHi = task.blockedHi;
    if (a.ptr(1) !== 0) {
      const set = readSet(k, task, a.ptr(1), 8);
      if (typeof set === 'number') return set;
      const how = a.i32(0), [lo, hi] = set;
      if (how === SIG_BLOCK) setBlocked(task, (oldLo | lo) >>> 0, (oldHi | hi) >>> 0);
      else if (how === SIG_UNBLOCK) setBlocked(task, (oldLo & ~lo) >>> 0, (oldHi & ~hi) >>> 0);
      else if (how === SIG_SETMASK) setBlocked(task, lo, hi);
      else return -EINVAL;
    }
    return a.ptr(2) !== 0 ? writeSet(k, task, a.ptr(2), oldLo, oldHi) : 0;
  },
  rt_sigpending(k, task, a) {
    if (a.ptr(1) > 8) return -EINVAL;
    const s = task.process.shared, p = task.pending;
    return writeSet(k, task, a.ptr(0), ((p.setLo | s.setLo) & task.blockedLo) >>> 0, ((p.setHi | s.setHi) & task.blockedHi) >>> 0);
  },
  rt_sigsuspend(k, task, a) {
    if (!task.syscall.reentered) {
      const set = readSet(k, task, a.ptr(0), a.ptr(1));
      if (typeof set === 'number') return set;
      task.savedMask = [task.blockedLo, task.blockedHi];
      setBlocked(task, set[0], set[1]);
    }
    return suspend(k, task, 'sigsuspend');
  },
  pause: (k, task) => suspend(k, task, '__do_sys_pause'),
  rt_sigtimedwait(k, task, a) {
    const sys = task.syscall, set = readSet(k, task, a.ptr(0), a.ptr(3));
    if (typeof set === 'number') return set;
    if (sys.deadline === 0) {
      sys.deadline = Infinity;
      if (a.ptr(2) !== 0) {
        const ts = readTimespec(k, task, a.ptr(2));
        if (typeof ts === 'number') return ts;
        sys.deadline = Math.max(1, k.now + toNs(ts));
      }
    }
    const lo = (set[0] & ~UNBLOCKABLE_LO) >>> 0, hi = set[1];
    // While it waits the set counts as unblocked, so that sending wakes it (do_sigtimedwait).
    if (task.savedMask) { const [l, h] = task.savedMask; task.savedMask = null; setBlocked(task, l, h); }
    const info = dequeueSignal(task, lo, hi);
    if (info) {
      signalEvent(k, task, 'deliver', info.signo, info.code, 'sigtimedwait', 0, null);
      if (a.ptr(1) !== 0) { const bad = copyToUser(k, task, a.ptr(1), siginfoBytes(info)); if (bad < 0) return bad; }
      return info.signo;
    }
    if (sys.timedOut || k.now >= sys.deadline) return -EAGAIN;
    if (signalPending(task)) return -EINTR;
    task.savedMask = [task.blockedLo, task.blockedHi];
    setBlocked(task, (task.blockedLo & ~lo) >>> 0, (task.blockedHi & ~hi) >>> 0);
    waitOn(k, task, [], { interruptible: true, wchan: 'do_sigtimedwait', deadline: sys.deadline });
    return BLOCK;
  },
  kill: (k, task, a) => kill(k, task, a.i32(0), a.i32(1)),
  tkill(k, task, a) {
    if (a.i32(0) <= 0) return -EINVAL;
    return tgkill(k, task, 0, a.i32(0), a.i32(1), userInfo(task, a.i32(1), SI_TKILL));
  },
  tgkill(k, task, a) {
    if (a.i32(0) <= 0 || a.i32(1) <= 0) return -EINVAL;
    return tgkill(k, task, a.i32(0), a.i32(1), a.i32(2), userInfo(task, a.i32(2), SI_TKILL));
  },
  rt_sigqueueinfo(k, task, a) {
    const signo = a.i32(1), info = queueInfo(k, task, a.ptr(2), signo, a.i32(0));
    if (typeof info === 'number') return info;
    if (signo < 0 || signo > 64) return -EINVAL;
    const p = k.processes.get(a.i32(0));
    return p ? killProcess(k, task, p, signo, info) : -ESRCH;
  },
  rt_tgsigqueueinfo(k, task, a) {
    if (a.i32(0) <= 0 || a.i32(1) <= 0) return -EINVAL;
    const info = queueInfo(k, task, a.ptr(3), a.i32(2), a.i32(0));
    return typeof info === 'number' ? info : tgkill(k, task, a.i32(0), a.i32(1), a.i32(2), info);
  },
  sigaltstack(k, task, a) {
    const sp = regsOf(k, task).gpr(RSP), alt = task.altStack;
    const bytes = task.syscall.layout === LAYOUT.x86_64 ? 24 : 12;
    let next: { sp: number; size: number; flags: number } | null = null;
    if (a.ptr(0) !== 0) {
      const b = copyFromUser(k, task, a.ptr(0), bytes);
      if (typeof b === 'number') return -EFAULT;
      next = readStack(b);
      if (onAltStack(task, sp)) return -EPERM;
      const mode = next.flags & 0x7fffffff;
      if (mode !== 0 && mode !== 1 && mode !== 2) return -EINVAL;
      if (mode === 2) next = { sp: 0, size: 0, flags: 2 };
      else if (next.size < 2048) return -ENOMEM;
      else next.flags = (next.flags & 0x80000000) >>> 0;
    }
    if (a.ptr(1) !== 0) {
      const bad = copyToUser(k, task, a.ptr(1), stackBytes(bytes, { ...alt, flags: altStackFlags(task, sp) | (alt.flags & 0x80000000) }));
      if (bad < 0) return bad;
    }
    if (next) task.altStack = next;
    return 0;
  },
  rt_sigreturn(k, task) {
    const mask = restoreFrame(k, task);
    if (!mask) { forceSignal(k, task, kernelInfo(SIGSEGV)); return NORETURN; }
    setBlocked(task, mask.maskLo, mask.maskHi);
    signalEvent(k, task, 'return', mask.signo, 0, '', 0, null);
    return NORETURN;
  },
  restart_syscall(k, task) {
    const block = task.restartBlock, handler = block ? restartable.get(block.nr) : undefined;
    if (!block || !handler) return -EINTR;
    if (task.syscall.deadline === 0) task.syscall.deadline = block.deadline;
    task.syscall.layout = block.layout;
    return handler(k, task, new Args(Uint32Array.from(block.args)));
  },
};
