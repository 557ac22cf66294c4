// Guest RAM over the one WebAssembly.Memory: the kernel's reads and writes, and the notice to the CPU when a written frame holds code.
import { assert } from '../base/assert.ts';
import type { Pa, Pfn } from '../base/brand.ts';
import type { Processor, Ram } from './hardware.ts';

const ZEROS = new Uint32Array(1024);

export class GuestRam implements Ram {
  readonly frames: number;
  readonly u8: Uint8Array;
  readonly u32: Uint32Array;
  /** One byte a frame, owned by the CPU: non-zero when the frame has been fetched from or decoded. */
  private readonly flags: Uint8Array;
  private processor: Processor | null = null;

  /** @param buffer of the machine's memory; RAM lies at [base, base + bytes). */
  constructor(buffer: ArrayBufferLike, base: number, bytes: number, frameFlags: Uint8Array) {
    assert(base % 4096 === 0 && bytes % 4096 === 0, 'RAM base and size are page-aligned');
    assert(base + bytes <= buffer.byteLength, 'RAM lies inside the memory');
    this.frames = bytes / 4096;
    assert(frameFlags.length >= this.frames, 'a flag byte for each frame');
    this.u8 = new Uint8Array(buffer, base, bytes);
    this.u32 = new Uint32Array(buffer, base, bytes / 4);
    this.flags = frameFlags;
  }

  /** The CPU that wants to hear of writes to code; bound by the boot after both exist. */
  bindProcessor(processor: Processor): void { this.processor = processor; }

  private notice(pa: Pa, length: number): void {
    const last = Math.floor((pa + length - 1) / 4096);
    for (let pfn = Math.floor(pa / 4096); pfn <= last; pfn++) if (this.flags[pfn] !== 0) this.processor?.frameWritten(pfn);
  }

  write(pa: Pa, src: Uint8Array, srcOffset: number, length: number): void {
    if (length === 0) return;
    this.notice(pa, length);
    if (length <= 16) {
      const u8 = this.u8;
      // Small and possibly overlapping (src may be RAM itself): copy by hand, it beats making a subarray.
      if (src === u8 && srcOffset < pa) for (let i = length - 1; i >= 0; i--) u8[pa + i] = src[srcOffset + i]!;
      else for (let i = 0; i < length; i++) u8[pa + i] = src[srcOffset + i]!;
      return;
    }
    if (src === this.u8) this.u8.copyWithin(pa, srcOffset, srcOffset + length);
    else this.u8.set(src.subarray(srcOffset, srcOffset + length), pa);
  }

  read(pa: Pa, dst: Uint8Array, dstOffset: number, length: number): void {
    const u8 = this.u8;
    if (length <= 16) for (let i = 0; i < length; i++) dst[dstOffset + i] = u8[pa + i]!;
    else dst.set(u8.subarray(pa, pa + length), dstOffset);
  }

  fill(pa: Pa, value: number, length: number): void {
    if (length === 0) return;
    this.notice(pa, length);
    this.u8.fill(value, pa, pa + length);
  }

  zeroFrame(pfn: Pfn): void {
    if (this.flags[pfn] !== 0) this.processor?.frameWritten(pfn);
    this.u32.set(ZEROS, pfn * 1024); // half the time of fill, as the memory is shared
  }

  copyFrame(dst: Pfn, src: Pfn): void {
    if (this.flags[dst] !== 0) this.processor?.frameWritten(dst);
    this.u32.copyWithin(dst * 1024, src * 1024, src * 1024 + 1024);
  }
}
