// From a dentry back to its name: d_path, getcwd and /proc/PID/maps use it.
import type { Kernel } from '../contracts/kernel.ts';
import type { Path } from '../contracts/fs.ts';
import type { Task } from '../contracts/task.ts';

const PSEUDO = new Set(['pipefs', 'sockfs', 'anon_inodefs', 'nsfs']);

/** Byte string, with " (deleted)"; relative to the task's root, or to the system's when task is null. Outside of it: the path up to the top. */
export function pathString(_k: Kernel, task: Task | null, path: Path): string {
  if (PSEUDO.has(path.mount.sb.fstype)) return path.dentry.name;
  const text = climb(task, path).text;
  return path.dentry.deleted ? text + ' (deleted)' : text;
}

/** The path, and whether it lies under the task's root. */
export function climb(task: Task | null, path: Path): { text: string; reachable: boolean } {
  let mount = path.mount, d = path.dentry, text = '';
  const root = task?.fs?.root ?? null;
  for (;;) {
    if (root !== null && d === root.dentry && mount === root.mount) return { text: text || '/', reachable: true };
    if (d === mount.root || d.parent === null) {
      if (mount.parent === null || mount.mountpoint === null) return { text: text || '/', reachable: root === null || (root.mount === mount && root.dentry === d) };
      d = mount.mountpoint;
      mount = mount.parent;
      continue;
    }
    text = '/' + d.name + text;
    d = d.parent;
  }
}
