// Images taken from real files: symbols, unwind rows, expressions; and from files that are none.
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { frameRow, stepOut } from './cfi.ts';
import { openImage } from './elf.ts';
import type { ElfImage } from './elf.ts';

const libc = '/lib/x86_64-linux-gnu/libc.so.6';
const fromBytes = (bytes: Uint8Array): ElfImage | null => openImage((offset, length) => (offset + length <= bytes.length ? bytes.subarray(offset, offset + length) : null));

test.skipIf(!existsSync(libc))('symbols and unwind rows of libc', () => {
  const e = fromBytes(readFileSync(libc))!;
  const qsort = [...e.allFunctions()].find((f) => f.name === 'qsort')!;
  expect(e.symbolAt(qsort.addr + 3)).toEqual(qsort);
  const row = frameRow(e, qsort.addr)!;
  expect({ reg: row.cfaReg, offset: row.cfaOffset, ra: row.rules[16] }).toEqual({ reg: 7, offset: 8, ra: { kind: 'offset', offset: -8 } });
  const text = e.segments.find((s) => s.exec)!;
  expect(e.vaddrOfOffset(text.offset + 16)).toBe(text.vaddr + 16);
  expect(e.buildId!.length).toBe(20);
});

test.skipIf(!existsSync(libc))('with and without the search table every function has the same row', () => {
  const e = fromBytes(readFileSync(libc))!, scanned = fromBytes(readFileSync(libc))!;
  Object.assign(scanned, { ehFrameHeader: null });
  let rows = 0;
  for (const f of e.allFunctions()) for (const at of [f.addr, f.addr + 7]) {
    const row = frameRow(e, at);
    expect(frameRow(scanned, at)).toEqual(row);
    if (row) rows++;
  }
  expect(rows).toBeGreaterThan(3000);
});

test.skipIf(!existsSync(libc))('a signal frame leads to what was interrupted', () => {
  // __restore_rt has no symbol; its CIE has the augmentation S and its FDE finds all in the frame that the kernel wrote.
  const bytes = readFileSync(libc), code = Buffer.from('48c7c00f0000000f05', 'hex'), e = fromBytes(bytes)!;
  const vaddr = e.vaddrOfOffset(bytes.indexOf(code)), row = frameRow(e, vaddr)!;
  expect(row.signal).toBe(true);
  const sp = 0x7000, words = new Map([[sp + 160, 0x7fff1000], [sp + 168, 0x401234], [sp + 120, 0x55]]); // struct ucontext at the stack pointer: rsp, rip, rbp
  const state = { regs: new Float64Array(17), word: (va: number) => words.get(va) ?? 0 };
  state.regs[7] = sp;
  expect(stepOut(row, state)).toBe(0x7fff1000);
  expect([state.regs[7], state.regs[16], state.regs[6]]).toEqual([0x7fff1000, 0x401234, 0x55]);
});

test('what is no ELF is null', () => {
  expect(fromBytes(new Uint8Array(10))).toBe(null);
  expect(fromBytes(new TextEncoder().encode('#!/bin/sh'.padEnd(100)))).toBe(null);
});
test.skipIf(!existsSync('/bin/true'))('a damaged file yields less, never an exception', () => {
  const good = readFileSync('/bin/true');
  let seed = 7;
  const random = (n: number): number => { seed = (Math.imul(seed, 1103515245) + 12345) >>> 0; return Math.floor((seed / 4294967296) * n); };
  for (let i = 0; i < 300; i++) {
    const bytes = Buffer.from(good);
    for (let k = 0; k < 20; k++) bytes[random(k < 10 ? 4096 : bytes.length)] = random(256);
    const e = fromBytes(bytes.subarray(0, random(bytes.length)));
    if (e) for (let at = 0; at < 30000; at += 997) { e.symbolAt(at); frameRow(e, at); }
  }
});
