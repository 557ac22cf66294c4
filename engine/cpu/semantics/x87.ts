// The x87's encodings bound to the unit of x87-unit.ts: operands in, one call, result out. FXSAVE is in fxsave.ts.
import { CTX, RAX, USER_CS, VEC } from '../../machine/hardware.ts';
import { I32, I64 } from '../wasm/builder.ts';
import { S } from '../layout.ts';
import { define, jsHelper } from './context.ts';
import './x87-fast.ts';
import './x87-root.ts';
import type { Ctx, Semantics } from './context.ts';
import type { FlowCtx } from './flow.ts';
import { CONSTANT_NAMES, EFLAGS, OP, POP, POP2, QUIET, SRC, TO_I, TRUNC, X87Unit } from './x87-unit.ts';

jsHelper('x87', [I32, I32, I32], [I32], (env) => {
  const unit = new X87Unit(env.memory);
  return (state: number, code: number, arg: number): number => unit.run(state, code, arg);
});

/** Waiting instructions first report a pending unmasked exception: #MF (SDM vol. 1, 8.6). */
export function waiting(c: Ctx): void {
  c.state(); c.f.i32Load16U(CTX.fsw).i32Const(0x80).i32And().hint(false).if();
  c.raise(VEC.MF);
  c.f.end();
}
/** What the last non-control instruction was (SDM vol. 1, 8.1.8): its address and opcode, and where its memory operand lay (a local, with its segment's
 *  base, which the pointer is without), with selectors. After all that can fault. */
function remember(c: Ctx, address = -1): void {
  c.state(); c.rip(); c.f.i64Store(CTX.fip);
  c.state(); (c as FlowCtx).imm2(); c.f.i32Store16(CTX.fop);
  if (address < 0) { c.state(); c.f.i32Const(USER_CS).i32Store16(CTX.fcs); return; }
  c.state(); (c as FlowCtx).operandSelector(); c.f.i32Const(16).i32Shl().i32Const(USER_CS).i32Or().i32Store(CTX.fcs); // and FDS
  c.state();
  if (c.form.mem === 1) c.f.get(address); else c.ea(0, false);
  c.f.i64Store(CTX.fdp);
}
/** By operation: the helper that tries first (x87-fast.ts). */
const FAST: Record<number, string> = { [OP.add]: 'x87.arith', [OP.mul]: 'x87.arith', [OP.sub]: 'x87.arith', [OP.subr]: 'x87.arith', [OP.div]: 'x87.arith', [OP.divr]: 'x87.arith', [OP.ld]: 'x87.ld', [OP.com]: 'x87.com', [OP.xch]: 'x87.reg',
  [OP.constant]: 'x87.simple', [OP.chs]: 'x87.simple', [OP.abs]: 'x87.simple', [OP.cmov]: 'x87.simple', [OP.ldcw]: 'x87.simple', [OP.init]: 'x87.simple', [OP.rndint]: 'x87.round', [OP.sqrt]: 'x87.sqrt', [OP.prem]: 'x87.prem', [OP.prem1]: 'x87.prem', [OP.scale]: 'x87.exponent', [OP.xtract]: 'x87.exponent', [OP.xam]: 'x87.simple', [OP.tst]: 'x87.simple' };
/** push i32 result of the unit; `arg` pushes an i32. */
const call = (c: Ctx, code: number, arg: () => void, helper = FAST[code & 0xff] ?? 'x87'): void => { c.state(); c.f.i32Const(code); arg(); c.call(helper); };
const nothing = (c: Ctx) => (): void => { c.f.i32Const(0); };

const FLOAT_SRC: Record<number, number> = { 4: SRC.m32, 8: SRC.m64, 10: SRC.m80 };
const INT_SRC: Record<number, number> = { 2: SRC.i16, 4: SRC.i32, 8: SRC.i64, 10: SRC.bcd };

