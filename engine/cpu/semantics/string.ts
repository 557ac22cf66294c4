// String instructions. One element, and a run of REP MOVS or STOS upwards, or of REP CMPS or SCAS, whose pages are in the data TLB, are done here, in both tiers; everything else by interp/string.ts.
import { COST } from '../../clock/costs.ts';
import { CTX, RAX, RCX, RDI, RSI, TF } from '../../machine/hardware.ts';
import type { Form } from '../decode/insn.ts';
import { tlbTest } from '../interp/context.ts';
import { DTLB, S } from '../layout.ts';
import { I32, I64, V128 } from '../wasm/builder.ts';
import { define, helper } from './context.ts';
import type { Bits, Semantics } from './context.ts';
import { loadInt, mask, storeInt } from './emit.ts';
import type { FlowCtx } from './flow.ts';

const DF = 0x400, SIZES = [1, 2, 4, 8] as const, STATE = 0, RUNS = new Set(['movs', 'stos', 'cmps', 'scas']);

/** Whether a compiled region can hold an instruction of this form. */
export const isRun = (form: Form): boolean => form.rep !== 0 && form.mem !== 3 && RUNS.has(form.mnemonic);

/**
 * string.movs8 and its kin (state, to, count, from or value) → elements that were moved or stored: a run up to the end of a page, see runString; −1, with no
 * effect, where runString has to look: a TLB miss, a page of code, an element on two pages, DF, TF, an overlap in which elements see earlier ones nearby.
 */
for (const movs of [true, false]) for (const bytes of SIZES) helper(`string.${movs ? 'movs' : 'stos'}${bytes}`, [I32, I64, I64, I64], [I32], (f) => {
  const to = 1, count = 2, from = 3, entry = f.local(I32), n = f.local(I32), room = f.local(I32), target = f.local(I32), source = f.local(I32), end = f.local(I32), wide = f.local(I32), value = f.local(V128);
  const refuse = (): void => { f.hint(false).ifThen().i32Const(-1).return().end(); };
  const fit = (va: number): void => { // n elements at most are on the page
    f.i32Const(4096).get(va).i32WrapI64().i32Const(4095).i32And().i32Sub().i32Const(Math.log2(bytes)).i32ShrU().tee(room).get(n).get(room).get(n).i32LtU().select().set(n);
  };
  const address = (va: number): void => { f.get(va).i32WrapI64().get(entry).i32Load(S.dtlb + DTLB.addend).i32Add(); };
  f.get(STATE).i32Load(CTX.rflags).i32Const(DF | TF).i32And(); refuse();
  f.get(count).i64Eqz().ifThen().i32Const(0).return().end();
  f.i32Const(4096 / bytes).get(count).i32WrapI64().get(count).i64Const(4096 / bytes).i64GtU().select().set(n);
  if (movs) { tlbTest(f, STATE, from, entry, bytes, false); refuse(); fit(from); address(from); f.set(source); }
  tlbTest(f, STATE, to, entry, bytes, true); refuse(); fit(to); address(to); f.set(target);
  f.get(target).get(n).i32Const(Math.log2(bytes)).i32Shl().i32Add().set(end);
  // By sixteen bytes: as if one by one, if what is read was written at least so long before
  if (movs) { f.get(target).get(source).i32Sub().i32Const(1).i32Sub().i32Const(15).i32LtU(); refuse(); }
  else {
    f.get(from);
    if (bytes === 1) f.i32WrapI64().i8x16Splat(); else if (bytes === 2) f.i32WrapI64().i16x8Splat(); else if (bytes === 4) f.i32WrapI64().i32x4Splat(); else f.i64x2Splat();
    f.set(value);
  }
  const each = (stop: () => void, step: number, one: () => void): void => {
    const done = f.block(), again = f.loop();
    f.get(target); stop(); f.i32Eq().brIf(done);
    f.get(target); one();
    f.get(target).i32Const(step).i32Add().set(target);
    if (movs) f.get(source).i32Const(step).i32Add().set(source);
    f.br(again).end().end();
  };
  f.get(end).get(end).get(target).i32Sub().i32Const(15).i32And().i32Sub().set(wide);
  each(() => f.get(wide), 16, () => { if (movs) f.get(source).v128Load(0, 0); else f.get(value); f.v128Store(0, 0); });
  each(() => f.get(end), bytes, () => { if (movs) { f.get(source); loadInt(f, bytes); } else f.get(from); storeInt(f, bytes); });
  f.get(n);
});

