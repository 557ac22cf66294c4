// The core module: dispatch between blocks, flag words, wrappers of the runtime's slow paths, the helpers of the semantics;
// and modules of handlers made on demand. All share one dispatch table and one helper table.
import { CTX, EXIT } from '../../machine/hardware.ts';
import type { Form, OperandKind } from '../decode/insn.ts';
import { BLK, ITLB, ITLB_ENTRIES, JUMP_CACHE, JUMP_CACHE_BITS, REC, S } from '../layout.ts';
import { allHelpers, semanticsOf } from '../semantics/context.ts';
import { I32, I64, Module } from '../wasm/builder.ts';
import type { Func, ValType } from '../wasm/builder.ts';
import { FK } from '../jit/context.ts';
import { carryAdd, carrySub } from '../semantics/emit.ts';
import { COMMON_FORMS } from './common-forms.ts';
import { CODE, InterpCtx, condFromState } from './context.ts';

/** The runtime's functions called from WebAssembly; addresses as halves so that no BigInt is made. */
export interface Runtime {
  read(s: number, lo: number, hi: number, bytes: number): number;
  rmw(s: number, lo: number, hi: number, bytes: number): number;
  rmwbounce(s: number, lo: number, hi: number, bytes: number): number;
  copyin(s: number, lo: number, hi: number, bytes: number): number;
  commit(s: number, lo: number, hi: number, bytes: number): number;
  store(s: number, lo: number, hi: number, bytes: number): number;
  quietread(s: number, lo: number, hi: number, bytes: number): number;
  quietwrite(s: number, lo: number, hi: number, bytes: number): number;
  /** Instruction TLB miss: 0 on a fault. */
  itlb(s: number, lo: number, hi: number): number;
  /** Finds or decodes the block at pa: its address, or 0 on a fault. */
  find(s: number, pa: number): number;
  straddle(s: number, block: number): number;
  string(s: number, record: number): number;
  cpuid(s: number, record: number): void;
}

const MEMORY4: (keyof Runtime)[] = ['read', 'rmw', 'rmwbounce', 'copyin', 'commit', 'store', 'quietread', 'quietwrite'];
export const DISPATCH_SLOTS = 16384;
/** Fixed slots of the dispatch table. */
export const SLOT = { enter: 1, enterCounted: 2, straddle: 3, first: 16 } as const;

interface HelperType { params: readonly ValType[]; results: readonly ValType[]; slot: number }

export class Core {
  readonly dispatchTable: WebAssembly.Table;
  readonly helperTable: WebAssembly.Table;
  readonly helpers = new Map<string, HelperType>();
  readonly dispatch: (s: number) => number;
  readonly getFlags: (s: number) => number;
  readonly setFlags: (s: number, flags: number) => void;
  /** Continues at the record in state.rec. */
  readonly resume: (s: number, record: number) => number;
  private nextSlot: number = SLOT.first;
  private readonly handlerOf = new Map<Form, number>();
  private readonly builtIn = new Map<string, number>();
  readonly formOfSlot: (Form | undefined)[] = [];
  private pending: Form[] = [];
  handlerModules = 0;
  missing = new Set<string>();

