// A kernel without CPU and file systems, for the tests of the memory room: RAM, one task, a processor that only counts.
import { createTrace } from '../../../events/emitter.ts';
import { external } from '../../../base/state.ts';
import { CTX_SIZE, Regs } from '../../../machine/hardware.ts';
import type { Processor } from '../../../machine/hardware.ts';
import { GuestRam } from '../../../machine/ram.ts';
import { Kernel } from '../../contracts/kernel.ts';
import type { KernelConfig } from '../../contracts/kernel.ts';
import { FilesStruct, FsStruct } from '../../contracts/fs.ts';
import { Process, Task } from '../../contracts/task.ts';
import { EntryState } from '../../entry/state.ts';
import { credFor } from '../../process/cred.ts';
import { defaultRlimits } from '../../process/rlimit.ts';
import { initMm } from '../init.ts';
import { newMm } from '../mm.ts';
import { switchMm } from '../switch.ts';

export interface FakeCpu extends Processor { invalidated: number; flushed: number; written: number[] }

export function fakeProcessor(): FakeCpu {
  const regs = new Regs(new ArrayBuffer(CTX_SIZE), 0);
  const cpu: Partial<FakeCpu> = {
    cpus: 1, invalidated: 0, flushed: 0, written: [],
    regs: () => regs,
    setPageTable: () => {},
    invalidatePage: () => { cpu.invalidated!++; },
    invalidateLargePage: () => { cpu.invalidated!++; },
    flushTlb: () => { cpu.flushed!++; },
    frameWritten: (pfn) => { cpu.written!.push(pfn); },
  };
  return cpu as FakeCpu;
}

export function testKernel(ramBytes = 16 << 20): { k: Kernel; task: Task; cpu: FakeCpu; flags: Uint8Array } {
  const k = new Kernel();
  k.config = { cpus: 1, ramBytes, seed: 0, hz: 250, startSec: 1_700_000_000, startNsec: 5, hostname: 'test', release: '6.1.0', version: '#1', chaosSeed: 0 } as KernelConfig;
  const flags = new Uint8Array(ramBytes / 4096);
  const ram = new GuestRam(new ArrayBuffer(ramBytes), 0, ramBytes, flags);
  external(ram, 'ram');
  k.ram = ram;
  const cpu = fakeProcessor();
  k.processor = cpu;
  ram.bindProcessor(cpu);
  k.trace = createTrace(() => false, null).trace;
  k.entry = new EntryState();
  initMm(k);
  const task = testTask(k, 2);
  task.mm = newMm(k)!;
  task.onCpu = 0;
  k.current = task;
  switchMm(k, 0, task.mm);
  return { k, task, cpu, flags };
}

export function testTask(k: Kernel, pid: number): Task {
  const task = new Task();
  task.pid = pid;
  task.utid = pid;
  task.cred = credFor(0, 0, []);
  task.files = new FilesStruct();
  task.fs = new FsStruct();
  const p = new Process();
  p.pid = pid;
  p.leader = task;
  p.threads = [task];
  p.rlimits = defaultRlimits();
  task.process = p;
  k.tasks.set(pid, task);
  k.processes.set(pid, p);
  return task;
}
