// Signals: numbers, names, sigaction flags, si_code.
// Values from the Linux 6.1 UAPI headers of Debian 12 (x86-64); order within a table is the order strace prints flags in.
import type { Names } from './names.ts';

export const SIGHUP = 1;
export const SIGINT = 2;
export const SIGQUIT = 3;
export const SIGILL = 4;
export const SIGTRAP = 5;
export const SIGABRT = 6;
export const SIGBUS = 7;
export const SIGFPE = 8;
export const SIGKILL = 9;
export const SIGUSR1 = 0xa;
export const SIGSEGV = 0xb;
export const SIGUSR2 = 0xc;
export const SIGPIPE = 0xd;
export const SIGALRM = 0xe;
export const SIGTERM = 0xf;
export const SIGSTKFLT = 0x10;
export const SIGCHLD = 0x11;
export const SIGCONT = 0x12;
export const SIGSTOP = 0x13;
export const SIGTSTP = 0x14;
export const SIGTTIN = 0x15;
export const SIGTTOU = 0x16;
export const SIGURG = 0x17;
export const SIGXCPU = 0x18;
export const SIGXFSZ = 0x19;
export const SIGVTALRM = 0x1a;
export const SIGPROF = 0x1b;
export const SIGWINCH = 0x1c;
export const SIGIO = 0x1d;
export const SIGPWR = 0x1e;
export const SIGSYS = 0x1f;
export const SIGNAL_NAMES: Names = [
  [SIGHUP, 'SIGHUP'], [SIGINT, 'SIGINT'], [SIGQUIT, 'SIGQUIT'], [SIGILL, 'SIGILL'], [SIGTRAP, 'SIGTRAP'], [SIGABRT, 'SIGABRT'], [SIGBUS, 'SIGBUS'],
  [SIGFPE, 'SIGFPE'], [SIGKILL, 'SIGKILL'], [SIGUSR1, 'SIGUSR1'], [SIGSEGV, 'SIGSEGV'], [SIGUSR2, 'SIGUSR2'], [SIGPIPE, 'SIGPIPE'],
  [SIGALRM, 'SIGALRM'], [SIGTERM, 'SIGTERM'], [SIGSTKFLT, 'SIGSTKFLT'], [SIGCHLD, 'SIGCHLD'], [SIGCONT, 'SIGCONT'], [SIGSTOP, 'SIGSTOP'],
  [SIGTSTP, 'SIGTSTP'], [SIGTTIN, 'SIGTTIN'], [SIGTTOU, 'SIGTTOU'], [SIGURG, 'SIGURG'], [SIGXCPU, 'SIGXCPU'], [SIGXFSZ, 'SIGXFSZ'],
  [SIGVTALRM, 'SIGVTALRM'], [SIGPROF, 'SIGPROF'], [SIGWINCH, 'SIGWINCH'], [SIGIO, 'SIGIO'], [SIGPWR, 'SIGPWR'], [SIGSYS, 'SIGSYS'],
];

export const SIGIOT = 6;
export const SIGPOLL = 0x1d;
export const NSIG = 0x40;
export const SIGRTMIN = 0x20;
export const SIGRTMAX = 0x40;
export const SIG_DFL = 0;
export const SIG_IGN = 1;
export const MINSIGSTKSZ = 0x800;

export const SIG_BLOCK = 0;
export const SIG_UNBLOCK = 1;
export const SIG_SETMASK = 2;
export const SIGPROCMASK_NAMES: Names = [
  [SIG_BLOCK, 'SIG_BLOCK'], [SIG_UNBLOCK, 'SIG_UNBLOCK'], [SIG_SETMASK, 'SIG_SETMASK'],
];

