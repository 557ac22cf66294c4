// The x87, SSE and AVX registers as FXSAVE and XSAVE lay them out in memory (SDM vol. 1, 10.5.1 and 13.4): for the instructions and for signal frames.
import { CTX } from './hardware.ts';
import type { Regs } from './hardware.ts';

/** State components: bits of XCR0, XSTATE_BV and their kin. */
export const X87 = 1, SSE = 2, AVX = 4;
export const XCR0 = X87 | SSE | AVX;
/** The legacy area, the header behind it (XSTATE_BV, XCOMP_BV), the upper halves of the ymm registers. */
export const LEGACY_SIZE = 512, HEADER = 512, AVX_OFFSET = 576, XSAVE_SIZE = 832;
const ST = 32, XMM = 160, MXCSR = 24;
/** Every bit of MXCSR's low half exists. */
export const MXCSR_MASK = 0xffff;
const MXCSR_INIT = 0x1f80, FCW_INIT = 0x37f;

const isZero = (b: Uint8Array, from: number, to: number): boolean => { for (let i = from; i < to; i++) if (b[i] !== 0) return false; return true; };
/** XINUSE: the components that are not in their initial configuration. */
export function inUse(regs: Regs): number {
  const b = regs.bytes(), x87 = (regs.lo(CTX.fcw) >>> 0) === FCW_INIT && b[CTX.ftw] === 0 && isZero(b, CTX.fop, CTX.fop + 2) && isZero(b, CTX.fip, CTX.xmm);
  return (x87 ? 0 : X87) | (regs.lo(CTX.mxcsr) === MXCSR_INIT && isZero(b, CTX.xmm, CTX.xmm + 256) ? 0 : SSE) | (isZero(b, CTX.ymmHigh, CTX.ymmHigh + 256) ? 0 : AVX);
}

const slot = (top: number, i: number): number => CTX.x87 + ((top + i) & 7) * 16;
/** FCW to FDP, and ST(i) in stack order. The pointers to the last instruction only while an exception is pending, as AMD's processors do (APM vol. 2, 11.5.4);
 *  @param wide 64-bit pointers, else 32 bits and selectors. */
export function saveX87(regs: Regs, out: Uint8Array, at: number, wide: boolean): void {
  const b = regs.bytes(), v = new DataView(out.buffer, out.byteOffset + at, LEGACY_SIZE), pending = (b[CTX.fsw]! & 0x80) !== 0, selector = (at: number): number => b[at]! | (b[at + 1]! << 8);
  v.setUint32(0, regs.lo(CTX.fcw), true); // fcw, fsw
  v.setUint16(4, b[CTX.ftw]!, true);
  v.setUint16(6, pending ? b[CTX.fop]! | (b[CTX.fop + 1]! << 8) : 0, true);
  v.setUint32(8, pending ? regs.lo(CTX.fip) : 0, true); v.setUint32(12, !pending ? 0 : wide ? regs.hi(CTX.fip) : selector(CTX.fcs), true);
  v.setUint32(16, pending ? regs.lo(CTX.fdp) : 0, true); v.setUint32(20, !pending ? 0 : wide ? regs.hi(CTX.fdp) : selector(CTX.fds), true);
  const top = (b[CTX.fsw + 1]! >> 3) & 7;
  for (let i = 0; i < 8; i++) {
    out.set(b.subarray(slot(top, i), slot(top, i) + 10), at + ST + i * 16);
    out.fill(0, at + ST + i * 16 + 10, at + ST + i * 16 + 16);
  }
}
export function loadX87(regs: Regs, from: Uint8Array, at: number, wide: boolean): void {
  const b = regs.bytes(), v = new DataView(from.buffer, from.byteOffset + at, LEGACY_SIZE), fcw = (v.getUint16(0, true) & 0x1f7f) | 0x40;
  const flags = v.getUint16(2, true) & 0x7f7f, fsw = flags | ((flags & ~fcw & 0x3f) !== 0 ? 0x8080 : 0); // ES and B follow from flags and masks
  const fop = v.getUint16(6, true) & 0x7ff;
  b[CTX.fop] = fop & 255; b[CTX.fop + 1] = fop >> 8;
  for (const [field, place] of [[CTX.fip, 8], [CTX.fdp, 16]] as const) regs.setLoHi(field, v.getUint32(place, true), wide ? v.getInt16(place + 4, true) : 0); // 48 bits, canonical
  regs.u32[CTX.fcw >> 2] = fcw | (fsw << 16);
  b[CTX.ftw] = from[at + 4]!; b[CTX.ftw + 1] = 0;
  const top = (fsw >> 11) & 7;
  for (let i = 0; i < 8; i++) {
    b.set(from.subarray(at + ST + i * 16, at + ST + i * 16 + 10), slot(top, i));
    b.fill(0, slot(top, i) + 10, slot(top, i) + 16);
  }
  if (!wide) { b.set(from.subarray(at + 12, at + 14), CTX.fcs); b.set(from.subarray(at + 20, at + 22), CTX.fds); }
}
export function initX87(regs: Regs): void {
  const b = regs.bytes();
  b.fill(0, CTX.fcw, CTX.fop + 2);
  b.fill(0, CTX.fip, CTX.xmm);
  b[CTX.fcw] = FCW_INIT & 255; b[CTX.fcw + 1] = FCW_INIT >> 8;
}
export function saveMxcsr(regs: Regs, out: Uint8Array, at: number): void {
  const v = new DataView(out.buffer, out.byteOffset + at, LEGACY_SIZE);
  v.setUint32(MXCSR, regs.lo(CTX.mxcsr), true);
  v.setUint32(MXCSR + 4, MXCSR_MASK, true);
}
export const mxcsrIn = (from: Uint8Array, at: number): number => new DataView(from.buffer, from.byteOffset + at, LEGACY_SIZE).getUint32(MXCSR, true);
export function saveXmm(regs: Regs, out: Uint8Array, at: number): void { out.set(regs.bytes().subarray(CTX.xmm, CTX.xmm + 256), at + XMM); }
export function loadXmm(regs: Regs, from: Uint8Array, at: number): void { regs.bytes().set(from.subarray(at + XMM, at + XMM + 256), CTX.xmm); }
export function saveHigh(regs: Regs, out: Uint8Array, at: number): void { out.set(regs.bytes().subarray(CTX.ymmHigh, CTX.ymmHigh + 256), at + AVX_OFFSET); }
export function loadHigh(regs: Regs, from: Uint8Array, at: number): void { regs.bytes().set(from.subarray(at + AVX_OFFSET, at + AVX_OFFSET + 256), CTX.ymmHigh); }

