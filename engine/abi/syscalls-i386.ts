// The i386 system calls that `int 0x80` reaches from 64-bit code: one row each, bound to the x86-64 call that does the same
// (arch/x86/entry/syscalls/syscall_32.tbl); registers hold 32 bits. Handlers read and write structures in the layout that the row names.
import { NR } from './syscall-numbers.ts';
import type { SyscallName } from './syscall-numbers.ts';

/*
 * number, i386 name, then the x86-64 name if it is another or its structures are: /i of i386, /l those of its calls for large files;
 * (of sigaction: that of the call before rt_sigaction, as signal takes it); then its arguments if they are not the same ones in order:
 *   N   the i386 argument N, zero-extended    sN  sign-extended (a long)    qN  N and N + 1 as one 64-bit value    rN  N + 1 and N
 *   pN  in pages of 4096 bytes                uN  a user or group of 16 bits    -   0
 * @N: they stand in memory, N of them, where the first one points; >N: the result is written as 64 bits to where the x86-64 argument N points.
 * *N: of ipc, the fifth argument points to N words that stand for it and what follows, unless they are two and the first one's upper half says otherwise;
 * =N: the result goes where the x86-64 argument N points, 32 bits of it, and 0 is returned.
 * N.M is the call M that the multiplexer N takes in its first argument, the place of the others in its second.
 */
