// Handlers of the memory policy family (set_mempolicy(2), mbind(2), move_pages(2); mm/mempolicy.c) of a machine with one node: what is asked for is checked and told, all memory is node 0's.
import { EFAULT, EINVAL, ENODEV, ENOENT, EPERM, ESRCH } from '../abi/errno.ts';
import * as M from '../abi/mm-flags.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import type { Task } from '../kernel/contracts/task.ts';
import { mayInspect } from '../kernel/fs/procfs/format.ts';
import { rangeMapped } from '../kernel/mm/mmap.ts';
import { PAGE, findEntry } from '../kernel/mm/pgtable.ts';
import { copyFromUser, copyToUser, putUserU32 } from '../kernel/mm/uaccess.ts';
import { vmaAt } from '../kernel/mm/vma.ts';
import { CAP_SYS_NICE, capable } from '../kernel/process/cred.ts';
import type { Args, Handlers } from './call.ts';

const MAX_NODES = 1024;
const STATIC = 0x8000, RELATIVE = 0x4000, BALANCING = 0x2000;

/** A nodemask: 0 empty, 1 with node 0, 2 with others alone; or −errno. */
function readNodes(k: Kernel, task: Task, va: number, maxnode: number): number {
  const bits = maxnode - 1;
  if (bits <= 0 || va === 0) return 0;
  if (bits > PAGE * 8) return -EINVAL;
  const b = copyFromUser(k, task, va, Math.ceil(bits / 64) * 8);
  if (typeof b === 'number') return b;
  const set = [...b.keys()].flatMap((i) => [0, 1, 2, 3, 4, 5, 6, 7].map((j) => i * 8 + j)).filter((n) => n < bits && (b[n >> 3]! & (1 << (n & 7))) !== 0);
  if (set.some((n) => n >= MAX_NODES)) return -EINVAL;
  return set.length === 0 ? 0 : set[0] === 0 ? 1 : 2;
}

/** mpol_new(): the policy as it is kept, mode and flags, its nodes beside it; or −errno. */
function policy(word: number, nodes: number): { mode: number; nodes: number } | number {
  const flags = word & (STATIC | RELATIVE | BALANCING), mode = word & ~(STATIC | RELATIVE | BALANCING);
  if (nodes < 0) return nodes;
  if (mode < 0 || mode > M.MPOL_PREFERRED_MANY || (flags & STATIC && flags & RELATIVE) || (flags & BALANCING && mode !== M.MPOL_BIND)) return -EINVAL;
  if (mode === M.MPOL_DEFAULT) return nodes !== 0 ? -EINVAL : { mode: 0, nodes: 0 };
  if (mode === M.MPOL_LOCAL) return nodes !== 0 || flags !== 0 ? -EINVAL : { mode, nodes: 0 };
  if (mode === M.MPOL_PREFERRED && nodes === 0) return flags !== 0 ? -EINVAL : { mode: M.MPOL_LOCAL, nodes: 0 };
  return nodes !== 1 ? -EINVAL : { mode: word, nodes: 1 };
}

function setMempolicy(k: Kernel, task: Task, a: Args): number {
  const p = policy(a.i32(0), readNodes(k, task, a.ptr(1), a.ptr(2)));
  if (typeof p === 'number') return p;
  task.memPolicy = p.mode;
  task.memNodes = p.nodes;
  return 0;
}

