// MMX, and the SSE instructions that touch mm registers. An mm register is the significand of a physical x87 register; every MMX
// instruction but EMMS sets TOP = 0 and all tags valid, every write sets the exponent to all ones (SDM vol. 1, 9.6.2).
import { CTX } from '../../machine/hardware.ts';
import { I64, V128 } from '../wasm/builder.ts';
import type { Func } from '../wasm/builder.ts';
import { define } from './context.ts';
import type { Ctx, Semantics } from './context.ts';
import { checkXm } from './sse-fp.ts';
import { implicitDestination, interleave, mmxHook, mulEvenDwords, mulHigh, sad, shiftLanes, wordSwizzle } from './sse-int.ts';
import type { ShiftKind } from './sse-int.ts';
import { waiting } from './x87.ts';

/** To MMX state; after everything that can fault. */
function enter(c: Ctx): void {
  c.state(); c.state(); c.f.i32Load16U(CTX.fsw).i32Const(~0x3800).i32And().i32Store16(CTX.fsw);
  c.state(); c.f.i32Const(0xff).i32Store16(CTX.ftw);
}
const slot = (c: Ctx, i: number): void => { c.state(); c.regNumber(i); c.f.i32Const(4).i32Shl().i32Add(); };
/** push v128: mm or memory operand in the low half, zero above. */
function read(c: Ctx, i: number): void {
  if (c.isMem(i)) { c.readV(i); return; }
  if (c.ops[i]!.kind === 'x') { c.readV(i); return; }
  slot(c, i); c.f.v128Load64Zero(CTX.x87);
}
/** push i64 */
function readInt(c: Ctx, i: number): void {
  if (c.isMem(i)) { c.readLow(i); return; }
  slot(c, i); c.f.i64Load(CTX.x87);
}
/** pop i64 → mm operand i. */
function writeInt(c: Ctx, i: number): void {
  const v = c.local(I64);
  c.f.set(v);
  enter(c);
  slot(c, i); c.f.get(v).i64Store(CTX.x87);
  slot(c, i); c.f.i32Const(0xffff).i32Store16(CTX.x87 + 8);
}
const write = (c: Ctx, i: number): void => { c.f.i64x2ExtractLane(0); writeInt(c, i); };

const two = (c: Ctx, emit: (a: number, b: number) => void): void => {
  const a = c.local(V128), b = c.local(V128);
  read(c, 1); c.f.set(b); read(c, 0); c.f.set(a);
  emit(a, b);
  write(c, 0);
};
/** A whole MMX instruction of two operands: `emit` pushes the result. */
export const waitingTwo: typeof two = (c, emit) => { waiting(c); two(c, emit); };
mmxHook.binary = (c, emit) => waitingTwo(c, (a, b) => { c.f.get(a).get(b); emit(c.f); });

/** Packs: both operands side by side, then narrowed. */
const packs = (emit: (f: Func) => void) => (c: Ctx): void => two(c, (a, b) => { c.f.get(a).get(b).i64x2ExtractLane(0).i64x2ReplaceLane(1).v128Const([0, 0, 0, 0]); emit(c.f); });
const unpack = (size: number, high: boolean) => (c: Ctx): void => two(c, (a, b) => { c.f.get(a).get(b).i8x16Shuffle(interleave(size, high, 8)); });
const shift = (bits: 16 | 32 | 64, kind: ShiftKind) => (c: Ctx): void => {
  const v = c.local(V128), n = c.local(I64);
  if (c.ops[1]!.kind === 'i') { c.imm(1); c.f.i64Const(255).i64And(); } else readInt(c, 1);
  c.f.set(n); read(c, 0); c.f.set(v);
  shiftLanes(c, bits, kind, v, n);
  write(c, 0);
};

