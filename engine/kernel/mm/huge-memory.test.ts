// Huge pages: that bytes stay where they are through every way of splitting, sharing, moving and collapsing, that every frame and table comes back, and what happens where there is no room.
import { describe, expect, it } from 'vitest';
import { EAGAIN, ENOMEM } from '../../abi/errno.ts';
import { MAP_ANONYMOUS, MAP_FIXED, MAP_PRIVATE, MREMAP_FIXED, MREMAP_MAYMOVE, PROT_NONE, PROT_READ, PROT_WRITE } from '../../abi/mm-flags.ts';
import { nextBelow, seedRandom } from '../../base/random.ts';
import { VM } from '../contracts/mm.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { testKernel, testTask } from './harness/kernel.ts';
import { hugePages, shrinkHugeZero } from './huge-memory.ts';
import { collapseRange, khugepagedTick } from './khugepaged.ts';
import { changeFlags, doBrk, doMmap, doMprotect, doMremap, doMunmap, dontNeed } from './mmap.ts';
import { dupMm, mmPut } from './mm.ts';
import { allocHuge, putHuge } from './page-alloc.ts';
import { HPAGE, findEntry, isHuge } from './pgtable.ts';
import { mmOf } from './state.ts';
import { buddyInfo } from './stats.ts';
import { getUserU32, putUserU32 } from './uaccess.ts';
import { vmaAt } from './vma.ts';

const RW = PROT_READ | PROT_WRITE, ANON = MAP_PRIVATE | MAP_ANONYMOUS, BASE = 0x40000000;
function kernel(mib = 64, thp: 'always' | 'madvise' | 'never' = 'always'): { k: Kernel; task: Task } {
  const { k, task } = testKernel(mib << 20);
  mmOf(k).thp = thp;
  return { k, task };
}
const map = (k: Kernel, t: Task, at: number, bytes: number, prot = RW): number => doMmap(k, t, at, bytes, prot, ANON | MAP_FIXED, null, 0);
const huge = (k: Kernel, t: Task, va: number): boolean => { const at = findEntry(k, t.mm!.pgd, va); return at >= 0 && isHuge(k.ram.u32[at]!); };

describe('after fork', () => {
  function family(thp: 'always' | 'never'): { k: Kernel; task: Task; child: Task } {
    const { k, task } = kernel(64, thp), child = testTask(k, 3);
    map(k, task, BASE, HPAGE);
    putUserU32(k, task, BASE, 1);
    mmOf(k).thp = 'always';
    child.mm = dupMm(k, task.mm!);
    return { k, task, child };
  }
  it('a huge page that was protected and is writable again is still the other one’s', () => {
    const { k, task, child } = family('always');
    doMprotect(k, child, BASE, HPAGE, PROT_READ);
    doMprotect(k, child, BASE, HPAGE, RW);
    putUserU32(k, child, BASE, 2);
    expect([getUserU32(k, task, BASE), getUserU32(k, child, BASE)]).toEqual([1, 2]);
    expect([huge(k, task, BASE), huge(k, child, BASE)]).toEqual([true, false]);
  });
  it('what two have is not collapsed for one', () => {
    const { k, task, child } = family('never');
    const collapse = (t: Task): number => collapseRange(k, t.mm!, vmaAt(t.mm!, BASE)!, BASE, BASE + HPAGE);
    expect(collapse(child)).toBe(-EAGAIN);
    mmPut(k, child.mm!);
    child.mm = null;
    expect(collapse(task)).toBe(0);
    expect(getUserU32(k, task, BASE)).toBe(1);
  });
});

