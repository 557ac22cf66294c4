// Pages of 2 MiB: one miss for all of one, the same counts and state in all tiers, and nothing left of one that is gone.
import { describe, expect, test } from 'vitest';
import { EXIT, PF, PTE, RAX, RBX, RCX, VEC } from '../../machine/hardware.ts';
import { FRAMES, assemble, hasGcc, machine, tiers } from '../harness/modes.ts';
import type { Machine } from '../harness/modes.ts';
import { DTLB_ENTRIES, LARGE_BITS, LARGE_TLB_ENTRIES } from '../layout.ts';

const LARGE = 0x40000000, PAGE = 4096, SIZE = 2 ** LARGE_BITS, RW = PTE.P | PTE.W | PTE.U;
/** The first of two runs of 512 frames that lie as such a page must. */
const FIRST = FRAMES, SECOND = FRAMES + 512;

/** Runs to the end in slices, each of which may be followed by something; all tiers must have gone the same way, or it says which did not. */
function inAllTiers(source: string, before: (m: Machine) => void, check: (m: Machine) => void, after: (m: Machine, slice: number) => void = () => undefined): void {
  const code = assemble(source), all = tiers.map((jit) => {
    const m = machine(jit, code, { hot: 128 }), seen: unknown[] = [];
    before(m);
    for (let slice = 0; slice < 10_000; slice++) {
      m.cpu.run(0, m.cpu.now(0) + 1000);
      seen.push([m.cpu.now(0), m.cpu.counters(0)]);
      if (m.cpu.exit.reason !== EXIT.deadline) break;
      after(m, slice);
    }
    check(m);
    return { seen, state: Buffer.from(m.cpu.saveState()).toString('base64'), ram: Buffer.from(m.ram.u8).toString('latin1') };
  });
  for (const other of all.slice(1)) {
    expect(other.seen).toEqual(all[0]!.seen);
    expect(other.state === all[0]!.state && other.ram === all[0]!.ram).toBe(true);
  }
}
/** Reads or writes each of the 4 KiB of a large page, r9 times over. */
const sweep = (access: string, times: number): string => `mov r9d, ${times}\nmov r8d, ${LARGE}\n1: mov ecx, 511\n2: mov rdx, rcx\nshl rdx, 12\n${access}\ndec ecx\njns 2b\ndec r9d\njnz 1b\n`;
const READ = 'add rax, [r8+rdx+40]', WRITE = 'inc qword ptr [r8+rdx+80]';

