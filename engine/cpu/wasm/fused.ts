// Whether this host multiplies and adds with a single rounding (WebAssembly's relaxed SIMD leaves it open; the flag: tracer/cli/v8-flags.ts). Where it does not, or V8 knows no such
// instruction, FMA is made of other operations. The results are the same in both, so nothing depends on it but time; but code made for the one must not be taken up by the other.
import { F64, Module } from './builder.ts';

let known: boolean | undefined;
export function multiplyAddIsFused(): boolean {
  return known ??= found();
}
function found(): boolean {
  const m = new Module(), f = m.func([F64, F64, F64], [F64], 'f');
  for (const k of [0, 1, 2]) f.get(k).f64x2Splat();
  f.f64x2RelaxedMadd().f64x2ExtractLane(1);
  for (const k of [0, 1, 2]) f.get(k).f32DemoteF64().f32x4Splat();
  f.f32x4RelaxedMadd().f32x4ExtractLane(3).f64PromoteF32().f64Add();
  const bytes = new Uint8Array(m.finish());
  if (!WebAssembly.validate(bytes)) return false;
  // (1 + x)(1 − x) − 1 is −x², which a rounded product does not have; of the other in singles, with x of 2⁻¹⁵
  const multiplyAdd = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports['f'] as (a: number, b: number, c: number) => number, x = 2 ** -15, y = 2 ** -30;
  return multiplyAdd(1 + x, 1 - x, -1) === -2 * x * x && multiplyAdd(1 + y, 1 - y, -1) === -y * y;
}
