// Integer semantics: moves, arithmetic, logic, multiplication and division, stack. Bits and shifts: int-bits.ts; control flow: int-flow.ts.
import { AC, RAX, RBP, RBX, RCX, RDX, RSP, TF, VEC } from '../../machine/hardware.ts';
import { S } from '../layout.ts';
import { I32, I64 } from '../wasm/builder.ts';
import type { Func } from '../wasm/builder.ts';
import { define } from './context.ts';
import type { Bits, Ctx } from './context.ts';
import { mask, signExtend } from './emit.ts';
import { EXIT_MODE } from './flow.ts';
import type { FlowCtx } from './flow.ts';

export const bitsOf = (c: Ctx, i: number): Bits => (c.ops[i]!.bytes * 8) as Bits;

type Binary = 'Add' | 'Sub' | 'And' | 'Or' | 'Xor' | 'Shl' | 'ShrU' | 'ShrS';
/** Not by a name that is put together: looking that up takes as long as all the rest of an instruction's emission. */
const IN_32: Readonly<Record<Binary, (f: Func) => Func>> = {
  Add: (f) => f.i32Add(), Sub: (f) => f.i32Sub(), And: (f) => f.i32And(), Or: (f) => f.i32Or(), Xor: (f) => f.i32Xor(), Shl: (f) => f.i32Shl(), ShrU: (f) => f.i32ShrU(), ShrS: (f) => f.i32ShrS(),
};
const IN_64: Readonly<Record<Binary, (f: Func) => Func>> = {
  Add: (f) => f.i64Add(), Sub: (f) => f.i64Sub(), And: (f) => f.i64And(), Or: (f) => f.i64Or(), Xor: (f) => f.i64Xor(), Shl: (f) => f.i64Shl(), ShrU: (f) => f.i64ShrU(), ShrS: (f) => f.i64ShrS(),
};
/** push i64: a op b (locals), masked to bits. Of 32 bits in 32: V8 makes an instruction of each conversion of a 64-bit result. A signed shift's a is sign-extended first. */
export function binary(c: Ctx, op: Binary, bits: Bits, a: number, b: number): void {
  const { f } = c;
  if (bits === 32) { IN_32[op](f.get(a).i32WrapI64().get(b).i32WrapI64()).i64ExtendI32U(); return; }
  f.get(a);
  if (op === 'ShrS') signExtend(f, bits);
  IN_64[op](f.get(b));
  if (op !== 'And' && op !== 'Or' && op !== 'Xor') mask(f, bits); // their operands have no more
}

/** a = op 0 (old), b = op 1; r is computed from them, masked, and written back. `carries`: its flags cannot do without a. */
function alu(c: Ctx, carries: boolean, compute: (a: number, b: number) => void, flags: (a: number, b: number, r: number) => void): void {
  const fc = c as FlowCtx, b = fc.operand(1);
  fc.update(0, (a) => compute(a, b), (a, r) => flags(a, b, r), carries, b);
}
const arithmetic = (op: 'Add' | 'Sub', flags: 'flagsAdd' | 'flagsSub') => (c: Ctx): void => alu(c, false, (a, b) => binary(c, op, bitsOf(c, 0), a, b), (a, b, r) => c[flags](bitsOf(c, 0), a, b, r));
const logic = (op: 'And' | 'Or' | 'Xor') => (c: Ctx): void => alu(c, false, (a, b) => binary(c, op, bitsOf(c, 0), a, b), (_a, _b, r) => c.flagsLogic(bitsOf(c, 0), r));
const carryIn = (c: Ctx): void => { c.cond(2); c.f.i64ExtendI32U(); };

/** Unary read-modify-write. */
function unary(c: Ctx, compute: (a: number) => void, flags: ((a: number, r: number) => void) | null, wantsOld: boolean): void {
  const bits = bitsOf(c, 0);
  (c as FlowCtx).update(0, (a) => { compute(a); mask(c.f, bits); }, flags, wantsOld);
}

