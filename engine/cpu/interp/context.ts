// The interpreter's side of Ctx: one handler function a form, (cpu state, record) → exit code; operands come from the record.
import { emitCount } from '../counts.ts';
import { CTX, EXIT, RSP, USER_DS, VEC } from '../../machine/hardware.ts';
import type { Form, Operand } from '../decode/insn.ts';
import { ALIGNMENT_BIT, DTLB, DTLB_ENTRIES, REC, S } from '../layout.ts';
import { carryAdd, carrySub, loadInt, loadIntS, mask, shiftUp, signExtend, storeInt } from '../semantics/emit.ts';
import type { Bits, Cond } from '../semantics/context.ts';
import type { FlowCtx } from '../semantics/flow.ts';
import { I32, I64, V128 } from '../wasm/builder.ts';
import type { Func, ValType } from '../wasm/builder.ts';

/** Exit codes of handlers: continue is never returned (handlers tail-call); LEAVE run() with the reason in the state; the block ENDED early after
 *  state.rec; the block in state.rec became HOT. */
export const CODE = { leave: 1, ended: 2, hot: 3, /** Not seen outside WebAssembly (exits.ts): the guest has returned to where a region waits; it goes on at rip, without this one that waits; without any. */ returned: 4, onward: 5, again: 6 } as const;

export type CallHelper = (f: Func, name: string) => void;
/** How a handler goes on when its instruction is done. */
export interface Onward {
  /** Emits the way to the record behind this one. */
  record(f: Func): void;
  /** pop i64, where the guest goes on: emits the way to the block there. */
  block(f: Func): void;
  /** pop i32, the same relative to the code page. */
  near(f: Func): void;
  /** A local i32 that is zero when the handler begins. */
  zero(f: Func): number;
}
/** The flags that an instruction of a sequence leaves to the next, in locals too: operands and result of a comparison, masked. */
export interface LeftFlags { readonly a: number; readonly b: number; readonly r: number; kind: '' | 'sub' | 'logic' | 'add'; bits: Bits }
const STATE = 0, RECORD = 1;
/** Of a handler that is a function of its own. @param resume emits the tail call of the handler of the record whose address is on the stack, behind the state's. */
export function tailCalls(callHelper: CallHelper, resume: (f: Func) => void): Onward {
  const block = (f: Func): void => {
    const to = f.local(I64);
    f.set(to).get(STATE).get(to).i64Store(CTX.rip);
    f.get(STATE).get(RECORD); callHelper(f, 'tail:sys.next');
  };
  return {
    record: (f) => { f.get(STATE).get(RECORD).i32Const(REC.size).i32Add(); resume(f); f.unreachable(); },
    block,
    near: (f) => { f.i64ExtendI32S().get(STATE).i64Load(S.pageVa).i64Add(); block(f); },
    zero: (f) => f.freshLocal(I32),
  };
}
/** From a register's low half to its upper one. */
const HIGH = CTX.ymmHigh - CTX.xmm;
const REG_SLOT = [REC.r0, REC.r1, REC.r2, REC.r3];

/** Emits the miss test (i32) for `va`, and sets local `entry`: with the offset that is returned it is the address of the TLB entry. */
export function tlbTest(f: Func, state: number, va: number, entry: number, bytes: number, write: boolean): number {
  const dtlb = tlbDistance(f, state, va, entry, write);
  f.i64Const(4096 - bytes).i64GtU();
  return dtlb;
}
/** push i64: where on its page `va` is, or more than 4095 if the TLB does not have the page. The rest as tlbTest. */
export function tlbDistance(f: Func, state: number, va: number, entry: number, write: boolean): number {
  const at = f.constantOf(state), dtlb = (at ?? 0) + S.dtlb;
  emitCount(f, 'tlbTests');
  f.get(va).i64Const(7).i64ShrU().i32WrapI64().i32Const((DTLB_ENTRIES - 1) * 32).i32And();
  if (at === undefined) f.get(state).i32Add();
  f.tee(entry).i64Load(dtlb + (write ? DTLB.write : DTLB.read)).get(va).i64Xor();
  return dtlb;
}

