// Hot blocks → regions → WebAssembly functions in the dispatch table; and forgetting them when their page is written.
import { COST } from '../../clock/costs.ts';
import { KEPT } from '../../machine/kept-code.ts';
import type { CodeLeft, CodeStore, KeptRegion, LeftModule } from '../../machine/kept-code.ts';
import type { Form } from '../decode/insn.ts';
import type { Blocks } from '../interp/blocks.ts';
import { callHelper, importHelper, optimizedTeller } from '../interp/core.ts';
import type { Core } from '../interp/core.ts';
import { SLOT, entryAt } from '../interp/dispatch.ts';
import { BLK, DROPS, ENT, ENTRIES, ENTRIES_BITS, ENTRY_BITS, IDLE, LONGEST_WAY, NO_PA, REC, S, SIDE, WAYS } from '../layout.ts';
import { MEMORY_LIMITS } from '../memory.ts';
import type { Mmu } from '../mmu/mmu.ts';
import { I32, I64, Module } from '../wasm/builder.ts';
import type { Func } from '../wasm/builder.ts';
import { Codes } from './codes.ts';
import { NotCompilable } from './context.ts';
import { RegionEmitter } from './emitter.ts';
import { leads } from './groups.ts';
import { JOINING, JOINING_AGAIN, JOINING_BLIND, Neighbours } from './neighbours.ts';
import type { Joining } from './neighbours.ts';
import { NarrowFunc } from './narrow.ts';
import { NOT_DONE } from './region-state.ts';
import type { ColdPaths } from './region-state.ts';
import { Discovery, GROWN, JOINED } from './region.ts';
import type { LiveRegions, Region } from './region.ts';
import { entryKeys, framesOf, keptRegion, keyOf, placed, sameBytes, shapeOf } from './kept.ts';
import type { Placed, Shape } from './kept.ts';
import { MOST_WORDS, RegionWords, emitRecordOf, fillWords } from './words.ts';

/** V8 aborts the process near 32,700 live modules; everything is dropped long before. */
const MAX_REGIONS = 6000;
/** With so many live none of an earlier run is taken: there is to be room for this one's. */
const MAX_TAKEN = 4000;

/** A compiled region: its slot in the dispatch table, its module, the instructions executed before it; and of its shape the block around which it was made, all its blocks with
 *  their distance from that one, those through which it is entered, and its frames. */
interface Compiled { slot: number; from: Made | null; made: number; shape: Shape; readonly root: number; readonly blocks: ReadonlyMap<number, number>; readonly entries: readonly number[]; readonly frames: readonly number[] }
function compiledOf(shape: Shape, made: number): Compiled {
  const at = (b: Placed): number => b.page + b.offset, root = shape.blocks.find((b) => b.entry === 0)!, blocks = new Map<number, number>(), entries: number[] = [];
  for (const b of shape.blocks) {
    blocks.set(b.block, at(b) - at(root));
    if (b.entry >= 0 && !b.straddles) entries.push(b.block);
  }
  return { slot: 0, from: null, made, shape, root: root.block, blocks, entries, frames: shape.pages.map((p) => p.frame >>> 12) };
}
/** An instantiated module: the address at which word 0 would be and the bytes of its own words, how many of its regions live, and by name the newest of each. */
interface Made { module: WebAssembly.Module; bytes: Uint8Array; imports: readonly string[]; /** Behind its last word. */ words: number; at: number; size: number; instance: WebAssembly.Instance; live: number; placed: Map<string, Compiled>; /** Number in the store, −1 if it was made in this run. */ from: number }
/** A region that is to take the place of others as soon as V8 has optimized it. `parted`: how many instructions of its blocks compared for themselves alone when it was emitted. `f`: its
 *  function, null if it has one entry, because then it cannot be called as IDLE. */
interface Waiting { compiled: Compiled; from: Made; members: readonly Compiled[]; parted: number; f: ((state: number, block: number) => number) | null }
interface Job { region: Region; compiled: Compiled; /** Regions that this one takes the place of. */ replaced: Compiled[] }

