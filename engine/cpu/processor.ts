// The processor: all virtual CPUs over one WebAssembly.Memory. Joins the MMU, the block cache, the interpreter and the compiler.
import { CPU_LEVELS, CPU_MODELS } from '../abi/cpu-models.ts';
import type { CpuLevel, CpuModel } from '../abi/cpu-models.ts';
import { assert } from '../base/assert.ts';
import { seedRandom } from '../base/random.ts';
import { COST } from '../clock/costs.ts';
import { AC, CTX, CTX_SIZE, DR6_BS, EXIT, RAX, RBP, RBX, RCX, RDX, RF, RSP, Regs, TF, VEC } from '../machine/hardware.ts';
import type { Processor, ProcessorExit, Ram } from '../machine/hardware.ts';
import type { CodeLeft, CodeStore } from '../machine/kept-code.ts';
import { COUNT } from './counts.ts';
import { cpuid } from './cpuid.ts';
import { Blocks } from './interp/blocks.ts';
import { CODE } from './interp/context.ts';
import { SLOT } from './interp/dispatch.ts';
import { Core } from './interp/core.ts';
import type { Runtime } from './interp/core.ts';
import { runString } from './interp/string.ts';
import { DTLB, DTLB_ENTRIES, FRAME_COUNT, FRAME_FETCHED, FRAME_FLAGS, ITLB, ITLB_ENTRIES, LARGE_TLB_ENTRIES, LTLB, MAX_CPUS, RAM_BASE, REC, S, SIDE, cpuBase } from './layout.ts';
import { Compiler } from './jit/compiler.ts';
import type { Joining } from './jit/neighbours.ts';
import { Mmu } from './mmu/mmu.ts';
import './semantics/all.ts';
import { EXIT_MODE } from './semantics/flow.ts';

/** For --engine-stats: the host's clock in milliseconds, which the engine itself must not read (law 1). Nothing of it reaches the guest. */
export interface Meter { now(): number }
/** With a meter everything is counted and timed, which costs; without, only what is free. */
export interface ProcessorOptions { jit: 'auto' | 'off' | 'force'; /** The highest level unless given. */ cpu?: CpuLevel; /** Of RDRAND; CPUs differ. */ seed?: number; meter?: Meter | null; /** With jit auto: executions after which a block is compiled, a power of two; tests make it small. */ hot?: number; /** With jit auto: when regions become one; tests make it soon. */ joining?: Joining; /** Compiled regions of earlier runs, with the same engine, model, number of CPUs (one or more) and use of a meter. */ code?: CodeStore | null }

/** @param memory of createMemory (memory.ts); the engine's area is zero at first. */
export function createProcessor(memory: WebAssembly.Memory, ram: Ram, cpus: number, options: ProcessorOptions): Processor {
  return new Cpu(memory, ram, cpus, options);
}

/** Executions after which a block is compiled, and a long block, a round of which is much; powers of two. A region costs some 10 ms of CPU time to compile,
 *  V8's threads included, about what its blocks cost in the interpreter until their entry has run this often. */
const HOT = 32768, LONG_HOT = 16384;

/** Regions compiled together: an instance costs more than a function. */
const BATCH = 8;

/** The words of a CPU's state that are architectural beyond the register file: time, counters, RDRAND's generator, page table. */
const SAVED = [S.now, S.insns, S.dtlbMiss, S.itlbMiss, S.tlbFlush, S.random, S.random + 8] as const;
const LARGE_TLB_WORDS = LARGE_TLB_ENTRIES * LTLB.size >> 2;
const CPU_SAVED = CTX_SIZE + SAVED.length * 8 + 8 + DTLB_ENTRIES * 12 + LARGE_TLB_ENTRIES * LTLB.size + ITLB_ENTRIES * 12;

/** The upper half of the first address that only the kernel may have. */
const FIRST_KERNEL_HI = 0xffff8000;
const PREFIXES: ReadonlySet<number> = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf2, 0xf3]);
class Cpu implements Processor {
  readonly exit: ProcessorExit = { reason: 0, vector: 0, errorCode: 0, address: 0, addressLo: 0, addressHi: 0 };
  private readonly mmu: Mmu;
  private readonly blocks: Blocks;
  private readonly core: Core;
  private readonly files: Regs[] = [];
  private readonly compiler: Compiler | null;
  private readonly model: CpuModel;
  private runs = 0;
  private early = 0;
  private readonly times = { run: 0, decode: 0, compile: 0 };
  /** By handler slot: instructions before which regions were left. */
  private readonly sideExits = new Map<number, number>();

