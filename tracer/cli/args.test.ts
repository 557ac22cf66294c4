// Option parsing as CLI.md promises it: values after `=` or in the next word, optional values only after `=`, a program's own words left alone.
import { describe, expect, test } from 'vitest';
import { UserError } from '../recording.ts';
import { parseArgs, Reader } from './args.ts';
import type { OptionSpec } from './args.ts';
import { main as report } from './report.ts';

const SPEC: OptionSpec = { '-o': 'value', '--cpus': 'value', '--env': 'many', '--chaos': 'optional', '-q': 'flag', '-t': 'count', '--no-payload': 'flag' };
const parse = (line: string, program = false): [Record<string, string[]>, string[]] => {
  const p = parseArgs(line.split(' ').filter(Boolean), SPEC, program, 2);
  return [Object.fromEntries(p.options), p.rest];
};
const error = (line: string, program = false): string => {
  try { parse(line, program); } catch (e) { expect(e).toBeInstanceOf(UserError); return (e as Error).message; }
  return '';
};

describe('parseArgs', () => {
  test('values', () => {
    expect(parse('--cpus 2 -o a --env X=1 --env=Y=-2 file')).toEqual([{ '--cpus': ['2'], '-o': ['a'], '--env': ['X=1', 'Y=-2'] }, ['file']]);
    expect(parse('--cpus=2 --cpus 3 -ob')).toEqual([{ '--cpus': ['3'], '-o': ['b'] }, []]);
    expect(parse('-ttq -t -qo dir --no-payload')).toEqual([{ '-t': ['', '', ''], '-q': ['', ''], '-o': ['dir'], '--no-payload': [''] }, []]);
  });
  test('an optional value stands only after =', () => {
    expect(parse('--chaos run.ktrace')).toEqual([{ '--chaos': [''] }, ['run.ktrace']]);
    expect(parse('run.ktrace --chaos=7 -')).toEqual([{ '--chaos': ['7'] }, ['run.ktrace', '-']]);
    expect(parse('--env --chaos x')).toEqual([{ '--env': ['--chaos'] }, ['x']]);
  });
  test("a program's words are its own", () => {
    expect(parse('-q prog -q --cpus --chaos -- x', true)).toEqual([{ '-q': [''] }, ['prog', '-q', '--cpus', '--chaos', '--', 'x']]);
    expect(parse('-qo d --chaos -- --cpus x', true)).toEqual([{ '-q': [''], '-o': ['d'], '--chaos': [''] }, ['--cpus', 'x']]);
  });
  test('errors are one line that says what is meant', () => {
    expect(error('--cpu 2')).toBe('unknown option --cpu (did you mean --cpus?): see ktrace --help');
    expect(error('-qz')).toMatch(/^unknown option -z.*: see ktrace --help$/);
    expect(error('--cpus')).toMatch(/^option --cpus .*missing: see ktrace --help$/);
    expect(error('-q --nonsense prog', true)).toMatch(/^unknown option --nonsense/);
  });
  test('what may be given is said as a user writes it', () => {
    const r = new Reader(parseArgs(['-o', 'x', '--chaos=zz'], SPEC, false, 2), 2);
    expect(() => r.size('-o', 0, 1 << 18, Number.MAX_SAFE_INTEGER)).toThrow('give a size from 256K to 8388608G, such as 512M or 1G');
    expect(() => r.oneOf('--chaos', 'a', ['', 'a', 'b'])).toThrow(/give one of a, b$/);
  });
  test('options of a report that would have no effect are refused', async () => {
    await expect(report(['nothing.here', '--strace', '-w'])).rejects.toThrow('-w belongs to the summary: add -c or -C');
    await expect(report(['nothing.here', '--strace', '-S', 'foo'])).rejects.toThrow('-S belongs to the summary');
    await expect(report(['nothing.here', '--sched=map', '--format', 'csv'])).rejects.toThrow('--format is for tables: --sched=map is none');
    await expect(report(['nothing.here', '--flame', '--format', 'json'])).rejects.toThrow('--format is for tables: --flame is none');
  });
  test('numbers, sizes and times', () => {
    const r = new Reader(parseArgs(['--cpus', '3', '-o', '1.5G', '--env', '20ms'], SPEC, false, 2), 2);
    expect([r.int('--cpus', 1, 1, 8), r.size('-o', 0, 0, 1e12), r.duration('--env', 0)]).toEqual([3, 1610612736, 20e6]);
    expect(() => r.int('--cpus', 1, 4, 8)).toThrow('--cpus 3: give a whole number from 4 to 8');
  });
});