/** Pushes the value of a local on the guest's stack. */
function pushLocal(c: Ctx, value: number): void {
  const { f } = c, bytes = c.size === 16 ? 2 : 8, sp = c.local(I64);
  c.gpr(RSP);
  f.i64Const(bytes).i64Sub().set(sp);
  (c as FlowCtx).storeAt(sp, value, bytes);
  f.get(sp);
  c.setGpr(RSP);
}
export function pushValue(c: Ctx, value: () => void): void {
  const v = c.local(I64);
  value();
  c.f.set(v);
  pushLocal(c, v);
}
export const popValue = (c: Ctx, bytes: 2 | 8): void => { c.gpr(RSP); c.load(bytes); };
export const addSp = (c: Ctx, n: number): void => { c.gpr(RSP); c.f.i64Const(n).i64Add(); c.setGpr(RSP); };

/** Full product: low half in lo, high half in hi (locals), from a, b (64 bits). */
export function wideMul(c: Ctx, a: number, b: number, signed: boolean, lo: number, hi: number): void {
  const { f } = c, al = c.local(I64), ah = c.local(I64), bl = c.local(I64), bh = c.local(I64), t = c.local(I64), u = c.local(I64);
  f.get(a).i64Const(0xffffffff).i64And().set(al).get(a).i64Const(32).i64ShrU().set(ah);
  f.get(b).i64Const(0xffffffff).i64And().set(bl).get(b).i64Const(32).i64ShrU().set(bh);
  f.get(ah).get(bl).i64Mul().get(al).get(bl).i64Mul().i64Const(32).i64ShrU().i64Add().set(t);
  f.get(al).get(bh).i64Mul().get(t).i64Const(0xffffffff).i64And().i64Add().set(u);
  f.get(ah).get(bh).i64Mul().get(t).i64Const(32).i64ShrU().i64Add().get(u).i64Const(32).i64ShrU().i64Add();
  if (signed) f.get(a).i64Const(63).i64ShrS().get(b).i64And().i64Sub().get(b).i64Const(63).i64ShrS().get(a).i64And().i64Sub();
  f.set(hi);
  f.get(a).get(b).i64Mul().set(lo);
}
/** CF = OF = overflow (i32 on the stack); ZF, SF, PF from the result as real CPUs leave them (SDM: undefined), AF = 0. */
function mulFlags(c: Ctx, bits: Bits, lo: number): void {
  const { f } = c, over = c.local(I32);
  f.set(over);
  (c as FlowCtx).flagsResult(bits, lo, over, over);
}
/** One-operand MUL and IMUL. */
/** RDTSC: the clock is the CPU's own time. */
function readClock(c: FlowCtx, also?: () => void): void {
  const { f } = c, now = c.local(I64);
  c.clock();
  f.tee(now).i64Const(0xffffffff).i64And(); c.setGpr(RAX);
  f.get(now).i64Const(32).i64ShrU(); c.setGpr(RDX);
  also?.();
  c.fallthrough();
}
function mul1(c: Ctx, signed: boolean): void {
  const { f } = c, bits = c.size, a = c.local(I64), b = c.local(I64), lo = c.local(I64), hi = c.local(I64);
  if (signed) c.readS(0); else c.read(0);
  f.set(b);
  c.gpr(RAX, bits);
  if (signed) signExtend(f, bits);
  f.set(a);
  if (bits === 64) {
    wideMul(c, a, b, signed, lo, hi);
    f.get(lo); c.setGpr(RAX);
    f.get(hi); c.setGpr(RDX);
    f.get(hi);
    if (signed) f.get(lo).i64Const(63).i64ShrS(); else f.i64Const(0);
    f.i64Ne();
  } else {
    f.get(a).get(b).i64Mul().set(lo);
    if (bits === 8) { f.get(lo); c.setGpr(RAX, 16); } else {
      f.get(lo); c.setGpr(RAX, bits);
      f.get(lo).i64Const(bits).i64ShrU(); c.setGpr(RDX, bits);
    }
    f.get(lo).get(lo);
    if (signed) signExtend(f, bits); else mask(f, bits);
    f.i64Ne();
  }
  const over = c.local(I32);
  f.set(over).get(lo); mask(f, bits); f.set(lo).get(over);
  mulFlags(c, bits, lo);
}
function imul(c: Ctx, x: number, y: number): void {
  const { f } = c, bits = c.size, a = c.local(I64), b = c.local(I64), lo = c.local(I64), hi = c.local(I64), over = c.local(I32);
  c.readS(x); f.set(a);
  c.readS(y); f.set(b);
  if (bits === 64) {
    wideMul(c, a, b, true, lo, hi);
    f.get(hi).get(lo).i64Const(63).i64ShrS().i64Ne().set(over);
  } else {
    f.get(a).get(b).i64Mul().tee(lo).get(lo); signExtend(f, bits);
    f.i64Ne().set(over);
  }
  f.get(lo); c.write(0);
  f.get(lo); mask(f, bits); f.set(lo);
  f.get(over);
  mulFlags(c, bits, lo);
}

