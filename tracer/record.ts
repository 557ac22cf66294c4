// Records a run: builds the machine over the recording door, runs it slice by slice, flushes each host second, closes.
import './core-module.ts';
import { existsSync, openSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { hostname, release, version } from 'node:os';
import { join } from 'node:path';
import { createMachine, BootError } from '../engine/boot/machine.ts';
import type { Machine, MachineConfig, MachineExit } from '../engine/boot/machine.ts';
import type { CpuLevel } from '../engine/abi/cpu-models.ts';
import { syscallName } from '../engine/abi/syscalls.ts';
import { digestHex } from '../engine/events/digest.ts';
import { createTrace } from '../engine/events/emitter.ts';
import { FILES, FORMAT_VERSION, openCallsBytes } from '../engine/events/format.ts';
import type { Manifest } from '../engine/events/format.ts';
import type { TableName } from '../engine/events/schema.ts';
import { createNodeHost, hostStream } from '../engine/host/node.ts';
import { createRecordHost } from '../engine/host/record.ts';
import { AsyncInput } from './async-input.ts';
import { engineStats, METER } from './engine-stats.ts';
import { keptCode } from './kept-code.ts';
import type { KeptFile } from './kept-file.ts';
import { leave } from './kept-leave.ts';
import { createRecording, ENGINE_HASH, ENGINE_VERSION, UserError, writeManifest } from './recording.ts';
import { DIGEST_INTERVAL_CYCLES, DigestClock, finish, openCalls, SLICE_CYCLES } from './session.ts';
import { RecordedImages } from './stacks/images.ts';
import { StackSampler } from './stacks/sampler.ts';
import { Watch } from './watch.ts';
import type { Watcher } from './watch.ts';
import { InputFiles } from './write/inputs.ts';
import { TableWriter } from './write/table-writer.ts';

export interface RecordOptions {
  output: string; isDefaultOutput: boolean;
  cpus: number; ramBytes: number; seed: number; clock: { sec: number; nsec: number } | null;
  cpuModel: CpuLevel; hz: number; preempt: 'none' | 'voluntary' | 'full'; jit: 'auto' | 'off' | 'force'; chaosSeed: number;
  sampleHz: number; timeLimit: number; tables: TableName[];
  program: MachineConfig['program'];
  command: string[];
  stdinFile: string | null;
  /** The user stack of every system call. */
  stacks: boolean;
  /** Counts and times what the engine does, for --engine-stats. */
  engineStats?: boolean;
  /** The recording is closed where it has reached this many bytes; 0 = it may grow without bound. */
  maxBytes: number;
  /** Gets the events as they happen, in place of the tables on disk. */
  watcher?: Watcher;
}
export interface RecordResult { manifest: Manifest; dir: string; exit: MachineExit | null; problem: string | null }

export const QUANTUM_CYCLES = 10_000;
const FLUSH_MS = 1000;
/** Milliseconds after which the event loop turns, so that signals and input arrive: a turn takes 30 to 80 µs, a slice of a program that computes 2 to 10 ms. */
const TURN_MS = 10;
/** The host's clock in milliseconds. Not `performance`, which Node loads when it is first used. */
const hostNow = (): number => { const [sec, nsec] = process.hrtime(); return sec * 1000 + nsec / 1e6; };

export async function record(o: RecordOptions): Promise<RecordResult> {
  let stdinFd = 0;
  if (o.stdinFile !== null) {
    try { stdinFd = openSync(o.stdinFile, 'r'); } catch (e) {
      throw new UserError(`--stdin ${o.stdinFile}: ${reasonOf(e)}: name a file that can be read`, 125);
    }
  }
  let made: ReturnType<typeof createRecording>;
  try { made = createRecording(o.output, o.isDefaultOutput); } catch (e) {
    if (e instanceof UserError) throw e;
    throw new UserError(`${o.output}: ${reasonOf(e)}: record elsewhere with -o DIR`, 125);
  }
  const dir = made.dir;
  const stdin = hostStream(stdinFd, true);
  const terminal = [0, 1, 2].some((fd) => hostStream(fd === 0 ? stdinFd : fd, fd === 0).kind === 'tty');
  const input = new AsyncInput(stdin.kind === 'tty' || stdin.kind === 'pipe' || stdin.kind === 'socket');
  const host = createNodeHost({ hidden: [{ dev: made.dev, ino: made.ino }], clock: o.clock, stdinFd, async: input });
  let code: KeptFile | null = null;
  try {
    const files = new InputFiles(dir, DIGEST_INTERVAL_CYCLES);
    const watch = o.watcher ? new Watch(o.watcher) : null;
    const door = createRecordHost(watch ? watch.before(host) : host, files, (r) => files.append(r));
    const writer = o.tables.length > 0 ? new TableWriter(dir) : null;
    const keep = new Set(o.watcher?.tables ?? o.tables);
    const control = createTrace((t) => keep.has(t), watch ?? writer);
    const start = door.startClock();
    const config: MachineConfig = {
      cpus: o.cpus, ramBytes: o.ramBytes, seed: o.seed, hz: o.hz, preempt: o.preempt, scheduler: 'eevdf', cpuModel: o.cpuModel, startSec: start.sec, startNsec: start.nsec,
      hostname: hostname(), release: release(), version: version(), chaosSeed: o.chaosSeed, quantumCycles: QUANTUM_CYCLES, sampleHz: o.sampleHz, timeLimit: o.timeLimit,
      program: o.program, jit: o.jit,
    };
    const { program, ...machine } = config;
    const manifest: Manifest = {
      format: FORMAT_VERSION, engine: ENGINE_VERSION, engineHash: ENGINE_HASH, command: o.command,
      cwd: program.cwd, env: program.env, uid: program.uid, gid: program.gid, groups: program.groups, umask: program.umask ?? 0o22, rlimits: program.rlimits ?? [], program: program.path, argv: program.argv,
      config: machine, cpus: o.cpus, seed: o.seed, stacks: o.stacks, complete: false, startSec: start.sec, startNsec: start.nsec,
      tables: o.tables, events: {}, files: {}, digest: '', stateDigest: '', cycles: 0, instructions: 0, exit: null, halt: '', unknownSyscalls: [], changedHostFiles: [], guestFiles: 0,
    };
    writeManifest(dir, manifest);
    files.flush();
    code = o.jit === 'auto' ? keptCode(program.path, { ...o, counting: o.engineStats === true }) : null;
    const m = createMachine(config, door, control.trace, o.engineStats ? METER : null, code), began = hostNow();
    watch?.begin(m, program.cwd, start);
    const images = new RecordedImages(files);
    m.setSampler(new StackSampler(images, o.sampleHz > 0 && keep.has('stack_sample'), o.stacks && keep.has('stack_sample')));
    if (terminal) input.rawTerminal();
    input.listen(terminal);
    const clock = new DigestClock(m, control);
    const flush = (): void => {
      images.flush();
      files.flush();
      control.flush();
      writeFileSync(join(dir, `${FILES.open}.new`), openCallsBytes(openCalls(m)), { mode: 0o600 });
      renameSync(join(dir, `${FILES.open}.new`), join(dir, FILES.open));
    };
    const full = (): string | null => (o.maxBytes > 0 && files.bytes + (writer?.bytes ?? 0) + (writer ? control.pendingBytes() : 0) >= o.maxBytes ? `closed: it has reached its --max-size at ${(m.now / 1e9).toFixed(9)} s` : null);
    const halt = await loop(m, input, clock, (r) => files.digest(r), flush, full, watch);
    input.stop();
    const cycles = m.now, changed = finish(m);
    watch?.moment();
    const last = clock.record(true);
    files.digest(last);
    images.flush();
    files.flush();
    control.flush();
    if (existsSync(join(dir, FILES.open))) unlinkSync(join(dir, FILES.open));
    manifest.files = { ...files.close(), ...(writer ? writer.close() : {}) };
    for (const t of control.tables) if (t.enabled) manifest.events[t.name] = t.rows;
    manifest.digest = digestHex(control.digest());
    manifest.stateDigest = last.stateHex;
    const counters = m.counters();
    manifest.cycles = cycles;
    manifest.instructions = counters.instructions ?? 0;
    const exit = m.exit;
    manifest.exit = exit === null ? null : 'error' in exit ? { code: exit.error === 2 ? 127 : 126 } : exit;
    manifest.halt = halt ?? '';
    manifest.unknownSyscalls = [...m.kernel.unknownSyscalls].sort((a, b) => a[0] - b[0]).map(([nr, count]) => ({ name: syscallName(nr), count }));
    manifest.changedHostFiles = [...host.changedFiles].sort();
    manifest.guestFiles = changed.length;
    manifest.engineStats = engineStats(m, hostNow() - began);
    manifest.complete = true;
    writeManifest(dir, manifest);
    if (code !== null) leave(code, m.processor.codeLeft());
    return { manifest, dir, exit, problem: halt };
  } catch (e) {
    if (e instanceof BootError) throw new UserError(`${e.message}: give a directory that exists with --cwd`, 125);
    const reason = (e as NodeJS.ErrnoException).code;
    if (reason === 'ENOSPC' || reason === 'EDQUOT' || reason === 'EFBIG' || reason === 'EIO') {
      throw new UserError(`${o.output}: ${reasonOf(e)} while recording: what was flushed can be read; free some space or record elsewhere with -o DIR`, 125);
    }
    throw e;
  } finally {
    code?.close();
    input.stop();
    host.close();
  }
}

/** Runs to the end. What stopped it otherwise, or null. */
async function loop(m: Machine, input: AsyncInput, clock: DigestClock, digest: (r: NonNullable<ReturnType<DigestClock['due']>>) => void, flush: () => void, full: () => string | null, watch: Watch | null): Promise<string | null> {
  let flushed = hostNow(), turned = flushed;
  for (;;) {
    const state = m.run(SLICE_CYCLES);
    watch?.moment();
    if (state === 'slice') {
      const r = clock.due();
      if (r) digest(r);
    }
    if (state === 'done') return m.reason === '' ? null : m.reason;
    if (state === 'deadlock') return `deadlock: nothing can run: ${m.reason}`;
    const size = full();
    if (size !== null) return size;
    if (state === 'waiting-input' && !input.pending) {
      flush();
      flushed = hostNow();
      const from = m.now, deadline = m.nextDeadline, began = hostNow();
      await input.wait(deadline === Infinity ? Infinity : Math.max(0, Math.ceil((deadline - from) / 1e6)));
      const real = Math.floor((hostNow() - began) * 1e6);
      if (!input.closing) {
        const arrived = input.poll();
        input.push({ type: 'idle', until: deadline === Infinity ? from + real : Math.max(from, Math.min(deadline, from + real)) });
        for (const i of arrived) input.push(i);
      }
    } else {
      const now = hostNow();
      if (now - turned >= TURN_MS) {
        await new Promise<void>((done) => { setImmediate(done); });
        turned = now;
      }
      if (now - flushed > FLUSH_MS) { flush(); flushed = hostNow(); }
    }
    if (input.closing) return `closed: ${input.closing}`;
  }
}

const REASONS: Record<string, string> = { ENOENT: 'no such file or directory', EACCES: 'permission denied', ENOSPC: 'no space left on device', EDQUOT: 'disk quota exceeded', EFBIG: 'file too large', EIO: 'input/output error', ENOTDIR: 'not a directory', EISDIR: 'is a directory', EROFS: 'read-only file system', EEXIST: 'exists', ELOOP: 'too many levels of symbolic links' };
export function reasonOf(e: unknown): string {
  const code = (e as NodeJS.ErrnoException).code;
  return code === undefined ? String((e as Error).message) : REASONS[code] ?? code;
}
