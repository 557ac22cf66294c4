// The opcode map against the real processor: every opcode under prefixes, full state compared. --map 0|1|2|3 and --opcode N alone, --some (the prefixes
// that the test takes), --jit off|force, --cpu v1|v2|v3 (the host's level; what is above it must be undefined). Nothing is random: `seed` is map × 256 + opcode.
import { decode } from '../decode/decoder.ts';
import { compare } from './compare.ts';
import { Guest } from './guest.ts';
import { ALL_PREFIXES, SOME_PREFIXES, hex, kindOf, mapTests, opcodes } from './opcode-map.ts';
import { runInPieces, timeIsOver } from './options.ts';
import type { Options, Tally } from './options.ts';
import type { Test } from './records.ts';
import { cannotRunNatively, chooseLevel, runNatively, testedLevel } from './records.ts';

/** An instruction of a higher level than the tested one: undefined there. */
function isAbove(t: Test): boolean {
  const at = (level: number): string => decode(t.code, 0, t.code.length, level)?.form.mnemonic ?? '';
  return at(testedLevel()) === 'ud2' && at(3) !== 'ud2';
}
/** @returns how many cells of the map, and those that differ, in words */
export function compareOpcodes(guest: Guest, map: number, opcodes: readonly number[], prefixes: readonly (readonly number[])[]): { run: number; wrong: string[] } {
  const tests = opcodes.flatMap((opcode) => mapTests(map, opcode, prefixes)), real = runNatively(tests), wrong: string[] = [];
  tests.forEach((t, i) => {
    const ours = guest.test(t), above = isAbove(t), a = above ? '#UD' : kindOf(real[i]!.trap), b = kindOf(ours.trap), differences = a !== b ? [`${above ? 'above the level' : 'real'} ${a}, ours ${b}`] : above ? [] : compare(t, real[i]!, ours);
    if (differences.length > 0) wrong.push(`${t.name} (${hex(t.code)}): ${differences.slice(0, 3).join('; ')}`);
  });
  return { run: tests.length, wrong };
}
function piece(seed: number, count: number, o: Options): Tally {
  chooseLevel(o.text('cpu'));
  const guest = new Guest(o.text('jit') === 'force' ? 'force' : 'off'), tally = { run: 0, failed: 0 };
  for (let at = seed; at < Math.min(seed + count, 1024) && !timeIsOver(o); at++) {
    if (!opcodes(at >> 8).includes(at & 255)) continue;
    const { run, wrong } = compareOpcodes(guest, at >> 8, [at & 255], o.has('some') ? SOME_PREFIXES : ALL_PREFIXES);
    tally.run += run;
    tally.failed += wrong.length;
    if (wrong.length > 0) console.log(`seed=${at}: ${wrong.length} differ; again: npm run fuzz:map -- --seed ${at}${['jit', 'cpu'].filter((n) => o.has(n)).map((n) => ` --${n} ${o.text(n)!}`).join('')}\n  ${wrong.slice(0, o.number('show') ?? 4).join('\n  ')}`);
  }
  return tally;
}
export function main(args: readonly string[]): number {
  const why = cannotRunNatively();
  if (why !== null) { console.log(`fuzz:map skipped: ${why}`); return 0; }
  const fixed = args.some((a) => a.startsWith('--seed')) ? args : [...args, '--seed=0', '--count=1024'];
  return runInPieces('fuzz:map', fixed, 64, piece);
}
