// Where a woken task goes and how CPUs share the load: idle CPUs first, caches kept warm, pulls when one runs dry or at a tick.
import { nextBelow } from '../../base/random.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { IPI, PHASE, cpuOf, entryOf } from '../entry/state.ts';
import { sendIpi } from '../irq/ipi.ts';
import { saveLag } from './eevdf.ts';
import type { RunQueue } from './state.ts';
import { isIdleTask, isRt, nrRunning, rqOf, schedOf } from './state.ts';

const allowed = (task: Task, cpu: number): boolean => (task.se.cpusAllowed & (1 << cpu)) !== 0;
function isIdle(k: Kernel, cpu: number): boolean {
  const cs = cpuOf(k, cpu), rq = rqOf(k, cpu);
  if (cs.phase !== PHASE.IDLE || rq.fair.length + rq.rt.length > 0) return false;
  for (const ipi of cs.ipis) if (ipi.task) return false; // somebody is on the way
  return true;
}
const load = (k: Kernel, cpu: number): number => {
  let n = nrRunning(k, rqOf(k, cpu));
  for (const ipi of cpuOf(k, cpu).ipis) if (ipi.task) n++;
  return n;
};

/** select_task_rq(): for a wake-up the last CPU if idle, else an idle one, else the last; for fork the least loaded. */
export function selectCpu(k: Kernel, task: Task, isNew: boolean): number {
  const n = entryOf(k).cpus.length;
  if (n === 1) return 0;
  const here = k.thisCpu;
  if (k.config.chaosSeed !== 0 && nextBelow(schedOf(k).chaos, 3) === 0) {
    const c = nextBelow(schedOf(k).chaos, n);
    if (allowed(task, c)) return c;
  }
  const prev = isNew ? here : task.cpu;
  if (allowed(task, prev) && isIdle(k, prev)) return prev;
  for (let i = 0; i < n; i++) { // from its neighbour upwards, so that equals spread out
    const c = (prev + 1 + i) % n;
    if (allowed(task, c) && isIdle(k, c)) return c;
  }
  let best = -1, bestLoad = Infinity;
  for (let i = 0; i < n; i++) {
    const c = (prev + i) % n;
    if (!allowed(task, c)) continue;
    const l = load(k, c);
    if (l < bestLoad && (best < 0 || isNew || l < bestLoad - 1)) { best = c; bestLoad = l; }
  }
  return best < 0 ? prev : best;
}

/** Takes one waiting task that may run on `to` from the busiest queue; true if it did. */
function pull(k: Kernel, to: number, margin: number): boolean {
  const n = entryOf(k).cpus.length, mine = nrRunning(k, rqOf(k, to));
  let busiest: RunQueue | null = null, most = mine + margin - 1;
  for (let i = 1; i < n; i++) {
    const rq = rqOf(k, (to + i) % n), nr = nrRunning(k, rq);
    if (nr > most && rq.fair.length + rq.rt.length > 0) { most = nr; busiest = rq; }
  }
  if (!busiest) return false;
  for (const list of [busiest.rt, busiest.fair]) {
    for (let i = 0; i < list.length; i++) {
      const t = list[i]!;
      if (!allowed(t, to)) continue;
      const rq = rqOf(k, to);
      if (!isRt(t.se)) {
        saveLag(k, busiest, t.se);
        t.se.vruntime = rq.minVruntime - t.se.vlag;
        t.se.deadline = t.se.vruntime + (t.se.slice * 1024) / t.se.weight;
      }
      list.splice(i, 1);
      t.cpu = to;
      if (isRt(t.se)) {
        let j = 0;
        while (j < rq.rt.length && rq.rt[j]!.se.rtPriority >= t.se.rtPriority) j++;
        rq.rt.splice(j, 0, t);
      } else rq.fair.push(t);
      return true;
    }
  }
  return false;
}

/** newidle_balance(): the CPU is about to idle. */
export function newIdleBalance(k: Kernel, cpu: number): boolean {
  return entryOf(k).cpus.length > 1 && pull(k, cpu, 1);
}

/** At each tick of a busy CPU: pull if another has two more, and wake an idle CPU when tasks wait here (nohz kick). */
export function tickBalance(k: Kernel, cpu: number): void {
  const cpus = entryOf(k).cpus, n = cpus.length;
  if (n === 1) return;
  const rq = rqOf(k, cpu);
  if (rq.fair.length + rq.rt.length > 0) {
    for (let i = 1; i < n; i++) {
      const c = (cpu + i) % n;
      if (!isIdle(k, c) || !isIdleTask(cpus[c]!.task)) continue;
      if (!rq.fair.some((t) => allowed(t, c)) && !rq.rt.some((t) => allowed(t, c))) continue;
      sendIpi(k, c, IPI.resched, null);
      break;
    }
  }
  pull(k, cpu, 2);
}
