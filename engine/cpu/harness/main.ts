// Entry of the bundle that scripts/fuzz-cpu.mjs makes.
import { main as insn } from './fuzz-insn.ts';
import { main as seq } from './fuzz-seq.ts';

export const main = (args: readonly string[]): number => (args[0] === 'insn' ? insn(args.slice(1)) : args[0] === 'seq' ? seq(args.slice(1)) : 2);
