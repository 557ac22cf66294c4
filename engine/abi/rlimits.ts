// Resource limits.
// Values from the Linux 6.1 UAPI headers of Debian 12 (x86-64); order within a table is the order strace prints flags in.
import type { Names } from './names.ts';

export const RLIMIT_CPU = 0;
export const RLIMIT_FSIZE = 1;
export const RLIMIT_DATA = 2;
export const RLIMIT_STACK = 3;
export const RLIMIT_CORE = 4;
export const RLIMIT_RSS = 5;
export const RLIMIT_NPROC = 6;
export const RLIMIT_NOFILE = 7;
export const RLIMIT_MEMLOCK = 8;
export const RLIMIT_AS = 9;
export const RLIMIT_LOCKS = 10;
export const RLIMIT_SIGPENDING = 11;
export const RLIMIT_MSGQUEUE = 12;
export const RLIMIT_NICE = 13;
export const RLIMIT_RTPRIO = 14;
export const RLIMIT_RTTIME = 15;
export const RLIMIT_NAMES: Names = [
  [RLIMIT_CPU, 'RLIMIT_CPU'], [RLIMIT_FSIZE, 'RLIMIT_FSIZE'], [RLIMIT_DATA, 'RLIMIT_DATA'], [RLIMIT_STACK, 'RLIMIT_STACK'],
  [RLIMIT_CORE, 'RLIMIT_CORE'], [RLIMIT_RSS, 'RLIMIT_RSS'], [RLIMIT_NPROC, 'RLIMIT_NPROC'], [RLIMIT_NOFILE, 'RLIMIT_NOFILE'],
  [RLIMIT_MEMLOCK, 'RLIMIT_MEMLOCK'], [RLIMIT_AS, 'RLIMIT_AS'], [RLIMIT_LOCKS, 'RLIMIT_LOCKS'], [RLIMIT_SIGPENDING, 'RLIMIT_SIGPENDING'],
  [RLIMIT_MSGQUEUE, 'RLIMIT_MSGQUEUE'], [RLIMIT_NICE, 'RLIMIT_NICE'], [RLIMIT_RTPRIO, 'RLIMIT_RTPRIO'], [RLIMIT_RTTIME, 'RLIMIT_RTTIME'],
];

export const RLIM_NLIMITS = 16;
