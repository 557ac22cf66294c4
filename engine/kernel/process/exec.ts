// execve and execveat: from a file name to a fresh address space with registers at the entry point (fs/exec.c).
import { E2BIG, EACCES, EAGAIN, EINVAL, ELOOP, ENOEXEC, ENOMEM, ENOENT, ETXTBSY } from '../../abi/errno.ts';
import { COST } from '../../clock/costs.ts';
import { CTX, RSP } from '../../machine/hardware.ts';
import type { OpenFile, Path } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { BLOCK, ERESTARTNOINTR } from '../contracts/wait.ts';
import { charge } from '../entry/charge.ts';
import { activateMm, regsOf } from '../entry/regs.ts';
import { closeOnExec, getFile, putFile } from '../fs/file-table.ts';
import { AT_FDCWD, lookupPath } from '../fs/namei.ts';
import { kernelRead } from '../fs/open.ts';
import { taskCounters } from '../mm/counters.ts';
import { mmPut, newMm } from '../mm/mm.ts';
import { waitOn } from '../sched/wait.ts';
import { schedRelease } from '../sched/fork.ts';
import { fatalSignalPending } from '../signal/pending.ts';
import { forceSignal, kernelInfo, signalExec, zapOtherThreads } from '../signal/send.ts';
import { ELF_ET_DYN_BASE, buildStack, mapElf, readElf } from './binfmt-elf.ts';
import type { ElfImage, Loaded } from './binfmt-elf.ts';
import { BINPRM_BUF_SIZE, parseScript } from './binfmt-script.ts';
import { copyCred, execCaps, inGroup } from './cred.ts';
import { mmRelease } from './exit.ts';
import { traceExec } from '../signal/ptrace.ts';
import { dropPosixTimers } from '../time/posix-timers.ts';
import { emitExec } from './trace-rows.ts';
import { mapVdso } from './vdso.ts';

const MAX_RECURSION = 5;
/** MAX_ARG_STRLEN, and the bound on all of them: a quarter of RLIMIT_STACK, at most 6 MiB (fs/exec.c). */
export const MAX_ARG_STRLEN = 131072;
const STK_LIM = 8 * 1024 * 1024;
const S_IFMT = 0o170000, S_IFREG = 0o100000, S_ISUID = 0o4000, S_ISGID = 0o2010, S_IXGRP = 0o10;
const AT_EMPTY_PATH = 0x1000, AT_SYMLINK_NOFOLLOW = 0x100;

/** Whether the credentials may execute a regular file with this mode. */
function mayExecute(task: Task, mode: number, uid: number, gid: number): boolean {
  const c = task.cred;
  if ((mode & 0o111) === 0) return false;
  if ((c.capEffective[0] & 2) !== 0) return true; // CAP_DAC_OVERRIDE
  if (c.fsuid === uid) return (mode & 0o100) !== 0;
  return inGroup(c, gid) ? (mode & 0o10) !== 0 : (mode & 1) !== 0;
}

/** do_open_execat: a regular file that may be executed, open for reading. */
function openExec(k: Kernel, task: Task, dirfd: number, name: string, flags: number): OpenFile | number {
  if (name === '' && (flags & AT_EMPTY_PATH) === 0) return -ENOENT;
  const found = lookupPath(k, task, dirfd, name, { follow: (flags & AT_SYMLINK_NOFOLLOW) === 0, empty: (flags & AT_EMPTY_PATH) !== 0 });
  if (typeof found === 'number') return found;
  const path: Path = found;
  const inode = path.dentry.inode;
  if (inode === null) return -ENOENT;
  if ((inode.mode & S_IFMT) === 0o120000) return -ELOOP;
  if ((inode.mode & S_IFMT) !== S_IFREG || !mayExecute(task, inode.mode, inode.uid, inode.gid)) return -EACCES;
  if (inode.writers > 0) return -ETXTBSY;
  const file = inode.open(k, 0, task);
  if (typeof file === 'number') return file;
  if (file.inode === undefined) file.inode = inode;
  if (file.path === null) file.path = path;
  return file;
}

interface Bprm {
  /** The file that is mapped: the ELF program, or the interpreter of a script. */
  file: OpenFile;
  image: ElfImage;
  interp: OpenFile | null;
  interpImage: ElfImage | null;
  argv: string[];
  /** bprm->interp chain's last name, for AT_EXECFN the first name stays. */
  setid: OpenFile;
}

