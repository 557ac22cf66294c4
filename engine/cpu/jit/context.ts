// The region compiler's side of Ctx: operands are constants, registers and a lazy tuple of flags are in locals or in the state. Whatever a compiled
// instruction cannot finish (faults, code pages, page crossings, odd forms) leaves by a side exit *before* any effect: the
// interpreter does that instruction and the rest of the block, so every rule of law 3 is written once.
import { assert } from '../../base/assert.ts';
import { CTX, RBP, RSP, USER_DS } from '../../machine/hardware.ts';
import type { Insn, Operand, Form } from '../decode/insn.ts';
import { tlbTest } from '../interp/context.ts';
import type { CallHelper } from '../interp/context.ts';
import { DTLB, S } from '../layout.ts';
import type { Bits, Cond } from '../semantics/context.ts';
import { loadInt, mask, signExtend, storeInt } from '../semantics/emit.ts';
import type { FlowCtx } from '../semantics/flow.ts';
import { F64, I32, I64, V128 } from '../wasm/builder.ts';
import type { ValType } from '../wasm/builder.ts';
import { PLAIN_OPS } from '../wasm/opcodes.ts';
import { emitCondition } from './conditions.ts';
import { NOTHING } from './denormals.ts';
import type { Plain } from './denormals.ts';
import { FK, HAS_A, HAS_B, HAS_R, OVER, OVER_SHIFT, SUBTRACTIONS } from './flag-kinds.ts';
import type { FlagKind } from './flag-kinds.ts';
import type { Access, Accesses, Group } from './groups.ts';
import { drop } from './holds.ts';
import type { Held, Hold } from './holds.ts';
import type { NarrowFunc } from './narrow.ts';
import { emitKind, emitOverCondition, emitPresentKind, emitSome } from './partial-flags.ts';
import { emitStep } from './strips.ts';
import type { Step } from './strips.ts';
import { NOT_DONE } from './region-state.ts';
import type { ColdPaths, RegionState } from './region-state.ts';

/** Thrown while emitting an instruction that only the interpreter does: the region ends in front of it. */
export class NotCompilable extends Error {}

const STATE = 0;

/**
 * Registers are held in one of two ways. *In locals*: each register of the region is loaded at its head and stored at its end, which pays where control stays
 * for long. *In memory*: the state is the register's home; a local holds what was last read or written since control last met other control (f.held), and what
 * was written is stored before the next place where the region may be left (dirty); not so the upper halves of ymm registers, which are only ever in the state.
 * Nothing is done at the region's head and end then, and nothing is carried over edges.
 */
export class CompileCtx implements FlowCtx {
  readonly compiled = true;
  insn!: Insn;
  form!: Form;
  ops: readonly Operand[] = [];
  size: Bits = 64;
  flagsDead = false;
  /** Flags known at compile time, null if only the locals know. */
  known: FlagKind | null = null;
  /** Of the xmm registers' floats, before this instruction. */
  plain: Plain = NOTHING;
  /** This indirect jump need not look at its target: the region does where it is left. */
  late = false;
  /** Token of the record where the interpreter goes on after a side exit (words.ts). */
  record = 0;
  private offset = 0;
  private readonly temps: number[] = [];
  /** Set by the region compiler: where control goes from the end of the block. */
  onBranch: ((taken: number) => void) | null = null;
  onJump: (() => void) | null = null;
  onIndirect: (() => void) | null = null;

  /** Registers whose locals are newer than the state, bits as in f.held. */
  dirty = 0;
  /** Nesting at which code is always executed: what is written deeper is stored at once. */
  private level = 0;

  /** Accesses of the instruction that share a comparison with others. */
  private accesses: Accesses | undefined;
  /** The page that the memory operand's access keeps. */
  private held: Held | undefined;
  /** The memory operand's access is one of a strip: that comes before what else is known of it. */
  private inStrip: Step | undefined;
  /** The next access is that of the memory operand. */
  private operandNext = false;
  /** By group with accesses to come: an i32 local that with `base` is the WASM address of its lowest byte; `own`: nothing else is in it. */
  private readonly hosts = new Map<Group, { host: number; base: number; own: boolean }>();
  /** The same: a distance, modulo 16, at which its addresses are multiples of 16. */
  private readonly alignedAt = new Map<Group, number>();

  constructor(readonly f: NarrowFunc, private readonly region: RegionState, private readonly callHelper: CallHelper, private readonly cold: ColdPaths) {}

