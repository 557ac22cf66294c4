// task_struct and what hangs off it: the types that join the rooms. Fields are grouped by the room that owns (writes) them.
import { stateClass } from '../../base/state.ts';
import { CTX_SIZE } from '../../machine/hardware.ts';
import type { Mm } from './mm.ts';
import type { FilesStruct, FsStruct } from './fs.ts';
import type { WaitQueue } from './wait.ts';
import { WaitQueue as WaitQueueClass } from './wait.ts';

export const TASK = { RUNNING: 'R', INTERRUPTIBLE: 'S', UNINTERRUPTIBLE: 'D', STOPPED: 'T', TRACED: 't', ZOMBIE: 'Z', DEAD: 'X', IDLE: 'I' } as const;
export type TaskState = (typeof TASK)[keyof typeof TASK];

export class Cred {
  uid = 0; euid = 0; suid = 0; fsuid = 0;
  gid = 0; egid = 0; sgid = 0; fsgid = 0;
  groups: number[] = [];
  /** Capability sets as [lo, hi] u32 pairs. */
  capEffective: [number, number] = [0, 0];
  capPermitted: [number, number] = [0, 0];
  capInheritable: [number, number] = [0, 0];
  capBounding: [number, number] = [0xffffffff, 0x1ff];
  capAmbient: [number, number] = [0, 0];
  securebits = 0;
  noNewPrivs = false;
}
stateClass(Cred, 'Cred', ['uid', 'euid', 'suid', 'fsuid', 'gid', 'egid', 'sgid', 'fsgid', 'groups', 'capEffective', 'capPermitted', 'capInheritable', 'capBounding', 'capAmbient', 'securebits', 'noNewPrivs']);

/** struct sigaction as the kernel keeps it. handler 0 = SIG_DFL, 1 = SIG_IGN, else a user address. mask as lo/hi u32. */
export interface SigAction { handler: number; flags: number; restorer: number; maskLo: number; maskHi: number }
/** siginfo as data; fields by si_code family. */
export interface SigInfo { signo: number; code: number; errno: number; pid: number; uid: number; status: number; utime: number; stime: number; value: number; addr: number; band: number; fd: number; timerid: number; overrun: number; addrLsb: number }

/** struct sighand_struct: shared by CLONE_SIGHAND. */
export class Sighand { actions: SigAction[] = [] } // index = signo
stateClass(Sighand, 'Sighand', ['actions']);

export class SigPending { setLo = 0; setHi = 0; queue: SigInfo[] = [] }
stateClass(SigPending, 'SigPending', ['setLo', 'setHi', 'queue']);

/** A task that is traced: what ptrace(2) knows of it. */
export class Tracee {
  tracer!: Process;
  options = 0;
  mode = 0; // how it was last resumed: kernel/signal/ptrace.ts RESUME
  stop = 0; // of the stop it is in, as in the wait status; 0: none
  reported = false; // to wait
  info: SigInfo | null = null; // the signal at which it stopped
  resumed: SigInfo | null = null; // delivered without another stop
  event = 0; callEnds = false; // stops to be made at the next return to user mode: an event's, then that of a system call's end
  message = 0; // PTRACE_GETEVENTMSG
  nr = -1; // orig_rax
  phase = 0; // at a system call: 1 its entry, 2 its exit
  stepping = false; // RFLAGS.TF is the tracer's
}
stateClass(Tracee, 'Tracee', ['tracer', 'options', 'mode', 'stop', 'reported', 'info', 'resumed', 'event', 'callEnds', 'message', 'nr', 'phase', 'stepping']);

