// The lines of strace's text: one at a time, cut when another task interrupts it, with the prefixes that options ask for.
import type { DecodedCall } from '../../engine/abi/decode/index.ts';
import { NR } from '../../engine/abi/syscall-numbers.ts';
import type { Row } from '../duck.ts';
import type { Out, StraceOptions } from '../options.ts';
import type { CallStacks } from './strace-stacks.ts';
import { num, numOrNull } from './strace-tasks.ts';
import type { Line, TaskInfo } from './strace-tasks.ts';

export interface Call {
  seq: number; exitSeq: number | null; utid: number; ts: number; dur: number | null; nr: number; args: Uint32Array; payload: Uint8Array | null;
  ret: number | null; restart: number; fd: number | null; fileId: number | null; stack: number | null;
  /** Where it was called from. */
  ip: bigint;
  /** Name in the i386 table, of a call by int 0x80. */
  i386?: string;
}

export const bytes = (v: unknown): Uint8Array | null => {
  if (v === null || v === undefined) return null;
  if (v instanceof Uint8Array) return v;
  return (v as { bytes: Uint8Array }).bytes;
};

export function callOf(r: Row): Call {
  const args = new Uint32Array(12);
  for (let i = 0; i < 6; i++) {
    const v = BigInt(r[`a${i}`] as bigint | number);
    args[i * 2] = Number(v & 0xffffffffn);
    args[i * 2 + 1] = Number(v >> 32n);
  }
  return {
    seq: num(r.seq), exitSeq: numOrNull(r.exit_seq), utid: num(r.utid), ts: num(r.ts), dur: numOrNull(r.dur), nr: num(r.nr), args, payload: bytes(r.payload),
    ret: numOrNull(r.ret), restart: num(r.restart), fd: numOrNull(r.fd), fileId: numOrNull(r.file_id), stack: numOrNull(r.stack ?? null), ip: BigInt(r.callsite as bigint),
    ...(r.i386 === null || r.i386 === undefined ? {} : { i386: String(r.i386) }),
  };
}

