// Makes tests from the encoding rows: every row, random prefixes, operands and state. Each test comes from its own seed.
import { nextU32, seedRandom } from '../../base/random.ts';
import { decode } from '../decode/decoder.ts';
import type { Insn, Row } from '../decode/insn.ts';
import { INT_ROWS } from '../decode/rows-int.ts';
import { MMX_ROWS } from '../decode/rows-mmx.ts';
import { SSE_ROWS } from '../decode/rows-sse.ts';
import { X87_ROWS } from '../decode/rows-x87.ts';
import { CODE, DATA, ENTRY, WINDOW } from './records.ts';
import type { Test } from './records.ts';

/** Not run as single instructions: they leave user mode, read clocks, change segments or control bits, or store machine-specific words. */
const SKIP = new Set(['syscall', 'int', 'int1', 'int3', 'privileged', 'rdtsc', 'rdtscp', 'cpuid', 'popf', 'iret', 'mov_to_sreg', 'mov_from_sreg', 'pop_sreg', 'push_sreg', 'fxsave', 'fxrstor', 'xgetbv', 'pushf', 'maskmovdqu', 'maskmovq', 'fstpnce']);
const families: Record<string, readonly Row[]> = { int: INT_ROWS, sse: SSE_ROWS, mmx: MMX_ROWS, x87: X87_ROWS };
export function rows(family?: string): readonly Row[] {
  const all = family === undefined ? Object.values(families).flat() : families[family]!;
  return all.filter((row) => !SKIP.has(row[1]));
}

export class Dice {
  private readonly s = new Uint32Array(4);
  constructor(seed: number) { seedRandom(this.s, seed); }
  u32(): number { return nextU32(this.s); }
  below(n: number): number { return this.u32() % n; }
  chance(p: number): boolean { return this.u32() < p * 4294967296; }
  pick<T>(list: readonly T[]): T { return list[this.below(list.length)]!; }
  u64(): bigint { return (BigInt(this.u32()) << 32n) | BigInt(this.u32()); }
}

