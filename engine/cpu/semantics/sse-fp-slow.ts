// WebAssembly helpers of SSE floats: what the inline fast paths of sse-fp.ts leave. The usual rounding, with FTZ and DAZ or without, and exact sticky flags here;
// anything stranger goes on to the exact arithmetic of sse-soft.ts.
import { CTX } from '../../machine/hardware.ts';
import { F32, F64, I32, I64, V128 } from '../wasm/builder.ts';
import type { Func } from '../wasm/builder.ts';
import { helper } from './context.ts';
import { DE, IE, PE, UE } from './softfloat.ts';
import { DAZ, FTZ, SOFT, USUAL, USUAL_MASK, XM_PENDING } from './sse-soft.ts';

type Call = (name: string) => void;
export type ArithOp = 'add' | 'sub' | 'mul' | 'div' | 'sqrt';
export type Width = 32 | 64;

/** Instructions named by width. */
export const W = {
  64: {
    int: I64, float: F64, code: 0x100, frac: 52, least: 2 ** -1022,
    toFloat: (f: Func) => f.f64ReinterpretI64(), toBits: (f: Func) => f.i64ReinterpretF64(),
    arith: (f: Func, op: ArithOp) => (op === 'add' ? f.f64Add() : op === 'sub' ? f.f64Sub() : op === 'mul' ? f.f64Mul() : op === 'div' ? f.f64Div() : f.f64Sqrt()),
    vector: (f: Func, op: ArithOp) => (op === 'add' ? f.f64x2Add() : op === 'sub' ? f.f64x2Sub() : op === 'mul' ? f.f64x2Mul() : op === 'div' ? f.f64x2Div() : f.f64x2Sqrt()),
    ne: (f: Func) => f.f64Ne(), eq: (f: Func) => f.f64Eq(), lt: (f: Func) => f.f64Lt(), gt: (f: Func) => f.f64Gt(), ge: (f: Func) => f.f64Ge(), abs: (f: Func) => f.f64Abs(), sub: (f: Func) => f.f64Sub(), add: (f: Func) => f.f64Add(), const: (f: Func, n: number) => f.f64Const(n),
    or: (f: Func) => f.i64Or(), and: (f: Func) => f.i64And(), eqz: (f: Func) => f.i64Eqz(),
    quiet: (f: Func) => f.i64Const(0, 0x80000), nan: (f: Func) => f.i64Const(0, 0xfff80000),
  },
  32: {
    int: I32, float: F32, code: 0, frac: 23, least: 2 ** -126,
    toFloat: (f: Func) => f.f32ReinterpretI32(), toBits: (f: Func) => f.i32ReinterpretF32(),
    arith: (f: Func, op: ArithOp) => (op === 'add' ? f.f32Add() : op === 'sub' ? f.f32Sub() : op === 'mul' ? f.f32Mul() : op === 'div' ? f.f32Div() : f.f32Sqrt()),
    vector: (f: Func, op: ArithOp) => (op === 'add' ? f.f32x4Add() : op === 'sub' ? f.f32x4Sub() : op === 'mul' ? f.f32x4Mul() : op === 'div' ? f.f32x4Div() : f.f32x4Sqrt()),
    ne: (f: Func) => f.f32Ne(), eq: (f: Func) => f.f32Eq(), lt: (f: Func) => f.f32Lt(), gt: (f: Func) => f.f32Gt(), ge: (f: Func) => f.f32Ge(), abs: (f: Func) => f.f32Abs(), sub: (f: Func) => f.f32Sub(), add: (f: Func) => f.f32Add(), const: (f: Func, n: number) => f.f32Const(n),
    or: (f: Func) => f.i32Or(), and: (f: Func) => f.i32And(), eqz: (f: Func) => f.i32Eqz(),
    quiet: (f: Func) => f.i32Const(0x400000), nan: (f: Func) => f.i32Const(0xffc00000),
  },
} as const;

