// Page faults (mm/memory.c, arch/x86/mm/fault.c): demand-zero, file pages, copy-on-write, stack growth, and the signal when there is no page.
import type { Va } from '../../base/brand.ts';
import { COST } from '../../clock/costs.ts';
import { CTX, PF, PTE } from '../../machine/hardware.ts';
import { VM } from '../contracts/mm.ts';
import type { Mm, Vma } from '../contracts/mm.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { SigInfo, Task } from '../contracts/task.ts';
import { charge } from '../entry/charge.ts';
import { regsOf } from '../entry/regs.ts';
import { pathString } from '../fs/path.ts';
import { RLIM_STACK } from '../process/rlimit.ts';
import { cachePage, lastWasMajor } from './filemap.ts';
import { HUGE_FRAMES, allocFrame, frameRefs, getFrame, putFrame } from './page-alloc.ts';
import { hugeAccess, hugeFault, hugeFits, wantsHuge } from './huge-memory.ts';
import { PAGE, SOFT_ANON, SOFT_SHMEM, SOFT_SPECIAL, TASK_SIZE, findEntry, flushRange, isHuge, makePmd, makePte, pteFlags, pteNx, setPte } from './pgtable.ts';
import { ShmemInode } from './shmem.ts';
import { mmOf } from './state.ts';
import { findVma } from './vma.ts';

const OK = 0, MAPERR = 1, ACCERR = 2, BUS = 3, OOM = 4;
/** SIGBUS si_code for an address behind the end of a file, SIGSEGV si_codes 1 and 2 (siginfo.h). */
const BUS_ADRERR = 2, SIGSEGV = 11, SIGBUS = 7;
/** stack_guard_gap: pages kept free below a growing stack. */
export const STACK_GUARD_GAP = 256 * PAGE;

/** Addresses of the kernel's half are negative (see ProcessorExit). */
export const isUser = (addr: Va): boolean => addr >= 0 && addr < TASK_SIZE;

type Access = 'read' | 'write' | 'exec';
/** What the last fault was, for its event. */
let kind: 'minor' | 'major' | 'cow' | 'invalid' = 'minor';
/** … and how many pages of 4 KiB it mapped. */
let pages = 0;

function fault(k: Kernel, task: Task, mm: Mm, addr: Va, access: Access): number {
  kind = 'minor';
  pages = 0;
  if (!isUser(addr)) return MAPERR;
  const va = Math.floor(addr / PAGE) * PAGE;
  let vma = findVma(mm, va);
  if (vma === null) return MAPERR;
  if (va < vma.start) {
    if ((vma.flags & VM.GROWSDOWN) === 0 || !expandStack(mm, vma, va, task)) return MAPERR;
    vma = findVma(mm, va)!;
  }
  const flags = vma.flags;
  if (access === 'write' ? (flags & VM.WRITE) === 0 : access === 'exec' ? (flags & VM.EXEC) === 0 : (flags & (VM.READ | VM.WRITE | VM.EXEC)) === 0) return ACCERR;
  const pmd = makePmd(k, mm, va);
  if (pmd < 0) return OOM;
  const around = k.ram.u32[pmd]!;
  if (around === 0 ? hugeFits(vma, va) && wantsHuge(k, mm, vma) && hugeFault(k, mm, vma, pmd, access === 'write') : isHuge(around) && hugeAccess(k, mm, vma, va, pmd, access === 'write')) {
    pages = HUGE_FRAMES;
    return OK;
  }
  const at = makePte(k, mm, va, pmd);
  if (at < 0) return OOM;
  const e = k.ram.u32[at]!;
  pages = 1;
  if (e === 0) {
    return vma.file === null ? anonymousFault(k, mm, vma, va, at, access) : fileFault(k, mm, vma, va, at, access);
  }
  if ((e & PTE.U) === 0 && (flags & VM.SPECIAL) === 0) {
    // mprotect away from PROT_NONE left it so: give the access back.
    k.ram.u32[at] = (e | PTE.U) >>> 0;
    k.ram.u32[at + 1] = pteNx(flags);
  }
  if (access === 'write' && (e & PTE.W) === 0) return writeFault(k, mm, vma, va, at);
  return OK;
}

function anonymousFault(k: Kernel, mm: Mm, vma: Vma, va: Va, at: number, access: Access): number {
  if (access !== 'write') {
    const s = mmOf(k);
    getFrame(k, s.zeroPfn);
    setPte(k, mm, at, s.zeroPfn, pteFlags(vma.flags) | SOFT_SPECIAL, pteNx(vma.flags));
    return OK;
  }
  const pfn = allocFrame(k, { user: true });
  if (pfn < 0) return OOM;
  setPte(k, mm, at, pfn, pteFlags(vma.flags) | PTE.W | PTE.D | SOFT_ANON, pteNx(vma.flags));
  return OK;
}

