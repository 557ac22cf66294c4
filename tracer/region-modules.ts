// Takes WebAssembly modules of regions apart into functions, with the machine code that V8 made of them, and makes one module of functions of many. V8 does not do that: this
// knows how it writes machine code down (V8 11.3, wasm-serialization.cc), and believes nothing that does not come out even. What machine code says of its module are numbers of
// imports and of functions that are called: both are the same in modules of the same kin.
import { createHash } from 'node:crypto';

/** A function: `hints` of its branches as in WebAssembly's section, `machine` as V8 writes it. What V8 has not optimized has none; `budget`: what it may still run until it is. */
export interface Piece { body: Buffer; hints: Buffer; machine: Buffer | null; budget: number }
/** What modules of a kin have in common: types and imports as sections, the functions that regions call, the type of regions. */
export interface Kin {
  /** Of WebAssembly alone. */
  name: string;
  sections: Buffer; imported: number; types: readonly number[]; shared: Piece[]; type: number;
  /** What stands at the head of V8's machine code: its version, flags and the processor, and what it knows of imports; empty: there is none. */
  head: Buffer;
}

const LAZY = 2, EAGER = 3, OPTIMIZED = 4;
/** Of an optimized function: bytes before the code's, and where among them, in words behind the first byte, the sizes of its parts stand. */
const CODE_HEAD = 54, CODE_SIZE = 7, SIZES = [CODE_SIZE, 8, 9, 10, 11];
const V8_HEAD = 16, TOTAL = 8, BUDGET = 4;
/** V8's own, of a function that has not run. */
const TIERING_BUDGET = 1_800_000;
const PREAMBLE = Buffer.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0), HINTS = 'metadata.code.branch_hint';
/** Its machine code is there: nobody reads this. */
const STUB = Buffer.of(3, 0, 0x00, 0x0b), NONE = Buffer.alloc(0);

function leb(n: number): Buffer {
  const bytes: number[] = [];
  for (; n >= 128; n >>>= 7) bytes.push((n & 127) | 128);
  return Buffer.of(...bytes, n);
}
class Reader {
  constructor(readonly bytes: Buffer, public at = 0, readonly end = bytes.length) {}
  leb(): number {
    let n = 0, shift = 0, byte: number;
    do { byte = this.bytes[this.at++]!; n |= (byte & 127) << shift; shift += 7; } while ((byte & 128) !== 0);
    return n;
  }
  name(): string { const length = this.leb(); return this.bytes.toString('latin1', this.at, this.at += length); }
  sized(): Buffer { const length = this.leb(); return this.bytes.subarray(this.at, this.at += length); }
}
/** Functions among the imports. */
function importedFunctions(section: Buffer): number {
  const r = new Reader(section);
  let functions = 0;
  for (let n = r.leb(); n > 0; n--) {
    r.name(); r.name();
    const kind = r.bytes[r.at++]!;
    if (kind === 0) { functions++; r.leb(); } else if (kind === 2) { const flags = r.leb(); r.leb(); if ((flags & 1) !== 0) r.leb(); } else if (kind === 3) r.at += 2; else throw new Error('an import of another kind');
  }
  if (r.at !== section.length) throw new Error('imports do not come out even');
  return functions;
}

/** V8's machine code by function. */
function machineOf(machine: Buffer, imported: number, functions: number): { head: Buffer; codes: (Buffer | null)[]; budgets: number[] } {
  const from = V8_HEAD + TOTAL, codes: (Buffer | null)[] = [], budgets: number[] = [];
  let at = from + 1 + imported, total = 0;
  for (let i = 0; i < functions; i++) {
    const kind = machine[at]!;
    if (kind === LAZY || kind === EAGER) { codes.push(null); at++; continue; }
    if (kind !== OPTIMIZED) throw new Error('machine code of another kind');
    const size = SIZES.reduce((sum, k) => sum + machine.readUInt32LE(at + 1 + k * 4), CODE_HEAD);
    total += machine.readUInt32LE(at + 1 + CODE_SIZE * 4);
    codes.push(machine.subarray(at, at += size));
  }
  for (let i = 0; i < functions; i++, at += BUDGET) budgets.push(machine.readInt32LE(at));
  if (at !== machine.length || Number(machine.readBigUInt64LE(V8_HEAD)) !== total) throw new Error('machine code does not come out even');
  return { head: Buffer.concat([machine.subarray(0, V8_HEAD), machine.subarray(from, from + 1 + imported)]), codes, budgets };
}

