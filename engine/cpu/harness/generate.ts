// Tests of single instructions, made from the encoding rows: every row, random prefixes, registers, addressing, immediates and state,
// operands across pages, on pages that fault, misaligned. A test's seed fixes all of it.
import { AC } from '../../machine/hardware.ts';
import { decode } from '../decode/decoder.ts';
import type { Insn, Row } from '../decode/insn.ts';
import { INT_ROWS } from '../decode/rows-int.ts';
import { MMX_ROWS } from '../decode/rows-mmx.ts';
import { SSE_ROWS } from '../decode/rows-sse.ts';
import { BMI_ROWS, avxRows } from '../decode/rows-v3.ts';
import { X87_ROWS } from '../decode/rows-x87.ts';
import { TRANSCENDENTAL } from './compare.ts';
import { CODE, CODE_PAGES, DATA, ENTRY, FX_SIZE, WINDOW, testedLevel } from './records.ts';
import type { Test } from './records.ts';
import { Dice, FLUSHING, extended, fillBytes, word } from './values.ts';

const EMULATED = 'Linux emulates it under UMIP, opcode-map.test.ts', SEGMENTS = 'segments.test.ts';
/** Rows without a test of their own, and why. */
const SKIP: Readonly<Record<string, string>> = {
  syscall: 'enters the kernel', int: 'enters the kernel', int1: 'needs a debugger', int3: 'is how a test ends',
  rdtsc: 'reads a clock', rdtscp: 'reads a clock', cpuid: 'says which processor it is', xgetbv: 'says which processor it is', rdrand: 'is random', rdseed: 'is random',
  mov_to_sreg: SEGMENTS, mov_from_sreg: SEGMENTS, push_fs: SEGMENTS, push_gs: SEGMENTS, pop_fs: SEGMENTS, pop_gs: SEGMENTS, lss: SEGMENTS, lfs: SEGMENTS, lgs: SEGMENTS,
  lret: SEGMENTS, iret: SEGMENTS, lcall: SEGMENTS, ljmp: SEGMENTS,
  fxsave: 'special.test.ts', fxrstor: 'special.test.ts', xsave: 'xsave.test.ts', xrstor: 'xsave.test.ts', xsaveopt: 'xsave.test.ts', xsavec: 'xsave.test.ts',
  sgdt: EMULATED, sidt: EMULATED, sldt: EMULATED, str: EMULATED, smsw: EMULATED,
  fstpnce: 'undocumented, and different between makers',
};
export const FAMILIES: Readonly<Record<string, readonly Row[]>> = { int: INT_ROWS, sse: SSE_ROWS, mmx: MMX_ROWS, x87: X87_ROWS, bmi: BMI_ROWS, avx: avxRows() };
/** Of the x86-64 levels, the first that has a row. */
const levelOf = ([text, , , flags = '']: Row): number => (specOf(text).vex !== null || /\bv3\b/.test(flags) ? 3 : /\bv2\b/.test(flags) ? 2 : 1);
export function rows(family?: string): readonly Row[] {
  const all = family === undefined ? Object.values(FAMILIES).flat() : FAMILIES[family]!;
  const level = testedLevel();
  return all.filter((row) => !(row[1] in SKIP) && levelOf(row) <= level);
}

