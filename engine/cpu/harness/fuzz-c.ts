// Fuzzes with C programs: gcc at several levels, run natively and recorded, sums compared. --ktrace PATH (dist/ktrace.cjs), --jit auto|off|force,
// --cpu v1|v2|v3 (the host's level), --cc COMPILER, --no-shrink, --tries N (of shrinking), --plant NAME (plant.ts: a ktrace built with that error).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileText, makeGroup } from './c-programs.ts';
import { runInPieces, timeIsOver } from './options.ts';
import type { Options, Tally } from './options.ts';
import { chooseLevel, testedLevel, testedModel } from './records.ts';
import { shrink } from './shrink.ts';

/** What the compiler is asked for; each makes different code of the same program. */
export const levels = (): string[] => ['-O0', '-O1', '-O2', '-O3', ...testedLevel() >= 2 ? ['-O3 -march=x86-64-v2'] : [], '-O2 -mfpmath=387 -Os', ...testedLevel() >= 3 ? ['-O3 -march=x86-64-v3'] : []];
const FLAGS = ['-w', '-fwrapv', '-std=gnu11'];
export interface COptions { ktrace: string; jit: string; cc: string }
export interface CDifference { seed: number; level: string; native: string; recorded: string }

/** Builds one program of all groups at all levels. @returns null when it does not compile */
function compile(dir: string, text: string, levels: readonly string[], o: COptions): string | null {
  writeFileSync(join(dir, 'groups.c'), text);
  writeFileSync(join(dir, 'main.c'), `${levels.map((_, i) => `void run${i}(void);`).join('\n')}\n#include <stdio.h>\nint main(void) {\n  setvbuf(stdout, 0, _IOLBF, 0);\n${levels.map((_, i) => `  run${i}();`).join('\n')}\n}\n`);
  const objects: string[] = [];
  for (const [i, level] of levels.entries()) {
    const object = join(dir, `${i}.o`);
    const r = spawnSync(o.cc, [...FLAGS, ...level.split(' '), `-DENTRY=run${i}`, `-DNAME="${level}"`, '-c', join(dir, 'groups.c'), '-o', object], { encoding: 'utf8' });
    if (r.status !== 0) { lastError = r.stderr.split('\n').filter((l) => l.includes('error')).slice(0, 3).join('\n'); return null; }
    objects.push(object);
  }
  const out = join(dir, 'program');
  return spawnSync(o.cc, [join(dir, 'main.c'), ...objects, '-o', out, '-lm']).status === 0 ? out : null;
}
let lastError = '';

