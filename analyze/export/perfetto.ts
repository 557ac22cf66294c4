// Perfetto's trace format (github.com/google/perfetto, protos/perfetto/trace): scheduling and interrupts as ftrace events, so that the
// UI shows CPUs and thread states; system calls as slices of their threads; signals and major faults as instants; memory as counters.
import { withDatabase } from '../duck.ts';
import type { Database, Row } from '../duck.ts';
import { where } from '../filters.ts';
import type { Filters } from '../options.ts';
import { Message } from './protobuf.ts';

const PACKET = { ftraceEvents: 1, processTree: 2, timestamp: 8, sequence: 10, trackEvent: 11, systemInfo: 45, trackDescriptor: 60 } as const;
const FTRACE = { schedSwitch: 4, schedWakeup: 17, softirqEntry: 24, softirqExit: 25, irqEntry: 36, irqExit: 37, schedWakeupNew: 114 } as const;
const EVENT = { annotation: 4, type: 9, track: 11, name: 23, counter: 30 } as const;
const TYPE = { begin: 1, end: 2, instant: 3, counter: 4 } as const;
/** task->state as sched_switch of Linux 6.1 prints it (include/linux/sched.h). */
const STATES: Record<string, number> = { R: 0, 'R+': 256, S: 1, D: 2, T: 4, t: 8, X: 16, Z: 32, I: 128 };
/** Events of one CPU in a bundle; one packet sequence for all track events. */
const BUNDLE = 512, SEQUENCE = 1;
/** Track ids: a thread's is its utid; counters lie above. */
const COUNTERS = 2 ** 32;

const num = (v: unknown): number => Number(v);
const text = (v: unknown): string => String(v ?? '');

export async function exportPerfetto(dir: string, options: Filters, write: (bytes: Uint8Array) => void): Promise<void> {
  await withDatabase(dir, async (db) => {
    const packet = (m: Message): void => write(new Message().message(1, m).done());
    const { release, version } = db.recording.manifest.config;
    packet(new Message().message(PACKET.systemInfo, new Message().message(1, new Message().text(1, 'Linux').text(2, version).text(3, release).text(4, 'x86_64'))));
    await tracks(db, packet);
    if (db.recording.has('sched_switch')) await ftrace(db, options, packet);
    const event = (ts: number, track: number, type: number, fill?: (m: Message) => void): void => {
      const e = new Message().int(EVENT.type, type).int(EVENT.track, track);
      fill?.(e);
      packet(new Message().int(PACKET.timestamp, ts).int(PACKET.sequence, SEQUENCE).message(PACKET.trackEvent, e));
    };
    const note = (e: Message, name: string, value: string): void => void e.message(EVENT.annotation, new Message().text(10, name).text(6, value));
    if (db.recording.has('syscall')) {
      for await (const rows of db.stream(`select utid, ts, dur, name::varchar as name, args, ret, errno from syscall where ${where(options)} order by seq`)) for (const r of rows) {
        event(num(r.ts), num(r.utid), TYPE.begin, (e) => { e.text(EVENT.name, text(r.name)); note(e, 'args', text(r.args)); if (r.ret !== null) note(e, 'ret', text(r.ret)); });
        if (r.dur !== null) event(num(r.ts) + num(r.dur), num(r.utid), TYPE.end);
      }
    }
    if (db.recording.has('signal')) for await (const rows of db.stream(`select utid, ts, name::varchar as name, result::varchar as result from signal where event = 'deliver' and ${where(options)} order by seq`)) for (const r of rows) event(num(r.ts), num(r.utid), TYPE.instant, (e) => { e.text(EVENT.name, text(r.name)); note(e, 'result', text(r.result)); });
    if (db.recording.has('page_fault')) for await (const rows of db.stream(`select utid, ts, kind::varchar as kind, addr, vma::varchar as vma from page_fault where kind in ('major', 'invalid') and ${where(options)} order by seq`)) for (const r of rows) event(num(r.ts), num(r.utid), TYPE.instant, (e) => { e.text(EVENT.name, `page fault, ${text(r.kind)}`); note(e, 'address', `0x${BigInt(r.addr as bigint).toString(16)}`); note(e, 'mapping', text(r.vma)); });
    if (db.recording.has('mem_counter')) {
      const names = (await db.rows('select distinct name::varchar as name from mem_counter where upid is null order by 1')).map((r) => text(r.name));
      names.forEach((name, i) => packet(new Message().int(PACKET.sequence, SEQUENCE).message(PACKET.trackDescriptor, new Message().int(1, COUNTERS + i).text(2, `memory: ${name}`).message(8, new Message().int(3, 3).int(4, 1024)))));
      for await (const rows of db.stream(`select ts, name::varchar as name, value from mem_counter where upid is null and ${where(options)} order by ts, seq`)) for (const r of rows) event(num(r.ts), COUNTERS + names.indexOf(text(r.name)), TYPE.counter, (e) => { e.int(EVENT.counter, num(r.value)); });
    }
  });
}

