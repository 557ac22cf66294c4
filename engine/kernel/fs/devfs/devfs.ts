// devtmpfs: the static device nodes of /dev.
import type { Kernel } from '../../contracts/kernel.ts';
import type { SuperBlock } from '../../contracts/fs.ts';
export function createDevfs(_k: Kernel): SuperBlock { throw new Error('not yet'); }
