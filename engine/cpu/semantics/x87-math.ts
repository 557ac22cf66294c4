// Transcendental functions of the x87 by fixed-point integers: results carry about 70 guard bits, so the rounded value is the true one but
// for cases nearer to a midpoint than 2^-70; the same on every host. Arguments are finite and not zero unless said otherwise.
import { bitLength } from './softfloat.ts';
import type { Real } from './softfloat.ts';

/** sig · 2^exp with sign; sig may be long. null of kind 0 stands for zero. */
export interface Wide { sign: boolean; sig: bigint; exp: number }

const P = 200; // fraction bits of the fixed-point working numbers
const ONE = 1n << BigInt(P);
const fixCache = new Map<string, bigint>();
const cached = (name: string, make: () => bigint): bigint => {
  let v = fixCache.get(name);
  if (v === undefined) fixCache.set(name, v = make());
  return v;
};
/** atanh(1/n) · 2^p */
function atanhInverse(n: bigint, p: bigint): bigint {
  let term = (1n << p) / n, sum = term, k = 3n;
  const n2 = n * n;
  while (term !== 0n) { term /= n2; sum += term / k; k += 2n; }
  return sum;
}
function atanInverse(n: bigint, p: bigint): bigint {
  let term = (1n << p) / n, sum = term, k = 3n, sign = -1n;
  const n2 = n * n;
  while (term !== 0n) { term /= n2; sum += (sign * term) / k; k += 2n; sign = -sign; }
  return sum;
}
const LN2 = (): bigint => cached('ln2', () => (18n * atanhInverse(26n, 216n) - 2n * atanhInverse(4801n, 216n) + 8n * atanhInverse(8749n, 216n)) >> 16n);
const PI_BITS = 400;
const PI = (): bigint => cached('pi', () => (16n * atanInverse(5n, BigInt(PI_BITS + 16)) - 4n * atanInverse(239n, BigInt(PI_BITS + 16))) >> 16n);

/** |x| as fixed point with p fraction bits, truncated. */
const fixed = (x: Real, p: number): bigint => (x.exp + p >= 0 ? x.sig << BigInt(x.exp + p) : x.sig >> BigInt(-x.exp - p));
const wide = (v: bigint, exp: number): Wide => (v < 0n ? { sign: true, sig: -v, exp } : { sign: false, sig: v, exp });

/** e^v − 1 for 0 ≤ v < 1, p fraction bits. */
function expm1Fixed(v: bigint, p: bigint): bigint {
  let term = v, sum = v, k = 2n;
  while (term !== 0n) { term = (term * v >> p) / k; sum += term; k++; }
  return sum;
}
/** ln(m) for 1 ≤ m < 2 (fixed point with P bits): by atanh. */
function lnFixed(m: bigint): bigint {
  // ln m = 2 atanh((m-1)/(m+1)); halve the range with sqrt2 as reciprocal reduction
  const z = ((m - ONE) << BigInt(P)) / (m + ONE);
  const z2 = (z * z) >> BigInt(P);
  let term = z, sum = z, k = 3n;
  while (term !== 0n) { term = (term * z2) >> BigInt(P); sum += term / k; k += 2n; }
  return 2n * sum;
}
const magnitudeExp = (x: Real): number => x.exp + bitLength(x.sig) - 1;

