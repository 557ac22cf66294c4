// Which memory accesses of a block lie at known distances from each other: fields of one structure, slots of one stack frame. One comparison with the TLB,
// of all bytes between the lowest and the highest, serves them all (context.ts); here is only which they are.
import { RAX, RBP, RCX, RDI, RDX, RSI, RSP } from '../../machine/hardware.ts';
import type { Insn } from '../decode/insn.ts';

/** Accesses from `low` on (relative to something that is the same for all), over `span` bytes. `write`: some of them store. */
export interface Group { low: number; span: number; write: boolean; count: number; /** While it is emitted: those to come. */ left: number }
/** One access: its distance from the group's lowest byte. */
export interface Access { group: Group; distance: number; bytes: number; write: boolean }
/** What an instruction accesses: its memory operand; the stack, implied. */
export interface Accesses { operand?: Access; stack?: Access }

/** Bytes. A span on two pages, or with a page that cannot be written, sends all of the block to the interpreter: a wider one is that too often. */
const MAX_SPAN = 128;

/** Read or write one memory operand at most, always and as a whole, and no register but operand 0 when that is one; what else they change stands in OTHERS. */
const PLAIN = new Set(['mov', 'movzx', 'movsx', 'movsxd', 'add', 'sub', 'and', 'or', 'xor', 'adc', 'sbb', 'cmp', 'test', 'inc', 'dec', 'neg', 'not', 'imul2', 'imul3', 'imul1', 'mul', 'cmovcc', 'setcc', 'lea', 'nop', 'bswap',
  'cbw', 'cwd', 'push', 'pop', 'call', 'call_e', 'ret', 'jmp', 'jmp_e', 'jcc', 'leave', 'movups', 'movupd', 'movdqu', 'movaps', 'movapd', 'movdqa', 'movss', 'movsd.sse', 'movd', 'movq', 'movlps', 'movlpd', 'movhps', 'movhpd', 'addsd', 'subsd', 'mulsd', 'divsd', 'addss', 'subss', 'mulss', 'divss',
  'addps', 'addpd', 'subps', 'subpd', 'mulps', 'mulpd', 'divps', 'divpd', 'pxor', 'por', 'pand', 'pandn', 'xorps', 'xorpd', 'orps', 'orpd', 'andps', 'andpd', 'andnps', 'andnpd', 'paddb', 'paddw', 'paddd', 'paddq', 'psubb', 'psubw', 'psubd', 'psubq',
  'pcmpeqb', 'pcmpeqw', 'pcmpeqd', 'pcmpgtb', 'pcmpgtw', 'pcmpgtd', 'pminub', 'pmaxub', 'pmovmskb', 'movmskps', 'movmskpd', 'punpcklbw', 'punpcklwd', 'punpckldq', 'punpcklqdq', 'punpckhbw', 'punpckhwd', 'punpckhdq', 'punpckhqdq', 'pshufd', 'shufps', 'shufpd', 'unpcklps', 'unpcklpd']);
/** Shifts of a register, or of memory by a constant. */
const SHIFTS = new Set(['shl', 'shr', 'sar']);
/** Registers that an instruction writes beside its operand 0. */
export const OTHERS: Readonly<Record<string, readonly number[]>> = { imul1: [RAX, RDX], mul: [RAX, RDX], div: [RAX, RDX], idiv: [RAX, RDX], cbw: [RAX], cwd: [RDX], cmpxchg: [RAX], cmpxchg8b: [RAX, RDX], movs: [RCX, RSI, RDI], stos: [RCX, RDI], lods: [RAX, RCX, RSI], cmps: [RCX, RSI, RDI], scas: [RCX, RDI] };
/** Do not write operand 0. */
export const READ_ONLY: ReadonlySet<string> = new Set(['cmp', 'test', 'push', 'call_e', 'jmp_e', 'nop', 'imul1', 'mul', 'bt', 'div', 'idiv', 'ucomisd', 'comisd', 'ucomiss', 'comiss']);
/** The base register of an address relative to rip. */
export const RIP = 16;

/** Of symbols, which are not 0 and fewer than 2^16 in a block, and a scale. */
const keyOf = (base: number, index: number, scale: number): number => (base * 65536 + index) * 4 + scale;

/** The group for which instruction k compares. */
const ledBy = (accesses: readonly (Accesses | undefined)[], k: number): Group[] => [accesses[k]?.operand?.group, accesses[k]?.stack?.group].filter((group) => group !== undefined && accesses.findIndex((a) => a?.operand?.group === group || a?.stack?.group === group) === k) as Group[];
/** Whether instruction k compares for others too. */
export const leads = (accesses: readonly (Accesses | undefined)[], k: number): boolean => ledBy(accesses, k).length > 0;
/** The same without the groups for which these instructions compare: each access compares for itself. */
export function apart(accesses: readonly (Accesses | undefined)[], leaders: Iterable<number>): (Accesses | undefined)[] {
  const gone = new Set([...leaders].flatMap((k) => ledBy(accesses, k)));
  return accesses.map((a) => {
    const rest: Accesses = {};
    for (const what of ['operand', 'stack'] as const) if (a?.[what] !== undefined && !gone.has(a[what].group)) rest[what] = a[what];
    return rest.operand === undefined && rest.stack === undefined ? undefined : rest;
  });
}

