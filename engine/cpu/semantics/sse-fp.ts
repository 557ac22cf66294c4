// SSE and SSE2 floats: inline fast paths for default rounding and ordinary results; the rest is called (sse-fp-slow.ts).
// WebAssembly leaves NaN bits open, so no NaN result of a wasm instruction is ever kept: x86's own are made in the helpers.
import { CTX, VEC } from '../../machine/hardware.ts';
import { F32, F64, I32, I64, V128 } from '../wasm/builder.ts';
import type { Func } from '../wasm/builder.ts';
import { define } from './context.ts';
import type { Ctx, Semantics } from './context.ts';
import { DAZ, DM, SOFT, USUAL, USUAL_MASK, XM_PENDING, quietPredicate } from './sse-soft.ts';
import './sse-directed.ts';
import { W, denormalLanes } from './sse-fp-slow.ts';
import type { ArithOp, Width } from './sse-fp-slow.ts';
import { DE, PE } from './softfloat.ts';

/** push i32: it makes a difference whether an operand is a denormal: DAZ is on, or DE unmasked or still clear. */
const denormalsMatter = (c: Ctx): void => { mxcsr(c); c.f.i32Const(DAZ | DM | DE).i32And().i32Const(DM | DE).i32Ne(); };
const mxcsr = (c: Ctx): void => { c.state(); c.f.i32Load(CTX.mxcsr); };
/** After a helper that may have raised an unmasked exception: #XM, the destination untouched (SDM vol. 3, 6.15, interrupt 19). */
export function checkXm(c: Ctx): void {
  if (c.lowerHalf !== undefined) { c.lowerHalf.looksForXm = true; return; }
  c.state(); c.f.i32Load(XM_PENDING).hint(false).if();
  c.state(); c.f.i32Const(0).i32Store(XM_PENDING);
  c.raise(VEC.XM);
  c.f.end();
}
const lowMerge = (c: Ctx, w: Width, value: number): void => { c.readV(0); c.f.get(value); if (w === 64) c.f.i64x2ReplaceLane(0); else c.f.i32x4ReplaceLane(0); c.writeV(0); };

/** push i32: the float in a local is a denormal. */
function isDenormal(f: Func, w: Width, x: number): void {
  f.get(x); W[w].toBits(f);
  if (w === 64) f.i64Const(1).i64Shl().i64Const(1).i64Sub().i64Const(2 ** 53 - 1).i64LtU(); else f.i32Const(1).i32Shl().i32Const(1).i32Sub().i32Const(2 ** 24 - 1).i32LtU(); // 0 wraps around
}
/** push i32: it is one or a zero, by its exponent: the cheapest that there is for the host. */
function hasNoExponent(f: Func, w: Width, x: number): void {
  f.get(x); W[w].toBits(f);
  if (w === 64) f.i64Const(32).i64ShrU().i32WrapI64().i32Const(0x7ff00000); else f.i32Const(0x7f800000);
  f.i32And().i32Eqz();
}
/** push i32: some lane that counts of the locals is a denormal. */
export function someDenormal(f: Func, w: Width, vs: readonly number[], packed = true): void {
  vs.forEach((v, i) => { denormalLanes(f, w, v); if (i > 0) f.v128Or(); });
  if (packed) f.v128AnyTrue(); else if (w === 64) f.i64x2Bitmask().i32Const(1).i32And(); else f.i32x4Bitmask().i32Const(1).i32And();
}

/** push i32: one of the low `count` floats of a local is a denormal or NaN. */
export function someStrange(f: Func, w: Width, v: number, count: number): void {
  denormalLanes(f, w, v); f.get(v).get(v); if (w === 64) f.f64x2Ne(); else f.f32x4Ne();
  f.v128Or();
  if (count === 128 / w) f.v128AnyTrue(); else { if (w === 64) f.i64x2Bitmask(); else f.i32x4Bitmask(); f.i32Const((1 << count) - 1).i32And(); }
}
/** pop v128, push i32: the low `count` elements are all ones. */
export function allLanes(f: Func, w: Width, count: number): void {
  if (w === 64) f.i64x2Bitmask(); else f.i32x4Bitmask();
  if (count < 128 / w) f.i32Const((1 << count) - 1).i32And();
  f.i32Const((1 << count) - 1).i32Eq();
}