/** DIV and IDIV: #DE on a zero divisor and on a quotient that does not fit. */
function divide(c: Ctx, signed: boolean): void {
  const { f } = c, bits = c.size, d = c.local(I64), n = c.local(I64), q = c.local(I64), r = c.local(I64);
  if (signed) c.readS(0); else c.read(0);
  f.tee(d).i64Eqz().if(); c.raise(VEC.DE); f.end();
  if (bits === 64) { divide128(c, signed, d, q, r); } else {
    if (bits === 8) { c.gpr(RAX, 16); if (signed) signExtend(f, 16); } else {
      c.gpr(RDX, bits); f.i64Const(bits).i64Shl(); c.gpr(RAX, bits); f.i64Or();
      if (signed && bits === 16) signExtend(f, 32);
    }
    f.set(n);
    if (signed) {
      // −2^63 / −1 would trap in WebAssembly: it does not fit either.
      f.get(d).i64Const(-1).i64Eq().ifThen().get(n).i64Const(0, 0x80000000).i64Eq().if(); c.raise(VEC.DE); f.end().end();
      f.get(n).get(d).i64DivS().tee(q).get(q); signExtend(f, bits); f.i64Ne().if(); c.raise(VEC.DE); f.end();
      f.get(n).get(d).i64RemS().set(r);
    } else {
      f.get(n).get(d).i64DivU().tee(q).i64Const(bits).i64ShrU().i64Const(0).i64Ne().if(); c.raise(VEC.DE); f.end();
      f.get(n).get(d).i64RemU().set(r);
    }
  }
  if (bits === 8) { f.get(q); c.setGpr(RAX, 8); f.get(r); c.setGprHigh(RAX); } else { f.get(q); c.setGpr(RAX, bits); f.get(r); c.setGpr(RDX, bits); }
}
function divide128(c: Ctx, signed: boolean, d: number, q: number, r: number): void {
  const { f } = c, hi = c.local(I64), lo = c.local(I64), negN = c.local(I64), negD = c.local(I64), i = c.local(I32), top = c.local(I64);
  c.gpr(RDX); f.set(hi);
  c.gpr(RAX); f.set(lo);
  if (signed) {
    f.get(hi).i64Const(63).i64ShrS().set(negN).get(d).i64Const(63).i64ShrS().set(negD);
    f.get(d).get(negD).i64Xor().get(negD).i64Sub().set(d);
    // |n|: two's complement of hi:lo
    f.get(negN).i32WrapI64().if();
    f.i64Const(0).get(lo).i64Sub().set(lo).get(hi).i64Const(-1).i64Xor().get(lo).i64Eqz().i64ExtendI32U().i64Add().set(hi);
    f.end();
  }
  f.get(hi).get(d).i64GeU().if(); c.raise(VEC.DE); f.end();
  f.get(hi).i64Eqz().if();
  f.get(lo).get(d).i64DivU().set(q).get(lo).get(d).i64RemU().set(r);
  f.else();
  // Shift and subtract, 64 steps; rare.
  f.get(hi).set(r).get(lo).set(q).i32Const(64).set(i);
  const loop = f.loop();
  f.get(r).i64Const(63).i64ShrU().set(top);
  f.get(r).i64Const(1).i64Shl().get(q).i64Const(63).i64ShrU().i64Or().set(r);
  f.get(q).i64Const(1).i64Shl().set(q);
  f.get(top).i32WrapI64().get(r).get(d).i64GeU().i32Or().ifThen().get(r).get(d).i64Sub().set(r).get(q).i64Const(1).i64Or().set(q).end();
  f.get(i).i32Const(1).i32Sub().tee(i).brIf(loop).end();
  f.end();
  if (signed) {
    const neg = c.local(I64);
    f.get(negN).get(negD).i64Xor().set(neg);
    f.get(q).get(neg).i64Xor().get(neg).i64Sub().set(q);
    // The quotient must have the sign that its magnitude promised.
    f.get(q).i64Const(0).i64Ne().ifThen().get(q).get(neg).i64Xor().i64Const(0).i64LtS().if(); c.raise(VEC.DE); f.end().end();
    f.get(r).get(negN).i64Xor().get(negN).i64Sub().set(r);
  }
}

