// Compiled guest code from run to run: one file a program, with the WebAssembly of its hot regions and what V8 made of it. A file that is damaged, or of
// another engine, Node or processor, is as good as none.
import { createHash } from 'node:crypto';
import { accessSync, closeSync, constants, mkdirSync, openSync, readdirSync, readSync, renameSync, statSync, unlinkSync, utimesSync, writevSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import type { CodeLeft, CodeStore, KeptBlock, KeptRegion } from '../engine/machine/kept-code.ts';
import { multiplyAddIsFused } from '../engine/cpu/wasm/fused.ts';
import { fromMachineCode, isOptimized, knowsNatives, machineCode } from './machine-code.ts';
import { putTogether, takeApart } from './region-modules.ts';
import type { Kin, Piece } from './region-modules.ts';
import { ENGINE_HASH } from './recording.ts';

const MAGIC = 'KTCODE2\n', SIZES = MAGIC.length, SHA = SIZES + 12, HEAD_BYTES = SHA + 32;
/** A region that so many runs have not used, each of which had something to add, is given up. */
const UNUSED_RUNS = 16;
/** Of one program, and of all. */
const MOST_BYTES = 64 << 20, MOST_ALL = 512 << 20;
/** Regions that lie together are taken up as one module, until they have so many bytes: a short run needs the first of them. */
const MODULE_BYTES = 1 << 20;
/** A file whose regions have more is begun anew: each run's get new ones (engine/cpu/jit/words.ts). */
const MOST_WORDS = 1 << 20;

/** A module that is made when one of its regions is wanted: the regions from `first` to `end`, of a kin. */
interface Chunk { kin: number; first: number; end: number }
type KeptKin = Kin & { imports: readonly string[] };
/** The first part of the head. The second, in i32: where each region's numbers begin, these, entries (key, module, region in it, block) by their keys, counts. The third: guest code. */
interface Head { words: number; kins: unknown[]; chunks: Chunk[]; regions: number; entries: number; counts: number }
/** A region's numbers: where its bytes stand behind the head, hints, body and machine code; of guest code; the digest; its pages and blocks, each with their count before them. */
const R = { at: 0, hints: 1, body: 2, machine: 3, budget: 4, unused: 5, first: 6, loops: 7, codeAt: 8, codeBytes: 9, sha: 10, pages: 18 } as const;
/** A region that is going to be written. */
interface Leaving { kin: KeptKin; numbers: Int32Array; code: Uint8Array; bytes: Buffer; /** Block, key and so on. */ keys: readonly number[] }

const sha256 = (...parts: Uint8Array[]): Buffer => { const hash = createHash('sha256'); for (const part of parts) hash.update(part); return hash.digest(); };
const bytesOf = (numbers: Int32Array): Buffer => Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
const folded = ({ page, offset, entry, count, cost, straddles, bytes, hot, parted }: KeptBlock): number[] => [page, offset, entry, count, cost, straddles ? 1 : 0, bytes, hot, parted.length, ...parted];
function unfolded(n: Int32Array, at: number): { pages: number[]; blocks: KeptBlock[] } {
  const list = (from: number): number[] => [...n.subarray(from + 1, from + 1 + n[from]!)], pages = list(at), blocks: KeptBlock[] = [];
  let k = at + 1 + pages.length;
  for (let left = n[k++]!; left > 0; left--, k += 9 + n[k + 8]!) {
    blocks.push({ page: n[k]!, offset: n[k + 1]!, entry: n[k + 2]!, count: n[k + 3]!, cost: n[k + 4]!, straddles: n[k + 5] === 1, bytes: n[k + 6]!, hot: n[k + 7]! >>> 0, parted: list(k + 8) });
  }
  return { pages, blocks };
}
const pieceText = ({ body, hints, machine, budget }: Piece): unknown => [body.toString('base64'), hints.toString('base64'), machine?.toString('base64') ?? null, budget];
const kinText = ({ name, sections, imported, types, shared, type, head, imports }: KeptKin): unknown => [name, sections.toString('base64'), imported, types, shared.map(pieceText), type, head.toString('base64'), imports];
function kinOf(text: unknown): KeptKin {
  const [name, sections, imported, types, shared, type, head, imports] = text as [string, string, number, number[], [string, string, string | null, number][], number, string, string[]], bytes = (base64: string): Buffer => Buffer.from(base64, 'base64');
  return { name, sections: bytes(sections), imported, types, shared: shared.map(([body, hints, machine, budget]) => ({ body: bytes(body), hints: bytes(hints), machine: machine === null ? null : bytes(machine), budget })), type, head: bytes(head), imports };
}

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

/** Entries as they stand in the file, rows of four by their keys. */
class Entries {
  constructor(private readonly rows: Int32Array) {}
  get size(): number { return this.rows.length / 4; }
  /** Number of the first row whose key is not less. */
  private row(key: number): number {
    let from = 0, to = this.size;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.rows[middle * 4]! >>> 0 < key) from = middle + 1; else to = middle;
    }
    return from;
  }
  private isKey(row: number, key: number): boolean { return row < this.size && this.rows[row * 4]! >>> 0 === key; }
  has(key: number): boolean { return this.isKey(this.row(key), key); }
  get(key: number): number[] | undefined {
    const found: number[] = [];
    for (let row = this.row(key); this.isKey(row, key); row++) found.push(...this.rows.subarray(row * 4 + 1, row * 4 + 4));
    return found.length > 0 ? found : undefined;
  }
  /** By module and region: block, key and so on. */
  keys(chunks: readonly Chunk[]): number[][] {
    const keys: number[][] = [];
    for (let at = 0; at < this.rows.length; at += 4) (keys[chunks[this.rows[at + 1]!]!.first + this.rows[at + 2]!] ??= []).push(this.rows[at + 3]!, this.rows[at]! >>> 0);
    return keys;
  }
}

