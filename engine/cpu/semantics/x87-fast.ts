// WebAssembly for the x87's common cases: ordinary numbers and zeros, everything masked. Each helper tries and, where it does not apply, leaves the state alone
// and calls the unit (x87-unit.ts). Square roots and remainders are in x87-root.ts.
import { CTX } from '../../machine/hardware.ts';
import { I32, I64 } from '../wasm/builder.ts';
import type { Func, Label } from '../wasm/builder.ts';
import { helper } from './context.ts';
import { EFLAGS, OP, POP, POP2, TO_I, TRUNC } from './x87-unit.ts';

export const STATE = 0, CODE = 1, ARG = 2;
export const C0 = 0x100, C1 = 0x200, C2 = 0x400, C3 = 0x4000;
export const MSB = (f: Func): Func => f.i64Const(0, 0x80000000);
const low32 = (f: Func): Func => f.i64Const(0xffffffff, 0).i64And();

export const readTop = (f: Func, top: number): void => { f.get(STATE).i32Load16U(CTX.fsw).i32Const(11).i32ShrU().i32Const(7).i32And().set(top); };
/** push i32: state + 16 · ((top + i) & 7); i pushed by the callback. */
export const slot = (f: Func, top: number, i: (() => void) | null): void => {
  f.get(top);
  if (i !== null) { i(); f.i32Add().i32Const(7).i32And(); }
  f.i32Const(4).i32Shl().get(STATE).i32Add();
};
/** Leaves to `slow` unless register (top + i) & 7 is full. */
export const needFull = (f: Func, top: number, i: (() => void) | null, slow: Label): void => {
  f.get(STATE).i32Load16U(CTX.ftw).get(top);
  if (i !== null) { i(); f.i32Add().i32Const(7).i32And(); }
  f.i32ShrU().i32Const(1).i32And().i32Eqz().brIf(slow);
};
const pop = (f: Func, top: number): void => {
  f.get(STATE).get(STATE).i32Load16U(CTX.ftw).i32Const(1).get(top).i32Shl().i32Const(-1).i32Xor().i32And().i32Store16(CTX.ftw);
  f.get(top).i32Const(1).i32Add().i32Const(7).i32And().set(top);
  f.get(STATE).get(STATE).i32Load16U(CTX.fsw).i32Const(~0x3800).i32And().get(top).i32Const(11).i32Shl().i32Or().i32Store16(CTX.fsw);
};
/** push i32: sign-and-exponent local is of a normal number and the significand has its integer bit. */
export const isNormal = (f: Func, se: number, sig: number): void => {
  f.get(se).i32Const(0x7fff).i32And().i32Const(1).i32Sub().i32Const(0x7ffe).i32LtU().get(sig).i64Const(0).i64LtS().i32And();
};
/** push i32: it is a zero. */
export const isZero = (f: Func, se: number, sig: number): void => { f.get(se).i32Const(0x7fff).i32And().i32Eqz().get(sig).i64Eqz().i32And(); };
export const toUnit = (f: Func, call: (name: string) => void): void => { f.get(STATE).get(CODE).get(ARG); call('x87'); };
/** By precision and rounding control: an i64 significand `hi`, what lies below its last place in `lo` (0 if it is exact, its top bit a half), exponent `e`, sign 0x8000 in `s`;
 *  `up` becomes 1 where the rounding goes up. */
export function round(f: Func, { fcw, hi, lo, e, s, up, drop }: { fcw: number; hi: number; lo: number; e: number; s: number; up: number; drop: number }): void {
  f.i64Const(0);
  f.i64Const(40).i64Const(11).get(fcw).i32Const(0x300).i32And().i32Eqz().select(); // 24 and 53 bits; 1 is as 3
  f.get(fcw).i32Const(0x100).i32And().select().tee(drop).i64Eqz().i32Eqz().if();
  f.get(hi).i64Const(64).get(drop).i64Sub().i64Shl().get(lo).i64Const(0).i64Ne().i64ExtendI32U().i64Or().set(lo);
  f.get(hi).get(drop).i64ShrU().get(drop).i64Shl().set(hi);
  f.end();
  f.get(lo).i64Const(0).i64LtS().get(lo).i64Const(1).i64Shl().i64Const(0).i64Ne().get(hi).get(drop).i64ShrU().i32WrapI64().i32Const(1).i32And().i32Or().i32And().get(fcw).i32Const(0xc00).i32And().i32Eqz().i32And();
  f.get(lo).i64Const(0).i64Ne().get(fcw).i32Const(10).i32ShrU().i32Const(3).i32And().i32Const(2).get(s).i32Const(15).i32ShrU().i32Sub().i32Eq().i32And().i32Or().set(up); // down for negatives (1), up for the others (2)
  f.get(hi).get(up).i64ExtendI32U().get(drop).i64Shl().i64Add().tee(hi).i64Eqz().if(); MSB(f).set(hi).get(e).i32Const(1).i32Add().set(e).end();
}
/** A digit of 32 bits of numerator : next, divided by a divisor whose top bit is set and that is more than the numerator, into q; the remainder back into numerator (Knuth, TAOCP vol. 2, 4.3.1 D). u is changed. */
export function digit(f: Func, q: number, numerator: number, divisor: number, u: number, next: () => void): void {
  f.get(numerator).get(divisor).i64Const(32).i64ShrU().i64DivU().set(q);
  f.get(numerator).get(q).get(divisor).i64Const(32).i64ShrU().i64Mul().i64Sub().set(u);
  const done = f.block(), again = f.loop();
  f.get(q).i64Const(32).i64ShrU().i64Eqz();
  f.get(q).get(divisor); low32(f).i64Mul().get(u).i64Const(32).i64Shl(); next(); f.i64Or().i64LeU().i32And().brIf(done);
  f.get(q).i64Const(1).i64Sub().set(q).get(u).get(divisor).i64Const(32).i64ShrU().i64Add().tee(u).i64Const(32).i64ShrU().i64Eqz().brIf(again);
  f.end().end();
  f.get(numerator).i64Const(32).i64Shl(); next(); f.i64Add().get(q).get(divisor).i64Mul().i64Sub().set(numerator);
}

