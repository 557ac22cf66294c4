// Calls whose text depends on more than the kinds of their arguments: optional arguments, unions, result comments.
import { ITEMS_MAX, PART } from '../payload.ts';
import * as C from '../clone-flags.ts';
import * as F from '../futex-flags.ts';
import * as M from '../mm-flags.ts';
import * as N from '../socket.ts';
import * as O from '../open-flags.ts';
import { EPOLL_NAMES, POLL_NAMES } from '../poll-flags.ts';
import { CAP_NAMES, DUMPABLE_NAMES, PR_CAP_AMBIENT_NAMES, PR_NAMES, SECCOMP_MODE_NAMES } from '../prctl.ts';
import { CLOCK_NAMES } from '../clock-ids.ts';
import { IOPRIO_CLASS_NAMES, SCHED_NAMES } from '../sched-policies.ts';
import { nameOf } from '../names.ts';
import { signalName } from '../signals.ts';
import { argText, fdset, messages } from './call.ts';
import type { CallText } from './call.ts';
import { device, fileMode, printStruct, sigset, siginfo } from './structs.ts';
import { ioctl } from './ioctl.ts';
import { ptrace } from './ptrace.ts';
import { ipcControl, ipcGet, msgrcv, msgsnd } from './ipc.ts';
import { FACCESSAT_NAMES } from './tables.ts';
import { Reader, flags, hex, list, octal, oneOf, quoted, quotedString, timeText, u64 } from './text.ts';

type Special = (c: CallText) => void;

/** Arguments [from, to) by their kinds. */
function plain(c: CallText, from: number, to: number): void { for (let i = from; i < to; i++) c.arg(argText(c, i)); }

export function openFlags(value: number): string {
  const mode = value & 3, rest = value & ~3;
  const head = mode === 3 ? 'O_ACCMODE' : nameOf(O.ACCESS_MODE_NAMES, mode)!;
  return rest ? `${head}|${flags(O.OPEN_FLAG_NAMES, rest, '')}` : head;
}
function open(c: CallText, at: number): void {
  const fl = c.u32(at);
  c.arg(openFlags(fl));
  if (fl & O.O_CREAT || (fl & O.O_TMPFILE) === O.O_TMPFILE) c.arg(octal(c.u32(at + 1) & 0xffff));
}
function mmap(c: CallText): void {
  plain(c, 0, 3);
  const fl = c.u32(3), type = fl & 15, rest = (fl & ~15) >>> 0;
  const t = nameOf(M.MAP_TYPE_NAMES, type) ?? `${hex(type)} /* MAP_??? */`;
  c.arg(rest ? `${type ? t : 'MAP_FILE'}|${flags(M.MAP_NAMES, rest, '')}` : type ? t : 'MAP_FILE');
  c.arg(c.fd(c.i32(4)));
  c.arg(c.hex(5));
}
const socketType = (t: number): string => {
  const rest = t & ~0xf;
  return `${oneOf(N.SOCK_TYPE_NAMES, t & 0xf, 'SOCK_???')}${rest ? `|${flags(N.SOCK_FLAG_NAMES, rest, '')}` : ''}`;
};
function socketArgs(c: CallText): void {
  const family = c.u32(0);
  plain(c, 0, 1);
  c.arg(socketType(c.u32(1)));
  c.arg(family === N.AF_INET || family === N.AF_INET6 ? oneOf(N.IPPROTO_NAMES, c.u32(2), 'IPPROTO_???') : family === N.AF_NETLINK ? oneOf(N.NETLINK_NAMES, c.u32(2), 'NETLINK_???') : String(c.u32(2)));
}

