// System V IPC flags.
// Values from the Linux 6.1 UAPI headers of Debian 12 (x86-64); order within a table is the order strace prints flags in.
import type { Names } from './names.ts';

export const IPC_CREAT = 0x200;
export const IPC_EXCL = 0x400;
export const IPC_NOWAIT = 0x800;
/** Of semop(2) and msgrcv(2). */
export const SEM_UNDO = 0x1000, MSG_NOERROR = 0x1000, MSG_EXCEPT = 0x2000, MSG_COPY = 0x4000;
export const SEMOP_NAMES: Names = [[SEM_UNDO, 'SEM_UNDO'], [IPC_NOWAIT, 'IPC_NOWAIT']];
export const MSG_FLAG_NAMES: Names = [[MSG_NOERROR, 'MSG_NOERROR'], [MSG_EXCEPT, 'MSG_EXCEPT'], [MSG_COPY, 'MSG_COPY'], [IPC_NOWAIT, 'IPC_NOWAIT']];

export const IPC_RMID = 0;
export const IPC_SET = 1;
export const IPC_STAT = 2;
export const IPC_INFO = 3;
/** libc adds it to commands for the 64-bit structures; x86-64 has no others and takes both. */
export const IPC_64 = 0x100;
export const MSG_STAT = 11, MSG_INFO = 12, MSG_STAT_ANY = 13, SHM_LOCK = 11, SHM_UNLOCK = 12, SHM_STAT = 13, SHM_INFO = 14, SHM_STAT_ANY = 15;
export const GETPID = 11, GETVAL = 12, GETALL = 13, GETNCNT = 14, GETZCNT = 15, SETVAL = 16, SETALL = 17, SEM_STAT = 18, SEM_INFO = 19, SEM_STAT_ANY = 20;
const CMD_NAMES: Names = [[IPC_RMID, 'IPC_RMID'], [IPC_SET, 'IPC_SET'], [IPC_STAT, 'IPC_STAT'], [IPC_INFO, 'IPC_INFO']];
export type IpcKind = 'sem' | 'msg' | 'shm';
/** By kind: the commands of semctl, msgctl, shmctl; which of them fill in a structure of the object, which a structure about all of them, and its name. */
export const IPC_COMMANDS: Readonly<Record<IpcKind, { names: Names; stat: readonly number[]; info: Readonly<Record<number, string>> }>> = {
  sem: {
    names: [...CMD_NAMES, [GETPID, 'GETPID'], [GETVAL, 'GETVAL'], [GETALL, 'GETALL'], [GETNCNT, 'GETNCNT'], [GETZCNT, 'GETZCNT'], [SETVAL, 'SETVAL'], [SETALL, 'SETALL'], [SEM_STAT, 'SEM_STAT'], [SEM_INFO, 'SEM_INFO'], [SEM_STAT_ANY, 'SEM_STAT_ANY']],
    stat: [IPC_STAT, SEM_STAT, SEM_STAT_ANY], info: { [IPC_INFO]: 'seminfo', [SEM_INFO]: 'seminfo' },
  },
  msg: { names: [...CMD_NAMES, [MSG_STAT, 'MSG_STAT'], [MSG_INFO, 'MSG_INFO'], [MSG_STAT_ANY, 'MSG_STAT_ANY']], stat: [IPC_STAT, MSG_STAT, MSG_STAT_ANY], info: { [IPC_INFO]: 'msginfo', [MSG_INFO]: 'msginfo' } },
  shm: {
    names: [...CMD_NAMES, [SHM_LOCK, 'SHM_LOCK'], [SHM_UNLOCK, 'SHM_UNLOCK'], [SHM_STAT, 'SHM_STAT'], [SHM_INFO, 'SHM_INFO'], [SHM_STAT_ANY, 'SHM_STAT_ANY']],
    stat: [IPC_STAT, SHM_STAT, SHM_STAT_ANY], info: { [IPC_INFO]: 'shminfo', [SHM_INFO]: 'shm_info' },
  },
};

export const IPC_PRIVATE = 0;

export const SHM_RDONLY = 0x1000;
export const SHM_RND = 0x2000;
export const SHM_REMAP = 0x4000;
export const SHM_EXEC = 0x8000;
export const SHM_FLAG_NAMES: Names = [
  [SHM_RDONLY, 'SHM_RDONLY'], [SHM_RND, 'SHM_RND'], [SHM_REMAP, 'SHM_REMAP'], [SHM_EXEC, 'SHM_EXEC'],
];
