// Hot blocks → regions → WebAssembly functions in the dispatch table; and forgetting them when their page is written.
import type { Form } from '../decode/insn.ts';
import type { Blocks } from '../interp/blocks.ts';
import { MEMORY_LIMITS, SLOT } from '../interp/core-module.ts';
import { callHelper } from '../interp/core.ts';
import type { Core } from '../interp/core.ts';
import { BLK } from '../layout.ts';
import type { Mmu } from '../mmu/mmu.ts';
import { I32, Module } from '../wasm/builder.ts';
import type { Func } from '../wasm/builder.ts';
import { NotCompilable } from './context.ts';
import { RegionEmitter } from './emitter.ts';
import { discover } from './region.ts';
import type { RegionBlock } from './region.ts';

/** V8 aborts the process near 32,700 live modules; everything is dropped long before. */
const MAX_REGIONS = 6000;

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
    m.counting = core.counting;
    m.importMemory('e', 'm', MEMORY_LIMITS);
    const helperTable = m.importTable('e', 'h', { initial: core.helpers.size });
    const call = (to: Func, name: string): void => callHelper(core.helpers, m, helperTable, to, name);
    entries.forEach((entry, i) => new RegionEmitter(m.func([I32, I32], [I32], String(i)), entry, call, this.uncompilable).run());
    return m;
  }

  /** The form is one that regions leave to the interpreter. */
  leftOut(form: Form): boolean { return this.uncompilable.has(form); }

  stats(): Record<string, number> {
    return { regions: this.regions, regionModules: this.modules, liveRegions: this.live, compiledBytes: this.bytes, rejectedRegions: this.rejected, droppedRegions: this.dropped, uncompilableForms: this.uncompilable.size };
  }
}
