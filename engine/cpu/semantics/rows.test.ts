// Every encoding row has semantics.
import { expect, test } from 'vitest';
import { INT_ROWS } from '../decode/rows-int.ts';
import { MMX_ROWS } from '../decode/rows-mmx.ts';
import { SSE_ROWS } from '../decode/rows-sse.ts';
import { BMI_ROWS, avxRows } from '../decode/rows-v3.ts';
import { X87_ROWS } from '../decode/rows-x87.ts';
import './all.ts';
import { semanticsOf } from './context.ts';

test('no row without meaning', () => {
  const missing = [...INT_ROWS, ...SSE_ROWS, ...MMX_ROWS, ...X87_ROWS, ...BMI_ROWS, ...avxRows()].map((r) => r[1]).filter((name) => semanticsOf(name) === undefined);
  expect([...new Set(missing)]).toEqual([]);
});
