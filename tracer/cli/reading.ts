// What the reading commands share: the recording's name and the filters.
import { durationNs } from './args.ts';
import { say } from './errors.ts';
import type { OptionSpec, Parsed, Reader } from './args.ts';
import type { Filters, Format, ReportOptions, StraceOptions } from '../../analyze/options.ts';
import { DEFAULT_DIR, openRecording, UserError } from '../recording.ts';

export const FILTERS: OptionSpec = { '--pid': 'value', '--tid': 'value', '--comm': 'value', '--cpu': 'value', '--from': 'value', '--to': 'value', '--format': 'value' };
export const STRACE: OptionSpec = {
  '-f': 'count', '-T': 'flag', '-t': 'count', '-r': 'flag', '-y': 'count', '-Y': 'flag', '-k': 'flag', '-n': 'flag', '-i': 'flag', '-s': 'value', '-v': 'flag', '-x': 'count', '-e': 'many', '-P': 'many',
  '-z': 'flag', '-Z': 'flag', '-c': 'flag', '-C': 'flag', '-w': 'flag', '-S': 'value', '-a': 'value',
};

/** The one recording that the words left over name, checked to be one. */
export function recordingOf(p: Parsed, usage: string): string {
  if (p.rest.length > 1) throw new UserError(`${p.rest[1]} is one word too many: ${usage}`);
  return openForReading(p.rest[0] ?? DEFAULT_DIR);
}

/** A recording that was not closed is read up to its last flush, and that is said. */
export function openForReading(path: string): string {
  const { dir, manifest } = openRecording(path);
  if (!manifest.complete) say(`ktrace: ${path} was not closed properly: this is what it holds up to its last flush\n`);
  return dir;
}

export function filters(r: Reader): Filters {
  const f: Filters = {};
  for (const name of ['pid', 'tid', 'cpu'] as const) if (r.has(`--${name}`)) f[name] = r.int(`--${name}`, 0, 0, 4194304);
  if (r.has('--comm')) f.comm = r.get('--comm')!;
  for (const name of ['from', 'to'] as const) {
    const v = r.get(`--${name}`);
    if (v !== undefined) f[name] = durationNs(v, (want) => r.bad(`--${name}`, v, want));
  }
  return f;
}
export function reportOptions(r: Reader): ReportOptions {
  return { ...filters(r), format: r.oneOf<Format>('--format', 'text', ['text', 'csv', 'json']) };
}

export function straceOptions(r: Reader): StraceOptions {
  const o: StraceOptions = {}, summary = r.has('-c') || r.has('-C') || r.has('--summary');
  for (const name of ['-S', '-w']) if (r.has(name) && !summary) r.refuse(`${name} belongs to the summary: add -c or -C`);
  const flag: (keyof StraceOptions)[] = ['f', 'T', 'r', 'Y', 'k', 'n', 'i', 'v', 'z', 'Z', 'c', 'C', 'w'];
  for (const name of flag) if (r.has(`-${name}`)) (o as Record<string, unknown>)[name] = true;
  const t = Math.min(3, r.count('-t')), x = Math.min(2, r.count('-x')), y = r.count('-y');
  if (t) o.t = t as 1 | 2 | 3;
  if (x) o.x = x as 1 | 2;
  if (y) o.y = true;
  if (y > 1) o.yy = true;
  if (r.has('-s')) o.s = r.int('-s', 32, 0, 1 << 30);
  if (r.has('-a')) o.a = r.int('-a', 40, 0, 1000);
  if (r.has('-e')) o.e = r.all('-e');
  if (r.has('-P')) o.P = r.all('-P');
  if (r.has('-S')) o.S = r.get('-S')!;
  return o;
}