const TABLE = `
0 restart_syscall
1 exit
2 fork
3 read
4 write
5 open
6 close
7 waitpid wait4 0 1 2 -
8 creat
9 link
10 unlink
11 execve
12 chdir
13 time time/i
14 mknod
15 chmod
16 lchown lchown 0 u1 u2
19 lseek lseek 0 s1 2
20 getpid
23 setuid setuid u0
24 getuid
27 alarm
29 pause
30 utime utime/i
33 access
36 sync
37 kill
38 rename
39 mkdir
40 rmdir
41 dup
42 pipe
43 times times/i
45 brk
46 setgid setgid u0
47 getgid
48 signal rt_sigaction/l 0 - - 1
49 geteuid
50 getegid
52 umount2
54 ioctl
55 fcntl fcntl/l
57 setpgid
60 umask
61 chroot
63 dup2
64 getppid
65 getpgrp
66 setsid
67 sigaction rt_sigaction/l 0 1 2 -
70 setreuid setreuid u0 u1
71 setregid setregid u0 u1
74 sethostname
75 setrlimit setrlimit/i
77 getrusage getrusage/i
78 gettimeofday gettimeofday/i
79 settimeofday settimeofday/i
82 select select/i @5
83 symlink
85 readlink
90 mmap mmap @6
91 munmap
92 truncate truncate 0 s1
93 ftruncate ftruncate 0 s1
94 fchmod
95 fchown fchown 0 u1 u2
96 getpriority
97 setpriority
99 statfs statfs/i
100 fstatfs fstatfs/i
102.1 socket socket @3
102.2 bind bind @3
102.3 connect connect @3
102.4 listen listen @2
102.5 accept accept @3
102.6 getsockname getsockname @3
102.7 getpeername getpeername @3
102.8 socketpair socketpair @4
102.9 send sendto @4
102.10 recv recvfrom @4
102.11 sendto sendto @6
102.12 recvfrom recvfrom @6
102.13 shutdown shutdown @2
102.14 setsockopt setsockopt/i @5
102.15 getsockopt getsockopt/i @5
102.16 sendmsg sendmsg/i @3
102.17 recvmsg recvmsg/i @3
102.18 accept4 accept4 @4
102.19 recvmmsg recvmmsg/i @5
102.20 sendmmsg sendmmsg/i @4
103 syslog
104 setitimer setitimer/i
105 getitimer getitimer/i
106 stat stat/i
107 lstat lstat/i
108 fstat fstat/i
114 wait4 wait4/i
116 sysinfo sysinfo/i
117.1 semop semop 1 4 2
117.2 semget semget 1 2 3
117.3 semctl semctl/i 1 2 3 4 *1
117.4 semtimedop semtimedop/i 1 4 2 5
117.11 msgsnd msgsnd/i 1 4 s2 3
117.12 msgrcv msgrcv/i 1 4 s2 s5 3 *2
117.13 msgget msgget 1 2
117.14 msgctl msgctl/i 1 2 4
117.21 shmat shmat 1 4 2 3 =3
117.22 shmdt shmdt 4
117.23 shmget shmget 1 2 3
117.24 shmctl shmctl/i 1 2 4
118 fsync
120 clone clone/i 0 1 2 4 3
121 setdomainname
122 uname
125 mprotect
132 getpgid
133 fchdir
135 sysfs
136 personality
138 setfsuid setfsuid u0
139 setfsgid setfsgid u0
140 _llseek lseek 0 r1 4 3 >3
142 _newselect select/i
143 flock
144 msync
145 readv readv/i
146 writev writev/i
147 getsid
148 fdatasync
150 mlock
151 munlock
152 mlockall
153 munlockall
155 sched_getparam
156 sched_setscheduler
157 sched_getscheduler
158 sched_yield
159 sched_get_priority_max
160 sched_get_priority_min
161 sched_rr_get_interval sched_rr_get_interval/i
141 getdents getdents/i
162 nanosleep nanosleep/i
163 mremap
164 setresuid setresuid u0 u1 u2
168 poll
170 setresgid setresgid u0 u1 u2
172 prctl
174 rt_sigaction rt_sigaction/i
175 rt_sigprocmask
176 rt_sigpending
179 rt_sigsuspend
180 pread64 pread64 0 1 2 q3
181 pwrite64 pwrite64 0 1 2 q3
182 chown chown 0 u1 u2
183 getcwd
184 capget
185 capset
186 sigaltstack sigaltstack/i
190 vfork
191 ugetrlimit getrlimit/i
192 mmap2 mmap 0 1 2 3 4 p5
193 truncate64 truncate 0 q1
194 ftruncate64 ftruncate 0 q1
195 stat64 stat/l
196 lstat64 lstat/l
197 fstat64 fstat/l
199 getuid32 getuid
200 getgid32 getgid
201 geteuid32 geteuid
202 getegid32 getegid
203 setreuid32 setreuid
204 setregid32 setregid
205 getgroups32 getgroups
206 setgroups32 setgroups
207 fchown32 fchown
208 setresuid32 setresuid
209 getresuid32 getresuid
210 setresgid32 setresgid
211 getresgid32 getresgid
212 chown32 chown
213 setuid32 setuid
214 setgid32 setgid
215 setfsuid32 setfsuid
216 setfsgid32 setfsgid
217 pivot_root
218 mincore
219 madvise
220 getdents64
221 fcntl64 fcntl/l
224 gettid
225 readahead readahead 0 q1 3
226 setxattr
227 lsetxattr
228 fsetxattr
229 getxattr
230 lgetxattr
231 fgetxattr
232 listxattr
233 llistxattr
234 flistxattr
235 removexattr
236 lremovexattr
237 fremovexattr
238 tkill
239 sendfile64 sendfile
240 futex futex/i
241 sched_setaffinity
242 sched_getaffinity
252 exit_group
254 epoll_create
255 epoll_ctl
256 epoll_wait
258 set_tid_address
260 timer_settime timer_settime/i
261 timer_gettime timer_gettime/i
262 timer_getoverrun
263 timer_delete
264 clock_settime clock_settime/i
265 clock_gettime clock_gettime/i
266 clock_getres clock_getres/i
267 clock_nanosleep clock_nanosleep/i
268 statfs64 statfs/l 0 2
269 fstatfs64 fstatfs/l 0 2
270 tgkill
271 utimes utimes/i
272 fadvise64_64 fadvise64 0 q1 q3 5
278 mq_unlink
289 ioprio_set
290 ioprio_get
291 inotify_init
292 inotify_add_watch
293 inotify_rm_watch
295 openat
296 mkdirat
297 mknodat
298 fchownat
299 futimesat futimesat/i
300 fstatat64 newfstatat/l
301 unlinkat
302 renameat
303 linkat
304 symlinkat
305 readlinkat
306 fchmodat
307 faccessat
308 pselect6 pselect6/i
309 ppoll ppoll/i
310 unshare
313 splice
314 sync_file_range sync_file_range 0 q1 q3 5
315 tee
316 vmsplice vmsplice/i
318 getcpu
319 epoll_pwait
320 utimensat utimensat/i
321 signalfd
322 timerfd_create
323 eventfd
324 fallocate fallocate 0 1 q2 q4
325 timerfd_settime timerfd_settime/i
326 timerfd_gettime timerfd_gettime/i
327 signalfd4
328 eventfd2
329 epoll_create1
330 dup3
331 pipe2
332 inotify_init1
333 preadv preadv/i 0 1 2 q3
334 pwritev pwritev/i 0 1 2 q3
284 waitid waitid/i
340 prlimit64
337 recvmmsg recvmmsg/i
345 sendmmsg sendmmsg/i
344 syncfs
346 setns
349 kcmp
351 sched_setattr
352 sched_getattr
353 renameat2
355 getrandom
356 memfd_create
358 execveat
359 socket
360 socketpair
361 bind
362 connect
363 listen
364 accept4
365 getsockopt getsockopt/i
366 setsockopt setsockopt/i
367 getsockname
368 getpeername
369 sendto
370 sendmsg sendmsg/i
371 recvfrom
372 recvmsg recvmsg/i
373 shutdown
375 membarrier
376 mlock2
377 copy_file_range
383 statx
393 semget
394 semctl semctl/i
395 shmget
396 shmctl shmctl/i
397 shmat
398 shmdt
399 msgget
400 msgsnd msgsnd/i 0 1 s2 3
401 msgrcv msgrcv/i 0 1 s2 s3 4
402 msgctl msgctl/i
420 semtimedop_time64 semtimedop
403 clock_gettime64 clock_gettime
404 clock_settime64 clock_settime
405 clock_adjtime64 clock_adjtime
406 clock_getres_time64 clock_getres
407 clock_nanosleep_time64 clock_nanosleep
408 timer_gettime64 timer_gettime
409 timer_settime64 timer_settime
410 timerfd_gettime64 timerfd_gettime
411 timerfd_settime64 timerfd_settime
412 utimensat_time64 utimensat
414 ppoll_time64 ppoll
422 futex_time64 futex
423 sched_rr_get_interval_time64 sched_rr_get_interval
424 pidfd_send_signal
434 pidfd_open
436 close_range
437 openat2
438 pidfd_getfd
439 faccessat2
441 epoll_pwait2
`;

