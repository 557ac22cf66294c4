// AVX and AVX2 instructions that SSE has too: the SSE semantics run for each 128-bit half, over a view that shows them their operands (law 5). What crosses
// halves or is new with AVX is in avx.ts.
import { VEC } from '../../machine/hardware.ts';
import type { Form, Operand } from '../decode/insn.ts';
import { I64, V128 } from '../wasm/builder.ts';
import type { Func, ValType } from '../wasm/builder.ts';
import { deriveSemantics, semanticsOf } from './context.ts';
import type { Bits, Cond, Ctx, Semantics } from './context.ts';
import { checkXm } from './sse-fp.ts';

/** A source in two v128 locals; the high one is only there where the operand has 32 bytes. */
export interface Wide { low: number; high: number }
const ALIGNED = /^vmov(ap[sd]|dqa|nt)/;
/** Of VEX memory operands only these have to be aligned (SDM vol. 1, 14.9). */
function checkAligned(c: Ctx, va: number, bytes: number): void {
  if (!ALIGNED.test(c.form.mnemonic)) return;
  c.f.get(va).i64Const(bytes - 1).i64And().i64Eqz().i32Eqz().if(); c.raise(VEC.GP); c.f.end();
}
/** Operand k, read once. */
export function source(c: Ctx, k: number): Wide {
  const { f } = c, low = c.local(V128), op = c.ops[k]!;
  if (op.bytes !== 32) {
    c.readV(k, ALIGNED.test(c.form.mnemonic)); f.set(low);
    return { low, high: -1 };
  }
  const high = c.local(V128);
  if (op.kind === 'm') {
    const va = c.local(I64);
    c.ea(k); f.set(va);
    checkAligned(c, va, 32);
    c.load32(va, low, high);
  } else { c.readV(k); f.set(low); c.readHigh(k); f.set(high); }
  return { low, high };
}
/** Operand 0 gets the two locals; high −1: zeros, or nothing where it is memory. */
export function put(c: Ctx, low: number, high: number): void {
  const { f } = c, op = c.ops[0]!;
  if (op.kind === 'm' && op.bytes === 32) {
    const va = c.local(I64);
    c.ea(0); f.set(va);
    checkAligned(c, va, 32);
    c.store32(va, low, high);
    return;
  }
  f.get(low); c.writeV(0, ALIGNED.test(c.form.mnemonic));
  if (op.kind === 'm') return;
  if (high < 0) f.v128Const([0, 0, 0, 0]); else f.get(high);
  c.writeHigh(0);
}

/** How the two halves find their sources: each its own; parts of one source of fewer bytes, as in conversions to wider elements; or writing to one narrower result. */
type Kind = 'lanes' | 'widen' | 'narrow';

