// SSSE3: packed integers within and across lanes, on xmm and on mm registers by one function each.
import { I32, V128 } from '../wasm/builder.ts';
import { define } from './context.ts';
import type { Ctx, Semantics } from './context.ts';
import { waitingTwo } from './mmx.ts';
import { bytesOf } from './sse-int.ts';

/** Pushes the result from a (destination) and b (source); of `width` bytes only those count. */
type Emit = (c: Ctx, a: number, b: number, width: 8 | 16) => void;
const dual = (emit: Emit): Semantics => (c) => {
  if (c.ops[0]!.kind === 'p') { waitingTwo(c, (a, b) => emit(c, a, b, 8)); return; }
  const a = c.local(V128), b = c.local(V128);
  c.readV(1, true); c.f.set(b); c.readV(0); c.f.set(a);
  emit(c, a, b, 16);
  c.writeV(0);
};

/** Lanes 0, 2, … (odd: 1, 3, …) of a, then of b. */
const strided = (size: 2 | 4, width: 8 | 16, odd: boolean): number[] => {
  const count = width / size, lanes: number[] = [];
  for (const from of [0, 16 / size]) for (let i = odd ? 1 : 0; i < count; i += 2) lanes.push(from + i);
  while (lanes.length < 16 / size) lanes.push(0);
  return bytesOf(lanes, size);
};
type Lanewise = 'i16x8Add' | 'i16x8Sub' | 'i16x8AddSatS' | 'i16x8SubSatS' | 'i32x4Add' | 'i32x4Sub';
const horizontal = (size: 2 | 4, op: Lanewise): Semantics => dual((c, a, b, width) => {
  c.f.get(a).get(b).i8x16Shuffle(strided(size, width, false)).get(a).get(b).i8x16Shuffle(strided(size, width, true));
  c.f[op]();
});
const sign = (bits: 8 | 16 | 32): Semantics => dual((c, a, b) => {
  const { f } = c, m = c.local(V128), zero = [0, 0, 0, 0];
  f.get(b).i32Const(bits - 1);
  if (bits === 8) f.i8x16ShrS(); else if (bits === 16) f.i16x8ShrS(); else f.i32x4ShrS();
  f.set(m);
  f.get(a).get(m).v128Xor().get(m); // (a ^ m) − m negates where m is all ones
  if (bits === 8) f.i8x16Sub(); else if (bits === 16) f.i16x8Sub(); else f.i32x4Sub();
  f.get(b).v128Const(zero);
  if (bits === 8) f.i8x16Ne(); else if (bits === 16) f.i16x8Ne(); else f.i32x4Ne();
  f.v128And();
});
const splat = (b: number): number => Math.imul(b, 0x01010101);

define({
  pshufb: dual((c, a, b, width) => { const m = splat(width === 16 ? 0x8f : 0x87); c.f.get(a).get(b).v128Const([m, m, m, m]).v128And().i8x16Swizzle(); }),
  phaddw: horizontal(2, 'i16x8Add'), phaddd: horizontal(4, 'i32x4Add'), phaddsw: horizontal(2, 'i16x8AddSatS'),
  phsubw: horizontal(2, 'i16x8Sub'), phsubd: horizontal(4, 'i32x4Sub'), phsubsw: horizontal(2, 'i16x8SubSatS'),
  pmaddubsw: dual((c, a, b) => { // unsigned bytes of the destination times signed ones of the source, pairs added with saturation
    const low = [0x00ff00ff, 0x00ff00ff, 0x00ff00ff, 0x00ff00ff];
    c.f.get(a).v128Const(low).v128And().get(b).i32Const(8).i16x8Shl().i32Const(8).i16x8ShrS().i16x8Mul();
    c.f.get(a).i32Const(8).i16x8ShrU().get(b).i32Const(8).i16x8ShrS().i16x8Mul().i16x8AddSatS();
  }),
  psignb: sign(8), psignw: sign(16), psignd: sign(32),
  pmulhrsw: dual((c, a, b) => { // (−1)·(−1) gives −1 here, where WebAssembly's saturates
    const least = [0x80008000, 0x80008000, 0x80008000, 0x80008000];
    c.f.get(a).get(b).i16x8Q15mulrSatS().get(a).v128Const(least).i16x8Eq().get(b).v128Const(least).i16x8Eq().v128And().v128Xor();
  }),
  pabsb: dual((c, _a, b) => { c.f.get(b).i8x16Abs(); }), pabsw: dual((c, _a, b) => { c.f.get(b).i16x8Abs(); }), pabsd: dual((c, _a, b) => { c.f.get(b).i32x4Abs(); }),
  palignr: dual((c, a, b, width) => {
    const { f } = c, n = c.local(I32);
    if (c.compiled && width === 16) {
      const by = c.immConst(2) & 255;
      if (by >= 16) f.get(a).v128Const([0, 0, 0, 0]).i8x16Shuffle(Array.from({ length: 16 }, (_, i) => Math.min(i + by - 16, 16)));
      else f.get(b).get(a).i8x16Shuffle(Array.from({ length: 16 }, (_, i) => i + by));
      return;
    }
    c.imm(2); f.i32WrapI64().i32Const(255).i32And().set(n);
    const index = (): void => { f.v128Const([0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c]).get(n).i8x16Splat().i8x16AddSatU(); };
    if (width === 8) { f.get(b).get(a).i8x16Shuffle([0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]); index(); f.i8x16Swizzle(); return; }
    f.get(b); index(); f.i8x16Swizzle();
    f.get(a); index(); f.i32Const(16).i8x16Splat().i8x16Sub().i8x16Swizzle().v128Or(); // indices outside 0…15 read as zero
  }),
});