/** push i32 0/1 from flags in the CPU state. */
export function condFromState(f: Func, state: number, cc: Cond): void {
  const zero = (): void => { f.get(state).i64Load(S.flagRes).i64Eqz(); };
  const carry = (): void => { f.get(state).i64Load(S.flagCc).i64Const(63).i64ShrU().i32WrapI64(); };
  const sign = (): void => { f.get(state).i64Load(S.flagRes).i64Const(63).i64ShrU().i32WrapI64().get(state).i32Load(S.flagFx).i32Const(9).i32ShrU().i32Xor(); };
  const overflow = (): void => { f.get(state).i64Load(S.flagCc).get(state).i64Load(S.flagCc).i64Const(1).i64Shl().i64Xor().i64Const(63).i64ShrU().i32WrapI64(); };
  switch (cc >> 1) {
    case 0: overflow(); break;
    case 1: carry(); break;
    case 2: zero(); break;
    case 3: carry(); zero(); f.i32Or(); break;
    case 4: sign(); break;
    case 5: f.get(state).i32Load8U(S.flagRes).i32Popcnt().i32Const(1).i32And().i32Eqz().get(state).i32Load(S.flagFx).i32Const(8).i32ShrU().i32Const(1).i32And().i32Xor(); break;
    case 6: sign(); overflow(); f.i32Xor(); break;
    default: sign(); overflow(); f.i32Xor(); zero(); f.i32Or(); break;
  }
  if ((cc & 1) !== 0) f.i32Eqz();
}

/** push i32 0/1: the condition pair `which` of flags in locals; false, and nothing is emitted, if those do not tell. */
function condFromLeft(f: Func, { a, b, r, kind, bits }: LeftFlags, which: number): boolean {
  const signed = (local: number): void => { f.get(local); if (bits < 64) f.i64Const(64 - bits).i64Shl(); };
  if (kind === '') return false;
  if (which === 4) { signed(r); f.i64Const(0).i64LtS(); return true; }
  if (which === 2) { if (kind === 'sub') f.get(a).get(b).i64Eq(); else f.get(r).i64Eqz(); return true; }
  if (kind === 'sub') switch (which) {
    case 1: f.get(a).get(b).i64LtU(); return true;
    case 3: f.get(a).get(b).i64LeU(); return true;
    case 6: signed(a); signed(b); f.i64LtS(); return true;
    case 7: signed(a); signed(b); f.i64LeS(); return true;
    default: return false;
  }
  if (kind === 'logic') switch (which) {
    case 3: f.get(r).i64Eqz(); return true;
    case 6: signed(r); f.i64Const(0).i64LtS(); return true;
    case 7: signed(r); f.i64Const(0).i64LeS(); return true;
    default: return false;
  }
  return false;
}

export class InterpCtx implements FlowCtx {
  readonly compiled = false;
  readonly ops: readonly Operand[];
  readonly size: Bits;
  private ends = -1;
  private finished = false;

  /** @param left flags of the instruction before it in a sequence. @param leaves where it leaves its own, if the next one looks at them. */
  constructor(readonly f: Func, readonly form: Form, private readonly callHelper: CallHelper, private readonly onward: Onward, private readonly left: LeftFlags | null = null, private readonly leaves: LeftFlags | null = null) {
    this.ops = form.ops;
    this.size = form.size;
  }

  local(type: ValType): number { return this.f.local(type); }
  isMem(i: number): boolean { return this.ops[i]!.kind === 'm'; }
  isReg(i: number): boolean { const k = this.ops[i]!.kind; return k === 'r' || k === 'h' || k === 'x' || k === 'p'; }

  /** push i32: the address of what stands in the state where the record says, less the offset that is returned. */
  private inState(at: number): number {
    const state = this.f.constantOf(STATE);
    if (state === undefined) this.f.get(STATE).get(RECORD).i32Load16U(at).i32Add(); else this.f.get(RECORD).i32Load16U(at);
    return state ?? 0;
  }
  /** push i32: address of register operand i in the state, less the offset that is returned. */
  private regAddress(i: number): number {
    if (this.ops[i]!.kind !== 'p') return this.inState(REG_SLOT[i]!);
    this.f.get(RECORD).i32Load16U(REG_SLOT[i]!).i32Const(4).i32Shl().i32Const(CTX.x87).i32Add().get(STATE).i32Add();
    return 0;
  }
  regNumber(i: number): void { this.f.get(RECORD).i32Load16U(REG_SLOT[i]!); }

