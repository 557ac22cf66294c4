// From a number to a handler to a row of the syscall table. What entry and restart mean for the registers is kernel/entry's.
import { NR } from '../abi/syscall-numbers.ts';
import { I386_IPC, i386Call, i386Key, i386Multiplexes } from '../abi/syscalls-i386.ts';
import type { I386Call } from '../abi/syscalls-i386.ts';
import { SYSCALLS, UNKNOWN_I386, syscallName } from '../abi/syscalls.ts';
import { EFAULT, EINVAL, ENOSYS } from '../abi/errno.ts';
import { AGAIN, BLOCK, NORETURN } from '../kernel/contracts/wait.ts';
import { TASK } from '../kernel/contracts/task.ts';
import type { OpenFile } from '../kernel/contracts/fs.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import type { SyscallEntry } from '../kernel/contracts/syscall-entry.ts';
import type { Task } from '../kernel/contracts/task.ts';
import { copyFromUser, putUserU32, putUserU64 } from '../kernel/mm/uaccess.ts';
import { regsOf } from '../kernel/entry/regs.ts';
import { entryOf } from '../kernel/entry/state.ts';
import { Args } from './call.ts';
import type { Handler } from './call.ts';
import { captureEntry, captureExit, captureMask, entryMissed, payloadBytes, payloadLength, resumePayload, setAside } from './payload.ts';
import { bindHandlers } from './table.ts';

const UNASKED = -3;
const fdArgs = new Int8Array(SYSCALLS.length).fill(UNASKED);
/** Which argument of a call is the descriptor that its row names: −1 none, −2 the result. */
function fdArg(nr: number): number {
  const known = fdArgs[nr], row = SYSCALLS[nr];
  if (known !== UNASKED) return known ?? -1;
  const i = row ? row.args.findIndex((a) => a.kind === 'fd') : -1;
  return fdArgs[nr] = i >= 0 && i < 2 ? i : row?.ret === 'fd' ? -2 : -1;
}
/** Per number: whether the result counts bytes. */
const COUNTS_BYTES: readonly boolean[] = SYSCALLS.map((r) => r?.bytes ?? false);
const ERESTART_MIN = 512, ERESTART_MAX = 516;
const SIGKILL_BIT = 1 << 8;

/** The handler's arguments: one object for all calls, its words copied in at each (re)entry. */
const scratch = new Uint32Array(12);
const shared = new Args(scratch);
const encoder = { bytes: (s: string): Uint8Array => { const b = new Uint8Array(s.length); for (let i = 0; i < s.length; i++) b[i] = s.charCodeAt(i); return b; } };

/** What a descriptor refers to, for the file_desc table; asked once for each inode. */
function kindOf(mode: number, description: string): string {
  switch (mode & 0o170000) {
    case 0o100000: return 'regular';
    case 0o040000: return 'directory';
    case 0o010000: return description.startsWith('pipe:') ? 'pipe' : 'fifo';
    case 0o140000: return 'socket';
    case 0o020000: return /^\/dev\/(tty|pts\/|console|ptmx)/.test(description) ? 'tty' : 'chr';
    case 0o060000: return 'blk';
    case 0o120000: return 'symlink';
    default: return 'anon';
  }
}
function fileIdOf(k: Kernel, task: Task, fd: number): number {
  const file: OpenFile | null | undefined = fd >= 0 ? task.files?.fds[fd] : null;
  if (!file) return 0;
  const inode = file.inode;
  if (!inode) return 0;
  if (inode.fileId === 0) describeFile(k, task, file);
  return inode.fileId;
}
function describeFile(k: Kernel, task: Task, file: OpenFile): void {
  const inode = file.inode;
  inode.fileId = k.nextFileId++;
  const t = k.trace.file_desc;
  if (!t.enabled) return;
  const description = file.describe(k);
  const row = t.begin(k.now, k.thisCpu, task.utid);
  t.set.file_id(row, inode.fileId);
  t.set.kind(row, kindOf(inode.mode, description));
  t.set.path(row, encoder.bytes(description));
  t.set.dev(row, inode.sb ? inode.sb.dev : 0);
  t.set.ino(row, inode.ino);
  t.end(row);
}

export interface Dispatch extends SyscallEntry {
  /** Tasks inside a call now: what open.bin holds at a flush. */
  openCalls(k: Kernel): Task[];
  /** What the arguments of an open call point to, as far as it was captured; a view that lives until the next call. */
  openPayload(task: Task): Uint8Array | null;
  /** Numbers that have a handler. */
  readonly supported: readonly boolean[];
}

