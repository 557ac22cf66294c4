// An image taken from an ELF file, ready to be asked: which function is at an address. Symbols are sorted when the first one is asked for.
import type { FileReader } from '../../engine/abi/elf.ts';
import { PART, partsOf, takeImage } from './image.ts';

interface Segment { offset: number; vaddr: number; filesz: number; exec: boolean }
export interface FunctionSymbol { addr: number; name: string }

const decoder = new TextDecoder('latin1');
const STT_FUNC = 2, STT_GNU_IFUNC = 10, STB_GLOBAL = 1, STB_WEAK = 2;

/** Its whole words. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const { buffer, byteOffset } = (bytes.byteOffset & 3) === 0 ? bytes : new Uint8Array(bytes);
  return new Uint32Array(buffer, byteOffset, bytes.length >> 2);
}

export class ElfImage {
  readonly segments: Segment[] = [];
  readonly buildId: Uint8Array | null;
  readonly ehFrame: { bytes: Uint8Array; vaddr: number } | null;
  readonly ehFrameHeader: { bytes: Uint8Array; vaddr: number } | null;
  /** Six words a symbol: name, info | other << 8 | section << 16, value, size. */
  private readonly symbols: Uint32Array | null;
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
    const symbols = parts.get(PART.symbols)?.bytes;
    this.symbols = symbols ? wordsOf(symbols) : null;
    this.strings = parts.get(PART.strings)?.bytes ?? new Uint8Array(0);
  }

  private value(i: number): number { return this.symbols![i * 6 + 2]! + this.symbols![i * 6 + 3]! * 4294967296; }
  private size(i: number): number { return this.symbols![i * 6 + 4]! + this.symbols![i * 6 + 5]! * 4294967296; }

  /** Defined functions by address; of several at one address the global one comes first. */
  private functions(): { addr: Float64Array; index: Uint32Array } {
    if (this.sorted) return this.sorted;
    const w = this.symbols!, count = Math.floor(w.length / 6), found = new Uint32Array(count);
    // One number sorts by address, binding (global, weak, local) and place: 2^20 symbols and 2^31 addresses fit, else by a comparison.
    let n = 0, low = Infinity, high = 0;
    for (let i = 0; i < count; i++) {
      const info = w[i * 6 + 1]!, type = info & 15;
      if ((type !== STT_FUNC && type !== STT_GNU_IFUNC) || info >>> 16 === 0) continue;
      found[n++] = i;
      const a = this.value(i);
      if (a < low) low = a;
      if (a > high) high = a;
    }
    const rank = (i: number): number => { const binding = (w[i * 6 + 1]! >> 4) & 15; return binding === STB_GLOBAL ? 0 : binding === STB_WEAK ? 1 : 2; };
    const index = found.subarray(0, n), addr = new Float64Array(n);
    if (count < 1 << 20 && high - low < 2 ** 31) {
      for (let k = 0; k < n; k++) { const i = index[k]!; addr[k] = ((this.value(i) - low) * 4 + rank(i)) * 1048576 + i; }
      addr.sort();
      for (let k = 0; k < n; k++) {
        const key = addr[k]!, upper = Math.floor(key / 1048576);
        index[k] = key - upper * 1048576;
        addr[k] = low + Math.floor(upper / 4);
      }
    } else {
      index.set([...index].sort((a, b) => this.value(a) - this.value(b) || rank(a) - rank(b) || a - b));
      for (let k = 0; k < n; k++) addr[k] = this.value(index[k]!);
    }
    this.sorted = { index, addr };
    return this.sorted;
  }

  /** The function that covers a link-time address, by its place among all, or −1. A symbol of size 0 reaches to the next one. */
  functionAt(vaddr: number): number {
    if (!this.symbols) return -1;
    const { addr, index } = this.functions();
    let low = 0, high = addr.length;
    while (low < high) { const mid = (low + high) >> 1; if (addr[mid]! <= vaddr) low = mid + 1; else high = mid; }
    let first = low - 1;
    while (first > 0 && addr[first - 1] === addr[first]) first--; // the best name among those of one address
    for (let back = 0, at = first; at >= 0 && back < 8; back++) {
      const size = this.size(index[at]!);
      if (vaddr < addr[at]! + size || (size === 0 && at === first)) return at;
      at--;
    }
    return -1;
  }
  functionAddress(at: number): number { return this.functions().addr[at]!; }
  /** The bytes of its name. */
  functionName(at: number): Uint8Array {
    const from = this.symbols![this.functions().index[at]! * 6]!, end = this.strings.indexOf(0, from);
    return this.strings.subarray(from, end < 0 ? undefined : end);
  }
  symbolAt(vaddr: number): FunctionSymbol | null { const at = this.functionAt(vaddr); return at < 0 ? null : this.symbol(at); }
  private symbol(at: number): FunctionSymbol { return { addr: this.functionAddress(at), name: decoder.decode(this.functionName(at)) }; }
  /** Addresses and names of all functions, for tests and tools. */
  *allFunctions(): Generator<FunctionSymbol> { if (this.symbols) for (let at = 0; at < this.functions().addr.length; at++) yield this.symbol(at); }

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
