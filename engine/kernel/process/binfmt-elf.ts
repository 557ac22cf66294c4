// ELF64 executables: header checks, mapping of segments, the initial stack with its auxiliary vector (fs/binfmt_elf.c).
import { CPU_MODELS } from '../../abi/cpu-models.ts';
import { EFAULT, EIO, ELIBBAD, ENOEXEC, ENOMEM } from '../../abi/errno.ts';
import type { Va } from '../../base/brand.ts';
import { randomBytes } from '../../base/random.ts';
import { PTE } from '../../machine/hardware.ts';
import type { OpenFile } from '../contracts/fs.ts';
import { VM } from '../contracts/mm.ts';
import type { Mm } from '../contracts/mm.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { getFile } from '../fs/file-table.ts';
import { kernelRead } from '../fs/open.ts';
import { mapArea, pageUp } from '../mm/mmap.ts';
import { allocFrame } from '../mm/page-alloc.ts';
import { PAGE, SOFT_ANON, TASK_SIZE, makePte, pteNx, setPte } from '../mm/pgtable.ts';
import { byteString, copyToUser } from '../mm/uaccess.ts';
import { unmapRange, unmappedArea, rangeFree } from '../mm/vma.ts';

/** ELF_ET_DYN_BASE: two thirds of the address space, page-aligned: where a PIE with an interpreter goes without randomisation. */
export const ELF_ET_DYN_BASE = 0x555555554000;

export interface Phdr { type: number; flags: number; offset: number; vaddr: number; filesz: number; memsz: number; align: number }
export interface ElfImage { type: number; entry: number; phoff: number; phnum: number; phdrs: Phdr[]; interp: string | null; execStack: boolean }

const PT_LOAD = 1, PT_INTERP = 3, PT_GNU_STACK = 0x6474e551;
const ET_EXEC = 2, ET_DYN = 3, EM_X86_64 = 62;
const PF_X = 1, PF_W = 2, PF_R = 4;

const u64 = (dv: DataView, at: number): number => dv.getUint32(at, true) + dv.getUint32(at + 4, true) * 4294967296;

/** Reads and checks the headers; −errno. */
export function readElf(k: Kernel, file: OpenFile, head: Uint8Array, isInterp: boolean): ElfImage | number {
  const bad = isInterp ? -ELIBBAD : -ENOEXEC;
  if (head.length < 64 || head[0] !== 0x7f || head[1] !== 0x45 || head[2] !== 0x4c || head[3] !== 0x46) return bad;
  // As Linux: the class byte is not looked at; a 32-bit file fails by its machine or its program header size.
  const dv = new DataView(head.buffer, head.byteOffset, head.length);
  const type = dv.getUint16(16, true), phnum = dv.getUint16(56, true);
  if ((type !== ET_EXEC && type !== ET_DYN) || dv.getUint16(18, true) !== EM_X86_64) return bad;
  if (dv.getUint16(54, true) !== 56 || phnum < 1 || phnum * 56 > 65536) return bad;
  const phoff = u64(dv, 32);
  const raw = kernelRead(k, file, phoff, phnum * 56);
  if (typeof raw === 'number') return raw;
  if (raw.length < phnum * 56) return bad;
  const pv = new DataView(raw.buffer, raw.byteOffset, raw.length);
  const image: ElfImage = { type, entry: u64(dv, 24), phoff, phnum, phdrs: [], interp: null, execStack: false };
  for (let i = 0; i < phnum; i++) {
    const p = i * 56;
    const ph: Phdr = { type: pv.getUint32(p, true), flags: pv.getUint32(p + 4, true), offset: u64(pv, p + 8), vaddr: u64(pv, p + 16), filesz: u64(pv, p + 32), memsz: u64(pv, p + 40), align: u64(pv, p + 48) };
    image.phdrs.push(ph);
    if (ph.type === PT_GNU_STACK) image.execStack = (ph.flags & PF_X) !== 0;
    if (ph.type === PT_INTERP && image.interp === null && !isInterp) {
      if (ph.filesz > 4096 || ph.filesz < 2) return -ENOEXEC;
      const name = kernelRead(k, file, ph.offset, ph.filesz);
      if (typeof name === 'number') return name;
      if (name.length < ph.filesz) return -EIO;
      if (name[name.length - 1] !== 0) return -ENOEXEC;
      image.interp = byteString(name, 0, name.indexOf(0));
    }
  }
  return image;
}

export interface Loaded { bias: Va; start: Va; entry: Va; phdr: Va; endCode: Va; endData: Va; startCode: Va; startData: Va; brk: Va }

const pageDown = (n: number): number => Math.floor(n / PAGE) * PAGE;

