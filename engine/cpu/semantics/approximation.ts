// RCPPS, RSQRTPS and their scalar forms, by the tables of approximation-tables.ts.
import { APPROXIMATIONS } from '../layout.ts';
import { I32 } from '../wasm/builder.ts';
import { COARSE_SIZE, TABLE_SIZE } from './approximation-tables.ts';
import { helper } from './context.ts';

for (const root of [false, true]) {
  helper(root ? 'sse.rsqrt' : 'sse.rcp', [I32], [I32], (f) => {
    const sign = f.local(I32), magnitude = f.local(I32), exponent = f.local(I32), index = f.local(I32), table = f.local(I32);
    f.get(0).i32Const(0x80000000).i32And().set(sign).get(0).i32Const(0x7fffffff).i32And().set(magnitude).get(magnitude).i32Const(23).i32ShrU().set(exponent);
    f.get(magnitude).i32Const(0x7f800000).i32GtU().if(); f.get(0).i32Const(0x400000).i32Or().return().end();
    f.get(exponent).i32Eqz().if(); f.get(sign).i32Const(0x7f800000).i32Or().return().end(); // ±0 and denormals
    if (root) { f.get(sign).if(); f.i32Const(0xffc00000).return().end(); }
    f.get(magnitude).i32Const(0x7f800000).i32Eq().if(); f.get(sign).return().end();
    if (root) f.get(exponent).i32Const(1).i32And().i32Const(1).i32Xor().i32Const(1).i32Add().i32Const(TABLE_SIZE).i32Mul().set(table).i32Const(380).get(exponent).i32Sub().i32Const(1).i32ShrU().set(exponent);
    else { f.i32Const(253).get(exponent).i32Sub().tee(exponent).i32Const(1).i32LtS().if(); f.get(sign).return().end(); } // tiny results are flushed
    f.get(magnitude).i32Const(11).i32ShrU().i32Const(4095).i32And().set(index);
    f.get(index).i32Const(4).i32ShrU().i32Const(1).i32Shl().get(table).i32Add().i32Load16U(APPROXIMATIONS);
    f.get(index).i32Const(4).i32ShrU().i32Const(0xf0).i32And().get(index).i32Const(15).i32And().i32Or().get(table).i32Add().i32Load8U(APPROXIMATIONS + COARSE_SIZE).i32Sub();
    f.i32Const(11).i32Shl().get(exponent).i32Const(23).i32Shl().i32Add().get(sign).i32Or();
  });
}
