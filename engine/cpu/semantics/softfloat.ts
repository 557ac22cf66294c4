// Exact IEEE arithmetic in integers for the rare paths: SSE in any mode with all flags, and all of x87. Values, not registers.
// BigInt is right here: the common cases never come this way (SSE) or have faster helpers (x87).

/** Exception flags at their positions in MXCSR and in the x87 status word. */
export const IE = 1, DE = 2, ZE = 4, OE = 8, UE = 16, PE = 32;
/** x87 only: C1 says that the last rounding went up (SDM vol. 1, 8.1.3.3). Kept beside the flags. */
export const UP = 0x200;

/** kind: 0 zero, 1 finite (value = sig · 2^exp), 2 infinity, 3 quiet NaN, 4 signalling NaN (sig = fraction in the source format). */
export interface Real { kind: 0 | 1 | 2 | 3 | 4; sign: boolean; exp: number; sig: bigint; denormal: boolean }
export const ZERO = 0, FINITE = 1, INF = 2, QNAN = 3, SNAN = 4;
/** A binary format: precision with the leading bit, exponent range of a leading bit. */
export interface Format { precision: number; emin: number; emax: number }
export const F32F: Format = { precision: 24, emin: -126, emax: 127 };
export const F64F: Format = { precision: 53, emin: -1022, emax: 1023 };
/** Rounding control as in MXCSR and FCW: nearest even, down, up, toward zero. */
export type Rounding = number;

export const real = (kind: Real['kind'], sign: boolean, exp = 0, sig = 0n, denormal = false): Real => ({ kind, sign, exp, sig, denormal });
export const bitLength = (n: bigint): number => {
  if (n === 0n) return 0;
  if (n < 0x80000000n) return 32 - Math.clz32(Number(n));
  const hex = n.toString(16);
  return (hex.length - 1) * 4 + (32 - Math.clz32(parseInt(hex[0]!, 16)));
};

/** The environment of one operation: what it reads and the flags it raises. */
export interface Env { rc: Rounding; daz: boolean; ftz: boolean; /** An unmasked underflow signals tininess even when exact. */ mask: number; flags: number; /** x87: an unmasked overflow or underflow delivers the result scaled by 2^∓wrap (SDM vol. 1, 8.5.4–5). */ wrap?: number | undefined }

export interface Rounded { kind: 0 | 1 | 2; sign: boolean; exp: number; sig: bigint }
/**
 * Rounds sig · 2^exp (sticky: some nonzero value below it) to the format. The result's sig has `precision` bits (fewer if denormal) and is
 * again sig · 2^exp. Tininess is detected after rounding, as x86 does (SDM vol. 1, 4.9.1.5).
 */
