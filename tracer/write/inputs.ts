// The files behind the recording door: inputs.bin, the blobs, digests.bin. Buffered; flush() brings them to the kernel in an order
// that lets a killed recording be replayed to its last flush: blobs, then the inputs that name them, then digests.
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { digestHeader, digestRecord, FILES, FormatError, imageBody, imagesHeader, inputRecordHead, inputsHeader, packRecord, parsePackIndex } from '../../engine/events/format.ts';
import type { DigestRecord, ImageRecord, PackEntry } from '../../engine/events/format.ts';
import type { BlobStore } from '../../engine/host/input-log.ts';

const hex = (u: Uint8Array): string => Buffer.from(u.buffer, u.byteOffset, u.length).toString('hex');

/** Contents up to here share blobs/pack.bin: a file for each chunk costs more than the rest of a small recording. */
const PACKED_BYTES = 65536;

const BUFFERED_BYTES = 1 << 18;

/** A file that only grows. What is appended is copied, or written. */
export class Appender {
  private readonly fd: number;
  private buffer = new Uint8Array(1024);
  private pending = 0;
  size = 0;
  constructor(path: string) { this.fd = openSync(path, 'wx', 0o600); }
  append(bytes: Uint8Array): void {
    const need = this.pending + bytes.length;
    this.size += bytes.length;
    if (need > BUFFERED_BYTES) {
      this.flush();
      this.write(bytes, bytes.length);
      return;
    }
    if (need > this.buffer.length) {
      const bigger = new Uint8Array(Math.min(BUFFERED_BYTES, Math.max(need, this.buffer.length * 4)));
      bigger.set(this.buffer.subarray(0, this.pending));
      this.buffer = bigger;
    }
    this.buffer.set(bytes, this.pending);
    this.pending = need;
  }
  private write(bytes: Uint8Array, length: number): void { for (let at = 0; at < length;) at += writeSync(this.fd, bytes, at, length - at); }
  flush(): void {
    const { pending } = this;
    this.pending = 0;
    this.write(this.buffer, pending);
  }
  close(): void { this.flush(); closeSync(this.fd); }
}

export class InputFiles implements BlobStore {
  private readonly dir: string;
  private readonly inputs: Appender;
  private readonly digests: Appender;
  private pack: Appender | null = null;
  private packIndex: Appender | null = null;
  private images: Appender | null = null;
  private readonly known = new Set<string>();
  private looseBytes = 0;

  constructor(dir: string, digestIntervalCycles: number) {
    this.dir = dir;
    this.inputs = new Appender(join(dir, FILES.inputs));
    this.digests = new Appender(join(dir, FILES.digests));
    this.inputs.append(inputsHeader());
    this.digests.append(digestHeader(digestIntervalCycles));
  }

  append(record: Uint8Array): void {
    this.inputs.append(inputRecordHead(record));
    this.inputs.append(record);
  }

  /** Lists the image of a file; its blob has been put. */
  image(r: ImageRecord): void {
    if (!this.images) { this.images = new Appender(join(this.dir, FILES.images)); this.images.append(imagesHeader()); }
    const body = imageBody(r);
    this.images.append(inputRecordHead(body));
    this.images.append(body);
  }

  put(content: Uint8Array): Uint8Array {
    const sha = createHash('sha256').update(content).digest(), name = sha.toString('hex');
    if (this.known.has(name)) return sha;
    this.known.add(name);
    if (content.length > PACKED_BYTES) {
      writeFileSync(join(this.dir, FILES.blob(name)), content, { mode: 0o600 });
      this.looseBytes += content.length;
    } else {
      this.pack ??= new Appender(join(this.dir, FILES.blobPack));
      this.packIndex ??= new Appender(join(this.dir, FILES.blobIndex));
      this.packIndex.append(packRecord(sha, this.pack.size, content.length));
      this.pack.append(content);
    }
    return sha;
  }
  get(): Uint8Array { throw new Error('a recording in the making is not read'); }

  digest(r: DigestRecord): void { this.digests.append(digestRecord(r)); }

  flush(): void {
    this.pack?.flush();
    this.packIndex?.flush();
    this.images?.flush();
    this.inputs.flush();
    this.digests.flush();
  }

  get bytes(): number { return this.inputs.size + (this.images?.size ?? 0) + (this.pack?.size ?? 0) + this.looseBytes; }

  close(): Record<string, number> {
    this.flush();
    const sizes: Record<string, number> = { [FILES.inputs]: this.inputs.size, [FILES.digests]: this.digests.size };
    if (this.pack && this.packIndex) {
      sizes[FILES.blobPack] = this.pack.size;
      sizes[FILES.blobIndex] = this.packIndex.size;
    }
    if (this.images) sizes[FILES.images] = this.images.size;
    for (const f of [this.pack, this.packIndex, this.images, this.inputs, this.digests]) f?.close();
    return sizes;
  }
}

/** Reads blobs by hash and checks each. */
export class BlobReader implements BlobStore {
  private readonly dir: string;
  readonly entries = new Map<string, PackEntry>();
  private fd = -1;
  constructor(dir: string, complete: boolean) {
    this.dir = dir;
    if (!existsSync(join(dir, FILES.blobIndex))) return;
    for (const e of parsePackIndex(readFileSync(join(dir, FILES.blobIndex)), complete)) this.entries.set(e.sha256, e);
  }
  put(): Uint8Array { throw new Error('a recording that is read is not written'); }
  get(sha256: Uint8Array): Uint8Array {
    const name = hex(sha256), packed = this.entries.get(name);
    let content: Uint8Array;
    const file = packed ? FILES.blobPack : FILES.blob(name);
    try {
      if (packed) {
        if (this.fd < 0) this.fd = openSync(join(this.dir, FILES.blobPack), 'r');
        content = new Uint8Array(packed.length);
        const n = readSync(this.fd, content, 0, packed.length, packed.offset);
        if (n !== packed.length) throw new FormatError(file, 'is cut off: record again');
      } else content = Uint8Array.prototype.slice.call(readFileSync(join(this.dir, file))) as Uint8Array;
    } catch (e) {
      if (e instanceof FormatError) throw e;
      throw new FormatError(file, 'is missing: the recording is incomplete, record again');
    }
    if (!createHash('sha256').update(content).digest().equals(sha256)) throw new FormatError(file, 'is damaged (its content does not have its hash): record again');
    return content;
  }
  close(): void { if (this.fd >= 0) closeSync(this.fd); }
}
