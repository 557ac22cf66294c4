// The x86-64 rt_sigframe on the user stack and rt_sigreturn (arch/x86/kernel/signal.c, fpu/signal.c). Without XSAVE (below x86-64-v3) the FP
// state is a plain 512-byte FXSAVE image, as Linux writes it on such a CPU.
import { CPU_MODELS } from '../../abi/cpu-models.ts';
import { COST } from '../../clock/costs.ts';
import { CTX, R10, R11, R12, R13, R14, R15, R8, R9, RAX, RBP, RBX, RCX, RDI, RDX, RSI, RSP, USER_CS, USER_DS } from '../../machine/hardware.ts';
import type { Regs } from '../../machine/hardware.ts';
import { AVX, AVX_OFFSET, HEADER, LEGACY_SIZE, MXCSR_MASK, SSE, X87, XSAVE_SIZE, inUse, initX87, loadX87, loadXmm, mxcsrIn, saveHigh, saveLegacy, xrstor } from '../../machine/xsave-image.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { SigAction, SigInfo, Task } from '../contracts/task.ts';
import { regsOf } from '../entry/regs.ts';
import { copyFromUser, copyToUser } from '../mm/uaccess.ts';
import { SA } from './actions.ts';
import { SIGINFO_SIZE, siginfoBytes } from './siginfo.ts';

/** pretcode 8, ucontext 304, siginfo 128. */
const UC = 8, UC_STACK = UC + 16, UC_MCONTEXT = UC + 40, UC_SIGMASK = UC + 296, INFO = UC + 304, FRAME_SIZE = INFO + SIGINFO_SIZE;
const UC_FP_XSTATE = 1, UC_SIGCONTEXT_SS = 2, UC_STRICT_RESTORE_SS = 4;
const SS_ONSTACK = 1, SS_DISABLE = 2, SS_AUTODISARM = 0x80000000;
/** Order of the registers in struct sigcontext. */
const SC_GPRS = [R8, R9, R10, R11, R12, R13, R14, R15, RDI, RSI, RBP, RBX, RDX, RAX, RCX, RSP] as const;
const FIX_EFLAGS = 0x50dd5;

export const onAltStack = (task: Task, sp: number): boolean =>
  (task.altStack.flags & SS_AUTODISARM) === 0 && task.altStack.size > 0 && sp > task.altStack.sp && sp - task.altStack.sp <= task.altStack.size;
/** sas_ss_flags(): what sigaltstack reports. */
export const altStackFlags = (task: Task, sp: number): number => (task.altStack.size === 0 ? SS_DISABLE : onAltStack(task, sp) ? SS_ONSTACK : 0);

/** struct _fpx_sw_bytes in the legacy area's end says that it goes on (arch/x86/include/uapi/asm/sigcontext.h). */
const SW = 464, MAGIC1 = 0x46505853, MAGIC2 = 0x46505845, MAGIC2_SIZE = 4;
/** The components that the processor has beside FXSAVE's; 0: it has no XSAVE. */
const xcr0Of = (k: Kernel): number => CPU_MODELS[k.config.cpuModel].xcr0;
const fpuSize = (xcr0: number): number => (xcr0 === 0 ? LEGACY_SIZE : XSAVE_SIZE + MAGIC2_SIZE);