helper('x87.pop', [I32], [], (f) => { const top = f.local(I32); readTop(f, top); pop(f, top); });

/** (state, code, arg) → (1, sign and exponent, significand) of the source, or (0, …) if it is not simply a number. */
helper('x87.fetch', [I32, I32, I32], [I32, I32, I64], (f) => {
  const kind = f.local(I32), top = f.local(I32), bits = f.local(I64), e = f.local(I32), shift = f.local(I32);
  f.get(CODE).i32Const(8).i32ShrU().i32Const(15).i32And().set(kind);
  const fail = f.block(), i64 = f.block(), i32 = f.block(), i16 = f.block(), m80 = f.block(), m64 = f.block(), m32 = f.block(), reg = f.block();
  f.get(kind).brTable([reg, m32, m64, m80, i16, i32, i64], fail).end();
  readTop(f, top);
  needFull(f, top, () => f.get(ARG), fail);
  slot(f, top, () => f.get(ARG)); f.set(kind);
  f.i32Const(1).get(kind).i32Load16U(CTX.x87 + 8).get(kind).i64Load(CTX.x87).return().end();
  for (const [load, frac, expMask, bias] of [['m32', 23, 0xff, 127], ['m64', 52, 0x7ff, 1023]] as const) {
    f.get(ARG); if (load === 'm32') f.i64Load32U(0, 0); else f.i64Load(0, 0); f.set(bits);
    f.get(bits).i64Const(frac).i64ShrU().i32WrapI64().i32Const(expMask).i32And().set(e);
    f.get(bits).i64Const(load === 'm32' ? 31 : 63).i64ShrU().i32WrapI64().i32Const(15).i32Shl().set(shift); // the sign
    f.get(bits).i64Const(load === 'm32' ? 33 : 1).i64Shl().i64Eqz().ifThen().i32Const(1).get(shift).i64Const(0).return().end();
    f.get(e).i32Const(1).i32Sub().i32Const(expMask - 1).i32GeU().brIf(fail);
    f.i32Const(1).get(e).i32Const(16383 - bias).i32Add().get(shift).i32Or().get(bits).i64Const(63 - frac).i64Shl(); MSB(f).i64Or().return().end();
  }
  f.i32Const(1).get(ARG).i32Load16U(8, 0).get(ARG).i64Load(0, 0).return().end();
  const fromInt = (): void => {
    f.get(bits).i64Eqz().ifThen().i32Const(1).i32Const(0).i64Const(0).return().end();
    f.get(bits).i64Const(63).i64ShrU().i32WrapI64().i32Const(15).i32Shl().set(shift);
    f.get(shift).ifThen().i64Const(0).get(bits).i64Sub().set(bits).end();
    f.i32Const(1).i32Const(16383 + 63).get(bits).i64Clz().i32WrapI64().i32Sub().get(shift).i32Or().get(bits).get(bits).i64Clz().i64Shl().return().end();
  };
  f.get(ARG).i64Load16S(0, 0).set(bits); fromInt();
  f.get(ARG).i64Load32S(0, 0).set(bits); fromInt();
  f.get(ARG).i64Load(0, 0).set(bits); fromInt();
  f.i32Const(0).i32Const(0).i64Const(0);
});

