// Strips: rounds of a loop in which all its memory accesses stay on the pages on which they are. In front of a strip they are compared with the data TLB, once for each address that goes on by itself; in it not at all:
// of a short loop these comparisons are half of the host's instructions. How many rounds a strip has follows from where on their pages the addresses are and how far they go on each round, and from the deadline.
// What does not fit, a page that the TLB does not have or an access on two pages, is a round as it would be without strips.
import { assert } from '../../base/assert.ts';
import { tlbDistance } from '../interp/context.ts';
import type { Form, Insn } from '../decode/insn.ts';
import { DTLB } from '../layout.ts';
import { I32, I64 } from '../wasm/builder.ts';
import type { Func, Label } from '../wasm/builder.ts';
import type { CompileCtx } from './context.ts';
import { READ_ONLY, RIP, isPlain } from './groups.ts';
import { isByte, written } from './holds.ts';
import { planOf } from './plan.ts';
import type { Region, RegionBlock } from './region.ts';
import { loopsOf } from './region.ts';

/** Accesses through the same registers, by their values at the loop's head. */
export interface Walk {
  base: number; index: number; scale: number;
  /** Bytes that a round may access, from base + index · scale on, and how far they go on with each round: at most, with its sign; by the value of register `by`, if that is not −1. */
  low: number; high: number; stride: number; by: number;
  write: boolean;
  /** The lowest and the highest displacement of its accesses. */
  least: number; most: number;
  /** Its index is a byte and changes as it likes: the bytes may lie on two pages. */
  table: boolean;
  /** While it is emitted: local i32, what with the low halves of the registers is the WASM address at `least`. */
  host: number;
}
/** An instruction's access in a strip. */
export interface Step { walk: Walk; /** From the registers. */ disp: number; bytes: number }
export interface Strip { head: RegionBlock; body: ReadonlySet<RegionBlock>; walks: readonly Walk[]; /** By block and instruction. */ steps: ReadonlyMap<RegionBlock, readonly (Step | undefined)[]>; /** Cycles of its shortest round. */ cost: number }

/** For so many rounds, as the interpreter saw them, it pays to look in front of them. */
const MIN_ROUNDS = 8;
/** Bytes: farther a round does not go on, for strips of eight rounds on a page. */
const MAX_STRIDE = 512;
/** Bytes between displacements: what is so much below a place in guest memory is an address of WASM memory too. */
const MAX_DISTANCE = 65536;
const MAX_BLOCKS = 8, MAX_INSNS = 96, MAX_WALKS = 5;
/** Rounds before it is looked again, if it did not fit. */
const PAUSE = 4;
/** Use the stack. */
const STACK = new Set(['push', 'pop', 'call', 'call_e', 'ret', 'leave', 'jmp_e']);

/** A register's value: that of register `of` at the loop's head (−1: anything), and so much more, and that of register `by` at the head (−1: none). */
interface Value { of: number; low: number; high: number; by: number }
const ANY: Value = { of: -1, low: 0, high: 0, by: -1 };
const moved = (v: Value, distance: number): Value => (v.of < 0 ? ANY : { ...v, low: v.low + distance, high: v.high + distance });
const joined = (a: Value, b: Value): Value => (a.of !== b.of || a.by !== b.by || a.of < 0 ? ANY : { ...a, low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) });
const same = (v: Value, n: number): boolean => v.of === n && v.low === 0 && v.high === 0 && v.by < 0;
const plus = (a: Value, b: Value): Value => (a.of >= 0 && a.by < 0 && same(b, b.of) ? { ...a, by: b.of } : ANY);

/** What an instruction makes of the values. */
function pass(insn: Insn, values: Value[]): void {
  const { form: { mnemonic, ops, mem }, regs, base, disp, immLo } = insn, first = ops[0];
  let result: Value = ANY;
  if (first?.kind === 'r' && first.bytes === 8) {
    const old = values[regs[0]!]!;
    if (mnemonic === 'mov' && ops[1]!.kind === 'r') result = values[regs[1]!]!;
    else if (mnemonic === 'lea' && mem === 1 && base >= 0 && base !== RIP && insn.seg === 0) result = moved(values[base]!, disp);
    else if ((mnemonic === 'add' || mnemonic === 'sub') && ops[1]!.kind === 'i') result = moved(old, mnemonic === 'add' ? immLo : -immLo);
    else if (mnemonic === 'lea' && mem === 2 && base >= 0 && base !== RIP && insn.index >= 0 && insn.scale === 0 && disp === 0 && insn.seg === 0) result = plus(values[base]!, values[insn.index]!);
    else if (mnemonic === 'add' && ops[1]!.kind === 'r') result = plus(old, values[regs[1]!]!);
    else if (mnemonic === 'inc' || mnemonic === 'dec') result = moved(old, mnemonic === 'inc' ? 1 : -1);
  }
  for (const n of written(insn)) values[n] = first?.kind === 'r' && n === regs[0] ? result : ANY;
}

