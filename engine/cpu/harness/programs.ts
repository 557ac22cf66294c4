// Random programs for the lockstep test: functions with loops, branches, calls, tables of jumps, stores into code, string runs, stack traffic.
// A program is a tree whose every node may be left out, so that a failing one shrinks; instructions come from the encoding rows.
import { decode } from '../decode/decoder.ts';
import type { Row } from '../decode/insn.ts';
import { FAMILIES, rows, specOf, vexBytes } from './generate.ts';
import { undefinedFlags } from './compare.ts';
import { CODE, CODE_PAGES, DATA, FX_SIZE, STACK, STACK_PAGES, hostApproximates, testedLevel } from './records.ts';
import type { Test } from './records.ts';
import { Dice, FLUSHING, extended, fillBytes, word } from './values.ts';

/** rcx is the fuel that ends every loop, rsp the stack, r15 points into the data, r13 is a small, even index, r12 is scratch for control flow. */
const RCX = 1, RSP = 4, R12 = 12, R13 = 13, R15 = 15;
const RESERVED: readonly number[] = [RCX, RSP, R12, R13, R15];

export type Node = { id: number } & (
  | { kind: 'insn'; bytes: readonly number[]; /** Offset of a rip-relative displacement, and the offset in DATA it goes to. */ rip?: readonly [at: number, data: number] }
  | { kind: 'if'; cc: number; near: boolean; body: Node[]; other: Node[] }
  | { kind: 'loop'; style: number; exit: number; body: Node[] }
  | { kind: 'call'; to: number; how: number; recursive: boolean }
  | { kind: 'table'; how: number; cases: Node[][] }
  | { kind: 'stack'; push: readonly number[]; pop: readonly number[]; body: Node[] }
  | { kind: 'patch'; /** What the patched MOV first loads. */ value: number; /** 0: MOV EAX, imm32 gets a byte from AL; 1: and is jumped over first. */ ahead: boolean; body: Node[] }
  | { kind: 'string'; op: number; rep: number; wide: boolean; from: number; to: number; count: number; down: boolean }
  | { kind: 'label'; name: number }
  | { kind: 'goto'; cc: number; name: number }
  | { kind: 'index'; value: number }
  | { kind: 'move'; by: number }
  | { kind: 'walk'; /** From r15, for rsi and rdi. */ from: number; to: number; rounds: number; /** r8 in it. */ far: number; /** Instructions up to the counting at the end. */ body: Node[] }
);
export interface Program { seed: number; functions: { node: Node & { kind: 'stack' }; page: number }[]; test: Test; nodes: number[] }

const FLOAT_APPROXIMATE = /^v?(rcp|rsqrt)/, TRANSCENDENTAL = /^(f2xm1|fyl2x|fyl2xp1|fptan|fpatan|fsin|fcos|fsincos)$/;
/** Rows that programs cannot hold, and why: control flow and the stack are nodes of their own; the rest leaves something undefined or reads what differs by host. */
function fits(row: Row): boolean {
  const [text, mnemonic, operands, flags = ''] = row;
  if (/\b(end|own)\b/.test(flags) || /^(push|pop|enter|leave|popf|pushf|cpuid|xlat)/.test(mnemonic)) return false;
  if ((FLOAT_APPROXIMATE.test(mnemonic) && !hostApproximates()) || TRANSCENDENTAL.test(mnemonic)) return false;
  if (/^(fnstenv|fnsave|frstor|fldenv|fldcw|fbld|v?ldmxcsr|v?stmxcsr|std)$/.test(mnemonic)) return false; // addresses of x87 code, exceptions unmasked, DE, direction
  if (/^v?pcmp[ei]stri$/.test(mnemonic)) return false; // writes ecx, the fuel
  if (operands.includes('X') || operands.includes('O') || operands.includes('Y')) return false; // gathers reach anywhere: gather() makes them
  return specOf(text).exact < 0 || !/^0f/.test(text);
}
let fitting: Readonly<Record<string, readonly Row[]>> | null = null;
/** Rows for programs by family. */
function rowsOf(family: string): readonly Row[] {
  fitting ??= Object.fromEntries(Object.keys(FAMILIES).map((f) => [f, rows(f).filter(fits)]));
  return fitting[family]!;
}