helper('x87.arith', [I32, I32, I32], [I32], (f, call) => {
  const top = f.local(I32), op = f.local(I32), sa = f.local(I32), sb = f.local(I32), ma = f.local(I64), mb = f.local(I64), e = f.local(I32), s = f.local(I32), hi = f.local(I64), lo = f.local(I64), t = f.local(I64), u = f.local(I64), n = f.local(I64), up = f.local(I32), d = f.local(I64), fcw = f.local(I32);
  const slow = f.block();
  f.get(STATE).i32Load16U(CTX.fcw).tee(fcw).i32Const(0x3f).i32And().i32Const(0x3f).i32Ne().brIf(slow);
  readTop(f, top);
  needFull(f, top, null, slow);
  f.get(STATE).get(CODE).get(ARG); call('x87.fetch'); f.set(mb).set(sb).i32Eqz().brIf(slow);
  slot(f, top, null); f.tee(s).i32Load16U(CTX.x87 + 8).set(sa).get(s).i64Load(CTX.x87).set(ma);
  f.get(CODE).i32Const(255).i32And().set(op);
  const swap = (): void => { f.get(sa).get(sb).set(sa).set(sb).get(ma).get(mb).set(ma).set(mb); };
  f.get(op).i32Const(OP.subr).i32Eq().get(op).i32Const(OP.divr).i32Eq().i32Or().if(); swap(); f.end();
  const down = (): void => { f.get(fcw).i32Const(0xc00).i32And().i32Const(0x400).i32Eq(); };
  const exponent = (v: number): void => { f.get(v).i32Const(0x7fff).i32And(); };
  const store = (): void => { // hi, e and s, with PE and C1 from lo and up
    f.get(STATE).get(STATE).i32Load16U(CTX.fsw).i32Const(~C1).i32And();
    f.get(lo).i64Const(0).i64Ne().i32Const(5).i32Shl().i32Or().get(up).i32Const(9).i32Shl().i32Or().i32Store16(CTX.fsw);
    slot(f, top, () => { f.get(ARG).i32Const(0).get(CODE).i32Const(TO_I).i32And().select(); }); f.set(op);
    f.get(op).get(hi).i64Store(CTX.x87).get(op).get(e).get(s).i32Or().i32Store16(CTX.x87 + 8);
    f.get(CODE).i32Const(POP).i32And().if(); pop(f, top); f.end();
    f.i32Const(0).return();
  };
  const rounded = f.block();
  isNormal(f, sa, ma); isNormal(f, sb, mb); f.i32And().i32Eqz().hint(false).if();
  { // a zero
    const zeroA = up, zeroB = e;
    isZero(f, sa, ma); f.tee(zeroA); isNormal(f, sa, ma); f.i32Or().i32Eqz().brIf(slow);
    isZero(f, sb, mb); f.tee(zeroB); isNormal(f, sb, mb); f.i32Or().i32Eqz().brIf(slow);
    f.get(op).i32Const(OP.div).i32GeU().get(zeroB).i32And().brIf(slow);
    f.get(op).i32Const(OP.div).i32GeU().get(op).i32Const(OP.mul).i32Eq().i32Or().if();
    f.get(sa).get(sb).i32Xor().i32Const(0x8000).i32And().set(s).i32Const(0).set(e).i64Const(0).set(hi);
    f.else();
    f.get(op).i32Const(OP.add).i32Ne().ifThen().get(sb).i32Const(0x8000).i32Xor().set(sb).end();
    f.i64Const(0).set(lo);
    f.get(zeroA).get(zeroB).i32And().i32Eqz().if();
    f.get(zeroA).if(); f.get(sb).set(sa).get(mb).set(ma).end();
    f.get(ma).set(hi); exponent(sa); f.set(e).get(sa).i32Const(0x8000).i32And().set(s).br(rounded);
    f.end();
    f.get(sa).get(sb).i32Or().get(sa).get(sb).i32And(); down(); f.select().i32Const(0x8000).i32And().set(s).i32Const(0).set(e).i64Const(0).set(hi); // −0 of two of them or, rounding down, of one
    f.end();
    f.i64Const(0).set(lo).i32Const(0).set(up);
    store();
  }
  f.end();
  f.get(op).i32Const(OP.mul).i32Eq().if();
  {
    f.get(sa).get(sb).i32Xor().i32Const(0x8000).i32And().set(s);
    exponent(sa); exponent(sb); f.i32Add().i32Const(16382).i32Sub().set(e);
    const a0 = (): void => { f.get(ma); low32(f); }, a1 = (): void => { f.get(ma).i64Const(32).i64ShrU(); }, b0 = (): void => { f.get(mb); low32(f); }, b1 = (): void => { f.get(mb).i64Const(32).i64ShrU(); };
    a0(); b0(); f.i64Mul().set(n);
    a0(); b1(); f.i64Mul().set(t);
    a1(); b0(); f.i64Mul().set(u);
    f.get(n).i64Const(32).i64ShrU().get(t); low32(f).i64Add().get(u); low32(f).i64Add().set(d);
    f.get(d).i64Const(32).i64Shl().get(n); low32(f).i64Or().set(lo);
    a1(); b1(); f.i64Mul().get(t).i64Const(32).i64ShrU().i64Add().get(u).i64Const(32).i64ShrU().i64Add().get(d).i64Const(32).i64ShrU().i64Add().set(hi);
    f.get(hi).i64Const(0).i64GeS().ifThen().get(hi).i64Const(1).i64Shl().get(lo).i64Const(63).i64ShrU().i64Or().set(hi).get(lo).i64Const(1).i64Shl().set(lo).get(e).i32Const(1).i32Sub().set(e).end();
    f.br(rounded);
  }
  f.end();
  f.get(op).i32Const(OP.div).i32GeU().if();
  { // 128 by 64 bits in two digits
    f.get(sa).get(sb).i32Xor().i32Const(0x8000).i32And().set(s);
    exponent(sa); exponent(sb); f.i32Sub().i32Const(16382).i32Add().set(e);
    f.get(ma).set(n).i64Const(0).set(lo);
    f.get(ma).get(mb).i64GeU().ifThen().get(ma).i64Const(1).i64ShrU().set(n).get(ma).i64Const(63).i64Shl().set(lo).get(e).i32Const(1).i32Add().set(e).end();
    digit(f, hi, n, mb, u, () => { f.get(lo).i64Const(32).i64ShrU(); });
    digit(f, t, n, mb, u, () => { f.get(lo); low32(f); });
    f.get(hi).i64Const(32).i64Shl().get(t).i64Add().set(hi);
    // the remainder as what lies below the last place
    f.get(mb).get(n).i64Sub().set(t);
    f.i64Const(0);
    f.i64Const(1); MSB(f); f.i64Const(1).i64Const(0).get(n).get(t).i64GtU().select().i64Or(); f.get(n).get(t).i64LtU().select();
    f.get(n).i64Eqz().select().set(lo);
    f.br(rounded);
  }
  f.end();
  // addition; b's sign turned for sub and subr
  f.get(op).i32Const(OP.add).i32Ne().ifThen().get(sb).i32Const(0x8000).i32Xor().set(sb).end();
  exponent(sa); exponent(sb); f.i32LtU().if(); swap(); f.end();
  exponent(sa); f.tee(e); exponent(sb); f.i32Sub().i64ExtendI32U().set(d);
  f.get(sa).i32Const(0x8000).i32And().set(s);
  f.get(d).i64Eqz().if(); f.get(mb).set(t).i64Const(0).set(u);
  f.else().get(d).i64Const(64).i64LtU().if();
  f.get(mb).get(d).i64ShrU().set(t).get(mb).i64Const(64).get(d).i64Sub().i64Shl().set(u);
  f.else().i64Const(0).set(t);
  f.get(d).i64Const(64).i64Eq().if(); f.get(mb).set(u);
  f.else().get(d).i64Const(128).i64LtU().if();
  f.get(mb).get(d).i64Const(64).i64Sub().i64ShrU().get(mb).i64Const(128).get(d).i64Sub().i64Shl().i64Const(0).i64Ne().i64ExtendI32U().i64Or().set(u);
  f.else().i64Const(1).set(u).end().end().end().end();
  f.get(sa).get(sb).i32Xor().i32Const(0x8000).i32And().i32Eqz().if();
  f.get(ma).get(t).i64Add().set(hi).get(u).set(lo);
  f.get(hi).get(ma).i64LtU().if();
  f.get(lo).i64Const(1).i64ShrU().get(hi).i64Const(63).i64Shl().i64Or().get(lo).i64Const(1).i64And().i64Or().set(lo);
  f.get(hi).i64Const(1).i64ShrU(); MSB(f).i64Or().set(hi).get(e).i32Const(1).i32Add().set(e);
  f.end();
  f.else();
  f.get(d).i64Eqz().get(ma).get(mb).i64LtU().i32And().ifThen().get(mb).get(ma).i64Sub().set(hi).i64Const(0).set(lo).get(s).i32Const(0x8000).i32Xor().set(s);
  f.else().i64Const(0).get(u).i64Sub().set(lo).get(ma).get(t).i64Sub().get(u).i64Const(0).i64Ne().i64ExtendI32U().i64Sub().set(hi).end();
  f.get(hi).i64Eqz().ifThen().get(lo).set(hi).i64Const(0).set(lo).get(e).i32Const(64).i32Sub().set(e).end();
  f.get(hi).i64Eqz().if(); f.i32Const(0).set(e); down(); f.i32Const(15).i32Shl().set(s).i32Const(0).set(up); store(); f.end(); // −0 of rounding down
  f.get(hi).i64Clz().tee(t).i64Eqz().i32Eqz().if();
  f.get(hi).get(t).i64Shl().get(lo).i64Const(64).get(t).i64Sub().i64ShrU().i64Or().set(hi).get(lo).get(t).i64Shl().set(lo).get(e).get(t).i32WrapI64().i32Sub().set(e);
  f.end();
  f.end();
  f.end(); // rounded: hi, lo (below the last place), e, s
  f.get(fcw).i32Const(0xf00).i32And().i32Const(0x300).i32Ne().hint(false).if(); round(f, { fcw, hi, lo, e, s, up, drop: d }); f.else();
  f.get(lo).i64Const(0).i64LtS().get(lo).i64Const(1).i64Shl().i64Const(0).i64Ne().get(hi).i32WrapI64().i32Const(1).i32And().i32Or().i32And().set(up);
  f.get(hi).get(up).i64ExtendI32U().i64Add().tee(hi).i64Eqz().if(); MSB(f).set(hi).get(e).i32Const(1).i32Add().set(e).end();
  f.end();
  f.get(e).i32Const(1).i32Sub().i32Const(0x7ffe).i32GeU().brIf(slow);
  store();
  f.end();
  toUnit(f, call);
});

