// Handlers of the futex family: futex. The robust list is process.ts's. PI operations and futex_waitv: ENOSYS.
import { ENOSYS } from '../abi/errno.ts';
import { FUTEX_BITSET_MATCH_ANY, FUTEX_CLOCK_REALTIME, FUTEX_CMD_MASK, FUTEX_CMP_REQUEUE, FUTEX_PRIVATE_FLAG, FUTEX_REQUEUE, FUTEX_WAIT, FUTEX_WAIT_BITSET, FUTEX_WAKE, FUTEX_WAKE_BITSET, FUTEX_WAKE_OP } from '../abi/futex-flags.ts';
import { NR } from '../abi/syscall-numbers.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import type { Task } from '../kernel/contracts/task.ts';
import { futexRequeue, futexWaitOp, futexWakeOp, futexWakeOpOp } from '../kernel/ipc/futex.ts';
import { realtimeToCycles } from '../kernel/time/clock.ts';
import { readTimespec } from '../kernel/time/user.ts';
import type { Args, Handlers } from './call.ts';
import { restartable } from './restart.ts';

function futex(k: Kernel, task: Task, a: Args): number {
  const uaddr = a.ptr(0), op = a.i32(1), val = a.u32(2), cmd = op & FUTEX_CMD_MASK, shared = (op & FUTEX_PRIVATE_FLAG) === 0;
  if ((op & FUTEX_CLOCK_REALTIME) !== 0 && cmd !== FUTEX_WAIT_BITSET && cmd !== FUTEX_WAIT) return -ENOSYS;
  switch (cmd) {
    case FUTEX_WAIT: case FUTEX_WAIT_BITSET: {
      let deadline = Infinity;
      if (a.ptr(3) !== 0 && task.syscall.deadline === 0) {
        const ts = readTimespec(k, task, a.ptr(3));
        if (typeof ts === 'number') return ts;
        const ns = ts.sec * 1e9 + ts.nsec;
        if (cmd === FUTEX_WAIT) deadline = k.now + ns;
        else deadline = (op & FUTEX_CLOCK_REALTIME) !== 0 ? realtimeToCycles(k, ts.sec, ts.nsec) : ns;
        if (deadline < 1) deadline = 1;
      }
      return futexWaitOp(k, task, uaddr, val, shared, cmd === FUTEX_WAIT ? FUTEX_BITSET_MATCH_ANY : a.u32(5), deadline);
    }
    case FUTEX_WAKE: return futexWakeOp(k, task, uaddr, a.i32(2), shared, FUTEX_BITSET_MATCH_ANY);
    case FUTEX_WAKE_BITSET: return futexWakeOp(k, task, uaddr, a.i32(2), shared, a.u32(5));
    case FUTEX_REQUEUE: return futexRequeue(k, task, uaddr, a.ptr(4), a.i32(2), a.i32(3), shared, -1);
    case FUTEX_CMP_REQUEUE: return futexRequeue(k, task, uaddr, a.ptr(4), a.i32(2), a.i32(3), shared, a.u32(5));
    case FUTEX_WAKE_OP: return futexWakeOpOp(k, task, uaddr, a.ptr(4), a.i32(2), a.i32(3), a.i32(5), shared);
    default: return -ENOSYS;
  }
}
restartable.set(NR.futex, futex);

export const handlers: Handlers = {
  futex,
};