/** A block that runs less than once in so many instructions is not worth more than its own code, whatever its count: what lies in live regions stays there. */
const RARE = 2048;
const NOWHERE: readonly number[] = [], NONE: ReadonlySet<number> = new Set(), NO_BYTES = new Uint8Array();
/** Executions after which a block is looked for in the store, then after twice as many and so on where there was something; a power of two. */
const WARM = 256;
/** A region whose code is written within so many instructions has not paid. Each time that happens the blocks of its frames have to run twice as often, up to MOST_WAIT times, to be compiled. */
const PAID = 1 << 25, MOST_WAIT = 16;
/** Blocks of so many instructions are long: each instruction bears less of what a region costs, however short it is. */
const LONG = 16;
/** Instructions. */
const SIDES_WITHIN = 1 << 28;
/** Larger regions are not made out of live ones: V8's code gets worse with the size. */
const MERGED_BLOCKS = 48;
/** V8 begins to optimize a function when so many bytes of its baseline code have run, or fewer; that is longer than the WebAssembly. */
const PROMPTING = 1 << 23;
/** What regions call most. Each module imports all of these first: modules with the same imports can become one (tracer/kept-code.ts). */
const COMMON = ['sys.side', 'sys.exit', 'sys.quietread', 'sys.quietwrite', 'sys.return', 'sys.call', 'sys.getflags', 'sys.pack', 'sys.packflags', 'sys.cond'];
/** Those with so many blocks at most become part of larger ones also where they are not joined: what many call. */
const COPIED_BLOCKS = 16;

export class Compiler {
  /** By frame: regions with code from it. */
  private readonly frames = new Map<number, Set<Compiled>>();
  /** By block: the newest region that holds it. */
  private readonly homes = new Map<number, Compiled>();
  /** Blocks that seemed rare when they were reported, and the instructions executed until then. */
  private readonly doubted = new Map<number, number>();
  /** By block: instructions that compare for accesses of others too, which too often were not on one page. */
  private readonly parted = new Map<number, Set<number>>();
  /** Blocks in which regions were left SIDES times, and the instructions executed until then. */
  private readonly sided = new Map<number, number>();
  /** By frame of regions that were thrown away before they had paid: how much longer its blocks wait. */
  private readonly waits = new Map<number, number>();
  private readonly uncompilable = new Set<Form>();
  private readonly codes: Codes;
  private readonly neighbours: Neighbours<Compiled>;
  regions = 0; live = 0; modules = 0; bytes = 0; rejected = 0; dropped = 0; taken = 0; joined = 0;
  /** Executions after which a block is compiled, less one: a power of two less one. */
  private readonly mask: number;
  /** The same of long blocks. */
  private readonly longMask: number;
  /** See Discovery; 0 if all blocks are compiled at once. */
  private readonly minHot: number;
  /** After each so many executions a block is reported, a power of two. */
  private readonly every: number;
  /** After so many it is reported first, a power of two too. */
  readonly warm: number;
  /** Modules of the store that this run has instantiated; null if it could not be. */
  private readonly stored = new Map<number, Made | null>();
  /** Where the words of all the store's regions are; 0: nowhere yet. */
  private storedAt = 0;
  /** The first word of the next region. */
  private nextWord: number;

  /** Whether V8 has optimized a function; null: nobody can tell. */
  private readonly optimized = optimizedTeller();
  private waiting: Waiting | null = null;

  /** Hot entry blocks waiting for company: they keep running in the interpreter. */
  private queue: number[] = [];

  /** @param hot executions after which a block is compiled, a power of two; @param long the same of blocks of LONG instructions and more; @param batch regions to a module; @param executed instructions of all CPUs until now.
   *  @param joining when regions become one, null: by what that costs. */
  constructor(private readonly core: Core, private readonly blocks: Blocks, private readonly mmu: Mmu, hot: number, long: number, private readonly batch: number, private readonly executed: () => number, private readonly store: CodeStore | null, joining: Joining | null) {
    this.codes = new Codes(blocks);
    this.mask = hot - 1;
    this.longMask = long - 1;
    this.minHot = hot >> 7;
    this.every = Math.min(hot, long);
    this.warm = store === null || store.entries.size === 0 ? this.every : Math.min(this.every, WARM); // reporting costs, too much where there is nothing to take up
    this.nextWord = store?.words ?? 0;
    this.neighbours = new Neighbours(joining ?? (store !== null && store.entries.size > 0 ? JOINING_AGAIN : this.optimized !== null ? JOINING : JOINING_BLIND));
    mmu.u32[WAYS >> 2] = this.minHot > 0 ? this.neighbours.joining.every : 0;
    mmu.u32.fill(NO_PA, ENTRIES >> 2, (ENTRIES + (ENT.size << ENTRIES_BITS)) >> 2);
    blocks.onDrop = (pfn) => { this.noteWritten(pfn); this.drop(pfn); };
    blocks.onFlush = () => {
      this.queue = [];
      this.doubted.clear();
      this.parted.clear();
      this.sided.clear();
      this.codes.clear();
      for (const pfn of [...this.frames.keys()]) this.drop(pfn);
      this.homes.clear();
      this.neighbours.clear();
      this.waiting = null;
      this.stored.clear(); // the words are gone
      this.storedAt = 0;
    };
  }
  /** It has run so often; `due` is how often when it is reported next. */
  private setRan(block: number, executions: number, due = executions < this.warm ? this.warm : executions - executions % this.every + this.every): void { this.blocks.setRan(block, executions, due); }
  private maskOf(block: number): number { return this.mmu.u16[(block + BLK.count) >> 1]! >= LONG ? this.longMask : this.mask; }

