// Instructions that look at system state and yet run in user mode: descriptor checks on Linux's user segments, table registers, the machine
// status word. The latter as Linux answers for a processor with UMIP (arch/x86/kernel/umip.c): fixed values, and of a register only the operand's bytes.
import { S } from '../layout.ts';
import { I32, I64 } from '../wasm/builder.ts';
import { define } from './context.ts';
import type { Ctx, Semantics } from './context.ts';

/** By selector without RPL: access rights as LAR gives them, and whether it can be written. The last one's limit is the CPU's number. */
const SEGMENTS = [{ selector: 0x20, rights: 0xcffb00, data: false }, { selector: 0x28, rights: 0xcff300, data: true }, { selector: 0x30, rights: 0xaffb00, data: false }, { selector: 0x78, rights: 0x40f500, data: false }] as const;
const CPUNODE = 0x78;
/** The task register's selector, CR0 (PE MP ET NE WP AM PG), the tables' places; their limits are 0. */
const TSS = 0x40, CR0 = 0x80050033, GDT = 0xfffe0000, IDT = 0xffff0000;

const setZf = (c: Ctx): void => {
  const zf = c.local(I32);
  c.f.set(zf);
  c.getFlags(); c.f.i32Const(~0x40).i32And().get(zf).i32Const(6).i32Shl().i32Or(); c.setFlags();
};
/** push i32: the selector in operand i, without RPL. */
const selector = (c: Ctx, i: number): void => { c.read(i); c.f.i32WrapI64().i32Const(0xfffc).i32And(); };
const isOneOf = (c: Ctx, s: number, list: readonly { selector: number }[]): void => {
  c.f.i32Const(0);
  for (const x of list) c.f.get(s).i32Const(x.selector).i32Eq().i32Or();
};
const verify = (list: readonly { selector: number }[]): Semantics => (c) => {
  const s = c.local(I32);
  selector(c, 0); c.f.set(s);
  isOneOf(c, s, list); setZf(c);
};
/** The value is written only for a segment that exists. */
const descriptor = (value: (c: Ctx, s: number) => void): Semantics => (c) => {
  const { f } = c, s = c.local(I32), v = c.local(I64), there = c.local(I32);
  selector(c, 1); f.set(s);
  isOneOf(c, s, SEGMENTS); f.set(there);
  value(c, s); f.set(v);
  f.get(there).if(); f.get(v); c.write(0); f.end();
  f.get(there); setZf(c);
};
const table = (base: number): Semantics => (c) => {
  const { f } = c, va = c.local(I64), at = c.local(I32);
  c.ea(0); f.set(va);
  c.beginOut(va, 10); f.tee(at).i32Const(0).i32Store16(0);
  f.get(at).i64Const(base, 0xffffffff).i64Store(2, 0);
  c.copyOut(va, 10);
};
const constant = (n: number): Semantics => (c) => {
  const { f } = c;
  if (c.isMem(0) || c.size === 64) { f.i64Const(n, 0); c.write(0); return; }
  const mask = c.size === 16 ? 0xffff : 0xffffffff;
  c.modify(0, (old) => f.get(old).i64Const(~mask, 0xffffffff).i64And().i64Const(n & mask, 0).i64Or());
};

define({
  verr: verify(SEGMENTS), verw: verify(SEGMENTS.filter((x) => x.data)),
  lar: descriptor((c, s) => { c.f.i64Const(0); for (const x of SEGMENTS) c.f.i64Const(x.rights).i64Const(0).get(s).i32Const(x.selector).i32Eq().select().i64Or(); }),
  lsl: descriptor((c, s) => { c.state(); c.f.i64Load32U(S.cpu).i64Const(0xffffffff, 0).get(s).i32Const(CPUNODE).i32Eq().select(); }),
  sldt: constant(0), str: constant(TSS), smsw: constant(CR0), sgdt: table(GDT), sidt: table(IDT),
});