/** push i32 or i64 bits of the low element of operand i. */
const lowBits = (c: Ctx, i: number, w: Width): void => { c.readLow(i); if (w === 32) c.f.i32WrapI64(); };

/** The low element of operand i as a float, without a detour over integer registers. */
const lowFloat = (c: Ctx, i: number, w: Width): void => { c.readV(i); if (w === 64) c.f.f64x2ExtractLane(0); else c.f.f32x4ExtractLane(0); };
/** push i32: the usual rounding, everything masked and PE already set, so that an ordinary result of operands that are no denormals leaves nothing to find out, whatever FTZ and DAZ are. */
const settled = (c: Ctx): void => { usualMode(c, PE); };
const usualMode = (c: Ctx, flags = 0): void => { mxcsr(c); c.f.i32Const(USUAL_MASK | flags).i32And().i32Const(USUAL | flags).i32Eq(); };
/** How an operation's denormals are found, each function pushing an i32: perhaps among the operands of which it is not known that they have none; among all operands; in its result. */
export interface Denormals { unknown: (() => void)[]; operands: () => void; result: () => void }
/** A result that is one float of this width, in a local, and all locals whose bits are looked at. */
interface Ranged { w: Width; result: number; floats: readonly number[] }
/** The same value, but another for V8: else it keeps the bits that the fast path looked at for the slow one, in a register more. */
const elsewhere = (f: Func, w: Width, x: number): void => { f.get(x); if (w === 64) f.f64x2Splat().f64x2ExtractLane(0); else f.f32x4Splat().f32x4ExtractLane(0); f.set(x); };
/** What a compiled region remembers of a settled unit, else 0: the limit for `spread`, so that one comparison finds both out. */
const SETTLED = 0xfd000000;
/**
 * Runs `slow` unless the unit is settled, `ordinary` (pushes i32) holds and no operand sets DE; plain branches, so that the fast path has no booleans.
 * Flags are sticky: within a compiled region it stays settled until LDMXCSR or FXRSTOR, so a local remembers it. There, what is known of operands (Ctx.hasNoDenormals) is wrong once
 * a denormal was left somewhere: from then on the local remembers nothing while that matters, and all operands are looked at.
 * @param exact pushes i32: in the usual mode the result certainly raises no flag (a program that never rounds, or zeros, in compiled code)
 * @param ranged of a result that is one float: a region looks at its `spread`
 */
