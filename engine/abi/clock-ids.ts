// Clock ids, timer flags, interval timers.
// Values from the Linux 6.1 UAPI headers of Debian 12 (x86-64); order within a table is the order strace prints flags in.
import type { Names } from './names.ts';

export const CLOCK_REALTIME = 0;
export const CLOCK_MONOTONIC = 1;
export const CLOCK_PROCESS_CPUTIME_ID = 2;
export const CLOCK_THREAD_CPUTIME_ID = 3;
export const CLOCK_MONOTONIC_RAW = 4;
export const CLOCK_REALTIME_COARSE = 5;
export const CLOCK_MONOTONIC_COARSE = 6;
export const CLOCK_BOOTTIME = 7;
export const CLOCK_REALTIME_ALARM = 8;
export const CLOCK_BOOTTIME_ALARM = 9;
export const CLOCK_SGI_CYCLE = 0xa;
export const CLOCK_TAI = 0xb;
export const CLOCK_NAMES: Names = [
  [CLOCK_REALTIME, 'CLOCK_REALTIME'], [CLOCK_MONOTONIC, 'CLOCK_MONOTONIC'], [CLOCK_PROCESS_CPUTIME_ID, 'CLOCK_PROCESS_CPUTIME_ID'],
  [CLOCK_THREAD_CPUTIME_ID, 'CLOCK_THREAD_CPUTIME_ID'], [CLOCK_MONOTONIC_RAW, 'CLOCK_MONOTONIC_RAW'],
  [CLOCK_REALTIME_COARSE, 'CLOCK_REALTIME_COARSE'], [CLOCK_MONOTONIC_COARSE, 'CLOCK_MONOTONIC_COARSE'], [CLOCK_BOOTTIME, 'CLOCK_BOOTTIME'],
  [CLOCK_REALTIME_ALARM, 'CLOCK_REALTIME_ALARM'], [CLOCK_BOOTTIME_ALARM, 'CLOCK_BOOTTIME_ALARM'], [CLOCK_SGI_CYCLE, 'CLOCK_SGI_CYCLE'],
  [CLOCK_TAI, 'CLOCK_TAI'],
];

export const TIMER_ABSTIME = 1;
export const TIMER_ABSTIME_NAMES: Names = [
  [TIMER_ABSTIME, 'TIMER_ABSTIME'],
];

export const ITIMER_REAL = 0;
export const ITIMER_VIRTUAL = 1;
export const ITIMER_PROF = 2;
export const ITIMER_NAMES: Names = [
  [ITIMER_REAL, 'ITIMER_REAL'], [ITIMER_VIRTUAL, 'ITIMER_VIRTUAL'], [ITIMER_PROF, 'ITIMER_PROF'],
];

export const SIGEV_SIGNAL = 0;
export const SIGEV_NONE = 1;
export const SIGEV_THREAD = 2;
export const SIGEV_THREAD_ID = 4;
export const SIGEV_NAMES: Names = [
  [SIGEV_SIGNAL, 'SIGEV_SIGNAL'], [SIGEV_NONE, 'SIGEV_NONE'], [SIGEV_THREAD, 'SIGEV_THREAD'], [SIGEV_THREAD_ID, 'SIGEV_THREAD_ID'],
];
