// What the emission of a region shares between its instructions: the locals that hold the guest's registers, time and flags, and the module's cold functions.
import { I32, I64 } from '../wasm/builder.ts';
import type { Func, Label } from '../wasm/builder.ts';
import type { Hold } from './holds.ts';
import type { NarrowFunc } from './narrow.ts';

/** In place of a time that is left. */
export const NOT_DONE = -0x80000000;
/** The module's functions for what regions seldom do. */
export interface ColdPaths {
  /** Call of the slow path for loads or stores: (state, va, bytes, record, left) → left, NOT_DONE if the instruction is the interpreter's, whose record is in the state then. */
  slow(f: Func, write: boolean): void;
  /** Tail call (state, time): the interpreter goes on at the state's record. `flags`: with (kind, a, b) to be stored before. */
  side(f: Func, flags: boolean): void;
}

/** What the whole region shares. */
export class RegionState {
  readonly gprs: number[] = new Array<number>(16).fill(-1);
  readonly xmms: number[] = new Array<number>(16).fill(-1);
  /** Low bytes of the general registers. */
  readonly lows: number[] = new Array<number>(16).fill(-1);
  /** Bits 128–255 of the ymm registers. */
  readonly highs: number[] = new Array<number>(16).fill(-1);
  readonly gprDirty = new Set<number>();
  readonly xmmDirty = new Set<number>();
  readonly highDirty = new Set<number>();
  readonly notes = new Map<string, number>();
  readonly rip: number;
  /** Local i32: cycles to the deadline at the last end of a block, S.limit at the region's head; 0 or less is over. */
  readonly left: number;
  /** Local i32: cycles − instructions of the blocks executed; −1 if each instruction of the region takes one cycle. */
  readonly extra: number;
  readonly fk: number; readonly fa: number; readonly fb: number; readonly fr: number;
  /** Locals f64: what fa and fb are the bits of, where the flags' kind is FK.floats. */
  fx = -1; fy = -1;
  /** Local i32: the values of the flags that lie over the tuple, where the kind's word has them (flag-kinds.ts). */
  fo = -1;
  /** Local i64: address of the base page. */
  base = -1;
  /** Some instruction reads or writes flags. */
  flags = false;
  /** Pages of the data TLB in locals. */
  readonly holds: Hold[] = [];
  exitLabel: Label = 0;
  /** @param memory registers live in the state, see CompileCtx. @param codePage the state's code page is the block's own: there is one page only. Else it is that at which the region was entered, or to which a call came
   *  back, until an instruction is left to the interpreter. @param even each instruction takes one cycle. */
  constructor(readonly f: NarrowFunc, readonly memory: boolean, readonly codePage: boolean, even: boolean) {
    this.rip = f.local(I64); this.left = f.local(I32); this.extra = even ? -1 : f.freshLocal(I32);
    this.fk = f.local(I32); this.fa = f.local(I64); this.fb = f.local(I64); this.fr = f.local(I64);
  }
  /** push i64: time as sys.exit and sys.side want it, what is left in the low half, extra in the high one. */
  time(): void {
    const { f } = this;
    f.get(this.left).i64ExtendI32U();
    if (this.extra >= 0) f.get(this.extra).i64ExtendI32U().i64Const(32).i64Shl().i64Or();
  }
  baseVa(): number { return this.base < 0 ? (this.base = this.f.freshLocal(I64)) : this.base; }
}