export function unlessSettled(c: Ctx, ordinary: () => void, slow: () => void, denormals: Denormals | null = null, exact: (() => void) | null = null, ranged: Ranged | null = null): void {
  const { f } = c, note = c.regionFlag('fp'), left = c.regionFlag('denormal'), done = f.block(), strange = f.block(), atOnce = note >= 0 && ranged !== null;
  if (!atOnce) { if (note < 0) settled(c); else f.get(note); f.i32Eqz().hint(false).brIf(strange); }
  for (const found of denormals?.unknown ?? []) { found(); f.hint(false).brIf(strange); }
  if (atOnce) { spread(f, ranged.w, ranged.result); f.get(note).i32LtU(); } else ordinary();
  f.hint(true).brIf(done);
  f.end();
  if (atOnce) for (const x of ranged.floats) elsewhere(f, ranged.w, x);
  if (note >= 0 || denormals !== null) {
    settled(c); f.if();
    if (note >= 0) { f.i32Const(0).i32Const(SETTLED | 0).get(left); denormalsMatter(c); f.i32And().select().set(note); }
    ordinary();
    if (denormals !== null) { denormals.operands(); denormalsMatter(c); f.i32And().i32Eqz().i32And(); }
    f.brIf(done).end();
  }
  if (c.compiled && exact !== null) {
    const found = f.block();
    usualMode(c); f.if(); exact(); f.brIf(found).end();
    slow();
    f.end();
  } else slow();
  if (note >= 0 && denormals !== null) {
    denormals.operands(); denormals.result(); f.i32Or(); denormalsMatter(c); f.i32And().ifThen().i32Const(0).set(note).i32Const(1).set(left).end();
  }
  f.end();
}
/** MXCSR was loaded. */
export function unsettle(c: Ctx): void {
  const note = c.regionFlag('fp');
  if (note >= 0) c.f.i32Const(0).set(note);
}
/** push i32: r = a op b is certainly exact, neither NaN nor infinity made from numbers; and no operand is a denormal (DE, DAZ), nor the result (FTZ). */
function certainlyExact(f: Func, w: Width, op: 'add' | 'sub' | 'mul', a: number, b: number, r: number): void {
  exactResult(f, w, op, a, b, r);
  for (const x of w === 64 && op === 'mul' ? [a, b] : [a, b, r]) { // 0 wraps around
    if (w === 64) f.get(x).i64ReinterpretF64().i64Const(1).i64Shl().i64Const(1).i64Sub().i64Const(2 ** 53 - 1).i64GeU(); else f.get(x).i32ReinterpretF32().i32Const(1).i32Shl().i32Const(1).i32Sub().i32Const(2 ** 24 - 1).i32GeU();
    f.i32And();
  }
}
function exactResult(f: Func, w: Width, op: 'add' | 'sub' | 'mul', a: number, b: number, r: number): void {
  const t = W[w];
  if (op === 'mul' && w === 32) { // the product of singles is a double
    f.get(a).f64PromoteF32().get(b).f64PromoteF32().f64Mul().get(r).f64PromoteF32().f64Eq();
    return;
  }
  if (op === 'mul') { // significands of at most 26 bits each, or a zero
    f.get(r).f64Const(0).f64Eq().ifThen(I32).get(a).f64Const(0).f64Eq().get(b).f64Const(0).f64Eq().i32Or().else();
    isOrdinary(f, 64, r);
    f.get(a).i64ReinterpretF64().get(b).i64ReinterpretF64().i64Or().i64Const(0x7ffffff).i64And().i64Eqz().i32And().end();
    return;
  }
  // the rounding error is itself a float (two-sum); it is NaN for infinities
  const rest = (): void => { f.get(r).get(a); t.sub(f); };
  f.get(a).get(r); rest(); t.sub(f); t.sub(f);
  if (op === 'add') { f.get(b); rest(); t.sub(f); t.add(f); } else { f.get(b); rest(); t.add(f); t.sub(f); }
  t.const(f, 0); t.eq(f);
}
const scalarArith = (w: Width, op: ArithOp): Semantics => (c) => {
  const { f } = c, t = W[w], a = c.local(t.float), b = c.local(t.float), r = c.local(t.float), sources: [number, number][] = op === 'sqrt' ? [[1, b]] : [[1, b], [0, a]];
  lowFloat(c, 1, w); f.set(b);
  if (op === 'sqrt') f.get(b).set(a); else { lowFloat(c, 0, w); f.set(a); }
  f.get(a);
  if (op !== 'sqrt') f.get(b);
  t.arith(f, op); f.set(r);
  const denormals: Denormals = {
    unknown: sources.filter(([i]) => !c.hasNoDenormals(i, w, false)).map(([, x]) => () => hasNoExponent(f, w, x)),
    operands: () => sources.forEach(([, x], i) => { isDenormal(f, w, x); if (i > 0) f.i32Or(); }), result: () => isDenormal(f, w, r),
  };
  unlessSettled(c, () => isOrdinary(f, w, r), () => {
    c.state(); f.get(a); t.toBits(f); f.get(b); t.toBits(f); c.call(`sse.${op}${w}`); t.toFloat(f); f.set(r);
    checkXm(c);
  }, denormals, op === 'add' || op === 'sub' || op === 'mul' ? () => certainlyExact(f, w, op, a, b, r) : null, { w, result: r, floats: [r, a, b] });
  c.readV(0); f.get(r); if (w === 64) f.f64x2ReplaceLane(0); else f.f32x4ReplaceLane(0);
  c.writeV(0);
};
/** pop v128, push i32: every exponent from 2 to the largest finite one: one signed comparison of the doubled bits, moved. */
export const allOrdinary = (f: Func, w: Width): void => {
  if (w === 64) f.i32Const(1).i64x2Shl().v128Const([0, 0x7fc00000, 0, 0x7fc00000]).i64x2Add().v128Const([0, 0x7fa00000, 0, 0x7fa00000]).i64x2LtS().i64x2Bitmask().i32Const(3).i32Eq();
  else f.i32Const(1).i32x4Shl().v128Const([0x7e000000, 0x7e000000, 0x7e000000, 0x7e000000]).i32x4Add().v128Const([0x7d000000, 0x7d000000, 0x7d000000, 0x7d000000]).i32x4LtS().i32x4Bitmask().i32Const(15).i32Eq();
};
/** The denormals of an operation on the vectors in locals `sources`, of which those with the number of an operand (else −1) may be known to have none. */
export function vectorDenormals(c: Ctx, w: Width, sources: readonly (readonly [number, number])[], r: number): Denormals {
  const { f } = c, unknown = sources.filter(([i]) => i < 0 || !c.hasNoDenormals(i, w, true)).map(([, v]) => v);
  return { unknown: unknown.length === 0 ? [] : [() => someDenormal(f, w, unknown)], operands: () => someDenormal(f, w, sources.map(([, v]) => v)), result: () => someDenormal(f, w, [r]) };
}
const packedArith = (w: Width, op: ArithOp): Semantics => (c) => {
  const { f } = c, t = W[w], a = c.local(V128), b = c.local(V128), r = c.local(V128), ordinary = c.local(I32), sources: [number, number][] = op === 'sqrt' ? [[1, b]] : [[1, b], [0, a]];
  c.readV(1, true); f.set(b);
  if (op === 'sqrt') f.get(b).set(a); else { c.readV(0); f.set(a); }
  f.get(a); if (op !== 'sqrt') f.get(b);
  t.vector(f, op); f.tee(r);
  allOrdinary(f, w);
  f.set(ordinary);
  unlessSettled(c, () => { f.get(ordinary); }, () => { c.state(); f.get(a).get(b); c.call(`sse.${op}v${w}`); f.set(r); checkXm(c); }, vectorDenormals(c, w, sources, r));
  f.get(r); c.writeV(0);
};

