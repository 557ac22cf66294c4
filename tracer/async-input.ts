// What reaches the recorder by itself: bytes of a terminal, pipe or socket on stdin, signals, the terminal's size, real time passing
// while the guest waits. Queued here, handed to the machine between slices by poll().
import { spawnSync } from 'node:child_process';
import type { HostInput } from '../engine/host/door.ts';
import type { AsyncSource } from '../engine/host/node.ts';

export class AsyncInput implements AsyncSource {
  private queue: HostInput[] = [];
  private wake: (() => void) | null = null;
  private started = false;
  private ended = false;
  private readonly stdinIsAsync: boolean;
  /** Set when the user asked twice, or by SIGTERM or SIGHUP: close the recording and end. */
  closing: string | null = null;
  private interrupts = 0;
  private readonly undo: (() => void)[] = [];

  constructor(stdinIsAsync: boolean) { this.stdinIsAsync = stdinIsAsync; }

  push(i: HostInput): void { this.queue.push(i); this.wake?.(); }
  poll(): HostInput[] {
    if (this.queue.length === 0) return [];
    const q = this.queue;
    this.queue = [];
    return q;
  }
  get pending(): boolean { return this.queue.length > 0; }

  wantStdin(want: boolean): void {
    if (!this.stdinIsAsync || this.ended) return;
    if (!this.started) {
      if (!want) return;
      this.started = true;
      const s = process.stdin;
      const end = (): void => { if (!this.ended) { this.ended = true; this.push({ type: 'stdin', data: new Uint8Array(0), eof: true }); } };
      s.on('data', (b: Buffer) => {
        this.resized(); // the terminal changed its size before this was typed, though its signal may be handled later
        this.push({ type: 'stdin', data: Uint8Array.prototype.slice.call(b) as Uint8Array, eof: false });
      });
      s.on('end', end);
      s.on('close', end);
      s.on('error', end);
      s.resume(); // rawTerminal() has paused it
      return;
    }
    if (want) process.stdin.resume();
    else process.stdin.pause();
  }

  /** Raw mode for a terminal on stdin, so that every byte, Ctrl-C too, is the guest's. */
  rawTerminal(): void {
    if (!process.stdin.isTTY) return;
    process.stdin.setRawMode(true);
    // libuv's raw mode leaves OPOST and ONLCR on; the guest's own terminal has added the carriage returns already.
    spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
    process.stdin.pause();
    const restore = (): void => { try { process.stdin.setRawMode(false); } catch { /* the terminal is gone */ } };
    this.undo.push(restore);
    process.on('exit', restore);
  }

  listen(terminal: boolean): void {
    const on = (name: NodeJS.Signals, f: () => void): void => {
      process.on(name, f);
      this.undo.push(() => process.off(name, f));
    };
    on('SIGINT', () => {
      if (++this.interrupts > 1) this.close('interrupted twice');
      else this.push({ type: 'signal', signo: 2 });
    });
    on('SIGTERM', () => this.close('terminated'));
    on('SIGHUP', () => this.close('the terminal hung up'));
    if (!terminal) return;
    const out = process.stdout.isTTY ? process.stdout : process.stderr;
    if (!out.isTTY) return;
    let { rows, columns } = out;
    this.resized = () => {
      out._refreshSize?.();
      if (out.rows === rows && out.columns === columns) return;
      ({ rows, columns } = out);
      this.push({ type: 'winsize', rows, cols: columns, xpixel: 0, ypixel: 0 });
    };
    on('SIGWINCH', () => this.resized());
  }
  /** Tells of the terminal's size if it has changed. */
  private resized: () => void = () => { /* no terminal */ };
  private close(why: string): void { this.closing = why; this.wake?.(); }

  /** Waits until something arrives, or for `ms` of real time. */
  async wait(ms: number): Promise<void> {
    if (this.pending || this.closing) return;
    await new Promise<void>((done) => {
      const timer = ms < 0x7fffffff ? setTimeout(done, ms) : setInterval(() => {}, 0x3fffffff);
      this.wake = () => { clearTimeout(timer); done(); };
    });
    this.wake = null;
  }

  stop(): void {
    for (const f of this.undo.splice(0)) f();
    if (this.started) { process.stdin.pause(); process.stdin.removeAllListeners(); process.stdin.unref?.(); }
  }
}

declare module 'node:tty' { interface WriteStream { _refreshSize?(): void } }
