// The address space as programs see it: mmap, munmap, mprotect, mremap, brk, fork and faults; and that every frame comes back.
import { describe, expect, it } from 'vitest';
import { EACCES, EEXIST, EINVAL, ENOMEM } from '../../abi/errno.ts';
import { MAP_ANONYMOUS, MAP_FIXED, MAP_FIXED_NOREPLACE, MAP_GROWSDOWN, MAP_NORESERVE, MAP_PRIVATE, MAP_SHARED, MREMAP_MAYMOVE, PROT_EXEC, PROT_NONE, PROT_READ, PROT_WRITE } from '../../abi/mm-flags.ts';
import { nextBelow, seedRandom } from '../../base/random.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { handlePageFault } from './fault.ts';
import { testKernel, testTask } from './harness/kernel.ts';
import { doBrk, doMmap, doMprotect, doMremap, doMunmap } from './mmap.ts';
import { MMAP_BASE, dupMm, mmPut } from './mm.ts';
import { frameRefs } from './page-alloc.ts';
import { findEntry } from './pgtable.ts';
import { mmOf } from './state.ts';
import { buddyInfo } from './stats.ts';
import { copyFromUser, copyToUser, getUserU32, putUserU32, readUserString } from './uaccess.ts';

const RW = PROT_READ | PROT_WRITE, ANON = MAP_PRIVATE | MAP_ANONYMOUS;
const map = (k: Kernel, t: Task, pages: number, prot = RW, flags = ANON, hint = 0): number => doMmap(k, t, hint, pages * 4096, prot, flags, null, 0);
const PF_WRITE = 6, PF_READ = 4;

describe('mmap', () => {
  it('places areas top down and joins neighbours', () => {
    const { k, task } = testKernel();
    const a = map(k, task, 4), b = map(k, task, 2);
    expect(a).toBe(MMAP_BASE - 4 * 4096);
    expect(b).toBe(a - 2 * 4096);
    expect(task.mm!.vmas.length).toBe(1);
    expect(doMprotect(k, task, a, 4096, PROT_READ)).toBe(0);
    expect(task.mm!.vmas.length).toBe(3);
    expect(doMprotect(k, task, a, 4096, RW)).toBe(0);
    expect(task.mm!.vmas.length).toBe(1);
  });
  it('refuses what Linux refuses', () => {
    const { k, task } = testKernel();
    expect(doMmap(k, task, 0, 0, RW, ANON, null, 0)).toBe(-EINVAL);
    expect(doMmap(k, task, 0, 2 ** 60, RW, ANON, null, 0)).toBe(-ENOMEM);
    expect(doMmap(k, task, 12, 4096, RW, ANON | MAP_FIXED, null, 0)).toBe(-EINVAL);
    expect(doMmap(k, task, 0, 4096, RW, MAP_ANONYMOUS, null, 0)).toBe(-EINVAL);
    expect(doMmap(k, task, 0, 2 ** 40, RW, ANON, null, 0)).toBe(-ENOMEM); // overcommit
    expect(map(k, task, 2 ** 28, PROT_NONE)).toBeGreaterThan(0); // a terabyte of address space costs nothing
    expect(map(k, task, 2 ** 28, RW, ANON | MAP_NORESERVE)).toBeGreaterThan(0);
    const a = map(k, task, 1);
    expect(doMmap(k, task, a, 4096, RW, ANON | MAP_FIXED_NOREPLACE, null, 0)).toBe(-EEXIST);
    expect(doMunmap(k, task.mm!, 1, 4096)).toBe(-EINVAL);
  });
  it('reads zeros, then private pages, and faults outside', () => {
    const { k, task } = testKernel();
    const a = map(k, task, 3);
    expect(getUserU32(k, task, a)).toBe(0);
    expect(k.ram.u32[findEntry(k, task.mm!.pgd, a)]! >>> 12).toBe(mmOf(k).zeroPfn);
    expect(putUserU32(k, task, a, 7)).toBe(0);
    expect(getUserU32(k, task, a)).toBe(7);
    expect(task.mm!.rssAnon).toBe(1);
    expect(handlePageFault(k, task, a + 4096, PF_WRITE, 0)).toBe(null);
    expect(task.mm!.rssAnon).toBe(2);
    expect(handlePageFault(k, task, 0x1000, PF_READ, 0)).toMatchObject({ signo: 11, code: 1, addr: 0x1000 });
    doMprotect(k, task, a, 4096, PROT_READ);
    expect(handlePageFault(k, task, a + 5, PF_WRITE, 0)).toMatchObject({ signo: 11, code: 2, addr: a + 5 });
    doMprotect(k, task, a, 4096, PROT_NONE);
    expect(handlePageFault(k, task, a, PF_READ, 0)).toMatchObject({ signo: 11, code: 2 });
    doMprotect(k, task, a, 4096, RW);
    expect(getUserU32(k, task, a)).toBe(7);
    expect(handlePageFault(k, task, a, 20, 0)).toMatchObject({ signo: 11, code: 2 }); // fetch
    expect(doMprotect(k, task, a, 4096, PROT_READ | PROT_EXEC)).toBe(0);
    expect(handlePageFault(k, task, a, 20, 0)).toBe(null);
  });
  it('grows a stack down to its limit and no further', () => {
    const { k, task } = testKernel(64 << 20);
    const a = map(k, task, 1, RW, ANON | MAP_GROWSDOWN | MAP_FIXED, 0x10000000);
    expect(putUserU32(k, task, a - 0x100000, 1)).toBe(0);
    expect(task.mm!.vmas[0]!.start).toBe(a - 0x100000);
    expect(putUserU32(k, task, a - 0x800000, 1)).toBeLessThan(0);
  });
});