/** The whole legacy area, but for the bytes that are software's. */
export function saveLegacy(regs: Regs, out: Uint8Array, at: number): void {
  saveX87(regs, out, at, true);
  saveMxcsr(regs, out, at);
  saveXmm(regs, out, at);
}
/**
 * XRSTOR (SDM vol. 1, 13.8): the components of `mask` from an area. False, with nothing done: #GP.
 * @param from header and legacy area; the upper halves too where components() says AVX
 */
export function xrstor(regs: Regs, from: Uint8Array, at: number, mask: number, wide: boolean): boolean {
  const v = new DataView(from.buffer, from.byteOffset + at + HEADER, 64), present = v.getUint32(0, true), compacted = v.getUint32(12, true) >>> 31 === 1;
  const format = compacted ? v.getUint32(8, true) : XCR0;
  if (v.getUint32(4, true) !== 0 || (present & ~format) !== 0 || (format & ~XCR0) !== 0 || (v.getUint32(12, true) & 0x7fffffff) !== 0) return false;
  if (!compacted && v.getUint32(8, true) !== 0) return false;
  for (let i = 16; i < (compacted ? 64 : 24); i++) if (from[at + HEADER + i] !== 0) return false;
  const mxcsr = compacted ? (mask & SSE) !== 0 && (present & SSE) !== 0 : (mask & (SSE | AVX)) !== 0;
  if (mxcsr && (mxcsrIn(from, at) & ~MXCSR_MASK) !== 0) return false;
  if (mxcsr) regs.u32[CTX.mxcsr >> 2] = mxcsrIn(from, at);
  else if (compacted && (mask & SSE) !== 0) regs.u32[CTX.mxcsr >> 2] = MXCSR_INIT;
  const b = regs.bytes();
  if ((mask & X87) !== 0) { if ((present & X87) !== 0) loadX87(regs, from, at, wide); else initX87(regs); }
  if ((mask & SSE) !== 0) { if ((present & SSE) !== 0) loadXmm(regs, from, at); else b.fill(0, CTX.xmm, CTX.xmm + 256); }
  if ((mask & AVX) !== 0) { if ((present & AVX) !== 0) loadHigh(regs, from, at); else b.fill(0, CTX.ymmHigh, CTX.ymmHigh + 256); }
  return true;
}
/** Of `mask`, the components that an area holds. */
export const components = (from: Uint8Array, at: number, mask: number): number => new DataView(from.buffer, from.byteOffset + at + HEADER, 8).getUint32(0, true) & mask;
