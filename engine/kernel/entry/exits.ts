// What a CPU's exit from user mode means: a system call in, out, again; an exception as a fault or a signal (traps.c, entry_64.S).
import { COST } from '../../clock/costs.ts';
import { SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP } from '../../abi/signals.ts';
import { CTX, DR6_BS, PF, R10, R8, R9, RAX, RBP, RBX, RCX, RDI, RDX, RSI, RSP, VEC } from '../../machine/hardware.ts';
import type { Regs } from '../../machine/hardware.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { SigInfo, Task } from '../contracts/task.ts';
import { LAYOUT, TASK } from '../contracts/task.ts';
import { AGAIN, BLOCK, ERESTARTNOHAND, ERESTARTNOINTR, ERESTARTSYS, ERESTART_RESTARTBLOCK, NORETURN } from '../contracts/wait.ts';
import { getUserU64num } from '../mm/uaccess.ts';
import { handlePageFault, isUser } from '../mm/fault.ts';
import { fatalSignalPending } from '../signal/pending.ts';
import { traceSyscallEntry, traceSyscallExit } from '../signal/ptrace.ts';
import { forceSignal, kernelInfo } from '../signal/send.ts';
import type { CpuState } from './state.ts';
import { AFTER, entryOf } from './state.ts';

const ARGS_64 = [RDI, RSI, RDX, R10, R8, R9] as const;
const ARGS_32 = [RBX, RCX, RDX, RSI, RDI, RBP] as const;
const EINTR = 4, NR_RESTART_SYSCALL = 219;

/** Number and arguments of a call, from the registers (System V AMD64 ABI, A.2.1). */
function readCall(k: Kernel, task: Task, nr: number, compat: boolean): void {
  const { u32 } = k.processor.regs(k.thisCpu), s = task.syscall, a = s.args, order = compat ? ARGS_32 : ARGS_64;
  s.nr = nr;
  s.compat = compat ? nr : -1;
  s.layout = LAYOUT.x86_64;
  for (let i = 0; i < 6; i++) {
    const r = order[i]! * 2;
    a[i * 2] = u32[r]!;
    a[i * 2 + 1] = compat ? 0 : u32[r + 1]!;
  }
}

/** A new call. */
export function syscallEntry(k: Kernel, task: Task, compat: boolean): void {
  const s = task.syscall;
  readCall(k, task, k.processor.regs(k.thisCpu).u32[RAX * 2]!, compat);
  s.reentered = false; s.timedOut = false; s.deadline = 0; s.progress = null; s.restart = 0; s.cpuNs = 0; s.blockedNs = 0;
  s.enterTs = k.now;
  if (task.trace !== null && traceSyscallEntry(k, task)) { task.after = AFTER.SCHED; return; }
  const begin = k.now;
  syscallResult(k, task, entryOf(k).syscalls.enter(k, task, compat), begin);
}

/** The call again: woken, timed out, or its next part (AGAIN). */
export function resumeSyscall(k: Kernel, task: Task): void {
  const s = task.syscall, begin = k.now;
  if (s.held) {
    s.held = false;
    enterHeld(k, task);
    return;
  }
  s.reentered = true;
  if (fatalSignalPending(task)) {
    entryOf(k).syscalls.abandon(k, task, null);
    syscallResult(k, task, -EINTR, begin);
    return;
  }
  syscallResult(k, task, entryOf(k).syscalls.resume(k, task), begin);
}

/** A call that a tracer held before it began: its number and arguments are what the tracer left. */
function enterHeld(k: Kernel, task: Task): void {
  const s = task.syscall, compat = s.compat >= 0, nr = task.trace?.nr ?? s.nr;
  if (nr >= 0 && !fatalSignalPending(task)) {
    readCall(k, task, nr, compat);
    s.enterTs = k.now;
    syscallResult(k, task, entryOf(k).syscalls.enter(k, task, compat), k.now);
    return;
  }
  s.nr = -1;
  task.after = AFTER.USER;
  if (task.trace !== null) traceSyscallExit(task);
}

function syscallResult(k: Kernel, task: Task, ret: number, begin: number): void {
  const s = task.syscall;
  if (ret === BLOCK) { s.cpuNs += k.now - begin; task.after = AFTER.SCHED; return; }
  if (ret === AGAIN) { s.cpuNs += k.now - begin; task.after = AFTER.RESUME; return; }
  k.now += COST.syscallExit;
  task.after = task.state === TASK.RUNNING ? AFTER.USER : AFTER.SCHED;
  if (task.trace !== null) traceSyscallExit(task);
  if (ret === NORETURN) { s.nr = -1; s.progress = null; return; }
  if (ret < 0 && ret <= -ERESTARTSYS && ret >= -ERESTART_RESTARTBLOCK) {
    const code = -ret;
    if (code === ERESTARTSYS || code === ERESTARTNOINTR || code === ERESTARTNOHAND || code === ERESTART_RESTARTBLOCK) {
      if (task.trace !== null) k.processor.regs(k.thisCpu).setGpr(RAX, ret);
      s.restart = code; // signal/deliver.ts decides: again, or EINTR
      if (code === ERESTART_RESTARTBLOCK && s.nr !== NR_RESTART_SYSCALL) task.restartBlock = { nr: s.nr, layout: s.layout, args: [...s.args], deadline: s.deadline };
      return;
    }
  }
  k.processor.regs(k.thisCpu).setGpr(RAX, ret);
  s.nr = -1;
  s.progress = null;
}

