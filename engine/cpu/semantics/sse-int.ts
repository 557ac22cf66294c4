// SSE and SSE2: moves, logic, shuffles and packed integers on xmm registers. Floats are in sse-fp.ts, MMX in mmx.ts.
import { V128, I64, I32 } from '../wasm/builder.ts';
import type { Func } from '../wasm/builder.ts';
import { RDI } from '../../machine/hardware.ts';
import { define } from './context.ts';
import type { Ctx, Semantics } from './context.ts';

/** dst = op(dst, src), operands pushed in that order. */
export const binary = (emit: (f: Func) => void): Semantics => (c) => { c.readV(0); c.readV(1, true); emit(c.f); c.writeV(0); };
/** The same with src pushed first. */
const reversed = (emit: (f: Func) => void): Semantics => (c) => { c.readV(1, true); c.readV(0); emit(c.f); c.writeV(0); };
const move = (aligned: boolean): Semantics => (c) => { c.readV(1, aligned); c.writeV(0, aligned); };

export const bytesOf = (lanes: readonly number[], size: number): number[] => lanes.flatMap((lane) => Array.from({ length: size }, (_, i) => lane * size + i));
/** Interleaves lanes of `size` bytes from the low or high halves: dst0 src0 dst1 src1 … */
export const interleave = (size: number, high: boolean, width = 16): number[] => {
  const count = width / size, half = count / 2, lanes: number[] = [];
  for (let i = 0; i < half; i++) lanes.push((high ? half : 0) + i, 16 / size + (high ? half : 0) + i);
  while (lanes.length < 16 / size) lanes.push(0);
  return bytesOf(lanes, size);
};
const shuffle = (lanes: readonly number[], size: number): Semantics => binary((f) => f.i8x16Shuffle(bytesOf(lanes, size)));

/** The high 16 bits of the eight 16×16 products. */
const HIGH_WORDS = [2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31];
export const mulHigh = (c: Ctx, a: number, b: number, signed: boolean): void => {
  const { f } = c;
  f.get(a).get(b); if (signed) f.i32x4ExtmulLowI16x8S(); else f.i32x4ExtmulLowI16x8U();
  f.get(a).get(b); if (signed) f.i32x4ExtmulHighI16x8S(); else f.i32x4ExtmulHighI16x8U();
  f.i8x16Shuffle(HIGH_WORDS);
};
/** Sums of absolute byte differences in each 64-bit half. */
export const sad = (c: Ctx, a: number, b: number): void => {
  const { f } = c, t = c.local(V128);
  f.get(a).get(b).i8x16MaxU().get(a).get(b).i8x16MinU().i8x16Sub().i16x8ExtaddPairwiseI8x16U().i32x4ExtaddPairwiseI16x8U().tee(t);
  f.v128Const([0xffffffff, 0, 0xffffffff, 0]).v128And().get(t).i32Const(32).i64x2ShrU().i64x2Add();
};
export const mulEvenDwords = (c: Ctx, a: number, b: number): void => {
  const even = bytesOf([0, 2, 0, 2], 4);
  c.f.get(a).get(a).i8x16Shuffle(even).get(b).get(b).i8x16Shuffle(even).i64x2ExtmulLowI32x4U();
};
export const withLocals = (emit: (c: Ctx, a: number, b: number) => void): Semantics => (c) => {
  const a = c.local(V128), b = c.local(V128);
  c.readV(1, true); c.f.set(b); c.readV(0); c.f.set(a);
  emit(c, a, b);
  c.writeV(0);
};