export class KeptCode implements CodeStore {
  readonly entries: Entries;
  readonly counts = new Map<number, number>();
  readonly words: number;
  private readonly fd: number = -1;
  private readonly head: Head = { words: 0, kins: [], chunks: [], regions: 0, entries: 0, counts: 0 };
  private readonly numbers: Int32Array = new Int32Array();
  private readonly code: Buffer = Buffer.alloc(0);
  /** Where the regions' bytes begin. */
  private readonly start: number = 0;
  private readonly kins: (KeptKin | undefined)[] = [];
  private readonly known: (KeptRegion | undefined)[] = [];
  private readonly damaged = new Set<number>();
  private readonly loaded: ({ module: WebAssembly.Module; bytes: Uint8Array } | undefined)[] = [];

  /** @param file may not exist yet. */
  constructor(private readonly file: string) {
    try {
      this.fd = openSync(file, 'r');
      const start = this.read(0, HEAD_BYTES), sizes = [0, 1, 2].map((i) => start.readUInt32LE(SIZES + i * 4)), end = HEAD_BYTES + sizes.reduce((a, b) => a + b);
      if (start.toString('latin1', 0, MAGIC.length) !== MAGIC || end > statSync(file).size) throw new Error('damaged');
      const text = this.read(HEAD_BYTES, sizes[0]!), numbers = this.read(HEAD_BYTES + sizes[0]!, sizes[1]!), code = this.read(end - sizes[2]!, sizes[2]!);
      if (!sha256(text, numbers, code).equals(start.subarray(SHA))) throw new Error('damaged');
      const head = JSON.parse(text.toString()) as Head, now = new Date();
      utimesSync(file, now, now);
      if (head.words <= MOST_WORDS) {
        this.head = head;
        this.numbers = new Int32Array(numbers.buffer, numbers.byteOffset, numbers.length >> 2);
        this.code = code;
        this.start = end;
      }
    } catch { /* there is none, or it is damaged */ }
    const { entries, counts, words } = this.head, before = this.numbers.length - counts;
    this.words = words;
    this.entries = new Entries(this.numbers.subarray(before - entries, before));
    for (let i = before; i < this.numbers.length; i += 2) this.counts.set(this.numbers[i]! >>> 0, this.numbers[i + 1]! >>> 0);
  }
  private read(at: number, size: number): Buffer {
    const bytes = Buffer.from(new ArrayBuffer(size));
    if (size > 0 && readSync(this.fd, bytes, 0, size, at) !== size) throw new Error('damaged');
    return bytes;
  }
  private numbersOf(region: number): Int32Array { return this.numbers.subarray(this.numbers[region], region + 1 < this.head.regions ? this.numbers[region + 1] : this.numbers.length - this.head.counts - this.head.entries); }
  private kin(n: number): KeptKin { return this.kins[n] ??= kinOf(this.head.kins[n]); }
  private codeOf(n: Int32Array): Buffer { return this.code.subarray(n[R.codeAt]!, n[R.codeAt]! + n[R.codeBytes]!); }
  region(module: number, region: number): KeptRegion {
    const number = this.head.chunks[module]!.first + region, n = this.numbersOf(number);
    return this.known[number] ??= { name: String(region), first: n[R.first]!, loops: n[R.loops] === 1, ...unfolded(n, R.pages), code: this.codeOf(n) };
  }
  private bytesOf(from: number, end: number): Buffer[] {
    const all = Array.from({ length: end - from }, (_, i) => this.numbersOf(from + i)), sizes = all.map((n) => n[R.hints]! + n[R.body]! + n[R.machine]!), bytes = this.read(this.start + (all[0]?.[R.at] ?? 0), sizes.reduce((a, b) => a + b, 0));
    let at = 0;
    return sizes.map((size) => bytes.subarray(at, at += size));
  }
  load(module: number): { module: WebAssembly.Module; imports: readonly string[] } | undefined {
    const { kin, first, end } = this.head.chunks[module]!;
    try {
      const pieces = this.bytesOf(first, end).map((bytes, i): Piece => {
        const n = this.numbersOf(first + i), body = n[R.hints]!, machine = body + n[R.body]!;
        if (!sha256(bytes).equals(bytesOf(n.subarray(R.sha, R.pages)))) throw new Error('damaged');
        return { hints: bytes.subarray(0, body), body: bytes.subarray(body, machine), machine: bytes.length > machine ? bytes.subarray(machine) : null, budget: n[R.budget]! };
      });
      const { bytes, machine } = putTogether(this.kin(kin), pieces), made = machine === null ? new WebAssembly.Module(bytes) : fromMachineCode(machine, bytes);
      if (made === undefined) throw new Error('of another processor');
      this.loaded[module] = { module: made, bytes };
      return { module: made, imports: this.kin(kin).imports };
    } catch {
      this.damaged.add(module);
      return undefined;
    }
  }

