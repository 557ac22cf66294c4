// /proc/PID/maps, smaps and the sizes in status: from the VMAs and the page tables (fs/proc/task_mmu.c).
import { PTE } from '../../../machine/hardware.ts';
import { VM } from '../../contracts/mm.ts';
import type { Kernel } from '../../contracts/kernel.ts';
import type { Mm, Vma } from '../../contracts/mm.ts';
import type { Task } from '../../contracts/task.ts';
import { hugeFits, wantsHuge } from '../../mm/huge-memory.ts';
import { HPAGE, SOFT_ANON, SOFT_SPECIAL, forEachPte, hugeStart } from '../../mm/pgtable.ts';
import { HUGE_FRAMES, frameRefs } from '../../mm/page-alloc.ts';
import { pathString } from '../path.ts';
import { majorOf, minorOf } from '../pseudo.ts';
import { hex, mangle } from './format.ts';

function vmaName(k: Kernel, mm: Mm, v: Vma): string {
  if (v.file) return v.file.path ? mangle(pathString(k, null, v.file.path), /\n/g) : v.file.describe(k);
  if (v.name) return v.name;
  if (v.start <= mm.brk && v.end >= mm.brkStart && (v.flags & VM.HEAP) !== 0) return '[heap]';
  if (v.start <= mm.startStack && v.end >= mm.startStack) return '[stack]';
  return '';
}

function mapLine(k: Kernel, mm: Mm, v: Vma): string {
  const f = v.flags, perms = (f & VM.READ ? 'r' : '-') + (f & VM.WRITE ? 'w' : '-') + (f & VM.EXEC ? 'x' : '-') + (f & VM.SHARED ? 's' : 'p');
  const ino = v.file?.inode.ino ?? 0, dev = v.file?.inode.sb.dev ?? 0;
  const line = `${hex(v.start, 8)}-${hex(v.end, 8)} ${perms} ${hex(v.file ? v.pgoff * 4096 : 0, 8)} ${hex(majorOf(dev), 2)}:${hex(minorOf(dev), 2)} ${ino} `;
  const name = vmaName(k, mm, v);
  return name === '' ? line + '\n' : `${line.padEnd(72)} ${name}\n`;
}

/** The page of old calls (kernel/entry/exits.ts): in nobody's list, but shown behind everybody's (arch/x86/entry/vsyscall, get_gate_vma(), execute only). */
const GATE = `${'ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 '.padEnd(72)} [vsyscall]\n`;

export function maps(k: Kernel, task: Task): string {
  const mm = task.mm;
  return mm ? mm.vmas.map((v) => mapLine(k, mm, v)).join('') + GATE : '';
}

/** Sizes in pages by what the mapping is for. */
export function vmSizes(mm: Mm): { data: number; stack: number; exe: number; lib: number } {
  let data = 0, stack = 0, exec = 0;
  for (const v of mm.vmas) {
    const pages = (v.end - v.start) / 4096;
    if ((v.flags & VM.GROWSDOWN) !== 0) stack += pages;
    else if ((v.flags & (VM.WRITE | VM.SHARED)) === VM.WRITE) data += pages;
    else if ((v.flags & (VM.EXEC | VM.WRITE)) === VM.EXEC) exec += pages;
  }
  const exe = Math.min(exec, Math.ceil(mm.endCode / 4096) - Math.floor(mm.startCode / 4096));
  return { data, stack, exe, lib: exec - exe };
}

interface Smap { rss: number; pss: number; sharedClean: number; sharedDirty: number; privateClean: number; privateDirty: number; referenced: number; anonymous: number; anonHuge: number; locked: number }
const nothing = (): Smap => ({ rss: 0, pss: 0, sharedClean: 0, sharedDirty: 0, privateClean: 0, privateDirty: 0, referenced: 0, anonymous: 0, anonHuge: 0, locked: 0 });

