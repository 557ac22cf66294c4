// The memory management unit: page walks (SDM vol. 3, 4.5), architectural TLBs with their fast tags, the slow paths of loads and stores.
import { COST } from '../../clock/costs.ts';
import { AC, CTX, EXIT, PF, PTE, PTE_NX_HI, VEC } from '../../machine/hardware.ts';
import { ALIGNMENT_BIT, cpuBase, DTLB, DTLB_ENTRIES, DTLB_PART, FRAME_FETCHED, FRAME_FLAGS, FRAME_STORES, ITLB, ITLB_ENTRIES, ITLB_PART, LARGE_BITS, LARGE_TLB_ENTRIES, LTLB, MAX_CPUS, PARTS, RAM_BASE, S, SIZE_MASK, TLB_VALID, TLB_WRITE } from '../layout.ts';

/** Bits 63 to 47 are all alike: the upper half says it. */
const canonical = (hi: number): boolean => { const top = (hi | 0) >> 15; return top === 0 || top === -1; };
/** The upper half of the last addresses that a user's pointer may have. */
const LAST_CANONICAL_HI = 0x7fff;
/** A part of a data TLB without a valid entry: fast tags −1, which no access matches; but 0 in the last entry of all: addresses in the last page of all would match −1 there (an access to (void *)-1). */
const ENTRY = DTLB.size >> 2, DTLB_PART_ENTRIES = DTLB_ENTRIES / PARTS, EMPTY_PART = new Uint32Array(DTLB_PART_ENTRIES * ENTRY).fill(0xffffffff);
for (let i = 0; i < EMPTY_PART.length; i += ENTRY) EMPTY_PART[i + (DTLB.archLo >> 2)] = 0;
const LAST_PART = EMPTY_PART.slice().fill(0, EMPTY_PART.length - ENTRY, EMPTY_PART.length - ENTRY + 4);
const EMPTY_ENTRY = EMPTY_PART.subarray(0, ENTRY), LAST_ENTRY = LAST_PART.subarray(LAST_PART.length - ENTRY);
const LARGE_PAGE = 2 ** LARGE_BITS, LARGE_MASK = -LARGE_PAGE;
/** Of S.dtlbUsed and S.itlbUsed. */
const USED_BYTES = PARTS >> 3;
const emptyEntry = (k: number): Uint32Array => (k === DTLB_ENTRIES - 1 ? LAST_ENTRY : EMPTY_ENTRY);
const EMPTY_ITLB_PART = new Uint32Array(ITLB_ENTRIES * ITLB.size / PARTS >> 2).fill(0xffffffff);

export class Mmu {
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly u32: Uint32Array;
  readonly f64: Float64Array;
  private readonly ram32: number = RAM_BASE >> 2;
  /** By CPU: fast tags are withheld, so that every access is looked at. */
  private readonly checking: boolean[] = [];

  /** @param dropCode forgets what was translated from a frame. */
  constructor(memory: WebAssembly.Memory, private readonly frames: number, readonly cpus: number, private readonly dropCode: (pfn: number) => void) {
    this.u8 = new Uint8Array(memory.buffer);
    this.u16 = new Uint16Array(memory.buffer);
    this.u32 = new Uint32Array(memory.buffer);
    this.f64 = new Float64Array(memory.buffer);
  }

  addNow(s: number, cycles: number): void {
    const i = (s + S.now) >> 2, lo = this.u32[i]! + cycles;
    this.u32[i] = lo;
    if (lo > 0xffffffff) this.u32[i + 1]!++;
  }

  private fault(s: number, vector: number, error: number, lo: number, hi: number): void {
    const { u32 } = this, i = s >> 2;
    u32[i + (S.exitReason >> 2)] = EXIT.exception;
    u32[i + (S.exitVector >> 2)] = vector;
    u32[i + (S.exitError >> 2)] = error;
    u32[i + (S.exitLo >> 2)] = lo;
    u32[i + (S.exitHi >> 2)] = hi;
  }

