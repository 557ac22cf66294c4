// Fused multiply-adds where it is hard: the addend is nearly the product with the other sign, halfway cases, sums far apart, results next to overflow and underflow.
import { expect, test } from 'vitest';
import { compare } from '../harness/compare.ts';
import { Guest } from '../harness/guest.ts';
import { DATA, ENTRY, FX_SIZE, WINDOW, cannotRunNatively, hostLevel, runNatively } from '../harness/records.ts';
import type { Test } from '../harness/records.ts';
import { Dice } from '../harness/values.ts';

const f64 = new Float64Array(1), u64 = new BigUint64Array(f64.buffer);
const fromBits = (bits: bigint): number => { u64[0] = BigInt.asUintN(64, bits); return f64[0]!; };
const toBits = (x: number): bigint => { f64[0] = x; return u64[0]!; };
/** A double with few or many significant bits. */
function random(d: Dice, range: number): number {
  const exponent = 1023 + d.below(2 * range) - range, fraction = (d.u64() >> 12n) & ~((1n << BigInt(d.pick([0, 0, 26, 40, 51]))) - 1n);
  return fromBits((BigInt(d.below(2)) << 63n) | (BigInt(exponent) << 52n) | fraction);
}
/** Operands of one lane: a · b + c. */
function lane(d: Dice, single: boolean): [number, number, number] {
  const range = single ? d.pick([3, 20, 60]) : d.pick([3, 50, 400, 505]), round = single ? Math.fround : (x: number): number => x, a = round(random(d, range)), b = round(random(d, range)), product = round(a * b);
  const nudge = (x: number): number => (single ? round(x + x * 2 ** -23 * (d.below(5) - 2)) : fromBits(toBits(x) + BigInt(d.below(5) - 2)));
  switch (d.below(6)) {
    case 0: return [a, b, -product];
    case 1: return [a, b, nudge(-product)];
    case 2: return [a, b, round(product * 2 ** -(single ? 24 : 53) * d.pick([1, -1, 0.5, 2]))];
    case 3: return [a, b, round(product * 2 ** (single ? 24 : 53) * d.pick([1, -1, 0.5, 2]))];
    case 4: return [a, b, d.pick([0, -0, 1, round(random(d, range))])];
    default: return [a, b, round(random(d, range))];
  }
}
function make(seed: number, single: boolean): Test {
  const d = new Dice(seed), fx = new Uint8Array(FX_SIZE), f = new DataView(fx.buffer), gpr = new BigUint64Array(16);
  gpr[4] = BigInt(DATA + WINDOW + 128);
  f.setUint16(0, 0x37f, true); f.setUint32(24, 0x1f80 | (d.chance(0.7) ? 0 : 0x20) | (d.chance(0.2) ? d.below(4) << 13 : 0), true); f.setUint32(28, 0xffff, true);
  for (let i = 0; i < (single ? 8 : 4); i++) {
    const [a, b, c] = lane(d, single), at = i * (single ? 4 : 8);
    [c, a, b].forEach((x, reg) => { const to = (at < 16 ? 160 + at : 512 + at - 16) + reg * 16; if (single) f.setFloat32(to, x, true); else f.setFloat64(to, x, true); });
  }
  // vfmadd231, vfmsub231, vfnmadd231, vfnmsub231 ymm0, ymm1, ymm2
  return { code: Uint8Array.from([0xc4, 0xe2, single ? 0x75 : 0xf5, d.pick([0xb8, 0xb8, 0xba, 0xbc, 0xbe]), 0xc2]), entry: ENTRY, gpr, rflags: 0x202, fsBase: 0, gsBase: 0, fx, window: WINDOW, mem: new Uint8Array(256), name: 'vfmadd231', ignore: [0, 0] };
}
const why = cannotRunNatively() ?? (hostLevel() < 3 ? 'the host has no FMA' : null);
test.skipIf(why !== null).each([[false, 'off'], [true, 'off'], [false, 'force'], [true, 'force']] as const)(`rounded once, as by the real CPU${why === null ? '' : ` (skipped: ${why})`}; singles: %s, compiled: %s`, (single, tier) => {
  const guest = new Guest(tier), tests = Array.from({ length: 2000 }, (_, i) => make(i + 1, single)), wrong: string[] = [];
  runNatively(tests).forEach((real, i) => { const found = compare(tests[i]!, real, guest.test(tests[i]!)); if (found.length > 0) wrong.push(`seed ${i + 1}: ${found.slice(0, 3).join('; ')}`); });
  expect(wrong.slice(0, 10)).toEqual([]);
}, 120_000);