/** CMP r8, r9: defines the flags. */
const DEFINE_FLAGS = [0x4d, 0x39, 0xc8];
const rel = (n: number): number[] => [n & 255, (n >> 8) & 255, (n >> 16) & 255, (n >> 24) & 255];

/** A memory operand's ModRM (reg field 0), SIB and displacement; always inside the tests' data or stack, if not at their edges. */
function memoryOperand(d: Dice, size: number): { tail: number[]; rexB: boolean; rexX: boolean; segment: number; ripAt: number; data: number } {
  const step = size >= 16 ? 16 : size >= 8 ? 8 : 4, loose = d.chance(size >= 16 ? 0.002 : 0.15) ? d.below(16) : 0;
  const disp = d.below(Math.floor(256 / step)) * step - 128 + loose;
  const plain = { rexB: true, rexX: false, segment: 0, ripAt: -1, data: 0 };
  switch (d.below(10)) {
    case 0: return { ...plain, tail: [0x87, ...rel(disp * 2)] }; // [r15 + disp32]
    case 1: return { ...plain, tail: [0x05, 0, 0, 0, 0], rexB: false, ripAt: 1, data: 0x1000 + disp }; // [rip + disp32]
    case 2: return { ...plain, tail: [0x04, 0x25, ...rel(DATA + 0x1000 + disp)], rexB: false }; // [disp32]
    case 3: case 4: return { ...plain, tail: [0x44, (d.pick([0, 1, 2, 3].filter((s) => size < 16 || s === 3)) << 6) | 0x2f, (disp & 0x70) - 64 & 255], rexX: true }; // [r15 + r13·s + disp8]
    case 5: return { ...plain, tail: [0x44, 0x24, -(8 + d.below(12) * 8) & 255], rexB: false }; // [rsp − n]
    case 6: return d.chance(0.7) ? { ...plain, tail: [0x47, disp & 0x70], segment: 0 } : { ...plain, tail: [0x04, 0x25, ...rel(disp)], rexB: false, segment: d.pick([0x64, 0x65]) }; // fs:[disp32]
    default: return { ...plain, tail: [0x47, disp & 255] }; // [r15 + disp8]
  }
}

