// From calls, signals and ends of tasks in their order to strace's lines: merges entries and exits, decodes, filters. Whoever has the
// events, a recording (strace.ts) or a running machine (strace-live.ts), gives them here. Memory stays flat: only open calls are held.
import { decodeCall, DEFAULTS } from '../../engine/abi/decode/index.ts';
import type { DecodedCall, DecodeOptions } from '../../engine/abi/decode/index.ts';
import { siginfo } from '../../engine/abi/decode/structs.ts';
import { Reader } from '../../engine/abi/decode/text.ts';
import { PART, Payload } from '../../engine/abi/payload.ts';
import { signalName } from '../../engine/abi/signals.ts';
import { NR } from '../../engine/abi/syscall-numbers.ts';
import { SYSCALLS } from '../../engine/abi/syscalls.ts';
import type { Row } from '../duck.ts';
import type { Out, StraceOptions } from '../options.ts';
import { statusOf } from '../strace-filter.ts';
import type { StraceFilter } from '../strace-filter.ts';
import { bytes, Printer } from './strace-printer.ts';
import type { Call } from './strace-printer.ts';
import type { CallStacks } from './strace-stacks.ts';
import { num } from './strace-tasks.ts';
import type { Line, TaskInfo } from './strace-tasks.ts';

/** Min-heap of open calls by the place of their return. */
class Exits {
  private readonly heap: Call[] = [];
  get top(): Call | undefined { return this.heap[0]; }
  push(c: Call): void {
    const h = this.heap;
    let i = h.length;
    h.push(c);
    while (i > 0) { const p = (i - 1) >> 1; if (h[p]!.exitSeq! <= c.exitSeq!) break; h[i] = h[p]!; i = p; }
    h[i] = c;
  }
  pop(): Call {
    const h = this.heap, first = h[0]!, last = h.pop()!;
    if (h.length) {
      let i = 0;
      for (;;) {
        let k = i * 2 + 1;
        if (k >= h.length) break;
        if (k + 1 < h.length && h[k + 1]!.exitSeq! < h[k]!.exitSeq!) k++;
        if (h[k]!.exitSeq! >= last.exitSeq!) break;
        h[i] = h[k]!;
        i = k;
      }
      h[i] = last;
    }
    return first;
  }
}

/** Behind descriptors and AT_FDCWD for -y: what each process's rows have shown so far. */
class Names {
  private readonly files = new Map<number, string>();
  private readonly fds = new Map<string, number>();
  private readonly cwds = new Map<number, string>();
  private readonly first: string;
  constructor(cwd: string) { this.first = cwd; }
  file(id: number, path: string): void { this.files.set(id, path); }
  path(upid: number, fd: number): string | undefined { const id = this.fds.get(`${upid}:${fd}`); return id === undefined ? undefined : this.files.get(id); }
  cwd(upid: number): string { return this.cwds.get(upid) ?? this.first; }
  learn(upid: number, c: Call): void { if (c.fd !== null && c.fileId !== null) this.fds.set(`${upid}:${c.fd}`, c.fileId); }
  after(upid: number, c: Call, childUpid: number | undefined): void {
    if (c.ret === null || c.ret < 0) return;
    if (c.nr === NR.close) this.fds.delete(`${upid}:${c.args[0]}`);
    else if (c.nr === NR.dup || c.nr === NR.dup2 || c.nr === NR.dup3) { const id = this.fds.get(`${upid}:${c.args[0]}`); if (id !== undefined) this.fds.set(`${upid}:${c.ret}`, id); }
    else if (c.nr === NR.chdir) {
      const b = new Payload(c.payload).get(0, PART.entry);
      if (b) { const p = Buffer.from(b).toString('latin1').replace(/\0.*$/s, ''); this.cwds.set(upid, p.startsWith('/') ? p : `${this.cwd(upid)}/${p}`); }
    } else if (childUpid !== undefined && childUpid !== upid) {
      for (const [k, id] of [...this.fds]) if (k.startsWith(`${upid}:`)) this.fds.set(`${childUpid}:${k.slice(k.indexOf(':') + 1)}`, id);
      this.cwds.set(childUpid, this.cwd(upid));
    }
  }
  fileOf(id: number | null): string | undefined { return id === null ? undefined : this.files.get(id); }
}

