// The mount tree at power-on: the host's root, and the guest's own /proc, /sys, /dev, /dev/pts, /dev/shm, /run.
import { MS_NODEV, MS_NOEXEC, MS_NOSUID, S_IFDIR, S_IFMT } from '../../abi/open-flags.ts';
import type { Dentry, Path, SuperBlock } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import { Cred } from '../contracts/task.ts';
import { instantiate, lookupChild } from './dcache.ts';
import { createDevfs } from './devfs/devfs.ts';
import { createDevpts } from './devpts/devpts.ts';
import { createHostfs } from './hostfs.ts';
import { mountAt, traverseMounts } from './mount.ts';
import { createProcfs } from './procfs/procfs.ts';
import { createSysfs } from './sysfs/sysfs.ts';
import { createTmpfs } from './tmpfs.ts';

/** Builds the tree; the root path is what the first task's fs_struct begins with. `root`: another root file system than the host's. */
export function mountRoot(k: Kernel, root: SuperBlock = createHostfs(k)): Path {
  const m = mountAt(k, root, null);
  k.rootMount = m;
  const top: Path = { mount: m, dentry: root.root };
  place(k, top, 'proc', () => createProcfs(k), MS_NOSUID | MS_NODEV | MS_NOEXEC);
  place(k, top, 'sys', () => createSysfs(k), MS_NOSUID | MS_NODEV | MS_NOEXEC);
  const dev = place(k, top, 'dev', () => createDevfs(k), MS_NOSUID);
  if (dev !== null) {
    place(k, dev, 'pts', () => createDevpts(k), MS_NOSUID | MS_NOEXEC);
    place(k, dev, 'shm', () => createTmpfs(k, 0o1777, 'tmpfs'), MS_NOSUID | MS_NODEV);
  }
  place(k, top, 'run', () => createTmpfs(k, 0o755, 'tmpfs'), MS_NOSUID | MS_NODEV);
  return top;
}

/** Mounts over a directory of the root, made if the host has none. */
function place(k: Kernel, at: Path, name: string, make: () => SuperBlock, flags: number): Path | null {
  const dir = directory(k, at.dentry, name);
  if (dir === null) return null;
  const path: Path = { mount: at.mount, dentry: dir };
  mountAt(k, make(), path, flags);
  return traverseMounts(k, path);
}

function directory(k: Kernel, parent: Dentry, name: string): Dentry | null {
  const found = lookupChild(k, parent, name);
  if (typeof found === 'number') return null;
  if (found.inode === null) {
    const made = parent.inode!.create(k, name, S_IFDIR | 0o755, new Cred(), 0);
    if (typeof made === 'number') return null;
    instantiate(found, made);
  }
  return (found.inode!.mode & S_IFMT) === S_IFDIR ? found : null;
}