/** Opens the file and what it needs, without effect on the task. */
function loadHeaders(k: Kernel, task: Task, dirfd: number, filename: string, flags: number, argv: string[], execfn: string): Bprm | number {
  let file = openExec(k, task, dirfd, filename, flags);
  let name = execfn;
  for (let depth = 0; ; depth++) {
    if (typeof file === 'number') return file;
    if (depth > MAX_RECURSION) { putFile(k, file); return -ELOOP; }
    const head = kernelRead(k, file, 0, BINPRM_BUF_SIZE);
    if (typeof head === 'number') { putFile(k, file); return head; }
    if (head.length >= 2 && head[0] === 0x23 && head[1] === 0x21) {
      const script = parseScript(head);
      putFile(k, file);
      if (script === null) return -ENOEXEC;
      argv = [script.interp, ...(script.arg === null ? [] : [script.arg]), name, ...argv.slice(1)];
      name = script.interp;
      file = openExec(k, task, AT_FDCWD, script.interp, 0);
      continue;
    }
    const image = readElf(k, file, head, false);
    if (typeof image === 'number') { putFile(k, file); return image; }
    if (!image.phdrs.some((p) => p.type === 1)) { putFile(k, file); return -ENOEXEC; }
    if (image.interp === null) return { file, image, interp: null, interpImage: null, argv, setid: file };
    const interp = openExec(k, task, AT_FDCWD, image.interp, 0);
    if (typeof interp === 'number') { putFile(k, file); return interp; }
    const ihead = kernelRead(k, interp, 0, BINPRM_BUF_SIZE);
    const interpImage = typeof ihead === 'number' ? ihead : readElf(k, interp, ihead, true);
    if (typeof interpImage === 'number') { putFile(k, file); putFile(k, interp); return interpImage; }
    return { file, image, interp, interpImage, argv, setid: file };
  }
}

function argsFit(task: Task, argv: string[], envp: string[]): boolean {
  const limit = Math.max(Math.min(Math.floor(task.process.rlimits[3]![0] / 4), (STK_LIM / 4) * 3), 131072);
  let n = (argv.length + envp.length) * 8;
  for (const list of [argv, envp]) for (const s of list) {
    if (s.length + 1 > MAX_ARG_STRLEN) return false;
    n += s.length + 1;
  }
  return n <= limit;
}

/** execve(2): 0 with the task at the new program's entry, −errno with nothing changed, or BLOCK while sibling threads end. */
export function doExecve(k: Kernel, task: Task, filename: string, argv: string[], envp: string[], dirfd = AT_FDCWD, flags = 0): number {
  if ((flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW)) !== 0) return -EINVAL;
  if (argv.length === 0) argv = ['']; // Linux since 5.18
  if (!argsFit(task, argv, envp)) return -E2BIG;
  const execfn = dirfd === AT_FDCWD || filename.startsWith('/') ? filename : filename === '' ? `/dev/fd/${dirfd}` : `/dev/fd/${dirfd}/${filename}`;
  // After the wait for sibling threads the files are those opened before it: /proc/self/exe would now name a dead leader.
  const kept = task.syscall.progress as Bprm | null;
  if (kept === null) charge(k, COST.execBase);
  const bprm = kept ?? loadHeaders(k, task, dirfd, filename, flags, argv, execfn);
  if (typeof bprm === 'number') return bprm;
  const drop = (): void => { putFile(k, bprm.file); if (bprm.interp !== null) putFile(k, bprm.interp); };
  if (!argsFit(task, bprm.argv, envp)) { drop(); return -E2BIG; }
  const p = task.process;
  if (p.threads.some((t) => t !== task && !t.exiting)) {
    if (p.groupExit || (p.groupExec !== null && p.groupExec !== task)) { drop(); return -EAGAIN; }
    if (fatalSignalPending(task)) { drop(); return -ERESTARTNOINTR; }
    task.syscall.progress = bprm;
    if (p.groupExec === null) { p.groupExec = task; zapOtherThreads(k, p, task); }
    waitOn(k, task, [], { interruptible: false, wchan: 'de_thread' });
    return BLOCK;
  }
  p.groupExec = null;
  becomeLeader(k, task);
  const mm = newMm(k);
  if (mm === null) { drop(); return -ENOMEM; }
  // Point of no return: from here on a failure kills.
  mmRelease(k, task);
  if (task.mm !== null) {
    p.maxrss = Math.max(p.maxrss, task.mm.hiwaterRss * 4);
    if (task.mm.users === 1) taskCounters(k, task);
    const old = task.mm;
    mm.thpDisabled = old.thpDisabled;
    task.mm = mm;
    activateMm(k, task);
    mmPut(k, old);
  } else task.mm = mm;
  closeOnExec(k, task);
  const secure = setCredentials(task, bprm);
  signalExec(k, task);
  dropPosixTimers(k, p);
  task.rseq = 0; task.rseqLen = 0; task.rseqSig = 0;
  task.dumpable = secure ? 0 : 1;
  p.execed = true;
  p.exitSignal = p.exitSignal === 0 ? 0 : 17;
  task.comm = execfn.slice(execfn.lastIndexOf('/') + 1).slice(0, 15);
  const sp = start(k, task, bprm, execfn, envp, secure);
  if (sp < 0) {
    drop();
    forceSignal(k, task, kernelInfo(11));
    return sp;
  }
  emitExec(k, task, execfn, bprm.argv, envp.length, bprm.image.interp);
  drop();
  if (task.trace !== null) traceExec(k, task);
  return 0;
}

