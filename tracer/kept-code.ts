// Compiled guest code from run to run: one file a program, with the WebAssembly of its hot regions and what V8 made of it. A file that is damaged, or of
// another engine, Node or processor, is as good as none.
import { createHash } from 'node:crypto';
import { accessSync, closeSync, constants, mkdirSync, openSync, readdirSync, readSync, renameSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import type { CodeLeft, CodeStore, KeptBlock, KeptModule, LeftModule } from '../engine/machine/kept-code.ts';
import { multiplyAddIsFused } from '../engine/cpu/wasm/fused.ts';
import { fromMachineCode, isOptimized, knowsNatives, machineCode } from './machine-code.ts';
import { ENGINE_HASH } from './recording.ts';

const MAGIC = 'KTCODE1\n', HEAD_BYTES = MAGIC.length + 4 + 32;
/** A module that so many runs have not used, each of which had something to add, is given up. */
const UNUSED_RUNS = 16;
/** Of one program, and of all. */
const MOST_BYTES = 64 << 20, MOST_ALL = 512 << 20;

/** Its place in the file, digest, runs since it was used, functions with optimized code, entries: key, region and block. */
interface Chunk { at: number; size: number; sha: string; unused: number; optimized: number; entries: number[] }
/** A chunk that was read: `rest` is its WebAssembly, of so many bytes, and the machine code, until it is loaded. */
interface Taken { kept: KeptModule; compiled: { module: WebAssembly.Module; bytes: Uint8Array } | undefined; wasm: number; rest: Buffer | null }
interface Head { chunks: Chunk[]; counts: number[] }
/** The text before a chunk's bytes. Blocks: the fields of KeptBlock in their order. */
interface Text { words: number; imports: readonly string[]; wasm: number; regions: { name: string; first: number; loops: boolean; pages: readonly number[]; blocks: number[][]; code: string }[] }

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
const folded = ({ page, offset, entry, count, cost, straddles, bytes, hot, parted }: KeptBlock): number[] => [page, offset, entry, count, cost, straddles ? 1 : 0, bytes, hot, ...parted];
const unfolded = ([page, offset, entry, count, cost, straddles, bytes, hot, ...parted]: readonly number[]): KeptBlock => ({ page: page!, offset: offset!, entry: entry!, count: count!, cost: cost!, straddles: straddles === 1, bytes: bytes!, hot: hot!, parted });

/** Where they lie, undefined if nowhere: KTRACE_CODE_CACHE names a directory, or is `off`; else beside the program, or in the user's cache where that cannot be written. */
function directory(): string | undefined {
  const named = process.env['KTRACE_CODE_CACHE'];
  if (named === 'off') return undefined;
  if (named !== undefined && named !== '') return named;
  try {
    accessSync(import.meta.dirname, constants.W_OK);
    return join(import.meta.dirname, 'regions');
  } catch { /* installed by another user */ }
  const cache = process.env['XDG_CACHE_HOME'];
  if (cache !== undefined && cache.startsWith('/')) return join(cache, 'ktrace');
  try { return join(homedir(), '.cache', 'ktrace'); } catch { return undefined; }
}

export class KeptCode implements CodeStore {
  readonly entries = new Map<number, number[]>();
  readonly counts = new Map<number, number>();
  private fd = -1;
  private head: Head = { chunks: [], counts: [] };
  private readonly damaged = new Set<number>();
  private readonly taken: Taken[] = [];

  /** @param file may not exist yet. */
  constructor(private readonly file: string) {
    try {
      this.fd = openSync(file, 'r');
      const head = this.read(0, HEAD_BYTES), text = this.read(HEAD_BYTES, head.readUInt32LE(MAGIC.length));
      if (head.toString('latin1', 0, MAGIC.length) !== MAGIC || !sha256(text).equals(head.subarray(MAGIC.length + 4))) throw new Error('damaged');
      this.head = JSON.parse(text.toString()) as Head;
      const now = new Date();
      utimesSync(file, now, now);
    } catch { /* there is none, or it is damaged */ }
    for (let i = 0; i < this.head.counts.length; i += 2) this.counts.set(this.head.counts[i]!, this.head.counts[i + 1]!);
    this.head.chunks.forEach(({ entries }, module) => {
      for (let i = 0; i < entries.length; i += 3) {
        const known = this.entries.get(entries[i]!), found = [module, entries[i + 1]!, entries[i + 2]!];
        if (known === undefined) this.entries.set(entries[i]!, found); else known.push(...found);
      }
    });
  }
  private read(at: number, size: number): Buffer {
    const bytes = Buffer.allocUnsafe(size);
    if (readSync(this.fd, bytes, 0, size, at) !== size) throw new Error('damaged');
    return bytes;
  }
  private chunk(n: number): Taken {
    const known = this.taken[n];
    if (known !== undefined) return known;
    const { at, size, sha } = this.head.chunks[n]!, taken: Taken = this.taken[n] = { kept: { words: 0, imports: [], regions: [] }, compiled: undefined, wasm: 0, rest: null };
    try {
      const bytes = this.read(at, size), length = bytes.readUInt32LE(0);
      if (sha256(bytes).toString('hex') !== sha) throw new Error('damaged');
      const { words, imports, wasm, regions } = JSON.parse(bytes.toString('utf8', 4, 4 + length)) as Text;
      taken.kept = { words, imports, regions: regions.map((r) => ({ ...r, blocks: r.blocks.map(unfolded), code: Buffer.from(r.code, 'base64') })) };
      taken.wasm = wasm;
      taken.rest = bytes.subarray(4 + length);
    } catch { this.damaged.add(n); }
    return taken;
  }
  describe(n: number): KeptModule { return this.chunk(n).kept; }
  load(n: number): { module: WebAssembly.Module; bytes: Uint8Array } | undefined {
    const taken = this.chunk(n), { wasm, rest } = taken;
    if (rest === null) return taken.compiled;
    taken.rest = null;
    const bytes = new Uint8Array(rest.subarray(0, wasm)), module = rest.length > wasm ? fromMachineCode(rest.subarray(wasm), bytes) : new WebAssembly.Module(bytes);
    if (module === undefined) this.damaged.add(n); // of another processor: no use here
    return taken.compiled = module && { module, bytes };
  }

  /** Writes what the run leaves with what the file had, if there is anything new. A place that cannot be written stays as it is. */
  save(left: CodeLeft): void {
    const used = new Map<number, LeftModule>(), fresh: LeftModule[] = [];
    /** V8 has optimized more of the chunk's functions since it was written. */
    const more = (m: LeftModule, { optimized }: Chunk): boolean => m.functions.length > optimized && m.functions.filter(isOptimized).length > optimized;
    for (const m of left.modules) if (m.from < 0) fresh.push(m); else used.set(m.from, m);
    const better = [...used].filter(([n, m]) => more(m, this.head.chunks[n]!));
    const counts = left.counts();
    if (fresh.length === 0 && better.length === 0 && this.damaged.size === 0 && counts.length === 0) return;
    try {
      const kept: { chunk: Chunk; bytes: Buffer }[] = [];
      this.head.chunks.forEach((chunk, n) => {
        const now = used.get(n), unused = now === undefined ? chunk.unused + 1 : 0;
        if (unused > UNUSED_RUNS || this.damaged.has(n)) return;
        if (now !== undefined && more(now, chunk)) kept.push(this.written(now, this.describe(n), chunk.entries));
        else kept.push({ chunk: { ...chunk, unused }, bytes: this.read(chunk.at, chunk.size) });
      });
      for (const m of fresh) kept.push(this.written(m, { words: m.words, imports: m.imports, regions: m.regions() }, m.keys().flatMap((list, region) => list.flatMap((x, i) => (i % 2 === 1 ? [x, region, list[i - 1]!] : [])))));
      this.write(kept, counts);
    } catch { /* the next run tries again */ }
  }
  private written({ module, bytes, functions }: LeftModule, { words, imports, regions }: KeptModule, entries: number[]): { chunk: Chunk; bytes: Buffer } {
    const text: Text = { words, imports, wasm: bytes.length, regions: regions.map(({ name, first, loops, pages, blocks, code }) => ({ name, first, loops, pages, blocks: blocks.map(folded), code: Buffer.from(code).toString('base64') })) };
    const json = Buffer.from(JSON.stringify(text)), length = Buffer.alloc(4);
    length.writeUInt32LE(json.length);
    const optimized = functions.filter(isOptimized).length, all = Buffer.concat([length, json, bytes, ...optimized > 0 ? [machineCode(module)] : []]);
    return { chunk: { at: 0, size: all.length, sha: sha256(all).toString('hex'), unused: 0, optimized, entries }, bytes: all };
  }
  private write(kept: { chunk: Chunk; bytes: Buffer }[], counts: number[]): void {
    let total = kept.reduce((sum, { bytes }) => sum + bytes.length, 0);
    while (total > MOST_BYTES) { // those go first that were not used for longest
      const worst = kept.reduce((a, b) => (b.chunk.unused > a.chunk.unused ? b : a));
      total -= worst.bytes.length;
      kept.splice(kept.indexOf(worst), 1);
    }
    // Places are as long as they can be before they are known
    const headOf = (start: number): Buffer => {
      let at = start;
      const chunks = kept.map(({ chunk, bytes }) => { const placed = { ...chunk, at }; at += bytes.length; return placed; });
      return Buffer.from(JSON.stringify({ chunks, counts } satisfies Head));
    };
    const room = HEAD_BYTES + headOf(0).length + kept.length * 10, text = headOf(room), head = Buffer.alloc(HEAD_BYTES);
    head.write(MAGIC, 'latin1');
    head.writeUInt32LE(text.length, MAGIC.length);
    sha256(text).copy(head, MAGIC.length + 4);
    const whole = Buffer.concat([head, text, Buffer.alloc(room - HEAD_BYTES - text.length), ...kept.map(({ bytes }) => bytes)]), unfinished = `${this.file}.${process.pid}`, dir = join(this.file, '..');
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    try {
      writeFileSync(unfinished, whole, { mode: 0o600 });
      renameSync(unfinished, this.file);
    } catch (error) {
      try { unlinkSync(unfinished); } catch { /* it was not made */ }
      throw error;
    }
    prune(dir);
  }
  close(): void {
    if (this.fd >= 0) closeSync(this.fd);
    this.fd = -1;
  }
}

/** Programs that were not recorded for longest give room to others; what a killed process was writing goes after an hour. */
function prune(dir: string): void {
  const files = readdirSync(dir).filter((name) => /\.code(\.\d+)?$/.test(name)).map((name) => { const { mtimeMs, size } = statSync(join(dir, name)); return { name, mtimeMs, size }; }).sort((a, b) => b.mtimeMs - a.mtimeMs);
  let total = 0;
  for (const { name, mtimeMs, size } of files) if ((total += size) > MOST_ALL || (!name.endsWith('.code') && mtimeMs < Date.now() - 3_600_000)) unlinkSync(join(dir, name));
}

/** The kept code of a program, null where none is kept. @param path of the recorded program, one character a byte. @param traits what emitted code depends on besides the engine. */
export function keptCode(path: string, traits: { cpuModel: string; cpus: number; counting: boolean }): KeptCode | null {
  const dir = directory();
  if (dir === undefined || !knowsNatives || ENGINE_HASH === 'dev') return null;
  const known = JSON.stringify([path, ENGINE_HASH, process.version, process.arch, process.execArgv, traits.cpuModel, traits.cpuModel === 'v3' && multiplyAddIsFused(), traits.cpus === 1, traits.counting]);
  return new KeptCode(join(dir, `${basename(path).replace(/[^\w.+-]/g, '_').slice(0, 64)}-${sha256(Buffer.from(known)).toString('hex').slice(0, 16)}.code`));
}