  /** Leaf of the last successful walk: whether stores may go on without another walk (W everywhere and D set). */
  private leafWritable = false;
  /** … and whether it is a page of 2 MiB. */
  private leafLarge = false;
  /** Page walk; access 0 read, 1 write, 2 fetch. Returns the frame or −1 with the fault in the state. */
  private walk(s: number, lo: number, hi: number, access: number): number {
    if (!canonical(hi)) { this.fault(s, VEC.GP, 0, lo, hi); return -1; }
    const error = PF.user | (access === 1 ? PF.write : access === 2 ? PF.fetch : 0);
    const { u32, ram32 } = this;
    let table = u32[(s + S.pgd) >> 2]! >>> 0;
    let writable = true, user = true, nx = false;
    for (let level = 3; ; level--) {
      const index = level === 3 ? (hi >>> 7) & 511 : level === 2 ? (lo >>> 30) | ((hi & 127) << 2) : level === 1 ? (lo >>> 21) & 511 : (lo >>> 12) & 511;
      const at = ram32 + (table >>> 2) + index * 2, entry = u32[at]!;
      if ((entry & PTE.P) === 0) { this.fault(s, VEC.PF, error, lo, hi); return -1; }
      if ((entry & PTE.W) === 0) writable = false;
      if ((entry & PTE.U) === 0) user = false;
      if ((u32[at + 1]! & PTE_NX_HI) !== 0) nx = true;
      const leaf = level === 0 || (level === 1 && (entry & PTE.PS) !== 0);
      if (leaf && (!user || (access === 1 && !writable) || (access === 2 && nx))) { this.fault(s, VEC.PF, error | PF.present, lo, hi); return -1; }
      let next = entry | PTE.A;
      if (leaf && access === 1) next |= PTE.D;
      if (next !== entry) u32[at] = next;
      if (!leaf) { table = (entry & 0xfffff000) >>> 0; continue; }
      this.leafWritable = writable && (next & PTE.D) !== 0;
      this.leafLarge = level === 1;
      let pfn = entry >>> 12;
      if (level === 1) pfn = (pfn & ~511) | ((lo >>> 12) & 511);
      if (pfn >= this.frames) { this.fault(s, VEC.PF, error | 8, lo, hi); return -1; }
      return pfn;
    }
  }

  /** Data translation with the architectural TLB: frame, or −1 with the fault in the state. */
  private lookup(s: number, lo: number, hi: number, write: boolean): number {
    const page = lo & ~4095, e = (s + S.dtlb + ((lo >>> 12) & (DTLB_ENTRIES - 1)) * DTLB.size) >> 2, { u32 } = this;
    const arch = u32[e + (DTLB.archLo >> 2)]!;
    if ((arch & ~4095) === page && u32[e + (DTLB.archHi >> 2)] === hi >>> 0 && (arch & TLB_VALID) !== 0 && (!write || (arch & TLB_WRITE) !== 0)) {
      const pfn = u32[e + (DTLB.pfn >> 2)]!;
      if (write && this.u8[FRAME_FLAGS + pfn] === 0 && !this.checks(s)) this.tagStores(e, page, hi, pfn); // the fast tag may be given again
      return pfn;
    }
    const l = this.largeEntry(s, lo), known = u32[l]!;
    if ((known & LARGE_MASK) === (lo & LARGE_MASK) && u32[l + (LTLB.archHi >> 2)] === hi >>> 0 && (known & TLB_VALID) !== 0 && (!write || (known & TLB_WRITE) !== 0)) {
      const pfn = u32[l + (LTLB.pfn >> 2)]! | ((lo >>> 12) & 511);
      this.fill(s, e, page, hi, pfn, (known & TLB_WRITE) !== 0);
      return pfn;
    }
    const pfn = this.walk(s, lo, hi, write ? 1 : 0);
    if (pfn < 0) return -1;
    this.f64[(s + S.dtlbMiss) >> 3]!++;
    this.addNow(s, COST.tlbMiss);
    this.fill(s, e, page, hi, pfn, this.leafWritable);
    if (this.leafLarge) {
      u32[l] = (lo & LARGE_MASK) | TLB_VALID | (this.leafWritable ? TLB_WRITE : 0);
      u32[l + (LTLB.archHi >> 2)] = hi;
      u32[l + (LTLB.pfn >> 2)] = pfn & ~511;
    }
    return pfn;
  }
  private largeEntry(s: number, lo: number): number { return (s + S.largeTlb + ((lo >>> LARGE_BITS) & (LARGE_TLB_ENTRIES - 1)) * LTLB.size) >> 2; }
  private fill(s: number, e: number, page: number, hi: number, pfn: number, writable: boolean): void {
    const { u32 } = this;
    const plain = !this.checks(s);
    if (plain) { u32[e] = page; u32[e + 1] = hi; } else { u32[e] = ~page; u32[e + 1] = ~hi; }
    if (plain && writable && this.u8[FRAME_FLAGS + pfn] === 0) this.tagStores(e, page, hi, pfn); else { u32[e + 2] = ~page; u32[e + 3] = ~hi; } // a tag that no address hashed here can match
    this.use(s + S.dtlbUsed, page >>> DTLB_PART);
    u32[e + (DTLB.addend >> 2)] = RAM_BASE + pfn * 4096 - page;
    u32[e + (DTLB.pfn >> 2)] = pfn;
    u32[e + (DTLB.archLo >> 2)] = page | TLB_VALID | (writable ? TLB_WRITE : 0);
    u32[e + (DTLB.archHi >> 2)] = hi;
  }
  /** Stores to the page are fast from now on. */
  private tagStores(e: number, page: number, hi: number, pfn: number): void {
    const { u32 } = this;
    u32[e + (DTLB.write >> 2)] = page; u32[e + (DTLB.write >> 2) + 1] = hi;
    this.u8[FRAME_STORES + pfn] = 1;
  }
  /** WASM address, or 0 with the fault in the state. */
  translate(s: number, lo: number, hi: number, write: boolean): number {
    const pfn = this.lookup(s, lo, hi, write);
    return pfn < 0 ? 0 : RAM_BASE + pfn * 4096 + (lo & 4095);
  }

