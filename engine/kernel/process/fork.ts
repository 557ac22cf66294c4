// copy_process: fork, vfork, clone and clone3 (kernel/fork.c, clone(2)).
import { EAGAIN, EFAULT, EINVAL, ENOMEM, EPERM } from '../../abi/errno.ts';
import {
  CLONE_CHILD_CLEARTID, CLONE_CHILD_SETTID, CLONE_FILES, CLONE_FS, CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER,
  CLONE_NEWUTS, CLONE_PARENT, CLONE_PARENT_SETTID, CLONE_PIDFD, CLONE_SETTLS, CLONE_SIGHAND, CLONE_THREAD, CLONE_VM,
} from '../../abi/clone-flags.ts';
import { COST } from '../../clock/costs.ts';
import { CTX, RAX, RSP, Regs } from '../../machine/hardware.ts';
import { FsStruct } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Mm } from '../contracts/mm.ts';
import { Process, Sighand, Task } from '../contracts/task.ts';
import { charge } from '../entry/charge.ts';
import { regsOf } from '../entry/regs.ts';
import { dupFilesStruct, fdInstall, freeFd } from '../fs/file-table.ts';
import { createPidfd } from '../fs/pidfd.ts';
import { dupMm, mmPut } from '../mm/mm.ts';
import { TASK_SIZE } from '../mm/pgtable.ts';
import { prepareUser, putUserU32 } from '../mm/uaccess.ts';
import { schedFork } from '../sched/fork.ts';
import { signalFork } from '../signal/send.ts';
import { CAP_SYS_ADMIN, CAP_SYS_RESOURCE, capable, copyCred } from './cred.ts';
import { allocPid } from './pid.ts';
import { MAX_TASKS, RLIM_NPROC } from './rlimit.ts';

export interface CloneArgs {
  /** CLONE_* without the exit signal; may be beyond 32 bits. */
  flags: number;
  exitSignal: number;
  /** New stack pointer, 0 = the parent's. */
  stack: number;
  /** Where CLONE_PIDFD stores the descriptor; clone(2) has it in parentTid's place. */
  pidfd: number;
  parentTid: number; childTid: number;
  tlsLo: number; tlsHi: number;
  clearSighand: boolean;
}

const NAMESPACES = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP;

function checkFlags(task: Task, flags: number): number {
  if ((flags & CLONE_THREAD) !== 0 && (flags & CLONE_SIGHAND) === 0) return -EINVAL;
  if ((flags & CLONE_SIGHAND) !== 0 && (flags & CLONE_VM) === 0) return -EINVAL;
  if ((flags & CLONE_PARENT) !== 0 && task.process.pid === 1) return -EINVAL;
  if ((flags & CLONE_PIDFD) !== 0 && (flags & CLONE_THREAD) !== 0) return -EINVAL;
  // No namespaces in this kernel.
  if ((flags & NAMESPACES) !== 0) return capable(task, CAP_SYS_ADMIN) || (flags & CLONE_NEWUSER) !== 0 ? -EINVAL : -EPERM;
  return 0;
}

function tooMany(k: Kernel, task: Task): boolean {
  if (k.tasks.size >= MAX_TASKS) return true;
  const limit = task.process.rlimits[RLIM_NPROC]![0];
  if (limit === Infinity || capable(task, CAP_SYS_RESOURCE) || capable(task, CAP_SYS_ADMIN)) return false;
  let n = 0;
  for (const t of k.tasks.values()) if (t.cred.uid === task.cred.uid) n++;
  return n >= limit;
}