  /** Writes what the run leaves with what the file had, if there is anything new. A place that cannot be written stays as it is. */
  save(left: CodeLeft): void {
    const { chunks, regions } = this.head, live = new Set<number>(), better = new Map<number, { kin: Kin; piece: Piece }>();
    try {
      for (const { from, names, functions } of left.modules.filter((m) => m.from >= 0)) {
        const numbers = names.map((name) => chunks[from]!.first + Number(name)), more = numbers.filter((n, i) => this.numbersOf(n)[R.machine] === 0 && isOptimized(functions[i])), { module, bytes } = this.loaded[from]!;
        for (const n of numbers) live.add(n);
        if (more.length === 0) continue;
        const { kin, regions: now } = takeApart(bytes, machineCode(module));
        for (const n of more) better.set(n, { kin, piece: now.get(String(n - chunks[from]!.first))! });
      }
      const fresh = left.modules.filter((m) => m.from < 0), counts = left.counts();
      if (fresh.length === 0 && better.size === 0 && this.damaged.size === 0 && counts.length === 0) return;
      const kept: Leaving[] = [], bytes = this.bytesOf(0, regions), keys = this.entries.keys(chunks);
      chunks.forEach(({ kin, first, end }, module) => {
        for (let n = first; n < end && !this.damaged.has(module); n++) {
          const numbers = this.numbersOf(n).slice(), now = better.get(n);
          numbers[R.unused] = live.has(n) ? 0 : numbers[R.unused]! + 1;
          if (numbers[R.unused]! <= UNUSED_RUNS) kept.push({ kin: now === undefined ? this.kin(kin) : { ...this.kin(kin), ...now.kin }, numbers, code: this.codeOf(numbers), bytes: now === undefined ? bytes[n]! : written(numbers, now.piece), keys: keys[n] ?? [] });
        }
      });
      for (const m of fresh) {
        const { kin, regions: pieces } = takeApart(m.bytes, m.functions.some(isOptimized) ? machineCode(m.module) : null), of = m.keys();
        m.regions().forEach(({ name, first, loops, pages, blocks, code }, i) => {
          const numbers = Int32Array.from([...new Array<number>(R.pages).fill(0), pages.length, ...pages, blocks.length, ...blocks.flatMap(folded)]);
          numbers[R.first] = first; numbers[R.loops] = loops ? 1 : 0;
          kept.push({ kin: { ...kin, imports: m.imports }, numbers, code, bytes: written(numbers, pieces.get(name)!), keys: of[i]! });
        });
      }
      this.write(makingRoom(kept), Math.max(this.words, ...fresh.map(({ words }) => words)), counts);
    } catch { /* the next run tries again */ }
  }
  private write(kept: Leaving[], words: number, counts: number[]): void {
    const kins: KeptKin[] = [], chunks: Chunk[] = [], regions: number[] = [], numbers: Int32Array[] = [], code: Uint8Array[] = [], bytes: Buffer[] = [], entries: number[] = [];
    let at = 0, codeAt = 0, end = kept.length;
    for (const [kin, list] of byKin(kept)) {
      let filled = MODULE_BYTES;
      for (const region of list) {
        if (filled >= MODULE_BYTES) { chunks.push({ kin: kins.length, first: regions.length, end: 0 }); filled = 0; }
        const chunk = chunks.at(-1)!;
        for (let i = 0; i < region.keys.length; i += 2) entries.push(region.keys[i + 1]!, chunks.length - 1, regions.length - chunk.first, region.keys[i]!);
        region.numbers[R.at] = at; region.numbers[R.codeAt] = codeAt; region.numbers[R.codeBytes] = region.code.length;
        regions.push(end);
        numbers.push(region.numbers); code.push(region.code); bytes.push(region.bytes);
        chunk.end = regions.length;
        at += region.bytes.length; codeAt += region.code.length; end += region.numbers.length; filled += region.bytes.length;
      }
      kins.push(kin);
    }
    const text = Buffer.from(JSON.stringify({ words, kins: kins.map(kinText), chunks, regions: regions.length, entries: entries.length, counts: counts.length } satisfies Head));
    const second = Buffer.concat([Int32Array.from(regions), ...numbers, byKey(entries), Int32Array.from(counts)].map(bytesOf)), third = Buffer.concat(code), head = Buffer.alloc(HEAD_BYTES);
    head.write(MAGIC, 'latin1');
    [text, second, third].forEach(({ length }, i) => { head.writeUInt32LE(length, SIZES + i * 4); });
    sha256(text, second, third).copy(head, SHA);
    const unfinished = `${this.file}.${process.pid}`, dir = join(this.file, '..');
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    try {
      writeWhole(unfinished, [head, text, second, third, ...bytes]);
      renameSync(unfinished, this.file);
    } catch (error) {
      try { unlinkSync(unfinished); } catch { /* it was not made */ }
      throw error;
    }
    prune(dir);
  }
  close(): void { if (this.fd >= 0 && !this.closed) closeSync(this.fd); this.closed = true; }
  private closed = false;
}