  begin(insn: Insn, record: number, offset: number, accesses: Accesses | undefined, held?: Held, inStrip?: Step): void {
    this.insn = insn; this.form = insn.form; this.ops = insn.form.ops; this.size = insn.form.size;
    this.record = record; this.offset = offset;
    this.level = this.f.depth;
    this.accesses = accesses; this.held = held; this.inStrip = inStrip; this.operandNext = false;
  }
  /** Alignment is known only of what the block itself has looked at. */
  beginBlock(): void { this.alignedAt.clear(); }
  end(): void {
    const { f, temps } = this;
    for (let i = 0; i < temps.length; i++) f.release(temps[i]!);
    temps.length = 0;
  }
  local(type: ValType): number {
    const local = this.f.local(type);
    this.temps.push(local);
    return local;
  }
  isMem(i: number): boolean { return this.ops[i]!.kind === 'm'; }
  isReg(i: number): boolean { const k = this.ops[i]!.kind; return k === 'r' || k === 'h' || k === 'x' || k === 'p'; }

  // ---- registers
  /** Local of a general register; its value is there. */
  reg(n: number): number {
    const local = this.gprLocal(n), { f } = this;
    if (this.region.memory && (f.held & (1 << n)) === 0) {
      f.get(STATE).i64Load(n * 8).set(local);
      f.held |= 1 << n;
    }
    return local;
  }
  private gprLocal(n: number): number {
    const { gprs } = this.region;
    if (gprs[n]! < 0) gprs[n] = this.f.freshLocal(I64);
    return gprs[n]!;
  }
  /** Local i64 with the last byte written to the low end of a general register. */
  private lowLocal(n: number): number {
    const { lows } = this.region;
    if (lows[n]! < 0) lows[n] = this.f.freshLocal(I64);
    return lows[n]!;
  }
  private xmmReg(n: number): number {
    const local = this.xmmLocal(n), { f } = this;
    if (this.region.memory && (f.held & (65536 << n)) === 0) {
      f.get(STATE).v128Load(CTX.xmm + n * 16, 0).set(local);
      f.held |= 65536 << n;
    }
    return local;
  }
  xmmLocal(n: number): number {
    const { xmms } = this.region;
    if (xmms[n]! < 0) xmms[n] = this.f.freshLocal(V128);
    return xmms[n]!;
  }
  /** The local of register n (16–31: xmm) has a new value. */
  private wrote(n: number): void {
    const { f, region } = this;
    if (!region.memory) { if (n < 16) region.gprDirty.add(n); else region.xmmDirty.add(n - 16); return; }
    f.held |= 1 << n;
    if (f.depth === this.level) this.dirty |= 1 << n; else this.putRegister(n);
  }
  private putRegister(n: number): void {
    const { f, region } = this;
    f.get(STATE);
    if (n < 16) f.get(region.gprs[n]!).i64Store(n * 8); else f.get(region.xmms[n - 16]!).v128Store(CTX.xmm + (n - 16) * 16, 0);
  }
  /** The state's registers become those of the guest: before control may leave. */
  flush(): void {
    for (let left = this.dirty; left !== 0; left &= left - 1) this.putRegister(31 - Math.clz32(left & -left));
    if (this.f.depth === this.level) this.dirty = 0;
  }
  /** Other control comes here. The stack pointer stays in its local all over the region: pushes and pops would wait for each other's stores. */
  forget(): void { this.f.held = 1 << RSP; }
  /** From here on code is always executed, as seen from here. */
  straight(): void { this.level = this.f.depth; }
  gpr(n: number, bits: Bits = 64): void {
    const { f } = this, reg = this.reg(n), low = bits === 8 ? f.lowByte(reg) : -1;
    if (low >= 0) { f.get(low); return; }
    f.get(reg);
    if (bits !== 64) mask(f, bits);
  }
  setGpr(n: number, bits: Bits = 64): void {
    const f = this.f;
    mask(f, bits);
    if (bits === 8) f.tee(this.lowLocal(n));
    const reg = bits >= 32 ? this.gprLocal(n) : this.reg(n);
    if (bits < 32) {
      f.get(reg).i64Const(bits === 8 ? -0x100 : -0x10000).i64And().i64Or();
    }
    f.set(reg);
    if (bits === 8) f.noteLow(reg, this.lowLocal(n));
    this.wrote(n);
  }
  gprHigh(n: number): void { this.f.get(this.reg(n)).i64Const(8).i64ShrU().i64Const(255).i64And(); }
  setGprHigh(n: number): void {
    const reg = this.reg(n);
    this.f.i64Const(255).i64And().i64Const(8).i64Shl().get(reg).i64Const(-0xff01).i64And().i64Or().set(reg);
    this.wrote(n);
  }
  /** Page of the block, relative to the base page. */
  page = 0;
  /** push i64: address of the base page + constant. */
  va(offset: number): void {
    const { f, region } = this;
    if (region.codePage) f.get(STATE).i64Load(S.pageVa); else f.get(region.baseVa());
    if (offset !== 0) f.i64Const(offset).i64Add();
  }
  rip(): void { this.va(this.offset); }
  nextRip(): void { this.va(this.offset + this.insn.length); }
  target(): number { return this.offset + this.insn.length + this.insn.immLo; }

