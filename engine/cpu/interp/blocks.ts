// Blocks (law 3): decoding them into records, the cache by physical address, and dropping what a written frame held.
import { CTX } from '../../machine/hardware.ts';
import { decode } from '../decode/decoder.ts';
import type { Form, Insn } from '../decode/insn.ts';
import { BLK, BLOCK_AREA, BLOCK_AREA_END, JUMP_CACHE, JUMP_CACHE_BITS, NO_PA, RAM_BASE, REC, S } from '../layout.ts';
import type { Mmu } from '../mmu/mmu.ts';
import { SLOT } from './core-module.ts';
import type { Core } from './core.ts';

export const MAX_INSNS = 64;
const END_FORM: Form = { key: 'block.end z64 a0', mnemonic: 'block.end', ops: [], size: 64, mem: 0, rep: 0, lock: false, imm: null, flags: new Set(), cost: 0, cc: -1, flow: 'end' };
const slotOf = (pa: number): number => JUMP_CACHE + ((pa ^ (pa >>> 11)) & ((1 << JUMP_CACHE_BITS) - 1)) * 8;

/** What the decoder found from pa on: the instructions of one architectural block, all in one page unless straddling. */
export interface BlockCode { insns: Insn[]; offsets: number[]; /** A single instruction that goes on in the next page. */ straddles: boolean; /** The last instruction ends it; otherwise it falls through at `end`. */ end: number }

export class Blocks {
  private next = BLOCK_AREA;
  /** By frame: offset in the page → block. */
  private frames = new Map<number, Map<number, number>>();
  private readonly window = new Uint8Array(32);
  flushes = 0;
  decoded = 0;
  /** The compiler's ear: a frame's code is dropped. */
  onDrop: ((pfn: number) => void) | null = null;
  onFlush: (() => void) | null = null;
  entrySlot: number = SLOT.enter;

  /** @param level of the processor model: forms above it are undefined opcodes. */
  constructor(private readonly core: () => Core, private readonly mmu: Mmu, private readonly level: number) { this.clearJumpCache(); }

  private clearJumpCache(): void { this.mmu.u32.fill(NO_PA, JUMP_CACHE >> 2, (JUMP_CACHE >> 2) + (2 << JUMP_CACHE_BITS)); }
  flush(): void {
    this.flushes++;
    this.frames = new Map();
    this.next = BLOCK_AREA;
    this.clearJumpCache();
    this.onFlush?.();
  }
  drop(pfn: number): void {
    const blocks = this.frames.get(pfn);
    this.onDrop?.(pfn);
    if (blocks === undefined) return;
    this.frames.delete(pfn);
    for (const block of blocks.values()) {
      const pa = this.mmu.u32[(block + BLK.pa) >> 2]!, slot = slotOf(pa) >> 2;
      if (this.mmu.u32[slot] === pa) this.mmu.u32[slot] = NO_PA;
      this.mmu.u32[(block + BLK.pa) >> 2] = NO_PA;
      const other = this.mmu.u32[(block + BLK.straddleFrame) >> 2]!;
      if (other !== 0) { // known in two frames
        this.frames.get(pa >>> 12)?.delete(pa & 4095);
        this.frames.get(other)?.delete((pa & 4095) - 4096);
      }
    }
  }
  lookup(pa: number): number { return this.frames.get(pa >>> 12)?.get(pa & 4095) ?? 0; }

  /** The block at pa for a CPU that arrives there; decodes it if need be. 0 on a fetch fault of the second page. */
  find(s: number, pa: number): number {
    const pfn = pa >>> 12;
    let block = this.lookup(pa);
    if (block === 0) {
      this.mmu.fetched(pfn);
      block = this.decodeAt(s, pa);
      if (block === 0) return 0;
    }
    this.enter(pa, block);
    return block;
  }
  /** Records of the block at pa for a compiled region that may leave in its middle; 0 if it straddles. */
  ensure(pa: number, code: BlockCode): number {
    const known = this.lookup(pa);
    if (known !== 0) return known;
    if (code.straddles) return 0;
    const block = this.write(pa, code, 0);
    this.remember(pa >>> 12, pa & 4095, block);
    return block;
  }
  private enter(pa: number, block: number): void {
    const slot = slotOf(pa) >> 2;
    this.mmu.u32[slot] = pa;
    this.mmu.u32[slot + 1] = block;
  }