  private readonly meter: Meter | null;

  constructor(memory: WebAssembly.Memory, ram: Ram, readonly cpus: number, options: ProcessorOptions) {
    assert(cpus >= 1 && cpus <= MAX_CPUS, 'number of CPUs');
    const meter = this.meter = options.meter ?? null;
    const mmu = this.mmu = new Mmu(memory, ram.frames, cpus, (pfn) => this.blocks.drop(pfn));
    this.model = CPU_MODELS[options.cpu ?? CPU_LEVELS[CPU_LEVELS.length - 1]!];
    this.blocks = new Blocks(() => this.core, mmu, this.model.level);
    const runtime: Runtime = {
      read: (s, lo, hi, n) => mmu.read(s, lo, hi, n),
      rmw: (s, lo, hi, n) => mmu.rmw(s, lo, hi, n),
      rmwbounce: (s, lo, hi, n) => mmu.rmwBounce(s, lo, hi, n),
      copyin: (s, lo, hi, n) => mmu.copyIn(s, lo, hi, n),
      commit: (s, lo, hi, n) => mmu.commit(s, lo, hi, n),
      store: (s, lo, hi, n) => mmu.store(s, lo, hi, n),
      quietread: (s, lo, hi, n) => mmu.translateQuiet(s, lo, hi, n, false),
      quietwrite: (s, lo, hi, n) => mmu.translateQuiet(s, lo, hi, n, true),
      itlb: (s, lo, hi) => mmu.fetchPage(s, lo, hi) >= 0 ? 1 : 0,
      find: (s, pa) => {
        const since = meter === null ? 0 : meter.now(), block = this.blocks.find(s, pa >>> 0);
        if (meter !== null) this.times.decode += meter.now() - since;
        return block;
      },
      straddle: (s, block) => this.blocks.straddle(s, block),
      string: (s, record) => runString(mmu, this.core.setFlags, s, record, this.core.formOf(mmu.u16[(record + REC.fn) >> 1]!)),
      cpuid: (s) => this.cpuid(s),
      way: (s, lo, hi) => { this.compiler!.way(s, lo, hi); },
      sideexit: (record) => this.noteSideExit(record),
    };
    const hot = options.jit === 'force' ? 1 : options.hot ?? HOT;
    mmu.u32[FRAME_COUNT >> 2] = ram.frames;
    this.core = new Core(memory, runtime, meter !== null, cpus);
    this.compiler = options.jit === 'off' ? null : new Compiler(this.core, this.blocks, mmu, hot, Math.min(hot, LONG_HOT), options.jit === 'force' ? 1 : BATCH, () => this.executed(), options.jit === 'auto' ? options.code ?? null : null, options.joining ?? null);
    if (this.compiler !== null) {
      this.blocks.due = this.compiler.warm;
      this.blocks.entrySlot = SLOT.enterCounted;
    }
    for (let cpu = 0; cpu < cpus; cpu++) {
      const s = cpuBase(cpu);
      this.files.push(new Regs(memory.buffer, s));
      mmu.u32[(s + S.cpu) >> 2] = cpu;
      seedRandom(mmu.u32.subarray((s + S.random) >> 2, ((s + S.random) >> 2) + 4), (options.seed ?? 0) + cpu);
      mmu.u32[(s + CTX.rflags) >> 2] = 0x202;
      mmu.u32[(s + CTX.mxcsr) >> 2] = 0x1f80;
      mmu.u8[s + CTX.fcw] = 0x7f; mmu.u8[s + CTX.fcw + 1] = 3;
      mmu.powerOn(s);
    }
  }

  codeLeft(): CodeLeft { return this.compiler?.left() ?? { modules: [] }; }
  private executed(): number { return this.files.reduce((sum, _, cpu) => sum + this.pair(cpuBase(cpu) + S.insns), 0); }
  regs(cpu: number): Regs { return this.files[cpu]!; }
  private pair(at: number): number { return this.mmu.u32[at >> 2]! + this.mmu.u32[(at >> 2) + 1]! * 4294967296; }
  private setPair(at: number, n: number): void {
    this.mmu.u32[at >> 2] = n >>> 0;
    this.mmu.u32[(at >> 2) + 1] = Math.floor(n / 4294967296);
  }
  now(cpu: number): number { return this.pair(cpuBase(cpu) + S.now); }
  setNow(cpu: number, now: number): void { this.setPair(cpuBase(cpu) + S.now, now); }

