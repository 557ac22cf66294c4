// WebAssembly for FSQRT, FPREM, FPREM1, FSCALE and FXTRACT of ordinary numbers: exact, in integers of up to 128 bits. As in x87-fast.ts, what does not apply is the unit's.
import { CTX } from '../../machine/hardware.ts';
import { I32, I64 } from '../wasm/builder.ts';
import type { Func } from '../wasm/builder.ts';
import { helper } from './context.ts';
import { C0, C1, C2, C3, CODE, STATE, digit, isNormal, isZero, needFull, readTop, round, slot, toUnit } from './x87-fast.ts';
import { OP } from './x87-unit.ts';

const DE = 2;
const low32 = (f: Func): Func => f.i64Const(0xffffffff, 0).i64And();
const high32 = (f: Func): Func => f.i64Const(32).i64ShrU();

/** a → the upper and the lower half of its square. */
helper('x87.square', [I64], [I64, I64], (f) => {
  const a = 0, low = f.local(I64), mixed = f.local(I64), middle = f.local(I64);
  f.get(a); low32(f).get(a); low32(f).i64Mul().set(low);
  f.get(a); low32(f).get(a); high32(f).i64Mul().set(mixed);
  f.get(low); high32(f).get(mixed); low32(f).i64Const(1).i64Shl().i64Add().set(middle);
  f.get(a); high32(f).get(a); high32(f).i64Mul().get(mixed); high32(f).i64Const(1).i64Shl().i64Add().get(middle); high32(f).i64Add();
  f.get(middle).i64Const(32).i64Shl().get(low); low32(f).i64Or();
});

