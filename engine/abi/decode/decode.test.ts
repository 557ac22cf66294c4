// Texts that strace 6.1 printed for real calls on a real machine, from their raw arguments and bytes.
import { describe, expect, test } from 'vitest';
import { NR } from '../syscall-numbers.ts';
import type { SyscallName } from '../syscall-numbers.ts';
import { DEFAULTS, decodeCall } from './index.ts';
import type { DecodeOptions } from './index.ts';
import { quoted, timeText } from './text.ts';

/** [argument, part, bytes or string (NUL added)] */
type Part = [arg: number, part: number, bytes: number[] | string | Uint8Array];
const u32 = (...n: number[]): number[] => n.flatMap((x) => [x & 255, (x >>> 8) & 255, (x >>> 16) & 255, x >>> 24]);
const u64 = (...n: number[]): number[] => n.flatMap((x) => u32(x >>> 0, Math.floor(x / 4294967296) >>> 0));
function text(name: SyscallName, args: (number | [number, number])[], ret: number | null, parts: Part[] = [], o: Partial<DecodeOptions> = {}, restart = 0): string {
  const words = new Uint32Array(12);
  args.forEach((a, i) => { if (typeof a === 'number') { words[i * 2] = a; words[i * 2 + 1] = Math.floor(a / 4294967296); } else { words[i * 2] = a[0]; words[i * 2 + 1] = a[1]; } });
  const payload: number[] = [];
  for (const [arg, part, b] of parts) {
    const bytes = typeof b === 'string' ? [...Buffer.from(`${b}\0`, 'latin1')] : [...b];
    payload.push(arg * 8 + part);
    let n = bytes.length;
    while (n > 127) { payload.push((n & 127) | 128); n >>>= 7; }
    payload.push(n, ...bytes);
  }
  const d = decodeCall({ nr: NR[name], args: words, payload: Uint8Array.from(payload), ret, restart }, { ...DEFAULTS, ...o });
  return `${d.name}(${d.entry}${d.exit}) = ${d.result}`;
}
const FD = 0xffffff9c; // AT_FDCWD

test('what a NULL, an empty list and an option of netlink look like', () => {
  expect(text('getgroups', [0, 0x1000], 0)).toBe('getgroups(0, []) = 0');
  expect(text('getgroups', [0, 0], 2)).toBe('getgroups(0, NULL) = 2');
  expect(text('writev', [3, 0x1000, 1], 0, [[1, 0, [...u64(0, 0)]], [1, 2, []]])).toBe('writev(3, [{iov_base=NULL, iov_len=0}], 1) = 0');
  expect(text('setsockopt', [3, 270, 11, 0x1000, 4], 0, [[3, 0, u32(1)]])).toBe('setsockopt(3, SOL_NETLINK, NETLINK_EXT_ACK, [1], 4) = 0');
});