/** Loads both operands. Of scalar ones only the low lanes count; the helpers get them splatted, so that every lane says the same. */
function operands(c: Ctx, packed: boolean, a: number, b: number): void {
  c.readV(1, packed); c.f.set(b); c.readV(0); c.f.set(a);
}
function pushOperand(c: Ctx, w: Width, packed: boolean, v: number): void {
  const { f } = c;
  f.get(v);
  if (!packed) { if (w === 64) f.f64x2ExtractLane(0).f64x2Splat(); else f.f32x4ExtractLane(0).f32x4Splat(); }
}
function mergeResult(c: Ctx, w: Width, packed: boolean, r: number): void {
  const { f } = c;
  if (packed) f.get(r);
  else { c.readV(0); f.get(r).i8x16Shuffle(Array.from({ length: 16 }, (_, i) => (i < w / 8 ? 16 + i : i))); }
  c.writeV(0);
}
const veq = (f: Func, w: Width): Func => (w === 64 ? f.f64x2Eq() : f.f32x4Eq());
/** push i32: no NaN in either (in the lanes that count). */
const allOrdered = (f: Func, w: Width, packed: boolean, a: number, b: number): void => {
  f.get(a).get(a); veq(f, w); f.get(b).get(b); veq(f, w); f.v128And();
  if (w === 64) f.i64x2Bitmask(); else f.i32x4Bitmask();
  if (packed) f.i32Const(w === 64 ? 3 : 15).i32Eq(); else f.i32Const(1).i32And();
};

