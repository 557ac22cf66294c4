// The i386 system calls that `int 0x80` reaches from 64-bit code: one row each, bound to the x86-64 call that does the same
// (arch/x86/entry/syscalls/syscall_32.tbl). Only calls whose structures have one layout in both ABIs, and exec, whose lists
// of strings have pointers of 32 bits; registers hold 32 bits.
import { NR } from './syscall-numbers.ts';
import type { SyscallName } from './syscall-numbers.ts';

/*
 * number, i386 name, then the x86-64 name if it is another, then its arguments if they are not the same ones in order:
 *   N   the i386 argument N, zero-extended    sN  sign-extended (a long)    qN  N and N + 1 as one 64-bit value
 *   pN  in pages of 4096 bytes                -   0
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
14 mknod
15 chmod
19 lseek lseek 0 s1 2
20 getpid
24 getuid
27 alarm
29 pause
33 access
36 sync
37 kill
38 rename
39 mkdir
40 rmdir
41 dup
42 pipe
45 brk
47 getgid
49 geteuid
50 getegid
52 umount2
57 setpgid
60 umask
61 chroot
63 dup2
64 getppid
65 getpgrp
66 setsid
74 sethostname
83 symlink
85 readlink
91 munmap
92 truncate truncate 0 s1
93 ftruncate ftruncate 0 s1
94 fchmod
96 getpriority
97 setpriority
103 syslog
118 fsync
121 setdomainname
122 uname
125 mprotect
132 getpgid
133 fchdir
135 sysfs
136 personality
143 flock
144 msync
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
163 mremap
168 poll
172 prctl
175 rt_sigprocmask
176 rt_sigpending
179 rt_sigsuspend
180 pread64 pread64 0 1 2 q3
181 pwrite64 pwrite64 0 1 2 q3
183 getcwd
184 capget
185 capset
190 vfork
192 mmap2 mmap 0 1 2 3 4 p5
193 truncate64 truncate 0 q1
194 ftruncate64 ftruncate 0 q1
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
241 sched_setaffinity
242 sched_getaffinity
252 exit_group
254 epoll_create
255 epoll_ctl
256 epoll_wait
258 set_tid_address
262 timer_getoverrun
263 timer_delete
270 tgkill
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
301 unlinkat
302 renameat
303 linkat
304 symlinkat
305 readlinkat
306 fchmodat
307 faccessat
310 unshare
313 splice
314 sync_file_range sync_file_range 0 q1 q3 5
315 tee
318 getcpu
319 epoll_pwait
321 signalfd
322 timerfd_create
323 eventfd
324 fallocate fallocate 0 1 q2 q4
327 signalfd4
328 eventfd2
329 epoll_create1
330 dup3
331 pipe2
332 inotify_init1
340 prlimit64
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
367 getsockname
368 getpeername
369 sendto
371 recvfrom
373 shutdown
375 membarrier
376 mlock2
377 copy_file_range
383 statx
393 semget
395 shmget
397 shmat
398 shmdt
399 msgget
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
  /** Its six arguments from the six of the registers; both as lo/hi pairs. */
  readonly map: (from: Uint32Array, to: Uint32Array) => void;
}

function mapping(args: readonly string[]): I386Call['map'] {
  if (args.length === 0) return (from, to) => { for (let i = 0; i < 6; i++) { to[i * 2] = from[i * 2]!; to[i * 2 + 1] = 0; } };
  return (from, to) => {
    const old = from.slice();
    to.fill(0);
    args.forEach((a, i) => {
      const kind = /^[a-z]/.test(a) ? a[0] : '', n = Number(kind === '' ? a : a.slice(1)), lo = a === '-' ? 0 : old[n * 2]!;
      to[i * 2] = kind === 'p' ? lo << 12 : lo;
      to[i * 2 + 1] = kind === 's' ? lo >> 31 : kind === 'q' ? old[n * 2 + 2]! : kind === 'p' ? lo >>> 20 : 0;
    });
  };
}
/** By i386 number. */
export const I386_SYSCALLS: ReadonlyMap<number, I386Call> = new Map(TABLE.trim().split('\n').flatMap((line): [number, I386Call][] => {
  const [number, name, native = name, ...args] = line.split(' ') as [string, string, ...string[]], nr = NR[native as SyscallName];
  return nr === undefined ? [] : [[Number(number), { name, nr, arity: args.includes('-') ? args.indexOf('-') : 6, map: mapping(args) }]];
}));
/** By i386 name. */
export const I386_BY_NAME: ReadonlyMap<string, I386Call> = new Map([...I386_SYSCALLS.values()].map((c) => [c.name, c]));