function getMempolicy(k: Kernel, task: Task, a: Args): number {
  const mode = a.ptr(0), mask = a.ptr(1), maxnode = a.ptr(2), addr = a.ptr(3), flags = a.ptr(4);
  if ((flags & ~(M.MPOL_F_NODE | M.MPOL_F_ADDR | M.MPOL_F_MEMS_ALLOWED)) !== 0 || (mask !== 0 && maxnode < 1)) return -EINVAL;
  let word = task.memPolicy, nodes = task.memNodes;
  if ((flags & M.MPOL_F_MEMS_ALLOWED) !== 0) {
    if (flags !== M.MPOL_F_MEMS_ALLOWED) return -EINVAL;
    word = 0; nodes = 1;
  } else if ((flags & M.MPOL_F_ADDR) !== 0) {
    if (vmaAt(task.mm!, addr) === null) return -EFAULT;
    word = 0; // of an area that mbind has not touched, or node 0
    if ((flags & M.MPOL_F_NODE) !== 0) nodes = 0;
  } else {
    if (addr !== 0) return -EINVAL;
    if ((flags & M.MPOL_F_NODE) !== 0) { if ((word & 0xff) !== M.MPOL_INTERLEAVE) return -EINVAL; word = 0; }
  }
  if (mode !== 0 && putUserU32(k, task, mode, word) < 0) return -EFAULT;
  if (mask === 0) return 0;
  const bytes = new Uint8Array(Math.max(8, Math.min(PAGE, Math.ceil((maxnode - 1) / 64) * 8)));
  bytes[0] = nodes;
  return copyToUser(k, task, mask, maxnode === 1 ? bytes.subarray(0, 0) : bytes);
}

const MOVE = 2, MOVE_ALL = 4, STRICT = 1;
function mbind(k: Kernel, task: Task, a: Args): number {
  const start = a.ptr(0), end = start + Math.ceil(a.ptr(1) / PAGE) * PAGE, flags = a.u32(5);
  const nodes = readNodes(k, task, a.ptr(3), a.ptr(4));
  if ((flags & ~(STRICT | MOVE | MOVE_ALL)) !== 0) return -EINVAL;
  if ((flags & MOVE_ALL) !== 0 && !capable(task, CAP_SYS_NICE)) return -EPERM;
  if (start % PAGE !== 0 || end >= 2 ** 63) return -EINVAL;
  if (end === start) return 0;
  const p = policy(a.i32(2), nodes);
  if (typeof p === 'number') return p;
  return rangeMapped(task.mm!, start, end) ? 0 : -EFAULT;
}

const longs = (b: Uint8Array): DataView => new DataView(b.buffer, b.byteOffset, b.length);
/** Where pages are, or that they are to be on node 0, where they are. */
function movePages(k: Kernel, task: Task, a: Args): number {
  const pid = a.i32(0), count = a.ptr(1), flags = a.i32(5), t = pid === 0 ? task : k.tasks.get(pid);
  if ((flags & ~(MOVE | MOVE_ALL)) !== 0) return -EINVAL;
  if (t === undefined) return -ESRCH;
  if (!mayInspect(k, t)) return -EPERM;
  if (t.mm === null) return -EINVAL;
  for (let i = 0; i < count; i++) {
    const at = copyFromUser(k, task, a.ptr(2) + i * 8, 8), to = a.ptr(3) === 0 ? null : copyFromUser(k, task, a.ptr(3) + i * 4, 4);
    if (typeof at === 'number' || typeof to === 'number') return -EFAULT;
    if (to !== null && longs(to).getInt32(0, true) !== 0) return -ENODEV;
    const va = longs(at).getUint32(0, true) + longs(at).getUint32(4, true) * 4294967296, pte = vmaAt(t.mm, va) === null ? -1 : findEntry(k, t.mm.pgd, va);
    const status = vmaAt(t.mm, va) === null ? -EFAULT : pte < 0 || (k.ram.u32[pte]! & 1) === 0 ? -ENOENT : 0;
    if (putUserU32(k, task, a.ptr(4) + i * 4, status >>> 0) < 0) return -EFAULT;
  }
  return 0;
}

function migratePages(k: Kernel, task: Task, a: Args): number {
  const from = readNodes(k, task, a.ptr(2), a.ptr(1)), to = readNodes(k, task, a.ptr(3), a.ptr(1)), t = a.i32(0) === 0 ? task : k.tasks.get(a.i32(0));
  if (from < 0 || to < 0) return Math.min(from, to);
  if (t === undefined) return -ESRCH;
  if (!mayInspect(k, t)) return -EPERM;
  return to === 1 ? 0 : -EINVAL;
}

export const handlers: Handlers = { get_mempolicy: getMempolicy, set_mempolicy: setMempolicy, mbind, move_pages: movePages, migrate_pages: migratePages };