describe('files', () => {
  test('open and friends', () => {
    expect(text('openat', [FD, 0x1000, 0, 0], -2, [[1, 0, '/nonexistent']])).toBe('openat(AT_FDCWD, "/nonexistent", O_RDONLY) = -1 ENOENT (No such file or directory)');
    expect(text('openat', [FD, 0x1000, 0o1102, 0o644], 17, [[1, 0, '/tmp/F/file']])).toBe('openat(AT_FDCWD, "/tmp/F/file", O_RDWR|O_CREAT|O_TRUNC, 0644) = 17');
    expect(text('openat', [5, 0x1000, 0x210000], -20, [[1, 0, 'x']])).toBe('openat(5, "x", O_RDONLY|O_PATH|O_DIRECTORY) = -1 ENOTDIR (Not a directory)');
    expect(text('openat', [FD, 0x1000, 0x410002, 0o600], 23, [[1, 0, '/tmp']])).toBe('openat(AT_FDCWD, "/tmp", O_RDWR|O_TMPFILE, 0600) = 23');
    expect(text('openat', [FD, 0x1000, 0], 3, [[1, 0, '/etc/passwd']], { cwd: '/tmp', fdName: (n) => `<f${n}>` })).toBe('openat(AT_FDCWD</tmp>, "/etc/passwd", O_RDONLY) = 3<f3>');
  });
  test('reads and writes', () => {
    expect(text('write', [17, 0x1000, 13], 13, [[1, 0, [...Buffer.from('line one\n'), 1, 2, 3, 0x37]]])).toBe('write(17, "line one\\n\\1\\2\\0037", 13) = 13');
    expect(text('read', [3, 0x1000, 4096], 40, [[1, 1, 'a'.repeat(39)]])).toBe(`read(3, "${'a'.repeat(32)}"..., 4096) = 40`);
    expect(text('read', [0xffffffff, 0, 5], -9)).toBe('read(-1, NULL, 5) = -1 EBADF (Bad file descriptor)');
    expect(text('read', [3, 0x1000, 4096], 0)).toBe('read(3, "", 4096) = 0');
    expect(text('read', [0, 0x1000, 1], null, [], {}, 512)).toBe('read(0, 0x1000, 1) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)');
    expect(text('writev', [3, 0x1000, 2], 8, [[1, 0, [...u64(0x10, 3, 0x20, 5)]], [1, 2, [97, 98, 99]], [1, 2, [...Buffer.from('defgh')]]])).toBe('writev(3, [{iov_base="abc", iov_len=3}, {iov_base="defgh", iov_len=5}], 2) = 8');
    expect(text('readv', [4, 0x1000, 2], 8, [[1, 0, [...u64(0x10, 4, 0x20, 10)]], [1, 3, [...Buffer.from('abcd')]], [1, 3, [...Buffer.from('efgh')]]])).toBe('readv(4, [{iov_base="abcd", iov_len=4}, {iov_base="efgh", iov_len=10}], 2) = 8');
    expect(text('sendfile', [18, 17, 0x1000, 5], 5, [[2, 0, u64(2)], [2, 1, u64(7)]])).toBe('sendfile(18, 17, [2] => [7], 5) = 5');
    expect(text('getrandom', [0x1000, 8, 1], 8, [[0, 1, [0x1c, 0xe5, 1, 2, 3, 4, 65, 66]]])).toBe('getrandom("\\x1c\\xe5\\x01\\x02\\x03\\x04\\x41\\x42", 8, GRND_NONBLOCK) = 8');
    expect(text('readlink', [0x1000, 0x2000, 100], -2, [[0, 0, '/tmp/F/nosl']])).toBe('readlink("/tmp/F/nosl", 0x2000, 100) = -1 ENOENT (No such file or directory)');
  });
  test('fcntl, umask, mknod, utimensat, statx flags', () => {
    expect(text('fcntl', [17, 3], 0x8002)).toBe('fcntl(17, F_GETFL) = 0x8002 (flags O_RDWR|O_LARGEFILE)');
    expect(text('fcntl', [17, 1], 1)).toBe('fcntl(17, F_GETFD) = 0x1 (flags FD_CLOEXEC)');
    expect(text('fcntl', [17, 6, 0x1000], 0, [[2, 0, [...u32(1), ...u32(0), ...u64(0, 10), ...u64(0)]]])).toBe('fcntl(17, F_SETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=0, l_len=10}) = 0');
    expect(text('umask', [0], 0o22)).toBe('umask(000) = 022');
    expect(text('mknodat', [FD, 0x1000, 0o20600, 0x103], 0, [[1, 0, '/tmp/F/nod']])).toBe('mknodat(AT_FDCWD, "/tmp/F/nod", S_IFCHR|0600, makedev(0x1, 0x3)) = 0');
    expect(text('utimensat', [FD, 0x1000, 0x2000, 0], 0, [[1, 0, 'f'], [2, 0, [...u64(1700000000, 5, 0, 0x3ffffffe)]]])).toBe('utimensat(AT_FDCWD, "f", [{tv_sec=1700000000, tv_nsec=5} /* 2023-11-14T22:13:20.000000005+0000 */, UTIME_OMIT], 0) = 0');
    expect(text('faccessat2', [FD, 0x1000, 5, 0x200], 0, [[1, 0, '/etc']])).toBe('faccessat2(AT_FDCWD, "/etc", R_OK|X_OK, AT_EACCESS) = 0');
  });
  test('stat', () => {
    const st = new Uint8Array(144), v = new DataView(st.buffer);
    v.setUint32(24, 0o100644, true); v.setUint32(48, 5, true);
    expect(text('newfstatat', [17, 0x1000, 0x2000, 0x1000], 0, [[1, 0, ''], [2, 1, st]])).toBe('newfstatat(17, "", {st_mode=S_IFREG|0644, st_size=5, ...}, AT_EMPTY_PATH) = 0');
    v.setUint32(24, 0o20666, true); v.setUint32(40, 0x103, true);
    expect(text('newfstatat', [FD, 0x1000, 0x2000, 0], 0, [[1, 0, '/dev/null'], [2, 1, st]])).toBe('newfstatat(AT_FDCWD, "/dev/null", {st_mode=S_IFCHR|0666, st_rdev=makedev(0x1, 0x3), ...}, 0) = 0');
  });
});

