// What a region is: the blocks that are reached from an entry over direct jumps and calls, over some neighbouring pages, with the order and
// nesting in which they become structured WebAssembly (dominator tree under a root that leads to all entries).
import type { Form } from '../decode/insn.ts';
import type { Blocks } from '../interp/blocks.ts';
import { SLOT } from '../interp/dispatch.ts';
import { BLK, FRAME_FETCHED, FRAME_FLAGS, NO_PA } from '../layout.ts';
import type { Mmu } from '../mmu/mmu.ts';
import { codeOf } from './codes.ts';
import type { Code, Codes } from './codes.ts';
import { isRun } from '../semantics/string.ts';

export interface RegionBlock {
  /** Address of its first byte and of its page, relative to the region's base page (the one of the first entry). */
  offset: number;
  page: number;
  code: Code;
  /** Its records in WASM memory. */
  block: number;
  /** Number among the region's blocks. */
  index: number;
  /** How often the interpreter has run it. */
  ran: number;
  /** Offsets of successors inside the region. */
  successors: number[];
  /** Behind an indirect jump: offsets in this region to which it probably goes, a RET to return sites, others to where they were seen to go. */
  likely: number[];
  /** Index among the entries, −1: none. Entries are where control arrives from outside, by RET, or by an irreducible edge. */
  entry: number;
  rpo: number;
  /** Immediate dominator, itself for the root. */
  idom: RegionBlock;
  children: RegionBlock[];
  /** More than one forward edge leads here. */
  merge: boolean;
  loop: boolean;
}
export interface RegionPage { /** Relative to the base page. */ page: number; /** Physical address. */ frame: number }
export interface Region { root: RegionBlock; entries: RegionBlock[]; found: ReadonlyMap<number, RegionBlock>; pages: RegionPage[]; /** Control stays in loops for most of its time. */ loops: boolean }

/** What a new region has to know of the live ones. */
export interface LiveRegions {
  /** If the block is the one around which a live region was made: the distances of that region's blocks from it. They come along. null: no region is wanted that reaches the block. */
  rooted: (block: number) => Iterable<number> | null;
  /** The block is of a live region that stays apart: control leaves to there. */
  apart: (block: number) => boolean;
}

/** How far a region goes at most: one around a hot block, and one that takes the place of several between which control often goes. */
export interface Extent { readonly blocks: number; readonly insns: number; readonly pages: number }
export const GROWN: Extent = { blocks: 96, insns: 1000, pages: 4 }, JOINED: Extent = { blocks: 400, insns: 5000, pages: 48 };
/** Beyond this size no block is added that is only reached indirectly: V8's time to compile grows with it, and more than the time that staying inside saves. */
const SMALL_BLOCKS = 24, SMALL_INSNS = 200;

/** Physical address of the page at lo (perhaps outside 0 … 2^32 − 1) + hi·2^32, as the page tables of s have it; −1 if no region may have code from there. */
export function frameOf(mmu: Mmu, s: number, lo: number, hi: number): number {
  if (lo < 0 || lo > 0xffffffff) return -1;
  const pfn = mmu.peek(s, lo | 0, hi | 0, false);
  return pfn < 0 || (mmu.u8[FRAME_FLAGS + pfn]! & FRAME_FETCHED) === 0 ? -1 : pfn * 4096;
}
const pageOf = (offset: number): number => Math.floor(offset / 4096) * 4096;

export class Discovery {
  readonly found = new Map<number, RegionBlock>();
  private readonly pages: RegionPage[] = [];
  private entry!: RegionBlock;
  private readonly callTargets = new Set<number>();
  private readonly returnSites = new Set<number>();
  /** Where control arrives otherwise than over direct jumps. */
  private readonly arrivals = new Set<number>();

  /**
   * @param s a CPU whose page tables say what lies beside the entry's page: a guess, compiled code verifies it.
   * @param minHot how often a block must have run to be worth compiling along with the entry.
   * @param kept blocks that become entries where they are met.
   * @param wanted hot blocks that do so too, if compilation is forced. Else control comes to them from others alone, which then share comparisons with them (groups.ts).
   */
  constructor(private readonly blocks: Blocks, private readonly codes: Codes, private readonly mmu: Mmu, private readonly s: number, private readonly minHot: number, private readonly kept: ReadonlySet<number>, private readonly wanted: ReadonlySet<number>, private readonly old: LiveRegions, private readonly extent: Extent = GROWN) {}

