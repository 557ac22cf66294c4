// The mem_counter rows: memory of the running task at its ticks and its end, of the machine at CPU 0's ticks; only what changed.
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { hugePages } from './huge-memory.ts';
import { memInfo } from './stats.ts';
import { mmOf } from './state.ts';

const TASK_COUNTERS = ['rss_anon', 'rss_file', 'rss_shmem', 'total_vm', 'anon_huge'] as const;
const MACHINE_COUNTERS = ['free', 'cached', 'dirty', 'anon', 'slab', 'page_tables', 'shmem', 'available', 'total', 'anon_huge'] as const;

function emit(k: Kernel, utid: number, name: string, upid: number, pages: number): void {
  const t = k.trace.mem_counter;
  const row = t.begin(k.now, k.thisCpu, utid);
  t.set.name(row, name);
  if (upid >= 0) t.set.upid(row, upid);
  t.set.value(row, pages * 4);
  t.end(row);
}

/** A task's counters: at its ticks, at exec and before its address space goes. */
export function taskCounters(k: Kernel, task: Task): void {
  const mm = task.mm;
  if (mm === null) return;
  const now = [mm.rssAnon, mm.rssFile, mm.rssShmem, mm.totalVm, hugePages(mm)];
  for (let i = 0; i < now.length; i++) {
    if (now[i] === mm.traced[i]) continue;
    mm.traced[i] = now[i]!;
    emit(k, task.utid, TASK_COUNTERS[i]!, task.process.upid, now[i]!);
  }
}

function machineCounters(k: Kernel, utid: number): void {
  const s = mmOf(k), m = memInfo(k);
  const now = [m.free, m.cached, m.dirty, m.anon, 0, m.pageTables, m.shmem, m.available, m.total, m.anonHuge];
  for (let i = 0; i < now.length; i++) {
    if (now[i] === s.traced[i]) continue;
    s.traced[i] = now[i]!;
    emit(k, utid, MACHINE_COUNTERS[i]!, -1, now[i]!);
  }
}

/** From the timer tick of a CPU. */
export function memTick(k: Kernel, task: Task, cpu: number): void {
  taskCounters(k, task);
  if (cpu === 0) machineCounters(k, task.utid);
}

/** At the close of a recording that saw no tick: the machine's counters once. */
export function memClose(k: Kernel): void {
  if (mmOf(k).traced.every((v) => v === 0)) machineCounters(k, 0);
}
