// Scheduling policies, priorities, ioprio.
// Values from the Linux 6.1 UAPI headers of Debian 12 (x86-64); order within a table is the order strace prints flags in.
import type { Names } from './names.ts';

export const SCHED_OTHER = 0;
export const SCHED_FIFO = 1;
export const SCHED_RR = 2;
export const SCHED_BATCH = 3;
export const SCHED_ISO = 4;
export const SCHED_IDLE = 5;
export const SCHED_DEADLINE = 6;
export const SCHED_NAMES: Names = [
  [SCHED_OTHER, 'SCHED_OTHER'], [SCHED_FIFO, 'SCHED_FIFO'], [SCHED_RR, 'SCHED_RR'], [SCHED_BATCH, 'SCHED_BATCH'], [SCHED_ISO, 'SCHED_ISO'],
  [SCHED_IDLE, 'SCHED_IDLE'], [SCHED_DEADLINE, 'SCHED_DEADLINE'],
];

export const SCHED_NORMAL = 0;
export const SCHED_RESET_ON_FORK = 0x40000000;

export const SCHED_FLAG_RESET_ON_FORK = 1;
export const SCHED_FLAG_RECLAIM = 2;
export const SCHED_FLAG_DL_OVERRUN = 4;
export const SCHED_FLAG_KEEP_POLICY = 8;
export const SCHED_FLAG_KEEP_PARAMS = 0x10;
export const SCHED_FLAG_UTIL_CLAMP_MIN = 0x20;
export const SCHED_FLAG_UTIL_CLAMP_MAX = 0x40;
export const SCHED_FLAG_NAMES: Names = [
  [SCHED_FLAG_RESET_ON_FORK, 'SCHED_FLAG_RESET_ON_FORK'], [SCHED_FLAG_RECLAIM, 'SCHED_FLAG_RECLAIM'],
  [SCHED_FLAG_DL_OVERRUN, 'SCHED_FLAG_DL_OVERRUN'], [SCHED_FLAG_KEEP_POLICY, 'SCHED_FLAG_KEEP_POLICY'],
  [SCHED_FLAG_KEEP_PARAMS, 'SCHED_FLAG_KEEP_PARAMS'], [SCHED_FLAG_UTIL_CLAMP_MIN, 'SCHED_FLAG_UTIL_CLAMP_MIN'],
  [SCHED_FLAG_UTIL_CLAMP_MAX, 'SCHED_FLAG_UTIL_CLAMP_MAX'],
];

export const PRIO_PROCESS = 0;
export const PRIO_PGRP = 1;
export const PRIO_USER = 2;
export const PRIO_NAMES: Names = [
  [PRIO_PROCESS, 'PRIO_PROCESS'], [PRIO_PGRP, 'PRIO_PGRP'], [PRIO_USER, 'PRIO_USER'],
];

export const IOPRIO_WHO_PROCESS = 1;
export const IOPRIO_WHO_PGRP = 2;
export const IOPRIO_WHO_USER = 3;
export const IOPRIO_WHO_NAMES: Names = [
  [IOPRIO_WHO_PROCESS, 'IOPRIO_WHO_PROCESS'], [IOPRIO_WHO_PGRP, 'IOPRIO_WHO_PGRP'], [IOPRIO_WHO_USER, 'IOPRIO_WHO_USER'],
];

export const IOPRIO_CLASS_NONE = 0;
export const IOPRIO_CLASS_RT = 1;
export const IOPRIO_CLASS_BE = 2;
export const IOPRIO_CLASS_IDLE = 3;
export const IOPRIO_CLASS_NAMES: Names = [
  [IOPRIO_CLASS_NONE, 'IOPRIO_CLASS_NONE'], [IOPRIO_CLASS_RT, 'IOPRIO_CLASS_RT'], [IOPRIO_CLASS_BE, 'IOPRIO_CLASS_BE'],
  [IOPRIO_CLASS_IDLE, 'IOPRIO_CLASS_IDLE'],
];
