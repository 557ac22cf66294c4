// Writes what a run leaves of its compiled code, with what the file had. Modules to which nothing has come and in which nothing is to go are copied as they stand.
import { closeSync, mkdirSync, openSync, readdirSync, renameSync, statSync, unlinkSync, writevSync } from 'node:fs';
import { join } from 'node:path';
import { KEPT } from '../engine/machine/kept-code.ts';
import type { CodeLeft } from '../engine/machine/kept-code.ts';
import type { KeptFile } from './kept-file.ts';
import { bytesOf, Entries, ENTRY_ROW, HEAD_BYTES, MAGIC, numbersOf, R, SHA, sha256, SIZES } from './kept-format.ts';
import type { Chunk, Head } from './kept-format.ts';
import { isOptimized, machineCode } from './machine-code.ts';
import { putTogether, takeApart } from './region-modules.ts';
import type { Kin, Piece } from './region-modules.ts';

/** A region that so many runs have not used, each of which had something to add, is given up. */
const UNUSED_RUNS = 16;
/** Of one program, and of all. */
const MOST_BYTES = 64 << 20, MOST_ALL = 512 << 20;
/** Regions that lie together are taken up as one module, until they have so many bytes: a short run needs the first of them. */
const MODULE_BYTES = 1 << 20;

/** A region that is going to be written. */
interface Leaving { numbers: Int32Array; code: Uint8Array; /** Block, key and so on. */ keys: readonly number[]; /** null: as the file has it, under this name. */ piece: Piece | null; name: string }
/** A module that is going to be written: `from` of the file, −1: none; `same`: it can be copied. `kin`: what new regions bring. */
interface Group { from: number; same: boolean; name: string; machineHead: string; imports: readonly string[]; regions: Leaving[]; kin: Kin | null }

const headName = (kin: Kin): string => (kin.head.length > 0 ? sha256(kin.head).toString('hex') : '');
const sizeOf = ({ numbers, code }: Leaving): number => numbers[R.bytes]! + code.length + numbers.byteLength;
const groupSize = ({ regions }: Group): number => regions.reduce((sum, { numbers }) => sum + numbers[R.bytes]!, 0);

/** A place that cannot be written stays as it is. */
export function leave(file: KeptFile, left: CodeLeft): void {
  try {
    const used = usedOf(file, left), fresh = left.modules.filter((m) => m.from < 0);
    if (fresh.length === 0 && file.damaged.size === 0 && used.better.size === 0) return;
    const groups = groupsOf(file, used);
    for (const m of fresh) {
      const { kin, regions: pieces } = takeApart(m.bytes, m.functions.some(isOptimized) ? machineCode(m.module) : null), keys = m.keys();
      add(groups, kin, m.imports, m.regions().map((region, i): Leaving => {
        const piece = pieces.get(region.name)!, numbers = numbersOf(region, KEPT.size);
        numbers[R.bytes] = piece.machine?.length ?? piece.hints.length + piece.body.length;
        numbers[R.optimized] = piece.machine === null ? 0 : 1;
        return { numbers, code: region.code, keys: keys[i]!, piece, name: '' };
      }));
    }
    makeRoom(groups);
    write(file, groups.filter(({ regions }) => regions.length > 0), Math.max(file.words, ...fresh.map(({ words }) => words)));
  } catch { /* the next run tries again */ }
}

/** The file's regions that live, by their numbers; and modules of which V8 has optimized more than the file has: what they are now. */
function usedOf(file: KeptFile, left: CodeLeft): { live: Set<number>; better: Map<number, ReturnType<typeof takeApart>> } {
  const live = new Set<number>(), better = new Map<number, ReturnType<typeof takeApart>>();
  for (const { from, names, functions } of left.modules.filter((m) => m.from >= 0)) {
    const numbers = names.map((name) => file.chunks[from]!.first + Number(name));
    for (const n of numbers) live.add(n);
    if (numbers.some((n, i) => file.numbersOf(n)[R.optimized] === 0 && isOptimized(functions[i]))) better.set(from, takeApart(file.bytesOf(from).bytes, machineCode(file.module(from))));
  }
  return { live, better };
}

/** What stays of the file. */
function groupsOf(file: KeptFile, { live, better }: ReturnType<typeof usedOf>): Group[] {
  const keys: number[][] = [], { entryRows: rows, chunks } = file;
  for (let at = 0; at < rows.length; at += ENTRY_ROW) (keys[chunks[rows[at + 1]!]!.first + rows[at + 2]!] ??= []).push(rows[at + 3]!, rows[at]! >>> 0);
  return chunks.flatMap(({ kin: name, machineHead, imports, first, end }, from): Group[] => {
    if (file.damaged.has(from)) return [];
    const now = better.get(from), regions: Leaving[] = [];
    for (let n = first; n < end; n++) {
      const numbers = file.numbersOf(n).slice(), piece = now?.regions.get(String(n - first)) ?? null;
      numbers[R.unused] = live.has(n) ? 0 : numbers[R.unused]! + 1;
      if (piece !== null && piece.machine !== null) { numbers[R.optimized] = 1; numbers[R.bytes] = piece.machine.length; }
      if (numbers[R.unused]! <= UNUSED_RUNS) regions.push({ numbers, code: file.codeOf(numbers), keys: keys[n] ?? [], piece, name: String(n - first) });
    }
    return [{ from, same: now === undefined && regions.length === end - first, name, machineHead: now === undefined ? machineHead : headName(now.kin), imports, regions, kin: now?.kin ?? null }];
  });
}