/** An encoding row's first column, taken apart. */
export interface Spec {
  /** −1: none of 66 F2 F3 may stand before; 0: any; else the byte that must. */
  mandatory: number;
  opcode: readonly number[];
  plus: '' | '+r' | '+cc';
  modrm: boolean;
  /** Fixed reg field or −1. */
  digit: number;
  form: '' | 'm' | 'r';
  /** Fixed ModRM byte or −1. */
  exact: number;
  /** Of VEX rows: the length and VEX.W (2: any); `mandatory` is a field then. */
  vex: { l: number; w: number } | null;
}
const specs = new Map<string, Spec>();
export function specOf(text: string): Spec {
  const known = specs.get(text);
  if (known !== undefined) return known;
  const vex = /^v([01i])?(?:w([01]))?\./.exec(text), m = /^(np)?([0-9a-f]+)(\+r|\+cc)?(?:\/([0-7r])([mr])?)?(?:=([0-9a-f]{2}))?$/.exec(text.slice(vex?.[0].length ?? 0));
  if (m === null) throw new Error(`the harness cannot read the encoding ${text}`);
  let hex = m[2]!, mandatory = m[1] !== undefined ? -1 : 0;
  if (mandatory === 0 && hex.length >= 4 && /^(66|f2|f3)/.test(hex)) { mandatory = parseInt(hex.slice(0, 2), 16); hex = hex.slice(2); }
  const spec: Spec = {
    mandatory, opcode: hex.match(/../g)!.map((h) => parseInt(h, 16)), plus: (m[3] ?? '') as Spec['plus'], modrm: m[4] !== undefined || m[6] !== undefined,
    digit: m[4] === undefined || m[4] === 'r' ? -1 : Number(m[4]), form: (m[5] ?? '') as Spec['form'], exact: m[6] !== undefined ? parseInt(m[6], 16) : -1,
    vex: vex === null ? null : { l: vex[1] === '0' || vex[1] === '1' ? Number(vex[1]) : 2, w: Number(vex[2] ?? 2) },
  };
  specs.set(text, spec);
  return spec;
}

/** VEX in two or three bytes and the opcode byte. @param rex R X B as REX has them */
export function vexBytes(d: Dice, spec: Spec, operands: string, rex: number): number[] {
  const l = spec.vex!.l < 2 ? spec.vex!.l : d.below(2), w = spec.vex!.w < 2 ? spec.vex!.w : d.below(2), vvvv = /[HB]/.test(operands) ? d.below(16) : 0;
  const pp = spec.mandatory === 0x66 ? 1 : spec.mandatory === 0xf3 ? 2 : spec.mandatory === 0xf2 ? 3 : 0, map = spec.opcode.length === 2 ? 1 : spec.opcode[1] === 0x38 ? 2 : 3;
  const last = ((vvvv ^ 15) << 3) | (l << 2) | pp, opcode = spec.opcode[spec.opcode.length - 1]!;
  if (map === 1 && (rex & 3) === 0 && (spec.vex!.w !== 1) && d.chance(0.6)) return [0xc5, ((rex & 4) ^ 4) << 5 | last, opcode];
  return [0xc4, ((rex & 7) ^ 7) << 5 | map, (w << 7) | last, opcode];
}
const STRING = /^(movs|cmps|stos|lods|scas)/, BRANCH = /^j|^call|^ret|^loop/, COUNTED = /^(loop|loope|loopne|jrcxz)$/, STACKED = /^(push|pop|call|enter|leave)/;
/** Where the 256 bytes of a test's memory lie; the middle of most is a boundary: between pages, to read-only, to nothing and back. */
const WINDOWS = [0x1000 - 128, 0x2000 - 128, 0x3000 - 128, 0x4000 - 128, 0x5000 - 256];

const fpu = (s: Spec): boolean => s.opcode.length === 1 && ((s.opcode[0]! & 0xf8) === 0xd8 || s.opcode[0] === 0x9b);

