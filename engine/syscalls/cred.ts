// Handlers of the cred family: user and group ids, supplementary groups, capabilities (credentials(7), capabilities(7)).
import { EFAULT, EINVAL, EPERM, ESRCH } from '../abi/errno.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import type { Cred, Task } from '../kernel/contracts/task.ts';
import { copyFromUser, copyToUser, putUserU32 } from '../kernel/mm/uaccess.ts';
import { CAP_SETGID, CAP_SETUID, capable, copyCred, fixupSetuid } from '../kernel/process/cred.ts';
import { taskByPid } from '../kernel/process/pid.ts';
import type { Args, Handler, Handlers } from './call.ts';

const NONE = 0xffffffff;

/** Installs changed credentials; a change of ids makes the process undumpable (commit_creds). */
function commit(task: Task, c: Cred): number {
  const o = task.cred;
  if (o.euid !== c.euid || o.egid !== c.egid || o.fsuid !== c.fsuid || o.fsgid !== c.fsgid) {
    task.dumpable = 0;
    task.pdeathSignal = 0;
  }
  fixupSetuid(c, o);
  task.cred = c;
  return 0;
}

function setuid(task: Task, uid: number): number {
  if (uid === NONE) return -EINVAL;
  const o = task.cred, c = copyCred(o);
  if (capable(task, CAP_SETUID)) c.uid = c.suid = uid;
  else if (uid !== o.uid && uid !== o.suid) return -EPERM;
  c.euid = c.fsuid = uid;
  return commit(task, c);
}
function setgid(task: Task, gid: number): number {
  if (gid === NONE) return -EINVAL;
  const o = task.cred, c = copyCred(o);
  if (capable(task, CAP_SETGID)) c.gid = c.sgid = gid;
  else if (gid !== o.gid && gid !== o.sgid) return -EPERM;
  c.egid = c.fsgid = gid;
  return commit(task, c);
}
function setreuid(task: Task, r: number, e: number): number {
  const o = task.cred, c = copyCred(o), cap = capable(task, CAP_SETUID);
  if (r !== NONE) { if (r !== o.uid && r !== o.euid && !cap) return -EPERM; c.uid = r; }
  if (e !== NONE) { if (e !== o.uid && e !== o.euid && e !== o.suid && !cap) return -EPERM; c.euid = e; }
  if (r !== NONE || (e !== NONE && e !== o.uid)) c.suid = c.euid;
  c.fsuid = c.euid;
  return commit(task, c);
}
function setregid(task: Task, r: number, e: number): number {
  const o = task.cred, c = copyCred(o), cap = capable(task, CAP_SETGID);
  if (r !== NONE) { if (r !== o.gid && r !== o.egid && !cap) return -EPERM; c.gid = r; }
  if (e !== NONE) { if (e !== o.gid && e !== o.egid && e !== o.sgid && !cap) return -EPERM; c.egid = e; }
  if (r !== NONE || (e !== NONE && e !== o.gid)) c.sgid = c.egid;
  c.fsgid = c.egid;
  return commit(task, c);
}
function setresuid(task: Task, ids: number[]): number {
  const o = task.cred, c = copyCred(o);
  if (!capable(task, CAP_SETUID)) for (const id of ids) if (id !== NONE && id !== o.uid && id !== o.euid && id !== o.suid) return -EPERM;
  if (ids[0] !== NONE) c.uid = ids[0]!;
  if (ids[1] !== NONE) c.euid = ids[1]!;
  if (ids[2] !== NONE) c.suid = ids[2]!;
  c.fsuid = c.euid;
  return commit(task, c);
}
function setresgid(task: Task, ids: number[]): number {
  const o = task.cred, c = copyCred(o);
  if (!capable(task, CAP_SETGID)) for (const id of ids) if (id !== NONE && id !== o.gid && id !== o.egid && id !== o.sgid) return -EPERM;
  if (ids[0] !== NONE) c.gid = ids[0]!;
  if (ids[1] !== NONE) c.egid = ids[1]!;
  if (ids[2] !== NONE) c.sgid = ids[2]!;
  c.fsgid = c.egid;
  return commit(task, c);
}

function putThree(k: Kernel, task: Task, a: Args, values: [number, number, number]): number {
  for (let i = 0; i < 3; i++) if (putUserU32(k, task, a.ptr(i), values[i]!) < 0) return -EFAULT;
  return 0;
}

function getgroups(k: Kernel, task: Task, a: Args): number {
  const size = a.i32(0), { groups } = task.cred;
  if (size < 0) return -EINVAL;
  if (size === 0) return groups.length;
  if (groups.length > size) return -EINVAL;
  const r = copyToUser(k, task, a.ptr(1), new Uint8Array(Uint32Array.from(groups).buffer));
  return r < 0 ? r : groups.length;
}
function setgroups(k: Kernel, task: Task, a: Args): number {
  if (!capable(task, CAP_SETGID)) return -EPERM;
  const n = a.u32(0);
  if (n > 65536) return -EINVAL;
  const raw = copyFromUser(k, task, a.ptr(1), n * 4);
  if (typeof raw === 'number') return raw;
  const c = copyCred(task.cred);
  c.groups = [...new Uint32Array(raw.buffer)].sort((x, y) => x - y);
  task.cred = c;
  return 0;
}

