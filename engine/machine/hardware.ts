// What hardware looks like from the kernel: RAM, processors, register files. Interfaces only; engine/cpu implements
// Processor, engine/boot joins the two. The kernel never imports engine/cpu.
import type { Cycles, Pa, Pfn, Va } from '../base/brand.ts';
import type { CodeLeft } from './kept-code.ts';

/** Byte offsets inside a register file (context) of CTX_SIZE bytes. Little-endian. */
export const CTX = {
  gpr: 0, // 16 × u64: rax rcx rdx rbx rsp rbp rsi rdi r8 … r15 (Intel's encoding order)
  rip: 128,
  rflags: 136, // materialised whenever the kernel can see it
  fsBase: 144,
  gsBase: 152,
  mxcsr: 160, // u32
  fcw: 164, // u16 x87 control word
  fsw: 166, // u16 status word, TOP included
  ftw: 168, // u16: bit i set = physical register i is NOT empty (abridged tag, low 8 bits)
  fop: 170, // u16
  selectors: 172, // 4 × u8: ES, DS, FS, GS; a byte holds every selector that user code can load
  fip: 176, // u64
  fdp: 184, // u64
  x87: 192, // 8 × 16 bytes, physical R0 … R7: 64-bit significand, u16 sign+exponent, 6 bytes zero but in the first:
  fcs: 202, // u16, selectors of the x87's pointers: code, data
  fds: 204, // u16
  xmm: 320, // 16 × 16 bytes
  ymmHigh: 576, // 16 × 16 bytes: bits 128–255 of the ymm registers, zero below x86-64-v3
} as const;
export const CTX_SIZE = 832;
/** Selectors that Linux gives to 64-bit user code. */
export const USER_CS = 0x33, USER_DS = 0x2b;

export const RAX = 0, RCX = 1, RDX = 2, RBX = 3, RSP = 4, RBP = 5, RSI = 6, RDI = 7, R8 = 8, R9 = 9, R10 = 10, R11 = 11, R12 = 12, R13 = 13, R14 = 14, R15 = 15;

/** A register file, live in a CPU or saved in a task: a typed-array window. 64-bit values as lo/hi pairs or, below 2^53, numbers. */
export class Regs {
  readonly u32: Uint32Array;
  readonly base: number;
  /** @param byteOffset of the register file in buffer; a multiple of 16. */
  constructor(buffer: ArrayBufferLike, byteOffset: number) {
    this.u32 = new Uint32Array(buffer, byteOffset, CTX_SIZE / 4);
    this.base = byteOffset;
  }
  lo(offset: number): number { return this.u32[offset >> 2]!; }
  hi(offset: number): number { return this.u32[(offset >> 2) + 1]!; }
  /** As an unsigned number; exact below 2^53. */
  num(offset: number): number { return this.u32[offset >> 2]! + this.u32[(offset >> 2) + 1]! * 4294967296; }
  /** Signed or unsigned integer below 2^53 in magnitude. */
  setNum(offset: number, n: number): void {
    this.u32[offset >> 2] = n >>> 0;
    this.u32[(offset >> 2) + 1] = Math.floor(n / 4294967296) >>> 0;
  }
  setLoHi(offset: number, lo: number, hi: number): void {
    this.u32[offset >> 2] = lo;
    this.u32[(offset >> 2) + 1] = hi;
  }
  gpr(i: number): number { return this.num(i * 8); }
  setGpr(i: number, n: number): void { this.setNum(i * 8, n); }
  get rip(): number { return this.num(CTX.rip); }
  set rip(n: number) { this.setNum(CTX.rip, n); }
  bytes(): Uint8Array { return new Uint8Array(this.u32.buffer, this.u32.byteOffset, CTX_SIZE); }
}

/** Page table entry bits (SDM vol. 3, 4.5). Entry = pfn·4096 | flags; NX is bit 63. The kernel owns bits 9–11. */
export const PTE = { P: 1, W: 2, U: 4, A: 0x20, D: 0x40, PS: 0x80, SOFT1: 0x200, SOFT2: 0x400, SOFT3: 0x800 } as const;
export const PTE_NX_HI = 0x80000000;

