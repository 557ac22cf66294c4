// Compiled regions that outlive a run. Guest code at the same place in its page becomes the same WebAssembly (words.ts), so what V8 made of it can be kept. It is taken up again
// where the same bytes stand, all of them compared: a run with kept code computes what one without does.
import { KEPT } from '../../machine/kept-code.ts';
import type { KeptRegion } from '../../machine/kept-code.ts';
import type { Blocks } from '../interp/blocks.ts';
import { BLK, RAM_BASE, REC } from '../layout.ts';
import type { Mmu } from '../mmu/mmu.ts';
import { frameOf } from './region.ts';
import type { Region, RegionPage } from './region.ts';

/** A block of a compiled region: its address, its page relative to the base page, its first byte in its page, entry (−1: none). */
export interface Placed { block: number; page: number; offset: number; entry: number; straddles: boolean }
/** Where a compiled region's blocks are, in the order of their words: what installs it, and what is kept of it. `name` and `first` are known when it has been emitted. */
export interface Shape { name: string; first: number; loops: boolean; pages: readonly RegionPage[]; blocks: readonly Placed[] }
export function shapeOf({ pages, found, loops }: Region): Shape {
  return { name: '', first: 0, loops, pages, blocks: [...found.values()].map((b) => ({ block: b.block, page: b.page, offset: b.offset - b.page, entry: b.entry, straddles: b.code.straddles })) };
}

/** Bytes behind a block's end that the decoder may have looked at: the longest instruction. */
const LOOKAHEAD = 15;

/** Physical address behind the block's last instruction, within its page. */
function endOf(mmu: Mmu, block: number): number {
  const off = mmu.u16[(block + BLK.size + (mmu.u16[(block + BLK.count) >> 1]! - 1) * REC.size + REC.off) >> 1]!;
  return mmu.u32[(block + BLK.pa) >> 2]! - (mmu.u32[(block + BLK.pa) >> 2]! & 4095) + (off & 4095) + (off >> 12);
}
/** A hash of a block's bytes and of where it lies in its page. Not of one whose instruction straddles. */
export function keyOf(mmu: Mmu, block: number): number {
  const { u8 } = mmu, pa = mmu.u32[(block + BLK.pa) >> 2]!;
  let hash = 0x811c9dc5 ^ (pa & 4095);
  for (let at = RAM_BASE + pa, end = RAM_BASE + endOf(mmu, block); at < end; at++) hash = Math.imul(hash ^ u8[at]!, 0x01000193); // FNV-1a
  return hash >>> 0;
}
/** Where the bytes stand that decide what a block is: of one that straddles in two parts. Its end depends on the instruction behind it. */
function parts(mmu: Mmu, block: number): { at: number; bytes: number }[] {
  const pa = mmu.u32[(block + BLK.pa) >> 2]!, second = mmu.u32[(block + BLK.straddleFrame) >> 2]!, rest = 4096 - (pa & 4095);
  if (second !== 0) return [{ at: pa, bytes: rest }, { at: second * 4096, bytes: LOOKAHEAD }];
  return [{ at: pa, bytes: Math.min(endOf(mmu, block) - pa + LOOKAHEAD, rest) }];
}
/** The bytes that decide what the blocks are. */
function codeBytes(mmu: Mmu, blocks: readonly number[]): { lengths: number[]; code: Uint8Array } {
  const all = blocks.map((block) => parts(mmu, block)), lengths = all.map((list) => list.reduce((sum, { bytes }) => sum + bytes, 0)), code = new Uint8Array(lengths.reduce((sum, n) => sum + n, 0));
  let to = 0;
  for (const { at, bytes } of all.flat()) { code.set(mmu.u8.subarray(RAM_BASE + at, RAM_BASE + at + bytes), to); to += bytes; }
  return { lengths, code };
}
/** Whether the region's blocks stand in these frames, by the order of its pages, byte for byte. */
export function sameBytes({ u8 }: Mmu, { pages, blocks, code }: KeptRegion, frames: readonly number[]): boolean {
  let from = 0;
  const same = (at: number, bytes: number): boolean => {
    for (const end = from + bytes; from < end; at++, from++) if (u8[at] !== code[from]) return false;
    return true;
  };
  for (let k = 0; k < blocks.length; k += KEPT.size) {
    const page = blocks[k + KEPT.page]!, offset = blocks[k + KEPT.offset]!, bytes = blocks[k + KEPT.bytes]!, straddles = blocks[k + KEPT.straddles] === 1, first = straddles ? 4096 - offset : bytes;
    if (!same(RAM_BASE + frames[page]! + offset, first) || (straddles && !same(RAM_BASE + frames[behind(pages, page)]!, bytes - first))) return false;
  }
  return true;
}
/** The page behind that one. */
const behind = (pages: Int32Array, page: number): number => pages.indexOf(pages[page]! + 4096);

