// The shrinker finds what matters and nothing else, and stops.
import { expect, test } from 'vitest';
import { shrink } from './shrink.ts';

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

test('keeps exactly the parts that are needed together, in their order', () => {
  for (const wanted of [[17], [3, 4], [0, 99], [5, 31, 32, 77], [98]]) {
    expect(shrink(upTo(100), (kept) => wanted.every((x) => kept.includes(x)))).toEqual(wanted);
  }
});
test('nothing is needed: nothing is kept', () => { expect(shrink(upTo(50), () => true)).toEqual([]); });
test('everything is needed: everything is kept', () => { expect(shrink(upTo(20), (kept) => kept.length === 20)).toEqual(upTo(20)); });
test('either of two causes will do, and only one is kept', () => {
  const kept = shrink(upTo(64), (list) => list.includes(10) || list.includes(50));
  expect(kept).toHaveLength(1);
});
test('a part can become removable only when another has gone', () => {
  // 7 is needed unless 3 is absent; 3 itself is not needed
  expect(shrink(upTo(10), (kept) => kept.includes(1) && (kept.includes(7) || !kept.includes(3)))).toEqual([1]);
});
test('asks no more often than it may', () => {
  let asked = 0;
  shrink(upTo(1000), (kept) => { asked++; return kept.length > 900; }, 40);
  expect(asked).toBeLessThanOrEqual(40);
});
