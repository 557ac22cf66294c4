// Every encoding row in the opcode maps that the decoder walks. The rows of an opcode are parsed when it is first decoded: a run meets a quarter of them.
import { COST } from '../../clock/costs.ts';
import type { Form, MemShape, OperandKind, Row } from './insn.ts';
import { INT_ROWS } from './rows-int.ts';
import { MMX_ROWS } from './rows-mmx.ts';
import { SSE_ROWS } from './rows-sse.ts';
import { BMI_ROWS, avxRows } from './rows-v3.ts';
import { X87_ROWS } from './rows-x87.ts';

/** Operand letters and fixed operands as small numbers. */
export const L = { E: 1, M: 2, G: 3, R: 4, Z: 5, V: 6, W: 7, U: 8, P: 9, Q: 10, N: 11, T: 12, S: 13, AL: 14, CL: 15, AX: 16, DX: 17, eAX: 18, one: 19, X: 20, O: 21, I: 22, J: 23, C: 24, D: 25, K: 26, H: 27, B: 28, L: 29, Y: 30 } as const;
/** Width: bytes, or one of these: by operand size, REX.W, vector length (whole, half, quarter, eighth). */
export const W = { v: -1, y: -2, z: -3, l: -4, h: -5, g: -6, e: -7 } as const;
const LETTERS: Record<string, number> = { ...L, 1: L.one };
const WIDTHS: Record<string, number> = { b: 1, w: 2, d: 4, q: 8, t: 10, x: 16, v: W.v, y: W.y, z: W.z, l: W.l, h: W.h, g: W.g, e: W.e, '': 0 };
const FIXED_WIDTHS: Record<string, number> = { AL: 1, CL: 1, AX: 2, DX: 2, eAX: W.v, 1: 1 };
export interface OperandSpec { letter: number; width: number }
export interface ParsedRow {
  readonly mnemonic: string;
  /** 0 any, 1 none (np), else the mandatory prefix byte. */
  readonly prefix: number;
  readonly needsModrm: boolean;
  readonly digit: number; // −1 any
  readonly mod: '' | 'm' | 'r';
  readonly exact: number; // modrm byte or −1
  /** ModRM's mod field does not count: there is no SIB and no displacement. */
  readonly noMemory: boolean;
  readonly cc: boolean;
  readonly ops: readonly OperandSpec[];
  readonly flags: ReadonlySet<string>;
  readonly cost: number;
  readonly flow: '' | 'end' | 'own';
  readonly byteSized: boolean;
  readonly d64: boolean; readonly f64: boolean; readonly mayLock: boolean; readonly immform: boolean; readonly mayRep: boolean;
  readonly forms: Map<number | string, Form>;
  readonly opcode: number;
  /** Of the x86-64 levels, the first that has it. */
  readonly level: 1 | 2 | 3;
  /** Of VEX rows (else −1): the vector length, 0 or 1, that they need, 2 for any, 3 for any and ignored; and VEX.W, 2 for any. */
  readonly vexL: number; readonly vexW: number;
  /** REX.W or VEX.W is a part of the form. */
  readonly usesW: boolean;
  /** VEX.vvvv is an operand. */
  readonly vvvv: boolean;
  /** The memory operand has a vector of indices. */
  readonly vsib: boolean;
}

const COST_CLASS: Record<string, number> = { mul: COST.insn.mul, div: COST.insn.div, fp: COST.insn.fp, fpdiv: COST.insn.fpDiv, x87: COST.insn.x87, string: COST.insn.string, atomic: COST.insn.atomic, cpuid: COST.insn.cpuid, fence: COST.insn.fence };
/** The maps are one-byte, 0F, 0F38, 0F3A; and by VEX: 5 for 0F, 6 for 0F38, 7 for 0F3A. */
export const VEX_MAPS = 4;
/** By map << 8 | opcode: MODRM if some row needs a ModRM byte, PLAIN if some row has none. */
export const modrmUse = new Uint8Array(2048);
export const MODRM = 1, PLAIN = 2;
const FIXED = new Set(['AL', 'CL', 'AX', 'DX', 'eAX', '1']);

/** By map << 8 | opcode. */
const unparsed: (Row[] | undefined)[] = new Array(2048).fill(undefined);
const lists: (ParsedRow[] | undefined)[] = new Array(2048).fill(undefined);
/** A row of several opcodes is one. */
const parsedRows = new Map<Row, ParsedRow>();
const NO_ROWS: readonly ParsedRow[] = [];

function letter(text: string): number {
  const code = LETTERS[text];
  if (code === undefined) throw new Error(`operand letter ${text}`);
  return code;
}