function futexOp(op: number): string {
  const cmd = op & 0x7f, priv = op & 0x80, real = op & 0x100, rest = op & ~0x1ff;
  const name = nameOf(F.FUTEX_NAMES, cmd);
  if (name === undefined || rest) return `${hex(op >>> 0)} /* FUTEX_??? */`;
  return `${name}${priv ? '_PRIVATE' : ''}${real ? '|FUTEX_CLOCK_REALTIME' : ''}`;
}
function futex(c: CallText): void {
  const op = c.i32(1), cmd = op & 0x7f;
  const timeout = (): string => (c.isNull(3) ? 'NULL' : c.struct(3, PART.entry, 'timespec') ?? c.ptr(3));
  const val3 = (): string => (c.u32(5) === 0xffffffff ? 'FUTEX_BITSET_MATCH_ANY' : hex(c.u32(5)));
  c.arg(c.ptr(0));
  c.arg(futexOp(op));
  const val = (): void => c.arg(String(c.u32(2)));
  switch (cmd) {
    case F.FUTEX_WAIT: val(); c.arg(timeout()); break;
    case F.FUTEX_LOCK_PI: case F.FUTEX_LOCK_PI2: c.arg(timeout()); break;
    case F.FUTEX_WAIT_BITSET: val(); c.arg(timeout()); c.arg(val3()); break;
    case F.FUTEX_WAKE_BITSET: val(); c.arg(val3()); break;
    case F.FUTEX_REQUEUE: val(); c.arg(String(c.u32(3))); c.arg(c.ptr(4)); break;
    case F.FUTEX_CMP_REQUEUE: case F.FUTEX_CMP_REQUEUE_PI: val(); c.arg(String(c.u32(3))); c.arg(c.ptr(4)); c.arg(String(c.u32(5))); break;
    case F.FUTEX_WAKE_OP: {
      const v = c.u32(5);
      val(); c.arg(String(c.u32(3))); c.arg(c.ptr(4));
      c.arg(`${(v >>> 28) & 8 ? 'FUTEX_OP_OPARG_SHIFT<<28|' : ''}${oneOf(F.FUTEX_WAKE_OP_NAMES, (v >>> 28) & 7, '')}<<28|${hex((v >>> 12) & 0xfff)}<<12|${oneOf(F.FUTEX_WAKE_CMP_NAMES, (v >>> 24) & 15, '')}<<24|${hex(v & 0xfff)}`);
      break;
    }
    case F.FUTEX_WAIT_REQUEUE_PI: val(); c.arg(timeout()); c.arg(c.ptr(4)); break;
    case F.FUTEX_WAKE: case F.FUTEX_FD: val(); break;
    case F.FUTEX_UNLOCK_PI: case F.FUTEX_TRYLOCK_PI: break;
    default: val(); c.arg(c.ptr(3)); c.arg(c.ptr(4)); c.arg(hex(c.u32(5)));
  }
}

function cloneFlags(value: number, signal: number): string {
  const s = value ? flags(C.CLONE_NAMES, value, '') : '';
  const sig = signal ? signalName(signal) : '';
  return s && sig ? `${s}|${sig}` : s || sig || '0';
}
function clone(c: CallText): void {
  const fl = c.u32(0) & ~0xff;
  c.arg(`child_stack=${c.ptr(1)}`);
  c.arg(`flags=${cloneFlags(fl, c.u32(0) & 0xff)}`);
  c.atExitAfter();
  const tid = c.struct(2, PART.exit, 'int');
  if (fl & (C.CLONE_PARENT_SETTID | C.CLONE_PIDFD)) c.arg(`parent_tid=${c.failed || !tid ? c.ptr(2) : tid}`);
  if (fl & C.CLONE_SETTLS) c.arg(`tls=${c.hex(4)}`);
  if (fl & (C.CLONE_CHILD_SETTID | C.CLONE_CHILD_CLEARTID)) c.arg(`child_tidptr=${c.ptr(3)}`);
}
function clone3(c: CallText): void {
  const r = c.reader(0, PART.entry);
  if (!r) { c.arg(c.ptr(0)); plain(c, 1, 2); return; }
  const fl = r.u32(0), f: string[] = [];
  const high = r.u32(4);
  f.push(`flags=${fl || !high ? flags([...C.CLONE_NAMES], fl, 'CLONE_???') : ''}${high ? `${fl ? '|' : ''}${flags([[1, 'CLONE_CLEAR_SIGHAND'], [2, 'CLONE_INTO_CGROUP']], high, 'CLONE_???')}` : ''}`);
  if (fl & C.CLONE_PIDFD) f.push(`pidfd=${r.ptr(8)}`);
  if (fl & (C.CLONE_CHILD_SETTID | C.CLONE_CHILD_CLEARTID)) f.push(`child_tid=${r.ptr(16)}`);
  if (fl & C.CLONE_PARENT_SETTID) f.push(`parent_tid=${r.ptr(24)}`);
  f.push(`exit_signal=${r.num(32) ? signalName(r.u32(32)) : '0'}`, `stack=${r.ptr(40)}`, `stack_size=${r.hex(48)}`);
  if (fl & C.CLONE_SETTLS) f.push(`tls=${r.hex(56)}`);
  if (r.length >= 80 && (r.num(64) || r.num(72))) f.push(`set_tid=${r.ptr(64)}`, `set_tid_size=${r.udec(72)}`);
  if (r.length >= 88 && high & 2) f.push(`cgroup=${r.udec(80)}`);
  c.arg(`{${f.join(', ')}}`);
  // strace waits for the return only where the kernel writes something back
  if (!(fl & (C.CLONE_PARENT_SETTID | C.CLONE_PIDFD))) { plain(c, 1, 2); return; }
  c.atExitAfter();
  const out: string[] = [];
  const tid = c.payload.get(0, PART.secondExit), pidfd = c.payload.get(0, PART.third);
  if (!c.failed && fl & C.CLONE_PIDFD && pidfd) out.push(`pidfd=[${c.fd(new Reader(pidfd).i32(0))}]`);
  if (!c.failed && fl & C.CLONE_PARENT_SETTID && tid) out.push(`parent_tid=[${new Reader(tid).i32(0)}]`);
  if (out.length) c.append(` => {${out.join(', ')}}`);
  plain(c, 1, 2);
}

