// report --signals: every signal generated, delivered and returned from, in order.
import { nameOf } from '../../engine/abi/names.ts';
import { SI_NAMES } from '../../engine/abi/signals.ts';
import { withDatabase } from '../duck.ts';
import { where } from '../filters.ts';
import type { Out, ReportOptions } from '../options.ts';
import { writeTable } from '../table.ts';

export async function reportSignals(dir: string, options: ReportOptions, out: Out): Promise<void> {
  await withDatabase(dir, async (db) => {
    const rows = await db.rows(`select s.*, t.tid as target, t.comm as comm, f.tid as sender, f.comm as sender_comm from signal s left join task t on t.utid = s.utid left join task f on f.utid = s.sender_utid
      where ${where(options, { utid: 's.utid', ts: 's.ts', cpu: 's.cpu' })} order by s.seq`);
    writeTable(['time', 'event', 'signal', 'code', 'task', 'sender', 'result', 'handler'], rows.map((r) => [
      (Number(r.ts) / 1e9).toFixed(9), r.event, r.name, r.event === 'return' ? '' : nameOf(SI_NAMES, Number(r.code)) ?? Number(r.code), r.target === null ? '' : `${String(r.comm)}[${Number(r.target)}]`,
      r.sender === null ? (r.event === 'generate' ? 'kernel' : '') : `${String(r.sender_comm)}[${Number(r.sender)}]`, r.result, r.handler === null || r.handler === undefined ? '' : `0x${BigInt(r.handler as bigint).toString(16)}`]), options.format ?? 'text', out);
  });
}
