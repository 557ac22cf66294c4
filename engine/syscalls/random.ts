// Handlers of the random family: getrandom(2).
import { EFAULT, EINVAL } from '../abi/errno.ts';
import { putRandom } from '../kernel/fs/devfs/char.ts';
import { userBuffer } from '../kernel/mm/uaccess.ts';
import type { Handlers } from './call.ts';

const GRND_RANDOM = 2, GRND_INSECURE = 4;

export const handlers: Handlers = {
  getrandom: (k, t, a) => {
    const flags = a.u32(2);
    if ((flags & ~7) !== 0 || (flags & (GRND_RANDOM | GRND_INSECURE)) === (GRND_RANDOM | GRND_INSECURE)) return -EINVAL;
    const length = Math.min(a.ptr(1), 1 << 20);
    if (length === 0) return 0;
    const buf = userBuffer(k, t, a.ptr(0), length, true);
    return typeof buf === 'number' ? -EFAULT : putRandom(k, buf, buf.length);
  },
};
