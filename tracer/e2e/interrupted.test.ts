// A recorder that is killed, and a disk that is full: what was flushed is readable, replays, and says so.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ENV, KTRACE, ktrace, recordingPath, run } from '../../samples/run.ts';

const sleep = (ms: number): Promise<void> => new Promise((done) => { setTimeout(done, ms); });

describe('a recorder killed by SIGKILL', () => {
  for (const afterMs of [1500, 2600, 3700])
    test(`after ${afterMs} ms`, async () => {
      const dir = recordingPath();
      const child = spawn(process.execPath, [KTRACE, 'record', '-q', '-o', dir, '--', '/bin/sh', '-c', 'while :; do ls /etc/apt; done'], { stdio: ['ignore', 'ignore', 'ignore'], env: ENV, cwd: '/tmp' });
      await sleep(afterMs);
      child.kill('SIGKILL');
      await new Promise((done) => { child.on('exit', done); });
      if (!existsSync(join(dir, 'manifest.json'))) return; // killed before there was a recording
      const info = ktrace(['info', dir, '--json']);
      expect(info.status, info.stderr).toBe(0);
      expect(JSON.parse(info.stdout.toString()).complete).toBe(false);
      const summary = ktrace(['report', dir, '--summary']);
      expect(summary.status, summary.stderr).toBe(0);
      const strace = ktrace(['report', dir, '--strace', '-f']);
      expect(strace.status, strace.stderr).toBe(0);
      expect(strace.stdout.toString('latin1')).not.toMatch(/\+\+\+ exited with .* \+\+\+\n.*execve\("\/bin\/sh"/);
      const replay = ktrace(['replay', dir]);
      expect(replay.status, replay.stderr).toBe(0);
      expect(replay.stderr).toMatch(/killed|incomplete|last flush/);
      expect([0, 1]).toContain(ktrace(['check', dir]).status);
    });
});

test('a full disk: one line, 125, readable up to the last flush', (context) => {
  const mount = recordingPath();
  mkdirSync(mount);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'none', mount]).status !== 0) {
    console.log('skipped: a full disk: mounting a small tmpfs needs root');
    return context.skip();
  }
  try {
    const dir = join(mount, 'r.ktrace');
    const r = ktrace(['record', '-q', '-o', dir, '--', '/bin/dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=400000', 'status=none']);
    expect(r.stderr.trimEnd().split('\n').length, r.stderr).toBe(1);
    expect(r.stderr).toMatch(/^ktrace: .*no space left on device/);
    expect(r.status).toBe(125);
    const info = ktrace(['info', dir, '--json']);
    expect(info.status, info.stderr).toBe(0);
    expect(JSON.parse(info.stdout.toString()).complete).toBe(false);
    expect(ktrace(['report', dir, '--summary']).status).toBe(0);
  } finally {
    run(['umount', mount]);
  }
});

test('--max-size: the recording is closed where it has reached that size; it is sound and replays', () => {
  const dir = recordingPath(), size = (d: string): number => readdirSync(d, { withFileTypes: true }).reduce((n, e) => n + (e.isDirectory() ? size(join(d, e.name)) : statSync(join(d, e.name)).size), 0);
  const r = ktrace(['record', '--max-size', '8M', '-o', dir, '--', '/bin/dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'status=none']); // without end
  expect(r.stderr).toMatch(/^ktrace: closed: it has reached its --max-size at [\d.]+ s: the recording up to here is in /);
  expect(r.status).toBe(125);
  expect(size(dir)).toBeGreaterThan(6 << 20);
  expect(size(dir)).toBeLessThan(16 << 20);
  expect(JSON.parse(ktrace(['info', dir, '--json']).stdout.toString()).complete).toBe(true);
  expect(ktrace(['check', dir]).status).toBe(0);
  const replay = ktrace(['replay', dir]);
  expect(replay.status, replay.stderr).toBe(0);
  expect(replay.stderr).toContain('identical');
  expect(ktrace(['report', dir, '--strace']).stdout.toString()).toContain('read(0, "\\0", 1)');
});