/** The root of a double is right in 53 bits; one step of Newton's method makes it 64, and what is left of n says the rest. */
helper('x87.sqrt', [I32, I32, I32], [I32], (f, call) => {
  const top = f.local(I32), p = f.local(I32), fcw = f.local(I32), e = f.local(I32), s = f.local(I32), up = f.local(I32), flags = f.local(I32), x = f.local(I64), high = f.local(I64), low = f.local(I64), root = f.local(I64), dh = f.local(I64), dl = f.local(I64), below = f.local(I64), drop = f.local(I64);
  const slow = f.block();
  f.get(STATE).i32Load16U(CTX.fcw).tee(fcw).i32Const(0x3f).i32And().i32Const(0x3f).i32Ne().brIf(slow);
  readTop(f, top);
  needFull(f, top, null, slow);
  slot(f, top, null); f.tee(p).i32Load16U(CTX.x87 + 8).set(e).get(p).i64Load(CTX.x87).set(x);
  f.i32Const(0).set(s).i32Const(0).set(flags);
  isZero(f, e, x); f.if(); f.get(STATE).get(STATE).i32Load16U(CTX.fsw).i32Const(~C1).i32And().i32Store16(CTX.fsw).i32Const(0).return().end();
  f.get(e).i32Eqz().if(); // a denormal
  f.i32Const(1).get(x).i64Clz().i32WrapI64().i32Sub().set(e).get(x).get(x).i64Clz().i64Shl().set(x).i32Const(DE).set(flags);
  f.else();
  f.get(e).i32Const(0x8000).i32And().brIf(slow);
  isNormal(f, e, x); f.i32Eqz().brIf(slow);
  f.end();
  // n, of which the root has 64 bits: x · 2^63 or, the exponent being odd, x · 2^64
  f.get(x).set(high).i64Const(0).set(low);
  f.get(e).i32Const(1).i32And().if(); f.get(x).i64Const(1).i64ShrU().set(high).get(x).i64Const(63).i64Shl().set(low).end();
  f.get(e).i32Const(16383).i32Sub().i32Const(1).i32ShrS().i32Const(16383).i32Add().set(e);
  const rest = (): void => { // n − root²
    f.get(root); call('x87.square'); f.set(dl).set(dh);
    f.get(high).get(dh).i64Sub().get(low).get(dl).i64LtU().i64ExtendI32U().i64Sub().set(dh).get(low).get(dl).i64Sub().set(dl);
  };
  f.get(high).f64ConvertI64U().f64Sqrt().f64Const(2 ** 32).f64Mul().i64TruncSatF64U().set(root);
  rest();
  f.get(root).get(dh).f64ConvertI64S().f64Const(2 ** 64).f64Mul().get(dl).f64ConvertI64U().f64Add().get(root).f64ConvertI64U().f64Const(2).f64Mul().f64Div().i64TruncSatF64S().i64Add().set(root);
  rest();
  { // 0 ≤ rest ≤ 2 · root: one off at most
    const done = f.block(), again = f.loop();
    f.get(dh).i64Const(0).i64LtS().if();
    f.get(root).i64Const(1).i64Sub().set(root);
    f.get(dl).get(root).i64Const(1).i64Shl().i64Const(1).i64Or().i64Add().tee(dl).get(root).i64Const(1).i64Shl().i64Const(1).i64Or().i64LtU().i64ExtendI32U().get(dh).i64Add().get(root).i64Const(63).i64ShrU().i64Add().set(dh);
    f.br(again).end();
    f.get(dh).i64Const(1).i64GtU().get(dh).i64Const(1).i64Eq().get(dl).get(root).i64Const(1).i64Shl().i64GtU().i32And().i32Or().i32Eqz().brIf(done);
    f.get(dh).i64Const(1).i64Sub().get(dl).get(root).i64Const(1).i64Shl().i64Const(1).i64Or().i64LtU().i64ExtendI32U().i64Sub().set(dh);
    f.get(dl).get(root).i64Const(1).i64Shl().i64Const(1).i64Or().i64Sub().set(dl);
    f.get(root).i64Const(1).i64Add().set(root);
    f.br(again).end().end();
  }
  // A root of an integer is never half way between two
  f.i64Const(0).i64Const(1, 0x80000000).i64Const(1).get(dh).i64Const(0).i64Ne().get(dl).get(root).i64GtU().i32Or().select();
  f.get(dh).get(dl).i64Or().i64Eqz().select().set(below);
  round(f, { fcw, hi: root, lo: below, e, s, up, drop });
  f.get(p).get(root).i64Store(CTX.x87).get(p).get(e).i32Store16(CTX.x87 + 8);
  f.get(STATE).get(STATE).i32Load16U(CTX.fsw).i32Const(~C1).i32And().get(flags).i32Or();
  f.get(below).i64Const(0).i64Ne().i32Const(5).i32Shl().i32Or().get(up).i32Const(9).i32Shl().i32Or().i32Store16(CTX.fsw);
  f.i32Const(0).return().end();
  toUnit(f, call);
});