  private noteWritten(pfn: number): void {
    const { waits } = this;
    for (const { made, frames, blocks } of this.frames.get(pfn) ?? []) {
      const paid = this.executed() - made >= PAID;
      for (const frame of frames) if (paid) waits.delete(frame); else waits.set(frame, Math.min((waits.get(frame) ?? 1) * 2, MOST_WAIT));
      if (!paid) for (const block of blocks.keys()) this.setRan(block, 0);
    }
  }
  private drop(pfn: number): void {
    const { u32 } = this.mmu;
    this.codes.drop(pfn);
    this.queue = this.queue.filter((block) => u32[(block + BLK.pa) >> 2]! >>> 12 !== pfn);
    for (const region of this.frames.get(pfn) ?? []) this.dropRegion(region);
    this.frames.delete(pfn);
    if (this.waiting?.compiled.frames.includes(pfn) === true) this.giveUp(this.waiting);
  }
  private dropRegion(region: Compiled): void {
    const { u16 } = this.mmu;
    if (region.slot === 0) return; // of two regions made at once each may take its place
    for (const block of region.entries) {
      this.unlearn(block);
      if (u16[(block + BLK.fn) >> 1] === region.slot) u16[(block + BLK.fn) >> 1] = this.blocks.entrySlot; // those of other frames live on
    }
    this.forget(region);
    for (const pfn of region.frames) this.frames.get(pfn)!.delete(region);
    this.core.freeSlot(region.slot);
    if (--region.from!.live === 0) this.lastGone(region.from!);
    region.from = null;
    this.neighbours.forget(region);
    region.slot = 0;
    this.mmu.u32[DROPS >> 2]!++;
    this.live--; this.dropped++;
  }
  private lastGone({ size, from }: Made): void {
    if (from < 0) this.blocks.discard(size);
  }
  /** Exits of regions find the block's function anew. */
  private unlearn(block: number): void { this.mmu.u32[(entryAt(this.mmu.u32[(block + BLK.pa) >> 2]!) + ENT.pa) >> 2] = NO_PA; }
  /** The block is reported when it has run as often again as it takes to become hot. */
  private recount(block: number): void {
    const ran = this.blocks.ran(block);
    this.setRan(block, ran - (ran & this.maskOf(block)) + this.minHot);
  }
  private forget(region: Compiled): void { for (const block of region.blocks.keys()) if (this.homes.get(block) === region) this.homes.delete(block); }

  /** A block has run often enough on the CPU with state s, for the first or a further time: compiled with others, or alone if it is hot again before others are. */
  hot(block: number, s: number): void {
    const { u32 } = this.mmu, again = this.queue.includes(block), wait = this.waits.get(u32[(block + BLK.pa) >> 2]! >>> 12);
    const count = this.blocks.ran(block), mask = this.maskOf(block);
    this.setRan(block, count);
    u32[(block + BLK.vaLo) >> 2] = u32[(s + S.pageVa) >> 2]!;
    u32[(block + BLK.vaHi) >> 2] = u32[(s + S.pageVa + 4) >> 2]!;
    if (this.store !== null && wait === undefined && (count & (count - 1)) === 0) {
      const key = keyOf(this.mmu, block), found = this.store.entries.get(key);
      if (found !== undefined) {
        if (this.takeUp(block, found, s, this.store)) return;
        if (count < this.every) this.setRan(block, count, count * 2);
      }
    }
    if ((count & mask) !== 0) return;
    if (wait !== undefined && count < wait * (mask + 1)) return;
    if (!again) this.queue.push(block);
    if (again || this.queue.length >= this.batch) this.compile(s);
  }

