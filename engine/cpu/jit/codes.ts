// The decoded instructions of blocks that a region may hold: discovery meets the same blocks again and again.
import type { BlockCode, Blocks } from '../interp/blocks.ts';
import { isRun } from '../semantics/string.ts';
import type { Plan } from './plan.ts';

/** A block's instructions with what discovery asks of them. */
export interface Code extends BlockCode { /** Offsets (in the page, perhaps outside 0…4095) to which its direct control flow goes. */ targets: readonly number[]; /** Mnemonic of its last instruction. */ last: string; /** See plan.ts; null until a region is emitted. */ plan: Plan | null }

const NOWHERE: readonly number[] = [];
export function codeOf(block: BlockCode): Code {
  const { insns, offsets, straddles, end } = block, k = insns.length - 1;
  if (k < 0) return { insns, offsets, straddles, end, targets: NOWHERE, last: '', plan: null };
  const { length, immLo, form } = insns[k]!, taken = offsets[k]! + length + immLo, { mnemonic } = form;
  let targets = NOWHERE;
  switch (mnemonic) {
    case 'jcc': case 'loop': case 'loope': case 'loopne': case 'jrcxz': targets = [taken, end]; break;
    case 'jmp': case 'call': targets = [taken]; break;
    default: if (isRun(form)) targets = [offsets[k]!, end]; else if (form.flow === '') targets = [end];
  }
  return { insns, offsets, straddles, end, targets, last: mnemonic, plan: null };
}

/** Blocks: some 20 MB of decoded instructions. */
const MOST = 16384;

/** By physical address. What is in a frame is kept until the frame is written: its owner calls drop. */
export class Codes {
  private readonly codes = new Map<number, Code>();
  private readonly frames = new Map<number, number[]>();
  constructor(private readonly blocks: Blocks) {}

  /** The block at pa, which may be one that straddles and has no instructions here (Blocks.read). */
  read(pa: number): Code {
    let code = this.codes.get(pa);
    if (code !== undefined) return code;
    if (this.codes.size >= MOST) this.clear();
    this.codes.set(pa, code = codeOf(this.blocks.read(pa)));
    const known = this.frames.get(pa >>> 12);
    if (known === undefined) this.frames.set(pa >>> 12, [pa]); else known.push(pa);
    return code;
  }
  drop(pfn: number): void {
    const known = this.frames.get(pfn);
    if (known === undefined) return;
    for (const pa of known) this.codes.delete(pa);
    this.frames.delete(pfn);
  }
  clear(): void {
    this.codes.clear();
    this.frames.clear();
  }
}
