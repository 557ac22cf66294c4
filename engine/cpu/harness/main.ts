// Entry of the bundle that scripts/fuzz-cpu.mjs makes.
import { main as c } from './fuzz-c.ts';
import { main as calls } from './fuzz-calls.ts';
import { main as insn } from './fuzz-insn.ts';
import { main as map } from './fuzz-map.ts';
import { main as seq } from './fuzz-seq.ts';

const FUZZERS: Readonly<Record<string, (args: readonly string[]) => number>> = { insn, map, seq, calls, c };
export const main = (args: readonly string[]): number => FUZZERS[args[0] ?? '']?.(args.slice(1)) ?? 2;
