// `ktrace diff` names the input that differed: the file, its listing, what was typed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KTRACE, ktrace, recordingPath, run } from '../../samples/run.ts';

describe('two runs that were told different things', () => {
  const recorded = (argv: string[], input = ''): string => { const dir = recordingPath(); ktrace(['record', '-q', '--clock', '@5', '-o', dir, '--', ...argv], { input }); return dir; };
  const diff = (a: string, b: string, ...options: string[]): string => { const r = ktrace(['diff', a, b, ...options]); expect(r.status, r.stderr).toBe(1); return r.stdout.toString(); };

  test('a file of other bytes and another size, a name that came', () => {
    const dir = recordingPath();
    mkdirSync(dir);
    writeFileSync(join(dir, 'file'), 'one\n');
    const script = ['/bin/sh', '-c', `ls ${dir}; cat ${dir}/file`], a = recorded(script);
    writeFileSync(join(dir, 'file'), 'three\n');
    writeFileSync(join(dir, 'more'), '');
    const out = diff(a, recorded(script));
    expect(out).toContain('inputs that differ:\n');
    expect(out).toContain(`  names in ${dir}: only in B: more\n`);
    expect(out).toMatch(new RegExp(`  ${dir}/file: size 4 \\| 6, mtime, ctime`));
    expect(out).toContain(`  contents of ${dir}/file from byte 0: differ\n`);
  });
  test('a reader that has left does not make them the same', () => {
    const a = recorded(['/bin/cat'], 'aa\n'), b = recorded(['/bin/cat'], 'bb\n');
    const r = run(['/bin/bash', '-c', `exec 3> >(:); wait $!; ${process.execPath} ${KTRACE} diff ${a} ${b} >&3; echo status $?`]);
    expect(r.stdout.toString() + r.stderr).toBe('status 141\n');
  });
  test('standard input', () => {
    const a = recorded(['/bin/cat'], 'aa\n'), b = recorded(['/bin/cat'], 'bb\n');
    expect(diff(a, b)).toMatch(/ {2}stdin input 1: "aa\\n".* \| "bb\\n"/);
    expect(JSON.parse(diff(a, b, '--format', 'json')).inputs.join()).toContain('stdin input 1');
  });
});
