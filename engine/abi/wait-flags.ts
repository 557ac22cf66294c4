// Waiting: W*, P_*, CLD_*, RUSAGE_*.
// Values from the Linux 6.1 UAPI headers of Debian 12 (x86-64); order within a table is the order strace prints flags in.
import type { Names } from './names.ts';

/** waitid(2). */
export const WNOHANG = 1;
export const WSTOPPED = 2;
export const WEXITED = 4;
export const WCONTINUED = 8;
export const WNOWAIT = 0x1000000;
export const __WCLONE = 0x80000000;
export const __WALL = 0x40000000;
export const __WNOTHREAD = 0x20000000;
export const WAIT_NAMES: Names = [
  [WNOHANG, 'WNOHANG'], [WSTOPPED, 'WSTOPPED'], [WEXITED, 'WEXITED'], [WCONTINUED, 'WCONTINUED'], [WNOWAIT, 'WNOWAIT'], [__WCLONE, '__WCLONE'],
  [__WALL, '__WALL'], [__WNOTHREAD, '__WNOTHREAD'],
];

/** wait4(2); WUNTRACED is WSTOPPED. */
export const WAIT4_NAMES: Names = [
  [WNOHANG, 'WNOHANG'], [WSTOPPED, 'WSTOPPED'], [WEXITED, 'WEXITED'], [WCONTINUED, 'WCONTINUED'], [WNOWAIT, 'WNOWAIT'], [__WCLONE, '__WCLONE'],
  [__WALL, '__WALL'], [__WNOTHREAD, '__WNOTHREAD'],
];

export const WUNTRACED = 2;

export const P_ALL = 0;
export const P_PID = 1;
export const P_PGID = 2;
export const P_PIDFD = 3;
export const WAITID_NAMES: Names = [
  [P_ALL, 'P_ALL'], [P_PID, 'P_PID'], [P_PGID, 'P_PGID'], [P_PIDFD, 'P_PIDFD'],
];

export const RUSAGE_SELF = 0;
export const RUSAGE_CHILDREN = -1;
export const RUSAGE_THREAD = 1;
export const RUSAGE_NAMES: Names = [
  [RUSAGE_SELF, 'RUSAGE_SELF'], [RUSAGE_CHILDREN, 'RUSAGE_CHILDREN'], [RUSAGE_THREAD, 'RUSAGE_THREAD'],
];
