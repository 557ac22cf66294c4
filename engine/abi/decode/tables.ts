// Names of the tables that syscalls.ts refers to (E:… and F:…), each with what strace writes for an unknown value.
import type { Names } from '../names.ts';
import * as C from '../clock-ids.ts';
import * as F from '../futex-flags.ts';
import * as I from '../ipc-flags.ts';
import * as L from '../clone-flags.ts';
import * as M from '../mm-flags.ts';
import * as O from '../open-flags.ts';
import * as P from '../poll-flags.ts';
import * as R from '../prctl.ts';
import * as S from '../sched-policies.ts';
import * as G from '../signals.ts';
import * as N from '../socket.ts';
import * as W from '../wait-flags.ts';
import { RLIMIT_NAMES } from '../rlimits.ts';

export const AT_FLAGS: Names = O.AT_FLAG_NAMES;
export const FACCESSAT_NAMES: Names = [[O.AT_SYMLINK_NOFOLLOW, 'AT_SYMLINK_NOFOLLOW'], [O.AT_EACCESS, 'AT_EACCESS'], [O.AT_EMPTY_PATH, 'AT_EMPTY_PATH']];

export const TABLES: Readonly<Record<string, readonly [table: Names, unknown: string]>> = {
  SEEK: [O.SEEK_NAMES, 'SEEK_???'], PROT: [[[0, 'PROT_NONE'], ...M.PROT_NAMES], 'PROT_???'], ACCESS: [O.ACCESS_NAMES, '?_OK'], MREMAP: [M.MREMAP_NAMES, 'MREMAP_???'],
  MSYNC: [M.MSYNC_NAMES, 'MS_???'], MADV: [M.MADV_NAMES, 'MADV_???'], SHM: [I.SHM_FLAG_NAMES, 'SHM_???'], MSG_FLAG: [I.MSG_FLAG_NAMES, 'MSG_???'],
  ITIMER: [C.ITIMER_NAMES, 'ITIMER_???'], AF: [N.AF_NAMES, 'AF_???'], MSG: [N.MSG_NAMES, 'MSG_???'], SHUT: [N.SHUT_NAMES, 'SHUT_???'], SOL: [N.SOL_NAMES, 'SOL_???'],
  SOCK_FLAG: [N.SOCK_FLAG_NAMES, 'SOCK_???'], WAIT4: [W.WAIT4_NAMES, 'W???'], WAIT: [W.WAIT_NAMES, 'W???'], WAITID: [W.WAITID_NAMES, 'P_???'], FCNTL: [O.FCNTL_NAMES, 'F_???'],
  FLOCK: [O.FLOCK_NAMES, 'LOCK_???'], RLIMIT: [RLIMIT_NAMES, 'RLIMIT_???'], RUSAGE: [W.RUSAGE_NAMES, 'RUSAGE_???'], SIGPROCMASK: [G.SIGPROCMASK_NAMES, 'SIG_???'],
  PRIO: [S.PRIO_NAMES, 'PRIO_???'], SCHED: [S.SCHED_NAMES, 'SCHED_???'], MCL: [M.MCL_NAMES, 'MCL_???'], MLOCK: [M.MLOCK_NAMES, 'MLOCK_???'], PR: [R.PR_NAMES, 'PR_???'],
  ARCH_PRCTL: [L.ARCH_PRCTL_NAMES, 'ARCH_???'], MOUNT_FLAG: [O.MOUNT_FLAG_NAMES, 'MS_???'], UMOUNT: [O.UMOUNT_NAMES, 'MNT_???'], XATTR_FLAG: [O.XATTR_FLAG_NAMES, 'XATTR_???'],
  FADVISE: [O.FADVISE_NAMES, 'POSIX_FADV_???'], TIMER_ABSTIME: [C.TIMER_ABSTIME_NAMES, 'TIMER_???'], CLOCK: [C.CLOCK_NAMES, 'CLOCK_???'], EPOLL_CTL: [P.EPOLL_CTL_NAMES, 'EPOLL_CTL_???'],
  EPOLL_CREATE: [P.EPOLL_CREATE_NAMES, 'EPOLL_???'], MPOL: [M.MPOL_NAMES, 'MPOL_???'], MPOL_FLAG: [M.MPOL_FLAG_NAMES, 'MPOL_???'], IOPRIO_WHO: [S.IOPRIO_WHO_NAMES, 'IOPRIO_WHO_???'],
  IN: [O.IN_NAMES, 'IN_???'], INOTIFY_INIT: [O.INOTIFY_INIT_NAMES, 'IN_???'], AT_FLAG: [O.AT_FLAG_NAMES, 'AT_???'], CLONE: [L.CLONE_NAMES, 'CLONE_???'], SPLICE: [O.SPLICE_NAMES, 'SPLICE_F_???'],
  SYNC_RANGE: [O.SYNC_RANGE_NAMES, 'SYNC_FILE_RANGE_???'], TFD: [P.TFD_NAMES, 'TFD_???'], TFD_TIMER: [P.TFD_TIMER_NAMES, 'TFD_???'], FALLOC: [O.FALLOC_NAMES, 'FALLOC_FL_???'],
  SFD: [P.SFD_NAMES, 'SFD_???'], EFD: [P.EFD_NAMES, 'EFD_???'], OPEN_FLAG: [O.OPEN_FLAG_NAMES, 'O_???'], RENAME: [O.RENAME_NAMES, 'RENAME_??'], SECCOMP_OP: [R.SECCOMP_OP_NAMES, 'SECCOMP_SET_MODE_???'],
  GRND: [R.GRND_NAMES, 'GRND_???'], MFD: [O.MFD_NAMES, 'MFD_???'], MEMBARRIER: [M.MEMBARRIER_NAMES, 'MEMBARRIER_CMD_???'], RWF: [O.RWF_NAMES, 'RWF_???'], PKEY: [M.PKEY_NAMES, 'PKEY_???'],
  STATX_MASK: [[[O.STATX_ALL, 'STATX_ALL'], [O.STATX_BASIC_STATS, 'STATX_BASIC_STATS'], ...O.STATX_MASK_NAMES], 'STATX_???'], RSEQ: [F.RSEQ_NAMES, 'RSEQ_FLAG_???'],
  PIDFD: [[[O.O_NONBLOCK, 'PIDFD_NONBLOCK']], 'PIDFD_???'], CLOSE_RANGE: [O.CLOSE_RANGE_NAMES, 'CLOSE_RANGE_???'],
};