export type ShiftKind = 'shl' | 'shrU' | 'shrS';
/** value (v128) is on the stack; count is a local i64; counts beyond the lane give zero, or the sign for shrS. */
export function shiftLanes(c: Ctx, bits: 16 | 32 | 64, kind: ShiftKind, value: number, count: number): void {
  const { f } = c;
  if (kind === 'shrS') {
    f.get(value).get(count).i64Const(bits - 1).get(count).i64Const(bits - 1).i64LtU().select().i32WrapI64();
    if (bits === 16) f.i16x8ShrS(); else f.i32x4ShrS();
    return;
  }
  f.get(value).get(count).i32WrapI64();
  if (kind === 'shl') { if (bits === 16) f.i16x8Shl(); else if (bits === 32) f.i32x4Shl(); else f.i64x2Shl(); }
  else if (bits === 16) f.i16x8ShrU(); else if (bits === 32) f.i32x4ShrU(); else f.i64x2ShrU();
  f.v128Const([0, 0, 0, 0]).get(count).i64Const(bits).i64LtU().select();
}
const shift = (bits: 16 | 32 | 64, kind: ShiftKind): Semantics => (c) => {
  const { f } = c, v = c.local(V128), n = c.local(I64);
  if (c.ops[1]!.kind === 'i') { c.imm(1); f.i64Const(255).i64And().set(n); }
  else { c.readV(1, true); f.i64x2ExtractLane(0).set(n); }
  c.readV(0); f.set(v);
  shiftLanes(c, bits, kind, v, n);
  c.writeV(0);
};
/** Shift of the whole register by bytes: lanes picked outside 0…15 read as zero. */
const byteShift = (left: boolean): Semantics => (c) => {
  const { f } = c;
  c.readV(0);
  if (c.compiled) {
    const n = Math.min(16, c.immConst(1) & 255);
    f.v128Const([0, 0, 0, 0]).i8x16Shuffle(Array.from({ length: 16 }, (_, i) => { const from = left ? i - n : i + n; return from < 0 || from > 15 ? 16 : from; }));
  } else {
    const n = c.local(I32);
    c.imm(1); f.i32WrapI64().i32Const(255).i32And().set(n);
    f.v128Const([0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c]);
    f.get(n).i32Const(16).get(n).i32Const(16).i32LtU().select().i8x16Splat();
    if (left) f.i8x16Sub(); else f.i8x16Add();
    f.i8x16Swizzle();
  }
  c.writeV(0);
};

/** push v128: byte indices that pick 32-bit lanes by the immediate (i32 on the stack). */
function dwordSelectors(f: Func): void {
  f.i32x4Splat().v128Const([64, 16, 4, 1]).i32x4Mul().i32Const(6).i32x4ShrU().v128Const([3, 3, 3, 3]).v128And();
  f.v128Const([0x04040404, 0x04040404, 0x04040404, 0x04040404]).i32x4Mul().v128Const([0x03020100, 0x03020100, 0x03020100, 0x03020100]).i32x4Add();
}
const select2 = (imm: number, i: number): number => (imm >> (2 * i)) & 3;
const pshufd: Semantics = (c) => {
  const { f } = c;
  c.readV(1, true);
  if (c.compiled) {
    const v = c.local(V128), imm = c.immConst(2);
    f.tee(v).get(v).i8x16Shuffle(bytesOf([0, 1, 2, 3].map((i) => select2(imm, i)), 4));
  } else { c.imm(2); f.i32WrapI64().i32Const(255).i32And(); dwordSelectors(f); f.i8x16Swizzle(); }
  c.writeV(0);
};
/** Shuffles the four words of one half; `f` finds the vector on the stack and the immediate as i32 behind it. */
export function wordSwizzle(f: Func, high: boolean): void {
  const low = [64 | (16 << 16), 4 | (1 << 16)], ones = [0x01000100, 0x01000100];
  f.i16x8Splat().v128Const(high ? [0, 0, ...low] : [...low, 0, 0]).i16x8Mul().i32Const(6).i16x8ShrU().v128Const([0x30003, 0x30003, 0x30003, 0x30003]).v128And();
  f.v128Const([0x02020202, 0x02020202, 0x02020202, 0x02020202]).i16x8Mul();
  f.v128Const(high ? [0x03020100, 0x07060504, 0x09080908, 0x09080908] : [...ones, 0x0b0a0908, 0x0f0e0d0c]).i16x8Add().i8x16Swizzle();
}
const pshufWords = (high: boolean): Semantics => (c) => {
  c.readV(1, true);
  c.imm(2); c.f.i32WrapI64().i32Const(255).i32And();
  wordSwizzle(c.f, high);
  c.writeV(0);
};
const shufps: Semantics = (c) => {
  const { f } = c;
  if (c.compiled) {
    const imm = c.immConst(2);
    c.readV(0); c.readV(1, true);
    f.i8x16Shuffle(bytesOf([select2(imm, 0), select2(imm, 1), 4 + select2(imm, 2), 4 + select2(imm, 3)], 4));
  } else {
    const m = c.local(V128), b = c.local(V128);
    c.readV(1, true); f.set(b);
    c.imm(2); f.i32WrapI64().i32Const(255).i32And(); dwordSelectors(f); f.set(m);
    c.readV(0); f.get(m).i8x16Swizzle().get(b).get(m).i8x16Swizzle().i8x16Shuffle([0, 1, 2, 3, 4, 5, 6, 7, 24, 25, 26, 27, 28, 29, 30, 31]);
  }
  c.writeV(0);
};
const shufpd: Semantics = (c) => {
  const { f } = c, b = c.local(V128), a = c.local(V128), n = c.local(I32);
  c.readV(1, true); f.set(b); c.readV(0); f.set(a);
  c.imm(2); f.i32WrapI64().set(n);
  f.get(a).i64x2ExtractLane(1).get(a).i64x2ExtractLane(0).get(n).i32Const(1).i32And().select().i64x2Splat();
  f.get(b).i64x2ExtractLane(1).get(b).i64x2ExtractLane(0).get(n).i32Const(2).i32And().select().i64x2ReplaceLane(1);
  c.writeV(0);
};