export function roundTo(env: Env, fmt: Format, sign: boolean, exp: number, sig: bigint, sticky = false): Rounded {
  const length = bitLength(sig);
  const lead = exp + length - 1;
  const cut = (drop: number): { sig: bigint; inexact: boolean; up: boolean } => {
    if (drop <= 0) {
      const s = sig << BigInt(-drop);
      if (!sticky) return { sig: s, inexact: false, up: false };
      const up = env.rc === 1 ? sign : env.rc === 2 ? !sign : false;
      return { sig: up ? s + 1n : s, inexact: true, up };
    }
    const d = BigInt(drop);
    const kept = sig >> d, rest = sig - (kept << d), half = 1n << (d - 1n);
    const inexact = rest !== 0n || sticky;
    let up = false;
    if (inexact) {
      if (env.rc === 0) up = rest > half || (rest === half && (sticky || (kept & 1n) === 1n));
      else if (env.rc === 1) up = sign;
      else if (env.rc === 2) up = !sign;
    }
    return { sig: up ? kept + 1n : kept, inexact, up };
  };
  let drop = length - fmt.precision;
  if (drop < 0 && sticky) { // make room so that the sticky part is below the last place
    const more = 2 - drop;
    return roundTo(env, fmt, sign, exp - more, (sig << BigInt(more)) | 1n);
  }
  let r = cut(drop);
  let e = exp + drop;
  if (bitLength(r.sig) > fmt.precision) { r = { ...r, sig: r.sig >> 1n }; e++; }
  const rounded = e + fmt.precision - 1;
  if (lead < fmt.emin) {
    // SDM: masked underflow is signalled when the result is tiny (judged after rounding) and inexact.
    const tiny = rounded < fmt.emin;
    if (tiny && env.wrap !== undefined && (env.mask & UE) === 0) {
      if (lead + env.wrap < fmt.emin) { env.flags |= UE | PE; return { kind: 0, sign, exp: 0, sig: 0n }; } // FSCALE: too far even for that
      const scaled = roundTo({ ...env, mask: 0x3f, flags: 0 }, fmt, sign, exp + env.wrap, sig, sticky);
      env.flags |= UE | (r.inexact ? PE : 0) | (r.up ? UP : 0);
      return scaled;
    }
    drop = fmt.emin - (fmt.precision - 1) - exp;
    r = cut(drop);
    e = exp + drop;
    if (tiny && env.ftz && (env.mask & UE) !== 0) { env.flags |= UE | PE; return { kind: 0, sign, exp: 0, sig: 0n }; } // exact or not
    if (tiny && (r.inexact || (env.mask & UE) === 0)) env.flags |= UE;
    if (r.inexact) env.flags |= PE;
    if (r.up) env.flags |= UP;
    return r.sig === 0n ? { kind: 0, sign, exp: 0, sig: 0n } : { kind: 1, sign, exp: e, sig: r.sig };
  }
  if (rounded > fmt.emax) {
    if (env.wrap !== undefined && (env.mask & OE) === 0 && rounded - env.wrap <= fmt.emax) {
      env.flags |= OE | (r.inexact ? PE : 0) | (r.up ? UP : 0);
      return { kind: 1, sign, exp: e - env.wrap, sig: r.sig };
    }
    env.flags |= OE | PE;
    if (env.wrap !== undefined && (env.mask & OE) === 0) return { kind: 2, sign, exp: 0, sig: 0n };
    const toMax = env.rc === 3 || (env.rc === 1 && !sign) || (env.rc === 2 && sign);
    if (toMax) return { kind: 1, sign, exp: fmt.emax - fmt.precision + 1, sig: (1n << BigInt(fmt.precision)) - 1n };
    env.flags |= UP;
    return { kind: 2, sign, exp: 0, sig: 0n };
  }
  if (r.inexact) env.flags |= PE;
  if (r.up) env.flags |= UP;
  return { kind: 1, sign, exp: e, sig: r.sig };
}