const LANES_EQUAL = { 1: 'i8x16Eq', 2: 'i16x8Eq', 4: 'i32x4Eq', 8: 'i64x2Eq' } as const;
/**
 * string.cmps8 and its kin (state, rdi, count, from or value, 16 ones for REPE or 0 for REPNE) → elements that were compared and, if there were any, the last two: a
 * run up to the element that ends it or the end of a page; −1, with no effect, where runString has to look.
 */
for (const cmps of [true, false]) for (const bytes of SIZES) helper(`string.${cmps ? 'cmps' : 'scas'}${bytes}`, [I32, I64, I64, I64, I32], [I32, I64, I64], (f) => {
  const to = 1, count = 2, from = 3, going = 4, log = Math.log2(bytes);
  const entry = f.local(I32), n = f.local(I32), room = f.local(I32), b = f.local(I32), a = f.local(I32), start = f.local(I32), end = f.local(I32), step = f.local(I32), x = f.local(I64), y = f.local(I64), value = f.local(V128);
  const refuse = (): void => { f.hint(false).ifThen().i32Const(-1).i64Const(0).i64Const(0).return().end(); };
  const fit = (va: number): void => { // n elements at most are on the page
    f.get(va).i32WrapI64().i32Const(4095).i32And().set(room);
    f.get(room).i32Const(log).i32ShrU().i32Const(1).i32Add().i32Const(4096).get(room).i32Sub().i32Const(log).i32ShrU().get(step).i32Const(0).i32LtS().select().tee(room).get(n).get(room).get(n).i32LtU().select().set(n);
  };
  const address = (va: number): void => { f.get(va).i32WrapI64().get(entry).i32Load(S.dtlb + DTLB.addend).i32Add(); };
  f.get(STATE).i32Load(CTX.rflags).i32Const(TF).i32And(); refuse();
  f.get(count).i64Eqz().ifThen().i32Const(0).i64Const(0).i64Const(0).return().end();
  f.i32Const(-bytes).i32Const(bytes).get(STATE).i32Load(CTX.rflags).i32Const(DF).i32And().select().set(step);
  f.i32Const(4096 / bytes).get(count).i32WrapI64().get(count).i64Const(4096 / bytes).i64GtU().select().set(n);
  if (cmps) { tlbTest(f, STATE, from, entry, bytes, false); refuse(); fit(from); address(from); f.set(a); }
  tlbTest(f, STATE, to, entry, bytes, false); refuse(); fit(to); address(to); f.tee(b).set(start);
  f.get(b).get(n).get(step).i32Mul().i32Add().set(end);
  const found = f.block();
  if (!cmps) f.get(from).set(x);
  f.get(step).i32Const(0).i32GtS().get(n).i32Const(16 / bytes).i32GeU().i32And().if();
  { // sixteen bytes at once: a bit for each whose element is equal
    if (!cmps) {
      f.get(from);
      if (bytes === 1) f.i32WrapI64().i8x16Splat(); else if (bytes === 2) f.i32WrapI64().i16x8Splat(); else if (bytes === 4) f.i32WrapI64().i32x4Splat(); else f.i64x2Splat();
      f.set(value);
    }
    const rest = f.block(), again = f.loop();
    f.get(b).v128Load(0, 0); if (cmps) f.get(a).v128Load(0, 0); else f.get(value);
    f[LANES_EQUAL[bytes]]().i8x16Bitmask().get(going).i32Xor().tee(room).if();
    f.get(room).i32Ctz().set(room);
    f.get(b).get(room).i32Add().set(b); if (cmps) f.get(a).get(room).i32Add().set(a);
    f.br(rest).end();
    f.get(b).i32Const(16).i32Add().set(b); if (cmps) f.get(a).i32Const(16).i32Add().set(a);
    f.get(end).get(b).i32Sub().i32Const(16).i32GeU().brIf(again);
    f.end().end();
    // behind the last: the element before says how it went
    f.get(b).get(end).i32Eq().if(); f.get(b).i32Const(bytes).i32Sub().set(b); if (cmps) f.get(a).i32Const(bytes).i32Sub().set(a); f.end();
  }
  f.end();
  const again = f.loop();
  f.get(b); loadInt(f, bytes); f.set(y); if (cmps) { f.get(a); loadInt(f, bytes); f.set(x); }
  f.get(b).get(step).i32Add().set(b); if (cmps) f.get(a).get(step).i32Add().set(a);
  f.get(x).get(y).i64Eq().get(going).i32Const(0).i32Ne().i32Ne().brIf(found);
  f.get(b).get(end).i32Ne().brIf(again).end();
  f.end();
  f.get(b).get(start).i32Sub().get(start).get(b).i32Sub().get(step).i32Const(0).i32GtS().select().i32Const(log).i32ShrU().get(x).get(y);
});

