// A region's WebAssembly function: its blocks in the nesting that region.ts found, the ends of blocks (cost, deadline, where next), prologue
// and epilogue. What an instruction does is in context.ts and the semantics.
import { assert } from '../../base/assert.ts';
import { CTX, RSP } from '../../machine/hardware.ts';
import type { Form, Insn } from '../decode/insn.ts';
import { emitBlockOf } from '../interp/dispatch.ts';
import { emitCount } from '../counts.ts';
import { BLK, ENTRY_BITS, ITLB, ITLB_ENTRIES, S, cpuBase } from '../layout.ts';
import { semanticsOf } from '../semantics/context.ts';
import { someDenormal } from '../semantics/sse-fp.ts';
import type { Width } from '../semantics/sse-fp-slow.ts';
import type { Semantics } from '../semantics/context.ts';
import { notCanonical } from '../semantics/int-flow.ts';
import { isRun } from '../semantics/string.ts';
import { I32, I64 } from '../wasm/builder.ts';
import type { Label } from '../wasm/builder.ts';
import type { CallHelper } from '../interp/context.ts';
import { CompileCtx, NotCompilable } from './context.ts';
import { NOTHING, plainAfter, plainAtHeads, wantedAtHeads } from './denormals.ts';
import type { Plain } from './denormals.ts';
import type { FlagKind } from './flag-kinds.ts';
import { ENTRY } from './entry-table.ts';
import { groupsOf } from './groups.ts';
import type { Grouped } from './groups.ts';
import { drop, holdsOf } from './holds.ts';
import type { Held } from './holds.ts';
import type { NarrowFunc } from './narrow.ts';
import { planOf } from './plan.ts';
import { RegionState } from './region-state.ts';
import type { ColdPaths } from './region-state.ts';
import { dominates } from './region.ts';
import { emitStrip, stripsOf } from './strips.ts';
import type { Strip } from './strips.ts';
import type { Region, RegionBlock } from './region.ts';
import { emitRecordOf } from './words.ts';
import type { RegionWords } from './words.ts';

/** What kind of flags each block of a region finds, whatever way control came: null if it differs or is not known. */
function flagsAtEntry(region: Region): Map<RegionBlock, FlagKind | null> {
  const found = new Map<RegionBlock, FlagKind | null>(), work: RegionBlock[] = [...region.entries];
  for (const b of region.entries) found.set(b, null);
  while (work.length > 0) {
    const b = work.pop()!;
    const left = planOf(b.code).flags, out = left === undefined ? found.get(b)! : left;
    for (const t of b.successors) {
      const next = region.found.get(t)!, before = found.get(next);
      if (before === null || (before !== undefined && out !== null && before.op === out.op && before.bits === out.bits)) continue;
      found.set(next, before === undefined ? out : null);
      work.push(next);
    }
  }
  return found;
}

/** Each instruction takes one cycle. */
function everyEven(region: Region): boolean {
  for (const { code } of region.found.values()) if (!planOf(code).even) return false;
  return true;
}

const STATE = 0, INDIRECT = new Set(['jmp_e', 'call_e', 'ret']);

/**
 * The blocks at whose beginning a region looks whether the deadline is near, each with the cycles of the longest way from there to the next such block: nowhere
 * on that way can it be met. They are entries and the heads of loops, so that every circle has one.
 */
function watchesOf(region: Region, longestWay: number): Map<RegionBlock, number> {
  const watches = new Map<RegionBlock, number>(), way = new Map<RegionBlock, number>();
  for (const b of [...region.found.values()].sort((x, y) => y.rpo - x.rpo)) {
    const { cost } = planOf(b.code);
    let longest = 0;
    for (const t of b.successors) {
      const next = region.found.get(t)!;
      if (next.loop || next.entry >= 0 || watches.has(next)) continue;
      const on = way.get(next)!;
      if (cost + on > longestWay) watches.set(next, on); else longest = Math.max(longest, on);
    }
    way.set(b, cost + longest);
    if (b.loop || b.entry >= 0) watches.set(b, cost + longest);
  }
  return watches;
}

