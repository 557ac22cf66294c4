// Builds the core module: dispatch between blocks, flag words, wrappers of the runtime's slow paths, the helpers of the semantics and
// the handlers of the common forms. Its bytes depend on nothing but the engine's source, so the build keeps them in a file.
import { COST } from '../../clock/costs.ts';
import { AC, CTX, PTE } from '../../machine/hardware.ts';
import { emitCount } from '../counts.ts';
import { FK, OVER_RFLAGS, OVER_SHIFT, OVER_VALUES } from '../jit/flag-kinds.ts';
import { BLK, cpuBase, DTLB, DTLB_ENTRIES, DTLB_PART, FRAME_COUNT, FRAME_FLAGS, FRAME_STORES, ITLB, ITLB_ENTRIES, LARGE_BITS, LARGE_TLB_ENTRIES, LTLB, LONGEST_WAY, RAM_BASE, REC, S, SIDE, SIDES, SIZE_MASK, TLB_VALID, TLB_WRITE } from '../layout.ts';
import { MEMORY_LIMITS } from '../memory.ts';
import { approximationTables } from '../semantics/approximation-tables.ts';
import { allHelpers, semanticsOf } from '../semantics/context.ts';
import { carryAdd, carrySub } from '../semantics/emit.ts';
import { I32, I64, Module } from '../wasm/builder.ts';
import type { Func, ValType } from '../wasm/builder.ts';
import { HOT_FORMS, OTHER_FORMS, formFromKey } from './common-forms.ts';
import { CODE, InterpCtx, condFromState, tailCalls } from './context.ts';
import { decodeTables, emitDecodeKnown } from './decode-known.ts';
import { DISPATCH_SLOTS, SLOT, emitBlockOf, emitChain, emitFetch, emitHot, emitLimit, emitNextBlock, emitSpendBlock, emitUse } from './dispatch.ts';
import { emitCall, emitExit, emitLeft, emitReturn, emitRun, emitSettle } from './exits.ts';
import { FUSED, fusionTable } from './fused-forms.ts';
import { emitFind } from './find-known.ts';
import { emitInnerLoop } from './inner-loop.ts';
import { emitMixFrame } from './mix-frame.ts';
import { END_FORM } from './records.ts';
import { addTemplates } from './templates.ts';

/** Handler slots of the forms that the core module has, by key. */
export const builtInSlots = (): Map<string, number> => new Map([...HOT_FORMS, ...OTHER_FORMS].map((key, i) => [key, SLOT.first + i]));

export interface Signature { name: string; params: readonly ValType[]; results: readonly ValType[] }
/** Runtime functions that take an address: (state, va lo, va hi, bytes) → i32. */
export const RUNTIME_MEMORY = ['read', 'rmw', 'rmwbounce', 'copyin', 'commit', 'store', 'quietread', 'quietwrite'] as const;
/** The other runtime functions. */
export const RUNTIME_OTHER: readonly Signature[] = [
  { name: 'itlb', params: [I32, I32, I32], results: [I32] }, { name: 'find', params: [I32, I32], results: [I32] }, { name: 'straddle', params: [I32, I32], results: [I32] },
  { name: 'string', params: [I32, I32], results: [I32] }, { name: 'cpuid', params: [I32, I32], results: [] }, { name: 'way', params: [I32, I32, I32], results: [] },
];
const sys = (name: string, params: readonly ValType[], results: readonly ValType[]): Signature => ({ name: `sys.${name}`, params, results });
/** Every function of the helper table, in slot order. */
export function helperSignatures(): Signature[] {
  return [
    ...RUNTIME_MEMORY.map((name) => sys(name, [I32, I64, I32], [I32])), sys('string', [I32, I32], [I32]), sys('cpuid', [I32, I32], []),
    sys('dispatch', [I32], [I32]), sys('next', [I32, I32], [I32]), sys('charge', [I32, I32], [I32]), sys('getflags', [I32], [I32]), sys('setflags', [I32, I32], []), sys('resume', [I32, I32], [I32]),
    sys('packflags', [I32, I32, I64, I64, I64], []), sys('pack', [I32], []), sys('cond', [I32, I32], [I32]), sys('refill', [I32, I64, I32, I32], [I32]), sys('exit', [I32, I64, I64], [I32]), sys('call', [I32, I64, I64, I64], [I32]), sys('return', [I32, I64, I64], [I32]), sys('side', [I32, I32, I64], [I32]),
    ...allHelpers(),
  ];
}