/** The memory operand of an instruction, if it accesses one. */
const operandOf = ({ form }: Insn): number => (form.mnemonic === 'lea' || form.mnemonic === 'nop' ? -1 : form.ops.findIndex((op) => op.kind === 'm'));

/** The strip of a loop; null if it has none. */
function stripOf(head: RegionBlock, body: ReadonlySet<RegionBlock>, region: Region, uncompilable: ReadonlySet<Form>): Strip | null {
  const blocks = [...body].sort((x, y) => x.rpo - y.rpo), all = blocks.flatMap((b) => b.code.insns);
  if (blocks.length > MAX_BLOCKS || all.length > MAX_INSNS || blocks.some((b) => b !== head && b.loop)) return null;
  let arrivals = 0;
  for (const b of region.found.values()) if (!body.has(b) && b.successors.includes(head.offset)) arrivals += Math.min(b.ran, head.ran);
  if (head.ran < MIN_ROUNDS * arrivals) return null;
  if (all.some((insn) => !isPlain(insn) || STACK.has(insn.form.mnemonic) || uncompilable.has(insn.form))) return null;
  const at = new Map<RegionBlock, Value[]>([[head, Array.from({ length: RIP + 1 }, (_, of) => ({ of, low: 0, high: 0, by: -1 }))]]), cost = new Map<RegionBlock, number>([[head, 0]]);
  const walks = new Map<string, Walk>(), steps = new Map<RegionBlock, (Step | undefined)[]>();
  let rounds: Value[] | null = null, shortest = Infinity;
  for (const b of blocks) {
    const values = [...at.get(b)!], own: (Step | undefined)[] = [], spent = cost.get(b)! + planOf(b.code).cost;
    steps.set(b, own);
    for (const [k, insn] of b.code.insns.entries()) {
      const operand = operandOf(insn);
      if (operand >= 0) {
        const { form, base, index, scale, seg } = insn, { bytes } = form.ops[operand]!;
        if (seg !== 0 || (form.mem !== 1 && form.mem !== 2) || (base === RIP && index >= 0)) return null;
        const disp = insn.disp + (base === RIP ? b.page + b.code.offsets[k]! + insn.length : 0), from = base < 0 ? null : values[base]!, table = index >= 0 && isByte(b.code.insns, k, index), by = index < 0 || table ? null : values[index]!;
        if (from?.of === -1 || by?.of === -1 || (from?.by ?? -1) >= 0 || (by?.by ?? -1) >= 0) return null;
        const key = `${from?.of} ${table ? `byte ${index} ${disp}` : by?.of} ${scale}`, factor = 1 << scale;
        let walk = walks.get(key);
        if (walk === undefined) walks.set(key, walk = { base: from?.of ?? -1, index: by?.of ?? -1, scale, low: Infinity, high: -Infinity, stride: 0, by: -1, write: false, least: Infinity, most: -Infinity, table, host: -1 });
        walk.low = Math.min(walk.low, disp + (from?.low ?? 0) + (by?.low ?? 0) * factor);
        walk.high = Math.max(walk.high, disp + (from?.high ?? 0) + (by?.high ?? 0) * factor + (table ? 255 * factor : 0) + bytes);
        walk.least = Math.min(walk.least, disp);
        walk.most = Math.max(walk.most, disp);
        walk.write ||= operand === 0 && !READ_ONLY.has(form.mnemonic);
        own[k] = { walk, disp, bytes };
      }
      pass(insn, values);
    }
    for (const t of b.successors) {
      const next = region.found.get(t)!;
      if (next === head) {
        rounds = rounds === null ? values : rounds.map((v, n) => joined(v, values[n]!));
        shortest = Math.min(shortest, spent);
      } else if (body.has(next)) {
        const before = at.get(next);
        at.set(next, before === undefined ? values : before.map((v, n) => joined(v, values[n]!)));
        cost.set(next, Math.min(cost.get(next) ?? Infinity, spent));
      }
    }
  }
  if (walks.size === 0 || walks.size > MAX_WALKS) return null;
  for (const walk of walks.values()) {
    let low = 0, high = 0;
    for (const [n, factor] of [[walk.base, 1], [walk.index, 1 << walk.scale]] as const) {
      if (n < 0) continue;
      const round = rounds![n]!;
      if (round.of !== n) return null;
      low += round.low * factor;
      high += round.high * factor;
      if (round.by < 0) continue;
      if (walk.by >= 0 || factor !== 1 || low !== 0 || high !== 0 || !same(rounds![round.by]!, round.by)) return null;
      walk.by = round.by;
    }
    if (walk.by >= 0 && (low !== 0 || high !== 0)) return null;
    if (walk.table && (walk.by >= 0 || low !== 0 || high !== 0)) return null;
    if ((low < 0 && high > 0) || Math.max(-low, high) > MAX_STRIDE || walk.high - walk.low > (walk.table ? 4096 : MAX_STRIDE) || walk.most - walk.least > MAX_DISTANCE) return null;
    walk.stride = high > 0 ? high : low;
  }
  return { head, body, walks: [...walks.values()], steps, cost: shortest };
}