/** push i32: what is known of operands (Ctx.hasNoDenormals) may be wrong, since a denormal was left in this region. */
const knowledgeLost = (c: Ctx): void => { c.f.get(c.regionFlag('denormal')); };
/** push i32: an operand, 1 in local b and 0 in a, has a denormal, and that makes a difference. */
function strangeDenormals(c: Ctx, w: Width, packed: boolean, a: number, b: number): void {
  const { f } = c, unknown = [a, b].filter((_, i) => !c.hasNoDenormals(i, w, packed));
  if (unknown.length > 0) someDenormal(f, w, unknown, packed);
  if (unknown.length < 2) knowledgeLost(c);
  if (unknown.length === 1) f.i32Or();
  f.hint(false).if(I32); someDenormal(f, w, [a, b], packed); denormalsMatter(c); f.i32And().else().i32Const(0).end();
}
const minMax = (w: Width, packed: boolean, op: 'min' | 'max'): Semantics => (c) => {
  const { f } = c, a = c.local(V128), b = c.local(V128), r = c.local(V128);
  operands(c, packed, a, b);
  // min: a < b ? a : b — the second operand if unordered or both zero; pmin(b, a) is exactly that
  f.get(b).get(a);
  if (op === 'min') { if (w === 64) f.f64x2Pmin(); else f.f32x4Pmin(); } else if (w === 64) f.f64x2Pmax(); else f.f32x4Pmax();
  f.set(r);
  allOrdered(f, w, packed, a, b); f.i32Eqz(); strangeDenormals(c, w, packed, a, b); f.i32Or().hint(false).if();
  c.state(); f.i32Const(SOFT[op] | W[w].code); pushOperand(c, w, packed, a); pushOperand(c, w, packed, b); c.call(`sse.softv${w}`); f.set(r);
  checkXm(c);
  f.end();
  mergeResult(c, w, packed, r);
};
const compareWith = (f: Func, w: Width, predicate: number): void => {
  switch (predicate) {
    case 0: veq(f, w); return;
    case 1: case 5: if (w === 64) f.f64x2Lt(); else f.f32x4Lt(); break;
    case 2: case 6: if (w === 64) f.f64x2Le(); else f.f32x4Le(); break;
    case 9: case 13: if (w === 64) f.f64x2Ge(); else f.f32x4Ge(); break;
    case 10: case 14: if (w === 64) f.f64x2Gt(); else f.f32x4Gt(); break;
    default: if (w === 64) f.f64x2Ne(); else f.f32x4Ne(); return;
  }
  if (predicate > 4 && predicate < 12) f.v128Not();
};
const cmp = (w: Width, packed: boolean): Semantics => (c) => {
  const { f } = c, a = c.local(V128), b = c.local(V128), r = c.local(V128), predicate = c.immConst(2) & (c.form.mnemonic.startsWith('v') ? 31 : 7), relation = predicate & 15;
  const quiet = quietPredicate(predicate);
  operands(c, packed, a, b);
  if (relation === 11 || relation === 15) { const all = relation === 15 ? -1 : 0; f.v128Const([all, all, all, all]); }
  else if ((relation & 3) === 3) { f.get(a).get(a); veq(f, w); f.get(b).get(b); veq(f, w); f.v128And(); if (relation === 3) f.v128Not(); }
  else if (relation === 8 || relation === 12) { f.get(a).get(b); compareWith(f, w, 1); f.get(a).get(b); compareWith(f, w, 14); f.v128Or(); if (relation === 8) f.v128Not(); }
  else { f.get(a).get(b); compareWith(f, w, relation); }
  f.set(r);
  strangeDenormals(c, w, packed, a, b); f.hint(false).if();
  c.state(); f.i32Const(SOFT.cmp | W[w].code | (predicate << 16)); pushOperand(c, w, packed, a); pushOperand(c, w, packed, b); c.call(`sse.softv${w}`); f.set(r);
  checkXm(c);
  f.else();
  allOrdered(f, w, packed, a, b); f.i32Eqz().hint(false).if();
  c.state(); pushOperand(c, w, packed, a); pushOperand(c, w, packed, b); f.i32Const(quiet ? 1 : 0); c.call(`sse.unordered${w}`);
  checkXm(c);
  f.end().end();
  mergeResult(c, w, packed, r);
};
/** COMIS/UCOMIS: ZF PF CF = 111 unordered, 000 greater, 001 less, 100 equal; OF SF AF = 0. Compiled code keeps the two floats in place of the flags. */
const comi = (w: Width, quiet: boolean): Semantics => (c) => {
  const { f } = c, t = W[w], x = c.local(t.float), y = c.local(t.float), sum = c.local(t.float), flags = c.local(I32);
  lowFloat(c, 1, w); f.set(y); lowFloat(c, 0, w); f.set(x);
  if (!c.compiled) { f.get(x).get(y); t.lt(f); f.get(x).get(y); t.eq(f); f.i32Const(6).i32Shl().i32Or().set(flags); }
  const splat = (v: number): void => { f.get(v); if (w === 64) f.f64x2Splat(); else f.f32x4Splat(); };
  const done = f.block(), strange = f.block();
  const unknown = [x, y].filter((_, i) => !c.hasNoDenormals(i, w, false));
  for (const v of unknown) { hasNoExponent(f, w, v); f.hint(false).brIf(strange); }
  if (unknown.length < 2) { knowledgeLost(c); f.hint(false).brIf(strange); }
  f.get(x).get(y); t.add(f); f.tee(sum).get(sum); t.eq(f); f.hint(true).brIf(done); // there is no NaN behind a sum that is a number
  f.end();
  isDenormal(f, w, x); isDenormal(f, w, y); f.i32Or(); denormalsMatter(c); f.i32And().if();
  c.state(); f.i32Const((quiet ? SOFT.ucomi : SOFT.comi) | t.code); splat(x); splat(y); c.call(`sse.softv${w}`); f.i32x4ExtractLane(0).set(flags);
  if (c.compiled) { // under DAZ they compare as other numbers do
    const number = (): void => { if (w === 64) f.f64ConvertI32S(); else f.f32ConvertI32S(); };
    f.get(flags).i32Const(0x45).i32Ne().ifThen().get(flags).i32Eqz(); number(); f.set(x).get(flags).i32Const(1).i32And(); number(); f.set(y).end();
  }
  f.else();
  f.get(x).get(y); t.lt(f); f.get(x).get(y); t.ge(f); f.i32Or().i32Eqz().if();
  f.i32Const(0x45).set(flags);
  c.state(); splat(x); splat(y); f.i32Const(quiet ? 1 : 0); c.call(`sse.unordered${w}`);
  f.end().end();
  checkXm(c);
  f.end();
  if (c.compiled) c.flagsFloats(x, y, w); else { f.get(flags); c.setFlags(); }
};

