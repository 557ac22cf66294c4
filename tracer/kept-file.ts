// A file of kept code as a run reads it. One that is damaged is as good as none, a module that is damaged as none of its regions.
import { closeSync, openSync, readSync, statSync, utimesSync } from 'node:fs';
import { KEPT } from '../engine/machine/kept-code.ts';
import type { CodeStore, KeptRegion } from '../engine/machine/kept-code.ts';
import { Entries, ENTRY_ROW, HEAD_BYTES, MAGIC, R, SHA, sha256, SIZES } from './kept-format.ts';
import type { Chunk, Head } from './kept-format.ts';
import { fromMachineCode } from './machine-code.ts';

/** A file whose regions have more is begun anew: each run's get new ones (engine/cpu/jit/words.ts). */
const MOST_WORDS = 1 << 20;

export class KeptFile implements CodeStore {
  readonly entries: CodeStore['entries'];
  readonly words: number;
  readonly chunks: readonly Chunk[];
  readonly regions: number;
  /** Modules that could not be had. */
  readonly damaged = new Set<number>();
  /** Rows of entries as they stand there. */
  readonly entryRows: Int32Array;
  private readonly fd: number = -1;
  private closed = false;
  private readonly numbers: Int32Array = new Int32Array();
  /** Behind the last region's numbers. */
  private readonly end: number;
  private readonly code: Buffer = Buffer.alloc(0);
  /** Where the modules begin. */
  private readonly start: number = 0;
  private readonly known: (KeptRegion | undefined)[] = [];
  private readonly loaded: (WebAssembly.Module | undefined)[] = [];

  /** @param file may not exist yet. */
  constructor(readonly file: string) {
    let head: Head = { words: 0, chunks: [], regions: 0, entries: 0 };
    try {
      this.fd = openSync(file, 'r');
      const start = this.read(0, HEAD_BYTES), sizes = [0, 1, 2].map((i) => start.readUInt32LE(SIZES + i * 4)), end = HEAD_BYTES + sizes.reduce((a, b) => a + b);
      if (start.toString('latin1', 0, MAGIC.length) !== MAGIC || end > statSync(file).size) throw new Error('damaged');
      const text = this.read(HEAD_BYTES, sizes[0]!), numbers = this.read(HEAD_BYTES + sizes[0]!, sizes[1]!), code = this.read(end - sizes[2]!, sizes[2]!);
      if (!sha256(text, numbers, code).equals(start.subarray(SHA))) throw new Error('damaged');
      const said = JSON.parse(text.toString()) as Head, now = new Date();
      utimesSync(file, now, now);
      if (said.words <= MOST_WORDS) {
        head = said;
        this.numbers = new Int32Array(numbers.buffer, numbers.byteOffset, numbers.length >> 2);
        this.code = code;
        this.start = end;
      }
    } catch { /* there is none, or it is damaged */ }
    this.words = head.words;
    this.chunks = head.chunks;
    this.regions = head.regions;
    this.end = this.numbers.length - head.entries;
    this.entryRows = this.numbers.subarray(this.end);
    const entries = new Entries(this.entryRows);
    this.entries = {
      size: entries.size,
      get: (key) => {
        let row = entries.find(key);
        if (row < 0) return undefined;
        const found: number[] = [];
        for (; entries.isAt(row, key); row += ENTRY_ROW) found.push(entries.numbers[row + 1]!, entries.numbers[row + 2]!, entries.numbers[row + 3]!);
        return found;
      },
    };
  }
  private read(at: number, size: number): Buffer<ArrayBuffer> {
    const bytes = Buffer.from(new ArrayBuffer(size));
    if (size > 0 && readSync(this.fd, bytes, 0, size, at) !== size) throw new Error('damaged');
    return bytes;
  }
  /** Of a region, by its number in the file. */
  numbersOf(region: number): Int32Array { return this.numbers.subarray(this.numbers[region], region + 1 < this.regions ? this.numbers[region + 1] : this.end); }
  codeOf(n: Int32Array): Buffer { return this.code.subarray(n[R.codeAt]!, n[R.codeAt]! + n[R.codeBytes]!); }
  region(module: number, region: number): KeptRegion {
    const number = this.chunks[module]!.first + region, known = this.known[number];
    if (known !== undefined) return known;
    const n = this.numbersOf(number), blocks = R.size + n[R.pages]!, parted = blocks + n[R.blocks]! * KEPT.size;
    return this.known[number] = { name: String(region), first: n[R.first]!, loops: n[R.loops] === 1, pages: n.subarray(R.size, blocks), blocks: n.subarray(blocks, parted), parted: n.subarray(parted), code: this.codeOf(n) };
  }
  /** A module's WebAssembly, and what V8 made of it (of no length: nothing yet). @throws if it is damaged */
  bytesOf(module: number): { bytes: Buffer<ArrayBuffer>; machine: Buffer<ArrayBuffer> } {
    const { at, wasm, machine: size, sha } = this.chunks[module]!, bytes = this.read(this.start + at, wasm), machine = this.read(this.start + at + wasm, size);
    if (sha256(bytes, machine).toString('hex') !== sha) throw new Error('damaged');
    return { bytes, machine };
  }
  load(module: number): { module: WebAssembly.Module; imports: readonly string[] } | undefined {
    try {
      const { bytes, machine } = this.bytesOf(module), made = machine.length === 0 ? new WebAssembly.Module(bytes) : fromMachineCode(machine, bytes);
      if (made === undefined) throw new Error('of another processor');
      this.loaded[module] = made;
      return { module: made, imports: this.chunks[module]!.imports };
    } catch {
      this.damaged.add(module);
      return undefined;
    }
  }
  /** A module that was loaded. */
  module(module: number): WebAssembly.Module { return this.loaded[module]!; }
  close(): void { if (this.fd >= 0 && !this.closed) closeSync(this.fd); this.closed = true; }
}
