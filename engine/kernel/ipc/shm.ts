// System V shared memory: a segment is an unnamed file of shared memory with an id (shmop(2), shmctl(2), ipc/shm.c).
import { EINVAL, ENOMEM } from '../../abi/errno.ts';
import { SHM_EXEC, SHM_RDONLY, SHM_REMAP, SHM_RND } from '../../abi/ipc-flags.ts';
import { stateClass } from '../../base/state.ts';
import type { OpenFile } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { getFile, putFile } from '../fs/file-table.ts';
import { doMmap, doMunmap } from '../mm/mmap.ts';
import { ShmemFile, shmemFile } from '../mm/shmem.ts';
import { findIntersection } from '../mm/vma.ts';
import { IpcObject, ipcFind, ipcForgetKey, ipcGet, ipcPermission, put64, putPerm, seconds, sysvOf } from './sysv.ts';

const SHMMNI = 4096, PAGE = 4096, SHM_DEST = 0o1000;
const PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4, MAP_SHARED = 1, MAP_FIXED = 0x10;

export class Segment extends IpcObject {
  size = 0;
  file!: OpenFile;
  dest = false; // removed: goes with its last mapping
  atime = 0; dtime = 0; cpid = 0; lpid = 0;
}
stateClass(Segment, 'ShmSegment', ['size', 'file', 'dest', 'atime', 'dtime', 'cpid', 'lpid']);

/** The segment's file: each mapping holds a reference, and the table one until the segment is removed. */
export class SegmentFile extends ShmemFile {
  id = 0;
  override release(k: Kernel): void { super.release(k); sysvOf(k).shm.byId.delete(this.id); }
}
stateClass(SegmentFile, 'ShmSegmentFile', ['id']);

const attached = (s: Segment): number => s.file.refs - (s.dest ? 0 : 1);

export function shmGet(k: Kernel, task: Task, key: number, size: number, flags: number): number {
  const id = ipcGet<Segment>(k, task, sysvOf(k).shm, SHMMNI, key, flags, (s) => (size > s.size ? -EINVAL : 0), () => {
    if (size < 1 || size > 2 ** 46) return -EINVAL;
    const s = new Segment(), plain = shmemFile(k, Math.ceil(size / PAGE) * PAGE, `/SYSV${(key >>> 0).toString(16).padStart(8, '0')} (deleted)`), file = new SegmentFile();
    file.inode = plain.inode; file.flags = plain.flags; file.refs = 1;
    s.size = size; s.file = file; s.cpid = task.process.pid;
    return s;
  });
  const s = id < 0 ? undefined : sysvOf(k).shm.byId.get(id) as Segment;
  if (s) (s.file as SegmentFile).id = s.file.inode.ino = id; // /proc/PID/maps shows it as the inode number
  return id;
}

export function shmAttach(k: Kernel, task: Task, id: number, address: number, flags: number): number {
  const s = ipcFind<Segment>(sysvOf(k).shm, id);
  if (typeof s === 'number') return s;
  let at = address, fixed = 0;
  if (at !== 0) {
    if (at % PAGE !== 0) { if ((flags & SHM_RND) === 0) return -EINVAL; at -= at % PAGE; if (at === 0 && (flags & SHM_REMAP) !== 0) return -EINVAL; }
    fixed = MAP_FIXED;
    if ((flags & SHM_REMAP) === 0 && findIntersection(task.mm!, at, at + s.size) !== null) return -EINVAL;
  } else if ((flags & SHM_REMAP) !== 0) return -EINVAL;
  const readOnly = (flags & SHM_RDONLY) !== 0, denied = ipcPermission(task, s, readOnly ? 4 : 6);
  if (denied !== 0) return denied;
  const prot = PROT_READ | (readOnly ? 0 : PROT_WRITE) | ((flags & SHM_EXEC) !== 0 ? PROT_EXEC : 0);
  const va = doMmap(k, task, at, s.size, prot, MAP_SHARED | fixed, s.file, 0);
  if (va < 0) return va === -ENOMEM ? -ENOMEM : va;
  s.atime = seconds(k); s.lpid = task.process.pid;
  return va;
}

export function shmDetach(k: Kernel, task: Task, address: number): number {
  const mm = task.mm!, first = mm.vmas.find((v) => v.file instanceof SegmentFile && v.start - v.pgoff * PAGE === address && v.start === address);
  if (!first) return -EINVAL;
  const file = getFile(first.file!) as SegmentFile, s = sysvOf(k).shm.byId.get(file.id) as Segment;
  for (const v of mm.vmas.filter((x) => x.file === file && x.start - x.pgoff * PAGE === address)) doMunmap(k, mm, v.start, v.end - v.start);
  s.dtime = seconds(k); s.lpid = task.process.pid;
  putFile(k, file);
  return 0;
}

export function shmRemove(k: Kernel, s: Segment): void {
  if (s.dest) return;
  ipcForgetKey(sysvOf(k).shm, s);
  s.dest = true;
  putFile(k, s.file);
}

/** struct shmid64_ds, 112 bytes. */
export function shmStat(s: Segment): Uint8Array {
  const b = new Uint8Array(112), v = new DataView(b.buffer);
  putPerm(v, s, s.dest ? SHM_DEST : 0);
  put64(v, 48, s.size); put64(v, 56, s.atime); put64(v, 64, s.dtime); put64(v, 72, s.ctime);
  v.setInt32(80, s.cpid, true); v.setInt32(84, s.lpid, true);
  put64(v, 88, attached(s));
  return b;
}
/** struct shminfo64 (IPC_INFO): shmmax, shmmin, shmmni, shmseg, shmall. */
export function shmLimits(): Uint8Array {
  const b = new Uint8Array(72), v = new DataView(b.buffer);
  [2 ** 46, 1, SHMMNI, SHMMNI, 2 ** 46].forEach((n, i) => put64(v, i * 8, n));
  return b;
}
/** struct shm_info (SHM_INFO): used ids, pages in all, resident, swapped. */
export function shmUsage(k: Kernel): Uint8Array {
  const b = new Uint8Array(48), v = new DataView(b.buffer), all = [...sysvOf(k).shm.byId.values()] as Segment[];
  v.setInt32(0, all.length, true);
  put64(v, 8, all.reduce((n, s) => n + Math.ceil(s.size / PAGE), 0));
  put64(v, 16, all.reduce((n, s) => n + s.file.inode.mapping!.pages.size, 0));
  return b;
}
export function shmText(k: Kernel): string {
  return ([...sysvOf(k).shm.byId.values()] as Segment[]).map((s) => [String(s.key).padStart(10), String(s.id).padStart(10), (s.mode | (s.dest ? SHM_DEST : 0)).toString(8).padStart(5), String(s.size).padStart(21), String(s.cpid).padStart(5), String(s.lpid).padStart(5),
    String(attached(s)).padStart(5), ...[s.uid, s.gid, s.cuid, s.cgid].map((n) => String(n).padStart(5)), ...[s.atime, s.dtime, s.ctime].map((n) => String(n).padStart(10)), String(s.file.inode.mapping!.pages.size * PAGE).padStart(21), '0'.padStart(21)].join(' ') + '\n').join('');
}