  /** A compiled region's slow path: resolves a plain miss; 0, with no effect at all, when the interpreter has to do the instruction. */
  translateQuiet(s: number, lo: number, hi: number, bytes: number, write: boolean): number {
    if ((lo & 4095) + bytes > 4096 || this.checks(s)) return 0;
    const pfn = this.peek(s, lo, hi, write);
    if (pfn < 0 || (write && this.u8[FRAME_FLAGS + pfn] !== 0)) return 0;
    return this.translate(s, lo, hi, write);
  }
  /** The frame that an access would reach, without any effect; −1 if it would fault. */
  peek(s: number, lo: number, hi: number, write: boolean): number {
    if (!canonical(hi)) return -1;
    const e = (s + S.dtlb + ((lo >>> 12) & (DTLB_ENTRIES - 1)) * DTLB.size) >> 2, { u32, ram32 } = this, arch = u32[e + (DTLB.archLo >> 2)]!;
    if ((arch & ~4095) === (lo & ~4095) && u32[e + (DTLB.archHi >> 2)] === hi >>> 0 && (arch & TLB_VALID) !== 0 && (!write || (arch & TLB_WRITE) !== 0)) return u32[e + (DTLB.pfn >> 2)]!;
    let table = u32[(s + S.pgd) >> 2]! >>> 0;
    for (let level = 3; ; level--) {
      const index = level === 3 ? (hi >>> 7) & 511 : level === 2 ? (lo >>> 30) | ((hi & 127) << 2) : level === 1 ? (lo >>> 21) & 511 : (lo >>> 12) & 511;
      const entry = u32[ram32 + (table >>> 2) + index * 2]!;
      if ((entry & PTE.P) === 0 || (entry & PTE.U) === 0 || (write && (entry & PTE.W) === 0)) return -1;
      if (level === 0 || (level === 1 && (entry & PTE.PS) !== 0)) {
        let pfn = entry >>> 12;
        if (level === 1) pfn = (pfn & ~511) | ((lo >>> 12) & 511);
        return pfn < this.frames ? pfn : -1;
      }
      table = (entry & 0xfffff000) >>> 0;
    }
  }

  // ---- alignment checks (SDM vol. 3, 6.15, interrupt 17): Linux sets CR0.AM, the program EFLAGS.AC
  private checks(s: number): boolean { return (this.u32[(s + CTX.rflags) >> 2]! & AC) !== 0; }
  /** RFLAGS.AC may have changed: with it on no access is fast. */
  checkAlignment(s: number, on: boolean): void {
    const cpu = this.u32[(s + S.cpu) >> 2]!;
    if ((this.checking[cpu] ?? false) === on) return;
    this.rebuildFastTags(s);
  }
  /** #AC is in the state: the program asks for checks and what lies at lo does not lie as its type must (table 6-7; 32 bytes to 16, as AMD's family 25 wants it).
   *  @param size bytes, and from ALIGNMENT_BIT on the alignment if the size does not say it */
  misaligned(s: number, lo: number, hi: number, size: number): boolean {
    if (!this.checks(s) || !canonical(hi)) return false;
    const bytes = size & SIZE_MASK, own = size >> ALIGNMENT_BIT, mask = own !== 0 ? own - 1 : bytes <= 8 || bytes === 16 ? bytes - 1 : bytes === 32 ? 15 : bytes === 10 ? 7 : 3;
    if ((lo & mask) === 0) return false;
    this.fault(s, VEC.AC, 0, 0, 0);
    return true;
  }

