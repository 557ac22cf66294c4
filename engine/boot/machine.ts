// Builds the whole machine and runs it: the only place that knows every room. The tracer calls run() slice by slice.
import { CPU_LEVELS } from '../abi/cpu-models.ts';
import type { CpuLevel } from '../abi/cpu-models.ts';
import { assert } from '../base/assert.ts';
import { seedRandom } from '../base/random.ts';
import { external } from '../base/state.ts';
import { restore, snapshot } from '../base/snapshot.ts';
import { FRAME_FLAGS, FRAME_FLAGS_SIZE, RAM_BASE } from '../cpu/layout.ts';
import { createMemory } from '../cpu/memory.ts';
import { createProcessor } from '../cpu/processor.ts';
import type { Meter } from '../cpu/processor.ts';
import type { Trace } from '../events/trace.ts';
import type { Host, HostInput } from '../host/door.ts';
import { Kernel } from '../kernel/contracts/kernel.ts';
import type { KernelConfig } from '../kernel/contracts/kernel.ts';
import type { Sampler } from '../kernel/contracts/syscall-entry.ts';
import { TASK } from '../kernel/contracts/task.ts';
import { allIdle, machineNow, nextMachineEvent, runLoop } from '../kernel/entry/loop.ts';
import { AFTER, CpuState, EntryState, PHASE, entryOf } from '../kernel/entry/state.ts';
import { attachConsole } from '../kernel/tty/console.ts';
import { deliverHostInput, hostSignalGroup, openHostStreams, waitsForHost } from '../kernel/fs/host-stream.ts';
import { mountRoot } from '../kernel/fs/init.ts';
import { initIrq, irqOf } from '../kernel/irq/state.ts';
import { initMm } from '../kernel/mm/init.ts';
import { nextUsed } from '../kernel/mm/page-alloc.ts';
import { mmOf } from '../kernel/mm/state.ts';
import { execFailure, spawnInit, spawnProgram } from '../kernel/process/create.ts';
import { closeProcessRows } from '../kernel/process/trace-rows.ts';
import { initVdso } from '../kernel/process/vdso.ts';
import { initSched } from '../kernel/sched/fork.ts';
import { memClose } from '../kernel/mm/counters.ts';
import { emitCpuCounters } from '../kernel/sched/stats.ts';
import { closeThreadState } from '../kernel/sched/thread-state.ts';
import type { Rlimits } from '../kernel/process/rlimit.ts';
import { kernelInfo, sendGroupSignal } from '../kernel/signal/send.ts';
import { initTime } from '../kernel/time/clock.ts';
import { GuestRam } from '../machine/ram.ts';
import type { Processor } from '../machine/hardware.ts';
import type { CodeStore } from '../machine/kept-code.ts';
import { createDispatch } from '../syscalls/dispatch.ts';
import type { Dispatch } from '../syscalls/dispatch.ts';

export interface ProgramConfig {
  /** Guest path, already looked up in PATH by the caller. Byte strings, as everything here. */
  path: string; argv: string[]; env: string[]; cwd: string;
  uid: number; gid: number; groups: number[];
  /** What else a child inherits of its caller: umask, and the limits as [soft, hard] in the order of RLIMIT_*, null = unlimited. */
  umask?: number; rlimits?: Rlimits;
}
export type JitMode = 'auto' | 'off' | 'force';
export type MachineConfig = KernelConfig & { program: ProgramConfig; jit?: JitMode };

/** slice: the slice is over. waiting-input: idle while a task waits on the host; real time passes until `nextDeadline`. */
export type RunState = 'slice' | 'waiting-input' | 'done' | 'deadlock';
export type MachineExit = { code: number } | { signal: number } | { error: number };