/** FLD1, FLDZ, FCHS, FABS, FCMOVcc, FXAM, FTST, FST of ten bytes, FLDCW, FNINIT: no rounding, no exceptions. */
helper('x87.simple', [I32, I32, I32], [I32], (f, call) => {
  const top = f.local(I32), op = f.local(I32), p = f.local(I32), q = f.local(I32), sig = f.local(I64);
  const slow = f.block();
  const clearC1 = (): void => { f.get(STATE).get(STATE).i32Load16U(CTX.fsw).i32Const(~C1).i32And().i32Store16(CTX.fsw); };
  const is = (o: number): void => { f.get(op).i32Const(o).i32Eq(); };
  readTop(f, top);
  f.get(CODE).i32Const(255).i32And().set(op);
  is(OP.constant); f.if();
  f.get(ARG).i32Const(1).i32Sub().i32Const(5).i32LtU().brIf(slow); // only 1 and 0 are not rounded
  f.get(top).i32Const(7).i32Add().i32Const(7).i32And().set(top);
  f.get(STATE).i32Load16U(CTX.ftw).get(top).i32ShrU().i32Const(1).i32And().brIf(slow);
  f.get(STATE).get(STATE).i32Load16U(CTX.ftw).i32Const(1).get(top).i32Shl().i32Or().i32Store16(CTX.ftw);
  f.get(STATE).get(STATE).i32Load16U(CTX.fsw).i32Const(~(0x3800 | C1)).i32And().get(top).i32Const(11).i32Shl().i32Or().i32Store16(CTX.fsw);
  slot(f, top, null); f.set(p);
  f.get(p); MSB(f); f.i64Const(0).get(ARG).i32Eqz().select().i64Store(CTX.x87);
  f.get(p).i32Const(0x3fff).i32Const(0).get(ARG).i32Eqz().select().i32Store16(CTX.x87 + 8);
  f.i32Const(0).return().end();
  is(OP.ldcw); f.if();
  f.get(STATE).get(ARG).i32Const(0x1f7f).i32And().i32Const(0x40).i32Or().tee(p).i32Store16(CTX.fcw);
  f.get(STATE).get(STATE).i32Load16U(CTX.fsw).i32Const(0x7f7f).i32And().tee(q);
  f.i32Const(0x8080).i32Const(0).get(q).get(p).i32Const(-1).i32Xor().i32And().i32Const(0x3f).i32And().select().i32Or().i32Store16(CTX.fsw); // ES and B
  f.i32Const(0).return().end();
  is(OP.init); f.if();
  f.get(STATE).i32Const(0x37f).i32Store16(CTX.fcw).get(STATE).i32Const(0).i32Store16(CTX.fsw).get(STATE).i32Const(0).i32Store16(CTX.ftw).get(STATE).i32Const(0).i32Store16(CTX.fop);
  f.get(STATE).i32Const(0).i32Store(CTX.fcs).get(STATE).i64Const(0).i64Store(CTX.fip).get(STATE).i64Const(0).i64Store(CTX.fdp); // and FDS
  f.i32Const(0).return().end();
  slot(f, top, null); f.tee(p).i32Load16U(CTX.x87 + 8).set(q).get(p).i64Load(CTX.x87).set(sig);
  const conditions = (bits: () => void): void => { f.get(STATE).get(STATE).i32Load16U(CTX.fsw).i32Const(~(C0 | C1 | C2 | C3)).i32And(); bits(); f.i32Or().i32Store16(CTX.fsw).i32Const(0).return(); };
  is(OP.xam); f.if();
  conditions(() => {
    f.get(STATE).i32Load16U(CTX.ftw).get(top).i32ShrU().i32Const(1).i32And().i32Eqz().if(I32); f.i32Const(C3 | C0).else();
    f.get(q).i32Const(0x7fff).i32And().i32Eqz().if(I32); f.i32Const(C3).i32Const(C3 | C2).get(sig).i64Eqz().select().else();
    f.get(sig).i64Const(0).i64GeS().if(I32); f.i32Const(0).else(); // no encoding of today's
    f.i32Const(C2 | C0).i32Const(C0).get(sig).i64Const(1).i64Shl().i64Eqz().select().i32Const(C2).get(q).i32Const(0x7fff).i32And().i32Const(0x7fff).i32Eq().select();
    f.end().end().end().get(q).i32Const(15).i32ShrU().i32Const(9).i32Shl().i32Or();
  });
  f.end();
  needFull(f, top, null, slow);
  is(OP.tst); f.if();
  isNormal(f, q, sig); isZero(f, q, sig); f.i32Or().i32Eqz().brIf(slow);
  conditions(() => { f.i32Const(C3).get(q).i32Const(15).i32ShrU().i32Const(8).i32Shl().get(sig).i64Eqz().select(); });
  f.end();
  is(OP.cmov); f.if(); // C1 stays; bit 3 of the argument: the condition holds
  needFull(f, top, () => f.get(ARG).i32Const(7).i32And(), slow);
  f.get(ARG).i32Const(8).i32And().if();
  slot(f, top, () => f.get(ARG).i32Const(7).i32And()); f.set(q);
  f.get(p).get(q).i64Load(CTX.x87).i64Store(CTX.x87).get(p).get(q).i32Load16U(CTX.x87 + 8).i32Store16(CTX.x87 + 8).end();
  f.i32Const(0).return().end();
  clearC1();
  is(OP.st); f.if();
  f.get(ARG).get(p).i64Load(CTX.x87).i64Store(0, 0).get(ARG).get(p).i32Load16U(CTX.x87 + 8).i32Store16(8, 0);
  f.get(CODE).i32Const(POP).i32And().if(); pop(f, top); f.end();
  f.i32Const(0).return().end();
  f.get(p).get(p).i32Load16U(CTX.x87 + 8).tee(q).i32Const(0x8000).i32Xor().get(q).i32Const(0x7fff).i32And(); is(OP.chs); f.select().i32Store16(CTX.x87 + 8);
  f.i32Const(0).return().end();
  toUnit(f, call);
});

