// The page cache: read and write through it, drop it on truncate, keep mapped pages and read/write the same bytes (mm/filemap.c).
import { ENOSPC } from '../../abi/errno.ts';
import type { Pfn } from '../../base/brand.ts';
import { COST } from '../../clock/costs.ts';
import { AddressSpace } from '../contracts/mm.ts';
import type { Inode, UserBuffer } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Mm } from '../contracts/mm.ts';
import { charge } from '../entry/charge.ts';
import { putFrame } from './page-alloc.ts';
import { shrinkPageCache } from './reclaim.ts';
import { PAGE, clearPte, flushRange, forEachPte } from './pgtable.ts';
import { mmOf } from './state.ts';
import { UserRange } from './user-buffer.ts';

const scratch = new Uint8Array(PAGE);
/** Pages read at once around a miss: one aligned window of the host's chunk size. */
const READAHEAD = 16;

/** The page cache of an inode, made when first asked for. */
export function mappingOf(inode: Inode): AddressSpace {
  if (inode.mapping === null) {
    inode.mapping = new AddressSpace();
    inode.mapping.inode = inode;
  }
  return inode.mapping;
}

/** Whether the last cachePage() had to read from the device behind. */
export let lastWasMajor = false;

/** The frame of one page of a file: from the cache, else filled by the file system. −errno on error. Takes no reference. */
export function cachePage(k: Kernel, inode: Inode, index: number, forWrite: boolean): Pfn {
  lastWasMajor = false;
  const mapping = inode.mapping;
  if (mapping !== null) {
    const pfn = mapping.pages.get(index);
    if (pfn !== undefined && (!forWrite || mapping.dirty.has(index))) return pfn;
    if (pfn !== undefined) {
      const own = inode.getPage(k, index, true);
      if (own >= 0) inode.mapping!.dirty.add(index);
      return own;
    }
  }
  const pfn = inode.getPage(k, index, forWrite);
  if (pfn < 0) return pfn;
  const now = mappingOf(inode);
  mmOf(k).mappings.add(now);
  if (forWrite) now.dirty.add(index);
  if (now.reclaimable && !now.dirty.has(index)) {
    lastWasMajor = true;
    charge(k, COST.majorFaultPage);
    const last = Math.min(Math.ceil(inode.size / PAGE), (Math.floor(index / READAHEAD) + 1) * READAHEAD);
    // Read ahead while there is room: never at the price of reclaim.
    if (mmOf(k).freePages > 1024) {
      for (let i = Math.floor(index / READAHEAD) * READAHEAD; i < last; i++) if (!now.pages.has(i) && inode.getPage(k, i, false) < 0) break;
    }
  }
  return pfn;
}

/** Bytes of a file that are in memory already, or null where one would have to be read: it looks and changes nothing (law 6). */
export function cachedBytes(k: Kernel, inode: Inode, offset: number, length: number): Uint8Array | null {
  const end = Math.min(inode.size, offset + length), mapping = inode.mapping;
  if (mapping === null || !(end > offset)) return null;
  const out = new Uint8Array(end - offset);
  for (let at = offset; at < end;) {
    const pfn = mapping.pages.get(Math.floor(at / PAGE)), n = Math.min(PAGE - (at % PAGE), end - at);
    if (pfn !== undefined) out.set(k.ram.u8.subarray(pfn * PAGE + (at % PAGE), pfn * PAGE + (at % PAGE) + n), at - offset);
    else if (mapping.reclaimable) return null; // it would come from the host; elsewhere what is not there is a hole
    at += n;
  }
  return out;
}