export interface Machine {
  readonly kernel: Kernel;
  readonly processor: Processor;
  readonly dispatch: Dispatch;
  /** Delivers what Host.poll has for this cycle, then runs to the next multiple of sliceCycles, or to idle or the end. */
  run(sliceCycles: number): RunState;
  /** No CPU is behind this cycle. */
  readonly now: number;
  /** While waiting-input: the cycle of the next timer, Infinity if none. */
  readonly nextDeadline: number;
  /** How the program ended; null while it runs. error = errno of its first execve. */
  readonly exit: MachineExit | null;
  /** Why it stopped, for deadlock and the time limit: one line a waiting task. */
  readonly reason: string;
  counters(): Record<string, number>;
  setSampler(s: Sampler | null): void;
  /** Rows of everything still open: calls, processes, threads, states. Once, at the close of the recording. */
  close(): void;
  snapshot(): Uint8Array;
}

const SAMPLER_OFF: Sampler = { sample() {}, blocked() {}, called() {}, mapped() {} };

class MachineImpl implements Machine {
  readonly kernel: Kernel;
  readonly processor: Processor;
  readonly dispatch: Dispatch;
  private readonly ram: GuestRam;
  private readonly sampler: { current: Sampler };
  private ended: RunState | null = null;
  private why = '';

  constructor(kernel: Kernel, processor: Processor, ram: GuestRam, dispatch: Dispatch, sampler: { current: Sampler }) {
    this.kernel = kernel; this.processor = processor; this.ram = ram; this.dispatch = dispatch; this.sampler = sampler;
  }

  run(sliceCycles: number): RunState {
    if (this.ended) return this.ended;
    const k = this.kernel;
    for (const input of k.host.poll(this.now)) this.deliver(input);
    // From what acts next, not from `now`: a long kernel path may end beyond the next border.
    const next = nextMachineEvent(k);
    const until = (Math.floor((next === Infinity ? this.now : next) / sliceCycles) + 1) * sliceCycles;
    switch (runLoop(k, until)) {
      case 'slice': return 'slice';
      case 'done':
        this.why = k.haltReason;
        return this.ended = 'done';
      default:
        if (waitsForHost(k)) return 'waiting-input';
        this.why = describeWaiters(k);
        return this.ended = 'deadlock';
    }
  }

  /** An input arrives as an interrupt on CPU 0. */
  private deliver(input: HostInput): void {
    const k = this.kernel, e = entryOf(k), cs = e.cpus[0]!, p = this.processor;
    if (input.type === 'idle') {
      e.idleUntil = Math.max(e.idleUntil, input.until);
      if (allIdle(k) && input.until < nextMachineEvent(k)) e.idleNow = Math.max(e.idleNow, input.until);
      return;
    }
    const at = Math.max(p.now(0), cs.phase === PHASE.IDLE ? e.idleNow : 0);
    p.setNow(0, at);
    k.thisCpu = 0; k.current = cs.task; k.now = at;
    if (input.type === 'signal') { if (hostSignalGroup(k) > 0) sendGroupSignal(k, hostSignalGroup(k), kernelInfo(input.signo)); }
    else deliverHostInput(k, input);
    if (cs.phase === PHASE.USER) {
      cs.phase = PHASE.KERNEL;
      cs.task.after = AFTER.USER;
      cs.kernelEnd = k.now;
    } else if (cs.phase === PHASE.KERNEL) cs.kernelEnd += k.now - at;
  }

  get now(): number { return machineNow(this.kernel); }
  get nextDeadline(): number { return nextMachineEvent(this.kernel); }
  get reason(): string { return this.why; }

  get exit(): MachineExit | null {
    const p = this.kernel.program;
    if (!p || p.exitCode < 0) return null;
    const error = execFailure(this.kernel);
    if (error !== 0) return { error };
    return (p.exitCode & 0x7f) === 0 ? { code: (p.exitCode >> 8) & 0xff } : { signal: p.exitCode & 0x7f };
  }

