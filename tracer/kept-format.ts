// How a file of kept code is laid out: a head with its digest, then modules, each of which has one of its own.
import { createHash } from 'node:crypto';
import type { KeptRegion } from '../engine/machine/kept-code.ts';

/** Behind it stand the sizes of the head's three parts and their digest, then these parts. */
export const MAGIC = 'KTCODE3\n', SIZES = MAGIC.length, SHA = SIZES + 12, HEAD_BYTES = SHA + 32;

/** Regions that are taken up as one module, from number `first` to `end`: where it stands behind the head, bytes of its WebAssembly, and then of what V8 made of that (0: nothing yet).
 *  `kin` and `machineHead` as in region-modules.ts: those with the same can become one. */
export interface Chunk { kin: string; machineHead: string; imports: readonly string[]; first: number; end: number; at: number; wasm: number; machine: number; sha: string }
/** The first part of the head. The second, in i32: where each region's numbers begin, these, entries (key, module, region in it, block) by their keys. The third: guest code. */
export interface Head { words: number; chunks: Chunk[]; regions: number; entries: number }
export const ENTRY_ROW = 4;

/** A region's numbers: runs that have not used it, bytes in its module, 1 if V8 has optimized it; of guest code; how many pages and blocks. Then KeptRegion's. */
export const R = { unused: 0, bytes: 1, optimized: 2, first: 3, loops: 4, codeAt: 5, codeBytes: 6, pages: 7, blocks: 8, size: 9 } as const;
export function numbersOf({ first, loops, pages, blocks, parted, code }: KeptRegion, blockSize: number): Int32Array {
  const numbers = new Int32Array(R.size + pages.length + blocks.length + parted.length);
  numbers[R.first] = first; numbers[R.loops] = loops ? 1 : 0; numbers[R.codeBytes] = code.length; numbers[R.pages] = pages.length; numbers[R.blocks] = blocks.length / blockSize;
  numbers.set(pages, R.size); numbers.set(blocks, R.size + pages.length); numbers.set(parted, R.size + pages.length + blocks.length);
  return numbers;
}

export const sha256 = (...parts: readonly Uint8Array[]): Buffer => { const hash = createHash('sha256'); for (const part of parts) hash.update(part); return hash.digest(); };
export const bytesOf = (numbers: Int32Array): Buffer => Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);

/** The head's entries, in the order of their keys. */
export class Entries {
  constructor(readonly numbers: Int32Array) {}
  /** By their keys; those with the same stay in their order. */
  static sorted(rows: readonly number[]): Entries {
    const count = rows.length / ENTRY_ROW, order = Float64Array.from({ length: count }, (_, i) => (rows[i * ENTRY_ROW]! >>> 0) * count + i).sort(), numbers = new Int32Array(rows.length);
    order.forEach((place, to) => { const from = place % count * ENTRY_ROW; for (let i = 0; i < ENTRY_ROW; i++) numbers[to * ENTRY_ROW + i] = rows[from + i]!; });
    return new Entries(numbers);
  }
  get size(): number { return this.numbers.length / ENTRY_ROW; }
  /** Where the first with the key begins, −1: there is none. */
  find(key: number): number {
    const { numbers } = this;
    let from = 0, to = this.size;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (numbers[middle * ENTRY_ROW]! >>> 0 < key) from = middle + 1; else to = middle;
    }
    return this.isAt(from * ENTRY_ROW, key) ? from * ENTRY_ROW : -1;
  }
  isAt(row: number, key: number): boolean { return row < this.numbers.length && this.numbers[row]! >>> 0 === key; }
}
