// From block to block: the end of a block, where the guest goes on, the blocks that came next before, the jump cache.
import { COST } from '../../clock/costs.ts';
import { CTX, EXIT, PTE, PTE_NX_HI } from '../../machine/hardware.ts';
import { emitCount } from '../counts.ts';
import { BLK, ENT, ENTRIES, ENTRIES_BITS, FRAME_COUNT, ITLB, ITLB_ENTRIES, ITLB_PART, JUMP_CACHE, JUMP_CACHE_BITS, MAX_CPUS, PARTS, RAM_BASE, REC, S } from '../layout.ts';
import { I32, I64 } from '../wasm/builder.ts';
import type { Func } from '../wasm/builder.ts';
import { CODE } from './context.ts';
import { FUSED } from './fused-forms.ts';

export const DISPATCH_SLOTS = 16384;
/** Fixed slots of the dispatch table; from `fused` on the handlers of sequences (fused-forms.ts), then from `first` on those of the common forms. */
export const SLOT = { enter: 1, enterCounted: 2, straddle: 3, fused: 16, first: 16 + FUSED.length } as const;

const STATE = 0;
const REC_BITS = Math.log2(REC.size);

/** The page of the i64 in `rip` becomes the code page, over the instruction TLB if it is not that already; `miss` is emitted for what is in neither. */
export function emitPage(f: Func, rip: number, miss: (page: number) => void): void {
  const page = f.local(I64), e = f.local(I32);
  f.get(rip).i64Const(-4096).i64And().tee(page).get(STATE).i64Load(S.pageVa).i64Ne().ifThen();
  f.get(page).i64Const(8).i64ShrU().i32WrapI64().i32Const((ITLB_ENTRIES - 1) * 16).i32And().get(STATE).i32Add().tee(e);
  f.i64Load(S.itlb + ITLB.tag).get(page).i64Ne().hint(false).ifThen(); miss(page); f.end();
  emitCount(f, 'pageChanges');
  f.get(STATE).get(page).i64Store(S.pageVa);
  f.get(STATE).get(e).i32Load(S.itlb + ITLB.frame).i32Store(S.frameBase);
  f.end();
}
/** The same, and its physical address into local `pa`. */
function emitAddress(f: Func, rip: number, pa: number, miss: (page: number) => void): void {
  emitPage(f, rip, miss);
  f.get(rip).i32WrapI64().i32Const(4095).i32And().get(STATE).i32Load(S.frameBase).i32Add().set(pa);
}
/** push i32: the address of pa's entry in the jump cache. */
export function jumpCacheEntry(f: Func, pa: number): void {
  f.get(pa).get(pa).i32Const(11).i32ShrU().i32Xor().i32Const((1 << JUMP_CACHE_BITS) - 1).i32And().i32Const(3).i32Shl();
}
/** The block remembers that control went to `next`, at pa. */
function remember(f: Func, block: number, pa: number, next: () => void): void {
  f.get(block).get(block).i64Load(BLK.pa0).i64Store(BLK.pa1);
  f.get(block).get(pa).i32Store(BLK.pa0).get(block); next(); f.i32Store(BLK.to0);
}

/**
 * chain(state, from): from state.rip to the next block, over the jump cache; the block `from` that it comes from (0: none) remembers it.
 * @param refill fetches(state, page), see emitFetch. @param itlb the runtime's. @param find found(state, pa), see find-known.ts.
 */