/** An operation whose operand 0 is ST(i) or memory, read only. Leaves the unit's result on the stack. */
function withSource(c: Ctx, code: number, integer: boolean): void {
  waiting(c);
  if (c.ops.length === 0) { remember(c); call(c, code, () => { c.f.i32Const(1); }); return; }
  if (c.isMem(0)) {
    const address = c.local(I64), buffer = c.local(I32), bytes = c.ops[0]!.bytes;
    c.ea(0); c.f.set(address);
    if (bytes === 10) { c.copyIn(address, bytes); c.f.set(buffer); }
    else { // through the state's scratch
      const value = c.local(I64);
      c.f.get(address); c.load(bytes as 8); c.f.set(value);
      c.state(); c.f.i32Const(S.scratch).i32Add().tee(buffer).get(value).i64Store(0);
    }
    remember(c, address);
    call(c, code | ((integer ? INT_SRC : FLOAT_SRC)[bytes]! << 8), () => { c.f.get(buffer); });
  } else { remember(c); call(c, code, () => c.regNumber(0)); }
}
const source = (code: number, integer = false): Semantics => (c) => { withSource(c, code, integer); c.f.drop(); };
/** Control: no waiting, nothing remembered. */
const control = (code: number): Semantics => (c) => { call(c, code, nothing(c)); c.f.drop(); };
const eflags = (code: number): Semantics => (c) => { withSource(c, code | EFLAGS, false); c.setFlags(); };
const plain = (code: number): Semantics => (c) => { waiting(c); remember(c); call(c, code, nothing(c)); c.f.drop(); };

/** A store of operand 0: the place is checked first; the unit says whether to write it. */
function memoryStore(c: Ctx, bytes: number, code: number, alignment = 0): void {
  const { f } = c, address = c.local(I64);
  c.ea(0); f.set(address);
  const op = code & 0xff;
  if ((op === OP.st && bytes < 10) || (op === OP.ist && bytes < 10)) { // value first, then the store, then status and pop
    const value = c.local(I64), status = c.local(I32), fine = c.local(I32);
    c.state();
    if (op === OP.st) { f.i32Const(bytes === 4 ? 1 : 0); c.call('x87.toFloat'); } else { f.i32Const(bytes * 8).i32Const(code & TRUNC); c.call('x87.toInt'); }
    f.set(status).set(value).tee(fine).if();
    f.get(address).get(value); c.store(bytes as 8);
    remember(c, address);
    c.state(); f.get(status).i32Store16(CTX.fsw);
    if ((code & POP) !== 0) { c.state(); c.call('x87.pop'); }
    f.else();
    throughUnit(c, address, bytes, code);
    f.end();
  } else throughUnit(c, address, bytes, code, alignment);
}
function throughUnit(c: Ctx, address: number, bytes: number, code: number, alignment = 0): void {
  const { f } = c, buffer = c.local(I32), failed = c.local(I32);
  c.beginOut(address, bytes, alignment); f.set(buffer);
  if ((code & 0xff) === OP.st || (code & 0xff) === OP.ist) remember(c, address);
  call(c, code, () => { f.get(buffer); }, bytes === 10 && (code & 0xff) === OP.st ? 'x87.simple' : 'x87');
  f.tee(failed).i32Eqz().if();
  c.copyOut(address, bytes, alignment);
  f.end();
}
const store = (code: number, integer: boolean): Semantics => (c) => {
  waiting(c);
  if (!c.isMem(0)) { remember(c); call(c, code, () => c.regNumber(0), 'x87.reg'); c.f.drop(); return; }
  const bytes = c.ops[0]!.bytes;
  memoryStore(c, bytes, code | ((integer ? INT_SRC : FLOAT_SRC)[bytes]! << 8));
};
const ARITH: readonly (readonly [string, number])[] = [['add', OP.add], ['mul', OP.mul], ['sub', OP.sub], ['subr', OP.subr], ['div', OP.div], ['divr', OP.divr]];
/** The unit's sub is ST(0) − source, divided likewise; for ST(i) = ST(i) − ST(0) that is the reversed one. */
const REVERSED: Record<number, number> = { [OP.add]: OP.add, [OP.mul]: OP.mul, [OP.sub]: OP.subr, [OP.subr]: OP.sub, [OP.div]: OP.divr, [OP.divr]: OP.div };
for (const [name, op] of ARITH) {
  define({ [`f${name}`]: source(op), [`fi${name}`]: source(op, true), [`f${name}_i`]: source(REVERSED[op]! | TO_I), [`f${name}p`]: source(REVERSED[op]! | TO_I | POP) });
}
CONSTANT_NAMES.forEach((name, i) => define({ [name]: (c) => { waiting(c); remember(c); call(c, OP.constant, () => { c.f.i32Const(i); }); c.f.drop(); } }));