  run(cpu: number, deadline: number, clockEnd = Infinity): void {
    this.setPair(cpuBase(cpu) + S.clockEnd, Math.min(clockEnd, Number.MAX_SAFE_INTEGER));
    for (;;) {
      this.runInMode(cpu, deadline);
      if (this.exit.reason !== EXIT_MODE) return;
      if (this.now(cpu) >= deadline) { this.exit.reason = EXIT.deadline; return; }
    }
  }
  /** Until run()'s end or until RFLAGS.TF or AC change. */
  private runInMode(cpu: number, deadline: number): void {
    const s = cpuBase(cpu), { u32 } = this.mmu, { core, meter } = this, since = meter === null ? 0 : meter.now();
    this.runs++;
    const flags = u32[(s + CTX.rflags) >> 2] = u32[(s + CTX.rflags) >> 2]! & ~RF, stepping = (flags & TF) !== 0;
    this.setPair(s + S.deadline, stepping ? 0 : Math.min(deadline, Number.MAX_SAFE_INTEGER));
    this.mmu.checkAlignment(s, (flags & AC) !== 0);
    core.setFlags(s, flags);
    u32[(s + S.fk) >> 2] = 0;
    u32[(s + S.pageVa) >> 2] = 1; // no page: the first transfer looks it up
    let stepAt = -1, inhibits = false;
    if (stepping) {
      const lo = u32[(s + CTX.rip) >> 2]!, frame = this.mmu.fetchPage(s, lo | 0, u32[(s + CTX.rip + 4) >> 2]! | 0);
      if (frame >= 0) { inhibits = this.loadsSs(frame, lo & 4095); this.blocks.step(stepAt = frame + (lo & 4095)); } // else the dispatcher meets the fault again
    }
    for (;;) {
      const code = core.dispatch(s);
      if (code === CODE.leave) break;
      const record = u32[(s + S.rec) >> 2]!;
      u32[(s + S.rec) >> 2] = 0;
      if (code === CODE.hot) {
        this.compiling(() => { this.compiler!.hot(record, s); });
      }
      else {
        this.early++;
        this.chargePartial(s, record);
        this.setRip(s, record, true);
        if (this.pair(s + S.now) >= this.pair(s + S.deadline)) { u32[(s + S.exitReason) >> 2] = EXIT.deadline; break; }
      }
    }
    this.leave(s);
    if (u32[SIDE >> 2] !== 0) this.compiling(() => { this.compiler!.side(s); });
    if (!stepping && this.compiler?.joins === true) this.compiling(() => { this.compiler!.join(s); });
    if (stepping) this.endStep(stepAt, inhibits);
    if (meter !== null) this.times.run += meter.now() - since;
  }
  private compiling(work: () => void): void {
    const { meter } = this, from = meter === null ? 0 : meter.now();
    work();
    if (meter !== null) this.times.compile += meter.now() - from;
  }
  private noteSideExit(record: number): void {
    const slot = this.mmu.u16[(record + REC.fn) >> 1]!;
    this.sideExits.set(slot, (this.sideExits.get(slot) ?? 0) + 1);
  }
  /** Why regions handed their next instruction to the interpreter, the most frequent cause first: the form is not compiled, or its operands or memory were out of the ordinary. */
  private sideCauses(): [string, number][] {
    const causes = new Map<string, number>();
    for (const [slot, n] of this.sideExits) { // of a sequence and its first form it is the same
      const form = this.core.formOf(slot), cause = `${this.compiler!.leftOut(form) ? 'not compiled' : form.mem !== 0 ? 'memory' : 'operand'}: ${form.key}`;
      causes.set(cause, (causes.get(cause) ?? 0) + n);
    }
    return [...causes].sort((a, b) => b[1] - a[1]);
  }
  /** To the instruction of the record, or behind it. */
  private setRip(s: number, record: number, behind: boolean): void {
    const { u16, u32 } = this.mmu, off = u16[(record + REC.off) >> 1]!, offset = (off & 4095) + (behind ? off >> 12 : 0), lo = u32[(s + S.pageVa) >> 2]! + offset;
    u32[(s + CTX.rip) >> 2] = lo;
    u32[(s + CTX.rip + 4) >> 2] = u32[(s + S.pageVa + 4) >> 2]! + (lo > 0xffffffff ? 1 : 0);
  }
  private chargePartial(s: number, record: number): void {
    const { cost, count } = this.blocks.partial(record);
    this.mmu.addNow(s, cost);
    this.setPair(s + S.insns, this.pair(s + S.insns) + count);
  }
  /** Brings the state into the form that the kernel sees. */
  private leave(s: number): void {
    const { u32 } = this.mmu, { exit } = this, record = u32[(s + S.rec) >> 2]!;
    let fault = 0;
    exit.reason = u32[(s + S.exitReason) >> 2]!;
    if (exit.reason === EXIT.exception) {
      exit.vector = u32[(s + S.exitVector) >> 2]!;
      exit.errorCode = u32[(s + S.exitError) >> 2]!;
      exit.addressLo = u32[(s + S.exitLo) >> 2]!;
      exit.addressHi = u32[(s + S.exitHi) >> 2]!;
      exit.address = exit.addressLo + (exit.addressHi | 0) * 4294967296;
      if (record !== 0) { // a fault: charged up to and including the instruction
        this.chargePartial(s, record);
        this.setRip(s, record, false);
        if (exit.vector === VEC.GP && this.throughStack(s, record)) exit.vector = VEC.SS;
        if (exit.vector === VEC.PF && exit.addressHi >>> 0 >= FIRST_KERNEL_HI && this.offsetLeavesCanonical(s, record)) { exit.vector = VEC.GP; exit.errorCode = 0; }
      }
      if (exit.vector !== VEC.BP && exit.vector !== VEC.OF && exit.vector !== VEC.DB) fault = RF; // SDM vol. 3, 17.3.1.1: a fault is pushed with RF set
    } else {
      exit.vector = 0; exit.errorCode = 0; exit.address = 0; exit.addressLo = 0; exit.addressHi = 0;
    }
    u32[(s + S.rec) >> 2] = 0;
    if (u32[(s + S.fk) >> 2] !== 0) this.core.pack(s);
    const flags = (s + CTX.rflags) >> 2;
    u32[flags] = (u32[flags]! & ~0x8d5) | this.core.getFlags(s) | 2 | fault;
    u32[flags + 1] = 0;
  }
  /** A MOV to SS at `offset` of a frame: no trap comes between it and the next instruction (SDM vol. 3, 6.8.3). */
  private loadsSs(frame: number, offset: number): boolean {
    const { u8 } = this.mmu;
    let at = RAM_BASE + frame + offset;
    const end = RAM_BASE + frame + 4095;
    while (at < end && (PREFIXES.has(u8[at]!) || (u8[at]! & 0xf0) === 0x40)) at++;
    return at < end && u8[at] === 0x8e && ((u8[at + 1]! >> 3) & 7) === 2;
  }
  /** The instruction is done: #DB behind it, unless it left for another reason. */
  private endStep(pa: number, inhibits: boolean): void {
    const { exit } = this;
    if (pa >= 0) this.blocks.endStep(pa);
    if (exit.reason !== EXIT.deadline && exit.reason !== EXIT_MODE) return;
    if (inhibits) { exit.reason = EXIT_MODE; return; }
    exit.reason = EXIT.exception; exit.vector = VEC.DB; exit.errorCode = 0;
    exit.address = exit.addressLo = DR6_BS; exit.addressHi = 0;
  }

