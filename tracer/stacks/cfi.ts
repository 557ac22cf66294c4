// Call frame information: finds the row of .eh_frame for an address and says where the caller's frame is.
// Source: DWARF 4 section 6.4, the LSB core specification (.eh_frame), the x86-64 psABI's register numbers.
import type { ElfImage } from './elf.ts';

/** How to find one value: CFA + offset in memory, a register, unchanged, or undefined. */
type Rule = { kind: 'offset'; offset: number } | { kind: 'valOffset'; offset: number } | { kind: 'register'; reg: number } | { kind: 'same' } | { kind: 'undefined' };
export interface FrameRow { cfaReg: number; cfaOffset: number; plt: boolean; rules: Map<number, Rule>; returnReg: number }

interface Cie { codeAlign: number; dataAlign: number; returnReg: number; fdeEncoding: number; augmented: boolean; signal: boolean; start: number; end: number }
interface Fde { begin: number; end: number; cie: Cie; start: number; stop: number }
const indexes = new WeakMap<ElfImage, Fde[]>();

class Reader {
  at: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  constructor(bytes: Uint8Array, at: number) { this.bytes = bytes; this.at = at; this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength); }
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
  const cie: Cie = { codeAlign: r.uleb(), dataAlign: r.sleb(), returnReg: version === 1 ? r.u8() : r.uleb(), fdeEncoding: 0, augmented: augmentation.startsWith('z'), signal: false, start: 0, end };
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

/** All FDEs of an image, sorted by address; built once. */
function fdesOf(image: ElfImage): Fde[] {
  let list = indexes.get(image);
  if (list) return list;
  list = [];
  indexes.set(image, list);
  if (!image.ehFrame) return list;
  const { bytes, vaddr } = image.ehFrame, v = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), cies = new Map<number, Cie>();
  try {
    for (let at = 0; at + 8 <= bytes.length;) {
      const length = v.getUint32(at, true);
      if (length === 0 || length === 0xffffffff) break;
      const body = at + 4, end = body + length, id = v.getUint32(body, true);
      if (id !== 0) {
        const cieAt = body - id;
        let cie = cies.get(cieAt);
        if (!cie) { cie = readCie(bytes, cieAt + 8, cieAt + 4 + v.getUint32(cieAt, true)); cies.set(cieAt, cie); }
        const r = new Reader(bytes, body + 4), begin = r.pointer(cie.fdeEncoding, vaddr), size = r.pointer(cie.fdeEncoding & 15, 0);
        if (cie.augmented) { const n = r.uleb(); r.at += n; }
        list.push({ begin, end: begin + size, cie, start: r.at, stop: end });
      }
      at = end;
    }
  } catch {
    list.length = 0; // damaged: no unwinding here
  }
  list.sort((a, b) => a.begin - b.begin);
  return list;
}

/** The unwind row that holds at a link-time address, or null where there is none. */
export function frameRow(image: ElfImage, vaddr: number): FrameRow | null {
  const list = fdesOf(image);
  let low = 0, high = list.length;
  while (low < high) { const mid = (low + high) >> 1; if (list[mid]!.begin <= vaddr) low = mid + 1; else high = mid; }
  const fde = list[low - 1];
  if (!fde || vaddr >= fde.end) return null;
  const row: FrameRow = { cfaReg: 7, cfaOffset: 8, plt: false, rules: new Map(), returnReg: fde.cie.returnReg };
  const bytes = image.ehFrame!.bytes;
  try {
    execute(bytes, fde.cie.start, fde.cie.end, fde, row, Infinity, new Map());
    execute(bytes, fde.start, fde.stop, fde, row, vaddr, new Map(row.rules));
  } catch {
    return null;
  }
  return row;
}

function execute(bytes: Uint8Array, start: number, end: number, fde: Fde, row: FrameRow, until: number, initial: Map<number, Rule>): void {
  const r = new Reader(bytes, start), { codeAlign, dataAlign } = fde.cie;
  const stack: { cfaReg: number; cfaOffset: number; plt: boolean; rules: Map<number, Rule> }[] = [];
  let loc = fde.begin;
  const set = (reg: number, rule: Rule): void => void row.rules.set(reg, rule);
  const advance = (delta: number): boolean => { loc += delta * codeAlign; return loc > until; };
  while (r.at < end) {
    const op = r.u8(), low = op & 63;
    if (op >> 6 === 1) { if (advance(low)) return; continue; }
    if (op >> 6 === 2) { set(low, { kind: 'offset', offset: r.uleb() * dataAlign }); continue; }
    if (op >> 6 === 3) { const i = initial.get(low); if (i) set(low, i); else row.rules.delete(low); continue; }
    switch (op) {
      case 0x00: break; // nop
      case 0x01: loc = r.pointer(fde.cie.fdeEncoding, 0); if (loc > until) return; break;
      case 0x02: if (advance(r.u8())) return; break;
      case 0x03: r.at += 2; if (advance(r.view.getUint16(r.at - 2, true))) return; break;
      case 0x04: r.at += 4; if (advance(r.view.getUint32(r.at - 4, true))) return; break;
      case 0x05: { const reg = r.uleb(); set(reg, { kind: 'offset', offset: r.uleb() * dataAlign }); break; }
      case 0x06: { const reg = r.uleb(), i = initial.get(reg); if (i) set(reg, i); else row.rules.delete(reg); break; }
      case 0x07: set(r.uleb(), { kind: 'undefined' }); break;
      case 0x08: set(r.uleb(), { kind: 'same' }); break;
      case 0x09: { const reg = r.uleb(); set(reg, { kind: 'register', reg: r.uleb() }); break; }
      case 0x0a: stack.push({ cfaReg: row.cfaReg, cfaOffset: row.cfaOffset, plt: row.plt, rules: new Map(row.rules) }); break;
      case 0x0b: { const s = stack.pop(); if (s) Object.assign(row, s); break; }
      case 0x0c: row.cfaReg = r.uleb(); row.cfaOffset = r.uleb(); row.plt = false; break;
      case 0x0d: row.cfaReg = r.uleb(); break;
      case 0x0e: row.cfaOffset = r.uleb(); break;
      case 0x0f: { const n = r.uleb(); r.at += n; row.plt = true; break; } // the linker's PLT expression
      case 0x10: case 0x16: { set(r.uleb(), { kind: 'undefined' }); const n = r.uleb(); r.at += n; break; }
      case 0x11: { const reg = r.uleb(); set(reg, { kind: 'offset', offset: r.sleb() * dataAlign }); break; }
      case 0x12: row.cfaReg = r.uleb(); row.cfaOffset = r.sleb() * dataAlign; break;
      case 0x13: row.cfaOffset = r.sleb() * dataAlign; break;
      case 0x14: { const reg = r.uleb(); set(reg, { kind: 'valOffset', offset: r.uleb() * dataAlign }); break; }
      case 0x15: { const reg = r.uleb(); set(reg, { kind: 'valOffset', offset: r.sleb() * dataAlign }); break; }
      case 0x2e: r.uleb(); break; // GNU_args_size
      default: return; // unknown: the row so far
    }
  }
}