const OTHER: Record<string, (c: Ctx) => void> = {
  movd: (c) => {
    if (c.ops[0]!.kind === 'p') { c.read(1); writeInt(c, 0); } else { readInt(c, 1); c.write(0); enter(c); }
  },
  movq: (c) => {
    if (c.ops[0]!.kind === 'p') { readInt(c, 1); writeInt(c, 0); } else { const a = c.local(I64); c.ea(0); c.f.tee(a); readInt(c, 1); c.store(8); enter(c); }
  },
  pmovmskb: (c) => { read(c, 1); c.f.i8x16Bitmask().i32Const(255).i32And().i64ExtendI32U(); c.write(0); enter(c); },
  pandn: (c) => two(c, (a, b) => { c.f.get(b).get(a).v128Andnot(); }),
  packsswb: packs((f) => f.i8x16NarrowI16x8S()), packuswb: packs((f) => f.i8x16NarrowI16x8U()), packssdw: packs((f) => f.i16x8NarrowI32x4S()),
  pmulhw: (c) => two(c, (a, b) => mulHigh(c, a, b, true)), pmulhuw: (c) => two(c, (a, b) => mulHigh(c, a, b, false)),
  pmuludq: (c) => two(c, (a, b) => mulEvenDwords(c, a, b)), psadbw: (c) => two(c, (a, b) => sad(c, a, b)),
  psllw: shift(16, 'shl'), pslld: shift(32, 'shl'), psllq: shift(64, 'shl'), psrlw: shift(16, 'shrU'), psrld: shift(32, 'shrU'), psrlq: shift(64, 'shrU'), psraw: shift(16, 'shrS'), psrad: shift(32, 'shrS'),
  punpcklbw: unpack(1, false), punpcklwd: unpack(2, false), punpckldq: unpack(4, false), punpckhbw: unpack(1, true), punpckhwd: unpack(2, true), punpckhdq: unpack(4, true),
  pextrw: (c) => { readInt(c, 1); c.imm(2); c.f.i64Const(3).i64And().i64Const(4).i64Shl().i64ShrU().i64Const(0xffff).i64And(); c.write(0); enter(c); },
  pinsrw: (c) => {
    const { f } = c, n = c.local(I64), v = c.local(I64);
    c.read(1); f.i64Const(0xffff).i64And().set(v);
    c.imm(2); f.i64Const(3).i64And().i64Const(4).i64Shl().set(n);
    readInt(c, 0); f.i64Const(0xffff).get(n).i64Shl().i64Const(-1).i64Xor().i64And().get(v).get(n).i64Shl().i64Or();
    writeInt(c, 0);
  },
};
mmxHook.other = (c) => {
  const emit = OTHER[c.form.mnemonic];
  if (emit === undefined) return false;
  waiting(c);
  emit(c);
  return true;
};

/** Two integers to an mm register, by sse.toInt. */
const toInts = (double: boolean, truncate: boolean): Semantics => (c) => {
  const { f } = c, v = c.local(V128), r = c.local(I64);
  waiting(c);
  c.readV(1, double); f.set(v);
  for (const lane of [0, 1]) {
    c.state(); f.get(v);
    if (double) f.f64x2ExtractLane(lane); else f.f32x4ExtractLane(lane).f64PromoteF32();
    f.i32Const((truncate ? 1 : 0) | (double ? 0 : 4)); c.call('sse.toInt'); f.i64Const(0xffffffff, 0).i64And();
    if (lane === 1) f.i64Const(32).i64Shl().get(r).i64Or();
    f.set(r);
  }
  checkXm(c);
  f.get(r); writeInt(c, 0);
};
define({
  emms: (c) => { waiting(c); enter(c); c.state(); c.f.i32Const(0).i32Store16(CTX.ftw); },
  movntq: (c) => { waiting(c); const a = c.local(I64); c.ea(0); c.f.tee(a); readInt(c, 1); c.store(8); enter(c); },
  maskmovq: (c) => {
    const { f } = c, address = c.local(I64), m = c.local(V128);
    waiting(c);
    enter(c); // also where the store faults (AMD family 25)
    implicitDestination(c); f.set(address);
    read(c, 1); f.i32Const(7).i8x16ShrS().set(m);
    c.beginOut(address, 8); f.drop(); // a fault is that of a write, whatever the mask
    f.get(m).v128AnyTrue().if();
    f.get(address);
    read(c, 0); f.v128Const([0, 0, 0, 0]).get(address); c.load(8); f.i64x2ReplaceLane(0).get(m).v128Bitselect().i64x2ExtractLane(0);
    c.store(8);
    f.end();
  },
  pshufw: (c) => { waiting(c); read(c, 1); c.imm(2); c.f.i32WrapI64().i32Const(255).i32And(); wordSwizzle(c.f, false); write(c, 0); },
  movq2dq: (c) => { waiting(c); read(c, 1); c.writeV(0); enter(c); },
  movdq2q: (c) => { waiting(c); c.readLow(1); writeInt(c, 0); },
  cvtpi2pd: (c) => { if (!c.isMem(1)) waiting(c); read(c, 1); c.f.f64x2ConvertLowI32x4S(); c.writeV(0); if (!c.isMem(1)) enter(c); },
  cvtpi2ps: (c) => {
    const { f } = c, n = c.local(V128), r = c.local(V128);
    if (!c.isMem(1)) waiting(c);
    read(c, 1); f.set(n);
    c.readV(0); f.set(r);
    for (const lane of [0, 1]) { f.get(r); c.state(); f.get(n).i32x4ExtractLane(lane).i64ExtendI32S(); c.call('sse.fromInt32'); f.i32x4ReplaceLane(lane).set(r); }
    checkXm(c);
    f.get(r); c.writeV(0);
    if (!c.isMem(1)) enter(c);
  },
  cvttps2pi: toInts(false, true), cvtps2pi: toInts(false, false), cvttpd2pi: toInts(true, true), cvtpd2pi: toInts(true, false),
});
