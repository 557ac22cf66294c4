// System V IPC flags.
// Values from the Linux 6.1 UAPI headers of Debian 12 (x86-64); order within a table is the order strace prints flags in.
import type { Names } from './names.ts';

export const IPC_CREAT = 0x200;
export const IPC_EXCL = 0x400;
export const IPC_NOWAIT = 0x800;
export const IPC_FLAG_NAMES: Names = [
  [IPC_CREAT, 'IPC_CREAT'], [IPC_EXCL, 'IPC_EXCL'], [IPC_NOWAIT, 'IPC_NOWAIT'],
];

export const IPC_RMID = 0;
export const IPC_SET = 1;
export const IPC_STAT = 2;
export const IPC_INFO = 3;
export const IPC_CMD_NAMES: Names = [
  [IPC_RMID, 'IPC_RMID'], [IPC_SET, 'IPC_SET'], [IPC_STAT, 'IPC_STAT'], [IPC_INFO, 'IPC_INFO'],
];

export const IPC_PRIVATE = 0;

export const SHM_RDONLY = 0x1000;
export const SHM_RND = 0x2000;
export const SHM_REMAP = 0x4000;
export const SHM_EXEC = 0x8000;
export const SHM_FLAG_NAMES: Names = [
  [SHM_RDONLY, 'SHM_RDONLY'], [SHM_RND, 'SHM_RND'], [SHM_REMAP, 'SHM_REMAP'], [SHM_EXEC, 'SHM_EXEC'],
];
