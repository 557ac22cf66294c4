// `npx ktrace` works from a packed tarball: pack, install into an empty folder, run.
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { ENV, recordingPath, run } from '../../samples/run.ts';

test('packed, installed, run', () => {
  const dir = recordingPath();
  mkdirSync(dir);
  const env = { ...ENV, HOME: process.env.HOME ?? '/root', PATH: process.env.PATH ?? ENV.PATH };
  const packed = run(['npm', 'pack', '--ignore-scripts', '--pack-destination', dir], { cwd: resolve('.'), env });
  expect(packed.status, packed.stderr).toBe(0);
  const tarball = readdirSync(dir).find((f) => f.endsWith('.tgz'))!;
  // The dependencies are those of this checkout, so that the test does not depend on the network's mood.
  mkdirSync(join(dir, 'app', 'node_modules', 'ktrace'), { recursive: true });
  mkdirSync(join(dir, 'app', 'node_modules', '.bin'));
  expect(run(['tar', 'xzf', join(dir, tarball), '--strip-components=1', '-C', join(dir, 'app/node_modules/ktrace')], { env }).status).toBe(0);
  symlinkSync(resolve('node_modules'), join(dir, 'app/node_modules/ktrace/node_modules'));
  symlinkSync('../ktrace/dist/ktrace.cjs', join(dir, 'app/node_modules/.bin/ktrace'));
  const r = run(['npx', '--no-install', 'ktrace', 'record', '-q', '-o', join(dir, 'r.ktrace'), '--', '/bin/echo', 'packed'], { cwd: join(dir, 'app'), env });
  expect(r.stdout.toString(), r.stderr).toBe('packed\n');
});
