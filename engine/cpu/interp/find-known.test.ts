// Blocks found or made in WebAssembly are those that Blocks finds and makes: same addresses, same bytes, same lists, whatever the order.
import { expect, test } from 'vitest';
import type { Form } from '../decode/insn.ts';
import { BLOCKS, BLOCK_AREA, FRAME_BLOCKS, FRAME_COUNT, JUMP_CACHE, JUMP_CACHE_BITS, RAM_BASE } from '../layout.ts';
import { MEMORY_LIMITS, createMemory } from '../memory.ts';
import { Mmu } from '../mmu/mmu.ts';
import { I32, Module } from '../wasm/builder.ts';
import { Blocks } from './blocks.ts';
import { commonEncodings } from './common-encodings.ts';
import { builtInSlots } from './core-module.ts';
import type { Core } from './core.ts';
import { decodeTables, emitDecodeKnown } from './decode-known.ts';
import { emitFind } from './find-known.ts';
import { END_FORM } from './records.ts';
import { addTemplates } from './templates.ts';

const FRAMES = 16;

function machine(): { mmu: Mmu; blocks: Blocks; found: (s: number, pa: number) => number; left: () => number } {
  const slots = builtInSlots(), formOfSlot: Form[] = [], m = new Module();
  const handler = (form: Form): number => {
    let slot = slots.get(form.key);
    if (slot === undefined) slots.set(form.key, slot = 1000 + slots.size);
    formOfSlot[slot] = form;
    return slot;
  };
  const memory = createMemory(65536), mmu = new Mmu(memory, FRAMES, 1, () => { /* nothing is dropped */ });
  mmu.u32[FRAME_COUNT >> 2] = FRAMES;
  let left = 0;
  m.importMemory('e', 'm', MEMORY_LIMITS);
  const find = m.importFunc('e', 'find', [I32, I32], [I32]), known = m.func([I32, I32, I32, I32, I32], [I32], 'decodeKnown');
  decodeTables(m);
  addTemplates(m, builtInSlots());
  emitDecodeKnown(known);
  emitFind(m.func([I32, I32], [I32], 'found'), known, find, slots.get(END_FORM.key)!);
  const { decodeKnown, found } = new WebAssembly.Instance(new WebAssembly.Module(m.finish()), { e: { m: memory, find: (s: number, pa: number) => { left++; return blocks.find(s, pa); } } }).exports as unknown as Core & { found: (s: number, pa: number) => number };
  const core = { handler, formOfSlot, decodeKnown, flushHandlers: () => { /* none runs */ } } as unknown as Core, blocks: Blocks = new Blocks(() => core, mmu, 3);
  return { mmu, blocks, found, left: () => left };
}

test('a block found in WebAssembly is the one that Blocks finds', () => {
  const js = machine(), wasm = machine(), heads = commonEncodings();
  let state = 1;
  const random = (n: number): number => { state = Math.imul(state, 1664525) + 1013904223 >>> 0; return Math.floor(state / 4294967296 * n); };
  const code = new Uint8Array(FRAMES * 4096), starts: number[] = [];
  for (let at = 0; at < code.length - 32;) {
    const head = Buffer.from(random(6) === 0 ? ['75', 'c3', 'e8', 'ff25'][random(4)]! : heads[heads.length - 1 - random(random(3) === 0 ? heads.length : 500)]!, 'hex');
    starts.push(at);
    code.set(head, at);
    for (at += head.length; random(3) !== 0; at++) code[at] = random(256);
  }
  for (const { mmu } of [js, wasm]) mmu.u8.set(code, RAM_BASE);
  for (let i = 0; i < 20_000; i++) {
    const pa = starts[random(starts.length)]!;
    if ((pa & 4095) > 4080) continue; // it may go on in the next page, whose place a page table tells
    expect(wasm.found(4096, pa)).toBe(js.blocks.find(4096, pa));
  }
  const next = js.mmu.u32[BLOCKS.next >> 2]!;
  expect(wasm.mmu.u32[BLOCKS.next >> 2]).toBe(next);
  expect(wasm.blocks.decoded).toBe(js.blocks.decoded);
  for (const [from, to] of [[BLOCK_AREA, next], [FRAME_BLOCKS, FRAME_BLOCKS + FRAMES * 4], [JUMP_CACHE, JUMP_CACHE + (8 << JUMP_CACHE_BITS)]] as const)
    expect(Buffer.compare(wasm.mmu.u8.subarray(from, to), js.mmu.u8.subarray(from, to)), `${from}`).toBe(0);
  expect(js.blocks.decoded).toBeGreaterThan(3000);
  expect(wasm.left()).toBeLessThan(js.blocks.decoded * 0.8);
}, 60_000);
