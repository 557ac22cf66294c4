// Shifts, rotates, bit tests and scans, byte swap.
import { I32, I64 } from '../wasm/builder.ts';
import { define } from './context.ts';
import type { Bits, Ctx } from './context.ts';
import { binary, bitsOf } from './int.ts';
import { mask, signExtend } from './emit.ts';
import type { FlowCtx } from './flow.ts';

/** Masked count (local i64) from operand i: CL or an immediate. */
function count(c: Ctx, i: number, bits: Bits): number {
  const n = c.local(I64), most = bits === 64 ? 63 : 31, known = (c as FlowCtx).constant(i);
  if (known !== null) { c.f.i64Const(known & most).set(n); return n; }
  c.read(i);
  c.f.i64Const(most).i64And().set(n);
  return n;
}
/** Flags of a shift: ZF SF PF of r, CF and OF as pushed (i32), AF 0. Nothing changes when the count n (local; operand nOp) is 0. */
function shiftFlags(c: Ctx, nOp: number, bits: Bits, n: number, r: number, cf: () => void, of: () => void): void {
  const { f } = c, fc = c as FlowCtx, known = fc.constant(nOp), carry = c.local(I32), over = c.local(I32);
  if (fc.flagsDead || (known !== null && (known & (bits === 64 ? 63 : 31)) === 0)) return;
  if (known === null) { fc.flagsMaybe(); f.get(n).i64Const(0).i64Ne().if(); }
  cf(); f.set(carry);
  of(); f.set(over);
  fc.flagsResult(bits, r, carry, over);
  if (known === null) { fc.flagsMerged(); f.end(); }
}
const bit = (c: Ctx, value: number, push: () => void): void => { c.f.get(value); push(); c.f.i64ShrU().i32WrapI64().i32Const(1).i32And(); };

/** A shift or rotate: the new value is pushed by compute from a (old) and n; then flags. */
function shift(c: Ctx, nOp: number, compute: (a: number, n: number, bits: Bits) => void, flags: (a: number, n: number, r: number, bits: Bits) => void): void {
  const bits = bitsOf(c, 0), n = count(c, nOp, bits);
  (c as FlowCtx).update(0, (a) => compute(a, n, bits), (a, r) => flags(a, n, r, bits), true, n);
}
/** Rotates leave ZF SF PF AF: only CF and OF change, and only when the masked count is not 0. */
function rotateFlags(c: Ctx, n: number, cf: () => void, of: () => void): void {
  if ((c as FlowCtx).flagsDead) return;
  const { f } = c, old = c.local(I32), known = (c as FlowCtx).constant(1);
  if (known !== null) {
    const carry = c.local(I32);
    if ((known & (c.size === 64 ? 63 : 31)) === 0) return;
    cf(); f.set(carry); of(); f.set(old);
    c.setSome(carry, -1, old);
    return;
  }
  c.getFlags(); f.set(old);
  f.get(old).i32Const(~0x801).i32And(); cf(); f.i32Or(); of(); f.i32Const(11).i32Shl().i32Or();
  f.get(old).get(n).i64Const(0).i64Ne().select();
  c.setFlags();
}
/** Rotate within bits of a by n (locals), n may be ≥ bits for 8 and 16. */
function rotate(c: Ctx, a: number, n: number, bits: Bits, left: boolean): void {
  const { f } = c;
  if (bits === 64) { f.get(a).get(n); if (left) f.i64Rotl(); else f.i64Rotr(); return; }
  if (bits === 32) { f.get(a).i32WrapI64().get(n).i32WrapI64(); if (left) f.i32Rotl(); else f.i32Rotr(); f.i64ExtendI32U(); return; }
  // Fill 32 bits with copies of the value, rotate those, cut.
  f.get(a).i32WrapI64().i32Const(bits === 8 ? 0x01010101 : 0x00010001).i32Mul().get(n).i32WrapI64();
  if (left) f.i32Rotl(); else f.i32Rotr();
  f.i64ExtendI32U();
  mask(f, bits);
}
/** RCL/RCR through CF on bits+1 bits. */
function rotateCarry(c: Ctx, left: boolean): void {
  const { f } = c, bits = bitsOf(c, 0), n0 = count(c, 1, bits), n = c.local(I64), cin = c.local(I64), r = c.local(I64), saved = c.local(I64), m = c.local(I64);
  f.get(n0); if (bits < 32) f.i64Const(bits + 1).i64RemU();
  f.set(n);
  c.cond(2); f.i64ExtendI32U().set(cin);
  c.modify(0, (a) => {
    f.get(a).set(saved);
    f.get(n).i64Eqz().ifThen(I64).get(a).else();
    if (left) {
      // r = a << n | cin << n−1 | a >> bits+1−n
      f.get(a).get(n).i64Shl().get(cin).get(n).i64Const(1).i64Sub().i64Shl().i64Or();
      f.i64Const(bits + 1).get(n).i64Sub().set(m);
    } else {
      // r = a >> n | cin << bits−n | a << bits+1−n
      f.get(a).get(n).i64ShrU().get(cin).i64Const(bits).get(n).i64Sub().i64Shl().i64Or();
      f.i64Const(bits + 1).get(n).i64Sub().set(m);
    }
    // a count of 64 (bits 64, n 1) must give 0, where WebAssembly takes it modulo 64
    f.get(a).get(m);
    if (left) f.i64ShrU(); else f.i64Shl();
    f.i64Const(0).get(m).i64Const(64).i64LtU().select().i64Or();
    f.end();
    mask(f, bits);
    f.tee(r);
  });
  const carry = c.local(I32);
  f.get(n).i64Eqz().ifThen(I32).get(cin).i32WrapI64().else();
  if (left) bit(c, saved, () => f.i64Const(bits).get(n).i64Sub()); else bit(c, saved, () => f.get(n).i64Const(1).i64Sub());
  f.end().set(carry);
  rotateFlags(c, n0, () => f.get(carry), () => {
    bit(c, r, () => f.i64Const(bits - 1));
    if (left) f.get(carry).i32Xor(); else { bit(c, r, () => f.i64Const(bits - 2)); f.i32Xor(); }
  });
}