/** Without REP. */
function element(c: FlowCtx): void {
  const { f, form } = c, name = form.mnemonic, bits = form.size as Bits, bytes = (bits >> 3) as 1 | 2 | 4 | 8;
  const from = name === 'movs' || name === 'cmps' || name === 'lods', to = name !== 'lods', a = c.local(I64), b = c.local(I64), step = c.local(I64);
  const wide = form.mem === 3 ? 32 : 64;
  const compares = name === 'cmps' || name === 'scas';
  if (compares) { c.gpr(RDI, wide); c.load(bytes); f.set(b); } // CMPS too, see interp/string.ts
  if (from) { c.gpr(RSI, wide); c.segmentBase(); f.i64Add(); c.load(bytes); } else c.gpr(RAX, bits);
  f.set(a);
  if (compares) c.compare(bits, a, b, () => { f.get(a).get(b).i64Sub(); mask(f, bits); });
  else if (to) { c.gpr(RDI, wide); f.set(b); c.storeAt(b, a, bytes); } else { f.get(a); c.setGpr(RAX, bits); }
  f.i64Const(-bytes).i64Const(bytes); c.state(); f.i32Load(CTX.rflags).i32Const(DF).i32And().select().set(step);
  for (const r of [...from ? [RSI] : [], ...to ? [RDI] : []]) { c.gpr(r, wide); f.get(step).i64Add(); c.setGpr(r, wide); }
}
/** A run of REP CMPS or SCAS. */
function comparison(c: FlowCtx): void {
  const { f, form } = c, cmps = form.mnemonic === 'cmps', size = form.size as Bits, bytes = size >> 3, equal = form.rep === 0xf3, n = c.local(I32), a = c.local(I64), b = c.local(I64), step = c.local(I64);
  c.state(); c.gpr(RDI); c.gpr(RCX);
  if (cmps) { c.gpr(RSI); c.segmentBase(); f.i64Add(); } else c.gpr(RAX, size);
  f.i32Const(equal ? 0xffff : 0);
  c.call(`string.${form.mnemonic}${bytes}`);
  f.set(b).set(a).tee(n).i32Const(0).i32LtS().hint(false).if(); c.runtime('string'); f.end();
  f.get(n).i64ExtendI32U().i64Const(-bytes).i64Const(bytes); c.state(); f.i32Load(CTX.rflags).i32Const(DF).i32And().select().i64Mul().set(step);
  for (const r of cmps ? [RDI, RSI] : [RDI]) { c.gpr(r); f.get(step).i64Add(); c.setGpr(r); }
  c.gpr(RCX); f.get(n).i64ExtendI32U().i64Sub(); c.setGpr(RCX);
  f.get(n).i32Const(COST.repElement).i32Mul(); c.spend();
  c.flagsMaybe(); // they stay as they are where there is no element
  f.get(n).hint(true).if();
  c.compare(size, a, b, () => { f.get(a).get(b).i64Sub(); mask(f, size); });
  c.flagsMerged();
  f.end();
  c.gpr(RCX); f.i64Const(0).i64Ne().get(a).get(b); if (equal) f.i64Eq(); else f.i64Ne();
  f.i32And(); c.repeatIf();
}
const string: Semantics = (ctx) => {
  const c = ctx as FlowCtx, { f, form } = c;
  if (form.rep === 0) { element(c); return; }
  if (!isRun(form)) { c.runtime('string'); return; }
  if (form.mnemonic === 'cmps' || form.mnemonic === 'scas') { comparison(c); return; }
  const movs = form.mnemonic === 'movs', bytes = form.size >> 3, n = c.local(I32), size = form.size as Bits;
  c.state(); c.gpr(RDI); c.gpr(RCX);
  if (movs) { c.gpr(RSI); c.segmentBase(); f.i64Add(); } else c.gpr(RAX, size);
  c.call(`string.${form.mnemonic}${bytes}`);
  f.tee(n).i32Const(0).i32LtS().hint(false).if(); c.runtime('string'); f.end();
  for (const r of movs ? [RDI, RSI] : [RDI]) { c.gpr(r); f.get(n).i32Const(Math.log2(bytes)).i32Shl().i64ExtendI32U().i64Add(); c.setGpr(r); }
  c.gpr(RCX); f.get(n).i64ExtendI32U().i64Sub(); c.setGpr(RCX);
  f.get(n).i32Const(COST.repElement).i32Mul(); c.spend();
  c.gpr(RCX); f.i64Const(0).i64Ne(); c.repeatIf();
};
define({ movs: string, cmps: string, stos: string, lods: string, scas: string });
