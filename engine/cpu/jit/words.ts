// What compiled code has to know of its run and of nothing else: frames of its pages, addresses of its blocks, where its entries are. It reads them from a table of
// words in memory, so the same guest code becomes the same WebAssembly in every run (jit/kept.ts).
import { BLK, REC } from '../layout.ts';
import type { Func, Label } from '../wasm/builder.ts';
import { emitFind, fillEntries, tableWords } from './entry-table.ts';
import type { Placed, Shape } from './kept.ts';

/** The module's imported global: address of word 0. Words have numbers; a module has some that follow each other. */
const WORDS = 0;
/** In S.rec, while a region is being left, stands a token for the record: that is MARK, the number of its block's word, and in the low bits which record of the block it is. */
const MARK = 0x40000000, RECORD_BITS = 7;
/** Numbers of words are below this: a token has room for them, and no module's word 0 would be below address 0. */
export const MOST_WORDS = 1 << 21;

/** Entries at which control can arrive by a jump: the second page of others is looked up where that happens. */
const reachable = (b: Placed): boolean => b.entry >= 0 && !b.straddles;
const distanceOf = (b: Placed): number => b.page + b.offset;
/** Number of the table's first word, `before` words from the region's first: slots do not cross lines of the host's cache. */
const tableAt = (first: number, before: number): number => (first + before + 3) & -4;

/** The words of one region: the physical addresses of its pages, the addresses of its blocks, the table of its entries. */
export class RegionWords {
  private readonly first: number;
  private readonly distances: readonly number[];
  /** Behind the last. */
  readonly end: number;
  constructor(private readonly shape: Shape) {
    this.first = shape.first;
    this.distances = shape.blocks.filter(reachable).map(distanceOf);
    this.end = tableAt(this.first, shape.pages.length + shape.blocks.length) + tableWords(this.distances);
  }
  /** push i32: the frame of a page of the region. */
  frame(f: Func, page: number): Func { return f.globalGet(WORDS).i32Load((this.first + this.shape.pages.findIndex((p) => p.page === page)) * 4); }
  /** Of the k-th record of the region's block number `index`. */
  token(index: number, k: number): number { return MARK | ((this.first + this.shape.pages.length + index) << RECORD_BITS) | k; }
  /** Local i32 `at` becomes such that with the offset that is returned it is the address of the slot (entry-table.ts) of the entry at the distance in an i64 local; `none` if there is none. */
  find(f: Func, distance: number, at: number, none: Label): number {
    const offset = tableAt(this.first, this.shape.pages.length + this.shape.blocks.length) * 4;
    emitFind(f, this.distances, distance, at, offset, () => f.globalGet(WORDS), none);
    return offset;
  }
}
/** Writes a region's words. @param at number in u32 of its module's first. */
export function fillWords(u32: Uint32Array, at: number, { first, pages, blocks }: Shape): void {
  let to = at + first;
  for (const { frame } of pages) u32[to++] = frame;
  for (const { block } of blocks) u32[to++] = block;
  fillEntries(u32, at, tableAt(first, pages.length + blocks.length), blocks.filter(reachable), pages);
}
/** push i32: the record of a local's token. */
export function emitRecordOf(f: Func, token: number): Func {
  f.get(token).i32Const(RECORD_BITS - 2).i32ShrU().i32Const((MARK >>> (RECORD_BITS - 2)) - 4).i32And().globalGet(WORDS).i32Add().i32Load();
  return f.get(token).i32Const((1 << RECORD_BITS) - 1).i32And().i32Const(Math.log2(REC.size)).i32Shl().i32Add().i32Const(BLK.size).i32Add();
}
