// Which memory accesses of loops keep the page that they found: those to tables of bytes' worth, whose base the loop leaves alone and whose index is a byte. They
// stay on a page, and what is loaded there is often the next round's address: the way over the data TLB would be on the loop's longest chain. (For addresses that
// go on by small steps it is not: there the registers that it takes cost more than the loads that it saves. Measured with matrix, nbody, sha256.)
import type { Insn } from '../decode/insn.ts';
import { OTHERS, READ_ONLY, RIP } from './groups.ts';
import { planOf } from './plan.ts';
import { loopsOf } from './region.ts';
import type { Region, RegionBlock } from './region.ts';

/** A page of the data TLB in locals: i64 its address, i32 where it is in WASM memory, i64 4097 − size, or 0 while there is none. Nothing but a slow path changes
 *  the TLB while control is in a region, and behind it no page is held. */
export interface Hold { page: number; host: number; bound: number; /** Bytes of its longest access. */ size: number; /** Stores are allowed. */ write: boolean }

/** More pages at once take more registers than there are. */
const MAX_HOLDS = 6;

/** The registers that an instruction writes, wholly or in part. */
function written({ form, regs }: Insn): readonly number[] {
  const { mnemonic, ops } = form, first = ops[0], own = first !== undefined && (first.kind === 'r' || first.kind === 'h') && !READ_ONLY.has(mnemonic) ? [regs[0]!] : [];
  return mnemonic === 'xchg' || mnemonic === 'xadd' ? regs.filter((r) => r < 16) : [...OTHERS[mnemonic] ?? [], ...own];
}
/** Operand 0 becomes a byte, all else zero. */
const makesByte = ({ form: { mnemonic, ops }, immLo }: Insn): boolean => ops.length > 0 && ops[0]!.bytes >= 4 && ((mnemonic === 'movzx' && ops[1]!.bytes === 1) || (mnemonic === 'and' && ops[1]!.kind === 'i' && immLo >>> 8 === 0));
/** Whether the block has made a byte of the register before instruction k. */
function isByte(insns: readonly Insn[], k: number, n: number): boolean {
  while (--k >= 0) if (written(insns[k]!).includes(n)) return makesByte(insns[k]!);
  return false;
}

/** By block and instruction, for blocks with such accesses. @param all is told the holds. @param local makes their locals. */
export function holdsOf(region: Region, all: Hold[], local: () => Pick<Hold, 'page' | 'host' | 'bound'>): Map<RegionBlock, (Hold | undefined)[]> {
  const changed = new Map<ReadonlySet<RegionBlock>, Set<number>>(), known = new Map<string, Hold>(), out = new Map<RegionBlock, (Hold | undefined)[]>();
  let loops: ReturnType<typeof loopsOf> | undefined, ids = 0;
  const idOf = new Map<ReadonlySet<RegionBlock>, number>();
  for (const b of region.found.values()) {
    const { insns } = b.code, groups = planOf(b.code).accesses, opened = new Set<unknown>();
    insns.forEach((insn, k) => {
      const { form, base, index, scale, seg } = insn;
      if (form.mem !== 2 || index < 0 || base === RIP || seg !== 0 || form.mnemonic === 'lea' || form.mnemonic === 'nop' || !isByte(insns, k, index)) return;
      const at = form.ops.findIndex((op) => op.kind === 'm'), group = groups[k]?.operand?.group;
      if (at < 0 || (group !== undefined && opened.has(group))) return; // one comparison for all of a group
      opened.add(group);
      const body = (loops ??= loopsOf(region.found)).get(b);
      if (body === undefined) return;
      let writes = changed.get(body);
      if (writes === undefined) {
        changed.set(body, writes = new Set([...body].flatMap((x) => x.code.insns.flatMap(written))));
        idOf.set(body, ids++);
      }
      if (base >= 0 && writes.has(base)) return;
      const write = group?.write ?? (at === 0 && !READ_ONLY.has(form.mnemonic)), size = group?.span ?? form.ops[at]!.bytes, key = `${idOf.get(body)!} ${base} ${index} ${scale} ${write}`;
      let hold = known.get(key);
      if (hold === undefined) {
        if (all.length === MAX_HOLDS) return;
        known.set(key, hold = { ...local(), size, write });
        all.push(hold);
      }
      hold.size = Math.max(hold.size, size);
      let holds = out.get(b);
      if (holds === undefined) out.set(b, holds = []);
      holds[k] = hold;
    });
  }
  return out;
}
