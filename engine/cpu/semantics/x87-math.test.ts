// The x87's transcendental functions against their true values, computed here in other ways to 400 bits: Intel promises less than one unit in the last
// place (SDM vol. 1, 8.3.10); ours is the nearest value. The real CPU is held to the promise as well.
import { describe, expect, test } from 'vitest';
import { compare } from '../harness/compare.ts';
import { Guest } from '../harness/guest.ts';
import { DATA, ENTRY, WINDOW, cannotRunNatively, runNatively } from '../harness/records.ts';
import type { Outcome, Test } from '../harness/records.ts';
import { Dice } from '../harness/values.ts';

/** Fixed-point numbers with P fraction bits. */
const P = 400n, ONE = 1n << P;
const mul = (a: bigint, b: bigint): bigint => (a * b) >> P, div = (a: bigint, b: bigint): bigint => (a << P) / b;
/** Σ of terms, each made from the one before, until they vanish. */
function series(first: bigint, next: (term: bigint, k: bigint) => bigint): bigint {
  let sum = 0n, k = 1n;
  for (let term = first; term !== 0n && term !== -1n; k++) { sum += term; term = next(term, k); }
  return sum;
}
const exp = (x: bigint): bigint => { // (e^(x/256))^256
  let r = series(ONE, (t, k) => mul(t, x >> 8n) / k);
  for (let i = 0; i < 8; i++) r = mul(r, r);
  return r;
};
const sin = (x: bigint): bigint => series(x, (t, k) => -mul(mul(t, x), x) / (2n * k * (2n * k + 1n)));
const cos = (x: bigint): bigint => series(ONE, (t, k) => -mul(mul(t, x), x) / ((2n * k - 1n) * 2n * k));
/** Newton's method from a double. */
function newton(start: number, step: (y: bigint) => bigint): bigint {
  let y = BigInt(Math.round(start * 2 ** 52)) << (P - 52n);
  for (let i = 0; i < 5; i++) y += step(y);
  return y;
}
const number = (x: bigint): number => Number(x >> (P - 60n)) / 2 ** 60;
const ln = (m: bigint): bigint => newton(Math.log(number(m)), (y) => mul(m, exp(-y)) - ONE);
const atan = (t: bigint): bigint => newton(Math.atan(number(t)), (y) => mul(mul(t, cos(y)) - sin(y), cos(y)));
const LN2 = ln(2n * ONE);

