// Capturing what a call's pointers point to, by argument kind (engine/abi/syscalls.ts), into the format of engine/abi/payload.ts.
// Reads user memory without faulting, charging or changing anything (law 6): what is not present is simply not recorded.
import { IPC_64, IPC_COMMANDS, IPC_SET } from '../abi/ipc-flags.ts';
import type { IpcKind } from '../abi/ipc-flags.ts';
import { I386_IPC_DS, I386_MSGHDR_SIZE, convertIpcDs, differsOnI386, fromI386 } from '../abi/structs-i386.ts';
import { F_GETLK64, F_SETLKW64 } from '../abi/open-flags.ts';
import { NT_PRFPREG, NT_PRSTATUS, PTRACE } from '../abi/ptrace.ts';
import { PART, PATH_MAX, STRING_MAX, ITEMS_MAX } from '../abi/payload.ts';
import { STRUCT_SIZE } from '../abi/structs.ts';
import { SYSCALLS } from '../abi/syscalls.ts';
import type { ArgRow, SyscallRow } from '../abi/syscalls.ts';
import { IOCTL_IN, IOCTL_OUT } from '../abi/ioctl-args.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import type { Mm } from '../kernel/contracts/mm.ts';
import { LAYOUT } from '../kernel/contracts/task.ts';
import type { Task } from '../kernel/contracts/task.ts';

const TASK_SIZE = 0x7ffffffff000;

/** The record buffer of the call at hand; grows, never shrinks below 64 KiB. */
let out = new Uint8Array(65536);
let at = 0;
let ram8: Uint8Array, ram32: Uint32Array;
let pgd = 0;
let mm: Mm | null = null;
/** Bytes of a pointer in a list of strings. */
let pointerBytes: 4 | 8 = 8;
/** Of the call's structures (contracts/task.ts, LAYOUT). */
let layout = 0;
/** Structures of longs alone. */
const LONGS: ReadonlySet<string> = new Set(['long', 'ulong', 'timespec', 'timeval', 'itimerval', 'itimerspec', 'utimbuf', 'rusage', 'rlimit', 'tms']);

/** Physical address of a present user page's byte, or −1. Falls back on the page cache for file pages not mapped in yet. */
function physical(va: number): number {
  if (!(va < TASK_SIZE) || mm === null) return -1;
  let e = ram32[(pgd >>> 2) + (Math.floor(va / 0x8000000000) << 1)]!;
  if (e & 1) {
    e = ram32[((e & 0xfffff000) >>> 2) + (((va / 0x40000000) & 511) << 1)]!;
    if (e & 1) {
      e = ram32[((e & 0xfffff000) >>> 2) + (((va / 0x200000) & 511) << 1)]!;
      if (e & 1) {
        e = ram32[((e & 0xfffff000) >>> 2) + (((va / 4096) & 511) << 1)]!;
        if ((e & 5) === 5) return ((e & 0xfffff000) >>> 0) + (va & 4095);
      }
    }
  }
  const vmas = mm.vmas;
  let lo = 0, hi = vmas.length;
  while (lo < hi) { const m = (lo + hi) >> 1; if (vmas[m]!.end <= va) lo = m + 1; else hi = m; }
  const vma = vmas[lo];
  if (!vma || va < vma.start || !vma.file || !(vma.flags & 7)) return -1;
  const mapping = vma.file.inode.mapping;
  const pfn = mapping?.pages.get(vma.pgoff + Math.floor((va - vma.start) / 4096));
  return pfn === undefined ? -1 : pfn * 4096 + (va & 4095);
}

function room(n: number): void {
  if (at + n <= out.length) return;
  const bigger = new Uint8Array(Math.max(out.length * 2, at + n));
  bigger.set(out.subarray(0, at));
  out = bigger;
}
const word = new Uint8Array(8);
function peekWord(va: number, n: 4 | 8): number {
  for (let i = 0; i < n; i++) {
    const pa = physical(va + i);
    if (pa < 0) return -1;
    word[i] = ram8[pa]!;
  }
  const lo = (word[0]! | word[1]! << 8 | word[2]! << 16 | word[3]! << 24) >>> 0;
  return n === 4 ? lo : lo + ((word[4]! | word[5]! << 8 | word[6]! << 16 | word[7]! << 24) >>> 0) * 4294967296;
}

