// Descriptors: files_struct, references of open files (fs/file.c).
import { EBADF, EMFILE } from '../../abi/errno.ts';
import { O_ACCMODE, O_PATH } from '../../abi/open-flags.ts';
import { RLIMIT_NOFILE } from '../../abi/rlimits.ts';
import { FilesStruct } from '../contracts/fs.ts';
import type { Errno, OpenFile } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { releaseFileLocks, releasePosixLocks } from './locks.ts';
import { FSN, fsnotifyNamed } from './notify.ts';

/** The open file of a descriptor; O_PATH descriptors do not count (fget). */
export function fdGet(task: Task, fd: number): OpenFile | null {
  const f = task.files!.fds[fd];
  return f !== undefined && f !== null && (f.flags & O_PATH) === 0 ? f : null;
}
/** O_PATH descriptors too (fget_raw). */
export function fdGetRaw(task: Task, fd: number): OpenFile | null { return task.files!.fds[fd] ?? null; }

export function fdLimit(task: Task): number { return task.process.rlimits[RLIMIT_NOFILE]?.[0] ?? 1024; }

/** Lowest free descriptor ≥ min takes the caller's reference. −EMFILE leaves the reference with the caller. */
export function fdInstall(_k: Kernel, task: Task, file: OpenFile, cloexec: boolean, min = 0): number {
  const fd = freeFd(task, min);
  if (fd < 0) return fd;
  const files = task.files!;
  while (files.fds.length <= fd) { files.fds.push(null); files.cloexec.push(false); }
  files.fds[fd] = file;
  files.cloexec[fd] = cloexec;
  return fd;
}
/** The descriptor fdInstall would give, or −EMFILE. */
export function freeFd(task: Task, min = 0): number {
  const files = task.files!, fds = files.fds;
  let fd = Math.max(min, files.nextFd);
  while (fd < fds.length && fds[fd] !== null) fd++;
  if (fd >= fdLimit(task)) return -EMFILE;
  if (min <= files.nextFd) files.nextFd = fd;
  return fd;
}
/** Puts a file at exactly this descriptor (dup2), closing what was there. Takes the caller's reference. */
export function fdReplace(k: Kernel, task: Task, fd: number, file: OpenFile, cloexec: boolean): number {
  const files = task.files!;
  while (files.fds.length <= fd) { files.fds.push(null); files.cloexec.push(false); }
  const old = files.fds[fd]!;
  files.fds[fd] = file;
  files.cloexec[fd] = cloexec;
  if (old !== null) filpClose(k, files, old);
  return fd;
}

function filpClose(k: Kernel, files: FilesStruct, file: OpenFile): void {
  if (file.inode.locks !== null && (file.flags & O_PATH) === 0) releasePosixLocks(k, file.inode, files);
  putFile(k, file);
}

export function fdClose(k: Kernel, task: Task, fd: number): Errno | 0 {
  const files = task.files!;
  const file = files.fds[fd];
  if (file === undefined || file === null) return -EBADF;
  files.fds[fd] = null;
  files.cloexec[fd] = false;
  if (fd < files.nextFd) files.nextFd = fd;
  while (files.fds.length > 0 && files.fds[files.fds.length - 1] === null) { files.fds.pop(); files.cloexec.pop(); }
  filpClose(k, files, file);
  return 0;
}

export function getFile(file: OpenFile): OpenFile { file.refs++; return file; }
export function putFile(k: Kernel, file: OpenFile): void {
  if (--file.refs > 0) return;
  const inode = file.inode;
  if (inode.locks !== null) releaseFileLocks(k, inode, file);
  if (file.path !== null && (file.flags & O_PATH) === 0) fsnotifyNamed(k, file.path, inode, (file.flags & O_ACCMODE) !== 0 ? FSN.CLOSE_WRITE : FSN.CLOSE_NOWRITE);
  file.release(k);
}

/** A copy for fork or unshare(CLONE_FILES). */
export function dupFilesStruct(_k: Kernel, files: FilesStruct): FilesStruct {
  const copy = new FilesStruct();
  copy.fds = files.fds.slice();
  copy.cloexec = files.cloexec.slice();
  copy.nextFd = files.nextFd;
  for (const f of copy.fds) if (f !== null) f.refs++;
  return copy;
}
/** exit_files(): the task lets go of its table. */
export function putFiles(k: Kernel, task: Task): void {
  const files = task.files;
  if (files === null) return;
  task.files = null;
  if (--files.users > 0) return;
  for (let fd = 0; fd < files.fds.length; fd++) {
    const f = files.fds[fd]!;
    files.fds[fd] = null;
    if (f !== null) filpClose(k, files, f);
  }
  files.fds.length = 0;
  files.cloexec.length = 0;
}
/** execve: a private table, without the close-on-exec ones. */
export function closeOnExec(k: Kernel, task: Task): void {
  let files = task.files!;
  if (files.users > 1) {
    files.users--;
    files = task.files = dupFilesStruct(k, files);
  }
  for (let fd = files.fds.length - 1; fd >= 0; fd--) if (files.cloexec[fd]) fdClose(k, task, fd);
}
