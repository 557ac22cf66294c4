// Which xmm registers of a region have no denormals among their floats, so that arithmetic need not look for MXCSR's DE: results, what was an operand once, and their copies. For registers that
// are not known, the semantics look (Ctx.hasNoDenormals; sse-fp.ts says what happens where this turns out to be wrong). A region with its registers in locals looks where it is entered at those
// that it will want to know about, so that its loops need not: if one is a denormal, what is known is wrong from the beginning.
import type { Insn } from '../decode/insn.ts';
import { multiplyAddIsFused } from '../wasm/fused.ts';
import type { Region, RegionBlock } from './region.ts';

/** By bits of a float: registers whose low one is no denormal (bits 0–15), and of which none is (16–31). Of ymm registers the lower half. */
export interface Plain { readonly 32: number; readonly 64: number }
export const NOTHING: Plain = { 32: 0, 64: 0 };

const ARITHMETIC = /^(v?)(add|sub|mul|div|sqrt)([sp])([sd])$/, FUSED = /^vfn?m(?:add|sub|addsub|subadd)\d+([sp])([sd])$/, CONVERSION = /^v?cvt(?:si2s([sd])|ss2s(d))$/, COPY = /^v?mov(ap[sd]|up[sd]|dq[au])$/, COMPARISON = /^v?u?comis[sd]$/, CHOICE = /^(v?)(?:min|max|cmp)([sp])([sd])(?:\.sse)?$/, ZEROING = /^(xorp[sd]|pxor)$/, ALL_CHANGE = /rstor|zero|ldmxcsr/;

/** FMA as one operation; made of others it does not say what it leaves. */
const fusedOf = (mnemonic: string): RegExpExecArray | null => { const found = FUSED.exec(mnemonic); return found !== null && multiplyAddIsFused() ? found : null; };

/** What is known behind an instruction. */
export function plainAfter({ form: { mnemonic, ops }, regs }: Insn, before: Plain): Plain {
  if (ops.every((op) => op.kind !== 'x') || COMPARISON.test(mnemonic)) return ALL_CHANGE.test(mnemonic) ? NOTHING : before;
  if (ALL_CHANGE.test(mnemonic)) return NOTHING;
  const known = { ...before }, x = (i: number): number => (ops[i]?.kind === 'x' ? regs[i]! : -1);
  const forget = (n: number): void => { for (const bits of [32, 64] as const) known[bits] &= ~(0x10001 << n); };
  const note = (n: number, bits: 32 | 64, all: boolean): void => { if (n >= 0) known[bits] |= (all ? 0x10001 : 1) << n; };
  const arithmetic = ARITHMETIC.exec(mnemonic), conversion = CONVERSION.exec(mnemonic), fused = fusedOf(mnemonic);
  if (arithmetic !== null) {
    const [, v, op, packed] = arithmetic, all = packed === 'p', bits = arithmetic[4] === 'd' ? 64 : 32, last = ops.length - 1;
    note(x(last), bits, all);
    if (op !== 'sqrt') note(x(v === 'v' ? 1 : 0), bits, all);
    forget(x(0));
    note(x(0), bits, all);
  } else if (fused !== null) {
    for (const i of [0, 1, 2]) note(x(i), fused[2] === 'd' ? 64 : 32, fused[1] === 'p');
    for (const bits of [32, 64] as const) if (bits !== (fused[2] === 'd' ? 64 : 32)) known[bits] &= ~(0x10001 << x(0));
  } else if (conversion !== null) {
    forget(x(0));
    note(x(0), (conversion[1] ?? conversion[2]) === 'd' ? 64 : 32, false);
  } else if (COPY.test(mnemonic) && x(0) >= 0 && x(1) >= 0) {
    forget(x(0));
    for (const bits of [32, 64] as const) known[bits] |= ((before[bits] >>> x(1)) & 0x10001) << x(0);
  } else {
    ops.forEach((_, i) => { if (x(i) >= 0) forget(x(i)); });
    forget(0); // written by some whose operands do not say so
    if (ZEROING.test(mnemonic) && x(0) === x(1)) for (const bits of [32, 64] as const) note(x(0), bits, true);
  }
  return known;
}

