// The vDSO: a small ELF image made here, with clock_gettime and friends as x86 code over RDTSC and the [vvar] page (vdso(7)).
import { assert } from '../../base/assert.ts';
import type { Va } from '../../base/brand.ts';
import { VM } from '../contracts/mm.ts';
import type { Mm } from '../contracts/mm.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { PTE, PTE_NX_HI } from '../../machine/hardware.ts';
import { mapArea } from '../mm/mmap.ts';
import { allocFrame, getFrame } from '../mm/page-alloc.ts';
import { PAGE, SOFT_SPECIAL, makePte, setPte } from '../mm/pgtable.ts';
import { mmOf } from '../mm/state.ts';
import { unmappedArea } from '../mm/vma.ts';

const VVAR_PAGES = 4, VDSO_PAGES = 2;
const CODE = 0x400; // where the code lies in the image

/*
 * The code, as GNU as writes it. r8 = the clock's base in [vvar], which lies VVAR_PAGES below the image: two u64, seconds and
 * nanoseconds of the clock at TSC 0; at 0 for CLOCK_REALTIME and its kin, at 16 for CLOCK_MONOTONIC and its kin. The TSC counts ns.
 *   clock_gettime: cmp edi,11; ja call; mov eax,0x8f3; bt eax,edi; jnc call        (clocks 0 1 4 5 6 7 11, else the system call)
 *     lea r8,[rip+vvar]; mov eax,0xd2; bt eax,edi; jnc 1f; add r8,16
 *  1: rdtsc; shl rdx,32; or rax,rdx; add rax,[r8+8]; xor edx,edx; mov ecx,1000000000; div rcx; add rax,[r8]
 *     mov [rsi],rax; mov [rsi+8],rdx; xor eax,eax; ret
 *  call: mov eax,228; syscall; ret
 *   gettimeofday: test rdi,rdi; je 3f; mov r9,rdi; (as above); mov [r9],rax; mov eax,edx; xor edx,edx; mov ecx,1000; div ecx; mov [r9+8],rax
 *  3: test rsi,rsi; je 4f; mov qword [rsi],0;  4: xor eax,eax; ret
 *   time: (as above); test rdi,rdi; je 5f; mov [rdi],rax;  5: ret
 *   getcpu, clock_getres: mov eax,NR; syscall; ret
 */
const TEXT = '83ff0b7743b8f30800000fa3f873394c8d0500000000b8d20000000fa3f873044983c0100f3148c1e2204809d04903400831d2b900ca9a3b48f7f14903004889064889560831'
  + 'c0c3b8e40000000f05c34885ff74364989f94c8d05000000000f3148c1e2204809d04903400831d2b900ca9a3b48f7f149030049890189d031d2b9e8030000f7f14989410848'
  + '85f6740748c7060000000031c0c3660f1f4400004c8d05000000000f3148c1e2204809d04903400831d2b900ca9a3b48f7f14903004885ff7403488907c3660f1f440000b835'
  + '0100000f05c30f1f840000000000b8e50000000f05c30f1f840000000000';
const ENTRIES: readonly [name: string, at: number, size: number][] = [
  ['__vdso_clock_gettime', 0, 0x50], ['__vdso_gettimeofday', 0x50, 0x4a], ['__vdso_time', 0xa0, 0x2a], ['__vdso_getcpu', 0xd0, 8], ['__vdso_clock_getres', 0xe0, 8],
  ['clock_gettime', 0, 0x50], ['gettimeofday', 0x50, 0x4a], ['time', 0xa0, 0x2a], ['getcpu', 0xd0, 8], ['clock_getres', 0xe0, 8],
];
/** Places of the three rip-relative displacements to [vvar], and where their instruction ends. */
const RELOCS = [0x12, 0x5b, 0xa3];

const sysvHash = (s: string): number => {
  let h = 0;
  for (let i = 0; i < s.length; i++) {
    h = ((h << 4) + s.charCodeAt(i)) >>> 0;
    const g = h & 0xf0000000;
    if (g !== 0) h ^= g >>> 24;
    h &= ~g;
  }
  return h >>> 0;
};

/**
 * .eh_frame_hdr with its search table, and .eh_frame behind it: every function leaves the stack alone, so the CFA is rsp + 8 and the
 * return address lies below it. Format: the LSB core specification, DWARF 4 section 6.4.
 */