export function emitChain(f: Func, refill: Func, itlb: number, find: Func, handlerType: number): void {
  const rip = f.local(I64), e = f.local(I32), pa = f.local(I32), block = f.local(I32), from = 1;
  f.get(STATE).i64Load(CTX.rip).set(rip);
  emitAddress(f, rip, pa, (page) => {
    f.get(STATE).get(page).call(refill).i32Eqz().ifThen();
    f.get(STATE).get(rip).i32WrapI64().get(rip).i64Const(32).i64ShrU().i32WrapI64().call(itlb).i32Eqz().ifThen().i32Const(CODE.leave).return().end();
    f.end();
  });
  jumpCacheEntry(f, pa);
  f.tee(e).i32Load(JUMP_CACHE).get(pa).i32Eq().ifThen();
  f.get(e).i32Load(JUMP_CACHE + 4).set(block);
  f.get(from).ifThen();
  remember(f, from, pa, () => f.get(block));
  f.end();
  f.else();
  // May empty the block area: what it comes from is not looked at again
  f.get(STATE).get(pa).call(find).tee(block).i32Eqz().ifThen().i32Const(CODE.leave).return().end().end();
  emitEntering(f, block);
  f.get(STATE).get(block).get(block).i32Load16U(BLK.fn).returnCallIndirect(handlerType);
}
/** Where ENTRIES has the entry at pa, if it has it. */
export const entryAt = (pa: number): number => ENTRIES + ((pa ^ (pa >>> 9)) & ((1 << ENTRIES_BITS) - 1)) * ENT.size;
/** push i32, i32, i32: the state, the block at the address in local `rip`, its function: with the instruction TLB, ENTRIES or the jump cache; `slow` is emitted for what is in none, and `out`
 *  where the block is the interpreter's. */
export function emitArrival(f: Func, rip: number, slow: () => void, out: () => void): void {
  const pa = f.local(I32), e = f.local(I32), at = f.local(I32), block = f.local(I32), fn = f.local(I32);
  emitCount(f, 'dispatches');
  emitAddress(f, rip, pa, slow);
  f.get(pa).get(pa).i32Const(9).i32ShrU().i32Xor().i32Const((1 << ENTRIES_BITS) - 1).i32And().i32Const(4).i32Shl().tee(at).i32Load(ENTRIES + ENT.pa).get(pa).i32Eq().hint(true).ifThen();
  f.get(at).i32Load(ENTRIES + ENT.fn).set(fn).get(at).i32Load(ENTRIES + ENT.block).set(block);
  f.get(STATE).get(at).i32Load(ENTRIES + ENT.entry).i32Store(S.entry);
  f.else();
  jumpCacheEntry(f, pa);
  f.tee(e).i32Load(JUMP_CACHE).get(pa).i32Ne().hint(false).ifThen(); slow(); f.end();
  f.get(e).i32Load(JUMP_CACHE + 4).tee(block).i32Load16U(BLK.fn).tee(fn).i32Const(SLOT.fused).i32GeU().ifThen(); // a region's
  f.get(at).get(pa).i32Store(ENTRIES + ENT.pa).get(at).get(fn).i32Store(ENTRIES + ENT.fn).get(at).get(block).i32Store(ENTRIES + ENT.block);
  f.get(at).get(block).i32Load16U(BLK.entry).i32Store(ENTRIES + ENT.entry).get(STATE).get(block).i32Load16U(BLK.entry).i32Store(S.entry);
  f.else(); out(); f.end().end();
  f.get(STATE).get(block).get(fn);
}
/** What a region finds in the state as it is entered at the block of a local, if there is one, `now` being what it is: the time that is left, and which entry it is. */
function emitEntering(f: Func, block: number): void {
  emitFresh(f);
  f.get(STATE).get(block).i32Load16U(BLK.entry).i32Store(S.entry);
}
/** The time to the deadline; no region has spent of it. */
export function emitFresh(f: Func): void {
  const limit = f.local(I32);
  emitLimit(f);
  f.set(limit);
  f.get(STATE).get(limit).i32Store(S.limit).get(STATE).get(limit).i32Store(S.left).get(STATE).i32Const(0).i32Store(S.extra);
  f.free(limit);
}
/** push i32: cycles to the deadline, from 0 to 2^30. */
export function emitLimit(f: Func): void {
  const left = f.local(I64);
  f.get(STATE).i64Load(S.deadline).get(STATE).i64Load(S.now).i64Sub().tee(left).i64Const(1 << 30).get(left).i64Const(1 << 30).i64LtS().select().tee(left);
  f.i64Const(0).get(left).i64Const(0).i64GtS().select().i32WrapI64();
  f.free(left);
}
/** The entry for the address in a local is in use from now on (Mmu.clear). @param used S.dtlbUsed or S.itlbUsed @param part DTLB_PART or ITLB_PART */
export function emitUse(f: Func, va: number, used: number, part: number): void {
  const at = f.local(I32);
  f.get(va).i64Const(part + 3).i64ShrU().i32WrapI64().i32Const((PARTS >> 3) - 4).i32And().get(STATE).i32Add().tee(at);
  f.get(at).i32Load(used).i32Const(1).get(va).i64Const(part).i64ShrU().i32WrapI64().i32Shl().i32Or().i32Store(used); // a shift counts modulo 32
  f.free(at);
}
/** fetches(state, page) → 1: an instruction TLB miss that the page walk resolves without changing the tables; or 0, with no effect, when
 *  mmu/mmu.ts has to look. The same as Mmu.fetchPage. */
