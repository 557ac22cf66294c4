// Blocks (law 3): decoding them into records, the cache by physical address, and dropping what a written frame held.
import { decode } from '../decode/decoder.ts';
import type { Insn } from '../decode/insn.ts';
import { BLK, BLOCKS, BLOCK_ALIGN, BLOCK_AREA, BLOCK_AREA_END, FRAME_BLOCKS, FRAME_COUNT, JUMP_CACHE, JUMP_CACHE_BITS, MAX_INSNS, NO_PA, RAM_BASE, REC, S } from '../layout.ts';
import type { Mmu } from '../mmu/mmu.ts';
import type { Core } from './core.ts';
import { FLOW } from './decode-known.ts';
import { SLOT } from './dispatch.ts';
import { END_FORM, Records } from './records.ts';

/** A program that makes code and throws it away does not fill the area with it: beyond these bytes of dropped blocks, if they are most, all is made anew. */
const MOST_DEAD = 24 << 20;
const slotOf = (pa: number): number => JUMP_CACHE + ((pa ^ (pa >>> 11)) & ((1 << JUMP_CACHE_BITS) - 1)) * 8;

/** What the decoder found from pa on: the instructions of one architectural block, all in one page unless straddling. */
export interface BlockCode { insns: Insn[]; offsets: number[]; /** A single instruction that goes on in the next page. */ straddles: boolean; /** The last instruction ends it; otherwise it falls through at `end`. */ end: number }

export class Blocks {
  /** Bytes of the area that dropped blocks hold. */
  private dead = 0;
  /** By frame: the blocks that go on there from the page before. */
  private straddlers = new Map<number, Set<number>>();
  private readonly records: Records;
  private readonly window = new Uint8Array(32);
  flushes = 0;
  /** The compiler's ear: a frame's code is dropped. */
  onDrop: ((pfn: number) => void) | null = null;
  onFlush: (() => void) | null = null;
  /** @param level of the processor model: forms above it are undefined opcodes. */
  constructor(private readonly core: () => Core, private readonly mmu: Mmu, private readonly level: number) {
    this.records = new Records(core, mmu.u8, level);
    this.entrySlot = SLOT.enter;
    this.next = BLOCK_AREA + BLOCK_ALIGN / 2; // the jump cache is zeros as it comes: no code is at address 0
  }

  private word(at: number): number { return this.mmu.u32[at >> 2]!; }
  private setWord(at: number, value: number): void { this.mmu.u32[at >> 2] = value; }
  private get next(): number { return this.word(BLOCKS.next); }
  private set next(block: number) { this.setWord(BLOCKS.next, block); }
  /** The handler slot that a new block gets. */
  get entrySlot(): number { return this.word(BLOCKS.entry); }
  set entrySlot(slot: number) { this.setWord(BLOCKS.entry, slot); }
  /** After how many executions a new block is reported. */
  set due(executions: number) { this.setWord(BLOCKS.due, executions); }
  get decoded(): number { return this.word(BLOCKS.decoded); }
  get lookups(): number { return this.word(BLOCKS.lookups); }
  private newest(pfn: number): number { return this.word(FRAME_BLOCKS + pfn * 4); }

