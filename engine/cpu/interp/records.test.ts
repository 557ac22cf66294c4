// Records made from templates are the records that decoding makes, for random bytes.
import { expect, test } from 'vitest';
import { decode } from '../decode/decoder.ts';
import type { Form } from '../decode/insn.ts';
import { RAM_BASE, REC } from '../layout.ts';
import type { Core } from './core.ts';
import { Records } from './records.ts';

test('a record from a template is the one that decoding makes', () => {
  const slots = new Map<Form, number>(), formOfSlot: Form[] = [];
  const handler = (form: Form): number => {
    let slot = slots.get(form);
    if (slot === undefined) { slots.set(form, slot = formOfSlot.length); formOfSlot.push(form); }
    return slot;
  };
  const u8 = new Uint8Array(RAM_BASE + 8192), core = { handler, formOfSlot } as unknown as Core, records = new Records(() => core, u8, 3);
  const made = 0x1000, wanted = 0x2000, page = RAM_BASE + 4096;
  let state = 1, checked = 0;
  const random = (n: number): number => { state = Math.imul(state, 1664525) + 1013904223 >>> 0; return Math.floor(state / 4294967296 * n); };
  const some = (list: readonly number[]): number => list[random(list.length)]!;
  const check = (at: number): number => {
    const k = random(64), length = records.put(at, page + 4096, made, 7, k), { cost, flow } = records, insn = decode(u8, at, page + 4096, 3);
    let same = length === (insn?.length ?? 0);
    if (insn !== null) {
      records.fill(insn, (at - RAM_BASE) & 4095, wanted, 7, k);
      same &&= cost === records.cost && flow === records.flow && Buffer.compare(u8.subarray(made, made + REC.size), u8.subarray(wanted, wanted + REC.size)) === 0;
      checked++;
    }
    if (!same) expect([...u8.subarray(made, made + REC.size)], `${insn?.form.key}: ${[...u8.slice(at, at + 15)].map((b) => b.toString(16)).join(' ')}`).toEqual([...u8.subarray(wanted, wanted + REC.size)]);
    return length;
  };
  for (let i = 0; i < 100_000; i++) {
    const at = page + random(4096);
    for (let j = 0; j < 16; j++) u8[at + j] = random(256);
    let p = at;
    while (random(4) === 0) u8[p++] = some([0x66, 0xf2, 0xf3, 0x67, 0x64, 0x65, 0xf0, 0x3e]);
    if (random(2) === 0) u8[p++] = 0x40 + random(16);
    if (random(3) === 0) u8[p++] = 0x0f;
    const length = check(at);
    check(at); // now there is a template
    if (length < 2) continue;
    u8[at + length - 1] = random(256); // mostly another displacement or immediate
    check(at);
  }
  expect(checked).toBeGreaterThan(250_000);
}, 120_000);