const SHARES = ['int', 'int', 'int', 'int', 'int', 'sse', 'sse', 'x87', 'mmx'], WIDE_SHARES = [...SHARES, 'avx', 'avx', 'avx', 'bmi'];
/** Indices made small (VPSRLD, VPSRLQ), at times every element asked for (VPCMPEQD), then a gather of theirs around r15: three different vectors of 0 to 7. */
function gather(d: Dice): { bytes: number[] } {
  const first = d.below(8), to = (n: number): number => (first + n) & 7, index = to(0), mask = to(1 + d.below(3)), out = to(4 + d.below(4));
  const wide = d.chance(0.5), opcode = 0x90 + d.below(4), long = (opcode & 1) !== 0, vex = (v: number): number => ((v ^ 15) << 3) | (wide ? 4 : 0) | 1;
  return { bytes: [
    0xc5, 0x80 | vex(index), long ? 0x73 : 0x72, 0xd0 | index, long ? 60 : 28,
    ...d.chance(0.6) ? [0xc5, 0x80 | vex(mask), 0x76, 0xc0 | (mask << 3) | mask] : [],
    0xc4, 0xc2, (d.chance(0.5) ? 0x80 : 0) | vex(mask), opcode, 0x44 | (out << 3), (d.below(4) << 6) | (index << 3) | 7, d.below(256),
  ] };
}
/** A random instruction that keeps away from the reserved registers as destinations. */
function instruction(d: Dice, undefinedToo: boolean): { bytes: number[]; rip?: readonly [number, number] } | null {
  const wide = testedLevel() >= 3, family = d.pick(wide ? WIDE_SHARES : SHARES);
  if (wide && d.chance(0.015)) return gather(d);
  const row = d.pick(rowsOf(family));
  const [text, mnemonic, operands] = row, spec = specOf(text);
  if (/^(div|idiv)$/.test(mnemonic) && d.chance(0.9)) return null;
  if (mnemonic === 'ud2' || mnemonic === 'privileged') return null;
  if (undefinedFlags(mnemonic) !== 0 && undefinedFlags(mnemonic) !== 0x10 && !undefinedToo) return null;
  const bytes: number[] = [];
  if (spec.vex === null && spec.mandatory === 0 && spec.opcode.length < 3 && (family === 'int' || family === 'bmi') && d.chance(0.15)) bytes.push(0x66);
  const mod3 = spec.exact >= 0 || !spec.modrm || spec.form === 'r' || (spec.form === '' && d.chance(0.55));
  let m: ReturnType<typeof memoryOperand> | null = null;
  if (!mod3) {
    const token = operands.split(' ').find((o) => /^[EMWQ]/.test(o)) ?? 'Ev', letter = token[1] ?? 'v';
    const size = letter === 'b' ? 1 : letter === 'w' ? 2 : letter === 'd' ? 4 : letter === 'x' || letter === 'l' || letter === 'h' ? 16 : letter === 't' ? 10 : 8;
    m = memoryOperand(d, size);
    if (d.chance(0.08) && / lock|^lock/.test(row[3] ?? '')) bytes.push(0xf0);
    if (m.segment !== 0) bytes.push(m.segment);
  }
  if (spec.vex === null && spec.mandatory > 0) bytes.push(spec.mandatory);
  const rexR = spec.modrm && spec.digit < 0 && d.chance(0.3);
  const rex = (d.chance(0.5) ? 8 : 0) | (rexR ? 4 : 0) | (m !== null ? (m.rexX ? 2 : 0) | (m.rexB ? 1 : 0) : d.below(2));
  if (spec.vex !== null) bytes.push(...vexBytes(d, spec, operands, rex & 7));
  else {
    if (rex !== 0 || d.chance(0.2)) bytes.push(0x40 | rex);
    const opcode = [...spec.opcode];
    if (spec.plus !== '') opcode[opcode.length - 1]! += d.below(spec.plus === '+r' ? 8 : 16);
    bytes.push(...opcode);
  }
  const reg = spec.digit >= 0 ? spec.digit : d.below(8);
  let ripAt = -1;
  if (spec.exact >= 0) bytes.push(spec.exact);
  else if (m !== null) { if (m.ripAt >= 0) ripAt = bytes.length + m.ripAt; bytes.push(m.tail[0]! | (reg << 3), ...m.tail.slice(1)); } else if (spec.modrm) bytes.push(0xc0 | (reg << 3) | d.below(8));
  for (let i = 0; i < 8; i++) bytes.push(d.chance(0.5) ? d.below(32) : d.below(256));
  const insn = decode(Uint8Array.from(bytes), 0, bytes.length);
  if (insn === null || insn.form.mnemonic !== mnemonic) return null;
  const { ops, size } = insn.form;
  if (/^vmov(a|dqa|nt)/.test(mnemonic) && ops.some((o) => o.kind === 'm' && o.bytes === 32) && d.chance(0.9)) return null; // half of them misaligned
  for (let i = 0; i < ops.length; i++) {
    const written = i === 0 || /^(xchg|xadd|mulx)$/.test(mnemonic);
    if (written && (ops[i]!.kind === 'r' || ops[i]!.kind === 'h') && RESERVED.includes(insn.regs[i]!)) return null;
  }
  if (/^bt[src]?$/.test(mnemonic) && m !== null) return null; // a bit offset reaches anywhere
  if (/^sh[lr]d$/.test(mnemonic) && size === 16) return null; // an undefined result
  const out = bytes.slice(0, insn.length);
  if (undefinedFlags(mnemonic) !== 0 && undefinedFlags(mnemonic) !== 0x10) out.push(...DEFINE_FLAGS);
  return ripAt >= 0 ? { bytes: out, rip: [ripAt, m!.data] } : { bytes: out };
}