interface Encoded { bytes: number[]; mod: number; addr32: boolean; segment: number; dispAt: number }
/** Random bytes of this row: prefixes, REX, opcode, ModRM, SIB, displacement, and more than enough immediate. */
function encode(d: Dice, row: Row): Encoded {
  const [text, mnemonic, operands, flags = ''] = row, spec = specOf(text), bytes: number[] = [];
  const nop = spec.opcode.length === 1 && spec.opcode[0] === 0x90;
  if (d.chance(0.03)) bytes.push(d.pick([0x26, 0x2e, 0x36, 0x3e])); // ignored in 64-bit mode
  if (spec.vex === null && spec.mandatory === 0 && d.chance(fpu(spec) ? 0.03 : 0.2) && !BRANCH.test(mnemonic)) bytes.push(0x66);
  const addr32 = (spec.modrm || STRING.test(mnemonic) || COUNTED.test(mnemonic) || mnemonic === 'xlat') && d.chance(0.05);
  if (addr32) bytes.push(0x67);
  if (spec.vex === null && d.chance(0.02) && spec.mandatory <= 0 && !nop) bytes.push(0x40 | d.below(16), d.chance(0.5) ? 0x66 : 0x3e); // a REX that is not last does not count
  if (BRANCH.test(mnemonic)) for (let i = bytes.length - 1; i >= 0; i--) if (bytes[i] === 0x66) bytes.splice(i, 1);
  if (STRING.test(mnemonic)) { const rep = d.below(3); if (rep > 0) bytes.push(rep === 1 ? 0xf3 : 0xf2); }
  let segment = 0;
  if ((spec.modrm || mnemonic === 'xlat') && d.chance(0.1)) bytes.push(0x60 | (segment = d.pick([4, 5])));
  const mod = spec.exact >= 0 ? spec.exact >> 6 : spec.form === 'r' ? 3 : spec.form === 'm' ? d.below(3) : d.pick([0, 1, 2, 3, 3]);
  if (mod !== 3 && spec.modrm && d.chance(0.1) && /\block\b/.test(flags)) bytes.push(0xf0);
  if (spec.vex !== null) bytes.push(...vexBytes(d, spec, operands, d.chance(0.5) ? d.below(8) : 0));
  else {
    if (spec.mandatory > 0) bytes.push(spec.mandatory);
    if (d.chance(0.5)) bytes.push(0x40 | d.below(16));
    const opcode = [...spec.opcode];
    if (spec.plus !== '') opcode[opcode.length - 1]! += d.below(spec.plus === '+r' ? 8 : 16);
    bytes.push(...opcode);
  }
  let dispAt = -1;
  if (spec.exact >= 0) bytes.push(spec.exact);
  else if (spec.modrm) {
    const reg = spec.digit >= 0 ? spec.digit : d.below(8), rm = operands.includes('Y') ? 4 : d.below(8);
    bytes.push((mod << 6) | (reg << 3) | rm);
    if (mod !== 3) {
      let noBase = mod === 0 && rm === 5;
      if (rm === 4) { const sib = d.below(256); bytes.push(sib); noBase = mod === 0 && (sib & 7) === 5; }
      if (mod === 1) bytes.push(d.below(256));
      else if (mod === 2) { const disp = d.below(0x10000) - 0x8000; bytes.push(disp & 255, (disp >> 8) & 255, (disp >> 16) & 255, (disp >> 24) & 255); }
      else if (noBase) { dispAt = bytes.length; bytes.push(0, 0, 0, 0); }
    }
  }
  for (let i = 0; i < 8; i++) bytes.push(d.chance(0.3) ? d.pick([0, 1, 7, 8, 0x1f, 0x20, 0x3f, 0x80, 0xff]) : d.below(256));
  return { bytes: bytes.slice(0, 26), mod, addr32, segment, dispAt };
}

/** Makes the memory operand's address fall on `target`, by its base register or its displacement. False when this encoding cannot. */
function aim(d: Dice, decoded: Insn, e: Encoded, code: Uint8Array, entry: number, gpr: BigUint64Array, target: number, keep: number, segmentBase: number): boolean {
  const insn = decoded.form.mem >= 5 ? { ...decoded, index: -1 } : decoded, view = new DataView(code.buffer), linear = target - segmentBase; // a vector of indices is the caller's
  if (e.addr32 && linear < 0) return false;
  if (insn.base === 16) {
    if (insn.index >= 0) return false;
    view.setInt32(e.dispAt, linear - (CODE + entry + insn.length), true);
  } else if (insn.base < 0) {
    if (insn.index >= 0) { if (insn.index === keep || insn.index === 4) return false; gpr[insn.index] = BigInt(d.below(16)); }
    view.setInt32(e.dispAt, linear - (insn.index >= 0 ? Number(gpr[insn.index]) * (1 << insn.scale) : 0), true);
  } else {
    if (insn.base === keep || (insn.index >= 0 && insn.index === keep) || insn.base === insn.index) return false;
    if (insn.index >= 0 && insn.index !== 4) gpr[insn.index] = e.addr32 ? BigInt(d.below(1 << 20)) : BigInt.asUintN(64, BigInt(d.below(1 << 20)) - 0x80000n);
    const index = insn.index >= 0 ? BigInt.asIntN(64, gpr[insn.index]!) * BigInt(1 << insn.scale) : 0n;
    gpr[insn.base] = BigInt.asUintN(64, BigInt(linear) - BigInt(insn.disp) - index);
    if (e.addr32) gpr[insn.base] = (gpr[insn.base]! & 0xffffffffn) | (BigInt(d.u32()) << 32n);
    if (STACKED.test(insn.form.mnemonic) && (insn.base === 4 || insn.index === 4)) return false;
  }
  return true;
}