  counters(): Record<string, number> {
    const k = this.kernel, out: Record<string, number> = { cycles: this.now, instructions: 0, dtlbMiss: 0, itlbMiss: 0, tlbFlush: 0, contextSwitches: k.contextSwitches, forks: k.forks, interrupts: irqOf(k).total };
    for (let i = 0; i < k.config.cpus; i++) {
      const c = this.processor.counters(i);
      out.instructions! += c.instructions; out.dtlbMiss! += c.dtlbMiss; out.itlbMiss! += c.itlbMiss; out.tlbFlush! += c.tlbFlush;
    }
    return out;
  }

  setSampler(s: Sampler | null): void { this.sampler.current = s ?? SAMPLER_OFF; }

  close(): void {
    const k = this.kernel;
    k.now = Math.max(k.now, this.now);
    for (const t of this.dispatch.openCalls(k)) this.dispatch.abandon(k, t, null);
    for (const t of k.tasks.values()) closeThreadState(k, t, t.state !== TASK.DEAD);
    closeProcessRows(k);
    emitCpuCounters(k);
    memClose(k);
  }

  /** Kernel graph, processor state, and every frame in use that is not zero. The trace's own state is the tracer's to keep. */
  snapshot(): Uint8Array {
    const graph = snapshot(this.kernel), cpu = this.processor.saveState(), mm = mmOf(this.kernel), u32 = this.ram.u32;
    const frames: number[] = [];
    for (let pfn = nextUsed(mm, 0); pfn < this.ram.frames; pfn = nextUsed(mm, pfn + 1)) {
      for (let i = pfn * 1024, end = i + 1024; i < end; i++) if (u32[i] !== 0) { frames.push(pfn); break; }
    }
    const out = new Uint8Array(24 + graph.length + cpu.length + frames.length * 4100), v = new DataView(out.buffer);
    v.setUint32(0, 0x324d544b, true); // "KTM2"
    v.setUint32(4, graph.length, true); v.setUint32(8, cpu.length, true); v.setUint32(12, frames.length, true);
    v.setUint32(16, this.ram.frames, true);
    v.setUint32(20, CPU_LEVELS.indexOf(this.kernel.config.cpuModel), true);
    out.set(graph, 24);
    out.set(cpu, 24 + graph.length);
    let at = 24 + graph.length + cpu.length;
    for (const pfn of frames) {
      v.setUint32(at, pfn, true);
      out.set(this.ram.u8.subarray(pfn * 4096, pfn * 4096 + 4096), at + 4);
      at += 4100;
    }
    return out;
  }
}

function describeWaiters(k: Kernel): string {
  const lines: string[] = [];
  for (const t of k.tasks.values()) {
    if (t.kthread || t.state === TASK.ZOMBIE || t.state === TASK.DEAD) continue;
    lines.push(`${t.comm} (${t.pid}) waits in ${t.wchan || 'nothing'}${t.state === TASK.STOPPED ? ', stopped' : ''}`);
  }
  return lines.join('; ');
}

interface Hardware { ram: GuestRam; processor: Processor; dispatch: Dispatch; sampler: { current: Sampler }; bind: (name: string) => object | undefined }

function hardware(ramBytes: number, cpus: number, cpu: CpuLevel, seed: number, jit: JitMode, host: Host, trace: Trace, meter: Meter | null, code: CodeStore | null): Hardware {
  const memory = createMemory(ramBytes);
  const ram = new GuestRam(memory.buffer, RAM_BASE, ramBytes, new Uint8Array(memory.buffer, FRAME_FLAGS, FRAME_FLAGS_SIZE));
  const processor = createProcessor(memory, ram, cpus, { jit, cpu, seed, meter, code });
  ram.bindProcessor(processor);
  const dispatch = createDispatch(), sampler = { current: SAMPLER_OFF };
  const relay: Sampler = {
    sample: (k, cpu, task, weight) => sampler.current.sample(k, cpu, task, weight),
    blocked: (k, task, since, ns) => sampler.current.blocked(k, task, since, ns),
    called: (k, task, seq) => sampler.current.called(k, task, seq),
    mapped: (k, mm, vma) => sampler.current.mapped(k, mm, vma),
  };
  const named: Record<string, object> = { ram, processor, host, trace, syscalls: dispatch, sampler: relay };
  for (const [name, o] of Object.entries(named)) external(o, name);
  return { ram, processor, dispatch, sampler, bind: (name) => named[name] };
}

