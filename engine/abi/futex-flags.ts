// futex(2) operations; robust list bits; rseq.
// Values from the Linux 6.1 UAPI headers of Debian 12 (x86-64); order within a table is the order strace prints flags in.
import type { Names } from './names.ts';

/** Operations without the flags. */
export const FUTEX_WAIT = 0;
export const FUTEX_WAKE = 1;
export const FUTEX_FD = 2;
export const FUTEX_REQUEUE = 3;
export const FUTEX_CMP_REQUEUE = 4;
export const FUTEX_WAKE_OP = 5;
export const FUTEX_LOCK_PI = 6;
export const FUTEX_UNLOCK_PI = 7;
export const FUTEX_TRYLOCK_PI = 8;
export const FUTEX_WAIT_BITSET = 9;
export const FUTEX_WAKE_BITSET = 0xa;
export const FUTEX_WAIT_REQUEUE_PI = 0xb;
export const FUTEX_CMP_REQUEUE_PI = 0xc;
export const FUTEX_LOCK_PI2 = 0xd;
export const FUTEX_NAMES: Names = [
  [FUTEX_WAIT, 'FUTEX_WAIT'], [FUTEX_WAKE, 'FUTEX_WAKE'], [FUTEX_FD, 'FUTEX_FD'], [FUTEX_REQUEUE, 'FUTEX_REQUEUE'],
  [FUTEX_CMP_REQUEUE, 'FUTEX_CMP_REQUEUE'], [FUTEX_WAKE_OP, 'FUTEX_WAKE_OP'], [FUTEX_LOCK_PI, 'FUTEX_LOCK_PI'], [FUTEX_UNLOCK_PI, 'FUTEX_UNLOCK_PI'],
  [FUTEX_TRYLOCK_PI, 'FUTEX_TRYLOCK_PI'], [FUTEX_WAIT_BITSET, 'FUTEX_WAIT_BITSET'], [FUTEX_WAKE_BITSET, 'FUTEX_WAKE_BITSET'],
  [FUTEX_WAIT_REQUEUE_PI, 'FUTEX_WAIT_REQUEUE_PI'], [FUTEX_CMP_REQUEUE_PI, 'FUTEX_CMP_REQUEUE_PI'], [FUTEX_LOCK_PI2, 'FUTEX_LOCK_PI2'],
];

export const FUTEX_PRIVATE_FLAG = 0x80;
export const FUTEX_CLOCK_REALTIME = 0x100;
export const FUTEX_FLAG_NAMES: Names = [
  [FUTEX_PRIVATE_FLAG, 'FUTEX_PRIVATE_FLAG'], [FUTEX_CLOCK_REALTIME, 'FUTEX_CLOCK_REALTIME'],
];

export const FUTEX_CMD_MASK = 0x7f;
export const FUTEX_BITSET_MATCH_ANY = 0xffffffff;
export const FUTEX_WAITERS = 0x80000000;
export const FUTEX_OWNER_DIED = 0x40000000;
export const FUTEX_TID_MASK = 0x3fffffff;

export const FUTEX_OP_SET = 0;
export const FUTEX_OP_ADD = 1;
export const FUTEX_OP_OR = 2;
export const FUTEX_OP_ANDN = 3;
export const FUTEX_OP_XOR = 4;
export const FUTEX_WAKE_OP_NAMES: Names = [
  [FUTEX_OP_SET, 'FUTEX_OP_SET'], [FUTEX_OP_ADD, 'FUTEX_OP_ADD'], [FUTEX_OP_OR, 'FUTEX_OP_OR'], [FUTEX_OP_ANDN, 'FUTEX_OP_ANDN'],
  [FUTEX_OP_XOR, 'FUTEX_OP_XOR'],
];

export const FUTEX_OP_CMP_EQ = 0;
export const FUTEX_OP_CMP_NE = 1;
export const FUTEX_OP_CMP_LT = 2;
export const FUTEX_OP_CMP_LE = 3;
export const FUTEX_OP_CMP_GT = 4;
export const FUTEX_OP_CMP_GE = 5;
export const FUTEX_WAKE_CMP_NAMES: Names = [
  [FUTEX_OP_CMP_EQ, 'FUTEX_OP_CMP_EQ'], [FUTEX_OP_CMP_NE, 'FUTEX_OP_CMP_NE'], [FUTEX_OP_CMP_LT, 'FUTEX_OP_CMP_LT'],
  [FUTEX_OP_CMP_LE, 'FUTEX_OP_CMP_LE'], [FUTEX_OP_CMP_GT, 'FUTEX_OP_CMP_GT'], [FUTEX_OP_CMP_GE, 'FUTEX_OP_CMP_GE'],
];

export const FUTEX_OP_OPARG_SHIFT = 8;

export const RSEQ_FLAG_UNREGISTER = 1;
export const RSEQ_NAMES: Names = [
  [RSEQ_FLAG_UNREGISTER, 'RSEQ_FLAG_UNREGISTER'],
];