/** SHLD/SHRD. */
function doubleShift(c: Ctx, left: boolean): void {
  const { f } = c, bits = bitsOf(c, 0), n = count(c, 2, bits), b = c.local(I64), r = c.local(I64), saved = c.local(I64), wide = c.local(I64);
  c.read(1); f.set(b);
  c.modify(0, (a) => {
    f.get(a).set(saved);
    if (bits === 64) {
      f.get(n).i64Eqz().ifThen(I64).get(a).else();
      if (left) f.get(a).get(n).i64Shl().get(b).i64Const(64).get(n).i64Sub().i64ShrU().i64Or();
      else f.get(a).get(n).i64ShrU().get(b).i64Const(64).get(n).i64Sub().i64Shl().i64Or();
      f.end();
    } else if (bits === 32) {
      if (left) f.get(a).i64Const(32).i64Shl().get(b).i64Or().get(n).i64Shl().i64Const(32).i64ShrU();
      else f.get(b).i64Const(32).i64Shl().get(a).i64Or().get(n).i64ShrU();
    } else if (left) f.get(a).i64Const(32).i64Shl().get(b).i64Const(16).i64Shl().i64Or().get(a).i64Or().get(n).i64Shl().i64Const(32).i64ShrU(); // counts over 16: undefined; real CPUs go on with the first operand
    else f.get(a).i64Const(32).i64Shl().get(b).i64Const(16).i64Shl().i64Or().get(a).i64Or().get(n).i64ShrU();
    mask(f, bits);
    f.tee(r);
  });
  void wide;
  const last = (): void => { // the last bit shifted out
    if (left) {
      if (bits === 16) { f.get(n).i64Const(16).i64GtU().if(I32); bit(c, b, () => f.i64Const(32).get(n).i64Sub()); f.else(); bit(c, saved, () => f.i64Const(16).get(n).i64Sub()); f.end(); }
      else bit(c, saved, () => f.i64Const(bits).get(n).i64Sub());
    } else if (bits === 16) { f.get(n).i64Const(16).i64GtU().if(I32); bit(c, b, () => f.get(n).i64Const(17).i64Sub()); f.else(); bit(c, saved, () => f.get(n).i64Const(1).i64Sub()); f.end(); } else bit(c, saved, () => f.get(n).i64Const(1).i64Sub());
  };
  shiftFlags(c, 2, bits, n, r, last, () => { bit(c, r, () => f.i64Const(bits - 1)); bit(c, saved, () => f.i64Const(bits - 1)); f.i32Xor(); });
}