/** push i32: everything is masked. */
export const allMasked = (f: Func): void => { hasAll(f, USUAL); };
/** push v128: which lanes of a local are denormals. */
export function denormalLanes(f: Func, w: Width, v: number): void {
  f.get(v).i32Const(1); // the same comparison with both sides moved, so that it is a signed one
  if (w === 64) f.i64x2Shl().v128Const([-1, 0x7fffffff, -1, 0x7fffffff]).i64x2Add().v128Const([-1, 0x801fffff | 0, -1, 0x801fffff | 0]).i64x2LtS();
  else f.i32x4Shl().v128Const([0x7fffffff, 0x7fffffff, 0x7fffffff, 0x7fffffff]).i32x4Add().v128Const([0x80ffffff | 0, 0x80ffffff | 0, 0x80ffffff | 0, 0x80ffffff | 0]).i32x4LtS();
}
/** push i32: MXCSR has round-to-nearest and everything masked. */
export const usualMode = (f: Func): void => { f.get(0).i32Load(CTX.mxcsr).i32Const(USUAL_MASK).i32And().i32Const(USUAL).i32Eq(); };
/** push i32: MXCSR has (of) these bits. */
const has = (f: Func, bits: number): void => { f.get(0).i32Load(CTX.mxcsr).i32Const(bits).i32And(); };
const hasAll = (f: Func, bits: number): void => { has(f, bits); f.i32Const(bits).i32Eq(); };
/** push i32: the bits in a local are a denormal's. */
function isDenormal(f: Func, w: Width, v: number): void {
  f.get(v);
  if (w === 64) f.i64Const(1).i64Shl().i64Const(1).i64Sub().i64Const(0xffffffff, 0x1fffff).i64LtU(); else f.i32Const(1).i32Shl().i32Const(1).i32Sub().i32Const(0xffffff).i32LtU(); // 0 wraps around
}
/** Its sign is left of the bits in a local. */
const makeZero = (f: Func, w: Width, v: number): void => { f.get(v); if (w === 64) f.i64Const(0, 0x80000000).i64And().set(v); else f.i32Const(0x80000000).i32And().set(v); };
/** With DAZ, denormals in these locals become zeros. */
export function denormalsAreZeros(f: Func, w: Width, vs: readonly number[]): void {
  has(f, DAZ); f.if();
  for (const v of vs) { isDenormal(f, w, v); f.if(); makeZero(f, w, v); f.end(); }
  f.end();
}
const setFlag = (f: Func, flag: number): void => { f.get(0).get(0).i32Load(CTX.mxcsr).i32Const(flag).i32Or().i32Store(CTX.mxcsr); };

/** (state, flag bits): sets them, and XM_PENDING when unmasked. */
helper('sse.flag', [I32, I32], [], (f) => {
  const mx = f.local(I32);
  f.get(0).get(0).i32Load(CTX.mxcsr).get(1).i32Or().tee(mx).i32Store(CTX.mxcsr);
  f.get(1).get(mx).i32Const(7).i32ShrU().i32Const(-1).i32Xor().i32And().tee(mx).if();
  f.get(0).get(mx).i32Store(XM_PENDING).end();
});

/** (a, b, product) i64 bits of normal doubles → 1 if a·b needs no rounding: by trailing zeros of the significands. */
helper('sse.exactMul', [I64, I64, I64], [I32], (f) => {
  const tz = f.local(I64);
  const significand = (v: number): void => { f.get(v).i64Const(0xffffffff, 0xfffff).i64And().i64Const(0, 0x100000).i64Or().i64Ctz(); };
  const exponent = (v: number): void => { f.get(v).i64Const(52).i64ShrU().i64Const(2047).i64And(); };
  significand(0); significand(1); f.i64Add().tee(tz).i64Const(53).i64GeS();
  f.get(tz).i64Const(52).i64Eq();
  exponent(0); exponent(1); f.i64Add().i64Const(1023).i64Sub(); exponent(2); f.i64Eq().i32And().i32Or();
});

function softScalar(f: Func, call: Call, w: Width, op: number): void {
  const t = W[w];
  f.get(0).i32Const(op | t.code);
  f.get(1); if (w === 32) f.i64ExtendI32U();
  f.get(2); if (w === 32) f.i64ExtendI32U();
  call('sse.soft');
  if (w === 32) f.i32WrapI64();
}

