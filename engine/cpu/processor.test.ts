// Programs assembled by gcc run on the processor with pages mapped by hand; the same state and cycles with the compiler off, on and forced.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { EXIT, PF, R10, R12, R13, R14, R8, R9, RAX, RBX, RCX, RDI, RDX, RSI, RSP, VEC } from '../machine/hardware.ts';
import { KEPT } from '../machine/kept-code.ts';
import type { CodeLeft } from '../machine/kept-code.ts';
import { provideOptimized } from './interp/core.ts';
import { allHelpers } from './semantics/context.ts';
import { CODE, CODE_FRAME, DATA, NOTHING_LEFT, STACK, assemble, hasGcc, machine, machineIn, modes, storeOf, tiers } from './harness/modes.ts';
import type { Machine } from './harness/modes.ts';
import { DTLB_ENTRIES, ITLB_ENTRIES } from './layout.ts';
import type { ProcessorOptions } from './processor.ts';

/** Runs to the first exit that is not a deadline, in slices; the final state of all modes must be equal: `kept` has the code that `joined` left. */
function run(source: string, check: (m: Machine) => void, before: (m: Machine) => void = () => undefined, slice = 1000, options: Partial<ProcessorOptions> = {}, clockEnd?: number): void {
  const code = assemble(source);
  let left: CodeLeft = NOTHING_LEFT;
  const states = modes.map((mode) => {
    const m = machineIn(mode, code, left, options);
    before(m);
    for (let i = 0; ; i++) {
      m.cpu.run(0, m.cpu.now(0) + slice, clockEnd);
      if (m.cpu.exit.reason !== EXIT.deadline) break;
      if (i > 100000) throw new Error('runs away');
    }
    check(m);
    if (mode === 'joined') left = m.cpu.codeLeft();
    return { state: Buffer.from(m.cpu.saveState()).toString('base64'), counters: m.cpu.counters(0), now: m.cpu.now(0), memory: Buffer.from(m.ram.u8.subarray(0, 2048 * 4096)).toString('latin1') };
  });
  for (const other of states.slice(1)) {
    expect(other.counters).toEqual(states[0]!.counters);
    expect(other.now).toBe(states[0]!.now);
    expect(other.state === states[0]!.state).toBe(true);
    expect(other.memory === states[0]!.memory).toBe(true);
  }
}