  /** A #GP for a non-canonical address that belongs to the stack segment is #SS (SDM vol. 3, 6.15): rsp or rbp is the base, or the stack is implied. */
  private throughStack(s: number, record: number): boolean {
    const { u32, u8 } = this.mmu, hi = u32[(s + S.exitHi) >> 2]! | 0, top = hi >> 15;
    if (top === 0 || top === -1) return false; // another #GP
    const half = (at: number): number => u8[record + at]! | (u8[record + at + 1]! << 8);
    const { mem, mnemonic } = this.core.formOf(this.mmu.u16[(record + REC.fn) >> 1]!), base = half(REC.base), plain = half(REC.seg) !== CTX.fsBase && half(REC.seg) !== CTX.gsBase;
    if (mem !== 0 && plain && (base === RSP * 8 || base === RBP * 8)) return true;
    if (!/^(push|pop|call|ret|enter|leave)/.test(mnemonic)) return false;
    if (mnemonic === 'enter' || mnemonic === 'leave') return true;
    const distance = (u32[(s + S.exitLo) >> 2]! - u32[(s >> 2) + RSP * 2]!) | 0;
    return distance >= -8 && distance <= 8;
  }

  /** A kernel's address that a base of FS or GS made out of an offset which is not canonical: #GP, as AMD's processors say (measured on family 25). */
  private offsetLeavesCanonical(s: number, record: number): boolean {
    const { u32, u8 } = this.mmu, base = u8[record + REC.seg]! | (u8[record + REC.seg + 1]! << 8);
    if (base !== CTX.fsBase && base !== CTX.gsBase) return false;
    const borrow = this.exit.addressLo >>> 0 < u32[(s + base) >> 2]! ? 1 : 0, top = ((this.exit.addressHi - u32[(s + base + 4) >> 2]! - borrow) | 0) >> 15;
    return top !== 0 && top !== -1;
  }