export function emitFetch(f: Func): void {
  const page = 1, table = f.local(I32), pte = f.local(I64), all = f.local(I64), any = f.local(I64), e = f.local(I32);
  const refuse = (): void => { f.ifThen().i32Const(0).return().end(); };
  f.get(page).i64Const(47).i64ShrU().i64Const(0).i64Ne(); refuse();
  f.get(STATE).i32Load(S.pgd).set(table).i64Const(-1).set(all).i64Const(0).set(any);
  for (const shift of [39, 30, 21, 12]) {
    f.get(page).i64Const(shift - 3).i64ShrU().i32WrapI64().i32Const(511 * 8).i32And().get(table).i32Add().i64Load(RAM_BASE).tee(pte).get(all).i64And().set(all);
    f.get(pte).get(any).i64Or().set(any);
    f.get(all).i32WrapI64().i32Const(PTE.P).i32And().i32Eqz(); if (shift === 21) f.get(pte).i32WrapI64().i32Const(PTE.PS).i32And().i32Or(); refuse();
    f.get(pte).i32WrapI64().i32Const(-4096).i32And().set(table);
  }
  f.get(all).i32WrapI64().i32Const(PTE.U | PTE.A).i32And().i32Const(PTE.U | PTE.A).i32Ne(); refuse();
  f.get(any).i64Const(32).i64ShrU().i32WrapI64().i32Const(PTE_NX_HI).i32And(); refuse();
  f.get(table).i32Const(12).i32ShrU().i32Const(0).i32Load(FRAME_COUNT).i32GeU(); refuse();
  f.get(page).i64Const(8).i64ShrU().i32WrapI64().i32Const((ITLB_ENTRIES - 1) * ITLB.size).i32And().get(STATE).i32Add().tee(e);
  f.i32Load(S.itlb + ITLB.tag).i32Const(4095).i32And().i32Eqz().ifThen().get(STATE).get(STATE).f64Load(S.itlbLeft).f64Const(MAX_CPUS).f64Add().f64Store(S.itlbLeft).end();
  f.get(e).get(page).i64Store(S.itlb + ITLB.tag).get(e).get(table).i32Store(S.itlb + ITLB.frame);
  emitUse(f, page, S.itlbUsed, ITLB_PART);
  f.get(STATE).get(STATE).f64Load(S.itlbMiss).f64Const(1).f64Add().f64Store(S.itlbMiss);
  f.get(STATE).get(STATE).i64Load(S.now).i64Const(COST.tlbMiss).i64Add().i64Store(S.now);
  f.i32Const(1);
}

