// LZCNT, TZCNT, MOVBE, BMI1 and BMI2 (SDM vol. 2): integers, mostly VEX-encoded. Flags that the manual leaves undefined are 0.
import { RDX } from '../../machine/hardware.ts';
import { I32, I64 } from '../wasm/builder.ts';
import { define, helper } from './context.ts';
import type { Bits, Ctx, Semantics } from './context.ts';
import type { FlowCtx } from './flow.ts';
import { bitsOf, wideMul } from './int.ts';

/** ZF SF PF of r, CF (pushes i32), OF 0. */
function flags(c: Ctx, bits: Bits, r: number, carry: () => void): void {
  if ((c as FlowCtx).flagsDead) return;
  const cf = c.local(I32), of = c.local(I32);
  carry(); c.f.set(cf).i32Const(0).set(of);
  (c as FlowCtx).flagsResult(bits, r, cf, of);
}
/** Counts zeros from one end: CF says that the source was 0, ZF that the count is. */
const countZeros = (trailing: boolean): Semantics => (c) => {
  const { f } = c, bits = bitsOf(c, 1), v = c.local(I64), r = c.local(I64);
  c.read(1); f.set(v).get(v);
  if (trailing) { if (bits < 64) f.i64Const(bits < 32 ? 1 << bits : 0, bits < 32 ? 0 : 1).i64Or(); f.i64Ctz(); } else { f.i64Clz(); if (bits < 64) f.i64Const(64 - bits).i64Sub(); }
  f.tee(r); c.write(0);
  flags(c, bits, r, () => f.get(v).i64Eqz());
};
/** dst = emit(src) for BLSR, BLSMSK and BLSI; `whenZero`: CF says that the source was 0, else that it was not. */
const lowestBit = (emit: (c: Ctx, v: number) => void, whenZero: boolean): Semantics => (c) => {
  const { f } = c, bits = bitsOf(c, 1), v = c.local(I64), r = c.local(I64);
  c.read(1); f.set(v);
  emit(c, v); if (bits === 32) f.i64Const(0xffffffff, 0).i64And();
  f.tee(r); c.write(0);
  flags(c, bits, r, () => { f.get(v).i64Eqz(); if (!whenZero) f.i32Eqz(); });
};
const less = (c: Ctx, v: number): void => { c.f.get(v).i64Const(1).i64Sub(); };
/** Operand 1 shifted by operand 2, without flags. */
const shift = (op: 'Shl' | 'ShrU' | 'ShrS'): Semantics => (c) => {
  const { f } = c, bits = bitsOf(c, 0), v = c.local(I64);
  if (op === 'ShrS') c.readS(1); else c.read(1);
  f.set(v).get(v); c.read(2); f.i64Const(bits - 1).i64And();
  f[`i64${op}`]();
  if (bits === 32) f.i64Const(0xffffffff, 0).i64And();
  c.write(0);
};

/** (value, mask) → the low bits of value at the mask's ones, and back; once a one. */
helper('bmi.pdep', [I64, I64], [I64], (f) => {
  const r = f.local(I64), done = f.block(), again = f.loop();
  f.get(1).i64Eqz().brIf(done);
  f.get(r).get(1).i64Const(0).get(1).i64Sub().i64And().i64Const(0).get(0).i64Const(1).i64And().i64Sub().i64And().i64Or().set(r);
  f.get(0).i64Const(1).i64ShrU().set(0).get(1).get(1).i64Const(1).i64Sub().i64And().set(1).br(again).end().end();
  f.get(r);
});
helper('bmi.pext', [I64, I64], [I64], (f) => {
  const r = f.local(I64), n = f.local(I64), done = f.block(), again = f.loop();
  f.get(1).i64Eqz().brIf(done);
  f.get(r).get(0).get(1).i64Ctz().i64ShrU().i64Const(1).i64And().get(n).i64Shl().i64Or().set(r);
  f.get(n).i64Const(1).i64Add().set(n).get(1).get(1).i64Const(1).i64Sub().i64And().set(1).br(again).end().end();
  f.get(r);
});
const scatter = (name: string): Semantics => (c) => {
  const m = c.local(I64);
  c.read(2); c.f.set(m);
  c.read(1); c.f.get(m); c.call(name); c.write(0);
};

