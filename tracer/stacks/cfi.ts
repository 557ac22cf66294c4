// Call frame information: finds the row of .eh_frame for an address and says where the caller's frame is.
// Source: DWARF 4 section 6.4, the LSB core specification (.eh_frame), the x86-64 psABI's register numbers.
import type { ElfImage } from './elf.ts';

/** How to find one value of the caller: in memory at CFA + offset or at an expression's address, computed, another register, or undefined. */
type Rule = { kind: 'offset' | 'valOffset'; offset: number } | { kind: 'expression' | 'valExpression'; code: Uint8Array } | { kind: 'register'; reg: number } | { kind: 'same' } | { kind: 'undefined' };
export interface FrameRow {
  cfaReg: number; cfaOffset: number;
  /** The CFA by an expression (the PLT, signal frames), in place of register and offset. */
  cfaCode: Uint8Array | null;
  /** By register; those of registers that are not followed (beyond 16) are left out. */
  rules: readonly (Rule | undefined)[]; returnReg: number;
  /** A signal frame: the caller's pc is the instruction that was interrupted, not one behind a call. */
  signal: boolean;
  /** Where every rule is a place in memory at CFA + offset, as in almost all code: the pairs register, offset. */
  saved: Int32Array | null;
}
/** Registers by DWARF number (16 = rip) and memory as they are in a frame. */
export interface FrameState { regs: Float64Array; word: (va: number) => number }

interface Cie { codeAlign: number; dataAlign: number; returnReg: number; fdeEncoding: number; augmented: boolean; signal: boolean; start: number; end: number; /** Made when it is first asked for. */ row: Row | null }
/** What the instructions have made so far. */
interface Row { cfaReg: number; cfaOffset: number; cfaCode: Uint8Array | null; rules: (Rule | undefined)[] }
interface Fde { begin: number; end: number; cie: Cie; start: number; stop: number }
interface Index { cies: Map<number, Cie>; /** Of .eh_frame. */ view: DataView; /** Pairs of address and FDE, relative to the header's address; null without a search table. */ table: Int32Array | null; list: Fde[] | null; rows: Map<number, FrameRow | null> }
const indexes = new WeakMap<ElfImage, Index>();
/** Registers whose values are followed: the general ones and rip. */
const FOLLOWED = 17;
/** Rows kept by address; beyond that they are worked out again. */
const MAX_ROWS = 65536;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

class Reader {
  at: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  constructor(bytes: Uint8Array, at: number, view = viewOf(bytes)) { this.bytes = bytes; this.at = at; this.view = view; }
  u8(): number { return this.bytes[this.at++]!; }
  uleb(): number { let r = 0, m = 1, b; do { b = this.u8(); r += (b & 127) * m; m *= 128; } while (b & 128); return r; }
  sleb(): number { let r = 0, m = 1, b; do { b = this.u8(); r += (b & 127) * m; m *= 128; } while (b & 128); return b & 64 ? r - m : r; }
  /** A pointer in a DW_EH_PE_* encoding; `base` is the address of the section's first byte. */
  pointer(encoding: number, base: number): number {
    const from = base + this.at;
    let value = 0;
    switch (encoding & 15) {
      case 0: case 4: value = this.view.getUint32(this.at, true) + this.view.getInt32(this.at + 4, true) * 4294967296; this.at += 8; break;
      case 1: value = this.uleb(); break;
      case 2: value = this.view.getUint16(this.at, true); this.at += 2; break;
      case 3: value = this.view.getUint32(this.at, true); this.at += 4; break;
      case 9: value = this.sleb(); break;
      case 10: value = this.view.getInt16(this.at, true); this.at += 2; break;
      case 11: value = this.view.getInt32(this.at, true); this.at += 4; break;
      case 12: value = this.view.getUint32(this.at, true) + this.view.getInt32(this.at + 4, true) * 4294967296; this.at += 8; break;
    }
    return (encoding & 0x70) === 0x10 ? from + value : value;
  }
}

