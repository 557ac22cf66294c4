// An interactive bash under `ktrace record` at a real (scripted) terminal: echo, line editing, Ctrl-C, exit; and it replays.
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ENV, have, KTRACE, ktrace, recordingPath, run } from '../../samples/run.ts';

type Step = ['expect' | 'send', string];
const play = (argv: string[], steps: Step[]): { ok: boolean; transcript: string; status: number } => {
  const r = run(['python3', resolve('tracer/e2e/terminal.py'), JSON.stringify(steps), ...argv], { env: { ...ENV, PS1: '$ ', TERM: 'dumb' }, timeoutMs: 120_000 });
  return JSON.parse(r.stdout.toString() || `{"ok":false,"transcript":${JSON.stringify(r.stderr)},"status":-1}`);
};

describe.skipIf(!have('python3'))('an interactive shell', () => {
  test('echo, line editing, Ctrl-C, exit, replay', () => {
    const dir = recordingPath();
    const r = play([process.execPath, KTRACE, 'record', '-q', '-o', dir, '--', '/bin/bash', '--norc', '--noprofile', '-i'], [
      ['expect', '$ '], ['send', 'echo $((6*7))\r'], ['expect', '\r\n42\r\n'],
      ['expect', '$ '], ['send', 'echo wrXX\x7f\x7fong\r'], ['expect', '\r\nwrong\r\n'],
      ['expect', '$ '], ['send', 'echo ready; cat\r'], ['expect', '\r\nready\r\n'], ['send', 'line\r'], ['expect', 'line\r\nline\r\n'], ['send', '\x03'], ['expect', '^C'],
      ['expect', '$ '], ['send', 'tty; test -t 0 && echo is-a-tty\r'], ['expect', 'is-a-tty\r\n'],
      ['expect', '$ '], ['send', 'echo ready; cat\r'], ['expect', '\r\nready\r\n'], ['send', '\x1a'], ['expect', 'Stopped'],
      ['expect', '$ '], ['send', 'kill %1; fg\r'], ['expect', '$ '], ['send', 'while :; do :; done\r'], ['expect', 'done\r\n'], ['send', '\x03'],
      ['expect', '$ '], ['send', 'exit 3\r'],
    ]);
    expect(r.ok, r.transcript).toBe(true);
    expect(r.status, r.transcript).toBe(3);
    const replayed = ktrace(['replay', dir]);
    expect(replayed.status, replayed.stderr).toBe(0);
    expect(replayed.stdout.toString()).toContain('\r\n42\r\n');
  });
});