describe.skipIf(!hasGcc())('pages of 2 MiB', () => {
  test('are one miss for reading and one for the first write', () => inAllTiers(`${sweep(READ, 3)}${sweep(WRITE, 5)}${sweep(READ, 3)}syscall`, (m) => {
    m.mapLarge(LARGE, FIRST, RW);
    for (let i = 0; i < 512; i++) m.ram.u32[((FIRST + i) * PAGE + 40) >> 2] = i;
  }, (m) => {
    expect(m.cpu.counters(0).dtlbMiss).toBe(2);
    expect(m.cpu.regs(0).gpr(RAX)).toBe(6 * 511 * 256);
    for (const i of [0, 7, 511]) expect(m.ram.u32[((FIRST + i) * PAGE + 80) >> 2]).toBe(5);
  }));

  test('are found again at no cost when others take their places, large ones when another large one does', () => {
    const other = LARGE + DTLB_ENTRIES * PAGE + 17 * PAGE, far = LARGE + LARGE_TLB_ENTRIES * SIZE;
    inAllTiers(`mov r8d, ${LARGE}\nmov esi, ${other}\nmov edi, ${far}\nmov ecx, 2000\n1: add rax, [r8+${17 * PAGE}]\nadd rax, [rsi]\ndec ecx\njnz 1b
      mov ecx, 2000\n1: add rax, [r8]\nadd rax, [rdi]\ndec ecx\njnz 1b\nsyscall`, (m) => {
      m.mapLarge(LARGE, FIRST, RW);
      m.mapLarge(far, SECOND, RW);
      m.map(other, 700, RW);
    }, (m) => {
      const { dtlbMiss } = m.cpu.counters(0);
      expect(dtlbMiss).toBe(1 + 2000 + 2000 + 1999); // the second loop begins with one that is still there
    });
  });

  test.each([['by itself', (m: Machine) => { m.cpu.invalidateLargePage(0, LARGE + 5 * PAGE); }], ['with all others', (m: Machine) => { m.cpu.flushTlb(0); }]])('that are gone, or others, leave nothing behind: taken out %s', (_how, leaves) => inAllTiers(`mov r8d, ${LARGE}\n1: add rbx, [r8]\nadd rbx, [r8+${300 * PAGE}]\ninc qword ptr [r8+${511 * PAGE}]\ninc ecx\ncmp ecx, 30000\njb 1b\nmov rax, [r8]\nsyscall`, (m) => {
    m.mapLarge(LARGE, FIRST, RW);
    m.ram.u32[(SECOND * PAGE) >> 2] = 3;
    m.ram.u32[((SECOND + 300) * PAGE) >> 2] = 4;
  }, (m) => {
    expect(m.cpu.exit).toMatchObject({ reason: EXIT.exception, vector: VEC.PF, errorCode: PF.user, address: LARGE });
    const [a, b] = [FIRST, SECOND].map((pfn) => m.ram.u32[((pfn + 511) * PAGE) >> 2]!) as [number, number];
    expect([a > 100, b > 100, a + b]).toEqual([true, true, m.cpu.regs(0).gpr(RCX)]);
    expect(m.cpu.regs(0).gpr(RBX)).toBe(7 * b);
    expect(m.cpu.counters(0).dtlbMiss).toBe(4); // for reading and for writing, twice
  }, (m, slice) => {
    if (slice !== 20 && slice !== 40) return;
    m.mapLarge(LARGE, slice === 20 ? SECOND : 0, slice === 20 ? RW : 0);
    leaves(m);
  }));

  test('that cannot be written fault, and code on them is fetched by 4 KiB', () => {
    inAllTiers(`mov r8d, ${LARGE}\nmov ecx, 1000\n1: add rax, [r8+rcx*8]\ndec ecx\njnz 1b\nmov [r8+${9 * PAGE}], rax\nsyscall`, (m) => { m.mapLarge(LARGE, FIRST, PTE.P | PTE.U); },
      (m) => { expect(m.cpu.exit).toMatchObject({ reason: EXIT.exception, vector: VEC.PF, errorCode: PF.user | PF.write | PF.present, address: LARGE + 9 * PAGE }); });
    inAllTiers(`mov ecx, 3000\nmov r8d, ${LARGE + 3 * PAGE}\nmov r9d, ${LARGE + 5 * PAGE}\n1: call r8\ncall r9\ndec ecx\njnz 1b\nsyscall`, (m) => {
      m.mapLarge(LARGE, FIRST, RW);
      for (const page of [3, 5]) m.ram.write((FIRST + page) * PAGE, Uint8Array.from([0x48, 0x83, 0xc3, page, 0xc3]), 0, 5); // add rbx, page; ret
    }, (m) => {
      expect(m.cpu.regs(0).gpr(RBX)).toBe(8 * 3000);
      expect(m.cpu.counters(0).itlbMiss).toBe(3);
    });
  });

  test('are in the state that is saved', () => {
    const code = assemble(`${sweep(READ, 4)}syscall`), counts = [0, 1].map((moved) => {
      let m = machine('auto', code);
      const fill = (x: Machine): void => { x.mapLarge(LARGE, FIRST, RW); };
      fill(m);
      m.cpu.run(0, m.cpu.now(0) + 400);
      expect(m.cpu.counters(0).dtlbMiss).toBe(1);
      if (moved === 1) {
        const state = m.cpu.saveState();
        m = machine('auto', code);
        fill(m);
        m.cpu.restoreState(state);
      }
      while (m.cpu.exit.reason !== EXIT.syscall) m.cpu.run(0, m.cpu.now(0) + 1000);
      return [m.cpu.counters(0), m.cpu.now(0), Buffer.from(m.cpu.saveState()).toString('base64')];
    });
    expect(counts[1]).toEqual(counts[0]);
  });
});