  read(i: number): void {
    const op = this.ops[i]!, f = this.f;
    switch (op.kind) {
      case 'r': case 'h': loadInt(f, op.bytes, this.regAddress(i)); break;
      case 'm': this.ea(i); this.load(op.bytes as 8); break;
      case 'i': this.imm(i); mask(f, this.size); break;
      case 'j': f.get(STATE).i64Load(S.pageVa).get(RECORD).i64Load32S(REC.imm).i64Add(); break;
      case 's': case 't': f.get(RECORD).i64Load16U(REG_SLOT[i]!); break;
      default: this.readLow(i);
    }
  }
  readS(i: number): void {
    const op = this.ops[i]!;
    if (op.kind === 'r' || op.kind === 'h') { loadIntS(this.f, op.bytes, this.regAddress(i)); return; }
    if (op.kind === 'i') { this.imm(i); return; }
    this.read(i);
    signExtend(this.f, op.bytes * 8);
  }
  private toReg(i: number, value: number): void {
    const op = this.ops[i]!, f = this.f;
    const offset = this.regAddress(i);
    f.get(value);
    if (op.bytes === 4) f.i32WrapI64().i64ExtendI32U().i64Store(offset, 0);
    else storeInt(f, op.bytes, offset);
  }
  write(i: number): void {
    const f = this.f, value = this.local(I64);
    f.set(value);
    if (this.ops[i]!.kind === 'm') {
      this.ea(i);
      f.get(value);
      this.store(this.ops[i]!.bytes as 8);
    } else this.toReg(i, value);
    f.free(value);
  }
  modify(i: number, body: (old: number) => void): void {
    const f = this.f, op = this.ops[i]!, old = this.local(I64);
    if (op.kind !== 'm') {
      this.read(i);
      f.set(old);
      body(old);
      const value = this.local(I64);
      f.set(value);
      this.toReg(i, value);
      f.free(value);
      return;
    }
    const va = this.local(I64), at = this.local(I32), entry = this.local(I32), value = this.local(I64);
    this.ea(i);
    f.set(va);
    const dtlb = tlbTest(f, STATE, va, entry, op.bytes, true);
    f.hint(false).if(I32);
    f.get(STATE).get(va).i32Const(op.bytes); this.callHelper(f, 'sys.rmw');
    f.tee(at).i32Eqz().hint(false).if(); this.fault(); f.end();
    f.get(at).else().get(va).i32WrapI64().get(entry).i32Load(dtlb + DTLB.addend).i32Add().end().set(at);
    f.get(at); loadInt(f, op.bytes); f.set(old);
    body(old);
    f.set(value).get(at).get(value); storeInt(f, op.bytes);
    f.get(at).get(STATE).i32Const(S.bounce).i32Add().i32Eq().hint(false).if();
    f.get(STATE).get(va).i32Const(op.bytes); this.callHelper(f, 'sys.commit'); this.noteEnds();
    f.end();
  }
  operand(i: number): number {
    const value = this.local(I64);
    this.read(i);
    this.f.set(value);
    return value;
  }
  update(i: number, compute: (old: number) => void, flags: ((old: number, result: number) => void) | null): void {
    const { f } = this, result = this.local(I64), saved = this.local(I64);
    this.modify(i, (old) => { compute(old); f.set(result).get(old).set(saved).get(result); });
    flags?.(saved, result);
  }
  compare(bits: Bits, a: number, b: number, difference: () => void): void {
    const result = this.local(I64);
    difference();
    this.f.set(result);
    this.flagsSub(bits, a, b, result);
  }
  copy(): void { this.read(1); this.write(0); }
  storeAt(address: number, value: number, bytes: 1 | 2 | 4 | 8): void { this.f.get(address).get(value); this.store(bytes); }
  imm(_i: number): void { this.f.get(RECORD).i64Load(REC.imm, 2); }
  /** push i32: the second immediate (enter). */
  imm2(): void { this.f.get(RECORD).i32Load16U(REC.r3); }
  immConst(_i: number): number {
    if (this.form.imm === null) throw new Error(`${this.form.key}: the immediate is not constant here`);
    return this.form.imm;
  }
  ea(_i: number, withSegment = true): void {
    const f = this.f;
    if (this.form.mem === 4) f.get(RECORD).i64Load(REC.imm, 2);
    else {
      f.i64Load(this.inState(REC.base));
      if (this.form.mem === 2 || this.form.mem === 3) {
        f.i64Load(this.inState(REC.index));
        f.get(RECORD).i64Load8U(REC.scale).i64Shl().i64Add();
      }
      f.get(RECORD).i64Load32S(REC.disp).i64Add();
      if (this.form.mem === 3) f.i32WrapI64().i64ExtendI32U();
    }
    if (withSegment && this.form.mem !== 1) f.i64Load(this.inState(REC.seg)).i64Add();
  }

