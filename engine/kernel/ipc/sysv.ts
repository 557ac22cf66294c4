// What System V segments, semaphores and queues share: keys, ids, owners and permissions (sysvipc(7), ipc/util.c).
import { EACCES, EEXIST, EINVAL, ENOENT, ENOSPC, EPERM } from '../../abi/errno.ts';
import { stateClass } from '../../base/state.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { capable } from '../process/cred.ts';
import { realtime } from '../time/clock.ts';

const CAP_IPC_OWNER = 15, CAP_SYS_ADMIN = 21, IPC_CREAT = 0x200, IPC_EXCL = 0x400;

/** struct ipc64_perm and the id. */
export class IpcObject {
  id = 0; key = 0;
  uid = 0; gid = 0; cuid = 0; cgid = 0; mode = 0;
  ctime = 0; // seconds
}
/** One kind of object by id and, unless private, by key. */
export class IpcTable {
  byId = new Map<number, IpcObject>();
  byKey = new Map<number, number>();
  nextId = 0;
}
/** Kernel slot `sysv`. */
export class SysvState { shm = new IpcTable(); sem = new IpcTable(); msg = new IpcTable(); }
stateClass(IpcObject, 'IpcObject', ['id', 'key', 'uid', 'gid', 'cuid', 'cgid', 'mode', 'ctime']);
stateClass(IpcTable, 'IpcTable', ['byId', 'byKey', 'nextId']);
stateClass(SysvState, 'SysvState', ['shm', 'sem', 'msg']);
export const sysvOf = (k: Kernel): SysvState => (k.sysv ??= new SysvState()) as SysvState;

export const seconds = (k: Kernel): number => realtime(k).sec;

/** ipcperms(): want in the low three bits, 4 read and 2 write. */
export function ipcPermission(task: Task, o: IpcObject, want: number): number {
  const c = task.cred, inGroup = (gid: number): boolean => c.egid === gid || c.groups.includes(gid);
  const granted = c.euid === o.uid || c.euid === o.cuid ? o.mode >> 6 : inGroup(o.gid) || inGroup(o.cgid) ? o.mode >> 3 : o.mode;
  return (want & ~granted & 7) === 0 || capable(task, CAP_IPC_OWNER) ? 0 : -EACCES;
}

/** xxxget(): the id of what has the key, or of a new one. */
export function ipcGet<T extends IpcObject>(k: Kernel, task: Task, table: IpcTable, limit: number, key: number, flags: number, check: (o: T) => number, create: () => T | number): number {
  const id = key === 0 ? undefined : table.byKey.get(key);
  if (id !== undefined) {
    if ((flags & (IPC_CREAT | IPC_EXCL)) === (IPC_CREAT | IPC_EXCL)) return -EEXIST;
    const o = table.byId.get(id) as T, asked = (flags >> 6 | flags >> 3 | flags) & 7;
    return check(o) || ipcPermission(task, o, asked) || id;
  }
  if (key !== 0 && (flags & IPC_CREAT) === 0) return -ENOENT;
  if (table.byId.size >= limit) return -ENOSPC;
  const o = create();
  if (typeof o === 'number') return o;
  o.id = table.nextId;
  table.nextId = (table.nextId + 1) % 0x7fffffff;
  o.key = key;
  o.uid = o.cuid = task.cred.euid; o.gid = o.cgid = task.cred.egid;
  o.mode = flags & 0o777;
  o.ctime = seconds(k);
  table.byId.set(o.id, o);
  if (key !== 0) table.byKey.set(key, o.id);
  return o.id;
}

export function ipcFind<T extends IpcObject>(table: IpcTable, id: number): T | number { return (table.byId.get(id) as T | undefined) ?? -EINVAL; }

/** What IPC_SET and IPC_RMID ask for. */
export function ipcOwner(task: Task, o: IpcObject): number {
  return task.cred.euid === o.uid || task.cred.euid === o.cuid || capable(task, CAP_SYS_ADMIN) ? 0 : -EPERM;
}
/** The key is free at once; the object goes when it is out of use. */
export function ipcForgetKey(table: IpcTable, o: IpcObject): void {
  if (o.key !== 0) table.byKey.delete(o.key);
  o.key = 0;
}

/** struct ipc64_perm of x86-64, 48 bytes, at the start of each xxxid_ds. */
export function putPerm(v: DataView, o: IpcObject, extraMode = 0): void {
  v.setInt32(0, o.key, true);
  v.setUint32(4, o.uid, true); v.setUint32(8, o.gid, true); v.setUint32(12, o.cuid, true); v.setUint32(16, o.cgid, true);
  v.setUint32(20, o.mode | extraMode, true);
}
/** IPC_SET takes owner, group and mode. */
export function setPerm(k: Kernel, b: Uint8Array, o: IpcObject): void {
  const v = new DataView(b.buffer, b.byteOffset);
  o.uid = v.getUint32(4, true); o.gid = v.getUint32(8, true);
  o.mode = (o.mode & ~0o777) | (v.getUint32(20, true) & 0o777);
  o.ctime = seconds(k);
}
export const put64 = (v: DataView, at: number, n: number): void => { v.setUint32(at, n >>> 0, true); v.setUint32(at + 4, Math.floor(n / 4294967296), true); };