  /** Frame of a page of the region, −1 if it cannot be part of it. */
  private frame(page: number, baseLo: number, baseHi: number): number {
    const { pages } = this;
    for (let i = 0; i < pages.length; i++) if (pages[i]!.page === page) return pages[i]!.frame;
    if (pages.length >= this.extent.pages || Math.abs(page) >= 2 ** 31) return -1;
    const frame = frameOf(this.mmu, this.s, baseLo + page, baseHi);
    if (frame < 0 || pages.some((p) => p.frame === frame)) return -1;
    pages.push({ page, frame });
    return frame;
  }

  /** Offset of a block to which an indirect jump has gone; NaN if it is not on a page of the region and cannot be. */
  private seen(block: number, pa: number, baseLo: number, baseHi: number): number {
    const { u32 } = this.mmu, frame = pa - (pa & 4095);
    if (pa === NO_PA || u32[(block + BLK.pa) >> 2] !== pa) return NaN;
    const known = this.pages.find((p) => p.frame === frame);
    if (known !== undefined) return known.page + (pa & 4095);
    const at = this.mmu.fetchedAt(this.s, frame, baseHi);
    return at < 0 || Math.abs(at - baseLo) >= 2 ** 31 || this.frame(at - baseLo, baseLo, baseHi) !== frame ? NaN : at - baseLo + (pa & 4095);
  }
  /** Finds the blocks of the region around an entry block; false if it cannot be compiled, null if it is not wanted. */
  find(entryBlock: number): boolean | null {
    const { blocks, mmu, found, minHot, callTargets, returnSites, arrivals } = this, { u32 } = mmu;
    const entryPa = u32[(entryBlock + BLK.pa) >> 2]!, baseLo = u32[(entryBlock + BLK.vaLo) >> 2]!, baseHi = u32[(entryBlock + BLK.vaHi) >> 2]!;
    this.pages.push({ page: 0, frame: entryPa - (entryPa & 4095) });
    let insns = 0;
    // Forced compilation makes a region of every block: small ones.
    const maxBlocks = minHot === 0 ? 4 : this.extent.blocks;
    const queue = [entryPa & 4095], tables = new Set<number>(), brought = new Set<number>();
    let done = 0;
    const small = (): boolean => found.size < SMALL_BLOCKS && insns < SMALL_INSNS;
    for (;;) {
      if (done === queue.length && tables.size > 0 && minHot > 0 && small()) { // where a jump table may lead: other hot blocks of its page
        const page = [...tables][0]!;
        tables.delete(page);
        for (const block of blocks.hotIn(this.frame(page, baseLo, baseHi) >>> 12, minHot)) {
          const offset = page + (u32[(block + BLK.pa) >> 2]! & 4095);
          if (this.mmu.u16[(block + BLK.fn) >> 1]! <= SLOT.enterCounted && !found.has(offset)) { queue.push(offset); arrivals.add(offset); }
        }
      }
      if (done === queue.length) break;
      const offset = queue[done++]!;
      if (found.has(offset)) continue;
      const isEntry = found.size === 0;
      if (!isEntry && (found.size >= maxBlocks || insns >= this.extent.insns || (arrivals.has(offset) && !brought.has(offset) && !small()))) continue;
      const page = pageOf(offset), frame = this.frame(page, baseLo, baseHi);
      if (frame < 0) continue;
      const pa = frame + (offset - page), known = blocks.lookup(pa);
      const enough = known !== 0 && (blocks.ran(known) >= minHot || u32[(known + BLK.straddleFrame) >> 2] !== 0); // straddling blocks are not counted
      if (!isEntry && ((minHot > 0 && !enough) || this.old.apart(known))) continue;
      let code = this.codes.read(pa);
      if (code.straddles) { // an instruction that goes on in the next page
        const second = known === 0 || isEntry ? -1 : this.frame(page + 4096, baseLo, baseHi);
        if (second < 0 || u32[(known + BLK.straddleFrame) >> 2] !== second >>> 12) { if (isEntry) return false; continue; }
        code = codeOf(blocks.readStraddling(pa, second));
      }
      if (code.insns.length === 0 || (code.insns[0]!.form.flow === 'own' && !isRun(code.insns[0]!.form))) { if (isEntry) return false; continue; }
      const block = known !== 0 ? known : blocks.ensure(pa);
      if (block === 0) { if (isEntry) return false; continue; }
      insns += code.insns.length;
      const b: RegionBlock = { offset, page, code, block, index: found.size, ran: blocks.ran(block), successors: [], likely: [], entry: -1, rpo: -1, idom: null as never, children: [], merge: false, loop: false };
      found.set(offset, b);
      if (minHot > 0) {
        const along = this.old.rooted(block);
        if (along === null) return null;
        for (const distance of along) { queue.push(offset + distance); brought.add(offset + distance); arrivals.add(offset + distance); }
      }
      for (const target of code.targets) queue.push(page + target);
      const mnemonic = code.last;
      if (mnemonic === 'call') callTargets.add(page + code.targets[0]!);
      if ((mnemonic === 'call_e' || mnemonic === 'jmp_e') && small()) {
        for (const at of [BLK.to0, BLK.to1]) {
          const to = this.seen(u32[(block + at) >> 2]!, u32[(block + (at === BLK.to0 ? BLK.pa0 : BLK.pa1)) >> 2]!, baseLo, baseHi);
          if (Number.isNaN(to)) continue;
          queue.push(to);
          callTargets.add(to);
          b.likely.push(to);
        }
        if (mnemonic === 'jmp_e' && code.insns[code.insns.length - 1]!.base !== 16) tables.add(page); // not one through a pointer of its own (PLT)
      }
      if (mnemonic === 'call' || mnemonic === 'call_e') { returnSites.add(page + code.end); queue.push(page + code.end); }
    }
    if (this.extent === JOINED) for (const b of found.values()) this.likelyOf(b, baseLo, baseHi);
    this.entry = found.get(entryPa & 4095)!;
    return true;
  }
  /** Of an indirect jump or call: where it was seen to go, if that is in the region. */
  private likelyOf(b: RegionBlock, baseLo: number, baseHi: number): void {
    if (b.code.last !== 'call_e' && b.code.last !== 'jmp_e') return;
    const { u32 } = this.mmu;
    for (const at of [BLK.to0, BLK.to1]) {
      const to = this.seen(u32[(b.block + at) >> 2]!, u32[(b.block + (at === BLK.to0 ? BLK.pa0 : BLK.pa1)) >> 2]!, baseLo, baseHi);
      if (Number.isNaN(to) || !this.found.has(to) || b.likely.includes(to)) continue;
      this.callTargets.add(to);
      b.likely.push(to);
    }
  }
  /** The region out of what find() found. @param uncompilable no block that begins with one of these becomes the head of a loop. */
  region(uncompilable: ReadonlySet<Form>): Region {
    const { found, entry, arrivals, callTargets, returnSites, kept } = this;
    for (const b of found.values()) {
      b.successors = [...new Set(b.code.targets.map((t) => b.page + t).filter((t) => found.has(t)))];
      for (const t of b.successors) arrivals.delete(t);
    }
    const loops = this.extent !== JOINED && this.staysInLoops(), needed = [...found.values()].filter((b) => arrivals.has(b.offset) || callTargets.has(b.offset) || returnSites.has(b.offset) || kept.has(b.block));
    this.findReturns();
    if (loops && this.minHot > 0) return this.entered(this.headsOf(needed, uncompilable), true); // forced, each block that control arrives at is compiled
    return this.entered([...new Set([entry, ...found.values()].filter((b) => b === entry || needed.includes(b) || (this.minHot === 0 && this.wanted.has(b.block))))], loops);
  }
  /** With these entries, and those that it takes to make every loop one with one head. */
  private entered(entries: RegionBlock[], loops: boolean): Region {
    const { found } = this, root: RegionBlock = { ...entries[0]!, offset: NaN, successors: [], likely: [], entry: -1, children: [], merge: false, loop: true };
    for (const b of found.values()) b.entry = -1;
    entries = [...entries];
    for (;;) {
      entries.forEach((b, i) => { b.entry = i; });
      root.successors = entries.map((b) => b.offset);
      const irreducible = structure(root, found);
      if (irreducible.length === 0) break;
      entries.push(...irreducible);
    }
    return { root, entries, found, pages: this.pages, loops };
  }
  /**
   * The entries of a region in which control stays in loops: a way back to one that is not the head of the loop around it leads over the br_table, every round. So a loop is entered at its head, and where the interpreter comes
   * into its middle it goes on to there (if that is often, the block is reported, and becomes an entry). Of the outermost loop around the hot block any block can be the head: that with which least is executed over the
   * br_table, and then that with which what runs often has loops of its own, because V8 keeps registers for a loop.
   */
  private headsOf(needed: readonly RegionBlock[], uncompilable: ReadonlySet<Form>): RegionBlock[] {
    const { found, entry } = this, next = (b: RegionBlock): RegionBlock[] => b.successors.map((t) => found.get(t)!);
    const outer = connected([...found.values()], next).find((part) => part.includes(entry))!, candidates = isLoop(outer) && !needed.includes(entry) ? outer : [entry];
    let best: RegionBlock[] = [], least = [Infinity, Infinity];
    for (const head of [entry, ...candidates.filter((b) => b !== entry && !uncompilable.has(b.code.insns[0]!.form))]) {
      const heads = [...new Set([head, ...needed])], region = this.entered(heads, true), cost = [this.overTable(region), this.mixed(region)];
      if (cost[0]! < least[0]! || (cost[0] === least[0] && cost[1]! < least[1]!)) { least = cost; best = heads; }
    }
    return best;
  }
  /** How often control went over the region's br_table, at most. */
  private overTable({ found }: Region): number {
    let sum = 0;
    for (const b of found.values()) for (const t of b.successors) {
      const next = found.get(t)!;
      if (next.rpo <= b.rpo && !dominates(next, b)) sum += Math.min(b.ran, next.ran);
    }
    return sum;
  }
  /** How much less often than the heads of the innermost loops around them blocks ran, together. */
  private mixed({ found }: Region): number {
    let sum = 0;
    for (const [b, body] of loopsOf(found)) sum += Math.max([...body][0]!.ran - b.ran, 0);
    return sum;
  }

