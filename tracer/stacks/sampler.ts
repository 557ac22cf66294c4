// Takes user stacks: at sample ticks, and of tasks that blocked. Unwinds with call frame information (frame pointers where there is
// none), names the frames from symbols, interns stacks as a trie. It reads guest memory and changes nothing in it: the guest never pays (law 6).
import { CTX } from '../../engine/machine/hardware.ts';
import { regsOf } from '../../engine/kernel/entry/regs.ts';
import type { Inode } from '../../engine/kernel/contracts/fs.ts';
import type { Kernel } from '../../engine/kernel/contracts/kernel.ts';
import type { Mm, Vma } from '../../engine/kernel/contracts/mm.ts';
import type { Sampler } from '../../engine/kernel/contracts/syscall-entry.ts';
import type { Task } from '../../engine/kernel/contracts/task.ts';
import { translate } from '../../engine/kernel/mm/pgtable.ts';
import { mmOf } from '../../engine/kernel/mm/state.ts';
import { vmaAt } from '../../engine/kernel/mm/vma.ts';
import { frameRow, stepOut } from './cfi.ts';
import type { FrameRow, FrameState } from './cfi.ts';
import { ElfImage, openImage } from './elf.ts';

const MAX_FRAMES = 127, PAGE = 4096;
/** Stacks kept for interning; beyond that the trie is begun again, with new ids. */
const MAX_CALLSITES = 1 << 20;
/** DWARF register number of each GPR by Intel's encoding order, and back (psABI figure 3.36). */
const DWARF_TO_GPR = [0, 2, 1, 3, 6, 7, 5, 4, 8, 9, 10, 11, 12, 13, 14, 15];

export interface ImageSource {
  /** The image of a mapped file as the guest sees it, or null where it cannot be had. */
  image(k: Kernel, inode: Inode): ElfImage | null;
  /** Code of this file was mapped. */
  mapped(inode: Inode): void;
}

/** What is known of a pc in an address space: its frame's id and how to step out of it. */
interface Site { frame: number; row: FrameRow | null; known: boolean }

export class StackSampler implements Sampler {
  private readonly images: ImageSource;
  private readonly samples: boolean;
  private readonly calls: boolean;
  private readonly sites = new WeakMap<Mm, Map<number, Site>>();
  /** Without `calls`, frames of one function in one file are one frame, whatever process they ran in: ids by function address, or by code address without a symbol. */
  private readonly named = new WeakMap<ElfImage, Map<number, number>>();
  private readonly unnamed = new WeakMap<Inode, Map<number, number>>();
  private readonly callsites = new Map<number, number>(); // parent·2^26 + frame → id
  private lastFrame = 0;
  private lastCallsite = 0;
  private vdso: ElfImage | null | undefined;
  private readonly frames = new Float64Array(MAX_FRAMES);
  private page = -1;
  private pa = 0;
  private kernel!: Kernel;
  private pgd = 0;
  private readonly state: FrameState;

  /**
   * @param samples ticks and blocked tasks. Without these and `calls` only what is mapped is looked at, for the images that a replay will want.
   * @param calls the stack of each system call; a frame is then a code location, not a function, so that each has its offset.
   */
  constructor(images: ImageSource, samples: boolean, calls: boolean) {
    this.images = images;
    this.samples = samples;
    this.calls = calls;
    this.state = { regs: new Float64Array(17), word: (va) => this.word(va) };
  }

  sample(k: Kernel, cpu: number, task: Task, weightNs: number): void { if (this.samples) this.emit(k, cpu, task, 'cpu', k.now, weightNs); }
  blocked(k: Kernel, task: Task, since: number, ns: number): void {
    if (this.samples && task !== k.init.leader) this.emit(k, task.cpu, task, 'offcpu', since, ns);
  }
  called(k: Kernel, task: Task, seq: number): void { if (this.calls) this.emit(k, k.thisCpu, task, 'syscall', k.now, 0, seq); }
  mapped(_k: Kernel, mm: Mm, vma: Vma): void {
    this.sites.delete(mm); // other code may lie where code was
    if (vma.file) this.images.mapped(vma.file.inode);
  }

  private emit(k: Kernel, cpu: number, task: Task, kind: 'cpu' | 'offcpu' | 'syscall', ts: number, weightNs: number, seq?: number): void {
    const callsite = this.callsite(k, task);
    if (callsite === 0) return;
    const t = k.trace.stack_sample, r = t.begin(ts, cpu, task.utid, seq);
    t.set.callsite_id(r, callsite);
    t.set.kind(r, kind);
    t.set.weight(r, weightNs);
    t.end(r);
  }

  /** The id of a task's present user stack, or 0 for a task without user memory. */
  private callsite(k: Kernel, task: Task): number {
    if (!task.mm || task.kthread) return 0;
    const depth = this.unwind(k, task, task.mm);
    if (this.callsites.size > MAX_CALLSITES) this.callsites.clear();
    let parent = 0;
    for (let i = depth - 1; i >= 0; i--) {
      const frame = this.frames[i]!, key = parent * 67108864 + frame;
      let id = this.callsites.get(key);
      if (id === undefined) {
        id = ++this.lastCallsite;
        this.callsites.set(key, id);
        const t = k.trace.callsite, r = t.begin(k.now, 0, task.utid);
        t.set.id(r, id);
        if (parent) t.set.parent(r, parent);
        t.set.frame_id(r, frame);
        t.end(r);
      }
      parent = id;
    }
    return parent;
  }