/** push i32: the block of the record in a local. */
export function emitBlockOf(f: Func, record: number): void {
  f.get(record).get(record).i32Load8U(REC.k).i32Const(REC_BITS).i32Shl().i32Sub().i32Const(BLK.size).i32Sub();
}
/** The end of the block of local 1, a record: its cost and instructions into the state. Pushes the new time. @param known `block` is that already; else it becomes it */
export function emitSpendBlock(f: Func, block: number, known = false): void {
  const now = f.local(I64);
  if (!known) { emitBlockOf(f, 1); f.set(block); }
  f.get(STATE).get(STATE).i64Load(S.insns).get(block).i64Load16U(BLK.count).i64Add().i64Store(S.insns);
  f.get(STATE).get(STATE).i64Load(S.now).get(block).i64Load16U(BLK.cost).i64Add().tee(now).i64Store(S.now).get(now);
}
/** The end of the block of local 1, a record, then the deadline (law 3), then the block at the address in local `rip`, or at the local `offset` of the same page:
 *  mostly one of the two that came next before. Sets local 1 to its first record, or leaves. @param present the local with the block that ends, and then the next one; −1: none has it */
export function emitNextBlock(f: Func, to: { rip: number } | { offset: number }, chain: Func, handlerType: number, present = -1): void {
  const block = present >= 0 ? present : f.local(I32), pa = f.local(I32), next = f.local(I32), fn = f.local(I32), left = f.local(I32), e = f.local(I32);
  const putRip = (): void => {
    f.get(STATE);
    if ('rip' in to) f.get(to.rip); else f.get(STATE).i64Load(S.pageVa).get(to.offset).i64ExtendI32U().i64Add();
    f.i64Store(CTX.rip);
  };
  emitSpendBlock(f, block, present >= 0);
  f.get(STATE).i64Load(S.deadline).i64GeS().hint(false).ifThen();
  putRip();
  f.get(STATE).i32Const(EXIT.deadline).i32Store(S.exitReason).i32Const(CODE.leave).return().end();
  emitCount(f, 'dispatches');
  const slow = (): void => { putRip(); f.get(STATE).get(block).returnCall(chain); };
  if ('rip' in to) emitAddress(f, to.rip, pa, slow); else f.get(STATE).i32Load(S.frameBase).get(to.offset).i32Add().set(pa);
  f.get(block).i32Load(BLK.pa0).get(pa).i32Eq().ifThen();
  f.get(block).i32Load(BLK.to0).set(next);
  f.else().get(block).i32Load(BLK.pa1).get(pa).i32Eq().ifThen();
  f.get(block).i32Load(BLK.to1).set(next);
  f.else();
  jumpCacheEntry(f, pa);
  f.tee(e).i32Load(JUMP_CACHE).get(pa).i32Ne().hint(false).ifThen(); slow(); f.end();
  remember(f, block, pa, () => f.get(e).i32Load(JUMP_CACHE + 4).tee(next));
  f.end().end();
  f.get(next).i32Load(BLK.pa).get(pa).i32Ne().hint(false).ifThen(); slow(); f.end();
  // After a block of the interpreter the flags are packed: its own blocks are entered here
  f.get(next).i32Load16U(BLK.fn).tee(fn).i32Const(SLOT.enterCounted).i32Eq().hint(true).ifThen(); emitHot(f, next, left, putRip);
  f.else().get(fn).i32Const(SLOT.enterCounted).i32GtU().ifThen(); putRip(); emitEntering(f, next); f.get(STATE).get(next).get(fn).returnCallIndirect(handlerType).end().end();
  emitCount(f, 'interpretedBlocks');
  if (present >= 0) f.get(next).set(present);
  f.get(next).i32Const(BLK.size).i32Add().set(1);
}
/** Counts an execution of the block; leaves to report it, after `before`, when it is due. */
export function emitHot(f: Func, block: number, left: number, before: () => void): void {
  f.get(block).get(block).i32Load(BLK.left).i32Const(1).i32Sub().tee(left).i32Store(BLK.left);
  f.get(left).i32Eqz().hint(false).ifThen(); before(); f.get(STATE).get(block).i32Store(S.rec).i32Const(CODE.hot).return().end();
}
