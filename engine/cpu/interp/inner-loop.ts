// The interpreter's inner loop: one WebAssembly function that does the instructions of the hottest forms and goes from block to block,
// by a br_table over the record's handler slot. Other forms have a handler of their own: it leaves for that and is entered again behind it.
import { REC } from '../layout.ts';
import { semanticsOf } from '../semantics/context.ts';
import { I32, I64 } from '../wasm/builder.ts';
import type { Func, Label } from '../wasm/builder.ts';
import { HOT_FORMS, formFromKey } from './common-forms.ts';
import { InterpCtx } from './context.ts';
import type { CallHelper, Onward } from './context.ts';
import { SLOT, emitNextBlock } from './dispatch.ts';
import { FUSED, sameCode } from './fused-forms.ts';

/**
 * loop(state, record): from the record on until something leaves; its slots in the dispatch table are SLOT.fused and the following, as in FUSED and HOT_FORMS.
 * @param chain the way to a block that is not known.
 */
export function emitInnerLoop(f: Func, call: CallHelper, chain: Func, handlerType: number): void {
  const STATE = 0, record = 1, rip = f.local(I64), zero = f.freshLocal(I32), first = f.localCount;
  const bodies = new Map<string, number>(), sequences: string[][] = [];
  const bodyOf = [...FUSED, ...HOT_FORMS.map((key) => [sameCode(key)])].map((keys) => {
    const same = keys.join(' + '), known = bodies.get(same);
    if (known !== undefined) return known;
    bodies.set(same, sequences.length);
    return sequences.push(keys.map((key) => HOT_FORMS.find((form) => sameCode(form) === key)!)) - 1;
  });
  const again = f.loop(), ended = f.block(), labels: Label[] = [];
  const rare = f.block();
  for (let i = sequences.length - 1; i >= 0; i--) labels[i] = f.block();
  f.get(record).i32Load(REC.fn).i32Const(SLOT.fused).i32Sub().brTable(bodyOf.map((body) => labels[body]!), rare);
  const onward: Onward = {
    record: () => { f.get(record).i32Const(REC.size).i32Add().set(record).br(again).unreachable(); },
    block: () => { f.set(rip).br(ended); },
    zero: () => zero,
  };
  // Behind all but the last form of a sequence stands the next one
  const within: Onward = { ...onward, record: () => { f.get(record).i32Const(REC.size).i32Add().set(record); } };
  for (const keys of sequences) {
    f.end();
    keys.forEach((key, i) => {
      f.freeFrom(first);
      const form = formFromKey(key), c = new InterpCtx(f, form, call, i < keys.length - 1 ? within : onward);
      semanticsOf(form.mnemonic)!(c);
      c.finish();
    });
  }
  f.end().freeFrom(first);
  f.get(STATE).get(record).get(record).i32Load(REC.fn).returnCallIndirect(handlerType);
  f.end();
  emitNextBlock(f, rip, chain, handlerType);
  f.br(again).end().unreachable();
}