  /**
   * By the counts of the interpreter: whether more than half of the instructions are executed in loops without calls that go round LONG_LOOP times and more.
   * A loop is a strongly connected part of what is left without the blocks that end with a call or an indirect jump: an entry may lie inside it.
   */
  private staysInLoops(): boolean {
    const { found } = this, arrived = new Map<RegionBlock, number>(), part = new Map<RegionBlock, number>();
    const stays = (b: RegionBlock): boolean => !STACK_OR_AWAY.has(b.code.last);
    const parts = connected([...found.values()].filter(stays), (b) => b.successors.map((t) => found.get(t)!).filter(stays));
    parts.forEach((body, i) => { for (const b of body) part.set(b, i); });
    for (const b of found.values()) {
      const site = CALLS.has(b.code.last) ? [b.page + b.code.end] : []; // where its callee comes back
      for (const t of [...b.successors, ...site]) {
        const next = found.get(t);
        if (next !== undefined && part.get(next) !== part.get(b)) arrived.set(next, (arrived.get(next) ?? 0) + b.ran);
      }
    }
    let all = 0, looping = 0;
    for (const b of found.values()) all += b.ran * b.code.insns.length;
    for (const body of parts) {
      if (body.length > LARGE_LOOP || !isLoop(body)) continue;
      let arrivals = 1, rounds = 0, executed = 0;
      for (const b of body) {
        arrivals += arrived.get(b) ?? 0;
        rounds = Math.max(rounds, b.ran);
        executed += b.ran * b.code.insns.length;
      }
      if (rounds >= LONG_LOOP * arrivals) looping += executed;
    }
    return looping * 2 > all;
  }