  constructor(readonly memory: WebAssembly.Memory, readonly pages: number, runtime: Runtime, hotThreshold: number) {
    this.dispatchTable = new WebAssembly.Table({ element: 'anyfunc', initial: DISPATCH_SLOTS });
    const m = new Module();
    m.importMemory('e', 'm', { initial: pages, maximum: pages });
    m.importTable('e', 't', { initial: DISPATCH_SLOTS });
    const imports: Record<string, unknown> = { m: memory, t: this.dispatchTable };
    const js = new Map<string, number>();
    const importJs = (name: string, params: readonly ValType[], results: readonly ValType[], fn: unknown): void => {
      js.set(name, m.importFunc('e', name, params, results));
      imports[name] = fn;
    };
    for (const name of MEMORY4) importJs(name, [I32, I32, I32, I32], [I32], runtime[name].bind(runtime));
    importJs('itlb', [I32, I32, I32], [I32], runtime.itlb.bind(runtime));
    importJs('find', [I32, I32], [I32], runtime.find.bind(runtime));
    importJs('straddle', [I32, I32], [I32], runtime.straddle.bind(runtime));
    importJs('string', [I32, I32], [I32], runtime.string.bind(runtime));
    importJs('cpuid', [I32, I32], [], runtime.cpuid.bind(runtime));
    const all = allHelpers();
    for (const helper of all) if (helper.js !== null) importJs(`h.${helper.name}`, helper.params, helper.results, helper.js({ memory }));
    const names = new Map<string, Func | number>();
    const call = (f: Func, name: string): void => {
      const tail = name.startsWith('tail:'), target = names.get(tail ? name.slice(5) : name);
      if (target === undefined) throw new Error(`no helper ${name}`);
      if (tail) f.returnCall(target); else f.call(target);
    };
    const handlerType = m.type([I32, I32], [I32]);
    const func = (name: string, params: readonly ValType[], results: readonly ValType[]): Func => {
      const f = m.func(params, results, name);
      names.set(name, f);
      this.helpers.set(name, { params, results, slot: this.helpers.size });
      return f;
    };
    for (const name of MEMORY4) {
      const f = func(`sys.${name}`, [I32, I64, I32], [I32]);
      f.get(0).get(1).i32WrapI64().get(1).i64Const(32).i64ShrU().i32WrapI64().get(2).call(js.get(name)!);
    }
    func('sys.string', [I32, I32], [I32]).get(0).get(1).call(js.get('string')!);
    func('sys.cpuid', [I32, I32], []).get(0).get(1).call(js.get('cpuid')!);
    for (const helper of all) {
      const f = func(helper.name, helper.params, helper.results);
      if (helper.emit === null) { for (let i = 0; i < helper.params.length; i++) f.get(i); f.call(js.get(`h.${helper.name}`)!); }
    }
    const dispatch = func('sys.dispatch', [I32], [I32]), next = func('sys.next', [I32, I32], [I32]), charge = func('sys.charge', [I32, I32], [I32]);
    const getFlags = func('sys.getflags', [I32], [I32]), setFlags = func('sys.setflags', [I32, I32], []), resume = func('sys.resume', [I32, I32], [I32]);
    for (const helper of all) if (helper.emit !== null) helper.emit(names.get(helper.name) as Func, (name) => call(names.get(helper.name) as Func, name));
    emitDispatch(dispatch, js, handlerType);
    emitCharge(next, (f) => { f.get(0).returnCall(dispatch); });
    emitCharge(charge, null);
    emitGetFlags(getFlags);
    emitSetFlags(setFlags);
    // For compiled regions
    const packFlags = func('sys.packflags', [I32, I32, I64, I64, I64], []), cond = func('sys.cond', [I32, I32], [I32]), limit = func('sys.limit', [I32], [I32]);
    emitPackFlags(packFlags, setFlags);
    emitCond(cond);
    emitLimit(limit);
    const exit = func('sys.exit', [I32, I64], [I32]), side = func('sys.side', [I32, I32, I64], [I32]);
    emitSpend(exit, 1);
    const now = exit.local(I64);
    exit.get(0).i64Load(S.now).tee(now).get(0).i64Load(S.deadline).i64GeS().ifThen().get(0).i32Const(EXIT.deadline).i32Store(S.exitReason).i32Const(CODE.leave).return().end();
    exit.get(0).returnCall(dispatch);
    emitSpend(side, 2);
    side.get(0).get(1).get(1).i32Load(REC.fn).returnCallIndirect(handlerType);
    resume.get(0).get(1).get(1).i32Load(REC.fn).returnCallIndirect(handlerType);
    // Block entries
    const enter = m.func([I32, I32], [I32]);
    const toFirst = (f: Func): void => { f.get(0).get(1).i32Const(BLK.size).i32Add().get(1).i32Load(BLK.size + REC.fn).returnCallIndirect(handlerType); };
    toFirst(enter);
    const counted = m.func([I32, I32], [I32]), hot = counted.local(I32);
    counted.get(1).get(1).i32Load(BLK.hot).i32Const(1).i32Add().tee(hot).i32Store(BLK.hot);
    counted.get(hot).i32Const(hotThreshold).i32Eq().ifThen().get(0).get(1).i32Store(S.rec).i32Const(CODE.hot).return().end();
    toFirst(counted);
    const straddle = m.func([I32, I32], [I32]);
    straddle.get(0).get(1).call(js.get('straddle')!).tee(1).i32Eqz().ifThen().i32Const(CODE.leave).return().end();
    toFirst(straddle);
    m.elem(SLOT.enter, [enter, counted, straddle]);
    const common = COMMON_FORMS.map((key) => {
      const f = m.func([I32, I32], [I32]), form = formFromKey(key), c = new InterpCtx(f, form, call, handlerType);
      semanticsOf(form.mnemonic)!(c);
      c.finish();
      this.builtIn.set(key, this.takeSlot());
      return f;
    });
    if (common.length > 0) m.elem(SLOT.first, common);
    const instance = new WebAssembly.Instance(new WebAssembly.Module(m.finish()), { e: imports });
    const x = instance.exports as Record<string, never>;
    this.dispatch = x['sys.dispatch']!;
    this.getFlags = x['sys.getflags']!;
    this.setFlags = x['sys.setflags']!;
    this.resume = x['sys.resume']!;
    this.helperTable = new WebAssembly.Table({ element: 'anyfunc', initial: this.helpers.size });
    for (const [name, { slot }] of this.helpers) this.helperTable.set(slot, x[name]!);
  }