export class RegionEmitter {
  private readonly state: RegionState;
  private readonly ctx: CompileCtx;
  private readonly loopLabels = new Map<RegionBlock, Label>();
  /** Of those that are open. */
  private readonly mergeLabels = new Map<RegionBlock, Label>();
  /** What kind of flags each block finds: null if that is known only at run time. */
  private readonly flags: ReadonlyMap<RegionBlock, FlagKind | null>;
  /** What is known of the floats in xmm registers at the head of each block. */
  private readonly plain: ReadonlyMap<RegionBlock, Plain>;
  /** By entry: the xmm registers that are looked at there, so that loops need not. */
  private readonly looks: readonly Plain[];
  /** Control goes through a br_table on local `next` at the region's head: there are several entries, or RETs come back. */
  private readonly table: boolean;
  private readonly next: number;
  /** Of indirect jumps the region looks whether they lead to one of its entries. */
  private readonly searches: boolean;
  private exit: Label = 0;
  private rootLabel: Label = 0;
  /** The same by a jump that is none of the region's edges: registers are looked at again. */
  private arriveLabel: Label = 0;
  /** Where control goes with rip set by an indirect jump, and local i64 `distance` to the distance of that from the base page. */
  private lookupLabel: Label = 0;
  private readonly distance: number;
  /** Local i32: token of the last indirect jump that did not look whether its target is canonical; −1 if all do. */
  private readonly from: number;
  /** Local i64: the page of that; −1 if it is the code page. */
  private readonly fromPage: number;
  /** Pages but the only one: i32 local, whether the instruction TLB had it with our frame when the region was entered. */
  private readonly pageOk = new Map<number, number>();
  /** By block and instruction: the page in locals through which it accesses memory. */
  private readonly holds: ReadonlyMap<RegionBlock, readonly (Held | undefined)[]>;
  private readonly groups: Grouped;
  /** By the heads of loops. */
  private readonly strips: ReadonlyMap<RegionBlock, Strip>;
  /** What is being emitted is the strip's version of its loop: its label, and local i32 that says how much time is left behind the last round. */
  private strip: { of: Strip; label: Label; stop: number } | null = null;
  private readonly watches: ReadonlyMap<RegionBlock, number>;
  /** Cycles: the longest way between two looks at the deadline. */
  readonly longest: number;

  constructor(private readonly f: NarrowFunc, private readonly region: Region, private readonly words: RegionWords, private readonly call: CallHelper, cold: ColdPaths, private readonly uncompilable: Set<Form>, parted: ReadonlyMap<number, ReadonlySet<number>>, cpus: number, longestWay: number) {
    if (cpus === 1) f.fix(STATE, cpuBase(0));
    const memory = !region.loops;
    this.state = new RegionState(f, memory, memory && region.pages.length === 1, everyEven(region));
    this.ctx = new CompileCtx(f, this.state, call, cold);
    this.flags = flagsAtEntry(region);
    this.strips = memory ? new Map<RegionBlock, Strip>() : stripsOf(region, uncompilable);
    const wanted = memory || region.entries.length > 31 ? new Map<RegionBlock, Plain>() : wantedAtHeads(region); // look() has a bit for each entry
    this.looks = region.entries.map((b) => wanted.get(b) ?? NOTHING);
    this.plain = plainAtHeads(region, wanted);
    this.groups = groupsOf(region, parted);
    this.holds = holdsOf(region, this.groups, this.state.holds, f);
    this.watches = watchesOf(region, longestWay);
    this.longest = Math.max(...this.watches.values());
    this.table = region.entries.length > 1 || [...region.found.values()].some((b) => b.likely.length > 0 || this.waits(b));
    this.searches = this.table && (!memory || [...region.found.values()].some((b) => this.mayStay(b)));
    this.next = this.table ? f.freshLocal(I32) : -1;
    this.distance = this.table ? f.freshLocal(I64) : -1;
    this.from = [...region.found.values()].some((b) => this.late(b)) ? f.freshLocal(I32) : -1;
    this.fromPage = this.from >= 0 && !this.state.codePage ? f.freshLocal(I64) : -1;
    if (region.pages.length > 1 && !memory) for (const { page } of region.pages) this.pageOk.set(page, f.freshLocal(I32));
  }

