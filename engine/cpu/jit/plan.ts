// What emission asks of a block's instructions and of them alone: found once a block, however many regions it becomes part of.
import type { Insn } from '../decode/insn.ts';
import { isRun } from '../semantics/string.ts';
import type { Code } from './codes.ts';
import { FK } from './flag-kinds.ts';
import type { FlagKind } from './flag-kinds.ts';

export interface Plan {
  /** Cycles. */
  cost: number;
  /** Each instruction takes one cycle. */
  even: boolean;
  /** At k + 1 not 0 when what instruction k does to the flags is overwritten in the block before anything can see it (a fault included); at 0 the same of what comes before the block. */
  flagsDead: Uint8Array;
  /** The kind of flags that the block leaves: undefined if those that it finds, null if it shows only at run time. */
  flags: FlagKind | null | undefined;
}

export function planOf(code: Code): Plan { return code.plan ??= plan(code.insns); }

function plan(insns: readonly Insn[]): Plan {
  const flagsDead = new Uint8Array(insns.length + 1);
  let cost = 0, even = true, flags: FlagKind | null | undefined = undefined;
  for (let k = insns.length - 1; k >= 0; k--) {
    const insn = insns[k]!, { form } = insn;
    cost += form.cost;
    if (form.cost !== 1 || isRun(form)) even = false;
    if (flags === undefined) flags = kindAfter(insn);
    flagsDead[k] = overwrites(insn) ?? flagsDead[k + 1]!;
  }
  return { cost, even, flagsDead, flags };
}

const FULL_SETTERS = new Set(['add', 'sub', 'cmp', 'and', 'or', 'xor', 'test', 'neg', 'imul1', 'mul', 'imul2', 'imul3']);
const SHIFTS = new Set(['shl', 'shr', 'sar']);
/** Neither read flags nor leave, when their operands are registers; rotates and bit scans only set some. */
const PURE = new Set(['mov', 'movzx', 'movsx', 'movsxd', 'lea', 'not', 'bswap', 'xchg', 'cbw', 'cwd', 'nop', 'rol', 'ror', 'bsf', 'bsr']);

/** 1: it sets all flags and does nothing before that could look at them; 0: it may look; undefined: neither. */
function overwrites({ form, immLo }: Insn): number | undefined {
  const { mnemonic } = form;
  if (form.mem !== 0 && mnemonic !== 'lea') return 0;
  if (FULL_SETTERS.has(mnemonic)) return 1;
  if (SHIFTS.has(mnemonic) && form.ops[1]!.kind === 'i' && (immLo & (form.size === 64 ? 63 : 31)) !== 0) return 1;
  return PURE.has(mnemonic) ? undefined : 0;
}

const FLAG_KINDS: Readonly<Record<string, number>> = {
  add: FK.add, sub: FK.sub, cmp: FK.cmp, neg: FK.sub, and: FK.logic, or: FK.logic, xor: FK.logic, test: FK.logic, inc: FK.inc, dec: FK.dec, adc: FK.adc, sbb: FK.sbb,
  imul1: FK.result, mul: FK.result, imul2: FK.result, imul3: FK.result, shl: FK.result, shr: FK.result, sar: FK.result,
  comiss: FK.floats, comisd: FK.floats, ucomiss: FK.floats, ucomisd: FK.floats, vcomiss: FK.floats, vcomisd: FK.floats, vucomiss: FK.floats, vucomisd: FK.floats,
};
/** Leave the flags alone. */
const TRANSPARENT = new Set(['mov', 'movzx', 'movsx', 'movsxd', 'lea', 'not', 'bswap', 'xchg', 'cbw', 'cwd', 'nop', 'push', 'pop', 'leave', 'call', 'call_e', 'ret', 'jmp', 'jmp_e', 'jcc', 'setcc', 'cmovcc', 'movs', 'stos', 'lods',
  'movaps', 'movups', 'movapd', 'movupd', 'movdqa', 'movdqu', 'movd', 'movq', 'movsd.sse', 'movss', 'addsd', 'subsd', 'mulsd', 'divsd', 'addss', 'subss', 'mulss', 'divss', 'pxor', 'xorps', 'xorpd', 'cvtsi2sd', 'cvttsd2si', 'shlx', 'shrx', 'sarx', 'rorx', 'mulx', 'pdep', 'pext', 'movbe']);
/** The kind that an instruction leaves; undefined if none, null if it shows only at run time. */
function kindAfter({ form, immLo }: Insn): FlagKind | null | undefined {
  const { mnemonic } = form, op = FLAG_KINDS[mnemonic];
  if (op === undefined) return TRANSPARENT.has(mnemonic) || (mnemonic[0] === 'v' && !/^v(p?test|u?comi|er|pcmp[ei]str)/.test(mnemonic)) ? undefined : null;
  if (op === FK.floats) return { op, bits: 64 };
  const bits = (mnemonic.startsWith('imul') || mnemonic === 'mul' ? form.size : form.ops[0]!.bytes * 8) as FlagKind['bits'];
  if (SHIFTS.has(mnemonic)) {
    if (form.ops[1]!.kind !== 'i') return null;
    if ((immLo & (bits === 64 ? 63 : 31)) === 0) return undefined;
  }
  return { op, bits };
}
