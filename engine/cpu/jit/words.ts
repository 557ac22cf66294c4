// What compiled code has to know of its run and of nothing else: numbers of regions, frames of their pages, addresses of their blocks. It reads them from a table of
// words in memory, so the same guest code becomes the same WebAssembly in every run (jit/kept.ts).
import { BLK, REC } from '../layout.ts';
import type { Func } from '../wasm/builder.ts';
import type { Region } from './region.ts';

/** The module's imported global: address of its words. */
const WORDS = 0;
/** In S.rec, while a region is being left, stands a token for the record: that is MARK, the number of its block's word, and in the low bits which record of the block it is. */
const MARK = 0x40000000, RECORD_BITS = 7;

/** The words of one region: its number, the physical addresses of its pages, and the addresses of its blocks. */
export class RegionWords {
  /** @param first number of the region's first word in its module's. */
  constructor(private readonly region: Region, readonly first: number) {}
  get count(): number { return 1 + this.region.pages.length + this.region.found.size; }
  /** push i32: the number that BLK.region has. */
  id(f: Func): Func { return this.word(f, 0); }
  /** push i32: the frame of a page of the region. */
  frame(f: Func, page: number): Func { return this.word(f, 1 + this.region.pages.findIndex((p) => p.page === page)); }
  /** Of the k-th record of the region's block number `index`. */
  token(index: number, k: number): number { return MARK | ((this.first + 1 + this.region.pages.length + index) << RECORD_BITS) | k; }
  private word(f: Func, n: number): Func { return f.globalGet(WORDS).i32Load((this.first + n) * 4); }
}
/** push i32: the record of a local's token. */
export function emitRecordOf(f: Func, token: number): Func {
  f.get(token).i32Const(RECORD_BITS - 2).i32ShrU().i32Const((MARK >>> (RECORD_BITS - 2)) - 4).i32And().globalGet(WORDS).i32Add().i32Load();
  return f.get(token).i32Const((1 << RECORD_BITS) - 1).i32And().i32Const(Math.log2(REC.size)).i32Shl().i32Add().i32Const(BLK.size).i32Add();
}
