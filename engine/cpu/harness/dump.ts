// What the translator makes of a piece of guest code, as text: decoded records, the interpreter's handlers, the region's WebAssembly. The code
// really runs, in the processor of guest.ts, and what it instantiates is written down.
import { CTX } from '../../machine/hardware.ts';
import { decode } from '../decode/decoder.ts';
import type { Form, Insn } from '../decode/insn.ts';
import { Guest } from './guest.ts';
import type { Tier } from './guest.ts';
import { DATA, STACK } from './records.ts';
import type { Test } from './records.ts';
import { InterpCtx, tailCalls } from '../interp/context.ts';
import { helperSignatures } from '../interp/core-module.ts';
import { MEMORY_LIMITS } from '../memory.ts';
import { callHelper } from '../interp/core.ts';
import { BLK, DTLB, ITLB, REC, S, cpuBase } from '../layout.ts';
import { semanticsOf } from '../semantics/context.ts';
import { I32, Module } from '../wasm/builder.ts';
import type { Func } from '../wasm/builder.ts';
import { moduleText } from '../wasm/text.ts';
import type { Notes } from '../wasm/text.ts';

const GPRS = ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'];
const STATE_NAMES = new Map<number, string>([
  ...GPRS.map((name, i) => [i * 8, name] as const), ...GPRS.map((_, i) => [CTX.xmm + i * 16, `xmm${i}`] as const), ...GPRS.slice(8).map((_, i) => [CTX.x87 + i * 16, `x87.${i}`] as const),
  [CTX.rip, 'rip'], [CTX.rflags, 'rflags'], [CTX.fsBase, 'fsBase'], [CTX.gsBase, 'gsBase'], [CTX.mxcsr, 'mxcsr'], [CTX.fcw, 'fcw'], [CTX.fsw, 'fsw'], [CTX.ftw, 'ftw'],
  ...Object.entries(S).filter(([name]) => !name.endsWith('Size')).map(([name, at]) => [at, name] as const),
  ...Object.entries(DTLB).filter(([name]) => name !== 'size').map(([name, at]) => [S.dtlb + at, `dtlb.${name}`] as const),
  ...Object.entries(ITLB).filter(([name]) => name !== 'size').map(([name, at]) => [S.itlb + at, `itlb.${name}`] as const),
]);
const nameAt = (fields: Record<string, number>, offset: number): string | undefined => Object.entries(fields).find(([name, at]) => at === offset && name !== 'size')?.[0];

/** @param second what parameter 1 points to: a region gets the block, a handler its record. */
function notes(second: 'block' | 'record'): Notes {
  const helpers = helperSignatures().map(({ name }) => name);
  return {
    params: ['state', second], slot: (n) => helpers[n], constants: second === 'block' ? new Map([[cpuBase(0), 0]]) : new Map(),
    offset: (offset, base) => (base === 0 || (base !== 1 && offset >= CTX.rip) ? STATE_NAMES.get(offset) ?? STATE_NAMES.get(offset - cpuBase(0)) : base === 1 ? nameAt(second === 'record' ? REC : BLK, offset) : undefined),
  };
}

/** The instructions of a piece of code, one after another. */
export function decodeAll(code: Uint8Array): { offset: number; insn: Insn }[] {
  const out: { offset: number; insn: Insn }[] = [];
  const padded = new Uint8Array(code.length + 16).fill(0xcc);
  padded.set(code);
  for (let at = 0; at < code.length;) {
    const insn = decode(padded, at, padded.length)!;
    out.push({ offset: at, insn });
    at += insn.length;
  }
  return out;
}

const hex = (bytes: Uint8Array): string => [...bytes].map((b) => b.toString(16).padStart(2, '0')).join(' ');
/** The decoded instruction as the record of the interpreter holds it. */
export function recordText(code: Uint8Array, offset: number, insn: Insn): string {
  const { form } = insn, fields: string[] = [];
  insn.regs.forEach((n, i) => { if (n >= 0) { const kind = form.ops[i]?.kind; fields.push(kind === 'x' ? `xmm${n}` : kind === 'r' ? GPRS[n]! : `${n}`); } });
  if (form.mem !== 0) fields.push(`[${[insn.base === 16 ? 'rip' : insn.base >= 0 ? GPRS[insn.base]! : '', insn.index >= 0 ? `${GPRS[insn.index]!}·${1 << insn.scale}` : '', String(insn.disp)].filter(Boolean).join(' + ')}]`);
  if (form.ops.some((o) => o.kind === 'i' || o.kind === 'j')) fields.push(`imm ${insn.immLo}`);
  return `${offset.toString(16).padStart(4, '0')}  ${hex(code.subarray(offset, offset + insn.length)).padEnd(24)} ${form.key.padEnd(28)} ${fields.join(', ')}${form.flow === '' ? '' : `   (${form.flow === 'end' ? 'ends the block' : 'a block of its own'})`}`;
}

/** The interpreter's handler of a form. */
export function handlerText(form: Form): string {
  const m = new Module(), helpers = new Map(helperSignatures().map(({ name, params, results }, slot) => [name, { params, results, slot }]));
  m.importMemory('e', 'm', MEMORY_LIMITS);
  const call = (to: Func, name: string): void => callHelper(helpers, m, to, name);
  const f = m.func([I32, I32], [I32], 'handler'), ctx = new InterpCtx(f, form, call, tailCalls(call, (to) => call(to, 'tail:sys.resume')));
  semanticsOf(form.mnemonic)!(ctx);
  ctx.finish();
  return moduleText(m.finish(), notes('record'))[0]!.text;
}

/** Bytes of the modules instantiated while `body` runs. */
function captured(body: () => void): Uint8Array[] {
  const real = WebAssembly.Module, bytes: Uint8Array[] = [];
  const spy = class extends real { constructor(source: Uint8Array) { super(source); bytes.push(source); } };
  (WebAssembly as { Module: unknown }).Module = spy;
  try { body(); } finally { (WebAssembly as { Module: unknown }).Module = real; }
  return bytes;
}

/** The WebAssembly of the regions that the code becomes when it runs: all of it at once, or the blocks that ran `tier` times. */
export function regionTexts(code: Uint8Array, tier: Tier = 'force'): string[] {
  const gpr = new BigUint64Array(16), fx = new Uint8Array(512), view = new DataView(fx.buffer);
  for (let i = 0; i < 16; i++) gpr[i] = BigInt(DATA + 0x100 + i * 16); // every register may be an address
  gpr[1] = 1000n; gpr[4] = BigInt(STACK + 0x2000);
  view.setUint16(0, 0x37f, true); view.setUint32(24, 0x1f80, true);
  const test: Test = { code, entry: 0, gpr, rflags: 0x202, fsBase: DATA + 0x1000, gsBase: DATA, fx, window: 0, mem: new Uint8Array(64), name: 'dump', ignore: [0, 0] };
  const guest = new Guest(tier);
  const modules = captured(() => { guest.test(test); });
  return modules.map((bytes) => moduleText(bytes, notes('block')).map(({ text }) => text).join('')).filter((text) => text.includes('sys.exit') || text.includes('sys.side'));
}