/** @param counting for --engine-stats: counts.ts is kept, and what leaves a region in its middle is reported to `sideexit`. */
export function buildCoreModule(counting = false): Uint8Array {
  const m = new Module();
  m.counting = counting;
  m.importMemory('e', 'm', MEMORY_LIMITS);
  m.importTable('e', 't', { initial: DISPATCH_SLOTS });
  const js = new Map<string, number>();
  for (const name of RUNTIME_MEMORY) js.set(name, m.importFunc('e', name, [I32, I32, I32, I32], [I32]));
  for (const { name, params, results } of RUNTIME_OTHER) js.set(name, m.importFunc('e', name, params, results));
  if (counting) js.set('sideexit', m.importFunc('e', 'sideexit', [I32], []));
  const all = allHelpers();
  for (const helper of all) if (helper.js !== null) js.set(helper.name, m.importFunc('e', `h.${helper.name}`, helper.params, helper.results));
  const signatures = helperSignatures(), names = new Map<string, Func>();
  for (const { name, params, results } of signatures) names.set(name, m.func(params, results));
  const get = (name: string): Func => {
    const f = names.get(name);
    if (f === undefined) throw new Error(`no helper ${name}`);
    return f;
  };
  const call = (f: Func, name: string): void => { if (name.startsWith('tail:')) f.returnCall(get(name.slice(5))); else f.call(get(name)); };
  const handlerType = m.type([I32, I32], [I32]);
  for (const name of RUNTIME_MEMORY) {
    const f = get(`sys.${name}`);
    const write = name === 'rmw' || name === 'quietwrite';
    if (write || name === 'read' || name === 'quietread') { // the plain miss is resolved here
      const at = f.local(I32);
      f.get(0).get(1).get(2).i32Const(write ? 1 : 0).call(get('sys.refill')).tee(at).i32Eqz().ifThen();
      f.get(0).get(1).i32WrapI64().get(1).i64Const(32).i64ShrU().i32WrapI64().get(2).call(js.get(name)!).set(at).end();
      if (name.startsWith('quiet')) { f.get(at).ifThen().get(0); emitLimit(f); f.i32Store(S.limit).end(); } // a miss has moved the time; without effect it stays what the region counts from
      f.get(at);
    } else f.get(0).get(1).i32WrapI64().get(1).i64Const(32).i64ShrU().i32WrapI64().get(2).call(js.get(name)!);
  }
  get('sys.string').get(0).get(1).call(js.get('string')!);
  get('sys.cpuid').get(0).get(1).call(js.get('cpuid')!);
  for (const helper of all) {
    const f = get(helper.name);
    if (helper.emit !== null) { helper.emit(f, (name) => call(f, name)); continue; }
    for (let i = 0; i < helper.params.length; i++) f.get(i);
    f.call(js.get(helper.name)!);
  }
  const chain = m.func([I32, I32], [I32]), fetch = m.func([I32, I64], [I32]), known = m.func([I32, I32, I32, I32, I32], [I32], 'decodeKnown'), found = m.func([I32, I32], [I32]);
  emitFetch(fetch);
  emitDecodeKnown(known);
  emitFind(found, known, js.get('find')!, builtInSlots().get(END_FORM.key)!);
  emitChain(chain, fetch, js.get('itlb')!, found, handlerType);
  const next = get('sys.next'), rip = next.local(I64);
  next.get(0).i64Load(CTX.rip).set(rip);
  emitNextBlock(next, { rip }, chain, handlerType);
  next.get(0).get(1).get(1).i32Load16U(REC.fn).returnCallIndirect(handlerType);
  emitCharge(get('sys.charge'));
  emitGetFlags(get('sys.getflags'));
  emitSetFlags(get('sys.setflags'));
  get('sys.resume').get(0).get(1).get(1).i32Load16U(REC.fn).returnCallIndirect(handlerType);
  emitRefill(get('sys.refill'));
  // For compiled regions
  const tuple = m.func([I32, I32, I64, I64, I64], []);
  emitPackTuple(tuple, get('sys.setflags'));
  emitPackFlags(get('sys.packflags'), tuple, get('sys.getflags'), get('sys.setflags'));
  emitCond(get('sys.cond'));
  get('sys.pack').get(0).get(0).i32Load(S.fk).get(0).i64Load(S.fa).get(0).i64Load(S.fb).get(0).i64Load(S.fr).call(get('sys.packflags')).get(0).i32Const(0).i32Store(S.fk);
  const packed = (f: Func): void => { f.get(0).i32Load(S.fk).ifThen().get(0).call(get('sys.pack')).end(); };
  const side = get('sys.side'), block = side.local(I32), sides = side.local(I32);
  const settle = m.func([I32], []);
  emitSettle(settle);
  emitExit(get('sys.exit'), chain, settle, js.get('way')!, handlerType);
  emitCall(get('sys.call'), chain, settle, fetch, js.get('way')!, handlerType);
  emitReturn(get('sys.return'), settle, js.get('way')!);
  emitRun(get('sys.dispatch'), chain, settle);
  emitCount(side, 'sideExits');
  if (counting) side.get(1).call(js.get('sideexit')!);
  emitLeft(side, 2);
  side.get(0).call(settle);
  emitBlockOf(side, 1);
  side.set(block);
  side.get(2).i32WrapI64().i32Const(LONGEST_WAY + COST.tlbMiss).i32GtS().ifThen(); // else it is the deadline for which it was left
  side.get(block).get(block).i32Load(BLK.sides).i32Const(1).i32Add().tee(sides).i32Store(BLK.sides);
  side.get(sides).i32Const(SIDES - 1).i32And().i32Eqz().hint(false).ifThen();
  side.i32Const(0).get(1).i32Store(SIDE).get(block).get(0).i64Load(S.pageVa).i64Store(BLK.vaLo, 2).end().end();
  side.get(0).get(block).i32Load(BLK.pa).i32Const(-4096).i32And().i32Store(S.frameBase).get(0).i32Const(0).i32Store(S.rec);
  packed(side);
  side.get(0).get(1).get(1).i32Load16U(REC.fn).returnCallIndirect(handlerType);
  // Block entries
  const toFirst = (f: Func): void => { emitCount(f, 'interpretedBlocks'); packed(f); f.get(0).get(1).i32Const(BLK.size).i32Add().get(1).i32Load16U(BLK.size + REC.fn).returnCallIndirect(handlerType); };
  const enter = m.func([I32, I32], [I32]), counted = m.func([I32, I32], [I32]), straddle = m.func([I32, I32], [I32]), left = counted.local(I32);
  toFirst(enter);
  emitHot(counted, 1, left, () => { /* state.rip is there already */ });
  toFirst(counted);
  emitStraddle(straddle, js.get('straddle')!);
  toFirst(straddle);
  const loop = m.func([I32, I32], [I32]);
  emitInnerLoop(loop, call, chain, handlerType);
  const only = m.func([I32, I32], [I32], 'loop.only');
  only.fix(0, cpuBase(0));
  emitInnerLoop(only, call, chain, handlerType);
  const onward = tailCalls(call, (f) => f.get(1).i32Load16U(REC.size + REC.fn).returnCallIndirect(handlerType));
  const handlers = OTHER_FORMS.map((key) => {
    const f = m.func([I32, I32], [I32]), form = formFromKey(key), c = new InterpCtx(f, form, call, onward);
    semanticsOf(form.mnemonic)!(c);
    c.finish();
    return f;
  });
  emitMixFrame(m.func([I32, I32], [], 'mixFrame'));
  decodeTables(m);
  fusionTable(m);
  approximationTables(m);
  addTemplates(m, builtInSlots());
  const helperTable = m.table({ initial: signatures.length });
  m.elem(SLOT.enter, [enter, counted, straddle]);
  m.elem(SLOT.fused, [...FUSED.map(() => loop), ...HOT_FORMS.map(() => loop), ...handlers]);
  m.elem(0, signatures.map(({ name }) => get(name)), helperTable);
  m.exportTable('helpers', helperTable);
  for (const name of ['sys.dispatch', 'sys.getflags', 'sys.setflags', 'sys.pack']) m.exportFunc(name, get(name));
  return m.finish();
}

