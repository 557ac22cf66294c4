// A module's functions as WebAssembly text, from its bytes and the opcode tables: for documentation and for the goldens of emitted code.
// One statement a line: what is pushed on the way stands before the instruction that uses it up.
import { FC_OPS, MEM_OPS, PLAIN_OPS, SIMD_LANE_OPS, SIMD_MEM_LANE_OPS, SIMD_MEM_OPS, SIMD_OPS } from './opcodes.ts';

/** What the reader of the text should be told beyond the bytes. */
export interface Notes {
  /** The function that a table slot holds, for calls through a table. */
  slot?: (slot: number) => string | undefined;
  /** What lies at an offset; base: the local whose value is the address if the address is just that, else −1. */
  offset?: (offset: number, base: number) => string | undefined;
  /** Constants that stand for a parameter, by value: its number. */
  constants?: ReadonlyMap<number, number>;
  /** Names of the parameters, for functions that have as many. */
  params?: readonly string[];
}
export interface FunctionText { name: string; text: string }

const TYPES: Record<number, string> = { 0x7f: 'i32', 0x7e: 'i64', 0x7d: 'f32', 0x7c: 'f64', 0x7b: 'v128', 0x70: 'funcref' };

/** i64ExtendI32U → i64.extend_i32_u */
function textName(name: string): string {
  const [, type, rest] = /^(i8x16|i16x8|i32x4|i64x2|f32x4|f64x2|v128|i32|i64|f32|f64)?(.*)$/.exec(name)!;
  const snake = rest!.replace(/^[A-Z]/, (c) => c.toLowerCase()).replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
  return type === undefined ? snake : `${type}.${snake}`;
}
const invert = (ops: Record<string, number | readonly [number, number]>): Map<number, string> => new Map(Object.entries(ops).map(([name, op]) => [typeof op === 'number' ? op : op[0], textName(name)]));
const PLAIN = invert(PLAIN_OPS), FC = invert(FC_OPS), MEM = invert(MEM_OPS), SIMD = invert(SIMD_OPS), SIMD_MEM = invert(SIMD_MEM_OPS), SIMD_LANE = invert(SIMD_LANE_OPS), SIMD_MEM_LANE = invert(SIMD_MEM_LANE_OPS);

class Reader {
  constructor(readonly u8: Uint8Array, public at = 0, readonly end = u8.length) {}
  byte(): number { return this.u8[this.at++]!; }
  leb(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) { const b = this.byte(); value += (b & 127) * 2 ** shift; if (b < 128) return value; }
  }
  sleb(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const b = this.byte();
      value |= BigInt(b & 127) << shift;
      if (b < 128) return (b & 64) !== 0 ? value - (1n << (shift + 7n)) : value;
    }
  }
  bytes(n: number): Uint8Array { this.at += n; return this.u8.subarray(this.at - n, this.at); }
  name(): string { return String.fromCharCode(...this.bytes(this.leb())); }
}

interface Signature { params: string[]; results: string[] }

/** @returns the defined functions in order, named by their export or their index. */
export function moduleText(bytes: Uint8Array, notes: Notes = {}): FunctionText[] {
  const r = new Reader(bytes, 8), types: Signature[] = [], names: string[] = [], typeOf: number[] = [], tables: string[] = [], globals: string[] = [], hints = new Map<number, Map<number, boolean>>(), out: FunctionText[] = [];
  let imported = 0;
  const types_ = (): string[] => Array.from({ length: r.leb() }, () => TYPES[r.byte()]!);
  while (r.at < bytes.length) {
    const id = r.byte(), size = r.leb(), end = r.at + size;
    if (id === 0 && r.name() === 'metadata.code.branch_hint') {
      for (let n = r.leb(); n > 0; n--) {
        const of = new Map<number, boolean>();
        hints.set(r.leb(), of);
        for (let k = r.leb(); k > 0; k--) { const at = r.leb(); r.leb(); of.set(at, r.byte() === 1); }
      }
    } else if (id === 1) for (let n = r.leb(); n > 0; n--) { r.byte(); types.push({ params: types_(), results: types_() }); }
    else if (id === 2) {
      for (let n = r.leb(); n > 0; n--) {
        const name = `${r.name()}.${r.name()}`, kind = r.byte();
        if (kind === 0) { names.push(`$${name}`); typeOf.push(r.leb()); imported++; }
        else if (kind === 3) { r.byte(); r.byte(); globals.push(`$${name}`); }
        else {
          if (kind === 1) { r.byte(); tables.push(`$${name}`); }
          if ((r.byte() & 1) !== 0) { r.leb(); r.leb(); } else r.leb();
        }
      }
    } else if (id === 3) for (let n = r.leb(); n > 0; n--) { names.push(`${names.length}`); typeOf.push(r.leb()); }
    else if (id === 7) for (let n = r.leb(); n > 0; n--) { const name = r.name(), kind = r.byte(), index = r.leb(); if (kind === 0) names[index] = `$${name}`; }
    else if (id === 10) {
      const count = r.leb();
      for (let i = 0; i < count; i++) {
        const length = r.leb(), index = imported + i;
        out.push({ name: names[index]!.replace(/^\$/, ''), text: functionText(new Reader(bytes, r.at, r.at + length), types[typeOf[index]!]!, names[index]!, { types, names, tables, globals, hints: hints.get(index), notes }) });
        r.at += length;
      }
    }
    r.at = end;
  }
  return out;
}

