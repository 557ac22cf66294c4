// Events as they happen, for who shows them while the program runs (ktrace strace). Nothing here changes the machine: the digest of a
// watched run is that of any other.
import { SYSCALLS } from '../engine/abi/syscalls.ts';
import type { Machine } from '../engine/boot/machine.ts';
import { readRow } from '../engine/events/emitter.ts';
import type { TableState, TraceSink } from '../engine/events/emitter.ts';
import type { TableName } from '../engine/events/schema.ts';
import type { Host } from '../engine/host/door.ts';
import type { Task } from '../engine/kernel/contracts/task.ts';

/** Who a row is of, at that time. `status`: how a task ends, as wait(2) tells it; `heir`: the thread that execve leaves in a leader's place. */
export interface TaskNow { utid: number; tid: number; pid: number; upid: number; comm: string; kthread: boolean; status: number; heir: { utid: number; tid: number } | null }
export type EventRow = Record<string, unknown>;

export interface Watcher {
  readonly tables: readonly TableName[];
  begin(run: { cwd: string; start: { sec: number; nsec: number }; program: TaskNow }): void;
  /** A row as it ends, by column name; its bytes live until the next row. */
  row(table: TableName, row: EventRow, task: TaskNow | null): void;
  /** Every event up to `lastSeq` has been given; `open` are rows of the calls that have not returned. Comes before the guest writes to a stream of the host, before it waits, and after each slice. */
  moment(open: EventRow[], lastSeq: number): void;
}

const u64 = (lo: number, hi: number): bigint => (BigInt(hi) << 32n) | BigInt(lo);

function now(t: Task): TaskNow {
  const p = t.process, heir = p.leader === t && p.groupExec !== null && p.groupExec !== t ? { utid: p.groupExec.utid, tid: p.groupExec.pid } : null;
  return { utid: t.utid, tid: t.pid, pid: p.pid, upid: p.upid, comm: t.comm, kthread: t.kthread, status: t.exitCode, heir };
}

export class Watch implements TraceSink {
  private readonly watcher: Watcher;
  private machine: Machine | null = null;
  constructor(watcher: Watcher) { this.watcher = watcher; }

  begin(machine: Machine, cwd: string, start: { sec: number; nsec: number }): void {
    this.machine = machine;
    this.watcher.begin({ cwd, start, program: now(machine.kernel.program!.leader) });
  }
  batch(): void { /* every row was given when it ended */ }
  row(t: TableState, row: number): void {
    const r = readRow(t, row), tid = (t.name === 'thread' || t.name === 'sched_wakeup' ? r.tid : null) as number | null;
    const task = tid === null ? undefined : this.machine?.kernel.tasks.get(tid);
    this.watcher.row(t.name, r, task ? now(task) : null);
  }
  moment(): void {
    const m = this.machine;
    if (!m) return;
    const open = m.dispatch.openCalls(m.kernel).map((t): EventRow => {
      const s = t.syscall, a = s.args, arg = (i: number): bigint => u64(a[i * 2]!, a[i * 2 + 1]!);
      return {
        seq: s.enterSeq, exit_seq: null, ts: s.enterTs, dur: null, utid: t.utid, nr: s.nr, a0: arg(0), a1: arg(1), a2: arg(2), a3: arg(3), a4: arg(4), a5: arg(5), payload: m.dispatch.openPayload(t),
        ret: null, restart: 0, fd: SYSCALLS[s.nr]?.args[0]?.kind === 'fd' ? a[0]! | 0 : null, file_id: s.fileId || null, callsite: BigInt(s.callsite), compat: s.compat >= 0,
      };
    });
    this.watcher.moment(open, m.kernel.trace.lastSeq);
  }
  /** The host, with a moment before each write: what the program did stands before what it says. */
  before(host: Host): Host {
    return { ...host, write: (fd, data) => { this.moment(); return host.write(fd, data); } };
  }
}