const cmov = (cc: number): Semantics => (c) => {
  waiting(c);
  remember(c);
  call(c, OP.cmov, () => { c.regNumber(0); c.cond(cc); c.f.i32Const(3).i32Shl().i32Or(); }); c.f.drop();
};
/** fnstenv, fnsave and their loads: 28 or 108 bytes, 14 or 94 with a 66 prefix; aligned as their words are. */
const environment = (op: number, load: boolean): Semantics => (c) => {
  const small = c.size === 16, whole = op === OP.save || op === OP.rstor;
  const bytes = (small ? 14 : 28) + (whole ? 80 : 0), code = op | (small ? POP : 0), alignment = small ? 2 : 4;
  if (!load) { memoryStore(c, bytes, code, alignment); return; }
  waiting(c);
  const address = c.local(I64), buffer = c.local(I32);
  c.ea(0); c.f.set(address);
  c.copyIn(address, bytes, alignment); c.f.set(buffer);
  call(c, code, () => { c.f.get(buffer); }); c.f.drop();
};
const readField = (offset: number): Semantics => (c) => {
  c.state(); c.f.i32Load16U(offset).i64ExtendI32U();
  if (c.isMem(0)) c.write(0); else c.setGpr(RAX, 16);
};

define({
  fcom: source(OP.com), fcomp: source(OP.com | POP), fcompp: source(OP.com | POP2), fucom: source(OP.com | QUIET), fucomp: source(OP.com | QUIET | POP), fucompp: source(OP.com | QUIET | POP2),
  ficom: source(OP.com, true), ficomp: source(OP.com | POP, true),
  fcomi: eflags(OP.com), fcomip: eflags(OP.com | POP), fucomi: eflags(OP.com | QUIET), fucomip: eflags(OP.com | QUIET | POP),
  fld: source(OP.ld), fild: source(OP.ld, true), fbld: source(OP.ld, true),
  fst: store(OP.st, false), fstp: store(OP.st | POP, false), fstpnce: store(OP.st | POP, false),
  fist: store(OP.ist, true), fistp: store(OP.ist | POP, true), fisttp: store(OP.ist | POP | TRUNC, true), fbstp: store(OP.ist | POP, true),
  fxch: source(OP.xch), fchs: plain(OP.chs), fabs: plain(OP.abs), ftst: plain(OP.tst), fxam: plain(OP.xam),
  fcmovb: cmov(2), fcmove: cmov(4), fcmovbe: cmov(6), fcmovu: cmov(10), fcmovnb: cmov(3), fcmovne: cmov(5), fcmovnbe: cmov(7), fcmovnu: cmov(11),
  fsqrt: plain(OP.sqrt), frndint: plain(OP.rndint), fscale: plain(OP.scale), fxtract: plain(OP.xtract), fprem: plain(OP.prem), fprem1: plain(OP.prem1),
  f2xm1: plain(OP.f2xm1), fyl2x: plain(OP.yl2x), fyl2xp1: plain(OP.yl2xp1), fptan: plain(OP.ptan), fpatan: plain(OP.patan), fsin: plain(OP.sin), fcos: plain(OP.cos), fsincos: plain(OP.sincos),
  ffree: source(OP.free), ffreep: source(OP.free | POP), fincstp: plain(OP.incstp), fdecstp: plain(OP.decstp),
  fninit: control(OP.init), fnclex: control(OP.clex), fnop: (c) => { waiting(c); remember(c); }, fwait: (c) => waiting(c),
  fldcw: (c) => {
    const v = c.local(I32);
    waiting(c);
    c.read(0); c.f.i32WrapI64().set(v);
    call(c, OP.ldcw, () => { c.f.get(v); }); c.f.drop();
  },
  fnstcw: readField(CTX.fcw), fnstsw: readField(CTX.fsw),
  fldenv: environment(OP.ldenv, true), fnstenv: environment(OP.stenv, false), frstor: environment(OP.rstor, true), fnsave: environment(OP.save, false),
});