  stepClock(cpu: number): void {
    const s = cpuBase(cpu), { u32, u8 } = this.mmu, at = s >> 2;
    // RDTSC is 0F 31, RDTSCP 0F 01 F9; prefixes may stand before
    let lo = u32[(s + CTX.rip) >> 2]!, hi = u32[(s + CTX.rip + 4) >> 2]!, length = 0, previous = -1;
    for (;;) {
      const pfn = this.mmu.peek(s, lo | 0, hi | 0, false);
      assert(pfn >= 0 && length < 15, 'stepClock at an RDTSC');
      const byte = u8[RAM_BASE + pfn * 4096 + (lo & 4095)]!;
      length++;
      lo++;
      if (lo > 0xffffffff) { lo = 0; hi++; }
      if (previous === 0x0f && byte === 0x31) break;
      if (byte === 0xf9) { u32[at + RCX * 2] = u32[(s + S.cpu) >> 2]!; u32[at + RCX * 2 + 1] = 0; break; }
      previous = byte;
    }
    u32[(s + CTX.rip) >> 2] = lo;
    u32[(s + CTX.rip + 4) >> 2] = hi;
    u32[at + RAX * 2] = u32[(s + S.now) >> 2]!; u32[at + RAX * 2 + 1] = 0;
    u32[at + RDX * 2] = u32[(s + S.now + 4) >> 2]!; u32[at + RDX * 2 + 1] = 0;
    this.mmu.addNow(s, COST.insn.simple);
    this.setPair(s + S.insns, this.pair(s + S.insns) + 1);
  }
  private cpuid(s: number): void {
    const { u32 } = this.mmu, at = s >> 2;
    const values = cpuid(this.model, u32[at + RAX * 2]!, u32[at + RCX * 2]!, u32[(s + S.cpu) >> 2]!);
    [RAX, RBX, RCX, RDX].forEach((r, i) => { u32[at + r * 2] = values[i]!; u32[at + r * 2 + 1] = 0; });
  }

  setPageTable(cpu: number, pgd: number, flush: boolean): void {
    this.mmu.u32[(cpuBase(cpu) + S.pgd) >> 2] = pgd;
    if (flush) this.flushTlb(cpu);
  }
  invalidatePage(cpu: number, va: number): void { this.mmu.invalidate(cpuBase(cpu), va); }
  invalidateLargePage(cpu: number, va: number): void { this.mmu.invalidateLarge(cpuBase(cpu), va); }
  flushTlb(cpu: number): void { this.mmu.flush(cpuBase(cpu)); }
  frameWritten(pfn: number): void { this.mmu.written(pfn); }
  mixFrames(digest: Uint32Array, pfns: readonly number[]): void {
    const s = cpuBase(0), at = (s + S.scratch) >> 2, { u32 } = this.mmu;
    u32.set(digest.subarray(0, 4), at);
    for (const pfn of pfns) this.core.mixFrame(s, pfn);
    digest.set(u32.subarray(at, at + 4));
  }
  counters(cpu: number): { instructions: number; dtlbMiss: number; itlbMiss: number; tlbFlush: number } {
    const s = cpuBase(cpu), { f64 } = this.mmu;
    return { instructions: this.pair(s + S.insns), dtlbMiss: f64[(s + S.dtlbMiss) >> 3]!, itlbMiss: f64[(s + S.itlbMiss) >> 3]!, tlbFlush: f64[(s + S.tlbFlush) >> 3]! };
  }

