// Takes user stacks: unwinds a task's stack with call frame information (frame pointers where there is none), names the frames
// from ELF symbols, interns stacks as a trie. It reads guest memory and changes nothing in it: the guest never pays (law 6).
import type { Kernel } from '../../engine/kernel/contracts/kernel.ts';
import type { Inode } from '../../engine/kernel/contracts/fs.ts';
import type { Vma } from '../../engine/kernel/contracts/mm.ts';
import type { Task } from '../../engine/kernel/contracts/task.ts';
import { CTX } from '../../engine/machine/hardware.ts';
import { regsOf } from '../../engine/kernel/entry/regs.ts';
import { translate } from '../../engine/kernel/mm/pgtable.ts';
import { vmaAt } from '../../engine/kernel/mm/vma.ts';
import { frameRow } from './cfi.ts';
import { parseElf, symbolAt, vaddrOfOffset } from './elf.ts';
import type { ElfImage } from './elf.ts';

const MAX_FRAMES = 127;
/** DWARF register number of each GPR by Intel's encoding order, and back (psABI figure 3.36). */
const DWARF_TO_GPR = [0, 2, 1, 3, 6, 7, 5, 4, 8, 9, 10, 11, 12, 13, 14, 15];

export interface SamplerOptions {
  /** Bytes of a mapped file as the guest sees it, or null where they cannot be had. Asked once a file. */
  fileBytes: (inode: Inode, path: string) => Uint8Array | null;
  pathOf: (k: Kernel, task: Task, vma: Vma) => string;
}

export class StackSampler {
  private readonly options: SamplerOptions;
  private readonly images = new Map<Inode, ElfImage | null>();
  private readonly mappings = new Map<string, number>();
  private readonly frames = new Map<string, number>();
  private readonly callsites = new Map<number, number>(); // parent·2^26 + frame → id
  private readonly pcs = new Float64Array(MAX_FRAMES);
  private readonly regs = new Float64Array(17);
  constructor(options: SamplerOptions) { this.options = options; }

  /** One sample of the user stack of `task`, standing for `weightNs`. */
  sample(k: Kernel, cpu: number, task: Task, kind: 'cpu' | 'offcpu', weightNs: number): void {
    const callsite = this.callsite(k, task);
    if (callsite < 0) return;
    const t = k.trace.stack_sample, r = t.begin(k.now, cpu, task.utid);
    t.set.callsite_id(r, callsite);
    t.set.kind(r, kind);
    t.set.weight(r, weightNs);
    t.end(r);
  }