  // ---- slow paths of the interpreter's loads and stores; sizes as misaligned has them
  read(s: number, lo: number, hi: number, size: number): number {
    if (this.misaligned(s, lo, hi, size)) return 0;
    if ((lo & 4095) + (size & SIZE_MASK) <= 4096) return this.translate(s, lo, hi, false);
    return this.copyIn(s, lo, hi, size);
  }
  /** #GP is in the state: [va, va + bytes) begins in the lower half of what is canonical and ends behind it. Images of the x87 are several accesses, not one. */
  private leavesCanonical(s: number, lo: number, hi: number, bytes: number): boolean {
    if (hi !== LAST_CANONICAL_HI || (lo >>> 0) + bytes <= 2 ** 32 || ((bytes & (bytes - 1)) !== 0 && bytes !== 10)) return false;
    this.fault(s, VEC.GP, 0, 0, hi + 1);
    return true;
  }
  /** A copy of [va, va + bytes) in the bounce buffer. */
  copyIn(s: number, lo: number, hi: number, size: number): number {
    const bytes = size & SIZE_MASK;
    if (this.leavesCanonical(s, lo, hi, bytes) || this.misaligned(s, lo, hi, size)) return 0;
    const first = Math.min(bytes, 4096 - (lo & 4095)), a = this.translate(s, lo, hi, false);
    if (a === 0) return 0;
    const to = s + S.bounce;
    if (first < bytes) {
      const nextLo = (lo + first) | 0, nextHi = nextLo === 0 ? (hi + 1) | 0 : hi, b = this.translate(s, nextLo, nextHi, false);
      if (b === 0) return 0;
      this.u8.copyWithin(to + first, b, b + bytes - first);
    }
    this.u8.copyWithin(to, a, a + first);
    return to;
  }
  rmw(s: number, lo: number, hi: number, bytes: number): number {
    if (this.misaligned(s, lo, hi, bytes)) return 0;
    if ((lo & 4095) + bytes <= 4096) {
      const pfn = this.lookup(s, lo, hi, true);
      if (pfn < 0) return 0;
      if (this.u8[FRAME_FLAGS + pfn] === 0) return RAM_BASE + pfn * 4096 + (lo & 4095);
    }
    return this.rmwBounce(s, lo, hi, bytes);
  }
  /** Checks that [va, va + bytes) can be written and copies it to the bounce buffer. */
  rmwBounce(s: number, lo: number, hi: number, size: number): number {
    const bytes = size & SIZE_MASK;
    if (this.leavesCanonical(s, lo, hi, bytes) || this.misaligned(s, lo, hi, size)) return 0;
    const first = Math.min(bytes, 4096 - (lo & 4095)), a = this.translate(s, lo, hi, true);
    if (a === 0) return 0;
    const to = s + S.bounce;
    if (first < bytes) {
      const nextLo = (lo + first) | 0, nextHi = nextLo === 0 ? (hi + 1) | 0 : hi, b = this.translate(s, nextLo, nextHi, true);
      if (b === 0) return 0;
      this.u8.copyWithin(to + first, b, b + bytes - first);
    }
    this.u8.copyWithin(to, a, a + first);
    return to;
  }
  /** Writes the bounce buffer back after rmw/rmwBounce; 1 if the block ends. */
  commit(s: number, lo: number, hi: number, size: number): number { return this.put(s, lo, hi, size, s + S.bounce) === 2 ? 1 : 0; }
  /** Stores the scratch value: 0 done, 1 fault, 2 done and the block ends. */
  store(s: number, lo: number, hi: number, size: number): number { return this.put(s, lo, hi, size, s + S.scratch); }