/** push i32: the float's exponent says finite and not tiny. @param vector it is the low element of one */
export const isOrdinary = (f: Func, w: Width, r: number, vector = false): void => {
  f.get(r); if (!vector) W[w].toBits(f); else if (w === 64) f.i64x2ExtractLane(0); else f.i32x4ExtractLane(0);
  if (w === 64) f.i64Const(52).i64ShrU().i32WrapI64().i32Const(0x7ff).i32And().i32Const(2).i32Sub().i32Const(0x7fd).i32LtU();
  else f.i32Const(23).i32ShrU().i32Const(0xff).i32And().i32Const(2).i32Sub().i32Const(0xfd).i32LtU();
};
/** push i32: the bits of the float's exponent and those behind it, doubled and moved: below SETTLED of one that is ordinary, but for doubles from 2¹⁰⁰³ on, for which that limit is too low. */
const spread = (f: Func, w: Width, r: number): void => {
  f.get(r); W[w].toBits(f);
  if (w === 64) f.i64Const(32).i64ShrU().i32WrapI64();
  f.i32Const(1).i32Shl().i32Const(w === 64 ? 2 << 21 : 2 << 24).i32Sub();
};
/** Float to integer register. */
const toInt = (w: Width, truncate: boolean): Semantics => (c) => {
  const { f } = c, wide = c.ops[0]!.bytes === 8, r = c.local(I64), x = c.local(F64);
  lowFloat(c, 1, w); if (w === 32) f.f64PromoteF32(); // a NaN goes to the helper, which only asks whether it is one
  f.tee(x); if (!truncate) f.f64Nearest();
  f.i64TruncSatF64S().set(r);
  unlessSettled(c, () => { f.get(x).f64Abs().f64Const(wide ? 2 ** 62 : 2 ** 30).f64Lt(); }, () => {
    c.state(); f.get(x).i32Const((truncate ? 1 : 0) | (wide ? 2 : 0) | (w === 32 ? 4 : 0)); c.call('sse.toInt'); f.set(r);
    checkXm(c);
  });
  f.get(r); c.write(0);
};
const insertLow = (c: Ctx, w: Width, r: number): void => { c.readV(0); c.f.get(r); if (w === 64) c.f.f64x2ReplaceLane(0); else c.f.f32x4ReplaceLane(0); c.writeV(0); };
const fromInt = (w: Width): Semantics => (c) => {
  const { f } = c, r = c.local(W[w].float), n = c.local(I64);
  c.readS(1); f.tee(n);
  if (w === 64) f.f64ConvertI64S(); else f.f32ConvertI64S();
  f.set(r);
  if (w === 32 || c.ops[1]!.bytes === 8) unlessSettled(c, () => { f.i32Const(1); }, () => { c.state(); f.get(n); c.call(`sse.fromInt${w}`); W[w].toFloat(f); f.set(r); checkXm(c); });
  insertLow(c, w, r);
};
const cvtss2sd: Semantics = (c) => { // exact: only NaNs and denormals have flags
  const { f } = c, x = c.local(F32), r = c.local(F64);
  lowFloat(c, 1, 32); f.tee(x).f64PromoteF32().set(r);
  f.get(x).get(x).f32Ne(); isDenormal(f, 32, x); f.i32Or().hint(false).if();
  c.state(); f.get(x).i32ReinterpretF32(); c.call('sse.widen'); f.f64ReinterpretI64().set(r); checkXm(c);
  f.end();
  insertLow(c, 64, r);
};
const cvtsd2ss: Semantics = (c) => {
  const { f } = c, x = c.local(F64), r = c.local(F32);
  lowFloat(c, 1, 64); f.tee(x).f32DemoteF64().set(r);
  unlessSettled(c, () => isOrdinary(f, 32, r), () => { c.state(); f.get(x).i64ReinterpretF64(); c.call('sse.narrow'); f.f32ReinterpretI32().set(r); checkXm(c); }, null, () => {
    f.get(r).f64PromoteF32().get(x).f64Eq(); isDenormal(f, 32, r); f.i32Eqz().i32And();
  }, { w: 32, result: r, floats: [r] });
  insertLow(c, 32, r);
};

