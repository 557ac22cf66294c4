// The recording door: asks the real host and logs each question with its answer, in guest order.
import { hashBytes } from '../events/digest.ts';
import type { Host } from './door.ts';
import { ASK, LogWriter, putDirents, putInput, putResult, putStat, putStream } from './input-log.ts';
import type { BlobStore } from './input-log.ts';

/** @param append takes one record; the bytes are valid only during the call. */
export function createRecordHost(host: Host, blobs: BlobStore, append: (record: Uint8Array) => void): Host {
  const w = new LogWriter();
  const log = (): void => append(w.done());
  return {
    lstat(path) {
      const v = host.lstat(path);
      w.begin(ASK.lstat); w.bytes(path); putResult(w, v, (s) => putStat(w, s)); log();
      return v;
    },
    readlink(path) {
      const v = host.readlink(path);
      w.begin(ASK.readlink); w.bytes(path); putResult(w, v, (b) => w.bytes(b)); log();
      return v;
    },
    readdir(path) {
      const v = host.readdir(path);
      w.begin(ASK.readdir); w.bytes(path); putResult(w, v, (list) => putDirents(w, list)); log();
      return v;
    },
    readChunk(path, stat, index) {
      const v = host.readChunk(path, stat, index);
      w.begin(ASK.chunk); w.bytes(path); w.num(index); putResult(w, v, (b) => w.raw(blobs.put(b))); log();
      return v;
    },
    startClock() {
      const v = host.startClock();
      w.begin(ASK.clock); w.num(v.sec); w.num(v.nsec); log();
      return v;
    },
    stream(fd) {
      const v = host.stream(fd);
      w.begin(ASK.stream); w.num(fd); putStream(w, v); log();
      return v;
    },
    winsize() {
      const v = host.winsize();
      w.begin(ASK.winsize); w.num(v.rows); w.num(v.cols); w.num(v.xpixel); w.num(v.ypixel); log();
      return v;
    },
    write(fd, data) {
      const v = host.write(fd, data);
      w.begin(ASK.write); w.num(fd); w.num(data.length); w.num(hashBytes(data)); w.num(v); log();
      return v;
    },
    readStdin(max) {
      const v = host.readStdin(max);
      w.begin(ASK.stdin); w.num(max); w.bytes(v); log();
      return v;
    },
    poll(now) {
      const list = host.poll(now);
      for (const i of list) { w.begin(ASK.input); w.num(now); putInput(w, i); log(); }
      return list;
    },
    wantStdin(want) { host.wantStdin(want); },
  };
}
