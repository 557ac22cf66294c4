// --cpu: what the processor reports, runs and refuses; what libraries, /proc and the auxiliary vector make of it; recordings keep it.
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hostLevel } from '../../engine/cpu/harness/records.ts';
import { ENV, have, ktrace, record, run, sample } from '../../samples/run.ts';

const BASE = ['cmpxchg16b', 'sse3'], V2 = ['ssse3', 'sse4.1', 'sse4.2', 'popcnt', 'rdtscp', 'rdrand'], V3 = ['movbe', 'xsave', 'avx', 'avx2', 'bmi1', 'bmi2', 'fma', 'f16c'];
const LEVELS: [string, string[], string[]][] = [
  ['v1', BASE, [...V2, ...V3]],
  ['v2', [...BASE, ...V2], V3],
  ['v3', [...BASE, ...V2, ...V3], []],
];
const BITS: Record<string, string> = { pni: 'sse3', ssse3: 'ssse3', sse4_1: 'sse4.1', sse4_2: 'sse4.2', popcnt: 'popcnt', cx16: 'cmpxchg16b', rdtscp: 'rdtscp', rdrand: 'rdrand', ...Object.fromEntries(V3.map((x) => [x, x])) };
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
    for (const [level, found] of [['v1', []], ['v2', ['v2']], ['v3', ['v2', 'v3']]] as const) {
      const help = record([LD, '--help'], { flags: ['--cpu', level], env: ENV }).stdout.toString();
      expect(['v2', 'v3', 'v4'].filter((x) => help.includes(`x86-64-${x} (supported, searched)`)), level).toEqual(found);
    }
  });
  for (const [level, skip] of [['v2', process.arch !== 'x64'], ['v3', hostLevel() < 3]] as const) test.skipIf(skip)(`a program built for ${level}, in every tier`, () => {
    const program = sample(`level-${level}`), native = run([program]), digests = new Set<string>();
    expect(native.status).toBe(0);
    record([program], { flags: ['--cpu', level] }); // the first read of a file is an input that the others do not have
    for (const jit of ['off', 'auto', 'force']) {
      const r = record([program], { flags: ['--cpu', level, '--clock', '@1000000000', '--jit', jit] });
      expect(r.stdout.toString(), jit).toBe(native.stdout.toString());
      digests.add(JSON.parse(ktrace(['info', r.dir, '--json']).stdout.toString()).digest);
    }
    expect(digests.size).toBe(1);
  });
  // The C library takes its AVX2 functions then.
  const SCRIPT = 'import json, hashlib\nprint(json.dumps(sorted((i * 7919 % 101 / 7, hashlib.sha256(bytes([i])).hexdigest()[:8]) for i in range(50))))';
  const PROGRAMS = [['/bin/bash', '-c', 'for i in 1 2 3; do seq 1 200 | grep -c "[13]$"; done; cat /etc/passwd /etc/services 2>/dev/null | sort | uniq -c | sort -rn | head -20 | sha256sum'],
    ['/usr/bin/python3', '-c', SCRIPT], ['/bin/grep', '-rn', 'define.*SIG', resolve('engine/abi')], ['/usr/bin/gcc', '-O1', '-S', '-o', '-', resolve('samples/src/hello.c')], ['/usr/bin/awk', 'BEGIN { for (i = 0; i < 300; i++) s = s sin(i) exp(i / 50); print s }']];
  for (const argv of PROGRAMS) test.skipIf(!have(argv[0]!))(`${argv[0]!.split('/').at(-1)} at v3, as natively`, () => {
    const native = run(argv), recorded = record(argv, { flags: ['--cpu', 'v3'] });
    expect({ status: recorded.status, stderr: recorded.stderr, stdout: recorded.stdout.toString() }).toEqual({ status: native.status, stderr: native.stderr, stdout: native.stdout.toString() });
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
