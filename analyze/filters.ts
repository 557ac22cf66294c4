// --pid --tid --comm --cpu --from --to as SQL conditions.
import type { Filters } from './options.ts';

const quote = (s: string): string => `'${s.replace(/'/g, "''")}'`;

/** Conditions on a row with utid, ts, cpu; 'true' when nothing is asked for. */
export function where(f: Filters, columns: { utid?: string; ts?: string; cpu?: string | null } = {}): string {
  const utid = columns.utid ?? 'utid', ts = columns.ts ?? 'ts', cpu = columns.cpu === undefined ? 'cpu' : columns.cpu;
  const tasks: string[] = [], all: string[] = [];
  if (f.pid !== undefined) tasks.push(`pid = ${Number(f.pid)}`);
  if (f.tid !== undefined) tasks.push(`tid = ${Number(f.tid)}`);
  if (f.comm !== undefined) tasks.push(`comm = ${quote(f.comm)}`);
  if (tasks.length) all.push(`${utid} in (select utid from task where ${tasks.join(' and ')})`);
  if (f.cpu !== undefined && cpu !== null) all.push(`${cpu} = ${Number(f.cpu)}`);
  if (f.from !== undefined) all.push(`${ts} >= ${Math.floor(Number(f.from))}`);
  if (f.to !== undefined) all.push(`${ts} <= ${Math.ceil(Number(f.to))}`);
  return all.length ? all.join(' and ') : 'true';
}
/** Named parameters of a scan, for pruning batches by their zone map. */
export function range(f: Filters): string {
  const p: string[] = [];
  if (f.from !== undefined) p.push(`"from" := ${Math.floor(Number(f.from))}`);
  if (f.to !== undefined) p.push(`"to" := ${Math.ceil(Number(f.to))}`);
  return p.join(', ');
}
