// Instructions → predecoded records. All of a record but its displacement, immediate and place follows from the prefixes, the opcode, ModRM and SIB:
// the record of an instruction that was decoded once is the template of those that come with the same bytes. The decoder stays the only one who knows.
import { CTX } from '../../machine/hardware.ts';
import { UD_FORM, decode } from '../decode/decoder.ts';
import type { Form, Insn } from '../decode/insn.ts';
import { maps } from '../decode/rows.ts';
import { RAM_BASE, REC, S } from '../layout.ts';
import type { Core } from './core.ts';

export const FLOW = { next: 0, end: 1, own: 2 } as const;

/** A template: key, SIB | VALID, the record's ten words, bytes of displacement | of immediate << 4 | flags, cost, flow. */
const T = { key: 0, sib: 1, words: 2, shape: 12, cost: 13, flow: 14, size: 16 } as const;
const VALID = 256, RIP_RELATIVE = 256, BRANCH = 512;
const SLOT_BITS = 14;

/** By byte: the bits of a prefix in a key; REFUSED: a prefix of no effect, left to the decoder. */
const REFUSED = 0x80;
const PREFIX = new Uint8Array(256);
for (const [byte, bits] of [[0x66, 1], [0x67, 2], [0xf2, 4], [0xf3, 8], [0xf0, 16], [0x64, 32], [0x65, 64], [0x26, REFUSED], [0x2e, REFUSED], [0x36, REFUSED], [0x3e, REFUSED]] as const) PREFIX[byte] = bits;
/** Bits of which only one may be set: the last prefix of its kind counts, which is the decoder's business. */
const REPS = 12, SEGMENTS = 96;

/** By map << 8 | opcode: 0 left to the decoder, 1 no ModRM, 2 ModRM. */
const SHAPE = new Uint8Array(1024);
for (let map = 0; map < 4; map++) for (let byte = 0; byte < 256; byte++) {
  const rows = maps[map]![byte]!, modrm = rows.filter((row) => row.needsModrm).length;
  if (rows.length > 0 && (modrm === 0 || modrm === rows.length)) SHAPE[map << 8 | byte] = modrm === 0 ? 1 : 2;
}

export class Records {
  private readonly templates = new Int32Array(T.size << SLOT_BITS);
  private readonly i32: Int32Array;
  private readonly u16: Uint16Array;
  /** Of the record last written: its instruction's cost in cycles, and how the block goes on (FLOW). */
  cost = 0;
  flow = 0;

  /** @param level of the processor model: forms above it are undefined opcodes. */
  constructor(private readonly core: () => Core, private readonly u8: Uint8Array, private readonly level: number) {
    this.i32 = new Int32Array(u8.buffer);
    this.u16 = new Uint16Array(u8.buffer);
  }