  // ---- integer operands
  read(i: number): void {
    const op = this.ops[i]!, f = this.f, n = this.insn.regs[i]!;
    switch (op.kind) {
      case 'r': this.gpr(n, (op.bytes * 8) as Bits); break;
      case 'h': this.gprHigh(n); break;
      case 'm': { const offset = this.memory(i, op.bytes, false); loadInt(f, op.bytes, offset); break; }
      case 'i': {
        const { immLo, immHi } = this.insn;
        if (this.size === 64) f.i64Const(immLo, immHi);
        else f.i64Const(this.size === 8 ? immLo & 0xff : this.size === 16 ? immLo & 0xffff : immLo, 0);
        break;
      }
      case 'j': this.va(this.target()); break;
      case 's': case 't': f.i64Const(n); break;
      default: this.readLow(i);
    }
  }
  readS(i: number): void {
    const op = this.ops[i]!;
    if (op.kind === 'i') { this.imm(i); return; }
    this.read(i);
    signExtend(this.f, op.bytes * 8);
  }
  write(i: number): void {
    const f = this.f, op = this.ops[i]!;
    if (op.kind === 'r') this.setGpr(this.insn.regs[i]!, (op.bytes * 8) as Bits);
    else if (op.kind === 'h') this.setGprHigh(this.insn.regs[i]!);
    else {
      const value = this.local(I64);
      f.set(value);
      this.put(i, value);
    }
  }
  /** A local goes to memory operand i. */
  private put(i: number, value: number): void {
    const { bytes } = this.ops[i]!, offset = this.memory(i, bytes, true);
    this.f.get(value); storeInt(this.f, bytes, offset);
  }
  operand(i: number): number {
    const { kind, bytes } = this.ops[i]!, { f } = this;
    if (kind === 'i') return this.immediate();
    if (kind === 'r') {
      const reg = this.reg(this.insn.regs[i]!);
      if (bytes === 8 || (bytes === 4 && f.zeroExtended(reg))) return reg;
      const low = bytes === 1 ? f.lowByte(reg) : -1;
      if (low >= 0) return low;
    }
    const value = this.local(I64);
    this.read(i);
    f.set(value);
    return value;
  }
  /** A local, as it were, that holds the immediate operand. */
  private immediate(): number {
    const { immLo, immHi } = this.insn, { f, size } = this;
    if (size === 64) return f.constantLocal(immLo, immHi);
    return f.constantLocal(size === 8 ? immLo & 0xff : size === 16 ? immLo & 0xffff : immLo, 0);
  }
  copy(): void {
    const [to, from] = this.ops;
    if (to!.kind !== 'm' || (from!.kind !== 'r' && from!.kind !== 'i')) { this.read(1); this.write(0); return; }
    this.put(0, from!.kind === 'i' ? this.immediate() : this.reg(this.insn.regs[1]!)); // its low bytes are what is stored
  }
  modify(i: number, body: (old: number) => void): void { this.update(i, body, null, false); }
  update(i: number, compute: (old: number) => void, flags: ((old: number, result: number) => void) | null, wantsOld: boolean, other = -1): void {
    const f = this.f, { kind, bytes } = this.ops[i]!, seen = flags !== null && !this.flagsDead;
    if (kind === 'm') {
      const old = this.local(I64), at = this.local(I32), result = this.local(I64), offset = this.memory(i, bytes, true);
      f.tee(at); loadInt(f, bytes, offset); f.set(old);
      compute(old);
      f.set(result).get(at).get(result); storeInt(f, bytes, offset);
      if (seen) flags(old, result);
      return;
    }
    const old = this.operand(i), reg = kind === 'r' && bytes >= 4 ? this.gprLocal(this.insn.regs[i]!) : -1;
    compute(old);
    if (!seen) { this.write(i); return; }
    if (reg >= 0 && !wantsOld && other !== reg) {
      this.write(i);
      flags(reg, reg);
      return;
    }
    const result = this.local(I64);
    f.set(result);
    flags(old, result);
    f.get(result);
    this.write(i);
  }
  imm(_i: number): void { this.f.i64Const(this.insn.immLo, this.insn.immHi); }
  imm2(): void { this.f.i32Const(this.insn.imm2); }
  immConst(_i: number): number { return this.insn.immLo; }
  constant(i: number): number | null { return this.ops[i]!.kind === 'i' ? this.insn.immLo : null; }
  ea(_i: number, withSegment = true): void {
    const f = this.f, { insn } = this;
    if (insn.form.mem === 4) f.i64Const(insn.immLo, insn.immHi);
    else {
      let disp = insn.disp;
      if (insn.base === 16) { this.va(disp + this.offset + insn.length); disp = 0; }
      else if (insn.base >= 0) f.get(this.reg(insn.base));
      const index = insn.form.mem < 5 ? insn.index : -1;
      if (index >= 0) {
        f.get(this.reg(index));
        if (insn.scale > 0) f.i64Const(insn.scale).i64Shl();
        if (insn.base >= 0) f.i64Add();
      }
      if (insn.base < 0 && index < 0) f.i64Const(disp | 0);
      else if (disp !== 0) f.i64Const(disp | 0).i64Add();
      if (insn.form.mem === 3) f.i32WrapI64().i64ExtendI32U();
    }
    this.operandNext = withSegment;
    if (withSegment && insn.seg !== 0) f.get(STATE).i64Load(insn.seg === 4 ? CTX.fsBase : CTX.gsBase).i64Add();
  }

