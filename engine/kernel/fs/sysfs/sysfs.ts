// sysfs.
import type { Kernel } from '../../contracts/kernel.ts';
import type { SuperBlock } from '../../contracts/fs.ts';
export function createSysfs(_k: Kernel): SuperBlock { throw new Error('not yet'); }