/** de_thread: a thread that execs takes over the identity of the (dead) leader. */
function becomeLeader(k: Kernel, task: Task): void {
  const p = task.process;
  if (p.leader === task) return;
  const old = p.leader;
  p.threads = [task];
  k.tasks.delete(task.pid);
  schedRelease(k, old);
  task.pid = p.pid;
  p.leader = task;
  k.tasks.set(task.pid, task);
}

/** Set-user-id and set-group-id bits are honoured unless no_new_privs is set. Returns AT_SECURE. */
function setCredentials(task: Task, bprm: Bprm): boolean {
  const c = copyCred(task.cred);
  const { mode, uid, gid } = bprm.setid.inode;
  if (!c.noNewPrivs) {
    if ((mode & S_ISUID) !== 0) c.euid = uid;
    if ((mode & S_ISGID) === S_ISGID || ((mode & 0o2000) !== 0 && (mode & S_IXGRP) !== 0)) c.egid = gid;
  }
  c.suid = c.fsuid = c.euid;
  c.sgid = c.fsgid = c.egid;
  execCaps(c);
  task.cred = c;
  return c.uid !== c.euid || c.gid !== c.egid;
}

/** Maps everything into the task's new mm and sets its registers; −errno when that fails. */
function start(k: Kernel, task: Task, bprm: Bprm, execfn: string, envp: string[], secure: boolean): number {
  const mm = task.mm!;
  const { image } = bprm;
  getFile(bprm.file);
  mm.exe = bprm.file;
  const main = mapElf(k, task, mm, bprm.file, image, bprm.interp === null ? -1 : ELF_ET_DYN_BASE);
  if (typeof main === 'number') return main;
  let entry = main.entry, interpBase = 0;
  if (bprm.interp !== null) {
    const ld: Loaded | number = mapElf(k, task, mm, bprm.interp, bprm.interpImage!, -1);
    if (typeof ld === 'number') return ld;
    entry = ld.entry;
    interpBase = ld.bias;
  }
  mm.startCode = main.startCode; mm.endCode = main.endCode; mm.startData = main.startData; mm.endData = main.endData;
  // A static PIE lies in the mmap area; its heap goes where a PIE would be, so that it can grow.
  const dynamicBase = image.type === 3 && bprm.interp === null ? ELF_ET_DYN_BASE : main.brk;
  mm.brkStart = mm.brk = Math.ceil(dynamicBase / 4096) * 4096;
  mapVdso(k, task, mm);
  const stack = buildStack(k, task, mm, execfn, bprm.argv, envp, main, image, interpBase, secure);
  if (typeof stack === 'number') return stack;
  mm.argStart = stack.argStart; mm.argEnd = stack.argEnd; mm.envStart = stack.envStart; mm.envEnd = stack.envEnd;
  mm.auxv = stack.auxv;
  const regs = regsOf(k, task);
  regs.bytes().fill(0);
  regs.rip = entry;
  regs.setGpr(RSP, stack.sp);
  regs.setNum(CTX.rflags, 0x202);
  regs.u32[CTX.mxcsr >> 2] = 0x1f80;
  regs.u32[CTX.fcw >> 2] = 0x37f; // status word 0 beside it
  return 0;
}