/** Result of a packed conversion in local r, made at once; the elements one after the other by a helper where that says more. */
const packedToInt = (w: Width, truncate: boolean): Semantics => (c) => {
  const { f } = c, count = 128 / w, v = c.local(V128), r = c.local(V128), ordinary = c.local(I32), limit = w === 64 ? 2 ** 31 - 1 : 2 ** 31;
  c.readV(1, true); f.tee(v);
  if (!truncate) { if (w === 64) f.f64x2Nearest(); else f.f32x4Nearest(); }
  if (w === 64) f.i32x4TruncSatF64x2SZero(); else f.i32x4TruncSatF32x4S();
  f.set(r).get(v);
  if (w === 64) f.f64x2Abs().f64Const(limit).f64x2Splat().f64x2Lt(); else f.f32x4Abs().f32Const(limit).f32x4Splat().f32x4Lt();
  allLanes(f, w, count); f.set(ordinary);
  unlessSettled(c, () => { f.get(ordinary); }, () => {
    c.state(); f.get(v).i32Const((truncate ? 1 : 0) | (w === 32 ? 4 : 0)); c.call(`sse.toIntv${w}`); f.set(r); checkXm(c);
  }, null, () => { f.get(ordinary).get(r); if (w === 64) f.f64x2ConvertLowI32x4S(); else f.f32x4ConvertI32x4S(); f.get(v); veq(f, w); allLanes(f, w, count); f.i32And(); });
  f.get(r); c.writeV(0);
};
const cvtdq2ps: Semantics = (c) => {
  const { f } = c, v = c.local(V128), r = c.local(V128);
  c.readV(1, true); f.tee(v).f32x4ConvertI32x4S().set(r);
  unlessSettled(c, () => { f.i32Const(1); }, () => { c.state(); f.get(v); c.call('sse.fromIntv32'); f.set(r); checkXm(c); }, null, () => {
    f.get(v).i32x4Abs().i32Const(1 << 24).i32x4Splat().i32x4LeU(); allLanes(f, 32, 4);
  });
  f.get(r); c.writeV(0);
};
const cvtdq2pd: Semantics = (c) => { c.readV(1); c.f.f64x2ConvertLowI32x4S(); c.writeV(0); };
const cvtps2pd: Semantics = (c) => {
  const { f } = c, v = c.local(V128), r = c.local(V128);
  c.readV(1); f.tee(v).f64x2PromoteLowF32x4().set(r);
  someStrange(f, 32, v, 2); f.hint(false).if();
  c.state(); f.get(v).i64x2ExtractLane(0); c.call('sse.widenv'); f.set(r); checkXm(c);
  f.end();
  f.get(r); c.writeV(0);
};
const cvtpd2ps: Semantics = (c) => {
  const { f } = c, v = c.local(V128), r = c.local(V128), ordinary = c.local(I32), bound = (x: number): Func => f.get(v).f64x2Abs().f64Const(x).f64x2Splat();
  c.readV(1, true); f.tee(v).f32x4DemoteF64x2Zero().set(r);
  bound(2 ** -125).f64x2Ge(); bound(2 ** 128 - 2 ** 104).f64x2Le().v128And().get(v).v128Const([0, 0, 0, 0]).f64x2Eq().v128Or(); allLanes(f, 64, 2); f.set(ordinary);
  unlessSettled(c, () => { f.get(ordinary); }, () => { c.state(); f.get(v); c.call('sse.narrowv'); f.set(r); checkXm(c); }, null, () => { f.get(ordinary).get(r).f64x2PromoteLowF32x4().get(v).f64x2Eq(); allLanes(f, 64, 2); f.i32And(); });
  f.get(r); c.writeV(0);
};
const approximate = (name: string, packed: boolean): Semantics => (c) => {
  const { f } = c;
  if (!packed) {
    const r = c.local(I32);
    lowBits(c, 1, 32); c.call(name); f.set(r);
    lowMerge(c, 32, r);
    return;
  }
  const v = c.local(V128);
  c.readV(1, true); f.set(v).v128Const([0, 0, 0, 0]);
  for (let lane = 0; lane < 4; lane++) { f.get(v).i32x4ExtractLane(lane); c.call(name); f.i32x4ReplaceLane(lane); }
  c.writeV(0);
};