/** Guest RAM. All kernel writes to it go through these, so that code the CPU has fetched or decoded is noticed. */
export interface Ram {
  readonly frames: number;
  /** The whole of guest RAM, index = physical address. Read freely; write only frames that are never executed (page tables) directly. */
  readonly u8: Uint8Array;
  readonly u32: Uint32Array;
  write(pa: Pa, src: Uint8Array, srcOffset: number, length: number): void;
  read(pa: Pa, dst: Uint8Array, dstOffset: number, length: number): void;
  fill(pa: Pa, value: number, length: number): void;
  zeroFrame(pfn: Pfn): void;
  copyFrame(dst: Pfn, src: Pfn): void;
}

/** Bits of RFLAGS beyond the status flags: trap, resume, alignment check. */
export const TF = 0x100, RF = 0x10000, AC = 0x40000;
/** DR6: a single step. */
export const DR6_BS = 0x4000;

export const EXIT = { deadline: 0, syscall: 1, int80: 2, exception: 3, clock: 4 } as const;
/** Exception vectors (SDM vol. 3, table 6-1). */
export const VEC = { DE: 0, DB: 1, BP: 3, OF: 4, UD: 6, NM: 7, DF: 8, SS: 12, GP: 13, PF: 14, MF: 16, AC: 17, XM: 19 } as const;
/** Page-fault error code bits (SDM vol. 3, 4.7). */
export const PF = { present: 1, write: 2, user: 4, fetch: 16 } as const;

export interface ProcessorExit {
  reason: number; // EXIT.*
  vector: number; // VEC.* for exception
  errorCode: number; // PF.* for #PF, else the pushed error code or 0
  /** CR2 for #PF, DR6's cause bits for #DB, as a signed number (exact for canonical addresses, the kernel's half negative), and its exact halves. */
  address: number; addressLo: number; addressHi: number;
}

/** All virtual CPUs. State is per `cpu` index. Time is per CPU; the boot loop keeps CPUs in order. */
export interface Processor {
  readonly cpus: number;
  readonly exit: ProcessorExit;
  /** The live register file of a CPU. rflags is materialised and rip exact whenever run() has returned. */
  regs(cpu: number): Regs;
  now(cpu: number): Cycles;
  setNow(cpu: number, now: Cycles): void;
  /**
   * Runs user code on `cpu` from its registers until a block end at which now ≥ deadline, a syscall (rip then points
   * behind it; rcx and r11 are set), `int 0x80`, an exception (rip at the faulting instruction; for #BP/#OF behind it),
   * or an instruction that reads the clock at `clockEnd` (never, unless given) or later, when another CPU is to run first (RDTSC/RDTSCP: rip at it,
   * call stepClock() once the CPU may read it). Result in `exit`.
   */
  run(cpu: number, deadline: Cycles, clockEnd?: Cycles): void;
  /** Executes the RDTSC/RDTSCP at rip with the CPU's present time. */
  stepClock(cpu: number): void;
  /** CR3 load: physical address of the top-level table; flushes this CPU's TLBs when flush is true. */
  setPageTable(cpu: number, pgd: Pa, flush: boolean): void;
  invalidatePage(cpu: number, va: Va): void;
  /** INVLPG of a page of 2 MiB. */
  invalidateLargePage(cpu: number, va: Va): void;
  flushTlb(cpu: number): void;
  /** The kernel changed bytes of a frame (Ram calls it when the frame's code flags are set). */
  frameWritten(pfn: Pfn): void;
  /** Counters since power-on, deterministic: instructions, dTLB and iTLB accesses/misses, flushes. */
  counters(cpu: number): { instructions: number; dtlbMiss: number; itlbMiss: number; tlbFlush: number };
  /** Mixes frames of RAM into a digest, each as mixWords (events/digest.ts) does. Not while run() runs. */
  mixFrames(digest: Uint32Array, pfns: readonly Pfn[]): void;
  /** Compiled code for later runs. */
  codeLeft(): CodeLeft;
  /** Architectural state beyond RAM, as bytes (registers, TLBs, fetched bits, counters, time), and back (law 4). */
  saveState(): Uint8Array;
  restoreState(bytes: Uint8Array): void;
  /** Tier statistics for --engine-stats; not part of the state. */
  stats(): Record<string, number>;
}
