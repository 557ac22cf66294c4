// report --strace: the text strace 6.1 writes to a file (-o) or to a terminal (`live`), from the syscall, signal and thread tables.
import { withDatabase } from '../duck.ts';
import type { Database } from '../duck.ts';
import { where } from '../filters.ts';
import type { Out, StraceOptions } from '../options.ts';
import { straceFilter } from '../strace-filter.ts';
import type { StraceFilter } from '../strace-filter.ts';
import { writeTable } from '../table.ts';
import { callOf } from './strace-printer.ts';
import type { Call } from './strace-printer.ts';
import { CallStacks } from './strace-stacks.ts';
import { births, endings, firstTask, num, tasksOf } from './strace-tasks.ts';
import type { Line } from './strace-tasks.ts';
import { learns, signalLines, StraceText } from './strace-text.ts';
import { summaryText } from './summary.ts';

async function lines(db: Database, options: StraceOptions, filter: StraceFilter, condition: string): Promise<Line[]> {
  const out: Line[] = [];
  if (db.recording.has('signal') && (filter.signals === null || filter.signals.size)) {
    for (const r of await db.rows(`select seq, utid, ts, event::varchar as event, signo, info, result::varchar as result from signal where event <> 'return' and ${condition} order by seq`)) out.push(...signalLines(r, filter));
  }
  if (options.live) out.push(...await births(db));
  out.push(...await endings(db, condition));
  return out.sort((a, b) => a.seq - b.seq);
}

export async function reportStrace(dir: string, options: StraceOptions, out: Out): Promise<void> {
  const filter = straceFilter(options);
  await withDatabase(dir, async (db) => {
    if (options.c) { out(await summaryText(dir, options, filter)); return; }
    const tasks = await tasksOf(db), { manifest } = db.recording;
    const one = options.f || options.pid !== undefined || options.tid !== undefined || options.comm !== undefined ? '' : ` and utid = ${await firstTask(db)}`;
    const condition = where(options) + one, learn = learns(options);
    const nrs = filter.calls ? ` and nr in (${[...filter.calls, -1].join(',')})` : '';
    const i386 = (await db.rows('select 1 from syscall where compat limit 1')).length > 0, stacks = options.k ? await CallStacks.load(db) : null;
    const calls = `select seq, exit_seq, utid, ts, dur, nr, a0, a1, a2, a3, a4, a5, payload, ret, restart, fd, file_id, callsite${i386 ? ', case when compat then name::varchar end as i386' : ''} from syscall where ${condition}${learn ? '' : nrs}`;
    const query = stacks ? `select * from (${calls}) left join (select seq, callsite_id as stack from stack_sample where kind = 'syscall') using (seq) order by seq` : `${calls} order by seq`;
    const structured = options.format === 'json' || options.format === 'csv' ? ([] as unknown[][]) : null;
    const text = new StraceText({ options, filter, tasks, cwd: manifest.cwd, start: { sec: manifest.startSec, nsec: manifest.startNsec }, stacks, out, ...(structured ? { structured: (row: unknown[]) => { structured.push(row); } } : {}) });
    if (learn && db.recording.has('file_desc')) for (const f of await db.rows('select file_id, path from file_desc')) text.names.file(num(f.file_id), String(f.path));
    text.lines.push(...await lines(db, options, filter, condition));
    for await (const rows of db.stream(query)) for (const r of rows) text.take(callOf(r));
    if (!manifest.complete && !structured) for (const c of db.recording.openCalls()) {
      const args = new Uint32Array(12);
      c.args.forEach((v, i) => { if (i < 12) args[i] = v; });
      const call: Call = { seq: c.seq, exitSeq: null, utid: c.utid, ts: c.ts, dur: null, nr: c.nr, args, payload: null, ret: null, restart: 0, fd: null, fileId: null, stack: null, ip: 0n };
      if (text.shown(call) && (one === '' || one.endsWith(` ${c.utid}`))) text.take(call);
    }
    text.end();
    if (structured) writeTable(['seq', 'ts', 'dur', 'tid', 'name', 'args', 'ret', 'result'], structured, options.format!, out);
    if (options.C) out(await summaryText(dir, options, filter));
  });
}