/** An instruction of a walk: an access through rsi or rdi, or through a byte into a table, or one of the pointers goes on. */
function step(d: Dice): number[] {
  const p = 6 + d.below(2), disp = (d.below(d.pick([1, 4, 16])) - d.below(2)) * d.pick([1, 4, 8, 16]) & 255, m = (reg: number): number[] => [0x40 | (reg << 3) | p, disp], by = d.pick([1, 1, 2, 4, 4, 8, 8, 16, 24, 64, 120, -1, -4, -8, -16]) & 255;
  switch (d.below(18)) {
    case 0: return [0x0f, 0xb6, ...m(0)]; // movzx eax, byte
    case 1: return [0x03, ...m(0)];
    case 2: return [0x48, 0x03, ...m(d.pick([0, 3, 5]))];
    case 3: return [0x89, ...m(0)];
    case 4: return [d.pick([0x31, 0x01, 0x30, 0x38]), ...m(d.pick([0, 2]))]; // xor, add, xor byte, cmp byte
    case 5: return [0x48, 0x3b, ...m(3)];
    case 6: return [0x0f, 0x10, ...m(d.below(3))]; // movups
    case 7: return [0x66, 0x0f, d.pick([0xfe, 0x6f]), ...m(1)]; // paddd, movdqa: aligned
    case 8: return [0x0f, 0x11, ...m(1)];
    case 9: return [0xf2, 0x0f, d.pick([0x10, 0x11, 0x58]), ...m(2)];
    case 10: return [0x48, 0x89, 0xf3 | (p & 1) << 3, 0x48, 0x83, 0xc3, by, 0x03, 0x43, disp]; // mov rbx, p; add rbx, by; add eax, [rbx + disp]
    case 11: return [0x0f, 0xb6, 0xd0, 0x41, 0x03, 0x6c, 0x97, disp]; // movzx edx, al; add ebp, [r15 + rdx·4 + disp]
    case 12: return [0x42, 0x8b, 0x44, 0x2c | (p & 1) << 1, disp]; // mov eax, [rsp + r13 + disp] or [rsi + r13 + disp]
    case 13: return [0x4c, 0x01, 0xc0 | p]; // add p, r8
    case 14: return [0x48, 0x8d, 0x40 | (p << 3) | p, by];
    default: return d.chance(0.2) ? [0x48, 0xff, d.pick([0xc0, 0xc8]) | p] : [0x48, 0x83, d.pick([0xc0, 0xc0, 0xe8]) | p, by]; // inc, dec, add, sub
  }
}

class Maker {
  private ids = 0;
  private labels = 0;
  /** Instructions still to be given out. */
  private left: number;
  constructor(private readonly d: Dice, size: number, private readonly functions: number) { this.left = size; }
  private id(): number { return this.ids++; }

