// The parts of an ELF file that naming and unwinding need: segments, function symbols, .eh_frame, build id. Source: the System V ABI
// (gABI) chapter 4–5 and its x86-64 supplement. Damaged or odd files yield less, never an exception.

export interface ElfImage {
  /** PT_LOAD segments: file offset, virtual address, sizes in bytes. */
  segments: { offset: number; vaddr: number; filesz: number; memsz: number; exec: boolean }[];
  /** Function symbols sorted by address; parallel arrays. */
  symAddr: Float64Array; symSize: Float64Array; symName: string[];
  ehFrame: { bytes: Uint8Array; vaddr: number } | null;
  buildId: Uint8Array | null;
}

const decoder = new TextDecoder('latin1');
const u64 = (v: DataView, at: number): number => v.getUint32(at, true) + v.getUint32(at + 4, true) * 4294967296;

export function parseElf(file: Uint8Array): ElfImage | null {
  if (file.length < 64 || file[0] !== 0x7f || file[1] !== 0x45 || file[2] !== 0x4c || file[3] !== 0x46 || file[4] !== 2) return null;
  const v = new DataView(file.buffer, file.byteOffset, file.byteLength);
  try {
    return parse(file, v);
  } catch {
    return null; // a range outside the file
  }
}

interface Section { name: string; type: number; addr: number; offset: number; size: number; link: number; entsize: number }

function parse(file: Uint8Array, v: DataView): ElfImage {
  const phoff = u64(v, 32), shoff = u64(v, 40), phnum = v.getUint16(56, true), shnum = v.getUint16(60, true), shstrndx = v.getUint16(62, true);
  const image: ElfImage = { segments: [], symAddr: new Float64Array(0), symSize: new Float64Array(0), symName: [], ehFrame: null, buildId: null };
  for (let i = 0; i < phnum; i++) {
    const p = phoff + i * 56;
    if (v.getUint32(p, true) === 1) image.segments.push({ offset: u64(v, p + 8), vaddr: u64(v, p + 16), filesz: u64(v, p + 32), memsz: u64(v, p + 40), exec: (v.getUint32(p + 4, true) & 1) !== 0 });
  }
  if (shoff === 0 || shoff + shnum * 64 > file.length) return image;
  const sections: Section[] = [];
  const names = shstrndx < shnum ? u64(v, shoff + shstrndx * 64 + 24) : 0;
  for (let i = 0; i < shnum; i++) {
    const s = shoff + i * 64;
    sections.push({ name: cstring(file, names + v.getUint32(s, true)), type: v.getUint32(s + 4, true), addr: u64(v, s + 16), offset: u64(v, s + 24), size: u64(v, s + 32), link: v.getUint32(s + 40, true), entsize: u64(v, s + 56) });
  }
  const table = sections.find((s) => s.type === 2) ?? sections.find((s) => s.type === 11); // SHT_SYMTAB, else SHT_DYNSYM
  if (table) readSymbols(file, v, table, sections[table.link]!, image);
  const eh = sections.find((s) => s.name === '.eh_frame');
  if (eh && eh.offset + eh.size <= file.length && eh.type !== 8) image.ehFrame = { bytes: file.subarray(eh.offset, eh.offset + eh.size), vaddr: eh.addr };
  const note = sections.find((s) => s.name === '.note.gnu.build-id');
  if (note) { const namesz = v.getUint32(note.offset, true), descsz = v.getUint32(note.offset + 4, true), at = note.offset + 12 + ((namesz + 3) & ~3); image.buildId = file.slice(at, at + descsz); }
  return image;
}

function readSymbols(file: Uint8Array, v: DataView, table: Section, strings: Section, image: ElfImage): void {
  const found: { addr: number; size: number; name: number; rank: number }[] = [];
  for (let at = table.offset; at + 24 <= Math.min(table.offset + table.size, file.length); at += 24) {
    const info = file[at + 4]!, type = info & 15;
    if ((type !== 2 && type !== 10) || v.getUint16(at + 6, true) === 0) continue; // STT_FUNC, STT_GNU_IFUNC; defined
    found.push({ addr: u64(v, at + 8), size: u64(v, at + 16), name: strings.offset + v.getUint32(at, true), rank: info >> 4 });
  }
  found.sort((a, b) => a.addr - b.addr || b.rank - a.rank);
  image.symAddr = Float64Array.from(found, (s) => s.addr);
  image.symSize = Float64Array.from(found, (s) => s.size);
  image.symName = found.map((s) => cstring(file, s.name));
}

function cstring(file: Uint8Array, at: number): string {
  let end = at;
  while (end < file.length && file[end] !== 0) end++;
  return decoder.decode(file.subarray(at, end));
}

/** Index of the function symbol that covers a link-time address, or −1. A symbol of size 0 reaches to the next one. */
export function symbolAt(image: ElfImage, vaddr: number): number {
  const a = image.symAddr;
  let low = 0, high = a.length;
  while (low < high) { const mid = (low + high) >> 1; if (a[mid]! <= vaddr) low = mid + 1; else high = mid; }
  for (let i = low - 1; i >= 0 && i >= low - 8; i--) {
    const size = image.symSize[i]!;
    if (vaddr < a[i]! + size || (size === 0 && i === low - 1)) return i;
  }
  return -1;
}

/** Link-time address of a file offset, or −1. */
export function vaddrOfOffset(image: ElfImage, offset: number): number {
  for (const s of image.segments) if (offset >= s.offset && offset < s.offset + s.filesz) return s.vaddr + (offset - s.offset);
  return -1;
}
