// What a semantics function sees: it *emits* WebAssembly for one instruction form through this interface, the same
// code for the interpreter's handlers (operands come from the predecoded record) and the region compiler (constants,
// registers in locals). The two implementations live in interp/ and jit/.
import type { Func, ValType } from '../wasm/builder.ts';
import type { Form, Operand } from '../decode/insn.ts';

/** Condition codes as in the low 4 bits of Jcc: 0 O, 1 NO, 2 B, 3 AE, 4 E, 5 NE, 6 BE, 7 A, 8 S, 9 NS, 10 P, 11 NP, 12 L, 13 GE, 14 LE, 15 G. */
export type Cond = number;
export type Bits = 8 | 16 | 32 | 64;

export interface Ctx {
  /** The function being emitted. Conventions below: "push" leaves a value on the wasm stack, "pop" takes it. */
  readonly f: Func;
  /** True in the region compiler: immediates and registers are constants. */
  readonly compiled: boolean;
  /** Static facts of the form: mnemonic, operand kinds and sizes. Never register numbers, displacements or immediates. */
  readonly form: Form;
  readonly ops: readonly Operand[];
  /** Operand size of the instruction in bits (66h/REX.W applied), for rows whose operands use v/z/y. */
  readonly size: Bits;

  /** The lower half of a 256-bit instruction: unmasked float exceptions are looked for when the upper one is done too. */
  readonly lowerHalf?: { looksForXm: boolean };

  // ---- temporaries, freed at the end of the instruction. Their first value is arbitrary.
  local(type: ValType): number;

  // ---- integer operands (GPR, memory, immediate). Values are i64, zero-extended from the operand's size.
  isMem(i: number): boolean;
  isReg(i: number): boolean;
  /** push i64: operand i zero-extended from its own size (an immediate is first sign-extended to `size`). Each call on a
   *  memory operand is one more access: call it once and keep it in a local. May fault: call before any effect. */
  read(i: number): void;
  /** push i64: operand i, sign-extended from its size. */
  readS(i: number): void;
  /** pop i64, write its low bits to operand i (32-bit GPR writes clear the upper half, 8/16 keep it). May fault if memory: call before register effects and flags. */
  write(i: number): void;
  /** Read-modify-write of operand i: `body` finds the old value in local `old` (i64 zero-extended) and must push the new one (i64).
   *  For memory it is one access with write rights checked before body runs; register/flag effects belong in or after body. */
  modify(i: number, body: (old: number) => void): void;
  /** push i64: the immediate, sign-extended (a constant when compiled). */
  imm(i: number): void;
  /** The immediate as a number. Only in rows flagged 'immform' (a handler for each value) or when compiled; throws otherwise. */
  immConst(i: number): number;
  /** push i64: effective address of memory operand i (segment base added; for LEA use ea(i, false)). */
  ea(i: number, withSegment?: boolean): void;

  /** push i32: the register number of a 'p' (mm) or 't' (st(i)) operand; their contents lie in the state (CTX.x87), mm by physical number. */
  regNumber(i: number): void;

  // ---- registers by number (implicit operands). n as in RAX … R15.
  /** push i64: GPR n zero-extended from bits. */
  gpr(n: number, bits?: Bits): void;
  /** pop i64. */
  setGpr(n: number, bits?: Bits): void;
  /** push i64, bits 8–15 of RAX/RCX/RDX/RBX, and pop into. */
  gprHigh(n: number): void;
  setGprHigh(n: number): void;
  /** push i64: address of this instruction / of the next one. */
  rip(): void;
  nextRip(): void;

  // ---- vector operands: xmm register or memory
  /** push v128: operand i. xmm: the register. Memory of 16 bytes: v128, and with aligned = true (every SSE row but movups/movdqu/movupd/lddqu) #GP(0)
   *  if misaligned. Memory of 1/2/4/8 bytes: that scalar in the low lane, zeros above. */
  readV(i: number, aligned?: boolean): void;
  /** pop v128: xmm operand i, all 128 bits; or memory operand i, its size in bytes from the low lane. */
  writeV(i: number, aligned?: boolean): void;
  /** push i64: low 64 bits (or 32/16/8, zero-extended, if the operand is that big) of xmm or memory operand i. */
  readLow(i: number): void;
  /** push / pop v128 of xmm register n. */
  xmm(n: number): void;
  setXmm(n: number): void;
  /** push / pop v128: bits 128–255 of ymm operand i, and of ymm register n. */
  readHigh(i: number): void;
  writeHigh(i: number): void;
  high(n: number): void;
  setHigh(n: number): void;
  /** push v128: half 0 or 1 of the vector of indices of a VSIB operand. */
  indices(half: 0 | 1): void;
  /** pop i64, an index of it, sign-extended; push i64: that element's address. */
  elementAddress(): void;

