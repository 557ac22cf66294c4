// System V message queues (msgop(2), msgctl(2), ipc/msg.c).
import { E2BIG, EAGAIN, EIDRM, EINTR, EINVAL, ENOMSG } from '../../abi/errno.ts';
import { IPC_NOWAIT, MSG_EXCEPT, MSG_NOERROR } from '../../abi/ipc-flags.ts';
import { stateClass } from '../../base/state.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { BLOCK, WaitQueue } from '../contracts/wait.ts';
import { waitOn, wakeUp } from '../sched/wait.ts';
import { signalPending } from '../signal/pending.ts';
import { IpcObject, ipcFind, ipcForgetKey, ipcGet, ipcPermission, put64, putPerm, seconds, sysvOf } from './sysv.ts';

export const MSGMAX = 8192, MSGMNB = 16384;
/** Queues: 32000 on a Linux of much memory; here their messages are the host's memory. */
const MSGMNI = 1024;

export class MsgQueue extends IpcObject {
  messages: { type: number; text: Uint8Array }[] = [];
  bytes = 0; maxBytes = MSGMNB;
  stime = 0; rtime = 0; lspid = 0; lrpid = 0;
  senders = new WaitQueue(); receivers = new WaitQueue();
}
stateClass(MsgQueue, 'MsgQueue', ['messages', 'bytes', 'maxBytes', 'stime', 'rtime', 'lspid', 'lrpid', 'senders', 'receivers']);

export function msgGet(k: Kernel, task: Task, key: number, flags: number): number {
  return ipcGet<MsgQueue>(k, task, sysvOf(k).msg, MSGMNI, key, flags, () => 0, () => new MsgQueue());
}

export function msgSend(k: Kernel, task: Task, id: number, type: number, text: Uint8Array, flags: number): number {
  const q = ipcFind<MsgQueue>(sysvOf(k).msg, id);
  if (typeof q === 'number') return task.syscall.reentered ? -EIDRM : q;
  if (type < 1) return -EINVAL;
  const denied = ipcPermission(task, q, 2);
  if (denied !== 0) return denied;
  if (q.bytes + text.length > q.maxBytes || q.messages.length + 1 > q.maxBytes) {
    if ((flags & IPC_NOWAIT) !== 0) return -EAGAIN;
    if (signalPending(task)) return -EINTR;
    waitOn(k, task, [q.senders], { interruptible: true, wchan: 'do_msgsnd' });
    return BLOCK;
  }
  q.messages.push({ type, text });
  q.bytes += text.length;
  q.stime = seconds(k); q.lspid = task.process.pid;
  wakeUp(k, q.receivers);
  return 0;
}

/** Which message msgrcv's type asks for: 0 the first, > 0 the first of it (or of another), < 0 the lowest up to its amount. */
function choose(q: MsgQueue, type: number, flags: number): number {
  if (type === 0) return q.messages.length > 0 ? 0 : -1;
  if (type > 0) return q.messages.findIndex((m) => ((flags & MSG_EXCEPT) !== 0 ? m.type !== type : m.type === type));
  let best = -1;
  q.messages.forEach((m, i) => { if (m.type <= -type && (best < 0 || m.type < q.messages[best]!.type)) best = i; });
  return best;
}

export function msgReceive(k: Kernel, task: Task, id: number, size: number, type: number, flags: number): { type: number; text: Uint8Array } | number {
  const q = ipcFind<MsgQueue>(sysvOf(k).msg, id);
  if (typeof q === 'number') return task.syscall.reentered ? -EIDRM : q;
  const denied = ipcPermission(task, q, 4);
  if (denied !== 0) return denied;
  const at = choose(q, type, flags);
  if (at < 0) {
    if ((flags & IPC_NOWAIT) !== 0) return -ENOMSG;
    if (signalPending(task)) return -EINTR;
    waitOn(k, task, [q.receivers], { interruptible: true, wchan: 'do_msgrcv' });
    return BLOCK;
  }
  const m = q.messages[at]!;
  if (m.text.length > size && (flags & MSG_NOERROR) === 0) return -E2BIG;
  q.messages.splice(at, 1);
  q.bytes -= m.text.length;
  q.rtime = seconds(k); q.lrpid = task.process.pid;
  wakeUp(k, q.senders);
  return { type: m.type, text: m.text.subarray(0, size) };
}

export function msgRemove(k: Kernel, q: MsgQueue): void {
  const table = sysvOf(k).msg;
  ipcForgetKey(table, q);
  table.byId.delete(q.id);
  wakeUp(k, q.senders);
  wakeUp(k, q.receivers);
}

/** struct msqid64_ds, 120 bytes. */
export function msgStat(q: MsgQueue): Uint8Array {
  const b = new Uint8Array(120), v = new DataView(b.buffer);
  putPerm(v, q);
  [q.stime, q.rtime, q.ctime, q.bytes, q.messages.length, q.maxBytes].forEach((n, i) => put64(v, 48 + i * 8, n));
  v.setInt32(96, q.lspid, true); v.setInt32(100, q.lrpid, true);
  return b;
}
/** struct msginfo: limits, or with MSG_INFO queues, messages and bytes in use in msgpool, msgmap and msgtql. */
export function msgInfo(k: Kernel, usage: boolean): Uint8Array {
  const b = new Uint8Array(32), all = [...sysvOf(k).msg.byId.values()] as MsgQueue[], sum = (f: (q: MsgQueue) => number): number => all.reduce((n, q) => n + f(q), 0);
  new Int32Array(b.buffer).set([usage ? all.length : MSGMNI * MSGMNB / 1024, usage ? sum((q) => q.messages.length) : MSGMNB, MSGMAX, MSGMNB, MSGMNI, 16, usage ? sum((q) => q.bytes) : MSGMNB]);
  return b;
}
export function msgText(k: Kernel): string {
  return ([...sysvOf(k).msg.byId.values()] as MsgQueue[]).map((q) => [String(q.key).padStart(10), String(q.id).padStart(10), q.mode.toString(8).padStart(5), String(q.bytes).padStart(11), String(q.messages.length).padStart(10), ...[q.lspid, q.lrpid, q.uid, q.gid, q.cuid, q.cgid].map((n) => String(n).padStart(5)), ...[q.stime, q.rtime, q.ctime].map((n) => String(n).padStart(10))].join(' ') + '\n').join('');
}
