// devpts.
import type { Kernel } from '../../contracts/kernel.ts';
import type { SuperBlock } from '../../contracts/fs.ts';
export function createDevpts(_k: Kernel): SuperBlock { throw new Error('not yet'); }
