// Handlers of ptrace(2) and process_vm_readv(2). Not here: PTRACE_SEIZE and what belongs to it (LISTEN, INTERRUPT), debug registers, seccomp's event.
import { EFAULT, EINVAL, EIO, ENODEV, EPERM, ESRCH } from '../abi/errno.ts';
import { CPU_MODELS } from '../abi/cpu-models.ts';
import { NT_PRFPREG, NT_PRSTATUS, NT_X86_XSTATE, ORIG_RAX, PTRACE, PTRACE_O_MASK, USER_CS_WORD, USER_DEBUGREG, USER_REGS_WORDS, USER_SELECTORS, USER_SIZE, USER_SS_WORD } from '../abi/ptrace.ts';
import { SIGKILL, SIGSTOP } from '../abi/signals.ts';
import { CTX, R10, R11, R12, R13, R14, R15, R8, R9, RAX, RBP, RBX, RCX, RDI, RDX, RSI, RSP, USER_CS, USER_DS } from '../machine/hardware.ts';
import { HEADER, LEGACY_SIZE, MXCSR_MASK, SSE, X87, XSAVE_SIZE, inUse, loadHigh, loadX87, loadXmm, mxcsrIn, saveHigh, saveLegacy } from '../machine/xsave-image.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import { TASK } from '../kernel/contracts/task.ts';
import type { Task } from '../kernel/contracts/task.ts';
import { regsOf } from '../kernel/entry/regs.ts';
import { mayInspect } from '../kernel/fs/procfs/format.ts';
import { PAGE } from '../kernel/mm/pgtable.ts';
import { copyFromUser, copyToUser, userIovec } from '../kernel/mm/uaccess.ts';
import { pokeUser } from '../kernel/mm/poke.ts';
import { setBlocked } from '../kernel/signal/deliver.ts';
import { AT_ENTRY, AT_EXIT, RESUME, attach, detach, resumeTracee, traceStop } from '../kernel/signal/ptrace.ts';
import { kernelInfo, sendSignal } from '../kernel/signal/send.ts';
import { SI_USER, siginfoBytes, siginfoFromUser } from '../kernel/signal/siginfo.ts';
import type { Args, Handlers } from './call.ts';

const WORDS = USER_REGS_WORDS * 8;
/** The words of struct user_regs_struct in our register file; null: orig_rax and selectors. */
const USER_REGS: readonly (number | null)[] = [
  R15 * 8, R14 * 8, R13 * 8, R12 * 8, RBP * 8, RBX * 8, R11 * 8, R10 * 8, R9 * 8, R8 * 8, RAX * 8, RCX * 8, RDX * 8, RSI * 8, RDI * 8, null,
  CTX.rip, null, CTX.rflags, RSP * 8, null, CTX.fsBase, CTX.gsBase, null, null, null, null,
];
/** FLAG_MASK of arch/x86/kernel/ptrace.c: what a tracer may set. */
const FLAGS = 0x50dd5;

/** struct user_regs_struct. */
function regsBytes(k: Kernel, t: Task): Uint8Array<ArrayBuffer> {
  const regs = regsOf(k, t), out = new Uint8Array(WORDS), v = new DataView(out.buffer), selectors = regs.bytes().subarray(CTX.selectors, CTX.selectors + 4);
  USER_REGS.forEach((from, i) => { if (from !== null) { v.setUint32(i * 8, regs.lo(from), true); v.setUint32(i * 8 + 4, regs.hi(from), true); } });
  v.setInt32(ORIG_RAX * 8, t.trace!.nr, true); v.setInt32(ORIG_RAX * 8 + 4, t.trace!.nr < 0 ? -1 : 0, true);
  v.setUint32(USER_CS_WORD * 8, USER_CS, true); v.setUint32(USER_SS_WORD * 8, USER_DS, true);
  [1, 0, 2, 3].forEach((at, i) => v.setUint32((USER_SELECTORS + i) * 8, selectors[at]!, true)); // ours: ES DS FS GS
  return out;
}
/** Selectors stay: no others can be loaded than those that are there. */
function setRegs(k: Kernel, t: Task, bytes: Uint8Array): number {
  const regs = regsOf(k, t), v = new DataView(bytes.buffer, bytes.byteOffset, bytes.length), top = (word: number): number => v.getUint32(word * 8 + 4, true);
  const bases = USER_REGS.flatMap((from, i) => (from === CTX.fsBase || from === CTX.gsBase ? [i] : []));
  if (bases.some((word) => top(word) >= 0x8000)) return -EIO;
  USER_REGS.forEach((from, i) => {
    const word = i * 8;
    if (word + 8 > bytes.length || from === null) return;
    if (from === CTX.rflags) regs.setLoHi(from, (regs.lo(from) & ~FLAGS) | (v.getUint32(word, true) & FLAGS), 0);
    else regs.setLoHi(from, v.getUint32(word, true), v.getUint32(word + 4, true));
  });
  const nr = v.getInt32(ORIG_RAX * 8, true);
  t.trace!.nr = nr;
  if (nr < 0 && !t.syscall.held && t.syscall.restart !== 0) { t.syscall.restart = 0; t.syscall.nr = -1; } // the interrupted call is not begun again
  return 0;
}

