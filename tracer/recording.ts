// A recording directory: making one, finding one, reading its manifest and files. What is in the files: engine/events/format.ts.
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { join, resolve } from 'node:path';
import { FILES, FormatError, FORMAT_VERSION, manifestText, parseManifest } from '../engine/events/format.ts';
import type { Manifest } from '../engine/events/format.ts';

declare const KTRACE_VERSION: string | undefined;
declare const KTRACE_ENGINE_HASH: string | undefined;
export const ENGINE_VERSION = typeof KTRACE_VERSION === 'string' ? KTRACE_VERSION : '0.0.0-dev';
/** Changes with any source file of the engine: two equal hashes are the same machine. */
export const ENGINE_HASH = typeof KTRACE_ENGINE_HASH === 'string' ? KTRACE_ENGINE_HASH : 'dev';
export const DEFAULT_DIR = 'ktrace.data';

/** A user's error: one line `what is wrong: what to do` and an exit status. */
export class UserError extends Error {
  readonly status: number;
  constructor(message: string, status = 2) { super(message); this.status = status; }
}

/** Makes the directory of a new recording, 0700; the default one's predecessor becomes ktrace.data.old, any other is never overwritten. */
export function createRecording(path: string, isDefault: boolean): { dir: string; dev: number; ino: number } {
  const dir = resolve(path);
  if (existsSync(dir)) {
    const stat = lstatSync(dir);
    const ours = stat.isDirectory() && (existsSync(join(dir, FILES.manifest)) || readdirSync(dir).length === 0);
    if (!ours) throw new UserError(`${path} exists and is not a recording: remove it or name another with -o`, 125);
    const old = `${dir}.old`;
    if (existsSync(old)) {
      if (!isDefault && !existsSync(join(old, FILES.manifest))) throw new UserError(`${path}.old is in the way and is not a recording: remove it or name another with -o`, 125);
      rmSync(old, { recursive: true });
    }
    renameSync(dir, old);
  }
  mkdirSync(dir, { mode: 0o700 });
  chmodSync(dir, 0o700);
  mkdirSync(join(dir, FILES.trace));
  mkdirSync(join(dir, FILES.blobs));
  const s = statSync(dir);
  return { dir, dev: s.dev, ino: s.ino };
}

/** Replaces the manifest at once: a reader sees the old one or the new one. */
export function writeManifest(dir: string, m: Manifest): void {
  const to = join(dir, FILES.manifest), temp = `${to}.new`;
  writeFileSync(temp, manifestText(m), { mode: 0o600 });
  renameSync(temp, to);
}

export function readFile(dir: string, name: string): Uint8Array {
  try { return readFileSync(join(dir, name)); } catch (e) {
    const code = (e as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw new FormatError(name, 'is missing: the recording is incomplete, record again');
    throw new FormatError(name, `cannot be read (${code}): check its permissions`);
  }
}

export function openRecording(path: string): { dir: string; manifest: Manifest } {
  const dir = resolve(path);
  let stat: Stats;
  try { stat = statSync(dir); } catch (e) {
    const code = (e as NodeJS.ErrnoException).code;
    throw new UserError(code === 'ENOENT' ? `${path}: no such recording: make one with ktrace record` : `${path} cannot be read (${code}): check its permissions`);
  }
  if (!stat.isDirectory()) throw new UserError(`${path} is not a recording: name a directory that ktrace record made`);
  if (!existsSync(join(dir, FILES.manifest))) throw new UserError(`${path} is not a recording (no ${FILES.manifest}): name a directory that ktrace record made`);
  const manifest = parseManifest(readFile(dir, FILES.manifest));
  return { dir, manifest };
}

/** For re-execution: the same engine only. */
export function requireEngine(m: Manifest): void {
  if (m.format !== FORMAT_VERSION) throw new UserError(`the recording has format ${m.format}, this ktrace replays ${FORMAT_VERSION}: use the ktrace that recorded it`);
  if (m.engineHash !== ENGINE_HASH) throw new UserError(`the recording was made by another engine (${m.engine} ${m.engineHash}, this is ${ENGINE_VERSION} ${ENGINE_HASH}): replay it with the ktrace that recorded it`);
}

/** Sizes that the manifest of a closed recording promises. */
export function requireSize(dir: string, m: Manifest, name: string): void {
  const want = m.files[name];
  if (!m.complete || want === undefined) return;
  let have = -1;
  try { have = statSync(join(dir, name)).size; } catch { /* missing */ }
  if (have === -1) throw new FormatError(name, 'is missing: the recording is incomplete, record again');
  if (have !== want) throw new FormatError(name, `has ${have} bytes instead of ${want}: it is damaged, record again`);
}
