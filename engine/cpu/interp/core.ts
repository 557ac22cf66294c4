// The core: the core module instantiated over the machine's memory, and modules of further handlers made on demand.
// All share one dispatch table.
import { assert } from '../../base/assert.ts';
import { decode } from '../decode/decoder.ts';
import type { Form } from '../decode/insn.ts';
import { FORM_SAMPLES, SAMPLE_BYTES, SAMPLE_COST } from '../layout.ts';
import { allHelpers, semanticsOf } from '../semantics/context.ts';
import { I32, Module } from '../wasm/builder.ts';
import type { Func, ValType } from '../wasm/builder.ts';
import { MEMORY_LIMITS } from '../memory.ts';
import { RUNTIME_MEMORY, RUNTIME_OTHER, buildCoreModule, builtInSlots, helperSignatures } from './core-module.ts';
import { InterpCtx, tailCalls } from './context.ts';
import { DISPATCH_SLOTS, SLOT } from './dispatch.ts';
import { HOT_FORMS } from './common-forms.ts';
import { FUSED, sameCode } from './fused-forms.ts';
import { END_FORM } from './records.ts';

/** The runtime's functions called from WebAssembly; addresses as halves so that no BigInt is made. */
export interface Runtime {
  read(s: number, lo: number, hi: number, bytes: number): number;
  rmw(s: number, lo: number, hi: number, bytes: number): number;
  rmwbounce(s: number, lo: number, hi: number, bytes: number): number;
  copyin(s: number, lo: number, hi: number, bytes: number): number;
  commit(s: number, lo: number, hi: number, bytes: number): number;
  store(s: number, lo: number, hi: number, bytes: number): number;
  quietread(s: number, lo: number, hi: number, bytes: number): number;
  quietwrite(s: number, lo: number, hi: number, bytes: number): number;
  /** Instruction TLB miss: 0 on a fault. */
  itlb(s: number, lo: number, hi: number): number;
  /** Finds or decodes the block at pa: its address, or 0 on a fault. */
  find(s: number, pa: number): number;
  straddle(s: number, block: number): number;
  string(s: number, record: number): number;
  /** Only when counting: a region leaves before the instruction of the record. */
  sideexit(record: number): void;
  cpuid(s: number, record: number): void;
  /** One of many ways from compiled region to compiled region: where it leads. */
  way(s: number, lo: number, hi: number): void;
}

let provided: { bytes: Uint8Array; module: WebAssembly.Module | undefined } | null = null;
/** The core module's bytes as the build wrote them (buildCoreModule() of the same sources): saves making them at each start. @param module compiled, if that is at hand */
export function provideCoreModule(bytes: Uint8Array, module?: WebAssembly.Module): void { provided = { bytes, module }; }
let tells: ((f: unknown) => boolean) | null = null;
/** Whether V8 has optimized a function that a module exports: there is no public way to ask. null: nobody can tell. */
export function provideOptimized(isOptimized: ((f: unknown) => boolean) | null): void { tells = isOptimized; }
export const optimizedTeller = (): ((f: unknown) => boolean) | null => tells;
const coreModule = (counting: boolean): WebAssembly.Module => counting ? new WebAssembly.Module(buildCoreModule(true)) : provided?.module ?? new WebAssembly.Module(provided?.bytes ?? buildCoreModule());

interface HelperType { params: readonly ValType[]; results: readonly ValType[]; slot: number }

export class Core {
  readonly dispatchTable: WebAssembly.Table;
  private readonly helperTable: WebAssembly.Table;
  readonly helpers = new Map<string, HelperType>();
  readonly dispatch: (s: number) => number;
  /** The flags of a region that left run() into the form that getFlags reads. */
  readonly pack: (s: number) => void;
  readonly getFlags: (s: number) => number;
  readonly setFlags: (s: number, flags: number) => void;
  /** The decoder's fast half: see decode-known.ts. */
  readonly decodeKnown: (block: number, at: number, end: number, k: number, most: number) => number;
  /** A frame into the digest whose lanes lie in the state's scratch: see mix-frame.ts. */
  readonly mixFrame: (s: number, pfn: number) => void;
  private nextSlot: number;
  private readonly u8: Uint8Array;
  private readonly handlerOf = new Map<Form, number>();
  private readonly builtIn = builtInSlots();
  readonly formOfSlot: (Form | undefined)[] = [];
  private pending: Form[] = [];
  handlerModules = 0;
  missing = new Set<string>();

  /** @param counting its code and that of all modules over it counts what it does (../counts.ts). @param cpus of the machine: with one the inner loop is that which knows where its state is */
  constructor(readonly memory: WebAssembly.Memory, runtime: Runtime, readonly counting: boolean, cpus: number) {
    this.u8 = new Uint8Array(memory.buffer);
    this.dispatchTable = new WebAssembly.Table({ element: 'anyfunc', initial: DISPATCH_SLOTS });
    const imports: Record<string, unknown> = { m: memory, t: this.dispatchTable };
    for (const name of [...RUNTIME_MEMORY, ...RUNTIME_OTHER.map((x) => x.name)]) imports[name] = runtime[name as keyof Runtime].bind(runtime);
    if (counting) imports['sideexit'] = runtime.sideexit.bind(runtime);
    for (const helper of allHelpers()) if (helper.js !== null) imports[`h.${helper.name}`] = helper.js({ memory });
    helperSignatures().forEach(({ name, params, results }, slot) => this.helpers.set(name, { params, results, slot }));
    this.nextSlot = SLOT.first + this.builtIn.size;
    this.handler(END_FORM); // found in WebAssembly too, and no instruction is a sample of it
    const x = new WebAssembly.Instance(coreModule(counting), { e: imports }).exports as Record<string, never>;
    if (cpus === 1) for (let slot: number = SLOT.fused; slot < SLOT.first + HOT_FORMS.length; slot++) this.dispatchTable.set(slot, x['loop.only']!);
    this.dispatch = x['sys.dispatch']!;
    this.getFlags = x['sys.getflags']!;
    this.setFlags = x['sys.setflags']!;
    this.pack = x['sys.pack']!;
    this.decodeKnown = x['decodeKnown']!;
    this.mixFrame = x['mixFrame']!;
    this.helperTable = x['helpers']!;
  }

