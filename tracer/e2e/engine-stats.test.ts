// --engine-stats and the engine lines of `ktrace info`: they are there, they add up, and they change nothing that is recorded.
import { describe, expect, test } from 'vitest';
import { ktrace, record } from '../../samples/run.ts';

const PROGRAM = ['/bin/bash', '-c', 'for ((i = 0; i < 3000; i++)); do s=$((s + i)); done; echo $s'];
const FLAGS = ['--clock', '@1700000000'];
const info = (dir: string): { digest: string; stateDigest: string; engineStats: Record<string, number> } => JSON.parse(ktrace(['info', '--json', dir]).stdout.toString());

describe('engine statistics', () => {
  test('are counted without a trace in the digests', () => {
    const plain = info(record(PROGRAM, { flags: FLAGS }).dir), r = record(PROGRAM, { flags: [...FLAGS, '--engine-stats'] }), counted = info(r.dir);
    expect(counted.digest).toBe(plain.digest);
    expect(counted.stateDigest).toBe(plain.stateDigest);
    expect(r.stdout.toString()).toBe('4498500\n');
    for (const label of ['speed', 'tiers', 'dispatcher', 'TLB hits', 'translation']) expect(r.stderr).toMatch(new RegExp(`^ktrace: ${label} `, 'm'));
    const s = counted.engineStats;
    expect(s['instructions']).toBe(plain.engineStats['instructions']);
    expect(s['regionInsns']).toBeGreaterThan(0);
    expect(s['regionInsns']).toBeLessThan(s['instructions']!);
    expect(s['blockLookups']).toBeLessThan(s['dispatches']!);
    expect(s['dtlbMiss']).toBeLessThan(s['tlbTests']!);
    expect(plain.engineStats).not.toHaveProperty('regionInsns');
    expect(ktrace(['info', r.dir]).stdout.toString()).toMatch(/^ {2}speed +[\d.]+ MIPS: /m);
  });
  test('of a replay', () => {
    const r = ktrace(['replay', '--engine-stats', record(PROGRAM).dir]);
    expect(r.status).toBe(0);
    expect(r.stderr).toMatch(/^ktrace: tiers .* in regions.*\n(.*\n)*ktrace: identical/m);
  });
});