define({
  add: arithmetic('Add', 'flagsAdd'), sub: arithmetic('Sub', 'flagsSub'),
  cmp: (c) => {
    const fc = c as FlowCtx, bits = bitsOf(c, 0), b = fc.operand(1), a = fc.operand(0);
    fc.compare(bits, a, b, () => binary(c, 'Sub', bits, a, b));
  },
  adc: (c) => alu(c, true, (a, b) => { c.f.get(a).get(b).i64Add(); carryIn(c); c.f.i64Add(); mask(c.f, bitsOf(c, 0)); }, (a, b, r) => c.flagsAdd(bitsOf(c, 0), a, b, r)),
  sbb: (c) => alu(c, true, (a, b) => { c.f.get(a).get(b).i64Sub(); carryIn(c); c.f.i64Sub(); mask(c.f, bitsOf(c, 0)); }, (a, b, r) => c.flagsSub(bitsOf(c, 0), a, b, r)),
  and: logic('And'), or: logic('Or'), xor: logic('Xor'),
  test: (c) => {
    const fc = c as FlowCtx, bits = bitsOf(c, 0), b = fc.operand(1), a = fc.operand(0), r = c.local(I64);
    binary(c, 'And', bits, a, b); c.f.set(r);
    c.flagsLogic(bits, r);
  },
  inc: (c) => unary(c, (a) => c.f.get(a).i64Const(1).i64Add(), (a, r) => c.flagsInc(bitsOf(c, 0), a, r), false),
  dec: (c) => unary(c, (a) => c.f.get(a).i64Const(1).i64Sub(), (a, r) => c.flagsDec(bitsOf(c, 0), a, r), false),
  not: (c) => unary(c, (a) => c.f.get(a).i64Const(-1).i64Xor(), null, false),
  neg: (c) => unary(c, (a) => c.f.i64Const(0).get(a).i64Sub(), (a, r) => {
    const zero = c.local(I64);
    c.f.i64Const(0).set(zero);
    c.flagsSub(bitsOf(c, 0), zero, a, r);
  }, true),
  mov: (c) => (c as FlowCtx).copy(),
  movzx: (c) => { c.read(1); c.write(0); },
  movsx: (c) => { c.readS(1); c.write(0); },
  movsxd: (c) => { c.readS(1); c.write(0); },
  lea: (c) => { c.ea(1, false); c.write(0); },
  push: (c) => { if (c.ops[0]!.kind === 'i') pushValue(c, () => c.imm(0)); else pushLocal(c, (c as FlowCtx).operand(0)); },
  pop: (c) => {
    const bytes = c.size === 16 ? 2 : 8, v = c.local(I64), { f } = c;
    popValue(c, bytes);
    f.set(v);
    if (!c.isMem(0)) {
      addSp(c, bytes);
      f.get(v);
      c.write(0);
      return;
    }
    // An address that uses RSP is computed after the increment (SDM vol. 2, POP); a fault must leave RSP as it was.
    const sp = c.local(I64);
    c.gpr(RSP);
    f.set(sp);
    addSp(c, bytes);
    const address = c.local(I64);
    c.ea(0);
    f.set(address);
    f.get(sp); c.setGpr(RSP);
    f.get(address).get(v);
    c.store(bytes);
    addSp(c, bytes);
  },
  leave: (c) => {
    const v = c.local(I64), bytes = c.size === 16 ? 2 : 8;
    c.gpr(RBP); c.load(bytes); c.f.set(v);
    c.gpr(RBP); c.f.i64Const(bytes).i64Add(); c.setGpr(RSP);
    c.f.get(v); c.setGpr(RBP, c.size === 16 ? 16 : 64);
  },
  enter: (c) => { // pushes the frame pointers of the enclosing levels; the new top of the stack must be writable
    const { f } = c, bytes = c.size === 16 ? 2 : 8, sp = c.local(I64), frame = c.local(I64), from = c.local(I64), v = c.local(I64), level = c.local(I32);
    (c as FlowCtx).onlyInterpreted();
    const down = (value: () => void): void => { f.get(sp).i64Const(bytes).i64Sub().tee(sp); value(); c.store(bytes); };
    c.gpr(RSP); f.set(sp);
    c.gpr(RBP); f.set(from);
    down(() => f.get(from));
    f.get(sp).set(frame);
    (c as FlowCtx).imm2(); f.i32Const(31).i32And().tee(level).if();
    const done = f.block(), again = f.loop();
    f.get(level).i32Const(1).i32Sub().tee(level).i32Eqz().brIf(done);
    f.get(from).i64Const(bytes).i64Sub().tee(from); c.load(bytes); f.set(v);
    down(() => f.get(v));
    f.br(again).end().end();
    down(() => f.get(frame));
    f.end();
    f.get(sp); c.imm(0); f.i64Const(0xffff).i64And().i64Sub().set(sp);
    c.beginOut(sp, bytes); f.drop();
    f.get(frame); c.setGpr(RBP, c.size === 16 ? 16 : 64);
    f.get(sp); c.setGpr(RSP);
  },
  imul1: (c) => mul1(c, true), mul: (c) => mul1(c, false),
  imul2: (c) => imul(c, 0, 1), imul3: (c) => imul(c, 1, 2),
  div: (c) => divide(c, false), idiv: (c) => divide(c, true),
  cbw: (c) => { // CBW, CWDE, CDQE
    c.gpr(RAX, (c.size / 2) as Bits);
    signExtend(c.f, c.size / 2);
    c.setGpr(RAX, c.size);
  },
  cwd: (c) => { // CWD, CDQ, CQO
    c.gpr(RAX, c.size);
    signExtend(c.f, c.size);
    c.f.i64Const(63).i64ShrS();
    c.setGpr(RDX, c.size);
  },
  xchg: (c) => {
    const b = c.local(I64), old = c.local(I64), { f } = c;
    c.read(1); f.set(b);
    c.modify(0, (a) => f.get(a).set(old).get(b));
    f.get(old); c.write(1);
  },
  xadd: (c) => {
    const b = c.local(I64), old = c.local(I64), r = c.local(I64), bits = bitsOf(c, 0), { f } = c;
    c.read(1); f.set(b);
    c.modify(0, (a) => { f.get(a).set(old).get(a).get(b).i64Add(); mask(f, bits); f.tee(r); });
    if (c.isMem(0)) { f.get(old); c.write(1); } else { f.get(old); c.write(1); f.get(r); c.write(0); }
    c.flagsAdd(bits, old, b, r);
  },
  cmpxchg: (c) => {
    const bits = bitsOf(c, 0), b = c.local(I64), acc = c.local(I64), old = c.local(I64), r = c.local(I64), { f } = c;
    c.read(1); f.set(b);
    c.gpr(RAX, bits); f.set(acc);
    if (c.isMem(0)) c.modify(0, (a) => f.get(a).set(old).get(b).get(a).get(a).get(acc).i64Eq().select());
    else { c.read(0); f.set(old); }
    f.get(acc).get(old).i64Sub(); mask(f, bits); f.set(r);
    c.flagsSub(bits, acc, old, r);
    f.get(acc).get(old).i64Ne().if(); f.get(old); c.setGpr(RAX, bits);
    if (!c.isMem(0)) { f.else(); f.get(b); c.write(0); } // a register that differs keeps all its bits
    f.end();
  },
  cmpxchg8b: (c) => {
    const { f } = c, bytes = c.ops[0]!.bytes === 8 ? 16 : 8; // operand letter y: 8 with REX.W means cmpxchg16b
    const half = (bytes / 2) as 4 | 8, bits = (half * 8) as Bits, va = c.local(I64), at = c.local(I32), lo = c.local(I64), hi = c.local(I64), eq = c.local(I32);
    c.ea(0); f.set(va);
    if (bytes === 16) { f.get(va).i64Const(15).i64And().i64Const(0).i64Ne().if(); c.raise(VEC.GP); f.end(); }
    c.beginOut(va, bytes);
    f.tee(at); if (half === 8) f.i64Load(0, 0); else f.i64Load32U(0, 0); f.set(lo);
    f.get(at); if (half === 8) f.i64Load(8, 0); else f.i64Load32U(4, 0); f.set(hi);
    f.get(lo); c.gpr(RAX, bits); f.i64Eq(); f.get(hi); c.gpr(RDX, bits); f.i64Eq().i32And().tee(eq).if();
    f.get(at); c.gpr(RBX, bits); if (half === 8) f.i64Store(0, 0); else f.i64Store32(0, 0);
    f.get(at); c.gpr(RCX, bits); if (half === 8) f.i64Store(8, 0); else f.i64Store32(4, 0);
    f.end();
    c.copyOut(va, bytes);
    f.get(eq).i32Eqz().if(); f.get(lo); c.setGpr(RAX, bits); f.get(hi); c.setGpr(RDX, bits); f.end();
    c.getFlags(); f.i32Const(~0x40).i32And().get(eq).i32Const(6).i32Shl().i32Or(); c.setFlags();
  },
  xlat: (c) => {
    c.ea(0); // the segment's base
    c.gpr(RBX); c.gpr(RAX, 8); c.f.i64Add();
    if (c.form.mem === 3) c.f.i32WrapI64().i64ExtendI32U();
    c.f.i64Add();
    c.load(1); c.setGpr(RAX, 8);
  },
  lahf: (c) => { c.getFlags(); c.f.i32Const(0xd5).i32And().i32Const(2).i32Or().i64ExtendI32U(); c.setGprHigh(RAX); },
  sahf: (c) => { c.getFlags(); c.f.i32Const(0x800).i32And(); c.gprHigh(RAX); c.f.i32WrapI64().i32Const(0xd5).i32And().i32Or(); c.setFlags(); },
  clc: (c) => { c.f.i32Const(0); c.setCarry(); },
  stc: (c) => { c.f.i32Const(1); c.setCarry(); },
  cmc: (c) => { c.cond(3); c.setCarry(); },
  cld: (c) => { const fc = c as FlowCtx; fc.otherFlags(); c.f.i32Const(~0x400).i32And(); fc.setOtherFlags(); },
  std: (c) => { const fc = c as FlowCtx; fc.otherFlags(); c.f.i32Const(0x400).i32Or(); fc.setOtherFlags(); },
  pushf: (c) => pushValue(c, () => { (c as FlowCtx).otherFlags(); c.getFlags(); c.f.i32Or().i32Const(~0x10000).i32And().i64ExtendI32U(); }),
  popf: (c) => {
    const { f } = c, v = c.local(I32), bytes = c.size === 16 ? 2 : 8;
    popValue(c, bytes);
    f.i32WrapI64().set(v);
    addSp(c, bytes);
    // User mode may change TF, DF, NT, AC, ID and the arithmetic flags; not IF, IOPL.
    const may = bytes === 2 ? 0x4500 : 0x244500, fc = c as FlowCtx, changed = c.local(I32);
    fc.otherFlags(); f.get(v).i32Xor().i32Const(may & (TF | AC)).i32And().set(changed);
    fc.otherFlags(); f.i32Const(~may).i32And().get(v).i32Const(may).i32And().i32Or(); fc.setOtherFlags();
    f.get(v); c.setFlags();
    f.get(changed).if(); fc.leave(EXIT_MODE); f.end();
    fc.fallthrough();
  },
  nop: () => undefined,
  clflush: (c) => { c.read(0); c.f.drop(); }, // may fault as a read of a byte does
  cpuid: (c) => (c as FlowCtx).runtime('cpuid'),
  rdtsc: (c) => readClock(c as FlowCtx),
  rdtscp: (c) => readClock(c as FlowCtx, () => { c.state(); c.f.i64Load32U(S.cpu); c.setGpr(RCX); }),
});