/** One scalar: (state, a bits, b bits) → result bits. */
function scalar(f: Func, call: Call, w: Width, op: ArithOp): void {
  const t = W[w];
  const x = f.local(t.float), y = f.local(t.float), r = f.local(t.float), bits = f.local(t.int);
  const soft = (): void => { softScalar(f, call, w, SOFT[op]); f.return(); };
  const isNan = (v: number): void => { f.get(v).get(v); t.ne(f); };
  const isInf = (v: number): void => { f.get(v); t.abs(f); t.const(f, Infinity); t.eq(f); };
  usualMode(f); f.i32Eqz().if();
  f.get(0).get(1).get(2); call(`sse.directed.${op}${w}`); f.set(bits).if(); f.get(bits).return().end();
  soft(); f.end();
  denormalsAreZeros(f, w, op === 'sqrt' ? [1] : [1, 2]);
  f.get(1); t.toFloat(f); f.set(x); f.get(2); t.toFloat(f); f.set(y);
  isNan(x); isNan(y); f.i32Or().if();
  const signalling = (v: number, fv: number): void => { isNan(fv); f.get(v); t.quiet(f); t.and(f); t.eqz(f); f.i32And(); };
  signalling(1, x); signalling(2, y); f.i32Or().if(); setFlag(f, IE); f.end();
  f.get(1).get(2); isNan(x); f.select(); t.quiet(f); t.or(f); f.return().end();
  f.get(x); if (op !== 'sqrt') f.get(y);
  t.arith(f, op); f.tee(r); t.toBits(f); f.set(bits);
  isNan(r); f.if(); setFlag(f, IE); t.nan(f); f.return().end();
  isDenormal(f, w, 1); if (op !== 'sqrt') { isDenormal(f, w, 2); f.i32Or(); } f.if(); // with PE set nothing depends on what the comparisons below say of it
  hasAll(f, DE | PE); f.i32Eqz().if(); soft(); f.end().end();
  isInf(r); f.if(); isInf(x); isInf(y); f.i32Or().if(); f.get(bits).return().end(); soft(); f.end();
  const isZero = (v: number): void => { f.get(v); t.const(f, 0); t.eq(f); };
  if (op === 'sqrt') { isZero(r); f.if(); f.get(bits).return().end(); }
  if (op === 'mul' || op === 'div') {
    f.get(r); t.abs(f); t.const(f, t.least); t.gt(f); f.i32Eqz().if();
    isZero(r); isZero(x); if (op === 'mul') isZero(y); else isInf(y); f.i32Or().i32And().if(); f.get(bits).return().end();
    // What was rounded to less than the least normal number is tiny, what became that number may be (SDM vol. 1, 4.9.1.5).
    has(f, FTZ); f.if();
    f.get(r); t.abs(f); t.const(f, t.least); t.lt(f); f.if(); setFlag(f, UE | PE); makeZero(f, w, bits); f.get(bits).return().end();
    f.else(); hasAll(f, UE | PE); f.if(); f.get(bits).return().end().end();
    soft(); f.end();
  }
  if (op === 'add' || op === 'sub') { // two-sum: the rounding error is itself a float
    const bb = f.local(t.float);
    if (op === 'sub') { if (w === 64) f.get(y).f64Neg().set(y); else f.get(y).f32Neg().set(y); }
    isInf(x); isInf(y); f.i32Or().if(); f.get(bits).return().end();
    has(f, FTZ); f.if(); isDenormal(f, w, bits); f.if(); setFlag(f, UE | PE); makeZero(f, w, bits); f.get(bits).return().end().end();
    f.get(r).get(x); t.sub(f); f.set(bb);
    f.get(x).get(r).get(bb); t.sub(f); t.sub(f); f.get(y).get(bb); t.sub(f); t.add(f); t.const(f, 0); t.ne(f);
  } else if (w === 32) {
    const wide = (v: number): void => { f.get(v).f64PromoteF32(); };
    if (op === 'mul') { wide(x); wide(y); f.f64Mul(); wide(r); f.f64Ne(); }
    else if (op === 'div') { wide(r); wide(y); f.f64Mul(); wide(x); f.f64Ne(); }
    else { wide(r); wide(r); f.f64Mul(); wide(x); f.f64Ne(); }
  } else if (op === 'mul') { f.get(1).get(2).get(bits); call('sse.exactMul'); f.i32Eqz(); }
  else {
    f.get(r); f.get(op === 'div' ? y : r); f.f64Mul().get(x).f64Ne();
    f.get(bits); f.get(op === 'div' ? 2 : bits); f.get(1); call('sse.exactMul'); f.i32Eqz().i32Or();
  }
  f.if(); setFlag(f, PE); f.end();
  f.get(bits);
}
/** Of a vector helper: returns where the lanes need not be looked at one by one, because each is an ordinary number, or a zero that nothing was lost in, and PE is set or nothing was rounded: programs
 *  of whole numbers, and those with many zeros. */