/** Bytes read into buf at bufAt: short at end of file, 0 behind it. */
export function filemapRead(k: Kernel, inode: Inode, buf: UserBuffer, bufAt: number, pos: number, len: number): number {
  const end = Math.min(inode.size, pos + len);
  let done = 0;
  while (pos + done < end) {
    const at = pos + done;
    const offset = at & (PAGE - 1);
    const n = Math.min(PAGE - offset, end - at);
    const pfn = cachePage(k, inode, Math.floor(at / PAGE), false);
    if (pfn < 0) return done > 0 ? done : pfn;
    buf.put(bufAt + done, k.ram.u8, pfn * PAGE + offset, n);
    done += n;
  }
  return done;
}

/**
 * What is written stays in memory, so files may not take all of it: a new page is refused (ENOSPC) when less than an eighth of RAM is
 * left after clean pages have gone. Otherwise a program that writes without end would have the OOM killer take its neighbours.
 */
function roomFor(k: Kernel, inode: Inode, index: number): boolean {
  const s = mmOf(k), least = s.frames >>> 3;
  if (s.freePages > least || inode.mapping?.pages.has(index) === true) return true;
  shrinkPageCache(k, 1024);
  return s.freePages > least;
}

/** Writes through the cache and extends inode.size; the caller checks limits and sets times. */
export function filemapWrite(k: Kernel, inode: Inode, buf: UserBuffer, bufAt: number, pos: number, len: number): number {
  let done = 0;
  while (done < len) {
    const at = pos + done;
    const offset = at & (PAGE - 1);
    const n = Math.min(PAGE - offset, len - done);
    if (!roomFor(k, inode, Math.floor(at / PAGE))) return done > 0 ? done : -ENOSPC;
    const pfn = cachePage(k, inode, Math.floor(at / PAGE), true);
    if (pfn < 0) return done > 0 ? done : pfn;
    if (buf instanceof UserRange) buf.copyToRam(bufAt + done, pfn * PAGE + offset, n);
    else {
      buf.get(bufAt + done, scratch, 0, n);
      k.ram.write(pfn * PAGE + offset, scratch, 0, n);
    }
    done += n;
    if (at + n > inode.size) inode.size = at + n;
  }
  return done;
}

/**
 * Drops cached pages from index on (truncate, last close of an unlinked file) and every mapping of them. The caller sets
 * inode.size; the rest of a partial last page is zeroed here when keepBytes says how much of page fromIndex − 1 stays.
 */
export function dropPages(k: Kernel, inode: Inode, fromIndex: number, keepBytes = PAGE): void {
  const mapping = inode.mapping;
  if (mapping === null) return;
  if (keepBytes < PAGE && fromIndex > 0) {
    const pfn = mapping.pages.get(fromIndex - 1);
    if (pfn !== undefined) k.ram.fill(pfn * PAGE + keepBytes, 0, PAGE - keepBytes);
  }
  unmapMapping(k, mapping, fromIndex, Infinity);
  for (const [index, pfn] of mapping.pages) {
    if (index < fromIndex) continue;
    mapping.pages.delete(index);
    mapping.dirty.delete(index);
    putFrame(k, pfn);
  }
  if (mapping.pages.size === 0) mmOf(k).mappings.delete(mapping);
}

/** unmap_mapping_range with even_cows: takes pages [from, to) of a file out of every address space, private copies too (truncate). */
function unmapMapping(k: Kernel, mapping: AddressSpace, from: number, to: number): void {
  const seen = new Set<Mm>();
  for (const task of k.tasks.values()) {
    const mm = task.mm;
    if (mm === null || seen.has(mm)) continue;
    seen.add(mm);
    for (const vma of mm.vmas) {
      if (vma.file === null || vma.file.inode.mapping !== mapping) continue;
      const pages = (vma.end - vma.start) / PAGE;
      const first = Math.max(0, from - vma.pgoff), last = Math.min(pages, to - vma.pgoff);
      if (first >= last) continue;
      let n = 0;
      const start = vma.start + first * PAGE, end = vma.start + last * PAGE;
      forEachPte(k, mm.pgd, start, end, (at) => { if (clearPte(k, mm, at)) n++; });
      if (n > 0) flushRange(k, mm, start, end);
    }
  }
}