describe('an anonymous area', () => {
  it('gets huge pages where they fit and where they are wanted', () => {
    const { k, task } = kernel();
    map(k, task, BASE - 4096, 2 * HPAGE);
    for (const va of [BASE - 4096, BASE, BASE + HPAGE]) expect(putUserU32(k, task, va, 1)).toBe(0);
    expect([BASE - 4096, BASE, BASE + HPAGE].map((va) => huge(k, task, va))).toEqual([false, true, false]);
    expect([hugePages(task.mm!), task.mm!.rssAnon]).toEqual([512, 514]);
    for (const thp of ['madvise', 'never'] as const) {
      const other = kernel(64, thp);
      map(other.k, other.task, BASE, 2 * HPAGE);
      changeFlags(other.k, other.task.mm!, BASE, BASE + HPAGE, VM.HUGEPAGE, 0);
      for (const va of [BASE, BASE + HPAGE]) putUserU32(other.k, other.task, va, 1);
      expect([BASE, BASE + HPAGE].map((va) => huge(other.k, other.task, va))).toEqual([thp === 'madvise', false]);
    }
  });
  it('has small pages when there is no block for a huge one', () => {
    const { k, task } = kernel(16);
    const blocks = [];
    for (let pfn = allocHuge(k); pfn >= 0; pfn = allocHuge(k)) blocks.push(pfn);
    map(k, task, BASE, HPAGE);
    expect(getUserU32(k, task, BASE + 4096)).toBe(0);
    expect(putUserU32(k, task, BASE, 1)).toBe(0);
    expect(huge(k, task, BASE)).toBe(false);
    expect(mmOf(k).thpFaultFallback).toBeGreaterThan(0);
    expect(putUserU32(k, task, BASE + 8192, 5)).toBe(0);
    expect(collapseRange(k, task.mm!, vmaAt(task.mm!, BASE)!, BASE, BASE + HPAGE)).toBe(-ENOMEM);
    for (const pfn of blocks) putHuge(k, pfn);
    expect(collapseRange(k, task.mm!, vmaAt(task.mm!, BASE)!, BASE, BASE + HPAGE)).toBe(0);
    expect([huge(k, task, BASE), getUserU32(k, task, BASE), getUserU32(k, task, BASE + 8192)]).toEqual([true, 1, 5]);
  });
  it('is collapsed by khugepaged when it has slept, a part at a time', () => {
    const { k, task } = kernel(64, 'never');
    map(k, task, BASE, 12 * HPAGE);
    for (let i = 0; i < 12; i++) putUserU32(k, task, BASE + i * HPAGE + 4096 * i, i);
    mmOf(k).thp = 'always';
    khugepagedTick(k);
    expect(hugePages(task.mm!)).toBe(8 * 512); // 4,096 pages are looked at
    khugepagedTick(k);
    expect(hugePages(task.mm!)).toBe(8 * 512); // asleep
    k.now += 11e9;
    khugepagedTick(k);
    expect(hugePages(task.mm!)).toBe(12 * 512);
    for (let i = 0; i < 12; i++) expect(getUserU32(k, task, BASE + i * HPAGE + 4096 * i)).toBe(i);
    expect([mmOf(k).pagesCollapsed, mmOf(k).fullScans]).toEqual([12, 1]);
  });
});

