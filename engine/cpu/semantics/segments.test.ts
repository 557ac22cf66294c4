// Segment registers, far transfers, and implicit operands under prefixes, by hand, against the real CPU.
import { describe, expect, test } from 'vitest';
import { Guest } from '../harness/guest.ts';
import { CODE, DATA, ENTRY, WINDOW, cannotRunNatively, runNatively } from '../harness/records.ts';
import type { Outcome, Test } from '../harness/records.ts';

const BASE = BigInt(DATA + WINDOW), STACK_AT = 128, THERE = BigInt(CODE + ENTRY + 0x40), OPERAND = 32;
interface State { gpr: BigUint64Array; mem: DataView; fx: Uint8Array }
const cases: Test[] = [];
function add(name: string, code: number[], set: (s: State) => void = () => undefined, fsBase = 0): void {
  const gpr = new BigUint64Array(16), fx = new Uint8Array(512), f = new DataView(fx.buffer), mem = new Uint8Array(256);
  gpr[4] = BASE + BigInt(STACK_AT); gpr[7] = BASE + BigInt(OPERAND); gpr[0] = 0x1122334455667788n;
  f.setUint16(0, 0x37f, true); f.setUint32(24, 0x1f80, true); f.setUint32(28, 0xffff, true);
  set({ gpr, mem: new DataView(mem.buffer), fx });
  cases.push({ code: Uint8Array.from(code), gpr, rflags: 0x202, fx, mem, name, entry: ENTRY, window: WINDOW, fsBase, gsBase: fsBase, ignore: [0, 0] });
}
/** Words of `bytes` each, one behind the other. */
const put = (mem: DataView, at: number, bytes: number, ...values: (bigint | number)[]): void => values.forEach((v, i) => {
  if (bytes === 8) mem.setBigUint64(at + i * 8, BigInt(v), true); else if (bytes === 4) mem.setUint32(at + i * 4, Number(v), true); else mem.setUint16(at + i * 2, Number(BigInt(v) & 0xffffn), true);
});
const hex = (n: bigint | number): string => n.toString(16), CS = 0x33, SS = 0x2b, TEXT: Readonly<Record<number, string>> = { 2: 'word', 4: 'dword', 8: 'qword' };
/** The 64-bit code segment under every RPL, null, data, the CPU's number, one that is not there, one of the LDT, kernel code. */
const SELECTORS = [0x33, 0x30, 0x31, 0, 3, 0x2b, 0x7b, 0x83, 0x37, 0x10];
for (const [bytes, prefix] of [[4, []], [8, [0x48]]] as const) {
  for (const s of SELECTORS) {
    add(`lret ${TEXT[bytes]} to ${hex(s)}`, [...prefix, 0xcb], ({ mem }) => put(mem, STACK_AT, bytes, THERE, s));
    add(`iret ${TEXT[bytes]} to ${hex(s)}`, [...prefix, 0xcf], ({ mem }) => put(mem, STACK_AT, bytes, THERE, s, 0x202, BASE + 64n, SS));
  }
  add(`lret ${TEXT[bytes]}, 16 more`, [...prefix, 0xca, 16, 0], ({ mem }) => put(mem, STACK_AT, bytes, THERE, CS));
  for (const s of [0x2b, 0, 0x28, 0x33, 0x23, 0x7b]) add(`iret ${TEXT[bytes]} with SS ${hex(s)}`, [...prefix, 0xcf], ({ mem }) => put(mem, STACK_AT, bytes, THERE, CS, 0x202, BASE + 64n, s));
  for (const flags of [0x8d7, 0x302, 0x602, 0x4202, 0x244202, 0x3202, 2]) add(`iret ${TEXT[bytes]} with flags ${hex(flags)}`, [...prefix, 0xcf], ({ mem }) => put(mem, STACK_AT, bytes, THERE, CS, flags, BASE + 64n, SS));
  add(`iret ${TEXT[bytes]}, trap flag off again`, [0x9d, ...prefix, 0xcf], ({ mem }) => { put(mem, STACK_AT, 8, 0x302); put(mem, STACK_AT + 8, bytes, THERE, CS, 0x202, BASE + 64n, SS); });
  add(`iret ${TEXT[bytes]} with NT`, [0x9d, ...prefix, 0xcf], ({ mem }) => { put(mem, STACK_AT, 8, 0x4202); put(mem, STACK_AT + 8, bytes, THERE, CS, 0x202, BASE + 64n, SS); });
}
add('lret to a non-canonical place', [0x48, 0xcb], ({ mem }) => put(mem, STACK_AT, 8, 1n << 60n, CS));
add('iret to a non-canonical place', [0x48, 0xcf], ({ mem }) => put(mem, STACK_AT, 8, 1n << 60n, CS, 0x202, BASE, SS));
add('lret, the selector beyond the page', [0x48, 0xcb], ({ gpr }) => { gpr[4] = BigInt(DATA + 0x3000 - 8); });
for (const s of SELECTORS) {
  for (const [name, modrm] of [['ljmp', 0x2f], ['lcall', 0x1f]] as const) {
    add(`${name} dword to ${hex(s)}`, [0xff, modrm], ({ mem }) => { put(mem, OPERAND, 4, THERE); put(mem, OPERAND + 4, 2, s); });
  }
}
add('lcall, no room on the stack', [0xff, 0x1f], ({ gpr, mem }) => { gpr[4] = BigInt(DATA + 0x4000 + 4); put(mem, OPERAND, 4, THERE); put(mem, OPERAND + 4, 2, CS); });
add('ljmp to a register is undefined', [0xff, 0xe8]); add('lcall to a register is undefined', [0xff, 0xd8]);
for (const s of [0, 3, 0x23, 0x2b, 0x28, 0x33, 0x7b, 0x83, 0x10, 0x2f]) {
  for (const [n, name] of ['es', 'cs', 'ss', 'ds', 'fs', 'gs'].entries()) {
    add(`mov ${name}, ${hex(s)}`, [0x8e, 0xc0 | (n << 3), 0x64, 0x48, 0x8b, 0x1f], ({ gpr }) => { gpr[0] = BigInt(s); }, 16);
  }
  add(`mov gs, ${hex(s)}, then a load`, [0x8e, 0xe8, 0x65, 0x48, 0x8b, 0x1f], ({ gpr, mem }) => { gpr[0] = BigInt(s); put(mem, OPERAND, 8, 1, 2, 3); }, 16);
  for (const [name, code] of [['fs', 0xa1], ['gs', 0xa9]] as const) {
    add(`pop ${name}, ${hex(s)}`, [0x0f, code, 0x64, 0x48, 0x8b, 0x1f], ({ mem }) => { put(mem, STACK_AT, 8, s); put(mem, OPERAND, 8, 1, 2, 3); }, 16);
    add(`pop word ${name}, ${hex(s)}`, [0x66, 0x0f, code], ({ mem }) => put(mem, STACK_AT, 8, s));
  }
  for (const [name, code] of [['lss', 0xb2], ['lfs', 0xb4], ['lgs', 0xb5]] as const) {
    add(`${name} dword, ${hex(s)}`, [0x0f, code, 0x07, 0x65, 0x8b, 0x1f], ({ mem }) => { put(mem, OPERAND, 4, 0x12345678, s); }, 16);
    add(`${name} word, ${hex(s)}`, [0x66, 0x0f, code, 0x07], ({ mem }) => put(mem, OPERAND, 2, 0x1234, s));
  }
}
for (const s of [0, 1, 3, 0x23, 0x2a, 0x2b, 0x28, 0x33, 0x7b]) {
  for (const [n, name] of ['es', 'ss', 'ds', 'fs', 'gs'].entries()) {
    const reg = [0, 2, 3, 4, 5][n]!;
    add(`mov ${name}, ${hex(s)}, read again`, [0x8e, 0xc1 | (reg << 3), 0x48, 0x8c, 0xc2 | (reg << 3), 0x8c, 0x07 | (reg << 3), 0x0f, 0xa0, 0x0f, 0xa8], ({ gpr }) => { gpr[1] = BigInt(s); });
  }
}
add('lfs of a register is undefined', [0x0f, 0xb4, 0xc0]);
add('push fs', [0x0f, 0xa0]); add('push gs', [0x66, 0x0f, 0xa8]);
for (let n = 0; n < 6; n++) { add(`mov rax, sreg ${n}`, [0x48, 0x8c, 0xc0 | (n << 3)]); add(`mov ax, sreg ${n}`, [0x66, 0x8c, 0xc0 | (n << 3)]); add(`mov [rdi], sreg ${n}`, [0x8c, 0x07 | (n << 3)]); }
// implicit operands
add('xlat through fs', [0x64, 0xd7], ({ gpr, mem }) => { gpr[0] = 5n; gpr[3] = BASE; mem.setUint8(21, 0x5a); mem.setUint8(5, 0xa5); }, 16);
add('xlat of 32 bits', [0x67, 0xd7], ({ gpr, mem }) => { gpr[0] = 5n; gpr[3] = BASE | 1n << 40n; mem.setUint8(5, 0xa5); });
add('xlat of 32 bits through fs', [0x64, 0x67, 0xd7], ({ gpr, mem }) => { gpr[0] = 5n; gpr[3] = 0xffffffffn; mem.setUint8(4, 0xa5); }, Number(BASE));
for (const [name, code] of [['maskmovdqu', [0x66, 0x0f, 0xf7, 0xca]], ['maskmovq', [0x0f, 0xf7, 0xca]]] as const) {
  const values = (fx: Uint8Array): void => { for (let i = 0; i < 8; i++) { fx[32 + 16 + i] = i + 1; fx[32 + 32 + i] = 0xff; fx[160 + 16 + i] = i + 1; fx[160 + 32 + i] = 0xff; } };
  add(`${name} through fs`, [0x64, ...code], ({ fx }) => values(fx), 16);
  add(`${name} of 32 bits`, [0x67, ...code], ({ fx, gpr }) => { values(fx); gpr[7] = gpr[7]! | 1n << 40n; });
  add(`${name} of 32 bits through fs`, [0x64, 0x67, ...code], ({ fx, gpr }) => { values(fx); gpr[7] = 0xffffffffn; }, Number(BASE));
  add(`${name} of 32 bits through fs, within the page`, [0x64, 0x67, ...code], ({ fx, gpr }) => { values(fx); gpr[7] = 0xffff_ffff_0000_0010n; }, Number(BASE));
}
for (const [name, code] of [['loopne', 0xe0], ['loope', 0xe1], ['loop', 0xe2], ['jrcxz', 0xe3]] as const) {
  for (const rcx of [0n, 1n, 2n, 1n << 32n, 1n + (1n << 32n)]) for (const short of [[], [0x67]]) add(`${short.length > 0 ? '67 ' : ''}${name}, rcx ${hex(rcx)}`, [...short, code, 0x10], ({ gpr }) => { gpr[1] = rcx; });
}
add('bt of 32 bits through fs', [0x67, 0x64, 0x0f, 0xa3, 0x02], ({ gpr }) => { gpr[0] = 0x3en; gpr[2] = 0xffff_ffff_ffff_ff31n; }, 0x1ffe6c2e);
add('bts of 32 bits that wraps', [0x67, 0x64, 0x0f, 0xab, 0x02], ({ gpr }) => { gpr[0] = 0x40n; gpr[2] = 0xfffffffcn; }, DATA + WINDOW);
for (const modrm of [0xc0, 0xd8, 0xe0]) for (const rex of [0x44, 0x4c]) for (const op of [0x20, 0x21, 0x22, 0x23]) add(`control and debug registers ${hex(rex)} ${hex(op)} ${hex(modrm)}`, [rex, 0x0f, op, modrm]);

for (const modrm of [0x04, 0x44, 0x84, 0x05]) for (const op of [0x20, 0x21, 0x22, 0x23]) { add(`no SIB, no displacement behind ${hex(op)} ${hex(modrm)}`, [0x0f, op, modrm]); cases.at(-1)!.entry = 0x4000 - 3; }

const shown = (o: Outcome): string => `vector ${o.trap}, error ${hex(o.trap === 14 ? o.error | 5 : o.error)}, rip ${hex(o.rip)}, rflags ${hex(o.rflags & ~0x10000)}, registers ${[...o.gpr].map(hex).join(' ')}, memory ${Buffer.from(o.mem).toString('hex')}`;
const why = cannotRunNatively();
describe.skipIf(why !== null).each(['off', 'force'] as const)('segments and far transfers, compiler %s', (jit) => {
  const real = why === null ? runNatively(cases) : [], guest = new Guest(jit);
  test.each(cases.map((x, i) => [x.name, i] as const))('%s', (_name, i) => { expect(shown(guest.test(cases[i]!))).toBe(shown(real[i]!)); });
});