/** The remainder of ST(0) : ST(1), which is exact, with the last three bits of the quotient; over exponents 64 and more apart a part of it (see X87Unit.remainder). */
helper('x87.prem', [I32, I32, I32], [I32], (f, call) => {
  const top = f.local(I32), p = f.local(I32), sa = f.local(I32), sb = f.local(I32), e = f.local(I32), apart = f.local(I32), ma = f.local(I64), mb = f.local(I64), q = f.local(I64), digits = f.local(I64), low = f.local(I64), t = f.local(I64), n = f.local(I64), bits = f.local(I32), nearest = f.local(I32);
  const slow = f.block();
  const conditions = (): void => { f.get(STATE).get(STATE).i32Load16U(CTX.fsw).i32Const(~(C0 | C1 | C2 | C3)).i32And().get(bits).i32Or().i32Store16(CTX.fsw).i32Const(0).return(); };
  readTop(f, top);
  needFull(f, top, null, slow);
  needFull(f, top, () => f.i32Const(1), slow);
  slot(f, top, () => f.i32Const(1)); f.tee(p).i32Load16U(CTX.x87 + 8).set(sb).get(p).i64Load(CTX.x87).set(mb);
  slot(f, top, null); f.tee(p).i32Load16U(CTX.x87 + 8).set(sa).get(p).i64Load(CTX.x87).set(ma);
  isNormal(f, sb, mb); f.i32Eqz().brIf(slow);
  f.i32Const(0).set(bits);
  isZero(f, sa, ma); f.if(); conditions(); f.end();
  isNormal(f, sa, ma); f.i32Eqz().brIf(slow);
  f.get(CODE).i32Const(255).i32And().i32Const(OP.prem1).i32Eq().set(nearest);
  f.get(sa).i32Const(0x7fff).i32And().tee(e).get(sb).i32Const(0x7fff).i32And().i32Sub().set(apart);
  f.i64Const(0).set(q);
  f.get(apart).i32Const(0).i32LtS().if();
  f.get(nearest).get(apart).i32Const(-1).i32Eq().i32And().get(ma).get(mb).i64GtU().i32And().i32Eqz().if(); conditions(); f.end(); // less than the divisor, or than half of it
  f.get(mb).i64Const(1).i64Shl().get(ma).i64Sub().set(ma).i64Const(1).set(q).get(sa).i32Const(0x8000).i32Xor().set(sa);
  f.else();
  f.get(ma).get(mb).i64GeU().if(); f.get(ma).get(mb).i64Sub().set(ma).i64Const(1).set(q).end();
  f.get(apart).i32Const(63).i32GtU().if(); f.get(apart).i32Const(31).i32And().i32Const(32).i32Or().set(apart).i32Const(C2).set(bits).end();
  f.get(e).get(apart).i32Sub().set(e);
  f.get(apart).if();
  f.get(apart).i64ExtendI32U().set(n);
  f.get(ma).get(n).i64Shl().set(low).get(ma).i64Const(64).get(n).i64Sub().i64ShrU().set(ma);
  digit(f, digits, ma, mb, t, () => { f.get(low).i64Const(32).i64ShrU(); });
  f.get(q).get(n).i64Shl().get(digits).i64Const(32).i64Shl().i64Add().set(q);
  digit(f, digits, ma, mb, t, () => { low32(f.get(low)); });
  f.get(q).get(digits).i64Add().set(q);
  f.end();
  f.get(nearest).get(bits).i32Eqz().i32And().if();
  f.get(mb).get(ma).i64Sub().set(t);
  f.get(ma).get(t).i64GtU().get(ma).get(t).i64Eq().get(q).i32WrapI64().i32And().i32Or().if();
  f.get(t).set(ma).get(q).i64Const(1).i64Add().set(q).get(sa).i32Const(0x8000).i32Xor().set(sa).end();
  f.end().end();
  f.get(sa).i32Const(0x8000).i32And().set(sa);
  f.get(ma).i64Eqz().if(); f.i32Const(0).set(e);
  f.else();
  f.get(e).get(ma).i64Clz().i32WrapI64().i32Sub().tee(e).i32Const(1).i32LtS().brIf(slow);
  f.get(ma).get(ma).i64Clz().i64Shl().set(ma);
  f.end();
  f.get(bits).i32Eqz().if();
  const bit = (n: number, at: number): void => { f.get(q).i32WrapI64().i32Const(n).i32And().i32Const(at / n).i32Mul(); };
  bit(4, C0); bit(2, C3); f.i32Or(); bit(1, C1); f.i32Or().set(bits);
  f.end();
  f.get(p).get(ma).i64Store(CTX.x87).get(p).get(e).get(sa).i32Or().i32Store16(CTX.x87 + 8);
  conditions();
  f.end();
  toUnit(f, call);
});

