// What compiled code has to know of its run and of nothing else: frames of its pages, addresses of its blocks, where its entries are. It reads them from a table of
// words in memory, so the same guest code becomes the same WebAssembly in every run (jit/kept.ts).
import { BLK, ENTRY_BITS, REC, S } from '../layout.ts';
import { I32 } from '../wasm/builder.ts';
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
/** Words behind those of pages and blocks in which a region notes which of its pages it has seen in the instruction TLB: S.itlbLeft and the address of the base page at that time, and a bit for each page. */
const SEEN = { left: 0, base: 8, pages: 16, words: 6 } as const;
/** Regions of one page have none, nor have those with registers in locals, which look at all pages when they are entered. */
const notes = ({ pages, loops }: Pick<Shape, 'pages' | 'loops'>): boolean => pages.length > 1 && !loops;
/** Numbers of the first of the words with each page's distance from the base page (one page needs none), of these, and of the first of the table: its slots do not cross lines of the host's cache. */
const distancesAt = ({ first, pages, blocks }: Shape): number => first + pages.length + blocks.length;
const seenAt = (shape: Shape): number => distancesAt(shape) + (shape.pages.length > 1 ? shape.pages.length : 0);
const tableAt = (shape: Shape): number => (seenAt(shape) + (notes(shape) ? SEEN.words : 0) + 3) & -4;

/** The words of one region: the physical addresses of its pages, the addresses of its blocks, how far its pages lie behind the first, what it notes of them, the table of its entries. */
export class RegionWords {
  private readonly first: number;
  private readonly distances: readonly number[];
  /** Behind the last. */
  readonly end: number;
  constructor(private readonly shape: Shape) {
    this.first = shape.first;
    this.distances = shape.blocks.filter(reachable).map(distanceOf);
    this.end = tableAt(shape) + tableWords(this.distances);
  }
  /** push i32: the frame of a page of the region. */
  frame(f: Func, page: number): Func { return f.globalGet(WORDS).i32Load((this.first + this.number(page)) * 4); }
  /** Of the k-th record of the region's block number `index`. */
  token(index: number, k: number): number { return MARK | ((this.first + this.shape.pages.length + index) << RECORD_BITS) | k; }
  /** Local i64 `base` has the address of the base page: what the region has noted about its pages holds for this and for the instruction TLB as it is, from now on until something leaves that. */
  note(f: Func, state: number, base: number): void {
    const at = seenAt(this.shape) * 4, words = f.local(I32);
    f.globalGet(WORDS).set(words);
    f.get(state).i64Load(S.itlbLeft).get(words).i64Load(at + SEEN.left, 2).i64Xor().get(base).get(words).i64Load(at + SEEN.base, 2).i64Xor().i64Or().i64Const(0).i64Ne().hint(false).ifThen();
    f.get(words).get(state).i64Load(S.itlbLeft).i64Store(at + SEEN.left, 2).get(words).get(base).i64Store(at + SEEN.base, 2).get(words).i64Const(0).i64Store(at + SEEN.pages, 2).end();
    f.free(words);
  }
  /** push i64: how far the page of the entry, as BLK.entry, which is pushed as an i32, lies behind the base page. */
  distance(f: Func, entry: () => void): void {
    entry();
    f.i32Const(ENTRY_BITS - 2).i32ShrU().i32Const(63 << 2).i32And().globalGet(WORDS).i32Add().i64Load32S(distancesAt(this.shape) * 4);
  }
  /** push i32: whether the page has been seen. */
  seen(f: Func, page: number): Func {
    const n = this.number(page);
    return f.globalGet(WORDS).i32Load8U(seenAt(this.shape) * 4 + SEEN.pages + (n >> 3)).i32Const(1 << (n & 7)).i32And();
  }
  /** It has been, from now on. */
  see(f: Func, page: number): void {
    const n = this.number(page), at = seenAt(this.shape) * 4 + SEEN.pages + (n >> 3);
    f.globalGet(WORDS).globalGet(WORDS).i32Load8U(at).i32Const(1 << (n & 7)).i32Or().i32Store8(at);
  }
  /** push i32: the same, bit 0, of the page whose number local i32 `n` has in its low bits. */
  seenBy(f: Func, n: number): void { f.globalGet(WORDS).i64Load(seenAt(this.shape) * 4 + SEEN.pages, 2).get(n).i64ExtendI32U().i64ShrU().i32WrapI64().i32Const(1).i32And(); }
  seeBy(f: Func, n: number): void {
    const at = seenAt(this.shape) * 4 + SEEN.pages;
    f.globalGet(WORDS).globalGet(WORDS).i64Load(at, 2).i64Const(1).get(n).i64ExtendI32U().i64Shl().i64Or().i64Store(at, 2);
  }
  private number(page: number): number { return this.shape.pages.findIndex((p) => p.page === page); }
  /** Local i32 `at` becomes such that with the offset that is returned it is the address of the slot (entry-table.ts) of the entry at the distance in an i64 local; `none` if there is none. */
  find(f: Func, distance: number, at: number, none: Label): number {
    const offset = tableAt(this.shape) * 4;
    emitFind(f, this.distances, distance, at, offset, () => f.globalGet(WORDS), none);
    return offset;
  }
}
/** Writes a region's words. @param at number in u32 of its module's first. */
export function fillWords(u32: Uint32Array, at: number, shape: Shape): void {
  const { first, pages, blocks } = shape;
  let to = at + first;
  for (const { frame } of pages) u32[to++] = frame;
  for (const { block } of blocks) u32[to++] = block;
  if (pages.length > 1) for (const { page } of pages) u32[to++] = page;
  if (notes(shape)) u32.fill(0xffffffff, to, to + SEEN.words); // no time that S.itlbLeft says
  fillEntries(u32, at, tableAt(shape), blocks.filter(reachable), pages);
}
/** push i32: the record of a local's token. */
export function emitRecordOf(f: Func, token: number): Func {
  f.get(token).i32Const(RECORD_BITS - 2).i32ShrU().i32Const((MARK >>> (RECORD_BITS - 2)) - 4).i32And().globalGet(WORDS).i32Add().i32Load();
  return f.get(token).i32Const((1 << RECORD_BITS) - 1).i32And().i32Const(Math.log2(REC.size)).i32Shl().i32Add().i32Const(BLK.size).i32Add();
}
