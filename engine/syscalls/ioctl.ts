// Handlers of the ioctl family: what holds for every descriptor is here, the rest is the file's own.
import { EBADF, EFAULT, EINVAL, ENOTTY, EOPNOTSUPP } from '../abi/errno.ts';
import * as C from '../abi/ioctls.ts';
import { O_ASYNC, O_NONBLOCK, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../abi/open-flags.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import type { Task } from '../kernel/contracts/task.ts';
import { fdGet } from '../kernel/fs/file-table.ts';
import { getUserU32, putUserU32, putUserU64 } from '../kernel/mm/uaccess.ts';
import type { Handlers } from './call.ts';

const FICLONE = 0x40049409, FICLONERANGE = 0x4020940d, FIDEDUPERANGE = 0xc0189436;

/** do_vfs_ioctl() and the file's own (ioctl(2)). */
function ioctl(k: Kernel, task: Task, fd: number, cmd: number, argLo: number, argHi: number): number {
  const file = fdGet(task, fd);
  if (!file) return -EBADF;
  const va = argLo + argHi * 4294967296, type = file.inode.mode & S_IFMT;
  switch (cmd) {
    case C.FIOCLEX: task.files!.cloexec[fd] = true; return 0;
    case C.FIONCLEX: task.files!.cloexec[fd] = false; return 0;
    case C.FIONBIO: {
      const on = getUserU32(k, task, va);
      if (on === -EFAULT) return on;
      file.flags = on !== 0 ? file.flags | O_NONBLOCK : file.flags & ~O_NONBLOCK;
      return 0;
    }
    case C.FIOASYNC: {
      const on = getUserU32(k, task, va);
      if (on === -EFAULT) return on;
      file.flags = on !== 0 ? file.flags | O_ASYNC : file.flags & ~O_ASYNC;
      return 0;
    }
    case C.FIOQSIZE:
      return type === S_IFDIR || type === S_IFREG || type === S_IFLNK ? putUserU64(k, task, va, file.inode.size) : -ENOTTY;
    case 2 /* FIGETBSZ */: return putUserU32(k, task, va, file.inode.sb.blockSize);
    case FICLONE: case FICLONERANGE: {
      if (type === S_IFDIR) return -EINVAL;
      if (cmd === FICLONE && !fdGet(task, argLo | 0)) return -EBADF;
      return -EOPNOTSUPP;
    }
    case FIDEDUPERANGE: return -EOPNOTSUPP;
    case C.FIONREAD:
      if (type === S_IFREG) {
        const r = file.ioctl(k, task, cmd, argLo, argHi);
        return r === -ENOTTY || r === -EINVAL ? putUserU32(k, task, va, Math.max(0, file.inode.size - file.pos) >>> 0) : r;
      }
      return file.ioctl(k, task, cmd, argLo, argHi);
    default:
      return file.ioctl(k, task, cmd, argLo, argHi);
  }
}

export const handlers: Handlers = {
  ioctl: (k, t, a) => ioctl(k, t, a.i32(0), a.u32(1), a.lo(2), a.hi(2)),
};