  private readonly freeSlots: number[] = [];
  freeSlot(slot: number): void {
    this.dispatchTable.set(slot, null);
    this.freeSlots.push(slot);
  }
  /** A free slot of the dispatch table. */
  takeSlot(): number {
    const free = this.freeSlots.pop();
    if (free !== undefined) return free;
    if (this.nextSlot >= DISPATCH_SLOTS) throw new Error('dispatch table full');
    return this.nextSlot++;
  }

  /** Handler slot of a form; a new one is made by flushHandlers() before it runs. */
  handler(form: Form): number {
    const known = this.handlerOf.get(form);
    if (known !== undefined) return known;
    const ready = this.builtIn.get(form.key), slot = ready ?? this.takeSlot();
    this.handlerOf.set(form, slot);
    this.formOfSlot[slot] = form;
    if (ready === undefined) this.pending.push(form);
    return slot;
  }
  get forms(): number { return this.handlerOf.size; }
  /** Keys of the forms that had to be made on demand (for common-forms.ts). */
  madeForms(): string[] { return [...this.handlerOf.keys()].filter((form) => !this.builtIn.has(form.key)).map((form) => form.key); }
  flushHandlers(): void {
    if (this.pending.length === 0) return;
    const forms = this.pending;
    this.pending = [];
    const m = new Module();
    m.importMemory('e', 'm', { initial: this.pages, maximum: this.pages });
    const helperTable = m.importTable('e', 'h', { initial: this.helpers.size });
    const call = (f: Func, name: string): void => callHelper(this.helpers, m, helperTable, f, name);
    forms.forEach((form, i) => {
      const f = m.func([I32, I32], [I32], String(i));
      const c = new InterpCtx(f, form, call, null);
      let semantics = semanticsOf(form.mnemonic);
      if (semantics === undefined) {
        this.missing.add(form.mnemonic);
        semantics = semanticsOf('ud2')!;
      }
      semantics(c);
      c.finish();
    });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(m.finish()), { e: { m: this.memory, h: this.helperTable } });
    forms.forEach((form, i) => this.dispatchTable.set(this.handlerOf.get(form)!, instance.exports[String(i)] as never));
    this.handlerModules++;
  }
}

/** The static facts that a handler needs, from a form's key. */
function formFromKey(key: string): Form {
  const parts = key.split(' '), ops = parts.slice(1).filter((x) => /^[rhmixptjs]\d+$/.test(x)).map((x) => ({ kind: x[0] as OperandKind, bytes: Number(x.slice(1)) }));
  const find = (pattern: RegExp): string | null => { for (const x of parts.slice(1)) { const match = pattern.exec(x); if (match !== null) return match[1]!; } return null; };
  const imm = find(/^imm(-?\d+)$/), rep = find(/^rep(f[23])$/), cc = find(/^cc(\d+)$/);
  return {
    key, mnemonic: parts[0]!, ops, size: Number(find(/^z(\d+)$/)!) as 64, mem: Number(find(/^a(\d)$/)!) as 1, rep: rep === null ? 0 : parseInt(rep, 16), lock: parts.includes('lock'),
    imm: imm === null ? null : Number(imm), flags: new Set<string>(), cost: 0, cc: cc === null ? -1 : Number(cc), flow: '',
  };
}

