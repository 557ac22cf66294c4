// The same tests on ktrace's own processor, with the address map of records.ts.
import { CTX, EXIT, PTE, PTE_NX_HI, VEC } from '../../machine/hardware.ts';
import type { Processor } from '../../machine/hardware.ts';
import { GuestRam } from '../../machine/ram.ts';
import { buildCoreModule } from '../interp/core-module.ts';
import { provideCoreModule } from '../interp/core.ts';
import { FRAME_FLAGS, RAM_BASE } from '../layout.ts';
import { createMemory } from '../memory.ts';
import { createProcessor } from '../processor.ts';
import { CODE, CODE_PAGES, DATA, DATA_HOLE, DATA_PAGES, DATA_READ_ONLY, FX_SIZE, STACK, STACK_PAGES, TIMEOUT, hashWords, testedModel } from './records.ts';
import type { Outcome, Test } from './records.ts';

const RAM_BYTES = 1 << 20;
/** Page tables from 1 on, then code, data, stack. */
export const CODE_PA = 0x10000;
const PGD = 0x1000, PUD = 0x2000, PMD = 0x3000, TABLES = 0x4000, DATA_PA = 0x20000, STACK_PA = 0x30000;
/** More than any test takes. */
const LIMIT = 20_000_000;

/** In the x87's status word: an exception is pending. */
const ES = 0x80;

/** How compiled code comes about: not at all, at once, or after `hot` runs of a block, in regions of many. */
export type Tier = 'off' | 'force' | number;
let ready = false;

export class Guest {
  readonly processor: Processor;
  readonly ram: GuestRam;
  /** @param cpu to have the test's semantics planted first, make no Guest before. */
  constructor(tier: Tier) {
    if (!ready) { provideCoreModule(buildCoreModule()); ready = true; }
    const memory = createMemory(RAM_BYTES);
    this.ram = new GuestRam(memory.buffer, RAM_BASE, RAM_BYTES, new Uint8Array(memory.buffer, FRAME_FLAGS, RAM_BYTES / 4096));
    this.processor = createProcessor(memory, this.ram, 1, { cpu: testedModel(), ...typeof tier === 'number' ? { jit: 'auto', hot: tier } as const : { jit: tier } });
    this.ram.bindProcessor(this.processor);
    const entry = (table: number, index: number, pa: number, bits: number = PTE.W, nx = 0): void => {
      this.ram.u32[(table + index * 8) >> 2] = pa | PTE.P | PTE.U | bits;
      this.ram.u32[(table + index * 8 + 4) >> 2] = nx;
    };
    entry(PGD, 0, PUD);
    entry(PUD, 0, PMD);
    [{ va: CODE, pa: CODE_PA, n: CODE_PAGES }, { va: DATA, pa: DATA_PA, n: DATA_PAGES }, { va: STACK, pa: STACK_PA, n: STACK_PAGES }].forEach(({ va, pa, n }, i) => {
      const table = TABLES + i * 4096;
      entry(PMD, va >>> 21, table);
      for (let page = 0; page < n; page++) {
        if (va === DATA && page === DATA_HOLE) continue;
        entry(table, ((va >>> 12) & 511) + page, pa + page * 4096, va === DATA && page === DATA_READ_ONLY ? 0 : PTE.W, va === CODE ? 0 : PTE_NX_HI);
      }
    });
    this.processor.setPageTable(0, PGD as never, true);
  }