const shmemBit = (vma: Vma): number => (vma.file!.inode instanceof ShmemInode || vma.file!.inode.sb?.fstype === 'tmpfs' ? SOFT_SHMEM : 0);

/** Pages mapped around a read fault when the cache has them (fault_around_bytes, 64 KiB). */
const FAULT_AROUND = 16;

function fileFault(k: Kernel, mm: Mm, vma: Vma, va: Va, at: number, access: Access): number {
  const inode = vma.file!.inode;
  const index = vma.pgoff + (va - vma.start) / PAGE;
  if (index * PAGE >= inode.size) return BUS;
  const shared = (vma.flags & VM.SHARED) !== 0;
  const pfn = cachePage(k, inode, index, shared && access === 'write');
  if (lastWasMajor) kind = 'major';
  if (pfn < 0) return pfn === -12 ? OOM : BUS;
  const flags = pteFlags(vma.flags), nx = pteNx(vma.flags);
  if (access === 'write' && !shared) {
    if (kind !== 'major') kind = 'cow';
    getFrame(k, pfn); // hold it: the allocation may reclaim
    const copy = allocFrame(k, { zero: false, user: true });
    if (copy < 0) { putFrame(k, pfn); return OOM; }
    k.ram.copyFrame(copy, pfn);
    putFrame(k, pfn);
    charge(k, COST.copyPage);
    setPte(k, mm, at, copy, flags | PTE.W | PTE.D | SOFT_ANON, nx);
    return OK;
  }
  const soft = shmemBit(vma);
  getFrame(k, pfn);
  setPte(k, mm, at, pfn, flags | soft | (access === 'write' ? PTE.W | PTE.D : 0), nx);
  if (access !== 'write') {
    const cache = inode.mapping!.pages;
    const first = Math.max(Math.floor(va / (FAULT_AROUND * PAGE)) * FAULT_AROUND * PAGE, vma.start);
    const last = Math.min(Math.floor(va / (FAULT_AROUND * PAGE)) * FAULT_AROUND * PAGE + FAULT_AROUND * PAGE, vma.end);
    // A window of 16 pages lies in one last-level table: its entries are adjacent.
    for (let v = first, slot = at - ((va - first) / PAGE) * 2; v < last; v += PAGE, slot += 2) {
      if (k.ram.u32[slot] !== 0) continue;
      const i = vma.pgoff + (v - vma.start) / PAGE;
      if (i * PAGE >= inode.size) break;
      const cached = cache.get(i);
      if (cached === undefined) continue;
      getFrame(k, cached);
      setPte(k, mm, slot, cached, flags | soft, nx);
      pages++;
    }
  }
  return OK;
}

/** A write to a page that is present and read-only in a writable VMA. */
function writeFault(k: Kernel, mm: Mm, vma: Vma, va: Va, at: number): number {
  const e = k.ram.u32[at]!;
  const pfn = e >>> 12;
  if ((vma.flags & VM.SHARED) !== 0) {
    if (vma.file === null) return ACCERR;
    // page_mkwrite: the file system may copy the page up first.
    const index = vma.pgoff + (va - vma.start) / PAGE;
    const own = cachePage(k, vma.file.inode, index, true);
    if (own < 0) return BUS;
    if (k.ram.u32[at] === 0 || own !== pfn) {
      if (k.ram.u32[at] !== 0) putFrame(k, pfn);
      else setPte(k, mm, at, own, pteFlags(vma.flags) | shmemBit(vma), pteNx(vma.flags)); // unmapped by copy-up: count it again
      getFrame(k, own);
    }
    k.ram.u32[at] = ((own << 12) | (pteFlags(vma.flags) | PTE.W | PTE.D | shmemBit(vma))) >>> 0;
    flushRange(k, mm, va, va + PAGE);
    return OK;
  }
  if ((e & SOFT_ANON) !== 0 && frameRefs(k, pfn) === 1) {
    k.ram.u32[at] = (e | PTE.W | PTE.D | PTE.U) >>> 0;
    flushRange(k, mm, va, va + PAGE);
    return OK;
  }
  kind = 'cow';
  const zero = (e & SOFT_SPECIAL) !== 0;
  const copy = allocFrame(k, { zero, user: true });
  if (copy < 0) return OOM;
  if (!zero) {
    k.ram.copyFrame(copy, pfn);
    charge(k, COST.copyPage);
  } else kind = 'minor';
  if (zero) mm.rssAnon++;
  else if ((e & SOFT_ANON) === 0) { // a private copy of a file page
    if ((e & SOFT_SHMEM) !== 0) mm.rssShmem--; else mm.rssFile--;
    mm.rssAnon++;
  }
  k.ram.u32[at] = ((copy << 12) | pteFlags(vma.flags) | PTE.W | PTE.D | SOFT_ANON) >>> 0;
  k.ram.u32[at + 1] = pteNx(vma.flags);
  putFrame(k, pfn);
  flushRange(k, mm, va, va + PAGE);
  return OK;
}

