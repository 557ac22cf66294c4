// A function whose 64-bit locals are followed by 32-bit twins: V8 makes a move of every i32.wrap_i64, and most x86 code works on 32 bits. What was made by
// i64.extend_i32_u is kept as i32 too; a wrap of it, or a second extension, costs nothing then. Emission looks back at one instruction, facts hold in straight code.
import { Func, I32, I64 } from '../wasm/builder.ts';
import type { BlockType, Label } from '../wasm/builder.ts';

/** Facts about an i64 local: its twin holds the low half; its upper half is zero; it is a byte, all else zero; another local holds its low byte; it is a small constant. */
const TWIN = 1, ZERO_EXTENDED = 2, BYTE = 4, LOW = 8, CONSTANT = 16;
/** Of constants that are not longer than a local's index. */
const SMALL = 4096;
/** Stands for a local: see constantLocal(). */
const CONSTANT_LOCAL = 1 << 20;
/** What was emitted last: nothing of interest; i64.extend_i32_u; local.get; local.tee with twin; a low half (of a local or of a zero-extended value); a constant; i64.load32_u;
 *  any i64 whose upper half is zero; an i32 that is 0 or 1. */
const enum Last { other, extend, get, tee, lowOf, low, constant, load32, zeroExtended, bit }
const EXTEND = 0xad, WRAP = 0xa7, SET = 0x21, I32_LOAD = 0x28, I64_LOAD32_U = 0x35, I64_LOAD8_U = 0x31, I64_LOAD16_U = 0x33, AND = 0x83;

export class NarrowFunc extends Func {
  /** By local: its facts, its twin (0: none), the local with its low byte, its value if that is constant, and the innermost open block whose log has it. */
  private facts = new Uint8Array(256);
  private twins = new Int32Array(256);
  private lows = new Int32Array(256);
  private constants = new Int32Array(256);
  private loggedIn = new Int32Array(256);
  /** For each open block the locals whose facts have changed in it, each with what loggedIn was before; where each block's begin; and `held` there. */
  private readonly log: number[] = [];
  private readonly marks: number[] = [];
  private readonly heldAt: number[] = [];
  /** Guest registers (bits 0–15 general, 16–31 xmm) that are in their locals here: known to the user of this class, kept over control as it is for facts. */
  held = 0;
  private last = Last.other;
  /** The last instruction stands in [from, to) of the code; its local; a constant's halves. */
  private from = 0; private to = -1; private which = -1; private lo = 0; private hi = 0;
  /** The value is a byte, all else zero. */
  private byte = false;

  protected override added(local: number): void {
    if (local < this.facts.length) return;
    const bigger = <T extends Uint8Array | Int32Array>(old: T, to: T): T => { to.set(old); return to; }, size = local * 2;
    this.facts = bigger(this.facts, new Uint8Array(size));
    this.twins = bigger(this.twins, new Int32Array(size));
    this.lows = bigger(this.lows, new Int32Array(size));
    this.constants = bigger(this.constants, new Int32Array(size));
    this.loggedIn = bigger(this.loggedIn, new Int32Array(size));
  }
  private note(last: Last, from: number, which = -1, byte = false): void { this.last = last; this.from = from; this.to = this.code.length; this.which = which; this.byte = byte; }
  private seen(): Last { return this.to === this.code.length ? this.last : Last.other; }
  private twin(local: number): number {
    let twin = this.twins[local]!;
    if (twin === 0) {
      twin = this.freshLocal(I32);
      this.twins[local] = twin;
    }
    return twin;
  }
  private know(local: number, facts: number): void {
    this.facts[local] = facts;
    const depth = this.marks.length;
    if (this.loggedIn[local] === depth) return;
    this.log.push(local, this.loggedIn[local]!);
    this.loggedIn[local] = depth;
  }
  private has(local: number, fact: number): boolean { return (this.facts[local]! & fact) !== 0; }
  override prepend(emit: () => void): void {
    super.prepend(() => {
      this.facts.fill(0);
      this.to = -1;
      emit();
    });
    this.to = -1;
  }

