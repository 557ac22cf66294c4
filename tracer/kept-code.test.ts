// The files of kept code: what is given up, and when.
import { existsSync, mkdtempSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CodeLeft, LeftModule } from '../engine/machine/kept-code.ts';
import { KeptFile } from './kept-file.ts';
import { leave } from './kept-leave.ts';
import { knowsNatives } from './machine-code.ts';

let dir = '';
beforeEach(() => { dir = mkdtempSync(join(tmpdir(), 'ktrace-kept-')); });
afterEach(() => { rmSync(dir, { recursive: true }); });

/** A module of one function, which returns. */
const WASM = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 0x30, 0, 0, 10, 4, 1, 2, 0, 0x0b);
/** A module with one region, whose entry has that key. @param from of the store, or −1. @param size of its guest code */
function left(key: number, from = -1, size = 1, name = '0'): LeftModule {
  const module = new WebAssembly.Module(WASM), block = [0, 0, 0, 1, 1, 0, 1, 2 ** 31];
  return { module, bytes: WASM, words: 3, imports: ['sys.exit'], from, names: [name], functions: [new WebAssembly.Instance(module).exports['0']], regions: () => [{ name, first: 2, loops: false, pages: Int32Array.of(-4096, 0), blocks: Int32Array.of(...block, ...block), parted: Int32Array.of(1, 3), code: new Uint8Array(size).fill(0xc3) }], keys: () => [[0, key]] };
}
/** A run that uses the modules of these keys, and leaves one more. */
function run(file: string, uses: readonly number[], fresh: LeftModule | null): KeptFile {
  const code = new KeptFile(file), modules = uses.flatMap((key) => { const found = code.entries.get(key); return found === undefined ? [] : [left(key, found[0], 1, String(found[1]))]; });
  for (const { from } of modules) code.load(from);
  leave(code, { modules: fresh === null ? modules : [...modules, fresh] } satisfies CodeLeft);
  code.close();
  return new KeptFile(file);
}
const KEYS = [1, 2, 3, 7, 2 ** 31 + 5, ...Array.from({ length: 15 }, (_, i) => 100 + i), 200];
const keys = (code: KeptFile): number[] => { const all = KEYS.filter((key) => code.entries.get(key) !== undefined); expect(code.entries.size).toBe(all.length); code.close(); return all; };

describe.skipIf(!knowsNatives)('files of kept code (the natives of this V8 are not known: nothing is kept)', () => {
  test('what a run leaves is there for the next', () => {
    const code = run(join(dir, 'a.code'), [], left(7));
    expect(code.entries.get(7)).toEqual([0, 0, 0]);
    expect(code.entries.get(8)).toBeUndefined();
    expect(code.words).toBe(3);
    expect({ ...code.region(0, 0), code: [...code.region(0, 0).code] }).toEqual(left(7).regions().map((region) => ({ ...region, code: [0xc3] }))[0]);
    expect(code.load(0)!.module).toBeInstanceOf(WebAssembly.Module);
    expect(code.load(0)!.imports).toEqual(['sys.exit']);
    code.close();
  });
  test('regions of several runs become one module', () => {
    const file = join(dir, 'a.code');
    keys(run(file, [], left(2 ** 31 + 5)));
    keys(run(file, [2 ** 31 + 5], left(7)));
    const code = run(file, [], left(2 ** 31 + 5));
    expect([code.entries.get(2 ** 31 + 5), code.entries.get(7)]).toEqual([[0, 0, 0, 0, 2, 0], [0, 1, 0]]); // of two with the same entry the newest is the last
    const { exports } = new WebAssembly.Instance(code.load(0)!.module);
    expect([(exports['0'] as () => void)(), (exports['1'] as () => void)()]).toEqual([undefined, undefined]);
    code.close();
  });
  test('a region that 16 runs in which something was added have not used is given up, one that is used is not', () => {
    const file = join(dir, 'a.code');
    keys(run(file, [], left(1)));
    keys(run(file, [], left(2)));
    for (let i = 0; i < 15; i++) keys(run(file, [2], left(100 + i)));
    expect(keys(new KeptFile(file))).toContain(1);
    keys(run(file, [2], left(200)));
    const now = keys(new KeptFile(file));
    expect(now).not.toContain(1);
    expect(now).toContain(2);
    expect(now).toContain(200);
  });
  test('a run that adds nothing leaves the file alone', () => {
    const file = join(dir, 'a.code');
    keys(run(file, [], left(1)));
    const { ino } = statSync(file);
    keys(run(file, [1], null));
    expect(statSync(file).ino).toBe(ino);
  });
  test('of 64 MiB those make room that were not used for longest', () => {
    const file = join(dir, 'a.code'), size = 24 << 20;
    keys(run(file, [], left(1, -1, size)));
    keys(run(file, [], left(2, -1, size)));
    expect(keys(run(file, [1], left(3, -1, size))).sort()).toEqual([1, 3]);
    expect(statSync(file).size).toBeLessThan(64 << 20);
  });
  test('files of programs that were not recorded for longest make room, and what a killed process was writing goes', () => {
    const old = join(dir, 'old.code'), newer = join(dir, 'newer.code'), torn = join(dir, 'b.code.123'), other = join(dir, 'notes.txt');
    for (const [file, age] of [[old, 7200], [newer, 60], [torn, 7200], [other, 7200]] as const) {
      writeFileSync(file, '');
      truncateSync(file, file === torn || file === other ? 1 : 300 << 20); // holes: no room is taken
      utimesSync(file, Date.now() / 1000 - age, Date.now() / 1000 - age);
    }
    keys(run(join(dir, 'a.code'), [], left(1)));
    expect([old, newer, torn, other].map((file) => existsSync(file))).toEqual([false, true, false, true]);
  });
});
