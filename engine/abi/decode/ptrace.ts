// ptrace(2): what address and data mean depends on the request.
import { PART } from '../payload.ts';
import { NT_NAMES, NT_PRSTATUS, PTRACE, PTRACE_NAMES, PTRACE_O_NAMES, USER_FIELDS, USER_REGS, USER_SIZE } from '../ptrace.ts';
import { signalName } from '../signals.ts';
import { argText } from './call.ts';
import type { CallText } from './call.ts';
import { printStruct } from './structs.ts';
import { flags, oneOf, u64 } from './text.ts';

/** Requests that take neither address nor data, and those that take data alone. */
const PID_ALONE: ReadonlySet<number> = new Set([PTRACE.ATTACH, PTRACE.INTERRUPT, PTRACE.KILL, PTRACE.LISTEN]), NO_ADDRESS: ReadonlySet<number> = new Set([PTRACE.GETREGS, PTRACE.SETREGS, PTRACE.GETFPREGS, PTRACE.SETFPREGS]);

/** An offset in struct user: by a register's word, of those that strace counts so, or by the member that it lies in. */
function userOffset(at: number): string {
  const last = USER_REGS.indexOf('ss'), field = USER_FIELDS.findLast(([offset]) => offset <= at), word = Math.min(at >> 3, last), rest = at - (field?.[0] ?? word * 8);
  return `${field ? `offsetof(struct user, ${field[1]})` : `8*${USER_REGS[word]!.toUpperCase()}`}${rest ? `+${rest}` : ''}`;
}
/** @param part of the call at which the tracer has the registers. */
function regset(c: CallText, part: number): string {
  const r = c.reader(3, part), before = c.reader(3, PART.entry);
  if (!r) return c.ptr(3);
  const b = c.payload.get(3, part === PART.exit ? PART.secondExit : PART.second), length = r.udec(8), was = before && before.udec(8) !== length ? `${before.udec(8)} => ` : '';
  return `{iov_base=${b ? printStruct(c.u32(2) === NT_PRSTATUS ? 'user_regs' : 'user_fpregs', b, c.o) : r.ptr(0)}, iov_len=${was}${length}}`;
}

export function ptrace(c: CallText): void {
  const request = c.i32(0), entry = (name: string): string => c.struct(3, PART.entry, name) ?? c.ptr(3);
  const exit = (name: string): void => { c.atExit(); c.arg(c.failed ? c.ptr(3) : c.struct(3, PART.exit, name) ?? c.ptr(3)); };
  c.arg(oneOf(PTRACE_NAMES, request, 'PTRACE_???'));
  if (request === PTRACE.TRACEME) return;
  c.arg(argText(c, 1));
  if (PID_ALONE.has(request)) return;
  if (!NO_ADDRESS.has(request)) switch (request) {
    case PTRACE.PEEKUSR: case PTRACE.POKEUSR: c.arg(c.num(2) < USER_SIZE ? userOffset(c.num(2)) : c.ptr(2)); break;
    case PTRACE.GETREGSET: case PTRACE.SETREGSET: c.arg(oneOf(NT_NAMES, c.u32(2), 'NT_???')); break;
    case PTRACE.GETSIGMASK: case PTRACE.SETSIGMASK: case PTRACE.SECCOMP_GET_FILTER: case PTRACE.SECCOMP_GET_METADATA: case PTRACE.GET_SYSCALL_INFO: c.arg(u64(c.lo(2), c.hi(2))); break;
    default: c.arg(c.ptr(2));
  }
  switch (request) {
    case PTRACE.PEEKTEXT: case PTRACE.PEEKDATA: case PTRACE.PEEKUSR: { c.atExit(); const r = c.reader(3, PART.exit); c.arg(r && !c.failed ? `[${r.ptr(0)}]` : c.ptr(3)); break; }
    case PTRACE.CONT: case PTRACE.SYSCALL: case PTRACE.SINGLESTEP: case PTRACE.SYSEMU: case PTRACE.SYSEMU_SINGLESTEP: case PTRACE.SINGLEBLOCK: case PTRACE.DETACH: c.arg(c.u32(3) ? signalName(c.i32(3)) : '0'); break;
    case PTRACE.OLDSETOPTIONS: case PTRACE.SETOPTIONS: case PTRACE.SEIZE: c.arg(flags(PTRACE_O_NAMES, c.u32(3), 'PTRACE_O_???')); break;
    case PTRACE.GETREGS: exit('user_regs'); break;
    case PTRACE.SETREGS: c.arg(entry('user_regs')); break;
    case PTRACE.GETFPREGS: exit('user_fpregs'); break;
    case PTRACE.SETFPREGS: c.arg(entry('user_fpregs')); break;
    case PTRACE.GETEVENTMSG: { c.atExit(); const r = c.reader(3, PART.exit); c.arg(r && !c.failed ? `[${r.udec(0)}]` : c.ptr(3)); break; }
    case PTRACE.GETSIGINFO: exit('siginfo'); break;
    case PTRACE.SETSIGINFO: c.arg(entry('siginfo')); break;
    case PTRACE.GETSIGMASK: exit('sigset'); break;
    case PTRACE.SETSIGMASK: c.arg(entry('sigset')); break;
    case PTRACE.GETREGSET: c.atExit(); c.arg(regset(c, c.failed ? PART.entry : PART.exit)); break;
    case PTRACE.SETREGSET: c.arg(regset(c, PART.entry)); break;
    default: c.arg(c.ptr(3));
  }
}
