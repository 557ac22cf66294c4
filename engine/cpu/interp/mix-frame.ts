// A frame of RAM into the state digest, in WebAssembly: at the end of a short recording V8 has not compiled mixWords (../../events/digest.ts), whose twin this is.
import { MIX } from '../../events/digest.ts';
import { RAM_BASE, S } from '../layout.ts';
import { I32, V128 } from '../wasm/builder.ts';
import type { Func } from '../wasm/builder.ts';

/** mixframe(state, pfn): mixes the frame's 1,024 words into the four lanes that lie in the state's scratch, a lane of the vector each. */
export function emitMixFrame(f: Func): void {
  const state = 0, at = f.local(I32), end = f.local(I32), lanes = f.local(V128), splat = (n: number): void => { f.i32Const(n | 0).i32x4Splat(); };
  f.get(1).i32Const(12).i32Shl().i32Const(RAM_BASE).i32Add().tee(at).i32Const(4096).i32Add().set(end);
  f.get(state).v128Load(S.scratch).set(lanes);
  const words = f.loop();
  f.get(lanes).get(at).v128Load(0);
  splat(MIX.word);
  f.i32x4Mul().i32x4Add().tee(lanes).i32Const(MIX.rotate).i32x4Shl().get(lanes).i32Const(32 - MIX.rotate).i32x4ShrU().v128Or();
  splat(MIX.lane);
  f.i32x4Mul().set(lanes).get(at).i32Const(16).i32Add().tee(at).get(end).i32Ne().brIf(words).end();
  f.get(state).get(lanes).v128Store(S.scratch);
  MIX.fold.forEach((bits, i) => { // each lane of those that the last one left, not of a folded one
    f.get(state).get(lanes).i32x4ExtractLane(i + 1).get(lanes).i32x4ExtractLane(i).i32Const(bits).i32ShrU().i32Xor().i32Store(S.scratch + 4 * (i + 1));
  });
}