/** One record of `length` bytes at va; nothing when any of it is not present. */
function bytesRecord(tag: number, va: number, length: number): boolean {
  const start = at;
  room(length + 6);
  out[at++] = tag;
  let n = length;
  while (n > 127) { out[at++] = (n & 127) | 128; n >>>= 7; }
  out[at++] = n;
  for (let done = 0; done < length;) {
    const pa = physical(va + done);
    if (pa < 0) { at = start; return false; }
    const m = Math.min(length - done, 4096 - (pa & 4095));
    if (m < 32) for (let i = 0; i < m; i++) out[at + i] = ram8[pa + i]!;
    else out.set(ram8.subarray(pa, pa + m), at);
    at += m;
    done += m;
  }
  return true;
}
/** Longs or pointers, `length` bytes of them in the layout of x86-64, which is how they are recorded. */
function longsRecord(tag: number, va: number, length: number, signed: boolean): boolean {
  if (layout === LAYOUT.x86_64) return bytesRecord(tag, va, length);
  const wide = new Uint8Array(length), v = new DataView(wide.buffer);
  for (let i = 0; i < length; i += 8) {
    const n = peekWord(va + i / 2, 4);
    if (n < 0) return false;
    v.setUint32(i, n, true); v.setInt32(i + 4, signed ? n >> 31 : 0, true);
  }
  return madeRecord(tag, wide);
}
function madeRecord(tag: number, bytes: Uint8Array): boolean {
  room(bytes.length + 6);
  out[at++] = tag;
  let n = bytes.length;
  while (n > 127) { out[at++] = (n & 127) | 128; n >>>= 7; }
  out[at++] = n;
  out.set(bytes, at);
  at += bytes.length;
  return true;
}
/** A structure that i386 has otherwise, in the form of x86-64. */
function i386Record(tag: number, va: number, name: string, large: boolean): boolean {
  const wide = fromI386(name, large, (offset, bytes) => {
    const pa = [0, 1, 2, 3, 4, 5, 6, 7].slice(0, bytes).map((i) => physical(va + offset + i)), byte = (i: number): number => (i < bytes ? ram8[pa[i]!]! : 0);
    return pa.some((p) => p < 0) ? null : [(byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24) >>> 0, (byte(4) | byte(5) << 8 | byte(6) << 16 | byte(7) << 24) >>> 0];
  });
  return wide !== null && madeRecord(tag, wide);
}
/** User memory as it is; null when any of it is not present. */
function peekBytes(va: number, length: number): Uint8Array | null {
  const start = at, found = bytesRecord(0, va, length), bytes = found ? out.slice(at - length, at) : null;
  at = start;
  return bytes;
}
/** A string with its NUL, at most max bytes. */
function stringRecord(tag: number, va: number, max: number): boolean {
  let length = 0;
  while (length < max) {
    const pa = physical(va + length);
    if (pa < 0) return false;
    const end = Math.min(max - length, 4096 - (pa & 4095));
    let i = 0;
    while (i < end && ram8[pa + i] !== 0) i++;
    length += i;
    if (i < end) { length++; break; }
  }
  return bytesRecord(tag, va, length);
}
function countRecord(tag: number, n: number): void {
  room(6);
  out[at++] = tag; out[at++] = 4; out[at++] = n; out[at++] = n >>> 8; out[at++] = n >>> 16; out[at++] = n >>> 24;
}

type Op = (a: Uint32Array, ret: number) => void;
const arg = (a: Uint32Array, i: number): number => a[i * 2]! + a[i * 2 + 1]! * 4294967296;

