// Handlers of the System V IPC family: shmget … msgctl. The objects are kernel/ipc's.
import { E2BIG, EFAULT, EINVAL, ERANGE } from '../abi/errno.ts';
import {
  GETALL, GETNCNT, GETPID, GETVAL, GETZCNT, IPC_64, IPC_INFO, IPC_RMID, IPC_SET, IPC_STAT, MSG_INFO, MSG_STAT, MSG_STAT_ANY, SEM_INFO, SEM_STAT, SEM_STAT_ANY, SETALL, SETVAL, SHM_INFO, SHM_LOCK, SHM_STAT, SHM_STAT_ANY, SHM_UNLOCK,
} from '../abi/ipc-flags.ts';
import { I386_IPC, i386Number } from '../abi/syscalls-i386.ts';
import { I386_IPC_DS, convertIpcDs } from '../abi/structs-i386.ts';
import type { IpcDs } from '../abi/structs-i386.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import { LAYOUT } from '../kernel/contracts/task.ts';
import type { Task } from '../kernel/contracts/task.ts';
import { MSGMAX, MSGMNB, msgGet, msgInfo, msgReceive, msgRemove, msgSend, msgStat } from '../kernel/ipc/msg.ts';
import type { MsgQueue } from '../kernel/ipc/msg.ts';
import { SEMOPM, SEMVMX, semGet, semInfo, semOperate, semRemove, semSet, semStat, semWaiters } from '../kernel/ipc/sem.ts';
import type { SemOp, SemSet } from '../kernel/ipc/sem.ts';
import { shmAttach, shmDetach, shmGet, shmLimits, shmRemove, shmStat, shmUsage } from '../kernel/ipc/shm.ts';
import type { Segment } from '../kernel/ipc/shm.ts';
import { ipcFind, ipcOwner, ipcPermission, setPerm, sysvOf } from '../kernel/ipc/sysv.ts';
import type { IpcObject, IpcTable } from '../kernel/ipc/sysv.ts';
import { copyFromUser, copyToUser, prepareUser } from '../kernel/mm/uaccess.ts';
import { capable } from '../kernel/process/cred.ts';
import { readTimespec } from '../kernel/time/user.ts';
import type { Args, Handlers } from './call.ts';

const CAP_SYS_RESOURCE = 24;

/** What the three xxxctl have in common: INFO, STAT by id or by place, SET, RMID. undefined: another command. */
interface Kind<T extends IpcObject> { name: IpcDs; table: IpcTable; info: Record<number, () => Uint8Array>; statAt: number; statAny: number; bytes(o: T): Uint8Array; set?(o: T, b: Uint8Array): number; remove(o: T): void }
function control<T extends IpcObject>(k: Kernel, task: Task, kind: Kind<T>, id: number, cmd: number, buf: number): number | undefined {
  const ids = [...kind.table.byId.keys()], info = kind.info[cmd], narrow = task.syscall.layout !== LAYOUT.x86_64;
  if (info) return copyToUser(k, task, buf, info()) < 0 ? -EFAULT : Math.max(0, ids.length - 1);
  const byPlace = cmd === kind.statAt || cmd === kind.statAny;
  if (cmd === IPC_STAT || byPlace) {
    const o = ipcFind<T>(kind.table, byPlace ? ids[id] ?? -1 : id);
    if (typeof o === 'number') return o;
    const denied = cmd === kind.statAny ? 0 : ipcPermission(task, o, 4);
    return denied || (copyToUser(k, task, buf, narrow ? convertIpcDs(kind.name, kind.bytes(o), false) : kind.bytes(o)) < 0 ? -EFAULT : byPlace ? o.id : 0);
  }
  if (cmd !== IPC_SET && cmd !== IPC_RMID) return undefined;
  const given = cmd === IPC_SET ? copyFromUser(k, task, buf, narrow ? I386_IPC_DS[kind.name].size : kind.name === 'msg' ? 120 : 48) : null;
  if (typeof given === 'number') return given;
  const b = given !== null && narrow ? convertIpcDs(kind.name, given, true) : given;
  const o = ipcFind<T>(kind.table, id);
  if (typeof o === 'number') return o;
  const denied = ipcOwner(task, o);
  if (denied !== 0) return denied;
  if (b === null) { kind.remove(o); return 0; }
  const r = kind.set?.(o, b) ?? 0;
  if (r === 0) setPerm(k, b, o);
  return r;
}

