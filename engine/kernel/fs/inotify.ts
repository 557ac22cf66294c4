// inotify(7): watches on inodes, fed by the VFS through notify.ts; events queue until they are read.
import { stateClass } from '../../base/state.ts';
import { COST } from '../../clock/costs.ts';
import { EAGAIN, EINVAL, ENOSPC, ENOTTY, ESPIPE } from '../../abi/errno.ts';
import { FIONREAD } from '../../abi/ioctls.ts';
import type { Inode, UserBuffer } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { BLOCK, ERESTARTSYS, WaitQueue } from '../contracts/wait.ts';
import { charge } from '../entry/charge.ts';
import { putUserU32 } from '../mm/uaccess.ts';
import { waitOn, wakeUp } from '../sched/wait.ts';
import { signalPending } from '../signal/pending.ts';
import { setFsnotify } from './notify.ts';
import { O_NONBLOCK, PseudoFile, READABLE, anonOf, anonFile } from './pseudo.ts';

const IN_ALL = 0xfff, IN_Q_OVERFLOW = 0x4000, IN_IGNORED = 0x8000, IN_MASK_CREATE = 0x10000000, IN_MASK_ADD = 0x20000000, IN_ISDIR = 0x40000000, IN_ONESHOT = 0x80000000, IN_DELETE_SELF = 0x400;
const MAX_QUEUED = 16384, MAX_WATCHES = 65536;

export class InotifyWatch { group!: InotifyFile; inode!: Inode; wd = 0; mask = 0 }
stateClass(InotifyWatch, 'InotifyWatch', ['group', 'inode', 'wd', 'mask']);

export interface InotifyEvent { wd: number; mask: number; cookie: number; name: string }

export class InotifyFile extends PseudoFile {
  override seek(): number { return 0; } // noop_llseek
  watches = new Map<number, InotifyWatch>();
  nextWd = 1;
  events: InotifyEvent[] = [];
  wait = new WaitQueue();
  override read(k: Kernel, task: Task, buf: UserBuffer, pos: number): number {
    if (pos >= 0) return -ESPIPE;
    charge(k, COST.fileOp);
    let n = 0, taken = 0;
    for (const e of this.events) {
      const size = eventSize(e);
      if (n + size > buf.length) break;
      buf.put(n, encode(e), 0, size);
      n += size;
      taken++;
    }
    if (taken > 0) { this.events.splice(0, taken); return n; }
    if (this.events.length > 0) return -EINVAL;
    if ((this.flags & O_NONBLOCK) !== 0) return -EAGAIN;
    if (signalPending(task)) return -ERESTARTSYS;
    waitOn(k, task, [this.wait], { interruptible: true, wchan: 'inotify_read' });
    return BLOCK;
  }
  override poll(_k: Kernel): number { return this.events.length > 0 ? READABLE : 0; }
  override pollQueues(): WaitQueue[] { return [this.wait]; }
  override ioctl(k: Kernel, task: Task, cmd: number, argLo: number, argHi: number): number {
    return cmd === FIONREAD ? putUserU32(k, task, argLo + argHi * 4294967296, this.events.reduce((n, e) => n + eventSize(e), 0)) : -ENOTTY;
  }
  override release(k: Kernel): void { for (const w of [...this.watches.values()]) drop(k, w); }
  override describe(_k: Kernel): string { return 'anon_inode:inotify'; }
}
stateClass(InotifyFile, 'InotifyFile', ['watches', 'nextWd', 'events', 'wait']);

const padded = (name: string): number => (name === '' ? 0 : (name.length + 16) & ~15); // NUL included, to a multiple of 16
const eventSize = (e: InotifyEvent): number => 16 + padded(e.name);
function encode(e: InotifyEvent): Uint8Array {
  const b = new Uint8Array(eventSize(e)), v = new DataView(b.buffer);
  v.setInt32(0, e.wd, true); v.setUint32(4, e.mask, true); v.setUint32(8, e.cookie, true); v.setUint32(12, padded(e.name), true);
  for (let i = 0; i < e.name.length; i++) b[16 + i] = e.name.charCodeAt(i);
  return b;
}

const watchers = (k: Kernel): Map<Inode, InotifyWatch[]> => anonOf(k).watches;
function drop(k: Kernel, w: InotifyWatch): void {
  w.group.watches.delete(w.wd);
  const list = watchers(k).get(w.inode);
  if (!list) return;
  const at = list.indexOf(w);
  if (at >= 0) list.splice(at, 1);
  if (list.length === 0) watchers(k).delete(w.inode);
}
function queue(k: Kernel, g: InotifyFile, e: InotifyEvent): void {
  const last = g.events[g.events.length - 1];
  if (last && last.wd === e.wd && last.mask === e.mask && last.name === e.name && last.cookie === e.cookie) return;
  if (g.events.length >= MAX_QUEUED) { if (last!.mask !== IN_Q_OVERFLOW) g.events.push({ wd: -1, mask: IN_Q_OVERFLOW, cookie: 0, name: '' }); }
  else g.events.push(e);
  wakeUp(k, g.wait);
}

setFsnotify((k, inode, mask, name, isDir, cookie) => {
  if (anonOf(k).watches.size === 0) return;
  const list = anonOf(k).watches.get(inode);
  if (!list) return;
  for (const w of list.slice()) {
    const hit = mask & w.mask & IN_ALL;
    if (hit !== 0) {
      queue(k, w.group, { wd: w.wd, mask: (hit | (isDir ? IN_ISDIR : 0)) >>> 0, cookie, name: name ?? '' });
      if ((w.mask & IN_ONESHOT) !== 0) { drop(k, w); queue(k, w.group, { wd: w.wd, mask: IN_IGNORED, cookie: 0, name: '' }); continue; }
    }
    if ((mask & IN_DELETE_SELF) !== 0) { drop(k, w); queue(k, w.group, { wd: w.wd, mask: IN_IGNORED, cookie: 0, name: '' }); }
  }
});

export function createInotify(k: Kernel, flags: number): InotifyFile {
  return anonFile(k, new InotifyFile(), flags & O_NONBLOCK);
}
export function inotifyAdd(k: Kernel, g: InotifyFile, inode: Inode, mask: number): number {
  if ((mask & IN_ALL) === 0 || ((mask & IN_MASK_ADD) !== 0 && (mask & IN_MASK_CREATE) !== 0)) return -EINVAL;
  for (const w of g.watches.values()) if (w.inode === inode) {
    if ((mask & IN_MASK_CREATE) !== 0) return -17; // EEXIST
    w.mask = ((mask & IN_MASK_ADD) !== 0 ? w.mask | mask : mask) >>> 0;
    return w.wd;
  }
  if (g.watches.size >= MAX_WATCHES) return -ENOSPC;
  const w = new InotifyWatch();
  w.group = g; w.inode = inode; w.wd = g.nextWd++; w.mask = mask >>> 0;
  g.watches.set(w.wd, w);
  const list = watchers(k).get(inode);
  if (list) list.push(w); else watchers(k).set(inode, [w]);
  return w.wd;
}
export function inotifyRemove(k: Kernel, g: InotifyFile, wd: number): number {
  const w = g.watches.get(wd);
  if (!w) return -EINVAL;
  drop(k, w);
  queue(k, g, { wd, mask: IN_IGNORED, cookie: 0, name: '' });
  return 0;
}
