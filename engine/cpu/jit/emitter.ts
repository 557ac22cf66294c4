// A region's WebAssembly function: its blocks in the nesting that region.ts found, the ends of blocks (cost, deadline, where next), prologue
// and epilogue. What an instruction does is in context.ts and the semantics.
import { CTX } from '../../machine/hardware.ts';
import type { Form, Insn } from '../decode/insn.ts';
import { emitLimit } from '../interp/core-module.ts';
import { BLK, REC, S } from '../layout.ts';
import { semanticsOf } from '../semantics/context.ts';
import { Bytes, I32 } from '../wasm/builder.ts';
import type { Func, Label } from '../wasm/builder.ts';
import { CompileCtx, NotCompilable, RegionState } from './context.ts';
import type { FlagKind } from './context.ts';
import type { RegionBlock } from './region.ts';

const FULL_SETTERS = new Set(['add', 'sub', 'cmp', 'and', 'or', 'xor', 'test', 'neg', 'imul1', 'mul', 'imul2', 'imul3']);
const SHIFTS = new Set(['shl', 'shr', 'sar']);
/** Neither read flags nor leave, when their operands are registers; rotates and bit scans only set some. */
const PURE = new Set(['mov', 'movzx', 'movsx', 'movsxd', 'lea', 'not', 'bswap', 'xchg', 'cbw', 'cwd', 'nop', 'rol', 'ror', 'bsf', 'bsr']);

/** True when what instruction k does to the flags is overwritten in the block before anything can see it (a fault included). */
function flagsDeadAfter(insns: readonly Insn[], k: number): boolean {
  for (let j = k + 1; j < insns.length; j++) {
    const { form } = insns[j]!;
    if (form.mem !== 0 && form.mnemonic !== 'lea') return false;
    if (FULL_SETTERS.has(form.mnemonic)) return true;
    if (SHIFTS.has(form.mnemonic) && form.ops[1]!.kind === 'i' && (insns[j]!.immLo & (form.size === 64 ? 63 : 31)) !== 0) return true;
    if (!PURE.has(form.mnemonic)) return false;
  }
  return false;
}

const STATE = 0;

export class RegionEmitter {
  private readonly region: RegionState;
  private readonly ctx: CompileCtx;
  private readonly byOffset = new Map<number, RegionBlock>();
  private readonly labels = new Map<RegionBlock, Label>();
  /** Flags known on each forward edge into a merge: undefined none yet, null they differ. */
  private readonly known = new Map<RegionBlock, FlagKind | null>();

  constructor(private readonly f: Func, private readonly entry: RegionBlock, private readonly call: (f: Func, name: string) => void, private readonly uncompilable: Set<Form>) {
    this.region = new RegionState(f);
    this.ctx = new CompileCtx(f, this.region, call);
    const collect = (b: RegionBlock): void => { this.byOffset.set(b.offset, b); b.children.forEach(collect); };
    collect(entry);
  }

  run(): void {
    const { f, region } = this;
    region.exitLabel = f.block();
    this.tree(this.entry);
    f.unreachable().end();
    this.epilogue();
    // The prologue comes first, but only now is known which registers it loads.
    const body = f.code, raw = f as unknown as { code: Bytes; hints: number[] };
    raw.code = new Bytes(256);
    this.prologue();
    const shift = raw.code.length;
    raw.code.raw(body.done());
    for (let i = 0; i < raw.hints.length; i += 2) raw.hints[i]! += shift;
  }
  private prologue(): void {
    const { f, region } = this;
    region.gprs.forEach((local, n) => { if (local >= 0) f.get(STATE).i64Load(n * 8).set(local); });
    region.xmms.forEach((local, n) => { if (local >= 0) f.get(STATE).v128Load(CTX.xmm + n * 16, 0).set(local); });
    if (region.pageVa >= 0) f.get(STATE).i64Load(S.pageVa).set(region.pageVa);
    if (region.flags) f.get(STATE).i32Load(S.fk).set(region.fk).get(STATE).i64Load(S.fa).set(region.fa).get(STATE).i64Load(S.fb).set(region.fb).get(STATE).i64Load(S.fr).set(region.fr);
    emitLimit(f);
    f.set(region.limit);
  }
  private epilogue(): void {
    const { f, region } = this;
    for (const n of region.gprDirty) f.get(STATE).get(region.gprs[n]!).i64Store(n * 8);
    for (const n of region.xmmDirty) f.get(STATE).get(region.xmms[n]!).v128Store(CTX.xmm + n * 16, 0);
    if (region.flags) f.get(STATE).get(region.fk).i32Store(S.fk).get(STATE).get(region.fa).i64Store(S.fa).get(STATE).get(region.fb).i64Store(S.fb).get(STATE).get(region.fr).i64Store(S.fr);
    f.get(region.rec).ifThen().get(STATE).get(region.rec).get(region.acc); this.call(f, 'tail:sys.side'); f.end();
    f.get(STATE).get(region.rip).i64Store(CTX.rip);
    f.get(STATE).get(region.acc); this.call(f, 'tail:sys.exit');
    f.unreachable();
  }