/** Registers of which it is good to know in front of an instruction that none is a denormal: it looks for them there, or one behind it does. */
function wantedBefore({ form: { mnemonic, ops }, regs }: Insn, behind: Plain): Plain {
  if (ALL_CHANGE.test(mnemonic)) return NOTHING;
  if (ops.every((op) => op.kind !== 'x')) return behind;
  const wanted = { ...behind }, x = (i: number): number => (ops[i]?.kind === 'x' ? regs[i]! : -1);
  const want = (n: number, bits: 32 | 64, all: boolean): void => { if (n >= 0) wanted[bits] |= (all ? 0x10001 : 1) << n; };
  const comparison = COMPARISON.test(mnemonic), copies = COPY.test(mnemonic) && x(0) >= 0 && x(1) >= 0, operation = ARITHMETIC.exec(mnemonic), choice = CHOICE.exec(mnemonic), fused = fusedOf(mnemonic);
  if (!comparison) for (const bits of [32, 64] as const) wanted[bits] &= ~(0x10001 << Math.max(x(0), 0));
  if (copies) for (const bits of [32, 64] as const) wanted[bits] |= ((behind[bits] >>> x(0)) & 0x10001) << x(1);
  if (comparison) for (const i of [0, 1]) want(x(i), mnemonic.endsWith('d') ? 64 : 32, false);
  const [, v, packed, type] = operation !== null ? [operation[0], operation[1], operation[3], operation[4]] : choice ?? [];
  if (type !== undefined) {
    const first = v === 'v' ? 1 : 0, sources = operation?.[2] === 'sqrt' ? [ops.length - 1] : [first, first + 1];
    for (const i of sources) want(x(i), type === 'd' ? 64 : 32, packed === 'p');
  }
  if (fused !== null) for (const i of [0, 1, 2]) want(x(i), fused[2] === 'd' ? 64 : 32, fused[1] === 'p');
  return wanted;
}
/** The same at the head of each block, by any way from there. */
export function wantedAtHeads(region: Region): Map<RegionBlock, Plain> {
  const blocks = [...region.found.values()].sort((x, y) => y.rpo - x.rpo), found = new Map<RegionBlock, Plain>(blocks.map((b) => [b, NOTHING]));
  for (let changed = true; changed;) {
    changed = false;
    for (const b of blocks) {
      const behind = { ...NOTHING }, before = found.get(b)!;
      for (const t of b.successors) for (const bits of [32, 64] as const) behind[bits] |= found.get(region.found.get(t)!)![bits];
      const wanted = b.code.insns.reduceRight<Plain>((after, insn) => wantedBefore(insn, after), behind);
      if (wanted[32] === before[32] && wanted[64] === before[64]) continue;
      found.set(b, wanted);
      changed = true;
    }
  }
  return found;
}

/** What is known at the head of each block, whatever way control came there inside the region. @param atEntries what the region looks at where it is entered */
export function plainAtHeads(region: Region, atEntries: ReadonlyMap<RegionBlock, Plain>): Map<RegionBlock, Plain> {
  const found = new Map<RegionBlock, Plain>(region.entries.map((b) => [b, atEntries.get(b) ?? NOTHING])), work: RegionBlock[] = [...region.entries];
  while (work.length > 0) {
    const b = work.pop()!, left = b.code.insns.reduce<Plain>((known, insn) => plainAfter(insn, known), found.get(b)!);
    for (const t of b.successors) {
      const next = region.found.get(t)!, before = found.get(next), both: Plain = before === undefined ? left : { 32: before[32] & left[32], 64: before[64] & left[64] };
      if (before !== undefined && before[32] === both[32] && before[64] === both[64]) continue;
      found.set(next, both);
      work.push(next);
    }
  }
  return found;
}
