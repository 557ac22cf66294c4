// Flags of BT, BSF, rotates, STC and the like, which leave the others as they were: behind each kind of instruction that sets all, every condition on them, and the flags themselves, with the compiler off, on and forced.
import { describe, expect, test } from 'vitest';
import { EXIT, R10, R12, R13 } from '../../machine/hardware.ts';
import { DATA, NOTHING_LEFT, assemble, hasGcc, machineIn, modes } from '../harness/modes.ts';

const CONDITIONS = ['o', 'no', 'b', 'ae', 'e', 'ne', 'be', 'a', 's', 'ns', 'p', 'np', 'l', 'ge', 'le', 'g'];
/** Set them all, from rax and rbx. */
const SETTERS: Readonly<Record<string, string>> = {
  add: 'mov r8, rax\nadd r8, rbx', sub: 'mov r8d, eax\nsub r8d, ebx', cmp: 'cmp al, bl', and: 'mov r8, rax\nand r8w, bx', inc: 'mov r8, rax\ninc r8d', dec: 'mov r8, rax\ndec r8b',
  shl: 'mov r8, rax\nshl r8, 3', imul: 'mov r8, rax\nimul r8d, ebx', adc: 'mov r8, rax\nadc r8, rbx', sahf: 'mov r8, rax\nmov ah, bl\nsahf\nmov rax, r8', comisd: 'movq xmm1, rax\nmovq xmm2, rbx\ncomisd xmm1, xmm2', 'shr by cl': 'mov r8, rax\nshr r8, cl',
};
/** Set some. */
const PARTIAL = ['bt rax, rbx', 'bsf r9, rbx', 'bsr r9d, eax', 'rol r9, 7', 'ror r9d, 1', 'stc', 'cmc', 'bts r9, 3', 'bt rax, 5\nbsf r9, rax', 'rol r9w, 3\nbt rbx, 1\nbsr r9, rbx', 'bsf r9, rbx\nror r9, 9', 'rol r9, 32\nclc', 'ror r9b, cl\nbsf r9d, eax'];
const hashed = (registers: string): string => `movzx r14d, r14b\nlea ${registers}, [r14+${registers}*2]\n`;

/** A round with each of PARTIAL behind `setter`: in its block, where what comes before is not known, before memory accesses, and behind a jump on them. */
function program(setter: string): string {
  const part = (partial: string, i: number): string => `${setter}\n${partial}
    ${CONDITIONS.map((cc) => `set${cc} r14b\n${hashed('r12')}`).join('')}pushfq\npop r15\nand r15d, 0x8d5\nadd r13, r15\nlea r13, [r13+r13*2]
    ${setter}\nbt ecx, ${i % 5}\njc ${100 + i}f\ncmp rbx, rax\n${100 + i}: ${partial}\nmov r15, [rdi+rcx*8]\nmov [rsi+rcx*8], r9\nset${CONDITIONS[i]!} r14b\n${hashed('r12')}pushfq\npop r15\nand r15d, 0x8d5\nadd r13, r15
    ${setter}\n${partial}\njbe ${200 + i}f\nsetl r14b\n${hashed('r12')}${200 + i}: dec r11\nsetc r14b\n${hashed('r12')}setz r14b\n${hashed('r12')}
    ${setter}\n${partial}\nmov r15, [rdi+rcx*8]\nadc r10, r9\nlea r13, [r13+r10]\nxor r12, r13\n`;
  return `mov edi, ${DATA}\nmov esi, ${DATA + 4096}\nmov ecx, 399\n1: mov rax, [rdi+rcx*8]\nmov rbx, [rdi+rcx*4]\n${PARTIAL.map(part).join('')}dec ecx\njns 1b\nsyscall`;
}

describe.skipIf(!hasGcc())('flags of which some are set', { timeout: 60_000 }, () => {
  for (const [name, setter] of Object.entries(SETTERS)) test(`behind ${name}`, () => {
    const code = assemble(program(setter)), states = modes.map((mode) => {
      const m = machineIn(mode, code, NOTHING_LEFT, { hot: 128 }), data = new DataView(m.ram.u8.buffer, m.ram.u8.byteOffset + 512 * 4096);
      let x = 7;
      for (let i = 0; i < 400; i++) {
        const next = (): number => (x = (Math.imul(x, 1664525) + 1013904223) >>> 0) >>> 16;
        // Some zeros, some equal to their neighbour, some small, some with the sign set
        data.setBigUint64(i * 8, [0n, BigInt(next()), BigInt(next()) << 48n, 0x7fffffffffffffffn, 0x8000000080000080n, BigInt(next() & 255), 1n, 0xffffffffffffffffn][next() & 7]!, true);
      }
      for (let i = 0; ; i++) {
        m.cpu.run(0, m.cpu.now(0) + 1999);
        if (m.cpu.exit.reason !== EXIT.deadline) break;
        if (i > 100_000) throw new Error('runs away');
      }
      const r = m.cpu.regs(0);
      return { mode, reason: m.cpu.exit.reason, sums: [r.gpr(R10), r.gpr(R12), r.gpr(R13)], state: Buffer.from(m.cpu.saveState()).toString('base64'), counters: m.cpu.counters(0) };
    });
    for (const other of states) expect(other).toEqual({ ...states[0]!, mode: other.mode });
    expect(states[0]!.reason).toBe(EXIT.syscall);
  });
});
