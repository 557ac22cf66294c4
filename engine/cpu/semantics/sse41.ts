// SSE4.1: blends, extensions, minima and maxima of more types, lane access, rounding, dot products, PTEST, MPSADBW.
import { CTX } from '../../machine/hardware.ts';
import { F32, F64, I32, I64, V128 } from '../wasm/builder.ts';
import type { Func } from '../wasm/builder.ts';
import { define, helper } from './context.ts';
import type { Ctx, Semantics } from './context.ts';
import { allLanes, checkXm, someStrange, unlessSettled } from './sse-fp.ts';
import { binary, bytesOf, withLocals } from './sse-int.ts';

// ---- blends
const blendBy = (shift: (f: Func) => void): Semantics => (c) => { // by the sign bits of xmm0
  c.readV(1, true); c.readV(0);
  c.xmm(0); shift(c.f); c.f.v128Bitselect();
  c.writeV(0);
};
/** By the bits of the immediate, one for each group of 16 / groups bytes. */
const blendImm = (groups: 2 | 4 | 8): Semantics => (c) => {
  const { f } = c, size = 16 / groups;
  if (c.compiled) {
    const imm = c.immConst(2);
    c.readV(0); c.readV(1, true);
    f.i8x16Shuffle(bytesOf(Array.from({ length: groups }, (_, i) => ((imm >> i) & 1) * groups + i), size));
  } else {
    const bits = Array.from({ length: 8 }, (_, i) => 1 << Math.floor((i * groups) / 8)); // by words
    const pick = [0, 2, 4, 6].map((i) => bits[i]! | (bits[i + 1]! << 16));
    c.readV(1, true); c.readV(0);
    c.imm(2); f.i32WrapI64().i16x8Splat().v128Const(pick).v128And().v128Const(pick).i16x8Eq().v128Bitselect();
  }
  c.writeV(0);
};

// ---- lanes
/** push v128: byte indices of lane n (i32 on the stack) of `size` bytes, repeated. */
function laneIndex(f: Func, size: 1 | 2 | 4 | 8): void {
  const step = Math.imul(size, 0x01010101), low = size === 1 ? [0, 0] : size === 2 ? [0x01000100, 0x01000100] : [0x03020100, size === 4 ? 0x03020100 : 0x07060504];
  f.i32Const(16 / size - 1).i32And().i32Const(step).i32Mul().i32x4Splat().v128Const([...low, ...low]).i32x4Add();
}
const extract = (size: (c: Ctx) => 1 | 2 | 4 | 8): Semantics => (c) => {
  const { f } = c, n = size(c);
  c.readV(1);
  c.imm(2); f.i32WrapI64(); laneIndex(f, n);
  f.i8x16Swizzle();
  f.i64x2ExtractLane(0);
  if (n < 8) f.i64Const(n === 4 ? 0xffffffff : n === 2 ? 0xffff : 0xff, 0).i64And();
  c.write(0);
};
const insert = (size: (c: Ctx) => 1 | 4 | 8): Semantics => (c) => {
  const { f } = c, n = size(c), v = c.local(I64);
  c.read(1); f.set(v);
  f.get(v);
  if (n === 8) f.i64x2Splat(); else if (n === 4) f.i32WrapI64().i32x4Splat(); else f.i32WrapI64().i8x16Splat();
  c.readV(0);
  c.imm(2); f.i32WrapI64();
  // all ones where the byte's lane is the chosen one
  f.i32Const(16 / n - 1).i32And().i8x16Splat();
  f.v128Const(n === 8 ? [0, 0, 0x01010101, 0x01010101] : n === 4 ? [0, 0x01010101, 0x02020202, 0x03030303] : [0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c]).i8x16Eq().v128Bitselect();
  c.writeV(0);
};
const insertps: Semantics = (c) => {
  const { f } = c, imm = c.local(I32), v = c.local(V128);
  c.imm(2); f.i32WrapI64().set(imm);
  c.readV(1);
  if (!c.isMem(1)) { f.get(imm).i32Const(6).i32ShrU(); laneIndex(f, 4); f.i8x16Swizzle(); }
  f.i32x4ExtractLane(0).i32x4Splat();
  c.readV(0);
  f.get(imm).i32Const(4).i32ShrU().i32Const(3).i32And().i32x4Splat().v128Const([0, 1, 2, 3]).i32x4Eq().v128Bitselect().set(v);
  f.get(v).get(imm).i32x4Splat().v128Const([1, 2, 4, 8]).v128And().v128Const([1, 2, 4, 8]).i32x4Eq().v128Andnot(); // zeroed lanes
  c.writeV(0);
};

