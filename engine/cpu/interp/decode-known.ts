// The decoder's fast half, in WebAssembly: writes the records of instructions whose prefixes, opcode, ModRM and SIB have been decoded before.
// All of a record but its displacement, immediate and place follows from those: the first such record is the template of the others (records.ts).
import { MODRM, PLAIN, VEX_MAPS, modrmUse } from '../decode/rows.ts';
import { BLK, DECODE, DECODE_TABLES, FUSION, REC, TEMPLATES, TEMPLATE_BITS } from '../layout.ts';
import { I32, I64 } from '../wasm/builder.ts';
import type { Func, Module } from '../wasm/builder.ts';
import { HOT_FORMS } from './common-forms.ts';
import { SLOT } from './dispatch.ts';
import { FUSED, NONE, ROW_BITS } from './fused-forms.ts';

/** How a block goes on behind an instruction: with the next; not; and the same for one that is a block of its own. */
export const FLOW = { next: 0, end: 1, own: 2 } as const;

/** A template: key; SIB | VALID | shape; of its record handler slot and register operands, base and index, segment and fourth operand; immediate; cost, scale, flow. */
export const T = { key: 0, sib: 4, fn: 8, base: 16, seg: 20, imm: 24, cost: 28, scale: 30, flow: 31, size: 32 } as const;
export const VALID = 0x100;
/** Bits of the shape: the displacement is relative to the next instruction; so is the immediate; bytes of the displacement, 0, 1 or 4; of the immediate. */
export const SHAPE = { ripRelative: 0x200, branch: 0x400, disp: 12, imm: 16 } as const;
/** Widths of an immediate that a template may have. */
export const WIDTHS: readonly number[] = [0, 1, 2, 4, 8];

/** By byte: the bits of a prefix in a key; REFUSED: a prefix of no effect, left to the decoder. */
const REFUSED = 0x80;
const PREFIXES = [[0x66, 1], [0x67, 2], [0xf2, 4], [0xf3, 8], [0xf0, 16], [0x64, 32], [0x65, 64], [0x26, REFUSED], [0x2e, REFUSED], [0x36, REFUSED], [0x3e, REFUSED]] as const;
/** Bits of which only one may be set: the last prefix of its kind counts, which is the decoder's business. */
const REPS = 12, SEGMENTS = 96;
/** Parts of a key. */
export const KEY = { rex: 7, opcode: 12, map: 20, modrm: 22 } as const;
const OPCODES = 256;
/** What the bytes of an opcode are followed by, by map << 8 | opcode: left to the decoder, no ModRM, ModRM. */
export const HEAD = { unknown: 0, plain: 1, modrm: 2 } as const;
const HEADS = modrmUse.subarray(0, VEX_MAPS << 8).map((use) => (use === MODRM ? HEAD.modrm : use === PLAIN ? HEAD.plain : HEAD.unknown));
export const hasModrm = (key: number): boolean => HEADS[(key >> KEY.opcode) & 1023] === HEAD.modrm;

/** The tables that the function reads. */
export function decodeTables(m: Module): void {
  const prefixes = new Uint8Array(256);
  for (const [byte, bits] of PREFIXES) prefixes[byte] = bits;
  m.data(DECODE_TABLES, prefixes);
  m.data(DECODE_TABLES + OPCODES, HEADS);
}

/**
 * known(block, at, end, k, most) → the number of records in the block: decodes from `at`, the block's instruction k, until the block ends, has `most` records, reaches
 * `end`, the end of its page, or comes to an instruction that has no template. Leaves what it found in the words of DECODE.
 */