/** @param machine of the module, null: there is none. @returns regions by the names under which they are exported */
export function takeApart(wasm: Uint8Array, machine: Buffer | null): { kin: Kin; regions: Map<string, Piece> } {
  const r = new Reader(Buffer.from(wasm.buffer, wasm.byteOffset, wasm.length), PREAMBLE.length), sections: Buffer[] = [], types: number[] = [], bodies: Buffer[] = [], names = new Map<number, string>(), hints = new Map<number, Buffer>();
  let imported = 0;
  while (r.at < r.end) {
    const start = r.at, id = r.bytes[r.at++]!, content = r.sized(), s = new Reader(content);
    if (id === 1 || id === 2) sections.push(r.bytes.subarray(start, r.at));
    if (id === 2) imported = importedFunctions(content);
    else if (id === 3) for (let n = s.leb(); n > 0; n--) types.push(s.leb());
    else if (id === 7) for (let n = s.leb(); n > 0; n--) { const name = s.name(); s.at++; names.set(s.leb() - imported, name); }
    else if (id === 10) for (let n = s.leb(); n > 0; n--) bodies.push(s.sized());
    else if (id === 0 && s.name() === HINTS) {
      for (let n = s.leb(); n > 0; n--) {
        const f = s.leb() - imported, from = s.at;
        for (let hint = s.leb(); hint > 0; hint--) { s.leb(); s.sized(); }
        hints.set(f, content.subarray(from, s.at));
      }
    }
  }
  const known = machine === null ? null : machineOf(machine, imported, bodies.length);
  const pieces = bodies.map((body, i): Piece => ({ body, hints: hints.get(i) ?? NONE, machine: known?.codes[i] ?? null, budget: known?.budgets[i] ?? TIERING_BUDGET }));
  const shared = pieces.filter((_, i) => !names.has(i)), first = shared.length;
  if (names.size > 0 && Math.min(...names.keys()) !== first) throw new Error('regions come last');
  const name = createHash('sha256').update(Buffer.concat([...sections, Buffer.of(...types.slice(0, first + 1)), ...shared.map(({ body }) => body)])).digest('hex');
  return { kin: { name, sections: Buffer.concat(sections), imported, types: types.slice(0, first), shared, type: types[first] ?? 0, head: known?.head ?? NONE }, regions: new Map([...names].map(([i, n]) => [n, pieces[i]!])) };
}

const section = (id: number, content: Buffer): Buffer => Buffer.concat([Buffer.of(id), leb(content.length), content]);
const list = (items: readonly Buffer[]): Buffer => Buffer.concat([leb(items.length), ...items]);
const sized = (bytes: Buffer): Buffer => Buffer.concat([leb(bytes.length), bytes]);

/** One module of regions, exported as '0', '1' and so on. `machine` is as V8 takes it, null if it has optimized none of them. */
export function putTogether({ sections, imported, types, shared, type, head }: Kin, regions: readonly Piece[]): { bytes: Uint8Array<ArrayBuffer>; machine: Uint8Array<ArrayBuffer> | null } {
  const all = [...shared, ...regions], codes = all.map((p) => p.machine).filter((code) => code !== null), first = imported + shared.length;
  let machine: Uint8Array<ArrayBuffer> | null = null;
  if (codes.length > 0) {
    const total = Buffer.alloc(TOTAL), budgets = Buffer.alloc(all.length * BUDGET);
    total.writeBigUInt64LE(BigInt(codes.reduce((sum, code) => sum + code.readUInt32LE(1 + CODE_SIZE * 4), 0)));
    all.forEach(({ budget }, i) => { budgets.writeInt32LE(budget, i * BUDGET); });
    const parts = [head.subarray(0, V8_HEAD), total, head.subarray(V8_HEAD), ...all.map((p) => p.machine ?? Buffer.of(LAZY)), budgets];
    machine = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) { machine.set(part, at); at += part.length; }
  }
  const hinted = all.flatMap(({ hints, machine: code }, i) => (hints.length > 0 && code === null ? [Buffer.concat([leb(imported + i), hints])] : []));
  const name = (text: string): Buffer => sized(Buffer.from(text, 'latin1')), bytes = Buffer.concat([
    PREAMBLE, sections, section(3, list([...types, ...regions.map(() => type)].map(leb))),
    section(7, list(regions.map((_, i) => Buffer.concat([name(String(i)), Buffer.of(0), leb(first + i)])))),
    ...hinted.length > 0 ? [section(0, Buffer.concat([name(HINTS), list(hinted)]))] : [],
    section(10, list(all.map(({ body, machine: code }, i) => (code === null || i < shared.length ? sized(body) : STUB)))),
    // V8 takes modules of the same bytes for the same, code and all
    ...machine !== null ? [section(0, Buffer.concat([name('machine'), createHash('sha256').update(machine).digest()]))] : [],
  ]);
  return { bytes: new Uint8Array(bytes), machine };
}
