// Which memory accesses of a block, or of blocks of a region, lie at known distances from each other: fields of one structure, slots of one stack frame. One comparison with the TLB,
// of all bytes between the lowest and the highest, serves them all (context.ts); here is only which they are.
import { RAX, RBP, RCX, RDI, RDX, RSI, RSP } from '../../machine/hardware.ts';
import type { Insn } from '../decode/insn.ts';
import type { BlockCode } from '../interp/blocks.ts';
import type { Region, RegionBlock } from './region.ts';

/** Accesses from `low` on (relative to something that is the same for all), over `span` bytes. `write`: some of them store. */
export interface Group { low: number; span: number; write: boolean; count: number; /** While it is emitted: those to come. */ left: number; /** By its first access each of them is to compare for itself. */ apart: boolean }
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
  'pcmpeqb', 'pcmpeqw', 'pcmpeqd', 'pcmpgtb', 'pcmpgtw', 'pcmpgtd', 'pminub', 'pmaxub', 'pmovmskb', 'movmskps', 'movmskpd', 'punpcklbw', 'punpcklwd', 'punpckldq', 'punpcklqdq', 'punpckhbw', 'punpckhwd', 'punpckhdq', 'punpckhqdq', 'pshufd', 'shufps', 'shufpd', 'unpcklps', 'unpcklpd', 'unpckhps', 'unpckhpd',
  'paddsb', 'paddsw', 'paddusb', 'paddusw', 'psubsb', 'psubsw', 'psubusb', 'psubusw', 'pmullw', 'pmulhw', 'pmulhuw', 'pmuludq', 'pmaddwd', 'pavgb', 'pavgw', 'psadbw', 'pminsw', 'pmaxsw', 'packssdw', 'packsswb', 'packuswb', 'pshufhw', 'pshuflw',
  'psllw', 'pslld', 'psllq', 'psrlw', 'psrld', 'psrlq', 'psraw', 'psrad', 'pslldq', 'psrldq', 'movntdq', 'movntps', 'movntpd', 'movhlps', 'movlhps', 'cmpps', 'cmppd', 'cmpss', 'cmpsd.sse', 'ucomisd', 'comisd', 'ucomiss', 'comiss',
  'sqrtss', 'sqrtsd', 'sqrtps', 'sqrtpd', 'minss', 'minsd', 'minps', 'minpd', 'maxss', 'maxsd', 'maxps', 'maxpd', 'cvtsi2sd', 'cvtsi2ss', 'cvttsd2si', 'cvttss2si', 'cvtsd2si', 'cvtss2si', 'cvtss2sd', 'cvtsd2ss', 'cvtdq2ps', 'cvtdq2pd', 'cvttps2dq', 'cvtps2dq', 'cvtps2pd', 'cvtpd2ps', 'cvttpd2dq']);
/** So are shifts of a register, or of memory by a constant; */
const SHIFTS = new Set(['shl', 'shr', 'sar', 'rol', 'ror']);
/** and these, of registers. */
const OF_REGISTERS = new Set(['bsf', 'bsr', 'popcnt', 'tzcnt', 'lzcnt', 'bt', 'bts', 'btr', 'btc', 'bt_i', 'bts_i', 'btr_i', 'btc_i', 'shld', 'shrd', 'div', 'idiv']);
/** Of such an instruction it is known what it accesses and which registers it writes. */
export function isPlain({ form: { mnemonic, ops, rep, lock } }: Insn): boolean {
  const memory = ops.findIndex((op) => op.kind === 'm');
  return rep === 0 && !lock && (PLAIN.has(mnemonic) ? mnemonic !== 'pop' || memory !== 0 : SHIFTS.has(mnemonic) ? memory < 0 || ops[1]!.kind === 'i' : memory < 0 && OF_REGISTERS.has(mnemonic));
}
/** Registers that an instruction writes beside its operand 0. */
export const OTHERS: Readonly<Record<string, readonly number[]>> = { imul1: [RAX, RDX], mul: [RAX, RDX], div: [RAX, RDX], idiv: [RAX, RDX], cbw: [RAX], cwd: [RDX], cmpxchg: [RAX], cmpxchg8b: [RAX, RDX], movs: [RCX, RSI, RDI], stos: [RCX, RDI], lods: [RAX, RCX, RSI], cmps: [RCX, RSI, RDI], scas: [RCX, RDI] };
/** Do not write operand 0. */
export const READ_ONLY: ReadonlySet<string> = new Set(['cmp', 'test', 'push', 'call_e', 'jmp_e', 'nop', 'imul1', 'mul', 'bt', 'bt_i', 'div', 'idiv', 'ucomisd', 'comisd', 'ucomiss', 'comiss']);
/** The base register of an address relative to rip. */
export const RIP = 16;

