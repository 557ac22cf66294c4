// Every encoding row, parsed into the opcode maps that the decoder walks.
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
/** One bit an opcode: some row needs a ModRM byte. */
export const modrmMaps: Uint8Array[] = [0, 1, 2, 3, 4, 5, 6, 7].map(() => new Uint8Array(256));
const FIXED = new Set(['AL', 'CL', 'AX', 'DX', 'eAX', '1']);

/** maps[m][opcode]: one-byte, 0F, 0F38, 0F3A; and by VEX: 5 for 0F, 6 for 0F38, 7 for 0F3A. */
export const VEX_MAPS = 4;
export const maps: ParsedRow[][][] = [0, 1, 2, 3, 4, 5, 6, 7].map(() => Array.from({ length: 256 }, () => []));

function letter(text: string): number {
  const code = LETTERS[text];
  if (code === undefined) throw new Error(`operand letter ${text}`);
  return code;
}

function parse(row: Row): void {
  const [spec, mnemonic, operands, flagText = ''] = row;
  const vex = /^v([01i])?(?:w([01]))?\./.exec(spec), match = /^(np)?([0-9a-f]+)(\+r|\+cc)?(?:\/([0-7r])([mr])?)?(?:=([0-9a-f]{2}))?$/.exec(spec.slice(vex?.[0].length ?? 0));
  if (match === null) throw new Error(`bad row ${spec}`);
  let hex = match[2]!, prefix = match[1] !== undefined ? 1 : 0;
  if (prefix === 0 && hex.length >= 4 && /^(66|f2|f3)/.test(hex)) { prefix = parseInt(hex.slice(0, 2), 16); hex = hex.slice(2); }
  let map = 0;
  if (hex.startsWith('0f38') && hex.length === 6) map = 2;
  else if (hex.startsWith('0f3a') && hex.length === 6) map = 3;
  else if (hex.startsWith('0f') && hex.length === 4) map = 1;
  else if (hex.length !== 2) throw new Error(`bad opcode ${spec}`);
  if (vex !== null) map += VEX_MAPS;
  const opcode = parseInt(hex.slice(-2), 16);
  const flags = new Set(flagText.split(' ').filter((x) => x !== ''));
  let cost: number = COST.insn.simple;
  for (const flag of flags) if (flag in COST_CLASS) cost = COST_CLASS[flag]!;
  const ops = operands.split(' ').filter((x) => x !== '').map((text): OperandSpec => FIXED.has(text) ? { letter: LETTERS[text]!, width: FIXED_WIDTHS[text]! } : { letter: letter(text[0]!), width: WIDTHS[text.slice(1)] ?? Number(text.slice(1)) });
  const first = operands.split(' ')[0]!;
  const parsed: ParsedRow = {
    mnemonic, prefix, needsModrm: match[4] !== undefined || match[6] !== undefined, digit: match[4] !== undefined && match[4] !== 'r' ? Number(match[4]) : -1,
    mod: (match[5] ?? '') as '' | 'm' | 'r', exact: match[6] !== undefined ? parseInt(match[6], 16) : -1, noMemory: ops.some((o) => o.letter === L.C || o.letter === L.D), cc: match[3] === '+cc', ops, flags, cost,
    flow: flags.has('own') ? 'own' : flags.has('end') ? 'end' : '',
    byteSized: flags.has('size8') || first === 'AL' || (first[1] === 'b' && 'EGZOX'.includes(first[0]!)),
    d64: flags.has('d64'), f64: flags.has('f64'), mayLock: flags.has('lock'), immform: flags.has('immform'), mayRep: flags.has('rep'),
    forms: new Map(), opcode, vexL: vex === null ? -1 : vex[1] === 'i' ? 3 : Number(vex[1] ?? 2), vexW: vex === null ? -1 : Number(vex[2] ?? 2), usesW: vex === null || flags.has('w') || ops.some((o) => o.width === W.y), vvvv: ops.some((o) => o.letter === L.H || o.letter === L.B), vsib: ops.some((o) => o.letter === L.Y),
    level: vex !== null || flags.has('v3') ? 3 : flags.has('v2') ? 2 : 1,
  };
  const count = match[3] === '+r' ? 8 : match[3] === '+cc' ? 16 : 1;
  for (let i = 0; i < count; i++) {
    maps[map]![opcode + i]!.push(parsed);
    if (parsed.needsModrm) modrmMaps[map]![opcode + i] = 1;
  }
}
for (const row of INT_ROWS) parse(row);
for (const row of SSE_ROWS) parse(row);
for (const row of X87_ROWS) parse(row);
for (const row of MMX_ROWS) parse(row);
for (const row of BMI_ROWS) parse(row);
sortRows(0, VEX_MAPS + 1);
let vexKnown = false;
/** Before maps above VEX_MAPS are looked at. */
export function knowVex(): void {
  if (vexKnown) return;
  vexKnown = true;
  for (const row of avxRows()) parse(row);
  sortRows(VEX_MAPS + 1, maps.length);
}
/** The most specific rows first: exact modrm, then a digit, then any. */
function sortRows(from: number, to: number): void {
  for (let m = from; m < to; m++) for (const list of maps[m]!) list.sort((a, b) => Number(b.exact >= 0) - Number(a.exact >= 0) || Number(b.digit >= 0) - Number(a.digit >= 0) || Number(b.mod !== '') - Number(a.mod !== ''));
}

/** Condition of a row with +cc, found in the opcode byte. */
export function makeForm(row: ParsedRow, kinds: readonly OperandKind[], bytes: readonly number[], size: 8 | 16 | 32 | 64, mem: MemShape, rep: number, lock: boolean, imm: number | null, cc: number): Form {
  const plain = row.mnemonic === 'nop';
  const ops = plain ? [] : kinds.map((kind, i) => ({ kind, bytes: bytes[i]! }));
  const shape = plain ? 0 : mem;
  const key = `${row.mnemonic} ${ops.map((o) => `${o.kind}${o.bytes} `).join('')}z${size} a${shape}${rep !== 0 ? ` rep${rep.toString(16)}` : ''}${lock ? ' lock' : ''}${imm !== null ? ` imm${imm}` : ''}${cc >= 0 ? ` cc${cc}` : ''}`;
  const atomic = lock || (row.mnemonic === 'xchg' && shape !== 0);
  return { key, mnemonic: row.mnemonic, ops, size: plain ? 64 : size, mem: shape, rep, lock, imm, flags: row.flags, cost: atomic ? COST.insn.atomic : row.cost, cc, flow: row.flow };
}