/** Where a row's spec puts it: [v…. for VEX] [np | mandatory prefix] opcode [+r | +cc] [/digit [m | r]] [=ModRM]. */
function place(spec: string): { prefix: number; map: number; opcode: number; count: number } {
  const from = spec[0] === 'v' ? spec.indexOf('.') + 1 : 0, plus = spec.indexOf('+'), slash = spec.search(/[/=]/), end = plus >= 0 ? plus : slash >= 0 ? slash : spec.length, none = spec.startsWith('np', from);
  let hex = spec.slice(none ? from + 2 : from, end), prefix = none ? 1 : 0;
  if (!none && hex.length >= 4 && (hex.startsWith('66') || hex.startsWith('f2') || hex.startsWith('f3'))) { prefix = parseInt(hex.slice(0, 2), 16); hex = hex.slice(2); }
  let map = 0;
  if (hex.startsWith('0f38') && hex.length === 6) map = 2;
  else if (hex.startsWith('0f3a') && hex.length === 6) map = 3;
  else if (hex.startsWith('0f') && hex.length === 4) map = 1;
  else if (hex.length !== 2) throw new Error(`bad opcode ${spec}`);
  if (from > 0) map += VEX_MAPS;
  return { prefix, map, opcode: parseInt(hex.slice(-2), 16), count: plus < 0 ? 1 : spec[plus + 1] === 'r' ? 8 : 16 };
}
function parse(row: Row): ParsedRow {
  const [spec, mnemonic, operands, flagText = ''] = row;
  const vex = /^v([01i])?(?:w([01]))?\./.exec(spec), match = /^(?:np)?[0-9a-f]+(\+r|\+cc)?(?:\/([0-7r])([mr])?)?(?:=([0-9a-f]{2}))?$/.exec(spec.slice(vex?.[0].length ?? 0));
  if (match === null) throw new Error(`bad row ${spec}`);
  const { prefix, opcode } = place(spec);
  const flags = new Set(flagText.split(' ').filter((x) => x !== ''));
  let cost: number = COST.insn.simple;
  for (const flag of flags) if (flag in COST_CLASS) cost = COST_CLASS[flag]!;
  const ops = operands.split(' ').filter((x) => x !== '').map((text): OperandSpec => FIXED.has(text) ? { letter: LETTERS[text]!, width: FIXED_WIDTHS[text]! } : { letter: letter(text[0]!), width: WIDTHS[text.slice(1)] ?? Number(text.slice(1)) });
  const first = operands.split(' ')[0]!;
  return {
    mnemonic, prefix, needsModrm: match[2] !== undefined || match[4] !== undefined, digit: match[2] !== undefined && match[2] !== 'r' ? Number(match[2]) : -1,
    mod: (match[3] ?? '') as '' | 'm' | 'r', exact: match[4] !== undefined ? parseInt(match[4], 16) : -1, noMemory: ops.some((o) => o.letter === L.C || o.letter === L.D), cc: match[1] === '+cc', ops, flags, cost,
    flow: flags.has('own') ? 'own' : flags.has('end') ? 'end' : '',
    byteSized: flags.has('size8') || first === 'AL' || (first[1] === 'b' && 'EGZOX'.includes(first[0]!)),
    d64: flags.has('d64'), f64: flags.has('f64'), mayLock: flags.has('lock'), immform: flags.has('immform'), mayRep: flags.has('rep'),
    forms: new Map(), opcode, vexL: vex === null ? -1 : vex[1] === 'i' ? 3 : Number(vex[1] ?? 2), vexW: vex === null ? -1 : Number(vex[2] ?? 2), usesW: vex === null || flags.has('w') || ops.some((o) => o.width === W.y), vvvv: ops.some((o) => o.letter === L.H || o.letter === L.B), vsib: ops.some((o) => o.letter === L.Y),
    level: vex !== null || flags.has('v3') ? 3 : flags.has('v2') ? 2 : 1,
  };
}
function know(rows: readonly Row[]): void {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!, spec = row[0], { map, opcode, count } = place(spec), use = /[/=]/.test(spec) ? MODRM : PLAIN;
    for (let at = map << 8 | opcode, end = at + count; at < end; at++) {
      (unparsed[at] ??= []).push(row);
      modrmUse[at]! |= use;
    }
  }
}
for (const rows of [INT_ROWS, SSE_ROWS, X87_ROWS, MMX_ROWS, BMI_ROWS]) know(rows);
let vexKnown = false;
/** Before maps above VEX_MAPS are looked at. */
export function knowVex(): void {
  if (vexKnown) return;
  vexKnown = true;
  know(avxRows());
}
function parsed(row: Row): ParsedRow {
  let known = parsedRows.get(row);
  if (known === undefined) parsedRows.set(row, known = parse(row));
  return known;
}
/** The rows of an opcode, the most specific first: exact ModRM, then a digit, then any. */
export function rowsOf(map: number, opcode: number): readonly ParsedRow[] {
  const at = map << 8 | opcode, known = lists[at];
  if (known !== undefined) return known;
  const rows = unparsed[at];
  if (rows === undefined) return NO_ROWS;
  return lists[at] = rows.map(parsed).sort((a, b) => Number(b.exact >= 0) - Number(a.exact >= 0) || Number(b.digit >= 0) - Number(a.digit >= 0) || Number(b.mod !== '') - Number(a.mod !== ''));
}

/** Condition of a row with +cc, found in the opcode byte. */
export function makeForm(row: ParsedRow, kinds: readonly OperandKind[], bytes: readonly number[], size: 8 | 16 | 32 | 64, mem: MemShape, rep: number, lock: boolean, imm: number | null, cc: number): Form {
  const plain = row.mnemonic === 'nop';
  const ops = plain ? [] : kinds.map((kind, i) => ({ kind, bytes: bytes[i]! }));
  const shape = plain ? 0 : mem;
  const key = `${row.mnemonic} ${ops.map((o) => `${o.kind}${o.bytes} `).join('')}z${size} a${shape}${rep !== 0 ? ` rep${rep.toString(16)}` : ''}${lock ? ' lock' : ''}${imm !== null ? ` imm${imm}` : ''}${cc >= 0 ? ` cc${cc}` : ''}`;
  const atomic = lock || (row.mnemonic === 'xchg' && shape !== 0);
  return { key, mnemonic: row.mnemonic, ops, size: plain ? 64 : size, mem: shape, rep, lock, imm, flags: row.flags, cost: atomic ? COST.insn.atomic : row.cost, cc, flow: row.mayRep && rep === 0 ? '' : row.flow };
}