  run(): void {
    const { f, state, region } = this;
    const idle = this.table ? f.block() : -1;
    this.exit = state.exitLabel = f.block();
    this.ctx.forget();
    const lookedAt = this.table && this.looks.some((l) => l[32] !== 0 || l[64] !== 0);
    if (lookedAt) this.arriveLabel = f.loop();
    this.look();
    if (this.table) {
      this.rootLabel = f.loop();
      if (!lookedAt) this.arriveLabel = this.rootLabel;
      if (this.searches) this.lookupLabel = f.block();
      this.dominated(region.root, () => {
        const labels = region.entries.map((b) => this.mergeLabels.get(b)!);
        f.get(this.next).brTable(labels, idle);
      });
      f.unreachable().end();
      if (this.searches) { this.lookUp(this.exit); f.end(); }
    } else this.tree(region.entries[0]!);
    if (lookedAt) f.unreachable().end();
    f.unreachable().end();
    if (!state.memory) this.epilogue(); else if (this.searches) { if (this.from >= 0) this.lookAtTarget(); this.away(); } else f.unreachable();
    if (this.table) { f.unreachable().end(); f.i32Const(0); } // entered as IDLE: nothing is done
    // The prologue comes first, but only now is known which registers it loads.
    f.prepend(() => { this.prologue(); });
  }
  /** Where the region is entered, not on its edges, of which plainAtHeads knows: the semantics' local says whether a register in `looks` is a denormal. */
  private look(): void {
    const { f, ctx, looks } = this, all = 2 ** looks.length - 1, alike = new Map<number, [Width, boolean, number][]>(); // by the entries that look, as bits
    if (looks.every((l) => l[32] === 0 && l[64] === 0)) return;
    for (const w of [32, 64] as const) for (let bit = 0; bit < 32; bit++) {
      const entries = looks.reduce((sum, l, i) => sum | (l[w] >>> bit & 1) << i, 0);
      if (entries !== 0) alike.set(entries, [...alike.get(entries) ?? [], [w, bit >= 16, bit & 15]]);
    }
    const left = ctx.regionFlag('denormal');
    f.i32Const(0).set(left);
    if (this.table) f.i32Const(0).set(ctx.regionFlag('fp'));
    for (const [entries, registers] of alike) {
      if (entries !== all) {
        f.i32Const(entries).get(this.next).i32ShrU().i32Const(1).i32And();
        f.if();
      }
      for (const w of [32, 64] as const) for (const packed of [false, true]) {
        const numbers = registers.filter((r) => r[0] === w && r[1] === packed).map((r) => r[2]);
        if (numbers.length === 0) continue;
        someDenormal(f, w, numbers.map((n) => ctx.xmmLocal(n)), packed);
        f.get(left).i32Or().set(left);
      }
      if (entries !== all) f.end();
    }
  }
  private prologue(): void {
    const { f, state, region } = this;
    if (state.memory) {
      if (state.gprs[RSP]! >= 0) f.get(STATE).i64Load(RSP * 8).set(state.gprs[RSP]!);
      if (!state.codePage) this.takePages(() => this.entryPage());
      this.arrive();
      return;
    }
    state.gprs.forEach((local, n) => { if (local >= 0) f.get(STATE).i64Load(n * 8).set(local); });
    state.xmms.forEach((local, n) => { if (local >= 0) f.get(STATE).v128Load(CTX.xmm + n * 16, 0).set(local); });
    state.highs.forEach((local, n) => { if (local >= 0) f.get(STATE).v128Load(CTX.ymmHigh + n * 16, 0).set(local); });
    if (this.pageOk.size > 0) {
      const at = f.local(I64), e = f.local(I32), base = state.baseVa();
      this.takeBase(() => this.entryPage());
      for (const { page } of region.pages) {
        f.get(base).i64Const(page).i64Add().set(at);
        const itlb = this.itlbEntry(e, at);
        f.get(e).i64Load(itlb + ITLB.tag).get(at).i64Eq().get(e).i32Load(itlb + ITLB.frame); this.words.frame(f, page).i32Eq().i32And().set(this.pageOk.get(page)!);
      }
      f.free(at, e);
    } else if (state.base >= 0) f.get(STATE).i64Load(S.pageVa).set(state.base);
    if (state.flags) f.get(STATE).i32Load(S.fk).set(state.fk).get(STATE).i64Load(S.fa).set(state.fa).get(STATE).i64Load(S.fb).set(state.fb).get(STATE).i64Load(S.fr).set(state.fr);
    this.arrive();
  }
  /** The base page by the code page, which lies so far behind it. */
  private takeBase(distance: () => void): void {
    const { f, state } = this;
    f.get(STATE).i64Load(S.pageVa); distance(); f.i64Sub().set(state.baseVa());
  }
  /** Registers in memory: the same, and what is known of the region's pages. */
  private takePages(distance: () => void): void {
    this.takeBase(distance);
    this.words.note(this.f, STATE, this.state.baseVa());
  }
  /** push i64: how far the page where the region is entered lies behind the base page. */
  private entryPage(): void { this.words.distance(this.f, () => this.f.get(STATE).i32Load(S.entry)); }
  private arrive(): void {
    const { f } = this;
    f.get(STATE).i32Load(S.left).set(this.state.left);
    if (!this.table) return;
    f.get(STATE).i32Load(S.entry);
    if (this.region.pages.length > 1) f.i32Const((1 << ENTRY_BITS) - 1).i32And();
    f.set(this.next);
  }
  private epilogue(): void {
    const { f, state, region } = this;
    for (const n of state.gprDirty) f.get(STATE).get(state.gprs[n]!).i64Store(n * 8);
    for (const n of state.xmmDirty) f.get(STATE).get(state.xmms[n]!).v128Store(CTX.xmm + n * 16, 0);
    for (const n of state.highDirty) f.get(STATE).get(state.highs[n]!).v128Store(CTX.ymmHigh + n * 16, 0);
    if (state.flags) f.get(STATE).get(state.fk).i32Store(S.fk).get(STATE).get(state.fa).i64Store(S.fa).get(STATE).get(state.fb).i64Store(S.fb).get(STATE).get(state.fr).i64Store(S.fr);
    const record = f.local(I32);
    f.get(STATE).i32Load(S.rec).tee(record).if();
    emitRecordOf(f, record).set(record);
    if (this.pageOk.size > 0) { // the interpreter goes on in the page of the record's block
      const frame = f.local(I32);
      f.get(STATE); emitBlockOf(f, record); f.i32Load(BLK.pa).i32Const(-4096).i32And().tee(frame).i32Store(S.frameBase);
      for (const p of region.pages) this.words.frame(f.get(frame), p.page).i32Eq().ifThen().get(STATE).get(state.baseVa()).i64Const(p.page).i64Add().i64Store(S.pageVa).end();
    }
    f.get(STATE).get(record); state.time(); this.call(f, 'tail:sys.side'); f.end();
    this.away();
  }
  /** Where local rip says is out of the region: if that is not canonical, the interpreter does the jump, as if the block had not ended yet. */
  private lookAtTarget(): void {
    const { f, ctx, state, from } = this, block = f.local(I32), cost = (): void => { f.get(block).i32Load16U(BLK.cost); };
    f.get(state.rip); notCanonical(f); f.hint(false).if();
    emitRecordOf(f, from).set(block);
    emitBlockOf(f, block); f.set(block);
    f.get(state.left); cost(); f.i32Add().set(state.left);
    if (state.extra >= 0) { f.get(state.extra); cost(); f.i32Sub().get(block).i32Load16U(BLK.count).i32Add().set(state.extra); }
    f.get(STATE).get(from).i32Store(S.rec);
    ctx.known = null;
    ctx.leaveSide(() => { f.get(this.fromPage); }); f.end();
    f.free(block);
  }
  /** To where local rip says, out of the region. */
  private away(): void {
    const { f, state } = this;
    f.get(STATE); state.time(); f.get(state.rip); this.call(f, 'tail:sys.exit');
    f.unreachable();
  }