// ---- rounding to integers as floats
/** (state, bits, immediate) → bits (SDM vol. 2, ROUNDSD): immediate bit 2 takes MXCSR's mode, bit 3 keeps PE unset. */
for (const w of [32, 64] as const) {
  const int = w === 64 ? I64 : I32, float = w === 64 ? F64 : F32;
  helper(`sse.round${w}`, [I32, int, I32], [int], (f, call) => {
    const x = f.local(float), r = f.local(float), mode = f.local(I32), mx = f.local(I32);
    const back = (v: number): void => { f.get(v); if (w === 64) f.i64ReinterpretF64(); else f.i32ReinterpretF32(); };
    const flag = (bit: number): void => { f.get(0).i32Const(bit); call('sse.flag'); };
    f.get(0).i32Load(CTX.mxcsr).set(mx).get(1);
    if (w === 64) f.f64ReinterpretI64(); else f.f32ReinterpretI32();
    f.set(x).get(x).get(x);
    if (w === 64) f.f64Ne(); else f.f32Ne();
    f.if(); // a NaN is made quiet
    f.get(1);
    if (w === 64) f.i64Const(0, 0x80000).i64And().i64Eqz(); else f.i32Const(0x400000).i32And().i32Eqz();
    f.if(); flag(1); f.end();
    f.get(1);
    if (w === 64) f.i64Const(0, 0x80000).i64Or(); else f.i32Const(0x400000).i32Or();
    f.return().end();
    f.get(mx).i32Const(0x40).i32And().if(); // DAZ
    f.get(x);
    if (w === 64) f.f64Abs().f64Const(2 ** -1022).f64Lt(); else f.f32Abs().f32Const(2 ** -126).f32Lt();
    f.ifThen().get(1);
    if (w === 64) f.i64Const(0, 0x80000000).i64And(); else f.i32Const(0x80000000).i32And();
    f.return().end().end();
    f.get(mx).i32Const(13).i32ShrU().get(2).get(2).i32Const(4).i32And().select().i32Const(3).i32And().set(mode);
    const done = f.block(), toZero = f.block(), up = f.block(), down = f.block(), nearest = f.block();
    f.get(mode).brTable([nearest, down, up], toZero).end();
    f.get(x); if (w === 64) f.f64Nearest(); else f.f32Nearest(); f.set(r).br(done).end();
    f.get(x); if (w === 64) f.f64Floor(); else f.f32Floor(); f.set(r).br(done).end();
    f.get(x); if (w === 64) f.f64Ceil(); else f.f32Ceil(); f.set(r).br(done).end();
    f.get(x); if (w === 64) f.f64Trunc(); else f.f32Trunc(); f.set(r).end();
    f.get(r).get(x); if (w === 64) f.f64Ne(); else f.f32Ne();
    f.get(2).i32Const(8).i32And().i32Eqz().i32And().if(); flag(32); f.end();
    back(r);
  });
}
for (const w of [32, 64] as const) {
  helper(`sse.roundv${w}`, [I32, V128, I32], [V128], (f, call) => {
    f.v128Const([0, 0, 0, 0]);
    for (let lane = 0; lane < 128 / w; lane++) {
      f.get(0).get(1); if (w === 64) f.i64x2ExtractLane(lane); else f.i32x4ExtractLane(lane);
      f.get(2); call(`sse.round${w}`);
      if (w === 64) f.i64x2ReplaceLane(lane); else f.i32x4ReplaceLane(lane);
    }
  });
}
const round = (w: 32 | 64, packed: boolean): Semantics => (c) => {
  const { f } = c, v = c.local(V128), r = c.local(V128), imm = c.local(I32), count = packed ? 128 / w : 1;
  c.readV(1, packed); f.set(v);
  const slow = (): void => {
    c.imm(2); f.i32WrapI64().set(imm);
    c.state(); f.get(v);
    if (packed) { f.get(imm); c.call(`sse.roundv${w}`); } else if (w === 64) { f.i64x2ExtractLane(0).get(imm); c.call('sse.round64'); f.i64x2Splat(); } else { f.i32x4ExtractLane(0).get(imm); c.call('sse.round32'); f.i32x4Splat(); }
    f.set(r);
    checkXm(c);
  };
  if (c.compiled) { // the mode is known; MXCSR's is nearest, or it is not settled
    const mode = c.immConst(2), quiet = (mode & 8) !== 0, strange = (): void => someStrange(f, w, v, count);
    f.get(v);
    if ((mode & 4) !== 0 || (mode & 3) === 0) { if (w === 64) f.f64x2Nearest(); else f.f32x4Nearest(); } else if ((mode & 3) === 1) { if (w === 64) f.f64x2Floor(); else f.f32x4Floor(); } else if ((mode & 3) === 2) { if (w === 64) f.f64x2Ceil(); else f.f32x4Ceil(); } else if (w === 64) f.f64x2Trunc(); else f.f32x4Trunc();
    f.set(r);
    if (quiet && (mode & 4) === 0) { strange(); f.hint(false).if(); slow(); f.end(); } else {
      const ordinary = (): void => { strange(); f.i32Eqz(); };
      unlessSettled(c, ordinary, slow, null, () => { ordinary(); if (!quiet) { f.get(r).get(v); if (w === 64) f.f64x2Eq(); else f.f32x4Eq(); allLanes(f, w, count); f.i32And(); } });
    }
  } else slow();
  if (packed) f.get(r); else { c.readV(0); f.get(r); if (w === 64) f.f64x2ExtractLane(0).f64x2ReplaceLane(0); else f.f32x4ExtractLane(0).f32x4ReplaceLane(0); }
  c.writeV(0);
};

