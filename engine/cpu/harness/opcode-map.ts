// The whole opcode map as tests: every opcode of the four maps under combinations of prefixes, with every ModRM reg field, memory and register.
import { decode } from '../decode/decoder.ts';
import { DATA, ENTRY, WINDOW } from './records.ts';
import type { Test } from './records.ts';
import { Dice, FLUSHING, fillBytes } from './values.ts';

export const MAPS: readonly (readonly number[])[] = [[], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]];
const MODRM = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((reg) => [0x07 | (reg << 3), 0xc0 | (reg << 3)]);
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
/** Each alone, and in pairs. 48, 44 and 41 are REX.W, R and B: in front of another prefix they do not count. */
export const SINGLE: readonly number[] = [0x66, 0x67, 0xf2, 0xf3, 0xf0, 0x48, 0x44, 0x41, 0x40, 0x64, 0x65, 0x2e, 0x3e];
/** Where most opcodes are undefined. */
export const FEW_PREFIXES: readonly (readonly number[])[] = [[], [0x66], [0xf2], [0xf3], [0xf0], [0x48], [0x66, 0x48]];
export const SOME_PREFIXES: readonly (readonly number[])[] = [[], ...SINGLE.map((p) => [p]), [0xf3, 0x66], [0x66, 0x48], [0xf2, 0x48], [0xf3, 0x48], [0xf0, 0x48], [0x48, 0x66], [0xf2, 0xf3], [0xf3, 0xf2], [0x67, 0x66], [0xf0, 0x66]];
export const ALL_PREFIXES: readonly (readonly number[])[] = [...SOME_PREFIXES, ...SINGLE.flatMap((a) => SINGLE.map((b) => [a, b])).filter((p) => !SOME_PREFIXES.some((s) => s.join() === p.join())), ...[0x48, 0x66, 0xf2, 0xf3].map((last) => [0xf0, 0x67, 0x66, last])];

/** By map, opcodes that are not run: prefixes and escapes, VEX and its kin, what enters the kernel or the hypervisor, clocks and CPUID, and extensions of
 *  real CPUs that the model does not have (SSE4a, 3DNow!, SHA, AES, ADX, BMI, FSGSBASE and the XSAVE family in 0F AE and 0F C7). */
const SKIPPED: readonly (readonly number[])[] = [
  [0x0f, 0x26, 0x2e, 0x36, 0x3e, ...range(0x40, 0x4f), 0x62, ...range(0x64, 0x67), 0x8f, 0xc4, 0xc5, 0xf0, 0xf1, 0xf2, 0xf3],
  [0x01, 0x05, 0x0e, 0x0f, 0x31, 0x34, 0x38, 0x3a, 0x78, 0x79, 0xa2, 0xae, 0xc7],
  [...range(0x80, 0x82), ...range(0xc8, 0xcf), ...range(0xd8, 0xdf), 0xf5, 0xf6, 0xf8, 0xf9],
  [0x44, 0xcc, 0xce, 0xcf, 0xdf],
];
export const opcodes = (map: number): number[] => range(0, 255).filter((opcode) => !SKIPPED[map]!.includes(opcode));
export const hex = (bytes: Iterable<number>): string => [...bytes].map((b) => b.toString(16).padStart(2, '0')).join(' ');

