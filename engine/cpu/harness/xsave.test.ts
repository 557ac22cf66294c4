// XSAVE, XSAVEOPT, XSAVEC and XRSTOR of every choice of components in both formats, valid and not, as the real CPU does them; XGETBV.
import { describe, expect, test } from 'vitest';
import { CTX } from '../../machine/hardware.ts';
import { inUse } from '../../machine/xsave-image.ts';
import { compare } from './compare.ts';
import { Guest } from './guest.ts';
import { DATA, ENTRY, FX_SIZE, WINDOW, cannotRunNatively, hostComponents, hostIsAmd, hostLevel, runNatively } from './records.ts';
import type { Test } from './records.ts';
import { Dice, extended, fillBytes } from './values.ts';

const AREA = 832, MEMORY = 1024;
/** Random registers, x87 exceptions masked and none pending; rbx points at an area of random bytes, rax is the mask of components. */
function make(name: string, code: readonly number[], seed: number, mask: number, offset = 0): Test {
  const d = new Dice(seed), gpr = new BigUint64Array(16), fx = new Uint8Array(FX_SIZE), f = new DataView(fx.buffer), mem = new Uint8Array(MEMORY);
  gpr[0] = BigInt(mask) | (BigInt(d.u32()) << 32n); gpr[2] = d.u64(); gpr[4] = BigInt(DATA + WINDOW + 1000); gpr[3] = BigInt(DATA + WINDOW + offset);
  fillBytes(d, mem, 0);
  f.setUint16(0, 0x37f | (d.below(16) << 8), true); f.setUint16(2, (d.below(8) << 11) | d.below(64), true); f.setUint8(4, 1 + d.below(255)); f.setUint32(24, 0x1f80 | d.below(64), true); f.setUint32(28, 0xffff, true);
  for (let i = 0; i < 8; i++) { const [s, e] = extended(d); f.setBigUint64(32 + i * 16, s, true); f.setUint16(40 + i * 16, e, true); }
  fillBytes(d, fx.subarray(160, 416), 0);
  fillBytes(d, fx.subarray(512), 0);
  return { code: Uint8Array.from(code), entry: ENTRY, gpr, rflags: 0x202, fsBase: 0, gsBase: 0, fx, window: WINDOW, mem, name, ignore: [28, 32] }; // MXCSR_MASK is the maker's
}
const SAVES: readonly (readonly [string, number[]])[] = [['xsave', [0x0f, 0xae, 0x23]], ['xsaveopt', [0x0f, 0xae, 0x33]], ['xsavec', [0x0f, 0xc7, 0x23]]];
const XRSTOR = [0x0f, 0xae, 0x2b], REX = 0x48;
const check = (tests: readonly Test[], jit: 'off' | 'force'): void => {
  const guest = new Guest(jit), real = runNatively(tests), wrong: string[] = [];
  tests.forEach((t, i) => {
    const ours = guest.test(t);
    if (!hostIsAmd()) for (const { mem } of [real[i]!, ours]) mem.fill(0, 6, 24); // whose pointers to the last instruction are saved only while an exception is pending
    const found = compare(t, real[i]!, ours);
    if (found.length > 0) wrong.push(`${t.name} (${i}): ${found.slice(0, 4).join('; ')}`);
  });
  expect(wrong).toEqual([]);
};

const why = cannotRunNatively() ?? (hostLevel() < 3 ? 'the host has no AVX' : null);
describe.skipIf(why !== null).each(['off', 'force'] as const)('XSAVE and its kin, compiler %s', (jit) => {
  test('every choice of components is saved as the real CPU saves it', () => {
    const tests: Test[] = [];
    for (const [name, code] of SAVES) for (let mask = 0; mask < 16; mask++) for (const rex of [[], [REX]]) {
      const t = make(name, [...rex, ...code], tests.length, mask);
      t.mem[512] = tests.length & 7; // what XSTATE_BV was
      tests.push(t, make(name, [...rex, ...code], tests.length, mask, 32)); // not aligned
    }
    check(tests, jit);
  }, 60_000);
  test('restored: both formats, components that are absent, headers that are wrong', () => {
    const tests: Test[] = [], beyond: Test[] = [], unknown = hostComponents() & 0xff & ~7;
    for (let seed = 0; seed < 600; seed++) {
      const d = new Dice(seed + 5000), t = make('xrstor', seed % 2 === 0 ? XRSTOR : [REX, ...XRSTOR], seed, d.below(8)), v = new DataView(t.mem.buffer);
      t.mem.fill(0, 512, 576);
      v.setUint16(0, 0x37f, true); v.setUint16(2, d.below(8) << 11, true); // x87: nothing pending
      v.setUint32(24, d.chance(0.1) ? 0x101f80 : 0x1f80 | d.below(64), true);
      t.mem[512] = d.below(8);
      if (d.chance(0.5)) { t.mem[520] = d.chance(0.8) ? t.mem[512]! | d.below(8) : d.below(8); t.mem[527] = 0x80; }
      if (d.chance(0.15)) t.mem[512 + d.pick([0, 1, 7, 8, 9, 16, 23, 24, 40, 63])]! |= 1 << d.below(8);
      for (let i = 0; i < 8; i++) t.mem.fill(0, 42 + i * 16, 48 + i * 16);
      ((t.mem[512]! | t.mem[520]!) & unknown ? beyond : tests).push(t);
    }
    check(tests, jit);
    const guest = new Guest(jit);
    for (const t of beyond) expect(guest.test(t).trap).toBe(13); // components that the real CPU has and ours does not
  }, 60_000);
  test('what was saved comes back', () => {
    const tests: Test[] = [];
    for (let seed = 0; seed < 40; seed++) { // save; clobber; restore
      const [, code] = SAVES[seed % 3]!, t = make('xrstor', [REX, ...code, 0xdb, 0xe3, 0xc5, 0xfc, 0x77, REX, ...XRSTOR], 9000 + seed, 7);
      t.mem.fill(0, 512, 576);
      tests.push(t);
    }
    check(tests, jit);
  }, 60_000);
});
test('XINUSE names the components that are not initial', () => {
  const guest = new Guest('off'), t = make('xgetbv', [0x0f, 0x01, 0xd0], 1, 0);
  t.gpr[1] = 1n;
  expect(guest.test(t).gpr[0]).toBe(7n);
  t.gpr[1] = 0n;
  t.fx.fill(0, 512);
  expect(guest.test(t).gpr[0]).toBe(7n); // XCR0
  const regs = guest.processor.regs(0);
  expect(inUse(regs)).toBe(3);
  regs.bytes().fill(0, CTX.xmm, CTX.xmm + 256);
  regs.u32[CTX.mxcsr >> 2] = 0x1f80;
  expect(inUse(regs)).toBe(1);
  t.gpr[1] = 2n;
  expect(guest.test(t).trap).toBe(13);
  expect(AREA).toBeLessThan(MEMORY);
});
