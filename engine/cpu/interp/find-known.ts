// From a physical address to its block, in WebAssembly: over the list of the jump cache's entry, or made of templates (decode-known.ts). What that cannot do is left
// to blocks.ts: a frame that was not fetched from before, an instruction without a template or on two pages, no room. The same as Blocks.find.
import { BLK, BLOCKS, BLOCK_ALIGN, BLOCK_AREA_END, DECODE, FRAME_BLOCKS, FRAME_FETCHED, FRAME_FLAGS, JUMP_CACHE, MAX_INSNS, NO_PA, RAM_BASE, REC } from '../layout.ts';
import { I32 } from '../wasm/builder.ts';
import type { Func } from '../wasm/builder.ts';
import { FLOW } from './decode-known.ts';
import { jumpCacheEntry } from './dispatch.ts';

/**
 * found(state, pa) → block, or 0 with the fault in the state.
 * @param known of decode-known.ts. @param find the runtime's. @param endSlot the handler of the record behind the last of a block that falls through.
 */
export function emitFind(f: Func, known: Func, find: number, endSlot: number): void {
  const state = 0, pa = 1, e = f.local(I32), block = f.local(I32), before = f.local(I32), k = f.local(I32), frame = f.local(I32), r = f.local(I32);
  const count = (word: number): void => { f.i32Const(0).i32Const(0).i32Load(word).i32Const(1).i32Add().i32Store(word); };
  const toHead = (): void => { f.get(e).get(pa).i32Store(JUMP_CACHE).get(e).get(block).i32Store(JUMP_CACHE + 4); };
  const leave = (): void => { f.ifThen().get(state).get(pa).returnCall(find).end(); };
  count(BLOCKS.lookups);
  jumpCacheEntry(f, pa);
  f.tee(e).i32Load(JUMP_CACHE + 4).set(block).i32Const(0).set(before);
  const absent = f.block(), search = f.loop();
  f.get(block).i32Eqz().brIf(absent);
  f.get(block).i32Load(BLK.pa).get(pa).i32Eq().ifThen();
  f.get(before).ifThen();
  f.get(before).get(block).i32Load(BLK.hashNext).i32Store(BLK.hashNext);
  f.get(block).get(e).i32Load(JUMP_CACHE + 4).i32Store(BLK.hashNext).end();
  toHead();
  f.get(block).return().end();
  f.get(block).tee(before).i32Load(BLK.hashNext).set(block).br(search);
  f.end().end();
  f.get(pa).i32Const(12).i32ShrU().i32Load8U(FRAME_FLAGS).i32Const(FRAME_FETCHED).i32And().i32Eqz().i32Const(0).i32Load(BLOCKS.refuse).i32Or();
  f.i32Const(0).i32Load(BLOCKS.next).tee(block).i32Const(BLOCK_AREA_END - BLK.size - (MAX_INSNS + 1) * REC.size).i32GtU().i32Or(); leave();
  f.get(block).get(pa).i32Const(RAM_BASE).i32Add().tee(r).get(r).i32Const(-4096).i32And().i32Const(4096).i32Add().i32Const(0).i32Const(MAX_INSNS).call(known);
  f.tee(k).i32Eqz().i32Const(0).i32Load(DECODE.more).i32Or(); leave();
  f.get(block).get(k).i32Const(REC.size).i32Mul().i32Add().i32Const(BLK.size).i32Add().set(r);
  f.i32Const(0).i32Load(DECODE.flow).i32Const(FLOW.next).i32Eq().ifThen();
  f.get(r).i64Const(endSlot).i64Store().get(r).i64Const(0).i64Store(8).get(r).i64Const(0).i64Store(16).get(r).i32Const(0).i32Store(24);
  f.get(r).get(r).i32Const(REC.size).i32Sub().i32Load16U(REC.off).get(k).i32Const(24).i32Shl().i32Or().i32Store(REC.off);
  f.get(r).i32Const(REC.size).i32Add().set(r).end();
  f.i32Const(0).get(r).i32Const(BLOCK_ALIGN / 2 - 1).i32Add().i32Const(-BLOCK_ALIGN).i32And().i32Const(BLOCK_ALIGN / 2).i32Add().i32Store(BLOCKS.next);
  for (let at = 0; at < BLK.size; at += 8) f.get(block).i64Const(0).i64Store(at);
  f.get(block).get(pa).i32Store(BLK.pa).get(block).i32Const(0).i32Load(BLOCKS.entry).get(k).i32Const(16).i32Shl().i32Or().i32Store(BLK.fn); // fn, count
  f.get(block).i32Const(0).i32Load(DECODE.cost).i32Store(BLK.cost);
  f.get(block).i32Const(0).i32Load(BLOCKS.due).tee(k).i32Store(BLK.due).get(block).get(k).i32Store(BLK.left);
  f.get(block).i32Const(NO_PA | 0).i32Store(BLK.pa0).get(block).i32Const(NO_PA | 0).i32Store(BLK.pa1);
  f.get(block).get(pa).i32Const(12).i32ShrU().i32Const(2).i32Shl().tee(frame).i32Load(FRAME_BLOCKS).i32Store(BLK.frameNext).get(frame).get(block).i32Store(FRAME_BLOCKS);
  f.get(block).get(e).i32Load(JUMP_CACHE + 4).i32Store(BLK.hashNext);
  toHead();
  count(BLOCKS.decoded);
  f.get(block);
}