/** One test of a row; null when this combination of bytes does not decode to it or cannot be tested.
 *  @param masked keeps float exceptions masked */
export function makeTest(row: Row, seed: number, masked = false): Test | null {
  const d = new Dice(seed), [text, mnemonic, operands] = row;
  const e = encode(d, row), spec = specOf(text), { mod, addr32 } = e;
  const code = Uint8Array.from(e.bytes);
  let insn: Insn | null;
  try { insn = decode(code, 0, code.length); } catch { return null; }
  if (insn === null || insn.form.mnemonic !== mnemonic || insn.length > 15) return null;
  const ops = insn.form.ops, at = insn.length;
  // Usually alone on its page; sometimes across two, or with its end on a page that is not there.
  const entry = d.chance(0.9) ? ENTRY : d.pick([0x1000, 0x2000, 0x4000]) - (d.chance(0.3) ? at : 1 + d.below(Math.max(1, at)));
  const window = d.chance(0.75) ? WINDOW : d.pick(WINDOWS), base = DATA + window;
  const segmentBase = e.segment === 0 ? 0 : DATA + d.below(1 << 20) - 0x80000;
  // ---- registers
  const gpr = new BigUint64Array(16);
  for (let i = 0; i < 16; i++) gpr[i] = word(d);
  gpr[4] = BigInt(base + 128);
  if (d.chance(0.1)) gpr[4] = BigInt(base + 64 + d.below(128));
  if (d.chance(0.02) && !BRANCH.test(mnemonic)) gpr[4] = word(d);
  if (mnemonic === 'leave' || mnemonic === 'enter') gpr[5] = BigInt(base + 96);
  if (mnemonic === 'enter') { code[at - 1] = d.pick([0, 0, 1, 2, 3, 31]); code[at - 2] = d.below(2); }
  if (mnemonic === 'xlat') gpr[3] = addr32 ? BigInt.asUintN(32, BigInt(base - segmentBase)) | (BigInt(d.u32()) << 32n) : BigInt.asUintN(64, BigInt(base - segmentBase));
  if (STRING.test(mnemonic)) {
    gpr[6] = BigInt(base + 64 + d.below(64));
    gpr[7] = d.chance(0.5) ? gpr[6]! + BigInt(d.below(9)) : BigInt(base + 160 + d.below(32));
    gpr[1] = BigInt(d.below(d.chance(0.2) ? 40 : 6));
    if (addr32) for (const r of [1, 6, 7]) gpr[r]! |= BigInt(d.u32()) << 32n;
  }
  if (/maskmov(q|dqu)$/.test(mnemonic)) gpr[7] = BigInt.asUintN(addr32 ? 32 : 64, BigInt(base + (d.chance(0.5) ? 128 - d.below(20) : 16 * d.below(15)) - segmentBase)) | (addr32 ? BigInt(d.u32()) << 32n : 0n);
  if (COUNTED.test(mnemonic)) gpr[1] = BigInt(d.below(3)) | (addr32 || d.chance(0.1) ? BigInt(d.u32()) << 32n : 0n);
  // ---- the memory operand
  const memory = ops.findIndex((o) => o.kind === 'm');
  let target = 0;
  if ((memory >= 0 || mnemonic === 'nop') && insn.form.mem !== 4 && spec.modrm && mod !== 3 && mnemonic !== 'lea') {
    const size = memory >= 0 ? ops[memory]!.bytes : 1;
    let offset = 16 * (1 + d.below(Math.max(1, Math.floor((240 - Math.max(size, 16)) / 16))));
    if (window !== WINDOW && d.chance(0.5)) offset = 128 - d.below(size + 2);
    else if (d.chance(0.15)) offset += d.below(16);
    if (size > 100) offset = 32 + d.below(32);
    if (/^bt/.test(mnemonic)) offset = 96;
    target = base + offset;
    const bitNumber = /^bt[src]?$/.test(mnemonic) && ops[1]?.kind === 'r' ? insn.regs[1]! : -1;
    if (bitNumber >= 0) {
      const n = BigInt(d.below(512) - 256), w = BigInt(ops[1]!.bytes * 8);
      gpr[bitNumber] = d.chance(0.5) || w === 64n ? BigInt.asUintN(64, n) : (d.u64() & ~((1n << w) - 1n)) | BigInt.asUintN(Number(w), n);
    }
    if (!aim(d, insn, e, code, entry, gpr, target, bitNumber, segmentBase)) return null;
    const again = decode(code, 0, code.length);
    if (again === null || again.length !== at || again.form.mnemonic !== mnemonic) return null;
    if (insn.base >= 0 && insn.base < 16 && d.chance(0.02)) gpr[insn.base] = word(d); // anywhere, non-canonical addresses too
    if ((mnemonic === 'fnstenv' || mnemonic === 'fnsave') && (offset > 140 || window !== WINDOW)) return null;
  }
  const view = new DataView(code.buffer);
  if (insn.form.mem === 4) { // moffs
    const to = at - (addr32 ? 4 : 8);
    view.setUint32(to, base + d.below(250) - segmentBase, true);
    if (!addr32) view.setInt32(to + 4, base - segmentBase < 0 ? -1 : 0, true);
  }
  if (ops[0]?.kind === 'j') { // to somewhere on the page: int3 everywhere
    const width = ops[0].bytes, to = d.chance(0.5) ? d.below(40) : -16 - d.below(30); // never onto itself
    if (width === 1) view.setInt8(at - 1, to); else if (width === 4) view.setInt32(at - 4, to, true); else return null;
  }
  const mem = new Uint8Array(256);
  fillBytes(d, mem, d.below(4));
  if (mnemonic === 'fld' || mnemonic === 'frstor' || d.chance(0.3)) {
    const v = new DataView(mem.buffer);
    for (let i = 0; i + 16 <= 256; i += 16) { const [s, x] = extended(d); v.setBigUint64(i, s, true); v.setUint16(i + 8, x, true); }
  }
  const somewhere = BigInt(CODE + ENTRY + 20 + d.below(16));
  if (/^(call_e|jmp_e)$/.test(mnemonic)) {
    if (mod === 3) { if (insn.regs[0] === 4) return null; gpr[insn.regs[0]!] = somewhere; } else {
      if (gpr[4] !== BigInt(base + 128) || target % 8 !== 0) return null;
      for (let i = 0; i < 256; i += 8) new DataView(mem.buffer).setBigUint64(i, somewhere, true);
    }
  }
  if (mnemonic === 'ret') for (let i = Number(BigInt.asUintN(3, gpr[4]!)); i + 8 <= 256; i += 8) new DataView(mem.buffer).setBigUint64(i, somewhere, true);
  if (mnemonic === 'popf') for (let i = 0; i + 8 <= 256; i += 2) mem[i + 1]! &= ~1; // not TF
  if (/^sh[lr]d$/.test(mnemonic) && insn.form.size === 16) { // counts beyond 16 leave everything undefined
    if (ops[2]!.kind === 'i') code[at - 1] = d.below(17); else if (insn.base !== 1 && insn.index !== 1) gpr[1] = (gpr[1]! & ~0x1fn) | BigInt(d.below(17)); else return null;
  }
  if (mnemonic === 'fbld') for (let i = 0; i < 256; i++) mem[i] = d.below(10) | (d.below(10) << 4);
  if ((mnemonic === 'div' || mnemonic === 'idiv') && insn.base !== 2 && insn.index !== 2 && d.chance(0.6)) gpr[2] = d.chance(0.5) ? BigInt(d.below(4)) : (BigInt.asIntN(64, gpr[0]!) < 0n ? 0xffffffffffffffffn : 0n);
  const rflags = 0x202 | (d.u32() & 0x8d5) | (STRING.test(mnemonic) && d.chance(0.3) ? 0x400 : 0) | (d.chance(0.04) ? AC : 0);
  // Behind an instruction of the x87, FNSTENV to the window's end: what it kept shows only there.
  const fx = floatState(d, masked), environment = /^(fnstenv|fnsave|fldenv|frstor)$/.test(mnemonic);
  if (insn.form.mem >= 5) { // indices near the target; the scale may be 8
    const f = new DataView(fx.buffer), width = /^vp?gatherd/.test(mnemonic) ? 4 : 8;
    for (let i = 0; i < 32; i += width) {
      const value = d.chance(0.01) ? d.u32() | 0 : d.below(8), to = insn.index * 16 + (i < 16 ? 160 + i : 512 - 16 + i);
      if (width === 8) f.setBigInt64(to, BigInt(value), true); else f.setInt32(to, value, true);
    }
  }
  const behind = fpu(spec) && !environment && !TRANSCENDENTAL.has(mnemonic) && (fx[0]! & 0x3f) === 0x3f && (fx[2]! & 0x80) === 0 && window === WINDOW && entry === ENTRY && d.chance(0.3) ? [0xd9, 0x35, 0, 0, 0, 0] : [];
  const all = Uint8Array.from([...code.slice(0, Math.min(at, CODE_PAGES * 4096 - entry)), ...behind]);
  if (behind.length > 0) new DataView(all.buffer).setInt32(at + 2, base + 224 - (CODE + entry + all.length), true);
  return {
    code: all, entry, gpr, rflags, fsBase: e.segment === 4 ? segmentBase : 0, gsBase: e.segment === 5 ? segmentBase : 0,
    fx, window, mem, name: `${mnemonic} [${text} ${operands}] ${insn.form.key}`, ignore: [0, 0],
  };
}