/** 2^x − 1, |x| ≤ 1. */
export function exp2m1(x: Real): Wide {
  const e = magnitudeExp(x);
  // keep P significant bits for small arguments
  const p = P + Math.max(0, -e);
  if (e < -300) { // x · ln 2
    return { sign: x.sign, sig: x.sig * LN2(), exp: x.exp - P };
  }
  const pp = BigInt(p), ln2 = p > P ? wideLn2(p) : LN2();
  const t = (fixed(x, p) * ln2) >> pp;
  if (!x.sign) return wide(expm1Fixed(t, pp), -p);
  // 2^-x − 1 = −(e^t − 1) / e^t
  const m = expm1Fixed(t, pp);
  return { sign: true, sig: (m << pp) / (m + (1n << pp)), exp: -p };
}
function wideLn2(p: number): bigint {
  return cached(`ln2.${p}`, () => (18n * atanhInverse(26n, BigInt(p + 16)) - 2n * atanhInverse(4801n, BigInt(p + 16)) + 8n * atanhInverse(8749n, BigInt(p + 16))) >> 16n);
}
/** log2(x), x > 0 and not 1. */
export function log2(x: Real): Wide {
  let e = magnitudeExp(x);
  const len = bitLength(x.sig);
  let m = len - 1 <= P ? x.sig << BigInt(P - (len - 1)) : x.sig >> BigInt(len - 1 - P);
  // nearest power of two, so that values just below one do not cancel
  if (m > (ONE * 3n) / 2n) {
    e++;
    // ln(m/2) for 0.75 < m/2 < 1: z negative
    m >>= 1n;
    if ((x.sig & 1n) === 1n && len - 1 > P) m |= 0n;
  }
  const d = m - ONE;
  if (e === 0 && d !== 0n && bitLength(d < 0n ? -d : d) < P - 70) { // near one: more bits
    return log2NearOne(d);
  }
  const z = (d << BigInt(P)) / (m + ONE), z2 = (z * z) >> BigInt(P);
  let term = z, sum = z, k = 3n;
  for (;;) { term = (term * z2) >> BigInt(P); const t = term / k; if (t === 0n) break; sum += t; k += 2n; }
  const ln = 2n * sum;
  return wide((BigInt(e) << BigInt(P)) + (ln << BigInt(P)) / LN2(), -P);
}
/** log2(1 + d·2^-P) for small d, exact d. */
function log2NearOne(d: bigint): Wide {
  const extra = 2n * BigInt(P);
  const p = BigInt(P) + extra;
  const v = d << extra;
  const z = (v << p) / (v + (2n << p)), z2 = (z * z) >> p;
  let term = z, sum = z, k = 3n;
  for (;;) { term = (term * z2) >> p; const t = term / k; if (t === 0n || t === -1n) break; sum += t; k += 2n; }
  return wide(((2n * sum) << p) / wideLn2(Number(p)), -Number(p));
}
/** log2(1 + x), −1 < x; x small is the point. */
export function log2p1(x: Real): Wide {
  const e = magnitudeExp(x);
  if (e < -160) { // x / ln 2, second-order term beyond the guard bits
    return { sign: x.sign, sig: (x.sig << BigInt(2 * P)) / LN2(), exp: x.exp - P };
  }
  const p = 600;
  const v = fixed(x, p) * (x.sign ? -1n : 1n), pp = BigInt(p);
  let m = (1n << pp) + v, k2 = 0;
  while (m >= 2n << pp) { m >>= 1n; k2++; }
  while (m < (1n << pp) / 2n) { m <<= 1n; k2--; }
  const z = ((m - (1n << pp)) << pp) / (m + (1n << pp)), z2 = (z * z) >> pp;
  let term = z, sum = z, k = 3n;
  for (;;) { term = (term * z2) >> pp; const t = term / k; if (t === 0n || t === -1n) break; sum += t; k += 2n; }
  return wide((BigInt(k2) << pp) + ((2n * sum) << pp) / wideLn2(p), -p);
}
/** The x87's π has 66 significant bits for argument reduction (SDM vol. 1, 8.3.8): with it fsin and fcos agree with hardware. */
const HARD_PI = { sig: 0x3243f6a8885a308d3n << 0n, exp: -64 };