/** The FPU's state as a frame holds it (fpu/signal.c, copy_fpstate_to_sigframe): FXSAVE's image, and with XSAVE its whole area between the two magic numbers. */
function saveFpu(regs: Regs, xcr0: number, out: Uint8Array, at: number): void {
  saveLegacy(regs, out, at);
  if (xcr0 === 0) return;
  const v = new DataView(out.buffer, out.byteOffset + at, fpuSize(xcr0));
  v.setUint32(SW, MAGIC1, true); v.setUint32(SW + 4, fpuSize(xcr0), true); v.setUint32(SW + 8, xcr0, true); v.setUint32(SW + 16, XSAVE_SIZE, true);
  v.setUint32(HEADER, inUse(regs) | X87 | SSE, true);
  saveHigh(regs, out, at);
  v.setUint32(XSAVE_SIZE, MAGIC2, true);
}
/** __fpu_restore_sig(): false for an area that cannot be read or that FXRSTOR or XRSTOR would fault on. Without the magic numbers only FXSAVE's part counts; what is not there is initial. */
function restoreFpu(k: Kernel, task: Task, regs: Regs, fx: number): boolean {
  const xcr0 = xcr0Of(k), legacy = copyFromUser(k, task, fx, LEGACY_SIZE);
  if (typeof legacy === 'number') return false;
  const sw = new DataView(legacy.buffer, legacy.byteOffset + SW, LEGACY_SIZE - SW), size = sw.getUint32(16, true);
  if (xcr0 !== 0 && sw.getUint32(0, true) === MAGIC1 && size >= AVX_OFFSET && size <= XSAVE_SIZE && size <= sw.getUint32(4, true)) {
    const area = copyFromUser(k, task, fx, size + MAGIC2_SIZE);
    if (typeof area === 'number') return false;
    if (new DataView(area.buffer, area.byteOffset + size, MAGIC2_SIZE).getUint32(0, true) === MAGIC2) {
      const whole = new Uint8Array(XSAVE_SIZE), features = sw.getUint32(8, true) & xcr0;
      whole.set(area.subarray(0, size));
      if (!xrstor(regs, whole, 0, features, true)) return false;
      const b = regs.bytes();
      if ((features & X87) === 0) initX87(regs);
      if ((features & SSE) === 0) b.fill(0, CTX.xmm, CTX.xmm + 256);
      if ((features & AVX) === 0) b.fill(0, CTX.ymmHigh, CTX.ymmHigh + 256);
      return true;
    }
  }
  if ((mxcsrIn(legacy, 0) & ~MXCSR_MASK) !== 0) return false;
  loadX87(regs, legacy, 0, true);
  regs.u32[CTX.mxcsr >> 2] = mxcsrIn(legacy, 0);
  loadXmm(regs, legacy, 0);
  regs.bytes().fill(0, CTX.ymmHigh, CTX.ymmHigh + 256);
  return true;
}
/** The FPU as a handler (and a new program) finds it: FNINIT, MXCSR 0x1f80, registers zero. */
export function fpuInit(regs: Regs): void {
  initX87(regs);
  regs.u32[CTX.mxcsr >> 2] = 0x1f80;
  regs.bytes().fill(0, CTX.xmm, CTX.ymmHigh + 256);
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
  const xcr0 = xcr0Of(k), fx = Math.floor((sp - fpuSize(xcr0)) / 64) * 64;
  const frame = Math.floor((fx - FRAME_SIZE) / 16) * 16 - 8;
  if ((nested || entering) && frame < task.altStack.sp) return false;
  if (frame < 0 || frame >= 0x7ffffffff000) return false;
  const out = new Uint8Array(fx + fpuSize(xcr0) - frame), v = new DataView(out.buffer);
  put64(v, 0, action.restorer);
  put64(v, UC, UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS | (xcr0 === 0 ? 0 : UC_FP_XSTATE));
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
  saveFpu(regs, xcr0, out, fx - frame);
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
  else if (!restoreFpu(k, task, regs, fx)) return null;
  const flags = v.getUint32(UC_STACK + 8, true), size = v.getUint32(UC_STACK + 16, true) + v.getUint32(UC_STACK + 20, true) * 4294967296;
  const sp = v.getUint32(UC_STACK, true) + v.getUint32(UC_STACK + 4, true) * 4294967296;
  if (!onAltStack(task, regs.gpr(RSP))) {
    task.altStack = (flags & SS_DISABLE) !== 0 || size < 2048 ? { sp: 0, size: 0, flags: SS_DISABLE } : { sp, size, flags: flags & SS_AUTODISARM };
  }
  return { signo: leaveFrame(task, frame), maskLo, maskHi };
}