/** Sets local 1, a block whose instruction straddles two pages, to the one to be entered: itself if the instruction TLB has the second page in the frame that it was decoded
 *  from. What either frame holds is as it was then, or the block would have been dropped; so it is right also if another has taken its place. @param slow Blocks.straddle */
function emitStraddle(f: Func, slow: number): void {
  const page = f.local(I64), e = f.local(I32);
  f.get(0).i64Load(S.pageVa).i64Const(4096).i64Add().tee(page).i64Const(8).i64ShrU().i32WrapI64().i32Const((ITLB_ENTRIES - 1) * ITLB.size).i32And().get(0).i32Add().tee(e);
  f.i64Load(S.itlb + ITLB.tag).get(page).i64Ne().get(e).i32Load(S.itlb + ITLB.frame).get(1).i32Load(BLK.straddleFrame).i32Const(12).i32Shl().i32Ne().i32Or().hint(false).ifThen();
  f.get(0).get(1).call(slow).tee(1).i32Eqz().ifThen().i32Const(CODE.leave).return().end().end();
}
/** The end of a block that leaves run(). */
function emitCharge(f: Func): void {
  emitSpendBlock(f, f.local(I32));
  f.drop().i32Const(CODE.leave);
}
function emitGetFlags(f: Func): void {
  const put = (cc: number, bit: number): void => { condFromState(f, 0, cc); if (bit > 0) f.i32Const(bit).i32Shl(); };
  put(2, 0); put(10, 2); f.i32Or(); put(4, 6); f.i32Or(); put(8, 7); f.i32Or(); put(0, 11); f.i32Or();
  // AF = bit 67 − bits of cc
  f.get(0).i64Load(S.flagCc).i64Const(67).get(0).i64Load8U(S.flagFx).i64Sub().i64ShrU().i32WrapI64().i32Const(1).i32And().i32Const(4).i32Shl().i32Or();
}
function emitSetFlags(f: Func): void {
  const bit = (n: number): void => { f.get(1).i32Const(n).i32ShrU().i32Const(1).i32And(); };
  // res: 0 if ZF else 1; its own PF is ZF, its own SF is 0
  f.get(0); bit(6); f.i32Eqz().i64ExtendI32U().i64Store(S.flagRes);
  f.get(0).i32Const(64); bit(7); f.i32Const(9).i32Shl().i32Or(); bit(2); bit(6); f.i32Xor().i32Const(8).i32Shl().i32Or().i32Store(S.flagFx);
  f.get(0); bit(0); f.i64ExtendI32U().i64Const(63).i64Shl(); bit(0); bit(11); f.i32Xor().i64ExtendI32U().i64Const(62).i64Shl().i64Or(); bit(4); f.i64ExtendI32U().i64Const(3).i64Shl().i64Or().i64Store(S.flagCc);
}

