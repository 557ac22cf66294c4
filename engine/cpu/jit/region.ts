// What a region is: the blocks of one page that are reached from an entry over direct jumps, with the order and nesting in which
// they become structured WebAssembly (dominator tree; irreducible edges leave the region).
import type { BlockCode, Blocks } from '../interp/blocks.ts';
import { BLK } from '../layout.ts';
import type { Mmu } from '../mmu/mmu.ts';

export interface RegionBlock {
  /** Offset in the page. */
  offset: number;
  code: BlockCode;
  /** Its records in WASM memory. */
  block: number;
  /** Offsets of successors inside the region. */
  successors: number[];
  rpo: number;
  /** Immediate dominator, itself for the entry. */
  idom: RegionBlock;
  children: RegionBlock[];
  /** More than one forward edge leads here. */
  merge: boolean;
  loop: boolean;
}

const MAX_BLOCKS = 64, MAX_INSNS = 800;

/** Offsets (in the page, perhaps outside 0…4095) to which a block's direct control flow goes. */
export function directTargets(code: BlockCode): number[] {
  const last = code.insns[code.insns.length - 1]!, offset = code.offsets[code.insns.length - 1]!;
  const taken = offset + last.length + last.immLo;
  switch (last.form.mnemonic) {
    case 'jcc': case 'loop': case 'loope': case 'loopne': case 'jrcxz': return [taken, code.end];
    case 'jmp': return [taken];
    default: return last.form.flow === '' ? [code.end] : [];
  }
}

/** @param minHot how often a block must have run to be worth compiling along with the entry. */
export function discover(blocks: Blocks, mmu: Mmu, entryPa: number, minHot: number): RegionBlock | null {
  const page = entryPa - (entryPa & 4095), found = new Map<number, RegionBlock>();
  let insns = 0;
  // Forced compilation makes a region of every block: small ones.
  const maxBlocks = minHot === 0 ? 4 : MAX_BLOCKS;
  const queue = [entryPa & 4095];
  while (queue.length > 0) {
    const offset = queue.shift()!;
    if (found.has(offset)) continue;
    const known = blocks.lookup(page + offset), isEntry = found.size === 0;
    if (!isEntry && (found.size >= maxBlocks || insns >= MAX_INSNS)) continue;
    if (!isEntry && minHot > 0 && (known === 0 || mmu.u32[(known + BLK.hot) >> 2]! < minHot)) continue;
    const code = blocks.read(page + offset);
    if (code.straddles || code.insns.length === 0 || code.insns[0]!.form.flow === 'own') { if (isEntry) return null; continue; }
    const block = blocks.ensure(page + offset, code);
    if (block === 0) { if (isEntry) return null; continue; }
    insns += code.insns.length;
    found.set(offset, { offset, code, block, successors: [], rpo: -1, idom: null as never, children: [], merge: false, loop: false });
    for (const target of directTargets(code)) if (target >= 0 && target < 4096) queue.push(target);
  }
  for (const b of found.values()) b.successors = [...new Set(directTargets(b.code).filter((t) => found.has(t)))];
  const entry = found.get(entryPa & 4095)!;
  while (!structure(entry, found)) { /* an irreducible edge was cut; again */ }
  return entry;
}

/** Reverse postorder, dominators, merges and loops. False if an edge had to be cut. */
function structure(entry: RegionBlock, found: ReadonlyMap<number, RegionBlock>): boolean {
  for (const b of found.values()) { b.rpo = -1; b.children = []; b.merge = b.loop = false; b.idom = null as never; }
  const post: RegionBlock[] = [], seen = new Set<RegionBlock>();
  const visit = (b: RegionBlock): void => {
    seen.add(b);
    for (const t of b.successors) { const next = found.get(t)!; if (!seen.has(next)) visit(next); }
    post.push(b);
  };
  visit(entry);
  const order = post.reverse();
  order.forEach((b, i) => { b.rpo = i; });
  const preds = new Map<RegionBlock, RegionBlock[]>(order.map((b) => [b, []]));
  for (const b of order) for (const t of b.successors) preds.get(found.get(t)!)!.push(b);
  // Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm
  entry.idom = entry;
  for (let changed = true; changed;) {
    changed = false;
    for (const b of order) {
      if (b === entry) continue;
      let idom: RegionBlock | null = null;
      for (const p of preds.get(b)!) {
        if (p.idom === null) continue;
        if (idom === null) { idom = p; continue; }
        let x: RegionBlock = p, y: RegionBlock = idom;
        while (x !== y) { while (x.rpo > y.rpo) x = x.idom; while (y.rpo > x.rpo) y = y.idom; }
        idom = x;
      }
      if (b.idom !== idom) { b.idom = idom!; changed = true; }
    }
  }
  const dominates = (a: RegionBlock, b: RegionBlock): boolean => { while (b.rpo > a.rpo) b = b.idom; return a === b; };
  let sound = true;
  for (const b of order) {
    b.successors = b.successors.filter((t) => {
      const next = found.get(t)!;
      if (next.rpo > b.rpo || dominates(next, b)) return true;
      sound = false;
      return false;
    });
  }
  if (!sound) return false;
  const forward = new Map<RegionBlock, number>();
  for (const b of order) for (const t of b.successors) {
    const next = found.get(t)!;
    if (next.rpo <= b.rpo) next.loop = true; else forward.set(next, (forward.get(next) ?? 0) + 1);
  }
  for (const b of order) { b.merge = (forward.get(b) ?? 0) > 1; if (b !== entry) b.idom.children.push(b); }
  return true;
}
