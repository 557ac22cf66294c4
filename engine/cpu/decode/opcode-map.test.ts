// Every opcode under every kind of prefix: what is undefined, what is privileged and what runs is the same as on the real CPU.
import { describe, expect, test } from 'vitest';
import { Guest } from '../harness/guest.ts';
import { DATA, ENTRY, WINDOW, cannotRunNatively, runNatively } from '../harness/records.ts';
import type { Test } from '../harness/records.ts';
import { decode } from './decoder.ts';

const PREFIXES = [[], [0x66], [0xf2], [0xf3], [0xf3, 0x66], [0x48], [0x66, 0x48]];
const MODRM = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((reg) => [0x07 | (reg << 3), 0xc0 | (reg << 3)]);
const MAPS = [[], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]];
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
/** By map, opcodes that are not run: prefixes, escapes, VEX and its kin; what leaves, jumps or changes segments and modes; and extensions of real CPUs
 *  that the model does not have (SSE4a, 3DNow!, SHA, AES, ADX, FSGSBASE and XSAVE in 0F AE and 0F C7, clocks). */
const SKIPPED = [
  [0x0f, 0x17, 0x26, 0x2e, 0x36, 0x3e, ...range(0x40, 0x4f), 0x62, ...range(0x64, 0x67), ...range(0x70, 0x7f), 0x8e, 0x8f, 0x9d, 0xc4, 0xc5, 0xcd, 0xcf, ...range(0xe0, 0xe3), 0xe8, 0xe9, 0xeb, 0xf0, 0xf2, 0xf3, 0xf4],
  [0x01, 0x05, 0x07, 0x0d, 0x0e, 0x0f, 0x2b, 0x31, 0x34, 0x37, 0x38, 0x3a, 0x78, 0x79, ...range(0x80, 0x8f), 0xa1, 0xa9, 0xae, 0xb2, 0xb4, 0xb5, 0xc7],
  [...range(0x80, 0x82), ...range(0xc8, 0xcf), ...range(0xd8, 0xdf), 0xf0, 0xf1, 0xf5, 0xf6, 0xf8, 0xf9],
  [0x44, 0xcc, 0xce, 0xcf, 0xdf],
];
const hex = (bytes: number[]): string => bytes.map((b) => b.toString(16).padStart(2, '0')).join(' ');
const outcome = (trap: number): string => (trap === 6 ? '#UD' : trap === 13 ? '#GP' : trap === 1 || trap === 3 || trap === 14 ? 'runs' : `vector ${trap}`);

function make(prefix: number[], escape: number[], opcode: number, modrm: number): Test | null {
  const start = [...prefix, ...escape, opcode], code = Uint8Array.from([...start, modrm, 1, ...new Array<number>(14).fill(0)]), insn = decode(code, 0, code.length)!;
  const undefined = insn.form.mnemonic === 'ud2';
  if (insn.length <= start.length && modrm !== MODRM[0] && !undefined) return null; // no ModRM byte: once is enough
  code.fill(0xcc, undefined ? start.length + 3 : insn.length);
  const gpr = new BigUint64Array(16), fx = new Uint8Array(512), f = new DataView(fx.buffer), base = BigInt(DATA + WINDOW);
  gpr[0] = gpr[1] = 1n;
  gpr[3] = gpr[7] = base; gpr[6] = base + 64n; gpr[4] = gpr[5] = base + 128n;
  f.setUint16(0, 0x37f, true); f.setUint32(24, 0x1f80, true); f.setUint32(28, 0xffff, true);
  return { code: code.slice(0, 15), gpr, rflags: 0x202, fx, mem: new Uint8Array(256), name: hex([...start, modrm]), entry: ENTRY, window: WINDOW, fsBase: 0, gsBase: 0, ignore: [0, 0] };
}

const why = cannotRunNatively();
describe.skipIf(why !== null)(`opcode map${why === null ? '' : ` (skipped: ${why})`}`, () => {
  MAPS.forEach((escape, map) => test(`map ${hex(escape)}`, () => {
    const guest = new Guest('off'), tests: Test[] = [];
    for (const opcode of range(0, 255)) {
      if (SKIPPED[map]!.includes(opcode)) continue;
      for (const prefix of PREFIXES) for (const modrm of MODRM) {
        const t = make(prefix, escape, opcode, modrm);
        if (t !== null) tests.push(t);
      }
    }
    const real = runNatively(tests), wrong: string[] = [];
    tests.forEach((t, i) => {
      const a = outcome(real[i]!.trap), b = outcome(guest.test(t).trap);
      if (a !== b) wrong.push(`${t.name}: real ${a}, ours ${b}`);
    });
    expect(tests.length).toBeGreaterThan(2000);
    expect(wrong).toEqual([]);
  }, 300_000));
});
