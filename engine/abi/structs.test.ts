// Sizes against the C compiler's: skipped with a message where there is none.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { STRUCT_SIZE } from './structs.ts';

const C: Record<string, string> = {
  sembuf: 'struct sembuf', semid_ds: 'struct semid_ds', msqid_ds: 'struct msqid_ds', shmid_ds: 'struct shmid_ds', seminfo: 'struct seminfo', msginfo: 'struct msginfo', shminfo: 'struct shminfo', shm_info: 'struct shm_info',
  user_regs: 'struct user_regs_struct', user_fpregs: 'struct user_fpregs_struct',
  stat: 'struct stat', statx: 'struct statx', statfs: 'struct statfs', timespec: 'struct timespec', timeval: 'struct timeval', timezone: 'struct timezone', itimerval: 'struct itimerval', itimerspec: 'struct itimerspec',
  utimbuf: 'struct utimbuf', siginfo: 'siginfo_t', stack: 'stack_t', rusage: 'struct rusage', rlimit: 'struct rlimit', utsname: 'struct utsname', sysinfo: 'struct sysinfo', tms: 'struct tms', pollfd: 'struct pollfd',
  epoll_event: 'struct epoll_event', flock: 'struct flock', winsize: 'struct winsize', clone_args: 'struct clone_args', iovec: 'struct iovec', msghdr: 'struct msghdr', mmsghdr: 'struct mmsghdr', sigevent: 'struct sigevent', open_how: 'struct open_how',
};
const SOURCE = `#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sched.h>
#include <time.h>
#include <utime.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <linux/sched.h>
#include <linux/openat2.h>
int main(void) {
${Object.entries(C).map(([n, t]) => `  printf("${n} %zu\\n", sizeof(${t}));`).join('\n')}
}
`;
const hasCompiler = ((): boolean => { try { execFileSync('gcc', ['--version'], { stdio: 'ignore' }); return process.arch === 'x64'; } catch { console.log('skipped: no C compiler for x86-64'); return false; } })();

test.skipIf(!hasCompiler)('structures have the sizes of the kernel headers', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ktrace-structs-'));
  writeFileSync(join(dir, 's.c'), SOURCE);
  execFileSync('gcc', ['-w', '-o', join(dir, 's'), join(dir, 's.c')]);
  const sizes = Object.fromEntries(execFileSync(join(dir, 's')).toString().trim().split('\n').map((l) => { const [n, s] = l.split(' '); return [n!, Number(s)]; }));
  // glibc's utsname and sysinfo are the kernel's; its struct stat too on x86-64
  for (const n of Object.keys(C)) expect({ [n]: STRUCT_SIZE[n] }).toEqual({ [n]: sizes[n] });
});