function wait4(c: CallText): void {
  c.arg(String(c.i32(0)));
  c.atExit();
  const r = c.reader(1, PART.exit);
  c.arg(c.isNull(1) ? 'NULL' : c.ret <= 0 || !r ? c.ptr(1) : `[${waitStatus(r.u32(0))}]`);
  plain(c, 2, 3);
  c.arg(c.isNull(3) ? 'NULL' : c.ret > 0 ? c.struct(3, PART.exit, 'rusage') ?? c.ptr(3) : c.ptr(3));
}
export function waitStatus(s: number): string {
  if ((s & 0x7f) === 0) return `{WIFEXITED(s) && WEXITSTATUS(s) == ${(s >> 8) & 255}}`;
  if (s === 0xffff) return '{WIFCONTINUED(s)}';
  if ((s & 0xff) === 0x7f) return `{WIFSTOPPED(s) && WSTOPSIG(s) == ${signalName((s >> 8) & 255)}}`;
  return `{WIFSIGNALED(s) && WTERMSIG(s) == ${signalName(s & 0x7f)}${s & 0x80 ? ' && WCOREDUMP(s)' : ''}}`;
}
function waitid(c: CallText): void {
  c.arg(argText(c, 0));
  c.arg(c.u32(0) === 3 ? c.fd(c.i32(1)) : String(c.i32(1)));
  c.atExit();
  const r = c.reader(2, PART.exit);
  c.arg(c.isNull(2) ? 'NULL' : c.failed || !r ? c.ptr(2) : r.i32(0) === 0 ? '{}' : siginfo(r, c.o));
  plain(c, 3, 5);
}

function poll(c: CallText): void {
  const r = c.reader(0, PART.entry), count = c.u32(1);
  c.arg(c.isNull(0) ? 'NULL' : count === 0 ? '[]' : r ? list(count, r.length >> 3, c.o, (i) => printStruct('pollfd', r.bytes.subarray(i * 8, i * 8 + 8), c.o)) : c.ptr(0));
  plain(c, 1, c.row!.args.length);
  if (c.failed || c.call.ret === null || c.call.restart) return;
  if (c.ret === 0) { c.aux = 'Timeout'; return; }
  const out = c.reader(0, PART.exit), items: string[] = [];
  const add = (x: Reader, at: number): void => { if (x.u16(at + 6)) items.push(`{fd=${x.i32(at)}, revents=${flags(POLL_NAMES, x.u16(at + 6), 'POLL???')}}`); };
  if (out) for (let i = 0; i < Math.min(count, ITEMS_MAX, out.length >> 3); i++) add(out, i * 8);
  for (const b of c.payload.all(0, PART.itemExit)) add(new Reader(b), 0);
  const cut = items.length > c.o.stringMax && !c.o.verbose;
  c.aux = items.length ? `[${items.slice(0, cut ? c.o.stringMax : undefined).join(', ')}${cut ? ', ...' : ''}]` : '';
  if (c.row!.name === 'ppoll' && !c.isNull(2)) { const left = c.struct(2, PART.exit, 'timespec'); if (left) c.aux += `${c.aux ? ', ' : ''}left ${left}`; }
}
function select(c: CallText): void {
  plain(c, 0, 5);
  const p6 = c.row!.name === 'pselect6';
  if (p6) {
    const r = c.reader(5, PART.entry), set = c.reader(5, PART.second);
    c.arg(c.isNull(5) ? 'NULL' : r ? `{sigmask=${set ? sigset(set.u32(0), set.u32(4)) : r.ptr(0)}, sigsetsize=${r.udec(8)}}` : c.ptr(5));
  }
  if (c.failed || c.call.ret === null || c.call.restart) return;
  if (c.ret === 0) { c.aux = 'Timeout'; return; }
  const parts: string[] = [];
  ([['in', 1], ['out', 2], ['except', 3]] as const).forEach(([name, i]) => {
    const b = c.payload.get(i, PART.exit);
    if (!b || c.isNull(i)) return;
    const fds = fdset(b, c.i32(0), c);
    if (fds.length) parts.push(`${name} [${fds.join(' ')}]`);
  });
  const left = c.isNull(4) ? null : c.struct(4, PART.exit, p6 ? 'timespec' : 'timeval');
  if (left) parts.push(`left ${left}`);
  c.aux = parts.join(', ');
}
function epollWait(c: CallText): void {
  plain(c, 0, 1);
  c.atExit();
  const r = c.reader(1, PART.exit);
  c.arg(c.failed || c.call.ret === null || c.call.restart ? c.ptr(1) : c.ret === 0 ? '[]' : r ? list(c.ret, Math.floor(r.length / 12), c.o, (i) => `{events=${flags(EPOLL_NAMES, r.u32(i * 12), 'EPOLL???')}, data={u32=${r.u32(i * 12 + 4)}, u64=${r.udec(i * 12 + 4)}}}`) : c.ptr(1));
  plain(c, 2, c.row!.args.length);
}

