// Sizes of the structures that syscalls exchange with user memory (x86-64), as the kernel's own ABI has them.
// Proven against the headers by structs.test.ts where a C compiler is present. How they print: decode/structs.ts.

export const STRUCT_SIZE: Readonly<Record<string, number>> = {
  byte: 1, int: 4, uint: 4, long: 8, ulong: 8, off: 8, uid: 4, socklen: 4, fdpair: 8, wstatus: 4, timerid: 4, schedparam: 4,
  stat: 144, statx: 256, statfs: 120, timespec: 16, timeval: 16, timezone: 8, itimerval: 32, itimerspec: 32, utimbuf: 16,
  sigset: 8, sigaction: 32, siginfo: 128, stack: 24, rusage: 144, rlimit: 16, utsname: 390, sysinfo: 112, tms: 32,
  pollfd: 8, epoll_event: 12, flock: 32, schedattr: 56, sigevent: 64, termios: 36, termios2: 44, winsize: 8, clone_args: 88, open_how: 24,
  caphdr: 8, capdata: 24, iovec: 16, msghdr: 56, mmsghdr: 64, f_owner_ex: 8, sembuf: 6,
  semid_ds: 104, msqid_ds: 120, shmid_ds: 112, seminfo: 40, msginfo: 32, shminfo: 72, shm_info: 48, user_regs: 216, user_fpregs: 512,
};
