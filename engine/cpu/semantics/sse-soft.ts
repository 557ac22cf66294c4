// The rare path of SSE floats: any rounding, unmasked exceptions, all sticky flags. Exact; one scalar operation a call.
import { CTX } from '../../machine/hardware.ts';
import { I32, I64 } from '../wasm/builder.ts';
import { jsHelper } from './context.ts';
import type { HelperEnv } from './context.ts';
import { DE, F32F, F64F, IE, PE, QNAN, SNAN, ZE, add, compare, defaultNan, div, mul, pack, quiet, real, roundTo, sqrt, toInteger, unpack } from './softfloat.ts';
import type { Env, Format, Real } from './softfloat.ts';

/** Operation numbers of the helper. */
export const SOFT = { add: 0, sub: 1, mul: 2, div: 3, sqrt: 4, min: 5, max: 6, cmp: 7, ucomi: 8, comi: 9, fromI64: 10, toI32: 11, toI64: 12, truncI32: 13, truncI64: 14, widen: 15, narrow: 16 } as const;
/** Exceptions that are unmasked and just happened: u32 in the state that only this file and sse-fp.ts use; 0 between instructions. */
export const XM_PENDING = CTX.fop + 2;

/** Bits of MXCSR: denormal operands are zeros, tiny results become zeros, DE is masked. */
export const DAZ = 0x40, FTZ = 0x8000, DM = 0x100;
/** Of MXCSR, what is the same in the mode of nearly all programs: round to nearest, everything masked. FTZ and DAZ are not among it: those linked with -ffast-math run with both. */
export const USUAL = 0x1f80, USUAL_MASK = 0x7f80;

const COMPARES: readonly ((c: number) => boolean)[] = [(c) => c === 0, (c) => c === -1, (c) => c === -1 || c === 0, (c) => c === 2, (c) => c !== 0, (c) => c !== -1, (c) => c === 1 || c === 2, (c) => c !== 2,
  (c) => c === 0 || c === 2, (c) => c === -1 || c === 2, (c) => c !== 1, () => false, (c) => c === -1 || c === 1, (c) => c === 0 || c === 1, (c) => c === 1, () => true];
/** Of CMPPS and its kin, the predicates that do not signal quiet NaNs (vol. 2, VCMPPD, table 3-1). */
export const quietPredicate = (n: number): boolean => ((n & 3) === 0 || (n & 3) === 3) !== (n >= 16);