/** An extended number: significand · 2^(exponent − 63). */
interface X { sign: boolean; sig: bigint; exponent: number }
const fixed = (x: X): bigint => { const e = BigInt(x.exponent - 63) + P, v = e >= 0n ? x.sig << e : x.sig >> -e; return x.sign ? -v : v; };
function random(d: Dice, from: number, to: number, sign = d.chance(0.5)): X { return { sign, sig: (1n << 63n) | d.u64() >> BigInt(d.pick([1, 1, 12, 40, 60])) | (d.chance(0.5) ? d.u64() >> 1n : 0n), exponent: from + d.below(to - from + 1) }; }
interface Function { name: string; code: number[]; st0: (d: Dice) => X; st1?: (d: Dice) => X; /** By the register that holds it, true values. */ results: readonly (readonly [number, (a: bigint, b: bigint) => bigint])[] }
const small = (d: Dice): X => random(d, -20, -1), positive = (d: Dice): X => random(d, -3, 8, false);
/** Some of them next to 1, on either side: there logarithms lose their leading bits. */
const logarithm = (d: Dice): X => { const tiny = d.u64() >> BigInt(1 + d.below(60)); return d.chance(0.6) ? positive(d) : d.chance(0.5) ? { sign: false, sig: (1n << 63n) + tiny, exponent: 0 } : { sign: false, sig: (1n << 64n) - 1n - tiny, exponent: -1 }; };
const FUNCTIONS: readonly Function[] = [
  { name: 'fsin', code: [0xd9, 0xfe], st0: small, results: [[0, sin]] },
  { name: 'fcos', code: [0xd9, 0xff], st0: small, results: [[0, cos]] },
  { name: 'fsincos', code: [0xd9, 0xfb], st0: small, results: [[0, cos], [1, sin]] },
  { name: 'fptan', code: [0xd9, 0xf2], st0: small, results: [[1, (a) => div(sin(a), cos(a))]] },
  { name: 'fpatan', code: [0xd9, 0xf3], st0: positive, st1: (d) => random(d, -6, 6), results: [[0, (x, y) => atan(div(y, x))]] },
  { name: 'f2xm1', code: [0xd9, 0xf0], st0: small, results: [[0, (a) => exp(mul(a, LN2)) - ONE]] },
  { name: 'fyl2x', code: [0xd9, 0xf1], st0: logarithm, st1: (d) => random(d, -4, 4), results: [[0, (x, y) => div(mul(y, ln(x)), LN2)]] },
  { name: 'fyl2xp1', code: [0xd9, 0xf9], st0: (d) => random(d, -20, -3), st1: (d) => random(d, -4, 4), results: [[0, (x, y) => div(mul(y, ln(ONE + x)), LN2)]] },
];
const COUNT = 60;
function make(f: Function, seed: number): { t: Test; a: X; b: X } {
  const d = new Dice(seed), a = f.st0(d), b = f.st1?.(d) ?? { sign: false, sig: 1n << 63n, exponent: 0 }, fx = new Uint8Array(512), v = new DataView(fx.buffer), gpr = new BigUint64Array(16);
  gpr[4] = BigInt(DATA + WINDOW);
  v.setUint16(0, 0x37f, true); v.setUint16(2, 4 << 11, true); v.setUint8(4, 0x30); v.setUint32(24, 0x1f80, true); v.setUint32(28, 0xffff, true);
  [a, b].forEach((x, i) => { v.setBigUint64(32 + i * 16, x.sig, true); v.setUint16(40 + i * 16, (x.exponent + 16383) | (x.sign ? 0x8000 : 0), true); });
  return { a, b, t: { code: Uint8Array.from(f.code), entry: ENTRY, gpr, rflags: 0x202, fsBase: 0, gsBase: 0, fx, window: WINDOW, mem: new Uint8Array(64), name: f.name, ignore: [0, 0] } };
}
/** The largest error of this function's results in units of their last place. */
function worst(f: Function, outcomes: readonly Outcome[], tests: readonly { a: X; b: X }[]): number {
  let most = 0;
  outcomes.forEach((o, i) => {
    const v = new DataView(o.fx.buffer, o.fx.byteOffset);
    for (const [at, truth] of f.results) {
      const e = v.getUint16(40 + at * 16, true), got: X = { sign: e >= 0x8000, sig: v.getBigUint64(32 + at * 16, true), exponent: (e & 0x7fff) - 16383 };
      const error = fixed(got) - truth(fixed(tests[i]!.a), fixed(tests[i]!.b)), unit = 1n << (BigInt(got.exponent - 63) + P);
      most = Math.max(most, Number((error < 0n ? -error : error) * 1_000_000n / unit) / 1_000_000);
    }
  });
  return most;
}
test.skipIf(cannotRunNatively() !== null)('an exact result with precision unmasked: real CPUs raise PE, ours does not, and the fuzzer knows', () => {
  const { t } = make(FUNCTIONS.find((f) => f.name === 'fyl2x')!, 1), v = new DataView(t.fx.buffer);
  v.setUint16(0, 0x35f, true);
  v.setBigUint64(32, 1n << 63n, true); v.setUint16(40, 16383 + 53, true); // log2 is 53, and 53 · 318
  v.setBigUint64(48, 159n << 56n, true); v.setUint16(56, 16383 + 8, true);
  expect(compare(t, runNatively([t])[0]!, new Guest('off').test(t))).toEqual([]);
});
describe.each(FUNCTIONS)('$name', (f) => {
  const tests = Array.from({ length: COUNT }, (_, i) => make(f, 0x51 + i * 7919));
  test('is the nearest extended number', () => {
    const guest = new Guest('off'), most = worst(f, tests.map((x) => guest.test(x.t)), tests);
    expect(most).toBeGreaterThan(0.4);
    expect(most).toBeLessThanOrEqual(0.500001);
  });
  test.skipIf(cannotRunNatively() !== null)('is within the promise on the real CPU', () => { expect(worst(f, runNatively(tests.map((x) => x.t)), tests)).toBeLessThan(1); });
});
