// Segment registers and far transfers in 64-bit user code. Segments are flat (arch/x86/kernel/cpu/common.c, gdt_page): loading one checks its selector and
// sets the base of FS or GS to 0; CS stays the 64-bit code segment: to go to another one faults as to one that is not there.
import { CTX, RSP, VEC } from '../../machine/hardware.ts';
import { I32, I64 } from '../wasm/builder.ts';
import { define } from './context.ts';
import type { Ctx, Semantics } from './context.ts';
import { EXIT_MODE } from './flow.ts';
import type { FlowCtx } from './flow.ts';
import { addSp, popValue, pushValue } from './int.ts';
import { canonical } from './int-flow.ts';

const CS = 0x33, SS = 0x2b;
/** Segment registers by number. */
const SEG = { es: 0, cs: 1, ss: 2, ds: 3, fs: 4, gs: 5 } as const;
/** Selectors without RPL whose segments user code may load as data: 32-bit code, data, 64-bit code, the CPU's number. */
const LOADABLE = [0x20, 0x28, 0x30, 0x78] as const;

/** #GP with the selector as error code (SDM vol. 3, 6.13), a null selector's is 0. */
const refuse = (c: Ctx, selector: number): void => c.raise(VEC.GP, () => { c.f.get(selector).i32Const(0xfffc).i32And(); });
/** push i64: the base's place in the state is cleared when FS or GS is loaded. */
const clearBase = (c: Ctx, at: number): void => { c.state(); c.f.i64Const(0).i64Store(at); };
/** Checks `selector` (local i32) for register n. */
function check(c: Ctx, n: number, selector: number): void {
  const { f } = c;
  if (n === SEG.ss) { f.get(selector).i32Const(SS).i32Ne().if(); refuse(c, selector); f.end(); return; }
  f.get(selector).i32Const(3).i32GtU();
  for (const s of LOADABLE) f.get(selector).i32Const(0xfffc).i32And().i32Const(s).i32Ne().i32And();
  f.if(); refuse(c, selector); f.end();
}
/** Behind CTX.selectors; of SS and CS no place is read. */
const placeOf = (n: number): number => Math.max(n, SEG.ss) - SEG.ss;
/** @param selector local i32 */
const loaded = (c: Ctx, n: number, selector: number): void => {
  if (n === SEG.ss) return;
  c.state(); c.f.get(selector).i32Store8(CTX.selectors + placeOf(n));
  if (n === SEG.fs) clearBase(c, CTX.fsBase); else if (n === SEG.gs) clearBase(c, CTX.gsBase);
};
const pushSegment = (n: number): Semantics => (c) => pushValue(c, () => { c.state(); c.f.i64Load8U(CTX.selectors + placeOf(n)); });
const popSegment = (n: number): Semantics => (c) => {
  const bytes = c.size === 16 ? 2 : 8, selector = c.local(I32);
  popValue(c, bytes); c.f.i32WrapI64().i32Const(0xffff).i32And().set(selector);
  check(c, n, selector);
  addSp(c, bytes);
  loaded(c, n, selector);
};
/** push i32: the selector `bytes` behind the address in local i64 `at`, which is a slot of `slot` bytes. */
const selectorAt = (c: Ctx, at: number, bytes: number, slot: 2 | 4 | 8): void => { c.f.get(at).i64Const(bytes).i64Add(); c.load(slot); c.f.i32WrapI64().i32Const(0xffff).i32And(); };
const sizeOf = (c: Ctx): 2 | 4 | 8 => (c.size / 8) as 2 | 4 | 8;
/** LSS, LFS, LGS: offset, then selector. */
const loadFar = (n: number): Semantics => (c) => {
  const at = c.local(I64), offset = c.local(I64), selector = c.local(I32), bytes = sizeOf(c);
  c.ea(1); c.f.set(at);
  selectorAt(c, at, bytes, 2); c.f.set(selector);
  c.f.get(at); c.load(bytes); c.f.set(offset);
  check(c, n, selector);
  c.f.get(offset); c.write(0);
  loaded(c, n, selector);
};
/** The selector must name the code segment that is there. @param exact with RPL 3, as returns need it; else with any */
function checkCode(c: Ctx, selector: number, exact: boolean): void {
  const { f } = c;
  f.get(selector);
  if (!exact) f.i32Const(3).i32Or();
  f.i32Const(CS).i32Ne().if(); refuse(c, selector); f.end();
}
/** JMP and CALL through memory: offset, then selector. */
const far = (call: boolean): Semantics => (c) => {
  const { f } = c, at = c.local(I64), to = c.local(I64), selector = c.local(I32), sp = c.local(I64), bytes = sizeOf(c);
  c.ea(0); f.set(at);
  f.get(at); c.load(bytes); f.set(to);
  selectorAt(c, at, bytes, 2); f.set(selector);
  checkCode(c, selector, false);
  canonical(c as FlowCtx, to);
  if (call) {
    (c as FlowCtx).onlyInterpreted();
    const frame = c.local(I32), back = c.local(I64);
    c.nextRip(); f.set(back);
    c.gpr(RSP); f.i64Const(2 * bytes).i64Sub().set(sp);
    c.beginOut(sp, 2 * bytes); f.set(frame);
    if (bytes === 8) f.get(frame).get(back).i64Store(0, 0).get(frame).i64Const(CS).i64Store(8, 0);
    else if (bytes === 4) f.get(frame).get(back).i64Store32(0, 0).get(frame).i64Const(CS).i64Store32(4, 0);
    else f.get(frame).get(back).i64Store16(0, 0).get(frame).i64Const(CS).i64Store16(2, 0);
    c.copyOut(sp, 2 * bytes);
    f.get(sp); c.setGpr(RSP);
  }
  f.get(to); (c as FlowCtx).jumpIndirect();
};

