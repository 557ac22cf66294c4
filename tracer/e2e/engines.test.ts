// The same answer everywhere: a recording's digests do not depend on the release of Node, on V8's compilers or on our own JIT mode.
// `make nodes` brings the releases. (--jitless cannot be tested: V8 has no WebAssembly then. Node is not built with V8's WebAssembly interpreter either.)
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { fileText, makeGroup } from '../../engine/cpu/harness/c-programs.ts';
import { ENV, KTRACE, have, recordingPath, run, sample } from '../../samples/run.ts';

/** A Node with V8 flags, and ktrace's JIT mode. */
interface Engine { name: string; node: string; flags: string[]; jit: string }
const RELEASES = ['20', '22', '24'], nodeOf = (release: string): string => resolve(`build/nodes/${release}/bin/node`);
const installed = RELEASES.filter((r) => existsSync(nodeOf(r)));
const TIERS = [['--no-wasm-tier-up'], ['--no-wasm-dynamic-tiering'], ['--wasm-lazy-compilation'], ['--no-wasm-lazy-compilation'], ['--max-lazy'], ['--wasm-tiering-budget=100']];
/** Flags that this node does not know are left out. */
const knows = (node: string, flags: string[]): boolean => spawnSync(node, [...flags, '-e', '0']).status === 0;
const of = (name: string, node: string, flags: string[] = [], jit = 'auto'): Engine => ({ name: [name, ...flags, `JIT ${jit}`].join(' '), node, flags, jit });
const known = (list: Engine[]): Engine[] => list.filter((e) => e.flags.length === 0 || knows(e.node, e.flags));
/** For every program. */
const some = known([of('this Node', process.execPath), of('this Node', process.execPath, ['--liftoff-only']), of('this Node', process.execPath, ['--no-liftoff']), ...installed.map((r) => of(`Node ${r}`, nodeOf(r)))]);
/** For those that depend most on what compilers make of WebAssembly. */
const all = [...some, ...known([
  of('this Node', process.execPath, [], 'force'), ...TIERS.map((flags) => of('this Node', process.execPath, flags)),
  ...installed.flatMap((r) => [of(`Node ${r}`, nodeOf(r), [], 'off'), of(`Node ${r}`, nodeOf(r), ['--no-liftoff'], 'force'), of(`Node ${r}`, nodeOf(r), ['--liftoff-only'])]),
])];

const scratch = mkdtempSync(join(tmpdir(), 'ktrace-engines-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
/** Random C with floats of three formats, NaNs and vectors: what compilers could make different bits of. */
function randomC(): string {
  const source = join(scratch, 'random.c'), out = join(scratch, 'random');
  writeFileSync(source, fileText([11, 12, 13, 14].map(makeGroup)));
  return spawnSync('gcc', ['-w', '-fwrapv', '-O2', '-march=x86-64-v2', '-DENTRY=main', '-DNAME="c"', source, '-o', out, '-lm']).status === 0 ? out : '';
}
interface Program { name: string; argv: string[]; flags?: string[]; engines: Engine[] }
const c = have('gcc') ? randomC() : '';
const PROGRAMS: Program[] = [
  { name: 'shell pipeline', argv: ['/bin/sh', '-c', 'cat /etc/passwd | sort | head -3'], engines: some },
  { name: 'threads-mutex on 4 CPUs', argv: [sample('threads-mutex')], flags: ['--cpus', '4'], engines: some },
  { name: 'signal-restart', argv: [sample('signal-restart')], engines: some },
  { name: 'cpu-kernels', argv: [sample('cpu-kernels'), 'matrix', '1'], engines: some },
  ...(c === '' ? [] : [{ name: 'random C', argv: [c], engines: all }]),
];
const STABLE = { cwd: '/usr', env: { ...ENV, PWD: '/usr' } };
interface Answer { digest: string; stateDigest: string; stdout: string; status: number | null }
function answer(e: Engine, { argv, flags = [] }: Program): Answer {
  const dir = recordingPath(), r = run([e.node, ...e.flags, KTRACE, 'record', '-q', '--cpu', 'v2', '--jit', e.jit, '--clock', '@1000000000', ...flags, '-o', dir, '--', ...argv], STABLE);
  const { digest, stateDigest } = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8')) as Answer;
  rmSync(dir, { recursive: true, force: true });
  return { digest, stateDigest, stdout: r.stdout.toString(), status: r.status };
}
const missing = RELEASES.filter((r) => !installed.includes(r));
describe(`the same answer everywhere${missing.length > 0 ? ` (not compared: Node ${missing.join(', ')}; make nodes brings them)` : ''}`, () => {
  for (const p of PROGRAMS) test.skipIf(!have(p.argv[0]!))(p.name, () => {
    run(p.argv, STABLE);
    const reference = of('this Node', process.execPath, [], 'off');
    answer(reference, p); // reads files for the first time: their access times are inputs
    const expected = answer(reference, p);
    expect(expected.digest).toMatch(/^[0-9a-f]{32,}$/);
    expect(Object.fromEntries(p.engines.map((e) => [e.name, answer(e, p)]))).toEqual(Object.fromEntries(p.engines.map((e) => [e.name, expected])));
  }, 300_000);
});