/**
 * refill(state, va, bytes, write): a data TLB miss that the page walk resolves without changing the tables: the WASM address, or 0, with no
 * effect, when mmu/mmu.ts has to look (faults, page crossings, A and D bits to set, walks to large pages, code frames). The same as Mmu.lookup.
 */
function emitRefill(f: Func): void {
  const va = 1, entry = f.local(I32), table = f.local(I32), pte = f.local(I32), all = f.local(I32), page = f.local(I64), pfn = f.local(I32), writable = f.local(I32), known = f.local(I64), miss = f.local(I32);
  const refuse = (): void => { f.ifThen().i32Const(0).return().end(); };
  f.get(va).i32WrapI64().i32Const(4095).i32And().get(2).i32Const(SIZE_MASK).i32And().i32Add().i32Const(4096).i32GtU(); refuse();
  f.get(va).i64Const(47).i64ShrU().i64Const(0).i64Ne(); refuse();
  f.get(0).i32Load(CTX.rflags).i32Const(AC).i32And(); refuse(); // each access is looked at
  f.get(va).i64Const(-4096).i64And().set(page);
  f.get(va).i64Const(7).i64ShrU().i32WrapI64().i32Const((DTLB_ENTRIES - 1) * DTLB.size).i32And().get(0).i32Add().set(entry);
  // The page is in the TLB, only its fast tag is not: no miss
  f.get(entry).i64Load(S.dtlb + DTLB.archLo).get(page).i64Xor().i64Const(~TLB_WRITE).i64And().i64Const(TLB_VALID).i64Eq();
  f.get(3).i32Eqz().get(entry).i32Load(S.dtlb + DTLB.archLo).i32Const(TLB_WRITE).i32And().i32Const(0).i32Ne().i32Or().i32And(); refuse();
  f.get(va).i64Const(LARGE_BITS - 4).i64ShrU().i32WrapI64().i32Const((LARGE_TLB_ENTRIES - 1) * LTLB.size).i32And().get(0).i32Add().tee(table);
  f.i64Load(S.largeTlb + LTLB.archLo).tee(known).get(va).i64Const(-(2 ** LARGE_BITS)).i64And().i64Xor().i64Const(~TLB_WRITE).i64And().i64Const(TLB_VALID).i64Ne();
  f.get(known).i32WrapI64().i32Const(TLB_WRITE).i32And().i32Const(0).i32Ne().tee(writable).i32Eqz().get(3).i32And().i32Or().tee(miss).ifThen();
  f.get(0).i32Load(S.pgd).set(table).i32Const(-1).set(all);
  for (const shift of [39, 30, 21, 12]) {
    f.get(va).i64Const(shift - 3).i64ShrU().i32WrapI64().i32Const(511 * 8).i32And().get(table).i32Add().i32Load(RAM_BASE).tee(pte).get(all).i32And().set(all);
    f.get(all).i32Const(PTE.P).i32And().i32Eqz(); if (shift === 21) f.get(pte).i32Const(PTE.PS).i32And().i32Or(); refuse();
    f.get(pte).i32Const(-4096).i32And().set(table);
  }
  f.get(all).i32Const(PTE.U | PTE.A).i32And().i32Const(PTE.U | PTE.A).i32Ne(); refuse();
  f.get(all).i32Const(PTE.W).i32And().i32Const(0).i32Ne().get(pte).i32Const(PTE.D).i32And().i32Const(0).i32Ne().i32And().set(writable);
  f.get(3).get(writable).i32Eqz().i32And(); refuse();
  f.get(pte).i32Const(12).i32ShrU().tee(pfn).i32Const(0).i32Load(FRAME_COUNT).i32GeU(); refuse();
  f.else().get(table).i32Load(S.largeTlb + LTLB.pfn).get(va).i64Const(12).i64ShrU().i32WrapI64().i32Const(511).i32And().i32Or().tee(pfn).i32Const(12).i32Shl().set(table).end();
  f.get(3).get(pfn).i32Load8U(FRAME_FLAGS).i32And(); refuse();
  emitUse(f, va, S.dtlbUsed, DTLB_PART);
  f.get(entry).get(page).i64Store(S.dtlb + DTLB.read);
  f.get(writable).get(pfn).i32Load8U(FRAME_FLAGS).i32Eqz().i32And().ifThen().get(pfn).i32Const(1).i32Store8(FRAME_STORES).get(entry).get(page).i64Store(S.dtlb + DTLB.write);
  f.else().get(entry).i64Const(-1).i64Store(S.dtlb + DTLB.write).end();
  f.get(entry).i32Const(RAM_BASE).get(table).i32Add().get(page).i32WrapI64().i32Sub().i32Store(S.dtlb + DTLB.addend);
  f.get(entry).get(pfn).i32Store(S.dtlb + DTLB.pfn);
  f.get(entry).get(page).i64Const(TLB_VALID).i64Or().get(writable).i32Const(1).i32Shl().i64ExtendI32U().i64Or().i64Store(S.dtlb + DTLB.archLo);
  f.get(miss).ifThen();
  f.get(0).get(0).f64Load(S.dtlbMiss).f64Const(1).f64Add().f64Store(S.dtlbMiss);
  f.get(0).get(0).i64Load(S.now).i64Const(COST.tlbMiss).i64Add().i64Store(S.now);
  f.end();
  f.i32Const(RAM_BASE).get(table).i32Add().get(va).i32WrapI64().i32Const(4095).i32And().i32Add();
}
/** cond(state, cc) with cc known only at run time. */
function emitCond(f: Func): void {
  const labels: number[] = [];
  for (let cc = 0; cc < 16; cc++) labels.unshift(f.block());
  f.get(1).brTable(labels.slice(0, 15), labels[15]!);
  for (let cc = 0; cc < 16; cc++) { f.end(); condFromState(f, 0, cc); f.return(); }
  f.unreachable();
}
/** packflags(state, kind, a, b, r): the flag tuple of a region (jit/context.ts) into the state's form, then the flags that lie over it (jit/flag-kinds.ts). */
function emitPackFlags(f: Func, tuple: Func, getFlags: Func, setFlags: Func): void {
  const kind = 1;
  f.get(0).get(kind).i32Const((1 << OVER_SHIFT) - 1).i32And().get(2).get(3).get(4).call(tuple);
  f.get(kind).i32Const(OVER_SHIFT).i32ShrU().i32Eqz().hint(true).ifThen().return().end();
  /** push i32: the flags of the bits from `from` on, at their rflags positions. */
  const flags = (from: number): void => { OVER_RFLAGS.forEach((bit, i) => { f.get(kind).i32Const(from + i).i32ShrU().i32Const(1).i32And().i32Const(bit).i32Shl(); if (i > 0) f.i32Or(); }); };
  f.get(0).get(0).call(getFlags); flags(OVER_SHIFT); f.i32Const(-1).i32Xor().i32And(); flags(OVER_VALUES); f.i32Or().call(setFlags);
}
/** The same without these. */
function emitPackTuple(f: Func, setFlags: Func): void {
  const op = f.local(I32), shift = f.local(I64), cc = f.local(I64), carry = f.local(I64), a = 2, b = 3, r = 4;
  f.get(1).i32Eqz().ifThen().return().end();
  f.get(1).i32Const(255).i32And().tee(op).i32Const(FK.explicit).i32Eq().ifThen().get(0).get(a).i32WrapI64().call(setFlags).return().end();
  f.get(op).i32Const(FK.floats).i32Eq().ifThen().get(0);
  const float = (half: number): Func => f.get(half).f64ReinterpretI64();
  float(a); float(b).f64Ge().i32Eqz(); // each is true of NaNs
  float(a); float(b).f64Lt(); float(a); float(b).f64Gt().i32Or().i32Eqz().i32Const(6).i32Shl().i32Or();
  float(a); float(a).f64Ne(); float(b); float(b).f64Ne().i32Or().i32Const(2).i32Shl().i32Or();
  f.call(setFlags).return().end();
  f.i64Const(64).get(1).i32Const(8).i32ShrU().i64ExtendI32U().i64Sub().set(shift);
  const is = (...kinds: number[]): void => { kinds.forEach((kind, i) => { f.get(op).i32Const(kind).i32Eq(); if (i > 0) f.i32Or(); }); f.if(); };
  // What the tuple leaves out
  is(FK.cmp); f.get(a).get(b).i64Sub().set(r).end();
  is(FK.add); f.get(a).tee(r).get(b).i64Sub().set(a).end();
  is(FK.sub); f.get(a).tee(r).get(b).i64Add().set(a).end();
  is(FK.inc); f.get(r).i64Const(1).i64Sub().set(a).end();
  is(FK.dec); f.get(r).i64Const(1).i64Add().set(a).end();
  is(FK.add, FK.adc); carryAdd(f, a, b, r); f.get(shift).i64Shl().set(cc).end();
  is(FK.sub, FK.sbb, FK.cmp); carrySub(f, a, b, r); f.get(shift).i64Shl().set(cc).end();
  is(FK.result); f.get(a).i64Const(63).i64Shl().get(a).get(b).i64Xor().i64Const(62).i64Shl().i64Or().set(cc).end();
  is(FK.inc, FK.dec);
  f.get(b).i64Const(63).i64Shl().set(carry).i64Const(1).set(b);
  f.get(op).i32Const(FK.inc).i32Eq().ifThen(I64); carryAdd(f, a, b, r); f.else(); carrySub(f, a, b, r); f.end().get(shift).i64Shl().tee(cc);
  f.get(cc).get(carry).i64Xor().i64Const(63).i64ShrS().i64Const(0, 0xc0000000).i64And().i64Xor().set(cc);
  f.end();
  f.get(0).get(r).get(shift).i64Shl().get(shift).i64ShrS().i64Store(S.flagRes);
  f.get(0).get(cc).i64Store(S.flagCc);
  f.get(0).get(1).i32Const(8).i32ShrU().i32Store(S.flagFx);
}
