// The 80-bit format, precision control and the NaN rules of the x87, over the exact arithmetic of softfloat.ts.
import { FINITE, INF, QNAN, SNAN, ZERO, bitLength, real } from './softfloat.ts';
import type { Format, Real, Rounded } from './softfloat.ts';

/** A register's contents: 64-bit significand and sign+exponent. */
export interface Ext { sig: bigint; se: number }
/** unsupported: an encoding that the 387 and later refuse (unnormal, pseudo-infinity, pseudo-NaN; SDM vol. 1, table 8-3). */
export interface Value { real: Real; unsupported: boolean }

const INT_BIT = 1n << 63n, QUIET_BIT = 1n << 62n;
export const DEFAULT_NAN: Ext = { sig: 0xc000000000000000n, se: 0xffff };
export const formatOf = (precision: number): Format => ({ precision, emin: -16382, emax: 16383 });
/** By the PC field of the control word; 1 is reserved and acts as full precision. */
export const PC_FORMATS: readonly Format[] = [formatOf(24), formatOf(64), formatOf(53), formatOf(64)];

export function unpackExt(x: Ext): Value {
  const sign = (x.se & 0x8000) !== 0, e = x.se & 0x7fff;
  const integerBit = (x.sig & INT_BIT) !== 0n;
  if (e === 0) return { real: x.sig === 0n ? real(ZERO, sign) : real(FINITE, sign, -16382 - 63, x.sig, true), unsupported: false };
  if (!integerBit) return { real: real(QNAN, sign, 0, x.sig), unsupported: true };
  if (e === 0x7fff) {
    if (x.sig === INT_BIT) return { real: real(INF, sign), unsupported: false };
    return { real: real((x.sig & QUIET_BIT) !== 0n ? QNAN : SNAN, sign, 0, x.sig), unsupported: false };
  }
  return { real: real(FINITE, sign, e - 16383 - 63, x.sig), unsupported: false };
}
export function packExt(r: Rounded): Ext {
  const s = r.sign ? 0x8000 : 0;
  if (r.kind === ZERO) return { sig: 0n, se: s };
  if (r.kind === INF) return { sig: INT_BIT, se: s | 0x7fff };
  let { sig, exp } = r;
  const length = bitLength(sig);
  if (length < 64) { // normalise as far as the range goes
    const up = Math.min(64 - length, exp + 16382 + 63);
    if (up > 0) { sig <<= BigInt(up); exp -= up; }
  }
  if ((sig & INT_BIT) === 0n) return { sig, se: s };
  return { sig, se: s | (exp + 16383 + 63) };
}
/** A single or double made extended: exact; NaN fractions move to the top. */
export function extendNan(r: Real, fmt: Format): Ext {
  return { sig: INT_BIT | (r.sig << BigInt(64 - fmt.precision)), se: (r.sign ? 0x8000 : 0) | 0x7fff };
}
export function extOf(r: Real, fmt: Format): Ext {
  if (r.kind >= QNAN) return extendNan(r, fmt);
  return packExt({ kind: r.kind as 0 | 1 | 2, sign: r.sign, exp: r.exp, sig: r.sig });
}
export const quietExt = (x: Ext): Ext => ({ sig: x.sig | QUIET_BIT, se: x.se });
/** The NaN that survives an operation on two operands (SDM vol. 1, table 4-7). */
export function chooseNan(a: Ext, ra: Real, b: Ext, rb: Real): Ext {
  const na = ra.kind >= QNAN, nb = rb.kind >= QNAN;
  if (!nb) return quietExt(a);
  if (!na) return quietExt(b);
  if (ra.kind === SNAN && rb.kind === QNAN) return quietExt(b);
  if (rb.kind === SNAN && ra.kind === QNAN) return quietExt(a);
  const fa = a.sig & ~INT_BIT, fb = b.sig & ~INT_BIT;
  if (fa !== fb) return quietExt(fa > fb ? a : b);
  return quietExt((a.se & 0x8000) === 0 ? a : b);
}