/** The child, complete and not yet runnable (wakeUpNewTask starts it), or −errno. */
export function copyProcess(k: Kernel, task: Task, args: CloneArgs): Task | number {
  const { flags } = args;
  const bad = checkFlags(task, flags);
  if (bad < 0) return bad;
  if ((flags & CLONE_SETTLS) !== 0 && args.tlsLo + args.tlsHi * 4294967296 >= TASK_SIZE) return -EPERM;
  if ((flags & CLONE_PARENT_SETTID) !== 0 && prepareUser(k, task, args.parentTid, 4, true) < 0) { /* Linux ignores it (put_user) */ }
  if ((flags & CLONE_PIDFD) !== 0) {
    if (prepareUser(k, task, args.pidfd, 4, true) < 0) return -EFAULT;
    const fd = freeFd(task);
    if (fd < 0) return fd;
  }
  if (tooMany(k, task)) return -EAGAIN;
  charge(k, COST.forkBase);
  let mm: Mm | null = task.mm;
  if (mm !== null) {
    if ((flags & CLONE_VM) !== 0) mm.users++;
    else {
      mm = dupMm(k, mm);
      if (mm === null) return -ENOMEM;
    }
  }
  const pid = allocPid(k);
  if (pid < 0) {
    if (mm !== null) mmPut(k, mm);
    return -EAGAIN;
  }
  const child = new Task();
  child.pid = pid;
  child.utid = k.nextUtid++;
  child.mm = mm;
  child.comm = task.comm;
  child.cred = copyCred(task.cred);
  child.parentUtid = task.utid;
  child.cloneFlags = flags;
  child.startTime = k.now;
  child.timerSlackNs = task.timerSlackNs;
  child.dumpable = task.dumpable;
  child.personality = task.personality;
  child.pdeathSignal = 0;
  child.memPolicy = task.memPolicy;
  child.memNodes = task.memNodes;
  copyShared(k, task, child, args);
  joinProcess(k, task, child, args);
  copyRegs(k, task, child, args);
  schedFork(k, task, child);
  signalFork(k, task, child, flags % 4294967296);
  k.tasks.set(pid, child);
  k.forks++;
  if ((flags & CLONE_PIDFD) !== 0) putUserU32(k, task, args.pidfd, fdInstall(k, task, createPidfd(k, child.process, 0), true));
  if ((flags & CLONE_CHILD_CLEARTID) !== 0) child.clearChildTid = args.childTid;
  if ((flags & CLONE_PARENT_SETTID) !== 0) putUserU32(k, task, args.parentTid, pid);
  if ((flags & CLONE_CHILD_SETTID) !== 0) {
    child.setChildTid = args.childTid;
    putUserU32(k, child, args.childTid, pid); // schedule_tail; an unmapped address is ignored there too
  }
  return child;
}

function copyShared(k: Kernel, task: Task, child: Task, args: CloneArgs): void {
  const { flags } = args;
  if (task.files !== null) {
    if ((flags & CLONE_FILES) !== 0) { task.files.users++; child.files = task.files; } else child.files = dupFilesStruct(k, task.files);
  }
  if ((flags & CLONE_FS) !== 0) { task.fs.users++; child.fs = task.fs; } else child.fs = copyFs(task.fs);
  if ((flags & CLONE_SIGHAND) !== 0) child.sighand = task.sighand;
  else {
    child.sighand = new Sighand();
    child.sighand.actions = task.sighand.actions.map((a) => (a === undefined ? a : { ...a }));
    if (args.clearSighand) for (const a of child.sighand.actions) if (a !== undefined && a.handler !== 1) { a.handler = 0; a.flags = 0; a.restorer = 0; a.maskLo = 0; a.maskHi = 0; }
  }
  if ((flags & CLONE_VM) === 0) { child.rseq = task.rseq; child.rseqLen = task.rseqLen; child.rseqSig = task.rseqSig; }
}

function copyFs(fs: FsStruct): FsStruct {
  const copy = new FsStruct();
  copy.umask = fs.umask;
  copy.root = fs.root;
  copy.pwd = fs.pwd;
  return copy;
}

function joinProcess(k: Kernel, task: Task, child: Task, args: CloneArgs): void {
  const parent = task.process;
  if ((args.flags & CLONE_THREAD) !== 0) {
    child.process = parent;
    parent.threads.push(child);
    return;
  }
  const p = new Process();
  p.pid = child.pid;
  p.upid = k.nextUpid++;
  p.leader = child;
  p.threads = [child];
  p.pgid = parent.pgid;
  p.sid = parent.sid;
  p.tty = parent.tty;
  p.rlimits = parent.rlimits.map((l) => [...l]);
  p.startTime = k.now;
  p.startedUtid = child.utid;
  p.parentUpid = parent.upid;
  p.parent = (args.flags & CLONE_PARENT) !== 0 && parent.parent !== null ? parent.parent : parent;
  p.exitSignal = (args.flags & CLONE_PARENT) !== 0 ? parent.exitSignal : args.exitSignal;
  p.parent.children.push(p);
  child.process = p;
  k.processes.set(p.pid, p);
}

function copyRegs(k: Kernel, task: Task, child: Task, args: CloneArgs): void {
  child.context.set(regsOf(k, task).bytes());
  const regs = new Regs(child.context.buffer, child.context.byteOffset);
  regs.setGpr(RAX, 0);
  if (args.stack !== 0) regs.setGpr(RSP, args.stack);
  if ((args.flags & CLONE_SETTLS) !== 0) { regs.setLoHi(CTX.fsBase, args.tlsLo, args.tlsHi); regs.bytes()[CTX.selectors + 2] = 0; }
}