/** A call through the helper table; 'tail:' makes it a tail call. */
export function callHelper(helpers: ReadonlyMap<string, HelperType>, m: Module, table: number, f: Func, name: string): void {
  const tail = name.startsWith('tail:'), helper = helpers.get(tail ? name.slice(5) : name);
  if (helper === undefined) throw new Error(`no helper ${name}`);
  f.i32Const(helper.slot);
  const type = m.type(helper.params, helper.results);
  if (tail) f.returnCallIndirect(type, table); else f.callIndirect(type, table);
}

/** From state.rip to the next block. */
function emitDispatch(f: Func, js: ReadonlyMap<string, number>, handlerType: number): void {
  const rip = f.local(I64), page = f.local(I64), e = f.local(I32), pa = f.local(I32), block = f.local(I32);
  f.get(0).i64Load(CTX.rip).tee(rip).i64Const(-4096).i64And().tee(page).get(0).i64Load(S.pageVa).i64Ne().ifThen();
  f.get(page).i64Const(8).i64ShrU().i32WrapI64().i32Const((ITLB_ENTRIES - 1) * 16).i32And().get(0).i32Add().tee(e);
  f.i64Load(S.itlb + ITLB.tag).get(page).i64Ne().ifThen();
  f.get(0).get(rip).i32WrapI64().get(rip).i64Const(32).i64ShrU().i32WrapI64().call(js.get('itlb')!).i32Eqz().ifThen().i32Const(CODE.leave).return().end();
  f.end();
  f.get(0).get(page).i64Store(S.pageVa);
  f.get(0).get(e).i32Load(S.itlb + ITLB.frame).i32Store(S.frameBase);
  f.end();
  f.get(rip).i32WrapI64().i32Const(4095).i32And().get(0).i32Load(S.frameBase).i32Add().set(pa);
  f.get(pa).get(pa).i32Const(11).i32ShrU().i32Xor().i32Const((1 << JUMP_CACHE_BITS) - 1).i32And().i32Const(3).i32Shl().tee(e);
  f.i32Load(JUMP_CACHE).get(pa).i32Eq().ifThen().get(e).i32Load(JUMP_CACHE + 4).set(block).else();
  f.get(0).get(pa).call(js.get('find')!).tee(block).i32Eqz().ifThen().i32Const(CODE.leave).return().end().end();
  f.get(0).get(block).get(block).i32Load(BLK.fn).returnCallIndirect(handlerType);
}

/** The end of a block: its cost and instructions, then the deadline (law 3), then `go`; without `go` it leaves run(). */
function emitCharge(f: Func, go: ((f: Func) => void) | null): void {
  const block = f.local(I32), now = f.local(I64);
  f.get(1).i32Load(REC.block).set(block);
  f.get(0).get(0).i64Load(S.now).get(block).i64Load32U(BLK.cost).i64Add().tee(now).i64Store(S.now);
  f.get(0).get(0).i64Load(S.insns).get(block).i64Load32U(BLK.count).i64Add().i64Store(S.insns);
  f.get(0).i32Const(0).i32Store(S.rec);
  if (go === null) { f.i32Const(CODE.leave); return; }
  f.get(now).get(0).i64Load(S.deadline).i64GeS().ifThen();
  f.get(0).i32Const(EXIT.deadline).i32Store(S.exitReason).i32Const(CODE.leave).return().end();
  go(f);
}

