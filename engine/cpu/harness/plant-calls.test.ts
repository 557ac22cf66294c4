// The fuzzer of calls sees what a region must not take for granted behind a call, where that was planted, and makes it small.
import { expect, test } from 'vitest';
import { check, fuzzCalls, shrinkCalls } from './fuzz-calls.ts';
import { hasGcc } from './modes.ts';
import { plant } from './plant.ts';

test.skipIf(!hasGcc())('a rounding mode and a page of the TLB that outlive a call are found, and shrunk', () => {
  plant('call-keeps-rounding');
  plant('call-keeps-pages');
  const { found } = fuzzCalls(2023, 60, ['auto'], (n) => n > 1);
  expect(found).toHaveLength(2);
  const { program, text, nodes } = shrinkCalls(found[0]!.seed, 'auto', 24);
  expect(check(program, text, ['auto'])).not.toBeNull();
  expect(nodes).toBeLessThan(program.nodes.length);
}, 180_000);
