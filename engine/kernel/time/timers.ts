// High-resolution timers as data: a binary heap a CPU, ordered by (deadline, id); the timer's CPU takes the interrupt.
import type { Kernel } from '../contracts/kernel.ts';
import { Timer, timeOf } from './clock.ts';

/** What a kind of timer does when it expires, in interrupt context at k.now ≥ deadline. Behaviour, registered as the rooms load. */
const handlers = new Map<string, (k: Kernel, data: never) => void>();
export function timerHandler<T extends object>(kind: string, fire: (k: Kernel, data: T) => void): void {
  handlers.set(kind, fire as (k: Kernel, data: never) => void);
}

const before = (a: Timer, b: Timer): boolean => a.deadline < b.deadline || (a.deadline === b.deadline && a.id < b.id);

function up(heap: Timer[], i: number): void {
  const t = heap[i]!;
  while (i > 0) {
    const p = (i - 1) >> 1, parent = heap[p]!;
    if (!before(t, parent)) break;
    heap[i] = parent; parent.slot = i; i = p;
  }
  heap[i] = t; t.slot = i;
}
function down(heap: Timer[], i: number): void {
  const t = heap[i]!, n = heap.length;
  for (;;) {
    let c = 2 * i + 1;
    if (c >= n) break;
    if (c + 1 < n && before(heap[c + 1]!, heap[c]!)) c++;
    if (!before(heap[c]!, t)) break;
    heap[i] = heap[c]!; heap[i]!.slot = i; i = c;
  }
  heap[i] = t; t.slot = i;
}
function removeAt(heap: Timer[], i: number): Timer {
  const t = heap[i]!, last = heap.pop()!;
  if (last !== t) { heap[i] = last; last.slot = i; up(heap, i); down(heap, last.slot); }
  t.slot = -1;
  return t;
}

/** @param deadline absolute cycle. Returns the timer's id (> 0). */
export function addTimer(k: Kernel, deadline: number, kind: string, data: object, cpu = k.thisCpu): number {
  const s = timeOf(k), t = new Timer();
  t.id = s.nextTimer++; t.deadline = deadline; t.kind = kind; t.data = data; t.cpu = cpu;
  const heap = s.heaps[cpu]!;
  s.timers.set(t.id, t);
  heap.push(t);
  up(heap, heap.length - 1);
  return t.id;
}

/** False if it had expired or never was. */
export function cancelTimer(k: Kernel, id: number): boolean {
  const s = timeOf(k), t = s.timers.get(id);
  if (!t) return false;
  s.timers.delete(id);
  removeAt(s.heaps[t.cpu]!, t.slot);
  return true;
}

/** Earliest deadline on a CPU, Infinity if none. */
export function nextTimer(k: Kernel, cpu: number): number {
  const heap = timeOf(k).heaps[cpu]!;
  return heap.length ? heap[0]!.deadline : Infinity;
}

/** Runs every expired timer of a CPU, in order. Returns how many. */
export function runTimers(k: Kernel, cpu: number, now: number): number {
  const s = timeOf(k), heap = s.heaps[cpu]!;
  let n = 0;
  while (heap.length && heap[0]!.deadline <= now) {
    const t = removeAt(heap, 0);
    s.timers.delete(t.id);
    n++;
    handlers.get(t.kind)!(k, t.data as never);
  }
  return n;
}