  /** The id of a task's present user stack, or −1 for a task without user memory. */
  callsite(k: Kernel, task: Task): number {
    if (!task.mm) return -1;
    const depth = this.unwind(k, task);
    let parent = 0;
    for (let i = depth - 1; i >= 0; i--) {
      const frame = this.frame(k, task, this.pcs[i]!, i > 0);
      const key = parent * 67108864 + frame;
      let id = this.callsites.get(key);
      if (id === undefined) {
        id = this.callsites.size + 1;
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

  private word(k: Kernel, pgd: number, va: number): number {
    const pa = translate(k, pgd, va, false);
    if (pa < 0 || (pa & 7) !== 0) return -1;
    return k.ram.u32[pa >>> 2]! + k.ram.u32[(pa >>> 2) + 1]! * 4294967296;
  }

  private image(k: Kernel, task: Task, vma: Vma): ElfImage | null {
    const inode = vma.file?.inode;
    if (!inode) return null;
    let image = this.images.get(inode);
    if (image === undefined) {
      const bytes = this.options.fileBytes(inode, this.options.pathOf(k, task, vma));
      image = bytes ? parseElf(bytes) : null;
      this.images.set(inode, image);
    }
    return image;
  }

  private unwind(k: Kernel, task: Task): number {
    const user = regsOf(k, task), regs = this.regs, mm = task.mm!;
    for (let i = 0; i < 16; i++) regs[i] = user.gpr(DWARF_TO_GPR[i]!);
    let pc = user.num(CTX.rip), depth = 0;
    while (depth < MAX_FRAMES && pc > 0) {
      this.pcs[depth++] = pc;
      const at = depth === 1 ? pc : pc - 1; // a return address may be the first byte behind its function
      const vma = vmaAt(mm, at);
      if (!vma) break;
      const image = this.image(k, task, vma);
      const row = image ? frameRow(image, vaddrOfOffset(image, vma.pgoff * 4096 + (at - vma.start))) : null;
      let cfa: number;
      if (row) {
        // The PLT's expression: rsp + 8, and 8 more behind the push in a 16-byte entry.
        cfa = row.plt ? regs[7]! + 8 + ((pc & 15) >= 11 ? 8 : 0) : regs[row.cfaReg]! + row.cfaOffset;
        const ra = row.rules.get(row.returnReg);
        if (ra?.kind === 'undefined') break;
        for (const [reg, rule] of row.rules) if (reg < 16) {
          if (rule.kind === 'offset') regs[reg] = this.word(k, mm.pgd, cfa + rule.offset);
          else if (rule.kind === 'valOffset') regs[reg] = cfa + rule.offset;
          else if (rule.kind === 'register' && rule.reg < 16) regs[reg] = regs[rule.reg]!;
        }
        pc = this.word(k, mm.pgd, ra?.kind === 'offset' ? cfa + ra.offset : cfa - 8);
      } else {
        const rbp = regs[6]!;
        if (rbp <= regs[7]! || rbp > regs[7]! + 0x100000 || rbp % 8 !== 0) break;
        cfa = rbp + 16;
        pc = this.word(k, mm.pgd, rbp + 8);
        regs[6] = this.word(k, mm.pgd, rbp);
      }
      if (cfa <= regs[7]! && depth > 1) break; // stacks only shrink
      regs[7] = cfa;
    }
    return depth;
  }

  private frame(k: Kernel, task: Task, pc: number, isReturn: boolean): number {
    const at = isReturn ? pc - 1 : pc, vma = vmaAt(task.mm!, at);
    const key = `${task.mm!.id}:${pc}`;
    const known = this.frames.get(key);
    if (known !== undefined) return known;
    const image = vma ? this.image(k, task, vma) : null;
    const vaddr = image ? vaddrOfOffset(image, vma!.pgoff * 4096 + (at - vma!.start)) : -1;
    const symbol = image && vaddr >= 0 ? symbolAt(image, vaddr) : -1;
    // Frames of one function in one file are one frame, whatever process they ran in.
    const path = vma?.file ? this.options.pathOf(k, task, vma) : vma?.name || '';
    const shared = symbol >= 0 ? `${path}\0${image!.symName[symbol]}` : key;
    let id = this.frames.get(shared);
    if (id === undefined) {
      id = this.frames.size + 1;
      this.frames.set(shared, id);
      const mapping = vma ? this.mapping(k, task, vma, path, image) : 0;
      const t = k.trace.frame, r = t.begin(k.now, 0, task.utid);
      t.set.id(r, id);
      t.set.pc(r, pc);
      if (symbol >= 0) { t.set.symbol(r, latin1(image!.symName[symbol]!)); t.set.offset(r, vaddr - image!.symAddr[symbol]!); }
      if (mapping) t.set.mapping_id(r, mapping);
      t.end(r);
    }
    this.frames.set(key, id);
    return id;
  }

  private mapping(k: Kernel, task: Task, vma: Vma, path: string, image: ElfImage | null): number {
    const key = `${task.process.upid}:${vma.start}:${path}`;
    let id = this.mappings.get(key);
    if (id === undefined) {
      id = this.mappings.size + 1;
      this.mappings.set(key, id);
      const t = k.trace.mapping, r = t.begin(k.now, 0, task.utid);
      t.set.id(r, id);
      t.set.upid(r, task.process.upid);
      t.set.start(r, vma.start);
      t.set.end(r, vma.end);
      t.set.pgoff(r, vma.pgoff);
      t.set.path(r, latin1(path));
      if (image?.buildId) t.set.build_id(r, image.buildId);
      t.end(r);
    }
    return id;
  }
}

function latin1(s: string): Uint8Array { return Uint8Array.from(s, (c) => c.charCodeAt(0)); }
