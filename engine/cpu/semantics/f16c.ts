// F16C: half-precision floats to singles and back (SDM vol. 2, VCVTPH2PS, VCVTPS2PH).
import { CTX } from '../../machine/hardware.ts';
import { I32, I64, V128 } from '../wasm/builder.ts';
import type { Func } from '../wasm/builder.ts';
import { define, helper, jsHelper } from './context.ts';
import type { HelperEnv } from './context.ts';
import { DE, F32F, IE, PE, QNAN, SNAN, bitLength, real, roundTo, unpack } from './softfloat.ts';
import type { Format } from './softfloat.ts';
import { checkXm } from './sse-fp.ts';
import { usualMode } from './sse-fp-slow.ts';
import { raiseFlags, softEnv } from './sse-soft.ts';
import { byHalves } from './vex.ts';

const F16F: Format = { precision: 11, emin: -14, emax: 15 };
/** (state, half) → single. Exact; only a signalling NaN raises something. Denormal halves are ordinary singles. */
helper('f16.widen', [I32, I32], [I32], (f, call) => {
  const sign = f.local(I32), magnitude = f.local(I32);
  f.get(1).i32Const(0x8000).i32And().i32Const(16).i32Shl().set(sign).get(1).i32Const(0x7fff).i32And().set(magnitude);
  f.get(magnitude).i32Const(0x7c00).i32GtU().if();
  f.get(1).i32Const(0x200).i32And().i32Eqz().if(); f.get(0).i32Const(IE); call('sse.flag'); f.end();
  f.get(magnitude).i32Const(13).i32Shl().i32Const(0x7fc00000).i32Or().get(sign).i32Or().return().end();
  f.get(magnitude).i32Const(0x400).i32LtU().ifThen(I32).get(magnitude).f32ConvertI32U().f32Const(2 ** -24).f32Mul().i32ReinterpretF32();
  f.else().get(magnitude).i32Const(13).i32Shl().i32Const(0x38000000).i32Add().i32Const(0x7f800000).get(magnitude).i32Const(0x7c00).i32LtU().select().end();
  f.get(sign).i32Or();
});
/** (state, v) → singles of the low four halves. */
helper('f16.widenv', [I32, V128], [V128], (f, call) => {
  const m = f.local(V128), splat = (n: number): Func => f.v128Const([n, n, n, n]);
  f.get(1).i32x4ExtendLowI16x8U().tee(m); splat(0x7fff).v128And().set(m);
  f.get(m); splat(0x7c00).i32x4GtS().v128AnyTrue().if(); // NaNs
  f.v128Const([0, 0, 0, 0]);
  for (let i = 0; i < 4; i++) { f.get(0).get(1).i16x8ExtractLaneU(i); call('f16.widen'); f.i32x4ReplaceLane(i); }
  f.return().end();
  f.get(m).f32x4ConvertI32x4U(); splat(0x33800000).f32x4Mul(); // denormals, and zero: times 2 ** -24
  f.get(m).i32Const(13).i32x4Shl(); splat(0x38000000).i32x4Add(); f.get(m); splat(0x7c00).i32x4Eq(); splat(0x38000000).v128And().i32x4Add(); // infinity has the largest exponent there too
  f.get(m); splat(0x400).i32x4LtS().v128Bitselect();
  f.get(1).i32x4ExtendLowI16x8U(); splat(0x8000).v128And().i32Const(16).i32x4Shl().v128Or();
});
/** (state, bits of a single, immediate) → half. FTZ does not count. */
jsHelper('f16.narrow', [I32, I32, I32], [I32], (host: HelperEnv) => {
  let view = new DataView(host.memory.buffer);
  return (state: number, bits: number, imm: number): number => {
    if (view.buffer !== host.memory.buffer) view = new DataView(host.memory.buffer);
    const mxcsr = view.getUint32((state >>> 0) + CTX.mxcsr, true), env = { ...softEnv(mxcsr), ftz: false }, sign = (bits >>> 16) & 0x8000;
    if ((imm & 4) === 0) env.rc = imm & 3;
    let x = unpack(F32F, BigInt(bits >>> 0));
    if (env.daz && x.denormal) x = real(0, x.sign);
    let half: number;
    if (x.kind >= QNAN) {
      if (x.kind === SNAN) env.flags |= IE;
      half = 0x7e00 | ((bits >>> 13) & 0x3ff);
    } else if (x.kind !== 1) half = x.kind === 0 ? 0 : 0x7c00;
    else {
      if (x.denormal) env.flags |= DE;
      const r = roundTo(env, F16F, x.sign, x.exp, x.sig);
      half = r.kind === 0 ? 0 : r.kind === 2 ? 0x7c00 : 0;
      if (r.kind === 1) {
        let { sig, exp } = r;
        const up = Math.min(11 - bitLength(sig), exp + 24);
        if (up > 0) { sig <<= BigInt(up); exp -= up; }
        half = sig < 0x400n ? Number(sig) : ((exp + 25) << 10) | Number(sig & 0x3ffn);
      }
    }
    raiseFlags(view, state, mxcsr, env);
    return sign | half;
  };
});
/** (state, four singles, immediate) → four halves. In the usual rounding, zeros and what becomes an ordinary number are rounded to the nearest here. */
helper('f16.narrowv', [I32, V128, I32], [V128], (f, call) => {
  const m = f.local(V128), splat = (n: number): Func => f.v128Const([n, n, n, n]);
  f.get(1); splat(0x7fffffff).v128And().set(m);
  usualMode(f); f.get(2).i32Const(3).i32And().i32Eqz().get(2).i32Const(4).i32And().i32Or().i32And();
  f.get(m); splat(0x387fffff).i32x4GtS().get(m); splat(0x477ff000).i32x4LtS().v128And().get(m).v128Const([0, 0, 0, 0]).i32x4Eq().v128Or().i32x4AllTrue().i32And().if();
  f.get(m); splat(0x1fff).v128And().v128AnyTrue().if(); f.get(0).get(0).i32Load(CTX.mxcsr).i32Const(PE).i32Or().i32Store(CTX.mxcsr).end();
  f.get(m).get(m).i32Const(13).i32x4ShrU(); splat(1).v128And().i32x4Add(); splat(0xfff - 0x38000000).i32x4Add().i32Const(13).i32x4ShrU();
  f.get(m).v128Const([0, 0, 0, 0]).i32x4Ne().v128And();
  f.get(1).i32Const(31).i32x4ShrU().i32Const(15).i32x4Shl().v128Or().v128Const([0, 0, 0, 0]).i16x8NarrowI32x4U().return().end();
  f.v128Const([0, 0, 0, 0]);
  for (let i = 0; i < 4; i++) { f.get(0).get(1).i32x4ExtractLane(i).get(2); call('f16.narrow'); f.i16x8ReplaceLane(i); }
});
const narrow = byHalves((c) => {
  const { f } = c, v = c.local(V128), r = c.local(V128);
  c.readV(1); f.set(v);
  c.state(); f.get(v); c.imm(2); f.i32WrapI64(); c.call('f16.narrowv'); f.set(r);
  checkXm(c);
  f.get(r); c.writeV(0);
}, 'narrow');

define({
  vcvtph2ps: byHalves((c) => {
    const { f } = c, v = c.local(V128), r = c.local(V128);
    c.readV(1); f.set(v);
    c.state(); f.get(v); c.call('f16.widenv'); f.set(r);
    checkXm(c);
    f.get(r); c.writeV(0);
  }, 'widen'),
  vcvtps2ph: (c) => {
    if (c.isMem(0)) { // a fault comes before the flags
      const va = c.local(I64);
      c.ea(0); c.f.set(va);
      c.beginOut(va, c.ops[0]!.bytes); c.f.drop();
    }
    narrow(c);
  },
});