/** Scalar moves: a load zeroes the rest, a register move keeps it. */
const movScalar = (bytes: 4 | 8): Semantics => (c) => {
  const { f } = c;
  if (c.isMem(0) || c.isMem(1)) { c.readV(1); c.writeV(0); return; }
  c.readV(0); c.readV(1);
  f.i8x16Shuffle(Array.from({ length: 16 }, (_, i) => (i < bytes ? 16 + i : i)));
  c.writeV(0);
};
/** 64-bit half of dst from memory, or of src to memory. */
const movHalf = (lane: 0 | 1): Semantics => (c) => {
  const { f } = c;
  if (c.isMem(0)) { c.readV(1); f.i64x2ExtractLane(lane).i64x2Splat(); c.writeV(0); return; }
  const v = c.local(I64);
  c.readLow(1); f.set(v);
  c.readV(0); f.get(v).i64x2ReplaceLane(lane);
  c.writeV(0);
};
const mask = (emit: (f: Func) => void): Semantics => (c) => { c.readV(1); emit(c.f); c.f.i64ExtendI32U(); c.write(0); };

const movd: Semantics = (c) => {
  const { f } = c;
  if (c.ops[0]!.kind === 'x') {
    f.v128Const([0, 0, 0, 0]); c.read(1); f.i64x2ReplaceLane(0); c.writeV(0);
  } else { c.readV(1); f.i64x2ExtractLane(0); c.write(0); }
};
const movq: Semantics = (c) => {
  const { f } = c;
  if (c.isMem(0)) { c.readV(1); c.writeV(0); return; }
  f.v128Const([0, 0, 0, 0]); c.readLow(1); f.i64x2ReplaceLane(0); c.writeV(0);
};
const pextrw: Semantics = (c) => {
  const { f } = c;
  c.readV(1); c.imm(2); f.i32WrapI64().i32Const(7).i32And().i32Const(1).i32Shl().i32Const(0x101).i32Mul().i32Const(0x100).i32Add().i16x8Splat().i8x16Swizzle().i16x8ExtractLaneU(0).i64ExtendI32U();
  c.write(0);
};
const pinsrw: Semantics = (c) => {
  const { f } = c;
  c.read(1); f.i32WrapI64().i16x8Splat();
  c.readV(0);
  c.imm(2); f.i32WrapI64().i32Const(7).i32And().i16x8Splat().v128Const([0x10000, 0x30002, 0x50004, 0x70006]).i16x8Eq().v128Bitselect();
  c.writeV(0);
};
/** push i64: the address that MASKMOVDQU and MASKMOVQ store to: (E)DI in the segment of operand 2. */
export function implicitDestination(c: Ctx): void {
  c.ea(2); c.gpr(RDI);
  if (c.form.mem === 3) c.f.i32WrapI64().i64ExtendI32U();
  c.f.i64Add();
}
/** Byte-masked store, as one read and one write of the sixteen bytes. On AMD's family 25 all of them must be writable, whatever the mask, and EFLAGS.AC checks for 8 bytes. */
const maskmovdqu: Semantics = (c) => {
  const { f } = c, address = c.local(I64), m = c.local(V128);
  implicitDestination(c); f.set(address);
  const data = c.local(V128);
  c.readV(0); f.set(data);
  c.readV(1); f.i32Const(7).i8x16ShrS().set(m);
  c.beginOut(address, 16, 8); f.drop(); // a fault is that of a write
  f.get(m).v128AnyTrue().if();
  f.get(address).get(data).get(address); c.load(16, 8); f.get(m).v128Bitselect();
  c.store(16, 8);
  f.end();
};

