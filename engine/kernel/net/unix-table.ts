// /proc/net/unix (unix(7)).
import type { Kernel } from '../contracts/kernel.ts';

export function unixTable(_k: Kernel): string { return 'Num       RefCount Protocol Flags    Type St Inode Path\n'; }