  override get(local: number): this {
    if (local === this.fixed) return super.i32Const(this.fixedValue);
    if (local === CONSTANT_LOCAL) return this.i64Const(this.constantLo, this.constantHi);
    if (this.has(local, CONSTANT)) return this.i64Const(this.constants[local]!);
    const from = this.code.length;
    super.get(local);
    if (this.typeOf(local) === I64) this.note(Last.get, from, local);
    return this;
  }
  override set(local: number): this {
    if (this.typeOf(local) !== I64) return super.set(local);
    const { which } = this;
    switch (this.seen()) {
      case Last.extend: case Last.load32:
        this.keep(local);
        return super.set(local);
      case Last.get: case Last.tee:
        super.set(local);
        if (this.has(which, TWIN)) super.get(this.twin(which)).set(this.twin(local));
        this.know(local, this.facts[which]! & ~LOW);
        return this;
      case Last.constant: {
        const { lo, hi } = this;
        if (hi === lo >> 31 && lo >= -SMALL && lo < SMALL) {
          this.constants[local] = lo;
          this.know(local, lo < 0 ? CONSTANT : lo >>> 8 !== 0 ? CONSTANT | ZERO_EXTENDED : CONSTANT | ZERO_EXTENDED | BYTE);
          return super.set(local);
        }
        super.set(local).i32Const(lo);
        super.set(this.twin(local));
        this.know(local, hi !== 0 ? TWIN : lo >>> 8 !== 0 ? TWIN | ZERO_EXTENDED : TWIN | ZERO_EXTENDED | BYTE);
        return this;
      }
      case Last.zeroExtended: this.know(local, this.byte ? ZERO_EXTENDED | BYTE : ZERO_EXTENDED); return super.set(local);
      default: this.know(local, 0); return super.set(local);
    }
  }
  override tee(local: number): this {
    if (this.typeOf(local) !== I64) return super.tee(local);
    const last = this.seen(), { which, byte } = this, narrow = last === Last.extend || last === Last.load32;
    if (narrow) this.keep(local);
    else if (last === Last.get) this.know(local, this.facts[which]! & (ZERO_EXTENDED | BYTE));
    else this.know(local, last !== Last.zeroExtended ? 0 : byte ? ZERO_EXTENDED | BYTE : ZERO_EXTENDED);
    const from = this.code.length;
    super.tee(local);
    if (narrow) this.note(Last.tee, from, local); else if (last === Last.zeroExtended) this.note(last, from, -1, byte);
    return this;
  }
  /** The zero-extended value on the stack goes into the twin of a local that is about to be set to it. */
  private keep(local: number): void {
    if (this.last === Last.load32) this.code.u8[this.from] = I32_LOAD; else this.code.length = this.from;
    super.tee(this.twin(local));
    this.code.byte(EXTEND);
    this.know(local, this.byte ? TWIN | ZERO_EXTENDED | BYTE : TWIN | ZERO_EXTENDED);
  }

  /** Stands for a local with that value, until the next call. */
  constantLocal(lo: number, hi: number): number {
    this.constantLo = lo; this.constantHi = hi;
    return CONSTANT_LOCAL;
  }
  private constantLo = 0; private constantHi = 0;
  /** The upper half of an i64 local is zero. */
  zeroExtended(local: number): boolean { return this.has(local, ZERO_EXTENDED); }
  /** pop */
  discard(): void { if (this.seen() === Last.get) { this.code.length = this.from; this.to = -1; } else this.drop(); }
  /** A local that holds the low byte of local i64 as its whole value; −1 if none does. */
  lowByte(local: number): number { return this.has(local, BYTE) ? local : this.has(local, LOW) ? this.lows[local]! : -1; }
  /** Local `low`, which is never used for anything else, holds the low byte of the other. */
  noteLow(local: number, low: number): void { this.lows[local] = low; this.know(local, this.facts[local]! | LOW); }
  /** The i32 on the stack is 0 or 1. */
  noteBit(): void { this.note(Last.bit, this.code.length); }
  override fits(bits: number): boolean {
    if (bits > 32) return false;
    const last = this.seen();
    if (last === Last.constant) return this.hi === 0 && (bits === 32 || this.lo >>> bits === 0);
    if (bits === 32 && (last === Last.extend || last === Last.load32 || last === Last.zeroExtended || ((last === Last.get || last === Last.tee) && this.has(this.which, ZERO_EXTENDED)))) return true;
    const byte = last === Last.get || last === Last.tee ? this.has(this.which, BYTE) : this.byte && (last === Last.zeroExtended || last === Last.extend);
    return byte && bits >= 8;
  }

