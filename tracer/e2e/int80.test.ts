// int 0x80 from 64-bit code: the same results as natively, the same text as strace, the same digest on replay.
import { describe, expect, test } from 'vitest';
import { have, ktrace, record, run, sample } from '../../samples/run.ts';

/** From the first call by int 0x80 on, without what differs between runs. */
const masked = (text: string): string[] => {
  const lines = text.replace(/0x[0-9a-f]{6,}/g, 'ADDR').replace(/\b\d{3,}\b/g, 'N').replace(/PID=\w+/g, 'PID=N').replace(/^((?:getpid|fork|waitpid)\(.*\) +=) \w+/gm, '$1 N').replace(/ += /g, ' = ').split('\n');
  return lines.slice(lines.findIndex((l) => l.includes('32 bit mode'))).filter((l) => l !== '' && !/SIGALRM|SIGCHLD|usleep|nanosleep/.test(l));
};

describe.skipIf(!have(sample('int80')))('int 0x80', () => {
  test('calls of the i386 table do what they do natively; recorded by their own names; replayed', () => {
    const native = run([sample('int80')]), r = record([sample('int80')]);
    expect(native.status).toBe(7);
    expect(r.stdout.toString()).toBe(native.stdout.toString());
    expect(r.status).toBe(7);
    const names = JSON.parse(ktrace(['sql', r.dir, '--format', 'json', "select distinct name::varchar as name from syscall where compat order by 1"]).stdout.toString()).map((x: { name: string }) => x.name);
    expect(names).toEqual(['access', 'close', 'exit', 'exit_group', 'fork', 'getpid', 'getuid', 'getuid32', 'lseek', 'mmap2', 'munmap', 'open', 'pipe', 'pread64', 'read', 'syscall_0x270f', 'waitpid', 'write']);
    expect(JSON.parse(ktrace(['info', r.dir, '--json']).stdout.toString()).unknownSyscalls).toContainEqual({ name: 'i386:syscall_0x270f', count: 1 });
    const again = ktrace(['replay', r.dir]);
    expect(again.status, again.stderr).toBe(0);
  });
  test('signal masks, limits, timers, attributes; execve whose pointers have 32 bits', () => {
    const native = run([sample('int80-more')]), r = record([sample('int80-more')]);
    expect(native.stdout.toString()).toContain('hello from zero one');
    expect(r.stdout.toString()).toBe(native.stdout.toString());
    expect(r.status).toBe(7);
    const text = ktrace(['report', r.dir, '--strace', '-f']).stdout.toString();
    expect(text).toContain('execve("/bin/sh", ["/bin/sh", "-c", "echo $GREETING from $0 $1", "zero", "one"]');
    expect(text).toMatch(/waitid.*\{si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=\d+, si_uid=\d+, si_status=0, .*\}, WEXITED\|WNOWAIT, \{ru_utime=/);
    expect(text).toMatch(/getdents\(5, 0x10000800 \/\* 3 entries \*\/, 1024\) = 60\n/);
    expect(text).toContain('fstat64(4, {st_mode=S_IFREG|0600, st_size=0, ...}) = 0');
    expect(text).toMatch(/fstatfs64\(4, .*f_bsize=4096, .*f_namelen=255, f_frsize=4096, /);
    expect(text).toMatch(/sysinfo\(\{uptime=\d+, loads=.* mem_unit=\d+\}\) = 0/);
    expect(ktrace(['replay', r.dir]).status).toBe(0);
  });
  test('structures of i386: times, stat, limits, vectors, locks; arguments in memory; multiplexers', () => {
    const native = run([sample('int80-i386')]), r = record([sample('int80-i386')]);
    expect(native.stdout.toString()).toContain('clone 1 500');
    expect(r.stdout.toString()).toBe(native.stdout.toString());
    const text = ktrace(['report', r.dir, '--strace']).stdout.toString();
    expect(text).toContain('nanosleep({tv_sec=0, tv_nsec=2000000}, ');
    expect(text).toContain('writev(3, [{iov_base="one ", iov_len=4}, {iov_base="three\\n", iov_len=6}], 2) = 10');
    expect(text).toContain('utimes("/tmp/int80-');
    expect(ktrace(['replay', r.dir]).status).toBe(0);
  });
  test('signal handlers and stacks, messages with descriptors and credentials, locks of large files', () => {
    const native = run([sample('int80-signals')]), r = record([sample('int80-signals')]);
    expect(native.stdout.toString()).toContain('recvmsg 12 [hello, world]');
    expect(r.stdout.toString()).toBe(native.stdout.toString());
    expect(ktrace(['replay', r.dir]).status).toBe(0);
    const calls = (text: string): string[] => text.split('\n').filter((l) => /^(signal|(rt_)?sigaction|sigaltstack|sendmsg|recvmsg|setsockopt|getsockopt|fcntl64)\(/.test(l)).map((l) => l.replace(/0x[0-9a-f]{6,}/g, 'ADDR').replace(/\bpid=\d+/g, 'pid=N').replace(/ += /g, ' = '));
    const ours = calls(ktrace(['report', r.dir, '--strace']).stdout.toString());
    expect(ours.filter((l) => l.startsWith('fcntl64'))[2]).toBe('fcntl64(11, F_GETLK64, {l_type=F_UNLCK, l_whence=SEEK_SET, l_start=10, l_len=20, l_pid=0}) = 0');
    if (have('strace') && process.arch === 'x64') expect(ours).toEqual(calls(run(['strace', sample('int80-signals')]).stderr));
  });
  test('System V IPC by ipc(2) and by calls of its own', () => {
    const native = run([sample('int80-ipc')]), r = record([sample('int80-ipc')]);
    expect(native.stdout.toString()).toContain('shmat 0 20000000');
    expect(r.stdout.toString()).toBe(native.stdout.toString());
    expect(ktrace(['replay', r.dir]).status).toBe(0);
    const calls = (text: string): string[] => text.split('\n').filter((l) => /^(semget|msgget|shmget|shmat|shmdt)\(/.test(l)).map((l) => l.replace(/(get\(.*= |shmat\()\d+/, '$1ID').replace(/ += /g, ' = '));
    if (have('strace') && process.arch === 'x64') expect(calls(ktrace(['report', r.dir, '--strace']).stdout.toString())).toEqual(calls(run(['strace', sample('int80-ipc')]).stderr));
  });
  test.skipIf(!have('strace') || process.arch !== 'x64')('as strace prints it', () => {
    const real = run(['strace', sample('int80')]), ours = ktrace(['strace', sample('int80')]);
    expect(masked(ours.stderr)).toEqual(masked(real.stderr));
  });
});