/** A structure of longs in the call's layout; what does not fit is the largest int (ipc/shm.c, copy_compat_shminfo_to_user). */
function longs(task: Task, bytes: Uint8Array): Uint8Array {
  if (task.syscall.layout === LAYOUT.x86_64) return bytes;
  const v = new DataView(bytes.buffer), out = new DataView(new ArrayBuffer(bytes.length / 2));
  for (let at = 0; at < bytes.length; at += 8) out.setUint32(at / 2, v.getUint32(at + 4, true) !== 0 ? 0x7fffffff : v.getUint32(at, true), true);
  return new Uint8Array(out.buffer);
}
/** The command without IPC_64; −1: it asks ipc(2) for a structure of before Linux 2.2 (with IPC_64 left out), which is not built. */
function command(task: Task, cmd: number, structures: readonly number[]): number {
  const plain = cmd & ~IPC_64;
  return i386Number(task.syscall.compat) === I386_IPC && plain === cmd && structures.includes(cmd) ? -1 : plain;
}

function shmctl(k: Kernel, task: Task, id: number, cmd: number, buf: number): number {
  const r = control<Segment>(k, task, { name: 'shm', table: sysvOf(k).shm, info: { [IPC_INFO]: () => longs(task, shmLimits()), [SHM_INFO]: () => longs(task, shmUsage(k)) }, statAt: SHM_STAT, statAny: SHM_STAT_ANY, bytes: shmStat, remove: (s) => shmRemove(k, s) }, id, cmd, buf);
  if (r !== undefined) return r;
  if (cmd !== SHM_LOCK && cmd !== SHM_UNLOCK) return -EINVAL;
  const s = ipcFind<Segment>(sysvOf(k).shm, id); // nothing is ever swapped out
  return typeof s === 'number' ? s : ipcOwner(task, s);
}

function semctl(k: Kernel, task: Task, id: number, num: number, cmd: number, arg: number): number {
  const r = control<SemSet>(k, task, { name: 'sem', table: sysvOf(k).sem, info: { [IPC_INFO]: () => semInfo(k, false), [SEM_INFO]: () => semInfo(k, true) }, statAt: SEM_STAT, statAny: SEM_STAT_ANY, bytes: semStat, remove: (s) => semRemove(k, s) }, id, cmd, arg);
  if (r !== undefined) return r;
  const s = ipcFind<SemSet>(sysvOf(k).sem, id);
  if (typeof s === 'number') return s;
  const denied = ipcPermission(task, s, cmd === SETVAL || cmd === SETALL ? 2 : 4);
  if (denied !== 0) return denied;
  const n = s.values.length;
  if (cmd === GETALL) return copyToUser(k, task, arg, new Uint8Array(Uint16Array.from(s.values).buffer)) < 0 ? -EFAULT : 0;
  if (cmd === SETALL) {
    const b = copyFromUser(k, task, arg, n * 2);
    return typeof b === 'number' ? b : semSet(k, task, s, 0, new Uint16Array(b.slice().buffer));
  }
  if (num < 0 || num >= n) return -EINVAL;
  switch (cmd) {
    case GETVAL: return s.values[num]!;
    case GETPID: return s.pids[num]!;
    case GETNCNT: return semWaiters(s, num, false);
    case GETZCNT: return semWaiters(s, num, true);
    case SETVAL: { const v = arg % 4294967296 | 0; return v < 0 || v > SEMVMX ? -ERANGE : semSet(k, task, s, num, [v]); }
    default: return -EINVAL;
  }
}

function semop(k: Kernel, task: Task, a: Args, timeout: number): number {
  const count = a.ptr(2);
  if (a.i32(0) < 0 || count < 1) return -EINVAL;
  if (count > SEMOPM) return -E2BIG;
  const b = copyFromUser(k, task, a.ptr(1), count * 6);
  if (typeof b === 'number') return b;
  const sys = task.syscall;
  if (timeout !== 0 && sys.deadline === 0) {
    const ts = readTimespec(k, task, timeout);
    if (typeof ts === 'number') return ts;
    sys.deadline = Math.max(1, k.now + ts.sec * 1e9 + ts.nsec);
  }
  const v = new DataView(b.buffer, b.byteOffset), ops: SemOp[] = [];
  for (let i = 0; i < count; i++) ops.push({ sem: v.getUint16(i * 6, true), op: v.getInt16(i * 6 + 2, true), flags: v.getInt16(i * 6 + 4, true) });
  return semOperate(k, task, a.i32(0), ops, timeout !== 0 ? sys.deadline : Infinity);
}