/** sigaction flags. */
export const SA_RESTORER = 0x4000000;
export const SA_RESTART = 0x10000000;
export const SA_NODEFER = 0x40000000;
export const SA_RESETHAND = 0x80000000;
export const SA_NOCLDSTOP = 1;
export const SA_NOCLDWAIT = 2;
export const SA_ONSTACK = 0x8000000;
export const SA_SIGINFO = 4;
/** Once of BSD; it does nothing. */
export const SA_INTERRUPT = 0x20000000;
export const SA_NAMES: Names = [
  [SA_RESTORER, 'SA_RESTORER'], [SA_ONSTACK, 'SA_ONSTACK'], [SA_RESTART, 'SA_RESTART'], [SA_INTERRUPT, 'SA_INTERRUPT'], [SA_NODEFER, 'SA_NODEFER'], [SA_RESETHAND, 'SA_RESETHAND'],
  [SA_SIGINFO, 'SA_SIGINFO'], [SA_NOCLDSTOP, 'SA_NOCLDSTOP'], [SA_NOCLDWAIT, 'SA_NOCLDWAIT'],
];

/** sigaltstack. */
export const SS_ONSTACK = 1;
export const SS_DISABLE = 2;
export const SS_AUTODISARM = 0x80000000;
export const SS_NAMES: Names = [
  [SS_ONSTACK, 'SS_ONSTACK'], [SS_DISABLE, 'SS_DISABLE'], [SS_AUTODISARM, 'SS_AUTODISARM'],
];

/** si_code values of any signal. */
export const SI_USER = 0;
export const SI_KERNEL = 0x80;
export const SI_QUEUE = -1;
export const SI_TIMER = -2;
export const SI_MESGQ = -3;
export const SI_ASYNCIO = -4;
export const SI_SIGIO = -5;
export const SI_TKILL = -6;
export const SI_DETHREAD = -7;
export const SI_ASYNCNL = -60;
export const SI_NAMES: Names = [
  [SI_USER, 'SI_USER'], [SI_KERNEL, 'SI_KERNEL'], [SI_QUEUE, 'SI_QUEUE'], [SI_TIMER, 'SI_TIMER'], [SI_MESGQ, 'SI_MESGQ'], [SI_ASYNCIO, 'SI_ASYNCIO'],
  [SI_SIGIO, 'SI_SIGIO'], [SI_TKILL, 'SI_TKILL'], [SI_DETHREAD, 'SI_DETHREAD'], [SI_ASYNCNL, 'SI_ASYNCNL'],
];

export const ILL_ILLOPC = 1;
export const ILL_ILLOPN = 2;
export const ILL_ILLADR = 3;
export const ILL_ILLTRP = 4;
export const ILL_PRVOPC = 5;
export const ILL_PRVREG = 6;
export const ILL_COPROC = 7;
export const ILL_BADSTK = 8;
export const ILL_NAMES: Names = [
  [ILL_ILLOPC, 'ILL_ILLOPC'], [ILL_ILLOPN, 'ILL_ILLOPN'], [ILL_ILLADR, 'ILL_ILLADR'], [ILL_ILLTRP, 'ILL_ILLTRP'], [ILL_PRVOPC, 'ILL_PRVOPC'],
  [ILL_PRVREG, 'ILL_PRVREG'], [ILL_COPROC, 'ILL_COPROC'], [ILL_BADSTK, 'ILL_BADSTK'],
];

export const FPE_INTDIV = 1;
export const FPE_INTOVF = 2;
export const FPE_FLTDIV = 3;
export const FPE_FLTOVF = 4;
export const FPE_FLTUND = 5;
export const FPE_FLTRES = 6;
export const FPE_FLTINV = 7;
export const FPE_FLTSUB = 8;
export const FPE_NAMES: Names = [
  [FPE_INTDIV, 'FPE_INTDIV'], [FPE_INTOVF, 'FPE_INTOVF'], [FPE_FLTDIV, 'FPE_FLTDIV'], [FPE_FLTOVF, 'FPE_FLTOVF'], [FPE_FLTUND, 'FPE_FLTUND'],
  [FPE_FLTRES, 'FPE_FLTRES'], [FPE_FLTINV, 'FPE_FLTINV'], [FPE_FLTSUB, 'FPE_FLTSUB'],
];

export const SEGV_MAPERR = 1;
export const SEGV_ACCERR = 2;
export const SEGV_BNDERR = 3;
export const SEGV_PKUERR = 4;
export const SEGV_NAMES: Names = [
  [SEGV_MAPERR, 'SEGV_MAPERR'], [SEGV_ACCERR, 'SEGV_ACCERR'], [SEGV_BNDERR, 'SEGV_BNDERR'], [SEGV_PKUERR, 'SEGV_PKUERR'],
];

