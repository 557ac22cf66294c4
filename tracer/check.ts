// Verifies every checksum, blob and batch of a recording; reads everything.
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { crc32c, FILES, FormatError, parseDigests, parseImages, parseIndex, parseInputs, parseOpenCalls, IDX_KIND } from '../engine/events/format.ts';
import type { ImageRecord, Manifest } from '../engine/events/format.ts';
import { TABLES } from '../engine/events/schema.ts';
import type { TableName } from '../engine/events/schema.ts';
import { ASK, LogReader } from '../engine/host/input-log.ts';
import { openRecording, readFile } from './recording.ts';
import { BlobReader } from './write/inputs.ts';

export interface CheckResult { damaged: string[]; notes: string[]; files: number; bytes: number; manifest: Manifest }

export function check(path: string): CheckResult {
  const { dir, manifest: m } = openRecording(path);
  const damaged = new Map<string, string>(), notes: string[] = [];
  let files = 0, bytes = 0;
  const attempt = (file: string, f: () => void): void => {
    try { f(); } catch (e) {
      if (e instanceof FormatError) damaged.set(e.file, e.message);
      else damaged.set(file, `${file} is damaged: record again`);
    }
  };
  const sized = (name: string): void => {
    files++;
    const want = m.files[name];
    if (!m.complete || want === undefined) return;
    const have = readSize(join(dir, name));
    if (have < 0) throw new FormatError(name, 'is missing');
    if (have !== want) throw new FormatError(name, `has ${have} bytes instead of ${want}`);
  };
  if (!m.complete) notes.push('the recording was not closed properly; everything up to its last flush is there');
  for (const name of Object.keys(m.files)) attempt(name, () => { sized(name); bytes += m.files[name]!; });
  let records: Uint8Array[] = [];
  const read = (name: string): Uint8Array => {
    const u = readFile(dir, name);
    if (m.files[name] === undefined) { files++; bytes += u.length; }
    return u;
  };
  attempt(FILES.inputs, () => { records = parseInputs(read(FILES.inputs), m.complete); });
  attempt(FILES.digests, () => { parseDigests(read(FILES.digests), m.complete); });
  let images: ImageRecord[] = [];
  if (existsSync(join(dir, FILES.images))) attempt(FILES.images, () => { images = parseImages(read(FILES.images), m.complete); });
  if (existsSync(join(dir, FILES.open))) attempt(FILES.open, () => { parseOpenCalls(readFile(dir, FILES.open)); });
  attempt(FILES.blobIndex, () => {
    const blobs = new BlobReader(dir, m.complete), seen = new Set<string>();
    const verify = (sha: Uint8Array): void => {
      const name = Buffer.from(sha).toString('hex');
      if (seen.has(name)) return;
      seen.add(name);
      files++;
      attempt(FILES.blob(name), () => { bytes += blobs.get(sha).length; });
    };
    for (const r of records) {
      const log = new LogReader(r);
      if (log.type !== ASK.chunk) continue;
      log.start().bytes();
      log.num();
      if (log.num() === 0) verify(log.raw(32));
    }
    for (const i of images) verify(i.sha256);
    for (const e of blobs.entries.values()) verify(Buffer.from(e.sha256, 'hex'));
    for (const name of readdirSync(join(dir, FILES.blobs))) {
      if (!/^[0-9a-f]{64}$/.test(name) || seen.has(name)) continue;
      verify(Buffer.from(name, 'hex'));
    }
    blobs.close();
  });
  for (const t of TABLES) {
    const has = existsSync(join(dir, FILES.index(t))) || existsSync(join(dir, FILES.table(t)));
    if (has) attempt(FILES.table(t), () => { bytes += checkTable(dir, t, m); files += 2; });
    else if (m.complete && (m.events[t] ?? 0) > 0) damaged.set(FILES.table(t), `${FILES.table(t)} is missing`);
  }
  return { damaged: [...damaged.values()].sort(), notes, files, bytes, manifest: m };
}

const readSize = (path: string): number => {
  try { const fd = openSync(path, 'r'); try { return fstatSync(fd).size; } finally { closeSync(fd); } } catch { return -1; }
};

function checkTable(dir: string, t: TableName, m: Manifest): number {
  const index = parseIndex(readFile(dir, FILES.index(t)), t, m.complete);
  let fd: number;
  try { fd = openSync(join(dir, FILES.table(t)), 'r'); } catch { throw new FormatError(FILES.table(t), 'is missing'); }
  try {
    let rows = 0, end = 0;
    for (const r of index) {
      if (r.kind === IDX_KIND.part || r.kind === IDX_KIND.sums) continue; // the whole message's checksum covers it
      const u = new Uint8Array(r.length);
      if (readSync(fd, u, 0, r.length, r.offset) !== r.length) throw new FormatError(FILES.table(t), 'is cut off');
      if (crc32c(u) !== r.crc) throw new FormatError(FILES.table(t), `is damaged at byte ${r.offset}`);
      if (r.kind === IDX_KIND.batch) rows += r.rows;
      end = r.offset + r.length;
    }
    if (m.complete) {
      const tail = new Uint8Array(16), n = readSync(fd, tail, 0, 16, end);
      if (n !== 8 || tail[0] !== 255 || tail[3] !== 255 || tail[4] !== 0 || tail[7] !== 0) throw new FormatError(FILES.table(t), 'is damaged at its end');
      if (m.events[t] !== rows) throw new FormatError(FILES.index(t), `has ${rows} rows instead of ${m.events[t]}`);
    }
    return end;
  } finally { closeSync(fd); }
}
