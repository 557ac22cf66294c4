// Credentials: capabilities, and what execve and the set*id calls do to them (capabilities(7), credentials(7)).
import { Cred } from '../contracts/task.ts';
import type { Task } from '../contracts/task.ts';
import { CAP_KILL, CAP_SETGID, CAP_SETPCAP, CAP_SETUID, CAP_SYS_ADMIN, CAP_SYS_NICE, CAP_SYS_RESOURCE } from '../../abi/prctl.ts';

export { CAP_KILL, CAP_SETGID, CAP_SETPCAP, CAP_SETUID, CAP_SYS_ADMIN, CAP_SYS_NICE, CAP_SYS_RESOURCE };
/** All capabilities that exist: 0 … 40. */
export const CAP_FULL: [number, number] = [0xffffffff, 0x1ff];

const has = (set: [number, number], cap: number): boolean => (cap < 32 ? (set[0] >>> cap) & 1 : (set[1] >>> (cap - 32)) & 1) === 1;
export function capable(task: Task, cap: number): boolean { return has(task.cred.capEffective, cap); }
export { has as hasCap };

export function copyCred(c: Cred): Cred {
  const n = new Cred();
  Object.assign(n, c);
  n.groups = c.groups.slice();
  n.capEffective = [...c.capEffective]; n.capPermitted = [...c.capPermitted]; n.capInheritable = [...c.capInheritable];
  n.capBounding = [...c.capBounding]; n.capAmbient = [...c.capAmbient];
  return n;
}

export function credFor(uid: number, gid: number, groups: number[]): Cred {
  const c = new Cred();
  c.uid = c.euid = c.suid = c.fsuid = uid;
  c.gid = c.egid = c.sgid = c.fsgid = gid;
  c.groups = groups.slice();
  if (uid === 0) { c.capPermitted = [...CAP_FULL]; c.capEffective = [...CAP_FULL]; }
  return c;
}

const SECBIT_NOROOT = 1, SECBIT_NO_SETUID_FIXUP = 4, SECBIT_KEEP_CAPS = 16;

/** cap_emulate_setxuid: what changing user ids does to the capability sets. */
export function fixupSetuid(c: Cred, old: { uid: number; euid: number; suid: number; fsuid: number }): void {
  if ((c.securebits & SECBIT_NO_SETUID_FIXUP) !== 0) return;
  const wasRoot = old.uid === 0 || old.euid === 0 || old.suid === 0;
  if (wasRoot && c.uid !== 0 && c.euid !== 0 && c.suid !== 0) {
    if ((c.securebits & SECBIT_KEEP_CAPS) === 0) { c.capPermitted = [0, 0]; c.capEffective = [0, 0]; }
    c.capAmbient = [0, 0];
  }
  if (old.euid === 0 && c.euid !== 0) c.capEffective = [0, 0];
  if (old.euid !== 0 && c.euid === 0) c.capEffective = [...c.capPermitted];
}

/** Capabilities after execve of a file without file capabilities. */
export function execCaps(c: Cred): void {
  const root = (c.securebits & SECBIT_NOROOT) === 0;
  if (root && (c.uid === 0 || c.euid === 0)) {
    c.capPermitted = [(c.capInheritable[0] | c.capBounding[0]) >>> 0, (c.capInheritable[1] | c.capBounding[1]) >>> 0];
    c.capEffective = c.euid === 0 ? [...c.capPermitted] : [0, 0];
  } else {
    c.capPermitted = [...c.capAmbient];
    c.capEffective = [...c.capAmbient];
  }
  c.securebits &= ~SECBIT_KEEP_CAPS;
}

export function inGroup(c: Cred, gid: number): boolean { return c.egid === gid || c.groups.includes(gid); }