/** The result as bits; flags are left in env. `immediate` is the predicate of cmp. */
function operate(env: Env, op: number, fmt: Format, a: bigint, b: bigint, immediate: number): bigint {
  if (op === SOFT.fromI64) {
    const n = BigInt.asIntN(64, a);
    return n === 0n ? 0n : pack(fmt, roundTo(env, fmt, n < 0n, 0, n < 0n ? -n : n));
  }
  const daz = (x: Real): Real => (env.daz && x.denormal ? real(0, x.sign) : x);
  const source = op === SOFT.widen ? F32F : op === SOFT.narrow ? F64F : fmt;
  const x = daz(unpack(source, a));
  const unary = op === SOFT.sqrt || op >= SOFT.toI32;
  const y = unary ? x : daz(unpack(fmt, b));
  const nan = x.kind >= QNAN || y.kind >= QNAN, signalling = x.kind === SNAN || y.kind === SNAN;
  const denormal = (): void => { if (x.denormal || y.denormal) env.flags |= DE; };
  if (op >= SOFT.toI32 && op <= SOFT.truncI64) {
    const wide = op === SOFT.toI64 || op === SOFT.truncI64;
    const limit = wide ? 1n << 63n : 1n << 31n;
    const invalid = (): bigint => { env.flags = IE; return limit; };
    if (nan || x.kind === 2) return invalid();
    const n = toInteger(env, x, op >= SOFT.truncI32 ? 3 : env.rc);
    env.flags &= PE;
    return n < -limit || n >= limit ? invalid() : BigInt.asUintN(wide ? 64 : 32, n);
  }
  if (op === SOFT.min || op === SOFT.max) {
    const flushed = (v: Real, bits: bigint): bigint => (v.kind === 0 ? bits & (1n << (fmt.precision === 24 ? 31n : 63n)) : bits); // DAZ holds for the result too
    if (nan) { env.flags |= IE; return flushed(y, b); }
    denormal();
    const c = compare(x, y);
    return (op === SOFT.min ? c < 0 : c > 0) ? flushed(x, a) : flushed(y, b);
  }
  if (op === SOFT.cmp || op === SOFT.ucomi || op === SOFT.comi) {
    const quietOnly = op === SOFT.ucomi || (op === SOFT.cmp && quietPredicate(immediate));
    if (signalling || (nan && !quietOnly)) env.flags |= IE;
    if (!nan) denormal();
    const c = nan ? 2 : compare(x, y);
    if (op === SOFT.cmp) return COMPARES[immediate & 15]!(c) ? (1n << (fmt.precision === 24 ? 32n : 64n)) - 1n : 0n;
    return c === 2 ? 0x45n : c === 1 ? 0n : c === -1 ? 1n : 0x40n; // ZF PF CF at their rflags positions
  }
  if (nan) {
    if (signalling) env.flags |= IE;
    const bits = x.kind >= QNAN ? a : b;
    if (op === SOFT.widen) return quiet(F64F, ((a & 0x80000000n) << 32n) | 0x7ff0000000000000n | ((a & 0x7fffffn) << 29n));
    if (op === SOFT.narrow) return quiet(F32F, ((a >> 32n) & 0x80000000n) | 0x7f800000n | ((a >> 29n) & 0x7fffffn));
    return quiet(fmt, bits);
  }
  if (op !== SOFT.sqrt || !x.sign) { if (!(op === SOFT.div && y.kind === 0 && x.kind !== 2)) denormal(); }
  if (op === SOFT.widen || op === SOFT.narrow) {
    if (x.kind !== 1) return pack(fmt, { kind: x.kind as 0 | 2, sign: x.sign, exp: 0, sig: 0n });
    return pack(fmt, roundTo(env, fmt, x.sign, x.exp, x.sig));
  }
  const r = op === SOFT.add ? add(env, fmt, x, y, false) : op === SOFT.sub ? add(env, fmt, x, y, true) : op === SOFT.mul ? mul(env, fmt, x, y)
    : op === SOFT.div ? div(env, fmt, x, y) : sqrt(env, fmt, x);
  if (r === null) { env.flags |= IE; return defaultNan(fmt); }
  return pack(fmt, r);
}

/** The environment of an operation under an MXCSR. */
export const softEnv = (mxcsr: number): Env => ({ rc: (mxcsr >> 13) & 3, daz: (mxcsr & DAZ) !== 0, ftz: (mxcsr & FTZ) !== 0, mask: (mxcsr >> 7) & 0x3f, flags: 0 });
/** Its flags into the MXCSR at `at`; unmasked ones are pending. */
export function raiseFlags(view: DataView, state: number, mxcsr: number, env: Env): void {
  let flags = env.flags & 0x3f;
  // SDM vol. 1, 11.5.2: pre-computation exceptions (IE, DE, ZE) that are unmasked keep the post-computation ones from being found.
  const before = flags & (IE | DE | ZE);
  if ((before & ~env.mask) !== 0) flags = before;
  view.setUint32((state >>> 0) + CTX.mxcsr, mxcsr | flags, true);
  if ((flags & ~env.mask) !== 0) view.setUint32((state >>> 0) + XM_PENDING, flags & ~env.mask, true);
}
/** (state, op | double << 8 | immediate << 16, a, b) → result bits. Updates MXCSR; unmasked exceptions go to XM_PENDING. */
jsHelper('sse.soft', [I32, I32, I64, I64], [I64], (host: HelperEnv) => {
  let view = new DataView(host.memory.buffer);
  return (state: number, code: number, a: bigint, b: bigint): bigint => {
    if (view.buffer !== host.memory.buffer) view = new DataView(host.memory.buffer);
    const mxcsr = view.getUint32((state >>> 0) + CTX.mxcsr, true), env = softEnv(mxcsr);
    const fmt = (code & 0x100) !== 0 ? F64F : F32F, op = code & 0xff;
    const source = op === SOFT.widen ? 32 : op === SOFT.narrow || op === SOFT.fromI64 ? 64 : fmt === F64F ? 64 : 32;
    const result = operate(env, op, fmt, BigInt.asUintN(source, a), BigInt.asUintN(source, b), code >> 16);
    raiseFlags(view, state, mxcsr, env);
    return BigInt.asIntN(64, result);
  };
});
