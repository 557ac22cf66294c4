// strace's -e, -P, -z, -Z as predicates over calls (strace(1), "Filtering").
import { CLASSES, SYSCALLS } from '../engine/abi/syscalls.ts';
import { NR } from '../engine/abi/syscall-numbers.ts';
import { signalNumber } from '../engine/abi/signals.ts';
import { AnalyzeError } from './options.ts';
import type { StraceOptions } from './options.ts';

export interface StraceFilter {
  /** By number; null = all. */
  calls: Set<number> | null;
  status: Set<string> | null;
  signals: Set<number> | null;
  /** -e abbrev=, -v: calls whose structures are cut; null = all. */
  abbrev: Set<number> | null;
  /** -q, -e quiet=: lines that are left out. */
  quiet: Set<string>;
}
const QUIET = ['attach', 'exit', 'path-resolution', 'personality', 'thread-execve'];

function callSet(list: string): Set<number> | null {
  const invert = list.startsWith('!');
  const set = new Set<number>();
  const names = (invert ? list.slice(1) : list).split(',').filter(Boolean);
  if (!invert && names.includes('all')) return null;
  for (const raw of names) {
    if (raw === 'none') continue;
    if (raw === 'all') { for (const nr of Object.values(NR)) set.add(nr); continue; }
    const optional = raw.startsWith('?'), name = raw.replace(/^\?/, '').replace(/@.*$/, '');
    if (name.startsWith('/')) {
      const re = new RegExp(name.slice(1));
      for (const [n, nr] of Object.entries(NR)) if (re.test(n)) set.add(nr);
      continue;
    }
    const nr = (NR as Record<string, number>)[name];
    const letters = CLASSES[name] ?? (name.startsWith('%') ? CLASSES[name] ?? CLASSES[name.slice(1)] : undefined);
    if (nr !== undefined && !raw.startsWith('%')) set.add(nr);
    else if (letters !== undefined) { for (const r of SYSCALLS) if (r && [...r.classes].some((l) => letters.includes(l))) set.add(r.nr); }
    else if (/^\d+$/.test(name)) set.add(Number(name));
    else if (!optional) throw new AnalyzeError(`invalid system call '${raw}': use names of system calls or classes such as %file, %process, %desc, %network, %memory, %signal`);
  }
  if (!invert) return set;
  return new Set(Object.values(NR).filter((n) => !set.has(n)));
}
function signalSet(list: string): Set<number> | null {
  const invert = list.startsWith('!'), set = new Set<number>();
  for (const name of (invert ? list.slice(1) : list).split(',').filter(Boolean)) {
    if (name === 'all') { if (!invert) return null; for (let i = 1; i <= 64; i++) set.add(i); continue; }
    if (name === 'none') continue;
    const n = /^\d+$/.test(name) ? Number(name) : signalNumber(name);
    if (n < 1) throw new AnalyzeError(`invalid signal '${name}': use a signal's name or number`);
    set.add(n);
  }
  if (!invert) return set;
  return new Set(Array.from({ length: 64 }, (_, i) => i + 1).filter((n) => !set.has(n)));
}
function quietSet(list: string): Set<string> {
  const invert = list.startsWith('!'), names = (invert ? list.slice(1) : list).split(',').filter(Boolean).flatMap((n) => (n === 'all' ? QUIET : n === 'none' ? [] : n === 'exits' ? ['exit'] : n === 'superseded' ? ['thread-execve'] : [n]));
  for (const n of names) if (!QUIET.includes(n)) throw new AnalyzeError(`invalid quiet '${n}': use ${QUIET.join(', ')}`);
  return new Set(invert ? QUIET.filter((n) => !names.includes(n)) : names);
}
const STATUSES = ['successful', 'failed', 'unfinished', 'unavailable', 'detached'];

export function straceFilter(o: StraceOptions): StraceFilter {
  const level = o.q ?? 0, quiet = level > 2 ? QUIET : level > 1 ? ['attach', 'personality', 'exit'] : level > 0 ? ['attach', 'personality'] : [];
  const f: StraceFilter = { calls: null, status: null, signals: null, abbrev: o.v ? new Set() : null, quiet: new Set(quiet) };
  for (const e of o.e ?? []) {
    const at = e.indexOf('='), key = at < 0 ? 'trace' : e.slice(0, at), value = at < 0 ? e : e.slice(at + 1);
    switch (key) {
      case 'trace': case 't': f.calls = callSet(value); break;
      case 'signal': case 'signals': case 's': f.signals = signalSet(value); break;
      case 'status': {
        const invert = value.startsWith('!'), names = (invert ? value.slice(1) : value).split(',').filter(Boolean);
        if (names.includes('all')) { f.status = null; break; }
        for (const n of names) if (n !== 'none' && !STATUSES.includes(n)) throw new AnalyzeError(`invalid status '${n}': use ${STATUSES.join(', ')}`);
        f.status = new Set(invert ? STATUSES.filter((s) => !names.includes(s)) : names);
        break;
      }
      case 'abbrev': case 'a': f.abbrev = callSet(value); break;
      case 'quiet': case 'silent': case 'silence': case 'q': f.quiet = quietSet(value); break;
      default: throw new AnalyzeError(`-e ${key}= is not supported: use trace=, status=, signal=, abbrev= or quiet=`);
    }
  }
  if (o.z) f.status = new Set(['successful']);
  if (o.Z) f.status = new Set(['failed']);
  return f;
}
export function statusOf(ret: number | null, restart: number): string {
  if (ret === null) return 'unfinished';
  return restart !== 0 || (ret < 0 && ret > -4096) ? 'failed' : 'successful';
}