export const PACKED: Record<string, (f: Func) => void> = {
  paddb: (f) => f.i8x16Add(), paddw: (f) => f.i16x8Add(), paddd: (f) => f.i32x4Add(), paddq: (f) => f.i64x2Add(),
  psubb: (f) => f.i8x16Sub(), psubw: (f) => f.i16x8Sub(), psubd: (f) => f.i32x4Sub(), psubq: (f) => f.i64x2Sub(),
  paddsb: (f) => f.i8x16AddSatS(), paddsw: (f) => f.i16x8AddSatS(), paddusb: (f) => f.i8x16AddSatU(), paddusw: (f) => f.i16x8AddSatU(),
  psubsb: (f) => f.i8x16SubSatS(), psubsw: (f) => f.i16x8SubSatS(), psubusb: (f) => f.i8x16SubSatU(), psubusw: (f) => f.i16x8SubSatU(),
  pmullw: (f) => f.i16x8Mul(), pmaddwd: (f) => f.i32x4DotI16x8S(),
  pcmpeqb: (f) => f.i8x16Eq(), pcmpeqw: (f) => f.i16x8Eq(), pcmpeqd: (f) => f.i32x4Eq(), pcmpgtb: (f) => f.i8x16GtS(), pcmpgtw: (f) => f.i16x8GtS(), pcmpgtd: (f) => f.i32x4GtS(),
  pminub: (f) => f.i8x16MinU(), pmaxub: (f) => f.i8x16MaxU(), pminsw: (f) => f.i16x8MinS(), pmaxsw: (f) => f.i16x8MaxS(),
  pavgb: (f) => f.i8x16AvgrU(), pavgw: (f) => f.i16x8AvgrU(),
  pand: (f) => f.v128And(), por: (f) => f.v128Or(), pxor: (f) => f.v128Xor(),
};
for (const name in PACKED) define({ [name]: (c) => (c.ops[0]!.kind === 'p' ? mmxHook.binary!(c, PACKED[name]!) : binary(PACKED[name]!)(c)) });

/** Rows shared by xmm and mm: mmx.ts hooks in its versions, since one mnemonic has one semantics. */
export const mmxHook: { binary: ((c: Ctx, emit: (f: Func) => void) => void) | null; other: ((c: Ctx) => boolean) | null } = { binary: null, other: null };
const either = (xmm: Semantics): Semantics => (c) => { if (c.ops.some((o) => o.kind === 'p') && mmxHook.other!(c)) return; xmm(c); };

define({
  movups: move(false), movupd: move(false), movdqu: move(false), movaps: move(true), movapd: move(true), movdqa: move(true), movntps: move(true), movntpd: move(true), movntdq: move(true),
  movss: movScalar(4), 'movsd.sse': movScalar(8),
  movlps: movHalf(0), movlpd: movHalf(0), movhps: movHalf(1), movhpd: movHalf(1),
  movhlps: shuffle([3, 1], 8), movlhps: shuffle([0, 2], 8),
  movd: either(movd), movq: either(movq), movmskps: mask((f) => f.i32x4Bitmask()), movmskpd: mask((f) => f.i64x2Bitmask()), pmovmskb: either(mask((f) => f.i8x16Bitmask())), maskmovdqu,
  andps: binary((f) => f.v128And()), andpd: binary((f) => f.v128And()), orps: binary((f) => f.v128Or()), orpd: binary((f) => f.v128Or()), xorps: binary((f) => f.v128Xor()), xorpd: binary((f) => f.v128Xor()),
  andnps: reversed((f) => f.v128Andnot()), andnpd: reversed((f) => f.v128Andnot()), pandn: either(reversed((f) => f.v128Andnot())),
  unpcklps: binary((f) => f.i8x16Shuffle(interleave(4, false))), unpckhps: binary((f) => f.i8x16Shuffle(interleave(4, true))), unpcklpd: shuffle([0, 2], 8), unpckhpd: shuffle([1, 3], 8),
  shufps, shufpd, pshufd, pshuflw: pshufWords(false), pshufhw: pshufWords(true),
  punpcklqdq: shuffle([0, 2], 8), punpckhqdq: shuffle([1, 3], 8),
  packsswb: either(binary((f) => f.i8x16NarrowI16x8S())), packuswb: either(binary((f) => f.i8x16NarrowI16x8U())), packssdw: either(binary((f) => f.i16x8NarrowI32x4S())),
  pmulhw: either(withLocals((c, a, b) => mulHigh(c, a, b, true))), pmulhuw: either(withLocals((c, a, b) => mulHigh(c, a, b, false))),
  pmuludq: either(withLocals(mulEvenDwords)), psadbw: either(withLocals(sad)),
  psllw: either(shift(16, 'shl')), pslld: either(shift(32, 'shl')), psllq: either(shift(64, 'shl')), psrlw: either(shift(16, 'shrU')), psrld: either(shift(32, 'shrU')), psrlq: either(shift(64, 'shrU')),
  psraw: either(shift(16, 'shrS')), psrad: either(shift(32, 'shrS')), pslldq: byteShift(true), psrldq: byteShift(false),
  pextrw: either(pextrw), pinsrw: either(pinsrw),
});
const UNPACKS: readonly (readonly [string, number, boolean])[] = [['punpcklbw', 1, false], ['punpcklwd', 2, false], ['punpckldq', 4, false], ['punpckhbw', 1, true], ['punpckhwd', 2, true], ['punpckhdq', 4, true]];
for (const [name, size, high] of UNPACKS) define({ [name]: either(binary((f) => f.i8x16Shuffle(interleave(size, high)))) });