  /** A block and everything it dominates (Ramsey, Beyond Relooper). */
  private tree(b: RegionBlock): void {
    const { f, ctx } = this;
    const merges = b.children.filter((c) => c.merge).sort((x, y) => y.rpo - x.rpo);
    if (b.loop) {
      this.labels.set(b, f.loop());
      ctx.known = null;
    }
    const loopDepth = b.loop ? this.labels.get(b)! : -1;
    const forward: [RegionBlock, Label][] = merges.map((y) => {
      const label = f.block();
      this.mergeLabels.set(y, label);
      return [y, label];
    });
    this.block(b);
    for (let i = forward.length - 1; i >= 0; i--) {
      const [y] = forward[i]!;
      f.unreachable().end();
      ctx.known = this.known.get(y) ?? null;
      this.tree(y);
    }
    if (loopDepth >= 0) f.unreachable().end();
  }
  private readonly mergeLabels = new Map<RegionBlock, Label>();

  private block(b: RegionBlock): void {
    const { f, ctx, region } = this, { insns, offsets } = b.code;
    let cost = 0;
    for (const insn of insns) cost += insn.form.cost;
    const spend = (): void => { f.get(region.acc).i64Const(cost, insns.length).i64Add().set(region.acc); };
    const leaveTo = (target: number): void => { ctx.va(target); f.set(region.rip).br(region.exitLabel); };
    /** Goes to an offset of the page after the deadline has been looked at. */
    const edge = (target: number): void => {
      const next = this.byOffset.get(target);
      if (next === undefined || !b.successors.includes(target)) { leaveTo(target); return; }
      if (next.rpo <= b.rpo) f.br(this.labels.get(next)!);
      else if (next.merge) {
        const before = this.known.get(next), { known } = ctx;
        this.known.set(next, before === undefined ? known : before !== null && known !== null && before.op === known.op && before.bits === known.bits ? known : null);
        f.br(this.mergeLabels.get(next)!);
      } else this.tree(next);
    };
    const overdue = (): void => { f.get(region.acc).i32WrapI64().get(region.limit).i32GeU().hint(false).if(); };
    const jump = (target: number): void => {
      spend();
      if (b.successors.includes(target)) { overdue(); leaveTo(target); f.end(); }
      edge(target);
    };
    const branch = (taken: number, next: number, condition: () => void): void => {
      spend();
      overdue();
      ctx.va(taken); ctx.va(next); condition(); f.select().set(region.rip).br(region.exitLabel).end();
      condition();
      const { known } = ctx;
      f.if();
      edge(taken);
      f.end();
      ctx.known = known;
      edge(next);
    };
    for (let k = 0; k < insns.length; k++) {
      const insn = insns[k]!, { form } = insn, record = b.block + BLK.size + k * REC.size;
      ctx.begin(insn, record, offsets[k]!);
      const semantics = semanticsOf(form.mnemonic);
      if (semantics === undefined || this.uncompilable.has(form)) { ctx.sideExit(); return; }
      ctx.flagsDead = flagsDeadAfter(insns, k);
      if (form.mnemonic === 'jcc') {
        branch(ctx.target(), b.code.end, () => ctx.cond(form.cc));
        return;
      }
      let ended = false;
      ctx.onBranch = () => {
        const condition = f.freshLocal(I32);
        f.set(condition);
        branch(ctx.target(), b.code.end, () => f.get(condition));
        ended = true;
      };
      ctx.onJump = () => { jump(ctx.target()); ended = true; };
      ctx.onIndirect = () => { spend(); f.br(region.exitLabel); ended = true; };
      try {
        semantics(ctx);
      } catch (error) {
        if (error instanceof NotCompilable) this.uncompilable.add(ctx.form);
        throw error;
      }
      ctx.end();
      if (ended) return;
    }
    jump(b.code.end);
  }
}
