// The tables that a replay writes: into a new recording with the same inputs, or in place of those that the recording has.
import * as fs from 'node:fs';
import { join, resolve } from 'node:path';
import type { Machine } from '../engine/boot/machine.ts';
import { createTrace } from '../engine/events/emitter.ts';
import type { TraceControl } from '../engine/events/emitter.ts';
import { FILES } from '../engine/events/format.ts';
import type { Manifest } from '../engine/events/format.ts';
import { TABLES } from '../engine/events/schema.ts';
import type { TableName } from '../engine/events/schema.ts';
import { createRecording, UserError, writeManifest } from './recording.ts';
import { ReplayedImages } from './stacks/images.ts';
import { StackSampler } from './stacks/sampler.ts';
import type { BlobReader } from './write/inputs.ts';
import { TableWriter } from './write/table-writer.ts';

export interface TablesWanted {
  tables: TableName[];
  /** Samples a virtual second; null: as recorded. */
  sampleHz: number | null;
  /** The stack of every call too; as recorded where that had them. */
  stacks: boolean;
  /** Rows with a ts in [from, to] ns; −Infinity and Infinity for all. */
  from: number; to: number;
  /** The new recording; null: the tables go into the one that is replayed. */
  output: string | null;
}

/** Stacks are tables that name each other by number: they are written together, with the names of the tasks and files. */
const STACK_TABLES: TableName[] = ['thread', 'mapping', 'stack_sample', 'callsite', 'frame'];
const STACKS: TableName[] = ['stack_sample', 'callsite', 'frame'];
const DEFAULT_SAMPLE_HZ = 999;

export class ReplayedTables {
  readonly control: TraceControl;
  readonly sampleHz: number;
  private readonly stacks: boolean;
  private readonly dir: string;
  private readonly manifest: Manifest;
  private readonly wanted: TablesWanted;
  private readonly tables: TableName[];
  private readonly place: string;
  private readonly writer: TableWriter;
  private done = false;

  constructor(dir: string, manifest: Manifest, wanted: TablesWanted) {
    this.dir = dir;
    this.manifest = manifest;
    this.wanted = wanted;
    const stacks = STACKS.some((t) => wanted.tables.includes(t));
    this.tables = TABLES.filter((t) => wanted.tables.includes(t) || (stacks && STACK_TABLES.includes(t)));
    this.sampleHz = wanted.sampleHz ?? (manifest.config.sampleHz > 0 || !stacks ? manifest.config.sampleHz : DEFAULT_SAMPLE_HZ);
    this.stacks = this.tables.includes('stack_sample') && (wanted.stacks || manifest.stacks === true);
    if (wanted.output !== null && resolve(wanted.output) === resolve(dir)) throw new UserError(`-o ${wanted.output} is the recording itself: leave -o out to add the tables to it`);
    try {
      this.place = createRecording(wanted.output ?? `${dir}.tables`, false).dir;
    } catch (e) {
      if (e instanceof UserError) throw new UserError(e.message);
      throw new UserError(`${wanted.output ?? dir}: cannot be written (${(e as NodeJS.ErrnoException).code ?? 'error'}): write elsewhere with -o DIR`);
    }
    this.writer = new TableWriter(this.place);
    const keep = new Set(this.tables), all = wanted.from === -Infinity && wanted.to === Infinity;
    this.control = createTrace((t) => keep.has(t), this.writer, all ? null : { from: wanted.from, to: wanted.to });
  }

  attach(machine: Machine, blobs: BlobReader): void {
    machine.setSampler(new StackSampler(new ReplayedImages(this.dir, this.manifest.complete, blobs), this.sampleHz > 0 && this.tables.includes('stack_sample'), this.stacks));
  }

  /** Ends the tables and makes them part of a recording. */
  close(): void {
    this.control.flush();
    const written = this.writer.close(), m = this.manifest;
    const events: Manifest['events'] = {};
    for (const t of this.control.tables) if (t.enabled) events[t.name] = t.rows;
    const isTable = (file: string): boolean => file.startsWith(`${FILES.trace}/`);
    const kept = Object.entries(m.files);
    if (this.wanted.output !== null) {
      for (const name of [FILES.inputs, FILES.digests, FILES.images]) share(join(this.dir, name), join(this.place, name));
      for (const name of fs.readdirSync(join(this.dir, FILES.blobs))) share(join(this.dir, FILES.blobs, name), join(this.place, FILES.blobs, name));
      writeManifest(this.place, { ...m, stacks: this.stacks, config: { ...m.config, sampleHz: this.sampleHz }, tables: this.tables, events, files: { ...Object.fromEntries(kept.filter(([f]) => !isTable(f))), ...written }, complete: m.complete });
    } else {
      // A reader in between sees a table's old index or the new one; the manifest then says which sizes are right.
      for (const t of this.tables) for (const file of [FILES.table(t), FILES.index(t)]) {
        if (fs.existsSync(join(this.place, file))) fs.renameSync(join(this.place, file), join(this.dir, file));
        else fs.rmSync(join(this.dir, file), { force: true });
      }
      const replaced = new Set(this.tables.flatMap((t) => [FILES.table(t), FILES.index(t)] as string[]));
      writeManifest(this.dir, { ...m, stacks: this.tables.includes('stack_sample') ? this.stacks : m.stacks === true, config: { ...m.config, sampleHz: this.sampleHz }, tables: TABLES.filter((t) => m.tables.includes(t) || this.tables.includes(t)), events: { ...m.events, ...events }, files: { ...Object.fromEntries(kept.filter(([f]) => !replaced.has(f))), ...written } });
      fs.rmSync(this.place, { recursive: true });
    }
    this.done = true;
  }

  /** What was begun and not closed goes away. */
  abandon(): void {
    if (this.done) return;
    this.writer.close();
    fs.rmSync(this.place, { recursive: true, force: true });
  }
}

/** The same file in another recording: linked where the file system can, else copied. */
function share(from: string, to: string): void {
  if (!fs.existsSync(from)) return;
  try { fs.linkSync(from, to); } catch { fs.copyFileSync(from, to); }
}