interface World { types: readonly Signature[]; names: readonly string[]; tables: readonly string[]; globals: readonly string[]; hints: ReadonlyMap<number, boolean> | undefined; notes: Notes }
interface Op { text: string; /** Ends a line. */ ends: boolean; local?: number }

function functionText(r: Reader, signature: Signature, name: string, world: World): string {
  const start = r.at, { notes } = world, locals = [...signature.params];
  for (let n = r.leb(); n > 0; n--) { const count = r.leb(), type = TYPES[r.byte()]!; for (let i = 0; i < count; i++) locals.push(type); }
  const known = notes.params?.length === signature.params.length && signature.params.every((type) => type === 'i32') ? notes.params : [];
  const localNames = locals.map((_, i) => (known[i] !== undefined ? `$${known[i]}` : `${i}`));
  nameLocals(r, localNames, signature.params.length, world);
  const lines: string[] = [];
  let line: Op[] = [], depth = 1;
  const flush = (): void => { if (line.length > 0) lines.push('  '.repeat(depth) + line.map((op) => op.text).join(' ')); line = []; };
  let back: Op[] = [];
  while (r.at < r.end) {
    const hint = world.hints?.get(r.at - start), op = instruction(r, localNames, back, world);
    back = [op, ...back.slice(0, 2)];
    const word = op.text.split(' ')[0]!;
    if (hint !== undefined) op.text += hint ? ' (;likely;)' : ' (;unlikely;)';
    if (word === 'end' || word === 'else') { flush(); depth--; if (r.at >= r.end) break; line.push(op); flush(); if (word === 'else') depth++; continue; }
    line.push(op);
    if (word === 'block' || word === 'loop' || word === 'if') { flush(); depth++; } else if (op.ends) flush();
  }
  flush();
  const declared = (list: readonly string[], what: string, from: number): string => list.map((type, i) => ` (${what}${/^\d/.test(localNames[from + i]!) ? '' : ` ${localNames[from + i]!}`} ${type})`).join('');
  const n = signature.params.length, own = declared(locals.slice(n), 'local', n);
  return `(func ${name}${declared(locals.slice(0, n), 'param', 0)}${signature.results.map((t) => ` (result ${t})`).join('')}${own === '' ? '' : `\n ${own}`}\n${lines.join('\n')})\n`;
}

/** A local that is filled from a named place of the state is called by that name, if there is one such place only. */
function nameLocals(r: Reader, names: string[], params: number, world: World): void {
  const from = r.at, found = new Map<number, string>();
  let back: Op[] = [];
  while (r.at < r.end) {
    const op = instruction(r, names, back, world), note = /\(;(.*);\)/.exec(back[0]?.text ?? '')?.[1];
    if (op.text.startsWith('local.set') && op.local! >= params && back[0]!.text.includes('.load') && back[1]?.local === 0 && note !== undefined) found.set(op.local!, note);
    back = [op, ...back.slice(0, 2)];
  }
  r.at = from;
  const count = new Map<string, number>();
  for (const note of found.values()) count.set(note, (count.get(note) ?? 0) + 1);
  for (const [local, note] of found) if (count.get(note) === 1) names[local] = `$${note.replace(/[^\w.]/g, '')}`;
}