function allAtOnce(f: Func, w: Width, op: ArithOp): void {
  const t = W[w], r = f.local(V128), sources = op === 'sqrt' ? [1] : [1, 2], splat = (x: number): Func => (w === 64 ? f.f64Const(x).f64x2Splat() : f.f32Const(x).f32x4Splat());
  const isZero = (v: number): void => { f.get(v).v128Const([0, 0, 0, 0]); if (w === 64) f.f64x2Eq(); else f.f32x4Eq(); };
  const abs = (): void => { f.get(r); if (w === 64) f.f64x2Abs(); else f.f32x4Abs(); };
  const all = (): void => { if (w === 64) f.i64x2AllTrue(); else f.i32x4AllTrue(); };
  usualMode(f); f.if();
  for (const v of sources) f.get(v);
  t.vector(f, op); f.set(r);
  abs(); splat(Infinity); if (w === 64) f.f64x2Lt(); else f.f32x4Lt();
  for (const v of [...sources, r]) { denormalLanes(f, w, v); f.v128Andnot(); }
  if (op === 'mul' || op === 'div') {
    abs(); splat(2 * t.least); if (w === 64) f.f64x2Ge(); else f.f32x4Ge();
    for (const v of op === 'mul' ? sources : [1]) { isZero(v); f.v128Or(); }
    f.v128And();
  }
  all(); f.if();
  has(f, PE); f.if(); f.get(r).return().end();
  if (op === 'add' || op === 'sub') { // two-sum, as below
    const [add, sub] = w === 64 ? [() => f.f64x2Add(), () => f.f64x2Sub()] : [() => f.f32x4Add(), () => f.f32x4Sub()], rest = f.local(V128), lost = f.local(V128);
    f.get(r).get(1); sub(); f.set(rest);
    f.get(1).get(r).get(rest); sub(); sub();
    f.get(2).get(rest); if (op === 'add') { sub(); add(); } else { add(); sub(); }
    f.set(lost); isZero(lost); all(); f.if(); f.get(r).return().end();
  } else if (op === 'mul' && w === 64) {
    f.get(1).get(2).v128Or().v128Const([0x7ffffff, 0, 0x7ffffff, 0]).v128And().v128Const([0, 0, 0, 0]).i64x2Eq(); isZero(r); f.v128Or(); all(); f.if(); f.get(r).return().end();
  } else if (op === 'mul') {
    const upper = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];
    for (const high of [false, true]) {
      for (const v of [1, 2]) { f.get(v); if (high) f.get(v).i8x16Shuffle(upper); f.f64x2PromoteLowF32x4(); }
      f.f64x2Mul().get(r); if (high) f.get(r).i8x16Shuffle(upper);
      f.f64x2PromoteLowF32x4().f64x2Eq();
      if (high) f.v128And();
    }
    f.i64x2AllTrue().if(); f.get(r).return().end();
  }
  f.end().end();
}
for (const op of ['add', 'sub', 'mul', 'div', 'sqrt'] as const) {
  for (const w of [32, 64] as const) helper(`sse.${op}${w}`, [I32, W[w].int, W[w].int], [W[w].int], (f, call) => scalar(f, call, w, op));
  helper(`sse.${op}v64`, [I32, V128, V128], [V128], (f, call) => {
    allAtOnce(f, 64, op);
    f.v128Const([0, 0, 0, 0]);
    for (const lane of [0, 1]) { f.get(0).get(1).i64x2ExtractLane(lane).get(2).i64x2ExtractLane(lane); call(`sse.${op}64`); f.i64x2ReplaceLane(lane); }
  });
  helper(`sse.${op}v32`, [I32, V128, V128], [V128], (f, call) => {
    allAtOnce(f, 32, op);
    f.v128Const([0, 0, 0, 0]);
    for (const lane of [0, 1, 2, 3]) { f.get(0).get(1).i32x4ExtractLane(lane).get(2).i32x4ExtractLane(lane); call(`sse.${op}32`); f.i32x4ReplaceLane(lane); }
  });
}
/** (state, code of sse.soft, a, b): every lane by the exact arithmetic. */
for (const w of [32, 64] as const) {
  helper(`sse.softv${w}`, [I32, I32, V128, V128], [V128], (f, call) => {
    f.v128Const([0, 0, 0, 0]);
    for (let lane = 0; lane < 128 / w; lane++) {
      f.get(0).get(1);
      if (w === 64) { f.get(2).i64x2ExtractLane(lane).get(3).i64x2ExtractLane(lane); call('sse.soft'); f.i64x2ReplaceLane(lane); }
      else { f.get(2).i32x4ExtractLane(lane).i64ExtendI32U().get(3).i32x4ExtractLane(lane).i64ExtendI32U(); call('sse.soft'); f.i32WrapI64().i32x4ReplaceLane(lane); }
    }
  });
  /** (state, a, b, quiet): some lane is unordered: IE unless the comparison is quiet and no NaN signals. */
  helper(`sse.unordered${w}`, [I32, V128, V128, I32], [], (f, call) => {
    const signalling = (v: number): void => {
      f.get(v).get(v); if (w === 64) f.f64x2Ne(); else f.f32x4Ne();
      f.get(v).v128Const(w === 64 ? [0, 0x80000, 0, 0x80000] : [0x400000, 0x400000, 0x400000, 0x400000]).v128And().v128Const([0, 0, 0, 0]);
      if (w === 64) f.i64x2Eq(); else f.i32x4Eq();
      f.v128And().v128AnyTrue();
    };
    f.get(3).i32Eqz(); signalling(1); signalling(2); f.i32Or().i32Or().if();
    f.get(0).i32Const(IE); call('sse.flag');
    f.end();
  });
}