describe('memory, processes, signals', () => {
  test('mmap', () => {
    expect(text('mmap', [0, 8192, 3, 0x22, [0xffffffff, 0xffffffff], 0], 0x7ffff7fc2000)).toBe('mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7ffff7fc2000');
    expect(text('mmap', [0, 4096, 3, 0x20, -1, 0], -22)).toContain('PROT_READ|PROT_WRITE, MAP_FILE|MAP_ANONYMOUS, -1');
    expect(text('mremap', [0x1000, 4096, 4096, 5, 0], 0x3000)).toContain('4096, 4096, MREMAP_MAYMOVE|MREMAP_DONTUNMAP) =');
    expect(text('mremap', [0x1000, 4096, 4096, 2, 0x5000], -22)).toContain('4096, 4096, MREMAP_FIXED) =');
    expect(text('mremap', [0x1000, 4096, 4096, 3, 0x5000], 0x5000)).toContain('MREMAP_MAYMOVE|MREMAP_FIXED, 0x5000) =');
    expect(text('fcntl', [8, 0, -1], -22)).toContain('fcntl(8, F_DUPFD, 4294967295)');
    expect(text('copy_file_range', [7, 0, 8, 0, 30, 1], -22)).toContain('copy_file_range(7, NULL, 8, NULL, 30, 1)');
    expect(text('mmap', [0, 0, 0, 0, 5, 4096], -22)).toBe('mmap(NULL, 0, PROT_NONE, MAP_FILE, 5, 0x1000) = -1 EINVAL (Invalid argument)');
    expect(text('brk', [0], 0x55a7b299c000)).toBe('brk(NULL) = 0x55a7b299c000');
  });
  test('clone, clone3, wait4, execve', () => {
    expect(text('clone', [0x1200011, 0, 0, 0x7f1405a65a10], 22183)).toBe('clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f1405a65a10) = 22183');
    expect(text('clone3', [0x1000, 88], 7, [[0, 0, u64(0x3d0f00, 0, 0x7000, 0x7000, 0, 0x8000, 0x7fff80, 0x9000, 0, 0, 0)], [0, 6, u32(7)]]))
      .toBe('clone3({flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD|CLONE_SYSVSEM|CLONE_SETTLS|CLONE_PARENT_SETTID|CLONE_CHILD_CLEARTID, child_tid=0x7000, parent_tid=0x7000, exit_signal=0, stack=0x8000, stack_size=0x7fff80, tls=0x9000} => {parent_tid=[7]}, 88) = 7');
    expect(text('wait4', [0xffffffff, 0x1000, 0, 0], 22183, [[1, 1, u32(0x300)]])).toBe('wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 3}], 0, NULL) = 22183');
    expect(text('wait4', [0xffffffff, 0x1000, 3, 0x2000], -10)).toBe('wait4(-1, 0x1000, WNOHANG|WSTOPPED, 0x2000) = -1 ECHILD (No child processes)');
    expect(text('execve', [0x1000, 0x2000, 0x7ffc], -2, [[0, 0, '/nonexist'], [1, 2, 'x'], [1, 4, u32(1)], [2, 2, 'x'], [2, 4, u32(1)]])).toBe('execve("/nonexist", ["x"], 0x7ffc /* 1 var */) = -1 ENOENT (No such file or directory)');
    expect(text('exit_group', [7], null)).toBe('exit_group(7) = ?');
  });
  test('where a call is split', () => {
    const split = (nr: number, args: number[]): [string, string] => { const w = new Uint32Array(12); args.forEach((a, i) => { w[i * 2] = a; }); const d = decodeCall({ nr, args: w, payload: null, ret: 0, restart: 0 }, DEFAULTS); return [d.entry, d.exit]; };
    expect(split(NR.rt_sigprocmask, [2, 0, 0, 8])).toEqual(['SIG_SETMASK, NULL, ', 'NULL, 8']);
    expect(split(NR.wait4, [0xffffffff, 0, 0, 0])).toEqual(['-1, ', 'NULL, 0, NULL']);
    expect(split(NR.futex, [0x10, 128, 2, 0])).toEqual(['0x10, FUTEX_WAIT_PRIVATE, 2, NULL', '']);
    expect(split(NR.pipe2, [0, 0])).toEqual(['', 'NULL, 0']);
    expect(split(NR.clone, [0x1200011, 0, 0, 5])).toEqual(['child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD', ', child_tidptr=0x5']);
  });
  test('signals', () => {
    expect(text('rt_sigaction', [10, 0x1000, 0, 8], 0, [[1, 0, [...u64(0x55a7b2998a09), ...u64(0x14000004), ...u64(0x7f1405aa4050), ...u64(0x800)]]]))
      .toBe('rt_sigaction(SIGUSR1, {sa_handler=0x55a7b2998a09, sa_mask=[USR2], sa_flags=SA_RESTORER|SA_RESTART|SA_SIGINFO, sa_restorer=0x7f1405aa4050}, NULL, 8) = 0');
    expect(text('rt_sigprocmask', [0, 0x1000, 0, 8], 0, [[1, 0, u32(0x7fffffff, 0xfffffffe)]])).toBe('rt_sigprocmask(SIG_BLOCK, ~[RTMIN RT_1], NULL, 8) = 0');
    expect(text('rt_sigreturn', [0], 0, [[0, 0, u64(0)]])).toBe('rt_sigreturn({mask=[]}) = 0');
  });
  test('futex', () => {
    expect(text('futex', [0x10, 128 | 9 | 256, 99, 0x20, 0, 0xffffffff], -11, [[3, 0, u64(0, 0)]])).toBe('futex(0x10, FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME, 99, {tv_sec=0, tv_nsec=0}, FUTEX_BITSET_MATCH_ANY) = -1 EAGAIN (Resource temporarily unavailable)');
    expect(text('futex', [0x10, 5, 1, 1, 0x10, 0x41000001], 0)).toBe('futex(0x10, FUTEX_WAKE_OP, 1, 1, 0x10, FUTEX_OP_XOR<<28|0<<12|FUTEX_OP_CMP_NE<<24|0x1) = 0');
    expect(text('futex', [0x10, 77, 1, 1, 0x10, 1], -38)).toBe('futex(0x10, 0x4d /* FUTEX_??? */, 1, 0x1, 0x10, 0x1) = -1 ENOSYS (Function not implemented)');
  });
});