const EDGES = [0n, 1n, 2n, 0x7fn, 0x80n, 0xffn, 0x7fffn, 0x8000n, 0xffffn, 0x7fffffffn, 0x80000000n, 0xffffffffn, 0x7fffffffffffffffn, 0x8000000000000000n, 0xffffffffffffffffn, 0xfffffffffffffffen, 0x100000000n, 0x5555555555555555n];
export function word(d: Dice): bigint {
  switch (d.below(4)) {
    case 0: return d.pick(EDGES);
    case 1: return BigInt.asUintN(64, BigInt(d.below(512)) - 256n);
    case 2: return d.u64() >> BigInt(d.below(64));
    default: return d.u64();
  }
}
const F64S = [0n, 0x8000000000000000n, 0x3ff0000000000000n, 0xbff0000000000000n, 0x7ff0000000000000n, 0xfff0000000000000n, 0x7ff8000000000001n, 0xfff8000000000000n, 0x7ff0000000000001n, 0xfff4000000000000n, 1n, 0x800fffffffffffffn, 0x10000000000000n, 0x7fefffffffffffffn, 0x4000000000000000n, 0x3fe0000000000000n, 0x41dfffffffc00000n, 0x41e0000000000000n, 0xc1e0000000000000n, 0x43e0000000000000n, 0xc3e0000000000000n, 0x4330000000000001n, 0x3ff8000000000000n, 0x47efffffe0000000n, 0x36a0000000000000n, 0x3810000000000000n, 0x380fffffffffffffn];
const F32S = [0, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00001, 0xffc00000, 0x7f800001, 0xffa00000, 1, 0x807fffff, 0x800000, 0x7f7fffff, 0x40000000, 0x3f000000, 0x4f000000, 0xcf000000, 0x4b000001, 0x5f000000, 0x3fc00000, 0x4eff_ffff];
const double = (d: Dice): bigint => {
  switch (d.below(4)) {
    case 0: return d.pick(F64S);
    case 1: return d.u64();
    case 2: return (d.u64() & 0x800fffffffffffffn) | (BigInt(1023 - 40 + d.below(80)) << 52n);
    default: { const v = new DataView(new ArrayBuffer(8)); v.setFloat64(0, (d.below(2000) - 1000) / d.pick([1, 2, 8, 3, 10]), true); return v.getBigUint64(0, true); }
  }
};
const single = (d: Dice): number => {
  switch (d.below(4)) {
    case 0: return d.pick(F32S);
    case 1: return d.u32();
    case 2: return ((d.u32() & 0x807fffff) | ((127 - 20 + d.below(40)) << 23)) >>> 0;
    default: { const v = new DataView(new ArrayBuffer(4)); v.setFloat32(0, (d.below(2000) - 1000) / d.pick([1, 2, 8, 3, 10]), true); return v.getUint32(0, true); }
  }
};
/** [significand, sign and exponent] */
export function extended(d: Dice): [bigint, number] {
  const sign = d.chance(0.5) ? 0x8000 : 0, top = 1n << 63n;
  switch (d.below(12)) {
    case 0: return [0n, sign];
    case 1: return [top, sign | 0x7fff];
    case 2: return [top | d.u64(), sign | 0x7fff];
    case 3: return [d.u64() >> BigInt(d.below(64)), sign | d.pick([0, 0, 1, 0x7ffe])];
    case 4: return [d.u64(), (sign | d.below(0x8000)) & 0xffff];
    case 5: return [top, sign | (0x3fff - 3 + d.below(70))];
    case 6: return [top | d.u64(), sign | (0x3fff - 3 + d.below(70))];
    case 7: return [top | (d.u64() & ~0x7ffn), sign | (0x3fff + d.pick([-1023, -1022, -1050, 1023, 1024, -126, -127, -149, 127, 128]))];
    case 8: { const n = BigInt(d.below(1000) + 1); let s = n, e = 0x3fff + 63; while ((s & top) === 0n) { s <<= 1n; e--; } return [s, sign | e]; }
    default: return [top | (d.u64() << BigInt(d.below(60)) & (top - 1n)), sign | (0x3fff - 20 + d.below(40))];
  }
}

export function fillBytes(d: Dice, bytes: Uint8Array, mode: number): void {
  const v = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i + 8 <= bytes.length; i += 8) {
    if (mode === 0) v.setBigUint64(i, d.u64(), true);
    else if (mode === 1) v.setBigUint64(i, double(d), true);
    else if (mode === 2) { v.setUint32(i, single(d), true); v.setUint32(i + 4, single(d), true); } else v.setBigUint64(i, word(d), true);
  }
}

const STRING = /^(movs|cmps|stos|lods|scas)/;