function readCie(bytes: Uint8Array, at: number, end: number): Cie {
  const r = new Reader(bytes, at);
  const version = r.u8();
  let augmentation = '';
  for (let c = r.u8(); c; c = r.u8()) augmentation += String.fromCharCode(c);
  const cie: Cie = { codeAlign: r.uleb(), dataAlign: r.sleb(), returnReg: version === 1 ? r.u8() : r.uleb(), fdeEncoding: 0, augmented: augmentation.startsWith('z'), signal: false, start: 0, end, row: null };
  if (cie.augmented) {
    const length = r.uleb(), next = r.at + length;
    for (const c of augmentation.slice(1)) {
      if (c === 'R') cie.fdeEncoding = r.u8();
      else if (c === 'L') r.u8();
      else if (c === 'P') { const e = r.u8(); r.pointer(e, 0); }
      else if (c === 'S') cie.signal = true;
    }
    r.at = next;
  }
  cie.start = r.at;
  return cie;
}

/** The FDE at an offset of .eh_frame, or null for a CIE or the end. */
function fdeAt(image: ElfImage, index: Index, at: number): { fde: Fde | null; next: number } | null {
  const { bytes, vaddr } = image.ehFrame!, v = index.view;
  const length = v.getUint32(at, true);
  if (length === 0 || length === 0xffffffff) return null;
  const body = at + 4, next = body + length, id = v.getUint32(body, true);
  if (id === 0) return { fde: null, next };
  const cieAt = body - id;
  let cie = index.cies.get(cieAt);
  if (!cie) { cie = readCie(bytes, cieAt + 8, cieAt + 4 + v.getUint32(cieAt, true)); index.cies.set(cieAt, cie); }
  const r = new Reader(bytes, body + 4, v), begin = r.pointer(cie.fdeEncoding, vaddr), size = r.pointer(cie.fdeEncoding & 15, 0);
  if (cie.augmented) { const n = r.uleb(); r.at += n; }
  return { fde: { begin, end: begin + size, cie, start: r.at, stop: next }, next };
}

/** All FDEs of an image without a search table, sorted by address. */
function scan(image: ElfImage, index: Index): Fde[] {
  const list: Fde[] = [];
  try {
    for (let at = 0; at + 8 <= image.ehFrame!.bytes.length;) {
      const found = fdeAt(image, index, at);
      if (!found) break;
      if (found.fde) list.push(found.fde);
      at = found.next;
    }
  } catch {
    list.length = 0; // damaged: no unwinding here
  }
  return list.sort((a, b) => a.begin - b.begin);
}

/** DW_EH_PE_udata4, DW_EH_PE_datarel | DW_EH_PE_sdata4: what GNU ld and lld write. */
const COUNT_UDATA4 = 3, TABLE_DATAREL_SDATA4 = 0x3b;

