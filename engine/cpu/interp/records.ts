// Instructions → predecoded records: over templates in WebAssembly (decode-known.ts) where an instruction came with the same prefixes, opcode, ModRM and SIB
// before; else by the decoder, whose record becomes the template. The decoder stays the only one who knows.
import { CTX } from '../../machine/hardware.ts';
import { UD_FORM, decode } from '../decode/decoder.ts';
import type { Form, Insn } from '../decode/insn.ts';
import { BLK, DECODE, RAM_BASE, REC, S } from '../layout.ts';
import type { Core } from './core.ts';
import { FLOW, KEY, SHAPE, T, VALID, WIDTHS, hasModrm } from './decode-known.ts';

/** Behind the last instruction of a block that falls through. */
export const END_FORM: Form = { key: 'block.end z64 a0', mnemonic: 'block.end', ops: [], size: 64, mem: 0, rep: 0, lock: false, imm: null, flags: new Set(), cost: 0, cc: -1, flow: 'end' };
const REC_OPERAND = [REC.r0, REC.r1, REC.r2, REC.r3];

export class Records {
  private readonly i32: Int32Array;
  private readonly u16: Uint16Array;
  /** Of what was written last: its instructions' cost in cycles, how the block goes on (FLOW), and where. */
  cost = 0;
  flow = 0;
  end = 0;

  /** @param level of the processor model: forms above it are undefined opcodes. */
  constructor(private readonly core: () => Core, private readonly u8: Uint8Array, private readonly level: number) {
    this.i32 = new Int32Array(u8.buffer);
    this.u16 = new Uint16Array(u8.buffer);
  }

  /**
   * Writes records into the block from its k-th on, of the instructions at `at` and following, until the block ends or has `most`.
   * @param end of the page, behind which no instruction goes on.
   * @returns their number; cost, flow and end tell of the new ones. A block of its own begins with it, and no other holds it.
   */
  put(block: number, at: number, end: number, k: number, most: number): number {
    const { i32 } = this, core = this.core();
    let cost = 0;
    for (;;) {
      k = core.decodeKnown(block, at, end, k, most);
      at = i32[DECODE.at >> 2]!;
      cost += i32[DECODE.cost >> 2]!;
      let flow = i32[DECODE.flow >> 2]!;
      const template = i32[DECODE.template >> 2]!, r = block + BLK.size + k * REC.size, length = i32[DECODE.more >> 2] === 0 ? 0 : this.decoded(at, end, r, k);
      if (length !== 0) {
        if (template !== 0) this.remember(template, length, r);
        if (this.flow !== FLOW.own || k === 0) {
          flow = this.flow;
          cost += this.cost;
          at += length;
          k++;
          if (flow === FLOW.next) continue;
        }
      }
      this.cost = cost; this.flow = flow; this.end = at;
      return k;
    }
  }
  private decoded(at: number, end: number, r: number, k: number): number {
    const insn = decode(this.u8, at, end, this.level);
    if (insn === null) return 0;
    this.fill(insn, (at - RAM_BASE) & 4095, r, k);
    return insn.length;
  }
  /** Makes the record just written at r the template for its key. */
  private remember(template: number, length: number, r: number): void {
    const { i32, u16, u8 } = this, key = i32[DECODE.key >> 2]!, sib = i32[DECODE.sib >> 2]!, modrm = key >>> KEY.modrm, form = this.core().formOfSlot[u16[(r + REC.fn) >> 1]!]!;
    if (form === UD_FORM || form.mnemonic === 'privileged' || form.mnemonic === 'enter' || form.imm !== null || form.mem === 4) return;
    let disp = 0;
    if (hasModrm(key) && modrm < 0xc0) disp = modrm >= 0x80 ? 4 : modrm >= 0x40 ? 1 : (modrm & 7) === 5 || ((modrm & 7) === 4 && (sib & 7) === 5) ? 4 : 0;
    const width = length - i32[DECODE.head >> 2]! - disp, ripRelative = modrm < 0x40 && (modrm & 7) === 5 && disp !== 0, imm = i32[(r + REC.imm) >> 2]!;
    if (!WIDTHS.includes(width) || (width === 0 && i32[(r + REC.imm + 4) >> 2] !== imm >> 31)) return;
    i32[(template + T.key) >> 2] = key;
    i32[(template + T.sib) >> 2] = sib | VALID | (ripRelative ? SHAPE.ripRelative : 0) | (form.ops[0]?.kind === 'j' ? SHAPE.branch : 0) | disp << SHAPE.disp | width << SHAPE.imm;
    for (let i = 0; i < 8; i += 4) i32[(template + T.fn + i) >> 2] = i32[(r + REC.fn + i) >> 2]!;
    u16[(template + T.cost) >> 1] = this.cost;
    i32[(template + T.imm) >> 2] = imm;
    i32[(template + T.base) >> 2] = i32[(r + REC.base) >> 2]!;
    i32[(template + T.seg) >> 2] = i32[(r + REC.seg) >> 2]!;
    u8[template + T.scale] = u8[r + REC.scale]!;
    u8[template + T.flow] = this.flow;
  }

  /** Writes the record of an instruction at an offset of its page. */
  fill(insn: Insn, offset: number, r: number, k: number): void {
    const { form } = insn, { u8, u16, i32 } = this, next = offset + insn.length;
    this.blank(form, offset | insn.length << 12, r, k);
    for (let i = 0; i < insn.regs.length && i < 4; i++) {
      const kind = form.ops[i]?.kind, n = insn.regs[i]!;
      if (n >= 0 && kind !== undefined) u16[(r + REC_OPERAND[i]!) >> 1] = kind === 'r' ? CTX.gpr + n * 8 : kind === 'h' ? CTX.gpr + n * 8 + 1 : kind === 'x' ? CTX.xmm + n * 16 : n;
    }
    if (form.ops.length < 4) u16[(r + REC.r3) >> 1] = insn.imm2;
    u16[(r + REC.base) >> 1] = insn.base < 0 ? S.zero : insn.base === 16 ? S.pageVa : insn.base * 8;
    u16[(r + REC.index) >> 1] = insn.index < 0 ? S.zero : form.mem >= 5 ? CTX.xmm + insn.index * 16 : insn.index * 8;
    u16[(r + REC.seg) >> 1] = insn.seg === 4 ? CTX.fsBase : insn.seg === 5 ? CTX.gsBase : S.zero;
    u8[r + REC.scale] = insn.scale;
    i32[(r + REC.disp) >> 2] = insn.base === 16 ? insn.disp + next : insn.disp;
    let lo = insn.immLo, hi = insn.immHi;
    if (form.ops.length > 0 && form.ops[0]!.kind === 'j') { lo += next; hi = next; }
    i32[(r + REC.imm) >> 2] = lo;
    i32[(r + REC.imm + 4) >> 2] = hi;
  }
  /** Writes a record without operands. @param off as in REC.off */
  blank(form: Form, off: number, r: number, k: number): void {
    const { u8, u16 } = this;
    u8.fill(0, r, r + REC.size);
    u16[(r + REC.fn) >> 1] = this.core().handler(form);
    u8[r + REC.k] = k;
    u16[(r + REC.off) >> 1] = off;
    this.cost = form.cost;
    this.flow = form.flow === '' ? FLOW.next : form.flow === 'end' ? FLOW.end : FLOW.own;
  }
}