/** The rows by their keys, of equal ones the newest last. */
function byKey(rows: readonly number[]): Int32Array {
  const count = rows.length / 4, order = Float64Array.from({ length: count }, (_, i) => rows[i * 4]! * count + i).sort(), sorted = new Int32Array(rows.length);
  order.forEach((place, to) => { const from = place % count * 4; for (let i = 0; i < 4; i++) sorted[to * 4 + i] = rows[from + i]!; });
  return sorted;
}
function writeWhole(file: string, parts: readonly Buffer[]): void {
  const fd = openSync(file, 'w', 0o600);
  try {
    if (writevSync(fd, parts) !== parts.reduce((sum, { length }) => sum + length, 0)) throw new Error('there is no more room');
  } finally { closeSync(fd); }
}
/** A region's bytes, of which its numbers are told. With machine code nothing else is needed. */
function written(numbers: Int32Array, { hints, body, machine, budget }: Piece): Buffer {
  const parts = machine === null ? [hints, body] : [machine], bytes = Buffer.concat(parts);
  numbers[R.hints] = machine === null ? hints.length : 0; numbers[R.body] = machine === null ? body.length : 0; numbers[R.machine] = machine?.length ?? 0; numbers[R.budget] = budget;
  sha256(bytes).copy(bytesOf(numbers), R.sha * 4);
  return bytes;
}
/** Those go first that were not used for longest. */
function makingRoom(kept: Leaving[]): Leaving[] {
  const size = ({ bytes, code, numbers }: Leaving): number => bytes.length + code.length + numbers.byteLength;
  let total = kept.reduce((sum, region) => sum + size(region), 0);
  const gone = new Set<Leaving>();
  if (total > MOST_BYTES) for (const region of [...kept].sort((a, b) => b.numbers[R.unused]! - a.numbers[R.unused]!)) if (total > MOST_BYTES) { total -= size(region); gone.add(region); }
  return kept.filter((region) => !gone.has(region));
}
/** What can be one module. Without machine code a region goes with those that have some; what V8 has optimized of the functions that all share is taken from whoever has it. */
function byKin(kept: readonly Leaving[]): Map<KeptKin, Leaving[]> {
  const heads = new Map<string, Buffer>(), kins = new Map<string, KeptKin>(), groups = new Map<KeptKin, Leaving[]>();
  for (const { kin } of kept) if (kin.head.length > 0) heads.set(kin.name, kin.head); // the newest are of this processor
  for (const region of kept) {
    const head = region.kin.head.length > 0 ? region.kin.head : heads.get(region.kin.name) ?? region.kin.head, key = region.kin.name + head.toString('latin1');
    let kin = kins.get(key);
    if (kin === undefined) { kins.set(key, kin = { ...region.kin, head, shared: [...region.kin.shared] }); groups.set(kin, []); }
    region.kin.shared.forEach((piece, i) => { if (kin.shared[i]!.machine === null) kin.shared[i] = piece; });
    groups.get(kin)!.push(region);
  }
  return groups;
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