/** struct signal_struct: one per thread group (process). */
export class Process {
  // owner: kernel/process
  pid = 0; // tgid
  upid = 0; // unique process id in the trace
  leader!: Task;
  threads: Task[] = [];
  parent: Process | null = null;
  children: Process[] = [];
  pgid = 0; sid = 0;
  isSubreaper = false;
  exitCode = -1; // wait status word once the group has exited, −1 before
  groupExit = false; groupExitCode = 0;
  exitSignal = 17; // SIGCHLD, from clone
  stopReported = true; continuedPending = false; stopSignal = 0; stopped = false;
  childWait = new WaitQueueClass(); // wait4 sleepers of this process
  vforkDone: Task | null = null; // parent waiting in vfork
  rlimits: [number, number][] = []; // index RLIMIT_*, [soft, hard], Infinity = RLIM_INFINITY
  tty: unknown = null; // controlling terminal (kernel/tty Tty) or null
  execed = false;
  // owner: kernel/signal
  shared = new SigPending();
  // owner: kernel/time
  realTimerDeadline = 0; realTimerInterval = 0; // ITIMER_REAL in cycles, 0 = off
  posixTimers = new Map<number, unknown>();
  nextPosixTimer = 0;
  // accounting of threads and children that have ended (cycles, counts)
  utime = 0; stime = 0; cutime = 0; cstime = 0; minflt = 0; majflt = 0; cminflt = 0; cmajflt = 0; nvcsw = 0; nivcsw = 0; maxrss = 0; cmaxrss = 0;
  inblock = 0; oublock = 0; startTime = 0;
  // owner: kernel/signal: job control
  groupStopCount = 0; // threads that have yet to stop
  continueNotify = false; // CLD_CONTINUED is to be told to the parent by the first thread that goes on
  // owner: kernel/time: timer ids and the CPU-time interval timers (cycles of process CPU time, 0 = off)
  realTimerId = 0; virtTimer = 0; virtInterval = 0; profTimer = 0; profInterval = 0;
  // owner: kernel/process
  parentUpid = 0; // parent at creation, for the process table
  groupExec: Task | null = null; // the thread that waits in execve for its siblings to end
  startedUtid = 0; // utid of the first thread
  // owner: kernel/signal/ptrace: whom it traces, and those of them that ended and that only their tracer hears of
  tracees: Task[] = [];
  tracedEnds: { pid: number; pgid: number; uid: number; status: number }[] = [];
}
stateClass(Process, 'Process', ['pid', 'upid', 'leader', 'threads', 'parent', 'children', 'pgid', 'sid', 'isSubreaper', 'exitCode', 'groupExit', 'groupExitCode', 'exitSignal', 'stopReported', 'continuedPending', 'stopSignal', 'stopped', 'childWait', 'vforkDone', 'rlimits', 'tty', 'execed', 'shared', 'realTimerDeadline', 'realTimerInterval', 'posixTimers', 'nextPosixTimer', 'utime', 'stime', 'cutime', 'cstime', 'minflt', 'majflt', 'cminflt', 'cmajflt', 'nvcsw', 'nivcsw', 'maxrss', 'cmaxrss', 'inblock', 'oublock', 'startTime', 'groupStopCount', 'continueNotify', 'realTimerId', 'virtTimer', 'virtInterval', 'profTimer', 'profInterval', 'parentUpid', 'groupExec', 'startedUtid', 'tracees', 'tracedEnds']);

/** The syscall a task is in; plain data so that it can be re-entered after a wait, a checkpoint, a replay. */
/** How a call's structures lie in memory: as x86-64 has them, as i386 has them, or as i386's calls for large files have them (stat64, statfs64, fcntl64). */
export const LAYOUT = { x86_64: 0, i386: 1, i386Large: 2 } as const;

export class SyscallState {
  nr = -1; // −1: not in a syscall
  /** Entered by int 0x80: the key in abi/syscalls-i386.ts (nr and args are those of the x86-64 call that does the same), else −1. */
  compat = -1;
  layout: number = LAYOUT.x86_64;
  args = new Uint32Array(12); // six raw arguments, lo/hi
  enterTs = 0; enterSeq = 0;
  reentered = false; // true when the handler is called again for the same call
  deadline = 0; // absolute, cycles; 0 = not computed yet; Infinity = none
  timedOut = false;
  /** The handler's own progress (plain registered data); null at first entry. */
  progress: unknown = null;
  held = false; // stopped by a tracer before it began
  restart = 0; // ERESTART_* code of an interrupted call to be restarted
  cpuNs = 0; blockedNs = 0;
  // owner: engine/syscalls/dispatch: return address, descriptor's file, payload of a call that waits
  callsite = 0; fileId = 0; payload: Uint8Array | null = null;
}
stateClass(SyscallState, 'SyscallState', ['nr', 'compat', 'layout', 'args', 'enterTs', 'enterSeq', 'reentered', 'deadline', 'timedOut', 'progress', 'held', 'restart', 'cpuNs', 'blockedNs', 'callsite', 'fileId', 'payload']);

/** struct sched_entity. vruntime and deadline in weighted nanoseconds (numbers). */
export class SchedEntity {
  policy = 0; nice = 0; rtPriority = 0; weight = 1024;
  vruntime = 0; deadline = 0; slice = 2_800_000; vlag = 0; onRq = false;
  execStart = 0; sumExec = 0; prevSumExec = 0;
  cpusAllowed = 0xffff_ffff;
  lastWakeup = 0; lastRan = 0;
  resetOnFork = false;
  dlRuntime = 0; dlDeadline = 0; dlPeriod = 0;
  nrSwitches = 0; waitSum = 0; waitStart = 0; runCount = 0;
}
stateClass(SchedEntity, 'SchedEntity', ['policy', 'nice', 'rtPriority', 'weight', 'vruntime', 'deadline', 'slice', 'vlag', 'onRq', 'execStart', 'sumExec', 'prevSumExec', 'cpusAllowed', 'lastWakeup', 'lastRan', 'resetOnFork', 'dlRuntime', 'dlDeadline', 'dlPeriod', 'nrSwitches', 'waitSum', 'waitStart', 'runCount']);

