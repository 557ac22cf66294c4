// SSE floats with MXCSR's directed roundings, everything masked: the nearest result, moved by one place where the exact one lies on the other side of it. That is told by the sign of what
// was rounded away, which is a float itself as long as nothing overflows or underflows; other operands are left to sse-soft.ts.
import { CTX } from '../../machine/hardware.ts';
import { F32, F64, I32, I64 } from '../wasm/builder.ts';
import type { Func } from '../wasm/builder.ts';
import { helper } from './context.ts';
import { PE } from './softfloat.ts';
import { W, allMasked } from './sse-fp-slow.ts';
import type { ArithOp, Width } from './sse-fp-slow.ts';

/** (state, bits of the nearest result, a number with the sign of exact − nearest) → bits as MXCSR rounds. */
for (const w of [32, 64] as const) {
  helper(`sse.directed${w}`, [I32, W[w].int, F64], [W[w].int], (f) => {
    const mx = f.local(I32), outwards = f.local(I32), one = (n: number): Func => (w === 64 ? f.i64Const(n) : f.i32Const(n));
    f.get(2).f64Const(0).f64Eq().if(); f.get(1).return().end();
    f.get(0).get(0).i32Load(CTX.mxcsr).i32Const(PE).i32Or().tee(mx).i32Store(CTX.mxcsr);
    f.get(2).f64Const(0).f64Lt().get(1); if (w === 64) f.i64Const(0).i64LtS(); else f.i32Const(0).i32LtS();
    f.i32Eq().set(outwards);
    f.get(mx).i32Const(13).i32ShrU().i32Const(3).i32And().set(mx);
    f.get(outwards).i32Eqz(); // towards zero
    f.get(2).f64Const(0).f64Lt().get(2).f64Const(0).f64Gt().get(mx).i32Const(1).i32Eq().select(); // down, up
    f.get(mx).i32Const(3).i32Eq().select();
    f.get(mx).i32Const(0).i32Ne().i32And().if();
    f.get(1); one(1); one(-1); f.get(outwards).select(); if (w === 64) f.i64Add(); else f.i32Add();
    f.return().end();
    f.get(1);
  });
}
/** push f64: a·b − p for p = fl(a·b) (Dekker). */
function productError(f: Func, a: number, b: number, p: number): void {
  const high = (x: number): number => {
    const c = f.local(F64), h = f.local(F64);
    f.get(x).f64Const(134217729).f64Mul().tee(c).get(c).get(x).f64Sub().f64Sub().set(h);
    return h;
  };
  const ah = high(a), bh = a === b ? ah : high(b), low = (x: number, h: number): void => { f.get(x).get(h).f64Sub(); };
  f.get(ah).get(bh).f64Mul().get(p).f64Sub();
  f.get(ah); low(b, bh); f.f64Mul().f64Add(); low(a, ah); f.get(bh).f64Mul().f64Add();
  low(a, ah); low(b, bh); f.f64Mul().f64Add();
}
/** (state, a bits, b bits) → (1, bits), or (0, …) where the operands are not in the middle of the range, or the sign of a zero depends on the rounding. */
function arith(f: Func, call: (name: string) => void, w: Width, op: ArithOp): void {
  const t = W[w], x = f.local(F64), y = f.local(F64), r = f.local(F64), e = f.local(F64), s = f.local(F64), bits = f.local(t.int), n = f.local(t.float);
  const fail = f.block();
  const isZero = (v: number): void => { f.get(v); if (w === 64) f.i64Const(1).i64Shl().i64Eqz(); else f.i32Const(1).i32Shl().i32Eqz(); };
  /** push i32: its exponent is such that no result nor error of one leaves the range. */
  const inTheMiddle = (v: number): void => {
    f.get(v);
    if (w === 64) f.i64Const(52).i64ShrU().i32WrapI64().i32Const(0x7ff).i32And().i32Const(1023 - 480).i32Sub().i32Const(961).i32LtU(); else f.i32Const(23).i32ShrU().i32Const(0xff).i32And().i32Const(127 - 60).i32Sub().i32Const(121).i32LtU();
  };
  const value = (v: number, into: number): void => { f.get(v); t.toFloat(f); if (w === 32) f.f64PromoteF32(); f.set(into); };
  allMasked(f); f.i32Eqz().brIf(fail);
  for (const v of op === 'sqrt' ? [1] : [1, 2]) { inTheMiddle(v); if (op !== 'sqrt' && !(op === 'div' && v === 2)) { isZero(v); f.i32Or(); } f.i32Eqz().brIf(fail); }
  if (op === 'sqrt') { f.get(1); if (w === 64) f.i64Const(0).i64LtS(); else f.i32Const(0).i32LtS(); f.brIf(fail); }
  f.get(1); t.toFloat(f); if (op !== 'sqrt') { f.get(2); t.toFloat(f); }
  t.arith(f, op); f.tee(n); t.toBits(f); f.set(bits);
  f.get(n); if (w === 32) f.f64PromoteF32(); f.set(r);
  value(1, x); if (op !== 'sqrt') value(2, y);
  if (op === 'add' || op === 'sub') {
    f.get(r).f64Const(0).f64Eq().brIf(fail);
    if (op === 'sub') f.get(y).f64Neg().set(y);
    f.get(x).get(y).f64Add().set(s); // two-sum
    f.get(s).get(x).f64Sub().set(e);
    f.get(x).get(s).get(e).f64Sub().f64Sub().get(y).get(e).f64Sub().f64Add().set(e);
    if (w === 32) f.get(s).get(r).f64Sub().get(e).f64Add().set(e);
  } else if (op === 'mul') {
    f.get(r).f64Const(0).f64Eq().if(); f.i32Const(1).get(bits).return().end();
    if (w === 64) productError(f, x, y, r); else f.get(x).get(y).f64Mul().get(r).f64Sub();
    f.set(e);
  } else { // the remainder of a division or a root
    if (op === 'div') { f.get(r).f64Const(0).f64Eq().if(); f.i32Const(1).get(bits).return().end(); }
    const by = op === 'div' ? y : r;
    f.get(r).get(by).f64Mul().set(s);
    f.get(x).get(s).f64Sub(); if (w === 64) { productError(f, r, by, s); f.f64Sub(); }
    f.set(e);
    if (op === 'div') f.get(e).f64Const(1).get(y).f64Copysign().f64Mul().set(e);
  }
  f.i32Const(1).get(0).get(bits).get(e); call(`sse.directed${w}`); f.return().end();
  f.i32Const(0); if (w === 64) f.i64Const(0); else f.i32Const(0);
}
for (const op of ['add', 'sub', 'mul', 'div', 'sqrt'] as const)
  for (const w of [32, 64] as const) helper(`sse.directed.${op}${w}`, [I32, W[w].int, W[w].int], [I32, W[w].int], (f, call) => arith(f, call, w, op));

