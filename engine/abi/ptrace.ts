// ptrace(2): requests, options, events (include/uapi/linux/ptrace.h, arch/x86/include/uapi/asm/ptrace-abi.h), and where registers stand in struct user.

import type { Names } from './names.ts';

export const PTRACE = {
  TRACEME: 0, PEEKTEXT: 1, PEEKDATA: 2, PEEKUSR: 3, POKETEXT: 4, POKEDATA: 5, POKEUSR: 6, CONT: 7, KILL: 8, SINGLESTEP: 9, GETREGS: 12, SETREGS: 13, GETFPREGS: 14, SETFPREGS: 15,
  ATTACH: 16, DETACH: 17, SYSCALL: 24, OLDSETOPTIONS: 21, SYSEMU: 31, SYSEMU_SINGLESTEP: 32, SINGLEBLOCK: 33, SETOPTIONS: 0x4200, GETEVENTMSG: 0x4201, GETSIGINFO: 0x4202, SETSIGINFO: 0x4203, GETREGSET: 0x4204, SETREGSET: 0x4205,
  SEIZE: 0x4206, INTERRUPT: 0x4207, LISTEN: 0x4208, GETSIGMASK: 0x420a, SETSIGMASK: 0x420b, SECCOMP_GET_FILTER: 0x420c, SECCOMP_GET_METADATA: 0x420d, GET_SYSCALL_INFO: 0x420e,
} as const;
export const PTRACE_O = { SYSGOOD: 1, FORK: 2, VFORK: 4, CLONE: 8, EXEC: 0x10, VFORKDONE: 0x20, EXIT: 0x40, SECCOMP: 0x80, EXITKILL: 0x100000, SUSPEND_SECCOMP: 0x200000 } as const;
/** Those that SETOPTIONS takes. */
export const PTRACE_O_MASK = 0x1000ff;
export const PTRACE_EVENT = { FORK: 1, VFORK: 2, CLONE: 3, EXEC: 4, VFORK_DONE: 5, EXIT: 6 } as const;

/** The words of struct user_regs_struct. */
export const USER_REGS = ['r15', 'r14', 'r13', 'r12', 'rbp', 'rbx', 'r11', 'r10', 'r9', 'r8', 'rax', 'rcx', 'rdx', 'rsi', 'rdi', 'orig_rax', 'rip', 'cs', 'eflags', 'rsp', 'ss', 'fs_base', 'gs_base', 'ds', 'es', 'fs', 'gs'] as const;
export const USER_REGS_WORDS = USER_REGS.length, ORIG_RAX = USER_REGS.indexOf('orig_rax'), USER_CS_WORD = USER_REGS.indexOf('cs'), USER_SS_WORD = USER_REGS.indexOf('ss');
/** Of ds, es, fs and gs the first. */
export const USER_SELECTORS = USER_REGS.indexOf('ds');
/** sizeof(struct user); where its debug registers begin. */
export const USER_SIZE = 928, USER_DEBUGREG = 848;

/** As strace spells them: of the requests of PEEKUSR and POKEUSR the man page's names. */
export const PTRACE_NAMES: Names = [
  ...Object.entries(PTRACE).map(([name, n]) => [n, `PTRACE_${name.replace(/USR$/, 'USER')}`] as const),
  [18, 'PTRACE_GETFPXREGS'], [19, 'PTRACE_SETFPXREGS'], [25, 'PTRACE_GET_THREAD_AREA'], [26, 'PTRACE_SET_THREAD_AREA'], [30, 'PTRACE_ARCH_PRCTL'], [0x4209, 'PTRACE_PEEKSIGINFO'], [0x420f, 'PTRACE_GET_RSEQ_CONFIGURATION'],
];
export const PTRACE_O_NAMES: Names = [
  [PTRACE_O.SYSGOOD, 'PTRACE_O_TRACESYSGOOD'], [PTRACE_O.FORK, 'PTRACE_O_TRACEFORK'], [PTRACE_O.VFORK, 'PTRACE_O_TRACEVFORK'], [PTRACE_O.CLONE, 'PTRACE_O_TRACECLONE'], [PTRACE_O.EXEC, 'PTRACE_O_TRACEEXEC'],
  [PTRACE_O.VFORKDONE, 'PTRACE_O_TRACEVFORKDONE'], [PTRACE_O.EXIT, 'PTRACE_O_TRACEEXIT'], [PTRACE_O.SECCOMP, 'PTRACE_O_TRACESECCOMP'], [PTRACE_O.EXITKILL, 'PTRACE_O_EXITKILL'], [PTRACE_O.SUSPEND_SECCOMP, 'PTRACE_O_SUSPEND_SECCOMP'],
];
/** Register sets by their notes in a core file (elf(5), include/uapi/linux/elf.h). */
export const NT_PRSTATUS = 1, NT_PRFPREG = 2, NT_X86_XSTATE = 0x202;
export const NT_NAMES: Names = [
  [NT_PRSTATUS, 'NT_PRSTATUS'], [NT_PRFPREG, 'NT_FPREGSET'], [3, 'NT_PRPSINFO'], [4, 'NT_PRXREG'], [5, 'NT_PLATFORM'], [6, 'NT_AUXV'], [7, 'NT_GWINDOWS'], [8, 'NT_ASRS'],
  [0x200, 'NT_386_TLS'], [0x201, 'NT_386_IOPERM'], [NT_X86_XSTATE, 'NT_X86_XSTATE'],
];
/** Where the other members of struct user begin, the end included. */
export const USER_FIELDS: readonly (readonly [at: number, name: string])[] = [
  [216, 'u_fpvalid'], [224, 'i387'], [736, 'u_tsize'], [744, 'u_dsize'], [752, 'u_ssize'], [760, 'start_code'], [768, 'start_stack'], [776, 'signal'], [784, 'reserved'], [792, 'u_ar0'], [800, 'u_fpstate'], [808, 'magic'],
  [816, 'u_comm'], [USER_DEBUGREG, 'u_debugreg'], [USER_SIZE, ''],
];