  /** Decodes from pa within its page: pure. */
  read(pa: number): BlockCode {
    const { u8 } = this.mmu, start = RAM_BASE + pa;
    const pageEnd = RAM_BASE + Math.floor(pa / 4096) * 4096 + 4096;
    const insns: Insn[] = [], offsets: number[] = [];
    let at = start;
    while (insns.length < MAX_INSNS && at < pageEnd) {
      const insn = decode(u8, at, pageEnd, this.level);
      if (insn === null) { // goes on in the next page: a block of its own
        if (insns.length === 0) return { insns, offsets, straddles: true, end: 0 };
        break;
      }
      if (insn.form.flow === 'own' && insns.length > 0) break;
      insns.push(insn);
      offsets.push((at - RAM_BASE) & 4095);
      at += insn.length;
      if (insn.form.flow !== '') break;
    }
    return { insns, offsets, straddles: false, end: ((at - RAM_BASE - 1) & 4095) + 1 };
  }

  /** The block of one instruction at pa that goes on in the frame at `second`: pure. */
  readStraddling(pa: number, second: number): BlockCode {
    const offset = pa & 4095, first = 4096 - offset, { u8 } = this.mmu;
    for (let i = 0; i < 16; i++) this.window[i] = i < first ? u8[RAM_BASE + pa + i]! : u8[RAM_BASE + second + i - first]!;
    const insn = decode(this.window, 0, 16, this.level)!;
    return { insns: [insn], offsets: [offset], straddles: true, end: offset + insn.length };
  }
  private decodeAt(s: number, pa: number): number {
    let code = this.read(pa), straddleFrame = 0;
    if (code.straddles) {
      const second = this.secondPage(s);
      if (second < 0) return 0;
      straddleFrame = second >>> 12;
      code = this.readStraddling(pa, second);
      this.mmu.fetched(straddleFrame);
    }
    this.decoded++;
    const block = this.write(pa, code, straddleFrame);
    this.remember(pa >>> 12, pa & 4095, block);
    if (straddleFrame !== 0) this.remember(straddleFrame, (pa & 4095) - 4096, block);
    return block;
  }
  private remember(pfn: number, offset: number, block: number): void {
    let map = this.frames.get(pfn);
    if (map === undefined) this.frames.set(pfn, map = new Map());
    map.set(offset, block);
  }
  /** Physical address of the page behind the code page, by the instruction TLB. */
  private secondPage(s: number): number {
    const lo = (this.mmu.u32[(s + S.pageVa) >> 2]! + 4096) | 0, hi = this.mmu.u32[(s + S.pageVa + 4) >> 2]! + (lo === 0 ? 1 : 0);
    return this.mmu.fetchPage(s, lo, hi | 0);
  }
  /** Entry of a straddling block: both pages are looked up; decoded again if the second is another frame now. It may be one that has been replaced. */
  straddle(s: number, block: number): number {
    const second = this.secondPage(s), { u32 } = this.mmu;
    if (second < 0) return 0;
    const pa = u32[(block + BLK.pa) >> 2]!, newest = this.lookup(pa);
    if (newest === 0) return this.find(s, pa);
    const frame = u32[(newest + BLK.straddleFrame) >> 2]!;
    if (frame === second >>> 12) return newest;
    this.frames.get(frame)?.delete((pa & 4095) - 4096);
    const again = this.decodeAt(s, pa);
    if (again !== 0) this.enter(pa, again);
    return again;
  }