// ---- conversions
/** (state, x, mode) → integer as x86 gives it. mode: 1 truncate (else by MXCSR), 2 64-bit result, 4 x came from a single. */
helper('sse.toInt', [I32, F64, I32], [I64], (f, call) => {
  const mx = f.local(I32), t = f.local(F64), wide = f.local(I32);
  f.get(0).i32Load(CTX.mxcsr).set(mx);
  f.get(2).i32Const(2).i32And().set(wide);
  f.get(mx).i32Const(0x40).i32And().if();
  f.get(1).f64Abs().f64Const(2 ** -126).f64Const(2 ** -1022).get(2).i32Const(4).i32And().select().f64Lt().if(); f.f64Const(0).set(1).end();
  f.end();
  f.get(2).i32Const(1).i32And().if(); f.i32Const(0x6000).set(mx).end();
  const done = f.block(), toZero = f.block(), up = f.block(), down = f.block(), nearest = f.block();
  f.get(mx).i32Const(13).i32ShrU().i32Const(3).i32And().brTable([nearest, down, up], toZero).end();
  f.get(1).f64Nearest().set(t).br(done).end();
  f.get(1).f64Floor().set(t).br(done).end();
  f.get(1).f64Ceil().set(t).br(done).end();
  f.get(1).f64Trunc().set(t).end();
  f.get(t).f64Const(-(2 ** 63)).f64Const(-(2 ** 31)).get(wide).select().f64Ge();
  f.get(t).f64Const(2 ** 63).f64Const(2 ** 31).get(wide).select().f64Lt().i32And().i32Eqz().if();
  f.get(0).i32Const(IE); call('sse.flag');
  f.i64Const(0, 0x80000000).i64Const(0x80000000, 0).get(wide).select().return().end();
  f.get(t).get(1).f64Ne().if(); f.get(0).i32Const(PE); call('sse.flag'); f.end();
  f.get(t).i64TruncSatF64S();
});
/** (state, n) → bits: rounds when n has too many digits. */
for (const w of [32, 64] as const) {
  helper(`sse.fromInt${w}`, [I32, I64], [W[w].int], (f, call) => {
    const r = f.local(W[w].float), back = f.local(I64);
    usualMode(f); f.i32Eqz().if();
    allMasked(f); f.if(); f.get(0).get(1); call(`sse.directed.fromInt${w}`); f.return().end();
    f.get(0).i32Const(SOFT.fromI64 | W[w].code).get(1).i64Const(0); call('sse.soft'); if (w === 32) f.i32WrapI64(); f.return().end();
    f.get(1); if (w === 64) f.f64ConvertI64S().tee(r).i64TruncSatF64S(); else f.f32ConvertI64S().tee(r).i64TruncSatF32S();
    f.set(back);
    f.get(back).get(1).i64Ne().get(back).i64Const(0xffffffff, 0x7fffffff).i64Eq().i32Or().if(); setFlag(f, PE); f.end();
    f.get(r); W[w].toBits(f);
  });
}
helper('sse.widen', [I32, I32], [I64], (f, call) => {
  f.get(1).i32Const(0x7fffffff).i32And().i32Const(0x7f800000).i32GtU().if();
  f.get(0).i32Const(SOFT.widen | 0x100).get(1).i64ExtendI32U().i64Const(0); call('sse.soft'); f.return().end();
  isDenormal(f, 32, 1); f.if();
  has(f, DAZ); f.if(); makeZero(f, 32, 1); f.else().get(0).i32Const(DE); call('sse.flag'); f.end().end();
  f.get(1).f32ReinterpretI32().f64PromoteF32().i64ReinterpretF64();
});
helper('sse.narrow', [I32, I64], [I32], (f, call) => {
  const x = f.local(F64), r = f.local(F32), bits = f.local(I32);
  const soft = (): void => { f.get(0).i32Const(SOFT.narrow).get(1).i64Const(0); call('sse.soft'); f.i32WrapI64().return(); };
  f.get(1).f64ReinterpretI64().set(x);
  usualMode(f); f.get(x).get(x).f64Eq().i32And().i32Eqz().if();
  f.get(0).get(1); call('sse.directed.narrow'); f.set(bits).if(); f.get(bits).return().end();
  soft(); f.end();
  denormalsAreZeros(f, 64, [1]);
  f.get(1).f64ReinterpretI64().tee(x).f32DemoteF64().set(r);
  f.get(x).f64Const(0).f64Eq().get(x).f64Abs().f64Const(Infinity).f64Eq().i32Or().if(); f.get(r).i32ReinterpretF32().return().end();
  f.get(r).f32Abs().f32Const(Infinity).f32Eq().get(r).f32Abs().f32Const(2 ** -126).f32Le().i32Or().if();
  isDenormal(f, 64, 1); has(f, FTZ); f.i32Eqz().i32Or().get(r).f32Abs().f32Const(2 ** -126).f32Ge().i32Or().if(); soft(); f.end(); // else tiny, as of products
  setFlag(f, UE | PE); f.f32Const(0).get(r).f32Copysign().i32ReinterpretF32().return().end();
  f.get(r).f64PromoteF32().get(x).f64Ne().if(); setFlag(f, PE); f.end();
  f.get(r).i32ReinterpretF32();
});