/** By instruction of a block: the accesses that share their comparison with others. */
export function groupAccesses(insns: readonly Insn[], offsets: readonly number[]): (Accesses | undefined)[] {
  /** Registers as a symbol and a distance from it. */
  let symbols = 0;
  const symbol: number[] = [], distance: number[] = [], open = new Map<number, Group>(), out: Accesses[] = insns.map(() => ({}));
  const fresh = (n: number): void => { symbol[n] = ++symbols; distance[n] = 0; };
  const lost = (): void => { for (let n = 0; n <= RIP; n++) fresh(n); open.clear(); };
  const access = (k: number, what: keyof Accesses, key: number, at: number, bytes: number, write: boolean): void => {
    let group = open.get(key);
    const low = group === undefined ? at : Math.min(group.low, at), high = group === undefined ? at + bytes : Math.max(group.low + group.span, at + bytes);
    if (group === undefined || high - low > MAX_SPAN) open.set(key, group = { low: at, span: bytes, write, count: 0, left: 0 });
    else { group.low = low; group.span = high - low; group.write ||= write; }
    group.count++;
    out[k]![what] = { group, distance: at, bytes, write }; // from its symbol, until the group is whole
  };
  lost();
  insns.forEach((insn, k) => {
    const { form, regs } = insn, { mnemonic, ops } = form, first = ops[0];
    const memory = ops.findIndex((op) => op.kind === 'm'), shift = SHIFTS.has(mnemonic) && (memory < 0 || ops[1]!.kind === 'i');
    if ((!PLAIN.has(mnemonic) && !shift) || form.rep !== 0 || form.lock || (mnemonic === 'pop' && memory === 0)) { lost(); return; }
    if (memory >= 0 && mnemonic !== 'lea' && mnemonic !== 'nop') {
      const known = form.mem === 1 || form.mem === 2;
      if (known && insn.seg === 0 && (insn.base >= 0 || insn.index >= 0)) {
        const { base, index, scale } = insn, part = (n: number, factor: number): number => (n < 0 ? 0 : n === RIP ? offsets[k]! + insn.length : distance[n]! * factor);
        const key = keyOf(base < 0 ? 0 : symbol[base]!, index < 0 ? 0 : symbol[index]!, index < 0 ? 0 : scale);
        access(k, 'operand', key, insn.disp + part(base, 1) + part(index, 1 << scale), ops[memory]!.bytes, memory === 0 && !READ_ONLY.has(mnemonic) && first!.kind === 'm');
      }
    }
    const stack = (register: number, at: number, bytes: number, write: boolean): void => access(k, 'stack', keyOf(symbol[register]!, 0, 0), distance[register]! + at, bytes, write);
    const wide = form.size === 16 ? 2 : 8;
    switch (mnemonic) {
      case 'push': stack(RSP, -wide, wide, true); distance[RSP]! -= wide; return;
      case 'call': case 'call_e': stack(RSP, -8, 8, true); return;
      case 'ret': stack(RSP, 0, 8, false); return;
      case 'pop':
        stack(RSP, 0, wide, false);
        distance[RSP]! += wide;
        fresh(regs[0]!);
        return;
      case 'leave':
        stack(RBP, 0, wide, false);
        symbol[RSP] = symbol[RBP]!; distance[RSP] = distance[RBP]! + wide;
        fresh(RBP);
        return;
      default:
    }
    for (const n of OTHERS[mnemonic] ?? []) fresh(n);
    if (first === undefined || READ_ONLY.has(mnemonic) || (first.kind !== 'r' && first.kind !== 'h')) return;
    const n = regs[0]!, constant = first.bytes === 8 && ops[1]?.kind === 'i' ? insn.immLo : null;
    if (first.bytes === 8 && mnemonic === 'mov' && ops[1]!.kind === 'r') { const from = regs[1]!; symbol[n] = symbol[from]!; distance[n] = distance[from]!; }
    else if (first.bytes === 8 && mnemonic === 'lea' && form.mem === 1 && insn.base >= 0 && insn.base !== RIP) { const { base } = insn; symbol[n] = symbol[base]!; distance[n] = distance[base]! + insn.disp; }
    else if (mnemonic === 'add' && constant !== null) distance[n]! += constant;
    else if (mnemonic === 'sub' && constant !== null) distance[n]! -= constant;
    else fresh(n);
  });
  return out.map((accesses) => {
    const shared: Accesses = {};
    for (const what of ['operand', 'stack'] as const) {
      const a = accesses[what];
      if (a !== undefined && a.group.count > 1) shared[what] = { ...a, distance: a.distance - a.group.low };
    }
    return shared.operand === undefined && shared.stack === undefined ? undefined : shared;
  });
}