function msgctl(k: Kernel, task: Task, id: number, cmd: number, buf: number): number {
  const set = (q: MsgQueue, b: Uint8Array): number => {
    const bytes = new DataView(b.buffer, b.byteOffset).getUint32(88, true);
    if (bytes > MSGMNB && !capable(task, CAP_SYS_RESOURCE)) return -1;
    q.maxBytes = Math.min(bytes, 1 << 20);
    return 0;
  };
  return control<MsgQueue>(k, task, { name: 'msg', table: sysvOf(k).msg, info: { [IPC_INFO]: () => msgInfo(k, false), [MSG_INFO]: () => msgInfo(k, true) }, statAt: MSG_STAT, statAny: MSG_STAT_ANY, bytes: msgStat, set, remove: (q) => msgRemove(k, q) }, id, cmd, buf) ?? -EINVAL;
}

/** Of a message's type. */
const longBytes = (task: Task): 4 | 8 => (task.syscall.layout === LAYOUT.x86_64 ? 8 : 4);
function msgsnd(k: Kernel, task: Task, a: Args): number {
  const size = a.ptr(2);
  if (size > MSGMAX || a.i32(0) < 0) return -EINVAL;
  const long = longBytes(task), b = copyFromUser(k, task, a.ptr(1), long + size);
  if (typeof b === 'number') return b;
  const v = new DataView(b.buffer, b.byteOffset), type = long === 8 ? v.getUint32(0, true) + v.getInt32(4, true) * 4294967296 : v.getInt32(0, true);
  return msgSend(k, task, a.i32(0), type, b.slice(long), a.i32(3));
}
function msgrcv(k: Kernel, task: Task, a: Args): number {
  const size = a.i64(2), p = a.ptr(1), long = longBytes(task);
  if (size < 0 || a.i32(0) < 0) return -EINVAL;
  if (prepareUser(k, task, p, long + Math.min(size, MSGMAX), true) < 0) return -EFAULT;
  const m = msgReceive(k, task, a.i32(0), size, a.i64(3), a.i32(4));
  if (typeof m === 'number') return m;
  const b = new Uint8Array(long + m.text.length);
  new DataView(b.buffer).setUint32(0, m.type, true);
  if (long === 8) new DataView(b.buffer).setUint32(4, Math.floor(m.type / 4294967296), true);
  b.set(m.text, long);
  copyToUser(k, task, p, b);
  return m.text.length;
}

export const handlers: Handlers = {
  shmget: (k, t, a) => shmGet(k, t, a.i32(0), a.ptr(1), a.i32(2)),
  shmat: (k, t, a) => shmAttach(k, t, a.i32(0), a.ptr(1), a.i32(2)),
  shmdt: (k, t, a) => shmDetach(k, t, a.ptr(0)),
  shmctl: (k, t, a) => shmctl(k, t, a.i32(0), command(t, a.i32(1), [IPC_SET, IPC_STAT, IPC_INFO, SHM_STAT, SHM_STAT_ANY]), a.ptr(2)),
  semget: (k, t, a) => semGet(k, t, a.i32(0), a.i32(1), a.i32(2)),
  semop: (k, t, a) => semop(k, t, a, 0),
  semtimedop: (k, t, a) => semop(k, t, a, a.ptr(3)),
  semctl: (k, t, a) => semctl(k, t, a.i32(0), a.i32(1), command(t, a.i32(2), [IPC_SET, IPC_STAT, SEM_STAT, SEM_STAT_ANY]), a.ptr(3)),
  msgget: (k, t, a) => msgGet(k, t, a.i32(0), a.i32(1)),
  msgsnd,
  msgrcv,
  msgctl: (k, t, a) => msgctl(k, t, a.i32(0), command(t, a.i32(1), [IPC_SET, IPC_STAT, MSG_STAT, MSG_STAT_ANY]), a.ptr(2)),
};
