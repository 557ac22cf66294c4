// The replaying door: answers from the log alone, and says at once when the machine asks something else than it did while recording.
import { hashBytes } from '../events/digest.ts';
import type { Host, HostInput } from './door.ts';
import { ASK, askName, getDirents, getInput, getResult, getStat, getStream, LogReader } from './input-log.ts';
import type { BlobStore } from './input-log.ts';

/** The replay asked or wrote something else than the recording. */
export class Divergence extends Error {}
/** The log ends here: the recorder was killed. */
export class LogEnd extends Error {}

export interface ReplayHost extends Host {
  /** Records not yet asked for. */
  readonly left: number;
  /** Index of the next record: where a restored machine goes on. */
  readonly position: number;
  /** The cycle of the next asynchronous input, if that is what comes next. */
  nextInputAt(): number | null;
}

const text = (u: Uint8Array): string => { let s = ''; for (const b of u) s += String.fromCharCode(b); return s; };
const same = (a: Uint8Array, b: Uint8Array): boolean => { if (a.length !== b.length) return false; for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false; return true; };

/** @param output takes what the guest writes to fds 1 and 2, already checked against the log. */
export function createReplayHost(records: Uint8Array[], blobs: BlobStore, output: (fd: number, data: Uint8Array) => void, position = 0): ReplayHost {
  let at = position;
  const next = (type: number, what: () => string): LogReader => {
    if (at >= records.length) throw new LogEnd('the input log ends here');
    const r = new LogReader(records[at]!);
    if (r.type !== type) throw new Divergence(`input ${at}: the replay asks ${what()}, the recording had ${askName(r.type)}`);
    at++;
    return r.start();
  };
  const pathOf = (r: LogReader, path: Uint8Array, ask: string): void => {
    const was = r.bytes();
    if (!same(was, path)) throw new Divergence(`input ${at - 1}: the replay asks ${ask} of ${text(path)}, the recording had ${text(was)}`);
  };
  const number = (r: LogReader, n: number, what: string): void => {
    const was = r.num();
    if (was !== n) throw new Divergence(`input ${at - 1}: ${what} is ${n}, the recording had ${was}`);
  };
  const peek = (): LogReader | null => {
    if (at >= records.length) return null;
    const r = new LogReader(records[at]!);
    return r.type === ASK.input ? r.start() : null;
  };
  return {
    get left() { return records.length - at; },
    get position() { return at; },
    nextInputAt() { return peek()?.num() ?? null; },
    lstat(path) { const r = next(ASK.lstat, () => `lstat of ${text(path)}`); pathOf(r, path, 'lstat'); return getResult(r, () => getStat(r)); },
    readlink(path) { const r = next(ASK.readlink, () => `readlink of ${text(path)}`); pathOf(r, path, 'readlink'); return getResult(r, () => r.bytes()); },
    readdir(path) { const r = next(ASK.readdir, () => `readdir of ${text(path)}`); pathOf(r, path, 'readdir'); return getResult(r, () => getDirents(r)); },
    readChunk(path, _stat, index) {
      const r = next(ASK.chunk, () => `contents of ${text(path)}`);
      pathOf(r, path, 'contents');
      number(r, index, `the chunk of ${text(path)}`);
      return getResult(r, () => blobs.get(r.raw(32)));
    },
    startClock() { const r = next(ASK.clock, () => 'the clock'); return { sec: r.num(), nsec: r.num() }; },
    stream(fd) { const r = next(ASK.stream, () => `stream ${fd}`); number(r, fd, 'the stream'); return getStream(r); },
    winsize() { const r = next(ASK.winsize, () => 'the terminal size'); return { rows: r.num(), cols: r.num(), xpixel: r.num(), ypixel: r.num() }; },
    write(fd, data) {
      const r = next(ASK.write, () => `to write ${data.length} bytes to ${fd}`);
      number(r, fd, 'the descriptor written to');
      number(r, data.length, `the length of a write to ${fd}`);
      number(r, hashBytes(data), `the hash of what is written to ${fd}`);
      const result = r.num();
      if (result > 0) output(fd, result === data.length ? data : data.subarray(0, result));
      return result;
    },
    readStdin(max) { const r = next(ASK.stdin, () => 'standard input'); number(r, max, 'the length of a read of standard input'); return r.bytes(); },
    poll(now) {
      const list: HostInput[] = [];
      for (let r = peek(); r; r = peek()) {
        const when = r.num();
        if (when > now) break;
        if (when < now) throw new Divergence(`input ${at}: the recording had it at cycle ${when}, the replay is at ${now}`);
        list.push(getInput(r));
        at++;
      }
      return list;
    },
    wantStdin() { /* what was typed is in the log */ },
  };
}
