// `report --strace` against the real strace, line by line, after masking addresses, pids and times. Real strace decides what its text looks like.
import { describe, expect, test } from 'vitest';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ENV, KTRACE, have, ktrace, record, recordingPath, run, sample, SAMPLES } from './run.ts';

const PROGRAMS: string[][] = [
  ['/bin/true'], ['/bin/echo', 'hello'], ['/bin/cat', '/etc/hostname'], ['/bin/cat', '/nonexistent'], ['/bin/ls', '/etc/apt'], ['/bin/ls', '-l', '/etc/apt'],
  ['/usr/bin/wc', '/etc/passwd'], ['/usr/bin/head', '-n1', '/etc/passwd'], ['/usr/bin/sort', '/etc/hostname'], ['/usr/bin/cut', '-c1', '/etc/hostname'], ['/usr/bin/id', '-u'], ['/bin/uname', '-a'],
  ['/usr/bin/stat', '/etc/passwd'], ['/bin/mkdir', '/tmp'], ['/usr/bin/env', 'true'], ['/usr/bin/sha256sum', '/etc/hostname'], ['/bin/dd', 'if=/dev/zero', 'of=/dev/null', 'bs=10', 'count=3', 'status=none'],
  ['/bin/sleep', '0.01'], ['/bin/dash', '-c', 'echo one; exit 3'], ['/usr/bin/seq', '3'], ['/usr/bin/tr', 'a', 'b'], ['/bin/readlink', '/bin'],
];
/** Addresses, sizes of randomised things, pids, times and random bytes: what differs between two native runs as well. */
const mask = (text: string): string[] => text.split('\n').filter(Boolean).map((l) => l
  .replace(/0x[0-9a-f]{5,}/g, 'ADDR')
  .replace(/(getrandom\()"(?:\\.|[^"\\])*"/, '$1"RANDOM"')
  .replace(/\b(set_tid_address\([^)]*\)\s*=|getpid\(\)\s*=|gettid\(\)\s*=|getppid\(\)\s*=) \d+/, '$1 PID')
  .replace(/(st_(?:atime|mtime|ctime|ino|dev)|stx_ino|tv_n?sec)=[^,}]*/g, '$1=N')
  .replace(/ \/\* [-\d:T+.]+ \*\//g, '')
  .replace(/\/\* \d+ vars \*\//, '/* N vars */')
  .replace(/si_pid=\d+/g, 'si_pid=PID')
  .replace(/rlim_(cur|max)=[^,}]*/g, 'rlim_$1=N')
  .replace(/f_[a-z]+=[^,}]*/g, 'F=N')
  .replace(/(sysname|nodename|release|version)="[^"]*"/g, '$1')
  // what the machine is: file systems it knows, its memory and load, its CPUs
  .replace(/^(read\(\d+, )"nodev.*$/, '$1FILESYSTEMS')
  .replace(/^(sysinfo|sched_getaffinity)\(.*$/, '$1')
  // what the machine is: its file systems, CPUs, memory
  .replace(/^(read\(3, "nodev\\tsysfs).*/, '$1')
  .replace(/^(sched_getaffinity|sysinfo)\(.*/, '$1')
  .replace(/\s+= /, ' = '));

describe.skipIf(!have('strace'))('the same text as strace', () => {
  for (const argv of PROGRAMS)
    test(argv.join(' '), () => {
      const log = recordingPath();
      const native = run(['strace', '-o', log, ...argv]);
      const r = record(argv);
      const ours = ktrace(['report', r.dir, '--strace']);
      expect(ours.status, ours.stderr).toBe(0);
      expect(r.status).toBe(native.status);
      expect(mask(ours.stdout.toString('latin1'))).toEqual(mask(readFileSync(log, 'latin1')));
    });
});

describe.skipIf(!have('strace', sample('ipc-calls'), sample('ptrace-calls')))('structures that calls take and give', () => {
  test('System V IPC, several messages at once, IPv6 addresses', () => {
    const [log, mine] = [recordingPath(), recordingPath()], options = ['-e', 'trace=%ipc,sendmmsg,recvmmsg,sendto'];
    run(['strace', ...options, '-o', log, sample('ipc-calls')]);
    ktrace(['strace', ...options, '-o', mine, sample('ipc-calls')]);
    const same = (l: string): string => l.replace(/^((?:sem|msg|shm)\w+\()\d+/, '$1ID').replace(/(_(?:[a-z]*time|[a-z]*pid)=)\d+/g, '$1N').replace(/(get\(.*\)|GETPID.*|SHM_INFO.*)( = )\d+$/, '$1$2N').replace(/(used_ids|shm_tot|shm_rss)=\d+/g, '$1=N').replace(/left .*/, 'left');
    expect(mask(readFileSync(mine, 'latin1')).map(same)).toEqual(mask(readFileSync(log, 'latin1')).map(same));
  });
  test('ptrace: requests, offsets of registers, register sets, signals', () => {
    const [log, mine] = [recordingPath(), recordingPath()];
    run(['strace', '-e', 'trace=ptrace', '-o', log, sample('ptrace-calls')]);
    ktrace(['strace', '-e', 'trace=ptrace', '-o', mine, sample('ptrace-calls')]);
    const registers = (l: string): string => l.replace(/\b(r\w\w?|orig_rax|[fg]s_base)=\w+/g, '$1').replace(/(mxcr_mask=)\w+/, '$1').replace(/(xmm_space=\[).*?\]/, '$1');
    const same = (l: string): string => registers(l.replace(/^(ptrace\(\w+, )\d+/, '$1PID').replace(/(PEEKUSER.*\[)\w+/, '$1'));
    expect(mask(readFileSync(mine, 'latin1')).map(same)).toEqual(mask(readFileSync(log, 'latin1')).map(same));
  });
});

test.skipIf(!have(sample('hello')))('a program named by a relative path is executed by that path', () => {
  const dir = recordingPath(), r = ktrace(['record', '-q', '-o', dir, './hello'], { cwd: SAMPLES });
  expect(r.status).toBe(0);
  expect(ktrace(['report', dir, '--strace']).stdout.toString()).toMatch(/^execve\(".\/hello", \["\.\/hello"\]/);
});

/** The text of -f -o: each tracee's lines, cut calls put together, tracees in the order in which they came; numbers of tasks masked. */
function byTracee(text: string): string[][] {
  const pids: string[] = [], lines: string[][] = [];
  for (const l of text.split('\n').filter(Boolean)) {
    const m = /^(\d+) +(.*)$/.exec(l)!, i = pids.includes(m[1]!) ? pids.indexOf(m[1]!) : pids.push(m[1]!) - 1, own = lines[i] ??= [];
    const rest = /^<\.\.\. \w+ resumed>(.*)$/.exec(m[2]!), cut = rest ? own.findLastIndex((x) => x.endsWith(' <unfinished ...>')) : -1;
    if (cut >= 0) own[cut] = own[cut]!.replace(/ <unfinished \.\.\.>$/, '') + rest![1];
    else own.push(m[2]!);
  }
  const pid = (l: string): string => l
    .replace(/^((?:clone|clone3|fork|vfork|wait4|gettid|getpid|set_tid_address)\(.*\)\s+=) \d+/, '$1 PID')
    .replace(/^((?:wait4|kill|tgkill)\()\d+(, \d+(?=, SIG))?/, '$1PID')
    .replace(/(parent_tid=\[|in pid |FUTEX_CLOCK_REALTIME, )\d+/, '$1PID');
  return lines.map((own) => mask(own.map(pid).join('\n')));
}

/** What -f writes to a terminal: `[pid N]` stands before a line exactly while there are several tracees. Returns it without that. */
function unprefixed(text: string): string[] {
  const parts = text.split(/strace: Process \d+ attached\n/), comes: number[] = [], out: string[] = [];
  parts.slice(0, -1).reduce((n, p) => { comes.push(n + p.length); return n + p.length; }, 0);
  let alive = 1, at = 0;
  for (const line of parts.join('').split('\n').slice(0, -1)) {
    while (comes.length && comes[0]! <= at) { comes.shift(); alive++; }
    at += line.length + 1;
    if (line.startsWith('+++ superseded')) alive--;
    expect(/^\[pid +\d+\] /.test(line), `${alive} tracees: ${line}`).toBe(alive > 1);
    if (/^(\[pid +\d+\] )?\+\+\+ (exited|killed)/.test(line)) alive--;
    out.push(line.replace(/^\[pid +\d+\] /, ''));
  }
  return out;
}

describe.skipIf(!have('strace', sample('tracees')))('strace -f', () => {
  for (const mode of ['fork', 'threads', 'vfork', 'exec', 'signals'])
    test(mode, () => {
      const [log, mine] = [recordingPath(), recordingPath()], argv = [sample('tracees'), mode];
      const native = run(['strace', '-f', '-o', log, ...argv]), r = ktrace(['strace', '-f', '-o', mine, ...argv]);
      expect(r.status === 128 + 9 ? 'SIGKILL' : r.status).toBe(native.signal ?? native.status);
      const text = readFileSync(mine, 'latin1');
      expect(byTracee(text)).toEqual(byTracee(readFileSync(log, 'latin1')));

      unprefixed(run(['strace', '-f', ...argv]).stderr);
      const live = ktrace(['strace', '-f', ...argv]);
      const unpadded = (l: string): string => l.replace(/\s+= /, ' = ');
      expect(unprefixed(live.stderr).map(unpadded)).toEqual(text.split('\n').filter(Boolean).map((l) => unpadded(l.replace(/^\d+ +/, ''))));
      expect(live.stdout.toString()).toBe(native.stdout.toString());
    });

  test('-q leaves out who was attached, -qq who exited; -ff writes a file a task', () => {
    const argv = [sample('tracees'), 'fork'];
    const [q, qq] = [ktrace(['strace', '-f', '-q', ...argv]).stderr, ktrace(['strace', '-f', '-qq', ...argv]).stderr];
    expect(q).not.toContain('attached');
    expect(q.match(/\+\+\+ exited/g)?.length).toBe(4);
    expect(qq).not.toMatch(/attached|\+\+\+ exited/);
    const base = recordingPath(), all = recordingPath();
    expect(ktrace(['strace', '-ff', '-o', base, ...argv]).status).toBe(0);
    ktrace(['strace', '-f', '-o', all, ...argv]);
    const whole = readFileSync(all, 'latin1').split('\n').filter(Boolean);
    for (const pid of new Set(whole.map((l) => l.split(' ')[0]!)))
      expect(readFileSync(`${base}.${pid}`, 'latin1').split('\n').at(-2)).toBe(whole.filter((l) => l.startsWith(`${pid} `)).at(-1)!.replace(/^\d+ +/, ''));
  });
});

describe.skipIf(!have('strace'))('options that change each line', () => {
  const cases: [string, string[], string[]][] = [
    ['-n', ['-n'], ['/bin/sh', '-c', 'kill -USR1 $$']],
    ['-e abbrev=', ['-e', 'trace=execve,newfstatat', '-e', 'abbrev=execve'], ['/bin/true']],
    ['-e quiet=', ['-e', 'trace=execve', '-e', 'quiet=exit'], ['/bin/true']],
  ];
  for (const [name, options, argv] of cases)
    test(name, () => {
      const [log, mine] = [recordingPath(), recordingPath()];
      run(['strace', ...options, '-o', log, ...argv]);
      ktrace(['strace', ...options, '-o', mine, ...argv]);
      const same = (l: string): string => l.replace(/st_\w+=[^,}]*/g, 'st').replace(/kill\(\d+/, 'kill(PID');
      expect(mask(readFileSync(mine, 'latin1')).map(same)).toEqual(mask(readFileSync(log, 'latin1')).map(same));
    });
  test('-i: where the call came from', () => {
    const lines = ktrace(['strace', '-i', '-e', 'trace=exit_group', '/bin/true']).stderr.split('\n');
    expect(lines[0]).toMatch(/^\[00007[0-9a-f]{11}\] exit_group\(0\) {3,}= \?$/);
    expect(lines[1]).toBe('[????????????????] +++ exited with 0 +++');
  });
  test('what would change the text and is not built is refused', () => {
    const r = ktrace(['strace', '-e', 'verbose=none', '/bin/true']);
    expect(r.status).toBeGreaterThan(0);
    expect(r.stderr).toMatch(/^ktrace: -e verbose= is not supported/);
  });
});

describe('ktrace strace while the program runs', () => {
  test.skipIf(!have('strace'))('lines and the program’s own output come in the order of events', () => {
    const argv = ['-e', 'trace=write,exit_group', '/bin/sh', '-c', 'echo one; echo two >&2; echo three'], both = (command: string): string => run(['/bin/sh', '-c', `exec 2>&1; ${command} "$@"`, 'sh', ...argv]).stdout.toString();
    expect(both(`"${process.execPath}" "${KTRACE}" strace`)).toBe(both('strace'));
  });
  test('what a program did stands there while it waits for input', async () => {
    const child = spawn(process.execPath, [KTRACE, 'strace', '-e', 'trace=read,exit_group', '/bin/cat'], { env: ENV, stdio: ['pipe', 'pipe', 'pipe'] });
    let text = '';
    child.stderr.on('data', (d: Buffer) => { text += d.toString(); });
    const until = async (end: string): Promise<void> => { for (let i = 0; i < 300 && !text.endsWith(end); i++) await new Promise((done) => { setTimeout(done, 100); }); expect(text.slice(-200)).toContain(end); };
    await until('read(0, ');
    child.stdin.write('line\n');
    await until(`"line\\n", 131072)${' '.repeat(15)}= 5\nread(0, `);
    child.stdin.end();
    expect(await new Promise((done) => { child.on('close', done); })).toBe(0);
    expect(text).toMatch(/read\(0, "", 131072\) {21}= 0\nexit_group\(0\) {27}= \?\n\+\+\+ exited with 0 \+\+\+\n$/);
  }, 60_000);
  test('the text is that of a recording of the same run', () => {
    const argv = [sample('tracees'), 'exec'], log = recordingPath(), r = record(argv, { flags: ['--cpus', '1'] });
    ktrace(['strace', '-f', '-y', '-o', log, ...argv]);
    expect(readFileSync(log, 'latin1')).toBe(ktrace(['report', r.dir, '--strace', '-f', '-y']).stdout.toString('latin1'));
  });
});