function unwindTables(at: number): { at: number; headerSize: number; bytes: Uint8Array } {
  const functions = ENTRIES.filter(([name]) => name.startsWith('__')), headerSize = 12 + functions.length * 8, frame = Math.ceil(headerSize / 8) * 8, CIE = 24, FDE = 24;
  const bytes = new Uint8Array(frame + CIE + functions.length * FDE + 8), dv = new DataView(bytes.buffer);
  bytes.set([1, 0x1b, 0x03, 0x3b]); // version; the pointer pc-relative sdata4; the count udata4; the table datarel sdata4
  dv.setInt32(4, frame - 4, true);
  dv.setUint32(8, functions.length, true);
  // CIE: version 1, "zR", code alignment 1, data alignment -8, return address in column 16, pointers pc-relative sdata4; CFA = r7 + 8, r16 at CFA - 8
  dv.setUint32(frame, CIE - 4, true);
  bytes.set([1, 0x7a, 0x52, 0, 1, 0x78, 16, 1, 0x1b, 0x0c, 7, 8, 0x90, 1], frame + 8);
  functions.forEach(([, entry, size], i) => {
    const fde = frame + CIE + i * FDE;
    dv.setUint32(fde, FDE - 4, true);
    dv.setUint32(fde + 4, fde + 4 - frame, true);
    dv.setInt32(fde + 8, CODE + entry - (at + fde + 8), true);
    dv.setUint32(fde + 12, size, true);
    dv.setInt32(12 + i * 8, CODE + entry - at, true);
    dv.setInt32(12 + i * 8 + 4, fde, true);
  });
  return { at, headerSize, bytes };
}

/** The image, one page of content. */
export function vdsoImage(): Uint8Array {
  const image = new Uint8Array(VDSO_PAGES * PAGE);
  const dv = new DataView(image.buffer);
  const strings: number[] = [0];
  const str = (s: string): number => {
    const at = strings.length;
    for (let i = 0; i < s.length; i++) strings.push(s.charCodeAt(i));
    strings.push(0);
    return at;
  };
  const soname = 'linux-vdso.so.1', version = 'LINUX_2.6';
  const sonameAt = str(soname), versionAt = str(version);
  const names = ENTRIES.map(([n]) => str(n));
  const nsym = ENTRIES.length + 1;
  let at = 64 + 3 * 56;
  const place = (size: number, align: number): number => { at = Math.ceil(at / align) * align; const r = at; at += size; return r; };
  const hashAt = place((2 + 1 + nsym) * 4, 8), symAt = place(nsym * 24, 8), strAt = place(strings.length, 1), versymAt = place(nsym * 2, 2), verdefAt = place(2 * 28, 8), dynAt = place(11 * 16, 8);
  assert(at <= CODE, 'the dynamic sections of the vDSO fit before its code');
  // ELF header
  image.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0], 0);
  dv.setUint16(16, 3, true); dv.setUint16(18, 62, true); dv.setUint32(20, 1, true);
  dv.setUint32(24, CODE, true); dv.setUint32(32, 64, true);
  dv.setUint16(52, 64, true); dv.setUint16(54, 56, true); dv.setUint16(56, 3, true); dv.setUint16(58, 64, true);
  const phdr = (i: number, type: number, flags: number, offset: number, size: number, align: number): void => {
    const p = 64 + i * 56;
    dv.setUint32(p, type, true); dv.setUint32(p + 4, flags, true); dv.setUint32(p + 8, offset, true); dv.setUint32(p + 16, offset, true); dv.setUint32(p + 24, offset, true);
    dv.setUint32(p + 32, size, true); dv.setUint32(p + 40, size, true); dv.setUint32(p + 48, align, true);
  };
  const text = TEXT.length / 2;
  const eh = unwindTables(CODE + Math.ceil(text / 8) * 8);
  phdr(0, 1, 5, 0, eh.at + eh.bytes.length, PAGE);
  phdr(1, 2, 4, dynAt, 11 * 16, 8);
  phdr(2, 0x6474e550, 4, eh.at, eh.headerSize, 4); // PT_GNU_EH_FRAME
  image.set(eh.bytes, eh.at);
  // hash: one bucket, a chain through all symbols
  dv.setUint32(hashAt, 1, true); dv.setUint32(hashAt + 4, nsym, true); dv.setUint32(hashAt + 8, 1, true);
  for (let i = 1; i < nsym; i++) dv.setUint32(hashAt + 12 + i * 4, i + 1 < nsym ? i + 1 : 0, true);
  ENTRIES.forEach(([n, value, size], i) => {
    const s = symAt + (i + 1) * 24;
    dv.setUint32(s, names[i]!, true);
    image[s + 4] = n.startsWith('__') ? 0x12 : 0x22; // GLOBAL or WEAK FUNC
    dv.setUint16(s + 6, 1, true);
    dv.setUint32(s + 8, CODE + value, true);
    dv.setUint32(s + 16, size, true);
    dv.setUint16(versymAt + (i + 1) * 2, 2, true);
  });
  image.set(strings, strAt);
  // version definitions: the file itself, and LINUX_2.6
  const verdef = (v: number, flags: number, ndx: number, name: string, nameAt: number, next: number): void => {
    dv.setUint16(v, 1, true); dv.setUint16(v + 2, flags, true); dv.setUint16(v + 4, ndx, true); dv.setUint16(v + 6, 1, true);
    dv.setUint32(v + 8, sysvHash(name), true); dv.setUint32(v + 12, 20, true); dv.setUint32(v + 16, next, true);
    dv.setUint32(v + 20, nameAt, true);
  };
  verdef(verdefAt, 1, 1, soname, sonameAt, 28);
  verdef(verdefAt + 28, 0, 2, version, versionAt, 0);
  const dyn: [number, number][] = [[14, sonameAt], [4, hashAt], [5, strAt], [6, symAt], [10, strings.length], [11, 24], [0x6ffffff0, versymAt], [0x6ffffffc, verdefAt], [0x6ffffffd, 2], [0, 0]];
  dyn.forEach(([tag, value], i) => { dv.setUint32(dynAt + i * 16, tag, true); dv.setUint32(dynAt + i * 16 + 8, value, true); });
  for (let i = 0; i < text; i++) image[CODE + i] = parseInt(TEXT.slice(i * 2, i * 2 + 2), 16);
  for (const r of RELOCS) dv.setInt32(CODE + r, -VVAR_PAGES * PAGE - (CODE + r + 4), true);
  return image;
}