/** sin and cos of |x| < 2^63. */
export function sinCos(x: Real): { sin: Wide; cos: Wide } {
  const e = magnitudeExp(x);
  if (e < -100) { // sin x = x − x³/6: just inside x
    const s: Wide = { sign: x.sign, sig: (x.sig << 140n) - 1n, exp: x.exp - 140 };
    return { sin: s, cos: { sign: false, sig: (1n << 140n) - 1n, exp: -140 } };
  }
  const p = 320, pp = BigInt(p);
  const halfPi = HARD_PI.sig << BigInt(p + HARD_PI.exp - 1);
  let v = fixed(x, p);
  const q = (v + halfPi / 2n) / halfPi;
  v -= q * halfPi; // −π/4 … π/4
  const v2 = (v * v) >> pp;
  let term = v, s = v, k = 2n;
  while (term !== 0n && term !== -1n) { term = -((term * v2) >> pp) / (k * (k + 1n)); s += term; k += 2n; }
  let c = 1n << pp;
  term = c; k = 1n;
  while (term !== 0n && term !== -1n) { term = -((term * v2) >> pp) / (k * (k + 1n)); c += term; k += 2n; }
  const quadrant = Number(q & 3n);
  const sn = quadrant === 0 ? s : quadrant === 1 ? c : quadrant === 2 ? -s : -c;
  const cs = quadrant === 0 ? c : quadrant === 1 ? -s : quadrant === 2 ? -c : s;
  return { sin: wide(x.sign ? -sn : sn, -p), cos: wide(cs, -p) };
}
export function tan(x: Real): Wide {
  const e = magnitudeExp(x);
  if (e < -100) return { sign: x.sign, sig: (x.sig << 140n) + 1n, exp: x.exp - 140 };
  const { sin, cos } = sinCos(x);
  return { sign: sin.sign !== cos.sign, sig: (sin.sig << 320n) / cos.sig, exp: sin.exp - cos.exp - 320 };
}
/** atan(y/x) in (−π, π], both finite and nonzero, quadrant by signs. */
export function atan2(y: Real, x: Real): Wide {
  const ly = magnitudeExp(y), lx = magnitudeExp(x);
  const p = 400, pp = BigInt(p), one = 1n << pp;
  const pi = PI() << 0n; // PI_BITS = p
  if (ly - lx > 150 || ly - lx < -150) {
    if (ly < lx) {
      if (!x.sign) { // y/x, a touch smaller
        const shift = 200;
        return { sign: y.sign, sig: (((y.sig << BigInt(shift)) / x.sig) << 140n) - 1n, exp: y.exp - x.exp - shift - 140 };
      }
      return { sign: y.sign, sig: pi - 1n, exp: -p };
    }
    return { sign: y.sign, sig: (pi >> 1n) + (x.sign ? 1n : -1n), exp: -p };
  }
  const base = Math.min(y.exp, x.exp);
  const ay = y.sig << BigInt(y.exp - base), ax = x.sig << BigInt(x.exp - base);
  const swap = ay > ax;
  let t = swap ? (ax << pp) / ay : (ay << pp) / ax; // 0 … 1
  let doublings = 0;
  while (t > one >> 4n && doublings < 8) { // atan t = 2 atan(t / (1 + √(1 + t²)))
    const root = sqrtFixed(one + ((t * t) >> pp), p);
    t = (t << pp) / (one + root);
    doublings++;
  }
  const t2 = (t * t) >> pp;
  let term = t, sum = t, k = 3n, sign = -1n;
  while (term !== 0n) { term = (term * t2) >> pp; sum += (sign * term) / k; k += 2n; sign = -sign; }
  sum <<= BigInt(doublings);
  if (swap) sum = (pi >> 1n) - sum;
  if (x.sign) sum = pi - sum;
  return { sign: y.sign, sig: sum, exp: -p };
}
function sqrtFixed(v: bigint, p: number): bigint {
  const n = v << BigInt(p);
  let x = 1n << BigInt((bitLength(n) + 1) >> 1);
  for (;;) {
    const y = (x + n / x) >> 1n;
    if (y >= x) return x;
    x = y;
  }
}
/** π · num / 2^shift as a wide value (for the infinite cases of fpatan). */
export const piTimes = (num: number, shift: number, sign: boolean): Wide => ({ sign, sig: PI() * BigInt(num), exp: -PI_BITS - shift });
/** Constants of the fld family, to be rounded by RC. */
export const CONSTANTS: Record<string, () => Wide> = {
  fldpi: () => piTimes(1, 0, false),
  fldln2: () => ({ sign: false, sig: LN2(), exp: -P }),
  fldl2e: () => ({ sign: false, sig: (1n << BigInt(2 * P)) / LN2(), exp: -P }),
  fldlg2: () => ({ sign: false, sig: (LN2() << BigInt(P)) / ln10(), exp: -P }),
  fldl2t: () => ({ sign: false, sig: (ln10() << BigInt(P)) / LN2(), exp: -P }),
};
/** ln 10 = 3 ln 2 + ln 1.25 */
const ln10 = (): bigint => cached('ln10', () => 3n * LN2() + lnFixed((ONE * 5n) / 4n));