  operandSelector(): void {
    const f = this.f, flat = (): void => { // rsp and rbp are 4 and 5
      f.i32Const(USER_DS).get(STATE).i32Load8U(CTX.selectors + 1).get(RECORD).i32Load16U(REC.base).i32Const(~8).i32And().i32Const(RSP * 8).i32Eq().select();
    };
    if (this.form.mem === 1) { flat(); return; }
    const which = this.local(I32);
    f.get(RECORD).i32Load16U(REC.seg).i32Const(CTX.fsBase).i32Sub().tee(which).i32Const(8).i32LeU().ifThen(I32);
    f.get(which).i32Const(3).i32ShrU().get(STATE).i32Add().i32Load8U(CTX.selectors + 2);
    f.else(); flat(); f.end();
    f.free(which);
  }

  gpr(n: number, bits: Bits = 64): void { this.f.get(STATE); loadInt(this.f, bits / 8, n * 8); }
  setGpr(n: number, bits: Bits = 64): void {
    const f = this.f, value = this.local(I64);
    f.set(value).get(STATE).get(value);
    if (bits === 32) f.i32WrapI64().i64ExtendI32U().i64Store(n * 8);
    else storeInt(f, bits / 8, n * 8);
    f.free(value);
  }
  gprHigh(n: number): void { this.f.get(STATE).i64Load8U(n * 8 + 1); }
  setGprHigh(n: number): void {
    const value = this.local(I64);
    this.f.set(value).get(STATE).get(value).i64Store8(n * 8 + 1).free(value);
  }
  rip(): void { this.f.get(STATE).i64Load(S.pageVa).get(RECORD).i64Load16U(REC.off).i64Const(4095).i64And().i64Add(); }
  nextRip(): void {
    this.f.get(STATE).i64Load(S.pageVa); this.nextOffset(); this.f.i64ExtendI32U().i64Add();
  }
  /** push i32: where the next instruction is, relative to the code page. */
  private nextOffset(): void {
    if (this.ops[0]?.kind === 'j') this.f.get(RECORD).i32Load(REC.imm + 4);
    else this.f.get(RECORD).i32Load16U(REC.off).i32Const(4095).i32And().get(RECORD).i32Load16U(REC.off).i32Const(12).i32ShrU().i32Add();
  }

