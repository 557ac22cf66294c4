// Bytes → one instruction (SDM vol. 2, chapter 2): prefixes, REX, opcode maps, ModRM, SIB, displacement, immediates.
import type { Form, Insn, MemShape, OperandKind } from './insn.ts';
import { L, MODRM, VEX_MAPS, W, knowVex, makeForm, modrmUse, rowsOf } from './rows.ts';
import type { ParsedRow } from './rows.ts';

/** All forms ever seen, by key: handlers are made once a form. */
const formsByKey = new Map<string, Form>();
function intern(form: Form): Form {
  const known = formsByKey.get(form.key);
  if (known !== undefined) return known;
  formsByKey.set(form.key, form);
  return form;
}
const special = (mnemonic: string): Form => intern({ key: `${mnemonic} z64 a0`, mnemonic, ops: [], size: 64, mem: 0, rep: 0, lock: false, imm: null, flags: new Set<string>(), cost: 1, cc: -1, flow: 'end' });
export const UD_FORM = special('ud2');
const GP_FORM = special('privileged');
const NONE: readonly number[] = [];
const bad = (form: Form, length: number): Insn => ({ form, length, regs: NONE, base: -1, index: -1, scale: 0, disp: 0, seg: 0, immLo: 0, immHi: 0, imm2: 0 });

/** Those that exist. */
const CONTROL_REGISTERS: readonly number[] = [0, 2, 3, 4, 8];

const KIND_CODE: Record<OperandKind, number> = { r: 0, h: 1, m: 2, i: 3, x: 4, p: 5, t: 6, j: 7, s: 0 };

/** The operands of the instruction being decoded. */
const kinds: OperandKind[] = [], widths: number[] = [], numbers: number[] = [];

