// A processor that runs scripts instead of machine code, for tests of the loop, the scheduler and timers without the CPU room.
// A task's script is in rbx, its place in r12, cycles still to burn in r13.
import { external } from '../../base/state.ts';
import { restore, snapshot } from '../../base/snapshot.ts';
import { CTX_SIZE, EXIT, R12, R13, RAX, RBX, RDI, RSI, Regs } from '../../machine/hardware.ts';
import type { CodeLeft } from '../../machine/kept-code.ts';
import type { Processor, ProcessorExit, Ram } from '../../machine/hardware.ts';
import type { Trace } from '../../events/trace.ts';
import { Kernel } from '../contracts/kernel.ts';
import type { SyscallEntry } from '../contracts/syscall-entry.ts';
import { Process, TASK, Task } from '../contracts/task.ts';
import { BLOCK, NORETURN, WaitQueue } from '../contracts/wait.ts';
import { initIrq } from '../irq/state.ts';
import { initMm } from '../mm/init.ts';
import { yieldTask } from '../sched/core.ts';
import { initSched, schedExit, schedFork, wakeUpNewTask } from '../sched/fork.ts';
import { waitOn, wakeUp } from '../sched/wait.ts';
import { initTime } from '../time/clock.ts';
import { CpuState, EntryState, entryOf } from './state.ts';

export type Op = ['cpu', number] | ['sleep', number] | ['yield'] | ['wait'] | ['wake'] | ['clock'] | ['exit'] | ['loop', number];
const NR = { sleep: 1, yield: 2, wait: 3, wake: 4, exit: 5 } as const;
const BLOCK_CYCLES = 7; // user time passes in blocks of this

export class ScriptedProcessor implements Processor {
  readonly cpus: number;
  readonly exit: ProcessorExit = { reason: 0, vector: 0, errorCode: 0, address: 0, addressLo: 0, addressHi: 0 };
  readonly scripts: readonly (readonly Op[])[];
  private readonly files: Regs[] = [];
  private readonly times: number[] = [];
  constructor(cpus: number, scripts: readonly (readonly Op[])[]) {
    this.cpus = cpus; this.scripts = scripts;
    for (let i = 0; i < cpus; i++) { this.files.push(new Regs(new ArrayBuffer(CTX_SIZE), 0)); this.times.push(0); }
  }
  regs(cpu: number): Regs { return this.files[cpu]!; }
  now(cpu: number): number { return this.times[cpu]!; }
  setNow(cpu: number, now: number): void { this.times[cpu] = now; }
  run(cpu: number, deadline: number): void {
    const r = this.files[cpu]!, script = this.scripts[r.gpr(RBX)]!;
    for (;;) {
      if (this.times[cpu]! >= deadline) { this.exit.reason = EXIT.deadline; return; }
      const burn = r.gpr(R13);
      if (burn > 0) {
        const n = Math.min(burn, Math.ceil((Math.min(deadline, this.times[cpu]! + burn) - this.times[cpu]!) / BLOCK_CYCLES) * BLOCK_CYCLES);
        r.setGpr(R13, burn - n);
        this.times[cpu]! += n;
        continue;
      }
      const op = script[r.gpr(R12)] ?? (['exit'] as const);
      r.setGpr(R12, r.gpr(R12) + 1);
      this.times[cpu]! += 1;
      switch (op[0]) {
        case 'cpu': r.setGpr(R13, op[1]); continue;
        case 'loop': if (r.gpr(RSI) + 1 < op[1]) { r.setGpr(RSI, r.gpr(RSI) + 1); r.setGpr(R12, 0); } continue;
        case 'clock': this.exit.reason = EXIT.clock; return;
        default:
          r.setGpr(RAX, NR[op[0]]);
          r.setGpr(RDI, op[0] === 'sleep' ? op[1] : 0);
          this.exit.reason = EXIT.syscall;
          return;
      }
    }
  }
  stepClock(cpu: number): void { this.times[cpu]! += 1; }
  setPageTable(): void {}
  invalidatePage(): void {}
  invalidateLargePage(): void {}
  flushTlb(): void {}
  frameWritten(): void {}
  mixFrames(): void {}
  counters(): { instructions: number; dtlbMiss: number; itlbMiss: number; tlbFlush: number } { return { instructions: 0, dtlbMiss: 0, itlbMiss: 0, tlbFlush: 0 }; }
  codeLeft(): CodeLeft { return { modules: [] }; }
  saveState(): Uint8Array {
    const out = new Uint8Array(this.cpus * (CTX_SIZE + 8)), v = new DataView(out.buffer);
    for (let i = 0; i < this.cpus; i++) { out.set(this.files[i]!.bytes(), i * (CTX_SIZE + 8)); v.setFloat64(i * (CTX_SIZE + 8) + CTX_SIZE, this.times[i]!); }
    return out;
  }
  restoreState(bytes: Uint8Array): void {
    const v = new DataView(bytes.buffer, bytes.byteOffset);
    for (let i = 0; i < this.cpus; i++) { this.files[i]!.bytes().set(bytes.subarray(i * (CTX_SIZE + 8), i * (CTX_SIZE + 8) + CTX_SIZE)); this.times[i] = v.getFloat64(i * (CTX_SIZE + 8) + CTX_SIZE); }
  }
  stats(): Record<string, number> { return {}; }
}

