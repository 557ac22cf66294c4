// Conditions out of a flag tuple whose kind is known: where a comparison was, one comparison.
import { carryAdd, carrySub, mask, signExtend } from '../semantics/emit.ts';
import type { Cond } from '../semantics/context.ts';
import { COMPARISONS, FK, ZERO } from './flag-kinds.ts';
import type { FlagKind } from './flag-kinds.ts';
import type { NarrowFunc } from './narrow.ts';

/** push i32 0/1. The tuple is in locals fa, fb, fr. */
export function emitCondition(f: NarrowFunc, known: FlagKind, { fa, fb, fr, fx, fy }: { fa: number; fb: number; fr: number; fx: number; fy: number }, cc: Cond): void {
  const { op, bits } = known, negate = (cc & 1) !== 0, base = cc & 14, narrowly = bits === 32;
  /** push i64: the result. */
  const result = (): void => { if (op === FK.cmp) { f.get(fa).get(fb).i64Sub(); mask(f, bits); } else f.get(op === FK.add || op === FK.sub ? fa : fr); };
  /** push i64: operand a. */
  const operandA = (): void => {
    f.get(fa);
    if (op === FK.add) f.get(fb).i64Sub(); else if (op === FK.sub) f.get(fb).i64Add(); else return;
    mask(f, bits);
  };
  if (op === FK.floats) {
    const pair = (): NarrowFunc => f.get(fx).get(fy);
    switch (base) {
      case 2: pair(); f.f64Ge(); break; // of these the contrary is true of NaNs
      case 6: pair(); f.f64Gt(); break;
      case 4: case 14: pair(); f.f64Lt(); pair(); f.f64Gt().i32Or(); break;
      case 10: f.get(fx).get(fx).f64Eq().get(fy).get(fy).f64Eq().i32And(); break;
      default: f.i32Const(1);
    }
    if (!negate) f.i32Eqz();
    return;
  }
  if (op === FK.explicit) { explicit(f, base, fa); if (negate) f.i32Eqz(); return; }
  const narrow = (signed: boolean): void => { if (bits === 32) f.i32WrapI64(); else if (signed) signExtend(f, bits); };
  if ((op === FK.sub || op === FK.cmp) && (base === 2 || base === 6 || base === 12 || base === 14)) { // fused compare
    const signed = base >= 12;
    operandA(); narrow(signed);
    f.get(fb); narrow(signed);
    const comparison = COMPARISONS[base]!;
    f.plain(comparison[(narrowly ? 0 : 2) + (negate ? 1 : 0)]!);
    return;
  }
  if (base === 4) { // ZF
    if (op === FK.cmp) { f.get(fa); narrow(false); f.get(fb); narrow(false); f.plain(ZERO[(narrowly ? 0 : 2) + (negate ? 1 : 0)]!); return; }
    result(); narrow(false);
    if (bits === 32) f.i32Eqz(); else f.i64Eqz();
    if (negate) f.i32Eqz();
    return;
  }
  if (base === 8 || (op === FK.logic && (base === 6 || base >= 12))) { // against zero
    result(); narrow(true);
    if (narrowly) f.i32Const(0); else f.i64Const(0);
    const comparison = base === 6 ? ZERO : COMPARISONS[base === 14 ? 14 : 12]!;
    f.plain(comparison[(narrowly ? 0 : 2) + (negate ? 1 : 0)]!);
    return;
  }
  const sign = (): void => { result(); if (bits === 32) f.i32WrapI64().i32Const(31).i32ShrU(); else f.i64Const(bits - 1).i64ShrU().i32WrapI64(); };
  const top = (): void => { f.i64Const(bits - 1).i64ShrU().i32WrapI64().i32Const(1).i32And(); };
  const carry = (): void => {
    switch (op) {
      case FK.add: result(); f.get(fb).i64LtU(); break;
      case FK.sub: case FK.cmp: operandA(); f.get(fb).i64LtU(); break;
      case FK.adc: carryAdd(f, fa, fb, fr); top(); break;
      case FK.sbb: carrySub(f, fa, fb, fr); top(); break;
      case FK.logic: f.i32Const(0); break;
      case FK.result: f.get(fa).i32WrapI64(); break;
      default: f.get(fb).i32WrapI64(); // inc, dec
    }
  };
  const overflow = (): void => {
    switch (op) {
      case FK.add: case FK.adc: operandA(); result(); f.i64Xor().get(fb); result(); f.i64Xor().i64And(); top(); break;
      case FK.sub: case FK.cmp: case FK.sbb: operandA(); f.get(fb).i64Xor(); operandA(); result(); f.i64Xor().i64And(); top(); break;
      case FK.logic: f.i32Const(0); break;
      case FK.result: f.get(fb).i32WrapI64(); break;
      default: { // the one value that has just crossed the sign border
        const border = op === FK.inc ? 0 : -1;
        if (bits === 64) f.get(fr).i64Const(border, op === FK.inc ? 0x80000000 : 0x7fffffff); else f.get(fr).i64Const(op === FK.inc ? 2 ** (bits - 1) : 2 ** (bits - 1) - 1);
        f.i64Eq();
      }
    }
  };
  const zero = (): void => { result(); f.i64Eqz(); };
  switch (base) {
    case 0: overflow(); break;
    case 2: carry(); break;
    case 6: carry(); zero(); f.i32Or(); break;
    case 10: result(); f.i32WrapI64().i32Const(255).i32And().i32Popcnt().i32Const(1).i32And().i32Eqz(); break;
    case 12: sign(); overflow(); f.i32Xor(); break;
    default: sign(); overflow(); f.i32Xor(); zero(); f.i32Or();
  }
  if (negate) f.i32Eqz();
}

function explicit(f: NarrowFunc, base: number, flags: number): void {
  const bit = (n: number): void => { f.get(flags).i32WrapI64().i32Const(n).i32ShrU().i32Const(1).i32And(); };
  switch (base) {
    case 0: bit(11); break;
    case 2: bit(0); break;
    case 4: bit(6); break;
    case 6: f.get(flags).i32WrapI64().i32Const(0x41).i32And().i32Const(0).i32Ne(); break;
    case 8: bit(7); break;
    case 10: bit(2); break;
    case 12: bit(7); bit(11); f.i32Xor(); break;
    default: bit(7); bit(11); f.i32Xor(); bit(6); f.i32Or();
  }
}
