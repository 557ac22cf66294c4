// Where an indirect jump goes inside its region: a hash table, in the module's words (words.ts), of the region's entries by their distance from the base page. Distances are the same in
// every run, so the hash function is part of the emitted code; what stands in the slots is written when the region is installed.

import type { Func, Label } from '../wasm/builder.ts';
import type { Placed } from './kept.ts';
import type { RegionPage } from './region.ts';

/** A slot, u32 each: distance of the entry, physical address of its page | number of that page, its number, and the next slot with the same hash as an address before the table's offset is added, 0 if it is the last. */
export const ENTRY = { distance: 0, frame: 4, entry: 8, next: 12, size: 16 } as const;
const SLOT_WORDS = ENTRY.size / 4;
/** Odd factors; the one with the fewest collisions is taken. */
const FACTORS = [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f, 0x165667b1, 0xd3a2646d, 0xfd7046c5, 0xb55a4f09];

/** A hash function, and how many slots stand behind its heads for distances whose head is taken. */
interface Hash { factor: number; bits: number; more: number }
const hashOf = (distance: number, factor: number, bits: number): number => Math.imul(distance, factor) >>> (32 - bits);

/** By hash: whether something has it, by the number of the question. */
let asked = 0, has = new Float64Array(1024);
function question(bits: number): number {
  if (has.length < 1 << bits) has = new Float64Array(1 << bits);
  return ++asked;
}

export function entryHash(distances: readonly number[]): Hash {
  const bits = 1 + Math.ceil(Math.log2(Math.max(distances.length, 2))), best: Hash = { factor: 0, bits, more: Infinity };
  for (const factor of FACTORS) {
    const now = question(bits);
    let more = 0;
    for (const distance of distances) {
      const hash = hashOf(distance, factor, bits);
      if (has[hash] === now) more++; else has[hash] = now;
    }
    if (more < best.more) { best.factor = factor; best.more = more; }
  }
  return best;
}
export const slotsOf = ({ bits, more }: Hash): number => (1 << bits) + more;
/** Words that the table of a region's entries takes. */
export const tableWords = (distances: readonly number[]): number => slotsOf(entryHash(distances)) * SLOT_WORDS;

/** Writes the table. @param words number in u32 of the module's first word. @param first that of the table among the module's. */
export function fillEntries(u32: Uint32Array, words: number, first: number, entries: readonly Placed[], pages: readonly RegionPage[]): void {
  const distances = entries.map((b) => b.page + b.offset), { factor, bits, more } = entryHash(distances), at = words + first;
  const put = (slot: number, distance: number, frame: number, entry: number, next: number): void => { u32[slot] = distance; u32[slot + 1] = frame; u32[slot + 2] = entry; u32[slot + 3] = next; };
  // In an empty slot stands a distance with another hash: nobody who looks there looks for it. Any other could be asked for
  for (let n = 0; n < (1 << bits) + more; n++) put(at + n * SLOT_WORDS, distances[0] ?? 0, 0, 0, 0);
  const now = question(bits);
  let spare = 1 << bits;
  entries.forEach(({ page, entry }, i) => {
    const hash = hashOf(distances[i]!, factor, bits), head = at + hash * SLOT_WORDS, n = pages.findIndex((p) => p.page === page), frame = pages[n]!.frame | n;
    if (has[hash] !== now) {
      has[hash] = now;
      put(head, distances[i]!, frame, entry, 0);
      return;
    }
    const slot = spare++ * SLOT_WORDS;
    put(at + slot, distances[i]!, frame, entry, u32[head + 3]!);
    u32[head + 3] = words * 4 + slot * 4;
  });
}

/** Local `at` becomes what is to be added to `offset`, the table's, for the slot of the entry at the distance in an i64 local; `none` if there is no such entry. @param words pushes the address of the module's words. */
export function emitFind(f: Func, distances: readonly number[], distance: number, at: number, offset: number, words: () => void, none: Label): void {
  const { factor, bits, more } = entryHash(distances);
  f.get(distance).i32WrapI64().i32Const(factor | 0).i32Mul().i32Const(32 - bits).i32ShrU().i32Const(Math.log2(ENTRY.size)).i32Shl(); words(); f.i32Add().set(at);
  const here = (): void => { f.get(at).i64Load32S(offset + ENTRY.distance).get(distance); };
  if (more === 0) { here(); f.i64Ne().brIf(none); return; }
  const found = f.block();
  here(); f.i64Eq().brIf(found);
  const along = f.loop();
  f.get(at).i32Load(offset + ENTRY.next).tee(at).i32Eqz().brIf(none);
  here(); f.i64Ne().brIf(along);
  f.end().end();
}