describe.skipIf(!hasGcc())('processor', { timeout: 60_000 }, () => {
  test('a loop that sums', () => run('mov ecx, 1000\nxor eax, eax\n1: add rax, rcx\ndec rcx\njnz 1b\nsyscall', ({ cpu }) => {
    expect(cpu.exit.reason).toBe(EXIT.syscall);
    expect(cpu.regs(0).gpr(RAX)).toBe(500500);
    expect(cpu.counters(0).instructions).toBe(2 + 3000 + 1);
  }));
  test('memory, calls, stack', () => run(`
    mov rdi, ${DATA}\nmov ecx, 500\n1: mov [rdi+rcx*8], rcx\nmov rsi, rcx\ncall f\nadd r8, rax\nloop 1b\nsyscall
    f: push rbp\nmov rbp, rsp\nmov rax, [rdi+rsi*8]\nimul rax, rax\nleave\nret`, ({ cpu }) => {
    let sum = 0;
    for (let i = 1; i <= 500; i++) sum += i * i;
    expect(cpu.regs(0).gpr(R8)).toBe(sum);
    expect(cpu.regs(0).gpr(RSP)).toBe(STACK);
  }));
  /** And which CPU it is. */
  const READS = 'mov ecx, 3000\n1: rdtsc\nmov rsi, rdx\nshl rsi, 32\nor rsi, rax\nmov r8, rsi\nsub r8, rdi\nadd r9, r8\nmov rdi, rsi\nimul rbx, rbx, 3\nadd rbx, r8\ndec ecx\njnz 1b\nor ecx, 7\nrdtscp\nmov r10, rcx\nsyscall';
  test('the clock is read: each time what has passed since the last', () => {
    const start = 5 * 2 ** 32 - 10_000;
    run(READS, ({ cpu }) => expect([cpu.regs(0).gpr(R9), cpu.regs(0).gpr(R10)]).toEqual([cpu.regs(0).gpr(RDI), 0]), ({ cpu }) => cpu.setNow(0, start), start + 1e5);
    const m = machine('auto', assemble(READS), { hot: 128 });
    m.cpu.setNow(0, start);
    m.cpu.run(0, start + 1e6);
    expect([m.cpu.exit.reason, m.cpu.stats().runs]).toEqual([EXIT.syscall, 1]); // it leaves for none of them
    expect(m.cpu.now(0) - (m.cpu.regs(0).gpr(RDX) * 2 ** 32 + m.cpu.regs(0).gpr(RAX))).toBeLessThan(100);
  });
  test('where other CPUs are to run first, the clock is read by nobody', () => run('nop\nnop\nrdtsc\nmov r8, rax\nmov ecx, 1000\n1: dec ecx\njnz 1b\nrdtsc\nsyscall', ({ cpu }) => {
    expect(cpu.exit.reason).toBe(EXIT.clock);
    const [at, rip, { instructions }] = [cpu.now(0), cpu.regs(0).rip, cpu.counters(0)];
    expect(cpu.regs(0).gpr(R8)).toBeLessThan(500); // the first was
    expect(at).toBeGreaterThan(1000);
    cpu.run(0, 1e6, at);
    expect([cpu.exit.reason, cpu.now(0), cpu.regs(0).rip, cpu.counters(0).instructions]).toEqual([EXIT.clock, at, rip, instructions]);
    cpu.run(0, 1e6, at + 1);
    expect([cpu.exit.reason, cpu.regs(0).gpr(RAX)]).toEqual([EXIT.syscall, at]);
  }, undefined, undefined, {}, 500));
  test('an indirect jump of a compiled loop to where no code can be faults there, with what was before it done and nothing else', () => run(`
    lea r8, [rip+2f]\nlea r9, [rip+3f]\nmov r10, 0x1000000000000000\nmov ecx, 3000
    1: add rbx, rcx\nmov rax, r8\ntest cl, 1\ncmovz rax, r9\nimul rdx, rcx, 7\ncmp ecx, 5\ncmovz rax, r10\nxor edx, 1\njmp rax
    2: add rsi, 3\ndec ecx\njnz 1b\nsyscall
    3: add rdi, 5\ndec ecx\njnz 1b\nsyscall`, ({ cpu }) => {
    const regs = cpu.regs(0);
    expect([cpu.exit.reason, cpu.exit.vector, cpu.exit.errorCode]).toEqual([EXIT.exception, VEC.GP, 0]);
    expect([regs.gpr(RCX), regs.gpr(RDX), regs.gpr(RSI), regs.gpr(RDI)]).toEqual([5, 34, 3 * 1497, 5 * 1498]);
  }, undefined, 1e6, { hot: 128 }));
  test('of aligned stores side by side each must be aligned', () => {
    const stores = (rdi: number, second: number): void => run(`mov ecx, 600\nmov [${DATA}], rcx\njmp 1f\n1: lea rdi, [${rdi}]\ncmp ecx, 1\ncmove rdi, r9\nmovaps [rdi], xmm0\nmovaps [rdi+${second}], xmm0\nmovaps [rdi+48], xmm0\ndec ecx\njnz 1b\nsyscall`, ({ cpu }) => {
      expect([cpu.exit.reason, cpu.exit.vector, cpu.regs(0).gpr(RCX)]).toEqual([EXIT.exception, VEC.GP, second % 16 === 0 ? 1 : 600]);
    }, ({ cpu }) => cpu.regs(0).setGpr(R9, DATA + 8), 1e6, { hot: 128 });
    stores(DATA, 16); // the last round's are not
    stores(DATA, 24);
  });
  const ACROSS = `mov rsp, ${STACK - 4096 + 24}\nmov ecx, 300000\n1: mov [rsp+8], rcx\ncall f\nadd rdx, rax\ndec ecx\njnz 1b\nsyscall
    f: push rbx\npush rbp\npush r12\npush r13\nmov rax, [rsp+8]\nadd rax, rcx\nmov rbx, rax\npop r13\npop r12\npop rbp\npop rbx\nadd rbx, [rsp+16]\nret`;
  test('a stack frame over the end of a page', () => run(ACROSS, ({ cpu }) => expect(cpu.regs(0).gpr(RSP)).toBe(STACK - 4096 + 24), undefined, 20_000));
  test('code whose stack frame goes over the end of a page stays compiled, also where it is taken up again', () => {
    const options = { hot: 128, meter: { now: () => 0 } }, first = finished(assemble(ACROSS), options, 256, 1e5);
    expect(first.cpu.stats().sideExits).toBeLessThan(100_000); // one in each round else
    const again = finished(assemble(ACROSS), { ...options, code: storeOf(first.cpu.codeLeft()) }, 256, 1e5);
    expect(again.cpu.stats()).toMatchObject({ regions: 0 });
    expect(again.cpu.stats().sideExits).toBeLessThan(1000);
  });
  test('a stack frame over the end of a page that a function saves registers to in several blocks', () => {
    const code = assemble(`mov rsp, ${STACK - 4096 + 24}\nmov ecx, 300000\n1: mov [rsp+8], rcx\ncall f\nadd rdx, rax\ndec ecx\njnz 1b\nsyscall
      f: add rax, [rsp]\ntest ecx, ecx\njz 2f\npush rbx\nmov rbx, rcx\ntest cl, 8\njz 3f\nadd rbx, rax\n3: push rbp\npush r12\nadd rbx, [rsp+16]\npop r12\npop rbp\npop rbx\n2: ret`);
    expect(finished(code, { hot: 128, meter: { now: () => 0 } }, 256, 1e5).cpu.stats().sideExits).toBeLessThan(150_000); // one in each round else
  });
  /** One element at a time up and down, bit strings, wide exchanges, operands of ten bytes and the x87's environment. */
  const ODD_ONES = `mov ebx, ${DATA + 1024}\nmov ebp, 20000\nfninit\n1: lea rsi, [rbx-1024]\nlea rdi, [rbx-512]\nmov eax, ebp\nstosq\nmovsb\nlodsw\nadd r8, rax\nscasd\nadc r8, 0\ncmpsw\nadc r8, 0\nstd\nmovsd\ncld
    mov [rbx-1024], rbp\nmov eax, ebp\nand eax, 1023\nbts [rbx+64], eax\nadc r8, 0\nneg rax\nlock btc [rbx-128], rax\nadc r8, 0
    mov rax, [rbx+512]\nmov rdx, [rbx+520]\nmov rcx, rbp\npush rbx\nlea rsi, [rbx+512]\nmov rbx, r8\nlock cmpxchg16b [rsi]\npop rbx
    fldz\nfild dword ptr [rbx-1024]\nfadd st(1), st(0)\nfld tbyte ptr [rbx+256]\nfaddp\nfstp tbyte ptr [rbx+256]\nfsub st(0), st(0)\nfchs\nfstp qword ptr [rbx+272]\nfnstenv [rbx+288]\nfldenv [rbx+288]\nfldcw [rbx+288]
    dec ebp\njnz 1b\nfld tbyte ptr [rbx+256]\nfistp qword ptr [rbx+264]\nmov r9, [rbx+264]\nsyscall`;
  test('single string instructions, bit strings, wide exchanges, operands of ten bytes', () => run(ODD_ONES, ({ cpu }) => expect(cpu.regs(0).gpr(R9)).toBe(20000 * 20001 / 2), undefined, 20_000));
  test('single string instructions, bit strings, wide exchanges and operands of ten bytes run in regions', () => {
    expect(finished(assemble(ODD_ONES), { hot: 128, meter: { now: () => 0 } }, 256, 1e5).cpu.stats().sideExits).toBeLessThan(1000); // one in each round for each of them else
  });
  test('regions that became one stay one when stack frames go over the end of a page', () => {
    const functions = Array.from({ length: 12 }, (_, i) => `.org 0x${(i + 1).toString(16)}000\nf${i}: push rbp\npush r13\nmov rdx, [rsp]\nadd rdx, [rsp+8]\ntest ecx, ${i + 1}\njz 2f\nadd rbx, rdx\n2: ${i < 11 ? `call f${i + 1}\n` : ''}pop r13\npop rbp\nret`).join('\n');
    const main = (rsp: number): string => `mov rsp, ${rsp}\nmov ecx, 100000\n1: call f0\ndec ecx\njnz 1b\n`;
    const { cpu } = finished(assemble(`${main(STACK)}${main(STACK - 4096 + 112)}syscall\n${functions}`), { hot: 128, meter: { now: () => 0 }, joining: { every: 64, samples: 1024, ways: 0 } }, 256, 1e6);
    expect(cpu.stats().joinedRegions).toBeGreaterThan(0);
    expect(cpu.stats().regionExits).toBeLessThan(250_000); // three in each round of the second loop else
  });
  test('regions become one when V8 has optimized the larger one, not before, and not if its code has been written', () => {
    const functions = Array.from({ length: 12 }, (_, i) => `.org 0x${(i + 1).toString(16)}000\nf${i}: add rbx, rcx\ntest ecx, ${i + 1}\njz 2f\nadd rbx, rdx\n2: ${i < 11 ? `call f${i + 1}\n` : ''}ret`).join('\n');
    const code = assemble(`mov rsp, ${STACK}\nmov ecx, 100000\n1: call f0\ndec ecx\njnz 1b\nsyscall\n${functions}`);
    let least = 0, slice = 0;
    /** @param from the slice of time in which V8 has. @param written that in which the last function's ADD becomes a SUB. */
    const joined = (from: number, written = NaN): number => {
      least = from;
      const [m, off] = (['auto', 'off'] as const).map((jit) => {
        const it = machine(jit, code, { hot: 128, joining: { every: 64, samples: 1024, ways: 0 } });
        for (slice = 0; ; slice++) {
          it.cpu.run(0, it.cpu.now(0) + 1e5);
          if (it.cpu.exit.reason !== EXIT.deadline) break;
          if (slice === written) it.ram.write((CODE_FRAME + 12) * 4096 + 1, new Uint8Array([0x29]), 0, 1);
        }
        expect(it.cpu.exit.reason).toBe(EXIT.syscall);
        return it;
      });
      expect([m!.cpu.counters(0), m!.cpu.now(0), m!.cpu.regs(0).gpr(RBX)]).toEqual([off!.cpu.counters(0), off!.cpu.now(0), off!.cpu.regs(0).gpr(RBX)]);
      expect(slice).toBeGreaterThan(60);
      return m!.cpu.stats().joinedRegions!;
    };
    provideOptimized((f) => { expect(typeof f).toBe('function'); return slice >= least; });
    try {
      expect(joined(0)).toBeGreaterThan(0);
      expect(joined(40)).toBeGreaterThan(0);
      expect(joined(Infinity)).toBe(0);
      joined(40, 30);
    } finally { provideOptimized(null); }
  });
  test('an indirect jump to an entry of its region whose page lies in another frame now', () => {
    const targets = (by: number): string => `.org 0x1000\n${[1, 2, 3].map((n) => `f${n}: add rbx, ${n * by}\njmp 2f`).join('\n')}\n2: jmp back`, code = (by: number): Uint8Array => assemble(`lea r8, [rip+f1]\nlea r9, [rip+f2]\nlea r10, [rip+f3]\nmov ecx, 60000\n1: mov rax, r8\nmov r8, r9\nmov r9, r10\nmov r10, rax\njmp rax\nback: dec ecx\njnz 1b\nsyscall\n${targets(by)}`);
    const other = code(10), states = (['off', 'auto', 'joined'] as const).map((mode) => {
      const m = machineIn(mode, code(1), NOTHING_LEFT, { hot: 128, meter: { now: () => 0 } });
      m.ram.write(300 * 4096, other, 4096, other.length - 4096);
      for (let slice = 0; ; slice++) {
        m.cpu.run(0, m.cpu.now(0) + 1000);
        if (m.cpu.exit.reason !== EXIT.deadline) break;
        if (slice % 100 === 50) { m.map(CODE + 4096, slice % 200 === 50 ? 300 : CODE_FRAME + 1, 7); m.cpu.invalidatePage(0, CODE + 4096); }
      }
      expect(m.cpu.exit.reason).toBe(EXIT.syscall);
      if (mode === 'auto') expect(m.cpu.stats().found).toBeGreaterThan(1000);
      return [m.cpu.regs(0).gpr(RBX), m.cpu.now(0), m.cpu.counters(0)];
    });
    for (const state of states) expect(state).toEqual(states[0]);
  });
  test('a region that is left for other reasons is made again once at most, and not at all for deadlines', () => {
    const split = (rounds: number): Machine => finished(assemble(`lea rdi, [${DATA + 4092}]\nmov ecx, ${rounds}\n1: call f\ndec ecx\njnz 1b\nsyscall\nf: mov rax, [rdi]\nadd rax, [rdi+8]\nret`), { hot: 128 }, 256, 1e5);
    expect(split(800_000).cpu.stats().regions).toBe(split(200_000).cpu.stats().regions);
    const stopped = finished(assemble(`lea rdi, [${DATA}]\nmov ecx, 2000000\n1: mov rax, [rdi]\nadd rax, [rdi+8]\nadd rdx, rax\ndec ecx\njnz 1b\nsyscall`), { hot: 128 }, 256, 100);
    expect(stopped.cpu.stats()).toMatchObject({ regions: 1, droppedRegions: 0 });
  });
  const LOOPS = (term: number): Uint8Array => assemble(`mov ecx, 5000\n1: mov rsi, rcx\ncall f\nadd rbx, rax\ndec rcx\njnz 1b\nsyscall\n.org 0x1000\nf: lea rax, [rsi*2+${term}]\nmov [rsp-16], rax\nadd rax, [rsp-16]\nret`);
  const finished = (code: Uint8Array, options: Partial<ProcessorOptions>, frames = 256, slice = 1e7): Machine => {
    const m = machine('auto', code, options);
    for (let i = 0; i < 2; i++) m.map(CODE + i * 4096, frames + i, 7);
    m.ram.write(frames * 4096, code, 0, code.length);
    do m.cpu.run(0, m.cpu.now(0) + slice); while (m.cpu.exit.reason === EXIT.deadline);
    expect(m.cpu.exit.reason).toBe(EXIT.syscall);
    return m;
  };
  test('a loop of several hot blocks is entered at its head alone, also where it has been left in the middle', () => {
    const entriesOf = ({ cpu }: Machine): number[] => cpu.codeLeft().modules.flatMap((m) => m.regions().map(({ blocks }) => blocks.filter((n, i) => i % KEPT.size === KEPT.entry && n >= 0).length));
    const loop = finished(assemble('mov ecx, 200000\n1: dec ecx\njz 3f\ntest cl, 1\njnz 1b\ninc rdx\njmp 1b\n3: syscall'), { hot: 128, meter: { now: () => 0 } }, 256, 5000);
    expect(entriesOf(loop)).toEqual([1]); // the way from one entry to the other would lead over a br_table
    expect(loop.cpu.stats().interpretedBlocks).toBeLessThan(10_000); // of 500,000
    // A loop in a loop: the inner one's head is no entry either
    expect(entriesOf(finished(assemble('mov ebx, 4000\n1: mov ecx, 50\n2: dec ecx\njz 3f\ntest cl, 1\njnz 2b\ninc rdx\njmp 2b\n3: add rdx, rcx\ndec ebx\njnz 1b\nsyscall'), { hot: 128 }))).toEqual([1]);
  });
  test('code of an earlier run is taken up where the same bytes stand, in whatever frames, and nowhere else', () => {
    const first = finished(LOOPS(1), { hot: 64 }), code = storeOf(first.cpu.codeLeft());
    expect(first.cpu.stats()).toMatchObject({ takenRegions: 0 });
    expect(first.cpu.stats().regions).toBeGreaterThan(0);
    for (const frames of [256, 300]) {
      const again = finished(LOOPS(1), { hot: 64, code }, frames);
      expect(again.cpu.stats()).toMatchObject({ regions: 0 });
      expect(again.cpu.stats().takenRegions).toBeGreaterThan(0);
      expect(again.cpu.regs(0).gpr(RBX)).toBe(first.cpu.regs(0).gpr(RBX));
      expect(again.cpu.counters(0)).toEqual(first.cpu.counters(0));
    }
    const other = finished(LOOPS(2), { hot: 64, code }); // the function on the second page differs in one byte: no region that holds it may be taken
    expect(other.cpu.regs(0).gpr(RBX)).toBe(first.cpu.regs(0).gpr(RBX) + 2 * 5000);
    expect(other.cpu.counters(0)).toEqual(first.cpu.counters(0));
  });
  test('modules of code that is gone are freed, also where the way there was sampled', async () => {
    const chain = Array.from({ length: 8 }, (_, i) => `.org 0x${i + 1}000\nf${i}: add rbx, rcx\n${i < 7 ? `call f${i + 1}\n` : ''}ret`), code = assemble(`mov ecx, 5000\n1: call f0\ndec rcx\njnz 1b\nsyscall\n${chain.join('\n')}`);
    const m = machine('auto', code, { hot: 128, joining: { every: 2, samples: 1e9, ways: 0 } });
    m.cpu.run(0, 1e9);
    expect(m.cpu.exit.reason).toBe(EXIT.syscall);
    const modules = m.cpu.codeLeft().modules.map(({ module }) => new WeakRef(module)), live = (): number => modules.filter((ref) => ref.deref() !== undefined).length;
    expect(live()).toBeGreaterThan(0);
    m.ram.write(CODE_FRAME * 4096, new Uint8Array(9 * 4096), 0, 9 * 4096);
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    for (let i = 0; i < 100 && live() > 0; i++) { await new Promise(setImmediate); gc(); }
    expect([live(), m.cpu.stats().liveRegions]).toEqual([0, 0]); // the machine still lives
  });
  test('code of an earlier run that stands in two places is taken up in one of them', () => {
    // a loop over two pages with registers in locals, and beside it, on its first page, code that differs from place to place
    const there = 0x900000, code = (x: number): Uint8Array => assemble(`call 1f\nsyscall\n.org 0x100\n1: mov ecx, 40\n2: lea rax, [rcx*2]\njmp f\nb: dec ecx\njnz 2b\ndec r12d\njz 3f\ntest r12d, 7\njnz 1b\njmp e\n3: ret\n.org 0x300\ne: mov rsi, ${x}\nadd r13, rsi\njmp 1b\n.org 0x1000\nf: add rbx, rax\nadd rbx, [r14+rcx*8]\njmp b`);
    const ran = (jit: 'auto' | 'off', options: Partial<ProcessorOptions>, places: readonly number[]): Machine => {
      const m = machine(jit, code(1), options), other = code(1000), regs = m.cpu.regs(0);
      for (let i = 0; i < 2; i++) m.map(there + i * 4096, 300 + i, 7);
      m.ram.write(300 * 4096, other, 0, other.length);
      for (const place of places) {
        regs.rip = place;
        for (const [n, value] of [[R12, 3000], [R14, DATA], [RSP, STACK]] as const) regs.setGpr(n, value);
        do m.cpu.run(0, m.cpu.now(0) + 499); while (m.cpu.exit.reason === EXIT.deadline);
        expect(m.cpu.exit.reason).toBe(EXIT.syscall);
      }
      return m;
    };
    const left = storeOf(ran('auto', { hot: 16384 }, [CODE]).cpu.codeLeft()), both = [CODE, there, CODE, there];
    const [expected, got] = [ran('off', {}, both), ran('auto', { hot: 1 << 22, code: left }, both)];
    expect(got.cpu.stats()).toMatchObject({ takenRegions: 1 });
    expect([got.cpu.regs(0).gpr(R13), got.cpu.counters(0)]).toEqual([expected.cpu.regs(0).gpr(R13), expected.cpu.counters(0)]);
  });
  test('a block of which earlier runs left nothing is looked for once', () => {
    const loop = (add: number): Uint8Array => assemble(`mov ecx, 6000\n1: add rbx, ${add}\ntest cl, 1\njz 2f\ninc rdx\n2: dec ecx\njnz 1b\nsyscall`), code = storeOf(finished(loop(1), { hot: 1024 }).cpu.codeLeft());
    let asked = 0;
    const counting = { ...code, entries: { size: code.entries.size, get: (key: number) => { asked++; return code.entries.get(key); } } };
    finished(loop(1000), { hot: 16384, code: counting }); // its blocks run 3,000 and 6,000 times
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThan(5);
  });
  test('at the start long blocks are compiled sooner than short ones', () => {
    const loop = (insns: number): Uint8Array => assemble(`mov ecx, 40000\n1:\n${'add rbx, rcx\n'.repeat(insns - 2)}dec ecx\njnz 1b\nsyscall`);
    expect(finished(loop(40), {}).cpu.stats().regions).toBe(1);
    expect(finished(loop(8), {}).cpu.stats().regions).toBe(0);
  });
  test('of many regions of earlier runs so many are taken up that there is room for a run\'s own', () => {
    const many = 4200, code = assemble(`mov edx, 70\n2: mov ecx, ${many}\nlea rsi, [rip+f]\n1: call rsi\nadd rsi, 16\ndec ecx\njnz 1b\ndec edx\njnz 2b\nsyscall\n.balign 64\nf:\n${Array.from({ length: many }, (_, i) => `add rbx, ${i + 1000}\nret\n.balign 16`).join('\n')}`);
    const ran = (options: Partial<ProcessorOptions>): Machine => {
      const m = machine('auto', code, { hot: 64, ...options });
      for (let i = 0; i < 32; i++) m.map(CODE + i * 4096, CODE_FRAME + i, 7);
      do m.cpu.run(0, m.cpu.now(0) + 1e7); while (m.cpu.exit.reason === EXIT.deadline);
      expect(m.cpu.exit.reason).toBe(EXIT.syscall);
      return m;
    };
    const first = ran({}), second = ran({ code: storeOf(first.cpu.codeLeft()) });
    expect(first.cpu.stats().regions).toBeGreaterThan(many - 1);
    expect(second.cpu.stats()).toMatchObject({ blockFlushes: 0 });
    expect(second.cpu.stats().takenRegions).toBeLessThan(many - 100);
    expect(second.cpu.stats().regions).toBeGreaterThan(100);
    expect([second.cpu.regs(0).gpr(RBX), second.cpu.counters(0)]).toEqual([first.cpu.regs(0).gpr(RBX), first.cpu.counters(0)]);
  }, 180_000);
  test('forced compilation of blocks that reach each other makes each region once', () => {
    // x and y are entered in turns by an indirect jump, and each leads to the other: a region of one holds the other's
    const m = machine('force', assemble('mov ecx, 200\nlea rsi, [rip+x]\nlea rdi, [rip+y]\n1: xchg rsi, rdi\njmp rsi\nx: inc rax\nxor edx, 1\njnz y\njmp 2f\ny: inc rbx\nxor edx, 1\njnz x\n2: dec ecx\njnz 1b\nsyscall'));
    m.cpu.run(0, 1_000_000);
    expect(m.cpu.exit.reason).toBe(EXIT.syscall);
    expect(m.cpu.stats().regions).toBeLessThan(20);
  });
  test('partial registers and flags', () => run(`
    mov eax, 0xffffffff\nadd al, 1\nsetc bl\nmov ah, 0x12\nmov cx, ax\nmovsx edx, al\nmov r8d, 0x80000000\nadd r8d, r8d\nseto r9b\nsbb r10, r10\nsyscall`, ({ cpu }) => {
    const r = cpu.regs(0);
    expect(r.gpr(RAX)).toBe(0xffff1200);
    expect(r.gpr(RBX)).toBe(1);
    expect(r.gpr(RDX)).toBe(0);
    expect(r.gpr(R8)).toBe(0);
    expect(r.gpr(R9)).toBe(1);
    expect(r.lo(R10 * 8)).toBe(0xffffffff);
  }));
  test('page fault: precise', () => run(`mov rdi, 0x10000000\nmov eax, 5\npush rax\nadd [rdi+8], rax\nsyscall`, ({ cpu }) => {
    expect(cpu.exit.reason).toBe(EXIT.exception);
    expect(cpu.exit.vector).toBe(VEC.PF);
    expect(cpu.exit.errorCode).toBe(PF.user | PF.write);
    expect(cpu.exit.address).toBe(0x10000008);
    expect(cpu.regs(0).gpr(RSP)).toBe(STACK - 8);
    expect(cpu.counters(0).instructions).toBe(4);
  }));
  test('divide error', () => run('xor edx, edx\nmov eax, 7\nxor ecx, ecx\ndiv ecx\nsyscall', ({ cpu }) => {
    expect([cpu.exit.reason, cpu.exit.vector]).toEqual([EXIT.exception, VEC.DE]);
  }));
  test('a run whose end is further off than compiled code counts down from, with accesses that only the interpreter does', () => {
    const rounds = 'mov ecx, 100\n2: add rax, rcx\ndec ecx\njnz 2b';
    run(`lea r8, [${DATA + 4093}]\nmov edx, 300\nlea r15, [rip+g]\n1: call r15\ndec edx\njnz 1b\nsyscall\n.org 0x1000\ng: ${rounds}\nadd rax, [r8]\n${rounds}\nret`, ({ cpu }) => {
      expect(cpu.counters(0).instructions).toBe(3 + 300 * (3 + 2 * 301 + 2) + 1);
    }, undefined, 1e12, { hot: 64 });
  });
  test('string instructions across pages', () => run(`
    cld\nmov rdi, ${DATA + 100}\nmov ecx, 9000\nmov al, 7\nrep stosb\nmov rsi, ${DATA + 100}\nmov rdi, ${DATA + 20001}\nmov ecx, 1000\nrep movsq
    mov rsi, ${DATA + 100}\nmov rdi, ${DATA + 20001}\nmov ecx, 8000\nrepe cmpsb\nmov rdx, rcx\nmov rdi, ${DATA + 100}\nmov ecx, 10000\nmov al, 0\nrepne scasb\nsyscall`, ({ cpu }) => {
    expect(cpu.regs(0).gpr(RDX)).toBe(0);
    expect(cpu.regs(0).gpr(RDI)).toBe(DATA + 100 + 9001);
  }));
  test('REP MOVS and STOS of each size: overlaps at all distances, ends of pages, no elements, downwards', () => {
    const memory = Buffer.alloc(8192, 0), steps: string[] = [];
    for (let i = 0; i < 8192; i++) memory[i] = (i * 31 + (i >> 8)) & 255;
    const begin = Buffer.from(memory);
    const put = (op: 'movs' | 'stos', bytes: number, from: number, to: number, n: number, down: boolean): void => {
      steps.push(`${down ? 'std' : 'cld'}\nlea rsi, [r15 + ${from}]\nlea rdi, [r15 + ${to}]\nmov ecx, ${n}\nrep ${op}${{ 1: 'b', 2: 'w', 4: 'd', 8: 'q' }[bytes]}\nadd rbx, rdi`);
      for (let i = 0; i < n; i++) {
        const at = (down ? -i : i) * bytes, value = op === 'movs' ? Buffer.from(memory.subarray(from + at, from + at + bytes)) : Buffer.from('8877665544332211', 'hex').subarray(0, bytes);
        value.copy(memory, to + at);
      }
    };
    for (const bytes of [1, 2, 4, 8]) {
      for (const distance of [-17, -16, -5, -1, 0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 100]) for (const down of [false, true]) put('movs', bytes, 1000 + bytes * 50, 1000 + bytes * 50 + distance, 37, down);
      for (const n of [0, 1, 2, 5, 16, 33]) for (const at of [300, 4096 - 16, 4096 - 5]) put('stos', bytes, 0, at, n, false);
      put('movs', bytes, 4096 - 40 - bytes, 6000, 2000 / bytes, false);
      put('movs', bytes, 200, 4096 - 3, 30, false);
    }
    run(`lea r15, [${DATA}]\nmov rax, [rip+9f]\n${steps.join('\n')}\nsyscall\n9: .quad 0x1122334455667788`, ({ ram }) => {
      expect(Buffer.from(ram.u8.subarray(512 * 4096, 514 * 4096)).equals(memory)).toBe(true);
    }, ({ ram }) => ram.write(512 * 4096, begin, 0, 8192));
  });
  test.each([[1, 1000], [200, 100_000]])('REP CMPS and SCAS of each size, REPE and REPNE: where they end, with what flags, at ends of pages, no elements, downwards; %d rounds', (rounds, slice) => {
    const memory = Buffer.alloc(3 * 4096), steps: string[] = [], expected: number[] = [], A = 0x0101010101010101n;
    for (let i = 0; i < memory.length; i++) if (i % 97 === 5 || (i >> 6) % 7 === 3) memory[i] = i % 3 === 0 ? 0x81 : i % 3; // long equal stretches, and some that are not
    const compare = (op: 'cmps' | 'scas', bytes: 1 | 2 | 4 | 8, repe: boolean, from: number, to: number, n: number, down: boolean): void => {
      const size = BigInt(bytes * 8), step = down ? -bytes : bytes, at = (p: number): bigint => BigInt.asUintN(bytes * 8, memory.readBigUInt64LE(p));
      let a = 3n, b = 7n, bits = 32n, left = n, s = from, d = to; // of CMP, if there are no elements
      while (left > 0) {
        a = op === 'cmps' ? at(s) : BigInt.asUintN(bytes * 8, A); b = at(d); bits = size;
        s += step; d += step; left--;
        if ((a === b) !== repe) break;
      }
      const r = BigInt.asUintN(Number(bits), a - b), top = (x: bigint): boolean => x >> (bits - 1n) === 1n, ones = [...(r & 255n).toString(2)].filter((c) => c === '1').length;
      const flags = (a < b ? 1 : 0) | (ones % 2 === 0 ? 4 : 0) | ((a & 15n) < (b & 15n) ? 16 : 0) | (r === 0n ? 64 : 0) | (top(r) ? 128 : 0) | (top(a) !== top(b) && top(r) !== top(a) ? 2048 : 0);
      expected.push(left, op === 'cmps' ? s : from, d, flags);
      steps.push(`${down ? 'std' : 'cld'}\nlea rsi, [r15 + ${from}]\nlea rdi, [r15 + ${to}]\nmov ebx, 3\nmov ecx, ${n}\ncmp ebx, 7\n${repe ? 'repe' : 'repne'} ${op}${{ 1: 'b', 2: 'w', 4: 'd', 8: 'q' }[bytes]}\npushf\npop rbx\nand ebx, 0x8d5\nsub rsi, r15\nsub rdi, r15\nmov [r14], ecx\nmov [r14+4], esi\nmov [r14+8], edi\nmov [r14+12], ebx\nadd r14, 16`);
    };
    for (const op of ['cmps', 'scas'] as const) for (const bytes of [1, 2, 4, 8] as const) for (const repe of [true, false]) for (const down of [false, true]) {
      for (const n of [0, 1, 2, 3, 16, 33]) for (const from of [700, 704, 1003]) compare(op, bytes, repe, from, from === 704 ? from + 64 : 2000 + n, n, down);
      compare(op, bytes, repe, 4096 + 1500, 4096 + 1500, 300, down); // the same place
      compare(op, bytes, repe, 4096 + 1500, 4096 + 900, 300, down);
      compare(op, bytes, repe, 4096 - 3, 8192 - 5, 6, down);
      compare(op, bytes, repe, 8192 - 16, 4096 - 32, 40, down);
    }
    run(`lea r15, [${DATA}]\nmov r13d, ${rounds}\nmov rax, 0x0101010101010101\n1: lea r14, [r15 + 12288]\n${steps.join('\n')}\ndec r13d\njnz 1b\nsyscall`, ({ ram }) => {
      const words = new Uint32Array(expected.length);
      Buffer.from(words.buffer).set(ram.u8.subarray(515 * 4096, 515 * 4096 + words.byteLength));
      expect([...words]).toEqual(expected);
    }, ({ ram }) => ram.write(512 * 4096, memory, 0, memory.length), slice, { hot: 128 });
  });
  test('a loop whose first round takes the flags from before it', () => run(`
    mov ecx, 400\nlea rdi, [${DATA}]\n2: mov edx, ecx\nmov esi, 3\nand edx, 1\ncmp edx, 1\njmp 1f\n.org 64\n1: adc rbx, 0\nlea rax, [rax+rbx]\ndec esi\njnz 1b\ndec ecx\njnz 2b\nsyscall`, ({ cpu }) => {
    expect(cpu.regs(0).gpr(RBX)).toBe(200 * 1);
  }));
  test('stores into code end the block and are seen', () => run(`
    mov ecx, 50\nlea rdi, [rip+2f]\n1: mov byte ptr [rdi+1], cl\n2: mov al, 0\nadd rbx, rax\nmov eax, 0\ndec ecx\njnz 1b\nsyscall`, ({ cpu }) => {
    expect(cpu.regs(0).gpr(RBX)).toBe(50 * 51 / 2);
  }));
  test('accesses and instructions across page borders', () => run(`
    mov rdi, ${DATA + 4092}\nmov rax, 0x1122334455667788\nmov [rdi], rax\nadd qword ptr [rdi], 1\nmov rbx, [rdi]\ncmp rbx, [rdi]\nsete cl\nmov edx, 20
    jmp 3f\n.org 4080\n3: inc rsi\ninc rsi\n4: movabs r8, 0x123456789abc\ninc r9\ndec edx\njnz 4b\nsyscall`, ({ cpu }) => {
    const r = cpu.regs(0);
    expect([r.lo(RBX * 8), r.hi(RBX * 8)]).toEqual([0x55667789, 0x11223344]);

    expect(r.gpr(R9)).toBe(20);
    expect(r.gpr(RSI)).toBe(2);
  }));
  /** DATA from the code's first label on. */
  const FIXED = `base+${DATA - CODE}`;
  const distances = (setup: string, body: string, end: (m: Machine) => void, options: Partial<ProcessorOptions> = {}): void => run(`
    mov r8, ${DATA}\nmov r9, ${DATA + (DTLB_ENTRIES << 12)}\nmov r10, ${DATA + (DTLB_ENTRIES + 1 << 12)}\n${setup}
    1: ${body}\ndec ecx\njnz 1b\nmov rax, [r10]\ninc r11\nmov [r10+8], rax\nsyscall`, (m) => {
    expect([m.cpu.exit.vector, m.cpu.exit.address]).toEqual([VEC.PF, DATA + (DTLB_ENTRIES + 1 << 12) + 8]);
    end(m);
  }, ({ map }) => {
    map(DATA + (DTLB_ENTRIES << 12), 700, 7);
    map(DATA + (DTLB_ENTRIES + 1 << 12), 701, 5);
  }, 20_000, options);
  test('accesses at known distances: over a page border, with a TLB entry replaced between them, and a fault behind the first', () => distances(`mov rdi, ${DATA + 4088}\nmov ecx, 40`, `
    mov rax, [rdi]\nadd rax, [rdi+8]\nadd rax, rcx\nmov [rdi+16], rax\nmov [rdi+8], cl
    mov rbx, [r8+16]\nmov rdx, [r9]\nadd rbx, [r8+24]\ninc rbx\nmov [r8+32], rbx\nadd [r8+24], rbx\nmov [r9+8], rbx\npush rbx\npush rdx\nlea rsi, [r8+64]\nmov [rsi-8], eax\npop rdx\npop rbx`,
  ({ cpu }) => { expect(cpu.counters(0).dtlbMiss).toBeGreaterThan(3 * 40); }));
  test('the same in a loop that goes round so often that a region for it stays in it', () => distances('mov ecx, 3000', `
    mov rax, [r8+512]\nmov rbx, [r8+16]\nadd rax, [r9]\nadd rbx, [r8+24]\nadd rbx, rax\nmov [r8+32], rbx\nlea rsi, [r8+64]\nmov [rsi-8], eax
    add rax, [r9+600]`,
  ({ cpu }) => { expect(cpu.counters(0).dtlbMiss).toBeGreaterThanOrEqual(4 * 3000); }, { hot: 128 }));
  test('the page of a table in a loop, while another takes its entry of the TLB', () => distances('mov ecx, 3000', `
    movzx eax, cl\nadd rbx, [r8+rax*8+3000]\nadd rbx, [r9]\nmovzx esi, bl\nadd [r8+rsi*2+128], cx\nadd [r9+rdx], ebx\ncdqe\nadd rbx, [r8+rax*8+3000]`,
  ({ cpu }) => { expect(cpu.counters(0).dtlbMiss).toBeGreaterThan(3 * 3000); }, { hot: 128 }));
  test('the page of a fixed place in a loop with a call, while another takes its entry of the TLB', () => run(`base: mov r9, ${DATA + (DTLB_ENTRIES << 12)}\nmov ecx, 3000
    1: mov rax, [rip+${FIXED}+16]\nadd rax, [${DATA + 32}]\nadd rbx, rax\nadd rbx, [r9]\nmov [rip+${FIXED}+1040], rbx\nadd [r9+800], ebx\ninc qword ptr [rip+${FIXED}+2048]\nadd rbx, [r9+1600]
    movaps xmm0, [rip+${FIXED}+3072]\npaddd xmm1, xmm0\nadd rbx, [rip+${FIXED}+4092]\ncall 2f\ndec ecx\njnz 1b\nmovaps xmm0, [rip+${FIXED}+24]\n2: add rbx, [rip+${FIXED}+24]\nret`, ({ cpu }) => {
    expect(cpu.exit.vector).toBe(VEC.GP);
    expect(cpu.counters(0).dtlbMiss).toBeGreaterThan(4 * 3000);
  }, ({ map }) => { map(DATA + (DTLB_ENTRIES << 12), 700, 7); }, 100_000, { hot: 128 }));
  test.each([['table', `mov r8, ${DATA}\n1: inc ecx\nmovzx eax, cl\nadd rbx, [r8+rax*8+512]\nmovzx esi, bl\nmov [r8+rsi*2], cx\njmp 1b`], ['fixed place', `base: nop\n1: inc ecx\ncall 2f\njmp 1b\n2: add rbx, [rip+${FIXED}+512]\nmov [rip+${FIXED}+1520], cx\nret`],
    ['pointer in several blocks', `mov r8, ${DATA}\n1: inc ecx\ncall 2f\njmp 1b\n2: add rbx, [r8+512]\ntest cl, 1\njz 3f\nmov [r8+1520], cx\nmov [r8+528], cx\n3: add rbx, [r8+520]\nret`]])('the page of a %s in a loop becomes another, cannot be written, and is gone', (_what, code) => {
    const counted = tiers.map((jit) => {
      const m = machine(jit, assemble(code), { hot: 128 }), seen: unknown[] = [];
      m.ram.u8.fill(7, 300 * 4096, 301 * 4096);
      for (let runs = 1; runs < 400; runs++) {
        if (runs === 100) m.map(DATA, 300, 7);
        if (runs === 200) m.map(DATA, 300, 5);
        if (runs === 300) m.map(DATA, 0, 0);
        if (runs % 100 === 0) m.cpu.invalidatePage(0, DATA);
        m.cpu.run(0, m.cpu.now(0) + 1000);
        const { exit } = m.cpu, fault = exit.reason === EXIT.deadline ? '' : `${exit.vector} ${exit.errorCode} ${exit.address.toString(16)} at ${m.cpu.regs(0).rip.toString(16)}`;
        if (fault !== '') { m.map(DATA, 513, 7); m.cpu.invalidatePage(0, DATA); }
        if (fault !== '' || runs % 100 < 3) seen.push([fault, m.cpu.now(0), m.cpu.regs(0).gpr(RBX), m.cpu.counters(0).dtlbMiss]);
      }
      return seen;
    });
    expect(counted[0]!.filter((x) => (x as string[])[0] !== '')).toHaveLength(2);
    expect(counted).toEqual(tiers.map(() => counted[0]));
  });
  /** Rounds of a loop whose blocks share the page of r8; r9's has the same entry of the TLB, and is looked at on one way through the round, and in a called function. */
  const SHARED = `mov ecx, 20000\nmov r10, rsp\njmp 1f\n1: mov rax, [r8+16]\ntest cl, 1\njz 2f\nadd rax, [r8+24]\ntest cl, 6\njnz 3f\nadd rbx, [r9]\njmp 3f\n2: mov [r8+40], rax
    3: add rbx, [r8+32]\nadd [r8+56], rbx\nmov edx, 3\n4: add rbx, [r8+64]\nmov rsi, r8\ntest dl, 1\njz 5f\nmov [rsi+72], rbx\nlea r11, [r8+8]\n5: inc qword ptr [r8+80]\ndec edx\njnz 4b\nadd rbx, [r11+72]\nadd r8, 8\nadd rbx, [r8]\nsub r8, 8
    call f\nadd rbx, [r8+88]\ndec ecx\njnz 1b\nsyscall\nf: add rbx, [r8+96]\nadd rbx, rcx\ntest bl, 12\njnz 6f\nadd rbx, [r9+8]\n6: add [r8+104], rbx\nret`;
  test('blocks that share a comparison, with the page taken out of the TLB on one way between them', () => run(`mov r8, ${DATA + 256}\nmov r9, ${DATA + (DTLB_ENTRIES << 12)}\n${SHARED}`, ({ cpu }) => {
    expect(cpu.counters(0).dtlbMiss).toBeGreaterThan(2 * 5000);
  }, ({ map }) => { map(DATA + (DTLB_ENTRIES << 12), 700, 7); }, 20_000, { hot: 128 }));
  test('the same where what they share goes over the end of a page', () => run(`mov r8, ${DATA + 4096 - 60}\nmov r9, ${DATA + (DTLB_ENTRIES << 12)}\n${SHARED}`, ({ cpu }) => {
    expect(cpu.exit.reason).toBe(EXIT.syscall);
  }, ({ map }) => { map(DATA + (DTLB_ENTRIES << 12), 700, 7); }, 20_000, { hot: 128 }));
  test('where ways come together only that is known which both know', () => run(`mov r8, ${DATA}\nmov r9, ${DATA + 8192}\nmov ecx, 20000\n1: xor r8, 4096\nxor r9, 4096\ntest cl, 1\njz 2f\nadd rbx, [r8+64]\ninc rsi\njmp 3f\n2: add rbx, [r9+64]\ninc rdi\njmp 3f
    3: add rbx, [r8+80]\nadd [r8+72], ebx\nadd rbx, [r9+80]\nadd [r9+72], ebx\nadd rbx, [r8+96]\ntest cl, 2\njz 4f\nadd r8, 8\nmov r10, r9\njmp 5f\n4: add r9, 8\nmov r10, r8\njmp 5f
    5: add rbx, [r8+88]\nadd rbx, [r9+88]\nadd [r10+104], ebx\nand r8, -16\nand r9, -16\nmov rax, [r8]\nmov edx, ecx\nand edx, 6\ncmp edx, 6\nsete dl\nmovzx edx, dl\nadd edx, edx\n6: add rbx, [r8+8]\nadd r8, 8\ndec edx\njns 6b
    and r8, -4096\ncall f\ndec ecx\njnz 1b\nsyscall\nf: inc rbp\nret`, ({ cpu }) => expect(cpu.exit.reason).toBe(EXIT.syscall),
  (m) => { for (let i = 0; i < 4096; i++) m.ram.u32[(512 * 4096 >> 2) + i] = i * 77; }, 20_000, { hot: 128 }));
  test('blocks that share a comparison, on a page of code', () => run(`lea r8, [rip+2f]\nmov ecx, 3000\n1: mov rax, [r8]\ntest cl, 63\njnz 3f\nmov [r8+8], rax\n3: add rbx, [r8+8]\ncall 4f\ndec ecx\njnz 1b\nsyscall\n4: inc rbx\nret\n.balign 8\n2: .quad 5, 6`, ({ cpu }) => {
    expect(cpu.regs(0).gpr(RBX)).toBe(3000 + 56 * 6 + (3000 - 56) * 5);
  }, undefined, 20_000, { hot: 128 }));
  test('blocks compare together where each way to the later one leads over the first, and again where a register may have changed', () => {
    const round = (between: string): number => {
      const { cpu } = finished(assemble(`mov r8, ${DATA + 256}\nmov ecx, 200000\n1: mov rax, [r8]\ntest cl, 3\njz 2f\nadd rax, [r8+8]\n2: mov [r8+16], rax\ntest cl, 1\n${between}add rbx, [r8+24]\ncall f\ndec ecx\njnz 1b\nsyscall\nf: ret`), { hot: 128, meter: { now: () => 0 } });
      return cpu.stats().tlbTests! / 200_000;
    };
    expect(round('jz 3f\nadd rax, [r8+32]\n3: ')).toBeLessThan(3.1); // one, and two of the stack
    expect(round('jz 3f\nadd r8, 8\nsub r8, 8\n3: ')).toBeLessThan(3.1);
    expect(round('jz 3f\nadd r8, 8\n3: and r8, -16\n')).toBeGreaterThan(3.9);
    expect(round('jz 3f\nxchg rdx, rsi\n3: ')).toBeGreaterThan(3.4); // the same where nothing is known behind an instruction, on one of two ways
  });
  /** A loop that calls through a pointer to a function three pages on. */
  const FAR = `lea rbx, [rip+f]\nmov ecx, 100000\n1: call rbx\ndec ecx\njnz 1b\nsyscall\n.org 0x3000\nf: inc rax\nret`;
  test('control stays in a region over calls through pointers to another page', () => {
    const m = machine('auto', assemble(FAR), { hot: 128, meter: { now: () => 0 } });
    do m.cpu.run(0, m.cpu.now(0) + 1e6); while (m.cpu.exit.reason === EXIT.deadline);
    const { regionExits, regionInsns } = m.cpu.stats() as { regionExits: number; regionInsns: number };
    expect(m.cpu.regs(0).gpr(RAX)).toBe(100_000);
    expect(regionInsns / regionExits).toBeGreaterThan(500);
  });
  test('control stays in a region over runs of REP STOS and MOVS', () => {
    const m = machine('auto', assemble(`lea rbx, [${DATA}]\nmov edx, 30000\n1: lea rdi, [rbx+64]\nmov ecx, 12\nrep stosq\nmov rsi, rbx\nmov ecx, 9\nrep movsd\ndec edx\njnz 1b\nsyscall`), { hot: 128, meter: { now: () => 0 } });
    do m.cpu.run(0, m.cpu.now(0) + 1e6); while (m.cpu.exit.reason === EXIT.deadline);
    const { regionExits, regionInsns } = m.cpu.stats() as { regionExits: number; regionInsns: number };
    expect(regionInsns).toBeGreaterThan(200_000);
    expect(regionInsns / regionExits).toBeGreaterThan(500);
  });
  test('control stays in a region over runs of REP CMPS and SCAS, downwards and without elements too', () => {
    const m = machine('auto', assemble(`lea rbx, [${DATA}]\nmov edx, 30000\n1: lea rdi, [rbx+64]\nmov rsi, rbx\nmov ecx, 12\nrepe cmpsb\nmov ecx, edx\nand ecx, 1\nrepe cmpsd\nstd\nmov ecx, 9\nrepe scasw\ncld\ndec edx\njnz 1b\nsyscall`), { hot: 128, meter: { now: () => 0 } });
    do m.cpu.run(0, m.cpu.now(0) + 1e6); while (m.cpu.exit.reason === EXIT.deadline);
    const { regionExits, regionInsns } = m.cpu.stats() as { regionExits: number; regionInsns: number };
    expect(regionInsns).toBeGreaterThan(300_000);
    expect(regionInsns / regionExits).toBeGreaterThan(500);
  });
  test('blocks of code that is written again and again do not fill the area for blocks', () => {
    const m = machine('auto', assemble(`lea rbx, [rip+f]\nmov ecx, 13000\n1: mov byte ptr [rbx+1], cl\ncall rbx\ndec ecx\njnz 1b\nsyscall\n.org 0x3000\nf: mov dl, 0\nadd rax, rdx\n${'inc rsi\n'.repeat(60)}ret`), { hot: 128 });
    do m.cpu.run(0, m.cpu.now(0) + 1e6); while (m.cpu.exit.reason === EXIT.deadline);
    expect(m.cpu.regs(0).gpr(RSI)).toBe(60 * 13_000);
    expect((m.cpu.stats() as { blockFlushes: number }).blockFlushes).toBe(1);
  });
  /** Blocks with jumps and calls at random, all forward, over so many pages that regions meet each other while they are made. */
  function tangle(seed: number, rounds: number): string {
    let x = seed;
    const random = (n: number): number => { x = (Math.imul(x, 1664525) + 1013904223) >>> 0; return (x >>> 8) % n; };
    const blocks = 200 + random(400), out = ['mov ebx, 12345', `mov ecx, ${rounds}`, 'top:', 'imul ebx, ebx, 1103515245', 'add ebx, 12345', 'mov edx, ebx', 'shr edx, 8'];
    for (let f = 0; f < 8; f++) out.push('mov edi, edx', `shr edi, ${f}`, `and edi, ${1 + random(15)}`, `jnz s${f}`, `call b${random(blocks)}`, `s${f}:`);
    out.push('dec ecx', 'jnz top', 'syscall', '.org 0x1000');
    for (let b = 0; b < blocks; b++) {
      const left = blocks - b - 1;
      out.push(`b${b}:`);
      for (let k = random(30); k > 0; k--) out.push(['add rax, rcx', 'lea rsi, [rax+rdx]', 'xor rax, rsi', 'inc rax'][random(4)]!);
      out.push('mov edi, edx', `shr edi, ${random(12)}`, `and edi, ${1 + random(7)}`);
      if (left > 0) out.push(`jz b${b + 1 + random(Math.min(left, 20))}`);
      const end = random(6);
      if (end === 0) out.push('ret'); else if (end <= 2 && left > 0) out.push(`${end === 1 ? 'call' : 'jmp'} b${b + 1 + random(left)}`);
    }
    return [...out, 'ret'].join('\n');
  }
  test.each([201, 202, 203])('tangle %i', (seed) => run(tangle(seed, 30_000), ({ cpu }) => { expect(cpu.exit.reason).not.toBe(EXIT.deadline); }, undefined, 1e5, { hot: 128 << (seed % 3) }));
  test('two regions that are made at once take the place of the same live one', () => run(tangle(38, 300_000), ({ cpu }) => { expect(cpu.exit.reason).not.toBe(EXIT.deadline); }, undefined, 1e6, { hot: 512 }), 60_000);
  test('code that is thrown away soon after it was compiled has to run longer the next time', () => {
    const m = machine('auto', assemble(`lea rbx, [rip+f]\nmov ecx, 400\n1: mov byte ptr [rbx+1], cl\nmov r8d, 900\n2: call rbx\ndec r8d\njnz 2b\ndec ecx\njnz 1b\nsyscall\n.org 0x3000\nf: mov dl, 0\nadd rax, rdx\nret`), { hot: 128 });
    do m.cpu.run(0, m.cpu.now(0) + 1e6); while (m.cpu.exit.reason === EXIT.deadline);
    const { regions } = m.cpu.stats() as { regions: number };
    expect(regions).toBeGreaterThan(2);
    expect(regions).toBeLessThan(200); // of 400 versions
  });
  test('an instruction on two pages: the second is written, becomes another page, leaves the TLB, is gone', () => {
    const rounds = 600, alias = CODE + 0x2000 + ITLB_ENTRIES * 4096, other = 0x900000, second = 0x100;
    const main = (before: string): string => `mov ecx, ${rounds}\n1: ${before}\ncall f\nadd rbx, rax\ndec ecx\njnz 1b\nsyscall`; // f is mov eax, 1 + 256 times the first byte of the second page
    const code = assemble(`${main('')}\n.org ${second}\nlea rdx, [rip+g]\nadd rdx, ${ITLB_ENTRIES * 4096 + 5}\n${main('call rdx\ncall g')}\n.org 0x300\n${main('inc rsi')}\n.org 0xffe\nf: mov eax, 1\nret\n.org 0x1ffe\ng: ret 0\n.org 0x2003\nret`);
    const seen = tiers.map((jit) => {
      const m = machine(jit, code, { hot: 128 }), { cpu } = m, regs = cpu.regs(0), write = (pfn: number, bytes: readonly number[]): void => m.ram.write(pfn * 4096, Uint8Array.from(bytes), 0, bytes.length), all: unknown[] = [];
      write(300, [3, 0, 0, 0xc3]);
      for (const [va, pfn] of [[alias, 258], [other, CODE_FRAME], [other + 0x1000, 300]] as const) m.map(va, pfn, 7);
      /** What a round adds. */
      const from = (rip: number): number => {
        regs.rip = rip;
        regs.setGpr(RBX, 0);
        do cpu.run(0, cpu.now(0) + 1000); while (cpu.exit.reason === EXIT.deadline);
        all.push([cpu.now(0), cpu.counters(0)]);
        return cpu.exit.reason === EXIT.syscall ? regs.gpr(RBX) / rounds : NaN;
      };
      const remap = (pfn: number, flags: number): void => { m.map(CODE + 0x1000, pfn, flags); cpu.invalidatePage(0, CODE + 0x1000); };
      expect(from(CODE)).toBe(1);
      write(257, [2]);
      expect(from(CODE)).toBe(513);
      m.map(CODE + 0x1000, 300, 7);
      expect(from(CODE)).toBe(513); // the TLB has the former page
      remap(300, 7);
      expect(from(CODE)).toBe(769);
      remap(257, 7);
      expect(from(CODE)).toBe(513);
      const { itlbMiss } = cpu.counters(0);
      expect(from(CODE + second)).toBe(513);
      expect(cpu.counters(0).itlbMiss - itlbMiss).toBe(2 * rounds); // that of the alias and that on which g goes on, each in the other's place
      for (let i = 1; i < 6; i++) { // the same page with two second ones, which other callers reach in turns
        expect([from(CODE), from(other + 0x300)]).toEqual([257 + i * 256, 769]);
        write(257, [2 + i]);
      }
      remap(0, 0);
      from(CODE);
      expect([cpu.exit.reason, cpu.exit.vector, cpu.exit.address, regs.rip]).toEqual([EXIT.exception, VEC.PF, CODE + 0x1000, CODE + 0xffe]);
      return all;
    });
    expect(seen).toEqual(tiers.map(() => seen[0]));
  });
  test('a page to which a region calls becomes another', () => {
    const counted = tiers.map((jit) => {
      const m = machine(jit, assemble(FAR), { hot: 128 }), other = assemble('dec rax\nret');
      m.ram.write(300 * 4096, other, 0, other.length);
      let runs = 0;
      do {
        if (++runs === 300) { m.map(CODE + 0x3000, 300, 7); m.cpu.setPageTable(0, 4096, true); }
        m.cpu.run(0, m.cpu.now(0) + 1000);
      } while (m.cpu.exit.reason === EXIT.deadline);
      return m.cpu.regs(0).gpr(RAX);
    });
    expect(counted[0]).toBeLessThan(50_000);
    expect(counted).toEqual(tiers.map(() => counted[0]));
  });

  // DE is set by the first denormal operand: one that was loaded, one that underflow made in a register whose floats were known to be none, its copy, a lane of four
  for (const [what, body] of [
    ['loaded', 'mulsd xmm1, xmm0\nmovsd xmm2, [rdi+rcx*8]\naddsd xmm2, xmm1'], ['of underflow', 'movsd xmm2, [rdi+rcx*8+4096]\nmulsd xmm2, xmm0\naddsd xmm2, xmm1'],
    ['of underflow, copied', 'movsd xmm2, [rdi+rcx*8+4096]\nmulsd xmm2, xmm0\nmovapd xmm3, xmm2\nxorpd xmm2, xmm2\naddsd xmm3, xmm1'], ['compared', 'mulsd xmm1, xmm0\nmovsd xmm2, [rdi+rcx*8]\nucomisd xmm2, xmm1'],
    ['of underflow, compared', 'movsd xmm2, [rdi+rcx*8+4096]\nmulsd xmm2, xmm0\nmulsd xmm1, xmm0\nucomisd xmm2, xmm1'], ['of underflow, the smaller', 'movsd xmm2, [rdi+rcx*8+4096]\nmulsd xmm2, xmm0\nmulsd xmm1, xmm0\nminsd xmm2, xmm1'],
    ['of a fused addition', 'mulsd xmm1, xmm0\nmovsd xmm2, [rdi+rcx*8]\nvfmadd231sd xmm1, xmm2, xmm0'], ['of fused lanes', 'mulsd xmm1, xmm0\nvmovupd xmm2, [rdi+rcx*8]\nvfnmsub213pd xmm2, xmm0, xmm1'],
    ['of a fused addition with underflow', 'xorpd xmm3, xmm3\nmovsd xmm2, [rdi+rcx*8+4096]\nvfmadd213sd xmm2, xmm0, xmm3\nvfmadd231sd xmm1, xmm2, xmm0'], ['of a fused addition with underflow, compared', 'xorpd xmm3, xmm3\nmovsd xmm2, [rdi+rcx*8+4096]\nvfmsub213pd xmm2, xmm0, xmm3\nmulsd xmm1, xmm0\nucomisd xmm2, xmm1'],
    ['in lanes', 'mulsd xmm1, xmm0\nmovupd xmm2, [rdi+rcx*8]\naddpd xmm2, xmm1'], ['the smaller', 'mulsd xmm1, xmm0\nmovsd xmm2, [rdi+rcx*8]\nminsd xmm2, xmm1'],
  ] as const) test(`a denormal operand: ${what}`, () => {
    const f64 = (m: Machine, at: number, x: number): void => new DataView(m.ram.u8.buffer, m.ram.u8.byteOffset).setFloat64(512 * 4096 + at, x, true);
    run(`mov edi, ${DATA}\nmov ecx, 400\nmovsd xmm0, [rdi+8192]\nmov dword ptr [rsp-8], 0x1fa0\nldmxcsr [rsp-8]\n1: movsd xmm1, [rdi+8200]\n${body}\nstmxcsr [rsp-16]\nmov eax, [rsp-16]\nadd rbx, rax\ndec ecx\njns 1b\nsyscall`, ({ cpu }) => {
      expect(cpu.regs(0).gpr(RBX) & 0xffffff).toBe((401 * 0x1fa0 + 201 * 2 + (what.includes('underflow') ? 201 * 16 : 0)) & 0xffffff);
    }, (m) => {
      for (let i = 0; i < 402; i++) { f64(m, i * 8, i > 200 ? 1.5 : 1e-310); f64(m, 4096 + i * 8, i > 200 ? 1.5 : 1e-307); }
      f64(m, 8192, 1 / 3e4); f64(m, 8200, 7.3);
    }, 1000, { hot: 128 });
  });
  // A loop's region looks at registers where it is entered: one that became a denormal outside, since it was left, and one with which an indirect jump inside comes to the loop
  for (const [what, code, with2] of [
    ['outside', '1: movsd xmm1, [rdi+8200]\naddsd xmm1, xmm0\ncmp ecx, 20\nje 9f\naddsd xmm1, xmm3\n7: stmxcsr [rsp-16]\nmov eax, [rsp-16]\nadd rbx, rax\ndec ecx\njns 1b\nsyscall\n9: movsd xmm3, [rdi]\njmp 7b', 20],
    ['over an indirect jump', 'lea r8, [rip+2f]\n1: mov edx, 20\nmovsd xmm3, [rdi+rcx*8]\njmp r8\n2: movapd xmm1, xmm0\naddsd xmm1, xmm3\naddsd xmm2, xmm0\ndec edx\njnz 2b\nstmxcsr [rsp-16]\nmov eax, [rsp-16]\nadd rbx, rax\ndec ecx\njns 1b\nsyscall', 201],
  ] as const) test(`a denormal operand comes from ${what}`, () => {
    run(`mov edi, ${DATA}\nmov ecx, 400\nmovsd xmm0, [rdi+8200]\nmov dword ptr [rsp-8], 0x1fa0\nldmxcsr [rsp-8]\n${code}`, ({ cpu }) => {
      expect(cpu.regs(0).gpr(RBX) & 0xffffff).toBe((401 * 0x1fa0 + with2 * 2) & 0xffffff);
    }, (m) => {
      const v = new DataView(m.ram.u8.buffer, m.ram.u8.byteOffset + 512 * 4096);
      for (let i = 0; i < 402; i++) v.setFloat64(i * 8, i > 200 ? 1.5 : 1e-310, true);
      v.setFloat64(8200, 7.3, true);
    }, 1e6, { hot: 128 });
  });
  // A region tells ordinary results by one comparison with what it remembers of MXCSR: at both ends of the range, of doubles and singles, the flag comes with the first result beyond it, and not before
  for (const [what, by, doubles, singles, flag] of [['overflow', 1.1, [1.3 * 2 ** 1003, 1.7e308], [1e38, 3.3e38], 8], ['underflow', 0.55, [2 ** -1020, 2.3e-308], [2 ** -124, 1.2e-38], 16]] as const) test(`results up to ${what}`, () => {
    for (const [i, type] of [[0, 'd'], [1, 's']] as const) {
      run(`mov edi, ${DATA}\nmov ecx, 400\nmovs${type} xmm0, [rdi+8192]\nmov dword ptr [rsp-8], 0x1fa0\nldmxcsr [rsp-8]\n1: movs${type} xmm1, [rdi+rcx*8]\nmuls${type} xmm1, xmm0\nmovq rax, xmm1\nadd rdx, rax\nstmxcsr [rsp-16]\nmov eax, [rsp-16]\nadd rbx, rax\ndec ecx\njns 1b\nsyscall`, ({ cpu }) => {
        expect(cpu.regs(0).gpr(RBX) & 0xffffff).toBe((401 * 0x1fa0 + 101 * flag) & 0xffffff);
      }, (m) => {
        const v = new DataView(m.ram.u8.buffer, m.ram.u8.byteOffset + 512 * 4096), set = (at: number, x: number): void => { if (i === 0) v.setFloat64(at, x, true); else v.setFloat32(at, x, true); };
        for (let n = 0; n < 401; n++) set(n * 8, n > 200 ? 1.5 : [doubles, singles][i]![n > 100 ? 0 : 1]!);
        set(8192, by);
      }, 1000, { hot: 128 });
    }
  });
  // Compiled code keeps the floats that COMIS compared in place of the flags: every pair of these, every condition behind it, in its block and in the next, and the flags themselves wherever a slice ends
  const COMPARED = [0, -0, 1, -1, 1.5, Infinity, -Infinity, NaN, 1e-310, -1e-310, 2e-310, 1e300, 3, 3, 1e-300, -7], SINGLES = COMPARED.map((x) => (Math.abs(x) < 1e-300 && x !== 0 ? x * 1e270 : Math.fround(x)));
  for (const [what, mode, daz] of [['', 0x1fa0, false], [', under DAZ', 0x1fe0, true], [', DE set', 0x1fa2, false]] as const) for (const quiet of ['u', '']) test(`flags of ${quiet}comis${what}`, () => {
    const conditions = ['o', 'no', 'b', 'ae', 'e', 'ne', 'be', 'a', 's', 'ns', 'p', 'np', 'l', 'ge', 'le', 'g'], hash = 'movzx eax, al\nlea rdx, [rax+rdx*2]\n';
    const sides = (a: number, b: number): number[] => { const z = (x: number): number => (daz && Math.abs(x) < 1e-30 && Math.abs(x) !== 1e-300 ? 0 : x); return [z(a), z(b)]; };
    const flagsOf = (a: number, b: number): number => { const [x, y] = sides(a, b) as [number, number]; return Number.isNaN(x) || Number.isNaN(y) ? 0x45 : x < y ? 1 : x === y ? 0x40 : 0; };
    let equal = 0, above = 0, below = 0, sum = 0, bits = 0;
    for (let n = 0; n < 2048; n++) {
      const i = n & 15, j = (n >> 4) & 15, f = flagsOf(COMPARED[i]!, COMPARED[j]!), g = flagsOf(SINGLES[i]!, SINGLES[j]!);
      if (f === 0x40) equal++;
      if (f === 0) above++;
      if ((g & 1) !== 0) below++;
      sum += g;
      const b = f & 1, z = (f >> 6) & 1, p = (f >> 2) & 1;
      bits += [0, 1, b, 1 - b, z, 1 - z, b | z, 1 - (b | z), 0, 1, p, 1 - p, 0, 1, z, 1 - z].reduce<number>((v, bit) => v * 2 + bit, 0);
    }
    run(`mov edi, ${DATA}\nmov ecx, 2047\nmov dword ptr [rsp-8], ${mode}\nldmxcsr [rsp-8]\n1: mov r8d, ecx\nand r8d, 15\nmov r9d, ecx\nshr r9d, 4\nand r9d, 15\nmovsd xmm1, [rdi+r8*8]\nmovsd xmm2, [rdi+r9*8]\n${quiet}comisd xmm1, xmm2
      ${conditions.map((cc) => `set${cc} al\n${hash}`).join('')}movzx r14d, dx\nadd r13, r14\n${quiet}comisd xmm2, xmm1\njp 2f\njne 2f\nadd r10, 1\n2: ${quiet}comisd xmm1, xmm2\njbe 3f\nadd rsi, 1\n3: movss xmm3, [rdi+256+r8*4]\n${quiet}comiss xmm3, [rdi+256+r9*4]\njae 4f\nlea r12, [r12+1]\n4: pushfq\npop rax\nand eax, 0x8d5\nadd rbx, rax\ndec ecx\njns 1b\nsyscall`, ({ cpu }) => {
      const r = cpu.regs(0);
      expect([r.gpr(R10), r.gpr(RSI), r.gpr(R12), r.gpr(RBX), r.gpr(R13)]).toEqual([equal, above, below, sum, bits]);
    }, (m) => {
      const v = new DataView(m.ram.u8.buffer, m.ram.u8.byteOffset + 512 * 4096);
      COMPARED.forEach((x, i) => { v.setFloat64(i * 8, x, true); v.setFloat32(256 + i * 4, SINGLES[i]!, true); });
    }, 997, { hot: 128 });
  });
  // Programs linked with -ffast-math run with FTZ and DAZ: ordinary results, zeros and what decays to nothing (every fourth round in full, then flushed) need no exact arithmetic, which takes a hundred times as long
  for (const [what, mode, flags] of [['FTZ and DAZ', 0x9fc0, 0x30], ['FTZ', 0x9f80, 0x30], ['DAZ, without tiny results', 0x1fc0, 0x20], ['neither, without tiny results', 0x1f80, 0x20]] as const) test(`floats are quick with ${what}`, () => {
    const soft = allHelpers().find(({ name }) => name === 'sse.soft')!, { js } = soft, asked: number[] = [];
    soft.js = (env) => { const f = js!(env) as (...args: unknown[]) => unknown; asked.push(0); return (...args: never[]) => { asked[asked.length - 1]!++; return f(...args); }; };
    try {
      run(`mov edi, ${DATA}\nmov ecx, 4000\nmov dword ptr [rsp-8], ${mode}\nldmxcsr [rsp-8]\nmovups xmm7, [rdi]\nmovups xmm8, [rdi+16]\n1: test cl, 3\njnz 2f\nmovups xmm1, [rdi+32]\nmovups xmm2, [rdi+48]\n2: mulpd xmm1, xmm7\nmulps xmm2, xmm8
        movapd xmm3, xmm1\nsubpd xmm3, xmm1\nmulss xmm3, xmm2\ndivsd xmm3, xmm7\nmaxpd xmm3, xmm1\nucomisd xmm3, xmm1\ncmpltps xmm3, xmm2\ncvtps2pd xmm4, xmm2\nmulsd xmm4, xmm4\ncvtsd2ss xmm4, xmm4\nsubss xmm2, xmm4\ncvttsd2si eax, xmm1\ncvtsi2sd xmm5, eax\naddsd xmm5, xmm1
        dec ecx\njns 1b\nstmxcsr [rsp-16]\nmov eax, [rsp-16]\nsyscall`, ({ cpu }) => {
        expect(cpu.regs(0).gpr(RAX)).toBe(mode | flags);
        expect(asked.pop()).toBeLessThan(10);
      }, (m) => {
        const v = new DataView(m.ram.u8.buffer, m.ram.u8.byteOffset + 512 * 4096), tiny = (flags & 0x10) !== 0;
        for (const lane of [0, 1]) { v.setFloat64(lane * 8, tiny ? 1e-120 / 3 : 1 / 3, true); v.setFloat64(32 + lane * 8, lane === 0 ? 0.7 : 1e3, true); }
        for (const lane of [0, 1, 2, 3]) { v.setFloat32(16 + lane * 4, tiny ? 1e-15 / 3 : 1 / 3, true); v.setFloat32(48 + lane * 4, lane === 0 ? 0.7 : lane * 9.1, true); }
      }, 1000, { hot: 128 });
    } finally { soft.js = js; }
  });
  test.each([['down', 0x3f80], ['up', 0x5f80], ['towards zero', 0x7f80]] as const)('floats are quick with rounding %s', (_, mode) => {
    const soft = allHelpers().find(({ name }) => name === 'sse.soft')!, { js } = soft;
    let asked = 0;
    soft.js = (env) => { const f = js!(env) as (...args: unknown[]) => unknown; return (...args: never[]) => { asked++; return f(...args); }; };
    try {
      run(`mov ecx, 4000\nmov dword ptr [rsp-8], ${mode}\nldmxcsr [rsp-8]\n1: cvtsi2sd xmm1, ecx\nmov rax, rcx\nshl rax, 50\nor rax, rcx\ncvtsi2ss xmm2, rax\ndivsd xmm1, xmm1\ncvtsi2sd xmm3, ecx\naddsd xmm3, xmm1\ndivsd xmm1, xmm3\nmulsd xmm1, xmm3
        sqrtsd xmm4, xmm3\nsubsd xmm4, xmm1\naddsd xmm5, xmm4\ncvtsd2ss xmm6, xmm4\nshufps xmm6, xmm6, 0\nmovaps xmm7, xmm6\nmulps xmm7, xmm6\naddps xmm7, xmm6\ndivps xmm7, xmm6\nsqrtps xmm8, xmm7\nsubps xmm7, xmm8\naddss xmm9, xmm7
        dec ecx\njnz 1b\nstmxcsr [rsp-16]\nmov eax, [rsp-16]\nsyscall`, ({ cpu }) => expect(cpu.regs(0).gpr(RAX)).toBe(mode | 0x20), undefined, 1000, { hot: 128 });
      expect(asked).toBeLessThan(100); // some twenty in each round else
    } finally { soft.js = js; }
  });
  // The mask of a conditional store, as gcc makes it of a loop with an if: every other element, the four of an odd number, none, all.
  const MASKED = `mov edi, ${DATA}\nmov ecx, 20000\nvpcmpeqd ymm7, ymm7, ymm7\nvpsrlq ymm6, ymm7, 32\nvpxor xmm5, xmm5, xmm5\nvmovd xmm4, ecx\nvpbroadcastd ymm4, xmm4\n1: vpsubd ymm4, ymm4, ymm7\nvpslld ymm3, ymm4, 31
    vpmaskmovd [rdi], ymm6, ymm4\nvpmaskmovd [rdi+32], ymm3, ymm4\nvpmaskmovd [rdi+64], ymm5, ymm4\nvpmaskmovd [rdi+96], ymm7, ymm4\nvpmaskmovd ymm0, ymm6, [rdi+96]\nvpmaskmovd ymm1, ymm3, [rdi]\nvpaddd ymm2, ymm2, ymm0\nvpaddd ymm2, ymm2, ymm1
    vmaskmovpd [rdi+128], xmm6, xmm4\nvmaskmovpd [rdi+144], xmm7, xmm2\nvmaskmovps xmm0, xmm3, [rdi+144]\nvpaddd xmm2, xmm2, xmm0\ndec ecx\njnz 1b\nvmovups [rdi+160], ymm2\nmov r8d, [rdi+4]\nmov r9d, [rdi+32]\nmov r10d, [rdi+96]\nsyscall`;
  test('masked stores and loads of some elements', () => run(MASKED, ({ cpu, ram }) => {
    const at = (offset: number): number => ram.u32[(512 * 4096 + offset) >> 2]!;
    expect([cpu.regs(0).gpr(R8), cpu.regs(0).gpr(R9), cpu.regs(0).gpr(R10)]).toEqual([0xdeadbeef, 39999, 40000]);
    expect([at(0), at(64), at(128), at(132)]).toEqual([40000, 0xdeadbeef, 0xdeadbeef, 0xdeadbeef]);
  }, (m) => { m.ram.u32.fill(0xdeadbeef, (512 * 4096) >> 2, (512 * 4096 + 160) >> 2); }, 20_000));
  test('masked stores of some elements run in regions', () => {
    expect(finished(assemble(MASKED), { hot: 128, meter: { now: () => 0 } }, 256, 1e5).cpu.stats().sideExits).toBeLessThan(1000); // three in each round else
  });
  test('singles become halves and back without JavaScript', () => {
    const narrow = allHelpers().find(({ name }) => name === 'f16.narrow')!, { js } = narrow, asked: number[] = [];
    narrow.js = (env) => { const f = js!(env) as (...args: unknown[]) => unknown; asked.push(0); return (...args: never[]) => { asked[asked.length - 1]!++; return f(...args); }; };
    try {
      run(`mov edi, ${DATA}\nmov ecx, 4000\nvmovups ymm1, [rdi]\n1: vcvtps2ph xmm2, ymm1, 0\nvcvtph2ps ymm3, xmm2\nvcvtps2ph [rdi+32], ymm3, 4\ndec ecx\njnz 1b\nsyscall`, ({ ram }) => {
        expect([...ram.u8.subarray(512 * 4096 + 32, 512 * 4096 + 48)]).toEqual([0, 0x3c, 0x55, 0x35, 0, 0, 0, 0x80, 0xff, 0x7b, 0, 0x84, 0x00, 0x3c, 0x02, 0x3c]); // 1, ⅓, ±0, the largest, the least; halfway goes to even
        expect(asked.pop()).toBeLessThan(10);
      }, (m) => {
        const v = new DataView(m.ram.u8.buffer, m.ram.u8.byteOffset + 512 * 4096);
        [1, 1 / 3, 0, -0, 65519.99, -(2 ** -14), 1 + 2 ** -11, 1 + 3 * 2 ** -11].forEach((x, i) => v.setFloat32(i * 4, x, true));
      }, 1000, { hot: 128 });
    } finally { narrow.js = js; }
  });
  test('the x87 is quick with ordinary numbers, in 53 bits too: square roots, remainders, what becomes 0', () => {
    const unit = allHelpers().find(({ name }) => name === 'x87')!, { js } = unit, asked: number[] = [];
    unit.js = (env) => { const f = js!(env) as (...args: unknown[]) => unknown; asked.push(0); return (...args: never[]) => { asked[asked.length - 1]!++; return f(...args); }; };
    try {
      run(`mov edi, ${DATA}\nfninit\nmov word ptr [rsp-8], 0x27f\nfldcw [rsp-8]\nfldz\nmov ecx, 4000\n1: mov [rdi+64], ecx\nfild dword ptr [rdi+64]\nfsqrt\nfaddp
        fld qword ptr [rdi]\nfild dword ptr [rdi+64]\nfprem\nfaddp st(2), st\nfstp st(0)\nfld qword ptr [rdi]\nfild dword ptr [rdi+64]\nfprem1\nfaddp st(2), st\nfstp st(0)
        fld qword ptr [rdi+8]\nfild dword ptr [rdi+64]\nfscale\nfaddp st(2), st\nfstp st(0)\nfild dword ptr [rdi+64]\nfxtract\nfaddp st(2), st\nfaddp
        fld qword ptr [rdi+16]\nfist dword ptr [rdi+68]\nadd eax, [rdi+68]\nfxam\nftst\nfrndint\nfaddp\nfild dword ptr [rdi+64]\nfdivr qword ptr [rdi+8]\nfaddp\ndec ecx\njnz 1b\nfstp qword ptr [rdi+72]\nsyscall`, ({ cpu, ram }) => {
        let sum = 0;
        for (let i = 4000; i > 0; i--) {
          const rest = i % 0.7, e = Math.floor(Math.log2(i));
          for (const x of [Math.sqrt(i), rest, rest > 0.35 ? rest - 0.7 : rest, i * 8, i / 2 ** e, e, 0, 3.9 / i]) sum += x;
        }
        expect(new DataView(ram.u8.buffer, ram.u8.byteOffset + 512 * 4096).getFloat64(72, true)).toBe(sum);
        expect(cpu.regs(0).gpr(RAX)).toBe(0);
        expect(asked.pop()).toBe(0);
      }, (m) => [0.7, 3.9, 0.3].forEach((x, i) => new DataView(m.ram.u8.buffer, m.ram.u8.byteOffset + 512 * 4096).setFloat64(i * 8, x, true)), 1000, { hot: 128 });
    } finally { unit.js = js; }
  });
  // Eight functions through a table are more than a region takes along: it calls them and waits. Each test is long enough that most of it runs in regions.
  const far = (functions: string[], main: string, rounds = 20_000): string => `lea rbx, [rip+table]\n${functions.map((_, i) => `lea rax, [rip+f${i}]\nmov [${DATA}+${i * 8}], rax`).join('\n')}
    lea rbx, [${DATA}]\nxor eax, eax\nmov r12d, ${rounds}\n1: mov ecx, r12d\nand ecx, 7\n${main}\ndec r12d\njnz 1b\nsyscall\n.org 0x1000\ntable:\n${functions.map((code, i) => `.org ${0x1000 + i * 0x1000}\nf${i}: ${code}`).join('\n')}`;
  const waiting = { hot: 64, meter: { now: () => 0 } }, adds = (n: number): string => `add rax, ${n}\nret`;
  const eight = (code: (i: number) => string): string[] => Array.from({ length: 8 }, (_, i) => code(i));
  /** What of the calls for which regions waited, at least so many, came back as awaited. */
  const returned = (m: Machine, jit: boolean, least: number): number => {
    const { waits, returns } = m.cpu.stats() as { waits: number; returns: number };
    if (jit) expect(waits).toBeGreaterThan(least);
    return returns / waits;
  };
  /** The test in all modes; the second of them is jit auto. */
  const waits = (source: string, rax: number, share: (returned: number) => void, slice = 100_000, least = 1000): void => {
    let mode = 0;
    run(source, (m) => {
      expect(m.cpu.exit.reason).toBe(EXIT.syscall);
      expect(m.cpu.regs(0).gpr(RAX)).toBe(rax);
      expect(m.cpu.regs(0).gpr(RSP)).toBe(STACK);
      const of = returned(m, mode === 1, least);
      if (mode++ === 1) share(of);
    }, () => undefined, slice, waiting);
  };
  test('a region waits for the functions that it calls', () => waits(far(eight(adds), 'imul esi, ecx, 3\ncall [rbx+rcx*8]'), 20_000 * 3.5, (of) => expect(of).toBeGreaterThan(0.95)));
  test('the same near the deadline', () => waits(far(eight(adds), 'call [rbx+rcx*8]'), 20_000 * 3.5, () => undefined, 37));
  test('a called function returns behind its return site', () =>
    waits(far(eight((i) => `${i % 2 === 0 ? 'add qword ptr [rsp], 4\n' : ''}add rax, ${i}\nret`), 'call [rbx+rcx*8]\nadd rax, 100'), 20_000 * (3.5 + 50), (of) => expect(of).toBeLessThan(0.6)));
  test('a called function returns to its caller\'s caller', () =>
    waits(far(eight((i) => i < 4 ? `add rax, ${i}\ncall [rbx+rcx*8+32]\nadd rax, 1000\nret` : `${i % 2 === 0 ? 'add rsp, 8\n' : ''}add rax, 1\nret`), 'and ecx, 3\ncall [rbx+rcx*8]'), 20_000 * (1.5 + 1 + 500), (of) => expect(of).toBeGreaterThan(0.3)));
  test('functions call themselves deeper than regions wait', () =>
    waits(far(eight((i) => `add rax, 1\ndec rdx\njz 2f\nmov ecx, edx\nand ecx, 7\ncall [rbx+rcx*8]\nadd rax, ${i}\n2: ret`), 'mov edx, 3000\ncall [rbx+rcx*8]', 240), 240 * (3000 + 10_499 + 3.5), () => undefined, 1_000_000, 100));
  test('two stacks in turns', () => // each function goes on with the other stack and returns there
    waits(far(eight((i) => `add rax, ${i}\nxchg rsp, [rbx+64]\nret`), 'call [rbx+rcx*8]').replace('mov r12d', `mov qword ptr [rbx+64], ${DATA + 0x3000}\nlea rdx, [rip+other]\nmov [${DATA + 0x3000}], rdx\nmov r12d`)
      .replace('syscall', 'syscall\nother: mov ecx, r12d\nand ecx, 3\nadd rax, 10\ncall [rbx+rcx*8]\njmp other'), 20_000 * (3.5 + 10 + 1.5), () => undefined));
  // What a region holds in locals beside the registers, and a called function changes
  test('a called function changes the rounding mode', () => {
    const set = (mode: number): string => `mov dword ptr [rsp-8], ${0x1fa0 | mode << 13}\nldmxcsr [rsp-8]`, divided = 'cvtsi2sd xmm0, r12d\ndivsd xmm0, xmm1\nmovq rsi, xmm0\nadd rax, rsi';
    run(far(eight((i) => `${set(i & 3)}\nret`), `${set(0)}\nmov edx, 3\ncvtsi2sd xmm1, edx\n${divided}\ncall [rbx+rcx*8]\n${divided}`), (m) => expect(m.cpu.exit.reason).toBe(EXIT.syscall), undefined, 100_000, waiting);
  });
  test.each([['a table\'s', 'movzx esi, sil\nmov edi, [rbp+rsi*4]'], ['a fixed place\'s', `mov edi, [${DATA + 0x2000 + 4}]`]])('a called function takes %s page out of the TLB', (_whose, load) => {
    const other = DATA + 0x2000 + DTLB_ENTRIES * 4096;
    run(far(eight((i) => `2: add rax, [rdi*8+${other + i * 8}]\ndec edi\njnz 2b\nret`), `mov ebp, ${DATA + 0x2000}\nmov edx, 3\njmp 4f\n4: lea esi, [rdx+r12]\n${load}\nadd rax, rdi\ndec edx\njnz 4b\nmov edi, 30\ncall [rbx+rcx*8]`), (m) => {
      expect(m.cpu.exit.reason).toBe(EXIT.syscall);
      expect(m.cpu.counters(0).dtlbMiss).toBeGreaterThan(2 * 20_000);
    }, (m) => { for (let i = 0; i < 512; i++) m.ram.u32[(514 * 4096 >> 2) + i] = i; m.map(other, 600, 7); }, 100_000, { ...waiting, hot: 128 });
  });
  test('a called function takes the page to which it returns out of the instruction TLB', () => {
    // Its page is the caller's under another address with the same entry: two misses a round, one of them behind the return
    const again = ITLB_ENTRIES * 4096, rounds = 10_000, code = assemble(`lea rbx, [rip+f]\nadd rbx, ${again}\nmov ecx, ${rounds}\n1: mov rdx, rcx\nimul rdx, rdx\ncall rbx\nadd rsi, rax\ndec ecx\njnz 1b\nsyscall\nf: lea rax, [rdx+rcx]\nret`);
    const stops = tiers.map((jit) => {
      const m = machine(jit, code, { hot: 128, meter: { now: () => 0 } }), { cpu } = m, all: unknown[] = [];
      m.map(CODE + again, CODE_FRAME, 7);
      for (let slice = 0; ; slice++) {
        cpu.run(0, cpu.now(0) + 700 + slice % 97);
        all.push([cpu.now(0), cpu.counters(0), cpu.regs(0).rip]);
        if (cpu.exit.reason !== EXIT.deadline) break;
      }
      expect(cpu.exit.reason).toBe(EXIT.syscall);
      expect(cpu.counters(0).itlbMiss).toBeGreaterThan(2 * rounds - 2);
      if (jit === 'auto') expect(returned(m, true, rounds / 2)).toBeGreaterThan(0.9);
      return all;
    });
    expect(stops[0]!.length).toBeGreaterThan(300);
    expect(stops).toEqual(tiers.map(() => stops[0]));
  });
  test('a region that waits is dropped', () => { // a byte behind the call is written now and then, by the function that is called
    waits(far(eight((i) => `${i === 3 ? 'test r12d, 0xff8\njnz 2f\nlea rdx, [rip+site]\nmov byte ptr [rdx+3], 7\n2: ' : ''}add rax, ${i}\nret`), 'call [rbx+rcx*8]\nsite: add rax, 1'), 20_000 * 3.5 + 3613 + 7 * 16_387, () => undefined);
  });
});
