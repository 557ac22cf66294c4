// Every tracepoint, once (law 5): the emitter, the Arrow columns, the SQL view and docs/tables.md come from these rows.
// Columns are appended, never reordered; a change bumps FORMAT_VERSION.

export const FORMAT_VERSION = 1;

/** Column kinds: integers by width; i64/u64 hold numbers below 2^53 or lo/hi halves; str is dictionary-encoded; bin is bytes. */
export type Kind = 'u8' | 'u16' | 'u32' | 'i32' | 'i64' | 'u64' | 'str' | 'bin' | 'bool';
/** undigested: left out of the digest, because it is only captured while the table is kept (law: the digest does not depend on --trace). */
export interface Column { kind: Kind; doc: string; nullable?: true; undigested?: true }
export interface Table { doc: string; core: boolean; interval?: true; columns: Record<string, Column> }

const c = <K extends Kind>(kind: K, doc: string): { kind: K; doc: string } => ({ kind, doc });
const n = <K extends Kind>(kind: K, doc: string): { kind: K; doc: string; nullable: true } => ({ kind, doc, nullable: true });

/** The columns every event row begins with. */
export const COMMON = {
  seq: c('u64', 'global total order of all events'),
  ts: c('i64', 'virtual time in ns at which it happened or began'),
  cpu: c('u16', 'CPU number'),
  utid: c('u32', 'unique task id, never reused'),
} as const;

