// The states of tests in parts that can be made plain one by one, for shrinking.
import { decode } from '../decode/decoder.ts';
import { ENTRY, WINDOW } from './records.ts';
import type { Test } from './records.ts';

export interface Part { name: string; plain: (t: Test) => void }

/** What of a test's state can be set back to something plain. */
export function plainParts(t: Test, stack: bigint): Part[] {
  const list: Part[] = [];
  for (let i = 0; i < 16; i++) {
    list.push({ name: `gpr${i}`, plain: (x) => { x.gpr[i] = i === 4 ? stack : 0n; } });
    list.push({ name: `gpr${i} beyond 32 bits`, plain: (x) => { x.gpr[i]! &= 0xffffffffn; } });
    list.push({ name: `xmm${i}`, plain: (x) => { x.fx.fill(0, 160 + i * 16, 176 + i * 16); } });
    list.push({ name: `ymm${i}'s upper half`, plain: (x) => { x.fx.fill(0, 512 + i * 16, 528 + i * 16); } });
  }
  for (let i = 0; i < 8; i++) list.push({ name: `st${i}`, plain: (x) => { x.fx.fill(0, 32 + i * 16, 48 + i * 16); } });
  list.push({ name: 'flags', plain: (x) => { x.rflags = 0x202; } });
  list.push({ name: 'mxcsr', plain: (x) => { x.fx[24] = 0x80; x.fx[25] = 0x1f; } });
  list.push({ name: 'fcw', plain: (x) => { x.fx[0] = 0x7f; x.fx[1] = 3; } });
  list.push({ name: 'fsw', plain: (x) => { x.fx[2] = 0; x.fx[3] = 0; } });
  list.push({ name: 'tags', plain: (x) => { x.fx[4] = 0; } });
  list.push({ name: 'segment bases', plain: (x) => { x.fsBase = 0; x.gsBase = 0; } });
  for (let at = 0; at < t.mem.length; at += t.mem.length >> 4) list.push({ name: `mem ${at}`, plain: (x) => { x.mem.fill(0, at, at + (t.mem.length >> 4)); } });
  return list;
}
/** Prefixes that may go, one of them, and the places of code and memory. */
export function prefixParts(t: Test): Part[] {
  const list: Part[] = [];
  list.push({ name: 'place of code', plain: (x) => { x.entry = ENTRY; } });
  list.push({ name: 'place of memory', plain: (x) => { x.window = WINDOW; } });
  const mnemonic = decode(t.code, 0, t.code.length)?.form.mnemonic;
  for (let i = 0; i < t.code.length - 1; i++) {
    const without = Uint8Array.from([...t.code.slice(0, i), ...t.code.slice(i + 1)]), insn = decode(without, 0, without.length);
    if (insn?.form.mnemonic === mnemonic && insn?.length === without.length) { // a prefix that may go; one is enough
      list.push({ name: `prefix ${t.code[i]!.toString(16)}`, plain: (x) => { if (x.code.length === t.code.length) x.code = without; } });
    }
  }
  return list;
}
/** The test with all parts plain but those kept. */
export function plainTest(t: Test, parts: readonly Part[], kept: readonly string[]): Test {
  const out: Test = { ...t, gpr: t.gpr.slice(), fx: t.fx.slice(), mem: t.mem.slice() };
  for (const p of parts) if (!kept.includes(p.name)) p.plain(out);
  return out;
}