  /**
   * The region for a hot block: around it, or, if it lies inside a live region, that region with one more entry. Live regions whose root it reaches become
   * part of it, whole; those for which it has no room stay apart, as all do when the block is rare. null: the block cannot be compiled;
   * undefined: it runs on in the interpreter for now.
   */
  private regionFor(block: number, s: number, wanted: ReadonlySet<number>): Region | null | undefined {
    const { homes } = this, home = this.minHot > 0 ? homes.get(block) : undefined, apart = new Set<Compiled>(), large = new Set<Compiled>(), entries = new Set(home === undefined ? [] : [block, ...home.entries]);
    if (home !== undefined && this.seldom(block, home.made) !== false) { // most of those that are reported: not worth a discovery
      this.doubted.set(block, this.executed());
      return undefined;
    }
    let met: Compiled[] = [];
    const old: LiveRegions = {
      rooted: (root) => {
        const live = homes.get(root);
        if (live === undefined || live.root !== root || large.has(live)) return NOWHERE;
        if (this.seldom(block, live.made) === undefined) return null;
        met.push(live);
        return live.blocks.values();
      },
      apart: (b) => { const live = homes.get(b); return live !== undefined && apart.has(live); },
    };
    let root = block;
    if (home !== undefined) {
      root = home.root;
      this.placeRoot(home, block);
    }
    for (;;) {
      met = [];
      const discovery = new Discovery(this.blocks, this.codes, this.mmu, s, this.minHot, entries, wanted, old);
      const whole = discovery.find(root);
      if (whole === null) {
        this.doubted.set(block, this.executed());
        return undefined;
      }
      if (!whole) return null;
      if (met.length === 0 && home === undefined) return discovery.region(this.uncompilable);
      const found = new Set<number>();
      for (const b of discovery.found.values()) found.add(b.block);
      if (!found.has(block)) { // no room for it
        large.add(home!);
        root = block;
        continue;
      }
      if (met.length === 0) return discovery.region(this.uncompilable);
      if (this.seldom(block, Infinity) === true) {
        for (const live of met) apart.add(live);
        continue;
      }
      const torn = met.filter((live) => found.size > MERGED_BLOCKS || live.entries.some((b) => !found.has(b)));
      if (torn.length === 0) return discovery.region(this.uncompilable);
      for (const live of torn) large.add(live);
      if (home !== undefined && large.has(home)) root = block;
    }
  }
  /** The region's root gets its address from that of another block of it, just reported. */
  private placeRoot({ root, blocks }: Compiled, block: number): void {
    const { u32 } = this.mmu, lo = u32[(block + BLK.vaLo) >> 2]! + (u32[(block + BLK.pa) >> 2]! & 4095) - blocks.get(block)!;
    u32[(root + BLK.vaLo) >> 2] = lo & ~4095;
    u32[(root + BLK.vaHi) >> 2] = u32[(block + BLK.vaHi) >> 2]! + Math.floor(lo / 4294967296);
  }
  /**
   * Regions were left in the block of the record in SIDE, on the CPU with state s, SIDES times more. If that was so in few instructions, and the one where it was the last time compares for
   * several accesses, they are not on one page too often (a stack frame that goes over the end of one): the block's regions are made again, once, with a comparison for each.
   */
  side(s: number): void {
    const { u32 } = this.mmu, record = u32[SIDE >> 2]!, k = this.mmu.u8[record + REC.k]!, block = record - k * REC.size - BLK.size, pa = u32[(block + BLK.pa) >> 2]!, before = this.sided.get(block), now = this.executed();
    u32[SIDE >> 2] = 0;
    this.sided.set(block, now);
    if (pa === NO_PA || this.minHot === 0 || before === undefined || now - before > SIDES_WITHIN) return;
    const code = this.codes.read(pa), known = this.parted.get(block);
    if (known?.has(k) === true || code.insns.length <= k || !leads(code, k)) return;
    this.part(block, k);
    const { flushes } = this.blocks;
    for (const region of [...this.frames.get(pa >>> 12) ?? []]) if (this.blocks.flushes === flushes && region.slot !== 0 && region.blocks.has(block)) this.remake(region, block, s);
  }
  /** Those of the region's blocks that still belong to it once more. */
  private remake(old: Compiled, block: number, s: number): void {
    this.placeRoot(old, block);
    const discovery = new Discovery(this.blocks, this.codes, this.mmu, s, this.minHot, new Set(old.entries), NONE, { rooted: (b) => (b === old.root ? old.blocks.values() : NOWHERE), apart: (b) => !old.blocks.has(b) }, old.shape.loops ? GROWN : JOINED);
    const { flushes } = this.blocks;
    if (discovery.find(old.root) !== true || this.blocks.flushes !== flushes) return;
    const region = discovery.region(this.uncompilable), compiled = compiledOf(shapeOf(region), this.executed());
    for (const b of compiled.blocks.keys()) this.homes.set(b, compiled);
    this.make([{ region, compiled, replaced: [old] }]);
  }
  /** A way from region to region that is to be sampled: where it leads. Regions may wait. */
  way(s: number, lo: number, hi: number): void {
    if (this.minHot === 0) return;
    const { u32 } = this.mmu, pfn = this.mmu.peek(s, lo, hi, false), block = pfn < 0 ? 0 : this.blocks.lookup(pfn * 4096 + (lo & 4095)), region = block === 0 ? undefined : this.homes.get(block);
    const joinable = region !== undefined && !region.shape.loops;
    u32[WAYS >> 2] = this.neighbours.report(joinable ? region : undefined, joinable ? (lo >>> 0) + (hi >>> 0) * 4294967296 - region.blocks.get(block)! : 0);
  }
  /** Regions between which control often goes are to become one: when none waits. */
  get joins(): boolean { return this.waiting !== null || this.neighbours.due; }
  /** One group at a time: V8 needs seconds for the largest. @param s a CPU whose page tables say where they are. */
  join(s: number): void {
    const { u16, u32 } = this.mmu, { flushes } = this.blocks;
    if (this.waiting !== null) { this.arrive(this.waiting); return; }
    const fits = (members: readonly Compiled[]): boolean => {
      let blocks = 0, insns = 0;
      const frames = new Set<number>();
      for (const region of members) {
        blocks += region.blocks.size;
        for (const b of region.blocks.keys()) insns += u16[(b + BLK.count) >> 1]!;
        for (const pfn of region.frames) frames.add(pfn);
      }
      return blocks <= JOINED.blocks && insns <= JOINED.insns && frames.size <= JOINED.pages;
    };
    for (const group of this.neighbours.groups(fits, (region) => region.blocks.size)) {
      const members = [...group.keys()], { root } = members[0]!, at = this.neighbours.root(members[0]!), own = new Set<number>(), entries = new Set<number>(), distances: number[] = [];
      for (const region of members) {
        for (const b of region.entries) entries.add(b);
        for (const [b, distance] of region.blocks) { own.add(b); distances.push(group.get(region)! + distance); }
      }
      u32[(root + BLK.vaLo) >> 2] = at - at % 4096;
      u32[(root + BLK.vaHi) >> 2] = Math.floor(at / 4294967296);
      const discovery = new Discovery(this.blocks, this.codes, this.mmu, s, this.minHot, entries, NONE, {
        rooted: (b) => (b === root ? distances : NOWHERE),
        apart: (b) => { const live = this.homes.get(b); return live !== undefined && live.blocks.size > COPIED_BLOCKS && !own.has(b); },
      }, JOINED);
      if (discovery.find(root) !== true) continue;
      if (this.blocks.flushes !== flushes) return; // all addresses are void
      const region = discovery.region(this.uncompilable), compiled = compiledOf(shapeOf(region), this.executed()), kept = new Set(compiled.entries), replaced = members.filter((live) => live.entries.every((e) => kept.has(e)));
      if (replaced.length < 2) continue;
      this.make([{ region, compiled, replaced }], (from) => this.prompt(compiled, from, replaced, s));
      return;
    }
  }
  private partedIn({ blocks }: Compiled): number {
    let n = 0;
    for (const b of blocks.keys()) n += this.parted.get(b)?.size ?? 0;
    return n;
  }
  /** It is faster than its members, as far as anybody can tell. Asked at each end of run(). */
  private ready({ f }: Waiting): boolean { return this.optimized === null || f === null || this.optimized(f); }
  /** Makes V8 optimize the region's function, beside the run: until it has, the members are faster. */
  private prompt(compiled: Compiled, from: Made, members: readonly Compiled[], s: number): void {
    const { name, blocks } = compiled.shape, f = blocks.filter((b) => b.entry >= 0).length > 1 ? from.instance.exports[name] as NonNullable<Waiting['f']> : null;
    const waiting = this.waiting = { compiled, from, members, parted: this.partedIn(compiled), f };
    this.mmu.u32[(s + S.entry) >> 2] = IDLE;
    for (let run = 0; run < PROMPTING && !this.ready(waiting); run += from.bytes.length) f!(s, 0);
    this.arrive(waiting);
  }
  /** The region takes its members' place, if it is time. */
  private arrive(waiting: Waiting): void {
    const { compiled, from, members, parted } = waiting;
    if (!this.ready(waiting)) return;
    const replaced = members.filter((live) => live.slot !== 0);
    if (replaced.length < 2 || parted !== this.partedIn(compiled)) { this.giveUp(waiting); return; }
    this.waiting = null;
    for (const b of compiled.blocks.keys()) this.homes.set(b, compiled);
    this.install(compiled, from, replaced);
    this.regions++;
    this.joined++;
  }
  private giveUp(waiting: Waiting): void {
    this.waiting = null;
    this.lastGone(waiting.from);
  }
  /** Whether the block, just reported, runs less often than RARE says; undefined if only the next report will tell. @param made instructions before a time since when it has not been
   *  reported: when the live region was made that it meets. */
  private seldom(block: number, made: number): boolean | undefined {
    const since = this.doubted.get(block);
    if (this.executed() - (since ?? made) < RARE * (this.maskOf(block) + 1)) return false;
    return since === undefined ? undefined : true;
  }

