// Hot blocks → regions → WebAssembly functions in the dispatch table; and forgetting them when their page is written.
import { COST } from '../../clock/costs.ts';
import type { Form } from '../decode/insn.ts';
import type { Blocks } from '../interp/blocks.ts';
import { callHelper } from '../interp/core.ts';
import type { Core } from '../interp/core.ts';
import { SLOT, entryAt } from '../interp/dispatch.ts';
import { BLK, DROPS, ENT, ENTRIES, ENTRIES_BITS, HOT_MASK, NO_PA, S } from '../layout.ts';
import { MEMORY_LIMITS } from '../memory.ts';
import type { Mmu } from '../mmu/mmu.ts';
import { I32, I64, Module } from '../wasm/builder.ts';
import type { Func } from '../wasm/builder.ts';
import { Codes } from './codes.ts';
import { NotCompilable } from './context.ts';
import { LONGEST_WAY, RegionEmitter } from './emitter.ts';
import { NarrowFunc } from './narrow.ts';
import { NOT_DONE } from './region-state.ts';
import type { ColdPaths } from './region-state.ts';
import { Discovery } from './region.ts';
import type { LiveRegions, Region } from './region.ts';

/** V8 aborts the process near 32,700 live modules; everything is dropped long before. */
const MAX_REGIONS = 6000;

/** A compiled region: its slot in the dispatch table, the block around which it was made, all its blocks with their distance from that one, those
 *  through which it is entered, the frames it was made from, and the instructions executed before it. */
interface Compiled { slot: number; root: number; blocks: ReadonlyMap<number, number>; entries: number[]; frames: number[]; made: number }
interface Job { region: Region; compiled: Compiled; /** Regions that this one takes the place of. */ replaced: Compiled[] }

/** A block that runs less than once in so many instructions is not worth more than its own code, whatever its count: what lies in live regions stays there. */
const RARE = 2048;
const NOWHERE: readonly number[] = [];
/** A region whose code is written within so many instructions has not paid. Each time that happens the blocks of its frames have to run twice as often, up to MOST_WAIT times, to be compiled. */
const PAID = 1 << 25, MOST_WAIT = 16;
/** Larger regions are not made out of live ones: V8's code gets worse with the size. */
const MERGED_BLOCKS = 48;

export class Compiler {
  /** By frame: regions with code from it. */
  private readonly frames = new Map<number, Set<Compiled>>();
  /** By block: the newest region that holds it. */
  private readonly homes = new Map<number, Compiled>();
  /** Blocks that seemed rare when they were reported, and the instructions executed until then. */
  private readonly doubted = new Map<number, number>();
  /** By frame of regions that were thrown away before they had paid: how much longer its blocks wait. */
  private readonly waits = new Map<number, number>();
  private readonly uncompilable = new Set<Form>();
  private readonly codes: Codes;
  /** Number of the next region: never used again. 0 is none. */
  private firstId = 1;
  regions = 0; live = 0; modules = 0; bytes = 0; rejected = 0; dropped = 0;

  /** Hot entry blocks waiting for company: they keep running in the interpreter. */
  private queue: number[] = [];

  /** @param minHot see Discovery; @param batch regions to a module; @param executed instructions of all CPUs until now. */
  constructor(private readonly core: Core, private readonly blocks: Blocks, private readonly mmu: Mmu, private readonly minHot: number, private readonly batch: number, private readonly executed: () => number) {
    this.codes = new Codes(blocks);
    mmu.u32.fill(NO_PA, ENTRIES >> 2, (ENTRIES + (ENT.size << ENTRIES_BITS)) >> 2);
    blocks.onDrop = (pfn) => { this.noteWritten(pfn); this.drop(pfn); };
    blocks.onFlush = () => {
      this.queue = [];
      this.doubted.clear();
      this.codes.clear();
      for (const pfn of [...this.frames.keys()]) this.drop(pfn);
    };
  }

  private noteWritten(pfn: number): void {
    const { waits } = this;
    for (const { made, frames, blocks } of this.frames.get(pfn) ?? []) {
      const paid = this.executed() - made >= PAID;
      for (const frame of frames) if (paid) waits.delete(frame); else waits.set(frame, Math.min((waits.get(frame) ?? 1) * 2, MOST_WAIT));
      if (!paid) for (const block of blocks.keys()) this.mmu.u32[(block + BLK.hot) >> 2] = 0;
    }
  }
  private drop(pfn: number): void {
    const { u32 } = this.mmu;
    this.codes.drop(pfn);
    this.queue = this.queue.filter((block) => u32[(block + BLK.pa) >> 2]! >>> 12 !== pfn);
    for (const region of this.frames.get(pfn) ?? []) this.dropRegion(region);
    this.frames.delete(pfn);
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
    region.slot = 0;
    this.mmu.u32[DROPS >> 2]!++;
    this.live--; this.dropped++;
  }
  /** Exits of regions find the block's function anew. */
  private unlearn(block: number): void { this.mmu.u32[(entryAt(this.mmu.u32[(block + BLK.pa) >> 2]!) + ENT.pa) >> 2] = NO_PA; }
  /** The block is reported when it has run as often again as it takes to become hot. */
  private recount(block: number): void {
    const { u32 } = this.mmu, hot = u32[(block + BLK.hot) >> 2]!;
    u32[(block + BLK.hot) >> 2] = hot - (hot & u32[HOT_MASK >> 2]!) + this.minHot;
  }
  private forget(region: Compiled): void { for (const block of region.blocks.keys()) if (this.homes.get(block) === region) this.homes.delete(block); }

