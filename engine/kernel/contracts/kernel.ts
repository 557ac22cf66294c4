// The kernel's one root object: every room's state and the hardware it sits on. No behaviour; engine/boot fills it.
import type { CpuLevel } from '../../abi/cpu-models.ts';
import { stateClass } from '../../base/state.ts';
import type { Host } from '../../host/door.ts';
import type { Processor, Ram } from '../../machine/hardware.ts';
import type { Trace } from '../../events/trace.ts';
import type { Mount } from './fs.ts';
import type { Process, Task } from './task.ts';

export interface KernelConfig {
  cpus: number; ramBytes: number; seed: number; hz: number;
  preempt: 'none' | 'voluntary' | 'full'; scheduler: 'eevdf' | 'cfs'; cpuModel: CpuLevel;
  /** CLOCK_REALTIME at cycle 0, nanoseconds as seconds + nsec. */
  startSec: number; startNsec: number;
  hostname: string; release: string; version: string;
  chaosSeed: number; // 0 = off
  quantumCycles: number;
  sampleHz: number;
  timeLimit: number; // cycles, 0 = none
}

export class Kernel {
  config!: KernelConfig;
  // hardware and the outside: externals, bound again on restore
  ram!: Ram; processor!: Processor; host!: Host; trace!: Trace;
  // owner: kernel/process
  tasks = new Map<number, Task>(); // by tid
  processes = new Map<number, Process>(); // by tgid
  init!: Process;
  program: Process | null = null; // the recorded program
  nextPid = 1; nextUtid = 0; nextUpid = 1;
  forks = 0; contextSwitches = 0;
  halted = false; // program and descendants are gone, or panic
  haltReason = '';
  // the CPU whose kernel entry is being handled, and its task (null = idle)
  thisCpu = 0;
  current!: Task;
  /** Cycle of the present kernel entry plus what it has charged so far: the kernel's "now". */
  now = 0;
  // one slot a room; each room declares its own state class and casts through its accessor
  sched: unknown = null; mm: unknown = null; vfs: unknown = null; signal: unknown = null; time: unknown = null; irq: unknown = null; tty: unknown = null; ipc: unknown = null; sysv: unknown = null; net: unknown = null; entry: unknown = null; proc: unknown = null; anon: unknown = null;
  rootMount!: Mount;
  unknownSyscalls = new Map<number, number>();
  nextMmId = 1; nextFileId = 1; nextPipeIno = 1; nextMountId = 1;
  random: Uint32Array = new Uint32Array(4); // seeded generator state, engine/base/random.ts
}
stateClass(Kernel, 'Kernel', ['config', 'ram', 'processor', 'host', 'trace', 'tasks', 'processes', 'init', 'program', 'nextPid', 'nextUtid', 'nextUpid', 'forks', 'contextSwitches', 'halted', 'haltReason', 'thisCpu', 'current', 'now', 'sched', 'mm', 'vfs', 'signal', 'time', 'irq', 'tty', 'ipc', 'sysv', 'net', 'entry', 'proc', 'anon', 'rootMount', 'unknownSyscalls', 'nextMmId', 'nextFileId', 'nextPipeIno', 'nextMountId', 'random']);
