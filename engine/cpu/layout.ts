// Where everything lives in the machine's one WebAssembly.Memory: the engine's area first, guest RAM from RAM_BASE on.
// Byte offsets; no behaviour.
import { CTX_SIZE } from '../machine/hardware.ts';

export const PAGE = 4096;
export const MAX_CPUS = 16;

/** Null page of the engine: address 0 means "none"; behind these words, the counters of counts.ts. */
/** u32: frames of guest RAM. */
export const FRAME_COUNT = 20;
/** u32, of blocks: after how many executions a new one is reported, if it is counted; where the next one will be; not 0: those dropped hold much of the area, see Blocks; the handler slot that a new one gets; how many were made, how often one
 *  was looked for that is not where the jump cache says. */
export const BLOCKS = { due: 16, next: 24, refuse: 28, entry: 32, decoded: 36, lookups: 40 } as const;
/** Instructions of a block at most. */
export const MAX_INSNS = 64;
/** u32: how many regions have been dropped, modulo 2^32: a region that waits for one that it called does not go on after that. */
export const DROPS = 44;
/** u32: the record before which regions were left as BLK.sides of its block became a multiple of SIDES, until the compiler has seen it; 0: none. */
export const SIDE = 48, SIDES = 16384;
/** u32: ways from one compiled region to another until one is reported (jit/neighbours.ts); 0: none is. */
export const WAYS = 52;
/** u32: what the decoder in WebAssembly found (interp/decode-known.ts): where it stopped, the cost of its records together, how the block goes on behind the last;
 *  whether the instruction there is one for the decoder, the place for its template or 0, the template's key and SIB, bytes before displacement and immediate. */
export const DECODE = { at: 192, cost: 196, flow: 200, more: 204, template: 208, key: 212, sib: 216, head: 220 } as const;
export const CPU_AREA = 0x1000;
export const CPU_STRIDE = 0x91000;
export const cpuBase = (cpu: number): number => CPU_AREA + cpu * CPU_STRIDE;

/** Prefixes by byte, opcodes by map and byte: written once. */
export const DECODE_TABLES = 0x941000;
/** Of RCPPS and RSQRTPS (semantics/approximation.ts). */
export const APPROXIMATIONS = 0x941800;
/** Sequences of forms that are done as one (interp/fused-forms.ts): at most 256 rows and columns of a byte. Written once. */
export const FUSION = 0x948000;
/** By handler slot from the first on: the bytes of an instruction of that form, its displacement and immediate 0, and what it costs; zeros if none is known. Written once. */
export const FORM_SAMPLES = 0x960000;
export const SAMPLE_BYTES = 16, SAMPLE_COST = 15;
/** Physical address → entry of a live region: 4,096 entries of 16 bytes. Exits of regions look here first: what is needed lies in one line of the host's cache,
 *  and few of these are touched. Filled from the jump cache; a region that is made or dropped empties those of its entries. */
export const ENTRIES = 0x9a0000;
export const ENTRIES_BITS = 12;
export const ENT = { pa: 0, fn: 4, block: 8, entry: 12, size: 16 } as const;
/** One byte a frame: FETCHED is architectural (law 3), DECODED a cache's. Ram looks here before each write. */
export const FRAME_FLAGS = 0x9c0000;
export const FRAME_FLAGS_SIZE = 0x100000;
export const FRAME_FETCHED = 1, FRAME_DECODED = 2;
/** Physical address → block: 65,536 entries of {pa u32, block u32}, each the newest of its blocks; BLK.hashNext leads to the others. */
export const JUMP_CACHE = 0xac0000;
export const JUMP_CACHE_BITS = 16;
/** By frame, u32: the newest block that starts there, the first of a list over BLK.frameNext. */
export const FRAME_BLOCKS = 0xbc0000;
/** Blocks of predecoded records. */
export const BLOCK_AREA = 0xfc0000;
export const BLOCK_AREA_END = 0x6600000;
/** Records to make others from, by what stands before displacement and immediate: 32,768 entries of 32 bytes, two and two for the same. */
export const TEMPLATES = 0x6600000;
export const TEMPLATE_BITS = 15;
/** One byte a frame, not 0 if a fast tag for stores may lead to it. A cache's: frames of code have none to take away then. */
export const FRAME_STORES = 0x6700000;
export const RAM_BASE = 0x6800000;