/** Maps the segments of an image. base: where to put a position-independent one; −1 lets mmap choose. The task's mm is `mm`. */
export function mapElf(k: Kernel, task: Task, mm: Mm, file: OpenFile, image: ElfImage, base: Va): Loaded | number {
  const loads = image.phdrs.filter((p) => p.type === PT_LOAD);
  if (loads.length === 0) return image.type === ET_DYN && base === -1 ? -ENOEXEC : -ENOEXEC;
  const first = pageDown(loads[0]!.vaddr);
  const top = loads.reduce((m, p) => Math.max(m, p.vaddr + p.memsz), 0);
  let bias = 0;
  if (image.type === ET_DYN) {
    const total = pageUp(top - first);
    if (!(total < TASK_SIZE)) return -ENOMEM;
    if (base === -1) {
      const at = unmappedArea(mm, total, false);
      if (at < 0) return -ENOMEM;
      bias = at - first;
    } else {
      let align = PAGE;
      for (const p of loads) if (p.align > align && p.align < 2 ** 30 && Number.isInteger(Math.log2(p.align))) align = p.align;
      bias = Math.floor(base / align) * align - first;
      if (!rangeFree(mm, bias + first, total)) return -ENOMEM;
    }
  }
  const r: Loaded = { bias, start: bias + first, entry: image.entry + bias, phdr: 0, endCode: 0, endData: 0, startCode: Infinity, startData: 0, brk: 0 };
  for (const p of loads) {
    const failed = mapSegment(k, task, mm, file, p, bias);
    if (failed < 0) return failed;
    const va = p.vaddr + bias;
    if (image.phoff >= p.offset && image.phoff < p.offset + p.filesz) r.phdr = image.phoff - p.offset + va;
    if ((p.flags & PF_X) !== 0 && va < r.startCode) r.startCode = va;
    if (va > r.startData) r.startData = va;
    if ((p.flags & PF_X) !== 0 && va + p.filesz > r.endCode) r.endCode = va + p.filesz;
    if (va + p.filesz > r.endData) r.endData = va + p.filesz;
    if (va + p.memsz > r.brk) r.brk = va + p.memsz;
  }
  if (r.startCode === Infinity) r.startCode = r.start;
  return r;
}

function mapSegment(k: Kernel, task: Task, mm: Mm, file: OpenFile, p: Phdr, bias: Va): number {
  const va = p.vaddr + bias;
  if (p.filesz > p.memsz || !(va + p.memsz <= TASK_SIZE) || va < 65536 && p.memsz > 0) return -ENOEXEC;
  if (p.vaddr % PAGE !== p.offset % PAGE) return -ENOEXEC;
  const flags = ((p.flags & PF_R) !== 0 ? VM.READ : 0) | ((p.flags & PF_W) !== 0 ? VM.WRITE : 0) | ((p.flags & PF_X) !== 0 ? VM.EXEC : 0) | VM.MAYWRITE;
  const start = pageDown(va), fileEnd = pageUp(va + p.filesz), end = pageUp(va + p.memsz);
  if (p.filesz > 0) {
    unmapRange(k, mm, start, fileEnd);
    getFile(file);
    mapArea(k, task, mm, start, fileEnd, flags, file, pageDown(p.offset) / PAGE);
  }
  if (p.memsz > p.filesz) {
    const bssStart = p.filesz > 0 ? fileEnd : start;
    if (end > bssStart) {
      unmapRange(k, mm, bssStart, end);
      mapArea(k, task, mm, bssStart, end, flags, null, 0);
    }
    // padzero: the rest of the last file page is bss. A read-only segment keeps what the file has, as in Linux.
    const tail = fileEnd - (va + p.filesz);
    if (p.filesz > 0 && tail > 0 && (p.flags & PF_W) !== 0 && copyToUser(k, task, va + p.filesz, new Uint8Array(tail)) < 0) return -EFAULT;
  }
  return 0;
}

const AT = { NULL: 0, PHDR: 3, PHENT: 4, PHNUM: 5, PAGESZ: 6, BASE: 7, FLAGS: 8, ENTRY: 9, UID: 11, EUID: 12, GID: 13, EGID: 14, PLATFORM: 15, HWCAP: 16, CLKTCK: 17, SECURE: 23, RANDOM: 25, HWCAP2: 26, EXECFN: 31, SYSINFO_EHDR: 33, MINSIGSTKSZ: 51 } as const;
/** What a signal frame takes at most: with the legacy FXSAVE area, rounded up; and as Linux says where XCR0 is 7. */
const MINSIGSTKSZ = 2048, MINSIGSTKSZ_AVX = 1776;
export const STACK_TOP = TASK_SIZE;
/** setup_arg_pages: mapped beyond what the arguments use. */
const STACK_EXPAND = 131072;

