// The one cost table (law 2): what everything costs in cycles. 1 GHz: a cycle is a nanosecond.
// Sources: the latency hierarchy of the seeds (L1 1 ns … DRAM 100 ns … NVMe 20 µs … disk 10 ms).

export const COST = {
  /** Instruction classes; the translator sums these over a block. */
  insn: { simple: 1, mul: 3, div: 20, fp: 3, fpDiv: 15, x87: 4, string: 1, atomic: 18, cpuid: 100, fence: 10 },
  /** Per element of a REP string instruction (dynamic cost). */
  repElement: 1,
  /** A data or instruction TLB miss that the page walk resolves. */
  tlbMiss: 30,
  syscallEntry: 70,
  syscallExit: 50,
  kptiSwitch: 0,
  exceptionEntry: 200,
  interruptEntry: 250,
  contextSwitch: 1200,
  mmSwitch: 300,
  wakeup: 400,
  ipi: 800,
  signalFrame: 900,
  /** Copying one cache line between kernel and user. */
  copyLine: 4,
  zeroPage: 250,
  copyPage: 400,
  minorFault: 500,
  majorFaultPage: 20_000,
  pathComponent: 150,
  forkBase: 30_000,
  forkPage: 15,
  execBase: 60_000,
  mmapBase: 600,
  pipeOp: 200,
  fileOp: 120,
  tickWork: 400,
  timerExpiry: 150,
  softirq: 100,
  schedulePick: 200,
  signalSend: 250,
  futexOp: 120,
} as const;