// ---- dot products: the chosen products, added in pairs, each step rounded and flagged (SDM vol. 2, DPPS)
const dot = (w: 32 | 64): Semantics => (c) => {
  const { f } = c, a = c.local(V128), b = c.local(V128), imm = c.immConst(2), count = 128 / w, type = w === 64 ? I64 : I32;
  c.readV(1, true); f.set(b); c.readV(0); f.set(a);
  const lane = (v: number, i: number): void => { f.get(v); if (w === 64) f.i64x2ExtractLane(i); else f.i32x4ExtractLane(i); };
  const sums = Array.from({ length: count }, () => c.local(type));
  for (let i = 0; i < count; i++) {
    if (((imm >> (4 + i)) & 1) !== 0) { c.state(); lane(a, i); lane(b, i); c.call(`sse.mul${w}`); } else if (w === 64) f.i64Const(0); else f.i32Const(0);
    f.set(sums[i]!);
  }
  checkXm(c);
  const add = (to: number, x: number, y: number): void => { c.state(); f.get(x).get(y); c.call(`sse.add${w}`); f.set(to); };
  add(sums[0]!, sums[0]!, sums[1]!);
  if (count === 4) { add(sums[2]!, sums[2]!, sums[3]!); checkXm(c); add(sums[0]!, sums[0]!, sums[2]!); }
  checkXm(c);
  f.get(sums[0]!);
  if (w === 64) f.i64x2Splat(); else f.i32x4Splat();
  f.v128Const(w === 64 ? [0, 1].flatMap((i) => { const m = ((imm >> i) & 1) !== 0 ? -1 : 0; return [m, m]; }) : [0, 1, 2, 3].map((i) => (((imm >> i) & 1) !== 0 ? -1 : 0))).v128And();
  c.writeV(0);
};

