// Every opcode of the three VEX maps with every prefix field, length, W and with or without vvvv, and prefixes that may not stand before VEX: what is undefined and
// what runs is the same as on the real CPU.
import { describe, expect, test } from 'vitest';
import { Guest } from '../harness/guest.ts';
import { DATA, ENTRY, WINDOW, cannotRunNatively, hostLevel, runNatively } from '../harness/records.ts';
import type { Test } from '../harness/records.ts';
import { decode } from './decoder.ts';

/** By map, opcodes of extensions that real CPUs may have and no model of ours: AVX-512's instructions on mask registers, AES, PCLMULQDQ, GFNI, AVX-VNNI and AVX-IFMA with
 *  their kin, AMX, CMPccXADD, SHA-512, SM3, SM4. Ours are undefined, whatever the real CPU says. */
const LATER: Readonly<Record<number, readonly number[]>> = {
  1: [0x41, 0x42, 0x44, 0x45, 0x46, 0x47, 0x4a, 0x4b, 0x90, 0x91, 0x92, 0x93, 0x98, 0x99],
  2: [0x49, 0x4b, 0x50, 0x51, 0x52, 0x53, 0x5c, 0x5e, 0x6c, 0x72, 0xb0, 0xb1, 0xb4, 0xb5, 0xcb, 0xcc, 0xcd, 0xcf, 0xd2, 0xd3, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, ...Array.from({ length: 16 }, (_, i) => 0xe0 + i)],
  3: [0x30, 0x31, 0x32, 0x33, 0x44, 0xce, 0xcf, 0xde, 0xdf],
};
const hex = (bytes: readonly number[]): string => bytes.map((b) => b.toString(16).padStart(2, '0')).join(' ');
const outcome = (trap: number): string => (trap === 6 ? '#UD' : trap === 13 ? '#GP' : trap === 1 || trap === 3 || trap === 14 ? 'runs' : `vector ${trap}`);
const ALL = Array.from({ length: 256 }, (_, i) => i);

/** @param modrm a memory operand is [rbx] or, with a SIB byte, [rbx + xmm6] */
function make(start: readonly number[], modrm: number): Test {
  const code = Uint8Array.from([...start, modrm, ...(modrm < 0xc0 && (modrm & 7) === 4 ? [0x33] : []), ...new Array<number>(10).fill(0)]), insn = decode(code, 0, code.length)!;
  const gpr = new BigUint64Array(16), fx = new Uint8Array(768), f = new DataView(fx.buffer);
  code.fill(0xcc, insn.form.mnemonic === 'ud2' ? start.length + 4 : insn.length);
  gpr[2] = 1n; gpr[3] = gpr[7] = BigInt(DATA + WINDOW); gpr[4] = gpr[5] = BigInt(DATA + WINDOW + 128);
  f.setUint16(0, 0x37f, true); f.setUint32(24, 0x1f80, true); f.setUint32(28, 0xffff, true);
  return { code: code.slice(0, 15), gpr, rflags: 0x202, fx, mem: new Uint8Array(256), name: hex([...start, modrm]), entry: ENTRY, window: WINDOW, fsBase: 0, gsBase: 0, ignore: [0, 0] };
}
function differences(tests: readonly Test[], later: readonly number[] = []): string[] {
  const guest = new Guest('off'), real = runNatively(tests), wrong: string[] = [];
  tests.forEach((t, i) => {
    const a = later.includes(t.code[3]!) ? '#UD' : outcome(real[i]!.trap), b = outcome(guest.test(t).trap);
    if (a !== b) wrong.push(`${t.name}: real ${a}, ours ${b}`);
  });
  return wrong;
}

const why = cannotRunNatively() ?? (hostLevel() < 3 ? 'the host has no AVX2' : null);
describe.skipIf(why !== null)(`VEX opcode map${why === null ? '' : ` (skipped: ${why})`}`, () => {
  for (const map of [1, 2, 3]) test(`map ${map}`, () => {
    const tests: Test[] = [];
    for (const opcode of ALL) {
      const group = (map === 1 && [0x71, 0x72, 0x73, 0xae].includes(opcode)) || (map === 2 && opcode === 0xf3);
      for (const pp of [0, 1, 2, 3]) for (const l of [0, 1]) for (const w of [0, 1]) for (const vvvv of w === 0 ? [15, 10] : [15]) {
        for (const modrm of group ? [0, 1, 2, 3, 4, 5, 6, 7].flatMap((reg) => [0x03 | (reg << 3), 0xc1 | (reg << 3)]) : [map === 2 && opcode >> 2 === 0x24 ? 0x0c : 0x03, 0xc1]) tests.push(make([0xc4, 0xe0 | map, (w << 7) | (vvvv << 3) | (l << 2) | pp, opcode], modrm));
      }
    }
    expect(tests.length).toBeGreaterThan(11_000);
    expect(differences(tests, LATER[map])).toEqual([]);
  }, 300_000);
  test('prefixes before VEX, maps that do not exist', () => {
    const tests = [[], [0x66], [0xf2], [0xf3], [0xf0], [0x48], [0x40], [0x2e], [0x64], [0x67], [0x48, 0x2e]].map((p) => make([...p, 0xc5, 0xf9, 0xfc], 0xc1)); // vpaddb
    for (let map = 0; map < 32; map++) if (map < 1 || map > 3) tests.push(make([0xc4, 0xe0 | map, 0x79, 0xfc], 0xc1));
    expect(differences(tests)).toEqual([]);
  });
});