/** One half of a VEX instruction as the SSE instruction of the same name sees its operands: the first source is operand 0. */
class Half implements Ctx {
  readonly f: Func;
  readonly compiled: boolean;
  readonly form: Form;
  readonly ops: readonly Operand[];
  readonly size: Bits;
  /** What was written to operand 0, a v128 local, or −1. */
  result = -1;
  lowerHalf?: { looksForXm: boolean };
  /** @param memory the memory operand, read @param immShift of the immediate in the upper half */
  constructor(private readonly c: Ctx, private readonly half: 0 | 1, private readonly three: boolean, private readonly kind: Kind, private readonly memory: Wide | null, private readonly immShift: number) {
    this.f = c.f; this.compiled = c.compiled; this.form = c.form; this.size = c.size;
    this.ops = (three ? [c.ops[0]!, ...c.ops.slice(2)] : c.ops).map((o) => (o.bytes === 32 ? { kind: o.kind, bytes: 16 } : o));
  }
  /** Source i of the SSE instruction among the real operands. */
  private index(i: number): number { return this.three ? i + 1 : i; }
  readV(i: number): void {
    const k = this.index(i), op = this.c.ops[k]!, { c, f, half } = this;
    if (op.kind === 'm' && this.memory !== null) f.get(half === 1 && this.memory.high >= 0 ? this.memory.high : this.memory.low);
    else if (half === 1 && op.bytes === 32) c.readHigh(k);
    else c.readV(k);
    if (half === 1 && this.kind === 'widen') {
      const v = c.local(V128), by = c.ops[1]!.bytes / 2;
      f.tee(v).get(v).i8x16Shuffle(Array.from({ length: 16 }, (_, n) => (n + by) & 15));
    }
  }
  readLow(i: number): void {
    const k = this.index(i), { bytes } = this.c.ops[k]!;
    if (this.memory === null && this.half === 0) { this.c.readLow(k); return; }
    this.readV(i); this.f.i64x2ExtractLane(0);
    if (bytes < 8) this.f.i64Const(bytes === 4 ? 0xffffffff : bytes === 2 ? 0xffff : 0xff, 0).i64And();
  }
  writeV(i: number): void {
    if (this.result < 0) this.result = this.c.local(V128);
    if (i !== 0) throw new Error(`${this.form.key} writes operand ${i}`);
    this.f.set(this.result);
  }
  imm(i: number): void {
    this.c.imm(this.index(i));
    if (this.half === 1 && this.immShift > 0) this.f.i64Const(255).i64And().i64Const(this.immShift).i64ShrU();
  }
  immConst(i: number): number { const imm = this.c.immConst(this.index(i)); return this.half === 1 ? (imm & 255) >> this.immShift : imm; }
  isMem(i: number): boolean { return this.ops[i]!.kind === 'm'; }
  isReg(i: number): boolean { return this.ops[i]!.kind !== 'm' && this.ops[i]!.kind !== 'i'; }
  read(i: number): void { this.c.read(this.index(i)); }
  readS(i: number): void { this.c.readS(this.index(i)); }
  write(i: number): void { this.c.write(i); }
  setXmm(n: number): void { this.c.setXmm(n); this.f.v128Const([0, 0, 0, 0]); this.c.setHigh(n); }
  // ---- the rest is the same
  local(type: ValType): number { return this.c.local(type); }
  modify(i: number, body: (old: number) => void): void { this.c.modify(i, body); }
  ea(i: number, withSegment?: boolean): void { this.c.ea(i, withSegment); }
  regNumber(i: number): void { this.c.regNumber(this.index(i)); }
  gpr(n: number, bits?: Bits): void { this.c.gpr(n, bits); }
  setGpr(n: number, bits?: Bits): void { this.c.setGpr(n, bits); }
  gprHigh(n: number): void { this.c.gprHigh(n); }
  setGprHigh(n: number): void { this.c.setGprHigh(n); }
  rip(): void { this.c.rip(); }
  nextRip(): void { this.c.nextRip(); }
  xmm(n: number): void { this.c.xmm(n); }
  readHigh(i: number): void { this.c.readHigh(i); }
  writeHigh(i: number): void { this.c.writeHigh(i); }
  high(n: number): void { this.c.high(n); }
  setHigh(n: number): void { this.c.setHigh(n); }
  indices(half: 0 | 1): void { this.c.indices(half); }
  elementAddress(): void { this.c.elementAddress(); }
  load(bytes: 1 | 2 | 4 | 8 | 16, alignment?: number): void { this.c.load(bytes, alignment); }
  store(bytes: 1 | 2 | 4 | 8 | 16, alignment?: number): void { this.c.store(bytes, alignment); }
  load32(address: number, low: number, high: number): void { this.c.load32(address, low, high); }
  store32(address: number, low: number, high: number): void { this.c.store32(address, low, high); }
  copyIn(address: number, bytes: number, alignment?: number): void { this.c.copyIn(address, bytes, alignment); }
  beginOut(address: number, bytes: number, alignment?: number): void { this.c.beginOut(address, bytes, alignment); }
  copyOut(address: number, bytes: number, alignment?: number): void { this.c.copyOut(address, bytes, alignment); }
  state(): void { this.c.state(); }
  regionFlag(name: string): number { return this.c.regionFlag(name); }
  hasNoDenormals(i: number, bits: 32 | 64, all: boolean): boolean { return this.half === 0 && this.kind === 'lanes' && this.c.hasNoDenormals(this.index(i), bits, all); }
  flagsAdd(bits: Bits, a: number, b: number, r: number): void { this.c.flagsAdd(bits, a, b, r); }
  flagsSub(bits: Bits, a: number, b: number, r: number): void { this.c.flagsSub(bits, a, b, r); }
  flagsInc(bits: Bits, a: number, r: number): void { this.c.flagsInc(bits, a, r); }
  flagsDec(bits: Bits, a: number, r: number): void { this.c.flagsDec(bits, a, r); }
  flagsLogic(bits: Bits, r: number): void { this.c.flagsLogic(bits, r); }
  setFlags(): void { this.c.setFlags(); }
  flagsFloats(x: number, y: number, bits: 32 | 64): void { this.c.flagsFloats(x, y, bits); }
  getFlags(): void { this.c.getFlags(); }
  setCarry(): void { this.c.setCarry(); }
  setSome(cf: number, zf: number, of: number): void { this.c.setSome(cf, zf, of); }
  cond(cc: Cond): void { this.c.cond(cc); }
  raise(vector: number, errorCode?: number): void { this.c.raise(vector, errorCode); }
  call(name: string): void { this.c.call(name); }
}