// ---- integers
const minPos: Semantics = (c) => { // the least word and its index
  const { f } = c, v = c.local(V128), m = c.local(V128);
  c.readV(1, true); f.tee(v).set(m);
  for (const by of [8, 4, 2]) f.get(m).get(m).get(m).i8x16Shuffle(Array.from({ length: 16 }, (_, i) => (i + by) & 15)).i16x8MinU().set(m);
  f.v128Const([0, 0, 0, 0]).get(m).i16x8ExtractLaneU(0).get(v).get(m).i16x8Eq().i16x8Bitmask().i32Ctz().i32Const(16).i32Shl().i32Or().i32x4ReplaceLane(0);
  c.writeV(0);
};
const mpsadbw: Semantics = (c) => { // eight sums over four bytes, at offsets 0 … 7 from one of two places, against one of four blocks
  const { f } = c, a = c.local(V128), b = c.local(V128), imm = c.local(I32), block = c.local(V128), from = c.local(V128);
  c.readV(1, true); f.set(b); c.readV(0); f.set(a);
  c.imm(2); f.i32WrapI64().set(imm);
  f.get(b).get(imm); laneIndex(f, 4); f.i8x16Swizzle().set(block);
  f.get(a).v128Const([0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c]).get(imm).i32Const(4).i32And().i8x16Splat().i8x16Add().i8x16Swizzle().set(from);
  for (let k = 0; k < 4; k++) { // |from[i + k] − block[k]| as words, i = 0 … 7
    const x = c.local(V128), y = c.local(V128);
    f.get(from).get(from).i8x16Shuffle(Array.from({ length: 16 }, (_, i) => Math.min(i + k, 15))).i16x8ExtendLowI8x16U().set(x);
    f.get(block).get(block).i8x16Shuffle(new Array<number>(16).fill(k)).i16x8ExtendLowI8x16U().set(y);
    f.get(x).get(y).i16x8Sub().i16x8Abs();
    if (k > 0) f.i16x8Add();
  }
  c.writeV(0);
};
const ptest: Semantics = (c) => {
  const { f } = c, a = c.local(V128), b = c.local(V128);
  c.readV(1, true); f.set(b); c.readV(0); f.set(a);
  f.get(a).get(b).v128And().v128AnyTrue().i32Eqz().i32Const(6).i32Shl();
  f.get(b).get(a).v128Andnot().v128AnyTrue().i32Eqz().i32Or();
  c.setFlags();
};
const evens = bytesOf([0, 2, 0, 2], 4);
const extend = (...steps: ((f: Func) => void)[]): Semantics => (c) => { c.readV(1); for (const step of steps) step(c.f); c.writeV(0); };
const [bwS, bwU, wdS, wdU, dqS, dqU] = [(f: Func) => f.i16x8ExtendLowI8x16S(), (f: Func) => f.i16x8ExtendLowI8x16U(), (f: Func) => f.i32x4ExtendLowI16x8S(), (f: Func) => f.i32x4ExtendLowI16x8U(), (f: Func) => f.i64x2ExtendLowI32x4S(), (f: Func) => f.i64x2ExtendLowI32x4U()];

define({
  pblendvb: blendBy((f) => f.i32Const(7).i8x16ShrS()), blendvps: blendBy((f) => f.i32Const(31).i32x4ShrS()), blendvpd: blendBy((f) => f.i32Const(63).i64x2ShrS()),
  blendps: blendImm(4), blendpd: blendImm(2), pblendw: blendImm(8),
  pextrb: extract(() => 1), pextrd: extract((c) => c.ops[0]!.bytes as 4 | 8), extractps: extract(() => 4),
  pinsrb: insert(() => 1), pinsrd: insert((c) => c.ops[1]!.bytes as 4 | 8), insertps,
  roundps: round(32, true), roundpd: round(64, true), roundss: round(32, false), roundsd: round(64, false), dpps: dot(32), dppd: dot(64),
  pmovsxbw: extend(bwS), pmovsxbd: extend(bwS, wdS), pmovsxbq: extend(bwS, wdS, dqS), pmovsxwd: extend(wdS), pmovsxwq: extend(wdS, dqS), pmovsxdq: extend(dqS),
  pmovzxbw: extend(bwU), pmovzxbd: extend(bwU, wdU), pmovzxbq: extend(bwU, wdU, dqU), pmovzxwd: extend(wdU), pmovzxwq: extend(wdU, dqU), pmovzxdq: extend(dqU),
  movntdqa: (c) => { c.readV(1, true); c.writeV(0); },
  ptest, phminposuw: minPos, mpsadbw,
  pmuldq: withLocals((c, a, b) => { c.f.get(a).get(a).i8x16Shuffle(evens).get(b).get(b).i8x16Shuffle(evens).i64x2ExtmulLowI32x4S(); }),
  pmulld: binary((f) => f.i32x4Mul()), pcmpeqq: binary((f) => f.i64x2Eq()), packusdw: binary((f) => f.i16x8NarrowI32x4U()),
  pminsb: binary((f) => f.i8x16MinS()), pminsd: binary((f) => f.i32x4MinS()), pminuw: binary((f) => f.i16x8MinU()), pminud: binary((f) => f.i32x4MinU()),
  pmaxsb: binary((f) => f.i8x16MaxS()), pmaxsd: binary((f) => f.i32x4MaxS()), pmaxuw: binary((f) => f.i16x8MaxU()), pmaxud: binary((f) => f.i32x4MaxU()),
});
