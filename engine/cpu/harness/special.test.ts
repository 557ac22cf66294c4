// Instructions the generator leaves out, by hand: FXSAVE and FXRSTOR as a pair, masked stores.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Guest } from './guest.ts';
import { DATA, ENTRY, WINDOW, cannotRunNatively, hostLevel, runNatively } from './records.ts';
import type { Test } from './records.ts';
import { Dice, extended, fillBytes } from './values.ts';

function make(code: number[], seed: number, offset: number): Test {
  const d = new Dice(seed), gpr = new BigUint64Array(16), fx = new Uint8Array(512), f = new DataView(fx.buffer), mem = new Uint8Array(256);
  gpr[4] = BigInt(DATA + WINDOW + 128);
  gpr[3] = gpr[7] = BigInt(DATA + offset);
  fillBytes(d, mem, 0);
  f.setUint16(0, 0x37f, true);
  f.setUint16(2, d.below(8) << 11, true);
  f.setUint8(4, d.below(256));
  f.setUint32(24, 0x1f80 | d.below(64), true);
  f.setUint32(28, 0xffff, true);
  for (let i = 0; i < 8; i++) { const [s, e] = extended(d); f.setBigUint64(32 + i * 16, s, true); f.setUint16(40 + i * 16, e, true); }
  fillBytes(d, fx.subarray(160, 416), 0);
  return { code: Uint8Array.from(code), entry: ENTRY, gpr, rflags: 0x202, fsBase: 0, gsBase: 0, fx, window: WINDOW, mem, name: 'special', ignore: [0, 0] };
}
const FXSAVE = [0x0f, 0xae, 0x03], FXRSTOR = [0x0f, 0xae, 0x0b], REX = [0x48];
const AMD = process.arch === 'x64' && /AuthenticAMD/.test(readFileSync('/proc/cpuinfo', 'utf8'));
const hex = (bytes: readonly number[]): string => Buffer.from(bytes).toString('hex');
const registers = (fx: Uint8Array): string => {
  const out = [...fx.subarray(0, 5), ...fx.subarray(24, 28)];
  for (let i = 0; i < 8; i++) out.push(...fx.subarray(32 + i * 16, 42 + i * 16));
  out.push(...fx.subarray(160, 416));
  return Buffer.from(Uint8Array.from(out)).toString('hex');
};

