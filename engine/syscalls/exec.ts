// Handlers of the exec family: execve, execveat. Arguments are copied in before anything happens.
import { E2BIG, EFAULT, ENAMETOOLONG } from '../abi/errno.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import type { Task } from '../kernel/contracts/task.ts';
import { AT_FDCWD } from '../kernel/fs/namei.ts';
import { getUserU32, getUserU64num, readUserString } from '../kernel/mm/uaccess.ts';
import { MAX_ARG_STRLEN, doExecve } from '../kernel/process/exec.ts';
import type { Handlers } from './call.ts';

/** No argument list can be larger: three quarters of _STK_LIM (fs/exec.c). */
const MAX_BYTES = 6 * 1024 * 1024;

/** By int 0x80 the pointers have 32 bits. */
function stringArray(k: Kernel, task: Task, va: number): string[] | number {
  const out: string[] = [];
  if (va === 0) return out;
  const narrow = task.syscall.compat >= 0;
  let bytes = 0;
  for (let at = va; ; at += narrow ? 4 : 8) {
    const p = narrow ? getUserU32(k, task, at) : getUserU64num(k, task, at);
    if (p < 0) return -EFAULT;
    if (p === 0) return out;
    const s = readUserString(k, task, p, MAX_ARG_STRLEN);
    if (typeof s === 'number') return s === -ENAMETOOLONG ? -E2BIG : s;
    out.push(s);
    bytes += s.length + 9;
    if (bytes > MAX_BYTES) return -E2BIG;
  }
}

function exec(k: Kernel, task: Task, dirfd: number, pathVa: number, argvVa: number, envVa: number, flags: number): number {
  const path = readUserString(k, task, pathVa);
  if (typeof path === 'number') return path;
  const argv = stringArray(k, task, argvVa);
  if (typeof argv === 'number') return argv;
  const env = stringArray(k, task, envVa);
  if (typeof env === 'number') return env;
  return doExecve(k, task, path, argv, env, dirfd, flags);
}

export const handlers: Handlers = {
  execve: (k, task, a) => exec(k, task, AT_FDCWD, a.ptr(0), a.ptr(1), a.ptr(2), 0),
  execveat: (k, task, a) => exec(k, task, a.i32(0), a.ptr(1), a.ptr(2), a.ptr(3), a.i32(4)),
};