/** FSCALE and FXTRACT: nothing is rounded. */
helper('x87.exponent', [I32, I32, I32], [I32], (f, call) => {
  const top = f.local(I32), p = f.local(I32), sa = f.local(I32), sb = f.local(I32), e = f.local(I32), ma = f.local(I64), mb = f.local(I64);
  const slow = f.block();
  const clearC1 = (): void => { f.get(STATE).get(STATE).i32Load16U(CTX.fsw).i32Const(~C1).i32And().i32Store16(CTX.fsw); };
  readTop(f, top);
  needFull(f, top, null, slow);
  slot(f, top, null); f.tee(p).i32Load16U(CTX.x87 + 8).set(sa).get(p).i64Load(CTX.x87).set(ma);
  isNormal(f, sa, ma); f.i32Eqz().brIf(slow);
  f.get(CODE).i32Const(255).i32And().i32Const(OP.scale).i32Eq().if();
  needFull(f, top, () => f.i32Const(1), slow);
  slot(f, top, () => f.i32Const(1)); f.tee(e).i32Load16U(CTX.x87 + 8).set(sb).get(e).i64Load(CTX.x87).set(mb);
  f.i32Const(0).set(e);
  isZero(f, sb, mb); f.i32Eqz().if();
  isNormal(f, sb, mb); f.i32Eqz().brIf(slow);
  f.get(sb).i32Const(0x7fff).i32And().tee(e).i32Const(16383 + 17).i32GtU().brIf(slow);
  f.get(e).i32Const(16383).i32LtU().if(I32); f.i32Const(0).else();
  f.get(mb).i32Const(16383 + 63).get(e).i32Sub().i64ExtendI32U().i64ShrU().i32WrapI64();
  f.i32Const(0).get(sb).i32Const(15).i32ShrU().i32Sub().tee(sb).i32Xor().get(sb).i32Sub(); // its sign
  f.end().set(e).end();
  f.get(sa).i32Const(0x7fff).i32And().get(e).i32Add().tee(e).i32Const(1).i32Sub().i32Const(0x7ffe).i32GeU().brIf(slow);
  f.get(p).get(sa).i32Const(0x8000).i32And().get(e).i32Or().i32Store16(CTX.x87 + 8);
  clearC1();
  f.i32Const(0).return().end();
  f.get(top).i32Const(7).i32Add().i32Const(7).i32And().set(top);
  f.get(STATE).i32Load16U(CTX.ftw).get(top).i32ShrU().i32Const(1).i32And().brIf(slow);
  clearC1();
  f.get(sa).i32Const(0x7fff).i32And().i32Const(16383).i32Sub().set(e);
  f.get(e).i32Eqz().if(); f.get(p).i64Const(0).i64Store(CTX.x87).get(p).i32Const(0).i32Store16(CTX.x87 + 8);
  f.else();
  f.get(e).i32Const(15).i32ShrU().i32Const(0x8000).i32And().set(sb);
  f.get(e).get(e).i32Const(31).i32ShrS().tee(e).i32Xor().get(e).i32Sub().i64ExtendI32U().set(mb);
  f.get(p).get(mb).get(mb).i64Clz().i64Shl().i64Store(CTX.x87).get(p).i32Const(16383 + 63).get(mb).i64Clz().i32WrapI64().i32Sub().get(sb).i32Or().i32Store16(CTX.x87 + 8);
  f.end();
  f.get(STATE).get(STATE).i32Load16U(CTX.ftw).i32Const(1).get(top).i32Shl().i32Or().i32Store16(CTX.ftw);
  f.get(STATE).get(STATE).i32Load16U(CTX.fsw).i32Const(~0x3800).i32And().get(top).i32Const(11).i32Shl().i32Or().i32Store16(CTX.fsw);
  slot(f, top, null); f.tee(p).get(ma).i64Store(CTX.x87).get(p).get(sa).i32Const(0x8000).i32And().i32Const(0x3fff).i32Or().i32Store16(CTX.x87 + 8);
  f.i32Const(0).return().end();
  toUnit(f, call);
});
