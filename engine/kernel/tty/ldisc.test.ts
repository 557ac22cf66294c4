// The line discipline byte by byte: canonical editing, echo, end of file, signals characters off, raw reads, output processing.
import { describe, expect, it } from 'vitest';
import type { Kernel } from '../contracts/kernel.ts';
import { BLOCK } from '../contracts/wait.ts';
import { bytesOf, byteString, kernelBuffer } from '../mm/uaccess.ts';
import { testKernel } from '../mm/harness/kernel.ts';
import { inputReady, ldiscRead, modeChanged, receive } from './ldisc.ts';
import { flushOutput, outputByte } from './output.ts';
import { L, O, Tty, V } from './state.ts';

function terminal(): { k: Kernel; t: Tty; type: (s: string) => string; read: (n?: number) => string | number; print: (s: string) => string } {
  const { k, task } = testKernel(), t = new Tty();
  let shown = '';
  k.host = { write: (_fd: number, b: Uint8Array) => { shown += byteString(b); return b.length; }, wantStdin: () => {} } as unknown as Kernel['host'];
  t.driver = 'host';
  const flush = (): string => { const s = shown; shown = ''; return s; };
  return {
    k, t,
    type: (s) => { receive(k, t, bytesOf(s)); return flush(); },
    read: (n = 100) => { const b = new Uint8Array(n), r = ldiscRead(k, t, task, kernelBuffer(b), true); return r < 0 ? r : byteString(b.subarray(0, r)); },
    print: (s) => { for (const c of bytesOf(s)) outputByte(k, t, c); flushOutput(k, t); return flush(); },
  };
}
const EAGAIN = -11;

describe('canonical input', () => {
  it('gives a line when it is complete, echoes, maps CR to NL', () => {
    const { type, read } = terminal();
    expect(type('ab')).toBe('ab');
    expect(read()).toBe(EAGAIN);
    expect(type('c\r')).toBe('c\r\n');
    expect(read(2)).toBe('ab');
    expect(read()).toBe('c\n');
    expect(read()).toBe(EAGAIN);
  });
  it('erases characters, words and lines, but never a finished line', () => {
    const { type, read, t } = terminal();
    expect(type('ax\x7f')).toBe('ax\b \b');
    type('b two three\x17\n');
    expect(read()).toBe('ab two \n');
    expect(type('junk\x15')).toBe('junk' + '\b \b'.repeat(4));
    expect(type('\x7f')).toBe('');
    t.termios.iflag |= 0o40000; // IUTF8
    type('\xc3\xa9');
    expect(type('\x7f')).toBe('\b \b');
    expect(type('\x01\x7f')).toBe('^A\b \b\b \b');
    type('a\tb');
    expect(type('\x7f\x7f')).toBe('\b \b' + '\b'.repeat(7));
    type('\n');
    expect(read()).toBe('a\n');
  });
  it('takes ^D as the end of what was typed, alone as end of file', () => {
    const { type, read } = terminal();
    type('xy\x04');
    expect(read(2)).toBe('xy');
    expect(read()).toBe(EAGAIN);
    type('\x04');
    expect(read()).toBe('');
    type('\x16\x04\n');
    expect(read()).toBe('\x04\n');
  });
  it('keeps lines apart and survives a line longer than its buffer', () => {
    const { type, read, t } = terminal();
    type('one\ntwo\n');
    expect(read()).toBe('one\n');
    expect(read()).toBe('two\n');
    type('z'.repeat(6000) + '\n');
    const line = read(8192) as string;
    expect(line.length).toBe(4095);
    expect(line.endsWith('z\n')).toBe(true);
    expect(inputReady(t)).toBe(0);
  });
});

describe('modes', () => {
  it('raw: bytes at once, VMIN and VTIME', () => {
    const { type, read, t, k } = terminal();
    t.termios.lflag &= ~(L.ICANON | L.ECHO | L.ISIG);
    modeChanged(k, t, true);
    t.termios.iflag = 0;
    expect(type('\x03\r')).toBe('');
    expect(read()).toBe('\x03\r');
    expect(read()).toBe(EAGAIN);
    t.termios.cc[V.MIN] = 0;
    expect(read()).toBe('');
    t.termios.cc[V.MIN] = 3;
    type('ab');
    expect(inputReady(t)).toBe(2);
    type('c');
    expect(read()).toBe('abc');
  });
  it('what was typed before becomes readable when the mode changes', () => {
    const { type, read, t, k } = terminal();
    type('half');
    expect(read()).toBe(EAGAIN);
    t.termios.lflag &= ~L.ICANON;
    modeChanged(k, t, true);
    expect(read()).toBe('half');
  });
  it('no echo but ECHONL', () => {
    const { type, t } = terminal();
    t.termios.lflag = (t.termios.lflag & ~L.ECHO) | L.ECHONL;
    expect(type('secret\n')).toBe('\r\n');
  });
});

describe('output', () => {
  it('adds carriage returns, expands tabs when told, leaves raw output alone', () => {
    const { print, t } = terminal();
    expect(print('a\nb\t|')).toBe('a\r\nb\t|');
    t.termios.oflag |= O.XTABS;
    expect(print('\nb\t|')).toBe('\r\nb       |');
    t.termios.oflag = 0;
    expect(print('a\n')).toBe('a\n');
  });
  it('a blocking read of an empty terminal would sleep', () => {
    const { k, t } = terminal(), { task } = testKernel();
    expect(ldiscRead(k, t, task, kernelBuffer(new Uint8Array(1)), false)).toBe(BLOCK);
    expect(t.readWait.waiters).toEqual([task]);
  });
});