/** One instruction. `back`: those before it, the last first. */
function instruction(r: Reader, locals: readonly string[], back: Op[], { types, names, tables, globals, notes }: World): Op {
  const push = (text: string): Op => ({ text, ends: false }), last = (text: string): Op => ({ text, ends: true });
  const blockType = (): string => { const t = Number(r.sleb()); return t === -64 ? '' : t < 0 ? ` (result ${TYPES[t + 128]!})` : ` (type ${t})`; };
  const memory = (name: string, lane: boolean): Op => {
    const align = r.leb(), offset = r.leb(), store = name.includes('store');
    void align; // nothing depends on it
    const base = store ? back[1]?.local ?? -1 : back[0]?.local ?? -1, note = notes.offset?.(offset, base);
    return { text: `${name}${offset === 0 ? '' : ` offset=${offset}`}${lane ? ` ${r.byte()}` : ''}${note === undefined ? '' : ` (;${note};)`}`, ends: store };
  };
  const indirect = (word: string): Op => {
    const type = r.leb(), table = r.leb(), slot = /^i32\.const (\d+)$/.exec(back[0]?.text ?? ''), helper = slot === null ? undefined : notes.slot?.(Number(slot[1]));
    if (helper !== undefined) back[0]!.text = `i32.const (;${helper};)`; // the number changes whenever a function is added to the table
    return { text: `${word} ${tables[table] ?? table} (type ${type})`, ends: word.startsWith('return') || types[type]!.results.length === 0 };
  };
  const op = r.byte();
  switch (op) {
    case 0x02: return last(`block${blockType()}`);
    case 0x03: return last(`loop${blockType()}`);
    case 0x04: return last(`if${blockType()}`);
    case 0x05: return last('else');
    case 0x0b: return last('end');
    case 0x0c: return last(`br ${r.leb()}`);
    case 0x0d: return last(`br_if ${r.leb()}`);
    case 0x0e: { const to = Array.from({ length: r.leb() + 1 }, () => r.leb()); return last(`br_table ${to.join(' ')}`); }
    case 0x10: { const f = r.leb(); return { text: `call ${names[f]!}`, ends: false }; }
    case 0x12: return last(`return_call ${names[r.leb()]!}`);
    case 0x11: return indirect('call_indirect');
    case 0x13: return indirect('return_call_indirect');
    case 0x20: { const n = r.leb(); return { text: `local.get ${locals[n]!}`, ends: false, local: n }; }
    case 0x21: { const n = r.leb(); return { text: `local.set ${locals[n]!}`, ends: true, local: n }; }
    case 0x22: { const n = r.leb(); return { text: `local.tee ${locals[n]!}`, ends: false, local: n }; }
    case 0x23: return push(`global.get ${globals[r.leb()]!}`);
    case 0x24: return last(`global.set ${globals[r.leb()]!}`);
    case 0x3f: r.byte(); return push('memory.size');
    case 0x41: {
      const value = Number(r.sleb()), parameter = notes.constants?.get(value);
      return parameter === undefined ? push(`i32.const ${value}`) : { text: `i32.const (;${notes.params![parameter]!};)`, ends: false, local: parameter };
    }
    case 0x42: return push(`i64.const ${r.sleb()}`);
    case 0x43: return push(`f32.const ${new DataView(r.bytes(4).slice().buffer).getFloat32(0, true)}`);
    case 0x44: return push(`f64.const ${new DataView(r.bytes(8).slice().buffer).getFloat64(0, true)}`);
    case 0xfc: {
      const sub = r.leb();
      if (sub === 10 || sub === 11) { r.bytes(sub === 10 ? 2 : 1); return last(sub === 10 ? 'memory.copy' : 'memory.fill'); }
      return push(known(FC, sub));
    }
    case 0xfd: {
      const sub = r.leb();
      if (SIMD_MEM.has(sub)) return memory(SIMD_MEM.get(sub)!, false);
      if (SIMD_MEM_LANE.has(sub)) return memory(SIMD_MEM_LANE.get(sub)!, true);
      if (SIMD_LANE.has(sub)) return push(`${SIMD_LANE.get(sub)!} ${r.byte()}`);
      if (sub === 12) return push(`v128.const i8x16 ${[...r.bytes(16)].join(' ')}`);
      if (sub === 13) return push(`i8x16.shuffle ${[...r.bytes(16)].join(' ')}`);
      return push(known(SIMD, sub));
    }
    default: {
      if (MEM.has(op)) return memory(MEM.get(op)!, false);
      const name = known(PLAIN, op);
      return { text: name, ends: name === 'drop' || name === 'return' || name === 'unreachable' };
    }
  }
}
function known(table: ReadonlyMap<number, string>, op: number): string {
  const name = table.get(op);
  if (name === undefined) throw new Error(`no text for opcode 0x${op.toString(16)}`);
  return name;
}