  private put(s: number, lo: number, hi: number, size: number, from: number): number {
    const bytes = size & SIZE_MASK;
    if (this.leavesCanonical(s, lo, hi, bytes) || this.misaligned(s, lo, hi, size)) return 1;
    const first = Math.min(bytes, 4096 - (lo & 4095)), a = this.lookup(s, lo, hi, true);
    if (a < 0) return 1;
    let b = -1;
    if (first < bytes) {
      const nextLo = (lo + first) | 0, nextHi = nextLo === 0 ? (hi + 1) | 0 : hi;
      b = this.lookup(s, nextLo, nextHi, true);
      if (b < 0) return 1;
    }
    let ends = this.written(a);
    const at = RAM_BASE + a * 4096 + (lo & 4095);
    for (let i = 0; i < first; i++) this.u8[at + i] = this.u8[from + i]!;
    if (b >= 0) {
      if (this.written(b)) ends = true;
      const next = RAM_BASE + b * 4096;
      for (let i = first; i < bytes; i++) this.u8[next + i - first] = this.u8[from + i]!;
    }
    return ends ? 2 : 0;
  }
  /** Law 3: a store to a frame with code drops its translations; true if it had been fetched. */
  written(pfn: number): boolean {
    const flags = this.u8[FRAME_FLAGS + pfn]!;
    if (flags === 0) return false;
    this.u8[FRAME_FLAGS + pfn] = 0;
    this.dropCode(pfn);
    return (flags & FRAME_FETCHED) !== 0;
  }
  /** The frame holds code from now on: its stores take the slow path. */
  fetched(pfn: number): void {
    if ((this.u8[FRAME_FLAGS + pfn]! & FRAME_FETCHED) !== 0) return;
    this.u8[FRAME_FLAGS + pfn] = this.u8[FRAME_FLAGS + pfn]! | FRAME_FETCHED;
    if (this.u8[FRAME_STORES + pfn] === 0) return;
    this.u8[FRAME_STORES + pfn] = 0;
    const { u32 } = this;
    for (let cpu = 0; cpu < this.cpus; cpu++) {
      const s = cpuBase(cpu), first = (s + S.dtlb) >> 2;
      this.eachUsed(s + S.dtlbUsed, (n) => {
        for (let i = 0, e = first + n * EMPTY_PART.length; i < DTLB_PART_ENTRIES; i++, e += ENTRY) if (u32[e + (DTLB.pfn >> 2)] === pfn) { u32[e + 2] = ~u32[e + (DTLB.archLo >> 2)]!; u32[e + 3] = 0xffffffff; }
      });
    }
  }

  // ---- instruction side
  /** Instruction TLB lookup: the physical address of the frame, or −1 with the fault in the state. */
  fetchPage(s: number, lo: number, hi: number): number {
    const page = lo & ~4095, e = (s + S.itlb + ((lo >>> 12) & (ITLB_ENTRIES - 1)) * ITLB.size) >> 2, { u32 } = this;
    if (u32[e] === page >>> 0 && u32[e + 1] === hi >>> 0) return u32[e + 2]!;
    const pfn = this.walk(s, lo, hi, 2);
    if (pfn < 0) return -1;
    this.f64[(s + S.itlbMiss) >> 3]!++;
    this.addNow(s, COST.tlbMiss);
    if ((u32[e]! & 4095) === 0) this.itlbLeaves(s);
    u32[e] = page; u32[e + 1] = hi; u32[e + 2] = pfn * 4096;
    this.use(s + S.itlbUsed, page >>> ITLB_PART);
    return pfn * 4096;
  }

  /** Where an instruction page of the CPU, in the same 4 GiB as addresses with the upper half `hi`, has this frame: the lower half of its address; −1 if none is in the TLB. */
  fetchedAt(s: number, frame: number, hi: number): number {
    const { u32 } = this;
    let at = -1;
    this.eachUsed(s + S.itlbUsed, (n) => {
      for (let i = 0, e = ((s + S.itlb) >> 2) + n * EMPTY_ITLB_PART.length; at < 0 && i < ITLB_ENTRIES / PARTS; i++, e += ITLB.size >> 2) if (u32[e + (ITLB.frame >> 2)] === frame && u32[e + 1] === hi >>> 0 && (u32[e]! & 4095) === 0) at = u32[e]!;
    });
    return at;
  }

