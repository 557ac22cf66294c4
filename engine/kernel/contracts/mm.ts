// Memory management seen from other rooms: mm_struct, VMAs, page cache mappings. Behaviour: kernel/mm.
import { stateClass } from '../../base/state.ts';
import type { Pa, Pfn, Va } from '../../base/brand.ts';
import type { Inode, OpenFile } from './fs.ts';

export const VM = { READ: 1, WRITE: 2, EXEC: 4, SHARED: 8, GROWSDOWN: 0x100, STACK: 0x200, HEAP: 0x400, LOCKED: 0x2000, DONTFORK: 0x4000, NORESERVE: 0x8000, WIPEONFORK: 0x10000, SPECIAL: 0x20000 /* vdso, vvar */, MAYWRITE: 0x40000, HUGEPAGE: 0x80000, NOHUGEPAGE: 0x100000 } as const;

/** struct vm_area_struct. [start, end), page-aligned. */
export class Vma {
  start: Va = 0; end: Va = 0; flags = 0;
  file: OpenFile | null = null; // null: anonymous
  pgoff = 0; // file offset of start in pages; for anonymous memory start/4096
  name = ''; // [heap] [stack] [vdso] [vvar] or ''
  mappingId = 0; // row of the mapping table, 0 = none
}
stateClass(Vma, 'Vma', ['start', 'end', 'flags', 'file', 'pgoff', 'name', 'mappingId']);

/** struct mm_struct. users counts tasks that share it. */
export class Mm {
  id = 0; // unique, never reused
  users = 1;
  pgd: Pa = 0;
  vmas: Vma[] = []; // sorted by start
  brkStart: Va = 0; brk: Va = 0;
  mmapBase: Va = 0;
  startStack: Va = 0; startCode: Va = 0; endCode: Va = 0; startData: Va = 0; endData: Va = 0;
  argStart: Va = 0; argEnd: Va = 0; envStart: Va = 0; envEnd: Va = 0;
  auxv: Uint8Array = new Uint8Array(0);
  exe: OpenFile | null = null;
  vdso: Va = 0;
  rssAnon = 0; rssFile = 0; rssShmem = 0; hiwaterRss = 0; totalVm = 0; hiwaterVm = 0; pageTables = 0; lockedVm = 0;
  hugePmds = 0; // anonymous pages of 2 MiB
  /** Page tables put aside, one for each page of 2 MiB, for when it is split. */
  deposited: Pfn[] = [];
  /** PR_SET_THP_DISABLE: no pages of 2 MiB, for this program and what comes of it. */
  thpDisabled = false;
  traced: number[] = [0, 0, 0, 0, 0]; // what mem_counter last said
}
stateClass(Mm, 'Mm', ['id', 'users', 'pgd', 'vmas', 'brkStart', 'brk', 'mmapBase', 'startStack', 'startCode', 'endCode', 'startData', 'endData', 'argStart', 'argEnd', 'envStart', 'envEnd', 'auxv', 'exe', 'vdso', 'rssAnon', 'rssFile', 'rssShmem', 'hiwaterRss', 'totalVm', 'hiwaterVm', 'pageTables', 'lockedVm', 'hugePmds', 'deposited', 'thpDisabled', 'traced']);

/** struct address_space: the cached pages of one inode. Host-backed pages are clean and can be read again. */
export class AddressSpace {
  inode: Inode | null = null;
  pages = new Map<number, Pfn>(); // page index → frame
  dirty = new Set<number>();
  /** Set by file systems whose clean pages can be read again (host-backed): reclaim may drop pages that are not in dirty. */
  reclaimable = false;
}
stateClass(AddressSpace, 'AddressSpace', ['inode', 'pages', 'dirty', 'reclaimable']);
