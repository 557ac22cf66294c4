// What AVX and AVX2 add to SSE: broadcasts, permutations, what crosses the halves, masked moves, gathers. The VEX forms of SSE instructions: vex.ts.
import type { Func } from '../wasm/builder.ts';
import { I32, I64, V128 } from '../wasm/builder.ts';
import { define, semanticsOf } from './context.ts';
import type { Ctx, Semantics } from './context.ts';
import { bytesOf } from './sse-int.ts';
import { byHalves, put, source } from './vex.ts';
import type { Wide } from './vex.ts';

const ZERO = [0, 0, 0, 0], SIGNS = { 4: [0x80000000, 0x80000000, 0x80000000, 0x80000000], 8: [0, 0x80000000, 0, 0x80000000] } as const;
const isWide = (c: Ctx): boolean => c.ops[0]!.bytes === 32;
const putWide = (c: Ctx, low: number, high: number): void => put(c, low, isWide(c) ? high : -1);
/** push i32: the immediate operand's low byte. */
const imm8 = (c: Ctx, k: number): void => { c.imm(k); c.f.i32WrapI64().i32Const(255).i32And(); };

const broadcast = (splat: (f: Func) => void): Semantics => (c) => {
  const { low } = source(c, 1);
  c.f.get(low); splat(c.f); c.f.set(low);
  putWide(c, low, low);
};
const splats: Readonly<Record<1 | 2 | 4 | 8 | 16, (f: Func) => void>> = {
  1: (f) => f.i8x16ExtractLaneU(0).i8x16Splat(), 2: (f) => f.i16x8ExtractLaneU(0).i16x8Splat(), 4: (f) => f.i32x4ExtractLane(0).i32x4Splat(), 8: (f) => f.i64x2ExtractLane(0).i64x2Splat(), 16: () => { /* as it is */ },
};

// ---- permutations
/** Within each half, by the low bits of a vector's elements or by the immediate. */
const permil = (size: 4 | 8): Semantics => byHalves((c) => {
  const { f } = c;
  if (c.ops.length === 3 && c.ops[2]!.kind === 'i') {
    if (size === 4) { semanticsOf('pshufd')!(c); return; }
    const v = c.local(V128), n = c.local(I32);
    c.readV(1); f.set(v); imm8(c, 2); f.set(n);
    for (const bit of [1, 2]) f.get(v).i64x2ExtractLane(1).get(v).i64x2ExtractLane(0).get(n).i32Const(bit).i32And().select()[bit === 1 ? 'i64x2Splat' : 'nop']();
    f.i64x2ReplaceLane(1);
  } else {
    c.readV(0); c.readV(1);
    if (size === 4) f.v128Const([3, 3, 3, 3]).v128And().v128Const([0x04040404, 0x04040404, 0x04040404, 0x04040404]).i32x4Mul().v128Const([0x03020100, 0x03020100, 0x03020100, 0x03020100]).i32x4Add();
    else f.i32Const(1).i64x2ShrU().v128Const([1, 0, 1, 0]).v128And().v128Const([0x08080808, 0x08080808, 0x08080808, 0x08080808]).i64x2Mul().v128Const([0x03020100, 0x07060504, 0x03020100, 0x07060504]).i64x2Add();
    f.i8x16Swizzle();
  }
  c.writeV(0);
}, 'lanes', size === 8 ? 2 : 0);
/** Each half of the result is one of the four of both sources, or zero. */
const perm2: Semantics = (c) => {
  const { f } = c, a = source(c, 1), b = source(c, 2), n = c.local(I32), out = [c.local(V128), c.local(V128)];
  imm8(c, 3); f.set(n);
  out.forEach((r, half) => {
    const bit = (k: number): void => { f.get(n).i32Const(1 << (k + half * 4)).i32And(); };
    f.v128Const(ZERO);
    f.get(b.high).get(b.low); bit(0); f.select().get(a.high).get(a.low); bit(0); f.select(); bit(1); f.select();
    bit(3); f.select().set(r);
  });
  put(c, out[0]!, out[1]!);
};
const insert128: Semantics = (c) => {
  const { f } = c, a = source(c, 1), b = source(c, 2), n = c.local(I32);
  imm8(c, 3); f.i32Const(1).i32And().set(n);
  f.get(b.low).get(a.high).get(n).select().set(a.high);
  f.get(a.low).get(b.low).get(n).select().set(a.low);
  put(c, a.low, a.high);
};
const extract128: Semantics = (c) => {
  const { f } = c, a = source(c, 1);
  f.get(a.high).get(a.low); imm8(c, 2); f.i32Const(1).i32And().select().set(a.low);
  put(c, a.low, -1);
};
/** Four 64-bit elements by the immediate. */
const permq: Semantics = (c) => {
  const { f } = c, a = source(c, 1), out = [c.local(V128), c.local(V128)], n = c.local(I32);
  if (c.compiled) {
    const imm = c.immConst(2);
    out.forEach((r, half) => f.get(a.low).get(a.high).i8x16Shuffle(bytesOf([(imm >> (half * 4)) & 3, (imm >> (half * 4 + 2)) & 3], 8)).set(r));
  } else {
    imm8(c, 2); f.set(n);
    const pick = (i: number): void => {
      const bit = (k: number): void => { f.get(n).i32Const(1 << (2 * i + k)).i32And(); };
      f.get(a.high).i64x2ExtractLane(1).get(a.high).i64x2ExtractLane(0); bit(0); f.select();
      f.get(a.low).i64x2ExtractLane(1).get(a.low).i64x2ExtractLane(0); bit(0); f.select(); bit(1); f.select();
    };
    out.forEach((r, half) => { pick(half * 2); f.i64x2Splat(); pick(half * 2 + 1); f.i64x2ReplaceLane(1).set(r); });
  }
  put(c, out[0]!, out[1]!);
};
/** Eight 32-bit elements of operand 2 by the low three bits of operand 1's. */
const permd: Semantics = (c) => {
  const { f } = c, index = source(c, 1), a = source(c, 2), at = c.local(V128);
  for (const r of [index.low, index.high]) {
    f.get(r).v128Const([7, 7, 7, 7]).v128And().v128Const([0x04040404, 0x04040404, 0x04040404, 0x04040404]).i32x4Mul().v128Const([0x03020100, 0x03020100, 0x03020100, 0x03020100]).i32x4Add().set(at);
    f.get(a.low).get(at).i8x16Swizzle().get(a.high).get(at).i32Const(16).i8x16Splat().i8x16Sub().i8x16Swizzle().v128Or().set(r); // indices outside 0…15 read as zero
  }
  put(c, index.low, index.high);
};