/** struct iovec at va: the data of each item, `total` bytes in all. */
function iovecItems(tag: number, va: number, count: number, total: number): void {
  for (let i = 0; i < Math.min(count, ITEMS_MAX); i++) {
    const word = layout === LAYOUT.x86_64 ? 8 : 4, base = peekWord(va + i * 2 * word, word), length = peekWord(va + (i * 2 + 1) * word, word);
    if (base < 0 || length < 0) return;
    const n = Math.min(length, total);
    total -= n;
    if (!bytesRecord(tag, base, Math.min(n, STRING_MAX))) { room(2); out[at++] = tag; out[at++] = 0; }
  }
}
function headerRecord(tag: number, va: number): boolean { return layout === LAYOUT.x86_64 ? bytesRecord(tag, va, 56) : i386Record(tag, va, 'msghdr', false); }
/** A message's control data stays as the call has it: its lengths are part of the text. @param one of several: what it does not have is an empty record, so that the n-th is the n-th message's. */
function message(i: number, va: number, bytes: number, phase: 'entry' | 'exit', one = false): boolean {
  if (va === 0 || !headerRecord(i * 8 + PART[phase], va)) return false;
  const exit = phase === 'exit', wide = layout === LAYOUT.x86_64, field = (n: number, i386: number): number => (wide ? peekWord(va + n, 8) : peekWord(va + i386, 4));
  const name = field(0, 0), nameLength = peekWord(va + (wide ? 8 : 4), 4), iov = field(16, 8), count = field(24, 12), control = field(32, 16), controlLength = field(40, 20);
  const orEmpty = (part: number, recorded: boolean): boolean => { if (one && !recorded) madeRecord(i * 8 + part, new Uint8Array(0)); return recorded; };
  orEmpty(PART.third, name > 0 && nameLength > 0 && bytesRecord(i * 8 + PART.third, name, Math.min(nameLength, 128)));
  const vector = exit ? PART.secondExit : PART.second;
  if (orEmpty(vector, iov > 0 && count > 0 && longsRecord(i * 8 + vector, iov, Math.min(count, ITEMS_MAX) * 16, false))) iovecItems(i * 8 + (exit ? PART.itemExit : PART.item), iov, count, bytes);
  orEmpty(PART.count, control > 0 && controlLength > 0 && bytesRecord(i * 8 + PART.count, control, Math.min(controlLength, 1024)));
  return true;
}
/** Bytes of a struct mmsghdr, and where its msg_len stands. */
const mmsghdr = (): { size: number; length: number } => (layout === LAYOUT.x86_64 ? { size: 64, length: 56 } : { size: I386_MSGHDR_SIZE + 4, length: I386_MSGHDR_SIZE });
/** What the xxxctl of System V's IPC takes (IPC_SET) or gives. */
function ipcStructure(tag: number, kind: IpcKind, cmd: number, va: number, phase: 'entry' | 'exit'): void {
  const command = cmd & ~IPC_64, { stat, info } = IPC_COMMANDS[kind], { size, wide } = I386_IPC_DS[kind], set = phase === 'entry';
  if (set ? command === IPC_SET : stat.includes(command)) {
    // Of what IPC_SET is given Linux reads no more than it uses
    const b = layout === LAYOUT.x86_64 ? peekBytes(va, set && kind !== 'msg' ? 48 : wide) : peekBytes(va, size);
    if (b !== null) madeRecord(tag + PART[phase], layout === LAYOUT.x86_64 ? b : convertIpcDs(kind, b, true));
  } else if (!set && info[command] !== undefined && (layout === LAYOUT.x86_64 || !/^shm/.test(info[command]))) bytesRecord(tag + PART.exit, va, STRUCT_SIZE[info[command]]!);
}
/** By request of ptrace(2): the structure that it is given, or fills in. */
const PTRACE_GIVEN: Readonly<Record<number, string>> = { [PTRACE.SETREGS]: 'user_regs', [PTRACE.SETFPREGS]: 'user_fpregs', [PTRACE.SETSIGINFO]: 'siginfo', [PTRACE.SETSIGMASK]: 'sigset' };
const PTRACE_FILLED: Readonly<Record<number, string>> = {
  [PTRACE.PEEKTEXT]: 'ulong', [PTRACE.PEEKDATA]: 'ulong', [PTRACE.PEEKUSR]: 'ulong', [PTRACE.GETREGS]: 'user_regs', [PTRACE.GETFPREGS]: 'user_fpregs', [PTRACE.GETEVENTMSG]: 'ulong', [PTRACE.GETSIGINFO]: 'siginfo', [PTRACE.GETSIGMASK]: 'sigset',
};
/** The iovec of a register set of that type and, if there is a phase in which it holds one, a whole one of those that strace knows. */
function registerSet(tag: number, va: number, type: number, phase: 0 | 1 | null): void {
  if (!bytesRecord(tag + (phase ?? PART.entry), va, 16) || phase === null) return;
  const size = type === NT_PRSTATUS ? STRUCT_SIZE.user_regs! : type === NT_PRFPREG ? STRUCT_SIZE.user_fpregs! : Infinity;
  if (peekWord(va + 8, 8) >= size) bytesRecord(tag + (phase === PART.exit ? PART.secondExit : PART.second), peekWord(va, 8), size);
}
/** A System V message: its type as 8 bytes, then what may be shown of its text. */
function typedMessage(tag: number, va: number, length: number): void {
  const long = layout === LAYOUT.x86_64 ? 8 : 4, b = peekBytes(va, long + Math.min(length, STRING_MAX));
  if (b === null) return;
  const record = new Uint8Array(b.length + 8 - long);
  record.set(b.subarray(long), 8);
  record.set(b.subarray(0, long));
  if (long === 4) record.fill((b[3]! & 0x80) !== 0 ? 255 : 0, 4, 8);
  madeRecord(tag, record);
}

