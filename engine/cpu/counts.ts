// What --engine-stats counts inside WebAssembly: where the counters are and the code that adds to one. Nothing is emitted, and no
// guest or digest sees a thing, unless a module is made with `counting` set.
import type { Func } from './wasm/builder.ts';

/** i64 counters in the engine's null page. */
export const COUNT = {
  /** Arrivals at a block that the dispatcher had to look up; those of them on another page than the block before. */
  dispatches: 64, pageChanges: 72,
  /** Blocks that the interpreter began. */
  interpretedBlocks: 80,
  /** Ends of compiled regions: at a block's end, and before an instruction left to the interpreter; the instructions they had executed. */
  regionExits: 88, sideExits: 96, regionInsns: 104,
  /** Comparisons with a fast tag of the data TLB. */
  tlbTests: 112,
  /** Calls for whose return a region waited; those that returned to it. */
  waits: 120, returns: 128,
  /** Searches of indirect jumps, calls and returns for an entry of their own region, and those that found one. */
  searches: 136, found: 144,
} as const;

export function emitCount(f: Func, counter: keyof typeof COUNT): void {
  if (f.module.counting) f.i32Const(0).i32Const(0).i64Load(COUNT[counter]).i64Const(1).i64Add().i64Store(COUNT[counter]);
}
