// Small pieces of WebAssembly that the interpreter's and the compiler's contexts and the core functions share.
import type { Func } from '../wasm/builder.ts';

export const mask = (f: Func, bits: number): void => {
  if (f.fits(bits)) return;
  if (bits === 32) f.i32WrapI64().i64ExtendI32U();
  else if (bits === 8) f.i64Const(0xff).i64And();
  else if (bits === 16) f.i64Const(0xffff).i64And();
};
export const signExtend = (f: Func, bits: number): void => {
  if (bits === 32) f.i64Extend32S();
  else if (bits === 8) f.i64Extend8S();
  else if (bits === 16) f.i64Extend16S();
};
/** address i32 on the stack → i64 zero-extended. */
export const loadInt = (f: Func, bytes: number, offset = 0): void => {
  if (bytes === 1) f.i64Load8U(offset, 0);
  else if (bytes === 2) f.i64Load16U(offset, 0);
  else if (bytes === 4) f.i64Load32U(offset, 0);
  else f.i64Load(offset, 0);
};
export const loadIntS = (f: Func, bytes: number, offset = 0): void => {
  if (bytes === 1) f.i64Load8S(offset, 0);
  else if (bytes === 2) f.i64Load16S(offset, 0);
  else if (bytes === 4) f.i64Load32S(offset, 0);
  else f.i64Load(offset, 0);
};
/** address i32, value i64 on the stack. */
export const storeInt = (f: Func, bytes: number, offset = 0): void => {
  if (bytes === 1) f.i64Store8(offset, 0);
  else if (bytes === 2) f.i64Store16(offset, 0);
  else if (bytes === 4) f.i64Store32(offset, 0);
  else f.i64Store(offset, 0);
};
/** Carry-out vector of r = a + b (+ carry): locals. */
export const carryAdd = (f: Func, a: number, b: number, r: number): void => {
  f.get(a).get(b).i64And().get(a).get(b).i64Or().get(r).i64Const(-1).i64Xor().i64And().i64Or();
};
/** Borrow vector of r = a − b (− borrow). */
export const carrySub = (f: Func, a: number, b: number, r: number): void => {
  f.get(b).get(a).i64Const(-1).i64Xor().i64And().get(b).get(a).i64Const(-1).i64Xor().i64Or().get(r).i64And().i64Or();
};
export const shiftUp = (f: Func, bits: number): void => { if (bits < 64) f.i64Const(64 - bits).i64Shl(); };