/** Decodes at bytes[at]. Returns null when the instruction needs bytes at or behind `end`. Rows above `level` do not exist. */
export function decode(bytes: Uint8Array, at: number, end: number, level = 3): Insn | null {
  let p = at, seg = 0, rex = 0, rep = 0;
  let opsize16 = false, addr32 = false, lock = false;
  let byte = 0;
  for (;;) {
    if (p - at >= 15) return bad(GP_FORM, p - at);
    if (p >= end) return null;
    byte = bytes[p++]!;
    if (byte >= 0x40 && byte <= 0x4f) { rex = byte; continue; }
    if (byte === 0x66) opsize16 = true;
    else if (byte === 0x67) addr32 = true;
    else if (byte === 0xf2 || byte === 0xf3) rep = byte;
    else if (byte === 0xf0) lock = true;
    else if (byte === 0x64) seg = 4;
    else if (byte === 0x65) seg = 5;
    else if (byte === 0x26 || byte === 0x2e || byte === 0x36 || byte === 0x3e) { /* ignored in 64-bit mode */ } else break;
    rex = 0; // a REX that is not last does not count
  }
  let map = 0, vvvv = 0, vexL = 0, pp = 0;
  if (level >= 3 && (byte === 0xc4 || byte === 0xc5)) { // VEX (vol. 2, 2.3): R X B and vvvv inverted
    if (p + (byte === 0xc4 ? 2 : 1) >= end) return null;
    if (rex !== 0 || opsize16 || rep !== 0 || lock) return bad(UD_FORM, p - at);
    knowVex();
    let last = bytes[p++]!;
    rex = 0x40 | ((last >> 5) & 4 ^ 4);
    map = VEX_MAPS + 1;
    if (byte === 0xc4) {
      map = VEX_MAPS + (last & 31);
      rex = 0x40 | ((last >> 5) ^ 7);
      last = bytes[p++]!;
      rex |= (last >> 4) & 8;
      if (map < VEX_MAPS + 1 || map > VEX_MAPS + 3) return bad(UD_FORM, p - at);
    }
    vvvv = ((last >> 3) & 15) ^ 15;
    vexL = (last >> 2) & 1;
    pp = last & 3;
    rep = pp === 2 ? 0xf3 : pp === 3 ? 0xf2 : 0;
    opsize16 = pp === 1;
    byte = bytes[p++]!;
  } else if (byte === 0x0f) {
    if (p >= end) return null;
    byte = bytes[p++]!;
    map = 1;
    if (byte === 0x38 || byte === 0x3a) {
      map = byte === 0x38 ? 2 : 3;
      if (p >= end) return null;
      byte = bytes[p++]!;
    }
  }
  const candidates = rowsOf(map, byte);
  if (candidates.length === 0) return bad(UD_FORM, p - at);
  let modrm = 0;
  if ((modrmUse[map << 8 | byte]! & MODRM) !== 0) {
    if (p >= end) return null;
    modrm = bytes[p]!;
  }
  const row = map > VEX_MAPS ? chooseVex(candidates, modrm, rep, opsize16, rex, vexL) : choose(candidates, modrm, rep, opsize16, rex, byte, level);
  if (row === null || (vvvv !== 0 && !row.vvvv)) return bad(UD_FORM, p - at);
  const w = (rex & 8) !== 0, rexR = (rex & 4) << 1, rexX = (rex & 2) << 2, rexB = (rex & 1) << 3;
  const mod = modrm >> 6, reg = (modrm >> 3) & 7, rm = modrm & 7;
  // ---- memory operand
  let base = -1, index = -1, scale = 0, disp = 0, shape: MemShape = 0, dispBytes = 0;
  if (row.needsModrm) {
    p++;
    if (mod !== 3 && !row.noMemory) {
      base = rm | rexB;
      if (rm === 4) {
        if (p >= end) return null;
        const sib = bytes[p++]!;
        scale = sib >> 6;
        index = ((sib >> 3) & 7) | rexX;
        if (index === 4 && !row.vsib) index = -1;
        base = (sib & 7) | rexB;
        if ((sib & 7) === 5 && mod === 0) { base = -1; dispBytes = 4; }
      } else if (rm === 5 && mod === 0) { base = 16; dispBytes = 4; }
      if (mod === 1) dispBytes = 1;
      else if (mod === 2) dispBytes = 4;
      if (p + dispBytes > end) return null;
      if (dispBytes === 1) disp = (bytes[p]! << 24) >> 24;
      else if (dispBytes === 4) disp = bytes[p]! | (bytes[p + 1]! << 8) | (bytes[p + 2]! << 16) | (bytes[p + 3]! << 24);
      p += dispBytes;
      shape = row.vsib ? (addr32 ? 6 : 5) : addr32 ? 3 : index >= 0 || (seg !== 0) ? 2 : 1;
      if (row.vsib && index < 0) return bad(UD_FORM, p - at);
    }
  }
  // ---- operand size
  const wide = w && row.usesW;
  let size: 8 | 16 | 32 | 64;
  if (row.byteSized) size = 8;
  else if (row.f64) size = 64;
  else if (wide) size = 64;
  else if (opsize16 && row.prefix !== 0x66) size = 16;
  else size = row.d64 ? 64 : 32;
  // ---- operands
  let immLo = 0, immHi = 0, imm2 = 0, imms = 0, kindCode = 0, operands = 0;
  const specs = row.ops, count = specs.length;
  for (let i = 0; i < count; i++) {
    const { letter, width: spec } = specs[i]!;
    const width = spec >= 0 ? spec : spec === W.v ? size >> 3 : spec === W.y ? (w ? 8 : 4) : spec <= W.l ? (16 << (row.vexL === 3 ? 0 : vexL)) >> (W.l - spec) : size === 16 ? 2 : 4;
    let kind: OperandKind = 'r', n = -1;
    switch (letter) {
      case L.E: if (mod === 3) n = rm | rexB; else kind = 'm'; break;
      case L.M: if (mod === 3) return bad(UD_FORM, p - at); kind = 'm'; break;
      case L.G: n = reg | rexR; break;
      case L.R: if (mod !== 3) return bad(UD_FORM, p - at); n = rm | rexB; break;
      case L.Z: n = (byte & 7) | rexB; break;
      case L.V: kind = 'x'; n = reg | rexR; break;
      case L.W: if (mod === 3) { kind = 'x'; n = rm | rexB; } else kind = 'm'; break;
      case L.U: if (mod !== 3) return bad(UD_FORM, p - at); kind = 'x'; n = rm | rexB; break;
      case L.P: kind = 'p'; n = reg; break;
      case L.Q: if (mod === 3) { kind = 'p'; n = rm; } else kind = 'm'; break;
      case L.N: if (mod !== 3) return bad(UD_FORM, p - at); kind = 'p'; n = rm; break;
      case L.T: kind = 't'; n = rm; break;
      case L.H: kind = 'x'; n = vvvv; break;
      case L.B: n = vvvv; break;
      case L.Y: kind = 'm'; break;
      case L.L: {
        if (p >= end) return null;
        kind = 'x'; n = bytes[p++]! >> 4;
        break;
      }
      case L.S: if (reg > 5) return bad(UD_FORM, p - at); kind = 's'; n = reg; break;
      case L.AL: case L.AX: case L.eAX: n = 0; break;
      case L.CL: n = 1; break;
      case L.DX: n = 2; break;
      case L.one: immLo = 1; kind = 'i'; break;
      case L.C: if (!CONTROL_REGISTERS.includes(reg | rexR)) return bad(UD_FORM, p - at); kind = 's'; n = reg | rexR; break;
      case L.D: if (rexR !== 0) return bad(UD_FORM, p - at); kind = 's'; n = reg; break;
      case L.K: if (addr32) shape = 3; continue;
      case L.X: shape = addr32 ? 3 : 2; continue;
      case L.O: {
        const bytesLong = addr32 ? 4 : 8;
        if (p + bytesLong > end) return null;
        immLo = u32(bytes, p);
        immHi = addr32 ? 0 : u32(bytes, p + 4);
        p += bytesLong;
        shape = 4;
        kind = 'm';
        break;
      }
      default: { // I, J
        if (p + width > end) return null;
        const lo = width === 1 ? (bytes[p]! << 24) >> 24 : width === 2 ? ((bytes[p]! | (bytes[p + 1]! << 8)) << 16) >> 16 : u32(bytes, p);
        if (imms++ === 0) {
          immLo = lo;
          immHi = width === 8 ? u32(bytes, p + 4) : lo >> 31;
        } else imm2 = lo & 0xff;
        p += width;
        kind = letter === L.J ? 'j' : 'i';
      }
    }
    if (kind === 'r' && width === 1 && rex === 0 && n >= 4 && n < 8) { kind = 'h'; n -= 4; }
    kinds[operands] = kind;
    widths[operands] = width;
    numbers[operands++] = n;
    kindCode = kindCode * 8 + KIND_CODE[kind];
  }
  if (map === 0 && (byte & 0xf8) === 0xd8) imm2 = ((byte & 7) << 8) | modrm; // the x87's FOP
  if (row.vsib && (numbers[0] === numbers[2] || numbers[0] === index || numbers[2] === index)) return bad(UD_FORM, p - at);
  const length = p - at;
  if (length > 15) return bad(GP_FORM, length);
  if (lock && (!row.mayLock || operands === 0 || kinds[0] !== 'm')) return bad(UD_FORM, length);
  const imm = row.immform ? immLo : null;
  const cc = row.cc ? byte & 15 : -1;
  const useRep = row.mayRep ? rep : 0;
  // A small number identifies the form within its row.
  const code = shape + (size === 8 ? 0 : size === 16 ? 1 : size === 32 ? 2 : 3) * 8 + (lock ? 32 : 0) + (useRep === 0 ? 0 : useRep === 0xf3 ? 64 : 128) + (cc + 1) * 256 + (wide ? 8192 : 0) + (vexL === 1 && row.vexL !== 3 ? 4096 * 4096 * 64 : 0) + kindCode * 16384;
  const id = imm === null ? code : `${code}:${imm}`;
  let form = row.forms.get(id);
  if (form === undefined) row.forms.set(id, form = intern(makeForm(row, kinds.slice(0, operands), widths, size, shape, useRep, lock, imm, cc)));
  return { form, length, regs: operands === 0 ? NONE : numbers.slice(0, operands), base, index, scale, disp, seg, immLo, immHi, imm2 };
}