  /** A block has run often enough on the CPU with state s, for the first or a further time: compiled with others, or alone if it is hot again before others are. */
  hot(block: number, s: number): void {
    const { u32 } = this.mmu, again = this.queue.includes(block), wait = this.waits.get(u32[(block + BLK.pa) >> 2]! >>> 12);
    if (wait !== undefined && u32[(block + BLK.hot) >> 2]! < wait * (u32[HOT_MASK >> 2]! + 1)) return;
    u32[(block + BLK.vaLo) >> 2] = u32[(s + S.pageVa) >> 2]!;
    u32[(block + BLK.vaHi) >> 2] = u32[(s + S.pageVa + 4) >> 2]!;
    if (!again) this.queue.push(block);
    if (again || this.queue.length >= this.batch) this.compile(s);
  }

  /**
   * The region for a hot block: around it, or, if it lies inside a live region, that region with one more entry. Live regions whose root it reaches become
   * part of it, whole; those for which it has no room stay apart, as all do when the block is rare. null: the block cannot be compiled;
   * undefined: it runs on in the interpreter for now.
   */
  private regionFor(block: number, s: number, wanted: ReadonlySet<number>): Region | null | undefined {
    const { homes } = this, home = this.minHot > 0 ? homes.get(block) : undefined, apart = new Set<Compiled>(), large = new Set<Compiled>(), entries = home === undefined ? wanted : new Set([...wanted, ...home.entries]);
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
      const { u32 } = this.mmu, pageVa = block + BLK.vaLo, distance = home.blocks.get(block)!;
      root = home.root;
      const lo = u32[pageVa >> 2]! + (u32[(block + BLK.pa) >> 2]! & 4095) - distance;
      u32[(root + BLK.vaLo) >> 2] = lo & ~4095;
      u32[(root + BLK.vaHi) >> 2] = u32[(pageVa + 4) >> 2]! + Math.floor(lo / 4294967296);
    }
    for (;;) {
      met = [];
      const discovery = new Discovery(this.blocks, this.codes, this.mmu, s, this.minHot, entries, old);
      const whole = discovery.find(root);
      if (whole === null) {
        this.doubted.set(block, this.executed());
        return undefined;
      }
      if (!whole) return null;
      if (met.length === 0 && home === undefined) return discovery.region();
      const found = new Set<number>();
      for (const b of discovery.found.values()) found.add(b.block);
      if (!found.has(block)) { // no room for it
        large.add(home!);
        root = block;
        continue;
      }
      if (met.length === 0) return discovery.region();
      if (this.seldom(block, Infinity) === true) {
        for (const live of met) apart.add(live);
        continue;
      }
      const torn = met.filter((live) => found.size > MERGED_BLOCKS || live.entries.some((b) => !found.has(b)));
      if (torn.length === 0) return discovery.region();
      for (const live of torn) large.add(live);
      if (home !== undefined && large.has(home)) root = block;
    }
  }
  /** Whether the block, just reported, runs less often than RARE says; undefined if only the next report will tell. @param made instructions before a time since when it has not been
   *  reported: when the live region was made that it meets. */
  private seldom(block: number, made: number): boolean | undefined {
    const since = this.doubted.get(block);
    if (this.executed() - (since ?? made) < RARE * (this.mmu.u32[HOT_MASK >> 2]! + 1)) return false;
    return since === undefined ? undefined : true;
  }

  /** Compiles the regions whose entries are queued and makes the blocks' entries point to them. */
  private compile(s: number): void {
    const flushes = this.blocks.flushes, wanted = new Set(this.queue);
    if (this.live >= MAX_REGIONS) { this.blocks.flush(); return; }
    let jobs: Job[] = [];
    const entered = new Set<number>(), covered = new Set<number>();
    for (const block of wanted) {
      if (entered.has(block) || (this.batch > 1 && covered.has(block))) continue; // inside a region made just now: only if control still arrives here from elsewhere does it need its own
      const region = this.regionFor(block, s, wanted);
      if (this.blocks.flushes !== flushes) return; // the block area ran over: all addresses are void
      if (region === undefined) continue;
      this.mmu.u16[(block + BLK.fn) >> 1] = SLOT.enter;
      if (region === null) { this.rejected++; continue; }
      const root = region.entries[0]!, blocks = new Map([...region.found.values()].map((b) => [b.block, b.offset - root.offset]));
      const compiled: Compiled = { slot: 0, root: root.block, blocks, entries: region.entries.filter((b) => !b.code.straddles).map((b) => b.block), frames: region.pages.map((p) => p.frame >>> 12), made: this.executed() };
      const replaced = this.within(compiled), over = jobs.filter((job) => replaced.includes(job.compiled));
      jobs = [...jobs.filter((job) => !over.includes(job)), { region, compiled, replaced: [...replaced, ...over.flatMap((job) => job.replaced)].filter((live) => live.slot !== 0) }];
      for (const b of blocks.keys()) { covered.add(b); this.homes.set(b, compiled); }
      for (const b of compiled.entries) entered.add(b);
    }
    this.queue = [];
    for (;;) {
      for (const { region, compiled } of jobs) if (this.uncompilable.has(region.entries[0]!.code.insns[0]!.form)) this.forget(compiled);
      jobs = jobs.filter(({ region }) => !this.uncompilable.has(region.entries[0]!.code.insns[0]!.form));
      if (jobs.length === 0) return;
      try {
        this.install(jobs, this.emit(jobs.map(({ region }) => region)));
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
  private install(jobs: readonly Job[], m: Module): void {
    const bytes = m.finish(), { core } = this, { u16, u32 } = this.mmu;
    const instance = core.instantiate(m, bytes);
    this.modules++;
    this.bytes += bytes.length;
    jobs.forEach(({ region, compiled, replaced }, i) => {
      const slot = compiled.slot = core.takeSlot();
      core.dispatchTable.set(slot, instance.exports[String(i)] as never);
      for (const b of region.entries) {
        if (b.code.straddles) continue; // its second page is looked up where control arrives
        this.unlearn(b.block);
        u16[(b.block + BLK.fn) >> 1] = slot;
        u32[(b.block + BLK.region) >> 2] = this.firstId + i;
        u16[(b.block + BLK.entry) >> 1] = b.entry;
        u32[(b.block + BLK.page) >> 2] = b.page;
      }
      for (const b of region.found.values()) if (b.entry < 0) this.recount(b.block);
      for (const pfn of compiled.frames) {
        const known = this.frames.get(pfn);
        if (known === undefined) this.frames.set(pfn, new Set([compiled])); else known.add(compiled);
      }
      this.regions++; this.live++;
      replaced.forEach((old) => this.dropRegion(old));
    });
    this.firstId += jobs.length;
  }

  private emit(regions: readonly Region[]): Module {
    const { core } = this, m = new Module();
    m.counting = core.counting;
    m.importMemory('e', 'm', MEMORY_LIMITS);
    const call = (to: Func, name: string): void => callHelper(core.helpers, m, to, name);
    const longestWay = this.minHot === 0 ? 0 : LONGEST_WAY; // forced compilation looks at every block, so that tests can stop anywhere
    let longest = 0;
    const slow = (f: Func, name: string): void => { // of a load or store, which may take time: no more than there is before the region looks at the deadline again
      const spent = f.local(I32);
      f.get(4).i32Const(longest + COST.tlbMiss).i32LeS().ifThen().get(0).get(3).i32Store(S.rec).i32Const(NOT_DONE).return().end();
      f.get(0).i32Load(S.limit).get(4).i32Sub().set(spent);
      f.get(0).get(1).get(2); call(f, name);
      f.ifThen().get(0).i32Load(S.limit).get(spent).i32Sub().return().end();
      f.get(0).get(3).i32Store(S.rec).i32Const(NOT_DONE);
    };
    const side = m.func([I32, I64], [I32]), sideFlags = m.func([I32, I64, I32, I64, I64], [I32]);
    side.get(0).get(0).i32Load(S.rec).get(1); call(side, 'tail:sys.side');
    sideFlags.get(0).get(2).i32Store(S.fk).get(0).get(3).i64Store(S.fa).get(0).get(4).i64Store(S.fb);
    sideFlags.get(0).get(1).returnCall(side);
    const slowRead = m.func([I32, I64, I32, I32, I32], [I32]), slowWrite = m.func([I32, I64, I32, I32, I32], [I32]);
    const cold: ColdPaths = {
      slow: (f, write) => { f.call(write ? slowWrite : slowRead); },
      side: (f, flags) => { f.returnCall(flags ? sideFlags : side); },
    };
    regions.forEach((region, i) => {
      const emitter = new RegionEmitter(m.funcOf(NarrowFunc, [I32, I32], [I32], String(i)), region, this.firstId + i, call, cold, this.uncompilable, this.mmu.cpus, longestWay);
      emitter.run();
      longest = Math.max(longest, emitter.longest);
    });
    slow(slowRead, 'sys.quietread'); slow(slowWrite, 'sys.quietwrite');
    return m;
  }

  /** The form is one that regions leave to the interpreter. */
  leftOut(form: Form): boolean { return this.uncompilable.has(form); }

  stats(): Record<string, number> {
    return { regions: this.regions, regionModules: this.modules, liveRegions: this.live, compiledBytes: this.bytes, rejectedRegions: this.rejected, droppedRegions: this.dropped, uncompilableForms: this.uncompilable.size };
  }
}