  readV(i: number, aligned = false): void {
    const op = this.ops[i]!, f = this.f;
    if (op.kind === 'x') { f.v128Load(this.regAddress(i), 0); return; }
    if (op.kind === 'p') { f.v128Load64Zero(this.regAddress(i), 0); return; }
    const va = this.local(I64), at = this.local(I32);
    this.ea(i);
    f.set(va);
    if (aligned && op.bytes === 16) this.checkAligned(va);
    this.translate(va, at, op.bytes);
    f.get(at);
    switch (op.bytes) {
      case 16: f.v128Load(0, 0); break;
      case 8: f.v128Load64Zero(0, 0); break;
      case 4: f.v128Load32Zero(0, 0); break;
      default: f.i32Const(0).i32x4Splat().get(at); if (op.bytes === 2) f.i32Load16U(0, 0); else f.i32Load8U(0, 0); f.i32x4ReplaceLane(0); f.set(this.vTemp()); f.drop(); f.get(this.vTemp());
    }
  }
  private vt = -1;
  private vTemp(): number { return this.vt < 0 ? (this.vt = this.local(V128)) : this.vt; }
  private checkAligned(va: number): void {
    this.f.get(va).i64Const(15).i64And().i64Const(0).i64Ne().hint(false).if();
    this.raise(VEC.GP);
    this.f.end();
  }
  writeV(i: number, aligned = false): void {
    const op = this.ops[i]!, f = this.f, value = this.local(V128);
    f.set(value);
    if (op.kind === 'x') { const offset = this.regAddress(i); f.get(value).v128Store(offset, 0); return; }
    if (op.kind === 'p') { const offset = this.regAddress(i); f.get(value).v128Store64Lane(0, offset); return; }
    const va = this.local(I64);
    this.ea(i);
    f.set(va);
    if (aligned && op.bytes === 16) this.checkAligned(va);
    f.get(va).get(value);
    if (op.bytes === 16) this.store(16);
    else { f.i64x2ExtractLane(0); this.store(op.bytes as 8); }
  }
  readLow(i: number): void {
    const op = this.ops[i]!;
    if (op.kind === 'x' || op.kind === 'p') loadInt(this.f, Math.min(op.bytes, 8), this.regAddress(i)); else this.read(i);
  }
  xmm(n: number): void { this.f.get(STATE).v128Load(CTX.xmm + n * 16, 0); }
  setXmm(n: number): void {
    const value = this.local(V128);
    this.f.set(value).get(STATE).get(value).v128Store(CTX.xmm + n * 16, 0).free(value);
  }

  readHigh(i: number): void { this.f.v128Load(this.regAddress(i) + HIGH, 0); }
  writeHigh(i: number): void {
    const value = this.local(V128);
    this.f.set(value);
    const offset = this.regAddress(i);
    this.f.get(value).v128Store(offset + HIGH, 0).free(value);
  }
  high(n: number): void { this.f.get(STATE).v128Load(CTX.ymmHigh + n * 16, 0); }
  setHigh(n: number): void {
    const value = this.local(V128);
    this.f.set(value).get(STATE).get(value).v128Store(CTX.ymmHigh + n * 16, 0).free(value);
  }
  indices(half: 0 | 1): void { this.f.get(STATE).get(RECORD).i32Load16U(REC.index).i32Add().v128Load(half * HIGH, 0); }
  elementAddress(): void {
    const f = this.f;
    f.get(RECORD).i64Load8U(REC.scale).i64Shl();
    this.ea(0, false); f.i64Add();
    if (this.form.mem === 6) f.i32WrapI64().i64ExtendI32U();
    f.get(STATE).get(RECORD).i32Load16U(REC.seg).i32Add().i64Load().i64Add();
  }