// ---- shifts of each element by its own count; counts beyond the element give zero, or the sign
const shiftEach = (size: 4 | 8, op: 'Shl' | 'ShrU' | 'ShrS'): Semantics => byHalves((c) => {
  const { f } = c, v = c.local(V128), n = c.local(V128), type = size === 4 ? 'i32' : 'i64', shape = size === 4 ? 'i32x4' : 'i64x2', bits = size * 8, count = c.local(size === 4 ? I32 : I64);
  const constant = (x: number): void => { if (size === 4) f.i32Const(x); else f.i64Const(x); };
  c.readV(0); f.set(v); c.readV(1); f.set(n);
  f.get(v);
  for (let lane = 0; lane < 16 / size; lane++) {
    f.get(n)[`${shape}ExtractLane`](lane).set(count);
    f.get(v)[`${shape}ExtractLane`](lane);
    if (op === 'ShrS') { f.get(count); constant(bits - 1); f.get(count); constant(bits - 1); f[`${type}LtU`]().select(); f.i32ShrS(); } else {
      f.get(count)[`${type}${op}`](); constant(0); f.get(count); constant(bits); f[`${type}LtU`]().select();
    }
    f[`${shape}ReplaceLane`](lane);
  }
  c.writeV(0);
});

// ---- masks and flags
const bitmask = (f: Func, size: 1 | 4 | 8): void => { if (size === 1) f.i8x16Bitmask(); else if (size === 4) f.i32x4Bitmask(); else f.i64x2Bitmask(); };
/** push i32: one bit an element of both halves, its sign. */
function signs(f: Func, v: Wide, size: 1 | 4 | 8): void {
  f.get(v.low); bitmask(f, size);
  if (v.high >= 0) { f.get(v.high); bitmask(f, size); f.i32Const(16 / size).i32Shl().i32Or(); }
}
const moveMask = (size: 1 | 4 | 8): Semantics => (c) => { signs(c.f, source(c, 1), size); c.f.i64ExtendI32U(); c.write(0); };
/** ZF: nothing in a and b; CF: nothing in b alone. Of all bits, or of the elements' signs. */
const test = (size: 0 | 4 | 8): Semantics => (c) => {
  const { f } = c, a = source(c, 0), b = source(c, 1);
  const any = (each: (x: number, y: number) => void): void => {
    each(a.low, b.low);
    if (b.high >= 0) { each(a.high, b.high); f.v128Or(); }
    if (size !== 0) f.v128Const(SIGNS[size]).v128And();
    f.v128AnyTrue().i32Eqz();
  };
  any((x, y) => f.get(x).get(y).v128And()); f.i32Const(6).i32Shl();
  any((x, y) => f.get(y).get(x).v128Andnot()); f.i32Or();
  c.setFlags();
};
/** By the signs of operand 3. */
const blend = (shift: (f: Func) => void): Semantics => byHalves((c) => { c.readV(1); c.readV(0); c.readV(2); shift(c.f); c.f.v128Bitselect(); c.writeV(0); });