  /** Compiles the regions whose entries are queued and makes the blocks' entries point to them. */
  private compile(s: number): void {
    const flushes = this.blocks.flushes, wanted = new Set(this.queue);
    if (this.live >= MAX_REGIONS) { this.blocks.flush(); return; }
    let jobs: Job[] = [];
    const entered = new Set<number>(), covered = new Set<number>();
    for (const block of wanted) {
      if (this.mmu.u16[(block + BLK.fn) >> 1] !== this.blocks.entrySlot) continue; // entered through a region of an earlier run by now
      if (entered.has(block) || (this.batch > 1 && covered.has(block))) continue; // inside a region made just now: only if control still arrives here from elsewhere does it need its own
      const region = this.regionFor(block, s, wanted);
      if (this.blocks.flushes !== flushes) return; // the block area ran over: all addresses are void
      if (region === undefined) continue;
      if (region === null) {
        this.mmu.u16[(block + BLK.fn) >> 1] = SLOT.enter;
        this.rejected++;
        continue;
      }
      const compiled = compiledOf(shapeOf(region), this.executed());
      if (compiled.entries.includes(block)) this.mmu.u16[(block + BLK.fn) >> 1] = SLOT.enter; // else it runs on until it arrives at one
      const replaced = this.within(compiled), over = jobs.filter((job) => replaced.includes(job.compiled));
      jobs = [...jobs.filter((job) => !over.includes(job)), { region, compiled, replaced: [...replaced, ...over.flatMap((job) => job.replaced)].filter((live) => live.slot !== 0) }];
      for (const b of compiled.blocks.keys()) { covered.add(b); this.homes.set(b, compiled); }
      for (const b of compiled.entries) entered.add(b);
    }
    this.queue = [];
    this.make(jobs);
  }
  /** @param placed what is done with the module instead of installing its regions. */
  private make(jobs: Job[], placed?: (from: Made) => void): void {
    for (;;) {
      for (const { region, compiled } of jobs) if (this.uncompilable.has(region.entries[0]!.code.insns[0]!.form)) this.forget(compiled);
      jobs = jobs.filter(({ region }) => !this.uncompilable.has(region.entries[0]!.code.insns[0]!.form));
      if (jobs.length === 0) return;
      try {
        const from = this.finish(this.emit(jobs));
        if (from === null) this.blocks.flush(); // no room: all is made anew
        else if (placed !== undefined) placed(from);
        else {
          for (const { compiled, replaced } of jobs) this.install(compiled, from, replaced);
          this.regions += jobs.length;
        }
        return;
      } catch (error) {
        if (!(error instanceof NotCompilable)) throw error;
        // a form has been noted; the regions are made again without it
      }
    }
  }