/** In a region, and none is 0. */
const MOST_SYMBOLS = 2 ** 22;
const keyOf = (base: number, index: number, scale: number): number => (base * MOST_SYMBOLS + index) * 4 + scale;

/** What is known at some place: registers as a symbol and a distance from it, and by key the groups that accesses behind it can join, because it is reached over their first access alone. */
interface Known { symbol: number[]; distance: number[]; open: Map<number, Group> }

/** Finds groups, block by block. */
class Grouping {
  private symbols = 0;
  nothing(): Known {
    const symbol: number[] = [], distance: number[] = [];
    for (let n = 0; n <= RIP; n++) { symbol.push(++this.symbols); distance.push(0); }
    return { symbol, distance, open: new Map() };
  }
  /** Where control comes together. */
  both(a: Known, b: Known): Known {
    const known = { symbol: [...a.symbol], distance: [...a.distance], open: new Map<number, Group>() };
    for (let n = 0; n < RIP; n++) if (a.symbol[n] !== b.symbol[n] || a.distance[n] !== b.distance[n]) this.fresh(known, n);
    for (const [key, group] of a.open) if (b.open.get(key) === group) known.open.set(key, group);
    return known;
  }
  private fresh({ symbol, distance }: Known, n: number): void { symbol[n] = ++this.symbols; distance[n] = 0; }