function fpBytes(k: Kernel, t: Task, size: number): Uint8Array<ArrayBuffer> {
  const regs = regsOf(k, t), out = new Uint8Array(size);
  saveLegacy(regs, out, 0);
  if (size > LEGACY_SIZE) {
    const v = new DataView(out.buffer);
    v.setUint32(464, CPU_MODELS[k.config.cpuModel].xcr0, true); // where XCR0 stands for debuggers
    v.setUint32(HEADER, inUse(regs) | X87 | SSE, true);
    saveHigh(regs, out, 0);
  }
  return out;
}
function setFp(k: Kernel, t: Task, bytes: Uint8Array): number {
  const regs = regsOf(k, t);
  if ((mxcsrIn(bytes, 0) & ~MXCSR_MASK) !== 0) return -EINVAL;
  loadX87(regs, bytes, 0, true);
  regs.u32[CTX.mxcsr >> 2] = mxcsrIn(bytes, 0);
  loadXmm(regs, bytes, 0);
  if (bytes.length >= XSAVE_SIZE) loadHigh(regs, bytes, 0);
  return 0;
}

/** PTRACE_GETREGSET, PTRACE_SETREGSET: as much as the iovec holds; its length becomes what was moved. */
function regset(k: Kernel, task: Task, t: Task, type: number, iov: number, write: boolean): number {
  const b = copyFromUser(k, task, iov, 16);
  if (typeof b === 'number') return b;
  const v = new DataView(b.buffer), at = v.getUint32(0, true) + v.getUint32(4, true) * 4294967296, length = v.getUint32(8, true) + v.getUint32(12, true) * 4294967296;
  const xsave = CPU_MODELS[k.config.cpuModel].xcr0 !== 0;
  const whole = type === NT_PRSTATUS ? WORDS : type === NT_PRFPREG ? LEGACY_SIZE : type === NT_X86_XSTATE && xsave ? XSAVE_SIZE : 0;
  if (whole === 0) return type === NT_X86_XSTATE ? -ENODEV : -EINVAL;
  if (length % 8 !== 0) return -EINVAL;
  const size = Math.min(whole, length);
  if (write) {
    const bytes = copyFromUser(k, task, at, size);
    if (typeof bytes === 'number') return bytes;
    const all = type === NT_PRSTATUS ? regsBytes(k, t) : fpBytes(k, t, whole);
    all.set(bytes);
    const r = type === NT_PRSTATUS ? setRegs(k, t, all) : setFp(k, t, all);
    if (r < 0) return r;
  } else if (copyToUser(k, task, at, (type === NT_PRSTATUS ? regsBytes(k, t) : fpBytes(k, t, whole)).subarray(0, size)) !== 0) return -EFAULT;
  v.setUint32(8, size, true); v.setUint32(12, 0, true);
  return copyToUser(k, task, iov, b);
}