function u32(bytes: Uint8Array, p: number): number {
  return bytes[p]! | (bytes[p + 1]! << 8) | (bytes[p + 2]! << 16) | (bytes[p + 3]! << 24);
}

/** The row for a VEX-encoded instruction: its prefix is a field, so absence counts too. */
function chooseVex(candidates: readonly ParsedRow[], modrm: number, rep: number, opsize16: boolean, rex: number, vexL: number): ParsedRow | null {
  const prefix = rep !== 0 ? rep : opsize16 ? 0x66 : 1;
  for (const row of candidates) {
    if (row.prefix !== prefix || (row.vexL < 2 && row.vexL !== vexL) || (row.vexW < 2 && row.vexW !== ((rex >> 3) & 1))) continue;
    if ((row.digit < 0 || row.digit === ((modrm >> 3) & 7)) && (row.mod === '' || (row.mod === 'r') === (modrm >= 0xc0))) return row;
  }
  return null;
}
function fits(row: ParsedRow, modrm: number, rex: number, opcode: number, level: number): boolean {
  if (row.level > level) return false;
  if (!row.needsModrm) return !(opcode === 0x90 && row.mnemonic === 'nop' && (rex & 1) !== 0); // with REX.B it is XCHG r8, rAX, F3 or not
  if (row.exact >= 0) return row.exact === modrm;
  if (row.digit >= 0 && row.digit !== ((modrm >> 3) & 7)) return false;
  return row.mod === '' || (row.mod === 'r') === (modrm >= 0xc0);
}
function choose(candidates: readonly ParsedRow[], modrm: number, rep: number, opsize16: boolean, rex: number, opcode: number, level: number): ParsedRow | null {
  if (candidates.length === 1 && candidates[0]!.prefix === 0) return fits(candidates[0]!, modrm, rex, opcode, level) ? candidates[0]! : null;
  const first = rep !== 0 ? rep : opsize16 ? 0x66 : 1;
  let any: ParsedRow | null = null;
  for (let i = 0; i < candidates.length; i++) {
    const row = candidates[i]!;
    if ((row.prefix === first || (row.prefix === 0 && any === null)) && fits(row, modrm, rex, opcode, level)) {
      if (row.prefix === first) return row;
      any = row;
    }
  }
  return any;
}