  /** A block and everything it dominates (Ramsey, Beyond Relooper). */
  private tree(b: RegionBlock): void {
    const { f, ctx } = this;
    if (b.loop) {
      this.loopLabels.set(b, f.loop());
      ctx.known = this.flags.get(b)!;
    }
    if (b.loop || b.merge) ctx.forget();
    this.dominated(b, () => {
      const strip = this.strips.get(b);
      if (strip !== undefined) this.stripped(b, strip);
      this.block(b);
    });
    if (b.loop) f.unreachable().end();
  }
  /** The strip's version of a loop, which comes before the other: from there control comes back to the head, or leaves the loop. */
  private stripped(head: RegionBlock, of: Strip): void {
    const { f, ctx, state } = this, stop = f.local(I32), hosts = of.walks.map((walk) => (walk.host = f.local(I32))), slow = f.block();
    emitStrip(f, ctx, STATE, of, state.left, stop, f.freshLocal(I32), this.watches.get(head)!, slow);
    this.strip = { of, label: f.loop(), stop };
    this.dominated(head, () => this.block(head));
    this.strip = null;
    f.unreachable().end().unreachable().end();
    f.free(stop, ...hosts);
    ctx.known = this.flags.get(head)!;
  }
  /** `own` code of b, then the merges below it, outermost the last in reverse postorder. */
  private dominated(b: RegionBlock, own: () => void): void {
    const { f, ctx, strip } = this, merges = b.children.filter((c) => c.merge && (strip === null || strip.of.body.has(c))).sort((x, y) => y.rpo - x.rpo);
    const outer = merges.map((y) => this.mergeLabels.get(y)); // of a strip's loop: the other version's
    for (const y of merges) this.mergeLabels.set(y, f.block());
    own();
    for (const [i, y] of [...merges.entries()].reverse()) {
      f.unreachable().end();
      if (outer[i] === undefined) this.mergeLabels.delete(y); else this.mergeLabels.set(y, outer[i]);
      ctx.known = this.flags.get(y)!;
      this.tree(y);
    }
  }