  operandSelector(): void {
    const { seg, base } = this.insn;
    if (seg === 0 && (base === RSP || base === RBP)) this.f.i32Const(USER_DS); else this.f.get(STATE).i32Load8U(CTX.selectors + (seg === 0 ? 1 : seg - 2));
  }

  // ---- vectors
  xmm(n: number): void { this.f.get(this.xmmReg(n)); }
  setXmm(n: number): void {
    this.f.set(this.xmmLocal(n));
    this.wrote(16 + n);
  }
  /** Local of an upper half, where registers are in locals; in memory these are read and written there. */
  private highLocal(n: number): number {
    const { highs } = this.region;
    if (highs[n]! < 0) highs[n] = this.f.freshLocal(V128);
    return highs[n]!;
  }
  high(n: number): void {
    if (this.region.memory) this.f.get(STATE).v128Load(CTX.ymmHigh + n * 16, 0); else this.f.get(this.highLocal(n));
  }
  setHigh(n: number): void {
    const { f, region } = this;
    if (region.memory) {
      const value = this.local(V128);
      f.set(value).get(STATE).get(value).v128Store(CTX.ymmHigh + n * 16, 0);
      return;
    }
    region.highDirty.add(n);
    f.set(this.highLocal(n));
  }
  readHigh(i: number): void { this.high(this.insn.regs[i]!); }
  writeHigh(i: number): void { this.setHigh(this.insn.regs[i]!); }
  indices(half: 0 | 1): void { if (half === 0) this.xmm(this.insn.index); else this.high(this.insn.index); }
  elementAddress(): void {
    const { f, insn } = this;
    if (insn.scale > 0) f.i64Const(insn.scale).i64Shl();
    this.ea(0, false); f.i64Add();
    if (insn.form.mem === 6) f.i32WrapI64().i64ExtendI32U();
    if (insn.seg !== 0) f.get(STATE).i64Load(insn.seg === 4 ? CTX.fsBase : CTX.gsBase).i64Add();
  }
  private mmOffset(i: number): number { return CTX.x87 + this.insn.regs[i]! * 16; }
  regNumber(i: number): void { this.f.i32Const(this.insn.regs[i]!); }
  regionFlag(name: string): number {
    const { notes } = this.region;
    let local = notes.get(name);
    if (local === undefined) notes.set(name, local = this.f.freshLocal(I32));
    return local;
  }
  hasNoDenormals(i: number, bits: 32 | 64, all: boolean): boolean {
    return this.ops[i]!.kind === 'x' && (this.plain[bits] & ((all ? 65536 : 1) << this.insn.regs[i]!)) !== 0;
  }
  readV(i: number, aligned = false): void {
    const op = this.ops[i]!, f = this.f;
    if (op.kind === 'x') { this.xmm(this.insn.regs[i]!); return; }
    if (op.kind === 'p') { f.get(STATE).v128Load64Zero(this.mmOffset(i), 0); return; }
    const offset = this.memory(i, op.bytes, false, aligned);
    switch (op.bytes) {
      case 16: f.v128Load(offset, 0); break;
      case 8: f.v128Load64Zero(offset, 0); break;
      case 4: f.v128Load32Zero(offset, 0); break;
      default: {
        const at = this.local(I32);
        f.set(at).v128Const([0, 0, 0, 0]).get(at); if (op.bytes === 2) f.i32Load16U(offset, 0); else f.i32Load8U(offset, 0); f.i32x4ReplaceLane(0);
      }
    }
  }
  private checkAligned(va: number): void { this.f.get(va).i32WrapI64().i32Const(15).i32And().if(); this.raise(0); this.f.end(); }
  writeV(i: number, aligned = false): void {
    const op = this.ops[i]!, f = this.f;
    if (op.kind === 'x') { this.setXmm(this.insn.regs[i]!); return; }
    const value = this.local(V128);
    f.set(value);
    if (op.kind === 'p') { f.get(STATE).get(value).v128Store64Lane(0, this.mmOffset(i)); return; }
    const offset = this.memory(i, op.bytes, true, aligned);
    f.get(value);
    if (op.bytes === 16) f.v128Store(offset, 0); else { f.i64x2ExtractLane(0); storeInt(f, op.bytes, offset); }
  }
  readLow(i: number): void {
    const op = this.ops[i]!, f = this.f;
    if (op.kind === 'x') { this.xmm(this.insn.regs[i]!); f.i64x2ExtractLane(0); if (op.bytes < 8) mask(f, op.bytes * 8); }
    else if (op.kind === 'p') { f.get(STATE); loadInt(f, Math.min(op.bytes, 8), this.mmOffset(i)); }
    else this.read(i);
  }

