// `report --strace` against the real strace, line by line, after masking addresses, pids and times. Real strace decides what its text looks like.
import { describe, expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import { have, ktrace, record, recordingPath, run } from './run.ts';

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