// ---- the four operations on finite or special values; NaNs are the caller's
const exactZero = (env: Env): Rounded => ({ kind: 0, sign: env.rc === 1, exp: 0, sig: 0n });
const asRounded = (a: Real, sign = a.sign): Rounded => ({ kind: a.kind as 0 | 1 | 2, sign, exp: a.exp, sig: a.sig });
/** null: invalid operation. */
export function add(env: Env, fmt: Format, a: Real, b: Real, negateB: boolean): Rounded | null {
  const bs = b.sign !== negateB;
  if (a.kind === INF) return b.kind === INF && a.sign !== bs ? null : asRounded(a);
  if (b.kind === INF) return asRounded(b, bs);
  if (a.kind === ZERO && b.kind === ZERO) return a.sign === bs ? asRounded(a) : exactZero(env);
  if (a.kind === ZERO) return roundTo(env, fmt, bs, b.exp, b.sig);
  if (b.kind === ZERO) return roundTo(env, fmt, a.sign, a.exp, a.sig);
  // Far apart: the smaller one is only sticky. Keeps the integers small for 80-bit exponents.
  const hiA = a.exp + bitLength(a.sig), hiB = b.exp + bitLength(b.sig);
  if (Math.abs(hiA - hiB) > 140) {
    const big = hiA > hiB ? a : b, bigSign = hiA > hiB ? a.sign : bs, smallSign = hiA > hiB ? bs : a.sign;
    const s = big.sig << 140n;
    return smallSign === bigSign ? roundTo(env, fmt, bigSign, big.exp - 140, s, true) : roundTo(env, fmt, bigSign, big.exp - 140, s - 1n, true);
  }
  const exp = Math.min(a.exp, b.exp);
  const x = (a.sig << BigInt(a.exp - exp)) * (a.sign ? -1n : 1n) + (b.sig << BigInt(b.exp - exp)) * (bs ? -1n : 1n);
  if (x === 0n) return exactZero(env);
  return roundTo(env, fmt, x < 0n, exp, x < 0n ? -x : x);
}
export function mul(env: Env, fmt: Format, a: Real, b: Real): Rounded | null {
  const sign = a.sign !== b.sign;
  if (a.kind === INF || b.kind === INF) return a.kind === ZERO || b.kind === ZERO ? null : { kind: 2, sign, exp: 0, sig: 0n };
  if (a.kind === ZERO || b.kind === ZERO) return { kind: 0, sign, exp: 0, sig: 0n };
  return roundTo(env, fmt, sign, a.exp + b.exp, a.sig * b.sig);
}
/** a · b + c, rounded once. null: invalid operation. */
export function fma(env: Env, fmt: Format, a: Real, b: Real, c: Real): Rounded | null {
  const sign = a.sign !== b.sign;
  if (a.kind === INF || b.kind === INF) return a.kind === ZERO || b.kind === ZERO ? null : add(env, fmt, real(INF, sign), c, false);
  if (a.kind === ZERO || b.kind === ZERO) return add(env, fmt, real(ZERO, sign), c, false);
  return add(env, fmt, real(FINITE, sign, a.exp + b.exp, a.sig * b.sig), c, false);
}
export function div(env: Env, fmt: Format, a: Real, b: Real): Rounded | null {
  const sign = a.sign !== b.sign;
  if (a.kind === INF) return b.kind === INF ? null : { kind: 2, sign, exp: 0, sig: 0n };
  if (b.kind === INF) return { kind: 0, sign, exp: 0, sig: 0n };
  if (b.kind === ZERO) {
    if (a.kind === ZERO) return null;
    env.flags |= ZE;
    return { kind: 2, sign, exp: 0, sig: 0n };
  }
  if (a.kind === ZERO) return { kind: 0, sign, exp: 0, sig: 0n };
  const shift = Math.max(0, fmt.precision + 3 + bitLength(b.sig) - bitLength(a.sig));
  const n = a.sig << BigInt(shift), q = n / b.sig;
  return roundTo(env, fmt, sign, a.exp - shift - b.exp, q, q * b.sig !== n);
}
export function isqrt(n: bigint): bigint {
  if (n < 2n) return n;
  let x = 1n << BigInt((bitLength(n) + 1) >> 1);
  for (;;) {
    const y = (x + n / x) >> 1n;
    if (y >= x) return x;
    x = y;
  }
}
export function sqrt(env: Env, fmt: Format, a: Real): Rounded | null {
  if (a.kind === ZERO) return asRounded(a);
  if (a.sign) return null;
  if (a.kind === INF) return asRounded(a);
  let shift = Math.max(0, 2 * fmt.precision + 4 - bitLength(a.sig));
  if (((a.exp - shift) & 1) !== 0) shift++;
  const n = a.sig << BigInt(shift), r = isqrt(n);
  return roundTo(env, fmt, false, (a.exp - shift) / 2, r, r * r !== n);
}
/** −1, 0, 1; operands not NaN. */
export function compare(a: Real, b: Real): number {
  if (a.kind === ZERO && b.kind === ZERO) return 0;
  const sa = a.kind === ZERO ? 0 : a.sign ? -1 : 1, sb = b.kind === ZERO ? 0 : b.sign ? -1 : 1;
  if (sa !== sb) return sa < sb ? -1 : 1;
  return sa * compareMagnitude(a, b);
}
function compareMagnitude(a: Real, b: Real): number {
  if (a.kind === INF || b.kind === INF) return a.kind === b.kind ? 0 : a.kind === INF ? 1 : -1;
  const ha = a.exp + bitLength(a.sig), hb = b.exp + bitLength(b.sig);
  if (ha !== hb) return ha < hb ? -1 : 1;
  const exp = Math.min(a.exp, b.exp);
  const x = a.sig << BigInt(a.exp - exp), y = b.sig << BigInt(b.exp - exp);
  return x < y ? -1 : x > y ? 1 : 0;
}
/** Rounds a finite value to an integer by the mode; sets PE (and UP). */
export function toInteger(env: Env, a: Real, rc: Rounding = env.rc): bigint {
  if (a.kind === ZERO) return 0n;
  let n: bigint;
  if (a.exp >= 0) n = a.sig << BigInt(Math.min(a.exp, 20000));
  else {
    const d = BigInt(Math.min(-a.exp, 20000));
    n = a.sig >> d;
    const rest = a.sig - (n << d), half = 1n << (d - 1n);
    if (rest !== 0n) {
      env.flags |= PE;
      const up = rc === 0 ? rest > half || (rest === half && (n & 1n) === 1n) : rc === 1 ? a.sign : rc === 2 ? !a.sign : false;
      if (up) { n += 1n; env.flags |= UP; }
    }
  }
  return a.sign ? -n : n;
}