  list(depth: number, fn: number): Node[] {
    const { d } = this, out: Node[] = [], length = depth === 0 ? 3 + d.below(24) : 1 + d.below(7);
    for (let i = 0; i < length && this.left > 0; i++) { const node = this.node(depth, fn); if (node !== null) out.push(node); }
    return out;
  }
  private node(depth: number, fn: number): Node | null {
    const { d } = this, id = this.id();
    this.left--;
    const deeper = depth < 4 ? d.below(100) : 100;
    if (deeper < 12) return { id, kind: 'if', cc: d.below(16), near: d.chance(0.7), body: this.list(depth + 1, fn), other: d.chance(0.4) ? this.list(depth + 1, fn) : [] };
    if (deeper < 24) return { id, kind: 'loop', style: d.below(5), exit: d.chance(0.25) ? d.below(16) : -1, body: this.list(depth + 1, fn) };
    if (deeper < 29) return { id, kind: 'stack', ...this.pushPop(), body: this.list(depth + 1, fn) };
    if (deeper < 33) return { id, kind: 'table', how: d.below(2), cases: Array.from({ length: d.pick([2, 4]) }, () => this.list(depth + 1, fn)) };
    if (deeper < 35) return { id, kind: 'patch', value: d.u32(), ahead: d.chance(0.5), body: this.list(depth + 1, fn) };
    switch (d.below(24)) {
      case 0: case 1: {
        const recursive = d.chance(0.15), to = recursive ? d.below(fn + 1) : fn + 1 + d.below(2);
        return recursive || to < this.functions ? { id, kind: 'call', to, how: d.below(4), recursive } : null;
      }
      case 2: return { id, kind: 'string', op: d.pick([0xa4, 0xa6, 0xaa, 0xac, 0xae]), rep: d.pick([0, 0xf3, 0xf2]), wide: d.chance(0.5), from: d.below(200) - 100, to: d.below(200) - 100, count: d.below(20), down: d.chance(0.2) };
      case 3: return { id, kind: 'label', name: this.labels++ };
      case 4: return { id, kind: 'goto', cc: d.below(16), name: d.below(this.labels + 2) };
      case 5: return { id, kind: 'index', value: d.below(4) * 2 };
      case 7: if (!d.chance(0.6)) break; return this.walk(id);
      case 6: return d.chance(0.3) ? { id, kind: 'move', by: d.pick([16, 16, 16, 64, -16, -64, 32, 8]) } : null;
      default:
    }
    for (let tries = 0; tries < 20; tries++) { const insn = instruction(d, d.chance(0.3)); if (insn !== null) return { id, kind: 'insn', ...insn }; }
    return null;
  }
  /** A loop through memory, as compilers make them; in some one way of two is longer. */
  private walk(id: number): Node {
    const { d } = this, steps = (n: number): Node[] => Array.from({ length: n }, () => ({ id: this.id(), kind: 'insn', bytes: step(d) }));
    const branch = (): Node[] => (d.chance(0.35) ? [{ id: this.id(), kind: 'insn', bytes: [0xa8, d.pick([1, 3, 7, 0x80])] }, { id: this.id(), kind: 'if', cc: d.pick([4, 5]), near: true, body: steps(1 + d.below(3)), other: d.chance(0.3) ? steps(1 + d.below(2)) : [] }] : []); // test al, n
    return { id, kind: 'walk', from: d.below(64) * 16 - 512 + (d.chance(0.2) ? d.below(16) : 0), to: d.below(64) * 16 - 512 + (d.chance(0.2) ? d.below(16) : 0), rounds: d.pick([3, 20, 60, 100, 200, 400]), far: d.pick([1, 4, 16, 40, 200, 511, 512, 513, 0, -4, 2 ** 31]), body: [...steps(1 + d.below(4)), ...branch(), ...steps(d.below(3))] };
  }
  private pushPop(): { push: number[]; pop: number[] } {
    const { d } = this, free = [0, 2, 3, 5, 6, 7];
    const push = d.pick([[0x50 + d.pick(free)], [0x41, 0x50 + d.below(4)], [0x6a, d.below(256)], [0x68, ...rel(d.u32())], [0x41, 0xff, 0x77, d.below(8) * 8], [0x9c], [0x66, 0x50 + d.pick(free)], [0xff, 0x74, 0x24, d.below(4) * 8]]);
    const narrow = push[0] === 0x66, pop = narrow ? [0x66, 0x58 + d.pick(free)] : d.pick([[0x58 + d.pick(free)], [0x41, 0x58 + d.below(4)], [0x41, 0x8f, 0x47, d.below(8) * 8], [0x48, 0x8d, 0x64, 0x24, 8]]);
    return { push: [...push], pop };
  }
  /** A function: a frame (its stack node can be left out like any other) around a list. */
  function(fn: number): Node & { kind: 'stack' } {
    const { d } = this;
    return { id: this.id(), kind: 'stack', push: [0x55], pop: [0x5d], body: d.chance(0.6) ? [{ id: this.id(), kind: 'loop', style: d.below(5), exit: -1, body: this.list(0, fn) }] : this.list(0, fn) };
  }
}

const childrenOf = (n: Node): Node[] => ('cases' in n ? n.cases.flat() : 'other' in n ? [...n.body, ...n.other] : 'body' in n ? n.body : []);
const idsOf = (n: Node): number[] => [n.id, ...childrenOf(n).flatMap(idsOf)];