export const SCHEMA = {
  process: { doc: 'One row a process (thread group), written when it ends or at the close.', core: true, interval: true, columns: {
    dur: n('i64', 'lifetime in ns; null = still alive'), upid: c('u32', 'unique process id'), pid: c('u32', 'thread group id'), parent_upid: n('u32', 'unique id of the parent at creation'),
    comm: c('str', 'command name at the end'), uid: c('u32', 'real user id'), exit_code: n('i32', 'exit status, null if killed or alive'), exit_signal: n('i32', 'killing signal'),
    utime: c('i64', 'ns in user mode'), stime: c('i64', 'ns in the kernel'), minflt: c('u64', 'minor faults'), majflt: c('u64', 'major faults'), nvcsw: c('u64', 'voluntary switches'), nivcsw: c('u64', 'involuntary switches'), maxrss: c('u64', 'KiB') } },
  thread: { doc: 'One row a task, written when it ends or at the close.', core: true, interval: true, columns: {
    dur: n('i64', 'lifetime in ns'), tid: c('u32', 'thread id'), upid: c('u32', 'its process'), pid: c('u32', 'thread group id'), name: c('str', 'comm at the end'), parent_utid: n('u32', 'task that cloned it'), clone_flags: c('u64', 'clone flags'), kthread: c('bool', 'kernel thread'),
    utime: c('i64', 'ns in user mode'), stime: c('i64', 'ns in the kernel'), nvcsw: c('u64', 'voluntary switches'), nivcsw: c('u64', 'involuntary switches') } },
  exec: { doc: 'A successful execve.', core: true, columns: {
    upid: c('u32', 'process'), pid: c('u32', 'thread group id'), path: c('bin', 'file executed'), argv: c('bin', 'arguments, each ended by NUL'), envc: c('u32', 'environment strings'), interp: n('bin', 'ELF interpreter'), comm: c('str', 'new command name') } },
  syscall: { doc: 'A system call: one row when it returns, or at the close with null dur.', core: true, interval: true, columns: {
    dur: n('i64', 'entry to return, ns'), nr: c('i32', 'number'), name: c('str', 'name'), compat: c('bool', 'by int 0x80: the name is of the i386 table, number and arguments of the x86-64 call that does the same'),
    a0: c('u64', 'raw argument'), a1: c('u64', 'raw argument'), a2: c('u64', 'raw argument'), a3: c('u64', 'raw argument'), a4: c('u64', 'raw argument'), a5: c('u64', 'raw argument'),
    payload: { ...n('bin', 'pointed-to bytes by argument kind (engine/abi/payload.ts); not part of the digest, args and ret are'), undigested: true }, ret: n('i64', 'result; null if it never returned'), errno: n('i32', 'positive errno on error'), exit_seq: n('u64', 'seq of the return'),
    fd: n('i32', 'file descriptor argument or result'), file_id: n('u32', 'file_desc row'), bytes: n('u64', 'bytes moved by read and write calls'), restart: c('i32', 'ERESTART* code if it was interrupted, else 0'),
    cpu_ns: c('i64', 'time on CPU inside the call'), blocked_ns: c('i64', 'time asleep inside the call'), callsite: c('u64', 'return address in user space') } },
  file_desc: { doc: 'A file a descriptor first referred to.', core: false, columns: {
    file_id: c('u32', 'id, never reused'), kind: c('str', 'regular, directory, pipe, socket, tty, chr, anon …'), path: c('bin', 'path or description'), dev: c('u64', 'device'), ino: c('u64', 'inode') } },
  sched_switch: { doc: 'A context switch; tid 0 is idle.', core: true, columns: {
    prev_utid: c('u32', 'task switched out'), prev_tid: c('u32', 'its tid'), prev_comm: c('str', 'its name'), prev_prio: c('i32', 'kernel priority 0–139'), prev_state: c('str', 'R, R+ (preempted), S, D, T, Z, X, I'), reason: c('str', 'block, preempt, tick, yield, exit, wakeup'),
    next_utid: c('u32', 'task switched in'), next_tid: c('u32', 'its tid'), next_comm: c('str', 'its name'), next_prio: c('i32', 'kernel priority') } },
  sched_wakeup: { doc: 'A task made runnable; utid is the woken task.', core: true, columns: {
    tid: c('u32', 'woken tid'), comm: c('str', 'its name'), prio: c('i32', 'kernel priority'), target_cpu: c('u16', 'CPU it was put on'), waker_utid: n('u32', 'task that woke it; null from an interrupt while idle'), context: c('str', 'task, irq, fork'), cause_seq: n('u64', 'seq of the event that caused it'), is_new: c('bool', 'first wake-up after fork') } },
  thread_state: { doc: 'Ready-made intervals: what a task was doing.', core: false, interval: true, columns: {
    dur: n('i64', 'ns'), state: c('str', 'Running, Runnable, S, D, T, t, Z, I'), wait: c('str', 'wchan while asleep'), wait_file: n('u32', 'file_id waited on'), waker_utid: n('u32', 'who ended the sleep'), syscall_nr: n('i32', 'call it slept in') } },
  page_fault: { doc: 'A page fault taken by user code or by the kernel on its behalf.', core: true, columns: {
    dur: c('i64', 'ns in the handler'), addr: c('u64', 'faulting address'), ip: c('u64', 'instruction'), kind: c('str', 'minor, major, cow, invalid'), access: c('str', 'read, write, exec'), pages: c('u16', 'pages of 4 KiB that it mapped: more than one where the page cache had neighbours, 512 for a huge page'), vma: c('str', 'mapping: path or [heap], [stack], anon'), file_id: n('u32', 'mapped file'), pgoff: n('u64', 'file offset in pages') } },
  irq: { doc: 'Interrupts and softirqs.', core: true, interval: true, columns: {
    dur: c('i64', 'ns in the handler'), kind: c('str', 'hard or soft'), vector: c('u16', 'vector or softirq number'), name: c('str', 'timer, resched, TIMER …'), raised_ts: c('i64', 'when it was raised'), preempted_utid: c('u32', 'task it interrupted') } },
  signal: { doc: 'Signals generated, delivered, returned from.', core: true, columns: {
    event: c('str', 'generate, deliver, return'), signo: c('i32', 'number; of a return the signal whose handler it was, 0 if the frame is not the kernel’s'), name: c('str', 'SIGINT …'), code: c('i32', 'si_code'), sender_utid: n('u32', 'who sent it'), result: c('str', 'generate: queued, ignored, coalesced; deliver: handler, ignored, terminate, core, stop, continue'), handler: n('u64', 'user handler'), info: n('bin', 'siginfo_t, 128 bytes'), pid: c('u32', 'tid of the target') } },
  mem_counter: { doc: 'Memory counters at each tick in which they changed.', core: false, columns: {
    name: c('str', 'rss_anon, rss_file, rss_shmem, total_vm, anon_huge of a task; free, cached, dirty, anon, slab, page_tables, shmem, available, total, anon_huge of the machine'), upid: n('u32', 'process, null for the machine'), value: c('u64', 'KiB') } },
  cpu_counter: { doc: 'Machine counters at each second of virtual time: what vmstat needs.', core: false, columns: {
    name: c('str', 'user, system, idle, iowait, irq, ctxt, intr, runnable, blocked, pgfault …'), value: c('u64', 'running total or level') } },
  stack_sample: { doc: 'User stacks: sampled on the CPU, and of each time a task was off it for lack of something (ts: when it stopped).', core: false, columns: {
    callsite_id: c('u32', 'leaf callsite'), kind: c('str', 'cpu, offcpu, or syscall: taken at the entry of the call with this seq (record --stacks)'), weight: c('u64', 'ns it stands for; offcpu: ns blocked; syscall: 0') } },
  callsite: { doc: 'Trie of stacks: a callsite is a frame and its parent callsite.', core: false, columns: {
    id: c('u32', 'id'), parent: n('u32', 'caller callsite'), frame_id: c('u32', 'frame') } },
  frame: { doc: 'A code location.', core: false, columns: {
    id: c('u32', 'id'), pc: c('u64', 'address'), symbol: n('bin', 'function'), offset: n('u64', 'offset in it'), mapping_id: n('u32', 'mapping') } },
  mapping: { doc: 'A file mapping with code or data.', core: false, columns: {
    id: c('u32', 'id'), upid: c('u32', 'process'), start: c('u64', 'address'), end: c('u64', 'address'), pgoff: c('u64', 'offset in pages'), path: c('bin', 'file'), build_id: n('bin', 'GNU build id, of mappings with code') } },
} as const satisfies Record<string, Table>;

export type TableName = keyof typeof SCHEMA;
export const TABLES = Object.keys(SCHEMA) as TableName[];
