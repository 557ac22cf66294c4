// Which memory accesses of loops keep the page that they found: those to tables of bytes' worth, whose base the loop leaves alone and whose index is a byte. They
// stay on a page, and what is loaded there is often the next round's address: the way over the data TLB would be on the loop's longest chain. (For addresses that
// go on by small steps it is not: there the registers that it takes cost more than the loads that it saves. Measured with matrix, nbody, sha256. They have strips, strips.ts.)
// And, where the guest's registers are in memory, those at fixed places, relative to rip or to nothing. (Where they are in locals these leave no register: hash +2 %.)
import type { Insn } from '../decode/insn.ts';
import { I32, I64 } from '../wasm/builder.ts';
import type { Func } from '../wasm/builder.ts';
import { OTHERS, READ_ONLY, RIP } from './groups.ts';
import type { Grouped } from './groups.ts';
import { connected, loopsOf } from './region.ts';
import type { Region, RegionBlock } from './region.ts';

/** A page of the data TLB in locals: i64 its address, i32 where it is in WASM memory, i64 4097 − size, or 0 while there is none. Nothing but a slow path changes
 *  the TLB while control is in a region, and behind it no page is held. Of a fixed place's page only the second is needed, which is 0 while there is none; the others are −1. */
export interface Hold { page: number; host: number; bound: number; /** Bytes of its longest access. */ size: number; /** Stores are allowed. */ write: boolean }
/** What an instruction holds. `at`: where on the page its operand is, if that is fixed, else −1. */
export interface Held { hold: Hold; at: number }

/** More pages at once take more registers than there are. */
const MAX_HOLDS = 6;
/** No page is held from here on. */
export function drop(f: Func, holds: readonly Hold[]): void {
  for (const { host, bound } of holds) if (bound < 0) f.i32Const(0).set(host); else f.i64Const(0).set(bound);
}

/** The registers that an instruction writes, wholly or in part. */
export function written({ form, regs }: Insn): readonly number[] {
  const { mnemonic, ops } = form, first = ops[0], own = first !== undefined && (first.kind === 'r' || first.kind === 'h') && !READ_ONLY.has(mnemonic) ? [regs[0]!] : [];
  return mnemonic === 'xchg' || mnemonic === 'xadd' ? regs.filter((r) => r < 16) : [...OTHERS[mnemonic] ?? [], ...own];
}
/** Operand 0 becomes a byte, all else zero. */
const makesByte = ({ form: { mnemonic, ops }, immLo }: Insn): boolean => ops.length > 0 && ops[0]!.bytes >= 4 && ((mnemonic === 'movzx' && ops[1]!.bytes === 1) || (mnemonic === 'and' && ops[1]!.kind === 'i' && immLo >>> 8 === 0));
/** Whether the block has made a byte of the register before instruction k. */
export function isByte(insns: readonly Insn[], k: number, n: number): boolean {
  while (--k >= 0) if (written(insns[k]!).includes(n)) return makesByte(insns[k]!);
  return false;
}

/** Where the operand of instruction k is if that is fixed: relative to the region's base page, or to nothing; NaN if it is not. */
function placeOf({ code, page }: RegionBlock, k: number): number {
  const { form, base, index, seg, disp, length } = code.insns[k]!;
  return form.mem !== 1 || seg !== 0 || index >= 0 || (base >= 0 && base !== RIP) ? NaN : base === RIP ? page + code.offsets[k]! + length + disp : disp;
}

/** Blocks to which control may come back without leaving, over calls and returns too. */
function comingBack({ found }: Region): Set<RegionBlock> {
  const next = (b: RegionBlock): RegionBlock[] => [...b.successors, ...b.likely].flatMap((t) => found.get(t) ?? []);
  return new Set(connected([...found.values()], next).filter((part) => part.length > 1 || next(part[0]!).includes(part[0]!)).flat());
}

/** By block and instruction, for blocks with such accesses. @param all is told the holds. */
export function holdsOf(region: Region, grouped: Grouped, all: Hold[], f: Func): Map<RegionBlock, (Held | undefined)[]> {
  const changed = new Map<ReadonlySet<RegionBlock>, Set<number>>(), known = new Map<string, Hold>(), out = new Map<RegionBlock, (Held | undefined)[]>(), opened = new Set<unknown>();
  let loops: ReturnType<typeof loopsOf> | undefined, again: Set<RegionBlock> | undefined, ids = 0;
  const idOf = new Map<ReadonlySet<RegionBlock>, number>(), loopOf = (b: RegionBlock): ReadonlySet<RegionBlock> | undefined => (loops ??= loopsOf(region.found)).get(b);
  const keep = (b: RegionBlock, k: number, key: string, at: number, size: number, write: boolean): void => {
    let hold = known.get(key);
    if (hold === undefined) {
      if (all.length === MAX_HOLDS) return;
      const moves = at < 0, page = moves ? f.freshLocal(I64) : -1, host = f.freshLocal(I32), bound = moves ? f.freshLocal(I64) : -1;
      known.set(key, hold = { page, host, bound, size, write });
      all.push(hold);
    }
    hold.size = Math.max(hold.size, size);
    let holds = out.get(b);
    if (holds === undefined) out.set(b, holds = []);
    holds[k] = { hold, at };
  };
  for (const b of [...region.found.values()].sort((x, y) => x.rpo - y.rpo)) {
    const { insns } = b.code, groups = grouped.get(b)!;
    insns.forEach((insn, k) => {
      const { form, base, index, scale, seg } = insn, at = form.ops.findIndex((op) => op.kind === 'm');
      if (at < 0 || form.mnemonic === 'lea' || form.mnemonic === 'nop') return;
      const access = groups[k]?.operand, group = access?.group, write = group?.write ?? (at === 0 && !READ_ONLY.has(form.mnemonic)), size = group?.span ?? form.ops[at]!.bytes;
      const place = placeOf(b, k);
      if (!Number.isNaN(place)) {
        const low = place - (access?.distance ?? 0), page = Math.floor(low / 4096);
        if (!region.loops && low - page * 4096 + size <= 4096 && (again ??= comingBack(region)).has(b)) keep(b, k, `${base} ${page} ${write}`, place - page * 4096, size, write);
        return;
      }
      if (form.mem !== 2 || index < 0 || base === RIP || seg !== 0 || !isByte(insns, k, index)) return;
      if (group !== undefined && opened.has(group)) return; // one comparison for all of a group
      opened.add(group);
      const body = loopOf(b);
      if (body === undefined) return;
      let writes = changed.get(body);
      if (writes === undefined) {
        changed.set(body, writes = new Set([...body].flatMap((x) => x.code.insns.flatMap(written))));
        idOf.set(body, ids++);
      }
      if (base >= 0 && writes.has(base)) return;
      keep(b, k, `${idOf.get(body)!} ${base} ${index} ${scale} ${write}`, -1, size, write);
    });
  }
  return out;
}
