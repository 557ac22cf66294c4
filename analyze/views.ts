// All views by name: the event tables as they are, and those of sql/, one a file.
import { TABLES } from '../engine/events/schema.ts';
import type { TableName } from '../engine/events/schema.ts';
import task from './sql/task.sql';
import task_of_thread from './sql/task_of_thread.sql';
import call from './sql/call.sql';
import syscall_summary from './sql/syscall_summary.sql';
import sched_latency from './sql/sched_latency.sql';
import sched_run from './sql/sched_run.sql';
import fault_summary from './sql/fault_summary.sql';
import signal_event from './sql/signal_event.sql';
import io_summary from './sql/io_summary.sql';
import irq_run from './sql/irq_run.sql';

/** The text of a view in a recording with these tables. */
export const viewText = (name: string, has: (table: TableName) => boolean): string | undefined => (name === 'task' && !has('sched_switch') && has('thread') ? task_of_thread : VIEWS[name]);

export const VIEWS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(TABLES.map((t) => [t, `select * from ${t}_scan()`])),
  task, call, syscall_summary, sched_latency, sched_run, fault_summary, signal_event, io_summary, irq_run,
};