  // ---- memory
  /** push i32: WASM address of [va, va + bytes), to which the constant that is returned has to be added. The cold path may end in a side exit: before effects only. With registers in memory every miss is one: leaving
   *  costs little then, and V8's register allocator takes most of its time for calls that come back. */
  private memory(i: number, bytes: number, write: boolean, aligned = false): number {
    if (this.inStrip !== undefined) return this.stepped(this.inStrip, bytes, write, aligned && bytes === 16);
    const { held } = this, shared = this.accesses?.operand, fixed = held !== undefined && held.at >= 0;
    const check = aligned && bytes === 16 && (fixed ? (held.at & 15) !== 0 : shared === undefined || this.alignedAt.get(shared.group) !== (shared.distance & 15));
    if (shared !== undefined && !check && (fixed || this.hosts.has(shared.group))) return this.inGroup(-1, shared, held);
    if (fixed && !check && held.hold.write === write) { this.fixed(held, 0, bytes, true); this.f.get(held.hold.host); return held.at; }
    const va = this.local(I64);
    this.ea(i);
    this.f.set(va);
    if (check) {
      this.checkAligned(va);
      if (shared !== undefined) this.alignedAt.set(shared.group, shared.distance & 15);
    }
    return this.translate(va, bytes, write);
  }
  private stepped(step: Step, bytes: number, write: boolean, aligned: boolean): number {
    const f = this.f, offset = emitStep(f, this, this.insn, step, bytes, write);
    if (aligned) {
      const at = this.local(I32);
      f.tee(at).get(at).i32Const(offset).i32Add().i32Const(15).i32And().if(); this.raise(0); f.end(); // pages are where they are, modulo 16, in WASM memory too
    }
    return offset;
  }
  /** The same of an address in a local, the memory operand's (see ea) or the stack's. */
  private translate(va: number, bytes: number, write: boolean): number {
    assert(this.inStrip === undefined, `the access of ${this.form.key}`);
    const f = this.f, shared = this.operandNext ? this.accesses?.operand : this.accesses?.stack, held = this.operandNext ? this.held : undefined;
    this.operandNext = false;
    if (shared !== undefined) {
      assert(shared.bytes === bytes && shared.write === write && f.depth === this.level, `the access of ${this.form.key}`);
      return this.inGroup(va, shared, held);
    }
    this.address(va, bytes, write, true, held);
    return 0;
  }
  /** The stack's access of this instruction is of a group whose address is known. */
  private get stackKnown(): boolean { return !this.operandNext && this.accesses?.stack !== undefined && this.hosts.has(this.accesses.stack.group); }
  /** The same for an access of a group: the first one, which needs its address, compares for all, and nothing changes the TLB before the last that would change the answer. */
  private inGroup(va: number, { group, distance, write }: Access, held: Held | undefined): number {
    const f = this.f, fixed = held !== undefined && held.at >= 0, simple = group.write === write; // a load of a group with stores may miss on its own
    let known = this.hosts.get(group);
    if (known === undefined) {
      group.left = group.count;
      if (fixed) {
        this.fixed(held, distance, group.span, simple);
        known = { host: held.hold.host, base: held.at - distance, own: false };
      } else {
        const low = this.local(I64);
        f.get(va);
        if (distance > 0) f.i64Const(-distance).i64Add();
        f.set(low);
        const host = f.local(I32);
        this.address(low, group.span, group.write, simple, held);
        f.set(host);
        known = { host, base: 0, own: true };
      }
      this.hosts.set(group, known);
    }
    const { host, base, own } = known;
    f.get(host);
    if (--group.left === 0) {
      this.hosts.delete(group);
      this.alignedAt.delete(group);
      if (own) f.release(host);
    }
    return base + distance;
  }
  /** The page of the memory operand, which is at a fixed place, is held from here on: of `bytes` bytes from `before` in front of it. */
  private fixed({ hold, at }: Held, before: number, bytes: number, simple: boolean): void {
    const f = this.f, va = this.local(I64);
    f.get(hold.host).i32Eqz().hint(false).if();
    this.ea(0);
    this.operandNext = false;
    if (before > 0) f.i64Const(-before).i64Add();
    f.set(va);
    this.lookup(va, bytes, hold.write, simple);
    f.i32Const(at - before).i32Sub().set(hold.host).end();
  }
  /** push i32: WASM address of [va, va + bytes). A miss calls the slow path and comes back; it is a side exit with registers in memory, where there is nothing to
   *  come back to that must not be loaded again, while a group is open, whose entry it might evict, and without `simple`. */
  private address(va: number, bytes: number, write: boolean, simple: boolean, held: Held | undefined): void {
    const fits = held !== undefined && held.at < 0 && bytes <= held.hold.size && write === held.hold.write;
    if (fits) this.throughHold(va, held.hold, bytes, simple); else this.lookup(va, bytes, write, simple);
  }
  /** The same through a page in locals: on another page, or near its end, it is looked up, and held from then on. */
  private throughHold(va: number, hold: Hold, bytes: number, simple: boolean): void {
    const f = this.f, distance = this.local(I64), at = this.local(I32);
    f.get(va).get(hold.page).i64Sub().tee(distance).get(hold.bound).i64GeU().hint(false).if();
    this.lookup(va, bytes, hold.write, simple);
    f.set(at);
    f.get(va).i64Const(4095).i64And().set(distance);
    f.get(va).i64Const(-4096).i64And().set(hold.page);
    f.get(at).get(distance).i32WrapI64().i32Sub().set(hold.host);
    f.i64Const(4097 - hold.size).set(hold.bound);
    f.end();
    f.get(distance).i32WrapI64().get(hold.host).i32Add();
  }
  private lookup(va: number, bytes: number, write: boolean, simple: boolean): void {
    const f = this.f, entry = this.local(I32), back = simple && !this.region.memory && this.hosts.size === 0;
    this.flush();
    const dtlb = tlbTest(f, STATE, va, entry, bytes, write);
    f.hint(false).if();
    if (back) {
      const { left } = this.region, after = this.local(I32);
      f.get(STATE).get(va).i32Const(bytes).i32Const(this.record).get(left); this.cold.slow(f, write);
      f.tee(after).i32Const(NOT_DONE).i32Eq().hint(false).if(); this.leaveSide(); f.end();
      f.get(after).set(left);
      drop(f, this.region.holds); // their entries may have gone
    } else this.sideExit();
    f.end();
    f.get(va).plain(PLAIN_OPS.i32WrapI64).get(entry).i32Load(dtlb + DTLB.addend).i32Add(); // a twin would be of no use
  }
  load(bytes: 1 | 2 | 4 | 8 | 16): void {
    const offset = this.popAddress(bytes, false);
    if (bytes === 16) this.f.v128Load(offset, 0); else loadInt(this.f, bytes, offset);
  }
  store(bytes: 1 | 2 | 4 | 8 | 16): void {
    const f = this.f, value = this.local(bytes === 16 ? V128 : I64);
    f.set(value);
    const offset = this.popAddress(bytes, true);
    f.get(value);
    if (bytes === 16) f.v128Store(offset, 0); else storeInt(f, bytes, offset);
  }
  /** translate() of an address on the stack. */
  private popAddress(bytes: number, write: boolean): number {
    const { f } = this;
    if (this.stackKnown) { f.discard(); return this.inGroup(-1, this.accesses!.stack!, undefined); }
    const va = this.local(I64);
    f.set(va);
    return this.translate(va, bytes, write);
  }
  storeAt(address: number, value: number, bytes: 1 | 2 | 4 | 8): void {
    const f = this.f, offset = this.stackKnown ? this.inGroup(-1, this.accesses!.stack!, undefined) : this.translate(address, bytes, true);
    f.get(value); storeInt(f, bytes, offset);
  }
  load32(va: number, low: number, high: number): void {
    const f = this.f, at = this.local(I32);
    this.translate(va, 32, false);
    f.tee(at).v128Load(0, 0).set(low).get(at).v128Load(16, 0).set(high);
  }
  store32(va: number, low: number, high: number): void {
    const f = this.f, at = this.local(I32);
    this.translate(va, 32, true);
    f.tee(at).get(low).v128Store(0, 0).get(at).get(high).v128Store(16, 0);
  }
  /** Not a copy, but the place itself: an access on two pages is the interpreter's. */
  copyIn(address: number, bytes: number): void { this.translate(address, bytes, false); }
  beginOut(address: number, bytes: number): void { this.translate(address, bytes, true); }
  copyOut(): void { /* it is there */ }
  onlyInterpreted(): void { throw new NotCompilable(this.form.key); }
  state(): void { this.f.get(STATE); }
  otherFlags(): void { this.f.get(STATE).i32Load(CTX.rflags).i32Const(~0x8d5).i32And(); }
  setOtherFlags(): void {
    const v = this.local(I32);
    this.f.set(v).get(STATE).get(v).i32Store(CTX.rflags);
  }