const why = cannotRunNatively();
describe.skipIf(why !== null).each(['off', 'force'] as const)('special instructions, compiler %s', (jit) => {
  test('what FXSAVE wrote, FXRSTOR brings back, as the real CPU does', () => {
    const guest = new Guest(jit), tests: Test[] = [];
    for (let seed = 1; seed < 60; seed++) {
      const rex = seed % 2 === 0 ? REX : [];
      // save; clobber everything; restore
      tests.push(make([...rex, ...FXSAVE, 0xdb, 0xe3, 0x0f, 0x57, 0xc0, 0x45, 0x0f, 0x57, 0xff, 0xd9, 0xe8, ...rex, ...FXRSTOR], seed, 0x100));
    }
    runNatively(tests).forEach((real, i) => {
      const ours = guest.test(tests[i]!);
      expect(ours.trap, `seed=${i + 1}`).toBe(real.trap);
      expect(registers(ours.fx), `seed=${i + 1}`).toBe(registers(real.fx));
    });
  }, 60_000);
  test.skipIf(!AMD)('FPREM and FPREM1 of a denormal by infinity underflow, if that is unmasked', () => {
    const guest = new Guest(jit), tests = [0xf8, 0xf5].flatMap((op) => [0x37f, 0x36f].map((fcw) => {
      const t = make([0xd9, op], 1, WINDOW), f = new DataView(t.fx.buffer);
      f.setUint16(0, fcw, true);
      f.setUint16(2, 0, true);
      f.setUint8(4, 255);
      f.setBigUint64(32, 0xecd96n, true); f.setUint16(40, 0, true);
      f.setBigUint64(48, 1n << 63n, true); f.setUint16(56, 0x7fff, true);
      return t;
    }));
    runNatively(tests).forEach((real, i) => expect(registers(guest.test(tests[i]!).fx), `test ${i}`).toBe(registers(real.fx)));
  });
  test('directed roundings of ordinary numbers and of some that are not', () => {
    // addsd, subsd, mulsd, divsd, sqrtsd, cvtsi2sd, cvtsi2ss, cvtsd2ss; addps, subps, mulps, divps, sqrtps
    const code = [0xf2, 0x0f, 0x58, 0xca, 0xf2, 0x0f, 0x5c, 0xdc, 0xf2, 0x0f, 0x59, 0xee, 0xf2, 0x0f, 0x5e, 0xf8, 0xf2, 0x0f, 0x51, 0xc2, 0xf2, 0x4c, 0x0f, 0x2a, 0xc0, 0xf3, 0x4c, 0x0f, 0x2a, 0xc8, 0xf2, 0x44, 0x0f, 0x5a, 0xd4,
      0x45, 0x0f, 0x58, 0xdc, 0x45, 0x0f, 0x5c, 0xe5, 0x45, 0x0f, 0x59, 0xee, 0x45, 0x0f, 0x5e, 0xf7, 0x45, 0x0f, 0x51, 0xff];
    const guest = new Guest(jit), tests: Test[] = [];
    for (let seed = 1000; seed < 2200; seed++) {
      const t = make(code, seed, 0x100), d = new Dice(seed), v = new DataView(t.fx.buffer), sparse = d.chance(0.3), near = d.pick([3, 60, 1000]);
      /** Random, or the first or last places alone: results in the middle between two floats, or next to a power of two. */
      const fraction = (bits: number): bigint => BigInt.asUintN(bits, sparse ? d.pick([0n, 1n, -1n, 1n << BigInt(d.below(bits)), -1n << BigInt(d.below(bits))]) : BigInt(d.below(2 ** 32)) << 32n ^ BigInt(d.below(2 ** 32)));
      v.setUint32(24, 0x1f80 | d.below(4) << 13 | d.pick([0, 0x20, 0x3f]) | (d.chance(0.1) ? 0x8040 : 0), true);
      for (let x = 0; x < 11; x++) v.setBigUint64(160 + x * 16, d.chance(0.05) ? 0n : BigInt(d.below(2)) << 63n | BigInt(Math.max(0, 1023 - (near >> 1) + d.below(near))) << 52n | fraction(52), true);
      for (let x = 11 * 4; x < 16 * 4; x++) v.setUint32(160 + x * 4, d.chance(0.05) ? 0 : (d.below(2) << 31 | (127 - (Math.min(near, 250) >> 1) + d.below(Math.min(near, 250))) << 23 | Number(fraction(23))) >>> 0, true);
      t.gpr[0] = d.chance(0.1) ? (1n << 63n) - 1n - BigInt(d.below(2 ** d.below(32))) : BigInt.asUintN(64, (BigInt(d.below(2 ** 32)) << 32n ^ BigInt(d.below(2 ** 32))) << BigInt(d.below(64)) >> BigInt(d.below(64)));
      tests.push(t);
    }
    runNatively(tests).forEach((real, i) => {
      const ours = guest.test(tests[i]!);
      expect(ours.trap, `seed=${1000 + i}`).toBe(real.trap);
      expect(registers(ours.fx), `seed=${1000 + i}`).toBe(registers(real.fx));
    });
  }, 60_000);
  test('FXSAVE writes the registers in the order of the manual; unaligned is #GP', () => {
    const guest = new Guest(jit), tests: Test[] = [];
    for (let seed = 100; seed < 130; seed++) tests.push(make(FXSAVE, seed, WINDOW), make(FXSAVE, seed, WINDOW + 8));
    const image = (m: Uint8Array): string => Buffer.from(Uint8Array.from([...m.subarray(0, 5), ...m.subarray(24, 28), ...m.subarray(32, 256)])).toString('hex');
    runNatively(tests).forEach((real, i) => {
      const ours = guest.test(tests[i]!);
      expect(ours.trap, `seed=${100 + (i >> 1)}`).toBe(real.trap);
      if (i % 2 === 0) expect(image(ours.mem), `seed=${100 + (i >> 1)}`).toBe(image(real.mem));
    });
  }, 60_000);
  test.skipIf(!AMD)('FXRSTOR of any image: ES and B are found anew, pointers come whatever is pending; as FXSAVE and FNSTENV write them again', () => {
    const guest = new Guest(jit), tests: Test[] = [];
    for (let seed = 300; seed < 420; seed++) {
      const rex = seed % 2 === 0 ? REX : [], t = make([...rex, ...FXRSTOR, 0x48, 0x81, 0xc3, 0, 2, 0, 0, ...rex, ...FXSAVE, 0xd9, 0xb3, 0, 2, 0, 0, 0xdb, 0xe3], seed, WINDOW), d = new Dice(seed), image = new Uint8Array(512), v = new DataView(image.buffer);
      fillBytes(d, image, 0);
      if (d.chance(0.7)) v.setUint16(0, 0x37f ^ d.below(64), true); // else a control word with bits that do not exist
      v.setUint32(24, d.chance(0.9) ? d.below(0x10000) : 0x10000 << d.pick([2, 5, 15]), true);
      t.mem = new Uint8Array(1280);
      t.mem.set(image);
      tests.push(t);
    }
    /** Processors with addresses of 57 bits keep as many of both pointers, whatever the kernel uses; ours has 48. */
    const of48 = (m: Uint8Array): Uint8Array => {
      const v = new DataView(m.buffer, m.byteOffset);
      for (const at of [520, 528]) v.setBigInt64(at, BigInt.asIntN(48, v.getBigInt64(at, true)), true);
      return m;
    };
    // Not compared: the word that FXSAVE writes for MXCSR's bits.
    const shown = (m: Uint8Array): string => hex([...m.subarray(512, 540), ...m.subarray(544, 1052)]);
    runNatively(tests).forEach((real, i) => {
      const ours = guest.test(tests[i]!);
      expect(ours.trap, `seed=${300 + i}`).toBe(real.trap);
      expect(shown(ours.mem), `seed=${300 + i}`).toBe(shown(i % 2 === 0 ? of48(real.mem) : real.mem));
    });
  }, 60_000);
  test('masked stores', () => {
    const guest = new Guest(jit), tests: Test[] = [];
    const codes = [[0x66, 0x0f, 0xf7, 0xca], [0x0f, 0xf7, 0xca], ...hostLevel() >= 3 ? [[0xc5, 0xf9, 0xf7, 0xca]] : []];
    for (let seed = 200; seed < 260; seed++) tests.push(make(codes[seed % codes.length]!, seed, WINDOW + (seed % 32)));
    runNatively(tests).forEach((real, i) => {
      const ours = guest.test(tests[i]!);
      expect(Buffer.from(ours.mem).toString('hex'), `seed=${200 + i}`).toBe(Buffer.from(real.mem).toString('hex'));
      expect(registers(ours.fx), `seed=${200 + i}`).toBe(registers(real.fx));
    });
  }, 60_000);
  test.skipIf(!AMD)('masked moves with EFLAGS.AC: those of bytes are checked for 8, whatever the mask; others are not', () => {
    const guest = new Guest(jit), tests: Test[] = [];
    const codes = [[0x66, 0x0f, 0xf7, 0xca], [0x0f, 0xf7, 0xca], ...hostLevel() >= 3 ? [[0xc5, 0xf9, 0xf7, 0xca], [0xc4, 0xe2, 0x71, 0x2c, 0x07], [0xc4, 0xe2, 0x75, 0x2d, 0x07], [0xc4, 0xe2, 0x75, 0x2e, 0x07], [0xc4, 0xe2, 0xf1, 0x8c, 0x07], [0xc4, 0xe2, 0x71, 0x8e, 0x07]] : []];
    for (const code of codes) {
      for (let offset = 0; offset < 24; offset++) {
        const t = make(code, 400 + offset, WINDOW + offset);
        t.rflags |= 0x40000;
        if (offset % 3 === 0) t.fx.fill(0, 160 + 16, 160 + 48); // no element
        tests.push(t, { ...t, gpr: t.gpr.map((x, i) => (i === 7 ? BigInt(DATA + 0x3000 - 12 + offset) : x)), rflags: offset < 12 ? t.rflags : 0x202 }); // partly or wholly on a page that is not there
      }
    }
    runNatively(tests).forEach((real, i) => {
      const ours = guest.test(tests[i]!), t = tests[i]!, what = `${hex([...t.code])} at ${t.gpr[7]!.toString(16)}, rflags ${t.rflags.toString(16)}`;
      expect([ours.trap, ours.rip], what).toEqual([real.trap, real.rip]);
      expect(hex([...ours.mem]), what).toBe(hex([...real.mem]));
      expect(registers(ours.fx), what).toBe(registers(real.fx));
    });
  }, 60_000);
  test.skipIf(!AMD)('addresses that are not canonical: before alignment; through FS, offsets that the base makes addresses again', () => {
    const guest = new Guest(jit), tests: Test[] = [], far = 1n << 48n, MOV_FS = [0x64, 0x8b, 0x07], AC = 0x40000;
    const add = (code: number[], gpr: Record<number, bigint>, rflags = 0x202, fsBase = 0): void => {
      const t = make(code, 500, WINDOW);
      for (const [n, value] of Object.entries(gpr)) t.gpr[Number(n)] = value;
      tests.push({ ...t, rflags, fsBase });
    };
    for (const offset of [0n, 1n, 4n, 8n]) {
      for (const flags of [0x202, 0x202 | AC]) {
        for (const op of [0x04, 0x0c]) { add([0x0f, 0xae, op, 0x24], { 4: far + offset }, flags); add([0x0f, 0xae, op - 1], { 3: far + offset }, flags); }
        add([0x0f, 0x28, 0x04, 0x24], { 4: far + offset }, flags);
      }
    }
    for (const base of [0, 0x1000, 0x7fff_f000]) for (const offset of [0x7fff_ffff_ffffn, 0x8000_0000_0000n, 0xffff_7fff_ffff_f000n, 0xffff_7fff_ffff_f008n, 0xffff_8000_0000_0000n, 0xffff_ffff_ffff_ff00n]) add(MOV_FS, { 7: offset }, 0x202, base);
    runNatively(tests).forEach((real, i) => {
      const ours = guest.test(tests[i]!), t = tests[i]!;
      expect([ours.trap, ours.rip, ours.trap === 14 ? ours.cr2 : 0n], `${hex([...t.code])}, rsp ${t.gpr[4]!.toString(16)} rbx ${t.gpr[3]!.toString(16)} rdi ${t.gpr[7]!.toString(16)} fs ${t.fsBase.toString(16)}`).toEqual([real.trap, real.rip, real.trap === 14 ? real.cr2 : 0n]);
    });
  }, 60_000);
});