it('keeps every byte and gives every frame back, whatever was done (random operations)', () => {
  const seen = { huge: 0, split: 0, collapsed: 0, fallback: 0 };
  for (let seed = 1; seed <= 30; seed++) {
    const { k, task } = kernel(24), rnd = new Uint32Array(4), s = mmOf(k), say = `seed=${seed}`;
    seedRandom(rnd, seed);
    const free0 = s.freePages + 1, pick = (n: number): number => nextBelow(rnd, n); // the task's top table
    const model = new Map<number, number>(), children: { task: Task; model: Map<number, number> }[] = [];
    task.mm!.brkStart = task.mm!.brk = BASE + 32 * HPAGE + 4096;
    for (let i = 0; i < 300; i++) {
      // Mostly whole huge pages, sometimes pages
      const whole = pick(3) > 0, at = BASE + pick(6) * HPAGE + (whole ? 0 : pick(512) * 4096), bytes = whole ? (1 + pick(2)) * HPAGE : (1 + pick(700)) * 4096, mm = task.mm!;
      const forget = (from: number, to: number): void => { for (const va of [...model.keys()]) if (va >= from && va < to) model.delete(va); };
      switch (pick(12)) {
        case 0: case 1: if (map(k, task, at, bytes) !== at) throw new Error(say); forget(at, at + bytes); break;
        case 2: doMunmap(k, mm, at, bytes); forget(at, at + bytes); break;
        case 3: doMprotect(k, task, at, bytes, [PROT_NONE, PROT_READ, RW, RW][pick(4)]!); break;
        case 4: dontNeed(k, mm, at, at + bytes); for (const va of [...model.keys()]) if (va >= at && va < at + bytes) model.set(va, 0); break;
        case 5: {
          if (children.length < 3) { const c = testTask(k, 10 + i); c.mm = dupMm(k, mm); children.push({ task: c, model: new Map(model) }); break; }
          const c = children.shift()!;
          for (const [va, v] of c.model) { const got = getUserU32(k, c.task, va); if (got !== v && got !== -14) throw new Error(`child lost ${va.toString(16)}: ${got}, not ${v}, ${say} step ${i}`); }
          mmPut(k, c.task.mm!);
          c.task.mm = null;
          break;
        }
        case 6: {
          const to = BASE + (8 + pick(6)) * HPAGE + (pick(2) ? 0 : 4096 * pick(100)), n = Math.min(bytes, 2 * HPAGE);
          if (doMremap(k, task, at, n, n, MREMAP_MAYMOVE | MREMAP_FIXED, to) !== to) break;
          const moved = [...model].filter(([va]) => va >= at && va < at + n);
          forget(at, at + n);
          forget(to, to + n);
          for (const [va, v] of moved) model.set(va - at + to, v);
          break;
        }
        case 7: for (const vma of mm.vmas.slice()) if (vma.start >= BASE) collapseRange(k, mm, vma, vma.start, vma.end); break;
        case 8: { const brk = mm.brkStart + pick(3 * 512) * 4096; if (doBrk(k, task, brk) === brk) forget(brk, BASE + 64 * HPAGE); break; }
        default: {
          const c = children.length > 0 && pick(3) === 0 ? children[pick(children.length)]! : { task, model }, va = (pick(8) === 0 ? mm.brkStart : at) + 4096 * 170 * pick(4);
          if (putUserU32(k, c.task, va, i + 1) === 0) c.model.set(va, i + 1);
        }
      }
      for (const [va, v] of model) { const got = getUserU32(k, task, va); if (got !== v && got !== -14) throw new Error(`lost ${va.toString(16)}: ${got}, not ${v}, ${say} step ${i}`); }
      if (task.mm!.rssAnon < 512 * task.mm!.hugePmds || task.mm!.deposited.length < task.mm!.hugePmds) throw new Error(`counts, ${say} step ${i}`);
    }
    seen.huge += s.thpFaultAlloc; seen.split += s.thpSplitPmd; seen.collapsed += s.thpCollapseAlloc; seen.fallback += s.thpFaultFallback;
    for (const c of children) mmPut(k, c.task.mm!);
    const mm = task.mm!;
    mmPut(k, mm);
    expect([mm.rssAnon, mm.rssFile, mm.rssShmem, mm.pageTables, mm.hugePmds, mm.deposited.length], say).toEqual([0, 0, 0, 0, 0, 0]);
    expect(s.hugeZeroPfn === 0 || shrinkHugeZero(k), say).toBe(true);
    expect(s.freePages, say).toBe(free0);
    expect(buddyInfo(k).reduce((n, blocks, order) => n + blocks * 2 ** order, 0)).toBe(free0);
  }
  for (const n of Object.values(seen)) expect(n, JSON.stringify(seen)).toBeGreaterThan(0);
});