/** An i64 significand, shifted down by 1 to 2^16 places in an i64: what is left in `hi`, what is below it in `lo`, bit 0 of which may stand for more. */
const shiftDown = (f: Func, sig: number, shift: number, hi: number, lo: number): void => {
  f.get(shift).i64Const(64).i64LtU().if(); f.get(sig).get(shift).i64ShrU().set(hi).get(sig).i64Const(64).get(shift).i64Sub().i64Shl().set(lo);
  f.else().i64Const(0).set(hi).get(sig).i64Const(1).get(shift).i64Const(64).i64Eq().select().set(lo).end();
};
/** FRNDINT of zeros and of ordinary numbers. */
helper('x87.round', [I32, I32, I32], [I32], (f, call) => {
  const top = f.local(I32), p = f.local(I32), se = f.local(I32), sig = f.local(I64), shift = f.local(I64), hi = f.local(I64), lo = f.local(I64), up = f.local(I32), rc = f.local(I32);
  const slow = f.block();
  f.get(STATE).i32Load16U(CTX.fcw).tee(rc).i32Const(0x3f).i32And().i32Const(0x3f).i32Ne().brIf(slow);
  readTop(f, top);
  needFull(f, top, null, slow);
  slot(f, top, null); f.tee(p).i32Load16U(CTX.x87 + 8).set(se).get(p).i64Load(CTX.x87).set(sig);
  f.get(rc).i32Const(10).i32ShrU().i32Const(3).i32And().set(rc);
  f.i64Const(0).set(lo).i32Const(0).set(up);
  isZero(f, se, sig); f.i32Eqz().if();
  isNormal(f, se, sig); f.i32Eqz().brIf(slow);
  f.i32Const(16383 + 63).get(se).i32Const(0x7fff).i32And().i32Sub().i64ExtendI32S().tee(shift).i64Const(0).i64GtS().if();
  shiftDown(f, sig, shift, hi, lo);
  f.get(lo).i64Const(0).i64LtS().get(lo).i64Const(1).i64Shl().i64Const(0).i64Ne().get(hi).i32WrapI64().i32Const(1).i32And().i32Or().i32And().get(rc).i32Eqz().i32And();
  f.get(lo).i64Const(0).i64Ne().get(rc).i32Const(2).get(se).i32Const(15).i32ShrU().i32Sub().i32Eq().i32And().i32Or().set(up); // down for negatives (1), up for the others (2)
  f.get(hi).get(up).i64ExtendI32U().i64Add().set(hi);
  f.get(p).get(hi).get(hi).i64Clz().i64Shl().i64Store(CTX.x87);
  f.get(p).i32Const(0).i32Const(16383 + 63).get(hi).i64Clz().i32WrapI64().i32Sub().get(hi).i64Eqz().select().get(se).i32Const(0x8000).i32And().i32Or().i32Store16(CTX.x87 + 8);
  f.end().end();
  f.get(STATE).get(STATE).i32Load16U(CTX.fsw).i32Const(~C1).i32And();
  f.get(lo).i64Const(0).i64Ne().i32Const(5).i32Shl().i32Or().get(up).i32Const(9).i32Shl().i32Or().i32Store16(CTX.fsw);
  f.i32Const(0).return().end();
  toUnit(f, call);
});