function measure(k: Kernel, mm: Mm, v: Vma): Smap {
  const s = nothing();
  if ((v.flags & VM.SPECIAL) !== 0) return s;
  const add = (at: number, kb: number): void => {
    const e = k.ram.u32[at]!;
    if ((e & PTE.P) === 0 || (e & SOFT_SPECIAL) !== 0) return; // the page of zeros is nobody's
    // The page cache holds a reference of its own.
    const refs = Math.max(1, frameRefs(k, e >>> 12) - (v.file && (e & SOFT_ANON) === 0 ? 1 : 0)), dirty = (e & PTE.D) !== 0;
    s.rss += kb; s.pss += kb / refs;
    if (refs > 1) { if (dirty) s.sharedDirty += kb; else s.sharedClean += kb; } else if (dirty) s.privateDirty += kb; else s.privateClean += kb;
    if ((e & PTE.A) !== 0) s.referenced += kb;
    if (!v.file || (e & SOFT_ANON) !== 0) s.anonymous += kb;
    if (kb > 4) s.anonHuge += kb;
  };
  forEachPte(k, mm.pgd, v.start, v.end, (at) => { add(at, 4); }, (pmd) => { add(pmd, HUGE_FRAMES * 4); });
  if ((v.flags & VM.LOCKED) !== 0) s.locked = s.pss;
  return s;
}

/** Whether any 2 MiB of the area may become a huge page. */
const eligible = (k: Kernel, mm: Mm, v: Vma): boolean => wantsHuge(k, mm, v) && hugeFits(v, hugeStart(v.start + HPAGE - 1));

function vmFlags(v: Vma): string {
  const f = v.flags, on = (bit: number, s: string): string => ((f & bit) !== 0 ? s + ' ' : '');
  return `VmFlags: ${on(VM.READ, 'rd')}${on(VM.WRITE, 'wr')}${on(VM.EXEC, 'ex')}${on(VM.SHARED, 'sh')}mr mw me ${on(VM.GROWSDOWN, 'gd')}${on(VM.LOCKED, 'lo')}${on(VM.DONTFORK, 'dc')}${on(VM.NORESERVE, 'nr')}${on(VM.WIPEONFORK, 'wf')}${on(VM.HUGEPAGE, 'hg')}${on(VM.NOHUGEPAGE, 'nh')}\n`;
}

function rows(s: Smap, sizeKb: number, rollup: boolean): string {
  const row = (name: string, v: number): string => `${(name + ':').padEnd(16)}${String(Math.floor(v)).padStart(8)} kB\n`;
  return (rollup ? '' : row('Size', sizeKb) + row('KernelPageSize', 4) + row('MMUPageSize', 4)) + row('Rss', s.rss) + row('Pss', s.pss) + row('Pss_Dirty', s.privateDirty)
    + (rollup ? row('Pss_Anon', s.anonymous) + row('Pss_File', s.pss - s.anonymous < 0 ? 0 : s.pss - s.anonymous) + row('Pss_Shmem', 0) : '')
    + row('Shared_Clean', s.sharedClean) + row('Shared_Dirty', s.sharedDirty) + row('Private_Clean', s.privateClean) + row('Private_Dirty', s.privateDirty) + row('Referenced', s.referenced) + row('Anonymous', s.anonymous)
    + row('LazyFree', 0) + row('AnonHugePages', s.anonHuge) + row('ShmemPmdMapped', 0) + row('FilePmdMapped', 0) + row('Shared_Hugetlb', 0) + row('Private_Hugetlb', 0) + row('Swap', 0) + row('SwapPss', 0) + row('Locked', s.locked);
}

export function smaps(k: Kernel, task: Task, rollup: boolean): string {
  const mm = task.mm;
  if (!mm) return '';
  const sum = nothing();
  let out = '';
  for (const v of mm.vmas) {
    const s = measure(k, mm, v);
    if (rollup) for (const f of Object.keys(sum) as (keyof Smap)[]) sum[f] += s[f];
    else out += mapLine(k, mm, v) + rows(s, (v.end - v.start) / 1024, false) + `THPeligible:    ${Number(eligible(k, mm, v))}\n` + vmFlags(v);
  }
  if (!rollup) return `${out}${GATE}${rows(nothing(), 4, false)}THPeligible:    0\nVmFlags: ex \n`;
  const first = mm.vmas[0]?.start ?? 0, last = mm.vmas[mm.vmas.length - 1]?.end ?? 0;
  return `${`${hex(first, 8)}-${hex(last, 8)} ---p 00000000 00:00 0 `.padEnd(72)} [rollup]\n` + rows(sum, 0, true);
}