const CAP_V1 = 0x19980330, CAP_V2 = 0x20071026, CAP_V3 = 0x20080522;

/** Reads the header; answers an unknown version with the one we know, as Linux does. */
function capHeader(k: Kernel, task: Task, va: number): { words: number; pid: number } | number {
  const raw = copyFromUser(k, task, va, 8);
  if (typeof raw === 'number') return raw;
  const h = new DataView(raw.buffer);
  const version = h.getUint32(0, true);
  const words = version === CAP_V1 ? 1 : version === CAP_V2 || version === CAP_V3 ? 2 : 0;
  if (words === 0) return putUserU32(k, task, va, CAP_V3) < 0 ? -EFAULT : -EINVAL;
  return { words, pid: h.getInt32(4, true) };
}

function capget(k: Kernel, task: Task, a: Args): number {
  const h = capHeader(k, task, a.ptr(0));
  if (typeof h === 'number') return h === -EINVAL && a.ptr(1) === 0 ? 0 : h;
  if (h.pid < 0) return -EINVAL;
  const target = h.pid === 0 ? task : taskByPid(k, h.pid);
  if (target === undefined) return -ESRCH;
  if (a.ptr(1) === 0) return 0;
  const out = new Uint32Array(h.words * 3);
  for (let i = 0; i < h.words; i++) out.set([target.cred.capEffective[i]!, target.cred.capPermitted[i]!, target.cred.capInheritable[i]!], i * 3);
  return copyToUser(k, task, a.ptr(1), new Uint8Array(out.buffer));
}
function capset(k: Kernel, task: Task, a: Args): number {
  const h = capHeader(k, task, a.ptr(0));
  if (typeof h === 'number') return h;
  if (h.pid !== 0 && h.pid !== task.pid) return -EPERM;
  const raw = copyFromUser(k, task, a.ptr(1), h.words * 12);
  if (typeof raw === 'number') return raw;
  const words = new Uint32Array(raw.buffer);
  const eff: [number, number] = [0, 0], perm: [number, number] = [0, 0], inh: [number, number] = [0, 0];
  for (let i = 0; i < h.words; i++) { eff[i] = words[i * 3]!; perm[i] = words[i * 3 + 1]!; inh[i] = words[i * 3 + 2]!; }
  const c = copyCred(task.cred);
  for (let i = 0; i < 2; i++) {
    if ((perm[i]! & ~c.capPermitted[i]!) !== 0 || (eff[i]! & ~perm[i]!) !== 0 || (inh[i]! & ~(c.capInheritable[i]! | c.capPermitted[i]!)) !== 0) return -EPERM;
  }
  c.capEffective = eff; c.capPermitted = perm; c.capInheritable = inh;
  c.capAmbient = [(c.capAmbient[0] & perm[0] & inh[0]) >>> 0, (c.capAmbient[1] & perm[1] & inh[1]) >>> 0];
  task.cred = c;
  return 0;
}

const get = (of: (c: Cred) => number): Handler => (_k, task) => of(task.cred);

export const handlers: Handlers = {
  getuid: get((c) => c.uid), geteuid: get((c) => c.euid), getgid: get((c) => c.gid), getegid: get((c) => c.egid),
  setuid: (_k, task, a) => setuid(task, a.u32(0)),
  setgid: (_k, task, a) => setgid(task, a.u32(0)),
  setreuid: (_k, task, a) => setreuid(task, a.u32(0), a.u32(1)),
  setregid: (_k, task, a) => setregid(task, a.u32(0), a.u32(1)),
  setresuid: (_k, task, a) => setresuid(task, [a.u32(0), a.u32(1), a.u32(2)]),
  setresgid: (_k, task, a) => setresgid(task, [a.u32(0), a.u32(1), a.u32(2)]),
  getresuid: (k, task, a) => putThree(k, task, a, [task.cred.uid, task.cred.euid, task.cred.suid]),
  getresgid: (k, task, a) => putThree(k, task, a, [task.cred.gid, task.cred.egid, task.cred.sgid]),
  setfsuid: (_k, task, a) => {
    const old = task.cred.fsuid, id = a.u32(0), o = task.cred;
    if (id !== NONE && (id === o.uid || id === o.euid || id === o.suid || id === o.fsuid || capable(task, CAP_SETUID))) { const c = copyCred(o); c.fsuid = id; task.cred = c; }
    return old;
  },
  setfsgid: (_k, task, a) => {
    const old = task.cred.fsgid, id = a.u32(0), o = task.cred;
    if (id !== NONE && (id === o.gid || id === o.egid || id === o.sgid || id === o.fsgid || capable(task, CAP_SETGID))) { const c = copyCred(o); c.fsgid = id; task.cred = c; }
    return old;
  },
  getgroups, setgroups, capget, capset,
};
