// Records made from templates are the records that decoding makes, for random bytes.
import { expect, test } from 'vitest';
import { decode } from '../decode/decoder.ts';
import type { Form } from '../decode/insn.ts';
import { BLK, BLOCK_AREA, RAM_BASE, REC } from '../layout.ts';
import { MEMORY_LIMITS, createMemory } from '../memory.ts';
import { I32, Module } from '../wasm/builder.ts';
import type { Core } from './core.ts';
import { decodeTables, emitDecodeKnown } from './decode-known.ts';
import { Records } from './records.ts';

test('a record from a template is the one that decoding makes', () => {
  const slots = new Map<Form, number>(), formOfSlot: Form[] = [];
  const handler = (form: Form): number => {
    let slot = slots.get(form);
    if (slot === undefined) { slots.set(form, slot = formOfSlot.length); formOfSlot.push(form); }
    return slot;
  };
  const memory = createMemory(65536), u8 = new Uint8Array(memory.buffer), m = new Module();
  m.importMemory('e', 'm', MEMORY_LIMITS);
  decodeTables(m);
  emitDecodeKnown(m.func([I32, I32, I32, I32, I32], [I32], 'decodeKnown'));
  const { decodeKnown } = new WebAssembly.Instance(new WebAssembly.Module(m.finish()), { e: { m: memory } }).exports as unknown as Core;
  const core = { handler, formOfSlot, decodeKnown } as unknown as Core, records = new Records(() => core, u8, 3);
  const block = BLOCK_AREA, wanted = BLOCK_AREA + 0x2000, page = RAM_BASE + 4096;
  let state = 1, checked = 0;
  const random = (n: number): number => { state = Math.imul(state, 1664525) + 1013904223 >>> 0; return Math.floor(state / 4294967296 * n); };
  const some = (list: readonly number[]): number => list[random(list.length)]!;
  const check = (at: number): number => {
    const insn = decode(u8, at, page + 4096, 3), k = insn?.form.flow === 'own' ? 0 : random(64), made = block + BLK.size + k * REC.size;
    u8.fill(random(256), made, made + REC.size);
    const count = records.put(block, at, page + 4096, k, k + 1), { cost, flow, end } = records;
    let same = count === (insn === null ? k : k + 1) && end === at + (insn?.length ?? 0);
    if (insn !== null) {
      records.fill(insn, (at - RAM_BASE) & 4095, wanted, k);
      same &&= cost === records.cost && flow === records.flow && Buffer.compare(u8.subarray(made, made + REC.size), u8.subarray(wanted, wanted + REC.size)) === 0;
      checked++;
    }
    if (!same) {
      expect([...u8.subarray(made, made + REC.size)], `${insn?.form.key}: ${[...u8.slice(at, at + 15)].map((b) => b.toString(16)).join(' ')}`).toEqual([...u8.subarray(wanted, wanted + REC.size)]);
      expect([count, end - at, cost, flow]).toEqual([insn === null ? k : k + 1, insn?.length ?? 0, records.cost, records.flow]);
    }
    return end - at;
  };
  let known = 0;
  for (let i = 0; i < 100_000; i++) {
    const at = page + random(4096);
    for (let j = 0; j < 16; j++) u8[at + j] = random(256);
    let p = at;
    while (random(4) === 0) u8[p++] = some([0x66, 0xf2, 0xf3, 0x67, 0x64, 0x65, 0xf0, 0x3e]);
    if (random(2) === 0) u8[p++] = 0x40 + random(16);
    if (random(3) === 0) u8[p++] = 0x0f;
    const length = check(at);
    check(at); // now there is a template
    if (decodeKnown(block, at, page + 4096, 0, 1) === 1) known++;
    if (length < 2) continue;
    u8[at + length - 1] = random(256); // mostly another displacement or immediate
    check(at);
  }
  expect(checked).toBeGreaterThan(250_000);
  expect(known).toBeGreaterThan(50_000);
}, 120_000);