  /** Per CPU: register file, time and counters, page table, TLBs; then the frames fetched from, as numbers. */
  saveState(): Uint8Array {
    const { u8, u32 } = this.mmu, fetched: number[] = [], flagsEnd = FRAME_FLAGS + this.ramFrames;
    for (let i = FRAME_FLAGS; i < flagsEnd; i++) if ((u8[i]! & FRAME_FETCHED) !== 0) fetched.push(i - FRAME_FLAGS);
    const out = new Uint8Array(8 + this.cpus * CPU_SAVED + fetched.length * 4), words = new Uint32Array(out.buffer);
    words[0] = this.cpus;
    words[1] = fetched.length;
    let w = 2;
    for (let cpu = 0; cpu < this.cpus; cpu++) {
      const s = cpuBase(cpu);
      words.set(u32.subarray(s >> 2, (s + CTX_SIZE) >> 2), w);
      w += CTX_SIZE >> 2;
      for (const at of SAVED) { words[w++] = u32[(s + at) >> 2]!; words[w++] = u32[(s + at + 4) >> 2]!; }
      words[w++] = u32[(s + S.pgd) >> 2]!;
      w++;
      for (let i = 0, e = (s + S.dtlb) >> 2; i < DTLB_ENTRIES; i++, e += DTLB.size >> 2) {
        words[w++] = u32[e + (DTLB.archLo >> 2)]!;
        words[w++] = u32[e + (DTLB.archHi >> 2)]!;
        words[w++] = u32[e + (DTLB.pfn >> 2)]!;
      }
      words.set(u32.subarray((s + S.largeTlb) >> 2, ((s + S.largeTlb) >> 2) + LARGE_TLB_WORDS), w);
      w += LARGE_TLB_WORDS;
      for (let i = 0, e = (s + S.itlb) >> 2; i < ITLB_ENTRIES; i++, e += ITLB.size >> 2) { words[w++] = u32[e]!; words[w++] = u32[e + 1]!; words[w++] = u32[e + 2]!; }
    }
    for (const pfn of fetched) words[w++] = pfn;
    return out;
  }
  restoreState(bytes: Uint8Array): void {
    const words = new Uint32Array(bytes.slice().buffer), { u8, u32 } = this.mmu;
    assert(words[0] === this.cpus, 'state of another number of CPUs');
    this.blocks.flush();
    u8.fill(0, FRAME_FLAGS, FRAME_FLAGS + this.ramFrames);
    let w = 2 + this.cpus * (CPU_SAVED >> 2);
    for (let i = 0; i < words[1]!; i++) u8[FRAME_FLAGS + words[w++]!] = FRAME_FETCHED;
    w = 2;
    for (let cpu = 0; cpu < this.cpus; cpu++) {
      const s = cpuBase(cpu);
      u32.set(words.subarray(w, w + (CTX_SIZE >> 2)), s >> 2);
      w += CTX_SIZE >> 2;
      for (const at of SAVED) { u32[(s + at) >> 2] = words[w++]!; u32[(s + at + 4) >> 2] = words[w++]!; }
      u32[(s + S.pgd) >> 2] = words[w++]!;
      w++;
      for (let i = 0, e = (s + S.dtlb) >> 2; i < DTLB_ENTRIES; i++, e += DTLB.size >> 2) {
        u32[e + (DTLB.archLo >> 2)] = words[w++]!;
        u32[e + (DTLB.archHi >> 2)] = words[w++]!;
        u32[e + (DTLB.pfn >> 2)] = words[w++]!;
      }
      u32.set(words.subarray(w, w + LARGE_TLB_WORDS), (s + S.largeTlb) >> 2);
      w += LARGE_TLB_WORDS;
      for (let i = 0, e = (s + S.itlb) >> 2; i < ITLB_ENTRIES; i++, e += ITLB.size >> 2) { u32[e] = words[w++]!; u32[e + 1] = words[w++]!; u32[e + 2] = words[w++]!; }
      this.mmu.rebuildFastTags(s);
    }
  }
  private get ramFrames(): number { return (this.mmu.u8.length - RAM_BASE) / 4096; }

  /** For the script that writes interp/common-forms.ts. */
  madeForms(): string[] { return this.core.madeForms(); }
  stats(): Record<string, number> {
    const { blocks, core, compiler, times } = this;
    const out: Record<string, number> = { runs: this.runs, blocksDecoded: blocks.decoded, blockLookups: blocks.lookups, blockFlushes: blocks.flushes, earlyEnds: this.early,
      forms: core.forms, handlerModules: core.handlerModules, missingForms: core.missing.size, ...compiler?.stats() };
    if (this.meter === null) return out;
    for (const [name, at] of Object.entries(COUNT)) out[name] = this.pair(at);
    for (const [name, ms] of Object.entries(times)) out[`${name}Ms`] = Math.round(ms * 1000) / 1000;
    for (const [cause, n] of this.sideCauses()) out[`side exit, ${cause}`] = n;
    return out;
  }
}
