// report --strace: the text strace 6.1 writes to a file (-o) or to a terminal (`live`), from the syscall, signal and thread tables. Merges four streams by
// their place in the global order: entries, exits, signals, ends of tasks. Memory stays flat: only open calls are held.
import { decodeCall, DEFAULTS } from '../../engine/abi/decode/index.ts';
import type { DecodedCall, DecodeOptions } from '../../engine/abi/decode/index.ts';
import { siginfo } from '../../engine/abi/decode/structs.ts';
import { Reader } from '../../engine/abi/decode/text.ts';
import { PART, Payload } from '../../engine/abi/payload.ts';
import { signalName } from '../../engine/abi/signals.ts';
import { NR } from '../../engine/abi/syscall-numbers.ts';
import { SYSCALLS } from '../../engine/abi/syscalls.ts';
import { withDatabase } from '../duck.ts';
import type { Database, Row } from '../duck.ts';
import { where } from '../filters.ts';
import type { Out, StraceOptions } from '../options.ts';
import { statusOf, straceFilter } from '../strace-filter.ts';
import type { StraceFilter } from '../strace-filter.ts';
import { writeTable } from '../table.ts';
import { CallStacks } from './strace-stacks.ts';
import { births, endings, firstTask, num, numOrNull, tasksOf } from './strace-tasks.ts';
import type { Line, TaskInfo } from './strace-tasks.ts';
import { summaryText } from './summary.ts';

interface Call {
  seq: number; exitSeq: number | null; utid: number; ts: number; dur: number | null; nr: number; args: Uint32Array; payload: Uint8Array | null;
  ret: number | null; restart: number; fd: number | null; fileId: number | null; stack: number | null;
  /** Where it was called from. */
  ip: bigint;
  /** Name in the i386 table, of a call by int 0x80. */
  i386?: string;
}

const bytes = (v: unknown): Uint8Array | null => {
  if (v === null || v === undefined) return null;
  if (v instanceof Uint8Array) return v;
  return (v as { bytes: Uint8Array }).bytes;
};

