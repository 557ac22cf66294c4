// Re-executes a recording from its directory alone and compares every digest on the way.
import './core-module.ts';
import { createMachine, restoreMachine } from '../engine/boot/machine.ts';
import type { Machine, MachineConfig } from '../engine/boot/machine.ts';
import { digestHex } from '../engine/events/digest.ts';
import { createTrace } from '../engine/events/emitter.ts';
import { FILES, parseDigests, parseInputs } from '../engine/events/format.ts';
import type { DigestRecord, Manifest } from '../engine/events/format.ts';
import { createReplayHost, Divergence, LogEnd } from '../engine/host/replay.ts';
import type { ChangedFile } from '../engine/kernel/fs/upper.ts';
import { engineStats, METER } from './engine-stats.ts';
import { keptCode } from './kept-code.ts';
import { openRecording, readFile, requireEngine, requireSize, UserError } from './recording.ts';
import { DigestClock, finish, SLICE_CYCLES } from './session.ts';
import { ReplayedTables } from './replay-tables.ts';
import type { TablesWanted } from './replay-tables.ts';
import { BlobReader } from './write/inputs.ts';

export interface ReplayResult {
  verdict: 'identical' | 'diverged' | 'incomplete';
  /** For diverged: where and what; for incomplete: how far the log went. */
  message: string;
  manifest: Manifest;
  digest: string; stateDigest: string; checked: number;
  machine: Machine;
  changed: ChangedFile[];
  saved: SavedReplay | null;
  /** What the run cost the host (engine-stats.ts). */
  engine: Record<string, number>;
}
export interface ReplayOptions {
  output: (fd: number, data: Uint8Array) => void;
  jit?: 'auto' | 'off' | 'force';
  progress?: (fraction: number) => void;
  /** For the property of law 4: stop at this cycle and give the whole state, or go on from such a state. */
  saveAt?: number;
  restore?: SavedReplay;
  /** Counts and times what the engine does, for --engine-stats. */
  engineStats?: boolean;
  /** Writes tables while replaying; stops behind the end of their window. */
  tables?: TablesWanted;
}
/** A machine in the middle of a replay. */
export interface SavedReplay { machine: Uint8Array; trace: Uint8Array; position: number; checked: number; interval: number }

const seconds = (cycles: number): string => `${(cycles / 1e9).toFixed(9)} s`;

