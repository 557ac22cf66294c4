// Every answer through the door survives the log; a different question is noticed.
import { describe, expect, test } from 'vitest';
import { createHash } from 'node:crypto';
import type { Host, HostInput, HostStat } from './door.ts';
import { createRecordHost } from './record.ts';
import { createReplayHost, Divergence, LogEnd } from './replay.ts';

const path = (s: string): Uint8Array => Uint8Array.from(Buffer.from(s));
const stat: HostStat = { dev: 2 ** 33, ino: 2 ** 52, mode: 0o100644, nlink: 1, uid: 0, gid: 249, rdev: 0, size: 250, atime: -1, atimeNsec: 1, mtime: 1e9, mtimeNsec: 999_999_999, ctime: 65535, ctimeNsec: 65536, blocks: 8, blksize: 4096, btime: 3, btimeNsec: 4, masked: true };
const inputs: HostInput[] = [{ type: 'stdin', data: path('typed'), eof: false }, { type: 'winsize', rows: 24, cols: 80, xpixel: 0, ypixel: 1 }, { type: 'signal', signo: 2 }, { type: 'idle', until: 2 ** 40 }];
const host: Host = {
  lstat: (p) => (p.length === 1 ? stat : -2), readlink: () => path('to'), readdir: () => [{ name: '\u00ff\u0001', ino: 5, type: 8 }], readChunk: (_p, _s, i) => (i === 0 ? new Uint8Array(70_000).fill(7) : -5),
  startClock: () => ({ sec: 12, nsec: 5 }), stream: (fd) => ({ kind: 'tty', stat: fd === 1 ? stat : null, writable: true, readable: false }), winsize: () => ({ rows: 1, cols: 2, xpixel: 3, ypixel: 4 }),
  write: (_fd, d) => (d.length > 3 ? 3 : -32), readStdin: () => path('in'), poll: (now) => (now === 5 ? inputs : []), wantStdin() {},
};
function script(h: Host): unknown[] {
  return [h.startClock(), h.stream(1), h.stream(0), h.winsize(), h.lstat(path('/')), h.lstat(path('/x')), h.readlink(path('/l')), h.readdir(path('/d')), h.readChunk(path('/f'), stat, 0), h.readChunk(path('/f'), stat, 1),
    h.poll(4), h.poll(5), h.write(1, path('hello')), h.write(2, path('no')), h.readStdin(100), h.poll(6)];
}
function recorded(): { log: Uint8Array[]; blobs: Map<string, Uint8Array>; answers: unknown[] } {
  const log: Uint8Array[] = [], blobs = new Map<string, Uint8Array>();
  const store = { put: (b: Uint8Array) => { const h = createHash('sha256').update(b).digest(); blobs.set(h.toString('hex'), b); return h; }, get: () => new Uint8Array(0) };
  return { answers: script(createRecordHost(host, store, (r) => log.push(r.slice()))), log, blobs };
}
const replayer = (r: ReturnType<typeof recorded>, log = r.log, out: [number, string][] = []): ReturnType<typeof createReplayHost> =>
  createReplayHost(log, { put: () => new Uint8Array(0), get: (h) => r.blobs.get(Buffer.from(h).toString('hex'))! }, (fd, d) => out.push([fd, Buffer.from(d).toString()]));

describe('the door', () => {
  test('replay gives the same answers and the same output', () => {
    const r = recorded(), out: [number, string][] = [], h = replayer(r, r.log, out);
    expect(script(h)).toEqual(r.answers);
    expect(h.left).toBe(0);
    expect(out).toEqual([[1, 'hel']]);
  });
  test('another question, another write, another cycle: divergence', () => {
    const r = recorded();
    expect(() => replayer(r).stream(1)).toThrow(Divergence);
    const h = replayer(r);
    h.startClock();
    expect(() => h.stream(2)).toThrow('stream is 2');
    const w = replayer(r, r.log.slice(-3));
    expect(() => w.write(1, path('hellO'))).toThrow('hash');
    const p = replayer(r, r.log.slice(10));
    expect(p.poll(4)).toEqual([]);
    expect(p.nextInputAt()).toBe(5);
    expect(() => p.poll(6)).toThrow('cycle 5');
  });
  test('a log that ends says so', () => {
    const h = replayer(recorded(), []);
    expect(() => h.startClock()).toThrow(LogEnd);
    expect(h.poll(1)).toEqual([]);
  });
});