  // ---- maintenance
  flush(s: number): void {
    this.f64[(s + S.tlbFlush) >> 3]!++;
    this.clear(s);
  }
  /** What is in the TLBs goes. A switch to another address space does it: most of the entries are empty already. */
  clear(s: number): void {
    const { u32 } = this;
    this.eachUsed(s + S.dtlbUsed, (n) => u32.set(n === PARTS - 1 ? LAST_PART : EMPTY_PART, ((s + S.dtlb) >> 2) + n * EMPTY_PART.length));
    this.eachUsed(s + S.itlbUsed, (n) => u32.set(EMPTY_ITLB_PART, ((s + S.itlb) >> 2) + n * EMPTY_ITLB_PART.length));
    u32.fill(0, (s + S.dtlbUsed) >> 2, (s + S.dtlbUsed + USED_BYTES) >> 2);
    u32.fill(0, (s + S.itlbUsed) >> 2, (s + S.itlbUsed + USED_BYTES) >> 2);
    u32.fill(0, (s + S.largeTlb) >> 2, (s + S.largeTlb + LARGE_TLB_ENTRIES * LTLB.size) >> 2);
    this.itlbLeaves(s);
  }
  private itlbLeaves(s: number): void { this.f64[(s + S.itlbLeft) >> 3]! += MAX_CPUS; }
  /** Parts of a TLB into which translations have come. @param at of S.dtlbUsed or S.itlbUsed */
  private eachUsed(at: number, visit: (part: number) => void): void {
    for (let w = 0; w < USED_BYTES >> 2; w++) for (let used = this.u32[(at >> 2) + w]!; used !== 0; used &= used - 1) visit(w * 32 + 31 - Math.clz32(used & -used));
  }
  private use(at: number, part: number): void { this.u32[(at >> 2) + ((part >>> 5) & ((PARTS >> 5) - 1))]! |= 1 << part; }
  private useAll(at: number): void { this.u32.fill(0xffffffff, at >> 2, (at + USED_BYTES) >> 2); }
  /** Of a new CPU, whose memory is zero. */
  powerOn(s: number): void {
    this.f64[(s + S.itlbLeft) >> 3] = this.u32[(s + S.cpu) >> 2]!;
    this.useAll(s + S.dtlbUsed);
    this.useAll(s + S.itlbUsed);
    this.clear(s);
  }
  invalidate(s: number, va: number): void {
    const lo = va % 4294967296, hi = Math.floor(va / 4294967296) >>> 0, page = (lo & ~4095) >>> 0, { u32 } = this;
    const e = (s + S.dtlb + ((page >>> 12) & (DTLB_ENTRIES - 1)) * DTLB.size) >> 2;
    if (((u32[e + (DTLB.archLo >> 2)]! & ~4095) >>> 0) === page && u32[e + (DTLB.archHi >> 2)] === hi) {
      u32.set(emptyEntry((page >>> 12) & (DTLB_ENTRIES - 1)), e);
    }
    const i = (s + S.itlb + ((page >>> 12) & (ITLB_ENTRIES - 1)) * ITLB.size) >> 2;
    if (u32[i] !== page || u32[i + 1] !== hi) return;
    u32.fill(0xffffffff, i, i + (ITLB.size >> 2));
    this.itlbLeaves(s);
  }
  /** A page of 2 MiB goes, with all that came of it. */
  invalidateLarge(s: number, va: number): void {
    const first = Math.floor(va / LARGE_PAGE) * LARGE_PAGE, { u32 } = this, l = this.largeEntry(s, first % 4294967296);
    if (((u32[l]! & LARGE_MASK) >>> 0) === first % 4294967296 && u32[l + (LTLB.archHi >> 2)] === Math.floor(first / 4294967296)) u32[l] = 0;
    for (let page = first; page < first + LARGE_PAGE; page += 4096) this.invalidate(s, page);
  }
  /** Fast tags from the architectural ones, of which any may be in use. */
  rebuildFastTags(s: number): void {
    const { u32 } = this;
    this.checking[u32[(s + S.cpu) >> 2]!] = this.checks(s);
    this.useAll(s + S.itlbUsed);
    for (let k = 0, e = (s + S.dtlb) >> 2; k < DTLB_ENTRIES; k++, e += DTLB.size >> 2) {
      const arch = u32[e + (DTLB.archLo >> 2)]!;
      if ((arch & TLB_VALID) === 0) u32.set(emptyEntry(k).subarray(0, 4), e); // the tags
      else this.fill(s, e, arch & ~4095, u32[e + (DTLB.archHi >> 2)]!, u32[e + (DTLB.pfn >> 2)]!, (arch & TLB_WRITE) !== 0);
    }
  }
}