describe('waiting and sockets', () => {
  test('poll, select, epoll', () => {
    expect(text('poll', [0x1000, 2, 0], 1, [[0, 0, [...u32(4), ...u32(1), ...u32(0xffffffff), ...u32(0)]], [0, 1, [...u32(4), ...u32(0x10001), ...u32(0xffffffff), ...u32(0)]]])).toBe('poll([{fd=4, events=POLLIN}, {fd=-1}], 2, 0) = 1 ([{fd=4, revents=POLLIN}])');
    expect(text('poll', [0x1000, 1, 1], 0, [[0, 0, [...u32(4), ...u32(1)]]])).toBe('poll([{fd=4, events=POLLIN}], 1, 1) = 0 (Timeout)');
    expect(text('pselect6', [10, 0x10, 0x20, 0, 0x30, 0], 1, [[1, 0, u64(16)], [2, 0, u64(8)], [4, 0, u64(0, 10000)], [1, 1, u64(0)], [2, 1, u64(8)], [4, 1, u64(0, 8468)]])).toBe('pselect6(10, [4], [3], NULL, {tv_sec=0, tv_nsec=10000}, NULL) = 1 (out [3], left {tv_sec=0, tv_nsec=8468})');
    expect(text('epoll_wait', [13, 0x1000, 4, 0], 0)).toBe('epoll_wait(13, [], 4, 0) = 0');
    expect(text('epoll_ctl', [13, 1, 4, 0x1000], 0, [[3, 0, [...u32(0x80000001), ...u64(78187493530)]]])).toBe('epoll_ctl(13, EPOLL_CTL_ADD, 4, {events=EPOLLIN|EPOLLET, data={u32=878082202, u64=78187493530}}) = 0');
  });
  test('sockets', () => {
    expect(text('socket', [1, 0x80801, 0], 3)).toBe('socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, 0) = 3');
    expect(text('connect', [3, 0x1000, 110], -2, [[1, 0, [1, 0, ...Buffer.from('/var/run/nscd/socket\0'), ...new Array<number>(87).fill(0)]]])).toBe('connect(3, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1 ENOENT (No such file or directory)');
    expect(text('accept', [6, 0x1000, 0x2000], 8, [[2, 0, u32(110)], [2, 1, u32(2)], [1, 1, [1, 0]]])).toBe('accept(6, {sa_family=AF_UNIX}, [110 => 2]) = 8');
    expect(text('connect', [3, 0x1000, 16], 0, [[1, 0, [2, 0, 0, 53, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]]])).toBe('connect(3, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("1.1.1.1")}, 16) = 0');
  });
  test('ioctl, prctl, unknown calls', () => {
    expect(text('ioctl', [17, 0x1234, 5], -25)).toBe('ioctl(17, _IOC(_IOC_NONE, 0x12, 0x34, 0), 0x5) = -1 ENOTTY (Inappropriate ioctl for device)');
    expect(text('ioctl', [0, 0x5413, 0x1000], 0, [[2, 1, [24, 0, 80, 0, 0, 0, 0, 0]]])).toBe('ioctl(0, TIOCGWINSZ, {ws_row=24, ws_col=80, ws_xpixel=0, ws_ypixel=0}) = 0');
    expect(text('prctl', [3], 1)).toBe('prctl(PR_GET_DUMPABLE) = 1 (SUID_DUMP_USER)');
    expect(text('prctl', [38, 1, 0, 0, 0], 0)).toBe('prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) = 0');
    const w = new Uint32Array(12);
    [1, 2, 3, 4, 5, 6].forEach((n, i) => { w[i * 2] = n; });
    const d = decodeCall({ nr: 999, args: w, payload: null, ret: -38, restart: 0 }, DEFAULTS);
    expect(`${d.name}(${d.entry}) = ${d.result}`).toBe('syscall_0x3e7(0x1, 0x2, 0x3, 0x4, 0x5, 0x6) = -1 ENOSYS (Function not implemented)');
  });
  test('strings and times', () => {
    expect(quoted(Uint8Array.from([0, 49, 0, 65, 255]), 5, DEFAULTS)).toBe('"\\0001\\0A\\377"');
    expect(quoted(Uint8Array.from([65, 200]), 2, { ...DEFAULTS, hex: 1 })).toBe('"\\x41\\xc8"');
    expect(timeText(951868799, 0)).toBe('2000-02-29T23:59:59+0000');
  });
});
