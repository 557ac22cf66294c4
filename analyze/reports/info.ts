// ktrace info: what a recording holds. describeRecording gives the object that --json prints.
import type { Out } from '../options.ts';
import { Recording } from '../recording.ts';
import { jsonText, writeTable } from '../table.ts';

export async function describeRecording(dir: string): Promise<Record<string, unknown>> {
  const r = new Recording(dir), m = r.manifest;
  const events = Object.fromEntries(r.tableNames().map((t) => [t, m.complete ? m.events[t] ?? 0 : r.table(t).rows]));
  r.close();
  return {
    format: m.format, engine: m.engine, engineHash: m.engineHash, command: m.command, cwd: m.cwd, cpus: m.cpus, seed: m.seed, complete: m.complete, digest: m.digest, stateDigest: m.stateDigest,
    cycles: m.cycles, instructions: m.instructions, exit: m.exit, halt: m.halt, startSec: m.startSec, startNsec: m.startNsec, config: m.config, events, unknownSyscalls: m.unknownSyscalls, guestFiles: m.guestFiles, changedHostFiles: m.changedHostFiles,
  };
}

export async function reportInfo(dir: string, options: { json?: boolean }, out: Out): Promise<void> {
  const d = await describeRecording(dir);
  if (options.json) { out(`${jsonText(d)}\n`); return; }
  const exit = d.exit as { code?: number; signal?: number } | null;
  const lines: [string, string][] = [
    ['command', (d.command as string[]).join(' ')], ['directory', String(d.cwd)],
    ['machine', `${d.cpus} CPU${d.cpus === 1 ? '' : 's'}, ${Math.round((d.config as { ramBytes: number }).ramBytes / 1048576)} MiB RAM, seed ${d.seed}`],
    ['engine', `${d.engine} (format ${d.format})`], ['closed properly', d.complete ? 'yes' : 'no: readable up to the last flush'],
    ['virtual time', `${(Number(d.cycles) / 1e9).toFixed(6)} s, ${d.instructions} instructions`],
    ['exit', exit === null ? (d.halt ? String(d.halt) : 'unknown') : exit.code !== undefined ? `code ${exit.code}` : `signal ${exit.signal}`],
    ['digest', String(d.digest)], ['state digest', String(d.stateDigest)],
  ];
  for (const [k, v] of lines) out(`${`${k}:`.padEnd(17)}${v}\n`);
  out('\n');
  writeTable(['table', 'rows'], Object.entries(d.events as Record<string, number>), 'text', out);
  const unknown = d.unknownSyscalls as { name: string; count: number }[];
  if (unknown.length) { out('\nunknown system calls (answered with ENOSYS):\n'); writeTable(['name', 'count'], unknown.map((u) => [u.name, u.count]), 'text', out); }
  if (d.guestFiles) out(`\n${d.guestFiles} files were changed inside: ktrace extract --list shows them\n`);
}