  // ---- flags
  private tuple(op: number, bits: Bits, a: number, b: number, r: number): void {
    const f = this.f, { region } = this;
    if (this.flagsDead) return;
    region.flags = true;
    if (a >= 0) f.get(op === FK.add || op === FK.sub ? r : a).set(region.fa);
    if (b >= 0) f.get(b).set(region.fb);
    if (HAS_R.has(op)) f.get(r).set(region.fr);
    this.known = { op, bits };
  }
  /** The tuple in its locals, the kind too, or in the state: before control leaves, or comes where the kind is not known. sys.packflags makes what is left out. */
  spillFlags(): void {
    const { f, region, known } = this;
    if (known === null || known.op === FK.state) return;
    const { op } = known;
    if (!region.memory) { emitKind(f, region, known); f.set(region.fk); return; }
    f.get(STATE); emitKind(f, region, known); f.i32Store(S.fk);
    if (HAS_A.has(op)) f.get(STATE).get(region.fa).i64Store(S.fa);
    if (HAS_B.has(op)) f.get(STATE).get(region.fb).i64Store(S.fb);
    this.storeResult();
  }
  private storeResult(): void { if (HAS_R.has(this.known!.op)) this.f.get(STATE).get(this.region.fr).i64Store(S.fr); }
  /** Pushes nothing; the flags are in flagRes, flagCc, flagFx. */
  private pack(): void {
    const { f, region } = this;
    region.flags = true;
    f.get(STATE);
    if (region.memory) this.callHelper(f, 'sys.pack');
    else { f.get(region.fk).get(region.fa).get(region.fb).get(region.fr); this.callHelper(f, 'sys.packflags'); }
  }
  flagsAdd(bits: Bits, a: number, b: number, r: number): void { this.tuple(this.form.mnemonic === 'adc' ? FK.adc : FK.add, bits, a, b, r); }
  compare(bits: Bits, a: number, b: number): void { this.tuple(FK.cmp, bits, a, b, -1); }
  flagsSub(bits: Bits, a: number, b: number, r: number): void { this.tuple(SUBTRACTIONS[this.form.mnemonic] ?? FK.cmp, bits, a, b, r); }
  flagsInc(bits: Bits, _a: number, r: number): void { this.step(FK.inc, bits, r); }
  flagsDec(bits: Bits, _a: number, r: number): void { this.step(FK.dec, bits, r); }
  private step(op: number, bits: Bits, r: number): void {
    const f = this.f, { region } = this;
    if (this.flagsDead) return;
    region.flags = true;
    if (this.known === null) { // usually the DEC of the last time round the loop: its CF is b
      emitPresentKind(f, region);
      f.i32Const(0xfe | (OVER.cf << OVER_SHIFT)).i32And().i32Const(FK.inc).i32Eq().ifThen(I64);
      if (region.memory) f.get(STATE).i64Load(S.fb); else f.get(region.fb);
      f.else();
      this.dynamic(2);
      f.i64ExtendI32U().end();
    } else { this.cond(2); f.i64ExtendI32U(); }
    f.set(region.fb);
    this.tuple(op, bits, -1, -1, r);
  }
  flagsLogic(bits: Bits, r: number): void { this.tuple(FK.logic, bits, -1, -1, r); }
  flagsResult(bits: Bits, r: number, cf: number, of: number): void {
    const f = this.f;
    f.get(cf).i64ExtendI32U().set(this.region.fa).get(of).i64ExtendI32U().set(this.region.fb);
    this.tuple(FK.result, bits, -1, -1, r);
  }
  flagsMaybe(): void { this.spillFlags(); }
  flagsMerged(): void { this.spillFlags(); this.known = null; }
  setFlags(): void {
    this.f.i64ExtendI32U().set(this.region.fa);
    this.tuple(FK.explicit, 64, -1, -1, -1);
  }
  flagsFloats(x: number, y: number, bits: 32 | 64): void {
    const f = this.f, { region } = this;
    if (this.flagsDead) return;
    if (region.fx < 0) { region.fx = f.freshLocal(F64); region.fy = f.freshLocal(F64); }
    for (const [from, value, half] of [[x, region.fx, region.fa], [y, region.fy, region.fb]] as const) { f.get(from); if (bits === 32) f.f64PromoteF32(); f.tee(value).i64ReinterpretF64().set(half); }
    this.tuple(FK.floats, 64, -1, -1, -1);
  }
  getFlags(): void {
    const f = this.f, { region } = this;
    region.flags = true;
    if (this.known !== null && this.known.op === FK.explicit) { f.get(region.fa).i32WrapI64().i32Const(0x8d5).i32And(); return; }
    this.spillFlags();
    this.pack();
    f.get(STATE); this.callHelper(f, 'sys.getflags');
  }
  setCarry(): void {
    const c = this.local(I32);
    this.f.set(c);
    this.setSome(c, -1, -1);
  }
  setSome(cf: number, zf: number, of: number): void {
    if (this.flagsDead) return;
    this.region.flags = true;
    this.known = emitSome(this.f, this.region, this.known, [cf, zf, of]);
  }
  private dynamic(cc: Cond): void {
    const { f } = this;
    this.pack();
    f.get(STATE).i32Const(cc); this.callHelper(f, 'sys.cond');
  }
  cond(cc: Cond): void {
    const { known, f } = this;
    emitOverCondition(f, known?.over ?? 0, this.region.fo, cc, (of) => { if (known === null || known.op === FK.state || known.op === FK.unknown) this.dynamic(of); else emitCondition(f, known, this.region, of); });
    f.noteBit();
  }