/** The state that every test begins with: pointers into the window, small numbers, ordinary floats, nothing unmasked. */
export function stateFor(code: Uint8Array, name: string): Test {
  const gpr = new BigUint64Array(16), fx = new Uint8Array(512), f = new DataView(fx.buffer), base = BigInt(DATA + WINDOW), mem = new Uint8Array(256), d = new Dice(code[0]! * 256 + code[1]!);
  gpr[0] = gpr[1] = 1n;
  gpr[2] = 3n;
  gpr[3] = gpr[7] = gpr[15] = base; gpr[6] = base + 64n; gpr[4] = gpr[5] = base + 128n; gpr[8] = 5n;
  fillBytes(d, mem.subarray(0, 64), 3);
  fillBytes(d, mem.subarray(64, 120), 1);
  f.setUint16(0, 0x37f, true); f.setUint32(24, 0x1f80 | FLUSHING[code.reduce((sum, byte) => sum + byte, 0) % FLUSHING.length]!, true); f.setUint32(28, 0xffff, true);
  fillBytes(d, fx.subarray(160, 416), 0);
  return { code, gpr, rflags: 0x202, fx, mem, name, entry: ENTRY, window: WINDOW, fsBase: 0x40, gsBase: 0x80, ignore: [0, 0] };
}
const SEGMENTS = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65];
/** Linux, which emulates SLDT and STR under UMIP, decodes neither a REX that does not count nor a second segment prefix: what the processor does is not to be seen. */
const emulatedNot = (prefix: readonly number[]): boolean => prefix.slice(0, -1).some((b) => (b & 0xf0) === 0x40) || prefix.filter((b) => SEGMENTS.includes(b)).length > 1;
/** Cells in which processors differ, or that are extensions. `prefix` ends with what stands before the opcode's escape. */
function unlike(prefix: readonly number[], map: number, opcode: number, modrm: number): boolean {
  const has = (byte: number): boolean => prefix.includes(byte), reg = (modrm >> 3) & 7, wide = prefix.at(-1) === 0x48;
  if (map === 0) {
    const near = (opcode & 0xf0) === 0x70 || opcode === 0xc2 || opcode === 0xc3 || (opcode & 0xfc) === 0xe0 || opcode === 0xe8 || opcode === 0xe9 || opcode === 0xeb || (opcode === 0xff && (reg === 2 || reg === 4));
    return (near && has(0x66) && !wide) // AMD jumps within 16 bits; Intel, as ours, ignores the prefix
      || (opcode === 0xd9 && modrm >= 0xd8 && modrm <= 0xdf) // FSTPNCE is undocumented
      || (opcode === 0xff && (reg === 3 || reg === 5) && wide); // far pointers of 64 bits: Intel's only
  }
  if (map === 1) {
    return ((opcode & 0xf0) === 0x80 && has(0x66) && !wide)
      || (opcode === 0x2b && (has(0xf2) || has(0xf3))) // SSE4a
      || ((opcode === 0xbc || opcode === 0xbd) && has(0xf3)) // TZCNT, LZCNT
      || ((opcode === 0xb2 || opcode === 0xb4 || opcode === 0xb5) && wide)
      || (has(0xf0) && (opcode === 0x20 || opcode === 0x22)) // AMD: CR8
      || (has(0xf0) && opcode === 0x00 && reg === 5) // AMD does not look at VERW's LOCK
      || (opcode === 0x00 && reg < 2 && emulatedNot(prefix));
  }
  return false;
}
/** One cell of the map; null where the ModRM byte would not matter. */
function cell(prefix: readonly number[], map: number, opcode: number, modrm: number): Test | null {
  if (unlike(prefix, map, opcode, modrm)) return null;
  const start = [...prefix, ...MAPS[map]!, opcode];
  const code = Uint8Array.from([...start, modrm, 1, ...new Array<number>(14).fill(0)]), insn = decode(code, 0, code.length)!;
  const undefined = insn.form.mnemonic === 'ud2';
  if (insn.length <= start.length && modrm !== MODRM[0] && !undefined) return null; // no ModRM byte: once is enough
  code.fill(0xcc, undefined ? start.length + 3 : insn.length);
  return stateFor(code.slice(0, 15), `${undefined ? 'undefined' : insn.form.mnemonic} ${hex([...start, modrm])} ${insn.form.key}`);
}
export function mapTests(map: number, opcode: number, prefixes: readonly (readonly number[])[]): Test[] {
  return prefixes.flatMap((prefix) => MODRM.map((modrm) => cell(prefix, map, opcode, modrm)).filter((t) => t !== null));
}
/** Vectors as a program notices them. */
export const kindOf = (trap: number): string => (trap === 6 ? '#UD' : trap === 13 ? '#GP' : trap === 1 || trap === 3 || trap === 14 ? 'runs' : `vector ${trap}`);