const SI_KERNEL = 0x80, FPE_INTDIV = 1, ILL_ILLOPN = 2, TRAP_BRKPT = 1, TRAP_TRACE = 2, BUS_ADRALN = 1;

/** An exception in user mode (SDM vol. 3, 6.15; arch/x86/kernel/traps.c). */
export function handleException(k: Kernel, task: Task, cs: CpuState): void {
  const regs = k.processor.regs(cs.cpu), ip = regs.rip;
  if (task.trace !== null) task.trace.nr = -1;
  const fault = (signo: number, code: number, addr: number): void => {
    const info = kernelInfo(signo, code);
    info.addr = addr;
    raise(k, task, cs.exitVector, cs.exitError, info);
  };
  switch (cs.exitVector) {
    case VEC.PF: {
      if (regs.hi(CTX.rip) === VSYSCALL_HI && vsyscall(k, task, regs)) return;
      const info = handlePageFault(k, task, cs.exitAddress, cs.exitError | PF.user, ip);
      // For addresses that are not the user's the error code says "protection", whatever is there (fault.c, sanitize_error_code).
      if (info) { task.cr2 = cs.exitAddress; raise(k, task, VEC.PF, cs.exitError | PF.user | (isUser(cs.exitAddress) ? 0 : PF.present), info); }
      return;
    }
    case VEC.DE: fault(SIGFPE, FPE_INTDIV, ip); return;
    case VEC.UD: fault(SIGILL, ILL_ILLOPN, ip); return;
    case VEC.BP: fault(SIGTRAP, SI_KERNEL, 0); return;
    case VEC.DB: fault(SIGTRAP, (cs.exitAddress & DR6_BS) !== 0 ? TRAP_TRACE : TRAP_BRKPT, ip); return;
    case VEC.OF: fault(SIGSEGV, SI_KERNEL, 0); return;
    case VEC.SS: fault(SIGBUS, SI_KERNEL, 0); return;
    case VEC.AC: fault(SIGBUS, BUS_ADRALN, 0); return; // no address (arch/x86/kernel/traps.c, exc_alignment_check)
    case VEC.MF: case VEC.XM: fault(SIGFPE, fpeCode(regs.lo(160), regs.lo(164), cs.exitVector === VEC.XM), ip); return;
    default: fault(SIGSEGV, SI_KERNEL, 0);
  }
}

/** The page of calls that old static programs jump to: 0xffffffffff600000 and two more, 1024 bytes apart (arch/x86/entry/vsyscall, emulate mode). */
const VSYSCALL_HI = 0xffffffff, VSYSCALL_LO = 0xff600000, VSYSCALLS = [96 /* gettimeofday */, 201 /* time */, 309 /* getcpu */] as const;
/** Makes the call and returns to the caller, as emulate_vsyscall() does; here the call is recorded. */
function vsyscall(k: Kernel, task: Task, regs: Regs): boolean {
  const nr = VSYSCALLS[(regs.lo(CTX.rip) - VSYSCALL_LO) / 1024];
  const caller = nr === undefined ? -1 : getUserU64num(k, task, regs.gpr(RSP));
  if (nr === undefined || caller < 0) return false;
  regs.rip = caller;
  regs.setGpr(RSP, regs.gpr(RSP) + 8);
  regs.setGpr(RAX, nr);
  syscallEntry(k, task, false);
  return true;
}

/** fpu__exception_code(): FPE_FLTINV 7, FLTDIV 3, FLTOVF 4, FLTUND 5, FLTRES 6. */
function fpeCode(mxcsr: number, cwSw: number, sse: boolean): number {
  const err = sse ? mxcsr & ~(mxcsr >>> 7) : (cwSw >>> 16) & ~cwSw;
  if (err & 1) return 7;
  if (err & 4) return 3;
  if (err & 8) return 4;
  if (err & 0x12) return 5;
  if (err & 0x20) return 6;
  return 0;
}

function raise(k: Kernel, task: Task, vector: number, error: number, info: SigInfo): void {
  task.trapNo = vector;
  task.trapErr = error;
  forceSignal(k, task, info);
}
