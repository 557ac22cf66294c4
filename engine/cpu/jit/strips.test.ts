// Loops that walk through memory, stopped at odd times: the same state, cycles and misses of the TLB with the compiler off, on and forced, and few comparisons with the TLB where the loops are compiled.
import { describe, expect, test } from 'vitest';
import { EXIT, RDI, RSI } from '../../machine/hardware.ts';
import { CODE, DATA, assemble, hasGcc, machine, tiers } from '../harness/modes.ts';
import type { Machine } from '../harness/modes.ts';
import { DTLB_ENTRIES } from '../layout.ts';

const fill = ({ ram }: Machine): void => { for (let i = 0; i < 16384; i++) ram.u32[(512 * 4096 >> 2) + i] = Math.imul(i, 0x9e3779b1); };
/** Runs in slices until something else than a deadline happens, four times at most: `mend` may put right what it was. What is to be seen at each end of a slice must be the same in all tiers. */
function same(source: string, { before, mend, slice = 997 }: { before?: (m: Machine) => void; mend?: (m: Machine, times: number) => void; slice?: number } = {}): { ends: number[]; misses: number } {
  const code = assemble(source);
  const seen = tiers.map((jit) => {
    const m = machine(jit, code, { hot: 128 }), out: unknown[] = [], ends: number[] = [];
    fill(m);
    before?.(m);
    for (let i = 0; i < 3000 && ends.length < 4; i++) {
      m.cpu.run(0, m.cpu.now(0) + slice + (i & 15));
      const { reason, vector, errorCode, address } = m.cpu.exit;
      out.push([m.cpu.now(0), m.cpu.regs(0).rip, m.cpu.regs(0).gpr(RSI), m.cpu.regs(0).gpr(RDI), m.cpu.counters(0), ...reason === EXIT.deadline ? [] : [reason, vector, errorCode, address]]);
      if (reason === EXIT.deadline) continue;
      ends.push(reason);
      if (reason === EXIT.syscall) break;
      mend?.(m, ends.length);
    }
    out.push(Buffer.from(m.cpu.saveState()).toString('base64'), Buffer.from(m.ram.u8.subarray(256 * 4096, 1100 * 4096)).toString('latin1'));
    return { out, ends, misses: m.cpu.counters(0).dtlbMiss };
  });
  for (const other of seen.slice(1)) for (const [i, state] of other.out.entries()) if (JSON.stringify(state) !== JSON.stringify(seen[0]!.out[i])) expect(state).toEqual(seen[0]!.out[i]);
  return seen[0]!;
}
/** Comparisons with the data TLB for each round of `rounds`. */
function comparisons(source: string, rounds: number): number {
  const m = machine('auto', assemble(source), { hot: 128, meter: { now: () => 0 } });
  do m.cpu.run(0, m.cpu.now(0) + 1e6); while (m.cpu.exit.reason === EXIT.deadline);
  expect(m.cpu.exit.reason).toBe(EXIT.syscall);
  return m.cpu.stats().tlbTests! / rounds;
}
/** `times` times over the same data, so many rounds of `body` each, with rsi and rdi at their beginning. It may leave to 5 and 6. */
const over = (body: string, rounds = 2000, from = DATA, to = DATA + 0x8000, times = 30): string => `mov ebp, ${times}\n1: mov rsi, ${from}\nmov rdi, ${to}\nmov ecx, ${rounds}\n2: ${body}\ndec rcx\njnz 2b\n5: dec ebp\njnz 1b\nsyscall\n6: add rbx, rsi\njmp 5b`;
const TABLE = `movzx eax, byte ptr [rsi]\nxor al, bl\nmovzx eax, al\nmov ebx, [r9+rax*4]\nadd rsi, 1`;

