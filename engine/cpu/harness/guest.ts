// The same tests on ktrace's own processor: two pages mapped, one instruction, int3 behind it.
import { CTX, EXIT, PTE, VEC } from '../../machine/hardware.ts';
import type { Processor } from '../../machine/hardware.ts';
import { GuestRam } from '../../machine/ram.ts';
import { FRAME_FLAGS, RAM_BASE, memoryPages } from '../layout.ts';
import { createProcessor } from '../processor.ts';
import { CODE, DATA, ENTRY, WINDOW } from './records.ts';
import type { Outcome, Test } from './records.ts';

const RAM_BYTES = 16 << 20;
/** Frames: page tables from 1, then code and data. */
const PGD = 0x1000, PUD = 0x2000, PMD = 0x3000, PT_CODE = 0x4000, PT_DATA = 0x5000, CODE_PA = 0x10000, DATA_PA = 0x11000;

export class Guest {
  readonly processor: Processor;
  readonly ram: GuestRam;
  constructor(jit: 'auto' | 'off' | 'force') {
    const pages = memoryPages(RAM_BYTES);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.ram = new GuestRam(memory.buffer, RAM_BASE, RAM_BYTES, new Uint8Array(memory.buffer, FRAME_FLAGS, RAM_BYTES / 4096));
    this.processor = createProcessor(memory, this.ram, 1, { jit });
    this.ram.bindProcessor(this.processor);
    const entry = (table: number, index: number, pa: number): void => { this.ram.u32[(table + index * 8) >> 2] = pa | PTE.P | PTE.W | PTE.U; };
    entry(PGD, 0, PUD);
    entry(PUD, 0, PMD);
    entry(PMD, CODE >>> 21, PT_CODE);
    entry(PMD, DATA >>> 21, PT_DATA);
    entry(PT_CODE, (CODE >>> 12) & 511, CODE_PA);
    entry(PT_DATA, (DATA >>> 12) & 511, DATA_PA);
    this.ram.fill(CODE_PA as never, 0xcc, 4096);
    this.processor.setPageTable(0, PGD as never, true);
  }

  run(t: Test): Outcome {
    const { ram, processor } = this, regs = processor.regs(0);
    ram.fill((CODE_PA + ENTRY - 64) as never, 0xcc, 256);
    ram.write((CODE_PA + ENTRY) as never, t.code, 0, t.code.length);
    ram.fill(DATA_PA as never, 0, 4096);
    ram.write((DATA_PA + WINDOW) as never, t.mem, 0, 256);
    const bytes = regs.bytes(), view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), fx = new DataView(t.fx.buffer, t.fx.byteOffset);
    for (let i = 0; i < 16; i++) view.setBigUint64(i * 8, t.gpr[i]!, true);
    view.setBigUint64(CTX.rip, BigInt(CODE + ENTRY), true);
    view.setBigUint64(CTX.rflags, BigInt(t.rflags), true);
    view.setUint32(CTX.mxcsr, fx.getUint32(24, true), true);
    view.setUint16(CTX.fcw, fx.getUint16(0, true), true);
    view.setUint16(CTX.fsw, fx.getUint16(2, true), true);
    view.setUint16(CTX.ftw, fx.getUint8(4), true);
    const top = (fx.getUint16(2, true) >> 11) & 7;
    for (let i = 0; i < 8; i++) bytes.set(t.fx.subarray(32 + i * 16, 42 + i * 16), CTX.x87 + ((top + i) & 7) * 16);
    bytes.set(t.fx.subarray(160, 416), CTX.xmm);
    processor.setNow(0, 0 as never);
    processor.run(0, 1_000_000 as never);
    const { exit } = processor;
    const result = new Uint8Array(512), r = new DataView(result.buffer);
    r.setUint16(0, view.getUint16(CTX.fcw, true), true);
    r.setUint16(2, view.getUint16(CTX.fsw, true), true);
    r.setUint8(4, view.getUint16(CTX.ftw, true));
    r.setUint32(24, view.getUint32(CTX.mxcsr, true), true);
    const newTop = (view.getUint16(CTX.fsw, true) >> 11) & 7;
    for (let i = 0; i < 8; i++) result.set(bytes.subarray(CTX.x87 + ((newTop + i) & 7) * 16, CTX.x87 + ((newTop + i) & 7) * 16 + 10), 32 + i * 16);
    result.set(bytes.subarray(CTX.xmm, CTX.xmm + 256), 160);
    const gpr = new BigUint64Array(16);
    for (let i = 0; i < 16; i++) gpr[i] = view.getBigUint64(i * 8, true);
    const mem = ram.u8.slice(DATA_PA + WINDOW, DATA_PA + WINDOW + 256);
    return {
      trap: exit.reason === EXIT.exception ? exit.vector : 1000 + exit.reason, error: exit.errorCode,
      cr2: exit.vector === VEC.PF ? (BigInt(exit.addressHi) << 32n) | BigInt(exit.addressLo) : 0n,
      rip: view.getBigUint64(CTX.rip, true), gpr, rflags: view.getUint32(CTX.rflags, true), fx: result, mem,
    };
  }
}