const handlerName = (n: number): string | null => (n === 0 ? 'SIG_DFL' : n === 1 ? 'SIG_IGN' : null);
function fcntl(c: CallText): void {
  const cmd = c.u32(1), exitStruct = (name: string): void => { c.atExit(); c.arg(c.failed ? c.ptr(2) : c.struct(2, PART.exit, name) ?? c.ptr(2)); };
  plain(c, 0, 2);
  const ret = c.ret;
  switch (cmd) {
    case O.F_SETFD: c.arg(flags(O.FD_FLAG_NAMES, c.u32(2), '')); break;
    case O.F_SETFL: c.arg(openFlags(c.u32(2))); break;
    case O.F_GETFD: if (!c.failed && ret > 0) { c.resultText = hex(ret); c.aux = `flags ${flags(O.FD_FLAG_NAMES, ret, '')}`; } break;
    case O.F_GETFL: if (!c.failed && ret >= 0) { c.resultText = hex(ret); c.aux = `flags ${openFlags(ret)}`; } break;
    case O.F_DUPFD: case O.F_DUPFD_CLOEXEC: c.arg(String(c.u32(2))); if (!c.failed && ret >= 0) c.resultText = c.fd(ret); break;
    case O.F_SETLK: case O.F_SETLKW: case O.F_SETLK64: case O.F_SETLKW64: case O.F_OFD_SETLK: case O.F_OFD_SETLKW: c.arg(c.struct(2, PART.entry, 'flock') ?? c.ptr(2)); break;
    case O.F_GETLK: case O.F_GETLK64: case O.F_OFD_GETLK: exitStruct('flockpid'); break;
    case O.F_SETOWN_EX: c.arg(c.struct(2, PART.entry, 'f_owner_ex') ?? c.ptr(2)); break;
    case O.F_GETOWN_EX: exitStruct('f_owner_ex'); break;
    case O.F_GETOWNER_UIDS: exitStruct('fdpair'); break;
    case O.F_SETSIG: c.arg(c.u32(2) ? signalName(c.u32(2)) : '0'); break;
    case O.F_GETSIG: if (!c.failed && ret > 0) c.aux = signalName(ret); break;
    case O.F_SETLEASE: c.arg(oneOf(O.LOCK_TYPE_NAMES, c.u32(2), 'F_???')); break;
    case O.F_GETLEASE: if (!c.failed) c.aux = oneOf(O.LOCK_TYPE_NAMES, ret, ''); break;
    case O.F_ADD_SEALS: c.arg(flags(O.SEAL_NAMES, c.u32(2), 'F_SEAL_???')); break;
    case O.F_GET_SEALS: if (!c.failed && ret > 0) { c.resultText = hex(ret); c.aux = `seals ${flags(O.SEAL_NAMES, ret, '')}`; } break;
    case O.F_NOTIFY: c.arg(flags(O.DNOTIFY_NAMES, c.u32(2), 'DN_???')); break;
    case O.F_SETOWN: case O.F_SETPIPE_SZ: c.arg(String(c.i32(2))); break;
    case O.F_GETOWN: case O.F_GETPIPE_SZ: break;
    default: c.arg(c.hex(2));
  }
}