  /** WASM address of [va, va + bytes) for reading, into local `at`; leaves on a fault. */
  private translate(va: number, at: number, bytes: number, alignment = 0): void {
    const f = this.f, entry = this.local(I32);
    const dtlb = tlbTest(f, STATE, va, entry, bytes, false);
    f.hint(false).if(I32);
    f.get(STATE).get(va).i32Const(bytes | alignment << ALIGNMENT_BIT); this.callHelper(f, 'sys.read');
    f.tee(at).i32Eqz().hint(false).if(); this.fault(); f.end();
    f.get(at).else().get(va).i32WrapI64().get(entry).i32Load(dtlb + DTLB.addend).i32Add().end().set(at);
    f.free(entry);
  }
  load(bytes: 1 | 2 | 4 | 8 | 16, alignment = 0): void {
    const f = this.f, va = this.local(I64), at = this.local(I32);
    f.set(va);
    this.translate(va, at, bytes, alignment);
    f.get(at);
    if (bytes === 16) f.v128Load(0, 0); else loadInt(f, bytes);
    f.free(va, at);
  }
  store(bytes: 1 | 2 | 4 | 8 | 16, alignment = 0): void {
    const f = this.f, va = this.local(I64), entry = this.local(I32), value = this.local(bytes === 16 ? V128 : I64);
    const put = (offset: number): void => { f.get(value); if (bytes === 16) f.v128Store(offset, 0); else storeInt(f, bytes, offset); };
    f.set(value).set(va);
    const dtlb = tlbTest(f, STATE, va, entry, bytes, true);
    f.hint(false).if();
    f.get(STATE); put(S.scratch);
    f.get(STATE).get(va).i32Const(bytes | alignment << ALIGNMENT_BIT); this.callHelper(f, 'sys.store');
    this.afterSlowStore();
    f.else().get(va).i32WrapI64().get(entry).i32Load(dtlb + DTLB.addend).i32Add(); put(0);
    f.end();
    f.free(va, entry, value);
  }
  load32(va: number, low: number, high: number): void {
    const f = this.f, at = this.local(I32);
    this.translate(va, at, 32);
    f.get(at).v128Load(0, 0).set(low).get(at).v128Load(16, 0).set(high).free(at);
  }
  store32(va: number, low: number, high: number): void {
    const f = this.f, at = this.local(I32), entry = this.local(I32);
    const put = (): void => { f.get(at).get(low).v128Store(0, 0).get(at).get(high).v128Store(16, 0); };
    const dtlb = tlbTest(f, STATE, va, entry, 32, true);
    f.hint(false).if();
    this.beginOut(va, 32); f.set(at);
    put();
    this.copyOut(va, 32);
    f.else().get(va).i32WrapI64().get(entry).i32Load(dtlb + DTLB.addend).i32Add().set(at);
    put();
    f.end();
    f.free(at, entry);
  }
  /** i32 status of sys.store on the stack: 0 done, 1 fault, 2 the block ends. */
  private afterSlowStore(): void {
    const f = this.f, status = this.local(I32);
    f.tee(status).hint(false).ifThen().get(status).i32Const(1).i32Eq().if(); this.fault(); f.end().i32Const(1); this.noteEnds(); f.end();
    f.free(status);
  }
  /** pop i32: if not zero the block ends after this instruction. */
  private noteEnds(): void {
    if (this.ends < 0) this.ends = this.onward.zero(this.f);
    this.f.get(this.ends).i32Or().set(this.ends);
  }
  copyIn(address: number, bytes: number, alignment = 0): void {
    const f = this.f, at = this.local(I32);
    f.get(STATE).get(address).i32Const(bytes | alignment << ALIGNMENT_BIT); this.callHelper(f, 'sys.copyin');
    f.tee(at).i32Eqz().if(); this.fault(); f.end().get(at).free(at);
  }
  beginOut(address: number, bytes: number, alignment = 0): void {
    const f = this.f, at = this.local(I32);
    f.get(STATE).get(address).i32Const(bytes | alignment << ALIGNMENT_BIT); this.callHelper(f, 'sys.rmwbounce');
    f.tee(at).i32Eqz().if(); this.fault(); f.end().get(at).free(at);
  }
  copyOut(address: number, bytes: number, alignment = 0): void {
    this.f.get(STATE).get(address).i32Const(bytes | alignment << ALIGNMENT_BIT); this.callHelper(this.f, 'sys.commit'); this.noteEnds();
  }
  onlyInterpreted(): void { /* it is */ }
  state(): void { this.f.get(STATE); }
  regionFlag(_name: string): number { return -1; }
  hasNoDenormals(): boolean { return false; }