/** struct ptrace_syscall_info; the result is its size, cut to what there is room for. */
function syscallInfo(k: Kernel, task: Task, t: Task, room: number, to: number): number {
  const regs = regsOf(k, t), out = new Uint8Array(88), v = new DataView(out.buffer), { phase, nr } = t.trace!;
  const put = (at: number, from: number): void => { v.setUint32(at, regs.lo(from), true); v.setUint32(at + 4, regs.hi(from), true); };
  let size = 24;
  v.setUint32(4, 0xc000003e, true); // AUDIT_ARCH_X86_64
  put(8, CTX.rip); put(16, RSP * 8);
  if (phase === AT_ENTRY) {
    out[0] = 1;
    v.setInt32(24, nr, true); v.setInt32(28, nr < 0 ? -1 : 0, true);
    [RDI, RSI, RDX, R10, R8, R9].forEach((r, i) => put(32 + i * 8, r * 8));
    size = 80;
  } else if (phase === AT_EXIT) {
    out[0] = 2;
    put(24, RAX * 8);
    out[32] = regs.hi(RAX * 8) === 0xffffffff && regs.lo(RAX * 8) >= 0xfffff001 ? 1 : 0;
    size = 33;
  }
  return copyToUser(k, task, to, out.subarray(0, Math.min(size, room))) !== 0 ? -EFAULT : size;
}

/** An offset in struct user that can be asked for, or −EIO. */
function userWord(at: number): number {
  return at % 8 !== 0 || at >= USER_SIZE ? -EIO : at;
}

/** The requests that need a tracee which has stopped. */
function request(k: Kernel, task: Task, t: Task, a: Args): number {
  const tr = t.trace!, addr = a.ptr(2), data = a.ptr(3);
  switch (a.i32(0)) {
    case PTRACE.PEEKTEXT: case PTRACE.PEEKDATA: {
      const b = copyFromUser(k, t, addr, 8);
      return typeof b === 'number' ? -EIO : copyToUser(k, task, data, b);
    }
    case PTRACE.POKETEXT: case PTRACE.POKEDATA: {
      const b = new Uint8Array(8), v = new DataView(b.buffer);
      v.setUint32(0, a.lo(3), true); v.setUint32(4, a.hi(3), true);
      return pokeUser(k, t, addr, b) < 0 ? -EIO : 0;
    }
    case PTRACE.PEEKUSR: {
      const at = userWord(addr);
      if (at < 0) return at;
      return copyToUser(k, task, data, at < WORDS ? regsBytes(k, t).subarray(at, at + 8) : new Uint8Array(8));
    }
    case PTRACE.POKEUSR: {
      const at = userWord(addr);
      if (at < 0) return at;
      if (at >= WORDS) return at >= USER_DEBUGREG && a.lo(3) === 0 && a.hi(3) === 0 ? 0 : -EIO;
      const bytes = regsBytes(k, t), v = new DataView(bytes.buffer);
      v.setUint32(at, a.lo(3), true); v.setUint32(at + 4, a.hi(3), true);
      return setRegs(k, t, bytes);
    }
    case PTRACE.GETREGS: return copyToUser(k, task, data, regsBytes(k, t));
    case PTRACE.SETREGS: { const b = copyFromUser(k, task, data, WORDS); return typeof b === 'number' ? b : setRegs(k, t, b); }
    case PTRACE.GETFPREGS: return copyToUser(k, task, data, fpBytes(k, t, LEGACY_SIZE));
    case PTRACE.SETFPREGS: { const b = copyFromUser(k, task, data, LEGACY_SIZE); return typeof b === 'number' ? b : setFp(k, t, b); }
    case PTRACE.GETREGSET: case PTRACE.SETREGSET: return regset(k, task, t, addr, data, a.i32(0) === PTRACE.SETREGSET);
    case PTRACE.GET_SYSCALL_INFO: return syscallInfo(k, task, t, addr, data);
    case PTRACE.SETOPTIONS: if ((data & ~PTRACE_O_MASK) !== 0 || data > 0xffffffff) return -EINVAL; tr.options = data; return 0;
    case PTRACE.GETEVENTMSG: { const b = new Uint8Array(8); new DataView(b.buffer).setUint32(0, tr.message, true); return copyToUser(k, task, data, b); }
    case PTRACE.GETSIGINFO: return tr.info === null ? -EINVAL : copyToUser(k, task, data, siginfoBytes(tr.info));
    case PTRACE.SETSIGINFO: {
      const b = copyFromUser(k, task, data, 128);
      if (typeof b === 'number') return b;
      if (tr.info === null) return -EINVAL;
      tr.info = siginfoFromUser(b, new DataView(b.buffer).getInt32(0, true));
      return 0;
    }
    case PTRACE.GETSIGMASK: return addr === 8 ? copyToUser(k, task, data, new Uint8Array(Uint32Array.of(t.blockedLo, t.blockedHi).buffer)) : -EINVAL;
    case PTRACE.SETSIGMASK: {
      if (addr !== 8) return -EINVAL;
      const b = copyFromUser(k, task, data, 8);
      if (typeof b === 'number') return b;
      const [lo, hi] = new Uint32Array(b.slice().buffer);
      setBlocked(t, lo!, hi!);
      return 0;
    }
    case PTRACE.CONT: return resume(k, t, RESUME.cont, data);
    case PTRACE.SYSCALL: return resume(k, t, RESUME.syscall, data);
    case PTRACE.SINGLESTEP: return resume(k, t, RESUME.step, data);
    case PTRACE.DETACH: if (data > 64) return -EIO; detach(k, t, data); return 0;
    default: return -EIO;
  }
}
function resume(k: Kernel, t: Task, mode: number, signo: number): number {
  if (signo > 64) return -EIO;
  resumeTracee(k, t, mode, signo);
  return 0;
}