  /** Live regions, and those being made, of which all that matters is in this one. Of forced compilation that is all entries as such: it makes a region at
   *  each arrival that has none, and two that take each other's place would be made again for ever. */
  private within({ blocks, entries }: Compiled): Compiled[] {
    const met = new Set<Compiled>(), kept = this.minHot > 0 ? blocks : new Set(entries);
    for (const b of blocks.keys()) { const live = this.homes.get(b); if (live !== undefined && blocks.has(live.root) && live.entries.every((e) => kept.has(e))) met.add(live); }
    return [...met];
  }
  /** null if there is no room for the words. */
  private finish({ m, words }: { m: Module; words: number }): Made | null {
    const first = this.nextWord, size = (words - first) * 4, place = words > MOST_WORDS ? 0 : this.blocks.reserve(size), at = place - first * 4;
    this.nextWord = place === 0 ? this.store?.words ?? 0 : words;
    if (place === 0) return null;
    const bytes = m.finish(), module = new WebAssembly.Module(bytes), imports = [...m.importedOnce];
    this.modules++;
    this.bytes += bytes.length;
    return { module, bytes, imports, words, at, size, instance: this.core.instantiate(module, imports, at), live: 0, placed: new Map(), from: -1 };
  }
  /** Makes the entries' blocks point to the region's function. */
  private install(compiled: Compiled, from: Made, replaced: readonly Compiled[]): void {
    const { core } = this, { u16, u32 } = this.mmu, { name, pages, blocks } = compiled.shape, slot = compiled.slot = core.takeSlot();
    compiled.from = from;
    from.live++;
    from.placed.set(name, compiled);
    fillWords(u32, from.at >> 2, compiled.shape);
    core.dispatchTable.set(slot, from.instance.exports[name] as never);
    for (const { block, entry, page, straddles } of blocks) {
      if (entry < 0) this.recount(block);
      if (entry < 0 || straddles) continue; // its second page is looked up where control arrives
      this.unlearn(block);
      u16[(block + BLK.fn) >> 1] = slot;
      u16[(block + BLK.entry) >> 1] = pages.findIndex((p) => p.page === page) << ENTRY_BITS | entry;
    }
    for (const pfn of compiled.frames) {
      const known = this.frames.get(pfn);
      if (known === undefined) this.frames.set(pfn, new Set([compiled])); else known.add(compiled);
    }
    this.live++;
    for (const old of replaced) this.dropRegion(old);
  }