/** How many arguments each prctl operation takes; the others print five as hexadecimal. */
function prctl(c: CallText): void {
  const name = nameOf(PR_NAMES, c.u32(0)) ?? '';
  plain(c, 0, 1);
  const rest = (from: number): void => { for (let i = from; i < 5; i++) c.arg(c.hex(i)); };
  switch (name) {
    case 'PR_GET_DUMPABLE': if (!c.failed) c.aux = nameOf(DUMPABLE_NAMES, c.ret) ?? ''; break;
    case 'PR_GET_KEEPCAPS': case 'PR_GET_SECCOMP': case 'PR_GET_TIMERSLACK': case 'PR_GET_TIMING': case 'PR_TASK_PERF_EVENTS_DISABLE': case 'PR_TASK_PERF_EVENTS_ENABLE': break;
    case 'PR_GET_SECUREBITS': break;
    case 'PR_SET_DUMPABLE': c.arg(oneOf(DUMPABLE_NAMES, c.u32(1), 'SUID_DUMP_???')); break;
    case 'PR_SET_KEEPCAPS': case 'PR_SET_TIMING': case 'PR_SET_TIMERSLACK': c.arg(u64(c.lo(1), c.hi(1))); break;
    case 'PR_SET_NAME': { const b = c.payload.get(1, PART.entry); c.arg(b ? quotedString(b, c.o, 15) : c.ptr(1)); break; }
    case 'PR_GET_NAME': { c.atExit(); const b = c.payload.get(1, PART.exit); c.arg(b && !c.failed ? quotedString(b, c.o) : c.ptr(1)); break; }
    case 'PR_SET_PDEATHSIG': c.arg(c.u32(1) ? signalName(c.u32(1)) : '0'); break;
    case 'PR_GET_PDEATHSIG': { c.atExit(); const r = c.reader(1, PART.exit); c.arg(r && !c.failed ? `[${r.i32(0) ? signalName(r.i32(0)) : 0}]` : c.ptr(1)); break; }
    case 'PR_GET_CHILD_SUBREAPER': c.atExit(); c.arg(c.failed ? c.ptr(1) : c.struct(1, PART.exit, 'int') ?? c.ptr(1)); break;
    case 'PR_SET_CHILD_SUBREAPER': c.arg(u64(c.lo(1), c.hi(1))); break;
    case 'PR_CAPBSET_READ': case 'PR_CAPBSET_DROP': c.arg(oneOf(CAP_NAMES, c.u32(1), 'CAP_???')); break;
    case 'PR_CAP_AMBIENT': c.arg(oneOf(PR_CAP_AMBIENT_NAMES, c.u32(1), 'PR_CAP_AMBIENT_???')); if (c.u32(1) !== 4) c.arg(oneOf(CAP_NAMES, c.u32(2), 'CAP_???')); else c.arg(c.hex(2)); c.arg(c.hex(3)); c.arg(c.hex(4)); break;
    case 'PR_SET_SECCOMP': c.arg(oneOf(SECCOMP_MODE_NAMES, c.u32(1), 'SECCOMP_MODE_???')); if (c.u32(1) === 2) c.arg(c.ptr(2)); break;
    case 'PR_SET_NO_NEW_PRIVS': case 'PR_SET_THP_DISABLE': c.arg(u64(c.lo(1), c.hi(1))); rest(2); break;
    case 'PR_GET_NO_NEW_PRIVS': case 'PR_GET_THP_DISABLE': rest(1); break;
    case 'PR_SET_VMA': c.arg(c.u32(1) === 0 ? 'PR_SET_VMA_ANON_NAME' : hex(c.u32(1))); c.arg(c.ptr(2)); c.arg(u64(c.lo(3), c.hi(3))); { const b = c.payload.get(4, PART.entry); c.arg(b ? quotedString(b, c.o) : c.ptr(4)); } break;
    default: rest(1);
  }
}