  /** Emits a jump to an offset of the region after the deadline has been looked at; law 3: another page means a lookup. */
  private edge(b: RegionBlock, target: number): void {
    const { f, ctx } = this, next = this.region.found.get(target);
    ctx.straight();
    if (next === undefined || !b.successors.includes(target)) {
      if (this.waits(b)) this.callAway(b, () => ctx.va(target)); else this.leaveTo(target);
      return;
    }
    this.lookup(b, next, () => this.leaveTo(target));
    const want = this.flags.get(next)!;
    if (want !== null) assert(ctx.known !== null && ctx.known.op === want.op && ctx.known.bits === want.bits && !ctx.known.over, 'flags at an edge');
    else if (next.rpo <= b.rpo || next.merge || next.loop) {
      if (planOf(next.code).flagsDead[0] === 0) ctx.spillFlags();
    }
    if (next.rpo <= b.rpo) {
      ctx.flush();
      if (next === this.strip?.of.head) f.get(this.state.left).get(this.strip.stop).i32GtS().brIf(this.strip.label);
      if (dominates(next, b)) f.br(this.loopLabels.get(next)!); else this.enter(next);
    } else if (next.merge) { ctx.flush(); f.br(this.mergeLabels.get(next)!); }
    else { if (next.loop) ctx.flush(); this.tree(next); }
  }
  /** To an entry: straight on if it is still to come, else over the br_table; flags are whole. */
  private enter(next: RegionBlock): void {
    const label = this.mergeLabels.get(next);
    if (label === undefined) this.f.i32Const(next.entry).set(this.next).br(this.rootLabel); else this.f.br(label);
  }
  /** Ends with an indirect jump that may lead to an entry of the region; not through a pointer of its own (PLT). */
  private mayStay({ code }: RegionBlock): boolean {
    return INDIRECT.has(code.last) && code.insns[code.insns.length - 1]!.base !== 16;
  }
  /** The same of one that need not look whether its target is canonical: entries are, and what is none is looked at where the region is left. It has done nothing by then but spend time. */
  private late(b: RegionBlock): boolean { return this.state.memory && this.searches && b.code.last === 'jmp_e' && this.mayStay(b); }
  private leaveTo(target: number): void {
    const { f, ctx, state } = this;
    if (!state.memory) { ctx.va(target); f.set(state.rip); this.leave(); return; }
    ctx.flush();
    ctx.spillFlags();
    f.get(STATE); state.time(); ctx.va(target); this.call(f, 'tail:sys.exit');
  }
  /** A call at the end of the block whose return the region waits for. */
  private waits(b: RegionBlock): boolean {
    const site = b.code.last === 'call' || b.code.last === 'call_e' ? this.region.found.get(b.page + b.code.end) : undefined;
    return this.state.memory && site !== undefined && site.entry >= 0 && !site.code.straddles;
  }
  /** The function at the address that `target` pushes is called, out of the region; then the return site. */
  private callAway(b: RegionBlock, target: () => void): void {
    const { f, ctx, state } = this, site = this.region.found.get(b.page + b.code.end)!, code = f.local(I32);
    ctx.flush();
    ctx.spillFlags();
    f.get(STATE); state.time(); target(); ctx.va(site.offset); this.call(f, 'sys.call');
    f.tee(code).if(); f.get(code).return().end();
    f.get(STATE).i32Load(S.left).set(state.left);
    // What was called may have moved pages of the data TLB and loaded MXCSR
    drop(f, state.holds);
    f.i32Const(0).set(ctx.regionFlag('fp'));
    if (state.extra >= 0) f.i32Const(0).set(state.extra);
    if (state.gprs[RSP]! >= 0) f.get(STATE).i64Load(RSP * 8).set(state.gprs[RSP]!);
    if (!state.codePage) this.takePages(() => f.i64Const(site.page));
    this.enter(site);
    f.release(code);
  }
  /** From local rip, flags whole, to the entry of this region at that address; `none` if there is none, or if the instruction TLB does not have its page (law 3: another page means a lookup). */
  private lookUp(none: Label): void {
    const { f, state, region, distance, words } = this, at = f.local(I32);
    emitCount(f, 'searches');
    const slot = words.find(f, distance, at, none);
    if (region.pages.length > 1) {
      const page = f.local(I64), e = f.local(I32), frame = f.local(I32);
      f.get(state.rip).i64Const(-4096).i64And().set(page);
      f.get(at).i32Load(slot + ENTRY.frame).set(frame);
      if (state.memory) { words.seenBy(f, frame); f.i32Eqz().hint(false).if(); }
      this.unlike(e, page, () => f.get(frame).i32Const(-4096).i32And()); f.hint(false).brIf(none);
      if (state.memory) { words.seeBy(f, frame); f.end(); }
      f.free(page, e, frame);
    }
    emitCount(f, 'found');
    f.get(at).i32Load(slot + ENTRY.entry).set(this.next).br(this.arriveLabel);
    f.free(at);
  }
  /** Local e: with the offset that is returned the address of the page's entry in the instruction TLB. */
  private itlbEntry(e: number, page: number): number {
    const { f } = this, state = f.constantOf(STATE);
    f.get(page).i64Const(8).i64ShrU().i32WrapI64().i32Const((ITLB_ENTRIES - 1) * ITLB.size).i32And();
    if (state === undefined) f.get(STATE).i32Add();
    f.set(e);
    return (state ?? 0) + S.itlb;
  }
  /** push i32: the instruction TLB does not have the page at the address in local `va`, with the frame that is pushed; with one comparison. Local e is used. */
  private unlike(e: number, va: number, frame: () => void): void {
    const { f } = this, itlb = this.itlbEntry(e, va);
    f.get(e).i64Load(itlb + ITLB.tag).get(va).i64Xor().get(e).i32Load(itlb + ITLB.frame); frame(); f.i32Xor().i64ExtendI32U().i64Or().i64Const(0).i64Ne();
  }
  /** To where local rip says. */
  private leave(): void {
    this.ctx.flush();
    this.ctx.spillFlags();
    if (this.state.memory) this.away(); else this.f.br(this.state.exitLabel);
  }
  /** Registers in memory: `miss` unless the instruction TLB has the pages that the block begins on and goes on in. */
  private turn(b: RegionBlock, next: RegionBlock, miss: () => void): void {
    const { f, ctx, words } = this;
    if (next.page === b.page && !next.code.straddles) return;
    const va = f.local(I64), e = f.local(I32);
    for (const page of next.code.straddles ? [next.page + 4096, next.page] : [next.page]) {
      if (page === b.page) continue;
      words.seen(f, page).i32Eqz().hint(false).if();
      ctx.va(page); f.set(va);
      this.unlike(e, va, () => words.frame(f, page)); f.if(); miss(); f.end();
      words.see(f, page);
      f.end();
    }
    f.free(va, e);
  }
  private lookup(b: RegionBlock, next: RegionBlock, miss: () => void): void {
    if (this.state.memory) { this.turn(b, next, miss); return; }
    const { f } = this, need = [...next.page === b.page ? [] : [next.page], ...next.code.straddles ? [next.page + 4096] : []];
    need.forEach((page, i) => { f.get(this.pageOk.get(page)!); if (i > 0) f.i32And(); });
    if (need.length > 0) { f.i32Eqz().hint(false).if(); miss(); f.end(); }
  }

