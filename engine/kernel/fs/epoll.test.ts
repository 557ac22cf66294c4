// epoll's lists: level, edge and one-shot items, nesting, files that close while they are watched.
import { describe, expect, it } from 'vitest';
import { kernelBuffer } from '../mm/uaccess.ts';
import { testKernel } from '../mm/harness/kernel.ts';
import { EPOLLET, EPOLLONESHOT, createEpoll, epollCollect, epollCtl, epollTargets } from './epoll.ts';
import { createPipe } from './pipe.ts';
import { putFile } from './file-table.ts';
import { O_NONBLOCK, POLLIN } from './pseudo.ts';

function setup() {
  const { k, task } = testKernel();
  k.time = { bootSec: 0, bootNsec: 0 };
  const [r, w] = createPipe(k, O_NONBLOCK), ep = createEpoll(k);
  const put = (n: number): void => { w.write(k, task, kernelBuffer(new Uint8Array(n)), -1); };
  const drain = (): void => { r.read(k, task, kernelBuffer(new Uint8Array(65536)), -1); };
  const wait = (): number[] => epollCollect(k, ep, 16).map(([, lo]) => lo);
  return { k, task, r, w, ep, put, drain, wait };
}

describe('epoll', () => {
  it('level: as long as it is ready', () => {
    const { k, r, ep, put, drain, wait } = setup();
    expect(epollCtl(k, ep, 1, 3, r, POLLIN, 42, 0)).toBe(0);
    expect(wait()).toEqual([]);
    put(1);
    expect([wait(), wait()]).toEqual([[42], [42]]);
    drain();
    expect(wait()).toEqual([]);
  });
  it('edge: once for each arrival; one-shot: once', () => {
    const { k, r, ep, put, wait } = setup();
    epollCtl(k, ep, 1, 3, r, POLLIN | EPOLLET, 1, 0);
    put(1);
    expect([wait(), wait()]).toEqual([[1], []]);
    put(1);
    expect(wait()).toEqual([1]);
    epollCtl(k, ep, 3, 3, r, POLLIN | EPOLLONESHOT, 2, 0);
    expect([wait(), wait()]).toEqual([[2], []]);
    put(1);
    expect(wait()).toEqual([]);
    epollCtl(k, ep, 3, 3, r, POLLIN, 3, 0);
    expect(wait()).toEqual([3]);
  });
  it('nests, refuses loops, forgets closed files', () => {
    const { k, r, w, ep, put } = setup(), outer = createEpoll(k);
    epollCtl(k, ep, 1, 3, r, POLLIN, 1, 0);
    expect(epollCtl(k, outer, 1, 4, ep, POLLIN, 9, 0)).toBe(0);
    expect(epollCtl(k, ep, 1, 5, outer, POLLIN, 0, 0)).toBe(-40);
    put(1);
    expect(epollCollect(k, outer, 4).length).toBe(1);
    expect(epollTargets(ep).length).toBe(1);
    putFile(k, r); putFile(k, w);
    expect(epollCollect(k, ep, 4)).toEqual([]);
    expect(epollTargets(ep).length).toBe(0);
    expect(epollCollect(k, outer, 4)).toEqual([]);
  });
});
