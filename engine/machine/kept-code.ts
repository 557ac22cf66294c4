// What a processor leaves of its compiled code to later runs, and what they take up (cpu/jit/kept.ts). The engine keeps nothing itself: the tracer has the files.

/** One block: its page relative to the base page, its first byte in its page, entry (−1: none), instructions and cycles, whether its one instruction goes on in the next page, bytes that decide what it is, executions that were counted (in regions they are not), instructions that compare for themselves alone (Compiler.side). */
export interface KeptBlock { page: number; offset: number; entry: number; count: number; cost: number; straddles: boolean; bytes: number; hot: number; parted: readonly number[] }
/** A region: its function's export, its first word, its pages relative to the first, its blocks in the order of their words. */
export interface KeptRegion { name: string; first: number; /** Registers are locals all over it. */ loops: boolean; pages: readonly number[]; blocks: readonly KeptBlock[]; /** The bytes of all blocks, one behind the other. */ code: Uint8Array }
/** A WebAssembly module of regions. */
export interface KeptModule extends Linkage { regions: readonly KeptRegion[] }
/** What a module needs of its run: words in memory, imports. */
interface Linkage { words: number; /** Names of the helpers that it imports. */ imports: readonly string[] }
/** What earlier runs left. Whoever has it (tracer/kept-code.ts) answers for the machine code: that it is V8's, of this WebAssembly and of this engine. */
export interface CodeStore {
  /** By keyOf an entry's block: three numbers for each region that may be entered there: module, region, block. */
  readonly entries: ReadonlyMap<number, readonly number[]>;
  /** By keyOf blocks that ran often and were not compiled: how often, in all runs together. */
  readonly counts: ReadonlyMap<number, number>;
  /** Without regions if it cannot be had after all. */
  describe(module: number): KeptModule;
  /** undefined: it cannot be had after all. */
  load(module: number): { module: WebAssembly.Module; bytes: Uint8Array } | undefined;
}
/** A module of a run at its end, with those of its regions that live; asked for while the machine stands. */
export interface LeftModule extends Linkage { module: WebAssembly.Module; bytes: Uint8Array; /** Number in the store from which it came, −1: none. */ from: number; functions: readonly unknown[]; regions(): KeptRegion[]; /** keyOf the entries, by region: block and key. */ keys(): number[][] }
export interface CodeLeft { modules: LeftModule[]; /** For CodeStore.counts: a key and its count, and so on. */ counts(): number[] }

