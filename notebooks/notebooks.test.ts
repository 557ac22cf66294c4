// Each notebook runs headless on a recording made here, and its output holds tables and charts.
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { ENV, have, record, recordingPath, run } from '../samples/run.ts';

const kernel = have('jupyter') && run(['jupyter', 'kernelspec', 'list'], { env: { ...ENV, HOME: process.env.HOME ?? '/root' } }).stdout.toString().includes('tslab');
test('01-first-look', (context) => {
  if (!kernel) { console.log('skipped: notebooks: jupyter-nbconvert or the tslab kernel is missing (make notebooks installs them)'); return context.skip(); }
  const dir = record(['/bin/ls', '-la', '/etc']).dir, out = `${recordingPath()}.ipynb`;
  const r = run(['jupyter', 'nbconvert', '--to', 'notebook', '--execute', '--output', out, resolve('notebooks/01-first-look.ipynb')], { env: { ...ENV, HOME: process.env.HOME ?? '/root', PATH: process.env.PATH ?? ENV.PATH, KTRACE_HOME: resolve('.'), KTRACE_RECORDING: dir }, timeoutMs: 170_000 });
  expect(r.status, `${basename(out)}: ${r.stderr}`).toBe(0);
  const text = readFileSync(out, 'utf8');
  expect(JSON.parse(text).cells.flatMap((c: { outputs?: { output_type: string }[] }) => c.outputs ?? []).filter((o: { output_type: string }) => o.output_type === 'error')).toEqual([]);
  expect(text.match(/image\/svg\+xml/g)!.length).toBe(3);
  expect(text).toContain('openat');
});
