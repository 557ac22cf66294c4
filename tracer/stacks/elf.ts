// An image taken from an ELF file, ready to be asked: which function is at an address. Symbols are sorted when the first one is asked for.
import type { FileReader } from '../../engine/abi/elf.ts';
import { PART, partsOf, takeImage } from './image.ts';

interface Segment { offset: number; vaddr: number; filesz: number; exec: boolean }
export interface FunctionSymbol { addr: number; name: string }

const decoder = new TextDecoder('latin1');
const STT_FUNC = 2, STT_GNU_IFUNC = 10, STB_GLOBAL = 1, STB_WEAK = 2;

export class ElfImage {
  readonly segments: Segment[] = [];
  readonly buildId: Uint8Array | null;
  readonly ehFrame: { bytes: Uint8Array; vaddr: number } | null;
  readonly ehFrameHeader: { bytes: Uint8Array; vaddr: number } | null;
  private readonly symbols: DataView | null;
  private readonly strings: Uint8Array;
  private sorted: { addr: Float64Array; index: Uint32Array } | null = null;

  constructor(blob: Uint8Array) {
    const parts = partsOf(blob), segments = parts.get(PART.segments)?.bytes;
    if (segments) {
      const v = new DataView(segments.buffer, segments.byteOffset, segments.length);
      for (let i = 0; i + 40 <= segments.length; i += 40) this.segments.push({ offset: v.getFloat64(i, true), vaddr: v.getFloat64(i + 8, true), filesz: v.getFloat64(i + 16, true), exec: (v.getFloat64(i + 32, true) & 1) !== 0 });
    }
    this.buildId = parts.get(PART.buildId)?.bytes ?? null;
    this.ehFrame = parts.get(PART.ehFrame) ?? null;
    this.ehFrameHeader = parts.get(PART.ehFrameHeader) ?? null;
    const s = parts.get(PART.symbols)?.bytes;
    this.symbols = s ? new DataView(s.buffer, s.byteOffset, s.length) : null;
    this.strings = parts.get(PART.strings)?.bytes ?? new Uint8Array(0);
  }

  private value(i: number): number { return this.symbols!.getUint32(i * 24 + 8, true) + this.symbols!.getUint32(i * 24 + 12, true) * 4294967296; }
  private size(i: number): number { return this.symbols!.getUint32(i * 24 + 16, true) + this.symbols!.getUint32(i * 24 + 20, true) * 4294967296; }

  /** Defined functions by address; of several at one address the global one comes first. */
  private functions(): { addr: Float64Array; index: Uint32Array } {
    if (this.sorted) return this.sorted;
    const v = this.symbols!, count = Math.floor(v.byteLength / 24);
    // One number sorts by address, binding (global, weak, local) and place: 2^20 symbols and 2^31 addresses fit, else by a comparison.
    let n = 0, low = Infinity, high = 0;
    const found = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      const type = v.getUint8(i * 24 + 4) & 15;
      if ((type !== STT_FUNC && type !== STT_GNU_IFUNC) || v.getUint16(i * 24 + 6, true) === 0) continue;
      found[n++] = i;
      const a = this.value(i);
      if (a < low) low = a;
      if (a > high) high = a;
    }
    const rank = (i: number): number => { const binding = v.getUint8(i * 24 + 4) >> 4; return binding === STB_GLOBAL ? 0 : binding === STB_WEAK ? 1 : 2; };
    let index = found.subarray(0, n);
    if (count < 1 << 20 && high - low < 2 ** 31) {
      const keys = new Float64Array(n);
      for (let k = 0; k < n; k++) { const i = index[k]!; keys[k] = ((this.value(i) - low) * 4 + rank(i)) * 1048576 + i; }
      keys.sort();
      index = Uint32Array.from(keys, (key) => key % 1048576);
    } else index = Uint32Array.from([...index].sort((a, b) => this.value(a) - this.value(b) || rank(a) - rank(b) || a - b));
    this.sorted = { index, addr: Float64Array.from(index, (i) => this.value(i)) };
    return this.sorted;
  }

  /** The function that covers a link-time address, or null. A symbol of size 0 reaches to the next one. */
  symbolAt(vaddr: number): FunctionSymbol | null {
    if (!this.symbols) return null;
    const { addr, index } = this.functions();
    let low = 0, high = addr.length;
    while (low < high) { const mid = (low + high) >> 1; if (addr[mid]! <= vaddr) low = mid + 1; else high = mid; }
    let first = low - 1;
    while (first > 0 && addr[first - 1] === addr[first]) first--; // the best name among those of one address
    for (let back = 0, at = first; at >= 0 && back < 8; back++) {
      const size = this.size(index[at]!);
      if (vaddr < addr[at]! + size || (size === 0 && at === first)) return { addr: addr[at]!, name: this.name(index[at]!) };
      at--;
    }
    return null;
  }
  private name(i: number): string {
    const from = this.symbols!.getUint32(i * 24, true);
    let end = from;
    while (end < this.strings.length && this.strings[end] !== 0) end++;
    return decoder.decode(this.strings.subarray(from, end));
  }
  /** Addresses and names of all functions, for tests and tools. */
  *allFunctions(): Generator<FunctionSymbol> { if (this.symbols) for (const i of this.functions().index) yield { addr: this.value(i), name: this.name(i) }; }

  /** Link-time address of a file offset, or −1. */
  vaddrOfOffset(offset: number): number {
    for (const s of this.segments) if (offset >= s.offset && offset < s.offset + s.filesz) return s.vaddr + (offset - s.offset);
    return -1;
  }
}

export function openImage(read: FileReader): ElfImage | null {
  const blob = takeImage(read);
  return blob ? new ElfImage(blob) : null;
}
