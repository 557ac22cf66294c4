// FMA: a·b + c with a single rounding. In the usual rounding and an ordinary range by error-free transformations: the exact product and sum as pairs of doubles, rounded to odd
// and then once (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", 2008). Everything else in integers (softfloat.ts).
// Compiled code has WebAssembly's own where the host rounds once (../wasm/fused.ts), with the same question whether anything else is to be found out as other arithmetic.
import { CTX } from '../../machine/hardware.ts';
import { F64, I32, I64, V128 } from '../wasm/builder.ts';
import type { Func } from '../wasm/builder.ts';
import { multiplyAddIsFused } from '../wasm/fused.ts';
import { define, helper, jsHelper } from './context.ts';
import type { HelperEnv, Semantics } from './context.ts';
import { DE, F32F, F64F, IE, PE, QNAN, SNAN, UE, defaultNan, fma, pack, quiet, real, unpack } from './softfloat.ts';
import type { Real } from './softfloat.ts';
import { allOrdinary, checkXm, isOrdinary, someDenormal, unlessSettled } from './sse-fp.ts';
import { denormalsAreZeros, usualMode } from './sse-fp-slow.ts';
import { FTZ, raiseFlags, softEnv } from './sse-soft.ts';
import { byHalves } from './vex.ts';

/** Bits of an operation's code: the product, the addend negated; the operands are doubles. */
const NEGATE_PRODUCT = 1, NEGATE_ADDEND = 2, DOUBLE = 4;

/** (state, code, a, b, c) → bits of ±a·b ± c, in any mode, with all flags. */
jsHelper('fma.soft', [I32, I32, I64, I64, I64], [I64], (host: HelperEnv) => {
  let view = new DataView(host.memory.buffer);
  return (state: number, code: number, ...operands: bigint[]): bigint => {
    if (view.buffer !== host.memory.buffer) view = new DataView(host.memory.buffer);
    const mxcsr = view.getUint32((state >>> 0) + CTX.mxcsr, true), env = softEnv(mxcsr), wide = (code & DOUBLE) !== 0, fmt = wide ? F64F : F32F, bits = operands.map((x) => BigInt.asUintN(wide ? 64 : 32, x));
    const [a, b, c] = bits.map((x): Real => { const r = unpack(fmt, x); return env.daz && r.denormal ? real(0, r.sign) : r; }) as [Real, Real, Real];
    const nan = [a, b, c].findIndex((x) => x.kind >= QNAN);
    let result: bigint;
    if (nan >= 0) { // the first in the order multiplicand, multiplier, addend; the sign stays
      if ([a, b, c].some((x) => x.kind === SNAN)) env.flags |= IE;
      result = quiet(fmt, bits[nan]!);
    } else {
      if (a.denormal || b.denormal || c.denormal) env.flags |= DE;
      const r = fma(env, fmt, { ...a, sign: a.sign !== ((code & NEGATE_PRODUCT) !== 0) }, b, { ...c, sign: c.sign !== ((code & NEGATE_ADDEND) !== 0) });
      if (r === null) env.flags = IE;
      result = r === null ? defaultNan(fmt) : pack(fmt, r);
    }
    raiseFlags(view, state, mxcsr, env);
    return BigInt.asIntN(64, result);
  };
});

/** sum = x + y, error = what the rounding lost (Knuth's TwoSum). */
function twoSum(f: Func, x: number, y: number, sum: number, error: number, t: number): void {
  f.get(x).get(y).f64Add().tee(sum).get(x).f64Sub().set(t);
  f.get(x).get(sum).get(t).f64Sub().f64Sub().get(y).get(t).f64Sub().f64Add().set(error);
}
/** sum rounded to odd: if something was lost and the last bit is even, one step towards what was lost. */
function toOdd(f: Func, sum: number, error: number): void {
  f.get(error).f64Const(0).f64Ne().get(sum).i64ReinterpretF64().i32WrapI64().i32Const(1).i32And().i32Eqz().i32And().if();
  f.get(sum).i64ReinterpretF64().i64Const(1).i64Const(-1).get(error).f64Const(0).f64Gt().get(sum).f64Const(0).f64Gt().i32Eq().select().i64Add().f64ReinterpretI64().set(sum);
  f.end();
}
const inexact = (f: Func): void => { f.get(0).get(0).i32Load(CTX.mxcsr).i32Const(PE).i32Or().i32Store(CTX.mxcsr); };
/** Splits a double into halves of 26 bits (Veltkamp). */
function split(f: Func, x: number, high: number, low: number): void {
  f.get(x).f64Const(134217729).f64Mul().tee(high).get(high).get(x).f64Sub().f64Sub().set(high);
  f.get(x).get(high).f64Sub().set(low);
}
const negations = (f: Func, a: number, c: number): void => {
  f.get(1).i32Const(NEGATE_PRODUCT).i32And().ifThen().get(a).f64Neg().set(a).end();
  f.get(1).i32Const(NEGATE_ADDEND).i32And().ifThen().get(c).f64Neg().set(c).end();
};