  // ---- flags
  private setLazy(bits: Bits, r: number, cc: () => void, flip = 0): void {
    const f = this.f;
    f.get(STATE).get(r); signExtend(f, bits); f.i64Store(S.flagRes);
    f.get(STATE); cc(); f.i64Store(S.flagCc);
    f.get(STATE).i32Const(bits | flip).i32Store(S.flagFx);
  }
  private keepFlags(kind: LeftFlags['kind'], bits: Bits, a: number, b: number, r: number): void {
    const { leaves } = this;
    if (leaves === null) return;
    leaves.kind = kind;
    leaves.bits = bits;
    this.f.get(a).set(leaves.a).get(b).set(leaves.b).get(r).set(leaves.r);
  }
  flagsAdd(bits: Bits, a: number, b: number, r: number): void {
    this.setLazy(bits, r, () => { carryAdd(this.f, a, b, r); shiftUp(this.f, bits); });
    this.keepFlags('add', bits, a, b, r);
  }
  flagsSub(bits: Bits, a: number, b: number, r: number): void {
    this.setLazy(bits, r, () => { carrySub(this.f, a, b, r); shiftUp(this.f, bits); });
    this.keepFlags('sub', bits, a, b, r);
  }
  /** cc on the stack → the same with CF of the present flags and its own OF. */
  private keepCarry(): void {
    const f = this.f, cc = this.local(I64);
    f.tee(cc).get(cc).get(STATE).i64Load(S.flagCc).i64Xor().i64Const(63).i64ShrS().i64Const(0, 0xc0000000).i64And().i64Xor();
    f.free(cc);
  }
  flagsInc(bits: Bits, a: number, r: number): void {
    const one = this.local(I64);
    this.f.i64Const(1).set(one);
    this.setLazy(bits, r, () => { carryAdd(this.f, a, one, r); shiftUp(this.f, bits); this.keepCarry(); });
  }
  flagsDec(bits: Bits, a: number, r: number): void {
    const one = this.local(I64);
    this.f.i64Const(1).set(one);
    this.setLazy(bits, r, () => { carrySub(this.f, a, one, r); shiftUp(this.f, bits); this.keepCarry(); });
  }
  flagsLogic(bits: Bits, r: number): void {
    this.setLazy(bits, r, () => this.f.i64Const(0));
    this.keepFlags('logic', bits, r, r, r);
  }
  flagsResult(bits: Bits, r: number, cf: number, of: number): void {
    const { f } = this;
    this.setLazy(bits, r, () => f.get(cf).i64ExtendI32U().i64Const(63).i64Shl().get(cf).get(of).i32Xor().i64ExtendI32U().i64Const(62).i64Shl().i64Or());
  }
  flagsMaybe(): void { /* the state is always current */ }
  flagsMerged(): void { /* here too */ }
  constant(_i: number): number | null { return null; }
  readonly flagsDead = false;
  setFlags(): void {
    const f = this.f, v = this.local(I32);
    f.set(v).get(STATE).get(v); this.callHelper(f, 'sys.setflags');
    f.free(v);
  }
  flagsFloats(): void { throw new Error('flags of floats in the interpreter'); }
  getFlags(): void { this.f.get(STATE); this.callHelper(this.f, 'sys.getflags'); }
  setCarry(): void {
    const f = this.f, cc = this.local(I64);
    f.i64ExtendI32U().i64Const(63).i64Shl().set(cc);
    f.get(STATE).get(STATE).i64Load(S.flagCc).tee(this.ccTemp()).get(cc).i64Xor().i64Const(63).i64ShrS().i64Const(0, 0xc0000000).i64And().get(this.ccTemp()).i64Xor().i64Store(S.flagCc);
    f.free(cc);
  }
  setSome(cf: number, zf: number, of: number): void {
    const f = this.f, bits = [[cf, 0], [zf, 6], [of, 11]].filter(([local]) => local! >= 0) as [number, number][];
    this.getFlags();
    f.i32Const(~bits.reduce((all, [, bit]) => all | (1 << bit), 0)).i32And();
    for (const [local, bit] of bits) f.get(local).i32Const(bit).i32Shl().i32Or();
    this.setFlags();
  }
  private ct = -1;
  private ccTemp(): number { return this.ct < 0 ? (this.ct = this.f.local(I64)) : this.ct; }
  cond(cc: Cond): void {
    if (this.left === null || !condFromLeft(this.f, this.left, cc >> 1)) condFromState(this.f, STATE, cc);
    else if ((cc & 1) !== 0) this.f.i32Eqz();
  }
  otherFlags(): void { this.f.get(STATE).i32Load(CTX.rflags).i32Const(~0x8d5).i32And(); }
  setOtherFlags(): void {
    const v = this.local(I32);
    this.f.set(v).get(STATE).get(v).i32Store(CTX.rflags).free(v);
  }

