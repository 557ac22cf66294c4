// Each notebook runs headless on a recording made here, and its output holds tables and charts.
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { ENV, have, record, recordingPath, run } from '../samples/run.ts';

const env = { ...ENV, HOME: process.env.HOME ?? '/root', PATH: `${resolve('node_modules/.bin')}:${process.env.PATH ?? ENV.PATH}` };
const kernel = have('jupyter') && run(['jupyter', 'kernelspec', 'list'], { env }).stdout.toString().includes('tslab') && run(['tslab', '--version'], { env }).status === 0;
test('01-first-look', (context) => {
  if (!kernel) { console.log('skipped: notebooks: jupyter-nbconvert or the tslab kernel is missing (make notebooks installs them)'); return context.skip(); }
  const dir = record(['/bin/ls', '-la', '/etc']).dir, out = `${recordingPath()}.ipynb`;
  const r = run(['jupyter', 'nbconvert', '--to', 'notebook', '--execute', '--output', out, resolve('notebooks/01-first-look.ipynb')], { env: { ...env, KTRACE_HOME: resolve('.'), KTRACE_RECORDING: dir }, timeoutMs: 170_000 });
  expect(r.status, `${basename(out)}: ${r.stderr}`).toBe(0);
  const text = readFileSync(out, 'utf8');
  interface Output { output_type: string; data?: Record<string, unknown> }
  const outputs: Output[] = JSON.parse(text).cells.flatMap((c: { outputs?: Output[] }) => c.outputs ?? []);
  expect(outputs.filter((o) => o.output_type === 'error')).toEqual([]);
  expect(outputs.filter((o) => o.data?.['image/svg+xml']).length).toBe(3);
  expect(text).toContain('openat');
});