  /** By instruction: the accesses, each with its group and the distance from its symbol. `known` becomes what is known behind the block. @param page the block's, relative to the region's base.
   *  @param parted instructions that are not to compare for others. */
  block({ insns, offsets }: BlockCode, page: number, known: Known, parted: ReadonlySet<number> | undefined, out: Accesses[]): void {
    const { symbol, distance, open } = known;
    const fresh = (n: number): void => this.fresh(known, n);
    const lost = (): void => { for (let n = 0; n <= RIP; n++) fresh(n); open.clear(); };
    const access = (k: number, what: keyof Accesses, key: number, at: number, bytes: number, write: boolean): void => {
      let group = open.get(key);
      const low = group === undefined ? at : Math.min(group.low, at), high = group === undefined ? at + bytes : Math.max(group.low + group.span, at + bytes);
      if (group === undefined || high - low > MAX_SPAN) open.set(key, group = { low: at, span: bytes, write, count: 0, left: 0, apart: parted?.has(k) === true });
      else { group.low = low; group.span = high - low; group.write ||= write; }
      group.count++;
      out[k]![what] = { group, distance: at, bytes, write }; // from its symbol, until the group is whole
    };
    insns.forEach((insn, k) => {
      const { form, regs } = insn, { mnemonic, ops } = form, first = ops[0];
      const memory = ops.findIndex((op) => op.kind === 'm');
      if (!isPlain(insn)) { lost(); return; }
      if (memory >= 0 && mnemonic !== 'lea' && mnemonic !== 'nop') {
        const known = form.mem === 1 || form.mem === 2;
        if (known && insn.seg === 0 && (insn.base >= 0 || insn.index >= 0)) {
          const { base, index, scale } = insn, part = (n: number, factor: number): number => (n < 0 ? 0 : n === RIP ? page + offsets[k]! + insn.length : distance[n]! * factor);
          const key = keyOf(base < 0 ? 0 : symbol[base]!, index < 0 ? 0 : symbol[index]!, index < 0 ? 0 : scale);
          access(k, 'operand', key, insn.disp + part(base, 1) + part(index, 1 << scale), ops[memory]!.bytes, memory === 0 && !READ_ONLY.has(mnemonic) && first!.kind === 'm');
        }
      }
      const stack = (register: number, at: number, bytes: number, write: boolean): void => access(k, 'stack', keyOf(symbol[register]!, 0, 0), distance[register]! + at, bytes, write);
      const wide = form.size === 16 ? 2 : 8;
      switch (mnemonic) {
        case 'push': stack(RSP, -wide, wide, true); distance[RSP]! -= wide; return;
        case 'call': case 'call_e': stack(RSP, -8, 8, true); distance[RSP]! -= 8; return;
        case 'ret': stack(RSP, 0, 8, false); distance[RSP]! += 8; return;
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
    const live = new Set([0, ...symbol]); // what no register has any more is of no use behind the block
    for (const key of open.keys()) if (!live.has(Math.floor(key / 4) % MOST_SYMBOLS) || !live.has(Math.floor(key / 4 / MOST_SYMBOLS))) open.delete(key);
  }
}

/** The accesses that share their comparison with others, when all groups are whole. */
function shared(out: readonly Accesses[]): (Accesses | undefined)[] {
  return out.map((accesses) => {
    const shared: Accesses = {};
    for (const what of ['operand', 'stack'] as const) {
      const a = accesses[what];
      if (a !== undefined && a.group.count > 1 && !a.group.apart) shared[what] = { ...a, distance: a.distance - a.group.low };
    }
    return shared.operand === undefined && shared.stack === undefined ? undefined : shared;
  });
}

/** By block of a region and instruction: accesses that share a comparison. */
export type Grouped = ReadonlyMap<RegionBlock, readonly (Accesses | undefined)[]>;
/** Whether instruction k of a block compares for others of the block too. */
export function leads(code: BlockCode, k: number): boolean {
  const grouping = new Grouping(), out: Accesses[] = code.insns.map(() => ({}));
  grouping.block(code, 0, grouping.nothing(), undefined, out);
  const accesses = shared(out), uses = (a: Accesses | undefined, group: Group): boolean => a?.operand?.group === group || a?.stack?.group === group;
  return [accesses[k]?.operand?.group, accesses[k]?.stack?.group].some((group) => group !== undefined && accesses.findIndex((a) => uses(a, group)) === k);
}
/**
 * Where registers are in memory groups go on from block to block: there what changes the TLB leaves the region, and where control comes back into it, at an entry, nothing is known. So an access can use what was
 * found in a block over which each way to it leads, as long as its registers are what they were. (At the head of a loop nothing is known either: to know what it leaves alone took one comparison in a hundred more away.)
 * @param parted by block the instructions that are not to compare for others.
 */
export function groupsOf({ found, loops }: Region, parted: ReadonlyMap<number, ReadonlySet<number>>): Grouped {
  const grouping = new Grouping(), out = new Map<RegionBlock, Accesses[]>(), before = new Map<RegionBlock, Known[]>();
  for (const b of [...found.values()].sort((x, y) => x.rpo - y.rpo)) {
    const [first, ...others] = loops || b.loop || b.entry >= 0 ? [] : before.get(b) ?? [], accesses: Accesses[] = b.code.insns.map(() => ({}));
    const known = first === undefined ? grouping.nothing() : others.reduce((all, other) => grouping.both(all, other), grouping.both(first, first));
    grouping.block(b.code, b.page, known, parted.get(b.block), accesses);
    out.set(b, accesses);
    if (!loops) for (const t of b.successors) { const next = found.get(t)!, list = before.get(next); if (list === undefined) before.set(next, [known]); else list.push(known); }
  }
  return new Map([...out].map(([b, accesses]) => [b, shared(accesses)]));
}
