// Groups of regions out of sampled ways: who belongs together, how far apart, and when it has paid.
import { expect, test } from 'vitest';
import { Neighbours } from './neighbours.ts';

const ROOTS: Readonly<Record<string, number>> = { a: 0x1000, b: 0x1800, c: 0x9000, d: 0x100, e: 0x5000 };
/** So many samples of each way. */
function sampled(ways: Readonly<Record<string, number>>, joining = { every: 10, samples: 1, ways: 0 }): Neighbours<string> {
  const n = new Neighbours<string>(joining);
  for (const [[from, to], times] of Object.entries(ways).map(([way, times]) => [[...way], times] as const)) for (let i = 0; i < times; i++) {
    expect(n.report(from, ROOTS[from!]!)).toBe(1);
    expect(n.report(to, ROOTS[to!]!)).toBe(joining.every);
  }
  return n;
}
const all = (): boolean => true, one = (): number => 1;
const names = (groups: readonly ReadonlyMap<string, number>[]): string[] => groups.map((g) => [...g.keys()].sort().join(''));

test('ways there and back count together; members have their distance from the first', () => {
  const [group, ...others] = sampled({ ab: 5, ba: 4, bc: 3, de: 6 }).groups(all, one);
  expect(group).toEqual(new Map([['a', 0], ['b', 0x800], ['c', 0x8000]]));
  expect(others).toEqual([new Map([['d', 0], ['e', 0x4f00]])]);
});
test('the most travelled way first, as far as there is room', () => {
  expect(names(sampled({ ab: 2, bc: 3, ac: 1, cd: 9, de: 8 }).groups((members) => members.length <= 3, one))).toEqual(['cde', 'ab']);
});
test('ways that are a small part of all do not count, nor those within a region', () => {
  expect(names(sampled({ ab: 2, cd: 1, aa: 1000 }).groups(all, one))).toEqual(['ab']);
});
test('a group has paid when it saw so many ways for each block', () => {
  const made = (joining: { every: number; samples: number; ways: number }): string[] => names(sampled({ ab: 4, cd: 3 }, joining).groups(all, (r) => (r < 'c' ? 2 : 1)));
  expect(made({ every: 10, samples: 1, ways: 10 })).toEqual(['ab', 'cd']);
  expect(made({ every: 10, samples: 1, ways: 11 })).toEqual(['cd']);
  expect(made({ every: 10, samples: 1, ways: 16 })).toEqual([]);
});
test('it is looked at once after each so many samples, also if more came while a joined region waited, and those that are gone are forgotten', () => {
  const n = sampled({ ab: 30, bc: 50 }, { every: 10, samples: 8, ways: 0 });
  expect(n.due).toBe(true);
  n.forget('a');
  expect(names(n.groups(all, one))).toEqual(['bc']);
  expect(n.due).toBe(false);
  for (let i = 0; i < 8; i++) { expect(n.due).toBe(false); n.report('b', 0); n.report('c', 0); }
  expect(n.due).toBe(true);
});
test('a way that leads into no region ends the sample', () => {
  const n = new Neighbours<string>({ every: 7, samples: 1, ways: 0 });
  expect([n.report(undefined, 0), n.report('a', 0), n.report(undefined, 0), n.report('b', 0), n.report('a', 0)]).toEqual([7, 1, 7, 1, 7]);
  expect(n.due).toBe(true);
});
