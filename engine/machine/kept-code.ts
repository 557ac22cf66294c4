// What a processor leaves of its compiled code to later runs, and what they take up (cpu/jit/kept.ts). The engine keeps nothing itself: the tracer has the files.

/** Numbers of a block: which of the region's pages is its own, its first byte in it, entry (−1: none), instructions and cycles, 1 if its one instruction goes on in the next page, bytes that decide what it is, executions that were counted, u32 (in regions they are not). */
export const KEPT = { page: 0, offset: 1, entry: 2, count: 3, cost: 4, straddles: 5, bytes: 6, ran: 7, size: 8 } as const;
/** A region: its function's export, its first word, its pages relative to the first, its blocks in the order of their words. Thousands are taken up by a run: so these are numbers, as they stand in a file. */
export interface KeptRegion {
  name: string;
  /** No other region that was kept or is being made has the same: modules of any runs can become one. */
  first: number;
  /** Registers are locals all over it. */
  loops: boolean;
  pages: Int32Array;
  /** KEPT of each. */
  blocks: Int32Array;
  /** Instructions that compare for themselves alone (Compiler.side): block, instruction and so on. */
  parted: Int32Array;
  /** The bytes of all blocks, one behind the other. */
  code: Uint8Array;
}
/** What earlier runs left. Whoever has it (tracer/kept-code.ts) answers for the machine code: that it is V8's, of this WebAssembly and of this engine. */
export interface CodeStore {
  /** By keyOf an entry's block: three numbers for each region that may be entered there: module, region, block. */
  readonly entries: Pick<ReadonlyMap<number, readonly number[]>, 'get' | 'size'>;
  /** Behind the last word of all regions. */
  readonly words: number;
  region(module: number, region: number): KeptRegion;
  /** With the names of the helpers that it imports. undefined: it cannot be had after all. */
  load(module: number): { module: WebAssembly.Module; imports: readonly string[] } | undefined;
}
/** A module of a run at its end, with those of its regions that live; asked for while the machine stands. */
export interface LeftModule {
  module: WebAssembly.Module;
  /** Number in the store from which it came, −1: none; its bytes are asked for then. */
  from: number; bytes: Uint8Array;
  imports: readonly string[];
  /** Behind the last word of its regions. */
  words: number;
  /** By region. */
  names: readonly string[]; functions: readonly unknown[];
  regions(): KeptRegion[];
  /** keyOf the entries, by region: block and key. */
  keys(): number[][];
}
export interface CodeLeft { modules: LeftModule[] }

