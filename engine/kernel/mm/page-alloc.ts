// The buddy allocator and the frame reference counts (Documentation/mm/physical_memory.rst). Deterministic: last freed, first given.
import { assert } from '../../base/assert.ts';
import type { Pfn } from '../../base/brand.ts';
import { COST } from '../../clock/costs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import { charge } from '../entry/charge.ts';
import { MAX_ORDER, mmOf } from './state.ts';
import type { MmState } from './state.ts';

/** Frames that only the kernel itself may take, so that a full machine can still kill and clean up. */
const MIN_FREE = 64;

/** What frees memory when it is short; mm/reclaim.ts. Installed by mm/init.ts, so that the allocator imports nothing above it. */
let reclaimPages: (k: Kernel, want: number) => boolean = () => false;
export function setReclaim(f: (k: Kernel, want: number) => boolean): void { reclaimPages = f; }

export function pushFree(s: MmState, pfn: Pfn, order: number): void {
  const head = s.freeHead[order]!;
  s.next[pfn] = head;
  s.prev[pfn] = -1;
  if (head >= 0) s.prev[head] = pfn;
  s.freeHead[order] = pfn;
  s.freeOrder[pfn] = order + 1;
  s.freeBlocks[order]!++;
  s.freePages += 1 << order;
}

function takeFree(s: MmState, pfn: Pfn, order: number): void {
  const next = s.next[pfn]!, prev = s.prev[pfn]!;
  if (prev >= 0) s.next[prev] = next; else s.freeHead[order] = next;
  if (next >= 0) s.prev[next] = prev;
  s.freeOrder[pfn] = 0;
  s.freeBlocks[order]!--;
  s.freePages -= 1 << order;
}

/** The next block that has never been given out; −1 if all have. */
function takeFresh(s: MmState): Pfn {
  const [pfn, end] = s.fresh;
  if (pfn === end) return -1;
  s.fresh = [pfn + (1 << MAX_ORDER), end];
  s.freeBlocks[MAX_ORDER]!--;
  s.freePages -= 1 << MAX_ORDER;
  return pfn;
}

function allocBlock(s: MmState, order: number): Pfn {
  let o = order;
  while (o <= MAX_ORDER && s.freeHead[o]! < 0) o++;
  const pfn = o <= MAX_ORDER ? s.freeHead[o]! : takeFresh(s);
  if (pfn < 0) return -1;
  if (o <= MAX_ORDER) takeFree(s, pfn, o); else o = MAX_ORDER;
  while (o > order) {
    o--;
    pushFree(s, pfn + (1 << o), o);
  }
  return pfn;
}

function freeBlock(s: MmState, pfn: Pfn, order: number): void {
  while (order < MAX_ORDER) {
    const buddy = pfn ^ (1 << order);
    if (buddy >= s.frames || s.freeOrder[buddy] !== order + 1) break;
    takeFree(s, buddy, order);
    if (buddy < pfn) pfn = buddy;
    order++;
  }
  pushFree(s, pfn, order);
}

/** The first frame in use from pfn on, or the number of frames; free blocks are passed at a step. */
export function nextUsed(s: MmState, pfn: Pfn): Pfn {
  for (;;) {
    if (pfn === s.fresh[0]) pfn = s.fresh[1];
    if (pfn >= s.frames || s.refs[pfn] !== 0) return pfn;
    const order = s.freeOrder[pfn]!;
    pfn += order === 0 ? 1 : 1 << (order - 1);
  }
}

/**
 * One frame with reference count 1, zeroed unless {zero: false}; −1 when memory is out even after reclaim and an OOM kill.
 * {user: true}: a page a program asked for, refused while only the kernel's reserve is left.
 */
export function allocFrame(k: Kernel, options?: { zero?: boolean; user?: boolean }): Pfn {
  const s = mmOf(k);
  if (s.freePages <= MIN_FREE && options?.user) {
    if (!reclaimPages(k, 256) || s.freePages <= MIN_FREE) return -1;
  } else if (s.freePages === 0 && !reclaimPages(k, 64)) return -1;
  const pfn = allocBlock(s, 0);
  if (pfn < 0) return -1;
  assert(s.refs[pfn] === 0, 'a free frame has no references');
  s.refs[pfn] = 1;
  s.pgalloc++;
  if (options?.zero !== false) {
    if (s.given[pfn] !== 0) k.ram.zeroFrame(pfn);
    charge(k, COST.zeroPage);
  }
  s.given[pfn] = 1;
  return pfn;
}

/** Frames of a page of 2 MiB (HPAGE_PMD_NR), and the order of their block. */
export const HUGE_FRAMES = 512, HUGE_ORDER = 9;

/** The first of 512 frames in a row, each zeroed and with reference count 1; −1 when there is no such block to spare: nothing is reclaimed for it (GFP_TRANSHUGE_LIGHT). */
export function allocHuge(k: Kernel): Pfn {
  const s = mmOf(k);
  if (s.freePages < HUGE_FRAMES + (s.frames >>> 6)) return -1;
  const pfn = allocBlock(s, HUGE_ORDER);
  if (pfn < 0) return -1;
  for (let p = pfn; p < pfn + HUGE_FRAMES; p++) {
    if (s.given[p] !== 0) k.ram.zeroFrame(p);
    s.given[p] = s.refs[p] = 1;
  }
  s.pgalloc += HUGE_FRAMES;
  charge(k, COST.zeroPage * HUGE_FRAMES);
  return pfn;
}
/** One reference more to each of the frames. */
export function getHuge(k: Kernel, pfn: Pfn): void {
  const { refs } = mmOf(k);
  for (let p = pfn; p < pfn + HUGE_FRAMES; p++) refs[p]!++;
}
/** One reference less to each; what nobody has then is free, in one block where it is all of them. */
export function putHuge(k: Kernel, pfn: Pfn): void {
  const s = mmOf(k), { refs } = s;
  let used = 0;
  for (let p = pfn; p < pfn + HUGE_FRAMES; p++) if (--refs[p]! > 0) used++;
  s.pgfree += HUGE_FRAMES - used;
  if (used === 0) freeBlock(s, pfn, HUGE_ORDER);
  else for (let p = pfn; p < pfn + HUGE_FRAMES; p++) if (refs[p] === 0) freeBlock(s, p, 0);
}
/** Whether each of the frames has one reference alone. */
export function onlyHuge(k: Kernel, pfn: Pfn): boolean {
  const { refs } = mmOf(k);
  for (let p = pfn; p < pfn + HUGE_FRAMES; p++) if (refs[p] !== 1) return false;
  return true;
}

export function getFrame(k: Kernel, pfn: Pfn): void {
  const refs = mmOf(k).refs;
  assert(refs[pfn]! > 0, 'a frame that is taken again is in use');
  refs[pfn]!++;
}

export function putFrame(k: Kernel, pfn: Pfn): void {
  const s = mmOf(k);
  const refs = --s.refs[pfn]!;
  assert(refs >= 0, 'a frame is given back once');
  if (refs === 0) {
    s.pgfree++;
    freeBlock(s, pfn, 0);
  }
}

export function frameRefs(k: Kernel, pfn: Pfn): number { return mmOf(k).refs[pfn]!; }
