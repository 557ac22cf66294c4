// The emitted bytes are valid modules and compute what they say.
import { expect, test } from 'vitest';
import { F32, F64, I32, I64, Module, V128 } from './builder.ts';
import { FC_OPS, PLAIN_OPS, SIMD_LANE_OPS, SIMD_MEM_LANE_OPS, SIMD_MEM_OPS, SIMD_OPS } from './opcodes.ts';

const run = (m: Module, imports: WebAssembly.Imports = {}): Record<string, CallableFunction> =>
  new WebAssembly.Instance(new WebAssembly.Module(m.finish()), imports).exports as never;

test('loops, branches, locals and calls', () => {
  const m = new Module();
  const sum = m.func([I32], [I64], 'sum');
  const acc = sum.local(I64);
  const done = sum.block();
  const again = sum.loop();
  sum.get(0).i32Eqz().hint(false).brIf(done);
  sum.get(acc).get(0).i64ExtendI32U().i64Add().set(acc);
  sum.get(0).i32Const(-1).i32Add().set(0).br(again).end().end();
  sum.get(acc);
  const twice = m.func([I32], [I64], 'twice');
  twice.get(0).call(sum).i64Const(2).i64Mul();
  const tail = m.func([I32], [I64], 'tail');
  tail.get(0).returnCall(twice);
  const x = run(m);
  expect(x.sum!(10)).toBe(55n);
  expect(x.tail!(10)).toBe(110n);
});

test('constants of every size survive', () => {
  for (const n of [0, 1, -1, 63, 64, -64, -65, 8191, 2 ** 31 - 1, -(2 ** 31), 2 ** 32, 2 ** 53 - 1, -(2 ** 53) + 1]) {
    const m = new Module();
    m.func([], [I64], 'c').i64Const(n);
    expect(run(m).c!()).toBe(BigInt(n));
  }
  const m = new Module();
  m.func([], [I64], 'c').i64Const(0xffffffff, 0x7fffffff);
  m.func([], [I32], 'd').i32Const(0xffffffff);
  expect(run(m).c!()).toBe(0x7fffffffffffffffn);
  expect(run(m).d!()).toBe(-1);
});

test('memory, table, elements, indirect calls, br_table', () => {
  const m = new Module();
  m.importMemory('e', 'm', { initial: 1 });
  const table = m.table({ initial: 4 });
  const type = m.type([], [I32]);
  const ten = m.func([], [I32]); ten.i32Const(10);
  const twenty = m.func([], [I32]); twenty.i32Const(20);
  m.elem(1, [ten, twenty], table);
  m.func([I32], [I32], 'pick').get(0).callIndirect(type);
  m.func([I32], [I32], 'pickTail').get(0).returnCallIndirect(type);
  const s = m.func([I32], [I32], 'sw');
  const other = s.block(), one = s.block(), zero = s.block();
  s.get(0).brTable([zero, one], other).end();
  s.i32Const(100).return().end().i32Const(101).return().end().i32Const(102);
  m.func([I32], [], 'st').get(0).f64Const(1.5).f64Store(8);
  const memory = new WebAssembly.Memory({ initial: 1 });
  const x = run(m, { e: { m: memory } });
  expect([x.pick!(1), x.pickTail!(2)]).toEqual([10, 20]);
  expect([x.sw!(0), x.sw!(1), x.sw!(7)]).toEqual([100, 101, 102]);
  x.st!(16);
  expect(new DataView(memory.buffer).getFloat64(24, true)).toBe(1.5);
});

test('every row of the opcode tables is an instruction V8 knows under that number', () => {
  // Unreachable code is stack-polymorphic: each instruction validates alone, with its result dropped by another unreachable.
  const emit = (name: string, args: number[]): boolean => {
    const m = new Module();
    m.defineMemory({ initial: 1 });
    const f = m.func([], []);
    f.unreachable();
    (f as never as Record<string, (...a: number[]) => void>)[name]!(...args);
    f.unreachable();
    return WebAssembly.validate(m.finish());
  };
  const bad: string[] = [];
  for (const name of Object.keys({ ...PLAIN_OPS, ...FC_OPS, ...SIMD_OPS, ...SIMD_MEM_OPS })) if (name !== 'select' && !emit(name, [])) bad.push(name);
  for (const name of Object.keys({ ...SIMD_LANE_OPS, ...SIMD_MEM_LANE_OPS })) if (!emit(name, [0])) bad.push(name);
  expect(bad).toEqual([]);
});

test('SIMD results', () => {
  const m = new Module();
  m.defineMemory({ initial: 1 });
  m.exportMemory('memory');
  const f = m.func([F32, F64], [], 'go');
  const v = f.local(V128);
  f.v128Const([1, 2, 3, 4]).i32Const(5).i32x4Splat().i32x4Add().tee(v).drop();
  f.i32Const(0).get(v).v128Store(32);
  f.i32Const(0).get(v).get(v).i8x16Shuffle([4, 5, 6, 7, 0, 1, 2, 3, 16, 17, 18, 19, 20, 21, 22, 23]).v128Store(48);
  const x = run(m);
  x.go!(0, 0);
  const u32 = new Uint32Array((x.memory as never as WebAssembly.Memory).buffer);
  expect([...u32.slice(8, 16)]).toEqual([6, 7, 8, 9, 7, 6, 6, 7]);
});
