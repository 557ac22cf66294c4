// FIP, FCS, FDP, FDS and FOP as FNSTENV and FXSAVE write them, against the real CPU. FXSAVE's differ between makers: AMD's processors, which ours follows,
// write them only while an exception is pending.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Guest } from '../harness/guest.ts';
import { DATA, ENTRY, WINDOW, cannotRunNatively, runNatively } from '../harness/records.ts';
import type { Test } from '../harness/records.ts';

const FNSTENV = [0xd9, 0x37], FXSAVE = [0x0f, 0xae, 0x07], FXSAVE64 = [0x48, ...FXSAVE], START = [0xdb, 0xe3, 0xd9, 0xe8, 0xd9, 0xee];
const ZERO_DIVIDE = [0xd9, 0x6e, 0x00, 0xd9, 0xe8, 0xdc, 0x76, 0x10]; // fldcw [rsi]: all unmasked; fld1; fdiv qword [rsi + 16], which is 0
const LAST: [string, number[]][] = [
  ['constant', [0xd9, 0xeb]], ['register', [0xd8, 0xc1]], ['load of 8', [0xdd, 0x46, 0x10]], ['load of 4, then register', [0xd9, 0x46, 0x14, 0xd8, 0xc9]], ['integer load', [0xdf, 0x46, 0x08]], ['load of 10', [0xdb, 0x6e, 0x20]],
  ['store of 8', [0xdd, 0x56, 0x40]], ['store of 10', [0xdb, 0x7e, 0x40]], ['integer store', [0xdf, 0x5e, 0x40]], ['store to a register', [0xdd, 0xd9]], ['fxch', [0xd9, 0xc9]], ['fnop', [0xd9, 0xd0]], ['fincstp', [0xd9, 0xf7]], ['ffree', [0xdd, 0xc0]],
  ['fnclex is control', [0xdd, 0x46, 0x10, 0xdb, 0xe2]], ['fwait is control', [0xdd, 0x46, 0x10, 0x9b]], ['fnstsw is control', [0xdd, 0x46, 0x10, 0xdf, 0xe0]], ['fnstcw is control', [0xdd, 0x46, 0x10, 0xd9, 0x7e, 0x40]], ['fninit clears', [0xdd, 0x46, 0x10, 0xdb, 0xe3]],
  ['compare to flags', [0xdb, 0xe9]], ['conditional move', [0xda, 0xc1]], ['sine', [0xd9, 0xfe]], ['with a prefix', [0x48, 0xdd, 0x46, 0x10]], ['mmx leaves them', [0xdd, 0x46, 0x10, 0x0f, 0x6f, 0xc8]], ['pending', ZERO_DIVIDE],
  ['through FS', [0x64, 0xdd, 0x46, 0x10]], ['store through GS', [0x65, 0xdd, 0x56, 0x40]], ['through FS with an index', [0x64, 0xd8, 0x44, 0x0e, 0x10]],
  ['below rsp', [0xdd, 0x44, 0x24, 0x10]], ['at rbp', [0xdd, 0x45, 0x10]], ['at rbp with an index', [0xdd, 0x44, 0x0d, 0x10]], ['at r12, which is not rsp', [0x41, 0xdd, 0x44, 0x24, 0x10]], ['DS before rsp does not count', [0x3e, 0xdd, 0x44, 0x24, 0x10]],
  ['below rsp, then a register', [0xdd, 0x44, 0x24, 0x10, 0xd8, 0xc9]], ['with DS loaded', [0xb8, 0x2b, 0, 0, 0, 0x8e, 0xd8, 0xdd, 0x46, 0x10]], ['with GS loaded', [0xb8, 0x2b, 0, 0, 0, 0x8e, 0xe8, 0x65, 0xdd, 0x46, 0x10]],
  ['fldenv of any selectors', [0xd9, 0x66, 0x20]], ['fldenv of any selectors, 16 bits', [0x66, 0xd9, 0x66, 0x20]], ['pending, below rsp', [0xd9, 0x6e, 0x00, 0xd9, 0xe8, 0xdc, 0x74, 0x24, 0x10]],
];
function make(name: string, code: number[]): Test {
  const gpr = new BigUint64Array(16), fx = new Uint8Array(512), f = new DataView(fx.buffer), base = BigInt(DATA + WINDOW), mem = new Uint8Array(768);
  gpr[4] = gpr[5] = gpr[6] = gpr[12] = base; gpr[7] = base + 0x80n;
  new DataView(mem.buffer).setUint16(0, 0x340, true);
  mem[8] = 7;
  mem.set([0x7f, 3, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0x21, 0x43, 0x65, 0x07, 0xcd, 0xab, 0x55, 0x05, 0x78, 0x56, 0, 0, 0xef, 0xbe], 32); // an environment
  f.setUint16(0, 0x37f, true); f.setUint32(24, 0x1f80, true); f.setUint32(28, 0xffff, true);
  return { code: Uint8Array.from(code), entry: ENTRY, gpr, rflags: 0x202, fsBase: 0x40, gsBase: 0x60, fx, window: WINDOW, mem, name, ignore: [0, 0] };
}
const words = (mem: Uint8Array, from: number, to: number): string => Buffer.from(mem.slice(0x80 + from, 0x80 + to)).toString('hex').replace(/(.{8})/g, '$1 ');

const why = cannotRunNatively();
describe.skipIf(why !== null).each(['off', 'force'] as const)('pointers to the last x87 instruction, compiler %s', (jit) => {
  test('FNSTENV, 32 and 16 bits', () => {
    const guest = new Guest(jit), tests = LAST.flatMap(([name, code]) => [make(name, [...START, ...code, ...FNSTENV]), make(`${name}, 16 bits`, [...START, ...code, 0x66, ...FNSTENV])]);
    const shown = (t: Test, m: Uint8Array): string => `${t.name}: ${t.name.endsWith('16 bits') ? words(m, 0, 14) : words(m, 0, 28)}`;
    const real = runNatively(tests);
    expect(tests.map((t) => shown(t, guest.test(t).mem))).toEqual(tests.map((t, i) => shown(t, real[i]!.mem)));
  });
  test.skipIf(!/AuthenticAMD/.test(why === null ? readFileSync('/proc/cpuinfo', 'utf8') : ''))('FXSAVE', () => {
    const guest = new Guest(jit), tests = LAST.flatMap(([name, code]) => [make(name, [...START, ...code, ...FXSAVE]), make(`${name}, 64 bits`, [...START, ...code, ...FXSAVE64])]), real = runNatively(tests);
    expect(tests.map((t) => `${t.name}: ${words(guest.test(t).mem, 0, 24)}`)).toEqual(tests.map((t, i) => `${t.name}: ${words(real[i]!.mem, 0, 24)}`));
  });
});
