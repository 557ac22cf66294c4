// strace's text while the program runs: the events come one by one as they happen, the lines go out at each moment at which something
// could be seen of the program. The same text as of the finished recording (strace.ts), which a test compares.
import { signalName } from '../../engine/abi/signals.ts';
import type { TableName } from '../../engine/events/schema.ts';
import type { Row } from '../duck.ts';
import type { Out, StraceOptions } from '../options.ts';
import { straceFilter } from '../strace-filter.ts';
import type { StraceFilter } from '../strace-filter.ts';
import { callOf } from './strace-printer.ts';
import type { Call } from './strace-printer.ts';
import { num } from './strace-tasks.ts';
import type { Line, TaskInfo } from './strace-tasks.ts';
import { signalLines, StraceText } from './strace-text.ts';

interface TaskNow extends TaskInfo { kthread: boolean; status: number; heir: { utid: number; tid: number } | null }

const copy = (r: Row): Row => (r.payload instanceof Uint8Array ? { ...r, payload: r.payload.slice() } : r);
const asCall = (r: Row): Call => callOf(r.compat === true ? { ...r, i386: r.name } : r);
const bySeq = (a: { seq: number }, b: { seq: number }): number => a.seq - b.seq;

/** The line of a task's end, from its wait status. */
function ending(r: Row, task: TaskNow): Line {
  const at = { seq: num(r.seq), utid: task.utid, ts: num(r.ts) + num(r.dur) }, { status } = task, signo = status & 0x7f;
  if (task.heir) return { ...at, kind: 'superseded', heir: task.heir.utid, text: `+++ superseded by execve in pid ${task.heir.tid} +++` };
  if (signo !== 0) return { ...at, kind: 'killed', text: `+++ killed by ${signalName(signo)}${(status & 0x80) !== 0 ? ' (core dumped)' : ''} +++` };
  return { ...at, kind: 'exit', text: `+++ exited with ${(status >> 8) & 255} +++` };
}

export class LiveStrace {
  readonly tables: readonly TableName[] = ['syscall', 'signal', 'thread', 'sched_wakeup', 'file_desc'];
  private readonly options: StraceOptions;
  private readonly filter: StraceFilter;
  private readonly out: Out;
  private readonly tasks = new Map<number, TaskInfo>();
  private first = -1;
  private text!: StraceText;
  /** What has come since the last moment. */
  private calls: Call[] = [];
  private lines: Line[] = [];
  /** Calls that were shown while they were open, by seq. */
  private readonly open = new Set<number>();
  constructor(options: StraceOptions, out: Out) {
    this.options = options;
    this.filter = straceFilter(options);
    this.out = out;
  }

  begin(run: { cwd: string; start: { sec: number; nsec: number }; program: TaskNow }): void {
    this.first = run.program.utid;
    this.tasks.set(this.first, { ...run.program });
    this.text = new StraceText({ options: this.options, filter: this.filter, tasks: this.tasks, cwd: run.cwd, start: run.start, stacks: null, out: this.out });
  }
  private followed(utid: number): boolean { return this.options.f === true || utid === this.first; }

  row(table: TableName, r: Row, task: TaskNow | null): void {
    const utid = num(r.utid);
    switch (table) {
      case 'syscall': if (this.followed(utid)) this.calls.push(asCall(copy(r))); break;
      case 'signal': if (this.followed(utid)) this.lines.push(...signalLines(r, this.filter)); break;
      case 'file_desc': this.text.names.file(num(r.file_id), Buffer.from(r.path as Uint8Array).toString()); break;
      case 'sched_wakeup':
        if (r.is_new !== true || task === null || task.kthread) break;
        if (!this.tasks.has(utid)) this.tasks.set(utid, { ...task });
        if (this.options.live && utid !== this.first) this.lines.push({ seq: num(r.seq), utid, ts: num(r.ts), kind: 'attach', text: `strace: Process ${num(r.tid)} attached` });
        break;
      case 'thread':
        if (r.dur === null || task === null || task.kthread || !this.followed(utid)) break;
        this.lines.push(ending(r, task));
        break;
      default:
    }
  }

  moment(open: Row[], lastSeq: number): void {
    const { text } = this, ended = this.calls, begun: Call[] = [];
    this.calls = [];
    for (const c of ended) if (this.open.delete(c.seq)) text.returned(c); else begun.push(c);
    // whether a call succeeds is seen when it has returned
    if (!this.filter.status) for (const r of open) {
      if (this.open.has(num(r.seq)) || r.compat === true || !this.followed(num(r.utid))) continue;
      this.open.add(num(r.seq));
      begun.push(asCall(copy(r)));
    }
    text.lines.push(...this.lines.sort(bySeq));
    this.lines = [];
    for (const c of begun.sort(bySeq)) text.take(c);
    text.advance(lastSeq + 1);
    text.flush();
  }
  end(): void { this.text.end(); }
}