/** A live region as it is kept. */
export function keptRegion(all: Blocks, mmu: Mmu, { name, first, loops, pages, blocks }: Shape, parted: ReadonlyMap<number, ReadonlySet<number>>): KeptRegion {
  const { u16 } = mmu, { lengths, code } = codeBytes(mmu, blocks.map((b) => b.block));
  return {
    name, first, loops, pages: Int32Array.from(pages, (p) => p.page), code,
    blocks: Int32Array.from(blocks.flatMap(({ block, page, offset, entry, straddles }, i) => [pages.findIndex((p) => p.page === page), offset, entry, u16[(block + BLK.count) >> 1]!, u16[(block + BLK.cost) >> 1]!, straddles ? 1 : 0, lengths[i]!, all.ran(block)])),
    parted: Int32Array.from(blocks.flatMap(({ block }, i) => [...parted.get(block) ?? []].flatMap((k) => [i, k]))),
  };
}
/** The entries of a live region: number of the block, and keyOf it, and so on. */
export const entryKeys = (mmu: Mmu, { blocks }: Shape): number[] => blocks.flatMap(({ block, entry, straddles }, i) => (entry >= 0 && !straddles ? [i, keyOf(mmu, block)] : []));

/** The frames of the pages of a kept region whose block `index` is this one, as the page tables of s have them; null unless they are such as discovery takes. */
export function framesOf(mmu: Mmu, s: number, { pages, blocks }: KeptRegion, index: number, block: number): number[] | null {
  const { u32 } = mmu, at = index * KEPT.size, own = blocks[at + KEPT.page]!, offset = blocks[at + KEPT.offset]!, pa = u32[(block + BLK.pa) >> 2]!, frames: number[] = [];
  if ((pa & 4095) !== offset) return null;
  const baseLo = u32[(block + BLK.vaLo) >> 2]! - pages[own]!, baseHi = u32[(block + BLK.vaHi) >> 2]!;
  for (let i = 0; i < pages.length; i++) {
    const frame = i === own ? pa - offset : frameOf(mmu, s, baseLo + pages[i]!, baseHi);
    if (frame < 0 || frames.includes(frame)) return null;
    frames.push(frame);
  }
  return frames;
}
/** A kept region's blocks in this run, decoded if need be; null if one is not what it was. */
export function placed(all: Blocks, { u16, u32 }: Mmu, { name, first, loops, pages, blocks }: KeptRegion, frames: readonly number[]): Shape | null {
  const there: Placed[] = [];
  for (let k = 0; k < blocks.length; k += KEPT.size) {
    const page = blocks[k + KEPT.page]!, offset = blocks[k + KEPT.offset]!, straddles = blocks[k + KEPT.straddles] === 1;
    const pa = frames[page]! + offset, block = straddles ? all.lookup(pa) : all.ensure(pa), second = straddles ? frames[behind(pages, page)]! >>> 12 : 0;
    if (block === 0 || u32[(block + BLK.straddleFrame) >> 2] !== second || u16[(block + BLK.count) >> 1] !== blocks[k + KEPT.count] || u16[(block + BLK.cost) >> 1] !== blocks[k + KEPT.cost]) return null;
    there.push({ block, page: pages[page]!, offset, entry: blocks[k + KEPT.entry]!, straddles });
  }
  return { name, first, loops, pages: frames.map((frame, i) => ({ page: pages[i]!, frame })), blocks: there };
}
