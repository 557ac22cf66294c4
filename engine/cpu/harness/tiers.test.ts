// Interpreter and compiler leave the same state, time and counters (law 3), on random programs that loop, branch and fault.
import { expect, test } from 'vitest';
import { Guest } from './guest.ts';
import { makeSequence } from './sequences.ts';

test('cycles, counters and TLBs do not depend on the tier', () => {
  const off = new Guest('off'), force = new Guest('force'), auto = new Guest('auto');
  for (let seed = 77_000; seed < 79_000; seed++) {
    const t = makeSequence(seed)!;
    const states = [off, force, auto].map((g) => { const { trap } = g.run(t); return { trap, now: g.processor.now(0), counters: g.processor.counters(0) }; });
    expect(states[1], `seed=${seed}`).toEqual(states[0]);
    expect(states[2], `seed=${seed}`).toEqual(states[0]);
    if (seed % 100 === 0) expect(Buffer.from(force.processor.saveState()).equals(Buffer.from(off.processor.saveState())), `state after seed=${seed}`).toBe(true);
  }
}, 120_000);
