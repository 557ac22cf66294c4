// Handlers of the pipe family: pipe, pipe2, splice, tee, vmsplice.
import { EBADF, EFAULT, EINVAL, ESPIPE } from '../abi/errno.ts';
import { O_CLOEXEC, O_NONBLOCK } from '../abi/open-flags.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import type { Task } from '../kernel/contracts/task.ts';
import { BLOCK } from '../kernel/contracts/wait.ts';
import { fdClose, fdGet, fdInstall, putFile } from '../kernel/fs/file-table.ts';
import { PipeFile, createPipe } from '../kernel/fs/pipe.ts';
import { doSplice, doTee } from '../kernel/fs/splice.ts';
import { getUserU64num, prepareUser, putUserU32, putUserU64, userIovec } from '../kernel/mm/uaccess.ts';
import type { Handlers } from './call.ts';

/** Installs two files in two descriptors and tells user memory; undoes everything on failure. */
export function installPair(k: Kernel, task: Task, files: [import('../kernel/contracts/fs.ts').OpenFile, import('../kernel/contracts/fs.ts').OpenFile], va: number, cloexec: boolean): number {
  const a = fdInstall(k, task, files[0], cloexec);
  if (a < 0) { putFile(k, files[0]); putFile(k, files[1]); return a; }
  const b = fdInstall(k, task, files[1], cloexec);
  if (b < 0) { fdClose(k, task, a); putFile(k, files[1]); return b; }
  putUserU32(k, task, va, a);
  putUserU32(k, task, va + 4, b);
  return 0;
}

function doPipe(k: Kernel, task: Task, va: number, flags: number): number {
  if ((flags & ~(O_CLOEXEC | O_NONBLOCK)) !== 0) return -EINVAL; // O_DIRECT, too: there are no pipes of packets
  if (prepareUser(k, task, va, 8, true) < 0) return -EFAULT;
  return installPair(k, task, createPipe(k, flags), va, (flags & O_CLOEXEC) !== 0);
}

function splice(k: Kernel, task: Task, inFd: number, inVa: number, outFd: number, outVa: number, length: number, flags: number): number {
  if ((flags & ~15) !== 0) return -EINVAL;
  const input = fdGet(task, inFd), output = fdGet(task, outFd);
  if (!input || !output) return -EBADF;
  if ((input instanceof PipeFile && inVa !== 0) || (output instanceof PipeFile && outVa !== 0)) return -ESPIPE;
  let inPos = -1, outPos = -1;
  if (inVa !== 0) { inPos = getUserU64num(k, task, inVa); if (inPos < 0) return inPos; if (prepareUser(k, task, inVa, 8, true) < 0) return -EFAULT; }
  if (outVa !== 0) { outPos = getUserU64num(k, task, outVa); if (outPos < 0) return outPos; if (prepareUser(k, task, outVa, 8, true) < 0) return -EFAULT; }
  const n = doSplice(k, task, input, inPos, output, outPos, Math.min(length, 1 << 20), flags);
  if (n > 0) {
    if (inVa !== 0) putUserU64(k, task, inVa, inPos + n);
    if (outVa !== 0) putUserU64(k, task, outVa, outPos + n);
  }
  return n;
}

export const handlers: Handlers = {
  pipe: (k, t, a) => doPipe(k, t, a.ptr(0), 0),
  pipe2: (k, t, a) => doPipe(k, t, a.ptr(0), a.i32(1)),
  splice: (k, t, a) => splice(k, t, a.i32(0), a.ptr(1), a.i32(2), a.ptr(3), a.ptr(4), a.u32(5)),
  tee: (k, t, a) => {
    const input = fdGet(t, a.i32(0)), output = fdGet(t, a.i32(1));
    if (!input || !output) return -EBADF;
    return doTee(k, t, input, output, Math.min(a.ptr(2), 1 << 20), a.u32(3));
  },
  vmsplice: (k, t, a) => {
    const file = fdGet(t, a.i32(0));
    if (!file || !(file instanceof PipeFile)) return -EBADF;
    const writes = (file.flags & 3) !== 0;
    const buf = userIovec(k, t, a.ptr(1), a.ptr(2), !writes);
    if (typeof buf === 'number') return buf;
    const n = writes ? file.write(k, t, buf, -1) : file.read(k, t, buf, -1);
    return n === BLOCK ? BLOCK : n;
  },
};
