// SSE4.2 and POPCNT: string comparison in all modes (SDM vol. 1, 12.10; vol. 2, 4.1), CRC-32C, population count.
import { RAX, RCX, RDX } from '../../machine/hardware.ts';
import { I32, I64, V128 } from '../wasm/builder.ts';
import type { Func } from '../wasm/builder.ts';
import { define, helper } from './context.ts';
import type { Ctx, Semantics } from './context.ts';
import { binary } from './sse-int.ts';

/** (immediate, a, b, length of a, length of b) → the final bits (IntRes2). Lengths are in elements, at most all. */
helper('sse.pcmpstr', [I32, V128, V128, I32, I32], [I32], (f) => {
  const imm = 0, a = 1, b = 2, la = 3, lb = 4, i = f.local(I32), res = f.local(I32), n = f.local(I32), full = f.local(I32), va = f.local(I32), vb = f.local(I32), x = f.local(V128), hit = f.local(I32), words = f.local(I32);
  f.get(imm).i32Const(1).i32And().set(words);
  f.i32Const(8).i32Const(16).get(words).select().set(n);
  const ones = (count: number, to: number): void => { f.i32Const(1).get(count).i32Shl().i32Const(1).i32Sub().set(to); };
  ones(n, full); ones(la, va); ones(lb, vb);
  /** x = a[i] in every lane. */
  const broadcast = (): void => {
    f.get(a);
    f.get(i).i32Const(0x0202).i32Mul().i32Const(0x0100).i32Add().i16x8Splat().get(i).i8x16Splat().get(words).select();
    f.i8x16Swizzle().set(x);
  };
  /** push i32: one bit an element. */
  const byWidth = (bytes: () => void, word: () => void): void => { f.get(words).if(I32); word(); f.i16x8Bitmask().else(); bytes(); f.i8x16Bitmask().end(); };
  const equal = (y: number): void => byWidth(() => f.get(b).get(y).i8x16Eq(), () => f.get(b).get(y).i16x8Eq());
  const compare = (ge: boolean): void => { // b against x by the format's signedness
    f.get(imm).i32Const(2).i32And().if(I32);
    byWidth(() => { f.get(b).get(x); if (ge) f.i8x16GeS(); else f.i8x16LeS(); }, () => { f.get(b).get(x); if (ge) f.i16x8GeS(); else f.i16x8LeS(); });
    f.else();
    byWidth(() => { f.get(b).get(x); if (ge) f.i8x16GeU(); else f.i8x16LeU(); }, () => { f.get(b).get(x); if (ge) f.i16x8GeU(); else f.i16x8LeU(); });
    f.end();
  };
  const each = (step: number, body: () => void): void => {
    f.i32Const(0).set(i);
    const done = f.block(), again = f.loop();
    f.get(i).i32Const(step - 1).i32Add().get(la).i32GeS().brIf(done);
    body();
    f.get(i).i32Const(step).i32Add().set(i).br(again).end().end();
  };
  const end = f.block(), ordered = f.block(), same = f.block(), ranges = f.block(), any = f.block();
  f.get(imm).i32Const(2).i32ShrU().i32Const(3).i32And().brTable([any, ranges, same], ordered).end();
  // equal any
  each(1, () => { broadcast(); f.get(res); equal(x); f.i32Or().set(res); });
  f.get(res).get(vb).i32And().set(res).br(end).end();
  // ranges: pairs of bounds; a pair cut by the end does not count
  each(2, () => {
    broadcast(); compare(true); f.set(hit);
    f.get(i).i32Const(1).i32Add().set(i);
    broadcast(); compare(false); f.get(hit).i32And().get(res).i32Or().set(res);
    f.get(i).i32Const(1).i32Sub().set(i);
  });
  f.get(res).get(vb).i32And().set(res).br(end).end();
  // equal each: behind both ends counts as equal
  equal(a); f.get(va).i32And().get(vb).i32And().get(va).get(vb).i32Or().i32Const(-1).i32Xor().get(full).i32And().i32Or().set(res).br(end).end();
  // equal ordered: a as a substring of b, also one that b's end cuts off
  f.get(full).set(res);
  each(1, () => {
    broadcast();
    equal(x); f.get(vb).i32And().get(i).i32ShrU().get(full).get(i).i32ShrU().i32Const(-1).i32Xor().i32Or().get(res).i32And().set(res);
  });
  f.end();
  // polarity
  f.get(imm).i32Const(0x10).i32And().if();
  f.get(res).get(vb).get(full).get(imm).i32Const(0x20).i32And().select().i32Xor().set(res);
  f.end();
  f.get(res).get(full).i32And();
});
/** (immediate, v) → elements before the first zero. */
helper('sse.implicit', [I32, V128], [I32], (f) => {
  f.get(0).i32Const(1).i32And().if(I32);
  f.get(1).v128Const([0, 0, 0, 0]).i16x8Eq().i16x8Bitmask().i32Const(0x100).i32Or().i32Ctz();
  f.else().get(1).v128Const([0, 0, 0, 0]).i8x16Eq().i8x16Bitmask().i32Const(0x10000).i32Or().i32Ctz().end();
});
/** (immediate, register) → |register|, at most all elements. */
helper('sse.explicit', [I32, I64], [I32], (f) => {
  const n = f.local(I64), abs = f.local(I64);
  f.i64Const(8).i64Const(16).get(0).i32Const(1).i32And().select().set(n);
  f.i64Const(0).get(1).i64Sub().get(1).get(1).i64Const(0).i64LtS().select().set(abs);
  f.get(abs).get(n).get(abs).get(n).i64LtU().select().i32WrapI64();
});
/** (immediate, bits) → one byte or word a bit. */
helper('sse.expand', [I32, I32], [V128], (f) => {
  f.get(0).i32Const(1).i32And().if(V128);
  f.get(1).i16x8Splat().v128Const([0x00020001, 0x00080004, 0x00200010, 0x00800040]).v128And().v128Const([0, 0, 0, 0]).i16x8Ne();
  f.else();
  f.get(1).i16x8Splat().v128Const([0, 0, 0x01010101, 0x01010101]).i8x16Swizzle().v128Const([0x08040201, 0x80402010, 0x08040201, 0x80402010]).v128And().v128Const([0, 0, 0, 0]).i8x16Ne();
  f.end();
});