  /** For each RET the return sites behind the calls of the functions that it ends. */
  private findReturns(): void {
    const { found } = this, ends = new Map<number, RegionBlock[]>(); // by function: its RETs
    for (const b of found.values()) b.likely = b.likely.filter((t) => found.has(t));
    const calls = [...found.values()].filter((b) => CALLS.has(b.code.last)).sort((x, y) => y.ran - x.ran).flatMap((caller) => [...caller.successors, ...caller.likely].map((target) => ({ caller, target })));
    for (const { caller, target } of calls) {
      const site = caller.page + caller.code.end;
      if (!found.has(site)) continue;
      let rets = ends.get(target);
      if (rets === undefined) {
        ends.set(target, rets = []);
        const seen = new Set<number>(), work = [target];
        while (work.length > 0) {
          const at = work.pop()!, b = found.get(at);
          if (b === undefined || seen.has(at)) continue;
          seen.add(at);
          const mnemonic = b.code.last;
          if (mnemonic === 'ret') rets.push(b);
          else if (mnemonic === 'call' || mnemonic === 'call_e') work.push(b.page + b.code.end);
          else work.push(...b.successors, ...mnemonic === 'jmp_e' ? b.likely : []);
        }
      }
      for (const ret of rets) if (ret.likely.length < MAX_RETURNS && !ret.likely.includes(site)) ret.likely.push(site);
    }
  }
}
const MAX_RETURNS = 6, CALLS = new Set(['call', 'call_e']);
/** Rounds for which it pays to load registers into locals and to store them again. */
const LONG_LOOP = 8;
/** Beyond so many blocks locals gained nothing where it was measured (26 in gzip, 27 in python3). */
const LARGE_LOOP = 24;
const STACK_OR_AWAY = new Set(['call', 'call_e', 'jmp_e', 'ret']);

