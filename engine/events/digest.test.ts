// The digest: of core events only, of canonical words only.
import { expect, test } from 'vitest';
import { digestHex, digestWords, hashBytes, newDigest } from './digest.ts';
import { createTrace } from './emitter.ts';

const of = (...records: number[][]): string => { const d = newDigest(); for (const r of records) digestWords(d, Uint32Array.from(r), 0, r.length); return digestHex(d); };

test('order, borders, length and every bit matter', () => {
  const all = [of(), of([1]), of([1, 2]), of([2, 1]), of([1], [2]), of([1, 2, 0]), of([0]), of([0, 0]), of([1, 2, 3, 4, 5]), of([1, 2, 3, 4], [5])];
  expect(new Set(all).size).toBe(all.length);
  const base = [1, 2, 3, 4, 5, 6, 7, 8, 9], seen = new Set([of(base)]);
  for (let i = 0; i < base.length; i++) for (let b = 0; b < 32; b++) seen.add(of(base.map((w, j) => (i === j ? (w ^ (1 << b)) >>> 0 : w))));
  expect(seen.size).toBe(1 + 9 * 32);
  expect(of([1])).toMatch(/^[0-9a-f]{32}$/);
});
test('bytes', () => {
  expect(hashBytes(Uint8Array.of(1, 2))).not.toBe(hashBytes(Uint8Array.of(1, 2, 0)));
  expect(hashBytes(Uint8Array.of(9, 1, 2, 9), 1, 3)).toBe(hashBytes(Uint8Array.of(1, 2)));
});

function emit(keep: boolean, noise: boolean): { hex: string; seq: number } {
  const c = createTrace(() => keep, keep ? { batch() {} } : null), k = c.trace;
  for (let i = 0; i < 20_000; i++) {
    const s = k.reserve(), t = k.sched_wakeup, r = t.begin(i, 0, 3);
    t.set.tid(r, i); t.set.comm(r, `task${i % 7}`);
    if (i % 2) t.set.waker_utid(r, 0);
    t.end(r);
    if (noise) { const n = k.stack_sample, q = n.begin(i, 0, 3); n.set.callsite_id(q, i); n.end(q); }
    const y = k.syscall, z = y.begin(i, 0, 3, s);
    y.set.nr(z, 1); y.set.ret(z, -1); y.set.a0(z, 1, 0xffffffff);
    if (keep) y.set.payload(z, Uint8Array.of(1, 2, 3)); // only captured while the table is kept
    y.end(z);
  }
  return { hex: digestHex(c.digest()), seq: k.lastSeq };
}
test('the digest does not depend on what is kept or sampled', () => {
  const a = emit(true, true);
  expect(emit(false, false)).toEqual(a);
  expect(emit(true, false)).toEqual(a);
});
test('null is not zero', () => {
  const one = (f: (c: ReturnType<typeof createTrace>) => void): string => { const c = createTrace(() => false, null); f(c); return digestHex(c.digest()); };
  const wake = (set: boolean) => (c: ReturnType<typeof createTrace>): void => { const t = c.trace.sched_wakeup, r = t.begin(1, 0, 1); if (set) t.set.waker_utid(r, 0); t.end(r); };
  expect(one(wake(true))).not.toBe(one(wake(false)));
});
test('state of the trace goes into a snapshot and back', () => {
  const a = createTrace(() => false, null), wake = (c: typeof a): void => { const t = c.trace.sched_wakeup, r = t.begin(1, 0, 1); t.set.comm(r, 'x'); t.end(r); };
  wake(a);
  const b = createTrace(() => false, null);
  b.restoreState(a.saveState());
  wake(a); wake(b);
  expect(digestHex(b.digest())).toBe(digestHex(a.digest()));
  expect(b.trace.lastSeq).toBe(2);
  expect(b.trace.sched_wakeup.rows).toBe(2);
});
