// --cpu: what the processor reports, runs and refuses; what libraries, /proc and the auxiliary vector make of it; recordings keep it.
import { describe, expect, test } from 'vitest';
import { ENV, have, ktrace, record, run, sample } from '../../samples/run.ts';

const LEVELS: [string, string[], string[]][] = [
  ['v1', ['cmpxchg16b'], ['sse3', 'ssse3', 'sse4.1', 'sse4.2', 'popcnt', 'rdtscp', 'rdrand']],
  ['v2', ['cmpxchg16b', 'sse3', 'ssse3', 'sse4.1', 'sse4.2', 'popcnt', 'rdtscp', 'rdrand'], []],
];
const BITS: Record<string, string> = { pni: 'sse3', ssse3: 'ssse3', sse4_1: 'sse4.1', sse4_2: 'sse4.2', popcnt: 'popcnt', cx16: 'cmpxchg16b', rdtscp: 'rdtscp', rdrand: 'rdrand' };
const LD = '/lib64/ld-linux-x86-64.so.2';

describe.skipIf(!have(sample('cpu-level')))('--cpu', () => {
  for (const [level, has, lacks] of LEVELS) test(`${level}: runs what CPUID reports and nothing more, and replays`, () => {
    const r = record([sample('cpu-level')], { flags: ['--cpu', level] });
    expect(r.status, r.stderr).toBe(0);
    const lines = r.stdout.toString().trim().split('\n');
    expect(lines.filter((l) => l.endsWith('cpuid yes, runs yes, right')).map((l) => l.split(':')[0]).sort()).toEqual([...has].sort());
    expect(lines.filter((l) => l.endsWith('cpuid no, runs no')).map((l) => l.split(':')[0]).sort()).toEqual([...lacks].sort());
    expect(JSON.parse(ktrace(['info', r.dir, '--json']).stdout.toString()).config.cpuModel).toBe(level);
    expect(ktrace(['info', r.dir]).stdout.toString()).toContain(`x86-64-${level}`);
    const again = ktrace(['replay', r.dir]);
    expect(again.status, again.stderr).toBe(0);
    expect(again.stdout.equals(r.stdout)).toBe(true);
    const flags = record(['/bin/grep', '-m1', '^flags', '/proc/cpuinfo'], { flags: ['--cpu', level] }).stdout.toString().split(/\s+/);
    expect(flags.filter((f) => BITS[f] !== undefined).map((f) => BITS[f]).sort()).toEqual([...has].sort());
  });
  test.skipIf(!have(LD))('the dynamic linker searches the directories of the level', () => {
    for (const [level, v2] of [['v1', false], ['v2', true]] as const)
      expect(/x86-64-v2 \(supported, searched\)/.test(record([LD, '--help'], { flags: ['--cpu', level], env: ENV }).stdout.toString()), level).toBe(v2);
  });
  test.skipIf(process.arch !== 'x64')('a program built for v2, in every tier', () => {
    const native = run([sample('level-v2')]), digests = new Set<string>();
    expect(native.status).toBe(0);
    record([sample('level-v2')], { flags: ['--cpu', 'v2'] }); // the first read of a file is an input that the others do not have
    for (const jit of ['off', 'auto', 'force']) {
      const r = record([sample('level-v2')], { flags: ['--cpu', 'v2', '--clock', '@1000000000', '--jit', jit] });
      expect(r.stdout.toString(), jit).toBe(native.stdout.toString());
      digests.add(JSON.parse(ktrace(['info', r.dir, '--json']).stdout.toString()).digest);
    }
    expect(digests.size).toBe(1);
  });
  test.skipIf(process.arch !== 'x64')('alignment checks and single steps, as natively, in every tier', () => {
    const native = run([sample('cpu-traps')]);
    expect(native.stdout.toString()).toContain('24 steps, at');
    for (const jit of ['off', 'auto', 'force']) expect(record([sample('cpu-traps')], { flags: ['--jit', jit] }).stdout.toString(), jit).toBe(native.stdout.toString());
  });
  test('a level that there is not', () => {
    const r = ktrace(['record', '--cpu', 'v9', '/bin/true']);
    expect(r.status).toBe(125);
    expect(r.stderr).toMatch(/^ktrace: .*--cpu.*v9.*v1.*\n$/);
  });
});