const WALKS: readonly (readonly [string, string])[] = [
  ['one stream', 'add rax, [rsi]\nadd rsi, 8'],
  ['a stream out of another', 'movzx eax, byte ptr [rsi]\nadd eax, 7\nmov [rdi], al\ninc rsi\ninc rdi'],
  ['backwards', 'mov rax, [rsi+0x7000]\nmov [rdi+0x7000], rax\nsub rsi, 8\nlea rdi, [rdi-8]'],
  ['by an index', 'mov rdx, rcx\nmov eax, [rdi+rcx*4-4]\nadd [rdi+rcx*4], eax'],
  ['fields, some behind the next step', 'mov rax, [rsi+8]\nadd rsi, 16\nadd rax, [rsi-16]\nmov [rsi+24], rax\nmov rbx, rsi\nadd rbx, 4\nadd eax, [rbx]'],
  ['steps of which some are left out', 'movzx eax, byte ptr [rsi]\ntest al, 3\njz 3f\nadd rdi, 1\nmov [rdi], al\n3: add rsi, 1'],
  ['ways with steps of different length', 'mov eax, [rsi]\ntest al, 1\njz 3f\nadd rsi, 4\nadd ebx, [rsi+4]\njmp 4f\n3: add rsi, 12\n4: add [rdi], eax\nadd rdi, 4'],
  ['left from two places', 'mov al, [rsi]\ncmp al, [rsi+1]\nje 5f\ntest eax, 0xff\nje 6f\nadd al, 3\nmov [rdi], al\ninc rsi\ninc rdi'],
  ['left and gone on elsewhere', 'movzx eax, byte ptr [rsi]\nlea rsi, [rsi+1]\ncmp al, 3\nja 3f\nadd ebx, [rdi]\ncmp ebx, 5\nje 6f\n3: add rdi, 2'],
  ['vectors', 'movdqa xmm0, [rsi]\npaddd xmm0, [rsi+16]\nmovups [rdi+4], xmm0\nadd rsi, 16\nadd rdi, 16'],
  ['a place of its own', `mov rax, [rsi]\nadd [rip+2b-2b+${DATA + 0x6010 - CODE - 0x100}], rax\nadd rsi, 8`],
];