/** The alignment of masked moves and gathers: EFLAGS.AC checks none of their elements (measured on AMD family 25). */
const UNCHECKED = 1;
/** Loads and stores of the elements whose mask (operand 1) is negative; the others are not touched, and cannot fault. */
const maskMove = (size: 4 | 8): Semantics => (c) => {
  const { f } = c, mask = source(c, 1), bits = c.local(I32), va = c.local(I64), shape = size === 4 ? 'i32x4' : 'i64x2', perHalf = 16 / size;
  signs(f, mask, size); f.set(bits);
  const store = c.isMem(0), data = store ? source(c, 2) : { low: c.local(V128), high: mask.high >= 0 ? c.local(V128) : -1 };
  const halves = data.high >= 0 ? [data.low, data.high] : [data.low];
  c.ea(store ? 0 : 2); f.set(va);
  const each = (body: (half: number, lane: number, offset: number) => void): void => {
    halves.forEach((half, h) => { for (let lane = 0; lane < perHalf; lane++) { f.get(bits).i32Const(1 << (h * perHalf + lane)).i32And().if(); body(half, lane, h * 16 + lane * size); f.end(); } });
  };
  if (c.compiled) { // on one page all of it is there, or none: other places are the interpreter's
    const at = c.local(I32), wide = data.high >= 0, lanesOf = (v: number): void => { f.get(v); if (size === 4) f.i32Const(31).i32x4ShrS(); else f.i32Const(63).i64x2ShrS(); };
    if (!store) for (const half of halves) f.v128Const(ZERO).set(half);
    f.get(bits).if();
    if (store) c.beginOut(va, wide ? 32 : 16, UNCHECKED); else c.copyIn(va, wide ? 32 : 16);
    f.set(at);
    halves.forEach((half, h) => {
      if (store) { f.get(at).get(half).get(at).v128Load(h * 16, 0); lanesOf(h === 0 ? mask.low : mask.high); f.v128Bitselect().v128Store(h * 16, 0); } else { f.get(at).v128Load(h * 16, 0); lanesOf(h === 0 ? mask.low : mask.high); f.v128And().set(half); }
    });
    f.end();
    if (!store) put(c, data.low, data.high);
    return;
  }
  if (!store) {
    for (const half of halves) f.v128Const(ZERO).set(half);
    each((half, lane, offset) => { f.get(half).get(va).i64Const(offset).i64Add(); c.load(size, UNCHECKED); if (size === 4) f.i32WrapI64(); f[`${shape}ReplaceLane`](lane).set(half); });
    put(c, data.low, data.high);
    return;
  }
  const to = c.local(I64); // all are checked before anything is written
  each((_half, _lane, offset) => { f.get(va).i64Const(offset).i64Add().set(to); c.beginOut(to, size, UNCHECKED); f.drop(); });
  each((half, lane, offset) => { f.get(va).i64Const(offset).i64Add().get(half)[`${shape}ExtractLane`](lane); if (size === 4) f.i64ExtendI32U(); c.store(size, UNCHECKED); });
};

