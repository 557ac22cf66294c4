// A task that makes file system calls on a fake host, for tests: strings and buffers are put into its memory.
import { MAP_ANONYMOUS, MAP_PRIVATE, PROT_READ, PROT_WRITE } from '../../abi/mm-flags.ts';
import type { Kernel } from '../../kernel/contracts/kernel.ts';
import type { Task } from '../../kernel/contracts/task.ts';
import { FakeHost } from '../../kernel/fs/harness/host.ts';
import { createHostfs } from '../../kernel/fs/hostfs.ts';
import { mountAt } from '../../kernel/fs/mount.ts';
import { testKernel } from '../../kernel/mm/harness/kernel.ts';
import { doMmap } from '../../kernel/mm/mmap.ts';
import { copyFromUser, copyToUser } from '../../kernel/mm/uaccess.ts';
import { credFor } from '../../kernel/process/cred.ts';
import { initTime } from '../../kernel/time/clock.ts';
import { Args } from '../call.ts';
import type { Handlers } from '../call.ts';
import { handlers as dir } from '../dir.ts';
import { handlers as fd } from '../fd.ts';
import { handlers as file } from '../file.ts';
import { handlers as fs } from '../fs.ts';
import { handlers as stat } from '../stat.ts';
import { handlers as xattr } from '../xattr.ts';

const TABLE: Handlers = { ...dir, ...fd, ...file, ...fs, ...stat, ...xattr };

export interface Stat { dev: number; ino: number; nlink: number; mode: number; uid: number; gid: number; size: number; blocks: number; mtime: number }

export class Guest {
  readonly host: FakeHost;
  readonly k: Kernel;
  task: Task;
  /** 1 MiB of user memory for results; strings go behind it. */
  readonly buf: number;
  private top: number;
  constructor(fill: (h: FakeHost) => void, ramBytes = 32 << 20) {
    const { k, task } = testKernel(ramBytes);
    this.host = new FakeHost();
    fill(this.host);
    k.host = this.host;
    initTime(k);
    const m = mountAt(k, createHostfs(k), null);
    k.rootMount = m;
    task.fs.root = task.fs.pwd = { mount: m, dentry: m.root };
    this.k = k;
    this.task = task;
    this.buf = doMmap(k, task, 0, 2 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, null, 0);
    this.top = this.buf + (1 << 20);
  }
  asUser(uid: number, groups: number[] = []): void { this.task.cred = credFor(uid, uid, groups); }
  /** A string argument is a path in user memory, bytes a buffer. */
  call(name: string, ...args: (number | string | Uint8Array)[]): number {
    this.top = this.buf + (1 << 20);
    const u = new Uint32Array(12);
    args.forEach((v, i) => {
      let n: number;
      if (typeof v === 'number') n = v;
      else {
        const bytes = typeof v === 'string' ? Uint8Array.from(v + '\0', (c) => c.charCodeAt(0)) : v;
        n = this.top;
        copyToUser(this.k, this.task, n, bytes);
        this.top += (bytes.length + 15) & ~15;
      }
      u[i * 2] = n >>> 0;
      u[i * 2 + 1] = Math.floor(n / 4294967296) >>> 0;
    });
    this.task.syscall.progress = null;
    for (;;) {
      const r = TABLE[name]!(this.k, this.task, new Args(u));
      if (r !== -100_001) return r; // AGAIN
    }
  }
  bytes(n: number, at = 0): Uint8Array { return copyFromUser(this.k, this.task, this.buf + at, n) as Uint8Array; }
  text(n: number): string { return String.fromCharCode(...this.bytes(n)); }
  open(path: string, flags = 0, mode = 0o644): number { return this.call('open', path, flags, mode); }
  read(path: string): string {
    const f = this.open(path);
    if (f < 0) return 'errno ' + -f;
    let s = '';
    for (;;) {
      const n = this.call('read', f, this.buf, 65536);
      if (n <= 0) break;
      s += this.text(n);
    }
    this.call('close', f);
    return s;
  }
  write(path: string, data: string, flags = 0o1101): number {
    const f = this.open(path, flags);
    if (f < 0) return f;
    const n = this.call('write', f, Uint8Array.from(data, (c) => c.charCodeAt(0)), data.length);
    this.call('close', f);
    return n;
  }
  ls(path: string): string[] {
    const f = this.open(path, 0o200000), out: string[] = [];
    if (f < 0) return ['errno ' + -f];
    for (;;) {
      const n = this.call('getdents64', f, this.buf, 4096);
      if (n <= 0) break;
      const b = this.bytes(n), dv = new DataView(b.buffer, b.byteOffset);
      for (let at = 0; at < n; at += dv.getUint16(at + 16, true)) {
        let end = at + 19;
        while (b[end] !== 0) end++;
        out.push(String.fromCharCode(...b.subarray(at + 19, end)));
      }
    }
    this.call('close', f);
    return out;
  }
  stat(path: string, name = 'lstat'): Stat | number {
    const err = this.call(name, path, this.buf);
    if (err !== 0) return err;
    const b = this.bytes(144), dv = new DataView(b.buffer, b.byteOffset), u = (o: number): number => dv.getUint32(o, true) + dv.getUint32(o + 4, true) * 4294967296;
    return { dev: u(0), ino: u(8), nlink: u(16), mode: dv.getUint32(24, true), uid: dv.getUint32(28, true), gid: dv.getUint32(32, true), size: u(48), blocks: u(64), mtime: u(88) };
  }
}