/** The strips of a region's innermost loops, by their heads. Each block to which control leaves such a loop becomes one of those around which the loop is nested: two versions of it lead there. */
export function stripsOf(region: Region, uncompilable: ReadonlySet<Form>): Map<RegionBlock, Strip> {
  const strips = new Map<RegionBlock, Strip>();
  for (const body of new Set(loopsOf(region.found).values())) {
    const [head] = body, strip = stripOf(head!, body, region, uncompilable);
    if (strip === null) continue;
    strips.set(head!, strip);
    for (const b of body) for (const t of b.successors) {
      const next = region.found.get(t)!;
      if (body.has(next) || !body.has(next.idom)) continue;
      next.idom.children = next.idom.children.filter((c) => c !== next);
      next.idom = head!;
      next.merge = true;
      head!.children.push(next);
    }
  }
  return strips;
}

/** Looks at the loop's head whether a strip fits: then local i32 `stop` becomes such that there is another round while more time is left. If none does, control goes to `slow`. @param way cycles in front of the deadline. */
export function emitStrip(f: Func, ctx: CompileCtx, state: number, { walks, cost }: Strip, left: number, stop: number, pause: number, way: number, slow: Label): void {
  f.get(pause).if(); f.get(pause).i32Const(1).i32Sub().set(pause).br(slow); f.end();
  f.i32Const(PAUSE).set(pause);
  f.get(left).i32Const(way).i32LeS().brIf(slow);
  const va = f.local(I64), at = f.local(I64), entry = f.local(I32), rounds = f.local(I32), found = f.local(I32);
  let any = false;
  for (const walk of walks) {
    const span = walk.high - walk.low, { stride } = walk;
    if (walk.by >= 0) f.get(ctx.reg(walk.by)).i64Const(1).i64Sub().i64Const(MAX_STRIDE).i64GeU().brIf(slow);
    address(f, ctx, walk);
    f.set(va);
    const dtlb = tlbDistance(f, state, va, entry, walk.write);
    f.set(at);
    if (walk.table) {
      f.get(at).i64Const(4095).i64GtU().brIf(slow);
      const addend = f.local(I32);
      f.get(entry).i32Load(dtlb + DTLB.addend).set(addend);
      f.get(va).i64Const(span - 1).i64Add().set(va);
      tlbDistance(f, state, va, entry, walk.write);
      f.i64Const(4095).i64GtU().brIf(slow);
      f.get(entry).i32Load(dtlb + DTLB.addend).get(addend).i32Ne().brIf(slow); // two pages that lie side by side
      f.get(addend);
      f.release(addend);
    } else {
      f.get(at).i64Const(4096 - span).i64GtU().brIf(slow);
      f.get(entry).i32Load(dtlb + DTLB.addend);
    }
    if (walk.base === RIP) { ctx.va(0); f.i32WrapI64().i32Add(); }
    if (walk.least !== 0) f.i32Const(walk.least).i32Add();
    f.set(walk.host);
    if (stride === 0 && walk.by < 0) continue;
    if (stride >= 0) f.i32Const(4096 - span).get(at).i32WrapI64().i32Sub(); else f.get(at).i32WrapI64();
    if (walk.by >= 0) f.get(ctx.reg(walk.by)).i32WrapI64().i32DivU(); else if (Math.abs(stride) > 1) f.i32Const(Math.abs(stride)).i32DivU();
    f.i32Const(1).i32Add();
    if (any) f.tee(found).get(rounds).get(found).get(rounds).i32LtU().select();
    f.set(rounds);
    any = true;
  }
  f.i32Const(0).set(pause);
  if (any) {
    f.get(left).get(rounds); if (cost > 1) f.i32Const(cost).i32Mul(); f.i32Sub().tee(stop).i32Const(way).i32LtS().if();
    f.i32Const(way).set(stop).end();
  } else f.i32Const(way).set(stop);
  f.free(va, at, entry, rounds, found);
}
/** push i64: where the accesses of a round begin. */
function address(f: Func, ctx: CompileCtx, { base, index, scale, low }: Walk): void {
  if (base === RIP) { ctx.va(low); return; }
  if (base >= 0) f.get(ctx.reg(base));
  if (index >= 0) {
    f.get(ctx.reg(index));
    if (scale > 0) f.i64Const(scale).i64Shl();
    if (base >= 0) f.i64Add();
  }
  if (base < 0 && index < 0) f.i64Const(low); else if (low !== 0) f.i64Const(low).i64Add();
}
/** push i32: WASM address of an access in a strip, to which the constant that is returned has to be added. */
export function emitStep(f: Func, ctx: CompileCtx, { base, index, scale }: Insn, { walk, disp, bytes }: Step, size: number, write: boolean): number {
  assert(size === bytes && (!write || walk.write), 'what a strip compares is what its instructions access');
  f.get(walk.host);
  if (base >= 0 && base !== RIP) f.get(ctx.reg(base)).i32WrapI64().i32Add();
  if (index >= 0) {
    f.get(ctx.reg(index)).i32WrapI64();
    if (scale > 0) f.i32Const(scale).i32Shl();
    f.i32Add();
  }
  return disp - walk.least;
}
