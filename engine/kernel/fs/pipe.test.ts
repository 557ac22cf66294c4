// Pipes: order of bytes under random reads and writes, atomicity of small writes, ends and what poll says; splice and tee.
import { describe, expect, it } from 'vitest';
import { nextBelow, seedRandom } from '../../base/random.ts';
import { BLOCK } from '../contracts/wait.ts';
import { kernelBuffer } from '../mm/uaccess.ts';
import { testKernel } from '../mm/harness/kernel.ts';
import { createPipe, pipeSize, setPipeSize } from './pipe.ts';
import { O_NONBLOCK, POLLERR, POLLHUP, READABLE, WRITABLE } from './pseudo.ts';
import { doSplice, doTee } from './splice.ts';

const EAGAIN = -11;
function pipe(flags = O_NONBLOCK) {
  const { k, task } = testKernel();
  k.time = { bootSec: 0, bootNsec: 0 };
  const [r, w] = createPipe(k, flags);
  return { k, task, r, w, read: (n: number) => { const b = new Uint8Array(n), got = r.read(k, task, kernelBuffer(b), -1); return got < 0 ? got : b.subarray(0, got); }, write: (b: Uint8Array) => w.write(k, task, kernelBuffer(b), -1) };
}

describe('pipe', () => {
  it('keeps bytes and their order', () => {
    const seed = 7, state = new Uint32Array(4);
    seedRandom(state, seed);
    const { k, task, w, read, write } = pipe();
    let sent = 0, got = 0;
    for (let i = 0; i < 3000; i++) {
      if (nextBelow(state, 2) === 0) {
        const b = new Uint8Array(nextBelow(state, 9000) + 1);
        for (let j = 0; j < b.length; j++) b[j] = (sent + j) * 31;
        const n = write(b);
        if (n > 0) { sent += n; if (b.length <= 4096) expect(n, `seed=${seed}`).toBe(b.length); } else expect(n).toBe(EAGAIN);
      } else {
        const b = read(nextBelow(state, 9000) + 1);
        if (typeof b === 'number') expect(b).toBe(EAGAIN);
        else for (const x of b) { if (x !== ((got * 31) & 255)) expect.fail(`seed=${seed}: byte ${got}`); got++; }
      }
      expect(w.pipe.length).toBe(sent - got);
      if (i === 1500) expect(setPipeSize(k, task, w, Math.max(w.pipe.length, 8192))).toBeGreaterThan(0);
    }
    expect(got).toBeGreaterThan(1e6);
  });
  it('a small write is whole or not at all', () => {
    const { write, read, w } = pipe();
    expect(write(new Uint8Array(70000))).toBe(65536);
    expect(write(new Uint8Array(1))).toBe(EAGAIN);
    read(4095);
    expect(write(new Uint8Array(4096))).toBe(EAGAIN);
    expect(write(new Uint8Array(4097))).toBe(4095);
    expect(pipeSize(w)).toBe(65536);
  });
  it('ends: end of file, EPIPE, poll', () => {
    const a = pipe();
    expect(a.r.poll(a.k)).toBe(0);
    expect(a.w.poll(a.k)).toBe(WRITABLE);
    a.write(new Uint8Array(1));
    a.w.release(a.k);
    expect(a.r.poll(a.k)).toBe(READABLE | POLLHUP);
    a.read(1);
    expect(a.read(1)).toEqual(new Uint8Array(0));
    const b = pipe();
    b.r.release(b.k);
    expect(b.w.poll(b.k) & POLLERR).toBe(POLLERR);
  });
  it('a blocked writer goes on where it was', () => {
    const { k, task, r, w } = pipe(0);
    const big = new Uint8Array(100_000).map((_, i) => i * 7);
    expect(w.write(k, task, kernelBuffer(big), -1)).toBe(BLOCK);
    task.state = 'R'; w.pipe.writeWait.waiters = [];
    const first = new Uint8Array(65536);
    expect(r.read(k, task, kernelBuffer(first), -1)).toBe(65536);
    expect(w.write(k, task, kernelBuffer(big), -1)).toBe(100_000);
    const rest = new Uint8Array(65536), n = r.read(k, task, kernelBuffer(rest), -1);
    expect(Buffer.concat([first, rest.subarray(0, n)]).equals(Buffer.from(big))).toBe(true);
  });
  it('splice moves, tee copies', () => {
    const a = pipe(), [r2, w2] = createPipe(a.k, O_NONBLOCK);
    a.write(Uint8Array.from([1, 2, 3, 4]));
    expect(doTee(a.k, a.task, a.r, w2, 3, 0)).toBe(3);
    expect(a.w.pipe.length).toBe(4);
    expect(doSplice(a.k, a.task, a.r, -1, w2, -1, 100, 0)).toBe(4);
    const b = new Uint8Array(10);
    expect(r2.read(a.k, a.task, kernelBuffer(b), -1)).toBe(7);
    expect([...b.subarray(0, 7)]).toEqual([1, 2, 3, 1, 2, 3, 4]);
    expect(doSplice(a.k, a.task, a.r, -1, w2, -1, 100, 2)).toBe(EAGAIN);
  });
});