  private clearJumpCache(): void {
    new BigUint64Array(this.mmu.u8.buffer, JUMP_CACHE, 1 << JUMP_CACHE_BITS).fill(BigInt(NO_PA)); // {NO_PA, 0}
  }
  flush(): void {
    this.flushes++;
    this.mmu.u32.fill(0, FRAME_BLOCKS >> 2, (FRAME_BLOCKS >> 2) + this.word(FRAME_COUNT));
    this.straddlers = new Map();
    this.next = BLOCK_AREA + BLOCK_ALIGN / 2;
    this.clearJumpCache();
    this.onFlush?.();
    this.dead = 0; // what the compiler gave back is gone with all else
  }
  drop(pfn: number): void {
    const { u32 } = this.mmu, first = this.newest(pfn), straddlers = this.straddlers.get(pfn);
    this.onDrop?.(pfn);
    if (straddlers !== undefined) {
      this.straddlers.delete(pfn);
      for (const block of straddlers) this.forget(block);
    }
    if (first === 0) return;
    this.setWord(FRAME_BLOCKS + pfn * 4, 0);
    for (let block = first; block !== 0; block = u32[(block + BLK.frameNext) >> 2]!) {
      this.forget(block);
      const other = u32[(block + BLK.straddleFrame) >> 2]!;
      if (other !== 0) this.straddlers.get(other)?.delete(block);
    }
  }
  private bytes(block: number): number { return (BLK.size + this.mmu.u16[(block + BLK.count) >> 1]! * REC.size + BLOCK_ALIGN - 1) & -BLOCK_ALIGN; }
  private forget(block: number): void {
    const pa = (block + BLK.pa) >> 2;
    if (this.mmu.u32[pa] === NO_PA) return;
    this.unlink(block);
    this.mmu.u32[pa] = NO_PA;
    this.dead += this.bytes(block);
    if (this.dead > MOST_DEAD) this.setWord(BLOCKS.refuse, 1); // room() looks
  }
  /** Takes a block out of the jump cache, if it is there. */
  private unlink(block: number): void {
    const { u32 } = this.mmu, slot = slotOf(u32[(block + BLK.pa) >> 2]!) >> 2, next = u32[(block + BLK.hashNext) >> 2]!;
    let at = u32[slot + 1]!;
    if (at === block) {
      u32[slot + 1] = next;
      u32[slot] = next === 0 ? NO_PA : u32[(next + BLK.pa) >> 2]!;
      return;
    }
    while (at !== 0) {
      const link = (at + BLK.hashNext) >> 2;
      at = u32[link]!;
      if (at === block) { u32[link] = next; return; }
    }
  }
  /** Puts a block that is not in the jump cache at the head of its entry. */
  private link(pa: number, block: number): void {
    const { u32 } = this.mmu, slot = slotOf(pa) >> 2;
    u32[(block + BLK.hashNext) >> 2] = u32[slot + 1]!;
    u32[slot] = pa;
    u32[slot + 1] = block;
  }
  lookup(pa: number): number {
    const { u32 } = this.mmu;
    let block = u32[(slotOf(pa) >> 2) + 1]!;
    while (block !== 0 && u32[(block + BLK.pa) >> 2] !== pa) block = u32[(block + BLK.hashNext) >> 2]!;
    return block;
  }

  /** How often a counted block has run. */
  ran(block: number): number { return (this.mmu.u32[(block + BLK.due) >> 2]! - this.mmu.u32[(block + BLK.left) >> 2]!) >>> 0; }
  /** It has run so often, and is reported when that is `due`. */
  setRan(block: number, executions: number, due: number): void {
    this.mmu.u32[(block + BLK.due) >> 2] = due;
    this.mmu.u32[(block + BLK.left) >> 2] = due - executions;
  }
  /** The blocks of a frame that have run at least so often. */
  hotIn(pfn: number, least: number): number[] {
    const { u32 } = this.mmu, hot: number[] = [];
    for (let block = this.newest(pfn); block !== 0; block = u32[(block + BLK.frameNext) >> 2]!) if (this.ran(block) >= least && u32[(block + BLK.pa) >> 2] !== NO_PA) hot.push(block);
    return hot;
  }
  /** The block at pa for a CPU that arrives there; decodes it if need be. 0 on a fetch fault of the second page. */
  find(s: number, pa: number): number {
    const block = this.lookup(pa);
    if (block === 0) {
      this.mmu.fetched(pa >>> 12);
      return this.decodeAt(s, pa);
    }
    this.unlink(block);
    this.link(pa, block);
    return block;
  }
  /** Records of the block at pa for a compiled region that may leave in its middle; 0 if it straddles. */
  ensure(pa: number): number {
    const known = this.lookup(pa);
    return known !== 0 ? known : this.make(pa);
  }

  // ---- single-stepping: a block of the one instruction at pa takes the place of the whole one for a moment
  private whole = 0;
  private single = 0;
  /** The next dispatch at pa enters that block. Undone by endStep(). */
  step(pa: number): void {
    const { flushes } = this, known = this.lookup(pa);
    this.mmu.fetched(pa >>> 12);
    if (known !== 0) this.unlink(known);
    this.single = this.make(pa, 1);
    this.whole = this.flushes === flushes ? known : 0;
    if (this.single !== 0) this.mmu.u16[(this.single + BLK.fn) >> 1] = SLOT.enter; // else it straddles, and is alone in its block anyway
    else this.endStep(pa);
  }
  endStep(pa: number): void {
    const { single, whole } = this, { u32 } = this.mmu, pfn = pa >>> 12;
    this.single = this.whole = 0;
    if (single !== 0) {
      this.forget(single);
      if (this.newest(pfn) === single) { // nothing has come after it
        this.setWord(FRAME_BLOCKS + pfn * 4, u32[(single + BLK.frameNext) >> 2]!);
        this.next = single;
        this.dead -= this.bytes(single);
      }
    }
    if (whole !== 0 && u32[(whole + BLK.pa) >> 2] === pa) this.link(pa, whole);
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
    let block = this.make(pa);
    if (block === 0) {
      const second = this.secondPage(s);
      if (second < 0) return 0;
      this.mmu.fetched(second >>> 12);
      block = this.makeStraddling(pa, second);
    }
    this.setWord(BLOCKS.decoded, this.decoded + 1);
    return block;
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
    this.unlink(newest);
    return this.decodeAt(s, pa);
  }