describe('mremap and brk', () => {
  it('moves pages with their contents', () => {
    const { k, task } = testKernel();
    const a = map(k, task, 2);
    map(k, task, 1, PROT_READ, ANON | MAP_FIXED, a + 2 * 4096); // in the way (replaces nothing of ours)
    putUserU32(k, task, a + 4096, 99);
    expect(doMremap(k, task, a, 2 * 4096, 4 * 4096, 0, 0)).toBe(-ENOMEM);
    const b = doMremap(k, task, a, 2 * 4096, 4 * 4096, MREMAP_MAYMOVE, 0);
    expect(b).toBeGreaterThan(0);
    expect(b).not.toBe(a);
    expect(getUserU32(k, task, b + 4096)).toBe(99);
    expect(getUserU32(k, task, a)).toBeLessThan(0);
    expect(doMremap(k, task, b, 4 * 4096, 4096, 0, 0)).toBe(b);
    expect(getUserU32(k, task, b + 4096)).toBeLessThan(0);
  });
  it('moves the break both ways', () => {
    const { k, task } = testKernel();
    task.mm!.brkStart = task.mm!.brk = 0x600000;
    expect(doBrk(k, task, 0)).toBe(0x600000);
    expect(doBrk(k, task, 0x601800)).toBe(0x601800);
    putUserU32(k, task, 0x601000, 5);
    expect(doBrk(k, task, 0x600800)).toBe(0x600800);
    expect(doBrk(k, task, 0x602000)).toBe(0x602000);
    expect(getUserU32(k, task, 0x601000)).toBe(0);
    expect(task.mm!.vmas.length).toBe(1);
  });
});

describe('fork', () => {
  it('shares private pages until one side writes', () => {
    const { k, task } = testKernel();
    const a = map(k, task, 2), s = map(k, task, 1, RW, MAP_SHARED | MAP_ANONYMOUS);
    putUserU32(k, task, a, 1);
    putUserU32(k, task, s, 10);
    const child = testTask(k, 3);
    child.mm = dupMm(k, task.mm!)!;
    const pfn = k.ram.u32[findEntry(k, task.mm!.pgd, a)]! >>> 12;
    expect(frameRefs(k, pfn)).toBe(2);
    putUserU32(k, child, a, 2);
    expect(frameRefs(k, pfn)).toBe(1);
    expect(getUserU32(k, task, a)).toBe(1);
    putUserU32(k, task, a, 3); // the last owner reuses the page
    expect(k.ram.u32[findEntry(k, task.mm!.pgd, a)]! >>> 12).toBe(pfn);
    putUserU32(k, child, s, 11);
    expect(getUserU32(k, task, s)).toBe(11);
    mmPut(k, child.mm);
  });
});

