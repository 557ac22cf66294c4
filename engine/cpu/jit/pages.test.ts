// Regions over several pages note which of them they have seen in the instruction TLB: what leaves it, other addresses of the same code and other CPUs make no difference.
import { describe, expect, test } from 'vitest';
import { EXIT, RAX, RBX, RSP } from '../../machine/hardware.ts';
import { CODE, CODE_FRAME, STACK, assemble, hasGcc, machine, tiers } from '../harness/modes.ts';
import type { Machine } from '../harness/modes.ts';
import { ITLB_ENTRIES } from '../layout.ts';

const ROUNDS = 40_000, OTHER = 300;
/** A loop that calls f on the second page, which goes on on the third and comes back from there. */
const OVER = (round: string): string => `mov ecx, ${ROUNDS}\n1: ${round}\ncall f\ndec ecx\njnz 1b\nsyscall\n.org 0x1000\nf: add rax, 1\njmp g\n.org 0x2000\ng: add rax, rcx\nret`;
function write(m: Machine, pfn: number, source: string): void {
  const bytes = assemble(source);
  m.ram.write(pfn * 4096, bytes, 0, Math.min(bytes.length, 4096));
}
/** In slices to its end; what was seen at each stop is the same in all tiers. @returns the machines */
function run(source: string, before: (m: Machine) => void, between: (m: Machine, slice: number) => void, cpus = 1): Machine[] {
  const code = assemble(source), seen: unknown[][] = [], machines = tiers.map((jit) => {
    const m = machine(jit, code, { hot: 128 }, cpus), all: unknown[] = [], done = new Set<number>();
    before(m);
    for (let slice = 0; done.size < cpus; slice++) {
      for (let cpu = 0; cpu < cpus; cpu++) if (!done.has(cpu)) {
        m.cpu.run(cpu, m.cpu.now(cpu) + 900 + slice % 89);
        all.push([m.cpu.now(cpu), m.cpu.counters(cpu), m.cpu.regs(cpu).rip, m.cpu.regs(cpu).gpr(RAX)]);
        if (m.cpu.exit.reason !== EXIT.deadline) { expect(m.cpu.exit.reason).toBe(EXIT.syscall); done.add(cpu); }
      }
      between(m, slice);
    }
    if (jit === 'auto') expect(m.cpu.stats().liveRegions).toBeGreaterThan(0);
    seen.push(all);
    return m;
  });
  for (const other of seen.slice(1)) expect(other).toEqual(seen[0]);
  return machines;
}

describe.skipIf(!hasGcc())('pages of a region', { timeout: 60_000 }, () => {
  const all = ROUNDS * (ROUNDS + 1) / 2 + ROUNDS;
  test('another page takes the entry of one in the instruction TLB now and then', () => {
    const far = CODE + 0x2000 + ITLB_ENTRIES * 4096;
    for (const { cpu } of run(OVER('test cl, 63\njnz 2f\ncall rbx\n2:'), (m) => { m.map(far, OTHER, 7); write(m, OTHER, 'ret'); m.cpu.regs(0).setGpr(RBX, far); }, () => undefined)) {
      expect(cpu.regs(0).gpr(RAX)).toBe(all);
      expect(cpu.counters(0).itlbMiss).toBeGreaterThan(2 * Math.floor(ROUNDS / 64));
    }
  });
  test('the same code is at two addresses, with another page behind it', () => {
    const far = 0x1000_0000;
    for (const { cpu } of run(OVER('call rbx'), (m) => { m.map(far + 0x1000, CODE_FRAME + 1, 7); m.map(far + 0x2000, OTHER, 7); write(m, OTHER, 'add rax, 1000\nret'); m.cpu.regs(0).setGpr(RBX, far + 0x1000); }, () => undefined)) expect(cpu.regs(0).gpr(RAX)).toBe(all + ROUNDS * 1001);
  });
  test.each([['is taken out of the TLB', (m: Machine) => { m.cpu.invalidatePage(0, CODE + 0x2000); }], ['goes with all others', (m: Machine) => { m.cpu.flushTlb(0); }]])('a page that %s is another then', (_how, leaves) => {
    const [off] = run(OVER('nop'), (m) => { write(m, OTHER, 'add rax, 1000\nret'); }, (m, slice) => {
      if (slice % 20 !== 10) return;
      m.map(CODE + 0x2000, slice % 40 === 10 ? OTHER : CODE_FRAME + 2, 7);
      leaves(m);
    });
    expect(off!.cpu.regs(0).gpr(RAX)).not.toBe(all);
  });
  test('two CPUs have pages in their TLBs each for itself', () => {
    const [off] = run(OVER('nop'), (m) => {
      write(m, OTHER, 'add rax, 1000\nret');
      m.cpu.setPageTable(1, 4096, true);
      m.cpu.regs(1).rip = CODE;
      m.cpu.regs(1).setGpr(RSP, STACK + 0x4000);
    }, (m, slice) => {
      if (slice % 16 === 0) for (const cpu of [0, 1]) m.cpu.flushTlb(cpu); // each misses its pages for itself
      if (slice !== 100) return;
      m.map(CODE + 0x2000, OTHER, 7);
      m.cpu.invalidatePage(0, CODE + 0x2000);
    }, 2);
    expect(off!.cpu.regs(0).gpr(RAX)).not.toBe(all);
    expect(off!.cpu.regs(1).gpr(RAX)).not.toBe(off!.cpu.regs(0).gpr(RAX));
  });
});