/** The machine's vDSO and vvar frames, made at boot. */
export function initVdso(k: Kernel): void {
  const s = mmOf(k);
  const image = vdsoImage();
  for (let i = 0; i < VDSO_PAGES; i++) {
    const pfn = allocFrame(k);
    k.ram.write(pfn * PAGE, image, i * PAGE, PAGE);
    s.vdsoPfns.push(pfn);
  }
  s.vvarPfn = allocFrame(k);
  setVdsoClock(k, k.config.startSec, k.config.startNsec);
}

/** CLOCK_REALTIME at TSC 0, changed by clock_settime. */
export function setVdsoClock(k: Kernel, sec: number, nsec: number): void {
  const bytes = new Uint8Array(16);
  const dv = new DataView(bytes.buffer);
  dv.setUint32(0, sec >>> 0, true); dv.setUint32(4, Math.floor(sec / 4294967296) >>> 0, true);
  dv.setUint32(8, nsec, true);
  k.ram.write(mmOf(k).vvarPfn * PAGE, bytes, 0, 16);
}

/** Maps [vvar] and [vdso] into a new address space; returns where the image is. */
export function mapVdso(k: Kernel, task: Task, mm: Mm): Va {
  const s = mmOf(k);
  const base = unmappedArea(mm, (VVAR_PAGES + VDSO_PAGES) * PAGE, false);
  if (base < 0) return 0;
  const vdso = base + VVAR_PAGES * PAGE;
  mapArea(k, task, mm, base, vdso, VM.READ | VM.SPECIAL, null, 0, '[vvar]');
  mapArea(k, task, mm, vdso, vdso + VDSO_PAGES * PAGE, VM.READ | VM.EXEC | VM.SPECIAL, null, 0, '[vdso]');
  const put = (va: Va, pfn: number, nx: number): void => {
    const at = makePte(k, mm, va);
    if (at < 0) return;
    getFrame(k, pfn);
    setPte(k, mm, at, pfn, PTE.P | PTE.U | PTE.A | SOFT_SPECIAL, nx);
  };
  put(base, s.vvarPfn, PTE_NX_HI);
  s.vdsoPfns.forEach((pfn, i) => put(vdso + i * PAGE, pfn, 0));
  mm.vdso = vdso;
  return vdso;
}