/** One test of a row; null when this combination of bytes does not decode to it. */
export function makeTest(row: Row, seed: number, masked = false): Test | null {
  const d = new Dice(seed);
  const [spec, mnemonic, operands] = row;
  const m = /^(np)?([0-9a-f]+)(\+r|\+cc)?(?:\/([0-7r])([mr])?)?(?:=([0-9a-f]{2}))?$/.exec(spec)!;
  let hex = m[2]!, mandatory = m[1] !== undefined ? -1 : 0;
  if (mandatory === 0 && hex.length >= 4 && /^(66|f2|f3)/.test(hex)) { mandatory = parseInt(hex.slice(0, 2), 16); hex = hex.slice(2); }
  const bytes: number[] = [];
  const hasModrm = m[4] !== undefined || m[6] !== undefined;
  const fpu = /^(d[89a-f]|9b)$/.test(hex);
  if (mandatory === 0 && d.chance(fpu ? 0.03 : 0.2) && !/^j|^call|^ret|^loop/.test(mnemonic)) bytes.push(0x66);
  const addr32 = hasModrm && d.chance(0.05);
  if (addr32) bytes.push(0x67);
  if (STRING.test(mnemonic)) { const rep = d.below(3); if (rep > 0) bytes.push(rep === 1 ? 0xf3 : 0xf2); }
  const mod = m[6] !== undefined ? parseInt(m[6], 16) >> 6 : m[5] === 'r' ? 3 : m[5] === 'm' ? d.below(3) : d.pick([0, 1, 2, 3, 3]);
  if (mod !== 3 && hasModrm && d.chance(0.1) && / lock|^lock/.test(row[3] ?? '')) bytes.push(0xf0);
  if (mandatory > 0) bytes.push(mandatory);
  if (d.chance(0.5) && !(hex.length === 2 && hex === '90')) bytes.push(0x40 | d.below(16));
  const rexB = bytes.length > 0 && (bytes.at(-1)! & 0xf0) === 0x40 && bytes.at(-1) !== 0x66 && bytes.at(-1) !== 0x67;
  const rex = rexB ? bytes.at(-1)! : 0;
  const opcode = hex.match(/../g)!.map((h) => parseInt(h, 16));
  if (m[3] === '+r') opcode[opcode.length - 1]! += d.below(8);
  if (m[3] === '+cc') opcode[opcode.length - 1]! += d.below(16);
  bytes.push(...opcode);
  let dispAt = -1;
  if (hasModrm) {
    if (m[6] !== undefined) bytes.push(parseInt(m[6], 16));
    else {
      const reg = m[4] !== 'r' ? Number(m[4]) : d.below(8), rm = d.below(8);
      bytes.push((mod << 6) | (reg << 3) | rm);
      if (mod !== 3) {
        let noBase = mod === 0 && rm === 5;
        if (rm === 4) { const sib = d.below(256); bytes.push(sib); noBase = mod === 0 && (sib & 7) === 5; }
        if (mod === 1) bytes.push(d.below(256));
        else if (mod === 2) { const disp = d.below(0x10000) - 0x8000; bytes.push(disp & 255, (disp >> 8) & 255, (disp >> 16) & 255, (disp >> 24) & 255); }
        else if (noBase) { dispAt = bytes.length; bytes.push(0, 0, 0, 0); }
      }
    }
  }
  void operands;
  for (let i = 0; i < 8; i++) bytes.push(d.chance(0.3) ? d.pick([0, 1, 7, 8, 0x1f, 0x20, 0x3f, 0x80, 0xff]) : d.below(256));
  const code = Uint8Array.from(bytes.slice(0, 26));
  let insn: Insn | null;
  try { insn = decode(code, 0, code.length); } catch { return null; }
  if (insn === null || insn.form.mnemonic !== mnemonic || insn.length > 15) return null;
  const ops = insn.form.ops;
  if (mnemonic === 'enter') { code[insn.length - 1] = 0; code[insn.length - 2] = d.below(2); } // nesting levels are #UD here
  // ---- registers
  const gpr = new BigUint64Array(16);
  for (let i = 0; i < 16; i++) gpr[i] = word(d);
  const base = DATA + WINDOW;
  gpr[4] = BigInt(base + 128);
  if (mnemonic === 'leave' || mnemonic === 'enter') gpr[5] = BigInt(base + 96);
  if (mnemonic === 'xlat') gpr[3] = BigInt(base) & 0xffffffffffffffffn;
  if (STRING.test(mnemonic)) { gpr[6] = BigInt(base + 64 + d.below(64)); gpr[7] = BigInt(base + 160 + d.below(32)); gpr[1] = BigInt(d.below(6)); if (d.chance(0.5)) gpr[7] = gpr[6]! + BigInt(d.below(9)); }
  if (mnemonic === 'loop' || mnemonic === 'loope' || mnemonic === 'loopne' || mnemonic === 'jrcxz') gpr[1] = BigInt(d.below(3));
  // ---- the memory operand: make its address fall into the window
  const memory = ops.findIndex((o) => o.kind === 'm');
  const ignore: [number, number][] = [];
  let code2: Uint8Array = code;
  let target0 = 0n;
  if ((memory >= 0 || mnemonic === 'nop') && insn.form.mem !== 4 && hasModrm && mod !== 3 && mnemonic !== 'lea') {
    const size = memory >= 0 ? ops[memory]!.bytes : 1;
    let offset = 16 * (1 + d.below(Math.max(1, Math.floor((240 - Math.max(size, 16)) / 16))));
    if (d.chance(0.15)) offset += d.below(16);
    if (size > 100) offset = 32 + d.below(32);
    if (/^bt/.test(mnemonic)) offset = 96;
    const target = base + offset;
    target0 = BigInt(target);
    const bitsReg = /^bt[src]?$/.test(mnemonic) && ops[1]?.kind === 'r' ? insn.regs[1]! : -1;
    if (bitsReg >= 0) { const n = BigInt(d.below(512) - 256), w = BigInt(ops[1]!.bytes * 8); gpr[bitsReg] = d.chance(0.5) || w === 64n ? BigInt.asUintN(64, n) : (d.u64() & ~((1n << w) - 1n)) | BigInt.asUintN(Number(w), n); }
    if (insn.base === 16) { code2 = code.slice(); new DataView(code2.buffer).setInt32(dispAt, target - (CODE + ENTRY + insn.length), true); if (insn.index >= 0) return null; }
    else if (insn.base < 0) {
      if (insn.index >= 0) { if (insn.index === bitsReg || insn.index === 4) return null; gpr[insn.index] = BigInt(d.below(16)); }
      code2 = code.slice();
      new DataView(code2.buffer).setInt32(dispAt, target - (insn.index >= 0 ? Number(gpr[insn.index]) * (1 << insn.scale) : 0), true);
    } else {
      if (insn.base === bitsReg || (insn.index >= 0 && insn.index === bitsReg)) return null;
      if (insn.base === insn.index) return null;
      if (insn.index >= 0 && insn.index !== 4) gpr[insn.index] = addr32 ? BigInt(d.below(1 << 20)) : BigInt.asUintN(64, BigInt(d.below(1 << 20)) - 0x80000n);
      const index = insn.index >= 0 ? BigInt.asIntN(64, gpr[insn.index]!) * BigInt(1 << insn.scale) : 0n;
      gpr[insn.base] = BigInt.asUintN(64, BigInt(target) - BigInt(insn.disp) - index);
      if (addr32) gpr[insn.base] = (gpr[insn.base]! & 0xffffffffn) | (BigInt(d.u32()) << 32n);
      if (/^(push|pop|call|enter|leave)/.test(mnemonic) && (insn.base === 4 || insn.index === 4)) return null;
    }
    const again = decode(code2, 0, code2.length);
    if (again === null || again.length !== insn.length || again.form.mnemonic !== mnemonic) return null;
    if (mnemonic === 'fnstenv' || mnemonic === 'fnsave') ignore.push(insn.form.size === 16 ? [offset + 6, offset + 14] : [offset + 12, offset + 28]);
  }
  if (insn.form.mem === 4) { // moffs
    code2 = code.slice();
    const v = new DataView(code2.buffer);
    const at = insn.length - (addr32 ? 4 : 8);
    v.setUint32(at, base + d.below(200), true);
    if (!addr32) v.setUint32(at + 4, 0, true);
  }
  // branches to somewhere on the page: int3 everywhere
  if (ops[0]?.kind === 'j') {
    code2 = code.slice();
    const width = ops[0].bytes;
    const v = new DataView(code2.buffer);
    const to = d.chance(0.5) ? d.below(40) : -16 - d.below(30); // never onto itself
    if (width === 1) v.setInt8(insn.length - 1, to); else if (width === 4) v.setInt32(insn.length - 4, to, true); else return null;
  }
  const mem = new Uint8Array(256);
  fillBytes(d, mem, d.below(4));
  if (mnemonic === 'fld' || mnemonic === 'frstor' || d.chance(0.3)) {
    const v = new DataView(mem.buffer);
    for (let i = 0; i + 16 <= 256; i += 16) { const [s, e] = extended(d); v.setBigUint64(i, s, true); v.setUint16(i + 8, e, true); }
  }
  if (/^(call_e|jmp_e)$/.test(mnemonic)) {
    if (mod === 3) gpr[insn.regs[0]!] = BigInt(CODE + ENTRY + 20 + d.below(16));
    else if (Number(BigInt.asUintN(64, target0)) % 8 !== 0) return null;
    else for (let i = 0; i < 256; i++) mem[i] = [0x00, 0x08, 0x00, 0x10, 0, 0, 0, 0][i & 7]!;
    if (mod === 3 && insn.regs[0] === 4) return null;
    if (mod !== 3) for (let i = 0; i < 256; i += 8) mem[i] = 20;
    if (mod !== 3 && memory >= 0 && gpr[4] !== BigInt(base + 128)) return null;
  }
  if (/^sh[lr]d$/.test(mnemonic) && insn.form.size === 16) { // counts beyond 16 leave everything undefined
    if (ops[2]!.kind === 'i') { code2 = code2.slice(); code2[insn.length - 1] = d.below(17); } else if (insn.base !== 1 && insn.index !== 1) gpr[1] = (gpr[1]! & ~0x1fn) | BigInt(d.below(17)); else return null;
  }
  if (mnemonic === 'ret') for (let i = 0; i < 256; i += 8) mem.set([20, 0x08, 0x00, 0x10, 0, 0, 0, 0], i);
  if (mnemonic === 'fbld') for (let i = 0; i < 256; i++) mem[i] = d.below(10) | (d.below(10) << 4);
  if ((mnemonic === 'div' || mnemonic === 'idiv') && insn.base !== 2 && insn.index !== 2) { if (d.chance(0.6)) gpr[2] = d.chance(0.5) ? BigInt(d.below(4)) : (BigInt.asIntN(64, gpr[0]!) < 0n ? 0xffffffffffffffffn : 0n); }
  // ---- flags, floats
  const rflags = 0x202 | (d.u32() & 0x8d5) | (STRING.test(mnemonic) && d.chance(0.3) ? 0x400 : 0);
  const fx = new Uint8Array(512), f = new DataView(fx.buffer);
  let fcw = d.chance(0.5) ? 0x37f : d.chance(0.8) ? 0x7f | (d.below(16) << 8) : 0x40 | d.below(0x40) | (d.below(16) << 8);
  if (masked) fcw |= 0x3f;
  f.setUint16(0, fcw, true);
  const top = d.below(8);
  let fsw = (top << 11) | (d.u32() & 0x477f & ~0x40);
  if (d.chance(0.5)) fsw &= ~0x3f;
  if ((fsw & ~fcw & 0x3f) !== 0 && d.chance(0.95)) fsw &= ~(~fcw & 0x3f);
  if ((fsw & ~fcw & 0x3f) !== 0) fsw |= 0x8080;
  f.setUint16(2, fsw, true);
  const valid = d.pick([0, 1, 2, 2, 3, 3, 4, 5, 6, 7, 7, 8]);
  let tags = 0;
  for (let i = 0; i < valid; i++) tags |= 1 << ((top + i) & 7);
  if (d.chance(0.05)) tags = d.below(256);
  f.setUint8(4, tags);
  let mx = d.chance(0.6) ? 0x1f80 | d.below(64) : d.chance(0.6) ? 0x1f80 | d.below(64) | (d.below(4) << 13) | (d.chance(0.3) ? 0x8000 : 0) | (d.chance(0.3) ? 0x40 : 0) : d.below(0x10000);
  if (masked) mx |= 0x1f80;
  f.setUint32(24, mx, true);
  f.setUint32(28, 0xffff, true);
  for (let i = 0; i < 8; i++) { const [s, e] = extended(d); f.setBigUint64(32 + i * 16, s, true); f.setUint16(40 + i * 16, e, true); }
  fillBytes(d, fx.subarray(160, 416), d.below(4));
  if (d.chance(0.2)) for (let i = 0; i < 16; i++) f.setBigUint64(160 + i * 16, BigInt(d.below(80)), true); // shift counts
  void rex;
  return { code: code2.slice(0, insn.length), gpr, rflags, fx, mem, name: `${mnemonic} [${spec} ${operands}] ${insn.form.key}`, ignore };
}
