// Hot blocks → regions → WebAssembly functions in the dispatch table; and forgetting them when their page is written.
import type { Form } from '../decode/insn.ts';
import type { Blocks } from '../interp/blocks.ts';
import { MEMORY_LIMITS } from '../interp/core-module.ts';
import { callHelper } from '../interp/core.ts';
import type { Core } from '../interp/core.ts';
import { SLOT } from '../interp/dispatch.ts';
import { BLK, S } from '../layout.ts';
import type { Mmu } from '../mmu/mmu.ts';
import { I32, I64, Module } from '../wasm/builder.ts';
import type { Func } from '../wasm/builder.ts';
import { NotCompilable } from './context.ts';
import type { ColdPaths } from './context.ts';
import { RegionEmitter } from './emitter.ts';
import { NarrowFunc } from './narrow.ts';
import { Discovery } from './region.ts';
import type { Region } from './region.ts';

/** V8 aborts the process near 32,700 live modules; everything is dropped long before. */
const MAX_REGIONS = 6000;

/** A compiled region: its slot in the dispatch table, the blocks through which it is entered, the frames it was made from. */
interface Compiled { slot: number; entries: number[]; frames: number[] }

export class Compiler {
  /** By frame: regions with code from it. */
  private frames = new Map<number, Set<Compiled>>();
  private readonly uncompilable = new Set<Form>();
  /** Number of the next region: never used again. 0 is none. */
  private firstId = 1;
  regions = 0; live = 0; modules = 0; bytes = 0; rejected = 0; dropped = 0;

  /** Hot entry blocks waiting for company: they keep running in the interpreter. */
  private queue: number[] = [];

  /** @param minHot see Discovery; @param batch regions to a module. */
  constructor(private readonly core: Core, private readonly blocks: Blocks, private readonly mmu: Mmu, private readonly minHot: number, private readonly batch: number) {
    blocks.onDrop = (pfn) => this.drop(pfn);
    blocks.onFlush = () => {
      this.queue = [];
      for (const pfn of [...this.frames.keys()]) this.drop(pfn);
    };
  }

  private drop(pfn: number): void {
    const { u32 } = this.mmu;
    this.queue = this.queue.filter((block) => u32[(block + BLK.pa) >> 2]! >>> 12 !== pfn);
    const regions = this.frames.get(pfn);
    if (regions === undefined) return;
    for (const region of regions) {
      for (const block of region.entries) if (u32[(block + BLK.fn) >> 2] === region.slot) u32[(block + BLK.fn) >> 2] = this.blocks.entrySlot; // those of other frames live on
      for (const other of region.frames) if (other !== pfn) this.frames.get(other)!.delete(region);
      this.core.freeSlot(region.slot);
      this.live--; this.dropped++;
    }
    this.frames.delete(pfn);
  }

  /** A block has run often enough on the CPU with state s, for the first or a further time: compiled with others, or alone if it is hot again before others are. */
  hot(block: number, s: number): void {
    const { u32 } = this.mmu, again = this.queue.includes(block);
    u32[(block + BLK.vaLo) >> 2] = u32[(s + S.pageVa) >> 2]!;
    u32[(block + BLK.vaHi) >> 2] = u32[(s + S.pageVa + 4) >> 2]!;
    if (!again) this.queue.push(block);
    if (again || this.queue.length >= this.batch) this.compile(s);
  }