/** Runs `semantics` for each half, then writes operand 0: nothing is written before the last half can no longer fault. */
export function byHalves(semantics: (view: Ctx, half: 0 | 1) => void, kind: Kind = 'lanes', immShift = 0): Semantics {
  return (c) => {
    const { f } = c, wide = c.ops.some((o) => o.bytes === 32);
    const three = c.ops.filter((o) => o.kind !== 'i').length >= 3 || (c.ops[2]?.kind === 'i' && /^vps(ll|r[la])/.test(c.form.mnemonic));
    const m = c.ops.findIndex((o, k) => k > 0 && o.kind === 'm');
    // Integer operands and scalars of one half are read by the semantics themselves.
    const memory = m > 0 && (wide || ALIGNED.test(c.form.mnemonic)) ? source(c, m) : null;
    const low = new Half(c, 0, three, kind, memory, immShift);
    if (wide) low.lowerHalf = { looksForXm: false };
    semantics(low, 0);
    if (!wide) { if (low.result >= 0) put(c, low.result, -1); return; }
    const high = new Half(c, 1, three, kind, memory, immShift);
    semantics(high, 1);
    if (low.lowerHalf!.looksForXm) checkXm(c);
    if (kind === 'narrow') {
      f.get(low.result).get(high.result).i8x16Shuffle([0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]).set(low.result);
      put(c, low.result, -1);
    } else if (low.result >= 0) put(c, low.result, high.result);
  };
}

const KINDS: readonly (readonly [RegExp, Kind])[] = [[/^(cvt(ps|dq)2pd|pmov[sz]x..)$/, 'widen'], [/^cvtt?pd2(ps|dq)$/, 'narrow']];
/** The upper half has its own bits of the immediate. */
const IMM_SHIFTS: Readonly<Record<string, number>> = { mpsadbw: 3, blendps: 4, blendpd: 2, shufpd: 2 };
// A VEX row that has no semantics of its own has those of the SSE instruction without the v.
deriveSemantics((mnemonic) => {
  const base = mnemonic.slice(1), semantics = mnemonic[0] === 'v' ? semanticsOf(base) : undefined;
  return semantics && byHalves((view) => semanticsOf(base)!(view), KINDS.find(([p]) => p.test(base))?.[1] ?? 'lanes', IMM_SHIFTS[base] ?? 0);
});