export function makeProgram(seed: number): Program {
  const d = new Dice(seed), functions = 1 + d.below(4), maker = new Maker(d, d.pick([5, 20, 40, 80, 150]), functions);
  const bodies = Array.from({ length: functions }, (_, fn) => ({ node: maker.function(fn), page: d.chance(0.3) ? d.below(3) : -1 }));
  const gpr = new BigUint64Array(16);
  for (let i = 0; i < 16; i++) gpr[i] = word(d);
  gpr[RCX] = BigInt(d.pick([3, 20, 100, 100, 400, 1500]));
  gpr[RSP] = BigInt(STACK + (STACK_PAGES - 1) * 4096 - d.below(32) * 8);
  gpr[R13] = BigInt(d.below(4) * 2);
  gpr[R15] = BigInt(DATA + (d.chance(0.8) ? 0x1000 + d.pick([0, 0, 0, 16, 16, 32, -256, -64, 8, 1]) : d.pick([0x2000, 0x3000]) - 16 * d.below(30)));
  const fx = new Uint8Array(FX_SIZE), f = new DataView(fx.buffer);
  f.setUint16(0, 0x37f, true);
  f.setUint16(2, d.below(8) << 11, true);
  f.setUint8(4, d.chance(0.5) ? 0 : d.below(256));
  for (let i = 0; i < 8; i++) { const [s, x] = extended(d); f.setBigUint64(32 + i * 16, s, true); f.setUint16(40 + i * 16, x, true); }
  f.setUint32(24, 0x1f80 | d.pick([0, 0x20, 0x3f, 0x3f]) | d.pick(FLUSHING) | (d.chance(0.05) ? d.below(4) << 13 : 0), true);
  f.setUint32(28, 0xffff, true);
  fillBytes(d, fx.subarray(160, 416), d.below(4));
  fillBytes(d, fx.subarray(512), d.below(4));
  const mem = new Uint8Array(1024);
  fillBytes(d, mem, d.below(4));
  const entry = d.chance(0.7) ? 0x100 + d.below(64) : 0x1000 - d.below(200);
  const test: Test = { code: new Uint8Array(0), entry, gpr, rflags: 0x202 | (d.u32() & 0x8d5), fsBase: DATA + 0x1000, gsBase: DATA + 0x1040, fx, window: 0x1000 - 512, mem, name: 'program', ignore: [0, 0] };
  return { seed, functions: bodies, test, nodes: bodies.flatMap((b) => idsOf(b.node)) };
}

/** Bytes with jumps to labels; a jump is short if it can be. */
class Assembler {
  private readonly pieces: ({ bytes: number[] } | { label: string } | { jump: number[]; short: number[] | null; to: string } | { rip: number[]; at: number; data: number } | { page: number } | { absolute: string; prefix: number[]; bytes: number })[] = [];
  private fresh = 0;
  label(): string { return `.${this.fresh++}`; }
  bytes(...bytes: readonly number[]): void { this.pieces.push({ bytes: [...bytes] }); }
  place(label: string): void { this.pieces.push({ label }); }
  rip(bytes: readonly number[], at: number, data: number): void { this.pieces.push({ rip: [...bytes], at, data }); }
  jcc(cc: number, to: string, near: boolean): void { this.pieces.push({ jump: [0x0f, 0x80 | cc], short: near ? [0x70 | cc] : null, to }); }
  jmp(to: string, near = true): void { this.pieces.push({ jump: [0xe9], short: near ? [0xeb] : null, to }); }
  call(to: string): void { this.pieces.push({ jump: [0xe8], short: null, to }); }
  /** A short-only branch: JRCXZ, LOOP. */
  shortBranch(opcode: number, to: string): void { // over a near jump, so that it always reaches
    const yes = this.label(), no = this.label();
    this.pieces.push({ jump: [], short: [opcode], to: yes });
    this.jmp(no);
    this.place(yes);
    this.jmp(to, false);
    this.place(no);
  }
  /** Bytes, then the 4- or 8-byte address of a label. */
  absolute(prefix: number[], to: string, bytes: 4 | 8): void { this.pieces.push({ absolute: to, prefix, bytes }); }
  page(n: number): void { this.pieces.push({ page: n }); }

