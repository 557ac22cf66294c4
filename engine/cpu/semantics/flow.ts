// What only the integer core's semantics need beyond Ctx: ends of blocks and exits from run().
import type { Bits, Ctx } from './context.ts';

/** Beside EXIT: RFLAGS.TF or AC changed, run() goes on in the other mode. Never seen outside engine/cpu. */
export const EXIT_MODE = 16;

export interface FlowCtx extends Ctx {
  /** pop i32: not zero → branch target (operand 0, kind j), else the next instruction. Ends the block. */
  branchIf(): void;
  jumpDirect(): void;
  /** pop i64. */
  jumpIndirect(): void;
  /** The target of this indirect jump is looked at behind jumpIndirect(), if it has to be. */
  readonly late?: boolean;
  fallthrough(): void;
  /** Leaves run() behind this instruction (rip = next, or local i64 `to`) with EXIT reason and, for exceptions of the trap kind, a vector. */
  leave(reason: number, vector?: number, to?: number): void;
  /** push i64: the time; leaves run() at this instruction, uncharged, when another CPU is to run first. */
  clock(): void;
  /** Runs string instruction / cpuid in the runtime: calls core function `name`(s, record); see interp/core.ts. Interpreter only: a region leaves
   *  to it, inside an if and before effects; otherwise it does not hold the instruction. */
  runtime(name: 'string' | 'cpuid'): void;
  /** No region holds this instruction: it has effects before it can fault, or looks at registers in the state. */
  onlyInterpreted(): void;
  /** push i64: base of the memory operand's segment. */
  segmentBase(): void;
  /** pop i32: cycles that this execution takes beyond the cost of the form. */
  spend(): void;
  /** pop i32: not zero → this instruction again, else the next one. Ends the block. */
  repeatIf(): void;
  /** ZF SF PF from r, AF 0, CF and OF from i32 locals holding 0 or 1. */
  flagsResult(bits: Bits, r: number, cf: number, of: number): void;
  /** Before an `if` in which flags may be set. */
  flagsMaybe(): void;
  /** At the end of that `if`: they are known only at run time now. */
  flagsMerged(): void;
  /** The low 32 bits of immediate operand i where they are known, else null. */
  constant(i: number): number | null;
  /** True when the flags that this instruction leaves are certainly overwritten before anything can see them. */
  readonly flagsDead: boolean;
  /** A local that holds what read(i) would push. It may be the register's own: only until this instruction writes to a register. */
  operand(i: number): number;
  /** modify() with flags: `compute` pushes the new value of operand i from the old one, in a local, and `flags` finds both. Of a register the old one is there only
   *  with wantsOld, and `other`, one more local that flags looks at, holds its value in any case. */
  update(i: number, compute: (old: number) => void, flags: ((old: number, result: number) => void) | null, wantsOld: boolean, other?: number): void;
  /** The flags of CMP from locals a and b; `difference` pushes a − b, should that be needed. */
  compare(bits: Bits, a: number, b: number, difference: () => void): void;
  /** Operand 1 goes to operand 0, of the same size. */
  copy(): void;
  /** store() of locals. */
  storeAt(address: number, value: number, bytes: 1 | 2 | 4 | 8): void;
  /** push i32: the second immediate of ENTER, or an x87 instruction's opcode. */
  imm2(): void;
  /** push i32: the selector of the segment that the memory operand lies in; SS's for a base of rsp or rbp. */
  operandSelector(): void;
  /** push/pop i32: rflags bits that are not lazy flags (DF, AC, ID, NT …). */
  otherFlags(): void;
  setOtherFlags(): void;
}