export class Task {
  // identity; owner: kernel/process
  pid = 0; // tid
  utid = 0;
  process!: Process;
  comm = '';
  kthread = false;
  cred = new Cred();
  mm: Mm | null = null;
  files: FilesStruct | null = null;
  fs!: FsStruct;
  sighand = new Sighand();
  exitCode = 0;
  setChildTid = 0; clearChildTid = 0;
  robustList = 0; robustListLen = 0;
  rseq = 0; rseqLen = 0; rseqSig = 0;
  pdeathSignal = 0;
  dumpable = 1;
  personality = 0;
  // registers while not on a CPU; owner: kernel/entry
  context = new Uint8Array(CTX_SIZE);
  // owner: kernel/sched
  state: TaskState = TASK.RUNNING;
  onCpu = -1; // CPU it runs on now, −1 when not running
  cpu = 0; // last or assigned CPU
  se = new SchedEntity();
  needResched = false;
  wchan = ''; // what it sleeps in, Linux function name
  waitQueues: WaitQueue[] = [];
  wakeReason = '';
  // owner: kernel/entry
  syscall = new SyscallState();
  kernelCycles = 0; // charged and not yet spent
  // owner: kernel/signal
  blockedLo = 0; blockedHi = 0;
  savedMask: [number, number] | null = null; // sigsuspend, ppoll, pselect: restored after delivery
  pending = new SigPending();
  sigPending = false; // TIF_SIGPENDING
  altStack = { sp: 0, size: 0, flags: 2 /* SS_DISABLE */ };
  handlerFrames: number[] = []; // pairs: address of a frame that a handler has not returned over, its signal; for the trace only
  // accounting, cycles and counts
  utime = 0; stime = 0; minflt = 0; majflt = 0; nvcsw = 0; nivcsw = 0; startTime = 0;
  ioRchar = 0; ioWchar = 0; ioSyscr = 0; ioSyscw = 0; ioReadBytes = 0; ioWriteBytes = 0;
  timerSlackNs = 50_000;
  // owner: kernel/sched: the wait in progress, and what the trace's thread_state interval began with
  waitTimer = 0; // id of its timeout, 0 = none
  waitExclusive = false;
  stateSince = 0; // when the present thread_state interval began
  stateLabel = ''; // Running, Runnable, S, D, T …; '' before the first
  stateWait = ''; // wchan of a sleep
  wakerUtid = -1; // who ended the last sleep, −1 = an interrupt
  sleepStart = 0;
  // owner: kernel/entry: what the task does when it next has a CPU and its kernelCycles are spent: see entry/state.ts AFTER
  after = 0;
  needReason = ''; // why needResched: tick, wakeup, yield, preempt
  savedKernelCycles = 0; // owner: kernel/entry: kernel work yet to be spent when it was switched out
  trapNo = 0; trapErr = 0; cr2 = 0; // owner: kernel/entry: the last fault, for the signal frame
  // owner: kernel/signal
  jobStop = false; // must stop with its group at the next return to user mode
  restartBlock: { nr: number; layout: number; args: number[]; deadline: number } | null = null; // restart_syscall(2)
  exiting = false; // PF_EXITING; owner: kernel/process
  trace: Tracee | null = null; // owner: kernel/signal/ptrace
  memPolicy = 0; memNodes = 0; // set_mempolicy(2): mode and flags, 1: node 0; owner: engine/syscalls/mempolicy
  dying = -1; // wait status with which it ends when its tracer lets it; owner: kernel/signal/ptrace
  rseqEvent = false; // switched in or about to take a signal since it last left the kernel; owner: kernel/sched
  parentUtid = -1; cloneFlags = 0; // for the thread table; owner: kernel/process
}
stateClass(Task, 'Task', ['pid', 'utid', 'process', 'comm', 'kthread', 'cred', 'mm', 'files', 'fs', 'sighand', 'exitCode', 'setChildTid', 'clearChildTid', 'robustList', 'robustListLen', 'rseq', 'rseqLen', 'rseqSig', 'pdeathSignal', 'dumpable', 'personality', 'context', 'state', 'onCpu', 'cpu', 'se', 'needResched', 'wchan', 'waitQueues', 'wakeReason', 'syscall', 'kernelCycles', 'blockedLo', 'blockedHi', 'savedMask', 'pending', 'sigPending', 'altStack', 'handlerFrames', 'utime', 'stime', 'minflt', 'majflt', 'nvcsw', 'nivcsw', 'startTime', 'ioRchar', 'ioWchar', 'ioSyscr', 'ioSyscw', 'ioReadBytes', 'ioWriteBytes', 'timerSlackNs', 'waitTimer', 'waitExclusive', 'stateSince', 'stateLabel', 'stateWait', 'wakerUtid', 'sleepStart', 'after', 'needReason', 'savedKernelCycles', 'trapNo', 'trapErr', 'cr2', 'jobStop', 'restartBlock', 'exiting', 'parentUtid', 'cloneFlags', 'rseqEvent', 'trace', 'dying', 'memPolicy', 'memNodes']);