/** (state, code, a, b, c) */
helper('fma.64', [I32, I32, I64, I64, I64], [I64], (f, call) => {
  const local = (): number => f.local(F64), a = local(), b = local(), c = local(), p = local(), pl = local(), ah = local(), al = local(), bh = local(), bl = local(), th = local(), tl = local(), t = local(), vh = local(), vl = local(), z = local(), lost = local(), r = local(), rest = local();
  /** push i32: the exponent is between the two, so that no part of the product or the sums overflows or becomes tiny. */
  const between = (bits: number, low: number, high: number): void => { f.get(bits).i64Const(52).i64ShrU().i32WrapI64().i32Const(0x7ff).i32And().i32Const(low).i32Sub().i32Const(high - low).i32LtU(); };
  const isZero = (v: number): void => { f.get(v).f64Const(0).f64Eq(); };
  denormalsAreZeros(f, 64, [2, 3, 4]);
  f.get(2).f64ReinterpretI64().set(a).get(3).f64ReinterpretI64().set(b).get(4).f64ReinterpretI64().set(c);
  usualMode(f); between(2, 623, 1423); f.i32And(); between(3, 623, 1423); f.i32And();
  between(4, 223, 1723); isZero(c); f.i32Or().i32And().i32Eqz().hint(false).if();
  const neither = (bits: number, v: number): void => { between(bits, 1, 2047); isZero(v); f.i32Or(); }; // denormal nor infinite
  usualMode(f); isZero(a); isZero(b); f.i32Or().i32And(); neither(2, a); f.i32And(); neither(3, b); f.i32And(); neither(4, c); f.i32And().if(); // zero times a number
  negations(f, a, c);
  f.get(a).get(b).f64Mul().get(c).f64Add().i64ReinterpretF64().return().end();
  f.get(0).get(1).i32Const(DOUBLE).i32Or().get(2).get(3).get(4); call('fma.soft'); f.return().end();
  negations(f, a, c);
  split(f, a, ah, al); split(f, b, bh, bl);
  f.get(a).get(b).f64Mul().set(p);
  f.get(al).get(bl).f64Mul().get(p).get(ah).get(bh).f64Mul().f64Sub().get(al).get(bh).f64Mul().f64Sub().get(ah).get(bl).f64Mul().f64Sub().f64Sub().set(pl); // p + pl is the product (Dekker)
  twoSum(f, c, pl, th, tl, t);
  twoSum(f, p, th, vh, vl, t);
  twoSum(f, tl, vl, z, lost, t);
  toOdd(f, z, lost);
  twoSum(f, vh, z, r, rest, t);
  f.get(rest).f64Const(0).f64Ne().get(lost).f64Const(0).f64Ne().i32Or().if(); inexact(f); f.end();
  f.get(r).i64ReinterpretF64();
});
/** Singles: the product is a double, exactly; the sum rounded to odd in 53 bits and then to 24 is rounded once. */
helper('fma.32', [I32, I32, I32, I32, I32], [I32], (f, call) => {
  const a = f.local(F64), c = f.local(F64), p = f.local(F64), s = f.local(F64), lost = f.local(F64), t = f.local(F64), r = f.local(I32);
  const soft = (): void => { f.get(0).get(1).get(2).i64ExtendI32U().get(3).i64ExtendI32U().get(4).i64ExtendI32U(); call('fma.soft'); f.i32WrapI64().return(); };
  /** push i32: zero, or neither denormal, infinite nor NaN. */
  const normal = (bits: number): void => { f.get(bits).i32Const(0x7f800000).i32And().i32Const(0x800000).i32Sub().i32Const(0x7f000000).i32LtU().get(bits).i32Const(1).i32Shl().i32Eqz().i32Or(); };
  denormalsAreZeros(f, 32, [2, 3, 4]);
  usualMode(f); for (const x of [2, 3, 4]) { normal(x); f.i32And(); }
  f.i32Eqz().hint(false).if(); soft(); f.end();
  f.get(2).f32ReinterpretI32().f64PromoteF32().set(a).get(4).f32ReinterpretI32().f64PromoteF32().set(c);
  negations(f, a, c);
  f.get(a).get(3).f32ReinterpretI32().f64PromoteF32().f64Mul().set(p);
  twoSum(f, p, c, s, lost, t);
  toOdd(f, s, lost);
  f.get(s).f32DemoteF64().i32ReinterpretF32().tee(r).i32Const(1).i32Shl().i32Const(0x1000001).i32Sub().i32Const(0xfdffffff).i32LtU().get(s).f64Const(0).f64Eq().i32Or().i32Eqz().if();
  f.get(0).i32Load(CTX.mxcsr).i32Const(FTZ).i32And().i32Eqz().get(r).i32Const(0x7f800000).i32And().i32Or().if(); soft(); f.end(); // else tiny
  f.get(0).get(0).i32Load(CTX.mxcsr).i32Const(UE | PE).i32Or().i32Store(CTX.mxcsr);
  f.get(r).i32Const(0x80000000).i32And().return().end();
  f.get(r).f32ReinterpretI32().f64PromoteF32().get(s).f64Ne().get(lost).f64Const(0).f64Ne().i32Or().if(); inexact(f); f.end();
  f.get(r);
});