  /** Compiles the regions whose entries are queued and makes the blocks' entries point to them. */
  private compile(s: number): void {
    const { u32 } = this.mmu, flushes = this.blocks.flushes, wanted = new Set(this.queue);
    if (this.live >= MAX_REGIONS) { this.blocks.flush(); return; }
    const jobs: Region[] = [], entered = new Set<number>(), covered = new Set<number>();
    for (const block of wanted) {
      if (entered.has(block)) continue;
      if (this.batch > 1 && covered.has(block)) { // inside a region made just now: only if control still arrives here from elsewhere does it need its own
        u32[(block + BLK.hot) >> 2] = this.minHot;
        continue;
      }
      u32[(block + BLK.fn) >> 2] = SLOT.enter;
      const region = new Discovery(this.blocks, this.mmu, s, this.minHot, wanted).run(block);
      if (this.blocks.flushes !== flushes) return; // the block area ran over: all addresses are void
      if (region === null) { this.rejected++; continue; }
      jobs.push(region);
      for (const b of region.found.values()) covered.add(b.block);
      for (const b of region.entries) entered.add(b.block);
    }
    this.queue = [];
    for (;;) {
      const possible = jobs.filter(({ entries }) => !this.uncompilable.has(entries[0]!.code.insns[0]!.form));
      if (possible.length === 0) return;
      try {
        this.install(possible, this.emit(possible));
        return;
      } catch (error) {
        if (!(error instanceof NotCompilable)) throw error;
        // a form has been noted; the regions are made again without it
      }
    }
  }

  private install(regions: readonly Region[], m: Module): void {
    const bytes = m.finish(), { core } = this, { u32 } = this.mmu;
    const instance = core.instantiate(m, bytes);
    this.modules++;
    this.bytes += bytes.length;
    regions.forEach((region, i) => {
      const slot = core.takeSlot(), compiled: Compiled = { slot, entries: [], frames: region.pages.map((p) => p.frame >>> 12) };
      core.dispatchTable.set(slot, instance.exports[String(i)] as never);
      for (const b of region.entries) {
        if (b.code.straddles) continue; // its second page is looked up where control arrives
        u32[(b.block + BLK.fn) >> 2] = slot;
        u32[(b.block + BLK.region) >> 2] = this.firstId + i;
        u32[(b.block + BLK.entry) >> 2] = b.entry;
        u32[(b.block + BLK.page) >> 2] = b.page;
        compiled.entries.push(b.block);
      }
      for (const pfn of compiled.frames) {
        const known = this.frames.get(pfn);
        if (known === undefined) this.frames.set(pfn, new Set([compiled])); else known.add(compiled);
      }
      this.regions++; this.live++;
    });
    this.firstId += regions.length;
  }

  private emit(regions: readonly Region[]): Module {
    const { core } = this, m = new Module();
    m.counting = core.counting;
    m.importMemory('e', 'm', MEMORY_LIMITS);
    const call = (to: Func, name: string): void => callHelper(core.helpers, m, to, name);
    const slow = (name: string): Func => { // of a load or store: 1 if the interpreter has to do the instruction
      const f = m.func([I32, I64, I32, I32], [I32]);
      f.get(0).get(1).get(2); call(f, name);
      f.ifThen().i32Const(0).return().end();
      return f.get(0).get(3).i32Store(S.rec).i32Const(1);
    };
    const side = m.func([I32, I64], [I32]), sideFlags = m.func([I32, I64, I32, I64, I64], [I32]);
    side.get(0).get(0).i32Load(S.rec).get(1); call(side, 'tail:sys.side');
    sideFlags.get(0).get(2).i32Store(S.fk).get(0).get(3).i64Store(S.fa).get(0).get(4).i64Store(S.fb);
    sideFlags.get(0).get(1).returnCall(side);
    const slowRead = slow('sys.quietread'), slowWrite = slow('sys.quietwrite');
    const cold: ColdPaths = {
      slow: (f, write) => { f.call(write ? slowWrite : slowRead); },
      side: (f, flags) => { f.returnCall(flags ? sideFlags : side); },
    };
    regions.forEach((region, i) => new RegionEmitter(m.funcOf(NarrowFunc, [I32, I32], [I32], String(i)), region, this.firstId + i, call, cold, this.uncompilable).run());
    return m;
  }

  /** The form is one that regions leave to the interpreter. */
  leftOut(form: Form): boolean { return this.uncompilable.has(form); }

  stats(): Record<string, number> {
    return { regions: this.regions, regionModules: this.modules, liveRegions: this.live, compiledBytes: this.bytes, rejectedRegions: this.rejected, droppedRegions: this.dropped, uncompilableForms: this.uncompilable.size };
  }
}