const childOf = (tasks: Map<number, TaskInfo>, tid: number | null): number | undefined => { for (const t of tasks.values()) if (t.tid === tid) return t.upid; return undefined; };

/** -P: a path argument, or a descriptor of that path. */
function touches(c: Call, paths: string[], names: Names): boolean {
  const file = names.fileOf(c.fileId);
  if (file !== undefined && paths.includes(file)) return true;
  const row = SYSCALLS[c.nr], p = new Payload(c.payload);
  return row?.args.some((a, i) => {
    if (a.kind !== 'path') return false;
    const b = p.get(i, PART.entry);
    return b !== null && paths.includes(Buffer.from(b).toString('utf8').replace(/\0.*$/s, ''));
  }) ?? false;
}

/** The lines of a row of the signal table. */
export function signalLines(r: Row, filter: StraceFilter): Line[] {
  const signo = num(r.signo), shown = (r.event === 'deliver' && r.result !== 'sigtimedwait') || (r.event === 'generate' && r.result === 'ignored');
  if (!shown || signo === 9 || (filter.signals && !filter.signals.has(signo))) return [];
  const info = bytes(r.info), at = { seq: num(r.seq), utid: num(r.utid), ts: num(r.ts) };
  const out: Line[] = [{ ...at, kind: r.event === 'generate' ? 'afterCall' : 'signal', text: `--- ${signalName(signo)} ${info && info.length >= 48 ? siginfo(new Reader(info), DEFAULTS) : `{si_signo=${signalName(signo)}, si_code=SI_KERNEL}`} ---` }];
  if (r.event === 'deliver' && r.result === 'stop') out.push({ ...at, kind: 'signal', text: `--- stopped by ${signalName(signo)} ---` });
  return out;
}

export interface TextSource {
  options: StraceOptions;
  filter: StraceFilter;
  /** By utid; the source may add tasks as they come. */
  tasks: Map<number, TaskInfo>;
  cwd: string;
  start: { sec: number; nsec: number };
  stacks: CallStacks | null;
  out: Out;
  /** Takes the calls in place of a printer. */
  structured?: (row: unknown[]) => void;
}

/** -y learns descriptors from every call; else only the calls that are shown are needed. */
export const learns = (o: StraceOptions): boolean => !!o.y || !!o.yy || (o.P?.length ?? 0) > 0;

export class StraceText {
  /** Lines that are no calls, by seq; advance() takes them. */
  readonly lines: Line[] = [];
  readonly names: Names;
  private readonly s: TextSource;
  private readonly learn: boolean;
  private readonly shared: Printer;
  private readonly own = new Map<number, Printer>();
  private readonly exits = new Exits();
  private readonly pending = new Map<number, { call: Call; text: DecodedCall }>();
  private readonly deferred = new Map<number, Line[]>();
  private at = 0;
  constructor(s: TextSource) {
    this.s = s;
    this.learn = learns(s.options);
    this.names = new Names(s.cwd);
    this.shared = this.newPrinter(s.out);
  }
  private newPrinter(out: Out): Printer { return new Printer(out, this.s.options, this.s.tasks, this.s.start, this.s.stacks, this.s.filter.quiet); }
  private printer(utid: number): Printer { // -ff: a printer a task number
    const { outFor } = this.s.options;
    if (!outFor) return this.shared;
    const tid = this.s.tasks.get(utid)?.tid ?? 0;
    let p = this.own.get(tid);
    if (!p) this.own.set(tid, p = this.newPrinter(outFor(tid)));
    return p;
  }