interface Plan { entry: Op[]; exit: Op[] }

function planArg(row: SyscallRow, arg_: ArgRow, i: number, plan: Plan): void {
  const tag = i * 8, p = arg_.params;
  const size = STRUCT_SIZE[p[0] ?? ''] ?? 0;
  const n = Number(p[p.length - 1]);
  const entry = (op: Op): void => { plan.entry.push(op); };
  const exit = (op: Op): void => { plan.exit.push(op); };
  const name = p[0] ?? '', longs = LONGS.has(name), otherwise = differsOnI386(name);
  const struct = (t: number, va: number, bytes: number): void => { if (longs) longsRecord(t, va, bytes, true); else if (!otherwise || layout === LAYOUT.x86_64) bytesRecord(t, va, bytes); else i386Record(t, va, name, layout === LAYOUT.i386Large); };
  const inStruct = (bytes: number): void => entry((a) => { const va = arg(a, i); if (va) struct(tag, va, bytes); });
  const outStruct = (bytes: number): void => exit((a, r) => { const va = arg(a, i); if (va && r >= 0) struct(tag + 1, va, bytes); });
  switch (arg_.kind) {
    case 'path': entry((a) => { const va = arg(a, i); if (va) stringRecord(tag, va, PATH_MAX); }); break;
    case 'str': entry((a) => { const va = arg(a, i); if (va) stringRecord(tag, va, STRING_MAX); }); break;
    case 'buf': entry((a) => { const va = arg(a, i), length = arg(a, n); if (va && length) bytesRecord(tag, va, Math.min(length, STRING_MAX)); }); break;
    case 'obuf': exit((a, r) => { const va = arg(a, i); if (va && r > 0) bytesRecord(tag + 1, va, Math.min(r, arg(a, n), STRING_MAX)); }); break;
    case 'in': inStruct(size); break;
    case 'out': outStruct(size); break;
    case 'io': inStruct(size); outStruct(size); break;
    case 'ina': entry((a) => { const va = arg(a, i), count = p[1] === '-' ? 1 : n < 0 ? -n : arg(a, n); if (va && count > 0) struct(tag, va, Math.min(count, ITEMS_MAX) * size); }); break;
    case 'outa': exit((a, r) => { const va = arg(a, i), count = arg(a, n); if (va && r >= 0) bytesRecord(tag + 1, va, Math.min(count, ITEMS_MAX) * size); }); break;
    case 'iov': entry((a) => { const va = arg(a, i), count = arg(a, n); if (va && count && longsRecord(tag, va, Math.min(count, ITEMS_MAX) * 16, false)) iovecItems(tag + PART.item, va, count, Infinity); }); break;
    case 'oiov': exit((a, r) => { const va = arg(a, i), count = arg(a, n); if (va && count && longsRecord(tag, va, Math.min(count, ITEMS_MAX) * 16, false) && r >= 0) iovecItems(tag + PART.itemExit, va, count, r); }); break;
    case 'argv': case 'envp': entry((a) => {
      const va = arg(a, i);
      if (!va) return;
      let count = 0;
      const from = at;
      for (; count < 65536; count++) {
        const s = peekWord(va + count * pointerBytes, pointerBytes);
        if (s < 0) { if (count === 0) { at = from; return; } break; }
        if (s === 0) break;
        if (count < 128 && !stringRecord(tag + PART.item, s, STRING_MAX)) { room(2); out[at++] = tag + PART.item; out[at++] = 0; }
      }
      countRecord(tag + PART.count, count);
    }); break;
    case 'msg': entry((a) => message(i, arg(a, i), Infinity, 'entry')); break;
    case 'omsg': entry((a) => { const va = arg(a, i); if (va) headerRecord(tag, va); }); exit((a, r) => { if (r >= 0) message(i, arg(a, i), r, 'exit'); }); break;
    case 'mmsg':
      entry((a) => { const va = arg(a, i), { size: each } = mmsghdr(); for (let k = 0; va && k < Math.min(a[n * 2]!, ITEMS_MAX) && message(i, va + k * each, Infinity, 'entry', true); k++); });
      exit((a, r) => { const va = arg(a, i), { size: each, length } = mmsghdr(); for (let k = 0; va && k < Math.min(r, ITEMS_MAX) && bytesRecord(tag + PART.exit, va + k * each + length, 4); k++); });
      break;
    case 'ommsg': // the lengths are items of the entry, which has no others
      entry((a) => { const va = arg(a, i), { size: each } = mmsghdr(); for (let k = 0; va && k < Math.min(a[n * 2]!, ITEMS_MAX) && headerRecord(tag, va + k * each); k++); });
      exit((a, r) => {
        const va = arg(a, i), { size: each, length } = mmsghdr();
        for (let k = 0; va && k < Math.min(r, ITEMS_MAX); k++) { const bytes = peekWord(va + k * each + length, 4); if (bytes < 0 || !message(i, va + k * each, bytes, 'exit', true)) return; bytesRecord(tag + PART.item, va + k * each + length, 4); }
      });
      break;
    case 'sa': entry((a) => { const va = arg(a, i), length = a[n * 2]!; if (va && length > 0 && length <= 128) bytesRecord(tag, va, length); }); break;
    case 'osa': exit((a, r) => {
      const va = arg(a, i), length = arg(a, n) ? peekWord(arg(a, n), 4) : 0;
      if (va && r >= 0 && length > 0) bytesRecord(tag + 1, va, Math.min(length, 128));
    }); break;
    case 'fdset': {
      const bytes = (a: Uint32Array): number => Math.min(128, ((Math.max(0, a[0]! | 0) + 63) >> 6) * 8);
      entry((a) => { const va = arg(a, i); if (va) bytesRecord(tag, va, bytes(a)); });
      exit((a, r) => { const va = arg(a, i); if (va && r >= 0) bytesRecord(tag + 1, va, bytes(a)); });
      break;
    }
    case 'ents': exit((a, r) => {
      if (!(r > 0)) return;
      const va = arg(a, i), reclen = row.name === 'getdents' && layout !== LAYOUT.x86_64 ? 8 : 16;
      let count = 0;
      for (let pos = 0; pos < r; count++) {
        const w = peekWord(va + pos + reclen, 4);
        if (w < 0 || (w & 0xffff) === 0) break;
        pos += w & 0xffff;
      }
      countRecord(tag + PART.count, count);
      bytesRecord(tag + 1, va, Math.min(r, 4096));
    }); break;
    default: if (arg_.kind.startsWith('@')) planSpecial(row, arg_.kind, i, entry, exit, inStruct, outStruct); break;
  }
}

