// The x86-64 rt_sigframe on the user stack and rt_sigreturn (arch/x86/kernel/signal.c, fpu/signal.c). Without XSAVE the FP
// state is a plain 512-byte FXSAVE image, as Linux writes it on such a CPU.
import { COST } from '../../clock/costs.ts';
import { CTX, R10, R11, R12, R13, R14, R15, R8, R9, RAX, RBP, RBX, RCX, RDI, RDX, RSI, RSP } from '../../machine/hardware.ts';
import type { Regs } from '../../machine/hardware.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { SigAction, SigInfo, Task } from '../contracts/task.ts';
import { regsOf } from '../entry/regs.ts';
import { copyFromUser, copyToUser } from '../mm/uaccess.ts';
import { SA } from './actions.ts';
import { SIGINFO_SIZE, siginfoBytes } from './siginfo.ts';

/** pretcode 8, ucontext 304, siginfo 128. */
const UC = 8, UC_STACK = UC + 16, UC_MCONTEXT = UC + 40, UC_SIGMASK = UC + 296, INFO = UC + 304, FRAME_SIZE = INFO + SIGINFO_SIZE;
const FX_SIZE = 512;
const UC_SIGCONTEXT_SS = 2, UC_STRICT_RESTORE_SS = 4;
const SS_ONSTACK = 1, SS_DISABLE = 2, SS_AUTODISARM = 0x80000000;
/** Order of the registers in struct sigcontext. */
const SC_GPRS = [R8, R9, R10, R11, R12, R13, R14, R15, RDI, RSI, RBP, RBX, RDX, RAX, RCX, RSP] as const;
const USER_CS = 0x33, USER_DS = 0x2b;
const FIX_EFLAGS = 0x50dd5;

export const onAltStack = (task: Task, sp: number): boolean =>
  (task.altStack.flags & SS_AUTODISARM) === 0 && task.altStack.size > 0 && sp > task.altStack.sp && sp - task.altStack.sp <= task.altStack.size;
/** sas_ss_flags(): what sigaltstack reports. */
export const altStackFlags = (task: Task, sp: number): number => (task.altStack.size === 0 ? SS_DISABLE : onAltStack(task, sp) ? SS_ONSTACK : 0);

/** FXSAVE image of a register file: ST(i) in stack order (SDM vol. 1, 10.5.1). */
export function fxsave(regs: Regs, out: Uint8Array, at: number): void {
  const b = regs.bytes(), v = new DataView(out.buffer, out.byteOffset + at, FX_SIZE);
  v.setUint32(0, regs.lo(CTX.fcw), true); // fcw, fsw
  v.setUint8(4, b[CTX.ftw]!);
  const pending = (b[CTX.fsw]! & 0x80) !== 0; // only then is there a word of the last instruction (engine/cpu/semantics/fxsave.ts)
  v.setUint16(6, pending ? b[CTX.fop]! | (b[CTX.fop + 1]! << 8) : 0, true);
  v.setUint32(8, pending ? regs.lo(CTX.fip) : 0, true); v.setUint32(12, pending ? regs.hi(CTX.fip) : 0, true);
  v.setUint32(16, pending ? regs.lo(CTX.fdp) : 0, true); v.setUint32(20, pending ? regs.hi(CTX.fdp) : 0, true);
  v.setUint32(24, regs.lo(CTX.mxcsr), true);
  v.setUint32(28, 0xffff, true);
  const top = (b[CTX.fsw + 1]! >> 3) & 7;
  for (let i = 0; i < 8; i++) {
    const from = CTX.x87 + ((top + i) & 7) * 16;
    out.set(b.subarray(from, from + 10), at + 32 + i * 16);
  }
  out.set(b.subarray(CTX.xmm, CTX.xmm + 256), at + 160);
}
export function fxrstor(regs: Regs, src: Uint8Array, at: number): boolean {
  const b = regs.bytes(), v = new DataView(src.buffer, src.byteOffset + at, FX_SIZE);
  const mxcsr = v.getUint32(24, true);
  if ((mxcsr & ~0xffff) !== 0) return false;
  b.set(src.subarray(at, at + 4), CTX.fcw);
  b[CTX.ftw] = src[at + 4]!; b[CTX.ftw + 1] = 0;
  b[CTX.fop] = src[at + 6]!; b[CTX.fop + 1] = src[at + 7]!;
  b.set(src.subarray(at + 8, at + 16), CTX.fip);
  b.set(src.subarray(at + 16, at + 24), CTX.fdp);
  b.set(src.subarray(at + 24, at + 28), CTX.mxcsr);
  const top = (b[CTX.fsw + 1]! >> 3) & 7;
  for (let i = 0; i < 8; i++) {
    const to = CTX.x87 + ((top + i) & 7) * 16;
    b.set(src.subarray(at + 32 + i * 16, at + 42 + i * 16), to);
    b.fill(0, to + 10, to + 16);
  }
  b.set(src.subarray(at + 160, at + 416), CTX.xmm);
  return true;
}
/** The FPU as a handler (and a new program) finds it: FNINIT, MXCSR 0x1f80, registers zero. */
export function fpuInit(regs: Regs): void {
  const b = regs.bytes();
  b.fill(0, CTX.mxcsr, CTX.xmm + 256);
  b[CTX.fcw] = 0x7f; b[CTX.fcw + 1] = 0x03;
  b[CTX.mxcsr] = 0x80; b[CTX.mxcsr + 1] = 0x1f;
}