/** Loads: any number into an empty register. */
helper('x87.ld', [I32, I32, I32], [I32], (f, call) => {
  const top = f.local(I32), se = f.local(I32), sig = f.local(I64), at = f.local(I32);
  const slow = f.block();
  f.get(STATE).get(CODE).get(ARG); call('x87.fetch'); f.set(sig).set(se).i32Eqz().brIf(slow);
  readTop(f, top);
  f.get(top).i32Const(7).i32Add().i32Const(7).i32And().set(top);
  f.get(STATE).i32Load16U(CTX.ftw).get(top).i32ShrU().i32Const(1).i32And().brIf(slow);
  f.get(STATE).get(STATE).i32Load16U(CTX.ftw).i32Const(1).get(top).i32Shl().i32Or().i32Store16(CTX.ftw);
  f.get(STATE).get(STATE).i32Load16U(CTX.fsw).i32Const(~(0x3800 | C1)).i32And().get(top).i32Const(11).i32Shl().i32Or().i32Store16(CTX.fsw);
  slot(f, top, null); f.tee(at).get(sig).i64Store(CTX.x87).get(at).get(se).i32Store16(CTX.x87 + 8);
  f.i32Const(0).return().end();
  toUnit(f, call);
});
/** FXCH and FST(P) ST(i) of full registers. */
helper('x87.reg', [I32, I32, I32], [I32], (f, call) => {
  const top = f.local(I32), p = f.local(I32), q = f.local(I32), sig = f.local(I64), se = f.local(I32);
  const slow = f.block();
  readTop(f, top);
  needFull(f, top, null, slow);
  slot(f, top, null); f.set(p);
  slot(f, top, () => f.get(ARG)); f.set(q);
  f.get(CODE).i32Const(255).i32And().i32Const(OP.xch).i32Eq().if();
  needFull(f, top, () => f.get(ARG), slow);
  f.get(q).i64Load(CTX.x87).set(sig).get(q).i32Load16U(CTX.x87 + 8).set(se);
  f.get(q).get(p).i64Load(CTX.x87).i64Store(CTX.x87).get(q).get(p).i32Load16U(CTX.x87 + 8).i32Store16(CTX.x87 + 8);
  f.get(p).get(sig).i64Store(CTX.x87).get(p).get(se).i32Store16(CTX.x87 + 8);
  f.else();
  f.get(q).get(p).i64Load(CTX.x87).i64Store(CTX.x87).get(q).get(p).i32Load16U(CTX.x87 + 8).i32Store16(CTX.x87 + 8);
  f.get(STATE).get(STATE).i32Load16U(CTX.ftw).i32Const(1).get(top).get(ARG).i32Add().i32Const(7).i32And().i32Shl().i32Or().i32Store16(CTX.ftw);
  f.end();
  f.get(STATE).get(STATE).i32Load16U(CTX.fsw).i32Const(~C1).i32And().i32Store16(CTX.fsw);
  f.get(CODE).i32Const(POP).i32And().if(); pop(f, top); f.end();
  f.i32Const(0).return().end();
  toUnit(f, call);
});
/** Comparisons of ordinary numbers and zeros. */
helper('x87.com', [I32, I32, I32], [I32], (f, call) => {
  const top = f.local(I32), sa = f.local(I32), sb = f.local(I32), ma = f.local(I64), mb = f.local(I64), p = f.local(I32), less = f.local(I32), equal = f.local(I32);
  const slow = f.block();
  readTop(f, top);
  needFull(f, top, null, slow);
  f.get(STATE).get(CODE).get(ARG); call('x87.fetch'); f.set(mb).set(sb).i32Eqz().brIf(slow);
  slot(f, top, null); f.tee(p).i32Load16U(CTX.x87 + 8).set(sa).get(p).i64Load(CTX.x87).set(ma);
  const simple = (se: number, sig: number): void => { isNormal(f, se, sig); isZero(f, se, sig); f.i32Or(); };
  simple(sa, ma); simple(sb, mb); f.i32And().i32Eqz().brIf(slow);
  const magnitudeLess = (s1: number, m1: number, s2: number, m2: number): void => {
    f.get(s1).i32Const(0x7fff).i32And().get(s2).i32Const(0x7fff).i32And().i32LtU();
    f.get(s1).get(s2).i32Xor().i32Const(0x7fff).i32And().i32Eqz().get(m1).get(m2).i64LtU().i32And().i32Or();
  };
  f.get(ma).get(mb).i64Or().i64Eqz().get(ma).get(mb).i64Eq().get(sa).get(sb).i32Eq().i32And().i32Or().set(equal);
  f.get(sa).get(sb).i32Xor().i32Const(0x8000).i32And().if(); f.get(sa).i32Const(15).i32ShrU().set(less);
  f.else().get(sa).i32Const(0x8000).i32And().if(); magnitudeLess(sb, mb, sa, ma); f.set(less).else(); magnitudeLess(sa, ma, sb, mb); f.set(less).end().end();
  f.get(equal).ifThen().i32Const(0).set(less).end();
  f.get(CODE).i32Const(EFLAGS).i32And().i32Eqz().if();
  f.get(STATE).get(STATE).i32Load16U(CTX.fsw).i32Const(~0x4700).i32And().get(less).i32Const(8).i32Shl().i32Or().get(equal).i32Const(14).i32Shl().i32Or().i32Store16(CTX.fsw);
  f.end();
  f.get(CODE).i32Const(POP | POP2).i32And().if(); pop(f, top); f.end();
  f.get(CODE).i32Const(POP2).i32And().if(); pop(f, top); f.end();
  f.get(less).get(equal).i32Const(6).i32Shl().i32Or().return().end();
  toUnit(f, call);
});

