// Flags of instructions that set some and leave the others as they are: they lie over the tuple, as bits of one local, until somebody packs the flags or all are set anew.
import { S } from '../layout.ts';
import type { Cond } from '../semantics/context.ts';
import { I32 } from '../wasm/builder.ts';
import { FK, OVER, OVER_RFLAGS, OVER_SHIFT, OVER_VALUES } from './flag-kinds.ts';
import type { FlagKind } from './flag-kinds.ts';
import type { NarrowFunc } from './narrow.ts';
import type { RegionState } from './region-state.ts';

const STATE = 0;

/** push i32: the word of a kind that shows at run time. */
export function emitPresentKind(f: NarrowFunc, { memory, fk }: RegionState): void { if (memory) f.get(STATE).i32Load(S.fk); else f.get(fk); }
/** push i32: a kind's word, with the values of the flags that lie over the tuple. */
export function emitKind(f: NarrowFunc, region: RegionState, { op, bits, over = 0 }: FlagKind): void {
  if (op !== FK.unknown) f.i32Const(op | (bits << 8) | (over << OVER_SHIFT));
  else {
    emitPresentKind(f, region);
    f.i32Const(~((over << OVER_SHIFT) | (over << OVER_VALUES))).i32And().i32Const(over << OVER_SHIFT).i32Or();
  }
  if (over !== 0) f.get(region.fo).i32Or();
}

/** Sets some flags. @param flags by bit of OVER a local i32 with the flag, 0 or 1; −1: it stays. @returns the kind then */
export function emitSome(f: NarrowFunc, region: RegionState, known: FlagKind | null, flags: readonly number[]): FlagKind {
  const together = (place: (i: number) => number): number => flags.reduce((all, local, i) => all | (local < 0 ? 0 : 1 << place(i)), 0);
  const each = (emit: (local: number, i: number) => void): void => { flags.forEach((local, i) => { if (local >= 0) emit(local, i); }); };
  if (known !== null && known.op === FK.explicit) {
    f.get(region.fa).i64Const(~together((i) => OVER_RFLAGS[i]!)).i64And();
    each((local, i) => f.get(local).i64ExtendI32U().i64Const(OVER_RFLAGS[i]!).i64Shl().i64Or());
    f.set(region.fa);
    return known;
  }
  const before = known !== null && known.op !== FK.state ? known : { op: FK.unknown, bits: 64 as const }, over = together((i) => i), others = (before.over ?? 0) & ~over;
  if (region.fo < 0) region.fo = f.freshLocal(I32);
  let some = others !== 0;
  if (some) f.get(region.fo).i32Const(others << OVER_VALUES).i32And();
  each((local, i) => {
    f.get(local).i32Const(OVER_VALUES + i).i32Shl();
    if (some) f.i32Or();
    some = true;
  });
  f.set(region.fo);
  return { ...before, over: others | over };
}

/** By pair of conditions: what of OVER it looks at. */
const NEEDS = [OVER.of, OVER.cf, OVER.zf, OVER.cf | OVER.zf, 0, 0, OVER.of, OVER.zf | OVER.of] as const;
/** push i32 0/1: the condition where `over` lies over the tuple. @param values local i32 @param tuple pushes a condition of the tuple */
export function emitOverCondition(f: NarrowFunc, over: number, values: number, cc: Cond, tuple: (cc: Cond) => void): void {
  const flag = (of: Cond, i: number): void => { if ((over & (1 << i)) === 0) tuple(of); else f.get(values).i32Const(OVER_VALUES + i).i32ShrU().i32Const(1).i32And(); };
  const differ = (): void => { if ((over & OVER.of) === 0) tuple(12); else { tuple(8); flag(0, 2); f.i32Xor(); } };
  const base = cc & 14;
  if ((over & NEEDS[base >> 1]!) === 0) { tuple(cc); return; }
  if (base === 0) flag(0, 2);
  else if (base >= 12) { differ(); if (base === 14) { flag(4, 1); f.i32Or(); } }
  else { if (base !== 4) flag(2, 0); if (base !== 2) flag(4, 1); if (base === 6) f.i32Or(); }
  if ((cc & 1) !== 0) f.i32Eqz();
}