export interface StackImage { sp: Va; argStart: Va; argEnd: Va; envStart: Va; envEnd: Va; auxv: Uint8Array }

/** Builds [stack] with strings, auxv, environment and arguments as the System V ABI lays them out. */
export function buildStack(k: Kernel, task: Task, mm: Mm, filename: string, argv: string[], envp: string[], main: Loaded, image: ElfImage, interpBase: Va, secure: boolean): StackImage | number {
  const size = (list: string[]): number => list.reduce((n, s) => n + s.length + 1, 0);
  const argBytes = size(argv), envBytes = size(envp);
  const strings = argBytes + envBytes + filename.length + 1 + 8;
  const argStart = STACK_TOP - strings, envStart = argStart + argBytes, execfn = envStart + envBytes;
  let p = Math.floor(argStart / 16) * 16;
  const platform = 'x86_64';
  p -= platform.length + 1;
  const platformAt = p;
  p -= 16;
  const randomAt = p;
  const { cred } = task, model = CPU_MODELS[k.config.cpuModel];
  const aux: [number, number][] = [
    [AT.SYSINFO_EHDR, mm.vdso], [AT.MINSIGSTKSZ, model.xcr0 === 0 ? MINSIGSTKSZ : MINSIGSTKSZ_AVX], [AT.HWCAP, model.leaf1Edx], [AT.PAGESZ, PAGE], [AT.CLKTCK, 100], [AT.PHDR, main.phdr], [AT.PHENT, 56], [AT.PHNUM, image.phnum],
    [AT.BASE, interpBase], [AT.FLAGS, 0], [AT.ENTRY, main.entry], [AT.UID, cred.uid], [AT.EUID, cred.euid], [AT.GID, cred.gid], [AT.EGID, cred.egid],
    [AT.SECURE, secure ? 1 : 0], [AT.RANDOM, randomAt], [AT.HWCAP2, 0], [AT.EXECFN, execfn], [AT.PLATFORM, platformAt], [AT.NULL, 0],
  ];
  const items = 1 + argv.length + 1 + envp.length + 1 + aux.length * 2;
  const sp = Math.floor((p - items * 8) / 16) * 16;
  const bytes = new Uint8Array(STACK_TOP - sp);
  const dv = new DataView(bytes.buffer);
  const put = (va: Va, n: number): void => { dv.setUint32(va - sp, n >>> 0, true); dv.setUint32(va - sp + 4, Math.floor(n / 4294967296) >>> 0, true); };
  const text = (va: Va, s: string): void => { for (let i = 0; i < s.length; i++) bytes[va - sp + i] = s.charCodeAt(i); };
  let at = sp, str = argStart;
  put(at, argv.length);
  at += 8;
  for (const list of [argv, envp]) {
    for (const s of list) { put(at, str); text(str, s); at += 8; str += s.length + 1; }
    put(at, 0);
    at += 8;
  }
  text(execfn, filename);
  text(platformAt, platform);
  randomBytes(k.random, bytes, randomAt - sp, 16);
  const auxAt = at;
  for (const [tag, value] of aux) { put(at, tag); put(at + 8, value); at += 16; }
  const low = Math.max(pageDown(sp) - STACK_EXPAND, STACK_TOP - pageUp(Math.min(task.process.rlimits[3]![0], 2 ** 40)));
  const flags = VM.READ | VM.WRITE | VM.MAYWRITE | VM.GROWSDOWN | VM.STACK | (image.execStack ? VM.EXEC : 0);
  mapArea(k, task, mm, Math.min(low, pageDown(sp)), STACK_TOP, flags, null, 0, '[stack]');
  if (!placeBytes(k, mm, sp, bytes, flags)) return -ENOMEM;
  mm.startStack = sp;
  return { sp, argStart, argEnd: envStart, envStart, envEnd: execfn, auxv: bytes.slice(auxAt - sp, at - sp) };
}

/** Puts bytes into fresh anonymous pages of an mm under construction, without faults. */
export function placeBytes(k: Kernel, mm: Mm, va: Va, bytes: Uint8Array, vmaFlags: number): boolean {
  for (let done = 0; done < bytes.length;) {
    const page = pageDown(va + done);
    const at = makePte(k, mm, page);
    const pfn = at < 0 ? -1 : allocFrame(k, { user: true });
    if (pfn < 0) return false;
    const n = Math.min(bytes.length - done, page + PAGE - (va + done));
    k.ram.write(pfn * PAGE + (va + done - page), bytes, done, n);
    setPte(k, mm, at, pfn, PTE.P | PTE.U | PTE.A | PTE.D | ((vmaFlags & VM.WRITE) !== 0 ? PTE.W : 0) | SOFT_ANON, pteNx(vmaFlags));
    done += n;
  }
  return true;
}