  // ---- leaving
  /** The interpreter goes on at this instruction. */
  sideExit(): void {
    this.flush();
    this.f.get(STATE).i32Const(this.record).i32Store(S.rec);
    this.leaveSide();
  }
  /** The record is in the state, and the registers if that is their home. @param page pushes the address of the record's page */
  leaveSide(page = (): void => this.va(this.page)): void {
    const { f, region, known } = this;
    if (!region.memory) { this.spillFlags(); f.br(region.exitLabel); return; }
    if (known !== null && known.op === FK.unknown) this.spillFlags();
    const flags = known !== null && known.op !== FK.state && known.op !== FK.unknown;
    if (!region.codePage) { f.get(STATE); page(); f.i64Store(S.pageVa); }
    if (flags) this.storeResult();
    f.get(STATE); region.time();
    if (flags) {
      emitKind(f, region, known);
      if (HAS_A.has(known.op)) f.get(region.fa); else f.i64Const(0);
      if (HAS_B.has(known.op)) f.get(region.fb); else f.i64Const(0);
    }
    this.cold.side(f, flags);
  }
  raise(_vector: number): void { this.sideExit(); }
  call(name: string): void { this.callHelper(this.f, name); }
  branchIf(): void { this.onBranch!(this.target()); }
  repeatIf(): void { this.onBranch!(this.offset); }
  segmentBase(): void {
    const { f, insn } = this;
    if (insn.seg === 0) f.i64Const(0); else f.get(STATE).i64Load(insn.seg === 4 ? CTX.fsBase : CTX.gsBase);
  }
  spend(): void {
    const f = this.f, { left, extra } = this.region, cycles = this.local(I32);
    f.set(cycles).get(left).get(cycles).i32Sub().set(left).get(extra).get(cycles).i32Add().set(extra);
  }
  jumpDirect(): void { this.onJump!(); }
  jumpIndirect(): void { this.f.set(this.region.rip); this.onIndirect!(); }
  fallthrough(): void { throw new NotCompilable('fallthrough'); }
  leave(): void { throw new NotCompilable(this.form.key); }
  clock(): void { throw new NotCompilable(this.form.key); }
  runtime(): void {
    if (this.f.depth === this.level) throw new NotCompilable(this.form.key);
    this.sideExit();
  }
}