export interface I386Call {
  readonly name: string;
  /** Of the x86-64 call that does the same. */
  readonly nr: number;
  /** How many of them the i386 call has, if fewer. */
  readonly arity: number;
  /** Of its structures; as LAYOUT numbers them. */
  readonly layout: 0 | 1 | 2;
  /** How many arguments stand in memory, where the first one points (of a multiplexer's call: the second); 0: in registers. */
  readonly inMemory: number;
  /** The x86-64 argument that says where the result goes as 64 bits; −1: it is returned. */
  readonly resultAt: number;
  /** How many words the fifth argument points to that stand for it (ipc); 0: none. */
  readonly pointed: number;
  /** The x86-64 argument that says where the result goes as 32 bits, 0 being returned; −1: none. */
  readonly storedAt: number;
  /** Its six arguments from the six of the registers; both as lo/hi pairs. */
  readonly map: (from: Uint32Array, to: Uint32Array) => void;
}

function mapping(args: readonly string[]): I386Call['map'] {
  if (args.length === 0) return (from, to) => { for (let i = 0; i < 6; i++) { to[i * 2] = from[i * 2]!; to[i * 2 + 1] = 0; } };
  return (from, to) => {
    const old = from.slice();
    to.fill(0);
    args.forEach((a, i) => {
      const kind = /^[a-z]/.test(a) ? a[0] : '', n = Number(kind === '' ? a : a.slice(1)), word = (at: number): number => old[at * 2]!, lo = a === '-' ? 0 : word(n);
      to[i * 2] = kind === 'p' ? lo << 12 : kind === 'r' ? word(n + 1) : kind === 'u' ? ((lo & 0xffff) === 0xffff ? 0xffffffff : lo & 0xffff) : lo;
      to[i * 2 + 1] = kind === 's' ? lo >> 31 : kind === 'q' ? word(n + 1) : kind === 'r' ? lo : kind === 'p' ? lo >>> 20 : 0;
    });
  };
}
interface Calls {
  /** By key: the i386 number; of a multiplexer's call, + 65536 · what its first argument is. */
  byKey: ReadonlyMap<number, I386Call>;
  /** By i386 name: calls of their own before those of a multiplexer. */
  byName: ReadonlyMap<string, I386Call>;
  multiplexers: ReadonlySet<number>;
}
let made: Calls | null = null;
/** The table, parsed when it is first needed: few runs have such a call. */
function calls(): Calls {
  if (made !== null) return made;
  const byKey = new Map(TABLE.trim().split('\n').flatMap((line): [number, I386Call][] => {
    const [number, name, other = name, ...rest] = line.split(' ') as [string, string, ...string[]], [native, layout = ''] = other.split('/'), nr = NR[native as SyscallName];
    if (nr === undefined) return [];
    const after = (mark: string): string | undefined => rest.find((a) => a.startsWith(mark))?.slice(1), args = rest.filter((a) => !/^[@>*=]/.test(a)), [main, sub = 0] = number.split('.').map(Number);
    const inMemory = Number(after('@') ?? 0), arity = args.includes('-') ? args.indexOf('-') : args.length === 0 && sub !== 0 ? inMemory : 6;
    return [[main! + sub * 65536, { name, nr, arity, layout: layout === 'l' ? 2 : layout === 'i' ? 1 : 0, inMemory, resultAt: Number(after('>') ?? -1), pointed: Number(after('*') ?? 0), storedAt: Number(after('=') ?? -1), map: mapping(args) }]];
  }));
  const multiplexers = new Set([...byKey.keys()].filter((n) => n >= 65536).map((n) => n & 65535));
  return made = { byKey, multiplexers, byName: new Map([...byKey].sort(([a], [b]) => b - a).map(([, c]) => [c.name, c])) };
}
export const i386Call = (key: number): I386Call | undefined => calls().byKey.get(key);
export const i386CallNamed = (name: string): I386Call | undefined => calls().byName.get(name);
export const i386Multiplexes = (nr: number): boolean => calls().multiplexers.has(nr);
/** @param first its first argument */
export const i386Key = (nr: number, first: number): number => (i386Multiplexes(nr) ? nr + (nr === I386_IPC ? first & 0xffff : first) * 65536 : nr);
/** ipc(2): the upper half of its first argument is a version. */
export const I386_IPC = 117;
export const i386Number = (key: number): number => key % 65536;