function ptrace(k: Kernel, task: Task, a: Args): number {
  const what = a.i32(0), pid = a.i32(1);
  if (what === PTRACE.TRACEME) {
    const parent = task.process.parent;
    if (task.trace !== null || parent === null) return -EPERM;
    attach(task, parent, 0);
    return 0;
  }
  const t = k.tasks.get(pid);
  if (t === undefined || t.exiting) return -ESRCH;
  if (what === PTRACE.ATTACH) {
    if (t.process === task.process || t.kthread || t.trace !== null || t.process.pid === 1 || !mayInspect(k, t)) return -EPERM;
    attach(t, task.process, 0);
    if (t.state === TASK.STOPPED) traceStop(k, t, SIGSTOP, null);
    else sendSignal(k, t, kernelInfo(SIGSTOP));
    return 0;
  }
  if (t.trace?.tracer !== task.process) return -ESRCH;
  if (what === PTRACE.KILL) { if (t.state === TASK.TRACED) sendSignal(k, t, kernelInfo(SIGKILL, SI_USER)); return 0; }
  return t.state === TASK.TRACED ? request(k, task, t, a) : -ESRCH;
}

/** process_vm_readv, process_vm_writev: between our buffers and another task's; as much as there is of both (mm/process_vm_access.c). */
function processVm(k: Kernel, task: Task, a: Args, write: boolean): number {
  const remote = a.ptr(4), t = k.tasks.get(a.i32(0));
  if (a.ptr(5) !== 0 || remote > 1024) return -EINVAL;
  const local = userIovec(k, task, a.ptr(1), a.ptr(2), !write);
  if (typeof local === 'number') return local;
  const iov = copyFromUser(k, task, a.ptr(3), remote * 16);
  if (typeof iov === 'number') return iov;
  if (t === undefined || t.exiting) return -ESRCH;
  if (!mayInspect(k, t)) return -EPERM;
  const v = new DataView(iov.buffer);
  let done = 0;
  for (let i = 0; i < remote; i++) {
    const at = v.getUint32(i * 16, true) + v.getUint32(i * 16 + 4, true) * 4294967296, length = v.getUint32(i * 16 + 8, true) + v.getUint32(i * 16 + 12, true) * 4294967296;
    for (let from = 0; from < length && done < local.length;) {
      const n = Math.min(length - from, local.length - done, PAGE - ((at + from) & (PAGE - 1)));
      const bytes = write ? new Uint8Array(n) : copyFromUser(k, t, at + from, n);
      if (typeof bytes === 'number') return done === 0 ? -EFAULT : done;
      if (write) {
        local.get(done, bytes, 0, n);
        if (copyToUser(k, t, at + from, bytes) !== 0) return done === 0 ? -EFAULT : done;
      } else local.put(done, bytes, 0, n);
      done += n; from += n;
    }
  }
  return done;
}

export const handlers: Handlers = { ptrace, process_vm_readv: (k, task, a) => processVm(k, task, a, false), process_vm_writev: (k, task, a) => processVm(k, task, a, true) };
