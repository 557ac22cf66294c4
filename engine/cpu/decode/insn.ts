// The decoded instruction: the form (static facts; one interpreter handler each) and the values found in the bytes.

/** Operand kinds: r GPR, h GPR bits 8–15 (ah ch dh bh), m memory, i immediate, x xmm register, p mmx register, t x87 register st(i), j branch target, s segment register, o fixed (al, cl, rax, 1 are written as r/i). */
export type OperandKind = 'r' | 'h' | 'm' | 'i' | 'x' | 'p' | 't' | 'j' | 's';
export interface Operand {
  readonly kind: OperandKind;
  /** Size in bytes of the operand: 1 2 4 8 10 16 …; 0 where the row gives none. */
  readonly bytes: number;
}

/** Addressing shapes of the memory operand: 0 none, 1 base+disp (rip-relative too), 2 base+index·scale+disp+segment, 3 the same truncated to 32 bits (67h), 4 a 64-bit absolute address in the immediate field + segment (moffs), 5 base+disp+segment and a vector of indices·scale (VSIB), 6 the same truncated to 32 bits. */
export type MemShape = 0 | 1 | 2 | 3 | 4 | 5 | 6;

export interface Form {
  readonly key: string;
  readonly mnemonic: string;
  readonly ops: readonly Operand[];
  /** Operand size in bits. */
  readonly size: 8 | 16 | 32 | 64;
  readonly mem: MemShape;
  /** 0, 0xf3 (rep/repe) or 0xf2 (repne), where the row says that it matters. */
  readonly rep: number;
  readonly lock: boolean;
  /** Immediate that is part of the form ('immform' rows), else null. */
  readonly imm: number | null;
  readonly flags: ReadonlySet<string>;
  /** COST.insn class value. */
  readonly cost: number;
  /** Condition number for jcc/setcc/cmovcc rows, else −1. */
  readonly cc: number;
  /** How the block goes on: '' next instruction; 'end' ends the block; 'own' is a block of its own. */
  readonly flow: '' | 'end' | 'own';
}

/** One instruction with its values. */
export interface Insn {
  readonly form: Form;
  readonly length: number;
  /** By operand: register number (r h x p t s), or −1. */
  readonly regs: readonly number[];
  /** Memory operand: base −1 none, 16 rip; index −1 none. seg 0 none, 4 fs, 5 gs. */
  readonly base: number;
  readonly index: number;
  readonly scale: number;
  readonly disp: number;
  readonly seg: number;
  /** Immediate (sign-extended to 64 bits) as halves; for j the branch displacement. */
  readonly immLo: number;
  readonly immHi: number;
  /** Second immediate of ENTER; opcode of an x87 instruction as FOP holds it. */
  readonly imm2: number;
}

/**
 * One encoding row (law 5): [opcode, mnemonic, operands, flags?].
 * opcode: optional prefix 'np' (none of 66 F2 F3), '66', 'f2', 'f3', then hex bytes '58', '0f58', '0f3800'; then optionally '+r' (register in the low
 *   three opcode bits), '/0'…'/7' (modrm reg), '/r' (modrm, any), each optionally followed by 'm' (memory only) or 'r' (register only);
 *   '=e8' an exact modrm byte. Examples: '00/r', '660f6f/r', 'np0f2e/r', 'd9/0m', 'd9=e8', 'd8/0r', '50+r', '0fae/0m'.
 *   A row with a mandatory prefix wins over one without; 66 then does not change the operand size.
 *   'v.' before it: encoded by VEX, where the prefix is a field; 'v0.', 'v1.' needs that VEX.L, 'vi.' ignores it; 'vw0.', 'v1w1.' … need that VEX.W.
 * operands, separated by a blank: letter and size.
 *   Letters: E modrm GPR or memory; G modrm reg GPR; R modrm rm, GPR only; M modrm memory only; Z opcode register; I immediate (sign-extended);
 *   J branch displacement; O moffs; V modrm reg xmm; W modrm xmm or memory; U modrm rm, xmm only; P modrm reg mmx; Q mmx or memory; N modrm rm, mmx only;
 *   H VEX.vvvv xmm or ymm; B VEX.vvvv GPR; L immediate bits 7–4 xmm or ymm; Y memory with a vector of indices, of this size;
 *   T modrm rm = st(i); S segment register, C control register, D debug register (modrm reg); X memory by RSI, RDI or RBX, implicit; K the counter, RCX or ECX, implicit.  Fixed: AL CL AX DX eAX (v-sized) 1.
 *   Sizes: b 1, w 2, d 4, q 8, v operand size, y 4 or 8 (REX.W), z 2 or 4 (4 when 64), t 10, x 16, l the vector length (16 or 32 bytes), h g e half, a quarter, an eighth of it, or a number of bytes ('M512'). 'M' alone: size 0.
 *   Immediates: Ib Iw Iz Iv Iq.
 * flags, separated by a blank: d64 (operand size 64 by default; 66 gives 16), f64 (always 64), end, own (with rep: only when it has that prefix), immform, rep (rep prefixes are part of the form),
 *   lock (may be locked), w (VEX.W gives the operand size though no operand says so), size8, v2 or v3 (the x86-64 level that has it; none: all); cost classes: mul div fp fpdiv x87 string atomic cpuid fence.
 */
export type Row = readonly [opcode: string, mnemonic: string, operands: string, flags?: string];