/** The binary search table of .eh_frame_hdr. */
function tableOf(image: ElfImage): Int32Array | null {
  const h = image.ehFrameHeader;
  if (!h || h.bytes.length < 12 || h.bytes[0] !== 1 || h.bytes[2] !== COUNT_UDATA4 || h.bytes[3] !== TABLE_DATAREL_SDATA4) return null;
  const r = new Reader(h.bytes, 4);
  r.pointer(h.bytes[1]!, h.vaddr);
  const count = r.view.getUint32(r.at, true), from = r.at + 4, pairs = Math.min(count, (h.bytes.length - from) >> 3);
  return new Int32Array(new Uint8Array(h.bytes.subarray(from, from + pairs * 8)).buffer); // aligned
}
/** The FDE that covers an address: by the search table where there is one (nothing else is parsed). */
function fdeFor(image: ElfImage, index: Index, vaddr: number): Fde | null {
  const { table } = index;
  if (table !== null) {
    const { vaddr: base } = image.ehFrameHeader!, wanted = vaddr - base;
    let low = 0, high = table.length >> 1;
    while (low < high) { const mid = (low + high) >> 1; if (table[mid * 2]! <= wanted) low = mid + 1; else high = mid; }
    if (low === 0) return null;
    return fdeAt(image, index, base + table[low * 2 - 1]! - image.ehFrame!.vaddr)?.fde ?? null;
  }
  const list = index.list ??= scan(image, index);
  let low = 0, high = list.length;
  while (low < high) { const mid = (low + high) >> 1; if (list[mid]!.begin <= vaddr) low = mid + 1; else high = mid; }
  return list[low - 1] ?? null;
}
function indexOf(image: ElfImage): Index {
  let index = indexes.get(image);
  if (!index) {
    index = { cies: new Map(), view: viewOf(image.ehFrame!.bytes), table: null, list: null, rows: new Map() };
    indexes.set(image, index);
    try { index.table = tableOf(image); } catch { index.table = NOTHING; } // damaged
  }
  return index;
}
const NOTHING = new Int32Array(0);

/** The unwind row that holds at a link-time address, or null where there is none. */
export function frameRow(image: ElfImage, vaddr: number): FrameRow | null {
  if (!image.ehFrame || vaddr < 0) return null;
  const index = indexOf(image), known = index.rows.get(vaddr);
  if (known !== undefined) return known;
  let row: FrameRow | null = null;
  try {
    const fde = fdeFor(image, index, vaddr);
    if (fde && vaddr >= fde.begin && vaddr < fde.end) row = rowOf(image.ehFrame.bytes, index.view, fde, vaddr);
  } catch {
    row = null; // damaged
  }
  if (index.rows.size >= MAX_ROWS) index.rows.clear();
  index.rows.set(vaddr, row);
  return row;
}
function rowOf(bytes: Uint8Array, view: DataView, fde: Fde, vaddr: number): FrameRow {
  const { cie } = fde;
  if (cie.row === null) {
    const first: Row = { cfaReg: 7, cfaOffset: 8, cfaCode: null, rules: new Array<undefined>(FOLLOWED).fill(undefined) };
    execute(new Reader(bytes, cie.start, view), cie.end, cie, 0, first, Infinity, []);
    cie.row = first;
  }
  const row = copyOf(cie.row);
  execute(new Reader(bytes, fde.start, view), fde.stop, cie, fde.begin, row, vaddr, cie.row.rules);
  const { cfaReg, cfaOffset, cfaCode, rules } = row, { returnReg, signal } = cie;
  return { cfaReg, cfaOffset, cfaCode, rules, returnReg, signal, saved: savedOf(row, returnReg) };
}
const copyOf = ({ cfaReg, cfaOffset, cfaCode, rules }: Row): Row => ({ cfaReg, cfaOffset, cfaCode, rules: rules.slice() });