/** x87 and SSE state, in FXSAVE's layout. */
function floatState(d: Dice, masked: boolean): Uint8Array {
  const fx = new Uint8Array(FX_SIZE), f = new DataView(fx.buffer);
  let fcw = d.chance(0.5) ? 0x37f : d.chance(0.8) ? 0x7f | (d.below(16) << 8) : 0x40 | d.below(0x40) | (d.below(16) << 8);
  if (masked) fcw |= 0x3f;
  f.setUint16(0, fcw, true);
  const top = d.below(8);
  let fsw = (top << 11) | (d.u32() & 0x477f & ~0x40);
  if (d.chance(0.5)) fsw &= ~0x3f;
  if ((fsw & ~fcw & 0x3f) !== 0 && d.chance(0.95)) fsw &= ~(~fcw & 0x3f);
  if ((fsw & ~fcw & 0x3f) !== 0) fsw |= 0x8080;
  f.setUint16(2, fsw, true);
  if ((fsw & 0x80) !== 0) { // the pointers to the last instruction go with a pending exception
    f.setUint16(6, d.below(0x800), true);
    f.setBigUint64(8, d.u64() >> BigInt(17 + d.below(16)), true);
    f.setBigUint64(16, d.u64() >> BigInt(17 + d.below(16)), true);
  }
  const valid = d.pick([0, 1, 2, 2, 3, 3, 4, 5, 6, 7, 7, 8]);
  let tags = 0;
  for (let i = 0; i < valid; i++) tags |= 1 << ((top + i) & 7);
  if (d.chance(0.05)) tags = d.below(256);
  f.setUint8(4, tags);
  let mx = d.chance(0.6) ? 0x1f80 | d.below(64) | d.pick(FLUSHING) : d.chance(0.6) ? 0x1f80 | d.below(64) | (d.below(4) << 13) | (d.chance(0.3) ? 0x8000 : 0) | (d.chance(0.3) ? 0x40 : 0) : d.below(0x10000);
  if (masked) mx |= 0x1f80;
  f.setUint32(24, mx, true);
  f.setUint32(28, 0xffff, true);
  for (let i = 0; i < 8; i++) { const [s, x] = extended(d); f.setBigUint64(32 + i * 16, s, true); f.setUint16(40 + i * 16, x, true); }
  fillBytes(d, fx.subarray(160, 416), d.below(4));
  fillBytes(d, fx.subarray(512), d.below(4));
  if (d.chance(0.2)) for (let i = 0; i < 16; i++) f.setBigUint64(160 + i * 16, BigInt(d.below(80)), true); // shift counts
  return fx;
}
