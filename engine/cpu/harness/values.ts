// Random values with a taste for edges: integers, floats of three formats, bytes. Everything comes from one seed.
import { nextU32, seedRandom } from '../../base/random.ts';

export class Dice {
  private readonly s = new Uint32Array(4);
  constructor(seed: number) { seedRandom(this.s, seed); }
  u32(): number { return nextU32(this.s); }
  below(n: number): number { return this.u32() % n; }
  chance(p: number): boolean { return this.u32() < p * 4294967296; }
  pick<T>(list: readonly T[]): T { return list[this.below(list.length)]!; }
  u64(): bigint { return (BigInt(this.u32()) << 32n) | BigInt(this.u32()); }
}

const EDGES = [0n, 1n, 2n, 0x7fn, 0x80n, 0xffn, 0x7fffn, 0x8000n, 0xffffn, 0x7fffffffn, 0x80000000n, 0xffffffffn, 0x7fffffffffffffffn, 0x8000000000000000n, 0xffffffffffffffffn, 0xfffffffffffffffen, 0x100000000n, 0x5555555555555555n];
export function word(d: Dice): bigint {
  switch (d.below(4)) {
    case 0: return d.pick(EDGES);
    case 1: return BigInt.asUintN(64, BigInt(d.below(512)) - 256n);
    case 2: return d.u64() >> BigInt(d.below(64));
    default: return d.u64();
  }
}
const F64S = [0n, 0x8000000000000000n, 0x3ff0000000000000n, 0xbff0000000000000n, 0x7ff0000000000000n, 0xfff0000000000000n, 0x7ff8000000000001n, 0xfff8000000000000n, 0x7ff0000000000001n, 0xfff4000000000000n, 1n, 0x800fffffffffffffn, 0x10000000000000n, 0x7fefffffffffffffn, 0x4000000000000000n, 0x3fe0000000000000n, 0x41dfffffffc00000n, 0x41e0000000000000n, 0xc1e0000000000000n, 0x43e0000000000000n, 0xc3e0000000000000n, 0x4330000000000001n, 0x3ff8000000000000n, 0x47efffffe0000000n, 0x36a0000000000000n, 0x3810000000000000n, 0x380fffffffffffffn];
const F32S = [0, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00001, 0xffc00000, 0x7f800001, 0xffa00000, 1, 0x807fffff, 0x800000, 0x7f7fffff, 0x40000000, 0x3f000000, 0x4f000000, 0xcf000000, 0x4b000001, 0x5f000000, 0x3fc00000, 0x4eff_ffff];
/** FTZ and DAZ of MXCSR: neither, each, and both as in programs linked with -ffast-math. */
export const FLUSHING = [0, 0, 0, 0x8000, 0x40, 0x8040];
const double = (d: Dice): bigint => {
  switch (d.below(5)) {
    case 0: return d.pick(F64S);
    case 1: return d.u64();
    case 2: return (d.u64() & 0x800fffffffffffffn) | (BigInt(1023 - 40 + d.below(80)) << 52n);
    case 3: return (d.u64() & 0x800fffffffffffffn) | (BigInt(d.below(60) + d.pick([0, 482])) << 52n); // tiny, or so that its square is
    default: { const v = new DataView(new ArrayBuffer(8)); v.setFloat64(0, (d.below(2000) - 1000) / d.pick([1, 2, 8, 3, 10]), true); return v.getBigUint64(0, true); }
  }
};
const single = (d: Dice): number => {
  switch (d.below(5)) {
    case 0: return d.pick(F32S);
    case 1: return d.u32();
    case 2: return ((d.u32() & 0x807fffff) | ((127 - 20 + d.below(40)) << 23)) >>> 0;
    case 3: return ((d.u32() & 0x807fffff) | ((d.below(30) + d.pick([0, 49])) << 23)) >>> 0;
    default: { const v = new DataView(new ArrayBuffer(4)); v.setFloat32(0, (d.below(2000) - 1000) / d.pick([1, 2, 8, 3, 10]), true); return v.getUint32(0, true); }
  }
};
/** [significand, sign and exponent] */
export function extended(d: Dice): [bigint, number] {
  const sign = d.chance(0.5) ? 0x8000 : 0, top = 1n << 63n;
  switch (d.below(12)) {
    case 0: return [0n, sign];
    case 1: return [top, sign | 0x7fff];
    case 2: return [top | d.u64(), sign | 0x7fff];
    case 3: return [d.u64() >> BigInt(d.below(64)), sign | d.pick([0, 0, 1, 0x7ffe])];
    case 4: return [d.u64(), (sign | d.below(0x8000)) & 0xffff];
    case 5: return [top, sign | (0x3fff - 3 + d.below(70))];
    case 6: return [top | d.u64(), sign | (0x3fff - 3 + d.below(70))];
    case 7: return [top | (d.u64() & ~0x7ffn), sign | (0x3fff + d.pick([-1023, -1022, -1050, 1023, 1024, -126, -127, -149, 127, 128]))];
    case 8: { const n = BigInt(d.below(1000) + 1); let s = n, e = 0x3fff + 63; while ((s & top) === 0n) { s <<= 1n; e--; } return [s, sign | e]; }
    default: return [top | (d.u64() << BigInt(d.below(60)) & (top - 1n)), sign | (0x3fff - 20 + d.below(40))];
  }
}

export function fillBytes(d: Dice, bytes: Uint8Array, mode: number): void {
  const v = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i + 8 <= bytes.length; i += 8) {
    if (mode === 0) v.setBigUint64(i, d.u64(), true);
    else if (mode === 1) v.setBigUint64(i, double(d), true);
    else if (mode === 2) { v.setUint32(i, single(d), true); v.setUint32(i + 4, single(d), true); } else v.setBigUint64(i, word(d), true);
  }
}