/** (state, codes, a, b, c): lane by lane; the code of even lanes in the low byte, of odd ones in the next. */
for (const w of [32, 64] as const) {
  helper(`fma.v${w}`, [I32, I32, V128, V128, V128], [V128], (f, call) => {
    f.v128Const([0, 0, 0, 0]);
    for (let i = 0; i < 128 / w; i++) {
      f.get(0).get(1).i32Const((i & 1) * 8).i32ShrU().i32Const(7).i32And();
      for (const v of [2, 3, 4]) { f.get(v); if (w === 64) f.i64x2ExtractLane(i); else f.i32x4ExtractLane(i); }
      call(`fma.${w}`);
      if (w === 64) f.i64x2ReplaceLane(i); else f.i32x4ReplaceLane(i);
    }
  });
}

/** The destination as a source of the view of vex.ts, where operands 0 and 1 are the other two. */
const DESTINATION = -1;
const ORDERS = { 132: [DESTINATION, 1, 0], 213: [0, DESTINATION, 1], 231: [0, 1, DESTINATION] } as const;
/** @param code of an even and of an odd lane */
const fused = (w: 32 | 64, packed: boolean, order: readonly [number, number, number], code: readonly [number, number]): Semantics => byHalves((c) => {
  const { f } = c, values = new Map<number, number>(), r = c.local(V128);
  for (const i of [1, 0, DESTINATION]) { const v = c.local(V128); c.readV(i); f.set(v); values.set(i, v); }
  const sources = order.map((i): [number, number] => [i, values.get(i)!]), dst = values.get(DESTINATION)!;
  const exactly = (): void => {
    c.state();
    if (packed) { f.i32Const(code[0] | (code[1] << 8)); for (const [, v] of sources) f.get(v); c.call(`fma.v${w}`); } else {
      f.i32Const(code[0]);
      for (const [, v] of sources) { f.get(v); if (w === 64) f.i64x2ExtractLane(0); else f.i32x4ExtractLane(0); }
      c.call(`fma.${w}`);
      if (w === 64) f.i64x2Splat(); else f.i32x4Splat();
    }
    f.set(r);
    checkXm(c);
  };
  if (c.compiled && multiplyAddIsFused()) {
    /** push v128: a source, with the signs that this bit of the code changes. */
    const signed = (v: number, bit: number): void => {
      f.get(v);
      const signs = [0, 1, 2, 3].map((i) => ((w === 32 || (i & 1) === 1) && (code[(w === 64 ? i >> 1 : i) & 1]! & bit) !== 0 ? 0x80000000 | 0 : 0));
      if (signs.some((s) => s !== 0)) f.v128Const(signs).v128Xor();
    };
    const [[, a], [, b], [, addend]] = sources as [[number, number], [number, number], [number, number]];
    signed(a, NEGATE_PRODUCT); f.get(b); signed(addend, NEGATE_ADDEND);
    if (w === 64) f.f64x2RelaxedMadd(); else f.f32x4RelaxedMadd();
    f.set(r);
    const ordinary = c.local(I32), unknown = sources.filter(([i]) => !c.hasNoDenormals(i, w, packed)).map(([, v]) => v);
    if (packed) { f.get(r); allOrdinary(f, w); } else isOrdinary(f, w, r, true);
    f.set(ordinary);
    unlessSettled(c, () => { f.get(ordinary); }, exactly, {
      unknown: unknown.length === 0 ? [] : [() => someDenormal(f, w, unknown, packed)],
      operands: () => someDenormal(f, w, sources.map(([, v]) => v), packed), result: () => someDenormal(f, w, [r], packed),
    });
  } else exactly();
  if (packed) f.get(r); else { f.get(dst).get(r); if (w === 64) f.i64x2ExtractLane(0).i64x2ReplaceLane(0); else f.i32x4ExtractLane(0).i32x4ReplaceLane(0); }
  c.writeV(0);
});
const OPERATIONS: Readonly<Record<string, readonly [number, number]>> = {
  vfmadd: [0, 0], vfmsub: [NEGATE_ADDEND, NEGATE_ADDEND], vfnmadd: [NEGATE_PRODUCT, NEGATE_PRODUCT], vfnmsub: [NEGATE_PRODUCT | NEGATE_ADDEND, NEGATE_PRODUCT | NEGATE_ADDEND],
  vfmaddsub: [NEGATE_ADDEND, 0], vfmsubadd: [0, NEGATE_ADDEND],
};
for (const [name, code] of Object.entries(OPERATIONS)) {
  for (const order of [132, 213, 231] as const) {
    for (const [suffix, w, packed] of [['ps', 32, true], ['pd', 64, true], ['ss', 32, false], ['sd', 64, false]] as const) {
      if (packed || code[0] === code[1]) define({ [`${name}${order}${suffix}`]: fused(w, packed, ORDERS[order], code) });
    }
  }
}
