// RDRAND: always ready, from a generator of the CPU's own, which is part of its state and seeded with the recording's seed.
import { nextU32 } from '../../base/random.ts';
import { S } from '../layout.ts';
import { I32, I64 } from '../wasm/builder.ts';
import { define, jsHelper } from './context.ts';

jsHelper('rdrand', [I32], [I64], ({ memory }) => (state: number): bigint => {
  const generator = new Uint32Array(memory.buffer, (state >>> 0) + S.random, 4), lo = nextU32(generator);
  return BigInt.asIntN(64, (BigInt(nextU32(generator)) << 32n) | BigInt(lo));
});
define({ rdrand: (c) => { c.state(); c.call('rdrand'); c.write(0); c.f.i32Const(1); c.setFlags(); } }); // CF: there is a number