  /** An instance over the memory and the helpers, of regions with the address of their words (jit/words.ts). A module imports the functions that it uses and no table: V8 keeps every instance that imports one for good. */
  instantiate(module: WebAssembly.Module, imports: Iterable<string>, words = 0): WebAssembly.Instance {
    const used: Record<string, unknown> = {};
    for (const name of imports) used[name] = this.helperTable.get(this.helpers.get(name)!.slot);
    return new WebAssembly.Instance(module, { e: { m: this.memory }, h: used, w: { words } });
  }

  private readonly freeSlots: number[] = [];
  freeSlot(slot: number): void {
    assert(this.dispatchTable.get(slot) !== null, 'a slot is freed once');
    this.dispatchTable.set(slot, null);
    this.freeSlots.push(slot);
  }
  /** A free slot of the dispatch table. */
  takeSlot(): number {
    const free = this.freeSlots.pop();
    if (free !== undefined) return free;
    if (this.nextSlot >= DISPATCH_SLOTS) throw new Error('dispatch table full');
    return this.nextSlot++;
  }

  /** Handler slot of a form; a new one is made by flushHandlers() before it runs. */
  handler(form: Form): number {
    const known = this.handlerOf.get(form);
    if (known !== undefined) return known;
    const ready = this.builtIn.get(form.key), slot = ready ?? this.takeSlot();
    this.handlerOf.set(form, slot);
    this.formOfSlot[slot] = form;
    if (ready === undefined) this.pending.push(form);
    return slot;
  }
  /** The form of a handler slot that a record has, of a sequence the first. Templates that came with the core module were not decoded here: their forms are when asked for. */
  formOf(slot: number): Form {
    const known = this.formOfSlot[slot];
    if (known !== undefined) return known;
    if (slot < SLOT.first) return this.formOf(this.leading(slot));
    const at = FORM_SAMPLES + (slot - SLOT.first) * SAMPLE_BYTES, { form } = decode(this.u8, at, at + SAMPLE_COST)!;
    assert(this.handler(form) === slot, 'the sample of a form is one');
    return form;
  }
  /** What an instruction of the slot costs, in cycles: of forms that came with the core module without decoding one. */
  costOf(slot: number): number {
    const known = this.formOfSlot[slot];
    if (known !== undefined) return known.cost;
    return slot < SLOT.first ? this.costOf(this.leading(slot)) : this.u8[FORM_SAMPLES + (slot - SLOT.first) * SAMPLE_BYTES + SAMPLE_COST]!;
  }
  /** Slot of the first form of a sequence; a program with many faults asks often. */
  private leading(slot: number): number { return this.leads[slot - SLOT.fused] ??= this.builtIn.get(HOT_FORMS.find((key) => sameCode(key) === FUSED[slot - SLOT.fused]![0])!)!; }
  private readonly leads: number[] = [];
  get forms(): number { return this.handlerOf.size; }
  /** Keys of the forms that had to be made on demand (for common-forms.ts). */
  madeForms(): string[] { return [...this.handlerOf.keys()].filter((form) => !this.builtIn.has(form.key)).map((form) => form.key); }
  flushHandlers(): void {
    if (this.pending.length === 0) return;
    const forms = this.pending;
    this.pending = [];
    const m = new Module();
    m.counting = this.counting;
    m.importMemory('e', 'm', { ...MEMORY_LIMITS });
    const call = (f: Func, name: string): void => callHelper(this.helpers, m, f, name);
    const onward = tailCalls(call, (f) => call(f, 'tail:sys.resume')); // not through the dispatch table: importing it costs milliseconds an instance
    forms.forEach((form, i) => {
      const f = m.func([I32, I32], [I32], String(i));
      const c = new InterpCtx(f, form, call, onward);
      let semantics = semanticsOf(form.mnemonic);
      if (semantics === undefined) {
        this.missing.add(form.mnemonic);
        semantics = semanticsOf('ud2')!;
      }
      semantics(c);
      c.finish();
    });
    const instance = this.instantiate(new WebAssembly.Module(m.finish()), m.importedOnce);
    forms.forEach((form, i) => this.dispatchTable.set(this.handlerOf.get(form)!, instance.exports[String(i)] as never));
    this.handlerModules++;
  }
}

/** By name with 'tail:' the one without: a string made anew is hashed at each use. */
const TAILS = new Map<string, string>();
function tailOf(name: string): string {
  const plain = name.slice(5);
  TAILS.set(name, plain);
  return plain;
}
export function importHelper(helpers: ReadonlyMap<string, HelperType>, m: Module, name: string): number {
  const helper = helpers.get(name);
  if (helper === undefined) throw new Error(`no helper ${name}`);
  return m.importFuncOnce('h', name, helper.params, helper.results);
}
/** A call of an imported helper; 'tail:' makes it a tail call. */
export function callHelper(helpers: ReadonlyMap<string, HelperType>, m: Module, f: Func, name: string): void {
  const tail = name.startsWith('tail:'), index = importHelper(helpers, m, tail ? (TAILS.get(name) ?? tailOf(name)) : name);
  if (tail) f.returnCall(index); else f.call(index);
}