function emitGetFlags(f: Func): void {
  const put = (cc: number, bit: number): void => { condFromState(f, 0, cc); if (bit > 0) f.i32Const(bit).i32Shl(); };
  put(2, 0); put(10, 2); f.i32Or(); put(4, 6); f.i32Or(); put(8, 7); f.i32Or(); put(0, 11); f.i32Or();
  // AF = bit 67 − bits of cc
  f.get(0).i64Load(S.flagCc).i64Const(67).get(0).i64Load8U(S.flagFx).i64Sub().i64ShrU().i32WrapI64().i32Const(1).i32And().i32Const(4).i32Shl().i32Or();
}
function emitSetFlags(f: Func): void {
  const bit = (n: number): void => { f.get(1).i32Const(n).i32ShrU().i32Const(1).i32And(); };
  // res: 0 if ZF else 1; its own PF is ZF, its own SF is 0
  f.get(0); bit(6); f.i32Eqz().i64ExtendI32U().i64Store(S.flagRes);
  f.get(0).i32Const(64); bit(7); f.i32Const(9).i32Shl().i32Or(); bit(2); bit(6); f.i32Xor().i32Const(8).i32Shl().i32Or().i32Store(S.flagFx);
  f.get(0); bit(0); f.i64ExtendI32U().i64Const(63).i64Shl(); bit(0); bit(11); f.i32Xor().i64ExtendI32U().i64Const(62).i64Shl().i64Or(); bit(4); f.i64ExtendI32U().i64Const(3).i64Shl().i64Or().i64Store(S.flagCc);
}

/** Adds what a region spent (cost in the low word of the local, instructions in the high word) to the state. */
function emitSpend(f: Func, acc: number): void {
  f.get(0).get(0).i64Load(S.now).get(acc).i64Const(0xffffffff, 0).i64And().i64Add().i64Store(S.now);
  f.get(0).get(0).i64Load(S.insns).get(acc).i64Const(32).i64ShrU().i64Add().i64Store(S.insns);
  f.get(0).i32Const(0).i32Store(S.rec);
}
/** Cycles to the deadline, at most 2^30. */
function emitLimit(f: Func): void {
  const left = f.local(I64);
  f.get(0).i64Load(S.deadline).get(0).i64Load(S.now).i64Sub().tee(left).i64Const(0).i64LeS().ifThen().i32Const(0).return().end();
  f.get(left).i64Const(1 << 30).get(left).i64Const(1 << 30).i64LtS().select().i32WrapI64();
}
/** cond(state, cc) with cc known only at run time. */
function emitCond(f: Func): void {
  const labels: number[] = [];
  for (let cc = 0; cc < 16; cc++) labels.unshift(f.block());
  f.get(1).brTable(labels.slice(0, 15), labels[15]!);
  for (let cc = 0; cc < 16; cc++) { f.end(); condFromState(f, 0, cc); f.return(); }
  f.unreachable();
}
/** The flag tuple of a region (jit/context.ts) into the state's form. */
function emitPackFlags(f: Func, setFlags: Func): void {
  const op = f.local(I32), shift = f.local(I64), cc = f.local(I64), carry = f.local(I64), a = 2, b = 3, r = 4;
  f.get(1).i32Eqz().ifThen().return().end();
  f.get(1).i32Const(255).i32And().tee(op).i32Const(FK.explicit).i32Eq().ifThen().get(0).get(a).i32WrapI64().call(setFlags).return().end();
  f.i64Const(64).get(1).i32Const(8).i32ShrU().i64ExtendI32U().i64Sub().set(shift);
  const is = (...kinds: number[]): void => { kinds.forEach((kind, i) => { f.get(op).i32Const(kind).i32Eq(); if (i > 0) f.i32Or(); }); f.if(); };
  is(FK.add, FK.adc); carryAdd(f, a, b, r); f.get(shift).i64Shl().set(cc).end();
  is(FK.sub, FK.sbb); carrySub(f, a, b, r); f.get(shift).i64Shl().set(cc).end();
  is(FK.result); f.get(a).i64Const(63).i64Shl().get(a).get(b).i64Xor().i64Const(62).i64Shl().i64Or().set(cc).end();
  is(FK.inc, FK.dec);
  f.get(b).i64Const(63).i64Shl().set(carry).i64Const(1).set(b);
  f.get(op).i32Const(FK.inc).i32Eq().ifThen(I64); carryAdd(f, a, b, r); f.else(); carrySub(f, a, b, r); f.end().get(shift).i64Shl().tee(cc);
  f.get(cc).get(carry).i64Xor().i64Const(63).i64ShrS().i64Const(0, 0xc0000000).i64And().i64Xor().set(cc);
  f.end();
  f.get(0).get(r).get(shift).i64Shl().get(shift).i64ShrS().i64Store(S.flagRes);
  f.get(0).get(cc).i64Store(S.flagCc);
  f.get(0).get(1).i32Const(8).i32ShrU().i32Store(S.flagFx);
}
