// FXSAVE and FXRSTOR (SDM vol. 1, 10.5): the x87, MXCSR and xmm registers as 416 bytes of a 512-byte area; the rest is left alone.
import { AC, CTX, VEC } from '../../machine/hardware.ts';
import { I32, I64 } from '../wasm/builder.ts';
import { define } from './context.ts';
import type { Ctx } from './context.ts';
import type { FlowCtx } from './flow.ts';
import { unsettle } from './sse-fp.ts';

const AREA = 512, SAVED = 416, ST = 32, XMM = 160;
/** Every bit of MXCSR's low half exists. */
const MXCSR_MASK = 0xffff;

function area(c: Ctx): number {
  const address = c.local(I64);
  (c as FlowCtx).onlyInterpreted(); // all registers at once, and rarely
  c.ea(0); c.f.tee(address).i64Const(15).i64And().i64Eqz().i32Eqz().hint(false).if();
  c.f.get(address).i64Const(47).i64ShrS().i64Const(1).i64Add().i64Const(1).i64GtU().if(); c.copyIn(address, 1); c.f.drop().end(); // not canonical comes first: #GP or #SS, as for any access
  c.state(); c.f.i32Load(CTX.rflags).i32Const(AC).i32And().i32Const(0).i32Ne().get(address).i64Const(3).i64And().i64Eqz().i32Eqz().i32And().if(); c.raise(VEC.AC); c.f.end(); // AMD's order of the two
  c.raise(VEC.GP); c.f.end();
  return address;
}
/** The last byte of the area's 512 is touched first, though 416 are moved: an area that ends on a page which is not there faults, and CR2 says where it ends (measured on AMD family 25). */
function probe(c: Ctx, address: number, write: boolean): void {
  const last = c.local(I64);
  c.f.get(address).i64Const(AREA - 1).i64Add().set(last);
  if (write) c.beginOut(last, 1); else c.copyIn(last, 1);
  c.f.drop();
}
/** push i32: address of physical register (TOP + i) & 7, TOP in a local. */
const slot = (c: Ctx, top: number, i: number): void => { c.state(); c.f.get(top).i32Const(i).i32Add().i32Const(7).i32And().i32Const(4).i32Shl().i32Add(); };
const readTop = (c: Ctx, top: number): void => { c.state(); c.f.i32Load16U(CTX.fsw).i32Const(11).i32ShrU().i32Const(7).i32And().set(top); };
/** [offset in the area, offset in the state, bytes] of the control fields. */
const FIELDS: readonly (readonly [number, number, 2 | 8])[] = [[0, CTX.fcw, 2], [2, CTX.fsw, 2], [4, CTX.ftw, 2], [6, CTX.fop, 2], [8, CTX.fip, 8], [16, CTX.fdp, 8]];
/** The pointers to the last instruction are saved only while an exception is pending, as AMD's processors do (APM vol. 2, 11.5.4): else 0. */
const POINTERS: readonly number[] = [CTX.fop, CTX.fip, CTX.fdp], ES = 0x80;
/** Without REX.W the pointers are 32 bits and a selector. */
const narrow = (c: Ctx, field: number): void => {
  if (c.size === 64 || field === CTX.fop) return;
  c.f.i64Const(0xffffffff, 0).i64And();
  c.state(); c.f.i64Load16U(field === CTX.fip ? CTX.fcs : CTX.fds).i64Const(32).i64Shl().i64Or();
};
/** ES and B follow from flags and masks, whatever was loaded. */
function pendingAnew(c: Ctx): void {
  const { f } = c;
  c.state();
  c.state(); f.i32Load16U(CTX.fsw).i32Const(0x7f7f).i32And();
  f.i32Const(0x8080).i32Const(0);
  c.state(); f.i32Load16U(CTX.fsw); c.state(); f.i32Load16U(CTX.fcw).i32Const(-1).i32Xor().i32And().i32Const(0x3f).i32And();
  f.select().i32Or().i32Store16(CTX.fsw);
}

define({
  fxsave: (c) => {
    const { f } = c, address = area(c), buffer = c.local(I32), top = c.local(I32);
    probe(c, address, true);
    c.beginOut(address, SAVED); f.set(buffer);
    for (const [to, from, bytes] of FIELDS) {
      f.get(buffer); c.state();
      const pointer = POINTERS.includes(from);
      if (bytes === 2) f.i32Load16U(from); else { f.i64Load(from); narrow(c, from); }
      if (pointer) { if (bytes === 2) f.i32Const(0); else f.i64Const(0); c.state(); f.i32Load16U(CTX.fsw).i32Const(ES).i32And().select(); }
      if (bytes === 2) f.i32Store16(to); else f.i64Store(to);
    }
    f.get(buffer); c.state(); f.i32Load(CTX.mxcsr).i32Store(24);
    f.get(buffer).i32Const(MXCSR_MASK).i32Store(28);
    readTop(c, top);
    for (let i = 0; i < 8; i++) {
      f.get(buffer); slot(c, top, i); f.i64Load(CTX.x87).i64Store(ST + i * 16);
      f.get(buffer); slot(c, top, i); f.i64Load16U(CTX.x87 + 8).i64Store(ST + i * 16 + 8);
    }
    for (let n = 0; n < 16; n++) { f.get(buffer); c.xmm(n); f.v128Store(XMM + n * 16); }
    c.copyOut(address, SAVED);
  },
  fxrstor: (c) => {
    const { f } = c, address = area(c), buffer = c.local(I32), top = c.local(I32);
    probe(c, address, false);
    c.copyIn(address, SAVED); f.set(buffer);
    f.get(buffer).i32Load(24).i32Const(~MXCSR_MASK).i32And().if(); c.raise(VEC.GP); f.end();
    c.state(); f.get(buffer).i32Load(24).i32Store(CTX.mxcsr);
    unsettle(c);
    for (const [at, field, bytes] of FIELDS) {
      c.state(); f.get(buffer);
      if (field === CTX.fcw) f.i32Load16U(at).i32Const(0x1f7f).i32And().i32Const(0x40).i32Or().i32Store16(field);
      else if (field === CTX.ftw) f.i32Load8U(at).i32Store16(field);
      else if (field === CTX.fop) f.i32Load16U(at).i32Const(0x7ff).i32And().i32Store16(field);
      else if (bytes === 2) f.i32Load16U(at).i32Store16(field);
      else { f.i64Load(at); if (c.size !== 64) f.i64Const(0xffffffff, 0).i64And(); else f.i64Const(16).i64Shl().i64Const(16).i64ShrS(); f.i64Store(field); } // canonical
    }
    for (const [at, field] of [[12, CTX.fcs], [20, CTX.fds]] as const) { c.state(); if (c.size === 64) f.i32Const(0); else f.get(buffer).i32Load16U(at); f.i32Store16(field); }
    pendingAnew(c);
    readTop(c, top);
    for (let i = 0; i < 8; i++) {
      slot(c, top, i); f.get(buffer).i64Load(ST + i * 16).i64Store(CTX.x87);
      slot(c, top, i); f.get(buffer).i32Load16U(ST + i * 16 + 8).i32Store16(CTX.x87 + 8);
    }
    for (let n = 0; n < 16; n++) { f.get(buffer).v128Load(XMM + n * 16); c.setXmm(n); }
  },
});
