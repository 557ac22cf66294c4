// Control flow: jumps, calls, returns, loops, conditional sets and moves, traps and system calls.
import { EXIT, R11, RCX, RSP, VEC } from '../../machine/hardware.ts';
import { I64 } from '../wasm/builder.ts';
import type { Func } from '../wasm/builder.ts';
import { define } from './context.ts';
import type { Semantics } from './context.ts';
import { pushValue } from './int.ts';
import type { FlowCtx } from './flow.ts';

const flow = (fn: (c: FlowCtx) => void): Semantics => (c) => fn(c as FlowCtx);
/** i64 → i32: whether bits 63 to 47 are not all alike. */
export function notCanonical(f: Func): void { f.i64Const(47).i64ShrS().i64Const(1).i64Add().i64Const(1).i64GtU(); }
/** #GP at the jump itself, nothing done, if its target is not canonical. */
export function canonical(c: FlowCtx, to: number): void {
  c.f.get(to); notCanonical(c.f); c.f.hint(false).if();
  c.raise(VEC.GP);
  c.f.end();
}
const loop = (cc: number): Semantics => flow((c) => {
  const { f } = c, n = c.local(I64), addr32 = c.form.mem === 3;
  c.gpr(RCX, addr32 ? 32 : 64);
  f.i64Const(1).i64Sub();
  if (addr32) f.i32WrapI64().i64ExtendI32U();
  f.set(n).get(n);
  c.setGpr(RCX, addr32 ? 32 : 64);
  f.get(n).i64Const(0).i64Ne();
  if (cc >= 0) { c.cond(cc); f.i32And(); }
  c.branchIf();
});

define({
  jcc: flow((c) => { c.cond(c.form.cc); c.branchIf(); }),
  setcc: (c) => { c.cond(c.form.cc); c.f.i64ExtendI32U(); c.write(0); },
  cmovcc: (c) => {
    const v = c.local(I64), { f } = c;
    c.read(1); f.set(v); // memory is read, and may fault, whatever the condition
    f.get(v); c.read(0); c.cond(c.form.cc); f.select();
    c.write(0);
  },
  jmp: flow((c) => c.jumpDirect()),
  jmp_e: flow((c) => {
    const to = c.local(I64);
    c.read(0); c.f.set(to);
    if (!c.late) canonical(c, to);
    c.f.get(to); c.jumpIndirect();
  }),
  call: flow((c) => { pushValue(c, () => c.nextRip()); c.jumpDirect(); }),
  call_e: flow((c) => {
    const to = c.local(I64);
    c.read(0); c.f.set(to);
    canonical(c, to);
    pushValue(c, () => c.nextRip());
    c.f.get(to); c.jumpIndirect();
  }),
  ret: flow((c) => {
    const to = c.local(I64), { f } = c;
    c.gpr(RSP); c.load(8); f.set(to);
    canonical(c, to);
    c.gpr(RSP); f.i64Const(8).i64Add();
    if (c.ops.length > 0) { c.imm(0); f.i64Const(0xffff).i64And().i64Add(); }
    c.setGpr(RSP);
    f.get(to);
    c.jumpIndirect();
  }),
  loop: loop(-1), loope: loop(4), loopne: loop(5),
  jrcxz: flow((c) => { c.gpr(RCX, c.form.mem === 3 ? 32 : 64); c.f.i64Eqz(); c.branchIf(); }),
  'block.end': flow((c) => c.fallthrough()),
  syscall: flow((c) => {
    c.nextRip(); c.setGpr(RCX);
    c.otherFlags(); c.getFlags(); c.f.i32Or().i64ExtendI32U(); c.setGpr(R11);
    c.leave(EXIT.syscall);
  }),
  int: flow((c) => {
    const n = c.immConst(0) & 0xff;
    if (n === 0x80) c.leave(EXIT.int80);
    else if (n === 3) c.leave(EXIT.exception, VEC.BP);
    else if (n === 4) c.leave(EXIT.exception, VEC.OF);
    else { c.raise(VEC.GP, n * 8 + 2); c.f.unreachable(); c.fallthrough(); }
  }),
  int3: flow((c) => c.leave(EXIT.exception, VEC.BP)),
  int1: flow((c) => c.leave(EXIT.exception, VEC.DB)),
  ud2: flow((c) => { c.raise(VEC.UD); c.f.unreachable(); c.fallthrough(); }),
  privileged: flow((c) => { c.raise(VEC.GP); c.f.unreachable(); c.fallthrough(); }),
});