/** What happened, as text: rows of the tables asked for, in seq order. */
export interface Log { lines: string[]; trace: Trace }
export function logTrace(tables: readonly string[]): Log {
  const lines: string[] = [];
  let seq = 0;
  const emitters = new Map<string, unknown>();
  const make = (name: string): unknown => {
    let row: string[] = [];
    const set = new Proxy({}, { get: (_t, column) => (_r: number, value: unknown) => { row.push(`${String(column)}=${String(value)}`); } });
    return { name, enabled: true, rows: 0, set,
      begin: (ts: number, cpu: number, utid: number) => { row = [`${name} ${ts} cpu${cpu} utid${utid}`]; return 0; },
      end: () => { seq++; if (tables.includes(name)) lines.push(row.join(' ')); } };
  };
  const trace = new Proxy({}, { get: (_t, name) => {
    if (name === 'reserve') return () => ++seq;
    if (name === 'lastSeq') return seq;
    if (typeof name !== 'string' || name === 'then') return undefined;
    if (!emitters.has(name)) emitters.set(name, make(name));
    return emitters.get(name);
  } }) as unknown as Trace;
  return { lines, trace };
}

/** sleep, yield, wait and wake on one queue, exit. */
export class ScriptCalls implements SyscallEntry {
  queue = new WaitQueue();
  sleeps: { task: number; due: number; woke: number }[] = [];
  enter(k: Kernel, task: Task): number { return this.call(k, task); }
  resume(k: Kernel, task: Task): number { return this.call(k, task); }
  abandon(): void {}
  private call(k: Kernel, task: Task): number {
    const s = task.syscall;
    k.now += 50;
    switch (s.nr) {
      case NR.sleep:
        if (s.deadline === 0) s.deadline = k.now + s.args[0]!;
        if (s.timedOut) { this.sleeps.push({ task: task.pid, due: s.deadline, woke: k.now }); return 0; }
        waitOn(k, task, [], { interruptible: true, wchan: 'hrtimer_nanosleep', deadline: s.deadline });
        return BLOCK;
      case NR.yield: yieldTask(k, task); return 0;
      case NR.wait:
        if (s.reentered) return 0;
        waitOn(k, task, [this.queue], { interruptible: true, wchan: 'pipe_read', exclusive: true });
        return BLOCK;
      case NR.wake: wakeUp(k, this.queue, 1); return 0;
      default:
        task.exiting = true; task.state = TASK.ZOMBIE;
        schedExit(k, task);
        k.tasks.delete(task.pid);
        if (k.tasks.size === 0) k.halted = true;
        return NORETURN;
    }
  }
}

export interface TestMachine { k: Kernel; p: ScriptedProcessor; calls: ScriptCalls; log: Log; spawn(script: number, nice?: number, policy?: number, prio?: number): Task }
const FRAMES = 1024;

export function scriptedMachine(cpus: number, scripts: readonly (readonly Op[])[], tables: readonly string[] = ['sched_switch'], chaosSeed = 0): TestMachine {
  const k = new Kernel();
  k.config = { cpus, ramBytes: FRAMES * 4096, seed: 0, hz: 250, preempt: 'voluntary', scheduler: 'eevdf', cpuModel: 'v1', startSec: 0, startNsec: 0, hostname: 't', release: '', version: '', chaosSeed, quantumCycles: 10_000, sampleHz: 0, timeLimit: 0 };
  const p = new ScriptedProcessor(cpus, scripts), log = logTrace(tables), calls = new ScriptCalls();
  const u8 = new Uint8Array(FRAMES * 4096);
  const ram: Ram = { frames: FRAMES, u8, u32: new Uint32Array(u8.buffer), write() {}, read() {}, fill() {}, zeroFrame() {}, copyFrame() {} };
  k.ram = ram; k.processor = p; k.trace = log.trace;
  k.host = {} as Kernel['host'];
  external(ram, 'ram'); external(p, 'processor'); external(log.trace, 'trace'); external(calls, 'syscalls'); external(k.host, 'host');
  const e = new EntryState();
  e.tickCycles = 4_000_000;
  e.syscalls = calls;
  for (let i = 0; i < cpus; i++) { const c = new CpuState(); c.cpu = i; e.cpus.push(c); }
  k.entry = e;
  initSched(k);
  k.current = e.cpus[0]!.idle;
  initIrq(k);
  initTime(k);
  initMm(k);
  let pid = 1;
  const spawn = (script: number, nice = 0, policy = 0, prio = 0): Task => {
    const t = new Task(), proc = new Process();
    t.pid = pid++; t.utid = t.pid; t.comm = `t${t.pid}`; t.process = proc;
    proc.pid = t.pid; proc.leader = t; proc.threads = [t];
    const parent = new Task();
    parent.se.nice = nice; parent.se.policy = policy; parent.se.rtPriority = prio;
    schedFork(k, parent, t);
    new Regs(t.context.buffer, 0).setGpr(RBX, script);
    k.tasks.set(t.pid, t);
    wakeUpNewTask(k, t);
    return t;
  };
  return { k, p, calls, log, spawn };
}

/** A copy of the machine in fresh objects, as after a restart; its calls and log start empty. */
export function copyMachine(m: TestMachine, tables: readonly string[] = ['sched_switch']): TestMachine {
  const bytes = snapshot(m.k), cpu = m.p.saveState();
  const p = new ScriptedProcessor(m.p.cpus, m.p.scripts), log = logTrace(tables), calls = new ScriptCalls(), host = {};
  for (const [o, name] of [[p, 'processor'], [log.trace, 'trace'], [calls, 'syscalls'], [host, 'host']] as const) external(o, name);
  const named: Record<string, object> = { ram: m.k.ram, processor: p, trace: log.trace, syscalls: calls, host };
  const k = restore(bytes, (n) => named[n]) as Kernel;
  p.restoreState(cpu);
  // the tests' one queue belongs to the calls, outside the kernel graph: found again through its waiters
  for (const t of k.tasks.values()) for (const q of t.waitQueues) calls.queue = q;
  void entryOf(k);
  return { k, p, calls, log, spawn: () => { throw new Error('not on a copy'); } };
}