/** Processes and threads, and a track for each thread. */
async function tracks(db: Database, packet: (m: Message) => void): Promise<void> {
  if (!db.recording.has('thread')) return;
  const tree = new Message();
  if (db.recording.has('process')) {
    const argv = db.recording.has('exec') ? 'left join (select upid, arg_max(argv, seq) as argv from exec group by 1) e using (upid)' : 'cross join (select null as argv)';
    for (const r of await db.rows(`select p.upid, p.pid, p.uid, p.comm::varchar as comm, coalesce(q.pid, 0) as ppid, argv from process p left join (select upid as parent_upid, pid from process) q using (parent_upid) ${argv}`)) {
      const m = new Message().int(1, num(r.pid)).int(2, num(r.ppid));
      const words = text(r.argv).split('\0').slice(0, -1);
      for (const w of words.length ? words : [text(r.comm)]) m.text(3, w);
      tree.message(1, m.int(5, num(r.uid)));
    }
  }
  const threads = await db.rows('select utid, tid, pid, name::varchar as name from thread');
  for (const r of threads) tree.message(2, new Message().int(1, num(r.tid)).int(3, num(r.pid)).text(2, text(r.name)));
  packet(new Message().int(PACKET.timestamp, 0).message(PACKET.processTree, tree));
  for (const r of threads) packet(new Message().int(PACKET.sequence, SEQUENCE).message(PACKET.trackDescriptor, new Message().int(1, num(r.utid)).message(4, new Message().int(1, num(r.pid)).int(2, num(r.tid)).text(5, text(r.name)))));
}

/** sched_switch, sched_wakeup, interrupts: bundles a CPU, each in order of time. */
async function ftrace(db: Database, options: Filters, packet: (m: Message) => void): Promise<void> {
  const bundles = new Map<number, { m: Message; events: number }>();
  const flush = (cpu: number): void => { const b = bundles.get(cpu); if (b && b.events > 0) packet(new Message().message(PACKET.ftraceEvents, b.m)); bundles.delete(cpu); };
  const emit = (cpu: number, ts: number, pid: number, field: number, m: Message): void => {
    let b = bundles.get(cpu);
    if (!b) { b = { m: new Message().int(1, cpu), events: 0 }; bundles.set(cpu, b); }
    b.m.message(2, new Message().int(1, ts).int(2, pid).message(field, m));
    if (++b.events >= BUNDLE) flush(cpu);
  };
  const time = where({ ...(options.cpu !== undefined ? { cpu: options.cpu } : {}), ...(options.from !== undefined ? { from: options.from } : {}), ...(options.to !== undefined ? { to: options.to } : {}) });
  const parts = [`select ts, seq, cpu, 0 as what, prev_tid as tid, prev_comm::varchar as comm, prev_prio as prio, prev_state::varchar as state, next_tid as tid2, next_comm::varchar as comm2, next_prio as prio2, false as is_new from sched_switch where ${time}`];
  if (db.recording.has('sched_wakeup')) parts.push(`select ts, seq, cpu, 1, tid, comm::varchar, prio, '', target_cpu, '', 0, is_new from sched_wakeup where ${time}`);
  if (db.recording.has('irq')) for (const [end, what] of [['0', 2], ['dur', 3]]) parts.push(`select ts + ${end}, seq, cpu, ${what}, 0, name::varchar, vector, kind::varchar, 0, '', 0, false from irq where ${time}`);
  for await (const rows of db.stream(`${parts.join(' union all ')} order by cpu, ts, seq, what`)) for (const r of rows as Row[]) {
    const cpu = num(r.cpu), ts = num(r.ts), tid = num(r.tid);
    switch (num(r.what)) {
      case 0: emit(cpu, ts, tid, FTRACE.schedSwitch, new Message().text(1, text(r.comm)).int(2, tid).int(3, num(r.prio)).int(4, STATES[text(r.state)] ?? 0).text(5, text(r.comm2)).int(6, num(r.tid2)).int(7, num(r.prio2))); break;
      case 1: emit(cpu, ts, tid, r.is_new ? FTRACE.schedWakeupNew : FTRACE.schedWakeup, new Message().text(1, text(r.comm)).int(2, tid).int(3, num(r.prio)).int(4, 1).int(5, num(r.tid2))); break;
      case 2: emit(cpu, ts, 0, r.state === 'soft' ? FTRACE.softirqEntry : FTRACE.irqEntry, r.state === 'soft' ? new Message().int(1, num(r.prio)) : new Message().int(1, num(r.prio)).text(2, text(r.comm))); break;
      default: emit(cpu, ts, 0, r.state === 'soft' ? FTRACE.softirqExit : FTRACE.irqExit, r.state === 'soft' ? new Message().int(1, num(r.prio)) : new Message().int(1, num(r.prio)).int(2, 1));
    }
  }
  for (const cpu of [...bundles.keys()]) flush(cpu);
}