/** BT and its kin; a memory bit string is addressed by the signed register offset beyond the operand (SDM vol. 2, BT). */
function bitTest(c: Ctx, change: ((f: Ctx['f'], a: number, m: number) => void) | null, immediate: boolean): void {
  const { f } = c, bits = bitsOf(c, 0), bytes = c.ops[0]!.bytes as 2 | 4 | 8, n = c.local(I64), m = c.local(I64), carry = c.local(I32);
  if (!immediate && c.isMem(0)) {
    const va = c.local(I64), v = c.local(I64);
    c.readS(1); f.set(n);
    const beyond = (): void => { f.get(n).i64Const(bits === 64 ? 6 : bits === 32 ? 5 : 4).i64ShrS().i64Const(bytes).i64Mul().i64Add(); };
    c.ea(0);
    if (c.form.mem === 3) { // the offset has 32 bits before the segment's base is added
      c.ea(0, false); f.tee(va).i64Sub();
      f.get(va); beyond(); f.i32WrapI64().i64ExtendI32U().i64Add();
    } else beyond();
    f.set(va).get(n).i64Const(bits - 1).i64And().set(n);
    f.i64Const(1).get(n).i64Shl().set(m);
    if (change === null) { f.get(va); c.load(bytes); f.set(v); bit(c, v, () => f.get(n)); c.setCarry(); return; }
    const at = c.local(I32);
    c.beginOut(va, bytes);
    f.set(at).get(at);
    if (bytes === 8) f.i64Load(0, 0); else if (bytes === 4) f.i64Load32U(0, 0); else f.i64Load16U(0, 0);
    f.set(v);
    bit(c, v, () => f.get(n)); f.set(carry);
    f.get(at); change(f, v, m);
    if (bytes === 8) f.i64Store(0, 0); else if (bytes === 4) f.i64Store32(0, 0); else f.i64Store16(0, 0);
    c.copyOut(va, bytes);
    f.get(carry); c.setCarry();
    return;
  }
  c.read(1);
  f.i64Const(bits - 1).i64And().set(n);
  f.i64Const(1).get(n).i64Shl().set(m);
  if (change === null) {
    const v = c.local(I64);
    c.read(0); f.set(v);
    bit(c, v, () => f.get(n)); f.set(carry);
  } else c.modify(0, (a) => { bit(c, a, () => f.get(n)); f.set(carry); change(f, a, m); });
  f.get(carry); c.setCarry();
}
const set = (f: Ctx['f'], a: number, m: number): void => { f.get(a).get(m).i64Or(); };
const reset = (f: Ctx['f'], a: number, m: number): void => { f.get(a).get(m).i64Const(-1).i64Xor().i64And(); };
const complement = (f: Ctx['f'], a: number, m: number): void => { f.get(a).get(m).i64Xor(); };

/** ZF tells whether the source was 0; then the destination stays (as all real CPUs do). The other flags follow real CPUs: of the result of an AND-like op. */
function scan(c: Ctx, forward: boolean): void {
  const { f } = c, v = c.local(I64), r = c.local(I64);
  c.read(1); f.set(v);
  f.get(v);
  if (forward) f.i64Ctz(); else { f.i64Clz().set(r).i64Const(63).get(r).i64Sub(); }
  f.set(r);
  f.get(v).i64Eqz().if(I64); c.read(0); f.else().get(r).end();
  if (c.size === 32) { // with a zero source even the upper half stays
    const w = c.local(I64);
    f.set(w).get(v).i64Eqz().i32Eqz().ifThen().get(w); c.write(0); f.end();
  } else c.write(0);
  if ((c as FlowCtx).flagsDead) return;
  const zero = c.local(I32);
  f.get(v).i64Eqz().set(zero);
  c.setSome(-1, zero, -1);
}

