// The mount tree: which superblock covers which dentry (fs/namespace.c). One mount namespace.
import { EBUSY, EINVAL } from '../../abi/errno.ts';
import { Mount } from '../contracts/fs.ts';
import type { Dentry, Errno, Path, SuperBlock } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import { makedev } from './pseudo.ts';
import { vfsOf } from './state.ts';

export function allMounts(k: Kernel): readonly Mount[] { return vfsOf(k).mounts; }

/** Device number for a superblock without a device. */
export function anonDev(k: Kernel): number { return makedev(0, vfsOf(k).nextAnonMinor++); }

/** Mounts sb (or the tree at root, for a bind) over path; null: the first, at the top. */
export function mountAt(k: Kernel, sb: SuperBlock, path: Path | null, flags = 0, root: Dentry = sb.root): Mount {
  const m = new Mount();
  m.id = k.nextMountId++;
  m.sb = sb;
  m.root = root;
  m.flags = flags;
  if (path !== null) {
    m.parent = path.mount;
    m.mountpoint = path.dentry;
    path.dentry.mounted = m;
  }
  vfsOf(k).mounts.push(m);
  return m;
}

/** What is mounted at this place; the newest of several in the same parent. */
export function mountedAt(k: Kernel, mount: Mount, dentry: Dentry): Mount | null {
  const last = dentry.mounted;
  if (last === null) return null;
  if (last.parent === mount) return last;
  const all = vfsOf(k).mounts;
  for (let i = all.length - 1; i >= 0; i--) if (all[i]!.parent === mount && all[i]!.mountpoint === dentry) return all[i]!;
  return null;
}

/** Down through everything mounted on top. */
export function traverseMounts(k: Kernel, path: Path): Path {
  let { mount, dentry } = path;
  while (dentry.mounted !== null) {
    const m = mountedAt(k, mount, dentry);
    if (m === null) break;
    mount = m;
    dentry = m.root;
  }
  return dentry === path.dentry ? path : { mount, dentry };
}

function busy(k: Kernel, m: Mount): boolean {
  for (const other of vfsOf(k).mounts) if (other.parent === m) return true;
  const fsSeen = new Set<object>();
  for (const t of k.tasks.values()) {
    if (t.fs && !fsSeen.has(t.fs)) {
      fsSeen.add(t.fs);
      if (t.fs.pwd.mount === m || t.fs.root.mount === m) return true;
    }
    if (t.files && !fsSeen.has(t.files)) {
      fsSeen.add(t.files);
      for (const f of t.files.fds) if (f && f.path?.mount === m) return true;
    }
    if (t.mm && !fsSeen.has(t.mm)) {
      fsSeen.add(t.mm);
      for (const v of t.mm.vmas) if (v.file?.path?.mount === m) return true;
    }
  }
  return false;
}

/** Takes a mount (and with detach what is below it) out of the tree. */
export function unmount(k: Kernel, m: Mount, detach: boolean): Errno | 0 {
  if (m.parent === null) return -EINVAL;
  if (!detach && busy(k, m)) return -EBUSY;
  const s = vfsOf(k);
  if (detach) for (const child of s.mounts.filter((c) => c.parent === m)) unmount(k, child, true);
  s.mounts.splice(s.mounts.indexOf(m), 1);
  const at = m.mountpoint!;
  if (at.mounted === m) {
    at.mounted = null;
    for (const other of s.mounts) if (other.mountpoint === at) at.mounted = other;
  }
  m.parent = null;
  m.mountpoint = null;
  return 0;
}