define({
  tzcnt: countZeros(true), lzcnt: countZeros(false),
  movbe: (c) => {
    const { f } = c, v = c.local(I64);
    c.read(1); f.set(v);
    if (c.size === 16) f.get(v).i64Const(8).i64ShrU().get(v).i64Const(8).i64Shl().i64Or().i64Const(0xffff).i64And();
    else {
      f.get(v).i64Const(8).i64ShrU().i64Const(0x00ff00ff, 0x00ff00ff).i64And().get(v).i64Const(0x00ff00ff, 0x00ff00ff).i64And().i64Const(8).i64Shl().i64Or().set(v);
      f.get(v).i64Const(16).i64ShrU().i64Const(0x0000ffff, 0x0000ffff).i64And().get(v).i64Const(0x0000ffff, 0x0000ffff).i64And().i64Const(16).i64Shl().i64Or();
      if (c.size === 64) f.i64Const(32).i64Rotl();
    }
    c.write(0);
  },
  andn: (c) => {
    const { f } = c, r = c.local(I64), bits = bitsOf(c, 0);
    c.read(2); c.read(1); f.i64Const(-1).i64Xor().i64And().tee(r); c.write(0);
    c.flagsLogic(bits, r);
  },
  blsr: lowestBit((c, v) => { c.f.get(v); less(c, v); c.f.i64And(); }, true), blsmsk: lowestBit((c, v) => { c.f.get(v); less(c, v); c.f.i64Xor(); }, true),
  blsi: lowestBit((c, v) => { c.f.get(v).i64Const(0).get(v).i64Sub().i64And(); }, false),
  bzhi: (c) => { // bits from the index in the low byte of operand 2 on are cleared; CF: the index is beyond the operand
    const { f } = c, bits = bitsOf(c, 0), v = c.local(I64), n = c.local(I64), r = c.local(I64);
    c.read(1); f.set(v); c.read(2); f.i64Const(255).i64And().set(n);
    f.get(v).i64Const(-1).get(n).i64Shl().i64Const(-1).i64Xor().i64And().get(v).get(n).i64Const(bits).i64LtU().select().tee(r); c.write(0);
    flags(c, bits, r, () => f.get(n).i64Const(bits).i64GeU());
  },
  bextr: (c) => { // operand 2: start in bits 0–7, length in 8–15
    const { f } = c, bits = bitsOf(c, 0), v = c.local(I64), n = c.local(I64), length = c.local(I64), r = c.local(I64);
    c.read(1); f.set(v); c.read(2); f.tee(n).i64Const(8).i64ShrU().i64Const(255).i64And().set(length).get(n).i64Const(255).i64And().set(n);
    f.get(v).get(n).i64ShrU().i64Const(0).get(n).i64Const(64).i64LtU().select().set(v);
    f.get(v).i64Const(-1).get(length).i64Shl().i64Const(-1).i64Xor().i64And().get(v).get(length).i64Const(64).i64LtU().select().tee(r); c.write(0);
    flags(c, bits, r, () => f.i32Const(0));
  },
  shlx: shift('Shl'), shrx: shift('ShrU'), sarx: shift('ShrS'),
  rorx: (c) => {
    const { f } = c;
    c.read(1);
    if (c.size === 64) { c.imm(2); f.i64Rotr(); } else { f.i32WrapI64(); c.imm(2); f.i32WrapI64().i32Rotr().i64ExtendI32U(); }
    c.write(0);
  },
  mulx: (c) => { // the high half to operand 0, the low one to operand 1: the high one stays if they are the same
    const { f } = c, a = c.local(I64), b = c.local(I64), lo = c.local(I64), hi = c.local(I64);
    c.read(2); f.set(b);
    c.gpr(RDX, bitsOf(c, 0)); f.set(a);
    if (c.size === 64) wideMul(c, a, b, false, lo, hi); else f.get(a).get(b).i64Mul().tee(lo).i64Const(32).i64ShrU().set(hi);
    f.get(lo); c.write(1);
    f.get(hi); c.write(0);
  },
  pdep: scatter('bmi.pdep'), pext: scatter('bmi.pext'),
});