define({
  shl: (c) => shift(c, 1, (a, n, bits) => binary(c, 'Shl', bits, a, n), (a, n, r, bits) => shiftFlags(c, 1, bits, n, r,
    () => { if (bits < 32) { c.f.get(n).i64Const(bits).i64GtU().ifThen(I32).i32Const(0).else(); } bit(c, a, () => c.f.i64Const(bits).get(n).i64Sub()); if (bits < 32) c.f.end(); },
    () => { bit(c, r, () => c.f.i64Const(bits - 1)); if (bits < 32) { c.f.get(n).i64Const(bits).i64GtU().ifThen(I32).i32Const(0).else(); } bit(c, a, () => c.f.i64Const(bits).get(n).i64Sub()); if (bits < 32) c.f.end(); c.f.i32Xor(); })),
  shr: (c) => shift(c, 1, (a, n, bits) => binary(c, 'ShrU', bits, a, n), (a, n, r, bits) => shiftFlags(c, 1, bits, n, r,
    () => bit(c, a, () => c.f.get(n).i64Const(1).i64Sub()),
    () => { bit(c, a, () => c.f.i64Const(bits - 1)); void n; })),
  sar: (c) => shift(c, 1, (a, n, bits) => binary(c, 'ShrS', bits, a, n), (a, n, r, bits) => {
    const wide = c.local(I64);
    c.f.get(a); signExtend(c.f, bits); c.f.set(wide);
    shiftFlags(c, 1, bits, n, r, () => bit(c, wide, () => c.f.get(n).i64Const(1).i64Sub()), () => c.f.i32Const(0));
  }),
  rol: (c) => shift(c, 1, (a, n, bits) => rotate(c, a, n, bits, true), (_a, n, r, bits) => rotateFlags(c, n,
    () => bit(c, r, () => c.f.i64Const(0)),
    () => { bit(c, r, () => c.f.i64Const(bits - 1)); bit(c, r, () => c.f.i64Const(0)); c.f.i32Xor(); })),
  ror: (c) => shift(c, 1, (a, n, bits) => rotate(c, a, n, bits, false), (_a, n, r, bits) => rotateFlags(c, n,
    () => bit(c, r, () => c.f.i64Const(bits - 1)),
    () => { bit(c, r, () => c.f.i64Const(bits - 1)); bit(c, r, () => c.f.i64Const(bits - 2)); c.f.i32Xor(); })),
  rcl: (c) => rotateCarry(c, true), rcr: (c) => rotateCarry(c, false),
  shld: (c) => doubleShift(c, true), shrd: (c) => doubleShift(c, false),
  bt: (c) => bitTest(c, null, false), bts: (c) => bitTest(c, set, false), btr: (c) => bitTest(c, reset, false), btc: (c) => bitTest(c, complement, false),
  bt_i: (c) => bitTest(c, null, true), bts_i: (c) => bitTest(c, set, true), btr_i: (c) => bitTest(c, reset, true), btc_i: (c) => bitTest(c, complement, true),
  bsf: (c) => scan(c, true), bsr: (c) => scan(c, false),
  bswap: (c) => {
    const { f } = c, v = c.local(I64);
    c.read(0); f.set(v);
    if (c.size === 16) f.i64Const(0); // undefined; real CPUs give 0
    else {
      // swap bytes of each pair, then of each four, then the halves
      f.get(v).i64Const(8).i64ShrU().i64Const(0x00ff00ff, 0x00ff00ff).i64And().get(v).i64Const(0x00ff00ff, 0x00ff00ff).i64And().i64Const(8).i64Shl().i64Or().set(v);
      f.get(v).i64Const(16).i64ShrU().i64Const(0x0000ffff, 0x0000ffff).i64And().get(v).i64Const(0x0000ffff, 0x0000ffff).i64And().i64Const(16).i64Shl().i64Or();
      if (c.size === 64) f.i64Const(32).i64Rotl();
    }
    c.write(0);
  },
});