  assemble(entry: number): Uint8Array {
    const long = new Set<number>(), labels = new Map<string, number>();
    for (;;) {
      let at = entry, grown = false;
      const out: number[] = [];
      const emit = (bytes: readonly number[]): void => { out.push(...bytes); at += bytes.length; };
      const before = new Map(labels);
      labels.clear();
      this.pieces.forEach((p, i) => {
        if ('bytes' in p && !('absolute' in p)) emit(p.bytes);
        else if ('label' in p) labels.set(p.label, at);
        else if ('rip' in p) { const b = [...p.rip]; b.splice(p.at, 4, ...rel(DATA + p.data - (CODE + at + this.ripEnd(b)))); emit(b); } else if ('absolute' in p) {
          const address = CODE + (before.get(p.absolute) ?? 0);
          emit([...p.prefix, ...rel(address), ...(p.bytes === 8 ? [0, 0, 0, 0] : [])]);
        } else if ('page' in p) { if (p.page * 4096 > at) emit(new Array(p.page * 4096 - at).fill(0xcc)); } else {
          const target = before.get(p.to) ?? at;
          const short = p.short !== null && (!long.has(i) || p.jump.length === 0);
          const distance = target - (at + (short ? p.short!.length + 1 : p.jump.length + 4));
          if (short) {
            if ((distance < -128 || distance > 127) && before.size > 0 && p.jump.length > 0) { long.add(i); grown = true; }
            emit([...p.short!, distance & 255]);
          } else emit([...p.jump, ...rel(distance)]);
        }
      });
      let same = before.size === labels.size;
      for (const [name, where] of labels) if (before.get(name) !== where) same = false;
      if (same && !grown) return Uint8Array.from(out);
      if (out.length > CODE_PAGES * 4096) throw new Error('the program is too long');
    }
  }
  /** Length of the first instruction in these bytes: what rip is relative to. */
  private ripEnd(bytes: readonly number[]): number { return decode(Uint8Array.from(bytes), 0, bytes.length)!.length; }
}