describe.skipIf(!hasGcc())('strips', { timeout: 60_000 }, () => {
  test.each(WALKS)('%s: the same, and hardly a comparison with the TLB', (what, body) => {
    expect(same(over(body, 900)).ends).toEqual([EXIT.syscall]);
    if (!what.startsWith('left')) expect(comparisons(over(body), 30 * 2000)).toBeLessThan(0.2);
  });
  test.each([997, 61, 13])('stopped after some %d cycles', (slice) => { for (const [, body] of WALKS) same(over(body, 900), { slice }); });
  test.each([1, 8, 100, 512, 513, 4095, 4096, 0, -8, 2 ** 32 + 8])('a step of %d, from a register', (step) => {
    same(`mov r8, ${step}\n${over('mov byte ptr [rsi+64], 1\nadd rsi, r8\nmov rdx, rsi\nand rdx, -32768\ncmp rdx, 0x600000\njne 5f', 300)}`);
    const code = (bytes: number): string => `mov r8, ${bytes}\n${over('mov byte ptr [rsi], 1\nadd rsi, r8', 2000)}`;
    if (step === 8) expect(comparisons(code(8), 30 * 2000)).toBeLessThan(0.2);
  });
  test.each([[0, 0.2], [4096 - 512, 0.2], [4096 * 4 - 512, 9]])('a table at %d', (at, most) => {
    // its last page's neighbour lies elsewhere in memory than behind it
    const source = `lea r9, [${DATA + 0x8000 + at}]\n${over(TABLE, 900)}`, before = ({ map }: Machine): void => { map(DATA + 0xc000, 700, 7); };
    same(source, { before });
    const m = machine('auto', assemble(source), { hot: 128, meter: { now: () => 0 } });
    fill(m);
    before(m);
    do m.cpu.run(0, m.cpu.now(0) + 1e6); while (m.cpu.exit.reason === EXIT.deadline);
    expect(m.cpu.stats().tlbTests! / (30 * 900)).toBeLessThan(most);
  });
  test('the page behind is not there, cannot be written, holds code: the fault comes where it belongs', () => {
    for (const [, body] of WALKS) {
      for (const page of [2, 9]) same(over(body, 3000, DATA, DATA + 0x8000, 4), { before: (m) => { m.map(DATA + page * 4096, 0, 0); }, mend: (m, times) => { m.map(DATA + page * 4096, 512 + page, times < 2 ? 5 : 7); m.cpu.invalidatePage(0, DATA + page * 4096); } });
      same(over(body, 3000, DATA, DATA + 0x8000, 4), { before: (m) => { m.map(DATA + 0x9000, 256, 7); } }); // the program's own
    }
  });
  test('the page of one walk has the same entry of the TLB as that of the other', () => {
    const far = DATA + DTLB_ENTRIES * 4096;
    const { misses } = same(over('movzx eax, byte ptr [rsi]\nmov [rdi], al\nadd rsi, 8\nadd rdi, 8', 1000, DATA, far), { before: ({ map }) => { for (let i = 0; i < 4; i++) map(far + i * 4096, 600 + i, 7); } });
    expect(misses).toBeGreaterThan(30 * 1000);
  });
  test('accesses over the ends of pages, and vectors that are not aligned', () => {
    for (const [, body] of WALKS) same(over(body, 900, DATA + 3, DATA + 0x8000 + 4093), { mend: (m) => { m.cpu.regs(0).setGpr(RSI, DATA); } });
    for (const at of [8, 4096 - 8]) expect(same(over('movdqa xmm0, [rsi]\nadd rsi, 16', 900, DATA + at)).ends[0]).toBe(EXIT.exception);
  });
  test('instructions of every kind that a strip takes', () => {
    const reads = 'mov movzx movsx add sub and or xor adc sbb cmp test inc dec neg not imul cmovc setc shl ror', floats = 'addsd subsd mulsd divsd sqrtsd minsd maxsd ucomisd comisd cvtsd2ss cvtsd2si cvttsd2si addss subss mulss divss sqrtss minss maxss ucomiss cvtss2sd cvtss2si cvttss2si';
    const vectors = 'addps mulpd divps subpd minps maxpd sqrtps sqrtpd cmpps cmppd andps andnpd orps xorpd unpcklps unpckhps unpckhpd shufps shufpd cvtdq2ps cvttps2dq cvtps2dq cvtpd2ps cvttpd2dq pshufd pshuflw pshufhw paddb paddusw psubsb psubd pmullw pmulhuw pmuludq pmaddwd pavgb psadbw pminub pmaxsw packssdw packsswb packuswb punpcklbw punpckhqdq pcmpeqd pcmpgtb pand pandn por pxor psllw pslld psrlq psraw movdqa movaps';
    const third = /^(cmpp|cmps|shufp|pshuf)/, lines: string[] = [];
    for (const name of reads.split(' ')) lines.push(/^(inc|dec|neg|not|setc)$/.test(name) ? `${name} ${name === 'setc' ? 'byte' : 'dword'} ptr [rsi+20]` : /^(shl|ror)$/.test(name) ? `${name} qword ptr [rsi+16], 3` : /^mov[sz]x$/.test(name) ? `${name} eax, word ptr [rsi+18]` : name === 'test' ? 'test [rsi+16], rax' : `${name} rax, [rsi+16]`);
    for (const name of floats.split(' ')) lines.push(/2si$/.test(name) ? `${name} rax, [rsi+24]` : `${name} xmm1, [rsi+24]`);
    for (const name of vectors.split(' ')) lines.push(`${name} xmm2, [rsi+16]${third.test(name) ? ', 0x1b' : ''}`);
    lines.push('cmpsd xmm1, [rsi+16], 1', 'cmpss xmm1, [rsi+16], 2', 'cvtsi2sd xmm1, dword ptr [rsi+16]', 'cvtsi2ss xmm1, qword ptr [rsi+16]', 'cvtdq2pd xmm2, [rsi+16]', 'cvtps2pd xmm2, [rsi+16]', 'movntdq [rsi+16], xmm2', 'movntps [rsi+16], xmm1', 'movups [rsi+20], xmm2', 'movlps xmm2, [rsi+16]', 'movhpd [rsi+24], xmm2', 'movd [rsi+16], xmm1', 'movq xmm1, [rsi+16]', 'movss [rsi+16], xmm1', 'paddd mm1, [rsi+16]', 'psllq mm2, [rsi+16]', 'pmuludq mm1, [rsi+24]', 'bsf rax, rbx', 'bsr rax, rbx', 'popcnt rax, rbx', 'bt rbx, rax', 'bts rax, 5', 'btr eax, ebx', 'btc rax, rbx', 'shld rax, rbx, 5', 'shrd rax, rbx, cl', 'mov r8d, 3', 'xor edx, edx', 'div r8', 'mov eax, 7', 'cdq', 'idiv r8d');
    for (let i = 0; i < lines.length; i += 12) {
      const body = `add rbx, [rsi]\n${lines.slice(i, i + 12).join('\n')}\nadd rsi, 16`;
      same(over(body, 500, DATA, DATA, 3));
      expect(comparisons(over(body, 500, DATA, DATA), 30 * 500)).toBeLessThan(0.3);
    }
  });
  test('displacements far from each other', () => {
    expect(same(over('add rax, [rsi]\nadd rsi, 0x40000000\nadd rax, [rsi-0x3ffffff8]\nsub rsi, 0x3ffffff8', 500)).ends).toEqual([EXIT.syscall]);
  });
  test('a loop that writes into itself', () => {
    same(`lea r9, [rip+3f+2]\n${over('add eax, 5\n3: mov edx, 1\nadd ebx, edx\nmov r10b, [r9+rcx]\nmov [r9+rcx], r10b', 256, DATA, DATA, 4)}`);
    same(`lea r9, [rip+3f+1]\n${over('3: mov edx, 1\nadd ebx, edx\nmov [r9], cl\nadd rsi, 8\nadd rax, [rsi]', 256, DATA, DATA, 4)}`);
  });
  test('a loop of few rounds compares as before', () => {
    expect(comparisons(over('mov rax, [rsi]\nadd rax, [rdi]\nadd rsi, 8\nadd rdi, 8', 3, DATA, DATA + 0x8000, 100_000), 300_000)).toBeGreaterThan(1.9);
  });
});
