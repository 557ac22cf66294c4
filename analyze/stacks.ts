// Weighted stacks of a recording, root first: sampled stacks where there are any, else CPU time by task and system call.
import { withDatabase } from './duck.ts';
import type { Database } from './duck.ts';
import { where } from './filters.ts';
import type { Filters } from './options.ts';

export interface Stack { frames: string[]; ns: number }
export type StackKind = 'cpu' | 'offcpu';

function frameName(symbol: string | null, pc: bigint | number, mapping: string | null): string {
  if (symbol) return symbol;
  const file = mapping ? mapping.slice(mapping.lastIndexOf('/') + 1) : '';
  return file ? `[${file}]` : `0x${BigInt(pc).toString(16)}`;
}

async function sampled(db: Database, kind: StackKind, f: Filters): Promise<Stack[]> {
  if (!db.recording.has('stack_sample') || db.recording.table('stack_sample').rows === 0) return [];
  const rows = await db.rows(`select s.callsite_id as id, t.comm as comm, sum(s.weight)::bigint as ns from stack_sample s left join task t on t.utid = s.utid
    where s.kind::varchar = '${kind}' and ${where(f, { utid: 's.utid', ts: 's.ts', cpu: 's.cpu' })} group by all`);
  if (rows.length === 0) return [];
  const sites = new Map<number, { parent: number | null; frame: number }>();
  for (const r of await db.rows('select id, parent, frame_id from callsite')) sites.set(Number(r.id), { parent: r.parent === null ? null : Number(r.parent), frame: Number(r.frame_id) });
  const frames = new Map<number, string>();
  for (const r of await db.rows('select f.id, f.symbol, f.pc, m.path from frame f left join mapping m on m.id = f.mapping_id')) frames.set(Number(r.id), frameName(r.symbol as string | null, r.pc as bigint, r.path as string | null));
  return rows.map((r) => {
    const stack: string[] = [];
    for (let id: number | null = Number(r.id), depth = 0; id !== null && depth < 512; depth++) {
      const site = sites.get(id);
      if (!site) break;
      stack.push(frames.get(site.frame) ?? '?');
      id = site.parent;
    }
    stack.push(String(r.comm ?? '?'));
    return { frames: stack.reverse(), ns: Number(r.ns) };
  });
}

async function measured(db: Database, kind: StackKind, f: Filters): Promise<Stack[]> {
  const out: Stack[] = [];
  if (kind === 'offcpu') {
    for (const r of await db.rows(`select t.comm as comm, coalesce(nullif(s.wait::varchar, ''), s.state::varchar) as wait, c.nr as nr, sum(s.dur)::bigint as ns from thread_state s left join task t on t.utid = s.utid
        left join (select distinct nr from syscall) c on c.nr = s.syscall_nr where s.state::varchar in ('S', 'D', 'T', 't') and s.dur is not null and ${where(f, { utid: 's.utid', ts: 's.ts', cpu: 's.cpu' })} group by all`)) out.push({ frames: [String(r.comm), String(r.wait)], ns: Number(r.ns) });
    return out;
  }
  for (const r of await db.rows(`select t.comm as comm, sum(s.dur)::bigint as ns, any_value(k.ns)::bigint as kernel from thread_state s left join task t on t.utid = s.utid
      left join (select y.comm, sum(x.cpu_ns) as ns from syscall x join task y on y.utid = x.utid where ${where(f, { utid: 'x.utid', ts: 'x.ts', cpu: 'x.cpu' })} group by 1) k on k.comm = t.comm
      where s.state::varchar = 'Running' and t.tid <> 0 and ${where(f, { utid: 's.utid', ts: 's.ts', cpu: 's.cpu' })} group by 1`)) out.push({ frames: [String(r.comm), '[user]'], ns: Math.max(0, Number(r.ns) - Number(r.kernel ?? 0)) });
  for (const r of await db.rows(`select t.comm as comm, x.name::varchar as name, sum(x.cpu_ns)::bigint as ns from syscall x left join task t on t.utid = x.utid where ${where(f, { utid: 'x.utid', ts: 'x.ts', cpu: 'x.cpu' })} group by all`)) out.push({ frames: [String(r.comm), '[kernel]', `sys_${String(r.name)}`], ns: Number(r.ns) });
  return out;
}

export async function stacksOf(dir: string, kind: StackKind, f: Filters): Promise<Stack[]> {
  return withDatabase(dir, async (db) => {
    let stacks = await sampled(db, kind, f);
    if (stacks.length === 0) stacks = await measured(db, kind, f);
    const merged = new Map<string, Stack>();
    for (const s of stacks) {
      const key = s.frames.join(';');
      const have = merged.get(key);
      if (have) have.ns += s.ns; else merged.set(key, { ...s });
    }
    return [...merged.entries()].sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([, s]) => s).filter((s) => s.ns > 0);
  });
}