  /** An aligned word of the user memory that is being unwound, NaN where there is none. */
  private word(va: number): number {
    const page = Math.floor(va / PAGE);
    if (page !== this.page) {
      const pa = va >= 0 ? translate(this.kernel, this.pgd, page * PAGE, false) : -1;
      if (pa < 0) return NaN;
      this.page = page;
      this.pa = pa;
    }
    const at = this.pa + (va - page * PAGE);
    if ((at & 7) !== 0) return NaN;
    return this.kernel.ram.u32[at >>> 2]! + this.kernel.ram.u32[(at >>> 2) + 1]! * 4294967296;
  }

  /** Fills `frames` from the leaf on; how many. */
  private unwind(k: Kernel, task: Task, mm: Mm): number {
    const user = regsOf(k, task), { regs } = this.state;
    for (let i = 0; i < 16; i++) regs[i] = user.gpr(DWARF_TO_GPR[i]!);
    regs[16] = user.num(CTX.rip);
    this.kernel = k;
    this.pgd = mm.pgd;
    this.page = -1;
    let depth = 0, exact = true;
    while (depth < MAX_FRAMES && regs[16]! > 0) {
      const site = this.site(k, task, mm, regs[16]!, exact), sp = regs[7]!;
      this.frames[depth++] = site.frame;
      let cfa: number;
      if (site.row) {
        cfa = stepOut(site.row, this.state);
        if (Number.isNaN(cfa)) break; // the outermost, or damaged: nothing has changed
        exact = site.row.signal;
      } else {
        const rbp = regs[6]!;
        if (!site.known || !(rbp > sp && rbp <= sp + 0x100000) || rbp % 8 !== 0) break;
        cfa = rbp + 16;
        regs[16] = this.word(rbp + 8);
        regs[6] = this.word(rbp);
        regs[7] = cfa;
        exact = false;
      }
      if (!(cfa > sp) && depth > 1 && !exact) break; // stacks only shrink, but a signal may have changed to another stack
    }
    return depth;
  }

  /** `exact`: pc is the next instruction; else it is a return address, which may be the first byte behind its function. */
  private site(k: Kernel, task: Task, mm: Mm, pc: number, exact: boolean): Site {
    let sites = this.sites.get(mm);
    if (!sites) { sites = new Map(); this.sites.set(mm, sites); }
    const key = pc * 2 + (exact ? 0 : 1);
    let site = sites.get(key);
    if (site) return site;
    const at = exact ? pc : pc - 1, vma = vmaAt(mm, at), inode = vma?.file?.inode ?? null;
    const image = vma ? this.imageOf(k, vma) : null, vaddr = image ? image.vaddrOfOffset((inode ? vma!.pgoff * PAGE : 0) + (at - vma!.start)) : -1;
    const fn = image && vaddr >= 0 ? image.functionAt(vaddr) : -1, address = fn < 0 ? 0 : image!.functionAddress(fn);
    let ids: Map<number, number> | undefined, place = 0;
    if (fn >= 0) { ids = this.named.get(image!); if (!ids) { ids = new Map(); this.named.set(image!, ids); } place = this.calls ? vaddr : address; }
    else if (inode) { ids = this.unnamed.get(inode); if (!ids) { ids = new Map(); this.unnamed.set(inode, ids); } place = vma!.pgoff * PAGE + (at - vma!.start); }
    let frame = ids?.get(place);
    if (frame === undefined) {
      frame = ++this.lastFrame;
      ids?.set(place, frame);
      const t = k.trace.frame, r = t.begin(k.now, 0, task.utid);
      t.set.id(r, frame);
      t.set.pc(r, pc);
      if (fn >= 0) { t.set.symbol(r, image!.functionName(fn)); t.set.offset(r, vaddr - address + (pc - at)); }
      if (vma && vma.mappingId !== 0) t.set.mapping_id(r, vma.mappingId);
      t.end(r);
    }
    site = { frame, row: image ? frameRow(image, vaddr) : null, known: vma !== null };
    sites.set(key, site);
    return site;
  }

  private imageOf(k: Kernel, vma: Vma): ElfImage | null {
    if (vma.file) return this.images.image(k, vma.file.inode);
    if (vma.name !== '[vdso]') return null;
    this.vdso ??= openImage((offset, length) => {
      const frames = mmOf(k).vdsoPfns, end = Math.min(offset + length, frames.length * PAGE), out = new Uint8Array(Math.max(0, end - offset));
      for (let i = 0; i < out.length; i++) out[i] = k.ram.u8[frames[Math.floor((offset + i) / PAGE)]! * PAGE + ((offset + i) % PAGE)]!;
      return out;
    });
    return this.vdso;
  }
}