  // ---- regions of earlier runs
  /** Whether one of them is entered at the block from now on. */
  private takeUp(block: number, found: readonly number[], s: number, store: CodeStore): boolean {
    if (this.live >= MAX_TAKEN) return false;
    for (let i = found.length - 3; i >= 0; i -= 3) { // the newest is the largest
      const region = store.region(found[i]!, found[i + 1]!), frames = framesOf(this.mmu, s, region, found[i + 2]!, block);
      if (frames === null || !sameBytes(this.mmu, region, frames)) continue;
      const from = this.fromStore(found[i]!, store), before = from?.placed.get(region.name);
      if (from === null || (before !== undefined && before.slot !== 0 && before.frames.some((pfn, n) => pfn !== frames[n]! >>> 12))) continue; // its words say where it is: in one place
      const flushes = this.blocks.flushes, shape = placed(this.blocks, this.mmu, region, frames);
      if (this.blocks.flushes !== flushes) return true; // the block is void
      if (shape === null || !this.knows(region, shape)) continue;
      this.adopt(region, shape, from);
      return true;
    }
    return false;
  }
  /** Each instruction that has to compare for itself alone does so in the region. */
  private knows({ parted }: KeptRegion, { blocks }: Shape): boolean {
    if (this.parted.size === 0) return true;
    const does = (i: number, k: number): boolean => { for (let n = 0; n < parted.length; n += 2) if (parted[n] === i && parted[n + 1] === k) return true; return false; };
    return blocks.every(({ block }, i) => [...this.parted.get(block) ?? []].every((k) => does(i, k)));
  }
  private part(block: number, k: number): void {
    const known = this.parted.get(block);
    if (known === undefined) this.parted.set(block, new Set([k])); else known.add(k);
  }
  private fromStore(n: number, store: CodeStore): Made | null {
    const known = this.stored.get(n);
    if (known !== undefined) return known;
    const loaded = store.load(n), { words } = store;
    if (loaded !== undefined && this.storedAt === 0) this.storedAt = this.blocks.reserve(words * 4);
    const at = this.storedAt, made: Made | null = loaded === undefined || at === 0 ? null : { ...loaded, bytes: NO_BYTES, words, at, size: 0, instance: this.core.instantiate(loaded.module, loaded.imports, at), live: 0, placed: new Map(), from: n };
    this.stored.set(n, made);
    return made;
  }
  private adopt(region: KeptRegion, shape: Shape, from: Made): void {
    const compiled = compiledOf(shape, this.executed()), replaced = this.within(compiled), { parted } = region;
    shape.blocks.forEach(({ block }, i) => { // a larger region around it has to know which loops go round often
      this.homes.set(block, compiled);
      this.setRan(block, Math.max(this.blocks.ran(block), region.blocks[i * KEPT.size + KEPT.ran]! >>> 0));
    });
    for (let i = 0; i < parted.length; i += 2) this.part(shape.blocks[parted[i]!]!.block, parted[i + 1]!);
    this.install(compiled, from, replaced);
    this.taken++;
  }
  /** What this run leaves to later ones. */
  left(): CodeLeft {
    if (this.waiting !== null) this.arrive(this.waiting);
    const byModule = new Map<Made, Compiled[]>(), alive = new Set<Compiled>();
    for (const regions of this.frames.values()) for (const region of regions) alive.add(region);
    for (const region of alive) { const list = byModule.get(region.from!); if (list === undefined) byModule.set(region.from!, [region]); else list.push(region); }
    const modules = [...byModule].map(([{ module, bytes, imports, words, from, instance }, regions]): LeftModule => ({
      module, bytes, words, imports, from, names: regions.map(({ shape }) => shape.name), functions: regions.map(({ shape }) => instance.exports[shape.name]),
      regions: () => regions.map(({ shape }) => keptRegion(this.blocks, this.mmu, shape, this.parted)), keys: () => regions.map(({ shape }) => entryKeys(this.mmu, shape)),
    }));
    return { modules };
  }