  /** Room for the longest block; whatever was there before may be gone. */
  private room(): number {
    const full = this.next + BLK.size + (MAX_INSNS + 1) * REC.size > BLOCK_AREA_END;
    this.setWord(BLOCKS.refuse, 0);
    if (full || (this.dead > MOST_DEAD && this.dead * 2 > this.next - BLOCK_AREA)) this.flush();
    return this.next;
  }
  /** A place in the area for something else, until all is flushed; 0 if there is none. */
  reserve(bytes: number): number {
    const at = this.next, next = at + ((bytes + BLOCK_ALIGN - 1) & -BLOCK_ALIGN);
    if (next + BLK.size + (MAX_INSNS + 1) * REC.size > BLOCK_AREA_END) return 0;
    this.next = next;
    return at;
  }
  /** A reserved place is not needed any more. */
  discard(bytes: number): void { this.dead += (bytes + BLOCK_ALIGN - 1) & -BLOCK_ALIGN; }
  /** Decodes the block at pa into records; 0 if its first instruction goes on in the next page. */
  private make(pa: number, most = MAX_INSNS): number {
    const block = this.room(), { records } = this, start = RAM_BASE + pa, k = records.put(block, start, start - (pa & 4095) + 4096, 0, most);
    if (k === 0) return 0;
    const { cost, flow } = records;
    if (flow === FLOW.next) this.endAt(block, k);
    this.install(pa, block, cost, k, flow === FLOW.next ? k + 1 : k, 0);
    return block;
  }
  private makeStraddling(pa: number, second: number): number {
    const block = this.room(), insn = this.readStraddling(pa, second).insns[0]!, pfn = second >>> 12, fallsThrough = insn.form.flow === '';
    this.records.fill(insn, pa & 4095, block + BLK.size, 0);
    if (fallsThrough) this.endAt(block, 1);
    this.install(pa, block, insn.form.cost, 1, fallsThrough ? 2 : 1, pfn);
    const known = this.straddlers.get(pfn);
    if (known === undefined) this.straddlers.set(pfn, new Set([block])); else known.add(block);
    return block;
  }
  /** Writes the record behind the last of a block that falls through: it goes on behind that instruction. */
  private endAt(block: number, k: number): void {
    const end = block + BLK.size + k * REC.size;
    this.records.blank(END_FORM, this.mmu.u16[(end - REC.size + REC.off) >> 1]!, end, k);
  }
  private install(pa: number, block: number, cost: number, count: number, records: number, straddleFrame: number): void {
    const { u16, u32 } = this.mmu, h = block >> 2, pfn = pa >>> 12;
    this.next = ((block + BLK.size + records * REC.size + BLOCK_ALIGN / 2 - 1) & -BLOCK_ALIGN) + BLOCK_ALIGN / 2;
    u32.fill(0, h, h + (BLK.size >> 2));
    u16[(block + BLK.fn) >> 1] = straddleFrame !== 0 ? SLOT.straddle : this.entrySlot;
    u16[(block + BLK.cost) >> 1] = cost;
    u16[(block + BLK.count) >> 1] = count;
    u32[h + (BLK.pa >> 2)] = pa;
    u32[h + (BLK.straddleFrame >> 2)] = straddleFrame;
    this.setRan(block, 0, this.word(BLOCKS.due));
    u32[h + (BLK.pa0 >> 2)] = NO_PA;
    u32[h + (BLK.pa1 >> 2)] = NO_PA;
    u32[h + (BLK.frameNext >> 2)] = this.newest(pfn);
    this.setWord(FRAME_BLOCKS + pfn * 4, block);
    this.link(pa, block);
    this.core().flushHandlers();
  }

  /** Cost and instructions of a block up to and including the record. */
  partial(record: number): { cost: number; count: number } {
    const core = this.core(), { u8, u16 } = this.mmu, k = u8[record + REC.k]!, first = record - k * REC.size;
    let cost = 0;
    for (let i = 0; i <= k; i++) cost += core.costOf(u16[(first + i * REC.size + REC.fn) >> 1]!);
    return { cost, count: k + 1 };
  }
}
