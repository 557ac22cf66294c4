// Option parsing for all commands: commander reads the words, by one table of options a command; Reader turns values into numbers, sizes and times.
import { Command, CommanderError, Option } from 'commander';
import { UserError } from '../recording.ts';

/** flag: no value. value: takes one (`--o=v`, `--o v`, `-ov`). optional: only after `=`. many: a value, may be repeated. count: a flag that may be repeated. */
export type OptionKind = 'flag' | 'value' | 'optional' | 'many' | 'count';
export interface OptionSpec { [name: string]: OptionKind }
export type Parsed = { options: Map<string, string[]>; rest: string[] };

/**
 * @param spec names with their dashes (`--cpus`, `-o`).
 * @param program true: the first word that is no option, or the one behind `--`, and all after it are a program's.
 */
export function parseArgs(argv: string[], spec: OptionSpec, program: boolean, status: number): Parsed {
  const options = new Map<string, string[]>();
  const command = new Command().exitOverride().configureOutput({ writeErr() {}, writeOut() {} }).helpOption(false).passThroughOptions(program).argument('[words...]');
  for (const [name, kind] of Object.entries(spec)) {
    const option = new Option(kind === 'flag' || kind === 'count' ? name : kind === 'optional' ? `${name} [value]` : `${name} <value>`);
    command.addOption(option).on(`option:${option.name()}`, (value?: string | null) => {
      options.set(name, [...(kind === 'value' ? [] : options.get(name) ?? []), value ?? '']);
    });
  }
  try { command.parse(bareOptionals(argv, spec, program), { from: 'user' }); } catch (e) {
    if (!(e instanceof CommanderError)) throw e;
    const [what, ...hint] = e.message.replace(/^error: /, '').split('\n');
    throw new UserError(`${what!.replace(/'/g, '')}${hint.length ? ` ${hint.join(' ').replace('Did', 'did')}` : ''}: see ktrace --help`, status);
  }
  return { options, rest: command.args };
}

/** `report --sched run.ktrace` is a report of that file: commander would take the next word for an optional value, so a bare one gets an empty value. */
function bareOptionals(argv: string[], spec: OptionSpec, program: boolean): string[] {
  const takes = (name: string): boolean => Object.hasOwn(spec, name) && (spec[name] === 'value' || spec[name] === 'many');
  /** Whether an option's value is the next word: `--cpus 2`, `-o DIR`, `-qo DIR`; not `-s5`, `--cpus=2`. */
  const wantsNext = (a: string): boolean => a.startsWith('--') ? takes(a) : [...a.slice(1)].findIndex((c) => takes(`-${c}`)) === a.length - 2;
  for (let i = 0; i < argv.length; i++) {
    const a = argv[i]!;
    if (a === '--' || (program && !a.startsWith('-'))) break;
    if (Object.hasOwn(spec, a) && spec[a] === 'optional') argv = [...argv.slice(0, i), `${a}=`, ...argv.slice(i + 1)];
    else if (a.length > 1 && a.startsWith('-') && wantsNext(a)) i++;
  }
  return argv;
}

/** Bytes as a user writes them: 256K, 3.5G. */
function sizeText(bytes: number): string {
  const [unit, letter] = bytes >= 1 << 30 ? [1 << 30, 'G'] : bytes >= 1 << 20 ? [1 << 20, 'M'] : [1024, 'K'];
  return `${Number((bytes / unit).toFixed(2))}${letter}`;
}

export class Reader {
  private readonly p: Parsed;
  private readonly status: number;
  constructor(p: Parsed, status: number) { this.p = p; this.status = status; }
  has(name: string): boolean { return this.p.options.has(name); }
  get(name: string): string | undefined { return this.p.options.get(name)?.at(-1); }
  all(name: string): string[] { return this.p.options.get(name) ?? []; }
  count(name: string): number { return this.p.options.get(name)?.length ?? 0; }
  refuse(text: string): never { throw new UserError(text, this.status); }
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
    if (!values.includes(v as T)) this.bad(name, v, `give one of ${values.filter((one) => one !== '').join(', ')}`);
    return v as T;
  }
  /** 512M, 1G, 3.5G. */
  size(name: string, fallback: number, min: number, max: number): number {
    const v = this.get(name);
    if (v === undefined) return fallback;
    const m = /^(\d+(?:\.\d+)?)([KMG]?)(?:i?B)?$/i.exec(v);
    const n = m ? Number(m[1]) * { '': 1, K: 1024, M: 1 << 20, G: 1 << 30 }[m[2]!.toUpperCase() as 'K']! : NaN;
    if (!(n >= min && n <= max)) this.bad(name, v, `give a size from ${sizeText(min)} to ${sizeText(max)}, such as 512M or 1G`);
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