/** (state, single) → (1, bits, FSW afterwards) of ST(0) as a float of memory, or (0, …). The store, FSW and the pop are the caller's. */
helper('x87.toFloat', [I32, I32], [I32, I64, I32], (f) => {
  const top = f.local(I32), p = f.local(I32), se = f.local(I32), sig = f.local(I64), e = f.local(I32), hi = f.local(I64), lo = f.local(I64), up = f.local(I32), drop = f.local(I64), frac = f.local(I64), fsw = f.local(I32), rc = f.local(I32);
  const slow = f.block();
  f.get(STATE).i32Load16U(CTX.fcw).tee(rc).i32Const(0x3f).i32And().i32Const(0x3f).i32Ne().brIf(slow);
  readTop(f, top);
  needFull(f, top, null, slow);
  slot(f, top, null); f.tee(p).i32Load16U(CTX.x87 + 8).set(se).get(p).i64Load(CTX.x87).set(sig);
  f.get(STATE).i32Load16U(CTX.fsw).i32Const(~C1).i32And().set(fsw);
  f.i64Const(23).i64Const(52).get(1).select().set(frac);
  const sign = (): void => { f.get(se).i32Const(15).i32ShrU().i64ExtendI32U().i64Const(31).i64Const(63).get(1).select().i64Shl(); };
  f.get(sig).i64Eqz().get(se).i32Const(0x7fff).i32And().i32Eqz().i32And().ifThen().i32Const(1); sign(); f.get(fsw).return().end();
  isNormal(f, se, sig); f.i32Eqz().brIf(slow);
  f.i64Const(63).get(frac).i64Sub().set(drop);
  f.get(sig).get(drop).i64ShrU().set(hi).get(sig).i64Const(64).get(drop).i64Sub().i64Shl().set(lo);
  f.get(se).i32Const(0x7fff).i32And().i32Const(16383 - 127).i32Const(16383 - 1023).get(1).select().i32Sub().set(e);
  f.get(lo).i64Const(0).i64LtS().get(lo).i64Const(1).i64Shl().i64Const(0).i64Ne().get(hi).i32WrapI64().i32Const(1).i32And().i32Or().i32And().get(rc).i32Const(0xc00).i32And().i32Eqz().i32And();
  f.get(lo).i64Const(0).i64Ne().get(rc).i32Const(10).i32ShrU().i32Const(3).i32And().i32Const(2).get(se).i32Const(15).i32ShrU().i32Sub().i32Eq().i32And().i32Or().set(up);
  f.get(hi).get(up).i64ExtendI32U().i64Add().tee(hi).get(frac).i64ShrU().i64Const(2).i64Eq().ifThen().get(e).i32Const(1).i32Add().set(e).end();
  f.get(e).i32Const(1).i32Sub().i32Const(0xfe).i32Const(0x7fe).get(1).select().i32GeU().brIf(slow);
  f.i32Const(1);
  f.get(hi).i64Const(1).get(frac).i64Shl().i64Const(1).i64Sub().i64And().get(e).i64ExtendI32U().get(frac).i64Shl().i64Or(); sign(); f.i64Or();
  f.get(fsw).get(lo).i64Const(0).i64Ne().i32Const(5).i32Shl().i32Or().get(up).i32Const(9).i32Shl().i32Or().return();
  f.end();
  f.i32Const(0).i64Const(0).i32Const(0);
});
/** (state, bits of the integer, truncate flag of the code) → (1, value, FSW afterwards) of ST(0) as an integer, or (0, …). */
helper('x87.toInt', [I32, I32, I32], [I32, I64, I32], (f) => {
  const top = f.local(I32), p = f.local(I32), se = f.local(I32), sig = f.local(I64), shift = f.local(I64), hi = f.local(I64), lo = f.local(I64), up = f.local(I32), fsw = f.local(I32), rc = f.local(I32), negative = f.local(I32);
  const slow = f.block();
  f.get(STATE).i32Load16U(CTX.fcw).i32Const(0x3f).i32And().i32Const(0x3f).i32Ne().brIf(slow);
  readTop(f, top);
  needFull(f, top, null, slow);
  slot(f, top, null); f.tee(p).i32Load16U(CTX.x87 + 8).set(se).get(p).i64Load(CTX.x87).set(sig);
  f.get(STATE).i32Load16U(CTX.fsw).i32Const(~C1).i32And().set(fsw);
  f.get(sig).i64Eqz().get(se).i32Const(0x7fff).i32And().i32Eqz().i32And().ifThen().i32Const(1).i64Const(0).get(fsw).return().end();
  isNormal(f, se, sig); f.i32Eqz().brIf(slow);
  f.i32Const(3).get(STATE).i32Load16U(CTX.fcw).i32Const(10).i32ShrU().i32Const(3).i32And().get(2).i32Const(TRUNC).i32And().select().set(rc);
  f.get(se).i32Const(15).i32ShrU().set(negative);
  f.i32Const(16383 + 63).get(se).i32Const(0x7fff).i32And().i32Sub().i64ExtendI32S().set(shift);
  f.get(shift).i64Const(0).i64LeS().brIf(slow); // 2^63 and more
  shiftDown(f, sig, shift, hi, lo);
  f.get(lo).i64Const(0).i64LtS().get(lo).i64Const(1).i64Shl().i64Const(0).i64Ne().get(hi).i32WrapI64().i32Const(1).i32And().i32Or().i32And().get(rc).i32Eqz().i32And();
  f.get(lo).i64Const(0).i64Ne().get(rc).i32Const(2).get(negative).i32Sub().i32Eq().i32And().i32Or().set(up); // down for negatives (1), up for the others (2)
  f.get(hi).get(up).i64ExtendI32U().i64Add().set(hi);
  f.get(hi).i64Const(1).get(1).i32Const(1).i32Sub().i64ExtendI32U().i64Shl().i64GeU().brIf(slow); // does not fit
  f.i32Const(1);
  f.i64Const(0).get(hi).i64Sub().get(hi).get(negative).select();
  f.get(fsw).get(lo).i64Const(0).i64Ne().i32Const(5).i32Shl().i32Or().get(up).i32Const(9).i32Shl().i32Or().return();
  f.end();
  f.i32Const(0).i64Const(0).i32Const(0);
});