/** Grows a VM_GROWSDOWN mapping to va within RLIMIT_STACK and above the guard gap (mm/mmap.c, expand_downwards). */
function expandStack(mm: Mm, vma: Vma, va: Va, task: Task): boolean {
  if (va < 65536 || vma.end - va > task.process.rlimits[RLIM_STACK]![0]) return false;
  const at = mm.vmas.indexOf(vma);
  const below = at > 0 ? mm.vmas[at - 1]! : null;
  if (below !== null && (below.flags & VM.GROWSDOWN) === 0 && va - below.end < STACK_GUARD_GAP && (below.flags & (VM.READ | VM.WRITE | VM.EXEC)) !== 0) return false;
  if (below !== null && va < below.end) return false;
  const grow = (vma.start - va) / PAGE;
  if ((mm.totalVm + grow) * PAGE > task.process.rlimits[9]![0]) return false;
  mm.totalVm += grow;
  if (mm.totalVm > mm.hiwaterVm) mm.hiwaterVm = mm.totalVm;
  vma.pgoff -= grow;
  vma.start = va;
  return true;
}

export function sigInfoAt(signo: number, code: number, addr: Va): SigInfo {
  return { signo, code, errno: 0, pid: 0, uid: 0, status: 0, utime: 0, stime: 0, value: 0, addr, band: 0, fd: 0, timerid: 0, overrun: 0, addrLsb: 0 };
}

function vmaLabel(k: Kernel, task: Task, vma: Vma | null): string {
  if (vma === null) return '';
  if (vma.name !== '') return vma.name;
  if (vma.file === null) return 'anon';
  return vma.file.path === null ? vma.file.describe(k) : pathString(k, task, vma.file.path);
}

function take(k: Kernel, task: Task, addr: Va, access: Access, ip: Va): number {
  const mm = task.mm!;
  const started = k.now;
  charge(k, COST.minorFault);
  const r = fault(k, task, mm, addr, access);
  const s = mmOf(k);
  s.pgfault++;
  // mm_account_fault: a fault that ends in a signal is nobody's minor fault.
  if (r === OK || r === OOM) { if (kind === 'major') { task.majflt++; s.pgmajfault++; } else task.minflt++; }
  const vma = isUser(addr) ? findVma(mm, addr) : null;
  const inside = vma !== null && vma.start <= addr ? vma : null;
  const t = k.trace.page_fault;
  const row = t.begin(started, k.thisCpu, task.utid);
  t.set.dur(row, k.now - started);
  t.set.addr(row, addr);
  t.set.ip(row, ip);
  t.set.kind(row, r === OK || r === OOM ? kind : 'invalid');
  t.set.access(row, access);
  t.set.pages(row, r === OK ? pages : 0);
  t.set.vma(row, vmaLabel(k, task, inside));
  if (inside?.file && inside.file.inode.fileId !== 0) t.set.file_id(row, inside.file.inode.fileId);
  if (inside?.file) t.set.pgoff(row, inside.pgoff + Math.floor((addr - inside.start) / PAGE));
  t.end(row);
  return r;
}

/** The #PF handler. Returns the signal to force, or null when the access can be retried. */
export function handlePageFault(k: Kernel, task: Task, addr: Va, errorCode: number, ip: Va): SigInfo | null {
  const access = (errorCode & PF.write) !== 0 ? 'write' : (errorCode & PF.fetch) !== 0 ? 'exec' : 'read';
  const r = take(k, task, addr, access, ip);
  switch (r) {
    case OK: return null;
    // The OOM killer has chosen: if not us, the access is tried again once the victim has gone.
    case OOM: return null;
    case BUS: return sigInfoAt(SIGBUS, BUS_ADRERR, addr);
    default: return sigInfoAt(SIGSEGV, r, addr);
  }
}

/** A fault the kernel takes for a user address: true when the access is now possible. No signal is sent. */
export function kernelFault(k: Kernel, task: Task, va: Va, write: boolean): boolean {
  const mm = task.mm!;
  // A present page without the right (read-only, PROT_NONE, kernel) needs the same checks as the CPU's fault.
  const r = take(k, task, va, write ? 'write' : 'read', regsOf(k, task).num(CTX.rip));
  if (r !== OK) return false;
  return findEntry(k, mm.pgd, va) >= 0;
}