// ---- interchange formats of 32 and 64 bits
const layout = (fmt: Format): { frac: bigint; expBits: number; bias: number } => (fmt.precision === 24 ? { frac: 23n, expBits: 0xff, bias: 127 } : { frac: 52n, expBits: 0x7ff, bias: 1023 });
export function unpack(fmt: Format, bits: bigint): Real {
  const { frac, expBits, bias } = layout(fmt);
  const fraction = bits & ((1n << frac) - 1n);
  const e = Number(bits >> frac) & expBits;
  const sign = (bits >> (frac === 23n ? 31n : 63n)) === 1n;
  if (e === expBits) return fraction === 0n ? real(2, sign) : real((fraction >> (frac - 1n)) === 1n ? 3 : 4, sign, 0, fraction);
  if (e === 0) return fraction === 0n ? real(0, sign) : real(1, sign, fmt.emin - Number(frac), fraction, true);
  return real(1, sign, e - bias - Number(frac), fraction | (1n << frac));
}
export function pack(fmt: Format, r: Rounded): bigint {
  const { frac, expBits, bias } = layout(fmt);
  const sign = r.sign ? 1n << (frac === 23n ? 31n : 63n) : 0n;
  if (r.kind === ZERO) return sign;
  if (r.kind === INF) return sign | (BigInt(expBits) << frac);
  let { sig, exp } = r;
  const length = bitLength(sig);
  if (length < fmt.precision && exp > fmt.emin - Number(frac)) { // normalise as far as the range goes
    const up = Math.min(fmt.precision - length, exp - (fmt.emin - Number(frac)));
    sig <<= BigInt(up); exp -= up;
  }
  if (sig >> frac === 0n) return sign | sig;
  return sign | (BigInt(exp + Number(frac) + bias) << frac) | (sig & ((1n << frac) - 1n));
}
export const defaultNan = (fmt: Format): bigint => (fmt.precision === 24 ? 0xffc00000n : 0xfff8000000000000n);
export const quiet = (fmt: Format, bits: bigint): bigint => bits | (fmt.precision === 24 ? 0x400000n : 0x8000000000000n);