export const BUS_ADRALN = 1;
export const BUS_ADRERR = 2;
export const BUS_OBJERR = 3;
export const BUS_MCEERR_AR = 4;
export const BUS_MCEERR_AO = 5;
export const BUS_NAMES: Names = [
  [BUS_ADRALN, 'BUS_ADRALN'], [BUS_ADRERR, 'BUS_ADRERR'], [BUS_OBJERR, 'BUS_OBJERR'], [BUS_MCEERR_AR, 'BUS_MCEERR_AR'],
  [BUS_MCEERR_AO, 'BUS_MCEERR_AO'],
];

export const TRAP_BRKPT = 1;
export const TRAP_TRACE = 2;
export const TRAP_BRANCH = 3;
export const TRAP_HWBKPT = 4;
export const TRAP_UNK = 5;
export const TRAP_NAMES: Names = [
  [TRAP_BRKPT, 'TRAP_BRKPT'], [TRAP_TRACE, 'TRAP_TRACE'], [TRAP_BRANCH, 'TRAP_BRANCH'], [TRAP_HWBKPT, 'TRAP_HWBKPT'], [TRAP_UNK, 'TRAP_UNK'],
];

export const CLD_EXITED = 1;
export const CLD_KILLED = 2;
export const CLD_DUMPED = 3;
export const CLD_TRAPPED = 4;
export const CLD_STOPPED = 5;
export const CLD_CONTINUED = 6;
export const CLD_NAMES: Names = [
  [CLD_EXITED, 'CLD_EXITED'], [CLD_KILLED, 'CLD_KILLED'], [CLD_DUMPED, 'CLD_DUMPED'], [CLD_TRAPPED, 'CLD_TRAPPED'], [CLD_STOPPED, 'CLD_STOPPED'],
  [CLD_CONTINUED, 'CLD_CONTINUED'],
];

export const POLL_IN = 1;
export const POLL_OUT = 2;
export const POLL_MSG = 3;
export const POLL_ERR = 4;
export const POLL_PRI = 5;
export const POLL_HUP = 6;
export const POLL_CODE_NAMES: Names = [
  [POLL_IN, 'POLL_IN'], [POLL_OUT, 'POLL_OUT'], [POLL_MSG, 'POLL_MSG'], [POLL_ERR, 'POLL_ERR'], [POLL_PRI, 'POLL_PRI'], [POLL_HUP, 'POLL_HUP'],
];

/** SIGINT …, SIGRT_n for the real-time ones, or the number. */
export function signalName(signo: number): string {
  if (signo >= 1 && signo <= 31) return SIGNAL_NAMES[signo - 1]![1];
  if (signo === 32) return 'SIGRTMIN';
  if (signo >= 33 && signo <= 64) return `SIGRT_${signo - 32}`;
  return String(signo);
}
/** Number of a signal by name, with or without SIG; 0 if there is none. */
export function signalNumber(name: string): number {
  const n = name.toUpperCase().startsWith('SIG') ? name.toUpperCase() : `SIG${name.toUpperCase()}`;
  for (const [v, s] of SIGNAL_NAMES) if (s === n) return v;
  if (n === 'SIGRTMIN') return SIGRTMIN;
  if (n === 'SIGRTMAX') return SIGRTMAX;
  const rt = /^SIGRT_(\d+)$/.exec(n);
  return rt ? 32 + Number(rt[1]) : 0;
}

export type DefaultAction = 'terminate' | 'core' | 'stop' | 'continue' | 'ignore';
/** What SIG_DFL does (signal(7)). */
export function defaultAction(signo: number): DefaultAction {
  switch (signo) {
    case SIGCHLD: case SIGURG: case SIGWINCH: return 'ignore';
    case SIGCONT: return 'continue';
    case SIGSTOP: case SIGTSTP: case SIGTTIN: case SIGTTOU: return 'stop';
    case SIGQUIT: case SIGILL: case SIGTRAP: case SIGABRT: case SIGBUS: case SIGFPE: case SIGSEGV: case SIGXCPU: case SIGXFSZ: case SIGSYS: return 'core';
    default: return 'terminate';
  }
}
