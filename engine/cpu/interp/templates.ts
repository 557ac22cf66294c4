// What the core module knows before the first instruction: records of the common encodings, for decode-known.ts to make others from, and an encoding of
// each form among them. The decoder makes both while the module is built: it stays the only one who knows.
import { decode } from '../decode/decoder.ts';
import type { Form } from '../decode/insn.ts';
import { BLOCK_AREA, FORM_SAMPLES, RAM_BASE, SAMPLE_BYTES, SAMPLE_COST, TEMPLATES, TEMPLATE_BITS } from '../layout.ts';
import { MEMORY_LIMITS, createMemory } from '../memory.ts';
import { I32, Module } from '../wasm/builder.ts';
import { commonEncodings } from './common-encodings.ts';
import type { Core } from './core.ts';
import { T, decodeTables, emitDecodeKnown } from './decode-known.ts';
import { SLOT } from './dispatch.ts';
import { Records } from './records.ts';

const LEVELS = [1, 2, 3] as const;

/** @param builtIn slots of the forms of the core module, by key. */
export function addTemplates(to: Module, builtIn: ReadonlyMap<string, number>): void {
  const memory = createMemory(65536), u8 = new Uint8Array(memory.buffer), m = new Module();
  m.importMemory('e', 'm', MEMORY_LIMITS);
  decodeTables(m);
  emitDecodeKnown(m.func([I32, I32, I32, I32, I32], [I32], 'decodeKnown'));
  const { decodeKnown } = new WebAssembly.Instance(new WebAssembly.Module(m.finish()), { e: { m: memory } }).exports as unknown as Core;
  const formOfSlot: Form[] = [], handler = (form: Form): number => { const slot = builtIn.get(form.key)!; formOfSlot[slot] = form; return slot; };
  const records = new Records(() => ({ handler, formOfSlot, decodeKnown }) as unknown as Core, u8, 1);
  for (const head of commonEncodings()) {
    u8.fill(0, RAM_BASE, RAM_BASE + 32); // displacement and immediate
    for (let i = 0; i < head.length; i += 2) u8[RAM_BASE + i / 2] = parseInt(head.slice(i, i + 2), 16);
    const keys = LEVELS.map((level) => decode(u8, RAM_BASE, RAM_BASE + 32, level)!.form.key), slot = builtIn.get(keys[0]!);
    if (slot === undefined || keys.some((key) => key !== keys[0])) continue; // made on demand, or another instruction on another model
    records.put(BLOCK_AREA, RAM_BASE, RAM_BASE + 4096, 0, 1);
    const sample = FORM_SAMPLES + (slot - SLOT.first) * SAMPLE_BYTES;
    if (u8[sample] !== 0) continue;
    u8.copyWithin(sample, RAM_BASE, RAM_BASE + SAMPLE_COST);
    u8[sample + SAMPLE_COST] = formOfSlot[slot]!.cost;
  }
  // Entries that follow each other are one segment.
  const used = (at: number): boolean => { for (let i = at; i < at + T.size; i++) if (u8[i] !== 0) return true; return false; };
  for (let at: number = TEMPLATES, end = TEMPLATES + (T.size << TEMPLATE_BITS); at < end; at += T.size) {
    const from = at;
    while (at < end && used(at)) at += T.size;
    if (at > from) to.data(from, u8.slice(from, at));
  }
  to.data(FORM_SAMPLES, u8.slice(FORM_SAMPLES, FORM_SAMPLES + builtIn.size * SAMPLE_BYTES));
}