function put64(v: DataView, at: number, n: number): void {
  v.setUint32(at, n >>> 0, true);
  v.setUint32(at + 4, Math.floor(n / 4294967296) >>> 0, true);
}

/** Handlers may be left by longjmp without end; the trace names the signals of so many. */
const MAX_HANDLER_FRAMES = 64;

/** Pushes the frame and points the registers at the handler. False: the stack cannot take it. */
export function setupFrame(k: Kernel, task: Task, action: SigAction, info: SigInfo, maskLo: number, maskHi: number): boolean {
  const regs = regsOf(k, task);
  k.now += COST.signalFrame;
  let sp = regs.gpr(RSP) - 128; // the red zone
  const nested = onAltStack(task, regs.gpr(RSP));
  let entering = false;
  if ((action.flags & SA.ONSTACK) !== 0 && task.altStack.size > 0 && !nested) { sp = task.altStack.sp + task.altStack.size; entering = true; }
  if ((action.flags & SA.RESTORER) === 0) return false; // x86-64 has no other way back
  const fx = Math.floor((sp - FX_SIZE) / 64) * 64;
  const frame = Math.floor((fx - FRAME_SIZE) / 16) * 16 - 8;
  if ((nested || entering) && frame < task.altStack.sp) return false;
  if (frame < 0 || frame >= 0x7ffffffff000) return false;
  const out = new Uint8Array(fx + FX_SIZE - frame), v = new DataView(out.buffer);
  put64(v, 0, action.restorer);
  put64(v, UC, UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS);
  put64(v, UC_STACK, task.altStack.sp); v.setUint32(UC_STACK + 8, altStackFlags(task, regs.gpr(RSP)) | (task.altStack.flags & SS_AUTODISARM), true); put64(v, UC_STACK + 16, task.altStack.size);
  for (let i = 0; i < 16; i++) {
    v.setUint32(UC_MCONTEXT + i * 8, regs.lo(SC_GPRS[i]! * 8), true);
    v.setUint32(UC_MCONTEXT + i * 8 + 4, regs.hi(SC_GPRS[i]! * 8), true);
  }
  const m = UC_MCONTEXT + 128;
  v.setUint32(m, regs.lo(CTX.rip), true); v.setUint32(m + 4, regs.hi(CTX.rip), true);
  v.setUint32(m + 8, regs.lo(CTX.rflags), true); v.setUint32(m + 12, regs.hi(CTX.rflags), true);
  v.setUint16(m + 16, USER_CS, true); v.setUint16(m + 22, USER_DS, true);
  put64(v, m + 24, task.trapErr); put64(v, m + 32, task.trapNo);
  v.setUint32(m + 40, maskLo, true); v.setUint32(m + 44, maskHi, true); // oldmask
  put64(v, m + 48, task.cr2);
  put64(v, m + 56, fx);
  v.setUint32(UC_SIGMASK, maskLo, true); v.setUint32(UC_SIGMASK + 4, maskHi, true);
  if ((action.flags & SA.SIGINFO) !== 0) out.set(siginfoBytes(info), INFO);
  fxsave(regs, out, fx - frame);
  if (copyToUser(k, task, frame, out) !== 0) return false;
  if ((task.altStack.flags & SS_AUTODISARM) !== 0) task.altStack = { sp: 0, size: 0, flags: SS_DISABLE };
  if (task.handlerFrames.length >= 2 * MAX_HANDLER_FRAMES) task.handlerFrames.splice(0, 2);
  task.handlerFrames.push(frame, info.signo);
  regs.setGpr(RDI, info.signo);
  regs.setGpr(RAX, 0);
  regs.setGpr(RSI, frame + INFO);
  regs.setGpr(RDX, frame + UC);
  regs.rip = action.handler;
  regs.setGpr(RSP, frame);
  regs.setLoHi(CTX.rflags, regs.lo(CTX.rflags) & ~(0x400 | 0x10000 | 0x100), 0);
  fpuInit(regs);
  return true;
}