/** @param meter for --engine-stats: Processor.stats() then says everything. @param code compiled regions of earlier runs; the run is the same with and without. */
export function createMachine(config: MachineConfig, host: Host, trace: Trace, meter: Meter | null = null, code: CodeStore | null = null): Machine {
  const { program, jit, ...kernelConfig } = config;
  const hw = hardware(config.ramBytes, config.cpus, config.cpuModel, config.seed, jit ?? 'auto', host, trace, meter, code);
  const k = new Kernel();
  k.config = kernelConfig;
  k.ram = hw.ram; k.processor = hw.processor; k.host = host; k.trace = trace;
  seedRandom(k.random, config.seed);
  const e = new EntryState();
  e.tickCycles = Math.floor(1e9 / config.hz);
  e.sampleCycles = config.sampleHz > 0 ? Math.floor(1e9 / config.sampleHz) : 0;
  e.syscalls = hw.dispatch;
  e.sampler = hw.bind('sampler') as Sampler;
  for (let i = 0; i < config.cpus; i++) {
    const cs = new CpuState();
    cs.cpu = i;
    cs.sampleAt = e.sampleCycles > 0 ? e.sampleCycles : Infinity;
    e.cpus.push(cs);
  }
  k.entry = e;
  initSched(k);
  k.current = e.cpus[0]!.idle;
  initIrq(k);
  initTime(k);
  initMm(k);
  initVdso(k);
  mountRoot(k);
  spawnInit(k);
  k.current = k.init.leader; // paths are walked for init
  const stdio = openHostStreams(k, k.init.leader);
  k.current = e.cpus[0]!.idle;
  const p = spawnProgram(k, { ...program, stdio });
  const machine = new MachineImpl(k, hw.processor, hw.ram, hw.dispatch, hw.sampler);
  if (typeof p === 'number') throw new BootError(p, `cannot start in ${program.cwd}`);
  attachConsole(k, p);
  // What booting cost is not the program's: CPU 0 starts at cycle 0.
  k.now = 0;
  return machine;
}

/** The program cannot even begin: its working directory is missing. */
export class BootError extends Error {
  readonly errno: number;
  constructor(errno: number, what: string) { super(what); this.errno = -errno; }
}

export function restoreMachine(bytes: Uint8Array, host: Host, trace: Trace, jit: JitMode = 'auto', cpus = 1, meter: Meter | null = null, code: CodeStore | null = null): Machine {
  const v = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  assert(v.getUint32(0, true) === 0x324d544b, 'not a machine snapshot');
  const graphLength = v.getUint32(4, true), cpuLength = v.getUint32(8, true), frames = v.getUint32(12, true), ramFrames = v.getUint32(16, true), cpu = CPU_LEVELS[v.getUint32(20, true)]!;
  // The seed does not matter: RDRAND's generator is in the processor's state.
  const hw = hardware(ramFrames * 4096, cpus, cpu, 0, jit, host, trace, meter, code);
  let at = 24 + graphLength + cpuLength;
  for (let i = 0; i < frames; i++, at += 4100) hw.ram.u8.set(bytes.subarray(at + 4, at + 4100), v.getUint32(at, true) * 4096);
  const k = restore(bytes.subarray(24, 24 + graphLength), hw.bind) as Kernel;
  assert(k.config.cpus === cpus, 'restoreMachine is given the number of CPUs of the snapshot');
  hw.processor.restoreState(bytes.subarray(24 + graphLength, 24 + graphLength + cpuLength));
  return new MachineImpl(k, hw.processor, hw.ram, hw.dispatch, hw.sampler);
}