  override i32WrapI64(): this {
    const { code, from, which } = this;
    switch (this.seen()) {
      case Last.extend: code.length = from; this.to = -1; return this;
      case Last.get:
        if (this.has(which, TWIN)) { code.length = from; super.get(this.twin(which)); } else {
          code.byte(WRAP);
          if (this.has(which, ZERO_EXTENDED)) { this.note(Last.lowOf, from, which); return this; } // perhaps extended again at once
          super.tee(this.twin(which));
          this.know(which, this.facts[which]! | TWIN);
        }
        this.note(Last.lowOf, from, which);
        return this;
      case Last.tee: code.u8[from] = SET; return super.get(this.twin(which));
      case Last.constant: code.length = from; return super.i32Const(this.lo);
      case Last.load32: code.u8[from] = I32_LOAD; return this;
      case Last.zeroExtended: { const at = code.length; code.byte(WRAP); this.note(Last.low, at, -1, this.byte); return this; }
      default: code.byte(WRAP); return this;
    }
  }
  override i64ExtendI32U(): this {
    const { code, from, which } = this;
    switch (this.seen()) {
      case Last.lowOf: if (this.has(which, ZERO_EXTENDED)) { code.length = from; return this.get(which); } break;
      case Last.low: code.length = from; this.note(Last.zeroExtended, from, -1, this.byte); return this;
      default:
    }
    const at = code.length;
    code.byte(EXTEND);
    this.note(Last.extend, at);
    return this;
  }
  override i64Const(lo: number, hi?: number): this {
    const from = this.code.length;
    super.i64Const(lo, hi);
    this.lo = lo | 0; this.hi = (hi ?? ((lo | 0) === lo ? lo >> 31 : Math.floor(lo / 4294967296))) | 0;
    this.note(Last.constant, from);
    return this;
  }
  override i64And(): this {
    const small = this.seen() === Last.constant && this.hi === 0, from = this.code.length, byte = this.lo >>> 8 === 0;
    this.code.byte(AND);
    if (small) this.note(Last.zeroExtended, from, -1, byte);
    return this;
  }
  private load(op: number, last: Last, offset: number, align: number, byte = false): this {
    const from = this.code.length;
    this.code.byte(op); this.code.leb(align); this.code.leb(offset);
    this.note(last, from, -1, byte);
    return this;
  }
  override i64Load8U(offset = 0, align = 0): this { return this.load(I64_LOAD8_U, Last.zeroExtended, offset, align, true); }
  override i64Load16U(offset = 0, align = 1): this { return this.load(I64_LOAD16_U, Last.zeroExtended, offset, align); }
  override i64Load32U(offset = 0, align = 2): this { return this.load(I64_LOAD32_U, Last.load32, offset, align); }

  // ---- control: what a block has changed is not known behind it, and at a loop's head nothing is
  private open(): void { this.marks.push(this.log.length); this.heldAt.push(this.held); }
  override block(type?: BlockType): Label { this.open(); return super.block(type); }
  override if(type?: BlockType): Label { this.open(); return super.if(type); }
  override loop(type?: BlockType): Label {
    const { facts } = this, { localCount } = this;
    for (let local = 0; local < localCount; local++) if (facts[local] !== 0) this.know(local, 0);
    this.open();
    return super.loop(type);
  }
  override else(): this {
    const { log, facts } = this;
    for (let i = this.marks[this.marks.length - 1]!; i < log.length; i += 2) facts[log[i]!] = 0;
    this.held = this.heldAt[this.heldAt.length - 1]!;
    return super.else();
  }
  override end(): this {
    const { log, facts, loggedIn } = this, from = this.marks.pop()!, outer = this.marks.length;
    let to = from;
    for (let i = from; i < log.length; i += 2) { // what has changed in it has changed in the block around it
      const local = log[i]!, before = log[i + 1]!;
      facts[local] = 0;
      loggedIn[local] = outer;
      if (before === outer) continue;
      log[to] = local;
      log[to + 1] = before;
      to += 2;
    }
    log.length = to;
    this.held = this.heldAt.pop()!;
    return super.end();
  }
}
