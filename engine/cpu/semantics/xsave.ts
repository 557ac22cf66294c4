// XSAVE, XSAVEOPT, XSAVEC, XRSTOR, XGETBV (SDM vol. 1, chapter 13). Rare: the layout is engine/machine/xsave-image.ts's, in JavaScript, and the interpreter does them.
// XINUSE is found by looking at the registers; nothing is remembered of what was last saved (the "modified" optimization), which the manual allows.
import { RAX, RCX, RDX, Regs, VEC } from '../../machine/hardware.ts';
import { AVX, AVX_OFFSET, HEADER, SSE, X87, XCR0, XSAVE_SIZE, components, inUse, saveHigh, saveMxcsr, saveX87, saveXmm, xrstor } from '../../machine/xsave-image.ts';
import { I32, I64 } from '../wasm/builder.ts';
import { define, jsHelper } from './context.ts';
import type { Ctx, HelperEnv, Semantics } from './context.ts';
import type { FlowCtx } from './flow.ts';
import { unsettle } from './sse-fp.ts';

const PLAIN = 0, OPTIMIZED = 1, COMPACTED = 2;
const WIDE = 4;
const view = ({ memory }: HelperEnv): ((state: number) => { regs: Regs; u8: Uint8Array }) => {
  const known = new Map<number, { regs: Regs; u8: Uint8Array }>();
  return (state) => {
    let found = known.get(state);
    if (found === undefined) known.set(state, found = { regs: new Regs(memory.buffer, state >>> 0), u8: new Uint8Array(memory.buffer) });
    return found;
  };
};
/** (state, a copy of the area, mask, kind | WIDE) */
jsHelper('xsave.save', [I32, I32, I32, I32], [], (env: HelperEnv) => {
  const at = view(env);
  return (state: number, area: number, mask: number, how: number): void => {
    const { regs, u8 } = at(state), used = inUse(regs) & mask, kind = how & 3, write = kind === PLAIN ? mask : used, header = new DataView(u8.buffer, area + HEADER, 64);
    if ((write & X87) !== 0) saveX87(regs, u8, area, (how & WIDE) !== 0);
    if (kind === COMPACTED ? (write & SSE) !== 0 : (mask & (SSE | AVX)) !== 0) saveMxcsr(regs, u8, area);
    if ((write & SSE) !== 0) saveXmm(regs, u8, area);
    if ((write & AVX) !== 0) saveHigh(regs, u8, area);
    header.setUint32(0, kind === COMPACTED ? used : (header.getUint32(0, true) & ~mask) | used, true);
    if (kind !== COMPACTED) return;
    header.setUint32(4, 0, true);
    header.setUint32(8, mask, true);
    header.setUint32(12, 0x80000000, true);
  };
});
/** (state, area, mask) → the components to load. */
jsHelper('xsave.components', [I32, I32, I32], [I32], (env: HelperEnv) => { const at = view(env); return (state: number, area: number, mask: number): number => components(at(state).u8, area, mask); });
/** (state, area, mask, wide) → 0: #GP, nothing done. */
jsHelper('xsave.restore', [I32, I32, I32, I32], [I32], (env: HelperEnv) => {
  const at = view(env);
  return (state: number, area: number, mask: number, how: number): number => { const { regs, u8 } = at(state); return xrstor(regs, u8, area, mask, (how & WIDE) !== 0) ? 1 : 0; };
});
jsHelper('xsave.inuse', [I32], [I32], (env: HelperEnv) => { const at = view(env); return (state: number): number => inUse(at(state).regs); });

/** The area's address, a multiple of 64, and the components asked for: EDX:EAX & XCR0. */
function operands(c: Ctx): { address: number; mask: number } {
  const { f } = c, address = c.local(I64), mask = c.local(I32);
  (c as FlowCtx).onlyInterpreted();
  c.ea(0); f.tee(address).i64Const(63).i64And().i64Eqz().i32Eqz().if(); c.raise(VEC.GP); f.end();
  c.gpr(RAX); f.i32WrapI64().i32Const(XCR0).i32And().set(mask);
  return { address, mask };
}
const save = (kind: number): Semantics => (c) => {
  const { f } = c, { address, mask } = operands(c), how = kind | (c.size === 64 ? WIDE : 0);
  const write = (bytes: number): void => {
    const area = c.local(I32);
    c.beginOut(address, bytes); f.set(area);
    c.state(); f.get(area).get(mask).i32Const(how); c.call('xsave.save');
    c.copyOut(address, bytes);
  };
  f.get(mask).i32Const(AVX).i32And().if(); write(XSAVE_SIZE); f.else(); write(AVX_OFFSET); f.end();
};

define({
  xsave: save(PLAIN), xsaveopt: save(OPTIMIZED), xsavec: save(COMPACTED),
  xrstor: (c) => {
    const { f } = c, { address, mask } = operands(c), area = c.local(I32);
    c.copyIn(address, AVX_OFFSET); f.set(area);
    c.state(); f.get(area).get(mask); c.call('xsave.components'); f.i32Const(AVX).i32And().if(); c.copyIn(address, XSAVE_SIZE); f.set(area).end();
    c.state(); f.get(area).get(mask).i32Const(c.size === 64 ? WIDE : 0); c.call('xsave.restore'); f.i32Eqz().if(); c.raise(VEC.GP); f.end();
    unsettle(c);
  },
  xgetbv: (c) => {
    if (c.compiled) { c.raise(VEC.GP); return; } // there the registers are locals: the interpreter does it
    const { f } = c, n = c.local(I64), which = c.local(I64);
    c.gpr(RCX, 32); f.tee(which).i64Const(1).i64GtU().if(); c.raise(VEC.GP); f.end();
    f.i64Const(XCR0); c.state(); c.call('xsave.inuse'); f.i64ExtendI32U().get(which).i64Eqz().select().set(n);
    f.get(n); c.setGpr(RAX);
    f.i64Const(0); c.setGpr(RDX);
  },
});