  // ---- leaving
  /** Emits: leave, the fault is described in the state. */
  private fault(): void { this.f.get(STATE).get(RECORD).i32Store(S.rec).i32Const(CODE.leave).return(); }
  raise(vector: number, errorCode: number | (() => void) = 0): void {
    const f = this.f;
    f.get(STATE).i32Const(EXIT.exception).i32Store(S.exitReason).get(STATE).i32Const(vector).i32Store(S.exitVector).get(STATE);
    if (typeof errorCode === 'number') f.i32Const(errorCode); else errorCode();
    f.i32Store(S.exitError).get(STATE).i64Const(0).i64Store(S.exitLo, 2);
    this.fault();
  }
  call(name: string): void { this.callHelper(this.f, name); }

  /** pop i64: the next rip; ends the block. */
  jumpIndirect(): void {
    if (this.ends >= 0) this.f.i32Const(0).set(this.ends); // it ends anyway
    this.onward.block(this.f);
    this.finished = true;
  }
  branchIf(): void {
    const f = this.f, taken = this.local(I32);
    f.set(taken).get(RECORD).i32Load(REC.imm).get(RECORD).i32Load(REC.imm + 4).get(taken).select();
    this.jumpNear();
  }
  jumpDirect(): void {
    this.f.get(RECORD).i32Load(REC.imm);
    this.jumpNear();
  }
  fallthrough(): void {
    this.nextOffset();
    this.jumpNear();
  }
  /** pop i32: the next rip, relative to the code page; ends the block. */
  private jumpNear(): void {
    if (this.ends >= 0) this.f.i32Const(0).set(this.ends); // it ends anyway
    this.onward.near(this.f);
    this.finished = true;
  }
  leave(reason: number, vector = 0, to = this.local(I64)): void {
    const f = this.f;
    if (arguments.length < 3) { this.nextRip(); f.set(to); }
    f.get(STATE).get(to).i64Store(CTX.rip);
    f.get(STATE).i32Const(reason).i32Store(S.exitReason).get(STATE).i32Const(vector).i32Store(S.exitVector).get(STATE).i32Const(0).i32Store(S.exitError).get(STATE).i64Const(0).i64Store(S.exitLo, 2);
    f.get(STATE).get(RECORD); this.callHelper(f, 'tail:sys.charge');
    this.finished = true;
  }
  clock(): void {
    const f = this.f;
    f.get(STATE).i64Load(S.now).get(STATE).i64Load(S.clockEnd).i64GeS().hint(false).ifThen();
    f.get(STATE); this.rip(); f.i64Store(CTX.rip);
    f.get(STATE).i32Const(EXIT.clock).i32Store(S.exitReason).get(STATE).get(RECORD).i32Store(S.rec).i32Const(CODE.leave).return().end();
    f.get(STATE).i64Load(S.now);
  }
  runtime(name: 'string' | 'cpuid'): void {
    const f = this.f, status = this.local(I32);
    f.get(STATE).get(RECORD); this.callHelper(f, `sys.${name}`);
    if (name === 'cpuid') return;
    // 0 done, 1 fault, 2 more to do
    f.tee(status).i32Const(1).i32Eq().if(); this.fault(); f.end();
    f.get(status); this.repeatIf();
  }
  segmentBase(): void { this.f.get(STATE).get(RECORD).i32Load16U(REC.seg).i32Add().i64Load(); }
  spend(): void {
    const f = this.f, cycles = this.local(I32);
    f.set(cycles).get(STATE).get(STATE).i64Load(S.now).get(cycles).i64ExtendI32U().i64Add().i64Store(S.now).free(cycles);
  }
  repeatIf(): void {
    const f = this.f, again = this.local(I32);
    f.set(again);
    this.rip(); this.nextRip(); f.get(again).select();
    this.jumpIndirect();
  }

  /** The end of the handler: on to the next record. */
  finish(): void {
    const f = this.f;
    if (this.finished) { f.unreachable(); return; }
    if (this.ends >= 0) f.get(this.ends).hint(false).ifThen().get(STATE).get(RECORD).i32Store(S.rec).i32Const(CODE.ended).return().end();
    this.onward.record(f);
  }
}
