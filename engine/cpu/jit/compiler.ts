// Hot blocks → regions → WebAssembly functions in the dispatch table; and forgetting them when their page is written.
import { CTX } from '../../machine/hardware.ts';
import type { Form, Insn } from '../decode/insn.ts';
import type { Blocks } from '../interp/blocks.ts';
import { MEMORY_LIMITS, SLOT, emitLimit } from '../interp/core-module.ts';
import { callHelper } from '../interp/core.ts';
import type { Core } from '../interp/core.ts';
import { BLK, REC, S } from '../layout.ts';
import type { Mmu } from '../mmu/mmu.ts';
import { semanticsOf } from '../semantics/context.ts';
import { Bytes, I32, Module } from '../wasm/builder.ts';
import type { Func, Label } from '../wasm/builder.ts';
import { CompileCtx, NotCompilable, RegionState } from './context.ts';
import type { FlagKind } from './context.ts';
import { discover } from './region.ts';
import type { RegionBlock } from './region.ts';

/** V8 aborts the process near 32,700 live modules; everything is dropped long before. */
const MAX_REGIONS = 6000;

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

export class Compiler {
  /** By frame: entry blocks and their slots. */
  private frames = new Map<number, Map<number, number>>();
  private readonly uncompilable = new Set<Form>();
  regions = 0; live = 0; modules = 0; bytes = 0; rejected = 0; dropped = 0;

  /** Hot entry blocks waiting for company: they keep running in the interpreter. */
  private queue: number[] = [];

  /** @param minHot see discover(); @param batch regions to a module. */
  constructor(private readonly core: Core, private readonly blocks: Blocks, private readonly mmu: Mmu, private readonly minHot: number, private readonly batch: number) {
    blocks.onDrop = (pfn) => this.drop(pfn);
    blocks.onFlush = () => {
      this.queue = [];
      for (const pfn of [...this.frames.keys()]) this.drop(pfn);
    };
  }

  private drop(pfn: number): void {
    this.queue = this.queue.filter((block) => this.mmu.u32[(block + BLK.pa) >> 2]! >>> 12 !== pfn);
    const slots = this.frames.get(pfn);
    if (slots === undefined) return;
    for (const slot of slots.values()) { this.core.freeSlot(slot); this.live--; this.dropped++; }
    this.frames.delete(pfn);
  }

  /** A block has run often enough, for the first or a further time: compiled with others, or alone if it is hot again before others are. */
  hot(block: number): void {
    const again = this.queue.includes(block);
    if (!again) this.queue.push(block);
    if (again || this.queue.length >= this.batch) this.compile();
  }

  /** Compiles the regions whose entries are queued and makes the blocks' entries point to them. */
  private compile(): void {
    const { u32 } = this.mmu, flushes = this.blocks.flushes, wanted = this.queue;
    if (this.live >= MAX_REGIONS) { this.blocks.flush(); return; }
    const jobs: { block: number; entry: RegionBlock }[] = [];
    const covered = new Set<number>();
    const cover = (b: RegionBlock): void => { covered.add(b.block); b.children.forEach(cover); };
    for (const block of wanted) {
      if (this.batch > 1 && covered.has(block)) { // inside a region made just now: only if control still arrives here from elsewhere does it need its own
        u32[(block + BLK.hot) >> 2] = this.minHot;
        continue;
      }
      u32[(block + BLK.fn) >> 2] = SLOT.enter;
      const entry = discover(this.blocks, this.mmu, u32[(block + BLK.pa) >> 2]!, this.minHot);
      if (this.blocks.flushes !== flushes) return; // the block area ran over: all addresses are void
      if (entry === null) { this.rejected++; continue; }
      jobs.push({ block, entry });
      cover(entry);
    }
    this.queue = [];
    for (;;) {
      const possible = jobs.filter(({ entry }) => !this.uncompilable.has(entry.code.insns[0]!.form));
      if (possible.length === 0) return;
      try {
        this.install(possible.map(({ block }) => block), this.emit(possible.map(({ entry }) => entry)));
        return;
      } catch (error) {
        if (!(error instanceof NotCompilable)) throw error;
        // a form has been noted; the regions are made again without it
      }
    }
  }

  private install(blocks: readonly number[], m: Module): void {
    const bytes = m.finish(), { core } = this, { u32 } = this.mmu;
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { e: { m: core.memory, h: core.helperTable } });
    this.modules++;
    this.bytes += bytes.length;
    blocks.forEach((block, i) => {
      const slot = core.takeSlot(), pa = u32[(block + BLK.pa) >> 2]!;
      core.dispatchTable.set(slot, instance.exports[String(i)] as never);
      u32[(block + BLK.fn) >> 2] = slot;
      let frame = this.frames.get(pa >>> 12);
      if (frame === undefined) this.frames.set(pa >>> 12, frame = new Map());
      frame.set(pa & 4095, slot);
      this.regions++; this.live++;
    });
  }

  private emit(entries: readonly RegionBlock[]): Module {
    const { core } = this, m = new Module();
    m.importMemory('e', 'm', MEMORY_LIMITS);
    const helperTable = m.importTable('e', 'h', { initial: core.helpers.size });
    const call = (to: Func, name: string): void => callHelper(core.helpers, m, helperTable, to, name);
    entries.forEach((entry, i) => new RegionEmitter(m.func([I32, I32], [I32], String(i)), entry, call, this.uncompilable).run());
    return m;
  }

  stats(): Record<string, number> {
    return { regions: this.regions, regionModules: this.modules, liveRegions: this.live, compiledBytes: this.bytes, rejectedRegions: this.rejected, droppedRegions: this.dropped, uncompilableForms: this.uncompilable.size };
  }
}

const STATE = 0;

class RegionEmitter {
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