  /** Writes the record of the instruction at `at`, the k-th of its block, to r. Returns its length; 0 if it goes on behind `end`, the end of its page. */
  put(at: number, end: number, r: number, block: number, k: number): number {
    const { u8, i32, templates } = this;
    if (at + 15 > end) return this.decoded(at, end, r, block, k);
    let p = at, key = 0, byte = u8[p++]!;
    for (let bits = PREFIX[byte]!; bits !== 0; bits = PREFIX[byte]!) {
      if (bits === REFUSED || (key & (bits & REPS ? REPS : bits & SEGMENTS ? SEGMENTS : bits)) !== 0) return this.decoded(at, end, r, block, k);
      key |= bits;
      byte = u8[p++]!;
    }
    if ((byte & 0xf0) === 0x40) {
      key |= (byte & 15 | 16) << 7;
      byte = u8[p++]!;
      if (PREFIX[byte] !== 0 || (byte & 0xf0) === 0x40) return this.decoded(at, end, r, block, k);
    }
    let map = 0;
    if (byte === 0x0f) {
      byte = u8[p++]!;
      map = 1;
      if (byte === 0x38 || byte === 0x3a) {
        map = byte === 0x38 ? 2 : 3;
        byte = u8[p++]!;
      }
    }
    key |= map << 20 | byte << 12;
    const shape = SHAPE[map << 8 | byte]!;
    if (shape === 0) return this.decoded(at, end, r, block, k);
    let sib = 0;
    if (shape === 2) {
      const modrm = u8[p++]!;
      key |= modrm << 22;
      if (modrm < 0xc0 && (modrm & 7) === 4) sib = u8[p++]!;
    }
    const t = (Math.imul(key ^ (sib << 8), 0x9e3779b1) >>> (32 - SLOT_BITS)) * T.size;
    if (templates[t] !== key || templates[t + T.sib] !== (sib | VALID)) {
      const length = this.decoded(at, end, r, block, k);
      if (length !== 0) this.remember(t, key, sib, p - at, length, r);
      return length;
    }
    const w = r >> 2, kind = templates[t + T.shape]!, offset = (at - RAM_BASE) & 4095;
    for (let i = 0; i < 10; i++) i32[w + i] = templates[t + T.words + i]!;
    let disp = 0;
    if ((kind & 1) !== 0) disp = (u8[p++]! << 24) >> 24;
    else if ((kind & 4) !== 0) { disp = u8[p]! | (u8[p + 1]! << 8) | (u8[p + 2]! << 16) | (u8[p + 3]! << 24); p += 4; }
    const width = (kind >> 4) & 15;
    if (width !== 0) {
      let lo = 0;
      if (width === 1) lo = (u8[p]! << 24) >> 24;
      else if (width === 2) lo = ((u8[p]! | (u8[p + 1]! << 8)) << 16) >> 16;
      else lo = u8[p]! | (u8[p + 1]! << 8) | (u8[p + 2]! << 16) | (u8[p + 3]! << 24);
      let hi = lo >> 31;
      if (width === 8) hi = u8[p + 4]! | (u8[p + 5]! << 8) | (u8[p + 6]! << 16) | (u8[p + 7]! << 24);
      p += width;
      if ((kind & BRANCH) !== 0) { lo += offset + p - at; hi = lo < 0 ? -1 : 0; }
      i32[w + (REC.imm >> 2)] = lo;
      i32[w + (REC.imm >> 2) + 1] = hi;
    }
    const next = offset + p - at;
    i32[w + (REC.disp >> 2)] = (kind & RIP_RELATIVE) !== 0 ? disp + next : disp;
    i32[w + (REC.seg >> 2)] |= k << 24;
    i32[w + (REC.off >> 2)] = offset | next << 16;
    i32[w + (REC.block >> 2)] = block;
    this.cost = templates[t + T.cost]!;
    this.flow = templates[t + T.flow]!;
    return p - at;
  }
  private decoded(at: number, end: number, r: number, block: number, k: number): number {
    const insn = decode(this.u8, at, end, this.level);
    if (insn === null) return 0;
    this.fill(insn, (at - RAM_BASE) & 4095, r, block, k);
    return insn.length;
  }
  /** Makes the record just written at r the template of its key; `head` bytes stand before displacement and immediate. */
  private remember(t: number, key: number, sib: number, head: number, length: number, r: number): void {
    const { templates, i32 } = this, w = r >> 2, form = this.core().formOfSlot[i32[w]!]!, modrm = key >>> 22;
    if (form === UD_FORM || form.mnemonic === 'privileged' || form.mnemonic === 'enter' || form.imm !== null || form.mem === 4) return;
    let disp = 0;
    if (SHAPE[(key >> 12) & 1023] === 2 && modrm < 0xc0) disp = modrm >= 0x80 ? 4 : modrm >= 0x40 ? 1 : (modrm & 7) === 5 || ((modrm & 7) === 4 && (sib & 7) === 5) ? 4 : 0;
    const width = length - head - disp;
    if (width < 0 || width > 8) return;
    templates[t + T.key] = key;
    templates[t + T.sib] = sib | VALID;
    for (let i = 0; i < 10; i++) templates[t + T.words + i] = i32[w + i]!;
    templates[t + T.words + (REC.seg >> 2)]! &= 0xffffff; // without k
    const ripRelative = modrm < 0x40 && (modrm & 7) === 5 && disp !== 0;
    templates[t + T.shape] = disp | width << 4 | (ripRelative ? RIP_RELATIVE : 0) | (form.ops[0]?.kind === 'j' ? BRANCH : 0);
    templates[t + T.cost] = this.cost;
    templates[t + T.flow] = this.flow;
  }

  /** Writes the record of an instruction at an offset of its page. */
  fill(insn: Insn, offset: number, r: number, block: number, k: number): void {
    const { form } = insn, { u8, u16, i32 } = this, next = offset + insn.length;
    this.blank(form, offset, next, r, block, k);
    for (let i = 0; i < insn.regs.length && i < 4; i++) {
      const kind = form.ops[i]?.kind, n = insn.regs[i]!;
      if (n >= 0 && kind !== undefined) u16[(r + REC.r0 + i * 2) >> 1] = kind === 'r' ? CTX.gpr + n * 8 : kind === 'h' ? CTX.gpr + n * 8 + 1 : kind === 'x' ? CTX.xmm + n * 16 : n;
    }
    if (form.ops.length < 4) u16[(r + REC.r3) >> 1] = insn.imm2;
    u16[(r + REC.base) >> 1] = insn.base < 0 ? S.zero : insn.base === 16 ? S.pageVa : insn.base * 8;
    u16[(r + REC.index) >> 1] = insn.index < 0 ? S.zero : insn.index * 8;
    u16[(r + REC.seg) >> 1] = insn.seg === 4 ? CTX.fsBase : insn.seg === 5 ? CTX.gsBase : S.zero;
    u8[r + REC.scale] = insn.scale;
    i32[(r + REC.disp) >> 2] = insn.base === 16 ? insn.disp + next : insn.disp;
    let lo = insn.immLo, hi = insn.immHi;
    if (form.ops.length > 0 && form.ops[0]!.kind === 'j') { lo += next; hi = lo < 0 ? -1 : 0; }
    i32[(r + REC.imm) >> 2] = lo;
    i32[(r + REC.imm + 4) >> 2] = hi;
  }
  /** Writes a record without operands. */
  blank(form: Form, offset: number, next: number, r: number, block: number, k: number): void {
    const { u8, u16, i32 } = this;
    u8.fill(0, r, r + REC.size);
    i32[(r + REC.fn) >> 2] = this.core().handler(form);
    i32[(r + REC.block) >> 2] = block;
    u8[r + REC.k] = k;
    u16[(r + REC.off) >> 1] = offset;
    u16[(r + REC.next) >> 1] = next;
    this.cost = form.cost;
    this.flow = form.flow === '' ? FLOW.next : form.flow === 'end' ? FLOW.end : FLOW.own;
  }
}