define({
  mov_from_sreg: (c) => {
    const { f } = c, n = c.local(I64), v = c.local(I64), place = c.local(I32);
    c.read(1); f.set(n);
    f.get(n).i32WrapI64().i32Const(SEG.ss).i32Sub().set(place);
    f.i64Const(CS).i64Const(SS);
    c.state(); f.get(place).i32Const(0).get(place).i32Const(0).i32GtS().select().i32Add().i64Load8U(CTX.selectors);
    f.get(n).i64Const(SEG.ss).i64Eq().select().get(n).i64Const(SEG.cs).i64Eq().select();
    if (!c.isMem(0)) { c.write(0); return; }
    f.set(v);
    c.ea(0); f.get(v); c.store(2);
  },
  mov_to_sreg: (c) => {
    const { f } = c, n = c.local(I64), selector = c.local(I32);
    const is = (x: number): void => { f.get(n).i64Const(x).i64Eq(); };
    c.read(0); f.set(n);
    is(SEG.cs); f.if(); c.raise(VEC.UD); f.end();
    c.read(1); f.i32WrapI64().set(selector);
    is(SEG.ss); f.if(); check(c, SEG.ss, selector); f.else(); check(c, SEG.ds, selector); f.end();
    for (const x of [SEG.es, SEG.ds, SEG.fs, SEG.gs]) { is(x); f.if(); loaded(c, x, selector); f.end(); }
  },
  push_fs: pushSegment(SEG.fs), push_gs: pushSegment(SEG.gs),
  pop_fs: popSegment(SEG.fs), pop_gs: popSegment(SEG.gs),
  lss: loadFar(SEG.ss), lfs: loadFar(SEG.fs), lgs: loadFar(SEG.gs),
  ljmp: far(false), lcall: far(true),
  lret: (c) => {
    const { f } = c, sp = c.local(I64), to = c.local(I64), selector = c.local(I32), bytes = sizeOf(c);
    c.gpr(RSP); f.set(sp);
    f.get(sp); c.load(bytes); f.set(to);
    selectorAt(c, sp, bytes, bytes); f.set(selector);
    checkCode(c, selector, true);
    canonical(c as FlowCtx, to);
    f.get(sp).i64Const(2 * bytes).i64Add();
    if (c.ops.length > 0) { c.imm(0); f.i64Const(0xffff).i64And().i64Add(); }
    c.setGpr(RSP);
    f.get(to); (c as FlowCtx).jumpIndirect();
  },
  iret: (c) => { // in 64-bit mode all five are popped (SDM vol. 2, IRET); of the flags user mode may change what POPF may
    const { f } = c, fc = c as FlowCtx, bytes = sizeOf(c), sp = c.local(I64), to = c.local(I64), stack = c.local(I64), selector = c.local(I32), ss = c.local(I32), flags = c.local(I32);
    const may = bytes === 2 ? 0x4500 : 0x244500, NT = 0x4000;
    fc.otherFlags(); f.i32Const(NT).i32And().if(); c.raise(VEC.GP); f.end();
    c.gpr(RSP); f.set(sp);
    f.get(sp); c.load(bytes); f.set(to);
    selectorAt(c, sp, bytes, bytes); f.set(selector);
    f.get(sp).i64Const(2 * bytes).i64Add(); c.load(bytes); f.i32WrapI64().set(flags);
    f.get(sp).i64Const(3 * bytes).i64Add(); c.load(bytes); f.set(stack);
    selectorAt(c, sp, 4 * bytes, bytes); f.set(ss);
    checkCode(c, selector, true);
    check(c, SEG.ss, ss);
    canonical(fc, to);
    f.get(stack); c.setGpr(RSP);
    fc.otherFlags(); f.i32Const(~may).i32And().get(flags).i32Const(may).i32And().i32Or(); fc.setOtherFlags();
    f.get(flags); c.setFlags();
    fc.leave(EXIT_MODE, 0, to);
  },
});