  private emit(jobs: readonly Job[]): { m: Module; words: number } {
    const { core } = this, m = new Module();
    m.counting = core.counting;
    m.importMemory('e', 'm', MEMORY_LIMITS);
    m.importGlobal('w', 'words', I32, false);
    for (const name of COMMON) importHelper(core.helpers, m, name);
    const call = (to: Func, name: string): void => callHelper(core.helpers, m, to, name);
    const longestWay = this.minHot === 0 ? 0 : LONGEST_WAY; // forced compilation looks at every block, so that tests can stop anywhere
    let longest = longestWay; // where no region's is longer, the same in all modules
    const slow = (f: Func, name: string): void => { // of a load or store, which may take time: no more than there is before the region looks at the deadline again
      const spent = f.local(I32);
      f.get(4).i32Const(longest + COST.tlbMiss).i32LeS().ifThen().get(0).get(3).i32Store(S.rec).i32Const(NOT_DONE).return().end();
      f.get(0).i32Load(S.limit).get(4).i32Sub().set(spent);
      f.get(0).get(1).get(2); call(f, name);
      f.ifThen().get(0).i32Load(S.limit).get(spent).i32Sub().return().end();
      f.get(0).get(3).i32Store(S.rec).i32Const(NOT_DONE);
    };
    const side = m.func([I32, I64], [I32]), sideFlags = m.func([I32, I64, I32, I64, I64], [I32]), token = side.local(I32);
    side.get(0).i32Load(S.rec).set(token);
    emitRecordOf(side.get(0), token).get(1); call(side, 'tail:sys.side');
    sideFlags.get(0).get(2).i32Store(S.fk).get(0).get(3).i64Store(S.fa).get(0).get(4).i64Store(S.fb);
    sideFlags.get(0).get(1).returnCall(side);
    const slowRead = m.func([I32, I64, I32, I32, I32], [I32]), slowWrite = m.func([I32, I64, I32, I32, I32], [I32]);
    const cold: ColdPaths = {
      slow: (f, write) => { f.call(write ? slowWrite : slowRead); },
      side: (f, flags) => { f.returnCall(flags ? sideFlags : side); },
    };
    let first = this.nextWord;
    jobs.forEach(({ region, compiled }, i) => {
      const name = String(i);
      compiled.shape = { ...compiled.shape, name, first };
      const words = new RegionWords(compiled.shape);
      const emitter = new RegionEmitter(m.funcOf(NarrowFunc, [I32, I32], [I32], name), region, words, call, cold, this.uncompilable, this.parted, this.mmu.cpus, longestWay);
      emitter.run();
      longest = Math.max(longest, emitter.longest);
      first = words.end;
    });
    slow(slowRead, 'sys.quietread'); slow(slowWrite, 'sys.quietwrite');
    return { m, words: first };
  }

  /** The form is one that regions leave to the interpreter. */
  leftOut(form: Form): boolean { return this.uncompilable.has(form); }

  stats(): Record<string, number> {
    return { regions: this.regions, regionModules: this.modules, liveRegions: this.live, compiledBytes: this.bytes, rejectedRegions: this.rejected, droppedRegions: this.dropped, takenRegions: this.taken, joinedRegions: this.joined, uncompilableForms: this.uncompilable.size };
  }
}