/** Offsets in a CPU's state, behind its CTX register file at 0. */
export const S = {
  /** Lazy flags: res sign-extended (ZF: = 0, SF: < 0, PF: its low byte), cc the carry-out vector shifted so that the carry out of the top bit
   *  is bit 63, fx = operand bits | PF flip << 8 | SF flip << 9. CF = bit 63, OF = bit 63 ^ bit 62, AF = bit (67 − bits). */
  flagRes: CTX_SIZE, flagCc: CTX_SIZE + 8, flagFx: CTX_SIZE + 16,
  /** The code page: virtual address, and the physical address of its frame. */
  pageVa: 856, frameBase: 864,
  /** Record at which the interpreter left, or the hot block; 0 while it runs. A register that is always zero. */
  rec: 868, zero: 872,
  now: 880, deadline: 888, insns: 896,
  exitReason: 904, exitVector: 908, exitError: 912, exitLo: 916, exitHi: 920,
  /** A store of this instruction ended the block. */
  ends: 924,
  dtlbMiss: 928, itlbMiss: 936, tlbFlush: 944, // f64
  pgd: 952, cpu: 956,
  /** Value of a store that goes the slow way, ≤ 16 bytes. */
  scratch: 960,
  /** Flags as a compiled region leaves them (jit/context.ts): kind, a, b, r; kind 0: in flagRes, flagCc, flagFx. The interpreter packs them first. */
  fk: 976, fa: 984, fb: 992, fr: 1000,
  /** Cycles from `now` to the deadline, 0 to 2^30, when the first of the regions was entered that control has gone through since, or after a slow path of theirs: `now` does not yet have
   *  what they have spent. What was left when the last of them ended is in `left`, and cycles − instructions of all that have ended in `extra` (interp/exits.ts). */
  limit: 980,
  /** A copy of an operand that crosses pages or is long. */
  bounce: 1024, bounceSize: 1024,
  /** State of the generator behind RDRAND, 4 words. */
  random: 1008,
  dtlb: 0x800, // 16,384 entries of 32 bytes
  itlb: 0x80800, // 4,096 entries of 16 bytes
  /** Four words each. Bit n: since the last flush a translation came into entries 128 n … 128 n + 127 of the data TLB, 32 n … 32 n + 31 of the instruction TLB; the others are empty. A cache's. */
  dtlbUsed: 0x90800, itlbUsed: 0x90810,
  /** The stack pointer behind the return for which the innermost waiting region waits, all ones if none does; regions that wait (interp/exits.ts). A cache's. */
  waitRsp: 0x90820, waiting: 0x90828,
  /** BLK.entry of the block at which a region is entered. */
  entry: 0x9082c,
  left: 0x90830, extra: 0x90834,
  /** The time from which on this CPU may not read the clock before others have run. */
  clockEnd: 0x90838,
  /** f64, moves on whenever a page leaves the instruction TLB; of no two CPUs the same. While it stands, what was in there is. A cache's. */
  itlbLeft: 0x90840,
  largeTlb: 0x90850, // 64 entries of 16 bytes
} as const;

export const DTLB_ENTRIES = 16384;
/** Entry: readTag i64, writeTag i64 (fast: page address or −1), addend i32, pfn u32, arch lo (page | TLB_VALID | TLB_WRITE) u32, arch hi u32. */
export const DTLB = { read: 0, write: 8, addend: 16, pfn: 20, archLo: 24, archHi: 28, size: 32 } as const;
export const TLB_VALID = 1, TLB_WRITE = 2;
/** Pages of 2 MiB that the CPU knows, by the low bits of their number. What an access to one finds here comes into the data TLB as a page of 4 KiB, at no cost and without a miss.
 *  Entry: arch lo, arch hi as in DTLB, the first of the 512 frames u32. Not valid: 0. */
export const LARGE_TLB_ENTRIES = 64, LARGE_BITS = 21;
export const LTLB = { archLo: 0, archHi: 4, pfn: 8, size: 16 } as const;
/** What slow paths get as the size of an access: bytes, and from this bit on its alignment in bytes, if the size does not say it. */
export const ALIGNMENT_BIT = 16, SIZE_MASK = 0xffff;
/** Bits of an address that find the bit of S.dtlbUsed and S.itlbUsed: from this one on five for the bit, two for the word. */
export const DTLB_PART = 19, ITLB_PART = 17, PARTS = 128;
export const ITLB_ENTRIES = 4096;
/** Entry: tag i64 (page address or −1), frame base u32. */
export const ITLB = { tag: 0, frame: 8, size: 16 } as const;

/** A block: header, then records. pa is NO_PA once the block is dropped. pa0/to0, pa1/to1: the blocks that control went to last from here, newest
 *  first; an entry counts only while `to` still has that pa. vaLo, vaHi: its page when it was last reported. sides: how often compiled code left before one of its instructions, the deadline not being near.
 *  A counted block is reported hot when `left` has come down to 0: `due` is how often it has run then. Compiled: `entry` is its
 *  index among its region's entries and, from bit ENTRY_BITS on, that of its page among the region's pages. hashNext, frameNext: the next in the jump cache's entry, and in its frame.
 *  u16: fn, count, cost, entry. What the way from block to block needs stands in the second half, which shares its 64 bytes (BLOCK_ALIGN) with the first record. */
export const BLK = { due: 0, straddleFrame: 8, vaLo: 12, vaHi: 16, hashNext: 20, frameNext: 24, sides: 28, pa: 32, fn: 36, count: 38, cost: 40, entry: 42, left: 44, pa0: 48, to0: 52, pa1: 56, to1: 60, size: 64 } as const;
/** A region has no more entries than blocks, 400 at most, and no more than 48 pages (jit/region.ts). */
export const ENTRY_BITS = 10;
/** A block's address is 32 more than a multiple of this. */
export const BLOCK_ALIGN = 64;
/** Cycles. Longer ways through a region look at the deadline again: in the last ones before it, all is the interpreter's. */
export const LONGEST_WAY = 200;
/** In S.entry: a region of several entries that is entered does nothing and comes back. */
export const IDLE = 0xffffffff;
export const NO_PA = 0xffffffff;
/** A predecoded record, the k-th behind its block's header. Register operands are byte offsets into the CPU's state. off: the instruction's offset in its page | its length << 12.
 *  Of a direct jump the immediate is two i32: the offsets of its target and of the instruction behind it, relative to the page. */
export const REC = { fn: 0, r0: 2, r1: 4, r2: 6, imm: 8, disp: 16, base: 20, index: 22, seg: 24, r3: 26, off: 28, scale: 30, k: 31, size: 32 } as const;
