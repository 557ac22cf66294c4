// The table of a region's entries: each is found at its distance, nothing else is, whatever collides.
import { expect, test } from 'vitest';
import { I32, I64, Module } from '../wasm/builder.ts';
import { ENTRY, emitFind, fillEntries, tableWords } from './entry-table.ts';
import type { Placed } from './kept.ts';

const WORDS = 0x400, FIRST = 12;

/** What is found at distances: number of the entry and frame, or null. */
function finder(distances: readonly number[]): (distance: bigint) => [number, number] | null {
  const m = new Module(), memory = new WebAssembly.Memory({ initial: 16 }), u32 = new Uint32Array(memory.buffer).fill(0xaaaaaaaa);
  m.importMemory('e', 'm', { initial: 1 });
  const f = m.func([I64], [I32], 'find'), at = f.local(I32), none = f.block();
  emitFind(f, distances, 0, at, FIRST * 4, () => f.i32Const(WORDS), none);
  f.get(at).i32Const(FIRST * 4).i32Add().return().end();
  f.i32Const(0);
  const pages = [...new Set(distances.map((d) => Math.floor(d / 4096) * 4096))].map((page, i) => ({ page, frame: 0x1000 * (i + 1) }));
  fillEntries(u32, WORDS / 4, FIRST, distances.map((d, entry): Placed => ({ block: 0, page: Math.floor(d / 4096) * 4096, offset: d & 4095, entry, straddles: false })), pages);
  expect(u32[WORDS / 4 + FIRST - 1]).toBe(0xaaaaaaaa);
  expect(u32[WORDS / 4 + FIRST + tableWords(distances)]).toBe(0xaaaaaaaa);
  const { find } = new WebAssembly.Instance(new WebAssembly.Module(m.finish()), { e: { m: memory } }).exports as { find: (distance: bigint) => number };
  return (distance) => { const slot = find(distance) >> 2; return slot === 0 ? null : [u32[slot + ENTRY.entry / 4]!, u32[slot + ENTRY.frame / 4]!]; };
}

test.each([1, 2, 3, 7, 60, 400])('%i entries are found, and nothing beside them', (n) => {
  let x = n;
  const distances: number[] = [];
  while (distances.length < n) {
    x = (Math.imul(x, 1664525) + 1013904223) | 0;
    const d = (x >> 16) * (n > 60 ? 1 : 3) - 5000; // some lie below the base page
    if (!distances.includes(d)) distances.push(d);
  }
  const find = finder(distances), frames = [...new Set(distances.map((d) => Math.floor(d / 4096)))];
  distances.forEach((d, entry) => expect(find(BigInt(d))).toEqual([entry, 0x1000 * (frames.indexOf(Math.floor(d / 4096)) + 1) | frames.indexOf(Math.floor(d / 4096))]));
  for (let i = 0; i < 20000; i++) {
    const d = i * 7 - 60000;
    if (!distances.includes(d)) expect(find(BigInt(d))).toBeNull();
  }
});
test('a distance is compared in all its bits', () => {
  const find = finder([16, -16, 0x7ffff000, -0x7ffff000]);
  for (const d of [16n, -16n, 0x7ffff000n, -0x7ffff000n]) {
    expect(find(d)).not.toBeNull();
    for (const other of [d + (1n << 32n), d - (1n << 32n), d ^ (1n << 47n), -0x80000000n]) expect(find(BigInt.asIntN(64, other))).toBeNull();
  }
});
