// SSE3: horizontal and alternating float arithmetic, duplicating moves.
import { I32, V128 } from '../wasm/builder.ts';
import type { Func } from '../wasm/builder.ts';
import { define, helper } from './context.ts';
import type { Ctx, Semantics } from './context.ts';
import { allOrdinary, checkXm, unlessSettled, vectorDenormals } from './sse-fp.ts';
import { bytesOf } from './sse-int.ts';

type Width = 32 | 64;
const arith = (f: Func, w: Width, op: 'add' | 'sub'): void => { if (w === 64) { if (op === 'add') f.f64x2Add(); else f.f64x2Sub(); } else if (op === 'add') f.f32x4Add(); else f.f32x4Sub(); };
/** Pairs of the destination, then of the source: first ones (0) or second ones (1). */
const halves = (w: Width, second: 0 | 1): number[] => bytesOf(w === 64 ? [second, 2 + second] : [second, 2 + second, 4 + second, 6 + second], w / 8);
/** Odd lanes of the second vector, even ones of the first. */
const alternate = (w: Width): number[] => bytesOf(w === 64 ? [0, 3] : [0, 5, 2, 7], w / 8);

/** (state, a, b): even lanes subtracted, odd ones added, with all flags. */
for (const w of [32, 64] as const) {
  helper(`sse.addsubv${w}`, [I32, V128, V128], [V128], (f, call) => {
    f.v128Const([0, 0, 0, 0]);
    for (let lane = 0; lane < 128 / w; lane++) {
      const op = lane % 2 === 0 ? 'sub' : 'add';
      f.get(0);
      if (w === 64) { f.get(1).i64x2ExtractLane(lane).get(2).i64x2ExtractLane(lane); call(`sse.${op}64`); f.i64x2ReplaceLane(lane); }
      else { f.get(1).i32x4ExtractLane(lane).get(2).i32x4ExtractLane(lane); call(`sse.${op}32`); f.i32x4ReplaceLane(lane); }
    }
  });
}
/** The result of `fast` if the unit is settled and all of it is ordinary, else of the helper (state, x, y). */
function packed(c: Ctx, w: Width, x: number, y: number, fast: () => void, slow: string): void {
  const { f } = c, r = c.local(V128), ordinary = c.local(I32);
  fast(); f.tee(r); allOrdinary(f, w); f.set(ordinary);
  unlessSettled(c, () => { f.get(ordinary); }, () => { c.state(); f.get(x).get(y); c.call(slow); f.set(r); checkXm(c); }, vectorDenormals(c, w, [[-1, x], [-1, y]], r));
  f.get(r); c.writeV(0);
}
const horizontal = (w: Width, op: 'add' | 'sub'): Semantics => (c) => {
  const { f } = c, a = c.local(V128), b = c.local(V128), x = c.local(V128), y = c.local(V128);
  c.readV(1, true); f.set(b); c.readV(0); f.set(a);
  f.get(a).get(b).i8x16Shuffle(halves(w, 0)).set(x);
  f.get(a).get(b).i8x16Shuffle(halves(w, 1)).set(y);
  packed(c, w, x, y, () => { f.get(x).get(y); arith(f, w, op); }, `sse.${op}v${w}`);
};
const addsub = (w: Width): Semantics => (c) => {
  const { f } = c, a = c.local(V128), b = c.local(V128);
  c.readV(1, true); f.set(b); c.readV(0); f.set(a);
  packed(c, w, a, b, () => { f.get(a).get(b); arith(f, w, 'sub'); f.get(a).get(b); arith(f, w, 'add'); f.i8x16Shuffle(alternate(w)); }, `sse.addsubv${w}`);
};
const duplicate = (lanes: readonly number[], size: number): Semantics => (c) => {
  const v = c.local(V128);
  c.readV(1, true); c.f.tee(v).get(v).i8x16Shuffle(bytesOf(lanes, size)); c.writeV(0);
};

define({
  haddps: horizontal(32, 'add'), haddpd: horizontal(64, 'add'), hsubps: horizontal(32, 'sub'), hsubpd: horizontal(64, 'sub'), addsubps: addsub(32), addsubpd: addsub(64),
  movddup: duplicate([0, 0], 8), movsldup: duplicate([0, 0, 2, 2], 4), movshdup: duplicate([1, 1, 3, 3], 4),
  lddqu: (c) => { c.readV(1); c.writeV(0); },
});