function transferOffset(c: CallText, i: number): string { return c.isNull(i) ? 'NULL' : c.struct(i, PART.entry, 'off') ?? c.ptr(i); }
function sendfile(c: CallText): void {
  plain(c, 0, 2);
  const before = c.reader(2, PART.entry);
  if (c.isNull(2) || !before) { c.arg(c.ptr(2)); plain(c, 3, 4); return; }
  c.arg(`[${before.udec(0)}]`);
  c.atExitAfter();
  const after = c.reader(2, PART.exit);
  if (after && !c.failed && c.ret > 0) c.append(` => [${after.udec(0)}]`);
  plain(c, 3, 4);
}
function addressOut(c: CallText, at: number): void { // struct sockaddr *addr, socklen_t *addrlen, filled at exit
  const before = c.reader(at + 1, PART.entry), after = c.reader(at + 1, PART.exit);
  if (c.isNull(at)) { c.arg('NULL'); c.arg(c.isNull(at + 1) ? 'NULL' : before ? `[${before.i32(0)}]` : c.ptr(at + 1)); return; }
  if (c.failed || c.call.ret === null || !after || !before) { c.arg(c.ptr(at)); c.arg(before ? `[${before.i32(0)}]` : c.ptr(at + 1)); return; }
  c.arg(argText(c, at));
  c.arg(before.i32(0) === after.i32(0) ? `[${after.i32(0)}]` : `[${before.i32(0)} => ${after.i32(0)}]`);
}
function accept(c: CallText): void {
  plain(c, 0, 1);
  c.atExit();
  addressOut(c, 1);
  if (c.row!.args.length > 3) plain(c, 3, 4);
}
function recvfrom(c: CallText): void {
  plain(c, 0, 1);
  c.atExit();
  plain(c, 1, 4);
  addressOut(c, 4);
}
function socketOption(level: number, name: number): string {
  switch (level) {
    case N.SOL_SOCKET: return oneOf(N.SO_NAMES, name, 'SO_???');
    case N.SOL_TCP: return oneOf(N.TCP_NAMES, name, 'TCP_???');
    case N.SOL_IP: return oneOf(N.IP_NAMES, name, 'IP_???');
    case N.SOL_IPV6: return oneOf(N.IPV6_NAMES, name, 'IPV6_???');
    case N.SOL_NETLINK: return oneOf(N.NETLINK_OPTION_NAMES, name, 'NETLINK_???');
    default: return hex(name);
  }
}
function optionValue(c: CallText, b: Uint8Array | null, length: number): string {
  if (!b) return c.ptr(3);
  const r = new Reader(b), level = c.u32(1), name = c.u32(2);
  if (level === 1 && name === N.SO_LINGER && b.length >= 8) return `{l_onoff=${r.i32(0)}, l_linger=${r.i32(4)}}`;
  if (level === 1 && name === N.SO_PEERCRED && b.length >= 12) return `{pid=${r.i32(0)}, uid=${r.i32(4)}, gid=${r.i32(8)}}`;
  if (level === 1 && name === N.SO_ERROR && b.length >= 4) return `[${r.i32(0)}]`;
  if (length === 4 && b.length >= 4) return `[${r.i32(0)}]`;
  return quoted(b, length, c.o);
}
function setsockopt(c: CallText): void {
  plain(c, 0, 2);
  c.arg(socketOption(c.u32(1), c.u32(2)));
  c.arg(c.isNull(3) ? 'NULL' : optionValue(c, c.payload.get(3, PART.entry), c.u32(4)));
  plain(c, 4, 5);
}
function getsockopt(c: CallText): void {
  plain(c, 0, 2);
  c.arg(socketOption(c.u32(1), c.u32(2)));
  c.atExit();
  const before = c.reader(4, PART.entry), after = c.reader(4, PART.exit);
  c.arg(c.failed || !after ? c.ptr(3) : optionValue(c, c.payload.get(3, PART.exit), after.i32(0)));
  c.arg(!before ? c.ptr(4) : !after || before.i32(0) === after.i32(0) ? `[${before.i32(0)}]` : `[${before.i32(0)} => ${after.i32(0)}]`);
}
function nanosleepRest(at: number): Special {
  return (c) => {
    plain(c, 0, at);
    c.atExit();
    c.arg(c.isNull(at) ? 'NULL' : c.call.restart ? c.struct(at, PART.exit, 'timespec') ?? c.ptr(at) : c.ptr(at));
  };
}
const cpus = (b: Uint8Array): string => {
  const out: number[] = [];
  for (let i = 0; i < b.length * 8; i++) if ((b[i >> 3]! >> (i & 7)) & 1) out.push(i);
  return `[${out.join(' ')}]`;
};
function utimens(c: CallText): void {
  plain(c, 0, 2);
  const r = c.reader(2, PART.entry);
  const one = (at: number): string => {
    const nsec = r!.num(at + 8);
    if (nsec === 0x3fffffff) return 'UTIME_NOW';
    if (nsec === 0x3ffffffe) return 'UTIME_OMIT';
    const t = timeText(r!.num(at), nsec);
    return `{tv_sec=${r!.dec(at)}, tv_nsec=${r!.dec(at + 8)}}${t ? ` /* ${t} */` : ''}`;
  };
  c.arg(c.isNull(2) ? 'NULL' : r ? `[${one(0)}, ${one(16)}]` : c.ptr(2));
  plain(c, 3, 4);
}
function mknod(at: number): Special {
  return (c) => {
    const mode = c.u32(at) & 0xffff, type = mode & 0o170000;
    plain(c, 0, at);
    c.arg(fileMode(mode));
    if (type === 0o020000 || type === 0o060000) c.arg(device(c.lo(at + 1), c.hi(at + 1)));
  };
}
const statxFlags = (v: number): string => {
  const sync = v & 0x6000, rest = v & ~0x6000;
  const head = sync === 0 ? 'AT_STATX_SYNC_AS_STAT' : sync === 0x2000 ? 'AT_STATX_FORCE_SYNC' : sync === 0x4000 ? 'AT_STATX_DONT_SYNC' : 'AT_STATX_FORCE_SYNC|AT_STATX_DONT_SYNC';
  return rest ? `${head}|${flags(O.AT_FLAG_NAMES, rest, '')}` : head;
};