  // ---- memory by address (implicit or odd-sized operands). Address i64 on the stack; seg base already in it.
  /** pop i64 address, push i64 (1, 2, 4, 8 bytes, zero-extended) or v128 (16). May fault.
   *  @param alignment in bytes, what EFLAGS.AC checks (with it on, no compiled region runs an access) if the size does not say it */
  load(bytes: 1 | 2 | 4 | 8 | 16, alignment?: number): void;
  /** pop i64 value (v128 when 16), pop i64 address. May fault; before register effects. */
  store(bytes: 1 | 2 | 4 | 8 | 16, alignment?: number): void;
  /** 32 bytes at the address in an i64 local, into or from two v128 locals. */
  load32(address: number, low: number, high: number): void;
  store32(address: number, low: number, high: number): void;
  /** Odd or long operands (m80, fxsave…): push i32, the address in WASM memory of the operand's bytes, or of a copy of them: only to read. `address` is a local i64. */
  copyIn(address: number, bytes: number, alignment?: number): void;
  /** Begins a long store: checks that all of it is writable (may fault) and pushes i32, the address of a buffer, with what memory holds now; change it and call copyOut, or neither. The
   *  buffer may be that memory itself. One at a time. */
  beginOut(address: number, bytes: number, alignment?: number): void;
  copyOut(address: number, bytes: number, alignment?: number): void;

  // ---- state outside the operands: the register file layout of CTX (engine/machine/hardware.ts)
  /** push i32: the base address of this CPU's state; use with CTX offsets: c.state(); f.i32Load(CTX.mxcsr). GPRs, rip, rflags are NOT valid there: use the calls above. */
  state(): void;

  /** A local i32 shared by a compiled region's instructions, 0 when the region is entered: a fact about the state that this instruction may note
   *  for later ones. −1 in the interpreter, which keeps none. */
  regionFlag(name: string): number;
  /** Compiled code: operand i is a register, and of its floats (the low one, of so many bits, or all) it is known that none is a denormal. */
  hasNoDenormals(i: number, bits: 32 | 64, all: boolean): boolean;

  // ---- flags
  /** ADD/ADC: locals a, b (operands), r (result truncated); all i64 zero-extended from bits. Takes the flags from them lazily. */
  flagsAdd(bits: Bits, a: number, b: number, r: number): void;
  /** SUB/SBB/CMP/NEG. */
  flagsSub(bits: Bits, a: number, b: number, r: number): void;
  /** As flagsAdd/flagsSub with b = 1, CF kept. */
  flagsInc(bits: Bits, a: number, r: number): void;
  flagsDec(bits: Bits, a: number, r: number): void;
  /** AND/OR/XOR/TEST: CF = OF = 0, AF = 0. */
  flagsLogic(bits: Bits, r: number): void;
  /** pop i32: all six of OF SF ZF AF PF CF at their rflags positions (0x8d5); other bits ignored. */
  setFlags(): void;
  /** Compiled code: ZF, PF and CF say how the floats in two locals compare (COMIS), unordered if one is a NaN; OF, SF and AF are 0. */
  flagsFloats(x: number, y: number, bits: 32 | 64): void;
  /** push i32: the six flags at their rflags positions (no other bit). */
  getFlags(): void;
  /** pop i32 0/1: CF; the other flags stay. */
  setCarry(): void;
  /** Some flags, each 0 or 1 in a local i32, −1 for those that stay as they are with all others. */
  setSome(cf: number, zf: number, of: number): void;
  /** push i32 0/1. */
  cond(cc: Cond): void;

  // ---- leaving
  /** Emits: leave with exception `vector`, nothing of this instruction done. Use inside an if; code after it is unreachable. Only before effects.
   *  @param errorCode its value, or what pushes it (i32) */
  raise(vector: number, errorCode?: number | (() => void)): void;
  /** call a helper registered with helper()/jsHelper(); arguments are on the stack. */
  call(name: string): void;
}

export type Semantics = (c: Ctx) => void;
const table = new Map<string, Semantics>();
/** Registers semantics by mnemonic (of the encoding row). */
export function define(rows: Record<string, Semantics>): void {
  for (const name in rows) {
    if (table.has(name)) throw new Error(`semantics of ${name} defined twice`);
    table.set(name, rows[name]!);
  }
}
/** For tests that want to see an error found (harness/plant.ts). */
export function replaceSemantics(mnemonic: string, semantics: Semantics): void { table.set(mnemonic, semantics); }
/** Semantics that are made of others when they are first wanted (vex.ts). */
let derive: (mnemonic: string) => Semantics | undefined = () => undefined;
export function deriveSemantics(from: typeof derive): void { derive = from; }
export function semanticsOf(mnemonic: string): Semantics | undefined {
  const known = table.get(mnemonic);
  if (known !== undefined) return known;
  const derived = derive(mnemonic);
  if (derived !== undefined) table.set(mnemonic, derived);
  return derived;
}

/** A wasm function shared by handlers and compiled regions (state-independent signature; pass c.state() as an argument if it needs it). */
export interface Helper { name: string; params: readonly ValType[]; results: readonly ValType[]; emit: ((f: Func, call: (name: string) => void) => void) | null; js: ((env: HelperEnv) => (...args: never[]) => unknown) | null }
export interface HelperEnv { memory: WebAssembly.Memory }
const helpers = new Map<string, Helper>();
/** `emit` writes the body (parameters are locals 0…); `call(other)` calls another helper. */
export function helper(name: string, params: readonly ValType[], results: readonly ValType[], emit: (f: Func, call: (name: string) => void) => void): void {
  helpers.set(name, { name, params, results, emit, js: null });
}
/** A helper in JavaScript, for rare and long operations (transcendentals, fxsave). i32 and f64 parameters only. */
export function jsHelper(name: string, params: readonly ValType[], results: readonly ValType[], js: (env: HelperEnv) => (...args: never[]) => unknown): void {
  helpers.set(name, { name, params, results, emit: null, js });
}
export function allHelpers(): readonly Helper[] { return [...helpers.values()]; }
