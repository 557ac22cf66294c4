// What NarrowFunc leaves out must not be missed: random functions over 64-bit locals give what the plain builder's give.
import { expect, test } from 'vitest';
import { nextBelow, seedRandom } from '../../base/random.ts';
import { mask } from '../semantics/emit.ts';
import { Func, I32, I64, Module } from '../wasm/builder.ts';
import { NarrowFunc } from './narrow.ts';

type Kind = new (...args: ConstructorParameters<typeof Func>) => Func;

/** A function of four i64 parameters that returns a mix of its locals; the same seed emits the same instructions into any kind of function. */
function build(kind: Kind, seed: number): (...args: bigint[]) => bigint {
  const m = new Module(), f = m.funcOf(kind, [I64, I64, I64, I64], [I64], 'f'), state = new Uint32Array(4), pick = (n: number): number => nextBelow(state, n);
  seedRandom(state, seed);
  m.defineMemory({ initial: 1 });
  const locals = [0, 1, 2, 3, f.local(I64), f.local(I64)], small = f.local(I32), lows = locals.map(() => f.local(I64)), any = (): number => locals[pick(locals.length)]!;
  const value = (): void => {
    switch (pick(8)) {
      case 0: f.i64Const(pick(1000)); break;
      case 1: f.i64Const(-pick(1000) - 1); break;
      case 2: f.i32Const(pick(60000)).i64Load32U(0, 0); break;
      case 3: f.i32Const(pick(60000)).i64Load8U(0, 0); break;
      case 4: f.get(any()).i64Const(0xffff).i64And(); break;
      default: f.get(any());
    }
  };
  const step = (depth: number): void => {
    switch (pick(15)) {
      case 0: value(); f.set(any()); break;
      case 1: value(); f.i32WrapI64().i64ExtendI32U().set(any()); break;
      case 2: value(); f.i32WrapI64(); value(); f.i32WrapI64().i32Add().i64ExtendI32U().set(any()); break;
      case 3: value(); value(); f.i64Sub().i32WrapI64().i64ExtendI32U().tee(any()).set(any()); break;
      case 4: value(); f.i32WrapI64().set(small).get(small).i64ExtendI32U().set(any()); break;
      case 5: value(); f.i32WrapI64().i64ExtendI32U().tee(any()).i32WrapI64().i64ExtendI32S().set(any()); break;
      case 6: f.i32Const(pick(60000)); value(); f.i32WrapI64().i32Store(0, 0); break;
      case 7: if (depth < 4) { value(); f.i32WrapI64().i32Const(1).i32And().if(); body(depth + 1, 3); if (pick(2) === 0) { f.else(); body(depth + 1, 3); } f.end(); } break;
      case 8: if (depth < 4) { const out = f.block(); body(depth + 1, 2); value(); f.i32WrapI64().i32Const(3).i32And().brIf(out); body(depth + 1, 2); f.end(); } break;
      case 9: value(); mask(f, [8, 16, 32][pick(3)]!); f.set(any()); break;
      case 10: value(); f.i64Eqz(); if (f instanceof NarrowFunc) f.noteBit(); f.i64ExtendI32U(); mask(f, 8); f.set(any()); break;
      case 11: case 12: { // a byte goes to the low end of a local
        const to = pick(locals.length), local = locals[to]!, low = lows[to]!;
        value(); mask(f, 8); f.tee(low).get(local).i64Const(-0x100).i64And().i64Or().set(local);
        if (f instanceof NarrowFunc) f.noteLow(local, low);
        break;
      }
      case 13: { // and comes from there
        const local = any(), low = f instanceof NarrowFunc ? f.lowByte(local) : -1;
        if (low >= 0) f.get(low); else { f.get(local); mask(f, 8); }
        f.set(any());
        break;
      }
      default: if (depth < 2) { const n = f.local(I32); f.i32Const(3).set(n); const again = f.loop(); body(depth + 1, 4); f.get(n).i32Const(1).i32Sub().tee(n).brIf(again).end(); }
    }
  };
  const body = (depth: number, steps: number): void => { for (let i = 0; i < steps; i++) step(depth); };
  body(0, 40);
  f.i64Const(0);
  for (const local of locals) f.i64Const(31).i64Mul().get(local).i64Add();
  return new WebAssembly.Instance(new WebAssembly.Module(m.finish())).exports['f'] as (...args: bigint[]) => bigint;
}

test('random functions keep their meaning', () => {
  const args = [0n, -1n, 0x1234567890abcdefn, 0xffffffffn].map((x) => BigInt.asIntN(64, x));
  for (let seed = 1; seed <= 400; seed++) expect(build(NarrowFunc, seed)(...args), `seed ${seed}`).toBe(build(Func, seed)(...args));
});

test('a 32-bit chain converts nothing in between', () => {
  const size = (kind: Kind): number => {
    const m = new Module(), f = m.funcOf(kind, [I64], [I64], 'f'), a = f.local(I64), b = f.local(I64);
    f.get(0).i32WrapI64().i64ExtendI32U().set(a);
    for (let i = 0; i < 8; i++) f.get(a).i32WrapI64().i64ExtendI32U().set(b).get(b).i32WrapI64().i32Const(7).i32Mul().i64ExtendI32U().i32WrapI64().i64ExtendI32U().set(a);
    f.get(a);
    return [...f.code.done()].filter((byte) => byte === 0xa7).length;
  };
  expect([size(Func), size(NarrowFunc)]).toEqual([25, 1]);
});

test('a byte that was just written is not taken out of its register again', () => {
  const code = (kind: Kind): string => {
    const m = new Module(), f = m.funcOf(kind, [I64], [I64], 'f'), low = f.local(I64);
    f.i32Const(0).i64Load8U(0, 0); mask(f, 8);
    f.tee(low).get(0).i64Const(-0x100).i64And().i64Or().set(0);
    if (f instanceof NarrowFunc) f.noteLow(0, low);
    const at = f.code.length, from = f instanceof NarrowFunc ? f.lowByte(0) : 0;
    f.get(from); mask(f, 8);
    return [...f.code.done().subarray(at)].join(' ');
  };
  expect([code(Func), code(NarrowFunc)]).toEqual(['32 0 66 255 1 131', '32 1']);
});
