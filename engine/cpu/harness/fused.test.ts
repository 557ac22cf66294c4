// Sequences that the interpreter does as one (interp/fused-forms.ts) are what their instructions are one after the other: compiled, and step by step,
// with faults in each of them, stores to the code itself, and memory on two pages.
import { expect, test } from 'vitest';
import { EXIT, RF, RSP, TF, VEC } from '../../machine/hardware.ts';
import { decode } from '../decode/decoder.ts';
import { SLOT } from '../interp/dispatch.ts';
import { FUSED, sameCode } from '../interp/fused-forms.ts';
import { BLK, JUMP_CACHE, JUMP_CACHE_BITS, REC } from '../layout.ts';
import { CODE_PA, Guest } from './guest.ts';
import { CODE, DATA, ENTRY, FX_SIZE, STACK, TIMEOUT, WINDOW } from './records.ts';
import type { Test } from './records.ts';
import { Dice, word } from './values.ts';

const ROUNDS = 20;

/** Instructions found by chance, by sameCode of their forms: 20 to 200 of each. */
function encodings(dice: Dice): Map<string, number[][]> {
  const by = new Map<string, number[][]>(FUSED.flat().map((key) => [key, []]));
  for (let missing = by.size; missing > 0;) {
    const bytes = [...(dice.chance(0.2) ? [0x66] : []), ...(dice.chance(0.7) ? [0x40 + dice.below(16)] : []), ...(dice.chance(0.2) ? [0x0f] : []), ...Array.from({ length: 14 }, () => dice.below(256))];
    const insn = decode(Uint8Array.from(bytes), 0, bytes.length), known = insn === null ? undefined : by.get(sameCode(insn.form.key));
    if (known === undefined || known.length === 200) continue;
    if (known.push(bytes.slice(0, insn!.length)) === 20) missing--;
  }
  return by;
}

test('each sequence does what its instructions do', () => {
  const dice = new Dice(7), found = encodings(dice), off = new Guest('off'), compiled = new Guest('force'), stepped = new Guest('off');
  const traps = new Set<number>();
  let asOne = 0;
  for (const forms of FUSED) for (let round = 0; round < ROUNDS; round++) {
    const code = forms.flatMap((key) => {
      const bytes = [...dice.pick(found.get(key)!)];
      if (key.startsWith('jcc')) bytes[bytes.length - 1]! &= 63; // forward
      return bytes;
    });
    const gpr = BigUint64Array.from({ length: 16 }, () => {
      const near = BigInt(dice.below(24)) - 12n, page = BigInt(dice.below(6)) * 4096n;
      return dice.pick([() => BigInt(DATA + WINDOW + dice.below(256)), () => BigInt(DATA) + page + near, () => BigInt(CODE + ENTRY + dice.below(32)), () => word(dice)])();
    });
    if (dice.chance(0.8)) gpr[RSP] = BigInt(STACK + 0x800 + dice.below(16) * 8);
    const t: Test = { code: Uint8Array.from(code), entry: ENTRY, gpr, rflags: 0x202 | (dice.u32() & 0x8d5), fsBase: DATA, gsBase: DATA, fx: new Uint8Array(FX_SIZE), window: WINDOW, mem: Uint8Array.from({ length: 256 }, () => dice.below(256)), name: forms.join(' + '), ignore: [0, 0] };
    const end = off.test(t), state = off.fingerprint(true), what = `${t.name}: ${Buffer.from(code).toString('hex')}`;
    const words = new Uint32Array(off.ram.u8.buffer), pa = CODE_PA + ENTRY, block = words[(JUMP_CACHE + ((pa ^ (pa >>> 11)) & ((1 << JUMP_CACHE_BITS) - 1)) * 8 + 4) >> 2]!;
    if (block !== 0) { // not dropped by a store of its own; one that was not known before is left as it is
      const slot = words[(block + BLK.size + REC.fn) >> 2]! & 0xffff;
      if (slot >= SLOT.fused && slot < SLOT.first) asOne++;
    }
    if (end.trap === TIMEOUT) continue; // it jumps to itself
    traps.add(end.trap);
    compiled.test(t);
    expect(compiled.fingerprint(true), what).toBe(state);
    stepped.load({ ...t, rflags: t.rflags | TF });
    for (let i = 0; i < 100; i++) {
      stepped.run(1e7);
      if (stepped.processor.exit.reason !== EXIT.exception || stepped.processor.exit.vector !== VEC.DB) break;
    }
    const last = stepped.outcome(t), shown = (o: typeof end): unknown => [o.trap, o.error, o.cr2, o.rip, [...o.gpr], o.rflags & ~(TF | RF), o.data, o.stack, o.text];
    expect(shown(last), what).toEqual(shown(end));
  }
  expect(asOne).toBeGreaterThan(FUSED.length * ROUNDS * 0.2);
  for (const vector of [VEC.PF, VEC.GP, VEC.BP]) expect(traps).toContain(vector);
}, 120_000);