/** Lines of native and recorded output that differ. */
function differences(dir: string, program: string, o: COptions): CDifference[] {
  const native = spawnSync(program, [], { encoding: 'utf8', timeout: 20_000, killSignal: 'SIGKILL' });
  if (native.signal !== null) return [{ seed: -1, level: '', native: `a program that is not to fail ended by ${native.signal}: ${native.stdout.split('\n').length - 1} sums`, recorded: 'not run' }];
  const recording = join(dir, 'run.ktrace');
  const recorded = spawnSync(process.execPath, [o.ktrace, 'record', '-q', '--cpu', testedModel(), '--jit', o.jit, '-o', recording, '--', program], { encoding: 'utf8', timeout: 600_000 });
  rmSync(recording, { recursive: true, force: true });
  const a = native.stdout.split('\n'), b = recorded.stdout.split('\n'), out: CDifference[] = [];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (a[i] === b[i]) continue;
    const m = /^(.*) (\d+) [0-9a-f]+$/.exec(a[i] ?? b[i] ?? '');
    out.push({ level: m?.[1] ?? '', seed: Number(m?.[2] ?? -1), native: a[i] ?? 'no line', recorded: b[i] || `no line; status ${recorded.status} ${recorded.signal ?? ''} ${recorded.stderr.slice(0, 300)}` });
    if (a[i] === undefined || b[i] === undefined || a[i] === '' || b[i] === '') break; // one has ended
  }
  // The command ends with 128 + the signal of its program, as a shell does.
  const status = native.signal === null ? native.status : 128 + constants.signals[native.signal];
  if (out.length === 0 && status !== recorded.status) out.push({ level: '', seed: -1, native: `status ${status}`, recorded: `status ${recorded.status} ${recorded.signal ?? ''} ${recorded.stderr.slice(0, 300)}` });
  return out;
}
const inDirectory = <T>(work: (dir: string) => T): T => {
  const dir = mkdtempSync(join(tmpdir(), 'ktrace-c-'));
  try { return work(dir); } finally { rmSync(dir, { recursive: true, force: true }); }
};
/** @returns how many sums were compared, and which differ */
export function fuzzC(seed: number, count: number, o: COptions, at: readonly string[] = levels()): { run: number; found: CDifference[] } {
  return inDirectory((dir) => {
    const groups = Array.from({ length: count }, (_, i) => makeGroup(seed + i)), program = compile(dir, fileText(groups), at, o);
    if (program === null) throw new Error(`seed=${seed} count=${count} does not compile: ${lastError}`);
    return { run: count * at.length, found: differences(dir, program, o) };
  });
}
/** The smallest text whose sums still differ at this level. */
export function shrinkC(seed: number, level: string, o: COptions, budget = 120): { text: string; statements: number } {
  const group = makeGroup(seed);
  const kept = shrink(group.statements, (list) => inDirectory((dir) => {
    const program = compile(dir, fileText([group], new Set(list)), [level], o);
    return program !== null && differences(dir, program, o).length > 0;
  }), budget);
  return { text: fileText([group], new Set(kept)), statements: kept.length };
}

/** Groups to one program. */
const GROUPS = 10;
function piece(seed: number, count: number, options: Options): Tally {
  chooseLevel(options.text('cpu'));
  const given = options.text('jit');
  const base = { ktrace: resolve(options.text('ktrace') ?? process.env['KTRACE_PLANTED'] ?? 'dist/ktrace.cjs'), cc: options.text('cc') ?? 'gcc' };
  let run = 0, failed = 0;
  for (let at = seed; at < seed + count && !timeIsOver(options); at += GROUPS) {
    // Most code of a short program never gets hot: every other program is compiled at once.
    const o: COptions = { ...base, jit: given ?? (at % 2 === 0 ? 'force' : 'auto') };
    const r = fuzzC(at, Math.min(GROUPS, seed + count - at), o);
    run += r.run;
    failed += r.found.length;
    if (failed > r.found.length) break;
    for (const f of r.found.slice(0, 1)) { // the others of a batch have the same cause more often than not
      const flags = ['cpu', 'ktrace', 'cc', 'plant'].filter((n) => options.has(n)).map((n) => ` --${n} ${options.text(n)!}`).join('');
      console.log(`C program seed=${f.seed} ${f.level}: native ${f.native}, recorded ${f.recorded}\n  again: npm run fuzz:c -- --seed ${f.seed} --jit ${o.jit}${flags}`);
      if (options.has('no-shrink') || f.seed < 0) continue;
      const small = shrinkC(f.seed, f.level, o, options.number('tries')), file = join('build/fuzz', `c-${f.seed}.c`);
      writeFileSync(file, small.text);
      console.log(`  shrunk to ${small.statements} of ${makeGroup(f.seed).statements.length} statements: ${file} (gcc ${FLAGS.join(' ')} ${f.level} -DENTRY=main -DNAME='"x"' ${file} -lm)`);
    }
  }
  return { run, failed };
}
export function main(args: readonly string[]): number {
  if (spawnSync('gcc', ['--version']).status !== 0) { console.log('fuzz:c skipped: gcc is missing'); return 0; }
  if (process.arch !== 'x64' || process.platform !== 'linux') { console.log('fuzz:c skipped: the host is not x86-64 Linux'); return 0; }
  if (!existsSync('dist/ktrace.cjs')) { console.log('fuzz:c: build first'); return 2; }
  return runInPieces('fuzz:c', args, GROUPS * 2, piece);
}