  private write(pa: number, code: BlockCode, straddleFrame: number): number {
    const { u8, u32 } = this.mmu, core = this.core();
    const last = code.insns[code.insns.length - 1]!, fallsThrough = last.form.flow === '';
    const records = code.insns.length + (fallsThrough ? 1 : 0), bytes = BLK.size + records * REC.size;
    if (this.next + bytes > BLOCK_AREA_END) this.flush();
    const block = this.next, u16 = this.u16;
    this.next = (block + bytes + 7) & ~7;
    let cost = 0;
    for (const insn of code.insns) cost += insn.form.cost;
    const h = block >> 2;
    u32[h + (BLK.fn >> 2)] = straddleFrame !== 0 ? SLOT.straddle : this.entrySlot;
    u32[h + (BLK.cost >> 2)] = cost;
    u32[h + (BLK.count >> 2)] = code.insns.length;
    u32[h + (BLK.hot >> 2)] = 0;
    u32[h + (BLK.pa >> 2)] = pa;
    u32[h + (BLK.straddleFrame >> 2)] = straddleFrame;
    u32[h + (BLK.pa0 >> 2)] = NO_PA;
    u32[h + (BLK.pa1 >> 2)] = NO_PA;
    for (let k = 0; k < records; k++) {
      const r = block + BLK.size + k * REC.size, insn = code.insns[k];
      u8.fill(0, r, r + REC.size);
      u32[(r + REC.block) >> 2] = block;
      u8[r + REC.k] = k;
      if (insn === undefined) {
        u32[(r + REC.fn) >> 2] = core.handler(END_FORM);
        u16[(r + REC.off) >> 1] = code.end;
        u16[(r + REC.next) >> 1] = code.end;
        continue;
      }
      const { form } = insn, offset = code.offsets[k]!, next = offset + insn.length;
      u32[(r + REC.fn) >> 2] = core.handler(form);
      u16[(r + REC.off) >> 1] = offset;
      u16[(r + REC.next) >> 1] = next;
      for (let i = 0; i < insn.regs.length && i < 4; i++) {
        const kind = form.ops[i]?.kind, n = insn.regs[i]!;
        if (n >= 0 && kind !== undefined) u16[(r + REC.r0 + i * 2) >> 1] = kind === 'r' ? CTX.gpr + n * 8 : kind === 'h' ? CTX.gpr + n * 8 + 1 : kind === 'x' ? CTX.xmm + n * 16 : n;
      }
      if (form.mnemonic === 'enter') u16[(r + REC.r3) >> 1] = insn.imm2;
      u16[(r + REC.base) >> 1] = insn.base < 0 ? S.zero : insn.base === 16 ? S.pageVa : insn.base * 8;
      u16[(r + REC.index) >> 1] = insn.index < 0 ? S.zero : insn.index * 8;
      u16[(r + REC.seg) >> 1] = insn.seg === 4 ? CTX.fsBase : insn.seg === 5 ? CTX.gsBase : S.zero;
      u8[r + REC.scale] = insn.scale;
      u32[(r + REC.disp) >> 2] = insn.base === 16 ? insn.disp + next : insn.disp;
      let lo = insn.immLo, hi = insn.immHi;
      if (form.ops.length > 0 && form.ops[0]!.kind === 'j') { lo += next; hi = lo < 0 ? -1 : 0; }
      u32[(r + REC.imm) >> 2] = lo;
      u32[(r + REC.imm + 4) >> 2] = hi;
    }
    core.flushHandlers();
    return block;
  }
  private u16cache: Uint16Array | null = null;
  private get u16(): Uint16Array { return this.u16cache ??= new Uint16Array(this.mmu.u8.buffer); }

  /** Cost and instructions of a block up to and including the record. */
  partial(record: number): { cost: number; count: number } {
    const block = this.mmu.u32[(record + REC.block) >> 2]!, k = this.mmu.u8[record + REC.k]!;
    let cost = 0;
    for (let i = 0; i <= k; i++) cost += this.core().formOfSlot[this.mmu.u32[(block + BLK.size + i * REC.size + REC.fn) >> 2]!]!.cost;
    return { cost, count: k + 1 };
  }
}
