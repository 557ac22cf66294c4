// The seeded generator: its sequence, its state, its seeds.
import { expect, test } from 'vitest';
import { nextBelow, nextU32, randomBytes, seedRandom } from './random.ts';

test('the same seed gives the same numbers, another seed others', () => {
  const take = (seed: number): number[] => { const s = new Uint32Array(4); seedRandom(s, seed); return Array.from({ length: 8 }, () => nextU32(s)); };
  expect(take(0)).toEqual(take(0));
  expect(take(0)).not.toEqual(take(1));
  expect(take(1)).not.toEqual(take(2 ** 32 + 1));
});
test('xoshiro128** reference: state 1 2 3 4', () => {
  const s = Uint32Array.of(1, 2, 3, 4);
  expect([nextU32(s), nextU32(s), nextU32(s)]).toEqual([11520, 0, 5927040]);
});
test('bounded numbers and bytes', () => {
  const s = new Uint32Array(4);
  seedRandom(s, 7);
  const seen = new Set<number>();
  for (let i = 0; i < 1000; i++) { const n = nextBelow(s, 6); expect(n >= 0 && n < 6).toBe(true); seen.add(n); }
  expect(seen.size).toBe(6);
  const b = new Uint8Array(11);
  randomBytes(s, b, 2, 7);
  expect(b[0]! + b[1]! + b[9]! + b[10]!).toBe(0);
  expect(new Set(b).size).toBeGreaterThan(4);
});