/** Elements at base + index·scale where the mask (operand 2) is negative. Done one after the other: after a fault the mask says which are left (vol. 2, VGATHERDPS). */
const gather = (size: 4 | 8, indexSize: 4 | 8): Semantics => (c) => {
  const { f } = c, bytes = c.ops[0]!.bytes, count = bytes / size, dst = source(c, 0), mask = source(c, 2), shape = size === 4 ? 'i32x4' : 'i64x2', indexShape = indexSize === 4 ? 'i32x4' : 'i64x2';
  const sizes = 16 / size, vectors = [dst.low, dst.high], masks = [mask.low, mask.high];
  const writeMask = (h: number): void => { f.get(masks[h]!); if (h === 0) c.writeV(2); else c.writeHigh(2); };
  for (let i = 0; i < count; i++) {
    const h = Math.floor(i / sizes), lane = i % sizes, perIndex = 16 / indexSize;
    f.get(masks[h]!); bitmask(f, size); f.i32Const(1 << lane).i32And().if();
    f.get(vectors[h]!);
    c.indices(Math.floor(i / perIndex) as 0 | 1); f[`${indexShape}ExtractLane`](i % perIndex); if (indexSize === 4) f.i64ExtendI32S();
    c.elementAddress(); c.load(size, UNCHECKED); if (size === 4) f.i32WrapI64();
    f[`${shape}ReplaceLane`](lane).tee(vectors[h]!); if (h === 0) c.writeV(0); else c.writeHigh(0);
    f.end();
    f.get(masks[h]!); if (size === 4) f.i32Const(0).i32x4ReplaceLane(lane); else f.i64Const(0).i64x2ReplaceLane(lane); f.set(masks[h]!);
    writeMask(h);
  }
  if (bytes === 8) { f.get(dst.low).v128Const([-1, -1, 0, 0]).v128And().set(dst.low).get(dst.low); c.writeV(0); }
  if (bytes < 32) { f.v128Const(ZERO); c.writeHigh(0); }
  f.v128Const(ZERO); c.writeV(2);
  f.v128Const(ZERO); c.writeHigh(2);
};

define({
  vbroadcastss: broadcast(splats[4]), vbroadcastsd: broadcast(splats[8]), vbroadcastf128: broadcast(splats[16]), vbroadcasti128: broadcast(splats[16]),
  vpbroadcastb: broadcast(splats[1]), vpbroadcastw: broadcast(splats[2]), vpbroadcastd: broadcast(splats[4]), vpbroadcastq: broadcast(splats[8]),
  vpermilps: permil(4), vpermilpd: permil(8), vperm2f128: perm2, vperm2i128: perm2, vinsertf128: insert128, vinserti128: insert128, vextractf128: extract128, vextracti128: extract128,
  vpermq: permq, vpermpd: permq, vpermd: permd, vpermps: permd, vpblendd: byHalves((view) => semanticsOf('blendps')!(view), 'lanes', 4),
  vpsllvd: shiftEach(4, 'Shl'), vpsllvq: shiftEach(8, 'Shl'), vpsrlvd: shiftEach(4, 'ShrU'), vpsrlvq: shiftEach(8, 'ShrU'), vpsravd: shiftEach(4, 'ShrS'),
  vmovmskps: moveMask(4), vmovmskpd: moveMask(8), vpmovmskb: moveMask(1), vptest: test(0), vtestps: test(4), vtestpd: test(8),
  vblendvps: blend((f) => f.i32Const(31).i32x4ShrS()), vblendvpd: blend((f) => f.i32Const(63).i64x2ShrS()), vpblendvb: blend((f) => f.i32Const(7).i8x16ShrS()),
  vmaskmovps: maskMove(4), vmaskmovpd: maskMove(8), vpmaskmovd: maskMove(4), vpmaskmovq: maskMove(8),
  vgatherdps: gather(4, 4), vgatherdpd: gather(8, 4), vgatherqps: gather(4, 8), vgatherqpd: gather(8, 8), vpgatherdd: gather(4, 4), vpgatherdq: gather(8, 4), vpgatherqd: gather(4, 8), vpgatherqq: gather(8, 8),
  vzeroupper: (c) => { for (let n = 0; n < 16; n++) { c.f.v128Const(ZERO); c.setHigh(n); } },
  vzeroall: (c) => { for (let n = 0; n < 16; n++) { c.f.v128Const(ZERO); c.setXmm(n); c.f.v128Const(ZERO); c.setHigh(n); } },
});