function planSpecial(row: SyscallRow, kind: string, i: number, entry: (op: Op) => void, exit: (op: Op) => void, inStruct: (n: number) => void, outStruct: (n: number) => void): void {
  const tag = i * 8;
  switch (kind) {
    case '@sigaction': case '@osigaction': {
      const action = (t: number, va: number): void => { if (layout === LAYOUT.x86_64) bytesRecord(t, va, 32); else i386Record(t, va, 'sigaction', layout === LAYOUT.i386Large); };
      if (kind === '@sigaction') entry((a) => { const va = arg(a, i); if (va) action(tag, va); });
      else exit((a, r) => { const va = arg(a, i); if (va && r >= 0) action(tag + 1, va); });
      break;
    }
    case '@poll': {
      const size = (a: Uint32Array): number => Math.min(a[2]!, ITEMS_MAX) * 8;
      entry((a) => { const va = arg(a, i); if (va && a[2]) bytesRecord(tag, va, size(a)); });
      exit((a, r) => {
        const va = arg(a, i), count = Math.min(a[2]!, 4096);
        if (!va || !(r > 0)) return;
        bytesRecord(tag + 1, va, size(a));
        let items = 0; // ready ones beyond what the array record holds
        for (let j = ITEMS_MAX; j < count && items < ITEMS_MAX; j++) if (peekWord(va + j * 8 + 4, 4) >>> 16) { bytesRecord(tag + PART.itemExit, va + j * 8, 8); items++; }
      });
      break;
    }
    case '@epoll_events': exit((a, r) => { const va = arg(a, i); if (va && r > 0) bytesRecord(tag + 1, va, Math.min(r, ITEMS_MAX) * 12); }); break;
    case '@getcwd': exit((a, r) => { if (r > 0) stringRecord(tag + 1, arg(a, i), PATH_MAX); }); break;
    case '@getgroups': exit((a, r) => { if (r > 0 && a[0]) bytesRecord(tag + 1, arg(a, i), Math.min(r, ITEMS_MAX) * 4); }); break;
    case '@caphdr': inStruct(8); outStruct(8); break;
    case '@capdata': inStruct(24); break;
    case '@ocapdata': outStruct(24); break;
    case '@clonetid': exit((a, r) => { const va = arg(a, i); if (va && r > 0) bytesRecord(tag + 1, va, 4); }); break;
    case '@clone3': {
      entry((a) => { const va = arg(a, i), size = arg(a, 1); if (va && size >= 64) bytesRecord(tag, va, Math.min(size, 256)); });
      exit((a, r) => { // parent_tid and pidfd
        const va = arg(a, i);
        if (!va || r <= 0) return;
        const pidfd = peekWord(va + 8, 8), parentTid = peekWord(va + 24, 8);
        if (parentTid > 0) bytesRecord(tag + PART.secondExit, parentTid, 4);
        if (pidfd > 0) bytesRecord(tag + PART.third, pidfd, 4);
      });
      break;
    }
    case '@openhow': inStruct(24); break;
    case '@ocpuset': exit((a, r) => { if (r > 0) bytesRecord(tag + 1, arg(a, i), Math.min(r, 128)); }); break;
    case '@cpuset': entry((a) => { const va = arg(a, i); if (va && a[2]) bytesRecord(tag, va, Math.min(a[2], 128)); }); break;
    case '@futextimeout': entry((a) => {
      const va = arg(a, i), op = a[2]! & 0x7f;
      if (va && (op === 0 || op === 6 || op === 9 || op === 11 || op === 13)) longsRecord(tag, va, 16, true);
    }); break;
    case '@utimens': entry((a) => { const va = arg(a, i); if (va) longsRecord(tag, va, 32, true); }); break;
    case '@time': exit((a, r) => { const va = arg(a, i); if (va && r >= 0) longsRecord(tag + 1, va, 8, true); }); break;
    case '@arch_prctl': exit((a, r) => { if (r >= 0 && (a[0] === 0x1003 || a[0] === 0x1004)) bytesRecord(tag + 1, arg(a, i), 8); }); break;
    case '@mempolicy': outStruct(4); break;
    case '@pselectmask': entry((a) => {
      const va = arg(a, i);
      if (!va || !longsRecord(tag, va, 16, false)) return;
      const set = peekWord(va, layout === LAYOUT.x86_64 ? 8 : 4);
      if (set > 0) bytesRecord(tag + PART.second, set, 8);
    }); break;
    case '@fcntl': {
      const large = (c: number): boolean => layout === LAYOUT.i386Large && c >= F_GETLK64 && c <= F_SETLKW64;
      const locks = (c: number): boolean => (c >= 5 && c <= 7) || (c >= 36 && c <= 38) || large(c);
      const lock = (t: number, c: number, va: number): void => { if (layout === LAYOUT.x86_64) bytesRecord(t, va, 32); else i386Record(t, va, 'flock', c >= 36 || large(c)); };
      entry((a) => { const c = a[2]!; if (locks(c)) lock(tag, c, arg(a, i)); else if (c === 15) bytesRecord(tag, arg(a, i), 8); });
      exit((a, r) => { const c = a[2]!; if (r < 0) return; if (c === 5 || c === 36 || (large(c) && c === F_GETLK64)) lock(tag + 1, c, arg(a, i)); else if (c === 16 || c === 17) bytesRecord(tag + 1, arg(a, i), 8); });
      break;
    }
    case '@prctl':
      entry((a) => { if (a[0] === 15) stringRecord(tag, arg(a, i), 16); });
      exit((a, r) => { if (r >= 0) { if (a[0] === 16) stringRecord(tag + 1, arg(a, i), 16); else if (a[0] === 2 || a[0] === 37) bytesRecord(tag + 1, arg(a, i), 4); } });
      break;
    case '@prctl5': entry((a) => { if (a[0] === 0x53564d41 && arg(a, i)) stringRecord(tag, arg(a, i), STRING_MAX); }); break;
    case '@mincore': exit((a, r) => { if (r >= 0) bytesRecord(tag + 1, arg(a, i), Math.min(Math.ceil(arg(a, 1) / 4096), STRING_MAX)); }); break;
    case '@ioctlarg':
      entry((a) => { const n = IOCTL_IN[a[2]!]; if (n && arg(a, i)) bytesRecord(tag, arg(a, i), n); });
      exit((a, r) => { const n = IOCTL_OUT[a[2]!]; if (n && r >= 0 && arg(a, i)) bytesRecord(tag + 1, arg(a, i), n); });
      break;
    case '@ipcds': {
      const ipc = row.args[i]!.params[0] as IpcKind, command = (a: Uint32Array): number => a[(i - 1) * 2]!;
      entry((a) => { if (arg(a, i)) ipcStructure(tag, ipc, command(a), arg(a, i), 'entry'); });
      exit((a, r) => { if (arg(a, i) && r >= 0) ipcStructure(tag, ipc, command(a), arg(a, i), 'exit'); });
      break;
    }
    case '@ptrace': {
      entry((a) => {
        const va = arg(a, i), given = PTRACE_GIVEN[a[0]!];
        if (given !== undefined) bytesRecord(tag, va, STRUCT_SIZE[given]!);
        else if (a[0] === PTRACE.SETREGSET || a[0] === PTRACE.GETREGSET) registerSet(tag, va, a[4]!, a[0] === PTRACE.SETREGSET ? PART.entry : null);
      });
      exit((a, r) => {
        const va = arg(a, i), filled = PTRACE_FILLED[a[0]!];
        if (r < 0) return;
        if (filled !== undefined) bytesRecord(tag + PART.exit, va, STRUCT_SIZE[filled]!);
        else if (a[0] === PTRACE.GETREGSET) registerSet(tag, va, a[4]!, PART.exit);
      });
      break;
    }
    case '@msgbuf': entry((a) => { if (arg(a, i)) typedMessage(tag, arg(a, i), arg(a, 2)); }); break;
    case '@omsgbuf': exit((a, r) => { if (r >= 0) typedMessage(tag + PART.exit, arg(a, i), arg(a, 2)); }); break;
    case '@optval': entry((a) => { const va = arg(a, i), n = a[8]!; if (va && n > 0) bytesRecord(tag, va, Math.min(n, STRING_MAX)); }); break;
    case '@ooptval': exit((a, r) => { const va = arg(a, i), n = peekWord(arg(a, 4), 4); if (va && r >= 0 && n > 0) bytesRecord(tag + 1, va, Math.min(n, STRING_MAX)); }); break;
    case '@sigreturn': break; // the frame is read by captureSigreturn
    default: break;
  }
}

