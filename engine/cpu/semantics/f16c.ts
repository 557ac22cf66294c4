// F16C: half-precision floats to singles and back (SDM vol. 2, VCVTPH2PS, VCVTPS2PH).
import { CTX } from '../../machine/hardware.ts';
import { I32, I64, V128 } from '../wasm/builder.ts';
import { define, helper, jsHelper } from './context.ts';
import type { HelperEnv } from './context.ts';
import { DE, F32F, IE, QNAN, SNAN, bitLength, real, roundTo, unpack } from './softfloat.ts';
import type { Format } from './softfloat.ts';
import { checkXm } from './sse-fp.ts';
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
const narrow = byHalves((c) => {
  const { f } = c, v = c.local(V128), r = c.local(V128), imm = c.local(I32);
  c.readV(1); f.set(v).v128Const([0, 0, 0, 0]).set(r);
  c.imm(2); f.i32WrapI64().set(imm);
  for (let i = 0; i < 4; i++) { f.get(r); c.state(); f.get(v).i32x4ExtractLane(i).get(imm); c.call('f16.narrow'); f.i16x8ReplaceLane(i).set(r); }
  checkXm(c);
  f.get(r); c.writeV(0);
}, 'narrow');

define({
  vcvtph2ps: byHalves((c) => {
    const { f } = c, v = c.local(V128), r = c.local(V128);
    c.readV(1); f.set(v).v128Const([0, 0, 0, 0]).set(r);
    for (let i = 0; i < 4; i++) { f.get(r); c.state(); f.get(v).i16x8ExtractLaneU(i); c.call('f16.widen'); f.i32x4ReplaceLane(i).set(r); }
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