function callOf(r: Row): Call {
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
  constructor(files: Row[], cwd: string) { for (const f of files) this.files.set(num(f.file_id), String(f.path)); this.first = cwd; }
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

/** Writes lines as strace's printing code does: one line at a time, cut when another task interrupts it. */
class Printer {
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

async function lines(db: Database, options: StraceOptions, filter: StraceFilter, condition: string): Promise<Line[]> {
  const out: Line[] = [];
  if (db.recording.has('signal') && (filter.signals === null || filter.signals.size)) {
    for (const r of await db.rows(`select seq, utid, ts, event::varchar as event, signo, info, result::varchar as result from signal where ((event = 'deliver' and result <> 'sigtimedwait') or (event = 'generate' and result = 'ignored')) and signo <> 9 and ${condition} order by seq`)) {
      const signo = num(r.signo);
      if (filter.signals && !filter.signals.has(signo)) continue;
      const info = bytes(r.info);
      out.push({ seq: num(r.seq), utid: num(r.utid), ts: num(r.ts), kind: r.event === 'generate' ? 'afterCall' : 'signal', text: `--- ${signalName(signo)} ${info && info.length >= 48 ? siginfo(new Reader(info), DEFAULTS) : `{si_signo=${signalName(signo)}, si_code=SI_KERNEL}`} ---` });
      if (r.event === 'deliver' && r.result === 'stop') out.push({ seq: num(r.seq), utid: num(r.utid), ts: num(r.ts), kind: 'signal', text: `--- stopped by ${signalName(signo)} ---` });
    }
  }
  if (options.live) out.push(...await births(db));
  out.push(...await endings(db, condition));
  return out.sort((a, b) => a.seq - b.seq);
}

export async function reportStrace(dir: string, options: StraceOptions, out: Out): Promise<void> {
  const filter = straceFilter(options);
  await withDatabase(dir, async (db) => {
    if (options.c) { out(await summaryText(dir, options, filter)); return; }
    const tasks = await tasksOf(db);
    const one = options.f || options.pid !== undefined || options.tid !== undefined || options.comm !== undefined ? '' : ` and utid = ${await firstTask(db)}`;
    const condition = where(options) + one;
    const nrs = filter.calls ? ` and nr in (${[...filter.calls, -1].join(',')})` : '';
    // -y learns descriptors from every call; else only the calls that are shown are read
    const learn = options.y || options.yy || (options.P?.length ?? 0) > 0;
    const i386 = (await db.rows('select 1 from syscall where compat limit 1')).length > 0, stacks = options.k ? await CallStacks.load(db) : null;
    const calls = `select seq, exit_seq, utid, ts, dur, nr, a0, a1, a2, a3, a4, a5, payload, ret, restart, fd, file_id, callsite${i386 ? ', case when compat then name::varchar end as i386' : ''} from syscall where ${condition}${learn ? '' : nrs}`;
    const query = stacks ? `select * from (${calls}) left join (select seq, callsite_id as stack from stack_sample where kind = 'syscall') using (seq) order by seq` : `${calls} order by seq`;
    const names = new Names(learn && db.recording.has('file_desc') ? await db.rows('select file_id, path from file_desc') : [], db.recording.manifest.cwd);
    const start = { sec: db.recording.manifest.startSec, nsec: db.recording.manifest.startNsec };
    const shared = new Printer(out, options, tasks, start, stacks, filter.quiet), own = new Map<number, Printer>();
    const printer = (utid: number): Printer => { // -ff: a printer a task number
      if (!options.outFor) return shared;
      const tid = tasks.get(utid)?.tid ?? 0;
      let p = own.get(tid);
      if (!p) own.set(tid, p = new Printer(options.outFor(tid), options, tasks, start, stacks, filter.quiet));
      return p;
    };
    const structured = options.format === 'json' || options.format === 'csv' ? ([] as unknown[][]) : null;
    const extra = await lines(db, options, filter, condition);
    const shown = (c: Call): boolean => {
      if (filter.calls && !filter.calls.has(c.nr)) return false;
      if (filter.status && !filter.status.has(statusOf(c.ret, c.restart))) return false;
      return !options.P?.length || touches(c, options.P, names);
    };

    const exits = new Exits(), pending = new Map<number, { call: Call; text: DecodedCall }>(), deferred = new Map<number, Line[]>();
    let at = 0;
    const decode = (c: Call): DecodedCall => {
      const upid = tasks.get(c.utid)?.upid ?? 0;
      const o: DecodeOptions = { stringMax: options.s ?? 32, verbose: filter.abbrev !== null && !filter.abbrev.has(c.nr), hex: options.x ?? 0 };
      if (learn) {
        names.learn(upid, c);
        if (options.y || options.yy) { o.fdName = (fd) => { const p = names.path(upid, fd); return p === undefined ? '' : `<${p}>`; }; o.cwd = names.cwd(upid); }
      }
      if (options.Y) o.pidName = (pid) => { for (const t of tasks.values()) if (t.tid === pid) return `<${t.comm}>`; return ''; };
      return decodeCall(c, o);
    };
    const leave = (c: Call): void => {
      const p = pending.get(c.utid);
      if (!p || p.call !== c) return;
      printer(c.utid).exit(c, p.text);
      pending.delete(c.utid);
      const waiting = deferred.get(c.utid);
      if (waiting) { deferred.delete(c.utid); for (const l of waiting) printer(l.utid).line(l); }
    };
    /** Everything that happened before place `seq`. */
    const advance = (seq: number): void => {
      for (;;) {
        const exit = exits.top, line = extra[at];
        const e = exit ? exit.exitSeq! : Infinity, l = line ? line.seq : Infinity;
        if (Math.min(e, l) >= seq) return;
        if (e <= l) { leave(exits.pop()); continue; }
        at++;
        if (structured) continue;
        if (line!.kind === 'exit' || line!.kind === 'killed' || line!.kind === 'superseded') { // a call that never returned ends with its task
          const p = pending.get(line!.utid);
          if (p) { printer(p.call.utid).exit(p.call, { ...p.text, result: '?' }); pending.delete(line!.utid); }
          printer(line!.utid).line(line!);
        } else if (line!.kind === 'afterCall' && pending.has(line!.utid)) deferred.set(line!.utid, [...(deferred.get(line!.utid) ?? []), line!]);
        else printer(line!.utid).line(line!);
      }
    };
    const take = (c: Call): void => {
      advance(c.seq);
      const upid = tasks.get(c.utid)?.upid ?? 0;
      const text = decode(c);
      const visible = shown(c);
      if (learn) names.after(upid, c, SYSCALLS[c.nr]?.ret === 'pid' && (c.nr === NR.clone || c.nr === NR.clone3 || c.nr === NR.fork || c.nr === NR.vfork) ? childOf(tasks, c.ret) : undefined);
      if (!visible) return;
      if (structured) { structured.push([c.seq, c.ts, c.dur, tasks.get(c.utid)?.tid ?? null, text.name, text.entry + text.exit, c.ret, text.result]); return; }
      printer(c.utid).enter(c, text);
      if (c.nr === NR.exit || c.nr === NR.exit_group) { printer(c.utid).exit(c, { ...text, result: '?' }); return; }
      pending.set(c.utid, { call: c, text });
      if (c.exitSeq !== null && c.ret !== null) exits.push(c);
    };
    for await (const rows of db.stream(query)) for (const r of rows) take(callOf(r));
    if (!db.recording.manifest.complete && !structured) for (const c of db.recording.openCalls()) {
      const args = new Uint32Array(12);
      c.args.forEach((v, i) => { if (i < 12) args[i] = v; });
      const call: Call = { seq: c.seq, exitSeq: null, utid: c.utid, ts: c.ts, dur: null, nr: c.nr, args, payload: null, ret: null, restart: 0, fd: null, fileId: null, stack: null, ip: 0n };
      if (shown(call) && (one === '' || one.endsWith(` ${c.utid}`))) take(call);
    }
    advance(Infinity);
    for (const p of [shared, ...own.values()]) p.end();
    if (structured) writeTable(['seq', 'ts', 'dur', 'tid', 'name', 'args', 'ret', 'result'], structured, options.format!, out);
    if (options.C) out(await summaryText(dir, options, filter));
  });
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