/** Regions of a kin go to one of its modules that has room. Those of which nothing has been optimized go with any of the name: what V8 made of others says nothing of them. */
function add(groups: Group[], kin: Kin, imports: readonly string[], regions: readonly Leaving[]): void {
  const machineHead = headName(kin);
  for (const region of regions) {
    let group = groups.findLast((g) => g.name === kin.name && (machineHead === '' || g.machineHead === '' || g.machineHead === machineHead) && groupSize(g) < MODULE_BYTES);
    if (group === undefined) groups.push(group = { from: -1, same: false, name: kin.name, machineHead, imports, regions: [], kin });
    group.same = false;
    group.machineHead ||= machineHead;
    group.kin = group.kin === null ? kin : joined(group.kin, kin);
    group.regions.push(region);
  }
}
/** What V8 has optimized of the functions that all regions share is taken from whoever has it. */
function joined(a: Kin, b: Kin): Kin {
  return { ...a, head: a.head.length > 0 ? a.head : b.head, shared: a.shared.map((piece, i) => (piece.machine === null ? b.shared[i]! : piece)) };
}

/** Those go first that were not used for longest. */
function makeRoom(groups: readonly Group[]): void {
  const all = groups.flatMap(({ regions }) => regions);
  let total = all.reduce((sum, region) => sum + sizeOf(region), 0);
  if (total <= MOST_BYTES) return;
  const gone = new Set<Leaving>();
  for (const region of all.sort((a, b) => b.numbers[R.unused]! - a.numbers[R.unused]!)) if (total > MOST_BYTES) { total -= sizeOf(region); gone.add(region); }
  for (const group of groups) {
    const stay = group.regions.filter((region) => !gone.has(region));
    if (stay.length < group.regions.length) { group.regions = stay; group.same = false; }
  }
}

/** The module of a group, and what is said of it. */
function moduleOf(file: KeptFile, group: Group): { parts: Uint8Array[]; chunk: Pick<Chunk, 'kin' | 'machineHead' | 'wasm' | 'machine' | 'sha'> } {
  const { from, same, regions, name, machineHead } = group, before = from < 0 ? null : file.bytesOf(from);
  if (same) return { parts: [before!.bytes, before!.machine], chunk: file.chunks[from]! };
  const was = before === null || regions.every(({ piece }) => piece !== null) ? null : takeApart(before.bytes, before.machine.length > 0 ? before.machine : null);
  const kin = was === null ? group.kin! : group.kin === null ? was.kin : joined(was.kin, group.kin);
  const { bytes, machine } = putTogether(kin, regions.map((region) => region.piece ?? was!.regions.get(region.name)!)), parts = machine === null ? [bytes] : [bytes, machine];
  return { parts, chunk: { kin: name, machineHead, wasm: bytes.length, machine: machine?.length ?? 0, sha: sha256(...parts).toString('hex') } };
}
function write(file: KeptFile, groups: readonly Group[], words: number): void {
  const chunks: Chunk[] = [], parts: Uint8Array[] = [], all: Leaving[] = [], starts: number[] = [], entries: number[] = [];
  let at = 0, codeAt = 0, end = groups.reduce((sum, { regions }) => sum + regions.length, 0);
  groups.forEach((group, module) => {
    const { parts: own, chunk } = moduleOf(file, group), { regions, imports } = group;
    chunks.push({ ...chunk, imports, first: all.length, end: all.length + regions.length, at });
    for (const part of own) { parts.push(part); at += part.length; }
    regions.forEach((region, n) => {
      for (let i = 0; i < region.keys.length; i += 2) entries.push(region.keys[i + 1]!, module, n, region.keys[i]!);
      region.numbers[R.codeAt] = codeAt;
      starts.push(end);
      codeAt += region.code.length; end += region.numbers.length;
      all.push(region);
    });
  });
  const text = Buffer.from(JSON.stringify({ words, chunks, regions: all.length, entries: entries.length } satisfies Head));
  const numbers = Buffer.concat([Int32Array.from(starts), ...all.map((region) => region.numbers), Entries.sorted(entries).numbers].map(bytesOf)), code = Buffer.concat(all.map((region) => region.code)), head = Buffer.alloc(HEAD_BYTES);
  head.write(MAGIC, 'latin1');
  [text, numbers, code].forEach(({ length }, i) => { head.writeUInt32LE(length, SIZES + i * 4); });
  sha256(text, numbers, code).copy(head, SHA);
  replace(file.file, [head, text, numbers, code, ...parts]);
}

/** The file becomes these bytes, at once. */
function replace(file: string, parts: readonly Uint8Array[]): void {
  const unfinished = `${file}.${process.pid}`, dir = join(file, '..');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  try {
    const fd = openSync(unfinished, 'w', 0o600);
    try {
      if (writevSync(fd, parts) !== parts.reduce((sum, { length }) => sum + length, 0)) throw new Error('there is no more room');
    } finally { closeSync(fd); }
    renameSync(unfinished, file);
  } catch (error) {
    try { unlinkSync(unfinished); } catch { /* it was not made */ }
    throw error;
  }
  prune(dir);
}
/** Programs that were not recorded for longest give room to others; what a killed process was writing goes after an hour. */
function prune(dir: string): void {
  const files = readdirSync(dir).filter((name) => /\.code(\.\d+)?$/.test(name)).map((name) => { const { mtimeMs, size } = statSync(join(dir, name)); return { name, mtimeMs, size }; }).sort((a, b) => b.mtimeMs - a.mtimeMs);
  let total = 0;
  for (const { name, mtimeMs, size } of files) if ((total += size) > MOST_ALL || (!name.endsWith('.code') && mtimeMs < Date.now() - 3_600_000)) unlinkSync(join(dir, name));
}
