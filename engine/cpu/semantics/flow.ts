// What only the integer core's semantics need beyond Ctx: ends of blocks and exits from run().
import type { Ctx } from './context.ts';

export interface FlowCtx extends Ctx {
  /** pop i32: not zero → branch target (operand 0, kind j), else the next instruction. Ends the block. */
  branchIf(): void;
  jumpDirect(): void;
  /** pop i64. */
  jumpIndirect(): void;
  fallthrough(): void;
  /** Leaves run() behind this instruction (rip = next) with EXIT reason and, for exceptions of the trap kind, a vector. */
  leave(reason: number, vector?: number): void;
  /** RDTSC: leaves run() at this instruction, uncharged. */
  leaveAtClock(): void;
  /** Runs string instruction / cpuid in the runtime: calls core function `name`(s, record); see interp/core.ts. Interpreter only. */
  runtime(name: 'string' | 'cpuid'): void;
  /** push/pop i32: rflags bits that are not lazy flags (DF, AC, ID, NT …). */
  otherFlags(): void;
  setOtherFlags(): void;
}