/** The signal whose handler returns over a frame, 0 where the frame is none that the kernel wrote. Frames in it that were left by longjmp go too. */
function leaveFrame(task: Task, frame: number): number {
  const frames = task.handlerFrames;
  for (let i = frames.length - 2; i >= 0; i -= 2) {
    if (frames[i] !== frame) continue;
    const signo = frames[i + 1]!;
    frames.length = i;
    return signo;
  }
  return 0;
}

/** rt_sigreturn(2): restores everything from the frame the handler returns over. Null: a bad frame. */
export function restoreFrame(k: Kernel, task: Task): { signo: number; maskLo: number; maskHi: number } | null {
  const regs = regsOf(k, task), frame = regs.gpr(RSP) - 8;
  const bytes = copyFromUser(k, task, frame, FRAME_SIZE);
  if (typeof bytes === 'number') return null;
  const v = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const maskLo = v.getUint32(UC_SIGMASK, true), maskHi = v.getUint32(UC_SIGMASK + 4, true);
  for (let i = 0; i < 16; i++) regs.setLoHi(SC_GPRS[i]! * 8, v.getUint32(UC_MCONTEXT + i * 8, true), v.getUint32(UC_MCONTEXT + i * 8 + 4, true));
  const m = UC_MCONTEXT + 128;
  regs.setLoHi(CTX.rip, v.getUint32(m, true), v.getUint32(m + 4, true));
  regs.setLoHi(CTX.rflags, (regs.lo(CTX.rflags) & ~FIX_EFLAGS) | (v.getUint32(m + 8, true) & FIX_EFLAGS), 0);
  const fx = v.getUint32(m + 56, true) + v.getUint32(m + 60, true) * 4294967296;
  if (fx === 0) fpuInit(regs);
  else {
    const image = copyFromUser(k, task, fx, FX_SIZE);
    if (typeof image === 'number' || !fxrstor(regs, image, 0)) return null;
  }
  const flags = v.getUint32(UC_STACK + 8, true), size = v.getUint32(UC_STACK + 16, true) + v.getUint32(UC_STACK + 20, true) * 4294967296;
  const sp = v.getUint32(UC_STACK, true) + v.getUint32(UC_STACK + 4, true) * 4294967296;
  if (!onAltStack(task, regs.gpr(RSP))) {
    task.altStack = (flags & SS_DISABLE) !== 0 || size < 2048 ? { sp: 0, size: 0, flags: SS_DISABLE } : { sp, size, flags: flags & SS_AUTODISARM };
  }
  return { signo: leaveFrame(task, frame), maskLo, maskHi };
}
