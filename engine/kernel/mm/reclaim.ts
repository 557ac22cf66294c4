// What happens when memory is short: drop clean host-backed page-cache pages, then kill the largest process (mm/oom_kill.c's rule).
import type { Kernel } from '../contracts/kernel.ts';
import type { Process } from '../contracts/task.ts';
import { kernelInfo, sendProcessSignal } from '../signal/send.ts';
import { shrinkHugeZero } from './huge-memory.ts';
import { putFrame } from './page-alloc.ts';
import { zapAnonymous } from './mm.ts';
import { mmOf } from './state.ts';

/** Frees about `want` frames; false when nothing could be freed. */
export function reclaimPages(k: Kernel, want: number): boolean {
  const s = mmOf(k);
  const before = s.freePages;
  shrinkPageCache(k, want);
  if (s.freePages === before && !shrinkHugeZero(k)) oomKill(k);
  return s.freePages > before;
}

/** Clean, unmapped pages of host-backed files, oldest mapping first; the pages can be read again. */
export function shrinkPageCache(k: Kernel, want: number): number {
  const s = mmOf(k);
  let freed = 0;
  for (const mapping of s.mappings) {
    if (!mapping.reclaimable) continue;
    for (const [index, pfn] of mapping.pages) {
      if (mapping.dirty.has(index) || s.refs[pfn] !== 1) continue;
      mapping.pages.delete(index);
      putFrame(k, pfn);
      s.pgsteal++;
      if (++freed >= want) return freed;
    }
    if (mapping.pages.size === 0) s.mappings.delete(mapping);
  }
  return freed;
}

/** SIGKILL for the process with the most resident memory; its anonymous pages go at once, as Linux's oom_reaper does. */
export function oomKill(k: Kernel): Process | null {
  const s = mmOf(k);
  let victim: Process | null = null;
  let most = -1;
  for (const process of k.processes.values()) {
    const task = process.threads.find((t) => t.mm !== null);
    if (!task?.mm || process.pid === 1) continue;
    const mm = task.mm;
    const points = mm.rssAnon + mm.rssFile + mm.rssShmem + mm.pageTables;
    if (points > most) { most = points; victim = process; }
  }
  if (victim === null) return null;
  const mm = victim.threads.find((t) => t.mm !== null)!.mm!;
  // 1 << 8 is SIGKILL's bit: do not count or signal a victim twice.
  if (!victim.groupExit && (victim.shared.setLo & 0x100) === 0) {
    s.oomKills++;
    sendProcessSignal(k, victim, kernelInfo(9));
  }
  // Not under the running task's feet: its kernel entry may be copying to pages it has prepared.
  if (k.current?.mm !== mm) zapAnonymous(k, mm);
  return victim;
}
