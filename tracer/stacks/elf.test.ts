// The ELF reader and the CFI reader on this machine's own libc.
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { frameRow } from './cfi.ts';
import { parseElf, symbolAt, vaddrOfOffset } from './elf.ts';

const libc = '/lib/x86_64-linux-gnu/libc.so.6';
test.skipIf(!existsSync(libc))('symbols and unwind rows of libc', () => {
  const e = parseElf(readFileSync(libc))!;
  const i = e.symName.findIndex((n) => n === 'qsort' || n.startsWith('qsort@'));
  expect(i).toBeGreaterThanOrEqual(0);
  const at = e.symAddr[i]!;
  expect(e.symName[symbolAt(e, at + 3)]).toBe(e.symName[i]);
  const row = frameRow(e, at)!;
  expect({ reg: row.cfaReg, offset: row.cfaOffset, ra: row.rules.get(16) }).toEqual({ reg: 7, offset: 8, ra: { kind: 'offset', offset: -8 } });
  const text = e.segments.find((s) => s.exec)!;
  expect(vaddrOfOffset(e, text.offset + 16)).toBe(text.vaddr + 16);
  expect(e.buildId!.length).toBe(20);
});
test('what is no ELF is null', () => {
  expect(parseElf(new Uint8Array(10))).toBe(null);
  expect(parseElf(new TextEncoder().encode('#!/bin/sh'.padEnd(100)))).toBe(null);
});
