// Where the stack sampler gets its images from. While recording, what naming and unwinding need of a host file that the guest runs is
// taken from the host, kept as a blob and listed in images.bin; a replay finds it there. What the guest wrote itself is in its memory, then as now.
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { FileReader } from '../../engine/abi/elf.ts';
import { FILES, parseImages } from '../../engine/events/format.ts';
import type { ImageRecord } from '../../engine/events/format.ts';
import type { BlobStore } from '../../engine/host/input-log.ts';
import { HostInode } from '../../engine/kernel/fs/hostfs.ts';
import type { Inode } from '../../engine/kernel/contracts/fs.ts';
import type { Kernel } from '../../engine/kernel/contracts/kernel.ts';
import { cachedBytes } from '../../engine/kernel/mm/filemap.ts';
import type { BlobReader, InputFiles } from '../write/inputs.ts';
import { ElfImage, openImage } from './elf.ts';
import { takeImage } from './image.ts';
import type { ImageSource } from './sampler.ts';

/** An image larger than this is not kept: 64 MiB of symbols and what else there may be. */
const MAX_IMAGE_BYTES = 128 << 20;

/** A host file that the guest has not changed. */
const untouched = (inode: Inode): inode is HostInode => inode instanceof HostInode && inode.lower !== null && !inode.changed && inode.size === inode.lower.size;
/** The file's identity as the guest saw it. */
const keyOf = (i: Pick<ImageRecord, 'dev' | 'ino' | 'size' | 'mtime' | 'mtimeNsec'>): string => `${i.dev}:${i.ino}:${i.size}:${i.mtime}.${i.mtimeNsec}`;

/** The guest's own files, by inode; a file written again is another. */
class GuestImages {
  private readonly known = new WeakMap<Inode, { size: number; mtime: number; mtimeNsec: number; image: ElfImage | null }>();
  image(k: Kernel, inode: Inode): ElfImage | null {
    const have = this.known.get(inode);
    if (have && have.size === inode.size && have.mtime === inode.mtime && have.mtimeNsec === inode.mtimeNsec) return have.image;
    const image = openImage((offset, length) => cachedBytes(k, inode, offset, length));
    this.known.set(inode, { size: inode.size, mtime: inode.mtime, mtimeNsec: inode.mtimeNsec, image });
    return image;
  }
}

export class RecordedImages implements ImageSource {
  private readonly files: InputFiles;
  private readonly guest = new GuestImages();
  private readonly seen = new WeakSet<Inode>();
  private readonly waiting = new Map<string, HostInode>();
  private readonly taken = new Set<string>();
  private readonly opened = new WeakMap<Inode, ElfImage | null>();
  constructor(files: InputFiles) { this.files = files; }

  mapped(inode: Inode): void {
    if (this.seen.has(inode)) return;
    this.seen.add(inode);
    if (untouched(inode)) this.waiting.set(keyOf({ ...inode.lower!, dev: inode.dev }), inode);
  }
  image(k: Kernel, inode: Inode): ElfImage | null {
    if (!untouched(inode)) return this.guest.image(k, inode);
    let image = this.opened.get(inode);
    if (image === undefined) {
      const blob = this.take(inode);
      image = blob ? new ElfImage(blob) : null;
      this.opened.set(inode, image);
    }
    return image;
  }
  /** Takes the images of all files whose code was mapped since the last time. */
  flush(): void {
    for (const inode of this.waiting.values()) this.take(inode);
    this.waiting.clear();
  }

  private take(inode: HostInode): Uint8Array | null {
    const lower = inode.lower!, key = keyOf({ ...lower, dev: inode.dev }), blob = readHost(inode);
    this.waiting.delete(key);
    if (blob && !this.taken.has(key)) {
      this.taken.add(key);
      this.files.image({ dev: inode.dev, ino: inode.ino, size: lower.size, mtime: lower.mtime, mtimeNsec: lower.mtimeNsec, sha256: this.files.put(blob), path: Buffer.from(inode.hostPath, 'latin1') });
    }
    return blob;
  }
}

/** The image of the host's file if it is still the one that the guest saw. */
function readHost(inode: HostInode): Uint8Array | null {
  let fd: number;
  try { fd = openSync(Buffer.from(inode.hostPath, 'latin1'), 'r'); } catch { return null; }
  try {
    const s = fstatSync(fd, { bigint: true }), lower = inode.lower!;
    if (!s.isFile() || Number(s.ino) !== inode.ino || Number(s.size) !== lower.size || Number(s.mtimeNs / 1_000_000_000n) !== lower.mtime || Number(s.mtimeNs % 1_000_000_000n) !== lower.mtimeNsec) return null;
    const read: FileReader = (offset, length) => {
      const n = Math.min(length, lower.size - offset);
      if (!(n > 0) || n > MAX_IMAGE_BYTES) return null;
      const out = new Uint8Array(n);
      return readSync(fd, out, 0, n, offset) === n ? out : null;
    };
    return takeImage(read);
  } catch { return null; } finally { closeSync(fd); }
}

export class ReplayedImages implements ImageSource {
  private readonly records = new Map<string, ImageRecord>();
  private readonly blobs: BlobStore;
  private readonly guest = new GuestImages();
  private readonly known = new Map<string, ElfImage>();
  constructor(dir: string, complete: boolean, blobs: BlobReader) {
    this.blobs = blobs;
    if (existsSync(join(dir, FILES.images))) for (const r of parseImages(readFileSync(join(dir, FILES.images)), complete)) this.records.set(keyOf(r), r);
  }
  mapped(): void { /* what was mapped was taken while recording */ }
  image(k: Kernel, inode: Inode): ElfImage | null {
    if (!untouched(inode)) return this.guest.image(k, inode);
    const key = keyOf({ ...inode.lower!, dev: inode.dev });
    let image = this.known.get(key);
    if (!image) {
      const r = this.records.get(key);
      if (!r) return null;
      image = new ElfImage(this.blobs.get(r.sha256));
      this.known.set(key, image);
    }
    return image;
  }
}
