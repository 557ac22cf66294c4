// Joins the stack sampler to a recording: where it gets the files from that it unwinds and names by. The guest does not see it look.
import { readFileSync } from 'node:fs';
import type { Inode } from '../../engine/kernel/contracts/fs.ts';
import type { Kernel, } from '../../engine/kernel/contracts/kernel.ts';
import type { Sampler } from '../../engine/kernel/contracts/syscall-entry.ts';
import { pathString } from '../../engine/kernel/fs/path.ts';
import { readContent } from '../../engine/kernel/fs/upper.ts';
import { StackSampler } from './sampler.ts';

const MAX_IMAGE_BYTES = 512 << 20;

export function createSampler(): Sampler {
  let kernel: Kernel | null = null;
  const sampler = new StackSampler({
    fileBytes(inode: Inode, path: string) {
      try {
        const bytes = readFileSync(Buffer.from(path, 'latin1'));
        if (bytes.length === inode.size) return bytes;
      } catch { /* a file of the guest's own */ }
      return kernel !== null && inode.mapping !== null && inode.size <= MAX_IMAGE_BYTES && allCached(inode) ? readContent(kernel, inode, 0, inode.size) : null;
    },
    pathOf: (k, task, vma) => vma.file?.path ? pathString(k, task, vma.file.path) : vma.name,
  });
  return {
    sample(k, cpu, task, weightNs) {
      kernel = k;
      sampler.sample(k, cpu, task, 'cpu', weightNs);
    },
  };
}

/** Reading a page that is not there would ask the host, which is an input: only whole cached files are looked at. */
function allCached(inode: Inode): boolean {
  return inode.mapping!.pages.size * 4096 >= inode.size;
}