  /** The exits of a block meet first, where few registers differ, and then those of the region: V8's register allocator takes most of its time for edges. */
  private block(b: RegionBlock): void {
    const { f, state } = this, outer = state.exitLabel;
    if (state.memory) { this.body(b); return; }
    state.exitLabel = f.block();
    this.body(b);
    f.unreachable().end().br(this.exit);
    state.exitLabel = outer;
  }
  /** Near the deadline the interpreter does the block: it knows where to stop. */
  private watch(b: RegionBlock): void {
    const way = this.watches.get(b), { f, ctx, state } = this;
    if (way === undefined || b === this.strip?.of.head) return;
    ctx.begin(b.code.insns[0]!, this.words.token(b.index, 0), b.offset, undefined);
    f.get(state.left).i32Const(way).i32LeS().hint(false).if(); ctx.sideExit(); f.end();
  }
  private body(b: RegionBlock): void {
    const { ctx } = this, { insns, offsets } = b.code, { flagsDead } = planOf(b.code), last = insns.length - 1, steps = this.strip?.of.steps.get(b), holds = this.holds.get(b), accesses = this.groups.get(b)!;
    ctx.page = b.page;
    ctx.beginBlock();
    ctx.plain = this.plain.get(b)!;
    this.watch(b);
    for (let k = 0; k <= last; k++) {
      const insn = insns[k]!, { form } = insn, semantics = semanticsOf(form.mnemonic);
      ctx.begin(insn, this.words.token(b.index, k), b.page + offsets[k]!, accesses[k], holds?.[k], steps?.[k]);
      if (semantics === undefined || this.uncompilable.has(form)) { ctx.sideExit(); return; }
      ctx.flagsDead = flagsDead[k + 1] !== 0;
      ctx.late = k === last && this.late(b);
      if (k === last) {
        if (this.end(b, insn, semantics)) return;
      } else this.instruction(semantics);
      ctx.plain = plainAfter(insn, ctx.plain);
    }
    ctx.record = this.words.token(b.index, insns.length);
    this.jump(b, b.page + b.code.end);
  }
  private instruction(semantics: Semantics): void {
    const { ctx } = this;
    try {
      semantics(ctx);
    } catch (error) {
      if (error instanceof NotCompilable) this.uncompilable.add(ctx.form);
      throw error;
    }
    ctx.end();
  }
  /** The last instruction of a block; false if it is none that says where control goes. */
  private end(b: RegionBlock, { form }: Insn, semantics: Semantics): boolean {
    const { f, ctx, state } = this, behind = b.page + b.code.end;
    if (form.mnemonic === 'jcc') {
      this.spend(b);
      this.branch(b, ctx.target(), () => ctx.cond(form.cc));
      return true;
    }
    let ended = false;
    ctx.onBranch = (taken) => {
      const condition = f.freshLocal(I32);
      f.set(condition);
      this.spend(b);
      if (isRun(form)) { // has taken as long as it took
        f.get(state.left).i32Const(this.longest).i32LeS().hint(false).if();
        ctx.va(taken); ctx.va(behind); f.get(condition).select().set(state.rip); this.leave(); f.end();
      }
      this.branch(b, taken, () => f.get(condition));
      ended = true;
    };
    ctx.onJump = () => { this.jump(b, ctx.target()); ended = true; };
    ctx.onIndirect = () => { this.indirect(b); ended = true; };
    this.instruction(semantics);
    return ended;
  }

