// What recording and replaying share: the machine's configuration, the digests along the way, and the close.
import type { Pfn } from '../engine/base/brand.ts';
import type { Machine } from '../engine/boot/machine.ts';
import { DIGEST_WORDS, digestHex, digestWords, mixWords, newDigest } from '../engine/events/digest.ts';
import type { TraceControl } from '../engine/events/emitter.ts';
import type { DigestRecord, OpenCall } from '../engine/events/format.ts';
import { changedFiles } from '../engine/kernel/fs/upper.ts';
import type { ChangedFile } from '../engine/kernel/fs/upper.ts';
import { nextUsed } from '../engine/kernel/mm/page-alloc.ts';
import { mmOf } from '../engine/kernel/mm/state.ts';
import { CTX_SIZE } from '../engine/machine/hardware.ts';

/** Virtual time between two entries of digests.bin, and the length of a slice: host events are looked at between slices. */
export const DIGEST_INTERVAL_CYCLES = 100_000_000;
export const SLICE_CYCLES = 10_000_000;

/** Registers of every CPU, the saved ones of every task, the kernel's counters, and at the end every frame in use. */
export function stateDigest(machine: Machine, withRam: boolean): Uint32Array {
  const k = machine.kernel, d = newDigest(), p = machine.processor;
  const counters: number[] = [machine.now, k.forks, k.contextSwitches, k.nextPid, k.nextUtid, k.nextUpid, k.tasks.size, mmOf(k).freePages, ...k.random];
  for (let cpu = 0; cpu < p.cpus; cpu++) {
    mixWords(d, p.regs(cpu).u32, 0, CTX_SIZE / 4);
    counters.push(p.now(cpu), p.counters(cpu).instructions);
  }
  for (const t of k.tasks.values()) counters.push(t.pid, t.utime, t.stime);
  const words = new Uint32Array(Float64Array.from(counters).buffer);
  digestWords(d, words, 0, words.length);
  if (withRam) {
    const mm = mmOf(k), used: Pfn[] = [];
    for (let pfn = nextUsed(mm, 0); pfn < k.ram.frames; pfn = nextUsed(mm, pfn + 1)) used.push(pfn);
    p.mixFrames(d, used);
  }
  return d;
}

/** Takes a digest whenever a slice ends in a new interval; the same slices give the same records while recording and replaying. */
export class DigestClock {
  interval = 0;
  private readonly machine: Machine;
  private readonly control: TraceControl;
  constructor(machine: Machine, control: TraceControl) { this.machine = machine; this.control = control; }
  due(): DigestRecord | null {
    const n = Math.floor(this.machine.now / DIGEST_INTERVAL_CYCLES);
    if (n === this.interval) return null;
    this.interval = n;
    return this.record(false);
  }
  record(last: boolean): DigestRecord & { stateHex: string } {
    const state = stateDigest(this.machine, last);
    return { cycle: this.machine.now, seq: this.control.trace.lastSeq, events: this.control.digest().slice(0, DIGEST_WORDS), state: state.slice(0, 4), last, stateHex: digestHex(state) };
  }
}

export function openCalls(machine: Machine): OpenCall[] {
  const calls: OpenCall[] = [];
  for (const t of machine.kernel.tasks.values()) {
    const s = t.syscall;
    if (s.nr < 0) continue;
    calls.push({ seq: s.enterSeq, ts: s.enterTs, cpu: t.cpu, utid: t.utid, tid: t.pid, nr: s.nr, args: [...s.args], wchan: t.wchan });
  }
  return calls;
}

/** Closes the machine: rows of what is still open, and what the guest changed. Both sides do it in the same order: it may ask the host. */
export function finish(machine: Machine): ChangedFile[] {
  machine.close();
  return changedFiles(machine.kernel);
}