/** Writes lines as strace's printing code does: one line at a time, cut when another task interrupts it. */
export class Printer {
  private readonly out: Out;
  private readonly o: StraceOptions;
  private readonly tids: Map<number, TaskInfo>;
  private readonly start: { sec: number; nsec: number };
  private readonly column: number;
  private readonly quiet: ReadonlySet<string>;
  private readonly stacks: CallStacks | null;
  /** Stacks of calls that do not return: strace writes them when the task has ended. */
  private readonly last = new Map<number, string>();
  private buffer = '';
  private open: { call: Call; text: string } | null = null;
  private lastTs = 0;
  private begun = false;
  private readonly lastNr = new Map<number, number>();
  /** Tasks alive: on a terminal strace names them only while there are several. */
  private tracees = 1;
  constructor(out: Out, o: StraceOptions, tids: Map<number, TaskInfo>, start: { sec: number; nsec: number }, stacks: CallStacks | null, quiet: ReadonlySet<string>) {
    this.quiet = quiet; this.out = out; this.stacks = stacks; this.o = o; this.tids = tids; this.start = start; this.column = o.a ?? 40;
  }
  private write(text: string): void { this.buffer += text; if (this.buffer.length > 65536) this.flush(); }
  flush(): void { if (this.buffer) { this.out(this.buffer); this.buffer = ''; } }
  private prefix(utid: number, ts: number, c?: Call): string {
    let s = '';
    const task = this.tids.get(utid), comm = this.o.Y && task ? `<${task.comm}>` : '';
    if (this.o.live && this.tracees > 1) s += `[pid ${String(task?.tid ?? 0).padStart(5)}${comm}] `;
    else if (this.o.f && !this.o.live && !this.o.outFor) s += `${String(task?.tid ?? 0).padEnd(5)}${comm} `;
    if (this.o.t) {
      const nsec = this.start.nsec + ts, sec = this.start.sec + Math.floor(nsec / 1e9), usec = Math.floor((nsec % 1e9) / 1000);
      if (this.o.t === 3) s += `${sec}.${String(usec).padStart(6, '0')} `;
      else {
        const d = new Date(sec * 1000), p = (n: number): string => String(n).padStart(2, '0');
        s += `${p(d.getHours())}:${p(d.getMinutes())}:${p(d.getSeconds())}${this.o.t === 2 ? `.${String(usec).padStart(6, '0')}` : ''} `;
      }
    }
    if (this.o.r) {
      const us = this.begun ? Math.floor(ts / 1000) - Math.floor(this.lastTs / 1000) : 0;
      const rel = `${String(Math.floor(us / 1e6)).padStart(6)}.${String(us % 1e6).padStart(6, '0')}`;
      s += this.o.t ? `(+${rel}) ` : `${rel} `;
    }
    this.begun = true;
    this.lastTs = ts;
    if (c) this.lastNr.set(utid, c.nr);
    if (this.o.n) s += `[${String(this.lastNr.get(utid) ?? 0).padStart(4)}] `;
    if (this.o.i) s += `[${c && c.ip !== 0n ? c.ip.toString(16).padStart(16, '0') : '?'.repeat(16)}] `;
    return s;
  }
  private interrupt(): void {
    if (!this.open) return;
    this.write(' <unfinished ...>\n');
    this.open = null;
  }
  private finish(line: string, c: Call, d: DecodedCall): void {
    const head = `${line}) `;
    const width = head.length;
    this.write(`${' '.repeat(Math.max(0, this.column - width))}= ${d.result}${this.o.T && c.dur !== null && c.ret !== null ? ` <${(c.dur / 1e9).toFixed(6)}>` : ''}\n`);
    if (!this.stacks || c.stack === null) return;
    const stack = this.stacks.text(c.stack);
    if (c.nr === NR.exit || c.nr === NR.exit_group) this.last.set(c.utid, stack); else this.write(stack);
  }
  /** Tasks whose last call came by int 0x80. */
  private readonly in32 = new Set<number>();
  enter(c: Call, d: DecodedCall): void {
    this.interrupt();
    if ((c.i386 !== undefined) !== this.in32.has(c.utid)) this.personality(c);
    const text = `${this.prefix(c.utid, c.ts, c)}${d.name}(${d.entry}`;
    this.write(text);
    this.open = { call: c, text };
  }
  private personality(c: Call): void {
    if (c.i386 !== undefined) this.in32.add(c.utid); else this.in32.delete(c.utid);
    if (!this.quiet.has('personality')) this.write(`${this.prefix(c.utid, c.ts)}[ Process PID=${this.tids.get(c.utid)?.tid ?? 0} runs in ${c.i386 !== undefined ? 32 : 64} bit mode. ]\n`);
  }
  exit(c: Call, d: DecodedCall): void {
    if (this.open?.call === c) {
      this.write(`${d.exit}) `);
      this.finish(this.open.text + d.exit, c, d);
      this.open = null;
      return;
    }
    this.interrupt();
    const text = `${this.prefix(c.utid, c.ts + (c.dur ?? 0), c)}<... ${d.name} resumed>${d.exit}`;
    this.write(`${text}) `);
    this.finish(text, c, d);
  }
  line(l: Line): void {
    if (l.kind === 'attach') { // straight to stderr, in the midst of an open line too
      this.tracees++;
      if (this.o.live && !this.quiet.has('attach')) this.write(`${l.text}\n`);
      return;
    }
    if (l.kind === 'superseded') { this.tracees--; this.tids.get(l.heir!)!.tid = this.tids.get(l.utid)!.tid; }
    if (!this.quiet.has(l.kind === 'superseded' ? 'thread-execve' : l.kind)) {
      this.interrupt();
      this.write(`${this.prefix(l.utid, l.ts)}${l.text}\n${this.last.get(l.utid) ?? ''}`);
      this.last.delete(l.utid);
    }
    if (l.kind === 'exit' || l.kind === 'killed') this.tracees--;
  }
  end(): void { if (this.open) { this.write(' <unfinished ...>\n'); this.open = null; } this.flush(); }
}