const compareStrings = (explicit: boolean, index: boolean): Semantics => (c) => {
  const { f } = c, imm = c.local(I32), a = c.local(V128), b = c.local(V128), la = c.local(I32), lb = c.local(I32), n = c.local(I32), res = c.local(I32);
  c.readV(1); f.set(b); // need not be aligned
  c.readV(0); f.set(a);
  c.imm(2); f.i32WrapI64().set(imm);
  const length = (reg: number, v: number): void => {
    f.get(imm);
    if (!explicit) { f.get(v); c.call('sse.implicit'); return; }
    if (c.size === 64) c.gpr(reg); else { c.gpr(reg, 32); f.i64Extend32S(); }
    c.call('sse.explicit');
  };
  length(RAX, a); f.set(la); length(RDX, b); f.set(lb);
  f.get(imm).get(a).get(b).get(la).get(lb); c.call('sse.pcmpstr'); f.set(res);
  f.i32Const(8).i32Const(16).get(imm).i32Const(1).i32And().select().set(n);
  if (index) {
    f.i32Const(31).get(res).i32Clz().i32Sub().get(res).i32Ctz().get(imm).i32Const(0x40).i32And().select();
    f.get(n).get(res).select().i64ExtendI32U(); c.setGpr(RCX);
  } else {
    f.get(imm).i32Const(0x40).i32And().if(V128);
    f.get(imm).get(res); c.call('sse.expand');
    f.else().v128Const([0, 0, 0, 0]).get(res).i32x4ReplaceLane(0).end();
    c.setXmm(0);
  }
  f.get(res).i32Const(0).i32Ne();
  f.get(lb).get(n).i32LtS().i32Const(6).i32Shl().i32Or().get(la).get(n).i32LtS().i32Const(7).i32Shl().i32Or();
  f.get(res).i32Const(1).i32And().i32Const(11).i32Shl().i32Or();
  c.setFlags();
};

/** (crc, value, bytes) → crc: the reflected polynomial of CRC-32C, a bit at a time. */
helper('sse.crc32', [I64, I64, I32], [I64], (f) => {
  f.get(0).i64Const(0xffffffff, 0).i64And().get(1).i64Xor().set(0);
  const again = f.loop();
  for (let i = 0; i < 8; i++) f.get(0).i64Const(1).i64ShrU().i64Const(0x82f63b78, 0).i64Const(0).get(0).i64Const(1).i64And().i64Sub().i64And().i64Xor().set(0);
  f.get(2).i32Const(1).i32Sub().tee(2).brIf(again).end();
  f.get(0);
});
const crc32 = (c: Ctx): void => {
  const { f } = c, v = c.local(I64);
  c.read(1); f.set(v);
  c.read(0); f.get(v).i32Const(c.ops[1]!.bytes); c.call('sse.crc32');
  c.write(0);
};

define({
  pcmpestrm: compareStrings(true, false), pcmpestri: compareStrings(true, true), pcmpistrm: compareStrings(false, false), pcmpistri: compareStrings(false, true),
  pcmpgtq: binary((f: Func) => f.i64x2GtS()), crc32,
  popcnt: (c) => {
    const { f } = c, v = c.local(I64);
    c.read(1); f.set(v);
    f.get(v).i64Popcnt(); c.write(0);
    f.get(v).i64Eqz().i32Const(6).i32Shl(); c.setFlags();
  },
});
