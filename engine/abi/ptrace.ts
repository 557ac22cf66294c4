// ptrace(2): requests, options, events (include/uapi/linux/ptrace.h, arch/x86/include/uapi/asm/ptrace-abi.h), and where registers stand in struct user.

export const PTRACE = {
  TRACEME: 0, PEEKTEXT: 1, PEEKDATA: 2, PEEKUSR: 3, POKETEXT: 4, POKEDATA: 5, POKEUSR: 6, CONT: 7, KILL: 8, SINGLESTEP: 9, GETREGS: 12, SETREGS: 13, GETFPREGS: 14, SETFPREGS: 15,
  ATTACH: 16, DETACH: 17, SYSCALL: 24, SETOPTIONS: 0x4200, GETEVENTMSG: 0x4201, GETSIGINFO: 0x4202, SETSIGINFO: 0x4203, GETREGSET: 0x4204, SETREGSET: 0x4205, GET_SYSCALL_INFO: 0x420e,
} as const;
export const PTRACE_O = { SYSGOOD: 1, FORK: 2, VFORK: 4, CLONE: 8, EXEC: 0x10, VFORKDONE: 0x20, EXIT: 0x40, SECCOMP: 0x80, EXITKILL: 0x100000, SUSPEND_SECCOMP: 0x200000 } as const;
/** Those that SETOPTIONS takes. */
export const PTRACE_O_MASK = 0x1000ff;
export const PTRACE_EVENT = { FORK: 1, VFORK: 2, CLONE: 3, EXEC: 4, VFORK_DONE: 5, EXIT: 6 } as const;

/** struct user_regs_struct: 27 words, and which of them are orig_rax, cs, ss, and ds es fs gs. */
export const USER_REGS_WORDS = 27, ORIG_RAX = 15, USER_CS_WORD = 17, USER_SS_WORD = 20, USER_SELECTORS = 23;
/** sizeof(struct user); where its debug registers begin. */
export const USER_SIZE = 928, USER_DEBUGREG = 848;
