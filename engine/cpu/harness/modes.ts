// A processor with pages mapped by hand, for code in assembler text, and the modes in which the same code must leave the same state.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PTE, RSP } from '../../machine/hardware.ts';
import type { Processor } from '../../machine/hardware.ts';
import type { CodeLeft, CodeStore } from '../../machine/kept-code.ts';
import type { Joining } from '../jit/neighbours.ts';
import { GuestRam } from '../../machine/ram.ts';
import { buildCoreModule } from '../interp/core-module.ts';
import { provideCoreModule } from '../interp/core.ts';
import { FRAME_FLAGS, FRAME_FLAGS_SIZE, LARGE_BITS, RAM_BASE } from '../layout.ts';
import { createMemory } from '../memory.ts';
import { createProcessor } from '../processor.ts';
import type { ProcessorOptions } from '../processor.ts';

const RAM = 16 << 20;
/** Sixteen pages each; those of the stack on both sides of STACK. Frames of the first, and all that may be written. */
export const CODE = 0x400000, DATA = 0x600000, STACK = 0x7ff000, CODE_FRAME = 256, DATA_FRAME = 512, STACK_FRAME = 1024, FRAMES = 2048;
export const hasGcc = (): boolean => spawnSync('gcc', ['--version']).status === 0;
let dir = '', count = 0, ready = false;
/** Intel's syntax, without relocations: addresses of labels are relative to rip. */
export function assemble(source: string): Uint8Array {
  if (dir === '') {
    dir = mkdtempSync(join(tmpdir(), 'ktrace-cpu-'));
    process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
  }
  const base = join(dir, `t${count++}`);
  writeFileSync(`${base}.s`, `.intel_syntax noprefix\n.text\n${source}\n`);
  execFileSync('gcc', ['-c', '-o', `${base}.o`, `${base}.s`]);
  execFileSync('objcopy', ['-O', 'binary', '-j', '.text', `${base}.o`, `${base}.bin`]);
  const code = new Uint8Array(readFileSync(`${base}.bin`));
  for (const kind of ['s', 'o', 'bin']) rmSync(`${base}.${kind}`);
  return code;
}

export interface Machine { cpu: Processor; ram: GuestRam; map(va: number, pfn: number, flags: number): void; mapLarge(va: number, pfn: number, flags: number): void }
export function machine(jit: 'auto' | 'off' | 'force', code: Uint8Array, options: Partial<ProcessorOptions> = {}, cpus = 1): Machine {
  if (!ready) { const core = buildCoreModule(); provideCoreModule(core, new WebAssembly.Module(core)); ready = true; } // V8 compiles it once for all machines
  const memory = createMemory(RAM);
  const ram = new GuestRam(memory.buffer, RAM_BASE, RAM, new Uint8Array(memory.buffer, FRAME_FLAGS, FRAME_FLAGS_SIZE));
  const cpu = createProcessor(memory, ram, cpus, { jit, ...options });
  ram.bindProcessor(cpu);
  let free = 2; // frame 1: top-level table
  const entry = (va: number, last: number, e: number): void => {
    let table = 4096;
    for (let shift = 39; shift > last; shift -= 9) {
      const at = (table >> 2) + (Math.floor(va / 2 ** shift) & 511) * 2;
      if (ram.u32[at] === 0) ram.u32[at] = (free++ << 12) | 7;
      table = ram.u32[at]! & ~4095;
    }
    ram.u32[(table >> 2) + (Math.floor(va / 2 ** last) & 511) * 2] = e;
  };
  const map = (va: number, pfn: number, flags: number): void => { entry(va, 12, (pfn << 12) | flags); };
  const mapLarge = (va: number, pfn: number, flags: number): void => { entry(va, LARGE_BITS, (pfn << 12) | flags | PTE.PS); };
  for (let i = 0; i < 16; i++) {
    map(CODE + i * 4096, CODE_FRAME + i, 7);
    map(DATA + i * 4096, DATA_FRAME + i, 7);
    map(STACK + i * 4096 - 8 * 4096, STACK_FRAME + i, 7);
  }
  ram.write(CODE_FRAME * 4096, code, 0, code.length);
  cpu.setPageTable(0, 4096, true);
  const regs = cpu.regs(0);
  regs.rip = CODE;
  regs.setGpr(RSP, STACK);
  return { cpu, ram, map, mapLarge };
}
export const tiers = ['off', 'auto', 'force'] as const;
/** `joined`: regions become one soon. `kept`: the same with the code that `joined` left, which therefore comes before it. */
export const modes = [...tiers, 'joined', 'kept'] as const;
const SOON: Joining = { every: 4, samples: 8, ways: 0 };
export type Mode = (typeof modes)[number];
export const NOTHING_LEFT: CodeLeft = { modules: [] };
export const machineIn = (mode: Mode, code: Uint8Array, left: CodeLeft, options: Partial<ProcessorOptions> = {}): Machine =>
  (mode === 'kept' ? machine('auto', code, { ...options, joining: SOON, code: storeOf(left) }) : mode === 'joined' ? machine('auto', code, { ...options, joining: SOON }) : machine(mode, code, options));

/** What a run left, as the next one gets it. */
export function storeOf({ modules }: CodeLeft): CodeStore {
  const entries = new Map<number, number[]>(), kept = modules.map((m) => m.regions());
  modules.forEach(({ keys }, m) => { keys().forEach((list, r) => { for (let i = 0; i < list.length; i += 2) entries.set(list[i + 1]!, [...entries.get(list[i + 1]!) ?? [], m, r, list[i]!]); }); });
  return { entries, words: Math.max(0, ...modules.map(({ words }) => words)), region: (n, i) => kept[n]![i]!, load: (n) => modules[n]! };
}