describe('user access', () => {
  it('crosses pages, ends strings, and says EFAULT', () => {
    const { k, task } = testKernel();
    const a = map(k, task, 2);
    const bytes = Uint8Array.from({ length: 100 }, (_, i) => i + 1);
    expect(copyToUser(k, task, a + 4096 - 50, bytes)).toBe(0);
    expect(copyFromUser(k, task, a + 4096 - 50, 100)).toEqual(bytes);
    copyToUser(k, task, a + 4094, Uint8Array.from([65, 66, 67, 0]));
    expect(readUserString(k, task, a + 4094)).toBe('ABC');
    expect(copyToUser(k, task, a + 2 * 4096 - 4, new Uint8Array(8))).toBe(-14);
    expect(copyFromUser(k, task, 2 ** 63, 8)).toBe(-14);
    expect(copyFromUser(k, task, 0x7ffffffff000 - 4, 8)).toBe(-14);
  });
  it('tells the CPU when the kernel writes to code', () => {
    const { k, task, cpu, flags } = testKernel();
    const a = map(k, task, 1);
    putUserU32(k, task, a, 1);
    const pfn = k.ram.u32[findEntry(k, task.mm!.pgd, a)]! >>> 12;
    flags[pfn] = 1;
    cpu.written.length = 0;
    putUserU32(k, task, a, 2);
    expect(cpu.written).toEqual([pfn]);
  });
});

it('gives every frame back, whatever was done (random operations)', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { k, task } = testKernel(8 << 20);
    const rnd = new Uint32Array(4);
    seedRandom(rnd, seed);
    const free0 = mmOf(k).freePages + 1; // the task's top table
    const prots = [PROT_NONE, PROT_READ, RW, RW, PROT_READ | PROT_EXEC];
    const base = 0x10000000;
    const model = new Map<number, number>(); // address → value written
    const mms: Task[] = [];
    for (let i = 0; i < 400; i++) {
      const at = base + nextBelow(rnd, 64) * 4096, pages = 1 + nextBelow(rnd, 8);
      const drop = (): void => { for (const va of [...model.keys()]) if (va >= at && va < at + pages * 4096) model.delete(va); };
      switch (nextBelow(rnd, 8)) {
        case 0: case 1: if (map(k, task, pages, prots[nextBelow(rnd, 5)]!, ANON | MAP_FIXED, at) !== at) throw new Error(`seed=${seed}`); drop(); break;
        case 2: doMunmap(k, task.mm!, at, pages * 4096); drop(); break;
        case 3: doMprotect(k, task, at, pages * 4096, prots[nextBelow(rnd, 5)]!); break;
        case 4: if (mms.length < 4) { const c = testTask(k, 10 + i); c.mm = dupMm(k, task.mm!); mms.push(c); } else { const c = mms.shift()!; putUserU32(k, c, at, i); mmPut(k, c.mm!); c.mm = null; } break;
        case 5: map(k, task, pages, RW, (nextBelow(rnd, 2) ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS | MAP_FIXED, at); drop(); break;
        default: if (putUserU32(k, task, at, i + 1) === 0) model.set(at, i + 1);
      }
      const vmas = task.mm!.vmas;
      for (let j = 1; j < vmas.length; j++) if (vmas[j]!.start < vmas[j - 1]!.end) throw new Error(`overlap, seed=${seed}`);
      for (const [va, value] of model) { const got = getUserU32(k, task, va); if (got !== value && got !== -14) throw new Error(`lost ${va} ${got} ${value}, seed=${seed} step ${i}`); }
    }
    for (const c of mms) mmPut(k, c.mm!);
    const mm = task.mm!;
    mmPut(k, mm);
    expect([mm.rssAnon, mm.rssFile, mm.rssShmem, mm.pageTables], `seed=${seed}`).toEqual([0, 0, 0, 0]);
    expect(mmOf(k).freePages, `seed=${seed}`).toBe(free0);
    expect(buddyInfo(k).reduce((n, blocks, order) => n + blocks * 2 ** order, 0)).toBe(free0);
  }
});
it('denies shared writable mappings of nothing and counts what is mapped', () => {
  const { k, task } = testKernel();
  map(k, task, 10);
  expect(task.mm!.totalVm).toBe(10);
  task.process.rlimits[9] = [12 * 4096, Infinity];
  expect(map(k, task, 3)).toBe(-ENOMEM);
  expect(EACCES).toBe(13);
});
