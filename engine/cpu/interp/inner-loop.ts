// The interpreter's inner loop: one WebAssembly function that does the instructions of the hottest forms and goes from block to block,
// by a br_table over the record's handler slot. Other forms have a handler of their own: it leaves for that and is entered again behind it.
import { REC, S } from '../layout.ts';
import { semanticsOf } from '../semantics/context.ts';
import { I32, I64 } from '../wasm/builder.ts';
import type { Func, Label } from '../wasm/builder.ts';
import { HOT_FORMS, formFromKey } from './common-forms.ts';
import { InterpCtx } from './context.ts';
import type { CallHelper, LeftFlags, Onward } from './context.ts';
import { SLOT, emitBlockOf, emitNextBlock } from './dispatch.ts';
import { FUSED, sameCode } from './fused-forms.ts';

/**
 * loop(state, record): from the record on until something leaves; its slots in the dispatch table are SLOT.fused and the following, as in FUSED and HOT_FORMS.
 * The state may be fixed (Func.fix): of a machine with one CPU it is, and the registers that records name are loads and stores without an addition.
 * @param chain the way to a block that is not known.
 */
export function emitInnerLoop(f: Func, call: CallHelper, chain: Func, handlerType: number): void {
  const STATE = 0, record = 1, rip = f.local(I64), offset = f.local(I32), zero = f.freshLocal(I32), a = f.freshLocal(I64), b = f.freshLocal(I64), r = f.freshLocal(I64), block = f.freshLocal(I32), first = f.localCount;
  const bodies = new Map<string, number>(), sequences: string[][] = [];
  const bodyOf = [...FUSED, ...HOT_FORMS.map((key) => [sameCode(key)])].map((keys) => {
    const same = keys.join(' + '), known = bodies.get(same);
    if (known !== undefined) return known;
    bodies.set(same, sequences.length);
    return sequences.push(keys.map((key) => HOT_FORMS.find((form) => sameCode(form) === key)!)) - 1;
  });
  emitBlockOf(f, record);
  f.set(block);
  const again = f.loop(), ended = f.block(), near = f.block(), labels: Label[] = [];
  const rare = f.block();
  for (let i = sequences.length - 1; i >= 0; i--) labels[i] = f.block();
  f.get(record).i32Load16U(REC.fn).brTable([...Array.from({ length: SLOT.fused }, () => rare), ...bodyOf.map((body) => labels[body]!)], rare);
  const onward: Onward = {
    record: () => { f.get(record).i32Const(REC.size).i32Add().set(record).br(again).unreachable(); },
    block: () => { f.set(rip).br(ended); },
    near: () => { f.set(offset).br(near); },
    zero: () => zero,
  };
  // Behind all but the last form of a sequence stands the next one
  const within: Onward = { ...onward, record: () => { f.get(record).i32Const(REC.size).i32Add().set(record); } };
  for (const keys of sequences) {
    f.end();
    const forms = keys.map(formFromKey);
    let left: LeftFlags | null = null;
    forms.forEach((form, i) => {
      f.freeFrom(first);
      const leaves: LeftFlags | null = i < forms.length - 1 && forms[i + 1]!.cc >= 0 ? { a, b, r, kind: '', bits: 64 } : null;
      const c = new InterpCtx(f, form, call, i < keys.length - 1 ? within : onward, left, leaves);
      left = leaves;
      semanticsOf(form.mnemonic)!(c);
      c.finish();
    });
  }
  f.end().freeFrom(first);
  f.get(STATE).get(record).get(record).i32Load16U(REC.fn).returnCallIndirect(handlerType);
  f.end();
  f.get(offset).i32Const(4096).i32GeU().ifThen().get(offset).i64ExtendI32S().get(STATE).i64Load(S.pageVa).i64Add().set(rip).br(ended).end();
  emitNextBlock(f, { offset }, chain, handlerType, block);
  f.br(again).end().freeFrom(first);
  emitNextBlock(f, { rip }, chain, handlerType, block);
  f.br(again).end().unreachable();
}