/** A DWARF expression (DWARF 4, 2.5): the operations that compilers and libraries use in call frame information. NaN where it fails. */
function evaluate(code: Uint8Array, state: FrameState, first: number | null): number {
  const r = new Reader(code, 0), stack: number[] = first === null ? [] : [first], pop = (): number => stack.pop() ?? NaN;
  const binary = (f: (a: number, b: number) => number): void => { const b = pop(), a = pop(); stack.push(f(a, b)); };
  while (r.at < code.length) {
    const op = r.u8();
    if (op >= 0x30 && op <= 0x4f) stack.push(op - 0x30); // DW_OP_lit
    else if (op >= 0x70 && op <= 0x80) stack.push(state.regs[op - 0x70]! + r.sleb()); // DW_OP_breg
    else switch (op) {
      case 0x06: stack.push(state.word(pop())); break; // deref
      case 0x08: stack.push(r.u8()); break;
      case 0x09: r.at++; stack.push(r.view.getInt8(r.at - 1)); break;
      case 0x0a: r.at += 2; stack.push(r.view.getUint16(r.at - 2, true)); break;
      case 0x0b: r.at += 2; stack.push(r.view.getInt16(r.at - 2, true)); break;
      case 0x0c: r.at += 4; stack.push(r.view.getUint32(r.at - 4, true)); break;
      case 0x0d: r.at += 4; stack.push(r.view.getInt32(r.at - 4, true)); break;
      case 0x10: stack.push(r.uleb()); break;
      case 0x11: stack.push(r.sleb()); break;
      case 0x12: stack.push(stack.at(-1) ?? NaN); break; // dup
      case 0x13: pop(); break; // drop
      case 0x16: { const b = pop(), a = pop(); stack.push(b, a); break; } // swap
      case 0x1a: binary((a, b) => Number(BigInt.asUintN(64, BigInt(a)) & BigInt.asUintN(64, BigInt(b)))); break;
      case 0x1c: binary((a, b) => a - b); break;
      case 0x1e: binary((a, b) => a * b); break;
      case 0x22: binary((a, b) => a + b); break;
      case 0x23: stack.push(pop() + r.uleb()); break; // plus_uconst
      case 0x24: binary((a, b) => a * 2 ** b); break; // shl
      case 0x29: binary((a, b) => (a === b ? 1 : 0)); break;
      case 0x2a: binary((a, b) => (a >= b ? 1 : 0)); break;
      case 0x2b: binary((a, b) => (a > b ? 1 : 0)); break;
      case 0x2c: binary((a, b) => (a <= b ? 1 : 0)); break;
      case 0x2d: binary((a, b) => (a < b ? 1 : 0)); break;
      case 0x2e: binary((a, b) => (a !== b ? 1 : 0)); break;
      case 0x96: break; // nop
      default: return NaN;
    }
  }
  return pop();
}

function savedOf({ cfaCode, rules }: Row, returnReg: number): Int32Array | null {
  if (cfaCode !== null || rules[returnReg] === undefined || rules[7] !== undefined) return null;
  let n = 0;
  for (let reg = 0; reg < FOLLOWED; reg++) {
    const rule = rules[reg];
    if (rule === undefined || rule.kind === 'same') continue;
    if (rule.kind !== 'offset') return null;
    PAIRS[n++] = reg;
    PAIRS[n++] = rule.offset;
  }
  return PAIRS.slice(0, n);
}
const PAIRS = new Int32Array(FOLLOWED * 2);

/** Steps to the caller: regs become the caller's, regs[16] its pc. The CFA, or NaN at the end of the stack. */
export function stepOut(row: FrameRow, state: FrameState): number {
  const { regs, word } = state, { saved } = row;
  if (saved) {
    const cfa = regs[row.cfaReg]! + row.cfaOffset;
    for (let i = 0; i < saved.length; i += 2) regs[saved[i]!] = word(cfa + saved[i + 1]!);
    regs[7] = cfa;
    return cfa > 0 ? cfa : NaN;
  }
  const cfa = row.cfaCode ? evaluate(row.cfaCode, state, null) : regs[row.cfaReg]! + row.cfaOffset;
  if (!(cfa > 0) || row.rules[row.returnReg]?.kind === 'undefined') return NaN;
  const was = SCRATCH;
  was.set(regs);
  for (let reg = 0; reg < FOLLOWED; reg++) {
    const rule = row.rules[reg];
    if (rule !== undefined) switch (rule.kind) {
      case 'offset': regs[reg] = word(cfa + rule.offset); break;
      case 'valOffset': regs[reg] = cfa + rule.offset; break;
      case 'register': regs[reg] = rule.reg <= 16 ? was[rule.reg]! : NaN; break;
      case 'expression': regs[reg] = word(evaluate(rule.code, { regs: was, word }, cfa)); break;
      case 'valExpression': regs[reg] = evaluate(rule.code, { regs: was, word }, cfa); break;
      default:
    }
  }
  if (row.rules[row.returnReg] === undefined) regs[16] = word(cfa - 8);
  if (row.rules[7] === undefined) regs[7] = cfa;
  return cfa;
}
const SCRATCH = new Float64Array(17);