const plans: (Plan | undefined)[] = SYSCALLS.map(() => undefined);
/** What is captured of a call; null for a number without a row. Made at the first call. */
function planOf(nr: number): Plan | null {
  const known = plans[nr], row = SYSCALLS[nr];
  if (known !== undefined || row === undefined) return known ?? null;
  const plan: Plan = { entry: [], exit: [] };
  row.args.forEach((a, i) => planArg(row, a, i, plan));
  return plans[nr] = plan;
}

function aim(k: Kernel, task: Task): void {
  ram8 = k.ram.u8;
  ram32 = k.ram.u32;
  mm = task.mm;
  pgd = mm ? mm.pgd : 0;
  pointerBytes = task.syscall.compat < 0 ? 8 : 4;
  layout = task.syscall.layout;
}

/** Starts the payload of a new call: what its in-arguments point to. */
export function captureEntry(k: Kernel, task: Task, nr: number): void {
  at = 0;
  const plan = planOf(nr);
  if (!plan || plan.entry.length === 0) return;
  aim(k, task);
  const a = task.syscall.args;
  for (const op of plan.entry) op(a, 0);
}
/** Continues a payload put aside by `setAside`. */
export function resumePayload(bytes: Uint8Array): void { out.set(bytes); at = bytes.length; }
export function setAside(): Uint8Array { return out.slice(0, at); }
/** At entry nothing was present: some pages come in only by the call itself. True if entry capture may be repeated after the handler. */
export function entryMissed(nr: number): boolean { return at === 0 && (planOf(nr)?.entry.length ?? 0) > 0; }

/** Adds what the out-arguments point to. */
export function captureExit(k: Kernel, task: Task, nr: number, ret: number): void {
  const plan = planOf(nr);
  if (!plan || plan.exit.length === 0) return;
  aim(k, task);
  const a = task.syscall.args;
  for (const op of plan.exit) op(a, ret);
}
/** The signal mask that rt_sigreturn restored, as argument 0. */
export function captureMask(lo: number, hi: number): void {
  room(10);
  out[at++] = 0; out[at++] = 8;
  for (let i = 0; i < 4; i++) out[at++] = lo >>> (i * 8);
  for (let i = 0; i < 4; i++) out[at++] = hi >>> (i * 8);
}
/** The payload so far: the first payloadLength() bytes, until the next call; null when there is none. */
export function payloadBytes(): Uint8Array | null { return at === 0 ? null : out; }
export function payloadLength(): number { return at; }