  // ---- ends of blocks
  private spend(b: RegionBlock): void {
    const { f, state } = this, { cost } = planOf(b.code), count = b.code.insns.length;
    f.get(state.left).i32Const(cost).i32Sub().set(state.left);
    if (cost > count) f.get(state.extra).i32Const(cost - count).i32Add().set(state.extra);
  }
  private jump(b: RegionBlock, target: number): void {
    this.spend(b);
    this.edge(b, target);
  }
  private branch(b: RegionBlock, taken: number, condition: () => void): void {
    const { f, ctx } = this;
    condition();
    const { known, dirty } = ctx;
    f.if();
    this.edge(b, taken);
    f.end();
    ctx.known = known;
    ctx.dirty = dirty;
    ctx.page = b.page;
    this.edge(b, b.page + b.code.end);
  }
  /** rip is set: to a known return site, or away. */
  private indirect(b: RegionBlock): void {
    const { f, ctx, state } = this;
    this.spend(b);
    ctx.flush();
    if (b.code.last === 'ret' && state.memory) {
      f.get(state.gprs[RSP]!).get(STATE).i64Load(S.waitRsp).i64GeU().if();
      ctx.spillFlags();
      f.get(STATE); state.time(); f.get(state.rip); this.call(f, 'tail:sys.return'); f.end();
    }
    const searched = this.searches && this.mayStay(b), { distance } = this;
    if (b.likely.length > 0 || searched) { f.get(state.rip); ctx.va(0); f.i64Sub().set(distance); }
    if (b.likely.length > 0) {
      for (const site of b.likely) {
        const next = this.region.found.get(site)!;
        f.get(distance).i64Const(site).i64Eq().if();
        this.lookup(b, next, () => this.leave());
        ctx.spillFlags();
        if (this.arriveLabel === this.rootLabel) this.enter(next); else f.i32Const(next.entry).set(this.next).br(this.arriveLabel);
        f.end();
      }
    }
    const waits = this.waits(b);
    if (searched) {
      ctx.spillFlags();
      if (this.late(b)) { f.i32Const(ctx.record).set(this.from); if (this.fromPage >= 0) { ctx.va(b.page); f.set(this.fromPage); } }
      if (!waits) { f.br(this.lookupLabel); return; }
      const none = f.block();
      this.lookUp(none);
      f.end();
    }
    if (waits) this.callAway(b, () => f.get(state.rip)); else this.leave();
  }
}