  /** Brings test and registers in. Code that already stands there is not written again: what was compiled for it stays. */
  load(t: Test): void {
    const { ram, processor } = this, regs = processor.regs(0), code = new Uint8Array(CODE_PAGES * 4096).fill(0xcc);
    code.set(t.code, t.entry);
    for (let page = 0; page < CODE_PAGES; page++) {
      const at = CODE_PA + page * 4096, now = code.subarray(page * 4096, page * 4096 + 4096);
      if (Buffer.compare(ram.u8.subarray(at, at + 4096), now) !== 0) ram.write(at as never, now, 0, 4096);
    }
    ram.fill(DATA_PA as never, 0, DATA_PAGES * 4096);
    ram.fill(STACK_PA as never, 0, STACK_PAGES * 4096);
    ram.write((DATA_PA + t.window) as never, t.mem, 0, t.mem.length);
    const bytes = regs.bytes(), view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), fx = new DataView(t.fx.buffer, t.fx.byteOffset);
    bytes.fill(0);
    for (let i = 0; i < 16; i++) view.setBigUint64(i * 8, t.gpr[i]!, true);
    view.setBigUint64(CTX.rip, BigInt(CODE + t.entry), true);
    view.setBigUint64(CTX.rflags, BigInt(t.rflags), true);
    view.setBigUint64(CTX.fsBase, BigInt(t.fsBase), true);
    view.setBigUint64(CTX.gsBase, BigInt(t.gsBase), true);
    view.setUint32(CTX.mxcsr, fx.getUint32(24, true), true);
    view.setUint16(CTX.fcw, fx.getUint16(0, true), true);
    view.setUint16(CTX.fsw, fx.getUint16(2, true), true);
    view.setUint16(CTX.ftw, fx.getUint8(4), true);
    view.setUint16(CTX.fop, fx.getUint16(6, true), true);
    view.setBigUint64(CTX.fip, fx.getBigUint64(8, true), true);
    view.setBigUint64(CTX.fdp, fx.getBigUint64(16, true), true);
    const top = (fx.getUint16(2, true) >> 11) & 7;
    for (let i = 0; i < 8; i++) bytes.set(t.fx.subarray(32 + i * 16, 42 + i * 16), CTX.x87 + ((top + i) & 7) * 16);
    bytes.set(t.fx.subarray(160, 416), CTX.xmm);
    bytes.set(t.fx.subarray(512), CTX.ymmHigh);
    processor.setNow(0, 0 as never);
    processor.flushTlb(0);
  }
  /** Runs until a block ends at or behind the deadline, or the test ends. @returns whether it goes on */
  run(deadlineCycles: number): boolean {
    this.processor.run(0, Math.min(deadlineCycles, LIMIT) as never);
    return this.processor.exit.reason === EXIT.deadline && this.processor.now(0) < LIMIT;
  }

  outcome(t: Test): Outcome {
    const { ram, processor } = this, { exit } = processor, bytes = processor.regs(0).bytes(), view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const fx = new Uint8Array(FX_SIZE), r = new DataView(fx.buffer);
    r.setUint16(0, view.getUint16(CTX.fcw, true), true);
    r.setUint16(2, view.getUint16(CTX.fsw, true), true);
    r.setUint8(4, view.getUint16(CTX.ftw, true));
    if ((view.getUint16(CTX.fsw, true) & ES) !== 0) { // as a signal frame has them
      r.setUint16(6, view.getUint16(CTX.fop, true), true);
      r.setBigUint64(8, view.getBigUint64(CTX.fip, true), true);
      r.setBigUint64(16, view.getBigUint64(CTX.fdp, true), true);
    }
    r.setUint32(24, view.getUint32(CTX.mxcsr, true), true);
    const top = (view.getUint16(CTX.fsw, true) >> 11) & 7;
    for (let i = 0; i < 8; i++) fx.set(bytes.subarray(CTX.x87 + ((top + i) & 7) * 16, CTX.x87 + ((top + i) & 7) * 16 + 10), 32 + i * 16);
    fx.set(bytes.subarray(CTX.xmm, CTX.xmm + 256), 160);
    fx.set(bytes.subarray(CTX.ymmHigh, CTX.ymmHigh + 256), 512);
    const gpr = new BigUint64Array(16);
    for (let i = 0; i < 16; i++) gpr[i] = view.getBigUint64(i * 8, true);
    ram.u8.fill(0, DATA_PA + t.window + t.ignore[0], DATA_PA + t.window + t.ignore[1]);
    const hash = (pa: number, pages: number): number => hashWords(ram.u32, pa >> 2, (pa >> 2) + pages * 1024);
    return {
      trap: exit.reason === EXIT.exception ? exit.vector : processor.now(0) >= LIMIT ? TIMEOUT : 1000 + exit.reason, error: exit.errorCode,
      cr2: exit.reason === EXIT.exception && exit.vector === VEC.PF ? (BigInt(exit.addressHi) << 32n) | BigInt(exit.addressLo) : 0n,
      rip: view.getBigUint64(CTX.rip, true), gpr, rflags: view.getUint32(CTX.rflags, true), fx,
      mem: ram.u8.slice(DATA_PA + t.window, DATA_PA + t.window + t.mem.length),
      data: hash(DATA_PA, DATA_PAGES), stack: hash(STACK_PA, STACK_PAGES), text: hash(CODE_PA, CODE_PAGES),
    };
  }
  /** Loads, runs to the end. */
  test(t: Test): Outcome {
    this.load(t);
    this.run(LIMIT);
    return this.outcome(t);
  }
  /** Everything architectural: registers, time, counters, TLBs, frames fetched from (processor.saveState), and the memory that tests can write. */
  fingerprint(memoryToo: boolean): string {
    const { ram, processor } = this, state = processor.saveState(), words = new Uint32Array(state.buffer, state.byteOffset, state.length >> 2);
    const hash = (pa: number, pages: number): number => hashWords(ram.u32, pa >> 2, (pa >> 2) + pages * 1024);
    if (!memoryToo) return hashWords(words, 0, words.length).toString(16);
    return [hashWords(words, 0, words.length), hash(DATA_PA, DATA_PAGES), hash(STACK_PA, STACK_PAGES), hash(CODE_PA, CODE_PAGES)].map((h) => h.toString(16)).join('-');
  }
}