/** (state, n) → bits of an integer. */
for (const w of [32, 64] as const) {
  helper(`sse.directed.fromInt${w}`, [I32, I64], [W[w].int], (f, call) => {
    const r = f.local(W[w].float), rest = f.local(F64);
    f.get(1); if (w === 64) f.f64ConvertI64S(); else f.f32ConvertI64S();
    f.set(r);
    f.get(1).get(r); if (w === 64) f.i64TruncSatF64S(); else f.i64TruncSatF32S();
    f.i64Sub().f64ConvertI64S().set(rest);
    f.get(r); if (w === 32) f.f64PromoteF32(); f.f64Const(2 ** 63).f64Eq().ifThen().f64Const(-1).set(rest).end(); // no integer is as large
    f.get(0).get(r); W[w].toBits(f); f.get(rest); call(`sse.directed${w}`);
  });
}
/** (state, double) → (1, bits of a single), or (0, …). */
helper('sse.directed.narrow', [I32, I64], [I32, I32], (f, call) => {
  const x = f.local(F64), r = f.local(F32), fail = f.block();
  allMasked(f); f.get(1).i64Const(52).i64ShrU().i32WrapI64().i32Const(0x7ff).i32And().i32Const(1023 - 100).i32Sub().i32Const(201).i32LtU();
  f.get(1).i64Const(1).i64Shl().i64Eqz().i32Or().i32And().i32Eqz().brIf(fail);
  f.get(1).f64ReinterpretI64().tee(x).f32DemoteF64().set(r);
  f.i32Const(1).get(0).get(r).i32ReinterpretF32().get(x).get(r).f64PromoteF32().f64Sub(); call('sse.directed32'); f.return().end();
  f.i32Const(0).i32Const(0);
});