  shown(c: Call): boolean {
    const { filter, options } = this.s;
    if (filter.calls && !filter.calls.has(c.nr)) return false;
    if (filter.status && !filter.status.has(statusOf(c.ret, c.restart))) return false;
    return !options.P?.length || touches(c, options.P, this.names);
  }
  private decode(c: Call): DecodedCall {
    const { options, filter, tasks } = this.s, upid = tasks.get(c.utid)?.upid ?? 0;
    const o: DecodeOptions = { stringMax: options.s ?? 32, verbose: filter.abbrev !== null && !filter.abbrev.has(c.nr), hex: options.x ?? 0 };
    if (this.learn) {
      this.names.learn(upid, c);
      if (options.y || options.yy) { o.fdName = (fd) => { const p = this.names.path(upid, fd); return p === undefined ? '' : `<${p}>`; }; o.cwd = this.names.cwd(upid); }
    }
    if (options.Y) o.pidName = (pid) => { for (const t of tasks.values()) if (t.tid === pid) return `<${t.comm}>`; return ''; };
    return decodeCall(c, o);
  }
  private leave(c: Call): void {
    const p = this.pending.get(c.utid);
    if (!p || p.call !== c) return;
    this.printer(c.utid).exit(c, p.text);
    this.pending.delete(c.utid);
    const waiting = this.deferred.get(c.utid);
    if (waiting) { this.deferred.delete(c.utid); for (const l of waiting) this.printer(l.utid).line(l); }
  }
  /** Everything that happened before place `seq`. */
  advance(seq: number): void {
    const { lines, exits, pending, deferred } = this;
    for (;;) {
      const exit = exits.top, line = lines[this.at];
      const e = exit ? exit.exitSeq! : Infinity, l = line ? line.seq : Infinity;
      if (Math.min(e, l) >= seq) break;
      if (e <= l) { this.leave(exits.pop()); continue; }
      this.at++;
      if (this.s.structured) continue;
      if (line!.kind === 'exit' || line!.kind === 'killed' || line!.kind === 'superseded') { // a call that never returned ends with its task
        const p = pending.get(line!.utid);
        if (p) { this.printer(p.call.utid).exit(p.call, { ...p.text, result: '?' }); pending.delete(line!.utid); }
        this.printer(line!.utid).line(line!);
      } else if (line!.kind === 'afterCall' && pending.has(line!.utid)) deferred.set(line!.utid, [...(deferred.get(line!.utid) ?? []), line!]);
      else this.printer(line!.utid).line(line!);
    }
    if (this.at > 4096) { lines.splice(0, this.at); this.at = 0; }
  }
  private learnFrom(c: Call): void {
    if (!this.learn) return;
    const { tasks } = this.s, makes = SYSCALLS[c.nr]?.ret === 'pid' && (c.nr === NR.clone || c.nr === NR.clone3 || c.nr === NR.fork || c.nr === NR.vfork);
    this.names.after(tasks.get(c.utid)?.upid ?? 0, c, makes ? childOf(tasks, c.ret) : undefined);
  }
  /** A call, in the order of entries; one that is still open is given again by returned(). */
  take(c: Call): void {
    this.advance(c.seq);
    const text = this.decode(c), visible = this.shown(c);
    this.learnFrom(c);
    if (!visible) return;
    const { structured, tasks } = this.s;
    if (structured) { structured([c.seq, c.ts, c.dur, tasks.get(c.utid)?.tid ?? null, text.name, text.entry + text.exit, c.ret, text.result]); return; }
    this.printer(c.utid).enter(c, text);
    if (c.nr === NR.exit || c.nr === NR.exit_group) { this.printer(c.utid).exit(c, { ...text, result: '?' }); return; }
    this.pending.set(c.utid, { call: c, text });
    if (c.exitSeq !== null && c.ret !== null) this.exits.push(c);
  }
  /** The whole of a call that was taken while it was open. */
  returned(c: Call): void {
    const p = this.pending.get(c.utid);
    if (p?.call.seq === c.seq) {
      Object.assign(p.call, c);
      p.text = this.decode(p.call);
      if (c.exitSeq !== null && c.ret !== null) this.exits.push(p.call);
    }
    this.learnFrom(c);
  }
  flush(): void { for (const p of [this.shared, ...this.own.values()]) p.flush(); }
  end(): void {
    this.advance(Infinity);
    for (const p of [this.shared, ...this.own.values()]) p.end();
  }
}
