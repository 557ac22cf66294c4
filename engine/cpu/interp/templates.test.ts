// The templates that come with the core module are those that decoding leaves, on every model of the processor.
import { expect, test } from 'vitest';
import { decode } from '../decode/decoder.ts';
import type { Form } from '../decode/insn.ts';
import { BLK, BLOCK_AREA, FORM_SAMPLES, RAM_BASE, REC, SAMPLE_BYTES, SAMPLE_COST } from '../layout.ts';
import { MEMORY_LIMITS, createMemory } from '../memory.ts';
import { I32, Module } from '../wasm/builder.ts';
import { commonEncodings } from './common-encodings.ts';
import { builtInSlots } from './core-module.ts';
import type { Core } from './core.ts';
import { decodeTables, emitDecodeKnown } from './decode-known.ts';
import { SLOT } from './dispatch.ts';
import { Records } from './records.ts';
import { addTemplates } from './templates.ts';

test('records of the common encodings are made without the decoder, and as it makes them', () => {
  const slots = builtInSlots(), builtIn = slots.size, formOfSlot: Form[] = [], memory = createMemory(65536), u8 = new Uint8Array(memory.buffer), m = new Module();
  const handler = (form: Form): number => {
    let slot = slots.get(form.key);
    if (slot === undefined) slots.set(form.key, slot = SLOT.first + slots.size);
    formOfSlot[slot] = form;
    return slot;
  };
  m.importMemory('e', 'm', MEMORY_LIMITS);
  decodeTables(m);
  addTemplates(m, builtInSlots());
  emitDecodeKnown(m.func([I32, I32, I32, I32, I32], [I32], 'decodeKnown'));
  const { decodeKnown } = new WebAssembly.Instance(new WebAssembly.Module(m.finish()), { e: { m: memory } }).exports as unknown as Core;
  const block = BLOCK_AREA, wanted = BLOCK_AREA + 0x2000, at = RAM_BASE, record = (from: number): string => Buffer.from(u8.subarray(from + BLK.size, from + BLK.size + REC.size)).toString('hex');
  const heads = commonEncodings();
  let known = 0, sampled = 0;
  heads.forEach((head, n) => {
    u8.set(Buffer.from(head, 'hex'), at);
    for (let i = head.length / 2; i < 16; i++) u8[at + i] = Math.imul(n + 1, 0x9e3779b1 + i) >>> 24; // any displacement and immediate
    if (decodeKnown(block, at, at + 4096, 0, 1) !== 1) return; // another encoding has its place, or it is left to the decoder
    known++;
    for (const level of [1, 2, 3]) {
      const records = new Records(() => ({ handler, formOfSlot, decodeKnown }) as unknown as Core, u8, level), insn = decode(u8, at, at + 4096, level)!;
      expect(records.put(block, at, at + 4096, 0, 1)).toBe(1);
      const { cost, flow, end } = records;
      records.fill(insn, 0, wanted + BLK.size, 0);
      expect([record(block), cost, flow, end - at], `${head} ${insn.form.key}`).toEqual([record(wanted), records.cost, records.flow, insn.length]);
    }
    const slot = u8[block + BLK.size + REC.fn]! | u8[block + BLK.size + REC.fn + 1]! << 8, sample = FORM_SAMPLES + (slot - SLOT.first) * SAMPLE_BYTES;
    expect(slot - SLOT.first).toBeLessThan(builtIn);
    const { form } = decode(u8, at, at + 4096, 1)!;
    if (decode(u8, sample, sample + SAMPLE_COST, 1)!.form === form && u8[sample + SAMPLE_COST] === form.cost) sampled++;
  });
  expect(known).toBeGreaterThan(heads.length * 0.6);
  expect(sampled).toBe(known);
});