export const SPECIAL: Readonly<Record<string, Special | undefined>> = {
  open: (c) => { plain(c, 0, 1); open(c, 1); },
  openat: (c) => { plain(c, 0, 2); open(c, 2); },
  openat2: (c) => {
    plain(c, 0, 2);
    const r = c.reader(2, PART.entry);
    if (!r) c.arg(c.ptr(2));
    else { const fl = r.u32(0); c.arg(`{flags=${openFlags(fl)}${fl & O.O_CREAT || (fl & O.O_TMPFILE) === O.O_TMPFILE ? `, mode=${octal(r.u32(8))}` : ''}, resolve=${flags(O.RESOLVE_NAMES, r.u32(16), 'RESOLVE_???')}}`); }
    plain(c, 3, 4);
  },
  mmap,
  mremap: (c) => { plain(c, 0, 4); if ((c.u32(3) & M.MREMAP_FIXED) !== 0 && (c.u32(3) & M.MREMAP_MAYMOVE) !== 0) plain(c, 4, 5); },
  rt_sigaction: (c) => {
    plain(c, 0, 1);
    if (c.call.i386 === 'signal') { // it has no second and third; the handler stands in the fourth
      c.append(`, ${handlerName(c.u32(3)) ?? c.ptr(3)}`);
      if (!c.failed && c.call.ret !== null) { const name = handlerName(c.ret); c.resultText = c.ret === 0 ? '0' : hex(c.ret % 4294967296); if (name !== null) c.aux = name; }
      return;
    }
    c.arg(c.isNull(1) ? 'NULL' : c.struct(1, PART.entry, 'sigaction') ?? c.ptr(1));
    c.atExit();
    c.arg(c.isNull(2) ? 'NULL' : c.failed ? c.ptr(2) : c.struct(2, PART.exit, 'sigaction') ?? c.ptr(2));
    plain(c, 3, 4);
  },
  rt_sigreturn: (c) => { const r = c.reader(0, PART.entry); c.arg(r ? `{mask=${sigset(r.u32(0), r.u32(4))}}` : ''); },
  ioctl, fcntl, prctl, clone, clone3, wait4, waitid, poll, ppoll: poll, select, pselect6: select, epoll_wait: epollWait, epoll_pwait: epollWait, epoll_pwait2: epollWait, futex, sendfile,
  accept, accept4: accept, recvfrom, getsockname: accept, getpeername: accept, setsockopt, getsockopt,
  socket: socketArgs,
  socketpair: (c) => { socketArgs(c); c.atExit(); plain(c, 3, 4); },
  nanosleep: nanosleepRest(1),
  clock_nanosleep: (c) => {
    plain(c, 0, 3);
    c.atExit();
    c.arg(c.isNull(3) ? 'NULL' : c.call.restart && !c.u32(1) ? c.struct(3, PART.exit, 'timespec') ?? c.ptr(3) : c.ptr(3));
  },
  splice: (c) => { plain(c, 0, 1); c.arg(transferOffset(c, 1)); plain(c, 2, 3); c.arg(transferOffset(c, 3)); plain(c, 4, 6); },
  copy_file_range: (c) => { plain(c, 0, 1); c.arg(transferOffset(c, 1)); plain(c, 2, 3); c.arg(transferOffset(c, 3)); plain(c, 4, 6); },
  prlimit64: (c) => {
    plain(c, 0, 2);
    c.arg(c.isNull(2) ? 'NULL' : c.struct(2, PART.entry, 'rlimit')?.replace(/RLIM_INFINITY/g, 'RLIM64_INFINITY') ?? c.ptr(2));
    c.atExit();
    c.arg(c.isNull(3) ? 'NULL' : c.failed ? c.ptr(3) : c.struct(3, PART.exit, 'rlimit')?.replace(/RLIM_INFINITY/g, 'RLIM64_INFINITY') ?? c.ptr(3));
  },
  mincore: (c) => { plain(c, 0, 2); c.atExit(); const b = c.payload.get(2, PART.exit); c.arg(b && !c.failed ? list(Math.ceil(c.num(1) / 4096), b.length, c.o, (i) => String(b[i]! & 1)) : c.ptr(2)); },
  arch_prctl: (c) => {
    plain(c, 0, 1);
    if (c.u32(0) === C.ARCH_GET_FS || c.u32(0) === C.ARCH_GET_GS) { c.atExit(); const r = c.reader(1, PART.exit); c.arg(r && !c.failed ? `[${r.hex(0)}]` : c.ptr(1)); } else c.arg(c.hex(1));
  },
  getcwd: (c) => { c.atExit(); const b = c.payload.get(0, PART.exit); c.arg(b && !c.failed ? quotedString(b, c.o, 4096) : c.ptr(0)); plain(c, 1, 2); },
  getgroups: (c) => { plain(c, 0, 1); c.atExit(); const r = c.reader(1, PART.exit); c.arg(c.isNull(1) ? 'NULL' : r && !c.failed ? list(c.ret, r.length >> 2, c.o, (i) => String(r.u32(i * 4))) : c.failed || c.ret > 0 ? c.ptr(1) : '[]'); },
  capget: (c) => { c.atExit(); c.arg(c.struct(0, PART.exit, 'caphdr') ?? c.struct(0, PART.entry, 'caphdr') ?? c.ptr(0)); c.arg(c.isNull(1) ? 'NULL' : c.failed ? c.ptr(1) : c.struct(1, PART.exit, 'capdata') ?? c.ptr(1)); },
  capset: (c) => { c.arg(c.struct(0, PART.entry, 'caphdr') ?? c.ptr(0)); c.arg(c.struct(1, PART.entry, 'capdata') ?? c.ptr(1)); },
  sched_getaffinity: (c) => { plain(c, 0, 2); c.atExit(); const b = c.payload.get(2, PART.exit); c.arg(b && !c.failed ? cpus(b) : c.ptr(2)); },
  sched_setaffinity: (c) => { plain(c, 0, 2); const b = c.payload.get(2, PART.entry); c.arg(b ? cpus(b) : c.ptr(2)); },
  sched_setscheduler: (c) => { plain(c, 0, 1); c.arg(oneOf(SCHED_NAMES, c.u32(1) & ~0x40000000, 'SCHED_???') + (c.u32(1) & 0x40000000 ? '|SCHED_RESET_ON_FORK' : '')); plain(c, 2, 3); },
  sched_getscheduler: (c) => { plain(c, 0, 1); if (!c.failed) c.aux = oneOf(SCHED_NAMES, c.ret, 'SCHED_???'); },
  utimensat: utimens,
  mknod: mknod(1), mknodat: mknod(2),
  statx: (c) => { plain(c, 0, 2); c.arg(statxFlags(c.u32(2))); plain(c, 3, 4); c.atExit(); plain(c, 4, 5); },
  faccessat2: (c) => { plain(c, 0, 3); c.arg(flags(FACCESSAT_NAMES, c.u32(3), 'AT_???')); },
  personality: (c) => { c.arg(c.u32(0) === 0xffffffff ? '0xffffffff' : personality(c.u32(0))); if (!c.failed) { c.resultText = c.ret ? hex(c.ret) : '0'; c.aux = personality(c.ret); } },
  time: (c) => { c.atExit(); const r = c.reader(0, PART.exit); c.arg(c.isNull(0) ? 'NULL' : r ? `[${r.dec(0)}]` : c.ptr(0)); if (!c.failed) c.aux = timeText(c.ret, 0); },
  restart_syscall: (c) => c.arg('<... resuming interrupted syscall ...>'),
  membarrier: (c) => { plain(c, 0, 1); c.arg(hex(c.u32(1))); if (c.u32(0) === 0 && !c.failed) { c.resultText = c.ret ? hex(c.ret) : '0'; c.aux = c.ret ? flags(M.MEMBARRIER_NAMES.filter(([v]) => v), c.ret, '') : ''; } },
  get_mempolicy: (c) => { c.atExit(); const r = c.reader(0, PART.exit); c.arg(c.isNull(0) ? 'NULL' : r && !c.failed ? `[${oneOf(M.MPOL_NAMES, r.i32(0), 'MPOL_???')}]` : c.ptr(0)); c.arg(c.ptr(1)); plain(c, 2, 5); },
  ioprio_get: (c) => { plain(c, 0, 2); if (!c.failed) { c.resultText = c.ret ? hex(c.ret) : '0'; c.aux = ioprio(c.ret); } },
  ioprio_set: (c) => { plain(c, 0, 2); c.arg(ioprio(c.u32(2))); },
  epoll_ctl: (c) => { plain(c, 0, 3); c.arg(c.isNull(3) ? 'NULL' : c.u32(1) === 2 ? c.ptr(3) : c.struct(3, PART.entry, 'epoll_event') ?? c.ptr(3)); },
  timer_settime: (c) => { plain(c, 0, 3); c.atExit(); plain(c, 3, 4); },
  rt_sigtimedwait: (c) => { plain(c, 0, 1); c.atExit(); c.arg(c.isNull(1) ? 'NULL' : c.ret > 0 ? c.struct(1, PART.exit, 'siginfo') ?? c.ptr(1) : c.ptr(1)); plain(c, 2, 4); },
  clock_gettime: (c) => { c.arg(clockName(c)); c.atExit(); plain(c, 1, 2); },
  clock_getres: (c) => { c.arg(clockName(c)); c.atExit(); plain(c, 1, 2); },
  shmget: ipcGet, semget: ipcGet, msgget: ipcGet, shmctl: ipcControl('shm'), semctl: ipcControl('sem'), msgctl: ipcControl('msg'), msgsnd, msgrcv, ptrace,
  sendmmsg: (c) => { plain(c, 0, 1); c.atExit(); c.arg(messages(c, 1, false)); plain(c, 2, 4); },
  recvmmsg: (c) => {
    plain(c, 0, 1);
    c.atExit();
    c.arg(messages(c, 1, true));
    plain(c, 2, 5);
    if (c.failed || c.call.ret === null || c.isNull(4)) return;
    const left = c.struct(4, PART.exit, 'timespec');
    c.aux = c.ret === 0 ? 'Timeout' : left ? `left ${left}` : '';
  },
};
function clockName(c: CallText): string {
  const id = c.i32(0);
  if (id >= 0) return oneOf(CLOCK_NAMES, id, 'CLOCK_???');
  const pid = ~(id >> 3), which = ['CPUCLOCK_PROF', 'CPUCLOCK_VIRT', 'CPUCLOCK_SCHED'][id & 3] ?? '';
  return (id & 7) === 3 ? `FD_TO_CLOCKID(${pid})` : `${id & 4 ? 'MAKE_THREAD_CPUCLOCK' : 'MAKE_PROCESS_CPUCLOCK'}(${pid}, ${which})`;
}
const personality = (v: number): string => {
  const head = nameOf(C.PERSONALITY_NAMES, v & 0xff) ?? hex(v & 0xff), rest = v & ~0xff;
  return rest ? `${head}|${flags(C.PERSONALITY_FLAG_NAMES, rest, '')}` : head;
};
const ioprio = (v: number): string => `IOPRIO_PRIO_VALUE(${oneOf(IOPRIO_CLASS_NAMES, (v >>> 13) & 7, 'IOPRIO_CLASS_???')}, ${v & 0x1fff})`;
