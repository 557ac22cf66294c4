// The first tasks: the built-in init (PID 1, which reaps), kthreadd, and the recorded program, which enters by a traced execve.
import { EINVAL } from '../../abi/errno.ts';
import { CTX, RAX, RDI, RDX, RSI, RSP, Regs } from '../../machine/hardware.ts';
import { FilesStruct, FsStruct } from '../contracts/fs.ts';
import type { OpenFile } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import { VM } from '../contracts/mm.ts';
import { Process, TASK, Task } from '../contracts/task.ts';
import { AT_FDCWD, lookupPath } from '../fs/namei.ts';
import { fdInstall } from '../fs/file-table.ts';
import { mapArea, pageUp } from '../mm/mmap.ts';
import { newMm } from '../mm/mm.ts';
import { schedFork, wakeUpNewTask } from '../sched/fork.ts';
import { signalFork } from '../signal/send.ts';
import { placeBytes } from './binfmt-elf.ts';
import { credFor } from './cred.ts';
import { allocPid } from './pid.ts';
import { RLIM_NLIMITS, defaultRlimits } from './rlimit.ts';
import type { Rlimits } from './rlimit.ts';

export interface SpawnOptions {
  path: string; argv: string[]; env: string[]; cwd: string;
  uid: number; gid: number; groups: number[];
  umask?: number; rlimits?: Rlimits;
  /** fds 0, 1, 2 …; null leaves a hole. */
  stdio: (OpenFile | null)[];
  /** Controlling terminal, if there is one (kernel/tty). */
  tty?: unknown;
}

function kernelTask(k: Kernel, comm: string, pid: number): Process {
  const task = new Task();
  const p = new Process();
  task.pid = pid;
  task.utid = k.nextUtid++;
  task.comm = comm;
  task.kthread = true;
  task.state = TASK.INTERRUPTIBLE;
  task.cred = credFor(0, 0, []);
  task.fs = new FsStruct();
  task.startTime = k.now;
  task.process = p;
  if (k.rootMount) task.fs.root = task.fs.pwd = { mount: k.rootMount, dentry: k.rootMount.root };
  for (let i = 0; i < 65; i++) task.sighand.actions.push({ handler: 0, flags: 0, restorer: 0, maskLo: 0, maskHi: 0 });
  p.pid = pid;
  p.upid = k.nextUpid++;
  p.leader = task;
  p.threads = [task];
  p.rlimits = defaultRlimits();
  p.startTime = k.now;
  p.startedUtid = task.utid;
  k.tasks.set(pid, task);
  k.processes.set(pid, p);
  return p;
}

/** PID 1 and 2. Call when the root is mounted. They never run: init's reaping is done for it by exit. */
export function spawnInit(k: Kernel): Process {
  const init = kernelTask(k, 'init', allocPid(k));
  init.pgid = init.sid = 1;
  k.init = init;
  init.leader.wchan = 'do_wait';
  const kthreadd = kernelTask(k, 'kthreadd', allocPid(k));
  kthreadd.leader.wchan = 'kthreadd';
  return init;
}

const STUB = 0x400000;
/** syscall (execve); neg eax; mov edi, eax; mov eax, 231 (exit_group); syscall; ud2: a failed exec ends with its errno as status. */
const STUB_CODE = [0x0f, 0x05, 0xf7, 0xd8, 0x89, 0xc7, 0xb8, 0xe7, 0, 0, 0, 0x0f, 0x05, 0x0f, 0x0b];

/**
 * The recorded program as a child of init. It starts in a tiny stub that calls execve, so that the exec is an ordinary traced
 * system call; when that fails the process ends with status errno and process.execed stays false (see execFailure).
 */
export function spawnProgram(k: Kernel, o: SpawnOptions): Process | number {
  const init = k.init;
  const pid = allocPid(k);
  const p = kernelTask(k, o.path.slice(o.path.lastIndexOf('/') + 1).slice(0, 15), pid);
  const task = p.leader;
  task.kthread = false;
  task.parentUtid = init.leader.utid;
  p.parentUpid = init.upid;
  p.parent = init;
  init.children.push(p);
  p.sid = init.sid; // not a session leader, as a program that a shell starts: its end hangs up nobody
  p.pgid = pid;
  p.tty = o.tty ?? null;
  task.cred = credFor(o.uid, o.gid, o.groups);
  if (o.umask !== undefined) task.fs.umask = o.umask;
  o.rlimits?.forEach(([soft, hard], i) => { if (i < RLIM_NLIMITS) p.rlimits[i] = [soft ?? Infinity, hard ?? Infinity]; });
  task.files = new FilesStruct();
  const cwd = lookupPath(k, task, AT_FDCWD, o.cwd, { follow: true, directory: true });
  if (typeof cwd === 'number') return cwd;
  task.fs.pwd = cwd;
  o.stdio.forEach((file, fd) => { if (file !== null) fdInstall(k, task, file, false, fd); });
  const mm = newMm(k);
  if (mm === null) return -EINVAL;
  task.mm = mm;
  const regs = new Regs(task.context.buffer, task.context.byteOffset);
  mapArea(k, task, mm, STUB, STUB + 4096, VM.READ | VM.EXEC | VM.MAYWRITE, null, 0);
  placeBytes(k, mm, STUB, Uint8Array.from(STUB_CODE), VM.READ | VM.EXEC);
  const data = STUB + 4096;
  const strings = [o.path, ...o.argv, ...o.env];
  const pointers = (o.argv.length + o.env.length + 2) * 8;
  const bytes = new Uint8Array(pointers + strings.reduce((n, s) => n + s.length + 1, 0));
  const dv = new DataView(bytes.buffer);
  let at = pointers, slot = 0;
  const add = (s: string): number => {
    const va = data + at;
    for (let i = 0; i < s.length; i++) bytes[at++] = s.charCodeAt(i);
    at++;
    return va;
  };
  const link = (va: number): void => { dv.setUint32(slot, va, true); slot += 8; }; // the stub lies below 4 GiB
  const pathVa = add(o.path);
  for (const s of o.argv) link(add(s));
  link(0);
  const envVa = data + slot;
  for (const s of o.env) link(add(s));
  link(0);
  const end = data + pageUp(bytes.length);
  mapArea(k, task, mm, data, end, VM.READ | VM.WRITE | VM.MAYWRITE, null, 0);
  placeBytes(k, mm, data, bytes, VM.READ | VM.WRITE);
  regs.setGpr(RAX, 59);
  regs.setGpr(RDI, pathVa);
  regs.setGpr(RSI, data);
  regs.setGpr(RDX, envVa);
  regs.setGpr(RSP, end);
  regs.rip = STUB;
  regs.setNum(CTX.rflags, 0x202);
  regs.u32[CTX.mxcsr >> 2] = 0x1f80;
  regs.u32[CTX.fcw >> 2] = 0x37f;
  schedFork(k, init.leader, task);
  signalFork(k, init.leader, task, 0);
  k.program = p;
  wakeUpNewTask(k, task);
  return p;
}

/** The errno with which the program's first execve failed, or 0. Valid when the program has ended. */
export function execFailure(k: Kernel): number {
  const p = k.program;
  return p !== null && !p.execed && p.exitCode >= 0 && (p.exitCode & 0x7f) === 0 ? p.exitCode >> 8 : 0;
}
