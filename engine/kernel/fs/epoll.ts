// epoll(7): an interest list whose items hear of wake-ups, and a ready list that epoll_wait looks through (fs/eventpoll.c).
import { stateClass } from '../../base/state.ts';
import { EEXIST, EINVAL, ELOOP, ENOENT, EPERM } from '../../abi/errno.ts';
import type { OpenFile } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { WakeListener } from '../contracts/wait.ts';
import { WaitQueue } from '../contracts/wait.ts';
import { wakeUp } from '../sched/wait.ts';
import { O_RDWR, POLLERR, POLLHUP, PseudoFile, READABLE, S_IFDIR, S_IFMT, S_IFREG, WRITABLE, anonFile } from './pseudo.ts';

export const EPOLLEXCLUSIVE = 1 << 28, EPOLLWAKEUP = 1 << 29, EPOLLONESHOT = 1 << 30, EPOLLET = 1 << 31;
const PRIVATE = EPOLLEXCLUSIVE | EPOLLWAKEUP | EPOLLONESHOT | EPOLLET;

export class EpollItem implements WakeListener {
  ep!: EpollFile;
  file!: OpenFile;
  fd = 0;
  events = 0;
  dataLo = 0; dataHi = 0;
  ready = false; // in ep.readyList
  queues: WaitQueue[] = [];
  onWake(k: Kernel, queue: WaitQueue): void {
    if ((this.events & ~PRIVATE) === 0) return; // disarmed by ONESHOT
    if (this.file.refs <= 0) return;
    // The second queue of a file announces room to write: not of interest without EPOLLOUT (the kernel's wake key).
    if (this.queues.length === 2 && queue === this.queues[1] && (this.events & WRITABLE) === 0 && (this.file.poll(k) & (POLLERR | POLLHUP)) === 0) return;
    markReady(k, this);
  }
}
stateClass(EpollItem, 'EpollItem', ['ep', 'file', 'fd', 'events', 'dataLo', 'dataHi', 'ready', 'queues']);

function markReady(k: Kernel, item: EpollItem): void {
  const ep = item.ep;
  if (!item.ready) { item.ready = true; ep.readyList.push(item); }
  wakeUp(k, ep.wait);
}

export class EpollFile extends PseudoFile {
  override seek(): number { return 0; } // noop_llseek
  /** By file, since one file may be watched under several descriptors. */
  items = new Map<OpenFile, EpollItem[]>();
  readyList: EpollItem[] = [];
  wait = new WaitQueue(); // tasks in epoll_wait, and pollers of this descriptor
  override poll(k: Kernel): number {
    for (const i of this.readyList) if (i.file.refs > 0 && readyBits(k, i) !== 0) return READABLE;
    return 0;
  }
  override pollQueues(): WaitQueue[] { return [this.wait]; }
  override release(k: Kernel): void {
    void k;
    for (const list of this.items.values()) for (const i of list) detach(i);
    this.items.clear();
    this.readyList = [];
  }
  override describe(_k: Kernel): string { return 'anon_inode:[eventpoll]'; }
}
stateClass(EpollFile, 'EpollFile', ['items', 'readyList', 'wait']);

const readyBits = (k: Kernel, i: EpollItem): number => {
  const wanted = i.events & ~PRIVATE;
  return wanted === 0 ? 0 : i.file.poll(k) & (wanted | POLLERR | POLLHUP);
};
function detach(i: EpollItem): void {
  for (const q of i.queues) { const at = q.listeners.indexOf(i); if (at >= 0) q.listeners.splice(at, 1); }
  i.queues = [];
  if (i.ready) { const at = i.ep.readyList.indexOf(i); if (at >= 0) i.ep.readyList.splice(at, 1); i.ready = false; }
}
/** Files whose last descriptor is closed leave the list (the kernel does it at the close; nobody can tell the difference). */
function sweep(ep: EpollFile): void {
  for (const [file, list] of ep.items) if (file.refs <= 0) { for (const i of list) detach(i); ep.items.delete(file); }
}

export function createEpoll(k: Kernel): EpollFile {
  return anonFile(k, new EpollFile(), O_RDWR);
}

/** Would watching `file` make a loop, or a chain deeper than 5? */
function reaches(from: OpenFile, target: EpollFile, depth: number): boolean {
  if (from === target || depth > 4) return true;
  if (!(from instanceof EpollFile)) return false;
  for (const f of from.items.keys()) if (f.refs > 0 && reaches(f, target, depth + 1)) return true;
  return false;
}

export function epollCtl(k: Kernel, ep: EpollFile, op: number, fd: number, file: OpenFile, events: number, dataLo: number, dataHi: number): number {
  const type = file.inode.mode & S_IFMT;
  if (type === S_IFREG || type === S_IFDIR) return -EPERM;
  if (file === ep) return -EINVAL;
  const list = ep.items.get(file), item = list?.find((i) => i.fd === fd);
  switch (op) {
    case 1: { // ADD
      if ((events & EPOLLEXCLUSIVE) !== 0 && (file instanceof EpollFile || (events & ~(READABLE | WRITABLE | POLLERR | POLLHUP | EPOLLEXCLUSIVE | EPOLLWAKEUP | EPOLLET)) !== 0)) return -EINVAL;
      if (item) return -EEXIST;
      if (file instanceof EpollFile && reaches(file, ep, 0)) return -ELOOP;
      if (ep.items.size > 64) sweep(ep);
      const i = new EpollItem();
      i.ep = ep; i.file = file; i.fd = fd; i.events = events | POLLERR | POLLHUP; i.dataLo = dataLo; i.dataHi = dataHi;
      i.queues = file.pollQueues();
      for (const q of i.queues) q.listeners.push(i);
      if (list) list.push(i); else ep.items.set(file, [i]);
      if (readyBits(k, i) !== 0) markReady(k, i);
      return 0;
    }
    case 2: // DEL
      if (!item) return -ENOENT;
      detach(item);
      list!.splice(list!.indexOf(item), 1);
      if (list!.length === 0) ep.items.delete(file);
      return 0;
    case 3: // MOD
      if (!item) return -ENOENT;
      if (((item.events | events) & EPOLLEXCLUSIVE) !== 0) return -EINVAL;
      item.events = events | POLLERR | POLLHUP; item.dataLo = dataLo; item.dataHi = dataHi;
      if (readyBits(k, item) !== 0) markReady(k, item);
      return 0;
    default: return -EINVAL;
  }
}

/** Takes up to `max` events; each is [bits, dataLo, dataHi]. Level-triggered items go to the end of the list again (ep_send_events). */
export function epollCollect(k: Kernel, ep: EpollFile, max: number): [number, number, number][] {
  const out: [number, number, number][] = [], again: EpollItem[] = [];
  const list = ep.readyList;
  let taken = 0;
  while (taken < list.length && out.length < max) {
    const i = list[taken++]!;
    i.ready = false;
    if (i.file.refs <= 0) continue;
    const bits = readyBits(k, i);
    if (bits === 0) continue;
    out.push([bits, i.dataLo, i.dataHi]);
    if ((i.events & EPOLLONESHOT) !== 0) i.events &= PRIVATE;
    else if ((i.events & EPOLLET) === 0) { i.ready = true; again.push(i); }
  }
  list.splice(0, taken);
  list.push(...again);
  return out;
}
/** What /proc/PID/fdinfo shows. */
export function epollTargets(ep: EpollFile): EpollItem[] {
  sweep(ep);
  return [...ep.items.values()].flat();
}