export function createDispatch(): Dispatch {
  const handlers: readonly (Handler | null)[] = bindHandlers();
  /** Whose handler runs, for the first time in its call: its payload is in the capture buffer. */
  let entering: Task | null = null;

  function emit(k: Kernel, task: Task, ret: number | null): void {
    const sys = task.syscall, nr = sys.nr, compat = sys.compat >= 0, t = k.trace.syscall, a = sys.args;
    const row = t.begin(sys.enterTs, k.thisCpu, task.utid, sys.enterSeq), set = t.set;
    set.nr(row, nr);
    set.name(row, compat ? i386Call(sys.compat)?.name ?? syscallName(sys.compat) : syscallName(nr));
    if (compat) set.compat(row, true);
    set.a0(row, a[0]!, a[1]!); set.a1(row, a[2]!, a[3]!); set.a2(row, a[4]!, a[5]!);
    set.a3(row, a[6]!, a[7]!); set.a4(row, a[8]!, a[9]!); set.a5(row, a[10]!, a[11]!);
    const named = fdArg(nr);
    let fd = named, fileId = sys.fileId;
    fd = fd >= 0 ? a[fd * 2]! | 0 : fd === -2 && ret !== null && ret >= 0 ? ret : -1;
    if (fd >= 0) {
      set.fd(row, fd);
      if (fileId === 0 || named === -2) fileId = fileIdOf(k, task, fd);
      if (fileId !== 0) set.file_id(row, fileId);
    }
    if (ret !== null) {
      set.dur(row, k.now - sys.enterTs);
      set.ret(row, ret);
      set.exit_seq(row, k.trace.reserve());
      if (ret < 0 && ret > -4096) set.errno(row, -ret);
      else if (ret >= 0 && COUNTS_BYTES[nr]) set.bytes(row, ret);
    }
    set.restart(row, ret !== null && -ret >= ERESTART_MIN && -ret <= ERESTART_MAX ? -ret : 0);
    set.cpu_ns(row, ret === null ? sys.cpuNs : Math.max(0, k.now - sys.enterTs - sys.blockedNs));
    set.blocked_ns(row, sys.blockedNs);
    set.callsite(row, sys.callsite);
    if (t.enabled) set.payload(row, payloadBytes(), payloadLength());
    t.end(row);
    sys.payload = null;
    sys.fileId = 0;
    sys.enterSeq = 0; // its row is written: a call has one
  }

  function run(k: Kernel, task: Task): number {
    const sys = task.syscall, nr = sys.nr;
    const handler = handlers[nr];
    if (!handler) {
      k.unknownSyscalls.set(nr, (k.unknownSyscalls.get(nr) ?? 0) + 1);
      return -ENOSYS;
    }
    scratch.set(sys.args);
    const result = handler(k, task, shared), { compat } = sys;
    return compat < 0 || result < 0 ? result : resultToUser(k, task, compat, result);
  }

  /** An i386 call may return more than a register holds. */
  function resultToUser(k: Kernel, task: Task, key: number, result: number): number {
    const { resultAt: at, storedAt } = i386Call(key)!;
    if (storedAt >= 0) return putUserU32(k, task, shared.ptr(storedAt), result) < 0 ? -EFAULT : result; // the row has it; enter() returns 0
    return at < 0 ? result : putUserU64(k, task, shared.ptr(at), result) < 0 ? -EFAULT : 0;
  }
  /** The i386 call's arguments as those of the x86-64 call: 0 or −errno. */
  function i386Arguments(k: Kernel, task: Task, call: I386Call, key: number): number {
    const { args } = task.syscall, version = args[0]! >>> 16;
    if (call.pointed === 1 || (call.pointed === 2 && version === 0)) { // compat_ksys_ipc()
      if (args[8] === 0) return -EINVAL;
      const words = copyFromUser(k, task, args[8]!, call.pointed * 4);
      if (typeof words === 'number') return -EFAULT;
      const v = new DataView(words.buffer, words.byteOffset, words.byteLength);
      for (let i = 0; i < call.pointed; i++) args[8 + i * 2] = v.getUint32(i * 4, true);
    }
    if (call.inMemory > 0) {
      const list = copyFromUser(k, task, args[key >= 65536 ? 2 : 0]!, call.inMemory * 4);
      args.fill(0);
      if (typeof list === 'number') return -EFAULT;
      const v = new DataView(list.buffer, list.byteOffset, list.byteLength);
      for (let i = 0; i < call.inMemory; i++) args[i * 2] = v.getUint32(i * 4, true);
    }
    call.map(args, args);
    return call.storedAt >= 0 && version === 1 ? -EINVAL : 0; // the kernel's own callers
  }

  /** After the handler: the call is over (row), or waits (payload put aside). */
  function settle(k: Kernel, task: Task, result: number): number {
    const sys = task.syscall, nr = sys.nr, capture = k.trace.syscall.enabled;
    if (result === BLOCK || result === AGAIN) {
      if (capture) {
        if (entryMissed(nr)) captureEntry(k, task, nr);
        sys.payload = setAside();
      }
      return result;
    }
    let ret: number | null = result;
    if (result === NORETURN) {
      // execve: 0; rt_sigreturn: what the frame put into rax (it is the program's, not ours to write)
      if (nr === NR.rt_sigreturn) {
        const regs = regsOf(k, task);
        const lo = regs.lo(0), hi = regs.hi(0);
        ret = hi === 0xffffffff ? lo - 4294967296 : lo + (hi | 0) * 4294967296;
        if (capture) captureMask(task.blockedLo, task.blockedHi);
      } else if (nr === NR.execve || nr === NR.execveat) ret = 0;
      else ret = null;
    } else if (capture) {
      if (entryMissed(nr)) captureEntry(k, task, nr);
      captureExit(k, task, nr, result);
    }
    // A task that dies before it is back in user mode never sees a result.
    const dying = task.process.groupExit || task.exiting || (task.pending.setLo & SIGKILL_BIT) !== 0;
    if (dying) ret = null;
    if (result !== NORETURN || ret !== null) emit(k, task, ret);
    return result;
  }

  return {
    supported: handlers.map((h) => h !== null),

    enter(k, task, compat) {
      const sys = task.syscall;
      sys.enterSeq = k.trace.reserve();
      sys.callsite = regsOf(k, task).rip;
      entryOf(k).sampler?.called(k, task, sys.enterSeq);
      sys.payload = null;
      sys.fileId = 0;
      if (compat) {
        const key = i386Key(sys.nr, sys.args[0]!), call = i386Call(key);
        if (call === undefined) {
          const error = i386Multiplexes(sys.nr) && sys.nr !== I386_IPC ? -EINVAL : -ENOSYS;
          sys.nr += UNKNOWN_I386;
          k.unknownSyscalls.set(sys.nr, (k.unknownSyscalls.get(sys.nr) ?? 0) + 1);
          captureEntry(k, task, -1);
          emit(k, task, error);
          return error;
        }
        sys.nr = call.nr;
        sys.compat = key;
        sys.layout = call.layout;
        const bad = i386Arguments(k, task, call, key);
        if (bad < 0) { captureEntry(k, task, -1); emit(k, task, bad); return bad; }
      }
      const { nr } = sys;
      const i = fdArg(nr);
      if (i >= 0) sys.fileId = fileIdOf(k, task, sys.args[i * 2]! | 0); // before a close takes it away
      if (k.trace.syscall.enabled) captureEntry(k, task, nr);
      if (nr === NR.exit_group || nr === NR.exit) emit(k, task, null);
      entering = task;
      const result = run(k, task);
      entering = null;
      const settled = settle(k, task, result);
      return compat && settled > 0 && i386Call(sys.compat)!.storedAt >= 0 ? 0 : settled;
    },

    resume(k, task) {
      const sys = task.syscall;
      const payload = sys.payload;
      const result = run(k, task);
      if (k.trace.syscall.enabled) { if (payload) resumePayload(payload); else captureEntry(k, task, sys.nr); }
      return settle(k, task, result);
    },

    abandon(k, task, ret) {
      const sys = task.syscall;
      if (sys.nr < 0 || sys.enterSeq === 0) return;
      if (sys.payload) resumePayload(sys.payload); else captureEntry(k, task, -1);
      emit(k, task, ret);
    },

    openPayload: (task) => task.syscall.payload ?? (task === entering ? payloadBytes()?.subarray(0, payloadLength()) ?? null : null),

    openCalls(k) {
      const open: Task[] = [];
      for (const t of k.tasks.values()) if (t.syscall.nr >= 0 && t.syscall.enterSeq !== 0 && t.state !== TASK.ZOMBIE && t.state !== TASK.DEAD) open.push(t);
      return open;
    },
  };
}