/** @param part strongly connected. */
const isLoop = (part: readonly RegionBlock[]): boolean => part.length > 1 || part[0]!.successors.includes(part[0]!.offset);

/** Strongly connected parts of a graph (Tarjan). */
export function connected<T>(nodes: readonly T[], next: (node: T) => readonly T[]): T[][] {
  const low = new Map<T, number>(), open: T[] = [], closed = new Set<T>(), parts: T[][] = [];
  const visit = (node: T): number => {
    const index = low.size;
    let lowest = index;
    low.set(node, index);
    open.push(node);
    for (const n of next(node)) if (!closed.has(n)) lowest = Math.min(lowest, low.get(n) ?? visit(n));
    if (lowest === index) {
      const part = open.splice(open.indexOf(node));
      for (const n of part) closed.add(n);
      parts.push(part);
    }
    return lowest;
  };
  for (const node of nodes) if (!low.has(node)) visit(node);
  return parts;
}

export const dominates = (a: RegionBlock, b: RegionBlock): boolean => { while (b.rpo > a.rpo) b = b.idom; return a === b; };

/** Blocks of the innermost loops by the block, the head first: where control comes back to it without leaving. */
export function loopsOf(found: Region['found']): Map<RegionBlock, ReadonlySet<RegionBlock>> {
  const preds = new Map<RegionBlock, RegionBlock[]>([...found.values()].map((b) => [b, []])), out = new Map<RegionBlock, ReadonlySet<RegionBlock>>();
  for (const b of found.values()) for (const t of b.successors) preds.get(found.get(t)!)!.push(b);
  for (const head of [...preds.keys()].filter((b) => b.loop).sort((x, y) => x.rpo - y.rpo)) { // the inner ones last
    const body = new Set([head]), work = preds.get(head)!.filter((b) => b.rpo >= head.rpo && dominates(head, b));
    while (work.length > 0) {
      const b = work.pop()!;
      if (body.has(b)) continue;
      body.add(b);
      work.push(...preds.get(b)!);
    }
    for (const b of body) out.set(b, body);
  }
  return out;
}

/** Reverse postorder, dominators, merges and loops. Returns targets of irreducible edges: they have to become entries. */
function structure(root: RegionBlock, found: ReadonlyMap<number, RegionBlock>): RegionBlock[] {
  for (const b of [root, ...found.values()]) { b.rpo = -1; b.children = []; b.merge = b.loop = false; b.idom = null as never; }
  const post: RegionBlock[] = [], seen = new Set<RegionBlock>();
  const visit = (b: RegionBlock): void => {
    seen.add(b);
    for (const t of b.successors) { const next = found.get(t)!; if (!seen.has(next)) visit(next); }
    post.push(b);
  };
  seen.add(root);
  for (const t of [...root.successors].reverse()) { const next = found.get(t)!; if (!seen.has(next)) visit(next); } // so that the way from a call to its return site leads forward, past the br_table
  post.push(root);
  const order = post.reverse();
  order.forEach((b, i) => { b.rpo = i; });
  const preds = new Map<RegionBlock, RegionBlock[]>(order.map((b) => [b, []]));
  for (const b of order) for (const t of b.successors) preds.get(found.get(t)!)!.push(b);
  // Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm
  root.idom = root;
  for (let changed = true; changed;) {
    changed = false;
    for (const b of order) {
      if (b === root) continue;
      let idom: RegionBlock | null = null;
      for (const p of preds.get(b)!) {
        if (p.idom === null) continue;
        if (idom === null) { idom = p; continue; }
        let x: RegionBlock = p, y: RegionBlock = idom;
        while (x !== y) { while (x.rpo > y.rpo) x = x.idom; while (y.rpo > x.rpo) y = y.idom; }
        idom = x;
      }
      if (b.idom !== idom) { b.idom = idom!; changed = true; }
    }
  }
  const irreducible = new Set<RegionBlock>(), forward = new Map<RegionBlock, number>();
  for (const b of order) for (const t of b.successors) {
    const next = found.get(t)!;
    if (next.rpo > b.rpo) forward.set(next, (forward.get(next) ?? 0) + 1);
    else if (dominates(next, b)) next.loop = true;
    else if (next.entry < 0) irreducible.add(next);
  }
  for (const b of order) {
    if (b === root) continue;
    b.merge = b.idom === root || forward.get(b)! > 1;
    b.idom.children.push(b);
  }
  return [...irreducible];
}