for (const op of ['add', 'sub', 'mul', 'div', 'sqrt'] as const) define({ [`${op}ss`]: scalarArith(32, op), [`${op}sd`]: scalarArith(64, op), [`${op}ps`]: packedArith(32, op), [`${op}pd`]: packedArith(64, op) });
for (const op of ['min', 'max'] as const) define({ [`${op}ss`]: minMax(32, false, op), [`${op}sd`]: minMax(64, false, op), [`${op}ps`]: minMax(32, true, op), [`${op}pd`]: minMax(64, true, op) });
define({
  cmpps: cmp(32, true), cmppd: cmp(64, true), cmpss: cmp(32, false), 'cmpsd.sse': cmp(64, false),
  ucomiss: comi(32, true), ucomisd: comi(64, true), comiss: comi(32, false), comisd: comi(64, false),
  cvtsi2ss: fromInt(32), cvtsi2sd: fromInt(64), cvttss2si: toInt(32, true), cvttsd2si: toInt(64, true), cvtss2si: toInt(32, false), cvtsd2si: toInt(64, false),
  cvtss2sd, cvtsd2ss, cvtps2pd, cvtpd2ps, cvtdq2ps, cvtdq2pd, cvtps2dq: packedToInt(32, false), cvttps2dq: packedToInt(32, true), cvtpd2dq: packedToInt(64, false), cvttpd2dq: packedToInt(64, true),
  rcpps: approximate('sse.rcp', true), rcpss: approximate('sse.rcp', false), rsqrtps: approximate('sse.rsqrt', true), rsqrtss: approximate('sse.rsqrt', false),
  ldmxcsr: (c) => { // reserved bits: #GP(0)
    const v = c.local(I32);
    c.read(0); c.f.i32WrapI64().tee(v).i32Const(0xffff0000).i32And().if(); c.raise(VEC.GP); c.f.end();
    c.state(); c.f.get(v).i32Store(CTX.mxcsr);
    unsettle(c);
  },
  stmxcsr: (c) => { mxcsr(c); c.f.i64ExtendI32U(); c.write(0); },
});
