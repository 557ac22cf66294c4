// A start takes what V8 compiled in an earlier one.
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { KTRACE, record } from '../../samples/run.ts';

test('the compiled code is there after a recording, and the next one takes it as it is', () => {
  const dist = dirname(KTRACE), made = (): [string, number][] => readdirSync(dist).filter((f) => f.endsWith('.cache')).map((f) => [f, statSync(join(dist, f)).mtimeMs]);
  expect(record(['/bin/true']).status).toBe(0);
  const first = made();
  expect(first.filter(([f]) => f.includes(process.version))).toHaveLength(1);
  expect(record(['/bin/true']).status).toBe(0);
  expect(made()).toEqual(first);
});
