// Faults and traps of single instructions, by hand, against the real CPU: where they are reported, with what state: non-canonical targets and
// addresses, lengths, ENTER, the trap flag.
import { describe, expect, test } from 'vitest';
import { AC } from '../machine/hardware.ts';
import { Guest } from './harness/guest.ts';
import { DATA, ENTRY, WINDOW, cannotRunNatively, hostIsAmd, hostLevel, runNatively } from './harness/records.ts';
import type { Outcome, Test } from './harness/records.ts';

function t(code: number[], set: (g: BigUint64Array, m: Uint8Array) => void, name: string): Test {
  const gpr = new BigUint64Array(16), fx = new Uint8Array(512), f = new DataView(fx.buffer), base = BigInt(DATA + WINDOW);
  gpr[4] = base + 128n; gpr[7] = base;
  f.setUint16(0, 0x37f, true); f.setUint32(24, 0x1f80, true); f.setUint32(28, 0xffff, true);
  const mem = new Uint8Array(256); set(gpr, mem);
  return { code: Uint8Array.from(code), gpr, rflags: 0x202, fx, mem, name, entry: ENTRY, window: WINDOW, fsBase: 0, gsBase: 0, ignore: [0, 0] };
}
const N = 0x8000_0000_0000_0000n, K = 0x0000_8000_0000_0000n, Hh = 0xffff_8000_0000_0000n;
/** An access of 8 bytes there is not canonical at its end. */
const LAST = 0x7fff_ffff_fffcn;
const aligned = (code: number[], set: (g: BigUint64Array, m: Uint8Array) => void, name: string): Test => ({ ...t(code, set, name), rflags: 0x202 | AC });
const at = (offset: number) => (g: BigUint64Array): void => { g[3] = BigInt(DATA + offset); };
const PLACES = { memory: BigInt(DATA + WINDOW + 16), 'an odd address': BigInt(DATA + WINDOW + 17), 'an absent page': 0x1000n, 'an odd address in an absent page': 0x2001n, 'the end of a page before an absent one': BigInt(DATA + 0x2ffe), 'a wrong address': N };
/** What AMD's processors do and others need not: FXSAVE and FXRSTOR touch the last of 512 bytes first; alignment of ymm operands and of FXSAVE's area. */
const amd = [
  ...[[0x0f, 0xae, 0x03], [0x0f, 0xae, 0x0b]].flatMap((code) => [0x2ff0, 0x2e10, 0x2e00, 0x3ff0, 0x3e00].map((where) => t(code, at(where), `${code[2] === 3 ? 'fxsave' : 'fxrstor'} at DATA + 0x${where.toString(16)}`))),
  ...[0x1ff0, 0x1e10, 0x1e00].map((where) => t([0x0f, 0xae, 0x03], at(where), `fxsave at DATA + 0x${where.toString(16)}`)),
  ...[1, 2, 4, 8, 16].flatMap((off) => [...([['fxsave', 0x03], ['fxrstor', 0x0b]] as const).map(([name, rm]) => aligned([0x0f, 0xae, rm], at(0x3000 + off), `${name} ${off} bytes off with AC`)), ...hostLevel() >= 3 ? [
    ...([['xsave', 0xae, 0x23], ['xrstor', 0xae, 0x2b], ['xsaveopt', 0xae, 0x33], ['xsavec', 0xc7, 0x23]] as const).map(([name, op, rm]) => aligned([0x0f, op, rm], (g) => { g[0] = 7n; g[3] = BigInt(DATA + 0x3000 + off); }, `${name} ${off} bytes off with AC`)),
    aligned([0xc5, 0xfc, 0x10, 0x03], at(WINDOW + off), `vmovups ${off} bytes off with AC`)] : []]),
  // the x87's environment: of 16-bit form it is words, of 32-bit form doublewords
  ...([['fldenv', 0xd9, 4], ['fnstenv', 0xd9, 6], ['frstor', 0xdd, 4], ['fnsave', 0xdd, 6]] as const).flatMap(([name, op, reg]) => [[], [0x66]].flatMap((prefix) => [0, 1, 2, 4].map((off) => aligned([...prefix, op, reg << 3 | 3], at(WINDOW + off), `${name}${prefix.length > 0 ? ' of 16-bit form' : ''} ${off} bytes off with AC`)))),
  // which of two operands is looked at first
  ...[['movsd', 0xa5], ['cmpsd', 0xa7], ['repe cmpsd', 0xf3, 0xa7], ['cmpsb', 0xa6], ['repe cmpsb', 0xf3, 0xa6], ['repne cmpsb', 0xf2, 0xa6]].flatMap(([name, ...code]) => [0, AC].flatMap((ac) => Object.entries(PLACES).flatMap(([from, si]) => Object.entries(PLACES).map(([to, di]) => (
    { ...t(code as number[], (g) => { g[1] = 3n; g[6] = si; g[7] = di; }, `${name} from ${from} to ${to}${ac !== 0 ? ', with AC' : ''}`), rflags: 0x202 | ac }))))),
];
const tests = [
  ...hostIsAmd() ? amd : [],
  t([0xff, 0xe0], (g) => { g[0] = N; }, 'jmp rax N'), t([0xff, 0xe0], (g) => { g[0] = K; }, 'jmp rax K'), t([0xff, 0xe0], (g) => { g[0] = Hh; }, 'jmp rax kernel'),
  t([0xff, 0xd0], (g) => { g[0] = N; }, 'call rax N'), t([0xc3], (_g, m) => { new DataView(m.buffer).setBigUint64(128, N, true); }, 'ret N'),
  t([0x8b, 0x00], (g) => { g[0] = N; }, 'mov eax,[N]'), t([0x89, 0x00], (g) => { g[0] = N; }, 'mov [N],eax'), t([0x8b, 0x00], (g) => { g[0] = Hh; }, 'mov eax,[kernel]'),
  t([0x50], (g) => { g[4] = N; }, 'push N'), t([0x8b, 0x04, 0x24], (g) => { g[4] = N; }, 'mov eax,[rsp]'), t([0x8b, 0x45, 0], (g) => { g[5] = N; }, 'mov eax,[rbp]'), t([0xc3], (g) => { g[4] = N; }, 'ret sp N'), t([0x58], (g) => { g[4] = N; }, 'pop N'),
  t([0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x90], () => 0, '15 bytes'), t([0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x90], () => 0, '16 bytes'),
  t([0x40, 0x66, 0x01, 0xc0], (g) => { g[0] = 0x12345678n; }, 'rex 66 add'), t([0x48, 0xf3, 0x0f, 0xb8, 0xc7], (g) => { g[7] = ~0n & 0xffffffffffffffffn; }, 'rex before f3'),
  t([0xc8, 0x10, 0, 3], (g) => { g[5] = BigInt(DATA + WINDOW + 96); }, 'enter 16,3'), t([0xc8, 0x10, 0, 1], (g) => { g[5] = BigInt(DATA + WINDOW + 96); }, 'enter 16,1'), t([0x66, 0xc8, 0x10, 0, 3], (g) => { g[5] = BigInt(DATA + WINDOW + 96); }, 'enter16 16,3'),
  t([0xc8, 0xff, 0xff, 0], (g) => { g[5] = BigInt(DATA + WINDOW + 96); }, 'enter 65535,0'),
  t([0x9d, 0x90, 0x90], (_g, m) => { new DataView(m.buffer).setBigUint64(128, 0x302n, true); }, 'popf TF'), t([0x9d, 0x9d, 0x90], (_g, m) => { const v = new DataView(m.buffer); v.setBigUint64(128, 0x302n, true); v.setBigUint64(136, 0x202n, true); }, 'popf TF popf'),
  t([0x9d, 0xf3, 0xa4, 0x90], (g, m) => { const v = new DataView(m.buffer); v.setBigUint64(128, 0x302n, true); g[1] = 5n; g[6] = g[7]!; }, 'popf TF rep movsb'),
  t([0x9d, 0x9c, 0x58], (_g, m) => { const v = new DataView(m.buffer); v.setBigUint64(128, 0x302n, true); }, 'popf TF pushf'),
  t([0x9d, 0x8e, 0xd1, 0x90, 0x90, 0x90], (g, m) => { g[1] = 0x2bn; new DataView(m.buffer).setBigUint64(128, 0x302n, true); }, 'popf TF mov ss'), t([0x9d, 0x48, 0x8e, 0xd1, 0x50, 0x90], (g, m) => { g[1] = 0x2bn; new DataView(m.buffer).setBigUint64(128, 0x302n, true); }, 'popf TF mov ss, push'),
  t([0x9d, 0x8e, 0xd9, 0x90, 0x90], (_g, m) => { new DataView(m.buffer).setBigUint64(128, 0x302n, true); }, 'popf TF mov ds'), t([0x9d, 0x8e, 0xd1, 0x90], (g, m) => { g[1] = 0x10n; new DataView(m.buffer).setBigUint64(128, 0x302n, true); }, 'popf TF mov ss of the kernel'),
  t([0x9d, 0xeb, 0x01, 0x90, 0x90], (_g, m) => { const v = new DataView(m.buffer); v.setBigUint64(128, 0x302n, true); }, 'popf TF jmp'),
  t([0xc8, 8, 0, 3], (g) => { g[5] = N; }, 'enter, an outer frame at N'), t([0xc9], (g) => { g[5] = N; }, 'leave N'),
  t([0x48, 0x8b, 0x03], (g) => { g[3] = LAST; }, 'mov rax,[4 bytes below the end of what is canonical]'), t([0x48, 0x01, 0x04, 0x24], (g) => { g[4] = LAST; }, 'add [rsp there],rax'), t([0x0f, 0x11, 0x45, 0], (g) => { g[5] = LAST; }, 'movups [rbp there],xmm0'),
  aligned([0x8b, 0x03], (g) => { g[3] = N + 1n; }, 'mov eax,[N + 1] with AC'), aligned([0xd9, 0x3b], (g) => { g[3] = N + 1n; }, 'fnstcw [N + 1] with AC'), aligned([0xaa], (g) => { g[7] = N + 1n; }, 'stosb with AC'), aligned([0xab], (g) => { g[7] = N + 1n; }, 'stosd [N + 1] with AC'),
  ...[0xa5, 0xa7].map((op) => aligned([0xf3, op], (g) => { g[1] = 3n; g[6] = 0x1000n; g[7] = g[7]! + 1n; }, `rep ${op === 0xa5 ? 'movsd' : 'cmpsd'} from a page that is not there to where it is misaligned, with AC`)),
];
const hex = (n: bigint | number): string => n.toString(16);
/** A page fault's error code has P set for addresses above user space: Linux hides there what is mapped. */
const shown = (o: Outcome): string => `vector ${o.trap}, error ${hex(o.trap === 14 ? o.error | 5 : o.error)}, at ${hex(o.trap === 14 ? o.cr2 : 0)}, rip ${hex(o.rip)}, rflags ${hex(o.rflags)}, registers ${[...o.gpr].map(hex).join(' ')}, memory ${Buffer.from(o.mem).toString('hex')}`;

const why = cannotRunNatively();
describe.skipIf(why !== null).each(['off', 'force'] as const)('faults and traps, compiler %s', (jit) => {
  const real = why === null ? runNatively(tests) : [], guest = new Guest(jit);
  test.each(tests.map((x, i) => [x.name, i] as const))('%s', (_name, i) => { expect(shown(guest.test(tests[i]!))).toBe(shown(real[i]!)); });
});
