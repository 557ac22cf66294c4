// How compiled code keeps the flags: by what kind of operation on which values left them. context.ts emits what makes and reads them.
import type { Bits } from '../semantics/context.ts';
import { PLAIN_OPS } from '../wasm/opcodes.ts';

/** Kinds of the flag tuple (kind, a, b, r): kind = FK.* | bits << 8. 0: the flags are in the CPU state. While the kind is known at compile time
 *  the locals hold only what cannot be computed again: cmp a and b; inc, dec b (CF) and r; logic r; add, sub b and, in the place of a, r: that is in its
 *  register anyway, while the old value would need another. floats: the bits of two doubles, which are in locals of their own type, too. unknown: at compile time only,
 *  the kind shows at run time. */
export const FK = { state: 0, add: 1, sub: 2, logic: 3, inc: 4, dec: 5, result: 6, explicit: 7, adc: 8, sbb: 9, cmp: 10, floats: 11, unknown: 255 } as const;
/** What of (a, b, r) a kind needs: the rest follows from it. */
export const HAS_A: ReadonlySet<number> = new Set([FK.add, FK.sub, FK.cmp, FK.result, FK.explicit, FK.adc, FK.sbb, FK.floats]), HAS_B: ReadonlySet<number> = new Set([FK.add, FK.sub, FK.cmp, FK.inc, FK.dec, FK.result, FK.adc, FK.sbb, FK.floats]);
export const HAS_R: ReadonlySet<number> = new Set([FK.logic, FK.inc, FK.dec, FK.result, FK.adc, FK.sbb]);
/** Those that are more than a comparison. */
export const SUBTRACTIONS: Readonly<Record<string, number>> = { sub: FK.sub, neg: FK.sub, sbb: FK.sbb };
/** Flags that an instruction sets and leaves the others as they are (BT, BSF, ROL): their bits in FlagKind.over. */
export const OVER = { cf: 1, zf: 2, of: 4 } as const;
/** Where these bits stand in the kind's word, and behind it the flags' values: whoever packs the flags lays them over what the tuple says. */
export const OVER_SHIFT = 16, OVER_VALUES = 24;
/** By bit of OVER: its bit in rflags. */
export const OVER_RFLAGS: readonly number[] = [0, 6, 11];
export interface FlagKind { op: number; bits: Bits; /** Flags that the tuple does not say (OVER); none if left out. */ over?: number }

const OPS = PLAIN_OPS;
/** By condition: the comparison of 32 bits, its contrary, the same of 64. */
export const COMPARISONS: Readonly<Record<number, readonly number[]>> = {
  2: [OPS.i32LtU, OPS.i32GeU, OPS.i64LtU, OPS.i64GeU], 6: [OPS.i32LeU, OPS.i32GtU, OPS.i64LeU, OPS.i64GtU],
  12: [OPS.i32LtS, OPS.i32GeS, OPS.i64LtS, OPS.i64GeS], 14: [OPS.i32LeS, OPS.i32GtS, OPS.i64LeS, OPS.i64GtS],
};
export const ZERO: readonly number[] = [OPS.i32Eq, OPS.i32Ne, OPS.i64Eq, OPS.i64Ne];