export async function replay(path: string, o: ReplayOptions): Promise<ReplayResult> {
  const { dir, manifest: m } = openRecording(path);
  requireEngine(m);
  for (const name of [FILES.inputs, FILES.digests, FILES.blobPack, FILES.blobIndex]) requireSize(dir, m, name);
  const records = parseInputs(readFile(dir, FILES.inputs), m.complete);
  const expected = parseDigests(readFile(dir, FILES.digests), m.complete).records;
  const blobs = new BlobReader(dir, m.complete);
  const host = createReplayHost(records, blobs, o.output, o.restore?.position ?? 0);
  const written = o.tables ? new ReplayedTables(dir, m, o.tables) : null;
  const control = written ? written.control : createTrace(() => false, null);
  const config: MachineConfig = {
    ...m.config, scheduler: m.config.scheduler, ...(o.jit ? { jit: o.jit } : {}), ...(written ? { sampleHz: written.sampleHz } : {}),
    program: { path: m.program, argv: m.argv, env: m.env, cwd: m.cwd, uid: m.uid, gid: m.gid, groups: m.groups, umask: m.umask, rlimits: m.rlimits },
  };
  const meter = o.engineStats ? METER : null, began = performance.now();
  const code = config.jit === 'auto' || config.jit === undefined ? keptCode(m.program, { ...m.config, counting: o.engineStats === true }) : null;
  let machine: Machine | null = null, checked = 0, stateDigest = '', changed: ChangedFile[] = [], saved: SavedReplay | null = null;
  const result = (verdict: ReplayResult['verdict'], message: string): ReplayResult => ({
    verdict, message, manifest: m, digest: digestHex(control.digest()), stateDigest, checked, machine: machine!, changed, saved, engine: machine ? engineStats(machine, performance.now() - began) : {},
  });
  const compare = (r: DigestRecord): string | null => {
    const want = expected[checked];
    if (!want) return m.complete ? `at ${seconds(r.cycle)} the recording had already ended` : null;
    checked++;
    if (want.cycle !== r.cycle) return `at ${seconds(r.cycle)}: the recording took this digest at ${seconds(want.cycle)}`;
    for (let i = 0; i < 6; i++) if (want.events[i] !== r.events[i]) return `the events before ${seconds(r.cycle)} differ (event ${r.seq}, in the recording ${want.seq})`;
    for (let i = 0; i < 4; i++) if (want.state[i] !== r.state[i]) return `the machine's state at ${seconds(r.cycle)} differs though its events are the same`;
    return null;
  };
  try {
    if (o.restore) {
      control.restoreState(o.restore.trace);
      machine = restoreMachine(o.restore.machine, host, control.trace, o.jit ?? 'auto', m.cpus, meter, code);
      checked = o.restore.checked;
    } else {
      host.startClock();
      machine = createMachine(config, host, control.trace, meter, code);
    }
    written?.attach(machine, blobs);
    const clock = new DigestClock(machine, control);
    if (o.restore) clock.interval = o.restore.interval;
    for (let turns = 0; ; turns++) {
      const saving = o.saveAt !== undefined && (turns > 0 || o.restore === undefined);
      const save = (): ReplayResult => {
        saved = { machine: machine!.snapshot(), trace: control.saveState(), position: host.position, checked, interval: clock.interval };
        return result('incomplete', `saved at ${seconds(machine!.now)}`);
      };
      if (saving) {
        // Stops inside a slice where it can; an idle machine jumps over several, and is then saved where it landed.
        const next = machine.nextDeadline === Infinity ? machine.now : machine.nextDeadline, border = (Math.floor(next / SLICE_CYCLES) + 1) * SLICE_CYCLES;
        const inside = o.saveAt! > next && o.saveAt! < border && machine.run(o.saveAt!) === 'slice';
        if (inside && machine.nextDeadline >= border) { // this was the slice's own end
          const r = clock.due(), problem = r ? compare(r) : null;
          if (problem) return result('diverged', problem);
        }
        if (inside || o.saveAt! <= next) return save();
      }
      if (o.tables && machine.now > o.tables.to) {
        machine.close();
        written!.close();
        return result('incomplete', `stopped at ${seconds(machine.now)}, behind the end of what was asked for`);
      }
      const state = machine.run(SLICE_CYCLES);
      if (state === 'slice') {
        const r = clock.due();
        if (r && !m.complete && checked === expected.length) break; // the last thing that the recorder vouched for
        const problem = r ? compare(r) : null;
        if (problem) return result('diverged', problem);
      }
      if (state === 'done' || state === 'deadlock') {
        if (saving) return save(); // the cycle lay within the last call, that of exit
        break;
      }
      // A recording closed by its user ends in the middle of things.
      if (m.complete && m.halt.startsWith('closed') && machine.now >= m.cycles && host.nextInputAt() === null) break;
      if (state === 'waiting-input' && host.nextInputAt() !== machine.now) {
        const at = host.nextInputAt();
        if (host.left === 0 && !m.complete) throw new LogEnd('');
        return result('diverged', `at ${seconds(machine.now)} the guest waits for input${at === null ? ' that the recording does not have' : `, the recording's next came at ${seconds(at)}`}`);
      }
      if (turns % 64 === 0 && o.progress) { o.progress(m.cycles > 0 ? machine.now / m.cycles : 0); await new Promise<void>((done) => { setImmediate(done); }); }
    }
    changed = finish(machine);
    if (!m.complete) {
      written?.close();
      return result('incomplete', `the recorder was killed; everything up to ${seconds(machine.now)} was replayed`);
    }
    const last = clock.record(true), problem = compare(last);
    stateDigest = last.stateHex;
    if (problem) return result('diverged', problem);
    if (host.left > 0) return result('diverged', `${host.left} inputs of the recording were not asked for`);
    const r = result('identical', '');
    if (r.digest !== m.digest) return result('diverged', `the digest of all events is ${r.digest}, in the recording ${m.digest}`);
    if (r.stateDigest !== m.stateDigest) return result('diverged', `the digest of the final state is ${r.stateDigest}, in the recording ${m.stateDigest}`);
    written?.close();
    return r;
  } catch (e) {
    if (e instanceof Divergence) return result('diverged', `${machine ? `at ${seconds(machine.now)} ` : ''}${e.message}`);
    if (e instanceof LogEnd && !m.complete) {
      written?.close();
      return result('incomplete', `the recorder was killed; everything up to its last flush was replayed${machine ? ` (${seconds(machine.now)})` : ''}`);
    }
    if (e instanceof LogEnd) return result('diverged', 'the replay asks for more inputs than the recording has');
    const reason = (e as NodeJS.ErrnoException).code;
    if (o.tables && (reason === 'ENOSPC' || reason === 'EDQUOT' || reason === 'EFBIG' || reason === 'EIO')) throw new UserError(`${o.tables.output ?? path}: the tables could not be written (${reason}): free some space or write elsewhere with -o DIR`);
    throw e;
  } finally {
    written?.abandon();
    code?.close();
    blobs.close();
  }
}