/** The packed conversions, element by element: (state, v, mode), (state, v), (state, the two singles), (state, v). */
for (const w of [32, 64] as const) {
  helper(`sse.toIntv${w}`, [I32, V128, I32], [V128], (f, call) => {
    f.v128Const([0, 0, 0, 0]);
    for (let lane = 0; lane < 128 / w; lane++) {
      f.get(0).get(1); if (w === 64) f.f64x2ExtractLane(lane); else f.f32x4ExtractLane(lane).f64PromoteF32(); // a NaN goes to the helper, which only asks whether it is one
      f.get(2); call('sse.toInt'); f.i32WrapI64().i32x4ReplaceLane(lane);
    }
  });
}
helper('sse.fromIntv32', [I32, V128], [V128], (f, call) => {
  f.v128Const([0, 0, 0, 0]);
  for (let lane = 0; lane < 4; lane++) { f.get(0).get(1).i32x4ExtractLane(lane).i64ExtendI32S(); call('sse.fromInt32'); f.i32x4ReplaceLane(lane); }
});
helper('sse.widenv', [I32, I64], [V128], (f, call) => {
  f.v128Const([0, 0, 0, 0]);
  for (const lane of [0, 1]) { f.get(0).get(1); if (lane === 1) f.i64Const(32).i64ShrU(); f.i32WrapI64(); call('sse.widen'); f.i64x2ReplaceLane(lane); }
});
helper('sse.narrowv', [I32, V128], [V128], (f, call) => {
  f.v128Const([0, 0, 0, 0]);
  for (const lane of [0, 1]) { f.get(0).get(1).i64x2ExtractLane(lane); call('sse.narrow'); f.i32x4ReplaceLane(lane); }
});
