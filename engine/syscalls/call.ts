// How a handler sees its call: the six raw arguments, read by type. Handlers live in the family files beside this one.
import type { Kernel } from '../kernel/contracts/kernel.ts';
import type { Task } from '../kernel/contracts/task.ts';

/** The raw arguments of the call a task is in (task.syscall.args), by the C type the call declares. */
export class Args {
  readonly u: Uint32Array;
  constructor(u: Uint32Array) { this.u = u; }
  /** int */
  i32(i: number): number { return this.u[i * 2]! | 0; }
  /** unsigned int */
  u32(i: number): number { return this.u[i * 2]!; }
  /** A pointer or unsigned long; exact below 2^53, any larger value stays above every user address. */
  ptr(i: number): number { return this.u[i * 2]! + this.u[i * 2 + 1]! * 4294967296; }
  /** long, loff_t: signed, exact within ±2^53. */
  i64(i: number): number { return this.u[i * 2]! + (this.u[i * 2 + 1]! | 0) * 4294967296; }
  lo(i: number): number { return this.u[i * 2]!; }
  hi(i: number): number { return this.u[i * 2 + 1]!; }
}

/**
 * A syscall handler: ≥ 0 or −errno, or BLOCK, AGAIN, NORETURN, −ERESTART* (kernel/contracts/wait.ts).
 * Law 4: first fault in every user range it will touch (uaccess), then act; re-entered from the start after a wait.
 */
export type Handler = (k: Kernel, task: Task, a: Args) => number;
export type Handlers = Readonly<Record<string, Handler>>;
