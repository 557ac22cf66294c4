// Option parsing for all commands: long options with `=` or the next word, short ones, and where a program's own words begin.
// Hand-written: commander takes 13 ms to load, where recording /bin/true may take 240, and strace's letters are not its style.
import { UserError } from '../recording.ts';

/** flag: no value. value: takes one (`--o=v`, `--o v`, `-ov`). optional: only after `=`. many: a value, may be repeated. */
export type OptionKind = 'flag' | 'value' | 'optional' | 'many' | 'count';
export interface OptionSpec { [name: string]: OptionKind }
export type Parsed = { options: Map<string, string[]>; rest: string[] };

/**
 * @param spec names with their dashes (`--cpus`, `-o`).
 * @param program true: the first word that is no option, or the one behind `--`, and all after it are a program's.
 */
export function parseArgs(argv: string[], spec: OptionSpec, program: boolean, status: number): Parsed {
  const options = new Map<string, string[]>(), rest: string[] = [];
  const put = (name: string, value: string): void => { const list = options.get(name); if (list && spec[name] !== 'value') list.push(value); else options.set(name, [value]); };
  const unknown = (a: string): never => { throw new UserError(`unknown option ${a}: see ktrace --help`, status); };
  for (let i = 0; i < argv.length; i++) {
    const a = argv[i]!;
    if (a === '--') { rest.push(...argv.slice(i + 1)); break; }
    if (a === '-' || !a.startsWith('-')) {
      if (program) { rest.push(...argv.slice(i)); break; }
      rest.push(a);
      continue;
    }
    const next = (name: string): string => {
      if (i + 1 >= argv.length) throw new UserError(`${name} wants a value: see ktrace --help`, status);
      return argv[++i]!;
    };
    if (a.startsWith('--')) {
      const eq = a.indexOf('='), name = eq < 0 ? a : a.slice(0, eq), kind = Object.hasOwn(spec, name) ? spec[name] : undefined;
      if (kind === undefined) unknown(name);
      if (kind === 'flag' || kind === 'count') {
        if (eq >= 0) throw new UserError(`${name} takes no value: leave out ${a.slice(eq)}`, status);
        put(name, '');
      } else if (kind === 'optional') put(name, eq < 0 ? '' : a.slice(eq + 1));
      else put(name, eq < 0 ? next(name) : a.slice(eq + 1));
      continue;
    }
    // -yy, -tt, -ttt are single options where the spec has them; otherwise letters one by one
    for (let j = 1; j < a.length; j++) {
      const name = `-${a[j]!}`, kind = Object.hasOwn(spec, name) ? spec[name] : undefined;
      if (kind === undefined) unknown(name);
      if (kind === 'flag' || kind === 'count') { put(name, ''); continue; }
      const glued = a.slice(j + 1);
      put(name, glued !== '' ? glued.replace(/^=/, '') : next(name));
      break;
    }
  }
  return { options, rest };
}

export class Reader {
  private readonly p: Parsed;
  private readonly status: number;
  constructor(p: Parsed, status: number) { this.p = p; this.status = status; }
  has(name: string): boolean { return this.p.options.has(name); }
  get(name: string): string | undefined { return this.p.options.get(name)?.at(-1); }
  all(name: string): string[] { return this.p.options.get(name) ?? []; }
  count(name: string): number { return this.p.options.get(name)?.length ?? 0; }
  bad(name: string, value: string, want: string): never { throw new UserError(`${name} ${value}: ${want}`, this.status); }

  int(name: string, fallback: number, min: number, max: number): number {
    const v = this.get(name);
    if (v === undefined) return fallback;
    const n = /^\d+$/.test(v) ? Number(v) : NaN;
    if (!(n >= min && n <= max)) this.bad(name, v, `give a whole number from ${min} to ${max}`);
    return n;
  }
  oneOf<T extends string>(name: string, fallback: T, values: readonly T[]): T {
    const v = this.get(name);
    if (v === undefined) return fallback;
    if (!values.includes(v as T)) this.bad(name, v, `give one of ${values.join(', ')}`);
    return v as T;
  }
  /** 512M, 1G, 3.5G. */
  size(name: string, fallback: number, min: number, max: number): number {
    const v = this.get(name);
    if (v === undefined) return fallback;
    const m = /^(\d+(?:\.\d+)?)([KMG]?)(?:i?B)?$/i.exec(v);
    const n = m ? Number(m[1]) * { '': 1, K: 1024, M: 1 << 20, G: 1 << 30 }[m[2]!.toUpperCase() as 'K']! : NaN;
    if (!(n >= min && n <= max)) this.bad(name, v, `give a size from ${min / (1 << 20)}M to ${max / (1 << 20)}M, such as 512M or 1G`);
    return Math.floor(n / 4096) * 4096;
  }
  /** 100ns, 5us, 20ms, 1.5s, 2m, 1h; a bare number is seconds. Nanoseconds. */
  duration(name: string, fallback: number): number {
    const v = this.get(name);
    return v === undefined ? fallback : durationNs(v, (want) => this.bad(name, v, want));
  }
}

export function durationNs(v: string, bad: (want: string) => never): number {
  const m = /^(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|min|h)?$/.exec(v), unit: Record<string, number> = { ns: 1, us: 1e3, 'µs': 1e3, ms: 1e6, s: 1e9, m: 60e9, min: 60e9, h: 3600e9 };
  const n = m ? Math.round(Number(m[1]) * unit[m[2] ?? 's']!) : NaN;
  if (!(n >= 0 && n <= Number.MAX_SAFE_INTEGER)) bad('give a time such as 1.5s, 20ms or 100us');
  return n;
}