/** Executes instructions of a CIE or of an FDE that begins at `begin` up to those of the address `until`. @param initial the rules of the CIE */
function execute(r: Reader, end: number, { codeAlign, dataAlign, fdeEncoding }: Cie, begin: number, row: Row, until: number, initial: readonly (Rule | undefined)[]): void {
  const stack: Row[] = [];
  const code = (): Uint8Array => { const n = r.uleb(); r.at += n; return r.bytes.subarray(r.at - n, r.at); };
  let loc = begin;
  const set = (reg: number, rule: Rule | undefined): void => { if (reg < FOLLOWED) row.rules[reg] = rule; };
  const advance = (delta: number): boolean => { loc += delta * codeAlign; return loc > until; };
  while (r.at < end) {
    const op = r.u8(), low = op & 63;
    if (op >> 6 === 1) { if (advance(low)) return; continue; }
    if (op >> 6 === 2) { set(low, { kind: 'offset', offset: r.uleb() * dataAlign }); continue; }
    if (op >> 6 === 3) { set(low, initial[low]); continue; }
    switch (op) {
      case 0x00: break; // nop
      case 0x01: loc = r.pointer(fdeEncoding, 0); if (loc > until) return; break;
      case 0x02: if (advance(r.u8())) return; break;
      case 0x03: r.at += 2; if (advance(r.view.getUint16(r.at - 2, true))) return; break;
      case 0x04: r.at += 4; if (advance(r.view.getUint32(r.at - 4, true))) return; break;
      case 0x05: { const reg = r.uleb(); set(reg, { kind: 'offset', offset: r.uleb() * dataAlign }); break; }
      case 0x06: { const reg = r.uleb(); set(reg, initial[reg]); break; }
      case 0x07: set(r.uleb(), { kind: 'undefined' }); break;
      case 0x08: set(r.uleb(), { kind: 'same' }); break;
      case 0x09: { const reg = r.uleb(); set(reg, { kind: 'register', reg: r.uleb() }); break; }
      case 0x0a: stack.push(copyOf(row)); break;
      case 0x0b: { const s = stack.pop(); if (s) { row.cfaReg = s.cfaReg; row.cfaOffset = s.cfaOffset; row.cfaCode = s.cfaCode; row.rules = s.rules; } break; }
      case 0x0c: row.cfaReg = r.uleb(); row.cfaOffset = r.uleb(); row.cfaCode = null; break;
      case 0x0d: row.cfaReg = r.uleb(); break;
      case 0x0e: row.cfaOffset = r.uleb(); break;
      case 0x0f: row.cfaCode = code(); break;
      case 0x10: { const reg = r.uleb(); set(reg, { kind: 'expression', code: code() }); break; }
      case 0x16: { const reg = r.uleb(); set(reg, { kind: 'valExpression', code: code() }); break; }
      case 0x11: { const reg = r.uleb(); set(reg, { kind: 'offset', offset: r.sleb() * dataAlign }); break; }
      case 0x12: row.cfaReg = r.uleb(); row.cfaOffset = r.sleb() * dataAlign; row.cfaCode = null; break;
      case 0x13: row.cfaOffset = r.sleb() * dataAlign; break;
      case 0x14: { const reg = r.uleb(); set(reg, { kind: 'valOffset', offset: r.uleb() * dataAlign }); break; }
      case 0x15: { const reg = r.uleb(); set(reg, { kind: 'valOffset', offset: r.sleb() * dataAlign }); break; }
      case 0x2e: r.uleb(); break; // GNU_args_size
      default: return; // unknown: the row so far
    }
  }
}