/** The test of a program of which only some nodes are kept; the body of one that is left out stays. */
export function assemble(p: Program, kept: ReadonlySet<number> | null = null): Test {
  const a = new Assembler(), has = (n: Node): boolean => kept === null || kept.has(n.id);
  /** Labels by the innermost function or push that they are in: a jump across one would unbalance the stack. */
  const labels = new Map<number, number>();
  const visit = (n: Node, frame: number): void => {
    if (n.kind === 'label' && has(n)) labels.set(n.name, frame);
    childrenOf(n).forEach((c) => visit(c, n.kind === 'stack' && has(n) ? n.id : frame));
  };
  p.functions.forEach((f, i) => visit(f.node, -1 - i));
  let frame = -1;
  const list = (nodes: readonly Node[]): void => nodes.forEach((n) => emit(n));
  const spend = (out: string): void => { a.shortBranch(0xe3, out); a.bytes(0x48, 0x8d, 0x49, 0xff); }; // jrcxz out; lea rcx, [rcx − 1]
  const emit = (n: Node): void => {
    if (!has(n)) { list(childrenOf(n)); return; }
    switch (n.kind) {
      case 'insn': if (n.rip !== undefined) a.rip(n.bytes, n.rip[0], n.rip[1]); else a.bytes(...n.bytes); return;
      case 'if': {
        const no = a.label(), end = a.label();
        a.jcc(n.cc, no, n.near);
        list(n.body);
        if (n.other.length > 0) a.jmp(end, n.near);
        a.place(no);
        list(n.other);
        a.place(end);
        return;
      }
      case 'loop': {
        const top = a.label(), end = a.label();
        if (n.style === 3) { const out = a.label(); a.jmp(end); a.place(top); list(n.body); a.place(end); a.shortBranch(0xe3, out); a.bytes(0x48, 0x83, 0xe9, 1); a.jcc(15, top, true); a.place(out); return; } // the test at the bottom, entered there
        a.place(top);
        list(n.body);
        if (n.exit >= 0) a.jcc(n.exit, end, true);
        if (n.style < 2) a.shortBranch(0xe3, end);
        if (n.style === 0) { a.bytes(0x48, 0xff, 0xc9); a.jcc(15, top, true); } // dec rcx; jg
        else if (n.style === 1) { a.bytes(0x83, 0xe9, 1); a.jcc(15, top, true); } // sub ecx, 1; jg
        else if (n.style === 2) { a.shortBranch(0xe3, end); a.shortBranch(0xe2, top); } // jrcxz; loop
        else { spend(end); a.jmp(top); } // flags untouched
        a.place(end);
        return;
      }
      case 'call': {
        const skip = a.label(), to = `f${n.to}`;
        if (n.recursive) { a.bytes(0x48, 0x83, 0xf9, 0x20); a.jcc(6, skip, true); a.bytes(0x48, 0x83, 0xe9, 0x20); } // each takes 32 of the fuel
        if (n.how === 0) a.call(to);
        else if (n.how === 1) { a.absolute([0x41, 0xbc], to, 4); a.bytes(0x41, 0xff, 0xd4); } // mov r12d, to; call r12
        else if (n.how === 2) { const at = a.label(), over = a.label(); a.jmp(over); a.place(at); a.absolute([], to, 8); a.place(over); a.absolute([0xff, 0x14, 0x25], at, 4); } // call [at]
        else { const back = a.label(); a.absolute([0x68], back, 4); a.jmp(to, false); a.place(back); } // push back; jmp
        a.place(skip);
        return;
      }
      case 'table': {
        const table = a.label(), end = a.label(), labelsOf = n.cases.map(() => a.label()), over = a.label();
        a.jmp(over);
        a.place(table);
        for (const l of labelsOf) a.absolute([], l, 8);
        a.place(over);
        a.bytes(0x44, 0x0f, 0xb6, 0xe0 | n.how * 2, 0x41, 0x83, 0xe4, n.cases.length - 1); // movzx r12d, al or dl; and r12d, n − 1
        if (n.how === 0) a.absolute([0x42, 0xff, 0x24, 0xe5], table, 4); // jmp [table + r12·8]
        else { a.absolute([0x4e, 0x8b, 0x24, 0xe5], table, 4); a.bytes(0x41, 0xff, 0xe4); } // mov r12, [table + r12·8]; jmp r12
        n.cases.forEach((c, i) => { a.place(labelsOf[i]!); list(c); a.jmp(end); });
        a.place(end);
        return;
      }
      case 'stack': { const outer = frame; frame = n.id; a.bytes(...n.push); list(n.body); a.bytes(...n.pop); frame = outer; return; }
      case 'patch': { // mov [imm of the MOV], al; … ; mov edx, imm32
        const at = a.label();
        const store = (): void => a.absolute([0x88, 0x04, 0x25], at, 4);
        const target = (): void => { a.bytes(0xba); a.place(at); a.bytes(...rel(n.value)); };
        if (n.ahead) { store(); list(n.body); target(); } else { target(); list(n.body); store(); }
        return;
      }
      case 'string': // mov r12, rcx; mov ecx, n; lea rsi, [r15 + a]; lea rdi, [r15 + b]; rep …; mov rcx, r12
        a.bytes(0x49, 0x89, 0xcc);
        if (n.rep !== 0) a.bytes(0xb9, ...rel(n.count));
        a.bytes(0x49, 0x8d, 0xb7, ...rel(n.from), 0x49, 0x8d, 0xbf, ...rel(n.to));
        if (n.down) a.bytes(0xfd);
        if (n.rep !== 0) a.bytes(n.rep);
        a.bytes(n.wide ? n.op + 1 : n.op);
        if (n.down) a.bytes(0xfc);
        a.bytes(0x4c, 0x89, 0xe1);
        return;
      case 'label': a.place(`l${n.name}`); return;
      case 'goto': if (labels.get(n.name) === frame) { const no = a.label(); spend(no); a.jcc(n.cc, `l${n.name}`, false); a.place(no); } return;
      case 'index': a.bytes(0x41, 0xbd, ...rel(n.value)); return;
      case 'walk': { // lea rsi, [r15 + a]; lea rdi, [r15 + b]; mov r8, far; mov r12d, rounds; … ; dec r12; jnz
        const top = a.label();
        a.bytes(0x49, 0x8d, 0xb7, ...rel(n.from), 0x49, 0x8d, 0xbf, ...rel(n.to), 0x49, 0xc7, 0xc0, ...rel(n.far), 0x41, 0xbc, ...rel(n.rounds));
        a.place(top);
        list(n.body);
        a.bytes(0x49, 0xff, 0xcc);
        a.jcc(5, top, true);
        return;
      }
      case 'move': a.bytes(0x4d, 0x8d, 0x7f, n.by & 255); return;
    }
  };
  p.functions.forEach((f, i) => {
    if (f.page >= 0 && i > 0) a.page(f.page + 1);
    a.place(`f${i}`);
    frame = -1 - i;
    emit(f.node);
    a.bytes(i === 0 ? 0xcc : 0xc3);
  });
  return { ...p.test, code: a.assemble(p.test.entry) };
}
