// An interactive bash under `ktrace record` at a real (scripted) terminal: echo, line editing, Ctrl-C, exit; and it replays.
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ENV, have, KTRACE, ktrace, recordingPath, run } from '../../samples/run.ts';

type Step = ['expect' | 'send' | 'size', string];
const play = (argv: string[], steps: Step[], term = 'dumb'): { ok: boolean; transcript: string; status: number } => {
  const r = run(['python3', resolve('tracer/e2e/terminal.py'), JSON.stringify(steps), ...argv], { env: { ...ENV, PS1: '$ ', TERM: term }, timeoutMs: 120_000 });
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

  const shell = (dir: string): string[] => [process.execPath, KTRACE, 'record', '-q', '-o', dir, '--', '/bin/bash', '--norc', '--noprofile', '-i'];
  test('job control: Ctrl-Z, jobs, bg, fg, Ctrl-D; a window that changes its size', () => {
    const dir = recordingPath();
    const r = play(shell(dir), [
      ['size', '24x80'], ['expect', '$ '], ['send', 'stty size\r'], ['expect', '\r\n24 80\r\n'],
      ['expect', '$ '], ['send', 'echo go; cat\r'], ['expect', '\r\ngo\r\n'], ['send', 'one\r'], ['expect', 'one\r\none\r\n'], ['send', '\x1a'], ['expect', 'Stopped'],
      ['expect', '$ '], ['send', 'jobs\r'], ['expect', '[1]+  Stopped                 cat\r\n'],
      ['expect', '$ '], ['send', 'fg\r'], ['expect', 'cat\r\n'], ['send', 'two\r'], ['expect', 'two\r\ntwo\r\n'], ['send', '\x04'],
      ['expect', '$ '], ['send', '(read x; echo never) & sleep 0.1; jobs\r'], ['expect', 'Stopped'], // SIGTTIN
      ['expect', '$ '], ['send', 'kill %1; wait; trap "echo winch" WINCH; echo set\r'], ['expect', '\r\nset\r\n'],
      ['expect', '$ '], ['size', '30x100'], ['send', 'stty size\r'], ['expect', 'winch'], ['expect', '30 100\r\n'],
      ['send', 'exit\r'],
    ]);
    expect(r.ok, r.transcript).toBe(true);
    expect(r.status, r.transcript).toBe(0);
    expect(ktrace(['replay', dir]).status).toBe(0);
  });

  test.skipIf(!have('vi', 'less'))('full-screen programs: vi writes a file, less finds a line', () => {
    const dir = recordingPath();
    const r = play(shell(dir), [
      ['size', '24x80'], ['expect', '$ '], ['send', 'vi -u NONE /tmp/ktrace-vi\r'], ['expect', '~'], ['send', 'ihello\rworld\x1b'], ['expect', 'world'], ['send', ':wq\r'],
      ['expect', '$ '], ['send', 'sed s/^/=/ /tmp/ktrace-vi\r'], ['expect', '=hello\r\n=world\r\n'],
      ['expect', '$ '], ['send', 'less /etc/services\r'], ['expect', '/etc/services'], ['send', '/^ssh\r'], ['expect', '22/tcp'], ['send', 'q'],
      ['send', 'exit 4\r'],
    ], 'xterm');
    expect(r.ok, r.transcript).toBe(true);
    expect(r.status, r.transcript).toBe(4);
    expect(ktrace(['extract', dir, '--list']).stdout.toString()).toContain('/tmp/ktrace-vi');
    expect(ktrace(['replay', dir]).status).toBe(0);
  });

  test('what the program leaves running at its end is not hung up: the terminal stays open', () => {
    const dir = recordingPath(), r = play([process.execPath, KTRACE, 'record', '-q', '-o', dir, '--', '/bin/bash', '-c', '(sleep 0.2; echo late) & echo early'], [['expect', 'early\r\n'], ['expect', 'late\r\n']]);
    expect(r.ok, r.transcript).toBe(true);
    expect(r.status).toBe(0);
  });
});