export function emitDecodeKnown(f: Func): void {
  const block = 0, at = 1, end = 2, k = 3, most = 4;
  const p = f.local(I32), key = f.local(I32), byte = f.local(I32), bits = f.local(I32), sib = f.local(I32), t = f.local(I32), shape = f.local(I32), r = f.local(I32), cost = f.local(I32);
  const flow = f.local(I32), token = f.local(I32), head = f.local(I32), imm = f.local(I64), disp = f.local(I32), next = f.local(I32), more = f.local(I32);
  const fetch = (): void => { f.get(p).i32Load8U().set(byte).get(p).i32Const(1).i32Add().set(p); };
  const isRex = (): void => { f.get(byte).i32Const(0xf0).i32And().i32Const(0x40).i32Eq(); };
  const prefixOf = (): void => { f.get(byte).i32Load8U(DECODE_TABLES); };
  f.i32Const(NONE).set(token);
  const finished = f.block(), decoder = f.block(), unknown = f.block(), loop = f.loop();
  f.get(k).get(most).i32GeU().get(at).get(end).i32GeU().i32Or().brIf(finished);
  f.get(at).i32Const(15).i32Add().get(end).i32GtU().brIf(decoder);
  f.get(at).set(p).i32Const(0).set(key); fetch();
  // Prefixes, then REX
  const noPrefix = f.block(), another = f.loop();
  prefixOf(); f.tee(bits).i32Eqz().brIf(noPrefix);
  f.get(bits).i32Const(REFUSED).i32Eq().brIf(decoder);
  f.get(key).i32Const(REPS).i32Const(SEGMENTS).get(bits).get(bits).i32Const(SEGMENTS).i32And().select().get(bits).i32Const(REPS).i32And().select().i32And().brIf(decoder);
  f.get(key).get(bits).i32Or().set(key); fetch();
  f.br(another).end().end();
  isRex(); f.ifThen();
  f.get(key).get(byte).i32Const(15).i32And().i32Const(16).i32Or().i32Const(KEY.rex).i32Shl().i32Or().set(key); fetch();
  prefixOf(); isRex(); f.i32Or().brIf(decoder);
  f.end();
  // Opcode
  f.get(byte).i32Const(0x0f).i32Eq().ifThen();
  fetch();
  f.get(byte).i32Const(~2).i32And().i32Const(0x38).i32Eq().ifThen();
  f.get(byte).i32Const(1).i32ShrU().i32Const(1).i32And().i32Const(2).i32Add().i32Const(KEY.map).i32Shl().get(key).i32Or().set(key); fetch();
  f.else().get(key).i32Const(1 << KEY.map).i32Or().set(key).end();
  f.end();
  f.get(key).get(byte).i32Const(KEY.opcode).i32Shl().i32Or().tee(key).i32Const(KEY.opcode).i32ShrU().i32Const(1023).i32And().i32Load8U(DECODE_TABLES + OPCODES).tee(bits).i32Eqz().brIf(decoder);
  // ModRM and SIB
  f.i32Const(0).set(sib).get(bits).i32Const(HEAD.modrm).i32Eq().ifThen();
  fetch();
  f.get(key).get(byte).i32Const(KEY.modrm).i32Shl().i32Or().set(key);
  f.get(byte).i32Const(0xc0).i32LtU().get(byte).i32Const(7).i32And().i32Const(4).i32Eq().i32And().ifThen();
  fetch();
  f.get(byte).set(sib).end().end();
  // The template
  f.get(key).get(sib).i32Const(8).i32Shl().i32Xor().tee(t).get(t).i32Const(16).i32ShrU().i32Xor().i32Const(0x9e3779b1 | 0).i32Mul().i32Const(32 - TEMPLATE_BITS).i32ShrU().i32Const(5).i32Shl().i32Const(TEMPLATES).i32Add().tee(t);
  const other = (): void => {
    f.i32Load(T.key).get(key).i32Ne().get(t).i32Load(T.sib).tee(shape).i32Const(VALID | 255).i32And().get(sib).i32Const(VALID).i32Or().i32Ne().i32Or();
  };
  other(); f.ifThen();
  f.get(t).i32Const(T.size).i32Xor().tee(t); // one of two places beside each other
  other(); f.brIf(unknown);
  f.end();
  f.get(t).i32Load8U(T.flow).tee(bits).i32Const(FLOW.own).i32Eq().get(k).i32Const(0).i32Ne().i32And().brIf(finished); // a block of its own
  f.get(bits).set(flow);
  // The record
  f.get(block).get(k).i32Const(REC.size).i32Mul().i32Add().tee(r).get(t).i64Load(T.fn).i64Store(BLK.size + REC.fn);
  f.get(cost).get(t).i32Load16U(T.cost).i32Add().set(cost);
  f.get(r).get(t).i32Load(T.base).i32Store(BLK.size + REC.base);
  f.get(r).get(t).i32Load(T.seg).i32Store(BLK.size + REC.seg);
  // Displacement
  f.i32Const(0).set(disp);
  f.get(shape).i32Const(SHAPE.disp).i32ShrU().i32Const(15).i32And().tee(bits).ifThen();
  f.get(p).get(bits).i32Add();
  f.get(bits).i32Const(1).i32Eq().ifThen(I32).get(p).i32Load8S().else().get(p).i32Load(0, 0).end().set(disp).set(p).end();
  // Immediate
  f.get(shape).i32Const(SHAPE.imm).i32ShrU().tee(bits).i32Eqz().ifThen(I64).get(t).i64Load32S(T.imm).else();
  f.get(bits).i32Const(1).i32Eq().ifThen(I64).get(p).i64Load8S().else();
  f.get(bits).i32Const(4).i32Eq().ifThen(I64).get(p).i64Load32S(0, 0).else();
  f.get(bits).i32Const(2).i32Eq().ifThen(I64).get(p).i64Load16S(0, 0).else().get(p).i64Load(0, 0).end().end().end().end().set(imm);
  f.get(p).get(bits).i32Add().tee(p).get(at).i32Const(-4096).i32And().i32Sub().set(next);
  f.get(shape).i32Const(SHAPE.branch).i32And().ifThen().get(imm).i32WrapI64().get(next).i32Add().i64ExtendI32U().get(next).i64ExtendI32U().i64Const(32).i64Shl().i64Or().set(imm).end();
  f.get(shape).i32Const(SHAPE.ripRelative).i32And().ifThen().get(disp).get(next).i32Add().set(disp).end();
  f.get(r).get(imm).i64Store(BLK.size + REC.imm).get(r).get(disp).i32Store(BLK.size + REC.disp);
  f.get(r).get(at).i32Const(4095).i32And().get(p).get(at).i32Sub().i32Const(12).i32Shl().i32Or();
  f.get(t).i32Load8U(T.scale).i32Const(16).i32Shl().i32Or().get(k).i32Const(24).i32Shl().i32Or().i32Store(BLK.size + REC.off);
  // With those before it one sequence?
  f.get(t).i32Load16U(T.fn).i32Const(SLOT.first).i32Sub().tee(bits).i32Const(HOT_FORMS.length).i32LtU().ifThen();
  f.get(token).i32Const(ROW_BITS).i32Shl().get(bits).i32Add().i32Load8U(FUSION).tee(byte).ifThen();
  f.get(byte).i32Const(1).i32Sub().set(token).get(head).get(token).i32Const(SLOT.fused).i32Add().i32Store16(BLK.size + REC.fn);
  f.else().get(bits).i32Const(FUSED.length).i32Add().set(token).get(r).set(head).end();
  f.else().i32Const(NONE).set(token).end();
  f.get(p).set(at).get(k).i32Const(1).i32Add().set(k);
  f.get(flow).i32Eqz().brIf(loop).br(finished);
  f.end().end(); // unknown: the decoder's record becomes the template, in the second place if that alone is free
  f.get(t).get(t).i32Const(T.size).i32Xor().get(t).i32Load(T.sib).i32Const(VALID).i32And().i32Eqz().get(t).i32Const(T.size).i32Xor().i32Load(T.sib).i32Const(VALID).i32And().i32And().select().set(t);
  f.i32Const(1).set(more);
  f.i32Const(0).get(t).i32Store(DECODE.template).i32Const(0).get(key).i32Store(DECODE.key).i32Const(0).get(sib).i32Store(DECODE.sib).i32Const(0).get(p).get(at).i32Sub().i32Store(DECODE.head);
  f.br(finished).end(); // decoder: left to it every time
  f.i32Const(1).set(more).i32Const(0).i32Const(0).i32Store(DECODE.template);
  f.end();
  f.i32Const(0).get(at).i32Store(DECODE.at).i32Const(0).get(cost).i32Store(DECODE.cost).i32Const(0).get(flow).i32Store(DECODE.flow).i32Const(0).get(more).i32Store(DECODE.more);
  f.get(k);
}
